//! Bodies of requests, read within bounds of size and time.
//!
//! Called by the framework for handlers that take a [`Body`] or a [`MaybeBody`], and by intake. What
//! the fields mean is read by `xm::shape::input`.

use std::sync::LazyLock;
use std::time::Duration;

use axum::extract::{FromRequest, Request};
use bytes::{Bytes, BytesMut};
use firebell_base::limit::API_BODY_BYTES_MAX;
use firebell_domain::name::cut;
use futures_util::StreamExt as _;
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, StatusCode};
use serde_json::{Map, Value};

use crate::error::ApiError;
use crate::state::ApiState;

/// How long a client may take to send a body.
pub const BODY_TIME_MAX: Duration = Duration::from_secs(20);

/// Reads a body of at most `bytes_max` within [`BODY_TIME_MAX`], whatever `Content-Length` says.
///
/// # Errors
/// 415 for an encoded body, 413, 408, or 400 when the connection breaks.
pub async fn read(
    headers: &HeaderMap,
    body: axum::body::Body,
    bytes_max: usize,
) -> Result<Bytes, ApiError> {
    require_plain(headers)?;
    let announced = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    if announced.and_then(|text| text.parse().ok()).is_some_and(|n: u64| n > bytes_max as u64) {
        return Err(ApiError::too_large(bytes_max));
    }
    within(BODY_TIME_MAX, collect(body, bytes_max)).await
}

/// 415 for a compressed body: it would be told to be no JSON, which helps nobody.
fn require_plain(headers: &HeaderMap) -> Result<(), ApiError> {
    let given = headers.get_all(CONTENT_ENCODING).iter().map(HeaderValue::as_bytes);
    let mut words = given.flat_map(|value| value.split(|byte| *byte == b','));
    let foreign = words.find(|word| {
        let word = word.trim_ascii();
        !word.is_empty() && !word.eq_ignore_ascii_case(b"identity")
    });
    let Some(foreign) = foreign else { return Ok(()) };
    let foreign = cut(String::from_utf8_lossy(foreign).trim(), 40);
    let message =
        format!("Bodies with Content-Encoding {foreign:?} are not read; send them uncompressed.");
    Err(ApiError::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, message)
        .subcode("validation.common.content_encoding"))
}

async fn within(
    time_max: Duration,
    all: impl Future<Output = Result<Bytes, ApiError>>,
) -> Result<Bytes, ApiError> {
    tokio::time::timeout(time_max, all).await.unwrap_or_else(|_| {
        let seconds = time_max.as_secs();
        let message = format!("The body did not arrive within {seconds} s; send it faster.");
        Err(ApiError::new(StatusCode::REQUEST_TIMEOUT, message))
    })
}

async fn collect(body: axum::body::Body, bytes_max: usize) -> Result<Bytes, ApiError> {
    let mut stream = body.into_data_stream();
    // Most bodies are one chunk, which need not be copied.
    let mut first = Bytes::new();
    let mut all = BytesMut::new();
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.map_err(|_| {
            let message = "The body ended before it was complete; send it again.";
            ApiError::bad_request("validation.common.body.incomplete", message, &[])
        })?;
        if all.len().max(first.len()).saturating_add(chunk.len()) > bytes_max {
            return Err(ApiError::too_large(bytes_max));
        }
        if first.is_empty() {
            first = chunk;
            continue;
        }
        if all.is_empty() {
            all.extend_from_slice(&first);
        }
        all.extend_from_slice(&chunk);
    }
    Ok(if all.is_empty() { first } else { all.freeze() })
}

/// A JSON object as body: always a [`Value::Object`]. An extractor.
#[derive(Debug, Clone, PartialEq)]
pub struct Body(pub Value);

impl Body {
    /// Its fields.
    pub fn object(&self) -> &Map<String, Value> {
        fields(&self.0)
    }
}

fn fields(value: &Value) -> &Map<String, Value> {
    static NONE: LazyLock<Map<String, Value>> = LazyLock::new(Map::new);
    value.as_object().unwrap_or(&NONE)
}

