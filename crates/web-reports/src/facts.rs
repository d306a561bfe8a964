//! What reports know of an alert, and how the facts of an hour lie in a row: records of a fixed size, so that a
//! million of them are gone through without being taken apart. Pure; `gather` makes facts, `figures` reads them.
//!
//! A row is the number of alerts, their records in the order of their numbers, and the records of whom they
//! told, in the same order. Everything is little-endian.

use firebell_domain::alert::{CloseCause, Priority};
use firebell_domain::notification::NotificationState;

/// The first byte of a row: how it is laid out.
const LAYOUT: u8 = 1;
/// Bytes before the first record.
const HEAD_BYTES: usize = 5;
/// Bytes of an alert's record.
const ALERT_BYTES: usize = 36;
/// Bytes of a told person's record.
const TOLD_BYTES: usize = 8;
/// Stands for "never" among seconds.
const NEVER: u32 = u32::MAX;

/// How a person was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Channel {
    /// By e-mail.
    Email,
    /// By a webhook.
    Webhook,
    /// By text message.
    Sms,
    /// By telephone.
    Voice,
    /// On a device that is gone since.
    Gone,
}

impl Channel {
    /// Every channel, by code.
    pub(crate) const ALL: [Self; 5] =
        [Self::Email, Self::Webhook, Self::Sms, Self::Voice, Self::Gone];

    const fn code(self) -> u8 {
        match self {
            Self::Email => 0,
            Self::Webhook => 1,
            Self::Sms => 2,
            Self::Voice => 3,
            Self::Gone => 4,
        }
    }
}

/// What became of an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fact {
    /// The alert's number.
    pub(crate) number: u32,
    /// The group it first told, by its small number; 0 for none.
    pub(crate) group: u32,
    /// The integration it came through, by its small number.
    pub(crate) source: u32,
    /// Seconds to the first acknowledgement.
    pub(crate) acknowledged: Option<u32>,
    /// Seconds to the end.
    pub(crate) closed: Option<(u32, CloseCause)>,
    /// A hash of the integration and the key it speaks under; 0 for no key.
    pub(crate) key: u64,
    /// Seconds after the full hour at which it was opened.
    pub(crate) second: u16,
    /// Events it stands for.
    pub(crate) events: u16,
    /// How urgent it was.
    pub(crate) priority: Priority,
    /// Whether somebody was told later than the first.
    pub(crate) escalated: bool,
    /// How many notifications it made.
    pub(crate) told: u16,
}

/// One notification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Told {
    /// Who, by their small number.
    pub(crate) person: u32,
    /// Tenths of a second from when it was due to when it was taken; none unless a channel took it.
    pub(crate) took: Option<u16>,
    /// On what.
    pub(crate) channel: Channel,
    /// Where it stands.
    pub(crate) state: NotificationState,
    /// Whether it was between 22 and 7 o'clock where the person is.
    pub(crate) at_night: bool,
    /// Whether it was between 0 and 5 o'clock where the person is.
    pub(crate) asleep: bool,
}

impl Told {
    /// Whether the person was really told.
    pub(crate) const fn reached(&self) -> bool {
        match self.state {
            NotificationState::Delivered | NotificationState::Responded => true,
            NotificationState::Pending
            | NotificationState::Failed
            | NotificationState::Cancelled => false,
        }
    }
}

/// An alert with its notifications.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    /// The alert.
    pub(crate) fact: Fact,
    /// Its notifications, as many as the fact says.
    pub(crate) told: Vec<Told>,
}

/// Lays out an hour; the entries are in the order of their numbers.
pub(crate) fn encode(entries: &[Entry]) -> Vec<u8> {
    let told = entries.iter().map(|entry| entry.told.len()).sum::<usize>();
    let mut out = Vec::with_capacity(HEAD_BYTES + entries.len() * ALERT_BYTES + told * TOLD_BYTES);
    out.push(LAYOUT);
    out.extend(u32::try_from(entries.len()).unwrap_or(u32::MAX).to_le_bytes());
    for entry in entries {
        out.extend(alert_record(&entry.fact));
    }
    for told in entries.iter().flat_map(|entry| &entry.told) {
        out.extend(told_record(told));
    }
    out
}

