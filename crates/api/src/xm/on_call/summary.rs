//! Who is on call in a few words: a bare array, as clients expect, one element for each recipient.

use axum::extract::State;
use axum::response::Response;
use firebell_access::{Permission, Scope};
use firebell_base::Timestamp;
use firebell_domain::directory::Directory;
use firebell_domain::group::Group;
use firebell_domain::oncall::{Cover, OnCall, cover, on_call};
use firebell_domain::person::PersonId;
use firebell_domain::recipient::Recipient;
use serde_json::{Value, json};

use crate::caller::Caller;
use crate::error::ApiError;
use crate::page::Query;
use crate::state::ApiState;
use crate::time::time_in;
use crate::xm::shape::search::word;
use crate::xm::shape::{self, group, person};

/// Recipients shown for a shift.
const RECIPIENTS_MAX: usize = 100;

pub(super) async fn list(
    State(state): State<ApiState>,
    caller: Caller,
    query: Query,
) -> Result<Response, ApiError> {
    caller.require(Permission::ReadConfiguration, Scope::Instance)?;
    let directory = &caller.directory;
    let at = time_in(&query, "at")?.unwrap_or(state.clock.now());
    let primary = word(&query, "escalationOrder", &[((), "PRIMARY")])?.is_some();
    let count = query.number("recipientsPerShift", 1..=RECIPIENTS_MAX)?.unwrap_or(RECIPIENTS_MAX);
    let mut lines = Vec::new();
    for group in super::groups(directory, &query)? {
        for held in on_call(directory, group, at, &|_| 0) {
            let all = of_shift(directory, group, &held, at);
            let shown = all.into_iter().filter(|(level, _)| !primary || *level == 1).take(count);
            lines.extend(shown.map(|(_, line)| line));
        }
    }
    Ok(shape::ok(&query, Value::Array(lines)))
}

/// The level and the line of everybody who is there. Members without a delay belong to the level
/// of the one before.
fn of_shift(
    directory: &Directory,
    group: &Group,
    held: &OnCall<'_>,
    at: Timestamp,
) -> Vec<(usize, Value)> {
    let mut level = 1;
    let mut lines = Vec::new();
    for place in &held.places {
        if place.position > 1 && place.delay_minutes > 0 {
            level += 1;
        }
        let (who, absent) = match place.member {
            Recipient::Person(id) => match cover(directory, id, group.id, at) {
                Cover::Present => (place.member, None),
                Cover::ReplacedBy(stand_in) => (Recipient::Person(stand_in), Some(id)),
                Cover::Vacant | Cover::Inactive => continue,
            },
            Recipient::Device(_) | Recipient::Group(_) => (place.member, None),
        };
        let mut line = json!({
            "group": {"id": group.id.to_string(), "name": group.target_name.as_str()},
            "shift": {"id": held.shift.id.to_string(), "name": held.shift.name.as_str()},
            "recipient": recipient(directory, who),
            "delay": place.delay_minutes,
            "escalationLevel": level,
        });
        let absence = absent.and_then(|id: PersonId| directory.person(id));
        if let (Some(absent), Some(fields)) = (absence, line.as_object_mut()) {
            fields.insert("absence".to_owned(), person::reference(absent));
        }
        lines.push((level, line));
    }
    lines
}

fn recipient(directory: &Directory, who: Recipient) -> Value {
    let mut shape = group::recipient_reference(directory, who);
    let name = match who {
        Recipient::Person(id) => directory.person(id).map(|person| person.display_name()),
        Recipient::Device(_) | Recipient::Group(_) => Some(directory.recipient_name(who)),
    };
    if let (Some(name), Some(fields)) = (name, shape.as_object_mut()) {
        fields.insert("displayName".to_owned(), json!(name));
    }
    shape
}
