//! What happened, what did not, what to do: a shape, a word and sentences.

use askama::Template;
use askama::filters::HtmlSafe;

use crate::shape::Shape;

/// A block of a page that says what happened.
#[derive(Debug, Clone, Template)]
#[template(path = "part/notice.html")]
pub struct Notice {
    class: &'static str,
    shape: Shape,
    word: String,
    text: String,
    links: Vec<(String, String)>,
}

impl HtmlSafe for Notice {}

impl Notice {
    fn new(class: &'static str, shape: Shape, word: String, text: String) -> Self {
        Self { class, shape, word, text, links: Vec::new() }
    }

    /// Something went well.
    pub fn good(word: impl Into<String>, text: impl Into<String>) -> Self {
        Self::new("ok", Shape::Check, word.into(), text.into())
    }

    /// Something did not.
    pub fn wrong(word: impl Into<String>, text: impl Into<String>) -> Self {
        Self::new("wrong", Shape::Slash, word.into(), text.into())
    }

    /// Something to know.
    pub fn info(word: impl Into<String>, text: impl Into<String>) -> Self {
        Self::new("info", Shape::Info, word.into(), text.into())
    }

    /// A way on.
    #[must_use]
    pub fn link(mut self, label: impl Into<String>, href: impl Into<String>) -> Self {
        self.links.push((label.into(), href.into()));
        self
    }

    /// The word.
    pub fn word(&self) -> String {
        self.word.clone()
    }

    const fn role(&self) -> &'static str {
        match self.shape {
            Shape::Slash => "alert",
            _ => "status",
        }
    }
}
