//! Who is on call, and who covers.

use super::*;
use crate::oncall::{Cover, cover, on_call};
use crate::schedule::rotation::{Direction, IntervalUnit, Rotation, RotationType};

#[test]
fn the_latest_entered_absence_holds_and_replacements_are_followed() {
    let mut world = World::new();
    let [a, b, c] = ["a", "b", "c"].map(|n| world.person(n));
    let group = world.group("Ops", &[]);
    let other = world.group("Other", &[]);
    assert_eq!(cover(&world.directory, a, group, world.now), Cover::Present);
    world.absent(a, Some(group), Some(b));
    assert_eq!(cover(&world.directory, a, group, world.now), Cover::ReplacedBy(b));
    assert_eq!(cover(&world.directory, a, other, world.now), Cover::Present);
    world.absent(b, None, Some(c));
    assert_eq!(cover(&world.directory, a, group, world.now), Cover::ReplacedBy(c));
    world.absent(a, Some(group), None);
    assert_eq!(cover(&world.directory, a, group, world.now), Cover::Vacant);
}

#[test]
fn people_who_replace_each_other_leave_a_vacancy() {
    let mut world = World::new();
    let [a, b] = ["a", "b"].map(|n| world.person(n));
    let group = world.group("Ops", &[]);
    world.absent(a, None, Some(b));
    world.absent(b, None, Some(a));
    assert_eq!(cover(&world.directory, a, group, world.now), Cover::Vacant);
}

#[test]
fn an_absence_is_half_open() {
    let mut world = World::new();
    let a = world.person("a");
    let group = world.group("Ops", &[]);
    world.absent(a, None, None);
    let end = add_minutes(world.now, 60);
    let start = add_minutes(world.now, -60);
    assert_eq!(cover(&world.directory, a, group, start), Cover::Vacant);
    assert_eq!(cover(&world.directory, a, group, end), Cover::Present);
}

#[test]
fn a_rotation_moves_people_and_delays_stay_with_the_places() {
    let mut world = World::new();
    let [a, b, c] = ["a", "b", "c"].map(|n| world.person(n));
    let group = world.group("Ops", &[]);
    let members = [a, b, c].map(Recipient::Person);
    let mut shift = world.always(group, &[(members[0], 0), (members[1], 5), (members[2], 10)]);
    let anchor: Timestamp = "2026-02-02T00:00:00Z".parse().expect("an instant");
    let weekly = Rotation::new(
        RotationType::Time(IntervalUnit::Weeks),
        Direction::FirstToLast,
        1,
        anchor,
        Zone::utc(),
    );
    shift.rotation = Some(weekly.expect("a rotation"));
    world.directory.put(Entity::Shift(Box::new(shift)));
    let at = |text: &str| -> Vec<(Recipient, u16)> {
        let now = text.parse().expect("an instant");
        let group = world.directory.group(group).expect("there");
        let in_force = on_call(&world.directory, group, now, &|_| 0);
        in_force[0].places.iter().map(|p| (p.member, p.delay_minutes)).collect()
    };
    assert_eq!(at("2026-02-01T12:00:00Z"), [(members[0], 0), (members[1], 5), (members[2], 10)]);
    assert_eq!(at("2026-02-02T12:00:00Z"), [(members[1], 0), (members[2], 5), (members[0], 10)]);
    assert_eq!(at("2026-02-09T12:00:00Z"), [(members[2], 0), (members[0], 5), (members[1], 10)]);
}

#[test]
fn a_broadcast_group_has_nobody_on_call() {
    let mut world = World::new();
    let a = world.person("a");
    let group = world.group("All", &[Recipient::Person(a)]);
    world.always(group, &[(Recipient::Person(a), 0)]);
    world.change_group(group, |g| g.group_type = GroupType::Broadcast);
    let group = world.directory.group(group).expect("there");
    assert!(on_call(&world.directory, group, world.now, &|_| 0).is_empty());
}
