//! Local times as forms have them, and instants.

use firebell_base::Timestamp;
use firebell_domain::schedule::Zone;
use firebell_ui::Say;
use firebell_ui::part::Faults;
use jiff::civil::DateTime;

/// An instant as a field for a local time shows it.
pub(crate) fn shown(at: Timestamp, zone: &Zone) -> String {
    zone.local(at).strftime("%Y-%m-%dT%H:%M").to_string()
}

/// The instant a field for a local time means; `None` if it is empty or wrong, which is a fault then.
pub(crate) fn read(
    faults: &mut Faults,
    t: Say,
    field: &str,
    text: &str,
    zone: &Zone,
) -> Option<Timestamp> {
    if text.is_empty() {
        return None;
    }
    let at = text.parse::<DateTime>().ok().and_then(|local| zone.instant(local));
    if at.is_none() {
        faults.add(field, t.get("signals-time-fault"));
    }
    at
}

/// A time that was shown to the minute and sent back as it was shown is the instant it was.
pub(crate) fn unmoved(at: Timestamp, was: Option<Timestamp>, zone: &Zone) -> Timestamp {
    was.filter(|was| shown(*was, zone) == shown(at, zone)).unwrap_or(at)
}

/// The zone in a field.
pub(crate) fn zone(faults: &mut Faults, field: &str, text: &str) -> Option<Zone> {
    match Zone::parse(text) {
        Ok(zone) => Some(zone),
        Err(error) => {
            let message = error.to_string();
            let message = message.split_once(": ").map_or(message.as_str(), |(_, rest)| rest);
            faults.add(field, message);
            None
        }
    }
}

/// An instant of microseconds, as forms send them along.
pub(crate) fn micros(text: &str) -> Option<Timestamp> {
    text.parse().ok().and_then(|micros| Timestamp::from_microsecond(micros).ok())
}
