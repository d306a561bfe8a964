//! Local times in words, and the days a calendar shows. Pure: zones and instants are arguments.

use firebell_base::Timestamp;
use firebell_domain::schedule::Zone;
use jiff::civil::{Date, DateTime, Weekday};
use jiff::{SignedDuration, ToSpan as _};

/// The years a calendar can show; shifts begin in these.
const YEARS: std::ops::RangeInclusive<i16> = 1970..=2199;
/// Changes of a zone's clock that are looked at in one window; two a year is the usual number.
const CHANGES_MAX: usize = 8;

/// "Mon 23 Mar 08:00"
pub(crate) fn day_time(at: Timestamp, zone: &Zone) -> String {
    text(zone.local(at), "%a %-d %b %H:%M")
}

/// "08:00"
pub(crate) fn time(at: Timestamp, zone: &Zone) -> String {
    text(zone.local(at), "%H:%M")
}

/// "Mon 23 Mar 08:00–12:00", or "Mon 23 Mar 20:00 – Tue 24 Mar 08:00".
pub(crate) fn range(start: Timestamp, end: Timestamp, zone: &Zone) -> String {
    let (from, to) = (zone.local(start), zone.local(end));
    if from.date() == to.date() {
        format!("{}–{}", text(from, "%a %-d %b %H:%M"), text(to, "%H:%M"))
    } else {
        format!("{} – {}", text(from, "%a %-d %b %H:%M"), text(to, "%a %-d %b %H:%M"))
    }
}

/// "until 09:00" today and tomorrow before dawn is a time; later ones have their day: the text of
/// an end as seen from `now`.
pub(crate) fn until(end: Timestamp, now: Timestamp, zone: &Zone) -> String {
    let (to, from) = (zone.local(end), zone.local(now));
    let near = end.duration_since(now) < SignedDuration::from_hours(24);
    if near && (to.date() == from.date() || to.time() < from.time()) {
        return text(to, "%H:%M");
    }
    text(to, "%a %-d %b %H:%M")
}

/// "Mon 23 Mar"
pub(crate) fn day(date: Date) -> String {
    text(date.at(0, 0, 0, 0), "%a %-d %b")
}

/// "March 2026"
pub(crate) fn month(date: Date) -> String {
    text(date.at(0, 0, 0, 0), "%B %Y")
}

/// For a field of date and time: "2026-03-23T08:00".
pub(crate) fn field(at: Timestamp, zone: &Zone) -> String {
    text(zone.local(at), "%Y-%m-%dT%H:%M")
}

/// For a field of a date: "2026-03-23".
pub(crate) fn date_field(date: Date) -> String {
    text(date.at(0, 0, 0, 0), "%Y-%m-%d")
}

/// What was entered into a field of date and time.
pub(crate) fn read(entered: &str, zone: &Zone) -> Option<Timestamp> {
    let local: DateTime = entered.trim().parse().ok()?;
    let known = YEARS.contains(&local.year());
    zone.instant(local).filter(|_| known)
}

/// What was entered into a field of a date.
pub(crate) fn read_date(entered: &str) -> Option<Date> {
    let date: Date = entered.trim().parse().ok()?;
    YEARS.contains(&date.year()).then_some(date)
}

fn text(at: DateTime, format: &str) -> String {
    at.strftime(format).to_string()
}

/// Which days a calendar shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Days {
    /// The first one.
    pub(crate) first: Date,
    /// Whether a month is shown, as whole weeks.
    pub(crate) is_month: bool,
}

impl Days {
    /// The week or month that contains this date.
    pub(crate) fn containing(date: Date, is_month: bool) -> Self {
        let first = if is_month { date.first_of_month() } else { monday(date) };
        Self { first, is_month }
    }

    /// The days after these.
    pub(crate) fn next(self) -> Self {
        self.moved(1)
    }

    /// The days before these.
    pub(crate) fn before(self) -> Self {
        self.moved(-1)
    }

    fn moved(self, by: i32) -> Self {
        let span = if self.is_month { by.months() } else { by.weeks() };
        let first = self.first.checked_add(span).ok().filter(|date| YEARS.contains(&date.year()));
        Self { first: first.unwrap_or(self.first), ..self }
    }

    /// The weeks as windows in this zone, Monday to Monday.
    pub(crate) fn weeks(self, zone: &Zone) -> Vec<(Timestamp, Timestamp)> {
        let last = if self.is_month { self.first.last_of_month() } else { self.first };
        let mut weeks = Vec::new();
        let mut start = monday(self.first);
        // A month touches six weeks at most.
        while start <= last && weeks.len() < 6 {
            let Ok(end) = start.checked_add(1.week()) else { break };
            let instant = |date: Date| zone.instant(date.at(0, 0, 0, 0));
            let (Some(from), Some(to)) = (instant(start), instant(end)) else { break };
            weeks.push((from, to));
            start = end;
        }
        weeks
    }

    /// "23–29 Mar 2026" or "March 2026".
    pub(crate) fn title(self) -> String {
        if self.is_month {
            return month(self.first);
        }
        let last = self.first.checked_add(6.days()).unwrap_or(self.first);
        let begin = if last.month() == self.first.month() { "%-d" } else { "%-d %b" };
        let at = |date: Date, format| text(date.at(0, 0, 0, 0), format);
        format!("{}–{}", at(self.first, begin), at(last, "%-d %b %Y"))
    }
}

