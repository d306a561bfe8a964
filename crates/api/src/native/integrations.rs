//! Integrations: what doors there are for senders. Their keys are never told.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use firebell_access::{Permission, Scope};
use firebell_base::Id;
use firebell_domain::directory::{Directory, Kind};
use firebell_domain::integration::Integration;
use serde_json::{Value, json};

use super::BASE;
use crate::caller::Caller;
use crate::error::ApiError;
use crate::page::Query;
use crate::routes::{Route, route};
use crate::state::ApiState;
use crate::time::format_time;
use crate::xm::shape::{list as page_of, one};

/// The routes.
pub(crate) const ROUTES: &[Route] = &[
    route!(GET "/api/firebell/1/integrations" => list, "List integrations, by name.")
        .query(&["offset", "limit"]),
    route!(GET "/api/firebell/1/integrations/{integration}" => get,
        "One integration, by UUID or name."),
];

/// The integration with this id or name.
pub(crate) fn known_integration<'d>(
    directory: &'d Directory,
    text: &str,
) -> Option<&'d Arc<Integration>> {
    let text = text.trim();
    let named = || directory.id_by_name(Kind::Integration, text).map(Id::from_bytes);
    directory.integration(text.parse().ok().or_else(named)?)
}

async fn list(
    State(_): State<ApiState>,
    caller: Caller,
    query: Query,
) -> Result<Response, ApiError> {
    caller.require(Permission::ReadConfiguration, Scope::Instance)?;
    let mut all: Vec<&Arc<Integration>> = caller.directory.integrations().collect();
    all.sort_by_cached_key(|integration| integration.name.fold());
    let path = format!("{BASE}/integrations");
    page_of(&path, &query, &all, |integration| shape(&caller.directory, integration))
}

async fn get(
    State(_): State<ApiState>,
    caller: Caller,
    Path(integration): Path<String>,
    query: Query,
) -> Result<Response, ApiError> {
    caller.require(Permission::ReadConfiguration, Scope::Instance)?;
    let found = known_integration(&caller.directory, &integration);
    let found = found.ok_or_else(|| ApiError::not_found("integration", &integration))?;
    let body = shape(&caller.directory, found);
    Ok(one(&query, &caller.directory, Kind::Integration, found.id, body))
}

fn shape(directory: &Directory, integration: &Integration) -> Value {
    let id = integration.id;
    let form = directory.form(integration.form).map(|form| form.name.to_string());
    json!({
        "id": id.to_string(),
        "name": integration.name.as_str(),
        "format": integration.format.word(),
        "form": { "id": integration.form.to_string(), "name": form },
        "status": integration.status.word(),
        "ratePerMinute": integration.rate_per_minute,
        "created": format_time(integration.created),
        "triggerPath": format!("/api/integration/1/functions/{id}/triggers"),
        "links": { "self": format!("{BASE}/integrations/{id}") },
    })
}
