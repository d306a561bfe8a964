//! On which devices, and when.

use super::*;
use crate::devices::{DevicePlan, Rules, Skip, plan};
use crate::schedule::WeekdaySet;
use crate::schedule::timeframe::Timeframe;

fn planned(world: &World, person: PersonId, rules: Rules) -> Vec<(String, i64)> {
    let found =
        plan(&world.directory, world.directory.person(person).expect("there"), world.now, rules);
    named(world, &found)
}

fn named(world: &World, plan: &DevicePlan) -> Vec<(String, i64)> {
    let wait = |due| firebell_base::time::micros_between(world.now, due) / 60_000_000;
    plan.uses
        .iter()
        .map(|used| {
            let device = world.directory.device(used.device).expect("there");
            (device.name.to_string(), wait(used.due))
        })
        .collect()
}

const RULES: Rules =
    Rules { priority: Priority::Medium, override_restrictions: false, failsafe: true };

fn world() -> (World, PersonId) {
    let mut world = World::new();
    let akira = world.person_without_device("akira");
    world.device(akira, "Push", 1, 2);
    world.device(akira, "Mail", 2, 5);
    world.device(akira, "Voice", 3, 0);
    (world, akira)
}

fn uses(expected: &[(&str, i64)]) -> Vec<(String, i64)> {
    expected.iter().map(|(name, wait)| ((*name).to_owned(), *wait)).collect()
}

#[test]
fn devices_follow_each_other_after_their_delays() {
    let (world, akira) = world();
    assert_eq!(planned(&world, akira, RULES), uses(&[("Push", 0), ("Mail", 2), ("Voice", 7)]));
}

#[test]
fn a_device_passed_over_is_not_waited_for() {
    let (mut world, akira) = world();
    world.change_device(akira, "Push", |d| d.status = Status::Inactive);
    assert_eq!(planned(&world, akira, RULES), uses(&[("Mail", 0), ("Voice", 5)]));
}

#[test]
fn a_threshold_above_the_priority_passes_the_device_over() {
    let (mut world, akira) = world();
    world.change_device(akira, "Voice", |d| d.priority_threshold = Priority::High);
    assert_eq!(planned(&world, akira, RULES), uses(&[("Push", 0), ("Mail", 2)]));
    let high = Rules { priority: Priority::High, ..RULES };
    assert_eq!(planned(&world, akira, high).len(), 3);
}

#[test]
fn a_time_frame_is_asked_for_the_instant_of_use() {
    let (mut world, akira) = world();
    // 09:30 in Oslo now; Voice would be used at 09:37, and may be until 09:35.
    let frame = Timeframe {
        name: "Early".to_owned(),
        start: jiff::civil::time(8, 0, 0, 0),
        duration_minutes: 95,
        days: WeekdaySet::ALL,
        exclude_holidays: false,
        zone: None,
    };
    world.change_device(akira, "Voice", |d| d.timeframes = vec![frame.clone()]);
    world.change_device(akira, "Push", |d| d.timeframes = vec![frame.clone()]);
    assert_eq!(planned(&world, akira, RULES), uses(&[("Push", 0), ("Mail", 2)]));
    let forced = Rules { override_restrictions: true, ..RULES };
    assert_eq!(planned(&world, akira, forced), uses(&[("Push", 0), ("Mail", 0), ("Voice", 0)]));
}

#[test]
fn the_failsafe_is_used_only_when_nothing_else_can_be() {
    let (mut world, akira) = world();
    world.device(akira, "Failsafe", 4, 0);
    world.change_device(akira, "Failsafe", |d| {
        d.default_device = true;
        d.priority_threshold = Priority::High;
    });
    assert_eq!(planned(&world, akira, RULES).len(), 3);
    for title in ["Push", "Mail", "Voice"] {
        world.change_device(akira, title, |d| d.status = Status::Inactive);
    }
    assert_eq!(planned(&world, akira, RULES), uses(&[("Failsafe", 0)]));
    let without = Rules { failsafe: false, ..RULES };
    let person = world.directory.person(akira).expect("there");
    let none = plan(&world.directory, person, world.now, without);
    assert!(none.uses.is_empty());
    assert_eq!(none.skipped.iter().filter(|(_, s)| *s == Skip::Inactive).count(), 3);
}
