//! The only step that waits for the outside: it sends leased notifications through the channels, and records what
//! became of them.
//!
//! Contract: every notification is attempted at least once. A crash between sending and recording sends it again
//! under the same idempotency key (the notification's id). Instances take turns, and none may hold all places,
//! so one customer's slow receiver delays nobody else.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use firebell_base::time::{add_micros, micros_between};
use firebell_base::{Clock, Id, Random, Timestamp};
use firebell_channels::{Message, Receipt, Registry, SendError};
use firebell_config::Snapshots;
use firebell_domain::alert::State;
use firebell_domain::instance::InstanceNo;
use firebell_domain::notification::{Delivery, NotificationState, Outcome};
use firebell_domain::timeline::{Called, Detail, Entry, Kind, Sending, Step, What};
use firebell_sql::Db;
use firebell_store::deliveries::{self, OutboxMessage};
use firebell_store::notifications::{self, Finish};
use firebell_store::{alerts, timeline};
use tokio::sync::{Notify, mpsc};
use tokio::task::{Id as TaskId, JoinError, JoinSet};

use crate::engine::Job;
use crate::limits::{
    DELIVERY_BACKOFF, IN_FLIGHT_MAX, IN_FLIGHT_PER_INSTANCE_MAX, LATE_AFTER, RECHECK_AFTER,
    RESULTS_PER_RECORD_MAX, RETRY_AFTER_MAX,
};
use crate::live::Live;
use crate::metrics::Metrics;
use crate::parts::Stop;
use crate::render::{Links, micros, render};
use crate::words;

mod outgoing;

pub use outgoing::Outgoing;
pub(crate) use outgoing::Room;
use outgoing::UnderWay;

/// Sends and records.
pub struct Deliverer {
    queue: mpsc::UnboundedReceiver<Job>,
    shared: Arc<Shared>,
    under_way: UnderWay,
    waiting: BTreeMap<InstanceNo, VecDeque<Job>>,
    last_served: Option<InstanceNo>,
    in_flight: BTreeMap<InstanceNo, usize>,
    sending: JoinSet<Sent>,
    /// What each task sends.
    started: HashMap<TaskId, Arc<Job>>,
    results: Vec<Sent>,
    /// The transaction that records results, if one is under way.
    recording: JoinSet<()>,
    /// Woken when places become free: the engine may lease more.
    wake: Arc<Notify>,
}

/// What sending needs.
pub(crate) struct Shared {
    pub(crate) db: Db,
    pub(crate) snapshots: Snapshots,
    pub(crate) registry: Registry,
    pub(crate) links: Links,
    pub(crate) clock: Clock,
    pub(crate) random: Random,
    pub(crate) metrics: Metrics,
    pub(crate) live: Live,
}

/// What became of one attempt.
struct Sent {
    job: Arc<Job>,
    at: Timestamp,
    kept: Option<OutboxMessage>,
    notes: Vec<What>,
    result: Attempt,
}

enum Attempt {
    /// A channel answered.
    Done(Result<Receipt, SendError>),
    /// There was nothing to ask a channel for: it can never be sent.
    Impossible(Detail),
    /// The channel panicked: it may be sent later.
    Panicked,
    /// It was no longer wanted: answered or ended while it waited.
    Unwanted,
}

/// Makes the two ends.
pub(crate) fn open(shared: Shared, wake: Arc<Notify>) -> (Outgoing, Deliverer) {
    let (sender, queue) = mpsc::unbounded_channel();
    let under_way = UnderWay::default();
    let outgoing = Outgoing::new(sender, under_way.clone());
    let deliverer = Deliverer {
        queue,
        shared: Arc::new(shared),
        under_way,
        waiting: BTreeMap::new(),
        last_served: None,
        in_flight: BTreeMap::new(),
        sending: JoinSet::new(),
        started: HashMap::new(),
        results: Vec::new(),
        recording: JoinSet::new(),
        wake,
    };
    (outgoing, deliverer)
}

