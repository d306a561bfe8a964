//! Tests of the schedule calculus: tables with hand-checked instants, and properties.
//!
//! Each table row names the rule of [`super`] it holds down. The properties compare with a second,
//! deliberately slow implementation in `naive`, or state a law.

mod clocks;
mod laws;
mod naive;
mod others;
mod rules;
mod stand_ins;

use jiff::Timestamp;
use jiff::civil::DateTime;

use super::{Frequency, Holidays, Occurrence, Pattern, Recurrence, RecurrenceEnd, Zone};

/// An instant, written `2026-03-29T01:00Z`.
fn utc(text: &str) -> Timestamp {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn zone(name: &str) -> Zone {
    Zone::parse(name).unwrap()
}

/// The instant of a local time, written `2026-03-29T02:30`.
fn local(zone: &Zone, text: &str) -> Timestamp {
    zone.instant(text.parse::<DateTime>().unwrap()).unwrap()
}

fn never(frequency: Frequency) -> Recurrence {
    Recurrence { frequency, end: RecurrenceEnd::Never }
}

const DAILY: Recurrence =
    Recurrence { frequency: Frequency::Daily { repeat_every: 1 }, end: RecurrenceEnd::Never };

/// A pattern from local times.
fn pattern(zone_name: &str, start: &str, end: &str, recurrence: Recurrence) -> Pattern {
    let zone = zone(zone_name);
    let (start, end) = (local(&zone, start), local(&zone, end));
    Pattern::new(start, end, zone, recurrence, Vec::new()).unwrap()
}

fn list(pattern: &Pattern, from: &str, to: &str, holidays: &Holidays) -> Vec<Occurrence> {
    pattern.occurrences(utc(from), utc(to), holidays).collect()
}

/// `2026-03-29T01:00Z/2026-03-29T06:00Z`, without seconds that are zero.
fn written(occurrence: &Occurrence) -> String {
    let short = |at: Timestamp| at.to_string().replace(":00Z", "Z");
    format!("{}/{}", short(occurrence.start), short(occurrence.end))
}

/// One row: the occurrences of a pattern in a window, in UTC.
fn check(rule: &str, pattern: &Pattern, window: [&str; 2], holidays: &Holidays, expect: &[&str]) {
    let found: Vec<String> =
        list(pattern, window[0], window[1], holidays).iter().map(written).collect();
    assert_eq!(found, expect, "{rule}");
}
