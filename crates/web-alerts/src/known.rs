//! What the hub knows of one instance: which alerts changed, which of them pages are shown, and when. Used by
//! the hub only; it reads nothing and waits for nothing, and everything it remembers is bounded.
//!
//! Under a flood pages hear that much changed, at most once a second. That never hides what can be shown: the
//! few alerts that are newer than all before are shown in the midst of it (of many the newest: it may be the first
//! after the flood, and nobody can know), and everything is as soon as it ends.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::time::Duration;

use firebell_base::{Id, Timestamp};
use firebell_domain::alert::AlertId;
use firebell_domain::timeline::Entry;
use tokio::time::Instant;

/// Alerts whose rows are sent at once; if more changed, pages hear that much did.
const ROWS_AT_ONCE_MAX: usize = 20;
/// The same while a flood lasts, for alerts that are newer than all before it.
const ROWS_IN_FLOOD_MAX: usize = 5;
/// Alerts that are remembered as changed; with more, pages hear that everything may have.
const CHANGED_MAX: usize = 1_000;
/// Changes that come within this time are told together.
const GATHER: Duration = Duration::from_millis(40);
/// The shortest time between two updates of an instance.
const PACE: Duration = Duration::from_millis(200);
/// The same for more than [`ROWS_IN_FLOOD_MAX`] while a flood lasts: nobody can read faster, and every open page
/// costs what the flood needs.
const PACE_IN_FLOOD: Duration = Duration::from_millis(600);
/// The shortest time between telling twice that much changed, and how long a flood counts as lasting.
const PACE_OF_FLOODS: Duration = Duration::from_secs(1);
/// Rows of timelines that one look reads.
pub(crate) const LOOK_ROWS_MAX: i64 = 500;
/// Alerts of which the hub remembers how they looked when they were last told.
const LOOKS_MAX: usize = 2_000;

/// What is known of one instance.
#[derive(Debug)]
pub(crate) struct Known {
    /// Alerts that changed; the newest, if they are too many.
    changed: BTreeSet<AlertId>,
    /// When they are sorted into what is shown and what is not.
    due: Option<Instant>,
    /// When that was done last.
    told: Option<Instant>,
    /// Alerts that changed and are not shown.
    hidden: BTreeSet<AlertId>,
    /// Whether more are hidden than are remembered.
    overflown: bool,
    /// When pages hear that much changed.
    hidden_due: Option<Instant>,
    /// When they heard it last.
    hidden_told: Option<Instant>,
    /// Until when few are shown at once.
    flood_until: Option<Instant>,
    /// The newest alert so far: ids begin with the time they were made at.
    newest: Option<AlertId>,
    /// From when on timelines are looked at.
    pub(crate) looked: Timestamp,
    /// Rows of timelines that were seen at the last look.
    seen: HashSet<Id<Entry>>,
    /// How alerts looked when they were told.
    looks: BTreeMap<AlertId, u64>,
}

/// That much changed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Much {
    /// How many alerts.
    pub(crate) count: usize,
    /// Which; none when it may be any.
    pub(crate) which: Option<Vec<AlertId>>,
}

impl Known {
    pub(crate) fn new(now: Timestamp) -> Self {
        Self {
            changed: BTreeSet::new(),
            due: None,
            told: None,
            hidden: BTreeSet::new(),
            overflown: false,
            hidden_due: None,
            hidden_told: None,
            flood_until: None,
            newest: None,
            looked: now,
            seen: HashSet::new(),
            looks: BTreeMap::new(),
        }
    }

    /// When something is to be told.
    pub(crate) fn due(&self) -> Option<Instant> {
        self.due.into_iter().chain(self.hidden_due).min()
    }

    /// These changed.
    pub(crate) fn add(&mut self, alerts: impl IntoIterator<Item = AlertId>, now: Instant) {
        for alert in alerts {
            self.changed.insert(alert);
            if self.changed.len() > CHANGED_MAX
                && let Some(oldest) = self.changed.pop_first()
            {
                self.hide([oldest], now);
            }
        }
        if self.due.is_none() && !self.changed.is_empty() {
            let soon = now + GATHER;
            self.due = Some(self.told.map_or(soon, |told| soon.max(told + PACE)));
        }
    }

