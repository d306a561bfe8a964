//! Documents: planned completely, applied once.

mod reading;

use firebell_domain::directory::{Directory, Entity, Kind};
use firebell_domain::instance::Region;
use firebell_domain::recipient::Recipient;
use firebell_sql::migrate;
use firebell_store::migrations::migrations;
use firebell_testkit::postgres::{TestEngine, fresh_db};

use super::*;
use crate::change::Change;
use crate::fault::Fault;
use crate::samples::*;
use crate::snapshots::Snapshots;

/// Everything a document can have.
const FULL: &str = r#"
version: 1
sites:
  - name: Oslo
    language: nb
    timezone: Europe/Oslo
    country: NOR
    address: { city: Oslo, latitude: 59.9 }
    holidays: [2026-12-25, 2026-05-17]
people:
  - targetName: ann
    firstName: Ann
    lastName: Sample
    site: Oslo
    roles: [Full Access User]
    properties: { desk: 7, floor: "3", remote: true, tags: [a, b] }
    devices:
      - name: Work Email
        deviceType: EMAIL
        emailAddress: ann@mail.example
        delay: 5
        timeframes:
          - name: Day
            startTime: "08:00"
            durationInMinutes: 540
            days: [MO, TU]
            excludeHolidays: true
      - name: Hook
        deviceType: GENERIC
        url: https://hooks.example/path-with-token
        secret: whsec_c2FtcGxlIHNlY3JldCBvZiB0aGlydHkgYnl0ZXM=
  - { targetName: bo, firstName: Bo, lastName: Sample, supervisors: [ann] }
groups:
  - targetName: Payments SRE
    site: Oslo
    supervisors: [ann]
    members: [ann, bo, "ann|Hook"]
    shifts:
      - name: Always
      - name: Days
        start: 2026-03-02T09:00
        end: 2026-03-02T17:00
        timezone: Europe/Oslo
        recurrence: { frequency: WEEKLY, onDays: [MO, TU, WE, TH, FR] }
        members:
          - recipient: ann
          - { recipient: bo, delay: 10 }
        rotation:
          { type: TIME, direction: FIRST_TO_LAST, interval: 1, intervalUnit: WEEKS,
            nextRotationTime: 2026-03-09T09:00 }
        repeatEscalation: { repetitions: 2, delay: 15 }
        notifyEndOfEscalation: { recipient: Everyone }
  - targetName: Everyone
    groupType: BROADCAST
    members: [{ person: ann }, bo]
forms:
  - name: Outage
    recipients: [Payments SRE]
    priority: HIGH
    expirationMinutes: 60
    responseOptions:
      - { number: 1, text: Mine, action: ASSIGN_TO_USER, contribution: POSITIVE }
integrations:
  - { name: Monitoring, form: Outage, format: alertmanager }
  - { name: Legacy, form: Outage, key: a-key-that-came-from-elsewhere }
maintenanceWindows:
  - name: Patching
    integrations: [Monitoring]
    matchers: ["severity!=\"critical\"", { name: host, op: "=~", value: "db-.*" }]
    start: 2026-03-07T02:00
    end: 2026-03-07T04:00
    timezone: Europe/Oslo
    recurrence: { frequency: MONTHLY, on: DATE_OF_MONTH, dateOfMonth: LAST }
"#;

fn full() -> Document {
    read(FULL)
}

fn read(text: &str) -> Document {
    Document::parse(text).unwrap_or_else(|faults| panic!("{faults}"))
}

fn planned(document: &Document, directory: &Directory, mode: Mode) -> Plan {
    plan(document, directory, &random(), now(), mode).unwrap_or_else(|faults| panic!("{faults}"))
}

fn refused(text: &str, directory: &Directory) -> Vec<Fault> {
    refused_in(text, directory, Mode::Keep)
}

fn refused_in(text: &str, directory: &Directory, mode: Mode) -> Vec<Fault> {
    match Document::parse(text) {
        Err(faults) => faults.0,
        Ok(document) => plan(&document, directory, &random(), now(), mode).unwrap_err().0,
    }
}

