//! The handle of a database: runs closures as transactions on the database's own threads.
//!
//! Opened once by the binary and cloned freely.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use crate::config::{Config, Target};
use crate::lane::{self, Lane, Opener};
use crate::pg;
use crate::session::{Mode, Session, Verdict};
use crate::sqlite;
use crate::tx::{ReadTx, WriteTx};
use crate::{Engine, Error, Retryable, Statement, Value};

/// A cheap handle; the database closes when the last one is dropped or [`Db::close`] is called.
#[derive(Clone)]
pub struct Db {
    inner: Arc<Inner>,
}

struct Inner {
    target: Target,
    // In the order they are closed in: the last connection to close tidies the SQLite file.
    readers: Lane,
    /// One thread that yields to everything else.
    patient: Lane,
    writers: Lane,
    checkpoint: Mutex<Option<sqlite::Checkpoint>>,
}

/// How many transactions wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stats {
    /// In front of the readers.
    pub reads: usize,
    /// In front of the thread that reads long lists.
    pub lists: usize,
    /// In front of the writers.
    pub writes: usize,
}

impl std::fmt::Debug for Db {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Db({})", self.inner.target)
    }
}

impl Db {
    /// Opens a database and its threads; it blocks until the database has answered.
    ///
    /// # Errors
    /// [`Error::Unavailable`] if it cannot be reached or opened; [`Error::Unsupported`] if it is
    /// not a database this program can use.
    pub fn open(config: &Config) -> Result<Self, Error> {
        let (checkpoint, readers, patient, writers) = match &config.target {
            Target::Sqlite { path } => {
                sqlite::create(path, config)?;
                let checkpoint = sqlite::Checkpoint::start(path, config)?;
                let readers = (0..config.readers.max(1)).map(|_| sqlite::reader(path, config));
                let readers: Vec<Opener> = readers.collect();
                let writer = sqlite::writer(path, config, checkpoint.clone());
                (Some(checkpoint), readers, sqlite::reader(path, config), vec![writer])
            }
            Target::Postgres { url } => {
                let server = Arc::new(pg::Server::new(url, config)?);
                let openers = |count: usize, first: bool| -> Vec<Opener> {
                    let one = |i| pg::opener(Arc::clone(&server), first && i == 0);
                    (0..count.max(1)).map(one).collect()
                };
                let patient = pg::opener(Arc::clone(&server), false);
                (None, openers(config.readers, false), patient, openers(config.writers, true))
            }
        };
        let writers = Lane::start("sql-write", config.queue_max, writers)?;
        let readers = Lane::start("sql-read", config.queue_max, readers)?;
        let patient = lane::patient(patient);
        let patient = Lane::start("sql-patient", config.queue_max, vec![patient])?;
        let (target, checkpoint) = (config.target.clone(), Mutex::new(checkpoint));
        Ok(Self { inner: Arc::new(Inner { target, readers, patient, writers, checkpoint }) })
    }

    /// A handle of a database that nobody has reached yet: every call fails at once with
    /// [`Error::Unavailable`]. For a process that serves what it knows until the database is there.
    pub fn away(target: Target) -> Self {
        let (readers, patient, writers) = (Lane::away(), Lane::away(), Lane::away());
        let checkpoint = Mutex::default();
        Self { inner: Arc::new(Inner { target, readers, patient, writers, checkpoint }) }
    }

    /// The engine behind this handle.
    pub fn engine(&self) -> Engine {
        match self.inner.target {
            Target::Sqlite { .. } => Engine::Sqlite,
            Target::Postgres { .. } => Engine::Postgres,
        }
    }

