//! Look-ups, and that nothing dangles after changes.

use super::*;
use crate::directory::RevisionError;

#[test]
fn recipients_are_found_by_id_and_by_name_whatever_the_case() {
    let mut world = World::new();
    let akira = world.person("akira");
    let group = world.group("Payments SRE", &[]);
    let find = |text: &str| world.directory.resolve(&Pointer(text.to_owned()));
    assert_eq!(find("AKIRA"), Some(Recipient::Person(akira)));
    assert_eq!(find(&akira.to_string()), Some(Recipient::Person(akira)));
    assert_eq!(find(" payments sre "), Some(Recipient::Group(group)));
    assert_eq!(find(&group.to_string()), Some(Recipient::Group(group)));
    assert!(matches!(find("akira|work email"), Some(Recipient::Device(_))));
    assert_eq!(find("nobody"), None);
    assert_eq!(find("00000000-0000-7000-8000-000000000000"), None);
}

#[test]
fn a_renamed_person_is_not_found_under_the_old_name() {
    let mut world = World::new();
    let akira = world.person("akira");
    let mut person = (**world.directory.person(akira).expect("there")).clone();
    person.target_name = name("akira2");
    person.web_login = name("login2");
    world.directory.put(Entity::Person(person));
    assert!(world.directory.person_by_name("akira").is_none());
    assert!(world.directory.person_by_login("akira").is_none());
    assert!(world.directory.person_by_name("akira2").is_some());
    assert!(world.directory.person_by_login("LOGIN2").is_some());
}

#[test]
fn a_removed_device_is_gone_from_its_owner_and_from_the_names() {
    let mut world = World::new();
    let akira = world.person("akira");
    let device = world.directory.devices_of(akira).next().expect("a device").id;
    world.directory.remove(Kind::Device, device.to_bytes());
    assert_eq!(world.directory.devices_of(akira).count(), 0);
    assert!(world.directory.device_by_name("akira|Work Email").is_none());
}

#[test]
fn devices_come_in_their_sequence() {
    let mut world = World::new();
    let akira = world.person_without_device("akira");
    for (title, sequence) in [("Third", 3), ("First", 1), ("Second", 2)] {
        world.device(akira, title, sequence, 0);
    }
    let order: Vec<&str> = world.directory.devices_of(akira).map(|d| d.name.as_str()).collect();
    assert_eq!(order, ["First", "Second", "Third"]);
}

#[test]
fn every_entity_comes_back_from_the_list() {
    let mut world = World::new();
    let akira = world.person("akira");
    let group = world.group("Ops", &[Recipient::Person(akira)]);
    world.always(group, &[(Recipient::Person(akira), 0)]);
    world.absent(akira, Some(group), None);
    let mut copy = Directory::new(world.directory.instance.clone(), world.directory.revision);
    for entity in world.directory.entities() {
        copy.put(entity);
    }
    assert_eq!(copy.entities(), world.directory.entities());
    assert_eq!(copy.entities().len(), 5);
}

#[test]
fn a_revision_is_read_as_it_is_written_and_nothing_else_is() {
    for at in [
        Revision::default(),
        Revision { epoch: 7, n: 1_041 },
        Revision { epoch: i64::MAX, n: i64::MAX },
    ] {
        assert_eq!(at.to_string().parse(), Ok(at));
    }
    let too_large = ["9223372036854775808.1", "1.9223372036854775808"];
    let not_two = ["", ".", "7", "7.", ".1", "7.1.1", "7..1", "7,1"];
    let signs = ["-7.1", "7.-1", "+7.1", "7.+1", "-", "-.-"];
    let others = [" 7.1", "7.1 ", "7 .1", "7. 1", "x.1", "7.x", "0x7.1", "٧.1"];
    for bad in [&too_large[..], &not_two, &signs, &others].concat() {
        assert_eq!(bad.parse::<Revision>(), Err(RevisionError), "{bad:?}");
    }
    assert!(RevisionError.to_string().contains("such as 7.1041"));
}
