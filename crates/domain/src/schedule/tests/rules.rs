//! The rules of recurrence, one table per frequency, and what is refused.

use jiff::civil::{Date, date};

use super::super::{
    Classifier, DURATION_DAYS_MAX, DayOfMonth, EXCLUSIONS_MAX, Exclusion, Frequency, Holidays,
    MonthSet, MonthlyOn, Pattern, PatternError, Recurrence, RecurrenceEnd, Weekday, WeekdaySet,
    Zone,
};
use super::{DAILY, check, list, never, pattern, utc};

/// The local dates of the occurrences in a window, as text.
fn dates(recurrence: Recurrence, start: &str, window: [&str; 2], holidays: &Holidays) -> String {
    let (from, to) = (format!("{start}T09:00"), format!("{start}T17:00"));
    let pattern = pattern("Europe/Oslo", &from, &to, recurrence);
    let zone = &pattern.zone;
    let found = list(&pattern, window[0], window[1], holidays);
    let dates: Vec<String> =
        found.iter().map(|o| format!("{}:{}", zone.local(o.start).date(), o.index)).collect();
    dates.join(" ")
}

fn on(days: &[Weekday]) -> WeekdaySet {
    days.iter().copied().collect()
}

fn monthly(on: MonthlyOn, months: &[i8]) -> Recurrence {
    let months = MonthSet::from_numbers(months.iter().copied()).unwrap();
    never(Frequency::Monthly { on, months })
}

fn day(number: u8) -> MonthlyOn {
    MonthlyOn::DateOfMonth(DayOfMonth::Day(number))
}

const ALL_MONTHS: [i8; 12] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
const NEW_YEAR_TO_JUNE: [&str; 2] = ["2026-01-01T00:00Z", "2026-06-01T00:00Z"];

#[test]
fn days_and_weeks() {
    let march = ["2026-03-01T00:00Z", "2026-03-20T00:00Z"];
    let none = Holidays::none();
    let cases = [
        (
            "S9",
            never(Frequency::Daily { repeat_every: 5 }),
            "2026-02-26",
            "2026-03-03:1 2026-03-08:2 2026-03-13:3 2026-03-18:4",
        ),
        // 2026-03-04 is a Wednesday, its week starts on Sunday the 1st. Sunday the 8th opens the
        // second week, which is left out: with weeks that start on Monday it would be the first
        // week's last day.
        (
            "S10",
            never(Frequency::Weekly {
                repeat_every: 2,
                on_days: on(&[Weekday::Sunday, Weekday::Monday, Weekday::Thursday]),
            }),
            "2026-03-04",
            "2026-03-05:0 2026-03-15:1 2026-03-16:2 2026-03-19:3",
        ),
        (
            "S11, S3 from a Sunday",
            never(Frequency::EveryWeekday),
            "2026-03-08",
            "2026-03-09:0 2026-03-10:1 2026-03-11:2 2026-03-12:3 2026-03-13:4 2026-03-16:5 \
             2026-03-17:6 2026-03-18:7 2026-03-19:8",
        ),
        (
            "S11",
            never(Frequency::EveryWeekendDay),
            "2026-03-01",
            "2026-03-01:0 2026-03-07:1 2026-03-08:2 2026-03-14:3 2026-03-15:4",
        ),
        ("once", Recurrence::ONCE, "2026-03-04", "2026-03-04:0"),
    ];
    for (rule, recurrence, start, expect) in cases {
        assert_eq!(dates(recurrence, start, march, &none), expect, "{rule}");
    }
}

