//! Sample people, processes on a database, and the books as they are stored.

use std::collections::BTreeMap;

use firebell_base::time::from_micros;
use firebell_base::{Random, Timestamp};
use firebell_config::{Author, Authority, Intent, Snapshots};
use firebell_domain::directory::Revision;
use firebell_domain::instance::{InstanceNo, Region};
use firebell_domain::name::Name;
use firebell_domain::person::{LicenceType, Person, PersonId, Role, Status};
use firebell_domain::schedule::Zone;
use firebell_sql::{Db, Error, ReadTx, Statement, Value, WriteTx, migrate};
use firebell_store::migrations::migrations;
use firebell_store::seats as rows;
use firebell_testkit::postgres::{DbGuard, TestEngine, fresh_db};

const GROUPED: Statement = Statement::new(
    "test.grouped",
    "select count(*) from (select person from seats where instance_no = ?1 and released_at is null \
     group by person having count(*) > 1) doubles",
);
const HEAD: Statement = Statement::new("test.head", "select epoch, n from config_head");

pub(crate) fn begin() -> Timestamp {
    "2026-03-02T08:00:00Z".parse().unwrap()
}

/// The person of a slot: sample data, always the same but for licence and status.
pub(crate) fn person(slot: u128, licence: LicenceType, status: Status) -> Person {
    let called = Name::parse(&format!("sample{slot}")).unwrap();
    Person {
        id: person_id(slot),
        target_name: called.clone(),
        first_name: Name::parse("Sample").unwrap(),
        last_name: called.clone(),
        web_login: called,
        phone_login: None,
        language: "en".to_owned(),
        zone: Zone::utc(),
        site: None,
        supervisors: Vec::new(),
        roles: vec![Role::StandardUser],
        status,
        licence,
        properties: BTreeMap::new(),
        external_key: None,
        externally_owned: false,
        created: begin(),
        updated: begin(),
    }
}

pub(crate) fn person_id(slot: u128) -> PersonId {
    PersonId::from_bytes((slot + 1).to_be_bytes())
}

pub(crate) fn slot_of(person: [u8; 16]) -> u128 {
    u128::from_be_bytes(person) - 1
}

pub(crate) fn database(engine: TestEngine) -> (Db, DbGuard) {
    let (db, guard) = fresh_db(engine);
    migrate(&db, migrations(), 0).unwrap();
    (db, guard)
}

/// A process that has just started.
pub(crate) async fn process(db: &Db) -> Authority {
    let snapshots = Snapshots::load(db).await.unwrap();
    Authority::new(db.clone(), snapshots, Random::System)
}

pub(crate) async fn instance(authority: &Authority, name: &str) -> InstanceNo {
    let by = Author::new("test", "set up");
    let made = authority.create_instance(name, Region::Emea, &by, begin()).await.unwrap();
    made.instance.no
}

/// An approved intent.
pub(crate) fn intent(key: Option<[u8; 32]>) -> Intent {
    let by = Author::new("test", "a step");
    Intent { key, approval: Some("a test".to_owned()), ..Intent::from(&by) }
}

/// The books of an instance as they are stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stored {
    /// By type: held, over since, drift known.
    pub(crate) counters: BTreeMap<LicenceType, (i64, Option<Timestamp>, bool)>,
    /// By slot.
    pub(crate) ledger: BTreeMap<u128, LicenceType>,
    /// How many people have more than one live row.
    pub(crate) doubles: i64,
    pub(crate) head: Revision,
}

pub(crate) fn stored(db: &Db, no: InstanceNo) -> Stored {
    let read = move |tx: &mut ReadTx<'_>| -> Result<Stored, Error> {
        let licence = |word: &str| LicenceType::from_word(word).unwrap();
        let counters = rows::counters(tx, no)?.into_iter().map(|row| {
            let over = row.over_since.map(from_micros);
            (licence(&row.licence), (row.held, over, row.drift_since.is_some()))
        });
        let mut all: BTreeMap<_, _> =
            LicenceType::ALL.into_iter().map(|one| (one, (0, None, false))).collect();
        all.extend(counters);
        let ledger = rows::live(tx, no, None)?.into_iter();
        let head = tx.query_one(&HEAD, &[])?;
        Ok(Stored {
            counters: all,
            ledger: ledger.map(|row| (slot_of(row.person), licence(&row.licence))).collect(),
            doubles: tx.query_one(&GROUPED, &[no.0.into()])?.get(0)?,
            head: Revision { epoch: head.get(0)?, n: head.get(1)? },
        })
    };
    db.read_blocking("test.stored", read).unwrap()
}

/// What damages the books.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Damage {
    CountUp,
    CountDown,
    /// A live row of the ledger is lost: the first one of the type.
    LoseRow,
    /// A row for somebody who is not there.
    StrayRow,
}

const BUMP: Statement = Statement::new(
    "test.bump",
    "update seat_counters set held = held + ?3 where instance_no = ?1 and licence = ?2 \
     and held + ?3 >= 0",
);
const LOSE: Statement = Statement::new(
    "test.lose",
    "delete from seats where instance_no = ?1 and person = ?2 and released_at is null",
);
const STRAY: Statement = Statement::new(
    "test.stray",
    "insert into seats (instance_no, id, licence, person, held_epoch, held_n, held_at) \
     values (?1, ?2, ?3, ?4, 1, 1, 1) on conflict do nothing",
);

/// The slot of the stray row of a type.
pub(crate) fn stray(licence: LicenceType) -> u128 {
    match licence {
        LicenceType::FullUser => 900,
        LicenceType::StakeholderUser => 901,
    }
}

/// Does it behind the authority's back. `victim` is the slot whose row is lost, `nonce` the id of a new row.
pub(crate) fn damage(
    db: &Db,
    no: InstanceNo,
    what: Damage,
    licence: LicenceType,
    victim: Option<u128>,
    nonce: u128,
) {
    let word = licence.word();
    let write = move |tx: &mut WriteTx<'_>| -> Result<(), Error> {
        let person = |slot| Value::from(person_id(slot).to_bytes());
        match what {
            Damage::CountUp | Damage::CountDown => {
                rows::add_counter(tx, no, word)?;
                let by = if matches!(what, Damage::CountUp) { 1 } else { -1 };
                tx.execute(&BUMP, &[no.0.into(), word.into(), Value::Int(by)])?;
            }
            Damage::LoseRow => {
                if let Some(slot) = victim {
                    tx.execute(&LOSE, &[no.0.into(), person(slot)])?;
                }
            }
            Damage::StrayRow => {
                let slot = stray(licence);
                let id = Value::from(nonce.to_be_bytes());
                let values = [no.0.into(), id, word.into(), person(slot)];
                tx.execute(&STRAY, &values)?;
            }
        }
        Ok(())
    };
    db.write_blocking("test.damage", write).unwrap();
}
