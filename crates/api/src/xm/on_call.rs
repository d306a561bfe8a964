//! Who is on call (section 7 of the API reference).
//!
//! The members of an occurrence are in the order its rotation gives: at the time asked for, at the
//! present if the occurrence is being held, or at its start. A member who is away stays in the
//! list; `replacements` says who stands in and when, and `vacancies` (Firebell's) when nobody does.

mod members;
mod summary;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use firebell_access::{Permission, Scope};
use firebell_base::Timestamp;
use firebell_base::time::add_seconds;
use firebell_domain::directory::Directory;
use firebell_domain::group::{Group, GroupType};
use firebell_domain::schedule::Occurrence;
use firebell_domain::shift::Shift;
use serde_json::{Value, json};

use super::shape::{self, Embeds, group, lookup, shift};
use crate::caller::Caller;
use crate::error::ApiError;
use crate::page::{Page, Query, envelope};
use crate::routes::{Route, route};
use crate::state::ApiState;
use crate::time::{format_on_call_time, time_in};

pub(super) use members::{members, path as members_path};

/// The routes.
pub(crate) const ROUTES: &[Route] = &[
    route!(GET "/api/xm/1/on-call" => list, "Who is on call in these groups.").query(&[
        "groups",
        "at",
        "from",
        "to",
        "membersPerShift",
        "embed",
        "offset",
        "limit",
    ]),
    route!(GET "/api/xm/1/on-call-summary" => summary::list,
        "Who is on call in these groups, one line for each person.")
    .query(&["groups", "at", "escalationOrder", "recipientsPerShift"]),
];

/// Groups one request may ask for.
const GROUPS_MAX: usize = 30;
/// Members shown for an occurrence, unless said otherwise.
const MEMBERS_DEFAULT: usize = 3;
/// Members that may be shown for an occurrence.
const MEMBERS_MAX: usize = 100;
/// Days one request may look at.
pub(super) const WINDOW_DAYS_MAX: i64 = 400;
/// Occurrences one request may find; more are refused, not cut.
const OCCURRENCES_MAX: usize = 20_000;
const SECONDS_PER_DAY: i64 = 24 * 60 * 60;

/// An occurrence of a shift, seen at an instant.
#[derive(Debug, Clone, Copy)]
pub(super) struct Held<'d> {
    pub(super) group: &'d Group,
    pub(super) shift: &'d Shift,
    pub(super) occurrence: Occurrence,
    /// At which instant the order is wanted.
    pub(super) at: Timestamp,
}

/// What a request asks for.
#[derive(Debug, Clone, Copy)]
enum When {
    At(Timestamp),
    Between(Timestamp, Timestamp),
}

async fn list(
    State(state): State<ApiState>,
    caller: Caller,
    query: Query,
) -> Result<Response, ApiError> {
    caller.require(Permission::ReadConfiguration, Scope::Instance)?;
    let now = state.clock.now();
    // Long windows of many shifts take milliseconds: not on a serving thread.
    let work = tokio::task::spawn_blocking(move || answer(&caller.directory, query, now));
    work.await.map_err(|error| ApiError::internal(&error))?
}

fn answer(directory: &Directory, query: Query, now: Timestamp) -> Result<Response, ApiError> {
    let groups = groups(directory, &query)?;
    let count = query.number("membersPerShift", 1..=MEMBERS_MAX)?.unwrap_or(MEMBERS_DEFAULT);
    let when = match window(&query)? {
        Some((from, to)) => When::Between(from, to),
        None => When::At(time_in(&query, "at")?.unwrap_or(now)),
    };
    let held = held(directory, &groups, when, now)?;
    let embeds = Embeds::of(&query);
    let page = Page::of(&query)?;
    let shown = page.cut(&held).into_iter();
    let data = shown.map(|held| entry(directory, held, count, &embeds)).collect();
    // The link says which moment was meant, even if the request did not.
    let query = match when {
        When::At(at) if !query.has("at") => query.with("at", &format_on_call_time(at)),
        When::At(_) | When::Between(..) => query,
    };
    let body = envelope("/api/xm/1/on-call", &query, page, held.len(), data);
    Ok(shape::ok(&query, body))
}

/// Who was on call at an instant, in a configuration of then: the page asked for, and how many
/// entries there are. Every group counts unless the query names some.
///
/// # Errors
/// 400 naming the parameter.
pub(crate) fn past(
    directory: &Directory,
    query: &Query,
    at: Timestamp,
) -> Result<(Page, usize, Vec<Value>), ApiError> {
    let groups = if query.has("groups") {
        groups(directory, query)?
    } else {
        let mut all: Vec<&Arc<Group>> = directory.groups().collect();
        all.sort_by_cached_key(|group| group.target_name.fold());
        all
    };
    let count = query.number("membersPerShift", 1..=MEMBERS_MAX)?.unwrap_or(MEMBERS_DEFAULT);
    let held = held(directory, &groups, When::At(at), at)?;
    let page = Page::of(query)?;
    let embeds = Embeds::of(query);
    let shown = page.cut(&held).into_iter();
    let data = shown.map(|held| entry(directory, held, count, &embeds)).collect();
    Ok((page, held.len(), data))
}

