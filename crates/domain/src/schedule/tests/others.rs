//! Rotations, time frames and coverage, by hand.

use jiff::civil::{Time, date, time};

use super::super::rotation::{
    Direction, IntervalUnit, Progress, Rotation, RotationError, RotationType,
};
use super::super::timeframe::{Timeframe, TimeframeError};
use super::super::{Holidays, Recurrence, Weekday, WeekdaySet, Zone, coverage};
use super::{DAILY, local, pattern, utc, zone};

fn rotation(kind: RotationType, interval: u16, anchor: &str) -> Rotation {
    let zone = zone("Europe/Oslo");
    let anchor = local(&zone, anchor);
    Rotation::new(kind, Direction::FirstToLast, interval, anchor, zone).unwrap()
}

#[test]
fn members_move_and_fixed_ones_stay() {
    // R2: the second and fourth of five are fixed.
    let flags = [true, false, true, false, true];
    let order = |direction, alerts| {
        let rotation =
            Rotation { direction, ..rotation(RotationType::Alerts, 1, "2026-03-02T09:00") };
        rotation.order_at(&flags, rotation.anchor, Progress { alerts, ..Progress::default() })
    };
    assert_eq!(order(Direction::FirstToLast, 0), [0, 1, 2, 3, 4]);
    assert_eq!(order(Direction::FirstToLast, 1), [2, 1, 4, 3, 0]);
    assert_eq!(order(Direction::FirstToLast, 2), [4, 1, 0, 3, 2]);
    assert_eq!(order(Direction::FirstToLast, 3), [0, 1, 2, 3, 4]);
    assert_eq!(order(Direction::LastToFirst, 1), [4, 1, 0, 3, 2]);
    assert_eq!(order(Direction::LastToFirst, 2), [2, 1, 4, 3, 0]);
    let alone = rotation(RotationType::Alerts, 1, "2026-03-02T09:00");
    let progress = Progress { alerts: 7, ..Progress::default() };
    assert_eq!(alone.order_at(&[false, true, false], alone.anchor, progress), [0, 1, 2]);
    assert_eq!(alone.order_at(&[false, false], alone.anchor, progress), [0, 1]);
    assert!(alone.order_at(&[], alone.anchor, progress).is_empty());
}

#[test]
fn time_steps_stay_on_the_wall_clock() {
    let weekly = rotation(RotationType::Time(IntervalUnit::Weeks), 1, "2026-03-02T09:00");
    let steps = |rotation: &Rotation, at: &str| rotation.steps_at(utc(at), Progress::default());
    // R3, R6. Monday 09:00 in Oslo is 08:00Z until 29 March, then 07:00Z, and 08:00Z after 25
    // October.
    for (at, expect) in [
        ("2026-03-02T07:59:59Z", 0),
        ("2026-03-02T08:00Z", 1),
        ("2026-03-23T07:59:59Z", 3),
        ("2026-03-23T08:00Z", 4),
        ("2026-03-30T06:59:59Z", 4),
        ("2026-03-30T07:00Z", 5),
        ("2026-10-26T07:59:59Z", 34),
        ("2026-10-26T08:00Z", 35),
    ] {
        assert_eq!(steps(&weekly, at), expect, "R3 {at}");
    }
    assert_eq!(weekly.next_step(utc("2026-03-01T00:00Z")), Some(weekly.anchor));
    assert_eq!(weekly.next_step(weekly.anchor), Some(utc("2026-03-09T08:00Z")));
    assert_eq!(weekly.next_step(utc("2026-03-23T08:00Z")), Some(utc("2026-03-30T07:00Z")));
}

#[test]
fn hourly_steps_across_clock_changes() {
    let steps = |rotation: &Rotation, at: &str| rotation.steps_at(utc(at), Progress::default());
    // R3. Hours: in spring the steps of 02:00 and 03:00 are both at the jump, in autumn 03:00 comes
    // two hours after 02:00.
    let hourly = rotation(RotationType::Time(IntervalUnit::Hours), 1, "2026-03-28T23:00");
    for (at, expect) in
        [("2026-03-29T00:59:59Z", 3), ("2026-03-29T01:00Z", 5), ("2026-03-29T02:00Z", 6)]
    {
        assert_eq!(steps(&hourly, at), expect, "R3 {at}");
    }
    let autumn = rotation(RotationType::Time(IntervalUnit::Hours), 1, "2026-10-25T00:00");
    for (at, expect) in
        [("2026-10-25T00:00Z", 3), ("2026-10-25T01:30Z", 3), ("2026-10-25T02:00Z", 4)]
    {
        assert_eq!(steps(&autumn, at), expect, "R3 {at}");
    }
    // 02:30 comes first at 00:30Z; at 01:10Z the clock shows 02:10 again, the step stays made.
    let half_past = rotation(RotationType::Time(IntervalUnit::Hours), 1, "2026-10-25T00:30");
    assert_eq!(steps(&half_past, "2026-10-25T01:10Z"), 3, "R3");
    assert_eq!(half_past.next_step(utc("2026-10-25T01:10Z")), Some(utc("2026-10-25T02:30Z")));
    let shifts = rotation(RotationType::Time(IntervalUnit::Hours), 12, "2026-03-28T08:00");
    assert_eq!(shifts.next_step(shifts.anchor), Some(utc("2026-03-28T19:00Z")));
    assert_eq!(shifts.next_step(utc("2026-03-28T19:00Z")), Some(utc("2026-03-29T06:00Z")), "R3");
}

