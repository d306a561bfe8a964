//! What the fuzz targets have in common.
//!
//! The payload parsers are included as source: the crate they live in brings databases and a
//! runtime, which would make the fuzzers slow to build and tell them nothing.

#[path = "../../crates/pipeline/src/payload/mod.rs"]
pub mod payload;

use firebell_base::Timestamp;
use firebell_domain::event::Draft;

/// A fixed now: 2026-03-02T09:00:00Z.
pub fn now() -> Timestamp {
    firebell_base::time::from_micros(1_772_442_000_000_000)
}

/// What must hold of whatever leaves a parser.
pub fn check(drafts: &[Draft]) {
    assert!(drafts.len() <= payload::ALERTS_PER_REQUEST_MAX);
    for draft in drafts {
        assert!(payload::is_within_bounds(draft), "{draft:?}");
    }
}

/// What must hold of every refusal: it names a field, and is short enough to show.
pub fn check_error(error: &payload::PayloadError) {
    assert!(!error.field().is_empty());
    assert!(error.subcode().starts_with("validation."));
    assert!(error.to_string().len() < 5_000, "{error}");
}
