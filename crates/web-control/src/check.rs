//! The configuration as a file, and whether what is stored of it is what its digest says.

use std::sync::Arc;

use askama::Template;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use firebell_config::ConfigError;
use firebell_config::document;
use firebell_config::instance_check::InstanceCheck;
use firebell_ui::part::{Button, Notice, Tabs};
use firebell_ui::{Answer, Area, Frame, Say, Visit, page, page_with};
use tokio::sync::Semaphore;

use crate::configuration::{Fresh, fresh, tabs};
use crate::text::DIGITS;
use crate::who;
use crate::words::WORDS;

/// Checks that run at the same time in this process: each reads a whole instance.
static CHECKS: Semaphore = Semaphore::const_new(1);
/// Exports that are put together at the same time.
static EXPORTS: Semaphore = Semaphore::const_new(2);

#[derive(Debug, Template)]
#[template(path = "check.html")]
struct Page {
    frame: Frame,
    t: Say,
    tabs: Tabs,
    lead: String,
    notice: Option<Notice>,
    facts: Vec<(String, String)>,
    damage: Vec<String>,
    fresh: Fresh,
    run: Button,
    export: String,
}

/// `GET /configuration/check`
pub(crate) async fn show(visit: Visit) -> Answer {
    who::administer(&visit)?;
    let lead = visit.say(&WORDS).get("control-check-lead");
    Ok(page(&shown(&visit, lead, None, None)))
}

/// `POST /configuration/check`
pub(crate) async fn run(visit: Visit) -> Answer {
    who::administer(&visit)?;
    let t = visit.say(&WORDS);
    let Ok(_turn) = CHECKS.try_acquire() else {
        let notice = Notice::info(t.get("control-check-busy"), t.get("control-check-busy-text"));
        let lead = t.get("control-check-lead");
        let status = StatusCode::TOO_MANY_REQUESTS;
        return Ok(page_with(status, &shown(&visit, lead, Some(notice), None)));
    };
    match visit.ui.authority.check_instance(visit.directory.instance.no).await {
        Ok(found) => Ok(page(&result(&visit, &found))),
        Err(error) => Err(unread(&visit, error)),
    }
}

fn unread(visit: &Visit, error: ConfigError) -> firebell_ui::Refusal {
    match error {
        ConfigError::Store(error) => error.into(),
        other => visit.refused(other),
    }
}

fn result(visit: &Visit, found: &InstanceCheck) -> Page {
    let t = visit.say(&WORDS);
    let revision = found.revision.to_string();
    let notice = if found.is_good() {
        let text = t.na("control-check-good-text", found.entities, &[("revision", &revision)]);
        Notice::good(t.get("control-check-good"), text)
    } else {
        Notice::wrong(t.get("control-check-bad"), t.get("control-check-bad-text"))
    };
    let short = |digest: String| digest.chars().take(DIGITS).collect::<String>();
    let facts = vec![
        (t.get("control-check-revision"), revision),
        (t.get("control-check-entities"), found.entities.to_string()),
        (t.get("control-check-stored"), short(found.stored.to_string())),
        (t.get("control-check-computed"), short(found.computed.to_string())),
        (t.get("control-check-unreadable"), found.damaged.to_string()),
    ];
    let lead = t.get(if found.is_good() { "control-check-good" } else { "control-check-bad" });
    let mut page = shown(visit, lead, Some(notice), Some(facts));
    page.damage = found
        .damage
        .iter()
        .map(|damage| format!("{} {}: {}", damage.kind, damage.id, damage.reason))
        .collect();
    page
}

fn shown(
    visit: &Visit,
    lead: String,
    notice: Option<Notice>,
    facts: Option<Vec<(String, String)>>,
) -> Page {
    let t = visit.say(&WORDS);
    let run = Button::post(t.get("control-check-run"), visit.href("configuration/check"));
    Page {
        frame: visit.frame(t.get("control-tab-check"), Area::Configuration),
        t,
        tabs: tabs(visit, "configuration/check"),
        lead,
        notice,
        facts: facts.unwrap_or_default(),
        damage: Vec::new(),
        fresh: fresh(visit),
        run: run.main(),
        export: visit.href("configuration/export"),
    }
}

/// `GET /configuration/export`
pub(crate) async fn export(visit: Visit) -> Answer {
    who::administer(&visit)?;
    let t = visit.say(&WORDS);
    let Ok(_turn) = EXPORTS.try_acquire() else {
        let notice = Notice::info(t.get("control-check-busy"), t.get("control-export-busy-text"));
        return Err(visit.notice(StatusCode::TOO_MANY_REQUESTS, notice));
    };
    let directory = Arc::clone(&visit.directory);
    // Large instances take a while: not on a serving thread.
    let work = tokio::task::spawn_blocking(move || document::export(&directory).to_yaml());
    let made = work.await.map_err(|error| error.to_string());
    let made = made.and_then(|made| made.map_err(|faults| faults.to_string()));
    let text = made.map_err(|error| {
        tracing::error!(%error, "the configuration could not be exported");
        let notice =
            Notice::wrong(t.get("control-export-failed"), t.get("control-export-failed-text"));
        visit.notice(StatusCode::INTERNAL_SERVER_ERROR, notice)
    })?;
    Ok(file(&visit, text))
}

/// A file to be kept; its name has the instance's, which is made of letters, digits and hyphens.
fn file(visit: &Visit, text: String) -> Response {
    let directory = &visit.directory;
    let name = format!("{}-{}.yaml", directory.instance.name, directory.revision);
    let place = format!("attachment; filename=\"{name}\"");
    let place = HeaderValue::from_str(&place).unwrap_or(HeaderValue::from_static("attachment"));
    let kind = HeaderValue::from_static("application/yaml; charset=utf-8");
    let headers = [(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, place)];
    (headers, text).into_response()
}
