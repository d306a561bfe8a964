//! What a replica does about what it hears: a state machine without clocks, tasks or databases.
//!
//! Called by the driver, by the simulation and by the model of its tests, all through
//! [`Core::step`]: an event goes in with two times, actions come out. One question is out at a
//! time. The cast:
//!
//! - the *head* says where the authority is. What is served and not behind a head is fresh from when
//!   that head was asked for: no clocks have to agree;
//! - *deltas* follow what is served, one by one;
//! - a *load* builds a whole snapshot beside what is served, catches up with deltas, is verified
//!   and only then adopted;
//! - a *candidate* proves itself by serving for a while; only proven configuration is kept on disk.
//!
//! It must never adopt a part of a revision, go back within an epoch, or trust more because a time
//! has passed.

mod copied;
mod state;
mod event;
mod guard;
mod follow;
mod load;
mod prove;
#[cfg(test)]
mod tests;

use std::time::Duration;

use firebell_base::Timestamp;
use firebell_base::time::micros_between;
use firebell_config::feed::{Head, SourceError};
use firebell_config::view::Nack;
use firebell_domain::directory::Revision;

pub use self::copied::Copied;
pub use self::event::{Action, Answer, Event, Question};
use self::guard::Guard;
use self::load::Loading;
use self::prove::Proving;
pub use self::state::{Counters, Facts, State};
use crate::settings::Settings;

/// Microseconds on a clock that never goes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Mono(pub u64);

impl Mono {
    /// Some time later.
    #[must_use]
    pub fn plus(self, wait: Duration) -> Self {
        Self(self.0.saturating_add(u64::try_from(wait.as_micros()).unwrap_or(u64::MAX)))
    }

    /// How long it is since an earlier time; nothing if that is later.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(self.0.saturating_sub(earlier.0))
    }
}

/// A question that is out.
#[derive(Debug, Clone, Copy)]
struct Asking {
    ask: u64,
    question: Question,
    at: Mono,
    /// The newest revision known when it was asked: no honest answer is older.
    floor: Revision,
}

/// A head that was accepted.
#[derive(Debug, Clone, Copy)]
struct Heard {
    head: Head,
    /// When it was asked for; none if that was before a clock jumped.
    at: Option<Mono>,
}

/// The state of a replica.
#[derive(Debug, Clone)]
pub struct Core<V> {
    settings: Settings,
    seed: u64,
    #[cfg(test)]
    off: Option<Guard>,
    now: Mono,
    clocks: Option<(Mono, Timestamp)>,
    state: State,
    cell: Option<[u8; 16]>,
    served: Option<V>,
    heard: Option<Heard>,
    lease: Option<Mono>,
    fresh: Option<Mono>,
    lost: Option<Mono>,
    asks: u64,
    asking: Option<Asking>,
    next_head: Mono,
    head_failures: u32,
    next_load: Mono,
    load_failures: u32,
    loading: Option<Loading<V>>,
    reload: bool,
    quarantined: Option<String>,
    nack: Option<Nack>,
    /// Refusals of data in a row.
    streak: u32,
    trouble: Option<String>,
    proving: Proving<V>,
    counters: Counters,
}

impl<V: Copied> Core<V> {
    /// A replica that serves `served`, if anything, which nobody has confirmed yet. The seed makes
    /// the waits of different processes differ; 0 takes the longest waits.
    pub fn new(settings: Settings, seed: u64, served: Option<V>) -> Self {
        let mut core = Self {
            settings,
            seed,
            #[cfg(test)]
            off: None,
            now: Mono(0),
            clocks: None,
            state: State::Joining,
            cell: served.as_ref().map(Copied::cell),
            served: None,
            heard: None,
            lease: None,
            fresh: None,
            lost: None,
            asks: 0,
            asking: None,
            next_head: Mono(0),
            head_failures: 0,
            next_load: Mono(0),
            load_failures: 0,
            loading: None,
            reload: false,
            quarantined: None,
            nack: None,
            streak: 0,
            trouble: None,
            proving: Proving::default(),
            counters: Counters::default(),
        };
        core.served = served;
        core.settle();
        core
    }

