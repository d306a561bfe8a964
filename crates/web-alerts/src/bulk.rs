//! Acts on several alerts of the list at once: acknowledge or resolve what is selected.

use firebell_access::{Permission, Scope};
use firebell_domain::alert::AlertId;
use firebell_domain::form::Action;
use firebell_domain::response::{Standing, Via};
use firebell_pipeline::respond::{self, Choice, RespondError};
use firebell_ui::{Answer, Form, Query, Visit};

use crate::act::refused;
use crate::words::WORDS;

/// Alerts of one act: more than a page has.
const ALERTS_MAX: usize = 200;

/// What became of the alerts.
#[derive(Default)]
struct Tally {
    done: usize,
    before: usize,
    late: usize,
    gone: usize,
}

/// POST.
pub(crate) async fn act(visit: Visit, form: Form) -> Answer {
    visit.require(Permission::ChangeAlert, &Scope::Instance)?;
    let t = visit.say(&WORDS);
    let back = format!("alerts{}", Query::read(form.raw("back")).with(&[]).trim_end_matches('?'));
    let (action, key) = match form.text("do") {
        "acknowledge" => (Action::AssignToUser, "alerts-bulk-acknowledged"),
        "resolve" => (Action::End, "alerts-bulk-resolved"),
        _ => return Ok(visit.toast(visit.lead(&back), t.get("alerts-bulk-what"))),
    };
    let chosen = form.all("alert");
    let alerts: Vec<AlertId> = chosen.iter().filter_map(|id| id.parse().ok()).collect();
    if alerts.is_empty() {
        return Ok(visit.toast(visit.lead(&back), t.get("alerts-bulk-none")));
    }
    if alerts.len() > ALERTS_MAX {
        return Ok(visit.toast(visit.lead(&back), t.n("alerts-bulk-too-many", ALERTS_MAX)));
    }
    let mut tally = Tally::default();
    for alert in alerts {
        let answer = respond::Answer {
            instance: visit.directory.instance.no,
            alert,
            notification: None,
            person: visit.person.id,
            choice: Choice::Action(action),
            comment: None,
            via: Via::Page,
        };
        match visit.ui.responder.answer(answer).await {
            Ok(answered) if answered.changed => tally.done += 1,
            Ok(answered) if answered.response.standing == Standing::Late => tally.late += 1,
            Ok(_) => tally.before += 1,
            Err(RespondError::NoAlert) => tally.gone += 1,
            Err(error) => return Err(refused(&visit, error)),
        }
    }
    let mut parts = vec![t.n(key, tally.done)];
    let others = [
        ("alerts-bulk-before", tally.before),
        ("alerts-bulk-late", tally.late),
        ("alerts-bulk-gone", tally.gone),
    ];
    parts.extend(others.into_iter().filter(|(_, n)| *n > 0).map(|(key, n)| t.n(key, n)));
    Ok(visit.toast(visit.lead(&back), parts.join(" ")))
}
