//! Several processes and one configuration: followers, starts without the database, restored
//! databases.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use firebell_testkit::postgres::{FsyncMode, TempPostgres};
use serde_json::Value;

use super::configuration::DOCUMENT;
use super::support::{Desk, Ended, Server, exists, until};

const TOKEN: &str = "feed.token=sample-token-of-the-nodes-of-a-test";

/// A node that follows a server, with a file of its own.
fn follow(desk: &Desk, name: &str, source: &str) -> Server {
    let file = format!("replica.file={}", desk.path(name).display());
    let node = format!("replica.node={name}");
    let words = ["--json", "--set", TOKEN, "--set", &file, "--set", &node];
    let more = ["--set", "replica.proving_seconds=1", "replica", "follow", "--source", source];
    Server::start(desk.command(&[&words[..], &more, &["--listen", "127.0.0.1:0"]].concat()))
}

/// Makes `jo`, who signs in with the password in the returned file.
fn make_user(desk: &Desk) -> String {
    let file = desk.write("pass", "correct horse battery\n");
    let words = ["user", "create", "jo", "--first-name", "Jo", "--last-name", "Sample"];
    desk.run(&[&words[..], &["--password-file", &file]].concat()).with(0);
    file
}

/// Who is on call, asked as somebody who signs in with a password.
fn on_call(desk: &Desk, server: &Server, file: &str) -> Ended {
    let words = ["--json", "oncall", "Ops", "--at", "2026-07-01T12:00:00Z", "--url", &server.url];
    desk.run(&[&words[..], &["--user", "jo", "--password-file", file]].concat())
}

fn is_ada(ended: &Ended) -> bool {
    ended.code == 0
        && ended.json()["onCall"][0]["members"]["data"][0]["member"]["targetName"] == "ada"
}

/// The nodes as `replica ls` has them, and the newest revision.
fn nodes(desk: &Desk) -> (Vec<Value>, String) {
    let listed = desk.run(&["--json", "replica", "ls"]).with(0).json();
    let head = listed["head"].as_str().unwrap().to_owned();
    (listed["replicas"].as_array().unwrap().clone(), head)
}

/// Waits until so many nodes are ready at the newest revision, with one root and one fingerprint.
fn agree(desk: &Desk, count: usize) -> Vec<Value> {
    until("agreement", || {
        let (nodes, head) = nodes(desk);
        let first = nodes.first()?.clone();
        let all = nodes.iter().all(|node| {
            node["applied"] == head.as_str()
                && node["state"] == "ready"
                && node["root"] == first["root"]
                && node["fingerprint"] == first["fingerprint"]
        });
        (nodes.len() == count && all).then_some(nodes)
    })
}

#[test]
fn followers_converge_and_are_listed() {
    let (desk, _) = Desk::with_instance();
    let server = desk.serve(&["--set", TOKEN, "--set", "replica.node=server"]);
    let file = make_user(&desk);
    let followers = ["edge-a", "edge-b"].map(|name| follow(&desk, name, &server.url));
    let before = agree(&desk, 3);
    desk.feed(&["apply", "-f", "-"], DOCUMENT).with(0);
    let after = agree(&desk, 3);
    assert_ne!(before[0]["root"], after[0]["root"]);
    for follower in &followers {
        assert!(is_ada(&on_call(&desk, follower, &file)));
    }
    let text = desk.run(&["replica", "ls"]).with(0).stdout;
    for told in ["NODE", "FINGERPRINT", "edge-a", "edge-b", "server", "follow", "ready"] {
        assert!(text.contains(told), "{told} is missing in:\n{text}");
    }
    let shown = desk.run(&["replica", "show", "edge-a"]).with(0).stdout;
    assert!(shown.contains("0 behind"), "{shown}");
    desk.run(&["replica", "show", "edge-c"]).with(6).says("Did you mean edge-");
    desk.run(&["replica", "resync", &followers[0].url]).with(2).says("feed.token");
    desk.run(&["--set", TOKEN, "replica", "resync", &followers[0].url]).with(0);
    let wrong = "feed.token=another-token-of-the-nodes-of-a-test";
    desk.run(&["--set", wrong, "replica", "resync", &followers[0].url]).with(7);
    agree(&desk, 3);
    for follower in followers {
        let (code, said) = follower.end("TERM");
        assert_eq!(code, Some(0), "{said}");
        assert!(!said.contains("sample-token"), "{said}");
    }
}

