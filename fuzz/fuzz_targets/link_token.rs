//! Signed links: the only token that verifies is the one that was signed.
#![no_main]

use firebell_access::link::{LinkClaims, LinkError, LinkKey, TOKEN_CHARS, sign, verify};
use firebell_base::Timestamp;
use firebell_domain::instance::InstanceNo;
use firebell_domain::notification::NotificationId;
use firebell_fuzz::now;
use libfuzzer_sys::fuzz_target;

const KEY: LinkKey = LinkKey::new(*b"a sample key of thirty-two bytes");

fuzz_target!(|data: &[u8]| {
    if let Ok(token) = std::str::from_utf8(data) {
        match verify(&KEY, token, now()) {
            // Only a token made with the key is genuine; then it is the one spelling of its claims.
            Ok(claims) | Err(LinkError::Expired(claims)) => assert_eq!(sign(&KEY, &claims), token),
            Err(LinkError::Malformed | LinkError::Forged) => {}
        }
    }
    // The same bytes as claims: what is signed is read back, and no byte may be changed.
    let Some((id, rest)) = data.split_first_chunk::<16>() else {
        return;
    };
    let Some((seconds, rest)) = rest.split_first_chunk::<4>() else {
        return;
    };
    let claims = LinkClaims {
        instance: InstanceNo(i64::from(id[0]) - 128),
        notification: NotificationId::from_bytes(*id),
        expires: Timestamp::from_second(i64::from(u32::from_le_bytes(*seconds))).expect("in range"),
    };
    let token = sign(&KEY, &claims);
    assert_eq!(token.len(), TOKEN_CHARS);
    assert_eq!(verify(&KEY, &token, Timestamp::MIN), Ok(claims));
    let Some([place, with, ..]) = rest.get(..2) else {
        return;
    };
    let mut changed = token.clone().into_bytes();
    changed[usize::from(*place) % TOKEN_CHARS] = *with;
    if changed != token.as_bytes() {
        let changed = String::from_utf8_lossy(&changed).into_owned();
        let refused = verify(&KEY, &changed, Timestamp::MIN);
        assert!(
            matches!(refused, Err(LinkError::Malformed | LinkError::Forged)),
            "{refused:?}"
        );
    }
});
