//! From rows of the database to facts: what became of an alert, whom it reached, and whether they slept.
//! Pure; called by `keep`.

use std::collections::BTreeMap;

use firebell_base::time::micros_between;
use firebell_base::{Id, Timestamp};
use firebell_domain::alert::AlertId;
use firebell_domain::device::Address;
use firebell_domain::directory::Directory;
use firebell_domain::notification::NotificationState;
use firebell_store::reports::{AlertFact, ToldFact, hour_of};

use crate::facts::{Channel, Entry, Fact, Told};

/// Microseconds of a second.
const SECOND: i64 = 1_000_000;
/// Who is told this much later than the first was told later, in microseconds: places told together are
/// decided in one transaction.
const LATER: i64 = SECOND;
/// The hours of the night, on the wall clock of whoever is told: from the first on, before the second.
const NIGHT: (i8, i8) = (22, 7);
/// The hours nearly everybody sleeps in: before this one.
const SLEEP_UNTIL: i8 = 5;

/// An alert's facts with the ids that do not have small numbers yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Gathered {
    /// Hours since 1970.
    pub(crate) hour: i64,
    /// Without group, source and people.
    pub(crate) entry: Entry,
    /// The group that was told first.
    pub(crate) group: Option<[u8; 16]>,
    /// The integration.
    pub(crate) source: [u8; 16],
    /// Who was told, in the order of the notifications.
    pub(crate) people: Vec<[u8; 16]>,
}

/// The facts of alerts and all of their notifications.
pub(crate) fn gather(
    directory: &Directory,
    alerts: Vec<AlertFact>,
    told: Vec<ToldFact>,
) -> Vec<Gathered> {
    let mut of: BTreeMap<AlertId, Vec<ToldFact>> = BTreeMap::new();
    for one in told {
        of.entry(one.alert).or_default().push(one);
    }
    let own = |alert: AlertFact| {
        let mut told = of.remove(&alert.id).unwrap_or_default();
        told.sort_by_key(|one| (one.created, one.person, one.device));
        told.truncate(u16::MAX.into());
        one(directory, &alert, &told)
    };
    alerts.into_iter().map(own).collect()
}

fn one(directory: &Directory, alert: &AlertFact, told: &[ToldFact]) -> Gathered {
    let after = |at: Timestamp| whole_seconds(micros_between(alert.created, at));
    let hour = hour_of(alert.id);
    let second = alert.created.as_second() - hour * 3600;
    let fact = Fact {
        number: u32::try_from(alert.number).unwrap_or(u32::MAX),
        group: 0,
        source: 0,
        acknowledged: alert.acknowledged.map(after),
        closed: alert.closed.map(|(at, cause)| (after(at), cause)),
        key: alert.dedup_key.as_deref().map_or(0, |key| hash(alert.integration.to_bytes(), key)),
        second: u16::try_from(second.clamp(0, 3599)).unwrap_or(0),
        events: u16::try_from(alert.count).unwrap_or(u16::MAX),
        priority: alert.priority,
        escalated: was_escalated(told),
        told: u16::try_from(told.len()).unwrap_or(u16::MAX),
    };
    Gathered {
        hour,
        entry: Entry { fact, told: told.iter().map(|one| notification(directory, one)).collect() },
        group: told.iter().find_map(|one| one.group).map(Id::to_bytes),
        source: alert.integration.to_bytes(),
        people: told.iter().map(|one| one.person.to_bytes()).collect(),
    }
}

fn was_escalated(told: &[ToldFact]) -> bool {
    let mut decided = told.iter().filter(|one| one.group.is_some()).map(|one| one.created);
    let first = decided.next();
    first.zip(decided.next_back()).is_some_and(|(first, last)| micros_between(first, last) >= LATER)
}

fn notification(directory: &Directory, told: &ToldFact) -> Told {
    let at = told.finished.unwrap_or(told.created);
    let hour = directory.person(told.person).map(|person| person.zone.local(at).hour());
    let taken = match told.state {
        NotificationState::Delivered | NotificationState::Responded => told.finished,
        NotificationState::Pending | NotificationState::Failed | NotificationState::Cancelled => {
            None
        }
    };
    let tenths = |at| micros_between(told.due, at).max(0) / (SECOND / 10);
    Told {
        person: 0,
        took: taken.map(|at| u16::try_from(tenths(at)).unwrap_or(u16::MAX - 1)),
        channel: directory.device(told.device).map_or(Channel::Gone, |d| channel(&d.address)),
        state: told.state,
        at_night: hour.is_some_and(|hour| hour >= NIGHT.0 || hour < NIGHT.1),
        asleep: hour.is_some_and(|hour| hour < SLEEP_UNTIL),
    }
}

const fn channel(address: &Address) -> Channel {
    match address {
        Address::Email(_) => Channel::Email,
        Address::Webhook { .. } => Channel::Webhook,
        Address::Sms(_) => Channel::Sms,
        Address::Voice(_) => Channel::Voice,
    }
}

fn whole_seconds(micros: i64) -> u32 {
    u32::try_from(micros.max(0) / SECOND).unwrap_or(u32::MAX)
}

/// FNV-1a: the same in every release, since it is stored.
fn hash(integration: [u8; 16], key: &str) -> u64 {
    let bytes = integration.iter().chain(key.as_bytes());
    bytes.fold(0xcbf2_9ce4_8422_2325, |sum: u64, byte| {
        (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
