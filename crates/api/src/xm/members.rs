//! The roster of a group (section 5 of the API reference).
//!
//! Who is on the roster of an on-call group is told only through its shifts. Whoever leaves the
//! roster leaves all shifts of the group. Adding somebody who is there already changes nothing;
//! adding a group to itself, directly or through others, is refused with 409.

#[cfg(test)]
mod tests;

use axum::extract::{Path, State};
use axum::response::Response;
use firebell_access::{Permission, Scope};
use firebell_config::Change;
use firebell_domain::directory::{Directory, Entity, Kind};
use firebell_domain::group::Group;
use firebell_domain::name::fold;
use firebell_domain::recipient::Recipient;
use firebell_domain::shift::{EscalationType, Shift};
use serde_json::{Value, json};

use super::groups::require_group;
use super::shape::change::{About, Context, change, decided, resolve_one};
use super::shape::input::Input;
use super::shape::search::{descending, sort, word};
use super::shape::{self, Embeds, group, lookup, shift};
use crate::body::Body;
use crate::caller::Caller;
use crate::condition::IfMatch;
use crate::error::ApiError;
use crate::page::{Query, embedded};
use crate::routes::{Route, route};
use crate::state::ApiState;

/// The routes.
pub(crate) const ROUTES: &[Route] = &[
    route!(GET "/api/xm/1/groups/{group}/members" => list, "The roster of a group.").query(&[
        "embed",
        "sortBy",
        "sortOrder",
        "offset",
        "limit",
    ]),
    route!(POST "/api/xm/1/groups/{group}/members" => post, "Put somebody on the roster.")
        .fields(&["id*", "recipientType"]),
    route!(DELETE "/api/xm/1/groups/{group}/members/{member}" => delete,
        "Take somebody off the roster and out of the group's shifts."),
    route!(GET "/api/xm/1/groups/{group}/recipients" => recipients, "The roster, in full.")
        .query(&["offset", "limit"]),
];

/// Filters of xMatters' list that would change the answer and are not there yet.
const UNSUPPORTED: &[&str] = &[
    "devices.exists",
    "devices.active.exists",
    "devices.chat.exists",
    "devices.email.exists",
    "devices.failsafe.exists",
    "devices.mobile.exists",
    "devices.sms.exists",
    "devices.voice.exists",
    "devices.status",
    "devices.testStatus",
];

async fn list(
    caller: Caller,
    Path(name): Path<String>,
    query: Query,
) -> Result<Response, ApiError> {
    caller.require(Permission::ReadConfiguration, Scope::Instance)?;
    query.refuse(UNSUPPORTED)?;
    let directory = &caller.directory;
    let of = lookup::known_group(directory, &name)?;
    let members = sorted(directory, of, &query)?;
    let embeds = Embeds::of(&query);
    let path = format!("{}/members", shape::path("groups", of.id));
    shape::list(&path, &query, &members, |member| membership(directory, of, *member, &embeds))
}

/// The roster in the order asked for; as it was put together when none is.
fn sorted(directory: &Directory, of: &Group, query: &Query) -> Result<Vec<Recipient>, ApiError> {
    let mut members = of.members.clone();
    let names = [((), "NAME"), ((), "FIRST_LAST_NAME"), ((), "TARGET_NAME")];
    let down = descending(query)?;
    if word(query, "sortBy", &names)?.is_some() {
        sort(&mut members, down, |member| fold(&directory.recipient_name(*member)));
    } else if down {
        members.reverse();
    }
    Ok(members)
}

async fn recipients(
    caller: Caller,
    Path(name): Path<String>,
    query: Query,
) -> Result<Response, ApiError> {
    caller.require(Permission::ReadConfiguration, Scope::Instance)?;
    let of = lookup::known_group(&caller.directory, &name)?;
    let path = format!("{}/recipients", shape::path("groups", of.id));
    let embeds = Embeds::default();
    shape::list(&path, &query, &of.members, |m| group::recipient(&caller.directory, *m, &embeds))
}

