//! A process that does nothing but follow the configuration of a database, and says of every revision when it
//! was Ready there: `EPOCH N MICROS`, the wall clock's microseconds. Ended by whoever started it.

use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use clap::Args;
use firebell_base::{Clock, Random};
use firebell_config::Snapshots;
use firebell_domain::directory::Revision;
use firebell_replica::{Replica, Settings, SqlSource, State};
use tokio::task::JoinSet;

use crate::child::{self, Running};
use crate::world;

/// How long anything may take until the measurement is given up.
const PATIENCE: Duration = Duration::from_mins(5);

/// Which database.
#[derive(Debug, Clone, Args)]
pub(crate) struct Options {
    #[arg(long)]
    database: String,
}

/// A revision that was Ready in the other process, and when, in microseconds since 1970.
#[derive(Debug, Clone, Copy)]
pub(super) struct Arrival {
    pub(super) revision: Revision,
    pub(super) at: i64,
}

/// The other process.
pub(super) struct Follower {
    pub(super) process: Running,
    lines: Receiver<String>,
}

impl Follower {
    /// Starts it.
    pub(super) fn start(database: &str) -> Result<Self> {
        let arguments = ["follow", "--database", database].map(str::to_owned);
        let mut process = Running::itself(&arguments)?;
        let lines = process.lines()?;
        Ok(Self { process, lines })
    }

    /// What has arrived since this was asked last.
    pub(super) fn arrived(&self) -> Result<Vec<Arrival>> {
        self.lines.try_iter().map(|line| read(&line)).collect()
    }

    /// Waits until it has a revision; returns that arrival and all before it.
    pub(super) fn wait_for(&self, revision: Revision) -> Result<Vec<Arrival>> {
        let mut all = Vec::new();
        loop {
            let line = match self.lines.recv_timeout(PATIENCE) {
                Ok(line) => line,
                Err(RecvTimeoutError::Timeout) => bail!("it is not Ready at {revision}"),
                Err(RecvTimeoutError::Disconnected) => bail!("the follower ended"),
            };
            let arrival = read(&line)?;
            all.push(arrival);
            if arrival.revision >= revision {
                return Ok(all);
            }
        }
    }
}

fn read(line: &str) -> Result<Arrival> {
    let numbers: Vec<i64> = line.split(' ').filter_map(|n| n.parse().ok()).collect();
    let &[epoch, n, at] = numbers.as_slice() else { bail!("the follower said {line:?}") };
    Ok(Arrival { revision: Revision { epoch, n }, at })
}

/// The follower's own process.
pub(crate) fn run(options: &Options) -> Result<()> {
    world::runtime()?.block_on(follow(options))
}

async fn follow(options: &Options) -> Result<()> {
    let db = world::open(&options.database)?;
    let (snapshots, source) = (Snapshots::empty(), SqlSource::new(db));
    let replica =
        Replica::new(snapshots, source, Clock::System, &Random::System, Settings::default());
    let mut facts = replica.handle().watch();
    let mut tasks = JoinSet::new();
    tasks.spawn(replica.run(std::future::pending()));
    let mut told = Revision::default();
    loop {
        let ready = {
            let facts = facts.borrow_and_update();
            facts.applied.filter(|at| facts.state == State::Ready && *at > told)
        };
        if let Some(Revision { epoch, n }) = ready {
            told = Revision { epoch, n };
            child::say(&format!("{epoch} {n} {}", Clock::System.now().as_microsecond()))?;
        }
        facts.changed().await.context("the replica ended")?;
    }
}
