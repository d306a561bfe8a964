//! A new integration. Its key is in the answer to the form itself: in no URL, no log and no later page.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use firebell_access::{Permission, Scope};
use firebell_base::{Id, Secret};
use firebell_config::{Change, Faults as Wrong, key};
use firebell_domain::alert::Priority;
use firebell_domain::directory::{Directory, Entity, Kind};
use firebell_domain::form::{EXPIRATION_MINUTES_DEFAULT, Templates, default_options};
use firebell_domain::integration::Integration;
use firebell_domain::person::Status;
use firebell_domain::recipient::Recipient;
use firebell_ui::part::{Button, Crumbs, Faults, Field, Notice};
use firebell_ui::{Answer, Area, Form, Frame, Query, Say, Visit, page_with};

use super::fields::{Entered, Wanted};
use super::setup::{self, Snippet};
use crate::edit;
use crate::forms::recipients;
use crate::words::WORDS;

#[derive(Template)]
#[template(path = "signals/integration_form.html")]
pub(crate) struct FormPage {
    pub(crate) frame: Frame,
    pub(crate) t: Say,
    pub(crate) crumbs: Crumbs,
    pub(crate) title: String,
    pub(crate) lead: String,
    pub(crate) action: String,
    pub(crate) conflict: Option<firebell_ui::part::Conflict>,
    pub(crate) notice: Option<Notice>,
    pub(crate) faults: Faults,
    pub(crate) fields: Vec<Field>,
    pub(crate) more: Vec<Field>,
    pub(crate) submit: String,
    pub(crate) back: String,
}

/// The one page that shows a key.
#[derive(Template)]
#[template(path = "signals/integration_key.html")]
pub(crate) struct KeyPage {
    frame: Frame,
    t: Say,
    crumbs: Crumbs,
    name: String,
    lead: String,
    key: String,
    snippets: Vec<Snippet>,
    test: Button,
    on: String,
}

/// `GET /integrations/new`.
pub(crate) async fn show(visit: Visit, query: Query) -> Answer {
    visit.require(Permission::WriteIntegrations, &Scope::Instance)?;
    let format = query.text("format");
    let format = if format.is_empty() { "alertmanager" } else { format };
    let entered = Entered { format: format.to_owned(), ..Entered::default() };
    Ok(laid_out(&visit, &entered, Faults::new(visit.say(&WORDS)), None, StatusCode::OK))
}

fn laid_out(
    visit: &Visit,
    entered: &Entered,
    faults: Faults,
    notice: Option<Notice>,
    status: StatusCode,
) -> Response {
    let t = visit.say(&WORDS);
    let mut fields = entered.fields(visit, t, &faults);
    fields.push(entered.recipients_field(t, &faults));
    let form = FormPage {
        frame: visit.frame(t.get("signals-new"), Area::Integrations),
        crumbs: Crumbs::new(vec![(t.get("signals-integrations"), visit.href("integrations"))]),
        title: t.get("signals-new"),
        lead: t.get("signals-new-lead"),
        action: visit.href("integrations"),
        conflict: None,
        notice,
        fields,
        more: vec![entered.rate_field(t, &faults)],
        faults,
        submit: t.get("signals-new-make"),
        back: visit.href("integrations"),
        t,
    };
    page_with(status, &form)
}

/// Where the events of a new integration go.
#[derive(Clone)]
enum Whom {
    /// A form that is there.
    Form(firebell_domain::form::FormId),
    /// A form of its own, for these.
    Own(Vec<Recipient>),
}

