//! Seats in memory, written down anew from the promises and not from the code: what each step should do, and
//! what the books should say then.

use std::collections::{BTreeMap, BTreeSet};

use firebell_base::Timestamp;
use firebell_base::time::add_seconds;
use firebell_config::DenialReason;
use firebell_domain::licence::{Allotment, Enforcement, Entitlement};
use firebell_domain::person::{LicenceType, Status};

use crate::support::{Damage, begin, stray};

/// Seconds of a day.
const DAY: i64 = 86_400;

/// What becomes of somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Edit {
    Put(LicenceType, Status),
    Remove,
}

/// How much is allotted, in the steps of a history.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Terms {
    Unlimited,
    Hard(u32),
    Soft(u32),
    TrueUp(u32),
    /// It ends in two days, with a day of grace.
    Ends(u32),
    /// It begins in two days.
    Begins(u32),
}

/// One step of a history.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    /// One change of some people, perhaps under a key.
    People(BTreeMap<u128, Edit>, Option<u8>),
    /// The operator sets, lowers, raises or withdraws.
    Entitle(LicenceType, Option<Terms>),
    Damage(Damage, LicenceType),
    Reconcile,
    Days(i64),
    /// The process that made the last change starts anew.
    Restart,
}

/// What a step should come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Expected {
    Changed(usize),
    Repeated(u128),
    Denied(LicenceType, DenialReason, u32),
    NoEntitlement,
    Drift,
}

#[derive(Debug, Clone)]
pub(crate) struct Books {
    pub(crate) entitlement: Option<Entitlement>,
    pub(crate) counter: u32,
    pub(crate) drift: bool,
    pub(crate) over_since: Option<Timestamp>,
}

#[derive(Debug, Clone)]
pub(crate) struct Seats {
    pub(crate) now: Timestamp,
    pub(crate) people: BTreeMap<u128, (LicenceType, Status)>,
    pub(crate) ledger: BTreeMap<u128, LicenceType>,
    pub(crate) books: BTreeMap<LicenceType, Books>,
    keys: BTreeMap<u8, u128>,
    /// The key in somebody's live row.
    live_keys: BTreeMap<u128, u8>,
}

impl Terms {
    pub(crate) fn at(self, licence: LicenceType, now: Timestamp) -> Entitlement {
        let mut one = Entitlement::unlimited(licence);
        let limited = Allotment::Limited;
        match self {
            Self::Unlimited => {}
            Self::Hard(number) => one.allotment = limited(number),
            Self::Soft(number) => {
                one.allotment = limited(number);
                one.enforcement = Enforcement::Soft { percent: 50, floor: 1, days: 3 };
            }
            Self::TrueUp(number) => {
                one.allotment = limited(number);
                one.enforcement = Enforcement::TrueUp;
            }
            Self::Ends(number) => {
                one.allotment = limited(number);
                one.valid_until = Some(add_seconds(now, 2 * DAY));
                one.grace_days = 1;
            }
            Self::Begins(number) => {
                one.allotment = limited(number);
                one.valid_from = Some(add_seconds(now, 2 * DAY));
            }
        }
        one
    }
}

impl Books {
    /// The most people who may hold one now; none without a limit.
    fn most(&self, now: Timestamp) -> Option<u32> {
        let one = self.entitlement.as_ref()?;
        let Allotment::Limited(number) = one.allotment else { return None };
        match one.enforcement {
            Enforcement::Hard => Some(number),
            Enforcement::TrueUp => None,
            Enforcement::Soft { .. } => {
                let head_room = (number / 2).max(1);
                let used_up = self.over_since.is_some_and(|at| now >= add_seconds(at, 3 * DAY));
                Some(if used_up { number } else { number + head_room })
            }
        }
    }

    fn ended(&self, now: Timestamp) -> Option<DenialReason> {
        let one = self.entitlement.as_ref()?;
        let grace = i64::from(one.grace_days) * DAY;
        if one.valid_from.is_some_and(|from| now < from) {
            Some(DenialReason::NotYetValid)
        } else if one.valid_until.is_some_and(|until| now >= add_seconds(until, grace)) {
            Some(DenialReason::Expired)
        } else {
            None
        }
    }

