//! One line of a table to a person and their e-mail device.

use std::collections::BTreeMap;

use firebell_domain::alert::Priority;
use firebell_domain::device::{Address, Device, DeviceId, is_email};
use firebell_domain::directory::Directory;
use firebell_domain::name::{Name, cut};
use firebell_domain::person::{LicenceType, Person, PersonId, Role, Status};
use firebell_domain::schedule::Zone;
use firebell_domain::site::{Site, SiteId};

use super::columns::{Column, Head, email_of};
use super::csv::{Record, unguarded};
use super::plan::Importer;
use super::{EMAIL_DEVICE, Refusal};
use crate::check::is_language;
use crate::limits::{PHONE_LOGIN_DIGITS_MAX, SUPERVISORS_MAX};
use crate::people::{LIST_SEPARATOR, Newcomer, newcomer, property};
use crate::words;

/// What takes a value away.
const NOTHING: &str = "-";
/// Characters of a wrong value that are shown again.
const SHOWN_CHARS: usize = 60;

/// What a cell says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cell<'a> {
    /// Nothing: it stays as it is.
    Keep,
    /// It is taken away.
    Clear,
    /// This.
    Set(&'a str),
}

/// A line that is read.
pub(super) struct Reader<'a> {
    pub(super) importer: &'a Importer<'a>,
    pub(super) heads: &'a [Head],
    pub(super) record: &'a Record,
    /// Everybody the table is about, by folded target name.
    pub(super) named: &'a BTreeMap<String, PersonId>,
    pub(super) refusals: Vec<Refusal>,
}

/// What a line makes.
pub(super) struct Made {
    pub(super) person: Person,
    pub(super) device: Option<Device>,
}

impl<'a> Reader<'a> {
    /// The person a line is about, with what it says of them; none if it does not say enough.
    pub(super) fn person(
        &mut self,
        id: PersonId,
        target: &Name,
        old: Option<&Person>,
    ) -> Option<Made> {
        let base = match old {
            Some(old) => Person { target_name: target.clone(), ..old.clone() },
            None => self.newcomer(id, target)?,
        };
        let person = self.filled(base, old);
        let device = self.device(&person);
        Some(Made { person, device })
    }

