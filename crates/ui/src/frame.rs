//! What surrounds a page: the bar, the rail with the areas, what was just done, how fresh this is.
//!
//! A page is a template that extends `base.html`, in a struct with a [`Frame`] called `frame`. It works
//! without scripts as far as it can, by keyboard, and says with a word and a shape what its colours say.

use askama::Template;
use firebell_access::{Permission, Scope};

use crate::asset::name_of;
use crate::part::Notice;
use crate::shape::Shape;
use crate::toast::Toast;
use crate::visit::{Theme, Visit};
use crate::words::{Lang, Say, WORDS};

/// Where a page belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Area {
    /// Nowhere in the rail.
    None,
    /// Alerts, and messages.
    Alerts,
    /// Who is on call.
    OnCall,
    /// Groups and shifts.
    Groups,
    /// Users.
    Users,
    /// Integrations.
    Integrations,
    /// Silences and maintenance windows.
    Silences,
    /// Reports.
    Reports,
    /// Licences.
    Licences,
    /// The configuration and its history.
    Configuration,
    /// All instances, for operators.
    Operator,
    /// The visitor's own.
    Account,
}

/// An entry of the rail.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) href: String,
    pub(crate) label: String,
    pub(crate) icon: Shape,
    pub(crate) key: &'static str,
    pub(crate) current: bool,
    /// On phones, in the bar at the bottom.
    pub(crate) thumb: bool,
}

/// What surrounds a page.
#[derive(Debug, Clone)]
pub struct Frame {
    /// The way from here to the root.
    pub root: String,
    /// The window's title.
    pub title: String,
    /// The language of the page.
    pub lang: Lang,
    /// The words of the kit.
    pub(crate) t: Say,
    pub(crate) theme: Theme,
    pub(crate) who: String,
    pub(crate) initials: String,
    pub(crate) instance: String,
    pub(crate) entries: Vec<Entry>,
    pub(crate) account: bool,
    pub(crate) revision: String,
    pub(crate) age: String,
    pub(crate) fresh: bool,
    pub(crate) toast: Option<Toast>,
    pub(crate) scripts: Vec<&'static str>,
}

impl Frame {
    pub(crate) fn new(visit: &Visit, title: String, area: Area) -> Self {
        let t = visit.say(&WORDS);
        let person = &visit.person;
        let first = |name: &str| name.chars().next().map(|c| c.to_uppercase().collect::<String>());
        let initials = [first(person.first_name.as_str()), first(person.last_name.as_str())];
        let (fresh, age) = freshness(visit, t);
        Self {
            root: visit.root.to_string(),
            title,
            lang: visit.lang,
            t,
            theme: visit.theme,
            who: person.display_name(),
            initials: initials.into_iter().flatten().collect(),
            instance: visit.directory.instance.name.to_string(),
            entries: entries(visit, t, area),
            account: area == Area::Account,
            revision: visit.directory.revision.to_string(),
            age,
            fresh,
            toast: visit.toast.clone(),
            scripts: Vec::new(),
        }
    }

    /// Adds a script of `assets/js`, such as `alerts.js`.
    #[must_use]
    pub fn with_script(mut self, plain: &'static str) -> Self {
        self.scripts.push(plain);
        self
    }

    /// Everything before the page's own part.
    pub fn top(&self) -> String {
        Top { frame: self }.render().unwrap_or_default()
    }

    /// Everything behind it.
    pub fn bottom(&self) -> String {
        Bottom { frame: self }.render().unwrap_or_default()
    }

    /// Patterns for the script that keeps times going.
    fn ago(&self) -> String {
        self.t.a("ui-ago", &[("span", "{span}")])
    }

    fn inside(&self) -> String {
        self.t.a("ui-in", &[("span", "{span}")])
    }

    /// What a script says when a part of the page did not come.
    fn failed(&self) -> String {
        self.t.a("ui-failed", &[("status", "{status}")])
    }

