//! `/api/firebell/1/feed`: what nodes without a database follow.
//!
//! | route | answers |
//! |---|---|
//! | `GET feed/head` | where the authority is, as a frame |
//! | `GET feed/snapshot?from=NUMBER` | a page of a snapshot from an instance on, as a frame |
//! | `GET feed/deltas?after=1.42&wait=SECONDS` | what came after a revision, as a frame |
//! | `POST feed/ack` | takes what a node says of itself, as JSON; answers 204 |
//!
//! Frames are those of `firebell_replica::wire`. A question for deltas is held, for at most
//! [`WAIT_SECONDS_MAX`], while there are none. The node's token is sent as `Bearer`; without the
//! setting `feed.token` there is no feed, and every route answers 404. What is told holds hashes of
//! passwords and keys: the token is worth as much as the database.

use std::time::Duration;

use axum::extract::{FromRequestParts, State};
use axum::response::Response;
use firebell_access::keys;
use firebell_config::feed::{Deltas, Source, SourceError};
use firebell_domain::directory::Revision;
use firebell_domain::instance::InstanceNo;
use firebell_domain::name::cut;
use firebell_replica::wire::{self, WireError};
use firebell_replica::{SqlSource, State as Trust};
use firebell_store::nodes::{self, NodeRow};
use http::StatusCode;
use http::request::Parts;
use serde_json::{Map, Value};
use tokio::time::timeout;

use crate::body::Body;
use crate::caller::{Credentials, credentials};
use crate::error::ApiError;
use crate::page::Query;
use crate::routes::{Auth, Route, bytes_response, route};
use crate::state::ApiState;

/// The routes.
pub(crate) const ROUTES: &[Route] = &[
    route!(GET "/api/firebell/1/feed/head" => head, "Where the configuration is, for followers.")
        .auth(Auth::Nodes),
    route!(GET "/api/firebell/1/feed/snapshot" => snapshot,
        "A page of all configuration, for followers.")
    .query(&["from"])
    .auth(Auth::Nodes),
    route!(GET "/api/firebell/1/feed/deltas" => deltas,
        "What came after a revision, for followers; waits while there is nothing.")
    .query(&["after", "wait"])
    .auth(Auth::Nodes),
    route!(POST "/api/firebell/1/feed/ack" => ack, "What a follower says of itself.")
        .fields(&[
            "id*",
            "boot*",
            "version*",
            "state*",
            "reason",
            "applied*",
            "proven*",
            "root*",
            "fingerprint*",
            "nack",
            "leaseMillis",
        ])
        .ok(204)
        .auth(Auth::Nodes),
];

/// Nodes that may wait for something new at the same moment; more are told to come again.
pub(crate) const FOLLOWERS_MAX: usize = 64;
/// How long a question for deltas is held at most, in seconds.
pub const WAIT_SECONDS_MAX: usize = 25;
/// How often the database is asked again while a question is held, if nothing tells of a change.
const HELD_PAUSE: Duration = Duration::from_millis(250);
/// Such pauses in a second.
const PAUSES_PER_SECOND: usize = 4;
/// How long the database may take for one answer.
const ANSWER_TIME_MAX: Duration = Duration::from_secs(5);
/// Characters of a node's name, version or state.
const WORD_CHARS_MAX: usize = 100;
/// Characters of a node's reason or refusal.
const TEXT_CHARS_MAX: usize = 500;
/// A lease that a node can have at most, in milliseconds.
const LEASE_MILLIS_MAX: u64 = 60_000;
/// What every frame is.
pub(crate) const FRAME: &str = "application/vnd.firebell.frame";

/// A node that may follow. An extractor.
pub(crate) struct Node;

