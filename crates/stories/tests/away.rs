//! Signing in needs no database: people get in while its file is locked, while its server stands still, and
//! while it is gone. Only who is not known is asked to come again.

use std::path::Path;
use std::process::Command;
use std::sync::mpsc::channel;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use firebell_sql::{Config, Db, Target};
use firebell_testkit::http::{self, Reply};
use firebell_testkit::postgres::{FsyncMode, TempPostgres};
use firebell_testkit::process::{Process, firebell, free_port, local, run};

const PASSWORD: &str = "correct horse battery";
/// Who is known. Nobody signs in twice under the same circumstances: each password is computed anew.
const PEOPLE: [&str; 6] = ["ann", "bo", "cy", "dee", "eve", "flo"];

#[test]
fn people_sign_in_while_the_file_is_locked() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let path = dir.path().join("firebell.db");
    let setting = Setting::new(dir.path(), &format!("sqlite:{}", path.display()));
    let _server = setting.start();
    setting.admits("ann");
    let db = Db::open(&Config::new(Target::Sqlite { path })).expect("the database opens");
    let (held, is_held) = channel();
    let (release, is_released) = channel::<()>();
    let is_released = std::sync::Mutex::new(is_released);
    let writer = db.clone();
    let lock = std::thread::spawn(move || {
        writer.write_blocking("test.lock", move |_| {
            held.send(()).expect("the test waits");
            // Until the test lets go of the other end; it sends nothing.
            let ended = is_released.lock().expect("not poisoned").recv();
            ended.expect_err("nothing is sent");
            Ok::<_, firebell_sql::Error>(())
        })
    });
    is_held.recv().expect("locked");
    for name in PEOPLE {
        setting.admits(name);
    }
    assert_eq!(
        setting.sign_in("known", "nobody").status,
        401,
        "reading goes on: that is confirmed"
    );
    let blocked = !lock.is_finished();
    drop(release);
    lock.join().expect("the lock ends").expect("nothing was written");
    assert!(blocked, "it was locked all the time");
    db.close();
}

#[test]
fn people_sign_in_while_the_server_of_the_database_stands_still_or_is_gone() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    // A server of its own: nobody else's tests stand still with it.
    let postgres = TempPostgres::start(FsyncMode::Off).expect("PostgreSQL starts");
    let setting = Setting::new(dir.path(), &postgres.fresh_database().expect("a database"));
    let mut server = setting.start();
    server.until("certainty", || setting.is_fresh().then_some(()));
    assert_eq!(setting.sign_in("known", "nobody").status, 401);

    postgres.pause().expect("it stands still");
    setting.admits("ann");
    server.until("doubt", || (!setting.is_fresh()).then_some(()));
    setting.admits("bo");
    setting.is_unsure(("known", "nobody"));
    setting.is_unsure(("elsewhere", "ann"));
    postgres.resume().expect("it goes on");
    server.until("certainty", || setting.is_fresh().then_some(()));
    setting.admits("cy");
    assert_eq!(setting.sign_in("known", "nobody").status, 401);

    drop(postgres);
    setting.admits("dee");
    server.until("doubt", || (!setting.is_fresh()).then_some(()));
    for name in PEOPLE {
        setting.admits(name);
    }
    setting.is_unsure(("known", "nobody"));
    let ready = http::get(local(setting.port), "/readyz?scope=data-plane").expect("an answer");
    assert_eq!(ready.status, 200, "{}", ready.body);
}

struct Setting {
    url: String,
    port: u16,
}

impl Setting {
    /// An instance with people who have a password.
    fn new(dir: &Path, url: &str) -> Self {
        let setting = Self { url: url.to_owned(), port: free_port() };
        let file = dir.join("password");
        std::fs::write(&file, PASSWORD).expect("written");
        run(setting.command(dir).args(["instance", "create", "known"]));
        for name in PEOPLE {
            let names = ["--first-name", "Sample", "--last-name", name, "--password-file"];
            run(setting.command(dir).args(["user", "create", name]).args(names).arg(&file));
        }
        setting
    }

    fn command(&self, dir: &Path) -> Command {
        let mut command = Command::new(firebell());
        command
            .current_dir(dir)
            .env_clear()
            .env("FIREBELL_DATABASE", &self.url)
            .env("FIREBELL_LISTEN", format!("127.0.0.1:{}", self.port))
            .env("FIREBELL_REPLICA__FILE", dir.join("known.good"))
            .env("FIREBELL_LOG__LEVEL", "error");
        command
    }

    fn start(&self) -> Process {
        let dir = std::env::temp_dir();
        let mut server = Process::start("firebell", self.command(&dir).arg("serve"));
        let address = local(self.port);
        server.until("readiness", || {
            http::get(address, "/readyz").ok().filter(|reply| reply.status == 200)
        });
        server
    }

    fn is_fresh(&self) -> bool {
        let asked = http::get(local(self.port), "/readyz?scope=decision");
        asked.is_ok_and(|reply| reply.status == 200)
    }

    fn sign_in(&self, instance: &str, login: &str) -> Reply {
        let body = serde_json::json!({ "login": login, "password": PASSWORD }).to_string();
        let headers = [("Content-Type", "application/json"), ("X-Firebell-Instance", instance)];
        let path = "/api/firebell/1/sign-in";
        let sent = http::request(local(self.port), "POST", path, &headers, body.as_bytes());
        sent.expect("an answer")
    }

    /// They get in by name and password, and again with the token they got and with HTTP Basic.
    #[track_caller]
    fn admits(&self, login: &str) {
        let entered = self.sign_in("known", login);
        assert_eq!(entered.status, 200, "{login}: {}", entered.body);
        let tokens: serde_json::Value = serde_json::from_str(&entered.body).expect("JSON");
        let bearer = format!("Bearer {}", tokens["accessToken"].as_str().expect("a token"));
        let basic = format!("Basic {}", STANDARD.encode(format!("{login}:{PASSWORD}")));
        for header in [bearer, basic] {
            let headers = [("Authorization", header.as_str()), ("X-Firebell-Instance", "known")];
            let path = "/api/firebell/1/sign-in";
            let who = http::request(local(self.port), "GET", path, &headers, b"");
            let who = who.expect("an answer");
            assert_eq!(who.status, 200, "{login}: {}", who.body);
            assert!(who.body.contains(login), "{}", who.body);
        }
    }

    /// Nobody is told that somebody or something does not exist.
    #[track_caller]
    fn is_unsure(&self, (instance, login): (&str, &str)) {
        let answer = self.sign_in(instance, login);
        assert_eq!(answer.status, 503, "{}", answer.body);
        assert!(answer.body.contains("could not be confirmed"), "{}", answer.body);
        assert!(!answer.header("retry-after").is_empty(), "{}", answer.body);
    }
}