#[test]
fn who_has_no_token_does_not_follow() {
    let (desk, _) = Desk::with_instance();
    let server = desk.serve(&[]);
    let words = ["replica", "follow", "--listen", "127.0.0.1:0", "--source"];
    desk.run(&[&words[..], &[&server.url]].concat()).with(3).says("feed.token");
    desk.run(&[&["--set", TOKEN][..], &words, &["nowhere"]].concat()).with(2).says("--source");
    // The server has none: the node says why it knows nothing, and stays.
    let follower = follow(&desk, "edge", &server.url);
    assert_eq!(follower.get("/livez", "").0, 200);
    assert_eq!(follower.get("/readyz?scope=data-plane", "").0, 503);
    assert_eq!(server.get("/api/firebell/1/feed/head", "").0, 404);
}

#[test]
fn a_follower_that_was_killed_starts_from_what_it_had_proven() {
    let (desk, _) = Desk::with_instance();
    desk.feed(&["apply", "-f", "-"], DOCUMENT).with(0);
    let file = make_user(&desk);
    let server = desk.serve(&["--set", TOKEN]);
    let follower = follow(&desk, "edge", &server.url);
    let head = until("a proven revision", || {
        let (nodes, head) = nodes(&desk);
        let edge = nodes.into_iter().find(|node| node["node"] == "edge")?;
        (edge["proven"] == head.as_str() && exists(&desk.path("edge"))).then_some(head)
    });
    follower.end("KILL");
    let source = server.url.clone();
    server.end("TERM");
    let follower = follow(&desk, "edge", &source);
    assert_eq!(follower.started["revision"], head.as_str(), "{}", follower.started);
    assert!(is_ada(&on_call(&desk, &follower, &file)));
    assert_eq!(follower.get("/readyz?scope=data-plane", "").0, 200);
    assert_eq!(follower.get("/readyz?scope=decision", "").0, 503, "nobody knows what is newest");
    let list = ["alert", "list", "--url", &follower.url, "--user", "jo", "--password-file", &file];
    desk.run(&list).with(1).says("Try again");
    assert_eq!(follower.end("TERM").0, Some(0));
}

#[test]
fn a_server_without_its_database_serves_what_it_knew_until_it_is_there() {
    let postgres = postgres();
    let direct = postgres.fresh_database().unwrap();
    let gate = Gate::open(postgres.port());
    let desk = Desk::on(direct.replace(&postgres.port().to_string(), &gate.port.to_string()));
    // Nothing was known yet.
    let port = gate.close();
    desk.run(&["serve", "--listen", "127.0.0.1:0"]).with(4).says("cannot be used");
    let gate = Gate::on(port, postgres.port());
    desk.make_instance();
    let done = desk.feed(&["--json", "apply", "-f", "-"], DOCUMENT).with(0).json();
    let new = &done["newKeys"][0];
    let door = format!("{}:{}", new["id"].as_str().unwrap(), new["key"].as_str().unwrap());
    let file = make_user(&desk);
    let proving = ["--set", "replica.proving_seconds=1", "--set", "replica.node=server"];
    let server = desk.serve(&proving);
    assert_eq!(server.started["database"], true);
    until("a proven revision", || {
        let (nodes, head) = nodes(&desk);
        let proven = nodes.first()?["proven"] == head.as_str();
        (proven && exists(&desk.path("firebell.last-known-good"))).then_some(())
    });
    server.end("KILL");
    let port = gate.close();

    let server = desk.serve(&proving);
    assert_eq!(server.started["database"], false);
    assert!(is_ada(&on_call(&desk, &server, &file)));
    assert_eq!(server.get("/readyz?scope=data-plane", "").0, 200);
    assert_eq!(server.get("/readyz?scope=decision", "").0, 503);
    let send = |url: &str| {
        let words = ["event", "send", "--summary", "Disk full", "--integration-key", &door];
        desk.run(&[&words[..], &["--url", url]].concat())
    };
    send(&server.url).with(1).says("send");
    let body = r#"{"targetName": "kim", "firstName": "Kim", "lastName": "Sample",
        "roles": ["Standard User"]}"#;
    let basic = "Authorization: Basic am86Y29ycmVjdCBob3JzZSBiYXR0ZXJ5\r\n";
    let (status, answer) = server.post("/api/xm/1/people", basic, body);
    assert!(status == 503 || status == 403, "{status} {answer}");
    assert!(!answer.contains("in use") && !answer.contains("limit"), "{answer}");

    only_what_was_kept_for_this_database_is_served(&desk, port);
    let gate = Gate::on(port, postgres.port());
    until("the database", || (send(&server.url).code == 0).then_some(()));
    let list =
        ["--json", "alert", "list", "--url", &server.url, "--user", "jo", "--password-file", &file];
    until("the alert", || {
        let listed = desk.run(&list).with(0).json();
        (listed["data"].as_array().unwrap().len() == 1).then_some(())
    });
    agree(&desk, 1);
    assert_eq!(server.get("/readyz?scope=decision", "").0, 200);
    let (code, said) = server.end("TERM");
    assert_eq!(code, Some(0), "{said}");
    // A database that answers and refuses is no reason to serve what was known.
    let other = Desk::on(direct.replace("test_", "none_"));
    std::fs::copy(desk.path("firebell.last-known-good"), other.path("firebell.last-known-good"))
        .unwrap();
    other.run(&["serve", "--listen", "127.0.0.1:0"]).with(4).says("does not exist");
    gate.close();
}

