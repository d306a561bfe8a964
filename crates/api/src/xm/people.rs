//! People (section 3 of the API reference).
//!
//! Lists are filtered in memory; only the people on the page are shaped. Making a person goes
//! through [`firebell_config::people`]; whether there is a licence for them is decided by the
//! authority, in the same transaction. Passwords are hashed before the change, never inside the
//! transaction, and are in no answer.

mod body;
mod filter;
mod quotas;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use firebell_access::{Permission, Scope, password};
use firebell_config::{Intent, cascade};
use firebell_domain::directory::{Directory, Kind};
use firebell_domain::group::Group;
use firebell_domain::name::fold;
use firebell_domain::person::{Person, PersonId};
use firebell_domain::recipient::Recipient;
use http::HeaderName;
use serde_json::{Map, Value, json};

use self::body::Purpose;
use super::shape::change::{About, Context, Done, Once, change, change_with_seat, decided};
use super::shape::input::Input;
use super::shape::{self, Embeds, device, group, lookup, person};
use crate::body::Body;
use crate::caller::Caller;
use crate::condition::{IfMatch, OnceKey};
use crate::error::ApiError;
use crate::fresh::put_new;
use crate::page::Query;
use crate::routes::{Route, route};
use crate::state::ApiState;

/// The routes.
pub(crate) const ROUTES: &[Route] = &[
    route!(GET "/api/xm/1/people" => list, "List and search people.").query(filter::PARAMETERS),
    route!(POST "/api/xm/1/people" => post, "Make a person, or change one (with id).")
        .fields(body::FIELDS)
        .ok(201),
    route!(GET "/api/xm/1/people/license-quotas" => quotas::get,
        "How many licences there are, and how many are in use."),
    route!(GET "/api/xm/1/people/{person}" => get, "One person, by id or target name.")
        .query(&["embed"]),
    route!(DELETE "/api/xm/1/people/{person}" => delete, "Remove a person with their devices."),
    route!(GET "/api/xm/1/people/{person}/devices" => devices, "A person's devices in order.")
        .query(&["embed", "offset", "limit"]),
    route!(GET "/api/xm/1/people/{person}/group-memberships" => memberships,
        "The groups a person or their devices are in.")
    .query(&["offset", "limit"]),
    route!(GET "/api/xm/1/people/{person}/supervisors" => supervisors, "Who supervises a person.")
        .query(&["offset", "limit"]),
    route!(GET "/api/xm/1/people/{person}/roles" => roles, "A person's roles.")
        .query(&["offset", "limit"]),
];

const PATH: &str = "/api/xm/1/people";
/// Says that a request was carried out before, under the same key.
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

async fn list(caller: Caller, query: Query) -> Result<Response, ApiError> {
    caller.require(Permission::ReadConfiguration, Scope::Instance)?;
    // Looking through all people of a large instance takes milliseconds: not on a serving thread.
    let work = tokio::task::spawn_blocking(move || {
        let directory = &caller.directory;
        let found = filter::people(directory, &query)?;
        let embeds = Embeds::of(&query);
        shape::list(PATH, &query, &found, |p| person::person(directory, p, &embeds))
    });
    work.await.map_err(|error| ApiError::internal(&error))?
}

async fn get(caller: Caller, Path(name): Path<String>, query: Query) -> Result<Response, ApiError> {
    let person = readable(&caller, &name)?;
    let shape = person::person(&caller.directory, person, &Embeds::of(&query));
    Ok(shape::one(&query, &caller.directory, Kind::Person, person.id, shape))
}

/// The person a path names, if the caller may read at all.
fn readable<'c>(caller: &'c Caller, name: &str) -> Result<&'c Arc<Person>, ApiError> {
    caller.require(Permission::ReadConfiguration, Scope::Instance)?;
    lookup::known_person(&caller.directory, name)
}

async fn post(
    State(state): State<ApiState>,
    caller: Caller,
    (condition, key): (IfMatch, OnceKey),
    query: Query,
    body: Body,
) -> Result<Response, ApiError> {
    // Before the costly hash: whoever may change nobody need not wait for it.
    caller.require(Permission::WritePeople, Scope::Instance)?;
    let hash = hashed(&state, body.object()).await?;
    let context = Context::of(&state, &caller, condition);
    let purpose = body::purpose(&caller.directory, body.object());
    let name = body.object().get("targetName").and_then(Value::as_str).map(str::to_owned);
    let decide = move |directory: &Directory, context: &Context| {
        body::decide(directory, context, body.object(), hash.as_deref())
    };
    let mut intent = Intent::from(&caller.author("people"));
    let (done, (id, created)) = match purpose {
        Purpose::Change => change(&state, &caller, context, "people", decide).await?,
        Purpose::Licence | Purpose::New => {
            if purpose == Purpose::New {
                intent.key = key.hash(caller.directory.instance.id, caller.principal.person);
            }
            match change_with_seat(&state, &caller, context, intent, decide).await? {
                Once::Now(done, value) => (done, value),
                Once::Before(done, person) => {
                    return repeated(&query, &done, person, name.as_deref());
                }
            }
        }
    };
    Ok(done.stamp(made(&query, &done.directory, id, created)?))
}

