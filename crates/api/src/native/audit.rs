//! The audit of the caller's instance: every administrative act, newest first, each with the hash
//! that chains it to the one before. The chain is checked with `firebell audit verify`.

use axum::extract::State;
use axum::response::Response;
use firebell_access::{Permission, Scope};
use firebell_base::limit::{PAGE_DEFAULT, PAGE_MAX};
use firebell_config::audit::{self, Entry};
use firebell_store::ReadTx;
use serde_json::{Value, json};

use super::BASE;
use crate::caller::Caller;
use crate::error::ApiError;
use crate::page::Query;
use crate::routes::{Route, route};
use crate::state::ApiState;
use crate::time::format_time;
use crate::xm::shape::ok;

/// The routes.
pub(crate) const ROUTES: &[Route] = &[route!(GET "/api/firebell/1/audit" => list,
    "Administrative acts in this instance, newest first.")
.query(&["before", "limit"])];

async fn list(
    State(state): State<ApiState>,
    caller: Caller,
    query: Query,
) -> Result<Response, ApiError> {
    caller.require(Permission::Administer, Scope::Instance)?;
    let limit = query.number("limit", 1..=PAGE_MAX)?.unwrap_or(PAGE_DEFAULT);
    let number = |number| i64::try_from(number).unwrap_or(i64::MAX);
    let before = query.number("before", 0..=usize::MAX)?.map(number);
    let no = caller.directory.instance.no;
    let rows = number(limit);
    let read = move |tx: &mut ReadTx<'_>| audit::page(tx, Some(no), before, rows);
    let make = move |found: Vec<Entry>| {
        let next = found.last().filter(|_| found.len() == limit).map(|row| row.seq);
        let data: Vec<Value> = found.iter().map(entry).collect();
        ok(&query, newest_first(&format!("{BASE}/audit"), &data, limit, next))
    };
    state.list("api.audit", read, make).await
}

/// A part of a list that grows at its beginning: the next part begins behind an entry, not at a
/// place.
pub(super) fn newest_first(
    path: &str,
    data: &[Value],
    limit: usize,
    next: Option<impl std::fmt::Display>,
) -> Value {
    let mut links = json!({ "self": path });
    if let (Some(next), Value::Object(links)) = (next, &mut links) {
        links.insert("next".to_owned(), json!(format!("{path}?before={next}&limit={limit}")));
    }
    json!({ "count": data.len(), "data": data, "links": links })
}

fn entry(entry: &Entry) -> Value {
    json!({
        "seq": entry.seq,
        "at": format_time(entry.at),
        "actor": entry.actor,
        "act": entry.act,
        "subject": entry.subject,
        "reason": entry.reason,
        "detail": entry.detail,
        "revision": entry.revision.to_string(),
        "hash": entry.hash.to_string(),
    })
}
