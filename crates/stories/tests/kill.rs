//! Nothing is lost when the process is killed: `kill -9` at random points while events arrive on several
//! connections, again and again; afterwards every event that was answered 2xx has its alert, and every
//! notification was delivered at least once, duplicates under one key.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::process::Command;
use std::sync::mpsc::{Sender, channel};

use firebell_base::Random;
use firebell_domain::alert::Alert;
use firebell_domain::instance::InstanceNo;
use firebell_sql::{Config, Db, Target};
use firebell_store::{alert_list, journal, notifications};
use firebell_testkit::http::{self, Connection, Receiver};
use firebell_testkit::postgres::{TestEngine, fresh_target};
use firebell_testkit::process::{Process, firebell, free_port, local, run};

/// How many times the process is killed.
const ROUNDS: u64 = 50;
/// How many connections send at the same time.
const CONNECTIONS: usize = 4;
/// At most so many events are answered in one round.
const ANSWERED_MAX: u64 = 60;
/// The instance of a fresh database.
const INSTANCE: InstanceNo = InstanceNo(1);

const KEY: &str = "fbk_kill_story_key_0123456789abcdef01";

#[test]
fn nothing_is_lost_on_sqlite() {
    kill_and_count(TestEngine::Sqlite);
}

#[test]
fn nothing_is_lost_on_postgres() {
    kill_and_count(TestEngine::Postgres);
}

struct Setting {
    url: String,
    port: u16,
    function: String,
}

fn kill_and_count(engine: TestEngine) {
    let receiver = Receiver::start();
    let (target, _guard) = fresh_target(engine);
    let url = match &target {
        Target::Sqlite { path } => format!("sqlite:{}", path.display()),
        Target::Postgres { url } => url.clone(),
    };
    let mut setting = Setting { url, port: free_port(), function: String::new() };
    setting.configure(&receiver);
    let mut answered = BTreeSet::new();
    // A fixed seed: the points of death are the same in every run, as far as the machine lets them.
    let random = Random::seeded(20_231_109);
    for round in 0..ROUNDS {
        let quota = 1 + random.below(ANSWERED_MAX);
        answered.extend(setting.round(round, quota));
    }
    let mut last = setting.start();
    let db = Db::open(&Config::new(target)).expect("the database opens");
    last.until("everything is processed", || at_rest(&db).then_some(()));
    check(&db, &answered, &receiver);
    db.close();
}

impl Setting {
    fn command(&self) -> Command {
        let mut command = Command::new(firebell());
        command
            .env_clear()
            .env("FIREBELL_DATABASE", &self.url)
            .env("FIREBELL_LISTEN", format!("127.0.0.1:{}", self.port))
            .env("FIREBELL_WEBHOOK__ALLOW_PRIVATE", "true")
            .env("FIREBELL_LOG__LEVEL", "warn");
        command
    }

    fn configure(&mut self, receiver: &Receiver) {
        run(self.command().args(["instance", "create", "kill"]));
        let mut file = tempfile();
        let document = format!(
            "people:\n  - {{targetName: akira, firstName: Akira, lastName: Sole, roles: [Standard User],\n\
             \x20    devices: [{{name: Hook, deviceType: GENERIC, url: \"http://{}/hook\"}}]}}\n\
             forms:\n  - {{name: Kill, recipients: [akira], priority: HIGH}}\n\
             integrations:\n  - {{name: Killer, format: generic, form: Kill, key: {KEY}}}\n",
            receiver.address
        );
        file.1.write_all(document.as_bytes()).expect("written");
        run(self.command().args(["apply", "-f"]).arg(&file.0));
        drop(std::fs::remove_file(&file.0));
        let db = Db::open(&Config::new(Target::parse(&self.url).expect("a database")))
            .expect("the database opens");
        let snapshots = tokio::runtime::Builder::new_current_thread()
            .build()
            .expect("a runtime")
            .block_on(firebell_config::Snapshots::load(&db))
            .expect("the configuration");
        let directory = snapshots.instance(INSTANCE).expect("the instance");
        self.function = directory.integrations().next().expect("the integration").id.to_string();
        db.close();
    }

    fn start(&self) -> Process {
        let mut server = Process::start("firebell", self.command().arg("serve"));
        let address = local(self.port);
        server.until("readiness", || {
            http::get(address, "/readyz").ok().filter(|reply| reply.status == 200)
        });
        server
    }

