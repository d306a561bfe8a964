//! The same history on the model, on SQLite and on PostgreSQL, by two processes in turn: after every step the
//! answer, the books and the invariants are compared.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use firebell_config::fresh::Cause;
use firebell_config::licences::Reconcile;
use firebell_config::{Authority, Change, Committed, ConfigError, DenialReason};
use firebell_domain::directory::{Directory, Entity, Kind};
use firebell_domain::instance::InstanceNo;
use firebell_domain::licence::{Limit, Phase};
use firebell_domain::person::{LicenceType, Status};
use firebell_sql::Db;
use firebell_testkit::postgres::{DbGuard, TestEngine};
use proptest::prelude::*;
use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};
use tokio::runtime::Runtime;

use crate::model::{Edit, Expected, Seats, Step, Terms};
use crate::support::{
    Damage, Stored, damage, instance, intent, person, person_id, process, slot_of, stored,
};

/// Histories tried, and steps of the longest.
const CASES: u32 = 32;
const STEPS_MAX: usize = 40;
const SLOTS: u128 = 8;

/// Two processes on one engine.
struct Engine {
    name: TestEngine,
    db: Db,
    processes: [Authority; 2],
    last_read: u64,
    _guard: DbGuard,
}

impl Engine {
    async fn start(engine: TestEngine) -> Self {
        let (db, guard) = crate::support::database(engine);
        let processes = [process(&db).await, process(&db).await];
        Self { name: engine, db, processes, last_read: 0, _guard: guard }
    }

    /// Does a step and says what came of it.
    async fn step(
        &mut self,
        no: InstanceNo,
        seats: &Seats,
        turn: usize,
        step: &Step,
    ) -> Option<Result<Committed, ConfigError>> {
        let authority = &self.processes[turn % 2];
        let now = seats.now;
        match step {
            Step::People(edits, key) => {
                let changes: Vec<Change> = edits.iter().map(change_of).collect();
                let decide = move |_: &Directory| Ok(changes.clone());
                let by = intent(key.map(|key| [key; 32]));
                Some(authority.change(no, by, now, decide).await)
            }
            Step::Entitle(licence, terms) => {
                let change = match terms {
                    Some(terms) => Change::Put(Entity::Entitlement(terms.at(*licence, now))),
                    None => Change::Remove(Kind::Entitlement, licence.id()),
                };
                let decide = move |_: &Directory| Ok(vec![change.clone()]);
                Some(authority.change(no, intent(None), now, decide).await)
            }
            Step::Damage(what, licence) => {
                let nonce = u128::try_from(turn).unwrap();
                damage(&self.db, no, *what, *licence, seats.victim(*licence), nonce);
                None
            }
            Step::Reconcile => {
                let done = authority.reconcile(no, Reconcile::Repair, intent(None), now).await;
                assert!(done.unwrap().repaired);
                None
            }
            Step::Days(_) => None,
            Step::Restart => {
                self.processes[turn % 2] = process(&self.db).await;
                None
            }
        }
    }
}

fn change_of((slot, edit): (&u128, &Edit)) -> Change {
    match edit {
        Edit::Put(licence, status) => Change::Put(Entity::Person(person(*slot, *licence, *status))),
        Edit::Remove => Change::Remove(Kind::Person, person_id(*slot).to_bytes()),
    }
}

/// What came of a step is what should have; and whatever is said is proven.
fn compare(
    engine: &mut Engine,
    before: &Stored,
    seats: &Seats,
    came: Result<Committed, ConfigError>,
    expected: &Expected,
) {
    let name = engine.name;
    match (came, expected) {
        (Ok(done), Expected::Changed(count)) => {
            assert_eq!((done.changed, done.repeated), (*count, None), "{name:?}");
        }
        (Ok(done), Expected::Repeated(slot)) => {
            assert_eq!((done.changed, done.repeated), (0, Some(person_id(*slot))), "{name:?}");
        }
        (Err(ConfigError::Denied(denial)), Expected::Denied(licence, reason, staying)) => {
            let (check, evidence) = (denial.check(), denial.evidence());
            // I1: a read that began after the question, of the newest revision, that shows it.
            assert!(evidence.read > engine.last_read, "{name:?}: an old read");
            engine.last_read = evidence.read;
            assert_eq!((evidence.revision, evidence.at), (before.head, seats.now), "{name:?}");
            assert_eq!((check.licence, denial.reason()), (*licence, *reason), "{name:?}");
            assert_eq!(check.held, *staying, "{name:?}");
            let shows = match (denial.reason(), check.phase, check.limit) {
                (DenialReason::Limit, Phase::Valid | Phase::Grace(_), Limit::AtMost(most)) => {
                    check.held + check.wanted > most
                }
                (DenialReason::NotYetValid, Phase::NotYet(from), _) => seats.now < from,
                (DenialReason::Expired, Phase::Expired(end), _) => seats.now >= end,
                (_, _, _) => false,
            };
            assert!(shows, "{name:?}: {denial:?} does not follow from its numbers");
            // I5, I16: never about books that differ, never without an entitlement.
            assert!(seats.agrees(*licence) && seats.books[licence].entitlement.is_some());
        }
        (Err(ConfigError::Unconfirmed(Cause::NoEntitlement)), Expected::NoEntitlement)
        | (Err(ConfigError::Unconfirmed(Cause::Drift)), Expected::Drift) => {}
        (came, expected) => panic!("{name:?}: {came:?} instead of {expected:?}"),
    }
}

