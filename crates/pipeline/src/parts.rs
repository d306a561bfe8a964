//! The pipeline put together: what a process holds, starts and stops.

use std::sync::Arc;

use firebell_base::{Clock, Random};
use firebell_channels::Registry;
use firebell_config::Snapshots;
use firebell_sql::Db;
use tokio::sync::{Notify, watch};

use crate::deliver::{self, Deliverer, Shared};
use crate::engine::{Engine, EngineError};
use crate::intake::{self, Intake, JournalWriter};
use crate::live::Live;
use crate::metrics::Metrics;
use crate::respond::{Bells, Responder};

pub use crate::render::Links;

/// What the pipeline is made from.
pub struct Parts {
    /// The database.
    pub db: Db,
    /// The configuration.
    pub snapshots: Snapshots,
    /// The configured channels.
    pub registry: Registry,
    /// How one-tap links are made.
    pub links: Links,
    /// The clock.
    pub clock: Clock,
    /// Where ids come from.
    pub random: Random,
    /// The process's name in the fencing row, for people.
    pub owner: String,
}

/// The running parts, and the handles others use.
pub struct Pipeline {
    /// Takes events in.
    pub intake: Intake,
    /// Takes answers in.
    pub responder: Responder,
    /// Tells which alerts have just changed.
    pub live: Live,
    /// Counts.
    pub metrics: Metrics,
    /// Writes the journal; run it.
    pub writer: JournalWriter,
    /// Moves what is due; run it.
    pub engine: Engine,
    /// Sends; run it.
    pub deliverer: Deliverer,
}

impl Pipeline {
    /// Puts the parts together and takes over processing from whoever did it before.
    pub async fn open(parts: Parts) -> Result<Self, EngineError> {
        let Parts { db, snapshots, registry, links, clock, random, owner } = parts;
        let metrics = Metrics::default();
        let wake = Arc::new(Notify::new());
        let live = Live::new();
        let (intake, writer) = intake::open(
            db.clone(),
            clock.clone(),
            random.clone(),
            Arc::clone(&metrics),
            Arc::clone(&wake),
        );
        let shared = Shared {
            db: db.clone(),
            snapshots: snapshots.clone(),
            registry,
            links,
            clock: clock.clone(),
            random: random.clone(),
            metrics: Arc::clone(&metrics),
            live: live.clone(),
        };
        let (outgoing, deliverer) = deliver::open(shared, Arc::clone(&wake));
        let responder = Responder::new(
            db.clone(),
            snapshots.clone(),
            clock.clone(),
            random.clone(),
            Arc::clone(&metrics),
            Bells { wake: Arc::clone(&wake), live: live.clone() },
        );
        let engine = Engine {
            db,
            snapshots,
            clock,
            random,
            metrics: Arc::clone(&metrics),
            outgoing,
            wake,
            live: live.clone(),
            epoch: 0,
        };
        let engine = engine.take_over(owner).await?;
        Ok(Self { intake, responder, live, metrics, writer, engine, deliverer })
    }
}

/// Tells running parts to end. Clones share one signal.
#[derive(Debug, Clone)]
pub struct Stop(watch::Receiver<bool>);

impl Stop {
    /// A signal, and the hand that gives it: send `true`, or drop it.
    pub fn new() -> (watch::Sender<bool>, Self) {
        let (sender, receiver) = watch::channel(false);
        (sender, Self(receiver))
    }

    /// Whether it was given.
    pub fn is_set(&self) -> bool {
        *self.0.borrow() || self.0.has_changed().is_err()
    }

    /// Waits until it is given.
    pub async fn wait(&mut self) {
        // An error means that the hand is gone: that is a stop too.
        drop(self.0.wait_for(|stop| *stop).await);
    }
}
