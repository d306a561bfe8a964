//! The sentences these pages use are those of the catalogue.

use crate::words::WORDS;

#[test]
fn every_sentence_is_in_the_catalogue_and_used() {
    let text = |tag: &str| WORDS.text(tag);
    let faults = firebell_testkit::words::audit(env!("CARGO_MANIFEST_DIR"), "signals-", text);
    assert!(faults.is_empty(), "{faults:#?}");
    assert_eq!(WORDS.faults(), Vec::<String>::new());
}