    /// One life of the process; returns the keys of the events that were answered 2xx.
    fn round(&self, round: u64, quota: u64) -> Vec<String> {
        let mut server = self.start();
        let (sender, answers) = channel();
        let mut threads = Vec::new();
        for connection in 0..CONNECTIONS {
            let prefix = format!("{round}-{connection}");
            let path =
                format!("/api/integration/1/functions/{}/triggers?apiKey={KEY}", self.function);
            let (sender, address) = (sender.clone(), local(self.port));
            threads.push(std::thread::spawn(move || {
                send_until_death(address, &path, &prefix, &sender);
            }));
        }
        drop(sender);
        let mut answered: Vec<String> =
            answers.iter().take(usize::try_from(quota).expect("small")).collect();
        server.kill();
        for thread in threads {
            thread.join().expect("the sender ends");
        }
        answered.extend(answers.try_iter());
        assert!(!answered.is_empty(), "round {round}: nothing was accepted");
        answered
    }
}

fn send_until_death(
    address: std::net::SocketAddr,
    path: &str,
    prefix: &str,
    answered: &Sender<String>,
) {
    let Ok(mut connection) = Connection::open(address) else {
        return;
    };
    for n in 0..10_000 {
        let key = format!("{prefix}-{n}");
        let body = format!("{{\"summary\": \"killed {key}\", \"dedupKey\": \"{key}\"}}");
        let headers = [("Content-Type", "application/json")];
        match connection.send("POST", path, &headers, body.as_bytes()) {
            Ok(reply) if (200..300).contains(&reply.status) => {
                if answered.send(key).is_err() {
                    return;
                }
            }
            Ok(reply) => panic!("{}: {}", reply.status, reply.body),
            Err(_) => return,
        }
    }
}

fn tempfile() -> (std::path::PathBuf, std::fs::File) {
    let name =
        format!("firebell-kill-{}-{:?}.yaml", std::process::id(), std::thread::current().id());
    let path = std::env::temp_dir().join(name);
    let file = std::fs::File::create(&path).expect("a temporary file");
    (path, file)
}

fn at_rest(db: &Db) -> bool {
    let read = db.read_blocking("test.rest", |tx| {
        Ok::<_, firebell_sql::Error>((journal::backlog(tx)?.0, notifications::waiting(tx)?))
    });
    read.is_ok_and(|(backlog, waiting)| backlog == 0 && waiting.is_empty())
}

fn all_alerts(db: &Db) -> Vec<Alert> {
    let mut alerts = Vec::new();
    loop {
        let offset = i64::try_from(alerts.len()).expect("small");
        let mut page = db
            .read_blocking("test.alerts", move |tx| alert_list::open(tx, INSTANCE, 1000, offset))
            .expect("alerts");
        if page.is_empty() {
            return alerts;
        }
        alerts.append(&mut page);
    }
}

fn check(db: &Db, answered: &BTreeSet<String>, receiver: &Receiver) {
    let alerts = all_alerts(db);
    let keys: BTreeSet<&str> = alerts.iter().filter_map(|a| a.dedup_key.as_deref()).collect();
    assert_eq!(keys.len(), alerts.len(), "no event made two alerts");
    let lost: Vec<&String> = answered.iter().filter(|key| !keys.contains(key.as_str())).collect();
    assert!(lost.is_empty(), "accepted, then lost: {lost:?}");
    let mut deliveries: BTreeMap<String, usize> = BTreeMap::new();
    for received in receiver.received() {
        *deliveries.entry(received.key).or_default() += 1;
    }
    let mut undelivered = Vec::new();
    for alert in &alerts {
        let id = alert.id;
        let told = db
            .read_blocking("test.told", move |tx| notifications::of_alert(tx, INSTANCE, id, 10))
            .expect("notifications");
        assert_eq!(told.len(), 1, "one person, one device, one notification: {alert:?}");
        undelivered
            .extend(told.iter().map(|n| n.id.to_string()).filter(|k| !deliveries.contains_key(k)));
    }
    assert!(undelivered.is_empty(), "never delivered: {undelivered:?}");
    let doubled = deliveries.values().filter(|count| **count > 1).count();
    println!(
        "{} events answered, {} alerts, {} webhooks, {doubled} notifications delivered more than once",
        answered.len(),
        alerts.len(),
        deliveries.values().sum::<usize>(),
    );
}
