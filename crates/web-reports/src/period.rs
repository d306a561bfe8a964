//! Which time a report is about: whole days of the visitor's zone, from the URL. Pure.

use firebell_base::Timestamp;
use firebell_base::time::add_seconds;
use firebell_domain::schedule::Zone;
use firebell_ui::Query;
use jiff::ToSpan as _;
use jiff::civil::Date;

/// The longest period, in days.
pub(crate) const DAYS_MAX: i32 = 366;
/// The periods that are offered, in days; the second unless asked otherwise.
pub(crate) const OFFERED: [i32; 3] = [7, 30, 90];

/// A period: `[from, to)` as instants, and its days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Period {
    /// The first instant inside.
    pub(crate) from: Timestamp,
    /// The first instant after; for periods to this day, the end of this hour.
    pub(crate) to: Timestamp,
    /// The first day.
    pub(crate) first: Date,
    /// The last day.
    pub(crate) last: Date,
    /// How many days when it is one of those offered; none for days of one's own.
    pub(crate) days: Option<i32>,
    /// What is wrong with the days asked for; the usual period is shown then.
    pub(crate) fault: Option<Fault>,
}

/// What is wrong with the days asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Not a day.
    NoDay,
    /// The last is before the first.
    Reversed,
    /// More than [`DAYS_MAX`].
    TooLong,
}

impl Period {
    /// Reads `days`, or `from` and `to` (both inclusive), such as 2026-03-02.
    pub(crate) fn read(query: &Query, zone: &Zone, now: Timestamp) -> Self {
        let today = zone.local(now).date();
        let asked = (query.text("from"), query.text("to"));
        if query.text("days").is_empty() && asked != ("", "") {
            return match own(asked, today) {
                Ok((first, last)) => Self::of(first, last, None, zone, now),
                Err(fault) => Self { fault: Some(fault), ..Self::recent(OFFERED[1], zone, now) },
            };
        }
        let days = query.text("days").parse().ok();
        let days = days.filter(|days| OFFERED.contains(days)).unwrap_or(OFFERED[1]);
        Self::recent(days, zone, now)
    }

    fn recent(days: i32, zone: &Zone, now: Timestamp) -> Self {
        let today = zone.local(now).date();
        let first = today.checked_sub((days - 1).days()).unwrap_or(today);
        Self::of(first, today, Some(days), zone, now)
    }

    fn of(first: Date, last: Date, days: Option<i32>, zone: &Zone, now: Timestamp) -> Self {
        let begin = |date: Date| zone.instant(date.at(0, 0, 0, 0)).unwrap_or(now);
        let end = last.tomorrow().map_or(now, begin);
        // What is to come has no figures; to the full hour, so that the same question has the same answer.
        let hour_end = add_seconds(now, 3600 - now.as_second().rem_euclid(3600));
        Self { from: begin(first), to: end.min(hour_end), first, last, days, fault: None }
    }

    /// The same period in a URL's query.
    pub(crate) fn pairs(&self) -> Vec<(&'static str, String)> {
        match self.days {
            Some(days) => vec![("days", days.to_string())],
            None => vec![("from", self.first.to_string()), ("to", self.last.to_string())],
        }
    }
}

fn own((from, to): (&str, &str), today: Date) -> Result<(Date, Date), Fault> {
    let read = |text: &str| text.parse::<Date>().map_err(|_| Fault::NoDay);
    let last = if to.is_empty() { today } else { read(to)? };
    let first = if from.is_empty() { last } else { read(from)? };
    if !(1971..=9990).contains(&first.year()) || !(1971..=9990).contains(&last.year()) {
        return Err(Fault::NoDay);
    }
    if last < first {
        return Err(Fault::Reversed);
    }
    let days = first.until(last).map_or(i32::MAX, |span| span.get_days());
    if days >= DAYS_MAX { Err(Fault::TooLong) } else { Ok((first, last)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn period(query: &str, zone: &str) -> Period {
        let now = "2026-04-01T21:20:00Z".parse().expect("an instant");
        Period::read(&Query::read(query), &Zone::parse(zone).expect("a zone"), now)
    }

    #[test]
    fn days_are_the_visitors() {
        let oslo = period("days=7", "Europe/Oslo");
        assert_eq!(
            (oslo.first.to_string(), oslo.last.to_string()),
            ("2026-03-26".into(), "2026-04-01".into())
        );
        // Before the clocks changed.
        assert_eq!(oslo.from.to_string(), "2026-03-25T23:00:00Z");
        assert_eq!(oslo.to.to_string(), "2026-04-01T22:00:00Z");
        let sydney = period("days=7", "Australia/Sydney");
        assert_eq!(sydney.last.to_string(), "2026-04-02");
        let kolkata = period("days=30", "Asia/Kolkata");
        assert_eq!(kolkata.from.to_string(), "2026-03-03T18:30:00Z");
    }

    #[test]
    fn own_days_are_inclusive_and_bounded() {
        let march = period("from=2026-03-01&to=2026-03-31", "UTC");
        assert_eq!(march.to.to_string(), "2026-04-01T00:00:00Z");
        assert_eq!((march.days, march.fault), (None, None));
        for (query, fault) in [
            ("from=x", Fault::NoDay),
            ("from=2026-13-01", Fault::NoDay),
            ("to=9999-12-31&from=9999-12-31", Fault::NoDay),
            ("from=2026-03-02&to=2026-03-01", Fault::Reversed),
            ("from=2025-03-01&to=2026-03-02", Fault::TooLong),
        ] {
            let refused = period(query, "UTC");
            assert_eq!((refused.fault, refused.days), (Some(fault), Some(30)), "{query}");
        }
        assert_eq!(period("from=2025-03-02&to=2026-03-02", "UTC").fault, None);
        assert_eq!(period("days=5000", "UTC").days, Some(30));
    }
}
