//! One alert, as one story from top to bottom: how it stands, what can be done, who was told what on which device,
//! what happens next if nobody answers, what was said, and everything that happened.
//!
//! Read in one transaction with a fixed number of statements. All of it is in the reader's language, but for what
//! others said.

use askama::Template;
use axum::extract::Path;
use firebell_access::{Permission, Scope};
use firebell_base::time::micros_between;
use firebell_domain::alert::{Alert, AlertId, CloseCause, State};
use firebell_domain::form::Action;
use firebell_domain::instance::InstanceNo;
use firebell_domain::notification::{Delivery, Notification};
use firebell_domain::person::PersonId;
use firebell_domain::response::{Response, Standing};
use firebell_domain::suppression::Rule;
use firebell_domain::timeline::Entry;
use firebell_pipeline::ahead::{self, Ahead};
use firebell_pipeline::explain::ToldThen;
use firebell_store::escalations::Escalation;
use firebell_store::{
    Error, ReadTx, alert_rows, alerts, deliveries, escalations, notifications, responses,
};
use firebell_ui::part::{Badge, Notice};
use firebell_ui::{Answer, Area, Frame, Query, Say, Shape, Visit, When, page};

use crate::live::stamp;
use crate::row::{one_line, person};
use crate::timeline::{Line, lines, not_told};
use crate::told::{self, Person};
use crate::words::WORDS;

/// Transactions of the timeline that are shown: the newest.
const TIMELINE_ROWS_MAX: i64 = 100;
/// The same when everything is asked for.
const TIMELINE_ROWS_ALL_MAX: i64 = 2_000;
/// Notifications, deliveries and answers that are read.
const PARTS_MAX: i64 = 300;
/// Properties that are shown.
const PROPERTIES_MAX: usize = 60;
/// Characters of a property that are shown.
const PROPERTY_CHARS_MAX: usize = 1_000;
/// Lines about who is told next.
const AHEAD_MAX: usize = 12;

/// Everything that is known about an alert.
pub(crate) struct Known {
    pub(crate) alert: Alert,
    pub(crate) entries: Vec<Entry>,
    pub(crate) older: bool,
    pub(crate) notifications: Vec<Notification>,
    pub(crate) deliveries: Vec<Delivery>,
    pub(crate) responses: Vec<Response>,
    pub(crate) walks: Vec<Escalation>,
}

/// The page.
#[derive(Template)]
#[template(path = "alerts/story.html")]
struct Story {
    frame: Frame,
    t: Say,
    root: String,
    id: AlertId,
    number: String,
    live: String,
    title: String,
    priority: Badge,
    badge: Badge,
    sentence: String,
    until: Option<When>,
    acts: Vec<Act>,
    refused: Option<Notice>,
    facts: Vec<Fact>,
    opened: When,
    closed: Option<When>,
    properties: Vec<(String, String)>,
    told: Vec<Person>,
    not_told: Vec<String>,
    next: Vec<Coming>,
    next_more: bool,
    next_none: Option<String>,
    hidden: Option<Notice>,
    said: Vec<Said>,
    lines: Vec<Line>,
    /// The way to the whole timeline, if it is cut.
    all: Option<String>,
}

/// A button of the form.
struct Act {
    word: String,
    label: String,
    class: &'static str,
    key: Option<&'static str>,
}

/// A fact: what, and what it is; with a way to it.
struct Fact {
    label: String,
    text: String,
    href: Option<String>,
    mono: bool,
}

/// Somebody who is told next if nobody answers.
struct Coming {
    when: When,
    name: String,
    devices: String,
    why: String,
}

/// An answer.
struct Said {
    name: String,
    text: String,
    comment: Option<String>,
    when: When,
    remark: Option<String>,
}

/// GET.
pub(crate) async fn story(visit: Visit, Path(alert): Path<String>, query: Query) -> Answer {
    visit.require(Permission::ReadAlerts, &Scope::Instance)?;
    let t = visit.say(&WORDS);
    let rows = if query.has("all") { TIMELINE_ROWS_ALL_MAX } else { TIMELINE_ROWS_MAX };
    let known = read(&visit, &alert, rows).await?;
    let known = known.ok_or_else(|| visit.missing(&t.get("alerts-alert")))?;
    // Alerts are called by their number, too; the address is the id.
    if alert.parse::<AlertId>().is_err() {
        return Ok(visit.lead(&format!("alerts/{}", known.alert.id)));
    }
    Ok(page(&laid_out(&visit, &known)))
}

