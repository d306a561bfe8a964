//! Commands of the operator that work on the database: no server is needed, and a running one picks
//! their changes up within a second.

pub(crate) mod instance;
pub(crate) mod user;
pub(crate) mod apply;
pub(crate) mod backup;
pub(crate) mod restore;

use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;

use firebell_access::password;
use firebell_base::{Random, Secret};
use firebell_config::fresh::Cause;
use firebell_config::{Author, Authority, ConfigError, Snapshots};
use firebell_domain::credential::Password;
use firebell_domain::directory::{Directory, Entity};
use firebell_domain::name::Name;
use firebell_domain::person::PersonId;
use firebell_sql::Db;

use crate::Context;
use crate::authority::authority;
use crate::failure::{Exit, Failure};
use crate::place::{self, Schema};
use crate::settings::{Settings, nearest, read_bounded};

/// The largest password file, in bytes.
const PASSWORD_FILE_BYTES_MAX: u64 = 4096;
/// What to do about a database that was restored by other means than `firebell restore`.
const NEW_EPOCH: &str =
    "firebell config new-epoch --approve \"REASON\" if it was restored on purpose";

/// The configuration of the settings' database, for reading and changing.
pub(crate) struct Desk {
    pub(crate) db: Db,
    pub(crate) snapshots: Snapshots,
    pub(crate) authority: Authority,
    pub(crate) settings: Settings,
}

/// Runs a command on the configuration.
pub(crate) fn at_desk(
    context: &Context,
    schema: Schema,
    work: impl AsyncFnOnce(Desk) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let settings = Settings::load(&context.sources)?;
    crate::serve::start_log(&settings.quieter());
    let db = place::open(&settings, schema, context.clock.now())?;
    let done = crate::client::run(async {
        let snapshots = Snapshots::load(&db).await.map_err(refused)?;
        let authority = authority(&db, &snapshots, &context.random);
        work(Desk { db: db.clone(), snapshots, authority, settings }).await
    });
    db.close();
    done
}

impl Desk {
    /// The named instance, or the only one.
    pub(crate) fn instance(&self, name: Option<&str>) -> Result<Arc<Directory>, Failure> {
        let all = self.snapshots.all();
        let known = || all.iter().map(|one| one.instance.name.as_str());
        if let Some(name) = name {
            return self.snapshots.by_name(name).ok_or_else(|| {
                let near = nearest(name, known());
                let hint = near.map_or_else(String::new, |near| format!(" Did you mean {near}?"));
                Failure::new(Exit::NotFound, format!("There is no instance {name}.{hint}"))
                    .remedy("firebell instance list")
            });
        }
        match all.as_slice() {
            [only] => Ok(Arc::clone(only)),
            [] => Err(Failure::new(Exit::NotFound, "The database has no instance yet.")
                .remedy("firebell instance create NAME")),
            [_, _, ..] => {
                let names: Vec<&str> = known().collect();
                let what = format!("There are several instances: {}.", names.join(", "));
                Err(Failure::new(Exit::Usage, what).remedy("name one with --instance"))
            }
        }
    }
}

/// Who the log of the configuration names.
pub(crate) fn author(command: &str) -> Author {
    Author { name: format!("firebell {command}"), reason: "command line".to_owned() }
}

/// A refused change.
pub(crate) fn refused(error: ConfigError) -> Failure {
    match error {
        ConfigError::Invalid(faults) => {
            let details = faults.0.iter().map(ToString::to_string).collect();
            Failure::new(Exit::Refused, "The configuration would be invalid.")
                .details(details)
                .effect("Nothing was changed.")
        }
        ConfigError::Unknown(_) => Failure::new(Exit::NotFound, error.to_string()),
        ConfigError::Damaged(_) => Failure::new(Exit::Database, error.to_string()),
        ConfigError::WentBack { .. } => {
            Failure::new(Exit::Database, error.to_string()).remedy(NEW_EPOCH)
        }
        ConfigError::Changed { .. } => {
            Failure::new(Exit::Refused, error.to_string()).effect("Nothing was changed.")
        }
        ConfigError::Denied(_) => Failure::new(Exit::Unlicensed, error.to_string())
            .remedy("firebell licence explain, then firebell licence set or fewer active people"),
        ConfigError::NeedsApproval(_) => Failure::new(Exit::Guarded, error.to_string())
            .remedy("repeat it with --approve \"REASON\" if it is meant"),
        ConfigError::Unconfirmed(cause) => {
            let failure = Failure::new(Exit::Unconfirmed, error.to_string());
            let failure = failure.effect("Nothing was changed.");
            match cause {
                Cause::NoEntitlement => failure.remedy("firebell licence set TYPE ALLOTMENT"),
                Cause::Drift => failure.remedy("firebell licence reconcile"),
                Cause::RootMismatch | Cause::Damaged => failure.remedy("firebell config verify"),
                Cause::WentBack => failure.remedy(NEW_EPOCH),
                Cause::TimedOut | Cause::Unreachable | Cause::NotLoaded => failure,
            }
        }
        ConfigError::Store(ref inner) => {
            tracing::debug!(cause = inner.cause(), "the change failed");
            Failure::new(Exit::Database, error.to_string()).effect("Nothing was changed.")
        }
    }
}

/// A text of the command line as a name.
pub(crate) fn name(what: &str, text: &str) -> Result<Name, Failure> {
    Name::parse(text).map_err(|error| Failure::new(Exit::Usage, format!("{what} {error}.")))
}

/// The text of a file, or of standard input for `-`.
pub(crate) fn read_text(path: &Path, bytes_max: u64) -> Result<String, Failure> {
    let cannot = |why: String| {
        Failure::new(Exit::Usage, format!("{} {why}.", path.display()))
            .effect("Nothing was changed.")
    };
    if path != Path::new("-") {
        return read_bounded(path, bytes_max).map_err(cannot);
    }
    let mut text = String::new();
    let read = std::io::stdin().lock().take(bytes_max + 1).read_to_string(&mut text);
    match read {
        Ok(bytes) if bytes as u64 > bytes_max => {
            Err(cannot(format!("is larger than {bytes_max} bytes")))
        }
        Ok(_) => Ok(text),
        Err(error) => Err(cannot(format!("cannot be read: {error}"))),
    }
}

/// The password in a file: its first line.
pub(crate) fn read_password(path: &Path) -> Result<Secret, Failure> {
    let text = read_text(path, PASSWORD_FILE_BYTES_MAX)?;
    Ok(Secret::new(text.lines().next().unwrap_or_default()))
}

/// A password as it is kept.
pub(crate) fn hashed(
    person: PersonId,
    secret: &Secret,
    random: &Random,
) -> Result<Entity, Failure> {
    let refused = |why: String| Failure::new(Exit::Refused, why).effect("Nothing was changed.");
    password::check(secret.expose()).map_err(|error| refused(error.to_string()))?;
    let hash = password::hash(secret.expose(), random).map_err(|e| refused(e.to_string()))?;
    Ok(Entity::Password(Password { person, hash }))
}
