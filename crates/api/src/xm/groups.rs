//! Groups (section 5 of the API reference).
//!
//! A new on-call group comes with a shift "Default Shift", held all the time and without members.
//! `DYNAMIC` groups are not supported yet. Accepted and without effect: `observers` (whoever may
//! read configuration sees every group), `properties`, `recipientType`. The roster is in
//! [`super::members`].

pub(super) mod body;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use firebell_access::{Permission, Scope};
use firebell_config::cascade;
use firebell_domain::directory::{Directory, Kind};
use firebell_domain::group::Group;
use firebell_domain::person::Person;
use firebell_domain::recipient::Recipient;

use super::shape::change::{About, Context, change, decided};
use super::shape::search::{Created, Search, descending, has, sort, word};
use super::shape::words::{GROUP_TYPES, LICENCES, STATUSES};
use super::shape::{self, Embeds, group, lookup, person};
use crate::body::Body;
use crate::caller::Caller;
use crate::condition::IfMatch;
use crate::error::ApiError;
use crate::page::Query;
use crate::routes::{Route, route};
use crate::state::ApiState;

/// The routes.
pub(crate) const ROUTES: &[Route] = &[
    route!(GET "/api/xm/1/groups" => list, "List and search groups.").query(&[
        "search",
        "operand",
        "fields",
        "groupType",
        "status",
        "sites",
        "supervisors",
        "members",
        "member.exists",
        "members.licenseType",
        "createdFrom",
        "createdTo",
        "createdAfter",
        "createdBefore",
        "embed",
        "sortBy",
        "sortOrder",
        "offset",
        "limit",
    ]),
    route!(POST "/api/xm/1/groups" => post, "Make a group, or change one (with id).")
        .fields(body::FIELDS)
        .ok(201),
    route!(GET "/api/xm/1/groups/{group}" => get, "One group, by id or name.").query(&["embed"]),
    route!(DELETE "/api/xm/1/groups/{group}" => delete, "Remove a group with its shifts."),
    route!(GET "/api/xm/1/groups/{group}/supervisors" => supervisors, "Who looks after a group.")
        .query(&["offset", "limit"]),
];

const PATH: &str = "/api/xm/1/groups";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    Name,
    Description,
    /// There are no services yet: nothing is found by their name.
    Service,
}

const FIELDS: [(Field, &str); 3] =
    [(Field::Name, "NAME"), (Field::Description, "DESCRIPTION"), (Field::Service, "SERVICE_NAME")];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    Name,
    Type,
    Status,
}

const ORDERS: [(Order, &str); 3] =
    [(Order::Name, "NAME"), (Order::Type, "GROUPTYPE"), (Order::Status, "STATUS")];

async fn list(caller: Caller, query: Query) -> Result<Response, ApiError> {
    caller.require(Permission::ReadConfiguration, Scope::Instance)?;
    // Large instances have many with long rosters: not on a serving thread.
    let work = tokio::task::spawn_blocking(move || {
        let directory = &caller.directory;
        let found = matching(directory, &query)?;
        let embeds = Embeds::of(&query);
        shape::list(PATH, &query, &found, |g| group::group(directory, g, &embeds))
    });
    work.await.map_err(|error| ApiError::internal(&error))?
}

