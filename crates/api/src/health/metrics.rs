//! `/metrics`: what the process counts and measures, as Prometheus text.
//!
//! Nothing here names an instance or a person.

use axum::extract::State;
use axum::response::Response;
use firebell_pipeline::metrics::line;
use firebell_replica::{ReplicaHandle, State as Trust};

use crate::routes::bytes_response;
use crate::state::ApiState;

pub(super) async fn get(State(state): State<ApiState>) -> Response {
    let mut out = state.metrics.text();
    database(&mut out, &state).await;
    configuration(&mut out, &state);
    if let Some(replica) = &state.replica {
        follower(&mut out, replica);
    }
    licences(&mut out, &state).await;
    let build = concat!("firebell_build_info{version=\"", env!("CARGO_PKG_VERSION"), "\"}");
    out.push_str("# HELP firebell_build_info The running release.\n");
    out.push_str("# TYPE firebell_build_info gauge\n");
    line(&mut out, build, 1);
    bytes_response("text/plain; version=0.0.4; charset=utf-8", out)
}

async fn database(out: &mut String, state: &ApiState) {
    let backlog = state.probe().await;
    let help = "Whether the database answers.";
    gauge(out, "firebell_database_up", help, i64::from(backlog.is_ok()));
    if let Ok(backlog) = backlog {
        let help = "Journal records accepted and not processed yet.";
        gauge(out, "firebell_journal_records", help, backlog.records);
        let help = "Age of the oldest journal record not processed yet.";
        let age = backlog.age_seconds(state.clock.now());
        gauge(out, "firebell_journal_oldest_age_seconds", help, age);
    }
    let stats = state.db.stats();
    let help = "Transactions waiting for a reader.";
    gauge(out, "firebell_database_reads_waiting", help, stats.reads);
    let help = "Long lists waiting to be read.";
    gauge(out, "firebell_database_lists_waiting", help, stats.lists);
    let help = "Transactions waiting for a writer.";
    gauge(out, "firebell_database_writes_waiting", help, stats.writes);
}

fn configuration(out: &mut String, state: &ApiState) {
    let revision = state.snapshots.revision();
    gauge(out, "firebell_config_epoch", "The configuration's epoch.", revision.epoch);
    let help = "The configuration's revision within its epoch.";
    gauge(out, "firebell_config_revision", help, revision.n);
    let help = "Stored configuration entries that cannot be read.";
    gauge(out, "firebell_config_damaged_entries", help, state.snapshots.health().len());
    let help = "Reads refused because this process did not know a revision yet.";
    counter(out, "firebell_config_stale_reads_total", help, state.counts().stale.get());
}

/// What keeps the configuration fresh.
fn follower(out: &mut String, replica: &ReplicaHandle) {
    let status = replica.status();
    let help = "How far this process's configuration is trusted: 1 for its state.";
    help_of(out, "firebell_replica_state", help, "gauge");
    for state in Trust::ALL {
        let name = format!("firebell_replica_state{{state=\"{}\"}}", state.word());
        line(out, &name, i64::from(state == status.state));
    }
    if let Some(head) = status.head {
        let help = "The newest revision the source has told of, within its epoch.";
        gauge(out, "firebell_config_head_revision", help, head.n);
    }
    if let Some(lag) = status.lag {
        let help = "Revisions this process is behind the newest it was told of.";
        gauge(out, "firebell_replica_lag_revisions", help, lag);
    }
    if let Some(age) = status.age {
        let help = "Seconds since this process was last sure to have the newest configuration.";
        gauge(out, "firebell_replica_lag_seconds", help, age.as_secs_f64());
    }
    let help = "Seconds for which this process is still sure to have the newest configuration.";
    gauge(out, "firebell_replica_lease_seconds", help, status.lease_left.as_secs_f64());
    let help = "Whether the newest revision was refused: 1 with the reason's code.";
    help_of(out, "firebell_replica_nack", help, "gauge");
    match &status.nack {
        Some(nack) => {
            let name = format!("firebell_replica_nack{{code=\"{}\"}}", nack.code.word());
            line(out, &name, 1);
        }
        None => line(out, "firebell_replica_nack", 0),
    }
    let counters = status.counters;
    for (name, help, value) in [
        ("deltas", "Revisions taken one by one.", counters.deltas),
        ("snapshots", "Snapshots taken.", counters.snapshots),
        ("nacks", "Refusals of what was told.", counters.nacks),
        ("leases_lost", "Leases that ran out or were dropped.", counters.leases_lost),
        ("went_back", "Answers older than what was known.", counters.went_back),
        ("quarantines", "Times the configuration had another digest.", counters.quarantines),
        ("timeouts", "Questions not answered in time.", counters.timeouts),
    ] {
        counter(out, &format!("firebell_replica_{name}_total"), help, value);
    }
}

async fn licences(out: &mut String, state: &ApiState) {
    let counts = state.counts();
    let help = "People who could not be made because all licences were in use.";
    counter(out, "firebell_licence_denials_total", help, counts.denied.get());
    let help = "Writes for which licences could not be confirmed.";
    counter(out, "firebell_licence_unconfirmed_total", help, counts.unconfirmed.get());
    // Nothing rather than a zero that nobody has seen.
    if let Some(drifted) = state.drifted().await {
        let help = "Licence counters that differ from their ledger; nobody is denied by them.";
        gauge(out, "firebell_seat_drift", help, drifted);
    }
}

fn gauge(out: &mut String, name: &str, help: &str, value: impl std::fmt::Display) {
    help_of(out, name, help, "gauge");
    line(out, name, value);
}

fn counter(out: &mut String, name: &str, help: &str, value: u64) {
    help_of(out, name, help, "counter");
    line(out, name, value);
}

fn help_of(out: &mut String, name: &str, help: &str, kind: &str) {
    for part in ["# HELP ", name, " ", help, "\n# TYPE ", name, " ", kind, "\n"] {
        out.push_str(part);
    }
}