    /// What happens, at a time of the monotonic and of the wall clock.
    pub fn step(&mut self, now: Mono, wall: Timestamp, event: Event<V>) -> Vec<Action<V>> {
        let mut out = Vec::new();
        self.clocks(now, wall);
        match event {
            Event::Tick => self.time_out(),
            Event::Answered { ask, answer } => self.answered(ask, answer, &mut out),
            Event::Published(view) => self.published(view),
            Event::Recheck => self.recheck(),
            Event::Evaluated { revision, count } => self.evaluated(revision, count),
            Event::Panicked(what) => self.panicked(what),
            Event::Kept { took } => self.kept(took),
            Event::Resync => {
                // The newest head is forgotten, too: an operator who asks for this has seen to it.
                (self.heard, self.reload, self.loading) = (None, true, None);
                (self.next_head, self.next_load) = (self.now, self.now);
            }
        }
        self.prove(&mut out);
        self.ask(&mut out);
        self.settle();
        out
    }

    /// What has proven itself is written to disk from now on.
    pub const fn keeps(&mut self) {
        self.settings.keeps = true;
    }

    /// How many requests were answered from what is served, since the start of the process.
    pub fn requests(&mut self, total: u64) {
        self.proving.requests = total;
    }

    /// How long handling the last heavy event took: what costs much is not repeated soon.
    pub fn spent(&mut self, cost: Duration) {
        if let Some(loading) = &mut self.loading {
            loading.cost += cost;
        }
        self.proving.spent(self.now, cost);
    }

    /// When the next [`Event::Tick`] is due at the latest.
    pub fn next_wake(&self) -> Mono {
        let asking = self.asking.map(|asking| asking.at.plus(self.limit(asking.question)));
        let quiet = self.asking.is_none();
        let head = quiet.then_some(self.next_head);
        let load = (quiet && self.wanted().is_some()).then_some(self.next_load);
        let lagging = self.lost.map(|lost| lost.plus(self.settings.lagging));
        let lagging = lagging.filter(|_| self.state == State::Lagging);
        let lease = self.lease.filter(|_| self.state == State::Ready);
        let times = [asking, head, load, lease, lagging, self.proving_due()];
        times.into_iter().flatten().min().unwrap_or(self.now.plus(self.settings.ping))
    }

    /// What it serves.
    pub const fn served(&self) -> Option<&V> {
        self.served.as_ref()
    }

    /// How far it is trusted.
    pub const fn state(&self) -> State {
        self.state
    }

    /// What it knows about itself.
    pub fn facts(&self) -> Facts {
        Facts {
            state: self.state,
            reason: self.reason(),
            applied: self.served.as_ref().map(Copied::revision),
            proven: self.proving.proven,
            head: self.heard.map(|heard| heard.head),
            root: self.served.as_ref().map(Copied::root).unwrap_or_default(),
            fingerprint: self.served.as_ref().map(Copied::fingerprint).unwrap_or_default(),
            lease: self.lease,
            fresh: self.fresh,
            nack: self.refused(),
            counters: self.counters,
        }
    }

    /// What is not served as the authority has it: a refusal, or an entry that cannot be read.
    fn refused(&self) -> Option<Nack> {
        self.nack.clone().or_else(|| self.served.as_ref()?.nack())
    }

    /// Whether a guard is in force: always, but for tests that show what it is good for.
    #[cfg_attr(not(test), expect(clippy::unused_self, reason = "tests look into it"))]
    fn holds(&self, guard: Guard) -> bool {
        #[cfg(test)]
        let off = self.off == Some(guard);
        #[cfg(not(test))]
        let off = {
            let _ = guard;
            false
        };
        !off
    }