    fn look_over(&mut self, now: Timestamp) {
        match self.entitlement.as_ref().map(|one| one.allotment) {
            Some(Allotment::Limited(number)) if self.counter > number => {
                self.over_since.get_or_insert(now);
            }
            Some(_) => self.over_since = None,
            None => {}
        }
    }
}

impl Seats {
    /// A new instance: two unlimited entitlements and nobody.
    pub(crate) fn new() -> Self {
        let books = |licence| Books {
            entitlement: Some(Entitlement::unlimited(licence)),
            counter: 0,
            drift: false,
            over_since: None,
        };
        Self {
            now: begin(),
            people: BTreeMap::new(),
            ledger: BTreeMap::new(),
            books: LicenceType::ALL.into_iter().map(|one| (one, books(one))).collect(),
            keys: BTreeMap::new(),
            live_keys: BTreeMap::new(),
        }
    }

    /// What the step comes to; nothing is different after a refusal.
    pub(crate) fn step(&mut self, step: &Step) -> Expected {
        match step {
            Step::People(edits, key) => self.change(edits, *key),
            Step::Entitle(licence, terms) => self.entitle(*licence, *terms),
            Step::Damage(what, licence) => {
                self.damage(*what, *licence);
                Expected::Changed(0)
            }
            Step::Reconcile => {
                self.reconcile();
                Expected::Changed(0)
            }
            Step::Days(days) => {
                self.now = add_seconds(self.now, days * DAY);
                Expected::Changed(0)
            }
            Step::Restart => Expected::Changed(0),
        }
    }

    /// Whom `Damage::LoseRow` hits.
    pub(crate) fn victim(&self, licence: LicenceType) -> Option<u128> {
        self.ledger.iter().find(|(_, of)| **of == licence).map(|(slot, _)| *slot)
    }

    pub(crate) fn active(&self, licence: LicenceType) -> u32 {
        let active = (licence, Status::Active);
        u32::try_from(self.people.values().filter(|one| **one == active).count()).unwrap()
    }

    pub(crate) fn live(&self, licence: LicenceType) -> u32 {
        u32::try_from(self.ledger.values().filter(|one| **one == licence).count()).unwrap()
    }

    pub(crate) fn agrees(&self, licence: LicenceType) -> bool {
        let books = &self.books[&licence];
        let same =
            books.counter == self.live(licence) && self.live(licence) == self.active(licence);
        same && !books.drift
    }

    fn change(&mut self, edits: &BTreeMap<u128, Edit>, key: Option<u8>) -> Expected {
        if let Some(who) = key.and_then(|key| self.keys.get(&key)) {
            return Expected::Repeated(*who);
        }
        let mut after = self.people.clone();
        let mut touched = 0;
        for (slot, edit) in edits {
            let old = after.get(slot).copied();
            match edit {
                Edit::Put(licence, status) => drop(after.insert(*slot, (*licence, *status))),
                Edit::Remove => drop(after.remove(slot)),
            }
            touched += usize::from(old != after.get(slot).copied());
        }
        if touched == 0 {
            return Expected::Changed(0);
        }
        let holds = |people: &BTreeMap<u128, (LicenceType, Status)>, slot: &u128| {
            let (licence, status) = people.get(slot)?;
            (*status == Status::Active).then_some(*licence)
        };
        let mut turns = BTreeMap::<LicenceType, (BTreeSet<u128>, BTreeSet<u128>)>::new();
        for slot in edits.keys() {
            let (old, new) = (holds(&self.people, slot), holds(&after, slot));
            if old != new {
                old.map(|licence| turns.entry(licence).or_default().0.insert(*slot));
                new.map(|licence| turns.entry(licence).or_default().1.insert(*slot));
            }
        }
        for (licence, (leave, come)) in &turns {
            if let Some(refused) = self.refused(*licence, leave, come) {
                if refused == Expected::Drift {
                    self.note_drift();
                }
                return refused;
            }
        }
        let made =
            edits.keys().find(|slot| !self.people.contains_key(slot) && after.contains_key(slot));
        let taker = || turns.values().find_map(|(_, come)| come.first());
        let keyed = key.zip(made.or_else(taker).copied());
        self.turn_over(&turns);
        if let Some((key, who)) = keyed {
            self.keys.insert(key, who);
            if turns.values().any(|(_, come)| come.contains(&who)) {
                self.live_keys.insert(who, key);
            }
        }
        self.people = after;
        Expected::Changed(touched)
    }

