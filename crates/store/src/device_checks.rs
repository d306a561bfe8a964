//! Whether what is sent to people's devices arrives: codes that are out, what was verified, what was tried.
//!
//! Used by the pipeline's prober, and by its retention. Rows are made when somebody first has something sent to a
//! device, one per device and one per person; they are forgotten [`KEPT_DAYS`] after they were last of use.

use firebell_base::Timestamp;
use firebell_domain::device::DeviceId;
use firebell_domain::instance::InstanceNo;
use firebell_domain::person::PersonId;
use firebell_sql::{Error, ReadTx, Row, Statement, Value, WriteTx};

use crate::codec::{at, get_at, get_code, get_id, get_opt_at, id, opt_at};

const GET: Statement = Statement::new(
    "device_checks.get",
    "select device, person, address, verified, code, code_until, failures, tried, outcome, detail \
     from device_checks where instance_no = ?1 and device = ?2 {for_update}",
);
const OF_PERSON: Statement = Statement::new(
    "device_checks.of_person",
    "select device, person, address, verified, code, code_until, failures, tried, outcome, detail \
     from device_checks where instance_no = ?1 and person = ?2 order by device limit ?3",
);
const PUT: Statement = Statement::new(
    "device_checks.put",
    "insert into device_checks (instance_no, device, person, address, verified, code, code_until, failures, \
     tried, outcome, detail) values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) \
     on conflict (instance_no, device) do update set person = excluded.person, address = excluded.address, \
     verified = excluded.verified, code = excluded.code, code_until = excluded.code_until, \
     failures = excluded.failures, tried = excluded.tried, outcome = excluded.outcome, \
     detail = excluded.detail",
);
const RESULT: Statement = Statement::new(
    "device_checks.result",
    "update device_checks set outcome = ?4, detail = ?5 \
     where instance_no = ?1 and device = ?2 and tried = ?3",
);
// Makes the row, so that it can be locked.
const OPEN_SENDS: Statement = Statement::new(
    "device_checks.open_sends",
    "insert into device_sends (instance_no, person, began, sent, last) values (?1, ?2, 0, 0, 0) \
     on conflict (instance_no, person) do nothing",
);
const SENDS: Statement = Statement::new(
    "device_checks.sends",
    "select began, sent, last from device_sends \
     where instance_no = ?1 and person = ?2 {for_update}",
);
const COUNT: Statement = Statement::new(
    "device_checks.count",
    "update device_sends set began = ?3, sent = ?4, last = ?5 where instance_no = ?1 and person = ?2",
);

const FORGET_UNVERIFIED: Statement = Statement::new(
    "device_checks.forget_unverified",
    "delete from device_checks where instance_no = ?1 and device in (select device from device_checks \
     where instance_no = ?1 and verified is null and coalesce(tried, 0) < ?2 \
     and coalesce(code_until, 0) < ?2 order by device limit ?3)",
);
const FORGET_SENDS: Statement = Statement::new(
    "device_checks.forget_sends",
    "delete from device_sends where instance_no = ?1 and person in (select person from device_sends \
     where instance_no = ?1 and last < ?2 order by person limit ?3)",
);
const VERIFIED_BEFORE: Statement = Statement::new(
    "device_checks.verified_before",
    "select device from device_checks where instance_no = ?1 and device > ?3 and verified < ?2 \
     and coalesce(tried, 0) < ?2 and coalesce(code_until, 0) < ?2 order by device limit ?4",
);
const REMOVE: Statement = Statement::new(
    "device_checks.remove",
    "delete from device_checks where instance_no = ?1 and device = ?2",
);

/// Every statement of this module.
pub const ALL: &[Statement] = &[
    GET,
    OF_PERSON,
    PUT,
    RESULT,
    OPEN_SENDS,
    SENDS,
    COUNT,
    FORGET_UNVERIFIED,
    FORGET_SENDS,
    VERIFIED_BEFORE,
    REMOVE,
];

/// Days after which a test that verified nothing, what a person had sent, and the verification of a device
/// that is no more are forgotten. A device that is there stays verified.
pub const KEPT_DAYS: u32 = 90;

/// What became of the last message that was sent to try a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tried {
    /// Nothing was sent, or it is on its way.
    #[default]
    Open,
    /// A provider took it.
    Accepted,
    /// It was not sent: this server keeps such messages.
    Kept,
    /// It failed.
    Failed,
}

impl Tried {
    /// Every one, by storage code.
    pub const ALL: [Self; 4] = [Self::Open, Self::Accepted, Self::Kept, Self::Failed];

    const fn code(self) -> i64 {
        match self {
            Self::Open => 0,
            Self::Accepted => 1,
            Self::Kept => 2,
            Self::Failed => 3,
        }
    }

    fn from_code(code: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.code() == code)
    }
}

/// What is known of a device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// Which.
    pub device: DeviceId,
    /// Whose.
    pub person: PersonId,
    /// The digest of its address when this was written.
    pub address: [u8; 32],
    /// Since when it is known that what is sent there arrives.
    pub verified: Option<Timestamp>,
    /// The digest of the code that is out.
    pub code: Option<[u8; 32]>,
    /// Until when that code counts.
    pub code_until: Option<Timestamp>,
    /// Wrong codes that were entered for it.
    pub failures: u32,
    /// When a message was last sent to try it.
    pub tried: Option<Timestamp>,
    /// What became of that.
    pub outcome: Tried,
    /// A public sentence about it.
    pub detail: String,
}

