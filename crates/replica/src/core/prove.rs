//! What serves for a while without a fault has proven itself, and only that is kept on disk. And
//! what serves is computed again all the time, by the code that loads it.

use std::time::Duration;

use firebell_domain::directory::Revision;
use firebell_domain::instance::InstanceNo;

#[cfg(test)]
use super::guard::Guard;
use super::load::FIRST;
use super::{Action, Copied, Core, Mono};

/// Computing everything again rests so many times as long as it works.
const RECHECK_REST: u32 = 9;
/// Writing to disk rests so many times as long as it works.
const KEEP_REST: u32 = 19;

/// How far what is served has proven itself.
#[derive(Debug, Clone)]
pub(super) struct Proving<V> {
    pub(super) candidate: Option<Candidate<V>>,
    pub(super) proven: Option<Revision>,
    /// Answered since the start of the process.
    pub(super) requests: u64,
    /// Proven, and not on disk yet.
    unkept: Option<V>,
    keeping: bool,
    next_keep: Mono,
    /// How far the present cycle has come, and when it began.
    recheck_from: InstanceNo,
    recheck_began: Mono,
    next_recheck: Option<Mono>,
    rechecking: bool,
}

/// A revision that may prove itself. What is served meanwhile may be newer.
#[derive(Debug, Clone)]
pub(super) struct Candidate<V> {
    view: V,
    since: Mono,
    requests: u64,
    evaluated: u64,
    evaluating: bool,
}

impl<V> Default for Proving<V> {
    fn default() -> Self {
        Self {
            candidate: None,
            proven: None,
            requests: 0,
            unkept: None,
            keeping: false,
            next_keep: Mono(0),
            recheck_from: FIRST,
            recheck_began: Mono(0),
            next_recheck: None,
            rechecking: false,
        }
    }
}

impl<V> Proving<V> {
    /// A heavy step took this long.
    pub(super) fn spent(&mut self, now: Mono, cost: Duration) {
        let rest = now.plus(cost.saturating_mul(RECHECK_REST));
        self.next_recheck = self.next_recheck.map(|at| at.max(rest));
    }
}

impl<V: Copied> Core<V> {
    /// Something new is served: it may prove itself, unless something before it is just doing that.
    pub(super) fn begin_proving(&mut self) {
        let Some(served) = &self.served else { return };
        let proving = &mut self.proving;
        let other_epoch =
            |candidate: &Candidate<V>| candidate.view.revision().epoch != served.revision().epoch;
        if proving.candidate.as_ref().is_none_or(other_epoch) {
            proving.candidate = Some(Candidate {
                view: served.clone(),
                since: self.now,
                requests: proving.requests,
                evaluated: 0,
                evaluating: false,
            });
        }
        if proving.next_recheck.is_none() {
            (proving.recheck_began, proving.recheck_from) =
                (self.now.plus(self.settings.recheck_cycle), FIRST);
            proving.next_recheck = Some(proving.recheck_began);
        }
        #[cfg(test)]
        if !self.holds(Guard::Proven) {
            self.proving.unkept = self.served.clone();
        }
    }

    /// What is due: to evaluate, to keep, to compute again.
    pub(super) fn prove(&mut self, out: &mut Vec<Action<V>>) {
        if self.is_sound() {
            self.judge_candidate(out);
        }
        let proving = &mut self.proving;
        if self.settings.keeps
            && !proving.keeping
            && self.now >= proving.next_keep
            && let Some(view) = proving.unkept.take()
        {
            proving.keeping = true;
            out.push(Action::Keep(view));
        }
        if !proving.rechecking && proving.next_recheck.is_some_and(|at| self.now >= at) {
            proving.rechecking = true;
            out.push(Action::Recheck);
        }
    }

    /// Whether nothing speaks against what is served.
    fn is_sound(&self) -> bool {
        self.quarantined.is_none() && self.refused().is_none()
    }

