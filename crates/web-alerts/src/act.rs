//! Answers to one alert from its page: by button, with or without a comment.

use axum::extract::Path;
use axum::http::StatusCode;
use firebell_access::{Permission, Scope};
use firebell_base::limit::COMMENT_CHARS_MAX;
use firebell_domain::alert::AlertId;
use firebell_domain::form::Action;
use firebell_domain::response::{Standing, Via};
use firebell_pipeline::respond::{Answer as Given, Answered, Choice, RespondError, StateChange};
use firebell_ui::part::Notice;
use firebell_ui::{Answer, Form, Refusal, Undo, Visit};

use crate::row::person;
use crate::words::WORDS;

/// What a button does.
enum Deed {
    Answer(Choice, Permission),
    Change(StateChange),
}

/// POST.
pub(crate) async fn act(visit: Visit, Path(alert): Path<String>, form: Form) -> Answer {
    visit.require(Permission::ReadAlerts, &Scope::Instance)?;
    let t = visit.say(&WORDS);
    let id: AlertId = alert.parse().map_err(|_| visit.missing(&t.get("alerts-alert")))?;
    let back = visit.lead(&format!("alerts/{id}"));
    let comment = form.text("comment");
    if comment.chars().count() > COMMENT_CHARS_MAX {
        return Err(too_long(&visit));
    }
    let comment = (!comment.is_empty()).then(|| comment.to_owned());
    let Some(deed) = deed(form.text("do")) else {
        return Ok(visit.toast(back, t.get("alerts-act-what")));
    };
    match deed {
        Deed::Answer(choice, permission) => {
            visit.require(permission, &Scope::Instance)?;
            if choice == Choice::Action(Action::RecordResponse) && comment.is_none() {
                return Ok(visit.toast(back, t.get("alerts-act-no-comment")));
            }
            let answered = answer(&visit, id, choice, comment).await?;
            Ok(visit.toast(back, said(&visit, &answered)))
        }
        Deed::Change(change) => {
            visit.require(Permission::ChangeAlert, &Scope::Instance)?;
            let no = visit.directory.instance.no;
            let changed = visit.ui.responder.change_state(no, id, change, visit.person.id).await;
            let (_, changed) = changed.map_err(|error| refused(&visit, error))?;
            if comment.is_some() {
                // The change has no place for words: they are kept as an answer that does nothing.
                let noted = Choice::Action(Action::RecordResponse);
                answer(&visit, id, noted, comment).await?;
            }
            let key = match (change, changed) {
                (_, false) => "alerts-act-same",
                (StateChange::Suspend, true) => "alerts-act-suspended",
                (StateChange::Resume, true) => "alerts-act-resumed",
                (StateChange::End, true) => "alerts-act-resolved",
            };
            let back_to = match (change, changed) {
                (StateChange::Suspend, true) => Some("resume"),
                (StateChange::Resume, true) => Some("suspend"),
                (StateChange::End, _) | (_, false) => None,
            };
            Ok(match back_to {
                Some(word) => {
                    let fields = vec![("do".to_owned(), word.to_owned())];
                    let undo = Undo { action: format!("alerts/{id}"), fields };
                    visit.toast_undo(back, t.get(key), undo)
                }
                None => visit.toast(back, t.get(key)),
            })
        }
    }
}

fn deed(word: &str) -> Option<Deed> {
    let answer = |action, permission| Some(Deed::Answer(Choice::Action(action), permission));
    match word {
        "acknowledge" | "take" => answer(Action::AssignToUser, Permission::ChangeAlert),
        "resolve" => answer(Action::End, Permission::ChangeAlert),
        "escalate" => answer(Action::Escalate, Permission::Respond),
        "comment" => answer(Action::RecordResponse, Permission::Respond),
        "suspend" => Some(Deed::Change(StateChange::Suspend)),
        "resume" => Some(Deed::Change(StateChange::Resume)),
        _ => {
            let number = word.strip_prefix("option-")?.parse().ok()?;
            Some(Deed::Answer(Choice::Option(number), Permission::Respond))
        }
    }
}

async fn answer(
    visit: &Visit,
    alert: AlertId,
    choice: Choice,
    comment: Option<String>,
) -> Result<Answered, Refusal> {
    let given = Given {
        instance: visit.directory.instance.no,
        alert,
        notification: None,
        person: visit.person.id,
        choice,
        comment,
        via: Via::Page,
    };
    visit.ui.responder.answer(given).await.map_err(|error| refused(visit, error))
}

/// What an answer did, in a sentence.
fn said(visit: &Visit, answered: &Answered) -> String {
    let t = visit.say(&WORDS);
    let action = answered.response.option.action;
    let key = match (answered.response.standing, action) {
        (_, Action::RecordResponse) => "alerts-act-noted",
        (Standing::Late, _) => "alerts-act-late",
        (Standing::Repeated, _) => "alerts-act-same",
        (Standing::Counted, Action::AssignToUser) => "alerts-act-acknowledged",
        (Standing::Counted, Action::End) => "alerts-act-resolved",
        (Standing::Counted, Action::Escalate) => "alerts-act-escalated",
        (Standing::Counted, Action::StopNotifyingUser | Action::StopNotifyingTarget) => {
            "alerts-act-stopped"
        }
    };
    let owner = answered.alert.owner.map(|id| person(&visit.directory, id, t));
    t.a(key, &[("name", owner.as_deref().unwrap_or_default())])
}

fn too_long(visit: &Visit) -> Refusal {
    let t = visit.say(&WORDS);
    let text = t.n("alerts-act-too-long", COMMENT_CHARS_MAX);
    visit
        .notice(StatusCode::UNPROCESSABLE_ENTITY, Notice::wrong(t.get("alerts-act-not-done"), text))
}

/// Why an answer could not be taken.
pub(crate) fn refused(visit: &Visit, error: RespondError) -> Refusal {
    let t = visit.say(&WORDS);
    let wrong = |status, key: &str| {
        visit.notice(status, Notice::wrong(t.get("alerts-act-not-done"), t.get(key)))
    };
    match error {
        RespondError::NoAlert | RespondError::NoInstance => visit.missing(&t.get("alerts-alert")),
        RespondError::NoOption(_) => {
            wrong(StatusCode::UNPROCESSABLE_ENTITY, "alerts-act-no-option")
        }
        RespondError::Closed => wrong(StatusCode::CONFLICT, "alerts-act-closed"),
        RespondError::Store(error) => Refusal::from(error),
    }
}