impl Deliverer {
    /// Sends until stopped; what is being sent then is finished and recorded.
    pub async fn run(mut self, mut stop: Stop) {
        loop {
            self.start_sending();
            self.start_recording();
            tokio::select! {
                biased;
                Some(_) = self.recording.join_next(), if !self.recording.is_empty() => {}
                Some(ended) = self.sending.join_next_with_id(), if !self.sending.is_empty() => {
                    self.finished(ended);
                    while let Some(ended) = self.sending.try_join_next_with_id() {
                        self.finished(ended);
                    }
                }
                job = self.queue.recv() => match job {
                    Some(job) => {
                        self.waiting.entry(job.instance).or_default().push_back(job);
                        while let Ok(job) = self.queue.try_recv() {
                            self.waiting.entry(job.instance).or_default().push_back(job);
                        }
                    }
                    None => break,
                },
                () = stop.wait() => break,
            }
        }
        while let Some(ended) = self.sending.join_next_with_id().await {
            self.finished(ended);
        }
        self.record_all().await;
    }

    /// Sends and records everything that was handed over: for tests that drive the clock themselves.
    pub async fn drain(&mut self) -> usize {
        let mut count = 0;
        loop {
            while let Ok(job) = self.queue.try_recv() {
                self.waiting.entry(job.instance).or_default().push_back(job);
            }
            self.start_sending();
            let Some(ended) = self.sending.join_next_with_id().await else {
                return count;
            };
            count += 1;
            self.finished(ended);
            self.record_all().await;
        }
    }

    /// Starts as many sendings as there are places, instances in turn.
    fn start_sending(&mut self) {
        // A database that records slowly holds up what would have to be recorded, too.
        while self.sending.len() < IN_FLIGHT_MAX && self.results.len() < RESULTS_PER_RECORD_MAX {
            let Some(job) = self.next() else { return };
            *self.in_flight.entry(job.instance).or_default() += 1;
            let (shared, job) = (Arc::clone(&self.shared), Arc::new(job));
            let sent = Arc::clone(&job);
            let task = self.sending.spawn(async move { shared.attempt(sent).await });
            self.started.insert(task.id(), job);
        }
    }

    /// The next job of the next instance that has one and a place for it.
    fn next(&mut self) -> Option<Job> {
        let after = self.last_served.map_or(i64::MIN, |no| no.0.saturating_add(1));
        let turns = self.waiting.range(InstanceNo(after)..).chain(self.waiting.iter());
        let has_place = |no: &InstanceNo| {
            self.in_flight.get(no).copied().unwrap_or(0) < IN_FLIGHT_PER_INSTANCE_MAX
        };
        let no = turns.map(|(no, _)| *no).find(has_place)?;
        let queue = self.waiting.get_mut(&no)?;
        let job = queue.pop_front();
        if queue.is_empty() {
            self.waiting.remove(&no);
        }
        self.last_served = Some(no);
        job
    }

    fn finished(&mut self, ended: Result<(TaskId, Sent), JoinError>) {
        let task = ended.as_ref().map_or_else(JoinError::id, |(task, _)| *task);
        let Some(job) = self.started.remove(&task) else {
            return;
        };
        if let Some(count) = self.in_flight.get_mut(&job.instance) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                self.in_flight.remove(&job.instance);
            }
        }
        let awaited = self.under_way.end(job.instance);
        let sent = ended.map_or_else(
            |error| {
                tracing::error!(%error, notification = %job.notification.id, "a channel panicked");
                let at = self.shared.clock.now();
                Sent { job, at, kept: None, notes: Vec::new(), result: Attempt::Panicked }
            },
            |(_, sent)| sent,
        );
        self.results.push(sent);
        if awaited {
            self.wake.notify_one();
        }
    }

    /// Begins to record what has ended, unless that is under way: sending goes on meanwhile, and what ends then
    /// is recorded together.
    fn start_recording(&mut self) {
        if self.recording.is_empty() && !self.results.is_empty() {
            let count = self.results.len().min(RESULTS_PER_RECORD_MAX);
            let batch: Vec<Sent> = self.results.drain(..count).collect();
            let shared = Arc::clone(&self.shared);
            self.recording.spawn(async move { shared.record(batch).await });
        }
    }

    /// Records everything that has ended.
    async fn record_all(&mut self) {
        loop {
            self.start_recording();
            if self.recording.join_next().await.is_none() {
                return;
            }
        }
    }
}

/// The rows of recorded results.
#[derive(Default)]
struct Written {
    finished: Vec<Finish>,
    deliveries: Vec<(InstanceNo, Delivery)>,
    kept: Vec<(InstanceNo, OutboxMessage)>,
    entries: timeline::Entries,
}

