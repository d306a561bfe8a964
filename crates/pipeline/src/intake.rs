//! The door: accepted events become durable in the journal before the sender hears "yes".
//!
//! Requests hand over encoded events and wait. One writer (`writer`) drains whatever waits into one transaction.
//! Nothing here knows what an event means.

mod writer;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use firebell_base::{Clock, Id, Random, Timestamp};
use firebell_domain::event::{Draft, Event, RequestId};
use firebell_domain::instance::InstanceNo;
use firebell_domain::integration::{Integration, IntegrationId};
use firebell_sql::Db;
use tokio::sync::{Notify, mpsc, oneshot};

pub use writer::JournalWriter;

use crate::limits::{EVENTS_PER_MINUTE_DEFAULT, INTAKE_WAITING_MAX};
use crate::metrics::Metrics;
use crate::record::{self, Accepted};

/// Bytes of encoded events that may wait for the journal's next commit: large bodies must not fill the memory
/// although few requests wait. A request that is larger than this passes when nothing else waits.
const WAITING_BYTES_MAX: usize = 64 * 1024 * 1024;
/// How many (instance, integration) buckets are remembered.
const BUCKETS_MAX: usize = 50_000;

/// Why an event was not accepted. Nothing of it was kept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IntakeError {
    /// The integration sends more than it may.
    #[error("this integration sends more than {per_minute} events a minute; slow down")]
    TooMany {
        /// What it may send.
        per_minute: u32,
        /// When to come again.
        retry_after: Duration,
    },
    /// The queue is full, or the server is stopping: come again.
    #[error("too much is waiting to be stored; send the event again")]
    Overloaded,
    /// The database cannot be written: come again.
    #[error("the event could not be stored durably; send it again")]
    Unavailable,
}

struct Waiting {
    events: Vec<Vec<u8>>,
    answer: oneshot::Sender<Result<(), IntakeError>>,
    /// Given back when the writer takes the events, or when nobody ever will.
    room: Room,
}

/// The bytes that wait in the queue, and how many may.
#[derive(Debug)]
struct Waitroom {
    bytes: AtomicUsize,
    bytes_max: usize,
}

impl Waitroom {
    fn new(bytes_max: usize) -> Arc<Self> {
        Arc::new(Self { bytes: AtomicUsize::new(0), bytes_max })
    }

    /// Room for so many bytes until it is dropped; none if too much waits.
    fn enter(self: &Arc<Self>, bytes: usize) -> Option<Room> {
        let more = |waiting: usize| {
            waiting.checked_add(bytes).filter(|sum| *sum <= self.bytes_max || waiting == 0)
        };
        // A count alone: it guards no other memory.
        self.bytes.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more).ok()?;
        Some(Room { of: Arc::clone(self), bytes })
    }
}

/// A part of the waitroom.
#[derive(Debug)]
struct Room {
    of: Arc<Waitroom>,
    bytes: usize,
}

