//! Seats: who holds a licence, decided in the transaction that changes it.
//!
//! Every change of configuration passes through [`settle`], whoever makes it and by whatever way:
//! there is no other place that writes the ledger, but an operator's *reconcile*. The rule itself is
//! [`firebell_domain::licence::decide`]; here are its books, and what follows from it in the
//! database. The head is locked, so nobody else decides at the same time; the counter is written
//! only from the number that was read and only within the limit, so that a writer without the lock
//! could not make it wrong either.

mod numbers;
mod room;
mod reconcile;

pub use room::Room;

use std::collections::BTreeMap;

use firebell_base::Timestamp;
use firebell_base::time::from_micros;
use firebell_domain::directory::{Directory, Entity, Kind, Revision};
use firebell_domain::instance::InstanceNo;
use firebell_domain::licence::{Decision, Limit, Tally, Turnover, decide, held_by, held_in};
use firebell_domain::person::{LicenceType, PersonId};
use firebell_sql::{self as sql, ReadTx, WriteTx};
use firebell_store::seats::{self as rows, CounterRow, Moment, Move, NewSeat};

use super::confirm::{Confirmed, Denial, Evidence, SeatCheck};
use crate::change::Change;
use crate::digest::Digest;
use crate::error::ConfigError;
use crate::fresh::Cause;

/// A change of an instance's configuration, as far as seats are concerned.
pub(super) struct Settle<'a> {
    /// Whose.
    pub(super) instance: InstanceNo,
    /// The configuration before.
    pub(super) before: &'a Directory,
    /// And after.
    pub(super) after: &'a Directory,
    /// What makes the difference; each entity once.
    pub(super) changes: &'a [Change],
    /// The revision it becomes.
    pub(super) at: Revision,
    /// When.
    pub(super) now: Timestamp,
    /// The hash of the key under which it is made once.
    pub(super) key: Option<[u8; 32]>,
    /// The number of the read it is decided by.
    pub(super) read: u64,
}

/// Who made a change under this key before, if anybody did. The head must be locked.
///
/// # Errors
/// [`ConfigError::Store`].
pub(super) fn repeated(
    tx: &mut ReadTx<'_>,
    no: InstanceNo,
    key: &[u8; 32],
) -> Result<Option<PersonId>, ConfigError> {
    Ok(rows::by_key(tx, no, key)?.map(PersonId::from_bytes))
}

/// Takes and releases the seats a change needs, and remembers its key. The head must be locked.
///
/// # Errors
/// [`ConfigError::Denied`] if there is no licence for somebody; [`ConfigError::Unconfirmed`] if
/// that cannot be said; [`ConfigError::Store`]. Nothing may be committed then.
pub(super) fn settle(tx: &mut WriteTx<'_>, change: &Settle<'_>) -> Result<(), ConfigError> {
    let turns = turns(change);
    let mut keyed = change.key.zip(keyed_person(change, &turns));
    if turns.is_empty() && keyed.is_none() {
        return Ok(());
    }
    let books = Books::lock(tx, change.instance)?;
    let mut steps = Vec::new();
    for (licence, turn) in &turns {
        steps.push(decided(change, &books, *licence, turn)?);
    }
    // All releases first: somebody may move from one type to another, and holds one seat only.
    for step in &mut steps {
        let people: Vec<[u8; 16]> = step.turn.released.iter().map(|id| id.to_bytes()).collect();
        let done = rows::release(tx, change.instance, change.moment(), step.word(), &people)?;
        step.short |= done != count(people.len());
    }
    for step in &mut steps {
        let seats: Vec<NewSeat> = step
            .turn
            .taken
            .iter()
            .map(|person| {
                let key = keyed.take_if(|(_, whose)| whose == person).map(|(key, _)| key);
                change.seat(*person, step.licence, key, false)
            })
            .collect();
        let done = rows::hold(tx, change.instance, change.moment(), &seats)?;
        step.short |= done != count(seats.len());
        step.write(tx, change)?;
    }
    if let Some((key, person)) = keyed {
        let licence = change.after.person(person).map_or(LicenceType::FullUser, |one| one.licence);
        let row = change.seat(person, licence, Some(key), true);
        rows::hold(tx, change.instance, change.moment(), &[row])?;
    }
    Ok(())
}

