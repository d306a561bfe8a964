//! What is refused, what is kept, and what stays where it is.

use super::*;

fn put(entity: Entity) -> Act {
    Act::Put(entity)
}

fn code<T: fmt::Debug>(found: Result<T, Nack>) -> NackCode {
    found.unwrap_err().code
}

#[test]
fn a_delta_must_follow_and_lead_to_the_root() {
    let mut rows = Rows::of([1, 2]);
    let view = rows.anew();
    let first = rows.act(&[(1, vec![put(Entity::Person(person(50, "cy")))])]);
    let second = rows.act(&[(2, vec![Act::Remove(Kind::Device, 4)])]);
    assert_eq!(code(view.with_delta(&second)), NackCode::OutOfOrder);
    let foreign = Delta { cell: [0; 16], ..first.clone() };
    assert_eq!(code(view.with_delta(&foreign)), NackCode::OtherCell);
    let next = view.with_delta(&first).unwrap();
    assert_eq!(code(next.with_delta(&first)), NackCode::OutOfOrder);
    let back = Delta { revision: Revision { epoch: 1, n: 1 }, ..second.clone() };
    assert_eq!(code(next.with_delta(&back)), NackCode::OutOfOrder);
    let other = Delta { revision: Revision { epoch: 2, n: 0 }, ..second.clone() };
    assert_eq!(code(next.with_delta(&other)), NackCode::NewEpoch);
    let wrong = Delta { root: Digest::ZERO, ..second.clone() };
    assert_eq!(code(next.with_delta(&wrong)), NackCode::RootMismatch);
    let mut twice = second.clone();
    twice.parts.extend(second.parts.clone());
    assert_eq!(code(next.with_delta(&twice)), NackCode::OutOfOrder);
    assert_same(&next.with_delta(&second).unwrap(), &rows.anew());
    assert_eq!(view.revision().n, 2, "the old view is as it was");
    assert_eq!(code(View::building(CELL).with_delta(&first)), NackCode::Incomplete);
}

/// Every part of a delta counts: what is dropped or altered on the way is not taken.
#[test]
fn nothing_can_be_dropped_or_altered_on_the_way() {
    let mut rows = Rows::of([1]);
    let view = rows.anew();
    let acts = vec![put(Entity::Person(person(50, "cy"))), Act::Remove(Kind::Device, 4)];
    let delta = rows.act(&[(1, acts)]);
    let refused = |alter: &dyn Fn(&mut DeltaPart)| {
        let mut altered = delta.clone();
        alter(&mut altered.parts[0]);
        assert_eq!(code(view.with_delta(&altered)), NackCode::RootMismatch);
    };
    refused(&|part| drop(part.put.pop()));
    refused(&|part| drop(part.removed.pop()));
    refused(&|part| part.removed[0].1 = bytes(5));
    refused(&|part| part.put[0].id = bytes(51));
    refused(&|part| part.put[0].kind = "site".to_owned());
    refused(&|part| part.put[0].changed.1 -= 1);
    refused(&|part| part.put[0].changed.0 -= 1);
    refused(&|part| part.put[0].body = part.put[0].body.replacen("cy", "cz", 1));
    refused(&|part| part.put[0].body = part.put[0].body.replacen("\"v\":1", "\"v\":1,\"x\":0", 1));
    refused(&|part| part.instance.name = "globex".to_owned());
    refused(&|part| part.instance.region = "na".to_owned());
    refused(&|part| part.instance.region = "moon".to_owned());
    refused(&|part| part.instance.created += 1);
    refused(&|part| part.instance.id = bytes(7));
    refused(&|part| part.instance.no = 2);
    view.with_delta(&delta).unwrap();
}

