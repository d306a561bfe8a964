//! A thousand open pages that hear of alerts as they change: what they cost in memory, how much slower events are
//! accepted beside them, and how soon an event is on an open page.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use firebell_base::Clock;
use firebell_sql::{Db, ReadTx, Statement};
use firebell_testkit::http::Connection;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::house::{House, Visitor};
use crate::Effort;
use crate::accept::trigger_path;
use crate::generate::{Body, Order, as_f64, find, load, percentile};
use crate::report::{Report, median};
use crate::world::{EVENT_KEY, event_body, marked};

/// Open pages.
const PAGES: usize = 1_000;
/// Open pages of one person: the server takes twenty.
const PAGES_PER_PERSON: usize = 20;
/// Connections that send events meanwhile.
const CONNECTIONS: u32 = 16;
/// Events whose way to a page is timed.
const TIMED: usize = 100;
/// Between them: the pages are told at most so often.
const PAUSE: Duration = Duration::from_millis(230);
/// How often a page is opened again that found no place.
const TRIES_MAX: usize = 50;
/// The longest wait for one event on the page.
const WAIT: Duration = Duration::from_secs(10);
/// What is shown of what the page heard last if the event does not come, in bytes.
const LAST_BYTES: usize = 300;
/// Looks for everything to be processed and sent, one every 20 ms.
const LOOKS_MAX: usize = 15_000;

const WAITING: Statement = Statement::new(
    "bench.waiting",
    "select (select count(*) from journal) + (select count(*) from notifications where state = 0)",
);

/// Open pages, read by a thread that goes with this.
struct Audience {
    runtime: tokio::runtime::Runtime,
    /// When something arrived at the first page (monotonic microseconds), and what.
    first: UnboundedReceiver<(u64, Vec<u8>)>,
}

/// Measures.
pub(super) fn measure(
    report: &mut Report,
    effort: Effort,
    house: &House,
    db: &Db,
    engine: &str,
) -> Result<()> {
    let pages = if effort.quick { PAGES / 10 } else { PAGES };
    let cookies = (0..pages.div_ceil(PAGES_PER_PERSON))
        .map(|n| Ok(Visitor::sign_in(house.port, &format!("sample{n}"))?.cookie))
        .collect::<Result<Vec<String>>>()?;
    // Before anything else, so that nothing that was given back hides what the pages take.
    let (before, _) = house.process.memory_kib()?;
    let audience = Audience::open(house.port, &cookies, pages)?;
    let (opened, _) = house.process.memory_kib()?;
    let mut cost = added(before, opened);
    drop(audience);
    let stage = Stage { house, db, cookies: &cookies, pages, engine };
    soon(report, effort, &stage, false)?;
    let (mut alone, mut beside) = (Vec::new(), Vec::new());
    // What the first load brings into memory is not the pages'.
    accept(house, 1)?;
    settle(db)?;
    for _ in 0..effort.rounds {
        alone.push(accept(house, effort.seconds)?);
        settle(db)?;
        let (before, _) = house.process.memory_kib()?;
        let audience = Audience::open(house.port, &cookies, pages)?;
        let (opened, _) = house.process.memory_kib()?;
        beside.push(accept(house, effort.seconds)?);
        settle(db)?;
        let (after, _) = house.process.memory_kib()?;
        cost = cost.max(added(before, opened.max(after)));
        drop(audience);
    }
    // The server needs a moment to see that their pages were closed.
    std::thread::park_timeout(PAUSE * 5);
    soon(report, effort, &stage, true)?;
    let ratios: Vec<f64> = alone.iter().zip(&beside).map(|(a, b)| b / a).collect();
    let name = format!("{pages} open live pages, {engine}");
    report.at_most(&format!("{name}: memory added, MiB"), cost, 200.0);
    report.at_least(&format!("{name}: acceptance against alone"), median(ratios), 0.9);
    report.note(
        &name,
        &format!(
            "events accepted a second by {CONNECTIONS} connections, processed meanwhile: alone {:.0}, \
             beside {:.0}; the memory includes what the load itself left",
            median(alone),
            median(beside)
        ),
    );
    Ok(())
}

/// Mebibytes between two figures in kibibytes.
fn added(before: u64, after: u64) -> f64 {
    as_f64(usize::try_from(after.saturating_sub(before)).unwrap_or(usize::MAX)) / 1024.0
}

fn accept(house: &House, seconds: u32) -> Result<f64> {
    let path = trigger_path();
    let (key, body, connections) = (EVENT_KEY, Body::Event, CONNECTIONS);
    let port = house.port;
    let order = Order { port, path: &path, key, body, connections, seconds, rate: None };
    Ok(load(&order)?.rate)
}

/// Waits until everything that was accepted is processed, and everybody told: pages hear of both.
fn settle(db: &Db) -> Result<()> {
    for _ in 0..LOOKS_MAX {
        let read = |tx: &mut ReadTx<'_>| tx.query_one(&WAITING, &[])?.get::<i64>(0);
        let waiting = db.read_blocking("bench.settle", read)?;
        if waiting == 0 {
            return Ok(());
        }
        std::thread::park_timeout(Duration::from_millis(20));
    }
    anyhow::bail!("the events were not processed in time")
}

/// Where it is measured.
struct Stage<'a> {
    house: &'a House,
    db: &'a Db,
    cookies: &'a [String],
    pages: usize,
    engine: &'a str,
}

