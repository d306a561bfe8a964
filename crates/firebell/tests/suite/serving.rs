//! `serve`, and the commands that talk to it.

use std::net::TcpStream;

use firebell_testkit::postgres::{FsyncMode, TempPostgres};

use super::support::{Desk, Server, until};

/// Makes an integration; returns its key as `ID:KEY`.
fn integration(desk: &Desk) -> String {
    let done =
        desk.feed(&["--json", "apply", "-f", "-"], super::configuration::DOCUMENT).with(0).json();
    let new = &done["newKeys"][0];
    format!("{}:{}", new["id"].as_str().unwrap(), new["key"].as_str().unwrap())
}

fn an_event_becomes_an_alert_that_is_answered(desk: &Desk, key: &str, server: &Server) {
    // The server runs already: it picks the configuration up by itself.
    let door = integration(desk);
    let client = |words: &[&str]| {
        desk.run(&[words, &["--json", "--url", &server.url, "--key", key]].concat())
    };
    let send = ["event", "send", "--summary", "Disk full", "--integration-key", &door];
    client(&send).with(0);
    let alert = until("an alert", || {
        client(&["alert", "list", "--state", "open"]).with(0).json()["data"].get(0).cloned()
    });
    assert_eq!(alert["summary"], "Disk full");
    let number = alert["number"].to_string();
    let acked = client(&["alert", "ack", &number, "--comment", "mine"]).with(0).json();
    assert_eq!(acked["alert"]["state"], "ACKNOWLEDGED");
    let shown = client(&["alert", "show", &number]).with(0).stdout;
    assert!(shown.contains("Ada Sample"), "{shown}");
    assert_eq!(client(&["alert", "resolve", &number]).with(0).json()["alert"]["state"], "CLOSED");
    assert_eq!(client(&["alert", "resolve", &number]).with(0).json()["changed"], false);
    let watched = client(&["alert", "watch", "--once"]).with(0).stdout;
    assert_eq!(watched, "", "nothing is open");
    let on_call = client(&["oncall", "Ops", "--at", "2026-07-01T12:00:00Z"]).with(0).json();
    assert_eq!(on_call["onCall"][0]["members"]["data"][0]["member"]["targetName"], "ada");
    client(&["oncall", "nothere"]).with(6).says("nothere");
    let listed = client(&["integration", "list"]).with(0).json();
    assert_eq!(listed["integrations"][0]["name"], "monitoring");
    assert!(!listed.to_string().contains("fbk_"), "{listed}");
    // By name, as a person; the second one folds into nothing that is open.
    client(&["event", "send", "--integration", "Monitoring", "--summary", "By name"]).with(0);
    client(&["event", "send", "--integration", "nothere", "--summary", "x"]).with(6);
    let event = desk.write("event.json", r#"{"summary": "Disk full"}"#);
    let explain = ["explain", "--integration", "monitoring", "--event", &event];
    let told = client(&explain).with(0).json();
    assert_eq!(told["events"][0]["told"][0]["person"]["targetName"], "ada");

    client(&["alert", "show", "999"]).with(6).says("There is no alert \\\"999\\\"");
    let nowhere = "00000000-0000-4000-8000-000000000000:y";
    client(&["event", "send", "--integration-key", nowhere, "--summary", "x"]).with(6);
    // Who has no good key does not hear which names there are.
    client(&["event", "send", "--integration-key", "x:y", "--summary", "x"]).with(7);
    let wrong = format!("{}:{}", door.split_once(':').unwrap().0, "fbk_wrong");
    client(&["event", "send", "--integration-key", &wrong, "--summary", "x"]).with(7);
    let stranger = "x-api-key-00000000-0000-4000-8000-000000000000:fbs_x";
    desk.run(&["alert", "list", "--url", &server.url, "--key", stranger]).with(7);
    desk.run(&["alert", "list", "--url", &server.url]).with(7).says("FIREBELL_KEY");
}

#[test]
fn an_event_goes_its_way_on_sqlite() {
    let (desk, key) = Desk::with_instance();
    let server = desk.serve(&[]);
    an_event_becomes_an_alert_that_is_answered(&desk, &key, &server);
    let (code, said) = server.end("TERM");
    assert_eq!(code, Some(0), "{said}");
    assert!(!said.contains("fbk_") && !said.contains("fbs_"), "{said}");
}

#[test]
fn an_event_goes_its_way_on_postgres() {
    let postgres = TempPostgres::start(FsyncMode::Off).unwrap();
    let desk = Desk::on(postgres.fresh_database().unwrap());
    let key = desk.make_instance();
    let server = desk.serve(&[]);
    an_event_becomes_an_alert_that_is_answered(&desk, &key, &server);
    assert_eq!(server.end("INT").0, Some(0));
}

#[test]
fn people_sign_in_with_their_password() {
    let (desk, key) = Desk::with_instance();
    let words = ["user", "create", "jo", "--first-name", "Jo", "--last-name", "Sample"];
    desk.run(
        &[&words[..], &["--password-file", &desk.write("right", "correct horse battery\n")]]
            .concat(),
    )
    .with(0);
    let server = desk.serve(&[]);
    let list = |file: &str| {
        let file = desk.path(file).display().to_string();
        let words =
            ["alert", "list", "--url", &server.url, "--user", "jo", "--password-file", &file];
        desk.run(&words)
    };
    list("right").with(0);
    // What is typed wins over the environment.
    let mut command = desk.command(&["alert", "list", "--url", &server.url, "--user", "jo"]);
    command.env("FIREBELL_KEY", "x-api-key-1:wrong");
    command.env("FIREBELL_PASSWORD_FILE", desk.path("right"));
    super::support::run(command, "").with(0);
    let mut command = desk.command(&["alert", "list", "--url", &server.url, "--key", &key]);
    command.env("FIREBELL_USER", "jo");
    super::support::run(command, "").with(0);
    desk.write("wrong", "incorrect horse battery\n");
    list("wrong").with(7);
}

#[test]
fn a_server_without_an_instance_says_how_to_make_one() {
    let desk = Desk::empty();
    let server = desk.serve(&[]);
    assert!(TcpStream::connect(server.address()).is_ok());
    let address = server.address().to_owned();
    let (code, said) = server.end("TERM");
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("stopped"), "{said}");
    assert!(TcpStream::connect(address).is_err(), "the port is closed");
}

