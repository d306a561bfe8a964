//! Rolls: what is found, in which order, and that following is the same as sorting anew.

use firebell_base::Random;
use firebell_domain::directory::Entity;
use firebell_domain::instance::{Instance, Region};
use firebell_domain::person::{LicenceType, Role, Status};
use firebell_domain::recipient::Recipient;
use proptest::prelude::*;

use super::*;
use crate::samples::{device, group, id, name, now, person, site};

fn blank(n: i64) -> Directory {
    let instance = Instance {
        id: id(999),
        no: InstanceNo(1),
        name: name("sample"),
        region: Region::Emea,
        created: now(),
    };
    Directory::new(instance, Revision { epoch: 1, n })
}

fn called(n: u128, first: &str, last: &str, target: &str) -> Person {
    Person { first_name: name(first), last_name: name(last), ..person(n, target) }
}

fn sample() -> Directory {
    let mut directory = blank(1);
    directory.put(Entity::Site(site(1, "Oslo")));
    directory.put(Entity::Person(called(11, "Bo", "Zorn", "b.zorn")));
    directory.put(Entity::Person(Person {
        site: Some(id(1)),
        roles: vec![Role::FullAccessUser],
        ..called(12, "Bob", "Ax", "bob")
    }));
    directory.put(Entity::Person(Person {
        status: Status::Inactive,
        licence: LicenceType::StakeholderUser,
        supervisors: vec![id(12)],
        ..called(13, "Åse", "Lie", "aase")
    }));
    let mail = Address::Email("Ase.Lie@example.org".to_owned());
    directory.put(Entity::Device(device(21, 13, 1, mail)));
    let hook = Address::Webhook { url: "https://hook.example/geheim".to_owned(), secret: None };
    directory.put(Entity::Device(device(22, 11, 1, hook)));
    let members = vec![Recipient::Person(id(11)), Recipient::Device(id(21))];
    directory.put(Entity::Group(group(31, "Team", members)));
    directory
}

fn targets(found: &Found) -> Vec<&str> {
    found.people.iter().map(|person| person.target_name.as_str()).collect()
}

fn found(ask: Ask) -> (Vec<String>, usize) {
    let rolls = Rolls::default();
    let found = rolls.find(&Arc::new(sample()), &Ask { rows: 50, ..ask });
    (targets(&found).into_iter().map(str::to_owned).collect(), found.total)
}

#[test]
fn each_filter_and_order_finds_whom_it_should() {
    let ask = Ask::default;
    let word = |search: &str| Ask { search: search.to_owned(), ..ask() };
    let sorted = |sort, descending| Ask { sort, descending, ..ask() };
    for (given, expected) in [
        (ask(), vec!["b.zorn", "bob", "aase"]),
        (word(" BO "), vec!["b.zorn", "bob"]),
        (word("bo zorn"), vec!["b.zorn"]),
        (word("zorn bo"), vec!["b.zorn"]),
        (word("ÅSE"), vec!["aase"]),
        (word("ase.lie@EXAMPLE"), vec!["aase"]),
        // A webhook's address may be a password, so nobody finds out what is in it.
        (word("geheim"), vec![]),
        (word("%"), vec![]),
        (Ask { status: Some(Status::Inactive), ..ask() }, vec!["aase"]),
        (Ask { licence: Some(LicenceType::StakeholderUser), ..ask() }, vec!["aase"]),
        (Ask { role: Some(Role::FullAccessUser), ..ask() }, vec!["bob"]),
        (Ask { site: Some(Place::At(id(1))), ..ask() }, vec!["bob"]),
        (Ask { site: Some(Place::Nowhere), ..ask() }, vec!["b.zorn", "aase"]),
        (Ask { group: Some(id(31)), ..ask() }, vec!["b.zorn", "aase"]),
        (Ask { group: Some(id(32)), ..ask() }, vec![]),
        (Ask { supervisor: Some(id(12)), ..ask() }, vec!["aase"]),
        (sorted(Sort::Name, true), vec!["aase", "bob", "b.zorn"]),
        (sorted(Sort::Target, false), vec!["aase", "b.zorn", "bob"]),
        (sorted(Sort::Login, true), vec!["bob", "b.zorn", "aase"]),
        (sorted(Sort::Status, true), vec!["aase", "b.zorn", "bob"]),
        (sorted(Sort::Role, false), vec!["bob", "b.zorn", "aase"]),
        (sorted(Sort::Site, false), vec!["bob", "b.zorn", "aase"]),
        (sorted(Sort::Licence, true), vec!["aase", "b.zorn", "bob"]),
    ] {
        let total = expected.len();
        let expected: Vec<String> = expected.into_iter().map(str::to_owned).collect();
        assert_eq!(found(given.clone()), (expected, total), "{given:?}");
    }
}

#[test]
fn a_part_is_a_part_and_the_total_is_all() {
    let rolls = Rolls::default();
    let directory = Arc::new(sample());
    let ask = Ask { offset: 1, rows: 1, ..Ask::default() };
    let part = rolls.find(&directory, &ask);
    assert_eq!((targets(&part), part.total), (vec!["bob"], 3));
    let beyond = rolls.find(&directory, &Ask { offset: 9, ..ask });
    assert_eq!((targets(&beyond), beyond.total), (vec![], 3));
}

