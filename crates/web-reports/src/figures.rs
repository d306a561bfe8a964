//! From facts to figures: one pass over the hours of a period. Pure; called by `shelf` on a thread of the
//! database, never on one that serves requests.

use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::Arc;

use firebell_base::Timestamp;
use firebell_base::time::{add_seconds, from_micros};
use firebell_domain::alert::{CloseCause, Priority};
use firebell_domain::directory::Revision;
use firebell_domain::notification::NotificationState;
use firebell_domain::person::PersonId;
use firebell_domain::schedule::Zone;
use jiff::civil::{Date, DateTime};

use crate::facts::{Channel, Fact, Told, ToldOf, walk};
use crate::hours::Minutes;
use crate::keep::Numbers;

/// Keys that are listed.
pub(crate) const KEYS_MAX: usize = 100;

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Question {
    /// The first instant inside.
    pub(crate) from: Timestamp,
    /// The first instant after.
    pub(crate) to: Timestamp,
    /// Only alerts that first told this group.
    pub(crate) group: Option<[u8; 16]>,
    /// On whose wall clock days and hours are.
    pub(crate) zone: Zone,
    /// What to add up.
    pub(crate) part: Part,
    /// As of which configuration hours on call are; the smallest when they are not asked for.
    pub(crate) revision: Revision,
}

/// A page of figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// How fast, how many, when.
    Response,
    /// Who carries it.
    Load,
    /// What was delivered.
    Delivery,
    /// What speaks most.
    Noise,
}

/// The answer. What belongs to other parts than the one asked for is empty.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Figures {
    /// All alerts of the period.
    pub(crate) all: Counts,
    /// To the first acknowledgement.
    pub(crate) acknowledged: Times,
    /// To the end.
    pub(crate) closed: Times,
    /// By priority, the highest first.
    pub(crate) by_priority: [(Counts, Times, Times); 3],
    /// By integration, the most alerts first.
    pub(crate) by_source: Vec<([u8; 16], Counts)>,
    /// By group, the most alerts first; none stands for alerts that told nobody through a group.
    pub(crate) by_group: Vec<(Option<[u8; 16]>, Counts)>,
    /// Alerts by the day of the week (from Monday) and the hour.
    pub(crate) week: [[u32; 24]; 7],
    /// By day, and of each the high ones.
    pub(crate) by_day: BTreeMap<Date, (u32, u32)>,
    /// By person, the most interruptions first.
    pub(crate) people: Vec<([u8; 16], Load)>,
    /// Minutes on call by person, when a group's load is asked for.
    pub(crate) on_call: Option<BTreeMap<PersonId, Minutes>>,
    /// By channel.
    pub(crate) channels: [Sent; 5],
    /// The keys with the most alerts: a sample's number, and how many.
    pub(crate) keys: Vec<Key>,
}

/// Numbers of alerts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) alerts: u32,
    pub(crate) acknowledged: u32,
    pub(crate) escalated: u32,
    /// Ended by the source before anybody acknowledged.
    pub(crate) unattended: u32,
    /// Ended because their time ran out before anybody acknowledged.
    pub(crate) missed: u32,
    pub(crate) open: u32,
    pub(crate) events: u32,
}

/// How long something took, in seconds.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Times {
    /// Of how many alerts.
    pub(crate) count: u32,
    /// Half of them took no longer.
    pub(crate) median: u32,
    /// Nine of ten took no longer.
    pub(crate) p90: u32,
    pub(crate) mean: f64,
}

/// What a person carried.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Load {
    /// Alerts that reached them.
    pub(crate) alerts: u32,
    /// Of these, at night.
    pub(crate) night: u32,
    /// Of these, in the hours of sleep.
    pub(crate) asleep: u32,
}

/// What became of a channel's notifications.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Sent {
    pub(crate) delivered: u32,
    pub(crate) failed: u32,
    /// Called off before they were sent.
    pub(crate) cancelled: u32,
    pub(crate) pending: u32,
    /// Tenths of seconds from due to taken: the middle one, and nine of ten.
    pub(crate) median: u32,
    pub(crate) p90: u32,
}

