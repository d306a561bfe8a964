//! A message to people and groups, from a form: it becomes an event like any other, through the door of one of the
//! instance's integrations, and leads to the alert it opens.

use std::collections::BTreeSet;
use std::time::Duration;

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use firebell_access::{Permission, Scope};
use firebell_base::limit::SUMMARY_CHARS_MAX;
use firebell_domain::alert::{Alert, Priority};
use firebell_domain::event::{Draft, RequestId};
use firebell_domain::integration::{Format, Integration};
use firebell_domain::name::{fold, is_invisible};
use firebell_domain::person::Status;
use firebell_pipeline::intake::IntakeError;
use firebell_pipeline::live::{Heard, Listener};
use firebell_pipeline::payload;
use firebell_store::{Error, ReadTx, alert_list};
use firebell_ui::part::{Choice, Faults, Field, Notice};
use firebell_ui::{Answer, Area, Form, Frame, Query, Refusal, Say, Visit, page, page_with};
use serde_json::{Map, Value, json};
use tokio::time::timeout_at;

use crate::waiting_since;
use crate::words::WORDS;

/// Recipients that a search finds, of each kind.
const FOUND_MAX: usize = 10;
/// Recipients of one message that are chosen here.
const CHOSEN_MAX: usize = 100;
/// Lines of properties.
const PROPERTIES_MAX: usize = 50;
/// Characters of the properties' field.
const PROPERTIES_CHARS_MAX: usize = 10_000;
/// How long is waited for the alert: it is opened in milliseconds.
const ALERT_WAIT: Duration = Duration::from_millis(1_500);
/// Looks for the alert within that time at least so often, should no hint come.
const ALERT_LOOK: Duration = Duration::from_millis(250);

/// The page.
#[derive(Template)]
#[template(path = "alerts/send.html")]
struct Send {
    frame: Frame,
    t: Say,
    root: String,
    notice: Option<Notice>,
    faults: Faults,
    form: Option<Fields>,
    found: Found,
}

/// The fields of the form.
struct Fields {
    summary: Field,
    text: Field,
    door: Field,
    priority: Field,
    properties: Field,
    find: Field,
}

/// Who can be chosen: what was chosen before, and what a search finds.
#[derive(Template, Default)]
#[template(path = "alerts/found.html")]
struct Found {
    label: String,
    hint: String,
    none: Option<String>,
    rows: Vec<Recipient>,
}

impl askama::filters::HtmlSafe for Found {}

/// Somebody who can be told.
struct Recipient {
    value: String,
    name: String,
    kind: String,
    chosen: bool,
}

/// GET: the empty form. `?to=` names recipients that are chosen already, such as a group's page does.
pub(crate) async fn form(visit: Visit, query: Query) -> Answer {
    visit.require(Permission::SendEvents, &Scope::Instance)?;
    let pairs: Vec<(String, String)> = query.pairs().to_vec();
    let entered = Entered { pairs };
    aside(move || page(&laid_out(&visit, &entered, Faults::default(), None))).await
}

/// GET: the recipients a search finds, as a part.
pub(crate) async fn find(visit: Visit, query: Query) -> Answer {
    visit.require(Permission::SendEvents, &Scope::Instance)?;
    let entered = Entered { pairs: query.pairs().to_vec() };
    aside(move || page(&found(&visit, &entered))).await
}

/// Looking through all people of a large instance takes milliseconds: not on a serving thread.
async fn aside(work: impl FnOnce() -> Response + std::marker::Send + 'static) -> Answer {
    tokio::task::spawn_blocking(work).await.map_err(|error| {
        tracing::error!(%error, "recipients could not be looked for");
        Refusal::new(axum::response::IntoResponse::into_response(StatusCode::INTERNAL_SERVER_ERROR))
    })
}

/// What was entered.
struct Entered {
    pairs: Vec<(String, String)>,
}

impl Entered {
    fn text(&self, name: &str) -> &str {
        self.pairs.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.trim())
    }

    fn all(&self, name: &str) -> Vec<&str> {
        let named = self.pairs.iter().filter(|(key, _)| key == name);
        named.map(|(_, value)| value.trim()).filter(|value| !value.is_empty()).collect()
    }
}