/// The alert with this id or number, and what belongs to it.
pub(crate) async fn read(visit: &Visit, alert: &str, rows: i64) -> Result<Option<Known>, Error> {
    let no = visit.directory.instance.no;
    let (id, number) = (alert.parse::<AlertId>().ok(), alert.parse::<i64>().ok());
    let find = move |tx: &mut ReadTx<'_>| match (id, number) {
        (Some(id), _) => alerts::get(tx, no, id),
        (None, Some(number)) => alerts::by_number(tx, no, number),
        (None, None) => Ok(None),
    };
    let read =
        move |tx: &mut ReadTx<'_>| find(tx)?.map(|alert| known(tx, no, alert, rows)).transpose();
    visit.ui.db.read("alerts.story", read).await
}

fn known(tx: &mut ReadTx<'_>, no: InstanceNo, alert: Alert, rows: i64) -> Result<Known, Error> {
    let id = alert.id;
    let (entries, older) = alert_rows::latest_entries(tx, no, id, rows)?;
    Ok(Known {
        entries,
        older,
        notifications: notifications::of_alert(tx, no, id, PARTS_MAX)?,
        deliveries: deliveries::of_alert(tx, no, id, PARTS_MAX)?,
        responses: responses::of_alert(tx, no, id, PARTS_MAX)?,
        walks: escalations::of_alert(tx, no, id)?,
        alert,
    })
}

fn laid_out(visit: &Visit, known: &Known) -> Story {
    let t = visit.say(&WORDS);
    let alert = &known.alert;
    let title = one_line(&alert.summary);
    let ahead = what_comes(visit, known);
    let (acts, refused) = acts(visit, alert);
    let (next, next_more) = coming(visit, &ahead);
    let frame = visit.frame(title.clone(), Area::Alerts).with_script("alerts.js");
    let since = stamp(visit.now);
    Story {
        frame,
        root: visit.root.to_string(),
        id: alert.id,
        number: t.n("alerts-number", alert.number),
        live: visit.href(&format!("alerts/{}/live?since={since}", alert.id)),
        priority: Badge::priority(alert.priority, t),
        badge: badge(alert.state, t),
        sentence: sentence(visit, known),
        until: ahead.next.map(|at| visit.when(at)),
        acts,
        refused,
        facts: facts(visit, known),
        opened: visit.when(alert.created),
        closed: alert.closed.map(|closed| visit.when(closed.at)),
        properties: properties(alert),
        told: told::people(visit, known),
        not_told: not_told(visit, &known.entries),
        next_none: next.is_empty().then(|| nothing_comes(visit, alert)),
        next,
        next_more,
        hidden: hidden(visit, alert),
        said: said(visit, &known.responses),
        lines: lines(visit, &known.entries),
        all: known.older.then(|| visit.href(&format!("alerts/{}?all=1", alert.id))),
        title,
        t,
    }
}

fn badge(state: State, t: Say) -> Badge {
    match state {
        State::Open => Badge::new("waits", Shape::Ring, t.get("alerts-state-open")),
        State::Acknowledged => Badge::new("ok", Shape::Check, t.get("alerts-state-acknowledged")),
        State::Suspended => Badge::new("muted", Shape::Mute, t.get("alerts-state-suspended")),
        State::Closed => Badge::new("muted", Shape::Check, t.get("alerts-state-closed")),
    }
}

/// The answer the visitor came for.
fn sentence(visit: &Visit, known: &Known) -> String {
    let t = visit.say(&WORDS);
    let alert = &known.alert;
    let name = |id| person(&visit.directory, id, t);
    match (alert.state, alert.closed) {
        (State::Open, _) => {
            let told = told::reached(&known.notifications);
            let names: Vec<String> = told.iter().take(3).map(|id| name(*id)).collect();
            let names = names.join(", ");
            match told.len() {
                0 if known.notifications.is_empty() => t.get("alerts-now-nobody"),
                0 => t.get("alerts-now-sending"),
                1..=3 => t.a("alerts-now-told", &[("names", &names)]),
                n => t.na("alerts-now-told-more", n - 3, &[("names", &names)]),
            }
        }
        (State::Acknowledged, _) => match alert.owner {
            Some(owner) if owner == visit.person.id => t.get("alerts-now-mine"),
            Some(owner) => t.a("alerts-now-taken", &[("name", &name(owner))]),
            None => t.get("alerts-now-taken-source"),
        },
        (State::Suspended, _) => t.get("alerts-now-suspended"),
        (State::Closed, None) => t.get("alerts-now-closed"),
        (State::Closed, Some(closed)) => {
            let span = span(micros_between(alert.created, closed.at));
            match (closed.by, closed.cause) {
                (Some(by), _) => {
                    t.a("alerts-now-closed-by", &[("name", &name(by)), ("span", &span)])
                }
                (None, CloseCause::Expired) => t.a("alerts-now-expired", &[("span", &span)]),
                (None, _) => t.a("alerts-now-closed-source", &[("span", &span)]),
            }
        }
    }
}

