//! What is done to an integration at a stroke: a new key, off and on, gone.

use axum::extract::Path;
use firebell_access::{Permission, Scope};
use firebell_config::{Change, Faults as Wrong, cascade, key};
use firebell_domain::directory::{Directory, Entity, Kind};
use firebell_domain::integration::Integration;
use firebell_domain::name::fold;
use firebell_domain::person::Status;
use firebell_ui::part::Notice;
use firebell_ui::{Answer, Form, Undo, Visit};

use super::create::with_key;
use super::known;
use crate::edit;
use crate::words::WORDS;

/// `POST /integrations/{integration}/key`: a new key, shown once; the old one ends now.
pub(crate) async fn new_key(visit: Visit, Path(id): Path<String>, form: Form) -> Answer {
    visit.require(Permission::WriteIntegrations, &Scope::Instance)?;
    let integration = known(&visit, &id)?;
    let t = visit.say(&WORDS);
    let secret = key::new_key(&visit.ui.random);
    let (id, hash) = (integration.id, key::hash(secret.expose()));
    // Whoever presses twice, or looks at an old page, must not end a key somebody was just given.
    let seen = edit::seen(
        &visit,
        &form,
        (Kind::Integration, id.to_bytes()),
        &format!("integrations/{id}"),
    )?;
    let intent = edit::intent(&visit, "integration key renewed", Some(seen));
    let decide = move |directory: &Directory| {
        Ok::<_, Wrong>(changed(directory, id, |old| Integration { key_hash: hash, ..old }))
    };
    let changed = edit::change(&visit, Permission::WriteIntegrations, intent, decide).await;
    changed.map_err(|error| visit.refused(error))?;
    let (id, name) = (id.to_string(), integration.name.to_string());
    Ok(with_key(&visit, &id, &name, integration.format, t.get("signals-key-renewed"), &secret))
}

fn changed(
    directory: &Directory,
    id: firebell_domain::integration::IntegrationId,
    make: impl Fn(Integration) -> Integration,
) -> Vec<Change> {
    let old = directory.integration(id).map(|old| (**old).clone());
    old.map(|old| Change::Put(Entity::Integration(make(old)))).into_iter().collect()
}

/// `POST /integrations/{integration}/deactivate`.
pub(crate) async fn deactivate(visit: Visit, Path(id): Path<String>) -> Answer {
    set(visit, &id, Status::Inactive).await
}

/// `POST /integrations/{integration}/activate`.
pub(crate) async fn activate(visit: Visit, Path(id): Path<String>) -> Answer {
    set(visit, &id, Status::Active).await
}

async fn set(visit: Visit, id: &str, status: Status) -> Answer {
    visit.require(Permission::WriteIntegrations, &Scope::Instance)?;
    let integration = known(&visit, id)?;
    let id = integration.id;
    let (reason, said, undo) = match status {
        Status::Active => ("integration activated", "signals-activated", "deactivate"),
        Status::Inactive => ("integration deactivated", "signals-deactivated", "activate"),
    };
    let decide = move |directory: &Directory| {
        Ok::<_, Wrong>(changed(directory, id, |old| Integration { status, ..old }))
    };
    let intent = edit::intent(&visit, reason, None);
    let changed = edit::change(&visit, Permission::WriteIntegrations, intent, decide).await;
    changed.map_err(|error| visit.refused(error))?;
    let said = visit.say(&WORDS).a(said, &[("name", integration.name.as_str())]);
    let undo = Undo { action: format!("integrations/{id}/{undo}"), fields: Vec::new() };
    Ok(visit.toast_undo(visit.lead(&format!("integrations/{id}")), said, undo))
}

/// `POST /integrations/{integration}/remove`: for good, so the name is asked for.
pub(crate) async fn remove(visit: Visit, Path(id): Path<String>, form: Form) -> Answer {
    visit.require(Permission::WriteIntegrations, &Scope::Instance)?;
    let integration = known(&visit, &id)?;
    let t = visit.say(&WORDS);
    if fold(form.text("typed")) != integration.name.fold() {
        let text = t.a("signals-remove-name", &[("name", integration.name.as_str())]);
        let back = visit.href(&format!("integrations/{}", integration.id));
        let notice = Notice::wrong(t.get("signals-remove-not"), text);
        let notice = notice.link(t.get("signals-back"), back);
        return Err(visit.notice(axum::http::StatusCode::UNPROCESSABLE_ENTITY, notice));
    }
    let id = integration.id;
    let decide = move |directory: &Directory| {
        let gone = cascade::Gone { integrations: [id].into(), ..cascade::Gone::default() };
        Ok::<_, Wrong>(cascade::remove(directory, gone))
    };
    let intent = edit::intent(&visit, "integration removed", None);
    let changed = edit::change(&visit, Permission::WriteIntegrations, intent, decide).await;
    changed.map_err(|error| visit.refused(error))?;
    let said = t.a("signals-removed", &[("name", integration.name.as_str())]);
    Ok(visit.toast(visit.lead("integrations"), said))
}
