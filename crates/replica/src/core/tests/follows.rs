//! What a replica does in the cases that have names.

use firebell_config::feed::{Deltas, SourceError};
use firebell_config::view::NackCode;

use super::super::*;
use super::bench::{Bench, SECOND};
use super::tiny::{Authority, DAMAGED, OTHER, REFUSED, Tiny};

fn ready(instances: i64) -> (Authority, Bench) {
    let authority = Authority::with(instances);
    let mut bench = Bench::new(Settings::default(), None);
    bench.follow(&authority, 100);
    assert!(bench.is_ready_at(&authority), "{:?}", bench.core.facts());
    (authority, bench)
}

fn nack(bench: &Bench) -> Option<NackCode> {
    bench.core.facts().nack.map(|nack| nack.code)
}

#[test]
fn it_goes_from_nothing_over_pages_to_ready_and_then_follows() {
    let authority = Authority::with(5);
    let mut bench = Bench::new(Settings::default(), None);
    assert_eq!(bench.core.state(), State::Joining);
    let mut seen = vec![State::Joining];
    for _ in 0..20 {
        bench.pass(1_000);
        bench.answer(&authority);
        if seen.last() != Some(&bench.core.state()) {
            seen.push(bench.core.state());
        }
        assert_eq!(bench.core.served().is_some(), bench.core.state().serves());
    }
    assert_eq!(seen, [State::Joining, State::Syncing, State::Ready]);
    assert_eq!(bench.published, [authority.truth()], "nothing half loaded was published");

    let mut authority = authority;
    authority.commit(2, "second");
    authority.commit(9, "new");
    let began = bench.now;
    bench.follow(&authority, 100);
    assert!(bench.is_ready_at(&authority));
    assert!(bench.now - began < 50_000, "{} µs", bench.now - began);
    assert_eq!(bench.published.len(), 2, "both revisions are published at once");
}

#[test]
fn a_snapshot_whose_pages_differ_in_age_is_caught_up_and_verified() {
    let mut authority = Authority::with(5);
    let mut bench = Bench::new(Settings::default(), None);
    let mut verifying = false;
    for turn in 0..60 {
        bench.pass(1_000);
        if turn < 5 {
            authority.commit(1 + turn % 5, &format!("turn {turn}"));
        }
        bench.answer(&authority);
        verifying |= bench.core.state() == State::Verifying;
    }
    assert!(verifying && bench.is_ready_at(&authority), "{:?}", bench.core.facts());
    assert_eq!(bench.core.facts().counters.nacks, 0);
}

#[test]
fn an_idle_replica_reads_one_head_per_poll() {
    let (authority, mut bench) = ready(3);
    let before = bench.core.asks;
    let began = bench.now;
    while bench.now < began + 10 * SECOND {
        bench.pass(1_000);
        bench.answer(&authority);
    }
    let asked = bench.core.asks - before;
    assert!((350..=405).contains(&asked), "{asked} heads in 10 s");
    assert_eq!(bench.core.state(), State::Ready);
}

#[test]
fn without_answers_it_lags_and_then_serves_what_it_has() {
    let (authority, mut bench) = ready(3);
    let mut seen = vec![State::Ready];
    let began = bench.now;
    let mut times = Vec::new();
    while bench.now < began + 60 * SECOND {
        bench.pass(SECOND / 10);
        if seen.last() != Some(&bench.core.state()) {
            seen.push(bench.core.state());
            times.push((bench.now - began) / SECOND);
        }
    }
    assert_eq!(seen, [State::Ready, State::Lagging, State::StaleServing]);
    assert!((2..=3).contains(&times[0]) && (32..=33).contains(&times[1]), "{times:?}");
    assert_eq!(bench.core.served(), Some(&authority.truth()));
    assert!(bench.core.facts().reason.contains("did not answer in time"));
    bench.follow(&authority, 3_000);
    assert!(bench.is_ready_at(&authority));
}