impl FromRequestParts<ApiState> for Node {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, ApiError> {
        let Some(token) = &state.feed_token else {
            let message = "This server lets no node follow: feed.token is not set.";
            return Err(ApiError::new(StatusCode::NOT_FOUND, message));
        };
        // By their hashes, so that the time tells nothing of where they differ.
        match credentials(&parts.headers) {
            Credentials::Bearer(given)
                if keys::matches(given.expose(), &keys::hash(token.expose())) =>
            {
                Ok(Self)
            }
            _ => Err(ApiError::unauthorized(
                "Only nodes may follow: send the token of the setting feed.token as Bearer.",
            )),
        }
    }
}

async fn head(State(state): State<ApiState>, _: Node) -> Result<Response, ApiError> {
    let head = within(source(&state).head()).await?;
    framed(wire::encode_head(&head))
}

async fn snapshot(
    State(state): State<ApiState>,
    _: Node,
    query: Query,
) -> Result<Response, ApiError> {
    let from = query.number("from", 0..=usize::MAX)?.unwrap_or(0);
    let from = InstanceNo(i64::try_from(from).unwrap_or(i64::MAX));
    let page = within(source(&state).snapshot(from)).await?;
    // Up to many megabytes: not on a serving thread.
    encoded(move || wire::encode_page(&page)).await
}

async fn deltas(
    State(state): State<ApiState>,
    _: Node,
    query: Query,
) -> Result<Response, ApiError> {
    let after =
        query.get("after").as_deref().and_then(|text| text.parse().ok()).ok_or_else(|| {
            ApiError::field(
                "after",
                "is required: the revision after which to go on, such as 1.42.",
            )
        })?;
    let wait = query.number("wait", 0..=WAIT_SECONDS_MAX)?.unwrap_or(0);
    let Ok(_place) = state.followers().try_acquire() else {
        return Err(ApiError::unavailable(Duration::from_secs(1)));
    };
    let found = held(&state, after, wait.saturating_mul(PAUSES_PER_SECOND)).await?;
    encoded(move || wire::encode_deltas(&found)).await
}

/// What came after a revision; asks again, so often at most, while that is nothing.
async fn held(state: &ApiState, after: Revision, pauses: usize) -> Result<Deltas, ApiError> {
    let source = source(state);
    let mut changes = state.snapshots.changes();
    let mut pauses_left = pauses;
    loop {
        // Before the question, so that no change falls in between.
        changes.mark_unchanged();
        let found = within(source.deltas(after)).await?;
        let nothing = matches!(&found, Deltas::Next(deltas) if deltas.is_empty());
        if !nothing || pauses_left == 0 {
            return Ok(found);
        }
        pauses_left -= 1;
        // Whether this process has heard of a change or only time has passed, it asks.
        drop(timeout(HELD_PAUSE, changes.changed()).await);
    }
}

async fn ack(State(state): State<ApiState>, _: Node, body: Body) -> Result<Response, ApiError> {
    let row = said(body.object(), state.clock.now())?;
    nodes::put(&state.db, row).await?;
    let mut response = Response::default();
    *response.status_mut() = StatusCode::NO_CONTENT;
    Ok(response)
}

fn source(state: &ApiState) -> SqlSource {
    SqlSource::new(state.db.clone())
}

async fn within<T>(answer: impl Future<Output = Result<T, SourceError>>) -> Result<T, ApiError> {
    match timeout(ANSWER_TIME_MAX, answer).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(error)) => {
            tracing::warn!(%error, "a follower could not be told the configuration");
            Err(ApiError::unavailable(Duration::from_secs(1)))
        }
        Err(_) => Err(ApiError::unavailable(Duration::from_secs(1))),
    }
}

async fn encoded(
    encode: impl FnOnce() -> Result<Vec<u8>, WireError> + Send + 'static,
) -> Result<Response, ApiError> {
    let work = tokio::task::spawn_blocking(encode).await;
    framed(work.map_err(|error| ApiError::internal(&error))?)
}

fn framed(bytes: Result<Vec<u8>, WireError>) -> Result<Response, ApiError> {
    let bytes = bytes.map_err(|error| ApiError::internal(&error))?;
    Ok(bytes_response(FRAME, bytes))
}