    /// Time goes on. If the two clocks disagree about how far, the lease is worth nothing.
    fn clocks(&mut self, now: Mono, wall: Timestamp) {
        let now = now.max(self.now);
        if let Some((mono_then, wall_then)) = self.clocks
            && jumped(now.since(mono_then), wall_then, wall, self.settings.jump)
            && self.holds(Guard::Jump)
        {
            self.counters.jumps += 1;
            self.drop_lease();
            // What is on its way was asked for before the jump.
            self.asking = None;
            self.heard = self.heard.map(|heard| Heard { at: None, ..heard });
            self.next_head = now;
        }
        self.clocks = Some((now, wall));
        self.now = now;
    }

    fn drop_lease(&mut self) {
        if self.lease.take().is_some_and(|until| until > self.now) {
            self.lost = Some(self.now);
            self.counters.leases_lost += 1;
        }
    }

    /// Gives up a question that took too long. Nothing follows from that but another question.
    fn time_out(&mut self) {
        let Some(asking) = self.asking else { return };
        if self.now >= asking.at.plus(self.limit(asking.question)) {
            self.asking = None;
            self.failed(asking.question, &SourceError::TimedOut);
        }
    }

    fn answered(
        &mut self,
        ask: u64,
        answer: Result<Answer, SourceError>,
        out: &mut Vec<Action<V>>,
    ) {
        let Some(asking) = self.asking.take_if(|asking| asking.ask == ask) else {
            self.counters.late += 1;
            return;
        };
        match (asking.question, answer) {
            (Question::Head, Ok(Answer::Head(head))) => self.hear(asking, head),
            (Question::Page(from), Ok(Answer::Page(page))) => self.page(asking, from, &page, out),
            (Question::Deltas(_), Ok(Answer::Deltas(deltas))) => self.deltas(deltas, out),
            (question, Err(error)) => self.failed(question, &error),
            (question, Ok(_)) => {
                let error = SourceError::Unreadable("it answered another question".to_owned());
                self.failed(question, &error);
            }
        }
    }

    /// The source did not tell. What is served and how far a load has come stays as it is.
    fn failed(&mut self, question: Question, error: &SourceError) {
        match error {
            SourceError::TimedOut => self.counters.timeouts += 1,
            SourceError::Failed(_) | SourceError::Unreadable(_) | SourceError::Refused(_) => {
                self.counters.failures += 1;
            }
        }
        self.trouble = Some(error.to_string());
        match question {
            Question::Head => self.head_back_off(),
            Question::Page(_) | Question::Deltas(_) => self.load_back_off(Duration::ZERO),
        }
        #[cfg(test)]
        if !self.holds(Guard::TimeOut) {
            self.go_on_regardless();
        }
    }

    fn head_back_off(&mut self) {
        self.head_failures = self.head_failures.saturating_add(1);
        let cap = self.settings.ping.max(self.settings.retry_first);
        self.next_head = self.now.plus(self.wait(self.head_failures, cap));
    }

    /// Waits before the next load or deltas; longer if the last ones were costly.
    fn load_back_off(&mut self, cost: Duration) {
        self.load_failures = self.load_failures.saturating_add(1);
        let wait = self.wait(self.load_failures, self.settings.retry_max);
        let rest = cost.saturating_mul(self.settings.reload_rest).min(self.settings.reload_max);
        self.next_load = self.now.plus(wait.max(rest));
    }

    /// Anything from the first wait to the one that doubles with each failure.
    fn wait(&self, failures: u32, cap: Duration) -> Duration {
        let first = self.settings.retry_first;
        let doubled = first.saturating_mul(1 << failures.saturating_sub(1).min(16));
        let spread = doubled.min(cap).saturating_sub(first);
        if self.seed == 0 {
            return first + spread;
        }
        let part = u32::try_from(mixed(self.seed ^ self.asks.rotate_left(32)) >> 48);
        first + spread.mul_f64(f64::from(part.unwrap_or(0)) / f64::from(u16::MAX))
    }

    fn limit(&self, question: Question) -> Duration {
        match question {
            Question::Head => self.settings.head_limit,
            Question::Page(_) | Question::Deltas(_) => self.settings.answer_limit,
        }
    }

