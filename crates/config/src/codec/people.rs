//! Bodies of sites, people, devices and what they sign in with.

use std::collections::BTreeMap;

use firebell_domain::Id;
use firebell_domain::credential::{ApiKey, Password};
use firebell_domain::device::Device;
use firebell_domain::directory::Entity;
use firebell_domain::person::Person;
use firebell_domain::property::{Properties, Value};
use firebell_domain::site::Site;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::{hex, id, ids, name, texts, unhex};
use crate::parts::{Part, PostalPart, ReachPart, TimeframePart, in_field, instant, wrong, zone};
use crate::words;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SiteBody {
    name: String,
    language: String,
    timezone: String,
    country: String,
    address: PostalPart,
    status: String,
    holidays: Vec<String>,
    external_key: Option<String>,
    externally_owned: bool,
}

impl SiteBody {
    pub(super) fn from_domain(e: &Site) -> Self {
        Self {
            name: e.name.to_string(),
            language: e.language.clone(),
            timezone: e.zone.name().to_owned(),
            country: e.country.clone(),
            address: PostalPart::from_domain(&e.address),
            status: e.status.word().to_owned(),
            holidays: e.holidays.iter().map(|date| date.to_string()).collect(),
            external_key: e.external_key.clone(),
            externally_owned: e.externally_owned,
        }
    }

    pub(super) fn into_domain(self, id: [u8; 16]) -> Part<Entity> {
        Ok(Entity::Site(Site {
            id: Id::from_bytes(id),
            name: name("name", &self.name)?,
            language: self.language,
            zone: zone("timezone", &self.timezone)?,
            country: self.country,
            address: self.address.to_domain(),
            status: in_field("status", words::status(&self.status))?,
            holidays: dates("holidays", &self.holidays)?.into_iter().collect(),
            external_key: self.external_key,
            externally_owned: self.externally_owned,
        }))
    }
}