/// From the answer to an event to the row on an open page, while all pages are open; if wanted, just after a
/// flood that all of them saw.
fn soon(report: &mut Report, effort: Effort, stage: &Stage<'_>, flooded: bool) -> Result<()> {
    let Stage { house, db, cookies, pages, engine } = *stage;
    let count = if effort.quick { TIMED / 5 } else { TIMED };
    let mut audience = Audience::open(house.port, cookies, pages)?;
    if flooded {
        accept(house, 1)?;
        settle(db)?;
    }
    let address = std::net::SocketAddr::from((std::net::Ipv4Addr::LOCALHOST, house.port));
    let mut sender = Connection::open(address)?;
    let key = format!("Bearer {EVENT_KEY}");
    let headers = [("Authorization", key.as_str()), ("Content-Type", "application/json")];
    let mut micros = Vec::new();
    for n in 0..count {
        let now = u64::try_from(Clock::System.now().as_microsecond())?;
        let mark = now.saturating_mul(1_000) + u64::try_from(n)?;
        let body = marked(&event_body(), mark);
        let reply = sender.send("POST", &trigger_path(), &headers, body.as_bytes())?;
        ensure!(reply.status == 202, "{}: {}", reply.status, reply.body);
        let accepted = Clock::System.monotonic_micros();
        let seen = audience.until(format!("mark {mark:020}").as_bytes())?;
        micros.push(u32::try_from(seen.saturating_sub(accepted))?);
        std::thread::park_timeout(PAUSE);
    }
    micros.sort_unstable();
    let when = if flooded { " after a flood" } else { "" };
    let name = format!("an accepted event on an open page beside {pages}{when}, {engine}");
    let (p50, p99) = (percentile(&micros, 50) / 1e3, percentile(&micros, 99) / 1e3);
    report.at_most(&format!("{name}: p99, ms"), p99, 300.0);
    report.note(&name, &format!("{p50:.0} ms (median), {p99:.0} ms (p99), {count} events"));
    Ok(())
}

impl Audience {
    /// Opens pages and waits until every stream has begun.
    fn open(port: u16, cookies: &[String], pages: usize) -> Result<Self> {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let (sender, first) = unbounded_channel();
        let begun = Arc::new(AtomicUsize::new(0));
        let mut listening = JoinSet::new();
        for n in 0..pages {
            let cookie = cookies.get(n / PAGES_PER_PERSON).context("a session")?.clone();
            let (begun, sender) = (Arc::clone(&begun), (n == 0).then(|| sender.clone()));
            listening.spawn_on(listen(port, cookie, begun, sender), runtime.handle());
        }
        for _ in 0..LOOKS_MAX {
            if begun.load(Ordering::Relaxed) == pages {
                // The tasks live as long as the runtime.
                listening.detach_all();
                return Ok(Self { runtime, first });
            }
            if let Some(ended) = listening.try_join_next() {
                ended??;
                anyhow::bail!("a stream ended before all had begun");
            }
            std::thread::park_timeout(Duration::from_millis(20));
        }
        anyhow::bail!("only {} of {pages} streams began", begun.load(Ordering::Relaxed))
    }

    /// When this text arrived at the first page.
    fn until(&mut self, text: &[u8]) -> Result<u64> {
        let Self { runtime, first } = self;
        runtime.block_on(async {
            let mut seen: Vec<u8> = Vec::new();
            loop {
                let (at, bytes) = timeout(WAIT, first.recv())
                    .await
                    .with_context(|| {
                        let last = seen.get(seen.len().saturating_sub(LAST_BYTES)..);
                        let last = String::from_utf8_lossy(last.unwrap_or_default()).into_owned();
                        format!("no event came; heard last: {last:?}")
                    })?
                    .context("no page")?;
                seen.extend(bytes);
                if find(&seen, text).is_some() {
                    return Ok(at);
                }
            }
        })
    }
}

async fn listen(
    port: u16,
    cookie: String,
    begun: Arc<AtomicUsize>,
    tell: Option<UnboundedSender<(u64, Vec<u8>)>>,
) -> Result<()> {
    let request = format!(
        "GET /alerts/live HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\ncookie: {cookie}\r\n\
         accept: text/event-stream\r\n\r\n"
    );
    let mut buffer = vec![0_u8; 16 * 1024];
    let mut tries = 0;
    let mut stream = loop {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
        stream.write_all(request.as_bytes()).await?;
        let read = stream.read(&mut buffer).await?;
        let head = buffer.get(..read).unwrap_or_default();
        if find(head, b" 200 ").is_some() {
            break stream;
        }
        tries += 1;
        // A page that was closed a moment ago may still have this one's place.
        let is_full = find(head, b" 204 ").is_some() && tries < TRIES_MAX;
        ensure!(is_full, "{}", String::from_utf8_lossy(head));
        tokio::time::sleep(PAUSE).await;
    };
    begun.fetch_add(1, Ordering::Relaxed);
    loop {
        let read = stream.read(&mut buffer).await?;
        if read == 0 {
            return Ok(());
        }
        if let Some(tell) = &tell {
            let bytes = buffer.get(..read).unwrap_or_default().to_vec();
            drop(tell.send((Clock::System.monotonic_micros(), bytes)));
        }
    }
}
