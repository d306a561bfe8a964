//! The calendar of a group: its spans as a drawing, as a table, and as the story of one block.

use std::collections::BTreeMap;

use firebell_base::Timestamp;
use firebell_base::time::add_seconds;
use firebell_domain::directory::Directory;
use firebell_domain::duty::{self, Gap, GapReason, Span, Window};
use firebell_domain::group::Group;
use firebell_domain::oncall::Cover;
use firebell_domain::recipient::Recipient;
use firebell_domain::schedule::Zone;
use firebell_domain::shift::{Shift, ShiftId};
use firebell_ui::{Query, Say};

use crate::chart::{Block, Chart, Look, Plan, Row, WIDE, draw};
use crate::local::{self, Days};
use crate::names;

/// Rows of the table; the drawing goes on.
const TABLE_ROWS_MAX: usize = 400;
/// Seconds looked at before and after the days shown, so that a block at the edge has its times.
const AROUND_SECONDS: i64 = 8 * 24 * 60 * 60;

/// Who reads a calendar, and of which group it is.
#[derive(Clone, Copy)]
pub(crate) struct Reader<'a> {
    pub(crate) directory: &'a Directory,
    pub(crate) group: &'a Group,
    pub(crate) zone: &'a Zone,
    pub(crate) now: Timestamp,
    pub(crate) t: Say,
    /// A shift as somebody is about to save it, in place of the one in the directory.
    pub(crate) edited: Option<&'a Shift>,
}

/// A calendar, ready for its page.
pub(crate) struct Calendar {
    pub(crate) title: String,
    pub(crate) chart: Chart,
    pub(crate) table: Vec<TableRow>,
    /// Whether the table leaves something out.
    pub(crate) is_cut: bool,
    pub(crate) is_month: bool,
    pub(crate) before: String,
    pub(crate) next: String,
    pub(crate) today: String,
    pub(crate) week: String,
    pub(crate) month: String,
    pub(crate) has_shifts: bool,
}

/// A line of the table that says the same as the drawing.
pub(crate) struct TableRow {
    /// The story of the turn, where somebody may be put in for it; a gap has none.
    pub(crate) href: Option<String>,
    pub(crate) time: String,
    pub(crate) shift: String,
    pub(crate) who: String,
    pub(crate) is_gap: bool,
}

/// Which days a page's query asks for: `view=month`, `from=2026-03-23`; this week without.
pub(crate) fn days(query: &Query, now: Timestamp, zone: &Zone) -> Days {
    let today = zone.local(now).date();
    let date = local::read_date(query.text("from")).unwrap_or(today);
    Days::containing(date, query.text("view") == "month")
}

/// The calendar of a group.
pub(crate) fn of_group(reader: Reader<'_>, query: &Query, days: Days) -> Calendar {
    let weeks = days.weeks(reader.zone);
    let window = window(&weeks, reader.now);
    let around = Window {
        from: add_seconds(window.from, -AROUND_SECONDS),
        to: add_seconds(window.to, AROUND_SECONDS),
    };
    let spans = duty::of_group(reader.directory, reader.group, around);
    let shifts: Vec<&Shift> =
        reader.directory.shifts_of(reader.group.id).map(AsRef::as_ref).collect();
    // What is over cannot be mended; and a group without shifts is told so in another way.
    let ahead = Window { from: window.from.max(reader.now).min(window.to), ..window };
    let gaps = if shifts.is_empty() { Vec::new() } else { duty::gaps(&spans, ahead) };
    let mut colours = Colours::default();
    let rows = shifts.iter().map(|shift| {
        let own = spans.iter().filter(|span| span.shift == shift.id);
        let blocks = own.map(|span| Block {
            href: Some(turn_link(query, span)),
            ..reader.block(span, colours.of(span))
        });
        Row { name: shift.name.to_string(), zone: &shift.pattern.zone, blocks: blocks.collect() }
    });
    let rows: Vec<Row<'_>> = rows.collect();
    let holes: Vec<Block> = gaps.iter().map(|gap| reader.hole(gap)).collect();
    let title = days.title();
    let name = reader.group.target_name.as_str();
    let label = reader.t.a("oncall-chart-label", &[("group", name), ("days", &title)]);
    let (table, is_cut) = reader.table(&spans, &gaps, window, query);
    let chart = draw(&Plan {
        id: "calendar",
        label,
        description: reader.t.n("oncall-chart-description", gaps.len()),
        viewer: reader.zone,
        weeks,
        now: reader.now,
        plot: WIDE,
        is_tall: !days.is_month,
        holes: Some((reader.t.get("oncall-chart-coverage"), holes)),
        rows,
        now_label: reader.t.get("oncall-chart-now"),
        change_label: &|minutes| change_label(reader.t, minutes),
    });
    let date = |days: Days| local::date_field(days.first);
    let plain = [("shift", ""), ("at", "")];
    let moved = |days: Days| query.with(&[plain[0], plain[1], ("from", &date(days))]);
    Calendar {
        title,
        chart,
        table,
        is_cut,
        is_month: days.is_month,
        before: moved(days.before()),
        next: moved(days.next()),
        today: query.with(&[plain[0], plain[1], ("from", "")]),
        week: query.with(&[plain[0], plain[1], ("view", ""), ("from", &date(days))]),
        month: query.with(&[plain[0], plain[1], ("view", "month"), ("from", &date(days))]),
        has_shifts: !shifts.is_empty(),
    }
}

