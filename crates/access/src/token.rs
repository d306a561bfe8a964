//! Signed tokens: what shows that somebody signed in, or may set a new password.
//!
//! Made and judged by [`crate::session`]; this module knows only their form, their signature and
//! their end. A token is as good as a password: never log it.
//!
//! A token is four letters that name its kind, and unpadded base64url of: version (1 byte), kind (1
//! byte), instance number (i64), person (16 bytes), session (16 bytes), generation (u32), beginning
//! and end in microseconds since 1970 (i64 each), stamp (8 bytes), all big-endian, and HMAC-SHA-256
//! over a fixed prefix and those 70 bytes. Kind and purpose are signed: none can be used as another,
//! nor as a link.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use firebell_base::time::from_micros;
use firebell_base::{Secret, Timestamp};
use firebell_domain::directory::Directory;
use firebell_domain::instance::InstanceNo;
use firebell_domain::person::{PersonId, Status};
use firebell_domain::session::SessionId;
use hmac::Mac;

use crate::link::{LinkKey, keyed};

/// The length of every token, in characters.
pub const TOKEN_CHARS: usize = PREFIX_CHARS + 136;

const PREFIX_CHARS: usize = 4;
const VERSION: u8 = 1;
const CLAIMS_BYTES: usize = 70;
const TAG_BYTES: usize = 32;
const TOKEN_BYTES: usize = CLAIMS_BYTES + TAG_BYTES;
const STAMP_BYTES: usize = 8;
/// What is signed begins so.
const TOKEN_DOMAIN: &[u8] = b"firebell token 1\0";
/// What a stamp is made of begins so.
const STAMP_DOMAIN: &[u8] = b"firebell stamp 1\0";

/// The key tokens are signed with: the one of links, for another purpose.
#[derive(Clone)]
pub(crate) struct TokenKey([u8; 32]);

impl From<&LinkKey> for TokenKey {
    fn from(key: &LinkKey) -> Self {
        Self(key.0)
    }
}

/// What a token is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TokenKind {
    /// The cookie of the pages.
    Session,
    /// Sent with every request to the API.
    Access,
    /// Exchanged for a new access token, once.
    Refresh,
    /// Lets somebody who forgot their password set a new one, once.
    Reset,
}

impl TokenKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Session, Self::Access, Self::Refresh, Self::Reset];

    /// How its tokens begin, so that leaked ones can be found by scanners.
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Session => "fbw_",
            Self::Access => "fba_",
            Self::Refresh => "fbr_",
            Self::Reset => "fbp_",
        }
    }

    const fn code(self) -> u8 {
        match self {
            Self::Session => 1,
            Self::Access => 2,
            Self::Refresh => 3,
            Self::Reset => 4,
        }
    }
}

/// What a token says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claims {
    /// What it is for.
    pub kind: TokenKind,
    /// Where it counts.
    pub instance: InstanceNo,
    /// For whom.
    pub person: PersonId,
    /// Of which session; all zeros when it is none's.
    pub session: SessionId,
    /// Of a refresh token: how often the session was exchanged before it was made.
    pub generation: u32,
    /// When the session began.
    pub began: Timestamp,
    /// From when on it is refused.
    pub expires: Timestamp,
    /// What the person's password and status were.
    pub stamp: Stamp,
}

/// A few bytes that change with a person's password, and that nobody else can compute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp([u8; STAMP_BYTES]);

/// Why a token is refused. The sentences are public.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Not the form of a token of this kind.
    #[error("The token is not valid here. Sign in again.")]
    Malformed,
    /// The form is right, the signature is not.
    #[error("The token is not valid. Sign in again.")]
    Forged,
    /// Its time is over.
    #[error("The token has expired. Exchange the refresh token, or sign in again.")]
    Expired,
    /// Good in another instance.
    #[error("The token belongs to another instance. Sign in to this one.")]
    Elsewhere,
    /// The session was ended.
    #[error("The session was ended. Sign in again.")]
    Ended,
    /// The password was changed, or the person is not active any more: so says the configuration.
    #[error("The session is over, because the password or the account was changed. Sign in again.")]
    Outdated,
    /// A refresh token that was exchanged before: somebody has a copy, so the session was ended.
    #[error("The refresh token was used before, so its session was ended. Sign in again.")]
    Replayed,
}

