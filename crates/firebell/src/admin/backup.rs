//! `backup`: a copy of the SQLite database, made while it is in use, and read again before it is
//! called a backup.

use std::path::Path;

use firebell_sql::{Config, Db, Error, Statement, Target, schema_version};
use serde_json::json;

use crate::Context;
use crate::cli::BackupArgs;
use crate::failure::{Exit, Failure};
use crate::output::clean;
use crate::place::{self, Schema};
use crate::settings::Settings;

/// SQLite's own check of every page, index and constraint; one row `ok`, or rows of faults.
const INTEGRITY: Statement = Statement::new("backup.integrity", "pragma integrity_check(20)");
/// References between tables that lead nowhere; no row when all is well.
const REFERENCES: Statement = Statement::new("backup.references", "pragma foreign_key_check");

/// Makes a backup.
pub(crate) fn run(context: &Context, args: &BackupArgs) -> Result<(), Failure> {
    let settings = Settings::load(&context.sources)?;
    if let Target::Postgres { .. } = settings.database {
        return Err(on_postgres("backup"));
    }
    let db = place::open(&settings, Schema::Current, context.clock.now())?;
    let copied = db.backup_to(&args.file);
    db.close();
    copied.map_err(|error| {
        Failure::new(Exit::Refused, error.to_string()).effect("No backup was made.")
    })?;
    place::restrict(&args.file).map_err(|error| {
        let what = format!("The permissions of {} cannot be set: {error}.", args.file.display());
        Failure::new(Exit::Refused, what).effect("The backup is there.")
    })?;
    if let Err(why) = inspect(&args.file) {
        // A copy that cannot be relied on must not lie about looking like a backup.
        drop(std::fs::remove_file(&args.file));
        return Err(Failure::new(Exit::Database, "The copy is not sound; it was removed.")
            .details(why)
            .remedy("firebell check, and an older backup"));
    }
    let bytes = std::fs::metadata(&args.file).map_or(0, |metadata| metadata.len());
    let object = json!({"file": args.file.display().to_string(), "bytes": bytes});
    context.out.either(&object, |out| {
        out.note(&format!("Wrote {} ({bytes} bytes) and checked it.", args.file.display()));
    });
    Ok(())
}

/// PostgreSQL has better tools than ours.
pub(super) fn on_postgres(what: &str) -> Failure {
    let (tool, advice) = if what == "backup" {
        ("pg_dump", "pg_dump --format=custom --file=firebell.dump \"$FIREBELL_DATABASE\"")
    } else {
        (
            "pg_restore",
            "pg_restore --clean --if-exists --dbname=\"$FIREBELL_DATABASE\" firebell.dump",
        )
    };
    let what = format!("firebell {what} works on SQLite; for PostgreSQL use {tool}.");
    Failure::new(Exit::Refused, what).effect("Nothing was read or written.").remedy(advice)
}

/// Looks at every page of a SQLite database and returns its schema's number.
pub(super) fn inspect(path: &Path) -> Result<u32, Vec<String>> {
    let one = |error: Error| vec![error.to_string()];
    let mut config = Config::new(Target::Sqlite { path: path.to_owned() });
    config.readers = 1;
    let db = Db::open(&config).map_err(one)?;
    let read = db.read_blocking("backup.inspect", |tx| {
        let mut faults = Vec::new();
        for mut row in tx.query(&INTEGRITY, &[])? {
            let word: String = row.take(0)?;
            if word != "ok" {
                faults.push(clean(&word));
            }
        }
        let dangling = tx.query(&REFERENCES, &[])?.len();
        if dangling > 0 {
            faults.push(format!("{dangling} rows refer to rows that do not exist"));
        }
        Ok::<_, Error>(faults)
    });
    let version = schema_version(&db);
    db.close();
    let faults = read.map_err(one)?;
    if faults.is_empty() { version.map_err(one) } else { Err(faults) }
}
