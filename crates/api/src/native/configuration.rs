//! The configuration as a thing with revisions: where it is, what changed, and what it was.
//!
//! A point in time is a revision (`1.42`) or an instant. Whoever may read the configuration may
//! read what it was, and who was on call then; who changed what is for those who administer the
//! instance. The past knows no secrets.

use axum::extract::State;
use axum::response::Response;
use firebell_access::{Permission, Scope};
use firebell_base::Id;
use firebell_base::limit::PAGE_DEFAULT;
use firebell_config::digest::Digest;
use firebell_config::history::{Difference, Entry, HISTORY_PAGE_MAX, Line, Moment, What};
use firebell_domain::directory::Revision;
use firebell_domain::name::cut;
use firebell_store::configuration::{self as rows, Head};
use firebell_store::{Error, ReadTx};
use serde_json::{Value, json};

use super::BASE;
use super::audit::newest_first;
use crate::caller::Caller;
use crate::error::ApiError;
use crate::page::{Query, envelope};
use crate::routes::{Route, route};
use crate::state::ApiState;
use crate::time::{format_on_call_time, format_time, parse_time};
use crate::xm::on_call;
use crate::xm::shape::ok;

/// The routes.
pub(crate) const ROUTES: &[Route] = &[
    route!(GET "/api/firebell/1/configuration/head" => head,
        "The newest revision of the configuration, and what this server has of it."),
    route!(GET "/api/firebell/1/configuration/history" => history,
        "What was changed, by whom and why, newest first.")
    .query(&["before", "limit"]),
    route!(GET "/api/firebell/1/configuration/diff" => diff,
        "What differs between two points in time, field by field.")
    .query(&["from", "to"]),
    route!(GET "/api/firebell/1/configuration/at" => at,
        "What the configuration was at an instant or a revision, and who was on call then.")
    .query(&["instant", "revision", "groups", "membersPerShift", "embed", "offset", "limit"]),
];

async fn head(
    State(state): State<ApiState>,
    caller: Caller,
    query: Query,
) -> Result<Response, ApiError> {
    caller.require(Permission::ReadConfiguration, Scope::Instance)?;
    let read = |tx: &mut ReadTx<'_>| rows::whole_head(tx);
    let found: Result<Head, Error> = state.db.read("api.head", read).await;
    let found = found?;
    let known = state.snapshots.revision();
    Ok(ok(
        &query,
        json!({
            "revision": found.revision.to_string(),
            "root": Digest::from_bytes(found.root).to_string(),
            "known": known.to_string(),
            "revisionsBehind": super::replicas::behind(known, found.revision),
            "instance": {
                "name": caller.directory.instance.name.as_str(),
                "revision": caller.directory.revision.to_string(),
            },
            "links": { "self": format!("{BASE}/configuration/head") },
        }),
    ))
}

async fn history(
    State(state): State<ApiState>,
    caller: Caller,
    query: Query,
) -> Result<Response, ApiError> {
    caller.require(Permission::Administer, Scope::Instance)?;
    let limit = query.number("limit", 1..=HISTORY_PAGE_MAX)?.unwrap_or(PAGE_DEFAULT);
    let before = revision_in(&query, "before")?;
    let no = caller.directory.instance.no;
    let found = state.authority.history(Some(no), before, limit).await?;
    let next = found.last().filter(|_| found.len() == limit).map(|entry| entry.revision);
    let data: Vec<Value> = found.iter().map(entry).collect();
    Ok(ok(&query, newest_first(&format!("{BASE}/configuration/history"), &data, limit, next)))
}

fn entry(entry: &Entry) -> Value {
    json!({
        "revision": entry.revision.to_string(),
        "at": format_time(entry.at),
        "author": entry.author,
        "reason": entry.reason,
        "count": entry.count,
        "changes": entry.changes.iter().map(difference).collect::<Vec<_>>(),
    })
}

fn difference(one: &Difference) -> Value {
    json!({
        "kind": one.kind,
        "id": Id::<()>::from_bytes(one.id).to_string(),
        "name": one.name,
        "what": match one.what {
            What::Added => "ADDED",
            What::Changed => "CHANGED",
            What::Removed => "REMOVED",
        },
        "fields": one.lines.iter().map(line).collect::<Vec<_>>(),
    })
}