    /// Runs a closure in a transaction that reads one snapshot. The closure may run more than
    /// once. If the returned future is dropped before the closure starts, it does not run.
    ///
    /// # Errors
    /// The closure's own, or an [`Error`] turned into it.
    pub async fn read<T, E, F>(&self, label: &'static str, f: F) -> Result<T, E>
    where
        F: Fn(&mut ReadTx<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Error> + Retryable + Send + 'static,
    {
        let job = move |session: &mut Session| reading(session, label, &f);
        self.inner.readers.submit(job).await.unwrap_or_else(|e| Err(e.into()))
    }

    /// [`Db::read`] for long lists, and what is then made of them outside of the transaction, such as
    /// their text: one after the other, on a thread of low priority, so that a second processor's worth
    /// of lists takes nothing from requests that somebody waits for at night.
    ///
    /// # Errors
    /// As [`Db::read`].
    pub async fn read_patiently<T, U, E, F, M>(
        &self,
        label: &'static str,
        f: F,
        make: M,
    ) -> Result<U, E>
    where
        F: Fn(&mut ReadTx<'_>) -> Result<T, E> + Send + 'static,
        M: FnOnce(T) -> U + Send + 'static,
        U: Send + 'static,
        E: From<Error> + Retryable + Send + 'static,
    {
        let job = move |session: &mut Session| reading(session, label, &f).map(make);
        self.inner.patient.submit(job).await.unwrap_or_else(|e| Err(e.into()))
    }

    /// Runs a closure in a transaction that writes: committed if it returns `Ok`, else rolled
    /// back. The closure may run more than once, so it must not do anything but use the
    /// transaction. If the returned future is dropped before the closure starts, it does not run;
    /// once started, it runs to its end.
    ///
    /// # Errors
    /// The closure's own, or an [`Error`] turned into it.
    pub async fn write<T, E, F>(&self, label: &'static str, f: F) -> Result<T, E>
    where
        F: Fn(&mut WriteTx<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Error> + Retryable + Send + 'static,
    {
        let job = move |session: &mut Session| writing(session, label, &f);
        self.inner.writers.submit(job).await.unwrap_or_else(|e| Err(e.into()))
    }

    /// Runs one statement that is a transaction of its own: durable when this returns, and one round
    /// trip on PostgreSQL. Returns how many rows it changed. As with [`Db::write`], it does not run
    /// if the future is dropped before its turn.
    ///
    /// # Errors
    /// As [`WriteTx::execute`]. After [`Error::Unavailable`] it may have been done all the same.
    pub async fn execute(&self, s: Statement, params: Vec<Value>) -> Result<u64, Error> {
        let job = move |session: &mut Session| session.run_alone(&s, &params);
        self.inner.writers.submit(job).await.unwrap_or_else(Err)
    }

    /// [`Db::read`] for command line tools and tests: it blocks the calling thread.
    ///
    /// # Errors
    /// As [`Db::read`].
    pub fn read_blocking<T, E, F>(&self, label: &'static str, f: F) -> Result<T, E>
    where
        F: Fn(&mut ReadTx<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Error> + Retryable + Send + 'static,
    {
        let job = move |session: &mut Session| reading(session, label, &f);
        self.inner.readers.submit_blocking(job).unwrap_or_else(|e| Err(e.into()))
    }

    /// [`Db::write`] for command line tools and tests: it blocks the calling thread. Never call
    /// it inside a transaction's closure.
    ///
    /// # Errors
    /// As [`Db::write`].
    pub fn write_blocking<T, E, F>(&self, label: &'static str, f: F) -> Result<T, E>
    where
        F: Fn(&mut WriteTx<'_>) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<Error> + Retryable + Send + 'static,
    {
        let job = move |session: &mut Session| writing(session, label, &f);
        self.inner.writers.submit_blocking(job).unwrap_or_else(|e| Err(e.into()))
    }

    /// Lets PostgreSQL look at tables again, so that statements are planned by what is in them now: by itself it
    /// looks about once a minute, and until then a table that was empty is planned as an empty one. Plans that
    /// connections keep are made anew. SQLite plans by its indexes alone: nothing is done. `tables` are names of
    /// the schema, never anybody's input.
    ///
    /// # Errors
    /// [`Error::Unavailable`] if the database cannot be reached; what the server reports.
    pub async fn refresh_statistics(&self, tables: &'static [&'static str]) -> Result<(), Error> {
        let job = move |session: &mut Session| session.refresh_statistics(tables);
        self.inner.patient.submit(job).await.unwrap_or_else(Err)
    }

    /// How much work waits in front of the threads.
    pub fn stats(&self) -> Stats {
        Stats {
            reads: self.inner.readers.depth(),
            lists: self.inner.patient.depth(),
            writes: self.inner.writers.depth(),
        }
    }

    /// Copies a SQLite database, while it is in use, to a new file.
    ///
    /// # Errors
    /// [`Error::Unsupported`] on PostgreSQL and if the file exists; [`Error::Unavailable`] if it
    /// cannot be written.
    pub fn backup_to(&self, path: &Path) -> Result<(), Error> {
        match &self.inner.target {
            Target::Sqlite { path: from } => sqlite::backup(from, path),
            Target::Postgres { .. } => Err(Error::unsupported(
                "Firebell copies only SQLite databases. Back up this PostgreSQL database with \
                 pg_dump or with the server's own archive.",
            )),
        }
    }

    /// Refuses new work, finishes what was accepted and waits (bounded) for the threads. Calling
    /// it again does nothing.
    pub fn close(&self) {
        self.inner.readers.close_and_join();
        self.inner.patient.close_and_join();
        self.inner.writers.close_and_join();
        let checkpoint = self.inner.checkpoint.lock();
        if let Some(thread) = checkpoint.unwrap_or_else(PoisonError::into_inner).take() {
            thread.finish();
        }
    }
}

fn reading<T, E, F>(session: &mut Session, label: &'static str, f: &F) -> Result<T, E>
where
    F: Fn(&mut ReadTx<'_>) -> Result<T, E>,
    E: From<Error> + Retryable,
{
    let mut kept = None;
    let out = session.run(label, Mode::Read, &mut |tx| keep(&mut kept, f(tx)));
    finish(out, kept)
}

fn writing<T, E, F>(session: &mut Session, label: &'static str, f: &F) -> Result<T, E>
where
    F: Fn(&mut WriteTx<'_>) -> Result<T, E>,
    E: From<Error> + Retryable,
{
    let mut kept = None;
    let out = session.run(label, Mode::Write, &mut |tx| keep(&mut kept, f(tx)));
    finish(out, kept)
}

fn keep<T, E: Retryable>(kept: &mut Option<Result<T, E>>, out: Result<T, E>) -> Verdict {
    let verdict = match &out {
        Ok(_) => Verdict::Commit,
        Err(e) if e.sql_error().is_some_and(Error::is_contention) => Verdict::RunAgain,
        Err(_) => Verdict::RollBack,
    };
    *kept = Some(out);
    verdict
}

fn finish<T, E: From<Error>>(out: Result<(), Error>, kept: Option<Result<T, E>>) -> Result<T, E> {
    out?;
    kept.unwrap_or_else(|| {
        let sentence = "A database transaction ended without a result.";
        Err(Error::broken(sentence, "the closure did not run").into())
    })
}
