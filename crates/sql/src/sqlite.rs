//! SQLite: connections, statements, errors and backup.
//!
//! One writer thread and a few readers in this process; other processes (the command line) may
//! open the same file, so nothing here relies on being alone.

mod checkpoint;

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::backup::{Backup, StepResult};
use rusqlite::ffi;
use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};
use rusqlite::{CachedStatement, Connection, ErrorCode};

pub(crate) use checkpoint::Checkpoint;
use checkpoint::Log;

use crate::config::Config;
use crate::lane::Opener;
use crate::session::{self, Mode};
use crate::tx::ROWS_MAX;
use crate::{Engine, Error, Preparable as _, Row, Statement, Value};

/// Prepared statements kept per connection.
const STATEMENTS_MAX: usize = 256;
/// Page cache of a connection that writes, in KiB.
const WRITER_CACHE_KIB: u32 = 16 * 1024;
/// Page cache of each other connection, in KiB. The system caches the file for all of them; here each would keep a copy
/// of its own of what it read once, such as all configuration at the start.
const READER_CACHE_KIB: u32 = 4 * 1024;
/// Attempts to copy the database while others hold locks.
const BACKUP_ATTEMPTS_MAX: u32 = 20;

const CANNOT_OPEN: &str =
    "The SQLite database cannot be opened. Check the path, its permissions and the free space.";

/// One thread's connection.
pub(crate) struct Session {
    conn: Connection,
    /// The writer's view of the log; readers have none.
    log: Option<Log>,
}

impl Session {
    pub(crate) fn begin(&mut self, mode: Mode) -> Result<&Connection, Error> {
        let text = match mode {
            Mode::Read => "begin deferred",
            Mode::Write => "begin immediate",
        };
        run(&self.conn, "begin", text)?;
        Ok(&self.conn)
    }

    pub(crate) fn commit(&mut self) -> Result<(), Error> {
        if let Err(error) = run(&self.conn, "commit", "commit") {
            self.roll_back();
            return Err(error);
        }
        self.after_commit();
        Ok(())
    }

    /// Runs one statement that is a transaction of its own.
    pub(crate) fn execute_alone(&mut self, s: &Statement, params: &[Value]) -> Result<u64, Error> {
        let text = s.sql(Engine::Sqlite);
        let out = execute(&self.conn, s.name, &text, params);
        if out.is_ok() {
            self.after_commit();
        } else {
            self.roll_back();
        }
        out
    }

    fn after_commit(&self) {
        if let Some(log) = &self.log {
            log.after_commit(&self.conn);
        }
    }

    pub(crate) fn roll_back(&mut self) {
        if !self.conn.is_autocommit()
            && let Err(error) = run(&self.conn, "rollback", "rollback")
        {
            tracing::error!(cause = error.cause(), "a SQLite transaction could not be rolled back");
        }
    }
}

fn run(conn: &Connection, name: &'static str, text: &str) -> Result<(), Error> {
    let done = conn.prepare_cached(text).and_then(|mut statement| statement.raw_execute());
    done.map(drop).map_err(|e| error(name, &e))
}

/// Creates the file if need be and switches it to write-ahead logging.
pub(crate) fn create(path: &Path, config: &Config) -> Result<(), Error> {
    let conn = connect(path, config)?;
    let mode: String = conn
        .query_row("pragma journal_mode = wal", [], |row| row.get(0))
        .map_err(|e| Error::unavailable(CANNOT_OPEN, e))?;
    if mode != "wal" {
        return Err(Error::unsupported(format!(
            "The SQLite database cannot use a write-ahead log (it offers {mode}). Put it on a \
             local file system."
        )));
    }
    Ok(())
}

/// Opens a reader on its thread.
pub(crate) fn reader(path: &Path, config: &Config) -> Opener {
    let (path, config) = (path.to_owned(), config.clone());
    Box::new(move || {
        let conn = connect(&path, &config)?;
        pragma(&conn, "query_only", "on")?;
        Ok(session::Session::Sqlite(Session { conn, log: None }))
    })
}

/// Opens the writer on its thread.
pub(crate) fn writer(path: &Path, config: &Config, checkpoint: Checkpoint) -> Opener {
    let (path, config) = (path.to_owned(), config.clone());
    Box::new(move || {
        let mut conn = connect(&path, &config)?;
        pragma(&conn, "cache_size", &format!("-{WRITER_CACHE_KIB}"))?;
        let log = Some(Log::watched(&mut conn, &config, checkpoint)?);
        Ok(session::Session::Sqlite(Session { conn, log }))
    })
}

