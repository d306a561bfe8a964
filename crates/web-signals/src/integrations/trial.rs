//! A test event: first who would be told and why, then through the real door, then its whole way.
//!
//! The first page asks *explain*, which sends nothing. The event itself is a real one: it is parsed,
//! made durable and processed like any sender's, and tells real people.

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use firebell_access::{Permission, Scope};
use firebell_base::time::{add_seconds, from_micros};
use firebell_base::{Id, Timestamp};
use firebell_domain::alert::{Alert, AlertId, State};
use firebell_domain::event::{Draft, Fate, RequestId};
use firebell_domain::integration::Integration;
use firebell_domain::person::Status;
use firebell_domain::schedule::rotation::RotationType;
use firebell_domain::shift::ShiftId;
use firebell_domain::timeline::{Entry, Step};
use firebell_pipeline::explain::{Explanation, explain};
use firebell_pipeline::intake::IntakeError;
use firebell_pipeline::payload;
use firebell_store::events::EventRecord;
use firebell_store::{Error, ReadTx, alerts, signals, timeline};
use firebell_ui::part::{Badge, Button, Crumbs, Notice, Tab, Tabs};
use firebell_ui::{Answer, Area, Form, Frame, Query, Refusal, Say, Visit, When, page, told};

use super::fate::{self, Told};
use super::known;
use super::sample::Sample;
use crate::edit::inert;
use crate::words::WORDS;

/// Rows of who would be told, and of the timeline, that are shown.
const ROWS_MAX: usize = 100;
/// Events of a test that are shown.
const EVENTS_MAX: i64 = 5;
/// Seconds after which a test's page asks no more by itself.
const FOLLOWED_SECONDS: i64 = 120;
/// Characters of a sentence of the timeline that are shown.
const TEXT_CHARS_MAX: usize = 500;

/// Whom a test event names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum To {
    /// The visitor.
    Me,
    /// Nobody: the form's recipients are told.
    Form,
}

impl To {
    fn of(word: &str) -> Self {
        if word == "form" { Self::Form } else { Self::Me }
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Me => "me",
            Self::Form => "form",
        }
    }
}

/// Somebody who would be told.
struct ToldRow {
    when: When,
    who: String,
    device: String,
    why: String,
}

/// A line of what would be, or was, decided.
struct Line {
    when: When,
    step: String,
    text: String,
}

#[derive(Template)]
#[template(path = "signals/test.html")]
struct Page {
    frame: Frame,
    t: Say,
    crumbs: Crumbs,
    tabs: Tabs,
    outcome: String,
    send: Option<Button>,
    notice: Option<Notice>,
    body: String,
    told: Vec<ToldRow>,
    more_told: bool,
    lines: Vec<Line>,
}

/// `GET /integrations/{integration}/test`.
pub(crate) async fn show(visit: Visit, Path(id): Path<String>, query: Query) -> Answer {
    visit.require(Permission::SendEvents, &Scope::Instance)?;
    visit.require(Permission::ReadConfiguration, &Scope::Instance)?;
    let integration = known(&visit, &id)?;
    let t = visit.say(&WORDS);
    let to = To::of(query.text("to"));
    let body = body(&visit, &integration, to, "test");
    let explanation = explained(&visit, &integration, &body).await?;
    let own = format!("integrations/{}", integration.id);
    let active = integration.status == Status::Active;
    let send = Button::post(t.get("signals-test-send"), visit.href(&format!("{own}/test")))
        .main()
        .field("to", to.word());
    let tab = |one: To, key: &str| Tab {
        label: t.get(key),
        href: format!("?to={}", one.word()),
        current: one == to,
    };
    let name = integration.name.to_string();
    let told = explanation.told.iter().take(ROWS_MAX).map(|one| ToldRow {
        when: visit.when(one.at),
        who: person(&visit, one.person),
        device: visit.directory.device(one.device).map(|d| d.name.to_string()).unwrap_or_default(),
        why: inert(&told::why(visit.lang, &one.why), TEXT_CHARS_MAX),
    });
    Ok(page(&Page {
        frame: visit.frame(t.a("signals-test-title", &[("name", &name)]), Area::Integrations),
        crumbs: Crumbs::new(vec![
            (t.get("signals-integrations"), visit.href("integrations")),
            (name, visit.href(&own)),
        ]),
        tabs: Tabs::new(
            t.get("signals-test-to"),
            vec![tab(To::Me, "signals-test-me"), tab(To::Form, "signals-test-form")],
        ),
        outcome: inert(&told::foreseen(visit.lang, &explanation.outcome), TEXT_CHARS_MAX),
        send: active.then_some(send),
        notice: (!active)
            .then(|| Notice::info(t.get("signals-inactive"), t.get("signals-inactive-lead"))),
        body,
        told: told.collect(),
        more_told: explanation.told.len() > ROWS_MAX,
        lines: lines(&visit, t, &explanation.entries),
        t,
    }))
}

