//! Instants in words: how long ago or in how long, and what the reader's own clock shows.

use askama::Template;
use askama::filters::HtmlSafe;
use firebell_base::Timestamp;
use firebell_base::time::micros_between;
use firebell_domain::schedule::Zone;

use crate::words::{Lang, Say, WORDS};

/// An instant for people and for machines. In a page it is a `<time>` with the clock as its tip.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(
    source = r#"<time datetime="{{ machine }}" title="{{ clock }}" data-ago>{{ ago }}</time>"#,
    ext = "html"
)]
pub struct When {
    /// "3 min ago", "in 3 min".
    pub ago: String,
    /// "03:12 CET, Sun 22 Nov"; with the year when it is not the present one.
    pub clock: String,
    /// RFC 3339, for `<time datetime>`.
    pub machine: String,
}

impl HtmlSafe for When {}

/// Says when `at` was or will be, seen from `now` by somebody in `zone`.
pub fn when(at: Timestamp, now: Timestamp, zone: &Zone, lang: Lang) -> When {
    let clock = clock(at, now, zone, lang);
    When { ago: ago(micros_between(at, now), lang), clock, machine: at.to_string() }
}

/// What a clock in `zone` shows at `at`: "03:12 CET, Sun 22 Nov", with the year when `now` is in
/// another one.
pub fn clock(at: Timestamp, now: Timestamp, zone: &Zone, lang: Lang) -> String {
    let t = Say::new(&WORDS, lang);
    let local = at.to_zoned(zone.rules().clone());
    let word = |key: &str, index: i8| {
        let words = t.get(key);
        let index = usize::try_from(index - 1).unwrap_or_default();
        words.split_whitespace().nth(index).unwrap_or_default().to_owned()
    };
    let day = word("ui-weekdays", local.weekday().to_monday_one_offset());
    let month = word("ui-months", local.month());
    let (time, date) = (local.strftime("%H:%M %Z"), local.day());
    let year = local.year();
    if year == zone.local(now).year() {
        format!("{time}, {day} {date} {month}")
    } else {
        format!("{time}, {day} {date} {month} {year}")
    }
}

/// Two units at most. What is near enough reads as "just now".
fn ago(micros: i64, lang: Lang) -> String {
    const MINUTE: i64 = 60;
    const HOUR: i64 = 60 * MINUTE;
    const DAY: i64 = 24 * HOUR;
    let t = Say::new(&WORDS, lang);
    let seconds = micros / 1_000_000;
    let span = match seconds.abs() {
        ..10 => return t.get("ui-now"),
        n @ 10..MINUTE => format!("{n} s"),
        n @ MINUTE..HOUR => format!("{} min", n / MINUTE),
        n @ HOUR..DAY => match n / MINUTE % 60 {
            0 => format!("{} h", n / HOUR),
            minutes => format!("{} h {minutes} min", n / HOUR),
        },
        n => t.n("ui-days", n / DAY),
    };
    t.a(if seconds < 0 { "ui-in" } else { "ui-ago" }, &[("span", &span)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_long_ago() {
        let table = [
            (-5, "just now"),
            (-300, "in 5 min"),
            (9, "just now"),
            (45, "45 s ago"),
            (60, "1 min ago"),
            (3599, "59 min ago"),
            (3600, "1 h ago"),
            (7800, "2 h 10 min ago"),
            (86_400, "1 day ago"),
            (40 * 86_400, "40 days ago"),
        ];
        for (seconds, words) in table {
            assert_eq!(ago(seconds * 1_000_000, Lang::English), words);
        }
    }

    #[test]
    fn the_clock_is_the_readers() {
        let at: Timestamp = "2026-11-22T02:12:07Z".parse().expect("an instant");
        let oslo = Zone::parse("Europe/Oslo").expect("a zone");
        let seen = when(at, at, &oslo, Lang::English);
        assert_eq!(seen.clock, "03:12 CET, Sun 22 Nov");
        assert_eq!(clock(at, at, &oslo, Lang::German), "03:12 CET, So 22 Nov");
        assert_eq!(seen.machine, "2026-11-22T02:12:07Z");
        // Zones without letters for their names show the offset.
        let nepal = Zone::parse("Asia/Kathmandu").expect("a zone");
        let later: Timestamp = "2026-12-31T19:00:00Z".parse().expect("an instant");
        assert_eq!(clock(at, later, &nepal, Lang::English), "07:57 +0545, Sun 22 Nov 2026");
        // The ends of the calendar have a text too.
        assert!(!when(Timestamp::MIN, Timestamp::MAX, &nepal, Lang::English).clock.is_empty());
    }
}