/// Reads an hour again, to change it.
pub(crate) fn decode(row: &[u8]) -> Vec<Entry> {
    let mut all = Vec::new();
    walk(row, |fact, told| {
        all.push(Entry { fact: *fact, told: told.collect() });
    });
    all
}

/// Goes through an hour without keeping anything. A row that this release cannot read has no alerts.
pub(crate) fn walk(row: &[u8], mut each: impl FnMut(&Fact, ToldOf<'_>)) {
    let Some((alerts, told)) = parts(row) else { return };
    let mut told = told.iter();
    for record in alerts {
        let fact = read_alert(record);
        let (own, rest) = told.as_slice().split_at_checked(fact.told.into()).unwrap_or_default();
        each(&fact, ToldOf(own.iter()));
        told = rest.iter();
    }
}

/// The notifications of one alert.
pub(crate) struct ToldOf<'a>(std::slice::Iter<'a, [u8; TOLD_BYTES]>);

impl Iterator for ToldOf<'_> {
    type Item = Told;

    fn next(&mut self) -> Option<Told> {
        self.0.next().copied().map(read_told)
    }
}

type Parts<'a> = (&'a [[u8; ALERT_BYTES]], &'a [[u8; TOLD_BYTES]]);

fn parts(row: &[u8]) -> Option<Parts<'_>> {
    let (head, records) = row.split_first_chunk::<HEAD_BYTES>()?;
    if head[0] != LAYOUT {
        return None;
    }
    let count = u32::from_le_bytes([head[1], head[2], head[3], head[4]]);
    let bytes = usize::try_from(count).ok()?.checked_mul(ALERT_BYTES)?;
    let (alerts, told) = records.split_at_checked(bytes)?;
    Some((alerts.as_chunks().0, told.as_chunks().0))
}

fn alert_record(fact: &Fact) -> [u8; ALERT_BYTES] {
    let mut out = [0; ALERT_BYTES];
    let (closed, cause) = match fact.closed {
        None => (NEVER, 0),
        Some((seconds, cause)) => (seconds.min(NEVER - 1), 1 + cause_code(cause)),
    };
    let acknowledged = fact.acknowledged.map_or(NEVER, |seconds| seconds.min(NEVER - 1));
    let flags = u16::from(priority_code(fact.priority))
        | u16::from(cause) << 2
        | u16::from(fact.escalated) << 5;
    let parts: [&[u8]; 10] = [
        &fact.number.to_le_bytes(),
        &fact.group.to_le_bytes(),
        &fact.source.to_le_bytes(),
        &acknowledged.to_le_bytes(),
        &closed.to_le_bytes(),
        &fact.key.to_le_bytes(),
        &fact.second.to_le_bytes(),
        &fact.events.to_le_bytes(),
        &flags.to_le_bytes(),
        &fact.told.to_le_bytes(),
    ];
    for (to, from) in out.iter_mut().zip(parts.into_iter().flatten()) {
        *to = *from;
    }
    out
}

fn read_alert(r: &[u8; ALERT_BYTES]) -> Fact {
    let flags = u16::from_le_bytes([r[32], r[33]]);
    let never = |seconds: u32| (seconds != NEVER).then_some(seconds);
    let cause = match flags >> 2 & 7 {
        1 => Some(CloseCause::Source),
        2 => Some(CloseCause::Response),
        3 => Some(CloseCause::Person),
        4 => Some(CloseCause::Expired),
        _ => None,
    };
    Fact {
        number: u32::from_le_bytes([r[0], r[1], r[2], r[3]]),
        group: u32::from_le_bytes([r[4], r[5], r[6], r[7]]),
        source: u32::from_le_bytes([r[8], r[9], r[10], r[11]]),
        acknowledged: never(u32::from_le_bytes([r[12], r[13], r[14], r[15]])),
        closed: never(u32::from_le_bytes([r[16], r[17], r[18], r[19]])).zip(cause),
        key: u64::from_le_bytes([r[20], r[21], r[22], r[23], r[24], r[25], r[26], r[27]]),
        second: u16::from_le_bytes([r[28], r[29]]),
        events: u16::from_le_bytes([r[30], r[31]]),
        priority: match flags & 3 {
            0 => Priority::Low,
            1 => Priority::Medium,
            _ => Priority::High,
        },
        escalated: flags >> 5 & 1 == 1,
        told: u16::from_le_bytes([r[34], r[35]]),
    }
}

