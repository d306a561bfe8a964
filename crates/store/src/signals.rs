//! What came in through integrations, as their pages show it. Never used by the pipeline.

use firebell_base::Timestamp;
use firebell_domain::event::{EventId, RequestId};
use firebell_domain::instance::InstanceNo;
use firebell_domain::integration::IntegrationId;
use firebell_sql::{BlobSet, Error, ReadTx, Row, Statement, Value};

use crate::codec::{get_at, get_id, id};
use crate::events::{EventRecord, event_columns, read};

const OF_INTEGRATION: Statement = Statement::new(
    "signals.of_integration",
    concat!(
        "select ",
        event_columns!(),
        " from events where instance_no = ?1 and integration_id = ?2 and id < ?3 \
         order by id desc limit ?4"
    ),
);
const GET: Statement = Statement::new(
    "signals.get",
    concat!("select ", event_columns!(), " from events where instance_no = ?1 and id = ?2"),
);
const OF_REQUEST: Statement = Statement::new(
    "signals.of_request",
    concat!(
        "select ",
        event_columns!(),
        " from events where instance_no = ?1 and integration_id = ?2 and id >= ?3 and id < ?4 \
         and request_id = ?5 order by id limit ?6"
    ),
);
const PAYLOAD_OF_REQUEST: Statement = Statement::new(
    "signals.payload_of_request",
    "select payload from events where instance_no = ?1 and integration_id = ?2 and id >= ?3 \
     and id < ?4 and request_id = ?5 and payload is not null limit 1",
);
const NEWEST: BlobSet = BlobSet {
    name: "signals.newest",
    sqlite: concat!(
        "select ",
        event_columns!(),
        " from events where instance_no = ?1 and integration_id = ?2 order by id desc limit 1"
    ),
    postgres: concat!(
        "select e.* from unnest(cast(?2 as bytea[])) as one (integration) cross join lateral \
         (select ",
        event_columns!(),
        " from events where instance_no = ?1 and integration_id = one.integration \
         order by id desc limit 1) as e"
    ),
};
const COUNTS: BlobSet = BlobSet {
    name: "signals.counts",
    sqlite: "select ?4, (select count(*) from (select id from events where instance_no = ?1 \
             and integration_id = ?4 and id >= ?2 limit ?3))",
    postgres: "select one.integration, \
               (select count(*) from (select id from events where instance_no = ?1 \
                and integration_id = one.integration and id >= ?2 limit ?3) as counted) \
               from unnest(cast(?4 as bytea[])) as one (integration)",
};
// What is too long to be looked at is not read.
const PAYLOADS: Statement = Statement::new(
    "signals.payloads",
    "select id, integration_id, received_at, \
       case when payload is null then 0 else length(payload) end, \
       case when length(payload) <= ?4 then payload end \
     from events where instance_no = ?1 and id < ?2 and id >= ?3 order by id desc limit ?5",
);

/// Every statement of this module.
pub const ALL: &[Statement] = &[OF_INTEGRATION, GET, OF_REQUEST, PAYLOAD_OF_REQUEST, PAYLOADS];
/// Every set statement of this module.
pub const SETS: &[BlobSet] = &[NEWEST, COUNTS];

/// How long after a request its events' ids may lie, in milliseconds: they are made at once.
const REQUEST_MILLIS_MAX: u64 = 60_000;

/// An integration's events, newest first, before one of them or from the newest on.
pub fn of_integration(
    tx: &mut ReadTx<'_>,
    no: InstanceNo,
    integration: IntegrationId,
    before: Option<EventId>,
    limit: i64,
) -> Result<Vec<EventRecord>, Error> {
    let before = before.map_or([0xff; 16], EventId::to_bytes);
    let params = [Value::Int(no.0), id(integration), Value::Id(before), Value::Int(limit)];
    tx.query(&OF_INTEGRATION, &params)?.iter().map(read).collect()
}

/// One event.
pub fn get(
    tx: &mut ReadTx<'_>,
    no: InstanceNo,
    event: EventId,
) -> Result<Option<EventRecord>, Error> {
    let row = tx.query_opt(&GET, &[Value::Int(no.0), id(event)])?;
    row.as_ref().map(read).transpose()
}