#[test]
fn months() {
    let none = Holidays::none();
    let weekday = |classifier, day| MonthlyOn::DayOfWeek { classifier, day };
    let last = MonthlyOn::DateOfMonth(DayOfMonth::Last);
    let cases = [
        ("S12 31 skips", day(31), "2026-01-31:0 2026-03-31:1 2026-05-31:2"),
        ("S12 30 skips February", day(30), "2026-01-30:0 2026-03-30:1 2026-04-30:2 2026-05-30:3"),
        ("S12 LAST", last, "2026-01-31:0 2026-02-28:1 2026-03-31:2 2026-04-30:3 2026-05-31:4"),
        (
            "S12 second Tuesday",
            weekday(Classifier::Second, Weekday::Tuesday),
            "2026-01-13:0 2026-02-10:1 2026-03-10:2 2026-04-14:3 2026-05-12:4",
        ),
        (
            "S12 last Friday",
            weekday(Classifier::Last, Weekday::Friday),
            "2026-01-30:0 2026-02-27:1 2026-03-27:2 2026-04-24:3 2026-05-29:4",
        ),
        (
            "S12 first Sunday",
            weekday(Classifier::First, Weekday::Sunday),
            "2026-01-04:0 2026-02-01:1 2026-03-01:2 2026-04-05:3 2026-05-03:4",
        ),
    ];
    for (rule, on, expect) in cases {
        let found = dates(monthly(on, &ALL_MONTHS), "2026-01-01", NEW_YEAR_TO_JUNE, &none);
        assert_eq!(found, expect, "{rule}");
    }
    let quarters = monthly(day(15), &[3, 6, 9, 12]);
    let two_years = ["2026-01-01T00:00Z", "2027-04-01T00:00Z"];
    assert_eq!(
        dates(quarters, "2026-03-20", two_years, &none),
        "2026-06-15:0 2026-09-15:1 2026-12-15:2 2027-03-15:3",
        "S3 the 15th of the first month had passed"
    );
    let leap_days = monthly(day(29), &[2]);
    let century = ["2090-01-01T00:00Z", "2110-01-01T00:00Z"];
    assert_eq!(
        dates(leap_days, "2024-02-29", century, &none),
        "2092-02-29:17 2096-02-29:18 2104-02-29:19 2108-02-29:20",
        "S12 across 2100, which is no leap year"
    );
}

#[test]
fn years_and_holidays() {
    let none = Holidays::none();
    let decade = ["2026-01-01T00:00Z", "2033-01-01T00:00Z"];
    let yearly = never(Frequency::Yearly);
    assert_eq!(
        dates(yearly, "2024-02-29", decade, &none),
        "2026-02-28:2 2027-02-28:3 2028-02-29:4 2029-02-28:5 2030-02-28:6 2031-02-28:7 2032-02-29:8",
        "S13"
    );
    assert_eq!(
        dates(yearly, "2025-12-31", ["2026-01-01T00:00Z", "2028-01-01T00:00Z"], &none),
        "2026-12-31:1 2027-12-31:2"
    );
    let holidays: Holidays =
        [date(2025, 12, 25), date(2026, 1, 1), date(2026, 5, 17), date(2026, 12, 25)]
            .into_iter()
            .collect();
    let holiday = never(Frequency::Holiday);
    assert_eq!(
        dates(holiday, "2025-12-30", decade, &holidays),
        "2026-01-01:0 2026-05-17:1 2026-12-25:2",
        "S14 not the first start's own date, which is none"
    );
    assert_eq!(dates(holiday, "2025-12-30", decade, &none), "", "S14 without holidays");
    check(
        "S14 times of the first occurrence, in the zone of the pattern",
        &pattern("Europe/Oslo", "2025-12-30T22:00", "2025-12-31T06:00", holiday),
        ["2026-05-01T00:00Z", "2026-06-01T00:00Z"],
        &holidays,
        &["2026-05-17T20:00Z/2026-05-18T04:00Z"],
    );
}

