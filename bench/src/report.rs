//! The table of figures, for the terminal and for `bench/RESULTS.md`.

use std::path::Path;

use anyhow::{Context as _, Result};

/// A figure beside what it has to reach.
struct Line {
    figure: String,
    value: f64,
    goal: f64,
    /// Whether more is better.
    at_least: bool,
}

/// What was measured so far, by sections; the first has no heading.
#[derive(Default)]
pub(crate) struct Report {
    earlier: Vec<Section>,
    now: Section,
}

#[derive(Default)]
struct Section {
    heading: Option<String>,
    lines: Vec<Line>,
    notes: Vec<String>,
}

impl Report {
    /// What is measured from now on stands under this heading.
    pub(crate) fn section(&mut self, heading: &str) {
        let next = Section { heading: Some(heading.to_owned()), ..Section::default() };
        let before = std::mem::replace(&mut self.now, next);
        if !before.lines.is_empty() || !before.notes.is_empty() {
            self.earlier.push(before);
        }
    }

    /// A figure that has to be at least `goal`.
    pub(crate) fn at_least(&mut self, figure: &str, value: f64, goal: f64) {
        self.now.lines.push(Line { figure: figure.to_owned(), value, goal, at_least: true });
    }

    /// A figure that may be at most `goal`.
    pub(crate) fn at_most(&mut self, figure: &str, value: f64, goal: f64) {
        self.now.lines.push(Line { figure: figure.to_owned(), value, goal, at_least: false });
    }

    /// What stands behind a figure; said at once, since the run takes a while.
    pub(crate) fn note(&mut self, figure: &str, text: &str) {
        let note = format!("{figure}: {text}");
        println!("{note}");
        self.now.notes.push(note);
    }

    /// The tables and the notes, as Markdown.
    pub(crate) fn table(&self) -> String {
        let sections = self.earlier.iter().chain([&self.now]);
        sections.map(Section::table).collect::<Vec<_>>().join("\n")
    }

    /// Writes the results beside this crate's manifest.
    pub(crate) fn write(&self, date: jiff::civil::Date, quick: bool) -> Result<()> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("RESULTS.md");
        let quick = if quick { " --quick" } else { "" };
        let text = format!(
            "# Measured\n\n`cargo xtask bench all{quick} --write --date {date}` on {}.\n\n\
             Everything ran on the one machine: the server, the database, the load generator and \
             the receivers. Rates are medians of rounds that took turns; percentiles come from \
             all samples. Absolute figures of a shared machine swing by a factor of two; the \
             shares within one run hold.\n\n{}",
            machine()?,
            self.table()
        );
        std::fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))
    }
}

impl Section {
    fn table(&self) -> String {
        let heading = self.heading.as_ref().map(|heading| format!("## {heading}\n\n"));
        let mut out = heading.unwrap_or_default();
        out.push_str("| figure | measured | goal | |\n|---|---|---|---|\n");
        for line in &self.lines {
            let reached =
                if line.at_least { line.value >= line.goal } else { line.value <= line.goal };
            let (sign, word) =
                (if line.at_least { "≥" } else { "≤" }, if reached { "✓" } else { "missed" });
            let (value, goal) = (shown(line.value), shown(line.goal));
            let row = format!("| {} | {value} | {sign} {goal} | {word} |\n", line.figure);
            out.push_str(&row);
        }
        out.push('\n');
        for note in &self.notes {
            out.push_str("- ");
            out.push_str(note);
            out.push('\n');
        }
        out
    }
}

/// Four figures that matter.
fn shown(value: f64) -> String {
    match value.abs() {
        x if x >= 1000.0 => format!("{value:.0}"),
        x if x >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

/// Cores, processor and kernel.
fn machine() -> Result<String> {
    let cpu = std::fs::read_to_string("/proc/cpuinfo")?;
    let model = cpu.lines().find_map(|l| l.strip_prefix("model name")?.split_once(": "));
    let kernel = std::fs::read_to_string("/proc/sys/kernel/osrelease")?;
    let cores = std::thread::available_parallelism()?;
    let model = model.map_or("an unnamed processor", |(_, model)| model);
    Ok(format!("{cores} cores of {model}, Linux {}", kernel.trim()))
}

/// The middle one; the mean of the two in the middle when their number is even.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    let upper = values.get(middle).copied().unwrap_or(0.0);
    if values.len() % 2 == 1 {
        return upper;
    }
    let lower = values.get(middle.saturating_sub(1)).copied().unwrap_or(0.0);
    f64::midpoint(lower, upper)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians() {
        assert!((median(vec![3.0, 1.0, 2.0]) - 2.0).abs() < f64::EPSILON);
        assert!((median(vec![4.0, 1.0]) - 2.5).abs() < f64::EPSILON);
        assert!(median(Vec::new()).abs() < f64::EPSILON);
    }

    #[test]
    fn the_table_says_what_was_missed() {
        let mut report = Report::default();
        report.at_least("share", 0.71, 0.6);
        report.at_most("p99, ms", 31.0, 30.0);
        let table = report.table();
        assert!(table.contains("| share | 0.71 | ≥ 0.60 | ✓ |"));
        assert!(table.contains("| p99, ms | 31.0 | ≤ 30.0 | missed |"));
    }

    #[test]
    fn sections_have_headings() {
        let mut report = Report::default();
        report.section("First");
        report.at_least("share", 0.71, 0.6);
        report.section("Second");
        report.note("share", "said");
        let table = report.table();
        assert!(table.starts_with("## First\n\n| figure"), "{table}");
        assert!(table.contains("\n\n## Second\n\n| figure"), "{table}");
        assert!(table.ends_with("- share: said\n"), "{table}");
    }
}
