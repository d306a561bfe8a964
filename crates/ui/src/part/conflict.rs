//! What the second editor is shown: nothing of theirs is lost, and they see what is different.

use askama::Template;
use askama::filters::HtmlSafe;

use crate::visit::Visit;
use crate::words::{Say, WORDS};

/// A field that two people changed, or one of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The field's label.
    pub field: String,
    /// What it was when this editor began, if that is known.
    pub was: Option<String>,
    /// What it is now.
    pub theirs: String,
    /// What this editor entered.
    pub yours: String,
}

/// The part of a form's page that stands above the form, whose hidden `rev` is the newest by now: saving the
/// form once more saves what was entered over what is there.
#[derive(Debug, Clone, Template)]
#[template(path = "part/conflict.html")]
pub struct Conflict {
    rows: Vec<Difference>,
    take: String,
    t: Say,
}

impl HtmlSafe for Conflict {}

impl Conflict {
    /// Rows that differ, and where what is there now is shown (an href).
    pub fn new(visit: &Visit, rows: Vec<Difference>, take: impl Into<String>) -> Self {
        let rows = rows.into_iter().filter(|row| row.theirs != row.yours).collect();
        Self { rows, take: take.into(), t: visit.say(&WORDS) }
    }

    /// Whether both came to the same.
    pub const fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}
