//! What pages stand on: a handle that is cloned for every request.

use std::net::IpAddr;
use std::ops::Deref;
use std::sync::Arc;

use axum::http::Extensions;
use firebell_access::Authenticator;
use firebell_access::link::LinkKey;
use firebell_base::{Clock, Random};
use firebell_config::{Authority, Snapshots};
use firebell_pipeline::intake::Intake;
use firebell_pipeline::live::Live;
use firebell_pipeline::metrics::Metrics;
use firebell_pipeline::respond::Responder;
use firebell_replica::ReplicaHandle;
use firebell_store::Db;

use crate::slowly::Slowly;

/// The parts of [`Ui`].
pub struct UiParts {
    /// The database: operations are read from it, configuration never.
    pub db: Db,
    /// The configuration.
    pub snapshots: Snapshots,
    /// Changes the configuration, and is the only one that denies.
    pub authority: Authority,
    /// Takes events.
    pub intake: Intake,
    /// Shows and takes answers.
    pub responder: Responder,
    /// Tells which alerts change.
    pub live: Live,
    /// Counts.
    pub metrics: Metrics,
    /// Lets people in, and knows their sessions: the same as the API's.
    pub authenticator: Arc<Authenticator>,
    /// Runs the hashing of passwords: in the same places as the API.
    pub slowly: Slowly,
    /// The key links are signed with.
    pub link_key: LinkKey,
    /// From where a request comes, if that is known.
    pub client: fn(&Extensions) -> Option<IpAddr>,
    /// Where people reach the server: with `https://`, cookies are kept to that.
    pub public_url: String,
    /// The instance whose administrators operate the installation; see `access`.
    pub operator_instance: Option<String>,
    /// The clock.
    pub clock: Clock,
    /// Where ids and salts come from.
    pub random: Random,
    /// How fresh the configuration is; tests may have none.
    pub replica: Option<ReplicaHandle>,
}

/// What pages stand on.
#[derive(Clone)]
pub struct Ui(Arc<UiParts>);

impl std::fmt::Debug for Ui {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Ui")
    }
}

impl Ui {
    /// Puts it together.
    pub fn new(parts: UiParts) -> Self {
        Self(Arc::new(parts))
    }

    /// Whether people reach the server with TLS.
    pub fn is_secure(&self) -> bool {
        self.public_url.starts_with("https://")
    }
}

impl Deref for Ui {
    type Target = UiParts;

    fn deref(&self) -> &UiParts {
        &self.0
    }
}
