//! `/absences`: who is away and who stands in; being away in two clicks; coming back early.
//!
//! Whoever may change a group may enter absences in it; everybody their own, as in the API.

use std::collections::BTreeSet;
use std::sync::Arc;

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use firebell_access::{Permission, Scope, allows};
use firebell_base::time::{add_seconds, from_micros};
use firebell_base::{Id, Timestamp};
use firebell_config::limits::ABSENCE_DAYS_MAX;
use firebell_config::{Change, ConfigError, Intent};
use firebell_domain::absence::{AbsenceId, TemporaryAbsence};
use firebell_domain::directory::{Directory, Entity, Kind};
use firebell_domain::group::Group;
use firebell_domain::person::{Person, PersonId};
use firebell_domain::recipient::Recipient;
use firebell_ui::part::{
    Art, Badge, Button, Choice, Empty, Faults, Field, Notice, Pager, Tab, Tabs,
};
use firebell_ui::write::fault;
use firebell_ui::{
    Answer, Area, Form, Frame, MayNot, Query, Refusal, Say, Shape, Undo, Visit, page_with,
};

use crate::board::groups_of;
use crate::change;
use crate::names::{self, Offer};
use crate::words::WORDS;
use crate::{group, local};

/// Absences of one page.
const ROWS: usize = 50;
/// How long an absence may last, in seconds.
const LONGEST_SECONDS: i64 = ABSENCE_DAYS_MAX * 24 * 60 * 60;
/// Groups to choose from in the form.
const GROUPS_MAX: usize = 100;

#[derive(Template)]
#[template(path = "absences.html")]
struct Page {
    frame: Frame,
    t: Say,
    headline: String,
    tabs: Tabs,
    rows: Vec<Row>,
    pager: Pager,
    empty: Option<Empty>,
    action: String,
    notice: Option<Notice>,
    faults: Faults,
    fields: Vec<Field>,
    offers: Vec<Offer>,
}

struct Row {
    who: String,
    time: String,
    place: String,
    by: Option<String>,
    badge: Badge,
    end: Option<Button>,
}

/// What was entered into the form.
#[derive(Default)]
struct Entered {
    who: String,
    from: String,
    to: String,
    by: String,
    group: String,
    /// The turn the form was opened for, to the microsecond: what its fields show.
    turn: [Option<Timestamp>; 2],
}

impl Entered {
    fn of(form: &Form) -> Self {
        let text = |name: &str| form.text(name).to_owned();
        let (who, from, to) = (text("who"), text("from"), text("to"));
        let instant = |name: &str| form.text(name).parse().ok().map(from_micros);
        let turn = [instant("turn-from"), instant("turn-to")];
        Self { who, from, to, by: text("by"), group: text("group"), turn }
    }
}

/// Whether the visitor may enter or end absences of this person in this group.
pub(crate) fn may_write(visit: &Visit, group: Option<&Group>, person: &Person) -> bool {
    let in_group = group.is_some_and(|of| visit.may(Permission::WriteGroups, &group::scope(of)));
    in_group || visit.may(Permission::WriteOwnDevices, &Scope::Person(person))
}

/// `GET /absences`
pub(crate) async fn list(visit: Visit, query: Query) -> Answer {
    visit.require(Permission::ReadConfiguration, &Scope::Instance)?;
    let zone = &visit.person.zone;
    let entered = Entered {
        who: visit.person.target_name.to_string(),
        from: local::field(visit.now, zone),
        to: query.text("to").to_owned(),
        group: query.text("group").to_owned(),
        ..Entered::default()
    };
    let faults = Faults::new(visit.say(&WORDS));
    Ok(answer(&visit, &query, &entered, faults, None))
}

fn answer(
    visit: &Visit,
    query: &Query,
    entered: &Entered,
    faults: Faults,
    failed: Option<(StatusCode, Notice)>,
) -> Response {
    let t = visit.say(&WORDS);
    let found = matching(visit, query.text("show"));
    let page_ = query.page(ROWS);
    let shown = found.iter().skip(page_.offset).take(ROWS);
    let rows: Vec<Row> = shown.map(|absence| row(visit, t, absence)).collect();
    let away = found.iter().filter(|a| a.start <= visit.now).count();
    let (status, notice) = match failed {
        Some((status, notice)) => (status, Some(notice)),
        None if faults.is_empty() => (StatusCode::OK, None),
        None => (StatusCode::UNPROCESSABLE_ENTITY, None),
    };
    let pager = Pager::new(visit, query, page_, Some(found.len()), rows.len());
    let coming = (found.len() - away).to_string();
    let nobody =
        || Empty::new(t.get("oncall-absences-none-title"), t.get("oncall-absences-none-text"));
    let own = groups_of(&visit.directory, visit.person.id);
    let groups: Vec<&Arc<Group>> =
        own.iter().take(GROUPS_MAX).filter_map(|id| visit.directory.group(*id)).collect();
    page_with(
        status,
        &Page {
            frame: visit.frame(t.get("oncall-absences-title"), Area::OnCall),
            headline: t.na("oncall-absences-headline", away, &[("coming", &coming)]),
            tabs: tabs(t, query),
            empty: rows.is_empty().then(|| nobody().art(Art::Calendar)),
            rows,
            pager,
            action: visit.href("absences"),
            notice,
            fields: fields(visit, entered, &faults, &groups),
            faults,
            offers: offers(visit, &groups),
            t,
        },
    )
}

