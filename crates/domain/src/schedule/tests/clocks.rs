//! Clock changes, by hand, in zones that do it differently.

use super::super::{Frequency, Holidays, Pattern, Recurrence, Weekday, WeekdaySet};
use super::{DAILY, check, never, pattern, utc, zone};

fn row(rule: &str, shift: (&str, &str, &str, Recurrence), window: [&str; 2], expect: &[&str]) {
    let (zone, start, end, recurrence) = shift;
    check(rule, &pattern(zone, start, end, recurrence), window, &Holidays::none(), expect);
}

// Oslo: on 29 March 2026 02:00 to 03:00 is skipped, at 01:00Z; on 25 October it is doubled, and the
// clock goes back at 01:00Z.

#[test]
fn oslo_keeps_wall_clock_hours() {
    row(
        "S4 office hours stay, in UTC they move",
        ("Europe/Oslo", "2026-03-27T09:00", "2026-03-27T17:00", DAILY),
        ["2026-03-28T00:00Z", "2026-03-30T00:00Z"],
        &["2026-03-28T08:00Z/2026-03-28T16:00Z", "2026-03-29T07:00Z/2026-03-29T15:00Z"],
    );
    row(
        "S4 the night into spring is an hour shorter",
        ("Europe/Oslo", "2026-03-27T17:00", "2026-03-28T09:00", DAILY),
        ["2026-03-28T12:00Z", "2026-03-30T06:00Z"],
        &["2026-03-28T16:00Z/2026-03-29T07:00Z", "2026-03-29T15:00Z/2026-03-30T07:00Z"],
    );
    row(
        "S4 23 hours in spring",
        ("Europe/Oslo", "2026-03-01T00:00", "2026-03-02T00:00", DAILY),
        ["2026-03-28T23:00Z", "2026-03-30T22:00Z"],
        &["2026-03-28T23:00Z/2026-03-29T22:00Z", "2026-03-29T22:00Z/2026-03-30T22:00Z"],
    );
    row(
        "S4 25 hours in autumn",
        ("Europe/Oslo", "2026-03-01T00:00", "2026-03-02T00:00", DAILY),
        ["2026-10-24T22:00Z", "2026-10-26T23:00Z"],
        &["2026-10-24T22:00Z/2026-10-25T23:00Z", "2026-10-25T23:00Z/2026-10-26T23:00Z"],
    );
}

#[test]
fn oslo_skips_an_hour() {
    row(
        "S5 a start in the skipped hour is the jump",
        ("Europe/Oslo", "2026-03-27T02:30", "2026-03-27T10:00", DAILY),
        ["2026-03-28T00:00Z", "2026-03-30T00:00Z"],
        &["2026-03-28T01:30Z/2026-03-28T09:00Z", "2026-03-29T01:00Z/2026-03-29T08:00Z"],
    );
    row(
        "S5 so is an end",
        ("Europe/Oslo", "2026-03-27T22:00", "2026-03-28T02:30", DAILY),
        ["2026-03-28T12:00Z", "2026-03-29T12:00Z"],
        &["2026-03-28T21:00Z/2026-03-29T01:00Z"],
    );
    row(
        "S5 a shift half in the gap keeps the other half",
        ("Europe/Oslo", "2026-03-27T02:30", "2026-03-27T03:15", DAILY),
        ["2026-03-29T00:00Z", "2026-03-29T12:00Z"],
        &["2026-03-29T01:00Z/2026-03-29T01:15Z"],
    );
    row(
        "S8 a shift within the skipped hour is not held that day",
        ("Europe/Oslo", "2026-03-28T02:15", "2026-03-28T02:45", DAILY),
        ["2026-03-28T00:00Z", "2026-03-31T00:00Z"],
        &["2026-03-28T01:15Z/2026-03-28T01:45Z", "2026-03-30T00:15Z/2026-03-30T00:45Z"],
    );
}

#[test]
fn oslo_has_an_hour_twice() {
    row(
        "S6 a start in the doubled hour is its earlier instant",
        ("Europe/Oslo", "2026-10-23T02:30", "2026-10-23T10:00", DAILY),
        ["2026-10-25T00:00Z", "2026-10-26T00:00Z"],
        &["2026-10-25T00:30Z/2026-10-25T09:00Z"],
    );
    row(
        "S6 so is an end: neighbours meet (S7)",
        ("Europe/Oslo", "2026-10-23T22:00", "2026-10-24T02:30", DAILY),
        ["2026-10-24T12:00Z", "2026-10-25T12:00Z"],
        &["2026-10-24T20:00Z/2026-10-25T00:30Z"],
    );
    row(
        "S6 the doubled hour itself is two hours long",
        ("Europe/Oslo", "2026-10-24T02:00", "2026-10-24T03:00", DAILY),
        ["2026-10-25T00:00Z", "2026-10-26T00:00Z"],
        &["2026-10-25T00:00Z/2026-10-25T02:00Z"],
    );
}

