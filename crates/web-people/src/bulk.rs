//! Several users activated or deactivated at once, and back again.

use std::sync::{Arc, Mutex, PoisonError};

use firebell_access::people::may_write_person;
use firebell_access::{Permission, Principal, Scope};
use firebell_config::Change;
use firebell_config::people::put;
use firebell_domain::directory::Directory;
use firebell_domain::person::{Person, PersonId, Status};
use firebell_ui::part::Notice;
use firebell_ui::{Answer, Form, MayNot, Query, Undo, Visit};
use http::StatusCode;

use crate::change::change;
use crate::words::WORDS;

/// Users that are changed at once.
const AT_ONCE_MAX: usize = 200;

/// `POST /users/bulk`
pub(crate) async fn bulk(visit: Visit, form: Form) -> Answer {
    visit.require(Permission::WritePeople, &Scope::Instance)?;
    let t = visit.say(&WORDS);
    let status = match form.text("do") {
        "activate" => Status::Active,
        "deactivate" => Status::Inactive,
        _ => {
            let notice = Notice::wrong(t.get("people-not-possible"), t.get("people-bulk-what"));
            return Err(visit.notice(StatusCode::UNPROCESSABLE_ENTITY, notice));
        }
    };
    let mut ids: Vec<PersonId> =
        form.all("id").into_iter().filter_map(|text| text.parse().ok()).collect();
    ids.extend(form.text("ids").split('.').filter_map(unpacked));
    let back = back(&form);
    if ids.is_empty() {
        return Ok(visit.toast(visit.lead(&back), t.get("people-bulk-nobody")));
    }
    if ids.len() > AT_ONCE_MAX {
        let notice =
            Notice::wrong(t.get("people-not-possible"), t.n("people-bulk-many", AT_ONCE_MAX));
        return Err(visit.notice(StatusCode::UNPROCESSABLE_ENTITY, notice));
    }
    if status == Status::Inactive && ids.contains(&visit.person.id) {
        let notice = Notice::wrong(t.get("people-not-possible"), t.get("people-not-yourself"));
        return Err(visit.notice(StatusCode::UNPROCESSABLE_ENTITY, notice));
    }
    let changed = set_status(&visit, ids, status).await?;
    let key = match status {
        Status::Active => "people-activated",
        Status::Inactive => "people-deactivated",
    };
    let response = visit.lead(&back);
    if changed.is_empty() {
        return Ok(visit.toast(response, t.get("people-bulk-same")));
    }
    let undo = Undo {
        action: "users/bulk".to_owned(),
        fields: vec![
            ("do".to_owned(), opposite(status).to_owned()),
            ("ids".to_owned(), changed.iter().map(packed).collect::<Vec<_>>().join(".")),
        ],
    };
    Ok(visit.toast_undo(response, t.n(key, changed.len()), undo))
}

/// The word of what takes a status back.
pub(crate) const fn opposite(status: Status) -> &'static str {
    match status {
        Status::Active => "deactivate",
        Status::Inactive => "activate",
    }
}

/// Gives these people a status, all or none, and says who had another one.
pub(crate) async fn set_status(
    visit: &Visit,
    ids: Vec<PersonId>,
    status: Status,
) -> Result<Vec<PersonId>, firebell_ui::Refusal> {
    let now = visit.now;
    let slot: Arc<Mutex<Vec<PersonId>>> = Arc::default();
    let changed = Arc::clone(&slot);
    let decide = move |directory: &Directory, who: &Principal| {
        let mut changes: Vec<Change> = Vec::new();
        let mut done = Vec::new();
        for old in ids.iter().filter_map(|id| directory.person(*id)) {
            let new = Person { status, ..(**old).clone() };
            if let Err(forbidden) = may_write_person(who, Some(old), &new) {
                let message = format!("{}: {}", old.target_name, forbidden.message);
                return Err(MayNot(message).into());
            }
            if let Some(change) = put(Some(old), new, now) {
                changes.push(change);
                done.push(old.id);
            }
        }
        *changed.lock().unwrap_or_else(PoisonError::into_inner) = done;
        Ok(changes)
    };
    let author = match status {
        Status::Active => visit.author("users activated"),
        Status::Inactive => visit.author("users deactivated"),
    };
    change(visit, &author, decide).await.map_err(|failed| failed.refusal(visit))?;
    let done = std::mem::take(&mut *slot.lock().unwrap_or_else(PoisonError::into_inner));
    Ok(done)
}

/// The list as it was. What a form says is read and written anew, so it leads nowhere else.
pub(crate) fn back(form: &Form) -> String {
    let text = form.text("back");
    let query = Query::read(text.strip_prefix('?').unwrap_or(text)).with(&[]);
    if query == "?" { "users".to_owned() } else { format!("users{query}") }
}

/// An id as short as it fits into a toast with fifty others.
fn packed(id: &PersonId) -> String {
    format!("{:032x}", u128::from_be_bytes(id.to_bytes()))
}

fn unpacked(text: &str) -> Option<PersonId> {
    if text.len() != 32 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let number = u128::from_str_radix(text, 16).ok()?;
    Some(PersonId::from_bytes(number.to_be_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_packed_and_unpacked() {
        let id = PersonId::from_bytes([7; 16]);
        assert_eq!(unpacked(&packed(&id)), Some(id));
        for bad in ["", "07", "+7070707070707070707070707070707", &"é".repeat(16)] {
            assert_eq!(unpacked(bad), None, "{bad}");
        }
    }

    #[test]
    fn back_leads_to_the_list_and_nowhere_else() {
        let of = |text: &str| back(&Form::of(format!("back={text}").as_bytes()));
        assert_eq!(of("%3Fq%3Dbo%26page%3D2"), "users?q=bo&page=2");
        assert_eq!(of(""), "users");
        assert_eq!(of("https%3A%2F%2Fevil.example"), "users");
        assert_eq!(of("%3Fq%3D%0D%0ASet-Cookie"), "users?q=%0ASet-Cookie");
    }
}