fn tabs(t: Say, query: &Query) -> Tabs {
    let tab = |value: &str, key: &str| Tab {
        label: t.get(key),
        href: query.with(&[("show", value), ("page", "")]),
        current: query.text("show") == value,
    };
    let all = vec![
        tab("", "oncall-absences-tab-groups"),
        tab("mine", "oncall-absences-tab-mine"),
        tab("all", "oncall-absences-tab-all"),
    ];
    Tabs::new(t.get("oncall-absences-tabs"), all)
}

/// Absences that are not over, by start.
fn matching<'v>(visit: &'v Visit, show: &str) -> Vec<&'v Arc<TemporaryAbsence>> {
    let directory = &visit.directory;
    let me = visit.person.id;
    let colleagues: BTreeSet<PersonId> = match show {
        "all" | "mine" => BTreeSet::new(),
        _ => groups_of(directory, me)
            .into_iter()
            .filter_map(|id| directory.group(id))
            .flat_map(|group| group.members.iter())
            .filter_map(|member| match member {
                Recipient::Person(id) => Some(*id),
                Recipient::Device(_) | Recipient::Group(_) => None,
            })
            .collect(),
    };
    let wanted = |absence: &&Arc<TemporaryAbsence>| match show {
        "all" => true,
        "mine" => absence.member == me || absence.replacement == Some(me),
        _ => {
            absence.member == me
                || absence.replacement == Some(me)
                || colleagues.contains(&absence.member)
        }
    };
    let mut found: Vec<_> =
        directory.absences().filter(|a| a.end > visit.now).filter(wanted).collect();
    found.sort_by_key(|absence| (absence.start, absence.id));
    found
}

fn row(visit: &Visit, t: Say, absence: &TemporaryAbsence) -> Row {
    let directory = &*visit.directory;
    let of = absence.group.and_then(|id| directory.group(id));
    let started = absence.start <= visit.now;
    let may = directory
        .person(absence.member)
        .is_some_and(|person| may_write(visit, of.map(AsRef::as_ref), person));
    let who = names::person(directory, absence.member);
    let key = if started { "oncall-absence-end" } else { "oncall-absence-cancel" };
    let end = may.then(|| {
        let action = visit.href(&format!("absences/{}/end", absence.id));
        Button::post(t.get(key), action)
            .small()
            .label(t.a("oncall-absence-end-name", &[("name", &who)]))
    });
    Row {
        who,
        time: local::range(absence.start, absence.end, &visit.person.zone),
        place: of
            .map_or_else(|| t.get("oncall-absence-everywhere"), |of| of.target_name.to_string()),
        by: absence.replacement.map(|id| names::person(directory, id)),
        badge: if started {
            Badge::new("waits", Shape::Ring, t.get("oncall-absence-now"))
        } else {
            Badge::new("muted", Shape::Calendar, t.get("oncall-absence-coming"))
        },
        end,
    }
}

fn fields(visit: &Visit, entered: &Entered, faults: &Faults, groups: &[&Arc<Group>]) -> Vec<Field> {
    let t = visit.say(&WORDS);
    let mut choices =
        vec![Choice::new("", t.get("oncall-absence-everywhere"), entered.group.is_empty())];
    choices.extend(groups.iter().map(|group| {
        let id = group.id.to_string();
        let chosen = id == entered.group;
        Choice::new(id, group.target_name.as_str(), chosen)
    }));
    let known = choices.iter().any(|choice| choice.chosen);
    if !known {
        // A group the visitor is not in: kept as it was entered.
        let group = entered.group.parse().ok().and_then(|id| visit.directory.group(id));
        let label = group.map_or(entered.group.as_str(), |group| group.target_name.as_str());
        choices.push(Choice::new(entered.group.as_str(), label, true));
    }
    let people = |field: Field| field.autocomplete("off").max(200).with("list", "people");
    vec![
        people(Field::text("who", t.get("oncall-absence-who")))
            .value(entered.who.as_str())
            .required()
            .error(faults.of("who")),
        Field::datetime("from", t.get("oncall-absence-from"))
            .value(entered.from.as_str())
            .required()
            .error(faults.of("from")),
        Field::datetime("to", t.get("oncall-absence-to"))
            .value(entered.to.as_str())
            .required()
            .error(faults.of("to")),
        people(Field::text("by", t.get("oncall-absence-by")))
            .hint(t.get("oncall-absence-by-hint"))
            .value(entered.by.as_str())
            .error(faults.of("by")),
        Field::select("group", t.get("oncall-absence-group"), choices).error(faults.of("group")),
    ]
}

