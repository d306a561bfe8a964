//! Where the database is and how much of it may be used.
//!
//! Built by the binary from its settings. The PostgreSQL URL holds a password: it is never shown.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr as _;
use std::time::Duration;

use postgres::config::Host;

use crate::Error;

/// Threads, and so connections, that read. Point reads take microseconds; three keep two cores
/// busy.
pub(crate) const READERS: usize = 3;
/// Threads, and so connections, that write to PostgreSQL. SQLite always has one.
pub(crate) const WRITERS: usize = 3;
/// Transactions that may wait in front of the readers or the writers; more callers wait outside.
pub(crate) const QUEUE_MAX: usize = 1024;
/// Time to wait for another process's write lock on SQLite.
pub(crate) const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// Time a single PostgreSQL statement may take.
pub(crate) const STATEMENT_TIMEOUT: Duration = Duration::from_secs(30);
/// Time to open a PostgreSQL connection.
pub(crate) const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Pages (4 KiB each) the SQLite write-ahead log may grow to before a checkpoint starts.
/// Measured: 8000 gives twice the commits per second of the default 1000.
pub(crate) const CHECKPOINT_PAGES: u32 = 8000;

/// The database.
#[derive(Clone, PartialEq, Eq)]
pub enum Target {
    /// A SQLite file; it is created if it does not exist.
    Sqlite {
        /// The file.
        path: PathBuf,
    },
    /// A PostgreSQL database.
    Postgres {
        /// The URL with user, password and `sslmode`: a secret.
        url: String,
    },
}

impl Target {
    /// Reads `sqlite:PATH`, a plain path, `postgres://…` or `postgresql://…`.
    ///
    /// # Errors
    /// [`Error::Unsupported`] for anything else; the text itself is not repeated.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let text = text.trim();
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            parse_url(text)?;
            return Ok(Self::Postgres { url: text.to_owned() });
        }
        let path = text.strip_prefix("sqlite:").unwrap_or(text);
        let path = path.strip_prefix("//").unwrap_or(path);
        if path.is_empty() || path.starts_with(":memory:") || path.contains("://") {
            return Err(Error::unsupported(
                "The database must be a file (sqlite:/var/lib/firebell/firebell.db) or a \
                 PostgreSQL URL (postgresql://user:password@host:5432/database).",
            ));
        }
        Ok(Self::Sqlite { path: PathBuf::from(path) })
    }
}

/// Parses a PostgreSQL URL without ever repeating it.
pub(crate) fn parse_url(url: &str) -> Result<postgres::Config, Error> {
    postgres::Config::from_str(url).map_err(|_| {
        Error::unsupported(
            "The PostgreSQL URL cannot be read. Write \
             postgresql://user:password@host:5432/database?sslmode=require and percent-encode \
             special characters in user and password.",
        )
    })
}

/// Shows the file, or the hosts and the database name; never user or password.
impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite { path } => write!(f, "sqlite:{}", path.display()),
            Self::Postgres { url } => {
                let Ok(config) = parse_url(url) else {
                    return f.write_str("postgresql://?");
                };
                f.write_str("postgresql://")?;
                for (i, host) in config.get_hosts().iter().enumerate() {
                    let comma = if i == 0 { "" } else { "," };
                    match host {
                        Host::Tcp(name) => write!(f, "{comma}{name}")?,
                        Host::Unix(path) => write!(f, "{comma}{}", path.display())?,
                    }
                }
                write!(f, "/{}", config.get_dbname().unwrap_or_default())
            }
        }
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Target({self})")
    }
}

/// How to open a database. [`Config::new`] has the defaults.
#[derive(Debug, Clone)]
pub struct Config {
    /// The database.
    pub target: Target,
    /// Threads (connections) that read; at least 1.
    pub readers: usize,
    /// Threads (connections) that write, on PostgreSQL; at least 1. SQLite always has one.
    pub writers: usize,
    /// Transactions that may wait in front of each kind of thread.
    pub queue_max: usize,
    /// SQLite: time to wait for another process's lock.
    pub busy_timeout: Duration,
    /// PostgreSQL: time one statement may take.
    pub statement_timeout: Duration,
    /// PostgreSQL: time to open a connection.
    pub connect_timeout: Duration,
    /// SQLite: pages in the write-ahead log before a checkpoint.
    pub checkpoint_pages: u32,
    /// PostgreSQL: a PEM file with further certificate authorities to trust for TLS.
    pub certificate_authorities: Option<PathBuf>,
}

impl Config {
    /// The defaults for a database.
    pub fn new(target: Target) -> Self {
        Self {
            target,
            readers: READERS,
            writers: WRITERS,
            queue_max: QUEUE_MAX,
            busy_timeout: BUSY_TIMEOUT,
            statement_timeout: STATEMENT_TIMEOUT,
            connect_timeout: CONNECT_TIMEOUT,
            checkpoint_pages: CHECKPOINT_PAGES,
            certificate_authorities: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_read_by_scheme() {
        for text in ["sqlite:/tmp/a.db", "sqlite:///tmp/a.db", "/tmp/a.db", " /tmp/a.db\n"] {
            let expected = Target::Sqlite { path: PathBuf::from("/tmp/a.db") };
            assert_eq!(Target::parse(text).unwrap(), expected, "{text}");
        }
        for text in ["postgres://h/d", "postgresql://u:p@h:1/d?sslmode=require"] {
            assert!(matches!(Target::parse(text).unwrap(), Target::Postgres { .. }), "{text}");
        }
        for text in ["", "sqlite:", "sqlite::memory:", "mysql://u:p4ss@h/d", "postgresql://u@h:x/d"]
        {
            let error = Target::parse(text).unwrap_err();
            assert!(matches!(error, Error::Unsupported { .. }), "{text}");
            assert!(!format!("{error} {error:?}").contains("p4ss"));
        }
    }

    #[test]
    fn the_password_is_never_shown() {
        let target = Target::parse("postgresql://ann:p4ss@db.example:5433/firebell").unwrap();
        assert_eq!(target.to_string(), "postgresql://db.example/firebell");
        let shown = format!("{:?}", Config::new(target));
        assert!(!shown.contains("p4ss") && !shown.contains("ann"), "{shown}");
    }
}
