//! Every way in which a small world can go: a few commits, a few faults, all orders of events and
//! times. It uses the same [`Core::step`] as the driver.

use std::hash::{Hash, Hasher};

use firebell_config::feed::{Deltas, SourceError};
use stateright::{Checker, Model, Property};

use super::super::*;
use super::bench::SECOND;
use super::is_timeout;
use super::tiny::{Authority, Tiny};

/// How large the world is, and which guard is off.
#[derive(Clone)]
struct Small {
    commits: u8,
    faults: u8,
    epochs: u8,
    fresh: bool,
    off: Option<Guard>,
}

#[derive(Clone, Debug)]
struct World {
    core: Core<Tiny>,
    now: u64,
    question: Option<(u64, Question)>,
    authority: Authority,
    commits: u8,
    faults: u8,
    epochs: u8,
    newest: Revision,
    /// Promises that the last step broke.
    went_back: bool,
    torn: bool,
    trusted_time: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Move {
    Wake,
    Answer,
    Fails,
    Older,
    Skips,
    Changed,
    Truncated,
    Gone,
    Commit,
    NewEpoch,
}

/// What decides how a world goes on. Times count from now, and only as long as they matter.
type Essence = (
    (State, Option<Tiny>, Option<Revision>, Option<[u8; 32]>, Option<u64>),
    (Option<u64>, Option<u64>, Option<Question>, Option<u64>, Option<Revision>),
    (u64, u64, u32, u32, bool, bool),
    (Option<(Tiny, Option<i64>, Revision)>, Option<Revision>, u32, bool),
    (Authority, u8, u8, u8, Revision),
    (bool, bool, bool),
);

impl World {
    fn essence(&self) -> Essence {
        let core = &self.core;
        let left = |at: Mono| at.0.saturating_sub(self.now);
        let ago = |at: Mono| self.now.saturating_sub(at.0).min(40 * SECOND);
        let heard = core.heard.as_ref();
        let loading = core.loading.as_ref().map(Loading::parts);
        (
            (
                core.state,
                core.served.clone(),
                heard.map(|heard| heard.head.revision),
                heard.map(|heard| heard.head.root.to_bytes()),
                heard.and_then(|heard| heard.at).map(|at| ago(at).min(3 * SECOND)),
            ),
            (
                core.lease.map(left),
                core.lost.map(|lost| ago(lost).min(30 * SECOND)),
                core.asking.map(|asking| asking.question),
                core.asking.map(|asking| ago(asking.at)),
                core.asking.map(|asking| asking.floor),
            ),
            (
                left(core.next_head),
                left(core.next_load),
                core.head_failures.min(1),
                core.load_failures.min(1),
                core.reload,
                core.quarantined.is_some(),
            ),
            (
                loading.map(|(building, next, target)| {
                    (building.clone(), next.map(|no| no.0), target.revision)
                }),
                core.nack.as_ref().map(|nack| nack.revision),
                core.streak.min(4),
                core.nack.is_some(),
            ),
            (self.authority.clone(), self.commits, self.faults, self.epochs, self.newest),
            (self.went_back, self.torn, self.trusted_time),
        )
    }

    fn hand(&mut self, event: Event<Tiny>) {
        let before = self.core.state();
        let time = is_timeout(&event);
        let wall = firebell_base::time::from_micros(i64::try_from(self.now).unwrap());
        for action in self.core.step(Mono(self.now), wall, event) {
            if let Action::Ask { ask, question } = action {
                self.question = Some((ask, question));
            }
        }
        self.trusted_time |= time && self.core.state().rank() > before.rank();
        if let Some(served) = self.core.served() {
            self.went_back |= served.revision < self.newest;
            self.newest = self.newest.max(served.revision);
            self.torn |= !self.authority.truths().any(|truth| truth == *served);
        }
    }

    fn answered(&mut self, answer: impl Fn(&Authority, Question) -> Option<Answer>) -> Option<()> {
        let (ask, question) = self.question.take()?;
        let answer = answer(&self.authority, question)?;
        self.hand(Event::Answered { ask, answer: Ok(answer) });
        Some(())
    }
}

impl PartialEq for World {
    fn eq(&self, other: &Self) -> bool {
        self.essence() == other.essence()
    }
}

impl Hash for World {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.essence().hash(state);
    }
}

fn skipped(authority: &Authority, question: Question) -> Option<Answer> {
    match authority.answer(question) {
        Answer::Deltas(Deltas::Next(deltas)) if deltas.len() > 1 => {
            Some(Answer::Deltas(Deltas::Next(deltas.into_iter().skip(1).collect())))
        }
        _ => None,
    }
}

fn changed(authority: &Authority, question: Question) -> Option<Answer> {
    match authority.answer(question) {
        Answer::Deltas(Deltas::Next(mut deltas)) => {
            deltas.first_mut()?.parts[0].put[0].body.push('x');
            Some(Answer::Deltas(Deltas::Next(deltas)))
        }
        Answer::Page(mut page) => {
            page.parts.first_mut()?.entities[0].body.push('x');
            Some(Answer::Page(page))
        }
        _ => None,
    }
}

