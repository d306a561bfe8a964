//! Events as they were sent, and what became of each: also of those that made no alert.

use axum::extract::{Path, State};
use axum::response::Response;
use firebell_access::{Permission, Scope};
use firebell_domain::event::{EventId, Fate};
use firebell_store::{Error, ReadTx, events};

use super::{BASE, shape};
use crate::caller::Caller;
use crate::error::ApiError;
use crate::page::{Page, Query, envelope};
use crate::routes::{Route, bytes_response, route};
use crate::state::ApiState;
use crate::xm::shape::ok;

/// The routes.
pub(crate) const ROUTES: &[Route] = &[
    route!(GET "/api/firebell/1/events" => list,
        "Events as sent, newest first; with fate, those that made no alert and why.")
    .query(&["fate", "offset", "limit"]),
    route!(GET "/api/firebell/1/events/{event}/payload" => payload,
        "What the sender sent, byte for byte; kept with the first event of each request."),
];

async fn list(
    State(state): State<ApiState>,
    caller: Caller,
    query: Query,
) -> Result<Response, ApiError> {
    caller.require(Permission::ReadAlerts, Scope::Instance)?;
    let page = Page::of(&query)?;
    let fate = fate(&query)?;
    let no = caller.directory.instance.no;
    let (limit, offset) = page.bounds();
    let read = move |tx: &mut ReadTx<'_>| match fate {
        Some(fate) => events::by_fate(tx, no, fate, limit, offset),
        // Counting all events would take long: the total says whether there are more, not how many.
        None => events::recent(tx, no, limit + 1, offset).map(|mut page| {
            let seen = offset.saturating_add(i64::try_from(page.len()).unwrap_or(i64::MAX));
            page.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
            (page, seen)
        }),
    };
    let make = move |(page_of, total): (Vec<events::EventRecord>, i64)| {
        let data = page_of.iter().map(|one| shape::event(&caller.directory, one)).collect();
        let total = usize::try_from(total).unwrap_or(0);
        ok(&query, envelope(&format!("{BASE}/events"), &query, page, total, data))
    };
    state.list("api.sent_events", read, make).await
}

fn fate(query: &Query) -> Result<Option<Fate>, ApiError> {
    let Some(word) = query.get("fate") else { return Ok(None) };
    let listed = [Fate::Suppressed, Fate::Unmatched, Fate::Refused];
    let found = listed.into_iter().find(|fate| fate.word().eq_ignore_ascii_case(&word));
    let all = "SUPPRESSED, UNMATCHED, REFUSED";
    found.map(Some).ok_or_else(|| ApiError::not_one_of("fate", &word, all))
}

async fn payload(
    State(state): State<ApiState>,
    caller: Caller,
    Path(event): Path<String>,
) -> Result<Response, ApiError> {
    caller.require(Permission::ReadAlerts, Scope::Instance)?;
    let unknown = || ApiError::not_found("payload", &event);
    let id: EventId = event.trim().parse().map_err(|_| unknown())?;
    let no = caller.directory.instance.no;
    let read = move |tx: &mut ReadTx<'_>| events::payload(tx, no, id);
    let bytes: Result<_, Error> = state.db.read("api.payload", read).await;
    let bytes = bytes?.ok_or_else(unknown)?;
    // Never as what the sender says it is: it may be a page made to be opened here.
    Ok(bytes_response("application/octet-stream", bytes))
}
