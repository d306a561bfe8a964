//! A form as it was entered, and what that means.

use firebell_base::limit::{DESCRIPTION_CHARS_MAX, NAME_CHARS_MAX};
use firebell_domain::alert::Priority;
use firebell_domain::directory::Directory;
use firebell_domain::form::{
    Action, Contribution, EXPIRATION_MINUTES_DEFAULT, EXPIRATION_MINUTES_MAX, Form, FormId,
    OPTIONS_MAX, ResponseOption, Templates, default_options,
};
use firebell_ui::part::{Choice, Faults, Field};
use firebell_ui::{Form as Posted, Say};

use super::recipients;
use crate::edit;

/// A possible answer as it was entered.
#[derive(Debug, Clone, Default)]
pub(crate) struct Answer {
    pub(crate) number: String,
    pub(crate) text: String,
    pub(crate) description: String,
    pub(crate) action: String,
    pub(crate) contribution: String,
    pub(crate) comments: bool,
}

/// What was entered, as it was entered.
#[derive(Debug, Clone, Default)]
pub(crate) struct Entered {
    pub(crate) name: String,
    pub(crate) recipients: String,
    pub(crate) priority: String,
    pub(crate) minutes: String,
    pub(crate) devices: bool,
    pub(crate) shifts: bool,
    pub(crate) subject: String,
    pub(crate) text: String,
    pub(crate) json: String,
    pub(crate) answers: Vec<Answer>,
}

impl Entered {
    /// A form that is not there yet.
    pub(crate) fn new() -> Self {
        Self {
            priority: Priority::Medium.word().to_owned(),
            minutes: EXPIRATION_MINUTES_DEFAULT.to_string(),
            answers: answers(&default_options()),
            ..Self::default()
        }
    }

    /// A form that is there.
    pub(crate) fn from(directory: &Directory, form: &Form) -> Self {
        let text = |template: &Option<String>| template.clone().unwrap_or_default();
        Self {
            name: form.name.to_string(),
            recipients: recipients::lines(directory, &form.recipients),
            priority: form.priority.word().to_owned(),
            minutes: form.expiration_minutes.to_string(),
            devices: form.override_device_restrictions,
            shifts: form.escalation_override,
            subject: text(&form.templates.email_subject),
            text: text(&form.templates.email_text),
            json: text(&form.templates.webhook_json),
            answers: answers(&form.options),
        }
    }

    /// What a form brings.
    pub(crate) fn of(form: &Posted) -> Self {
        let mut rows = Vec::new();
        for n in 1..=OPTIONS_MAX {
            let of = |what: &str| form.text(&format!("answer-{n}-{what}")).to_owned();
            rows.push(Answer {
                number: n.to_string(),
                text: of("text"),
                description: of("description"),
                action: of("action"),
                contribution: of("contribution"),
                comments: form.has(&format!("answer-{n}-comments")),
            });
        }
        Self {
            name: form.text("name").to_owned(),
            recipients: form.raw("recipients").to_owned(),
            priority: form.text("priority").to_owned(),
            minutes: form.text("minutes").to_owned(),
            devices: form.has("devices"),
            shifts: form.has("shifts"),
            subject: form.raw("subject").to_owned(),
            text: form.raw("text").to_owned(),
            json: form.raw("json").to_owned(),
            answers: rows,
        }
    }

    /// What it means.
    pub(crate) fn read(
        &self,
        directory: &Directory,
        t: Say,
        id: FormId,
        faults: &mut Faults,
    ) -> Option<Form> {
        let name = edit::name(faults, t, "name", &self.name);
        let to = recipients::read(directory, t, &self.recipients, "recipients", faults);
        let priority = Priority::from_word(&self.priority);
        if priority.is_none() {
            faults.add("priority", t.get("signals-priority-fault"));
        }
        let minutes: Option<u32> = self.minutes.parse().ok();
        let minutes = minutes.filter(|n| (1..=EXPIRATION_MINUTES_MAX).contains(n));
        if minutes.is_none() {
            let most = i64::from(EXPIRATION_MINUTES_MAX);
            faults.add("minutes", t.n("signals-minutes-fault", most));
        }
        let options = self.options(t, faults);
        let template = |text: &String| (!text.trim().is_empty()).then(|| text.clone());
        Some(Form {
            id,
            name: name?,
            recipients: to?,
            priority: priority?,
            options: options?,
            templates: Templates {
                email_subject: template(&self.subject),
                email_text: template(&self.text),
                webhook_json: template(&self.json),
            },
            expiration_minutes: minutes?,
            override_device_restrictions: self.devices,
            escalation_override: self.shifts,
        })
    }

    fn options(&self, t: Say, faults: &mut Faults) -> Option<Vec<ResponseOption>> {
        let mut options = Vec::new();
        let mut is_good = true;
        for answer in self.answers.iter().filter(|answer| !answer.text.is_empty()) {
            let field = format!("answer-{}-text", answer.number);
            let action = Action::from_word(&answer.action);
            let contribution = Contribution::from_word(&answer.contribution);
            let number = answer.number.parse::<u8>().ok();
            let (Some(number), Some(action), Some(contribution)) = (number, action, contribution)
            else {
                faults.add(field, t.get("signals-answer-fault"));
                is_good = false;
                continue;
            };
            options.push(ResponseOption {
                number,
                text: answer.text.clone(),
                description: answer.description.clone(),
                action,
                contribution,
                allow_comments: answer.comments,
            });
        }
        is_good.then_some(options)
    }

