//! Times as the APIs spell them.

use firebell_base::Timestamp;
use firebell_base::time::from_micros;
use firebell_domain::name::cut;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

use crate::error::ApiError;
use crate::page::Query;

/// The years a time in a request may lie in.
pub const YEARS: std::ops::RangeInclusive<i16> = 1970..=2199;

/// The text is not a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be a time such as 2026-03-02T09:00:00Z, in the years 1970 to 2199")]
pub struct TimeError;

/// Reads a time: ISO 8601 with `Z`, `+00:00`, `+0000`, another offset, or no zone (then it is UTC);
/// with or without seconds and fraction.
///
/// # Errors
/// Anything else, and years outside [`YEARS`].
pub fn parse_time(text: &str) -> Result<Timestamp, TimeError> {
    let instant = read(text.trim()).ok_or(TimeError)?;
    if !YEARS.contains(&instant.to_zoned(TimeZone::UTC).year()) {
        return Err(TimeError);
    }
    // Stored times are whole microseconds.
    Ok(from_micros(instant.as_microsecond()))
}

/// The time in a query's parameter; none when it is not given.
///
/// # Errors
/// 400 naming the parameter.
pub fn time_in(query: &Query, name: &str) -> Result<Option<Timestamp>, ApiError> {
    let Some(text) = query.get(name) else { return Ok(None) };
    parse_time(&text).map(Some).map_err(|error| {
        let given = cut(&text, 60);
        let message = format!("{name} {error}, not {given:?}.");
        ApiError::bad_request("validation.common.field.invalid.time", message, &[name, &given])
    })
}

fn read(text: &str) -> Option<Timestamp> {
    // An unencoded + of a query arrives as a space: "2026-03-02T09:00:00 00:00".
    let mended = match text.rsplit_once(' ') {
        Some((before, offset))
            if before.contains('T') && offset.starts_with(|c: char| c.is_ascii_digit()) =>
        {
            format!("{before}+{offset}")
        }
        _ => text.to_owned(),
    };
    mended.parse::<Timestamp>().ok().or_else(|| {
        let local = mended
            .parse::<DateTime>()
            .ok()
            .or_else(|| mended.parse::<Date>().ok().map(|date| date.at(0, 0, 0, 0)))?;
        TimeZone::UTC.to_timestamp(local).ok()
    })
}

/// `2026-03-02T09:00:00.000Z`
pub fn format_time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}

/// `2026-03-02T09:00:00.123+0000`, as in an event's `created` and `terminated`.
pub fn format_event_time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S.%3f+0000").to_string()
}

/// `2026-03-02T09:00:00Z`, as in who is on call.
pub fn format_on_call_time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_is_the_same_instant() {
        for text in [
            "2026-03-02T09:00:00Z",
            "2026-03-02T09:00:00.000Z",
            "2026-03-02T09:00:00+00:00",
            "2026-03-02T09:00:00.000+0000",
            "2026-03-02T09:00:00 00:00",
            "2026-03-02T09:00:00",
            "2026-03-02T09:00",
            "2026-03-02T09:00Z",
            "2026-03-02T10:00:00+01:00",
            "2026-03-02 09:00:00",
        ] {
            let at = parse_time(text).expect(text);
            assert_eq!(format_time(at), "2026-03-02T09:00:00.000Z", "{text}");
        }
        let day = parse_time("2026-03-02").unwrap();
        assert_eq!(format_on_call_time(day), "2026-03-02T00:00:00Z");
        let at = parse_time("2026-03-02T08:30:00.123456Z").unwrap();
        assert_eq!(format_event_time(at), "2026-03-02T08:30:00.123+0000");
    }

    #[test]
    fn what_is_no_time_is_refused_with_the_field() {
        let error = time_in(&Query::parse("from=now").unwrap(), "from").unwrap_err();
        assert_eq!(error.arguments, ["from", "now"]);
        for text in
            ["", "now", "2026-02-30T00:00:00Z", "9999-01-01T00:00:00Z", "1969-12-31", "1772442000"]
        {
            assert_eq!(parse_time(text), Err(TimeError), "{text}");
        }
    }
}
