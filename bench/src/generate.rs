//! The load generator: HTTP/1.1 over kept connections, written by hand on epoll so that it takes
//! little of the processors it shares with the server. One thread; one request under way per
//! connection.
//!
//! Closed loop without a rate: the next request follows the answer. With a rate, requests have
//! planned times, and the mark in the body is the *planned* time in microseconds since 1970: a
//! server that stalls is charged for what it kept waiting.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::os::fd::OwnedFd;
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use clap::Args;
use firebell_base::Clock;
use rustix::buffer::spare_capacity;
use rustix::event::epoll;
use rustix::io::retry_on_intr;

use crate::child::{self, Running};
use crate::world::{MARK, MARK_DIGITS, alertmanager_body, event_body};

/// Bytes that are read at once.
const READ_BYTES_MAX: usize = 16 * 1024;
/// Bytes of an answer, at most.
const ANSWER_BYTES_MAX: usize = 1024 * 1024;
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
    child::say(&drive(options)?)
}

fn drive(options: &Options) -> Result<String> {
    ensure!(options.connections > 0, "connections: must be at least 1");
    let ready = epoll::create(epoll::CreateFlags::CLOEXEC)?;
    let mut connections = Vec::new();
    for number in 0..options.connections {
        let connection = Connection::open(options, number)?;
        let data = epoll::EventData::new_u64(u64::from(number));
        epoll::add(&ready, &connection.stream, data, epoll::EventFlags::IN)?;
        connections.push(connection);
    }
    let start = Clock::System.monotonic_micros();
    let end = start + u64::from(options.seconds) * 1_000_000;
    for connection in &mut connections {
        connection.planned = connection.planned.map(|first| start + first);
        connection.go_on(start, end)?;
    }
    let (mut seen, mut events) = (Seen::default(), Vec::with_capacity(256));
    let mut buffer = vec![0_u8; READ_BYTES_MAX];
    while connections.iter().any(|connection| connection.state != State::Done) {
        // In a closed loop nobody waits for the clock.
        let next = options.rate.and_then(|_| connections.iter().filter_map(Connection::due).min());
        wait(&ready, &mut events, next)?;
        if next.is_some() {
            let now = Clock::System.monotonic_micros();
            for connection in &mut connections {
                if connection.due().is_some_and(|due| due <= now) {
                    connection.go_on(now, end)?;
                }
            }
        } else if events.is_empty() {
            bail!("no answer in {} s", ANSWER_TIMEOUT.as_secs());
        }
        for event in events.drain(..) {
            let number = usize::try_from(event.data.u64()).unwrap_or(usize::MAX);
            let connection = connections.get_mut(number).context("an event of nobody")?;
            if let Some(status) = connection.read(&mut buffer)? {
                let now = Clock::System.monotonic_micros();
                seen.count(status, connection.began(), now);
                connection.go_on(now, end)?;
            }
        }
    }
    Ok(seen.line(Clock::System.monotonic_micros() - start))
}

/// Waits for answers: until the next planned request, or as long as an answer may take.
fn wait(ready: &OwnedFd, events: &mut Vec<epoll::Event>, next: Option<u64>) -> Result<()> {
    let longest = ANSWER_TIMEOUT.as_micros();
    let left = next.map_or(longest, |next| {
        u128::from(next.saturating_sub(Clock::System.monotonic_micros())).min(longest)
    });
    let left = Duration::from_micros(u64::try_from(left)?);
    let left = left.try_into()?;
    // An interruption is no time-out.
    retry_on_intr(|| epoll::wait(ready, spare_capacity(events), Some(&left)))?;
    Ok(())
}

/// What came of all requests.
#[derive(Default)]
struct Seen {
    /// How long each answer with 2xx took.
    micros: Vec<u32>,
    refused: u64,
    /// The newest refusal's status.
    status: u16,
}

impl Seen {
    fn count(&mut self, status: u16, began: u64, now: u64) {
        if status / 100 == 2 {
            self.micros.push(u32::try_from(now.saturating_sub(began)).unwrap_or(u32::MAX));
        } else {
            (self.refused, self.status) = (self.refused + 1, status);
        }
    }

    fn line(mut self, took: u64) -> String {
        self.micros.sort_unstable();
        let answered = self.micros.len();
        let rate = as_f64(answered) / seconds(took);
        let (median, p99) =
            (percentile(&self.micros, 50) / 1e3, percentile(&self.micros, 99) / 1e3);
        format!("{answered} {} {} {rate} {median} {p99}", self.refused, self.status)
    }
}

/// Where a connection stands; times are monotonic microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Its next request is planned for then.
    Due(u64),
    /// An answer is awaited to the request that was, or should have been, sent then.
    Asked(u64),
    Done,
}