fn matching<'d>(directory: &'d Directory, query: &Query) -> Result<Vec<&'d Arc<Group>>, ApiError> {
    let search = Search::of(query, &FIELDS)?;
    let kind = word(query, "groupType", &GROUP_TYPES)?;
    let status = word(query, "status", &STATUSES)?;
    let licence = word(query, "members.licenseType", &LICENCES)?;
    let all_shifts = word(query, "member.exists", &[(true, "ALL_SHIFTS"), (false, "ANY_SHIFTS")])?;
    let created = Created::of(query)?;
    let order = word(query, "sortBy", &ORDERS)?.unwrap_or(Order::Name);
    let named = |parameter: &str| query.has(parameter).then(|| query.list(parameter));
    let sites = named("sites").map(|texts| {
        texts
            .iter()
            .filter_map(|t| lookup::site(directory, t))
            .map(|s| s.id)
            .collect::<BTreeSet<_>>()
    });
    let supervisors = named("supervisors").map(|texts| {
        texts
            .iter()
            .filter_map(|t| lookup::person(directory, t))
            .map(|p| p.id)
            .collect::<BTreeSet<_>>()
    });
    let members = named("members").map(|texts| {
        texts.iter().filter_map(|t| lookup::recipient(directory, t)).collect::<BTreeSet<_>>()
    });
    let has_licence = |member: &Recipient| match member {
        Recipient::Person(id) => directory.person(*id).map(|p| p.licence) == licence,
        Recipient::Device(_) | Recipient::Group(_) => false,
    };
    let wanted = |g: &&Arc<Group>| {
        kind.is_none_or(|kind| g.group_type == kind)
            && status.is_none_or(|status| g.status == status)
            && sites.as_ref().is_none_or(|sites| g.site.is_some_and(|id| sites.contains(&id)))
            && supervisors.as_ref().is_none_or(|all| g.supervisors.iter().any(|s| all.contains(s)))
            && members.as_ref().is_none_or(|all| g.members.iter().any(|m| all.contains(m)))
            && (licence.is_none() || g.members.iter().any(has_licence))
            && all_shifts.is_none_or(|all| shifts_have_members(directory, g, all))
            && created.takes(g.created)
            && search.as_ref().is_none_or(|search| {
                search.finds(|field, term| match field {
                    Field::Name => has(g.target_name.as_str(), term),
                    Field::Description => has(&g.description, term),
                    Field::Service => false,
                })
            })
    };
    let mut found: Vec<_> = directory.groups().filter(wanted).collect();
    sort(&mut found, descending(query)?, |g| {
        let first = match order {
            Order::Name => "",
            Order::Type => g.group_type.word(),
            Order::Status => g.status.word(),
        };
        (first, g.target_name.fold())
    });
    Ok(found)
}

/// Whether all, or any, of a group's shifts have members.
fn shifts_have_members(directory: &Directory, group: &Group, all: bool) -> bool {
    let mut shifts = directory.shifts_of(group.id).map(|shift| !shift.members.is_empty());
    if all { shifts.all(|has| has) } else { shifts.any(|has| has) }
}

async fn get(caller: Caller, Path(name): Path<String>, query: Query) -> Result<Response, ApiError> {
    caller.require(Permission::ReadConfiguration, Scope::Instance)?;
    let found = lookup::known_group(&caller.directory, &name)?;
    let shape = group::group(&caller.directory, found, &Embeds::of(&query));
    Ok(shape::one(&query, &caller.directory, Kind::Group, found.id, shape))
}

async fn supervisors(
    caller: Caller,
    Path(name): Path<String>,
    query: Query,
) -> Result<Response, ApiError> {
    caller.require(Permission::ReadConfiguration, Scope::Instance)?;
    let of = lookup::known_group(&caller.directory, &name)?;
    let people: Vec<&Arc<Person>> =
        of.supervisors.iter().filter_map(|id| caller.directory.person(*id)).collect();
    let path = format!("{PATH}/{}/supervisors", of.id);
    let embeds = Embeds::of(&query);
    shape::list(&path, &query, &people, |p| person::person(&caller.directory, p, &embeds))
}

async fn post(
    State(state): State<ApiState>,
    caller: Caller,
    condition: IfMatch,
    query: Query,
    body: Body,
) -> Result<Response, ApiError> {
    let context = Context::of(&state, &caller, condition);
    let work = change(&state, &caller, context, "groups", move |directory, context| {
        body::decide(directory, context, body.object())
    });
    let (done, (id, created)) = work.await?;
    let made = done.directory.group(id);
    let made = made.ok_or_else(|| ApiError::not_found("group", &id.to_string()))?;
    let shape = group::group(&done.directory, made, &Embeds::these(&["supervisors"]));
    Ok(done.stamp(shape::made(&query, created, shape)))
}

async fn delete(
    State(state): State<ApiState>,
    caller: Caller,
    Path(name): Path<String>,
    condition: IfMatch,
    query: Query,
) -> Result<Response, ApiError> {
    let context = Context::of(&state, &caller, condition);
    let work = change(&state, &caller, context, "group removed", move |directory, context| {
        let Some(gone) = lookup::group(directory, &name) else {
            context.require(Permission::ReadConfiguration, Scope::Instance)?;
            return decided(About::Missing(Kind::Group), Vec::new(), None);
        };
        require_group(context, gone)?;
        let shape = group::group(directory, gone, &Embeds::default());
        let about = About::of(Kind::Group, gone.id);
        decided(about, cascade::remove_group(directory, gone.id), Some(shape))
    });
    let (done, shape) = work.await?;
    Ok(done.stamp(shape::removed(&query, shape)))
}

/// Whether the caller may change this group.
///
/// # Errors
/// 403.
pub(super) fn require_group(context: &Context, group: &Group) -> Result<(), ApiError> {
    let scope = Scope::Group { supervisors: &group.supervisors };
    context.require(Permission::WriteGroups, scope)
}
