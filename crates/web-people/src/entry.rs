//! What is entered about a person, as text, and the person it makes.
//!
//! Faults name the field as the API does; what makes a person valid beyond that is checked by the
//! authority, inside of the change.

use firebell_base::Timestamp;
use firebell_config::people::{Newcomer, newcomer, property};
use firebell_config::{Fault, Faults};
use firebell_domain::directory::{Directory, Kind};
use firebell_domain::name::{Name, cut};
use firebell_domain::person::{LicenceType, Person, PersonId, Role, Status};
use firebell_domain::property::Properties;
use firebell_domain::schedule::Zone;
use firebell_domain::site::{Site, SiteId};
use firebell_ui::Form;

/// Characters of a wrong value that are shown again.
const SHOWN_CHARS: usize = 60;

/// What is entered about a person.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) target: String,
    pub(crate) first: String,
    pub(crate) last: String,
    pub(crate) login: String,
    pub(crate) status: String,
    pub(crate) licence: String,
    pub(crate) roles: Vec<String>,
    pub(crate) language: String,
    pub(crate) zone: String,
    pub(crate) site: String,
    pub(crate) supervisors: Vec<String>,
    pub(crate) phone_login: String,
    pub(crate) external_key: String,
    /// Names and values of custom fields.
    pub(crate) properties: Vec<(String, String)>,
    /// Only for somebody new.
    pub(crate) email: String,
}

/// Collects what is wrong.
struct Reader {
    faults: Faults,
}

impl Entry {
    /// An empty form, as it is for somebody who is added by this person.
    pub(crate) fn blank(by: &Person, licence: LicenceType) -> Self {
        Self {
            status: Status::Active.word().to_owned(),
            licence: licence.word().to_owned(),
            roles: vec![Role::StandardUser.word().to_owned()],
            supervisors: vec![by.target_name.to_string()],
            ..Self::default()
        }
    }

    /// What is known of a person.
    pub(crate) fn of(directory: &Directory, person: &Person) -> Self {
        let site = person.site.and_then(|id| directory.site(id));
        let supervisors = person.supervisors.iter().filter_map(|id| directory.person(*id));
        Self {
            target: person.target_name.to_string(),
            first: person.first_name.to_string(),
            last: person.last_name.to_string(),
            login: person.web_login.to_string(),
            status: person.status.word().to_owned(),
            licence: person.licence.word().to_owned(),
            roles: person.roles.iter().map(|role| role.word().to_owned()).collect(),
            language: person.language.clone(),
            zone: person.zone.name().to_owned(),
            site: site.map(|site| site.name.to_string()).unwrap_or_default(),
            supervisors: supervisors.map(|one| one.target_name.to_string()).collect(),
            phone_login: person.phone_login.clone().unwrap_or_default(),
            external_key: person.external_key.clone().unwrap_or_default(),
            properties: person
                .properties
                .iter()
                .map(|(name, value)| (name.clone(), value.to_string()))
                .collect(),
            email: String::new(),
        }
    }

    /// What was entered.
    pub(crate) fn read(form: &Form) -> Self {
        let text = |name: &str| form.text(name).to_owned();
        let list = |name: &str| form.all(name).into_iter().map(str::to_owned).collect();
        // Pairs of fields: an empty one must not move the others.
        let values = |name: &str| -> Vec<String> {
            let named = form.pairs().iter().filter(|(key, _)| key == name);
            named.map(|(_, value)| value.trim().to_owned()).collect()
        };
        let properties = values("propertyName").into_iter().zip(values("propertyValue"));
        Self {
            target: text("targetName"),
            first: text("firstName"),
            last: text("lastName"),
            login: text("webLogin"),
            status: text("userStatus"),
            licence: text("licenseType"),
            roles: list("roles"),
            language: text("language"),
            zone: text("timezone"),
            site: text("userSite"),
            supervisors: list("supervisors"),
            phone_login: text("phoneLogin"),
            external_key: text("externalKey"),
            properties: properties.filter(|(a, b)| !a.is_empty() || !b.is_empty()).collect(),
            email: text("emailAddress"),
        }
    }

    /// Somebody new, as entered.
    ///
    /// # Errors
    /// What is wrong, by field.
    pub(crate) fn newcomer(
        &self,
        directory: &Directory,
        id: PersonId,
        by: &Person,
        now: Timestamp,
    ) -> Result<Person, Faults> {
        let mut reader = Reader { faults: Faults::default() };
        let target_name = reader.name("targetName", &self.target);
        let first_name = reader.name("firstName", &self.first);
        let last_name = reader.name("lastName", &self.last);
        let site = reader.site(directory, &self.site);
        let (Some(target_name), Some(first_name), Some(last_name)) =
            (target_name, first_name, last_name)
        else {
            return Err(self.rest(directory, reader));
        };
        let who = Newcomer { id, target_name, first_name, last_name, roles: Vec::new() };
        let blank = newcomer(who, Some(by), site, now);
        let blank = Person { supervisors: Vec::new(), ..blank };
        let person = self.filled(&mut reader, directory, blank, &Properties::new());
        reader.faults.or(person)
    }

