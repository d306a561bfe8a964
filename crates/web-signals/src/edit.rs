//! What the forms of these pages share: the revision a page was made of, changes under it, refusals by
//! field, and texts that came from outside made inert.

use std::time::Duration;

use axum::http::StatusCode;
use firebell_access::{Permission, Scope, allows};
use firebell_config::{Change, Committed, ConfigError, Expect, Faults as Wrong, Intent};
use firebell_domain::directory::{Directory, Kind, Revision};
use firebell_domain::name::{Name, is_invisible};
use firebell_ui::part::{Difference, Faults, Notice};
use firebell_ui::write::{self, WriteFault};
use firebell_ui::{Form, MayNot, Refusal, Say, Visit};

use crate::words::WORDS;

/// How long the newest configuration is waited for, to show it to a second editor.
const PATIENCE: Duration = Duration::from_secs(2);

/// The revision that changed an entity last, as a form sends it back.
pub(crate) fn revision_text(directory: &Directory, kind: Kind, id: [u8; 16]) -> String {
    directory.entity_revision(kind, id).map(|found| found.to_string()).unwrap_or_default()
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
    let Ok(at) = form.text("rev").parse::<Revision>() else {
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
    let asker = visit.asker();
    let allowed = move |directory: &Directory| {
        let who = asker.principal(directory)?;
        allows(&who, permission, &Scope::Instance).map_err(MayNot::from)?;
        decide(directory)
    };
    visit.ui.authority.change(visit.claims.instance, intent, visit.now, allowed).await
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
    let fault = write::fault(visit, error);
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
}