/// POST: sends; or searches, where there are no scripts.
pub(crate) async fn send(visit: Visit, form: Form) -> Answer {
    visit.require(Permission::SendEvents, &Scope::Instance)?;
    let t = visit.say(&WORDS);
    let entered = Entered { pairs: form.pairs().to_vec() };
    if entered.text("do") == "find" {
        let work = move || page(&laid_out(&visit, &entered, Faults::default(), None));
        return aside(work).await;
    }
    let (integration, draft) = match draft(&visit, &entered) {
        Ok(read) => read,
        Err(faults) => {
            let page = laid_out(&visit, &entered, faults, None);
            return Ok(page_with(StatusCode::UNPROCESSABLE_ENTITY, &page));
        }
    };
    // Before it is accepted: the hint must not come in between.
    let listener = visit.ui.live.subscribe();
    let no = visit.directory.instance.no;
    let accepted = visit.ui.intake.accept(no, &integration, vec![draft], b"").await;
    let request = match accepted {
        Ok(request) => request,
        Err(error) => return Ok(not_sent(&visit, &entered, &error)),
    };
    let alert = opened(&visit, request, listener).await?;
    Ok(match alert {
        Some(alert) => {
            visit.toast(visit.lead(&format!("alerts/{}", alert.id)), t.get("alerts-send-sent"))
        }
        None => visit.toast(visit.lead("alerts"), t.get("alerts-send-accepted")),
    })
}

/// The alert that the request opened, if it does soon: it may be folded into another, or hidden.
async fn opened(
    visit: &Visit,
    request: RequestId,
    mut listener: Listener,
) -> Result<Option<Alert>, Refusal> {
    let no = visit.directory.instance.no;
    let ends = waiting_since() + ALERT_WAIT;
    loop {
        let look = move |tx: &mut ReadTx<'_>| alert_list::by_request(tx, no, request);
        let found: Result<Vec<Alert>, Error> = visit.ui.db.read("alerts.sent", look).await;
        if let Some(alert) = found?.into_iter().next() {
            return Ok(Some(alert));
        }
        if waiting_since() >= ends {
            return Ok(None);
        }
        let next = ends.min(waiting_since() + ALERT_LOOK);
        // Either way it is looked for again.
        if let Ok(Heard::Over) = timeout_at(next, listener.next()).await {
            return Ok(None);
        }
    }
}

fn not_sent(visit: &Visit, entered: &Entered, error: &IntakeError) -> Response {
    let t = visit.say(&WORDS);
    let key = match error {
        IntakeError::TooMany { .. } => "alerts-send-too-many",
        IntakeError::Overloaded | IntakeError::Unavailable => "alerts-send-unavailable",
    };
    let notice = Notice::wrong(t.get("alerts-send-not"), t.get(key));
    let page = laid_out(visit, entered, Faults::default(), Some(notice));
    page_with(StatusCode::SERVICE_UNAVAILABLE, &page)
}

/// The event, as the parser of generic payloads makes it, so that it keeps to the same bounds.
fn draft(visit: &Visit, entered: &Entered) -> Result<(Integration, Draft), Faults> {
    let t = visit.say(&WORDS);
    let mut faults = Faults::new(t);
    let summary = entered.text("summary");
    if summary.is_empty() {
        faults.add("summary", t.get("alerts-send-no-summary"));
    } else if summary.chars().count() > SUMMARY_CHARS_MAX {
        faults.add("summary", t.n("alerts-send-long-summary", SUMMARY_CHARS_MAX));
    } else if summary.chars().any(is_invisible) {
        faults.add("summary", t.get("alerts-send-invisible"));
    }
    let door = doors(visit).into_iter().find(|door| door.id.to_string() == entered.text("door"));
    if door.is_none() {
        faults.add("door", t.get("alerts-send-no-door"));
    }
    let priority = entered.text("priority");
    if !priority.is_empty() && Priority::from_word(priority).is_none() {
        faults.add("priority", t.get("alerts-send-bad-priority"));
    }
    let to = recipients(visit, entered, &mut faults);
    let mut properties = properties(t, entered.text("properties"), &mut faults);
    if !entered.text("text").is_empty() {
        properties.insert("message".to_owned(), Value::String(entered.text("text").to_owned()));
    }
    let Some(door) = door.filter(|_| faults.is_empty()) else { return Err(faults) };
    properties.insert("sent by".to_owned(), Value::String(visit.person.display_name()));
    let mut body = json!({ "summary": summary, "recipients": to, "properties": properties });
    if let (Some(body), false) = (body.as_object_mut(), priority.is_empty()) {
        body.insert("priority".to_owned(), Value::String(priority.to_owned()));
    }
    let parsed = payload::parse(Format::Generic, body.to_string().as_bytes(), visit.now);
    match parsed.map(|mut drafts| drafts.pop()) {
        Ok(Some(draft)) => Ok((door, draft)),
        Ok(None) => {
            faults.add("", t.get("alerts-send-no-summary"));
            Err(faults)
        }
        Err(error) => {
            tracing::info!(%error, "a message was not taken");
            faults.add("", t.a("alerts-send-refused", &[("field", error.field())]));
            Err(faults)
        }
    }
}

