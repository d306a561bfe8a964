//! Ten thousand people want the last hundred licences, over HTTP, while the server is killed again and again:
//! a hundred get one, everybody else is told the proof that none was free, and the books agree.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::JoinHandle;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use firebell_base::{Clock, Random};
use firebell_config::licences::Reconcile;
use firebell_config::{Author, Authority, Intent, Snapshots};
use firebell_domain::directory::Revision;
use firebell_domain::instance::InstanceNo;
use firebell_domain::person::LicenceType;
use firebell_sql::{Config, Db, Statement, Target, Value};
use firebell_testkit::http::{self, Connection, Reply};
use firebell_testkit::postgres::{TestEngine, fresh_target};
use firebell_testkit::process::{Process, firebell, free_port, local, run};

/// People who are to be added.
const CROWD: usize = 10_000;
/// Licences that are free.
const FREE: usize = 100;
/// Connections that ask at the same time.
const CONNECTIONS: usize = 32;
/// After how many answers the server is killed at most: often while licences are free, then now and then.
const QUOTAS: [u64; 12] = [9, 9, 9, 9, 9, 9, 30, 30, 300, 300, 1500, 1500];
/// How often one attempt is repeated because its answer was lost or could not be confirmed.
const TRIES_MAX: usize = 1000;
/// The instance of a fresh database.
const INSTANCE: InstanceNo = InstanceNo(1);

#[test]
fn the_last_hundred_licences_on_sqlite() {
    rush(TestEngine::Sqlite);
}

#[test]
fn the_last_hundred_licences_on_postgres() {
    rush(TestEngine::Postgres);
}

/// What came of an attempt.
#[derive(Debug)]
enum Outcome {
    Made,
    /// As of this revision, none was free.
    Denied(Revision),
}

fn rush(engine: TestEngine) {
    let (target, _guard) = fresh_target(engine);
    let setting = Setting::new(&target);
    let random = Random::seeded(20_231_109);
    let (gate, next) = (Arc::<Gate>::default(), Arc::<AtomicUsize>::default());
    let lost = Arc::<AtomicUsize>::default();
    let (sender, answers) = channel();
    let askers: Vec<JoinHandle<()>> = (0..CONNECTIONS)
        .map(|_| {
            let asker = Asker {
                address: local(setting.port),
                login: setting.login.clone(),
                gate: Arc::clone(&gate),
                next: Arc::clone(&next),
                lost: Arc::clone(&lost),
                sender: sender.clone(),
            };
            std::thread::spawn(move || asker.run())
        })
        .collect();
    drop(sender);
    let mut outcomes = BTreeMap::new();
    for quota in QUOTAS {
        let mut server = setting.start();
        gate.open();
        let wanted = usize::try_from(1 + random.below(quota)).expect("small");
        outcomes.extend(answers.iter().take(wanted));
        server.kill();
    }
    let _server = setting.start();
    gate.open();
    outcomes.extend(answers.iter());
    for asker in askers {
        asker.join().expect("it asked to the end");
    }
    check(&target, &outcomes);
    let lost = lost.load(Ordering::SeqCst);
    println!("{engine:?}: {} kills, {lost} answers lost and asked for again", QUOTAS.len());
    assert!(lost > 0, "no kill met a request: the story says nothing");
}

/// Opens anew with every life of the server.
#[derive(Default)]
struct Gate {
    lives: Mutex<u64>,
    opened: Condvar,
}

impl Gate {
    fn open(&self) {
        *self.lives.lock().expect("not poisoned") += 1;
        self.opened.notify_all();
    }

    fn life(&self) -> u64 {
        *self.lives.lock().expect("not poisoned")
    }

    /// Waits for a later life than this one.
    fn after(&self, life: u64) {
        let lives = self.lives.lock().expect("not poisoned");
        drop(self.opened.wait_while(lives, |lives| *lives <= life).expect("not poisoned"));
    }
}

/// One connection that asks for one person after the other.
struct Asker {
    address: SocketAddr,
    login: String,
    gate: Arc<Gate>,
    next: Arc<AtomicUsize>,
    /// Requests whose answer was lost.
    lost: Arc<AtomicUsize>,
    sender: Sender<(usize, Outcome)>,
}

impl Asker {
    fn run(self) {
        let mut connection = None;
        loop {
            let n = self.next.fetch_add(1, Ordering::SeqCst);
            if n >= CROWD || self.sender.send((n, self.add(&mut connection, n))).is_err() {
                return;
            }
        }
    }

    /// Asks until there is an answer, always under the same key.
    fn add(&self, connection: &mut Option<Connection>, n: usize) -> Outcome {
        for _ in 0..TRIES_MAX {
            let life = self.gate.life();
            if connection.is_none() {
                *connection = Connection::open(self.address).ok();
            }
            let Some(open) = connection.as_mut() else {
                self.gate.after(life);
                continue;
            };
            let Ok(reply) = self.send(open, n) else {
                self.lost.fetch_add(1, Ordering::SeqCst);
                *connection = None;
                continue;
            };
            match reply.status {
                200 | 201 => return Outcome::Made,
                409 => return Outcome::Denied(denial(&reply)),
                503 => assert!(reply.body.contains("confirmed"), "{}", reply.body),
                status => panic!("{status}: {}", reply.body),
            }
        }
        panic!("person {n}: no answer in {TRIES_MAX} tries")
    }

