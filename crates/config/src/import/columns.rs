//! What the columns of a table mean.

use std::sync::Arc;

use firebell_domain::device::{Address, Device};
use firebell_domain::directory::Directory;
use firebell_domain::name::{cut, fold};
use firebell_domain::person::Person;

use super::csv::Record;
use super::{EMAIL_DEVICE, Refusal};
use crate::people::field;

/// What the name of a column for a custom field begins with.
pub const PROPERTY_PREFIX: &str = "property:";

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    /// The target name, by which people are found.
    Target,
    /// The given name.
    First,
    /// The family name.
    Last,
    /// What they sign in with.
    Login,
    /// Active or inactive.
    Status,
    /// The type of licence.
    Licence,
    /// Roles, separated by `|`.
    Roles,
    /// A language tag.
    Language,
    /// An IANA time zone.
    Zone,
    /// The site's name.
    Site,
    /// The target names of supervisors, separated by `|`.
    Supervisors,
    /// The address of the device [`EMAIL_DEVICE`].
    Email,
    /// Digits for telephone sign-in.
    PhoneLogin,
    /// The key in another system.
    ExternalKey,
}

/// Every column with the name it is written with, in the order of templates and exports.
pub const COLUMNS: [(Column, &str); 14] = [
    (Column::Target, "user_id"),
    (Column::First, "first_name"),
    (Column::Last, "last_name"),
    (Column::Email, "email"),
    (Column::Licence, "licence"),
    (Column::Roles, "roles"),
    (Column::Status, "status"),
    (Column::Login, "web_login"),
    (Column::Language, "language"),
    (Column::Zone, "time_zone"),
    (Column::Site, "site"),
    (Column::Supervisors, "supervisors"),
    (Column::PhoneLogin, "phone_login"),
    (Column::ExternalKey, "external_key"),
];

/// Two people as a template shows them: sample data.
pub const SAMPLE: &str = "user_id,first_name,last_name,email,licence,roles,status,web_login,\
    language,time_zone,site,supervisors,phone_login,external_key,property:desk\r\n\
    sample.one,Sample,One,sample.one@example.org,FULL_USER,Standard User | Group Supervisor,\
    ACTIVE,,en,Europe/Oslo,,,,,4.12\r\n\
    sample.two,Sample,Two,sample.two@example.org,STAKEHOLDER_USER,Standard User,ACTIVE,,en,,,\
    sample.one,,,\r\n";

/// Other names for columns, without blanks, hyphens and underscores.
const ALIASES: [(&str, Column); 34] = [
    ("userid", Column::Target),
    ("user", Column::Target),
    ("username", Column::Target),
    ("targetname", Column::Target),
    ("firstname", Column::First),
    ("givenname", Column::First),
    ("lastname", Column::Last),
    ("familyname", Column::Last),
    ("surname", Column::Last),
    ("weblogin", Column::Login),
    ("login", Column::Login),
    ("status", Column::Status),
    ("licence", Column::Licence),
    ("license", Column::Licence),
    ("licencetype", Column::Licence),
    ("licensetype", Column::Licence),
    ("role", Column::Roles),
    ("roles", Column::Roles),
    ("language", Column::Language),
    ("timezone", Column::Zone),
    ("zone", Column::Zone),
    ("site", Column::Site),
    ("sitename", Column::Site),
    ("supervisor", Column::Supervisors),
    ("supervisors", Column::Supervisors),
    ("manager", Column::Supervisors),
    ("email", Column::Email),
    ("emailaddress", Column::Email),
    ("workemail", Column::Email),
    ("mail", Column::Email),
    ("phonelogin", Column::PhoneLogin),
    ("externalkey", Column::ExternalKey),
    ("externalid", Column::ExternalKey),
    ("employeeid", Column::ExternalKey),
];

impl Column {
    /// The name it is written with.
    pub fn word(self) -> &'static str {
        COLUMNS.iter().find(|(column, _)| *column == self).map_or("", |(_, word)| word)
    }
}

/// What one column of a table is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Head {
    Known(Column),
    /// A custom field with this name.
    Property(String),
    /// Not read.
    Ignored(String),
}

/// What the columns of a table are.
///
/// # Errors
/// If nobody could say whom a line is about, or a column is there twice.
pub(super) fn heads(first: &Record) -> Result<Vec<Head>, Vec<Refusal>> {
    let heads: Vec<Head> = first.cells.iter().map(|cell| head(cell)).collect();
    let mut refusals = Vec::new();
    if !heads.contains(&Head::Known(Column::Target)) {
        let message = "the first line must name the columns, and one of them must be user_id; \
                       the template shows how";
        refusals.push(Refusal::of(first.line, "", message));
    }
    for (n, one) in heads.iter().enumerate() {
        let twice = heads.iter().take(n).any(|earlier| earlier == one);
        if twice && !matches!(one, Head::Ignored(_)) {
            let name = first.cells.get(n).map(|cell| cut(cell, 100)).unwrap_or_default();
            let message = "this column is there twice; remove one of them";
            refusals.push(Refusal::of(first.line, &name, message));
        }
    }
    if refusals.is_empty() { Ok(heads) } else { Err(refusals) }
}

fn head(cell: &str) -> Head {
    let (cell, _) = super::csv::unguarded(cell);
    let name = cell.get(..PROPERTY_PREFIX.len()).and_then(|start| {
        let is = start.eq_ignore_ascii_case(PROPERTY_PREFIX);
        cell.get(PROPERTY_PREFIX.len()..).map(str::trim).filter(|name| is && !name.is_empty())
    });
    if let Some(name) = name {
        return Head::Property(name.to_owned());
    }
    let plain: String = fold(cell).chars().filter(|c| !" _-".contains(*c)).collect();
    let known = ALIASES.iter().find(|(alias, _)| *alias == plain);
    known.map_or_else(|| Head::Ignored(cut(cell, 100)), |(_, column)| Head::Known(*column))
}

/// The device that the column `email` is about.
pub fn email_of<'d>(directory: &'d Directory, person: &Person) -> Option<&'d Arc<Device>> {
    let name = fold(EMAIL_DEVICE);
    directory.devices_of(person.id).find(|device| device.name.fold() == name)
}

/// What a person has in a column, as it is written. Reading it back changes nothing.
pub fn export_cell(directory: &Directory, person: &Person, column: Column) -> String {
    let name = match column {
        Column::Target => "targetName",
        Column::First => "firstName",
        Column::Last => "lastName",
        Column::Login => "webLogin",
        Column::Status => "status",
        Column::Licence => "licenseType",
        Column::Roles => "roles",
        Column::Language => "language",
        Column::Zone => "timezone",
        Column::Site => "site",
        Column::Supervisors => "supervisors",
        Column::PhoneLogin => "phoneLogin",
        Column::ExternalKey => "externalKey",
        Column::Email => {
            return match email_of(directory, person).map(|device| &device.address) {
                Some(Address::Email(address)) => address.clone(),
                Some(Address::Voice(_) | Address::Sms(_) | Address::Webhook { .. }) | None => {
                    String::new()
                }
            };
        }
    };
    field(directory, person, name)
}
