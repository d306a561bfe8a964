//! This process among the others: what it is called, and where its configuration comes from.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use firebell_config::feed::{Deltas, Head, SnapshotPage, Source, SourceError};
use firebell_domain::directory::Revision;
use firebell_domain::instance::InstanceNo;
use firebell_replica::SqlSource;

use crate::settings::read_bounded;

/// Where Linux tells the host's name.
const HOST_NAME: &str = "/proc/sys/kernel/hostname";
/// A longer name of a host is none, in bytes.
const HOST_NAME_BYTES_MAX: u64 = 256;

/// The database as a source of configuration, once it is there.
#[derive(Debug, Clone, Default)]
pub(crate) struct Late(Arc<OnceLock<SqlSource>>);

impl Late {
    /// It is there. Once is enough.
    pub(crate) fn set(&self, source: SqlSource) {
        if self.0.set(source).is_err() {
            tracing::debug!("the database is known already");
        }
    }

    fn get(&self) -> Result<&SqlSource, SourceError> {
        let away = || SourceError::Failed("The database cannot be reached.".to_owned());
        self.0.get().ok_or_else(away)
    }
}

impl Source for Late {
    async fn head(&self) -> Result<Head, SourceError> {
        self.get()?.head().await
    }

    async fn snapshot(&self, from: InstanceNo) -> Result<SnapshotPage, SourceError> {
        self.get()?.snapshot(from).await
    }

    async fn deltas(&self, after: Revision) -> Result<Deltas, SourceError> {
        self.get()?.deltas(after).await
    }
}

/// What a process is called that was given no name: its host and its port.
pub(crate) fn usual_name(address: SocketAddr) -> String {
    let host = read_bounded(Path::new(HOST_NAME), HOST_NAME_BYTES_MAX).unwrap_or_default();
    let host: String = host.trim().chars().filter(char::is_ascii_graphic).collect();
    let host = if host.is_empty() { address.ip().to_string() } else { host };
    format!("{host}:{}", address.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn without_its_database_it_knows_nothing_and_says_so() {
        let late = Late::default();
        assert!(
            matches!(late.head().await, Err(SourceError::Failed(why)) if why.contains("reached"))
        );
        assert!(late.deltas(Revision::default()).await.is_err());
        assert!(late.snapshot(InstanceNo(1)).await.is_err());
        let name = usual_name(SocketAddr::from(([127, 0, 0, 1], 8420)));
        assert!(name.ends_with(":8420") && name.len() > 5, "{name}");
    }
}