/// Where the turn of a span is told, with the form that puts somebody in for it.
pub(crate) fn turn_link(query: &Query, span: &Span) -> String {
    let start = span.start.as_microsecond().to_string();
    let id = span.shift.to_string();
    format!("{}#story", query.with(&[("shift", &id), ("at", &start)]))
}

/// "clocks go forward 60 min"
pub(crate) fn change_label(t: Say, minutes: i32) -> String {
    if minutes > 0 {
        t.n("oncall-clock-forward", minutes)
    } else {
        t.n("oncall-clock-back", minutes.unsigned_abs())
    }
}

/// From the first week's begin to the last one's end; an empty one at the edge of the calendar.
pub(crate) fn window(weeks: &[(Timestamp, Timestamp)], now: Timestamp) -> Window {
    match (weeks.first(), weeks.last()) {
        (Some((from, _)), Some((_, to))) => Window { from: *from, to: *to },
        _ => Window { from: now, to: now },
    }
}

/// A number for each person in the order they appear, so that one keeps a colour in one drawing.
#[derive(Default)]
pub(crate) struct Colours(BTreeMap<Recipient, u8>);

impl Colours {
    /// How a span looks.
    pub(crate) fn of(&mut self, span: &Span) -> Look {
        let Some(first) = span.reached().first().map(|reached| reached.who) else {
            return Look::Empty;
        };
        let next = u8::try_from(self.0.len() % 8).unwrap_or(0);
        Look::Person(*self.0.entry(first).or_insert(next))
    }
}

