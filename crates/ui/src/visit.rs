//! Somebody who is signed in, on one page: the extractor of every handler behind the gate.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use firebell_access::token::Claims;
use firebell_access::{Forbidden, Operators, Permission, Principal, Scope, allows};
use firebell_base::Timestamp;
use firebell_config::{Author, ConfigError};
use firebell_domain::directory::Directory;
use firebell_domain::person::Person;

use crate::asker::Asker;
use crate::frame::{Area, Frame};
use crate::part::Notice;
use crate::reason;
use crate::refusal::Refusal;
use crate::state::Ui;
use crate::toast::{Toast, Undo};
use crate::when::{When, when};
use crate::words::{Catalogue, Lang, Say, WORDS};
use crate::write;

/// Light, dark, or whatever the system has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Theme {
    #[default]
    System,
    Light,
    Dark,
}

impl Theme {
    pub(crate) fn of(word: &str) -> Self {
        match word {
            "light" => Self::Light,
            "dark" => Self::Dark,
            _ => Self::System,
        }
    }

    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

/// Somebody who is signed in, and everything a page needs. It is put into the request by the gate.
#[derive(Debug, Clone)]
pub struct Visit {
    /// What pages stand on.
    pub ui: Ui,
    /// What the session's token says.
    pub claims: Claims,
    /// The configuration of the visitor's instance.
    pub directory: Arc<Directory>,
    /// The visitor.
    pub person: Arc<Person>,
    /// What they may.
    pub principal: Principal,
    /// When the request came.
    pub now: Timestamp,
    /// In which language the page is.
    pub lang: Lang,
    /// The way from here to the root: `../` for each level; the server may be mounted below a path.
    pub root: Arc<str>,
    /// The request's path.
    pub path: Arc<str>,
    /// Whether a script asks for a part of the page.
    pub partial: bool,
    pub(crate) theme: Theme,
    pub(crate) toast: Option<Toast>,
}

impl Visit {
    /// Whether the visitor may.
    pub fn may(&self, permission: Permission, scope: &Scope<'_>) -> bool {
        allows(&self.principal, permission, scope).is_ok()
    }

    /// Whether the visitor may; if not, the page that says which role or licence it needs.
    ///
    /// # Errors
    /// 403.
    pub fn require(&self, permission: Permission, scope: &Scope<'_>) -> Result<(), Refusal> {
        allows(&self.principal, permission, scope).map_err(|forbidden| {
            let words = self.say(&WORDS);
            let text = reason::forbidden(words, &forbidden.why);
            let notice = Notice::wrong(words.get("ui-forbidden"), text);
            self.notice(StatusCode::FORBIDDEN, notice)
        })
    }

    /// Why the visitor may not, in their language: for a page that shows it instead of a button.
    pub fn why_not(&self, forbidden: &Forbidden) -> String {
        reason::forbidden(self.say(&WORDS), &forbidden.why)
    }

    /// Who operates the server, as far as this process knows.
    pub fn operators(&self) -> Operators {
        let snapshots = &self.ui.snapshots;
        if let Some(name) = &self.ui.operator_instance {
            return Operators::named(snapshots.by_name(name).map(|found| found.instance.no));
        }
        let view = snapshots.view();
        if !view.is_whole() {
            return Operators::NotSet;
        }
        Operators::unnamed(view.instances().map(|held| held.no()))
    }

    /// What surrounds a page.
    pub fn frame(&self, title: impl Into<String>, area: Area) -> Frame {
        Frame::new(self, title.into(), area)
    }

    /// Sentences of a catalogue in the visitor's language.
    pub const fn say(&self, catalogue: &'static Catalogue) -> Say {
        Say::new(catalogue, self.lang)
    }

    /// Who changes configuration, and why.
    pub fn author(&self, reason: &str) -> Author {
        Author::new(self.person.target_name.as_str(), reason)
    }

    /// The visitor as whoever asks for a change, for its decision.
    pub const fn asker(&self) -> Asker {
        Asker::of(self)
    }

    /// An instant in the visitor's words and zone.
    pub fn when(&self, at: Timestamp) -> When {
        when(at, self.now, &self.person.zone, self.lang)
    }

    /// The way to a page from here; `path` is the way from the root, without its slash.
    pub fn href(&self, path: &str) -> String {
        format!("{}{path}", self.root)
    }

    /// Leads to a page with GET; `path` is the way from the root, without its slash.
    pub fn lead(&self, path: &str) -> Response {
        lead_to(&self.href(path))
    }

    /// Says something on the next page.
    pub fn toast(&self, response: Response, text: impl Into<String>) -> Response {
        Toast::new(&text.into(), None).put(&self.ui, response)
    }

    /// Says something on the next page, with a way to undo it.
    pub fn toast_undo(&self, response: Response, text: impl Into<String>, undo: Undo) -> Response {
        Toast::new(&text.into(), Some(undo)).put(&self.ui, response)
    }

    /// There is no such thing in this instance.
    pub fn missing(&self, what: &str) -> Refusal {
        let words = self.say(&WORDS);
        let text = words.a("ui-missing-text", &[("what", what)]);
        self.notice(StatusCode::NOT_FOUND, Notice::wrong(words.get("ui-missing"), text))
    }

    /// A page of one notice.
    pub fn notice(&self, status: StatusCode, notice: Notice) -> Refusal {
        let frame = self.frame(notice.word(), Area::None);
        Refusal::new(crate::page::page_with(status, &crate::frame::Words { frame, notice }))
    }

    /// A failed change that has no form to go back to: what is wrong is said at once.
    pub fn refused(&self, error: ConfigError) -> Refusal {
        let fault = write::fault(self, error);
        let all: Vec<String> = fault.fields.into_iter().map(|(_, message)| message).collect();
        let text = if all.is_empty() { fault.text } else { all.join(" ") };
        self.notice(fault.status, Notice::wrong(fault.word, text))
    }
}

impl<S: Sync> FromRequestParts<S> for Visit {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Response> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| {
            tracing::error!(path = parts.uri.path(), "a page stands outside of the gate");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        })
    }
}

/// Leads elsewhere with GET. The place is relative to the request's path.
pub(crate) fn lead_to(place: &str) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    let place = HeaderValue::from_str(place).unwrap_or(HeaderValue::from_static("."));
    response.headers_mut().insert(header::LOCATION, place);
    response
}

/// `../` for each level of a path below the root.
pub(crate) fn root_of(path: &str) -> String {
    let levels = path.trim_start_matches('/').matches('/').count();
    if levels == 0 { "./".to_owned() } else { "../".repeat(levels) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_to_the_root() {
        for (path, way) in [
            ("/", "./"),
            ("/alerts", "./"),
            ("/alerts/1", "../"),
            ("/alerts/", "../"),
            ("/a/b/c", "../../"),
        ] {
            assert_eq!(root_of(path), way, "{path}");
        }
    }
}