#[expect(clippy::disallowed_methods, reason = "this crate is where databases are opened")]
fn connect(path: &Path, config: &Config) -> Result<Connection, Error> {
    let conn = Connection::open(path).map_err(|e| Error::unavailable(CANNOT_OPEN, e))?;
    conn.busy_timeout(config.busy_timeout).map_err(|e| error("busy_timeout", &e))?;
    conn.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
    pragma(&conn, "synchronous", "full")?;
    pragma(&conn, "foreign_keys", "on")?;
    pragma(&conn, "temp_store", "memory")?;
    pragma(&conn, "cache_size", &format!("-{READER_CACHE_KIB}"))?;
    Ok(conn)
}

fn pragma(conn: &Connection, name: &str, value: &str) -> Result<(), Error> {
    conn.pragma_update(None, name, value).map_err(|e| match e.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => Error::unsupported(
            "The file is not a SQLite database. Choose another path or restore a backup.",
        ),
        _ => Error::unavailable(CANNOT_OPEN, e),
    })
}

/// Copies the database to a new file through a partial one, so that a half copy is never taken
/// for a whole.
#[expect(clippy::disallowed_methods, reason = "this crate is where databases are opened")]
pub(crate) fn backup(from: &Path, to: &Path) -> Result<(), Error> {
    const SENTENCE: &str = "The backup cannot be written. Check the path and the free space.";
    if to.exists() {
        let name = to.display();
        return Err(Error::unsupported(format!("{name} exists already. Choose a new file.")));
    }
    let partial = PathBuf::from(format!("{}.partial", to.display()));
    match std::fs::remove_file(&partial) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
            return Err(Error::unavailable(SENTENCE, e));
        }
        _ => {}
    }
    private(&partial).map_err(|e| Error::unavailable(SENTENCE, e))?;
    let copy = || -> rusqlite::Result<bool> {
        let source = Connection::open(from)?;
        let mut target = Connection::open(&partial)?;
        source.busy_timeout(Duration::from_secs(1))?;
        let backup = Backup::new(&source, &mut target)?;
        for _ in 0..BACKUP_ATTEMPTS_MAX {
            // All pages at once: writers go on in the log, and the copy never starts again.
            if matches!(backup.step(-1)?, StepResult::Done) {
                return Ok(true);
            }
        }
        Ok(false)
    };
    match copy() {
        Ok(true) => {}
        Ok(false) => {
            return Err(Error::Busy { cause: "backup".to_owned() });
        }
        Err(e) => return Err(Error::unavailable(SENTENCE, e)),
    }
    std::fs::rename(&partial, to).map_err(|e| Error::unavailable(SENTENCE, e))
}