#[test]
fn the_americas() {
    // New York 2026: forward on 8 March at 07:00Z, back on 1 November at 06:00Z.
    row(
        "S4 New York, a week from Monday 09:00",
        (
            "America/New_York",
            "2026-03-02T09:00",
            "2026-03-09T09:00",
            never(Frequency::Weekly {
                repeat_every: 1,
                on_days: WeekdaySet::EMPTY.with(Weekday::Monday),
            }),
        ),
        ["2026-03-02T14:00Z", "2026-03-16T13:00Z"],
        &["2026-03-02T14:00Z/2026-03-09T13:00Z", "2026-03-09T13:00Z/2026-03-16T13:00Z"],
    );
    row(
        "S6 New York, 01:30 happens twice",
        ("America/New_York", "2026-10-30T01:30", "2026-10-30T05:00", DAILY),
        ["2026-11-01T00:00Z", "2026-11-02T00:00Z"],
        &["2026-11-01T05:30Z/2026-11-01T10:00Z"],
    );
    // St. John's is 3½ hours behind: forward on 8 March at 05:30Z, back on 1 November at 04:30Z.
    row(
        "S5 St. John's, 02:15 does not happen",
        ("America/St_Johns", "2026-03-06T02:15", "2026-03-06T08:00", DAILY),
        ["2026-03-07T00:00Z", "2026-03-09T00:00Z"],
        &["2026-03-07T05:45Z/2026-03-07T11:30Z", "2026-03-08T05:30Z/2026-03-08T10:30Z"],
    );
    row(
        "S4 St. John's, 25 hours",
        ("America/St_Johns", "2026-10-01T00:00", "2026-10-02T00:00", DAILY),
        ["2026-11-01T02:30Z", "2026-11-02T03:30Z"],
        &["2026-11-01T02:30Z/2026-11-02T03:30Z"],
    );
}

#[test]
fn half_hours_and_midnights() {
    // Lord Howe turns its clocks by 30 minutes: 5 April 2026 back from 02:00 to 01:30 at 15:00Z on
    // the 4th, 4 October forward from 02:00 to 02:30 at 15:30Z on the 3rd.
    row(
        "S4 Lord Howe, 24½ and 23½ hours",
        ("Australia/Lord_Howe", "2026-04-01T00:00", "2026-04-02T00:00", DAILY),
        ["2026-04-04T13:00Z", "2026-04-05T13:30Z"],
        &["2026-04-04T13:00Z/2026-04-05T13:30Z"],
    );
    row(
        "S4 Lord Howe, 23½ hours",
        ("Australia/Lord_Howe", "2026-04-01T00:00", "2026-04-02T00:00", DAILY),
        ["2026-10-03T13:30Z", "2026-10-04T13:00Z"],
        &["2026-10-03T13:30Z/2026-10-04T13:00Z"],
    );
    row(
        "S5 Lord Howe, 02:15 is the jump",
        ("Australia/Lord_Howe", "2026-10-01T02:15", "2026-10-01T06:00", DAILY),
        ["2026-10-03T12:00Z", "2026-10-04T12:00Z"],
        &["2026-10-03T15:30Z/2026-10-03T19:00Z"],
    );
    row(
        "S6 Lord Howe, 01:45 happens twice",
        ("Australia/Lord_Howe", "2026-04-01T01:45", "2026-04-01T06:00", DAILY),
        ["2026-04-04T12:00Z", "2026-04-05T12:00Z"],
        &["2026-04-04T14:45Z/2026-04-04T19:30Z"],
    );
}

