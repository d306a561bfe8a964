//! What lists need: paging, sorting, tabs, the way here, and something in place of a blank table.

use askama::Template;
use askama::filters::HtmlSafe;

use crate::query::{Page, Query};
use crate::shape::Shape;
use crate::visit::Visit;
use crate::words::{Say, WORDS};

/// `‹ 1–50 of 312 ›`.
#[derive(Debug, Clone, Template)]
#[template(path = "part/pager.html")]
pub struct Pager {
    range: String,
    previous: Option<String>,
    next: Option<String>,
    t: Say,
}

impl HtmlSafe for Pager {}

impl Pager {
    /// For a page of which `shown` rows are shown, of `total` if that is known. Without a total there is a
    /// next page if this one is full.
    pub fn new(
        visit: &Visit,
        query: &Query,
        page: Page,
        total: Option<usize>,
        shown: usize,
    ) -> Self {
        let t = visit.say(&WORDS);
        let (from, to) = (page.offset + usize::from(shown > 0), page.offset + shown);
        let (from_text, to_text) = (from.to_string(), to.to_string());
        let range = match total {
            Some(total) => {
                let total = total.to_string();
                t.a("ui-range", &[("from", &from_text), ("to", &to_text), ("total", &total)])
            }
            None => t.a("ui-range-open", &[("from", &from_text), ("to", &to_text)]),
        };
        let more = total.map_or(shown == page.rows, |total| to < total);
        let link = |number: usize| query.with(&[("page", &number.to_string())]);
        let previous = (page.number > 1).then(|| link(page.number - 1));
        Self { range, previous, next: more.then(|| link(page.number + 1)), t }
    }

    /// A pager whose ways are given: for lists that are paged by a key.
    pub fn of(
        visit: &Visit,
        range: String,
        previous: Option<String>,
        next: Option<String>,
    ) -> Self {
        Self { range, previous, next, t: visit.say(&WORDS) }
    }
}

/// The head of a column that can be sorted by.
#[derive(Debug, Clone, Template)]
#[template(path = "part/sort.html")]
pub struct Sort {
    label: String,
    href: String,
    order: Option<&'static str>,
}

impl HtmlSafe for Sort {}

impl Sort {
    /// The query's `sort` is `name` or `-name`.
    pub fn head(query: &Query, name: &str, label: impl Into<String>) -> Self {
        let (down, now) = (format!("-{name}"), query.text("sort"));
        let order = match now {
            sort if sort == name => Some("ascending"),
            sort if sort == down => Some("descending"),
            _ => None,
        };
        let next = if now == name { &down } else { name };
        let href = query.with(&[("sort", next), ("page", "")]);
        Self { label: label.into(), href, order }
    }
}

/// One of several views of the same thing.
#[derive(Debug, Clone)]
pub struct Tab {
    /// What it shows.
    pub label: String,
    /// Where it is.
    pub href: String,
    /// Whether it is this page.
    pub current: bool,
}

/// Several views of the same thing.
#[derive(Debug, Clone, Template)]
#[template(path = "part/tabs.html")]
pub struct Tabs {
    label: String,
    tabs: Vec<Tab>,
}

impl HtmlSafe for Tabs {}

impl Tabs {
    /// With a name for who does not see them.
    pub fn new(label: impl Into<String>, tabs: Vec<Tab>) -> Self {
        Self { label: label.into(), tabs }
    }
}

/// The way to this page.
#[derive(Debug, Clone, Template)]
#[template(path = "part/crumbs.html")]
pub struct Crumbs {
    steps: Vec<(String, String)>,
}

impl HtmlSafe for Crumbs {}

impl Crumbs {
    /// Labels and hrefs, from the outside in, without the page itself.
    pub const fn new(steps: Vec<(String, String)>) -> Self {
        Self { steps }
    }
}

/// The picture of an empty state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Art {
    /// A bell.
    Bell,
    /// A calendar.
    Calendar,
    /// People.
    People,
    /// A plug.
    Plug,
    /// A chart.
    Chart,
    /// A search.
    Search,
}

impl Art {
    const fn shape(self) -> Shape {
        match self {
            Self::Bell => Shape::Bell,
            Self::Calendar => Shape::Calendar,
            Self::People => Shape::People,
            Self::Plug => Shape::Plug,
            Self::Chart => Shape::Chart,
            Self::Search => Shape::Search,
        }
    }
}

/// In place of a blank table: what is not there, and the one thing to do.
#[derive(Debug, Clone, Template)]
#[template(path = "part/empty.html")]
pub struct Empty {
    art: Art,
    title: String,
    text: String,
    action: Option<(String, String)>,
}

impl HtmlSafe for Empty {}

impl Empty {
    /// A title and a sentence.
    pub fn new(title: impl Into<String>, text: impl Into<String>) -> Self {
        Self { art: Art::Bell, title: title.into(), text: text.into(), action: None }
    }

    /// Its picture.
    #[must_use]
    pub const fn art(mut self, art: Art) -> Self {
        self.art = art;
        self
    }

    /// The one thing to do.
    #[must_use]
    pub fn action(mut self, label: impl Into<String>, href: impl Into<String>) -> Self {
        self.action = Some((label.into(), href.into()));
        self
    }
}
