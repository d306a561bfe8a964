//! Brings the schema up to date: numbered scripts, forward only, each in its own transaction.
//!
//! Called by the binary at start and by tests. A migration that was ever released must not be
//! edited; the recorded checksum tells.

use crate::{Db, Engine, Error, ReadTx, Statement, Value, WriteTx};

/// The advisory lock that keeps two starting processes from migrating at once.
const LOCK: i64 = 0x6669_7265_6265_6c6c;

const CREATE: &str = "create table if not exists schema_migrations (number bigint not null \
    primary key, name text not null, checksum text not null, applied_at bigint not null)";
const EXISTS_SQLITE: Statement = Statement::new(
    "migration.table",
    "select 1 from sqlite_master where type = 'table' and name = 'schema_migrations'",
);
const EXISTS_POSTGRES: Statement = Statement::new(
    "migration.table",
    "select 1 where to_regclass('schema_migrations') is not null",
);
const APPLIED: Statement = Statement::new(
    "migration.applied",
    "select number, name, checksum from schema_migrations order by number",
);
const RECORD: Statement = Statement::new(
    "migration.record",
    "insert into schema_migrations (number, name, checksum, applied_at) values (?1, ?2, ?3, ?4)",
);

/// One step of the schema, with a script for each engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Migration {
    /// Its place; ascending without gaps is up to the caller.
    pub number: u32,
    /// A short name for people.
    pub name: &'static str,
    /// The script for SQLite.
    pub sqlite: &'static str,
    /// The script for PostgreSQL.
    pub postgres: &'static str,
}

/// A migration that has just been applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    /// The migration's number.
    pub number: u32,
    /// The migration's name.
    pub name: String,
}

/// Applies what is missing and returns it in order. `now_us` is the time to record, in
/// microseconds since the epoch.
///
/// # Errors
/// [`Error::Unsupported`] if the database is newer than this list, or an applied migration was
/// changed or skipped; the script's own failure, with nothing of that script kept.
pub fn migrate(db: &Db, migrations: &[Migration], now_us: i64) -> Result<Vec<Applied>, Error> {
    let mut known = migrations.to_vec();
    known.sort_by_key(|migration| migration.number);
    if known.array_windows().any(|[a, b]| a.number == b.number) {
        return Err(Error::unsupported("Two migrations have the same number. Renumber one."));
    }
    let mut done = Vec::new();
    // Each turn applies one migration or ends.
    for _ in 0..=known.len() {
        let list = known.clone();
        match db.write_blocking("migrate", move |tx| step(tx, &list, now_us))? {
            Some(applied) => done.push(applied),
            None => break,
        }
    }
    Ok(done)
}

/// The number of the newest applied migration; 0 for an empty database.
///
/// # Errors
/// What the engine reports.
pub fn schema_version(db: &Db) -> Result<u32, Error> {
    db.read_blocking("schema_version", |tx| {
        let rows = applied(tx)?;
        rows.last().map_or(Ok(0), |(number, _, _)| Ok(*number))
    })
}

fn step(tx: &mut WriteTx<'_>, known: &[Migration], now_us: i64) -> Result<Option<Applied>, Error> {
    if tx.engine() == Engine::Postgres {
        // The lock ends with the transaction; a long script must not be stopped half-way.
        let text = format!("set local statement_timeout = 0; select pg_advisory_xact_lock({LOCK})");
        tx.script("migration.lock", &text)?;
    }
    let rows = applied(tx)?;
    let engine = tx.engine();
    for (number, name, checksum) in &rows {
        check(engine, known, *number, name, checksum)?;
    }
    let newest = rows.last().map_or(0, |(number, _, _)| *number);
    let is_applied = |migration: &&Migration| {
        rows.binary_search_by_key(&migration.number, |(number, _, _)| *number).is_ok()
    };
    let Some(next) = known.iter().find(|migration| !is_applied(migration)) else {
        return Ok(None);
    };
    if next.number < newest {
        let Migration { number, name, .. } = next;
        return Err(Error::unsupported(format!(
            "Migration {number} ({name}) is missing in the database, but later ones are applied. \
             Give it a number above {newest}."
        )));
    }
    tx.script("migration.table", CREATE)?;
    tx.script(next.name, script(next, engine))?;
    let values = [
        Value::from(next.number),
        Value::from(next.name),
        Value::from(fingerprint(script(next, engine))),
        Value::from(now_us),
    ];
    tx.execute(&RECORD, &values)?;
    Ok(Some(Applied { number: next.number, name: next.name.to_owned() }))
}

fn check(
    engine: Engine,
    known: &[Migration],
    number: u32,
    name: &str,
    checksum: &str,
) -> Result<(), Error> {
    let Some(migration) = known.iter().find(|migration| migration.number == number) else {
        return Err(Error::unsupported(format!(
            "The database was upgraded by a newer release (migration {number}, {name}). Start \
             that release, or restore the backup made before the upgrade."
        )));
    };
    if fingerprint(script(migration, engine)) != checksum {
        return Err(Error::unsupported(format!(
            "Migration {number} ({name}) was changed after it had been applied. Restore its text \
             and add the change as a new migration."
        )));
    }
    Ok(())
}

fn applied(tx: &mut ReadTx<'_>) -> Result<Vec<(u32, String, String)>, Error> {
    let exists = match tx.engine() {
        Engine::Sqlite => &EXISTS_SQLITE,
        Engine::Postgres => &EXISTS_POSTGRES,
    };
    if tx.query_opt(exists, &[])?.is_none() {
        return Ok(Vec::new());
    }
    let rows = tx.query(&APPLIED, &[])?;
    rows.iter().map(|row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).collect()
}

fn script(migration: &Migration, engine: Engine) -> &'static str {
    match engine {
        Engine::Sqlite => migration.sqlite,
        Engine::Postgres => migration.postgres,
    }
}

/// FNV-1a with 64 bits: it finds an edit made by accident, which is all it is for.
fn fingerprint(text: &str) -> String {
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{hash:016x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fingerprints_never_change() {
        // Published test values: a changed function would refuse every existing database.
        assert_eq!(fingerprint(""), "cbf29ce484222325");
        assert_eq!(fingerprint("foobar"), "85944171f73967e8");
    }
}
