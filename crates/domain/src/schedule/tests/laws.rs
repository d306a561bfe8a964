//! Laws that hold for every pattern, zone and window.

use jiff::civil::{Date, DateTime, date};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::super::rotation::{Direction, IntervalUnit, Progress, Rotation, RotationType};
use super::super::timeframe::Timeframe;
use super::super::{Holidays, Occurrence, Pattern, Recurrence, WeekdaySet, Zone, coverage};
use super::naive::{any_pattern, any_zone, holidays, instant};
use super::{DAILY, naive, utc};

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

fn days(days: i64) -> SignedDuration {
    SignedDuration::from_hours(24 * days)
}

/// A 24-hour pattern of one kind from midnight of 2 January 2011 in `zone`.
fn round_the_clock(zone: &Zone, recurrence: Recurrence) -> Pattern {
    let midnight = |day| zone.instant(date(2011, 1, day).at(0, 0, 0, 0)).unwrap();
    Pattern::new(midnight(2), midnight(3), zone.clone(), recurrence, vec![]).unwrap()
}

/// Each occurrence begins where the one before ends.
fn assert_tiles(name: &str, occurrences: &[Occurrence]) {
    assert!(occurrences.len() > 300, "{name}");
    for pair in occurrences.windows(2) {
        assert_eq!(pair[0].end, pair[1].start, "{name}");
    }
}

#[test]
fn every_zone_is_covered_round_the_clock() {
    // S7, through Samoa's missing day and everything the zones did in these years.
    let none = Holidays::none();
    let mut zones = 0;
    for name in jiff::tz::db().available() {
        let Ok(zone) = Zone::parse(name.as_str()) else {
            continue;
        };
        zones += 1;
        for recurrence in [DAILY, Recurrence::EVERY_DAY] {
            let pattern = round_the_clock(&zone, recurrence);
            let window = (utc("2011-03-01T00:00Z"), utc("2012-03-01T00:00Z"));
            let found: Vec<Occurrence> = pattern.occurrences(window.0, window.1, &none).collect();
            assert_tiles(zone.name(), &found);
            assert!(found[0].start <= window.0 && window.1 <= found.last().unwrap().end);
            let segments = coverage(&[&pattern], window.0, window.1, &none);
            assert!(segments.iter().all(|segment| !segment.is_gap()), "{}", zone.name());
        }
    }
    assert!(zones > 400, "the zone database is bundled: {zones}");
}

#[test]
fn local_times_around_every_clock_change_come_back() {
    // S5 to S7 at all changes of all zones from 2000 to 2040: what the clock shows at an instant
    // stands for the first instant that shows it, and the order is kept.
    let end = utc("2040-01-01T00:00Z");
    let mut changes = 0;
    for name in jiff::tz::db().available() {
        let Ok(zone) = Zone::parse(name.as_str()) else {
            continue;
        };
        for change in zone.rules().following(utc("2000-01-01T00:00Z")) {
            if change.timestamp() >= end {
                break;
            }
            changes += 1;
            let near = [-61, -31, -1, 0, 1, 29, 31, 59, 61];
            for at in near.map(|m| change.timestamp() + SignedDuration::from_mins(m)) {
                let shown = zone.local(at);
                let first = zone.instant(shown).unwrap();
                assert_eq!(zone.local(first), shown, "{zone} {at}");
                assert!(first <= at, "{zone} {at}");
                for earlier in [30, 60, 120, 24 * 60] {
                    let earlier = first - SignedDuration::from_mins(earlier);
                    assert_ne!(zone.local(earlier), shown, "{zone} {at}");
                }
                let half_on = zone.instant(shown + SignedDuration::from_mins(30)).unwrap();
                assert!(first <= half_on, "{zone} {at}");
            }
        }
    }
    assert!(changes > 10_000, "{changes}");
}