/// A key that alerts speak under.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Key {
    /// The newest alert's number.
    pub(crate) number: u32,
    pub(crate) alerts: u32,
    pub(crate) events: u32,
}

/// An hour's row, with the hour.
pub(crate) type Row = (i64, Arc<[u8]>);

/// Adds up.
pub(crate) fn add_up(question: &Question, rows: &[Row], numbers: &Numbers) -> Figures {
    let group = question.group.map(|id| numbers.of(&id).unwrap_or(u32::MAX));
    let mut sums = Sums::new(numbers.last());
    for (hour, row) in rows {
        let start = from_micros(hour.saturating_mul(3_600_000_000));
        let inside = (
            question.from.as_second() - start.as_second(),
            question.to.as_second() - start.as_second(),
        );
        let clock = Clock::at(start, &question.zone);
        let mut day = [(0_u32, 0_u32); 2];
        walk(row, |fact, told| {
            let second = i64::from(fact.second);
            if second < inside.0 || second >= inside.1 || group.is_some_and(|g| g != fact.group) {
                return;
            }
            let late = usize::from(fact.second >= clock.turns);
            match question.part {
                Part::Response => {
                    sums.respond(fact, if late == 0 { clock.before } else { clock.after });
                    if let Some((all, high)) = day.get_mut(late) {
                        *all += 1;
                        *high += u32::from(fact.priority == Priority::High);
                    }
                }
                Part::Load => sums.load(told),
                Part::Delivery => told.for_each(|told| sums.deliver(told)),
                Part::Noise => sums.key(fact),
            }
            sums.all.count(fact);
        });
        for (part, local) in day.iter().zip([clock.before, clock.after]) {
            if part.0 > 0 {
                let day = sums.by_day.entry(local.date()).or_default();
                *day = (day.0 + part.0, day.1 + part.1);
            }
        }
    }
    sums.finish(question.part, numbers)
}

/// What the wall clock shows in an hour of UTC: it may strike in between.
struct Clock {
    before: DateTime,
    after: DateTime,
    /// Seconds into the hour at which it strikes.
    turns: u16,
}

impl Clock {
    fn at(start: Timestamp, zone: &Zone) -> Self {
        let before = zone.local(start);
        let minutes = u16::try_from(before.minute()).unwrap_or(0);
        Self { before, after: zone.local(add_seconds(start, 3599)), turns: 3600 - minutes * 60 }
    }
}

impl Counts {
    fn count(&mut self, fact: &Fact) {
        self.alerts += 1;
        self.acknowledged += u32::from(fact.acknowledged.is_some());
        self.escalated += u32::from(fact.escalated);
        self.events = self.events.saturating_add(fact.events.into());
        match (fact.closed, fact.acknowledged) {
            (None, _) => self.open += 1,
            (Some((_, CloseCause::Source)), None) => self.unattended += 1,
            (Some((_, CloseCause::Expired)), None) => self.missed += 1,
            (Some(_), _) => {}
        }
    }
}

/// What is added to.
struct Sums {
    all: Counts,
    priorities: [(Counts, Vec<u32>, Vec<u32>); 3],
    sources: Vec<Counts>,
    groups: Vec<Counts>,
    week: [[u32; 24]; 7],
    by_day: BTreeMap<Date, (u32, u32)>,
    people: Vec<Load>,
    channels: [(Sent, Vec<u32>); 5],
    keys: HashMap<u64, Key, BuildHasherDefault<Hashed>>,
}

impl Sums {
    fn new(last: u32) -> Self {
        let size = usize::try_from(last).unwrap_or(0) + 1;
        Self {
            all: Counts::default(),
            priorities: Default::default(),
            sources: vec![Counts::default(); size],
            groups: vec![Counts::default(); size],
            week: Default::default(),
            by_day: BTreeMap::new(),
            people: vec![Load::default(); size],
            channels: Default::default(),
            keys: HashMap::default(),
        }
    }

