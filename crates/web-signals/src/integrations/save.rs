//! Changes an integration: its name, what its sender speaks, its form, how much may come.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use firebell_access::{Permission, Scope};
use firebell_config::{Change, Faults as Wrong};
use firebell_domain::directory::{Directory, Entity, Kind};
use firebell_domain::integration::{Format, Integration};
use firebell_ui::part::{Conflict, Crumbs, Difference, Faults, Field, Notice};
use firebell_ui::write::WriteKind;
use firebell_ui::{Answer, Area, Form, Say, Visit, page_with};

use super::create::{FormPage, field};
use super::fields::Entered;
use super::{format_name, known};
use crate::edit;
use crate::words::WORDS;

/// `GET /integrations/{integration}/edit`.
pub(crate) async fn show(visit: Visit, Path(id): Path<String>) -> Answer {
    visit.require(Permission::WriteIntegrations, &Scope::Instance)?;
    let integration = known(&visit, &id)?;
    let entered = Entered::from(&integration);
    let state = State::fresh(&visit, &integration);
    Ok(laid_out(&visit, &integration, &entered, state, StatusCode::OK))
}

/// What a form's page says besides what was entered.
struct State {
    revision: String,
    faults: Faults,
    notice: Option<Notice>,
    conflict: Option<Conflict>,
}

impl State {
    fn fresh(visit: &Visit, integration: &Integration) -> Self {
        let id = integration.id.to_bytes();
        Self {
            revision: edit::revision_text(&visit.directory, Kind::Integration, id),
            faults: Faults::new(visit.say(&WORDS)),
            notice: None,
            conflict: None,
        }
    }
}

fn laid_out(
    visit: &Visit,
    integration: &Integration,
    entered: &Entered,
    state: State,
    status: StatusCode,
) -> Response {
    let t = visit.say(&WORDS);
    let own = format!("integrations/{}", integration.id);
    let State { revision, faults, notice, conflict } = state;
    let mut fields = entered.fields(visit, t, &faults);
    fields.push(Field::hidden("rev", revision));
    let title = t.a("signals-edit", &[("name", integration.name.as_str())]);
    let form = FormPage {
        frame: visit.frame(title.clone(), Area::Integrations),
        crumbs: Crumbs::new(vec![
            (t.get("signals-integrations"), visit.href("integrations")),
            (integration.name.to_string(), visit.href(&own)),
        ]),
        title,
        lead: t.get("signals-edit-lead"),
        action: visit.href(&own),
        conflict,
        notice,
        fields,
        more: vec![entered.rate_field(t, &faults)],
        faults,
        submit: t.get("signals-save"),
        back: visit.href(&own),
        t,
    };
    page_with(status, &form)
}

/// `POST /integrations/{integration}`.
pub(crate) async fn save(visit: Visit, Path(id): Path<String>, form: Form) -> Answer {
    visit.require(Permission::WriteIntegrations, &Scope::Instance)?;
    let integration = known(&visit, &id)?;
    let subject = (Kind::Integration, integration.id.to_bytes());
    let own = format!("integrations/{}/edit", integration.id);
    let seen = edit::seen(&visit, &form, subject, &own)?;
    let t = visit.say(&WORDS);
    let entered = Entered::of(&form);
    let mut state = State::fresh(&visit, &integration);
    state.revision = form.text("rev").to_owned();
    let wanted = entered.read(t, &mut state.faults);
    let chosen = entered.form_id().filter(|id| visit.directory.form(*id).is_some());
    if chosen.is_none() {
        state.faults.add("form", t.get("signals-form-needed"));
    }
    let (Some(wanted), Some(chosen)) = (wanted, chosen) else {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return Ok(laid_out(&visit, &integration, &entered, state, status));
    };
    let id = integration.id;
    let intent = edit::intent(&visit, "integration changed", Some(seen));
    let decide = move |directory: &Directory| -> Result<Vec<Change>, Wrong> {
        let Some(old) = directory.integration(id) else { return Ok(Vec::new()) };
        let new = Integration {
            name: wanted.name.clone(),
            format: wanted.format,
            form: chosen,
            rate_per_minute: wanted.rate,
            ..(**old).clone()
        };
        Ok(vec![Change::Put(Entity::Integration(new))])
    };
    match edit::change(&visit, Permission::WriteIntegrations, intent, decide).await {
        Ok(_) => {
            let saved = visit.lead(&format!("integrations/{id}"));
            Ok(visit.toast(saved, t.get("signals-saved")))
        }
        Err(error) => {
            let (fault, notice) = edit::blame(&visit, error, &mut state.faults, field);
            if fault.kind == WriteKind::Changed {
                return Ok(second(&visit, &id.to_string(), &entered).await);
            }
            state.notice = Some(notice);
            Ok(laid_out(&visit, &integration, &entered, state, fault.status))
        }
    }
}

/// What the second editor is shown: what the first one made of it.
async fn second(visit: &Visit, id: &str, entered: &Entered) -> Response {
    let newest = edit::newest(visit).await;
    let t = newest.say(&WORDS);
    let theirs = match known(&newest, id) {
        Ok(theirs) => theirs,
        Err(gone) => return axum::response::IntoResponse::into_response(gone),
    };
    let now = Entered::from(&theirs);
    let own = newest.href(&format!("integrations/{id}/edit"));
    let state = State {
        conflict: Some(Conflict::new(&newest, differences(&newest, &now, entered, t), own)),
        ..State::fresh(&newest, &theirs)
    };
    laid_out(&newest, &theirs, entered, state, StatusCode::CONFLICT)
}

fn differences(visit: &Visit, theirs: &Entered, yours: &Entered, t: Say) -> Vec<Difference> {
    let form = |entered: &Entered| {
        let found = entered.form_id().and_then(|id| visit.directory.form(id));
        found.map_or_else(String::new, |form| form.name.to_string())
    };
    let format =
        |entered: &Entered| Format::from_word(&entered.format).map(|one| format_name(t, one));
    let format = |entered: &Entered| format(entered).unwrap_or_default();
    let row = |key: &str, theirs: &str, yours: &str| edit::difference(t.get(key), theirs, yours);
    vec![
        row("signals-name", &theirs.name, &yours.name),
        row("signals-format", &format(theirs), &format(yours)),
        row("signals-form", &form(theirs), &form(yours)),
        row("signals-rate", &theirs.rate, &yours.rate),
    ]
}
