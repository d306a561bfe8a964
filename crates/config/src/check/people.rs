//! Sites, people, devices, API keys and passwords.

use std::collections::BTreeSet;

use firebell_domain::credential::{ApiKey, Password};
use firebell_domain::device::{Address, Device, is_email, is_phone};
use firebell_domain::directory::{Entity, Kind};
use firebell_domain::licence::Entitlement;
use firebell_domain::person::{Person, PersonId, Role, Status};
use firebell_domain::property::Value;
use firebell_domain::shift::DELAY_MINUTES_MAX;
use firebell_domain::site::{Site, SiteId};

use super::Checker;
use crate::change::Change;
use crate::limits::{
    API_KEYS_PER_PERSON_MAX, DEVICES_PER_PERSON_MAX, HOLIDAYS_MAX, PERSON_PROPERTIES_MAX,
    PHONE_LOGIN_DIGITS_MAX, PROPERTY_NAME_CHARS_MAX, PROPERTY_VALUE_BYTES_MAX,
    SHORT_TEXT_CHARS_MAX, SUPERVISORS_MAX, TIMEFRAMES_MAX,
};

impl Checker<'_> {
    pub(super) fn site(&mut self, entity: &Entity, e: &Site) {
        self.language(entity, &e.language);
        let country = e.country.as_str();
        let capitals = country.bytes().all(|b| b.is_ascii_uppercase());
        if !matches!(country.len(), 0 | 3) || !capitals {
            let message = "must be three capital letters (ISO 3166-1 alpha-3), such as NOR";
            self.fault(entity, "country", "country", message);
        }
        let address = &e.address;
        for (field, text) in [
            ("address1", &address.address1),
            ("address2", &address.address2),
            ("city", &address.city),
            ("state", &address.state),
            ("postalCode", &address.postal_code),
        ] {
            self.text(entity, field, text, SHORT_TEXT_CHARS_MAX);
        }
        for (field, degrees, max) in
            [("latitude", address.latitude, 90.0), ("longitude", address.longitude, 180.0)]
        {
            // Written so that a value that is not a number is refused too.
            if degrees.is_some_and(|degrees| !(-max..=max).contains(&degrees)) {
                let message = format!("must be a number from -{max} to {max}");
                self.fault(entity, field, "coordinate", message);
            }
        }
        if e.holidays.iter().count() > HOLIDAYS_MAX {
            let message = format!("must be at most {HOLIDAYS_MAX} dates; remove past ones");
            self.fault(entity, "holidays", "too_many_holidays", message);
        }
        self.external_key(entity, e.external_key.as_deref());
    }

    pub(super) fn person(&mut self, entity: &Entity, e: &Person) {
        let target = e.target_name.as_str();
        if target.contains('|') {
            let message = "must not contain |, which separates a person from a device";
            self.fault(entity, "targetName", "target_name", message);
        }
        self.target_name(entity, target);
        if let Some(digits) = &e.phone_login {
            let whole = (1..=PHONE_LOGIN_DIGITS_MAX).contains(&digits.len());
            if !whole || !digits.bytes().all(|b| b.is_ascii_digit()) {
                let message = format!("must be 1 to {PHONE_LOGIN_DIGITS_MAX} digits");
                self.fault(entity, "phoneLogin", "phone_login", message);
            }
        }
        self.language(entity, &e.language);
        self.known_site(entity, e.site);
        self.supervisors(entity, &e.supervisors);
        if e.roles.is_empty() {
            let message = "must name at least one role, such as Standard User";
            self.fault(entity, "roles", "roles", message);
        }
        if e.roles.iter().collect::<BTreeSet<_>>().len() < e.roles.len() {
            self.fault(entity, "roles", "roles", "must name each role once");
        }
        self.properties(entity, e);
        self.external_key(entity, e.external_key.as_deref());
    }

    /// A name that looks like an id could never be used as a name: ids are looked up first.
    pub(super) fn target_name(&mut self, entity: &Entity, name: &str) {
        if name.parse::<PersonId>().is_ok() {
            let message = "must not look like a UUID; choose another name";
            self.fault(entity, "targetName", "target_name", message);
        }
    }

    fn properties(&mut self, entity: &Entity, e: &Person) {
        if e.properties.len() > PERSON_PROPERTIES_MAX {
            let message = format!("must be at most {PERSON_PROPERTIES_MAX}");
            self.fault(entity, "properties", "too_many_properties", message);
        }
        for (name, value) in &e.properties {
            let field = format!("properties.{name}");
            if name.trim().is_empty() {
                self.fault(entity, "properties", "property", "must have names");
            }
            self.text(entity, "properties", name, PROPERTY_NAME_CHARS_MAX);
            if let Value::Real(number) = value
                && !number.is_finite()
            {
                self.fault(entity, &field, "property", "must be a finite number");
            }
            if value.to_string().len() > PROPERTY_VALUE_BYTES_MAX {
                let message = format!("must be at most {PROPERTY_VALUE_BYTES_MAX} bytes long");
                self.fault(entity, &field, "property", message);
            }
        }
    }

    /// Somebody has to be able to change everything: an instance that had such a person keeps one.
    /// The people are looked through only if one of them loses the role.
    pub(super) fn full_access(&mut self, changes: &[Change]) {
        let lost = changes.iter().find_map(|change| {
            let (Kind::Person, id) = change.subject() else {
                return None;
            };
            let (old, new) = (self.before.entity(Kind::Person, id), change);
            match (old, new) {
                (Some(Entity::Person(old)), Change::Put(Entity::Person(new))) => {
                    let field = if new.status == Status::Active { "roles" } else { "status" };
                    (has_full_access(&old) && !has_full_access(new)).then_some((old, field))
                }
                (Some(Entity::Person(old)), Change::Remove(..)) => {
                    has_full_access(&old).then_some((old, ""))
                }
                _ => None,
            }
        });
        let Some((old, field)) = lost else {
            return;
        };
        if !self.after.people().any(|person| has_full_access(person)) {
            let message = format!(
                "{} is the last active person with the role Full Access User, without whom nobody \
                 could change this instance any more; give another active person that role first",
                old.target_name
            );
            self.fault(&Entity::Person(old), field, "last_full_access", message);
        }
    }

    pub(super) fn known_site(&mut self, entity: &Entity, site: Option<SiteId>) {
        if let Some(site) = site
            && self.after.site(site).is_none()
        {
            let message = format!("there is no site {site}; create it first");
            self.fault(entity, "site", "site_not_exists", message);
        }
    }

    pub(super) fn supervisors(&mut self, entity: &Entity, list: &[PersonId]) {
        if list.len() > SUPERVISORS_MAX {
            let message = format!("must be at most {SUPERVISORS_MAX} people");
            self.fault(entity, "supervisors", "too_many_supervisors", message);
        }
        for id in list.iter().take(SUPERVISORS_MAX) {
            self.known_person(entity, "supervisors", *id);
        }
        if list.iter().collect::<BTreeSet<_>>().len() < list.len() {
            self.fault(entity, "supervisors", "supervisors", "must name each person once");
        }
    }

    pub(super) fn known_person(&mut self, entity: &Entity, field: &str, id: PersonId) {
        if self.after.person(id).is_none() {
            let message = format!("there is no person {id}; create them first");
            self.fault(entity, field, "person_not_exists", message);
        }
    }

    pub(super) fn device(&mut self, entity: &Entity, e: &Device) {
        self.known_person(entity, "owner", e.owner);
        if self.before.device(e.id).is_some_and(|old| old.owner != e.owner) {
            let message = "cannot change; remove the device and make one for the other person";
            self.fault(entity, "owner", "owner_fixed", message);
        }
        match &e.address {
            Address::Email(email) if !is_email(email) => {
                let message = "must be an e-mail address such as ann@example.org";
                self.fault(entity, "emailAddress", "email_address", message);
            }
            Address::Voice(number) | Address::Sms(number) if !is_phone(number) => {
                let message = "must be + and 7 to 15 digits (E.164), such as +4722334455";
                self.fault(entity, "phoneNumber", "phone_number", message);
            }
            Address::Webhook { url, secret } => {
                self.url(entity, url);
                if let Some(secret) = secret {
                    self.secret(entity, secret.expose());
                }
            }
            Address::Email(_) | Address::Voice(_) | Address::Sms(_) => {}
        }
        if e.delay_minutes > DELAY_MINUTES_MAX {
            let message = format!("must be at most {DELAY_MINUTES_MAX} minutes (a week)");
            self.fault(entity, "delay", "delay", message);
        }
        self.sequence(entity, e);
        if e.timeframes.len() > TIMEFRAMES_MAX {
            let message = format!("must be at most {TIMEFRAMES_MAX}");
            self.fault(entity, "timeframes", "too_many_timeframes", message);
        }
        for frame in &e.timeframes {
            if let Err(error) = frame.clone().checked() {
                let message = crate::parts::without_field(&error.to_string(), error.field());
                self.fault(entity, error.field(), "timeframe", message);
            }
        }
        self.external_key(entity, e.external_key.as_deref());
    }

    fn sequence(&mut self, entity: &Entity, e: &Device) {
        if e.sequence == 0 || usize::from(e.sequence) > DEVICES_PER_PERSON_MAX {
            let message = format!("must be 1 to {DEVICES_PER_PERSON_MAX}");
            self.fault(entity, "sequence", "sequence", message);
        }
        let others = || self.after.devices_of(e.owner).filter(|other| other.id != e.id);
        if others().count() + 1 > DEVICES_PER_PERSON_MAX {
            let message = format!("a person may have {DEVICES_PER_PERSON_MAX} devices");
            self.fault(entity, "owner", "too_many_devices", message);
        } else if let Some(other) = others().find(|other| other.sequence == e.sequence) {
            let message = format!(
                "{} is the place of device {} already; give every device its own place",
                e.sequence, other.name
            );
            self.fault(entity, "sequence", "sequence_not_unique", message);
        }
    }

    pub(super) fn api_key(&mut self, entity: &Entity, e: &ApiKey) {
        self.known_person(entity, "owner", e.owner);
        let new = self.before.api_key(e.id).is_none();
        let theirs = |key: &&std::sync::Arc<ApiKey>| key.owner == e.owner;
        if new && self.after.api_keys().filter(theirs).count() > API_KEYS_PER_PERSON_MAX {
            let message =
                format!("a person may have {API_KEYS_PER_PERSON_MAX} API keys; remove one");
            self.fault(entity, "owner", "too_many_api_keys", message);
        }
    }

    pub(super) fn password(&mut self, entity: &Entity, e: &Password) {
        self.known_person(entity, "person", e.person);
        if !e.hash.starts_with("$argon2id$") || e.hash.len() > SHORT_TEXT_CHARS_MAX {
            self.fault(entity, "password", "hash", "must be an Argon2id hash in PHC form");
        }
    }

    pub(super) fn entitlement(&mut self, entity: &Entity, e: &Entitlement) {
        self.text(entity, "contract", &e.contract, SHORT_TEXT_CHARS_MAX);
        if let (Some(from), Some(until)) = (e.valid_from, e.valid_until)
            && until <= from
        {
            self.fault(entity, "validUntil", "valid_until", "must be after validFrom");
        }
    }
}

fn has_full_access(person: &Person) -> bool {
    person.status == Status::Active && person.roles.contains(&Role::FullAccessUser)
}
