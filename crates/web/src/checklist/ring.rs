//! The test alert: a real event, to the visitor alone, and what has become of it.
//!
//! It goes through an integration and a form of its own, made when they are first needed; the integration's key
//! is known to nobody. Limited like every integration, and to one ring in a few seconds for each visitor by the
//! alert itself: while one is open, another event is counted into it.

use axum::extract::State;
use axum::http::StatusCode;
use firebell_access::{Permission, Scope};
use firebell_base::Id;
use firebell_config::{Change, Faults as Wrong};
use firebell_domain::alert::{Alert, Priority};
use firebell_domain::directory::{Directory, Entity};
use firebell_domain::event::{Draft, RequestId};
use firebell_domain::form::{Form, Templates, default_options};
use firebell_domain::integration::{Format, Integration};
use firebell_domain::name::Name;
use firebell_domain::notification::{Notification, NotificationState};
use firebell_domain::person::{PersonId, Status};
use firebell_domain::recipient::{Pointer, Recipient};
use firebell_domain::response::Response as Given;
use firebell_store::{ReadTx, alert_list, deliveries, notifications, responses};
use firebell_ui::part::{Badge, Notice};
use firebell_ui::{Answer, Refusal, Say, Shape, Visit};

use super::HERE;
use crate::Web;
use crate::seen::shown;
use crate::words::WORDS;

/// What the integration and the form of test alerts are called.
pub(super) const NAME: &str = "Firebell test alerts";
/// Events of test alerts in a minute.
const PER_MINUTE: u32 = 20;
/// Minutes after which a test alert ends by itself.
const MINUTES: u32 = 30;
/// Notifications and answers that are looked at.
const ROWS_MAX: i64 = 50;
/// Seconds until the page is loaded again while something is open.
const AGAIN_SECONDS: u32 = 2;

/// What has become of a test alert.
#[derive(Debug)]
pub(super) struct Rung {
    pub(super) lines: Vec<Badge>,
    pub(super) text: String,
    /// The way to the alert, and its name.
    pub(super) alert: Option<(String, String)>,
    pub(super) answered: bool,
    /// Seconds until this is worth another look.
    pub(super) again: Option<u32>,
    pub(super) here: String,
}

/// `POST /start/ring`
pub(crate) async fn ring(State(_): State<Web>, visit: Visit) -> Answer {
    visit.require(Permission::Administer, &Scope::Instance)?;
    let t = visit.say(&WORDS);
    let not = |text: String, status| {
        let notice = Notice::wrong(t.get("web-ring-title-not"), text);
        visit.notice(status, notice.link(t.get("web-checklist"), visit.href(HERE)))
    };
    if visit.directory.devices_of(visit.person.id).next().is_none() {
        return Err(not(t.get("web-ring-no-device"), StatusCode::CONFLICT));
    }
    let integration = door(&visit).await?;
    let name = shown(&visit.person.display_name());
    let draft = Draft {
        dedup_key: Some(format!("test-{}", visit.person.id)),
        summary: t.a("web-ring-event", &[("name", &name)]),
        priority: Some(Priority::High),
        recipients: vec![Pointer(visit.person.id.to_string())],
        expiration_minutes: Some(MINUTES),
        ..Draft::default()
    };
    let accepted = visit.ui.intake.accept(visit.claims.instance, &integration, vec![draft], b"{}");
    match accepted.await {
        Ok(request) => Ok(visit.lead(&format!("{HERE}?ring={request}#ring"))),
        Err(error) => {
            tracing::warn!(%error, "a test alert was not accepted");
            Err(not(t.get("web-ring-later"), StatusCode::SERVICE_UNAVAILABLE))
        }
    }
}

/// The integration of test alerts, made if it is not there.
async fn door(visit: &Visit) -> Result<Integration, Refusal> {
    if let Some(known) = known_door(&visit.directory) {
        return Ok(known);
    }
    let (random, now, person) = (visit.ui.random.clone(), visit.now, visit.person.id);
    let Ok(name) = Name::parse(NAME) else { return Err(visit.missing(NAME)) };
    let decide = move |directory: &Directory| {
        if known_door(directory).is_some() {
            return Ok::<_, Wrong>(Vec::new());
        }
        let form = directory.forms().find(|form| form.name == name).map(|form| form.id);
        let id = form.unwrap_or_else(|| Id::new(&random, now));
        let integration = Integration {
            id: Id::new(&random, now),
            name: name.clone(),
            format: Format::Generic,
            form: id,
            // Of no key that anybody has.
            key_hash: random.bytes(),
            status: Status::Active,
            rate_per_minute: Some(PER_MINUTE),
            created: now,
        };
        let made = form.is_none().then(|| Entity::Form(blank(id, &name, person)));
        let all = made.into_iter().chain([Entity::Integration(integration)]);
        Ok(all.map(Change::Put).collect())
    };
    let author = visit.author("test alerts prepared");
    let changed = visit.ui.authority.change(visit.claims.instance, &author, now, decide).await;
    let done = changed.map_err(|error| visit.refused(error))?;
    known_door(&done.directory).ok_or_else(|| visit.missing(NAME))
}

fn known_door(directory: &Directory) -> Option<Integration> {
    let named = directory.integrations().find(|one| one.name.as_str() == NAME);
    named.filter(|one| one.status == Status::Active).map(|one| one.as_ref().clone())
}

