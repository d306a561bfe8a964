//! What a closure gets: a transaction that reads, and one that also writes.
//!
//! Used by `store` inside [`Db::read`](crate::Db::read) and [`Db::write`](crate::Db::write).
//! After a failed statement the transaction can only be rolled back: PostgreSQL works like that,
//! so SQLite is held to it too.

use std::ops::{Deref, DerefMut};

use crate::pg;
use crate::sqlite;
use crate::{BlobSet, BulkInsert, BulkUpdate, Engine, Error, Preparable, Row, Statement, Value};

/// Rows one statement may return; a list statement has its own, far smaller `limit`.
pub(crate) const ROWS_MAX: usize = 1_000_000;
/// Rows PostgreSQL gets in one bulk statement.
const BULK_ROWS_MAX: usize = 10_000;
/// Bytes PostgreSQL gets in one bulk statement, roughly.
const BULK_BYTES_MAX: usize = 16 << 20;
/// Keys PostgreSQL gets in one set lookup.
const SET_KEYS_MAX: usize = 10_000;
/// Callbacks one transaction may leave for after its commit.
const AFTER_COMMIT_MAX: usize = 1024;

/// The connection of the thread that runs the closure.
pub(crate) enum Conn<'a> {
    Sqlite(&'a rusqlite::Connection),
    Postgres(&'a mut pg::Client),
}

/// A transaction that reads one consistent snapshot.
pub struct ReadTx<'a> {
    conn: Conn<'a>,
    failed: Option<&'static str>,
}

impl<'a> ReadTx<'a> {
    pub(crate) fn new(conn: Conn<'a>) -> Self {
        Self { conn, failed: None }
    }

    /// The engine, for the few places where a benchmark proves that one text is not enough.
    pub fn engine(&self) -> Engine {
        match self.conn {
            Conn::Sqlite(_) => Engine::Sqlite,
            Conn::Postgres(_) => Engine::Postgres,
        }
    }

    /// Runs a statement and returns all its rows.
    ///
    /// # Errors
    /// What the engine reports; see [`Error`].
    pub fn query(&mut self, s: &Statement, params: &[Value]) -> Result<Vec<Row>, Error> {
        let text = s.sql(self.engine());
        let out = match &mut self.conn {
            Conn::Sqlite(conn) => sqlite::query(conn, s.name, &text, params),
            Conn::Postgres(client) => client.query(s.name, &text, params),
        };
        self.noted(s.name, out)
    }

    /// Runs a statement that returns at most one row.
    ///
    /// # Errors
    /// [`Error::Broken`] if there are more rows than one; what the engine reports.
    pub fn query_opt(&mut self, s: &Statement, params: &[Value]) -> Result<Option<Row>, Error> {
        let mut rows = self.query(s, params)?;
        let first = rows.pop();
        if rows.is_empty() {
            return Ok(first);
        }
        let count = rows.len() + 1;
        Err(Error::statement(s.name, format_args!("{count} rows where at most one was expected")))
    }

    /// Runs a statement that returns exactly one row.
    ///
    /// # Errors
    /// [`Error::Missing`] if there is none; otherwise as [`ReadTx::query_opt`].
    pub fn query_one(&mut self, s: &Statement, params: &[Value]) -> Result<Row, Error> {
        self.query_opt(s, params)?.ok_or(Error::Missing { statement: s.name })
    }

    /// Looks up many blob keys in one go. `fixed` are the parameters before the key; duplicate
    /// keys are looked up once; the order of the rows is not defined.
    ///
    /// # Errors
    /// What the engine reports.
    pub fn query_in_blobs(
        &mut self,
        s: &BlobSet,
        fixed: &[Value],
        set: &[Vec<u8>],
    ) -> Result<Vec<Row>, Error> {
        self.query_in(s, fixed, set)
    }

    /// Looks up many text keys in one go; as [`ReadTx::query_in_blobs`].
    ///
    /// # Errors
    /// What the engine reports.
    pub fn query_in_texts(
        &mut self,
        s: &BlobSet,
        fixed: &[Value],
        set: &[String],
    ) -> Result<Vec<Row>, Error> {
        self.query_in(s, fixed, set)
    }

