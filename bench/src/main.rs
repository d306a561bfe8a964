//! Firebell's measurements: `cargo xtask bench [ORDER] [--quick] [--write --date DAY]`.
//!
//! | module | does |
//! |---|---|
//! | `world` | databases, a sample configuration, bodies of 500 bytes |
//! | `generate` | the load generator, as a process of its own |
//! | `serve` | the server under test, as a process of its own |
//! | `child` | starts these processes and ends them |
//! | `accept` | durable accept beside an endpoint that only parses |
//! | `process` | the engine beside a bare insert of the same rows |
//! | `peers` | durable accept beside Debian's Alertmanager |
//! | `latency` | from the sender's first byte to the webhook |
//! | `memory` | resident memory and cold start with much data |
//! | `config` | the configuration plane: spreading, licences, sign-in |
//! | `pages` | the pages of the real binary with very much data; open live pages |
//! | `report` | the table, and `RESULTS.md` |
//!
//! Every figure stands beside another one of the same run on the same machine, in rounds that take
//! turns, because absolute figures of a shared machine swing. Nothing here is a test, and nothing
//! but 127.0.0.1 is talked to.
#![expect(clippy::print_stdout, reason = "a command-line tool talks through stdout")]

/// As the binary's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

mod accept;
mod child;
mod config;
mod generate;
mod latency;
mod memory;
mod pages;
mod peers;
mod process;
mod report;
mod serve;
mod world;

use anyhow::{Result, ensure};
use clap::{Parser, Subcommand};

use crate::report::Report;

/// Measures Firebell on this machine.
#[derive(Debug, Parser)]
#[command(name = "firebell-bench")]
struct Arguments {
    #[command(subcommand)]
    order: Option<Order>,
    /// Shorter rounds: the figures are rough, the run takes about a minute.
    #[arg(long, global = true)]
    quick: bool,
    /// Writes the table to bench/RESULTS.md as well; needs --date and the whole run.
    #[arg(long, global = true)]
    write: bool,
    /// The day written into the results, such as 2026-03-02.
    #[arg(long, global = true)]
    date: Option<jiff::civil::Date>,
    /// Measures on this engine only.
    #[arg(long, global = true)]
    only: Option<world::Kind>,
}

#[derive(Debug, Subcommand)]
enum Order {
    /// Everything (the default).
    All,
    /// Durable accept beside an endpoint that only parses.
    Accept,
    /// Events processed beside a bare insert of the same rows.
    Process,
    /// Durable accept beside Debian's Alertmanager.
    Alertmanager,
    /// From the sender to the webhook, at 500 events a second.
    Latency,
    /// Memory and cold start with 100,000 open alerts and 10,000 people.
    Memory,
    /// The configuration plane: commit to Ready elsewhere, memory, licences, sign-in.
    Config(config::Options),
    /// Pages with 100,000 people, 10,000 groups and a million alerts; a thousand live pages.
    Pages(pages::Options),
    /// A process that follows the configuration; started by the others.
    #[command(hide = true)]
    Follow(config::follow::Options),
    /// Connections that ask for one page in a loop; started by the others.
    #[command(hide = true)]
    Ask(config::ask::Options),
    /// The load generator; started by the others.
    #[command(hide = true)]
    Generate(generate::Options),
    /// The server under test; started by the others.
    #[command(hide = true)]
    Serve(serve::Options),
}

/// How much is measured.
#[derive(Debug, Clone, Copy)]
struct Effort {
    /// Rounds that take turns; the median counts.
    rounds: usize,
    /// Seconds of load in one round.
    seconds: u32,
    quick: bool,
}

impl Effort {
    /// How many rounds of one second: more and shorter ones where two rates are compared, because the machine is a
    /// fifth faster or slower from one moment to the next.
    const fn short_rounds(self) -> usize {
        3 * self.rounds
    }
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let effort = if arguments.quick {
        Effort { rounds: 1, seconds: 1, quick: true }
    } else {
        Effort { rounds: 5, seconds: 2, quick: false }
    };
    let kinds =
        arguments.only.map_or(vec![world::Kind::Sqlite, world::Kind::Postgres], |k| vec![k]);
    let mut report = Report::default();
    let all = matches!(arguments.order, None | Some(Order::All));
    ensure!(
        !arguments.write || (all && arguments.date.is_some() && arguments.only.is_none()),
        "--write needs the whole run on both engines, and --date DAY"
    );
    match arguments.order {
        Some(Order::Generate(options)) => return generate::run(&options),
        Some(Order::Serve(options)) => return serve::run(&options),
        Some(Order::Follow(options)) => return config::follow::run(&options),
        Some(Order::Ask(options)) => return config::ask::run(&options),
        Some(Order::Accept) => accept::measure(&mut report, effort, &kinds)?,
        Some(Order::Process) => process::measure(&mut report, effort, &kinds)?,
        Some(Order::Alertmanager) => peers::measure(&mut report, effort)?,
        Some(Order::Latency) => latency::measure(&mut report, effort, &kinds)?,
        Some(Order::Memory) => memory::measure(&mut report, effort)?,
        Some(Order::Config(options)) => config::measure(&mut report, effort, &kinds, &options)?,
        Some(Order::Pages(options)) => pages::measure(&mut report, effort, &kinds, &options)?,
        Some(Order::All) | None => {
            process::measure(&mut report, effort, &kinds)?;
            accept::measure(&mut report, effort, &kinds)?;
            peers::measure(&mut report, effort)?;
            latency::measure(&mut report, effort, &kinds)?;
            memory::measure(&mut report, effort)?;
            config::measure(&mut report, effort, &kinds, &config::Options::default())?;
            pages::measure(&mut report, effort, &kinds, &pages::Options::default())?;
        }
    }
    println!("\n{}", report.table());
    if let Some(date) = arguments.date.filter(|_| arguments.write) {
        report.write(date, arguments.quick)?;
    }
    Ok(())
}
