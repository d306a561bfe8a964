//! The outbox: messages as they were rendered, when no channel could take them.
//!
//! Messages hold links with which anybody may answer in their reader's name. So only those who
//! administer the instance see them.

use axum::extract::{Path, State};
use axum::response::Response;
use firebell_access::{Permission, Scope};
use firebell_domain::notification::NotificationId;
use firebell_store::deliveries::{self, OutboxMessage};
use firebell_store::{Error, ReadTx};
use serde_json::{Value, json};

use super::BASE;
use crate::caller::Caller;
use crate::error::ApiError;
use crate::page::{Page, Query, envelope};
use crate::routes::{Route, route};
use crate::state::ApiState;
use crate::time::format_time;
use crate::xm::shape::ok;

/// The routes.
pub(crate) const ROUTES: &[Route] = &[
    route!(GET "/api/firebell/1/outbox" => list, "Messages in the outbox, newest first.")
        .query(&["offset", "limit"]),
    route!(GET "/api/firebell/1/outbox/{notification}" => get,
        "One message with its text and HTML."),
];

async fn list(
    State(state): State<ApiState>,
    caller: Caller,
    query: Query,
) -> Result<Response, ApiError> {
    caller.require(Permission::Administer, Scope::Instance)?;
    let page = Page::of(&query)?;
    let no = caller.directory.instance.no;
    let (limit, offset) = page.bounds();
    let read = move |tx: &mut ReadTx<'_>| deliveries::outbox(tx, no, limit, offset);
    let found: Result<_, Error> = state.db.read("api.outbox", read).await;
    let (messages, total) = found?;
    let data = messages.iter().map(summary).collect();
    let total = usize::try_from(total).unwrap_or(0);
    Ok(ok(&query, envelope(&format!("{BASE}/outbox"), &query, page, total, data)))
}

fn summary(message: &OutboxMessage) -> Value {
    json!({
        "notification": { "id": message.notification.to_string() },
        "alert": {
            "id": message.alert.to_string(),
            "links": { "self": format!("{BASE}/alerts/{}", message.alert) },
        },
        "at": format_time(message.at),
        "recipient": message.recipient,
        "subject": message.subject,
        "links": { "self": format!("{BASE}/outbox/{}", message.notification) },
    })
}

async fn get(
    State(state): State<ApiState>,
    caller: Caller,
    Path(notification): Path<String>,
    query: Query,
) -> Result<Response, ApiError> {
    caller.require(Permission::Administer, Scope::Instance)?;
    let unknown = || ApiError::not_found("message", &notification);
    let id: NotificationId = notification.trim().parse().map_err(|_| unknown())?;
    let no = caller.directory.instance.no;
    let read = move |tx: &mut ReadTx<'_>| deliveries::outbox_message(tx, no, id);
    let found: Result<_, Error> = state.db.read("api.outbox_message", read).await;
    let message = found?.ok_or_else(unknown)?;
    let mut shape = summary(&message);
    if let Some(fields) = shape.as_object_mut() {
        fields.insert("text".to_owned(), json!(message.text));
        fields.insert("html".to_owned(), json!(message.html));
    }
    Ok(ok(&query, shape))
}