fn truncated(authority: &Authority, question: Question) -> Option<Answer> {
    match authority.answer(question) {
        Answer::Page(mut page) if page.next.is_some() => {
            page.next = None;
            Some(Answer::Page(page))
        }
        _ => None,
    }
}

impl Model for Small {
    type State = World;
    type Action = Move;

    fn init_states(&self) -> Vec<World> {
        let authority = Authority::with(3);
        let second = Duration::from_secs(1);
        let settings = Settings {
            poll: second,
            retry_first: second,
            retry_max: second,
            // No second kind of time: proving and computing again are other tests' matter.
            proving: Duration::from_secs(1 << 40),
            recheck_cycle: Duration::from_secs(1 << 40),
            ..Settings::default()
        };
        let served = (!self.fresh).then(|| authority.truth());
        let mut world = World {
            core: Core::new(settings, 0, served).without(self.off),
            now: 1_000 * SECOND,
            question: None,
            authority,
            commits: self.commits,
            faults: self.faults,
            epochs: self.epochs,
            newest: Revision::default(),
            went_back: false,
            torn: false,
            trusted_time: false,
        };
        world.hand(Event::Tick);
        vec![world]
    }

    fn actions(&self, world: &World, moves: &mut Vec<Move>) {
        moves.push(Move::Wake);
        if world.question.is_some() {
            moves.push(Move::Answer);
        }
        if world.question.is_some() && world.faults > 0 {
            let all = [Move::Fails, Move::Older, Move::Skips, Move::Changed, Move::Truncated];
            moves.extend(all);
            moves.push(Move::Gone);
        }
        if world.commits > 0 {
            moves.push(Move::Commit);
        }
        if world.epochs > 0 {
            moves.push(Move::NewEpoch);
        }
    }

    fn next_state(&self, world: &World, step: Move) -> Option<World> {
        let mut next = world.clone();
        let known = |authority: &Authority, question| Some(authority.answer(question));
        let older = |authority: &Authority, question| Some(authority.restored(1).answer(question));
        let gone = |_: &Authority, question| {
            matches!(question, Question::Deltas(_)).then_some(Answer::Deltas(Deltas::Gone))
        };
        match step {
            Move::Wake => {
                next.now = next.core.next_wake().0.max(next.now + 1);
                next.hand(Event::Tick);
            }
            Move::Answer => next.answered(known)?,
            Move::Fails => {
                let (ask, _) = next.question.take()?;
                let answer = Err(SourceError::Failed(String::new()));
                next.hand(Event::Answered { ask, answer });
            }
            Move::Older => next.answered(older)?,
            Move::Skips => next.answered(skipped)?,
            Move::Changed => next.answered(changed)?,
            Move::Truncated => next.answered(truncated)?,
            Move::Gone => next.answered(gone)?,
            Move::Commit => {
                next.commits -= 1;
                next.authority.commit(1 + i64::from(next.commits), "more");
            }
            Move::NewEpoch => {
                next.epochs -= 1;
                next.authority.new_epoch();
            }
        }
        let faults =
            [Move::Fails, Move::Older, Move::Skips, Move::Changed, Move::Truncated, Move::Gone];
        if faults.contains(&step) {
            next.faults -= 1;
        }
        Some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always("I8: never goes back", |_, world: &World| !world.went_back),
            Property::always("I8: never torn", |_, world: &World| !world.torn),
            Property::always("I9: time proves nothing", |_, world: &World| !world.trusted_time),
            Property::sometimes("has everything", |_, world: &World| {
                let all = world.commits == 0 && world.epochs == 0 && world.faults == 0;
                let here = world.core.served() == Some(&world.authority.truth());
                all && here && world.core.state() == State::Ready
            }),
            Property::sometimes("is stale", |_, world: &World| {
                world.core.state() == State::StaleServing && world.core.fresh.is_some()
            }),
            Property::sometimes("refuses", |_, world: &World| world.core.nack.is_some()),
        ]
    }
}

#[test]
fn every_way_a_small_world_can_go_keeps_the_promises() {
    let worlds = [(false, 2, 1, 0), (false, 1, 1, 1), (true, 1, 2, 0)];
    for (fresh, commits, faults, epochs) in worlds {
        let small = Small { commits, faults, epochs, fresh, off: None };
        let checker = small.checker().threads(2).spawn_bfs().join();
        checker.assert_properties();
        assert!(checker.unique_state_count() > 1_000, "{}", checker.unique_state_count());
    }
}

#[test]
fn the_model_finds_what_is_wrong_without_a_guard() {
    let cases = [
        (Guard::TimeOut, true, "I8: never torn"),
        (Guard::TimeOut, false, "I9: time proves nothing"),
        (Guard::Whole, true, "I8: never torn"),
        (Guard::Root, false, "I8: never torn"),
    ];
    for (guard, fresh, promise) in cases {
        let small = Small { commits: 1, faults: 1, epochs: 0, fresh, off: Some(guard) };
        let checker = small.checker().threads(2).spawn_bfs().join();
        assert!(checker.discovery(promise).is_some(), "{guard:?}: {promise}");
    }
}
