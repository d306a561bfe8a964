//! The caller's instance, and how the server is doing.

use axum::extract::State;
use axum::response::Response;
use firebell_access::{Permission, Scope};
use firebell_domain::directory::Directory;
use firebell_store::{Error, ReadTx, alerts, engine};
use serde_json::{Value, json};

use crate::caller::Caller;
use crate::error::ApiError;
use crate::health;
use crate::page::Query;
use crate::routes::{Route, route};
use crate::state::ApiState;
use crate::time::format_time;
use crate::xm::shape::ok;

/// The routes.
pub(crate) const ROUTES: &[Route] = &[
    route!(GET "/api/firebell/1/instance" => instance, "The instance, and what it consists of."),
    route!(GET "/api/firebell/1/health" => health,
        "Backlogs, queues, and the configuration's revision and damages."),
];

async fn instance(
    State(state): State<ApiState>,
    caller: Caller,
    query: Query,
) -> Result<Response, ApiError> {
    caller.require(Permission::ReadConfiguration, Scope::Instance)?;
    let directory = &caller.directory;
    let no = directory.instance.no;
    let read = move |tx: &mut ReadTx<'_>| alerts::open_count(tx, no);
    let open: Result<i64, Error> = state.db.read("api.open_alerts", read).await;
    let mut counts = counts(directory);
    if let Some(fields) = counts.as_object_mut() {
        fields.insert("openAlerts".to_owned(), json!(open?));
    }
    let shape = json!({
        "id": directory.instance.id.to_string(),
        "name": directory.instance.name.as_str(),
        "region": directory.instance.region.word(),
        "created": format_time(directory.instance.created),
        "revision": directory.revision.to_string(),
        "counts": counts,
        "links": { "self": format!("{}/instance", super::BASE) },
    });
    Ok(ok(&query, shape))
}

/// What a configuration consists of.
pub(super) fn counts(directory: &Directory) -> Value {
    json!({
        "people": directory.people().len(),
        "devices": directory.devices().len(),
        "groups": directory.groups().len(),
        "shifts": directory.shifts().len(),
        "sites": directory.sites().len(),
        "absences": directory.absences().len(),
        "forms": directory.forms().len(),
        "integrations": directory.integrations().len(),
        "silences": directory.silences().len(),
        "maintenanceWindows": directory.windows().len(),
    })
}

async fn health(
    State(state): State<ApiState>,
    caller: Caller,
    query: Query,
) -> Result<Response, ApiError> {
    caller.require(Permission::ReadConfiguration, Scope::Instance)?;
    let now = state.clock.now();
    let journal = match health::backlog(&state).await {
        Ok(backlog) => json!({
            "records": backlog.records,
            "oldest": backlog.oldest.map(format_time),
            "oldestAgeSeconds": backlog.age_seconds(now),
        }),
        Err(reason) => json!({ "error": reason }),
    };
    let read = |tx: &mut ReadTx<'_>| engine::current(tx);
    let current: Result<Option<(i64, String)>, Error> = state.db.read("api.engine", read).await;
    let stats = state.db.stats();
    let no = caller.directory.instance.no;
    // Damages of other instances are none of the caller's business.
    let damages = state.snapshots.health();
    let damages: Vec<Value> = damages
        .iter()
        .filter(|damage| damage.instance == no)
        .map(|damage| json!({ "kind": damage.kind, "id": damage.id, "reason": damage.reason }))
        .collect();
    let shape = json!({
        "now": format_time(now),
        "journal": journal,
        "database": {
            "readsWaiting": stats.reads,
            "listsWaiting": stats.lists,
            "writesWaiting": stats.writes,
        },
        "configuration": {
            "revision": caller.directory.revision.to_string(),
            "known": state.snapshots.revision().to_string(),
            "damages": damages,
        },
        "engine": current.ok().flatten().map(|(epoch, owner)| json!({
            "epoch": epoch,
            "owner": owner,
        })),
        "version": env!("CARGO_PKG_VERSION"),
    });
    Ok(ok(&query, shape))
}
