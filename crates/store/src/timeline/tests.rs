//! What is stored comes back, whoever wrote it.

use firebell_domain::timeline::{Answering, Correlation, What};
use firebell_testkit::told;

use super::*;

fn now() -> Timestamp {
    from_micros(1_700_000_000_000_001)
}

#[test]
fn everything_that_can_happen_survives() {
    for what in told::everything() {
        let entry = Entry::new(now(), Step::Notify, what);
        let stored = encode(std::slice::from_ref(&entry));
        assert_eq!(decode(&stored).expect("reads"), [entry], "{stored}");
    }
}

#[test]
fn whom_it_is_about_survives() {
    let random = Random::seeded(1);
    let hostile = "accepted \"x\"\n\\ \u{1} ø 🔔";
    let entries = vec![
        Entry::new(now(), Step::Intake, What::Said(hostile.to_owned())),
        Entry::new(now(), Step::Intake, Correlation::Accepted { source: hostile.to_owned() }),
        Entry::new(now(), Step::Notify, Correlation::RanOut).person(Id::new(&random, now())),
        Entry::new(now(), Step::Deliver, Answering::Escalated)
            .notification(Id::new(&random, now())),
    ];
    assert_eq!(decode(&encode(&entries)).expect("reads"), entries);
}

#[test]
fn it_takes_less_than_the_sentences_did() {
    let all = told::everything();
    let (mut sentences, mut stored) = (0, 0);
    for what in all {
        let said = What::Said(what.to_string());
        let size = |what: What| encode(&[Entry::new(now(), Step::Notify, what)]).len();
        let (one, other) = (size(said), size(what.clone()));
        assert!(other <= one + 4, "{what}: {other} for {one} bytes");
        sentences += one;
        stored += other;
    }
    assert!(stored * 4 < sentences * 3, "{stored} for {sentences} bytes");
}

#[test]
fn sentences_of_older_releases_stay_as_they_are() {
    let stored = r#"[[1,"route","Not told: Ops is inactive or removed"],[2,"deliver","x",null]]"#;
    let entries = decode(stored).expect("reads");
    let texts: Vec<String> = entries.iter().map(Entry::text).collect();
    assert_eq!(texts, ["Not told: Ops is inactive or removed", "x"]);
    assert_eq!(encode(&entries[..1]), r#"[[1,"route","Not told: Ops is inactive or removed"]]"#);
}

#[test]
fn what_newer_releases_wrote_is_shown_as_it_is() {
    let table = [
        (r#"["zz","Bo Ek",5,null,["a",["b"]]]"#, "zz · Bo Ek · 5 · null · a · b"),
        (r#"["td","Bo Ek",[null,null,null,9],[]]"#, "td · Bo Ek · null · null · null · 9 · "),
        (r#"["nd","Bo Ek",[],[["Pager",77]]]"#, "nd · Bo Ek ·  · Pager · 77"),
        (r#"["op","x",1]"#, "op · x · 1"),
        (r#"["ev"]"#, "ev"),
        (r#"{"code":"ev"}"#, r#"{"code":"ev"}"#),
        ("[]", ""),
        ("[7]", "7"),
    ];
    for (what, text) in table {
        let entries = decode(&format!("[[1,\"route\",{what}]]")).expect(what);
        assert_eq!(entries[0].what, What::Said(text.to_owned()), "{what}");
    }
    // An argument more does not make a known thing unknown.
    let entries = decode(r#"[[1,"route",["ev","Monitor","more"]]]"#).expect("reads");
    assert_eq!(entries[0].what, Correlation::Accepted { source: "Monitor".to_owned() }.into());
}

#[test]
fn damaged_entries_are_an_error() {
    for bad in ["", "[[]]", "[[1,\"route\"]]", "[[1,\"nowhere\",\"x\"]]", "{}"] {
        assert!(decode(bad).is_err(), "{bad}");
    }
    assert!(decode("[[\"1\",\"route\",\"x\"]]").is_err());
}
