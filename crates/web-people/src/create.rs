//! Adds somebody. The attempt decides, and says honestly what it knows; entries are kept.

use std::sync::Arc;

use axum::http::StatusCode;
use firebell_access::people::{may_write_mail, may_write_person};
use firebell_access::{Permission, Principal, Scope};
use firebell_config::import::email_device;
use firebell_config::key::hash;
use firebell_config::people::put;
use firebell_config::{Change, Committed, Faults, Intent};
use firebell_domain::device::{Address, DeviceId, is_email};
use firebell_domain::directory::{Directory, Entity};
use firebell_domain::name::fold;
use firebell_domain::person::{LicenceType, PersonId};
use firebell_ui::part::{Faults as FormFaults, Field, Notice};
use firebell_ui::{Answer, Form, MayNot, Query, Visit, page, page_with};
use http::Extensions;

use crate::change::{Failed, change};
use crate::entry::Entry;
use crate::form::{About, FormPart, form, page_of, told};
use crate::licence::{Standing, standing};
use crate::words::WORDS;

/// Hexadecimal digits of the key under which somebody is added once.
const KEY_DIGITS: usize = 32;

/// `GET /users/new`
pub(crate) async fn show(visit: Visit, query: Query) -> Answer {
    visit.require(Permission::WritePeople, &Scope::Instance)?;
    let licence = LicenceType::from_word(query.text("licenseType")).unwrap_or_default();
    let entry = Entry::blank(&visit.person, licence);
    let standing = standing(&visit).await;
    let t = visit.say(&WORDS);
    let part = filled(&visit, &entry, FormFaults::new(t), &standing, &new_key(&visit));
    if visit.partial {
        return Ok(page(&part));
    }
    Ok(page(&page_of(&visit, part)))
}

fn new_key(visit: &Visit) -> String {
    format!("{:032x}", u128::from_be_bytes(visit.ui.random.bytes()))
}

fn filled(
    visit: &Visit,
    entry: &Entry,
    faults: FormFaults,
    standing: &Standing,
    key: &str,
) -> FormPart {
    let t = visit.say(&WORDS);
    let mut part = form(visit, About::New, entry, faults, standing);
    part.title = t.get("people-add");
    part.lead = standing.sentence(visit);
    part.action = visit.href("users/new");
    part.cancel = visit.href("users");
    part.submit = t.get("people-add");
    part.hidden = vec![Field::hidden("key", key)];
    if visit.ui.authenticator.can_mail() {
        part.names.push(
            Field::check("invite", t.get("people-invite"), true).hint(t.get("people-hint-invite")),
        );
    }
    part
}

/// `POST /users/new`
pub(crate) async fn create(visit: Visit, extensions: Extensions, posted: Form) -> Answer {
    visit.require(Permission::WritePeople, &Scope::Instance)?;
    let entry = Entry::read(&posted);
    let key = posted.text("key");
    let plain = key.len() == KEY_DIGITS && key.bytes().all(|byte| byte.is_ascii_hexdigit());
    let key = if plain { key.to_owned() } else { new_key(&visit) };
    let attempt = attempt(&visit, &entry, &key).await;
    let committed = match attempt {
        Ok(committed) => committed,
        Err(failed) => return Ok(again(&visit, &entry, &key, failed).await),
    };
    let t = visit.say(&WORDS);
    let directory = &committed.directory;
    let before = committed.repeated.is_some();
    let found = match committed.repeated {
        Some(id) => directory.person(id),
        None => directory.person_by_name(&entry.target),
    };
    // The key was used, and whom it made is not who is entered here.
    let Some(person) = found.filter(|one| one.target_name.fold() == fold(&entry.target)) else {
        let name = found.map(|one| one.target_name.to_string()).unwrap_or_default();
        let text = t.a("people-key-used", &[("name", &name)]);
        let notice = Notice::wrong(t.get("people-not-added"), text);
        let standing = standing(&visit).await;
        let fresh = new_key(&visit);
        let mut part = filled(&visit, &entry, FormFaults::new(t), &standing, &fresh);
        part.notices.push(notice);
        return Ok(page_with(StatusCode::CONFLICT, &page_of(&visit, part)));
    };
    let invited = !before && posted.has("invite") && !entry.email.is_empty();
    if invited && visit.ui.authenticator.can_mail() {
        let client = (visit.ui.client)(&extensions);
        let login = person.web_login.as_str();
        // That nothing could be sent is seen on the page of the user: no message was promised.
        if let Err(error) =
            visit.ui.authenticator.request_reset(directory, login, client, visit.now)
        {
            tracing::warn!(%error, "an invitation was not sent");
        }
    }
    let name = person.display_name();
    let said = if before { "people-added-before" } else { "people-added" };
    let response = if posted.has("again") {
        visit.lead("users/new")
    } else {
        visit.lead(&format!("users/{}", person.id))
    };
    Ok(visit.toast(response, t.a(said, &[("name", &name)])))
}

async fn attempt(visit: &Visit, entry: &Entry, key: &str) -> Result<Committed, Failed> {
    let instance = visit.directory.instance.id;
    let mut intent = Intent::from(&visit.author("user added"));
    // It means nothing in another instance or from somebody else.
    intent.key = Some(hash(&format!("user-form\n{instance}\n{}\n{key}", visit.principal.person)));
    let (entry, by) = (entry.clone(), Arc::clone(&visit.person));
    let (random, now) = (&visit.ui.random, visit.now);
    // Made beforehand, because a decision may run twice.
    let (id, device) = (PersonId::new(random, now), DeviceId::new(random, now));
    let decide = move |directory: &Directory, who: &Principal| {
        // Whoever adds may have been changed meanwhile.
        let by = directory.person(by.id).unwrap_or(&by);
        let person = entry.newcomer(directory, id, by, now)?;
        may_write_person(who, None, &person).map_err(|no| MayNot::from(no).at("roles"))?;
        let mut changes: Vec<Change> = Vec::new();
        if !entry.email.is_empty() {
            if !is_email(&entry.email) {
                let message = "must be an e-mail address such as ann@example.org";
                return Err(Faults::one("emailAddress", message, "validation.person.emailAddress"));
            }
            may_write_mail(who, &person).map_err(|no| MayNot::from(no).at("emailAddress"))?;
            let address = Address::Email(entry.email.clone());
            let made = email_device(device, id, address, 1);
            changes.extend(made.map(Entity::Device).map(Change::Put));
        }
        changes.extend(put(None, person, now));
        Ok(changes)
    };
    change(visit, intent, decide).await
}

/// The form once more, with what was entered and why nobody was added.
async fn again(
    visit: &Visit,
    entry: &Entry,
    key: &str,
    failed: Failed,
) -> axum::response::Response {
    let standing = standing(visit).await;
    let said = ["people-unconfirmed-add", "people-unknown-add", "people-denied-add"];
    let (status, notice, found) = told(visit, failed, said);
    let listed = !found.is_empty();
    let mut part = filled(visit, entry, found, &standing, key);
    if !listed {
        part.notices.push(notice);
    }
    page_with(status, &page_of(visit, part))
}