    /// Somebody who is there, as entered.
    ///
    /// # Errors
    /// What is wrong, by field.
    pub(crate) fn changed(&self, directory: &Directory, old: &Person) -> Result<Person, Faults> {
        let mut reader = Reader { faults: Faults::default() };
        let target_name = reader.name("targetName", &self.target);
        let first_name = reader.name("firstName", &self.first);
        let last_name = reader.name("lastName", &self.last);
        let site = reader.site(directory, &self.site).map(|site| site.id);
        let base = Person {
            target_name: target_name.unwrap_or_else(|| old.target_name.clone()),
            first_name: first_name.unwrap_or_else(|| old.first_name.clone()),
            last_name: last_name.unwrap_or_else(|| old.last_name.clone()),
            site,
            properties: Properties::new(),
            ..old.clone()
        };
        // Who was never given a login of their own signs in with the new target name.
        let same = old.web_login == old.target_name && self.login == old.web_login.as_str();
        let login = if same { String::new() } else { self.login.clone() };
        let entry = Self { login, ..self.clone() };
        let person = entry.filled(&mut reader, directory, base, &old.properties);
        reader.faults.or(person)
    }

    /// Everything else that is wrong, where there can be no person.
    fn rest(&self, directory: &Directory, mut reader: Reader) -> Faults {
        let Ok(name) = Name::parse("x") else { return reader.faults };
        let who = Newcomer {
            id: PersonId::from_bytes([0; 16]),
            target_name: name.clone(),
            first_name: name.clone(),
            last_name: name,
            roles: Vec::new(),
        };
        let blank = newcomer(who, None, None, Timestamp::UNIX_EPOCH);
        self.filled(&mut reader, directory, blank, &Properties::new());
        reader.faults
    }

    /// A person with all that is entered besides names and site.
    fn filled(
        &self,
        reader: &mut Reader,
        directory: &Directory,
        base: Person,
        properties: &Properties,
    ) -> Person {
        let login = match self.login.as_str() {
            "" => Some(base.target_name.clone()),
            login => reader.name("webLogin", login),
        };
        let statuses = [Status::Active, Status::Inactive];
        let status = statuses.into_iter().find(|one| one.word() == self.status);
        if status.is_none() {
            reader.fault("status", "must be one of the two");
        }
        let licence = LicenceType::from_word(&self.licence);
        if licence.is_none() {
            reader.fault("licenseType", "must be one of the two");
        }
        Person {
            web_login: login.unwrap_or_else(|| base.web_login.clone()),
            status: status.unwrap_or(base.status),
            licence: licence.unwrap_or(base.licence),
            roles: reader.roles(&self.roles),
            language: match self.language.as_str() {
                "" => base.language.clone(),
                language => language.to_owned(),
            },
            zone: reader.zone(&self.zone).unwrap_or_else(|| base.zone.clone()),
            supervisors: reader.supervisors(directory, &self.supervisors),
            phone_login: Some(self.phone_login.clone()).filter(|text| !text.is_empty()),
            external_key: Some(self.external_key.clone()).filter(|text| !text.is_empty()),
            properties: reader.properties(&self.properties, properties),
            ..base
        }
    }
}

impl Reader {
    fn fault(&mut self, field: &str, message: impl Into<String>) {
        self.faults.push(Fault {
            field: field.to_owned(),
            message: message.into(),
            subcode: format!("validation.person.{field}"),
            entity: String::new(),
            subject: None,
        });
    }

    fn name(&mut self, field: &str, text: &str) -> Option<Name> {
        Name::parse(text).map_err(|error| self.fault(field, error.to_string())).ok()
    }

    fn site<'d>(&mut self, directory: &'d Directory, name: &str) -> Option<&'d Site> {
        if name.is_empty() {
            return None;
        }
        let id = directory.id_by_name(Kind::Site, name).map(SiteId::from_bytes);
        let site = id.and_then(|id| directory.site(id)).map(AsRef::as_ref);
        if site.is_none() {
            self.fault("site", format!("there is no site {}; create it first", shown(name)));
        }
        site
    }

    fn zone(&mut self, name: &str) -> Option<Zone> {
        if name.is_empty() {
            return None;
        }
        Zone::parse(name).map_err(|error| self.fault("timezone", error.to_string())).ok()
    }

    fn roles(&mut self, words: &[String]) -> Vec<Role> {
        let mut roles = Vec::new();
        for word in words {
            match Role::from_word(word) {
                Some(role) if roles.contains(&role) => {}
                Some(role) => roles.push(role),
                None => self.fault("roles", format!("there is no role {}", shown(word))),
            }
        }
        roles
    }

    fn supervisors(&mut self, directory: &Directory, names: &[String]) -> Vec<PersonId> {
        let mut found = Vec::new();
        for name in names {
            match directory.person_by_name(name) {
                Some(one) if found.contains(&one.id) => {}
                Some(one) => found.push(one.id),
                None => {
                    let message =
                        format!("there is no user {}; choose one of the list", shown(name));
                    self.fault("supervisors", message);
                }
            }
        }
        found
    }

    fn properties(&mut self, given: &[(String, String)], old: &Properties) -> Properties {
        let mut properties = Properties::new();
        for (name, value) in given {
            if value.is_empty() {
                continue;
            }
            if name.is_empty() {
                let message = format!("the custom field {} needs a name", shown(value));
                self.fault("properties", message);
            } else if properties.contains_key(name) {
                let message = format!("the custom field {} is there twice", shown(name));
                self.fault("properties", message);
            } else {
                properties.insert(name.clone(), property(value, old.get(name)));
            }
        }
        properties
    }
}

fn shown(text: &str) -> String {
    format!("{:?}", cut(text, SHOWN_CHARS))
}
