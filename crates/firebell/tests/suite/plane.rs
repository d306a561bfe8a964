//! The configuration plane on the database itself: licences, history, digests, the audit, sessions.

use firebell_sql::{Config, Db, Error, Statement, Target};

use super::support::{Desk, Ended, Server, until};

const WORDS: [&str; 6] = ["--first-name", "Jo", "--last-name", "Sample", "--role", "Standard User"];

fn create(desk: &Desk, user: &str) -> Ended {
    desk.run(&[&["user", "create", user][..], &WORDS].concat())
}

/// One of the licence types as `licence show` has it.
fn licence(desk: &Desk, which: &str) -> serde_json::Value {
    let shown = desk.run(&["--json", "licence", "show"]).with(0).json();
    let all = shown["instances"][0]["licences"].as_array().unwrap();
    all.iter().find(|one| one["type"] == which).unwrap().clone()
}

fn counts(desk: &Desk) -> (i64, i64) {
    let list = desk.run(&["--json", "instance", "list"]).with(0).json();
    let one = &list["instances"][0];
    (one["people"].as_i64().unwrap(), one["groups"].as_i64().unwrap())
}

/// Somebody changes the database by hand.
fn tamper(desk: &Desk, text: &'static str) {
    let db = Db::open(&Config::new(Target::Sqlite { path: desk.path("f.db") })).unwrap();
    let statement = Statement::new("test.tamper", text);
    let changed: Result<u64, Error> =
        db.write_blocking("test.tamper", move |tx| tx.execute(&statement, &[]));
    assert!(changed.unwrap() > 0, "{text}");
    db.close();
}

#[test]
fn who_runs_firebell_for_themselves_has_no_limits() {
    let (desk, _) = Desk::with_instance();
    for which in ["FULL_USER", "STAKEHOLDER_USER"] {
        let one = licence(&desk, which);
        assert_eq!(one["terms"]["unlimited"], true, "{one}");
        assert_eq!(one["free"], "unlimited");
        assert_eq!(one["unsure"], serde_json::Value::Null);
    }
    let text = desk.run(&["licence", "show"]).with(0).stdout;
    assert!(text.contains("unlimited") && text.contains("Confirmed at"), "{text}");
}

#[test]
fn the_last_licence_is_given_once_and_denials_are_confirmed() {
    let (desk, _) = Desk::with_instance();
    let set = |many: &str, more: &[&str]| {
        let words = ["licence", "set", "full", many, "--enforcement", "hard"];
        desk.run(&[&words[..], more].concat())
    };
    let dry = set("2", &["--approve", "contract C-1", "--dry-run"]).with(0).stdout;
    assert!(dry.contains("FULL_USER: unlimited → 2, hard") && dry.contains("Dry run"), "{dry}");
    assert_eq!(licence(&desk, "FULL_USER")["terms"]["unlimited"], true);
    set("2", &["--approve", "contract C-1"]).with(0);
    let one = licence(&desk, "FULL_USER");
    let numbers = (one["terms"]["allotment"].as_i64(), one["held"].as_i64(), one["free"].as_i64());
    assert_eq!(numbers, (Some(2), Some(1), Some(1)));

    create(&desk, "first").with(0);
    let denied = create(&desk, "second").with(10).says("in use").says("revision").says("licence");
    assert!(denied.stderr.contains("Nothing was changed"), "{}", denied.stderr);
    let error =
        desk.run(&[&["--json", "user", "create", "second"][..], &WORDS].concat()).with(10).error();
    assert_eq!(error["error"]["kind"], "unlicensed");
    let before = counts(&desk);
    desk.feed(&["apply", "-f", "-"], super::configuration::DOCUMENT).with(10).says("in use");
    assert_eq!(counts(&desk), before, "nothing is half-written");

    let told = desk.run(&["--json", "licence", "explain", "first"]).with(0).json();
    assert_eq!(told["person"]["holds"]["type"], "FULL_USER", "{told}");
    assert_eq!(told["freshness"], "confirmed");
    let text = desk.run(&["licence", "explain", "first"]).with(0).stdout;
    assert!(text.contains("holds a FULL_USER licence since"), "{text}");
    desk.run(&["licence", "explain", "nobody"]).with(6);

    // Fewer than are held: nobody loses theirs.
    set("1", &[]).with(0);
    let one = licence(&desk, "FULL_USER");
    assert_eq!((one["held"].as_i64(), one["free"].as_i64()), (Some(2), Some(0)));
    desk.run(&["licence", "reconcile"]).with(0);
}

