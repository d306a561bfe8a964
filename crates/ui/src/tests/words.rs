//! The catalogue is whole.

use crate::words::{Catalogue, WORDS};

#[test]
fn every_sentence_is_there_and_used() {
    let faults =
        firebell_testkit::words::audit(env!("CARGO_MANIFEST_DIR"), "ui-", |tag| WORDS.text(tag));
    assert!(faults.is_empty() && WORDS.faults().is_empty(), "{faults:#?} {:?}", WORDS.faults());
}

/// Responders read it at night: nothing of the frame, and no refusal, may be in another language than theirs.
#[test]
fn every_sentence_is_there_in_every_language() {
    let keys = |tag| firebell_testkit::words::keys(WORDS.text(tag).unwrap());
    for tag in ["de", "nb"] {
        assert_eq!(keys(tag), keys("en"), "{tag}");
    }
}

#[test]
fn a_sentence_that_is_there_twice_is_a_fault() {
    static ONCE: Catalogue = Catalogue::new(&[("en", "a = A\nb = B\n")]);
    static TWICE: Catalogue = Catalogue::new(&[("en", "a = A\n"), ("de", "a = A\na = B\n")]);
    assert!(ONCE.faults().is_empty());
    let faults = TWICE.faults();
    assert!(faults.len() == 1 && faults[0].starts_with("de: "), "{faults:?}");
}
