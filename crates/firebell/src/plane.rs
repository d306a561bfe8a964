//! Commands on the configuration plane: what the configuration is and was, what instances are
//! entitled to, which processes read it, who did what, who is signed in.
//!
//! | module | command |
//! |---|---|
//! | [`configuration`] | `config head`, `history`, `diff`, `get`, `verify`, `new-epoch`, … |
//! | [`past`] | what `config get` shows of a configuration, and who was on call in it |
//! | [`licence`] | `licence set`, `show`, `explain`, `reconcile` |
//! | [`signed`] | `licence key`, `sign`, `import`: entitlement files |
//! | [`replica`] | `replica ls`, `show`, `resync` |
//! | [`audit`] | `audit list`, `verify` |
//! | [`session`] | `session list`, `end` |
//!
//! All of them work on the database, as the commands in [`crate::admin`] do, but for `replica
//! resync`. What only the authority may say is asked of it and never worked out here.

pub(crate) mod configuration;
mod past;
pub(crate) mod licence;
mod signed;
pub(crate) mod replica;
pub(crate) mod audit;
pub(crate) mod session;

use firebell_base::Timestamp;
use firebell_base::time::micros_between;
use firebell_domain::instance::InstanceNo;

use crate::admin::Desk;
use crate::failure::{Exit, Failure};

/// Microseconds of a second.
const SECOND: i64 = 1_000_000;

/// An instant as tables show it, to the second.
fn when(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%SZ").to_string()
}

/// How long ago, in the largest unit that says enough.
fn ago(at: Timestamp, now: Timestamp) -> String {
    let seconds = micros_between(at, now).max(0) / SECOND;
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7_200 => format!("{} min", seconds / 60),
        7_200..172_800 => format!("{} h", seconds / 3_600),
        _ => format!("{} d", seconds / 86_400),
    }
}

/// The named instance, or none for all.
fn scope(desk: &Desk, all: bool, name: Option<&str>) -> Result<Option<InstanceNo>, Failure> {
    if all {
        return Ok(None);
    }
    Ok(Some(desk.instance(name)?.instance.no))
}

/// The name of an instance, for tables.
fn instance_name(desk: &Desk, no: Option<InstanceNo>) -> String {
    let known = no.and_then(|no| desk.snapshots.instance(no));
    match (known, no) {
        (Some(directory), _) => directory.instance.name.as_str().to_owned(),
        (None, Some(no)) => no.0.to_string(),
        (None, None) => "-".to_owned(),
    }
}

/// A failed read of the database.
fn unread(error: &firebell_sql::Error) -> Failure {
    tracing::debug!(cause = error.cause(), "a read failed");
    Failure::new(Exit::Database, error.to_string()).effect("Nothing was changed.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_short() {
        let now: Timestamp = "2026-03-29T12:00:00Z".parse().unwrap();
        for (at, text) in [
            ("2026-03-29T11:59:01Z", "59 s"),
            ("2026-03-29T11:57:59Z", "2 min"),
            ("2026-03-29T09:00:00Z", "3 h"),
            ("2026-03-09T12:00:00Z", "20 d"),
            ("2026-03-29T12:00:05Z", "0 s"),
        ] {
            assert_eq!(ago(at.parse().unwrap(), now), text);
        }
        assert_eq!(when(now), "2026-03-29 12:00:00Z");
    }
}
