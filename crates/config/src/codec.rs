//! Entities to and from the JSON bodies of the database.
//!
//! Called by the authority (writes) and by the loader (reads). Every kind has a struct of its own
//! that mirrors the domain's type, with the conversions written out, so that a change of the
//! domain is a visible change of the stored form. Bodies carry the version of their form; an
//! unknown version is refused, unknown fields of a known version are skipped, and nothing here
//! panics.

pub(crate) mod people;
mod groups;
mod alerting;
#[cfg(test)]
mod tests;

use firebell_domain::Id;
use firebell_domain::directory::{Entity, Kind};
use firebell_domain::recipient::Recipient;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::parts::{Part, PartError, wrong};

/// The version of the stored form this release writes.
const VERSION: u64 = 1;
/// Shown instead of a secret.
const HIDDEN: &str = "…";
/// Names of members that hold secrets or hashes of them, in whatever kind.
const SECRET_MEMBERS: [&str; 4] = ["keyHash", "secretHash", "hash", "secret"];

/// Why a body cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind} {id}: {reason}")]
pub struct DecodeError {
    /// The kind's word.
    pub kind: String,
    /// The id.
    pub id: String,
    /// What is wrong.
    pub reason: String,
}

#[derive(Serialize, Deserialize)]
struct Envelope<T> {
    v: u64,
    entity: T,
}

#[derive(Deserialize)]
struct Version {
    v: Option<u64>,
}

/// The JSON body of an entity, with its secrets: for the entity's row only.
pub fn encode(entity: &Entity) -> String {
    match entity {
        Entity::Site(e) => write(&people::SiteBody::from_domain(e)),
        Entity::Person(e) => write(&people::PersonBody::from_domain(e)),
        Entity::Device(e) => write(&people::DeviceBody::from_domain(e)),
        Entity::ApiKey(e) => write(&people::ApiKeyBody::from_domain(e)),
        Entity::Password(e) => write(&people::PasswordBody::from_domain(e)),
        Entity::Group(e) => write(&groups::GroupBody::from_domain(e)),
        Entity::Shift(e) => write(&groups::ShiftBody::from_domain(e)),
        Entity::Absence(e) => write(&groups::AbsenceBody::from_domain(e)),
        Entity::Form(e) => write(&alerting::FormBody::from_domain(e)),
        Entity::Integration(e) => write(&alerting::IntegrationBody::from_domain(e)),
        Entity::Silence(e) => write(&alerting::SilenceBody::from_domain(e)),
        Entity::Window(e) => write(&alerting::WindowBody::from_domain(e)),
    }
}

/// The body without secrets, hashes and the telling parts of URLs: for the log.
pub fn encode_for_log(entity: &Entity) -> String {
    let mut value: Value = serde_json::from_str(&encode(entity)).unwrap_or(Value::Null);
    hide(&mut value);
    value.to_string()
}

/// Reads a body.
///
/// # Errors
/// [`DecodeError`] names kind and id, and the field that is missing or wrong.
pub fn decode(kind: Kind, id: [u8; 16], body: &str) -> Result<Entity, DecodeError> {
    let entity = match kind {
        Kind::Site => read::<people::SiteBody>(body).and_then(|b| b.into_domain(id)),
        Kind::Person => read::<people::PersonBody>(body).and_then(|b| b.into_domain(id)),
        Kind::Device => read::<people::DeviceBody>(body).and_then(|b| b.into_domain(id)),
        Kind::ApiKey => read::<people::ApiKeyBody>(body).and_then(|b| b.into_domain(id)),
        Kind::Password => read::<people::PasswordBody>(body).map(|b| b.into_domain(id)),
        Kind::Group => read::<groups::GroupBody>(body).and_then(|b| b.into_domain(id)),
        Kind::Shift => read::<groups::ShiftBody>(body).and_then(|b| b.into_domain(id)),
        Kind::Absence => read::<groups::AbsenceBody>(body).and_then(|b| b.into_domain(id)),
        Kind::Form => read::<alerting::FormBody>(body).and_then(|b| b.into_domain(id)),
        Kind::Integration => {
            read::<alerting::IntegrationBody>(body).and_then(|b| b.into_domain(id))
        }
        Kind::Silence => read::<alerting::SilenceBody>(body).and_then(|b| b.into_domain(id)),
        Kind::Window => read::<alerting::WindowBody>(body).and_then(|b| b.into_domain(id)),
    };
    entity.map_err(|PartError { field, message }| {
        let colon = if field.is_empty() { "" } else { ": " };
        DecodeError {
            kind: kind.word().to_owned(),
            id: uuid_text(id),
            reason: format!("{field}{colon}{message}"),
        }
    })
}

