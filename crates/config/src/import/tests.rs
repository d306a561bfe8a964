//! Plans of imports: what becomes of each line, hostile tables, and that exports come back.

use std::fmt::Write as _;

use firebell_base::Random;
use firebell_domain::directory::{Directory, Entity, Revision};
use firebell_domain::instance::{Instance, InstanceNo, Region};
use firebell_domain::person::{Person, Role, Status};
use firebell_domain::property::Value;

use super::csv;
use super::*;
use crate::change::{Change, applied};
use crate::samples::{id, name, now, person, site};

const ADMIN: u128 = 11;

fn sample() -> Directory {
    let instance = Instance {
        id: id(999),
        no: InstanceNo(1),
        name: name("sample"),
        region: Region::Emea,
        created: now(),
    };
    let mut directory = Directory::new(instance, Revision { epoch: 1, n: 7 });
    directory.put(Entity::Site(site(1, "Oslo")));
    directory.put(Entity::Person(Person {
        roles: vec![Role::FullAccessUser],
        ..person(ADMIN, "admin")
    }));
    directory.put(Entity::Person(Person { supervisors: vec![id(ADMIN)], ..person(12, "Bo.Ek") }));
    directory
}

fn planned_in(directory: &Directory, text: &str) -> Plan {
    let random = Random::System;
    let allow = |_: Act<'_>| Ok(());
    plan(text, &Importer { directory, by: id(ADMIN), now: now(), random: &random, allow: &allow })
}

fn planned(text: &str) -> Plan {
    planned_in(&sample(), text)
}

fn told(plan: &Plan) -> Vec<String> {
    let fields = |list: &[crate::people::Difference]| {
        let one =
            |one: &crate::people::Difference| format!("{}={}>{}", one.field, one.before, one.after);
        list.iter().map(one).collect::<Vec<_>>().join(";")
    };
    let one = |line: &Line| {
        let fate = match &line.fate {
            Fate::Added(_) => "added".to_owned(),
            Fate::Changed(list) => format!("changed {}", fields(list)),
            Fate::Unchanged => "unchanged".to_owned(),
            Fate::Refused(list) => {
                let one = |one: &Refusal| format!("{}: {}", one.column, one.message);
                format!("refused {}", list.iter().map(one).collect::<Vec<_>>().join("; "))
            }
        };
        format!("{} {} {fate}", line.number, line.name)
    };
    plan.lines.iter().map(one).collect()
}

#[test]
fn lines_are_added_changed_left_or_refused_with_their_reasons() {
    let plan = planned(
        "User ID,First Name,last-name,Supervisors,property:desk,Shoe size\n\
         bo.ek,Sample,Ek,admin,8,44\n\
         new.one,Åse,Lie,new.two,,\n\
         new.two,Ola,Lie,new.one|admin,7,\n\
         new.three,,Lie,nobody,,\n\
         ADMIN,,,,,\n\
         admin,,,,,\n",
    );
    assert_eq!(
        told(&plan),
        [
            "2 bo.ek changed lastName=Bo.Ek>Ek;properties.desk=7>8",
            "3 new.one added",
            "4 new.two added",
            "5 new.three refused first_name: is missing; new users need one",
            "6 ADMIN unchanged",
            "7 admin refused user_id: is in line 6 already; join the two lines",
        ]
    );
    assert_eq!(plan.ignored, ["Shoe size"]);
    assert_eq!(plan.counts(), [2, 1, 1, 2]);
    assert_eq!(
        plan.seats.iter().map(|one| (one.taken, one.released)).collect::<Vec<_>>(),
        [(2, 0), (0, 0)]
    );
    let after = applied(&sample(), &plan.changes, Revision { epoch: 1, n: 8 });
    let [one, two] = ["new.one", "new.two"].map(|name| after.person_by_name(name).unwrap());
    assert_eq!(
        (one.supervisors.as_slice(), two.supervisors.as_slice()),
        (&[two.id][..], &[one.id, id(ADMIN)][..])
    );
    let bo = after.person_by_name("Bo.Ek").unwrap();
    assert_eq!(bo.properties.get("desk"), Some(&Value::Int(8)), "it stays a number");
}

