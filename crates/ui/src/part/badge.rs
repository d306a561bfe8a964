//! States: a shape, a word and a colour that belong together; and words with more to say.

use askama::Template;
use askama::filters::HtmlSafe;
use firebell_domain::alert::Priority;

use crate::shape::Shape;
use crate::words::{Say, WORDS};

/// A state.
#[derive(Debug, Clone, Template)]
#[template(
    source = r#"<span class="badge {{ class }}">{{ shape.svg()|safe }}<span>{{ text }}</span></span>"#,
    ext = "html"
)]
pub struct Badge {
    class: &'static str,
    shape: Shape,
    text: String,
}

impl HtmlSafe for Badge {}

impl Badge {
    /// Classes: `high`, `medium`, `low`, `ok`, `waits`, `muted`.
    pub fn new(class: &'static str, shape: Shape, text: impl Into<String>) -> Self {
        Self { class, shape, text: text.into() }
    }

    /// A priority.
    pub fn priority(priority: Priority, t: Say) -> Self {
        let t = Say::new(&WORDS, t.lang());
        match priority {
            Priority::High => Self::new("high", Shape::Triangle, t.get("ui-high")),
            Priority::Medium => Self::new("medium", Shape::Square, t.get("ui-medium")),
            Priority::Low => Self::new("low", Shape::Circle, t.get("ui-low")),
        }
    }
}

/// A word with more to say, by hover, focus and tap.
#[derive(Debug, Clone, Template)]
#[template(path = "part/tip.html")]
pub struct Tip {
    text: String,
    tip: String,
}

impl HtmlSafe for Tip {}

impl Tip {
    /// The word, and what it has to say.
    pub fn new(text: impl Into<String>, tip: impl Into<String>) -> Self {
        Self { text: text.into(), tip: tip.into() }
    }
}
