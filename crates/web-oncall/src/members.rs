//! Putting somebody on a group's roster, and taking them off.
//!
//! Whoever is in a shift leaves it with the roster, as in the API: that is shown and asked for
//! before it is done. Whoever is in none goes at once. Both can be undone for a moment.

use std::sync::Arc;

use askama::Template;
use axum::Extension;
use axum::extract::Path;
use firebell_base::time::add_seconds;
use firebell_config::{Change, ConfigError, Intent};
use firebell_domain::directory::{Directory, Entity};
use firebell_domain::duty::{self, Window};
use firebell_domain::group::{Group, GroupId};
use firebell_domain::recipient::Recipient;
use firebell_domain::shift::{EscalationType, Shift};
use firebell_ui::part::{Crumbs, Field, Notice};
use firebell_ui::{Answer, Area, Form, Frame, Say, Shape, Visit, page};

use crate::calendar::Reader;
use crate::change::{self, Entries, gone, may_write};
use crate::group::writable;
use crate::names;
use crate::preview::{self, Changed};
use crate::turns::Turns;
use crate::undo::Undos;
use crate::words::WORDS;

/// How far ahead it is shown what becomes different, in seconds: four weeks.
const AHEAD_SECONDS: i64 = 4 * 7 * 24 * 60 * 60;

#[derive(Template)]
#[template(path = "member_remove.html")]
struct Page {
    frame: Frame,
    t: Say,
    crumbs: Crumbs,
    title: String,
    lead: String,
    changed: Changed,
    action: String,
    fields: Vec<Field>,
    cancel: String,
}

/// `POST /groups/{id}/members`
pub(crate) async fn add(
    visit: Visit,
    Extension(undos): Extension<Undos>,
    Path(id): Path<String>,
    form: Form,
) -> Answer {
    let group = Arc::clone(writable(&visit, &id)?);
    let t = visit.say(&WORDS);
    let place = format!("groups/{}", group.id);
    let Some(member) = names::recipient(&visit.directory, form.text("member")) else {
        let back = visit.href(&place);
        let notice =
            Notice::wrong(t.get("oncall-member-unknown"), t.get("oncall-member-unknown-text"))
                .link(t.get("oncall-back"), back);
        return Err(visit.notice(axum::http::StatusCode::UNPROCESSABLE_ENTITY, notice));
    };
    let name = names::shown(&visit.directory, member);
    if group.members.contains(&member) {
        let text = t.a("oncall-member-there", &[("name", &name)]);
        return Ok(visit.toast(visit.lead(&place), text));
    }
    let changed = change(&visit, group.id, "group member added", move |_, group| {
        let mut group = group.clone();
        if !group.members.contains(&member) {
            group.members.push(member);
        }
        vec![Change::Put(Entity::Group(group))]
    })
    .await;
    let entries = changed.map_err(|error| visit.refused(error))?;
    let group_name = group.target_name.as_str();
    let text = t.a("oncall-member-added", &[("name", &name), ("group", group_name)]);
    Ok(undos.toast(&visit, visit.lead(&place), text, (group.id, group_name), entries))
}

/// `POST /groups/{id}/members/remove`
pub(crate) async fn remove(
    visit: Visit,
    Extension(turns): Extension<Turns>,
    Extension(undos): Extension<Undos>,
    Path(id): Path<String>,
    form: Form,
) -> Answer {
    let group = Arc::clone(writable(&visit, &id)?);
    let t = visit.say(&WORDS);
    let place = format!("groups/{}", group.id);
    let found = names::recipient(&visit.directory, form.text("member"));
    let Some(member) = found.filter(|member| group.members.contains(member)) else {
        return Ok(visit.toast(visit.lead(&place), t.get("oncall-member-gone")));
    };
    let name = names::shown(&visit.directory, member);
    let in_shifts = visit
        .directory
        .shifts_of(group.id)
        .any(|shift| shift.members.iter().any(|other| other.recipient == member));
    if in_shifts && !form.has("sure") {
        return turns.of(&visit, move |visit| ask(visit, t, &group, member, &name)).await;
    }
    let changed = change(&visit, group.id, "group member removed", move |directory, group| {
        let mut changes: Vec<Change> = directory
            .shifts_of(group.id)
            .filter_map(|shift| without(shift, member))
            .map(|shift| Change::Put(Entity::Shift(Box::new(shift))))
            .collect();
        let mut group = group.clone();
        group.members.retain(|other| *other != member);
        changes.push(Change::Put(Entity::Group(group)));
        changes
    })
    .await;
    let entries = changed.map_err(|error| visit.refused(error))?;
    let group_name = group.target_name.as_str();
    let text = t.a("oncall-member-removed", &[("name", &name), ("group", group_name)]);
    Ok(undos.toast(&visit, visit.lead(&place), text, (group.id, group_name), entries))
}

/// What becomes different without somebody who is in shifts, and the button.
fn ask(
    visit: &Visit,
    t: Say,
    group: &Arc<Group>,
    member: Recipient,
    name: &str,
) -> axum::response::Response {
    let directory = &*visit.directory;
    let (zone, now) = (&visit.person.zone, visit.now);
    let reader = Reader { directory, group, zone, now, t, edited: None };
    let window = Window { from: now, to: add_seconds(now, AHEAD_SECONDS) };
    let before = duty::of_group(directory, group, window);
    let shifts: Vec<Shift> = directory
        .shifts_of(group.id)
        .map(|shift| without(shift, member).unwrap_or_else(|| (**shift).clone()))
        .collect();
    let after = duty::of_shifts(directory, group, &shifts, window);
    let group_name = group.target_name.as_str();
    let title = t.a("oncall-member-remove-title", &[("name", name), ("group", group_name)]);
    let href = visit.href(&format!("groups/{}", group.id));
    page(&Page {
        frame: visit.frame(title.as_str(), Area::Groups),
        crumbs: Crumbs::new(vec![
            (t.get("oncall-groups-title"), visit.href("groups")),
            (group_name.to_owned(), href.clone()),
        ]),
        title,
        lead: t.a("oncall-member-remove-lead", &[("name", name)]),
        changed: preview::changed(&reader, &before, &after, window),
        action: visit.href(&format!("groups/{}/members/remove", group.id)),
        fields: vec![
            Field::hidden("member", directory.recipient_name(member)),
            Field::hidden("sure", "yes"),
        ],
        cancel: href,
        t,
    })
}

/// A shift without somebody, if they are in it. Whoever is first then is told at once.
fn without(shift: &Shift, member: Recipient) -> Option<Shift> {
    let mut new = shift.clone();
    new.members.retain(|other| other.recipient != member);
    if shift.members.first().is_some_and(|first| first.recipient == member)
        && let Some(first) = new.members.first_mut()
    {
        first.delay_minutes = 0;
        first.escalation = EscalationType::None;
    }
    (new != *shift).then_some(new)
}

/// Changes a group, if the visitor still may.
async fn change(
    visit: &Visit,
    target: GroupId,
    reason: &str,
    decide: impl Fn(&Directory, &Group) -> Vec<Change> + Send + Sync + 'static,
) -> Result<Entries, ConfigError> {
    let t = visit.say(&WORDS);
    let intent = Intent::from(&visit.author(reason));
    change::change(visit, intent, move |directory, who| {
        let group = directory.group(target).ok_or_else(|| gone(t))?;
        may_write(who, group)?;
        Ok(decide(directory, group))
    })
    .await
}
