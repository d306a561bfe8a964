//! Silences: those that hide now, those to come, those that ended.

use std::sync::Arc;

use askama::Template;
use firebell_access::{Permission, Scope};
use firebell_domain::suppression::Silence;
use firebell_ui::part::{Art, Badge, Button, Empty, Pager, Tab, Tabs};
use firebell_ui::{Answer, Area, Frame, Query, Say, Visit, When, page};

use super::Standing;
use crate::edit::inert;
use crate::matchers;
use crate::words::WORDS;

/// Rows of a page.
const ROWS: usize = 50;
/// Characters of a reason that are shown.
const REASON_CHARS_MAX: usize = 200;

struct Row {
    href: String,
    matchers: String,
    badge: Badge,
    /// "until" or "from" or "ended".
    word: String,
    when: When,
    by: String,
    reason: String,
    end: Option<Button>,
}

#[derive(Template)]
#[template(path = "signals/silences.html")]
struct Page {
    frame: Frame,
    t: Say,
    lead: String,
    new: Option<Button>,
    views: Tabs,
    tabs: Tabs,
    rows: Vec<Row>,
    pager: Pager,
    empty: Option<Empty>,
}

/// Silences and windows side by side.
pub(crate) fn views(visit: &Visit, t: Say, windows: bool) -> Tabs {
    let tab =
        |key: &str, path: &str, current| Tab { label: t.get(key), href: visit.href(path), current };
    let both = vec![
        tab("signals-silences", "silences", !windows),
        tab("signals-windows", "windows", windows),
    ];
    Tabs::new(t.get("signals-hiding"), both)
}

/// `GET /silences`.
pub(crate) async fn show(visit: Visit, query: Query) -> Answer {
    visit.require(Permission::ReadAlerts, &Scope::Instance)?;
    let t = visit.say(&WORDS);
    let asked = query.text("state");
    let wanted = [Standing::Upcoming, Standing::Ended].into_iter().find(|one| one.word() == asked);
    let wanted = wanted.unwrap_or(Standing::Active);
    let mut counts = [0_usize; 3];
    let mut found: Vec<&Arc<Silence>> = Vec::new();
    for silence in visit.directory.silences() {
        let standing = Standing::of(silence, visit.now);
        if let Some(count) = counts.get_mut(standing as usize) {
            *count += 1;
        }
        if standing == wanted {
            found.push(silence);
        }
    }
    match wanted {
        Standing::Active => found.sort_by_key(|silence| (silence.ends, silence.id)),
        Standing::Upcoming => found.sort_by_key(|silence| (silence.starts, silence.id)),
        Standing::Ended => {
            found.sort_by_key(|silence| std::cmp::Reverse((silence.ends, silence.id)));
        }
    }
    let place = query.page(ROWS);
    let may = visit.may(Permission::WriteSilences, &Scope::Instance);
    let rows: Vec<Row> = found
        .iter()
        .skip(place.offset)
        .take(ROWS)
        .map(|silence| row(&visit, t, silence, may))
        .collect();
    let [active, upcoming, ended] = counts;
    Ok(page(&Page {
        frame: visit.frame(t.get("signals-silences"), Area::Silences),
        lead: lead(t, active, upcoming),
        new: may
            .then(|| Button::link(t.get("signals-silence-new"), visit.href("silences/new")).main()),
        views: views(&visit, t, false),
        tabs: tabs(t, wanted, [active, upcoming, ended]),
        pager: Pager::new(&visit, &query, place, Some(found.len()), rows.len()),
        empty: rows.is_empty().then(|| empty(&visit, t, wanted, may)),
        rows,
        t,
    }))
}

fn lead(t: Say, active: usize, upcoming: usize) -> String {
    match (active, upcoming) {
        (0, 0) => t.get("signals-silences-none"),
        (_, 0) => t.n("signals-silences-lead", active),
        _ => {
            let more = t.n("signals-silences-upcoming", upcoming);
            format!("{} {more}", t.n("signals-silences-lead", active))
        }
    }
}

fn tabs(t: Say, wanted: Standing, counts: [usize; 3]) -> Tabs {
    let words = ["signals-tab-active", "signals-tab-upcoming", "signals-tab-ended"];
    let all = [Standing::Active, Standing::Upcoming, Standing::Ended];
    let one = |((standing, key), count): ((Standing, &str), usize)| Tab {
        label: t.n(key, count),
        href: format!("?state={}", standing.word()),
        current: standing == wanted,
    };
    let tabs = all.into_iter().zip(words).zip(counts).map(one).collect();
    Tabs::new(t.get("signals-state"), tabs)
}

fn row(visit: &Visit, t: Say, silence: &Silence, may: bool) -> Row {
    let standing = Standing::of(silence, visit.now);
    let (key, at) = match standing {
        Standing::Active => ("signals-until", silence.ends),
        Standing::Upcoming => ("signals-from", silence.starts),
        Standing::Ended => ("signals-ended", silence.ends),
    };
    let path = format!("silences/{}", silence.id);
    let end = may && standing != Standing::Ended;
    let matchers = matchers::line(&silence.matchers);
    Row {
        href: visit.href(&path),
        badge: standing.badge(t),
        word: t.get(key),
        when: visit.when(at),
        by: inert(&silence.created_by, REASON_CHARS_MAX),
        reason: inert(&silence.comment, REASON_CHARS_MAX),
        end: end.then(|| {
            let key = if standing == Standing::Active { "signals-end" } else { "signals-cancel" };
            Button::post(t.get(key), visit.href(&format!("{path}/end")))
                .small()
                .label(t.a("signals-end-label", &[("what", &matchers)]))
        }),
        matchers,
    }
}

fn empty(visit: &Visit, t: Say, wanted: Standing, may: bool) -> Empty {
    let key = match wanted {
        Standing::Active => "signals-silences-empty",
        Standing::Upcoming => "signals-silences-empty-upcoming",
        Standing::Ended => "signals-silences-empty-ended",
    };
    let empty = Empty::new(t.get(key), t.get("signals-silences-empty-text")).art(Art::Bell);
    if may && wanted == Standing::Active {
        return empty.action(t.get("signals-silence-new"), visit.href("silences/new"));
    }
    empty
}
