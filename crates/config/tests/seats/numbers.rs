//! What operators see: the numbers, why somebody holds a licence, drift and its repair, signed files; and what
//! the statements themselves refuse.

use firebell_base::time::add_seconds;
use firebell_base::{Id, Random};
use firebell_config::entitlement_file::{EntitlementFile, SigningKey, last_serial};
use firebell_config::fresh::Cause;
use firebell_config::licences::{self, Free, Reconcile, Why};
use firebell_config::{Authority, Change, Committed, ConfigError, DenialReason};
use firebell_domain::directory::{Directory, Entity, Kind};
use firebell_domain::instance::InstanceNo;
use firebell_domain::licence::{Allotment, Enforcement, Entitlement, Limit, Phase};
use firebell_domain::person::{LicenceType, Status};
use firebell_sql::{Db, Error, ReadTx, WriteTx};
use firebell_store::seats::{self as rows, CounterRow, Move};
use firebell_testkit::postgres::{DbGuard, TestEngine};

use crate::support::{
    Damage, begin, damage, database, instance, intent, person, person_id, process, stored,
};

const FULL: LicenceType = LicenceType::FullUser;

struct World {
    db: Db,
    authority: Authority,
    no: InstanceNo,
    _guard: DbGuard,
}

impl World {
    async fn start(engine: TestEngine) -> Self {
        let (db, guard) = database(engine);
        let authority = process(&db).await;
        let no = instance(&authority, "acme").await;
        Self { db, authority, no, _guard: guard }
    }

    async fn change(
        &self,
        changes: Vec<Change>,
        key: Option<[u8; 32]>,
    ) -> Result<Committed, ConfigError> {
        let decide = move |_: &Directory| Ok(changes.clone());
        self.authority.change(self.no, intent(key), begin(), decide).await
    }

    async fn allot(&self, number: u32) -> Committed {
        let mut one = Entitlement::unlimited(FULL);
        one.allotment = Allotment::Limited(number);
        self.change(vec![Change::Put(Entity::Entitlement(one))], None).await.unwrap()
    }

    async fn add(&self, slot: u128) -> Result<Committed, ConfigError> {
        self.change(vec![put(slot, Status::Active)], None).await
    }
}

fn put(slot: u128, status: Status) -> Change {
    Change::Put(Entity::Person(person(slot, FULL, status)))
}

#[tokio::test]
async fn explain_says_why_somebody_holds_a_licence_and_why_not() {
    for engine in TestEngine::ALL {
        let world = World::start(engine).await;
        let allotted = world.allot(2).await.revision;
        let added = world.add(0).await.unwrap().revision;
        world.change(vec![put(1, Status::Inactive)], None).await.unwrap();
        damage(&world.db, world.no, Damage::StrayRow, FULL, None, 1);
        for (slot, why, since) in [
            (0, Why::Active, Some(added)),
            (1, Why::Inactive, None),
            (7, Why::NotThere, None),
            (crate::support::stray(FULL), Why::BooksDiffer, Some(added)),
        ] {
            let id = Some(person_id(slot));
            let told = world.authority.explain(world.no, id, begin()).await.unwrap();
            let about = told.value().person.as_ref().unwrap();
            assert_eq!(about.why, why, "{engine:?} {slot}");
            let seat = about.seat.as_ref().map(|seat| seat.since);
            assert_eq!(seat.is_some(), since.is_some(), "{engine:?} {slot}");
            assert!(why == Why::BooksDiffer || seat == since, "{engine:?} {slot}");
            assert_eq!(told.evidence().revision, stored(&world.db, world.no).head);
        }
        let told = world.authority.explain(world.no, None, begin()).await.unwrap();
        let quota = told.value().quotas.of_type(FULL).unwrap();
        assert_eq!(quota.terms.as_ref().unwrap().since, allotted, "{engine:?}");
        assert_eq!((quota.held(), quota.free()), (2, Some(Free::Seats(0))), "{engine:?}");
        assert_eq!(quota.unsure(), Some(Cause::Drift));
    }
}

#[tokio::test]
async fn a_check_is_confirmed_or_nothing() {
    for engine in TestEngine::ALL {
        let world = World::start(engine).await;
        let check = async |licence| world.authority.seat_check(world.no, licence, 1, begin()).await;
        world.allot(3).await;
        world.add(0).await.unwrap();
        let found = check(FULL).await.unwrap();
        let found = *found.value();
        assert_eq!((found.held, found.limit), (1, Limit::AtMost(3)), "{engine:?}");
        assert_eq!((found.wanted, found.phase), (1, Phase::Valid), "{engine:?}");
        let gone = Change::Remove(Kind::Entitlement, LicenceType::StakeholderUser.id());
        world.change(vec![gone], None).await.unwrap();
        let unknown = check(LicenceType::StakeholderUser).await.unwrap_err();
        assert_eq!(unknown.unconfirmed(), Some(Cause::NoEntitlement), "{engine:?}");
        damage(&world.db, world.no, Damage::CountUp, FULL, None, 1);
        let unknown = check(FULL).await.unwrap_err();
        assert_eq!(unknown.unconfirmed(), Some(Cause::Drift), "{engine:?}");
    }
}

