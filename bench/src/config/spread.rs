//! From the authority's commit to another process that is Ready at that revision: one change at a time, five
//! hundred a second on very many instances, and after faults. Then the same deltas are applied once more in this
//! process, to see what one of them costs.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use firebell_base::{Clock, Random};
use firebell_config::Authority;
use firebell_config::feed::{Delta, Deltas, rows};
use firebell_config::view::View;
use firebell_domain::directory::Revision;
use firebell_domain::instance::InstanceNo;
use firebell_sql::{Db, Error, Statement};

use super::follow::{Arrival, Follower};
use super::stock::{author, fill, rename};
use crate::Effort;
use crate::generate::{as_f64, percentile, seconds};
use crate::report::Report;
use crate::world::{self, Kind, Place};

/// Changes of which each is waited for.
const SINGLE: usize = 300;
/// Microseconds between two of them, at most: they fall anywhere into the follower's pace.
const PAUSE_MICROS_MAX: u64 = 60_000;
/// Changes a second of the steady load.
const RATE: u64 = 500;
/// Seconds for which the database stands still.
const STANDSTILL: Duration = Duration::from_secs(5);

/// A revision, and when it was committed, in microseconds since 1970.
struct Commit {
    revision: Revision,
    at: i64,
}

/// A database with very many instances, this process's authority, and another process that follows.
struct Pair {
    kind: Kind,
    place: Place,
    db: Db,
    text: String,
    authority: Authority,
    follower: Follower,
    instances: usize,
    runtime: tokio::runtime::Runtime,
    changes: usize,
}

/// Measures.
pub(super) fn measure(
    report: &mut Report,
    effort: Effort,
    kind: Kind,
    instances: usize,
) -> Result<()> {
    let mut pair = Pair::new(kind, instances)?;
    pair.singles(report, effort)?;
    let before = pair.authority.snapshots().view();
    pair.steady(report, effort)?;
    pair.digests(report, &before)?;
    pair.faults(report)?;
    drop(pair.follower);
    pair.db.close();
    Ok(())
}

impl Pair {
    fn new(kind: Kind, instances: usize) -> Result<Self> {
        let place = Place::new(kind)?;
        let (db, text) = place.fresh(&Random::System)?;
        let runtime = world::runtime()?;
        let authority = runtime.block_on(fill(&db, instances, 1))?;
        let follower = Follower::start(&text)?;
        follower.wait_for(authority.snapshots().revision())?;
        Ok(Self { kind, place, db, text, authority, follower, instances, runtime, changes: 0 })
    }

    fn name(&self, what: &str) -> String {
        format!("{what}, {} instances, {}", self.instances, self.kind.name())
    }

    /// Changes one instance.
    fn change(&mut self) -> Result<Commit> {
        self.changes += 1;
        let nth = self.changes;
        // A prime, so that all instances are met before one is met again.
        let no = i64::try_from(nth * 7919 % self.instances + 1)?;
        let now = Clock::System.now();
        let (by, change) = (author(), rename(nth));
        let change = self.authority.change(InstanceNo(no), &by, now, change);
        let done = self.runtime.block_on(change)?;
        ensure!(done.changed == 1, "the change of instance {no} changed nothing");
        Ok(Commit { revision: done.revision, at: Clock::System.now().as_microsecond() })
    }

    fn singles(&mut self, report: &mut Report, effort: Effort) -> Result<()> {
        let count = if effort.quick { SINGLE / 10 } else { SINGLE };
        let mut micros = Vec::new();
        for _ in 0..count {
            let pause = Random::System.below(PAUSE_MICROS_MAX);
            std::thread::park_timeout(Duration::from_micros(pause));
            let commit = self.change()?;
            let arrived = self.follower.wait_for(commit.revision)?;
            let arrival = arrived.last().context("an arrival")?;
            micros.push(u32::try_from((arrival.at - commit.at).max(0))?);
        }
        micros.sort_unstable();
        let name = self.name("commit → Ready in another process");
        report.at_most(&format!("{name}: median, ms"), percentile(&micros, 50) / 1e3, 50.0);
        report.at_most(&format!("{name}: p99, ms"), percentile(&micros, 99) / 1e3, 250.0);
        Ok(())
    }

    fn steady(&mut self, report: &mut Report, effort: Effort) -> Result<()> {
        let length = if effort.quick { 2 } else { 20 };
        let (began, mut commits) = (Clock::System.monotonic_micros(), Vec::new());
        for n in 0..RATE * length {
            let planned = began + n * 1_000_000 / RATE;
            let early = planned.saturating_sub(Clock::System.monotonic_micros());
            if early > 0 {
                std::thread::park_timeout(Duration::from_micros(early));
            }
            commits.push(self.change()?);
        }
        let took = seconds(Clock::System.monotonic_micros() - began);
        let last = commits.last().context("a commit")?;
        let arrivals = self.follower.wait_for(last.revision)?;
        let mut micros = behind(&commits, &arrivals)?;
        let (half, end) = (micros.len() / 2, *micros.last().context("an arrival")?);
        let half = micros.get(half).copied().unwrap_or_default();
        micros.sort_unstable();
        let name = self.name(&format!("{RATE} changes a second"));
        // A hundredth less is the pace of the one who measures.
        let rate = as_f64(commits.len()) / took;
        report.at_least(&format!("{name}: committed a second"), rate, 0.99 * as_f64(500));
        report.at_most(&format!("{name}: behind, p99, ms"), percentile(&micros, 99) / 1e3, 250.0);
        report.note(
            &name,
            &format!(
                "{} changes in {took:.1} s; behind {:.1} ms (median), {:.1} ms half-way, {:.1} ms \
                 at the end",
                commits.len(),
                percentile(&micros, 50) / 1e3,
                f64::from(half) / 1e3,
                f64::from(end) / 1e3
            ),
        );
        Ok(())
    }

