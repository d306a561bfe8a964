//! Instants in words: how long ago, and what the reader's own clock showed.

use firebell_base::Timestamp;
use firebell_base::time::micros_between;
use firebell_domain::schedule::Zone;

/// An instant for people and for machines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct When {
    /// "3 min ago".
    pub(crate) ago: String,
    /// "03:12 CET, Sun 22 Nov"; with the year when it is not the present one.
    pub(crate) clock: String,
    /// RFC 3339, for `<time datetime>`.
    pub(crate) machine: String,
}

/// Says when `at` was, seen from `now` by somebody in `zone`.
pub(crate) fn when(at: Timestamp, now: Timestamp, zone: &Zone) -> When {
    let clock = clock(at, now, zone);
    When { ago: ago(micros_between(at, now)), clock, machine: at.to_string() }
}

/// What a clock in `zone` shows at `at`: "03:12 CET, Sun 22 Nov", with the year when `now` is in
/// another one.
pub(crate) fn clock(at: Timestamp, now: Timestamp, zone: &Zone) -> String {
    let local = at.to_zoned(zone.rules().clone());
    let format = if local.year() == zone.local(now).year() {
        "%H:%M %Z, %a %-d %b"
    } else {
        "%H:%M %Z, %a %-d %b %Y"
    };
    local.strftime(format).to_string()
}

/// Two units at most. A clock that went back reads as "just now".
fn ago(micros: i64) -> String {
    const MINUTE: i64 = 60;
    const HOUR: i64 = 60 * MINUTE;
    const DAY: i64 = 24 * HOUR;
    let seconds = micros / 1_000_000;
    match seconds {
        ..10 => "just now".to_owned(),
        10..MINUTE => format!("{seconds} s ago"),
        MINUTE..HOUR => format!("{} min ago", seconds / MINUTE),
        HOUR..DAY => match seconds / MINUTE % 60 {
            0 => format!("{} h ago", seconds / HOUR),
            minutes => format!("{} h {minutes} min ago", seconds / HOUR),
        },
        DAY.. => match seconds / DAY {
            1 => "1 day ago".to_owned(),
            days => format!("{days} days ago"),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_long_ago() {
        let table = [
            (-5, "just now"),
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
            assert_eq!(ago(seconds * 1_000_000), words);
        }
    }

    #[test]
    fn the_clock_is_the_readers() {
        let at: Timestamp = "2026-11-22T02:12:07Z".parse().expect("an instant");
        let oslo = Zone::parse("Europe/Oslo").expect("a zone");
        let seen = when(at, at, &oslo);
        assert_eq!(seen.clock, "03:12 CET, Sun 22 Nov");
        assert_eq!(seen.machine, "2026-11-22T02:12:07Z");
        // Zones without letters for their names show the offset.
        let nepal = Zone::parse("Asia/Kathmandu").expect("a zone");
        let later: Timestamp = "2026-12-31T19:00:00Z".parse().expect("an instant");
        assert_eq!(clock(at, later, &nepal), "07:57 +0545, Sun 22 Nov 2026");
        // The ends of the calendar have a text too.
        assert!(!when(Timestamp::MIN, Timestamp::MAX, &nepal).clock.is_empty());
    }
}