    /// The fields for everything but the answers.
    pub(crate) fn fields(&self, t: Say, faults: &Faults) -> Vec<Field> {
        let priorities = Priority::ALL.iter().rev().map(|one| {
            let key = match one {
                Priority::High => "signals-priority-high",
                Priority::Medium => "signals-priority-medium",
                Priority::Low => "signals-priority-low",
            };
            Choice::new(one.word(), t.get(key), one.word() == self.priority)
        });
        vec![
            Field::text("name", t.get("signals-name"))
                .value(&self.name)
                .required()
                .max(NAME_CHARS_MAX)
                .error(faults.of("name")),
            Field::area("recipients", t.get("signals-form-recipients"))
                .value(&self.recipients)
                .hint(t.get("signals-recipients-hint"))
                .error(faults.of("recipients")),
            Field::one("priority", t.get("signals-form-priority"), priorities.collect())
                .error(faults.of("priority")),
            Field::number("minutes", t.get("signals-form-minutes"))
                .value(&self.minutes)
                .inputmode("numeric")
                .required()
                .error(faults.of("minutes")),
            Field::check("devices", t.get("signals-form-devices"), self.devices),
            Field::check("shifts", t.get("signals-form-shifts"), self.shifts),
        ]
    }

    /// The fields for messages.
    pub(crate) fn templates(&self, t: Say, faults: &Faults) -> Vec<Field> {
        let area = |name: &str, key: &str, value: &String| {
            Field::area(name, t.get(key)).value(value).mono().error(faults.of(name))
        };
        vec![
            Field::text("subject", t.get("signals-form-subject"))
                .value(&self.subject)
                .mono()
                .placeholder("{{ summary }}")
                .error(faults.of("subject")),
            area("text", "signals-form-text", &self.text),
            area("json", "signals-form-json", &self.json),
        ]
    }

    /// The fields for each answer: one row per telephone key.
    pub(crate) fn answer_fields(&self, t: Say, faults: &Faults) -> Vec<(String, Vec<Field>)> {
        let row = |n: usize| {
            let number = n.to_string();
            let blank = Answer {
                action: Action::RecordResponse.word().to_owned(),
                contribution: Contribution::None.word().to_owned(),
                comments: true,
                ..Answer::default()
            };
            let found = self.answers.iter().find(|answer| answer.number == number);
            let answer = found.filter(|answer| !answer.text.is_empty()).unwrap_or(&blank);
            let name = |what: &str| format!("answer-{n}-{what}");
            let fields = vec![
                Field::text(name("text"), t.get("signals-answer-text"))
                    .value(&answer.text)
                    .max(NAME_CHARS_MAX)
                    .error(faults.of(&name("text"))),
                Field::text(name("description"), t.get("signals-answer-description"))
                    .value(&answer.description)
                    .max(DESCRIPTION_CHARS_MAX),
                Field::select(
                    name("action"),
                    t.get("signals-answer-action"),
                    actions(t, &answer.action),
                ),
                Field::select(
                    name("contribution"),
                    t.get("signals-answer-contribution"),
                    contributions(t, &answer.contribution),
                ),
                Field::check(name("comments"), t.get("signals-answer-comments"), answer.comments),
            ];
            (t.a("signals-answer", &[("number", &number)]), fields)
        };
        (1..=OPTIONS_MAX).map(row).collect()
    }
}

fn answers(options: &[ResponseOption]) -> Vec<Answer> {
    let one = |option: &ResponseOption| Answer {
        number: option.number.to_string(),
        text: option.text.clone(),
        description: option.description.clone(),
        action: option.action.word().to_owned(),
        contribution: option.contribution.word().to_owned(),
        comments: option.allow_comments,
    };
    options.iter().map(one).collect()
}

fn actions(t: Say, chosen: &str) -> Vec<Choice> {
    let one = |action: Action| {
        let key = match action {
            Action::RecordResponse => "signals-does-record",
            Action::StopNotifyingUser => "signals-does-stop-user",
            Action::StopNotifyingTarget => "signals-does-stop-target",
            Action::Escalate => "signals-does-escalate",
            Action::AssignToUser => "signals-does-assign",
            Action::End => "signals-does-end",
        };
        Choice::new(action.word(), t.get(key), action.word() == chosen)
    };
    Action::ALL.into_iter().map(one).collect()
}

fn contributions(t: Say, chosen: &str) -> Vec<Choice> {
    let one = |contribution: Contribution| {
        let key = match contribution {
            Contribution::None => "signals-counts-none",
            Contribution::Positive => "signals-counts-positive",
            Contribution::Neutral => "signals-counts-neutral",
            Contribution::Negative => "signals-counts-negative",
        };
        Choice::new(contribution.word(), t.get(key), contribution.word() == chosen)
    };
    Contribution::ALL.into_iter().map(one).collect()
}
