//! Events of PagerDuty's Events API: bounded or refused, the same twice, and kept without their key.
#![no_main]

use firebell_fuzz::{check, check_error, payload};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| {
    let result = payload::pagerduty::parse(body);
    match &result {
        Ok(draft) => check(std::slice::from_ref(draft)),
        Err(error) => check_error(error),
    }
    assert_eq!(result, payload::pagerduty::parse(body));
    if let Ok(key) = payload::pagerduty::routing_key(body)
        && key.len() > 8
    {
        let kept = payload::pagerduty::without_key(body, &key);
        assert!(payload::pagerduty::routing_key(&kept).is_ok_and(|kept| !kept.contains(&key)));
    }
});
