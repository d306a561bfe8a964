//! Integrations: the doors of senders.

use firebell_base::{Id, Timestamp};

use crate::form::FormId;
use crate::name::Name;
use crate::person::Status;

/// The id of an integration; also the function id in its trigger URL.
pub type IntegrationId = Id<Integration>;

/// The key of an integration begins so, so that leaked ones can be searched for.
pub const INTEGRATION_KEY_PREFIX: &str = "fbk_";

/// A door for one sender.
#[derive(Debug, Clone, PartialEq)]
pub struct Integration {
    /// Identity.
    pub id: IntegrationId,
    /// Unique name.
    pub name: Name,
    /// What it expects to get.
    pub format: Format,
    /// What becomes of its events.
    pub form: FormId,
    /// SHA-256 of its key; the key itself is shown once and never stored.
    pub key_hash: [u8; 32],
    /// An inactive integration refuses events.
    pub status: Status,
    /// Events per minute it may send before it is asked to slow down; none means the server's default.
    pub rate_per_minute: Option<u32>,
    /// When it was made.
    pub created: Timestamp,
}

/// What an integration's sender speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    /// The xMatters trigger body, or any JSON object.
    #[default]
    Generic,
    /// Prometheus Alertmanager: its webhook (version 4) and its own v2 API; Grafana's webhook.
    Alertmanager,
    /// PagerDuty's Events API v2.
    PagerDuty,
    /// Opsgenie's alert API.
    Opsgenie,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 4] = [Self::Generic, Self::Alertmanager, Self::PagerDuty, Self::Opsgenie];

    /// The word in files and on the wire (`generic`, `alertmanager`, `pagerduty`, `opsgenie`).
    pub const fn word(self) -> &'static str {
        match self {
            Self::Generic => "generic",
            Self::Alertmanager => "alertmanager",
            Self::PagerDuty => "pagerduty",
            Self::Opsgenie => "opsgenie",
        }
    }

    /// The format with this word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|f| f.word() == word)
    }
}