/// The stored books are the model's, and keep the promises.
fn check(engine: &Engine, after: &Stored, seats: &Seats, clean: bool) {
    let name = engine.name;
    assert_eq!(after.ledger, seats.ledger, "{name:?}");
    // I4: one live seat for each person.
    assert_eq!(after.doubles, 0, "{name:?}");
    for (licence, books) in &seats.books {
        let stored = after.counters[licence];
        assert_eq!(stored.0, i64::from(books.counter), "{name:?} {licence:?}");
        assert_eq!(stored.1, books.over_since, "{name:?} {licence:?}");
        assert_eq!(stored.2, books.drift, "{name:?} {licence:?}");
        let of = |stored: &Stored| stored.ledger.values().filter(|one| *one == licence).count();
        if clean {
            // I5: counter, ledger and configuration say the same after every commit.
            assert!(seats.agrees(*licence), "{name:?} {licence:?}: {seats:?}");
            assert_eq!(stored.0, i64::try_from(of(after)).unwrap(), "{name:?} {licence:?}");
        }
    }
}

/// I3: nobody was let in above the limit, whichever of the books is wrong.
fn check_limits(before: &Stored, after: &Stored, then: &Seats, seats: &Seats, clean: bool) {
    for (licence, books) in &seats.books {
        let of = |stored: &Stored| {
            let live = stored.ledger.values().filter(|one| *one == licence).count();
            if clean { u32::try_from(live).unwrap() } else { 0 }
        };
        let (old, new) =
            (then.active(*licence).max(of(before)), seats.active(*licence).max(of(after)));
        if new > old {
            let since = before.counters[licence].1;
            let limit = books.entitlement.as_ref().unwrap().limit(seats.now, since);
            let room = match limit {
                Limit::AtMost(most) => new <= most,
                Limit::None => true,
            };
            assert!(room, "{licence:?}: {new} above {limit:?}");
        }
    }
}

fn run(runtime: &Runtime, engines: &mut [Engine; 2], case: u32, steps: &[Step]) {
    let mut nos = Vec::new();
    for engine in &*engines {
        let name = format!("case-{case}");
        nos.push(runtime.block_on(instance(&engine.processes[0], &name)));
    }
    let mut seats = Seats::new();
    let mut clean = true;
    for (turn, step) in steps.iter().enumerate() {
        let model = seats.clone();
        let expected = seats.step(step);
        clean = match step {
            Step::Damage(..) => false,
            Step::Reconcile => true,
            Step::People(..) | Step::Entitle(..) | Step::Days(_) | Step::Restart => clean,
        };
        for (engine, no) in engines.iter_mut().zip(&nos) {
            let before = stored(&engine.db, *no);
            let came = runtime.block_on(engine.step(*no, &model, turn, step));
            let after = stored(&engine.db, *no);
            if let Some(came) = came {
                let refused = came.is_err();
                compare(engine, &before, &model, came, &expected);
                let moved = matches!(expected, Expected::Changed(count) if count > 0);
                assert_eq!(after.head > before.head, moved, "{:?} {step:?}", engine.name);
                assert!(!refused || after.ledger == before.ledger);
            }
            check(engine, &after, &seats, clean);
            if matches!(step, Step::People(..)) {
                check_limits(&before, &after, &model, &seats, clean);
            }
        }
    }
    for (engine, no) in engines.iter().zip(&nos) {
        last_look(runtime, engine, *no, &seats);
    }
}