    fn query_in<K>(&mut self, s: &BlobSet, fixed: &[Value], set: &[K]) -> Result<Vec<Row>, Error>
    where
        K: Ord + rusqlite::ToSql + postgres::types::ToSql + Sync,
    {
        let text = s.sql(self.engine());
        let mut keys: Vec<&K> = set.iter().collect();
        keys.sort_unstable();
        keys.dedup();
        let out = match &mut self.conn {
            Conn::Sqlite(conn) => sqlite::query_each(conn, s.name, &text, fixed, &keys),
            Conn::Postgres(client) => {
                let mut rows = Vec::new();
                keys.chunks(SET_KEYS_MAX)
                    .try_for_each(|chunk| {
                        rows.append(&mut client.query_array(s.name, &text, fixed, chunk)?);
                        Ok(())
                    })
                    .map(|()| rows)
            }
        };
        self.noted(s.name, out)
    }

    /// Lets the engine check a statement without running it.
    pub(crate) fn prepare(&mut self, name: &'static str, text: &str) -> Result<(), Error> {
        let out = match &mut self.conn {
            Conn::Sqlite(conn) => sqlite::prepare(conn, name, text),
            Conn::Postgres(client) => client.prepare(name, text),
        };
        self.noted(name, out)
    }

    /// The statement that failed, if any did.
    pub(crate) fn failed(&self) -> Option<&'static str> {
        self.failed
    }

    fn noted<T>(&mut self, name: &'static str, out: Result<T, Error>) -> Result<T, Error> {
        if out.is_err() {
            self.failed.get_or_insert(name);
        }
        out
    }
}

/// A transaction that writes. It derefs to [`ReadTx`].
pub struct WriteTx<'a> {
    read: ReadTx<'a>,
    after: Vec<Box<dyn FnOnce() + Send>>,
}

impl<'a> Deref for WriteTx<'a> {
    type Target = ReadTx<'a>;

    fn deref(&self) -> &ReadTx<'a> {
        &self.read
    }
}

impl<'a> DerefMut for WriteTx<'a> {
    fn deref_mut(&mut self) -> &mut ReadTx<'a> {
        &mut self.read
    }
}

impl<'a> WriteTx<'a> {
    pub(crate) fn new(conn: Conn<'a>) -> Self {
        Self { read: ReadTx::new(conn), after: Vec::new() }
    }

    pub(crate) fn into_after(self) -> Vec<Box<dyn FnOnce() + Send>> {
        self.after
    }

    /// Runs a statement that returns no rows; returns how many rows it changed.
    ///
    /// # Errors
    /// [`Error::Unique`] for a key that exists; what the engine reports.
    pub fn execute(&mut self, s: &Statement, params: &[Value]) -> Result<u64, Error> {
        let text = s.sql(self.engine());
        let out = match &mut self.read.conn {
            Conn::Sqlite(conn) => sqlite::execute(conn, s.name, &text, params),
            Conn::Postgres(client) => client.execute(s.name, &text, params),
        };
        self.noted(s.name, out)
    }

    /// Runs a statement once per row of parameters; returns how many rows it changed. On
    /// PostgreSQL each row is a round trip: prefer the bulk statements for many rows.
    ///
    /// # Errors
    /// As [`WriteTx::execute`].
    pub fn execute_many(&mut self, s: &Statement, rows: &[Vec<Value>]) -> Result<u64, Error> {
        let text = s.sql(self.engine());
        let out = match &mut self.read.conn {
            Conn::Sqlite(conn) => sqlite::execute_rows(conn, s.name, &text, rows),
            Conn::Postgres(client) => rows
                .iter()
                .try_fold(0, |count, row| Ok(count + client.execute(s.name, &text, row)?)),
        };
        self.noted(s.name, out)
    }

