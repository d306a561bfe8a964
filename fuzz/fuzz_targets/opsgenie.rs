//! Alerts of Opsgenie's API, and what is to become of them: bounded or refused, the same twice.
#![no_main]

use firebell_domain::event::EventAction;
use firebell_fuzz::{check, check_error, payload};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| {
    let result = payload::opsgenie::parse(body);
    match &result {
        Ok(draft) => check(std::slice::from_ref(draft)),
        Err(error) => check_error(error),
    }
    assert_eq!(result, payload::opsgenie::parse(body));
    let alias = String::from_utf8_lossy(body);
    match payload::opsgenie::note(body, EventAction::Resolve, &alias) {
        Ok(draft) => check(std::slice::from_ref(&draft)),
        Err(error) => check_error(&error),
    }
});
