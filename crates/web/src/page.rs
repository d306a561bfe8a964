//! What the response page shows, as plain texts, and the template that lays it out.
//!
//! Built by `answer` from what `seen` knows. Everything here is text: the templates escape it, and
//! the page has no script: it must work on whatever is at hand at night, in one request.

use askama::Template;
use axum::http::{StatusCode, header};
use axum::response::Response;

use firebell_base::limit::COMMENT_CHARS_MAX;
use firebell_ui::{Lang, Say, Shape, When, outside_style, page_with};

use crate::words::say;

/// Characters the comment field takes.
pub(crate) const COMMENT_CHARS: usize = COMMENT_CHARS_MAX;

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
    /// That older answers are not listed, and how many.
    pub(crate) earlier: Option<String>,
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
    pub(crate) lead: String,
    /// The others.
    pub(crate) others: Vec<Offer>,
    /// The text of the comment field; none when no answer takes a comment.
    pub(crate) comment: Option<String>,
}

/// A page about an alert, or about a link that leads to none.
#[derive(Debug, Clone, Template)]
#[template(path = "page.html")]
pub(crate) struct Page {
    /// The way from here to the root: the server may be mounted below a path.
    pub(crate) root: &'static str,
    /// In the reader's language.
    pub(crate) t: Say,
    /// The window's title.
    pub(crate) title: String,
    pub(crate) headline: Option<Headline>,
    pub(crate) facts: Option<Facts>,
    pub(crate) offers: Option<Offers>,
    /// What to know about the link itself.
    pub(crate) footnote: Option<String>,
}

impl Page {
    /// Nothing yet, for a reader of this language.
    pub(crate) const fn new(root: &'static str, lang: Lang) -> Self {
        Self {
            root,
            t: say(lang),
            title: String::new(),
            headline: None,
            facts: None,
            offers: None,
            footnote: None,
        }
    }

    fn style(&self) -> String {
        format!("{}assets/{}", self.root, outside_style())
    }
}

/// Lays a page out that asks to come again in `seconds`.
pub(crate) fn respond_later(seconds: u32, page: &impl Template) -> Response {
    let mut response = page_with(StatusCode::SERVICE_UNAVAILABLE, page);
    response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    response
}