impl FromRequest<ApiState> for Body {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &ApiState) -> Result<Self, ApiError> {
        let (parts, body) = request.into_parts();
        require_json(&parts.headers)?;
        let bytes = read(&parts.headers, body, API_BODY_BYTES_MAX).await?;
        object(&bytes).map(Self)
    }
}

/// A JSON object as body, or no body at all. An extractor.
#[derive(Debug, Clone, PartialEq)]
pub struct MaybeBody(pub Value);

impl MaybeBody {
    /// Its fields; none when there was no body.
    pub fn object(&self) -> &Map<String, Value> {
        fields(&self.0)
    }
}

impl FromRequest<ApiState> for MaybeBody {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &ApiState) -> Result<Self, ApiError> {
        let (parts, body) = request.into_parts();
        let bytes = read(&parts.headers, body, API_BODY_BYTES_MAX).await?;
        if bytes.is_empty() {
            return Ok(Self(Value::Object(Map::new())));
        }
        require_json(&parts.headers)?;
        object(&bytes).map(Self)
    }
}

fn object(bytes: &[u8]) -> Result<Value, ApiError> {
    match parse_json(bytes)? {
        object @ Value::Object(_) => Ok(object),
        other => {
            let message = format!("The body must be a JSON object, not {}.", kind(&other));
            let subcode = "validation.common.body.not_object";
            Err(ApiError::bad_request(subcode, message, &["body"]))
        }
    }
}

/// 415 unless the content type is JSON. Also what keeps a foreign page in a browser from posting
/// here with its visitor's credentials.
fn require_json(headers: &HeaderMap) -> Result<(), ApiError> {
    let given = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media = given.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if media == "application/json"
        || (media.starts_with("application/") && media.ends_with("+json"))
    {
        return Ok(());
    }
    let message = format!("The Content-Type must be application/json, not {:?}.", cut(given, 60));
    Err(ApiError::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, message)
        .subcode("validation.common.content_type"))
}

/// The JSON in a body.
///
/// # Errors
/// 400 with line and column.
pub fn parse_json(bytes: &[u8]) -> Result<Value, ApiError> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let message = format!("The body is not UTF-8 (byte {}).", error.valid_up_to());
        ApiError::bad_request("validation.common.body.not_utf8", message, &["body"])
    })?;
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    serde_json::from_str(text).map_err(|error| {
        let full = error.to_string();
        let what = full.split_once(" at line ").map_or(full.as_str(), |(what, _)| what);
        let message = format!(
            "The body is not JSON: {} (line {}, column {}).",
            cut(what, 80),
            error.line(),
            error.column()
        );
        ApiError::bad_request("validation.common.body.not_json", message, &["body"])
    })
}

/// What a value is, with its article.
pub const fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a truth value",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use futures_util::stream;

    use super::*;

    #[tokio::test]
    async fn a_body_that_does_not_come_is_given_up() {
        let never = stream::pending::<Result<Bytes, std::io::Error>>();
        let body = axum::body::Body::from_stream(never);
        let error = within(Duration::from_millis(1), collect(body, 10)).await.unwrap_err();
        assert_eq!(error.status, StatusCode::REQUEST_TIMEOUT);
    }

    #[test]
    fn encoded_bodies_are_refused() {
        for (given, refused) in [
            (&[][..], None),
            (&["identity"], None),
            (&["Identity, "], None),
            (&["gzip"], Some("\"gzip\"")),
            (&["identity", "identity, br"], Some("\"br\"")),
        ] {
            let mut headers = HeaderMap::new();
            for value in given {
                headers.append(CONTENT_ENCODING, HeaderValue::from_static(value));
            }
            let error = require_plain(&headers).err();
            assert_eq!(error.is_some(), refused.is_some(), "{given:?}");
            if let (Some(error), Some(word)) = (error, refused) {
                assert_eq!(error.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
                assert!(error.message.contains(word), "{}", error.message);
            }
        }
    }

    #[test]
    fn broken_json_says_where() {
        let error = parse_json(b"{\n  \"a\": }").unwrap_err();
        assert!(error.message.contains("line 2, column 8"), "{}", error.message);
        assert!(parse_json(b"\xFF").unwrap_err().message.contains("UTF-8"));
        assert_eq!(parse_json(b"\xEF\xBB\xBF{}"), Ok(Value::Object(Map::new())));
    }
}
