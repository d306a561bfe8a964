//! Integrations: the doors of senders.
//!
//! | module | shows or does |
//! |---|---|
//! | [`list`] | all of them, with the last event and how many come |
//! | [`create`] | a new one; its key is shown once, in the answer itself |
//! | [`detail`] | one: set-up, the last events and their fate |
//! | [`save`] | changes one |
//! | [`act`] | a new key, activate, deactivate, remove |
//! | [`event`] | one event as it was sent |
//! | [`trial`] | a test event through the real door, and its whole way |
//! | [`setup`] | what to paste into a sender; [`fate`] words for what became of events |

pub(crate) mod act;
pub(crate) mod create;
pub(crate) mod detail;
pub(crate) mod event;
pub(crate) mod fate;
pub(crate) mod fields;
pub(crate) mod list;
pub(crate) mod sample;
pub(crate) mod save;
pub(crate) mod setup;
pub(crate) mod trial;

use std::sync::Arc;

use firebell_domain::integration::{Format, Integration};
use firebell_domain::person::Status;
use firebell_ui::part::Badge;
use firebell_ui::{Refusal, Say, Shape, Visit};

/// The integration of a path, in the visitor's instance.
pub(crate) fn known(visit: &Visit, id: &str) -> Result<Arc<Integration>, Refusal> {
    let found = id.parse().ok().and_then(|id| visit.directory.integration(id)).cloned();
    found.ok_or_else(|| visit.missing(&visit.say(&crate::words::WORDS).get("signals-integration")))
}

/// What a format is called.
pub(crate) fn format_name(t: Say, format: Format) -> String {
    t.get(match format {
        Format::Generic => "signals-format-generic",
        Format::Alertmanager => "signals-format-alertmanager",
        Format::PagerDuty => "signals-format-pagerduty",
        Format::Opsgenie => "signals-format-opsgenie",
    })
}

/// Whether it takes events.
pub(crate) fn status_badge(t: Say, status: Status) -> Badge {
    match status {
        Status::Active => Badge::new("ok", Shape::Check, t.get("signals-active")),
        Status::Inactive => Badge::new("muted", Shape::Slash, t.get("signals-inactive")),
    }
}

/// A count that was not counted to its end.
pub(crate) fn up_to(count: i64, most: i64) -> String {
    if count >= most { format!("{most}+") } else { count.to_string() }
}
