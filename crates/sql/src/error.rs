//! What can go wrong with a database, in kinds a caller can act on.
//!
//! `Display` is a public sentence that may reach a user; [`Error::cause`] is for the log. Neither
//! ever contains a database URL, a password or a row's values.

use std::fmt;

/// What is said of a server that cannot be reached.
pub(crate) const AWAY: &str = "The PostgreSQL database cannot be reached. Try again in a moment.";

/// A failed statement, transaction or connection.
#[derive(Debug)]
pub enum Error {
    /// A row with the same key exists already.
    Unique {
        /// The key as `table.column, table.column`, the same on both engines; the index name
        /// for a unique index over an expression.
        constraint: String,
        /// For the log.
        cause: String,
    },
    /// [`ReadTx::query_one`](crate::ReadTx::query_one) found no row.
    Missing {
        /// The statement's name.
        statement: &'static str,
    },
    /// Contention that did not go away after the bounded number of attempts.
    Busy {
        /// For the log.
        cause: String,
    },
    /// The database cannot be reached, is shutting down, or has no space.
    Unavailable {
        /// The public sentence.
        sentence: String,
        /// For the log.
        cause: String,
    },
    /// The request does not work with this engine or this schema; the sentence has the remedy.
    Unsupported {
        /// The public sentence.
        sentence: String,
    },
    /// A column holds another kind of value than the reader expects.
    Type {
        /// The statement's name.
        statement: &'static str,
        /// The column, from 0.
        column: usize,
        /// What the reader asked for.
        expected: &'static str,
        /// What the column holds.
        found: &'static str,
    },
    /// A fault in a statement, the schema, the data or a closure.
    Broken {
        /// The public sentence.
        sentence: String,
        /// For the log.
        cause: String,
    },
}

impl Error {
    /// A fault with a public sentence and a cause for the log.
    pub fn broken(sentence: impl Into<String>, cause: impl fmt::Display) -> Self {
        Self::Broken { sentence: sentence.into(), cause: cause.to_string() }
    }

    /// A database that cannot be used right now.
    pub fn unavailable(sentence: impl Into<String>, cause: impl fmt::Display) -> Self {
        Self::Unavailable { sentence: sentence.into(), cause: cause.to_string() }
    }

    /// A request this database cannot serve; the sentence names the remedy.
    pub fn unsupported(sentence: impl Into<String>) -> Self {
        Self::Unsupported { sentence: sentence.into() }
    }

    /// A statement that was refused for a reason no caller can act on.
    pub(crate) fn statement(name: &'static str, cause: impl fmt::Display) -> Self {
        Self::broken(format!("The database statement {name} failed."), cause)
    }

    pub(crate) fn closing() -> Self {
        Self::unavailable("The database is shutting down. Try again later.", "handle closed")
    }

    pub(crate) fn away() -> Self {
        Self::unavailable(AWAY, "not reached since the start")
    }

    /// Whether nobody answered: a server that refuses the login, or has no such database, has
    /// answered.
    pub fn is_away(&self) -> bool {
        matches!(self, Self::Unavailable { sentence, .. } if sentence == AWAY)
    }

    /// Whether the same request may succeed later: contention, or a database out of reach.
    pub fn is_retryable(&self) -> bool {
        matches!(self, Self::Busy { .. } | Self::Unavailable { .. })
    }

    /// Whether the transaction should be run again at once.
    pub(crate) fn is_contention(&self) -> bool {
        matches!(self, Self::Busy { .. })
    }

    /// The internal cause, for the log only.
    pub fn cause(&self) -> &str {
        match self {
            Self::Unique { cause, .. }
            | Self::Busy { cause }
            | Self::Unavailable { cause, .. }
            | Self::Broken { cause, .. } => cause,
            Self::Unsupported { sentence } => sentence,
            Self::Missing { statement } => statement,
            Self::Type { found, .. } => found,
        }
    }

    /// Whether a unique key over exactly these columns (`table.a, table.b`) was violated.
    pub fn is_unique_on(&self, columns: &str) -> bool {
        matches!(self, Self::Unique { constraint, .. } if constraint == columns)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unique { constraint, .. } => {
                write!(f, "An entry with the same key exists already ({constraint}).")
            }
            Self::Missing { statement } => {
                write!(f, "The requested entry does not exist ({statement}).")
            }
            Self::Busy { .. } => f.write_str("The database is busy. Try again."),
            Self::Unavailable { sentence, .. }
            | Self::Unsupported { sentence }
            | Self::Broken { sentence, .. } => f.write_str(sentence),
            Self::Type { statement, column, expected, found } => write!(
                f,
                "The database statement {statement} returned {found} in column {column}, \
                 where {expected} was expected."
            ),
        }
    }
}

impl std::error::Error for Error {}

/// A closure's own error type, as far as this crate has to know it.
pub trait Retryable {
    /// The database error inside, if that is what failed: contention makes the transaction run
    /// again.
    fn sql_error(&self) -> Option<&Error>;
}

impl Retryable for Error {
    fn sql_error(&self) -> Option<&Error> {
        Some(self)
    }
}
