//! Answers to alerts, given as the caller; and changes of an alert's state by hand.

use axum::extract::{Path, State};
use axum::response::Response;
use firebell_access::{Permission, Scope};
use firebell_base::limit::COMMENT_CHARS_MAX;
use firebell_domain::alert::Alert;
use firebell_domain::form::Action;
use firebell_domain::response::Via;
use firebell_pipeline::respond::{Answer, Answered, Choice, StateChange};
use firebell_store::{Error, ReadTx, responses};
use serde_json::{Value, json};

use super::alerts::known_alert;
use super::{BASE, shape};
use crate::body::{Body, MaybeBody};
use crate::caller::Caller;
use crate::error::ApiError;
use crate::page::{Page, Query, envelope};
use crate::routes::{Route, route};
use crate::state::ApiState;
use crate::xm::events::PARTS_MAX;
use crate::xm::shape::input::Input;
use crate::xm::shape::ok;

/// The routes.
pub(crate) const ROUTES: &[Route] = &[
    route!(GET "/api/firebell/1/alerts/{alert}/responses" => list, "The answers, oldest first.")
        .query(&["offset", "limit"]),
    route!(POST "/api/firebell/1/alerts/{alert}/responses" => respond,
        "Answer as the caller: with the number of a response option, or with an action.")
    .fields(&["option", "action", "comment"]),
    route!(POST "/api/firebell/1/alerts/{alert}/acknowledge" => acknowledge,
        "Take the alert: nobody else is told.")
    .fields(&["comment"]),
    route!(POST "/api/firebell/1/alerts/{alert}/resolve" => resolve, "End the alert.")
        .fields(&["comment"]),
    route!(POST "/api/firebell/1/alerts/{alert}/escalate" => escalate,
        "Tell the next person now.")
    .fields(&["comment"]),
    route!(POST "/api/firebell/1/alerts/{alert}/suspend" => suspend,
        "Send nothing until the alert is resumed.")
    .fields(&["comment"]),
    route!(POST "/api/firebell/1/alerts/{alert}/resume" => resume, "Go on with the alert.")
        .fields(&["comment"]),
];

async fn list(
    State(state): State<ApiState>,
    caller: Caller,
    Path(alert): Path<String>,
    query: Query,
) -> Result<Response, ApiError> {
    caller.require(Permission::ReadAlerts, Scope::Instance)?;
    let page = Page::of(&query)?;
    let alert = known_alert(&state, &caller, &alert).await?;
    let (no, id) = (caller.directory.instance.no, alert.id);
    let read = move |tx: &mut ReadTx<'_>| responses::of_alert(tx, no, id, PARTS_MAX);
    let all: Result<Vec<_>, Error> = state.db.read("api.responses", read).await;
    let all = all?;
    let data = page.cut(&all).into_iter().map(|one| shape::response(&caller.directory, one));
    let path = format!("{BASE}/alerts/{id}/responses");
    Ok(ok(&query, envelope(&path, &query, page, all.len(), data.collect())))
}

async fn respond(
    State(state): State<ApiState>,
    caller: Caller,
    Path(alert): Path<String>,
    query: Query,
    body: Body,
) -> Result<Response, ApiError> {
    caller.require(Permission::Respond, Scope::Instance)?;
    let alert = known_alert(&state, &caller, &alert).await?;
    let mut input = Input::new("response", body.object());
    let option: Option<u8> = input.count("option").given();
    let action = input.word("action", &Action::ALL.map(|action| (action, action.word()))).given();
    let comment = comment(&mut input);
    let choice = match (option, action) {
        (Some(option), None) => Some(Choice::Option(option)),
        (None, Some(action)) => Some(Choice::Action(action)),
        (None, None) | (Some(_), Some(_)) => None,
    };
    if choice.is_none() {
        let message = "must be the number of a response option (1 to 9); or send action instead";
        input.fault("option", "missing_required_field", message);
    }
    let choice = input.finish_with(choice)?;
    let answered = answer(&state, &caller, &alert, choice, comment).await?;
    Ok(ok(&query, told(&caller, &answered)))
}

