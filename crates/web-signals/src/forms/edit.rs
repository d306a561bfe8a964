//! Makes and changes a form.

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use firebell_access::{Permission, Scope};
use firebell_base::Id;
use firebell_config::{Change, Faults as Wrong};
use firebell_domain::directory::{Directory, Entity, Kind};
use firebell_domain::form::{Form, FormId};
use firebell_ui::part::{Conflict, Crumbs, Faults, Field, Notice};
use firebell_ui::write::WriteKind;
use firebell_ui::{Answer, Area, Form as Posted, Frame, Refusal, Say, Visit, page_with};

use super::entered::Entered;
use crate::edit;
use crate::words::WORDS;

#[derive(Template)]
#[template(path = "signals/form.html")]
struct Page {
    frame: Frame,
    t: Say,
    crumbs: Crumbs,
    title: String,
    lead: String,
    action: String,
    conflict: Option<Conflict>,
    notice: Option<Notice>,
    faults: Faults,
    fields: Vec<Field>,
    templates: Vec<Field>,
    answers: Vec<(String, Vec<Field>)>,
    revision: Field,
    may_write: bool,
    submit: String,
    back: String,
}

/// What the page says besides what was entered.
struct Around {
    title: String,
    lead: String,
    action: String,
    revision: String,
    faults: Faults,
    notice: Option<Notice>,
    conflict: Option<Conflict>,
}

fn laid_out(visit: &Visit, entered: &Entered, around: Around, status: StatusCode) -> Response {
    let t = visit.say(&WORDS);
    let Around { title, lead, action, revision, faults, notice, conflict } = around;
    let forms = visit.href("integrations/forms");
    let page = Page {
        frame: visit.frame(title.clone(), Area::Integrations),
        crumbs: Crumbs::new(vec![
            (t.get("signals-integrations"), visit.href("integrations")),
            (t.get("signals-forms"), forms.clone()),
        ]),
        title,
        lead,
        action,
        conflict,
        notice,
        fields: entered.fields(t, &faults),
        templates: entered.templates(t, &faults),
        answers: entered.answer_fields(t, &faults),
        faults,
        revision: Field::hidden("rev", revision),
        may_write: visit.may(Permission::WriteIntegrations, &Scope::Instance),
        submit: t.get("signals-save"),
        back: forms,
        t,
    };
    page_with(status, &page)
}

fn of_new(visit: &Visit, faults: Faults, notice: Option<Notice>) -> Around {
    let t = visit.say(&WORDS);
    Around {
        title: t.get("signals-form-new"),
        lead: t.get("signals-form-new-lead"),
        action: visit.href("integrations/forms"),
        revision: String::new(),
        faults,
        notice,
        conflict: None,
    }
}

fn of_old(visit: &Visit, t: Say, form: &Form) -> Around {
    let used = visit.directory.integrations().filter(|one| one.form == form.id).count();
    Around {
        title: t.a("signals-form-title", &[("name", form.name.as_str())]),
        lead: t.n("signals-used", used),
        action: visit.href(&format!("integrations/forms/{}", form.id)),
        revision: edit::revision_text(&visit.directory, Kind::Form, form.id.to_bytes()),
        faults: Faults::new(t),
        notice: None,
        conflict: None,
    }
}

fn known(visit: &Visit, id: &str) -> Result<std::sync::Arc<Form>, Refusal> {
    let found = id.parse::<FormId>().ok().and_then(|id| visit.directory.form(id)).cloned();
    found.ok_or_else(|| visit.missing(&visit.say(&WORDS).get("signals-form")))
}

/// `GET /integrations/forms/new`.
pub(crate) async fn new(visit: Visit) -> Answer {
    visit.require(Permission::WriteIntegrations, &Scope::Instance)?;
    let around = of_new(&visit, Faults::new(visit.say(&WORDS)), None);
    Ok(laid_out(&visit, &Entered::new(), around, StatusCode::OK))
}

/// `GET /integrations/forms/{form}`.
pub(crate) async fn show(visit: Visit, Path(id): Path<String>) -> Answer {
    visit.require(Permission::ReadConfiguration, &Scope::Instance)?;
    let form = known(&visit, &id)?;
    let entered = Entered::from(&visit.directory, &form);
    let around = of_old(&visit, visit.say(&WORDS), &form);
    Ok(laid_out(&visit, &entered, around, StatusCode::OK))
}

