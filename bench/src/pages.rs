//! Pages with very much behind them: 100,000 people, 10,000 groups with shifts, a million alerts. How long the
//! real binary takes for each page, what the pages weigh, and what a thousand open live pages cost.
//!
//! | module | does |
//! |---|---|
//! | `estate` | the configuration: people, devices, groups, shifts, forms, integrations |
//! | `past` | alerts with everything that hangs on them, written as rows |
//! | `house` | the real binary, and somebody who looks at its pages |
//! | `look` | how long pages take, and what they weigh |
//! | `live` | a thousand open pages |

mod estate;
mod house;
mod live;
mod look;
mod past;

use anyhow::Result;
use clap::Args;
use firebell_base::{Clock, Random};
use firebell_sql::{Db, migrate};
use firebell_store::migrations::migrations;

use crate::Effort;
use crate::generate::seconds;
use crate::report::Report;
use crate::world::{self, Kind, Place};

/// How much there is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Size {
    pub(crate) people: usize,
    pub(crate) groups: usize,
    pub(crate) alerts: usize,
}

/// As the goal says it.
const FULL: Size = Size { people: 100_000, groups: 10_000, alerts: 1_000_000 };
/// The same when figures may be rough.
const QUICK: Size = Size { people: 5_000, groups: 500, alerts: 50_000 };

/// What of it is measured.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct Options {
    /// Only fills this database (sqlite:FILE or postgres://…), and measures nothing
    #[arg(long, value_name = "DATABASE")]
    fill: Option<String>,
    /// Alerts of the data set
    #[arg(long)]
    alerts: Option<usize>,
    /// Measures on this database, which was filled before
    #[arg(long, value_name = "DATABASE")]
    on: Option<String>,
    /// Only this part
    #[arg(long)]
    part: Option<Part>,
}

/// A part of the measurement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    /// How long pages take, and what they weigh.
    Look,
    /// A thousand open pages.
    Live,
}

/// Measures.
pub(crate) fn measure(
    report: &mut Report,
    effort: Effort,
    kinds: &[Kind],
    options: &Options,
) -> Result<()> {
    let usual = if effort.quick { QUICK } else { FULL };
    let size = Size { alerts: options.alerts.unwrap_or(usual.alerts), ..usual };
    report.section("Pages");
    if let Some(text) = &options.fill {
        let db = world::open(text)?;
        migrate(&db, migrations(), Clock::System.now().as_microsecond())?;
        return fill(report, &db, size, "given database");
    }
    if let Some(text) = &options.on {
        return look(report, effort, text, size, "given database", options);
    }
    for kind in kinds {
        let place = Place::new(*kind)?;
        let (db, text) = place.fresh(&Random::System)?;
        fill(report, &db, size, kind.name())?;
        db.close();
        look(report, effort, &text, size, kind.name(), options)?;
    }
    Ok(())
}

fn look(
    report: &mut Report,
    effort: Effort,
    text: &str,
    size: Size,
    engine: &str,
    options: &Options,
) -> Result<()> {
    let wants = |part| options.part.is_none_or(|only| only == part);
    let house = house::House::open(text)?;
    if wants(Part::Look) {
        look::measure(report, effort, &house, size, engine)?;
    }
    if wants(Part::Live) {
        let db = world::open(text)?;
        live::measure(report, effort, &house, &db, engine)?;
        db.close();
    }
    Ok(())
}

/// Makes the data set.
fn fill(report: &mut Report, db: &Db, size: Size, name: &str) -> Result<()> {
    let began = Clock::System.monotonic_micros();
    let no = world::runtime()?.block_on(estate::furnish(db, size))?;
    let furnished = seconds(Clock::System.monotonic_micros() - began);
    let began = Clock::System.monotonic_micros();
    let rows = past::fill(db, no, size)?;
    let filled = seconds(Clock::System.monotonic_micros() - began);
    let Size { people, groups, alerts } = size;
    report.note(
        &format!("data set, {name}"),
        &format!(
            "{people} people and {groups} groups in {furnished:.1} s, {alerts} alerts ({rows} rows) \
             in {filled:.1} s"
        ),
    );
    Ok(())
}
