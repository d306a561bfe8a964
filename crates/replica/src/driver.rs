//! Drives a core: asks the source, hands answers in, serves what the core adopts.
//!
//! One task per process, started by the binary. Decoding and hashing run on blocking threads; a
//! panic there costs the step it happened in, and is counted.

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use firebell_base::{Clock, Random, Timestamp};
use firebell_config::Snapshots;
use firebell_config::feed::{Source, SourceError};
use firebell_config::view::View;
use tokio::task::{JoinError, JoinSet, spawn_blocking};
use tokio::time::sleep;

use crate::core::{Action, Answer, Core, Event, Facts, Mono, Question};
use crate::evaluate::evaluate;
use crate::handle::{ReplicaHandle, Shared};
use crate::lkg::{self, Keeping};
use crate::settings::Settings;

/// A replica that has not started yet.
#[derive(Debug)]
pub struct Replica<S> {
    source: Arc<S>,
    snapshots: Snapshots,
    clock: Clock,
    settings: Settings,
    core: Core<View>,
    shared: Arc<Shared>,
    keeping: Option<Keeping>,
}

/// A question on its way.
type Asked = Pin<Box<dyn Future<Output = Event<View>> + Send>>;

impl<S: Source> Replica<S> {
    /// A replica that keeps these snapshots up to date from a source. What they have already is
    /// served meanwhile.
    pub fn new(
        snapshots: Snapshots,
        source: S,
        clock: Clock,
        random: &Random,
        settings: Settings,
    ) -> Self {
        let settings = Settings { keeps: false, ..settings };
        let view = snapshots.view();
        let served = (view.is_whole() || !view.is_empty()).then(|| View::clone(&view));
        let seed = u64::from_be_bytes(random.bytes()) | 1;
        let core = Core::new(settings, seed, served);
        let shared = Arc::new(Shared::new(core.facts()));
        let source = Arc::new(source);
        Self { source, snapshots, clock, settings, core, shared, keeping: None }
    }

    /// Writes what has proven itself to disk.
    #[must_use]
    pub fn keeping(mut self, keeping: Keeping) -> Self {
        self.core.keeps();
        self.keeping = Some(keeping);
        self
    }

    /// How others see it.
    pub fn handle(&self) -> ReplicaHandle {
        let shared = Arc::clone(&self.shared);
        ReplicaHandle::new(shared, self.snapshots.clone(), self.clock.clone(), self.settings.jump)
    }

    /// Follows until `stop` is done. What is served then stays served.
    pub async fn run(mut self, stop: impl Future<Output = ()> + Send) {
        let mut stop = pin!(stop);
        let mut changes = self.snapshots.changes();
        let mut asked: Option<Asked> = None;
        let mut works: JoinSet<Event<View>> = JoinSet::new();
        let mut panics = 0;
        let mut event = Event::Tick;
        loop {
            let Some((actions, clocks)) = self.step(event).await else { return };
            for action in actions {
                self.act(action, &mut asked, &mut works);
            }
            // Only now: whoever is told of a revision finds it served.
            self.shared.tell(self.core.facts(), clocks);
            let seen = self.shared.panics.load(Ordering::Relaxed);
            if seen > panics {
                panics = seen;
                event = Event::Panicked("A request panicked.".to_owned());
                continue;
            }
            let wait = self.core.next_wake().since(self.mono());
            event = tokio::select! {
                biased;
                () = &mut stop => return,
                told = answer(&mut asked) => told,
                Some(done) = works.join_next() => done.unwrap_or_else(|error| panicked(&error)),
                Ok(()) = changes.changed() => {
                    changes.mark_unchanged();
                    Event::Published(View::clone(&self.snapshots.view()))
                }
                () = self.shared.resync.notified() => Event::Resync,
                () = sleep(wait) => Event::Tick,
            };
        }
    }