    fn days(&self) -> String {
        self.t.n("ui-days", 2).replacen('2', "{n}", 1)
    }

    fn revision_text(&self) -> String {
        self.t.a("ui-revision", &[("revision", &self.revision)])
    }

    /// The way to a file.
    pub fn asset(&self, plain: &'static str) -> String {
        format!("{}assets/{}", self.root, name_of(plain))
    }
}

fn freshness(visit: &Visit, t: Say) -> (bool, String) {
    let Some(replica) = &visit.ui.replica else { return (true, String::new()) };
    let age = replica.freshness_age();
    let seconds = age.map(|age| {
        let seconds = format!("{:.1}", age.as_secs_f64());
        match t.lang() {
            Lang::English => seconds,
            Lang::German | Lang::Norwegian => seconds.replace('.', ","),
        }
    });
    let text = match seconds {
        Some(seconds) => t.a("ui-age", &[("seconds", &seconds)]),
        None => t.get("ui-age-unknown"),
    };
    (replica.is_fresh(), text)
}

fn entries(visit: &Visit, t: Say, area: Area) -> Vec<Entry> {
    use Area::{
        Alerts, Configuration, Groups, Integrations, Licences, OnCall, Operator, Reports, Silences,
        Users,
    };
    let may = |permission| visit.may(permission, &Scope::Instance);
    let (alerts, configuration) = (may(Permission::ReadAlerts), may(Permission::ReadConfiguration));
    let administer = may(Permission::Administer);
    let table = [
        (Alerts, "alerts", "ui-alerts", Shape::Bell, "g a", alerts, true),
        (OnCall, "on-call", "ui-on-call", Shape::Calendar, "g o", configuration, true),
        (Groups, "groups", "ui-groups", Shape::People, "g g", configuration, true),
        (Users, "users", "ui-users", Shape::Person, "g u", configuration, true),
        (Integrations, "integrations", "ui-integrations", Shape::Plug, "g i", configuration, false),
        (Silences, "silences", "ui-silences", Shape::Mute, "g s", configuration, false),
        (Reports, "reports", "ui-reports", Shape::Chart, "g r", alerts, false),
        (Licences, "licences", "ui-licences", Shape::Key, "g l", administer, false),
        (
            Configuration,
            "configuration",
            "ui-configuration",
            Shape::Clock,
            "g c",
            administer,
            false,
        ),
        (
            Operator,
            "operator",
            "ui-operator",
            Shape::Globe,
            "g p",
            visit.may(Permission::Operate, &Scope::Server(visit.operators())),
            false,
        ),
    ];
    let shown = table.into_iter().filter(|row| row.5);
    let entry = |(place, path, label, icon, key, _, thumb): (
        Area,
        &str,
        &str,
        Shape,
        &'static str,
        bool,
        bool,
    )| Entry {
        href: visit.href(path),
        label: t.get(label),
        icon,
        key,
        current: place == area,
        thumb,
    };
    shown.map(entry).collect()
}

#[derive(Debug, Template)]
#[template(path = "frame_top.html")]
struct Top<'a> {
    frame: &'a Frame,
}

#[derive(Debug, Template)]
#[template(path = "frame_bottom.html")]
struct Bottom<'a> {
    frame: &'a Frame,
}

/// A page of one notice, in the frame.
#[derive(Debug, Template)]
#[template(path = "words.html")]
pub(crate) struct Words {
    pub(crate) frame: Frame,
    pub(crate) notice: Notice,
}

/// A page of one notice, for anybody.
#[derive(Debug, Template)]
#[template(path = "plain.html")]
pub(crate) struct Plain {
    root: String,
    lang: Lang,
    notice: Notice,
}

impl Plain {
    pub(crate) fn new(root: &str, lang: Lang, notice: Notice) -> Self {
        Self { root: root.to_owned(), lang, notice }
    }

    fn style(&self) -> String {
        format!("{}assets/{}", self.root, name_of("outside.css"))
    }
}