    /// Pages are to hear that these changed, and no more than that.
    pub(crate) fn hide(&mut self, alerts: impl IntoIterator<Item = AlertId>, now: Instant) {
        for alert in alerts {
            if self.hidden.len() < CHANGED_MAX {
                self.hidden.insert(alert);
            } else {
                self.overflown = true;
            }
        }
        if self.hidden_due.is_none() && (self.overflown || !self.hidden.is_empty()) {
            self.hidden_due = Some(self.hidden_told.map_or(now, |at| now.max(at + PACE_OF_FLOODS)));
        }
    }

    /// Any alert may have changed.
    pub(crate) fn overflow(&mut self, now: Instant) {
        self.overflown = true;
        self.hide([], now);
    }

    /// The alerts to show now, if it is time.
    pub(crate) fn take_shown(&mut self, now: Instant) -> Vec<AlertId> {
        if self.due.is_none_or(|due| due > now) {
            return Vec::new();
        }
        let later = self.told.map_or(now, |told| told + PACE_IN_FLOOD);
        if self.changed.len() > ROWS_IN_FLOOD_MAX && self.is_flooded(now) && now < later {
            self.due = Some(later);
            return Vec::new();
        }
        self.due = None;
        self.told = Some(now);
        let changed = std::mem::take(&mut self.changed);
        let before = self.newest;
        self.newest = before.max(changed.last().copied());
        let at_once = if self.is_flooded(now) { ROWS_IN_FLOOD_MAX } else { ROWS_AT_ONCE_MAX };
        if changed.len() <= at_once {
            return changed.into_iter().collect();
        }
        self.flood_until = Some(now + PACE_OF_FLOODS);
        let (mut new, rest): (BTreeSet<AlertId>, BTreeSet<AlertId>) =
            changed.into_iter().partition(|alert| before.is_none_or(|before| *alert > before));
        let shown = if new.len() <= ROWS_IN_FLOOD_MAX {
            new.into_iter().collect()
        } else {
            let newest = new.pop_last().into_iter().collect();
            self.hide(new, now);
            newest
        };
        self.hide(rest, now);
        shown
    }

    fn is_flooded(&self, now: Instant) -> bool {
        self.flood_until.is_some_and(|until| until > now)
    }

    /// What was shown took until now.
    pub(crate) fn shown(&mut self, now: Instant) {
        self.told = Some(now);
    }

    /// That much changed, if it is time to say so.
    pub(crate) fn take_hidden(&mut self, now: Instant) -> Option<Much> {
        if self.hidden_due.is_none_or(|due| due > now) {
            return None;
        }
        self.hidden_due = None;
        self.hidden_told = Some(now);
        let hidden = std::mem::take(&mut self.hidden);
        let overflown = std::mem::take(&mut self.overflown);
        let count = hidden.len().max(1);
        Some(Much { count, which: (!overflown).then(|| hidden.into_iter().collect()) })
    }

    /// Whether an alert looks other than when it was told last.
    pub(crate) fn looks_new(&mut self, alert: AlertId, look: u64) -> bool {
        if self.looks.len() > LOOKS_MAX {
            self.looks.clear();
        }
        self.looks.insert(alert, look) != Some(look)
    }

    /// Takes what a look found: the newest rows, newest first, at most [`LOOK_ROWS_MAX`].
    pub(crate) fn take_look(
        &mut self,
        rows: Vec<(Id<Entry>, AlertId)>,
        at: Timestamp,
        now: Instant,
    ) {
        let full = i64::try_from(rows.len()).is_ok_and(|count| count >= LOOK_ROWS_MAX);
        let oldest = rows.last().map(|(row, _)| *row);
        // Between these rows and those of the last look there may be others.
        let gap = full && oldest.is_some_and(|row| !self.seen.contains(&row));
        let news = rows.iter().filter(|(row, _)| !self.seen.contains(row));
        let news: Vec<AlertId> = news.map(|(_, alert)| *alert).collect();
        self.seen = rows.into_iter().map(|(row, _)| row).collect();
        self.looked = at;
        if gap {
            self.overflow(now);
        }
        self.add(news, now);
    }
}

