//! What a process stands on: its configuration, and the key that signs links and sessions. From the
//! database; where that cannot be reached, from the file in which the configuration was kept when
//! it had last proven itself.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use firebell_access::keys;
use firebell_access::link::LinkKey;
use firebell_base::{Random, Timestamp};
use firebell_config::{Snapshots, feed};
use firebell_replica::Keeping;
use firebell_replica::lkg::{self, Kept, Keys, LkgError};
use firebell_sql::{Db, Error, Target};
use firebell_store::configuration;

use super::house::not_started;
use crate::Context;
use crate::failure::{Exit, Failure};
use crate::settings::Settings;

/// The name of the link key among the settings in the database.
const LINK_KEY: &str = "link_key";
/// Under which name the link key is kept in the file.
const KEPT_KEY: &str = "link_key";
/// Under which name the place of the database is kept in the file: another database's file is of no
/// use.
const KEPT_PLACE: &str = "database";

/// What a process stands on.
pub(crate) struct Ground {
    pub(crate) snapshots: Snapshots,
    pub(crate) link_key: LinkKey,
    /// Where what proves itself is kept; none where that is of no use.
    pub(crate) keeping: Option<Keeping>,
}

/// Lays it for a server.
pub(crate) async fn lay(
    context: &Context,
    settings: &Settings,
    db: Option<&Db>,
) -> Result<Ground, Failure> {
    let place = settings.database.to_string();
    let (snapshots, key) = if let Some(db) = db {
        let snapshots = Snapshots::load(db).await.map_err(not_started)?;
        (snapshots, link_key(settings, db, &context.random).await?)
    } else {
        let kept = read(&settings.plane.file).await.map_err(|error| unusable(&error))?;
        if kept.keys.0.get(KEPT_PLACE).map(Vec::as_slice) != Some(place.as_bytes()) {
            let what = format!("The file {} is another database's.", settings.plane.file.display());
            return Err(
                not_started(what).remedy("start the database, or name its own replica.file")
            );
        }
        let (snapshots, kept_key) = known(kept, context.clock.now());
        let key = own_key(settings)
            .or(kept_key)
            .ok_or_else(|| not_started("The last-known-good file has no key that signs links."))?;
        (snapshots, key)
    };
    let keeping = match settings.database {
        // A database that is a file on this machine is there when the machine is.
        Target::Sqlite { .. } => None,
        Target::Postgres { .. } => Some(keeping(&settings.plane.file, key, Some(&place))),
    };
    Ok(Ground { snapshots, link_key: LinkKey::new(key), keeping })
}

/// Lays it for a node that follows a server: what it knew, if it knew something.
pub(crate) async fn lay_following(
    context: &Context,
    settings: &Settings,
) -> Result<Ground, Failure> {
    let (snapshots, kept_key) = match read(&settings.plane.file).await {
        Ok(kept) => known(kept, context.clock.now()),
        Err(LkgError::Missing(_)) => (Snapshots::empty(), None),
        Err(error) => {
            // A snapshot comes from the source; a damaged file is no reason not to take it.
            tracing::warn!(%error, "starting without what was known");
            (Snapshots::empty(), None)
        }
    };
    let key = own_key(settings).or(kept_key).unwrap_or_else(|| context.random.bytes());
    let keeping = keeping(&settings.plane.file, key, None);
    Ok(Ground { snapshots, link_key: LinkKey::new(key), keeping: Some(keeping) })
}

/// Whether a database is the one whose configuration is served.
pub(crate) async fn is_cell_of(db: &Db, snapshots: &Snapshots) -> Result<bool, Failure> {
    let head = db.read("serve.cell", feed::rows::head).await;
    let head = head.map_err(|error: Error| not_started(error))?;
    Ok(head.cell == snapshots.view().cell())
}

async fn read(path: &Path) -> Result<Kept, LkgError> {
    let owned = path.to_owned();
    let read = tokio::task::spawn_blocking(move || lkg::read(&owned, None)).await;
    read.unwrap_or_else(|error| {
        Err(LkgError::Io(path.to_owned(), std::io::Error::other(error.to_string())))
    })
}

fn known(kept: Kept, now: Timestamp) -> (Snapshots, Option<[u8; 32]>) {
    let key = kept.keys.0.get(KEPT_KEY).and_then(|key| key.as_slice().try_into().ok());
    let snapshots = Snapshots::empty();
    let age_seconds = (now.as_second() - kept.written.as_second()).max(0);
    let revision = kept.view.revision();
    if snapshots.swap(kept.view) {
        tracing::warn!(%revision, age_seconds, "starting with the last-known-good configuration");
    }
    (snapshots, key)
}

fn unusable(error: &LkgError) -> Failure {
    let what = "The database cannot be reached, and there is nothing to serve meanwhile.";
    Failure::new(Exit::Database, what)
        .details(vec![error.to_string()])
        .effect("The server was not started.")
        .remedy("check that the database runs, and firebell check")
}

fn keeping(path: &Path, key: [u8; 32], place: Option<&str>) -> Keeping {
    let mut keys = Keys::default();
    keys.0.insert(KEPT_KEY.to_owned(), key.to_vec());
    if let Some(place) = place {
        keys.0.insert(KEPT_PLACE.to_owned(), place.as_bytes().to_vec());
    }
    Keeping { path: path.to_owned(), keys }
}

fn own_key(settings: &Settings) -> Option<[u8; 32]> {
    settings.secret_key.as_ref().map(|secret| keys::hash(secret.expose()))
}

/// The key that signs links: from the settings, or the one all servers of this database share.
async fn link_key(settings: &Settings, db: &Db, random: &Random) -> Result<[u8; 32], Failure> {
    if let Some(key) = own_key(settings) {
        return Ok(key);
    }
    let fresh: [u8; 32] = random.bytes();
    let fresh = URL_SAFE_NO_PAD.encode(fresh);
    let kept = db
        .write("settings.link_key", move |tx| configuration::setting_or(tx, LINK_KEY, &fresh))
        .await
        .map_err(|error: Error| not_started(error))?;
    // Hashed like the other, so that whatever stands there makes a whole key.
    Ok(keys::hash(&kept))
}
