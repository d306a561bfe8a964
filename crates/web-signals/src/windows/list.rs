//! Maintenance windows: those that hide now, those to come, those that are over.

use std::sync::Arc;

use askama::Template;
use firebell_access::{Permission, Scope};
use firebell_domain::suppression::MaintenanceWindow;
use firebell_ui::part::{Art, Badge, Button, Empty, Field, Pager, Tab, Tabs};
use firebell_ui::{Answer, Area, Frame, Query, Say, Shape, Visit, When, page};

use super::{Standing, recurrence};
use crate::edit::inert;
use crate::matchers;
use crate::silences::list::views;
use crate::words::WORDS;

/// Rows of a page.
const ROWS: usize = 50;
/// Integrations that are named.
const NAMED_MAX: usize = 3;
/// Characters of a reason that are shown.
const REASON_CHARS_MAX: usize = 200;

struct Row {
    href: String,
    name: String,
    badge: Badge,
    word: String,
    when: When,
    recurs: String,
    of: String,
    matchers: String,
    reason: String,
    end: Option<Button>,
}

#[derive(Template)]
#[template(path = "signals/windows.html")]
struct Page {
    frame: Frame,
    t: Say,
    lead: String,
    new: Option<Button>,
    views: Tabs,
    tabs: Tabs,
    search: Field,
    rows: Vec<Row>,
    pager: Pager,
    empty: Option<Empty>,
}

const fn word(standing: Standing) -> &'static str {
    match standing {
        Standing::Active(_) => "active",
        Standing::Upcoming(_) => "upcoming",
        Standing::Over => "ended",
    }
}

/// `GET /windows`.
pub(crate) async fn show(visit: Visit, query: Query) -> Answer {
    visit.require(Permission::ReadAlerts, &Scope::Instance)?;
    let t = visit.say(&WORDS);
    let text = firebell_domain::name::fold(query.text("q"));
    let mut all: Vec<(Standing, &Arc<MaintenanceWindow>)> = visit
        .directory
        .windows()
        .filter(|window| text.is_empty() || window.name.fold().contains(&text))
        .map(|window| (Standing::of(window, visit.now), window))
        .collect();
    all.sort_by_cached_key(|(_, window)| window.name.fold());
    let count = |wanted: &str| all.iter().filter(|(one, _)| word(*one) == wanted).count();
    let counts = ["active", "upcoming", "ended"].map(count);
    let wanted = query.text("state");
    let found: Vec<_> =
        all.iter().filter(|(one, _)| wanted.is_empty() || word(*one) == wanted).collect();
    let place = query.page(ROWS);
    let may = visit.may(Permission::WriteSilences, &Scope::Instance);
    let shown = found.iter().skip(place.offset).take(ROWS);
    let rows: Vec<Row> =
        shown.map(|(standing, window)| row(&visit, t, *standing, window, may)).collect();
    let [active, upcoming, _] = counts;
    Ok(page(&Page {
        frame: visit.frame(t.get("signals-windows"), Area::Silences),
        lead: t.na("signals-windows-lead", active, &[("upcoming", &upcoming.to_string())]),
        new: may
            .then(|| Button::link(t.get("signals-window-new"), visit.href("windows/new")).main()),
        views: views(&visit, t, true),
        tabs: tabs(t, &query, wanted, counts),
        search: Field::search("q", t.get("signals-search")).value(query.text("q")).max(100),
        pager: Pager::new(&visit, &query, place, Some(found.len()), rows.len()),
        empty: rows.is_empty().then(|| empty(&visit, t, all.is_empty(), may)),
        rows,
        t,
    }))
}

fn tabs(t: Say, query: &Query, wanted: &str, counts: [usize; 3]) -> Tabs {
    let [active, upcoming, ended] = counts;
    let one = |state: &str, label: String| Tab {
        label,
        href: query.with(&[("state", state), ("page", "")]),
        current: state == wanted,
    };
    let tabs = vec![
        one("", t.n("signals-tab-all", active + upcoming + ended)),
        one("active", t.n("signals-tab-active", active)),
        one("upcoming", t.n("signals-tab-upcoming", upcoming)),
        one("ended", t.n("signals-tab-ended", ended)),
    ];
    Tabs::new(t.get("signals-state"), tabs)
}

fn row(visit: &Visit, t: Say, standing: Standing, window: &MaintenanceWindow, may: bool) -> Row {
    let path = format!("windows/{}", window.id);
    let (badge, key, at) = match standing {
        Standing::Active(now) => {
            (Badge::new("medium", Shape::Mute, t.get("signals-hides")), "signals-until", now.end)
        }
        Standing::Upcoming(next) => (
            Badge::new("muted", Shape::Ring, t.get("signals-upcoming")),
            "signals-from",
            next.start,
        ),
        Standing::Over => (
            Badge::new("muted", Shape::Check, t.get("signals-ended")),
            "signals-began",
            window.pattern.first_start,
        ),
    };
    let rule = &window.pattern.recurrence;
    let until = recurrence::until(t, rule, |at| visit.when(at).clock);
    Row {
        href: visit.href(&path),
        name: window.name.to_string(),
        badge,
        word: t.get(key),
        when: visit.when(at),
        recurs: format!("{} {until}", recurrence::words(t, rule)).trim().to_owned(),
        of: of(visit, t, window),
        matchers: match window.matchers.as_slice() {
            [] => t.get("signals-all-events"),
            matchers => matchers::line(matchers),
        },
        reason: inert(&window.comment, REASON_CHARS_MAX),
        end: (may && matches!(standing, Standing::Active(_))).then(|| {
            Button::post(t.get("signals-end"), visit.href(&format!("{path}/end")))
                .small()
                .label(t.a("signals-end-label", &[("what", window.name.as_str())]))
        }),
    }
}

/// Whose events.
fn of(visit: &Visit, t: Say, window: &MaintenanceWindow) -> String {
    if window.integrations.is_empty() {
        return t.get("signals-all-integrations");
    }
    let names = window.integrations.iter().take(NAMED_MAX);
    let names = names.filter_map(|id| visit.directory.integration(*id));
    let mut names: Vec<String> = names.map(|one| one.name.to_string()).collect();
    if window.integrations.len() > NAMED_MAX {
        names.push(t.n("signals-more", window.integrations.len() - NAMED_MAX));
    }
    names.join(", ")
}

fn empty(visit: &Visit, t: Say, none: bool, may: bool) -> Empty {
    if !none {
        let empty = Empty::new(t.get("signals-none-found"), t.get("signals-none-found-text"));
        return empty.art(Art::Search).action(t.get("signals-show-all"), visit.href("windows"));
    }
    let empty = Empty::new(t.get("signals-windows-empty"), t.get("signals-windows-empty-text"));
    let empty = empty.art(Art::Calendar);
    if may {
        return empty.action(t.get("signals-window-new"), visit.href("windows/new"));
    }
    empty
}