fn body(visit: &Visit, integration: &Integration, to: To, dedup_key: &str) -> String {
    let t = visit.say(&WORDS);
    let name = visit.person.target_name.as_str();
    let sample = Sample {
        summary: &t.a("signals-test-summary", &[("name", name)]),
        dedup_key,
        to: (to == To::Me).then_some(name),
    };
    sample.body(integration.format)
}

/// What would become of this body, by the very functions of the pipeline.
async fn explained(
    visit: &Visit,
    integration: &Arc<Integration>,
    body: &str,
) -> Result<Explanation, Refusal> {
    let parsed = payload::parse(integration.format, body.as_bytes(), visit.now);
    let draft = parsed.ok().and_then(|drafts| drafts.into_iter().next()).unwrap_or_default();
    let counted: Vec<ShiftId> = visit
        .directory
        .shifts()
        .filter(|shift| shift.rotation.as_ref().is_some_and(|r| r.kind == RotationType::Alerts))
        .map(|shift| shift.id)
        .collect();
    let no = visit.claims.instance;
    let read = move |tx: &mut ReadTx<'_>| alerts::shift_counts(tx, no, &counted);
    let (directory, door, at) = (Arc::clone(&visit.directory), Arc::clone(integration), visit.now);
    // Hundreds of turns of large groups take long: on the thread for long lists.
    let make = move |counts: Vec<(ShiftId, u64)>| {
        let counts: BTreeMap<ShiftId, u64> = counts.into_iter().collect();
        explain(&directory, &door, &draft as &Draft, at, &counts)
    };
    let found: Result<Explanation, Error> =
        visit.ui.db.read_patiently("web.explain", read, make).await;
    Ok(found?)
}

fn person(visit: &Visit, id: firebell_domain::person::PersonId) -> String {
    visit.directory.person(id).map(|person| person.display_name()).unwrap_or_default()
}

fn lines(visit: &Visit, t: Say, entries: &[Entry]) -> Vec<Line> {
    let one = |entry: &Entry| Line {
        when: visit.when(entry.at),
        step: t.get(match entry.step {
            Step::Intake => "signals-step-intake",
            Step::Correlate => "signals-step-correlate",
            Step::Route => "signals-step-route",
            Step::Escalate => "signals-step-escalate",
            Step::Notify => "signals-step-notify",
            Step::Deliver => "signals-step-deliver",
            Step::Respond => "signals-step-respond",
        }),
        text: inert(&told::told(visit.lang, &entry.what).line(), TEXT_CHARS_MAX),
    };
    entries.iter().take(ROWS_MAX).map(one).collect()
}

/// `POST /integrations/{integration}/test`: an event like any sender's.
pub(crate) async fn send(visit: Visit, Path(id): Path<String>, form: Form) -> Answer {
    visit.require(Permission::SendEvents, &Scope::Instance)?;
    visit.require(Permission::ReadConfiguration, &Scope::Instance)?;
    let integration = known(&visit, &id)?;
    let t = visit.say(&WORDS);
    if integration.status == Status::Inactive {
        let notice = Notice::wrong(t.get("signals-inactive"), t.get("signals-inactive-lead"));
        return Err(visit.notice(StatusCode::CONFLICT, notice));
    }
    // Every test is a thing of its own, so that it is never counted into another's alert.
    let key: Id<Draft> = Id::new(&visit.ui.random, visit.now);
    let body = body(&visit, &integration, To::of(form.text("to")), &format!("test-{key}"));
    let failed = |text: String, status| {
        let notice = Notice::wrong(t.get("signals-test-failed"), text);
        visit.notice(status, notice)
    };
    let drafts = payload::parse(integration.format, body.as_bytes(), visit.now)
        .map_err(|error| failed(error.to_string(), StatusCode::UNPROCESSABLE_ENTITY))?;
    let accepted =
        visit.ui.intake.accept(visit.claims.instance, &integration, drafts, body.as_bytes()).await;
    let request = accepted.map_err(|error| {
        let status = match error {
            IntakeError::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
            IntakeError::Overloaded | IntakeError::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        };
        failed(error.to_string(), status)
    })?;
    Ok(visit.lead(&format!("integrations/{}/test/{request}", integration.id)))
}

/// The way of a test event, as far as it got.
#[derive(Template)]
#[template(path = "signals/test_way.html")]
struct Way {
    frame: Frame,
    t: Say,
    crumbs: Crumbs,
    part: String,
}

#[derive(Template)]
#[template(path = "signals/test_part.html")]
struct Part {
    t: Say,
    own: String,
    again: bool,
    accepted: When,
    event: Option<(When, Told)>,
    state: Option<Badge>,
    alert: Option<(String, String)>,
    lines: Vec<Line>,
    payload: Option<String>,
}

/// What became of a test.
type Became = (Vec<EventRecord>, BTreeMap<AlertId, Alert>, Vec<Entry>);

