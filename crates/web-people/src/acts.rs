//! What is done with a user by one press: activate, deactivate, send a link to a new password,
//! remove.
//!
//! What can be taken back happens at once and offers to be undone; removing asks for the name.

use std::sync::Arc;

use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use firebell_access::{AuthError, Permission, Principal, Scope, allows};
use firebell_config::cascade;
use firebell_domain::directory::Directory;
use firebell_domain::name::fold;
use firebell_domain::person::{Person, Status};
use firebell_ui::part::{Crumbs, Faults as FormFaults, Field, Notice};
use firebell_ui::{Answer, Area, Form, Frame, MayNot, Refusal, Say, Undo, Visit, page_with};
use http::{Extensions, StatusCode};

use crate::bulk::{opposite, set_status};
use crate::change::change;
use crate::edit::person;
use crate::show::{belongings, has_mail};
use crate::words::WORDS;

/// Somebody the visitor may change.
fn writable(visit: &Visit, id: &str) -> Result<Arc<Person>, Refusal> {
    visit.require(Permission::ReadConfiguration, &Scope::Instance)?;
    let found = Arc::clone(person(visit, id)?);
    visit.require(Permission::WritePeople, &Scope::Person(&found))?;
    Ok(found)
}

/// `POST /users/{id}/activate`
pub(crate) async fn activate(visit: Visit, Path(id): Path<String>) -> Answer {
    turn(visit, &id, Status::Active).await
}

/// `POST /users/{id}/deactivate`
pub(crate) async fn deactivate(visit: Visit, Path(id): Path<String>) -> Answer {
    turn(visit, &id, Status::Inactive).await
}

async fn turn(visit: Visit, id: &str, status: Status) -> Answer {
    let person = writable(&visit, id)?;
    let t = visit.say(&WORDS);
    if status == Status::Inactive && person.id == visit.person.id {
        let notice = Notice::wrong(t.get("people-not-possible"), t.get("people-not-yourself"));
        return Err(visit.notice(StatusCode::UNPROCESSABLE_ENTITY, notice));
    }
    let changed = set_status(&visit, vec![person.id], status).await?;
    let response = visit.lead(&format!("users/{}", person.id));
    let name = person.display_name();
    let name = [("name", name.as_str())];
    if changed.is_empty() {
        return Ok(visit.toast(response, t.a("people-same", &name)));
    }
    let said = match status {
        Status::Active => "people-one-activated",
        Status::Inactive => "people-one-deactivated",
    };
    let action = format!("users/{}/{}", person.id, opposite(status));
    let undo = Undo { action, fields: Vec::new() };
    Ok(visit.toast_undo(response, t.a(said, &name), undo))
}

/// `POST /users/{id}/password-mail`
pub(crate) async fn mail_password(
    visit: Visit,
    extensions: Extensions,
    Path(id): Path<String>,
) -> Answer {
    let person = writable(&visit, &id)?;
    let t = visit.say(&WORDS);
    let door = &visit.ui.authenticator;
    if !door.can_mail() || !has_mail(&visit, &person) || person.status == Status::Inactive {
        let notice = Notice::wrong(t.get("people-not-possible"), t.get("people-mail-nowhere"));
        return Err(visit.notice(StatusCode::UNPROCESSABLE_ENTITY, notice));
    }
    let client = (visit.ui.client)(&extensions);
    let login = person.web_login.as_str();
    let name = person.display_name();
    match door.request_reset(&visit.directory, login, client, visit.now) {
        Ok(()) => {
            let response = visit.lead(&format!("users/{}", person.id));
            Ok(visit.toast(response, t.a("people-mailed", &[("name", &name)])))
        }
        Err(AuthError::LockedOut { retry_after }) => {
            let minutes = retry_after.as_secs().div_ceil(60);
            let text = t.na("people-mail-often", minutes, &[("name", &name)]);
            let notice = Notice::wrong(t.get("people-not-possible"), text);
            Err(visit.notice(StatusCode::TOO_MANY_REQUESTS, notice))
        }
        Err(error) => {
            tracing::warn!(%error, "a link to a new password was not sent");
            let text = t.a("people-not-done", &[("text", &error.to_string())]);
            let notice = Notice::wrong(t.get("people-not-possible"), text);
            Err(visit.notice(StatusCode::SERVICE_UNAVAILABLE, notice))
        }
    }
}

#[derive(Debug, Template)]
#[template(path = "people/remove.html")]
struct RemovePage {
    frame: Frame,
    t: Say,
    crumbs: Crumbs,
    title: String,
    lead: String,
    faults: FormFaults,
    action: String,
    cancel: String,
    field: Field,
    deactivate: Option<String>,
}

/// `GET /users/{id}/remove`
pub(crate) async fn ask_remove(visit: Visit, Path(id): Path<String>) -> Answer {
    let person = writable(&visit, &id)?;
    let t = visit.say(&WORDS);
    Ok(remove_page(&visit, &person, StatusCode::OK, FormFaults::new(t)))
}

fn remove_page(visit: &Visit, person: &Person, status: StatusCode, faults: FormFaults) -> Response {
    let t = visit.say(&WORDS);
    let (devices, groups) = belongings(visit, person);
    let (name, target) = (person.display_name(), person.target_name.to_string());
    let (devices, groups) = (t.n("people-devices", devices), t.n("people-groups", groups));
    let title = t.a("people-remove-title", &[("name", &name)]);
    let own = visit.href(&format!("users/{}", person.id));
    let users = (t.get("people-title"), visit.href("users"));
    page_with(
        status,
        &RemovePage {
            frame: visit.frame(title.clone(), Area::Users),
            t,
            crumbs: Crumbs::new(vec![users, (name, own.clone())]),
            title,
            lead: t.a("people-remove-lead", &[("devices", &devices), ("groups", &groups)]),
            action: format!("{own}/remove"),
            deactivate: (person.status == Status::Active).then(|| format!("{own}/deactivate")),
            cancel: own,
            field: Field::text("name", t.a("people-remove-field", &[("target", &target)]))
                .required()
                .mono()
                .autocomplete("off")
                .error(faults.of("name")),
            faults,
        },
    )
}

/// `POST /users/{id}/remove`
pub(crate) async fn remove(visit: Visit, Path(id): Path<String>, form: Form) -> Answer {
    let person = writable(&visit, &id)?;
    let t = visit.say(&WORDS);
    if person.id == visit.person.id {
        let notice = Notice::wrong(t.get("people-not-possible"), t.get("people-not-yourself"));
        return Err(visit.notice(StatusCode::UNPROCESSABLE_ENTITY, notice));
    }
    if fold(form.text("name")) != person.target_name.fold() {
        let mut faults = FormFaults::new(t);
        let target = person.target_name.to_string();
        faults.add("name", t.a("people-remove-wrong", &[("target", &target)]));
        return Ok(remove_page(&visit, &person, StatusCode::UNPROCESSABLE_ENTITY, faults));
    }
    let id = person.id;
    let decide = move |directory: &Directory, who: &Principal| {
        let Some(old) = directory.person(id) else { return Ok(Vec::new()) };
        // They may have got a role since that keeps others from removing them.
        allows(who, Permission::WritePeople, &Scope::Person(old)).map_err(MayNot::from)?;
        Ok(cascade::remove_person(directory, id))
    };
    let author = visit.author("user removed");
    change(&visit, &author, decide).await.map_err(|failed| failed.refusal(&visit))?;
    let name = person.display_name();
    Ok(visit.toast(visit.lead("users"), t.a("people-removed", &[("name", &name)])))
}