#[test]
fn what_looks_like_a_mistake_needs_an_approval_and_absent_is_not_zero() {
    let (desk, _) = Desk::with_instance();
    let hard = ["--enforcement", "hard"];
    let set = |words: &[&str]| desk.run(&[&["licence", "set", "full"][..], words].concat());
    set(&[&["10", "--approve", "first contract"][..], &hard].concat()).with(0);
    set(&[&["0"][..], &hard].concat()).with(12).says("--approve");
    let tried = set(&["0", "--dry-run"]).with(0).stdout;
    assert!(tried.contains("--approve") && tried.contains("Dry run"), "{tried}");
    set(&["4"]).with(12).says("Nothing was changed");
    set(&["--remove"]).with(12);
    assert_eq!(licence(&desk, "FULL_USER")["terms"]["allotment"], 10);

    // What is not given stays as it was.
    set(&["11", "--contract", "C-1", "--until", "2099-01-01T00:00:00Z"]).with(0);
    set(&["10"]).with(0);
    let terms = licence(&desk, "FULL_USER")["terms"].clone();
    assert_eq!((&terms["enforcement"], &terms["contract"]), (&"hard".into(), &"C-1".into()));
    assert!(terms["until"].is_string(), "{terms}");
    set(&["10", "--until", "none"]).with(0);
    assert_eq!(licence(&desk, "FULL_USER")["terms"]["until"], serde_json::Value::Null);

    set(&["--remove", "--approve", "the contract is over"]).with(0);
    let one = licence(&desk, "FULL_USER");
    assert_eq!(one["terms"], serde_json::Value::Null);
    assert_eq!(
        (one["unsure"].as_str(), &one["free"]),
        (Some("no_entitlement"), &serde_json::Value::Null)
    );
    let refused = create(&desk, "jo").with(11).says("could not be confirmed");
    assert!(!refused.stderr.contains("in use"), "{}", refused.stderr);
    set(&[&["10"][..], &hard].concat()).with(0);
    create(&desk, "jo").with(0);
    let acts = desk.run(&["--json", "audit", "list"]).with(0).json();
    let reasons = acts["acts"].to_string();
    for told in ["first contract", "the contract is over", "licence.set"] {
        assert!(reasons.contains(told), "{told} is missing in {reasons}");
    }
}

#[test]
fn an_entitlement_that_counts_for_nobody_now_is_not_set_in_silence() {
    let (desk, _) = Desk::with_instance();
    let set = |words: &[&str]| {
        desk.run(&[&["licence", "set", "full"][..], words].concat()).with(0).stdout
    };
    let past = ["unlimited", "--until", "2020-01-01T00:00:00Z"];
    let told = set(&past);
    assert!(told.contains("has ended at 2020-01-01 00:00:00Z"), "{told}");
    assert!(told.contains("nobody new gets") && told.contains("--until none"), "{told}");
    // What stays as it was is no better.
    let told = set(&["unlimited"]);
    assert!(told.contains("Nothing to change") && told.contains("--until none"), "{told}");
    let told = set(&["unlimited", "--until", "none", "--from", "2999-01-01T00:00:00Z"]);
    assert!(told.contains("begins only at 2999-01-01 00:00:00Z"), "{told}");
    assert!(told.contains("--from none") && !told.contains("--until none"), "{told}");
    let told = set(&["unlimited", "--from", "none"]);
    assert!(!told.contains("nobody new gets"), "{told}");
    let told = set(&["unlimited", "--until", "2020-01-01T00:00:00Z", "--grace-days", "60000"]);
    assert!(!told.contains("nobody new gets"), "in its grace it counts: {told}");
}

#[test]
fn books_that_differ_deny_nobody_until_they_agree() {
    let (desk, _) = Desk::with_instance();
    desk.run(&["licence", "set", "full", "1", "--enforcement", "hard", "--approve", "test"])
        .with(0);
    create(&desk, "jo").with(10);
    tamper(&desk, "update seat_counters set held = held + 5 where licence = 'FULL_USER'");
    let found = desk.run(&["--json", "licence", "reconcile"]).with(11);
    assert_eq!(found.json()["agree"], false, "{found:?}");
    let refused = create(&desk, "jo").with(11);
    assert!(!refused.stderr.contains("in use"), "{}", refused.stderr);
    let text = desk.run(&["licence", "reconcile", "--repair"]).with(0).stdout;
    assert!(text.contains("follow the people now"), "{text}");
    desk.run(&["licence", "reconcile"]).with(0);
    create(&desk, "jo").with(10);
}

