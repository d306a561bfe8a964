//! `restore`: a backup takes the place of the SQLite database.
//!
//! The backup is copied and checked beside the database first; then the old database is moved
//! aside and the copy takes its name. A restored configuration begins a new epoch, so that every
//! process that has seen later revisions notices.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use firebell_base::{Random, Timestamp};
use firebell_config::{Author, Snapshots};
use firebell_domain::directory::Revision;
use firebell_sql::{Config, Db, Error, Target, migrate};
use firebell_store::configuration;
use firebell_store::migrations::migrations;
use serde_json::json;

use super::backup::{inspect, on_postgres};
use super::refused;
use crate::Context;
use crate::authority::authority;
use crate::cli::RestoreArgs;
use crate::failure::{Exit, Failure};
use crate::place::{self, Lock, beside};
use crate::settings::Settings;

/// What every SQLite database begins with.
const MAGIC: &[u8] = b"SQLite format 3\0";
/// SQLite's companions of a database file.
const COMPANIONS: [&str; 2] = ["-wal", "-shm"];

/// Restores a backup.
pub(crate) fn run(context: &Context, args: &RestoreArgs) -> Result<(), Failure> {
    let settings = Settings::load(&context.sources)?;
    let Target::Sqlite { path } = &settings.database else { return Err(on_postgres("restore")) };
    place::parent(path).map_err(|why| Failure::new(Exit::Database, why))?;
    let stays = |what: String| Failure::new(Exit::Refused, what).effect("Nothing was changed.");
    if path.exists() && !args.force {
        return Err(stays(format!("There is a database at {} already.", path.display()))
            .remedy("--force replaces it and keeps the old one beside it"));
    }
    if !begins_well(&args.file).map_err(|error| {
        let what = format!("{} cannot be read: {error}.", args.file.display());
        Failure::new(Exit::NotFound, what).effect("Nothing was changed.")
    })? {
        return Err(stays(format!("{} is no SQLite database.", args.file.display())));
    }
    let lock = Lock::take(&settings.database)?;
    let copy = beside(path, ".restoring");
    let prepared = prepare(&args.file, &copy, path, (&context.random, context.clock.now()));
    let revision = match prepared {
        Ok(revision) => revision,
        Err(why) => {
            remove_database(&copy);
            let what = format!("{} is no sound Firebell database.", args.file.display());
            return Err(stays(what).details(why));
        }
    };
    let kept = replace(&copy, path).map_err(|error| {
        remove_database(&copy);
        let what = format!("The database could not be replaced: {error}.");
        stays(what).remedy("check the permissions and the free space of its directory")
    })?;
    drop(lock);
    let object = json!({
        "database": path.display().to_string(),
        "revision": revision.to_string(),
        "replaced": kept.as_ref().map(|kept| kept.display().to_string()),
    });
    context.out.either(&object, |out| {
        out.note(&format!("Restored {} at revision {revision}.", path.display()));
        if let Some(kept) = &kept {
            out.note(&format!("The database that was there is kept as {}.", kept.display()));
        }
    });
    Ok(())
}

fn begins_well(path: &Path) -> io::Result<bool> {
    use io::Read as _;
    let mut begin = Vec::new();
    fs::File::open(path)?.take(MAGIC.len() as u64).read_to_end(&mut begin)?;
    Ok(begin == MAGIC)
}

/// Copies the backup, checks the copy, brings it up to date and begins a new epoch in it.
fn prepare(
    backup: &Path,
    copy: &Path,
    current: &Path,
    (random, now): (&Random, Timestamp),
) -> Result<Revision, Vec<String>> {
    remove_database(copy);
    let one = |error: Error| vec![error.to_string()];
    place::make_private(copy);
    fs::copy(backup, copy).map_err(|error| vec![format!("it cannot be copied: {error}")])?;
    let version = inspect(copy)?;
    let known = place::newest_schema();
    if version == 0 {
        return Err(vec!["it holds no Firebell schema".to_owned()]);
    }
    if version > known {
        return Err(vec![format!("it has schema {version}; this release knows {known}")]);
    }
    let seen =
        if current.exists() { head(current).unwrap_or_default() } else { Revision::default() };
    let db = Db::open(&Config::new(Target::Sqlite { path: copy.to_owned() })).map_err(one)?;
    let begun = migrate(&db, migrations(), now.as_microsecond())
        .map_err(one)
        .and_then(|_| new_epoch(&db, random, seen.epoch, now).map_err(|failure| failure.lines()));
    db.close();
    let revision = begun?;
    let synced = fs::File::open(copy).and_then(|file| file.sync_all());
    synced.map_err(|error| vec![format!("its copy cannot be written: {error}")])?;
    Ok(revision)
}

/// The newest revision of a database, if it can be read at all.
fn head(path: &Path) -> Option<Revision> {
    let mut config = Config::new(Target::Sqlite { path: path.to_owned() });
    config.readers = 1;
    let db = Db::open(&config).ok()?;
    let head = db.read_blocking("restore.head", configuration::head);
    db.close();
    head.ok()
}

/// Begins an epoch above all that anybody has seen: a revision of the backup may be the same as a
/// later one that is gone now.
fn new_epoch(db: &Db, random: &Random, seen: i64, now: Timestamp) -> Result<Revision, Failure> {
    crate::client::run(async {
        let snapshots = Snapshots::load(db).await.map_err(refused)?;
        let before = snapshots.revision();
        let by = Author::new("firebell restore", format!("from a backup of revision {before}"));
        let authority = authority(db, &snapshots, random);
        authority.new_epoch(seen, &by, now).await.map_err(refused)
    })
}

/// Moves the old database aside and the copy into its place; returns where the old one is.
fn replace(copy: &Path, path: &Path) -> io::Result<Option<PathBuf>> {
    let mut kept = None;
    if path.exists() {
        let aside = beside(path, ".before-restore");
        remove_database(&aside);
        // The log first: a database without its log is older, a log without its database is
        // nothing.
        for companion in COMPANIONS {
            match fs::rename(beside(path, companion), beside(&aside, companion)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        fs::rename(path, &aside)?;
        kept = Some(aside);
    }
    fs::rename(copy, path)?;
    fs::File::open(place::parent(path).map_err(io::Error::other)?)?.sync_all()?;
    Ok(kept)
}

/// Removes a database file and its companions, if they are there.
fn remove_database(path: &Path) {
    for suffix in ["", "-wal", "-shm"] {
        // What cannot be removed makes the next step fail, which is told then.
        drop(fs::remove_file(beside(path, suffix)));
    }
}