fn after(document: &Document, directory: &Directory, mode: Mode) -> Directory {
    applied(directory, &planned(document, directory, mode).changes)
}

fn yaml(directory: &Directory) -> String {
    export(directory).to_yaml().unwrap()
}

#[test]
fn a_whole_instance_from_nothing() {
    let document = full();
    let plan = planned(&document, &empty(), Mode::Keep);
    assert!(plan.diff.iter().all(|line| line.verb == Verb::Create));
    let made = applied(&empty(), &plan.changes);
    let ann = made.person_by_name("ANN").unwrap();
    assert_eq!((ann.zone.name(), ann.language.as_str()), ("Europe/Oslo", "nb"), "from the site");
    assert_eq!(made.person_by_name("bo").unwrap().supervisors, [ann.id]);
    let devices: Vec<String> = made.devices_of(ann.id).map(|d| d.name.to_string()).collect();
    assert_eq!(devices, ["Work Email", "Hook"]);
    let team = made.group_by_name("payments sre").unwrap();
    assert!(matches!(team.members[2], Recipient::Device(_)));
    let shifts: Vec<_> = made.shifts_of(team.id).collect();
    let always = &shifts[0].pattern;
    assert_eq!(always.first_start, at("2026-03-01T23:00:00Z"), "local midnight of today");
    assert_eq!(always.first_end, at("2026-03-02T23:00:00Z"));
    assert_eq!(shifts[1].pattern.first_start, at("2026-03-02T08:00:00Z"));
    assert_eq!(shifts[1].members[1], member(shifts[1].members[1].recipient, 10));
    assert_eq!(made.integrations().len(), 2);

    let keys: Vec<&str> = plan.new_keys.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(keys, ["Monitoring"], "a key is made where none is given");
    let made_key = crate::key::hash(plan.new_keys[0].1.expose());
    assert!(made.integrations().any(|e| e.key_hash == made_key));
    let given = crate::key::hash("a-key-that-came-from-elsewhere");
    assert!(made.integrations().any(|e| e.key_hash == given));
}

#[test]
fn applying_twice_changes_nothing() {
    let document = full();
    let made = after(&document, &empty(), Mode::Keep);
    for mode in [Mode::Keep, Mode::Prune] {
        let later = at("2027-01-01T00:00:00Z");
        let again = plan(&document, &made, &random(), later, mode).unwrap();
        assert_eq!(again.changes, []);
        assert!(again.new_keys.is_empty());
        assert!(again.diff.iter().all(|line| line.verb == Verb::Unchanged), "{:#?}", again.diff);
    }
}

#[test]
fn an_export_applied_changes_nothing_and_makes_the_same_instance_elsewhere() {
    for directory in [acme(), after(&full(), &empty(), Mode::Keep), empty()] {
        let text = yaml(&directory);
        for mode in [Mode::Keep, Mode::Prune] {
            assert_eq!(planned(&read(&text), &directory, mode).changes, [], "{text}");
        }
        let json = export(&directory).to_json().unwrap();
        assert_eq!(read(&json), export(&directory));
        let copy = after(&read(&text), &empty(), Mode::Prune);
        assert_eq!(yaml(&copy), text);
    }
}

#[test]
fn an_export_has_no_secrets() {
    let text = yaml(&acme());
    assert!(text.contains("https://hooks.example/"), "{text}");
    for secret in ["whsec_", "argon2", "keyHash", "0707"] {
        assert!(!text.contains(secret), "{secret}");
    }
}

#[test]
fn names_that_mean_several_things_are_exported_with_their_kind() {
    let mut directory = acme();
    let twin = group(70, "ann", vec![]);
    directory.put(Entity::Group(twin));
    let both = group(71, "Both", vec![person_ref(ANN), group_ref(70)]);
    directory.put(Entity::Group(both.clone()));
    let text = yaml(&directory);
    assert!(text.contains("group: ann"), "{text}");
    let copy = after(&read(&text), &empty(), Mode::Keep);
    let members = &copy.group_by_name("Both").unwrap().members;
    assert!(matches!(members[..], [Recipient::Person(_), Recipient::Group(_)]));
    assert_eq!(planned(&read(&text), &directory, Mode::Prune).changes, []);
}