/// So many days from a date on, as one window.
pub(crate) fn some_days(first: Date, count: i32, zone: &Zone) -> Vec<(Timestamp, Timestamp)> {
    let end = first.checked_add(count.days()).unwrap_or(first);
    let instant = |date: Date| zone.instant(date.at(0, 0, 0, 0));
    instant(first).zip(instant(end)).into_iter().collect()
}

fn monday(date: Date) -> Date {
    let past = date.weekday().since(Weekday::Monday);
    date.checked_sub(past.days()).unwrap_or(date)
}

/// A change of a zone's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ClockChange {
    /// When.
    pub(crate) at: Timestamp,
    /// By how many minutes the clock is put forward; negative when it is put back.
    pub(crate) minutes: i32,
}

/// When the clocks of a zone change inside a window.
pub(crate) fn clock_changes(zone: &Zone, from: Timestamp, to: Timestamp) -> Vec<ClockChange> {
    let mut before = zone.rules().to_offset(from);
    let mut changes = Vec::new();
    for change in zone.rules().following(from).take(CHANGES_MAX) {
        if change.timestamp() >= to {
            break;
        }
        let minutes = (change.offset().seconds() - before.seconds()) / 60;
        before = change.offset();
        if minutes != 0 {
            changes.push(ClockChange { at: change.timestamp(), minutes });
        }
    }
    changes
}

/// Whether two zones' clocks show the same all through a window.
pub(crate) fn same_clock(one: &Zone, other: &Zone, from: Timestamp, to: Timestamp) -> bool {
    one == other
        || (one.rules().to_offset(from) == other.rules().to_offset(from)
            && clock_changes(one, from, to) == clock_changes(other, from, to))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("an instant")
    }

    fn zone(name: &str) -> Zone {
        Zone::parse(name).expect("a zone")
    }

    #[test]
    fn times_in_words() {
        let oslo = zone("Europe/Oslo");
        let (a, b) = (at("2026-03-23T07:00:00Z"), at("2026-03-23T11:00:00Z"));
        assert_eq!(range(a, b, &oslo), "Mon 23 Mar 08:00–12:00");
        assert_eq!(
            range(a, at("2026-03-24T07:00:00Z"), &oslo),
            "Mon 23 Mar 08:00 – Tue 24 Mar 08:00"
        );
        assert_eq!(until(b, a, &oslo), "12:00");
        assert_eq!(until(at("2026-03-24T02:00:00Z"), a, &oslo), "03:00");
        assert_eq!(until(at("2026-03-24T09:00:00Z"), a, &oslo), "Tue 24 Mar 10:00");
        assert_eq!(read(&field(a, &oslo), &oslo), Some(a));
        assert_eq!(read("2026-13-01T00:00", &oslo), None);
        assert_eq!(read("0001-01-01T00:00", &oslo), None);
        assert_eq!(read_date("99999-01-01"), None);
    }

    #[test]
    fn weeks_have_the_hours_that_they_have() {
        let hours = |(from, to): &(Timestamp, Timestamp)| to.duration_since(*from).as_hours();
        let oslo = zone("Europe/Oslo");
        let week = Days::containing(date(2026, 3, 26), false);
        assert_eq!(week.first, date(2026, 3, 23));
        assert_eq!(week.weeks(&oslo).iter().map(hours).collect::<Vec<_>>(), [167]);
        assert_eq!(week.title(), "23–29 Mar 2026");
        assert_eq!(week.next().title(), "30 Mar–5 Apr 2026");
        let month = Days::containing(date(2026, 3, 26), true);
        assert_eq!(month.weeks(&oslo).len(), 6);
        assert_eq!(
            (month.title(), month.before().title()),
            ("March 2026".into(), "February 2026".into())
        );
        assert_eq!(month.before().weeks(&oslo).len(), 5, "1 February 2026 is a Sunday");
        let last = Days::containing(date(2199, 12, 31), true);
        assert_eq!(last.next(), last, "the calendar ends");
    }

    #[test]
    fn clock_changes_are_found() {
        let changes = |name: &str, from: &str, to: &str| -> Vec<(String, i32)> {
            let found = clock_changes(&zone(name), at(from), at(to));
            found.into_iter().map(|c| (c.at.to_string(), c.minutes)).collect()
        };
        let (from, to) = ("2026-03-23T00:00:00Z", "2026-04-06T00:00:00Z");
        assert_eq!(changes("Europe/Oslo", from, to), [("2026-03-29T01:00:00Z".to_owned(), 60)]);
        assert_eq!(
            changes("Australia/Lord_Howe", from, to),
            [("2026-04-04T15:00:00Z".to_owned(), -30)]
        );
        assert_eq!(changes("UTC", from, to), []);
        let (oslo, rome) = (zone("Europe/Oslo"), zone("Europe/Rome"));
        assert!(same_clock(&oslo, &rome, at(from), at(to)));
        assert!(
            !same_clock(&oslo, &zone("Africa/Lagos"), at(from), at(to)),
            "UTC+1 without a change"
        );
    }
}
