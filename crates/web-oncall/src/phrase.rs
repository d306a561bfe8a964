//! Rules of shifts in words: when one recurs, how it rotates, what happens after the last place.

use firebell_domain::directory::Directory;
use firebell_domain::schedule::rotation::{Direction, IntervalUnit, Rotation, RotationType};
use firebell_domain::schedule::{
    Classifier, DayOfMonth, Frequency, MonthSet, MonthlyOn, Pattern, RecurrenceEnd, Weekday,
    WeekdaySet,
};
use firebell_domain::shift::{EscalationType, Shift, ShiftMember};
use firebell_ui::Say;

use crate::local;
use crate::names;

/// The days in the order of a calendar, with the API's words.
pub(crate) const DAYS: [(Weekday, &str); 7] = [
    (Weekday::Monday, "MO"),
    (Weekday::Tuesday, "TU"),
    (Weekday::Wednesday, "WE"),
    (Weekday::Thursday, "TH"),
    (Weekday::Friday, "FR"),
    (Weekday::Saturday, "SA"),
    (Weekday::Sunday, "SU"),
];

/// The months, 1 to 12, with the API's words.
pub(crate) const MONTHS: [&str; 12] =
    ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];

/// The places of weekdays in a month, with the API's words.
pub(crate) const CLASSIFIERS: [(Classifier, &str); 5] = [
    (Classifier::First, "FIRST"),
    (Classifier::Second, "SECOND"),
    (Classifier::Third, "THIRD"),
    (Classifier::Fourth, "FOURTH"),
    (Classifier::Last, "LAST"),
];

/// The short name of a weekday.
pub(crate) fn weekday(t: Say, day: Weekday) -> String {
    t.get(match day {
        Weekday::Monday => "oncall-day-mo",
        Weekday::Tuesday => "oncall-day-tu",
        Weekday::Wednesday => "oncall-day-we",
        Weekday::Thursday => "oncall-day-th",
        Weekday::Friday => "oncall-day-fr",
        Weekday::Saturday => "oncall-day-sa",
        Weekday::Sunday => "oncall-day-su",
    })
}

/// The short name of a month, 1 to 12.
pub(crate) fn month(t: Say, month: usize) -> String {
    let keys = [
        "oncall-month-jan",
        "oncall-month-feb",
        "oncall-month-mar",
        "oncall-month-apr",
        "oncall-month-may",
        "oncall-month-jun",
        "oncall-month-jul",
        "oncall-month-aug",
        "oncall-month-sep",
        "oncall-month-oct",
        "oncall-month-nov",
        "oncall-month-dec",
    ];
    month.checked_sub(1).and_then(|n| keys.get(n)).map_or_else(String::new, |key| t.get(key))
}

/// "first", … "last".
pub(crate) fn classifier(t: Say, which: Classifier) -> String {
    t.get(match which {
        Classifier::First => "oncall-nth-first",
        Classifier::Second => "oncall-nth-second",
        Classifier::Third => "oncall-nth-third",
        Classifier::Fourth => "oncall-nth-fourth",
        Classifier::Last => "oncall-nth-last",
    })
}

/// "Every week on Mon, Tue, 09:00–17:00 (Europe/Oslo), until 1 May"
pub(crate) fn pattern(t: Say, pattern: &Pattern) -> String {
    let zone = &pattern.zone;
    let time = match pattern.recurrence.frequency {
        Frequency::Once => local::range(pattern.first_start, pattern.first_end, zone),
        _ => format!(
            "{}–{}",
            local::time(pattern.first_start, zone),
            local::time(pattern.first_end, zone)
        ),
    };
    let rule = frequency(t, pattern.recurrence.frequency);
    let args = [("rule", rule.as_str()), ("time", time.as_str()), ("zone", zone.name())];
    let text = t.a("oncall-rule-whole", &args);
    match pattern.recurrence.end {
        RecurrenceEnd::Never => text,
        RecurrenceEnd::Date(at) => {
            let day = local::day(zone.local(at).date());
            format!("{text}, {}", t.a("oncall-rule-until", &[("day", &day)]))
        }
        RecurrenceEnd::Repetitions(times) => format!("{text}, {}", t.n("oncall-rule-times", times)),
    }
}

