//! Silences: what hides events for a time, because it is known and being worked on.

pub(crate) mod end;
pub(crate) mod form;
pub(crate) mod list;

use std::sync::Arc;

use firebell_base::Timestamp;
use firebell_domain::suppression::Silence;
use firebell_ui::part::Badge;
use firebell_ui::{Refusal, Say, Shape, Visit};

use crate::words::WORDS;

/// Where a silence stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    Active,
    Upcoming,
    Ended,
}

impl Standing {
    pub(crate) fn of(silence: &Silence, now: Timestamp) -> Self {
        if now >= silence.ends {
            Self::Ended
        } else if now >= silence.starts {
            Self::Active
        } else {
            Self::Upcoming
        }
    }

    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Upcoming => "upcoming",
            Self::Ended => "ended",
        }
    }

    pub(crate) fn badge(self, t: Say) -> Badge {
        match self {
            Self::Active => Badge::new("medium", Shape::Mute, t.get("signals-hides")),
            Self::Upcoming => Badge::new("muted", Shape::Ring, t.get("signals-upcoming")),
            Self::Ended => Badge::new("muted", Shape::Check, t.get("signals-ended")),
        }
    }
}

/// The silence of a path, in the visitor's instance.
pub(crate) fn known(visit: &Visit, id: &str) -> Result<Arc<Silence>, Refusal> {
    let found = id.parse().ok().and_then(|id| visit.directory.silence(id)).cloned();
    found.ok_or_else(|| visit.missing(&visit.say(&WORDS).get("signals-silence")))
}
