//! A replica among faults, in virtual time: whatever a source does, the promises hold at every
//! step, and ten seconds after the last fault it has everything (I8, I9, I17, I18, I19).

use firebell_config::feed::{Deltas, SourceError};
use firebell_config::view::NackCode;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;

use super::super::*;
use super::bench::{Bench, SECOND};
use super::tiny::{Authority, REFUSED};
use crate::wire;

/// What becomes of one question.
#[derive(Debug, Clone)]
enum Fault {
    None,
    Late(u64),
    Silence,
    Fails,
    Flipped(usize),
    Older(usize),
    OtherCell,
    Skips(usize),
    Doubles,
    Reversed,
    Truncated,
    Changed,
    Gone,
    AnotherAnswer,
}

/// What happens meanwhile.
#[derive(Debug, Clone)]
enum Turn {
    Commit(i64),
    Refused(i64),
    NewEpoch,
    Restored(usize),
    Forgets,
    Clock(i64),
    Publishes,
    Panics,
    Resync,
    Spoils,
}

fn fault() -> impl Strategy<Value = Fault> {
    prop_oneof![
        6 => Just(Fault::None),
        2 => (1..4_000_u64).prop_map(Fault::Late),
        2 => Just(Fault::Silence),
        1 => Just(Fault::Fails),
        1 => any::<usize>().prop_map(Fault::Flipped),
        1 => (1..4_usize).prop_map(Fault::Older),
        1 => Just(Fault::OtherCell),
        1 => any::<usize>().prop_map(Fault::Skips),
        1 => Just(Fault::Doubles),
        1 => Just(Fault::Reversed),
        1 => Just(Fault::Truncated),
        1 => Just(Fault::Changed),
        1 => Just(Fault::Gone),
        1 => Just(Fault::AnotherAnswer),
    ]
}

fn turn() -> impl Strategy<Value = (u64, Turn)> {
    let turn = prop_oneof![
        8 => (1..7_i64).prop_map(Turn::Commit),
        1 => (1..7_i64).prop_map(Turn::Refused),
        1 => Just(Turn::NewEpoch),
        1 => (1..5_usize).prop_map(Turn::Restored),
        1 => Just(Turn::Forgets),
        1 => prop_oneof![Just(3_600), Just(-3_600), Just(1)].prop_map(Turn::Clock),
        1 => Just(Turn::Publishes),
        1 => Just(Turn::Panics),
        1 => Just(Turn::Resync),
        1 => Just(Turn::Spoils),
    ];
    (0..3_000_u64, turn)
}

struct World {
    authority: Authority,
    bench: Bench,
    faults: Vec<Fault>,
    asked: usize,
    /// The last that was ever begun: a restored database must not begin one again.
    epoch: i64,
    /// When which answer comes.
    coming: Option<(u64, Event<super::tiny::Tiny>)>,
}

impl World {
    fn new(fresh: bool, seed: u64, faults: Vec<Fault>) -> Self {
        let authority = Authority::with(5);
        let settings = Settings {
            poll: Duration::from_millis(250),
            recheck_cycle: Duration::from_secs(5),
            recheck_slice: 2,
            keeps: true,
            ..Settings::default()
        };
        let served = (!fresh).then(|| authority.truth());
        let mut bench = Bench::of(Core::new(settings, seed, served));
        bench.knows(&authority);
        // A source that tells what is old cannot be told from one where nothing happens.
        if faults.iter().any(|fault| matches!(fault, Fault::Older(_))) {
            bench.commits.clear();
        }
        Self { authority, bench, faults, asked: 0, epoch: 1, coming: None }
    }

    /// Runs until a time, always to what comes first.
    fn run(&mut self, end: u64) {
        loop {
            if let Some((ask, question)) = self.bench.question.take() {
                self.asked += 1;
                let fault = self.faults.get(self.asked - 1).cloned().unwrap_or(Fault::None);
                self.put(ask, question, &fault);
            }
            let wake = self.bench.core.next_wake().0.max(self.bench.now);
            let answer = self.coming.as_ref().map_or(u64::MAX, |(at, _)| *at);
            let next = wake.min(answer).min(end);
            self.bench.advance(next.max(self.bench.now));
            if next >= end {
                return;
            }
            let event = match self.coming.take_if(|(at, _)| *at <= next) {
                Some((_, event)) => event,
                None => Event::Tick,
            };
            self.bench.hand(event);
            if let Some(revision) = self.bench.evaluate.take() {
                self.bench.hand(Event::Evaluated { revision, count: 100 });
            }
            if std::mem::take(&mut self.bench.recheck) {
                self.bench.hand(Event::Recheck);
            }
        }
    }