fn made(
    query: &Query,
    directory: &Directory,
    id: PersonId,
    created: bool,
) -> Result<Response, ApiError> {
    let made =
        directory.person(id).ok_or_else(|| ApiError::not_found("person", &id.to_string()))?;
    let embeds = Embeds::these(&["roles", "supervisors"]);
    Ok(shape::made(query, created, person::person(directory, made, &embeds)))
}

/// The answer to a request that was carried out before, under the same key: the same person, as
/// they are now.
fn repeated(
    query: &Query,
    done: &Done,
    person: PersonId,
    name: Option<&str>,
) -> Result<Response, ApiError> {
    let conflict =
        |message: &str| Err(ApiError::conflict("validation.common.idempotency_key_used", message));
    let Some(found) = done.directory.person(person) else {
        return conflict(
            "Somebody was made under this Idempotency-Key and has been removed since. Use a new \
             key.",
        );
    };
    if name.is_some_and(|name| fold(name.trim()) != found.target_name.fold()) {
        return conflict(
            "Somebody else was made under this Idempotency-Key. Use a new key for each person.",
        );
    }
    let mut response = done.stamp(made(query, &done.directory, person, true)?);
    put_new(response.headers_mut(), REPLAYED, "true");
    Ok(response)
}

/// The hash of the password in the body, if there is one.
async fn hashed(state: &ApiState, body: &Map<String, Value>) -> Result<Option<String>, ApiError> {
    let mut input = Input::new("person", body);
    let given = input.filled("password").given();
    if let Some(Err(error)) = given.as_deref().map(password::check) {
        input.fault("password", "password", error.to_string());
    }
    input.finish()?;
    let Some(given) = given else { return Ok(None) };
    let random = state.random.clone();
    let hash = state.hashing.run(move || password::hash(&given, &random)).await?;
    hash.map(Some).map_err(|error| ApiError::internal(&error))
}

async fn delete(
    State(state): State<ApiState>,
    caller: Caller,
    Path(name): Path<String>,
    condition: IfMatch,
    query: Query,
) -> Result<Response, ApiError> {
    let context = Context::of(&state, &caller, condition);
    let work = change(&state, &caller, context, "person removed", move |directory, context| {
        let Some(gone) = lookup::person(directory, &name) else {
            context.require(Permission::WritePeople, Scope::Instance)?;
            return decided(About::Missing(Kind::Person), Vec::new(), None);
        };
        context.require(Permission::WritePeople, Scope::Person(gone))?;
        let shape = person::person(directory, gone, &Embeds::default());
        let about = About::of(Kind::Person, gone.id);
        decided(about, cascade::remove_person(directory, gone.id), Some(shape))
    });
    let (done, shape) = work.await?;
    Ok(done.stamp(shape::removed(&query, shape)))
}

async fn devices(
    caller: Caller,
    Path(name): Path<String>,
    query: Query,
) -> Result<Response, ApiError> {
    let person = readable(&caller, &name)?;
    let embeds = Embeds::of(&query);
    let devices: Vec<_> = caller.directory.devices_of(person.id).collect();
    let path = format!("{PATH}/{}/devices", person.id);
    shape::list(&path, &query, &devices, |d| device::device(&caller.directory, d, &embeds))
}

async fn memberships(
    caller: Caller,
    Path(name): Path<String>,
    query: Query,
) -> Result<Response, ApiError> {
    let person = readable(&caller, &name)?.id;
    let found = memberships_of(&caller, person);
    let path = format!("{PATH}/{person}/group-memberships");
    shape::list(&path, &query, &found, |(of, member)| {
        json!({
            "group": group::reference(of),
            "member": group::recipient_reference(&caller.directory, *member),
        })
    })
}

/// The groups whose roster names the person or one of their devices, by name.
fn memberships_of(caller: &Caller, person: PersonId) -> Vec<(&Arc<Group>, Recipient)> {
    let directory = &caller.directory;
    let devices = directory.devices_of(person).map(|d| Recipient::Device(d.id));
    let them: Vec<Recipient> = std::iter::once(Recipient::Person(person)).chain(devices).collect();
    let mut found: Vec<(&Arc<Group>, Recipient)> = directory
        .groups()
        .flat_map(|group| {
            let here = them.iter().filter(|recipient| group.members.contains(recipient));
            here.map(move |recipient| (group, *recipient))
        })
        .collect();
    found.sort_by_cached_key(|(group, _)| group.target_name.fold());
    found
}

async fn supervisors(
    caller: Caller,
    Path(name): Path<String>,
    query: Query,
) -> Result<Response, ApiError> {
    let of = readable(&caller, &name)?;
    let people: Vec<&Arc<Person>> =
        of.supervisors.iter().filter_map(|id| caller.directory.person(*id)).collect();
    let path = format!("{PATH}/{}/supervisors", of.id);
    let embeds = Embeds::of(&query);
    shape::list(&path, &query, &people, |p| person::person(&caller.directory, p, &embeds))
}

async fn roles(
    caller: Caller,
    Path(name): Path<String>,
    query: Query,
) -> Result<Response, ApiError> {
    let of = readable(&caller, &name)?;
    let path = format!("{PATH}/{}/roles", of.id);
    shape::list(&path, &query, &of.roles, |role| person::role(*role))
}