#[tokio::test]
async fn a_drift_is_noted_once_and_stands_until_it_is_reconciled() {
    for engine in TestEngine::ALL {
        let world = World::start(engine).await;
        world.allot(1).await;
        world.add(0).await.unwrap();
        damage(&world.db, world.no, Damage::CountUp, FULL, None, 1);
        assert_eq!(world.authority.drifted().await.unwrap(), [], "{engine:?}");
        let unsure = world.add(1).await.unwrap_err();
        assert_eq!(unsure.unconfirmed(), Some(Cause::Drift), "{engine:?}");
        let noted = world.authority.drifted().await.unwrap();
        assert_eq!((noted.len(), noted[0].since), (1, begin()), "{engine:?}");
        // The counter being right again by chance is no repair.
        damage(&world.db, world.no, Damage::CountDown, FULL, None, 2);
        assert_eq!(world.add(1).await.unwrap_err().unconfirmed(), Some(Cause::Drift));
        // Who is there can always leave, and raising lets somebody in.
        world.change(vec![put(0, Status::Inactive)], None).await.unwrap();
        world.change(vec![put(0, Status::Active)], None).await.unwrap();
        let what = Reconcile::Repair;
        let done = world.authority.reconcile(world.no, what, intent(None), begin()).await.unwrap();
        assert_eq!((done.differing, done.repaired), (0, true), "{engine:?}");
        assert_eq!(world.authority.drifted().await.unwrap(), [], "{engine:?}");
        let denied = world.add(1).await.unwrap_err();
        assert!(matches!(denied, ConfigError::Denied(_)), "{engine:?}: {denied:?}");
    }
}

#[tokio::test]
async fn reconcile_finds_what_counts_do_not_show() {
    for engine in TestEngine::ALL {
        let world = World::start(engine).await;
        world.add(0).await.unwrap();
        world.add(1).await.unwrap();
        damage(&world.db, world.no, Damage::LoseRow, FULL, Some(1), 1);
        damage(&world.db, world.no, Damage::StrayRow, FULL, None, 2);
        let reconcile = async |what| {
            world.authority.reconcile(world.no, what, intent(None), begin()).await.unwrap()
        };
        let found = reconcile(Reconcile::Check).await;
        let who: Vec<_> = found.differences.iter().map(|one| one.person).collect();
        let stray = crate::support::stray(FULL);
        assert_eq!(who, [person_id(1), person_id(stray)], "{engine:?}");
        assert!(!found.repaired && world.authority.drifted().await.unwrap().len() == 1);
        assert!(reconcile(Reconcile::Repair).await.repaired);
        let books = stored(&world.db, world.no);
        assert_eq!(books.ledger.keys().copied().collect::<Vec<_>>(), [0, 1], "{engine:?}");
        assert_eq!(books.counters[&FULL], (2, None, false), "{engine:?}");
        assert_eq!(reconcile(Reconcile::Check).await.differing, 0, "{engine:?}");
    }
}

#[tokio::test]
async fn a_key_makes_one_person_even_if_they_need_no_seat() {
    for engine in TestEngine::ALL {
        let world = World::start(engine).await;
        let add = async |slot, status, key| {
            world.change(vec![put(slot, status)], Some([key; 32])).await.unwrap()
        };
        for (status, key, slot) in [(Status::Inactive, 1, 0), (Status::Active, 2, 2)] {
            assert_eq!(add(slot, status, key).await.changed, 1, "{engine:?}");
            let again = add(slot + 1, status, key).await;
            assert_eq!((again.changed, again.repeated), (0, Some(person_id(slot))), "{engine:?}");
        }
        let books = stored(&world.db, world.no);
        assert_eq!(books.ledger.keys().copied().collect::<Vec<_>>(), [2], "{engine:?}");
    }
}

#[tokio::test]
async fn a_soft_allotment_lets_some_in_for_some_days() {
    for engine in TestEngine::ALL {
        let world = World::start(engine).await;
        let mut soft = Entitlement::unlimited(FULL);
        soft.allotment = Allotment::Limited(1);
        soft.enforcement = Enforcement::Soft { percent: 10, floor: 1, days: 14 };
        world.change(vec![Change::Put(Entity::Entitlement(soft))], None).await.unwrap();
        world.add(0).await.unwrap();
        assert_eq!(stored(&world.db, world.no).counters[&FULL], (1, None, false), "{engine:?}");
        world.add(1).await.unwrap();
        let over = Some(begin());
        assert_eq!(stored(&world.db, world.no).counters[&FULL], (2, over, false), "{engine:?}");
        let denied = world.add(2).await.unwrap_err();
        let ConfigError::Denied(denial) = denied else { panic!("{denied:?}") };
        assert_eq!(denial.reason(), DenialReason::Limit, "{engine:?}");
        assert_eq!(denial.check().limit, Limit::AtMost(2), "{engine:?}");
    }
}

