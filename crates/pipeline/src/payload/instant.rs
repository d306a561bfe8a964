//! The times of Alertmanager's bodies, in which Go programs write year 1 for "none".
//!
//! Called by both Alertmanager parsers. Clients write the same moment in several ways (amtool with
//! milliseconds, others with an offset), so it is recognised by its value and never by its text:
//! taken for a real end, it would resolve an alert that nobody has heard of yet.

use firebell_base::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// The last year that means "no time at all".
const NONE_YEAR_MAX: i16 = 1;

/// What a text says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Instant {
    /// No time: it is empty, or in year 1.
    None,
    /// A time.
    At(Timestamp),
    /// It cannot be read.
    Unreadable,
}

/// Reads a time of RFC 3339, without a zone UTC.
pub(super) fn read(text: &str) -> Instant {
    let text = text.trim();
    if text.is_empty() {
        return Instant::None;
    }
    let instant = text.parse::<Timestamp>().ok().or_else(|| {
        let local: DateTime = text.parse().ok()?;
        TimeZone::UTC.to_timestamp(local).ok()
    });
    match instant {
        Some(at) if TimeZone::UTC.to_datetime(at).year() <= NONE_YEAR_MAX => Instant::None,
        Some(at) => Instant::At(at),
        None => Instant::Unreadable,
    }
}
