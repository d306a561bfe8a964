//! One integration: what came, what became of it, and how to set its sender up.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::Path;
use firebell_access::{Permission, Scope};
use firebell_domain::alert::{Alert, AlertId};
use firebell_domain::directory::Kind;
use firebell_domain::event::EventAction;
use firebell_domain::integration::Integration;
use firebell_domain::person::Status;
use firebell_pipeline::limits::EVENTS_PER_MINUTE_DEFAULT;
use firebell_store::events::EventRecord;
use firebell_store::{Error, ReadTx, signals};
use firebell_ui::part::{Art, Badge, Button, Crumbs, Empty, Field, Pager};
use firebell_ui::{Answer, Area, Frame, Query, Say, Visit, When, page};

use super::fate::{self, Told};
use super::list::{COUNTED_MAX, ROWS, Traffic, traffic};
use super::setup::{self, Snippet};
use super::{format_name, known, status_badge, up_to};
use crate::edit::{self, inert};
use crate::words::WORDS;

/// Characters of a summary that are shown in a row.
const SUMMARY_CHARS_MAX: usize = 160;

struct EventRow {
    when: When,
    action: String,
    summary: String,
    href: String,
    told: Told,
}

#[derive(Template)]
#[template(path = "signals/integration.html")]
struct Page {
    frame: Frame,
    t: Say,
    crumbs: Crumbs,
    name: String,
    status: Badge,
    lead: String,
    test: Option<Button>,
    buttons: Vec<Button>,
    facts: Vec<(String, String)>,
    form: Option<(String, String)>,
    snippets: Vec<Snippet>,
    readable: bool,
    events: Vec<EventRow>,
    pager: Option<Pager>,
    empty: Option<Empty>,
    remove: Option<Field>,
    remove_action: String,
}

/// What is read for the page.
struct Seen {
    traffic: Traffic,
    events: Vec<EventRecord>,
    alerts: BTreeMap<AlertId, Alert>,
}

/// `GET /integrations/{integration}`.
pub(crate) async fn show(visit: Visit, Path(id): Path<String>, query: Query) -> Answer {
    visit.require(Permission::ReadConfiguration, &Scope::Instance)?;
    let integration = known(&visit, &id)?;
    let t = visit.say(&WORDS);
    let (no, now, id) = (visit.claims.instance, visit.now, integration.id);
    let before = query.text("before").parse().ok();
    let readable = visit.may(Permission::ReadAlerts, &Scope::Instance);
    let seen = if readable {
        let rows = i64::try_from(ROWS).unwrap_or(i64::MAX);
        let read = move |tx: &mut ReadTx<'_>| {
            let events = signals::of_integration(tx, no, id, before, rows)?;
            let alerts = fate::alerts_of(tx, no, &events)?;
            Ok(Seen { traffic: traffic(tx, no, &[id], now)?, events, alerts })
        };
        let seen: Result<Seen, Error> = visit.ui.db.read("web.integration", read).await;
        Some(seen?)
    } else {
        None
    };
    Ok(page(&laid_out(&visit, t, &integration, seen.as_ref(), before.is_some())))
}

