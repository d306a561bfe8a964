//! What an instance with twenty people takes of memory in a process that follows, and what it costs to see
//! whether a licence is free in a replica that is warm.

use std::hint::black_box;
use std::time::Duration;

use anyhow::{Context as _, Result};
use firebell_base::{Clock, Random};
use firebell_config::fresh::Freshness;
use firebell_config::licences::{Free, last_known};
use firebell_config::{Authority, EntitlementChange, Intent};
use firebell_domain::directory::Directory;
use firebell_domain::instance::InstanceNo;
use firebell_domain::licence::{Allotment, Entitlement};
use firebell_domain::person::LicenceType;

use super::follow::Follower;
use super::stock::{author, fill};
use crate::Effort;
use crate::generate::as_f64;
use crate::report::Report;
use crate::world::{self, Kind, Place};

/// Instances with people, and how many people each has.
const INSTANCES: usize = 5_000;
const PEOPLE: usize = 20;

/// Measures.
pub(super) fn measure(report: &mut Report, effort: Effort) -> Result<()> {
    let instances = if effort.quick { INSTANCES / 25 } else { INSTANCES };
    let (empty, _) = memory(1)?;
    let (full, authority) = memory(instances)?;
    let kib = as_f64(usize::try_from(full.saturating_sub(empty))?) / as_f64(instances);
    let name = format!("{instances} instances with {PEOPLE} people each");
    report.at_most(&format!("{name}: memory of each, KiB"), kib, 40.0);
    report.note(&name, &format!("a process that follows: {full} KiB, with one: {empty} KiB"));
    check(report, effort, &authority)
}

/// KiB that a process takes which follows so many instances.
fn memory(instances: usize) -> Result<(u64, Authority)> {
    let place = Place::new(Kind::Sqlite)?;
    let (db, text) = place.fresh(&Random::System)?;
    let authority = world::runtime()?.block_on(fill(&db, instances, PEOPLE))?;
    let follower = Follower::start(&text)?;
    follower.wait_for(authority.snapshots().revision())?;
    let (now, _) = follower.process.memory_kib()?;
    let limited = Allotment::Limited(u32::try_from(PEOPLE)?);
    let unlimited = Entitlement::unlimited(LicenceType::FullUser);
    let change = EntitlementChange::Set(Entitlement { allotment: limited, ..unlimited });
    let intent = Intent { approval: Some("a measurement".to_owned()), ..Intent::from(&author()) };
    let set =
        authority.set_entitlements(vec![(InstanceNo(1), change)], intent, Clock::System.now());
    world::runtime()?.block_on(set)?;
    db.close();
    Ok((now, authority))
}

/// Sees again and again whether a licence is free.
fn check(report: &mut Report, effort: Effort, authority: &Authority) -> Result<()> {
    let directory = authority.snapshots().instance(InstanceNo(1)).context("an instance")?;
    let rounds = if effort.quick { 10_000 } else { 1_000_000 };
    let now = Clock::System.now();
    let began = Clock::System.monotonic_micros();
    for _ in 0..rounds {
        black_box(free(black_box(&directory), now));
    }
    let micros = Clock::System.monotonic_micros() - began;
    let nanos = as_f64(usize::try_from(micros)?) * 1e3 / as_f64(rounds);
    let name = format!("licence check on a warm replica, {PEOPLE} people");
    report.at_most(&format!("{name}: ns"), nanos, 1_000.0);
    Ok(())
}

fn free(directory: &Directory, now: firebell_base::Timestamp) -> Option<Free> {
    match last_known(Some(directory), Duration::ZERO, now) {
        Freshness::LastKnown { value, .. } => value.of_type(LicenceType::FullUser)?.free(),
        Freshness::Confirmed(_) | Freshness::Unknown(_) => None,
    }
}
