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

use crate::Effort;
use crate::report::Report;
use crate::world::Kind;

/// Instances of the large configuration.
const INSTANCES: usize = 100_000;
/// The same when figures may be rough.
const INSTANCES_QUICK: usize = 2_000;

/// Measures.
pub(crate) fn measure(report: &mut Report, effort: Effort, kinds: &[Kind]) -> Result<()> {
    report.section("Configuration, licences and sign-in");
    for kind in kinds {
        spread::measure(report, effort, *kind)?;
    }
    weigh::measure(report, effort)?;
    for kind in kinds {
        people::measure(report, effort, *kind)?;
    }
    Ok(())
}

/// How many instances the large configuration has.
const fn instances(effort: Effort) -> usize {
    if effort.quick { INSTANCES_QUICK } else { INSTANCES }
}