#[test]
fn what_is_left_out_stays_and_null_clears() {
    let base = acme();
    let changed = after(&read("people: [{targetName: ann, firstName: Anna}]"), &base, Mode::Keep);
    let (old, new) = (base.person(id(ANN)).unwrap(), changed.person(id(ANN)).unwrap());
    assert_eq!(new.first_name.as_str(), "Anna");
    assert_eq!(
        (&new.site, &new.roles, &new.phone_login),
        (&old.site, &old.roles, &old.phone_login)
    );

    let text = "people: [{targetName: ann, site: null, phoneLogin: null}]";
    let cleared = after(&read(text), &base, Mode::Keep);
    let new = cleared.person(id(ANN)).unwrap();
    assert_eq!((new.site, new.phone_login.as_ref()), (None, None));
    let text = "groups: [{targetName: Payments SRE, shifts: [{name: Days, rotation: null}]}]";
    let cleared = after(&read(text), &base, Mode::Keep);
    assert_eq!(cleared.shift(id(DAYS)).unwrap().rotation, None);
    assert_eq!(cleared.shift(id(DAYS)).unwrap().pattern, base.shift(id(DAYS)).unwrap().pattern);
}

#[test]
fn a_changed_person_is_marked_as_changed_now() {
    let later = at("2026-04-01T00:00:00Z");
    let document = read("people: [{targetName: ann, firstName: Anna}, {targetName: bo}]");
    let plan = plan(&document, &acme(), &random(), later, Mode::Keep).unwrap();
    let changed = applied(&acme(), &plan.changes);
    assert_eq!(changed.person(id(ANN)).unwrap().updated, later);
    assert_eq!(changed.person(id(BO)).unwrap().updated, now());
    assert_eq!(plan.changes.len(), 1);
}

#[test]
fn a_difference_is_told_by_fields_without_secrets() {
    let text = r#"
people:
  - targetName: bo
    firstName: Bob
    devices:
      - { name: Device 1, url: "https://hooks.example/another-token" }
  - { targetName: cy, firstName: Cy, lastName: New }
integrations:
  - { name: Monitoring, key: a-new-key-that-is-long-enough }
"#;
    let plan = planned(&read(text), &acme(), Mode::Keep);
    let lines: Vec<(Verb, &str)> = plan.diff.iter().map(|l| (l.verb, l.name.as_str())).collect();
    let expected = [
        (Verb::Update, "bo"),
        (Verb::Update, "bo|Device 1"),
        (Verb::Create, "cy"),
        (Verb::Update, "Monitoring"),
    ];
    assert_eq!(lines, expected);
    let fields = |i: usize| -> Vec<(&str, &str, &str)> {
        let texts = plan.diff[i].fields.iter();
        texts.map(|(a, b, c)| (a.as_str(), b.as_str(), c.as_str())).collect()
    };
    assert_eq!(fields(0), [("firstName", "Sample", "Bob")]);
    assert_eq!(fields(1), [("url", "https://hooks.example/…", "https://hooks.example/…")]);
    assert_eq!(fields(3), [("key", "…", "…")]);
    let shown = format!("{plan:?}", plan = plan.diff);
    assert!(!shown.contains("token") && !shown.contains("a-new-key"), "{shown}");
}

#[test]
fn a_changed_secret_is_told_beside_other_fields() {
    let differences = |text: &str| -> Vec<(String, String, String)> {
        let plan = planned(&read(text), &acme(), Mode::Keep);
        let changed = plan.diff.into_iter().filter(|line| line.verb == Verb::Update);
        changed.flat_map(|line| line.fields).collect()
    };
    let row = |a: &str, b: &str, c: &str| (a.to_owned(), b.to_owned(), c.to_owned());
    let hook = |fields: &str| {
        differences(&format!(
            "people: [{{targetName: bo, devices: [{{name: Device 1, {fields}}}]}}]"
        ))
    };
    let other = "secret: whsec_YW5vdGhlciBzZWNyZXQgb2YgdGhpcnR5IGJ5dGVz";
    let delay = row("delay", "5", "9");
    assert_eq!(hook(&format!("delay: 9, {other}")), [delay.clone(), row("secret", "…", "…")]);
    assert_eq!(hook(other), [row("secret", "…", "…")]);
    assert_eq!(hook("delay: 9, secret: null"), [delay.clone(), row("secret", "…", "")]);
    assert_eq!(hook("delay: 9"), [delay]);
    let door = "integrations: [{name: Monitoring, key: a-new-key-that-is-long-enough, \
                ratePerMinute: 7}]";
    let found = differences(door);
    assert_eq!(found.len(), 2, "{found:?}");
    assert_eq!(found[1], row("key", "…", "…"));
}

