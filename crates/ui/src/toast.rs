//! What is said on the next page, after an act that led there: kept in a cookie for half a minute.
//!
//! The cookie holds the sentence itself. Whoever could plant one could make us say something, as text,
//! and offer a button to one of our own pages: it is escaped, short, and the button is pressed by hand.

use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;

use crate::form::decoded;
use crate::query::encode;
use crate::state::Ui;

/// Seconds it waits for the next page.
const SECONDS: u32 = 30;
/// Bytes of the cookie's value.
const BYTES_MAX: usize = 2_000;
/// Characters of the sentence.
const CHARS_MAX: usize = 300;
/// Fields of the button.
const FIELDS_MAX: usize = 20;

/// How an act is undone: a form that is posted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undo {
    /// Where to, from the root, without its slash.
    pub action: String,
    /// What with.
    pub fields: Vec<(String, String)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Toast {
    pub(crate) text: String,
    pub(crate) undo: Option<Undo>,
}

fn name(ui: &Ui) -> &'static str {
    if ui.is_secure() { "__Host-firebell_toast" } else { "firebell_toast" }
}

impl Toast {
    pub(crate) fn new(text: &str, undo: Option<Undo>) -> Self {
        Self { text: text.chars().take(CHARS_MAX).collect(), undo }
    }

    pub(crate) fn put(&self, ui: &Ui, mut response: Response) -> Response {
        let mut value = String::from("t=");
        encode(&mut value, &self.text);
        if let Some(undo) = &self.undo {
            value.push_str("&u=");
            encode(&mut value, &undo.action);
            for (key, field) in undo.fields.iter().take(FIELDS_MAX) {
                value.push_str("&f.");
                encode(&mut value, key);
                value.push('=');
                encode(&mut value, field);
            }
        }
        if value.len() > BYTES_MAX {
            value.truncate(value.find("&u=").unwrap_or(BYTES_MAX).min(BYTES_MAX));
        }
        set(ui, &mut response, &value, SECONDS);
        response
    }

    /// The one that waits for this page.
    pub(crate) fn take(ui: &Ui, headers: &HeaderMap) -> Option<Self> {
        let value = cookie(headers, name(ui))?;
        let pairs = decoded(value.get(..BYTES_MAX).unwrap_or(value).as_bytes(), FIELDS_MAX + 2);
        let of = |name: &str| pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value);
        let text = of("t").filter(|text| !text.is_empty())?.clone();
        let undo = of("u").filter(|action| is_local(action)).map(|action| Undo {
            action: action.clone(),
            fields: pairs
                .iter()
                .filter_map(|(key, value)| {
                    Some((key.strip_prefix("f.")?.to_owned(), value.clone()))
                })
                .collect(),
        });
        Some(Self::new(&text, undo))
    }

    /// It was said.
    pub(crate) fn forget(ui: &Ui, response: &mut Response) {
        set(ui, response, "", 0);
    }
}

/// Whether it is the way to one of our own pages, from the root, without its slash.
pub(crate) fn is_local(path: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-_.~".contains(&byte);
    !path.is_empty() && !path.starts_with('/') && !path.contains("..") && path.bytes().all(plain)
}

/// A cookie's value.
pub(crate) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let texts = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = texts.flat_map(|text| text.split(';')).filter_map(|pair| pair.split_once('='));
    pairs.find(|(given, _)| given.trim() == name).map(|(_, value)| value.trim())
}

fn set(ui: &Ui, response: &mut Response, value: &str, seconds: u32) {
    let secure = if ui.is_secure() { "; Secure" } else { "" };
    let name = name(ui);
    let cookie =
        format!("{name}={value}; Path=/; HttpOnly; SameSite=Strict; Max-Age={seconds}{secure}");
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_pages_are_local() {
        for path in ["users/1/activate", "alerts"] {
            assert!(is_local(path), "{path}");
        }
        for path in [
            "",
            "/x",
            "//evil.example",
            "https://evil.example",
            "a/../../b",
            "x?y",
            "a b",
            "\\\\evil",
        ] {
            assert!(!is_local(path), "{path}");
        }
    }
}