#[test]
fn a_server_that_is_replaced_says_so_and_ends() {
    let postgres = TempPostgres::start(FsyncMode::Off).unwrap();
    let desk = Desk::on(postgres.fresh_database().unwrap());
    desk.make_instance();
    let first = desk.serve(&[]);
    let second = desk.serve(&[]);
    let (code, said) = first.ended();
    assert_eq!(code, Some(9), "{said}");
    assert!(said.contains("\"kind\":\"replaced\""), "{said}");
    assert_eq!(second.end("TERM").0, Some(0));
}

#[test]
fn one_server_per_file_and_one_per_port() {
    let desk = Desk::empty();
    let server = desk.serve(&[]);
    desk.run(&["serve", "--listen", "127.0.0.1:0"]).with(4).says("A running server uses");
    let other = Desk::empty();
    other.run(&["serve", "--listen", server.address()]).with(3).says("cannot be listened on");
}

#[test]
fn a_server_that_was_killed_starts_again() {
    let (desk, key) = Desk::with_instance();
    let door = integration(&desk);
    let send = |server: &Server, summary: &str| {
        let words = ["event", "send", "--url", &server.url, "--integration-key", &door];
        desk.run(&[&words[..], &["--summary", summary]].concat()).with(0)
    };
    let server = desk.serve(&[]);
    send(&server, "before");
    server.end("KILL");
    let server = desk.serve(&[]);
    send(&server, "after");
    let summaries = until("both alerts", || {
        let words = ["--json", "alert", "list", "--url", &server.url, "--key", &key];
        let list = desk.run(&words).with(0).json();
        let list = list["data"].as_array().unwrap().clone();
        (list.len() == 2).then(|| list.iter().map(|a| a["summary"].to_string()).collect::<Vec<_>>())
    });
    assert_eq!(summaries, ["\"after\"", "\"before\""]);
}
