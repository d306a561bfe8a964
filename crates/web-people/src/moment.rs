//! Instants in sentences about licences.

use firebell_base::Timestamp;
use firebell_ui::{Visit, clock};

/// What the visitor's clock shows to the second, such as `09:41:07`.
pub(crate) fn seconds(visit: &Visit, at: Timestamp) -> String {
    at.to_zoned(visit.person.zone.rules().clone()).strftime("%H:%M:%S").to_string()
}

/// The visitor's clock and day.
pub(crate) fn day(visit: &Visit, at: Timestamp) -> String {
    clock(at, visit.now, &visit.person.zone, visit.lang)
}
