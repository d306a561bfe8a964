//! Events fully processed (alert, three notifications, timeline, durable) beside a bare insert of
//! the very rows that came of it, in transactions of the same size, into the same schema.
//!
//! The journal is filled first; the engine's turns are timed until it is empty. Nothing is sent
//! meanwhile. Then the rows are read back and inserted into a fresh database; the time of each
//! table tells where the engine's own time goes.

use anyhow::{Context as _, Result, ensure};
use firebell_base::{Clock, Random};
use firebell_domain::integration::{Format, Integration};
use firebell_pipeline::{Pipeline, payload};
use firebell_sql::{BulkInsert, Db, Error, Statement, Value};
use firebell_store::{alerts, events, notifications, timeline};
use futures_util::future::join_all;
use tokio::task::JoinSet;

use crate::Effort;
use crate::generate::{as_f64, seconds};
use crate::report::{Report, median};
use crate::world::{self, Kind, Place, Plan, event_body, marked};

/// Events accepted at the same moment while the journal is filled: a full record.
const FILL_TOGETHER: usize = 1024;
/// People an event tells.
const TOLD: usize = 3;

/// What one round gave.
struct Round {
    processed: f64,
    bare: f64,
    turns: usize,
    /// Seconds of each table's bare insert, and of all of it.
    tables: Vec<(&'static str, f64)>,
    bare_seconds: f64,
    engine_seconds: f64,
}

/// Measures.
pub(crate) fn measure(report: &mut Report, effort: Effort, kinds: &[Kind]) -> Result<()> {
    let count = if effort.quick { 8 } else { 20 } * FILL_TOGETHER;
    for kind in kinds {
        let place = Place::new(*kind)?;
        let runtime = world::runtime()?;
        let mut rounds = Vec::new();
        for _ in 0..effort.rounds {
            rounds.push(runtime.block_on(round(&place, count))?);
        }
        let processed = median(rounds.iter().map(|r| r.processed).collect());
        let bare = median(rounds.iter().map(|r| r.bare).collect());
        let share = median(rounds.iter().map(|r| r.processed / r.bare).collect());
        let name = format!("processed, {}", kind.name());
        report.at_least(&format!("{name}: share of a bare insert"), share, 0.6);
        report.at_least(&format!("{name}: events a second"), processed, 10_000.0);
        let last = rounds.last().context("no round")?;
        let tables: Vec<String> = last
            .tables
            .iter()
            .map(|(table, s)| format!("{table} {:.0} µs", s / as_f64(count) * 1e6))
            .collect();
        report.note(
            &name,
            &format!(
                "{bare:.0}/s bare; {} turns; per event: engine {:.0} µs, bare {:.0} µs ({})",
                last.turns,
                last.engine_seconds / as_f64(count) * 1e6,
                last.bare_seconds / as_f64(count) * 1e6,
                tables.join(", ")
            ),
        );
    }
    Ok(())
}

async fn round(place: &Place, count: usize) -> Result<Round> {
    let (db, _) = place.fresh(&Random::System)?;
    let plan = Plan { people: TOLD, told: TOLD, webhook: None };
    let (snapshots, no) = world::furnish(&db, &plan).await?;
    let pipeline = world::pipeline(&db, &snapshots).await?;
    let directory = snapshots.instance(no).context("the instance")?;
    let door = directory.integration(world::integration_id(Format::Generic));
    let Pipeline { intake, writer, engine, .. } = pipeline;
    let mut writing = JoinSet::new();
    writing.spawn(writer.run());
    fill(&intake, no, door.context("the integration")?, count).await?;

    let (mut done, mut turns) = (0, 0);
    let began = Clock::System.monotonic_micros();
    let mut ended = began;
    while done < count {
        let turn = engine.turn().await?;
        ensure!(turn.events > 0, "the journal ended after {done} of {count} events");
        done += turn.events;
        turns += 1;
        ended = Clock::System.monotonic_micros();
    }
    let engine_seconds = seconds(ended - began);
    let (bare_seconds, tables) = bare(place, &db, turns).await?;
    db.close();
    Ok(Round {
        processed: as_f64(count) / engine_seconds,
        bare: as_f64(count) / bare_seconds,
        turns,
        tables,
        bare_seconds,
        engine_seconds,
    })
}

async fn fill(
    intake: &firebell_pipeline::intake::Intake,
    no: firebell_domain::instance::InstanceNo,
    door: &Integration,
    count: usize,
) -> Result<()> {
    let template = event_body();
    let now = Clock::System.now();
    for first in (0..count).step_by(FILL_TOGETHER) {
        let bodies: Vec<String> = (first..(first + FILL_TOGETHER).min(count))
            .map(|n| marked(&template, u64::try_from(n).unwrap_or(0)))
            .collect();
        let accepting = bodies.iter().map(async |body| {
            let drafts = payload::parse(Format::Generic, body.as_bytes(), now)?;
            intake.accept(no, door, drafts, body.as_bytes()).await?;
            Ok::<_, anyhow::Error>(())
        });
        for accepted in join_all(accepting).await {
            accepted?;
        }
    }
    Ok(())
}

/// The tables an event without escalation fills.
fn inserts() -> Result<Vec<BulkInsert>> {
    let all = [alerts::INSERTS, events::INSERTS, notifications::INSERTS, timeline::INSERTS];
    let tables = ["alerts", "events", "notifications", "timeline"];
    let find = |(inserts, table): (&[BulkInsert], &str)| {
        let found = inserts.iter().find(|insert| insert.table == table).copied();
        found.with_context(|| format!("no insert into {table}"))
    };
    all.into_iter().zip(tables).map(find).collect()
}

/// Inserts what is in `from` into a fresh database in `batches` transactions; returns the seconds
/// of all, and of each table.
async fn bare(place: &Place, from: &Db, batches: usize) -> Result<(f64, Vec<(&'static str, f64)>)> {
    let inserts = inserts()?;
    let mut tables = Vec::new();
    for insert in &inserts {
        tables.push(rows(from, insert).await?);
    }
    let mut work = Vec::new();
    for n in 0..batches {
        let part = |rows: &Vec<Vec<Value>>| {
            let size = rows.len().div_ceil(batches);
            rows.iter().skip(n * size).take(size).cloned().collect::<Vec<_>>()
        };
        work.push(inserts.iter().copied().zip(tables.iter().map(part)).collect::<Vec<_>>());
    }
    drop(tables);
    let (db, _) = place.fresh(&Random::System)?;
    let mut micros = vec![0; inserts.len()];
    let began = Clock::System.monotonic_micros();
    for batch in work {
        // Taken out by the one run: the closure may run again only on contention, and here is none.
        let batch = std::sync::Mutex::new(Some(batch));
        let spent = db
            .write("bench.bare", move |tx| {
                let batch = batch.lock().ok().and_then(|mut b| b.take()).unwrap_or_default();
                let mut spent = Vec::new();
                for (insert, rows) in batch {
                    let began = Clock::System.monotonic_micros();
                    tx.bulk_insert(&insert, rows)?;
                    spent.push(Clock::System.monotonic_micros() - began);
                }
                Ok::<_, Error>(spent)
            })
            .await?;
        for (sum, spent) in micros.iter_mut().zip(spent) {
            *sum += spent;
        }
    }
    let all = seconds(Clock::System.monotonic_micros() - began);
    db.close();
    let tables = inserts.iter().map(|i| i.table).zip(micros.into_iter().map(seconds)).collect();
    Ok((all, tables))
}

/// Every row of a table, in the order it was written.
async fn rows(db: &Db, insert: &BulkInsert) -> Result<Vec<Vec<Value>>> {
    let columns: Vec<&str> = insert.columns.iter().map(|(name, _)| *name).collect();
    let text = format!("select {} from {}", columns.join(", "), insert.table);
    // Statements are constants everywhere else; these few live as long as the process.
    let statement = Statement::new("bench.rows", text.leak());
    let rows = db.read("bench.rows", move |tx| tx.query(&statement, &[])).await?;
    ensure!(!rows.is_empty(), "no rows in {}", insert.table);
    Ok(rows.into_iter().map(firebell_sql::Row::into_values).collect())
}