#[test]
fn pages_must_be_in_order_and_complete() {
    let rows = Rows::of([1, 2, 3, 4]);
    let begun = View::building(CELL).with_page(&rows.page(0, 2)).unwrap();
    assert!(!begun.is_whole());
    assert_eq!(code(begun.verified(begun.root())), NackCode::Incomplete);
    assert_eq!(code(begun.with_page(&rows.page(0, 2))), NackCode::OutOfOrder);
    let mut swapped = rows.page(3, 2);
    swapped.parts.swap(0, 1);
    assert_eq!(code(begun.with_page(&swapped)), NackCode::OutOfOrder);
    let mut endless = rows.page(3, 2);
    endless.next = Some(InstanceNo(3));
    assert_eq!(code(begun.with_page(&endless)), NackCode::OutOfOrder);
    let head = |alter: &dyn Fn(&mut Head)| {
        let mut page = rows.page(3, 2);
        alter(&mut page.head);
        code(begun.with_page(&page))
    };
    assert_eq!(head(&|head| head.cell = [1; 16]), NackCode::OtherCell);
    assert_eq!(head(&|head| head.revision.epoch = 2), NackCode::NewEpoch);
    assert_eq!(head(&|head| head.revision.n -= 1), NackCode::WentBack);
    let all = begun.with_page(&rows.page(3, 2)).unwrap();
    assert_eq!(code(all.with_page(&rows.page(3, 2))), NackCode::OutOfOrder);
    assert_same(&all.verified(rows.head().root).unwrap(), &rows.anew());
    assert_eq!(code(all.verified(Digest::ZERO)), NackCode::RootMismatch);
    // A page that lost its last instance looks fine until the end.
    let mut short = rows.page(3, 2);
    short.parts.pop();
    let short = begun.with_page(&short).unwrap();
    assert_eq!(code(short.verified(rows.head().root)), NackCode::RootMismatch);
}

#[test]
fn what_cannot_be_read_stays_in_its_instance_and_is_made_good() {
    for (body, wanted) in [
        ("garbage", NackCode::UnreadableEntity),
        ("{\"v\":1,\"requires\":[\"telepathy\"]}", NackCode::UnknownRequirement),
    ] {
        let mut rows = Rows::of([1, 2]);
        let good = rows.anew();
        let spoil = rows.act(&[
            (1, vec![Act::Spoil(Kind::Person, ANN, body)]),
            (2, vec![put(Entity::Person(person(50, "cy")))]),
        ]);
        let view = good.with_delta(&spoil).unwrap();
        let nack = view.nack().unwrap();
        assert_eq!((nack.code, nack.instance), (wanted, Some(InstanceNo(1))));
        assert_eq!(view.damage().len(), 1);
        let served = view.directory(InstanceNo(1)).unwrap();
        assert!(served.person(id(ANN)).is_some(), "the last whole one is served");
        assert!(view.directory(InstanceNo(2)).unwrap().person(id(50)).is_some());
        assert_same(&view, &rows.anew());

        // From the start of a process, what can be read is.
        let started = rows.anew();
        let half = started.directory(InstanceNo(1)).unwrap();
        assert!(half.person(id(ANN)).is_none() && half.person(id(BO)).is_some());
        // And with what was known before, that.
        let known = started.serving_on(&good);
        assert!(known.directory(InstanceNo(1)).unwrap().person(id(ANN)).is_some());
        assert_same(&known, &rows.anew());

        // More happens to it meanwhile, and in the end it can be read again.
        let more = rows.act(&[(1, vec![put(Entity::Person(person(51, "di")))])]);
        let view = view.with_delta(&more).unwrap();
        assert!(view.directory(InstanceNo(1)).unwrap().person(id(51)).is_none());
        let mend = rows.act(&[(1, vec![put(Entity::Person(person(ANN, "ann")))])]);
        let view = view.with_delta(&mend).unwrap();
        assert_eq!(view.nack(), None);
        assert!(view.directory(InstanceNo(1)).unwrap().person(id(51)).is_some());
        assert_same(&view, &rows.anew());
    }
}

