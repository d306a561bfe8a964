//! What somebody entered who was no longer signed in: offered again after signing in, and sent by hand.
//!
//! Nothing is sent by itself: whoever signs in sees what it is and where it goes. It only goes to pages of
//! this server (`Kept::of` sees to that). Passwords are not carried along.

use askama::Template;
use axum::http::HeaderMap;
use axum::response::Response;
use firebell_domain::name::cut;
use firebell_ui::{Kept, page};

use crate::outside::Outside;
use crate::seen::shown;

/// Fields that hold a password: the page they belong to asks again.
const PASSWORDS: [&str; 4] = ["password", "again", "old", "current"];
/// Fields that are carried along and not shown.
const SECRETS: [&str; 3] = ["secret", "token", "code"];
/// Fields that are shown; all are sent.
const SHOWN_MAX: usize = 100;
/// Characters of a value that are shown.
const SHOWN_CHARS_MAX: usize = 500;

#[derive(Debug, Template)]
#[template(path = "kept.html")]
struct Page {
    outside: Outside,
    action: String,
    place: String,
    home: &'static str,
    shown: Vec<(String, String)>,
    fields: Vec<(String, String)>,
}

/// The entries without passwords.
pub(crate) fn without_passwords(mut kept: Kept) -> Kept {
    kept.fields.retain(|(name, _)| !PASSWORDS.contains(&name.as_str()));
    kept
}

/// The page after `/sign-in` that offers to send them.
pub(crate) fn offer(headers: &HeaderMap, kept: &Kept, home: &'static str) -> Response {
    let outside = Outside::new(headers, "", "web-entries");
    let hidden = outside.t.get("web-entries-secret");
    let kept = without_passwords(kept.clone());
    let filled = kept.fields.iter().filter(|(name, value)| name != "rev" && !value.is_empty());
    let text = |(name, value): &(String, String)| {
        let is_secret = SECRETS.contains(&name.as_str());
        let value = if is_secret { hidden.clone() } else { cut(&shown(value), SHOWN_CHARS_MAX) };
        (shown(name), value)
    };
    page(&Page {
        place: format!("/{}", kept.action),
        shown: filled.take(SHOWN_MAX).map(text).collect(),
        action: kept.action,
        fields: kept.fields,
        home,
        outside,
    })
}