    /// The next question, if it is time for one and none is out.
    fn ask(&mut self, out: &mut Vec<Action<V>>) {
        if self.asking.is_some() {
            return;
        }
        let wanted = self.wanted();
        let question = match wanted {
            _ if self.now >= self.next_head => Question::Head,
            Some(question) if self.now >= self.next_load => question,
            Some(_) | None => return,
        };
        if question == Question::Head {
            let busy = wanted.is_some() || self.settings.held;
            let pace = if busy { self.settings.ping } else { self.settings.poll };
            self.next_head = self.now.plus(pace);
        } else {
            // A source that should hold the question but answers at once is not asked in a circle.
            self.next_load = self.next_load.max(self.now.plus(self.pause(wanted)));
        }
        self.asks += 1;
        let served = self.served.as_ref().map(Copied::revision).unwrap_or_default();
        let known = self.heard.map(|heard| heard.head.revision).unwrap_or_default();
        let floor = served.max(known);
        self.asking = Some(Asking { ask: self.asks, question, at: self.now, floor });
        out.push(Action::Ask { ask: self.asks, question });
    }

    fn pause(&self, wanted: Option<Question>) -> Duration {
        let idle = matches!(wanted, Some(Question::Deltas(_))) && !self.is_behind();
        if idle && self.loading.is_none() { self.settings.poll } else { Duration::ZERO }
    }

    /// What there is to ask for besides the head.
    fn wanted(&self) -> Option<Question> {
        if let Some(loading) = &self.loading {
            return Some(loading.question());
        }
        let heard = self.heard?;
        let Some(served) = self.served.as_ref().filter(|_| !self.reload) else {
            return Some(Question::Page(load::FIRST));
        };
        let idle = self.settings.held && heard.head.revision.epoch == served.revision().epoch;
        (self.is_behind() || idle).then(|| Question::Deltas(served.revision()))
    }

    fn is_behind(&self) -> bool {
        let served = self.served.as_ref().map(Copied::revision);
        self.heard.is_some_and(|heard| served < Some(heard.head.revision))
    }

    /// The state that follows from what is known.
    fn settle(&mut self) {
        if let Some(until) = self.lease.filter(|until| *until <= self.now) {
            self.lease = None;
            self.lost = Some(until);
            self.counters.leases_lost += 1;
        }
        let lagging = self.lost.is_some_and(|lost| self.now.since(lost) < self.settings.lagging);
        self.state = match (&self.served, &self.loading) {
            (Some(_), _) if self.quarantined.is_some() => State::Quarantined,
            (Some(_), _) if self.lease.is_some() => State::Ready,
            (Some(_), _) if lagging => State::Lagging,
            (Some(_), _) => State::StaleServing,
            (None, None) => State::Joining,
            (None, Some(loading)) if loading.has_all_pages() => State::Verifying,
            (None, Some(_)) => State::Syncing,
        };
    }

    fn reason(&self) -> String {
        if let Some(why) = &self.quarantined {
            return why.clone();
        }
        let refused = self.refused();
        let why = refused.as_ref().map(|nack| nack.message.clone());
        let why = why.or_else(|| self.trouble.clone());
        match self.state {
            State::Ready if refused.is_none() => "It has the newest configuration.".to_owned(),
            State::Joining => why.unwrap_or_else(|| "It waits for the first answer.".to_owned()),
            State::Syncing | State::Verifying => {
                why.unwrap_or_else(|| "It loads a snapshot.".to_owned())
            }
            State::Ready | State::Lagging | State::StaleServing | State::Quarantined => why
                .unwrap_or_else(|| {
                    "It has not been told yet whether this is the newest configuration.".to_owned()
                }),
        }
    }
}

/// Whether the wall clock went another way than the time that passed, by more than `limit`.
pub(crate) fn jumped(passed: Duration, then: Timestamp, now: Timestamp, limit: Duration) -> bool {
    let signed = |time: Duration| i64::try_from(time.as_micros()).unwrap_or(i64::MAX);
    let moved = micros_between(then, now);
    moved.saturating_sub(signed(passed)).saturating_abs() > signed(limit)
}

/// Mixes the bits of a number (the finaliser of SplitMix64).
fn mixed(n: u64) -> u64 {
    let z = (n ^ (n >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}
