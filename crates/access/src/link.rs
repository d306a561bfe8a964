//! Signed links in messages: one tap shows or answers a notification without signing in.
//!
//! Signed by notify, verified by the pages. A token names a notification and an end; whoever has
//! it acts as the person who was notified, until then. It holds nothing secret, but is as good as
//! a key: never log it.
//!
//! A token is unpadded base64url of: version (1 byte), instance number (i64), notification id (16
//! bytes), end in seconds since 1970 (u64), all big-endian, and the first 16 bytes of
//! HMAC-SHA-256 over a fixed prefix and those 33 bytes. 128 bits cannot be guessed online, and
//! keep the link short enough for a text message.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use firebell_base::Timestamp;
use firebell_domain::instance::InstanceNo;
use firebell_domain::notification::NotificationId;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// The length of every token, in characters.
pub const TOKEN_CHARS: usize = 66;

/// What [`masked`] puts in the place of a token.
const MASK: &str = "(link)";
const VERSION: u8 = 1;
const CLAIMS_BYTES: usize = 33;
const TAG_BYTES: usize = 16;
const TOKEN_BYTES: usize = CLAIMS_BYTES + TAG_BYTES;
/// What is signed begins so: a tag made for another purpose with the same key is no link.
const DOMAIN: &[u8] = b"firebell link 1\0";

/// The key links are signed with; the same on every node.
#[derive(Clone)]
pub struct LinkKey(pub(crate) [u8; 32]);

impl LinkKey {
    /// Wraps the key's bytes.
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl std::fmt::Debug for LinkKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("LinkKey(…)")
    }
}

/// What a link says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LinkClaims {
    /// Whose alert it is.
    pub instance: InstanceNo,
    /// Which notification, and with it which person and alert.
    pub notification: NotificationId,
    /// From when on the link is refused; whole seconds (a fraction is dropped when signing).
    pub expires: Timestamp,
}

/// Why a link is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// Not the form of a link.
    #[error("This link is incomplete. Open it from the message again, or copy all of it.")]
    Malformed,
    /// The form is right, the signature is not.
    #[error("This link is not valid. Open it from the message again, or sign in.")]
    Forged,
    /// Genuine, but its time is over; the claims may be used to say of what it was, not to act.
    #[error("This link has expired. Sign in to answer.")]
    Expired(LinkClaims),
}

