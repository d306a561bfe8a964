//! From recipients to people.

use super::*;
use crate::routing::{GROUP_DEPTH_MAX, Note, Routed, Router};

fn route(world: &World, recipients: &[Recipient]) -> Routed {
    Router::new(&world.directory, world.now, NORMAL, BTreeSet::new(), &|_| 0).route(recipients)
}

fn told(routed: &Routed) -> Vec<Recipient> {
    routed.tell.iter().map(|tell| tell.recipient).collect()
}

#[test]
fn an_on_call_group_tells_its_first_place_and_walks_on() {
    let mut world = World::new();
    let people = ["a", "b"].map(|n| Recipient::Person(world.person(n)));
    let group = world.group("Ops", &people);
    world.always(group, &[(people[0], 0), (people[1], 5)]);
    let routed = route(&world, &[Recipient::Group(group)]);
    assert_eq!(told(&routed), [people[0]]);
    assert_eq!(routed.walks.len(), 1);
    assert_eq!(routed.walks[0].due, Some(add_minutes(world.now, 5)));
}

#[test]
fn a_broadcast_group_tells_everybody_and_stand_ins() {
    let mut world = World::new();
    let [a, b, c] = ["a", "b", "c"].map(|n| world.person(n));
    let group = world.group("All", &[a, b].map(Recipient::Person));
    world.change_group(group, |g| g.group_type = GroupType::Broadcast);
    world.absent(a, None, Some(c));
    let routed = route(&world, &[Recipient::Group(group)]);
    assert_eq!(told(&routed), [c, b].map(Recipient::Person));
    assert_eq!(routed.tell[0].path.stands_in_for, Some(a));
}

#[test]
fn groups_that_contain_each_other_are_entered_once() {
    let mut world = World::new();
    let a = Recipient::Person(world.person("a"));
    let one = world.group("One", &[]);
    let two = world.group("Two", &[Recipient::Group(one), a]);
    world.change_group(one, |g| g.members = vec![Recipient::Group(two)]);
    for group in [one, two] {
        world.change_group(group, |g| g.group_type = GroupType::Broadcast);
    }
    let routed = route(&world, &[Recipient::Group(one)]);
    assert_eq!(told(&routed), [a]);
    assert!(routed.notes.contains(&Note::GroupAgain(one)));
}

#[test]
fn a_chain_of_groups_ends_at_the_greatest_depth() {
    let mut world = World::new();
    let a = Recipient::Person(world.person("a"));
    let mut inner = a;
    for depth in 0..=GROUP_DEPTH_MAX {
        let group = world.group(&format!("Depth {depth}"), &[inner]);
        world.change_group(group, |g| g.group_type = GroupType::Broadcast);
        inner = Recipient::Group(group);
    }
    let routed = route(&world, &[inner]);
    assert!(routed.tell.is_empty());
    assert!(matches!(routed.notes.last(), Some(Note::TooDeep(_))));
}

#[test]
fn on_call_groups_may_be_nested_as_deep_as_others() {
    let mut world = World::new();
    let a = Recipient::Person(world.person("a"));
    let mut inner = a;
    for depth in 0..GROUP_DEPTH_MAX {
        let group = world.group(&format!("Depth {depth}"), &[inner]);
        world.always(group, &[(inner, 0)]);
        inner = Recipient::Group(group);
    }
    assert_eq!(told(&route(&world, &[inner])), [a]);
}

#[test]
fn a_place_where_nobody_is_there_is_not_waited_for() {
    let mut world = World::new();
    let [a, b] = ["a", "b"].map(|n| world.person(n));
    world.change_device(a, "Work Email", |d| d.status = Status::Inactive);
    let device = world.directory.devices_of(a).next().expect("a device").id;
    let deserted = Recipient::Group(world.group("Deserted", &[]));
    let group = world.group("Ops", &[]);
    let b = Recipient::Person(b);
    world.always(group, &[(deserted, 0), (Recipient::Device(device), 5), (b, 30)]);
    let routed = route(&world, &[Recipient::Group(group)]);
    assert_eq!(told(&routed), [b]);
    let passed = routed.notes.iter().filter(|note| matches!(note, Note::PassedOver(..)));
    assert_eq!(passed.count(), 2);
}

#[test]
fn a_group_without_shifts_tells_its_supervisors() {
    let mut world = World::new();
    let [a, boss] = ["a", "boss"].map(|n| world.person(n));
    let group = world.group("Ops", &[Recipient::Person(a)]);
    world.change_group(group, |g| g.supervisors = vec![boss]);
    let routed = route(&world, &[Recipient::Group(group)]);
    assert_eq!(told(&routed), [Recipient::Person(boss)]);
    assert_eq!(routed.notes, [Note::NobodyOnCall(group), Note::SupervisorInstead(group, boss)]);
}

#[test]
fn inactive_people_and_groups_are_named_not_told() {
    let mut world = World::new();
    let a = world.person("a");
    let mut person = (**world.directory.person(a).expect("there")).clone();
    person.status = Status::Inactive;
    world.directory.put(Entity::Person(person));
    let group = world.group("Ops", &[]);
    world.change_group(group, |g| g.status = Status::Inactive);
    let recipients = [Recipient::Person(a), Recipient::Group(group)];
    let routed = route(&world, &recipients);
    assert!(routed.tell.is_empty());
    assert_eq!(
        routed.notes,
        [Note::RecipientInactive(Recipient::Person(a)), Note::GroupInactive(group)]
    );
}

#[test]
fn an_escalation_override_tells_the_whole_shift_at_once() {
    let mut world = World::new();
    let people = ["a", "b", "c"].map(|n| Recipient::Person(world.person(n)));
    let group = world.group("Ops", &people);
    world.always(group, &[(people[0], 0), (people[1], 5), (people[2], 5)]);
    let all = Handling { escalation_override: true, ..NORMAL };
    let router = Router::new(&world.directory, world.now, all, BTreeSet::new(), &|_| 0);
    assert_eq!(told(&router.route(&[Recipient::Group(group)])), people);
}

#[test]
fn a_group_in_a_shift_is_opened_when_its_turn_comes() {
    let mut world = World::new();
    let [a, b] = ["a", "b"].map(|n| Recipient::Person(world.person(n)));
    let second = world.group("Second line", &[b]);
    world.always(second, &[(b, 0)]);
    let first = world.group("First line", &[a, Recipient::Group(second)]);
    world.always(first, &[(a, 0), (Recipient::Group(second), 5)]);
    let mut routed = route(&world, &[Recipient::Group(first)]);
    assert_eq!(told(&routed), [a]);
    let later = add_minutes(world.now, 5);
    let running = BTreeSet::from([first]);
    let router = Router::new(&world.directory, later, NORMAL, running, &|_| 0);
    let (_, next) = router.turn(&mut routed.walks[0]);
    assert_eq!(told(&next), [b]);
    assert_eq!(next.tell[0].path.group, Some(second));
}
