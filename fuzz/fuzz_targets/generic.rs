//! The xMatters trigger body and raw webhooks: bounded or refused, the same twice.
#![no_main]

use firebell_fuzz::{check, check_error, payload};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| {
    let result = payload::generic::parse(body);
    match &result {
        Ok(draft) => check(std::slice::from_ref(draft)),
        Err(error) => check_error(error),
    }
    assert_eq!(result, payload::generic::parse(body));
});