#[test]
fn an_older_directory_does_not_take_a_roll_back() {
    let rolls = Rolls::default();
    let old = Arc::new(sample());
    let mut new = sample();
    new.revision = Revision { epoch: 1, n: 2 };
    new.remove(firebell_domain::directory::Kind::Person, id::<Person>(12).to_bytes());
    let new = Arc::new(new);
    let ask = Ask { rows: 50, ..Ask::default() };
    assert_eq!(rolls.find(&old, &ask).total, 3);
    assert_eq!(rolls.find(&new, &ask).total, 2);
    let again = rolls.find(&old, &ask);
    assert_eq!((again.total, again.revision), (2, new.revision));
}

/// What is done to a directory.
#[derive(Debug, Clone)]
enum Step {
    Put(u8, u8),
    Remove(u8),
    Mail(u8, u8),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        (0..20_u8, 0..6_u8).prop_map(|(who, word)| Step::Put(who, word)),
        (0..20_u8).prop_map(Step::Remove),
        (0..20_u8, 0..6_u8).prop_map(|(who, word)| Step::Mail(who, word)),
    ];
    proptest::collection::vec(step, 1..40)
}

fn take(directory: &mut Directory, step: &Step) {
    match *step {
        Step::Put(who, word) => {
            let target = format!("t{}-{who}", 9 - word);
            let one = called(u128::from(who) + 100, &format!("f{word}"), "x", &target);
            directory.put(Entity::Person(one));
        }
        Step::Remove(who) => {
            let id = id::<Person>(u128::from(who) + 100).to_bytes();
            directory.remove(firebell_domain::directory::Kind::Person, id);
        }
        Step::Mail(who, word) => {
            let mail = Address::Email(format!("m{word}@example.org"));
            let (n, owner) = (u128::from(who) + 200, u128::from(who) + 100);
            directory.put(Entity::Device(device(n, owner, 1, mail)));
        }
    }
}

proptest! {
    #[test]
    fn following_finds_what_sorting_anew_finds(steps in steps()) {
        let mut directory = blank(1);
        let mut roll = Roll::of(&Arc::new(directory.clone()));
        for (n, chunk) in (2..).zip(steps.chunks(3)) {
            directory.revision.n = n;
            for step in chunk {
                take(&mut directory, step);
            }
            let next = Arc::new(directory.clone());
            roll.follow(&next);
            let anew = Roll::of(&next);
            for sort in [Sort::Name, Sort::Target, Sort::Login, Sort::Updated] {
                for search in ["", "f1", "m2@"] {
                    let search = search.to_owned();
                    let ask = Ask { sort, search, rows: 100, ..Ask::default() };
                    let (a, b) = (roll.find(&ask), anew.find(&ask));
                    prop_assert_eq!(targets(&a), targets(&b));
                    prop_assert_eq!(a.total, b.total);
                }
            }
        }
    }
}

/// Told, not asserted: `cargo test -p firebell-config --release roll -- --nocapture`.
#[test]
fn the_time_a_large_instance_takes_is_told() {
    const PEOPLE: u128 = if cfg!(debug_assertions) { 20_000 } else { 100_000 };
    let clock = firebell_base::Clock::System;
    let random = Random::seeded(7);
    let mut directory = blank(1);
    for n in 0..PEOPLE {
        let [a, b, ..] = random.bytes::<8>();
        let (first, last) = (format!("Sample{a}"), format!("Person{b} {n}"));
        directory.put(Entity::Person(called(n + 1_000, &first, &last, &format!("sample.{n}"))));
        let mail = Address::Email(format!("sample.{n}@example.org"));
        directory.put(Entity::Device(device(n + 1_000_000, n + 1_000, 1, mail)));
    }
    let directory = Arc::new(directory);
    let told = |what: &str, f: &mut dyn FnMut()| {
        let mut worst = 0;
        for _ in 0..if cfg!(debug_assertions) { 3 } else { 100 } {
            let began = clock.now();
            f();
            worst = worst.max(clock.now().as_microsecond() - began.as_microsecond());
        }
        println!("{what}: {worst} us at worst, {PEOPLE} people");
    };
    let began = clock.now();
    let mut roll = Roll::of(&directory);
    let spent = clock.now().as_microsecond() - began.as_microsecond();
    println!("sorted from nothing: {spent} us, {PEOPLE} people");
    let ask = Ask { rows: 50, ..Ask::default() };
    told("first page", &mut || drop(roll.find(&ask)));
    let search = Ask { search: "person7 9".to_owned(), ..ask.clone() };
    told("search", &mut || drop(roll.find(&search)));
    let missing = Ask { search: "nobody at all".to_owned(), ..ask.clone() };
    told("search for nobody", &mut || drop(roll.find(&missing)));
    let by_site = Ask { sort: Sort::Updated, descending: true, ..ask.clone() };
    told("sorted by change", &mut || drop(roll.find(&by_site)));
    let mut next = (*directory).clone();
    let mut n = 1;
    told("follow one change", &mut || {
        n += 1;
        next.revision.n = n;
        let who = u128::try_from(n).unwrap() + 1_000;
        next.put(Entity::Person(called(who, "Changed", "Person", &format!("changed.{n}"))));
        let next = Arc::new(next.clone());
        let began = clock.now();
        roll.follow(&next);
        let spent = clock.now().as_microsecond() - began.as_microsecond();
        assert!(spent >= 0);
        println!("  followed: {spent} us");
    });
    assert_eq!(roll.find(&ask).people.len(), 50);
}
