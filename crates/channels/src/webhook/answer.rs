//! What a webhook's answer means: receipt, retry or failure.
//!
//! Called by the webhook channel once the head of an answer has arrived.

use std::time::Duration;

use jiff::{Timestamp, fmt::rfc2822::DateTimeParser};
use reqwest::{Response, header};
use tokio::time::timeout;

use crate::{
    channel::{Receipt, SendError},
    text,
};

/// Most of an answer's body that is read, in bytes.
const BODY_BYTES_MAX: usize = 64 << 10;
/// How much of the body is shown, in characters.
const EXCERPT_CHARS_MAX: usize = 160;
/// The longest wish for a retry that is honoured: an alert does not wait for a day.
pub(super) const RETRY_AFTER_MAX: Duration = Duration::from_mins(15);

/// Reads the start of the body within the limits and returns one short line of it.
pub(super) async fn excerpt(response: &mut Response, limit: Duration) -> String {
    let mut read: Vec<u8> = Vec::new();
    let reading = async {
        while read.len() < BODY_BYTES_MAX {
            match response.chunk().await {
                Ok(Some(chunk)) => {
                    let room = BODY_BYTES_MAX.saturating_sub(read.len());
                    read.extend(chunk.iter().take(room));
                }
                Ok(None) | Err(_) => break,
            }
        }
    };
    // A body that does not come, or breaks off, does not change what the status said.
    let _in_time = timeout(limit, reading).await;
    text::one_line(&String::from_utf8_lossy(&read), EXCERPT_CHARS_MAX)
}

/// Decides by the status.
pub(super) fn judge(
    host: &str,
    response: &Response,
    excerpt: &str,
    now: Timestamp,
) -> Result<Receipt, SendError> {
    let status = response.status().as_u16();
    let said = if excerpt.is_empty() { String::new() } else { format!(": {excerpt}") };
    let sentence =
        text::one_line(&format!("{host} answered {status}{said}"), text::SENTENCE_CHARS_MAX);
    match status {
        200..=299 => Ok(Receipt {
            provider: "webhook".to_owned(),
            provider_id: request_id(response),
            detail: sentence,
        }),
        408 | 425 | 429 | 500..=599 => {
            Err(SendError::Temporary { reason: sentence, retry_after: wish(response, now) })
        }
        _ => Err(SendError::Permanent { reason: sentence }),
    }
}

fn request_id(response: &Response) -> Option<String> {
    /// Longest identifier kept, in characters.
    const ID_CHARS_MAX: usize = 100;
    let value = response.headers().get("x-request-id")?.to_str().ok()?;
    let id = text::one_line(value, ID_CHARS_MAX);
    (!id.is_empty()).then_some(id)
}

fn wish(response: &Response, now: Timestamp) -> Option<Duration> {
    let value = response.headers().get(header::RETRY_AFTER)?.to_str().ok()?;
    retry_after(value, now)
}

/// Seconds or an HTTP date; never more than [`RETRY_AFTER_MAX`].
fn retry_after(value: &str, now: Timestamp) -> Option<Duration> {
    let value = value.trim();
    let wish = if !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit()) {
        value.parse().map_or(RETRY_AFTER_MAX, Duration::from_secs)
    } else {
        let at = DateTimeParser::new().parse_timestamp(value).ok()?;
        Duration::try_from(at.duration_since(now)).unwrap_or(Duration::ZERO)
    };
    Some(wish.min(RETRY_AFTER_MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_in_both_forms() {
        let now = Timestamp::from_second(1_767_225_600).unwrap();
        let table = [
            ("30", Some(30)),
            (" 0 ", Some(0)),
            ("99999999999999999999999", Some(900)),
            ("86400", Some(900)),
            ("Thu, 01 Jan 2026 00:01:00 GMT", Some(60)),
            ("Wed, 31 Dec 2025 00:00:00 GMT", Some(0)),
            ("-5", None),
            ("soon", None),
            ("", None),
        ];
        for (value, expect) in table {
            let got = retry_after(value, now).map(|d| d.as_secs());
            assert_eq!(got, expect, "{value:?}");
        }
    }
}
