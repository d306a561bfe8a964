//! The catalogue is whole.

use crate::words::WORDS;

#[test]
fn every_sentence_is_there_and_used() {
    let faults =
        firebell_testkit::words::audit(env!("CARGO_MANIFEST_DIR"), "ui-", |tag| WORDS.text(tag));
    assert!(faults.is_empty() && WORDS.faults().is_empty(), "{faults:#?} {:?}", WORDS.faults());
}
