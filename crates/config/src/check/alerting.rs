//! Forms, integrations, silences and maintenance windows.

use std::collections::{BTreeMap, BTreeSet};

use firebell_base::limit::{DESCRIPTION_CHARS_MAX, NAME_CHARS_MAX, RECIPIENTS_MAX};
use firebell_domain::directory::Entity;
use firebell_domain::form::{EXPIRATION_MINUTES_MAX, Form, OPTIONS_MAX};
use firebell_domain::integration::Integration;
use firebell_domain::matcher::Matcher;
use firebell_domain::suppression::{MaintenanceWindow, Silence};

use super::{Checker, TemplateKind};
use crate::change::Change;
use crate::limits::{
    MATCHERS_MAX, RATE_PER_MINUTE_MAX, SHORT_TEXT_CHARS_MAX, TEMPLATE_BYTES_MAX,
    WINDOW_INTEGRATIONS_MAX,
};

impl Checker<'_> {
    pub(super) fn form(&mut self, entity: &Entity, e: &Form) {
        if e.recipients.len() > RECIPIENTS_MAX {
            let message = format!("must be at most {RECIPIENTS_MAX}; make a group");
            self.fault(entity, "recipients", "too_many_recipients", message);
        }
        for recipient in &e.recipients {
            self.known(entity, "recipients", *recipient);
        }
        if e.recipients.iter().collect::<BTreeSet<_>>().len() < e.recipients.len() {
            self.fault(entity, "recipients", "recipients", "must name each recipient once");
        }
        self.options(entity, e);
        self.templates(entity, e);
        if !(1..=EXPIRATION_MINUTES_MAX).contains(&e.expiration_minutes) {
            let message = format!("must be 1 to {EXPIRATION_MINUTES_MAX} minutes (30 days)");
            self.fault(entity, "expirationMinutes", "expiration", message);
        }
    }

    fn templates(&mut self, entity: &Entity, e: &Form) {
        let before = self.before.form(e.id).map(|form| form.templates.clone()).unwrap_or_default();
        let now = &e.templates;
        for (field, template, old, kind) in [
            ("emailSubject", &now.email_subject, &before.email_subject, TemplateKind::Text),
            ("emailText", &now.email_text, &before.email_text, TemplateKind::Text),
            ("webhookJson", &now.webhook_json, &before.webhook_json, TemplateKind::Json),
        ] {
            // What is there already must not be in the way of another change of the form.
            let Some(source) = template.as_ref().filter(|_| template != old) else {
                continue;
            };
            let fault = if source.len() > TEMPLATE_BYTES_MAX {
                Err(format!("must be at most {TEMPLATE_BYTES_MAX} bytes long"))
            } else {
                self.templates.map_or(Ok(()), |check| check(source, kind))
            };
            if let Err(message) = fault {
                self.fault(entity, &format!("templates.{field}"), "template", message);
            }
        }
    }

    fn options(&mut self, entity: &Entity, e: &Form) {
        if e.options.len() > OPTIONS_MAX {
            let message = format!("must be at most {OPTIONS_MAX}, one per telephone key");
            self.fault(entity, "responseOptions", "too_many_options", message);
        }
        let mut numbers = BTreeSet::new();
        let mut texts = BTreeSet::new();
        for option in &e.options {
            if !(1..=9).contains(&option.number) {
                let message = format!("must be 1 to 9, not {}", option.number);
                self.fault(entity, "responseOptions.number", "option_number", message);
            } else if !numbers.insert(option.number) {
                let message = format!("{} is there twice; number them 1 to 9", option.number);
                self.fault(entity, "responseOptions.number", "option_number_not_unique", message);
            }
            self.text(entity, "responseOptions.text", &option.text, NAME_CHARS_MAX);
            let folded = firebell_domain::name::fold(&option.text);
            if folded.is_empty() {
                let message = "must not be empty: it is what people see";
                self.fault(entity, "responseOptions.text", "option_text", message);
            } else if !texts.insert(folded) {
                let message = format!("{:?} is there twice", option.text);
                self.fault(entity, "responseOptions.text", "option_text_not_unique", message);
            }
            let description = &option.description;
            self.text(entity, "responseOptions.description", description, DESCRIPTION_CHARS_MAX);
        }
    }

    pub(super) fn integration(&mut self, entity: &Entity, e: &Integration) {
        if self.after.form(e.form).is_none() {
            let message = format!("there is no form {}; create it first", e.form);
            self.fault(entity, "form", "form_not_exists", message);
        }
        if e.rate_per_minute.is_some_and(|rate| !(1..=RATE_PER_MINUTE_MAX).contains(&rate)) {
            let message =
                format!("must be 1 to {RATE_PER_MINUTE_MAX}; leave it out for the default");
            self.fault(entity, "ratePerMinute", "rate", message);
        }
    }

    /// Every integration needs a key of its own: the key says whose events they are.
    pub(super) fn keys(&mut self, changes: &[Change]) {
        let is_integration =
            |change: &&Change| matches!(change, Change::Put(Entity::Integration(_)));
        if !changes.iter().any(|change| is_integration(&change)) {
            return;
        }
        let mut uses: BTreeMap<[u8; 32], usize> = BTreeMap::new();
        for integration in self.after.integrations() {
            *uses.entry(integration.key_hash).or_default() += 1;
        }
        for change in changes {
            if let Change::Put(entity @ Entity::Integration(e)) = change
                && uses.get(&e.key_hash).is_some_and(|uses| *uses > 1)
            {
                let message = "another integration has this key; every integration needs its own";
                self.fault(entity, "key", "key_not_unique", message);
            }
        }
    }

    pub(super) fn silence(&mut self, entity: &Entity, e: &Silence) {
        if e.matchers.is_empty() {
            let message = "must have at least one: a silence of everything hides too much";
            self.fault(entity, "matchers", "no_matchers", message);
        }
        self.matchers(entity, &e.matchers);
        if e.ends <= e.starts {
            self.fault(entity, "endsAt", "end", "must be after startsAt");
        }
        self.text(entity, "createdBy", &e.created_by, SHORT_TEXT_CHARS_MAX);
        self.text(entity, "comment", &e.comment, DESCRIPTION_CHARS_MAX);
    }

    fn matchers(&mut self, entity: &Entity, list: &[Matcher]) {
        if list.len() > MATCHERS_MAX {
            let message = format!("must be at most {MATCHERS_MAX}");
            self.fault(entity, "matchers", "too_many_matchers", message);
        }
    }

    pub(super) fn window(&mut self, entity: &Entity, e: &MaintenanceWindow) {
        if e.integrations.len() > WINDOW_INTEGRATIONS_MAX {
            let message = format!("must be at most {WINDOW_INTEGRATIONS_MAX}");
            self.fault(entity, "integrations", "too_many_integrations", message);
        }
        for id in &e.integrations {
            if self.after.integration(*id).is_none() {
                let message = format!("there is no integration {id}; create it first");
                self.fault(entity, "integrations", "integration_not_exists", message);
            }
        }
        self.matchers(entity, &e.matchers);
        self.pattern(entity, &e.pattern);
        self.text(entity, "comment", &e.comment, DESCRIPTION_CHARS_MAX);
    }
}