fn membership(directory: &Directory, of: &Group, member: Recipient, embeds: &Embeds) -> Value {
    let mut shape = json!({
        "group": group::reference(of),
        "member": group::recipient_reference(directory, member),
    });
    if embeds.has("shifts") {
        let theirs = |s: &&std::sync::Arc<Shift>| s.members.iter().any(|m| m.recipient == member);
        let shifts = directory.shifts_of(of.id).filter(theirs).map(|s| {
            let mut shape = shift::reference(s);
            if let Some(fields) = shape.as_object_mut() {
                fields.insert("group".to_owned(), json!({"id": of.id.to_string()}));
            }
            shape
        });
        let path = format!("{}/shifts", shape::path("groups", of.id));
        let shifts = embedded(&path, shifts.collect());
        if let Some(fields) = shape.as_object_mut() {
            fields.insert("shifts".to_owned(), shifts);
        }
    }
    shape
}

async fn post(
    State(state): State<ApiState>,
    caller: Caller,
    Path(name): Path<String>,
    condition: IfMatch,
    (query, body): (Query, Body),
) -> Result<Response, ApiError> {
    let context = Context::of(&state, &caller, condition);
    let work = change(&state, &caller, context, "group member added", move |directory, context| {
        let of = lookup::known_group(directory, &name)?;
        require_group(context, of)?;
        let mut input = Input::new("group", body.object());
        let known = |text: &str| lookup::recipient(directory, text);
        let member = resolve_one(&mut input, "id", "recipient", known).given();
        let member = input.require("id", member);
        let member = input.finish_with(member)?;
        let changes = on_roster(of, [member]).into_iter().collect();
        decided(About::of(Kind::Group, of.id), changes, member)
    });
    let (done, member) = work.await?;
    let shape = group::recipient(&done.directory, member, &Embeds::default());
    Ok(done.stamp(shape::ok(&query, shape)))
}

/// The change that puts these on the roster, if one of them is not on it.
pub(super) fn on_roster(
    of: &Group,
    members: impl IntoIterator<Item = Recipient>,
) -> Option<Change> {
    let mut group = of.clone();
    for member in members {
        if !group.members.contains(&member) {
            group.members.push(member);
        }
    }
    (group != *of).then(|| Change::Put(Entity::Group(group)))
}

async fn delete(
    State(state): State<ApiState>,
    caller: Caller,
    Path((name, member)): Path<(String, String)>,
    condition: IfMatch,
    query: Query,
) -> Result<Response, ApiError> {
    let context = Context::of(&state, &caller, condition);
    let reason = "group member removed";
    let work = change(&state, &caller, context, reason, move |directory, context| {
        let of = lookup::known_group(directory, &name)?;
        require_group(context, of)?;
        let known = lookup::recipient(directory, &member).filter(|m| of.members.contains(m));
        let about = About::of(Kind::Group, of.id);
        let Some(member) = known else { return decided(about, Vec::new(), None) };
        let shape = membership(directory, of, member, &Embeds::default());
        let mut group = (**of).clone();
        group.members.retain(|other| *other != member);
        let mut changes = vec![Change::Put(Entity::Group(group))];
        for shift in directory.shifts_of(of.id) {
            changes.extend(without(shift, |_, other| other == member));
        }
        decided(about, changes, Some(shape))
    });
    let (done, shape) = work.await?;
    Ok(done.stamp(shape::removed(&query, shape)))
}

/// The change that takes members (by place from 0 and identity) out of a shift, if there are any.
/// Whoever is first then is told at once, not after the delay behind a colleague.
pub(super) fn without(shift: &Shift, gone: impl Fn(usize, Recipient) -> bool) -> Option<Change> {
    let mut new = shift.clone();
    let left = shift.members.iter().enumerate().filter(|(n, m)| !gone(*n, m.recipient));
    new.members = left.map(|(_, member)| member.clone()).collect();
    if shift.members.first().is_some_and(|first| gone(0, first.recipient))
        && let Some(first) = new.members.first_mut()
    {
        first.delay_minutes = 0;
        first.escalation = EscalationType::None;
    }
    (new != *shift).then(|| Change::Put(Entity::Shift(Box::new(new))))
}
