//! What a change makes different in who is on call, before it is saved: as a drawing, in words, and
//! the gaps that would arise.

use std::collections::BTreeSet;

use firebell_base::Timestamp;
use firebell_domain::duty::{self, Difference, Gap, Reached, Span, Window, difference};
use firebell_domain::schedule::Zone;
use firebell_domain::shift::ShiftId;

use crate::calendar::{Reader, change_label};
use crate::chart::{Block, Chart, Look, NARROW, Plan, Row, draw};
use crate::local;
use crate::names;

/// Differences and gaps that are written out; the rest is counted.
const LINES_MAX: usize = 12;
/// Kinds of differences that are told apart.
const KINDS_MAX: usize = 120;
/// Days that are drawn.
const DAYS: i32 = 4;
/// Shifts that are drawn.
const SHIFTS_MAX: usize = 6;

/// What becomes different.
pub(crate) struct Changed {
    pub(crate) headline: String,
    pub(crate) is_same: bool,
    pub(crate) lines: Vec<String>,
    pub(crate) more: Option<String>,
    /// Gaps that arise.
    pub(crate) gaps: Vec<String>,
    pub(crate) more_gaps: Option<String>,
    /// "Closes 2 gaps."
    pub(crate) closed: Option<String>,
    pub(crate) chart: Option<Chart>,
}

/// Compares who is on call in a window before and after a change.
pub(crate) fn changed(
    reader: &Reader<'_>,
    before: &[Span],
    after: &[Span],
    window: Window,
) -> Changed {
    let t = reader.t;
    let differences = difference(before, after, window);
    let (old_gaps, new_gaps) = (duty::gaps(before, window), duty::gaps(after, window));
    let arisen = without(&new_gaps, &old_gaps);
    let closed = without(&old_gaps, &new_gaps).len();
    let until = local::day(reader.zone.local(window.to).date());
    let headline = if differences.is_empty() {
        t.a("oncall-preview-same", &[("day", &until)])
    } else {
        let gaps = t.n("oncall-preview-gaps", arisen.len());
        let text = t.na("oncall-preview-differs", differences.len(), &[("day", &until)]);
        format!("{text} {gaps}")
    };
    let lines = difference_lines(reader, &differences);
    let gap_lines = gap_lines(reader, &arisen);
    let more = lines.len().saturating_sub(LINES_MAX);
    let more_gaps = gap_lines.len().saturating_sub(LINES_MAX);
    Changed {
        headline,
        is_same: differences.is_empty(),
        lines: lines.into_iter().take(LINES_MAX).collect(),
        more: (more > 0).then(|| t.n("oncall-preview-more", more)),
        gaps: gap_lines.into_iter().take(LINES_MAX).collect(),
        more_gaps: (more_gaps > 0).then(|| t.n("oncall-group-gaps-more", more_gaps)),
        closed: (closed > 0).then(|| t.n("oncall-preview-closed", closed)),
        chart: differences.first().map(|first| {
            let from = first.start;
            drawing(reader, (before, after), from)
        }),
    }
}

/// Begin and end on the clock of a zone: what comes at the same time on several days is said once.
fn daily(start: Timestamp, end: Timestamp, zone: &Zone) -> (String, String) {
    (local::time(start, zone), local::time(end, zone))
}

/// The first of some that are alike, and how many there are.
fn alike<T>(all: &[T], is_like: impl Fn(&T, &T) -> bool) -> Vec<(&T, usize)> {
    let mut found: Vec<(&T, usize)> = Vec::new();
    for one in all {
        let known = found.iter().position(|(first, _)| is_like(first, one));
        match known.and_then(|place| found.get_mut(place)) {
            Some((_, count)) => *count = count.saturating_add(1),
            None => found.push((one, 1)),
        }
        // More kinds than could ever be shown are not looked for.
        if found.len() > KINDS_MAX {
            break;
        }
    }
    found
}