#[test]
fn empty_keeps_and_a_hyphen_takes_away() {
    let plan = planned(
        "user_id,site,supervisors,property:desk,status,roles,language\n\
         bo.ek,Oslo,-,-,inactive,Standard User|Group Supervisor,\n",
    );
    assert_eq!(
        told(&plan),
        ["2 bo.ek changed status=ACTIVE>INACTIVE;roles=Standard User>Standard User | Group \
          Supervisor;site=>Oslo;supervisors=admin>;properties.desk=7>"]
    );
    assert_eq!(plan.seats.first().map(|one| (one.taken, one.released)), Some((0, 1)));
    let refused = planned("user_id,roles,email,time_zone\nbo.ek,-,-,Mars/Base\n");
    assert_eq!(refused.counts(), [0, 0, 0, 1]);
}

#[test]
fn an_address_makes_the_work_email_device_or_changes_it() {
    let directory = sample();
    let first = planned_in(&directory, "user_id,email\nbo.ek,bo@example.org\n");
    assert_eq!(told(&first), ["2 bo.ek changed emailAddress=>bo@example.org"]);
    let directory = applied(&directory, &first.changes, Revision { epoch: 1, n: 8 });
    let again = planned_in(&directory, "user_id,email\nbo.ek,bo@example.org\n");
    assert_eq!(told(&again), ["2 bo.ek unchanged"]);
    let other = planned_in(&directory, "user_id,email\nbo.ek,ek@example.org\n");
    assert_eq!(told(&other), ["2 bo.ek changed emailAddress=bo@example.org>ek@example.org"]);
    assert_eq!(planned("user_id,email\nbo.ek,bo@\n").counts(), [0, 0, 0, 1]);
}

#[test]
fn whoever_may_not_changes_nothing() {
    let directory = sample();
    let allow = |act: Act<'_>| match act {
        Act::Person { after, .. } if after.roles.contains(&Role::FullAccessUser) => {
            Err("You may not.".to_owned())
        }
        Act::Person { .. } => Ok(()),
        Act::Mail { .. } => Err("You may not say where mail goes.".to_owned()),
    };
    let random = Random::System;
    let importer =
        Importer { directory: &directory, by: id(12), now: now(), random: &random, allow: &allow };
    let text = "user_id,first_name,last_name,roles,email\n\
                x.one,X,One,Full Access User,\n\
                x.two,X,Two,,x@example.org\n\
                x.three,X,Three,,\n";
    let plan = plan(text, &importer);
    assert_eq!(
        told(&plan),
        [
            "2 x.one refused : You may not.",
            "3 x.two refused : You may not say where mail goes.",
            "4 x.three added",
        ]
    );
}

#[test]
fn hostile_tables_are_refused_or_inert() {
    let long = "x".repeat(101);
    for (text, column) in [
        ("user_id,first_name,last_name\nb\u{202E}o,A,B\n".to_owned(), "user_id"),
        ("user_id,first_name,last_name\nz,A\u{200B}a,B\n".to_owned(), "first_name"),
        (format!("user_id,first_name,last_name\n{long},A,B\n"), "user_id"),
        ("user_id,first_name,last_name\n\"a|b\",A,B\n".to_owned(), "user_id"),
        ("user_id,first_name,last_name,web_login\nz,A,B,BO.EK\n".to_owned(), "web_login"),
        ("user_id,first_name,last_name,language\nz,A,B,\"en<script>\"\n".to_owned(), "language"),
        ("user_id,first_name,last_name,licence\nz,A,B,gold\n".to_owned(), "licence"),
        ("user_id,first_name,last_name,roles\nz,A,B,root\n".to_owned(), "roles"),
        ("user_id,first_name,last_name,site\nz,A,B,Mars\n".to_owned(), "site"),
        ("user_id,first_name,last_name\nz,A,B,C\n".to_owned(), ""),
        ("user_id,first_name,last_name\nz,A,\"B\"x\n".to_owned(), ""),
        ("user_id,first_name,last_name\nz,A\u{FFFD},B\n".to_owned(), ""),
        ("user_id,first_name,last_name,property:a\u{202E}b\nz,A,B,c\n".to_owned(), "properties"),
    ] {
        let plan = planned(&text);
        match plan.lines.first().map(|line| &line.fate) {
            Some(Fate::Refused(list)) => {
                assert!(list.iter().any(|one| one.column == column), "{text:?} {list:?}");
                assert!(plan.changes.is_empty());
            }
            other => panic!("{text:?} {other:?}"),
        }
    }
    let fine = planned("user_id,first_name,last_name\n<b>x</b>,𝔘ser,\"=1+1\"\n");
    assert_eq!(fine.counts(), [1, 0, 0, 0], "kept as text: {:?}", told(&fine));
}

