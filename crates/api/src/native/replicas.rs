//! The nodes that read configuration: what each knows, how sure it is, and what it refused.
//!
//! Rows in the database, as the nodes last wrote them, with this process's own state as it is now.
//! It concerns the whole server, so only those who administer an instance see it; it names no
//! instance.

use axum::extract::State;
use axum::response::Response;
use firebell_access::{Permission, Scope};
use firebell_base::Timestamp;
use firebell_base::time::{add_micros, micros_between};
use firebell_config::digest::Digest;
use firebell_domain::directory::Revision;
use firebell_store::nodes::{self, NodeRow};
use firebell_store::{Error, ReadTx, configuration};
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
pub(crate) const ROUTES: &[Route] = &[route!(GET "/api/firebell/1/replicas" => list,
    "The nodes that read configuration: what each has applied and proven, and its state.")];

async fn list(
    State(state): State<ApiState>,
    caller: Caller,
    query: Query,
) -> Result<Response, ApiError> {
    caller.require(Permission::Administer, Scope::Instance)?;
    let now = state.clock.now();
    // Words about what was refused may name what another instance has.
    let is_alone = state.snapshots.all().len() <= 1;
    let detail = if is_alone { Detail::Words } else { Detail::Codes };
    let read = |tx: &mut ReadTx<'_>| Ok((configuration::head(tx)?, nodes::list(tx)?));
    let found: Result<(Revision, Vec<NodeRow>), Error> = state.db.read("api.replicas", read).await;
    // Whoever looks here may look because the database is away.
    let (head, data, is_complete) = match found {
        Ok((head, rows)) => {
            (head, rows.iter().map(|row| node(row, head, now, detail)).collect::<Vec<_>>(), true)
        }
        Err(error) => {
            tracing::warn!(%error, cause = error.cause(), "the nodes cannot be read");
            (state.snapshots.revision(), Vec::new(), false)
        }
    };
    Ok(ok(
        &query,
        json!({
            "head": head.to_string(),
            "headIsCurrent": is_complete,
            "here": own(&state, detail),
            "count": data.len(),
            "total": data.len(),
            "data": data,
            "links": { "self": format!("{BASE}/replicas") },
        }),
    ))
}

/// How much is told of why a node is as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Detail {
    Words,
    Codes,
}

impl Detail {
    fn reason(self, words: &str) -> Option<&str> {
        (self == Self::Words).then_some(words)
    }

    /// Code and revision come first, then a colon and the words.
    fn nack(self, words: &str) -> &str {
        match self {
            Self::Words => words,
            Self::Codes => words.split_once(':').map_or(words, |(code, _)| code),
        }
    }
}

fn node(row: &NodeRow, head: Revision, now: Timestamp, detail: Detail) -> Value {
    let left = micros_between(now, add_micros(row.heard, row.lease_ms.saturating_mul(1_000)));
    json!({
        "id": row.id,
        "role": row.role,
        "version": row.version,
        "state": row.state,
        "reason": detail.reason(&row.reason),
        "applied": row.applied.to_string(),
        "proven": row.proven.to_string(),
        "revisionsBehind": behind(row.applied, head),
        "root": Digest::from_bytes(row.root).to_string(),
        "fingerprint": Digest::from_bytes(row.fingerprint).to_string(),
        "nack": row.nack.as_deref().map(|nack| detail.nack(nack)),
        "leaseLeftMillis": left.max(0) / 1_000,
        "heard": format_time(row.heard),
        "heardSecondsAgo": micros_between(row.heard, now).max(0) / 1_000_000,
    })
}

/// How many revisions lie between; none if the two cannot be compared.
pub(crate) fn behind(applied: Revision, head: Revision) -> Option<i64> {
    (applied.epoch == head.epoch).then(|| head.n.saturating_sub(applied.n).max(0))
}

/// This process, as it is now; null if nothing keeps its configuration fresh.
fn own(state: &ApiState, detail: Detail) -> Value {
    let Some(replica) = &state.replica else { return Value::Null };
    let status = replica.status();
    json!({
        "state": status.state.word(),
        "reason": detail.reason(&status.reason),
        "applied": status.applied.to_string(),
        "proven": status.proven.to_string(),
        "head": status.head.map(|head| head.to_string()),
        "revisionsBehind": status.lag,
        "root": status.root.to_string(),
        "fingerprint": status.fingerprint.to_string(),
        "leaseLeftMillis": u64::try_from(status.lease_left.as_millis()).ok(),
        "ageMillis": status.age.and_then(|age| u64::try_from(age.as_millis()).ok()),
        "nack": status.nack.as_ref().map(|nack| detail.nack(&nack.to_string()).to_owned()),
    })
}