#[test]
fn shifts_and_alerts_count() {
    let none = Holidays::none();
    let daily = pattern("Europe/Oslo", "2026-03-01T09:00", "2026-03-01T17:00", DAILY);
    let rotation_by = |kind, interval| rotation(kind, interval, "2026-03-04T00:00");
    let steps = |rotation: &Rotation, at: &str, alerts| {
        let occurrence = daily.active_at(utc(at), &none).unwrap();
        let progress = Progress::at(rotation, &daily, &occurrence, &none, alerts);
        rotation.steps_at(utc(at), progress)
    };
    let by_two = rotation_by(RotationType::Shifts, 2);
    let found: Vec<u64> =
        (2..=9).map(|day| steps(&by_two, &format!("2026-03-0{day}T12:00Z"), 0)).collect();
    assert_eq!(found, [0, 0, 1, 1, 2, 2, 3, 3], "R4 from 4 March, then every second");
    let by_three = rotation_by(RotationType::Alerts, 3);
    let alerts = |at, alerts| steps(&by_three, at, alerts);
    assert_eq!(alerts("2026-03-03T12:00Z", 30), 0, "R6");
    let found: Vec<u64> = (0..8).map(|n| alerts("2026-03-04T12:00Z", n)).collect();
    assert_eq!(found, [0, 0, 0, 1, 1, 1, 2, 2], "R5");
    assert_eq!(by_three.next_step(by_three.anchor), None);

    // An anchor after the last occurrence is never reached.
    let once = pattern("Europe/Oslo", "2026-03-01T09:00", "2026-03-01T17:00", Recurrence::ONCE);
    let occurrence = once.active_at(once.first_start, &none).unwrap();
    let progress = Progress::at(&by_two, &once, &occurrence, &none, 0);
    assert_eq!(by_two.steps_at(utc("2026-03-05T00:00Z"), progress), 0);
}

#[test]
fn bad_rotations_name_the_field() {
    let make = |interval| {
        let direction = Direction::LastToFirst;
        Rotation::new(
            RotationType::Shifts,
            direction,
            interval,
            utc("2026-03-02T00:00Z"),
            Zone::utc(),
        )
    };
    assert_eq!(make(0), Err(RotationError::Interval(0)));
    assert_eq!(make(1000), Err(RotationError::Interval(1000)));
    let error = make(0).unwrap_err();
    assert!(error.to_string().starts_with(&format!("{}: ", error.field())), "{error}");
}

fn frame(start: Time, duration_minutes: u16, days: &[Weekday]) -> Timeframe {
    Timeframe {
        name: "Work".to_owned(),
        start,
        duration_minutes,
        days: days.iter().copied().collect(),
        exclude_holidays: false,
        zone: None,
    }
}

#[track_caller]
fn open(frame: &Timeframe, at: &str, expect: bool) {
    let holidays: Holidays = [date(2026, 5, 1)].into_iter().collect();
    assert_eq!(frame.active_at(utc(at), &zone("Europe/Oslo"), &holidays), expect, "{at}");
}

#[test]
fn time_frames_open_and_close() {
    let work = frame(time(8, 0, 0, 0), 540, &[Weekday::Friday]);
    // Friday 1 May 2026 is a holiday; Oslo is at +02.
    for (at, expect) in [
        ("2026-05-01T05:59:59Z", false),
        ("2026-05-01T06:00Z", true),
        ("2026-05-01T14:59:59Z", true),
        ("2026-05-01T15:00Z", false),
        ("2026-05-02T07:00Z", false),
        ("2026-01-09T07:00Z", true),
    ] {
        open(&work, at, expect);
    }
    open(&Timeframe { exclude_holidays: true, ..work.clone() }, "2026-05-01T07:00Z", false);
    open(&Timeframe { exclude_holidays: true, ..work.clone() }, "2026-05-08T07:00Z", true);
    let tokyo = Timeframe { zone: Some(zone("Asia/Tokyo")), ..work };
    open(&tokyo, "2026-04-30T23:00Z", true);
    open(&tokyo, "2026-05-01T08:00Z", false);
    // T3, T4: the night from Thursday 30 April into the holiday, and the one that starts on it.
    let night = frame(time(22, 0, 0, 0), 480, &[Weekday::Thursday, Weekday::Friday]);
    let night = Timeframe { exclude_holidays: true, ..night };
    open(&night, "2026-05-01T03:59:59Z", true);
    open(&night, "2026-05-01T04:00Z", false);
    open(&night, "2026-05-01T21:00Z", false);
    open(&night, "2026-05-02T03:00Z", false);
    open(&Timeframe { exclude_holidays: false, ..night }, "2026-05-02T03:00Z", true);
}

