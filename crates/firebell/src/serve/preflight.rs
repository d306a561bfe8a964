//! What has to be true before a server starts. Used by `serve` and `check`; changes nothing but
//! this process's own limit of open files.

use std::io::Write as _;
use std::path::Path;

use firebell_sql::{Config, Db, Target, schema_version};
use rlimit::Resource;
use serde_json::{Value, json};

use crate::output::{Output, Style};
use crate::place::{self, Lock};
use crate::settings::Settings;

/// Open files besides connections and deliveries: database, log, timers, standard streams.
const FILES_BESIDES: u64 = 96;
/// Messages being sent at the same moment; each is a connection.
const FILES_FOR_SENDING: u64 = firebell_pipeline::limits::IN_FLIGHT_MAX as u64;
/// More open files than this are never asked for.
const FILES_MAX: u64 = 1 << 20;
/// What is written to see whether the disk takes it, in bytes.
const PROBE_BYTES: usize = 64 * 1024;

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    name: &'static str,
    good: bool,
    detail: String,
}

impl Found {
    /// It is as it must be.
    pub(crate) const fn good(name: &'static str, detail: String) -> Self {
        Self { name, good: true, detail }
    }

    const fn bad(name: &'static str, detail: String) -> Self {
        Self { name, good: false, detail }
    }

    /// What is wrong, if something is.
    pub(crate) fn fault(&self) -> Option<String> {
        (!self.good).then(|| format!("{}: {}", self.name, self.detail))
    }

    /// For programs.
    pub(crate) fn json(&self) -> Value {
        json!({"name": self.name, "ok": self.good, "detail": self.detail})
    }

    /// For people.
    pub(crate) fn line(&self, out: &Output) -> String {
        let mark =
            if self.good { out.paint(Style::Green, "ok  ") } else { out.paint(Style::Red, "FAIL") };
        format!("{mark}  {}: {}", self.name, self.detail)
    }
}

/// Lets this process open as many files as the machine allows it.
pub(crate) fn raise_open_files() {
    if let Ok((soft, hard)) = Resource::NOFILE.get()
        && soft < hard.min(FILES_MAX)
        && Resource::NOFILE.set(hard.min(FILES_MAX), hard).is_err()
    {
        tracing::debug!("the limit of open files cannot be raised");
    }
}

/// What has to be true of this machine.
pub(crate) fn machine(settings: &Settings) -> Vec<Found> {
    let limit = Resource::NOFILE.get().map_or(u64::MAX, |(soft, _)| soft);
    let mut found = vec![open_files(settings.limits.connections_max, limit), zones()];
    if let Target::Sqlite { path } = &settings.database {
        found.push(directory(path));
    }
    found
}

fn open_files(connections: usize, limit: u64) -> Found {
    let needed = connections as u64 + FILES_FOR_SENDING + FILES_BESIDES;
    if limit >= needed {
        let limit = if limit == u64::MAX { "any number".to_owned() } else { limit.to_string() };
        return Found::good("open files", format!("{needed} needed, {limit} allowed"));
    }
    let most = limit.saturating_sub(FILES_FOR_SENDING + FILES_BESIDES);
    let remedy = if most >= 8 {
        format!(
            "raise it (ulimit -n {needed}, LimitNOFILE=), or set limits.connections_max to {most}"
        )
    } else {
        format!("raise it: ulimit -n {needed}, or LimitNOFILE= of the service")
    };
    let detail = format!(
        "{needed} needed for limits.connections_max = {connections}, but the limit is {limit}; {remedy}"
    );
    Found::bad("open files", detail)
}

fn zones() -> Found {
    match jiff::tz::TimeZone::get("Europe/Oslo") {
        Ok(_) => Found::good("time zones", "known".to_owned()),
        Err(_) => Found::bad(
            "time zones",
            "Europe/Oslo is not known; install the system's tzdata, or remove a broken one"
                .to_owned(),
        ),
    }
}

/// Whether the database's directory takes files and bytes.
fn directory(path: &Path) -> Found {
    const NAME: &str = "disk";
    let parent = match place::parent(path) {
        Ok(parent) => parent,
        Err(why) => return Found::bad(NAME, format!("{why} Make it.")),
    };
    let probe = tempfile::NamedTempFile::new_in(&parent).and_then(|mut probe| {
        probe.write_all(&vec![0x5a; PROBE_BYTES])?;
        probe.as_file().sync_all()
    });
    match probe {
        Ok(()) => Found::good(NAME, format!("{} can be written", parent.display())),
        Err(error) => {
            let detail = format!("{} cannot be written: {error}", parent.display());
            Found::bad(NAME, detail)
        }
    }
}

/// Whether the database can be used by this release; the flag says that it cannot.
pub(crate) fn database(settings: &Settings) -> (Found, bool) {
    const NAME: &str = "database";
    let target = &settings.database;
    let broken = |detail: String| (Found::bad(NAME, detail), true);
    if let Target::Sqlite { path } = target
        && !path.exists()
    {
        let detail = format!("{target} does not exist; it is made at the first start");
        return (Found::good(NAME, detail), false);
    }
    let mut config = Config::new(target.clone());
    config.certificate_authorities.clone_from(&settings.database_ca_file);
    (config.readers, config.writers) = (1, 1);
    let version = Db::open(&config).and_then(|db| {
        let version = schema_version(&db);
        db.close();
        version
    });
    let known = place::newest_schema();
    match version {
        Err(error) => broken(format!("{target}: {error}")),
        Ok(found) if found > known => broken(format!(
            "{target} has schema {found}, this release knows {known}; use the newer release"
        )),
        Ok(found) if found < known => {
            let detail =
                format!("{target} has schema {found}; it becomes {known} at the next start");
            (Found::good(NAME, detail), false)
        }
        Ok(found) => {
            let used =
                if Lock::take(target).is_err() { ", in use by a running server" } else { "" };
            (Found::good(NAME, format!("{target} has schema {found}{used}")), false)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn too_few_open_files_are_named_with_the_remedy() {
        let needed = 1000 + FILES_FOR_SENDING + FILES_BESIDES;
        assert_eq!(open_files(1000, needed).fault(), None);
        let fault = open_files(1000, needed - 1).fault().unwrap();
        for told in [needed.to_string(), (needed - 1).to_string(), "connections_max to 999".into()]
        {
            assert!(fault.contains(&told), "{told} is missing in {fault}");
        }
        assert!(!open_files(1000, 100).fault().unwrap().contains("connections_max to"));
    }

    #[test]
    fn the_directory_must_exist_and_take_bytes() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(directory(&dir.path().join("f.db")).fault(), None);
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0, "nothing is left behind");
        let fault = directory(&dir.path().join("none/f.db")).fault().unwrap();
        assert!(fault.contains("does not exist"), "{fault}");
    }
}