#[test]
fn the_lease_counts_from_the_question_not_from_the_answer() {
    let authority = Authority::with(1);
    let mut bench = Bench::new(Settings::default(), Some(authority.truth()));
    assert_eq!(bench.core.state(), State::StaleServing, "nobody has confirmed it yet");
    bench.pass(0);
    let asked = bench.now;
    bench.pass(1_900_000);
    bench.answer(&authority);
    assert_eq!(bench.core.state(), State::Ready);
    assert_eq!(bench.core.facts().lease, Some(Mono(asked + 3 * SECOND)));
}

#[test]
fn an_answer_to_a_question_that_was_given_up_is_nothing() {
    let authority = Authority::with(1);
    let mut bench = Bench::new(Settings::default(), Some(authority.truth()));
    bench.pass(0);
    let old = bench.question.take().unwrap();
    bench.pass(3 * SECOND);
    let answer = Ok(authority.answer(old.1));
    bench.hand(Event::Answered { ask: old.0, answer });
    assert_eq!(bench.core.state(), State::StaleServing);
    let counters = bench.core.facts().counters;
    assert_eq!((counters.late, counters.timeouts), (1, 1));
}

#[test]
fn what_is_older_or_of_another_database_is_refused_and_counted() {
    let (mut authority, mut bench) = ready(4);
    let older = authority.restored(2);
    for source in [older, Authority { cell: OTHER, ..authority.clone() }] {
        let served = bench.core.served().cloned();
        bench.pass(SECOND);
        bench.answer(&source);
        assert!(matches!(nack(&bench), Some(NackCode::WentBack | NackCode::OtherCell)));
        bench.pass(SECOND);
        bench.answer(&source);
        assert_eq!(bench.core.served().cloned(), served);
    }
    let counters = bench.core.facts().counters;
    assert_eq!((counters.went_back, counters.other_cell), (2, 2));
    bench.pass(10 * SECOND);
    assert_ne!(bench.core.state(), State::Ready, "no such head renews the lease");
    authority.commit(1, "on");
    bench.follow(&authority, 3_000);
    assert!(bench.is_ready_at(&authority) && nack(&bench).is_none());
}

#[test]
fn a_restored_older_database_is_followed_in_a_new_epoch_only() {
    let (authority, mut bench) = ready(6);
    let mut restored = authority.restored(2);
    restored.commit(1, "after the restore");
    for _ in 0..200 {
        bench.pass(SECOND / 10);
        bench.answer(&restored);
    }
    assert_eq!(bench.core.served(), Some(&authority.truth()));
    assert_eq!(nack(&bench), Some(NackCode::WentBack));
    restored.new_epoch();
    bench.follow(&restored, 3_000);
    assert!(bench.is_ready_at(&restored), "{:?}", bench.core.facts());
    assert_eq!(bench.core.facts().counters.snapshots, 2, "an epoch begins with a snapshot");
}

#[test]
fn an_old_revision_takes_a_snapshot_when_its_deltas_are_gone() {
    let (mut authority, mut bench) = ready(3);
    for n in 0..10 {
        authority.commit(1, &format!("{n}"));
    }
    authority.floor = authority.revision().n - 2;
    bench.follow(&authority, 200);
    assert!(bench.is_ready_at(&authority));
    assert_eq!(bench.core.facts().counters.snapshots, 2);
    assert_eq!(bench.core.facts().counters.deltas, 0);
}

#[test]
fn lost_deltas_take_a_snapshot_even_if_the_source_says_nothing() {
    let (mut authority, mut bench) = ready(3);
    authority.commit(1, "lost");
    for _ in 0..2_000 {
        bench.pass(10_000);
        let Some((ask, question)) = bench.question.take() else { continue };
        let answer = match question {
            Question::Deltas(_) => Answer::Deltas(Deltas::Next(Vec::new())),
            Question::Head | Question::Page(_) => authority.answer(question),
        };
        bench.hand(Event::Answered { ask, answer: Ok(answer) });
    }
    assert!(bench.is_ready_at(&authority), "{:?}", bench.core.facts());
}