    fn put(&mut self, ask: u64, question: Question, fault: &Fault) {
        let right = self.authority.answer(question);
        let mut late = 2;
        let answer = match fault {
            Fault::None => Ok(right),
            Fault::Late(millis) => {
                late = *millis;
                Ok(right)
            }
            Fault::Silence => {
                self.coming = None;
                return;
            }
            Fault::Fails => Err(SourceError::Failed("away".to_owned())),
            Fault::Flipped(place) => Err(flipped(&right, *place)),
            Fault::Older(revisions) => Ok(self.authority.restored(*revisions).answer(question)),
            // A node that has nothing yet cannot know which database is its own.
            Fault::OtherCell if self.bench.core.served().is_some() => {
                let other = self.authority.another();
                Ok(other.answer(question))
            }
            Fault::AnotherAnswer => Ok(Answer::Head(self.authority.head())),
            fault => Ok(bent(right, fault)),
        };
        self.coming = Some((self.bench.now + late * 1_000, Event::Answered { ask, answer }));
    }

    fn turn(&mut self, turn: &Turn) {
        match turn {
            Turn::Commit(no) => {
                let word = format!("at {}", self.bench.now);
                self.authority.commit(*no, &word);
            }
            Turn::Refused(no) => self.authority.commit(*no, REFUSED),
            Turn::NewEpoch => {
                self.authority.new_epoch_after(self.epoch);
                self.epoch += 1;
            }
            Turn::Restored(revisions) => {
                self.authority = self.authority.restored(*revisions);
                // What is lost is no more to be had; a node that has it may serve it on.
                self.bench.commits.clear();
            }
            Turn::Forgets => self.authority.floor = self.authority.revision().n,
            Turn::Clock(seconds) => self.bench.wall += seconds * 1_000_000,
            Turn::Publishes => {
                let truth = self.authority.truth();
                if !truth.words.values().any(|(word, _)| word == REFUSED) {
                    self.bench.hand(Event::Published(truth));
                }
            }
            Turn::Panics => self.bench.hand(Event::Panicked("one panics".to_owned())),
            Turn::Resync => self.bench.hand(Event::Resync),
            Turn::Spoils => self.bench.core.spoil(),
        }
        let knows_commits = !self.bench.commits.is_empty();
        self.bench.knows(&self.authority);
        if !knows_commits {
            self.bench.commits.clear();
        }
    }

    /// The operator sees to what only an operator can.
    fn repair(&mut self, restored: bool) {
        for (no, (word, _)) in self.authority.words() {
            if word == REFUSED {
                self.turn(&Turn::Commit(no));
            }
        }
        if restored {
            self.turn(&Turn::NewEpoch);
        }
        self.authority.approved = Some(self.authority.revision());
        self.faults.clear();
    }
}

impl Core<super::tiny::Tiny> {
    fn spoil(&mut self) {
        self.served = self.served.take().map(super::tiny::Tiny::spoiled);
    }
}

/// What comes of an answer with one bit flipped on its way.
fn flipped(answer: &Answer, place: usize) -> SourceError {
    let frame = match answer {
        Answer::Head(head) => wire::encode_head(head),
        Answer::Page(page) => wire::encode_page(page),
        Answer::Deltas(deltas) => wire::encode_deltas(deltas),
    };
    let mut frame = frame.unwrap();
    let at = place % (frame.len() * 8);
    frame[at / 8] ^= 1 << (at % 8);
    let error = match answer {
        Answer::Head(_) => wire::decode_head(&frame).err(),
        Answer::Page(_) => wire::decode_page(&frame).err(),
        Answer::Deltas(_) => wire::decode_deltas(&frame).err(),
    };
    error.expect("a flipped bit shows").into()
}

