//! Events: what senders sent, and what became of it.

use firebell_base::Timestamp;
use firebell_domain::alert::AlertId;
use firebell_domain::event::{EventAction, EventId, Fate, RequestId};
use firebell_domain::instance::InstanceNo;
use firebell_domain::integration::IntegrationId;
use firebell_domain::suppression::Rule;
use firebell_sql::{BulkInsert, ColumnType as C, Error, ReadTx, Row, Statement, Value, WriteTx};

use crate::codec::{at, damaged, get_at, get_code, get_id, get_opt_id, id, opt_id, opt_text};

macro_rules! event_columns {
    () => {
        "id, request_id, integration_id, received_at, action, dedup_key, alert_id, fate, rule, \
         summary"
    };
}

pub(crate) use event_columns;

const OF_ALERT: Statement = Statement::new(
    "events.of_alert",
    concat!(
        "select ",
        event_columns!(),
        " from events where instance_no = ?1 and alert_id = ?2 order by id desc limit ?3"
    ),
);
const BY_FATE: Statement = Statement::new(
    "events.by_fate",
    concat!(
        "select ",
        event_columns!(),
        " from events where instance_no = ?1 and fate >= 4 and fate = ?2 \
         order by id desc limit ?3 offset ?4"
    ),
);
const COUNT_BY_FATE: Statement = Statement::new(
    "events.count_by_fate",
    "select count(*) from events where instance_no = ?1 and fate >= 4 and fate = ?2",
);
const PAYLOAD: Statement = Statement::new(
    "events.payload",
    "select payload from events where instance_no = ?1 and id = ?2",
);
const RECENT: Statement = Statement::new(
    "events.recent",
    concat!(
        "select ",
        event_columns!(),
        " from events where instance_no = ?1 order by id desc limit ?2 offset ?3"
    ),
);
const INSERT: BulkInsert = BulkInsert {
    name: "events.insert",
    table: "events",
    columns: &[
        ("instance_no", C::Int),
        ("id", C::Blob),
        ("request_id", C::Blob),
        ("integration_id", C::Blob),
        ("received_at", C::Int),
        ("action", C::Text),
        ("dedup_key", C::Text),
        ("alert_id", C::Blob),
        ("fate", C::Int),
        ("rule", C::Text),
        ("summary", C::Text),
        ("payload", C::Blob),
    ],
    on_conflict: "",
};

/// Every statement of this module.
pub const ALL: &[Statement] = &[OF_ALERT, BY_FATE, COUNT_BY_FATE, PAYLOAD, RECENT];
/// Every bulk insert of this module.
pub const INSERTS: &[BulkInsert] = &[INSERT];

/// An event as kept.
#[derive(Debug, Clone, PartialEq)]
pub struct EventRecord {
    /// Identity.
    pub id: EventId,
    /// The request that brought it.
    pub request: RequestId,
    /// The door it came through.
    pub integration: IntegrationId,
    /// When it was accepted.
    pub received: Timestamp,
    /// What it asked for.
    pub action: EventAction,
    /// What it spoke of.
    pub dedup_key: Option<String>,
    /// The alert it came to, if any.
    pub alert: Option<AlertId>,
    /// What became of it.
    pub fate: Fate,
    /// The rule that hid it.
    pub rule: Option<Rule>,
    /// Its one line.
    pub summary: String,
}

/// Stores events; the payload goes with the first event of a request only.
pub fn insert(
    tx: &mut WriteTx<'_>,
    events: Vec<(InstanceNo, EventRecord, Option<Vec<u8>>)>,
) -> Result<(), Error> {
    let rows = events
        .into_iter()
        .map(|(no, e, payload)| {
            vec![
                Value::Int(no.0),
                id(e.id),
                id(e.request),
                id(e.integration),
                at(e.received),
                Value::Text(e.action.word().to_owned()),
                opt_text(e.dedup_key.as_deref()),
                opt_id(e.alert),
                Value::Int(e.fate.code()),
                e.rule.map_or(Value::Null, |rule| Value::Text(rule_text(rule))),
                Value::Text(e.summary),
                payload.map_or(Value::Null, Value::Blob),
            ]
        })
        .collect();
    tx.bulk_insert(&INSERT, rows).map(drop)
}

/// An alert's newest events.
pub fn of_alert(
    tx: &mut ReadTx<'_>,
    no: InstanceNo,
    alert: AlertId,
    limit: i64,
) -> Result<Vec<EventRecord>, Error> {
    read_all(&tx.query(&OF_ALERT, &[Value::Int(no.0), id(alert), Value::Int(limit)])?)
}

/// A page of the events that came to no alert ([`Fate::Suppressed`], [`Fate::Unmatched`],
/// [`Fate::Refused`]), newest first, and how many there are.
pub fn by_fate(
    tx: &mut ReadTx<'_>,
    no: InstanceNo,
    fate: Fate,
    limit: i64,
    offset: i64,
) -> Result<(Vec<EventRecord>, i64), Error> {
    let key = [Value::Int(no.0), Value::Int(fate.code())];
    let total = tx.query_one(&COUNT_BY_FATE, &key)?.get(0)?;
    let [instance, fate] = key;
    let rows = tx.query(&BY_FATE, &[instance, fate, Value::Int(limit), Value::Int(offset)])?;
    Ok((read_all(&rows)?, total))
}

/// A page of all events, newest first.
pub fn recent(
    tx: &mut ReadTx<'_>,
    no: InstanceNo,
    limit: i64,
    offset: i64,
) -> Result<Vec<EventRecord>, Error> {
    read_all(&tx.query(&RECENT, &[Value::Int(no.0), Value::Int(limit), Value::Int(offset)])?)
}

/// What the sender sent, byte for byte; kept with the first event of each request.
pub fn payload(
    tx: &mut ReadTx<'_>,
    no: InstanceNo,
    event: EventId,
) -> Result<Option<Vec<u8>>, Error> {
    let row = tx.query_opt(&PAYLOAD, &[Value::Int(no.0), id(event)])?;
    row.map_or(Ok(None), |row| row.get(0))
}

fn read_all(rows: &[Row]) -> Result<Vec<EventRecord>, Error> {
    rows.iter().map(read).collect()
}

pub(crate) fn read(row: &Row) -> Result<EventRecord, Error> {
    let action: String = row.get(4)?;
    let rule: Option<String> = row.get(8)?;
    Ok(EventRecord {
        id: get_id(row, 0)?,
        request: get_id(row, 1)?,
        integration: get_id(row, 2)?,
        received: get_at(row, 3)?,
        action: EventAction::from_word(&action).ok_or_else(|| damaged("event action", &action))?,
        dedup_key: row.get(5)?,
        alert: get_opt_id(row, 6)?,
        fate: get_code(row, 7, "event fate", Fate::from_code)?,
        rule: rule.as_deref().map(read_rule).transpose()?,
        summary: row.get(9)?,
    })
}

fn rule_text(rule: Rule) -> String {
    match rule {
        Rule::Silence(id) => format!("silence {id}"),
        Rule::Window(id) => format!("window {id}"),
    }
}

fn read_rule(text: &str) -> Result<Rule, Error> {
    let parsed = text.split_once(' ').and_then(|(kind, id)| match kind {
        "silence" => id.parse().ok().map(Rule::Silence),
        "window" => id.parse().ok().map(Rule::Window),
        _ => None,
    });
    parsed.ok_or_else(|| damaged("suppression rule", text))
}
