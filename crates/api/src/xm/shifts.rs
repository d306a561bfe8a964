//! Shifts and their members (section 6 of the API reference).
//!
//! Whoever is put into a shift is put on the group's roster; whoever is in no shift any more after
//! one was removed leaves the roster. Firebell adds the removal of one member from a shift.

mod body;
mod members;
mod occurrences;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use firebell_access::{Permission, Scope};
use firebell_config::{Change, cascade};
use firebell_domain::directory::{Directory, Entity, Kind};
use firebell_domain::group::Group;
use firebell_domain::shift::Shift;

use super::groups::require_group;
use super::shape::change::{About, Context, Decision, Subject, change, decided, subject};
use super::shape::input::Input;
use super::shape::search::{Created, descending, sort};
use super::shape::{self, Embeds, lookup, shift};
use crate::body::Body;
use crate::caller::Caller;
use crate::condition::IfMatch;
use crate::error::ApiError;
use crate::page::Query;
use crate::routes::{Route, route};
use crate::state::ApiState;
use crate::xm::members::on_roster;

/// The routes.
pub(crate) const ROUTES: &[Route] = &[
    route!(GET "/api/xm/1/groups/{group}/shifts" => list, "The shifts of a group.").query(&[
        "embed",
        "members.exists",
        "createdFrom",
        "createdTo",
        "createdBefore",
        "createdAfter",
        "sortOrder",
        "offset",
        "limit",
    ]),
    route!(POST "/api/xm/1/groups/{group}/shifts" => post, "Make a shift, or change one (with id).")
        .fields(body::FIELDS)
        .ok(201),
    route!(GET "/api/xm/1/groups/{group}/shifts/{shift}" => get, "One shift, by id or name.")
        .query(&["embed"]),
    route!(POST "/api/xm/1/groups/{group}/shifts/{shift}" => post_one, "Change a shift.")
        .fields(body::FIELDS),
    route!(DELETE "/api/xm/1/groups/{group}/shifts/{shift}" => delete, "Remove a shift."),
    route!(GET "/api/xm/1/groups/{group}/shifts/{shift}/members" => members::list,
        "The members of a shift in order.")
    .query(&["offset", "limit"]),
    route!(POST "/api/xm/1/groups/{group}/shifts/{shift}/members" => members::post,
        "Put somebody into a shift and on the group's roster.")
    .fields(&["recipient*", "position", "delay", "escalationType", "inRotation"]),
    route!(DELETE "/api/xm/1/groups/{group}/shifts/{shift}/members/{member}" => members::delete,
        "Take somebody out of a shift; they stay on the roster."),
    route!(GET "/api/xm/1/groups/{group}/occurrences" => occurrences::list,
        "When the shifts of a group are held.")
    .query(&["from", "to", "shifts", "offset", "limit"]),
    route!(GET "/api/xm/1/groups/{group}/shifts/{shift}/occurrences/{start}/members" =>
        occurrences::members, "Who is on call in an occurrence, in order.")
    .query(&["embed", "at", "offset", "limit"]),
];

fn shifts_path(of: &Group) -> String {
    format!("{}/shifts", shape::path("groups", of.id))
}

async fn list(
    caller: Caller,
    Path(name): Path<String>,
    query: Query,
) -> Result<Response, ApiError> {
    caller.require(Permission::ReadConfiguration, Scope::Instance)?;
    let directory = &caller.directory;
    let of = lookup::known_group(directory, &name)?;
    query.refuse(&["shiftType"])?;
    let manned = query.flag("members.exists")?;
    let created = Created::of(&query)?;
    let wanted = |s: &&Arc<Shift>| {
        manned.is_none_or(|manned| s.members.is_empty() != manned) && created.takes(s.created)
    };
    let mut found: Vec<&Arc<Shift>> = directory.shifts_of(of.id).filter(wanted).collect();
    sort(&mut found, descending(&query)?, |s| s.name.fold());
    let embeds = Embeds::of(&query);
    shape::list(&shifts_path(of), &query, &found, |s| shift::shift(directory, s, &embeds))
}

/// The group and the shift a path names, if the caller may read at all.
fn readable<'c>(
    caller: &'c Caller,
    group: &str,
    shift: &str,
) -> Result<(&'c Arc<Group>, &'c Arc<Shift>), ApiError> {
    caller.require(Permission::ReadConfiguration, Scope::Instance)?;
    let of = lookup::known_group(&caller.directory, group)?;
    Ok((of, lookup::known_shift(&caller.directory, of.id, shift)?))
}

