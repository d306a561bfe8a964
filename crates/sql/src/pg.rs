//! PostgreSQL: connections, transactions, statements and errors.
//!
//! Each worker thread owns one connection of the synchronous driver, which must never run on a
//! runtime's thread. A lost connection fails the call it is lost in and is opened again for the
//! next one; while the server is away, calls fail at once instead of waiting. A pooler that hands
//! one session to several transactions is not supported (settings and prepared statements live
//! in the session).

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use postgres::types::ToSql;
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::config::{Config, parse_url};
use crate::error::AWAY;
use crate::lane::Opener;
use crate::pg_codec::{self, decode};
use crate::pg_tls;
use crate::session::{self, Mode, now};
use crate::tx::ROWS_MAX;
use crate::{Engine, Error, Preparable as _, Row, Statement, Value};

/// Prepared statements kept per connection; when full, all are forgotten.
const STATEMENTS_MAX: usize = 512;
/// Pause before the second attempt to connect; it doubles up to [`RECONNECT_PAUSE_MAX`].
const RECONNECT_PAUSE: Duration = Duration::from_millis(50);
/// The longest pause between attempts to connect; calls fail at once meanwhile.
const RECONNECT_PAUSE_MAX: Duration = Duration::from_secs(1);
/// Time without an answer after which the peer is asked whether it is still there.
const KEEPALIVE_IDLE: Duration = Duration::from_secs(10);
/// Time between such questions.
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(5);
/// Unanswered questions after which the connection is lost.
const KEEPALIVE_RETRIES: u32 = 3;
/// Time sent data may stay unacknowledged.
const TCP_USER_TIMEOUT: Duration = Duration::from_secs(20);
/// Time a transaction may sit idle on the server, in milliseconds: far more than a closure needs.
const IDLE_IN_TRANSACTION_MS: u32 = 60_000;
/// The oldest server the statements are written for.
const SERVER_VERSION_MIN: i64 = 130_000;

/// A connection that was idle for longer is tried with a `begin` first: it may have been lost
/// meanwhile, and nothing is lost with it then.
const TRUSTED_IDLE: Duration = Duration::from_secs(1);

const TLS_FAILED: &str = "No encrypted connection to PostgreSQL is possible. Check sslmode in the \
    URL and that the server's certificate authority is trusted.";

/// How to reach the server; shared by all threads of a handle.
pub(crate) struct Server {
    config: postgres::Config,
    tls: MakeRustlsConnect,
    setup: String,
}

impl Server {
    pub(crate) fn new(url: &str, config: &Config) -> Result<Self, Error> {
        let mut server = parse_url(url)?;
        if server.get_application_name().is_none() {
            server.application_name("firebell");
        }
        server
            .connect_timeout(config.connect_timeout)
            .keepalives_idle(KEEPALIVE_IDLE)
            .keepalives_interval(KEEPALIVE_INTERVAL)
            .keepalives_retries(KEEPALIVE_RETRIES)
            .tcp_user_timeout(TCP_USER_TIMEOUT);
        let timeout_ms = config.statement_timeout.as_millis();
        let setup = format!(
            "set client_encoding = 'UTF8'; set synchronous_commit = on; \
             set default_transaction_isolation = 'read committed'; \
             set statement_timeout = {timeout_ms}; \
             set idle_in_transaction_session_timeout = {IDLE_IN_TRANSACTION_MS}"
        );
        let tls = pg_tls::connector(config.certificate_authorities.as_deref())?;
        Ok(Self { config: server, tls, setup })
    }

    fn connect(&self) -> Result<Client, Error> {
        let inner = self.config.connect(self.tls.clone()).map_err(|e| connect_error(&e))?;
        let mut client = Client { inner, statements: HashMap::new() };
        client.script("connect", &self.setup)?;
        Ok(client)
    }
}

/// Opens a thread's session. Only the first connects at once, to learn whether the server can be
/// used; the others connect when they get work.
pub(crate) fn opener(server: Arc<Server>, first: bool) -> Opener {
    Box::new(move || {
        let mut session = Session {
            server,
            client: None,
            retry_at: None,
            pause: RECONNECT_PAUSE,
            answered: None,
        };
        if first {
            examine(session.connected()?)?;
        }
        Ok(session::Session::Postgres(Box::new(session)))
    })
}

