//! What the pages show, as plain texts, and the templates that lay it out.
//!
//! Built by `answer` from what `seen` knows. Everything here is text: the templates escape it, and
//! no page has a script.

use askama::Template;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse as _, Response};

use firebell_base::limit::COMMENT_CHARS_MAX;

use crate::asset::style_name;
use crate::when::When;

/// Characters the comment field takes.
pub(crate) const COMMENT_CHARS: usize = COMMENT_CHARS_MAX;

/// A shape that stands for a state, so that colour is never alone. The drawing is ours, not input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// High priority.
    Triangle,
    /// Medium priority.
    Square,
    /// Low priority.
    Circle,
    /// Done.
    Check,
    /// Waiting.
    Ring,
    /// Cannot.
    Slash,
}

impl Shape {
    /// The drawing: 20 units square, in the colour of the text around it.
    pub(crate) const fn svg(self) -> &'static str {
        macro_rules! svg {
            ($inner:literal) => {
                concat!(
                    r#"<svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true" "#,
                    r#"focusable="false">"#,
                    $inner,
                    "</svg>"
                )
            };
        }
        match self {
            Self::Triangle => svg!(r#"<path fill="currentColor" d="M10 2.5 18.5 17h-17z"/>"#),
            Self::Square => {
                svg!(r#"<rect x="3" y="3" width="14" height="14" rx="1.5" fill="currentColor"/>"#)
            }
            Self::Circle => svg!(r#"<circle cx="10" cy="10" r="7" fill="currentColor"/>"#),
            Self::Check => svg!(
                r#"<path d="m4 10.5 4 4 8-9" fill="none" stroke="currentColor" stroke-width="2"
 stroke-linecap="round" stroke-linejoin="round"/>"#
            ),
            Self::Ring => svg!(
                r#"<circle cx="10" cy="10" r="6.5" fill="none" stroke="currentColor"
 stroke-width="1.5"/><path d="M10 6.5V10l2.5 1.5" fill="none" stroke="currentColor"
 stroke-width="1.5" stroke-linecap="round"/>"#
            ),
            Self::Slash => svg!(
                r#"<circle cx="10" cy="10" r="6.5" fill="none" stroke="currentColor"
 stroke-width="1.5"/><path d="m5.5 14.5 9-9" stroke="currentColor" stroke-width="1.5"/>"#
            ),
        }
    }
}

/// A shape, a colour class and a text that belong together.
#[derive(Debug, Clone)]
pub(crate) struct Mark {
    pub(crate) class: &'static str,
    pub(crate) shape: Shape,
    pub(crate) text: String,
}

/// What the visitor came to know, when it is not the alert itself.
#[derive(Debug, Clone)]
pub(crate) struct Headline {
    pub(crate) mark: Mark,
    pub(crate) text: String,
}

/// An answer somebody gave.
#[derive(Debug, Clone)]
pub(crate) struct Said {
    pub(crate) who: String,
    pub(crate) what: String,
    pub(crate) comment: Option<String>,
    pub(crate) when: When,
}

/// The alert.
#[derive(Debug, Clone)]
pub(crate) struct Facts {
    pub(crate) priority: Mark,
    pub(crate) title: String,
    pub(crate) context: Vec<String>,
    pub(crate) opened: When,
    pub(crate) standing: Mark,
    pub(crate) since: Option<When>,
    /// Who else was told.
    pub(crate) told: Option<String>,
    /// The newest answers, oldest first.
    pub(crate) said: Vec<Said>,
    /// How many older answers are not listed.
    pub(crate) earlier: usize,
}

/// An answer that can be given.
#[derive(Debug, Clone)]
pub(crate) struct Offer {
    pub(crate) number: u8,
    pub(crate) label: String,
    pub(crate) next: String,
    /// How it looks: "loud" for the one that was chosen, else "".
    pub(crate) class: &'static str,
}

/// The answers that can be given.
#[derive(Debug, Clone)]
pub(crate) struct Offers {
    /// Where they are posted: the number follows.
    pub(crate) action: String,
    /// The number that is posted when no button was pressed.
    pub(crate) first: u8,
    /// The loud one.
    pub(crate) main: Option<Offer>,
    /// What leads to the others; may be empty.
    pub(crate) lead: &'static str,
    /// The others.
    pub(crate) others: Vec<Offer>,
    /// The text of the comment field; none when no answer takes a comment.
    pub(crate) comment: Option<String>,
}

/// A page about an alert, or about a link that leads to none.
#[derive(Debug, Clone, Template, Default)]
#[template(path = "page.html")]
pub(crate) struct Page {
    /// The way from here to the root: the server may be mounted below a path.
    pub(crate) root: &'static str,
    /// The window's title.
    pub(crate) title: String,
    pub(crate) headline: Option<Headline>,
    pub(crate) facts: Option<Facts>,
    pub(crate) offers: Option<Offers>,
    /// What to know about the link itself.
    pub(crate) footnote: Option<String>,
}

impl Page {
    fn style(&self) -> String {
        format!("{}assets/{}", self.root, style_name())
    }
}

#[derive(Template)]
#[template(path = "landing.html")]
struct Landing {
    root: &'static str,
    title: &'static str,
}

impl Landing {
    fn style(&self) -> String {
        format!("{}assets/{}", self.root, style_name())
    }
}

/// `GET /`.
pub(crate) async fn landing() -> Response {
    respond(StatusCode::OK, &Landing { root: "", title: "Firebell" })
}

/// Lays a page out.
pub(crate) fn respond(status: StatusCode, page: &impl Template) -> Response {
    match page.render() {
        Ok(html) => (status, Html(html)).into_response(),
        Err(error) => {
            tracing::error!(%error, "a page could not be laid out");
            let text = "The page could not be shown. Open the link again in a moment.\n";
            (StatusCode::INTERNAL_SERVER_ERROR, text).into_response()
        }
    }
}

/// Lays out a page that asks to come again in `seconds`.
pub(crate) fn respond_later(seconds: u32, page: &impl Template) -> Response {
    let mut response = respond(StatusCode::SERVICE_UNAVAILABLE, page);
    response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    response
}
