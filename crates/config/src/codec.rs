//! Entities to and from the JSON bodies of the database.
//!
//! Called by the authority (writes) and by `view` (reads). Every kind has a struct of its own
//! that mirrors the domain's type, with the conversions written out, so that a change of the
//! domain is a visible change of the stored form. Bodies carry the version of their form and, if
//! they need it, words for what a reader must know; an unknown version or word is refused. Members
//! that a newer release added are kept, count in the digest, and are written again ([`Kept`]). A
//! known member that would not come out as it went in makes the body unreadable. Nothing here panics.
//!
//! New members must be left out of the stored form while they have their default: releases that do
//! not know them then write the same bytes.

pub(crate) mod people;
mod groups;
mod alerting;
pub(crate) mod licences;
mod kept;
mod walk;
#[cfg(test)]
mod tests;

use firebell_domain::Id;
use firebell_domain::directory::{Entity, Kind};
use firebell_domain::recipient::Recipient;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::parts::{Part, PartError, wrong};

pub use kept::Kept;
use walk::Step;

/// The version of the stored form this release writes.
const VERSION: u64 = 1;
/// The words this release knows of those that a body may require of its reader.
const REQUIREMENTS: [&str; 0] = [];
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
    /// Whether it requires something that this release does not know.
    pub requires: bool,
}

/// A body that was read.
#[derive(Debug, Clone)]
pub struct Stored {
    /// What it says.
    pub entity: Entity,
    /// What it has that this release does not know.
    pub kept: Option<Kept>,
    /// Its canonical form, made from the decoded entity and what is kept.
    pub canonical: Vec<u8>,
}

#[derive(Serialize)]
struct Envelope<T> {
    v: u64,
    entity: T,
}

/// Does the same with the body of every kind.
macro_rules! with_body {
    ($entity:expr, $then:ident) => {
        match $entity {
            Entity::Site(e) => $then(&people::SiteBody::from_domain(e)),
            Entity::Person(e) => $then(&people::PersonBody::from_domain(e)),
            Entity::Device(e) => $then(&people::DeviceBody::from_domain(e)),
            Entity::ApiKey(e) => $then(&people::ApiKeyBody::from_domain(e)),
            Entity::Password(e) => $then(&people::PasswordBody::from_domain(e)),
            Entity::Entitlement(e) => $then(&licences::EntitlementBody::from_domain(e)),
            Entity::Group(e) => $then(&groups::GroupBody::from_domain(e)),
            Entity::Shift(e) => $then(&groups::ShiftBody::from_domain(e)),
            Entity::Absence(e) => $then(&groups::AbsenceBody::from_domain(e)),
            Entity::Form(e) => $then(&alerting::FormBody::from_domain(e)),
            Entity::Integration(e) => $then(&alerting::IntegrationBody::from_domain(e)),
            Entity::Silence(e) => $then(&alerting::SilenceBody::from_domain(e)),
            Entity::Window(e) => $then(&alerting::WindowBody::from_domain(e)),
        }
    };
}

/// The JSON body of an entity, with its secrets: for the entity's row only.
pub fn encode(entity: &Entity) -> String {
    with_body!(entity, write)
}

/// The same with what the stored body of the same entity had beyond what this release knows.
pub fn encode_keeping(entity: &Entity, kept: Option<&Kept>) -> String {
    let Some(kept) = kept else { return encode(entity) };
    let mut value = with_body!(entity, value_of);
    kept.carry(&mut value);
    value.to_string()
}

/// The canonical form of an entity and of what its stored body has beyond it: what digests count.
pub fn canonical(entity: &Entity, kept: Option<&Kept>) -> Vec<u8> {
    let mut value = with_body!(entity, value_of);
    if let Some(kept) = kept {
        kept.restore(&mut value);
    }
    kept::canonical(&value)
}

/// The canonical form of a stored body that cannot be read: what releases that can read it count.
pub fn canonical_stored(body: &str) -> Vec<u8> {
    match serde_json::from_str(body) {
        Ok(value) => kept::canonical(&value),
        Err(_) => body.as_bytes().to_vec(),
    }
}

/// The body without secrets, hashes and the telling parts of URLs: for the log.
pub fn encode_for_log(entity: &Entity) -> String {
    let mut value = with_body!(entity, value_of);
    hide(&mut value);
    value.to_string()
}

/// Reads a body; what this release does not know is left out.
///
/// # Errors
/// [`DecodeError`] names kind and id, and the field that is missing or wrong.
pub fn decode(kind: Kind, id: [u8; 16], body: &str) -> Result<Entity, DecodeError> {
    let found = parse(body).and_then(|value| Ok(entity(kind, id, &value)?.0));
    found.map_err(|refused| refused.of(kind, id))
}

/// Reads a body wholly: what this release does not know is kept, and nothing is lost.
///
/// # Errors
/// [`DecodeError`] names kind and id, and the field that is missing or wrong, or would not come out
/// as it went in.
pub fn read(kind: Kind, id: [u8; 16], body: &str) -> Result<Stored, DecodeError> {
    read_whole(kind, id, body).map_err(|refused| refused.of(kind, id))
}

