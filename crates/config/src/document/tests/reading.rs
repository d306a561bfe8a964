//! What documents are refused, and how that is said.

use std::fmt::Write as _;

use super::*;

#[test]
fn unknown_fields_are_faults_with_a_suggestion() {
    let table = [
        ("persons: []", "persons", "known are"),
        ("peopel: []", "peopel", "did you mean people?"),
        ("people: [{targetname: x}]", "people[0].targetname", "did you mean targetName?"),
        (
            "people: [{targetName: x, devices: [{name: y, emailAdress: z}]}]",
            "people[0].devices[0].emailAdress",
            "did you mean emailAddress?",
        ),
        (
            "groups: [{targetName: x, shifts: [{name: y, \
             recurrence: {frequency: ONCE, ondays: []}}]}]",
            "groups[0].shifts[0].recurrence.ondays",
            "did you mean onDays?",
        ),
        ("forms: [{name: x, templates: {subject: y}}]", "forms[0].templates.subject", "known are"),
    ];
    for (text, path, remedy) in table {
        let faults = refused(text, &empty());
        let fault = faults.iter().find(|f| f.field == path);
        let fault = fault.unwrap_or_else(|| panic!("{text}: {faults:#?}"));
        assert!(fault.message.contains(remedy), "{text}: {}", fault.message);
    }
}

/// A document, and the path of one of its faults.
const FAULTS: &[(&str, &str)] = &[
    ("just text", ""),
    ("[1]", ""),
    ("version: 2", "version"),
    ("people: x", "people"),
    ("people: [x]", "people[0]"),
    ("people: [{}]", "people[0].targetName"),
    ("people: [{targetName: 12}]", "people[0].targetName"),
    ("people: [{targetName: x, firstName: y}]", "people[0].lastName"),
    ("people: [{targetName: ann}, {targetName: ANN}]", "people[1].targetName"),
    ("people: [{targetName: ann, devices: [{name: x}]}]", "people[0].devices[0].deviceType"),
    (
        "people: [{targetName: ann, devices: [{name: x, deviceType: EMAIL, delay: 70000}]}]",
        "people[0].devices[0].delay",
    ),
    (
        "people: [{targetName: ann, devices: [{name: x, deviceType: EMAIL, emailAddress: y}]}]",
        "people[0].devices[0].emailAddress",
    ),
    ("people: [{targetName: ann, roles: [Boss]}]", "people[0].roles"),
    ("people: [{targetName: ann, supervisors: [bo, zed]}]", "people[0].supervisors[1]"),
    ("people: [{targetName: ann, properties: {x: {y: 1}}}]", "people[0].properties.x"),
    ("groups: [{targetName: x, members: [zed]}]", "groups[0].members[0]"),
    ("groups: [{targetName: x, members: [{robot: zed}]}]", "groups[0].members[0]"),
    ("groups: [{targetName: x, members: [x]}]", "groups[0].members"),
    (
        "groups: [{targetName: x, shifts: [{name: y, members: [{recipient: zed}]}]}]",
        "groups[0].shifts[0].members[0].recipient",
    ),
    (
        "groups: [{targetName: x, shifts: [{name: y, start: 2026-03-02T09:00}]}]",
        "groups[0].shifts[0].end",
    ),
    ("forms: [{name: x, responseOptions: [{number: 1}]}]", "forms[0].responseOptions[0]"),
    ("forms: [{name: x, expirationMinutes: 0}]", "forms[0].expirationMinutes"),
    ("integrations: [{name: x}]", "integrations[0].form"),
    ("integrations: [{name: x, form: Outage, key: short}]", "integrations[0].key"),
    ("maintenanceWindows: [{name: x, start: 2026-03-02T09:00}]", "maintenanceWindows[0].end"),
    ("maintenanceWindows: [{name: Patching, matchers: [x]}]", "maintenanceWindows[0].matchers"),
    ("sites: [{name: x, timezone: Mars}]", "sites[0].timezone"),
    ("sites: [{name: x, holidays: [soon]}]", "sites[0].holidays"),
];

#[test]
fn faults_name_their_path_and_come_together() {
    for (text, path) in FAULTS {
        let faults = refused(text, &acme());
        let paths: Vec<&str> = faults.iter().map(|f| f.field.as_str()).collect();
        assert!(paths.contains(path), "{text}: {paths:?}");
        assert!(faults.iter().all(|f| !f.message.is_empty() && !f.subcode.is_empty()));
    }
    let text = "people: [{targetName: a, fristName: x}, {targetName: 7}]\nforms: [{name: []}]";
    assert_eq!(refused(text, &acme()).len(), 3);
}

#[test]
fn double_fields_and_broken_text_are_refused() {
    let double = refused("people: []\npeople: []", &empty());
    assert!(
        double[0].message.contains("twice") || double[0].message.contains("duplicate"),
        "{double:?}"
    );
    let double = refused("{\"people\": [], \"people\": []}", &empty());
    assert!(double[0].message.contains("\"people\" is there twice"), "{double:?}");
    for broken in
        ["people: [", "{\"people\": [", "a: b: c", "{} x", "a: &x [*x]", "---\na: 1\n---\nb: 2"]
    {
        let faults = refused(broken, &empty());
        assert_eq!(faults[0].subcode.split('.').nth(1), Some("document"), "{broken}");
    }
    assert_eq!(planned(&read(""), &empty(), Mode::Prune).changes, []);
}

#[test]
fn absurd_sizes_are_refused() {
    let long = " ".repeat(DOCUMENT_BYTES_MAX + 1);
    assert_eq!(refused(&long, &empty())[0].subcode, "validation.document.too_large");

    // Each line is ten times the one before: a billion values in a few hundred bytes.
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for i in 1..10 {
        let last = format!("*a{}", i - 1);
        writeln!(bomb, "a{i}: &a{i} [{}]", vec![last; 10].join(", ")).unwrap();
    }
    assert_eq!(refused(&bomb, &empty())[0].subcode, "validation.document.syntax");

    let deep = format!("people: {}{}", "[".repeat(10_000), "]".repeat(10_000));
    assert_eq!(refused(&deep, &empty())[0].subcode, "validation.document.syntax");

    let mut many = String::from("people:\n");
    for i in 0..300 {
        writeln!(many, "- {{targetName: p{i}, x: 1}}").unwrap();
    }
    assert_eq!(refused(&many, &empty()).len(), crate::FAULTS_MAX);
}