fn offers(visit: &Visit, groups: &[&Arc<Group>]) -> Vec<Offer> {
    let mut offers: Vec<Offer> = groups
        .iter()
        .take(5)
        .flat_map(|group| names::colleagues(&visit.directory, group))
        .collect();
    offers.sort_by(|a, b| a.label.cmp(&b.label));
    offers.dedup();
    offers
}

/// `POST /absences`
pub(crate) async fn add(visit: Visit, form: Form) -> Answer {
    visit.require(Permission::ReadConfiguration, &Scope::Instance)?;
    let t = visit.say(&WORDS);
    let entered = Entered::of(&form);
    let mut faults = Faults::new(t);
    let read = read(&visit, t, &entered, &mut faults);
    let Some(absence) = read.filter(|_| faults.is_empty()) else {
        return Ok(answer(&visit, &Query::default(), &entered, faults, None));
    };
    require(&visit, &absence)?;
    let id = absence.id;
    let intent = Intent::from(&visit.author("absence entered"));
    let put = absence.clone();
    match change(&visit, intent, move |_| vec![Change::Put(Entity::Absence(put.clone()))]).await {
        Ok(()) => {
            let place = match absence.group.filter(|_| form.text("then") == "group") {
                Some(group) => format!("groups/{group}"),
                None => "absences".to_owned(),
            };
            let who = names::person(&visit.directory, absence.member);
            let time = local::range(absence.start, absence.end, &visit.person.zone);
            let text = t.a("oncall-absence-added", &[("name", &who), ("time", &time)]);
            let undo = Undo { action: format!("absences/{id}/end"), fields: Vec::new() };
            Ok(visit.toast_undo(visit.lead(&place), text, undo))
        }
        Err(error) => {
            let fault = fault(&visit, error);
            for (field, message) in fault.fields {
                let (name, text) = refused_field(t, &field, &message);
                faults.add(name, text);
            }
            let failed = (fault.status, Notice::wrong(fault.word, fault.text));
            Ok(answer(&visit, &Query::default(), &entered, faults, Some(failed)))
        }
    }
}

/// What was refused in the newest configuration although it could be read in the one the form was read
/// against: the form's name of the API's field, and what is wrong in the visitor's words.
fn refused_field(t: Say, field: &str, message: &str) -> (&'static str, String) {
    match field {
        "member" => ("who", t.get("oncall-fault-person")),
        "start" => ("from", t.get("oncall-fault-time")),
        "end" => ("to", t.n("oncall-fault-absence-long", ABSENCE_DAYS_MAX)),
        "replacement" => ("by", t.get("oncall-fault-person")),
        "group" => ("group", t.get("oncall-fault-group")),
        _ => ("", t.a("oncall-fault-absence", &[("why", message)])),
    }
}

fn read(visit: &Visit, t: Say, entered: &Entered, faults: &mut Faults) -> Option<TemporaryAbsence> {
    let directory = &*visit.directory;
    let zone = &visit.person.zone;
    let member = names::person_named(directory, &entered.who);
    if member.is_none() {
        faults.add("who", t.get("oncall-fault-person"));
    }
    // An exact instant is what an undo gives back, and a turn's is what was shown and not touched.
    let instant = |text: &str, turn: Option<Timestamp>| {
        let exact = text.parse::<Timestamp>().ok();
        let exact = exact.or_else(|| turn.filter(|at| local::field(*at, zone) == text));
        exact.or_else(|| local::read(text, zone))
    };
    let [turn_from, turn_to] = entered.turn;
    let (start, end) = (instant(&entered.from, turn_from), instant(&entered.to, turn_to));
    if start.is_none() {
        faults.add("from", t.get("oncall-fault-time"));
    }
    match end {
        None => faults.add("to", t.get("oncall-fault-time")),
        Some(end) if start.is_some_and(|start| end <= start) => {
            faults.add("to", t.get("oncall-fault-after-start"));
        }
        Some(end) if end <= visit.now => faults.add("to", t.get("oncall-fault-future")),
        Some(end) if start.is_some_and(|start| add_seconds(start, LONGEST_SECONDS) < end) => {
            faults.add("to", t.n("oncall-fault-absence-long", ABSENCE_DAYS_MAX));
        }
        Some(_) => {}
    }
    let replacement = match entered.by.as_str() {
        "" => None,
        text => {
            let found = names::person_named(directory, text);
            match found {
                None => faults.add("by", t.get("oncall-fault-person")),
                Some(_) if found == member => faults.add("by", t.get("oncall-fault-somebody-else")),
                Some(_) => {}
            }
            found
        }
    };
    let group = match entered.group.as_str() {
        "" => None,
        text => {
            let found = text.parse().ok().and_then(|id| directory.group(id));
            if found.is_none() {
                faults.add("group", t.get("oncall-fault-group"));
            }
            found.map(|group| group.id)
        }
    };
    Some(TemporaryAbsence {
        id: Id::new(&visit.ui.random, visit.now),
        member: member?,
        group,
        start: start?,
        end: end?,
        replacement,
        created: visit.now,
    })
}

