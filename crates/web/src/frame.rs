//! What pages for people who sign in have in common: the frame, notices, fields, and how they are
//! laid out. New pages begin here.
//!
//! A page is a template that extends `base.html`, in a struct with a [`Frame`] called `frame`. It
//! works without scripts, by keyboard, and says with a word and a shape what its colours say.

use askama::Template;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};

use crate::asset::style_name;
use crate::page::{Headline, Mark, Shape, respond};

/// What surrounds a page.
#[derive(Debug, Clone)]
pub(crate) struct Frame {
    /// The way from here to the root: the server may be mounted below a path.
    pub(crate) root: &'static str,
    /// The window's title.
    pub(crate) title: &'static str,
    /// Who is signed in.
    pub(crate) who: Option<String>,
}

impl Frame {
    /// For somebody who is not signed in.
    pub(crate) const fn new(root: &'static str, title: &'static str) -> Self {
        Self { root, title, who: None }
    }

    /// The way to the style sheet.
    pub(crate) fn style(&self) -> String {
        format!("{}assets/{}", self.root, style_name())
    }
}

/// Something went well.
pub(crate) fn good(word: &str, text: impl Into<String>) -> Headline {
    notice("ok", Shape::Check, word, text)
}

/// Something did not.
pub(crate) fn wrong(word: &str, text: impl Into<String>) -> Headline {
    notice("muted", Shape::Slash, word, text)
}

fn notice(class: &'static str, shape: Shape, word: &str, text: impl Into<String>) -> Headline {
    Headline { mark: Mark { class, shape, text: word.to_owned() }, text: text.into() }
}

/// The fields that name who somebody is.
#[derive(Debug, Clone, Default)]
pub(crate) struct Fields {
    /// The instance, when there is no question which.
    pub(crate) fixed: Option<String>,
    /// What was entered as the instance.
    pub(crate) instance: String,
    /// What was entered as the user name.
    pub(crate) login: String,
}

/// Where a page leads.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Link {
    /// The path from the root, without its slash.
    pub(crate) to: &'static str,
    pub(crate) label: &'static str,
}

/// A page of words only.
#[derive(Debug, Clone, Template)]
#[template(path = "words.html")]
pub(crate) struct Words {
    pub(crate) frame: Frame,
    pub(crate) notice: Headline,
    pub(crate) button: Option<Button>,
    pub(crate) links: Vec<Link>,
}

/// One thing to do.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Button {
    /// Where it posts: the path from the root, without its slash.
    pub(crate) action: &'static str,
    pub(crate) label: &'static str,
}

impl Words {
    /// These words, with nothing to do.
    pub(crate) const fn new(frame: Frame, notice: Headline) -> Self {
        Self { frame, notice, button: None, links: Vec::new() }
    }

    /// With a way to go on.
    pub(crate) fn link(mut self, to: &'static str, label: &'static str) -> Self {
        self.links.push(Link { to, label });
        self
    }

    /// Lays it out.
    pub(crate) fn respond(&self, status: StatusCode) -> Response {
        respond(status, self)
    }
}

/// A page that asks to come again, if it says when.
pub(crate) fn respond_in(
    status: StatusCode,
    page: &impl Template,
    wait: Option<std::time::Duration>,
) -> Response {
    let mut response = respond(status, page);
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
