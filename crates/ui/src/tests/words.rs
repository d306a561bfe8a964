//! The catalogue is whole.

use crate::words::WORDS;

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