/// The events of one request; none until they have been processed.
pub fn of_request(
    tx: &mut ReadTx<'_>,
    no: InstanceNo,
    integration: IntegrationId,
    request: RequestId,
    limit: i64,
) -> Result<Vec<EventRecord>, Error> {
    let [no, integration, from, to, request] = in_request(no, integration, request);
    let params = [no, integration, from, to, request, Value::Int(limit)];
    tx.query(&OF_REQUEST, &params)?.iter().map(read).collect()
}

/// What was sent with a request.
pub fn payload_of_request(
    tx: &mut ReadTx<'_>,
    no: InstanceNo,
    integration: IntegrationId,
    request: RequestId,
) -> Result<Option<Vec<u8>>, Error> {
    let row = tx.query_opt(&PAYLOAD_OF_REQUEST, &in_request(no, integration, request))?;
    row.map_or(Ok(None), |mut row| row.take(0))
}

fn in_request(no: InstanceNo, integration: IntegrationId, request: RequestId) -> [Value; 5] {
    let made = millis_of(request);
    [
        Value::Int(no.0),
        id(integration),
        Value::Id(first_of_millis(made)),
        Value::Id(first_of_millis(made.saturating_add(REQUEST_MILLIS_MAX))),
        id(request),
    ]
}

/// The newest event of each of these integrations that ever got one.
pub fn newest(
    tx: &mut ReadTx<'_>,
    no: InstanceNo,
    integrations: &[IntegrationId],
) -> Result<Vec<EventRecord>, Error> {
    let keys = keys(integrations);
    tx.query_in_blobs(&NEWEST, &[Value::Int(no.0)], &keys)?.iter().map(read).collect()
}

/// How many events each of these integrations got since `from`, counted up to `most`.
pub fn counts(
    tx: &mut ReadTx<'_>,
    no: InstanceNo,
    integrations: &[IntegrationId],
    from: Timestamp,
    most: i64,
) -> Result<Vec<(IntegrationId, i64)>, Error> {
    let fixed = [Value::Int(no.0), Value::Id(first_at(from)), Value::Int(most)];
    let rows = tx.query_in_blobs(&COUNTS, &fixed, &keys(integrations))?;
    rows.iter().map(|row| Ok((get_id(row, 0)?, row.get(1)?))).collect()
}

/// What somebody sent, as it is kept.
#[derive(Debug, Clone)]
pub struct Sent {
    /// The first event of the request.
    pub event: EventId,
    /// The door it came through.
    pub integration: IntegrationId,
    /// When it was accepted.
    pub received: Timestamp,
    /// How large the payload is, in bytes; 0 for events that share another's.
    pub bytes: i64,
    /// The payload, unless it is too large.
    pub payload: Option<Vec<u8>>,
}

/// What was sent since `from`, newest first, before one event or from the newest on: `limit` events
/// at most, with payloads of at most `bytes_max` each.
pub fn payloads(
    tx: &mut ReadTx<'_>,
    no: InstanceNo,
    before: Option<EventId>,
    from: Timestamp,
    bytes_max: i64,
    limit: i64,
) -> Result<Vec<Sent>, Error> {
    let before = before.map_or([0xff; 16], EventId::to_bytes);
    let params = [
        Value::Int(no.0),
        Value::Id(before),
        Value::Id(first_at(from)),
        Value::Int(bytes_max),
        Value::Int(limit),
    ];
    let one = |mut row: Row| {
        Ok(Sent {
            event: get_id(&row, 0)?,
            integration: get_id(&row, 1)?,
            received: get_at(&row, 2)?,
            bytes: row.get(3)?,
            payload: row.take(4)?,
        })
    };
    tx.query(&PAYLOADS, &params)?.into_iter().map(one).collect()
}

fn keys(integrations: &[IntegrationId]) -> Vec<Vec<u8>> {
    integrations.iter().map(|one| one.to_bytes().to_vec()).collect()
}

/// No id of that instant or later is less.
fn first_at(at: Timestamp) -> [u8; 16] {
    first_of_millis(u64::try_from(at.as_millisecond()).unwrap_or(0))
}

/// Version 7 UUIDs begin with 48 bits of milliseconds.
fn first_of_millis(millis: u64) -> [u8; 16] {
    (u128::from(millis) << 80).to_be_bytes()
}

fn millis_of(request: RequestId) -> u64 {
    u64::try_from(u128::from_be_bytes(request.to_bytes()) >> 80).unwrap_or(0)
}