/// The ids of the chosen recipients, all of this instance.
fn recipients(visit: &Visit, entered: &Entered, faults: &mut Faults) -> Vec<String> {
    let t = visit.say(&WORDS);
    let asked = entered.all("to");
    let chosen = chosen(visit, entered);
    if asked.len() > CHOSEN_MAX {
        faults.add("find", t.n("alerts-send-many-recipients", CHOSEN_MAX));
    } else if chosen.len() < asked.iter().collect::<BTreeSet<_>>().len() {
        faults.add("find", t.get("alerts-send-lost-recipient"));
    } else if chosen.is_empty() && entered.text("whom") != "form" {
        faults.add("find", t.get("alerts-send-no-recipients"));
    }
    let id = |one: &Recipient| one.value.split_once(':').map(|(_, id)| id.to_owned());
    chosen.iter().filter_map(id).collect()
}

/// `name=value` lines.
fn properties(t: Say, text: &str, faults: &mut Faults) -> Map<String, Value> {
    let mut properties = Map::new();
    if text.chars().count() > PROPERTIES_CHARS_MAX {
        faults.add("properties", t.n("alerts-send-long-properties", PROPERTIES_CHARS_MAX));
        return properties;
    }
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    for (place, line) in lines.enumerate() {
        if place >= PROPERTIES_MAX {
            faults.add("properties", t.n("alerts-send-many-properties", PROPERTIES_MAX));
            break;
        }
        match line.split_once('=').map(|(name, value)| (name.trim(), value.trim())) {
            Some((name, value)) if !name.is_empty() => {
                properties.insert(name.to_owned(), Value::String(value.to_owned()));
            }
            Some(_) | None => {
                faults.add("properties", t.n("alerts-send-bad-property", place + 1));
                break;
            }
        }
    }
    properties
}

/// The integrations a message can go through, by the name of their form.
fn doors(visit: &Visit) -> Vec<Integration> {
    let active = visit.directory.integrations().filter(|one| one.status == Status::Active);
    let with_form = active.filter(|one| visit.directory.form(one.form).is_some());
    let mut doors: Vec<Integration> = with_form.map(|one| one.as_ref().clone()).collect();
    doors.sort_by_key(|one| (one.format != Format::Generic, one.name.fold()));
    doors
}

fn laid_out(visit: &Visit, entered: &Entered, faults: Faults, notice: Option<Notice>) -> Send {
    let t = visit.say(&WORDS);
    let doors = doors(visit);
    let no_door = || {
        let notice =
            Notice::info(t.get("alerts-send-no-doors"), t.get("alerts-send-no-doors-text"));
        notice.link(t.get("alerts-connect"), visit.href("integrations"))
    };
    let notice = notice.or_else(|| doors.is_empty().then(no_door));
    Send {
        frame: visit.frame(t.get("alerts-send"), Area::Alerts).with_script("alerts.js"),
        root: visit.root.to_string(),
        form: (!doors.is_empty()).then(|| fields(visit, entered, &faults, &doors)),
        found: found(visit, entered),
        notice,
        faults,
        t,
    }
}

