//! Alertmanager's API: an answer in its words, and fingerprints for what is valid.
#![no_main]

use firebell_fuzz::{check, now, payload};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| {
    let outcome = payload::alertmanager_v2::parse(body, now());
    check(&outcome.drafts);
    for draft in &outcome.drafts {
        let key = draft.dedup_key.as_deref().unwrap_or_default();
        assert!(
            key.len() == 16 && key.bytes().all(|b| b.is_ascii_hexdigit()),
            "{key}"
        );
    }
    if let Some(error) = outcome.error {
        assert!(matches!(error.status, 400 | 413 | 422));
        assert!(error.body.len() < 10_000);
        let json: serde_json::Value =
            serde_json::from_str(&error.body).expect("the answer is JSON");
        // Objects refuse the whole body; strings are about some of its alerts.
        assert!(json.is_string() || (json.is_object() && outcome.drafts.is_empty()));
    }
});
