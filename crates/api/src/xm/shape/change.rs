//! Writes configuration for a handler: permissions, look-ups and decisions on the newest state.
//!
//! `config` decides inside its transaction and knows only faults; here a decision may also end in
//! 403, 404, 409 or 412, which is carried around the transaction. A decision says which entity it
//! is about, and `If-Match` is held against that one, in the same transaction: names are looked up
//! there, so that none can come to mean somebody else in between.

use std::sync::{Arc, Mutex, PoisonError};

use axum::response::Response;
use firebell_access::{Permission, Principal, Scope, allows};
use firebell_base::{Id, Timestamp};
use firebell_config::{Change, Committed, ConfigError, Faults, Intent};
use firebell_domain::directory::{Directory, Kind, Revision};
use firebell_domain::person::PersonId;
use http::StatusCode;

use super::input::{Input, Patch};
use crate::caller::Caller;
use crate::condition::IfMatch;
use crate::error::ApiError;
use crate::state::ApiState;
use crate::{fresh, licence};

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
    /// What must be true of the entity it is about.
    condition: IfMatch,
}

impl Context {
    /// The context of this request.
    pub(crate) fn of(state: &ApiState, caller: &Caller, condition: IfMatch) -> Self {
        let now = state.clock.now();
        let id = || Id::new(&state.random, now);
        Self { who: caller.principal.clone(), now, fresh: id(), second: id(), condition }
    }

    /// Whether the caller may.
    ///
    /// # Errors
    /// 403.
    pub(crate) fn require(&self, permission: Permission, scope: Scope<'_>) -> Result<(), ApiError> {
        allows(&self.who, permission, &scope).map_err(ApiError::from)
    }
}

/// Which entity a decision is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum About {
    /// This one, whether it is there already or not.
    Entity(Kind, [u8; 16]),
    /// Something that is not there and is not made.
    Missing(Kind),
}

impl About {
    /// The entity of this kind with this id.
    pub(crate) const fn of<T>(kind: Kind, id: Id<T>) -> Self {
        Self::Entity(kind, id.to_bytes())
    }

    /// The revision it was changed at last.
    fn revision(self, directory: &Directory) -> Option<Revision> {
        match self {
            Self::Entity(kind, id) => directory.entity_revision(kind, id),
            Self::Missing(_) => None,
        }
    }

    /// Whether the newest directory is as the request says it must be.
    fn hold(self, condition: IfMatch, directory: &Directory) -> Result<(), ApiError> {
        let found = self.revision(directory);
        let holds = match condition {
            IfMatch::Anything => true,
            IfMatch::Exists => found.is_some(),
            IfMatch::Revision(wanted) => found == Some(wanted),
        };
        if holds {
            return Ok(());
        }
        let (Self::Entity(kind, _) | Self::Missing(kind)) = self;
        Err(ConfigError::Changed { kind: kind.word(), found }.into())
    }
}

/// What a handler decided: the changes, which entity they are about, and what the handler has to
/// know afterwards.
#[derive(Debug)]
pub(crate) struct Decided<T> {
    /// About what.
    pub(crate) about: About,
    /// What changes.
    pub(crate) changes: Vec<Change>,
    /// What the handler wants to know.
    pub(crate) value: T,
}

/// What decisions end with.
#[expect(clippy::unnecessary_wraps, reason = "it is the last expression of every decision")]
pub(crate) fn decided<T>(about: About, changes: Vec<Change>, value: T) -> Decision<T> {
    Ok(Decided { about, changes, value })
}

/// A decision: what changes, and what the handler has to know about it.
pub(crate) type Decision<T> = Result<Decided<T>, ApiError>;

/// A change that was made.
#[derive(Debug)]
pub(crate) struct Done {
    /// The configuration after it.
    pub(crate) directory: Arc<Directory>,
    revision: Revision,
    about: About,
}

impl Done {
    /// Says in the answer which revision the change has, and the entity's `ETag`.
    pub(crate) fn stamp(&self, response: Response) -> Response {
        let response = fresh::confirmed(response, self.revision);
        match self.about.revision(&self.directory) {
            Some(revision) => fresh::tagged(response, revision),
            None => response,
        }
    }
}

/// What came of a change that is to be made once.
pub(crate) enum Once<T> {
    /// It was made now.
    Now(Done, T),
    /// It had been made before, under the same key: it made this person.
    Before(Done, PersonId),
}