/// The groups the query names.
fn groups<'d>(directory: &'d Directory, query: &Query) -> Result<Vec<&'d Arc<Group>>, ApiError> {
    let texts = query.list("groups");
    if texts.is_empty() || texts.len() > GROUPS_MAX {
        let rule = format!("must name 1 to {GROUPS_MAX} groups, by id or name.");
        return Err(ApiError::field("groups", rule));
    }
    let mut found: Vec<&Arc<Group>> = Vec::new();
    for text in &texts {
        let group = lookup::group(directory, text).ok_or_else(|| {
            let given = firebell_domain::name::cut(text, 100);
            let message = format!("There is no group {given:?}.");
            ApiError::bad_request("validation.group.group_not_exists", message, &[&given])
        })?;
        if !found.iter().any(|known| known.id == group.id) {
            found.push(group);
        }
    }
    Ok(found)
}

/// `from` and `to`, which come together and not with `at`.
pub(super) fn window(query: &Query) -> Result<Option<(Timestamp, Timestamp)>, ApiError> {
    let (from, to) = (time_in(query, "from")?, time_in(query, "to")?);
    let (from, to) = match (from, to) {
        (None, None) => return Ok(None),
        (Some(_), None) => return Err(ApiError::field("to", "is required with from.")),
        (None, Some(_)) => return Err(ApiError::field("from", "is required with to.")),
        (Some(from), Some(to)) => (from, to),
    };
    if query.has("at") {
        return Err(ApiError::field("at", "cannot be combined with from and to."));
    }
    if to <= from || to > add_seconds(from, WINDOW_DAYS_MAX * SECONDS_PER_DAY) {
        let rule = format!("must be after from, by at most {WINDOW_DAYS_MAX} days.");
        return Err(ApiError::field("to", rule));
    }
    Ok(Some((from, to)))
}

/// What is held, group by group as asked for, then by start and name.
fn held<'d>(
    directory: &'d Directory,
    groups: &[&'d Arc<Group>],
    when: When,
    now: Timestamp,
) -> Result<Vec<Held<'d>>, ApiError> {
    let mut all = Vec::new();
    for group in groups {
        let mut of_group: Vec<Held<'d>> = Vec::new();
        for shift in shifts(directory, group) {
            let holidays = directory.holidays(group.site);
            match when {
                When::At(at) => {
                    let found = shift.pattern.active_at(at, holidays);
                    of_group.extend(found.map(|occurrence| Held { group, shift, occurrence, at }));
                }
                When::Between(from, to) => {
                    let found = shift.pattern.occurrences(from, to, holidays);
                    of_group.extend(
                        found
                            .take(OCCURRENCES_MAX + 1)
                            .map(|occurrence| seen(group, shift, occurrence, now)),
                    );
                }
            }
            if all.len() + of_group.len() > OCCURRENCES_MAX {
                let rule = format!(
                    "and from hold more than {OCCURRENCES_MAX} occurrences; ask for less at once."
                );
                return Err(ApiError::field("to", rule));
            }
        }
        of_group.sort_by_cached_key(|held| (held.occurrence.start, held.shift.name.fold()));
        all.append(&mut of_group);
    }
    Ok(all)
}

/// A broadcast group tells everybody: its shifts, if it has any, mean nothing.
fn shifts<'d>(directory: &'d Directory, group: &'d Group) -> impl Iterator<Item = &'d Arc<Shift>> {
    let on_call = group.group_type == GroupType::OnCall;
    directory.shifts_of(group.id).filter(move |_| on_call)
}

/// An occurrence as of now, if it is being held; otherwise as of its start.
pub(super) fn seen<'d>(
    group: &'d Group,
    shift: &'d Shift,
    occurrence: Occurrence,
    now: Timestamp,
) -> Held<'d> {
    let at = if occurrence.contains(now) { now } else { occurrence.start };
    Held { group, shift, occurrence, at }
}

fn entry(directory: &Directory, held: &Held<'_>, count: usize, embeds: &Embeds) -> Value {
    let shift = if embeds.has("shift") {
        shift::shift(directory, held.shift, embeds)
    } else {
        shift::reference(held.shift)
    };
    let members = members(directory, held, embeds);
    let page = Page { offset: 0, limit: count };
    let total = members.len();
    let path = members_path(held.shift, held.occurrence.start);
    let members = envelope(&path, &members::link_query(held), page, total, page.cut(members));
    json!({
        "group": group::reference(held.group),
        "shift": shift,
        "members": members,
        "start": format_on_call_time(held.occurrence.start),
        "end": format_on_call_time(held.occurrence.end),
        "notifyEndOfEscalation": shift::end_notice(directory, held.shift.end_notice.as_ref()),
    })
}