/// The token for these claims. An end before 1970 is signed as 1970: it is over either way.
pub fn sign(key: &LinkKey, claims: &LinkClaims) -> String {
    let body = encode(claims);
    let tag = mac(key, &body).finalize().into_bytes();
    let bytes: Vec<u8> = body.into_iter().chain(tag.into_iter().take(TAG_BYTES)).collect();
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Reads a token that somebody presented at `now`.
pub fn verify(key: &LinkKey, token: &str, now: Timestamp) -> Result<LinkClaims, LinkError> {
    if token.len() != TOKEN_CHARS {
        return Err(LinkError::Malformed);
    }
    // The engine refuses padding and non-zero bits after the end: each token has one spelling.
    let bytes = URL_SAFE_NO_PAD.decode(token).map_err(|_| LinkError::Malformed)?;
    let bytes: [u8; TOKEN_BYTES] = bytes.try_into().map_err(|_| LinkError::Malformed)?;
    let (body, tag) = bytes.split_first_chunk::<CLAIMS_BYTES>().ok_or(LinkError::Malformed)?;
    if body.first() != Some(&VERSION) {
        return Err(LinkError::Malformed);
    }
    // Constant time; and the claims are not looked at before it.
    mac(key, body).verify_truncated_left(tag).map_err(|_| LinkError::Forged)?;
    let claims = decode(body).ok_or(LinkError::Malformed)?;
    if now >= claims.expires {
        return Err(LinkError::Expired(claims));
    }
    Ok(claims)
}

/// The text with every token of a link replaced: for texts from elsewhere that may repeat what was
/// sent there, and are shown to more people than the one the link is for.
pub fn masked(text: &str) -> String {
    let is_coded = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(is_coded) {
        let (before, from) = rest.split_at(start);
        let (run, after) = from.split_at(from.find(|c| !is_coded(c)).unwrap_or(from.len()));
        out.push_str(before);
        // All tokens of version 1 begin with this letter.
        let is_token = run.len() == TOKEN_CHARS && run.starts_with('A');
        out.push_str(if is_token { MASK } else { run });
        rest = after;
    }
    out.push_str(rest);
    out
}

fn mac(key: &LinkKey, body: &[u8; CLAIMS_BYTES]) -> Hmac<Sha256> {
    let mut mac = keyed(&key.0);
    mac.update(DOMAIN);
    mac.update(body);
    mac
}

/// HMAC-SHA-256 under this key. What is signed must begin with what it is for.
pub(crate) fn keyed(key: &[u8; 32]) -> Hmac<Sha256> {
    // HMAC fills a key that is shorter than the block with zeros; doing so here cannot fail.
    let mut block = [0_u8; 64];
    for (to, from) in block.iter_mut().zip(key) {
        *to = *from;
    }
    <Hmac<Sha256> as KeyInit>::new(&block.into())
}

fn encode(claims: &LinkClaims) -> [u8; CLAIMS_BYTES] {
    let expires = u64::try_from(claims.expires.as_second()).unwrap_or(0);
    let parts = [VERSION]
        .into_iter()
        .chain(claims.instance.0.to_be_bytes())
        .chain(claims.notification.to_bytes())
        .chain(expires.to_be_bytes());
    let mut body = [0_u8; CLAIMS_BYTES];
    for (to, from) in body.iter_mut().zip(parts) {
        *to = from;
    }
    body
}

fn decode(body: &[u8; CLAIMS_BYTES]) -> Option<LinkClaims> {
    let (_version, rest) = body.split_first()?;
    let (instance, rest) = rest.split_first_chunk::<8>()?;
    let (notification, rest) = rest.split_first_chunk::<16>()?;
    let expires = u64::from_be_bytes(rest.try_into().ok()?);
    Some(LinkClaims {
        instance: InstanceNo(i64::from_be_bytes(*instance)),
        notification: NotificationId::from_bytes(*notification),
        expires: Timestamp::from_second(i64::try_from(expires).ok()?).ok()?,
    })
}

#[cfg(test)]
mod tests {
    use firebell_base::time::add_seconds;
    use proptest::prelude::*;

    use super::*;

    const KEY: LinkKey = LinkKey::new([9; 32]);

    fn claims(expires: i64) -> LinkClaims {
        LinkClaims {
            instance: InstanceNo(-3),
            notification: NotificationId::from_bytes([0xAB; 16]),
            expires: Timestamp::from_second(expires).expect("in range"),
        }
    }

    fn at(second: i64) -> Timestamp {
        add_seconds(Timestamp::UNIX_EPOCH, second)
    }

    #[test]
    fn a_link_is_valid_until_its_end() {
        let token = sign(&KEY, &claims(1000));
        assert_eq!(token.len(), TOKEN_CHARS);
        assert_eq!(verify(&KEY, &token, at(999)), Ok(claims(1000)));
        assert_eq!(verify(&KEY, &token, at(1000)), Err(LinkError::Expired(claims(1000))));
        assert_eq!(verify(&LinkKey::new([8; 32]), &token, at(0)), Err(LinkError::Forged));
    }

    #[test]
    fn the_layout_stays_readable_by_the_next_release() {
        // Links outlive an upgrade: this token was made by version 1 of the format.
        // The value was computed by another implementation of HMAC.
        let token = "Af_________9q6urq6urq6urq6urq6urqwAAAAAAAAPoEa3zzr2bKGN-X0z6IZxA3Q";
        assert_eq!(sign(&KEY, &claims(1000)), token);
    }

    #[test]
    fn tokens_in_foreign_texts_are_masked() {
        let token = sign(&KEY, &claims(1000));
        for (text, shown) in [
            (format!("ok: {token}"), "ok: (link)".to_owned()),
            (
                format!("\"http:\\/\\/ø\\/r\\/{token}\\/1\""),
                "\"http:\\/\\/ø\\/r\\/(link)\\/1\"".to_owned(),
            ),
            (format!("{token}x {token}"), format!("{token}x (link)")),
            ("host answered 200: thanks …".to_owned(), "host answered 200: thanks …".to_owned()),
            (String::new(), String::new()),
        ] {
            assert_eq!(masked(&text), shown);
        }
    }

    #[test]
    fn what_is_no_token_is_malformed() {
        let good = sign(&KEY, &claims(1000));
        let mut other_version = URL_SAFE_NO_PAD.decode(&good).expect("decodes");
        other_version[0] = 2;
        for bad in [
            String::new(),
            "x".repeat(1_000_000),
            good[1..].to_owned(),
            format!("{good}="),
            format!(" {}", &good[1..]),
            format!("{}+", &good[..65]),
            "ø".repeat(33),
            URL_SAFE_NO_PAD.encode(other_version),
        ] {
            assert_eq!(verify(&KEY, &bad, at(0)), Err(LinkError::Malformed));
        }
    }

    #[test]
    fn ends_before_1970_and_beyond_all_calendars_do_not_panic() {
        let token = sign(&KEY, &claims(-5));
        assert_eq!(verify(&KEY, &token, at(0)), Err(LinkError::Expired(claims(0))));
        let last = sign(&KEY, &LinkClaims { expires: Timestamp::MAX, ..claims(0) });
        assert!(verify(&KEY, &last, at(0)).is_ok());
    }

    proptest! {
        #[test]
        fn every_flipped_bit_is_refused(
            instance: i64, notification: [u8; 16], expires in 0_i64..4_000_000_000,
            bit in 0_usize..TOKEN_BYTES * 8,
        ) {
            let claims = LinkClaims {
                instance: InstanceNo(instance),
                notification: NotificationId::from_bytes(notification),
                expires: at(expires),
            };
            let token = sign(&KEY, &claims);
            prop_assert_eq!(verify(&KEY, &token, at(expires - 1)), Ok(claims));
            let mut bytes = URL_SAFE_NO_PAD.decode(&token).expect("decodes");
            bytes[bit / 8] ^= 1 << (bit % 8);
            let changed = verify(&KEY, &URL_SAFE_NO_PAD.encode(bytes), at(0));
            prop_assert!(matches!(changed, Err(LinkError::Forged | LinkError::Malformed)));
        }

        #[test]
        fn every_changed_character_is_refused(
            place in 0_usize..TOKEN_CHARS,
            with in "[A-Za-z0-9_-]",
        ) {
            let token = sign(&KEY, &claims(1000));
            let mut changed = token.clone();
            changed.replace_range(place..=place, &with);
            prop_assert_eq!(verify(&KEY, &changed, at(0)).is_ok(), changed == token);
        }

        #[test]
        fn arbitrary_text_is_never_a_link(text in ".{0,80}") {
            prop_assert!(verify(&KEY, &text, at(0)).is_err());
        }
    }
}
