//! What a row of the list of alerts, and a page that stays open, show besides the alerts themselves: who is told,
//! when it goes on, what changed since. For pages; never used by the pipeline.

use firebell_base::{Id, Timestamp};
use firebell_domain::alert::AlertId;
use firebell_domain::group::GroupId;
use firebell_domain::instance::InstanceNo;
use firebell_domain::notification::NotificationState;
use firebell_domain::person::PersonId;
use firebell_domain::timeline::Entry;
use firebell_sql::{BlobSet, Error, ReadTx, Statement, Value};

use crate::codec::{get_at, get_code, get_id, get_opt_at, get_opt_id, id};

/// Notifications of one alert that a row of the list looks at.
pub const ROW_NOTIFICATIONS_MAX: usize = 30;

const CHANGED_SINCE: Statement = Statement::new(
    "alert_rows.changed_since",
    "select id, alert_id from timeline where instance_no = ?1 and id >= ?2 order by id limit ?3",
);
const NEWEST_SINCE: Statement = Statement::new(
    "alert_rows.newest_since",
    "select id, alert_id from timeline where instance_no = ?1 and id >= ?2 order by id desc limit ?3",
);
const LATEST_ENTRIES: Statement = Statement::new(
    "alert_rows.latest_entries",
    "select entries from timeline where instance_no = ?1 and alert_id = ?2 \
     order by id desc limit ?3",
);
// Without an order, so that an alert with thousands of notifications costs no more than others.
const TOLD: BlobSet = BlobSet {
    name: "alert_rows.told",
    sqlite: "select alert_id, person_id, group_id, state, due_at from notifications \
             where instance_no = ?1 and alert_id = ?2 limit 30",
    postgres: "select n.alert_id, n.person_id, n.group_id, n.state, n.due_at \
               from unnest(cast(?2 as bytea[])) as wanted (id) \
               cross join lateral (select alert_id, person_id, group_id, state, due_at \
                 from notifications where instance_no = ?1 and alert_id = wanted.id limit 30) n",
};
const NEXT: BlobSet = BlobSet {
    name: "alert_rows.next",
    sqlite: "select alert_id, group_id, due_at from escalations \
             where instance_no = ?1 and alert_id = ?2 limit 30",
    postgres: "select e.alert_id, e.group_id, e.due_at \
               from unnest(cast(?2 as bytea[])) as wanted (id) \
               cross join lateral (select alert_id, group_id, due_at from escalations \
                 where instance_no = ?1 and alert_id = wanted.id limit 30) e",
};

/// Every statement of this module.
pub const ALL: &[Statement] = &[CHANGED_SINCE, NEWEST_SINCE, LATEST_ENTRIES];
/// Every set statement of this module.
pub const SETS: &[BlobSet] = &[TOLD, NEXT];

/// Somebody who is or was to be told of an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Told {
    /// Of which alert.
    pub alert: AlertId,
    /// Who.
    pub person: PersonId,
    /// Through which group.
    pub group: Option<GroupId>,
    /// Where the notification stands.
    pub state: NotificationState,
    /// When it was or is to be sent.
    pub due: Timestamp,
}

/// A walk of an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Next {
    /// Of which alert.
    pub alert: AlertId,
    /// Through which group.
    pub group: GroupId,
    /// When its next turn is; none when it has ended.
    pub due: Option<Timestamp>,
}

/// Who is told of these alerts, up to [`ROW_NOTIFICATIONS_MAX`] each, in the order they are sent.
pub fn told(tx: &mut ReadTx<'_>, no: InstanceNo, alerts: &[AlertId]) -> Result<Vec<Told>, Error> {
    let keys: Vec<Vec<u8>> = alerts.iter().map(|a| a.to_bytes().to_vec()).collect();
    let rows = tx.query_in_blobs(&TOLD, &[Value::Int(no.0)], &keys)?;
    let one = |row: &firebell_sql::Row| {
        Ok(Told {
            alert: get_id(row, 0)?,
            person: get_id(row, 1)?,
            group: get_opt_id(row, 2)?,
            state: get_code(row, 3, "notification state", NotificationState::from_code)?,
            due: get_at(row, 4)?,
        })
    };
    let mut all: Vec<Told> = rows.iter().map(one).collect::<Result<_, Error>>()?;
    all.sort_by_key(|told| (told.alert, told.due));
    Ok(all)
}

