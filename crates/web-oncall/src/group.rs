//! `/groups/{id}`: who is on call, who comes then, the calendar, gaps, the roster, the shifts.

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::Extension;
use axum::extract::Path;
use axum::response::Response;
use firebell_access::{Permission, Scope};
use firebell_base::time::add_seconds;
use firebell_domain::directory::{Directory, Kind};
use firebell_domain::duty::{self, Span, Window};
use firebell_domain::group::{Group, GroupType};
use firebell_domain::person::Status;
use firebell_domain::recipient::Recipient;
use firebell_domain::shift::{EscalationType, ShiftId};
use firebell_ui::part::{Badge, Button, Crumbs, Empty, Field};
use firebell_ui::{Answer, Area, Frame, Query, Refusal, Say, Shape, Visit, page};

use crate::board::Standing;
use crate::calendar::{Calendar, Reader, days, of_group, turn_link};
use crate::card::{Card, Teller};
use crate::names::{self, Offer};
use crate::story::{self, Story};
use crate::turns::Turns;
use crate::words::WORDS;
use crate::{local, phrase};

/// How far gaps are looked for, in seconds: four weeks.
const GAPS_SECONDS: i64 = 4 * 7 * 24 * 60 * 60;
/// Gaps and hand-overs that are listed.
const GAPS_MAX: usize = 20;
const HANDOVERS_MAX: usize = 8;
/// Members that are listed; the rest is counted.
const MEMBERS_MAX: usize = 200;

#[derive(Template)]
#[template(path = "group.html")]
struct Page {
    frame: Frame,
    t: Say,
    crumbs: Crumbs,
    name: String,
    description: String,
    headline: String,
    badges: Vec<Badge>,
    buttons: Vec<Button>,
    walks: Vec<Walk>,
    calendar: Calendar,
    no_shifts: Option<Empty>,
    story: Option<Story>,
    gaps: Vec<String>,
    more_gaps: usize,
    /// What is said of each, and where its turn is told and somebody put in for it.
    handovers: Vec<(String, String)>,
    shifts: Vec<ShiftRow>,
    add_shift: Option<Button>,
    members: Vec<MemberRow>,
    more_members: usize,
    member_field: Option<Field>,
    member_action: String,
    offers: Vec<Offer>,
    supervisors: Vec<(String, String)>,
    is_on_call: bool,
}

/// The escalation of a shift in force.
struct Walk {
    shift: String,
    steps: Vec<Step>,
    after: Vec<String>,
}

struct Step {
    /// "at once" or "after 5 min".
    when: String,
    who: String,
    kind: String,
    is_passed: bool,
}

struct ShiftRow {
    href: String,
    name: String,
    rule: String,
    members: String,
    is_empty: bool,
}

struct MemberRow {
    name: String,
    what: String,
    href: Option<String>,
    shifts: String,
    remove: Option<Button>,
}

/// The group of a path.
///
/// # Errors
/// 404 with a page; 403 for who may not read the configuration.
pub(crate) fn known<'v>(visit: &'v Visit, id: &str) -> Result<&'v Arc<Group>, Refusal> {
    visit.require(Permission::ReadConfiguration, &Scope::Instance)?;
    let found = id.parse().ok().and_then(|id| visit.directory.group(id));
    found.ok_or_else(|| visit.missing(&visit.say(&WORDS).get("oncall-what-group")))
}

/// The group of a path, for whoever may change it.
///
/// # Errors
/// As [`known`]; 403 for everybody else.
pub(crate) fn writable<'v>(visit: &'v Visit, id: &str) -> Result<&'v Arc<Group>, Refusal> {
    let group = known(visit, id)?;
    visit.require(Permission::WriteGroups, &scope(group))?;
    Ok(group)
}

/// The scope in which this group is changed.
pub(crate) fn scope(group: &Group) -> Scope<'_> {
    Scope::Group { supervisors: &group.supervisors }
}

/// As of which revision somebody saw an entity: for the hidden field of its form.
pub(crate) fn revision_text(directory: &Directory, kind: Kind, id: [u8; 16]) -> String {
    directory.entity_revision(kind, id).map(|at| at.to_string()).unwrap_or_default()
}

/// `GET /groups/{id}`
pub(crate) async fn show(
    visit: Visit,
    Extension(turns): Extension<Turns>,
    Path(id): Path<String>,
    query: Query,
) -> Answer {
    let group = Arc::clone(known(&visit, &id)?);
    turns.of(&visit, move |visit| answer(visit, &group, &query)).await
}

