//! What senders post, made into drafts of events: bytes in, [`Draft`]s out.
//!
//! Called by intake for every request. Pure: no clock, no configuration, no I/O. Refuses only what
//! cannot be understood, because a refused event may be a page that nobody gets: what is merely too
//! long or too many is cut and marked. Everything is bounded by the constants below, and nothing
//! that leaves here holds a NUL character, which PostgreSQL's texts cannot hold.
//!
//! | module | reads |
//! |---|---|
//! | [`generic`] | the xMatters trigger body, and any other JSON object |
//! | [`alertmanager_webhook`] | what Alertmanager posts to a webhook (version 4), and Grafana |
//! | [`alertmanager_v2`] | what Prometheus posts to Alertmanager's own API |
//! | [`pagerduty`] | events for PagerDuty's Events API v2 |
//! | [`opsgenie`] | alerts for Opsgenie's API, and what is to become of them |
//! | [`collect`] | turns JSON values into properties; used by the others |
//! | [`instant`] | times, and Go's way to write that there is none; used by Alertmanager's two |
//! | [`labels`] | label sets, their fingerprints and what they say; likewise |

use firebell_base::Timestamp;
use firebell_base::limit::{
    API_BODY_BYTES_MAX, DEDUP_KEY_CHARS_MAX, EVENT_BODY_BYTES_MAX, PROPERTIES_MAX, RECIPIENTS_MAX,
    SUMMARY_CHARS_MAX,
};
use firebell_domain::event::Draft;
use firebell_domain::integration::Format;
use firebell_domain::property::Value as Property;

pub mod generic;
pub mod alertmanager_webhook;
pub mod alertmanager_v2;
pub mod pagerduty;
pub mod opsgenie;
mod collect;
mod error;
mod instant;
mod labels;

pub use error::PayloadError;

/// The most alerts (events) one request may bring.
pub const ALERTS_PER_REQUEST_MAX: usize = 5_000;
/// The longest name of a property, in characters; longer ones are cut.
pub const PROPERTY_NAME_CHARS_MAX: usize = 128;
/// The longest text of a property, in characters; longer ones are cut.
pub const PROPERTY_TEXT_CHARS_MAX: usize = 20_000;
/// The most texts in one property; of a longer list the rest is counted in its last text.
pub const PROPERTY_LIST_MAX: usize = 256;
/// The longest recipient, in characters (`user|Device Name`: two names and a bar).
pub const RECIPIENT_CHARS_MAX: usize = 256;
/// The longest life of an alert a sender may ask for, in minutes (one year).
pub const EXPIRATION_MINUTES_MAX: u32 = 366 * 24 * 60;
/// Present when a sender told more than [`PROPERTIES_MAX`] properties: how many were left out.
pub const DROPPED_PROPERTY: &str = "firebell.dropped";

/// The largest body of a format, in bytes: an Alertmanager sends many alerts in one.
pub const fn body_bytes_max(format: Format) -> usize {
    match format {
        Format::Generic => EVENT_BODY_BYTES_MAX,
        Format::Alertmanager => API_BODY_BYTES_MAX,
        Format::PagerDuty => pagerduty::BODY_BYTES_MAX,
        Format::Opsgenie => opsgenie::BODY_BYTES_MAX,
    }
}

/// The drafts in a body. May be none (an empty list of alerts). `now` is when it arrived.
///
/// For [`Format::Alertmanager`] both of its bodies are understood: an object is a webhook, a list
/// is the alerts of its API, of which the valid ones are taken as long as there is one.
pub fn parse(format: Format, body: &[u8], now: Timestamp) -> Result<Vec<Draft>, PayloadError> {
    match format {
        Format::Generic => generic::parse(body).map(|draft| vec![draft]),
        Format::Alertmanager => {
            if body.iter().find(|b| !b.is_ascii_whitespace()) == Some(&b'[') {
                alertmanager_v2::parse_list(body, now)
            } else {
                alertmanager_webhook::parse(body)
            }
        }
        Format::PagerDuty => pagerduty::parse(body).map(|draft| vec![draft]),
        Format::Opsgenie => opsgenie::parse(body).map(|draft| vec![draft]),
    }
}

/// Whether a draft keeps to every bound. Always true of what [`parse`] returns; for tests.
pub fn is_within_bounds(draft: &Draft) -> bool {
    let fits = |text: &str, chars_max: usize| {
        !text.contains('\0') && (text.len() <= chars_max || text.chars().count() <= chars_max)
    };
    let value_fits = |value: &Property| match value {
        Property::Text(text) => fits(text, PROPERTY_TEXT_CHARS_MAX),
        Property::List(list) => {
            list.len() <= PROPERTY_LIST_MAX
                && list.iter().all(|text| fits(text, PROPERTY_TEXT_CHARS_MAX))
        }
        Property::Real(number) => number.is_finite(),
        Property::Bool(_) | Property::Int(_) => true,
    };
    fits(&draft.summary, SUMMARY_CHARS_MAX)
        && !draft.summary.chars().any(char::is_control)
        && draft.dedup_key.as_ref().is_none_or(|k| fits(k, DEDUP_KEY_CHARS_MAX) && !k.is_empty())
        && draft.properties.len() <= PROPERTIES_MAX
        && draft
            .properties
            .iter()
            .all(|(name, value)| fits(name, PROPERTY_NAME_CHARS_MAX) && value_fits(value))
        && draft.recipients.len() <= RECIPIENTS_MAX
        && draft.recipients.iter().all(|r| fits(&r.0, RECIPIENT_CHARS_MAX) && !r.0.is_empty())
        && draft.expiration_minutes.is_none_or(|m| (1..=EXPIRATION_MINUTES_MAX).contains(&m))
}

#[cfg(test)]
mod tests;
