//! The recurrence once more, slowly: every date from the first start is asked whether the rule
//! names it, in the words of the rule. Also the random patterns the laws are tried on.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::super::{
    Classifier, DayOfMonth, Exclusion, Frequency, Holidays, MonthSet, MonthlyOn, Occurrence,
    Pattern, Recurrence, RecurrenceEnd, Weekday, WeekdaySet, Zone,
};
use super::{utc, zone};

pub(super) const ZONES: [&str; 14] = [
    "UTC",
    "Europe/Oslo",
    "America/New_York",
    "America/St_Johns",
    "America/Sao_Paulo",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "Asia/Tehran",
    "Asia/Gaza",
    "Africa/Casablanca",
    "Pacific/Apia",
    "Pacific/Chatham",
    "Antarctica/Troll",
    "America/Nuuk",
];

/// All held occurrences with a start before `to`.
pub(super) fn occurrences(p: &Pattern, to: Timestamp, holidays: &Holidays) -> Vec<Occurrence> {
    let (start, end) = (p.zone.local(p.first_start), p.zone.local(p.first_end));
    let mut length = end.duration_since(start);
    if length <= SignedDuration::ZERO {
        length = p.first_end.duration_since(p.first_start);
    }
    let mut found = Vec::new();
    let mut index = 0;
    let mut date = start.date();
    loop {
        if !names(p.recurrence.frequency, start.date(), date, holidays) {
            date = date.tomorrow().unwrap();
            if p.zone.instant(date.to_datetime(start.time())).unwrap() >= to {
                return found;
            }
            continue;
        }
        let begins = date.to_datetime(start.time());
        let (s, e) = if date == start.date() {
            (p.first_start, p.first_end)
        } else {
            (p.zone.instant(begins).unwrap(), p.zone.instant(begins + length).unwrap())
        };
        let over = match p.recurrence.end {
            RecurrenceEnd::Never => false,
            RecurrenceEnd::Date(end) => s > end,
            RecurrenceEnd::Repetitions(count) => index >= u64::from(count),
        };
        if over || s >= to {
            return found;
        }
        if s < e && !p.exclusions.iter().any(|x| x.start == s) {
            found.push(Occurrence { start: s, end: e, index });
        }
        index += 1;
        date = date.tomorrow().unwrap();
    }
}

fn names(frequency: Frequency, anchor: Date, date: Date, holidays: &Holidays) -> bool {
    let days = date.duration_since(anchor).as_hours() / 24;
    let weekend = matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday);
    match frequency {
        Frequency::Once => days == 0,
        Frequency::Daily { repeat_every } => days % i64::from(repeat_every) == 0,
        Frequency::Weekly { repeat_every, on_days } => {
            let since_sunday = i64::from(anchor.weekday().to_sunday_zero_offset());
            let week = (days + since_sunday) / 7;
            on_days.contains(date.weekday()) && week % i64::from(repeat_every) == 0
        }
        Frequency::EveryWeekday => !weekend,
        Frequency::EveryWeekendDay => weekend,
        Frequency::Monthly { on, months } => months.contains(date.month()) && is_on(on, date),
        Frequency::Yearly => {
            let clamped = (anchor.month(), anchor.day()) == (2, 29)
                && !date.in_leap_year()
                && (date.month(), date.day()) == (2, 28);
            clamped || (date.month(), date.day()) == (anchor.month(), anchor.day())
        }
        Frequency::Holiday => holidays.contains(date),
    }
}

fn is_on(on: MonthlyOn, date: Date) -> bool {
    match on {
        MonthlyOn::DateOfMonth(DayOfMonth::Day(day)) => i16::from(date.day()) == i16::from(day),
        MonthlyOn::DateOfMonth(DayOfMonth::Last) => date.tomorrow().unwrap().day() == 1,
        MonthlyOn::DayOfWeek { classifier, day } => {
            let nth = (date.day() - 1) / 7;
            date.weekday() == day
                && match classifier {
                    Classifier::First => nth == 0,
                    Classifier::Second => nth == 1,
                    Classifier::Third => nth == 2,
                    Classifier::Fourth => nth == 3,
                    Classifier::Last => date.day() + 7 > date.days_in_month(),
                }
        }
    }
}

