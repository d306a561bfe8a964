//! With real parts: Prometheus finds a rule firing, Alertmanager groups it, Firebell mails it through a real SMTP
//! server, somebody follows the link in the mail, and the escalation stops. Prometheus also sends directly.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use firebell_domain::alert::{Alert, State};
use firebell_domain::instance::InstanceNo;
use firebell_sql::{Config, Db, Target};
use firebell_store::{alert_list, escalations};
use firebell_testkit::http::{get, request};
use firebell_testkit::process::{Process, firebell, free_port, installed, listens, local, run};

const GROUPED_KEY: &str = "fbk_real_parts_grouped_0123456789abcde";
const DIRECT_KEY: &str = "fbk_real_parts_direct_0123456789abcdef";
const INSTANCE: InstanceNo = InstanceNo(1);

#[test]
fn prometheus_wakes_somebody_whose_answer_stops_the_escalation() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let parts = Parts::new(dir.path());
    let mut smtp = parts.smtp();
    let mut server = parts.firebell();
    let mut alertmanager = parts.alertmanager();
    let _prometheus = parts.prometheus();

    // Prometheus sends directly too, and either mail may be the first.
    let mail = smtp.until("a mail", || parts.mail_about(&["FirebellStory", "Alertmanager"]));
    assert!(mail.contains("To: \"Akira Sole\" <akira@sample.example>"), "{mail}");
    let link = link_in(&mail);
    let page = get(local(parts.http), &link).expect("the page of the link");
    assert_eq!(page.status, 200, "{}", page.body);
    assert!(page.body.contains("FirebellStory"), "{}", page.body);
    assert_eq!(parts.alert("Alertmanager").state, State::Open, "looking is not answering");

    let form = [("Content-Type", "application/x-www-form-urlencoded")];
    let answer = request(local(parts.http), "POST", &link, &form, b"comment=on+my+way");
    assert_eq!(answer.expect("the answer is taken").status, 200);
    let alert = parts.alert("Alertmanager");
    assert_eq!(alert.state, State::Acknowledged);
    let id = alert.id;
    let walks = parts.read(move |tx| escalations::of_alert(tx, INSTANCE, id));
    assert!(!walks.is_empty() && walks.iter().all(|walk| walk.due.is_none()), "it walks on");

    // The same rule, sent by Prometheus without an Alertmanager in between.
    let direct = server.until("the direct alert", || parts.find("Prometheus"));
    assert_eq!(direct.dedup_key, alert.dedup_key, "both know the alert by one fingerprint");
    alertmanager.kill();
}

struct Parts {
    dir: PathBuf,
    http: u16,
    mail: u16,
    alertmanager: u16,
    prometheus: u16,
}

impl Parts {
    fn new(dir: &Path) -> Self {
        Self {
            dir: dir.to_owned(),
            http: free_port(),
            mail: free_port(),
            alertmanager: free_port(),
            prometheus: free_port(),
        }
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.dir.join(name);
        fs::write(&path, text).expect("written");
        path
    }

    fn program(name: &str) -> PathBuf {
        installed(&[name]).unwrap_or_else(|| panic!("{name} is missing: run cargo xtask setup"))
    }

    fn database(&self) -> String {
        format!("sqlite:{}", self.dir.join("firebell.db").display())
    }

    fn smtp(&self) -> Process {
        let mut command = Command::new(Self::program("aiosmtpd"));
        command.args(["-n", "-l", &format!("127.0.0.1:{}", self.mail)]);
        command.args(["-c", "aiosmtpd.handlers.Mailbox"]).arg(self.dir.join("mail"));
        let mut smtp = Process::start("aiosmtpd", &mut command);
        smtp.until("the mail server", || listens(local(self.mail)).then_some(()));
        smtp
    }

    fn command(&self) -> Command {
        let mut command = Command::new(firebell());
        command
            .env_clear()
            .env("FIREBELL_DATABASE", self.database())
            .env("FIREBELL_LISTEN", format!("127.0.0.1:{}", self.http))
            .env("FIREBELL_SMTP__HOST", "127.0.0.1")
            .env("FIREBELL_SMTP__PORT", self.mail.to_string())
            .env("FIREBELL_SMTP__SECURITY", "none")
            .env("FIREBELL_SMTP__FROM", "Firebell <alerts@sample.example>");
        command
    }

    fn firebell(&self) -> Process {
        run(self.command().args(["instance", "create", "real"]));
        let person = |name: &str, first: &str, last: &str| {
            format!(
                "  - {{targetName: {name}, firstName: {first}, lastName: {last}, \
                 roles: [Standard User], devices: [{{name: Work Email, deviceType: EMAIL, \
                 emailAddress: {name}@sample.example}}]}}\n"
            )
        };
        let document = format!(
            "people:\n{}{}groups:\n  - targetName: Payments SRE\n    members: [akira, bo]\n    \
             shifts:\n      - {{name: Always, start: \"2026-01-01T00:00:00Z\", \
             end: \"2026-01-02T00:00:00Z\", timezone: UTC, recurrence: {{frequency: DAILY, \
             repeatEvery: 1, end: {{endBy: NEVER}}}}, members: [{{recipient: akira}}, \
             {{recipient: bo, delay: 5, escalationType: PEER}}]}}\nforms:\n  - {{name: Outage, \
             recipients: [Payments SRE]}}\nintegrations:\n  - {{name: Alertmanager, \
             format: alertmanager, form: Outage, key: {GROUPED_KEY}}}\n  - {{name: Prometheus, \
             format: alertmanager, form: Outage, key: {DIRECT_KEY}}}\n",
            person("akira", "Akira", "Sole"),
            person("bo", "Bo", "Ek")
        );
        let file = self.write("real.yaml", &document);
        run(self.command().args(["apply", "-f"]).arg(file));
        let mut server = Process::start("firebell", self.command().arg("serve"));
        server.until("readiness", || {
            get(local(self.http), "/readyz").ok().filter(|reply| reply.status == 200)
        });
        server
    }