fn line(line: &Line) -> Value {
    json!({ "field": line.field, "before": line.before, "after": line.after })
}

async fn diff(
    State(state): State<ApiState>,
    caller: Caller,
    query: Query,
) -> Result<Response, ApiError> {
    caller.require(Permission::Administer, Scope::Instance)?;
    let from = moment_in(&query, "from")?;
    let from = from.ok_or_else(|| ApiError::field("from", "is required: a revision or a time."))?;
    let to = moment_in(&query, "to")?.unwrap_or(Moment::Instant(state.clock.now()));
    let found = state.authority.diff(caller.directory.instance.no, from, to).await?;
    Ok(ok(
        &query,
        json!({
            "from": found.from.to_string(),
            "to": found.to.to_string(),
            "count": found.entries.len(),
            "leftOut": found.left_out,
            "data": found.entries.iter().map(difference).collect::<Vec<_>>(),
            "links": { "self": format!("{BASE}/configuration/diff") },
        }),
    ))
}

async fn at(
    State(state): State<ApiState>,
    caller: Caller,
    query: Query,
) -> Result<Response, ApiError> {
    caller.require(Permission::ReadConfiguration, Scope::Instance)?;
    let now = state.clock.now();
    let instant = match moment_in(&query, "instant")? {
        Some(Moment::Instant(at)) => Some(at),
        Some(Moment::Revision(_)) => {
            return Err(ApiError::field("instant", "must be a time; give revisions as revision."));
        }
        None => None,
    };
    if instant.is_some_and(|at| at > now) {
        return Err(ApiError::field("instant", "lies in the future; see /api/xm/1/on-call."));
    }
    let wanted = match (revision_in(&query, "revision")?, instant) {
        (Some(revision), _) => Moment::Revision(revision),
        (None, Some(at)) => Moment::Instant(at),
        (None, None) => {
            return Err(ApiError::field("instant", "is required, or a revision."));
        }
    };
    let past = state.authority.past(caller.directory.instance.no, wanted).await?;
    let Some(past) = past else {
        let given = query.get("instant").or_else(|| query.get("revision")).unwrap_or_default();
        let given = cut(&given, 60);
        let message = format!("The instance was not there yet at {given}.");
        return Err(ApiError::new(http::StatusCode::NOT_FOUND, message)
            .subcode("validation.configuration.before_instance"));
    };
    // With a revision alone: who would be on call by it now.
    let at = instant.unwrap_or(now);
    // Long rosters take milliseconds: not on a serving thread.
    let work = tokio::task::spawn_blocking(move || {
        let (page, total, data) = on_call::past(&past, &query, at)?;
        let mut body = envelope(&format!("{BASE}/configuration/at"), &query, page, total, data);
        if let Value::Object(fields) = &mut body {
            fields.insert("instant".to_owned(), json!(format_on_call_time(at)));
            fields.insert("revision".to_owned(), json!(past.revision.to_string()));
            fields.insert("counts".to_owned(), super::instance::counts(&past));
        }
        Ok(ok(&query, body))
    });
    work.await.map_err(|error| ApiError::internal(&error))?
}

/// A revision or a time.
fn moment_in(query: &Query, name: &str) -> Result<Option<Moment>, ApiError> {
    let Some(text) = query.get(name) else { return Ok(None) };
    let found = text.parse().ok().map(Moment::Revision);
    let found = found.or_else(|| parse_time(&text).ok().map(Moment::Instant));
    found.map(Some).ok_or_else(|| {
        let given = cut(&text, 60);
        let rule = format!(
            "must be a revision such as 1.42 or a time such as 2026-03-02T09:00:00Z, not {given:?}."
        );
        ApiError::field(name, rule)
    })
}

fn revision_in(query: &Query, name: &str) -> Result<Option<Revision>, ApiError> {
    let Some(text) = query.get(name) else { return Ok(None) };
    text.parse().ok().map(Some).ok_or_else(|| {
        let given = cut(&text, 60);
        ApiError::field(name, format!("must be a revision such as 1.42, not {given:?}."))
    })
}
