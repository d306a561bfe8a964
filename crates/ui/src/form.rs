//! What was entered in a form, bounded before it is read.

use axum::body::{Body, to_bytes};
use axum::extract::{FromRequest, Request};
use firebell_access::form::decode;

use crate::refusal::{Common, Refusal};

/// The largest body of an ordinary form, in bytes.
pub const FORM_BYTES_MAX: usize = 256 * 1024;
/// Fields that are read; more are left out.
const FIELDS_MAX: usize = 4_000;

/// The body was too large, or broke off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooLarge;

/// The fields of a form. An extractor: what is larger than [`FORM_BYTES_MAX`] is refused.
#[derive(Clone, Default)]
pub struct Form {
    pairs: Vec<(String, String)>,
}

/// What was entered may be a password.
impl std::fmt::Debug for Form {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names = self.pairs.iter().map(|(name, _)| name);
        f.debug_set().entries(names).finish()
    }
}

impl Form {
    /// Reads the body of a form.
    pub fn of(bytes: &[u8]) -> Self {
        Self { pairs: decoded(bytes, FIELDS_MAX) }
    }

    /// The trimmed value; empty if there is none.
    pub fn text(&self, name: &str) -> &str {
        self.raw(name).trim()
    }

    /// The value as it was entered; empty if there is none.
    pub fn raw(&self, name: &str) -> &str {
        first(&self.pairs, name)
    }

    /// Every value that is not empty.
    pub fn all(&self, name: &str) -> Vec<&str> {
        let named = self.pairs.iter().filter(|(key, _)| key == name);
        named.map(|(_, value)| value.trim()).filter(|value| !value.is_empty()).collect()
    }

    /// Whether it is there: how a checked box shows.
    pub fn has(&self, name: &str) -> bool {
        self.pairs.iter().any(|(key, _)| key == name)
    }

    /// Every field, in order.
    pub fn pairs(&self) -> &[(String, String)] {
        &self.pairs
    }
}

/// Reads a form of up to so many bytes.
///
/// # Errors
/// [`TooLarge`].
pub async fn read(body: Body, bytes_max: usize) -> Result<Form, TooLarge> {
    let bytes = to_bytes(body, bytes_max).await.map_err(|_| TooLarge)?;
    Ok(Form::of(&bytes))
}

impl<S: Sync> FromRequest<S> for Form {
    type Rejection = Refusal;

    async fn from_request(request: Request, _: &S) -> Result<Self, Refusal> {
        read(request.into_body(), FORM_BYTES_MAX)
            .await
            .map_err(|TooLarge| Refusal::common(Common::TooLarge))
    }
}

pub(crate) fn first<'a>(pairs: &'a [(String, String)], name: &str) -> &'a str {
    pairs.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str())
}

/// The pairs of `application/x-www-form-urlencoded`. What is no UTF-8 is replaced; line ends become `\n`.
pub(crate) fn decoded(bytes: &[u8], pairs_max: usize) -> Vec<(String, String)> {
    let parts = bytes.split(|byte| *byte == b'&').filter(|part| !part.is_empty());
    let pair = |part: &[u8]| {
        let at = part.iter().position(|byte| *byte == b'=');
        let (key, value) = match at {
            Some(at) => (part.get(..at), part.get(at + 1..)),
            None => (Some(part), None),
        };
        (text(key.unwrap_or_default()), text(value.unwrap_or_default()))
    };
    parts.take(pairs_max).map(pair).collect()
}

fn text(coded: &[u8]) -> String {
    // No database keeps a NUL: it would answer with a fault where nothing is found.
    decode(coded).replace("\r\n", "\n").replace('\0', "\u{FFFD}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_decoded() {
        let form = Form::of(b"a=1+2%21%C3%B8&a=&b=%zz%4&c&d=x%0D%0Ay&=e");
        assert_eq!(form.text("a"), "1 2!ø");
        assert_eq!(form.all("a"), ["1 2!ø"]);
        assert_eq!(form.raw("b"), "%zz%4");
        assert!(form.has("c") && !form.has("z"));
        assert_eq!(form.raw("d"), "x\ny");
        assert_eq!(Form::of(b"a=x%00\0y").raw("a"), "x\u{FFFD}\u{FFFD}y");
        assert!(!format!("{form:?}").contains("1 2"));
    }

    #[tokio::test]
    async fn bodies_are_bounded() {
        let body = |bytes: usize| Body::from("a".repeat(bytes));
        assert!(read(body(10), 10).await.is_ok());
        assert_eq!(read(body(11), 10).await.map(drop), Err(TooLarge));
    }
}
