//! What those who watch the server ask: does it live, may it get requests, how is it doing.
//!
//! Asked often and by anybody, so it is cheap, reads the database once a second at most, and says
//! nothing about any instance.

mod metrics;

use std::time::Duration;

use axum::extract::State;
use axum::response::Response;
use firebell_base::Timestamp;
use firebell_base::time::micros_between;
use firebell_store::journal;
use http::StatusCode;
use serde_json::{Value, json};

use crate::error::{ApiError, json_response, ok};
use crate::page::Query;
use crate::routes::{Auth, Route, route};
use crate::state::ApiState;

/// How long the database may take to answer a probe.
pub const DATABASE_TIME_MAX: Duration = Duration::from_secs(1);

/// How often anybody may make the database be read, in microseconds.
pub(crate) const PROBE_MICROS: u64 = 1_000_000;

/// What a look at the database found: the backlog, or why it cannot be read.
pub(crate) type Probe = Result<Backlog, &'static str>;

/// The routes.
pub(crate) const ROUTES: &[Route] = &[
    route!(GET "/livez" => live, "Whether the process lives.").auth(Auth::Anybody),
    route!(GET "/readyz" => ready, "Whether the process can take requests, and why not.")
        .query(&["scope"])
        .auth(Auth::Anybody),
    route!(GET "/metrics" => metrics::get, "Counters and gauges, as Prometheus text.")
        .auth(Auth::Anybody),
];

async fn live() -> Response {
    ok(&json!({ "status": "ok" }))
}

/// For what a process is to be ready.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Purpose {
    /// Everything: it has the configuration, and the database answers.
    Everything,
    /// Telling people: it has a configuration that was verified once, however old. Works without
    /// the database, which only taking in events needs.
    DataPlane,
    /// Deciding anything that must be up to date: what it has is the newest, within its lease.
    Decision,
}

const PURPOSES: [(Purpose, &str); 2] =
    [(Purpose::DataPlane, "data-plane"), (Purpose::Decision, "decision")];

async fn ready(State(state): State<ApiState>, query: Query) -> Result<Response, ApiError> {
    let purpose = match query.get("scope") {
        None => Purpose::Everything,
        Some(text) => PURPOSES
            .into_iter()
            .find_map(|(purpose, word)| (word == text).then_some(purpose))
            .ok_or_else(|| ApiError::not_one_of("scope", &text, "data-plane, decision"))?,
    };
    let mut reasons: Vec<Value> = Vec::new();
    let serves = match &state.replica {
        Some(replica) => replica.status().state.serves(),
        None => state.snapshots.revision().epoch != 0,
    };
    if !serves {
        reasons.push(json!("The configuration is not loaded yet."));
    }
    match purpose {
        Purpose::Everything => {
            if let Err(reason) = state.probe().await {
                reasons.push(json!(reason));
            }
        }
        Purpose::DataPlane => {}
        Purpose::Decision => reasons.extend(stale(&state).map(Value::from)),
    }
    let status = if reasons.is_empty() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let body = json!({
        "ready": reasons.is_empty(),
        "reasons": reasons,
        "revision": state.snapshots.revision().to_string(),
    });
    Ok(json_response(status, &body))
}

/// Why what this process has may not be the newest, if so.
fn stale(state: &ApiState) -> Option<String> {
    let Some(replica) = &state.replica else {
        return Some("Nothing keeps the configuration of this process fresh.".to_owned());
    };
    if replica.is_fresh() {
        return None;
    }
    let status = replica.status();
    Some(format!(
        "The configuration may not be the newest: {} ({})",
        status.reason,
        status.state.word()
    ))
}

/// Accepted requests that are not processed yet.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Backlog {
    /// Journal records.
    pub(crate) records: i64,
    /// When the oldest was accepted.
    pub(crate) oldest: Option<Timestamp>,
}

impl Backlog {
    /// How long the oldest has been waiting, in seconds.
    pub(crate) fn age_seconds(self, now: Timestamp) -> i64 {
        self.oldest.map_or(0, |oldest| micros_between(oldest, now).max(0) / 1_000_000)
    }
}

/// Reads the journal's backlog, which also says whether the database answers in time.
pub(crate) async fn backlog(state: &ApiState) -> Probe {
    let read = state.db.read("api.backlog", journal::backlog);
    match tokio::time::timeout(DATABASE_TIME_MAX, read).await {
        Ok(Ok((records, oldest))) => Ok(Backlog { records, oldest }),
        Ok(Err(error)) => {
            tracing::warn!(%error, cause = error.cause(), "the database failed a probe");
            Err("The database cannot be read.")
        }
        Err(_) => Err("The database does not answer within a second."),
    }
}