#[test]
fn a_table_that_nobody_can_read_is_an_obstacle() {
    for (text, line) in [
        ("", 1),
        ("first_name\nBo\n", 1),
        ("user_id,user id\nbo,bo\n", 1),
        ("user_id,x\nbo,\"open\n", 2),
    ] {
        let plan = planned(text);
        assert!(plan.is_empty() && plan.changes.is_empty(), "{text:?}");
        assert_eq!(plan.obstacles.first().map(|one| one.line), Some(line), "{text:?}");
    }
    let last = planned("user_id,status\nadmin,INACTIVE\n");
    assert_eq!(last.counts(), [0, 0, 0, 1], "the last administrator stays: {:?}", told(&last));
}

#[test]
fn many_wrong_lines_do_not_hide_the_right_ones() {
    let mut text = "user_id,first_name,last_name,supervisors\n".to_owned();
    for n in 0..300 {
        write!(text, "a|{n},Sample,X,\ngood.{n},Sample,Y,\nbad.{n},Sample,Z,a|{n}\n").unwrap();
    }
    let plan = planned(&text);
    assert_eq!(plan.obstacles, []);
    assert_eq!(plan.counts(), [300, 0, 0, 600]);
    let short = "user_id,first_name,last_name,supervisors\na|b,S,X,\nbad,S,Z,a|b\n";
    assert_eq!(planned(short).digest, planned(short).digest, "no id of the moment is in it");
}

#[test]
fn plans_are_the_same_if_they_do_the_same() {
    let text = "user_id,first_name,last_name\nnew.one,A,B\nbo.ek,Other,\n";
    let (plan, again) = (planned(text), planned(text));
    assert_eq!(plan.digest, again.digest);
    assert_ne!(plan.digest, planned("user_id,first_name,last_name\nnew.one,A,B\n").digest);
    // Something else changed: the same is still to be done.
    let mut directory = sample();
    directory.put(Entity::Person(person(77, "somebody.else")));
    assert_eq!(planned_in(&directory, text).digest, plan.digest);
    // What it is about changed.
    let other = Person { first_name: name("Third"), ..person(12, "Bo.Ek") };
    directory.put(Entity::Person(other));
    assert_ne!(planned_in(&directory, text).digest, plan.digest);
}

#[test]
fn the_template_and_exports_come_back() {
    let directory = sample();
    let template = planned_in(&directory, SAMPLE);
    assert_eq!(template.counts(), [2, 0, 0, 0], "{:?}", told(&template));
    assert_eq!(template.ignored, Vec::<String>::new());
    let mut changes = template.changes;
    let odd = Person {
        first_name: name("=SUM(A1)"),
        last_name: name("'t \"x\", y"),
        external_key: Some("-".to_owned()),
        status: Status::Inactive,
        ..person(13, "odd;one")
    };
    changes.push(Change::Put(Entity::Person(odd)));
    let directory = applied(&directory, &changes, Revision { epoch: 1, n: 8 });
    let mut text = "\u{FEFF}".to_owned();
    csv::write(&mut text, COLUMNS.map(|(_, word)| word));
    for person in directory.people() {
        let cells = COLUMNS.map(|(column, _)| export_cell(&directory, person, column));
        csv::write(&mut text, cells.iter().map(String::as_str));
    }
    let plan = planned_in(&directory, &text);
    assert_eq!(plan.counts(), [0, 0, directory.people().len(), 0], "{text} {:?}", told(&plan));
}

#[test]
fn ten_thousand_lines_are_planned_in_time_and_one_more_is_refused() {
    let mut text = "user_id,first_name,last_name,email\n".to_owned();
    for n in 0..LINES_MAX {
        writeln!(text, "sample.{n},Sample,Number {n},sample.{n}@example.org").unwrap();
    }
    let clock = firebell_base::Clock::System;
    let began = clock.now();
    let plan = planned(&text);
    let spent = clock.now().as_microsecond() - began.as_microsecond();
    println!("{LINES_MAX} lines were planned in {spent} us");
    assert_eq!(plan.counts(), [LINES_MAX, 0, 0, 0]);
    assert_eq!(plan.changes.len(), 2 * LINES_MAX);
    text.push_str("one.more,Sample,X,\n");
    assert_eq!(planned(&text).obstacles.len(), 1);
}