/// Calendar dates such as `2026-12-25`.
pub(crate) fn dates(field: &str, list: &[String]) -> Part<Vec<Date>> {
    let date = |text: &String| {
        let refused = |_| wrong(field, format!("{text:?} is not a date such as 2026-12-25"));
        text.trim().parse().map_err(refused)
    };
    list.iter().map(date).collect()
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PersonBody {
    target_name: String,
    first_name: String,
    last_name: String,
    web_login: String,
    phone_login: Option<String>,
    language: String,
    timezone: String,
    site: Option<String>,
    supervisors: Vec<String>,
    roles: Vec<String>,
    status: String,
    license_type: String,
    properties: BTreeMap<String, Json>,
    external_key: Option<String>,
    externally_owned: bool,
    created: String,
    updated: String,
}

impl PersonBody {
    pub(super) fn from_domain(e: &Person) -> Self {
        Self {
            target_name: e.target_name.to_string(),
            first_name: e.first_name.to_string(),
            last_name: e.last_name.to_string(),
            web_login: e.web_login.to_string(),
            phone_login: e.phone_login.clone(),
            language: e.language.clone(),
            timezone: e.zone.name().to_owned(),
            site: e.site.map(|site| site.to_string()),
            supervisors: texts(&e.supervisors),
            roles: e.roles.iter().map(|role| role.word().to_owned()).collect(),
            status: e.status.word().to_owned(),
            license_type: e.licence.word().to_owned(),
            properties: properties_to_json(&e.properties),
            external_key: e.external_key.clone(),
            externally_owned: e.externally_owned,
            created: e.created.to_string(),
            updated: e.updated.to_string(),
        }
    }

    pub(super) fn into_domain(self, own: [u8; 16]) -> Part<Entity> {
        let roles = self.roles.iter().map(|role| in_field("roles", words::role(role)));
        Ok(Entity::Person(Person {
            id: Id::from_bytes(own),
            target_name: name("targetName", &self.target_name)?,
            first_name: name("firstName", &self.first_name)?,
            last_name: name("lastName", &self.last_name)?,
            web_login: name("webLogin", &self.web_login)?,
            phone_login: self.phone_login,
            language: self.language,
            zone: zone("timezone", &self.timezone)?,
            site: self.site.map(|text| id("site", &text)).transpose()?,
            supervisors: ids("supervisors", &self.supervisors)?,
            roles: roles.collect::<Part<_>>()?,
            status: in_field("status", words::status(&self.status))?,
            licence: in_field("licenseType", words::licence(&self.license_type))?,
            properties: properties_from_json("properties", &self.properties)?,
            external_key: self.external_key,
            externally_owned: self.externally_owned,
            created: instant("created", &self.created)?,
            updated: instant("updated", &self.updated)?,
        }))
    }
}

/// Custom fields as JSON.
pub(crate) fn properties_to_json(properties: &Properties) -> BTreeMap<String, Json> {
    let json = |value: &Value| match value {
        Value::Text(text) => Json::from(text.as_str()),
        Value::Bool(flag) => Json::from(*flag),
        Value::Int(number) => Json::from(*number),
        Value::Real(number) => Json::from(*number),
        Value::List(list) => Json::from(list.as_slice()),
    };
    properties.iter().map(|(name, value)| (name.clone(), json(value))).collect()
}

/// Custom fields from JSON: texts, numbers, truth values, lists of texts.
pub(crate) fn properties_from_json(field: &str, json: &BTreeMap<String, Json>) -> Part<Properties> {
    let one = |(name, value): (&String, &Json)| {
        let refused = || {
            let message = "must be a text, a number, true, false, or a list of texts";
            wrong(format!("{field}.{name}"), message)
        };
        let value = match value {
            Json::String(text) => Value::Text(text.clone()),
            Json::Bool(flag) => Value::Bool(*flag),
            Json::Number(number) => match (number.as_i64(), number.as_f64()) {
                (Some(whole), _) => Value::Int(whole),
                (None, Some(real)) => Value::Real(real),
                (None, None) => return Err(refused()),
            },
            Json::Array(list) => {
                let texts = list.iter().map(|item| item.as_str().map(str::to_owned));
                Value::List(texts.collect::<Option<_>>().ok_or_else(refused)?)
            }
            Json::Null | Json::Object(_) => return Err(refused()),
        };
        Ok((name.clone(), value))
    };
    json.iter().map(one).collect()
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct DeviceBody {
    owner: String,
    name: String,
    address: ReachPart,
    sequence: u16,
    delay: u16,
    priority_threshold: String,
    timeframes: Vec<TimeframePart>,
    default_device: bool,
    status: String,
    external_key: Option<String>,
    externally_owned: bool,
}

impl DeviceBody {
    pub(super) fn from_domain(e: &Device) -> Self {
        Self {
            owner: e.owner.to_string(),
            name: e.name.to_string(),
            address: ReachPart::from_domain(&e.address),
            sequence: e.sequence,
            delay: e.delay_minutes,
            priority_threshold: e.priority_threshold.word().to_owned(),
            timeframes: e.timeframes.iter().map(TimeframePart::from_domain).collect(),
            default_device: e.default_device,
            status: e.status.word().to_owned(),
            external_key: e.external_key.clone(),
            externally_owned: e.externally_owned,
        }
    }

    pub(super) fn into_domain(self, own: [u8; 16]) -> Part<Entity> {
        let threshold = words::priority(&self.priority_threshold);
        Ok(Entity::Device(Device {
            id: Id::from_bytes(own),
            owner: id("owner", &self.owner)?,
            name: name("name", &self.name)?,
            address: self.address.to_domain()?,
            sequence: self.sequence,
            delay_minutes: self.delay,
            priority_threshold: in_field("priorityThreshold", threshold)?,
            timeframes: self
                .timeframes
                .iter()
                .map(TimeframePart::to_domain)
                .collect::<Part<_>>()?,
            default_device: self.default_device,
            status: in_field("status", words::status(&self.status))?,
            external_key: self.external_key,
            externally_owned: self.externally_owned,
        }))
    }
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ApiKeyBody {
    owner: String,
    name: String,
    secret_hash: String,
    created: String,
}

impl ApiKeyBody {
    pub(super) fn from_domain(e: &ApiKey) -> Self {
        Self {
            owner: e.owner.to_string(),
            name: e.name.to_string(),
            secret_hash: hex(&e.secret_hash),
            created: e.created.to_string(),
        }
    }

    pub(super) fn into_domain(self, own: [u8; 16]) -> Part<Entity> {
        Ok(Entity::ApiKey(ApiKey {
            id: Id::from_bytes(own),
            owner: id("owner", &self.owner)?,
            name: name("name", &self.name)?,
            secret_hash: unhex("secretHash", &self.secret_hash)?,
            created: instant("created", &self.created)?,
        }))
    }
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PasswordBody {
    hash: String,
}

impl PasswordBody {
    pub(super) fn from_domain(e: &Password) -> Self {
        Self { hash: e.hash.clone() }
    }

    pub(super) fn into_domain(self, own: [u8; 16]) -> Entity {
        Entity::Password(Password { person: Id::from_bytes(own), hash: self.hash })
    }
}
