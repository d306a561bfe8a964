//! Bodies of forms, integrations, silences and maintenance windows.

use firebell_domain::Id;
use firebell_domain::directory::Entity;
use firebell_domain::form::Form;
use firebell_domain::integration::Integration;
use firebell_domain::matcher::Matcher;
use firebell_domain::suppression::{MaintenanceWindow, Silence};
use serde::{Deserialize, Serialize};

use super::{hex, id, ids, name, recipient_text, recipients, texts, unhex};
use crate::parts::{OptionPart, Part, PatternPart, TemplatesPart, in_field, instant};
use crate::words::{self, OPERATORS, pick};

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct FormBody {
    name: String,
    recipients: Vec<String>,
    priority: String,
    response_options: Vec<OptionPart>,
    templates: TemplatesPart,
    expiration_minutes: u32,
    override_device_restrictions: bool,
    escalation_override: bool,
}

impl FormBody {
    pub(super) fn from_domain(e: &Form) -> Self {
        Self {
            name: e.name.to_string(),
            recipients: e.recipients.iter().map(|r| recipient_text(*r)).collect(),
            priority: e.priority.word().to_owned(),
            response_options: e.options.iter().map(OptionPart::from_domain).collect(),
            templates: TemplatesPart::from_domain(&e.templates),
            expiration_minutes: e.expiration_minutes,
            override_device_restrictions: e.override_device_restrictions,
            escalation_override: e.escalation_override,
        }
    }

    pub(super) fn into_domain(self, own: [u8; 16]) -> Part<Entity> {
        let options = self.response_options.iter().map(OptionPart::to_domain);
        Ok(Entity::Form(Form {
            id: Id::from_bytes(own),
            name: name("name", &self.name)?,
            recipients: recipients("recipients", &self.recipients)?,
            priority: in_field("priority", words::priority(&self.priority))?,
            options: options.collect::<Part<_>>()?,
            templates: self.templates.to_domain(),
            expiration_minutes: self.expiration_minutes,
            override_device_restrictions: self.override_device_restrictions,
            escalation_override: self.escalation_override,
        }))
    }
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct IntegrationBody {
    name: String,
    format: String,
    form: String,
    key_hash: String,
    status: String,
    rate_per_minute: Option<u32>,
    created: String,
}

impl IntegrationBody {
    pub(super) fn from_domain(e: &Integration) -> Self {
        Self {
            name: e.name.to_string(),
            format: e.format.word().to_owned(),
            form: e.form.to_string(),
            key_hash: hex(&e.key_hash),
            status: e.status.word().to_owned(),
            rate_per_minute: e.rate_per_minute,
            created: e.created.to_string(),
        }
    }

    pub(super) fn into_domain(self, own: [u8; 16]) -> Part<Entity> {
        Ok(Entity::Integration(Integration {
            id: Id::from_bytes(own),
            name: name("name", &self.name)?,
            format: in_field("format", words::format(&self.format))?,
            form: id("form", &self.form)?,
            key_hash: unhex("keyHash", &self.key_hash)?,
            status: in_field("status", words::status(&self.status))?,
            rate_per_minute: self.rate_per_minute,
            created: instant("created", &self.created)?,
        }))
    }
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct MatcherBody {
    name: String,
    op: String,
    value: String,
}

impl MatcherBody {
    fn from_domain(matcher: &Matcher) -> Self {
        Self {
            name: matcher.name.clone(),
            op: matcher.op.word().to_owned(),
            value: matcher.value.clone(),
        }
    }

    fn to_domain(&self) -> Part<Matcher> {
        let op = in_field("matchers.op", pick(&OPERATORS, &self.op))?;
        in_field("matchers", Matcher::new(&self.name, op, &self.value))
    }
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SilenceBody {
    matchers: Vec<MatcherBody>,
    starts: String,
    ends: String,
    created_by: String,
    comment: String,
    updated: String,
}

impl SilenceBody {
    pub(super) fn from_domain(e: &Silence) -> Self {
        Self {
            matchers: e.matchers.iter().map(MatcherBody::from_domain).collect(),
            starts: e.starts.to_string(),
            ends: e.ends.to_string(),
            created_by: e.created_by.clone(),
            comment: e.comment.clone(),
            updated: e.updated.to_string(),
        }
    }

    pub(super) fn into_domain(self, own: [u8; 16]) -> Part<Entity> {
        Ok(Entity::Silence(Silence {
            id: Id::from_bytes(own),
            matchers: self.matchers.iter().map(MatcherBody::to_domain).collect::<Part<_>>()?,
            starts: instant("starts", &self.starts)?,
            ends: instant("ends", &self.ends)?,
            created_by: self.created_by,
            comment: self.comment,
            updated: instant("updated", &self.updated)?,
        }))
    }
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct WindowBody {
    name: String,
    integrations: Vec<String>,
    matchers: Vec<MatcherBody>,
    pattern: PatternPart,
    comment: String,
}

impl WindowBody {
    pub(super) fn from_domain(e: &MaintenanceWindow) -> Self {
        Self {
            name: e.name.to_string(),
            integrations: texts(&e.integrations),
            matchers: e.matchers.iter().map(MatcherBody::from_domain).collect(),
            pattern: PatternPart::from_domain(&e.pattern),
            comment: e.comment.clone(),
        }
    }

    pub(super) fn into_domain(self, own: [u8; 16]) -> Part<Entity> {
        Ok(Entity::Window(Box::new(MaintenanceWindow {
            id: Id::from_bytes(own),
            name: name("name", &self.name)?,
            integrations: ids("integrations", &self.integrations)?,
            matchers: self.matchers.iter().map(MatcherBody::to_domain).collect::<Part<_>>()?,
            pattern: self.pattern.to_domain()?,
            comment: self.comment,
        })))
    }
}
