//! Silences: hide matching events for a time.

use axum::extract::{Path, State};
use axum::response::Response;
use firebell_access::{Permission, Scope};
use firebell_base::Timestamp;
use firebell_config::Change;
use firebell_domain::directory::{Directory, Entity, Kind};
use firebell_domain::suppression::{Silence, SilenceId};
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
use crate::xm::shape::change::{About, Context, change, decided, subject};
use crate::xm::shape::input::Input;

/// The routes.
pub(crate) const ROUTES: &[Route] = &[
    route!(GET "/api/firebell/1/silences" => list, "Silences, the last to end first.")
        .query(&["state", "offset", "limit"]),
    route!(POST "/api/firebell/1/silences" => post, "Make a silence, or change one (with id).")
        .fields(&["id", "matchers*", "startsAt", "endsAt*", "comment*"])
        .ok(201),
    route!(GET "/api/firebell/1/silences/{silence}" => get, "One silence."),
    route!(DELETE "/api/firebell/1/silences/{silence}" => delete, "End a silence now."),
];

const STATES: [&str; 3] = ["PENDING", "ACTIVE", "EXPIRED"];

/// The word for where a silence stands.
fn state_word(silence: &Silence, now: Timestamp) -> &'static str {
    let [pending, active, expired] = STATES;
    if now >= silence.ends {
        expired
    } else if now >= silence.starts {
        active
    } else {
        pending
    }
}

fn shape_of(silence: &Silence, now: Timestamp) -> Value {
    json!({
        "id": silence.id.to_string(),
        "matchers": matchers::shape(&silence.matchers),
        "startsAt": format_time(silence.starts),
        "endsAt": format_time(silence.ends),
        "createdBy": silence.created_by,
        "comment": silence.comment,
        "updated": format_time(silence.updated),
        "state": state_word(silence, now),
        "links": { "self": format!("{BASE}/silences/{}", silence.id) },
    })
}

async fn list(
    State(state): State<ApiState>,
    caller: Caller,
    query: Query,
) -> Result<Response, ApiError> {
    caller.require(Permission::ReadAlerts, Scope::Instance)?;
    let now = state.clock.now();
    let words: Vec<String> = query.words("state").iter().map(|w| w.to_uppercase()).collect();
    if let Some(wrong) = words.iter().find(|word| !STATES.contains(&word.as_str())) {
        return Err(ApiError::not_one_of("state", wrong, &STATES.join(", ")));
    }
    let wanted = |silence: &Silence| {
        words.is_empty() || words.iter().any(|word| word == state_word(silence, now))
    };
    let mut all: Vec<_> = caller.directory.silences().filter(|silence| wanted(silence)).collect();
    all.sort_by_key(|silence| std::cmp::Reverse((silence.ends, silence.id)));
    shape::list(&format!("{BASE}/silences"), &query, &all, |silence| shape_of(silence, now))
}

fn known(directory: &Directory, text: &str) -> Result<Silence, ApiError> {
    let id: Option<SilenceId> = text.trim().parse().ok();
    let found = id.and_then(|id| directory.silence(id));
    found.map(|silence| (**silence).clone()).ok_or_else(|| ApiError::not_found("silence", text))
}

async fn get(
    State(state): State<ApiState>,
    caller: Caller,
    Path(silence): Path<String>,
    query: Query,
) -> Result<Response, ApiError> {
    caller.require(Permission::ReadAlerts, Scope::Instance)?;
    let silence = known(&caller.directory, &silence)?;
    let shape = shape_of(&silence, state.clock.now());
    Ok(shape::one(&query, &caller.directory, Kind::Silence, silence.id, shape))
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
    let by = caller.author("").name;
    let work = change(&state, &caller, context, "silence", move |directory, context| {
        context.require(Permission::WriteSilences, Scope::Instance)?;
        let (silence, created) = decide(directory, context, body.object(), &by)?;
        let id = silence.id;
        let changes = vec![Change::Put(Entity::Silence(silence))];
        decided(About::of(Kind::Silence, id), changes, (id, created))
    });
    let (done, (id, created)) = work.await?;
    let silence = known(&done.directory, &id.to_string())?;
    Ok(done.stamp(shape::made(&query, created, shape_of(&silence, now))))
}

/// The silence a body describes, and whether it is new.
fn decide(
    directory: &Directory,
    context: &Context,
    fields: &Map<String, Value>,
    by: &str,
) -> Result<(Silence, bool), ApiError> {
    let mut input = Input::new("silence", fields);
    let known_id = |text: &str| known(directory, text).ok().map(|silence| silence.id);
    let subject = subject(&mut input, context.fresh, known_id);
    let old = subject.known().and_then(|id| directory.silence(id)).cloned();
    let old = old.as_deref();
    let given = matchers::read(&mut input).given();
    let matchers = input.require("matchers", given.or_else(|| old.map(|o| o.matchers.clone())));
    let starts = input.instant("startsAt").given();
    let starts = match (starts, old) {
        (None, Some(old)) => old.starts,
        // As in Alertmanager: nothing is hidden after the fact.
        (starts, _) => starts.map_or(context.now, |at| at.max(context.now)),
    };
    let ends_given = input.instant("endsAt").given();
    let ends = input.require("endsAt", ends_given.or_else(|| old.map(|o| o.ends)));
    if ends.is_some_and(|ends| ends <= context.now) {
        input.fault("endsAt", "end", "must be in the future; end a silence with DELETE");
    }
    let comment = input.filled("comment").given().or_else(|| old.map(|o| o.comment.clone()));
    let comment = input.require("comment", comment);
    let silence = (|| {
        let (id, created) = (subject.id(), subject.known().is_none());
        let silence = Silence {
            id,
            matchers: matchers?,
            starts,
            ends: ends?,
            created_by: old.map_or_else(|| by.to_owned(), |old| old.created_by.clone()),
            comment: comment?,
            updated: context.now,
        };
        Some((silence, created))
    })();
    input.finish_with(silence)
}

async fn delete(
    State(state): State<ApiState>,
    caller: Caller,
    Path(silence): Path<String>,
    condition: IfMatch,
    query: Query,
) -> Result<Response, ApiError> {
    caller.require(Permission::WriteSilences, Scope::Instance)?;
    let context = Context::of(&state, &caller, condition);
    let now = context.now;
    let work = change(&state, &caller, context, "silence ended", move |directory, context| {
        context.require(Permission::WriteSilences, Scope::Instance)?;
        let mut silence = known(directory, &silence)?;
        let now = context.now;
        let about = About::of(Kind::Silence, silence.id);
        if silence.starts >= now {
            // It never hid anything: nothing has to be remembered of it.
            let gone = Change::Remove(Kind::Silence, silence.id.to_bytes());
            silence.ends = now;
            return decided(about, vec![gone], silence);
        }
        if silence.ends > now {
            silence.ends = now;
            silence.updated = now;
        }
        decided(about, vec![Change::Put(Entity::Silence(silence.clone()))], silence)
    });
    let (done, silence) = work.await?;
    Ok(done.stamp(shape::ok(&query, shape_of(&silence, now))))
}
