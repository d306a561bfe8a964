//! The timeline of an alert as its page shows it: lines with the clock of the reader, and who was not told. What a
//! line says was written when it happened, in English.

use firebell_base::Timestamp;
use firebell_domain::timeline::{Entry, Step};
use firebell_ui::Visit;

/// A line of the timeline.
pub(crate) struct Line {
    pub(crate) day: Option<String>,
    pub(crate) clock: String,
    pub(crate) machine: String,
    pub(crate) text: String,
    pub(crate) class: &'static str,
}

/// Who was not told, in the words of the timeline.
pub(crate) fn not_told(entries: &[Entry]) -> Vec<String> {
    let about = |entry: &&Entry| match entry.step {
        Step::Route | Step::Notify | Step::Escalate => {
            entry.text.starts_with("Not told") || entry.text.starts_with("Place ")
        }
        Step::Intake | Step::Correlate | Step::Deliver | Step::Respond => false,
    };
    let mut all: Vec<String> = Vec::new();
    for entry in entries.iter().filter(about) {
        let text = entry.text.strip_prefix("Not told: ").unwrap_or(&entry.text);
        if !all.iter().any(|known| known == text) {
            all.push(text.to_owned());
        }
    }
    all
}

/// The lines, oldest first; the first of a day says which.
pub(crate) fn lines(visit: &Visit, entries: &[Entry]) -> Vec<Line> {
    let zone = &visit.person.zone;
    let mut day = None;
    let line = |entry: &Entry| {
        let local = zone.local(entry.at);
        let fresh = day.replace(local.date()) != Some(local.date());
        Line {
            day: fresh.then(|| day_of(visit, entry.at)),
            clock: local.strftime("%H:%M:%S").to_string(),
            machine: entry.at.to_string(),
            text: entry.text.clone(),
            class: class(entry),
        }
    };
    entries.iter().map(line).collect()
}

/// "Sun 22 Nov (CET)".
fn day_of(visit: &Visit, at: Timestamp) -> String {
    let clock = visit.when(at).clock;
    let (time, day) = clock.split_once(", ").unwrap_or(("", clock.as_str()));
    let zone = time.split_once(' ').map_or("", |(_, zone)| zone);
    format!("{day} ({zone})")
}

fn class(entry: &Entry) -> &'static str {
    let text = &entry.text;
    let bad = ["could not be", "not delivered", "Nobody", "nobody is on call"];
    match entry.step {
        Step::Respond => "ok",
        Step::Deliver if text.contains(": delivered.") => "ok",
        Step::Deliver | Step::Route if bad.iter().any(|part| text.contains(part)) => "high",
        Step::Correlate if text.starts_with("Resolved") || text.starts_with("Acknowledged") => "ok",
        Step::Intake
        | Step::Correlate
        | Step::Route
        | Step::Escalate
        | Step::Notify
        | Step::Deliver => "",
    }
}
