//! Revisions are found, whole and only where they are; an instance is what its digest says or is told not to be.

use firebell_base::time::add_seconds;
use firebell_domain::licence::{Allotment, Entitlement};
use firebell_domain::person::Status;
use firebell_sql::Statement;

use super::*;
use crate::history::What;
use crate::revisions::{Found, Wanted};

async fn make(
    process: &Process,
    people: std::ops::Range<u128>,
    by: &str,
    reason: &str,
) -> Revision {
    let put: Vec<Change> =
        people.map(|n| Change::Put(Entity::Person(person(n, &format!("person{n}"))))).collect();
    let decide = move |_: &Directory| Ok(put.clone());
    let by = Author::new(by, reason);
    process.authority.change(ACME, &by, now(), decide).await.unwrap().revision
}

async fn found(process: &Process, wanted: Wanted, limit: usize) -> (Vec<i64>, Found) {
    let found = process.authority.search(ACME, wanted, limit).await.unwrap();
    (found.list.iter().map(|one| one.revision.n).collect(), found)
}

#[tokio::test]
async fn revisions_are_found_over_windows_and_beside_large_ones() {
    for engine in TestEngine::ALL {
        let (process, _guard) = acme(engine).await;
        // Larger than the first window, with small ones before and after.
        make(&process, 100..101, "ann", "first").await;
        let large = make(&process, 200..800, "import", "Many, from Ålesund").await;
        for n in 0..7 {
            make(&process, 1_000 + n..1_001 + n, "bo", "one more").await;
        }
        let all = Wanted::default();
        let (list, whole) = found(&process, all.clone(), 50).await;
        assert_eq!(list, (1..=10).rev().collect::<Vec<_>>(), "{engine:?}");
        assert_eq!((whole.next, whole.stopped, whole.in_part), (None, false, false));
        let many = whole.list.iter().find(|one| one.revision == large).unwrap();
        assert_eq!(many.kinds, [("person".to_owned(), 600)]);
        assert_eq!((many.author.as_str(), many.first.len()), ("import", 3));
        assert_eq!((many.first[0].name.as_str(), many.first[0].what), ("person200", What::Added));

        // Page by page it is the same list, without gaps and twice nothing.
        let (mut pages, mut before) = (Vec::new(), None);
        loop {
            let (list, page) = found(&process, Wanted { before, ..all.clone() }, 3).await;
            assert!(list.len() <= 3);
            pages.extend(list);
            before = page.next;
            if before.is_none() {
                break;
            }
        }
        assert_eq!(pages, (1..=10).rev().collect::<Vec<_>>());

        let wanted = |author: &str, kind: &str, text: &str| Wanted {
            author: author.to_owned(),
            kind: kind.to_owned(),
            text: text.to_owned(),
            ..Wanted::default()
        };
        for (wanted, expected) in [
            (wanted("IMP", "", ""), vec![3]),
            (wanted("", "entitlement", ""), vec![1]),
            (wanted("", "", "person700"), vec![3]),
            (wanted("", "", "ålesund"), vec![3]),
            (wanted("", "", "PERSON1003"), vec![7]),
            (wanted("bo", "person", "person1001"), vec![5]),
            (wanted("", "", "targetName"), vec![]),
            (wanted("nobody", "", ""), vec![]),
        ] {
            let (list, page) = found(&process, wanted.clone(), 50).await;
            assert_eq!(list, expected, "{engine:?} {wanted:?}");
            assert_eq!((page.next, page.stopped), (None, false));
        }
    }
}

#[tokio::test]
async fn one_revision_has_its_entities_and_neighbours() {
    for engine in TestEngine::ALL {
        let (process, _guard) = acme(engine).await;
        let made = make(&process, 100..105, "ann", "five").await;
        let authority = &process.authority;
        let first = authority.one_revision(ACME, made, None, 3).await.unwrap().unwrap();
        assert_eq!(first.kinds, [("person".to_owned(), 5)], "{engine:?}");
        assert_eq!((first.entities.len(), first.newer), (3, None));
        assert_eq!(first.older, Some(Revision { epoch: 1, n: 1 }));
        let line = |one: &crate::revisions::Changed, field: &str| {
            let line = one.lines.iter().find(|line| line.path == [field]);
            line.map(|line| (line.before.clone(), line.after.clone()))
        };
        let name = line(&first.entities[0], "targetName").unwrap();
        assert_eq!(name, (None, Some("person100".to_owned())));
        let rest =
            authority.one_revision(ACME, made, first.next.clone(), 3).await.unwrap().unwrap();
        assert_eq!((rest.entities.len(), rest.next), (2, None));
        let missing = Revision { n: 99, ..made };
        assert_eq!(authority.one_revision(ACME, missing, None, 3).await.unwrap(), None);
        assert_eq!(authority.one_revision(InstanceNo(2), made, None, 3).await.unwrap(), None);
    }
}