#[test]
fn only_the_unknown_zone_is_refused() {
    let refused: Vec<String> = jiff::tz::db()
        .available()
        .map(|name| name.as_str().to_owned())
        .filter(|name| Zone::parse(name).is_err())
        .collect();
    assert!(refused.iter().all(|name| name == "Etc/Unknown"), "{refused:?}");
}

proptest! {
    #![proptest_config(config(192))]

    #[test]
    fn a_jump_into_the_middle_equals_counting_from_the_start(
        pattern in any_pattern(), ahead in 0_i64..2000, length in 0_i64..40,
    ) {
        let holidays = holidays();
        let from = pattern.first_start + days(ahead - 20);
        let to = from + days(length) + SignedDuration::from_mins(17);
        let all = naive::occurrences(&pattern, to, &holidays);
        let expect: Vec<Occurrence> = all.into_iter().filter(|o| o.end > from).collect();
        let found: Vec<Occurrence> = pattern.occurrences(from, to, &holidays).collect();
        prop_assert_eq!(&found, &expect);
        prop_assert!(found.windows(2).all(|pair| pair[0].start <= pair[1].start));
        prop_assert!(found.iter().all(|o| o.start < o.end));
    }

    #[test]
    fn windows_can_be_split(pattern in any_pattern(), ahead in 0_i64..1500, cut in 0_i64..60) {
        let holidays = holidays();
        let a = pattern.first_start + days(ahead);
        let (b, c) = (a + days(cut), a + days(60));
        let list = |from, to| pattern.occurrences(from, to, &holidays).collect::<Vec<_>>();
        let mut parts = list(a, b);
        parts.extend(list(b, c));
        parts.sort_unstable_by_key(|o| (o.start, o.index));
        parts.dedup();
        prop_assert_eq!(parts, list(a, c));
    }

    #[test]
    fn the_active_one_is_in_the_list_and_changes_when_foretold(
        pattern in any_pattern(), ahead in 0_i64..60_000,
    ) {
        let holidays = holidays();
        let at = pattern.first_start + SignedDuration::from_mins(15 * ahead);
        let near = naive::occurrences(&pattern, at + days(400), &holidays);
        let active_at = |at| near.iter().rfind(|o| o.contains(at)).copied();
        let now = pattern.active_at(at, &holidays);
        prop_assert_eq!(now, active_at(at));
        let mut ends: Vec<Timestamp> = near.iter().flat_map(|o| [o.start, o.end]).collect();
        ends.sort_unstable();
        let expect = ends.into_iter().find(|t| *t > at && active_at(*t) != now);
        match pattern.next_change(at, &holidays) {
            Some(change) if change < at + days(300) => {
                prop_assert_eq!(Some(change), expect);
                let before = change - SignedDuration::from_nanos(1);
                prop_assert_eq!(pattern.active_at(before, &holidays), now);
            }
            _ => prop_assert!(expect.is_none_or(|t| t >= at + days(300))),
        }
    }

    #[test]
    fn numbers_agree_with_starts(pattern in any_pattern(), ahead in 0_i64..1500) {
        let holidays = holidays();
        let at = pattern.first_start + days(ahead);
        let mut all = pattern.clone();
        all.exclusions.clear();
        let next = all.occurrences(at, at + days(4000), &holidays).find(|o| o.start >= at);
        if let Some(next) = next {
            prop_assert_eq!(pattern.index_from(at, &holidays), Some(next.index));
            prop_assert_eq!(pattern.occurrence_starting_at(next.start, &holidays), Some(next));
        }
    }

    #[test]
    fn coverage_partitions_and_agrees_with_each_pattern(
        patterns in prop::collection::vec(any_pattern(), 0..4),
        from in instant(), length in 1_i64..40,
    ) {
        let holidays = holidays();
        let to = from + days(length);
        let patterns: Vec<&Pattern> = patterns.iter().collect();
        let segments = coverage(&patterns, from, to, &holidays);
        let mut at = from;
        for (i, segment) in segments.iter().enumerate() {
            prop_assert_eq!(segment.start, at);
            prop_assert!(segment.start < segment.end);
            prop_assert!(i == 0 || segments[i - 1].active != segment.active);
            for at in [segment.start, segment.end - SignedDuration::from_nanos(1)] {
                let expect: Vec<(usize, Occurrence)> = patterns
                    .iter()
                    .enumerate()
                    .filter_map(|(i, p)| Some((i, p.active_at(at, &holidays)?)))
                    .collect();
                prop_assert_eq!(&segment.active, &expect);
            }
            at = segment.end;
        }
        prop_assert_eq!(at, to);
    }
}

