//! Every interleaving of a small world: two administrators, the last seats, an operator who lowers, raises
//! and withdraws the allotment, somebody who leaves, a database that gets damaged, crashes between any two
//! steps, lost answers and retries. What is decided is decided by the function the authority runs.
//!
//! Every guard is a switch. With all of them on, nothing bad is reachable; with one off, something is.

use std::collections::{BTreeMap, BTreeSet};

use firebell_base::Timestamp;
use firebell_domain::licence::{Allotment, Decision, Entitlement, Tally, Turnover, decide};
use firebell_domain::person::LicenceType;
use stateright::{Checker, HasDiscoveries, Model, Property};

const OVER: &str = "I3: nobody is let in above the allotment";
const FALSE_DENIAL: &str = "I2: a denial was true at some time while it was waited for";
const TWICE: &str = "I4: asking again takes no second seat";
const DIFFER: &str = "I5: counter and ledger are the same after every commit";
const DENIED_IN_DRIFT: &str = "I5: nobody is denied while the books differ";
const ABSENT: &str = "I16: no entitlement is no denial";
const STUCK: &str = "a release is never refused";

/// How often one administrator asks.
const ATTEMPTS_MAX: u8 = 2;

/// What keeps the answers right.
#[derive(Clone, Copy, Debug)]
struct Guards {
    /// One change at a time.
    lock: bool,
    /// The counter is written only from the number that was read.
    compare: bool,
    /// What one change writes is there as a whole or not at all.
    atomic: bool,
    /// A key is remembered with the seat.
    key: bool,
    /// No denial while counter, ledger and people differ.
    drift: bool,
    /// What is not there is not zero.
    absence: bool,
    /// The allotment counts.
    limit: bool,
    /// What is decided by was read after the question.
    fresh: bool,
}

const ALL: Guards = Guards {
    lock: true,
    compare: true,
    atomic: true,
    key: true,
    drift: true,
    absence: true,
    limit: true,
    fresh: true,
};

/// The world: which guards are on, and who else is in it.
#[derive(Clone, Copy, Debug)]
struct World {
    guards: Guards,
    operator: bool,
    damage: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Outcome {
    Granted,
    Repeated,
    Denied,
    Unconfirmed,
}

/// What a change is going to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Plan {
    from: u8,
    to: u8,
    person: u8,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Step {
    Idle,
    Asked,
    Decided(Plan),
    Counted(Plan),
    Written(Plan),
    /// It is in the database; the answer is on its way.
    Committed(Outcome),
    Done(Outcome),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Admin {
    step: Step,
    attempts: u8,
    /// Whether there was no free seat at some time since they asked.
    was_full: bool,
}

/// What is known of the seats.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Books {
    counter: u8,
    ledger: BTreeSet<u8>,
    people: BTreeSet<u8>,
    keys: BTreeMap<u8, u8>,
    allotment: Option<u8>,
}

/// What an operator or an accident does once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Once {
    Lower,
    Raise,
    Withdraw,
    Leave,
    CountUp,
    CountDown,
    LoseRow,
    Reconcile,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct State {
    books: Books,
    locked: Option<usize>,
    admins: [Admin; 2],
    done: BTreeSet<Once>,
    /// What must never happen, by the property's name.
    wrong: BTreeSet<&'static str>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Action {
    Ask(usize),
    Decide(usize),
    Count(usize),
    Write(usize),
    Commit(usize),
    Crash(usize),
    Answer(usize),
    LoseAnswer(usize),
    Once(Once),
}

fn start() -> Books {
    Books {
        counter: 1,
        ledger: BTreeSet::from([0]),
        people: BTreeSet::from([0]),
        keys: BTreeMap::new(),
        allotment: Some(2),
    }
}

fn count(set: &BTreeSet<u8>) -> u32 {
    u32::try_from(set.len()).unwrap()
}

impl Books {
    fn is_full(&self) -> bool {
        self.allotment.is_some_and(|allotted| count(&self.people) >= u32::from(allotted))
    }

    fn agree(&self) -> bool {
        self.ledger == self.people && u32::from(self.counter) == count(&self.ledger)
    }

