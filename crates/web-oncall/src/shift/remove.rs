//! Removing a shift: what becomes different is shown, and its name has to be typed.

use std::collections::BTreeSet;
use std::sync::Arc;

use askama::Template;
use axum::Extension;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use firebell_access::{Permission, Principal};
use firebell_base::time::add_seconds;
use firebell_config::{Change, Intent, cascade};
use firebell_domain::directory::{Directory, Entity, Kind};
use firebell_domain::duty::{self, Window};
use firebell_domain::group::Group;
use firebell_domain::name::fold;
use firebell_domain::shift::Shift;
use firebell_ui::part::{Crumbs, Field};
use firebell_ui::{Answer, Area, Form, Frame, Refusal, Say, Shape, Visit, page_with};

use super::{AHEAD_SECONDS, Subject};
use crate::calendar::Reader;
use crate::change::{change, may_write, seen};
use crate::group::{revision_text, scope};
use crate::preview::{self, Changed};
use crate::turns::Turns;
use crate::undo::Undos;
use crate::words::WORDS;

#[derive(Template)]
#[template(path = "shift_remove.html")]
struct Page {
    frame: Frame,
    t: Say,
    crumbs: Crumbs,
    title: String,
    changed: Changed,
    action: String,
    fields: Vec<Field>,
    cancel: String,
}

/// The shift of a path, for who may change it.
fn subject(visit: &Visit, group: &str, shift: &str) -> Result<(Arc<Group>, Arc<Shift>), Refusal> {
    let Subject { group, shift } = Subject::of(visit, group, shift)?;
    visit.require(Permission::WriteGroups, &scope(&group))?;
    let missing = || visit.missing(&visit.say(&WORDS).get("oncall-what-shift"));
    Ok((group, shift.ok_or_else(missing)?))
}

/// `GET /groups/{id}/shifts/{shift}/remove`
pub(crate) async fn ask(
    visit: Visit,
    Extension(turns): Extension<Turns>,
    Path((group, shift)): Path<(String, String)>,
) -> Answer {
    let (group, shift) = subject(&visit, &group, &shift)?;
    turns.of(&visit, move |visit| remove_page(visit, &group, &shift, None)).await
}

fn remove_page(visit: &Visit, group: &Group, shift: &Shift, error: Option<String>) -> Response {
    let t = visit.say(&WORDS);
    let directory = &*visit.directory;
    let (zone, now) = (&visit.person.zone, visit.now);
    let reader = Reader { directory, group, zone, now, t, edited: None };
    let window = Window { from: now, to: add_seconds(now, AHEAD_SECONDS) };
    let before = duty::of_group(directory, group, window);
    let left = directory.shifts_of(group.id).filter(|other| other.id != shift.id);
    let after = duty::of_shifts(directory, group, left.map(AsRef::as_ref), window);
    let path = format!("groups/{}", group.id);
    let href = visit.href(&format!("{path}/shifts/{}", shift.id));
    let name = shift.name.as_str();
    let title = t.a("oncall-shift-remove-title", &[("name", name)]);
    let status = if error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    page_with(
        status,
        &Page {
            frame: visit.frame(title.as_str(), Area::Groups),
            crumbs: Crumbs::new(vec![
                (t.get("oncall-groups-title"), visit.href("groups")),
                (group.target_name.to_string(), visit.href(&path)),
                (name.to_owned(), href.clone()),
            ]),
            title,
            changed: preview::changed(&reader, &before, &after, window),
            action: format!("{href}/remove"),
            fields: vec![
                Field::hidden("rev", revision_text(directory, Kind::Shift, shift.id.to_bytes())),
                Field::text("sure", t.a("oncall-shift-remove-type", &[("name", name)]))
                    .required()
                    .autocomplete("off")
                    .error(error),
            ],
            cancel: href,
            t,
        },
    )
}

/// `POST /groups/{id}/shifts/{shift}/remove`
pub(crate) async fn remove(
    visit: Visit,
    Extension(turns): Extension<Turns>,
    Extension(undos): Extension<Undos>,
    Path((group, shift)): Path<(String, String)>,
    form: Form,
) -> Answer {
    let (group, shift) = subject(&visit, &group, &shift)?;
    let t = visit.say(&WORDS);
    if fold(form.text("sure")) != shift.name.fold() {
        let error = Some(t.get("oncall-fault-name-typed"));
        return turns.of(&visit, move |visit| remove_page(visit, &group, &shift, error)).await;
    }
    let target = shift.id;
    let expect = seen(Kind::Shift, target.to_bytes(), form.text("rev"));
    let intent = Intent { expects: vec![expect], ..Intent::from(&visit.author("shift removed")) };
    let decide = move |directory: &Directory, who: &Principal| {
        let Some(old) = directory.shift(target) else { return Ok(Vec::new()) };
        let Some(group) = directory.group(old.group) else { return Ok(Vec::new()) };
        may_write(who, group)?;
        let shifts = BTreeSet::from([target]);
        let gone = cascade::Gone { shifts, ..cascade::Gone::default() };
        let mut changes = cascade::remove(directory, gone);
        changes.extend(off_roster(directory, group, old));
        Ok(changes)
    };
    let changed = change(&visit, intent, decide).await;
    let entries = changed.map_err(|error| visit.refused(error))?;
    let name = shift.name.as_str();
    let text = t.a("oncall-shift-removed", &[("name", name)]);
    let response = visit.lead(&format!("groups/{}", group.id));
    Ok(undos.toast(&visit, response, text, (group.id, name), entries))
}

/// Takes those off the roster who are in no other shift, as the API does.
fn off_roster(directory: &Directory, of: &Group, gone: &Shift) -> Option<Change> {
    let others = directory.shifts_of(of.id).filter(|other| other.id != gone.id);
    let kept: BTreeSet<_> =
        others.flat_map(|shift| shift.members.iter().map(|member| member.recipient)).collect();
    let mut group = of.clone();
    group.members.retain(|member| {
        kept.contains(member) || !gone.members.iter().any(|other| other.recipient == *member)
    });
    (group != *of).then(|| Change::Put(Entity::Group(group)))
}
