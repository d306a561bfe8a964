//! Rules about several entities: names, circles, groups and their shifts, removals.

use firebell_domain::person::Status;
use firebell_domain::schedule::Frequency;

use super::*;
use crate::cascade;

#[test]
fn two_new_people_must_not_share_a_name_either() {
    let other = Person { web_login: name("cy2"), ..person(78, "CY") };
    let changes = [Entity::Person(person(77, "cy")), Entity::Person(other)].map(Change::Put);
    let expected = ("targetName".to_owned(), "person.name_not_unique".to_owned());
    assert_eq!(found(&changes), [expected]);
}

#[test]
fn names_can_be_swapped_and_taken_over_from_what_is_removed() {
    let before = acme();
    let rename = |n: u128, to: &str| {
        let old = (**before.person(id(n)).unwrap()).clone();
        let new = Person { target_name: name(to), web_login: name(to), ..old };
        Change::Put(Entity::Person(new))
    };
    let swap = [rename(ANN, "bo"), rename(BO, "ann")];
    assert_eq!(found(&swap), []);
    let after = applied(&before, &swap);
    assert_eq!(after.person_by_name("bo").unwrap().id, id(ANN));
    assert_eq!(after.person_by_name("ann").unwrap().id, id(BO));
    assert_eq!(after.entities().len(), before.entities().len());

    let mut directory = before.clone();
    for change in &swap {
        let Change::Put(entity) = change else { continue };
        directory.put(entity.clone());
    }
    assert_eq!(directory.person_by_name("ann").unwrap().id, id(BO), "one after the other");
    assert_eq!(directory.person_by_name("bo").unwrap().id, id(ANN));

    let mut changes = cascade::remove_person(&before, id(BO));
    changes.push(Change::Put(Entity::Person(person(77, "bo"))));
    assert_eq!(found(&changes), []);
    assert_eq!(applied(&before, &changes).person_by_name("bo").unwrap().id, id(77));
}

#[test]
fn groups_must_not_contain_themselves_by_any_way() {
    let itself = Group { members: vec![group_ref(TEAM)], ..team() };
    let all = faults(&[Change::Put(Entity::Group(itself))]);
    assert_eq!(all.len(), 1);
    assert!(all[0].message.contains("Payments SRE → Payments SRE"), "{}", all[0].message);

    // Everyone contains the team by its roster, and now the team Everyone.
    let through = Group { members: vec![group_ref(ALL)], ..team() };
    let all = faults(&[Change::Put(Entity::Group(through))]);
    assert_eq!(all.len(), 1);
    let message = "Payments SRE → Everyone → Payments SRE";
    assert!(all[0].message.contains(message), "{}", all[0].message);

    // By a shift.
    let members = vec![member(group_ref(ALL), 0)];
    let all = found(&[Change::Put(Entity::Shift(Box::new(Shift { members, ..days() })))]);
    assert_eq!(all, [("members".to_owned(), "group.contains_itself".to_owned())]);

    // Twice the same group below one is no circle, however deep.
    let mut changes: Vec<Change> = (0..200)
        .map(|n| {
            let below = if n == 0 { vec![] } else { vec![group_ref(1000 + n - 1)] };
            Change::Put(Entity::Group(group(1000 + n, &format!("g{n}"), below)))
        })
        .collect();
    let both = vec![group_ref(1198), group_ref(1199)];
    changes.push(Change::Put(Entity::Group(group(2000, "top", both))));
    assert_eq!(found(&changes), []);
    changes[0] = Change::Put(Entity::Group(group(1000, "g0", vec![group_ref(2000)])));
    assert_eq!(found(&changes).len(), 1);
}

#[test]
fn a_changed_group_can_break_its_shifts() {
    let mut holiday = days();
    holiday.pattern.recurrence.frequency = Frequency::Holiday;
    holiday.members = vec![member(person_ref(ANN), 0), member(person_ref(ANN), 5)];
    let open = Group { allow_duplicates: true, ..team() };
    let changes = [Entity::Group(open.clone()), Entity::Shift(Box::new(holiday))].map(Change::Put);
    let before = applied(&acme(), &changes);
    assert_eq!(found(&changes), []);

    let closed =
        [Change::Put(Entity::Group(Group { allow_duplicates: false, site: None, ..open }))];
    let all = check(&before, &applied(&before, &closed), &closed).unwrap_err();
    let subcodes: Vec<&str> = all.0.iter().map(|f| f.subcode.as_str()).collect();
    let expected = ["validation.shift.duplicate_member", "validation.shift.holiday_without_site"];
    assert_eq!(subcodes, expected);
    assert!(all.0.iter().all(|f| f.entity == "shift Payments SRE|Days"));
}

#[test]
fn what_is_referred_to_is_not_removed_and_the_fault_says_by_whom() {
    let table = [
        (Kind::Site, OSLO, 2),
        (Kind::Form, FORM, 1),
        (Kind::Integration, DOOR, 1),
        (Kind::Group, TEAM, 4),
        (Kind::Device, BO_HOOK, 1),
    ];
    for (kind, n, users) in table {
        let all = faults(&[Change::Remove(kind, bytes(n))]);
        assert_eq!(all.len(), users, "{kind:?} {all:#?}");
        assert!(all.iter().all(|f| f.subcode.ends_with("in_use")), "{all:#?}");
        assert!(all.iter().all(|f| f.subject == Some((kind, bytes(n)))));
    }
    let form = &faults(&[Change::Remove(Kind::Form, bytes(FORM))])[0];
    assert_eq!(form.entity, "form Outage");
    assert!(form.message.contains("integration Monitoring refers to it"), "{}", form.message);
    for (kind, n) in [(Kind::Window, WINDOW), (Kind::Silence, SILENCE), (Kind::ApiKey, KEY)] {
        assert_eq!(found(&[Change::Remove(kind, bytes(n))]), []);
    }
}

