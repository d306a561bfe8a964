//! A real Alertmanager that believes to talk to PagerDuty and to Opsgenie: its alerts open here, and end when it says
//! so.

use std::fs;
use std::process::Command;

use firebell_domain::alert::{Alert, Priority, State};
use firebell_domain::instance::InstanceNo;
use firebell_sql::{Config, Db, Target};
use firebell_store::{Error, ReadTx, alert_list};
use firebell_testkit::http::{get, request};
use firebell_testkit::process::{Process, firebell, free_port, installed, listens, local, run};

const PAGER_KEY: &str = "fbk_real_senders_pager_0123456789abcde";
const GENIE_KEY: &str = "fbk_real_senders_genie_0123456789abcde";
const JSON: [(&str, &str); 1] = [("Content-Type", "application/json")];

#[test]
fn alertmanager_speaks_as_to_pagerduty_and_opsgenie() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let (http, port) = (free_port(), free_port());
    let write = |name: &str, text: String| {
        let path = dir.path().join(name);
        fs::write(&path, text).expect("written");
        path
    };
    let database = format!("sqlite:{}", dir.path().join("firebell.db").display());
    let command = || {
        let mut command = Command::new(firebell());
        command.env_clear().env("FIREBELL_DATABASE", &database);
        command.env("FIREBELL_LISTEN", format!("127.0.0.1:{http}"));
        command
    };
    run(command().args(["instance", "create", "real"]));
    let document = format!(
        "people:\n  - {{targetName: akira, firstName: Akira, lastName: Sole, roles: [Standard User]}}\nforms:\n  - \
         {{name: Outage, recipients: [akira]}}\nintegrations:\n  - {{name: Pager, format: pagerduty, form: Outage, \
         key: {PAGER_KEY}}}\n  - {{name: Genie, format: opsgenie, form: Outage, key: {GENIE_KEY}}}\n"
    );
    run(command().args(["apply", "-f"]).arg(write("real.yaml", document)));
    let mut server = Process::start("firebell", command().arg("serve"));
    let ready = || get(local(http), "/readyz").ok().filter(|reply| reply.status == 200);
    server.until("readiness", ready);

    let config = format!(
        "route: {{receiver: firebell, group_wait: 1s, group_interval: 1s, group_by: [alertname]}}\nreceivers:\n  - \
         name: firebell\n    pagerduty_configs:\n      - {{url: \"http://127.0.0.1:{http}/v2/enqueue\", routing_key: \
         {PAGER_KEY}, severity: critical}}\n    opsgenie_configs:\n      - {{api_url: \"http://127.0.0.1:{http}/\", \
         api_key: {GENIE_KEY}, priority: P1}}\n"
    );
    let config = write("alertmanager.yml", config);
    let program = installed(&["prometheus-alertmanager"]);
    let mut alertmanager =
        Command::new(program.expect("prometheus-alertmanager: run cargo xtask setup"));
    alertmanager
        .arg(format!("--config.file={}", config.display()))
        .arg(format!("--storage.path={}", dir.path().join("am").display()))
        .arg(format!("--web.listen-address=127.0.0.1:{port}"))
        .arg("--cluster.listen-address=");
    let mut alertmanager = Process::start("alertmanager", &mut alertmanager);
    alertmanager.until("Alertmanager", || listens(local(port)).then_some(()));

    let fire = |ends: &str| {
        let body = format!(
            "[{{\"labels\": {{\"alertname\": \"DiskFull\", \"host\": \"db-3\"}}, \"annotations\": {{\"summary\": \
             \"Disk full\"}}{ends}}}]"
        );
        let sent = request(local(port), "POST", "/api/v2/alerts", &JSON, body.as_bytes());
        assert_eq!(sent.expect("Alertmanager takes it").status, 200);
    };
    fire("");
    let target = Target::parse(&database).expect("a database");
    let both = |state: State| {
        let alerts = alerts(&target);
        (alerts.len() == 2 && alerts.iter().all(|alert| alert.state == state)).then_some(alerts)
    };
    let opened = server.until("an alert from each sender", || both(State::Open));
    assert_eq!(opened[0].dedup_key, opened[1].dedup_key, "one group, known by one key to both");
    assert!(opened.iter().all(|alert| alert.priority == Priority::High), "{opened:?}");
    assert!(opened.iter().all(|alert| alert.summary.contains("DiskFull")), "{opened:?}");
    fire(", \"endsAt\": \"2026-01-01T00:00:00Z\", \"startsAt\": \"2025-12-31T00:00:00Z\"");
    server.until("the end of both", || both(State::Closed));
    alertmanager.kill();
}

fn alerts(target: &Target) -> Vec<Alert> {
    let db = Db::open(&Config::new(target.clone())).expect("the database opens");
    let filter = alert_list::Filter::default();
    let read = move |tx: &mut ReadTx<'_>| alert_list::list(tx, InstanceNo(1), &filter, 10, 0);
    let found: Result<(Vec<Alert>, i64), Error> = db.read_blocking("test", read);
    db.close();
    found.expect("alerts").0
}