    /// One step of the core, on a thread of its own if it takes long. None when the runtime ends.
    async fn step(&mut self, event: Event<View>) -> Option<(Vec<Action<View>>, (Mono, Timestamp))> {
        self.core.requests(self.shared.requests.load(Ordering::Relaxed));
        let before = self.core.facts();
        let (now, wall) = (self.mono(), self.clock.now());
        let actions = if event.is_heavy() {
            let mut core = self.core.clone();
            let work = move || {
                let actions = core.step(now, wall, event);
                (core, actions)
            };
            match spawn_blocking(work).await {
                Ok((core, actions)) => {
                    self.core = core;
                    self.core.spent(self.mono().since(now));
                    actions
                }
                Err(error) if error.is_panic() => self.core.step(now, wall, panicked(&error)),
                Err(_) => return None,
            }
        } else {
            self.core.step(now, wall, event)
        };
        log_changes(&before, &self.core.facts());
        Some((actions, (now, wall)))
    }

    fn act(
        &self,
        action: Action<View>,
        asked: &mut Option<Asked>,
        works: &mut JoinSet<Event<View>>,
    ) {
        match action {
            Action::Ask { ask, question } => {
                let source = Arc::clone(&self.source);
                *asked = Some(Box::pin(async move {
                    Event::Answered { ask, answer: put(&*source, question).await }
                }));
            }
            Action::Publish(view) => drop(self.snapshots.swap(view)),
            Action::Recheck => drop(works.spawn(async { Event::Recheck })),
            Action::Evaluate(view) => {
                let (now, wanted) = (self.clock.now(), self.settings.evaluations);
                works.spawn_blocking(move || {
                    let count = evaluate(&view, wanted, now);
                    Event::Evaluated { revision: view.revision(), count }
                });
            }
            Action::Keep(view) => {
                let (clock, began) = (self.clock.clone(), self.mono());
                let keeping = self.keeping.clone();
                works.spawn_blocking(move || {
                    if let Some(keeping) = keeping {
                        keep(&keeping, &view, &clock);
                    }
                    Event::Kept { took: Mono(clock.monotonic_micros()).since(began) }
                });
            }
        }
    }

    fn mono(&self) -> Mono {
        Mono(self.clock.monotonic_micros())
    }
}

/// Puts a question to a source.
async fn put<S: Source>(source: &S, question: Question) -> Result<Answer, SourceError> {
    match question {
        Question::Head => source.head().await.map(Answer::Head),
        Question::Page(from) => source.snapshot(from).await.map(Answer::Page),
        Question::Deltas(after) => source.deltas(after).await.map(Answer::Deltas),
    }
}

/// The answer to the question that is out; waits for ever if none is.
async fn answer(asked: &mut Option<Asked>) -> Event<View> {
    let Some(asking) = asked else { return std::future::pending().await };
    let event = asking.await;
    *asked = None;
    event
}

fn panicked(error: &JoinError) -> Event<View> {
    tracing::error!(%error, "applying or evaluating the configuration panicked");
    Event::Panicked("Applying or evaluating the configuration panicked.".to_owned())
}

fn keep(keeping: &Keeping, view: &View, clock: &Clock) {
    match lkg::write(keeping, view, clock.now()) {
        Ok(()) => tracing::debug!(revision = %view.revision(), "the configuration was kept"),
        Err(error) => tracing::warn!(
            %error,
            "the last-known-good configuration could not be written; a start without the database \
             would use an older one"
        ),
    }
}

fn log_changes(before: &Facts, after: &Facts) {
    let (state, reason) = (after.state.word(), after.reason.as_str());
    let applied = after.applied.unwrap_or_default();
    if before.state != after.state {
        let from = before.state.word();
        if after.state.rank() > before.state.rank() {
            tracing::info!(state, from, reason, revision = %applied, "the replica's state changed");
        } else {
            tracing::warn!(state, from, reason, revision = %applied, "the replica's state changed");
        }
    }
    if let Some(nack) = after.nack.as_ref().filter(|nack| before.nack.as_ref() != Some(nack)) {
        tracing::error!(
            nack.code = nack.code.word(),
            nack.revision = %nack.revision,
            instance.no = nack.instance.map(|no| no.0),
            message = nack.message,
            served = %applied,
            "configuration was refused; what was served before is served on"
        );
    }
}