#[test]
fn signed_files_are_taken_from_the_right_signer_for_the_right_instance_once() {
    let (desk, _) = Desk::with_instance();
    let list = desk.run(&["--json", "instance", "list"]).with(0).json();
    let id = list["instances"][0]["id"].as_str().unwrap().to_owned();
    let path = |name: &str| desk.path(name).display().to_string();
    let key = |file: &str| {
        let made = desk.run(&["--json", "licence", "key", &path(file), "--name", file]).with(0);
        made.json()["public"].as_str().unwrap().to_owned()
    };
    let (trusted, _) = (key("vendor"), key("stranger"));
    desk.run(&["licence", "key", &path("vendor")]).with(1).says("cannot be made");
    let sign = |with: &str, id: &str, serial: &str, what: &str| {
        let words = ["licence", "sign", "--key", &path(with), "--instance-id", id];
        let words = [&words[..], &["--serial", serial, what, "--enforcement", "hard"]].concat();
        desk.write("signed", &desk.run(&words).with(0).stdout)
    };
    let import = |file: &str, more: &[&str]| {
        let set = format!("licences.trusted_keys={trusted}");
        desk.run(&[&["--set", &set, "licence", "import", file][..], more].concat())
    };
    let approve = ["--approve", "contract C-7"];
    let file = sign("stranger", &id, "1", "full=3");
    import(&file, &approve).with(1).says("not trusted here").says("Nothing was changed");
    let other = "00000000-0000-4000-8000-000000000000";
    import(&sign("vendor", other, "1", "full=3"), &approve)
        .with(1)
        .says("this one has")
        .says(other);
    let file = sign("vendor", &id, "2", "full=3");
    let text = std::fs::read_to_string(&file).unwrap();
    let changed =
        desk.write("changed", &text.replace("\"signature\": \"", "\"signature\": \"AAAA"));
    import(&changed, &approve).with(1);
    let dry = import(&file, &["--dry-run"]).with(0).stdout;
    assert!(dry.contains("→ 3, hard") && dry.contains("Dry run"), "{dry}");
    import(&file, &approve).with(0);
    let one = licence(&desk, "FULL_USER");
    assert_eq!(one["terms"]["allotment"], 3);
    assert!(one["terms"]["signedBy"].as_str().unwrap().starts_with("vendor"), "{one}");
    import(&file, &approve).with(1).says("used already");
    import(&sign("vendor", &id, "3", "full=unlimited"), &[]).with(0);
    assert_eq!(licence(&desk, "FULL_USER")["terms"]["unlimited"], true);
}

#[test]
fn what_the_configuration_was_can_be_read() {
    let (desk, _) = Desk::with_instance();
    let head = || {
        let head = desk.run(&["--json", "config", "head"]).with(0).json();
        head["revision"].as_str().unwrap().to_owned()
    };
    desk.feed(&["apply", "-f", "-"], super::configuration::DOCUMENT).with(0);
    let first = head();
    let changed = super::configuration::DOCUMENT
        .replace("lastName: Sample", "lastName: Sampleson")
        .replace("members: [{recipient: ada}]", "members: [{recipient: admin}]");
    desk.feed(&["apply", "-f", "-"], &changed).with(0);
    let second = head();
    assert_ne!(first, second);

    let history = desk.run(&["--json", "config", "history"]).with(0).json();
    let revisions = history["revisions"].as_array().unwrap();
    assert_eq!(revisions[0]["revision"], second.as_str(), "{history}");
    assert_eq!(revisions[0]["author"], "firebell apply");
    let text = desk.run(&["config", "history", "--all", "--limit", "2"]).with(0).stdout;
    assert!(text.contains(&second) && text.contains("acme") && !text.contains("fbs_"), "{text}");
    let before = desk.run(&["--json", "config", "history", "--before", &second]).with(0).json();
    assert_eq!(before["revisions"][0]["revision"], first.as_str());

    let diff = desk.run(&["config", "diff", &first, &second]).with(0).stdout;
    assert!(diff.contains("~ person") && diff.contains("Sample → Sampleson"), "{diff}");
    let same = desk.run(&["config", "diff", &second]).with(0).stdout;
    assert!(same.contains("Nothing differs"), "{same}");

    let then = desk.run(&["--quiet", "config", "get", "--at", &first]).with(0).stdout;
    assert!(then.contains("Sample\n") && !then.contains("Sampleson"), "{then}");
    let one = desk.run(&["--json", "config", "get", "person", "ada", "--at", &first]).with(0);
    let body = one.json()["entries"][0]["body"].to_string();
    assert!(body.contains("\"Sample\"") && !body.contains("Sampleson"), "{body}");
    desk.run(&["config", "get", "person", "nobody"]).with(6);
    desk.run(&["config", "get", "--at", "2020-01-01T00:00:00Z"]).with(6).says("not there yet");
    let on_call = |at: &str| {
        let told = desk.run(&["--json", "config", "get", "--on-call", "Ops", "--at", at]).with(0);
        told.json()["onCall"][0]["members"][0]["who"].as_str().unwrap().to_owned()
    };
    assert_eq!((on_call(&first).as_str(), on_call(&second).as_str()), ("ada", "admin"));
}

