//! One thread's connection and the way a closure becomes a transaction: begin, run, commit or
//! roll back, and again on contention.
//!
//! Called by the worker threads through `db`. A closure's panic ends its transaction, never the
//! thread.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use crate::pg;
use crate::sqlite;
use crate::tx::{Conn, WriteTx};
use crate::{Error, Statement, Value};

/// Times a transaction runs before contention is reported to the caller.
const ATTEMPTS_MAX: u32 = 5;
/// Pause before running again, doubled each time: it lets the other transaction finish instead of
/// colliding with it again.
const RETRY_PAUSE: Duration = Duration::from_millis(1);
/// A write that holds the writer longer than this is logged with its label.
const SLOW_WRITE: Duration = Duration::from_millis(20);

/// How a transaction begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    Read,
    Write,
}

/// What the closure's result means for its transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Commit,
    RollBack,
    RunAgain,
}

/// One attempt's end, as far as the caller's own result is concerned.
enum Attempt {
    Finished,
    Contended,
}

/// The closure without its types: it keeps its result for itself.
pub(crate) type Body<'a> = &'a mut dyn FnMut(&mut WriteTx<'_>) -> Verdict;

/// A connection owned by one thread.
pub(crate) enum Session {
    Sqlite(sqlite::Session),
    Postgres(Box<pg::Session>),
}

impl Session {
    /// Runs a transaction. `Ok` means that the closure's own result counts, `Err` that this one
    /// does.
    pub(crate) fn run(
        &mut self,
        label: &'static str,
        mode: Mode,
        body: Body<'_>,
    ) -> Result<(), Error> {
        let started = now();
        let mut attempts = 0;
        let out = loop {
            attempts += 1;
            match self.attempt(mode, body) {
                Ok(Attempt::Contended) if attempts < ATTEMPTS_MAX => {}
                Err(error) if error.is_contention() && attempts < ATTEMPTS_MAX => {}
                Ok(_) => break Ok(()),
                Err(error) => break Err(error),
            }
            // Waking early does no harm.
            std::thread::park_timeout(RETRY_PAUSE * (1 << attempts));
        };
        let took = started.elapsed();
        if mode == Mode::Write && took > SLOW_WRITE {
            let took_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
            tracing::debug!(label, took_ms, attempts, "a write held a writer for long");
        }
        out
    }

    /// Runs one statement that is a transaction of its own.
    pub(crate) fn run_alone(&mut self, s: &Statement, params: &[Value]) -> Result<u64, Error> {
        let mut attempts = 0;
        loop {
            attempts += 1;
            let out = match self {
                Self::Sqlite(session) => session.execute_alone(s, params),
                Self::Postgres(session) => session.execute_alone(s, params),
            };
            match out {
                Err(error) if error.is_contention() && attempts < ATTEMPTS_MAX => {}
                out => return out,
            }
            std::thread::park_timeout(RETRY_PAUSE * (1 << attempts));
        }
    }

    /// See [`Db::refresh_statistics`](crate::Db::refresh_statistics).
    pub(crate) fn refresh_statistics(&mut self, tables: &[&str]) -> Result<(), Error> {
        match self {
            Self::Sqlite(_) => Ok(()),
            Self::Postgres(session) => session.analyze(tables),
        }
    }

    fn attempt(&mut self, mode: Mode, body: Body<'_>) -> Result<Attempt, Error> {
        let mut tx = WriteTx::new(self.begin(mode)?);
        let verdict = catch_unwind(AssertUnwindSafe(|| body(&mut tx)));
        let failed = tx.failed();
        let after = tx.into_after();
        let out = match (verdict, failed) {
            (Ok(Verdict::Commit), None) => {
                self.commit()?;
                run_after(after);
                return Ok(Attempt::Finished);
            }
            (Ok(Verdict::Commit), Some(name)) => Err(Error::statement(
                name,
                "the closure went on after this statement failed; its changes are undone",
            )),
            (Ok(Verdict::RollBack), _) => Ok(Attempt::Finished),
            (Ok(Verdict::RunAgain), _) => Ok(Attempt::Contended),
            (Err(panic), _) => Err(Error::broken(
                "An internal fault stopped a database transaction; nothing was changed.",
                panic_text(panic.as_ref()),
            )),
        };
        self.roll_back();
        out
    }

    fn begin(&mut self, mode: Mode) -> Result<Conn<'_>, Error> {
        match self {
            Self::Sqlite(session) => session.begin(mode).map(Conn::Sqlite),
            Self::Postgres(session) => session.begin(mode).map(Conn::Postgres),
        }
    }

    fn commit(&mut self) -> Result<(), Error> {
        match self {
            Self::Sqlite(session) => session.commit(),
            Self::Postgres(session) => session.commit(),
        }
    }

    /// Undoes the open transaction, if there is one.
    pub(crate) fn roll_back(&mut self) {
        match self {
            Self::Sqlite(session) => session.roll_back(),
            Self::Postgres(session) => session.roll_back(),
        }
    }
}

fn run_after(after: Vec<Box<dyn FnOnce() + Send>>) {
    for f in after {
        if let Err(panic) = catch_unwind(AssertUnwindSafe(f)) {
            let cause = panic_text(panic.as_ref());
            tracing::error!(cause, "a callback after a commit panicked; the commit stands");
        }
    }
}

/// The message of a panic.
pub(crate) fn panic_text(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("panic")
}

/// The monotonic clock, for durations only.
#[expect(clippy::disallowed_methods, reason = "measures durations on database threads only")]
pub(crate) fn now() -> Instant {
    Instant::now()
}
