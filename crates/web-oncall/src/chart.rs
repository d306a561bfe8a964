//! Calendars as drawings: spans in, SVG out. Pure, without words of its own.
//!
//! A drawing is a column of weeks. Above each week the viewer's clock, below each row the row's own
//! clock where it differs. Time is drawn to scale, so that a day on which the clocks change is
//! shorter or longer; the change is a notch with a label. Nothing is styled inline (the policy of
//! the pages forbids it): classes are in `oncall.css`, places are attributes. Called by the pages
//! of groups, shifts and previews.

mod axis;
#[cfg(test)]
mod tests;

use std::fmt;

use askama::Template;
use firebell_base::Timestamp;
use firebell_domain::name::cut;
use firebell_domain::schedule::Zone;

use crate::local::same_clock;

/// Units from the left edge to where time begins; a unit is a pixel when the drawing is as wide as
/// it wants to be.
const GUTTER: i64 = 140;
/// Units of time itself: for a week, and for a few days in a narrow place.
pub(crate) const WIDE: i64 = 980;
pub(crate) const NARROW: i64 = 440;
/// Units around.
const MARGIN: i64 = 6;
/// The narrowest drawing of something that happens, in tenths of a unit.
const BLOCK_TENTHS_MIN: i64 = 24;
/// Blocks of one drawing; what is beyond is in the table only.
const BLOCKS_MAX: usize = 3_000;

/// A place or a length, in tenths of a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Tenths(i64);

impl fmt::Display for Tenths {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let (whole, tenth) = (self.0.unsigned_abs() / 10, self.0.unsigned_abs() % 10);
        if tenth == 0 { write!(f, "{sign}{whole}") } else { write!(f, "{sign}{whole}.{tenth}") }
    }
}

const fn units(units: i64) -> Tenths {
    Tenths(units * 10)
}

/// What is to be drawn.
pub(crate) struct Plan<'a> {
    /// Unlike that of other drawings on the page.
    pub(crate) id: &'static str,
    /// The name of the drawing, for who does not see it.
    pub(crate) label: String,
    /// What it shows in one sentence.
    pub(crate) description: String,
    /// Whose clock is above.
    pub(crate) viewer: &'a Zone,
    /// The weeks, first to last, in the viewer's zone.
    pub(crate) weeks: Vec<(Timestamp, Timestamp)>,
    pub(crate) now: Timestamp,
    /// How wide time is, in units.
    pub(crate) plot: i64,
    /// Rows with two lines of text in a block, or with one.
    pub(crate) is_tall: bool,
    /// Times without anybody, in a row above the others: its name, and they.
    pub(crate) holes: Option<(String, Vec<Block>)>,
    pub(crate) rows: Vec<Row<'a>>,
    /// The label of the present instant.
    pub(crate) now_label: String,
    /// The label of a change of the clock by so many minutes.
    pub(crate) change_label: &'a dyn Fn(i32) -> String,
}

/// A row: usually a shift.
pub(crate) struct Row<'a> {
    pub(crate) name: String,
    /// Whose clock is below.
    pub(crate) zone: &'a Zone,
    /// Ascending, without overlap.
    pub(crate) blocks: Vec<Block>,
}

/// Something that lasts.
#[derive(Debug, Clone)]
pub(crate) struct Block {
    pub(crate) start: Timestamp,
    pub(crate) end: Timestamp,
    pub(crate) look: Look,
    /// What is written into it, as much as fits.
    pub(crate) text: String,
    /// A second line, where there is room.
    pub(crate) more: String,
    /// All of it in a sentence, with times.
    pub(crate) story: String,
    /// Where it leads.
    pub(crate) href: Option<String>,
}

/// How a block looks. The text says it too: colour is never alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Look {
    /// Somebody, by a number that stays the same for the same person in one drawing.
    Person(u8),
    /// A shift that nobody answers in.
    Empty,
    /// Nobody is on call: hatched.
    Gap,
    /// As before a change and after it.
    Same,
    /// Goes away with the change.
    Removed,
    /// Comes with the change.
    Added,
}

impl Look {
    const fn class(self) -> &'static str {
        match self {
            Self::Person(n) => match n % 8 {
                0 => "block who-0",
                1 => "block who-1",
                2 => "block who-2",
                3 => "block who-3",
                4 => "block who-4",
                5 => "block who-5",
                6 => "block who-6",
                _ => "block who-7",
            },
            Self::Empty => "block empty",
            Self::Gap => "block gap",
            Self::Same => "block same",
            Self::Removed => "block removed",
            Self::Added => "block added",
        }
    }
}

/// A drawing: askama writes it, and escapes every text in it.
#[derive(Template)]
#[template(path = "chart.html")]
pub(crate) struct Chart {
    id: &'static str,
    label: String,
    description: String,
    width: i64,
    height: i64,
    items: Vec<Item>,
}

impl askama::filters::HtmlSafe for Chart {}

/// One thing in a drawing.
enum Item {
    Text {
        x: Tenths,
        y: Tenths,
        class: &'static str,
        text: String,
    },
    Line {
        x1: Tenths,
        y1: Tenths,
        x2: Tenths,
        y2: Tenths,
        class: &'static str,
    },
    /// A triangle that points down, by its upper left corner.
    Notch {
        x: Tenths,
        y: Tenths,
        text: String,
        /// Whether there is no room to the right.
        is_at_end: bool,
    },
    Block(Box<Drawn>),
}