/// "45 s", "12 min", "2 h 10 min", "3 d 4 h".
pub(crate) fn span(micros: i64) -> String {
    let seconds = micros.max(0) / 1_000_000;
    let (minutes, hours, days) = (seconds / 60, seconds / 3_600, seconds / 86_400);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, m) => format!("{m} min"),
        (0, h, m) if m % 60 == 0 => format!("{h} h"),
        (0, h, m) => format!("{h} h {} min", m % 60),
        (d, h, _) => format!("{d} d {} h", h % 24),
    }
}

/// What the visitor can do, the main thing first; or why not.
fn acts(visit: &Visit, alert: &Alert) -> (Vec<Act>, Option<Notice>) {
    let t = visit.say(&WORDS);
    let may = |permission| firebell_access::allows(&visit.principal, permission, &Scope::Instance);
    let (change, respond) = (may(Permission::ChangeAlert), may(Permission::Respond));
    let mut acts = Vec::new();
    let mut add = |(word, label): (&str, &str), key: Option<&'static str>, main: bool| {
        let class = if main { "main" } else { "" };
        let label = t.get(label);
        acts.push(Act { word: word.to_owned(), label, class, key });
    };
    if change.is_ok() {
        match alert.state {
            State::Open => {
                add(("acknowledge", "alerts-do-acknowledge"), Some("a"), true);
                add(("resolve", "alerts-do-resolve"), Some("r"), false);
            }
            State::Acknowledged => {
                add(("resolve", "alerts-do-resolve"), Some("r"), true);
                if alert.owner != Some(visit.person.id) {
                    add(("take", "alerts-do-take"), Some("a"), false);
                }
            }
            State::Suspended => {
                add(("resume", "alerts-do-resume"), None, true);
                add(("resolve", "alerts-do-resolve"), Some("r"), false);
            }
            State::Closed => {}
        }
    }
    if alert.state == State::Open && respond.is_ok() {
        add(("escalate", "alerts-do-escalate"), Some("e"), false);
    }
    if change.is_ok() && matches!(alert.state, State::Open | State::Acknowledged) {
        add(("suspend", "alerts-do-suspend"), None, false);
    }
    if respond.is_ok() {
        let form = visit.directory.form(alert.form).filter(|_| alert.state != State::Closed);
        for option in form.iter().flat_map(|form| &form.options) {
            // The others have a button already.
            let own = matches!(
                option.action,
                Action::RecordResponse | Action::StopNotifyingUser | Action::StopNotifyingTarget
            );
            if own {
                let word = format!("option-{}", option.number);
                acts.push(Act { word, label: option.text.clone(), class: "", key: None });
            }
        }
        let label = t.get("alerts-do-comment");
        acts.push(Act { word: "comment".to_owned(), label, class: "quiet", key: None });
    }
    let refused = change.err().or(respond.err()).filter(|_| acts.is_empty());
    let notice = |why| Notice::info(t.get("alerts-only-reading"), visit.why_not(&why));
    (acts, refused.map(notice))
}

fn facts(visit: &Visit, known: &Known) -> Vec<Fact> {
    let t = visit.say(&WORDS);
    let (alert, directory) = (&known.alert, &visit.directory);
    let fact = |key: &str, text: String| Fact { label: t.get(key), text, href: None, mono: false };
    let mut facts = Vec::new();
    let mut groups: Vec<_> = known.notifications.iter().filter_map(|n| n.path.group).collect();
    groups.extend(known.walks.iter().map(|walk| walk.group));
    groups.sort_unstable();
    groups.dedup();
    for group in groups.iter().take(5).filter_map(|id| directory.group(*id)) {
        let href = Some(visit.href(&format!("groups/{}", group.id)));
        facts.push(Fact { href, ..fact("alerts-fact-group", group.target_name.to_string()) });
    }
    if let Some(integration) = directory.integration(alert.integration) {
        let href = Some(visit.href(&format!("integrations/{}", integration.id)));
        facts.push(Fact { href, ..fact("alerts-fact-source", integration.name.to_string()) });
    }
    if let Some(form) = directory.form(alert.form) {
        facts.push(fact("alerts-fact-form", form.name.to_string()));
    }
    if alert.count > 1 {
        facts.push(fact("alerts-fact-count", t.n("alerts-times", alert.count)));
    }
    if let Some(key) = &alert.dedup_key {
        facts.push(Fact { mono: true, ..fact("alerts-fact-key", key.clone()) });
    }
    if alert.state != State::Closed {
        facts.push(fact("alerts-fact-expires", visit.when(alert.expires).ago));
    }
    facts
}

