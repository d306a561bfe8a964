//! Forms, integrations and maintenance windows.

use firebell_base::Id;
use firebell_domain::alert::Priority;
use firebell_domain::directory::Kind;
use firebell_domain::form::{EXPIRATION_MINUTES_DEFAULT, Form, Templates, default_options};
use firebell_domain::integration::{Format, Integration};
use firebell_domain::matcher::Matcher;
use firebell_domain::person::Status;
use firebell_domain::schedule::{Pattern, Recurrence, Zone};
use firebell_domain::suppression::MaintenanceWindow;
use serde_json::Value as Json;

use super::{Base, Builder, Times, put};
use crate::document::names::Claim;
use crate::document::shape::{FormShape, IntegrationShape, WindowShape};
use crate::key;
use crate::parts::{OptionPart, Part, TemplatesPart, in_field, wrong};
use crate::words::{self, OPERATORS, pick};

impl Builder<'_> {
    pub(super) fn form(&mut self, at: &Claim<'_>, e: &FormShape) -> Form {
        let old = self.directory.form(Id::from_bytes(at.id)).map(|old| (**old).clone());
        let mut form = old.unwrap_or_else(|| Form {
            id: Id::from_bytes(at.id),
            name: at.name.clone(),
            recipients: Vec::new(),
            priority: Priority::Medium,
            options: default_options(),
            templates: Templates::default(),
            expiration_minutes: EXPIRATION_MINUTES_DEFAULT,
            override_device_restrictions: false,
            escalation_override: false,
        });
        form.name = at.name.clone();
        put(&mut form.expiration_minutes, e.expiration_minutes.as_ref());
        put(&mut form.override_device_restrictions, e.override_device_restrictions.as_ref());
        put(&mut form.escalation_override, e.escalation_override.as_ref());
        put(&mut form.templates, e.templates.as_ref().map(TemplatesPart::to_domain).as_ref());
        let priority = |text: &String| in_field("priority", words::priority(text));
        self.set(at, &mut form.priority, e.priority.as_ref().map(priority));
        let options = e.response_options.as_ref();
        let options = options.map(|list| list.iter().map(OptionPart::to_domain).collect());
        self.set(at, &mut form.options, options);
        if let Some(list) = &e.recipients {
            form.recipients = self.recipients(at, "recipients", list);
        }
        form
    }

    pub(super) fn integration(
        &mut self,
        at: &Claim<'_>,
        e: &IntegrationShape,
    ) -> Option<Integration> {
        let old = self.directory.integration(Id::from_bytes(at.id)).map(|old| (**old).clone());
        let form = match (&e.form, &old) {
            (Some(name), _) => Id::from_bytes(self.find(at, "form", Kind::Form, name)?),
            (None, Some(old)) => old.form,
            (None, None) => {
                self.fault(at, "form", "is required for a new integration");
                return None;
            }
        };
        let key_hash = match (&e.key, &old) {
            (Some(text), _) if key::is_key(text) => key::hash(text),
            (Some(_), _) => {
                let (min, max) = (key::KEY_BYTES_MIN, key::KEY_BYTES_MAX);
                let message = format!(
                    "must be {min} to {max} visible ASCII characters; leave it out to get a new one"
                );
                self.fault(at, "key", message);
                return None;
            }
            (None, Some(old)) => old.key_hash,
            (None, None) => {
                let made = key::new_key(self.random);
                let hash = key::hash(made.expose());
                self.new_keys.push((at.name.to_string(), made));
                hash
            }
        };
        let mut integration = old.unwrap_or_else(|| Integration {
            id: Id::from_bytes(at.id),
            name: at.name.clone(),
            format: Format::Generic,
            form,
            key_hash,
            status: Status::Active,
            rate_per_minute: None,
            created: self.now,
        });
        integration.name = at.name.clone();
        integration.form = form;
        integration.key_hash = key_hash;
        put(&mut integration.rate_per_minute, e.rate_per_minute.as_ref());
        let format = |text: &String| in_field("format", words::format(text));
        self.set(at, &mut integration.format, e.format.as_ref().map(format));
        let status = |text: &String| in_field("status", words::status(text));
        self.set(at, &mut integration.status, e.status.as_ref().map(status));
        Some(integration)
    }

    pub(super) fn window(&mut self, at: &Claim<'_>, e: &WindowShape) -> Option<MaintenanceWindow> {
        let old = self.directory.window(Id::from_bytes(at.id)).map(|old| (**old).clone());
        let times = Times {
            start: e.start.as_ref(),
            end: e.end.as_ref(),
            timezone: e.timezone.as_ref(),
            recurrence: e.recurrence.as_ref(),
            exclusions: e.exclusions.as_ref(),
        };
        let pattern = if let Some(old) = &old {
            self.pattern(at, &times, Base::Existing(&old.pattern))?
        } else {
            self.pattern(at, &times, Base::Once(&placeholder()))?
        };
        let mut window = old.unwrap_or_else(|| MaintenanceWindow {
            id: Id::from_bytes(at.id),
            name: at.name.clone(),
            integrations: Vec::new(),
            matchers: Vec::new(),
            pattern: pattern.clone(),
            comment: String::new(),
        });
        window.name = at.name.clone();
        window.pattern = pattern;
        put(&mut window.comment, e.comment.as_ref());
        if let Some(list) = &e.integrations {
            window.integrations = Vec::new();
            for (i, name) in list.iter().enumerate() {
                let found = self.find(at, &format!("integrations[{i}]"), Kind::Integration, name);
                window.integrations.extend(found.map(Id::from_bytes));
            }
        }
        let matchers = e.matchers.as_ref().map(|list| list.iter().map(matcher).collect());
        self.set(at, &mut window.matchers, matchers);
        Some(window)
    }
}

/// The hour every field of which a new window has to replace.
fn placeholder() -> Pattern {
    let start = firebell_base::Timestamp::UNIX_EPOCH;
    Pattern {
        first_start: start,
        first_end: firebell_base::time::add_minutes(start, 60),
        zone: Zone::utc(),
        recurrence: Recurrence::ONCE,
        exclusions: Vec::new(),
    }
}

/// `severity="critical"`, or name, op and value apart.
fn matcher(json: &Json) -> Part<Matcher> {
    if let Json::String(text) = json {
        return in_field("matchers", Matcher::parse(text));
    }
    let member = |name: &str| json.get(name).and_then(Json::as_str);
    let (Some(name), Some(op), Some(value)) = (member("name"), member("op"), member("value"))
    else {
        let message = "must be a text such as severity=\"critical\", or have name, op and value";
        return Err(wrong("matchers", message));
    };
    let op = in_field("matchers", pick(&OPERATORS, op))?;
    in_field("matchers", Matcher::new(name, op, value))
}