/// `POST /integrations`.
pub(crate) async fn make(visit: Visit, form: Form) -> Answer {
    visit.require(Permission::WriteIntegrations, &Scope::Instance)?;
    let t = visit.say(&WORDS);
    let entered = Entered::of(&form);
    let mut faults = Faults::new(t);
    let wanted = entered.read(t, &mut faults);
    let whom = whom(&visit, t, &entered, &mut faults);
    let (Some(wanted), Some(whom)) = (wanted, whom) else {
        return Ok(laid_out(&visit, &entered, faults, None, StatusCode::UNPROCESSABLE_ENTITY));
    };
    let secret = key::new_key(&visit.ui.random);
    let (entities, id) = entities(&visit, &wanted, whom, &secret);
    let intent = edit::intent(&visit, "integration made", None);
    let name = wanted.name.to_string();
    let decide = move |_: &Directory| -> Result<Vec<Change>, Wrong> {
        Ok(entities.iter().cloned().map(Change::Put).collect())
    };
    match edit::change(&visit, Permission::WriteIntegrations, intent, decide).await {
        Ok(_) => {
            let lead = t.get("signals-key-made");
            let made = Id::<Integration>::from_bytes(id).to_string();
            Ok(with_key(&visit, &made, &name, wanted.format, lead, &secret))
        }
        Err(error) => {
            let (fault, notice) = edit::blame(&visit, error, &mut faults, field);
            Ok(laid_out(&visit, &entered, faults, Some(notice), fault.status))
        }
    }
}

fn whom(visit: &Visit, t: Say, entered: &Entered, faults: &mut Faults) -> Option<Whom> {
    let named = recipients::read(&visit.directory, t, &entered.recipients, "recipients", faults);
    match (entered.form_id(), named.as_deref()) {
        (_, None) => None,
        (Some(_), Some([_, ..])) => {
            faults.add("recipients", t.get("signals-form-or-recipients"));
            None
        }
        (Some(form), Some([])) if visit.directory.form(form).is_some() => Some(Whom::Form(form)),
        (Some(_), Some([])) => {
            faults.add("form", t.get("signals-form-gone"));
            None
        }
        (None, Some([])) => {
            faults.add("form", t.get("signals-form-needed"));
            None
        }
        (None, Some(own)) => Some(Whom::Own(own.to_vec())),
    }
}

fn entities(
    visit: &Visit,
    wanted: &Wanted,
    whom: Whom,
    secret: &Secret,
) -> (Vec<Entity>, [u8; 16]) {
    let (random, now) = (&visit.ui.random, visit.now);
    let mut entities = Vec::new();
    let form = match whom {
        Whom::Form(form) => form,
        Whom::Own(recipients) => {
            let form = firebell_domain::form::Form {
                id: Id::new(random, now),
                name: wanted.name.clone(),
                recipients,
                priority: Priority::Medium,
                options: default_options(),
                templates: Templates::default(),
                expiration_minutes: EXPIRATION_MINUTES_DEFAULT,
                override_device_restrictions: false,
                escalation_override: false,
            };
            let id = form.id;
            entities.push(Entity::Form(form));
            id
        }
    };
    let integration = Integration {
        id: Id::new(random, now),
        name: wanted.name.clone(),
        format: wanted.format,
        form,
        key_hash: key::hash(secret.expose()),
        status: Status::Active,
        rate_per_minute: wanted.rate,
        created: now,
    };
    let id = integration.id.to_bytes();
    debug_assert_eq!(Entity::Integration(integration.clone()).kind(), Kind::Integration);
    entities.push(Entity::Integration(integration));
    (entities, id)
}

/// The fields of the form by those of the configuration.
pub(crate) fn field(named: &str) -> Option<&'static str> {
    match named {
        "name" => Some("name"),
        "form" => Some("form"),
        "format" => Some("format"),
        "ratePerMinute" => Some("rate"),
        "recipients" => Some("recipients"),
        _ => None,
    }
}

/// The page that shows a key: this once.
pub(crate) fn with_key(
    visit: &Visit,
    id: &str,
    name: &str,
    format: firebell_domain::integration::Format,
    lead: String,
    secret: &Secret,
) -> Response {
    let t = visit.say(&WORDS);
    let own = visit.href(&format!("integrations/{id}"));
    let key = secret.expose();
    let shown = KeyPage {
        frame: visit
            .frame(t.a("signals-key-title", &[("name", name)]), Area::Integrations)
            .with_script("signals.js"),
        crumbs: Crumbs::new(vec![(t.get("signals-integrations"), visit.href("integrations"))]),
        name: name.to_owned(),
        lead,
        key: key.to_owned(),
        snippets: setup::snippets(visit, format, id, Some(key)),
        test: Button::link(t.get("signals-test"), format!("{own}/test")).main(),
        on: own,
        t,
    };
    page_with(StatusCode::CREATED, &shown)
}