    fn respond(&mut self, fact: &Fact, local: DateTime) {
        let [high, medium, low] = &mut self.priorities;
        let (counts, acknowledged, closed) = match fact.priority {
            Priority::High => high,
            Priority::Medium => medium,
            Priority::Low => low,
        };
        counts.count(fact);
        acknowledged.extend(fact.acknowledged);
        closed.extend(fact.closed.map(|(seconds, _)| seconds));
        if let Some(source) = self.sources.get_mut(index(fact.source)) {
            source.count(fact);
        }
        if let Some(group) = self.groups.get_mut(index(fact.group)) {
            group.count(fact);
        }
        let day = usize::try_from(local.weekday().to_monday_zero_offset()).unwrap_or(0);
        let hour = usize::try_from(local.hour()).unwrap_or(0);
        if let Some(cell) = self.week.get_mut(day).and_then(|hours| hours.get_mut(hour)) {
            *cell += 1;
        }
    }

    fn load(&mut self, told: ToldOf<'_>) {
        // Whoever was told on three devices was interrupted once.
        let mut reached: Vec<(u32, bool, bool)> = Vec::new();
        for told in told.filter(Told::reached) {
            match reached.iter_mut().find(|(person, ..)| *person == told.person) {
                Some((_, night, asleep)) => {
                    *night |= told.at_night;
                    *asleep |= told.asleep;
                }
                None => reached.push((told.person, told.at_night, told.asleep)),
            }
        }
        for (person, night, asleep) in reached {
            if let Some(load) = self.people.get_mut(index(person)) {
                load.alerts += 1;
                load.night += u32::from(night);
                load.asleep += u32::from(asleep);
            }
        }
    }

    fn deliver(&mut self, told: Told) {
        let [email, webhook, sms, voice, gone] = &mut self.channels;
        let (sent, took) = match told.channel {
            Channel::Email => email,
            Channel::Webhook => webhook,
            Channel::Sms => sms,
            Channel::Voice => voice,
            Channel::Gone => gone,
        };
        match told.state {
            NotificationState::Delivered | NotificationState::Responded => sent.delivered += 1,
            NotificationState::Failed => sent.failed += 1,
            NotificationState::Cancelled => sent.cancelled += 1,
            NotificationState::Pending => sent.pending += 1,
        }
        took.extend(told.took.map(u32::from));
    }

    fn key(&mut self, fact: &Fact) {
        if fact.key == 0 {
            return;
        }
        let key = self.keys.entry(fact.key).or_insert(Key { number: 0, alerts: 0, events: 0 });
        key.number = key.number.max(fact.number);
        key.alerts += 1;
        key.events = key.events.saturating_add(fact.events.into());
    }

    fn finish(self, part: Part, numbers: &Numbers) -> Figures {
        let mut figures =
            Figures { all: self.all, week: self.week, by_day: self.by_day, ..Figures::default() };
        let (mut acknowledged, mut closed) = (Vec::new(), Vec::new());
        let [high, medium, low] = self.priorities;
        figures.by_priority = [high, medium, low].map(|(counts, mut to_ack, mut to_end)| {
            acknowledged.extend_from_slice(&to_ack);
            closed.extend_from_slice(&to_end);
            (counts, times(&mut to_ack), times(&mut to_end))
        });
        figures.acknowledged = times(&mut acknowledged);
        figures.closed = times(&mut closed);
        if part == Part::Response {
            let named =
                |(n, counts): (u32, Counts)| (counts.alerts > 0).then(|| (numbers.id(n), counts));
            figures.by_group = (0..).zip(self.groups).filter_map(named).collect();
            figures.by_group.sort_by_key(|(_, counts)| std::cmp::Reverse(counts.alerts));
            let sources = (0..).zip(self.sources).filter_map(named);
            figures.by_source = sources.filter_map(|(id, counts)| Some((id?, counts))).collect();
            figures.by_source.sort_by_key(|(_, counts)| std::cmp::Reverse(counts.alerts));
        }
        let loads = (0..).zip(self.people).filter(|(_, load)| load.alerts > 0);
        figures.people = loads.filter_map(|(n, load)| Some((numbers.id(n)?, load))).collect();
        figures.people.sort_by_key(|(_, load)| std::cmp::Reverse((load.alerts, load.night)));
        figures.channels = self.channels.map(|(sent, mut took)| {
            let Times { median, p90, .. } = times(&mut took);
            Sent { median, p90, ..sent }
        });
        figures.keys = self.keys.into_values().collect();
        figures.keys.sort_by_key(|key| std::cmp::Reverse((key.alerts, key.events, key.number)));
        figures.keys.truncate(KEYS_MAX);
        figures
    }
}