/// "Mon 23 Mar 08:00–12:00 and 4 more times"
fn times(reader: &Reader<'_>, start: Timestamp, end: Timestamp, count: usize) -> String {
    let time = local::range(start, end, reader.zone);
    match count {
        1 => time,
        count => {
            let more = count.saturating_sub(1);
            reader.t.na("oncall-preview-times", more, &[("time", &time)])
        }
    }
}

fn gap_lines(reader: &Reader<'_>, gaps: &[Gap]) -> Vec<String> {
    let time = |gap: &Gap| daily(gap.start, gap.end, reader.zone);
    let kinds = alike(gaps, |a, b| a.reason == b.reason && time(a) == time(b));
    let line = |(gap, count): (&Gap, usize)| {
        let time = times(reader, gap.start, gap.end, count);
        let reason = reader.reason(gap.reason);
        reader.t.a("oncall-preview-gap", &[("time", &time), ("reason", &reason)])
    };
    kinds.into_iter().map(line).collect()
}

fn difference_lines(reader: &Reader<'_>, differences: &[Difference]) -> Vec<String> {
    let time = |d: &Difference| daily(d.start, d.end, reader.zone);
    let kinds =
        alike(differences, |a, b| a.before == b.before && a.after == b.after && time(a) == time(b));
    kinds.into_iter().map(|(d, count)| line(reader, d, count)).collect()
}

/// "Mon 23 Mar 08:00–12:00: Bo Ek → Akira Sole"
fn line(reader: &Reader<'_>, d: &Difference, count: usize) -> String {
    let t = reader.t;
    let time = times(reader, d.start, d.end, count);
    let first = |chain: &[Reached]| chain.first().map(|reached| reached.who);
    let rest = |chain: &[Reached]| chain.get(1..).map(<[Reached]>::to_vec).unwrap_or_default();
    let is_first_only = first(&d.before) != first(&d.after) && rest(&d.before) == rest(&d.after);
    let text = |chain: &[Reached]| match chain.first() {
        None => t.get("oncall-nobody"),
        Some(first) if is_first_only => names::shown(reader.directory, first.who),
        Some(_) => chain_text(reader, chain),
    };
    let args = [("time", time), ("before", text(&d.before)), ("after", text(&d.after))];
    let args: Vec<(&str, &str)> = args.iter().map(|(name, text)| (*name, text.as_str())).collect();
    t.a("oncall-preview-line", &args)
}

/// "Bo Ek, then Mia Berg after 5 min"
fn chain_text(reader: &Reader<'_>, chain: &[Reached]) -> String {
    let mut texts = Vec::new();
    for reached in chain {
        let name = names::shown(reader.directory, reached.who);
        texts.push(match reached.after_minutes {
            0 => name,
            after => reader.t.na("oncall-card-step", after, &[("name", &name)]),
        });
    }
    texts.join(", ")
}

/// The parts of `gaps` that are in none of `others`.
fn without(gaps: &[Gap], others: &[Gap]) -> Vec<Gap> {
    let mut left = Vec::new();
    for gap in gaps {
        let mut start = gap.start;
        for other in others.iter().filter(|o| o.start < gap.end && gap.start < o.end) {
            if start < other.start {
                left.push(Gap { start, end: other.start, ..*gap });
            }
            start = start.max(other.end);
        }
        if start < gap.end {
            left.push(Gap { start, ..*gap });
        }
    }
    left
}