/// How much a person had sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sends {
    /// When the hour began that is counted.
    pub began: Timestamp,
    /// How many in it.
    pub sent: u32,
    /// The last one.
    pub last: Timestamp,
}

/// What is known of a device; locks it until the transaction ends.
pub fn lock(
    tx: &mut WriteTx<'_>,
    no: InstanceNo,
    device: DeviceId,
) -> Result<Option<Check>, Error> {
    let row = tx.query_opt(&GET, &[Value::Int(no.0), id(device)])?;
    row.as_ref().map(read).transpose()
}

/// What is known of a person's devices, at most `limit`.
pub fn of_person(
    tx: &mut ReadTx<'_>,
    no: InstanceNo,
    person: PersonId,
    limit: i64,
) -> Result<Vec<Check>, Error> {
    let rows = tx.query(&OF_PERSON, &[Value::Int(no.0), id(person), Value::Int(limit)])?;
    rows.iter().map(read).collect()
}

/// Writes what is known of a device.
pub fn put(tx: &mut WriteTx<'_>, no: InstanceNo, check: &Check) -> Result<(), Error> {
    let params = [
        Value::Int(no.0),
        id(check.device),
        id(check.person),
        Value::Blob(check.address.to_vec()),
        opt_at(check.verified),
        check.code.map_or(Value::Null, |code| Value::Blob(code.to_vec())),
        opt_at(check.code_until),
        Value::Int(i64::from(check.failures)),
        opt_at(check.tried),
        Value::Int(check.outcome.code()),
        Value::Text(check.detail.clone()),
    ];
    tx.execute(&PUT, &params).map(drop)
}

/// Writes what became of the message that was sent at `tried`; nothing if another one was sent since.
pub fn result(
    tx: &mut WriteTx<'_>,
    no: InstanceNo,
    device: DeviceId,
    (tried, outcome, detail): (Timestamp, Tried, &str),
) -> Result<(), Error> {
    let params = [
        Value::Int(no.0),
        id(device),
        at(tried),
        Value::Int(outcome.code()),
        Value::Text(detail.to_owned()),
    ];
    tx.execute(&RESULT, &params).map(drop)
}

/// How much a person had sent; locks the count until the transaction ends.
pub fn lock_sends(tx: &mut WriteTx<'_>, no: InstanceNo, person: PersonId) -> Result<Sends, Error> {
    let params = [Value::Int(no.0), id(person)];
    tx.execute(&OPEN_SENDS, &params)?;
    let row = tx.query_one(&SENDS, &params)?;
    Ok(Sends { began: get_at(&row, 0)?, sent: number(&row, 1)?, last: get_at(&row, 2)? })
}

/// Writes it.
pub fn count_sends(
    tx: &mut WriteTx<'_>,
    no: InstanceNo,
    person: PersonId,
    sends: Sends,
) -> Result<(), Error> {
    let sent = Value::Int(i64::from(sends.sent));
    let params = [Value::Int(no.0), id(person), at(sends.began), sent, at(sends.last)];
    tx.execute(&COUNT, &params).map(drop)
}

/// Forgets tests that verified nothing, and what people had sent, of before an instant, at most `limit` of each;
/// says how many. Call it again while it forgets something.
pub fn forget(
    tx: &mut WriteTx<'_>,
    no: InstanceNo,
    before: Timestamp,
    limit: i64,
) -> Result<u64, Error> {
    let params = [Value::Int(no.0), at(before), Value::Int(limit)];
    Ok(tx.execute(&FORGET_UNVERIFIED, &params)? + tx.execute(&FORGET_SENDS, &params)?)
}

/// Devices that were verified before an instant and not tried since, in the order of their ids behind `after`, at
/// most `limit`. Whether they are still there, the caller knows.
pub fn verified_before(
    tx: &mut WriteTx<'_>,
    no: InstanceNo,
    before: Timestamp,
    (after, limit): (DeviceId, i64),
) -> Result<Vec<DeviceId>, Error> {
    let params = [Value::Int(no.0), at(before), id(after), Value::Int(limit)];
    let rows = tx.query(&VERIFIED_BEFORE, &params)?;
    rows.iter().map(|row| get_id(row, 0)).collect()
}

/// Forgets what is known of a device; says whether anything was.
pub fn remove(tx: &mut WriteTx<'_>, no: InstanceNo, device: DeviceId) -> Result<bool, Error> {
    Ok(tx.execute(&REMOVE, &[Value::Int(no.0), id(device)])? > 0)
}

fn number(row: &Row, i: usize) -> Result<u32, Error> {
    get_code(row, i, "count", |n| u32::try_from(n).ok())
}

fn read(row: &Row) -> Result<Check, Error> {
    Ok(Check {
        device: get_id(row, 0)?,
        person: get_id(row, 1)?,
        address: row.get(2)?,
        verified: get_opt_at(row, 3)?,
        code: row.get(4)?,
        code_until: get_opt_at(row, 5)?,
        failures: number(row, 6)?,
        tried: get_opt_at(row, 7)?,
        outcome: get_code(row, 8, "outcome of a test message", Tried::from_code)?,
        detail: row.get(9)?,
    })
}
