//! People from a table: reads CSV, and plans what it would change, line by line.
//!
//! Called by the page of imports, twice: for the preview, and before the change, when the plan is
//! made again on the newest configuration. Never inside of a change: large tables take seconds, and all
//! other writers wait for it; there is only asked whether [`Plan::revision`] is still the newest. What is
//! applied is what was shown, or nothing: plans have a [`Plan::digest`] of the file and of all that would
//! become of it. Who may do what is asked of the caller for each person; what is valid, of [`crate::check`].
//!
//! | part | does |
//! |---|---|
//! | `csv` | bytes to records and back; formulas are made harmless |
//! | `columns` | what the columns mean |
//! | `reader` | a line to a person |
//! | `plan` | all lines to changes |

pub mod csv;
mod columns;
mod reader;
mod plan;
#[cfg(test)]
mod tests;

pub use columns::{COLUMNS, Column, PROPERTY_PREFIX, SAMPLE, email_of, export_cell};
pub use plan::{Act, Fate, Importer, Line, Plan, Seats, plan};
pub use reader::email_device;

/// Bytes of a table.
pub const BYTES_MAX: usize = 4 * 1024 * 1024;
/// Lines of a table, the first one not counted.
pub const LINES_MAX: usize = 10_000;
/// Columns of a table.
pub const COLUMNS_MAX: usize = 250;
/// The device that the column `email` is about.
pub const EMAIL_DEVICE: &str = "Work Email";

/// What is wrong with a table or one of its lines, in words people can act on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The line in the file, from 1.
    pub line: usize,
    /// The column's name; empty for the line as a whole.
    pub column: String,
    /// What is wrong and what would be right.
    pub message: String,
}

impl Refusal {
    fn of(line: usize, column: &str, message: impl Into<String>) -> Self {
        Self { line, column: column.to_owned(), message: message.into() }
    }
}
