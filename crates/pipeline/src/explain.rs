//! "If this event arrived at T, who would be told what, on which device, when, and why not the others": the
//! very functions of the pipeline, run over a directory without a database, followed until nobody answers.

use std::collections::BTreeSet;

use firebell_base::{Id, Random, Timestamp};
use firebell_domain::alert::{Alert, State};
use firebell_domain::device::DeviceId;
use firebell_domain::directory::Directory;
use firebell_domain::escalation::Walk;
use firebell_domain::event::{Draft, EventAction};
use firebell_domain::form::Form;
use firebell_domain::integration::Integration;
use firebell_domain::notification::Notification;
use firebell_domain::person::PersonId;
use firebell_domain::shift::EscalationType;
use firebell_domain::suppression::Rule;
use firebell_domain::timeline::{Entry, Step};

use crate::correlate;
use crate::escalate::{self, Setting};
use crate::limits::EXPLAIN_TURNS_MAX;
use crate::moment::Moment;
use crate::route::{self, Planned, ShiftCounts};
use crate::words;

/// The answer for one event.
#[derive(Debug, Clone)]
pub struct Explanation {
    /// What would happen to the event, in one sentence.
    pub outcome: String,
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
    pub why: String,
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
        outcome: String::new(),
        rule: None,
        told: Vec::new(),
        entries: Vec::new(),
        cut_off: false,
    };
    let Some(form) = directory.form(integration.form) else {
        "The integration has no form: the event would be refused"
            .clone_into(&mut explanation.outcome);
        return explanation;
    };
    if draft.action != EventAction::Trigger {
        explanation.outcome = format!(
            "The event would {} the open alert under its dedup key, if there is one; nobody is told",
            draft.action.word()
        );
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
    explanation.outcome = if explanation.told.is_empty() {
        "An alert would be opened, and nobody could be told".to_owned()
    } else {
        let people: BTreeSet<PersonId> = explanation.told.iter().map(|t| t.person).collect();
        let people = words::count(people.len(), "person", "people");
        format!("An alert would be opened; {people} would be told if nobody answered")
    };
    explanation
}

fn hidden(directory: &Directory, rule: Rule) -> String {
    match rule {
        Rule::Silence(id) => {
            let comment = directory.silence(id).map(|s| s.comment.clone()).unwrap_or_default();
            format!("A silence would hide the event: {comment}")
        }
        Rule::Window(id) => {
            let name = directory.window(id).map(|w| w.name.to_string()).unwrap_or_default();
            format!("The maintenance window {name} would hide the event")
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
        let planned = route::plan(moment, &alert, draft, form, counts);
        let entries = planned.entries(directory, at);
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
        let text = "The alert would end here if nobody had answered";
        explanation.entries.push(Entry::new(alert.expires, Step::Correlate, text));
        explanation.told.sort_by_key(|told| told.at);
    }
}

impl Explanation {
    fn add(&mut self, directory: &Directory, notifications: &[Notification]) {
        self.told.extend(notifications.iter().map(|n| ToldThen {
            at: n.due,
            person: n.person,
            device: n.device,
            why: words::why(directory, &n.path, EscalationType::None),
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
