//! The load generator: HTTP/1.1 over kept connections, written by hand so that it takes little of
//! the processors it shares with the server. One thread; one request under way per connection.
//!
//! Closed loop without a rate: the next request follows the answer. With a rate, requests have
//! planned times, and the mark in the body is the *planned* time in microseconds since 1970: a
//! server that stalls is charged for what it kept waiting.

use anyhow::{Context as _, Result, bail, ensure};
use clap::Args;
use firebell_base::Clock;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{Duration, timeout};

use crate::child::{self, Running};
use crate::world::{MARK, MARK_DIGITS, alertmanager_body, event_body};

/// Bytes of an answer's head, at most.
const HEAD_BYTES_MAX: usize = 16 * 1024;
/// The longest wait for one answer.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);

/// What to send.
#[derive(Debug, Clone, Args)]
pub(crate) struct Options {
    #[arg(long)]
    port: u16,
    #[arg(long)]
    path: String,
    #[arg(long)]
    key: String,
    #[arg(long)]
    body: Body,
    #[arg(long)]
    connections: u32,
    #[arg(long)]
    seconds: u32,
    /// Requests a second of all connections together; none means as fast as answers come.
    #[arg(long)]
    rate: Option<u32>,
}

/// Which body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Body {
    /// A generic event.
    Event,
    /// A list of one alert.
    Alertmanager,
}

impl Body {
    fn text(self) -> String {
        match self {
            Self::Event => event_body(),
            Self::Alertmanager => alertmanager_body(),
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Event => "event",
            Self::Alertmanager => "alertmanager",
        }
    }
}

/// What came of it.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Load {
    /// Requests answered 2xx.
    pub(crate) answered: u64,
    /// Requests a second.
    pub(crate) rate: f64,
    /// Milliseconds to the answer: half of the requests, and 99 of 100, took no longer.
    pub(crate) median_ms: f64,
    pub(crate) p99_ms: f64,
}

/// One run of the generator, as its caller orders it.
#[derive(Debug, Clone)]
pub(crate) struct Order<'a> {
    pub(crate) port: u16,
    pub(crate) path: &'a str,
    pub(crate) key: &'a str,
    pub(crate) body: Body,
    pub(crate) connections: u32,
    pub(crate) seconds: u32,
    pub(crate) rate: Option<u32>,
}

/// Runs the generator as a process and waits for what it says.
pub(crate) fn load(order: &Order<'_>) -> Result<Load> {
    let mut arguments = vec!["generate".to_owned()];
    let mut flag = |name: &str, value: String| arguments.extend([format!("--{name}"), value]);
    flag("port", order.port.to_string());
    flag("path", order.path.to_owned());
    flag("key", order.key.to_owned());
    flag("body", order.body.word().to_owned());
    flag("connections", order.connections.to_string());
    flag("seconds", order.seconds.to_string());
    if let Some(rate) = order.rate {
        flag("rate", rate.to_string());
    }
    let line = Running::itself(&arguments)?.line()?;
    let numbers: Vec<f64> = line.split_whitespace().filter_map(|n| n.parse().ok()).collect();
    let &[answered, refused, status, rate, median_ms, p99_ms] = numbers.as_slice() else {
        bail!("the generator said {line:?}");
    };
    ensure!(refused == 0.0, "{refused} requests to {} were refused, with {status}", order.path);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count")]
    let answered = answered as u64;
    Ok(Load { answered, rate, median_ms, p99_ms })
}

/// The generator's own process.
pub(crate) fn run(options: &Options) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let line = runtime.block_on(drive(options))?;
    child::say(&line)
}

async fn drive(options: &Options) -> Result<String> {
    ensure!(options.connections > 0, "connections: must be at least 1");
    let start = Clock::System.monotonic_micros();
    let end = start + u64::from(options.seconds) * 1_000_000;
    let mut connections = JoinSet::new();
    for number in 0..options.connections {
        let connection = Connection::open(options, number).await?;
        connections.spawn(connection.run(end));
    }
    let (mut refused, mut status, mut micros) = (0_u64, 200, Vec::new());
    while let Some(joined) = connections.join_next().await {
        let mut done = joined??;
        if done.refused > 0 {
            (refused, status) = (refused + done.refused, done.status);
        }
        micros.append(&mut done.micros);
    }
    let seconds = seconds(Clock::System.monotonic_micros() - start);
    let answered = micros.len();
    micros.sort_unstable();
    let (median, p99) = (percentile(&micros, 50) / 1e3, percentile(&micros, 99) / 1e3);
    let rate = as_f64(answered) / seconds;
    Ok(format!("{answered} {refused} {status} {rate} {median} {p99}"))
}

struct Connection {
    stream: TcpStream,
    request: Vec<u8>,
    /// Where the marks are in the request.
    marks: Vec<usize>,
    /// The first mark of this connection; the following ones count up.
    mark: u64,
    /// Microseconds between planned requests, and the first one's place.
    every: Option<(u64, u64)>,
    micros: Vec<u32>,
    refused: u64,
    /// The newest refusal's status.
    status: u16,
}

impl Connection {
    async fn open(options: &Options, number: u32) -> Result<Self> {
        let stream = TcpStream::connect(("127.0.0.1", options.port)).await?;
        stream.set_nodelay(true)?;
        let body = options.body.text();
        let request = format!(
            "POST {} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer {}\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            options.path,
            options.key,
            body.len()
        );
        let marks = request.match_indices(MARK).map(|(at, _)| at).collect();
        let now = u64::try_from(Clock::System.now().as_microsecond()).unwrap_or(0);
        let every = options.rate.map(|rate| {
            let all = 1_000_000 / u64::from(rate.max(1));
            (all * u64::from(options.connections), all * u64::from(number))
        });
        Ok(Self {
            stream,
            request: request.into_bytes(),
            marks,
            // Room for every request of each of 256 connections before a run a second later.
            mark: now * 1_000 + u64::from(number) * 3_900_000,
            every,
            micros: Vec::new(),
            refused: 0,
            status: 200,
        })
    }

