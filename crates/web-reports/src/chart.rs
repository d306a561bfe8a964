//! Charts, drawn by the server: SVG with presentation attributes, a name, labels beside what is coloured, and
//! patterns beside colours. Each has a table with the same numbers on its page.

use askama::Template;
use askama::filters::HtmlSafe;

/// Pixels of the drawing area of [`Days`].
const DAYS_SIZE: (f64, f64) = (720.0, 132.0);
/// Pixels of a cell of [`Week`].
const CELL: (u32, u32) = (28, 26);
/// Pixels left of the first and above the first cell.
const WEEK_EDGE: (u32, u32) = (80, 20);
/// Shades of [`Week`], from none to most.
const SHADES: u32 = 5;

/// A bar per day, with a hatched part.
#[derive(Debug, Clone, Template)]
#[template(path = "chart_days.html")]
pub(crate) struct Days {
    name: String,
    bars: Vec<Bar>,
    top: u32,
    labels: Vec<(f64, &'static str, String)>,
}

impl HtmlSafe for Days {}

/// A bar in the chart's own pixels.
#[derive(Debug, Clone)]
struct Bar {
    x: f64,
    width: f64,
    y: f64,
    height: f64,
    part_y: f64,
    part_height: f64,
    tip: String,
}

/// A day: its label, the whole, the hatched part, and the sentence that says it.
#[derive(Debug, Clone)]
pub(crate) struct Day {
    pub(crate) label: String,
    pub(crate) whole: u32,
    pub(crate) part: u32,
    pub(crate) tip: String,
}

impl Days {
    /// A chart of these days; the name says what it shows.
    pub(crate) fn new(name: String, days: &[Day]) -> Self {
        let top = nice(days.iter().map(|day| day.whole).max().unwrap_or(0));
        let count = f64::from(u32::try_from(days.len()).unwrap_or(u32::MAX)).max(1.0);
        let step = DAYS_SIZE.0 / count;
        let height = |n: u32| f64::from(n) / f64::from(top) * DAYS_SIZE.1;
        let bar = |(at, day): (u32, &Day)| {
            let (whole, part) = (height(day.whole), height(day.part));
            Bar {
                x: round(f64::from(at) * step + step * 0.1),
                width: round(step * 0.8),
                y: round(DAYS_SIZE.1 - whole),
                height: round(whole),
                part_y: round(DAYS_SIZE.1 - part),
                part_height: round(part),
                tip: day.tip.clone(),
            }
        };
        let bars = (0..).zip(days).map(bar).collect();
        let at = |place: usize| days.get(place).map(|day| day.label.clone()).unwrap_or_default();
        let labels = match days.len() {
            0 => Vec::new(),
            1 => vec![(DAYS_SIZE.0 / 2.0, "middle", at(0))],
            n => vec![(0.0, "start", at(0)), (DAYS_SIZE.0, "end", at(n - 1))],
        };
        Self { name, bars, top, labels }
    }
}

/// A week's hours, each with its number and a shade.
#[derive(Debug, Clone, Template)]
#[template(path = "chart_week.html")]
pub(crate) struct Week {
    name: String,
    hours: Vec<(u32, String)>,
    days: Vec<(u32, String)>,
    cells: Vec<Cell>,
    width: u32,
    height: u32,
}

impl HtmlSafe for Week {}

#[derive(Debug, Clone)]
struct Cell {
    x: u32,
    y: u32,
    /// From 0 to [`SHADES`]: a class of the style sheet.
    shade: u32,
    count: String,
    tip: String,
}

impl Cell {
    const fn middle(&self) -> (u32, u32) {
        (self.x + CELL.0 / 2 - 1, self.y + CELL.1 / 2 + 3)
    }
}

impl Week {
    /// A chart of a week; `days` are the names of the days from Monday.
    pub(crate) fn new(
        name: String,
        days: &[String],
        week: &[[u32; 24]; 7],
        tip: impl Fn(&str, u32, u32) -> String,
    ) -> Self {
        let most = week.iter().flatten().copied().max().unwrap_or(0);
        let mut cells = Vec::new();
        for ((row, hours), day) in (0..).zip(week).zip(days) {
            for (hour, count) in (0..).zip(hours) {
                cells.push(Cell {
                    x: WEEK_EDGE.0 + hour * CELL.0,
                    y: WEEK_EDGE.1 + row * CELL.1,
                    shade: shade(*count, most),
                    count: short(*count),
                    tip: tip(day, hour, *count),
                });
            }
        }
        let label =
            |(row, day): (u32, &String)| (WEEK_EDGE.1 + row * CELL.1 + CELL.1 / 2 + 4, day.clone());
        Self {
            name,
            hours: (0..24)
                .step_by(3)
                .map(|hour| (WEEK_EDGE.0 + hour * CELL.0, format!("{hour:02}")))
                .collect(),
            days: (0..).zip(days).map(label).collect(),
            cells,
            width: WEEK_EDGE.0 + 24 * CELL.0,
            height: WEEK_EDGE.1 + 7 * CELL.1,
        }
    }
}

/// A bar in a table's cell: the number stands beside it.
#[derive(Debug, Clone, Template)]
#[template(path = "chart_share.html")]
pub(crate) struct Share {
    own: f64,
    mark: Option<f64>,
}

impl HtmlSafe for Share {}

impl Share {
    /// `own` of `most`, with a mark.
    pub(crate) fn new(own: f64, most: f64, mark: Option<f64>) -> Self {
        let part =
            |n: f64| if most > 0.0 { round((n / most * 100.0).clamp(0.0, 100.0)) } else { 0.0 };
        Self { own: part(own), mark: mark.map(|mark| part(mark).min(99.0)) }
    }
}

fn shade(count: u32, most: u32) -> u32 {
    if count == 0 {
        return 0;
    }
    let scaled = u64::from(count) * u64::from(SHADES);
    u32::try_from(scaled.div_ceil(u64::from(most.max(1)))).unwrap_or(SHADES).clamp(1, SHADES)
}

/// At most four characters, for a cell; the tip and the table say it exactly.
fn short(count: u32) -> String {
    match count {
        0 => String::new(),
        1..1_000 => count.to_string(),
        1_000..10_000 => format!("{:.1}k", f64::from(count) / 1e3),
        10_000..1_000_000 => format!("{}k", count / 1_000),
        _ => format!("{}M", count / 1_000_000),
    }
}

/// The next round number: the top of an axis.
fn nice(most: u32) -> u32 {
    let mut unit = 1_u32;
    loop {
        for step in [1, 2, 5] {
            let top = unit.saturating_mul(step);
            if top >= most.max(1) || top == u32::MAX {
                return top;
            }
        }
        unit = unit.saturating_mul(10);
    }
}

fn round(pixels: f64) -> f64 {
    (pixels * 100.0).round() / 100.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes_end_at_round_numbers() {
        for (most, top) in [(0, 1), (1, 1), (3, 5), (11, 20), (5_000, 5_000), (5_001, 10_000)] {
            assert_eq!(nice(most), top, "{most}");
        }
        assert!(nice(u32::MAX) >= 4_000_000_000);
    }

    #[test]
    fn shades_rise_and_only_nothing_has_none() {
        assert_eq!(shade(0, 0), 0);
        assert_eq!(shade(1, 1_000_000), 1);
        assert_eq!(shade(50, 100), 3);
        assert_eq!(shade(100, 100), SHADES);
        assert_eq!(shade(u32::MAX, u32::MAX), SHADES);
        assert_eq!([short(0), short(999), short(1_250), short(99_999)], ["", "999", "1.2k", "99k"]);
    }

    #[test]
    fn charts_have_names_and_no_styles() {
        let day = Day { label: "<1".to_owned(), whole: 4, part: 1, tip: "<4".to_owned() };
        let days =
            Days::new("Alerts by day".to_owned(), &[day.clone(), day]).render().expect("svg");
        assert!(days.contains("role=\"img\"") && days.contains("Alerts by day"), "{days}");
        assert!(!days.contains("style=") && !days.contains("<4"), "{days}");
        let names: Vec<String> = (0..7).map(|day| format!("D{day}")).collect();
        let mut week = [[0; 24]; 7];
        week[6][23] = 12;
        let tip = |day: &str, hour: u32, count: u32| format!("{day} {hour}: {count}");
        let week = Week::new("By hour".to_owned(), &names, &week, tip).render().expect("svg");
        assert!(week.contains("D6 23: 12") && week.contains("shade-5"), "{week}");
        assert!(!week.contains("style="));
    }
}
