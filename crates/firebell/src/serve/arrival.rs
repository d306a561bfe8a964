//! Waits for a database that could not be reached at the start, and opens everything on it.
//!
//! A database that is there but cannot be used (a newer schema, a wrong password) is told in the
//! log and waited for as well: what is served from memory is better than nothing, and who repairs
//! it need not restart anything. A database that is another one than what is served ends the
//! server: it would mix two configurations.

use std::sync::Arc;
use std::time::Duration;

use firebell_pipeline::Stop;
use firebell_sql::Db;
use tokio::sync::oneshot;

use super::ground;
use super::house::{Front, House, Moving};
use super::tasks::{Broken, Ended};
use super::upkeep::stopped_within;
use crate::failure::Failure;
use crate::place::{self, Reached};

/// Between two attempts.
const EVERY: Duration = Duration::from_secs(1);

/// A database, and everything opened on it.
pub(crate) struct Opened {
    pub(crate) db: Db,
    pub(crate) front: Front,
    pub(crate) moving: Moving,
}

/// Tries until it is there, then tells, then waits to be stopped.
pub(crate) async fn wait(
    house: Arc<House>,
    tell: oneshot::Sender<Opened>,
    mut stop: Stop,
) -> Ended {
    let mut said = String::new();
    loop {
        match attempt(&house).await {
            Ok(Some(opened)) => {
                tracing::info!("the database is there; everything runs");
                if tell.send(opened).is_err() {
                    tracing::debug!("the server has stopped meanwhile");
                }
                stop.wait().await;
                return Ok(());
            }
            Ok(None) => tracing::debug!("the database cannot be reached yet"),
            Err(Trouble::Another) => {
                let why = "the database is another one than the configuration that is served; \
                           restart to serve it";
                return Err(Broken::By(why.to_owned()));
            }
            Err(Trouble::Unusable(failure)) => {
                let why = failure.lines().join(" ");
                if why != said {
                    tracing::error!(why, "the database is there but cannot be used");
                }
                said = why;
            }
        }
        if stopped_within(&mut stop, EVERY).await {
            return Ok(());
        }
    }
}

enum Trouble {
    Another,
    Unusable(Failure),
}

async fn attempt(house: &Arc<House>) -> Result<Option<Opened>, Trouble> {
    let (settings, now) = (house.settings.clone(), house.clock.now());
    let reached = tokio::task::spawn_blocking(move || place::reach(&settings, now)).await;
    // An error means that the runtime ends.
    let Ok(reached) = reached else { return Ok(None) };
    let db = match reached.map_err(Trouble::Unusable)? {
        Reached::Open(db) => db,
        Reached::Away(_) => return Ok(None),
    };
    let opened = match ground::is_cell_of(&db, &house.snapshots).await {
        Ok(true) => house.open(&db).await.map_err(Trouble::Unusable),
        Ok(false) => Err(Trouble::Another),
        Err(failure) => Err(Trouble::Unusable(failure)),
    };
    match opened {
        Ok((front, moving)) => Ok(Some(Opened { db, front, moving })),
        Err(trouble) => {
            let closed = tokio::task::spawn_blocking(move || db.close()).await;
            drop(closed);
            Err(trouble)
        }
    }
}
