//! Filters of the list of alerts that a person keeps under a name.

use firebell_base::{Id, Timestamp};
use firebell_domain::instance::InstanceNo;
use firebell_domain::person::PersonId;
use firebell_sql::{Error, ReadTx, Statement, Value, WriteTx};

use crate::codec::{at, get_id, id};

/// The most filters of one person.
pub const VIEWS_MAX: usize = 30;

const OF_PERSON: Statement = Statement::new(
    "saved_views.of_person",
    "select id, name, query from saved_views where instance_no = ?1 and person_id = ?2 \
     order by name limit ?3",
);
const INSERT: Statement = Statement::new(
    "saved_views.insert",
    "insert into saved_views (instance_no, person_id, id, name, query, created_at) \
     values (?1, ?2, ?3, ?4, ?5, ?6)",
);
const RENAME: Statement = Statement::new(
    "saved_views.rename",
    "update saved_views set name = ?4 where instance_no = ?1 and person_id = ?2 and id = ?3",
);
const DELETE: Statement = Statement::new(
    "saved_views.delete",
    "delete from saved_views where instance_no = ?1 and person_id = ?2 and id = ?3",
);

/// Every statement of this module.
pub const ALL: &[Statement] = &[OF_PERSON, INSERT, RENAME, DELETE];

/// The id of a kept filter.
pub type ViewId = Id<SavedView>;

/// A kept filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedView {
    /// Identity.
    pub id: ViewId,
    /// What the person calls it; unique among theirs.
    pub name: String,
    /// The query of the list's URL, without the question mark.
    pub query: String,
}

/// Why a filter was not kept.
#[derive(Debug, thiserror::Error)]
pub enum KeepError {
    /// There are [`VIEWS_MAX`] already.
    #[error("there are {VIEWS_MAX} saved views already: delete one first")]
    TooMany,
    /// Another one of the same person is called so.
    #[error("another saved view has this name")]
    NameTaken,
    /// There is none with this id.
    #[error("this saved view does not exist any more")]
    Missing,
    /// The database failed.
    #[error("{0}")]
    Store(Error),
}

impl From<Error> for KeepError {
    fn from(error: Error) -> Self {
        match error {
            Error::Unique { .. } => Self::NameTaken,
            other => Self::Store(other),
        }
    }
}

impl firebell_sql::Retryable for KeepError {
    fn sql_error(&self) -> Option<&Error> {
        match self {
            Self::Store(error) => Some(error),
            Self::TooMany | Self::NameTaken | Self::Missing => None,
        }
    }
}

/// A person's filters, by name.
pub fn of_person(
    tx: &mut ReadTx<'_>,
    no: InstanceNo,
    person: PersonId,
) -> Result<Vec<SavedView>, Error> {
    let limit = Value::Int(i64::try_from(VIEWS_MAX).unwrap_or(i64::MAX));
    let rows = tx.query(&OF_PERSON, &[Value::Int(no.0), id(person), limit])?;
    let view = |row: &firebell_sql::Row| {
        Ok(SavedView { id: get_id(row, 0)?, name: row.get(1)?, query: row.get(2)? })
    };
    rows.iter().map(view).collect()
}

/// Keeps a filter.
pub fn keep(
    tx: &mut WriteTx<'_>,
    no: InstanceNo,
    person: PersonId,
    view: &SavedView,
    now: Timestamp,
) -> Result<(), KeepError> {
    let own = of_person(tx, no, person)?;
    // Found before the database does: a failed statement would end a PostgreSQL transaction.
    if own.iter().any(|other| other.name == view.name) {
        return Err(KeepError::NameTaken);
    }
    if own.len() >= VIEWS_MAX {
        return Err(KeepError::TooMany);
    }
    let params = [
        Value::Int(no.0),
        id(person),
        id(view.id),
        Value::Text(view.name.clone()),
        Value::Text(view.query.clone()),
        at(now),
    ];
    tx.execute(&INSERT, &params)?;
    Ok(())
}

/// Gives a filter another name.
pub fn rename(
    tx: &mut WriteTx<'_>,
    no: InstanceNo,
    person: PersonId,
    view: ViewId,
    name: &str,
) -> Result<(), KeepError> {
    let own = of_person(tx, no, person)?;
    if own.iter().any(|other| other.name == name && other.id != view) {
        return Err(KeepError::NameTaken);
    }
    let params = [Value::Int(no.0), id(person), id(view), Value::Text(name.to_owned())];
    if tx.execute(&RENAME, &params)? == 0 { Err(KeepError::Missing) } else { Ok(()) }
}

/// Forgets a filter; returns it, if it was there.
pub fn forget(
    tx: &mut WriteTx<'_>,
    no: InstanceNo,
    person: PersonId,
    view: ViewId,
) -> Result<Option<SavedView>, Error> {
    let found = of_person(tx, no, person)?.into_iter().find(|own| own.id == view);
    tx.execute(&DELETE, &[Value::Int(no.0), id(person), id(view)])?;
    Ok(found)
}