#[test]
fn cascades_leave_a_valid_configuration() {
    let before = acme();
    let kept = |changes: &[Change]| {
        assert_eq!(found(changes), []);
        applied(&before, changes)
    };
    let mut changes = cascade::remove_person(&before, id(ANN));
    let heir = Person { roles: vec![Role::FullAccessUser], ..person(77, "cy") };
    changes.push(Change::Put(Entity::Person(heir)));
    let after = kept(&changes);
    assert!(after.person(id(ANN)).is_none() && after.device(id(ANN_MAIL)).is_none());
    assert!(after.api_key(id(KEY)).is_none() && after.password(id(ANN)).is_none());
    assert!(after.person(id(BO)).unwrap().supervisors.is_empty());
    assert_eq!(after.absence(id(AWAY)).unwrap().replacement, None);
    let shift = after.shift(id(DAYS)).unwrap();
    assert_eq!(shift.members, [member(person_ref(BO), 0)], "the first is told at once");
    assert_eq!(shift.end_notice, None);

    let after = kept(&cascade::remove_person(&before, id(BO)));
    assert!(after.absence(id(AWAY)).is_none() && after.device(id(BO_HOOK)).is_none());
    assert_eq!(after.group(id(ALL)).unwrap().members, [group_ref(TEAM)]);

    let after = kept(&cascade::remove_group(&before, id(TEAM)));
    assert!(after.shift(id(DAYS)).is_none() && after.absence(id(AWAY)).is_none());
    assert!(after.form(id(FORM)).unwrap().recipients.is_empty());

    let after = kept(&cascade::remove_site(&before, id(OSLO)));
    assert_eq!(after.person(id(ANN)).unwrap().site, None);
    assert_eq!(after.group(id(TEAM)).unwrap().site, None);

    let after = kept(&cascade::remove_device(&before, id(BO_HOOK)));
    assert_eq!(after.group(id(ALL)).unwrap().members, [group_ref(TEAM)]);
}

#[test]
fn there_may_only_be_so_many() {
    let many = entities_max(Kind::Form);
    let changes: Vec<Change> = (0..many)
        .map(|n| Change::Put(Entity::Form(form(1000 + n as u128, &format!("f{n}"), vec![]))))
        .collect();
    let all = found(&changes);
    assert_eq!(all, [(String::new(), "form.too_many".to_owned())]);
    assert_eq!(found(&changes[1..]), []);
}

#[test]
fn faults_of_many_entities_come_together() {
    let broken = |n: u128, called: &str| {
        Change::Put(Entity::Person(Person {
            site: Some(id(77)),
            roles: Vec::new(),
            ..person(n, called)
        }))
    };
    let all = faults(&[broken(100, "cy"), broken(101, "di")]);
    let shown: Vec<String> = all.iter().map(ToString::to_string).collect();
    assert_eq!(shown.len(), 4, "{shown:#?}");
    assert!(shown[0].starts_with("person cy, site: there is no site"), "{}", shown[0]);
}

#[test]
fn the_last_person_with_full_access_stays() {
    let last = "person.last_full_access".to_owned();
    let ann = || ann_as(|_| {});
    let demoted = ann_as(|e| e.roles = vec![Role::GroupSupervisor]);
    assert_eq!(found(std::slice::from_ref(&demoted)), [("roles".to_owned(), last.clone())]);
    let away = ann_as(|e| e.status = Status::Inactive);
    assert_eq!(found(std::slice::from_ref(&away)), [("status".to_owned(), last.clone())]);
    let removal = cascade::remove_person(&acme(), id(ANN));
    assert_eq!(found(&removal), [(String::new(), last.clone())]);
    let fault = &faults(&removal)[0];
    assert_eq!((fault.entity.as_str(), fault.subject), ("person ann", Some(subject(ANN))));
    assert!(fault.message.contains("Full Access User") && fault.message.contains("another"));

    let second = |status| {
        let roles = vec![Role::StandardUser, Role::FullAccessUser];
        Change::Put(Entity::Person(Person { roles, status, ..person(77, "cy") }))
    };
    for leaving in [vec![demoted], vec![away], removal] {
        let with = |more| [leaving.clone(), vec![more]].concat();
        assert_eq!(found(&with(second(Status::Active))), []);
        assert_eq!(found(&with(second(Status::Inactive))).len(), 1, "who is away cannot help");
    }
    assert_eq!(found(&[ann(), Change::Put(Entity::Person(person(77, "cy")))]), []);

    // Where nobody had it, nothing is lost: an instance that is being set up.
    let nobody = applied(&empty(), &[Change::Put(Entity::Person(person(BO, "bo")))]);
    let gone = [Change::Remove(Kind::Person, bytes(BO))];
    assert_eq!(check(&nobody, &applied(&nobody, &gone), &gone), Ok(()));
}

fn ann_as(change: impl FnOnce(&mut Person)) -> Change {
    Change::Put(Entity::Person(edit(ann(), change)))
}

fn subject(n: u128) -> (Kind, [u8; 16]) {
    (Kind::Person, bytes(n))
}