/// The token for these claims.
pub(crate) fn sign(key: &TokenKey, claims: &Claims) -> Secret {
    let body = encode(claims);
    let mut mac = keyed(&key.0);
    mac.update(TOKEN_DOMAIN);
    mac.update(&body);
    let bytes: Vec<u8> = body.into_iter().chain(mac.finalize().into_bytes()).collect();
    Secret::new(format!("{}{}", claims.kind.prefix(), URL_SAFE_NO_PAD.encode(bytes)))
}

/// Reads a token of one kind that somebody presented at `now`.
pub(crate) fn verify(
    key: &TokenKey,
    kind: TokenKind,
    token: &str,
    now: Timestamp,
) -> Result<Claims, TokenError> {
    if token.len() != TOKEN_CHARS {
        return Err(TokenError::Malformed);
    }
    let code = token.strip_prefix(kind.prefix()).ok_or(TokenError::Malformed)?;
    // The engine refuses padding; 102 bytes fill 136 characters: each token has one spelling.
    let bytes = URL_SAFE_NO_PAD.decode(code).map_err(|_| TokenError::Malformed)?;
    let bytes: [u8; TOKEN_BYTES] = bytes.try_into().map_err(|_| TokenError::Malformed)?;
    let (body, tag) = bytes.split_first_chunk::<CLAIMS_BYTES>().ok_or(TokenError::Malformed)?;
    let mut mac = keyed(&key.0);
    mac.update(TOKEN_DOMAIN);
    mac.update(body);
    // Constant time; and the claims are not looked at before it.
    mac.verify_slice(tag).map_err(|_| TokenError::Forged)?;
    let claims = decode(kind, body).ok_or(TokenError::Malformed)?;
    if now >= claims.expires {
        return Err(TokenError::Expired);
    }
    Ok(claims)
}

/// The stamp of a person; none unless they are there and active.
pub(crate) fn stamp(key: &TokenKey, directory: &Directory, person: PersonId) -> Option<Stamp> {
    let status = directory.person(person)?.status;
    if status != Status::Active {
        return None;
    }
    let mut mac = keyed(&key.0);
    mac.update(STAMP_DOMAIN);
    // Numbers of instances are given again after a restore; their ids are not.
    mac.update(&directory.instance.id.to_bytes());
    mac.update(&person.to_bytes());
    match directory.password(person) {
        Some(password) => {
            mac.update(&[1]);
            mac.update(password.hash.as_bytes());
        }
        None => mac.update(&[0]),
    }
    let mut stamp = [0; STAMP_BYTES];
    for (to, from) in stamp.iter_mut().zip(mac.finalize().into_bytes()) {
        *to = from;
    }
    Some(Stamp(stamp))
}

fn encode(claims: &Claims) -> [u8; CLAIMS_BYTES] {
    let parts = [VERSION, claims.kind.code()]
        .into_iter()
        .chain(claims.instance.0.to_be_bytes())
        .chain(claims.person.to_bytes())
        .chain(claims.session.to_bytes())
        .chain(claims.generation.to_be_bytes())
        .chain(claims.began.as_microsecond().to_be_bytes())
        .chain(claims.expires.as_microsecond().to_be_bytes())
        .chain(claims.stamp.0);
    let mut body = [0_u8; CLAIMS_BYTES];
    for (to, from) in body.iter_mut().zip(parts) {
        *to = from;
    }
    body
}