    fn send(&self, connection: &mut Connection, n: usize) -> std::io::Result<Reply> {
        let body = format!(
            r#"{{"targetName": "{}", "firstName": "Sample", "lastName": "Person",
                "roles": ["Standard User"]}}"#,
            name(n)
        );
        let key = format!("attempt-{n}");
        let headers = [
            ("Authorization", self.login.as_str()),
            ("Content-Type", "application/json"),
            ("Idempotency-Key", &key),
        ];
        connection.send("POST", "/api/xm/1/people", &headers, body.as_bytes())
    }
}

fn name(n: usize) -> String {
    format!("person{n:05}")
}

/// The revision as of which a denial is proven.
fn denial(reply: &Reply) -> Revision {
    assert!(reply.body.contains("validation.person.license_limit_exceeded"), "{}", reply.body);
    assert_eq!(reply.header("x-freshness"), "confirmed", "{}", reply.body);
    let parsed = reply.header("x-config-rev").parse();
    parsed.unwrap_or_else(|error| panic!("{error} in a denial: {}", reply.body))
}

struct Setting {
    url: String,
    port: u16,
    login: String,
}

impl Setting {
    /// An instance whose administrator holds one licence, and a hundred more.
    fn new(target: &Target) -> Self {
        let url = match target {
            Target::Sqlite { path } => format!("sqlite:{}", path.display()),
            Target::Postgres { url } => url.clone(),
        };
        let mut setting = Self { url, port: free_port(), login: String::new() };
        let made = run(setting.command().args(["--json", "instance", "create", "rush"]));
        let made: serde_json::Value = serde_json::from_str(&made).expect("JSON");
        let key = made["apiKey"].as_str().expect("a key");
        setting.login = format!("Basic {}", STANDARD.encode(key));
        let allotment = (FREE + 1).to_string();
        run(setting.command().args(["licence", "set", "full", &allotment]).args([
            "--enforcement",
            "hard",
            "--approve",
            "a test",
        ]));
        setting
    }

    fn command(&self) -> Command {
        let mut command = Command::new(firebell());
        command
            .env_clear()
            .env("FIREBELL_DATABASE", &self.url)
            .env("FIREBELL_LISTEN", format!("127.0.0.1:{}", self.port))
            .env("FIREBELL_LOG__LEVEL", "error");
        command
    }

    fn start(&self) -> Process {
        let mut server = Process::start("firebell", self.command().arg("serve"));
        let address = local(self.port);
        server.until("readiness", || {
            http::get(address, "/readyz").ok().filter(|reply| reply.status == 200)
        });
        server
    }
}

/// The ledger: from which revision on each licence was held, and by whom no more.
fn ledger(db: &Db) -> Vec<Revision> {
    const SEATS: Statement = Statement::new(
        "test.seats",
        "select held_epoch, held_n, released_n from seats where licence = 'FULL_USER'",
    );
    let rows = db.read_blocking("test.seats", |tx| tx.query(&SEATS, &[])).expect("read");
    rows.iter()
        .map(|row| {
            let released: Value = row.get(2).expect("a value");
            assert_eq!(released, Value::Null, "nobody left");
            Revision { epoch: row.get(0).expect("a number"), n: row.get(1).expect("a number") }
        })
        .collect()
}

fn check(target: &Target, outcomes: &BTreeMap<usize, Outcome>) {
    assert_eq!(outcomes.len(), CROWD, "everybody was answered");
    let db = Db::open(&Config::new(target.clone())).expect("the database opens");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.expect("a runtime");
    let snapshots = runtime.block_on(Snapshots::load(&db)).expect("the configuration");
    let directory = snapshots.instance(INSTANCE).expect("the instance");
    let mut made = 0;
    for (n, outcome) in outcomes {
        let there = directory.person_by_name(&name(*n)).is_some();
        let told = matches!(outcome, Outcome::Made);
        assert_eq!(there, told, "person {n} was told {outcome:?}");
        made += usize::from(told);
    }
    assert_eq!((made, directory.people().count()), (FREE, FREE + 1));

    let seats = ledger(&db);
    assert_eq!(seats.len(), FREE + 1);
    for outcome in outcomes.values() {
        let Outcome::Denied(at) = outcome else { continue };
        let held = seats.iter().filter(|since| *since <= at).count();
        assert_eq!(held, FREE + 1, "a denial as of {at}, when a licence was free");
    }
    let authority = Authority::new(db.clone(), snapshots, Random::System);
    let by = Intent::from(&Author::new("test", "a look"));
    let found = authority.reconcile(INSTANCE, Reconcile::Check, by, Clock::System.now());
    let found = runtime.block_on(found).expect("looked at");
    assert_eq!(found.differing, 0, "{found:?}");
    let (_, tally) = found
        .found
        .iter()
        .find(|(licence, _)| *licence == LicenceType::FullUser)
        .expect("full users");
    let all = u32::try_from(FREE + 1).expect("small");
    assert_eq!((tally.counter, tally.ledger, tally.people), (all, all, all), "{found:?}");
    assert!(authority_agrees(&runtime, &authority), "digests are as they should be");
    db.close();
}

fn authority_agrees(runtime: &tokio::runtime::Runtime, authority: &Authority) -> bool {
    runtime.block_on(authority.verify()).expect("read").is_good()
}