    fn alertmanager(&self) -> Process {
        let db = Db::open(&Config::new(Target::parse(&self.database()).expect("a database")));
        let db = db.expect("the database opens");
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        let snapshots = runtime.block_on(firebell_config::Snapshots::load(&db)).expect("loads");
        let directory = snapshots.instance(INSTANCE).expect("the instance");
        let mut integrations = directory.integrations();
        let grouped = integrations.find(|i| i.name.as_str() == "Alertmanager").expect("there").id;
        db.close();
        let config = self.write(
            "alertmanager.yml",
            &format!(
                "route: {{receiver: firebell, group_wait: 1s, group_interval: 1s, \
                 group_by: [alertname]}}\nreceivers:\n  - name: firebell\n    webhook_configs:\n      \
                 - url: http://127.0.0.1:{}/api/integration/1/functions/{grouped}/triggers?apiKey={GROUPED_KEY}\n",
                self.http
            ),
        );
        let mut command = Command::new(Self::program("prometheus-alertmanager"));
        command
            .arg(format!("--config.file={}", config.display()))
            .arg(format!("--storage.path={}", self.dir.join("am").display()))
            .arg(format!("--web.listen-address=127.0.0.1:{}", self.alertmanager))
            .arg("--cluster.listen-address=");
        let mut alertmanager = Process::start("alertmanager", &mut command);
        alertmanager.until("Alertmanager", || listens(local(self.alertmanager)).then_some(()));
        alertmanager
    }

    fn prometheus(&self) -> Process {
        let rules = self.write(
            "rules.yml",
            "groups:\n  - name: story\n    rules:\n      - alert: FirebellStory\n        \
             expr: vector(1)\n        labels: {severity: critical}\n        \
             annotations: {summary: FirebellStory is firing}\n",
        );
        let config = self.write(
            "prometheus.yml",
            &format!(
                "global: {{evaluation_interval: 1s}}\nrule_files: [{}]\nalerting:\n  alertmanagers:\n    \
                 - static_configs: [{{targets: [\"127.0.0.1:{}\"]}}]\n    \
                 - static_configs: [{{targets: [\"127.0.0.1:{}\"]}}]\n      \
                 path_prefix: /t/{DIRECT_KEY}\n",
                rules.display(),
                self.alertmanager,
                self.http
            ),
        );
        let mut command = Command::new(Self::program("prometheus"));
        command
            .arg(format!("--config.file={}", config.display()))
            .arg(format!("--storage.tsdb.path={}", self.dir.join("prometheus").display()))
            .arg(format!("--web.listen-address=127.0.0.1:{}", self.prometheus))
            // The first evaluation comes before Prometheus knows its Alertmanagers.
            .arg("--rules.alert.resend-delay=1s");
        Process::start("prometheus", &mut command)
    }

    /// The first mail in the mailbox that speaks of all of this, decoded.
    fn mail_about(&self, words: &[&str]) -> Option<String> {
        let mails = fs::read_dir(self.dir.join("mail").join("new")).ok()?;
        let texts = mails.flatten().filter_map(|m| fs::read_to_string(m.path()).ok());
        texts.map(|mail| unquote(&mail)).find(|mail| words.iter().all(|word| mail.contains(word)))
    }

    fn read<T: Send + 'static>(
        &self,
        read: impl Fn(&mut firebell_sql::ReadTx<'_>) -> Result<T, firebell_sql::Error> + Send + 'static,
    ) -> T {
        let target = Target::parse(&self.database()).expect("a database");
        let db = Db::open(&Config::new(target)).expect("the database opens");
        let found = db.read_blocking("test.read", read).expect("read");
        db.close();
        found
    }

    /// The alert that came through this integration.
    fn find(&self, integration: &str) -> Option<Alert> {
        let alerts = self.read(|tx| alert_list::open(tx, INSTANCE, 100, 0));
        // Only Alertmanager's webhook names a receiver.
        let grouped = integration == "Alertmanager";
        alerts.into_iter().find(|a| a.properties.contains_key("receiver") == grouped)
    }

    fn alert(&self, integration: &str) -> Alert {
        self.find(integration).expect("the alert")
    }
}

/// Quoted-printable decoded (RFC 2045 section 6.7), as far as a mail of ASCII and UTF-8 text needs.
fn unquote(mail: &str) -> String {
    let joined = mail.replace("=\r\n", "").replace("=\n", "");
    let mut bytes = Vec::new();
    let mut rest = joined.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let code = tail
            .get(..2)
            .filter(|_| *first == b'=')
            .and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok());
        bytes.push(code.unwrap_or(*first));
        rest = if code.is_some() { &tail[2..] } else { tail };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The path of the first one-tap link, for the first option.
fn link_in(mail: &str) -> String {
    let start = mail.find("/r/").unwrap_or_else(|| panic!("no link in the mail:\n{mail}"));
    let path = mail[start..].chars().take_while(|c| !c.is_whitespace() && !"\"<>)".contains(*c));
    path.collect()
}
