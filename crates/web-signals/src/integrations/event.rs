//! One event as it was sent, and what became of it. The payload is shown as text, whatever it is.

use askama::Template;
use axum::extract::Path;
use firebell_access::{Permission, Scope};
use firebell_domain::event::EventId;
use firebell_store::events::EventRecord;
use firebell_store::{Error, ReadTx, signals};
use firebell_ui::part::Crumbs;
use firebell_ui::{Answer, Area, Frame, Say, Visit, When, page};

use super::detail::action_key;
use super::fate::{self, Told};
use super::known;
use crate::edit::inert;
use crate::words::WORDS;

/// Characters of a payload that are shown.
const PAYLOAD_CHARS_MAX: usize = 64 * 1024;
/// Characters of a summary or a key that are shown.
const TEXT_CHARS_MAX: usize = 1_100;

#[derive(Template)]
#[template(path = "signals/event.html")]
struct Page {
    frame: Frame,
    t: Say,
    crumbs: Crumbs,
    title: String,
    when: When,
    told: Told,
    facts: Vec<(String, String)>,
    payload: Option<String>,
    size: String,
}

/// `GET /integrations/{integration}/events/{event}`.
pub(crate) async fn show(visit: Visit, Path((id, event)): Path<(String, String)>) -> Answer {
    visit.require(Permission::ReadAlerts, &Scope::Instance)?;
    let integration = known(&visit, &id)?;
    let t = visit.say(&WORDS);
    let unknown = || visit.missing(&t.get("signals-event"));
    let event: EventId = event.parse().map_err(|_| unknown())?;
    let (no, door) = (visit.claims.instance, integration.id);
    let read = move |tx: &mut ReadTx<'_>| {
        let Some(event) = signals::get(tx, no, event)?.filter(|event| event.integration == door)
        else {
            return Ok(None);
        };
        let alerts = fate::alerts_of(tx, no, std::slice::from_ref(&event))?;
        let payload = signals::payload_of_request(tx, no, door, event.request)?;
        Ok(Some((event, alerts, payload)))
    };
    let found: Result<_, Error> = visit.ui.db.read("web.event", read).await;
    let (event, alerts, payload) = found?.ok_or_else(unknown)?;
    let name = integration.name.to_string();
    let summary = inert(&event.summary, TEXT_CHARS_MAX);
    let title = if summary.is_empty() { t.get("signals-event-title") } else { summary };
    let bytes = payload.as_ref().map_or(0, Vec::len);
    let text = payload.map(|bytes| inert(&String::from_utf8_lossy(&bytes), PAYLOAD_CHARS_MAX));
    Ok(page(&Page {
        frame: visit.frame(title.clone(), Area::Integrations).with_script("signals.js"),
        crumbs: Crumbs::new(vec![
            (t.get("signals-integrations"), visit.href("integrations")),
            (name, visit.href(&format!("integrations/{door}"))),
        ]),
        title,
        when: visit.when(event.received),
        told: fate::told(&visit, &event, &alerts),
        facts: facts(t, &event),
        payload: text,
        size: t.n("signals-bytes", bytes),
        t,
    }))
}

fn facts(t: Say, event: &EventRecord) -> Vec<(String, String)> {
    let mut facts = vec![(t.get("signals-action"), t.get(action_key(event.action)))];
    if let Some(key) = &event.dedup_key {
        facts.push((t.get("signals-dedup-key"), inert(key, TEXT_CHARS_MAX)));
    }
    facts.push((t.get("signals-request"), event.request.to_string()));
    facts
}
