//! The walk, rule by rule.

use super::*;
use crate::escalation::{Passed, Turn, Walk};
use crate::oncall::on_call;
use crate::shift::{EndNotice, RepeatEscalation};

fn start(world: &World, group: GroupId) -> Walk {
    let found = world.directory.group(group).expect("there");
    let in_force = on_call(&world.directory, found, world.now, &|_| 0);
    Walk::start(group, &in_force[0], world.now, false)
}

fn turn(world: &World, walk: &mut Walk, now: Timestamp) -> Turn {
    let reachable = |who, _| match who {
        Recipient::Person(person) => world.directory.devices_of(person).count() > 0,
        Recipient::Device(_) | Recipient::Group(_) => true,
    };
    walk.turn(&world.directory, now, &reachable)
}

fn told(turn: &Turn) -> Vec<Recipient> {
    turn.tell.iter().map(|tell| tell.recipient).collect()
}

fn minutes(world: &World, due: Option<Timestamp>) -> Option<i64> {
    due.map(|due| firebell_base::time::micros_between(world.now, due) / 60_000_000)
}

#[test]
fn places_are_told_one_after_the_other_and_together_when_there_is_no_delay() {
    let mut world = World::new();
    let people = ["a", "b", "c"].map(|n| Recipient::Person(world.person(n)));
    let group = world.group("Ops", &people);
    world.always(group, &[(people[0], 0), (people[1], 0), (people[2], 5)]);
    let mut walk = start(&world, group);
    let first = turn(&world, &mut walk, world.now);
    assert_eq!(told(&first), [people[0], people[1]]);
    assert_eq!(minutes(&world, walk.due), Some(5));
    let second = turn(&world, &mut walk, add_minutes(world.now, 5));
    assert_eq!(told(&second), [people[2]]);
    assert_eq!(second.tell[0].path.position, Some(3));
    assert!(second.ended && walk.due.is_none());
}

#[test]
fn who_cannot_be_told_is_passed_over_without_waiting() {
    let mut world = World::new();
    let [a, c, d] = ["a", "c", "d"].map(|n| world.person(n));
    let b = world.person_without_device("b");
    let group = world.group("Ops", &[]);
    let members = [a, b, c, d].map(Recipient::Person);
    world.always(group, &[(members[0], 0), (members[1], 5), (members[2], 7), (members[3], 9)]);
    world.absent(c, Some(group), None);
    let mut walk = start(&world, group);
    let first = turn(&world, &mut walk, world.now);
    assert_eq!(told(&first), [members[0]]);
    let passed: Vec<Passed> = first.passed.iter().map(|(_, why)| *why).collect();
    assert_eq!(passed, [Passed::NoDevice(b), Passed::Vacant]);
    assert_eq!(minutes(&world, walk.due), Some(9), "d waits its own delay after a");
}

#[test]
fn nothing_is_waited_for_while_nobody_is_told() {
    let mut world = World::new();
    let [a, b] = ["a", "b"].map(|n| world.person(n));
    let group = world.group("Ops", &[]);
    world.always(group, &[(Recipient::Person(a), 0), (Recipient::Person(b), 30)]);
    world.absent(a, None, None);
    let mut walk = start(&world, group);
    assert_eq!(told(&turn(&world, &mut walk, world.now)), [Recipient::Person(b)]);
}

#[test]
fn an_absence_that_ends_before_the_turn_does_not_count() {
    let mut world = World::new();
    let [a, b] = ["a", "b"].map(|n| world.person(n));
    let group = world.group("Ops", &[]);
    world.always(group, &[(Recipient::Person(a), 0), (Recipient::Person(b), 90)]);
    // The absence lasts another 60 minutes; the turn comes in 90.
    world.absent(b, None, None);
    let mut walk = start(&world, group);
    assert!(turn(&world, &mut walk, world.now).passed.is_empty());
    assert_eq!(minutes(&world, walk.due), Some(90));
    let later = add_minutes(world.now, 90);
    assert_eq!(told(&turn(&world, &mut walk, later)), [Recipient::Person(b)]);
}

#[test]
fn a_walk_repeats_and_then_says_that_nobody_answered() {
    let mut world = World::new();
    let [a, boss] = ["a", "boss"].map(|n| world.person(n));
    let group = world.group("Ops", &[]);
    let mut shift = world.always(group, &[(Recipient::Person(a), 0)]);
    shift.repeat = Some(RepeatEscalation { repetitions: 1, delay_minutes: 10 });
    shift.end_notice = Some(EndNotice { recipient: Recipient::Person(boss), delay_minutes: 3 });
    world.directory.put(Entity::Shift(Box::new(shift)));
    let mut walk = start(&world, group);
    turn(&world, &mut walk, world.now);
    assert_eq!(minutes(&world, walk.due), Some(10));
    let again = turn(&world, &mut walk, add_minutes(world.now, 10));
    assert!(again.new_round && !again.ended);
    assert_eq!((told(&again), again.tell[0].path.round), (vec![Recipient::Person(a)], 1));
    assert_eq!(minutes(&world, walk.due), Some(13));
    let end = turn(&world, &mut walk, add_minutes(world.now, 13));
    assert!(end.ended && end.tell.is_empty() && walk.due.is_none());
    assert_eq!(end.end_notice, Some(Recipient::Person(boss)));
}

#[test]
fn a_late_walk_does_not_tell_everybody_at_once() {
    let mut world = World::new();
    let people = ["a", "b", "c"].map(|n| Recipient::Person(world.person(n)));
    let group = world.group("Ops", &people);
    world.always(group, &[(people[0], 0), (people[1], 5), (people[2], 5)]);
    let mut walk = start(&world, group);
    turn(&world, &mut walk, world.now);
    let an_hour_late = add_minutes(world.now, 65);
    assert_eq!(told(&turn(&world, &mut walk, an_hour_late)), [people[1]]);
    assert_eq!(minutes(&world, walk.due), Some(70));
}

#[test]
fn an_empty_shift_ends_at_once_with_its_notice() {
    let mut world = World::new();
    let boss = world.person("boss");
    let group = world.group("Ops", &[]);
    let mut shift = world.always(group, &[]);
    shift.end_notice = Some(EndNotice { recipient: Recipient::Person(boss), delay_minutes: 60 });
    world.directory.put(Entity::Shift(Box::new(shift)));
    let mut walk = start(&world, group);
    let only = turn(&world, &mut walk, world.now);
    assert!(only.ended && walk.due.is_none());
    assert_eq!(only.end_notice, Some(Recipient::Person(boss)));
}