    /// Applies the steady load's deltas to what was there before them.
    fn digests(&self, report: &mut Report, before: &View) -> Result<()> {
        let (mut view, mut micros) = (before.clone(), Vec::new());
        loop {
            let deltas = self.deltas(view.revision())?;
            if deltas.is_empty() {
                break;
            }
            for delta in deltas {
                let began = Clock::System.monotonic_micros();
                view = view.with_delta(&delta).map_err(|nack| anyhow::anyhow!("{nack:?}"))?;
                micros.push(u32::try_from(Clock::System.monotonic_micros() - began)?);
            }
        }
        let newest = self.authority.snapshots().view();
        ensure!(view.root() == newest.root(), "the digests differ");
        micros.sort_unstable();
        let name = self.name("a change applied and the root of everything computed");
        report.at_most(&format!("{name}: median, µs"), percentile(&micros, 50), 1_000.0);
        let p99 = percentile(&micros, 99);
        report
            .note(&name, &format!("{} changes decoded and applied; p99 {p99:.0} µs", micros.len()));
        Ok(())
    }

    fn deltas(&self, after: Revision) -> Result<Vec<Delta>> {
        let read = move |tx: &mut firebell_sql::ReadTx<'_>| rows::deltas(tx, after);
        match self.db.read_blocking::<_, Error, _>("bench.deltas", read)? {
            Deltas::Next(deltas) => Ok(deltas),
            Deltas::Gone => anyhow::bail!("the deltas after {after} are gone"),
        }
    }

    /// Breaks something, and tells how long after its end the follower was Ready at what came then.
    fn faults(&mut self, report: &mut Report) -> Result<()> {
        let mut told = Vec::new();
        if let Kind::Postgres = self.kind {
            self.cut_connections()?;
            told.push(("its connections were cut", self.convergence()?));
            if let Place::Postgres(server) = &self.place {
                server.pause()?;
                std::thread::park_timeout(STANDSTILL);
                server.resume()?;
            }
            told.push(("the database stood still for 5 s", self.convergence()?));
        }
        // The old process ends here.
        self.follower = Follower::start(&self.text)?;
        told.push(("it was killed, and started with nothing", self.convergence()?));
        let most = told.iter().map(|(_, took)| *took).fold(0.0, f64::max);
        let name = self.name("Ready after a fault");
        report.at_most(&format!("{name}: longest, s"), most, 10.0);
        let all: Vec<String> =
            told.iter().map(|(what, took)| format!("{took:.2} s after {what}")).collect();
        report.note(&name, &all.join("; "));
        Ok(())
    }

    /// Seconds from now until the follower is Ready at a change of now.
    fn convergence(&mut self) -> Result<f64> {
        let began = Clock::System.now().as_microsecond();
        let commit = self.change_in_the_end()?;
        let arrived = self.follower.wait_for(commit.revision)?;
        let at = arrived.last().context("an arrival")?.at;
        Ok(seconds(u64::try_from((at - began).max(0))?))
    }

    /// This process's connections may have been cut too.
    fn change_in_the_end(&mut self) -> Result<Commit> {
        const TRIES: usize = 100;
        for _ in 1..TRIES {
            if let Ok(commit) = self.change() {
                return Ok(commit);
            }
            std::thread::park_timeout(Duration::from_millis(20));
        }
        self.change()
    }

    fn cut_connections(&self) -> Result<()> {
        const CUT: Statement = Statement::new(
            "bench.cut",
            "select pg_terminate_backend(pid) from pg_stat_activity \
             where datname = current_database() and pid <> pg_backend_pid()",
        );
        self.db.read_blocking("bench.cut", |tx| tx.query(&CUT, &[]).map(drop))?;
        drop(self.follower.arrived()?);
        Ok(())
    }
}

/// For each commit, the microseconds until it or a later one was there, in the order of the commits.
fn behind(commits: &[Commit], arrivals: &[Arrival]) -> Result<Vec<u32>> {
    let mut arrivals = arrivals.iter().peekable();
    let mut micros = Vec::new();
    for commit in commits {
        while arrivals.next_if(|arrival| arrival.revision < commit.revision).is_some() {}
        let arrival = arrivals.peek().context("a commit that did not arrive")?;
        micros.push(u32::try_from((arrival.at - commit.at).max(0))?);
    }
    Ok(micros)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_commit_is_there_with_the_first_arrival_that_has_it() {
        let at = |n| Revision { epoch: 1, n };
        let commits = [(1, 100), (2, 200), (3, 300), (4, 400)];
        let commits = commits.map(|(n, micros)| Commit { revision: at(n), at: micros });
        let arrivals = [(2, 250), (4, 390)];
        let arrivals = arrivals.map(|(n, micros)| Arrival { revision: at(n), at: micros });
        assert_eq!(behind(&commits, &arrivals).expect("all arrived"), [150, 50, 90, 0]);
        assert!(behind(&commits, &arrivals[..1]).is_err());
    }
}
