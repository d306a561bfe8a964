//! Deliveries: the attempts to send notifications; and the outbox, where messages stay visible that no
//! channel could take.

use firebell_base::Timestamp;
use firebell_domain::alert::AlertId;
use firebell_domain::instance::InstanceNo;
use firebell_domain::notification::{Delivery, NotificationId, Outcome};
use firebell_sql::{BulkInsert, ColumnType as C, Error, ReadTx, Row, Statement, Value, WriteTx};

use crate::codec::{at, get_at, get_code, get_id, id};

const OF_ALERT: Statement = Statement::new(
    "deliveries.of_alert",
    "select id, notification_id, alert_id, attempt, at, outcome, provider, detail \
     from deliveries where instance_no = ?1 and alert_id = ?2 order by id limit ?3",
);
const OUTBOX_PAGE: Statement = Statement::new(
    "deliveries.outbox_page",
    "select notification_id, alert_id, at, recipient, subject, body_text, body_html \
     from outbox where instance_no = ?1 order by notification_id desc limit ?2 offset ?3",
);
const OUTBOX_COUNT: Statement =
    Statement::new("deliveries.outbox_count", "select count(*) from outbox where instance_no = ?1");
const OUTBOX_GET: Statement = Statement::new(
    "deliveries.outbox_get",
    "select notification_id, alert_id, at, recipient, subject, body_text, body_html \
     from outbox where instance_no = ?1 and notification_id = ?2",
);
const INSERT: BulkInsert = BulkInsert {
    name: "deliveries.insert",
    table: "deliveries",
    columns: &[
        ("instance_no", C::Int),
        ("id", C::Blob),
        ("notification_id", C::Blob),
        ("alert_id", C::Blob),
        ("attempt", C::Int),
        ("at", C::Int),
        ("outcome", C::Int),
        ("provider", C::Text),
        ("detail", C::Text),
    ],
    on_conflict: "",
};
const OUTBOX_INSERT: BulkInsert = BulkInsert {
    name: "deliveries.outbox_insert",
    table: "outbox",
    columns: &[
        ("instance_no", C::Int),
        ("notification_id", C::Blob),
        ("alert_id", C::Blob),
        ("at", C::Int),
        ("recipient", C::Text),
        ("subject", C::Text),
        ("body_text", C::Text),
        ("body_html", C::Text),
    ],
    // The same message rendered again after a crash between sending and recording.
    on_conflict: "on conflict (instance_no, notification_id) do nothing",
};

/// Every statement of this module.
pub const ALL: &[Statement] = &[OF_ALERT, OUTBOX_PAGE, OUTBOX_COUNT, OUTBOX_GET];
/// Every bulk insert of this module.
pub const INSERTS: &[BulkInsert] = &[INSERT, OUTBOX_INSERT];

/// A message that is kept visible instead of being sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxMessage {
    /// Which notification.
    pub notification: NotificationId,
    /// About which alert.
    pub alert: AlertId,
    /// When it would have been sent.
    pub at: Timestamp,
    /// To which address.
    pub recipient: String,
    /// Subject line.
    pub subject: String,
    /// Text body.
    pub text: String,
    /// HTML body; may be empty.
    pub html: String,
}

/// Records attempts.
pub fn insert(tx: &mut WriteTx<'_>, deliveries: &[(InstanceNo, Delivery)]) -> Result<(), Error> {
    let rows = deliveries
        .iter()
        .map(|(no, d)| {
            vec![
                Value::Int(no.0),
                id(d.id),
                id(d.notification),
                id(d.alert),
                Value::Int(i64::from(d.attempt)),
                at(d.at),
                Value::Int(d.outcome.code()),
                Value::Text(d.provider.clone()),
                Value::Text(d.detail.clone()),
            ]
        })
        .collect();
    tx.bulk_insert(&INSERT, rows).map(drop)
}

/// An alert's deliveries, oldest first, at most `limit`.
pub fn of_alert(
    tx: &mut ReadTx<'_>,
    no: InstanceNo,
    alert: AlertId,
    limit: i64,
) -> Result<Vec<Delivery>, Error> {
    let rows = tx.query(&OF_ALERT, &[Value::Int(no.0), id(alert), Value::Int(limit)])?;
    rows.iter()
        .map(|row| {
            Ok(Delivery {
                id: get_id(row, 0)?,
                notification: get_id(row, 1)?,
                alert: get_id(row, 2)?,
                attempt: u32::try_from(row.get::<i64>(3)?).unwrap_or(u32::MAX),
                at: get_at(row, 4)?,
                outcome: get_code(row, 5, "delivery outcome", Outcome::from_code)?,
                provider: row.get(6)?,
                detail: row.get(7)?,
            })
        })
        .collect()
}

/// Keeps messages in the outbox.
pub fn keep(tx: &mut WriteTx<'_>, messages: &[(InstanceNo, OutboxMessage)]) -> Result<(), Error> {
    let rows = messages
        .iter()
        .map(|(no, m)| {
            vec![
                Value::Int(no.0),
                id(m.notification),
                id(m.alert),
                at(m.at),
                Value::Text(m.recipient.clone()),
                Value::Text(m.subject.clone()),
                Value::Text(m.text.clone()),
                Value::Text(m.html.clone()),
            ]
        })
        .collect();
    tx.bulk_insert(&OUTBOX_INSERT, rows).map(drop)
}

/// A page of the outbox, newest first, and how many messages there are.
pub fn outbox(
    tx: &mut ReadTx<'_>,
    no: InstanceNo,
    limit: i64,
    offset: i64,
) -> Result<(Vec<OutboxMessage>, i64), Error> {
    let total = tx.query_one(&OUTBOX_COUNT, &[Value::Int(no.0)])?.get(0)?;
    let page = [Value::Int(no.0), Value::Int(limit), Value::Int(offset)];
    let rows = tx.query(&OUTBOX_PAGE, &page)?;
    Ok((rows.iter().map(read_outbox).collect::<Result<_, _>>()?, total))
}

/// The message of a notification, if it is in the outbox.
pub fn outbox_message(
    tx: &mut ReadTx<'_>,
    no: InstanceNo,
    notification: NotificationId,
) -> Result<Option<OutboxMessage>, Error> {
    let row = tx.query_opt(&OUTBOX_GET, &[Value::Int(no.0), id(notification)])?;
    row.as_ref().map(read_outbox).transpose()
}

fn read_outbox(row: &Row) -> Result<OutboxMessage, Error> {
    Ok(OutboxMessage {
        notification: get_id(row, 0)?,
        alert: get_id(row, 1)?,
        at: get_at(row, 2)?,
        recipient: row.get(3)?,
        subject: row.get(4)?,
        text: row.get(5)?,
        html: row.get(6)?,
    })
}
