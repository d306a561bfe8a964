//! What a change makes different: when other people are on call, or in another order.

use std::collections::BTreeSet;

use firebell_base::Timestamp;

use super::{Reached, Span, Stretch, Window, stretches};

/// A time in which a change makes a difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The first instant inside.
    pub start: Timestamp,
    /// The first instant after.
    pub end: Timestamp,
    /// Whom an escalation comes to without the change, first to last; empty when to nobody.
    pub before: Vec<Reached>,
    /// Whom with it.
    pub after: Vec<Reached>,
}

/// When, in the window, an alert would come to others, or later or earlier to the same.
///
/// The differences are ascending and never empty; neighbours that are alike are joined. There is
/// none if and only if at every instant the same recipients are reached after the same minutes.
/// Which shift they are reached through makes no difference.
pub fn difference(before: &[Span], after: &[Span], window: Window) -> Vec<Difference> {
    let (old, new) = (stretches(before, window), stretches(after, window));
    let starts = old.iter().chain(&new).map(|stretch| stretch.start);
    let mut points: BTreeSet<Timestamp> = starts.collect();
    points.insert(window.to);
    let mut found: Vec<Difference> = Vec::new();
    let (mut old, mut new) = (Cursor::new(&old), Cursor::new(&new));
    for (start, end) in points.iter().zip(points.iter().skip(1)) {
        let (before, after) = (old.reached(*start), new.reached(*start));
        if before == after || start >= end {
            continue;
        }
        match found.last_mut() {
            Some(last) if last.end == *start && last.before == before && last.after == after => {
                last.end = *end;
            }
            Some(_) | None => found.push(Difference { start: *start, end: *end, before, after }),
        }
    }
    found
}

/// Goes through stretches once.
struct Cursor<'a> {
    left: &'a [Stretch<'a>],
}

impl<'a> Cursor<'a> {
    const fn new(stretches: &'a [Stretch<'a>]) -> Self {
        Self { left: stretches }
    }

    /// Whom an escalation at `at` comes to. Instants must not decrease.
    fn reached(&mut self, at: Timestamp) -> Vec<Reached> {
        while let Some((first, rest)) = self.left.split_first() {
            if at < first.end {
                break;
            }
            self.left = rest;
        }
        self.left.first().map(all_reached).unwrap_or_default()
    }
}

/// Whom the shifts of a stretch come to together. Who is told at the same time has no order.
fn all_reached(stretch: &Stretch<'_>) -> Vec<Reached> {
    let mut all: Vec<Reached> = stretch.spans.iter().flat_map(|span| span.reached()).collect();
    all.sort_unstable();
    all.dedup();
    all
}
