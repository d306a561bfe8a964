//! The timeline of an alert as its page shows it: lines with the clock and in the language of the reader, and who
//! was not told. What it shows of a line is decided by what happened, never by a sentence.

use firebell_base::Timestamp;
use firebell_domain::timeline::{Correlation, Entry, Routing, Sending, Step, What};
use firebell_ui::Visit;
use firebell_ui::told::{self, Told};

/// A line of the timeline.
pub(crate) struct Line {
    pub(crate) day: Option<String>,
    pub(crate) clock: String,
    pub(crate) machine: String,
    pub(crate) told: Told,
    pub(crate) class: &'static str,
}

/// Who was not told, and why not; each reason once.
pub(crate) fn not_told(visit: &Visit, entries: &[Entry]) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for text in entries.iter().filter_map(|entry| told::not_told(visit.lang, &entry.what)) {
        if !all.contains(&text) {
            all.push(text);
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
            told: told::told(visit.lang, &entry.what),
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

/// Good news, bad news, or news.
fn class(entry: &Entry) -> &'static str {
    match &entry.what {
        // Of a sentence from elsewhere only the step is known.
        What::Said(_) if entry.step == Step::Respond => "ok",
        What::Answering(_)
        | What::Sending(Sending::Delivered { .. })
        | What::Correlation(Correlation::Acknowledged { .. } | Correlation::Resolved { .. }) => {
            "ok"
        }
        What::Sending(Sending::Retrying { .. } | Sending::Failed { .. })
        | What::Routing(
            Routing::Nobody | Routing::NobodyOnCall { .. } | Routing::Supervisor { .. },
        ) => "high",
        What::Said(_)
        | What::Correlation(_)
        | What::Routing(_)
        | What::Escalating(_)
        | What::Telling(_)
        | What::Sending(Sending::Template { .. } | Sending::WebhookTemplate { .. }) => "",
    }
}
