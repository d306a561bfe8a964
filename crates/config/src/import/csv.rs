//! CSV as spreadsheets write it (RFC 4180), read strictly and written so that no cell is a formula.
//!
//! Commas, semicolons and tabs separate; the first line decides. What cannot be right, such as a
//! quotation mark that is never closed, is refused with its line, instead of swallowing the rest.

use super::{BYTES_MAX, COLUMNS_MAX, LINES_MAX, Refusal};

/// What ends a line in what is written.
const LINE_END: &str = "\r\n";
/// Put before a text that a spreadsheet would run, and taken away again when it is read.
const GUARD: char = '\'';

/// A line with content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The line it begins in, from 1.
    pub line: usize,
    /// Its cells, without blanks around them.
    pub cells: Vec<String>,
    /// Whether text follows a closing quotation mark: then nobody knows where its cells end.
    pub torn: bool,
}

/// Reads a table. Empty lines are left out.
///
/// # Errors
/// What makes the whole table unreadable.
pub fn read(text: &str) -> Result<Vec<Record>, Refusal> {
    if text.len() > BYTES_MAX {
        let message = format!("the file must be at most {} MiB; split it", BYTES_MAX >> 20);
        return Err(Refusal::of(1, "", message));
    }
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let separator = separator(text);
    let mut reader = Reader { rest: text.chars().peekable(), line: 1, separator };
    let mut records = Vec::new();
    while let Some(record) = reader.record()? {
        if record.cells.iter().all(String::is_empty) && !record.torn {
            continue;
        }
        if record.cells.len() > COLUMNS_MAX {
            let message = format!("a line must have at most {COLUMNS_MAX} columns");
            return Err(Refusal::of(record.line, "", message));
        }
        // The first record is the heading.
        if records.len() > LINES_MAX {
            let message = format!("the file must have at most {LINES_MAX} lines; split it");
            return Err(Refusal::of(record.line, "", message));
        }
        records.push(record);
    }
    Ok(records)
}

/// The separator that the first line has most of.
fn separator(text: &str) -> char {
    let first = text.trim_start().lines().next().unwrap_or_default();
    let count = |one: char| first.chars().filter(|c| *c == one).count();
    // Of equals the last counts, so the comma stands last.
    ['\t', ';', ','].into_iter().max_by_key(|one| count(*one)).unwrap_or(',')
}

struct Reader<'a> {
    rest: std::iter::Peekable<std::str::Chars<'a>>,
    line: usize,
    separator: char,
}

/// What ended a cell.
#[derive(PartialEq, Eq)]
enum End {
    Cell,
    Line,
}

impl Reader<'_> {
    fn record(&mut self) -> Result<Option<Record>, Refusal> {
        if self.rest.peek().is_none() {
            return Ok(None);
        }
        let mut record = Record { line: self.line, cells: Vec::new(), torn: false };
        loop {
            let (cell, end) = self.cell(&mut record.torn)?;
            let over = record.cells.len() > COLUMNS_MAX;
            match record.cells.last_mut().filter(|_| over) {
                // One too many is enough to be refused for, and a row of nothing stays one.
                Some(last) if last.is_empty() => *last = cell,
                Some(_) => {}
                None => record.cells.push(cell),
            }
            if end == End::Line {
                return Ok(Some(record));
            }
        }
    }

    fn cell(&mut self, torn: &mut bool) -> Result<(String, End), Refusal> {
        let mut cell = String::new();
        // Blanks before a quotation mark are not content.
        while let Some(blank) = self.rest.next_if(|c| *c == ' ') {
            cell.push(blank);
        }
        if self.rest.next_if_eq(&'"').is_some() {
            cell = self.quoted()?;
            while self.rest.next_if(|c| *c == ' ').is_some() {}
            let at_end = |c: &char| [self.separator, '\r', '\n'].contains(c);
            *torn |= self.rest.peek().is_some_and(|c| !at_end(c));
        }
        loop {
            match self.rest.next() {
                None => return Ok((trimmed(&cell), End::Line)),
                Some(c) if c == self.separator => return Ok((trimmed(&cell), End::Cell)),
                Some('\r') => {
                    self.rest.next_if_eq(&'\n');
                    self.line += 1;
                    return Ok((trimmed(&cell), End::Line));
                }
                Some('\n') => {
                    self.line += 1;
                    return Ok((trimmed(&cell), End::Line));
                }
                Some(c) => cell.push(c),
            }
        }
    }

    /// The rest of a cell after its first quotation mark.
    fn quoted(&mut self) -> Result<String, Refusal> {
        let (began, mut cell) = (self.line, String::new());
        loop {
            match self.rest.next() {
                None => {
                    let message = "a quotation mark is opened here and never closed; close it, or \
                                   write it twice if it belongs to the text";
                    return Err(Refusal::of(began, "", message));
                }
                Some('"') if self.rest.next_if_eq(&'"').is_some() => cell.push('"'),
                Some('"') => return Ok(cell),
                Some(c) => {
                    // Of CR LF only one counts.
                    let ends = c == '\n' || (c == '\r' && self.rest.peek() != Some(&'\n'));
                    self.line += usize::from(ends);
                    cell.push(c);
                }
            }
        }
    }
}

