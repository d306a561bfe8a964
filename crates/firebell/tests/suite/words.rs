//! Help, settings, `check`, exit codes.

use super::support::{Desk, program, run};

#[test]
fn help_and_version() {
    let mut command = program();
    command.arg("--help");
    let help = run(command, "").with(0).stdout;
    for told in ["serve", "demo", "apply", "explain", "Exit codes:", "  5  the server cannot be"] {
        assert!(help.contains(told), "{told} is missing in:\n{help}");
    }
    let mut command = program();
    command.args(["alert", "list", "--help"]).env("FIREBELL_KEY", "x-api-key-1:hunter2");
    let help = run(command, "").with(0).stdout;
    assert!(help.contains("FIREBELL_KEY") && !help.contains("hunter2"), "{help}");
    let mut command = program();
    command.arg("--version");
    assert!(run(command, "").with(0).stdout.starts_with("firebell "));
}

#[test]
fn a_wrong_command_line_is_exit_2() {
    let desk = Desk::empty();
    desk.run(&["srve"]).with(2).says("serve");
    desk.run(&["serve", "--set", "novalue"]).with(2).says("NAME=VALUE");
    let error = desk.run(&["--json", "srve"]).with(2).error();
    assert_eq!(error["error"]["exit"], 2);
}

#[test]
fn every_fault_of_the_settings_is_told_at_once_and_nothing_is_touched() {
    let desk = Desk::empty();
    let file = desk.write("f.toml", "lisen = 1\n[log]\nformat = \"xml\"\n");
    let words =
        ["--config", &file, "--set", "limits.connections_max=0", "serve", "--listen", "here"];
    let mut command = desk.command(&words);
    command.env("FIREBELL_RETENTION__ALERT_DAYS", "forever").env("FIREBELL_SECRET_KEY", "s3cr3t");
    let ended = run(command, "").with(3);
    for told in [
        "did you mean listen?",
        "must be one of text, json",
        "limits.connections_max (flag --set limits.connections_max)",
        "listen (flag --listen): must be an IP address and a port",
        "retention.alert_days (environment FIREBELL_RETENTION__ALERT_DAYS)",
        "secret_key (environment FIREBELL_SECRET_KEY)",
        "Nothing was started",
    ] {
        assert!(ended.stderr.contains(told), "{told:?} is missing in:\n{}", ended.stderr);
    }
    assert!(!ended.stderr.contains("s3cr3t"), "{}", ended.stderr);
    assert!(!super::support::exists(&desk.path("f.db")));
}

#[test]
fn the_example_file_is_used_as_it_is() {
    let desk = Desk::empty();
    let example = desk.run(&["config", "example"]).with(0).stdout;
    desk.write("firebell.toml", &example.replace("#format = \"text\"", "format = \"json\""));
    let shown = desk.run(&["--json", "config", "show"]).with(0).json();
    let settings = shown["settings"].as_array().unwrap();
    let find = |name: &str| settings.iter().find(|s| s["name"] == name).unwrap();
    assert_eq!(find("log.format")["value"], "json");
    assert_eq!(find("log.format")["from"], "file firebell.toml");
    assert_eq!(find("database")["from"], "environment FIREBELL_DATABASE");
    assert_eq!(find("listen")["from"], "default");
}

#[test]
fn completions_are_made_for_each_shell() {
    let desk = Desk::empty();
    for (shell, told) in [("bash", "_firebell"), ("zsh", "#compdef firebell"), ("fish", "complete")]
    {
        let script = desk.run(&["completions", shell]).with(0).stdout;
        assert!(script.contains(told) && script.contains("explain"), "{shell}");
    }
}

#[test]
fn check_looks_at_everything_and_makes_nothing() {
    let desk = Desk::empty();
    let checks = desk.run(&["--json", "check"]).with(0).json();
    let names: Vec<&str> =
        checks["checks"].as_array().unwrap().iter().map(|c| c["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["settings", "open files", "time zones", "disk", "database"]);
    assert!(!super::support::exists(&desk.path("f.db")), "check makes no database");

    desk.make_instance();
    let told = desk.run(&["check"]).with(0).stdout;
    assert!(told.contains("has schema"), "{told}");

    std::fs::write(desk.path("f.db"), "this is no database, whatever its name says").unwrap();
    desk.run(&["check"]).with(4).says("database:");
    let nowhere = format!("sqlite:{}", desk.path("none/f.db").display());
    desk.run(&["--database", &nowhere, "check"]).with(3).says("does not exist");
    desk.run(&["--set", "limits.connections_max=99999", "check"])
        .with(if enough_files(99_999) { 4 } else { 3 })
        .says("database:");
}

/// Whether this machine would allow so many connections.
fn enough_files(connections: u64) -> bool {
    let limit = std::process::Command::new("sh").args(["-c", "ulimit -H -n"]).output().unwrap();
    let limit = String::from_utf8(limit.stdout).unwrap();
    limit.trim().parse().map_or(true, |limit: u64| limit > connections + 1000)
}

#[test]
fn too_few_open_files_are_named_before_anything_is_started() {
    let desk = Desk::empty();
    let script = format!(
        "ulimit -n 256; exec {} serve --listen 127.0.0.1:0",
        env!("CARGO_BIN_EXE_firebell")
    );
    let mut command = std::process::Command::new("sh");
    command.args(["-c", &script]).current_dir(desk.path(""));
    let ended = run(command, "").with(3);
    for told in
        ["limits.connections_max = 4096", "the limit is 256", "ulimit -n", "Nothing was started"]
    {
        assert!(ended.stderr.contains(told), "{told:?} is missing in:\n{}", ended.stderr);
    }
}

#[test]
fn a_server_that_is_not_there_is_exit_5() {
    let desk = Desk::empty();
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let url = format!("http://127.0.0.1:{port}");
    desk.run(&["alert", "list", "--url", &url]).with(5).says("cannot be reached");
    let error = desk.run(&["--json", "alert", "list", "--url", &url]).with(5).error();
    assert_eq!(error["error"]["kind"], "unreachable");
    desk.run(&["alert", "list", "--url", "nowhere"]).with(2).says("--url");
}