#[test]
fn ends() {
    let none = Holidays::none();
    let daily = Frequency::Daily { repeat_every: 1 };
    let until = |end: &str| Recurrence { frequency: daily, end: RecurrenceEnd::Date(utc(end)) };
    let window = ["2026-03-01T00:00Z", "2026-04-01T00:00Z"];
    // 09:00 in Oslo in March is 08:00Z.
    let exact = dates(until("2026-03-04T08:00Z"), "2026-03-02", window, &none);
    assert_eq!(exact, "2026-03-02:0 2026-03-03:1 2026-03-04:2", "S15 inclusive");
    let before = dates(until("2026-03-04T07:59:59Z"), "2026-03-02", window, &none);
    assert_eq!(before, "2026-03-02:0 2026-03-03:1", "S15");
    let thrice = Recurrence { frequency: daily, end: RecurrenceEnd::Repetitions(3) };
    assert_eq!(
        dates(thrice, "2026-03-02", window, &none),
        "2026-03-02:0 2026-03-03:1 2026-03-04:2",
        "S15"
    );
    let mut some = pattern("Europe/Oslo", "2026-03-02T09:00", "2026-03-02T17:00", thrice);
    some.exclusions.push(Exclusion { start: utc("2026-03-03T08:00Z") });
    check(
        "S16 deleted ones count",
        &some,
        window,
        &none,
        &["2026-03-02T08:00Z/2026-03-02T16:00Z", "2026-03-04T08:00Z/2026-03-04T16:00Z"],
    );
    let deleted: Vec<String> = some
        .deleted_occurrences(utc(window[0]), utc(window[1]), &none)
        .map(|o| super::written(&o))
        .collect();
    assert_eq!(deleted, ["2026-03-03T08:00Z/2026-03-03T16:00Z"]);
    let named = some.occurrence_starting_at(utc("2026-03-03T08:00Z"), &none);
    assert_eq!(named.map(|o| o.index), Some(1), "a deleted one can be named");
    assert_eq!(some.occurrence_starting_at(utc("2026-03-03T08:01Z"), &none), None);
    assert_eq!(some.index_from(utc("2026-03-02T08:01Z"), &none), Some(1));
    assert_eq!(some.index_from(utc("2026-03-05T00:00Z"), &none), None);
}

#[test]
fn windows_are_half_open() {
    let none = Holidays::none();
    let shift = pattern("UTC", "2026-03-02T09:00", "2026-03-02T17:00", Recurrence::ONCE);
    for (from, to, expect) in [
        ("2026-03-02T17:00Z", "2026-03-03T00:00Z", 0),
        ("2026-03-02T16:59:59Z", "2026-03-03T00:00Z", 1),
        ("2026-03-02T00:00Z", "2026-03-02T09:00Z", 0),
        ("2026-03-02T00:00Z", "2026-03-02T09:00:01Z", 1),
        ("2026-03-02T12:00Z", "2026-03-02T12:00Z", 0),
        ("2026-03-02T12:00Z", "2026-03-02T11:00Z", 0),
    ] {
        assert_eq!(list(&shift, from, to, &none).len(), expect, "S1 {from} {to}");
    }
    let active = |at: &str| shift.active_at(utc(at), &none).is_some();
    assert!(active("2026-03-02T09:00Z") && active("2026-03-02T16:59:59Z"), "S1");
    assert!(!active("2026-03-02T08:59:59Z") && !active("2026-03-02T17:00Z"), "S1");
}

#[test]
fn overlapping_occurrences_and_changes() {
    let none = Holidays::none();
    let long = pattern("UTC", "2026-03-01T00:00", "2026-03-02T06:00", DAILY);
    let at = utc("2026-03-05T03:00Z");
    let both: Vec<u64> = list(&long, "2026-03-05T03:00Z", "2026-03-05T03:01Z", &none)
        .iter()
        .map(|o| o.index)
        .collect();
    assert_eq!(both, [3, 4], "S17 both are listed");
    assert_eq!(long.active_at(at, &none).unwrap().index, 4, "S17 the latest started is in force");
    assert_eq!(long.next_change(at, &none), Some(utc("2026-03-06T00:00Z")), "S18");

    let day = pattern("UTC", "2026-03-02T09:00", "2026-03-02T17:00", Recurrence::ONCE);
    let change = |at: &str| day.next_change(utc(at), &none);
    assert_eq!(change("2026-03-01T00:00Z"), Some(day.first_start));
    assert_eq!(change("2026-03-02T09:00Z"), Some(day.first_end), "S18 after, not at");
    assert_eq!(change("2026-03-02T17:00Z"), None);
}

