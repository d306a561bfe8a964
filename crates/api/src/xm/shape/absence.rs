//! Temporary absences on the wire (section 7 of the API reference).

use firebell_domain::absence::TemporaryAbsence;
use firebell_domain::directory::Directory;
use firebell_domain::person::PersonId;
use serde_json::{Value, json};

use super::{group, link, path, person};
use crate::time::format_time;

/// An absence.
pub(crate) fn absence(directory: &Directory, absence: &TemporaryAbsence) -> Value {
    let somebody = |id: PersonId| {
        let known = directory.person(id).map(|p| person::reference(p));
        known.unwrap_or_else(|| json!({"id": id.to_string(), "recipientType": "PERSON"}))
    };
    let mut shape = json!({
        "id": absence.id.to_string(),
        "absenceType": if absence.replacement.is_some() { "REPLACEMENT" } else { "VACANCY" },
        "member": somebody(absence.member),
        "start": format_time(absence.start),
        "end": format_time(absence.end),
        "links": link(&path("temporary-absences", absence.id)),
    });
    let Some(fields) = shape.as_object_mut() else { return shape };
    if let Some(id) = absence.replacement {
        fields.insert("replacement".to_owned(), somebody(id));
    }
    if let Some(of) = absence.group.and_then(|id| directory.group(id)) {
        fields.insert("group".to_owned(), group::reference(of));
    }
    shape
}
