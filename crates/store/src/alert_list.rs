//! Lists of alerts, newest first: for people and the API. Never used by the pipeline.

use firebell_base::Timestamp;
use firebell_domain::alert::{Alert, Priority, State};
use firebell_domain::event::RequestId;
use firebell_domain::instance::InstanceNo;
use firebell_sql::{Error, ReadTx, Statement, Value};

use crate::alerts::{alert_columns, read};
use crate::codec::{id, opt_at};

const LIST: Statement = Statement::new(
    "alert_list.list",
    concat!(
        "select ",
        alert_columns!(),
        " from alerts where instance_no = ?1 and state >= ?2 and state <= ?3 \
         and priority >= ?4 and priority <= ?5 and created_at >= ?6 and created_at < ?7 \
         and lower(summary) like ?8 escape '!' order by number desc limit ?9 offset ?10"
    ),
);
const COUNT: Statement = Statement::new(
    "alert_list.count",
    "select count(*) from alerts where instance_no = ?1 and state >= ?2 and state <= ?3 \
     and priority >= ?4 and priority <= ?5 and created_at >= ?6 and created_at < ?7 \
     and lower(summary) like ?8 escape '!'",
);
const OPEN: Statement = Statement::new(
    "alert_list.open",
    concat!(
        "select ",
        alert_columns!(),
        " from alerts where instance_no = ?1 and closed_at is null \
         order by number desc limit ?2 offset ?3"
    ),
);
const BY_REQUEST: Statement = Statement::new(
    "alert_list.by_request",
    concat!(
        "select ",
        alert_columns!(),
        " from alerts where instance_no = ?1 and request_id = ?2 \
         order by number desc limit 5000"
    ),
);

/// Every statement of this module.
pub const ALL: &[Statement] = &[LIST, COUNT, OPEN, BY_REQUEST];

/// Which alerts are wanted.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Only these states: from and to, in the order of their codes.
    pub states: Option<(State, State)>,
    /// Only this priority.
    pub priority: Option<Priority>,
    /// Opened at or after.
    pub from: Option<Timestamp>,
    /// Opened before.
    pub to: Option<Timestamp>,
    /// The summary contains this, whatever the case.
    pub text: Option<String>,
}

/// A page of alerts, newest first, and how many there are in all.
pub fn list(
    tx: &mut ReadTx<'_>,
    no: InstanceNo,
    filter: &Filter,
    limit: i64,
    offset: i64,
) -> Result<(Vec<Alert>, i64), Error> {
    let mut params = params(no, filter);
    let total = tx.query_one(&COUNT, &params)?.get(0)?;
    params.extend([Value::Int(limit), Value::Int(offset)]);
    let rows = tx.query(&LIST, &params)?;
    Ok((rows.iter().map(read).collect::<Result<_, _>>()?, total))
}

/// A page of alerts that are not closed, newest first.
pub fn open(
    tx: &mut ReadTx<'_>,
    no: InstanceNo,
    limit: i64,
    offset: i64,
) -> Result<Vec<Alert>, Error> {
    let rows = tx.query(&OPEN, &[Value::Int(no.0), Value::Int(limit), Value::Int(offset)])?;
    rows.iter().map(read).collect()
}

/// The alerts opened by a request's events.
pub fn by_request(
    tx: &mut ReadTx<'_>,
    no: InstanceNo,
    request: RequestId,
) -> Result<Vec<Alert>, Error> {
    let rows = tx.query(&BY_REQUEST, &[Value::Int(no.0), id(request)])?;
    rows.iter().map(read).collect()
}

fn params(no: InstanceNo, filter: &Filter) -> Vec<Value> {
    let (state_from, state_to) = filter.states.unwrap_or((State::Open, State::Closed));
    let (low, high) =
        filter.priority.map_or((Priority::Low, Priority::High), |priority| (priority, priority));
    let or = |value: Value, default: i64| match value {
        Value::Null => Value::Int(default),
        other => other,
    };
    let text = filter.text.as_deref().unwrap_or("").to_lowercase();
    vec![
        Value::Int(no.0),
        Value::Int(state_from.code()),
        Value::Int(state_to.code()),
        Value::Int(low.code()),
        Value::Int(high.code()),
        or(opt_at(filter.from), i64::MIN),
        or(opt_at(filter.to), i64::MAX),
        Value::Text(format!("%{}%", escape_like(&text))),
    ]
}

/// `%` and `_` stand for themselves in what people type.
fn escape_like(text: &str) -> String {
    text.replace('!', "!!").replace('%', "!%").replace('_', "!_")
}