#[test]
fn time_frames_across_clock_changes() {
    let sundays = [Weekday::Sunday];
    // T2: open at 08:00 and shut at 17:00, also on the day that is 23 hours long.
    let day = frame(time(8, 0, 0, 0), 540, &sundays);
    open(&day, "2026-03-29T06:00Z", true);
    open(&day, "2026-03-29T15:00Z", false);
    let over = frame(time(1, 0, 0, 0), 180, &sundays);
    open(&over, "2026-03-29T01:59:59Z", true);
    open(&over, "2026-03-29T02:00Z", false);
    // T5
    let hour = frame(time(2, 0, 0, 0), 60, &sundays);
    for at in ["2026-03-29T00:59:59Z", "2026-03-29T01:00Z", "2026-03-29T01:30Z"] {
        open(&hour, at, false);
    }
    open(&hour, "2026-10-25T00:30Z", true);
    open(&hour, "2026-10-25T01:59:59Z", true);
    open(&hour, "2026-10-25T02:00Z", false);
}

#[test]
fn bad_time_frames_name_the_field() {
    let good = frame(time(8, 0, 0, 0), 1440, &[Weekday::Monday]);
    assert_eq!(good.clone().checked(), Ok(good.clone()));
    let cases = [
        (Timeframe { name: " ".to_owned(), ..good.clone() }, TimeframeError::Name),
        (Timeframe { name: "x".repeat(101), ..good.clone() }, TimeframeError::Name),
        (Timeframe { start: time(8, 0, 1, 0), ..good.clone() }, TimeframeError::Start),
        (Timeframe { start: time(8, 0, 0, 1), ..good.clone() }, TimeframeError::Start),
        (Timeframe { duration_minutes: 0, ..good.clone() }, TimeframeError::Duration(0)),
        (Timeframe { duration_minutes: 1441, ..good.clone() }, TimeframeError::Duration(1441)),
        (Timeframe { days: WeekdaySet::EMPTY, ..good }, TimeframeError::NoDays),
    ];
    for (bad, error) in cases {
        assert_eq!(bad.checked(), Err(error));
        assert!(error.to_string().starts_with(&format!("{}: ", error.field())), "{error}");
    }
}

#[test]
fn coverage_shows_gaps_handovers_and_overlaps() {
    let none = Holidays::none();
    let day = pattern("UTC", "2026-03-02T08:00", "2026-03-02T16:00", DAILY);
    let evening = pattern("UTC", "2026-03-02T15:00", "2026-03-02T22:00", DAILY);
    let text = |patterns: &[&super::Pattern], from: &str, to: &str| -> Vec<String> {
        coverage(patterns, utc(from), utc(to), &none)
            .iter()
            .map(|segment| {
                let active: Vec<String> =
                    segment.active.iter().map(|(i, o)| format!("{i}#{}", o.index)).collect();
                assert_eq!(segment.is_gap(), active.is_empty());
                let hour = |at: jiff::Timestamp| at.strftime("%d %H").to_string();
                format!("{}-{} {}", hour(segment.start), hour(segment.end), active.join(","))
            })
            .collect()
    };
    assert_eq!(
        text(&[&day, &evening], "2026-03-03T12:00Z", "2026-03-04T09:00Z"),
        [
            "03 12-03 15 0#1",
            "03 15-03 16 0#1,1#1",
            "03 16-03 22 1#1",
            "03 22-04 08 ",
            "04 08-04 09 0#2"
        ]
    );
    // A daily shift of 30 hours: the end of the one that is no longer in force is no boundary
    // (S17).
    let long = pattern("UTC", "2026-03-02T00:00", "2026-03-03T06:00", DAILY);
    assert_eq!(
        text(&[&long], "2026-03-04T00:00Z", "2026-03-06T00:00Z"),
        ["04 00-05 00 0#2", "05 00-06 00 0#3"]
    );
    assert_eq!(text(&[], "2026-03-04T00:00Z", "2026-03-05T00:00Z"), ["04 00-05 00 "]);
    assert!(
        coverage(&[&day], utc("2026-03-04T00:00Z"), utc("2026-03-04T00:00Z"), &none).is_empty()
    );
    let cut = coverage(&[&day], utc("2026-01-01T00:00Z"), utc("2036-01-01T00:00Z"), &none);
    assert_eq!(cut.last().map(|s| s.end), Some(utc("2027-02-05T00:00Z")), "400 days");
}