fn laid_out(
    visit: &Visit,
    t: Say,
    integration: &Integration,
    seen: Option<&Seen>,
    is_older: bool,
) -> Page {
    let own = format!("integrations/{}", integration.id);
    let may_write = visit.may(Permission::WriteIntegrations, &Scope::Instance);
    let may_send = visit.may(Permission::SendEvents, &Scope::Instance);
    let form = visit.directory.form(integration.form);
    let form = form.map(|form| {
        (form.name.to_string(), visit.href(&format!("integrations/forms/{}", form.id)))
    });
    let events: Vec<EventRow> = seen
        .iter()
        .flat_map(|seen| seen.events.iter().map(|event| event_row(visit, t, event, &seen.alerts)))
        .collect();
    let newest_shown = seen.and_then(|seen| seen.events.last()).map(|event| event.id);
    let older = newest_shown.filter(|_| events.len() == ROWS).map(|id| format!("?before={id}"));
    let shown = t.n("signals-events-shown", events.len());
    let pager = (is_older || older.is_some())
        .then(|| Pager::of(visit, shown, is_older.then(|| visit.href(&own)), older));
    let empty = events.is_empty().then(|| {
        let text = t.get("signals-no-events-text");
        Empty::new(t.get("signals-no-events"), text).art(Art::Plug)
    });
    let test = Button::link(t.get("signals-test"), visit.href(&format!("{own}/test"))).main();
    Page {
        frame: visit.frame(integration.name.as_str(), Area::Integrations).with_script("signals.js"),
        crumbs: Crumbs::new(vec![(t.get("signals-integrations"), visit.href("integrations"))]),
        name: integration.name.to_string(),
        status: status_badge(t, integration.status),
        lead: lead(visit, t, integration, seen),
        test: (may_send && integration.status == Status::Active).then_some(test),
        buttons: if may_write { buttons(visit, t, integration, &own) } else { Vec::new() },
        facts: facts(t, integration, seen.map(|seen| &seen.traffic)),
        form,
        snippets: setup::snippets(visit, integration.format, &integration.id.to_string(), None),
        readable: seen.is_some(),
        events,
        pager,
        empty,
        remove: may_write.then(|| {
            Field::text("typed", t.a("signals-remove-type", &[("name", integration.name.as_str())]))
                .autocomplete("off")
                .required()
                .max(100)
        }),
        remove_action: visit.href(&format!("{own}/remove")),
        t,
    }
}

fn event_row(
    visit: &Visit,
    t: Say,
    event: &EventRecord,
    alerts: &BTreeMap<AlertId, Alert>,
) -> EventRow {
    let place = format!("integrations/{}/events/{}", event.integration, event.id);
    let summary = match event.summary.as_str() {
        "" => event.dedup_key.clone().unwrap_or_default(),
        text => text.to_owned(),
    };
    EventRow {
        when: visit.when(event.received),
        action: t.get(action_key(event.action)),
        summary: inert(&summary, SUMMARY_CHARS_MAX),
        href: visit.href(&place),
        told: fate::told(visit, event, alerts),
    }
}

/// What an event asked for.
pub(crate) const fn action_key(action: EventAction) -> &'static str {
    match action {
        EventAction::Trigger => "signals-action-trigger",
        EventAction::Acknowledge => "signals-action-acknowledge",
        EventAction::Resolve => "signals-action-resolve",
    }
}

fn lead(visit: &Visit, t: Say, integration: &Integration, seen: Option<&Seen>) -> String {
    if integration.status == Status::Inactive {
        return t.get("signals-inactive-lead");
    }
    let Some(seen) = seen else { return t.get("signals-unreadable") };
    let Some(last) = seen.traffic.last.get(&integration.id) else {
        return t.get("signals-waiting");
    };
    let hour = seen.traffic.hour.get(&integration.id).copied().unwrap_or(0);
    let ago = visit.when(last.received).ago;
    t.na("signals-integration-lead", hour, &[("ago", &ago), ("count", &up_to(hour, COUNTED_MAX))])
}

fn facts(t: Say, integration: &Integration, traffic: Option<&Traffic>) -> Vec<(String, String)> {
    let minute = traffic.and_then(|traffic| traffic.minute.get(&integration.id)).copied();
    let rate = integration.rate_per_minute.unwrap_or(EVENTS_PER_MINUTE_DEFAULT);
    let mut facts = vec![
        (t.get("signals-format"), format_name(t, integration.format)),
        (t.get("signals-id"), integration.id.to_string()),
        (t.get("signals-key"), t.get("signals-key-hidden")),
        (t.get("signals-rate"), t.n("signals-rate-now", i64::from(rate))),
    ];
    if let Some(minute) = minute {
        facts.push((t.get("signals-minute"), up_to(minute, COUNTED_MAX)));
    }
    facts
}

fn buttons(visit: &Visit, t: Say, integration: &Integration, own: &str) -> Vec<Button> {
    let id = integration.id.to_bytes();
    let revision = edit::revision_text(&visit.directory, Kind::Integration, id);
    let (word, deed) = match integration.status {
        Status::Active => ("signals-deactivate", "deactivate"),
        Status::Inactive => ("signals-activate", "activate"),
    };
    vec![
        Button::link(t.get("signals-edit-act"), visit.href(&format!("{own}/edit"))),
        Button::post(t.get("signals-key-renew"), visit.href(&format!("{own}/key")))
            .field("rev", revision),
        Button::post(t.get(word), visit.href(&format!("{own}/{deed}"))),
    ]
}