impl Settle<'_> {
    fn moment(&self) -> Moment {
        Moment { revision: self.at, at: self.now.as_microsecond() }
    }

    fn seat(
        &self,
        person: PersonId,
        licence: LicenceType,
        key: Option<[u8; 32]>,
        released: bool,
    ) -> NewSeat {
        // Somebody takes one seat in one revision at most, so this is a name for it.
        let parts =
            [&person.to_bytes()[..], &self.at.epoch.to_be_bytes(), &self.at.n.to_be_bytes()];
        let id = first_half(Digest::of(&parts));
        NewSeat { id, licence: licence.word(), person: person.to_bytes(), key, released }
    }

    /// What the books were read for: the newest configuration is the one before.
    fn evidence(&self) -> Evidence {
        let revision = Revision { n: self.at.n - 1, ..self.at };
        Evidence { revision, read: self.read, at: self.now }
    }
}

fn first_half(digest: Digest) -> [u8; 16] {
    let bytes = digest.to_bytes();
    std::array::from_fn(|i| bytes.get(i).copied().unwrap_or_default())
}

/// Who begins and who ceases to hold a licence of a type.
#[derive(Debug, Default)]
struct Turn {
    released: Vec<PersonId>,
    taken: Vec<PersonId>,
}

/// What turns over, by type. A type whose entitlement changes turns over without anybody: being over
/// the allotment may begin or end.
fn turns(change: &Settle<'_>) -> BTreeMap<LicenceType, Turn> {
    let mut turns: BTreeMap<LicenceType, Turn> = BTreeMap::new();
    for one in change.changes {
        match one.subject() {
            (Kind::Person, id) => {
                let id = PersonId::from_bytes(id);
                let held = |directory: &Directory| directory.person(id).and_then(|p| held_by(p));
                let (old, new) = (held(change.before), held(change.after));
                if old == new {
                    continue;
                }
                if let Some(licence) = old {
                    turns.entry(licence).or_default().released.push(id);
                }
                if let Some(licence) = new {
                    turns.entry(licence).or_default().taken.push(id);
                }
            }
            (Kind::Entitlement, id) => {
                if let Some(licence) = LicenceType::ALL.into_iter().find(|one| one.id() == id) {
                    turns.entry(licence).or_default();
                }
            }
            (
                Kind::Site
                | Kind::Device
                | Kind::Group
                | Kind::Shift
                | Kind::Absence
                | Kind::Form
                | Kind::Integration
                | Kind::Silence
                | Kind::Window
                | Kind::ApiKey
                | Kind::Password,
                _,
            ) => {}
        }
    }
    turns
}

/// Whom a key is about: the first person the change makes, else the first who takes a seat.
fn keyed_person(change: &Settle<'_>, turns: &BTreeMap<LicenceType, Turn>) -> Option<PersonId> {
    let made = change.changes.iter().find_map(|one| match one {
        Change::Put(Entity::Person(person)) if change.before.person(person.id).is_none() => {
            Some(person.id)
        }
        Change::Put(_) | Change::Remove(..) => None,
    });
    made.or_else(|| turns.values().find_map(|turn| turn.taken.first().copied()))
}

/// Counters and ledger of an instance, as read in this transaction.
struct Books {
    counters: Vec<CounterRow>,
    ledger: Vec<(String, i64)>,
}

impl Books {
    fn read(tx: &mut ReadTx<'_>, no: InstanceNo) -> Result<Self, sql::Error> {
        Ok(Self { counters: rows::counters(tx, no)?, ledger: rows::held(tx, no)? })
    }

    fn lock(tx: &mut WriteTx<'_>, no: InstanceNo) -> Result<Self, sql::Error> {
        Ok(Self { counters: rows::lock_counters(tx, no)?, ledger: rows::held(tx, no)? })
    }

    fn counter(&self, licence: LicenceType) -> Option<&CounterRow> {
        self.counters.iter().find(|row| row.licence == licence.word())
    }

    /// The books of one type. A counter that is not there yet stands at 0.
    fn tally(&self, licence: LicenceType, directory: &Directory) -> Tally {
        let counter = self.counter(licence);
        let ledger = self.ledger.iter().find(|(word, _)| word == licence.word());
        Tally {
            counter: counter.map_or(0, |row| clamped(row.held)),
            ledger: ledger.map_or(0, |(_, held)| clamped(*held)),
            people: held_in(directory, licence),
            over_since: counter.and_then(|row| row.over_since).map(from_micros),
            drift_since: counter.and_then(|row| row.drift_since).map(from_micros),
        }
    }
}

