//! All integrations: by name, with what came last and how much comes.

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use firebell_access::{Permission, Scope};
use firebell_base::time::add_seconds;
use firebell_domain::integration::{Format, Integration, IntegrationId};
use firebell_domain::person::Status;
use firebell_store::events::EventRecord;
use firebell_store::{Error, ReadTx, signals};
use firebell_ui::part::{Art, Badge, Button, Choice, Empty, Field, Pager};
use firebell_ui::{Answer, Area, Frame, Query, Say, Visit, When, page};

use super::setup::{self, Snippet};
use super::{fate, format_name, status_badge, up_to};
use crate::words::WORDS;

/// Rows of a page.
pub(crate) const ROWS: usize = 50;
/// Events are counted up to so many.
pub(crate) const COUNTED_MAX: i64 = 1_000;

struct Row {
    href: String,
    name: String,
    format: String,
    form: String,
    status: Badge,
    last: Option<(When, Badge)>,
    hour: String,
    minute: String,
}

#[derive(Template)]
#[template(path = "signals/integrations.html")]
struct Page {
    frame: Frame,
    t: Say,
    lead: String,
    new: Option<Button>,
    forms: String,
    filters: Vec<Field>,
    rows: Vec<Row>,
    pager: Pager,
    empty: Option<Empty>,
    snippet: Option<Snippet>,
}

/// What came through some integrations.
pub(crate) struct Traffic {
    pub(crate) last: BTreeMap<IntegrationId, EventRecord>,
    pub(crate) hour: BTreeMap<IntegrationId, i64>,
    pub(crate) minute: BTreeMap<IntegrationId, i64>,
}

/// Reads it.
pub(crate) fn traffic(
    tx: &mut ReadTx<'_>,
    no: firebell_domain::instance::InstanceNo,
    ids: &[IntegrationId],
    now: firebell_base::Timestamp,
) -> Result<Traffic, Error> {
    let last = signals::newest(tx, no, ids)?;
    let since = |seconds: i64| add_seconds(now, -seconds);
    Ok(Traffic {
        last: last.into_iter().map(|event| (event.integration, event)).collect(),
        hour: signals::counts(tx, no, ids, since(3_600), COUNTED_MAX)?.into_iter().collect(),
        minute: signals::counts(tx, no, ids, since(60), COUNTED_MAX)?.into_iter().collect(),
    })
}

/// `GET /integrations`.
pub(crate) async fn show(visit: Visit, query: Query) -> Answer {
    visit.require(Permission::ReadConfiguration, &Scope::Instance)?;
    let t = visit.say(&WORDS);
    let total = visit.directory.integrations().count();
    let found = wanted(&visit, &query);
    let place = query.page(ROWS);
    let shown: Vec<Arc<Integration>> =
        found.iter().skip(place.offset).take(ROWS).map(|one| Arc::clone(one)).collect();
    let may_read = visit.may(Permission::ReadAlerts, &Scope::Instance);
    let ids: Vec<IntegrationId> = shown.iter().map(|one| one.id).collect();
    let (no, now) = (visit.claims.instance, visit.now);
    let traffic = if may_read && !ids.is_empty() {
        let read = move |tx: &mut ReadTx<'_>| traffic(tx, no, &ids, now);
        let found: Result<Traffic, Error> = visit.ui.db.read("web.traffic", read).await;
        Some(found?)
    } else {
        None
    };
    let may_write = visit.may(Permission::WriteIntegrations, &Scope::Instance);
    let new = may_write
        .then(|| Button::link(t.get("signals-new"), visit.href("integrations/new")).main());
    let inactive = found.iter().filter(|one| one.status == Status::Inactive).count();
    let lead = match (total, inactive) {
        (0, _) => t.get("signals-integrations-none"),
        (_, 0) => t.n("signals-integrations-lead", total),
        (_, n) => {
            let more = t.n("signals-integrations-inactive", n);
            format!("{} {more}", t.n("signals-integrations-lead", total))
        }
    };
    let (empty, snippet) = empty(&visit, t, total, found.len(), may_write);
    Ok(page(&Page {
        frame: visit
            .frame(t.get("signals-integrations"), Area::Integrations)
            .with_script("signals.js"),
        lead,
        new,
        forms: visit.href("integrations/forms"),
        filters: filters(t, &query),
        rows: shown.iter().map(|one| row(&visit, t, one, traffic.as_ref())).collect(),
        pager: Pager::new(&visit, &query, place, Some(found.len()), shown.len()),
        empty,
        snippet,
        t,
    }))
}

