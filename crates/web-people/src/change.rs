//! Changes that may need a licence, tried for a while and no longer, and what is certain then.
//!
//! A database that hangs must not hang the visitor. Whoever gives up says so inside of the
//! transaction too: a decision that was not reached by then is not made later. What was reached may
//! have been made, and is never told as "nothing was changed".

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use axum::http::StatusCode;
use firebell_access::Principal;
use firebell_config::{Change, Committed, ConfigError, Faults, Intent};
use firebell_domain::directory::Directory;
use firebell_store::Error;
use firebell_ui::part::Notice;
use firebell_ui::{Refusal, Visit};

use crate::licence;
use crate::words::WORDS;

/// How long a visitor waits.
const PATIENCE: Duration = Duration::from_secs(if cfg!(test) { 1 } else { 8 });

/// Nobody has decided yet.
const WAITING: u8 = 0;
/// The decision was reached.
const BEGUN: u8 = 1;
/// The visitor was told that nothing was done: then nothing is.
const GIVEN_UP: u8 = 2;

/// Why a change was not made, as far as anybody knows.
#[derive(Debug)]
pub(crate) enum Failed {
    /// The authority refused it: certainly nothing was changed.
    Refused(ConfigError),
    /// It could not be confirmed, and certainly nothing was changed.
    NotMade,
    /// Nobody knows whether it was made.
    Unknown,
}

/// Changes the visitor's instance. `decide` sees the newest configuration, and the visitor with the roles they have
/// in it.
///
/// # Errors
/// [`Failed`].
pub(crate) async fn change<F>(
    visit: &Visit,
    intent: impl Into<Intent>,
    decide: F,
) -> Result<Committed, Failed>
where
    F: Fn(&Directory, &Principal) -> Result<Vec<Change>, Faults> + Send + Sync + 'static,
{
    change_within(PATIENCE, visit, intent, decide).await
}

/// The same, for what may take longer.
///
/// # Errors
/// [`Failed`].
pub(crate) async fn change_within<F>(
    patience: Duration,
    visit: &Visit,
    intent: impl Into<Intent>,
    decide: F,
) -> Result<Committed, Failed>
where
    F: Fn(&Directory, &Principal) -> Result<Vec<Change>, Faults> + Send + Sync + 'static,
{
    let state = Arc::new(AtomicU8::new(WAITING));
    let inside = Arc::clone(&state);
    let asker = visit.asker();
    let guarded = move |directory: &Directory| {
        // It may run twice: a state that was reached once stays.
        let taken = inside.compare_exchange(WAITING, BEGUN, Ordering::AcqRel, Ordering::Acquire);
        match taken {
            Ok(_) | Err(BEGUN) => decide(directory, &asker.principal(directory)?),
            Err(_) => Err(Faults::one("", "nobody waits any more", "validation.common.given_up")),
        }
    };
    let no = visit.directory.instance.no;
    let work = visit.ui.authority.change(no, intent, visit.now, guarded);
    match tokio::time::timeout(patience, work).await {
        Ok(Ok(committed)) => Ok(committed),
        Ok(Err(error)) => Err(Failed::of(error, state.load(Ordering::Acquire) == BEGUN)),
        Err(_) => {
            let given_up =
                state.compare_exchange(WAITING, GIVEN_UP, Ordering::AcqRel, Ordering::Acquire);
            tracing::warn!(sure = given_up.is_ok(), "a change was not confirmed in time");
            Err(if given_up.is_ok() { Failed::NotMade } else { Failed::Unknown })
        }
    }
}

impl Failed {
    fn of(error: ConfigError, begun: bool) -> Self {
        match &error {
            // The answer to the commit may have been lost.
            ConfigError::Store(Error::Unavailable { .. }) if begun => {
                tracing::warn!(%error, "it is not known whether a change was made");
                Self::Unknown
            }
            ConfigError::Store(_) => {
                tracing::warn!(%error, "a change was not made");
                Self::NotMade
            }
            error if error.unconfirmed().is_some() => {
                tracing::warn!(%error, "licences could not be confirmed");
                Self::NotMade
            }
            _ => Self::Refused(error),
        }
    }

    /// The page for an act that has no form to go back to.
    pub(crate) fn refusal(self, visit: &Visit) -> Refusal {
        let t = visit.say(&WORDS);
        match self {
            Self::Refused(ConfigError::Denied(denial)) => {
                let reason = licence::reason(visit, &denial);
                let text = t.a("people-not-done", &[("text", &reason.text)]);
                let mut notice = Notice::wrong(t.get("people-no-licence"), text);
                for (label, href) in reason.links {
                    notice = notice.link(label, href);
                }
                visit.notice(StatusCode::CONFLICT, notice)
            }
            Self::Refused(ConfigError::Invalid(faults)) => {
                let list: Vec<String> = faults.0.into_iter().map(|one| one.message).collect();
                let text = t.a("people-not-done", &[("text", &list.join("; "))]);
                let notice = Notice::wrong(t.get("people-not-possible"), text);
                visit.notice(StatusCode::UNPROCESSABLE_ENTITY, notice)
            }
            Self::Refused(error) => visit.refused(error),
            Self::NotMade => {
                let text = t.get("people-unconfirmed-act");
                let notice = Notice::wrong(t.get("people-unconfirmed"), text);
                visit.notice(StatusCode::SERVICE_UNAVAILABLE, notice)
            }
            Self::Unknown => {
                let text = t.get("people-unknown-act");
                let notice = Notice::wrong(t.get("people-unconfirmed"), text);
                visit.notice(StatusCode::SERVICE_UNAVAILABLE, notice)
            }
        }
    }
}
