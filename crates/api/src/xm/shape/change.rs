//! Writes configuration for a handler: permissions, look-ups and decisions on the newest state.
//!
//! `config` decides inside its transaction and knows only faults; here a decision may also end in
//! 403, 404 or 409, which is carried around the transaction.

use std::sync::{Arc, Mutex, PoisonError};

use firebell_access::{Permission, Principal, Scope, allows};
use firebell_base::{Id, Timestamp};
use firebell_config::{Change, Faults};
use firebell_domain::directory::Directory;
use http::StatusCode;

use super::input::{Input, Patch};
use crate::caller::Caller;
use crate::error::ApiError;
use crate::state::ApiState;

/// What a decision may depend on besides the directory and the body.
#[derive(Debug, Clone)]
pub(crate) struct Context {
    /// Who asks.
    pub(crate) who: Principal,
    /// When.
    pub(crate) now: Timestamp,
    /// An id for something new. Made beforehand, because a decision may run twice.
    pub(crate) fresh: Id<()>,
    /// Another one.
    pub(crate) second: Id<()>,
}

impl Context {
    /// The context of this request.
    pub(crate) fn of(state: &ApiState, caller: &Caller) -> Self {
        let now = state.clock.now();
        let id = || Id::new(&state.random, now);
        Self { who: caller.principal.clone(), now, fresh: id(), second: id() }
    }

    /// Whether the caller may.
    ///
    /// # Errors
    /// 403.
    pub(crate) fn require(&self, permission: Permission, scope: Scope<'_>) -> Result<(), ApiError> {
        allows(&self.who, permission, &scope).map_err(ApiError::from)
    }
}

/// A decision: what changes, and what the handler has to know about it.
pub(crate) type Decision<T> = Result<(Vec<Change>, T), ApiError>;

/// Changes the caller's configuration. `decide` sees the newest one and may run more than once.
/// Answers with the configuration after the change.
///
/// # Errors
/// What `decide` or the check found, or the database's trouble. Nothing is changed then.
pub(crate) async fn change<T, F>(
    state: &ApiState,
    caller: &Caller,
    context: Context,
    reason: &str,
    decide: F,
) -> Result<(Arc<Directory>, T), ApiError>
where
    T: Send + 'static,
    F: Fn(&Directory, &Context) -> Decision<T> + Send + Sync + 'static,
{
    // Refusals name what they know of: nothing for those who may see nothing.
    caller.require(Permission::ReadConfiguration, Scope::Instance)?;
    let slot: Arc<Mutex<Option<Result<T, ApiError>>>> = Arc::default();
    let outcome = Arc::clone(&slot);
    let (no, now) = (caller.directory.instance.no, context.now);
    let decide = move |directory: &Directory| {
        let (changes, decided) = match decide(directory, &context) {
            Ok((changes, value)) => (Ok(changes), Ok(value)),
            Err(error) => (Err(Faults::default()), Err(error)),
        };
        *outcome.lock().unwrap_or_else(PoisonError::into_inner) = Some(decided);
        changes
    };
    let committed = state.authority.change(no, &caller.author(reason), now, decide).await;
    let decided = slot.lock().unwrap_or_else(PoisonError::into_inner).take();
    match (committed, decided) {
        (Ok(committed), Some(Ok(value))) => Ok((committed.directory, value)),
        (_, Some(Err(error))) => Err(error),
        (Err(error), _) => Err(illegal_is_conflict(error.into())),
        (Ok(_), None) => Err(ApiError::internal(&"a change was made without a decision")),
    }
}

/// xMatters answers 409 to what is well-formed but against the rules of membership.
fn illegal_is_conflict(mut error: ApiError) -> ApiError {
    let illegal = error.subcode.as_deref().is_some_and(|code| code.ends_with("contains_itself"));
    if illegal {
        error.status = StatusCode::CONFLICT;
    }
    error
}

/// Which entity a body is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Subject<T> {
    /// One that is there.
    Known(Id<T>),
    /// A new one, with this id.
    New(Id<T>),
}

impl<T> Subject<T> {
    /// The id.
    pub(crate) const fn id(&self) -> Id<T> {
        match self {
            Self::Known(id) | Self::New(id) => *id,
        }
    }

    /// The id of the one that is there.
    pub(crate) const fn known(&self) -> Option<Id<T>> {
        match self {
            Self::Known(id) => Some(*id),
            Self::New(_) => None,
        }
    }
}

/// Reads the `id` of a body: a known id or name means the one that is there, an unknown UUID a new
/// one with that id, none a new one. Anything else is a fault.
pub(crate) fn subject<T>(
    input: &mut Input<'_>,
    fresh: Id<()>,
    known: impl Fn(&str) -> Option<Id<T>>,
) -> Subject<T> {
    let Patch::Set(text) = input.filled("id") else { return Subject::New(fresh.cast()) };
    if let Some(id) = known(&text) {
        return Subject::Known(id);
    }
    if let Ok(id) = text.trim().parse() {
        return Subject::New(id);
    }
    let message = "must be the id of one that is there, or an unused UUID for a new one";
    input.fault("id", "id", message);
    Subject::New(fresh.cast())
}

/// Resolves names or ids; each that is unknown is a fault of `field`.
pub(crate) fn resolve<T>(
    input: &mut Input<'_>,
    field: &str,
    what: &str,
    texts: &[String],
    known: impl Fn(&str) -> Option<T>,
) -> Vec<T> {
    let mut found = Vec::with_capacity(texts.len());
    for text in texts {
        match known(text) {
            Some(one) => found.push(one),
            None => unknown(input, field, what, text),
        }
    }
    found
}

/// Resolves one name or id, if one was given; if it is unknown that is a fault of `field`.
pub(crate) fn resolve_one<T>(
    input: &mut Input<'_>,
    field: &str,
    what: &str,
    known: impl Fn(&str) -> Option<T>,
) -> Patch<T> {
    let text = match input.pointer(field) {
        Patch::Keep => return Patch::Keep,
        Patch::Clear => return Patch::Clear,
        Patch::Set(text) => text,
    };
    let found = known(&text);
    if found.is_none() {
        unknown(input, field, what, &text);
    }
    found.map_or(Patch::Keep, Patch::Set)
}

fn unknown(input: &mut Input<'_>, field: &str, what: &str, text: &str) {
    let given = firebell_domain::name::cut(text, 100);
    let message = format!("there is no {what} {given:?}; create it first");
    input.fault(field, &format!("{what}_not_exists"), message);
}
