//! The configuration plane: how soon another process has what was committed, what a change costs with very many
//! instances, what an instance takes of memory, how soon a copy is back after a fault, and what licences and
//! signing in cost the people who wait for them.
//!
//! | module | does |
//! |---|---|
//! | `stock` | very many instances, written as rows |
//! | `follow` | a process that does nothing but follow the configuration |
//! | `spread` | from commit to Ready there; a steady load; faults |
//! | `weigh` | the digest of everything after a change; memory; the licence check |
//! | `people` | adding somebody and signing in, over HTTP |
//! | `ask` | a process whose connections ask for one page in a loop |

pub(crate) mod ask;
pub(crate) mod follow;
mod people;
mod spread;
mod stock;
mod weigh;

use anyhow::Result;
use clap::Args;

use crate::Effort;
use crate::report::Report;
use crate::world::Kind;

/// Instances of the large configuration.
const INSTANCES: usize = 100_000;
/// The same when figures may be rough.
const INSTANCES_QUICK: usize = 2_000;

/// What of it is measured, and of what size.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct Options {
    /// Only this part
    #[arg(long)]
    part: Option<Part>,
    /// Instances of the large configuration
    #[arg(long)]
    instances: Option<usize>,
}

/// A part of the measurement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    /// From commit to Ready in another process, a steady load, faults.
    Spread,
    /// Memory of an instance, and the licence check.
    Weigh,
    /// Adding somebody, and signing in.
    People,
}

/// Measures.
pub(crate) fn measure(
    report: &mut Report,
    effort: Effort,
    kinds: &[Kind],
    options: &Options,
) -> Result<()> {
    report.section("Configuration, licences and sign-in");
    let wants = |part| options.part.is_none_or(|only| only == part);
    let usual = if effort.quick { INSTANCES_QUICK } else { INSTANCES };
    let instances = options.instances.unwrap_or(usual);
    for kind in kinds.iter().filter(|_| wants(Part::Spread)) {
        spread::measure(report, effort, *kind, instances)?;
    }
    if wants(Part::Weigh) {
        weigh::measure(report, effort)?;
    }
    for kind in kinds.iter().filter(|_| wants(Part::People)) {
        people::measure(report, effort, *kind)?;
    }
    Ok(())
}