fn trimmed(cell: &str) -> String {
    cell.trim().to_owned()
}

/// Adds a line with these cells.
pub fn write<'a>(out: &mut String, cells: impl IntoIterator<Item = &'a str>) {
    for (n, cell) in cells.into_iter().enumerate() {
        if n > 0 {
            out.push(',');
        }
        let guard = is_formula(cell);
        let quote = cell.contains(['"', ',', ';', '\t', '\r', '\n'])
            || cell.starts_with(' ')
            || cell.ends_with(' ');
        if quote {
            out.push('"');
        }
        if guard {
            out.push(GUARD);
        }
        if quote {
            out.push_str(&cell.replace('"', "\"\""));
            out.push('"');
        } else {
            out.push_str(cell);
        }
    }
    out.push_str(LINE_END);
}

/// A cell as it was before [`fn@write`] made it harmless, and whether it had been.
pub fn unguarded(cell: &str) -> (&str, bool) {
    match cell.strip_prefix(GUARD) {
        Some(rest) if is_formula(rest) => (rest, true),
        Some(_) | None => (cell, false),
    }
}

/// Whether a spreadsheet would take it for a formula, or this module for a guarded one.
fn is_formula(cell: &str) -> bool {
    let starts = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];
    cell.starts_with(starts) || cell.strip_prefix(GUARD).is_some_and(is_formula)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(text: &str) -> Vec<(usize, Vec<String>)> {
        read(text).unwrap().into_iter().map(|record| (record.line, record.cells)).collect()
    }

    fn texts(list: &[&str]) -> Vec<String> {
        list.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn a_line_of_separators_costs_no_memory() {
        let many = ",".repeat(COLUMNS_MAX * 20);
        for (text, expected) in [(many.clone(), Ok(0)), (format!("{many}x"), Err(1))] {
            let rest = text.chars().peekable();
            let record = Reader { rest, line: 1, separator: ',' }.record().unwrap().unwrap();
            assert_eq!(record.cells.len(), COLUMNS_MAX + 1);
            let read = read(&text);
            assert_eq!(read.map(|rows| rows.len()).map_err(|refusal| refusal.line), expected);
        }
    }

    #[test]
    fn what_spreadsheets_write_is_read() {
        for (given, expected) in [
            ("a,b\n1,2", vec![(1, texts(&["a", "b"])), (2, texts(&["1", "2"]))]),
            ("\u{FEFF}a;b\r\n1;2\r\n", vec![(1, texts(&["a", "b"])), (2, texts(&["1", "2"]))]),
            ("a\tb\r1\t2\r", vec![(1, texts(&["a", "b"])), (2, texts(&["1", "2"]))]),
            ("a,b\n\n ,\n1,\n", vec![(1, texts(&["a", "b"])), (4, texts(&["1", ""]))]),
            (
                "\"a \"\"x\"\"\", \"b,\nc\" \n1",
                vec![(1, texts(&["a \"x\"", "b,\nc"])), (3, texts(&["1"]))],
            ),
            ("Bo \"Ek\",𝔘ser", vec![(1, texts(&["Bo \"Ek\"", "𝔘ser"]))]),
            ("\"a\r\nb\"\nc", vec![(1, texts(&["a\r\nb"])), (3, texts(&["c"]))]),
            ("", vec![]),
            ("a,", vec![(1, texts(&["a", ""]))]),
        ] {
            assert_eq!(cells(given), expected, "{given:?}");
        }
    }

    #[test]
    fn what_cannot_be_right_is_refused_with_its_line() {
        let open = read("a,b\n1,2\n\"3,4\n5,6\n").unwrap_err();
        assert_eq!(open.line, 3);
        let torn = read("a,b\n\"x\"y,2\n1,2").unwrap();
        let torn: Vec<bool> = torn.into_iter().map(|record| record.torn).collect();
        assert_eq!(torn, [false, true, false]);
        assert!(read(&"x".repeat(BYTES_MAX + 1)).is_err());
        assert!(read(&"x\n".repeat(LINES_MAX + 1)).is_ok());
        let long = read(&"x\n".repeat(LINES_MAX + 2)).unwrap_err();
        assert_eq!(long.line, LINES_MAX + 2);
        assert!(read(&",x".repeat(COLUMNS_MAX)).is_err());
    }

    #[test]
    fn no_cell_is_a_formula_and_each_comes_back() {
        let list = [
            "=cmd|' /C calc'!A0",
            "+47 22",
            "-1",
            "@SUM(A1)",
            "＝1",
            "'=x",
            "''=x",
            "'t Hooft",
            "a \"b\"",
            "x,y;z",
            "l1\nl2",
            "",
            "plain",
            "-",
        ];
        let mut out = String::new();
        write(&mut out, list.iter().copied().chain(["end"]));
        let record = read(&out).unwrap().remove(0);
        for (cell, original) in record.cells.iter().zip(list) {
            assert!(!cell.starts_with(['=', '+', '-', '@', '＝']), "{cell}");
            assert_eq!(unguarded(cell).0, original);
        }
        assert_eq!(record.cells.len(), list.len() + 1);
        assert_eq!(unguarded("'t Hooft"), ("'t Hooft", false));
    }
}