    fn directory(&self) -> &'a Directory {
        self.importer.directory
    }

    fn newcomer(&mut self, id: PersonId, target: &Name) -> Option<Person> {
        let first_name = self.needed(Column::First);
        let last_name = self.needed(Column::Last);
        let directory = self.directory();
        let by = directory.person(self.importer.by).map(AsRef::as_ref);
        let site = self.site().or_else(|| by.and_then(|by| by.site));
        let site = site.and_then(|id| directory.site(id)).map(AsRef::as_ref);
        let who = Newcomer {
            id,
            target_name: target.clone(),
            first_name: first_name?,
            last_name: last_name?,
            roles: vec![Role::StandardUser],
        };
        Some(newcomer(who, by, site, self.importer.now))
    }

    fn needed(&mut self, column: Column) -> Option<Name> {
        match self.cell(column) {
            Cell::Set(text) => self.read(column, Name::parse(text).map_err(|e| e.to_string())),
            Cell::Keep | Cell::Clear => {
                self.refuse(column, "is missing; new users need one");
                None
            }
        }
    }

    fn filled(&mut self, mut person: Person, old: Option<&Person>) -> Person {
        let mut name = |column, into: &mut Name| {
            if let Cell::Set(text) = self.filled_cell(column)
                && let Some(name) = self.read(column, Name::parse(text).map_err(|e| e.to_string()))
            {
                *into = name;
            }
        };
        if old.is_some() {
            name(Column::First, &mut person.first_name);
            name(Column::Last, &mut person.last_name);
        }
        name(Column::Login, &mut person.web_login);
        if let Some(status) = self.word(Column::Status, words::status) {
            person.status = status;
        }
        if let Some(licence) = self.word(Column::Licence, licence) {
            person.licence = licence;
        }
        self.roles(&mut person);
        if let Some(language) = self.word(Column::Language, language) {
            person.language = language;
        }
        let zone = |text: &str| Zone::parse(text).map_err(|error| error.to_string());
        if let Some(zone) = self.word(Column::Zone, zone) {
            person.zone = zone;
        }
        match self.cell(Column::Site) {
            Cell::Keep => {}
            Cell::Clear => person.site = None,
            Cell::Set(text) => {
                person.site = self.site();
                if person.site.is_none() {
                    let message = format!("there is no site {}; create it first", shown(text));
                    self.refuse(Column::Site, message);
                }
            }
        }
        self.supervisors(&mut person);
        self.texts(&mut person);
        self.properties(&mut person);
        person
    }

    fn roles(&mut self, person: &mut Person) {
        let Cell::Set(text) = self.filled_cell(Column::Roles) else { return };
        let mut roles = Vec::new();
        for word in text.split([LIST_SEPARATOR, ';', ',']).map(str::trim) {
            match words::role(word) {
                Ok(role) if roles.contains(&role) => {}
                Ok(role) => roles.push(role),
                Err(message) => return self.refuse(Column::Roles, message),
            }
        }
        person.roles = roles;
    }

    fn supervisors(&mut self, person: &mut Person) {
        let list = match self.cell(Column::Supervisors) {
            Cell::Keep => return,
            Cell::Clear => {
                person.supervisors = Vec::new();
                return;
            }
            Cell::Set(text) => text,
        };
        // A name may have a semicolon in it, but never the proper separator.
        let separators: &[char] =
            if list.contains(LIST_SEPARATOR) { &[LIST_SEPARATOR] } else { &[';', ','] };
        let names: Vec<&str> = match self.known(list) {
            Some(_) => vec![list],
            None => list.split(separators).map(str::trim).filter(|one| !one.is_empty()).collect(),
        };
        let mut found = Vec::new();
        for name in names {
            match self.known(name) {
                Some(id) if found.contains(&id) => {}
                Some(id) => found.push(id),
                None => {
                    let message = format!("there is no user {}, here or in this file", shown(name));
                    return self.refuse(Column::Supervisors, message);
                }
            }
        }
        if found.len() > SUPERVISORS_MAX {
            let message = format!("must be at most {SUPERVISORS_MAX} people");
            return self.refuse(Column::Supervisors, message);
        }
        person.supervisors = found;
    }

    fn known(&self, name: &str) -> Option<PersonId> {
        let folded = firebell_domain::name::fold(name);
        let here = || self.directory().person_by_name(name).map(|person| person.id);
        self.named.get(&folded).copied().or_else(here)
    }

    fn site(&self) -> Option<SiteId> {
        let Cell::Set(text) = self.cell(Column::Site) else { return None };
        find_site(self.directory(), text).map(|site| site.id)
    }

    fn texts(&mut self, person: &mut Person) {
        match self.cell(Column::PhoneLogin) {
            Cell::Keep => {}
            Cell::Clear => person.phone_login = None,
            Cell::Set(digits) => {
                let whole = digits.len() <= PHONE_LOGIN_DIGITS_MAX
                    && digits.bytes().all(|digit| digit.is_ascii_digit());
                if !whole {
                    let message = format!("must be 1 to {PHONE_LOGIN_DIGITS_MAX} digits");
                    self.refuse(Column::PhoneLogin, message);
                }
                person.phone_login = Some(digits.to_owned());
            }
        }
        match self.cell(Column::ExternalKey) {
            Cell::Keep => {}
            Cell::Clear => person.external_key = None,
            Cell::Set(key) => person.external_key = Some(key.to_owned()),
        }
    }

    fn properties(&mut self, person: &mut Person) {
        for (n, head) in self.heads.iter().enumerate() {
            let Head::Property(name) = head else { continue };
            match self.cell_at(n) {
                Cell::Keep => {}
                Cell::Clear => drop(person.properties.remove(name)),
                Cell::Set(text) => {
                    let value = property(text, person.properties.get(name));
                    person.properties.insert(name.clone(), value);
                }
            }
        }
    }

    /// The e-mail device, if the line makes or changes it.
    fn device(&mut self, person: &Person) -> Option<Device> {
        let address = match self.cell(Column::Email) {
            Cell::Keep => return None,
            Cell::Clear => {
                self.refuse(Column::Email, "cannot be taken away here; remove the device instead");
                return None;
            }
            Cell::Set(text) if !is_email(text) => {
                let message = "must be an e-mail address such as ann@example.org";
                self.refuse(Column::Email, message);
                return None;
            }
            Cell::Set(text) => Address::Email(text.to_owned()),
        };
        let directory = self.directory();
        let Some(old) = email_of(directory, person) else {
            let last = directory.devices_of(person.id).map(|device| device.sequence).max();
            let id = DeviceId::new(self.importer.random, self.importer.now);
            return email_device(id, person.id, address, last.unwrap_or(0).saturating_add(1));
        };
        match &old.address {
            same if *same == address => None,
            Address::Email(_) => Some(Device { address, ..(**old).clone() }),
            Address::Voice(_) | Address::Sms(_) | Address::Webhook { .. } => {
                let message = format!("the device {EMAIL_DEVICE} of this user is of another kind");
                self.refuse(Column::Email, message);
                None
            }
        }
    }

    /// A cell that cannot be empty.
    fn filled_cell(&mut self, column: Column) -> Cell<'a> {
        let cell = self.cell(column);
        if cell == Cell::Clear {
            self.refuse(column, "cannot be taken away");
            return Cell::Keep;
        }
        cell
    }

    fn word<T>(&mut self, column: Column, read: fn(&str) -> Result<T, String>) -> Option<T> {
        let Cell::Set(text) = self.filled_cell(column) else { return None };
        self.read(column, read(text))
    }

    fn read<T>(&mut self, column: Column, read: Result<T, String>) -> Option<T> {
        read.map_err(|message| self.refuse(column, message)).ok()
    }

    fn cell(&self, column: Column) -> Cell<'a> {
        let at = self.heads.iter().position(|head| *head == Head::Known(column));
        at.map_or(Cell::Keep, |at| self.cell_at(at))
    }

    fn cell_at(&self, at: usize) -> Cell<'a> {
        let cell = self.record.cells.get(at).map_or("", String::as_str);
        match cell {
            "" => Cell::Keep,
            NOTHING => Cell::Clear,
            text => Cell::Set(unguarded(text).0),
        }
    }

    fn refuse(&mut self, column: Column, message: impl Into<String>) {
        self.refusals.push(Refusal::of(self.record.line, column.word(), message));
    }
}

