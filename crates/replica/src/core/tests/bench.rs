//! A core on a bench: its clocks, the question that is out, and the promises that are checked at
//! every step.

use std::collections::HashMap;

use firebell_base::Timestamp;
use firebell_base::time::from_micros;
use firebell_domain::directory::Revision;

use super::super::{Action, Copied, Core, Event, Facts, Mono, Question, State};
use super::is_timeout;
use super::tiny::{Authority, Tiny};
use crate::settings::Settings;

pub(super) const SECOND: u64 = 1_000_000;

#[derive(Debug, Clone)]
pub(super) struct Bench {
    pub(super) core: Core<Tiny>,
    pub(super) now: u64,
    pub(super) wall: i64,
    pub(super) question: Option<(u64, Question)>,
    pub(super) published: Vec<Tiny>,
    pub(super) kept: Vec<Tiny>,
    pub(super) evaluate: Option<Revision>,
    pub(super) recheck: bool,
    /// What may be served; anything if there is nothing here.
    pub(super) truths: Vec<Tiny>,
    /// When each revision was committed.
    pub(super) commits: Vec<(u64, Revision)>,
    /// Promises that were broken.
    pub(super) broken: Vec<String>,
    since: HashMap<Revision, u64>,
    sound_since: u64,
}

impl Bench {
    pub(super) fn new(settings: Settings, served: Option<Tiny>) -> Self {
        Self::of(Core::new(settings, 0, served))
    }

    pub(super) fn of(core: Core<Tiny>) -> Self {
        Self {
            core,
            // Clocks of machines that have been up for a while.
            now: 1_000 * SECOND,
            wall: 1_700_000_000_000_000,
            question: None,
            published: Vec::new(),
            kept: Vec::new(),
            evaluate: None,
            recheck: false,
            truths: Vec::new(),
            commits: Vec::new(),
            broken: Vec::new(),
            since: HashMap::new(),
            sound_since: 0,
        }
    }

    pub(super) fn wall(&self) -> Timestamp {
        from_micros(self.wall)
    }

    /// What this authority has may be served from now on, and has to be known.
    pub(super) fn knows(&mut self, authority: &Authority) {
        self.truths.extend(authority.truths());
        self.commits.push((self.now, authority.revision()));
    }

    pub(super) fn hand(&mut self, event: Event<Tiny>) {
        let (before, served) = (self.core.facts(), self.core.served().cloned());
        let time = is_timeout(&event);
        if matches!(event, Event::Panicked(_)) {
            self.sound_since = self.now;
        }
        for action in self.core.step(Mono(self.now), self.wall(), event) {
            match action {
                Action::Ask { ask, question } => self.question = Some((ask, question)),
                Action::Publish(view) => {
                    self.check_published(&view);
                    self.published.push(view);
                }
                Action::Keep(view) => {
                    self.check_kept(&view);
                    self.kept.push(view);
                }
                Action::Evaluate(view) => self.evaluate = Some(view.revision),
                Action::Recheck => self.recheck = true,
            }
        }
        let after = self.core.facts();
        self.check_step(time, &before, &after);
        if self.core.served() != served.as_ref() {
            self.check_served();
        }
    }

    fn check_published(&mut self, view: &Tiny) {
        let newest = self.published.iter().map(|view| view.revision).max();
        if newest > Some(view.revision) {
            self.broken.push(format!("I8: {} after {newest:?}", view.revision));
        }
        self.since.entry(view.revision).or_insert(self.now);
    }

    fn check_served(&mut self) {
        let Some(served) = self.core.served() else { return };
        self.since.entry(served.revision).or_insert(self.now);
        if !self.truths.is_empty() && !self.truths.contains(served) {
            self.broken.push(format!("I8: {served:?} never was the configuration"));
        }
    }

    fn check_kept(&mut self, view: &Tiny) {
        let since = self.since.get(&view.revision).copied().unwrap_or(self.now);
        if self.now - since.max(self.sound_since) < 60 * SECOND {
            self.broken.push(format!("I19: {} was kept too early", view.revision));
        }
        if view.nack().is_some() {
            self.broken.push(format!("I19: {} was kept although damaged", view.revision));
        }
    }

    fn check_step(&mut self, time: bool, before: &Facts, after: &Facts) {
        if time && after.state.rank() > before.state.rank() {
            self.broken.push(format!("I9: {:?} after {:?}", after.state, before.state));
        }
        if after.counters.nacks > before.counters.nacks {
            self.sound_since = self.now;
            if after.nack.is_none() {
                self.broken.push("I17: a refusal is not visible".to_owned());
            }
        }
        if after.state == State::Ready {
            let lease = after.lease.unwrap_or_default().0;
            let sure = lease.saturating_sub(3 * SECOND);
            let newest = self.commits.iter().filter(|(at, _)| *at < sure).map(|(_, at)| *at).max();
            if newest > after.applied {
                self.broken.push(format!("I6: ready at {:?}, not {newest:?}", after.applied));
            }
        }
    }

    /// Time passes on both clocks, in ticks where the core wants them.
    pub(super) fn pass(&mut self, micros: u64) {
        let end = self.now + micros;
        loop {
            let wake = self.core.next_wake().0.max(self.now);
            self.advance(wake.min(end));
            self.hand(Event::Tick);
            if self.now >= end {
                return;
            }
            // Else nothing came of this tick: a driver would go round in circles.
            assert!(self.core.next_wake().0 > self.now, "a tick at once, again: {:?}", self.core);
        }
    }

    pub(super) fn advance(&mut self, to: u64) {
        self.wall += i64::try_from(to - self.now).unwrap();
        self.now = to;
    }

    /// The authority answers the question that is out.
    pub(super) fn answer(&mut self, authority: &Authority) {
        let Some((ask, question)) = self.question.take() else { return };
        self.hand(Event::Answered { ask, answer: Ok(authority.answer(question)) });
    }

    /// Question and answer, a millisecond each, until it is ready at this authority's head, or for
    /// so many turns.
    pub(super) fn follow(&mut self, authority: &Authority, turns: usize) {
        for _ in 0..turns {
            if self.is_ready_at(authority) {
                return;
            }
            self.pass(1_000);
            self.answer(authority);
        }
    }

    pub(super) fn is_ready_at(&self, authority: &Authority) -> bool {
        self.core.state() == State::Ready && self.core.served() == Some(&authority.truth())
    }
}