fn answer(visit: &Visit, group: &Arc<Group>, query: &Query) -> Response {
    let t = visit.say(&WORDS);
    let directory = &*visit.directory;
    let (zone, now) = (&visit.person.zone, visit.now);
    let reader = Reader { directory, group, zone, now, t, edited: None };
    let may_write = visit.may(Permission::WriteGroups, &scope(group));
    let card = Teller { directory, now, zone, t }.card(group, String::new());
    let window = Window { from: now, to: add_seconds(now, GAPS_SECONDS) };
    let spans = duty::of_group(directory, group, window);
    let is_on_call = group.group_type == GroupType::OnCall && group.status == Status::Active;
    let gaps = if is_on_call { duty::gaps(&spans, window) } else { Vec::new() };
    let calendar = of_group(reader, query, days(query, now, zone));
    let frame = visit.frame(group.target_name.as_str(), Area::Groups).with_script("oncall.js");
    page(&Page {
        frame,
        crumbs: Crumbs::new(vec![(t.get("oncall-groups-title"), visit.href("groups"))]),
        name: group.target_name.to_string(),
        description: group.description.clone(),
        headline: headline(t, &card, gaps.len()),
        badges: badges(t, group),
        buttons: buttons(visit, t, group, may_write),
        walks: walks(&reader, &spans),
        no_shifts: (!calendar.has_shifts && is_on_call).then(|| no_shifts(visit, t, group)),
        calendar,
        story: story::of_query(visit, &reader, query),
        more_gaps: gaps.len().saturating_sub(GAPS_MAX),
        gaps: gaps
            .iter()
            .take(GAPS_MAX)
            .map(|gap| format!("{} {}", reader.gap_text(gap), reader.reason(gap.reason)))
            .collect(),
        handovers: handovers(&reader, &spans, query),
        shifts: shifts(visit, t, group),
        add_shift: (may_write && group.group_type == GroupType::OnCall).then(|| {
            let href = visit.href(&format!("groups/{}/shifts/new", group.id));
            Button::link(t.get("oncall-shift-add"), href).small()
        }),
        members: members(visit, t, group, may_write),
        more_members: group.members.len().saturating_sub(MEMBERS_MAX),
        member_field: may_write.then(|| member_field(t)),
        member_action: visit.href(&format!("groups/{}/members", group.id)),
        offers: if may_write { everybody(directory) } else { Vec::new() },
        supervisors: group
            .supervisors
            .iter()
            .map(|id| (names::person(directory, *id), visit.href(&format!("users/{id}"))))
            .collect(),
        is_on_call,
        t,
    })
}

fn headline(t: Say, card: &Card, gaps: usize) -> String {
    let state = match (card.standing, card.lines.first()) {
        (Standing::Manned, Some(line)) => {
            let who = line.who.clone().unwrap_or_default();
            t.a("oncall-group-on-call", &[("name", &who), ("then", &line.then)])
        }
        (Standing::Nobody, _) => t.get("oncall-group-nobody"),
        (Standing::Manned | Standing::Broadcast | Standing::Inactive, _) => card.note.clone(),
    };
    let ahead = match card.standing {
        Standing::Manned | Standing::Nobody => t.n("oncall-group-gaps-ahead", gaps),
        Standing::Broadcast | Standing::Inactive => String::new(),
    };
    format!("{state} {ahead}").trim().to_owned()
}

fn badges(t: Say, group: &Group) -> Vec<Badge> {
    let mut badges = Vec::new();
    if group.status == Status::Inactive {
        badges.push(Badge::new("muted", Shape::Slash, t.get("oncall-group-inactive")));
    }
    if group.group_type == GroupType::Broadcast {
        badges.push(Badge::new("low", Shape::Circle, t.get("oncall-group-type-broadcast")));
    }
    badges
}

fn buttons(visit: &Visit, t: Say, group: &Group, may_write: bool) -> Vec<Button> {
    let to = |rest: &str| visit.href(&format!("groups/{}{rest}", group.id));
    let feed = Button::post(t.get("oncall-feed-subscribe"), visit.href("calendar/feeds"))
        .field("group", group.id.to_string());
    let mut buttons = vec![feed];
    if may_write {
        buttons.push(Button::link(t.get("oncall-group-edit"), to("/edit")));
        if group.group_type == GroupType::OnCall {
            buttons.push(Button::link(t.get("oncall-shift-add"), to("/shifts/new")).main());
        }
    }
    buttons
}

fn no_shifts(visit: &Visit, t: Say, group: &Group) -> Empty {
    Empty::new(t.get("oncall-group-no-shifts-title"), t.get("oncall-group-no-shifts-text"))
        .art(firebell_ui::part::Art::Calendar)
        .action(t.get("oncall-shift-add"), visit.href(&format!("groups/{}/shifts/new", group.id)))
}