    /// The rule itself, with the guards around it that can be switched off.
    fn decide(&self, guards: Guards, turn: Turnover) -> Decision {
        let counter = u32::from(self.counter);
        let mut tally = Tally {
            counter,
            ledger: count(&self.ledger),
            people: count(&self.people),
            over_since: None,
            drift_since: None,
        };
        if !guards.drift {
            (tally.ledger, tally.people) = (counter, counter);
        }
        let allotted =
            |allotment| Entitlement { allotment, ..Entitlement::unlimited(LicenceType::FullUser) };
        let limited = |number: u8| allotted(Allotment::Limited(u32::from(number)));
        let entitlement = match self.allotment {
            Some(_) if !guards.limit => Some(allotted(Allotment::Unlimited)),
            Some(number) => Some(limited(number)),
            None if !guards.absence => Some(limited(0)),
            None => None,
        };
        decide(&tally, entitlement.as_ref(), turn, Timestamp::UNIX_EPOCH)
    }

    fn write_counter(&mut self, guards: Guards, plan: Plan) -> bool {
        let holds = !guards.compare || self.counter == plan.from;
        if holds {
            self.counter = plan.to;
        }
        holds
    }

    fn write_seat(&mut self, admin: usize, plan: Plan) {
        self.ledger.insert(plan.person);
        self.people.insert(plan.person);
        self.keys.insert(u8::try_from(admin).unwrap(), plan.person);
    }
}

impl World {
    fn may(&self, state: &State, once: Once) -> bool {
        let free = !self.guards.lock || state.locked.is_none();
        let allowed = match once {
            Once::Lower | Once::Raise | Once::Withdraw | Once::Leave => self.operator && free,
            Once::CountUp | Once::CountDown | Once::LoseRow => {
                let damaged = [Once::CountUp, Once::CountDown, Once::LoseRow];
                self.damage && !damaged.iter().any(|one| state.done.contains(one))
            }
            Once::Reconcile => self.damage && free && !state.books.agree(),
        };
        allowed && !state.done.contains(&once)
    }

    fn once(&self, state: &mut State, once: Once) {
        state.done.insert(once);
        let books = &mut state.books;
        match once {
            Once::Lower => books.allotment = Some(1),
            Once::Raise => books.allotment = Some(3),
            Once::Withdraw => books.allotment = None,
            Once::Leave => {
                let turn = Turnover { released: 1, taken: 0 };
                let Decision::Settled { held, .. } = books.decide(self.guards, turn) else {
                    state.wrong.insert(STUCK);
                    return;
                };
                books.counter = u8::try_from(held).unwrap();
                books.ledger.remove(&0);
                books.people.remove(&0);
            }
            Once::CountUp => books.counter += 1,
            Once::CountDown => books.counter = books.counter.saturating_sub(1),
            Once::LoseRow => drop(books.ledger.pop_first()),
            Once::Reconcile => {
                books.ledger = books.people.clone();
                books.counter = u8::try_from(books.people.len()).unwrap();
            }
        }
    }

    /// Locks, reads, decides. What comes of it is written in further steps, or is the answer.
    fn look(&self, state: &mut State, admin: usize) -> Step {
        let guards = self.guards;
        if guards.key && state.books.keys.contains_key(&u8::try_from(admin).unwrap()) {
            return Step::Committed(Outcome::Repeated);
        }
        let stale = Books { allotment: Some(1), ..start() };
        let read = if guards.fresh { &state.books } else { &stale };
        let turn = Turnover { released: 0, taken: 1 };
        match read.decide(guards, turn) {
            Decision::Settled { held, .. } => {
                state.locked = Some(admin);
                let attempt = 10 * (u8::try_from(admin).unwrap() + 1);
                let person = attempt + state.admins[admin].attempts;
                let to = u8::try_from(held).unwrap();
                Step::Decided(Plan { from: read.counter, to, person })
            }
            Decision::Denied { .. } => {
                if !state.books.agree() && guards.fresh {
                    state.wrong.insert(DENIED_IN_DRIFT);
                }
                if read.allotment.is_none() {
                    state.wrong.insert(ABSENT);
                }
                if !state.admins[admin].was_full {
                    state.wrong.insert(FALSE_DENIAL);
                }
                Step::Done(Outcome::Denied)
            }
            Decision::NoEntitlement | Decision::Drift => Step::Done(Outcome::Unconfirmed),
        }
    }

