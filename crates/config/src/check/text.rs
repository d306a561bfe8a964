//! Checks of single texts, used by all kinds.

use firebell_domain::directory::Entity;
use firebell_domain::name::is_invisible;

use super::Checker;
use crate::limits::{SECRET_BYTES_MAX, SHORT_TEXT_CHARS_MAX, URL_BYTES_MAX};

impl Checker<'_> {
    /// A free text of at most so many characters, which may have line breaks but nothing hidden.
    pub(super) fn text(&mut self, entity: &Entity, field: &str, text: &str, chars_max: usize) {
        let chars = text.chars().count();
        if chars > chars_max {
            let message = format!("must be at most {chars_max} characters long, not {chars}");
            self.fault(entity, field, "too_long", message);
        }
        let hidden = |c: &char| is_invisible(*c) && !matches!(c, '\n' | '\r' | '\t');
        if let Some(c) = text.chars().find(hidden) {
            let message =
                format!("must not contain the invisible character U+{:04X}", u32::from(c));
            self.fault(entity, field, "invisible_character", message);
        }
    }

    /// An optional key in another system: empty is not none.
    pub(super) fn external_key(&mut self, entity: &Entity, key: Option<&str>) {
        let Some(key) = key else { return };
        self.text(entity, "externalKey", key, SHORT_TEXT_CHARS_MAX);
        if key.trim().is_empty() {
            self.fault(entity, "externalKey", "empty", "must not be empty; leave it out");
        }
    }

    /// A language tag such as `en` or `pt-BR`.
    pub(super) fn language(&mut self, entity: &Entity, language: &str) {
        if !is_language(language) {
            let message = "must be a language tag such as en or pt-BR";
            self.fault(entity, "language", "language", message);
        }
    }

    /// A webhook's address.
    pub(super) fn url(&mut self, entity: &Entity, url: &str) {
        if let Some(message) = url_fault(url) {
            self.fault(entity, "url", "url", message);
        }
    }

    /// A webhook's signing secret.
    pub(super) fn secret(&mut self, entity: &Entity, secret: &str) {
        let printable = secret.bytes().all(|b| b.is_ascii_graphic() || b == b' ');
        if !secret.starts_with("whsec_") || !printable || secret.len() > SECRET_BYTES_MAX {
            let message = "must be whsec_ and the key in base64; leave it out for no signature";
            self.fault(entity, "secret", "secret", message);
        }
    }
}

/// Whether a text can be a language tag.
pub(crate) fn is_language(language: &str) -> bool {
    let part = |part: &str| {
        (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric())
    };
    let whole = language.len() <= 35 && language.replace('_', "-").split('-').all(part);
    whole && language.starts_with(|c: char| c.is_ascii_alphabetic())
}

/// What is wrong with a URL to which messages are posted. Never repeats the URL: it may be a
/// password.
fn url_fault(url: &str) -> Option<String> {
    if url.len() > URL_BYTES_MAX {
        return Some(format!("must be at most {URL_BYTES_MAX} bytes long"));
    }
    if url.chars().any(|c| c.is_whitespace() || is_invisible(c)) {
        return Some(
            "must not contain blanks or control characters; percent-encode them".to_owned(),
        );
    }
    let (scheme, rest) = url.split_once("://").unwrap_or_default();
    if !["http", "https"].iter().any(|known| scheme.eq_ignore_ascii_case(known)) {
        return Some("must begin with https:// or http://".to_owned());
    }
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.contains('@') {
        return Some("must not contain a user name or password".to_owned());
    }
    let host = match authority.strip_prefix('[') {
        Some(v6) => v6.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    };
    host.is_empty().then(|| "must name a host, as in https://example.org/path".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls() {
        for good in ["https://a.example/x?y=1#z", "HTTP://10.0.0.1:8080", "https://[::1]:9/x"] {
            assert_eq!(url_fault(good), None, "{good}");
        }
        let long = format!("https://a.example/{}", "x".repeat(URL_BYTES_MAX));
        for bad in [
            "",
            "a.example",
            "ftp://a.example",
            "https://",
            "https:///path",
            "https://:80/",
            "https://user:pw@a.example/",
            "https://a.example/a b",
            "https://a.example/\r\nX: y",
            "javascript:alert(1)",
            long.as_str(),
        ] {
            assert!(url_fault(bad).is_some(), "{bad}");
        }
    }
}
