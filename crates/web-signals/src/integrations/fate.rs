//! What became of an event, in a badge and a sentence with a link.

use std::collections::BTreeMap;

use firebell_domain::alert::{Alert, AlertId};
use firebell_domain::event::Fate;
use firebell_domain::suppression::Rule;
use firebell_store::events::EventRecord;
use firebell_store::{Error, ReadTx, alerts};
use firebell_ui::part::Badge;
use firebell_ui::{Say, Shape, Visit};

use crate::edit::inert;
use crate::words::WORDS;

/// Characters of a rule's reason that are shown.
const REASON_CHARS_MAX: usize = 120;

/// What became of an event.
pub(crate) struct Told {
    /// The word.
    pub(crate) badge: Badge,
    /// Where it is told: the alert, or the rule that hid it.
    pub(crate) link: Option<(String, String)>,
    /// What else there is to say.
    pub(crate) note: String,
}

/// The word for a fate.
pub(crate) fn badge(t: Say, fate: Fate) -> Badge {
    let (class, shape, key) = match fate {
        Fate::Opened => ("waits", Shape::Bell, "signals-fate-opened"),
        Fate::Folded => ("muted", Shape::Plus, "signals-fate-folded"),
        Fate::Acknowledged => ("waits", Shape::Ring, "signals-fate-acknowledged"),
        Fate::Closed => ("ok", Shape::Check, "signals-fate-closed"),
        Fate::Suppressed => ("medium", Shape::Mute, "signals-fate-suppressed"),
        Fate::Unmatched => ("muted", Shape::Info, "signals-fate-unmatched"),
        Fate::Refused => ("high", Shape::Slash, "signals-fate-refused"),
    };
    Badge::new(class, shape, t.get(key))
}

/// The alerts events came to, in one question.
pub(crate) fn alerts_of(
    tx: &mut ReadTx<'_>,
    no: firebell_domain::instance::InstanceNo,
    events: &[EventRecord],
) -> Result<BTreeMap<AlertId, Alert>, Error> {
    let mut ids: Vec<AlertId> = events.iter().filter_map(|event| event.alert).collect();
    ids.sort_unstable();
    ids.dedup();
    let found = alerts::by_ids(tx, no, &ids)?;
    Ok(found.into_iter().map(|alert| (alert.id, alert)).collect())
}

/// Everything there is to say.
pub(crate) fn told(visit: &Visit, event: &EventRecord, alerts: &BTreeMap<AlertId, Alert>) -> Told {
    let t = visit.say(&WORDS);
    let alert = event.alert.map(|id| {
        let number = alerts.get(&id).map(|alert| alert.number.to_string());
        let label = t.a("signals-alert-number", &[("number", &number.unwrap_or_default())]);
        (label, visit.href(&format!("alerts/{id}")))
    });
    let (link, note) = match (event.fate, event.rule) {
        (Fate::Suppressed, Some(rule)) => by_rule(visit, t, rule),
        (Fate::Unmatched, _) => (None, t.get("signals-note-unmatched")),
        (Fate::Refused, _) => (None, t.get("signals-note-refused")),
        _ => (alert, String::new()),
    };
    Told { badge: badge(t, event.fate), link, note }
}

/// A link's label and href, if there is one, and a note.
type Linked = (Option<(String, String)>, String);

fn by_rule(visit: &Visit, t: Say, rule: Rule) -> Linked {
    match rule {
        Rule::Silence(id) => match visit.directory.silence(id) {
            Some(silence) => {
                let reason = inert(&silence.comment, REASON_CHARS_MAX);
                let link = (t.get("signals-silence-by"), visit.href(&format!("silences/{id}")));
                (Some(link), reason)
            }
            None => (None, t.get("signals-silence-gone")),
        },
        Rule::Window(id) => match visit.directory.window(id) {
            Some(window) => {
                let name = t.a("signals-window-named", &[("name", window.name.as_str())]);
                (Some((name, visit.href(&format!("windows/{id}")))), String::new())
            }
            None => (None, t.get("signals-window-gone")),
        },
    }
}
