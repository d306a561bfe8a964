//! `/groups/{id}/shifts/{shift}`: a shift, its form, and what changing it makes different in who is
//! on call, shown before it is saved. A new one has the word `new` for an id.

mod entered;
mod fields;
mod read;
mod remove;

use std::sync::Arc;

use askama::Template;
use axum::Extension;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use firebell_access::{Permission, Principal};
use firebell_base::Id;
use firebell_base::time::add_seconds;
use firebell_config::{Change, ConfigError, Intent};
use firebell_domain::directory::{Directory, Entity, Kind};
use firebell_domain::duty::{self, Window};
use firebell_domain::group::{Group, GroupType};
use firebell_domain::schedule::Zone;
use firebell_domain::shift::Shift;
use firebell_ui::part::{Button, Conflict, Crumbs, Difference, Faults, Field, Notice};
use firebell_ui::write::{WriteKind, fault};
use firebell_ui::{Answer, Area, Form, Frame, Refusal, Say, Shape, Visit, page, page_with};

use self::entered::Entered;
use self::fields::Fields;
use self::read::Ground;
use crate::calendar::Reader;
use crate::change::{change, gone, may_write, seen};
use crate::group::{known, scope};
use crate::names::{self, Offer};
use crate::phrase;
use crate::preview::{self, Changed};
use crate::turns::Turns;
use crate::undo::Undos;
use crate::words::WORDS;

pub(crate) use self::remove::{ask as ask_remove, remove};

/// How far ahead differences are looked for, in seconds: five weeks, and if there are none, four
/// months.
const AHEAD_SECONDS: i64 = 5 * 7 * DAY_SECONDS;
const FAR_SECONDS: i64 = 120 * DAY_SECONDS;
const DAY_SECONDS: i64 = 24 * 60 * 60;
/// In the place of an id: there is no shift yet.
const NEW: &str = "new";

#[derive(Template)]
#[template(path = "shift.html")]
struct Page {
    frame: Frame,
    t: Say,
    crumbs: Crumbs,
    title: String,
    lead: String,
    /// For who may not change it: labels and texts.
    facts: Vec<(String, String)>,
    form: Option<FormPart>,
}

/// The form and what belongs to it.
struct FormPart {
    action: String,
    preview: String,
    notice: Option<Notice>,
    conflict: Option<Conflict>,
    faults: Faults,
    fields: Fields,
    offers: Vec<Offer>,
    changed: Option<Changed>,
    cancel: String,
    remove: Option<Button>,
    rev: Field,
}

/// The preview alone, for scripts.
#[derive(Template)]
#[template(path = "changed_part.html")]
struct Part {
    t: Say,
    faults: Vec<String>,
    changed: Option<Changed>,
}

/// What a path names.
#[derive(Clone)]
pub(crate) struct Subject {
    pub(crate) group: Arc<Group>,
    /// None if it is to be made.
    pub(crate) shift: Option<Arc<Shift>>,
}

impl Subject {
    /// The group and the shift of a path.
    ///
    /// # Errors
    /// 404, 403.
    pub(crate) fn of(visit: &Visit, group: &str, shift: &str) -> Result<Self, Refusal> {
        let group = Arc::clone(known(visit, group)?);
        if shift == NEW {
            return Ok(Self { group, shift: None });
        }
        let found = shift.parse().ok().and_then(|id| visit.directory.shift(id));
        let found = found.filter(|shift| shift.group == group.id);
        let shift =
            found.ok_or_else(|| visit.missing(&visit.say(&WORDS).get("oncall-what-shift")))?;
        Ok(Self { shift: Some(Arc::clone(shift)), group })
    }

    fn path(&self) -> String {
        let id = self.shift.as_ref().map_or_else(|| NEW.to_owned(), |shift| shift.id.to_string());
        format!("groups/{}/shifts/{id}", self.group.id)
    }
}

/// What is shown beside what was entered.
#[derive(Default)]
struct Beside {
    status: StatusCode,
    notice: Option<Notice>,
    conflict: Option<Conflict>,
    changed: Option<Changed>,
}