/// The escalations of the shifts in force, as they would begin now.
fn walks(reader: &Reader<'_>, spans: &[Span]) -> Vec<Walk> {
    let t = reader.t;
    let running = spans.iter().filter(|span| span.contains(reader.now));
    let walk = |span: &Span| {
        let mut after = 0_u32;
        let mut told = false;
        let mut steps = Vec::new();
        for answer in &span.answers {
            let is_passed = answer.who().is_none();
            if told && !is_passed {
                after += u32::from(answer.place.delay_minutes);
            }
            told |= !is_passed;
            let when = match (is_passed, after) {
                (true, _) => t.get("oncall-walk-passed"),
                (false, 0) => t.get("oncall-walk-at-once"),
                (false, after) => t.n("oncall-walk-after", after),
            };
            let who = reader.answer(answer.place.member, answer.cover);
            let kind = match answer.place.escalation {
                EscalationType::None => String::new(),
                kind => phrase::escalation(t, kind),
            };
            steps.push(Step { when, who, kind, is_passed });
        }
        let shift = reader.shift(span.shift);
        let rest = shift.map(|shift| {
            let notice = phrase::end_notice(t, reader.directory, shift);
            vec![phrase::repeat(t, shift), notice]
        });
        let shift = shift.map(|shift| shift.name.to_string()).unwrap_or_default();
        Walk { shift, steps, after: rest.unwrap_or_default() }
    };
    running.map(walk).collect()
}

/// Who comes on call next: where the first of a shift is another than before.
fn handovers(reader: &Reader<'_>, spans: &[Span], query: &Query) -> Vec<(String, String)> {
    let first_of = |span: &Span| span.reached().first().map(|reached| reached.who);
    let mut last: BTreeMap<ShiftId, Option<Recipient>> = BTreeMap::new();
    let mut texts = Vec::new();
    for span in spans {
        let first = first_of(span);
        let before = last.insert(span.shift, first);
        if texts.len() >= HANDOVERS_MAX || span.start <= reader.now || before == Some(first) {
            continue;
        }
        let time = local::day_time(span.start, reader.zone);
        let shift = reader.shift(span.shift).map(|shift| shift.name.to_string());
        let name = match first {
            Some(first) => names::shown(reader.directory, first),
            None => reader.t.get("oncall-nobody"),
        };
        let shift = shift.unwrap_or_default();
        let args = [("time", time.as_str()), ("name", &name), ("shift", &shift)];
        texts.push((reader.t.a("oncall-group-handover", &args), turn_link(query, span)));
    }
    texts
}

fn shifts(visit: &Visit, t: Say, group: &Group) -> Vec<ShiftRow> {
    let directory = &*visit.directory;
    let row = |shift: &Arc<firebell_domain::shift::Shift>| ShiftRow {
        href: visit.href(&format!("groups/{}/shifts/{}", group.id, shift.id)),
        name: shift.name.to_string(),
        rule: phrase::pattern(t, &shift.pattern),
        members: phrase::members(t, directory, &shift.members),
        is_empty: shift.members.is_empty(),
    };
    directory.shifts_of(group.id).map(row).collect()
}

fn members(visit: &Visit, t: Say, group: &Group, may_write: bool) -> Vec<MemberRow> {
    let directory = &*visit.directory;
    let row = |member: &Recipient| {
        let shifts: Vec<String> = directory
            .shifts_of(group.id)
            .filter(|shift| shift.members.iter().any(|other| other.recipient == *member))
            .map(|shift| shift.name.to_string())
            .collect();
        let name = names::shown(directory, *member);
        let (what, href) = match member {
            Recipient::Person(id) => ("oncall-member-person", Some(format!("users/{id}"))),
            Recipient::Device(_) => ("oncall-member-device", None),
            Recipient::Group(id) => ("oncall-member-group", Some(format!("groups/{id}"))),
        };
        let remove = may_write.then(|| {
            let action = visit.href(&format!("groups/{}/members/remove", group.id));
            Button::post(t.get("oncall-member-remove"), action)
                .field("member", directory.recipient_name(*member))
                .small()
                .quiet()
                .label(t.a("oncall-member-remove-name", &[("name", &name)]))
        });
        MemberRow {
            name,
            what: t.get(what),
            href: href.map(|path| visit.href(&path)),
            shifts: shifts.join(", "),
            remove,
        }
    };
    group.members.iter().take(MEMBERS_MAX).map(row).collect()
}

/// The field for whom to put on the roster.
fn member_field(t: Say) -> Field {
    Field::text("member", t.get("oncall-member-add"))
        .hint(t.get("oncall-member-add-hint"))
        .max(300)
        .autocomplete("off")
        .with("list", "everybody")
        .required()
}

/// People to choose from beyond the roster: the first by name. More are found by typing.
fn everybody(directory: &Directory) -> Vec<Offer> {
    let offer = |person: &Arc<firebell_domain::person::Person>| Offer {
        value: person.target_name.to_string(),
        label: person.display_name(),
    };
    directory.people().take(100).map(offer).collect()
}
