//! Alerts: lists, one, and what belongs to one.

use axum::extract::{Path, State};
use axum::response::Response;
use firebell_access::{Permission, Scope};
use firebell_domain::alert::{Alert, State as AlertState};
use firebell_domain::instance::InstanceNo;
use firebell_store::{Error, ReadTx, deliveries, events, notifications, timeline};
use serde_json::Value;

use super::{BASE, shape};
use crate::caller::Caller;
use crate::error::ApiError;
use crate::page::{Page, Query, envelope};
use crate::routes::{Route, route};
use crate::state::ApiState;
use crate::xm::events::{PARTS_MAX, Wanted, find_alert};
use crate::xm::shape::ok;

/// The most events of one alert that are listed.
const EVENTS_MAX: i64 = 1_000;

/// The routes.
pub(crate) const ROUTES: &[Route] = &[
    route!(GET "/api/firebell/1/alerts" => list, "List alerts, newest first.").query(&[
        "state",
        "priority",
        "requestId",
        "from",
        "to",
        "search",
        "sortOrder",
        "offset",
        "limit",
    ]),
    route!(GET "/api/firebell/1/alerts/{alert}" => get, "One alert, by UUID or number."),
    route!(GET "/api/firebell/1/alerts/{alert}/timeline" => timeline_of,
        "What happened to an alert, oldest first.")
    .query(&["offset", "limit"]),
    route!(GET "/api/firebell/1/alerts/{alert}/notifications" => notifications_of,
        "Who is told on which device, and when.")
    .query(&["offset", "limit"]),
    route!(GET "/api/firebell/1/alerts/{alert}/deliveries" => deliveries_of,
        "Every attempt to deliver.")
    .query(&["offset", "limit"]),
    route!(GET "/api/firebell/1/alerts/{alert}/events" => events_of,
        "The newest events an alert stands for.")
    .query(&["offset", "limit"]),
];

/// The alert a path names: by UUID, or by its number.
pub(super) async fn known_alert(
    state: &ApiState,
    caller: &Caller,
    text: &str,
) -> Result<Alert, ApiError> {
    find_alert(state, caller, text).await?.ok_or_else(|| ApiError::not_found("alert", text))
}

async fn list(
    State(state): State<ApiState>,
    caller: Caller,
    query: Query,
) -> Result<Response, ApiError> {
    caller.require(Permission::ReadAlerts, Scope::Instance)?;
    let page = Page::of(&query)?;
    let wanted = Wanted::with_states(&query, states(&query.words("state"))?)?;
    let no = caller.directory.instance.no;
    let read = move |tx: &mut ReadTx<'_>| wanted.find(tx, no, page);
    let make = move |(alerts, total): (Vec<Alert>, usize)| {
        let data = alerts.iter().map(|alert| shape::alert(&caller.directory, alert)).collect();
        ok(&query, envelope(&format!("{BASE}/alerts"), &query, page, total, data))
    };
    state.list("api.alerts", read, make).await
}

/// A range of states: the words must be neighbours in the order of [`AlertState::ALL`].
fn states(words: &[String]) -> Result<Option<(AlertState, AlertState)>, ApiError> {
    let read = |word: &String| {
        let known = AlertState::ALL.into_iter().find(|s| s.word().eq_ignore_ascii_case(word));
        let all = "OPEN, ACKNOWLEDGED, SUSPENDED, CLOSED";
        known.ok_or_else(|| ApiError::not_one_of("state", word, all))
    };
    let mut all = words.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    all.sort();
    all.dedup();
    let (Some(first), Some(last)) = (all.first(), all.last()) else { return Ok(None) };
    if i64::try_from(all.len()).is_ok_and(|n| n == last.code() - first.code() + 1) {
        return Ok(Some((*first, *last)));
    }
    let rule = "must be neighbours in the order OPEN, ACKNOWLEDGED, SUSPENDED, CLOSED; ask twice.";
    Err(ApiError::field("state", rule))
}

