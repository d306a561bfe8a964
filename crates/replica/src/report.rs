//! The row in which a node says how it is: what operators see of all nodes together.
//!
//! One task per process with a database, started by the binary. It writes when something about the
//! node's state changes, at most once a second, and else every 10 s; it forgets nodes that have not
//! been heard of for an hour. Nothing waits for it, and nothing is decided by it.

use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use firebell_base::time::add_micros;
use firebell_base::{Clock, Timestamp};
use firebell_sql::{Db, Error};
use firebell_store::nodes::{self, NodeRow};
use tokio::time::{sleep, timeout};

use crate::handle::{ReplicaHandle, Status};

/// The shortest time between two reports.
pub const REPORT_MIN: Duration = Duration::from_secs(1);
/// The longest.
pub const REPORT_MAX: Duration = Duration::from_secs(10);
/// How long a node is remembered that is not heard of.
pub const FORGET_AFTER: Duration = Duration::from_hours(1);
/// After so many reports nodes are forgotten: about every ten minutes.
const FORGET_EVERY: u32 = 60;
/// Characters of a reason or a refusal.
const TEXT_CHARS_MAX: usize = 500;

/// Who reports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// Its name: stays when it starts again.
    pub id: String,
    /// Random; another one after every start.
    pub boot: [u8; 16],
    /// What it does, as a word.
    pub role: String,
    /// Which release it runs.
    pub version: String,
}

/// Reports until `stop` is done.
pub async fn run(
    db: Db,
    node: Node,
    handle: ReplicaHandle,
    clock: Clock,
    stop: impl Future<Output = ()> + Send,
) {
    let mut stop = pin!(stop);
    let mut changes = handle.watch();
    let mut failing = false;
    for turn in 0_u32.. {
        changes.mark_unchanged();
        let row = row(&node, &handle.status(), clock.now());
        let told = tokio::select! {
            biased;
            () = &mut stop => return,
            told = tell(&db, row, turn.is_multiple_of(FORGET_EVERY)) => told,
        };
        if let Err(error) = told {
            if !failing {
                tracing::warn!(%error, "this node cannot report how it is");
            }
            failing = true;
        } else {
            failing = false;
        }
        let waiting = async {
            sleep(REPORT_MIN).await;
            // Whether it changed or only time has passed, it reports.
            drop(timeout(REPORT_MAX.saturating_sub(REPORT_MIN), changes.changed()).await);
        };
        tokio::select! {
            biased;
            () = &mut stop => return,
            () = waiting => {}
        }
    }
}

/// What a node says of itself.
pub fn row(node: &Node, status: &Status, now: Timestamp) -> NodeRow {
    NodeRow {
        id: node.id.clone(),
        boot: node.boot,
        role: node.role.clone(),
        version: node.version.clone(),
        state: status.state.word().to_owned(),
        reason: cut(&status.reason),
        applied: status.applied,
        proven: status.proven,
        root: status.root.to_bytes(),
        fingerprint: status.fingerprint.to_bytes(),
        nack: status.nack.as_ref().map(|nack| cut(&nack.to_string())),
        lease_ms: i64::try_from(status.lease_left.as_millis()).unwrap_or(i64::MAX),
        heard: now,
    }
}

async fn tell(db: &Db, row: NodeRow, forget: bool) -> Result<(), Error> {
    let micros = i64::try_from(FORGET_AFTER.as_micros()).unwrap_or(i64::MAX);
    let before = add_micros(row.heard, -micros);
    nodes::put(db, row).await?;
    if forget {
        db.write("replica.forget", move |tx| nodes::forget(tx, before)).await?;
    }
    Ok(())
}

/// Stored texts have no NUL characters, and an end.
fn cut(text: &str) -> String {
    text.chars().filter(|c| *c != '\0').take(TEXT_CHARS_MAX).collect()
}