/// What is asked for, by name.
fn wanted<'v>(visit: &'v Visit, query: &Query) -> Vec<&'v Arc<Integration>> {
    let text = firebell_domain::name::fold(query.text("q"));
    let status = match query.text("status") {
        "active" => Some(Status::Active),
        "inactive" => Some(Status::Inactive),
        _ => None,
    };
    let format = Format::from_word(query.text("format"));
    let fits = |one: &&Arc<Integration>| {
        (text.is_empty() || one.name.fold().contains(&text))
            && status.is_none_or(|status| one.status == status)
            && format.is_none_or(|format| one.format == format)
    };
    let mut found: Vec<&Arc<Integration>> = visit.directory.integrations().filter(fits).collect();
    found.sort_by_cached_key(|one| one.name.fold());
    found
}

fn filters(t: Say, query: &Query) -> Vec<Field> {
    let status = query.text("status");
    let any = |key: &str| Choice::new("", t.get(key), false);
    let one = |value: &str, label: String, now: &str| Choice::new(value, label, now == value);
    let format = query.text("format");
    let formats = Format::ALL.map(|each| one(each.word(), format_name(t, each), format));
    vec![
        Field::search("q", t.get("signals-search")).value(query.text("q")).max(100),
        Field::select(
            "status",
            t.get("signals-status"),
            vec![
                any("signals-any"),
                one("active", t.get("signals-active"), status),
                one("inactive", t.get("signals-inactive"), status),
            ],
        ),
        Field::select(
            "format",
            t.get("signals-format"),
            [any("signals-any")].into_iter().chain(formats).collect(),
        ),
    ]
}

fn row(visit: &Visit, t: Say, one: &Integration, traffic: Option<&Traffic>) -> Row {
    let last = traffic.and_then(|traffic| traffic.last.get(&one.id));
    let count = |of: fn(&Traffic) -> &BTreeMap<IntegrationId, i64>| {
        let n = traffic.and_then(|traffic| of(traffic).get(&one.id)).copied().unwrap_or(0);
        up_to(n, COUNTED_MAX)
    };
    Row {
        href: visit.href(&format!("integrations/{}", one.id)),
        name: one.name.to_string(),
        format: format_name(t, one.format),
        form: visit.directory.form(one.form).map(|form| form.name.to_string()).unwrap_or_default(),
        status: status_badge(t, one.status),
        last: last.map(|event| (visit.when(event.received), fate::badge(t, event.fate))),
        hour: count(|traffic| &traffic.hour),
        minute: count(|traffic| &traffic.minute),
    }
}

/// In place of a blank table: for who may, the way to connect a first sender.
fn empty(
    visit: &Visit,
    t: Say,
    total: usize,
    found: usize,
    may_write: bool,
) -> (Option<Empty>, Option<Snippet>) {
    match (total, found) {
        (0, _) if may_write => {
            let empty = Empty::new(t.get("signals-empty"), t.get("signals-empty-text"))
                .art(Art::Plug)
                .action(
                    t.get("signals-empty-act"),
                    visit.href("integrations/new?format=alertmanager"),
                );
            let mut snippets = setup::snippets(visit, Format::Alertmanager, "ID", None);
            (Some(empty), (!snippets.is_empty()).then(|| snippets.remove(0)))
        }
        (0, _) => {
            let empty = Empty::new(t.get("signals-empty"), t.get("signals-empty-ask"));
            (Some(empty.art(Art::Plug)), None)
        }
        (_, 0) => {
            let empty = Empty::new(t.get("signals-none-found"), t.get("signals-none-found-text"));
            let empty = empty.art(Art::Search);
            (Some(empty.action(t.get("signals-show-all"), visit.href("integrations"))), None)
        }
        _ => (None, None),
    }
}