/// Nobody listens on the port of the database.
fn only_what_was_kept_for_this_database_is_served(desk: &Desk, port: u16) {
    const FILE: &str = "firebell.last-known-good";
    let kept = std::fs::read(desk.path(FILE)).unwrap();
    let starts = |name: &str, bytes: &[u8]| {
        let other = Desk::on(format!("postgresql://postgres@127.0.0.1:{port}/{name}"));
        std::fs::write(other.path(FILE), bytes).unwrap();
        other.run(&["serve", "--listen", "127.0.0.1:0"]).with(4)
    };
    starts("none_0", &kept).says("another database's");
    starts("test_0", &kept[..kept.len() - 1]).says("cut short");
    let mut hurt = kept.clone();
    hurt[kept.len() / 2] ^= 1;
    starts("test_0", &hurt).says("is not used");
}

#[test]
fn another_database_at_the_same_place_is_not_mixed_in() {
    let (mine, others) = (postgres(), postgres());
    let gate = Gate::open(mine.port());
    let url = mine.fresh_database().unwrap();
    let desk = Desk::on(url.replace(&mine.port().to_string(), &gate.port.to_string()));
    desk.make_instance();
    let proving = ["--set", "replica.proving_seconds=1"];
    let server = desk.serve(&proving);
    let file = desk.path("firebell.last-known-good");
    until("a kept configuration", || {
        desk.run(&["replica", "ls"]).with(0);
        exists(&file).then_some(())
    });
    server.end("KILL");
    let port = gate.close();
    let server = desk.serve(&proving);
    assert_eq!(server.started["database"], false);
    // The same name, another database.
    assert_eq!(others.fresh_database().unwrap().rsplit('/').next(), url.rsplit('/').next());
    let gate = Gate::on(port, others.port());
    let (code, said) = server.ended();
    assert_eq!(code, Some(8), "{said}");
    assert!(said.contains("another one"), "{said}");
    desk.serve(&proving).end("TERM");
    gate.close();
}

fn postgres() -> TempPostgres {
    TempPostgres::start(FsyncMode::Off).unwrap()
}

