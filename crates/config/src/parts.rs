//! The written form of what entities are made of: recurrences, time frames, options, addresses.
//!
//! Used by `codec` (in the database) and by `document` (in files); none of it refers to another
//! entity, so both write it alike. Words and field names are those of the API.

use firebell_base::Timestamp;
use firebell_domain::form::{ResponseOption, Templates};
use firebell_domain::schedule::rotation::{Rotation, RotationType};
use firebell_domain::schedule::timeframe::Timeframe;
use firebell_domain::schedule::{WeekdaySet, Zone};
use firebell_domain::site::PostalAddress;
use jiff::civil;
use serde::{Deserialize, Serialize};

use crate::words::{self, DAYS, DIRECTIONS, UNITS, pick, word};

mod reach;
mod recurrence;

pub(crate) use reach::ReachPart;
pub(crate) use recurrence::{PatternPart, RecurrencePart};

/// Why a part cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PartError {
    /// The field's name within the part.
    pub(crate) field: String,
    /// What is wrong and what would be right.
    pub(crate) message: String,
}

/// A part, or why there is none.
pub(crate) type Part<T> = Result<T, PartError>;

/// An error about a field.
pub(crate) fn wrong(field: impl Into<String>, message: impl Into<String>) -> PartError {
    PartError { field: field.into(), message: message.into() }
}

/// Turns an error in words into one about a field.
pub(crate) fn in_field<T>(field: &str, result: Result<T, impl ToString>) -> Part<T> {
    result.map_err(|error| wrong(field, without_field(&error.to_string(), field)))
}

/// Domain errors begin with the field's name; here the field is told apart from the message.
pub(crate) fn without_field(message: &str, field: &str) -> String {
    let rest = message.strip_prefix(field).and_then(|rest| rest.strip_prefix(": "));
    rest.unwrap_or(message).to_owned()
}

/// An instant such as `2026-03-02T09:00:00Z`.
pub(crate) fn instant(field: &str, text: &str) -> Part<Timestamp> {
    text.trim().parse().map_err(|_| {
        wrong(field, "must be an instant with its offset, such as 2026-03-02T09:00:00+01:00")
    })
}

/// An instant, or a local time of the zone such as `2026-03-02T09:00`.
pub(crate) fn instant_in(field: &str, text: &str, zone: &Zone) -> Part<Timestamp> {
    let text = text.trim();
    if let Ok(at) = text.parse() {
        return Ok(at);
    }
    let local: Option<civil::DateTime> = text.parse().ok();
    local.and_then(|local| zone.instant(local)).ok_or_else(|| {
        wrong(
            field,
            "must be a local time such as 2026-03-02T09:00, or an instant with its offset such as \
             2026-03-02T09:00:00+01:00",
        )
    })
}

/// A zone by its IANA name.
pub(crate) fn zone(field: &str, text: &str) -> Part<Zone> {
    Zone::parse(text).map_err(|error| wrong(field, without_field(&error.to_string(), "timezone")))
}

/// A set of days.
pub(crate) fn days(field: &str, list: &[String]) -> Part<WeekdaySet> {
    list.iter().map(|day| in_field(field, pick(&DAYS, day))).collect()
}

/// The words of a set of days.
pub(crate) fn day_words(set: WeekdaySet) -> Vec<String> {
    set.iter().map(|day| word(&DAYS, &day).to_owned()).collect()
}

/// A time frame of a device.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TimeframePart {
    name: String,
    start_time: String,
    duration_in_minutes: u16,
    days: Vec<String>,
    #[serde(default)]
    exclude_holidays: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    timezone: Option<String>,
}

impl TimeframePart {
    pub(crate) fn from_domain(frame: &Timeframe) -> Self {
        let start = frame.start;
        let whole = start.second() == 0 && start.subsec_nanosecond() == 0;
        Self {
            name: frame.name.clone(),
            start_time: if whole {
                format!("{:02}:{:02}", start.hour(), start.minute())
            } else {
                start.to_string()
            },
            duration_in_minutes: frame.duration_minutes,
            days: day_words(frame.days),
            exclude_holidays: frame.exclude_holidays,
            timezone: frame.zone.as_ref().map(|zone| zone.name().to_owned()),
        }
    }

    pub(crate) fn to_domain(&self) -> Part<Timeframe> {
        let start: civil::Time = self.start_time.trim().parse().map_err(|_| {
            wrong("timeframes.startTime", "must be hours and minutes, such as 08:00")
        })?;
        let timezone = self.timezone.as_deref();
        let frame = Timeframe {
            name: self.name.clone(),
            start,
            duration_minutes: self.duration_in_minutes,
            days: days("timeframes.days", &self.days)?,
            exclude_holidays: self.exclude_holidays,
            zone: timezone.map(|text| zone("timeframes.timezone", text)).transpose()?,
        };
        frame
            .checked()
            .map_err(|error| wrong(error.field(), without_field(&error.to_string(), error.field())))
    }
}

/// A rotation of a shift.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RotationPart {
    #[serde(rename = "type")]
    kind: String,
    direction: String,
    interval: u16,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    interval_unit: Option<String>,
    next_rotation_time: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    timezone: Option<String>,
}