/// `GET /groups/{id}/shifts/{shift}`
pub(crate) async fn show(visit: Visit, Path((group, shift)): Path<(String, String)>) -> Answer {
    let subject = Subject::of(&visit, &group, &shift)?;
    let may = visit.may(Permission::WriteGroups, &scope(&subject.group));
    let t = visit.say(&WORDS);
    let Some(shift) = &subject.shift else {
        visit.require(Permission::WriteGroups, &scope(&subject.group))?;
        refuse_broadcast(&visit, t, &subject.group)?;
        let zone = zone_of(&visit, &subject.group);
        let entered = Entered::blank(&zone, visit.now);
        return Ok(form_page(&visit, &subject, &entered, Faults::new(t), Beside::default()));
    };
    if may {
        let entered = Entered::from(&visit.directory, shift);
        return Ok(form_page(&visit, &subject, &entered, Faults::new(t), Beside::default()));
    }
    let facts = facts(t, &visit.directory, shift);
    Ok(respond(&visit, &subject, StatusCode::OK, facts, None))
}

/// A broadcast group tells everybody at once: a shift would mean nothing.
fn refuse_broadcast(visit: &Visit, t: Say, group: &Group) -> Result<(), Refusal> {
    if group.group_type == GroupType::OnCall {
        return Ok(());
    }
    let href = visit.href(&format!("groups/{}/edit", group.id));
    let notice =
        Notice::info(t.get("oncall-shift-broadcast"), t.get("oncall-shift-broadcast-text"));
    Err(visit.notice(StatusCode::CONFLICT, notice.link(t.get("oncall-group-edit"), href)))
}

/// The zone of the group's site, or the visitor's.
fn zone_of(visit: &Visit, group: &Group) -> Zone {
    let site = group.site.and_then(|id| visit.directory.site(id));
    site.map_or_else(|| visit.person.zone.clone(), |site| site.zone.clone())
}

fn respond(
    visit: &Visit,
    subject: &Subject,
    status: StatusCode,
    facts: Vec<(String, String)>,
    form: Option<FormPart>,
) -> Response {
    let t = visit.say(&WORDS);
    let group = &subject.group;
    let (title, lead) = match &subject.shift {
        Some(shift) => (shift.name.to_string(), phrase::pattern(t, &shift.pattern)),
        None => (
            t.get("oncall-shift-add"),
            t.a("oncall-shift-new", &[("group", group.target_name.as_str())]),
        ),
    };
    let crumbs = Crumbs::new(vec![
        (t.get("oncall-groups-title"), visit.href("groups")),
        (group.target_name.to_string(), visit.href(&format!("groups/{}", group.id))),
    ]);
    let frame = visit.frame(title.as_str(), Area::Groups).with_script("oncall.js");
    page_with(status, &Page { frame, t, crumbs, title, lead, facts, form })
}

fn form_page(
    visit: &Visit,
    subject: &Subject,
    entered: &Entered,
    faults: Faults,
    beside: Beside,
) -> Response {
    let t = visit.say(&WORDS);
    let status = match beside.status {
        StatusCode::OK if !faults.is_empty() => StatusCode::UNPROCESSABLE_ENTITY,
        status => status,
    };
    let path = subject.path();
    let form = FormPart {
        action: visit.href(&path),
        preview: visit.href(&format!("{path}/preview")),
        notice: beside.notice,
        conflict: beside.conflict,
        fields: Fields::of(t, entered, &faults),
        faults,
        offers: names::roster(&visit.directory, &subject.group),
        changed: beside.changed,
        cancel: visit.href(&format!("groups/{}", subject.group.id)),
        remove: subject.shift.as_ref().map(|_| {
            let href = visit.href(&format!("{path}/remove"));
            Button::link(t.get("oncall-shift-remove"), href).danger()
        }),
        rev: Field::hidden("rev", entered.rev.as_str()),
    };
    respond(visit, subject, status, Vec::new(), Some(form))
}

/// A shift in words, for who reads it and for who compares two.
fn facts(t: Say, directory: &Directory, shift: &Shift) -> Vec<(String, String)> {
    let row = |key: &str, text: String| (t.get(key), text);
    vec![
        row("oncall-groups-name", shift.name.to_string()),
        row("oncall-group-description", shift.description.clone()),
        row("oncall-shift-when", phrase::pattern(t, &shift.pattern)),
        row("oncall-shift-members", phrase::members(t, directory, &shift.members)),
        row("oncall-shift-rotation", phrase::rotation(t, shift.rotation.as_ref())),
        row("oncall-shift-repeat", phrase::repeat(t, shift)),
        row("oncall-shift-notice", phrase::end_notice(t, directory, shift)),
    ]
}

