//! The query of a URL: filters, sorting and paging live there, so that a page can be linked to.

use std::convert::Infallible;
use std::fmt::Write as _;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use crate::form::{decoded, first};

/// Bytes of a query that are read.
const BYTES_MAX: usize = 8 * 1024;
/// Pairs that are read.
const PAIRS_MAX: usize = 200;
/// The last page that can be asked for.
const PAGE_MAX: usize = 1_000_000;

/// What was asked for in the URL.
#[derive(Debug, Clone, Default)]
pub struct Query {
    pairs: Vec<(String, String)>,
}

/// A page of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// From 1.
    pub number: usize,
    /// Rows before it.
    pub offset: usize,
    /// Rows of a page.
    pub rows: usize,
}

impl Query {
    /// Reads the text behind the question mark; what is too much is left out.
    pub fn read(text: &str) -> Self {
        let text = text.get(..BYTES_MAX).unwrap_or(text);
        Self { pairs: decoded(text.as_bytes(), PAIRS_MAX) }
    }

    /// The trimmed value; empty if there is none.
    pub fn text(&self, name: &str) -> &str {
        first(&self.pairs, name).trim()
    }

    /// Every value that is not empty.
    pub fn all(&self, name: &str) -> Vec<&str> {
        let named = self.pairs.iter().filter(|(key, _)| key == name);
        named.map(|(_, value)| value.trim()).filter(|value| !value.is_empty()).collect()
    }

    /// Whether it is there.
    pub fn has(&self, name: &str) -> bool {
        self.pairs.iter().any(|(key, _)| key == name)
    }

    /// Every pair, in order.
    pub fn pairs(&self) -> &[(String, String)] {
        &self.pairs
    }

    /// `?…` with these values in place of what is there; an empty one removes.
    pub fn with(&self, changes: &[(&str, &str)]) -> String {
        let kept = self.pairs.iter().map(|(key, value)| (key.as_str(), value.as_str()));
        let kept = kept.filter(|(key, _)| !changes.iter().any(|(name, _)| name == key));
        let mut text = String::from("?");
        for (key, value) in kept.chain(changes.iter().copied()) {
            if value.is_empty() {
                continue;
            }
            if text.len() > 1 {
                text.push('&');
            }
            encode(&mut text, key);
            text.push('=');
            encode(&mut text, value);
        }
        text
    }

    /// The page that is asked for with `page`, from 1.
    pub fn page(&self, rows: usize) -> Page {
        let number = self.text("page").parse().unwrap_or(1).clamp(1, PAGE_MAX);
        Page { number, offset: (number - 1) * rows, rows }
    }
}

/// Percent-encodes one key or value.
pub(crate) fn encode(text: &mut String, value: &str) {
    for byte in value.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                text.push(char::from(byte));
            }
            b' ' => text.push('+'),
            // Writing to a String cannot fail.
            _ => drop(write!(text, "%{byte:02X}")),
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Query {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::read(parts.uri.query().unwrap_or_default()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_is_written_back() {
        let query = Query::read("q=a+b%26c&page=3&group=x&group=&group=y");
        assert_eq!(query.text("q"), "a b&c");
        assert_eq!(query.all("group"), ["x", "y"]);
        assert_eq!(query.page(50), Page { number: 3, offset: 100, rows: 50 });
        assert_eq!(query.with(&[("page", "4"), ("group", "")]), "?q=a+b%26c&page=4");
        assert_eq!(Query::read("page=0").page(10).offset, 0);
        assert_eq!(Query::read("page=-1").page(10).number, 1);
        assert_eq!(Query::read("").with(&[]), "?");
    }
}
