//! What the forms of these pages share: the revision a page was made of, changes under it, refusals by
//! field, and texts that came from outside made inert.
//!
//! Whoever changes something is asked for their permission twice: before, for a page that says why not,
//! and by [`change`] in the transaction, of the newest configuration. What was taken away from them
//! meanwhile does not count any more.

use std::time::Duration;

use axum::http::StatusCode;
use firebell_access::{Permission, Principal, Scope, allows};
use firebell_config::{Change, Committed, ConfigError, Expect, Faults as Wrong, Intent};
use firebell_domain::directory::{Directory, Kind, Revision};
use firebell_domain::name::{Name, is_invisible};
use firebell_ui::part::{Difference, Faults, Notice};
use firebell_ui::write::{self, WriteFault};
use firebell_ui::{Form, Refusal, Say, Visit};

use crate::words::WORDS;

/// How a decision says that its author may not make it.
const FORBIDDEN: &str = "validation.common.forbidden";
/// How long the newest configuration is waited for, to show it to a second editor.
const PATIENCE: Duration = Duration::from_secs(2);

/// The revision that changed an entity last, as a form sends it back.
pub(crate) fn revision_text(directory: &Directory, kind: Kind, id: [u8; 16]) -> String {
    directory.entity_revision(kind, id).map(|found| found.to_string()).unwrap_or_default()
}

/// The revision in a form; none if it is not one.
pub(crate) fn revision(text: &str) -> Option<Revision> {
    let (epoch, n) = text.split_once('.')?;
    Some(Revision { epoch: epoch.parse().ok()?, n: n.parse().ok()? })
}

/// What whoever filled in this form saw of an entity: its change depends on that. `path` is the way from
/// the root to where the form is.
///
/// # Errors
/// 422: without a revision nobody knows what they saw, and what others did meanwhile would be lost.
pub(crate) fn seen(
    visit: &Visit,
    form: &Form,
    (kind, id): (Kind, [u8; 16]),
    path: &str,
) -> Result<Expect, Refusal> {
    let Some(at) = revision(form.text("rev")) else {
        let t = visit.say(&WORDS);
        let notice = Notice::wrong(t.get("signals-not-saved"), t.get("signals-no-revision"));
        let notice = notice.link(t.get("signals-open-again"), visit.href(path));
        return Err(visit.notice(StatusCode::UNPROCESSABLE_ENTITY, notice));
    };
    Ok(Expect { kind, id, revision: Some(at) })
}

/// An intent of the visitor; with `seen`, only if the entity is still as it was then.
pub(crate) fn intent(visit: &Visit, reason: &str, seen: Option<Expect>) -> Intent {
    let expects = seen.into_iter().collect();
    Intent { expects, ..Intent::from(&visit.author(reason)) }
}

/// Changes the visitor's instance, if they still may in the newest configuration.
pub(crate) async fn change(
    visit: &Visit,
    permission: Permission,
    intent: Intent,
    decide: impl Fn(&Directory) -> Result<Vec<Change>, Wrong> + Send + Sync + 'static,
) -> Result<Committed, ConfigError> {
    let (person, via, t) = (visit.principal.person, visit.principal.via, visit.say(&WORDS));
    let allowed = move |directory: &Directory| {
        let principal = Principal::of(directory, person, via);
        let may = principal.map_or_else(
            || Err(t.get("signals-forbidden-inactive")),
            |one| allows(&one, permission, &Scope::Instance).map_err(|error| error.message),
        );
        may.map_err(|message| Wrong::one("", message, FORBIDDEN))?;
        decide(directory)
    };
    visit.ui.authority.change(visit.claims.instance, intent, visit.now, allowed).await
}

/// Why the author may not, if that is what is wrong.
fn forbidden(error: &ConfigError) -> Option<String> {
    let ConfigError::Invalid(wrong) = error else { return None };
    let found = wrong.0.iter().find(|fault| fault.subcode == FORBIDDEN);
    found.map(|fault| fault.message.clone())
}