    /// Sends until `end` (monotonic microseconds).
    async fn run(mut self, end: u64) -> Result<Self> {
        let mut buffer = vec![0_u8; HEAD_BYTES_MAX];
        let start = Clock::System.monotonic_micros();
        let mut planned = self.every.map(|(_, first)| start + first);
        loop {
            let now = Clock::System.monotonic_micros();
            if planned.unwrap_or(now).max(now) >= end {
                return Ok(self);
            }
            let began = match planned {
                None => now,
                Some(at) => {
                    tokio::time::sleep(Duration::from_micros(at.saturating_sub(now))).await;
                    at
                }
            };
            self.stamp(began);
            self.stream.write_all(&self.request).await?;
            let answer = timeout(ANSWER_TIMEOUT, read_answer(&mut self.stream, &mut buffer));
            let status = answer.await.context("no answer in time")??;
            if status / 100 == 2 {
                let took = Clock::System.monotonic_micros().saturating_sub(began);
                self.micros.push(u32::try_from(took).unwrap_or(u32::MAX));
            } else {
                (self.refused, self.status) = (self.refused + 1, status);
            }
            planned = planned.zip(self.every).map(|(at, (every, _))| at + every);
        }
    }

    /// Writes the mark: a number of its own, or the planned time on the clock everybody has.
    fn stamp(&mut self, began: u64) {
        self.mark += 1;
        let number = if self.every.is_none() {
            self.mark
        } else {
            let ago = Clock::System.monotonic_micros().saturating_sub(began);
            let now = u64::try_from(Clock::System.now().as_microsecond()).unwrap_or(0);
            now.saturating_sub(ago)
        };
        let digits = format!("{number:0MARK_DIGITS$}");
        for at in &self.marks {
            if let Some(place) = self.request.get_mut(*at..*at + MARK_DIGITS) {
                place.copy_from_slice(digits.as_bytes());
            }
        }
    }
}

/// Reads one answer whole; returns its status.
async fn read_answer(stream: &mut TcpStream, buffer: &mut [u8]) -> Result<u16> {
    let mut filled = 0;
    let (status, mut missing) = loop {
        let room = buffer.get_mut(filled..).filter(|r| !r.is_empty()).context("a long head")?;
        let read = stream.read(room).await?;
        ensure!(read > 0, "the server closed the connection");
        filled += read;
        let seen = buffer.get(..filled).unwrap_or_default();
        if let Some(end) = find(seen, b"\r\n\r\n") {
            let head = seen.get(..end).unwrap_or_default();
            let status = head.get(9..12).and_then(number).context("no status")?;
            let length = content_length(head).context("no content-length")?;
            break (u16::try_from(status)?, (end + 4 + length).saturating_sub(filled));
        }
    };
    while missing > 0 {
        let wanted = missing.min(buffer.len());
        let read = stream.read(buffer.get_mut(..wanted).unwrap_or_default()).await?;
        ensure!(read > 0, "the server closed the connection");
        missing -= read;
    }
    Ok(status)
}

/// The body's length as the head says it; none is 0 for answers that have no body.
pub(crate) fn content_length(head: &[u8]) -> Option<usize> {
    let name = b"content-length:";
    let line = head
        .split(|b| *b == b'\n')
        .find(|line| line.get(..name.len()).is_some_and(|n| n.eq_ignore_ascii_case(name)));
    line.map_or(Some(0), |line| number(line.get(name.len()..)?.trim_ascii()))
}

fn number(digits: &[u8]) -> Option<usize> {
    std::str::from_utf8(digits).ok()?.parse().ok()
}

/// Where `needle` begins.
pub(crate) fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}

/// The value that `percent` of the sorted samples do not exceed.
pub(crate) fn percentile(sorted: &[u32], percent: usize) -> f64 {
    let rank = (sorted.len() * percent).div_ceil(100).max(1) - 1;
    sorted.get(rank).copied().map_or(0.0, f64::from)
}

/// Microseconds as seconds.
pub(crate) fn seconds(micros: u64) -> f64 {
    Duration::from_micros(micros).as_secs_f64()
}

/// A count as a number to divide.
pub(crate) fn as_f64(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_have_the_measured_size_and_marks() {
        for body in [Body::Event, Body::Alertmanager] {
            assert_eq!(body.text().len(), crate::world::EVENT_BYTES);
            assert_eq!(body.text().matches(MARK).count(), 2);
        }
        // Marks are looked for in the whole request.
        for key in [crate::world::EVENT_KEY, crate::world::ALERTMANAGER_KEY] {
            assert!(!key.contains(MARK));
        }
    }

    #[test]
    fn percentiles_are_samples() {
        let samples: Vec<u32> = (1..=200).collect();
        assert!((percentile(&samples, 50) - 100.0).abs() < f64::EPSILON);
        assert!((percentile(&samples, 99) - 198.0).abs() < f64::EPSILON);
        assert!((percentile(&[7], 99) - 7.0).abs() < f64::EPSILON);
        assert!(percentile(&[], 50).abs() < f64::EPSILON);
    }

    #[test]
    fn lengths_are_read() {
        assert_eq!(content_length(b"HTTP/1.1 200 OK\r\nContent-Length: 12\r\nx: y"), Some(12));
        assert_eq!(content_length(b"HTTP/1.1 204 No Content\r\nx: y"), Some(0));
        assert_eq!(content_length(b"HTTP/1.1 200 OK\r\ncontent-length: x"), None);
    }
}
