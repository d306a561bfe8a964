//! Addresses under which calendars are read without signing in.
//!
//! Written by the pages of who is on call; read by whoever has an address. Only the hash of an
//! address is kept. Whether its owner may still read is decided by the caller.

use firebell_base::{Id, Timestamp};
use firebell_domain::instance::InstanceNo;
use firebell_domain::person::PersonId;
use firebell_sql::{Error, ReadTx, Row, Statement, Value, WriteTx};

use crate::codec::{at, damaged, get_at, get_id, id};

const ADD: Statement = Statement::new(
    "calendar_feeds.add",
    "insert into calendar_feeds (instance_no, id, kind, subject, owner, hash, created) \
     values (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
);
const BY_HASH: Statement = Statement::new(
    "calendar_feeds.by_hash",
    "select id, kind, subject, owner, created from calendar_feeds \
     where instance_no = ?1 and hash = ?2",
);
const OF_OWNER: Statement = Statement::new(
    "calendar_feeds.of_owner",
    "select id, kind, subject, owner, created from calendar_feeds \
     where instance_no = ?1 and owner = ?2 order by created, id limit ?3",
);
const REMOVE: Statement = Statement::new(
    "calendar_feeds.remove",
    "delete from calendar_feeds where instance_no = ?1 and owner = ?2 and id = ?3",
);

/// Every statement of this module.
pub const ALL: &[Statement] = &[ADD, BY_HASH, OF_OWNER, REMOVE];

/// The most addresses of one person; asking for more is refused by the caller.
pub const FEEDS_PER_PERSON_MAX: usize = 20;

/// The id of an address.
pub type FeedId = Id<Feed>;

/// An address, without what makes it secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Feed {
    /// Identity.
    pub id: FeedId,
    /// Whose calendar it is.
    pub of: FeedOf,
    /// Who made it.
    pub owner: PersonId,
    /// When.
    pub created: Timestamp,
}

/// Whose calendar an address leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FeedOf {
    /// When this person is on call.
    Person(PersonId),
    /// Who is on call for this group.
    Group(firebell_domain::group::GroupId),
}

impl FeedOf {
    const fn word(self) -> &'static str {
        match self {
            Self::Person(_) => "person",
            Self::Group(_) => "group",
        }
    }

    fn subject(self) -> Value {
        match self {
            Self::Person(person) => id(person),
            Self::Group(group) => id(group),
        }
    }
}

/// Keeps an address; `hash` is what is kept of its secret.
///
/// # Errors
/// What the engine reports.
pub fn add(tx: &mut WriteTx<'_>, no: InstanceNo, feed: &Feed, hash: [u8; 32]) -> Result<(), Error> {
    let values = [
        Value::Int(no.0),
        id(feed.id),
        Value::from(feed.of.word()),
        feed.of.subject(),
        id(feed.owner),
        Value::from(hash),
        at(feed.created),
    ];
    tx.execute(&ADD, &values).map(drop)
}

/// The address with this hash.
///
/// # Errors
/// What the engine reports.
pub fn by_hash(tx: &mut ReadTx<'_>, no: InstanceNo, hash: [u8; 32]) -> Result<Option<Feed>, Error> {
    let row = tx.query_opt(&BY_HASH, &[Value::Int(no.0), Value::from(hash)])?;
    row.as_ref().map(read).transpose()
}

/// The addresses somebody made, the oldest first, at most [`FEEDS_PER_PERSON_MAX`] and one more.
///
/// # Errors
/// What the engine reports.
pub fn of_owner(tx: &mut ReadTx<'_>, no: InstanceNo, owner: PersonId) -> Result<Vec<Feed>, Error> {
    let most = i64::try_from(FEEDS_PER_PERSON_MAX).unwrap_or(i64::MAX).saturating_add(1);
    let rows = tx.query(&OF_OWNER, &[Value::Int(no.0), id(owner), Value::Int(most)])?;
    rows.iter().map(read).collect()
}

/// Forgets an address that this person made; says whether there was one.
///
/// # Errors
/// What the engine reports.
pub fn remove(
    tx: &mut WriteTx<'_>,
    no: InstanceNo,
    owner: PersonId,
    feed: FeedId,
) -> Result<bool, Error> {
    Ok(tx.execute(&REMOVE, &[Value::Int(no.0), id(owner), id(feed)])? > 0)
}

fn read(row: &Row) -> Result<Feed, Error> {
    let kind: String = row.get(1)?;
    let of = match kind.as_str() {
        "person" => FeedOf::Person(get_id(row, 2)?),
        "group" => FeedOf::Group(get_id(row, 2)?),
        _ => return Err(damaged("kind of calendar", kind)),
    };
    Ok(Feed { id: get_id(row, 0)?, of, owner: get_id(row, 3)?, created: get_at(row, 4)? })
}