impl Shared {
    /// Records results. A database that fails leaves the leases to end: the notifications are sent again under
    /// their keys.
    async fn record(&self, batch: Vec<Sent>) {
        let count = batch.len();
        self.count(&batch);
        let told = batch.iter().map(|sent| (sent.job.instance, sent.job.alert.id)).collect();
        let written = Arc::new(self.written(batch));
        let (now, random) = (self.clock.now(), self.random.clone());
        let recorded = self
            .db
            .write("deliver.record", move |tx| {
                notifications::finish(tx, &written.finished)?;
                deliveries::insert(tx, &written.deliveries)?;
                deliveries::keep(tx, &written.kept)?;
                timeline::insert(tx, &written.entries, now, &random)
            })
            .await;
        if let Err(error) = recorded {
            let cause = error.cause();
            tracing::error!(
                %error,
                cause,
                count,
                "sendings could not be recorded; they are repeated after their lease"
            );
            return;
        }
        self.live.publish_all(told);
    }

    async fn attempt(&self, job: Arc<Job>) -> Sent {
        let now = self.clock.now();
        let sent = |result, kept, notes| Sent {
            job: Arc::clone(&job),
            at: self.clock.now(),
            kept,
            notes,
            result,
        };
        if micros_between(job.leased, now) > micros(RECHECK_AFTER) && !self.still_wanted(&job).await
        {
            return sent(Attempt::Unwanted, None, Vec::new());
        }
        let Some(directory) = self.snapshots.instance(job.instance) else {
            return sent(Attempt::Impossible(Detail::InstanceRemoved), None, Vec::new());
        };
        let rendered = match render(&directory, &job, &self.links, now) {
            Ok(rendered) => rendered,
            Err(gone) => return sent(Attempt::Impossible(gone.into()), None, Vec::new()),
        };
        let message = rendered.message;
        let Some(channel) = self.registry.pick(&message.to) else {
            let reason = Detail::NoChannel(message.to.kind().to_owned());
            return sent(Attempt::Impossible(reason), None, rendered.notes);
        };
        let result = channel.send(&message).await;
        let outbox = channel.name() == "outbox";
        let kept = outbox.then(|| kept(&job, &message, now));
        sent(Attempt::Done(result), kept, rendered.notes)
    }

    async fn still_wanted(&self, job: &Job) -> bool {
        let (no, id, alert) = (job.instance, job.notification.id, job.alert.id);
        let wanted = self
            .db
            .read("deliver.recheck", move |tx| {
                let pending = notifications::get(tx, no, id)?
                    .is_some_and(|n| n.state == NotificationState::Pending);
                let open = alerts::get(tx, no, alert)?.is_some_and(|a| a.state == State::Open);
                Ok::<_, firebell_sql::Error>(pending && open)
            })
            .await;
        // When the database does not answer, telling twice beats not telling.
        wanted.unwrap_or(true)
    }

    fn count(&self, batch: &[Sent]) {
        for sent in batch {
            if micros_between(sent.job.notification.due, sent.at) > micros(LATE_AFTER) {
                self.metrics.delivered_late.add(1);
            }
        }
    }

    fn written(&self, batch: Vec<Sent>) -> Written {
        let mut written = Written::default();
        for sent in batch {
            self.write_one(sent, &mut written);
        }
        written.finished.sort_by_key(|finish| (finish.instance, finish.notification));
        written
    }