/// In the end the numbers people see are those, too.
fn last_look(runtime: &Runtime, engine: &Engine, no: InstanceNo, seats: &Seats) {
    let read = runtime.block_on(engine.processes[1].quotas(no, seats.now)).unwrap();
    for (licence, books) in &seats.books {
        let quota = read.value().of_type(*licence).unwrap();
        let tally = (quota.tally.counter, quota.tally.ledger, quota.tally.people);
        assert_eq!(tally, (books.counter, seats.live(*licence), seats.active(*licence)));
        let terms = quota.terms.as_ref().map(|terms| (*terms.entitlement).clone());
        assert_eq!(terms, books.entitlement, "{:?}", engine.name);
    }
}

fn licence() -> impl Strategy<Value = LicenceType> {
    prop_oneof![3 => Just(LicenceType::FullUser), 1 => Just(LicenceType::StakeholderUser)]
}

fn edit() -> impl Strategy<Value = Edit> {
    prop_oneof![
        5 => licence().prop_map(|licence| Edit::Put(licence, Status::Active)),
        2 => licence().prop_map(|licence| Edit::Put(licence, Status::Inactive)),
        2 => Just(Edit::Remove),
    ]
}

fn terms() -> impl Strategy<Value = Option<Terms>> {
    prop_oneof![
        1 => Just(None),
        1 => Just(Some(Terms::Unlimited)),
        6 => (0..5_u32).prop_map(|number| Some(Terms::Hard(number))),
        2 => (0..5_u32).prop_map(|number| Some(Terms::Soft(number))),
        1 => (0..5_u32).prop_map(|number| Some(Terms::TrueUp(number))),
        2 => (0..5_u32).prop_map(|number| Some(Terms::Ends(number))),
        1 => (0..5_u32).prop_map(|number| Some(Terms::Begins(number))),
    ]
}

fn damages() -> impl Strategy<Value = Damage> {
    prop_oneof![
        Just(Damage::CountUp),
        Just(Damage::CountDown),
        Just(Damage::LoseRow),
        Just(Damage::StrayRow),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let edits = proptest::collection::btree_map(0..SLOTS, edit(), 1..4);
    let key = proptest::option::weighted(0.4, 0..6_u8);
    prop_oneof![
        20 => (edits, key).prop_map(|(edits, key)| Step::People(edits, key)),
        5 => (licence(), terms()).prop_map(|(licence, terms)| Step::Entitle(licence, terms)),
        1 => (damages(), licence()).prop_map(|(what, licence)| Step::Damage(what, licence)),
        1 => Just(Step::Reconcile),
        2 => (1..4_i64).prop_map(Step::Days),
        1 => Just(Step::Restart),
    ]
}

/// What the histories came to, so that none of it is there in name only.
#[derive(Debug, Default)]
struct Seen(BTreeMap<&'static str, u32>);

impl Seen {
    fn learn(&mut self, steps: &[Step]) {
        let mut seats = Seats::new();
        for step in steps {
            let what = match seats.step(step) {
                Expected::Changed(_) => "changed",
                Expected::Repeated(_) => "repeated",
                Expected::Denied(_, DenialReason::Limit, _) => "limit",
                Expected::Denied(_, DenialReason::Expired, _) => "expired",
                Expected::Denied(_, DenialReason::NotYetValid, _) => "not yet",
                Expected::NoEntitlement => "no entitlement",
                Expected::Drift => "drift",
            };
            *self.0.entry(what).or_default() += 1;
        }
    }
}

#[test]
fn both_engines_do_what_the_model_does_after_every_step() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let engines = TestEngine::ALL.map(|engine| runtime.block_on(Engine::start(engine)));
    let engines = RefCell::new(engines);
    let config = ProptestConfig { cases: CASES, failure_persistence: None, ..Default::default() };
    // Always the same histories: a failure is one for everybody.
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(config, rng);
    let (case, seen) = (Cell::new(0), RefCell::new(Seen::default()));
    let tried = runner.run(&proptest::collection::vec(step(), 10..STEPS_MAX), |steps| {
        case.set(case.get() + 1);
        seen.borrow_mut().learn(&steps);
        run(&runtime, &mut engines.borrow_mut(), case.get(), &steps);
        Ok(())
    });
    if let Err(failed) = tried {
        panic!("{failed}");
    }
    let seen = seen.into_inner();
    for what in ["changed", "repeated", "limit", "expired", "not yet", "no entitlement", "drift"] {
        assert!(seen.0.get(what).is_some_and(|times| *times >= 2), "{what}: {seen:?}");
    }
}

#[test]
fn a_slot_is_a_person() {
    assert_eq!(slot_of(person_id(7).to_bytes()), 7);
}
