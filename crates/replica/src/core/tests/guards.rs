//! Each guard is worth something: with it a promise holds, without it the check sees it broken.

use firebell_config::feed::Deltas;
use firebell_domain::instance::InstanceNo;

use super::super::*;
use super::bench::{Bench, SECOND};
use super::tiny::{Authority, OTHER, Tiny};

/// A replica that is ready, with one guard off.
fn ready(off: Option<Guard>) -> (Authority, Bench) {
    let authority = Authority::with(5);
    let served = Some(authority.truth());
    let settings = Settings { keeps: true, ..Settings::default() };
    let mut bench = Bench::of(Core::new(settings, 0, served).without(off));
    bench.knows(&authority);
    bench.follow(&authority, 100);
    assert!(bench.is_ready_at(&authority));
    (authority, bench)
}

/// Answers as `bend` has it, for some turns.
fn bent(bench: &mut Bench, turns: usize, bend: impl Fn(Question) -> Option<Answer>) {
    for _ in 0..turns {
        bench.pass(10_000);
        let Some((ask, question)) = bench.question.take() else { continue };
        if let Some(answer) = bend(question) {
            bench.hand(Event::Answered { ask, answer: Ok(answer) });
        }
    }
}

/// Lets happen what the guard is there for; says whether everything stayed right.
#[expect(clippy::too_many_lines, reason = "one case per guard, side by side")]
fn stays_right(guard: Guard, off: Option<Guard>) -> bool {
    match guard {
        Guard::TimeOut | Guard::Whole => {
            let authority = Authority::with(5);
            let mut bench = Bench::of(Core::new(Settings::default(), 0, None).without(off));
            bench.knows(&authority);
            bent(&mut bench, 20, |question| {
                let first = matches!(question, Question::Head | Question::Page(InstanceNo(0)));
                first.then(|| authority.answer(question))
            });
            bench.pass(20 * SECOND);
            bench.broken.is_empty()
        }
        Guard::Cell => {
            let (authority, mut bench) = ready(off);
            let mut other = Authority { cell: OTHER, ..authority };
            other.commit(1, "of another database");
            bent(&mut bench, 100, |question| Some(other.answer(question)));
            bench.broken.is_empty()
        }
        Guard::WentBack => {
            let (mut authority, mut bench) = ready(off);
            let before = authority.clone();
            authority.commit(1, "new");
            bench.knows(&authority);
            // One server knows, but gives no deltas; the other does not know yet.
            bent(&mut bench, 5, |question| {
                matches!(question, Question::Head).then(|| authority.answer(question))
            });
            bench.pass(6 * SECOND);
            bent(&mut bench, 1_000, |question| {
                matches!(question, Question::Head).then(|| before.answer(question))
            });
            bench.broken.is_empty()
        }
        Guard::Order => {
            let (mut authority, mut bench) = ready(off);
            authority.commit(1, "one");
            authority.commit(2, "two");
            bench.knows(&authority);
            bent(&mut bench, 200, |question| match authority.answer(question) {
                Answer::Deltas(Deltas::Next(deltas)) => {
                    Some(Answer::Deltas(Deltas::Next(deltas.into_iter().skip(1).collect())))
                }
                other => Some(other),
            });
            // The digest finds it out too, but then what is served is suspected for nothing.
            bench.broken.is_empty() && bench.core.facts().counters.quarantines == 0
        }
        Guard::Root => {
            let (mut authority, mut bench) = ready(off);
            authority.commit(1, "right");
            bench.knows(&authority);
            bent(&mut bench, 200, |question| match authority.answer(question) {
                Answer::Deltas(Deltas::Next(mut deltas)) => {
                    for delta in &mut deltas {
                        delta.parts[0].put[0].body.push('x');
                    }
                    Some(Answer::Deltas(Deltas::Next(deltas)))
                }
                other => Some(other),
            });
            bench.broken.is_empty()
        }
        Guard::Size => {
            let (authority, mut bench) = ready(off);
            let mut half = authority.restored(3);
            half.new_epoch();
            bent(&mut bench, 500, |question| Some(half.answer(question)));
            bench.core.served() == Some(&authority.truth())
        }
        Guard::Jump => {
            let (_, mut bench) = ready(off);
            bench.wall += 3_600_000_000;
            bench.hand(Event::Tick);
            bench.core.state() != State::Ready
        }
        Guard::Proven => {
            let (mut authority, mut bench) = ready(off);
            authority.commit(1, "new");
            bench.knows(&authority);
            bench.follow(&authority, 100);
            bench.broken.is_empty()
        }
    }
}

#[test]
fn without_a_guard_its_check_fails() {
    for guard in Guard::ALL {
        assert!(stays_right(guard, None), "{guard:?} in force");
        assert!(!stays_right(guard, Some(guard)), "{guard:?} is off, and nobody notices");
    }
}

#[test]
fn the_checks_of_the_bench_see_what_they_are_for() {
    let (authority, mut bench) = ready(None);
    let half = Tiny { words: authority.restored(1).words(), ..authority.truth() };
    bench.hand(Event::Published(Tiny { revision: Revision { epoch: 1, n: 99 }, ..half }));
    assert!(bench.broken.iter().any(|broken| broken.starts_with("I8")), "{:?}", bench.broken);
}
