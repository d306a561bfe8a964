//! Removing a group: what goes with it is said, and its name has to be typed.

use std::sync::Arc;

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use firebell_access::Principal;
use firebell_config::{Intent, cascade};
use firebell_domain::directory::{Directory, Kind};
use firebell_domain::group::Group;
use firebell_domain::name::fold;
use firebell_ui::part::{Crumbs, Field};
use firebell_ui::{Answer, Area, Form, Frame, Say, Visit, page_with};

use crate::change::{change, may_write, seen};
use crate::group::{revision_text, writable};
use crate::words::WORDS;

#[derive(Template)]
#[template(path = "group_remove.html")]
struct Page {
    frame: Frame,
    t: Say,
    crumbs: Crumbs,
    title: String,
    lines: Vec<String>,
    action: String,
    field: Field,
    rev: Field,
    cancel: String,
}

/// `GET /groups/{id}/remove`
pub(crate) async fn ask(visit: Visit, Path(id): Path<String>) -> Answer {
    let group = writable(&visit, &id)?;
    Ok(remove_page(&visit, group, None, StatusCode::OK))
}

fn remove_page(
    visit: &Visit,
    group: &Group,
    error: Option<String>,
    status: StatusCode,
) -> Response {
    let t = visit.say(&WORDS);
    let directory = &visit.directory;
    let shifts = directory.shifts_of(group.id).count();
    let absences = directory.absences().filter(|a| a.group == Some(group.id)).count();
    let href = visit.href(&format!("groups/{}", group.id));
    let name = group.target_name.as_str();
    let title = t.a("oncall-group-remove-title", &[("name", name)]);
    page_with(
        status,
        &Page {
            frame: visit.frame(title.as_str(), Area::Groups),
            crumbs: Crumbs::new(vec![
                (t.get("oncall-groups-title"), visit.href("groups")),
                (name.to_owned(), href.clone()),
            ]),
            title,
            lines: vec![
                t.n("oncall-group-remove-shifts", shifts),
                t.n("oncall-group-remove-absences", absences),
                t.get("oncall-group-remove-alerts"),
            ],
            action: visit.href(&format!("groups/{}/remove", group.id)),
            field: Field::text("sure", t.a("oncall-group-remove-type", &[("name", name)]))
                .required()
                .autocomplete("off")
                .error(error),
            rev: Field::hidden("rev", revision_text(directory, Kind::Group, group.id.to_bytes())),
            cancel: href,
            t,
        },
    )
}

/// `POST /groups/{id}/remove`
pub(crate) async fn remove(visit: Visit, Path(id): Path<String>, form: Form) -> Answer {
    let group = Arc::clone(writable(&visit, &id)?);
    let t = visit.say(&WORDS);
    if fold(form.text("sure")) != group.target_name.fold() {
        let error = t.get("oncall-fault-name-typed");
        return Ok(remove_page(&visit, &group, Some(error), StatusCode::UNPROCESSABLE_ENTITY));
    }
    let target = group.id;
    let expect = seen(Kind::Group, target.to_bytes(), form.text("rev"));
    let intent = Intent { expects: vec![expect], ..Intent::from(&visit.author("group removed")) };
    let decide = move |directory: &Directory, who: &Principal| {
        let Some(old) = directory.group(target) else { return Ok(Vec::new()) };
        may_write(who, old)?;
        Ok(cascade::remove_group(directory, target))
    };
    change(&visit, intent, decide).await.map_err(|error| visit.refused(error))?;
    let text = t.a("oncall-group-removed", &[("name", group.target_name.as_str())]);
    Ok(visit.toast(visit.lead("groups"), text))
}
