//! "If this event arrived at T, who would be told what, on which device, when, and why not the others": the
//! very functions of the pipeline, run over a directory without a database, followed until nobody answers.

use std::collections::BTreeSet;
use std::fmt;

use firebell_base::{Id, Random, Timestamp};
use firebell_domain::alert::{Alert, State};
use firebell_domain::device::DeviceId;
use firebell_domain::directory::Directory;
use firebell_domain::escalation::Walk;
use firebell_domain::event::{Draft, EventAction};
use firebell_domain::form::Form;
use firebell_domain::integration::Integration;
use firebell_domain::notification::{Notification, Path};
use firebell_domain::person::PersonId;
use firebell_domain::shift::EscalationType;
use firebell_domain::suppression::Rule;
use firebell_domain::timeline::{Correlation, Entry, Step, Why};

use crate::correlate;
use crate::escalate::{self, Setting};
use crate::limits::EXPLAIN_TURNS_MAX;
use crate::moment::Moment;
use crate::route::{self, Planned, ShiftCounts};
use crate::words;

/// The answer for one event.
#[derive(Debug, Clone)]
pub struct Explanation {
    /// What would happen to the event.
    pub outcome: Foreseen,
    /// The rule that would hide it.
    pub rule: Option<Rule>,
    /// Who would be told, in order of time.
    pub told: Vec<ToldThen>,
    /// Everything that would be decided, in order of time, as the timeline would say it.
    pub entries: Vec<Entry>,
    /// Whether the walk was cut off after [`EXPLAIN_TURNS_MAX`] turns.
    pub cut_off: bool,
}

/// Somebody who would be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToldThen {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub person: PersonId,
    /// On which device.
    pub device: DeviceId,
    /// Why.
    pub why: Why,
}

/// What would happen to an event. Told in English by its `Display`, in other languages by pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Foreseen {
    /// It would be refused: the integration has no form.
    Refused,
    /// It would be taken for the open alert under its dedup key, if there is one.
    Forwarded(EventAction),
    /// A silence with this comment would hide it.
    Silenced(String),
    /// The maintenance window of this name would hide it.
    InWindow(String),
    /// An alert would be opened, and so many people told if nobody answered.
    Opened(usize),
}

impl fmt::Display for Foreseen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused => f.write_str("The integration has no form: the event would be refused"),
            Self::Forwarded(action) => write!(
                f,
                "The event would {} the open alert under its dedup key, if there is one; nobody is told",
                action.word()
            ),
            Self::Silenced(comment) => write!(f, "A silence would hide the event: {comment}"),
            Self::InWindow(name) => {
                write!(f, "The maintenance window {name} would hide the event")
            }
            Self::Opened(0) => f.write_str("An alert would be opened, and nobody could be told"),
            Self::Opened(people) => {
                let word = if *people == 1 { "person" } else { "people" };
                write!(
                    f,
                    "An alert would be opened; {people} {word} would be told if nobody answered"
                )
            }
        }
    }
}

/// Explains one event at one instant. `counts`: how many alerts reached shifts with alert-driven rotation.
pub fn explain(
    directory: &Directory,
    integration: &Integration,
    draft: &Draft,
    at: Timestamp,
    counts: &ShiftCounts,
) -> Explanation {
    let mut explanation = Explanation {
        outcome: Foreseen::Refused,
        rule: None,
        told: Vec::new(),
        entries: Vec::new(),
        cut_off: false,
    };
    let Some(form) = directory.form(integration.form) else {
        return explanation;
    };
    if draft.action != EventAction::Trigger {
        explanation.outcome = Foreseen::Forwarded(draft.action);
        return explanation;
    }
    explanation.rule = correlate::hidden_by(directory, integration.id, draft, at);
    if let Some(rule) = explanation.rule {
        explanation.outcome = hidden(directory, rule);
        return explanation;
    }
    // Ids of what does not exist need no randomness worth the name.
    let random = Random::seeded(0);
    let moment = Moment { directory, now: at, random: &random };
    let case = Case { form, integration, draft, counts };
    case.follow(moment, &mut explanation);
    let people: BTreeSet<PersonId> = explanation.told.iter().map(|t| t.person).collect();
    explanation.outcome = Foreseen::Opened(people.len());
    explanation
}