#[tokio::test]
async fn a_signed_file_is_used_once() {
    for engine in TestEngine::ALL {
        let world = World::start(engine).await;
        let key = SigningKey::new("sales", &Random::seeded(7)).unwrap();
        let known = world.authority.snapshots().instance(world.no).unwrap();
        let mut full = Entitlement::unlimited(FULL);
        full.allotment = Allotment::Limited(150);
        let mut file = EntitlementFile {
            instance: known.instance.id,
            serial: 4,
            issued: begin(),
            entitlements: vec![full],
        };
        let import = async |file: &EntitlementFile| {
            let text = file.sign(&key).unwrap();
            let read = EntitlementFile::open(&text, &[key.public()]).unwrap();
            let decide = move |directory: &Directory| read.changes(directory);
            world.authority.change(world.no, intent(None), begin(), decide).await
        };
        let done = import(&file).await.unwrap();
        assert_eq!(last_serial(&done.directory), Some(4), "{engine:?}");
        let set = done.directory.entitlement(FULL).unwrap();
        assert_eq!(set.allotment, Allotment::Limited(150), "{engine:?}");
        assert!(matches!(import(&file).await, Err(ConfigError::Invalid(_))), "{engine:?}");
        (file.serial, file.instance) = (5, Id::from_bytes([7; 16]));
        assert!(matches!(import(&file).await, Err(ConfigError::Invalid(_))), "{engine:?}");
    }
}

#[tokio::test]
async fn a_counter_moves_only_from_where_it_was_read_and_within_the_limit() {
    for engine in TestEngine::ALL {
        let world = World::start(engine).await;
        let no = world.no;
        let counter = |held| CounterRow {
            licence: FULL.word().to_owned(),
            held,
            over_since: None,
            drift_since: None,
        };
        for (from, to, limit, moves) in [
            (1, 2, None, false),
            (0, 3, Some(2), false),
            (0, 2, Some(2), true),
            (0, 1, None, false),
            (2, 1, Some(0), true),
            (1, 2, Some(1), false),
            (1, 9, None, true),
        ] {
            let step = Move { from, to: counter(to), limit };
            let write = move |tx: &mut WriteTx<'_>| -> Result<bool, Error> {
                rows::add_counter(tx, no, FULL.word())?;
                rows::move_counter(tx, no, &step)
            };
            let moved = world.db.write("test.move", write).await.unwrap();
            assert_eq!(moved, moves, "{engine:?}: {from} to {to} within {limit:?}");
        }
        assert_eq!(stored(&world.db, no).counters[&FULL].0, 9, "{engine:?}");
    }
}

#[tokio::test]
async fn released_seats_are_forgotten_after_400_days_and_held_ones_never() {
    for engine in TestEngine::ALL {
        let world = World::start(engine).await;
        for slot in 0..5_u8 {
            let put = put(u128::from(slot), Status::Active);
            world.change(vec![put], Some([slot; 32])).await.unwrap();
        }
        for slot in 0..3 {
            world.change(vec![put(slot, Status::Inactive)], None).await.unwrap();
        }
        let before = stored(&world.db, world.no);
        let forget = async |days: i64, limit| {
            let now = add_seconds(begin(), days * 86_400 + 1);
            let forget = move |tx: &mut WriteTx<'_>| licences::forget(tx, now, limit);
            world.db.write("test.forget", forget).await.unwrap()
        };
        let known = async |slot: u8| {
            let no = world.no;
            let by_key = move |tx: &mut ReadTx<'_>| rows::by_key(tx, no, &[slot; 32]);
            world.db.read("test.known", by_key).await.unwrap().is_some()
        };
        let all = async || {
            let mut found = [false; 5];
            for (slot, place) in (0..).zip(&mut found) {
                *place = known(slot).await;
            }
            found
        };
        assert!(!forget(399, 100).await, "{engine:?}");
        assert_eq!(all().await, [true; 5], "{engine:?}");
        assert!(forget(400, 2).await, "{engine:?}: there may be more");
        assert_eq!(all().await.iter().filter(|known| **known).count(), 3, "{engine:?}");
        assert!(!forget(400, 2).await);
        assert_eq!(all().await, [false, false, false, true, true], "{engine:?}");
        assert_eq!(stored(&world.db, world.no), before, "{engine:?}");
        let check = world.authority.reconcile(world.no, Reconcile::Check, intent(None), begin());
        assert_eq!(check.await.unwrap().differing, 0, "{engine:?}");
    }
}
