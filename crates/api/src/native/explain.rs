//! *Explain*: who would be told what, on which device, when, and why not the others, if an event
//! arrived at some time. Computed by the very functions the pipeline runs; nothing is kept.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use firebell_access::{Permission, Scope};
use firebell_base::Timestamp;
use firebell_domain::alert::Priority;
use firebell_domain::directory::Directory;
use firebell_domain::event::Draft;
use firebell_domain::integration::Integration;
use firebell_domain::schedule::rotation::RotationType;
use firebell_domain::shift::ShiftId;
use firebell_pipeline::explain::{Explanation, explain};
use firebell_pipeline::payload;
use firebell_store::{Error, ReadTx, alerts};
use serde_json::{Value, json};

use super::integrations::known_integration;
use super::shape;
use crate::body::Body;
use crate::caller::Caller;
use crate::error::ApiError;
use crate::intake::refusal;
use crate::page::Query;
use crate::routes::{Route, route};
use crate::state::ApiState;
use crate::time::format_time;
use crate::xm::shape::input::Input;
use crate::xm::shape::ok;

/// The most events of one payload that are explained.
pub const EVENTS_MAX: usize = 20;

/// The routes.
pub(crate) const ROUTES: &[Route] = &[route!(POST "/api/firebell/1/explain" => post,
    "Who would be told what, when and why, if this payload arrived.")
.fields(&["integration*", "payload*", "at"])];

async fn post(
    State(state): State<ApiState>,
    caller: Caller,
    query: Query,
    body: Body,
) -> Result<Response, ApiError> {
    caller.require(Permission::ReadConfiguration, Scope::Instance)?;
    let directory = Arc::clone(&caller.directory);
    let (integration, bytes, at) = read(&directory, &body, state.clock.now())?;
    let counts = counts(&state, &directory).await?;
    // Hundreds of turns of large groups take long: not on a serving thread.
    let work = move || {
        let drafts =
            payload::parse(integration.format, &bytes, at).map_err(|error| refusal(&error))?;
        let explain = |draft: &Draft| {
            let explanation = explain(&directory, &integration, draft, at, &counts);
            explained(&directory, draft, &explanation)
        };
        Ok::<_, ApiError>(json!({
            "at": format_time(at),
            "integration": shape::integration(&directory, integration.id),
            "events": drafts.iter().take(EVENTS_MAX).map(explain).collect::<Vec<_>>(),
            "total": drafts.len(),
        }))
    };
    Ok(ok(&query, state.hashing.run_long(work).await??))
}

fn read(
    directory: &Directory,
    body: &Body,
    now: Timestamp,
) -> Result<(Arc<Integration>, Vec<u8>, Timestamp), ApiError> {
    let mut input = Input::new("explain", body.object());
    let name = input.pointer("integration").given();
    let name = input.require("integration", name);
    let integration = name.and_then(|name| {
        let found = known_integration(directory, &name).cloned();
        if found.is_none() {
            let given = firebell_domain::name::cut(&name, 100);
            let message = format!("there is no integration {given:?}");
            input.fault("integration", "integration_not_exists", message);
        }
        found
    });
    let payload = ["payload", "event"].iter().find_map(|name| body.object().get(*name));
    let payload = input.require("payload", payload.filter(|payload| !payload.is_null()));
    let at = input.instant("at").given().unwrap_or(now);
    let bytes = payload.map(|payload| payload.to_string().into_bytes());
    let (integration, bytes) = input.finish_with(integration.zip(bytes))?;
    Ok((integration, bytes, at))
}

/// How many alerts reached the shifts whose rotation depends on it.
async fn counts(
    state: &ApiState,
    directory: &Directory,
) -> Result<BTreeMap<ShiftId, u64>, ApiError> {
    let counted: Vec<ShiftId> = directory
        .shifts()
        .filter(|shift| shift.rotation.as_ref().is_some_and(|r| r.kind == RotationType::Alerts))
        .map(|shift| shift.id)
        .collect();
    if counted.is_empty() {
        return Ok(BTreeMap::new());
    }
    let no = directory.instance.no;
    let read = move |tx: &mut ReadTx<'_>| alerts::shift_counts(tx, no, &counted);
    let found: Result<Vec<_>, Error> = state.db.read("api.shift_counts", read).await;
    Ok(found?.into_iter().collect())
}

fn explained(directory: &Directory, draft: &Draft, explanation: &Explanation) -> Value {
    let told: Vec<Value> = explanation
        .told
        .iter()
        .map(|told| {
            json!({
                "at": format_time(told.at),
                "person": shape::person(directory, told.person),
                "device": shape::device(directory, told.device),
                "why": told.why.to_string(),
            })
        })
        .collect();
    let timeline: Vec<Value> =
        explanation.entries.iter().map(|entry| shape::entry(directory, entry)).collect();
    json!({
        "event": {
            "action": draft.action.word(),
            "summary": draft.summary,
            "dedupKey": draft.dedup_key,
            "priority": draft.priority.map(Priority::word),
        },
        "outcome": explanation.outcome.to_string(),
        "rule": explanation.rule.map(|rule| shape::rule(directory, rule)),
        "told": told,
        "timeline": timeline,
        "cutOff": explanation.cut_off,
    })
}
