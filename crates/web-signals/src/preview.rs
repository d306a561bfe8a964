//! What a silence or maintenance window would hide, as a part of its form's page.
//!
//! Asked of `pipeline::preview`, on the thread that reads long lists. Nothing is saved.

use std::sync::Arc;

use askama::Template;
use askama::filters::HtmlSafe;
use axum::response::Response;
use firebell_base::time::add_seconds;
use firebell_pipeline::preview::{self, Candidate};
use firebell_ui::part::{Badge, Choice, Faults, Notice};
use firebell_ui::{Refusal, Say, Visit, When, page};

use crate::edit::inert;
use crate::words::WORDS;

/// The days that may be looked back.
const DAYS: [i64; 3] = [1, 7, 30];
/// The days that are looked back unless told otherwise.
const DAYS_DEFAULT: i64 = 7;
/// Characters of a summary that are shown.
const SUMMARY_CHARS_MAX: usize = 200;

/// An open alert.
struct OpenRow {
    href: String,
    number: i64,
    summary: String,
    priority: Badge,
}

/// An event.
struct EventRow {
    when: When,
    integration: String,
    summary: String,
}

/// The part.
#[derive(Template)]
#[template(path = "signals/preview.html")]
pub(crate) struct Part {
    t: Say,
    days: i64,
    lead: String,
    open: Vec<OpenRow>,
    open_more: bool,
    events: Vec<EventRow>,
    notes: Vec<String>,
}

impl HtmlSafe for Part {}

/// How many days back a form asks for.
pub(crate) fn days(text: &str) -> i64 {
    text.parse().ok().filter(|days| DAYS.contains(days)).unwrap_or(DAYS_DEFAULT)
}

/// The days to choose from.
pub(crate) fn choices(t: Say, chosen: i64) -> Vec<Choice> {
    let one = |days: i64| Choice::new(days.to_string(), t.n("signals-days", days), days == chosen);
    DAYS.into_iter().map(one).collect()
}

/// Looks.
pub(crate) async fn look(visit: &Visit, candidate: Candidate, days: i64) -> Result<Part, Refusal> {
    let (no, from) = (visit.claims.instance, add_seconds(visit.now, -days * 86_400));
    let directory = Arc::clone(&visit.directory);
    let read = move |tx: &mut firebell_store::ReadTx<'_>| preview::read(tx, no, from);
    let make = move |past| preview::of(&directory, &past, &candidate);
    let found: Result<preview::Preview, firebell_store::Error> =
        visit.ui.db.read_patiently("web.preview", read, make).await;
    Ok(part(visit, &found?, days))
}

/// In place of the part: what is wrong with what was entered.
pub(crate) fn not(visit: &Visit, faults: &Faults) -> Response {
    let first = faults.list().first().map(|(_, text)| text.clone()).unwrap_or_default();
    let notice = Notice::wrong(visit.say(&WORDS).get("signals-preview-not"), first);
    page(&notice)
}

fn part(visit: &Visit, found: &preview::Preview, days: i64) -> Part {
    let t = visit.say(&WORDS);
    let days_text = t.n("signals-days", days);
    let seen = found.seen.to_string();
    let args = [("days", days_text.as_str()), ("seen", seen.as_str())];
    let hidden = t.na("signals-preview-hidden", found.hidden, &args);
    let open = t.n("signals-preview-open", found.open);
    let mut notes = Vec::new();
    if found.things < found.hidden {
        notes.push(t.n("signals-preview-things", found.things));
    }
    if !found.is_whole {
        let since = visit.when(found.since).clock;
        notes.push(t.a("signals-preview-since", &[("since", &since)]));
    }
    if found.unread > 0 {
        notes.push(t.n("signals-preview-unread", found.unread));
    }
    if found.more_open {
        notes.push(t.n("signals-preview-more-open", preview::OPEN_MAX));
    }
    let open_rows = found.open_named.iter().map(|alert| OpenRow {
        href: visit.href(&format!("alerts/{}", alert.id)),
        number: alert.number,
        summary: inert(&alert.summary, SUMMARY_CHARS_MAX),
        priority: Badge::priority(alert.priority, t),
    });
    let events = found.named.iter().map(|event| EventRow {
        when: visit.when(event.at),
        integration: visit
            .directory
            .integration(event.integration)
            .map(|one| one.name.to_string())
            .unwrap_or_default(),
        summary: inert(&event.summary, SUMMARY_CHARS_MAX),
    });
    Part {
        t,
        days,
        lead: format!("{hidden} {open}"),
        open_more: found.open > found.open_named.len(),
        open: open_rows.collect(),
        events: events.collect(),
        notes,
    }
}