impl Drop for Room {
    fn drop(&mut self) {
        self.of.bytes.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

/// The handle through which requests hand over events.
#[derive(Clone)]
pub struct Intake {
    queue: mpsc::Sender<Waiting>,
    waitroom: Arc<Waitroom>,
    buckets: Arc<Mutex<BTreeMap<(InstanceNo, IntegrationId), Bucket>>>,
    clock: Clock,
    random: Random,
    metrics: Metrics,
}

/// Makes the two ends.
pub fn open(
    db: Db,
    clock: Clock,
    random: Random,
    metrics: Metrics,
    committed: Arc<Notify>,
) -> (Intake, JournalWriter) {
    let (sender, queue) = mpsc::channel(INTAKE_WAITING_MAX);
    let intake = Intake {
        queue: sender,
        waitroom: Waitroom::new(WAITING_BYTES_MAX),
        buckets: Arc::default(),
        clock: clock.clone(),
        random,
        metrics,
    };
    (intake, JournalWriter::new(queue, db, clock, committed))
}

impl Intake {
    /// Makes the drafts of one request durable; returns the request's id once they are.
    pub async fn accept(
        &self,
        instance: InstanceNo,
        integration: &Integration,
        drafts: Vec<Draft>,
        payload: &[u8],
    ) -> Result<RequestId, IntakeError> {
        let now = self.clock.now();
        let request: RequestId = Id::new(&self.random, now);
        let count = drafts.len();
        if count == 0 {
            return Ok(request);
        }
        self.spend(instance, integration, count, now)
            .inspect_err(|_| self.metrics.requests_shed.add(1))?;
        let mut payload = Some(payload.to_vec());
        let mut events = Vec::with_capacity(count);
        for draft in drafts {
            let event = Event {
                id: Id::new(&self.random, now),
                request,
                integration: integration.id,
                received: now,
                draft,
            };
            let accepted = Accepted { instance, event, payload: payload.take() };
            events.push(record::encode(accepted).map_err(|error| {
                tracing::error!(%error, "an accepted event could not be encoded");
                IntakeError::Unavailable
            })?);
        }
        let (answer, answered) = oneshot::channel();
        let queued = self
            .waitroom
            .enter(weigh(&events))
            .is_some_and(|room| self.queue.try_send(Waiting { events, answer, room }).is_ok());
        if !queued {
            self.metrics.requests_shed.add(1);
            return Err(IntakeError::Overloaded);
        }
        // A dropped answer means that the writer stopped before it wrote.
        answered.await.unwrap_or(Err(IntakeError::Overloaded))?;
        self.metrics.requests_accepted.add(1);
        self.metrics.events_accepted.add(count);
        Ok(request)
    }

    /// Takes `count` events from the integration's allowance: a bucket that holds a minute's worth.
    fn spend(
        &self,
        instance: InstanceNo,
        integration: &Integration,
        count: usize,
        now: Timestamp,
    ) -> Result<(), IntakeError> {
        let per_minute = integration.rate_per_minute.unwrap_or(EVENTS_PER_MINUTE_DEFAULT);
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= BUCKETS_MAX {
            buckets.retain(|_, bucket| !bucket.is_full(now));
        }
        let key = (instance, integration.id);
        let bucket = buckets.entry(key).or_insert_with(|| Bucket::full(per_minute, now));
        bucket.take(u32::try_from(count).unwrap_or(u32::MAX), per_minute, now)
    }
}

/// Bytes of encoded events.
fn weigh(events: &[Vec<u8>]) -> usize {
    events.iter().map(Vec::len).sum()
}

/// An allowance that refills evenly.
#[derive(Debug)]
struct Bucket {
    tokens: f64,
    capacity: f64,
    filled: Timestamp,
}

impl Bucket {
    fn full(per_minute: u32, now: Timestamp) -> Self {
        Self { tokens: f64::from(per_minute), capacity: f64::from(per_minute), filled: now }
    }

    fn refill(&mut self, per_minute: u32, now: Timestamp) {
        let micros = firebell_base::time::micros_between(self.filled, now).max(0);
        #[expect(clippy::cast_precision_loss, reason = "an allowance needs no exact microseconds")]
        let minutes = micros as f64 / 60e6;
        self.capacity = f64::from(per_minute);
        self.tokens = (self.tokens + minutes * self.capacity).min(self.capacity);
        self.filled = now;
    }

    fn is_full(&mut self, now: Timestamp) -> bool {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "the capacity came from a u32"
        )]
        let per_minute = self.capacity as u32;
        self.refill(per_minute, now);
        self.tokens >= self.capacity
    }

