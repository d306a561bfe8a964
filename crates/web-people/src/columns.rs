//! The columns of the list, and what stands in them.

use std::collections::BTreeMap;

use firebell_config::import::email_of;
use firebell_domain::device::Address;
use firebell_domain::directory::Directory;
use firebell_domain::group::Group;
use firebell_domain::person::{Person, PersonId, Status};
use firebell_domain::recipient::Recipient;
use firebell_ui::part::Badge;
use firebell_ui::{Say, Visit, When};

use crate::words;

/// Names of one list in a cell; more are counted.
const NAMES_MAX: usize = 3;

/// A column readers may choose. The name always stands first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Column {
    Login,
    Email,
    Status,
    Licence,
    Roles,
    Site,
    Supervisors,
    Groups,
    Devices,
    Language,
    Zone,
    Created,
    Updated,
}

/// Every column: its word in URLs, the key of its label, its sorting, and whether it is there
/// unless something else is chosen.
pub(crate) const COLUMNS: [(Column, &str, &str, Option<&str>, bool); 13] = [
    (Column::Status, "status", "people-field-status", Some("status"), true),
    (Column::Licence, "licence", "people-field-licence", Some("licence"), true),
    (Column::Roles, "roles", "people-field-roles", Some("role"), true),
    (Column::Site, "site", "people-field-site", Some("site"), true),
    (Column::Supervisors, "supervisors", "people-field-supervisors", None, true),
    (Column::Devices, "devices", "people-field-devices", None, true),
    (Column::Groups, "groups", "people-field-groups", None, false),
    (Column::Email, "email", "people-field-email", None, false),
    (Column::Login, "login", "people-field-login", Some("login"), false),
    (Column::Language, "language", "people-field-language", None, false),
    (Column::Zone, "zone", "people-field-zone", None, false),
    (Column::Created, "created", "people-field-created", Some("created"), false),
    (Column::Updated, "updated", "people-field-updated", Some("updated"), false),
];

/// Whether these words choose what is there by itself.
pub(crate) fn is_usual(words: &[&str]) -> bool {
    chosen(words) == chosen(&[])
}

/// What stands in a cell.
#[derive(Debug)]
pub(crate) enum Cell {
    Text(String),
    Badge(Badge),
    When(When),
}

impl Cell {
    pub(crate) fn is_empty(&self) -> bool {
        matches!(self, Self::Text(text) if text.is_empty())
    }
}

/// A row of the list.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) id: String,
    pub(crate) name: String,
    /// What its box chooses.
    pub(crate) pick: String,
    pub(crate) target: String,
    pub(crate) href: String,
    /// The column's label, and what stands in it.
    pub(crate) cells: Vec<(String, Cell)>,
    pub(crate) inactive: bool,
}

/// The columns with these words, in our order; without any, those that are there by themselves.
pub(crate) fn chosen(words: &[&str]) -> Vec<Column> {
    let asked: Vec<Column> = COLUMNS
        .into_iter()
        .filter(|(_, word, ..)| words.contains(word))
        .map(|(column, ..)| column)
        .collect();
    if !asked.is_empty() {
        return asked;
    }
    COLUMNS.into_iter().filter(|column| column.4).map(|(column, ..)| column).collect()
}

/// The rows of these people.
pub(crate) fn rows(
    visit: &Visit,
    t: Say,
    directory: &Directory,
    people: &[std::sync::Arc<Person>],
    columns: &[Column],
) -> Vec<Row> {
    let groups = if columns.contains(&Column::Groups) {
        groups_of(directory, people.iter().map(|person| person.id))
    } else {
        BTreeMap::new()
    };
    let labels: Vec<(Column, String)> = COLUMNS
        .into_iter()
        .filter(|(column, ..)| columns.contains(column))
        .map(|(column, _, label, ..)| (column, t.get(label)))
        .collect();
    let none = Vec::new();
    let row = |person: &std::sync::Arc<Person>| {
        let groups = groups.get(&person.id).unwrap_or(&none);
        let cell = |column: Column| cell(visit, t, directory, person, column, groups);
        Row {
            id: person.id.to_string(),
            name: person.display_name(),
            pick: t.a("people-pick", &[("name", &person.display_name())]),
            target: person.target_name.to_string(),
            href: visit.href(&format!("users/{}", person.id)),
            cells: labels.iter().map(|(one, label)| (label.clone(), cell(*one))).collect(),
            inactive: person.status == Status::Inactive,
        }
    };
    people.iter().map(row).collect()
}

fn cell(
    visit: &Visit,
    t: Say,
    directory: &Directory,
    person: &Person,
    column: Column,
    groups: &[String],
) -> Cell {
    Cell::Text(match column {
        Column::Status => return Cell::Badge(words::status(t, person.status)),
        Column::Created => return Cell::When(visit.when(person.created)),
        Column::Updated => return Cell::When(visit.when(person.updated)),
        Column::Login => person.web_login.to_string(),
        Column::Licence => words::licence(t, person.licence),
        Column::Roles => words::roles(&person.roles),
        Column::Language => person.language.clone(),
        Column::Zone => person.zone.name().to_owned(),
        Column::Site => {
            let site = person.site.and_then(|id| directory.site(id));
            site.map(|site| site.name.to_string()).unwrap_or_default()
        }
        Column::Supervisors => {
            let known = person.supervisors.iter().filter_map(|id| directory.person(*id));
            few(t, &known.map(|one| one.display_name()).collect::<Vec<_>>())
        }
        Column::Groups => few(t, groups),
        Column::Devices => match directory.devices_of(person.id).count() {
            0 => t.get("people-no-device"),
            n => n.to_string(),
        },
        Column::Email => match email_of(directory, person).map(|device| &device.address) {
            Some(Address::Email(address)) => address.clone(),
            Some(Address::Voice(_) | Address::Sms(_) | Address::Webhook { .. }) | None => {
                String::new()
            }
        },
    })
}

fn few(t: Say, names: &[String]) -> String {
    let shown = names.iter().take(NAMES_MAX).cloned().collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(NAMES_MAX) {
        0 => shown,
        more => t.na("people-and-more", more, &[("names", &shown)]),
    }
}

/// The names of the groups these people are in, in person or with a device. One walk over all
/// rosters, however many people.
pub(crate) fn groups_of(
    directory: &Directory,
    people: impl Iterator<Item = PersonId>,
) -> BTreeMap<PersonId, Vec<String>> {
    let mut found: BTreeMap<PersonId, Vec<String>> = people.map(|id| (id, Vec::new())).collect();
    for group in directory.groups() {
        for person in members_of(directory, group) {
            if let Some(names) = found.get_mut(&person)
                && names.last().is_none_or(|last| *last != group.target_name.as_str())
            {
                names.push(group.target_name.to_string());
            }
        }
    }
    for names in found.values_mut() {
        names.sort();
    }
    found
}

/// The people of a roster, in person or with a device.
pub(crate) fn members_of<'d>(
    directory: &'d Directory,
    group: &'d Group,
) -> impl Iterator<Item = PersonId> + 'd {
    group.members.iter().filter_map(|member| match member {
        Recipient::Person(id) => Some(*id),
        Recipient::Device(id) => directory.device(*id).map(|device| device.owner),
        Recipient::Group(_) => None,
    })
}