/// Reads the form against the configuration.
fn read(visit: &Visit, subject: &Subject, entered: &Entered, faults: &mut Faults) -> Option<Shift> {
    let ground = Ground {
        directory: &visit.directory,
        group: &subject.group,
        old: subject.shift.as_deref(),
        id: Id::new(&visit.ui.random, visit.now),
        now: visit.now,
        t: visit.say(&WORDS),
    };
    ground.read(entered, faults)
}

/// `POST /groups/{id}/shifts/{shift}/preview`: what would be different; nothing is saved.
pub(crate) async fn preview(
    visit: Visit,
    Extension(turns): Extension<Turns>,
    Path((group, shift)): Path<(String, String)>,
    form: Form,
) -> Answer {
    let subject = Subject::of(&visit, &group, &shift)?;
    visit.require(Permission::WriteGroups, &scope(&subject.group))?;
    let t = visit.say(&WORDS);
    let mut entered = Entered::of(&form);
    if form.has("act") {
        entered.act(form.text("act"));
        return Ok(form_page(&visit, &subject, &entered, Faults::new(t), Beside::default()));
    }
    let mut faults = Faults::new(t);
    let changed = match read(&visit, &subject, &entered, &mut faults) {
        Some(shift) => {
            let of = subject.clone();
            Some(turns.of(&visit, move |visit| compare(visit, &of, &shift)).await?)
        }
        None => None,
    };
    if visit.partial {
        let faults = faults.list().iter().map(|(_, message)| message.clone()).collect();
        return Ok(page(&Part { t, faults, changed }));
    }
    Ok(form_page(&visit, &subject, &entered, faults, Beside { changed, ..Beside::default() }))
}

/// Who is on call with the shift as entered, compared to now.
fn compare(visit: &Visit, subject: &Subject, shift: &Shift) -> Changed {
    let directory = &*visit.directory;
    let group = &*subject.group;
    let (zone, now, t) = (&visit.person.zone, visit.now, visit.say(&WORDS));
    let reader = Reader { directory, group, zone, now, t, edited: Some(shift) };
    let mut new: Vec<&Shift> = directory
        .shifts_of(group.id)
        .map(AsRef::as_ref)
        .filter(|other| other.id != shift.id)
        .collect();
    new.push(shift);
    let look = |seconds| {
        let window = Window { from: now, to: add_seconds(now, seconds) };
        let before = duty::of_group(directory, group, window);
        let after = duty::of_shifts(directory, group, new.iter().copied(), window);
        preview::changed(&reader, &before, &after, window)
    };
    let soon = look(AHEAD_SECONDS);
    if soon.is_same { look(FAR_SECONDS) } else { soon }
}

/// `POST /groups/{id}/shifts/{shift}`
pub(crate) async fn save(
    visit: Visit,
    Extension(undos): Extension<Undos>,
    Path((group, shift)): Path<(String, String)>,
    form: Form,
) -> Answer {
    let subject = Subject::of_saved(&visit, &group, &shift, &form)?;
    visit.require(Permission::WriteGroups, &scope(&subject.group))?;
    let t = visit.say(&WORDS);
    refuse_broadcast(&visit, t, &subject.group)?;
    let entered = Entered::of(&form);
    let mut faults = Faults::new(t);
    let Some(shift) = read(&visit, &subject, &entered, &mut faults) else {
        return Ok(form_page(&visit, &subject, &entered, faults, Beside::default()));
    };
    let known = subject.shift.as_ref();
    let expects = known.map(|old| seen(Kind::Shift, old.id.to_bytes(), &entered.rev));
    let reason = if known.is_some() { "shift changed" } else { "shift added" };
    let intent =
        Intent { expects: expects.into_iter().collect(), ..Intent::from(&visit.author(reason)) };
    let put = shift.clone();
    let decide = move |directory: &Directory, who: &Principal| {
        let group = directory.group(put.group).ok_or_else(|| gone(t))?;
        may_write(who, group)?;
        // Whoever is put into a shift is put on the group's roster, as in the API.
        let mut roster = (**group).clone();
        for member in &put.members {
            if !roster.members.contains(&member.recipient) {
                roster.members.push(member.recipient);
            }
        }
        Ok(vec![
            Change::Put(Entity::Group(roster)),
            Change::Put(Entity::Shift(Box::new(put.clone()))),
        ])
    };
    match change(&visit, intent, decide).await {
        Ok(entries) => {
            let (group, name) = (subject.group.id, shift.name.as_str());
            let text = t.a("oncall-shift-saved", &[("name", name)]);
            let response = visit.lead(&format!("groups/{group}"));
            Ok(undos.toast(&visit, response, text, (group, name), entries))
        }
        Err(error) => Ok(refused(&visit, &subject, &entered, &shift, error)),
    }
}