#[test]
fn a_restored_older_database_is_refused_until_an_operator_says_that_it_counts() {
    let postgres = postgres();
    let url = postgres.fresh_database().unwrap();
    let desk = Desk::on(url.clone());
    desk.make_instance();
    let file = make_user(&desk);
    let server = desk.serve(&[]);
    agree(&desk, 1);
    let dump = desk.path("dump").display().to_string();
    let tool = |name: &str, words: &[&str]| {
        let done = Command::new(postgres.programs().join(name)).args(words).output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    };
    tool("pg_dump", &["-f", &dump, "-d", &url]);
    desk.feed(&["apply", "-f", "-"], DOCUMENT).with(0);
    agree(&desk, 1);
    until("the change on the server", || is_ada(&on_call(&desk, &server, &file)).then_some(()));

    let name = url.rsplit_once('/').unwrap().1.split('?').next().unwrap().to_owned();
    let maintenance = postgres.url("postgres");
    let sql =
        |text: &str| tool("psql", &["-q", "-v", "ON_ERROR_STOP=1", "-d", &maintenance, "-c", text]);
    sql("create database restored template template0 encoding 'UTF8' lc_collate 'C' lc_ctype 'C'");
    let restored = postgres.url("restored");
    tool("psql", &["-q", "-v", "ON_ERROR_STOP=1", "-d", &restored, "-f", &dump]);
    sql(&format!("drop database {name} with (force)"));
    sql(&format!("alter database restored rename to {name}"));

    let refused = until("the refusal", || {
        let (nodes, head) = nodes(&desk);
        let node = nodes.first()?.clone();
        (node["state"] != "ready" && node["applied"] != head.as_str()).then_some((node, head))
    });
    assert!(refused.0["applied"].as_str() > Some(refused.1.as_str()), "{refused:?}");
    assert!(is_ada(&on_call(&desk, &server, &file)), "what was known is served on");
    desk.run(&["config", "new-epoch", "--approve", "test", "--dry-run"]).with(0);
    desk.run(&["config", "new-epoch", "--approve", "restored on purpose"]).with(0);
    agree(&desk, 1);
    let answer = on_call(&desk, &server, &file);
    assert!(!is_ada(&answer), "the restored configuration counts: {answer:?}");
    let acts = desk.run(&["audit", "list", "--all"]).with(0).stdout;
    assert!(acts.contains("config.epoch") && acts.contains("restored on purpose"), "{acts}");
    assert_eq!(server.end("TERM").0, Some(0));
}

/// Stands between a program and a database, and can be closed.
struct Gate {
    port: u16,
    closing: Arc<AtomicBool>,
    streams: Arc<Mutex<Vec<TcpStream>>>,
    listener: Option<JoinHandle<()>>,
}

impl Gate {
    fn open(to: u16) -> Self {
        Self::on(0, to)
    }

    fn on(port: u16, to: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", port)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let (closing, streams) = (Arc::new(AtomicBool::new(false)), Arc::default());
        let (stop, kept) = (Arc::clone(&closing), Arc::clone(&streams));
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if stop.load(Ordering::SeqCst) {
                    break;
                }
                pass(stream, to, &kept);
            }
        });
        Self { port, closing, streams, listener: Some(thread) }
    }

    /// Closes it, and cuts what goes through it; returns where it was.
    fn close(mut self) -> u16 {
        self.closing.store(true, Ordering::SeqCst);
        drop(TcpStream::connect(("127.0.0.1", self.port)));
        self.listener.take().unwrap().join().unwrap();
        for stream in self.streams.lock().unwrap().iter() {
            drop(stream.shutdown(std::net::Shutdown::Both));
        }
        self.port
    }
}

fn pass(here: TcpStream, to: u16, kept: &Mutex<Vec<TcpStream>>) {
    let there = TcpStream::connect(("127.0.0.1", to)).unwrap();
    let ends = [&here, &there].map(|stream| stream.try_clone().unwrap());
    kept.lock().unwrap().extend([&here, &there].map(|stream| stream.try_clone().unwrap()));
    let [back, forth] = ends;
    for (mut from, mut into) in [(here, forth), (there, back)] {
        std::thread::spawn(move || {
            let mut bytes = [0; 16 * 1024];
            while let Ok(read) = from.read(&mut bytes) {
                if read == 0 || into.write_all(&bytes[..read]).is_err() {
                    break;
                }
            }
            drop(into.shutdown(std::net::Shutdown::Both));
        });
    }
}