    fn judge_candidate(&mut self, out: &mut Vec<Action<V>>) {
        let served = self.served.as_ref().map(Copied::revision);
        let proving = &mut self.proving;
        let Some(candidate) = &mut proving.candidate else {
            // A refusal or a panic took the candidate away; what is served begins anew.
            if served > proving.proven {
                self.begin_proving();
            }
            return;
        };
        if self.now.since(candidate.since) < self.settings.proving {
            return;
        }
        let requests = proving.requests.saturating_sub(candidate.requests);
        if candidate.view.nack().is_some() {
            // It was not sound when it came, though what is served now is.
            proving.candidate = None;
            return self.begin_proving();
        }
        if requests.saturating_add(candidate.evaluated) < self.settings.evaluations {
            if !candidate.evaluating {
                candidate.evaluating = true;
                out.push(Action::Evaluate(candidate.view.clone()));
            }
            return;
        }
        let at = candidate.view.revision();
        if proving.proven != Some(at) {
            proving.unkept = Some(candidate.view.clone());
        }
        proving.proven = Some(at);
        proving.candidate = None;
        if served > Some(at) {
            self.begin_proving();
        }
    }

    pub(super) fn evaluated(&mut self, revision: Revision, count: u64) {
        let candidate = self.proving.candidate.as_mut();
        if let Some(candidate) = candidate.filter(|one| one.view.revision() == revision) {
            candidate.evaluating = false;
            candidate.evaluated = candidate.evaluated.saturating_add(count);
        }
    }

    /// What serves is not sound, or what came is not: nothing proves itself by it.
    pub(super) fn panicked(&mut self, what: String) {
        self.counters.panics += 1;
        self.proving.candidate = None;
        self.trouble = Some(what);
        self.load_back_off(Duration::ZERO);
    }

    /// Written or not, the next time is a while away: it is tried again with what is proven then.
    pub(super) fn kept(&mut self, took: Duration) {
        let rest = took.saturating_mul(KEEP_REST).max(self.settings.keep_every);
        (self.proving.keeping, self.proving.next_keep) = (false, self.now.plus(rest));
    }

    /// Computes some instances again. What is not what it was is quarantined.
    pub(super) fn recheck(&mut self) {
        self.proving.rechecking = false;
        let Some(served) = &self.served else { return };
        let count = self.settings.recheck_slice.max(1);
        match served.recheck(self.proving.recheck_from, count) {
            Ok(next) => self.recheck_on(next),
            Err(nack) => {
                self.recheck_on(None);
                self.note(nack.clone());
                self.quarantine(&nack);
            }
        }
    }

    fn recheck_on(&mut self, next: Option<InstanceNo>) {
        let cycle = self.settings.recheck_cycle;
        let proving = &mut self.proving;
        if let Some(next) = next {
            proving.recheck_from = next;
            proving.next_recheck = Some(self.now);
        } else {
            self.counters.rechecks += 1;
            proving.recheck_from = FIRST;
            let next = proving.recheck_began.plus(cycle).max(self.now.plus(cycle / 10));
            (proving.recheck_began, proving.next_recheck) = (next, Some(next));
        }
    }

    /// When any of this is due.
    pub(super) fn proving_due(&self) -> Option<Mono> {
        let proving = &self.proving;
        let sound = self.is_sound();
        let candidate = proving.candidate.as_ref().filter(|one| sound && !one.evaluating);
        let candidate = candidate.map(|one| one.since.plus(self.settings.proving));
        // Requests may make up for what is missing, but nobody has to wait for them.
        let candidate = candidate.map(|at| at.max(self.now.plus(self.settings.poll)));
        let keep = proving.unkept.as_ref().filter(|_| self.settings.keeps && !proving.keeping);
        let keep = keep.map(|_| proving.next_keep);
        let recheck = proving.next_recheck.filter(|_| !proving.rechecking);
        [candidate, keep, recheck].into_iter().flatten().min()
    }
}
