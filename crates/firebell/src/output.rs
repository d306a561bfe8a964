//! What a command says: lines for people, objects for programs, colours only where they help.
//!
//! Used by every command. Results go to standard output, everything else to standard error. Texts
//! that came from outside pass through [`clean`], so that they cannot steer a terminal.

use std::io::{IsTerminal as _, Write as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::Value;

use crate::failure::Failure;

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub(crate) enum Color {
    /// On a terminal, unless NO_COLOR is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// How something looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    Bold,
    Dim,
    Red,
    Green,
    Yellow,
    Blue,
    Magenta,
    Cyan,
}

impl Style {
    const fn code(self) -> &'static str {
        match self {
            Self::Bold => "1",
            Self::Dim => "2",
            Self::Red => "31",
            Self::Green => "32",
            Self::Yellow => "33",
            Self::Blue => "34",
            Self::Magenta => "35",
            Self::Cyan => "36",
        }
    }
}

/// Where a command's words go.
#[derive(Debug, Clone)]
pub(crate) struct Output {
    json: bool,
    quiet: bool,
    color: bool,
    closed: Arc<AtomicBool>,
}

impl Output {
    /// As the command line and the environment (`NO_COLOR`) ask for.
    pub(crate) fn new(json: bool, quiet: bool, color: Color, no_color: bool) -> Self {
        let color = match color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => !no_color && std::io::stdout().is_terminal(),
        };
        Self { json, quiet, color, closed: Arc::default() }
    }

    /// Whether programs read along.
    pub(crate) const fn is_json(&self) -> bool {
        self.json
    }

    /// Whether a terminal that can be redrawn is at the other end.
    pub(crate) fn is_live(&self) -> bool {
        !self.json && self.color && std::io::stdout().is_terminal()
    }

    /// Whether nobody reads any more (a closed pipe): commands that run on should end.
    pub(crate) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Relaxed)
    }

    /// A line of the result.
    pub(crate) fn line(&self, text: &str) {
        let mut stdout = std::io::stdout().lock();
        if writeln!(stdout, "{text}").and_then(|()| stdout.flush()).is_err() {
            self.closed.store(true, Ordering::Relaxed);
        }
    }

    /// Several lines of the result, as they are.
    pub(crate) fn text(&self, text: &str) {
        let mut stdout = std::io::stdout().lock();
        if write!(stdout, "{text}").and_then(|()| stdout.flush()).is_err() {
            self.closed.store(true, Ordering::Relaxed);
        }
    }

    /// A remark that `--quiet` and `--json` suppress.
    pub(crate) fn note(&self, text: &str) {
        if !self.quiet && !self.json {
            self.line(text);
        }
    }

    /// The result for programs, on one line.
    pub(crate) fn json(&self, value: &Value) {
        self.line(&value.to_string());
    }

    /// The result in the form that was asked for.
    pub(crate) fn either(&self, value: &Value, people: impl FnOnce(&Self)) {
        if self.json {
            self.json(value);
        } else {
            people(self);
        }
    }

    /// Why the command failed.
    pub(crate) fn failure(&self, failure: &Failure) {
        let mut stderr = std::io::stderr().lock();
        let written = if self.json {
            writeln!(stderr, "{}", failure.json())
        } else {
            let text = failure.lines().join("\n");
            writeln!(stderr, "{} {text}", self.paint(Style::Red, "error:"))
        };
        // If even the error cannot be written there is nobody left to tell.
        drop(written);
    }

    /// `text` in a colour, if colours are wanted.
    pub(crate) fn paint(&self, style: Style, text: &str) -> String {
        if self.color { format!("\x1b[{}m{text}\x1b[0m", style.code()) } else { text.to_owned() }
    }
}

/// `text` without anything that could steer a terminal or change the direction of writing.
pub(crate) fn clean(text: &str) -> String {
    let visible = |c: char| if firebell_domain::name::is_invisible(c) { ' ' } else { c };
    text.chars().map(visible).collect()
}

/// Bytes as hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let digits = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap_or('0');
    bytes.iter().flat_map(|byte| [digits(byte >> 4), digits(byte & 15)]).collect()
}

/// Columns of texts, aligned.
#[derive(Debug, Default)]
pub(crate) struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table with these headings.
    pub(crate) fn new(headings: &[&str]) -> Self {
        Self { rows: vec![headings.iter().map(|h| (*h).to_owned()).collect()] }
    }

    /// Adds a row; the texts are cleaned.
    pub(crate) fn row<T: AsRef<str>>(&mut self, cells: &[T]) {
        self.rows.push(cells.iter().map(|cell| clean(cell.as_ref())).collect());
    }

    /// How many rows there are besides the headings.
    pub(crate) fn len(&self) -> usize {
        self.rows.len().saturating_sub(1)
    }

    /// The table as text, the headings in bold.
    pub(crate) fn render(&self, out: &Output) -> String {
        let mut widths: Vec<usize> = Vec::new();
        for row in &self.rows {
            for (place, cell) in row.iter().enumerate() {
                let width = cell.chars().count();
                match widths.get_mut(place) {
                    Some(widest) => *widest = width.max(*widest),
                    None => widths.push(width),
                }
            }
        }
        let mut text = String::new();
        for (number, row) in self.rows.iter().enumerate() {
            let mut line = String::new();
            for (cell, width) in row.iter().zip(&widths) {
                line.push_str(cell);
                line.extend(std::iter::repeat_n(' ', width + 2 - cell.chars().count()));
            }
            let line = line.trim_end();
            let line = if number == 0 { out.paint(Style::Bold, line) } else { line.to_owned() };
            text.push_str(&line);
            text.push('\n');
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain() -> Output {
        Output::new(false, false, Color::Never, false)
    }

    #[test]
    fn tables_align_and_cannot_steer_the_terminal() {
        let mut table = Table::new(&["NO", "SUMMARY"]);
        table.row(&["1", "Disk \x1b[2Jfull"]);
        table.row(&["1000", "å"]);
        assert_eq!(table.render(&plain()), "NO    SUMMARY\n1     Disk  [2Jfull\n1000  å\n");
        assert_eq!(table.len(), 2);
    }

    #[test]
    fn digits_of_bytes() {
        assert_eq!(hex(&[0, 0x1f, 0xab]), "001fab");
    }

    #[test]
    fn colours_only_when_wanted() {
        assert_eq!(plain().paint(Style::Red, "x"), "x");
        let painted = Output::new(false, false, Color::Always, true).paint(Style::Red, "x");
        assert_eq!(painted, "\x1b[31mx\x1b[0m");
        assert_eq!(Output::new(false, false, Color::Auto, true).paint(Style::Red, "x"), "x");
    }
}