impl Reader<'_> {
    /// A shift, as it is edited if it is.
    pub(crate) fn shift(&self, id: ShiftId) -> Option<&Shift> {
        let edited = self.edited.filter(|shift| shift.id == id);
        edited.or_else(|| self.directory.shift(id).map(AsRef::as_ref))
    }

    /// A span as a block.
    pub(crate) fn block(&self, span: &Span, look: Look) -> Block {
        let reached = span.reached();
        let text = reached.first().map_or_else(
            || self.t.get("oncall-nobody"),
            |first| names::shown(self.directory, first.who),
        );
        let more = reached.get(1).map(|second| {
            let name = names::shown(self.directory, second.who);
            self.t.na("oncall-chart-then", second.after_minutes, &[("name", &name)])
        });
        Block {
            start: span.start,
            end: span.end,
            look,
            text,
            more: more.unwrap_or_default(),
            story: self.story(span),
            href: None,
        }
    }

    fn hole(&self, gap: &Gap) -> Block {
        let text = self.gap_text(gap);
        Block {
            start: gap.start,
            end: gap.end,
            look: Look::Gap,
            story: format!("{} {}", text, self.reason(gap.reason)),
            text,
            more: String::new(),
            href: None,
        }
    }

    /// "nobody on call Mon 23 Mar 02:00–02:30"
    pub(crate) fn gap_text(&self, gap: &Gap) -> String {
        let time = local::range(gap.start, gap.end, self.zone);
        self.t.a("oncall-gap", &[("time", &time)])
    }

    /// Why nobody is.
    pub(crate) fn reason(&self, reason: GapReason) -> String {
        self.t.get(match reason {
            GapReason::NoShift => "oncall-gap-no-shift",
            GapReason::Empty => "oncall-gap-empty",
            GapReason::Away => "oncall-gap-away",
        })
    }

    /// All of a span in a sentence or two.
    pub(crate) fn story(&self, span: &Span) -> String {
        let own = self.shift(span.shift);
        let shift = own.map(|shift| shift.name.to_string()).unwrap_or_default();
        let time = local::range(span.start, span.end, self.zone);
        let reached = span.reached();
        let mut story = match reached.first() {
            Some(first) => {
                let name = names::shown(self.directory, first.who);
                let args = [("name", name.as_str()), ("shift", &shift), ("time", &time)];
                self.t.a("oncall-story", &args)
            }
            None => self.t.a("oncall-story-nobody", &[("shift", &shift), ("time", &time)]),
        };
        for step in reached.iter().skip(1) {
            let name = names::shown(self.directory, step.who);
            story.push(' ');
            story.push_str(&self.t.na("oncall-story-then", step.after_minutes, &[("name", &name)]));
        }
        if let Some(shift) = own {
            let zone = &shift.pattern.zone;
            if !local::same_clock(zone, self.zone, span.start, span.end) {
                let time = local::range(span.start, span.end, zone);
                let args = [("time", time.as_str()), ("zone", zone.name())];
                story.push(' ');
                story.push_str(&self.t.a("oncall-story-zone", &args));
            }
        }
        story
    }

    /// Who answers for a place: "Akira Sole for Bo Ek".
    pub(crate) fn answer(&self, member: Recipient, cover: Cover) -> String {
        let name = names::shown(self.directory, member);
        match cover {
            Cover::Present => name,
            Cover::ReplacedBy(person) => {
                let other = names::person(self.directory, person);
                self.t.a("oncall-stands-in", &[("name", &other), ("absent", &name)])
            }
            Cover::Vacant => self.t.a("oncall-away", &[("name", &name)]),
            Cover::Inactive => self.t.a("oncall-inactive", &[("name", &name)]),
        }
    }

    fn table(
        &self,
        spans: &[Span],
        gaps: &[Gap],
        window: Window,
        query: &Query,
    ) -> (Vec<TableRow>, bool) {
        let mut rows: Vec<(Timestamp, TableRow)> = Vec::new();
        let names: BTreeMap<ShiftId, String> = self
            .directory
            .shifts_of(self.group.id)
            .map(|shift| (shift.id, shift.name.to_string()))
            .collect();
        for span in spans.iter().filter(|s| s.start < window.to && window.from < s.end) {
            let who: Vec<String> = span
                .answers
                .iter()
                .map(|answer| self.answer(answer.place.member, answer.cover))
                .collect();
            let who = if who.is_empty() { self.t.get("oncall-nobody") } else { who.join(", ") };
            let row = TableRow {
                href: Some(turn_link(query, span)),
                time: local::range(span.start, span.end, self.zone),
                shift: names.get(&span.shift).cloned().unwrap_or_default(),
                who,
                is_gap: !span.is_manned(),
            };
            rows.push((span.start, row));
        }
        for gap in gaps.iter().filter(|gap| gap.reason == GapReason::NoShift) {
            let row = TableRow {
                href: None,
                time: local::range(gap.start, gap.end, self.zone),
                shift: "–".to_owned(),
                who: self.t.get("oncall-nobody"),
                is_gap: true,
            };
            rows.push((gap.start, row));
        }
        rows.sort_by_key(|(start, _)| *start);
        let is_cut = rows.len() > TABLE_ROWS_MAX;
        (rows.into_iter().take(TABLE_ROWS_MAX).map(|(_, row)| row).collect(), is_cut)
    }
}