/// S7 as it is written: the first instant at which the clock shows `local` or later, searched for.
fn first_instant_showing(zone: &Zone, local: DateTime) -> Timestamp {
    let minute = SignedDuration::from_mins(1);
    let mut at =
        jiff::tz::Offset::UTC.to_timestamp(local).unwrap() - SignedDuration::from_hours(28);
    while zone.local(at) < local {
        // Whole hours while no clock change can reach the goal, then minutes.
        let far = local.duration_since(zone.local(at)) > SignedDuration::from_hours(26);
        at += if far { SignedDuration::from_hours(1) } else { minute };
    }
    at
}

proptest! {
    #![proptest_config(config(96))]

    #[test]
    fn local_times_are_the_first_instant_that_shows_them(
        zone in any_zone(), near in instant(), minutes in -90_i64..90, jump in any::<bool>(),
    ) {
        // Half of the cases are within a clock change.
        let next = zone.rules().following(near).find(|t| t.timestamp() > near);
        let near = next.filter(|_| jump).map_or(near, |t| t.timestamp());
        let local = zone.local(near) + SignedDuration::from_mins(minutes);
        let found = zone.instant(local).unwrap();
        prop_assert_eq!(found, first_instant_showing(&zone, local));
        let later = zone.instant(local + SignedDuration::from_mins(7)).unwrap();
        prop_assert!(found <= later);
    }

    #[test]
    fn a_week_round_the_clock_lasts_what_the_clocks_say(zone in any_zone(), week in 9_i64..600) {
        let none = Holidays::none();
        let pattern = round_the_clock(&zone, Recurrence::EVERY_DAY);
        let sunday = date(2011, 1, 2) + days(7 * week);
        let midnight = |date: Date| zone.instant(date.at(0, 0, 0, 0)).unwrap();
        let (from, to) = (midnight(sunday), midnight(sunday + days(7)));
        let held: SignedDuration = pattern
            .occurrences(from, to, &none)
            .map(|o| o.end.duration_since(o.start))
            .sum();
        // Seven days, less what the clocks were put forward in between.
        let ahead = |at: Timestamp| {
            SignedDuration::from_secs(i64::from(zone.rules().to_offset(at).seconds()))
        };
        let shown = zone.local(to).duration_since(zone.local(from));
        prop_assert_eq!(held, shown - (ahead(to) - ahead(from)));
        prop_assert!((shown - days(7)).abs() <= SignedDuration::from_hours(1), "{}", shown);
    }

    #[test]
    fn a_frame_of_a_day_is_always_open(zone in any_zone(), at in instant(), hour in 0_i8..24) {
        let frame = Timeframe {
            name: "Always".to_owned(),
            start: jiff::civil::time(hour, 0, 0, 0),
            duration_minutes: 1440,
            days: WeekdaySet::ALL,
            exclude_holidays: false,
            zone: None,
        };
        let next = zone.rules().following(at).next().map_or(at, |t| t.timestamp());
        for at in [at, next, next - SignedDuration::from_mins(1)] {
            prop_assert!(frame.active_at(at, &zone, &Holidays::none()));
        }
    }

    #[test]
    fn a_frame_agrees_with_a_weekly_shift(
        zone in any_zone(), at in instant(),
        start in 0_i64..96, quarters in 1_u16..=96, days_on in 1_u8..128,
    ) {
        let on: WeekdaySet = WeekdaySet::ALL
            .iter()
            .filter(|day| days_on & (1 << day.to_sunday_zero_offset()) != 0)
            .collect();
        let opens = date(2008, 1, 6).at(0, 0, 0, 0) + SignedDuration::from_mins(15 * start);
        let closes = opens + SignedDuration::from_mins(15 * i64::from(quarters));
        let frame = Timeframe {
            name: "Frame".to_owned(),
            start: opens.time(),
            duration_minutes: quarters * 15,
            days: on,
            exclude_holidays: false,
            zone: Some(zone.clone()),
        };
        let frequency = super::Frequency::Weekly { repeat_every: 1, on_days: on };
        let (s, e) = (zone.instant(opens).unwrap(), zone.instant(closes).unwrap());
        let shift = Pattern::new(s, e, zone.clone(), super::never(frequency), vec![]).unwrap();
        let none = Holidays::none();
        let open = frame.active_at(at, &Zone::utc(), &none);
        prop_assert_eq!(open, shift.active_at(at, &none).is_some());
    }

    #[test]
    fn a_rotation_is_a_permutation_with_a_period(
        flags in prop::collection::vec(any::<bool>(), 0..12),
        alerts in 0_u64..1000, interval in 1_u16..5, back in any::<bool>(),
    ) {
        let direction = if back { Direction::LastToFirst } else { Direction::FirstToLast };
        let anchor = utc("2026-03-02T08:00Z");
        let kind = RotationType::Alerts;
        let rotation = Rotation::new(kind, direction, interval, anchor, Zone::utc()).unwrap();
        let order = |alerts| {
            rotation.order_at(&flags, anchor, Progress { alerts, ..Progress::default() })
        };
        let found = order(alerts);
        let mut sorted = found.clone();
        sorted.sort_unstable();
        prop_assert_eq!(sorted, (0..flags.len()).collect::<Vec<_>>());
        for (place, moves) in flags.iter().enumerate() {
            prop_assert!(*moves || found[place] == place, "fixed members stay");
        }
        let rotating = flags.iter().filter(|moves| **moves).count() as u64;
        let period = rotating.max(1) * u64::from(interval);
        prop_assert_eq!(order(alerts + period), found.clone());
        prop_assert_eq!(order(0), (0..flags.len()).collect::<Vec<_>>());
        if rotating > 1 {
            prop_assert_ne!(order(alerts + u64::from(interval)), found);
        }
    }

    #[test]
    fn time_steps_are_at_the_foretold_instants(
        zone in any_zone(), anchor in instant(), minutes in 0_i64..600_000,
        interval in 1_u16..4, unit in 0_usize..3,
    ) {
        let unit = [IntervalUnit::Hours, IntervalUnit::Days, IntervalUnit::Weeks][unit];
        let kind = RotationType::Time(unit);
        let rotation =
            Rotation::new(kind, Direction::FirstToLast, interval, anchor, zone.clone()).unwrap();
        let steps = |at| rotation.steps_at(at, Progress::default());
        let at = anchor + SignedDuration::from_mins(minutes);
        let next = rotation.next_step(at).unwrap();
        prop_assert!(next > at);
        prop_assert_eq!(steps(next - SignedDuration::from_nanos(1)), steps(at));
        prop_assert!(steps(next) > steps(at));
        // A step at a time that is neither skipped nor doubled is at the anchor's time of day.
        let shown = zone.local(next).duration_since(zone.local(anchor));
        let multiple = if unit == IntervalUnit::Hours { 60 } else { 24 * 60 };
        let off = shown.as_mins() % multiple;
        let ambiguous = zone.rules().to_ambiguous_timestamp(zone.local(next)).is_ambiguous();
        let jump = zone.rules().following(next - SignedDuration::from_nanos(1)).next();
        prop_assert!(off == 0 || ambiguous || jump.is_some_and(|t| t.timestamp() == next));
    }
}
