//! A source of configuration that can be told to lie: about the digest, or by sending what only a newer release
//! would understand. The stories of broken replicas follow it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use firebell_config::digest::Digest;
use firebell_config::feed::{Deltas, Head, SnapshotPage, Source, SourceError};
use firebell_domain::directory::Revision;
use firebell_domain::instance::InstanceNo;
use firebell_replica::SqlSource;

/// What a source says that is not so.
#[derive(Debug, Default)]
pub(crate) struct Lies {
    /// Another digest than the true one.
    pub(crate) root: AtomicBool,
    /// Entities that require of their reader what this release does not know.
    pub(crate) poison: AtomicBool,
}

/// The database, as told by somebody who may lie.
pub(crate) struct Lying {
    pub(crate) source: SqlSource,
    pub(crate) lies: Arc<Lies>,
}

impl Lying {
    fn twisted(&self, mut head: Head) -> Head {
        if self.lies.root.load(Ordering::SeqCst) {
            head.root = Digest::of(&[b"not", head.root.to_string().as_bytes()]);
        }
        head
    }
}

impl Source for Lying {
    async fn head(&self) -> Result<Head, SourceError> {
        Ok(self.twisted(self.source.head().await?))
    }

    async fn snapshot(&self, from: InstanceNo) -> Result<SnapshotPage, SourceError> {
        let mut page = self.source.snapshot(from).await?;
        page.head = self.twisted(page.head);
        if self.lies.poison.load(Ordering::SeqCst) {
            let bodies = page.parts.iter_mut().flat_map(|part| &mut part.entities);
            bodies.for_each(|part| require_more(&mut part.body));
        }
        Ok(page)
    }

    async fn deltas(&self, after: Revision) -> Result<Deltas, SourceError> {
        let mut told = self.source.deltas(after).await?;
        if let Deltas::Next(deltas) = &mut told
            && self.lies.poison.load(Ordering::SeqCst)
        {
            let parts = deltas.iter_mut().flat_map(|delta| &mut delta.parts);
            parts.flat_map(|part| &mut part.put).for_each(|part| require_more(&mut part.body));
        }
        Ok(told)
    }
}

/// As a newer release would write it, for readers that know what it means.
fn require_more(body: &mut String) {
    assert!(body.starts_with('{'), "no object");
    body.insert_str(1, "\"requires\":[\"second sight\"],");
}