/// A block with its place.
struct Drawn {
    x: Tenths,
    y: Tenths,
    width: Tenths,
    height: Tenths,
    class: &'static str,
    is_gap: bool,
    lines: Vec<(Tenths, Tenths, String)>,
    story: String,
    href: Option<String>,
}

/// Draws a plan.
pub(crate) fn draw(plan: &Plan<'_>) -> Chart {
    let mut pen = Pen { plan, items: Vec::new(), y: MARGIN, blocks: 0 };
    for (from, to) in &plan.weeks {
        pen.week(*from, *to);
    }
    Chart {
        id: plan.id,
        label: plan.label.clone(),
        description: plan.description.clone(),
        width: GUTTER + plan.plot + MARGIN,
        height: pen.y,
        items: pen.items,
    }
}

struct Pen<'a> {
    plan: &'a Plan<'a>,
    items: Vec<Item>,
    /// How far down, in units.
    y: i64,
    blocks: usize,
}

/// A week, and where its instants are.
#[derive(Clone, Copy)]
struct Week {
    from: Timestamp,
    to: Timestamp,
    plot: i64,
}

impl Week {
    /// Where an instant is; instants outside are at the edge.
    fn x(self, at: Timestamp) -> Tenths {
        let whole = self.to.as_second() - self.from.as_second();
        let past = (at.as_second() - self.from.as_second()).clamp(0, whole.max(0));
        Tenths(GUTTER * 10 + past * self.plot * 10 / whole.max(1))
    }

    fn contains(self, at: Timestamp) -> bool {
        self.from <= at && at < self.to
    }
}

impl<'a> Pen<'a> {
    fn week(&mut self, from: Timestamp, to: Timestamp) {
        let plan: &'a Plan<'a> = self.plan;
        let week = Week { from, to, plot: plan.plot };
        let top = self.y;
        self.viewer_axis(week);
        let (begin, below) = (self.y, self.items.len());
        if let Some((name, holes)) = &plan.holes {
            self.row(week, name, holes, 22);
        }
        let height = if plan.is_tall { 40 } else { 24 };
        for row in &plan.rows {
            self.row(week, &row.name, &row.blocks, height);
            if !same_clock(row.zone, plan.viewer, from, to) {
                self.own_axis(week, row.zone);
            }
        }
        let end = self.y;
        // Behind the blocks, so that no line goes through their texts.
        let lines = self.day_lines(week, begin, end);
        self.items.splice(below..below, lines);
        if week.contains(plan.now) {
            let x = week.x(plan.now);
            self.line(x, units(top + 14), x, units(end), "now");
            self.text(x, units(top + 11), "now-label", plan.now_label.clone());
        }
        self.y = end + 10;
    }

    fn row(&mut self, week: Week, name: &str, blocks: &[Block], height: i64) {
        let top = self.y;
        let middle = units(top + height / 2 + 4);
        self.text(units(0), middle, "row-name", cut(name, 18));
        self.line(units(0), units(top), units(GUTTER + week.plot), units(top), "rule");
        let inside = blocks.iter().filter(|b| b.start < week.to && week.from < b.end);
        for block in inside {
            if self.blocks >= BLOCKS_MAX {
                break;
            }
            self.blocks += 1;
            let drawn = drawn(week, block, top, height, self.plan.is_tall);
            self.items.push(Item::Block(Box::new(drawn)));
        }
        self.y = top + height;
    }

    fn text(&mut self, x: Tenths, y: Tenths, class: &'static str, text: String) {
        self.items.push(Item::Text { x, y, class, text });
    }

    fn line(&mut self, x1: Tenths, y1: Tenths, x2: Tenths, y2: Tenths, class: &'static str) {
        self.items.push(Item::Line { x1, y1, x2, y2, class });
    }
}

fn drawn(week: Week, block: &Block, top: i64, height: i64, is_tall: bool) -> Drawn {
    let (x, end) = (week.x(block.start), week.x(block.end));
    // One unit of air between neighbours.
    let width = Tenths((end.0 - x.0 - 10).max(BLOCK_TENTHS_MIN));
    let mut lines = Vec::new();
    let left = Tenths(x.0 + 50);
    if let Some(text) = fitting(&block.text, width) {
        let two = is_tall && height >= 40 && !block.more.is_empty();
        let first = if two { top + 17 } else { top + height / 2 + 4 };
        lines.push((left, units(first), text));
        if let Some(more) = fitting(&block.more, width).filter(|_| two) {
            lines.push((left, units(top + 31), more));
        }
    }
    Drawn {
        x,
        y: units(top + 2),
        width,
        height: units(height - 4),
        class: block.look.class(),
        is_gap: block.look == Look::Gap,
        lines,
        story: block.story.clone(),
        href: block.href.clone(),
    }
}

/// As much of a text as fits into a width; none when that says nothing.
fn fitting(text: &str, width: Tenths) -> Option<String> {
    // By measure: 7.2 units for a letter at this size, twice as much for wide scripts.
    let wide = |c: char| if u32::from(c) >= 0x1100 { 132 } else { 72 };
    let room = width.0 - 80;
    let all: i64 = text.chars().map(wide).sum();
    if text.is_empty() || room < 120 {
        return None;
    }
    if all <= room {
        return Some(text.to_owned());
    }
    let mut used = 72;
    let mut short = String::new();
    for c in text.chars() {
        used += wide(c);
        if used > room {
            break;
        }
        short.push(c);
    }
    (!short.is_empty()).then(|| format!("{}…", short.trim_end()))
}
