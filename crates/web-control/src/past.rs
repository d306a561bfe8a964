//! What the configuration was at an instant or a revision, and who was on call then.

use std::sync::Arc;

use askama::Template;
use firebell_base::Timestamp;
use firebell_config::history::Moment;
use firebell_domain::directory::{Directory, Kind};
use firebell_domain::group::{Group, GroupType};
use firebell_domain::oncall::{Cover, cover, on_call};
use firebell_domain::recipient::Recipient;
use firebell_ui::part::{Faults, Field, Notice, Tabs};
use firebell_ui::{Answer, Area, Frame, Query, Say, Visit, page};

use crate::configuration::tabs;
use crate::numbers::asked_in_time;
use crate::revision::not_now;
use crate::text::{self, Link};
use crate::who;
use crate::words::WORDS;

/// Groups of which it is shown who was on call.
const GROUPS_MAX: usize = 50;
/// People shown of one shift.
const PLACES_MAX: usize = 5;

#[derive(Debug, Template)]
#[template(path = "past.html")]
struct Page {
    frame: Frame,
    t: Say,
    tabs: Tabs,
    action: String,
    faults: Faults,
    fields: Vec<Field>,
    notice: Option<Notice>,
    found: Option<Then>,
}

/// What was.
#[derive(Debug)]
struct Then {
    sentence: String,
    revision: Link,
    counts: Vec<String>,
    groups: Vec<(String, Vec<String>)>,
    groups_lead: String,
}

/// `GET /configuration/at`
pub(crate) async fn show(visit: Visit, query: Query) -> Answer {
    who::administer(&visit)?;
    let t = visit.say(&WORDS);
    let mut faults = Faults::new(t);
    let wanted = wanted(&visit, &query, &mut faults);
    let mut shown = Page {
        frame: visit.frame(t.get("control-tab-at"), Area::Configuration),
        t,
        tabs: tabs(&visit, "configuration/at"),
        action: visit.href("configuration/at"),
        fields: fields(&visit, &query, &faults),
        faults,
        notice: None,
        found: None,
    };
    if let Some((moment, at)) = wanted {
        let asked = visit.ui.authority.past(visit.directory.instance.no, moment);
        match asked_in_time(asked).await {
            Ok(Some(past)) => shown.found = Some(then(&visit, past, at).await),
            Ok(None) => {
                let text = t.get("control-at-before-text");
                shown.notice = Some(Notice::info(t.get("control-at-before"), text));
            }
            Err(error) => return Err(not_now(&visit, error)),
        }
    }
    Ok(page(&shown))
}

/// Which point in the past, and at which instant who is on call is asked for.
fn wanted(visit: &Visit, query: &Query, faults: &mut Faults) -> Option<(Moment, Timestamp)> {
    let t = visit.say(&WORDS);
    let (instant, revision) = (query.text("instant"), query.text("revision"));
    let instant = if instant.is_empty() {
        None
    } else {
        let local = instant.parse().ok();
        let at = local.and_then(|local| visit.person.zone.instant(local));
        if at.is_none() {
            faults.add("instant", t.get("control-at-no-instant"));
        }
        if at.is_some_and(|at| at > visit.now) {
            faults.add("instant", t.get("control-at-future"));
        }
        at
    };
    if !revision.is_empty() {
        let Ok(found) = revision.parse() else {
            faults.add("revision", t.get("control-at-no-revision"));
            return None;
        };
        return faults.is_empty().then(|| (Moment::Revision(found), instant.unwrap_or(visit.now)));
    }
    let at = instant.filter(|_| faults.is_empty())?;
    Some((Moment::Instant(at), at))
}

fn fields(visit: &Visit, query: &Query, faults: &Faults) -> Vec<Field> {
    let t = visit.say(&WORDS);
    vec![
        Field::datetime("instant", t.get("control-at-instant"))
            .value(query.text("instant"))
            .hint(t.a("control-at-zone", &[("zone", visit.person.zone.name())]))
            .error(faults.of("instant")),
        Field::text("revision", t.get("control-at-revision"))
            .value(firebell_domain::name::cut(query.text("revision"), 60))
            .placeholder(visit.directory.revision.to_string())
            .error(faults.of("revision"))
            .mono(),
    ]
}

