//! Signatures after the Standard Webhooks scheme, for sending and for receiving.
//!
//! Called by the webhook channel and by whoever receives signed calls. The signed text is
//! `id.timestamp.body`; the signature header holds one `v1,<base64>` per key, so that a receiver
//! survives the rotation of a key. Comparison takes the same time for every wrong signature.

use std::{fmt, time::Duration};

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::Timestamp;
use sha2::Sha256;

use crate::Secret;

/// Prefix of a signing key in text form.
const KEY_PREFIX: &str = "whsec_";
/// Shortest and longest key, in bytes.
const KEY_BYTES: std::ops::RangeInclusive<usize> = 24..=64;
/// Most keys at a time: the present one and those being rotated out.
const KEYS_MAX: usize = 4;
/// Most signatures of one header that are compared.
const SIGNATURES_MAX: usize = 8;
/// How far the two clocks may differ when a signature is verified.
pub const TOLERANCE: Duration = Duration::from_mins(5);

/// One signing key.
#[derive(Clone)]
pub struct SigningKey(Vec<u8>);

impl SigningKey {
    /// A key from random bytes, between 24 and 64.
    ///
    /// # Errors
    /// [`SignError::KeyLength`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SignError> {
        if KEY_BYTES.contains(&bytes.len()) {
            Ok(Self(bytes.to_vec()))
        } else {
            Err(SignError::KeyLength)
        }
    }

    /// Reads one or more keys in the form `whsec_<base64>`, separated by blanks.
    ///
    /// # Errors
    /// [`SignError::KeyForm`], [`SignError::KeyLength`] or [`SignError::KeyCount`].
    pub fn parse_all(secret: &Secret) -> Result<Vec<Self>, SignError> {
        let mut keys = Vec::new();
        for word in secret.expose().split_whitespace() {
            let body = word.strip_prefix(KEY_PREFIX).ok_or(SignError::KeyForm)?;
            let bytes = BASE64.decode(body).map_err(|_| SignError::KeyForm)?;
            keys.push(Self::from_bytes(&bytes)?);
        }
        if (1..=KEYS_MAX).contains(&keys.len()) { Ok(keys) } else { Err(SignError::KeyCount) }
    }

    /// The text form that is shown to the customer once.
    pub fn to_secret(&self) -> Secret {
        Secret::new(format!("{KEY_PREFIX}{}", BASE64.encode(&self.0)))
    }

    fn mac(&self, id: &str, timestamp: i64, body: &[u8]) -> Result<Hmac<Sha256>, SignError> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).map_err(|_| SignError::KeyLength)?;
        mac.update(format!("{id}.{timestamp}.").as_bytes());
        mac.update(body);
        Ok(mac)
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey(***)")
    }
}

/// Why a call could not be signed or is not genuine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignError {
    /// Not `whsec_` and base64.
    #[error("a signing key has the form whsec_ followed by base64")]
    KeyForm,
    /// Too short or too long.
    #[error("a signing key has 24 to 64 bytes")]
    KeyLength,
    /// None, or more than four.
    #[error("give between one and four signing keys")]
    KeyCount,
    /// `webhook-timestamp` is not a number of seconds.
    #[error("webhook-timestamp is not a number of seconds since 1970")]
    Timestamp,
    /// Older or newer than the tolerance.
    #[error("webhook-timestamp differs too much from the clock")]
    Stale,
    /// No signature matches any key.
    #[error("webhook-signature matches none of the keys")]
    Mismatch,
}

/// The value of `webhook-signature`: one `v1,<base64>` per key, separated by blanks.
///
/// # Errors
/// [`SignError::KeyLength`].
pub fn sign(
    keys: &[SigningKey],
    id: &str,
    at: Timestamp,
    body: &[u8],
) -> Result<String, SignError> {
    let mut all = Vec::new();
    for key in keys {
        let mac = key.mac(id, at.as_second(), body)?.finalize().into_bytes();
        all.push(format!("v1,{}", BASE64.encode(mac)));
    }
    Ok(all.join(" "))
}

/// The three headers of a received call, as they came.
#[derive(Clone, Copy, Debug)]
pub struct SignedHeaders<'a> {
    /// `webhook-id`.
    pub id: &'a str,
    /// `webhook-timestamp`.
    pub timestamp: &'a str,
    /// `webhook-signature`.
    pub signature: &'a str,
}

