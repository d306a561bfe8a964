//! Instances, users, `apply` and `export`, on the database itself.

use super::support::Desk;

/// A small configuration.
pub(crate) const DOCUMENT: &str = r"
version: 1
people:
  - targetName: ada
    firstName: Ada
    lastName: Sample
    devices:
      - name: Work Email
        deviceType: EMAIL
        emailAddress: ada@example.org
groups:
  - targetName: Ops
    members: [ada]
    shifts:
      - name: Always
        start: 2026-01-01T00:00
        end: 2026-01-02T00:00
        timezone: Europe/Oslo
        recurrence: {frequency: DAILY}
        members: [{recipient: ada}]
forms:
  - name: Alerts
    recipients: [Ops]
integrations:
  - name: monitoring
    format: generic
    form: Alerts
";

#[test]
fn without_a_database_there_is_nothing_to_list() {
    let desk = Desk::empty();
    desk.run(&["instance", "list"]).with(4).says("There is no database").says("instance create");
    desk.run(&["apply", "-f", "none.yaml"]).with(2).says("none.yaml");
}

#[test]
fn an_instance_is_made_once_and_its_key_is_shown_once() {
    let (desk, key) = Desk::with_instance();
    assert!(key.starts_with("x-api-key-") && key.contains(":fbs_"), "{key}");
    desk.run(&["instance", "create", "acme"]).with(1).says("already").says("Nothing was changed");
    desk.run(&["instance", "create", "Not A Name"]).with(1).says("lower-case");
    desk.run(&["instance", "create", "b", "--admin-email", "nobody"]).with(2).says("e-mail");
    let list = desk.run(&["--json", "instance", "list"]).with(0);
    assert_eq!(list.json()["instances"].as_array().unwrap().len(), 1);
    assert!(!list.stdout.contains(key.split_once(':').unwrap().1));
}

#[test]
fn a_new_database_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let (desk, _) = Desk::with_instance();
    let file = desk.path("f.db");
    let mode = |file: &std::path::Path| std::fs::metadata(file).unwrap().permissions().mode();
    assert_eq!(mode(&file) & 0o777, 0o600);
    let server = desk.serve(&[]);
    for companion in ["f.db-wal", "f.db-shm"] {
        assert_eq!(mode(&desk.path(companion)) & 0o777, 0o600, "{companion}");
    }
    drop(server);
    // What the operator has opened to others stays open.
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o640)).unwrap();
    desk.run(&["instance", "create", "umbrella"]).with(0);
    assert_eq!(mode(&file) & 0o777, 0o640);
    let backup = desk.path("copy.db");
    desk.run(&["backup", &backup.display().to_string()]).with(0);
    assert_eq!(mode(&backup) & 0o777, 0o600, "a copy holds the same secrets");
}

#[test]
fn applying_shows_what_changes_and_does_it_once() {
    let (desk, _) = Desk::with_instance();
    let file = desk.write("acme.yaml", DOCUMENT);
    let before = desk.run(&["--json", "instance", "list"]).json();

    let dry = desk.run(&["apply", "-f", &file, "--dry-run"]).with(0).stdout;
    for told in ["+ person ada", "+ group Ops", "+ integration monitoring", "nothing was changed"] {
        assert!(
            dry.to_lowercase().contains(&told.to_lowercase()),
            "{told:?} is missing in:\n{dry}"
        );
    }
    assert!(!dry.contains("fbk_"), "a dry run makes no keys");
    assert_eq!(desk.run(&["--json", "instance", "list"]).json(), before);

    let done = desk.run(&["--json", "apply", "-f", &file]).with(0).json();
    let key = done["newKeys"][0]["key"].as_str().unwrap();
    assert!(key.starts_with("fbk_") && done["newKeys"][0]["integration"] == "monitoring");
    let exported = desk.run(&["export"]).with(0).stdout;
    assert!(!exported.contains(key), "{exported}");

    let again = desk.run(&["apply", "-f", &file]).with(0).stdout;
    assert_eq!(again, "Nothing to change.\n");
    let same = desk.feed(&["--json", "apply", "-f", "-", "--prune"], &exported).with(0).json();
    assert_eq!(same["changes"].as_array().unwrap().len(), 0, "{same}");

    let changed = DOCUMENT.replace("lastName: Sample", "lastName: Sampleson");
    let changed = desk.feed(&["apply", "-f", "-"], &changed).with(0).stdout;
    assert!(changed.contains("~ person ada") || changed.contains("~ PERSON ada"), "{changed}");
    assert!(changed.contains("Sample → Sampleson"), "{changed}");
    let pruned = desk.feed(&["apply", "-f", "-", "--prune"], "groups: []\n").with(0).stdout;
    assert!(pruned.contains("- ") && pruned.contains("Ops"), "{pruned}");
}

#[test]
fn every_fault_of_a_document_is_told_and_nothing_changes() {
    let (desk, _) = Desk::with_instance();
    let wrong = DOCUMENT
        .replace("deviceType: EMAIL", "deviceType: PIGEON")
        .replace("recipients: [Ops]", "recipients: [Opps]");
    let ended = desk.feed(&["apply", "-f", "-"], &wrong).with(1);
    assert!(ended.stderr.contains("PIGEON") || ended.stderr.contains("deviceType"), "{ended:?}");
    assert!(
        ended.stderr.contains("Opps") && ended.stderr.contains("Nothing was changed"),
        "{ended:?}"
    );
    let broken = DOCUMENT.replace(
        "    recipients: [Ops]\n",
        "    recipients: [Ops]\n    templates: {emailText: \"{{ summary\"}\n",
    );
    for dry in [&[][..], &["--dry-run"]] {
        let words = [&["apply", "-f", "-"], dry].concat();
        desk.feed(&words, &broken).with(1).says("templates.emailText");
    }
    let error = desk.feed(&["--json", "apply", "-f", "-"], "people: {").with(1).error();
    assert_eq!(error["error"]["kind"], "refused");
    let list = desk.run(&["--json", "instance", "list"]).json();
    assert_eq!(list["instances"][0]["groups"], 0);
}

#[test]
fn several_instances_must_be_named() {
    let (desk, _) = Desk::with_instance();
    desk.run(&["instance", "create", "umbrella", "--region", "na"]).with(0);
    desk.run(&["export"]).with(2).says("acme").says("--instance");
    desk.run(&["export", "--instance", "umbrela"]).with(6).says("Did you mean umbrella?");
    desk.run(&["export", "--instance", "umbrella"]).with(0);
}

#[test]
fn users_have_passwords_and_keys() {
    let (desk, _) = Desk::with_instance();
    let named = ["--first-name", "Jo", "--last-name", "Sample"];
    let create = |more: &[&str]| desk.run(&[&["user", "create", "jo"][..], &named, more].concat());
    create(&["--time-zone", "Europe/Olso"]).with(2).says("Olso");
    create(&["--role", "Emperor"]).with(2).says("Full Access User");
    let short = desk.write("short", "short\n");
    create(&["--password-file", &short]).with(1).says("12 characters");
    let made = create(&["--json", "--role", "Full Access", "--api-key"]).with(0).json();
    assert!(made["apiKey"].as_str().unwrap().starts_with("x-api-key-"));
    create(&[]).with(1).says("already");
    let keys =
        [0, 1].map(|_| desk.run(&["--json", "user", "key", "jo"]).with(0).json()["apiKey"].clone());
    assert_ne!(keys[0], keys[1]);
    desk.feed(&["user", "password", "jo", "--password-file", "-"], "correct horse battery\n")
        .with(0);
    desk.feed(&["user", "password", "nobody", "--password-file", "-"], "x\n").with(6);
}