    fn write_one(&self, sent: Sent, written: &mut Written) {
        let Sent { job, at, kept, notes, result } = sent;
        let attempt = job.notification.attempts.saturating_add(1);
        let Some(mut judged) = self.judge(result, attempt, at) else {
            return;
        };
        if kept.is_some() && judged.outcome == Outcome::Delivered {
            judged.detail = Detail::Kept;
        }
        written.finished.push(Finish {
            instance: job.instance,
            notification: job.notification.id,
            state: judged.state,
            next: judged.next,
            attempts: attempt,
            finished: (judged.state != NotificationState::Pending).then_some(at),
        });
        written.deliveries.push((
            job.instance,
            Delivery {
                id: Id::new(&self.random, at),
                notification: job.notification.id,
                alert: job.alert.id,
                attempt,
                at,
                outcome: judged.outcome,
                provider: judged.provider.clone(),
                detail: judged.detail.to_string(),
            },
        ));
        written.kept.extend(kept.map(|message| (job.instance, message)));
        let entries = written.entries.entry((job.instance, job.alert.id)).or_default();
        let directory = self.snapshots.instance(job.instance);
        let (person, device) =
            directory.map_or((Called::Removed(Kind::Person), Called::Removed(Kind::Device)), |d| {
                (
                    words::person(&d, job.notification.person),
                    words::device(&d, job.notification.device),
                )
            });
        let entry = |what: What| {
            Entry::new(at, Step::Deliver, what)
                .person(job.notification.person)
                .device(job.notification.device)
                .group(job.notification.path.group)
                .notification(job.notification.id)
        };
        entries.push(entry(judged.told(person, device, at).into()));
        entries.extend(notes.into_iter().map(entry));
    }

    /// Whether an attempt was the last, and what comes next; none for what was not attempted.
    fn judge(&self, result: Attempt, attempt: u32, at: Timestamp) -> Option<Judged> {
        Some(match result {
            Attempt::Unwanted => return None,
            Attempt::Done(Ok(receipt)) => {
                self.metrics.delivered.add(1);
                Judged {
                    state: NotificationState::Delivered,
                    outcome: Outcome::Delivered,
                    next: at,
                    provider: receipt.provider,
                    detail: Detail::Said(receipt.detail),
                }
            }
            Attempt::Done(Err(SendError::Temporary { reason, retry_after })) => {
                self.later(Detail::Said(reason), retry_after, attempt, at)
            }
            Attempt::Panicked => self.later(Detail::ChannelFailed, None, attempt, at),
            Attempt::Done(Err(SendError::Permanent { reason })) => {
                self.never(Detail::Said(reason), at)
            }
            Attempt::Impossible(detail) => self.never(detail, at),
        })
    }

    /// It is tried again, unless it was tried often enough.
    fn later(
        &self,
        detail: Detail,
        retry_after: Option<Duration>,
        attempt: u32,
        at: Timestamp,
    ) -> Judged {
        let wait = DELIVERY_BACKOFF.after(attempt, &self.random).map(|backoff| {
            retry_after.map_or(backoff, |wish| wish.min(RETRY_AFTER_MAX).max(backoff))
        });
        let Some(wait) = wait else {
            return self.never(detail, at);
        };
        self.metrics.delivery_retries.add(1);
        Judged {
            state: NotificationState::Pending,
            outcome: Outcome::Retrying,
            next: add_micros(at, micros(wait)),
            provider: String::new(),
            detail,
        }
    }

    fn never(&self, detail: Detail, at: Timestamp) -> Judged {
        self.metrics.delivery_failures.add(1);
        Judged {
            state: NotificationState::Failed,
            outcome: Outcome::Failed,
            next: at,
            provider: String::new(),
            detail,
        }
    }
}

struct Judged {
    state: NotificationState,
    outcome: Outcome,
    next: Timestamp,
    provider: String,
    detail: Detail,
}

impl Judged {
    /// What the timeline says of an attempt that ended at `at`.
    fn told(self, person: Called, device: Called, at: Timestamp) -> Sending {
        let detail = self.detail;
        match self.outcome {
            Outcome::Delivered => Sending::Delivered { person, device, detail },
            Outcome::Retrying => {
                let seconds = micros_between(at, self.next).max(0) / 1_000_000;
                Sending::Retrying { person, device, seconds, detail }
            }
            Outcome::Failed => Sending::Failed { person, device, detail },
        }
    }
}

fn kept(job: &Job, message: &Message, at: Timestamp) -> OutboxMessage {
    let recipient = match &message.to {
        firebell_channels::Address::Email(address) => address.clone(),
        firebell_channels::Address::Url { .. }
        | firebell_channels::Address::Phone(_)
        | firebell_channels::Address::Token(_) => message.to.kind().to_owned(),
    };
    OutboxMessage {
        notification: job.notification.id,
        alert: job.alert.id,
        at,
        recipient,
        subject: message.subject.clone(),
        text: message.text.clone(),
        html: message.html.clone().unwrap_or_default(),
    }
}