impl RotationPart {
    pub(crate) fn from_domain(rotation: &Rotation) -> Self {
        let (kind, unit) = match rotation.kind {
            RotationType::Alerts => ("ALERTS", None),
            RotationType::Shifts => ("SHIFTS", None),
            RotationType::Time(unit) => ("TIME", Some(word(&UNITS, &unit).to_owned())),
        };
        Self {
            kind: kind.to_owned(),
            direction: word(&DIRECTIONS, &rotation.direction).to_owned(),
            interval: rotation.interval,
            interval_unit: unit,
            next_rotation_time: rotation.anchor.to_string(),
            timezone: Some(rotation.zone.name().to_owned()),
        }
    }

    /// The rotation; its zone is the shift's unless it has its own.
    pub(crate) fn to_domain(&self, shift_zone: &Zone) -> Part<Rotation> {
        let kinds = [
            (RotationKind::Alerts, "ALERTS"),
            (RotationKind::Shifts, "SHIFTS"),
            (RotationKind::Time, "TIME"),
        ];
        let rotation_type = match in_field("rotation.type", pick(&kinds, &self.kind))? {
            RotationKind::Alerts => RotationType::Alerts,
            RotationKind::Shifts => RotationType::Shifts,
            RotationKind::Time => {
                let unit = self.interval_unit.as_deref().unwrap_or_default();
                RotationType::Time(in_field("rotation.intervalUnit", pick(&UNITS, unit))?)
            }
        };
        let zone = match &self.timezone {
            Some(text) => zone("rotation.timezone", text)?,
            None => shift_zone.clone(),
        };
        let anchor = instant_in("rotation.nextRotationTime", &self.next_rotation_time, &zone)?;
        let direction = in_field("rotation.direction", pick(&DIRECTIONS, &self.direction))?;
        Rotation::new(rotation_type, direction, self.interval, anchor, zone)
            .map_err(|error| wrong(error.field(), without_field(&error.to_string(), error.field())))
    }
}

#[derive(Clone, Copy)]
enum RotationKind {
    Alerts,
    Shifts,
    Time,
}

/// What may be answered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OptionPart {
    number: u8,
    text: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    description: String,
    action: String,
    #[serde(default = "no_contribution")]
    contribution: String,
    #[serde(default = "yes")]
    allow_comments: bool,
}

fn no_contribution() -> String {
    "NONE".to_owned()
}

fn yes() -> bool {
    true
}

impl OptionPart {
    pub(crate) fn from_domain(option: &ResponseOption) -> Self {
        Self {
            number: option.number,
            text: option.text.clone(),
            description: option.description.clone(),
            action: option.action.word().to_owned(),
            contribution: option.contribution.word().to_owned(),
            allow_comments: option.allow_comments,
        }
    }

    pub(crate) fn to_domain(&self) -> Part<ResponseOption> {
        let contribution = words::contribution(&self.contribution);
        Ok(ResponseOption {
            number: self.number,
            text: self.text.clone(),
            description: self.description.clone(),
            action: in_field("responseOptions.action", words::action(&self.action))?,
            contribution: in_field("responseOptions.contribution", contribution)?,
            allow_comments: self.allow_comments,
        })
    }
}

/// Message templates.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct TemplatesPart {
    #[serde(skip_serializing_if = "Option::is_none")]
    email_subject: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email_text: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    webhook_json: Option<String>,
}

impl TemplatesPart {
    pub(crate) fn from_domain(templates: &Templates) -> Self {
        Self {
            email_subject: templates.email_subject.clone(),
            email_text: templates.email_text.clone(),
            webhook_json: templates.webhook_json.clone(),
        }
    }

    pub(crate) fn to_domain(&self) -> Templates {
        Templates {
            email_subject: self.email_subject.clone(),
            email_text: self.email_text.clone(),
            webhook_json: self.webhook_json.clone(),
        }
    }
}

/// The postal part of a site.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct PostalPart {
    #[serde(skip_serializing_if = "String::is_empty")]
    address1: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    address2: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    city: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    state: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    postal_code: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    latitude: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    longitude: Option<f64>,
}

impl PostalPart {
    pub(crate) fn from_domain(address: &PostalAddress) -> Self {
        let PostalAddress { address1, address2, city, state, postal_code, latitude, longitude } =
            address.clone();
        Self { address1, address2, city, state, postal_code, latitude, longitude }
    }

    pub(crate) fn to_domain(&self) -> PostalAddress {
        let Self { address1, address2, city, state, postal_code, latitude, longitude } =
            self.clone();
        PostalAddress { address1, address2, city, state, postal_code, latitude, longitude }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn local_times_are_read_in_the_zone() {
        let oslo = Zone::parse("Europe/Oslo").unwrap();
        let at = instant_in("start", "2026-03-02T09:00", &oslo).unwrap();
        assert_eq!(at.to_string(), "2026-03-02T08:00:00Z");
        assert_eq!(instant_in("start", "2026-03-02T09:00:00+01:00", &oslo), Ok(at));
        assert_eq!(instant_in("start", "tomorrow", &oslo).unwrap_err().field, "start");
    }
}