fn examine(client: &mut Client) -> Result<(), Error> {
    const TEXT: &str = "select cast(current_setting('server_version_num') as bigint), \
        current_setting('server_encoding'), cast(datcollate as text) \
        from pg_database where datname = current_database()";
    let rows = client.query("connect", TEXT, &[])?;
    let row = rows.first().ok_or(Error::Missing { statement: "connect" })?;
    let (version, encoding, collation) =
        (row.get::<i64>(0)?, row.get::<String>(1)?, row.get::<String>(2)?);
    if version < SERVER_VERSION_MIN {
        let (found, wanted) = (version / 10_000, SERVER_VERSION_MIN / 10_000);
        return Err(Error::unsupported(format!(
            "PostgreSQL {found} is too old. Use version {wanted} or later."
        )));
    }
    if encoding != "UTF8" {
        return Err(Error::unsupported(format!(
            "The PostgreSQL database is encoded in {encoding}. Create one with ENCODING 'UTF8'."
        )));
    }
    if !matches!(collation.as_str(), "C" | "POSIX" | "C.UTF-8" | "C.utf8") {
        tracing::warn!(
            collation,
            "the PostgreSQL database sorts text by a locale; lists are ordered as intended only \
             with LC_COLLATE 'C'"
        );
    }
    Ok(())
}

/// One thread's connection, if it has one now.
pub(crate) struct Session {
    server: Arc<Server>,
    client: Option<Client>,
    retry_at: Option<Instant>,
    pause: Duration,
    /// When the connection last answered.
    answered: Option<Instant>,
}

impl Session {
    /// Runs one statement that is a transaction of its own.
    pub(crate) fn execute_alone(&mut self, s: &Statement, params: &[Value]) -> Result<u64, Error> {
        let text = s.sql(Engine::Postgres);
        let trusted = self.answered.is_some_and(|at| at.elapsed() < TRUSTED_IDLE);
        if !trusted {
            let client = self.begin(Mode::Write)?;
            let out = client.execute(s.name, &text, params);
            if out.is_err() {
                self.roll_back();
                return out;
            }
            self.commit()?;
            return out;
        }
        let out = self.connected()?.execute(s.name, &text, params);
        match &out {
            Ok(_) => self.answered = Some(now()),
            // Whether it was done nobody knows.
            Err(Error::Unavailable { .. }) => self.lost(),
            Err(_) => {}
        }
        out
    }

    pub(crate) fn analyze(&mut self, tables: &[&str]) -> Result<(), Error> {
        let out = self.connected()?.script("analyze", &format!("analyze {}", tables.join(", ")));
        if matches!(out, Err(Error::Unavailable { .. })) {
            self.lost();
        }
        out
    }

    fn lost(&mut self) {
        self.client = None;
        self.answered = None;
    }

    pub(crate) fn begin(&mut self, mode: Mode) -> Result<&mut Client, Error> {
        // A reader sees one snapshot, as it does on SQLite.
        let text = match mode {
            Mode::Read => "begin isolation level repeatable read read only",
            Mode::Write => "begin isolation level read committed read write",
        };
        let mut begun = self.connected()?.script("begin", text);
        if matches!(begun, Err(Error::Unavailable { .. })) {
            // The connection was lost while it was idle: nothing has run, so try a new one.
            self.client = None;
            begun = self.connected()?.script("begin", text);
        }
        if begun.is_err() {
            self.client = None;
        }
        begun?;
        self.client.as_mut().ok_or_else(|| Error::unavailable(AWAY, "no connection"))
    }

    pub(crate) fn commit(&mut self) -> Result<(), Error> {
        let Some(client) = self.client.as_mut() else {
            return Ok(());
        };
        let out = client.script("commit", "commit");
        match &out {
            Ok(()) => self.answered = Some(now()),
            Err(Error::Unavailable { .. }) => self.lost(),
            Err(_) => {}
        }
        out.map_err(|error| match error {
            Error::Unavailable { cause, .. } => Error::unavailable(
                "The connection to the database was lost while saving. Check whether the change \
                 was kept before trying again.",
                cause,
            ),
            other => other,
        })
    }

    pub(crate) fn roll_back(&mut self) {
        if let Some(client) = self.client.as_mut()
            && (client.inner.is_closed() || client.script("rollback", "rollback").is_err())
        {
            self.lost();
        }
    }