/// The walks of these alerts.
pub fn next(tx: &mut ReadTx<'_>, no: InstanceNo, alerts: &[AlertId]) -> Result<Vec<Next>, Error> {
    let keys: Vec<Vec<u8>> = alerts.iter().map(|a| a.to_bytes().to_vec()).collect();
    let rows = tx.query_in_blobs(&NEXT, &[Value::Int(no.0)], &keys)?;
    let one = |row: &firebell_sql::Row| {
        Ok(Next { alert: get_id(row, 0)?, group: get_id(row, 1)?, due: get_opt_at(row, 2)? })
    };
    rows.iter().map(one).collect()
}

/// The rows of timelines written since an instant, oldest first, at most `limit`: row and alert.
pub fn changed_since(
    tx: &mut ReadTx<'_>,
    no: InstanceNo,
    since: Timestamp,
    limit: i64,
) -> Result<Vec<(Id<Entry>, AlertId)>, Error> {
    since_then(tx, &CHANGED_SINCE, no, (since, limit))
}

/// The newest rows of timelines written since an instant, newest first, at most `limit`: row and alert.
pub fn newest_since(
    tx: &mut ReadTx<'_>,
    no: InstanceNo,
    since: Timestamp,
    limit: i64,
) -> Result<Vec<(Id<Entry>, AlertId)>, Error> {
    since_then(tx, &NEWEST_SINCE, no, (since, limit))
}

fn since_then(
    tx: &mut ReadTx<'_>,
    statement: &Statement,
    no: InstanceNo,
    (since, limit): (Timestamp, i64),
) -> Result<Vec<(Id<Entry>, AlertId)>, Error> {
    let params = [Value::Int(no.0), Value::Id(first_id(since)), Value::Int(limit)];
    let rows = tx.query(statement, &params)?;
    rows.iter().map(|row| Ok((get_id(row, 0)?, get_id(row, 1)?))).collect()
}

/// The least id that can have been made at this instant: ids begin with its milliseconds (RFC 9562, 5.7).
pub(crate) fn first_id(at: Timestamp) -> [u8; 16] {
    let mut bytes = [0; 16];
    let millis = at.as_millisecond().max(0).to_be_bytes();
    for (to, from) in bytes.iter_mut().zip(millis.iter().skip(2)) {
        *to = *from;
    }
    bytes
}

/// The greatest id that can have been made at this instant.
pub(crate) fn last_id(at: Timestamp) -> [u8; 16] {
    let mut bytes = first_id(at);
    for byte in bytes.iter_mut().skip(6) {
        *byte = 0xff;
    }
    bytes
}

/// The newest entries of an alert's timeline, oldest first, from at most `rows` transactions; and whether
/// there are older ones.
pub fn latest_entries(
    tx: &mut ReadTx<'_>,
    no: InstanceNo,
    alert: AlertId,
    rows: i64,
) -> Result<(Vec<Entry>, bool), Error> {
    let params = [Value::Int(no.0), id(alert), Value::Int(rows.saturating_add(1))];
    let mut found = tx.query(&LATEST_ENTRIES, &params)?;
    let more = i64::try_from(found.len()).unwrap_or(i64::MAX) > rows;
    if more {
        found.pop();
    }
    let mut all = Vec::new();
    for row in found.iter().rev() {
        all.append(&mut crate::timeline::decode(&row.get::<String>(0)?)?);
    }
    all.sort_by_key(|entry| entry.at);
    Ok((all, more))
}

#[cfg(test)]
mod tests {
    use super::*;
    use firebell_base::Random;
    use firebell_base::time::from_micros;

    #[test]
    fn ids_made_later_are_greater_than_the_first_of_an_instant() {
        let random = Random::seeded(1);
        let now = from_micros(1_790_000_000_123_456);
        let first = first_id(now);
        let made: Id<Entry> = Id::new(&random, now);
        assert!(made.to_bytes() >= first);
        let before: Id<Entry> = Id::new(&random, from_micros(1_790_000_000_122_999));
        assert!(before.to_bytes() < first);
    }
}