fn frequency(t: Say, frequency: Frequency) -> String {
    match frequency {
        Frequency::Once => t.get("oncall-rule-once"),
        Frequency::Daily { repeat_every } => t.n("oncall-rule-daily", repeat_every),
        Frequency::Weekly { repeat_every, on_days } => {
            t.na("oncall-rule-weekly", repeat_every, &[("days", &days(t, on_days))])
        }
        Frequency::EveryWeekday => t.get("oncall-rule-weekdays"),
        Frequency::EveryWeekendDay => t.get("oncall-rule-weekends"),
        Frequency::Monthly { on, months } => t.a(
            "oncall-rule-monthly",
            &[("on", &monthly(t, on)), ("months", &in_months(t, months))],
        ),
        Frequency::Yearly => t.get("oncall-rule-yearly"),
        Frequency::Holiday => t.get("oncall-rule-holiday"),
    }
}

fn days(t: Say, days: WeekdaySet) -> String {
    let on = DAYS.iter().filter(|(day, _)| days.contains(*day));
    on.map(|(day, _)| weekday(t, *day)).collect::<Vec<_>>().join(", ")
}

fn monthly(t: Say, on: MonthlyOn) -> String {
    match on {
        MonthlyOn::DateOfMonth(DayOfMonth::Day(day)) => t.n("oncall-rule-date", day),
        MonthlyOn::DateOfMonth(DayOfMonth::Last) => t.get("oncall-rule-last-day"),
        MonthlyOn::DayOfWeek { classifier: which, day } => {
            format!("{} {}", classifier(t, which), weekday(t, day))
        }
    }
}

fn in_months(t: Say, months: MonthSet) -> String {
    if months == MonthSet::ALL {
        return t.get("oncall-rule-every-month");
    }
    let names = months.iter().filter_map(|m| usize::try_from(m).ok()).map(|m| month(t, m));
    names.collect::<Vec<_>>().join(", ")
}

/// "Rotates every week from first to last, next on Mon 2 Mar 09:00"
pub(crate) fn rotation(t: Say, rotation: Option<&Rotation>) -> String {
    let Some(rotation) = rotation else { return t.get("oncall-turn-none") };
    let every = match rotation.kind {
        RotationType::Alerts => t.n("oncall-turn-alerts", rotation.interval),
        RotationType::Shifts => t.n("oncall-turn-shifts", rotation.interval),
        RotationType::Time(IntervalUnit::Hours) => t.n("oncall-turn-hours", rotation.interval),
        RotationType::Time(IntervalUnit::Days) => t.n("oncall-turn-days", rotation.interval),
        RotationType::Time(IntervalUnit::Weeks) => t.n("oncall-turn-weeks", rotation.interval),
    };
    let way = t.get(match rotation.direction {
        Direction::FirstToLast => "oncall-turn-first-to-last",
        Direction::LastToFirst => "oncall-turn-last-to-first",
    });
    let from = local::day_time(rotation.anchor, &rotation.zone);
    t.a("oncall-turn-whole", &[("every", &every), ("way", &way), ("from", &from)])
}

/// "1. Bo Ek, 2. Mia Berg after 5 min (peer)"
pub(crate) fn members(t: Say, directory: &Directory, members: &[ShiftMember]) -> String {
    let all = members.iter().zip(1_usize..).map(|(member, place)| {
        let name = names::shown(directory, member.recipient);
        let mut text = format!("{place}. {name}");
        if member.delay_minutes > 0 {
            text.push(' ');
            text.push_str(&t.n("oncall-member-after", member.delay_minutes));
        }
        if member.escalation != EscalationType::None {
            text.push_str(" (");
            text.push_str(&escalation(t, member.escalation));
            text.push(')');
        }
        if !member.in_rotation {
            text.push_str(", ");
            text.push_str(&t.get("oncall-member-fixed"));
        }
        text
    });
    let all: Vec<String> = all.collect();
    if all.is_empty() { t.get("oncall-member-none") } else { all.join("; ") }
}

/// What kind of escalation a place is.
pub(crate) fn escalation(t: Say, kind: EscalationType) -> String {
    t.get(match kind {
        EscalationType::None => "oncall-escalation-none",
        EscalationType::Peer => "oncall-escalation-peer",
        EscalationType::Management => "oncall-escalation-management",
    })
}

/// "Starts again 2 times after 5 min"
pub(crate) fn repeat(t: Say, shift: &Shift) -> String {
    match shift.repeat {
        None => t.get("oncall-repeat-none"),
        Some(repeat) => {
            let delay = repeat.delay_minutes.to_string();
            t.na("oncall-repeat-times", repeat.repetitions, &[("delay", &delay)])
        }
    }
}

/// "Mia Berg hears it 5 min after the last place"
pub(crate) fn end_notice(t: Say, directory: &Directory, shift: &Shift) -> String {
    match &shift.end_notice {
        None => t.get("oncall-notice-none"),
        Some(notice) => {
            let name = names::shown(directory, notice.recipient);
            t.na("oncall-notice-to", notice.delay_minutes, &[("name", &name)])
        }
    }
}