    fn connected(&mut self) -> Result<&mut Client, Error> {
        if self.client.as_ref().is_some_and(|client| client.inner.is_closed()) {
            self.client = None;
        }
        if self.client.is_none() {
            if self.retry_at.is_some_and(|at| now() < at) {
                return Err(Error::unavailable(AWAY, "waiting to connect again"));
            }
            match self.server.connect() {
                Ok(client) => {
                    self.client = Some(client);
                    self.retry_at = None;
                    self.pause = RECONNECT_PAUSE;
                }
                Err(error) => {
                    self.retry_at = Some(now() + self.pause);
                    self.pause = (self.pause * 2).min(RECONNECT_PAUSE_MAX);
                    return Err(error);
                }
            }
        }
        self.client.as_mut().ok_or_else(|| Error::unavailable(AWAY, "no connection"))
    }
}

/// A connection with its prepared statements.
pub(crate) struct Client {
    inner: postgres::Client,
    statements: HashMap<String, postgres::Statement>,
}

impl Client {
    pub(crate) fn prepare(&mut self, name: &'static str, text: &str) -> Result<(), Error> {
        let statement = self.prepared(name, text)?;
        let columns = statement.columns().iter().map(postgres::Column::type_);
        match columns.clone().find(|kind| !pg_codec::readable(kind)) {
            Some(kind) => Err(unreadable(name, kind)),
            None => Ok(()),
        }
    }

    pub(crate) fn query(
        &mut self,
        name: &'static str,
        text: &str,
        params: &[Value],
    ) -> Result<Vec<Row>, Error> {
        self.run_query(name, text, &refs(params))
    }

    /// Runs a lookup whose last parameter is an array of keys.
    pub(crate) fn query_array<K: ToSql + Sync>(
        &mut self,
        name: &'static str,
        text: &str,
        fixed: &[Value],
        keys: &[&K],
    ) -> Result<Vec<Row>, Error> {
        let mut params = refs(fixed);
        params.push(&keys);
        self.run_query(name, text, &params)
    }

    pub(crate) fn execute(
        &mut self,
        name: &'static str,
        text: &str,
        params: &[Value],
    ) -> Result<u64, Error> {
        self.run_execute(name, text, &refs(params))
    }

    /// Runs a statement whose parameters are arrays, one per column of the rows.
    pub(crate) fn execute_columns(
        &mut self,
        name: &'static str,
        text: &str,
        width: usize,
        rows: &[Vec<Value>],
    ) -> Result<u64, Error> {
        let columns: Vec<Vec<&Value>> =
            (0..width).map(|i| rows.iter().filter_map(|row| row.get(i)).collect()).collect();
        let params: Vec<&(dyn ToSql + Sync)> =
            columns.iter().map(|column| column as &(dyn ToSql + Sync)).collect();
        self.run_execute(name, text, &params)
    }

    /// Runs statements without parameters in one round trip.
    pub(crate) fn script(&mut self, name: &'static str, text: &str) -> Result<(), Error> {
        let out = self.inner.batch_execute(text);
        out.map_err(|e| self.error(name, &e))
    }

