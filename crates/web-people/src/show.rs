//! One user's page: who they are, how they are reached, where they belong, and what can be done.

use std::sync::Arc;

use askama::Template;
use axum::Extension;
use axum::extract::Path;
use firebell_access::{Permission, Scope};
use firebell_config::people::{FIELDS, field};
use firebell_domain::device::Address;
use firebell_domain::directory::Kind;
use firebell_domain::person::{Person, Status};
use firebell_pipeline::probe::Prober;
use firebell_ui::part::{Badge, Button, Crumbs, Reason};
use firebell_ui::{Answer, Area, Frame, Say, Visit, When, page};

use crate::columns::{groups_of, members_of};
use crate::devices::{self, Reached, Tried, reached};
use crate::edit::person;
use crate::words::{self, WORDS};

/// Groups, and people they supervise, that are listed; more are counted.
const LISTED_MAX: usize = 50;

#[derive(Debug, Template)]
#[template(path = "people/show.html")]
struct ShowPage {
    frame: Frame,
    t: Say,
    crumbs: Crumbs,
    name: String,
    status: Badge,
    lead: String,
    buttons: Vec<Button>,
    facts: Vec<(String, String)>,
    custom: Vec<(String, String)>,
    devices: Vec<Reached>,
    device_buttons: Vec<Button>,
    /// That it is not known which devices are verified; empty if it is.
    devices_unknown: String,
    groups: Vec<(String, String)>,
    groups_more: String,
    supervises: String,
    supervises_href: String,
    supervises_any: bool,
    created: When,
    updated: When,
    revision: String,
}

/// `GET /users/{id}`
pub(crate) async fn show(
    visit: Visit,
    Path(id): Path<String>,
    prober: Option<Extension<Prober>>,
) -> Answer {
    visit.require(Permission::ReadConfiguration, &Scope::Instance)?;
    let person = Arc::clone(person(&visit, &id)?);
    let tried = devices::tried(&visit, prober.map(|prober| prober.0), &person).await;
    // Rosters and people of a large instance are looked through: not on a serving thread.
    let work = tokio::task::spawn_blocking(move || shown(&visit, &person, &tried));
    let shown = work.await.map_err(|error| {
        tracing::error!(%error, "the page of a user could not be made");
        let failed = http::StatusCode::INTERNAL_SERVER_ERROR;
        firebell_ui::Refusal::new(axum::response::IntoResponse::into_response(failed))
    })?;
    Ok(page(&shown))
}

fn shown(visit: &Visit, person: &Person, tried: &Tried) -> ShowPage {
    let t = visit.say(&WORDS);
    let directory = &visit.directory;
    let licence = words::licence(t, person.licence);
    let lead = match person.status {
        Status::Active => t.a(
            "people-lead-active",
            &[("licence", &*licence), ("roles", &*words::roles(&person.roles))],
        ),
        Status::Inactive => t.get("people-lead-inactive"),
    };
    let facts = FIELDS
        .into_iter()
        .filter(|name| *name != "status" && *name != "properties")
        .map(|name| {
            let text = field(directory, person, name);
            (words::field(t, name), words::value(t, name, &text))
        })
        .filter(|(_, text)| !text.is_empty() && text != "false")
        .collect();
    let names = groups_of(directory, std::iter::once(person.id)).remove(&person.id);
    let (groups, groups_more) = listed(visit, t, names.unwrap_or_default());
    let supervised = directory.people().filter(|one| one.supervisors.contains(&person.id)).count();
    let target = person.target_name.as_str();
    let query = firebell_ui::Query::default().with(&[("supervisor", target)]);
    let rev = directory.entity_revision(Kind::Person, person.id.to_bytes());
    let name = person.display_name();
    let crumbs = Crumbs::new(vec![(t.get("people-title"), visit.href("users"))]);
    ShowPage {
        frame: visit.frame(name.clone(), Area::Users).with_script("people.js"),
        t,
        crumbs,
        name,
        status: words::status(t, person.status),
        lead,
        buttons: buttons(visit, t, person),
        facts,
        custom: person.properties.iter().map(|(k, v)| (k.clone(), v.to_string())).collect(),
        devices: reached(visit, t, person, tried),
        device_buttons: devices::buttons(visit, t, person),
        devices_unknown: match tried {
            Some(_) => String::new(),
            None => t.get("people-devices-unknown"),
        },
        groups,
        groups_more,
        supervises: t.n("people-supervises", supervised),
        supervises_href: visit.href(&format!("users{query}")),
        supervises_any: supervised > 0,
        created: visit.when(person.created),
        updated: visit.when(person.updated),
        revision: rev.map(|rev| rev.to_string()).unwrap_or_default(),
    }
}

fn listed(visit: &Visit, t: Say, names: Vec<String>) -> (Vec<(String, String)>, String) {
    let more = match names.len().saturating_sub(LISTED_MAX) {
        0 => String::new(),
        more => t.n("people-more", more),
    };
    let linked = names.into_iter().take(LISTED_MAX).map(|name| {
        let id = visit.directory.group_by_name(&name).map(|group| group.id.to_string());
        (name, visit.href(&format!("groups/{}", id.unwrap_or_default())))
    });
    (linked.collect(), more)
}

fn buttons(visit: &Visit, t: Say, person: &Person) -> Vec<Button> {
    if !visit.may(Permission::WritePeople, &Scope::Person(person)) {
        return Vec::new();
    }
    let path = |what: &str| visit.href(&format!("users/{}/{what}", person.id));
    let mut buttons = vec![Button::link(t.get("people-edit"), path("edit")).main().shortcut("e")];
    buttons.push(match person.status {
        Status::Active if person.id == visit.person.id => {
            let reason = Reason { text: t.get("people-not-yourself"), ..Reason::default() };
            Button::refused(t.get("people-deactivate"), reason).id("deactivate")
        }
        Status::Active => Button::post(t.get("people-deactivate"), path("deactivate")),
        Status::Inactive => Button::post(t.get("people-activate"), path("activate")),
    });
    if visit.ui.authenticator.can_mail() {
        let label = t.get("people-mail-password");
        buttons.push(if has_mail(visit, person) && person.status == Status::Active {
            Button::post(label, path("password-mail"))
        } else {
            let reason = Reason { text: t.get("people-mail-nowhere"), ..Reason::default() };
            Button::refused(label, reason).id("mail-password")
        });
    }
    if person.id != visit.person.id {
        buttons.push(Button::link(t.get("people-remove"), path("remove")).danger());
    }
    buttons
}

/// Whether a message with a link would reach them.
pub(crate) fn has_mail(visit: &Visit, person: &Person) -> bool {
    visit.directory.devices_of(person.id).any(|device| {
        device.status == Status::Active && matches!(device.address, Address::Email(_))
    })
}

/// What goes with somebody who is removed: devices, and groups they leave.
pub(crate) fn belongings(visit: &Visit, person: &Person) -> (usize, usize) {
    let directory = &visit.directory;
    let devices = directory.devices_of(person.id).count();
    let is_in = |group: &firebell_domain::group::Group| {
        members_of(directory, group).any(|member| member == person.id)
    };
    (devices, directory.groups().filter(|group| is_in(group)).count())
}