impl Subject {
    /// As [`Subject::of`], for a form that was sent: a shift that was removed while somebody edited
    /// it is made again when its form is saved once more (without a revision), so that nothing
    /// that was typed is lost.
    fn of_saved(visit: &Visit, group: &str, shift: &str, form: &Form) -> Result<Self, Refusal> {
        let is_gone = shift.parse().ok().is_some_and(|id| visit.directory.shift(id).is_none());
        if is_gone && !form.text("name").is_empty() && form.text("rev").is_empty() {
            return Self::of(visit, group, NEW);
        }
        match Self::of(visit, group, shift) {
            Err(missing) if is_gone && !form.text("name").is_empty() => {
                let subject = Self::of(visit, group, NEW)?;
                visit.require(Permission::WriteGroups, &scope(&subject.group))?;
                let t = visit.say(&WORDS);
                let mut entered = Entered::of(form);
                entered.rev.clear();
                let notice =
                    Notice::wrong(t.get("oncall-shift-gone"), t.get("oncall-shift-gone-text"));
                let beside = Beside {
                    status: StatusCode::CONFLICT,
                    notice: Some(notice),
                    ..Beside::default()
                };
                drop(missing);
                Err(Refusal::new(form_page(visit, &subject, &entered, Faults::new(t), beside)))
            }
            other => other,
        }
    }
}

/// The form again, with what was entered and why it was not saved.
fn refused(
    visit: &Visit,
    subject: &Subject,
    entered: &Entered,
    yours: &Shift,
    error: ConfigError,
) -> Response {
    let t = visit.say(&WORDS);
    let newest = visit.ui.snapshots.instance(visit.claims.instance);
    let newest = newest.unwrap_or_else(|| Arc::clone(&visit.directory));
    let fault = fault(visit, error);
    let mut faults = Faults::new(t);
    for (field, message) in fault.fields {
        faults.add(field_of(&field), message);
    }
    let mut entered = entered.clone();
    let mut conflict = None;
    if fault.kind == WriteKind::Changed
        && let Some(there) = newest.shift(yours.id)
    {
        let theirs = facts(t, &newest, there);
        let rows = theirs.into_iter().zip(facts(t, &newest, yours));
        let rows = rows.map(|((field, theirs), (_, yours))| Difference {
            field,
            was: None,
            theirs,
            yours,
        });
        let take = visit.href(&subject.path());
        conflict = Some(Conflict::new(visit, rows.collect(), take));
        entered.rev = crate::group::revision_text(&newest, Kind::Shift, there.id.to_bytes());
    } else if fault.kind == WriteKind::Changed {
        entered.rev.clear();
    }
    let notice = match conflict {
        Some(_) => None,
        None => Some(Notice::wrong(fault.word, fault.text)),
    };
    let beside = Beside { status: fault.status, notice, conflict, changed: None };
    form_page(visit, subject, &entered, faults, beside)
}

/// The form's name of a field of the API.
fn field_of(field: &str) -> &'static str {
    match field {
        "name" => "name",
        "description" => "description",
        "timezone" => "zone",
        "start" => "start",
        "end" => "end",
        "recurrence.frequency" => "frequency",
        "recurrence.repeatEvery" => "every",
        "recurrence.onDays" => "days",
        "recurrence.months" => "months",
        "recurrence.on.dateOfMonth" => "date",
        "recurrence.end.date" => "until",
        "recurrence.end.repetitions" => "times",
        "rotation.interval" => "turn_every",
        "repeatEscalation.repetitions" => "repeat_times",
        "repeatEscalation.delay" => "repeat_delay",
        "notifyEndOfEscalation.recipient" => "notice_who",
        "notifyEndOfEscalation.delay" => "notice_delay",
        field if field.starts_with("members") => "who.0",
        _ => "",
    }
}

/// What the form would make of a shift that nobody touched; for tests.
#[cfg(test)]
pub(crate) fn reread(
    directory: &Directory,
    shift: &Shift,
    now: firebell_base::Timestamp,
) -> Option<Shift> {
    let t = Say::new(&WORDS, firebell_ui::Lang::English);
    let group = directory.group(shift.group)?;
    let ground = Ground { directory, group, old: Some(shift), id: shift.id, now, t };
    ground.read(&Entered::from(directory, shift), &mut Faults::new(t))
}