#[tokio::test]
async fn an_entity_has_a_history_also_when_it_is_gone() {
    for engine in TestEngine::ALL {
        let (process, _guard) = acme(engine).await;
        make(&process, 100..102, "ann", "made").await;
        let mut one = person(100, "person100");
        one.status = Status::Inactive;
        process.put(vec![Entity::Person(one)]).await.unwrap();
        let subject = (Kind::Person, id::<Person>(100).to_bytes());
        let steps = process.authority.entity_history(ACME, subject, 10).await.unwrap();
        let whats: Vec<What> = steps.iter().map(|step| step.changed.subject.what).collect();
        assert_eq!(whats, [What::Changed, What::Added], "{engine:?}");
        process.change(vec![Change::Remove(subject.0, subject.1)]).await.unwrap();
        let steps = process.authority.entity_history(ACME, subject, 10).await.unwrap();
        let whats: Vec<What> = steps.iter().map(|step| step.changed.subject.what).collect();
        assert_eq!(whats, [What::Removed, What::Changed, What::Added], "{engine:?}");
        assert_eq!(steps[0].changed.subject.name, "person100");
        let cut = process.authority.entity_history(ACME, subject, 1).await.unwrap();
        assert_eq!(cut.len(), 1);
        let nobody = (Kind::Person, [9; 16]);
        assert_eq!(process.authority.entity_history(ACME, nobody, 10).await.unwrap(), []);
    }
}

#[tokio::test]
async fn allotments_and_seats_have_a_past() {
    for engine in TestEngine::ALL {
        let (process, _guard) = acme(engine).await;
        let limited = Entitlement {
            allotment: Allotment::Limited(9),
            ..Entitlement::unlimited(LicenceType::FullUser)
        };
        process.put(vec![Entity::Entitlement(limited)]).await.unwrap();
        make(&process, 100..104, "ann", "made").await;
        let authority = &process.authority;
        let steps = authority.allotments(ACME, LicenceType::FullUser, 10).await.unwrap();
        let all: Vec<_> =
            steps.iter().map(|step| step.entitlement.as_ref().map(|one| one.allotment)).collect();
        let expected = [Some(Allotment::Limited(9)), Some(Allotment::Unlimited)];
        assert_eq!(all, expected, "{engine:?}");
        let later = add_seconds(now(), 3 * 86_400 + 5);
        let curves = authority.seat_curves(ACME, 5, later).await.unwrap();
        assert_eq!(curves[0].held, [0, 0, 4, 4, 4, 4], "{engine:?}");
        assert_eq!((curves[0].taken, curves[0].released), (4, 0));
        assert_eq!(curves[1].held, [0; 6]);
    }
}

#[tokio::test]
async fn an_instance_is_what_its_digest_says_or_is_told_not_to_be() {
    for engine in TestEngine::ALL {
        let (process, _guard) = acme(engine).await;
        make(&process, 100..103, "ann", "made").await;
        let good = process.authority.check_instance(ACME).await.unwrap();
        assert!(good.is_good(), "{engine:?} {good:?}");
        assert_eq!((good.entities, good.revision.n, good.head.n), (5, 2, 2));
        let missing = process.authority.check_instance(InstanceNo(7)).await;
        assert!(matches!(missing, Err(ConfigError::Unknown(_))));
        let tamper = |tx: &mut WriteTx<'_>| {
            let s =
                Statement::new("test.tamper", "delete from config_entities where kind = 'person'");
            tx.execute(&s, &[])
        };
        process.db.write_blocking("test", tamper).unwrap();
        let bad = process.authority.check_instance(ACME).await.unwrap();
        assert!(!bad.is_good() && bad.damaged == 0, "{bad:?}");
        let spoil = |tx: &mut WriteTx<'_>| {
            let s = Statement::new("test.spoil", "update config_entities set body = 'no'");
            tx.execute(&s, &[])
        };
        process.db.write_blocking("test", spoil).unwrap();
        assert_eq!(process.authority.check_instance(ACME).await.unwrap().damaged, 2);
    }
}
