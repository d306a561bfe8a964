//! Maintenance windows: hide the events of integrations during planned, perhaps recurring, work.

use axum::extract::{Path, State};
use axum::response::Response;
use firebell_access::{Permission, Scope};
use firebell_base::{Id, Timestamp};
use firebell_config::Change;
use firebell_domain::directory::{Directory, Entity, Kind};
use firebell_domain::integration::IntegrationId;
use firebell_domain::schedule::{Holidays, Zone};
use firebell_domain::suppression::{MaintenanceWindow, WindowId};
use serde_json::{Map, Value, json};

use super::{BASE, matchers};
use crate::body::Body;
use crate::caller::Caller;
use crate::condition::IfMatch;
use crate::error::ApiError;
use crate::page::Query;
use crate::routes::{Route, route};
use crate::state::ApiState;
use crate::time::format_time;
use crate::xm::shape;
use crate::xm::shape::change::{About, Context, change, decided, resolve, subject};
use crate::xm::shape::input::{Input, Patch};
use crate::xm::shape::recurrence::{read_pattern, recurrence};

/// The routes.
pub(crate) const ROUTES: &[Route] = &[
    route!(GET "/api/firebell/1/maintenance-windows" => list, "Maintenance windows, by name.")
        .query(&["offset", "limit"]),
    route!(POST "/api/firebell/1/maintenance-windows" => post,
        "Make a maintenance window, or change one (with id).")
    .fields(&[
        "id",
        "name*",
        "integrations",
        "matchers",
        "start*",
        "end*",
        "timezone",
        "recurrence",
        "comment",
    ])
    .ok(201),
    route!(GET "/api/firebell/1/maintenance-windows/{window}" => get,
        "One maintenance window, by id or name."),
    route!(DELETE "/api/firebell/1/maintenance-windows/{window}" => delete,
        "Remove a maintenance window."),
];

fn shape_of(directory: &Directory, window: &MaintenanceWindow, now: Timestamp) -> Value {
    let integrations = window.integrations.iter();
    let integrations: Vec<Value> =
        integrations.map(|id| super::shape::integration(directory, *id)).collect();
    json!({
        "id": window.id.to_string(),
        "name": window.name.as_str(),
        "integrations": integrations,
        "matchers": matchers::shape(&window.matchers),
        "start": format_time(window.pattern.first_start),
        "end": format_time(window.pattern.first_end),
        "timezone": window.pattern.zone.name(),
        "recurrence": recurrence(&window.pattern.recurrence),
        "comment": window.comment,
        "active": window.pattern.active_at(now, &Holidays::default()).is_some(),
        "links": { "self": format!("{BASE}/maintenance-windows/{}", window.id) },
    })
}

async fn list(
    State(state): State<ApiState>,
    caller: Caller,
    query: Query,
) -> Result<Response, ApiError> {
    caller.require(Permission::ReadAlerts, Scope::Instance)?;
    let now = state.clock.now();
    let directory = &caller.directory;
    let mut all: Vec<_> = directory.windows().collect();
    all.sort_by_key(|window| window.name.fold());
    let path = format!("{BASE}/maintenance-windows");
    shape::list(&path, &query, &all, |window| shape_of(directory, window, now))
}

fn known_id(directory: &Directory, text: &str) -> Option<WindowId> {
    let id = match text.trim().parse() {
        Ok(id) => id,
        Err(_) => Id::from_bytes(directory.id_by_name(Kind::Window, text)?),
    };
    directory.window(id).map(|window| window.id)
}

fn known(directory: &Directory, text: &str) -> Result<MaintenanceWindow, ApiError> {
    let found = known_id(directory, text).and_then(|id| directory.window(id));
    found
        .map(|window| (**window).clone())
        .ok_or_else(|| ApiError::not_found("maintenance_window", text))
}