fn blank(id: firebell_domain::form::FormId, name: &Name, person: PersonId) -> Form {
    Form {
        id,
        name: name.clone(),
        recipients: vec![Recipient::Person(person)],
        priority: Priority::High,
        options: default_options(),
        templates: Templates::default(),
        expiration_minutes: MINUTES,
        override_device_restrictions: false,
        escalation_override: false,
    }
}

/// What the database knows of it.
struct Found {
    alert: Option<Alert>,
    told: Vec<Notification>,
    kept: Vec<firebell_domain::notification::NotificationId>,
    given: Vec<Given>,
}

/// What has become of the test alert of a request; none if no request is named.
pub(super) async fn look(visit: &Visit, request: &str) -> Result<Option<Rung>, Refusal> {
    let Ok(request) = request.parse::<RequestId>() else { return Ok(None) };
    let no = visit.claims.instance;
    let read = move |tx: &mut ReadTx<'_>| {
        let alert = alert_list::by_request(tx, no, request)?.into_iter().next();
        found(tx, no, alert)
    };
    let found = visit.ui.db.read("web.ring", read).await?;
    Ok(Some(told(visit, &found, request)))
}

fn found(
    tx: &mut ReadTx<'_>,
    no: firebell_domain::instance::InstanceNo,
    alert: Option<Alert>,
) -> Result<Found, firebell_store::Error> {
    let Some(alert) = alert else {
        return Ok(Found { alert: None, told: Vec::new(), kept: Vec::new(), given: Vec::new() });
    };
    let told = notifications::of_alert(tx, no, alert.id, ROWS_MAX)?;
    let sent = deliveries::of_alert(tx, no, alert.id, ROWS_MAX)?;
    let kept = sent.into_iter().filter(|one| one.provider == "outbox");
    let kept = kept.map(|one| one.notification).collect();
    let given = responses::of_alert(tx, no, alert.id, ROWS_MAX)?;
    Ok(Found { alert: Some(alert), told, kept, given })
}

/// Whether the visitor ever answered a test alert, among the newest alerts.
pub(super) async fn was_answered(visit: &Visit) -> Result<bool, Refusal> {
    let Some(door) = known_door(&visit.directory) else { return Ok(false) };
    let (no, person) = (visit.claims.instance, visit.person.id);
    let read = move |tx: &mut ReadTx<'_>| {
        let filter = alert_list::Filter::default();
        let (newest, _) = alert_list::list(tx, no, &filter, ROWS_MAX, 0)?;
        for alert in newest.into_iter().filter(|alert| alert.integration == door.id) {
            let given = responses::of_alert(tx, no, alert.id, ROWS_MAX)?;
            if given.iter().any(|one| one.person == person) {
                return Ok(true);
            }
        }
        Ok::<_, firebell_store::Error>(false)
    };
    Ok(visit.ui.db.read("web.rung", read).await?)
}

fn told(visit: &Visit, found: &Found, request: RequestId) -> Rung {
    let t = visit.say(&WORDS);
    let own = found.given.iter().rev().find(|one| one.person == visit.person.id);
    let lines: Vec<Badge> = found.told.iter().map(|one| line(visit, t, found, one)).collect();
    let text = match (&found.alert, own) {
        (None, _) => t.get("web-ring-waiting"),
        (Some(_), Some(given)) => {
            let (answer, when) = (shown(&given.option.text), visit.when(given.at).ago);
            t.a("web-ring-answered", &[("answer", &answer), ("when", &when)])
        }
        (Some(_), None) if lines.is_empty() => t.get("web-ring-nobody"),
        (Some(_), None) if found.told.iter().all(|one| found.kept.contains(&one.id)) => {
            t.get("web-ring-unsent")
        }
        (Some(_), None) => t.get("web-ring-answer-now"),
    };
    Rung {
        lines,
        text,
        alert: found.alert.as_ref().map(|alert| {
            let name = t.a("web-ring-alert", &[("number", &alert.number.to_string())]);
            (visit.href(&format!("alerts/{}", alert.id)), name)
        }),
        answered: own.is_some(),
        again: own.is_none().then_some(AGAIN_SECONDS),
        here: visit.href(&format!("{HERE}?ring={request}#ring")),
    }
}

fn line(visit: &Visit, t: Say, found: &Found, one: &Notification) -> Badge {
    let device = visit.directory.device(one.device);
    let device = device.map(|device| shown(device.name.as_str())).unwrap_or_default();
    let when = one.finished.map(|at| visit.when(at).ago).unwrap_or_default();
    let args = [("device", device.as_str()), ("when", when.as_str())];
    if found.kept.contains(&one.id) {
        return Badge::new("waits", Shape::Info, t.a("web-ring-kept", &args));
    }
    match one.state {
        NotificationState::Pending => {
            Badge::new("waits", Shape::Ring, t.a("web-ring-pending", &args))
        }
        NotificationState::Delivered | NotificationState::Responded => {
            Badge::new("ok", Shape::Check, t.a("web-ring-delivered", &args))
        }
        NotificationState::Failed => {
            Badge::new("high", Shape::Slash, t.a("web-ring-failed", &args))
        }
        NotificationState::Cancelled => {
            Badge::new("muted", Shape::Slash, t.a("web-ring-cancelled", &args))
        }
    }
}
