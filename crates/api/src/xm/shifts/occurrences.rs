//! When shifts are held, and who is on call then.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use firebell_access::{Permission, Scope};
use firebell_base::Timestamp;
use firebell_base::time::add_seconds;
use firebell_domain::directory::Directory;
use firebell_domain::schedule::Occurrence;
use firebell_domain::shift::Shift;
use serde_json::json;

use super::readable;
use crate::caller::Caller;
use crate::error::ApiError;
use crate::page::Query;
use crate::state::ApiState;
use crate::time::{format_on_call_time, parse_time, time_in};
use crate::xm::on_call::{Held, members as members_of, members_path, seen, window};
use crate::xm::shape::{self, Embeds, group, lookup, shift};

/// How far the list looks ahead unless said otherwise, in seconds: 30 days.
const AHEAD_SECONDS: i64 = 30 * 24 * 60 * 60;
/// Occurrences one request may find; more are refused, not cut.
const OCCURRENCES_MAX: usize = 20_000;

pub(super) async fn list(
    State(state): State<ApiState>,
    caller: Caller,
    Path(name): Path<String>,
    query: Query,
) -> Result<Response, ApiError> {
    caller.require(Permission::ReadConfiguration, Scope::Instance)?;
    let now = state.clock.now();
    // Thousands of occurrences take long: not on a serving thread.
    let work = tokio::task::spawn_blocking(move || answer(&caller.directory, &name, &query, now));
    work.await.map_err(|error| ApiError::internal(&error))?
}

fn answer(
    directory: &Directory,
    name: &str,
    query: &Query,
    now: Timestamp,
) -> Result<Response, ApiError> {
    let of = lookup::known_group(directory, name)?;
    let (from, to) = window(query)?.unwrap_or((now, add_seconds(now, AHEAD_SECONDS)));
    let wanted: Option<BTreeSet<_>> = query.has("shifts").then(|| {
        let texts = query.list("shifts");
        texts.iter().filter_map(|t| lookup::shift(directory, of.id, t)).map(|s| s.id).collect()
    });
    let holidays = directory.holidays(of.site);
    let mut found: Vec<(&Arc<Shift>, Occurrence)> = Vec::new();
    for shift in directory.shifts_of(of.id) {
        if wanted.as_ref().is_some_and(|wanted| !wanted.contains(&shift.id)) {
            continue;
        }
        let occurrences = shift.pattern.occurrences(from, to, holidays).take(OCCURRENCES_MAX + 1);
        found.extend(occurrences.map(|occurrence| (shift, occurrence)));
        if found.len() > OCCURRENCES_MAX {
            let rule = format!(
                "and from hold more than {OCCURRENCES_MAX} occurrences; ask for less at once."
            );
            return Err(ApiError::field("to", rule));
        }
    }
    found.sort_by_cached_key(|(shift, occurrence)| (occurrence.start, shift.name.fold()));
    let path = format!("{}/occurrences", shape::path("groups", of.id));
    shape::list(&path, query, &found, |(held, occurrence)| {
        json!({
            "group": group::reference(of),
            "shift": shift::reference(held),
            "start": format_on_call_time(occurrence.start),
            "end": format_on_call_time(occurrence.end),
            "notifyEndOfEscalation": shift::end_notice(directory, held.end_notice.as_ref()),
        })
    })
}

pub(super) async fn members(
    State(state): State<ApiState>,
    caller: Caller,
    Path((group, name, start)): Path<(String, String, String)>,
    query: Query,
) -> Result<Response, ApiError> {
    let (of, held) = readable(&caller, &group, &name)?;
    let directory = &caller.directory;
    let holidays = directory.holidays(of.site);
    // Links have whole seconds, and an occurrence may start within one.
    let in_second = |from| {
        let to = add_seconds(from, 1);
        held.pattern.occurrences(from, to, holidays).find(|o| from <= o.start && o.start < to)
    };
    let occurrence = parse_time(&start).ok().and_then(in_second);
    let occurrence = occurrence.ok_or_else(|| ApiError::not_found("occurrence", &start))?;
    let held = match time_in(&query, "at")? {
        Some(at) if occurrence.contains(at) => Held { group: of, shift: held, occurrence, at },
        _ => seen(of, held, occurrence, state.clock.now()),
    };
    let members = members_of(directory, &held, &Embeds::of(&query));
    shape::list(&members_path(held.shift, occurrence.start), &query, &members, Clone::clone)
}
