//! Bars and curves of licences, drawn as SVG by the server: shapes differ, not only colours, and each has a
//! sentence for who does not see it.

use askama::Template;
use askama::filters::HtmlSafe;

/// Width of a bar in its own units.
const WIDTH: u64 = 1_000;
/// Size of a curve in its own units.
const CURVE: (u64, u64) = (960, 240);
/// Points a curve is drawn with at most.
const POINTS_MAX: usize = 1_000;

/// What is held of what is allotted, with head-room.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "bar.html")]
pub(crate) struct Bar {
    label: String,
    held: u64,
    over: (u64, u64),
    room: (u64, u64),
    limit: Option<u64>,
}

impl HtmlSafe for Bar {}

impl Bar {
    /// `allotted` is none if it is unlimited; `room` is how many more are suffered for a time.
    pub(crate) fn new(label: String, held: u32, allotted: Option<u32>, room: u32) -> Self {
        let Some(allotted) = allotted else {
            return Self { label, held: 0, over: (0, 0), room: (0, 0), limit: None };
        };
        let (held, allotted) = (u64::from(held), u64::from(allotted));
        let all = (allotted + u64::from(room)).max(held).max(1);
        let scaled = |seats: u64| seats * (WIDTH - 2) / all;
        let within = scaled(held.min(allotted));
        let limit = scaled(allotted) + 1;
        Self {
            label,
            held: within,
            over: (limit, scaled(held.saturating_sub(allotted))),
            room: (limit, scaled(all - allotted)),
            limit: (all > allotted).then_some(limit),
        }
    }
}

/// Licences held day by day, and how many were allotted.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "curve_drawing.html")]
pub(crate) struct CurveDrawing {
    label: String,
    held: String,
    allotted: String,
    top: u32,
    first: String,
    last: String,
}

impl HtmlSafe for CurveDrawing {}

impl CurveDrawing {
    /// Both lists begin at the same day and end now; an allotment that was unlimited or unknown is a gap.
    pub(crate) fn new(
        label: String,
        held: &[u32],
        allotted: &[Option<u32>],
        (first, last): (String, String),
    ) -> Self {
        let most = held.iter().copied().chain(allotted.iter().copied().flatten()).max();
        let top = rounded(most.unwrap_or(0));
        Self {
            label,
            held: steps(held.iter().map(|held| Some(*held)), held.len(), top),
            allotted: steps(allotted.iter().copied(), allotted.len(), top),
            top,
            first,
            last,
        }
    }
}

/// The next number that reads well.
fn rounded(most: u32) -> u32 {
    let mut unit = 1_u32;
    while let Some(next) = unit.checked_mul(10).filter(|next| *next <= most) {
        unit = next;
    }
    let fits = [1_u32, 2, 5, 10].into_iter().filter_map(|factor| unit.checked_mul(factor));
    fits.into_iter().find(|top| *top >= most.max(1)).unwrap_or(u32::MAX)
}

/// A line that stays until it changes. Gaps are left out, so that a line never says zero where nobody knows.
fn steps(values: impl Iterator<Item = Option<u32>>, count: usize, top: u32) -> String {
    let (width, height) = CURVE;
    let last = u64::try_from(count.saturating_sub(1)).unwrap_or(1).max(1);
    let x = |n: usize| u64::try_from(n).unwrap_or(0) * width / last;
    let y = |value: u32| height - u64::from(value) * height / u64::from(top.max(1));
    let mut points = Vec::new();
    let mut before = None;
    for (n, value) in values.enumerate().take(POINTS_MAX) {
        if let Some(value) = value {
            if let Some(before) = before.filter(|before| *before != value) {
                points.push(format!("{},{}", x(n), y(before)));
            }
            points.push(format!("{},{}", x(n), y(value)));
        }
        before = value;
    }
    points.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_show_what_is_held_beyond_and_possible() {
        let bar = |held, allotted, room| Bar::new(String::new(), held, allotted, room);
        let half = bar(75, Some(150), 0);
        assert_eq!((half.held, half.over, half.limit), (499, (999, 0), None));
        let room = bar(100, Some(100), 100);
        assert_eq!((room.held, room.room, room.limit), (499, (500, 499), Some(500)));
        let over = bar(200, Some(100), 0);
        assert_eq!((over.held, over.over, over.limit), (499, (500, 499), Some(500)));
        assert_eq!(bar(0, Some(0), 0).held, 0);
        assert_eq!(bar(7, None, 0).limit, None);
        let most = bar(u32::MAX, Some(u32::MAX), u32::MAX);
        assert_eq!((most.held, most.limit), (499, Some(500)));
    }

    #[test]
    fn curves_are_steps_with_gaps() {
        assert_eq!([0, 1, 7, 10, 11, 150, 4_000].map(rounded), [1, 1, 10, 10, 20, 200, 5_000]);
        assert_eq!(rounded(u32::MAX), u32::MAX);
        let drawn = CurveDrawing::new(
            "x".to_owned(),
            &[0, 5, 5],
            &[None, Some(10), Some(10)],
            (String::new(), String::new()),
        );
        assert_eq!(drawn.held, "0,240 480,240 480,120 960,120");
        assert_eq!(drawn.allotted, "480,0 960,0");
        let label = CurveDrawing::new("<b>".to_owned(), &[], &[], (String::new(), String::new()));
        assert!(label.render().unwrap().contains("aria-label=\"&#60;b&#62;\""));
    }
}