    /// Inserts many rows: a prepared loop on SQLite, one `unnest` statement per chunk on
    /// PostgreSQL. Returns how many rows were inserted.
    ///
    /// # Errors
    /// [`Error::Unique`] for a key that exists (unless `on_conflict` says otherwise);
    /// [`Error::Broken`] for a row of the wrong width; what the engine reports.
    #[expect(clippy::needless_pass_by_value, reason = "callers build the rows only for this call")]
    pub fn bulk_insert(&mut self, b: &BulkInsert, rows: Vec<Vec<Value>>) -> Result<u64, Error> {
        self.bulk(b, b.columns.len(), &rows)
    }

    /// Updates many rows by key; the key columns first, then the set columns; the keys must be
    /// distinct. Returns how many rows were changed.
    ///
    /// # Errors
    /// As [`WriteTx::bulk_insert`].
    #[expect(clippy::needless_pass_by_value, reason = "callers build the rows only for this call")]
    pub fn bulk_update(&mut self, u: &BulkUpdate, rows: Vec<Vec<Value>>) -> Result<u64, Error> {
        self.bulk(u, u.key.len() + u.set.len(), &rows)
    }

    fn bulk(
        &mut self,
        s: &impl Preparable,
        width: usize,
        rows: &[Vec<Value>],
    ) -> Result<u64, Error> {
        let name = s.name();
        if let Some(row) = rows.iter().find(|row| row.len() != width) {
            let cause = format!("a row has {} values for {width} columns", row.len());
            return Err(Error::statement(name, cause));
        }
        if rows.is_empty() {
            return Ok(0);
        }
        let text = s.sql(self.engine());
        let out = match &mut self.read.conn {
            Conn::Sqlite(conn) => sqlite::execute_rows(conn, name, &text, rows),
            Conn::Postgres(client) => chunks(rows).try_fold(0, |count, chunk| {
                Ok(count + client.execute_columns(name, &text, width, chunk)?)
            }),
        };
        self.noted(name, out)
    }

    /// Remembers something to do once the transaction is committed; it runs on the database
    /// thread, so it must be quick and must not wait. Nothing runs after a rollback.
    pub fn after_commit(&mut self, f: Box<dyn FnOnce() + Send>) {
        if self.after.len() < AFTER_COMMIT_MAX {
            self.after.push(f);
        } else {
            self.read.failed.get_or_insert("after_commit");
            tracing::error!(
                "a transaction left more than {AFTER_COMMIT_MAX} callbacks: it is rolled back"
            );
        }
    }

    /// Runs a script of several statements without parameters (migrations).
    pub(crate) fn script(&mut self, name: &'static str, text: &str) -> Result<(), Error> {
        let out = match &mut self.read.conn {
            Conn::Sqlite(conn) => conn.execute_batch(text).map_err(|e| sqlite::error(name, &e)),
            Conn::Postgres(client) => client.script(name, text),
        };
        self.noted(name, out)
    }
}

/// Cuts rows so that each chunk stays within the limits in rows and bytes.
fn chunks(rows: &[Vec<Value>]) -> impl Iterator<Item = &[Vec<Value>]> {
    let mut rest = rows;
    std::iter::from_fn(move || {
        let mut bytes = 0;
        let fits = |row: &&Vec<Value>| {
            bytes += row.iter().map(Value::weight).sum::<usize>();
            bytes <= BULK_BYTES_MAX
        };
        let count = rest.iter().take(BULK_ROWS_MAX).take_while(fits).count();
        let (chunk, left) = rest.split_at(count.max(1).min(rest.len()));
        rest = left;
        (!chunk.is_empty()).then_some(chunk)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sizes(rows: &[Vec<Value>]) -> Vec<usize> {
        chunks(rows).map(<[_]>::len).collect()
    }

    #[test]
    fn chunks_respect_rows_and_bytes() {
        assert!(sizes(&[]).is_empty());
        let small = vec![vec![Value::Int(1)]; BULK_ROWS_MAX + 1];
        assert_eq!(sizes(&small), [BULK_ROWS_MAX, 1]);
        let big = vec![vec![Value::Blob(vec![0; BULK_BYTES_MAX / 2])]; 3];
        assert_eq!(sizes(&big), [1, 1, 1]);
        let huge = vec![vec![Value::Blob(vec![0; BULK_BYTES_MAX + 1])]; 2];
        assert_eq!(sizes(&huge), [1, 1]);
    }
}