fn properties(alert: &Alert) -> Vec<(String, String)> {
    let shown = alert.properties.iter().take(PROPERTIES_MAX);
    let cut = |text: &str| firebell_domain::name::cut(text, PROPERTY_CHARS_MAX);
    shown.map(|(name, value)| (cut(name), cut(&value.to_string()))).collect()
}

fn what_comes(visit: &Visit, known: &Known) -> Ahead {
    let stopped = known.responses.iter().filter(|one| {
        one.option.action == Action::StopNotifyingUser && one.standing == Standing::Counted
    });
    let no_more: Vec<PersonId> = stopped.map(|one| one.person).collect();
    let standing = ahead::Standing {
        alert: &known.alert,
        walks: &known.walks,
        notifications: &known.notifications,
        no_more: &no_more,
    };
    ahead::ahead(&visit.directory, standing, visit.now)
}

fn coming(visit: &Visit, ahead: &Ahead) -> (Vec<Coming>, bool) {
    let t = visit.say(&WORDS);
    let device = |id| {
        let known = visit.directory.device(id).map(|device| device.name.to_string());
        known.unwrap_or_else(|| t.get("alerts-removed-device"))
    };
    // What somebody gets on several devices at the same time is one line.
    let same = |a: &ToldThen, b: &ToldThen| a.at == b.at && a.person == b.person && a.why == b.why;
    let lines: Vec<&[ToldThen]> = ahead.told.chunk_by(same).collect();
    let line = |told: &&[ToldThen]| {
        let first = told.first()?;
        let devices: Vec<String> = told.iter().map(|told| device(told.device)).collect();
        Some(Coming {
            when: visit.when(first.at),
            name: person(&visit.directory, first.person, t),
            devices: devices.join(", "),
            why: firebell_ui::told::why(visit.lang, &first.why),
        })
    };
    let shown = lines.iter().take(AHEAD_MAX).filter_map(line).collect();
    (shown, ahead.cut_off || lines.len() > AHEAD_MAX)
}

fn nothing_comes(visit: &Visit, alert: &Alert) -> String {
    let t = visit.say(&WORDS);
    match alert.state {
        State::Open => t.a("alerts-next-none", &[("when", &visit.when(alert.expires).ago)]),
        State::Acknowledged => t.get("alerts-next-taken"),
        State::Suspended => t.get("alerts-next-suspended"),
        State::Closed => t.get("alerts-next-closed"),
    }
}

/// The rule that hides more events of this kind just now.
fn hidden(visit: &Visit, alert: &Alert) -> Option<Notice> {
    let t = visit.say(&WORDS);
    let rule = ahead::hidden_now(&visit.directory, alert, visit.now)?;
    let (text, href) = match rule {
        Rule::Silence(id) => {
            let silence = visit.directory.silence(id)?;
            let until = visit.when(silence.ends).clock;
            let arguments = [("name", silence.comment.as_str()), ("until", until.as_str())];
            (t.a("alerts-hidden-silence", &arguments), "silences")
        }
        Rule::Window(id) => {
            let window = visit.directory.window(id)?;
            (t.a("alerts-hidden-window", &[("name", window.name.as_str())]), "windows")
        }
    };
    let notice = Notice::info(t.get("alerts-hidden"), text);
    Some(notice.link(t.get("alerts-hidden-show"), visit.href(href)))
}

fn said(visit: &Visit, responses: &[Response]) -> Vec<Said> {
    let t = visit.say(&WORDS);
    let one = |response: &Response| Said {
        name: person(&visit.directory, response.person, t),
        text: response.option.text.clone(),
        comment: response.comment.clone(),
        when: visit.when(response.at),
        remark: match response.standing {
            Standing::Counted => None,
            // Several remarks in a row are not the same answer given again.
            Standing::Repeated if response.option.action == Action::RecordResponse => None,
            Standing::Repeated => Some(t.get("alerts-said-again")),
            Standing::Late => Some(t.get("alerts-said-late")),
        },
    };
    responses.iter().map(one).collect()
}