    fn take(&mut self, count: u32, per_minute: u32, now: Timestamp) -> Result<(), IntakeError> {
        self.refill(per_minute, now);
        // A request larger than a whole minute's worth is let through once the bucket is full.
        let wanted = f64::from(count).min(self.capacity);
        if self.tokens >= wanted {
            self.tokens -= wanted;
            return Ok(());
        }
        let seconds = (wanted - self.tokens) / self.capacity * 60.0;
        let retry_after = Duration::from_secs_f64(seconds.clamp(1.0, 60.0).ceil());
        Err(IntakeError::TooMany { per_minute, retry_after })
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::task::Poll;

    use firebell_base::time::{add_seconds, from_micros};
    use firebell_domain::integration::Format;
    use firebell_domain::name::Name;
    use firebell_domain::person::Status;

    use super::*;

    #[test]
    fn the_waitroom_is_bounded_by_bytes_and_given_back() {
        let waitroom = Waitroom::new(100);
        let first = waitroom.enter(60).unwrap();
        assert!(waitroom.enter(41).is_none() && waitroom.enter(usize::MAX).is_none());
        let second = waitroom.enter(40).unwrap();
        assert!(waitroom.enter(1).is_none());
        drop(first);
        assert!(waitroom.enter(61).is_none());
        drop((waitroom.enter(60).unwrap(), second));
        assert_eq!(waitroom.bytes.load(Ordering::Relaxed), 0);
        let huge = waitroom.enter(101).unwrap();
        assert!(waitroom.enter(1).is_none(), "alone only");
        drop(huge);
        assert!(waitroom.enter(100).is_some());
    }

    #[test]
    fn a_request_is_told_to_come_again_while_too_many_bytes_wait() {
        let (sender, mut queue) = mpsc::channel(8);
        let intake = Intake {
            queue: sender,
            waitroom: Waitroom::new(1),
            buckets: Arc::default(),
            clock: Clock::System,
            random: Random::seeded(1),
            metrics: Metrics::default(),
        };
        let door = Integration {
            id: Id::from_bytes([1; 16]),
            name: Name::parse("Sample").unwrap(),
            format: Format::Generic,
            form: Id::from_bytes([2; 16]),
            key_hash: [0; 32],
            status: Status::Active,
            rate_per_minute: None,
            created: from_micros(0),
        };
        let body = br#"{"summary": "Disk full"}"#;
        let drafts = crate::payload::parse(Format::Generic, body, from_micros(0)).unwrap();
        let send = || intake.accept(InstanceNo(1), &door, drafts.clone(), body);
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());

        let mut first = pin!(send());
        assert!(first.as_mut().poll(&mut context).is_pending());
        let refused = Poll::Ready(Err(IntakeError::Overloaded));
        assert_eq!(pin!(send()).poll(&mut context), refused);
        assert_eq!(intake.metrics.requests_shed.get(), 1);

        let taken = queue.try_recv().unwrap();
        assert_eq!(intake.waitroom.bytes.load(Ordering::Relaxed), weigh(&taken.events));
        drop(taken);
        assert_eq!(first.poll(&mut context), refused, "a writer that stopped says so");
        assert!(pin!(send()).poll(&mut context).is_pending(), "there is room again");
        // A sender that went away still has its events in the queue.
        assert_ne!(intake.waitroom.bytes.load(Ordering::Relaxed), 0);
        drop((queue.try_recv().unwrap(), queue));
        assert_eq!(pin!(send()).poll(&mut context), refused, "nobody reads any more");
        assert_eq!(intake.waitroom.bytes.load(Ordering::Relaxed), 0);
    }

    #[test]
    fn an_allowance_is_spent_and_refills() {
        let start = from_micros(0);
        let mut bucket = Bucket::full(60, start);
        assert_eq!(bucket.take(60, 60, start), Ok(()));
        let refused = bucket.take(1, 60, start);
        assert!(matches!(refused, Err(IntakeError::TooMany { per_minute: 60, retry_after })
            if retry_after == Duration::from_secs(1)));
        assert_eq!(bucket.take(2, 60, add_seconds(start, 2)), Ok(()));
        assert!(bucket.take(1, 60, add_seconds(start, 2)).is_err());
    }

    #[test]
    fn a_request_larger_than_the_allowance_passes_when_the_bucket_is_full() {
        let start = from_micros(0);
        let mut bucket = Bucket::full(10, start);
        assert_eq!(bucket.take(500, 10, start), Ok(()));
        assert!(bucket.take(500, 10, add_seconds(start, 30)).is_err());
        assert_eq!(bucket.take(500, 10, add_seconds(start, 60)), Ok(()));
    }
}
