//! What this node says of itself to the server it follows: there it stands in `firebell replica
//! ls`.
//!
//! Said when something about its state changes, at most once a second, and else every ten. Nothing
//! waits for it.

use std::time::Duration;

use firebell_base::Clock;
use firebell_pipeline::Stop;
use firebell_replica::ReplicaHandle;
use firebell_replica::report::{self, Node, REPORT_MAX, REPORT_MIN};
use firebell_store::nodes::NodeRow;
use serde_json::{Value, json};
use tokio::time::{sleep, timeout};

use super::source::HttpSource;
use crate::output::hex;
use crate::serve::tasks::Ended;

/// How long the server may take to hear it.
const HEARD_WITHIN: Duration = Duration::from_secs(5);

/// Who says what, to whom.
pub(super) struct Word {
    pub(super) source: HttpSource,
    pub(super) node: Node,
    pub(super) replica: ReplicaHandle,
    pub(super) clock: Clock,
}

impl Word {
    /// Says it again and again, until stopped.
    pub(super) async fn keep_telling(self, mut stop: Stop) -> Ended {
        let mut changes = self.replica.watch();
        let mut failing = false;
        loop {
            changes.mark_unchanged();
            let row = report::row(&self.node, &self.replica.status(), self.clock.now());
            let said = timeout(HEARD_WITHIN, self.source.tell("ack", object(&row).to_string()));
            let said = tokio::select! {
                () = stop.wait() => return Ok(()),
                said = said => said.is_ok_and(|said| said.is_ok()),
            };
            if !said && !failing {
                tracing::warn!("the source does not hear how this node is");
            }
            failing = !said;
            let waiting = async {
                sleep(REPORT_MIN).await;
                drop(timeout(REPORT_MAX.saturating_sub(REPORT_MIN), changes.changed()).await);
            };
            tokio::select! {
                () = stop.wait() => return Ok(()),
                () = waiting => {}
            }
        }
    }
}

fn object(row: &NodeRow) -> Value {
    json!({
        "id": row.id,
        "boot": hex(&row.boot),
        "version": row.version,
        "state": row.state,
        "reason": row.reason,
        "applied": row.applied.to_string(),
        "proven": row.proven.to_string(),
        "root": hex(&row.root),
        "fingerprint": hex(&row.fingerprint),
        "nack": row.nack,
        "leaseMillis": row.lease_ms,
    })
}