/// Changes the caller's configuration. `decide` sees the newest one and may run more than once.
///
/// # Errors
/// What `decide` or the check found, or the database's trouble. Nothing is changed then.
pub(crate) async fn change<T, F>(
    state: &ApiState,
    caller: &Caller,
    context: Context,
    reason: &str,
    decide: F,
) -> Result<(Done, T), ApiError>
where
    T: Send + 'static,
    F: Fn(&Directory, &Context) -> Decision<T> + Send + Sync + 'static,
{
    let intent = Intent::from(&caller.author(reason));
    match run(state, caller, context, intent, decide).await {
        Ok(Once::Now(done, value)) => Ok((done, value)),
        Ok(Once::Before(..)) => Err(ApiError::internal(&"a change without a key was repeated")),
        Err(failed) => Err(illegal_is_conflict(failed.into())),
    }
}

/// The same for a change that may need a licence. With a `key` it is made once, however often it
/// is asked for.
///
/// # Errors
/// As [`change`]; 503 `licence_unconfirmed` when nobody knows whether there is a licence. Whether
/// anything was changed is in the message: the answer to a commit may have been lost.
pub(crate) async fn change_with_seat<T, F>(
    state: &ApiState,
    caller: &Caller,
    context: Context,
    intent: Intent,
    decide: F,
) -> Result<Once<T>, ApiError>
where
    T: Send + 'static,
    F: Fn(&Directory, &Context) -> Decision<T> + Send + Sync + 'static,
{
    let has_key = intent.key.is_some();
    run(state, caller, context, intent, decide).await.map_err(|failed| match failed {
        Failed::Decision(error) => error,
        Failed::Change { error, begun } => {
            let outcome = licence::Outcome::of(&error, begun, has_key);
            illegal_is_conflict(licence::refused(state, error, outcome))
        }
    })
}

/// Where the last decision is left by a transaction.
type Slot<T> = Arc<Mutex<Option<Result<(About, T), ApiError>>>>;

/// Why there was no change.
enum Failed {
    /// The handler decided so.
    Decision(ApiError),
    /// The authority refused or failed, perhaps after a decision was made for it.
    Change { error: ConfigError, begun: bool },
}

impl From<Failed> for ApiError {
    fn from(failed: Failed) -> Self {
        match failed {
            Failed::Decision(error) => error,
            Failed::Change { error, .. } => error.into(),
        }
    }
}

async fn run<T, F>(
    state: &ApiState,
    caller: &Caller,
    context: Context,
    intent: Intent,
    decide: F,
) -> Result<Once<T>, Failed>
where
    T: Send + 'static,
    F: Fn(&Directory, &Context) -> Decision<T> + Send + Sync + 'static,
{
    // Refusals name what they know of: nothing for those who may see nothing.
    caller.require(Permission::ReadConfiguration, Scope::Instance).map_err(Failed::Decision)?;
    let slot: Slot<T> = Arc::default();
    let outcome = Arc::clone(&slot);
    let (no, now) = (caller.directory.instance.no, context.now);
    let decide = move |directory: &Directory| {
        let held = decide(directory, &context).and_then(|decided| {
            decided.about.hold(context.condition, directory)?;
            Ok(decided)
        });
        let (changes, decided) = match held {
            Ok(Decided { about, changes, value }) => (Ok(changes), Ok((about, value))),
            Err(error) => (Err(Faults::default()), Err(error)),
        };
        *outcome.lock().unwrap_or_else(PoisonError::into_inner) = Some(decided);
        changes
    };
    let committed = state.authority.change(no, intent, now, decide).await;
    let decided = slot.lock().unwrap_or_else(PoisonError::into_inner).take();
    match (committed, decided) {
        (Ok(Committed { repeated: Some(person), directory, revision, .. }), _) => {
            let about = About::of(Kind::Person, person);
            Ok(Once::Before(Done { directory, revision, about }, person))
        }
        (Ok(committed), Some(Ok((about, value)))) => {
            let Committed { directory, revision, .. } = committed;
            Ok(Once::Now(Done { directory, revision, about }, value))
        }
        (_, Some(Err(error))) => Err(Failed::Decision(error)),
        (Err(error), decided) => Err(Failed::Change { error, begun: decided.is_some() }),
        (Ok(_), None) => {
            let error = ApiError::internal(&"a change was made without a decision");
            Err(Failed::Decision(error))
        }
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

    /// The same as what a decision is about.
    pub(crate) const fn about(&self, kind: Kind) -> About {
        About::of(kind, self.id())
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
