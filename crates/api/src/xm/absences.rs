//! Temporary absences (section 7 of the API reference).
//!
//! An absence is made and removed, never changed. It may begin in the past (somebody calls in
//! sick) but not end there. Lists without `from` and `to` hold what has not ended yet, by start.
//! Absences concern on-call groups only: whoever is named directly is told directly, so
//! `includeDirectNotifications` can only be false.

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use firebell_access::{Permission, Scope};
use firebell_base::Timestamp;
use firebell_config::Change;
use firebell_domain::absence::{AbsenceId, TemporaryAbsence};
use firebell_domain::directory::{Directory, Entity, Kind};
use firebell_domain::group::GroupId;
use firebell_domain::person::PersonId;
use serde_json::{Map, Value};

use super::shape::change::{About, Context, Decision, change, decided, resolve_one, subject};
use super::shape::input::Input;
use super::shape::search::word;
use super::shape::{self, absence, lookup};
use crate::body::Body;
use crate::caller::Caller;
use crate::condition::IfMatch;
use crate::error::ApiError;
use crate::page::Query;
use crate::routes::{Route, route};
use crate::state::ApiState;
use crate::time::time_in;

/// The routes.
pub(crate) const ROUTES: &[Route] = &[
    route!(GET "/api/xm/1/temporary-absences" => list, "Who is away, and when.").query(&[
        "member",
        "groups",
        "absenceType",
        "from",
        "to",
        "offset",
        "limit",
    ]),
    route!(POST "/api/xm/1/temporary-absences" => post, "Enter an absence.")
        .fields(&[
            "id",
            "absenceType*",
            "member*",
            "start*",
            "end*",
            "group",
            "replacement",
            "includeDirectNotifications",
        ])
        .ok(201),
    route!(GET "/api/xm/1/temporary-absences/{absence}" => get, "One absence, by id."),
    route!(DELETE "/api/xm/1/temporary-absences/{absence}" => delete, "Remove an absence."),
];

const PATH: &str = "/api/xm/1/temporary-absences";
/// Whether somebody stands in.
const TYPES: [(bool, &str); 2] = [(true, "REPLACEMENT"), (false, "VACANCY")];

async fn list(
    State(state): State<ApiState>,
    caller: Caller,
    query: Query,
) -> Result<Response, ApiError> {
    caller.require(Permission::ReadConfiguration, Scope::Instance)?;
    let found = matching(&caller.directory, &query, state.clock.now())?;
    shape::list(PATH, &query, &found, |a| absence::absence(&caller.directory, a))
}

fn matching<'d>(
    directory: &'d Directory,
    query: &Query,
    now: Timestamp,
) -> Result<Vec<&'d Arc<TemporaryAbsence>>, ApiError> {
    let members: Option<BTreeSet<PersonId>> = query.has("member").then(|| {
        let texts = query.list("member");
        texts.iter().filter_map(|t| lookup::person(directory, t)).map(|p| p.id).collect()
    });
    let groups: Option<BTreeSet<GroupId>> = query.has("groups").then(|| {
        let texts = query.list("groups");
        texts.iter().filter_map(|t| lookup::group(directory, t)).map(|g| g.id).collect()
    });
    let replaced = word(query, "absenceType", &TYPES)?;
    let to = time_in(query, "to")?;
    let from = match time_in(query, "from")? {
        None if to.is_none() => Some(now),
        given => given,
    };
    let wanted = |a: &&Arc<TemporaryAbsence>| {
        members.as_ref().is_none_or(|members| members.contains(&a.member))
            // An absence without a group counts in every group.
            && groups.as_ref().is_none_or(|all| a.group.is_none_or(|group| all.contains(&group)))
            && replaced.is_none_or(|replaced| a.replacement.is_some() == replaced)
            && from.is_none_or(|from| from < a.end)
            && to.is_none_or(|to| a.start < to)
    };
    let mut found: Vec<_> = directory.absences().filter(wanted).collect();
    found.sort_by_key(|a| (a.start, a.id));
    Ok(found)
}

async fn get(caller: Caller, Path(id): Path<String>, query: Query) -> Result<Response, ApiError> {
    caller.require(Permission::ReadConfiguration, Scope::Instance)?;
    let found = known(&caller.directory, &id).ok_or_else(|| ApiError::not_found("absence", &id))?;
    let shape = absence::absence(&caller.directory, found);
    Ok(shape::one(&query, &caller.directory, Kind::Absence, found.id, shape))
}