#[test]
fn clocks_that_change_at_other_times() {
    // Tehran, while it had summer time, jumped at midnight: 22 March 2022 began at 01:00.
    row(
        "S5 Tehran, a day that has no midnight",
        ("Asia/Tehran", "2022-03-20T00:00", "2022-03-21T00:00", DAILY),
        ["2022-03-20T20:30Z", "2022-03-22T19:30Z"],
        &["2022-03-20T20:30Z/2022-03-21T20:30Z", "2022-03-21T20:30Z/2022-03-22T19:30Z"],
    );
    // Casablanca leaves its usual +01 for Ramadan: 15 February 2026 back at 02:00Z, 22 March
    // forward.
    row(
        "S6 Casablanca, clocks go back in February",
        ("Africa/Casablanca", "2026-02-10T02:30", "2026-02-10T10:00", DAILY),
        ["2026-02-14T00:00Z", "2026-02-16T00:00Z"],
        &["2026-02-14T01:30Z/2026-02-14T09:00Z", "2026-02-15T01:30Z/2026-02-15T10:00Z"],
    );
    row(
        "S5 Casablanca, and forward in March",
        ("Africa/Casablanca", "2026-02-10T02:30", "2026-02-10T10:00", DAILY),
        ["2026-03-21T00:00Z", "2026-03-23T00:00Z"],
        &["2026-03-21T02:30Z/2026-03-21T10:00Z", "2026-03-22T02:00Z/2026-03-22T09:00Z"],
    );
    row(
        "S2 Kathmandu is 5¾ hours ahead and never changes",
        ("Asia/Kathmandu", "2026-03-27T09:00", "2026-03-27T17:00", DAILY),
        ["2026-03-29T00:00Z", "2026-03-30T00:00Z"],
        &["2026-03-29T03:15Z/2026-03-29T11:15Z"],
    );
}

#[test]
fn samoa_skips_a_day() {
    // At the end of 29 December 2011 (10:00Z on the 30th) Samoa went on with 31 December.
    row(
        "S8 office hours of the missing day are not held",
        ("Pacific/Apia", "2011-12-28T09:00", "2011-12-28T17:00", DAILY),
        ["2011-12-29T12:00Z", "2012-01-01T12:00Z"],
        &[
            "2011-12-29T19:00Z/2011-12-30T03:00Z",
            "2011-12-30T19:00Z/2011-12-31T03:00Z",
            "2011-12-31T19:00Z/2012-01-01T03:00Z",
        ],
    );
    row(
        "S7 24-hour shifts meet across it",
        ("Pacific/Apia", "2011-12-27T00:00", "2011-12-28T00:00", DAILY),
        ["2011-12-29T10:00Z", "2012-01-01T10:00Z"],
        &[
            "2011-12-29T10:00Z/2011-12-30T10:00Z",
            "2011-12-30T10:00Z/2011-12-31T10:00Z",
            "2011-12-31T10:00Z/2012-01-01T10:00Z",
        ],
    );
    row(
        "S8 from 09:00, the missing day's shift keeps the 9 hours that are left of it",
        ("Pacific/Apia", "2011-12-27T09:00", "2011-12-28T09:00", DAILY),
        ["2011-12-29T19:00Z", "2011-12-31T19:00Z"],
        &[
            "2011-12-29T19:00Z/2011-12-30T10:00Z",
            "2011-12-30T10:00Z/2011-12-30T19:00Z",
            "2011-12-30T19:00Z/2011-12-31T19:00Z",
        ],
    );
    let weekly = never(Frequency::Weekly {
        repeat_every: 1,
        on_days: WeekdaySet::EMPTY.with(Weekday::Friday),
    });
    let fridays = pattern("Pacific/Apia", "2011-12-23T09:00", "2011-12-23T17:00", weekly);
    let found: Vec<u64> =
        super::list(&fridays, "2011-12-20T00:00Z", "2012-01-14T00:00Z", &Holidays::none())
            .iter()
            .map(|occurrence| occurrence.index)
            .collect();
    assert_eq!(found, [0, 2, 3], "S8 the missing Friday keeps its number");
}

#[test]
fn the_first_occurrence_is_exactly_what_was_given() {
    // S3: the second 02:30 of 25 October in Oslo. S4: the elapsed length serves where the local
    // end is earlier than the local start.
    let within = |start: &str, end: &str| {
        Pattern::new(utc(start), utc(end), zone("Europe/Oslo"), DAILY, Vec::new()).unwrap()
    };
    let none = Holidays::none();
    check(
        "S3",
        &within("2026-10-25T01:30Z", "2026-10-25T09:00Z"),
        ["2026-10-25T00:00Z", "2026-10-27T00:00Z"],
        &none,
        &["2026-10-25T01:30Z/2026-10-25T09:00Z", "2026-10-26T01:30Z/2026-10-26T09:00Z"],
    );
    check(
        "S4 20 minutes across the turn of the clock",
        &within("2026-10-25T00:50Z", "2026-10-25T01:10Z"),
        ["2026-10-25T00:00Z", "2026-10-27T00:00Z"],
        &none,
        &["2026-10-25T00:50Z/2026-10-25T01:10Z", "2026-10-26T01:50Z/2026-10-26T02:10Z"],
    );
}