async fn get(
    State(state): State<ApiState>,
    caller: Caller,
    Path(alert): Path<String>,
    query: Query,
) -> Result<Response, ApiError> {
    caller.require(Permission::ReadAlerts, Scope::Instance)?;
    let alert = known_alert(&state, &caller, &alert).await?;
    Ok(ok(&query, shape::alert_with_options(&caller.directory, &alert)))
}

/// A list of what belongs to one alert.
struct Part<'a> {
    state: &'a ApiState,
    caller: &'a Caller,
    query: &'a Query,
    /// The part's word in the path.
    word: &'static str,
}

impl Part<'_> {
    async fn answer<T, F>(
        &self,
        alert: &str,
        read: F,
        shape: impl Fn(&T) -> Value,
    ) -> Result<Response, ApiError>
    where
        T: Send + 'static,
        F: Fn(&mut ReadTx<'_>, InstanceNo, &Alert) -> Result<Vec<T>, Error> + Send + 'static,
    {
        self.caller.require(Permission::ReadAlerts, Scope::Instance)?;
        let page = Page::of(self.query)?;
        let alert = known_alert(self.state, self.caller, alert).await?;
        let no = self.caller.directory.instance.no;
        let path = format!("{BASE}/alerts/{}/{}", alert.id, self.word);
        let read = move |tx: &mut ReadTx<'_>| read(tx, no, &alert);
        let all = self.state.db.read("api.alert_part", read).await?;
        let data = page.cut(&all).into_iter().map(shape).collect();
        Ok(ok(self.query, envelope(&path, self.query, page, all.len(), data)))
    }
}

async fn timeline_of(
    State(state): State<ApiState>,
    caller: Caller,
    Path(alert): Path<String>,
    query: Query,
) -> Result<Response, ApiError> {
    let part = Part { state: &state, caller: &caller, query: &query, word: "timeline" };
    let read = |tx: &mut ReadTx<'_>, no, alert: &Alert| timeline::of_alert(tx, no, alert.id);
    part.answer(&alert, read, |entry| shape::entry(&caller.directory, entry)).await
}

async fn notifications_of(
    State(state): State<ApiState>,
    caller: Caller,
    Path(alert): Path<String>,
    query: Query,
) -> Result<Response, ApiError> {
    let part = Part { state: &state, caller: &caller, query: &query, word: "notifications" };
    let read = |tx: &mut ReadTx<'_>, no, alert: &Alert| {
        notifications::of_alert(tx, no, alert.id, PARTS_MAX)
    };
    part.answer(&alert, read, |one| shape::notification(&caller.directory, one)).await
}

async fn deliveries_of(
    State(state): State<ApiState>,
    caller: Caller,
    Path(alert): Path<String>,
    query: Query,
) -> Result<Response, ApiError> {
    let part = Part { state: &state, caller: &caller, query: &query, word: "deliveries" };
    let read =
        |tx: &mut ReadTx<'_>, no, alert: &Alert| deliveries::of_alert(tx, no, alert.id, PARTS_MAX);
    part.answer(&alert, read, shape::delivery).await
}

async fn events_of(
    State(state): State<ApiState>,
    caller: Caller,
    Path(alert): Path<String>,
    query: Query,
) -> Result<Response, ApiError> {
    let part = Part { state: &state, caller: &caller, query: &query, word: "events" };
    let read =
        |tx: &mut ReadTx<'_>, no, alert: &Alert| events::of_alert(tx, no, alert.id, EVENTS_MAX);
    part.answer(&alert, read, |one| shape::event(&caller.directory, one)).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_are_neighbours() {
        let read = |list: &[&str]| states(&list.iter().map(|&w| w.to_owned()).collect::<Vec<_>>());
        assert_eq!(read(&[]), Ok(None));
        let range = Ok(Some((AlertState::Open, AlertState::Suspended)));
        assert_eq!(read(&["suspended", "OPEN", "ACKNOWLEDGED"]), range);
        assert!(read(&["OPEN", "CLOSED"]).is_err());
        assert_eq!(read(&["ACTIVE"]).unwrap_err().arguments[1], "ACTIVE");
    }
}