async fn then(visit: &Visit, past: Directory, at: Timestamp) -> Then {
    let t = visit.say(&WORDS);
    let clock = visit.when(at).clock;
    let revision = past.revision;
    let counts = counts(t, &past);
    // Long rosters take milliseconds: not on a serving thread.
    let words = t;
    let work = tokio::task::spawn_blocking(move || groups(words, &past, at));
    let (groups, left_out) = work.await.unwrap_or_else(|error| {
        tracing::error!(%error, "who was on call could not be worked out");
        (Vec::new(), 0)
    });
    let groups_lead = match left_out {
        0 => t.a("control-at-on-call", &[("at", &clock)]),
        more => t.na("control-at-on-call-more", more, &[("at", &clock)]),
    };
    let sentence = t.a("control-at-found", &[("revision", &revision.to_string())]);
    let href = Some(text::revision_href(visit, revision));
    let revision = Link { text: revision.to_string(), href };
    Then { sentence, revision, counts, groups, groups_lead }
}

fn counts(t: Say, past: &Directory) -> Vec<String> {
    let all = [
        (Kind::Person, past.people().len()),
        (Kind::Device, past.devices().len()),
        (Kind::Group, past.groups().len()),
        (Kind::Shift, past.shifts().len()),
        (Kind::Absence, past.absences().len()),
        (Kind::Site, past.sites().len()),
        (Kind::Form, past.forms().len()),
        (Kind::Integration, past.integrations().len()),
        (Kind::Silence, past.silences().len()),
        (Kind::Window, past.windows().len()),
    ];
    let words = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
    all.into_iter().map(|(kind, count)| text::kind_count(t, kind.word(), words(count))).collect()
}

/// Who was on call in the first groups by name, and how many groups are left out.
fn groups(t: Say, past: &Directory, at: Timestamp) -> (Vec<(String, Vec<String>)>, usize) {
    let mut all: Vec<&Arc<Group>> =
        past.groups().filter(|group| group.group_type != GroupType::Broadcast).collect();
    all.sort_by_cached_key(|group| group.target_name.fold());
    let left_out = all.len().saturating_sub(GROUPS_MAX);
    let one = |group: &&Arc<Group>| (group.target_name.to_string(), shifts(t, past, group, at));
    (all.iter().take(GROUPS_MAX).map(one).collect(), left_out)
}

fn shifts(t: Say, past: &Directory, group: &Group, at: Timestamp) -> Vec<String> {
    let in_force = on_call(past, group, at, &|_| 0);
    in_force
        .iter()
        .map(|found| {
            let places = found.places.iter().take(PLACES_MAX);
            let people: Vec<String> =
                places.map(|place| answering(t, past, group, place.member, at)).collect();
            let more = found.places.len().saturating_sub(people.len());
            let mut words = people.join(" → ");
            if more > 0 {
                words = format!("{words} {}", t.n("control-and-more", more));
            }
            if words.is_empty() {
                words = t.get("control-nobody");
            }
            t.a("control-at-shift", &[("shift", found.shift.name.as_str()), ("people", &words)])
        })
        .collect()
}

/// Who answers for a member.
fn answering(t: Say, past: &Directory, group: &Group, member: Recipient, at: Timestamp) -> String {
    let Recipient::Person(id) = member else { return past.recipient_name(member) };
    let name = |id| past.person(id).map(|person| person.display_name()).unwrap_or_default();
    match cover(past, id, group.id, at) {
        Cover::Present => name(id),
        Cover::ReplacedBy(other) => {
            t.a("control-at-replaced", &[("name", &name(other)), ("member", &name(id))])
        }
        Cover::Vacant => t.a("control-at-away", &[("member", &name(id))]),
        Cover::Inactive => t.a("control-at-inactive", &[("member", &name(id))]),
    }
}