fn decode(kind: TokenKind, body: &[u8; CLAIMS_BYTES]) -> Option<Claims> {
    let rest = body.strip_prefix(&[VERSION, kind.code()])?;
    let (instance, rest) = rest.split_first_chunk::<8>()?;
    let (person, rest) = rest.split_first_chunk::<16>()?;
    let (session, rest) = rest.split_first_chunk::<16>()?;
    let (generation, rest) = rest.split_first_chunk::<4>()?;
    let (began, rest) = rest.split_first_chunk::<8>()?;
    let (expires, stamp) = rest.split_first_chunk::<8>()?;
    Some(Claims {
        kind,
        instance: InstanceNo(i64::from_be_bytes(*instance)),
        person: PersonId::from_bytes(*person),
        session: SessionId::from_bytes(*session),
        generation: u32::from_be_bytes(*generation),
        began: from_micros(i64::from_be_bytes(*began)),
        expires: from_micros(i64::from_be_bytes(*expires)),
        stamp: Stamp(stamp.try_into().ok()?),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const KEY: TokenKey = TokenKey([9; 32]);

    fn claims(kind: TokenKind) -> Claims {
        Claims {
            kind,
            instance: InstanceNo(-3),
            person: PersonId::from_bytes([0xAB; 16]),
            session: SessionId::from_bytes([0xCD; 16]),
            generation: 7,
            began: from_micros(1_000_001),
            expires: from_micros(2_000_000),
            stamp: Stamp(*b"sample-8"),
        }
    }

    fn read(kind: TokenKind, token: &str) -> Result<Claims, TokenError> {
        verify(&KEY, kind, token, from_micros(1_999_999))
    }

    #[test]
    fn a_token_counts_for_its_kind_until_its_end() {
        for kind in TokenKind::ALL {
            let token = sign(&KEY, &claims(kind));
            let token = token.expose();
            assert_eq!(token.len(), TOKEN_CHARS);
            for other in TokenKind::ALL {
                let expected =
                    if other == kind { Ok(claims(kind)) } else { Err(TokenError::Malformed) };
                assert_eq!(read(other, token), expected);
                // Not even under the other's letters.
                let renamed = format!("{}{}", other.prefix(), &token[PREFIX_CHARS..]);
                assert_eq!(read(other, &renamed).is_ok(), other == kind);
            }
            let over = verify(&KEY, kind, token, from_micros(2_000_000));
            assert_eq!(over, Err(TokenError::Expired));
            let elsewhere = verify(&TokenKey([8; 32]), kind, token, from_micros(0));
            assert_eq!(elsewhere, Err(TokenError::Forged));
        }
    }

    #[test]
    fn every_changed_byte_and_letter_is_refused() {
        for kind in TokenKind::ALL {
            let token = sign(&KEY, &claims(kind));
            let code = &token.expose()[PREFIX_CHARS..];
            let good = URL_SAFE_NO_PAD.decode(code).expect("decodes");
            assert_eq!(good.len(), TOKEN_BYTES);
            for place in 0..TOKEN_BYTES {
                for bit in 0..8 {
                    let mut bytes = good.clone();
                    bytes[place] ^= 1 << bit;
                    let changed = format!("{}{}", kind.prefix(), URL_SAFE_NO_PAD.encode(&bytes));
                    assert_eq!(read(kind, &changed), Err(TokenError::Forged), "{place}/{bit}");
                }
            }
            for place in 0..TOKEN_CHARS {
                let mut changed = token.expose().to_owned();
                let with = if &changed[place..=place] == "A" { "B" } else { "A" };
                changed.replace_range(place..=place, with);
                assert!(read(kind, &changed).is_err(), "{place}");
            }
        }
    }

    #[test]
    fn what_is_no_token_is_malformed() {
        let good = sign(&KEY, &claims(TokenKind::Access));
        let good = good.expose();
        for bad in [
            String::new(),
            "fba_".to_owned(),
            "x".repeat(1_000_000),
            good[1..].to_owned(),
            format!("{good}="),
            format!(" {}", &good[..TOKEN_CHARS - 1]),
            format!("{}+", &good[..TOKEN_CHARS - 1]),
            format!("FBA_{}", &good[4..]),
            "ø".repeat(TOKEN_CHARS / 2),
        ] {
            assert_eq!(read(TokenKind::Access, &bad), Err(TokenError::Malformed));
        }
    }

    #[test]
    fn nothing_shows_a_key_or_a_token() {
        let token = sign(&KEY, &claims(TokenKind::Reset));
        assert!(!format!("{token:?}").contains("fbp_"));
    }

    proptest! {
        #[test]
        fn claims_are_read_back(
            instance: i64, person: [u8; 16], session: [u8; 16], generation: u32,
            began in 0_i64..4_000_000_000_000_000, stamp: [u8; 8],
        ) {
            let claims = Claims {
                kind: TokenKind::Refresh,
                instance: InstanceNo(instance),
                person: PersonId::from_bytes(person),
                session: SessionId::from_bytes(session),
                generation,
                began: from_micros(began),
                expires: from_micros(began + 1),
                stamp: Stamp(stamp),
            };
            let token = sign(&KEY, &claims);
            let read = verify(&KEY, TokenKind::Refresh, token.expose(), from_micros(began));
            prop_assert_eq!(read, Ok(claims));
        }

        #[test]
        fn arbitrary_text_is_never_a_token(text in "(fba_)?.{0,160}") {
            prop_assert!(read(TokenKind::Access, &text).is_err());
        }
    }
}