#[test]
fn an_instance_whose_row_cannot_be_read_empties_nothing() {
    let mut rows = Rows::of([1, 2]);
    let good = rows.anew();
    rows.instances.get_mut(&1).unwrap().instance.region = "moon".to_owned();
    let delta = rows.act(&[(1, vec![Act::Remove(Kind::Device, 4)])]);
    let view = good.with_delta(&delta).unwrap();
    assert_eq!(view.damage()[0].kind, "instance");
    assert!(view.directory(InstanceNo(1)).is_some(), "what was known is served");
    assert_same(&view, &rows.anew());
    assert!(rows.anew().directory(InstanceNo(1)).is_none(), "nothing can be made of it alone");

    rows.instances.get_mut(&1).unwrap().instance.region = "na".to_owned();
    let mend = rows.act(&[(1, Vec::new())]);
    assert_eq!(code(view.with_delta(&mend)), NackCode::Incomplete);
    let whole = view.with_rows(&rows.head(), &rows.page(0, 10).parts);
    assert_eq!(whole.nack(), None);
    assert_same(&whole, &rows.anew());
}

#[test]
fn what_a_newer_release_added_is_kept_when_this_one_writes() {
    let mut rows = Rows::of([1]);
    let mut newer = rows.act(&[(1, vec![Act::PutNewer(Entity::Person(person(ANN, "ann")), 3)])]);
    let view = Rows::of([1]).anew().with_delta(&newer).unwrap();
    let held = view.held(InstanceNo(1)).unwrap();
    let body = held.body(&Entity::Person(person(ANN, "anna")));
    assert!(body.contains("\"new3\":[3]") && body.contains("\"anna\""), "{body}");
    let plain = held.body(&Entity::Person(person(BO, "bo")));
    assert_eq!(plain, codec::encode(&Entity::Person(person(BO, "bo"))));

    newer.parts[0].put[0].body = body;
    let at = Revision { epoch: 1, n: view.revision().n + 1 };
    let written = view.with_parts(at, &newer.parts).unwrap();
    let again = written.held(InstanceNo(1)).unwrap().body(&Entity::Person(person(ANN, "ann")));
    assert!(again.contains("\"new3\":[3]"), "{again}");
    assert_eq!(written.recheck(InstanceNo(0), 10), Ok(None));
    // Gone with the entity.
    let removed = DeltaPart {
        instance: instance(1),
        removed: vec![("person".to_owned(), bytes(ANN))],
        put: Vec::new(),
    };
    let at = Revision { epoch: 1, n: at.n + 1 };
    let gone = written.with_parts(at, &[removed]).unwrap();
    let fresh = gone.held(InstanceNo(1)).unwrap().body(&Entity::Person(person(ANN, "ann")));
    assert!(!fresh.contains("new3"));
}

#[test]
fn what_could_not_be_read_back_is_not_written() {
    let rows = Rows::of([1]);
    let view = rows.anew();
    let mut next = rows.clone();
    let delta = next.act(&[(1, vec![Act::Spoil(Kind::Person, ANN, "garbage")])]);
    assert_eq!(code(view.with_parts(delta.revision, &delta.parts)), NackCode::UnreadableEntity);
    assert_eq!(code(view.with_parts(view.revision(), &[])), NackCode::OutOfOrder);
    let epoch = Revision { epoch: 2, n: 0 };
    let began = view.with_parts(epoch, &[]).unwrap();
    assert_eq!((began.revision(), began.root()), (epoch, view.root()));
}