/// The page of a refused change that has no form to go back to.
pub(crate) fn refused(visit: &Visit, error: ConfigError) -> Refusal {
    let (fault, notice) = blame(visit, error, &mut Faults::new(visit.say(&WORDS)), |_| None);
    visit.notice(fault.status, notice)
}

/// The visitor with the newest configuration there is, for what a second editor is shown. Another process
/// may have changed it, and this one may not know yet.
pub(crate) async fn newest(visit: &Visit) -> Visit {
    let snapshots = &visit.ui.snapshots;
    let refreshed = tokio::time::timeout(PATIENCE, snapshots.refresh(&visit.ui.db)).await;
    if let Ok(Err(error)) = refreshed {
        tracing::warn!(%error, "the newest configuration could not be read");
    }
    let mut newest = visit.clone();
    if let Some(directory) = snapshots.instance(visit.claims.instance) {
        newest.directory = directory;
    }
    newest
}

/// A row of what a second editor is shown.
pub(crate) fn difference(field: String, theirs: &str, yours: &str) -> Difference {
    Difference { field, was: None, theirs: theirs.to_owned(), yours: yours.trim().to_owned() }
}

/// Puts what was refused where it belongs: to the fields that `named` knows, or above the form.
pub(crate) fn blame(
    visit: &Visit,
    error: ConfigError,
    faults: &mut Faults,
    named: impl Fn(&str) -> Option<&'static str>,
) -> (WriteFault, Notice) {
    let why_not = forbidden(&error);
    let mut fault = write::fault(visit, error);
    if let Some(why) = why_not {
        fault.status = StatusCode::FORBIDDEN;
        let notice = Notice::wrong(visit.say(&WORDS).get("signals-forbidden"), why);
        return (fault, notice);
    }
    for (field, message) in &fault.fields {
        match named(field) {
            Some(name) => faults.add(name, message.clone()),
            None => faults.add("", format!("{field} {message}").trim().to_owned()),
        }
    }
    let notice = Notice::wrong(fault.word.clone(), fault.text.clone());
    (fault, notice)
}

/// Reads a name; what is wrong is a fault of that field.
pub(crate) fn name(faults: &mut Faults, t: Say, field: &str, text: &str) -> Option<Name> {
    match Name::parse(text) {
        Ok(name) => Some(name),
        Err(error) => {
            faults.add(field, t.a("signals-name-fault", &[("fault", &error.to_string())]));
            None
        }
    }
}

/// A text from outside as it may be shown: what is invisible or changes directions is spelled out.
pub(crate) fn inert(text: &str, chars_max: usize) -> String {
    let mut out = String::with_capacity(text.len().min(chars_max));
    for c in text.chars().take(chars_max) {
        if is_invisible(c) && c != '\n' && c != '\t' {
            out.extend([r"\u{", &*hex(c, 1), "}"]);
        } else {
            out.push(c);
        }
    }
    if text.chars().nth(chars_max).is_some() {
        out.push('…');
    }
    out
}

fn hex(c: char, digits: usize) -> String {
    format!("{:0digits$x}", u32::from(c))
}

/// A text inside of a JSON text.
pub(crate) fn json_text(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            c if c.is_control() => out.extend([r"\u", &*hex(c, 4)]),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_texts_are_inert_and_bounded() {
        assert_eq!(inert("a\u{202e}b\n\tc\0", 100), "a\\u{202e}b\n\tc\\u{0}");
        assert_eq!(inert("ææææ", 3), "æææ…");
        assert_eq!(json_text("a\"\\\n€"), "\"a\\\"\\\\\\u000a€\"");
    }

    #[test]
    fn revisions_are_read_back() {
        let at = Revision { epoch: 7, n: 1041 };
        assert_eq!(revision(&at.to_string()), Some(at));
        for bad in ["", "7", "7.x", "a.1", "7.1.2"] {
            assert_eq!(revision(bad), None, "{bad}");
        }
    }
}
