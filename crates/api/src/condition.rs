//! What a request makes its own carrying out depend on: `If-Match` and `Idempotency-Key`.
//!
//! Extractors for the handlers that write configuration; `xm::shape::change` holds a change to
//! them. A header that cannot be read is refused, never ignored: whoever sends one relies on it.

use axum::extract::FromRequestParts;
use firebell_access::keys;
use firebell_domain::directory::Revision;
use firebell_domain::instance::InstanceId;
use firebell_domain::name::cut;
use firebell_domain::person::PersonId;
use http::header::IF_MATCH;
use http::request::Parts;
use http::{HeaderMap, HeaderName};

use crate::error::ApiError;

/// The header with a key under which something is made once, however often it is asked for.
pub const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// The longest key, in characters.
pub const KEY_CHARS_MAX: usize = 255;

/// What the entity a write is about must be like. An extractor of `If-Match`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum IfMatch {
    /// Whatever it is like: there was no such header.
    #[default]
    Anything,
    /// It must be there.
    Exists,
    /// It must be as of this revision.
    Revision(Revision),
}

impl IfMatch {
    fn of(headers: &HeaderMap) -> Result<Self, ApiError> {
        let mut given = headers.get_all(IF_MATCH).iter();
        let Some(first) = given.next() else { return Ok(Self::Anything) };
        let text = first.to_str().unwrap_or_default().trim();
        let read = match text {
            "*" => Some(Self::Exists),
            tag => tag
                .strip_prefix('"')
                .map_or(Some(tag), |rest| rest.strip_suffix('"'))
                .and_then(|text| text.parse().ok())
                .map(Self::Revision),
        };
        read.filter(|_| given.next().is_none()).ok_or_else(|| {
            let given = cut(text, 40);
            let message = format!(
                "If-Match must be one ETag as it was answered, such as \"1.42\", or *, not \
                 {given:?}."
            );
            ApiError::bad_request("validation.common.if_match", message, &["If-Match", &given])
        })
    }
}

impl<S: Sync> FromRequestParts<S> for IfMatch {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        Self::of(&parts.headers)
    }
}

/// The key of a request that must be carried out once. An extractor.
#[derive(Clone, Default)]
pub struct OnceKey(Option<String>);

impl OnceKey {
    /// What is stored of the key: nobody can read it back, and it means nothing in another instance
    /// or from somebody else, who may number their requests alike.
    pub fn hash(&self, instance: InstanceId, caller: PersonId) -> Option<[u8; 32]> {
        let key = self.0.as_ref()?;
        Some(keys::hash(&format!("idempotency-key\n{instance}\n{caller}\n{key}")))
    }

    fn of(headers: &HeaderMap) -> Result<Self, ApiError> {
        let mut given = headers.get_all(IDEMPOTENCY_KEY).iter();
        let Some(first) = given.next() else { return Ok(Self(None)) };
        let text = first.to_str().unwrap_or_default().trim();
        let plain = text.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ');
        if text.is_empty() || !plain || text.len() > KEY_CHARS_MAX || given.next().is_some() {
            let message = format!(
                "Idempotency-Key must be one text of 1 to {KEY_CHARS_MAX} printable ASCII \
                 characters, such as a UUID made for this request."
            );
            let subcode = "validation.common.idempotency_key";
            return Err(ApiError::bad_request(subcode, message, &["Idempotency-Key"]));
        }
        Ok(Self(Some(text.to_owned())))
    }
}

impl<S: Sync> FromRequestParts<S> for OnceKey {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        Self::of(&parts.headers)
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn headers(name: &HeaderName, values: &[&'static str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(name.clone(), HeaderValue::from_static(value));
        }
        headers
    }

    #[test]
    fn a_tag_is_read_as_it_was_answered_and_nothing_else_is() {
        let read = |values: &[&'static str]| IfMatch::of(&headers(&IF_MATCH, values));
        let at = Revision { epoch: 1, n: 42 };
        assert_eq!(read(&[]), Ok(IfMatch::Anything));
        assert_eq!(read(&["*"]), Ok(IfMatch::Exists));
        assert_eq!(read(&["\"1.42\""]), Ok(IfMatch::Revision(at)));
        assert_eq!(read(&[" 1.42 "]), Ok(IfMatch::Revision(at)));
        for bad in [
            "",
            "\"\"",
            "\"1.42",
            "1.42\"",
            "1",
            "1.",
            ".42",
            "1.42.3",
            "+1.2",
            "1.-2",
            "W/\"1.42\"",
            "\"1.42\", \"1.43\"",
            "99999999999999999999.1",
        ] {
            let error = read(&[bad]).unwrap_err();
            assert_eq!((error.status.as_u16(), &*error.arguments[0]), (400, "If-Match"), "{bad}");
        }
        assert!(read(&["*", "*"]).is_err(), "two headers");
    }

    #[test]
    fn a_key_counts_in_one_instance_and_from_one_person_only() {
        let read = |values: &[&'static str]| OnceKey::of(&headers(&IDEMPOTENCY_KEY, values));
        let (one, two) = (InstanceId::from_bytes([1; 16]), InstanceId::from_bytes([2; 16]));
        let (ann, bo) = (PersonId::from_bytes([1; 16]), PersonId::from_bytes([2; 16]));
        let key = read(&["0b7e"]).unwrap();
        assert_eq!(key.hash(one, ann), read(&[" 0b7e"]).unwrap().hash(one, ann));
        assert_ne!(key.hash(one, ann), key.hash(two, ann));
        assert_ne!(key.hash(one, ann), key.hash(one, bo));
        assert_ne!(key.hash(one, ann), read(&["0b7f"]).unwrap().hash(one, ann));
        assert_eq!(read(&[]).unwrap().hash(one, ann), None);
        for bad in [&[""][..], &["\t"], &["a", "b"]] {
            assert_eq!(read(bad).err().map(|error| error.status.as_u16()), Some(400), "{bad:?}");
        }
        let long: &'static str = "k".repeat(KEY_CHARS_MAX + 1).leak();
        assert!(read(&[long]).is_err());
    }
}