#[test]
fn prune_removes_what_present_lists_do_not_mention() {
    let text = "people: [{targetName: ann}]";
    let kept = after(&read(text), &acme(), Mode::Keep);
    assert_eq!(kept.entities().len(), acme().entities().len());

    let pruned = planned(&read(text), &acme(), Mode::Prune);
    let removed: Vec<(Kind, &str)> = pruned
        .diff
        .iter()
        .filter(|line| line.verb == Verb::Remove)
        .map(|line| (line.kind, line.name.as_str()))
        .collect();
    let expected = [(Kind::Person, "bo"), (Kind::Device, "bo|Device 1"), (Kind::Absence, "of bo")];
    assert_eq!(removed, expected);
    let directory = applied(&acme(), &pruned.changes);
    assert!(directory.device(id(ANN_MAIL)).is_some(), "ann's devices are not mentioned at all");
    assert!(directory.group(id(TEAM)).is_some() && directory.site(id(OSLO)).is_some());
    assert_eq!(directory.group(id(TEAM)).unwrap().members, [person_ref(ANN)]);
    assert!(directory.api_key(id(KEY)).is_some());
    assert_eq!(planned(&read(text), &directory, Mode::Prune).changes, []);

    let none = after(&read("people: [{targetName: ann, devices: []}]"), &acme(), Mode::Prune);
    assert!(none.device(id(ANN_MAIL)).is_none());
    assert_eq!(planned(&read("people:"), &acme(), Mode::Prune).changes, [], "no list, no removal");
    let alone = after(&read("people: [{targetName: ann, devices: []}]"), &acme(), Mode::Prune);
    assert_eq!((alone.people().len(), alone.devices().len()), (1, 0));
    let nobody = refused_in("people: []", &acme(), Mode::Prune);
    assert_eq!(nobody[0].subcode, "validation.person.last_full_access", "{nobody:#?}");
    assert_eq!((nobody.len(), nobody[0].entity.as_str()), (1, "person ann"));

    let window = "integrations: []";
    let faults = refused_in(window, &acme(), Mode::Prune);
    assert_eq!(faults[0].subcode, "validation.integration.in_use", "{faults:#?}");
    let members =
        "people: [{targetName: ann}]\ngroups: [{targetName: Payments SRE, members: [bo]}]";
    let faults = refused_in(members, &acme(), Mode::Prune);
    assert_eq!(faults[0].field, "groups[0].members[0]");
}