/// An id as people read it.
pub(crate) fn uuid_text(id: [u8; 16]) -> String {
    Id::<()>::from_bytes(id).to_string()
}

fn write<T: Serialize>(body: &T) -> String {
    // Maps have text keys only, so this cannot fail; the empty text would be refused on reading.
    serde_json::to_string(&Envelope { v: VERSION, entity: body }).unwrap_or_default()
}

fn read<T: DeserializeOwned>(body: &str) -> Part<T> {
    let found = serde_json::from_str::<Envelope<T>>(body);
    let found = match found {
        Ok(Envelope { v: VERSION, entity }) => return Ok(entity),
        other => other,
    };
    // Something is wrong: the version is what explains everything else.
    match serde_json::from_str::<Version>(body) {
        Ok(Version { v: Some(v) }) if v != VERSION => {
            let known = format!("this release reads version {VERSION}");
            Err(wrong("v", format!("the body has version {v}, {known}")))
        }
        Ok(Version { v: None }) => Err(wrong("v", "the body has no version")),
        Ok(_) | Err(_) => {
            let error = found.err().map(|e| e.to_string()).unwrap_or_default();
            Err(wrong("", format!("the body cannot be read: {error}")))
        }
    }
}

/// Hides secrets, however deep.
pub(crate) fn hide(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (name, member) in members.iter_mut() {
                match member {
                    Value::String(text) if SECRET_MEMBERS.contains(&name.as_str()) => {
                        HIDDEN.clone_into(text);
                    }
                    Value::String(url) if name == "url" => *url = shown_url(url),
                    other => hide(other),
                }
            }
        }
        Value::Array(list) => list.iter_mut().for_each(hide),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Scheme and host: path and query of a webhook often are its password.
fn shown_url(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        return HIDDEN.to_owned();
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    format!("{scheme}://{host}/{HIDDEN}")
}

/// A recipient, such as `PERSON:0190…`.
fn recipient_text(recipient: Recipient) -> String {
    format!("{}:{}", recipient.kind(), uuid_text(recipient.uuid()))
}

fn recipient(field: &str, text: &str) -> Part<Recipient> {
    let refused = || wrong(field, format!("{text:?} is not a recipient"));
    let (kind, id) = text.split_once(':').ok_or_else(refused)?;
    let id: Id<()> = id.parse().map_err(|_| refused())?;
    match kind {
        "PERSON" => Ok(Recipient::Person(id.cast())),
        "DEVICE" => Ok(Recipient::Device(id.cast())),
        "GROUP" => Ok(Recipient::Group(id.cast())),
        _ => Err(refused()),
    }
}

fn recipients(field: &str, list: &[String]) -> Part<Vec<Recipient>> {
    list.iter().map(|text| recipient(field, text)).collect()
}

fn id<T>(field: &str, text: &str) -> Part<Id<T>> {
    text.parse().map_err(|error| wrong(field, format!("{error}, found {text:?}")))
}

fn ids<T>(field: &str, list: &[String]) -> Part<Vec<Id<T>>> {
    list.iter().map(|text| id(field, text)).collect()
}

fn texts<T: ToString>(list: &[T]) -> Vec<String> {
    list.iter().map(ToString::to_string).collect()
}

pub(crate) fn name(field: &str, text: &str) -> Part<firebell_domain::name::Name> {
    crate::parts::in_field(field, firebell_domain::name::Name::parse(text))
}

/// Bytes as hexadecimal digits.
fn hex(bytes: &[u8; 32]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(64), |mut out, byte| {
        if write!(out, "{byte:02x}").is_err() {
            debug_assert!(false, "writing to a `String` cannot fail");
        }
        out
    })
}

fn unhex(field: &str, text: &str) -> Part<[u8; 32]> {
    let refused = || wrong(field, "must be 64 hexadecimal digits");
    if text.len() != 64 || !text.is_ascii() {
        return Err(refused());
    }
    let mut out = [0; 32];
    for (place, digits) in out.iter_mut().zip(text.as_bytes().chunks(2)) {
        let digits = std::str::from_utf8(digits).map_err(|_| refused())?;
        *place = u8::from_str_radix(digits, 16).map_err(|_| refused())?;
    }
    Ok(out)
}