#[cfg(test)]
mod tests {
    use firebell_base::Random;
    use firebell_base::time::from_micros;

    use super::*;

    /// Ids in the order they were made, a millisecond apart.
    fn ids<T>(count: usize) -> Vec<Id<T>> {
        let random = Random::seeded(5);
        let at = |n: usize| from_micros(1_790_000_000_000_000 + 1_000 * i64::try_from(n).unwrap());
        (0..count).map(|n| Id::new(&random, at(n))).collect()
    }

    fn known() -> (Known, Instant) {
        (Known::new(Timestamp::UNIX_EPOCH), crate::waiting_since())
    }

    #[test]
    fn a_new_alert_is_shown_at_once_after_a_flood() {
        let (mut known, start) = known();
        let ids = ids(5_001);
        let (flood, new) = (&ids[..5_000], ids[5_000]);
        known.add(flood.iter().copied(), start);
        assert_eq!(known.due(), Some(start), "some are hidden already");
        let now = start + GATHER;
        assert_eq!(known.take_shown(now), [ids[4_999]], "the newest may not be of the flood");
        let much = known.take_hidden(now).expect("much");
        assert_eq!(much, Much { count: CHANGED_MAX, which: None });
        known.add([new], now);
        assert_eq!(known.take_shown(now + PACE), [new], "without waiting for the flood's pace");
        assert_eq!(known.due(), None);
    }

    #[test]
    fn what_is_new_is_shown_while_a_flood_is_worked_off() {
        let (mut known, mut now) = known();
        let ids = ids(600);
        let mut told = 0;
        known.add(ids[..500].iter().copied(), now);
        now += GATHER;
        assert_eq!(known.take_shown(now), [ids[499]]);
        for new in &ids[500..520] {
            told += usize::from(known.take_hidden(now).is_some());
            // Everything of the flood changes again, and one alert is new.
            known.add(ids[..500].iter().copied().chain([*new]), now);
            assert_eq!(known.take_shown(now + PACE), [], "so many wait for the flood's pace");
            now += PACE_IN_FLOOD;
            assert_eq!(known.take_shown(now), [*new]);
        }
        assert_eq!(told, 10, "at most once a second, in twelve seconds");
        // As many new ones at once as would burden every page are a flood themselves.
        known.add(ids[520..526].iter().copied(), now);
        assert_eq!(known.take_shown(now + PACE_IN_FLOOD), [ids[525]]);
        // Later the usual number is shown again.
        now += PACE_OF_FLOODS * 2;
        known.add(ids[..ROWS_AT_ONCE_MAX].iter().copied(), now);
        assert_eq!(known.take_shown(now + PACE).len(), ROWS_AT_ONCE_MAX);
    }

    #[test]
    fn a_flood_takes_no_more_memory_than_stated() {
        let (mut known, now) = known();
        known.add(ids(20_000), now);
        assert_eq!((known.changed.len(), known.hidden.len()), (CHANGED_MAX, CHANGED_MAX));
        for alert in ids(10_000) {
            known.looks_new(alert, 1);
        }
        assert!(known.looks.len() <= LOOKS_MAX + 1);
    }

    #[test]
    fn a_look_skips_what_one_look_cannot_read() {
        let (mut known, mut now) = known();
        let (rows, alerts) = (ids::<Entry>(30_002), ids(30_002));
        let newest = |end: usize| -> Vec<(Id<Entry>, AlertId)> {
            (end - 500..end).rev().map(|n| (rows[n], alerts[n])).collect()
        };
        let at = Timestamp::UNIX_EPOCH;
        known.take_look(newest(30_000), at, now);
        now += GATHER;
        assert_eq!(known.take_shown(now), [alerts[29_999]]);
        assert_eq!(known.take_hidden(now).expect("much").which, None, "there were others");
        // The next look finds the same rows and one more.
        known.take_look(newest(30_001), at, now);
        assert!(known.hidden_due.is_none());
        assert_eq!(known.take_shown(now + PACE), [alerts[30_000]]);
        known.take_look(newest(30_001), at, now);
        assert_eq!(known.due(), None);
    }
}