    fn commit(&self, state: &mut State, admin: usize, plan: Plan) -> Step {
        state.locked = state.locked.filter(|holder| *holder != admin);
        let guards = self.guards;
        let agreed = state.books.agree();
        if guards.atomic {
            if !state.books.write_counter(guards, plan) {
                return Step::Asked;
            }
            state.books.write_seat(admin, plan);
        }
        let over = |number| count(&state.books.people) > u32::from(number);
        if state.books.allotment.is_some_and(over) {
            state.wrong.insert(OVER);
        }
        if agreed && !state.books.agree() {
            state.wrong.insert(DIFFER);
        }
        Step::Committed(Outcome::Granted)
    }
}

fn again(admin: &mut Admin) {
    admin.attempts += 1;
    admin.step = Step::Asked;
    if admin.attempts == ATTEMPTS_MAX {
        admin.step = Step::Done(Outcome::Unconfirmed);
    }
}

impl Model for World {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        let admin = Admin { step: Step::Idle, attempts: 0, was_full: false };
        vec![State {
            books: start(),
            locked: None,
            admins: [admin; 2],
            done: BTreeSet::new(),
            wrong: BTreeSet::new(),
        }]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        for (i, admin) in state.admins.iter().enumerate() {
            match admin.step {
                Step::Idle => actions.push(Action::Ask(i)),
                Step::Asked if self.guards.lock && state.locked.is_some() => {}
                Step::Asked => actions.push(Action::Decide(i)),
                Step::Decided(_) => actions.extend([Action::Count(i), Action::Crash(i)]),
                Step::Counted(_) => actions.extend([Action::Write(i), Action::Crash(i)]),
                Step::Written(_) => actions.extend([Action::Commit(i), Action::Crash(i)]),
                Step::Committed(_) => actions.extend([Action::Answer(i), Action::LoseAnswer(i)]),
                Step::Done(_) => {}
            }
        }
        let everything = [
            Once::Lower,
            Once::Raise,
            Once::Withdraw,
            Once::Leave,
            Once::CountUp,
            Once::CountDown,
            Once::LoseRow,
            Once::Reconcile,
        ];
        let possible = everything.into_iter().filter(|once| self.may(state, *once));
        actions.extend(possible.map(Action::Once));
    }

    fn next_state(&self, last: &State, action: Action) -> Option<State> {
        let mut state = last.clone();
        match action {
            Action::Ask(i) => state.admins[i].step = Step::Asked,
            Action::Decide(i) => state.admins[i].step = self.look(&mut state, i),
            Action::Count(i) => {
                let Step::Decided(plan) = last.admins[i].step else { return None };
                let atomic = self.guards.atomic;
                if atomic || state.books.write_counter(self.guards, plan) {
                    state.admins[i].step = Step::Counted(plan);
                } else {
                    state.locked = None;
                    state.admins[i].step = Step::Asked;
                }
            }
            Action::Write(i) => {
                let Step::Counted(plan) = last.admins[i].step else { return None };
                if !self.guards.atomic {
                    state.books.write_seat(i, plan);
                }
                state.admins[i].step = Step::Written(plan);
            }
            Action::Commit(i) => {
                let Step::Written(plan) = last.admins[i].step else { return None };
                state.admins[i].step = self.commit(&mut state, i, plan);
            }
            Action::Crash(i) => {
                state.locked = state.locked.filter(|holder| *holder != i);
                if !self.damage && !state.books.agree() {
                    state.wrong.insert(DIFFER);
                }
                again(&mut state.admins[i]);
            }
            Action::Answer(i) => {
                let Step::Committed(outcome) = last.admins[i].step else { return None };
                state.admins[i].step = Step::Done(outcome);
            }
            Action::LoseAnswer(i) => again(&mut state.admins[i]),
            Action::Once(once) => self.once(&mut state, once),
        }
        let full = state.books.is_full();
        for admin in &mut state.admins {
            let waits = !matches!(admin.step, Step::Idle | Step::Done(_));
            admin.was_full |= full && waits;
        }
        for i in [10, 20] {
            if state.books.people.iter().filter(|person| **person / 10 == i / 10).count() > 1 {
                state.wrong.insert(TWICE);
            }
        }
        Some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        fn outcomes(state: &State) -> BTreeSet<Outcome> {
            let done = |admin: &Admin| match admin.step {
                Step::Done(outcome) => Some(outcome),
                _ => None,
            };
            state.admins.iter().filter_map(done).collect()
        }
        fn never(state: &State, what: &'static str) -> bool {
            !state.wrong.contains(what)
        }
        let mut all = vec![
            Property::always(OVER, |_, state| never(state, OVER)),
            Property::always(FALSE_DENIAL, |_, state| never(state, FALSE_DENIAL)),
            Property::always(TWICE, |_, state| never(state, TWICE)),
            Property::always(DIFFER, |_, state| never(state, DIFFER)),
            Property::always(DENIED_IN_DRIFT, |_, state| never(state, DENIED_IN_DRIFT)),
            Property::always(ABSENT, |_, state| never(state, ABSENT)),
            Property::always(STUCK, |_, state| never(state, STUCK)),
            Property::sometimes("one gets the last seat, the other a denial", |_, state| {
                outcomes(state) == BTreeSet::from([Outcome::Granted, Outcome::Denied])
            }),
            Property::sometimes("a lost answer is given again", |_, state| {
                outcomes(state).contains(&Outcome::Repeated)
            }),
        ];
        if self.operator {
            all.push(Property::sometimes("a raised allotment lets both in", |_, state| {
                outcomes(state) == BTreeSet::from([Outcome::Granted])
                    && state.books.people.len() == 3
            }));
            all.push(Property::sometimes("a withdrawn one confirms nothing", |_, state| {
                outcomes(state) == BTreeSet::from([Outcome::Unconfirmed])
                    && state.admins.iter().all(|admin| admin.attempts == 0)
            }));
        }
        if self.damage {
            all.push(Property::sometimes("differing books confirm nothing", |_, state| {
                outcomes(state).contains(&Outcome::Unconfirmed)
                    && state.admins.iter().all(|admin| admin.attempts == 0)
                    && state.done.contains(&Once::CountUp)
            }));
            all.push(Property::sometimes("reconciled books deny again", |_, state: &State| {
                state.done.contains(&Once::Reconcile) && outcomes(state).contains(&Outcome::Denied)
            }));
        }
        all
    }
}