/// `POST /integrations/forms`.
pub(crate) async fn make(visit: Visit, posted: Posted) -> Answer {
    visit.require(Permission::WriteIntegrations, &Scope::Instance)?;
    let t = visit.say(&WORDS);
    let entered = Entered::of(&posted);
    let mut faults = Faults::new(t);
    let id: FormId = Id::new(&visit.ui.random, visit.now);
    let Some(form) = entered.read(&visit.directory, t, id, &mut faults) else {
        let around = of_new(&visit, faults, None);
        return Ok(laid_out(&visit, &entered, around, StatusCode::UNPROCESSABLE_ENTITY));
    };
    let name = form.name.to_string();
    let intent = edit::intent(&visit, "form made", None);
    let decide = move |_: &Directory| -> Result<Vec<Change>, Wrong> {
        Ok(vec![Change::Put(Entity::Form(form.clone()))])
    };
    match edit::change(&visit, Permission::WriteIntegrations, intent, decide).await {
        Ok(_) => {
            let said = t.a("signals-form-made", &[("name", &name)]);
            Ok(visit.toast(visit.lead("integrations/forms"), said))
        }
        Err(error) => {
            let (fault, notice) = edit::blame(&visit, error, &mut faults, field);
            let around = of_new(&visit, faults, Some(notice));
            Ok(laid_out(&visit, &entered, around, fault.status))
        }
    }
}

/// `POST /integrations/forms/{form}`.
pub(crate) async fn save(visit: Visit, Path(id): Path<String>, posted: Posted) -> Answer {
    visit.require(Permission::WriteIntegrations, &Scope::Instance)?;
    let t = visit.say(&WORDS);
    let old = known(&visit, &id)?;
    let own = format!("integrations/forms/{}", old.id);
    let seen = edit::seen(&visit, &posted, (Kind::Form, old.id.to_bytes()), &own)?;
    let entered = Entered::of(&posted);
    let mut around = of_old(&visit, t, &old);
    posted.text("rev").clone_into(&mut around.revision);
    let Some(new) = entered.read(&visit.directory, t, old.id, &mut around.faults) else {
        return Ok(laid_out(&visit, &entered, around, StatusCode::UNPROCESSABLE_ENTITY));
    };
    let intent = edit::intent(&visit, "form changed", Some(seen));
    let decide = move |_: &Directory| -> Result<Vec<Change>, Wrong> {
        Ok(vec![Change::Put(Entity::Form(new.clone()))])
    };
    match edit::change(&visit, Permission::WriteIntegrations, intent, decide).await {
        Ok(_) => Ok(visit.toast(visit.lead("integrations/forms"), t.get("signals-saved"))),
        Err(error) => {
            let (fault, notice) = edit::blame(&visit, error, &mut around.faults, field);
            if fault.kind == WriteKind::Changed {
                return Ok(second(&visit, &id, &entered).await);
            }
            around.notice = Some(notice);
            Ok(laid_out(&visit, &entered, around, fault.status))
        }
    }
}

/// The fields of the page by those of the configuration.
fn field(named: &str) -> Option<&'static str> {
    match named {
        "name" => Some("name"),
        "recipients" => Some("recipients"),
        "expirationMinutes" => Some("minutes"),
        "templates.emailSubject" => Some("subject"),
        "templates.emailText" => Some("text"),
        "templates.webhookJson" => Some("json"),
        _ => None,
    }
}

/// What the second editor is shown.
async fn second(visit: &Visit, id: &str, entered: &Entered) -> Response {
    let newest = edit::newest(visit).await;
    let t = newest.say(&WORDS);
    let theirs = match known(&newest, id) {
        Ok(theirs) => theirs,
        Err(gone) => return gone.into_response(),
    };
    let now = Entered::from(&newest.directory, &theirs);
    let row = |key: &str, theirs: &str, yours: &str| edit::difference(t.get(key), theirs, yours);
    let answers = |entered: &Entered| {
        let said = entered.answers.iter().filter(|answer| !answer.text.is_empty());
        let said: Vec<String> = said.map(|a| format!("{} {}", a.number, a.text)).collect();
        said.join(", ")
    };
    let rows = vec![
        row("signals-name", &now.name, &entered.name),
        row("signals-form-recipients", &now.recipients, &entered.recipients),
        row("signals-form-priority", &now.priority, &entered.priority),
        row("signals-form-minutes", &now.minutes, &entered.minutes),
        row("signals-form-subject", &now.subject, &entered.subject),
        row("signals-form-text", &now.text, &entered.text),
        row("signals-form-json", &now.json, &entered.json),
        row("signals-answers", &answers(&now), &answers(entered)),
    ];
    let take = newest.href(&format!("integrations/forms/{}", theirs.id));
    let around = Around {
        conflict: Some(Conflict::new(&newest, rows, take)),
        ..of_old(&newest, t, &theirs)
    };
    laid_out(&newest, entered, around, StatusCode::CONFLICT)
}