    fn refused(
        &self,
        licence: LicenceType,
        leave: &BTreeSet<u128>,
        come: &BTreeSet<u128>,
    ) -> Option<Expected> {
        let books = &self.books[&licence];
        if come.is_empty() {
            return None;
        }
        if books.entitlement.is_none() {
            return Some(Expected::NoEntitlement);
        }
        let number = |set: &BTreeSet<u128>| u32::try_from(set.len()).unwrap();
        let worst = books.counter.max(self.live(licence)).max(self.active(licence));
        let staying = worst.saturating_sub(number(leave));
        let too_many = books.most(self.now).is_some_and(|most| staying + number(come) > most);
        let reason = books.ended(self.now).or(too_many.then_some(DenialReason::Limit))?;
        Some(if self.agrees(licence) {
            Expected::Denied(licence, reason, staying)
        } else {
            Expected::Drift
        })
    }

    fn turn_over(&mut self, turns: &BTreeMap<LicenceType, (BTreeSet<u128>, BTreeSet<u128>)>) {
        let mut odd: BTreeSet<LicenceType> =
            turns.keys().copied().filter(|licence| !self.agrees(*licence)).collect();
        for (licence, (leave, _)) in turns {
            for slot in leave {
                if self.ledger.get(slot) == Some(licence) {
                    self.ledger.remove(slot);
                    self.live_keys.remove(slot);
                } else {
                    odd.insert(*licence);
                }
            }
        }
        for (licence, (leave, come)) in turns {
            for slot in come {
                if self.ledger.contains_key(slot) {
                    odd.insert(*licence);
                } else {
                    self.ledger.insert(*slot, *licence);
                }
            }
            let (leave, come) = (leave.len(), come.len());
            let books = self.books.get_mut(licence).unwrap();
            let left = books.counter.saturating_sub(u32::try_from(leave).unwrap());
            books.counter = left + u32::try_from(come).unwrap();
            books.drift |= odd.contains(licence);
            books.look_over(self.now);
        }
    }

    fn entitle(&mut self, licence: LicenceType, terms: Option<Terms>) -> Expected {
        let agreed = self.agrees(licence);
        let books = self.books.get_mut(&licence).unwrap();
        let next = terms.map(|terms| terms.at(licence, self.now));
        if books.entitlement == next {
            return Expected::Changed(0);
        }
        books.entitlement = next;
        books.drift |= !agreed;
        books.look_over(self.now);
        Expected::Changed(1)
    }

    fn damage(&mut self, what: Damage, licence: LicenceType) {
        let victim = self.victim(licence);
        let books = self.books.get_mut(&licence).unwrap();
        match what {
            Damage::CountUp => books.counter += 1,
            Damage::CountDown => books.counter = books.counter.saturating_sub(1),
            Damage::LoseRow => {
                if let Some(slot) = victim {
                    self.ledger.remove(&slot);
                    // A lost row takes its key with it.
                    self.live_keys.remove(&slot).map(|key| self.keys.remove(&key));
                }
            }
            Damage::StrayRow => drop(self.ledger.insert(stray(licence), licence)),
        }
    }

    /// What could not be confirmed for that reason is remembered.
    fn note_drift(&mut self) {
        for licence in LicenceType::ALL {
            let agrees = self.agrees(licence);
            self.books.get_mut(&licence).unwrap().drift |= !agrees;
        }
    }

    fn reconcile(&mut self) {
        let active = |(slot, (licence, status)): (&u128, &(LicenceType, Status))| {
            (*status == Status::Active).then_some((*slot, *licence))
        };
        self.ledger = self.people.iter().filter_map(active).collect();
        for licence in LicenceType::ALL {
            let held = self.active(licence);
            let books = self.books.get_mut(&licence).unwrap();
            books.counter = held;
            books.drift = false;
            books.look_over(self.now);
        }
    }
}
