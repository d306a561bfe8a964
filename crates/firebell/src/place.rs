//! The database as this process holds it: opened, at the right schema, and, on SQLite, locked.
//!
//! Used by `serve` and by the commands of the operator. A running server holds the lock of its
//! SQLite file, so a second server or a restore notices. The lock is the operating system's: it
//! ends with the process, however that ends.

use std::fs::{File, Permissions, TryLockError};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use firebell_base::Timestamp;
use firebell_sql::{Config, Db, Error, Target, migrate, schema_version};
use firebell_store::migrations::migrations;

use crate::failure::{Exit, Failure};
use crate::settings::Settings;

/// Read and write for the owner, nothing for others.
const PRIVATE_MODE: u32 = 0o600;

/// What a command wants from the schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Schema {
    /// It is brought up to date.
    Migrate,
    /// It must be up to date already.
    Current,
}

/// Opens the settings' database.
pub(crate) fn open(settings: &Settings, schema: Schema, now: Timestamp) -> Result<Db, Failure> {
    let target = &settings.database;
    if let (Target::Sqlite { path }, Schema::Current) = (target, schema)
        && !path.exists()
    {
        return Err(Failure::new(Exit::Database, format!("There is no database at {target}."))
            .remedy("firebell instance create NAME makes it; --database names another one"));
    }
    match attempt(settings, schema, now)? {
        Reached::Open(db) => Ok(db),
        Reached::Away(failure) => Err(failure),
    }
}

/// A database, or that nobody answers where it should be.
pub(crate) enum Reached {
    /// It is open.
    Open(Db),
    /// Nobody answers: as a failure, for those who cannot wait.
    Away(Failure),
}

/// Opens the settings' database for a server, at the newest schema. One that answers and cannot be
/// used is a failure.
pub(crate) fn reach(settings: &Settings, now: Timestamp) -> Result<Reached, Failure> {
    attempt(settings, Schema::Migrate, now)
}

fn attempt(settings: &Settings, schema: Schema, now: Timestamp) -> Result<Reached, Failure> {
    let target = &settings.database;
    if let Target::Sqlite { path } = target {
        parent(path).map_err(|why| Failure::new(Exit::Database, why))?;
        make_private(path);
    }
    let failed = |error: &Error| {
        let failure = unusable(target, error);
        if error.is_away() { Ok(Reached::Away(failure)) } else { Err(failure) }
    };
    let mut config = Config::new(target.clone());
    config.certificate_authorities.clone_from(&settings.database_ca_file);
    let db = match Db::open(&config) {
        Ok(db) => db,
        Err(error) => return failed(&error),
    };
    match schema {
        Schema::Migrate => {
            if let Err(error) = migrate(&db, migrations(), now.as_microsecond()) {
                db.close();
                return failed(&error);
            }
        }
        Schema::Current => is_current(target, &db)?,
    }
    Ok(Reached::Open(db))
}

/// Makes a file that does not exist yet, for its owner alone: it will hold addresses and secrets.
/// SQLite gives its companions the same mode. What is there already is left as it is, and what
/// cannot be made is told when it is opened.
pub(crate) fn make_private(path: &Path) {
    drop(File::options().write(true).create_new(true).mode(PRIVATE_MODE).open(path));
}

/// The same for a file that was just made by somebody else.
pub(crate) fn restrict(path: &Path) -> std::io::Result<()> {
    std::fs::set_permissions(path, Permissions::from_mode(PRIVATE_MODE))
}

/// The newest schema this release knows.
pub(crate) fn newest_schema() -> u32 {
    migrations().iter().map(|migration| migration.number).max().unwrap_or(0)
}

fn is_current(target: &Target, db: &Db) -> Result<(), Failure> {
    let (found, known) = (schema_version(db).map_err(|e| unusable(target, &e))?, newest_schema());
    if found == known {
        return Ok(());
    }
    let what = if found > known {
        format!("{target} has schema {found}; this release knows schemas up to {known}.")
    } else if found == 0 {
        format!("{target} holds no Firebell schema yet.")
    } else {
        format!("{target} has schema {found}; this release needs {known}.")
    };
    let remedy = if found > known {
        "use the newer release"
    } else {
        "firebell instance create NAME, or firebell serve, brings it up to date"
    };
    Err(Failure::new(Exit::Database, what).effect("Nothing was changed.").remedy(remedy))
}

/// The directory a SQLite file lies in, if it is there.
pub(crate) fn parent(path: &Path) -> Result<PathBuf, String> {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    let parent = parent.unwrap_or_else(|| Path::new("."));
    if parent.is_dir() {
        Ok(parent.to_owned())
    } else {
        Err(format!("The directory {} of the database does not exist.", parent.display()))
    }
}

/// A database that cannot be used, in words without its password.
pub(crate) fn unusable(target: &Target, error: &Error) -> Failure {
    tracing::debug!(cause = error.cause(), "the database cannot be used");
    let failure = Failure::new(Exit::Database, format!("The database {target} cannot be used."))
        .details(vec![error.to_string()])
        .effect("Nothing was changed.");
    match target {
        Target::Sqlite { .. } => failure.remedy("firebell check"),
        Target::Postgres { .. } => failure.remedy("check that it runs, and firebell check"),
    }
}

/// Held by whoever alone may use a SQLite file; nothing on PostgreSQL, where servers fence each
/// other in the database.
#[derive(Debug)]
pub(crate) struct Lock {
    _file: Option<File>,
}

impl Lock {
    /// Takes the lock, or says that somebody has it.
    pub(crate) fn take(target: &Target) -> Result<Self, Failure> {
        let Target::Sqlite { path } = target else { return Ok(Self { _file: None }) };
        let lock_path = beside(path, ".lock");
        let cannot = |error: std::io::Error| {
            let what = format!("The lock file {} cannot be used: {error}.", lock_path.display());
            Failure::new(Exit::Database, what)
                .remedy("give the server write access to the database's directory")
        };
        let mut options = File::options();
        let file = options.create(true).truncate(false).write(true).open(&lock_path);
        let file = file.map_err(cannot)?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: Some(file) }),
            Err(TryLockError::WouldBlock) => {
                let what = format!("A running server uses {target} already.");
                Err(Failure::new(Exit::Database, what)
                    .effect("Nothing was started or changed.")
                    .remedy("stop that server first, or use another database"))
            }
            Err(TryLockError::Error(error)) => Err(cannot(error)),
        }
    }
}

/// The file with `suffix` after its whole name.
pub(crate) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}