fn fields(visit: &Visit, entered: &Entered, faults: &Faults, doors: &[Integration]) -> Fields {
    let t = visit.say(&WORDS);
    let text = |name: &str| entered.text(name).to_owned();
    let door = |one: &Integration| {
        let form = visit.directory.form(one.form).map(|form| form.name.to_string());
        let label = format!("{} ({})", form.unwrap_or_default(), one.name);
        Choice::new(one.id.to_string(), label, one.id.to_string() == entered.text("door"))
    };
    let priority = |word: &str, key: &str| {
        Choice::new(word, t.get(key), entered.text("priority").eq_ignore_ascii_case(word))
    };
    let priorities = vec![
        priority("", "alerts-send-priority-form"),
        priority("HIGH", "alerts-priority-high"),
        priority("MEDIUM", "alerts-priority-medium"),
        priority("LOW", "alerts-priority-low"),
    ];
    Fields {
        summary: Field::text("summary", t.get("alerts-send-summary"))
            .value(text("summary"))
            .max(SUMMARY_CHARS_MAX)
            .required()
            .autocomplete("off")
            .error(faults.of("summary")),
        text: Field::area("text", t.get("alerts-send-text"))
            .value(text("text"))
            .max(PROPERTIES_CHARS_MAX)
            .error(faults.of("text")),
        door: Field::select("door", t.get("alerts-fact-form"), doors.iter().map(door).collect())
            .hint(t.get("alerts-send-door-hint"))
            .error(faults.of("door")),
        priority: Field::select("priority", t.get("alerts-head-priority"), priorities)
            .error(faults.of("priority")),
        properties: Field::area("properties", t.get("alerts-send-properties"))
            .value(text("properties"))
            .hint(t.get("alerts-send-properties-hint"))
            .max(PROPERTIES_CHARS_MAX)
            .mono()
            .error(faults.of("properties")),
        find: Field::search("find", t.get("alerts-send-find"))
            .value(text("find"))
            .autocomplete("off")
            .max(100)
            .error(faults.of("find"))
            .with("hx-get", visit.href("alerts/new/find"))
            .with("hx-target", "#found")
            .with("hx-swap", "outerHTML")
            .with("hx-include", "#found, #f-find")
            .with("hx-trigger", "input changed delay:200ms"),
    }
}

/// Recipients named by `to`, as far as they exist in this instance.
fn chosen(visit: &Visit, entered: &Entered) -> Vec<Recipient> {
    let mut seen = BTreeSet::new();
    let asked = entered.all("to").into_iter().take(CHOSEN_MAX).filter(|one| seen.insert(*one));
    asked.filter_map(|one| recipient(visit, one)).collect()
}

fn recipient(visit: &Visit, value: &str) -> Option<Recipient> {
    let t = visit.say(&WORDS);
    let (kind, id) = value.split_once(':')?;
    let (name, kind) = match kind {
        "person" => {
            let person = visit.directory.person(id.parse().ok()?)?;
            let kind = person.target_name.to_string();
            (person.display_name(), kind)
        }
        "group" => {
            let group = visit.directory.group(id.parse().ok()?)?;
            (group.target_name.to_string(), t.get("alerts-send-group"))
        }
        _ => return None,
    };
    Some(Recipient { value: value.to_owned(), name, kind, chosen: true })
}

fn found(visit: &Visit, entered: &Entered) -> Found {
    let t = visit.say(&WORDS);
    let mut rows = chosen(visit, entered);
    let wanted = fold(entered.text("find"));
    let mut none = None;
    if wanted.is_empty() {
        if rows.is_empty() {
            none = Some(t.get("alerts-send-nobody-yet"));
        }
    } else {
        let fresh = matching(visit, &wanted);
        if fresh.is_empty() {
            none = Some(t.get("alerts-send-none-found"));
        }
        let known: BTreeSet<String> = rows.iter().map(|row| row.value.clone()).collect();
        rows.extend(fresh.into_iter().filter(|row| !known.contains(&row.value)));
    }
    Found { label: t.get("alerts-send-to"), hint: t.get("alerts-send-to-hint"), none, rows }
}

/// Groups and people whose name contains this, groups first.
fn matching(visit: &Visit, wanted: &str) -> Vec<Recipient> {
    let t = visit.say(&WORDS);
    let directory = &visit.directory;
    let groups = directory.groups().filter(|group| {
        group.status == Status::Active && group.target_name.fold().contains(wanted)
    });
    let groups = groups.take(FOUND_MAX).map(|group| Recipient {
        value: format!("group:{}", group.id),
        name: group.target_name.to_string(),
        kind: t.get("alerts-send-group"),
        chosen: false,
    });
    let people = directory.people().filter(|person| {
        person.status == Status::Active
            && (person.target_name.fold().contains(wanted)
                || fold(&person.display_name()).contains(wanted))
    });
    let people = people.take(FOUND_MAX).map(|person| Recipient {
        value: format!("person:{}", person.id),
        name: person.display_name(),
        kind: person.target_name.to_string(),
        chosen: false,
    });
    groups.chain(people).collect()
}
