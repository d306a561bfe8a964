//! Resident memory and cold start of a server with 100,000 open alerts and 10,000 people: the
//! alerts are inserted as rows, as if they had been opened and their escalations had ended.

use std::io::{Read as _, Write as _};

use anyhow::{Context as _, Result, ensure};
use firebell_base::time::add_minutes;
use firebell_base::{Clock, Id, Random};
use firebell_domain::alert::{Alert, Priority, State};
use firebell_domain::instance::InstanceNo;
use firebell_domain::integration::Format;
use firebell_domain::property::Value;
use firebell_sql::Db;
use firebell_store::alerts;

use crate::Effort;
use crate::generate::{as_f64, seconds};
use crate::report::Report;
use crate::serve::{Processing, start};
use crate::world::{self, Kind, Place, Plan};

const ALERTS: usize = 100_000;
const PEOPLE: usize = 10_000;
/// Alerts of one transaction while the data is made.
const BATCH: usize = 2_000;

/// Measures.
pub(crate) fn measure(report: &mut Report, effort: Effort) -> Result<()> {
    let (people, count) = if effort.quick { (PEOPLE / 10, ALERTS / 10) } else { (PEOPLE, ALERTS) };
    let place = Place::new(Kind::Sqlite)?;
    let (db, text) = place.fresh(&Random::System)?;
    let plan = Plan { people, told: 3, webhook: None };
    let (_, no) = world::runtime()?.block_on(world::furnish(&db, &plan))?;
    fill(&db, no, count)?;
    db.close();

    let began = Clock::System.monotonic_micros();
    let server = start(&text, Processing::On)?;
    ready(server.port)?;
    let cold = seconds(Clock::System.monotonic_micros() - began);
    // What the first requests bring into memory belongs to it.
    for _ in 0..20 {
        ready(server.port)?;
    }
    let (now, peak) = server.process.memory_kib()?;
    let mib = |kib: u64| as_f64(usize::try_from(kib).unwrap_or(usize::MAX)) / 1024.0;
    let name = format!("{count} open alerts, {people} people");
    report.at_most(&format!("{name}: resident memory, MiB"), mib(now), 300.0);
    report.at_most(&format!("{name}: cold start to ready, s"), cold, 2.0);
    report.note(&name, &format!("SQLite; at most {:.0} MiB since the start", mib(peak)));
    Ok(())
}

/// Asks `/readyz` once.
fn ready(port: u16) -> Result<()> {
    let mut stream = std::net::TcpStream::connect(("127.0.0.1", port))?;
    let request = "GET /readyz HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n";
    stream.write_all(request.as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let status = answer.get(9..12).context("no answer from /readyz")?;
    ensure!(status == "200", "/readyz answered {status}");
    Ok(())
}

/// Inserts open alerts as rows.
pub(crate) fn fill(db: &Db, no: InstanceNo, count: usize) -> Result<()> {
    let now = Clock::System.now();
    let plain = |n: usize| Alert {
        id: Id::new(&Random::System, now),
        number: i64::try_from(n).unwrap_or(i64::MAX),
        integration: world::integration_id(Format::Generic),
        form: Id::from_bytes([5; 16]),
        request: Id::new(&Random::System, now),
        dedup_key: Some(format!("host-{n}/disk")),
        state: State::Open,
        priority: Priority::High,
        count: 1,
        summary: format!("Disk almost full on host-{n}"),
        properties: [("host".to_owned(), Value::Text(format!("host-{n}")))].into(),
        owner: None,
        created: now,
        updated: now,
        acknowledged: None,
        closed: None,
        expires: add_minutes(now, 24 * 60),
    };
    let mut next = 1;
    while next <= count {
        let end = (next + BATCH).min(count + 1);
        let batch: Vec<_> = (next..end).map(|n| (no, plain(n))).collect();
        db.write_blocking("bench.fill", move |tx| {
            alerts::take_numbers(tx, no, i64::try_from(batch.len()).unwrap_or(i64::MAX))?;
            alerts::insert(tx, &batch)
        })?;
        next = end;
    }
    Ok(())
}