#[test]
fn digests_and_the_audit_show_what_was_changed_by_hand() {
    let (desk, _) = Desk::with_instance();
    desk.run(&["config", "verify"]).with(0);
    let whole = desk.run(&["--json", "audit", "verify"]).with(0).json();
    assert!(whole["entries"].as_i64().unwrap() > 0 && whole["whole"] == true, "{whole}");
    tamper(
        &desk,
        "update config_entities set body = replace(body, 'Administrator', 'Adminstrator') \
         where kind = 'person'",
    );
    desk.run(&["config", "verify"]).with(11).says("not what its digests say");
    desk.run(&["config", "verify", "--repair"]).with(0);
    desk.run(&["config", "verify"]).with(0);
    tamper(&desk, "update audit set actor = 'somebody' where seq = 1");
    desk.run(&["audit", "verify"]).with(1).says("at entry 1");
}

#[test]
fn a_session_that_is_ended_is_over_at_once() {
    let (desk, _) = Desk::with_instance();
    let file = desk.write("pass", "correct horse battery\n");
    desk.run(&[&["user", "create", "jo", "--password-file", &file][..], &WORDS].concat()).with(0);
    let server = desk.serve(&[]);
    let token = signed_in(&server);
    let bearer = format!("Authorization: Bearer {token}\r\n");
    assert_eq!(server.get("/api/firebell/1/sign-in", &bearer).0, 200);
    let listed = until("the session", || {
        let listed = desk.run(&["--json", "session", "list", "jo"]).with(0).json();
        listed["sessions"].get(0).cloned()
    });
    let id = listed["id"].as_str().unwrap();
    desk.run(&["session", "end", "jo", "--session", "00000000-0000-4000-8000-000000000000"])
        .with(6);
    desk.run(&["session", "end", "jo", "--session", id, "--reason", "lost laptop"]).with(0);
    until("the end of the session", || is_over(&desk, &server, &bearer));
    let again = format!("Authorization: Bearer {}\r\n", signed_in(&server));
    assert_eq!(server.get("/api/firebell/1/sign-in", &again).0, 200);
    desk.run(&["session", "end", "jo", "--all"]).with(0);
    until("the end of all sessions", || is_over(&desk, &server, &again));
    let acts = desk.run(&["audit", "list"]).with(0).stdout;
    assert!(acts.contains("session.end") && acts.contains("lost laptop"), "{acts}");
    let (code, said) = server.end("TERM");
    assert_eq!(code, Some(0), "{said}");
    assert!(!said.contains(&token), "{said}");
}

/// Looks whether a server has noticed, after a moment: the command that lists takes one.
fn is_over(desk: &Desk, server: &Server, bearer: &str) -> Option<()> {
    desk.run(&["session", "list", "jo"]).with(0);
    (server.get("/api/firebell/1/sign-in", bearer).0 == 401).then_some(())
}

fn signed_in(server: &Server) -> String {
    let body = r#"{"login": "jo", "password": "correct horse battery"}"#;
    let (status, answer) = server.post("/api/firebell/1/sign-in", "", body);
    assert_eq!(status, 200, "{answer}");
    let answer: serde_json::Value = serde_json::from_str(&answer).unwrap();
    answer["accessToken"].as_str().unwrap().to_owned()
}
