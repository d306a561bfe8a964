//! From the sender to the webhook at 500 events a second: the body carries the planned time of
//! sending, and the receiver in this process subtracts it from the time of arrival. So accept,
//! commit, processing, rendering and sending are all in the figure.

use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context as _, Result, ensure};
use firebell_base::{Clock, Random};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::Effort;
use crate::accept::trigger_path;
use crate::generate::{Body, Order, content_length, find, load, percentile};
use crate::report::Report;
use crate::serve::{Processing, start};
use crate::world::{self, EVENT_KEY, Kind, MARK_DIGITS, Place, Plan};

/// Events a second.
const RATE: u32 = 500;
const CONNECTIONS: u32 = 16;
/// Bytes of a webhook's request, at most.
const REQUEST_BYTES_MAX: usize = 256 * 1024;
/// Microseconds the last webhooks may take.
const SETTLE_MICROS_MAX: u64 = 5_000_000;
const ANSWER: &[u8] = b"HTTP/1.1 204 No Content\r\ncontent-length: 0\r\n\r\n";

/// Microseconds from planned sending to arrival.
type Arrivals = Arc<Mutex<Vec<u32>>>;

/// Measures.
pub(crate) fn measure(report: &mut Report, effort: Effort, kinds: &[Kind]) -> Result<()> {
    let seconds = if effort.quick { 3 } else { 10 };
    for kind in kinds {
        let arrivals = Arrivals::default();
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let listener = runtime.block_on(TcpListener::bind(("127.0.0.1", 0)))?;
        let url = format!("http://127.0.0.1:{}/hook", listener.local_addr()?.port());
        let mut receiver = JoinSet::new();
        receiver.spawn_on(receive(listener, Arc::clone(&arrivals)), runtime.handle());

        let place = Place::new(*kind)?;
        let (db, text) = place.fresh(&Random::System)?;
        let plan = Plan { people: 1, told: 1, webhook: Some(url) };
        world::runtime()?.block_on(world::furnish(&db, &plan))?;
        db.close();
        let server = start(&text, Processing::On)?;
        let path = trigger_path();
        let go = |seconds: u32| {
            let (path, key, body) = (path.as_str(), EVENT_KEY, Body::Event);
            let (port, connections, rate) = (server.port, CONNECTIONS, Some(RATE));
            load(&Order { port, path, key, body, connections, seconds, rate })
        };
        // The first second opens connections and fills caches.
        let warm = go(1)?;
        settle(&arrivals, warm.answered)?;
        lock(&arrivals).clear();
        let sent = go(seconds)?;
        settle(&arrivals, sent.answered)?;
        let mut micros = std::mem::take(&mut *lock(&arrivals));
        micros.sort_unstable();
        let name = format!("sender → webhook at {RATE}/s, {}", kind.name());
        report.at_most(&format!("{name}: median, ms"), percentile(&micros, 50) / 1e3, 5.0);
        report.at_most(&format!("{name}: p99, ms"), percentile(&micros, 99) / 1e3, 30.0);
        report.note(
            &name,
            &format!(
                "{} events; accepted in {:.1} ms (median), {:.1} ms (p99)",
                micros.len(),
                sent.median_ms,
                sent.p99_ms
            ),
        );
    }
    Ok(())
}

/// Waits until as many arrived as were accepted.
fn settle(arrivals: &Arrivals, wanted: u64) -> Result<()> {
    let end = Clock::System.monotonic_micros() + SETTLE_MICROS_MAX;
    loop {
        let arrived = lock(arrivals).len();
        if u64::try_from(arrived).unwrap_or(0) >= wanted {
            return Ok(());
        }
        ensure!(
            Clock::System.monotonic_micros() < end,
            "only {arrived} of {wanted} webhooks arrived"
        );
        std::thread::park_timeout(std::time::Duration::from_millis(5));
    }
}

fn lock(arrivals: &Arrivals) -> std::sync::MutexGuard<'_, Vec<u32>> {
    arrivals.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn receive(listener: TcpListener, arrivals: Arrivals) {
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let arrivals = Arc::clone(&arrivals);
        connections.spawn(async move {
            // A connection that breaks is opened again by the sender.
            drop(answer(stream, &arrivals).await);
        });
        while connections.try_join_next().is_some() {}
    }
}

async fn answer(mut stream: TcpStream, arrivals: &Arrivals) -> Result<()> {
    stream.set_nodelay(true)?;
    let mut buffer = Vec::new();
    loop {
        let whole = loop {
            if let Some(head) = find(&buffer, b"\r\n\r\n") {
                let length = content_length(buffer.get(..head).unwrap_or_default());
                let whole = head + 4 + length.context("no content-length")?;
                if buffer.len() >= whole {
                    break whole;
                }
            }
            ensure!(buffer.len() < REQUEST_BYTES_MAX, "a request too large");
            if stream.read_buf(&mut buffer).await? == 0 {
                return Ok(());
            }
        };
        let now = Clock::System.now().as_microsecond();
        let body: Vec<u8> = buffer.drain(..whole).collect();
        let mark = find(&body, b"mark ").and_then(|at| body.get(at + 5..at + 5 + MARK_DIGITS));
        let sent: Option<i64> = mark.and_then(|m| std::str::from_utf8(m).ok()?.parse().ok());
        let took = now - sent.context("a webhook without a mark")?;
        lock(arrivals).push(u32::try_from(took.max(0)).unwrap_or(u32::MAX));
        stream.write_all(ANSWER).await?;
    }
}
