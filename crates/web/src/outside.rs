//! What surrounds pages for people who are not signed in: in the language their browser asks for, and
//! with no more than they need. They work without scripts.

use std::time::Duration;

use askama::Template;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use firebell_access::password::{PASSWORD_CHARS_MAX, PASSWORD_CHARS_MIN, RuleError};
use firebell_ui::part::{Button, Field, Notice};
use firebell_ui::{Say, asset_name, page_with};

use crate::words::for_visitor;

/// What surrounds a page.
#[derive(Debug, Clone)]
pub(crate) struct Outside {
    /// The way from here to the root: the server may be mounted below a path.
    pub(crate) root: String,
    pub(crate) title: String,
    pub(crate) t: Say,
}

impl Outside {
    /// With a title that is looked up.
    pub(crate) fn new(headers: &HeaderMap, root: impl Into<String>, title: &str) -> Self {
        let t = for_visitor(headers);
        Self { root: root.into(), title: t.get(title), t }
    }

    /// The way to a file.
    pub(crate) fn asset(&self, plain: &'static str) -> String {
        format!("{}assets/{}", self.root, asset_name(plain))
    }
}

/// A page of words only.
#[derive(Debug, Template)]
#[template(path = "outside_words.html")]
pub(crate) struct Words {
    outside: Outside,
    notice: Notice,
    buttons: Vec<Button>,
    links: Vec<(String, &'static str)>,
}

impl Words {
    /// These words, with nothing to do.
    pub(crate) const fn new(outside: Outside, notice: Notice) -> Self {
        Self { outside, notice, buttons: Vec::new(), links: Vec::new() }
    }

    /// With a way to go on: a sentence's key, and the path from the root without its slash.
    pub(crate) fn link(mut self, label: &str, to: &'static str) -> Self {
        self.links.push((self.outside.t.get(label), to));
        self
    }

    /// With something to do: the same.
    pub(crate) fn button(mut self, label: &str, to: &str) -> Self {
        let action = format!("{}{to}", self.outside.root);
        self.buttons.push(Button::post(self.outside.t.get(label), action).main());
        self
    }

    /// Lays it out.
    pub(crate) fn respond(&self, status: StatusCode) -> Response {
        page_with(status, self)
    }
}

/// Lays out a page that asks to come again, if it says when.
pub(crate) fn respond_in(
    status: StatusCode,
    page: &impl Template,
    wait: Option<Duration>,
) -> Response {
    let mut response = page_with(status, page);
    if let Some(wait) = wait {
        response.headers_mut().insert(header::RETRY_AFTER, wait.as_secs().max(1).into());
    }
    response
}

/// Leads elsewhere with GET. The place is relative to the request's path.
pub(crate) fn lead_to(place: &str) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    let place = HeaderValue::from_str(place).unwrap_or(HeaderValue::from_static("."));
    response.headers_mut().insert(header::LOCATION, place);
    response
}

/// The fields for a new password, twice.
pub(crate) fn new_password(t: Say) -> [Field; 2] {
    [
        Field::password("password", t.get("web-password-new"))
            .hint(rules(t))
            .autocomplete("new-password")
            .max(1024)
            .required(),
        Field::password("again", t.get("web-password-again"))
            .autocomplete("new-password")
            .max(1024)
            .required(),
    ]
}

/// The rules of passwords in words.
pub(crate) fn rules(t: Say) -> String {
    let (min, max) = (PASSWORD_CHARS_MIN.to_string(), PASSWORD_CHARS_MAX.to_string());
    t.a("web-password-rules", &[("min", &min), ("max", &max)])
}

/// Why a password may not be set.
pub(crate) fn rule(t: Say, error: &RuleError) -> String {
    let (min, max) = (PASSWORD_CHARS_MIN.to_string(), PASSWORD_CHARS_MAX.to_string());
    match error {
        RuleError::Short(chars) => t.na("web-password-short", *chars, &[("min", &min)]),
        RuleError::Long(chars) => t.na("web-password-long", *chars, &[("max", &max)]),
        RuleError::Uniform => t.get("web-password-uniform"),
        RuleError::Known => t.get("web-password-known"),
    }
}