/// `GET /integrations/{integration}/test/{request}`: asks again by itself where there are scripts.
pub(crate) async fn follow(visit: Visit, Path((id, request)): Path<(String, String)>) -> Answer {
    visit.require(Permission::ReadAlerts, &Scope::Instance)?;
    let integration = known(&visit, &id)?;
    let t = visit.say(&WORDS);
    let request: RequestId =
        request.parse().map_err(|_| visit.missing(&t.get("signals-test-event")))?;
    let (no, door) = (visit.claims.instance, integration.id);
    let read = move |tx: &mut ReadTx<'_>| {
        let events = signals::of_request(tx, no, door, request, EVENTS_MAX)?;
        let alerts = fate::alerts_of(tx, no, &events)?;
        let alert = events.first().and_then(|event| event.alert);
        let entries = alert.map_or(Ok(Vec::new()), |id| timeline::of_alert(tx, no, id))?;
        Ok((events, alerts, entries))
    };
    let became: Result<Became, Error> = visit.ui.db.read("web.test", read).await;
    let part = part(&visit, t, &integration, request, &became?);
    if visit.partial {
        return Ok(page(&part));
    }
    let name = integration.name.to_string();
    let own = format!("integrations/{door}");
    Ok(page(&Way {
        frame: visit.frame(t.a("signals-test-title", &[("name", &name)]), Area::Integrations),
        crumbs: Crumbs::new(vec![
            (t.get("signals-integrations"), visit.href("integrations")),
            (name, visit.href(&own)),
            (t.get("signals-test"), visit.href(&format!("{own}/test"))),
        ]),
        part: part.render().unwrap_or_default(),
        t,
    }))
}

fn part(
    visit: &Visit,
    t: Say,
    integration: &Integration,
    request: RequestId,
    became: &Became,
) -> Part {
    let (events, alerts, entries) = became;
    let made = made_at(request);
    let event = events.first();
    let alert = event.and_then(|event| event.alert).and_then(|id| alerts.get(&id));
    let is_over = match event {
        None => false,
        Some(event) => event.fate != Fate::Opened,
    };
    Part {
        own: visit.href(&format!("integrations/{}/test/{request}", integration.id)),
        again: !is_over && visit.now < add_seconds(made, FOLLOWED_SECONDS),
        accepted: visit.when(made),
        event: event.map(|event| (visit.when(event.received), fate::told(visit, event, alerts))),
        state: alert.map(|alert| state(t, alert.state)),
        alert: alert.map(|alert| {
            let label = t.a("signals-alert-number", &[("number", &alert.number.to_string())]);
            (label, visit.href(&format!("alerts/{}", alert.id)))
        }),
        lines: lines(visit, t, entries),
        payload: event.map(|event| {
            visit.href(&format!("integrations/{}/events/{}", integration.id, event.id))
        }),
        t,
    }
}

fn state(t: Say, state: State) -> Badge {
    use firebell_ui::Shape;
    match state {
        State::Open => Badge::new("waits", Shape::Ring, t.get("signals-state-open")),
        State::Acknowledged => Badge::new("ok", Shape::Check, t.get("signals-state-acknowledged")),
        State::Suspended => Badge::new("muted", Shape::Ring, t.get("signals-state-suspended")),
        State::Closed => Badge::new("ok", Shape::Check, t.get("signals-state-closed")),
    }
}

/// When a request was accepted: its id begins with it.
fn made_at(request: RequestId) -> Timestamp {
    let millis = u128::from_be_bytes(request.to_bytes()) >> 80;
    from_micros(i64::try_from(millis).unwrap_or(0).saturating_mul(1_000))
}

#[cfg(test)]
mod tests {
    use firebell_testkit::pages::Pages;
    use firebell_testkit::postgres::TestEngine;

    #[tokio::test]
    async fn what_would_and_what_did_happen_is_told_in_the_readers_language() {
        let mut pages = Pages::new(TestEngine::Sqlite, crate::router()).await;
        let people = "version: 1\npeople:\n  - { targetName: dora, firstName: Dora, lastName: D, \
                      roles: [Full Access User], language: de }\n";
        pages.world.apply(people).await;
        let path = format!("/integrations/{}/test", pages.world.integration("Monitor").id);
        pages.get("dora", &format!("{path}?to=form")).await.is(200).says(&[
            "Ein Alarm würde eröffnet; 2 Personen würden benachrichtigt",
            "in Bereitschaft für Payments · Schicht Always, Platz 1",
            "Hier würde der Alarm enden, wenn niemand geantwortet hätte",
        ]);
        pages.get("ada", &format!("{path}?to=form")).await.is(200).says(&[
            "An alert would be opened; 2 people would be told if nobody answered",
            "on call for Payments · shift Always, place 1",
        ]);
        let sent = pages.post("dora", &path, &[("to", "form")]).await;
        let way = sent.is(303).location().trim_start_matches("../").to_owned();
        pages.world.settle().await;
        let seen = pages.get("dora", &format!("/{way}")).await;
        seen.is(200).says(&["Ereignis angenommen von Monitor", "Bo Ek · Work Email: zugestellt."]);
    }
}