#[test]
fn a_recheck_finds_what_changed_in_memory() {
    let view = Rows::of([1, 2, 3]).anew();
    assert_eq!(view.recheck(InstanceNo(0), 2), Ok(Some(InstanceNo(3))));
    assert_eq!(view.recheck(InstanceNo(3), 2), Ok(None));
    let base = view.directory(InstanceNo(2)).unwrap();
    let spoil = |alter: &dyn Fn(&mut Directory)| {
        let mut directory = Directory::clone(&base);
        alter(&mut directory);
        let mut spoilt = view.clone();
        let held = view.held(InstanceNo(2)).unwrap().spoiled(directory);
        spoilt.instances.insert(InstanceNo(2), Arc::new(held));
        let nack = spoilt.recheck(InstanceNo(0), 10).unwrap_err();
        assert_eq!((nack.code, nack.instance), (NackCode::RootMismatch, Some(InstanceNo(2))));
    };
    let ann = || (**base.person(id(ANN)).unwrap()).clone();
    let changed = base.entity_revision(Kind::Person, bytes(ANN)).unwrap();
    spoil(&|directory| directory.remove(Kind::Site, bytes(1)));
    spoil(&|directory| directory.put(Entity::Person(person(77, "new"))));
    spoil(&|directory| {
        let mut one = ann();
        one.externally_owned = !one.externally_owned;
        directory.put_at(Entity::Person(one), changed);
    });
    spoil(&|directory| directory.put_at(Entity::Person(ann()), Revision { epoch: 1, n: 999 }));
    spoil(&|directory| directory.instance.name = name("globex"));
    // The same again is no fault.
    let mut same = view.clone();
    let held = view.held(InstanceNo(2)).unwrap().spoiled(Directory::clone(&base));
    same.instances.insert(InstanceNo(2), Arc::new(held));
    assert_eq!(same.recheck(InstanceNo(0), 10), Ok(None));
}

#[test]
fn the_first_instance_to_have_a_key_keeps_it() {
    let mut rows = Rows::of([2]);
    let mut view = rows.anew();
    let key = crate::key::hash("the sample key of Monitoring");
    let who = |view: &View| view.by_integration_key_hash(&key).map(|found| found.0.instance.no.0);
    assert_eq!(who(&view), Some(2));
    for (no, acts, owner) in [
        (3, entities().into_iter().map(put).collect(), Some(2)),
        (1, entities().into_iter().map(put).collect(), Some(1)),
        (1, vec![Act::Remove(Kind::Integration, DOOR)], Some(2)),
        (2, vec![Act::Remove(Kind::Integration, DOOR)], Some(3)),
        (3, vec![Act::Remove(Kind::Integration, DOOR)], None),
    ] {
        view = view.with_delta(&rows.act(&[(no, acts)])).unwrap();
        assert_eq!(who(&view), owner, "after {no}");
    }
    assert_eq!(acme().integrations().len(), 1);
}

#[test]
fn names_can_be_swapped_in_one_revision() {
    let mut rows = Rows::of([1]);
    let view = rows.anew();
    for (ann, bo) in [("bo", "ann"), ("ann", "cy"), ("cy", "ann")] {
        let swap = [Entity::Person(person(ANN, ann)), Entity::Person(person(BO, bo))];
        let mut rows = rows.clone();
        let next = view.with_delta(&rows.act(&[(1, swap.map(put).to_vec())])).unwrap();
        assert_same(&next, &rows.anew());
        let directory = next.directory(InstanceNo(1)).unwrap();
        assert_eq!(directory.person_by_name(ann).unwrap().id, id(ANN));
        assert_eq!(directory.person_by_login(bo).unwrap().id, id(BO));
    }
    let take = vec![put(Entity::Person(person(BO, "ann"))), Act::Remove(Kind::Person, ANN)];
    let next = view.with_delta(&rows.act(&[(1, take)])).unwrap();
    assert_eq!(next.by_name("ACME-1").unwrap().person_by_name("ann").unwrap().id, id(BO));
    assert_same(&next, &rows.anew());
}

#[test]
fn every_code_has_a_word_of_its_own() {
    let words: BTreeSet<&str> = NackCode::ALL.into_iter().map(NackCode::word).collect();
    assert_eq!(words.len(), NackCode::ALL.len());
    let nack = Nack::new(NackCode::OtherCell, Revision { epoch: 1, n: 2 }, "why");
    assert_eq!(nack.to_string(), "other_cell at revision 1.2: why");
}