/// A decided turnover of one type, to be written.
struct Step<'a> {
    licence: LicenceType,
    turn: &'a Turn,
    tally: Tally,
    /// The number in the counter's row; none if there is no row yet.
    from: Option<i64>,
    held: u32,
    over_since: Option<Timestamp>,
    limit: Limit,
    /// Whether the ledger did not have what it should have had.
    short: bool,
}

fn decided<'a>(
    change: &Settle<'_>,
    books: &Books,
    licence: LicenceType,
    turn: &'a Turn,
) -> Result<Step<'a>, ConfigError> {
    let tally = books.tally(licence, change.before);
    let entitlement = change.after.entitlement(licence).map(AsRef::as_ref);
    let size = Turnover { released: size(&turn.released), taken: size(&turn.taken) };
    let sure = match decide(&tally, entitlement, size, change.now) {
        Decision::Settled { held, over_since, limit } => {
            let from = books.counter(licence).map(|row| row.held);
            return Ok(Step { licence, turn, tally, from, held, over_since, limit, short: false });
        }
        Decision::NoEntitlement => return Err(ConfigError::Unconfirmed(Cause::NoEntitlement)),
        Decision::Drift => return Err(ConfigError::Unconfirmed(Cause::Drift)),
        Decision::Denied { phase, limit, held } => entitlement.map(|one| SeatCheck {
            licence,
            allotment: one.allotment,
            limit,
            held,
            wanted: size.taken,
            phase,
        }),
    };
    // A denial has to follow from the numbers once more: whoever made a mistake denies nobody.
    let confirmed = sure.map(|check| Confirmed::new(check, change.evidence()));
    match confirmed.as_ref().and_then(Denial::of) {
        Some(denial) => Err(ConfigError::Denied(Box::new(denial))),
        None => Err(ConfigError::Unconfirmed(Cause::Drift)),
    }
}

impl Step<'_> {
    const fn word(&self) -> &'static str {
        self.licence.word()
    }

    fn write(&self, tx: &mut WriteTx<'_>, change: &Settle<'_>) -> Result<(), ConfigError> {
        let known = self.tally.drift_since;
        let drift = (self.short || !self.tally.agrees()).then(|| known.unwrap_or(change.now));
        if self.from.is_none() {
            rows::add_counter(tx, change.instance, self.word())?;
        }
        let step = Move {
            from: self.from.unwrap_or(0),
            to: CounterRow {
                licence: self.word().to_owned(),
                held: i64::from(self.held),
                over_since: self.over_since.map(Timestamp::as_microsecond),
                drift_since: drift.map(Timestamp::as_microsecond),
            },
            limit: match self.limit {
                Limit::AtMost(limit) => Some(limit),
                Limit::None => None,
            },
        };
        if !rows::move_counter(tx, change.instance, &step)? {
            // Somebody wrote it without the lock: what was decided is void, so decide again.
            let cause = "a counter of seats moved while the head was locked".to_owned();
            return Err(sql::Error::Busy { cause }.into());
        }
        if drift.is_some() && known.is_none() {
            tell_drift(tx, change.instance, self.licence, self.tally);
        }
        Ok(())
    }
}

/// Raises the alarm once the transaction is committed.
fn tell_drift(tx: &mut WriteTx<'_>, no: InstanceNo, licence: LicenceType, tally: Tally) {
    tx.after_commit(Box::new(move || {
        tracing::error!(
            instance.no = no.0,
            licence = licence.word(),
            seats.counter = tally.counter,
            seats.ledger = tally.ledger,
            seats.people = tally.people,
            "the books of seats differ: nobody is denied a licence until an operator reconciles them"
        );
    }));
}

fn size(people: &[PersonId]) -> u32 {
    u32::try_from(people.len()).unwrap_or(u32::MAX)
}

fn count(rows: usize) -> u64 {
    u64::try_from(rows).unwrap_or(u64::MAX)
}

fn clamped(held: i64) -> u32 {
    u32::try_from(held.max(0)).unwrap_or(u32::MAX)
}
