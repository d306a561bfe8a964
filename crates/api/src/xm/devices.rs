//! Devices (section 4 of the API reference).
//!
//! `GENERIC` is a webhook here: Firebell adds the field `url` and the write-only field `secret`
//! (`whsec_…`), with which its messages are signed. A device's place in its owner's order is its
//! `sequence`: putting a device somewhere moves the others, removing one closes the gap. Any name
//! can be given to a device. Owner and type never change.

mod body;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use firebell_access::{Permission, Scope};
use firebell_config::{Change, cascade};
use firebell_domain::device::Device;
use firebell_domain::directory::{Directory, Entity, Kind};
use firebell_domain::name::fold;
use serde_json::json;

use super::shape::change::{About, Context, change, decided};
use super::shape::search::{sort, word};
use super::shape::words::STATUSES;
use super::shape::{self, Embeds, device, lookup};
use crate::body::Body;
use crate::caller::Caller;
use crate::condition::IfMatch;
use crate::error::{ApiError, ok};
use crate::page::Query;
use crate::routes::{Route, route};
use crate::state::ApiState;

/// The routes.
pub(crate) const ROUTES: &[Route] = &[
    route!(GET "/api/xm/1/devices" => list, "List devices.").query(&[
        "embed",
        "deviceStatus",
        "deviceType",
        "deviceNames",
        "phoneNumberFormat",
        "offset",
        "limit",
    ]),
    route!(POST "/api/xm/1/devices" => post, "Make a device, or change one (with id).")
        .fields(body::FIELDS)
        .ok(201),
    route!(GET "/api/xm/1/devices/{device}" => get, "One device, by id or user|Device Name.")
        .query(&["embed"]),
    route!(DELETE "/api/xm/1/devices/{device}" => delete, "Remove a device."),
    route!(GET "/api/xm/1/devices/{device}/timeframes" => timeframes, "When a device may be used.")
        .query(&["offset", "limit"]),
    route!(GET "/api/xm/1/device-types" => types, "The kinds of devices."),
];

const PATH: &str = "/api/xm/1/devices";
/// The kinds of devices that can be made.
const TYPES: [&str; 4] = ["EMAIL", "GENERIC", "TEXT_PHONE", "VOICE"];

async fn list(caller: Caller, query: Query) -> Result<Response, ApiError> {
    caller.require(Permission::ReadConfiguration, Scope::Instance)?;
    // Large instances have many: not on a serving thread.
    let work = tokio::task::spawn_blocking(move || {
        let directory = &caller.directory;
        let found = matching(directory, &query)?;
        let embeds = Embeds::of(&query);
        shape::list(PATH, &query, &found, |d| device::device(directory, d, &embeds))
    });
    work.await.map_err(|error| ApiError::internal(&error))?
}

fn matching<'d>(directory: &'d Directory, query: &Query) -> Result<Vec<&'d Arc<Device>>, ApiError> {
    let status = word(query, "deviceStatus", &STATUSES)?;
    let types: BTreeSet<String> =
        query.words("deviceType").iter().map(|t| t.to_uppercase()).collect();
    let names: BTreeSet<String> = query.list("deviceNames").iter().map(|name| fold(name)).collect();
    let wanted = |d: &&Arc<Device>| {
        status.is_none_or(|status| d.status == status)
            && (types.is_empty() || types.iter().any(|kind| kind == d.address.kind()))
            && (names.is_empty() || names.contains(&d.name.fold()))
    };
    let mut found: Vec<_> = directory.devices().filter(wanted).collect();
    sort(&mut found, false, |d| {
        (directory.person(d.owner).map(|owner| owner.target_name.fold()), d.sequence)
    });
    Ok(found)
}

async fn get(caller: Caller, Path(name): Path<String>, query: Query) -> Result<Response, ApiError> {
    let device = readable(&caller, &name)?;
    let shape = device::device(&caller.directory, device, &Embeds::of(&query));
    Ok(shape::one(&query, &caller.directory, Kind::Device, device.id, shape))
}

/// The device a path names, if the caller may read at all.
fn readable<'c>(caller: &'c Caller, name: &str) -> Result<&'c Arc<Device>, ApiError> {
    caller.require(Permission::ReadConfiguration, Scope::Instance)?;
    lookup::device(&caller.directory, name).ok_or_else(|| ApiError::not_found("device", name))
}

async fn timeframes(
    caller: Caller,
    Path(name): Path<String>,
    query: Query,
) -> Result<Response, ApiError> {
    let device = readable(&caller, &name)?;
    let frames = device::timeframes(&caller.directory, device);
    let path = format!("{PATH}/{}/timeframes", device.id);
    shape::list(&path, &query, &frames, Clone::clone)
}

/// The one list without links.
async fn types(caller: Caller) -> Result<Response, ApiError> {
    caller.require(Permission::ReadConfiguration, Scope::Instance)?;
    Ok(ok(&json!({"count": TYPES.len(), "total": TYPES.len(), "data": TYPES})))
}

async fn post(
    State(state): State<ApiState>,
    caller: Caller,
    condition: IfMatch,
    query: Query,
    body: Body,
) -> Result<Response, ApiError> {
    let context = Context::of(&state, &caller, condition);
    let work = change(&state, &caller, context, "devices", move |directory, context| {
        body::decide(directory, context, body.object())
    });
    let (done, (id, created)) = work.await?;
    let made = done.directory.device(id);
    let made = made.ok_or_else(|| ApiError::not_found("device", &id.to_string()))?;
    let shape = device::device(&done.directory, made, &Embeds::these(&["timeframes"]));
    Ok(done.stamp(shape::made(&query, created, shape)))
}

async fn delete(
    State(state): State<ApiState>,
    caller: Caller,
    Path(name): Path<String>,
    condition: IfMatch,
    query: Query,
) -> Result<Response, ApiError> {
    let context = Context::of(&state, &caller, condition);
    let work = change(&state, &caller, context, "device removed", move |directory, context| {
        let Some(gone) = lookup::device(directory, &name) else {
            context.require(Permission::ReadConfiguration, Scope::Instance)?;
            return decided(About::Missing(Kind::Device), Vec::new(), None);
        };
        body::require_owner(directory, context, gone.owner)?;
        let mut changes = cascade::remove_device(directory, gone.id);
        let left = directory.devices_of(gone.owner).filter(|d| d.id != gone.id);
        changes.extend(body::in_order(left.map(|d| (**d).clone())));
        let shape = device::device(directory, gone, &Embeds::default());
        decided(About::of(Kind::Device, gone.id), changes, Some(shape))
    });
    let (done, shape) = work.await?;
    Ok(done.stamp(shape::removed(&query, shape)))
}

/// The change that puts a device.
fn put(device: Device) -> Change {
    Change::Put(Entity::Device(device))
}