#[tokio::test]
async fn a_document_is_applied_in_one_change_and_a_plan_writes_nothing() {
    for engine in TestEngine::ALL {
        let (db, _guard) = fresh_db(engine);
        migrate(&db, migrations(), 0).unwrap();
        let snapshots = Snapshots::load(&db).await.unwrap();
        let authority = Authority::new(db.clone(), snapshots, random());
        let made = authority
            .create_instance("acme", Region::Emea, &Author::new("test", "set up"), now())
            .await
            .unwrap();
        let no = made.instance.no;
        let by = Author { name: "ann".to_owned(), reason: "apply".to_owned() };

        let dry = planned(&full(), &made, Mode::Keep);
        assert!(!dry.changes.is_empty());
        assert!(!authority.snapshots().refresh(&db).await.unwrap(), "a plan writes nothing");

        let outcome = apply(&authority, no, &by, full(), Mode::Keep, now()).await.unwrap();
        assert_eq!(outcome.committed.changed, dry.changes.len(), "{engine:?}");
        assert_eq!(outcome.committed.revision.n, made.revision.n + 1);
        assert_eq!(outcome.plan.new_keys.len(), 1);
        let hash = crate::key::hash(outcome.plan.new_keys[0].1.expose());
        assert!(authority.snapshots().by_integration_key_hash(&hash).is_some());

        let again = apply(&authority, no, &by, full(), Mode::Prune, now()).await.unwrap();
        assert_eq!((again.committed.changed, again.plan.new_keys.len()), (0, 0));

        let restarted = Snapshots::load(&db).await.unwrap().instance(no).unwrap();
        assert_eq!(yaml(&restarted), yaml(&outcome.committed.directory), "{engine:?}");

        let bad = read("people: [{targetName: cy, firstName: x, lastName: y}, {targetName: di}]");
        let refused = apply(&authority, no, &by, bad, Mode::Keep, now()).await;
        assert!(matches!(refused, Err(ConfigError::Invalid(_))));
        let unchanged = authority.snapshots().instance(no).unwrap();
        assert_eq!(unchanged.revision, outcome.committed.revision);
    }
}

#[tokio::test]
async fn a_document_is_refused_for_its_templates_with_their_paths() {
    let (db, _guard) = fresh_db(TestEngine::Sqlite);
    migrate(&db, migrations(), 0).unwrap();
    let snapshots = Snapshots::load(&db).await.unwrap();
    let refuse: crate::TemplateCheck = |source, _| Err(format!("cannot compile {source}"));
    let authority = Authority::new(db, snapshots, random()).with_template_check(refuse);
    let made = authority
        .create_instance("acme", Region::Emea, &Author::new("test", "set up"), now())
        .await
        .unwrap();
    let no = made.instance.no;
    let by = Author { name: "ann".to_owned(), reason: "apply".to_owned() };
    let document =
        read("forms: [{name: Old, recipients: []}, {name: New, templates: {emailText: \"{{ x\"}}]");
    let dry = plan_with(&document, &made, (&random(), now()), Mode::Keep, Some(refuse));
    let done = apply(&authority, no, &by, document, Mode::Keep, now()).await;
    let Err(ConfigError::Invalid(done)) = done else { panic!("{done:?}") };
    for faults in [dry.unwrap_err(), done] {
        let [fault] = faults.0.as_slice() else { panic!("{faults:?}") };
        assert_eq!(fault.field, "forms[1].templates.emailText");
        assert_eq!(fault.message, "cannot compile {{ x");
    }

    let put = Change::Put(Entity::Form(form(FORM, "Outage", Vec::new())));
    let direct = authority.change(no, &by, now(), move |_| Ok(vec![put.clone()])).await;
    let Err(ConfigError::Invalid(faults)) = direct else { panic!("{direct:?}") };
    assert_eq!(faults.0[0].field, "templates.emailSubject");
}

#[test]
fn devices_keep_the_order_of_the_document() {
    let two = |first: &str, second: &str| {
        read(&format!(
            "people: [{{targetName: ann, devices: [{{name: {first}, deviceType: SMS}}, \
             {{name: {second}}}]}}]"
        ))
    };
    let faults = plan(&two("a", "b"), &acme(), &random(), now(), Mode::Keep).unwrap_err();
    assert!(faults.to_string().contains("TEXT_PHONE"), "{faults}");
    let more = read(
        "people: [{targetName: ann, devices: [{name: New, deviceType: TEXT_PHONE, \
         phoneNumber: \"+4722334455\"}]}]",
    );
    let changed = after(&more, &acme(), Mode::Keep);
    let order: Vec<(u16, String)> =
        changed.devices_of(id(ANN)).map(|d| (d.sequence, d.name.to_string())).collect();
    assert_eq!(order, [(1, "New".to_owned()), (2, "Device 1".to_owned())]);
    assert!(planned(&more, &changed, Mode::Keep).changes.is_empty());
    let removals = planned(&more, &acme(), Mode::Prune).changes;
    assert!(removals.iter().any(|c| matches!(c, Change::Remove(Kind::Device, _))));
}
