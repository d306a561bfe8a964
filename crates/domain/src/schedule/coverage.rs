//! Who is on duty when, over a window: the window cut where the set of active shifts changes.
//!
//! Calendar pages draw these segments and gap detection looks for the empty ones.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::pattern::{Occurrence, Pattern};
use super::sets::Holidays;

/// Longest window [`coverage`] answers for, in days; a longer one is cut to it.
pub const COVERAGE_DAYS_MAX: i64 = 400;

/// A part of the window in which the same occurrences are in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    /// The first instant inside.
    pub start: Timestamp,
    /// The first instant after.
    pub end: Timestamp,
    /// For each pattern that is active, its place in the argument and the occurrence in force,
    /// ascending by place. Empty in a gap.
    pub active: Vec<(usize, Occurrence)>,
}

impl Segment {
    /// Whether nothing is active.
    pub fn is_gap(&self) -> bool {
        self.active.is_empty()
    }
}

/// What is running, by pattern, start and number: the last entry of a pattern is in force.
type Running = BTreeMap<(usize, Timestamp, u64), Occurrence>;

enum Change {
    Begins(usize, Occurrence),
    Ends(usize, Occurrence),
}

/// Cuts `[from, to)` into segments with a constant set of active occurrences.
///
/// The segments are ordered, meet without gap or overlap and begin at `from`; neighbours differ in
/// what is active. Of a pattern whose occurrences overlap, only the one in force (the latest
/// started) is listed. The last segment ends at `to`, or [`COVERAGE_DAYS_MAX`] days after `from`
/// if `to` is later. An empty window has no segments.
pub fn coverage(
    patterns: &[&Pattern],
    from: Timestamp,
    to: Timestamp,
    holidays: &Holidays,
) -> Vec<Segment> {
    let longest = SignedDuration::from_hours(24 * COVERAGE_DAYS_MAX);
    let to = to.min(from.checked_add(longest).unwrap_or(Timestamp::MAX));
    let mut segments: Vec<Segment> = Vec::new();
    if from >= to {
        return segments;
    }
    let mut running = Running::new();
    let mut begun = from;
    for (at, changes) in changes(patterns, from, to, holidays) {
        close(&mut segments, begun, at, &running);
        for change in changes {
            match change {
                Change::Begins(place, o) => running.insert((place, o.start, o.index), o),
                Change::Ends(place, o) => running.remove(&(place, o.start, o.index)),
            };
        }
        begun = at;
    }
    close(&mut segments, begun, to, &running);
    segments
}

fn changes(
    patterns: &[&Pattern],
    from: Timestamp,
    to: Timestamp,
    holidays: &Holidays,
) -> BTreeMap<Timestamp, Vec<Change>> {
    let mut changes: BTreeMap<Timestamp, Vec<Change>> = BTreeMap::new();
    for (place, pattern) in patterns.iter().enumerate() {
        for occurrence in pattern.occurrences(from, to, holidays) {
            let begin = occurrence.start.max(from);
            changes.entry(begin).or_default().push(Change::Begins(place, occurrence));
            if occurrence.end < to {
                changes.entry(occurrence.end).or_default().push(Change::Ends(place, occurrence));
            }
        }
    }
    changes
}

/// Adds `[begun, at)`, or lengthens the last segment if nothing visible changed.
fn close(segments: &mut Vec<Segment>, begun: Timestamp, at: Timestamp, running: &Running) {
    if begun >= at {
        return;
    }
    let mut in_force: BTreeMap<usize, Occurrence> = BTreeMap::new();
    for ((place, ..), occurrence) in running {
        in_force.insert(*place, *occurrence);
    }
    let active: Vec<(usize, Occurrence)> = in_force.into_iter().collect();
    match segments.last_mut() {
        Some(last) if last.active == active => last.end = at,
        Some(_) | None => segments.push(Segment { start: begun, end: at, active }),
    }
}