const START: &str = "2026-03-02T08:00Z";
const END: &str = "2026-03-02T16:00Z";

fn make(start: &str, end: &str, recurrence: Recurrence) -> Result<Pattern, PatternError> {
    Pattern::new(utc(start), utc(end), Zone::utc(), recurrence, vec![])
}

#[track_caller]
fn refused(field: &str, result: Result<Pattern, PatternError>) {
    let error = result.expect_err(field);
    assert_eq!(error.field(), field);
    assert!(error.to_string().starts_with(&format!("{field}: ")), "{error}");
}

#[test]
fn bad_bounds_name_the_field() {
    refused("start", make("1969-12-31T23:00Z", END, DAILY));
    refused("start", make("2200-01-01T00:00Z", "2200-01-02T00:00Z", DAILY));
    refused("end", make(START, START, DAILY));
    refused("end", make(END, START, DAILY));
    refused("end", make(START, "2027-03-03T08:00:01Z", DAILY));
    let longest = make(START, "2027-03-03T08:00Z", DAILY).unwrap();
    let length = longest.first_end.duration_since(longest.first_start);
    assert_eq!(length.as_hours(), 24 * DURATION_DAYS_MAX);
}

#[test]
fn bad_recurrences_name_the_field() {
    let weekly = |repeat_every, on_days| Frequency::Weekly { repeat_every, on_days };
    let refused_rule = |field, frequency| refused(field, make(START, END, never(frequency)));
    refused_rule("recurrence.repeatEvery", Frequency::Daily { repeat_every: 0 });
    refused_rule("recurrence.repeatEvery", weekly(1000, WeekdaySet::ALL));
    refused_rule("recurrence.onDays", weekly(1, WeekdaySet::EMPTY));
    refused("recurrence.months", make(START, END, monthly(day(1), &[])));
    for (date, months) in [(0, &[1][..]), (32, &[1]), (30, &[2]), (31, &[2, 4, 6, 9, 11])] {
        refused("recurrence.on.dateOfMonth", make(START, END, monthly(day(date), months)));
    }
    assert!(make(START, END, monthly(day(29), &[2])).is_ok());
    let refused_end = |field, end| refused(field, make(START, END, Recurrence { end, ..DAILY }));
    refused_end("recurrence.end.date", RecurrenceEnd::Date(utc("2026-03-02T07:59:59Z")));
    refused_end("recurrence.end.repetitions", RecurrenceEnd::Repetitions(0));
}

#[test]
fn exclusions_are_sorted_and_bounded() {
    let with = |count: i64| {
        let later = |n: i64| utc(START) + jiff::SignedDuration::from_hours(24 * n);
        let list = (0..count).rev().map(|n| Exclusion { start: later(n) }).collect();
        Pattern::new(utc(START), utc(END), Zone::utc(), DAILY, list)
    };
    let max = i64::try_from(EXCLUSIONS_MAX).unwrap();
    refused("exclusions", with(max + 1));
    assert!(with(max).unwrap().exclusions.is_sorted());
}

#[test]
fn far_futures_and_edges_of_time_end_quietly() {
    let none = Holidays::none();
    let max = jiff::Timestamp::MAX;
    let shift = pattern("Pacific/Kiritimati", "2026-03-01T00:00", "2026-03-02T00:00", DAILY);
    assert!(shift.occurrences(max, max, &none).next().is_none());
    let year_9000 = shift.next_start(utc("9000-01-01T00:00Z"), &none).unwrap();
    let first = Date::constant(2026, 3, 1);
    let days = shift.zone.local(year_9000.start).date().duration_since(first).as_hours() / 24;
    assert_eq!(i64::try_from(year_9000.index), Ok(days));
    assert_eq!(shift.next_change(max, &none), None);
    assert!(shift.active_at(jiff::Timestamp::MIN, &none).is_none());
}
