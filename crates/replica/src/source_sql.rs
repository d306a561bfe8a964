//! The database as a source: what the authority wrote, read in short transactions.
//!
//! Used by every process that has the database. It never waits for changes: the replica asks often.

use firebell_config::feed::{Deltas, Head, SnapshotPage, Source, SourceError, rows};
use firebell_config::loading;
use firebell_domain::directory::Revision;
use firebell_domain::instance::InstanceNo;
use firebell_sql::{Db, Error};

/// A database.
#[derive(Debug, Clone)]
pub struct SqlSource {
    db: Db,
}

impl SqlSource {
    /// The configuration of this database.
    pub const fn new(db: Db) -> Self {
        Self { db }
    }
}

impl Source for SqlSource {
    async fn head(&self) -> Result<Head, SourceError> {
        self.db.read("replica.head", rows::head).await.map_err(|error| failed(&error))
    }

    async fn snapshot(&self, from: InstanceNo) -> Result<SnapshotPage, SourceError> {
        let read = move |tx: &mut firebell_sql::ReadTx<'_>| loading::snapshot_page(tx, from);
        self.db.read("replica.snapshot", read).await.map_err(|error| failed(&error))
    }

    async fn deltas(&self, after: Revision) -> Result<Deltas, SourceError> {
        let read = move |tx: &mut firebell_sql::ReadTx<'_>| rows::deltas(tx, after);
        self.db.read("replica.deltas", read).await.map_err(|error| failed(&error))
    }
}

/// The public sentence only: causes may name rows.
fn failed(error: &Error) -> SourceError {
    match error {
        Error::Busy { .. } => SourceError::TimedOut,
        Error::Type { .. } | Error::Missing { .. } => SourceError::Unreadable(error.to_string()),
        Error::Unavailable { .. }
        | Error::Unsupported { .. }
        | Error::Broken { .. }
        | Error::Unique { .. } => SourceError::Failed(error.to_string()),
    }
}