fn comment(input: &mut Input<'_>) -> Option<String> {
    let comment = input.filled("comment").given();
    if comment.as_ref().is_some_and(|text| text.chars().count() > COMMENT_CHARS_MAX) {
        let message = format!("must be at most {COMMENT_CHARS_MAX} characters long");
        input.fault("comment", "comment", message);
    }
    comment
}

async fn answer(
    state: &ApiState,
    caller: &Caller,
    alert: &Alert,
    choice: Choice,
    comment: Option<String>,
) -> Result<Answered, ApiError> {
    let answer = Answer {
        instance: caller.directory.instance.no,
        alert: alert.id,
        notification: None,
        person: caller.principal.person,
        choice,
        comment,
        via: Via::Api,
    };
    state.responder.answer(answer).await.map_err(ApiError::from)
}

fn told(caller: &Caller, answered: &Answered) -> Value {
    json!({
        "response": shape::response(&caller.directory, &answered.response),
        "alert": shape::alert(&caller.directory, &answered.alert),
        "changed": answered.changed,
    })
}

/// What the short routes do.
enum Deed {
    Answer(Action),
    Change(StateChange),
}

async fn acknowledge(
    State(state): State<ApiState>,
    caller: Caller,
    Path(alert): Path<String>,
    query: Query,
    body: MaybeBody,
) -> Result<Response, ApiError> {
    caller.require(Permission::ChangeAlert, Scope::Instance)?;
    act(&state, &caller, (&alert, &query), &body, Deed::Answer(Action::AssignToUser)).await
}

async fn resolve(
    State(state): State<ApiState>,
    caller: Caller,
    Path(alert): Path<String>,
    query: Query,
    body: MaybeBody,
) -> Result<Response, ApiError> {
    caller.require(Permission::ChangeAlert, Scope::Instance)?;
    act(&state, &caller, (&alert, &query), &body, Deed::Answer(Action::End)).await
}

async fn escalate(
    State(state): State<ApiState>,
    caller: Caller,
    Path(alert): Path<String>,
    query: Query,
    body: MaybeBody,
) -> Result<Response, ApiError> {
    caller.require(Permission::Respond, Scope::Instance)?;
    act(&state, &caller, (&alert, &query), &body, Deed::Answer(Action::Escalate)).await
}

async fn suspend(
    State(state): State<ApiState>,
    caller: Caller,
    Path(alert): Path<String>,
    query: Query,
    body: MaybeBody,
) -> Result<Response, ApiError> {
    caller.require(Permission::ChangeAlert, Scope::Instance)?;
    act(&state, &caller, (&alert, &query), &body, Deed::Change(StateChange::Suspend)).await
}

async fn resume(
    State(state): State<ApiState>,
    caller: Caller,
    Path(alert): Path<String>,
    query: Query,
    body: MaybeBody,
) -> Result<Response, ApiError> {
    caller.require(Permission::ChangeAlert, Scope::Instance)?;
    act(&state, &caller, (&alert, &query), &body, Deed::Change(StateChange::Resume)).await
}

async fn act(
    state: &ApiState,
    caller: &Caller,
    (alert, query): (&str, &Query),
    body: &MaybeBody,
    deed: Deed,
) -> Result<Response, ApiError> {
    let mut input = Input::new("response", body.object());
    let comment = comment(&mut input);
    input.finish()?;
    let alert = known_alert(state, caller, alert).await?;
    let body = match deed {
        Deed::Answer(action) => {
            let choice = Choice::Action(action);
            told(caller, &answer(state, caller, &alert, choice, comment).await?)
        }
        Deed::Change(change) => {
            let (no, by) = (caller.directory.instance.no, caller.principal.person);
            let (alert, changed) = state.responder.change_state(no, alert.id, change, by).await?;
            if comment.is_some() {
                // The change has no place for words: they are kept as an answer that does nothing.
                let noted = Choice::Action(Action::RecordResponse);
                answer(state, caller, &alert, noted, comment).await?;
            }
            json!({ "alert": shape::alert(&caller.directory, &alert), "changed": changed })
        }
    };
    Ok(ok(query, body))
}