/// Makes an empty file that only its owner may read: a copy holds every secret of the original.
fn private(path: &Path) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Bool(value) => ValueRef::Integer(i64::from(*value)),
            Self::Int(value) => ValueRef::Integer(*value),
            Self::Real(value) => ValueRef::Real(*value),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Blob(bytes) => ValueRef::Blob(bytes),
            Self::Id(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

pub(crate) fn prepare(conn: &Connection, name: &'static str, text: &str) -> Result<(), Error> {
    conn.prepare_cached(text).map(drop).map_err(|e| error(name, &e))
}

pub(crate) fn query(
    conn: &Connection,
    name: &'static str,
    text: &str,
    params: &[Value],
) -> Result<Vec<Row>, Error> {
    let mut statement = conn.prepare_cached(text).map_err(|e| error(name, &e))?;
    expect_params(&statement, name, params.len())?;
    bind(&mut statement, name, params)?;
    let mut rows = Vec::new();
    collect(&mut statement, name, &mut rows)?;
    Ok(rows)
}

/// Runs a lookup once per key, the key being the last parameter.
pub(crate) fn query_each<K: ToSql>(
    conn: &Connection,
    name: &'static str,
    text: &str,
    fixed: &[Value],
    keys: &[&K],
) -> Result<Vec<Row>, Error> {
    let mut statement = conn.prepare_cached(text).map_err(|e| error(name, &e))?;
    expect_params(&statement, name, fixed.len() + 1)?;
    bind(&mut statement, name, fixed)?;
    let mut rows = Vec::new();
    for key in keys {
        statement.raw_bind_parameter(fixed.len() + 1, key).map_err(|e| error(name, &e))?;
        collect(&mut statement, name, &mut rows)?;
    }
    Ok(rows)
}

pub(crate) fn execute(
    conn: &Connection,
    name: &'static str,
    text: &str,
    params: &[Value],
) -> Result<u64, Error> {
    let mut statement = conn.prepare_cached(text).map_err(|e| error(name, &e))?;
    execute_prepared(&mut statement, name, params)
}

pub(crate) fn execute_rows(
    conn: &Connection,
    name: &'static str,
    text: &str,
    rows: &[Vec<Value>],
) -> Result<u64, Error> {
    let mut statement = conn.prepare_cached(text).map_err(|e| error(name, &e))?;
    rows.iter().try_fold(0, |count, row| Ok(count + execute_prepared(&mut statement, name, row)?))
}

fn execute_prepared(
    statement: &mut CachedStatement<'_>,
    name: &'static str,
    params: &[Value],
) -> Result<u64, Error> {
    expect_params(statement, name, params.len())?;
    bind(statement, name, params)?;
    let changed = statement.raw_execute().map_err(|e| error(name, &e))?;
    Ok(changed as u64)
}

fn expect_params(
    statement: &CachedStatement<'_>,
    name: &'static str,
    given: usize,
) -> Result<(), Error> {
    let wanted = statement.parameter_count();
    if wanted == given {
        return Ok(());
    }
    Err(Error::statement(name, format_args!("{given} parameters given, {wanted} wanted")))
}

fn bind(
    statement: &mut CachedStatement<'_>,
    name: &'static str,
    params: &[Value],
) -> Result<(), Error> {
    for (i, value) in params.iter().enumerate() {
        if let Value::Text(text) = value
            && text.as_bytes().contains(&0)
        {
            // PostgreSQL refuses it; the engines must agree.
            return Err(Error::statement(name, "a text parameter contains a NUL character"));
        }
        statement.raw_bind_parameter(i + 1, value).map_err(|e| error(name, &e))?;
    }
    Ok(())
}

fn collect(
    statement: &mut CachedStatement<'_>,
    name: &'static str,
    out: &mut Vec<Row>,
) -> Result<(), Error> {
    let width = statement.column_count();
    let mut rows = statement.raw_query();
    while let Some(row) = rows.next().map_err(|e| error(name, &e))? {
        if out.len() >= ROWS_MAX {
            return Err(Error::statement(name, format_args!("more than {ROWS_MAX} rows")));
        }
        let mut values = Vec::with_capacity(width);
        for i in 0..width {
            let value = row.get_ref(i).map_err(|e| error(name, &e))?;
            values.push(match value {
                ValueRef::Null => Value::Null,
                ValueRef::Integer(value) => Value::Int(value),
                ValueRef::Real(value) => Value::Real(value),
                ValueRef::Text(bytes) => match std::str::from_utf8(bytes) {
                    Ok(text) => Value::Text(text.to_owned()),
                    Err(e) => return Err(Error::statement(name, e)),
                },
                ValueRef::Blob(bytes) => Value::from(bytes),
            });
        }
        out.push(Row::new(name, values));
    }
    Ok(())
}

/// Sorts an engine error into our kinds.
pub(crate) fn error(name: &'static str, e: &rusqlite::Error) -> Error {
    let cause = format!("{name}: {e}");
    match e.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Error::Busy { cause },
        Some(ErrorCode::ConstraintViolation) if is_unique(e) => {
            // "UNIQUE constraint failed: t.a, t.b" or "…: index 'name'".
            let text = e.to_string();
            let columns = text.split_once("failed: ").map_or(text.as_str(), |(_, rest)| rest);
            let index = columns.strip_prefix("index '").and_then(|rest| rest.strip_suffix('\''));
            Error::Unique { constraint: index.unwrap_or(columns).to_owned(), cause }
        }
        Some(
            ErrorCode::DiskFull
            | ErrorCode::CannotOpen
            | ErrorCode::SystemIoFailure
            | ErrorCode::ReadOnly,
        ) => Error::unavailable(
            "The SQLite database cannot be read or written. Check the free space and the \
             permissions of its folder.",
            cause,
        ),
        _ => Error::statement(name, cause),
    }
}

fn is_unique(e: &rusqlite::Error) -> bool {
    let code = e.sqlite_extended_error_code();
    matches!(
        code,
        Some(
            ffi::SQLITE_CONSTRAINT_UNIQUE
                | ffi::SQLITE_CONSTRAINT_PRIMARYKEY
                | ffi::SQLITE_CONSTRAINT_ROWID
        )
    )
}
