//! Durable accept beside Debian's Alertmanager, which keeps alerts in memory: the same bodies to
//! the same path, by the same generator, each while the other one stands still.

use std::net::TcpListener;
use std::process::Command;

use anyhow::{Context as _, Result};
use firebell_base::{Clock, Random};

use crate::Effort;
use crate::child::Running;
use crate::generate::{Body, Order, load};
use crate::report::{Report, median};
use crate::serve::{Processing, start};
use crate::world::{self, ALERTMANAGER_KEY, Kind, Place, Plan};

const PROGRAM: &str = "prometheus-alertmanager";
const PATH: &str = "/api/v2/alerts";
const CONNECTIONS: u32 = 64;
/// Microseconds the peer may take to listen.
const START_MICROS_MAX: u64 = 10_000_000;
/// Groups everything into one and tells nobody for an hour: as little work as it can have.
const CONFIGURATION: &str =
    "route:\n  receiver: none\n  group_wait: 1h\nreceivers:\n- name: none\n";

/// Measures; without the peer's program the figure is left out and the table says so.
pub(crate) fn measure(report: &mut Report, effort: Effort) -> Result<()> {
    let name = "durable accept beside Alertmanager, SQLite, 64 connections";
    let dir = tempfile::TempDir::new()?;
    let file = dir.path().join("alertmanager.yml");
    std::fs::write(&file, CONFIGURATION)?;
    let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
    let mut command = Command::new(PROGRAM);
    command
        .arg(format!("--config.file={}", file.display()))
        .arg(format!("--storage.path={}", dir.path().display()))
        .arg(format!("--web.listen-address=127.0.0.1:{port}"))
        .arg("--cluster.listen-address=");
    let Ok(peer) = Running::quiet(&mut command) else {
        report.note(name, "left out: install the package prometheus-alertmanager");
        return Ok(());
    };
    wait_for(port)?;

    let place = Place::new(Kind::Sqlite)?;
    let (db, text) = place.fresh(&Random::System)?;
    let plan = Plan { people: 3, told: 3, webhook: None };
    world::runtime()?.block_on(world::furnish(&db, &plan))?;
    db.close();
    let server = start(&text, Processing::Off)?;
    let go = |port: u16| {
        let (path, key, body) = (PATH, ALERTMANAGER_KEY, Body::Alertmanager);
        load(&Order { port, path, key, body, connections: CONNECTIONS, seconds: 1, rate: None })
    };
    // Both open connections, fill caches and let their files and memory grow.
    go(port)?;
    go(server.port)?;
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..effort.short_rounds() {
        theirs.push(server.process.while_stopped(|| go(port))?.rate);
        ours.push(peer.while_stopped(|| go(server.port))?.rate);
    }
    let ratio = median(ours.iter().zip(&theirs).map(|(our, their)| our / their).collect());
    report.at_least(name, ratio, 2.0);
    let (ours, theirs) = (median(ours), median(theirs));
    report.note(name, &format!("{ours:.0}/s durable, {theirs:.0}/s Alertmanager (in memory)"));
    Ok(())
}

/// Waits until something listens.
fn wait_for(port: u16) -> Result<()> {
    let end = Clock::System.monotonic_micros() + START_MICROS_MAX;
    while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
        let left = end.checked_sub(Clock::System.monotonic_micros());
        left.with_context(|| format!("{PROGRAM} does not listen on port {port}"))?;
        std::thread::yield_now();
    }
    Ok(())
}