/// The days from the first difference on: each shift that changes as it is, and as it would be.
fn drawing(reader: &Reader<'_>, (before, after): (&[Span], &[Span]), from: Timestamp) -> Chart {
    let t = reader.t;
    let first = reader.zone.local(from).date();
    let weeks = local::some_days(first, DAYS, reader.zone);
    let of = |spans: &[Span], shift: ShiftId| -> Vec<Span> {
        spans.iter().filter(|span| span.shift == shift).cloned().collect()
    };
    let all: BTreeSet<ShiftId> = before.iter().chain(after).map(|span| span.shift).collect();
    let whole = |spans: &[Span]| {
        let start = spans.iter().map(|span| span.start).min();
        start.zip(spans.iter().map(|span| span.end).max())
    };
    let mut rows = Vec::new();
    for shift in all {
        let (old, new) = (of(before, shift), of(after, shift));
        let both = [old.clone(), new.clone()].concat();
        let Some((from, to)) = whole(&both) else { continue };
        let differences = difference(&old, &new, Window { from, to });
        if differences.is_empty() || rows.len() >= 2 * SHIFTS_MAX {
            continue;
        }
        let name = reader.shift(shift).map(|shift| shift.name.to_string()).unwrap_or_default();
        let zone = reader.shift(shift).map_or(reader.zone, |shift| &shift.pattern.zone);
        let blocks = |spans: &[Span], look| -> Vec<Block> {
            spans.iter().flat_map(|span| pieces(reader, span, &differences, look)).collect()
        };
        let (was, is) = (blocks(&old, Look::Removed), blocks(&new, Look::Added));
        rows.push(Row {
            name: t.a("oncall-preview-row-was", &[("shift", &name)]),
            zone,
            blocks: was,
        });
        rows.push(Row {
            name: t.a("oncall-preview-row-is", &[("shift", &name)]),
            zone,
            blocks: is,
        });
    }
    draw(&Plan {
        id: "oncall-preview-chart",
        label: t.a("oncall-preview-chart", &[("days", &local::day(first))]),
        description: t.get("oncall-preview-chart-description"),
        viewer: reader.zone,
        weeks,
        now: reader.now,
        plot: NARROW,
        is_tall: true,
        holes: None,
        rows,
        now_label: t.get("oncall-chart-now"),
        change_label: &|minutes| change_label(t, minutes),
    })
}

/// A span cut where differences begin and end: what differs looks so, what stays looks the same.
fn pieces(reader: &Reader<'_>, span: &Span, differences: &[Difference], look: Look) -> Vec<Block> {
    let mut pieces = Vec::new();
    let mut start = span.start;
    let mut add = |start: Timestamp, end: Timestamp, look: Look| {
        if start < end {
            let piece = Span { start, end, ..span.clone() };
            let mut block = reader.block(&piece, look);
            let key = match look {
                Look::Removed => "oncall-preview-removed",
                Look::Added => "oncall-preview-added",
                _ => "oncall-preview-kept",
            };
            block.story = format!("{} {}", reader.t.get(key), block.story);
            pieces.push(block);
        }
    };
    for d in differences.iter().filter(|d| d.start < span.end && span.start < d.end) {
        add(start, d.start.max(span.start), Look::Same);
        add(d.start.max(start), d.end.min(span.end), look);
        start = d.end.min(span.end);
    }
    add(start, span.end, Look::Same);
    pieces
}

#[cfg(test)]
mod tests {
    use firebell_domain::duty::GapReason;

    use super::*;

    fn gap(start: i64, end: i64) -> Gap {
        let at = |hour: i64| Timestamp::from_second(hour * 3600).expect("an instant");
        Gap { start: at(start), end: at(end), reason: GapReason::NoShift }
    }

    #[test]
    fn gaps_that_arise_are_what_was_no_gap_before() {
        let table: [(&[Gap], &[Gap], &[Gap]); 5] = [
            (&[gap(0, 4)], &[], &[gap(0, 4)]),
            (&[gap(0, 4)], &[gap(0, 4)], &[]),
            (&[gap(0, 4)], &[gap(1, 2)], &[gap(0, 1), gap(2, 4)]),
            (&[gap(2, 4)], &[gap(0, 3)], &[gap(3, 4)]),
            (&[gap(2, 4), gap(6, 8)], &[gap(3, 7)], &[gap(2, 3), gap(7, 8)]),
        ];
        for (gaps, others, expected) in table {
            assert_eq!(without(gaps, others), expected, "{gaps:?} without {others:?}");
        }
    }
}