fn world(guards: Guards) -> World {
    World { guards, operator: true, damage: false }
}

/// Everything reachable is looked at, and nothing in it is wrong.
fn holds(world: World) {
    let checker = world.checker().threads(2).spawn_bfs().join();
    assert!(checker.unique_state_count() > 300, "{}", checker.unique_state_count());
    checker.assert_properties();
}

/// Something wrong is found, and it is this.
fn fails(world: World, what: &'static str) {
    let found = HasDiscoveries::AllOf(BTreeSet::from([what]));
    let checker = world.checker().threads(2).finish_when(found).spawn_bfs().join();
    checker.assert_any_discovery(what);
}

#[test]
fn with_every_guard_on_nothing_bad_is_reachable() {
    holds(world(ALL));
    holds(World { operator: false, damage: true, ..world(ALL) });
}

#[test]
fn either_the_lock_or_the_comparison_is_enough_between_administrators() {
    holds(world(Guards { compare: false, ..ALL }));
    let unlocked = Guards { lock: false, ..ALL };
    holds(World { operator: false, ..world(unlocked) });
    fails(World { operator: false, ..world(Guards { compare: false, ..unlocked }) }, OVER);
}

#[test]
fn without_the_lock_a_lowered_allotment_comes_too_late() {
    fails(world(Guards { lock: false, ..ALL }), OVER);
}

#[test]
fn without_a_whole_transaction_a_crash_makes_the_books_differ() {
    fails(world(Guards { atomic: false, ..ALL }), DIFFER);
}

#[test]
fn without_keys_a_lost_answer_costs_a_second_seat() {
    fails(world(Guards { key: false, ..ALL }), TWICE);
}

#[test]
fn without_the_drift_guard_damage_denies() {
    let blind = Guards { drift: false, ..ALL };
    for what in [DENIED_IN_DRIFT, FALSE_DENIAL, OVER] {
        fails(World { operator: false, damage: true, ..world(blind) }, what);
    }
}

#[test]
fn if_absent_were_zero_it_would_deny() {
    let zero = Guards { absence: false, ..ALL };
    fails(world(zero), ABSENT);
    fails(world(zero), FALSE_DENIAL);
}

#[test]
fn without_the_limit_everybody_is_let_in() {
    fails(world(Guards { limit: false, ..ALL }), OVER);
}

#[test]
fn an_old_read_denies_wrongly() {
    fails(world(Guards { fresh: false, ..ALL }), FALSE_DENIAL);
}