struct Connection {
    stream: TcpStream,
    request: Vec<u8>,
    /// Where the marks are in the request.
    marks: Vec<usize>,
    /// The first mark of this connection; the following ones count up.
    mark: u64,
    /// Microseconds between planned requests.
    every: Option<u64>,
    /// The next planned one.
    planned: Option<u64>,
    state: State,
    /// What has come of an answer.
    answer: Vec<u8>,
}

impl Connection {
    /// `planned` counts from the start of the run.
    fn open(options: &Options, number: u32) -> Result<Self> {
        let stream = TcpStream::connect(("127.0.0.1", options.port))?;
        stream.set_nodelay(true)?;
        stream.set_nonblocking(true)?;
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
        let every = options.rate.map(|rate| 1_000_000 / u64::from(rate.max(1)));
        Ok(Self {
            stream,
            request: request.into_bytes(),
            marks,
            // Room for every request of each of 256 connections before a run a second later.
            mark: now * 1_000 + u64::from(number) * 3_900_000,
            every: every.map(|every| every * u64::from(options.connections)),
            planned: every.map(|every| every * u64::from(number)),
            state: State::Done,
            answer: Vec::new(),
        })
    }

    /// When it has something to do, unless it waits for an answer.
    fn due(&self) -> Option<u64> {
        match self.state {
            State::Due(at) => Some(at),
            State::Asked(_) | State::Done => None,
        }
    }

    fn began(&self) -> u64 {
        match self.state {
            State::Due(at) | State::Asked(at) => at,
            State::Done => 0,
        }
    }

    /// Sends the next request, if it is time for it and before the end.
    fn go_on(&mut self, now: u64, end: u64) -> Result<()> {
        let began = self.planned.unwrap_or(now);
        self.state = if began.max(now) >= end {
            State::Done
        } else if began > now {
            State::Due(began)
        } else {
            self.stamp(began);
            // It is much smaller than what the system takes at once, and nothing else is under way.
            self.stream.write_all(&self.request).context("the request was not taken whole")?;
            self.planned = self.planned.zip(self.every).map(|(at, every)| at + every);
            State::Asked(began)
        };
        Ok(())
    }

    /// Writes the mark: a number of its own, or the planned time on the clock everybody has.
    fn stamp(&mut self, began: u64) {
        self.mark += 1;
        let mut left = if self.every.is_none() {
            self.mark
        } else {
            let ago = Clock::System.monotonic_micros().saturating_sub(began);
            let now = u64::try_from(Clock::System.now().as_microsecond()).unwrap_or(0);
            now.saturating_sub(ago)
        };
        let mut digits = [b'0'; MARK_DIGITS];
        for digit in digits.iter_mut().rev() {
            *digit += u8::try_from(left % 10).unwrap_or(0);
            left /= 10;
        }
        for at in &self.marks {
            if let Some(place) = self.request.get_mut(*at..*at + MARK_DIGITS) {
                place.copy_from_slice(&digits);
            }
        }
    }

    /// Reads what there is; the status, once the answer is whole.
    fn read(&mut self, buffer: &mut [u8]) -> Result<Option<u16>> {
        let read = match self.stream.read(buffer) {
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(None),
            read => read?,
        };
        ensure!(read > 0, "the server closed the connection");
        self.answer.extend_from_slice(buffer.get(..read).unwrap_or_default());
        let Some((status, length)) = whole(&self.answer)? else {
            ensure!(self.answer.len() < ANSWER_BYTES_MAX, "an answer too long");
            return Ok(None);
        };
        ensure!(self.answer.len() == length, "more than was asked for");
        self.answer.clear();
        Ok(Some(status))
    }
}

/// The status and the length of an answer that is there whole.
fn whole(answer: &[u8]) -> Result<Option<(u16, usize)>> {
    let is_end = |four: &[u8]| matches!(four, [b'\r', b'\n', b'\r', b'\n']);
    let Some(end) = answer.windows(4).position(is_end) else { return Ok(None) };
    let head = answer.get(..end).unwrap_or_default();
    let status = head.get(9..12).and_then(number).context("no status")?;
    let length = end + 4 + content_length(head).context("no content-length")?;
    Ok((answer.len() >= length).then_some((u16::try_from(status)?, length)))
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
    fn answers_are_whole_or_awaited() {
        let answer = b"HTTP/1.1 202 Accepted\r\nx: y\r\ncontent-length: 2\r\n\r\n{}";
        for cut in 0..answer.len() {
            assert_eq!(whole(&answer[..cut]).unwrap(), None, "{cut}");
        }
        assert_eq!(whole(answer).unwrap(), Some((202, answer.len())));
        assert!(whole(b"HTTP/1.1 abc\r\n\r\n").is_err());
    }

    #[test]
    fn lengths_are_read() {
        assert_eq!(content_length(b"HTTP/1.1 200 OK\r\nContent-Length: 12\r\nx: y"), Some(12));
        assert_eq!(content_length(b"HTTP/1.1 204 No Content\r\nx: y"), Some(0));
        assert_eq!(content_length(b"HTTP/1.1 200 OK\r\ncontent-length: x"), None);
    }
}
