//! Things to do: a button that posts, a link that looks like one, and one that cannot be used and says why.

use askama::Template;
use askama::filters::HtmlSafe;

/// Why a button cannot be used.
#[derive(Debug, Clone, Default)]
pub struct Reason {
    /// The reason itself: "All 150 full-user licences are in use."
    pub text: String,
    /// How this is known, and what else is to be said.
    pub detail: Vec<String>,
    /// Ways on: label and href.
    pub links: Vec<(String, String)>,
}

#[derive(Debug, Clone)]
enum Deed {
    Post(String),
    Link(String),
    Refused(Reason),
}

/// Something to do.
#[derive(Debug, Clone, Template)]
#[template(path = "part/button.html")]
pub struct Button {
    label: String,
    deed: Deed,
    class: &'static str,
    small: bool,
    fields: Vec<(String, String)>,
    shortcut: Option<&'static str>,
    aria: Option<String>,
    id: Option<String>,
    htmx: Option<(String, String)>,
}

impl HtmlSafe for Button {}

impl Button {
    fn new(label: impl Into<String>, deed: Deed) -> Self {
        Self {
            label: label.into(),
            deed,
            class: "",
            small: false,
            fields: Vec::new(),
            shortcut: None,
            aria: None,
            id: None,
            htmx: None,
        }
    }

    /// Posts to `action` (as [`crate::Visit::href`] gives it).
    pub fn post(label: impl Into<String>, action: impl Into<String>) -> Self {
        Self::new(label, Deed::Post(action.into()))
    }

    /// Leads to `href`.
    pub fn link(label: impl Into<String>, href: impl Into<String>) -> Self {
        Self::new(label, Deed::Link(href.into()))
    }

    /// Cannot be used: it can be focused, says so to screen readers, and shows why by focus, hover and tap.
    pub fn refused(label: impl Into<String>, reason: Reason) -> Self {
        Self::new(label, Deed::Refused(reason))
    }

    /// The one main thing to do on the page.
    #[must_use]
    pub const fn main(mut self) -> Self {
        self.class = "main";
        self
    }

    /// Something that cannot be taken back.
    #[must_use]
    pub const fn danger(mut self) -> Self {
        self.class = "danger";
        self
    }

    /// Without border, for repeated acts in rows.
    #[must_use]
    pub const fn quiet(mut self) -> Self {
        self.class = "quiet";
        self
    }

    /// Smaller.
    #[must_use]
    pub const fn small(mut self) -> Self {
        self.small = true;
        self
    }

    /// A field that is posted along.
    #[must_use]
    pub fn field(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.fields.push((name.into(), value.into()));
        self
    }

    /// The key that presses it.
    #[must_use]
    pub const fn shortcut(mut self, key: &'static str) -> Self {
        self.shortcut = Some(key);
        self
    }

    /// What it does, for who does not see where it stands.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.aria = Some(label.into());
        self
    }

    /// Its `id`.
    #[must_use]
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// A link whose page is shown as a part inside `target` (a selector) where there are scripts.
    #[must_use]
    pub fn into_part(mut self, href: impl Into<String>, target: impl Into<String>) -> Self {
        self.htmx = Some((href.into(), target.into()));
        self
    }

    fn classes(&self) -> String {
        let small = if self.small { " small" } else { "" };
        format!("button {}{small}", self.class)
    }

    fn reason_id(&self) -> String {
        format!("why-{}", self.id.as_deref().unwrap_or("refused"))
    }
}