fn weekday() -> impl Strategy<Value = Weekday> {
    (0_i8..7).prop_map(|day| Weekday::from_sunday_zero_offset(day).unwrap())
}

fn frequency() -> impl Strategy<Value = Frequency> {
    let days = prop::collection::vec(weekday(), 1..7).prop_map(WeekdaySet::from_iter);
    let months = prop::collection::vec(1_i8..=12, 1..8)
        .prop_map(|months| MonthSet::from_numbers(months).unwrap());
    let classifier = prop::sample::select(vec![
        Classifier::First,
        Classifier::Second,
        Classifier::Third,
        Classifier::Fourth,
        Classifier::Last,
    ]);
    let on = prop_oneof![
        (1_u8..=31).prop_map(|day| MonthlyOn::DateOfMonth(DayOfMonth::Day(day))),
        (28_u8..=31).prop_map(|day| MonthlyOn::DateOfMonth(DayOfMonth::Day(day))),
        Just(MonthlyOn::DateOfMonth(DayOfMonth::Last)),
        (classifier, weekday())
            .prop_map(|(classifier, day)| MonthlyOn::DayOfWeek { classifier, day }),
    ];
    prop_oneof![
        1 => Just(Frequency::Once),
        3 => (1_u16..9).prop_map(|repeat_every| Frequency::Daily { repeat_every }),
        4 => (1_u16..5, days)
            .prop_map(|(repeat_every, on_days)| Frequency::Weekly { repeat_every, on_days }),
        1 => Just(Frequency::EveryWeekday),
        1 => Just(Frequency::EveryWeekendDay),
        4 => (on, months).prop_map(|(on, months)| Frequency::Monthly { on, months }),
        1 => Just(Frequency::Yearly),
        1 => Just(Frequency::Holiday),
    ]
}

/// Holidays every few weeks from 2008 on.
pub(super) fn holidays() -> Holidays {
    let first = jiff::civil::date(2008, 1, 1);
    (0..400).map(|n| first + SignedDuration::from_hours(24 * (n * 29 + n % 7))).collect()
}

pub(super) fn any_zone() -> impl Strategy<Value = Zone> {
    prop::sample::select(ZONES.to_vec()).prop_map(zone)
}

/// An instant from autumn 2009 to spring 2025, on a quarter of an hour.
pub(super) fn instant() -> impl Strategy<Value = Timestamp> {
    (0_i64..540_000)
        .prop_map(|quarter| utc("2009-10-01T00:00Z") + SignedDuration::from_mins(15 * quarter))
}

/// Random valid patterns, some with overlapping occurrences, some with deleted ones.
pub(super) fn any_pattern() -> impl Strategy<Value = Pattern> {
    let length = prop_oneof![
        6 => (1_i64..=96).prop_map(|quarters| quarters * 15),
        1 => (1_i64..=60).prop_map(|days| days * 24 * 60),
    ];
    let end = prop_oneof![
        3 => Just(None),
        1 => (1_u32..400).prop_map(|count| Some(Err(count))),
        1 => (0_i64..1500).prop_map(|days| Some(Ok(days))),
    ];
    let deleted = prop::collection::vec(0_usize..40, 0..4);
    (instant(), length, any_zone(), frequency(), end, deleted).prop_filter_map(
        "the rule has dates",
        |(start, minutes, zone, frequency, end, deleted)| {
            let end = match end {
                None => RecurrenceEnd::Never,
                Some(Err(count)) => RecurrenceEnd::Repetitions(count),
                Some(Ok(days)) => {
                    RecurrenceEnd::Date(start + SignedDuration::from_hours(24 * days))
                }
            };
            let recurrence = Recurrence { frequency, end };
            let first_end = start + SignedDuration::from_mins(minutes);
            let mut p = Pattern::new(start, first_end, zone, recurrence, vec![]).ok()?;
            let year = start + SignedDuration::from_hours(24 * 366);
            let known = occurrences(&p, year, &holidays());
            p.exclusions = deleted
                .iter()
                .filter_map(|n| known.get(*n).map(|o| Exclusion { start: o.start }))
                .collect();
            Some(p)
        },
    )
}
