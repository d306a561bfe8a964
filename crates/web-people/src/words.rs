//! The words of these pages, and those of closed lists.

use firebell_domain::person::{LicenceType, Role, Status};
use firebell_ui::part::Badge;
use firebell_ui::{Catalogue, Say, Shape};

/// English.
pub(crate) static WORDS: Catalogue = Catalogue::new(&[("en", include_str!("../locales/en.ftl"))]);

/// The name of a licence type, as in "Full user".
pub(crate) fn licence(t: Say, licence: LicenceType) -> String {
    match licence {
        LicenceType::FullUser => t.get("people-full"),
        LicenceType::StakeholderUser => t.get("people-stakeholder"),
    }
}

/// A status as a badge.
pub(crate) fn status(t: Say, status: Status) -> Badge {
    match status {
        Status::Active => Badge::new("ok", Shape::Check, t.get("people-active")),
        Status::Inactive => Badge::new("muted", Shape::Slash, t.get("people-inactive")),
    }
}

/// A status as a word.
pub(crate) fn status_word(t: Say, status: Status) -> String {
    match status {
        Status::Active => t.get("people-active"),
        Status::Inactive => t.get("people-inactive"),
    }
}

/// Roles, joined.
pub(crate) fn roles(roles: &[Role]) -> String {
    roles.iter().map(|role| role.word()).collect::<Vec<_>>().join(", ")
}

/// The label of a field of the API's shape.
pub(crate) fn field(t: Say, field: &str) -> String {
    match field {
        "targetName" => t.get("people-field-target"),
        "firstName" => t.get("people-field-first"),
        "lastName" => t.get("people-field-last"),
        "webLogin" => t.get("people-field-login"),
        "status" => t.get("people-field-status"),
        "licenseType" => t.get("people-field-licence"),
        "roles" => t.get("people-field-roles"),
        "language" => t.get("people-field-language"),
        "timezone" => t.get("people-field-zone"),
        "site" => t.get("people-field-site"),
        "supervisors" => t.get("people-field-supervisors"),
        "phoneLogin" => t.get("people-field-phone-login"),
        "externalKey" => t.get("people-field-external"),
        "externallyOwned" => t.get("people-field-owned"),
        "emailAddress" => t.get("people-field-email"),
        other => match other.strip_prefix("properties.") {
            Some(name) => t.a("people-field-property", &[("name", name)]),
            None => other.to_owned(),
        },
    }
}

/// A field's value as people read it: words of closed lists in their language.
pub(crate) fn value(t: Say, field: &str, text: &str) -> String {
    let statuses = [Status::Active, Status::Inactive];
    match field {
        "licenseType" => LicenceType::from_word(text).map(|one| licence(t, one)),
        "status" => {
            let found = statuses.into_iter().find(|one| one.word() == text);
            found.map(|one| status_word(t, one))
        }
        _ => None,
    }
    .unwrap_or_else(|| text.to_owned())
}