fn index(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// The middle, the ninth of ten, and the mean; the value that so many do not exceed.
pub(crate) fn times(all: &mut [u32]) -> Times {
    let count = all.len();
    if count == 0 {
        return Times::default();
    }
    let mut rank = |percent: usize| {
        let at = (count * percent).div_ceil(100).max(1) - 1;
        *all.select_nth_unstable(at).1
    };
    let (median, p90) = (rank(50), rank(90));
    let sum: u64 = all.iter().map(|seconds| u64::from(*seconds)).sum();
    let small = |n: usize| f64::from(u32::try_from(n).unwrap_or(u32::MAX));
    #[expect(clippy::cast_precision_loss, reason = "shown in whole seconds")]
    let mean = sum as f64 / small(count);
    Times { count: u32::try_from(count).unwrap_or(u32::MAX), median, p90, mean }
}

/// How unevenly something is shared: 0 when all carry the same, towards 1 when one carries all. None for
/// fewer than two, or nothing to share.
pub(crate) fn gini(shares: &[u32]) -> Option<f64> {
    let mut sorted = shares.to_vec();
    sorted.sort_unstable();
    let total: f64 = sorted.iter().map(|n| f64::from(*n)).sum();
    let count = f64::from(u32::try_from(sorted.len()).unwrap_or(u32::MAX));
    if sorted.len() < 2 || total <= 0.0 {
        return None;
    }
    let ranked: f64 = (1_u32..).zip(&sorted).map(|(rank, n)| f64::from(rank) * f64::from(*n)).sum();
    // A small group could not reach 1 otherwise.
    let plain = (2.0 * ranked) / (count * total) - (count + 1.0) / count;
    Some((plain * count / (count - 1.0)).clamp(0.0, 1.0))
}

/// Keys are hashes already.
#[derive(Default)]
struct Hashed(u64);

impl Hasher for Hashed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, key: u64) {
        self.0 = key;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_values_that_were_seen() {
        let mut all: Vec<u32> = (1..=10).rev().collect();
        assert_eq!(times(&mut all), Times { count: 10, median: 5, p90: 9, mean: 5.5 });
        assert_eq!(times(&mut [7]), Times { count: 1, median: 7, p90: 7, mean: 7.0 });
        assert_eq!(times(&mut []), Times::default());
    }

    #[test]
    fn uneven_shares() {
        assert_eq!(gini(&[5, 5, 5, 5]), Some(0.0));
        assert_eq!(gini(&[0, 0, 12]), Some(1.0));
        assert_eq!(gini(&[3]), None);
        assert_eq!(gini(&[0, 0]), None);
        let some = gini(&[1, 2, 3, 4]).expect("shares");
        assert!((some - 1.0 / 3.0).abs() < 1e-9, "{some}");
    }

    #[test]
    fn clocks_may_strike_within_an_hour() {
        let start = "2026-03-02T18:00:00Z".parse().expect("an instant");
        let kolkata = Clock::at(start, &Zone::parse("Asia/Kolkata").expect("a zone"));
        assert_eq!((kolkata.before.hour(), kolkata.after.hour(), kolkata.turns), (23, 0, 1800));
        let oslo = Clock::at(start, &Zone::parse("Europe/Oslo").expect("a zone"));
        assert_eq!(
            (oslo.before, oslo.turns),
            (oslo.after.with().minute(0).second(0).build().expect("a time"), 3600)
        );
    }
}