/// Whether the visitor may enter or end this one.
fn require(visit: &Visit, absence: &TemporaryAbsence) -> Result<(), Refusal> {
    let directory = &visit.directory;
    let of = absence.group.and_then(|id| directory.group(id));
    match directory.person(absence.member) {
        Some(person) if may_write(visit, of.map(AsRef::as_ref), person) => Ok(()),
        Some(person) => visit.require(Permission::WriteOwnDevices, &Scope::Person(person)),
        None => visit.require(Permission::WriteOwnDevices, &Scope::Instance),
    }
}

/// Whether they still may in the newest configuration.
fn still_may(
    directory: &Directory,
    principal: &firebell_access::Principal,
    absence: &TemporaryAbsence,
) -> bool {
    let of = absence.group.and_then(|id| directory.group(id));
    let in_group =
        of.is_some_and(|of| allows(principal, Permission::WriteGroups, &group::scope(of)).is_ok());
    let own = directory.person(absence.member).is_some_and(|person| {
        allows(principal, Permission::WriteOwnDevices, &Scope::Person(person)).is_ok()
    });
    in_group || own
}

/// Makes the changes, unless one of them concerns an absence the visitor may not touch any more.
async fn change(
    visit: &Visit,
    intent: Intent,
    decide: impl Fn(&Directory) -> Vec<Change> + Send + Sync + 'static,
) -> Result<(), ConfigError> {
    let t = visit.say(&WORDS);
    let work = change::change(visit, intent, move |directory, who| {
        let changes = decide(directory);
        let may = changes.iter().all(|change| match change {
            Change::Put(Entity::Absence(absence)) => still_may(directory, who, absence),
            Change::Put(_) => false,
            Change::Remove(_, id) => directory
                .absence(Id::from_bytes(*id))
                .is_none_or(|absence| still_may(directory, who, absence)),
        });
        if may { Ok(changes) } else { Err(MayNot(t.get("oncall-absence-forbidden")).into()) }
    });
    work.await.map(drop)
}

/// `POST /absences/{id}/end`: over from now on; one that has not begun is removed.
pub(crate) async fn end(visit: Visit, Path(id): Path<String>) -> Answer {
    visit.require(Permission::ReadConfiguration, &Scope::Instance)?;
    let t = visit.say(&WORDS);
    let known: Option<AbsenceId> = id.parse().ok();
    let Some(absence) = known.and_then(|id| visit.directory.absence(id)).map(Arc::clone) else {
        return Err(visit.missing(&t.get("oncall-what-absence")));
    };
    require(&visit, &absence)?;
    let now = visit.now;
    if absence.end <= now {
        return Ok(visit.toast(visit.lead("absences"), t.get("oncall-absence-over")));
    }
    let intent = Intent::from(&visit.author("absence ended"));
    let target = absence.id;
    let work = change(&visit, intent, move |directory| match directory.absence(target) {
        None => Vec::new(),
        Some(known) if known.start >= now => vec![Change::Remove(Kind::Absence, target.to_bytes())],
        Some(known) => {
            let ended = TemporaryAbsence { end: now.min(known.end), ..(**known).clone() };
            vec![Change::Put(Entity::Absence(ended))]
        }
    });
    work.await.map_err(|error| visit.refused(error))?;
    let name = names::person(&visit.directory, absence.member);
    let field = |name: &str, value: String| (name.to_owned(), value);
    let target_name = |id| visit.directory.recipient_name(Recipient::Person(id));
    let undo = Undo {
        action: "absences".to_owned(),
        fields: vec![
            field("who", target_name(absence.member)),
            field("from", absence.start.max(now).to_string()),
            field("to", absence.end.to_string()),
            field("by", absence.replacement.map(target_name).unwrap_or_default()),
            field("group", absence.group.map(|id| id.to_string()).unwrap_or_default()),
        ],
    };
    let text = t.a("oncall-absence-ended", &[("name", &name)]);
    Ok(visit.toast_undo(visit.lead("absences"), text, undo))
}