/// What the column of target names says.
pub(super) fn target(heads: &[Head], record: &Record) -> Result<Name, Refusal> {
    let at = heads.iter().position(|head| *head == Head::Known(Column::Target));
    let cell = at.and_then(|at| record.cells.get(at)).map_or("", String::as_str);
    Name::parse(unguarded(cell).0)
        .map_err(|error| Refusal::of(record.line, Column::Target.word(), error.to_string()))
}

/// A new e-mail device for somebody, after the ones they have.
pub fn email_device(
    id: DeviceId,
    owner: PersonId,
    address: Address,
    sequence: u16,
) -> Option<Device> {
    Some(Device {
        id,
        owner,
        name: Name::parse(EMAIL_DEVICE).ok()?,
        address,
        sequence,
        delay_minutes: 0,
        priority_threshold: Priority::Low,
        timeframes: Vec::new(),
        default_device: false,
        status: Status::Active,
        external_key: None,
        externally_owned: false,
    })
}

fn find_site<'d>(directory: &'d Directory, name: &str) -> Option<&'d Site> {
    let id = directory.id_by_name(firebell_domain::directory::Kind::Site, name)?;
    directory.site(SiteId::from_bytes(id)).map(AsRef::as_ref)
}

fn licence(text: &str) -> Result<LicenceType, String> {
    let plain: String = text.chars().filter(|c| !" _-".contains(*c)).collect();
    match plain.to_lowercase().as_str() {
        "full" | "fulluser" => Ok(LicenceType::FullUser),
        "stakeholder" | "stakeholderuser" => Ok(LicenceType::StakeholderUser),
        _ => words::licence(text),
    }
}

fn language(text: &str) -> Result<String, String> {
    if is_language(text) {
        return Ok(text.to_owned());
    }
    Err("must be a language tag such as en or pt-BR".to_owned())
}

fn shown(text: &str) -> String {
    format!("{:?}", cut(text, SHOWN_CHARS))
}