    fn run_query(
        &mut self,
        name: &'static str,
        text: &str,
        params: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<Row>, Error> {
        let statement = self.checked(name, text, params.len())?;
        let out = self.inner.query(&statement, params);
        let rows = out.map_err(|e| self.error(name, &e))?;
        if rows.len() > ROWS_MAX {
            return Err(Error::statement(name, format_args!("more than {ROWS_MAX} rows")));
        }
        rows.iter().map(|row| decode(name, row)).collect()
    }

    fn run_execute(
        &mut self,
        name: &'static str,
        text: &str,
        params: &[&(dyn ToSql + Sync)],
    ) -> Result<u64, Error> {
        let statement = self.checked(name, text, params.len())?;
        if !statement.columns().is_empty() {
            return Err(Error::statement(name, "it returns rows: use a query"));
        }
        let out = self.inner.execute(&statement, params);
        out.map_err(|e| self.error(name, &e))
    }

    /// The driver panics on a wrong number of parameters.
    fn checked(
        &mut self,
        name: &'static str,
        text: &str,
        given: usize,
    ) -> Result<postgres::Statement, Error> {
        let statement = self.prepared(name, text)?;
        let wanted = statement.params().len();
        if wanted == given {
            return Ok(statement);
        }
        Err(Error::statement(name, format_args!("{given} parameters given, {wanted} wanted")))
    }

    fn prepared(&mut self, name: &'static str, text: &str) -> Result<postgres::Statement, Error> {
        if let Some(statement) = self.statements.get(text) {
            return Ok(statement.clone());
        }
        let out = self.inner.prepare(text);
        let statement = out.map_err(|e| self.error(name, &e))?;
        if self.statements.len() >= STATEMENTS_MAX {
            self.statements.clear();
        }
        self.statements.insert(text.to_owned(), statement.clone());
        Ok(statement)
    }

    fn error(&mut self, name: &'static str, e: &postgres::Error) -> Error {
        let error = error(name, e, self.inner.is_closed());
        if error.is_contention() {
            // One of the reasons is a prepared statement that a migration made stale.
            self.statements.clear();
        }
        error
    }
}

fn refs(params: &[Value]) -> Vec<&(dyn ToSql + Sync)> {
    params.iter().map(|value| value as &(dyn ToSql + Sync)).collect()
}

pub(crate) fn unreadable(name: &'static str, kind: &postgres::types::Type) -> Error {
    Error::statement(name, format_args!("a column has the type {kind}: cast it in the statement"))
}

fn connect_error(e: &postgres::Error) -> Error {
    let Some(db) = e.as_db_error() else {
        let cause = chain(e);
        let sentence = if cause.contains("TLS") { TLS_FAILED } else { AWAY };
        return Error::unavailable(sentence, cause);
    };
    let (code, cause) =
        (db.code().code(), format!("SQLSTATE {}: {}", db.code().code(), db.message()));
    let sentence = match code.get(..2) {
        Some("28") => "PostgreSQL refused the login. Check user and password in the URL.",
        Some("3D") => "The PostgreSQL database does not exist. Create it or correct the URL.",
        _ => AWAY,
    };
    Error::unavailable(sentence, cause)
}

/// Sorts a driver error into our kinds.
fn error(name: &'static str, e: &postgres::Error, closed: bool) -> Error {
    let Some(db) = e.as_db_error() else {
        let io =
            std::error::Error::source(e).is_some_and(<dyn std::error::Error>::is::<std::io::Error>);
        let cause = format!("{name}: {}", chain(e));
        return if closed || io || e.is_closed() {
            Error::unavailable(AWAY, cause)
        } else {
            Error::statement(name, cause)
        };
    };
    let code = db.code().code();
    // The detail is left out: it repeats values.
    let cause = format!("{name}: SQLSTATE {code}: {}", db.message());
    match (code.get(..2), code) {
        (Some("40"), _) | (_, "55P03") => Error::Busy { cause },
        _ if db.routine() == Some("RevalidateCachedQuery") => Error::Busy { cause },
        (_, "23505") => Error::Unique { constraint: unique_key(db), cause },
        (_, "57014") => Error::unavailable(
            "The database took too long and the request was stopped. Try again later.",
            cause,
        ),
        (Some("08" | "53" | "57" | "58"), _) => Error::unavailable(AWAY, cause),
        _ if closed => Error::unavailable(AWAY, cause),
        _ => Error::statement(name, cause),
    }
}

/// The columns of a violated key as `table.a, table.b`, as SQLite names them; the name of the
/// index when it is over an expression.
fn unique_key(db: &postgres::error::DbError) -> String {
    let index = db.constraint().unwrap_or_default();
    // "Key (a, b)=(…) already exists.", in whatever language.
    let columns = db.detail().and_then(|detail| {
        let (_, rest) = detail.split_once('(')?;
        rest.split_once(")=(").map(|(columns, _)| columns)
    });
    match (db.table(), columns) {
        (Some(table), Some(columns)) if !columns.contains('(') => {
            let names = columns.split(", ").map(|name| name.trim_matches('"'));
            let names: Vec<String> = names.map(|name| format!("{table}.{name}")).collect();
            names.join(", ")
        }
        _ => index.to_owned(),
    }
}

/// An error with its causes; the driver's own texts never contain the URL.
fn chain(e: &dyn std::error::Error) -> String {
    let mut out = e.to_string();
    let mut source = e.source();
    while let Some(cause) = source {
        out.push_str(": ");
        out.push_str(&cause.to_string());
        source = cause.source();
    }
    out
}