fn told_record(told: &Told) -> [u8; TOLD_BYTES] {
    let [a, b, c, d] = told.person.to_le_bytes();
    let [low, high] = told.took.map_or(u16::MAX, |took| took.min(u16::MAX - 1)).to_le_bytes();
    let flags = told.channel.code() | state_code(told.state) << 3;
    let night = u8::from(told.at_night) | u8::from(told.asleep) << 1;
    [a, b, c, d, low, high, flags, night]
}

fn read_told(r: [u8; TOLD_BYTES]) -> Told {
    let took = u16::from_le_bytes([r[4], r[5]]);
    Told {
        person: u32::from_le_bytes([r[0], r[1], r[2], r[3]]),
        took: (took != u16::MAX).then_some(took),
        channel: match r[6] & 7 {
            0 => Channel::Email,
            1 => Channel::Webhook,
            2 => Channel::Sms,
            3 => Channel::Voice,
            _ => Channel::Gone,
        },
        state: match r[6] >> 3 & 7 {
            1 => NotificationState::Delivered,
            2 => NotificationState::Failed,
            3 => NotificationState::Cancelled,
            4 => NotificationState::Responded,
            _ => NotificationState::Pending,
        },
        at_night: r[7] & 1 == 1,
        asleep: r[7] & 2 == 2,
    }
}

const fn priority_code(priority: Priority) -> u8 {
    match priority {
        Priority::Low => 0,
        Priority::Medium => 1,
        Priority::High => 2,
    }
}

const fn cause_code(cause: CloseCause) -> u8 {
    match cause {
        CloseCause::Source => 0,
        CloseCause::Response => 1,
        CloseCause::Person => 2,
        CloseCause::Expired => 3,
    }
}

const fn state_code(state: NotificationState) -> u8 {
    match state {
        NotificationState::Pending => 0,
        NotificationState::Delivered => 1,
        NotificationState::Failed => 2,
        NotificationState::Cancelled => 3,
        NotificationState::Responded => 4,
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn fact(number: u32) -> Fact {
        Fact {
            number,
            group: 7,
            source: 9,
            acknowledged: Some(30),
            closed: Some((600, CloseCause::Response)),
            key: 0xdead_beef_0123_4567,
            second: 3599,
            events: 2,
            priority: Priority::High,
            escalated: true,
            told: 0,
        }
    }

    pub(crate) fn told(person: u32) -> Told {
        Told {
            person,
            took: Some(12),
            channel: Channel::Webhook,
            state: NotificationState::Delivered,
            at_night: true,
            asleep: false,
        }
    }

    #[test]
    fn rows_are_read_as_they_were_written() {
        let mut entries = Vec::new();
        let causes = CloseCause::ALL.into_iter().map(Some).chain([None]);
        for (number, cause) in (1..).zip(causes) {
            let closed = cause.map(|cause| (number * 1_000, cause));
            let acknowledged = (number != 2).then_some(number);
            let all = [Priority::Low, Priority::Medium, Priority::High];
            for priority in all {
                let (escalated, told) = (number % 2 == 0, 0);
                let fact = fact(number);
                let fact = Fact { acknowledged, closed, priority, escalated, told, ..fact };
                entries.push(Entry { fact, told: Vec::new() });
            }
        }
        for (n, entry) in (0..).zip(&mut entries) {
            for state in NotificationState::ALL.into_iter().take(n % 6) {
                let channel = Channel::ALL[n % 5];
                let took = (n % 3 == 0).then_some(500);
                let asleep = n % 2 == 0;
                entry.told.push(Told { took, channel, state, asleep, ..told(70_000) });
            }
            entry.fact.told = u16::try_from(entry.told.len()).expect("few");
        }
        let row = encode(&entries);
        assert_eq!(decode(&row), entries);
    }

    #[test]
    fn damaged_rows_say_nothing_and_never_fail() {
        let mut one = Entry { fact: fact(1), told: vec![told(1)] };
        one.fact.told = 1;
        let row = encode(&[one]);
        for bytes in 0..row.len() - TOLD_BYTES {
            assert!(decode(&row[..bytes]).is_empty(), "{bytes}");
        }
        let mut newer = row.clone();
        newer[0] = 2;
        assert!(decode(&newer).is_empty());
        // What is told more than there are records ends the list.
        assert!(decode(&row[..row.len() - 1])[0].told.is_empty());
    }
}