/// Checks that a received call was signed with one of the keys, and recently.
///
/// # Errors
/// [`SignError::Timestamp`], [`SignError::Stale`] or [`SignError::Mismatch`].
pub fn verify(
    keys: &[SigningKey],
    headers: SignedHeaders<'_>,
    body: &[u8],
    now: Timestamp,
    tolerance: Duration,
) -> Result<(), SignError> {
    let at: i64 = headers.timestamp.trim().parse().map_err(|_| SignError::Timestamp)?;
    if now.as_second().abs_diff(at) > tolerance.as_secs() {
        return Err(SignError::Stale);
    }
    for signature in headers.signature.split_whitespace().take(SIGNATURES_MAX) {
        let Some(encoded) = signature.strip_prefix("v1,") else {
            continue;
        };
        let Ok(bytes) = BASE64.decode(encoded) else {
            continue;
        };
        for key in keys {
            if key.mac(headers.id, at, body)?.verify_slice(&bytes).is_ok() {
                return Ok(());
            }
        }
    }
    Err(SignError::Mismatch)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_614_265_330;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn keys(text: &str) -> Vec<SigningKey> {
        SigningKey::parse_all(&Secret::new(text)).unwrap()
    }

    /// 24 and 32 bytes, counting up from 0.
    const KEY_A: &str = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX";
    const KEY_B: &str = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

    #[test]
    fn signature_of_a_known_call() {
        let signed = sign(&keys(KEY_A), "msg_1", at(NOW), br#"{"test":1}"#).unwrap();
        assert_eq!(signed, "v1,o3zPOOjBw5lHoqOe+yHH0FZ2DRfzH+nviTdkmim/z1E=");
    }

    #[test]
    fn verification_accepts_only_the_genuine_call() {
        let body = b"{}";
        let both = format!("{KEY_A} {KEY_B}");
        let signed = sign(&keys(&both), "m", at(NOW), body).unwrap();
        assert_eq!(signed.split(' ').count(), 2);
        let time = NOW.to_string();
        let headers = SignedHeaders { id: "m", timestamp: &time, signature: &signed };
        let check = |keys: &[SigningKey], headers, body: &[u8], now: i64| {
            verify(keys, headers, body, at(now), TOLERANCE)
        };
        let a = keys(KEY_A);
        assert_eq!(check(&a, headers, body, NOW), Ok(()));
        assert_eq!(check(&keys(KEY_B), headers, body, NOW + 300), Ok(()));
        assert_eq!(check(&a, headers, body, NOW + 301), Err(SignError::Stale));
        assert_eq!(check(&a, headers, body, NOW - 301), Err(SignError::Stale));
        assert_eq!(check(&a, headers, b"{ }", NOW), Err(SignError::Mismatch));
        let other = SignedHeaders { id: "n", ..headers };
        assert_eq!(check(&a, other, body, NOW), Err(SignError::Mismatch));
        let stranger = [SigningKey::from_bytes(&[7; 24]).unwrap()];
        assert_eq!(check(&stranger, headers, body, NOW), Err(SignError::Mismatch));
        for timestamp in ["", "now", "1e9", "99999999999999999999"] {
            let wrong = SignedHeaders { timestamp, ..headers };
            assert_eq!(check(&a, wrong, body, NOW), Err(SignError::Timestamp));
        }
        for signature in ["", "v1,", "v1,!!", "v2,AAAA", "v1a,AAAA", "v1,AAAA"] {
            let wrong = SignedHeaders { signature, ..headers };
            assert_eq!(check(&a, wrong, body, NOW), Err(SignError::Mismatch), "{signature}");
        }
        let padded = format!("v2,x v1,AAAA {signed}");
        let many = SignedHeaders { signature: &padded, ..headers };
        assert_eq!(check(&a, many, body, NOW), Ok(()));
    }

    #[test]
    fn keys_are_checked_and_hidden() {
        let parse = |text: &str| SigningKey::parse_all(&Secret::new(text)).unwrap_err();
        assert_eq!(parse("abc"), SignError::KeyForm);
        assert_eq!(parse("whsec_!!"), SignError::KeyForm);
        assert_eq!(parse("whsec_AAAA"), SignError::KeyLength);
        assert_eq!(parse("  "), SignError::KeyCount);
        assert_eq!(parse(&[KEY_A; 5].join(" ")), SignError::KeyCount);
        let key = keys(KEY_B).remove(0);
        assert_eq!(key.to_secret().expose(), KEY_B);
        assert_eq!(format!("{key:?}"), "SigningKey(***)");
    }
}
