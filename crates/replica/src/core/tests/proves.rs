//! What proves itself, and what puts that off.

use super::super::*;
use super::bench::{Bench, SECOND};
use super::tiny::{Authority, DAMAGED, REFUSED};

#[test]
fn proven_takes_a_minute_and_a_hundred_requests_or_evaluations() {
    let authority = Authority::with(3);
    let settings = Settings { keeps: true, ..Settings::default() };
    for busy in [true, false] {
        let mut bench = Bench::new(settings, None);
        bench.follow(&authority, 100);
        let began = bench.now;
        if busy {
            bench.core.requests(100);
        }
        while bench.core.facts().proven.is_none() && bench.now < began + 100 * SECOND {
            bench.pass(SECOND / 10);
            bench.answer(&authority);
            assert_eq!(bench.kept.len(), usize::from(bench.core.facts().proven.is_some()));
            if let Some(revision) = bench.evaluate.take() {
                assert!(!busy);
                bench.hand(Event::Evaluated { revision, count: 100 });
            }
        }
        assert!((bench.now - began) / SECOND == 60, "{}", bench.now - began);
        assert_eq!(bench.core.facts().proven, Some(authority.revision()));
        assert_eq!(bench.kept, [authority.truth()]);
    }
}

#[test]
fn a_revision_proves_itself_although_newer_ones_come_all_the_time() {
    let mut authority = Authority::with(3);
    let mut bench = Bench::new(Settings::default(), None);
    bench.follow(&authority, 100);
    bench.core.requests(1_000_000);
    for n in 0..700 {
        if n % 10 == 0 {
            authority.commit(1, &format!("{n}"));
        }
        bench.pass(SECOND / 10);
        bench.answer(&authority);
    }
    assert!(bench.core.facts().proven >= Some(Revision { epoch: 1, n: 3 }));
    assert!(bench.core.facts().proven < bench.core.facts().applied);
}

#[test]
fn a_refusal_a_panic_and_damage_put_off_what_proves_itself() {
    for fault in ["refusal", "panic", "damage", "none"] {
        let mut authority = Authority::with(3);
        let mut bench = Bench::new(Settings { keeps: true, ..Settings::default() }, None);
        bench.follow(&authority, 100);
        let mut requests = 0;
        for second in 0..65 {
            match (second, fault) {
                (50, "refusal") => authority.commit(1, REFUSED),
                (52, "refusal") => authority.commit(1, "repaired"),
                (50, "damage") => authority.commit(1, DAMAGED),
                (50, "panic") => bench.hand(Event::Panicked("a request panicked".to_owned())),
                _ => {}
            }
            for _ in 0..20 {
                bench.pass(SECOND / 20);
                bench.answer(&authority);
            }
            requests += 10;
            bench.core.requests(requests);
        }
        let proven = bench.core.facts().proven.is_some();
        assert_eq!(proven, fault == "none", "{fault}");
        assert_eq!(bench.kept.is_empty(), fault != "none", "{fault}");
    }
}