#[test]
fn a_revision_that_cannot_be_taken_is_refused_visibly_and_repaired_by_a_later_one() {
    let (mut authority, mut bench) = ready(3);
    let served = authority.truth();
    authority.commit(2, REFUSED);
    for _ in 0..300 {
        bench.pass(SECOND / 10);
        bench.answer(&authority);
    }
    assert_eq!(nack(&bench), Some(NackCode::UnreadableEntity));
    assert_eq!(bench.core.served(), Some(&served), "the one before is served on");
    assert_eq!(bench.core.state(), State::Lagging);
    assert!(bench.core.asks < 1_000, "it does not ask in a circle: {}", bench.core.asks);
    authority.commit(2, "repaired");
    let began = bench.now;
    bench.follow(&authority, 10_000);
    assert!(bench.is_ready_at(&authority), "{:?}", bench.core.facts());
    assert!(bench.now - began <= 10 * SECOND);
    assert_eq!(nack(&bench), None);
}

#[test]
fn an_entry_that_cannot_be_read_shows_although_its_revision_is_served() {
    let (mut authority, mut bench) = ready(3);
    authority.commit(2, DAMAGED);
    bench.follow(&authority, 100);
    assert!(bench.is_ready_at(&authority));
    assert_eq!(nack(&bench), Some(NackCode::UnreadableEntity));
    assert!(bench.core.facts().reason.contains("damaged"));
}

#[test]
fn another_digest_quarantines_until_a_verified_snapshot_is_here() {
    let (mut authority, mut bench) = ready(3);
    // The database says something else about the same revision.
    let mut other = authority.restored(1);
    other.commit(3, "something else");
    bench.pass(SECOND);
    bench.answer(&other);
    assert_eq!(bench.core.state(), State::Quarantined);
    assert_eq!(bench.core.served(), Some(&authority.truth()), "still served");
    assert!(bench.core.facts().lease.is_none());
    bench.follow(&other, 3_000);
    assert!(bench.is_ready_at(&other), "{:?}", bench.core.facts());
    assert_eq!(bench.core.facts().counters.quarantines, 1);

    // A delta that does not lead where it says.
    authority = other;
    authority.commit(1, "right");
    let Answer::Deltas(Deltas::Next(mut deltas)) =
        authority.answer(Question::Deltas(bench.core.served().unwrap().revision))
    else {
        unreachable!()
    };
    deltas[0].parts[0].put[0].body = "wrong".to_owned();
    for _ in 0..100 {
        bench.pass(1_000);
        let Some((ask, question)) = bench.question.take() else { continue };
        if matches!(question, Question::Deltas(_)) {
            let answer = Answer::Deltas(Deltas::Next(deltas));
            bench.hand(Event::Answered { ask, answer: Ok(answer) });
            break;
        }
        bench.hand(Event::Answered { ask, answer: Ok(authority.answer(question)) });
    }
    assert_eq!(bench.core.state(), State::Quarantined);
    assert_eq!(nack(&bench), Some(NackCode::RootMismatch));
    bench.follow(&authority, 3_000);
    assert!(bench.is_ready_at(&authority));
}

#[test]
fn memory_that_changed_is_found_within_a_cycle_and_replaced() {
    let authority = Authority::with(5);
    let settings = Settings { recheck_slice: 2, ..Settings::default() };
    let mut bench = Bench::new(settings, None);
    bench.follow(&authority, 100);
    let cycles = |bench: &mut Bench, seconds: u64| {
        let end = bench.now + seconds * SECOND;
        while bench.now < end {
            bench.pass(10_000);
            bench.answer(&authority);
            if std::mem::take(&mut bench.recheck) {
                bench.hand(Event::Recheck);
            }
        }
    };
    cycles(&mut bench, 200);
    assert_eq!(bench.core.facts().counters.rechecks, 3, "{:?}", bench.core.facts());
    bench.core.served = bench.core.served.take().map(Tiny::spoiled);
    cycles(&mut bench, 65);
    assert_eq!(bench.core.facts().counters.quarantines, 1);
    assert!(bench.is_ready_at(&authority), "{:?}", bench.core.facts());
}

#[test]
fn a_snapshot_of_unusual_size_waits_for_an_operator() {
    let (authority, mut bench) = ready(8);
    let mut half = authority.restored(5);
    half.new_epoch();
    for _ in 0..300 {
        bench.pass(SECOND / 10);
        bench.answer(&half);
    }
    assert_eq!(nack(&bench), Some(NackCode::SnapshotSize));
    assert!(bench.core.facts().reason.contains("approve"), "{}", bench.core.facts().reason);
    assert_eq!(bench.core.served(), Some(&authority.truth()));
    half.approved = Some(half.revision());
    bench.follow(&half, 3_000);
    assert!(bench.is_ready_at(&half), "{:?}", bench.core.facts());
}

