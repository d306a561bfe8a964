//! Responses.

use firebell_base::Timestamp;
use firebell_domain::alert::AlertId;
use firebell_domain::form::{Action, Contribution, ResponseOption};
use firebell_domain::instance::InstanceNo;
use firebell_domain::person::PersonId;
use firebell_domain::response::{Response, Standing, Via};
use firebell_sql::{BlobSet, Error, ReadTx, Row, Statement, Value, WriteTx};

use crate::codec::{at, damaged, get_at, get_code, get_id, get_opt_id, id, opt_id, opt_text};

const INSERT: Statement = Statement::new(
    "responses.insert",
    "insert into responses (instance_no, id, alert_id, notification_id, person_id, \
     option_number, option_text, action, contribution, comment, via, at, standing) \
     values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
);
const OF_ALERT: Statement = Statement::new(
    "responses.of_alert",
    "select id, alert_id, notification_id, person_id, option_number, option_text, action, \
     contribution, comment, via, at, standing from responses \
     where instance_no = ?1 and alert_id = ?2 order by id limit ?3",
);
const GIVEN: Statement = Statement::new(
    "responses.given",
    "select count(*) from responses where instance_no = ?1 and alert_id = ?2 \
     and person_id = ?3 and option_number = ?4 and action = ?5 and standing = 0 and at >= ?6",
);
const WANT_NO_MORE: BlobSet = BlobSet {
    name: "responses.want_no_more",
    sqlite: "select distinct alert_id, person_id from responses \
             where instance_no = ?1 and action = ?2 and standing = 0 and alert_id = ?3",
    postgres: "select distinct alert_id, person_id from responses \
               where instance_no = ?1 and action = ?2 and standing = 0 and alert_id = any(?3)",
};

/// Every statement of this module.
pub const ALL: &[Statement] = &[INSERT, OF_ALERT, GIVEN];
/// Every set statement of this module.
pub const SETS: &[BlobSet] = &[WANT_NO_MORE];

/// Records a response.
pub fn insert(tx: &mut WriteTx<'_>, no: InstanceNo, response: &Response) -> Result<(), Error> {
    let params = [
        Value::Int(no.0),
        id(response.id),
        id(response.alert),
        opt_id(response.notification),
        id(response.person),
        Value::Int(i64::from(response.option.number)),
        Value::Text(response.option.text.clone()),
        Value::Text(response.option.action.word().to_owned()),
        Value::Text(response.option.contribution.word().to_owned()),
        opt_text(response.comment.as_deref()),
        Value::Int(response.via.code()),
        at(response.at),
        Value::Int(response.standing.code()),
    ];
    tx.execute(&INSERT, &params).map(drop)
}

/// Whether this person has given this option for this alert since an instant, and it counted.
pub fn given(
    tx: &mut ReadTx<'_>,
    no: InstanceNo,
    alert: AlertId,
    person: PersonId,
    option: &ResponseOption,
    since: Timestamp,
) -> Result<bool, Error> {
    let params = [
        Value::Int(no.0),
        id(alert),
        id(person),
        Value::Int(i64::from(option.number)),
        Value::Text(option.action.word().to_owned()),
        at(since),
    ];
    Ok(tx.query_one(&GIVEN, &params)?.get::<i64>(0)? > 0)
}

/// Who answered for these alerts that they want to be told no more.
pub fn want_no_more(
    tx: &mut ReadTx<'_>,
    no: InstanceNo,
    alerts: &[AlertId],
) -> Result<Vec<(AlertId, PersonId)>, Error> {
    let keys: Vec<Vec<u8>> = alerts.iter().map(|a| a.to_bytes().to_vec()).collect();
    let fixed = [Value::Int(no.0), Value::Text(Action::StopNotifyingUser.word().to_owned())];
    let rows = tx.query_in_blobs(&WANT_NO_MORE, &fixed, &keys)?;
    rows.iter().map(|row| Ok((get_id(row, 0)?, get_id(row, 1)?))).collect()
}

/// An alert's responses, oldest first, at most `limit`.
pub fn of_alert(
    tx: &mut ReadTx<'_>,
    no: InstanceNo,
    alert: AlertId,
    limit: i64,
) -> Result<Vec<Response>, Error> {
    let rows = tx.query(&OF_ALERT, &[Value::Int(no.0), id(alert), Value::Int(limit)])?;
    rows.iter().map(read).collect()
}

fn read(row: &Row) -> Result<Response, Error> {
    let action: String = row.get(6)?;
    let contribution: String = row.get(7)?;
    let contributed = Contribution::from_word(&contribution);
    Ok(Response {
        id: get_id(row, 0)?,
        alert: get_id(row, 1)?,
        notification: get_opt_id(row, 2)?,
        person: get_id(row, 3)?,
        option: ResponseOption {
            number: u8::try_from(row.get::<i64>(4)?).unwrap_or(0),
            text: row.get(5)?,
            description: String::new(),
            action: Action::from_word(&action).ok_or_else(|| damaged("action", &action))?,
            contribution: contributed.ok_or_else(|| damaged("contribution", &contribution))?,
            allow_comments: true,
        },
        comment: row.get(8)?,
        via: get_code(row, 9, "response door", Via::from_code)?,
        at: get_at(row, 10)?,
        standing: get_code(row, 11, "response standing", Standing::from_code)?,
    })
}
