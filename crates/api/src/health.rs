//! What those who watch the server ask: does it live, may it get requests, how is it doing.
//!
//! Asked often and by anybody, so it is cheap, reads the database once a second at most, and says
//! nothing about any instance.

use std::time::Duration;

use axum::extract::State;
use axum::response::Response;
use firebell_base::Timestamp;
use firebell_base::time::micros_between;
use firebell_pipeline::metrics::line;
use firebell_store::journal;
use http::StatusCode;
use serde_json::{Value, json};

use crate::error::{json_response, ok};
use crate::server::{Auth, Route, bytes_response, route};
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
        .auth(Auth::Anybody),
    route!(GET "/metrics" => metrics, "Counters and gauges, as Prometheus text.")
        .auth(Auth::Anybody),
];

async fn live() -> Response {
    ok(&json!({ "status": "ok" }))
}

async fn ready(State(state): State<ApiState>) -> Response {
    let mut reasons: Vec<Value> = Vec::new();
    if state.snapshots.revision().epoch == 0 {
        reasons.push(json!("The configuration is not loaded yet."));
    }
    if let Err(reason) = state.probe().await {
        reasons.push(json!(reason));
    }
    let status = if reasons.is_empty() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    json_response(status, &json!({ "ready": reasons.is_empty(), "reasons": reasons }))
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

async fn metrics(State(state): State<ApiState>) -> Response {
    let mut out = state.metrics.text();
    let backlog = state.probe().await;
    gauge(
        &mut out,
        "firebell_database_up",
        "Whether the database answers.",
        i64::from(backlog.is_ok()),
    );
    if let Ok(backlog) = backlog {
        let help = "Journal records accepted and not processed yet.";
        gauge(&mut out, "firebell_journal_records", help, backlog.records);
        let help = "Age of the oldest journal record not processed yet.";
        let age = backlog.age_seconds(state.clock.now());
        gauge(&mut out, "firebell_journal_oldest_age_seconds", help, age);
    }
    let stats = state.db.stats();
    let help = "Transactions waiting for a reader.";
    gauge(&mut out, "firebell_database_reads_waiting", help, stats.reads_waiting);
    let help = "Transactions waiting for a writer.";
    gauge(&mut out, "firebell_database_writes_waiting", help, stats.writes_waiting);
    let revision = state.snapshots.revision();
    gauge(&mut out, "firebell_config_epoch", "The configuration's epoch.", revision.epoch);
    let help = "The configuration's revision within its epoch.";
    gauge(&mut out, "firebell_config_revision", help, revision.n);
    let help = "Stored configuration entries that cannot be read.";
    gauge(&mut out, "firebell_config_damaged_entries", help, state.snapshots.health().len());
    let build = concat!("firebell_build_info{version=\"", env!("CARGO_PKG_VERSION"), "\"}");
    out.push_str("# HELP firebell_build_info The running release.\n");
    out.push_str("# TYPE firebell_build_info gauge\n");
    line(&mut out, build, 1);
    bytes_response("text/plain; version=0.0.4; charset=utf-8", out)
}

fn gauge(out: &mut String, name: &str, help: &str, value: impl std::fmt::Display) {
    for part in ["# HELP ", name, " ", help, "\n# TYPE ", name, " gauge\n"] {
        out.push_str(part);
    }
    line(out, name, value);
}
