//! Sessions as the database keeps them: what begins and ends here is written behind, and what other
//! processes wrote is learnt. Signing in never waits for either.

use std::sync::Arc;
use std::time::Duration;

use firebell_access::Authenticator;
use firebell_base::time::add_seconds;
use firebell_base::{Clock, Timestamp};
use firebell_pipeline::Stop;
use firebell_sql::{Db, Error};
use firebell_store::sessions::{self as rows, Cursor};

use super::tasks::Ended;
use super::upkeep::stopped_within;

/// How often the database is written to and looked at.
const EVERY: Duration = Duration::from_secs(1);
/// Sessions read at once.
const PAGE: i64 = 500;
/// Pages read in one look; the rest comes with the next.
const PAGES_MAX: usize = 400;
/// How far before the last look the next one begins, in seconds: the clocks of servers differ, and
/// a write may be seen later than its time.
const OVERLAP_SECONDS: i64 = 120;

/// What this works with.
pub(crate) struct Keeper {
    pub(crate) db: Db,
    pub(crate) authenticator: Arc<Authenticator>,
    pub(crate) clock: Clock,
}

/// Writes behind and learns, until stopped; then writes once more.
pub(crate) async fn keep(with: Keeper, mut stop: Stop) -> Ended {
    let mut cursor = Cursor::from(Timestamp::UNIX_EPOCH);
    let mut failing = false;
    loop {
        let done = with.turn(&cursor).await;
        match done {
            Ok(next) => {
                cursor = next;
                failing = false;
            }
            Err(error) => {
                if !failing {
                    tracing::warn!(
                        %error,
                        cause = error.cause(),
                        "sessions cannot be written or read; signing in goes on without"
                    );
                }
                failing = true;
            }
        }
        if stopped_within(&mut stop, EVERY).await {
            break;
        }
    }
    if let Err(error) = with.write(with.clock.now()).await {
        tracing::warn!(
            cause = error.cause(),
            "the last sessions were not written; they still count"
        );
    }
    Ok(())
}

impl Keeper {
    /// One turn; returns where the next look begins.
    async fn turn(&self, from: &Cursor) -> Result<Cursor, Error> {
        let now = self.clock.now();
        self.write(now).await?;
        let mut cursor = from.clone();
        for _ in 0..PAGES_MAX {
            let after = cursor.clone();
            let read = self.db.read("sessions.learn", move |tx| rows::changed(tx, &after, PAGE));
            let (found, next): (Vec<_>, Cursor) = read.await?;
            self.authenticator.sessions().learn(&found, now);
            cursor = next;
            if i64::try_from(found.len()).is_ok_and(|found| found < PAGE) {
                return Ok(Cursor::from(add_seconds(now, -OVERLAP_SECONDS)));
            }
        }
        Ok(cursor)
    }

    async fn write(&self, now: Timestamp) -> Result<(), Error> {
        loop {
            let pending = self.authenticator.sessions().pending();
            if pending.is_empty() {
                return Ok(());
            }
            let written = pending.clone();
            let write = move |tx: &mut firebell_sql::WriteTx<'_>| rows::put(tx, &written, now);
            self.db.write("sessions.put", write).await?;
            self.authenticator.sessions().stored(&pending);
        }
    }
}