async fn get(
    caller: Caller,
    Path((group, name)): Path<(String, String)>,
    query: Query,
) -> Result<Response, ApiError> {
    let (_, found) = readable(&caller, &group, &name)?;
    let shape = shift::shift(&caller.directory, found, &Embeds::of(&query));
    Ok(shape::one(&query, &caller.directory, Kind::Shift, found.id, shape))
}

async fn post(
    State(state): State<ApiState>,
    caller: Caller,
    Path(group): Path<String>,
    condition: IfMatch,
    (query, body): (Query, Body),
) -> Result<Response, ApiError> {
    upsert(&state, &caller, Target { group, shift: None, condition }, &query, body).await
}

async fn post_one(
    State(state): State<ApiState>,
    caller: Caller,
    Path((group, name)): Path<(String, String)>,
    condition: IfMatch,
    (query, body): (Query, Body),
) -> Result<Response, ApiError> {
    let target = Target { group, shift: Some(name), condition };
    upsert(&state, &caller, target, &query, body).await
}

/// What the path of a request names.
struct Target {
    group: String,
    /// None when the body says which.
    shift: Option<String>,
    condition: IfMatch,
}

async fn upsert(
    state: &ApiState,
    caller: &Caller,
    target: Target,
    query: &Query,
    body: Body,
) -> Result<Response, ApiError> {
    let context = Context::of(state, caller, target.condition);
    let work = change(state, caller, context, "shifts", move |directory, context| {
        decide(directory, context, &target, &body)
    });
    let (done, subject) = work.await?;
    let id = subject.id();
    let made = done.directory.shift(id);
    let made = made.ok_or_else(|| ApiError::not_found("shift", &id.to_string()))?;
    let shape = shift::shift(&done.directory, made, &Embeds::these(&["members"]));
    Ok(done.stamp(shape::made(query, subject.known().is_none(), shape)))
}

fn decide(
    directory: &Directory,
    context: &Context,
    target: &Target,
    body: &Body,
) -> Decision<Subject<Shift>> {
    let of = lookup::known_group(directory, &target.group)?;
    require_group(context, of)?;
    let mut input = Input::new("shift", body.object());
    let subject = if let Some(name) = &target.shift {
        Subject::Known(lookup::known_shift(directory, of.id, name)?.id)
    } else {
        let known = |text: &str| lookup::shift(directory, of.id, text).map(|s| s.id);
        subject(&mut input, context.fresh, known)
    };
    if subject.known().is_none() && directory.shift(subject.id()).is_some() {
        input.fault("id", "id", "is the id of a shift of another group");
    }
    let shift = body::read(directory, context, &mut input, of, &subject);
    let shift = input.finish_with(shift)?;
    let mut changes: Vec<Change> =
        on_roster(of, shift.members.iter().map(|member| member.recipient)).into_iter().collect();
    changes.push(Change::Put(Entity::Shift(Box::new(shift))));
    decided(subject.about(Kind::Shift), changes, subject)
}

async fn delete(
    State(state): State<ApiState>,
    caller: Caller,
    Path((group, name)): Path<(String, String)>,
    condition: IfMatch,
    query: Query,
) -> Result<Response, ApiError> {
    let context = Context::of(&state, &caller, condition);
    let work = change(&state, &caller, context, "shift removed", move |directory, context| {
        let of = lookup::known_group(directory, &group)?;
        require_group(context, of)?;
        let Some(gone) = lookup::shift(directory, of.id, &name) else {
            return decided(About::Missing(Kind::Shift), Vec::new(), None);
        };
        let shape = shift::shift(directory, gone, &Embeds::these(&["members"]));
        let shifts = BTreeSet::from([gone.id]);
        let mut changes =
            cascade::remove(directory, cascade::Gone { shifts, ..Default::default() });
        changes.extend(off_roster(directory, of, gone));
        decided(About::of(Kind::Shift, gone.id), changes, Some(shape))
    });
    let (done, shape) = work.await?;
    Ok(done.stamp(shape::removed(&query, shape)))
}

/// The change that takes those off the roster who are in no other shift, if there are any.
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