/// What a node says of itself. It is believed about itself only, and nothing is decided by it.
fn said(body: &Map<String, Value>, now: firebell_base::Timestamp) -> Result<NodeRow, ApiError> {
    let given = |field: &str, chars_max: usize| -> Option<String> {
        let text = body.get(field)?.as_str()?;
        let plain: String = text.chars().filter(|c| !c.is_control()).collect();
        Some(cut(plain.trim(), chars_max)).filter(|text| !text.is_empty())
    };
    let word = |field: &str| {
        given(field, WORD_CHARS_MAX).ok_or_else(|| ApiError::field(field, "must be a text."))
    };
    let at = |field: &str| {
        let found = given(field, WORD_CHARS_MAX).as_deref().and_then(|text| text.parse().ok());
        found.ok_or_else(|| ApiError::field(field, "must be a revision such as 1.42."))
    };
    let state = word("state")?;
    if !Trust::ALL.iter().any(|known| known.word() == state) {
        let words: Vec<&str> = Trust::ALL.iter().map(|known| known.word()).collect();
        return Err(ApiError::not_one_of("state", &state, &words.join(", ")));
    }
    let lease = body.get("leaseMillis").and_then(Value::as_u64).unwrap_or(0);
    Ok(NodeRow {
        id: word("id")?,
        boot: bytes_of("boot", &word("boot")?)?,
        role: "follow".to_owned(),
        version: word("version")?,
        state,
        reason: given("reason", TEXT_CHARS_MAX).unwrap_or_default(),
        applied: at("applied")?,
        proven: at("proven")?,
        root: bytes_of("root", &word("root")?)?,
        fingerprint: bytes_of("fingerprint", &word("fingerprint")?)?,
        nack: given("nack", TEXT_CHARS_MAX),
        lease_ms: i64::try_from(lease.min(LEASE_MILLIS_MAX)).unwrap_or(0),
        heard: now,
    })
}

/// Bytes from hexadecimal digits.
fn bytes_of<const N: usize>(field: &str, text: &str) -> Result<[u8; N], ApiError> {
    let wrong = || ApiError::field(field, format!("must be {} hexadecimal digits.", 2 * N));
    if text.len() != 2 * N || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(wrong());
    }
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        let digits = std::str::from_utf8(pair).map_err(|_| wrong())?;
        *byte = u8::from_str_radix(digits, 16).map_err(|_| wrong())?;
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn node() -> Value {
        json!({
            "id": "edge-1", "boot": "0f".repeat(16), "version": "0.1.0", "state": "ready",
            "applied": "1.7", "proven": "1.5", "root": "Ab".repeat(32),
            "fingerprint": "00".repeat(32), "leaseMillis": 2_500,
        })
    }

    #[test]
    fn a_node_is_taken_as_it_says_and_faults_name_the_field() {
        let now = firebell_base::Timestamp::UNIX_EPOCH;
        let said = |body: &Value| said(body.as_object().unwrap(), now);
        let row = said(&node()).unwrap();
        assert_eq!((row.boot, row.root), ([15; 16], [0xab; 32]));
        assert_eq!((row.applied.n, row.lease_ms, row.role.as_str()), (7, 2_500, "follow"));
        for (field, wrong) in [
            ("id", json!("")),
            ("boot", json!("0f")),
            ("state", json!("happy")),
            ("applied", json!("7")),
            ("proven", Value::Null),
            ("root", json!("zz".repeat(32))),
            ("fingerprint", json!(7)),
        ] {
            let mut body = node();
            body[field] = wrong;
            assert_eq!(said(&body).unwrap_err().arguments[0], field);
        }
        let mut greedy = node();
        greedy["leaseMillis"] = json!(u64::MAX);
        assert_eq!(said(&greedy).unwrap().lease_ms, 60_000);
    }
}