/// An answer that is readable, but not right.
fn bent(answer: Answer, fault: &Fault) -> Answer {
    match (answer, fault) {
        (Answer::Deltas(_), Fault::Gone) => Answer::Deltas(Deltas::Gone),
        (Answer::Deltas(Deltas::Next(mut deltas)), fault) => {
            match fault {
                Fault::Skips(which) if !deltas.is_empty() => {
                    drop(deltas.remove(which % deltas.len()));
                }
                Fault::Doubles => deltas = deltas.iter().flat_map(|d| [d, d]).cloned().collect(),
                Fault::Reversed => deltas.reverse(),
                Fault::Truncated => drop(deltas.pop()),
                Fault::Changed => {
                    if let Some(delta) = deltas.first_mut() {
                        delta.parts[0].put[0].body.push('x');
                    }
                }
                _ => {}
            }
            Answer::Deltas(Deltas::Next(deltas))
        }
        (Answer::Page(mut page), fault) => {
            match fault {
                Fault::Skips(_) | Fault::Truncated => drop(page.parts.pop()),
                Fault::Doubles => page.parts.extend(page.parts.clone()),
                Fault::Reversed => page.parts.reverse(),
                Fault::Changed => {
                    if let Some(part) = page.parts.first_mut() {
                        part.entities[0].body.push('x');
                    }
                }
                Fault::Gone => page.next = None,
                _ => {}
            }
            Answer::Page(page)
        }
        (answer, _) => answer,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn the_promises_hold_and_it_has_everything_ten_seconds_after_the_last_fault(
        fresh in any::<bool>(),
        seed in any::<u64>(),
        faults in prop::collection::vec(fault(), 0..60),
        turns in prop::collection::vec(turn(), 0..25),
    ) {
        let mut world = World::new(fresh, seed, faults);
        let mut restored = false;
        for (millis, turn) in &turns {
            world.run(world.bench.now + millis * 1_000);
            world.turn(turn);
            match turn {
                Turn::Restored(_) => restored = true,
                Turn::NewEpoch => restored = false,
                _ => {}
            }
            // Memory that changed is no configuration there ever was; until it is found.
            prop_assert_eq!(&world.bench.broken, &Vec::<String>::new());
        }
        world.repair(restored);
        world.run(world.bench.now + 10 * SECOND);
        prop_assert!(
            world.bench.is_ready_at(&world.authority),
            "{:?} instead of {:?}",
            world.bench.core,
            world.authority.truth()
        );
        prop_assert_eq!(&world.bench.broken, &Vec::<String>::new());
    }
}

#[test]
fn the_simulation_meets_what_it_is_made_for() {
    let mut met = std::collections::BTreeSet::new();
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let faults = prop::collection::vec(fault(), 30..60);
    let turns = prop::collection::vec(turn(), 10..25);
    for _ in 0..60 {
        let some = faults.new_tree(&mut runner).unwrap().current();
        let others = turns.new_tree(&mut runner).unwrap().current();
        let mut world = World::new(true, 1, some);
        for (millis, turn) in &others {
            world.run(world.bench.now + millis * 1_000);
            world.turn(turn);
            met.insert(world.bench.core.state().word());
            let facts = world.bench.core.facts();
            met.extend(facts.nack.map(|nack| nack.code.word()));
            let counters = facts.counters;
            met.extend((counters.late > 0).then_some("late"));
            met.extend((counters.duplicates > 0).then_some("duplicates"));
            met.extend((counters.jumps > 0).then_some("jumps"));
            met.extend((counters.snapshots > 1).then_some("snapshots"));
        }
    }
    let codes = [
        NackCode::UnreadableEntity,
        NackCode::RootMismatch,
        NackCode::OutOfOrder,
        NackCode::OtherCell,
        NackCode::WentBack,
    ];
    // Deltas come too fast here to be seen verifying.
    let states = State::ALL.into_iter().filter(|state| *state != State::Verifying);
    let words = codes.map(NackCode::word).into_iter().chain(states.map(State::word));
    for word in words.chain(["late", "duplicates", "jumps", "snapshots"]) {
        assert!(met.contains(word), "{word} was never met: {met:?}");
    }
}