async fn get(
    State(state): State<ApiState>,
    caller: Caller,
    Path(window): Path<String>,
    query: Query,
) -> Result<Response, ApiError> {
    caller.require(Permission::ReadAlerts, Scope::Instance)?;
    let window = known(&caller.directory, &window)?;
    let shape = shape_of(&caller.directory, &window, state.clock.now());
    Ok(shape::one(&query, &caller.directory, Kind::Window, window.id, shape))
}

async fn post(
    State(state): State<ApiState>,
    caller: Caller,
    condition: IfMatch,
    query: Query,
    body: Body,
) -> Result<Response, ApiError> {
    caller.require(Permission::WriteSilences, Scope::Instance)?;
    let context = Context::of(&state, &caller, condition);
    let now = context.now;
    let work = change(&state, &caller, context, "maintenance window", move |directory, context| {
        context.require(Permission::WriteSilences, Scope::Instance)?;
        let (window, created) = decide(directory, context, body.object())?;
        let id = window.id;
        let changes = vec![Change::Put(Entity::Window(Box::new(window)))];
        decided(About::of(Kind::Window, id), changes, (id, created))
    });
    let (done, (id, created)) = work.await?;
    let window = known(&done.directory, &id.to_string())?;
    Ok(done.stamp(shape::made(&query, created, shape_of(&done.directory, &window, now))))
}

fn decide(
    directory: &Directory,
    context: &Context,
    fields: &Map<String, Value>,
) -> Result<(MaintenanceWindow, bool), ApiError> {
    let mut input = Input::new("maintenance_window", fields);
    let subject = subject(&mut input, context.fresh, |text| known_id(directory, text));
    let old = subject.known().and_then(|id| directory.window(id)).cloned();
    let old = old.as_deref();
    let name = input.name("name").given().or_else(|| old.map(|old| old.name.clone()));
    let name = input.require("name", name);
    let integrations = integrations(&mut input, directory);
    let before = old.map(|old| old.integrations.clone()).unwrap_or_default();
    let integrations = integrations.or_default(before, Vec::new());
    let before = old.map(|old| old.matchers.clone()).unwrap_or_default();
    let matchers = matchers::read(&mut input).or_default(before, Vec::new());
    if old.is_none() {
        // A shift without times is held all day; maintenance without times would hide everything.
        for field in ["start", "end"] {
            let given = input.instant(field).given();
            input.require(field, given);
        }
    }
    let zone = Zone::utc();
    let pattern = read_pattern(&mut input, old.map(|old| &old.pattern), &zone, context.now);
    let before = old.map(|old| old.comment.clone()).unwrap_or_default();
    let comment = input.text("comment").or_default(before, String::new());
    let window = (|| {
        let (id, created) = (subject.id(), subject.known().is_none());
        let pattern = pattern?;
        let name = name?;
        Some((MaintenanceWindow { id, name, integrations, matchers, pattern, comment }, created))
    })();
    input.finish_with(window)
}

fn integrations(input: &mut Input<'_>, directory: &Directory) -> Patch<Vec<IntegrationId>> {
    let known = |text: &str| super::integrations::known_integration(directory, text).map(|i| i.id);
    match input.pointers("integrations") {
        Patch::Keep => Patch::Keep,
        Patch::Clear => Patch::Clear,
        Patch::Set(texts) => {
            Patch::Set(resolve(input, "integrations", "integration", &texts, known))
        }
    }
}

async fn delete(
    State(state): State<ApiState>,
    caller: Caller,
    Path(window): Path<String>,
    condition: IfMatch,
    query: Query,
) -> Result<Response, ApiError> {
    caller.require(Permission::WriteSilences, Scope::Instance)?;
    let context = Context::of(&state, &caller, condition);
    let now = context.now;
    let work = change(&state, &caller, context, "maintenance window", move |directory, context| {
        context.require(Permission::WriteSilences, Scope::Instance)?;
        let window = known(directory, &window)?;
        let shape = shape_of(directory, &window, now);
        let changes = vec![Change::Remove(Kind::Window, window.id.to_bytes())];
        decided(About::of(Kind::Window, window.id), changes, shape)
    });
    let (done, shape) = work.await?;
    Ok(done.stamp(shape::ok(&query, shape)))
}
