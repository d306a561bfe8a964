//! A refused change of configuration, in words and by field: what happened, what did not, what to do.

use axum::http::StatusCode;
use firebell_config::{ConfigError, Denial};

use crate::asker::MayNot;
use crate::reason;
use crate::visit::Visit;
use crate::words::WORDS;

/// What kind of refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WriteKind {
    /// Something that was entered cannot be.
    Invalid,
    /// Whoever asked may not, by now.
    Forbidden,
    /// Somebody else changed it meanwhile, or it is gone.
    Changed,
    /// There is no licence: confirmed.
    Denied,
    /// Whether there is a licence could not be confirmed.
    Unconfirmed,
    /// A delta guard holds it.
    NeedsApproval,
    /// Not now.
    Unavailable,
}

/// A refused change.
#[derive(Debug)]
pub struct WriteFault {
    /// The status to answer with.
    pub status: StatusCode,
    /// Two or three words.
    pub word: String,
    /// Sentences.
    pub text: String,
    /// Which field of the API's shape (such as `recurrence.onDays`), and what is wrong with it.
    pub fields: Vec<(String, String)>,
    /// What kind.
    pub kind: WriteKind,
    /// The confirmed denial.
    pub denial: Option<Box<Denial>>,
}

/// Says why a change was refused.
pub fn fault(visit: &Visit, error: ConfigError) -> WriteFault {
    let t = visit.say(&WORDS);
    if let Some(MayNot(text)) = MayNot::of(&error) {
        let (status, word) = (StatusCode::FORBIDDEN, t.get("ui-forbidden"));
        let (fields, kind) = (Vec::new(), WriteKind::Forbidden);
        return WriteFault { status, word, text, fields, kind, denial: None };
    }
    let text = reason::change(t, &error);
    let (status, kind, word) = match &error {
        ConfigError::Invalid(_) => {
            (StatusCode::UNPROCESSABLE_ENTITY, WriteKind::Invalid, "ui-invalid")
        }
        ConfigError::Changed { .. } => (StatusCode::CONFLICT, WriteKind::Changed, "ui-changed"),
        ConfigError::Denied(_) => (StatusCode::CONFLICT, WriteKind::Denied, "ui-denied"),
        ConfigError::Unconfirmed(_) => {
            (StatusCode::SERVICE_UNAVAILABLE, WriteKind::Unconfirmed, "ui-unconfirmed")
        }
        ConfigError::NeedsApproval(_) => {
            (StatusCode::CONFLICT, WriteKind::NeedsApproval, "ui-approval")
        }
        ConfigError::Unknown(_) => (StatusCode::NOT_FOUND, WriteKind::Unavailable, "ui-missing"),
        ConfigError::Damaged(_) | ConfigError::WentBack { .. } | ConfigError::Store(_) => {
            tracing::warn!(%error, "a page's change of configuration failed");
            (StatusCode::SERVICE_UNAVAILABLE, WriteKind::Unavailable, "ui-unavailable")
        }
    };
    let word = t.get(word);
    match error {
        ConfigError::Invalid(faults) => {
            let fields = faults.0.into_iter().map(|fault| (fault.field, fault.message)).collect();
            WriteFault { status, word, text, fields, kind, denial: None }
        }
        ConfigError::Denied(denial) => {
            WriteFault { status, word, text, fields: Vec::new(), kind, denial: Some(denial) }
        }
        _ => WriteFault { status, word, text, fields: Vec::new(), kind, denial: None },
    }
}
