//! `backup` and `restore`.

use super::support::{Desk, exists};

fn revision(desk: &Desk) -> (i64, i64) {
    let head = desk.run(&["--json", "config", "head"]).with(0).json();
    let text = head["revision"].as_str().unwrap().to_owned();
    let (epoch, n) = text.split_once('.').unwrap();
    (epoch.parse().unwrap(), n.parse().unwrap())
}

fn groups(desk: &Desk) -> i64 {
    let list = desk.run(&["--json", "instance", "list"]).with(0).json();
    list["instances"][0]["groups"].as_i64().unwrap()
}

#[test]
fn what_was_backed_up_comes_back_in_a_new_epoch() {
    let (desk, _) = Desk::with_instance();
    let file = desk.path("acme.backup").display().to_string();
    desk.run(&["backup", &file]).with(0);
    desk.run(&["backup", &file]).with(1).says("exists already");
    desk.feed(&["apply", "-f", "-"], super::configuration::DOCUMENT).with(0);
    let later = revision(&desk);
    assert_eq!(groups(&desk), 1);

    desk.run(&["restore", &file]).with(1).says("--force");
    assert_eq!(groups(&desk), 1, "nothing was changed");
    let done = desk.run(&["--json", "restore", &file, "--force"]).with(0).json();
    assert_eq!(groups(&desk), 0);
    assert!(exists(done["replaced"].as_str().unwrap().as_ref()), "the old one is kept");
    let first = revision(&desk);
    assert!(first.0 > later.0, "{first:?} {later:?}");

    // From the same backup again: whoever saw the first restoration must notice the second.
    desk.run(&["restore", &file, "--force"]).with(0);
    assert!(revision(&desk).0 > first.0);
    desk.feed(&["apply", "-f", "-"], super::configuration::DOCUMENT).with(0);
    assert_eq!(groups(&desk), 1, "the restored database can be changed");
}

#[test]
fn a_backup_restores_where_there_is_no_database() {
    let (desk, _) = Desk::with_instance();
    let file = desk.path("acme.backup").display().to_string();
    desk.run(&["backup", &file]).with(0);
    let other = Desk::empty();
    other.run(&["restore", &file]).with(0);
    assert!(revision(&other).0 > 1);
    other.run(&["config", "verify"]).with(0);
}

#[test]
fn what_is_no_sound_backup_replaces_nothing() {
    let (desk, _) = Desk::with_instance();
    let before = std::fs::read(desk.path("f.db")).unwrap();
    let text = desk.write("text", "no database at all");
    desk.run(&["restore", &text, "--force"]).with(1).says("no SQLite database");
    desk.run(&["restore", "none", "--force"]).with(6).says("cannot be read");
    let half = desk.path("half").display().to_string();
    std::fs::write(&half, &before[..before.len() / 2]).unwrap();
    desk.run(&["restore", &half, "--force"]).with(1).says("Nothing was changed");
    let mut hurt = before.clone();
    for byte in hurt.iter_mut().skip(4096).take(8192) {
        *byte ^= 0xff;
    }
    let path = desk.path("hurt").display().to_string();
    std::fs::write(&path, hurt).unwrap();
    desk.run(&["restore", &path, "--force"]).with(1).says("no sound Firebell database");
    assert_eq!(std::fs::read(desk.path("f.db")).unwrap(), before);
    assert!(!exists(&desk.path("f.db.restoring")) && !exists(&desk.path("f.db.before-restore")));
}

#[test]
fn a_running_server_is_backed_up_but_not_replaced() {
    let (desk, _) = Desk::with_instance();
    let server = desk.serve(&[]);
    let file = desk.path("acme.backup").display().to_string();
    desk.run(&["backup", &file]).with(0);
    desk.run(&["restore", &file, "--force"]).with(4).says("A running server uses");
    server.end("TERM");
    desk.run(&["restore", &file, "--force"]).with(0);
}

#[test]
fn for_postgres_the_right_tools_are_named() {
    let desk = Desk::on("postgresql://u:hunter2@127.0.0.1:1/x".to_owned());
    for (words, tool) in [(["backup", "f"], "pg_dump"), (["restore", "f"], "pg_restore")] {
        let ended = desk.run(&words).with(1).says(tool);
        assert!(!ended.stderr.contains("hunter2"), "{}", ended.stderr);
    }
}
