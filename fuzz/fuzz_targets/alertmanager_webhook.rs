//! Alertmanager's webhook: every alert has a key under which it can be resolved.
#![no_main]

use firebell_fuzz::{check, check_error, payload};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| {
    match payload::alertmanager_webhook::parse(body) {
        Ok(drafts) => {
            check(&drafts);
            assert!(drafts.iter().all(|draft| draft.dedup_key.is_some()));
        }
        Err(error) => check_error(&error),
    }
});