fn known<'d>(directory: &'d Directory, id: &str) -> Option<&'d Arc<TemporaryAbsence>> {
    directory.absence(id.trim().parse().ok()?)
}

async fn post(
    State(state): State<ApiState>,
    caller: Caller,
    condition: IfMatch,
    query: Query,
    body: Body,
) -> Result<Response, ApiError> {
    let context = Context::of(&state, &caller, condition);
    let work = change(&state, &caller, context, "absence entered", move |directory, context| {
        decide(directory, context, body.object())
    });
    let (done, id) = work.await?;
    let made = done.directory.absence(id);
    let made = made.ok_or_else(|| ApiError::not_found("absence", &id.to_string()))?;
    let shape = absence::absence(&done.directory, made);
    Ok(done.stamp(shape::made(&query, true, shape)))
}

fn decide(
    directory: &Directory,
    context: &Context,
    body: &Map<String, Value>,
) -> Decision<AbsenceId> {
    let mut input = Input::new("absence", body);
    let id = subject(&mut input, context.fresh, |text| known(directory, text).map(|a| a.id));
    if id.known().is_some() {
        let message = "There is an absence with this id already; remove it first.";
        return Err(ApiError::conflict("validation.absence.id_not_unique", message));
    }
    let absence = read(directory, context, &mut input, id.id());
    let absence = input.finish_with(absence)?;
    require(directory, context, &absence)?;
    decided(id.about(Kind::Absence), vec![Change::Put(Entity::Absence(absence))], id.id())
}

fn read(
    directory: &Directory,
    context: &Context,
    input: &mut Input<'_>,
    id: AbsenceId,
) -> Option<TemporaryAbsence> {
    let person = |text: &str| lookup::person(directory, text).map(|p| p.id);
    let group = |text: &str| lookup::group(directory, text).map(|g| g.id);
    let replaced = input.word("absenceType", &TYPES).given();
    let replaced = input.require("absenceType", replaced);
    let member = resolve_one(input, "member", "person", person).given();
    let member = input.require("member", member);
    let start = input.instant("start").given();
    let start = input.require("start", start);
    let end = input.instant("end").given();
    let end = input.require("end", end);
    let group = resolve_one(input, "group", "group", group).given();
    let mut replacement = resolve_one(input, "replacement", "person", person).given();
    match replaced {
        Some(true) => replacement = input.require("replacement", replacement),
        Some(false) if replacement.is_some() => {
            let message = "does not belong to a VACANCY; use absenceType REPLACEMENT";
            input.fault("replacement", "replacement", message);
        }
        Some(false) | None => {}
    }
    if input.flag("includeDirectNotifications").given() == Some(true) {
        let message = "must be false: who is named directly is told directly";
        input.fault("includeDirectNotifications", "direct_notifications", message);
    }
    if end.is_some_and(|end| end <= context.now) {
        input.fault("end", "end", "must be in the future");
    }
    replaced?;
    Some(TemporaryAbsence {
        id,
        member: member?,
        group,
        start: start?,
        end: end?,
        replacement,
        created: context.now,
    })
}

/// Whether the caller may enter or remove this absence: their own, or one in a group they look
/// after.
fn require(
    directory: &Directory,
    context: &Context,
    absence: &TemporaryAbsence,
) -> Result<(), ApiError> {
    if let Some(group) = absence.group.and_then(|id| directory.group(id)) {
        let scope = Scope::Group { supervisors: &group.supervisors };
        if context.require(Permission::WriteGroups, scope).is_ok() {
            return Ok(());
        }
    }
    match directory.person(absence.member) {
        Some(member) => context.require(Permission::WriteOwnDevices, Scope::Person(member)),
        None => context.require(Permission::WriteOwnDevices, Scope::Instance),
    }
}

async fn delete(
    State(state): State<ApiState>,
    caller: Caller,
    Path(id): Path<String>,
    condition: IfMatch,
    query: Query,
) -> Result<Response, ApiError> {
    let context = Context::of(&state, &caller, condition);
    let work = change(&state, &caller, context, "absence removed", move |directory, context| {
        let Some(gone) = known(directory, &id) else {
            context.require(Permission::ReadConfiguration, Scope::Instance)?;
            return decided(About::Missing(Kind::Absence), Vec::new(), None);
        };
        require(directory, context, gone)?;
        let shape = absence::absence(directory, gone);
        let changes = vec![Change::Remove(Kind::Absence, gone.id.to_bytes())];
        decided(About::of(Kind::Absence, gone.id), changes, Some(shape))
    });
    let (done, shape) = work.await?;
    Ok(done.stamp(shape::removed(&query, shape)))
}