#[test]
fn a_young_installation_may_double_and_a_large_one_may_not() {
    for (before, after, taken) in [(1, 9, true), (600, 1_000, true), (600, 1_201, false)] {
        let (_, mut bench) = ready(1);
        let words = |count: i64| Authority::with(count).words();
        let at = Revision { epoch: 1, n: 1 };
        bench.core.served = Some(Tiny::of([7; 16], at, words(before)));
        let view = Tiny::of([7; 16], Revision { epoch: 2, n: 0 }, words(after));
        let head = Authority::with(1).head();
        let checked = bench.core.check_size(usize::try_from(before).unwrap(), &view, &head);
        assert_eq!(checked.is_ok(), taken, "{before} {after}");
    }
}

#[test]
fn a_clock_that_jumps_an_hour_drops_the_lease_and_nothing_else() {
    for jump in [3_600, -3_600, 2, -2] {
        let (authority, mut bench) = ready(3);
        bench.pass(1_000);
        bench.wall += jump * 1_000_000;
        bench.hand(Event::Tick);
        assert_eq!(bench.core.state(), State::Lagging, "{jump}");
        assert_eq!(bench.core.facts().counters.jumps, 1);
        assert_eq!(bench.core.served(), Some(&authority.truth()));
        // What was asked for before the jump is not believed.
        bench.follow(&authority, 100);
        assert!(bench.is_ready_at(&authority), "{jump}");
    }
    let (_, mut bench) = ready(3);
    bench.wall += 900_000;
    bench.hand(Event::Tick);
    assert_eq!(bench.core.state(), State::Ready, "a clock may be corrected a little");
}

#[test]
fn what_this_process_publishes_is_served_and_no_older_head_harms_it() {
    let (mut authority, mut bench) = ready(3);
    bench.pass(SECOND);
    let before = authority.clone();
    authority.commit(1, "here");
    bench.hand(Event::Published(authority.truth()));
    assert_eq!(bench.core.served(), Some(&authority.truth()));
    // The head was asked for before the commit.
    bench.answer(&before);
    assert_eq!(bench.core.state(), State::Ready);
    assert_eq!(bench.core.facts().counters.went_back, 0);
    bench.hand(Event::Published(before.truth()));
    assert_eq!(bench.core.served(), Some(&authority.truth()));
    assert!(bench.published.len() == 1, "it is not published again");
}

#[test]
fn a_head_heard_earlier_does_not_let_deltas_of_another_database_in() {
    let authority = Authority::with(6);
    let restored = authority.restored(4);
    let mut other = Authority { cell: OTHER, ..restored.clone() };
    other.commit(1, "of another database");
    let mut bench = Bench::new(Settings::default(), None);
    bench.knows(&authority);
    bench.pass(1_000);
    bench.answer(&authority);
    // The database is put back, and this process publishes what is left of it.
    bench.hand(Event::Published(restored.truth()));
    while !matches!(bench.question, Some((_, Question::Deltas(_)))) {
        bench.question = None;
        bench.pass(SECOND);
    }
    bench.answer(&other);
    assert_eq!(bench.core.served(), Some(&restored.truth()));
    assert_eq!(nack(&bench), Some(NackCode::OtherCell));
    assert_eq!(bench.core.facts().counters.other_cell, 1);
    assert_eq!(bench.broken, Vec::<String>::new());
}

#[test]
fn a_page_that_does_not_come_is_asked_for_again_and_the_load_goes_on() {
    let authority = Authority::with(6);
    let mut bench = Bench::new(Settings::default(), None);
    for _ in 0..3 {
        bench.pass(1_000);
        bench.answer(&authority);
    }
    assert_eq!(bench.core.state(), State::Syncing);
    let pages = |bench: &Bench| bench.core.loading.as_ref().map(|loading| loading.parts().1);
    let here = pages(&bench);
    bench.question = None;
    bench.pass(20 * SECOND);
    assert_eq!((bench.core.state(), pages(&bench)), (State::Syncing, here));
    assert!(bench.core.facts().counters.timeouts >= 2);
    assert!(bench.core.facts().reason.contains("did not answer in time"));
    bench.follow(&authority, 3_000);
    assert!(bench.is_ready_at(&authority));
    assert_eq!(bench.core.facts().counters.snapshots, 1);
}