fn read_whole(kind: Kind, id: [u8; 16], body: &str) -> Result<Stored, Refused> {
    let stored = parse(body)?;
    let (entity, skipped) = entity(kind, id, &stored)?;
    let mut known = with_body!(&entity, value_of);
    let kept = Kept::of(&stored, &known, &skipped).map_err(|place| {
        let name = place.strip_prefix("entity.").unwrap_or(&place);
        wrong(name, "does not come out as it is stored; a release that is not this one wrote it")
    })?;
    if let Some(kept) = &kept {
        kept.restore(&mut known);
    }
    if known != stored {
        return Err(wrong("", "the body does not come out as it is stored").into());
    }
    let canonical = kept::canonical(&known);
    Ok(Stored { entity, kept, canonical })
}

/// Why a body is refused, without saying which.
struct Refused {
    part: PartError,
    requires: bool,
}

impl From<PartError> for Refused {
    fn from(part: PartError) -> Self {
        Self { part, requires: false }
    }
}

impl Refused {
    fn of(self, kind: Kind, id: [u8; 16]) -> DecodeError {
        let PartError { field, message } = self.part;
        let colon = if field.is_empty() { "" } else { ": " };
        DecodeError {
            kind: kind.word().to_owned(),
            id: uuid_text(id),
            reason: format!("{field}{colon}{message}"),
            requires: self.requires,
        }
    }
}

/// The body's JSON, if this release may read it.
fn parse(body: &str) -> Result<Value, Refused> {
    let value: Value = serde_json::from_str(body)
        .map_err(|error| wrong("", format!("the body cannot be read: {error}")))?;
    match value.get("v") {
        None => return Err(wrong("v", "the body has no version").into()),
        Some(v) if v.as_u64() != Some(VERSION) => {
            let known = format!("this release reads version {VERSION}");
            return Err(wrong("v", format!("the body has version {v}, {known}")).into());
        }
        Some(_) => {}
    }
    match value.get("requires") {
        None => Ok(value),
        Some(Value::Array(words)) => {
            let known = |word: &&Value| word.as_str().is_none_or(|w| !REQUIREMENTS.contains(&w));
            match words.iter().find(known) {
                None => Ok(value),
                Some(word) => {
                    let message =
                        format!("this release does not know {word}, which the body needs");
                    Err(Refused { part: wrong("requires", message), requires: true })
                }
            }
        }
        Some(_) => Err(Refused { part: wrong("requires", "must be a list"), requires: true }),
    }
}

/// What the body's JSON says, and the places of what this release does not know in it.
fn entity(
    kind: Kind,
    id: [u8; 16],
    body: &Value,
) -> Result<(Entity, Vec<Vec<Step<'_>>>), PartError> {
    macro_rules! as_body {
        ($body:ty) => {{
            let (read, skipped) = members::<$body>(body)?;
            Ok((read.into_domain(id)?, skipped))
        }};
    }
    match kind {
        Kind::Site => as_body!(people::SiteBody),
        Kind::Person => as_body!(people::PersonBody),
        Kind::Device => as_body!(people::DeviceBody),
        Kind::ApiKey => as_body!(people::ApiKeyBody),
        Kind::Password => {
            let (read, skipped) = members::<people::PasswordBody>(body)?;
            Ok((read.into_domain(id), skipped))
        }
        Kind::Entitlement => as_body!(licences::EntitlementBody),
        Kind::Group => as_body!(groups::GroupBody),
        Kind::Shift => as_body!(groups::ShiftBody),
        Kind::Absence => as_body!(groups::AbsenceBody),
        Kind::Form => as_body!(alerting::FormBody),
        Kind::Integration => as_body!(alerting::IntegrationBody),
        Kind::Silence => as_body!(alerting::SilenceBody),
        Kind::Window => as_body!(alerting::WindowBody),
    }
}

fn members<T: DeserializeOwned>(body: &Value) -> Part<(T, Vec<Vec<Step<'_>>>)> {
    let unreadable = |error| wrong("", format!("the body cannot be read: {error}"));
    let entity = body.get("entity").ok_or_else(|| wrong("entity", "is missing in the body"))?;
    let (read, mut skipped) = walk::read(entity).map_err(unreadable)?;
    for place in &mut skipped {
        place.insert(0, Step::Member("entity"));
    }
    let beside = body.as_object().into_iter().flatten();
    let beside = beside.filter(|(name, _)| *name != "v" && *name != "entity");
    skipped.extend(beside.map(|(name, _)| vec![Step::Member(name)]));
    Ok((read, skipped))
}

/// An id as people read it.
pub(crate) fn uuid_text(id: [u8; 16]) -> String {
    Id::<()>::from_bytes(id).to_string()
}

fn write<T: Serialize>(body: &T) -> String {
    // Maps have text keys only, so this cannot fail; the empty text would be refused on reading.
    serde_json::to_string(&Envelope { v: VERSION, entity: body }).unwrap_or_default()
}

fn value_of<T: Serialize>(body: &T) -> Value {
    serde_json::to_value(Envelope { v: VERSION, entity: body }).unwrap_or_default()
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