fn hidden(directory: &Directory, rule: Rule) -> Foreseen {
    match rule {
        Rule::Silence(id) => {
            let comment = directory.silence(id).map(|s| s.comment.clone());
            Foreseen::Silenced(comment.unwrap_or_default())
        }
        Rule::Window(id) => {
            let name = directory.window(id).map(|w| w.name.to_string());
            Foreseen::InWindow(name.unwrap_or_default())
        }
    }
}

/// The event in question.
struct Case<'a> {
    form: &'a Form,
    integration: &'a Integration,
    draft: &'a Draft,
    counts: &'a ShiftCounts,
}

impl Case<'_> {
    /// Routes the imagined alert and takes every turn that would follow.
    fn follow(&self, moment: Moment<'_>, explanation: &mut Explanation) {
        let Case { form, integration, draft, counts } = *self;
        let Moment { directory, now: at, random } = moment;
        let alert = imagined(integration, form, draft, at, random);
        let mut planned = route::plan(moment, &alert, draft, form, counts);
        let entries = planned.take_entries(directory, at);
        let Planned { routed, decided, mut told, .. } = planned;
        explanation.entries.extend(entries);
        explanation.add(directory, &decided.notifications);
        let mut walks: Vec<Walk> = routed.walks;
        let so_far = |shift| counts.get(&shift).copied().unwrap_or(0);
        for turns in 0.. {
            let next = earliest(&walks).filter(|(_, due)| *due < alert.expires);
            let Some((place, due)) = next else { break };
            if turns >= EXPLAIN_TURNS_MAX {
                explanation.cut_off = true;
                break;
            }
            let running = walks.iter().filter(|w| w.due.is_some()).map(|w| w.group).collect();
            let moment = Moment { now: due, ..moment };
            let setting = Setting { moment, alert: &alert, running };
            let Some(walk) = walks.get_mut(place) else {
                break;
            };
            let mut taken = escalate::take(setting, walk, &mut told, &so_far);
            explanation.entries.append(&mut taken.decided.entries);
            explanation.add(directory, &taken.decided.notifications);
            walks.append(&mut taken.started);
        }
        let end = Entry::new(alert.expires, Step::Correlate, Correlation::WouldRunOut);
        explanation.entries.push(end);
        explanation.told.sort_by_key(|told| told.at);
    }
}

/// Why somebody is or was told who was reached by this way, with names as they are now.
pub fn why(directory: &Directory, path: &Path) -> Why {
    words::why(directory, path, EscalationType::None)
}

impl Explanation {
    fn add(&mut self, directory: &Directory, notifications: &[Notification]) {
        self.told.extend(notifications.iter().map(|n| ToldThen {
            at: n.due,
            person: n.person,
            device: n.device,
            why: why(directory, &n.path),
        }));
    }
}

fn earliest(walks: &[Walk]) -> Option<(usize, Timestamp)> {
    let due = walks.iter().enumerate().filter_map(|(place, walk)| Some((place, walk.due?)));
    due.min_by_key(|(_, due)| *due)
}

fn imagined(
    integration: &Integration,
    form: &Form,
    draft: &Draft,
    at: Timestamp,
    random: &Random,
) -> Alert {
    let minutes = draft.expiration_minutes.unwrap_or(form.expiration_minutes);
    Alert {
        id: Id::new(random, at),
        number: 0,
        integration: integration.id,
        form: form.id,
        request: Id::new(random, at),
        dedup_key: draft.dedup_key.clone(),
        state: State::Open,
        priority: draft.priority.unwrap_or(form.priority),
        count: 1,
        summary: draft.summary.clone(),
        properties: draft.properties.clone(),
        owner: None,
        created: at,
        updated: at,
        acknowledged: None,
        closed: None,
        expires: firebell_base::time::add_minutes(at, i64::from(minutes)),
    }
}