#[test]
fn a_source_that_holds_its_answers_is_asked_for_deltas_and_now_and_then_for_the_head() {
    let mut authority = Authority::with(3);
    let mut bench = Bench::new(Settings::held(), None);
    bench.follow(&authority, 100);
    let (mut heads, mut deltas) = (0, 0);
    let began = bench.now;
    while bench.now < began + 10 * SECOND {
        match bench.question {
            Some((_, Question::Head)) => heads += 1,
            Some((_, Question::Deltas(_))) => {
                deltas += 1;
                bench.pass(800_000);
            }
            Some((_, Question::Page(_))) | None => {}
        }
        bench.pass(1_000);
        bench.answer(&authority);
        assert_eq!(bench.core.state(), State::Ready);
    }
    assert!((5..=12).contains(&heads) && (8..=14).contains(&deltas), "{heads} {deltas}");
    authority.commit(1, "told at once");
    bench.follow(&authority, 2_000);
    assert!(bench.is_ready_at(&authority));
}

#[test]
fn an_operator_may_want_a_new_snapshot() {
    let (authority, mut bench) = ready(3);
    bench.hand(Event::Resync);
    for _ in 0..50 {
        bench.pass(1_000);
        bench.answer(&authority);
    }
    assert_eq!(bench.core.facts().counters.snapshots, 2);
    assert!(bench.is_ready_at(&authority));
}

#[test]
fn a_costly_refused_load_is_not_repeated_at_once() {
    let (mut authority, mut bench) = ready(5);
    authority.new_epoch();
    authority.commit(1, REFUSED);
    let mut loads = 0;
    let began = bench.now;
    while bench.now < began + 100 * SECOND {
        bench.pass(10_000);
        if let Some((_, Question::Page(from))) = bench.question {
            loads += u64::from(from.0 == 0);
        }
        bench.answer(&authority);
        // Every page costs two seconds of computing.
        bench.core.spent(Duration::from_secs(2));
    }
    assert!((2..=100).contains(&loads), "{loads}");
}

#[test]
fn failures_of_all_kinds_are_waited_out_and_counted() {
    let (authority, mut bench) = ready(1);
    let errors = [
        SourceError::TimedOut,
        SourceError::Failed("away".to_owned()),
        SourceError::Unreadable("half".to_owned()),
        SourceError::Refused("no token".to_owned()),
    ];
    for error in errors {
        bench.pass(SECOND);
        let (ask, _) = bench.question.take().unwrap();
        bench.hand(Event::Answered { ask, answer: Err(error.clone()) });
        assert!(bench.question.is_none(), "it waits first");
        assert!(bench.core.next_wake() >= Mono(bench.now + 1));
    }
    let counters = bench.core.facts().counters;
    assert_eq!((counters.timeouts, counters.failures), (1, 3));
    bench.follow(&authority, 3_000);
    assert!(bench.is_ready_at(&authority));
}

#[test]
fn waits_grow_to_their_cap_and_differ_between_processes() {
    let waits = |seed: u64| {
        let core: Core<Tiny> = Core::new(Settings::default(), seed, None);
        (1..12).map(|n| core.wait(n, core.settings.retry_max)).collect::<Vec<_>>()
    };
    let longest = waits(0);
    assert_eq!(longest[..4], [200, 400, 800, 1600].map(Duration::from_millis));
    assert!(longest[4..].iter().all(|wait| *wait == Duration::from_secs(2)));
    let (one, two) = (waits(1), waits(2));
    assert_ne!(one, two);
    for (wait, longest) in one.iter().chain(&two).zip(longest.iter().cycle()) {
        assert!(*wait >= Duration::from_millis(200) && wait <= longest, "{wait:?}");
    }
}
