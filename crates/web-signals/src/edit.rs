//! What the forms of these pages share: the revision a page was made of, changes under it, refusals by
//! field, and texts that came from outside made inert.

use firebell_config::{Change, Committed, ConfigError, Expect, Faults as Wrong, Intent};
use firebell_domain::directory::{Directory, Kind, Revision};
use firebell_domain::name::{Name, is_invisible};
use firebell_ui::part::{Faults, Notice};
use firebell_ui::write::{self, WriteFault};
use firebell_ui::{Say, Visit};

/// The revision that changed an entity last, as a form sends it back.
pub(crate) fn revision_text(directory: &Directory, kind: Kind, id: [u8; 16]) -> String {
    directory.entity_revision(kind, id).map(|found| found.to_string()).unwrap_or_default()
}

/// The revision in a form; none if it is not one.
pub(crate) fn revision(text: &str) -> Option<Revision> {
    let (epoch, n) = text.split_once('.')?;
    Some(Revision { epoch: epoch.parse().ok()?, n: n.parse().ok()? })
}

/// An intent of the visitor; with `seen`, only if the entity is still as it was then.
pub(crate) fn intent(visit: &Visit, reason: &str, seen: Option<(Kind, [u8; 16], &str)>) -> Intent {
    let mut intent = Intent::from(&visit.author(reason));
    if let Some((kind, id, text)) = seen {
        // Without a revision it must at least be there.
        intent.expects.push(Expect { kind, id, revision: revision(text) });
    }
    intent
}

/// Changes the visitor's instance.
pub(crate) async fn change(
    visit: &Visit,
    intent: Intent,
    decide: impl Fn(&Directory) -> Result<Vec<Change>, Wrong> + Send + Sync + 'static,
) -> Result<Committed, ConfigError> {
    visit.ui.authority.change(visit.claims.instance, intent, visit.now, decide).await
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
            None => faults.add("", format!("{field} {message}")),
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
