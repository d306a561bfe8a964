//! Ends a silence early, and takes that back.

use axum::extract::Path;
use firebell_access::{Permission, Scope};
use firebell_config::{Change, Faults as Wrong};
use firebell_domain::directory::{Directory, Entity, Kind};
use firebell_domain::suppression::Silence;
use firebell_ui::part::Notice;
use firebell_ui::{Answer, Form, Undo, Visit};

use super::{Standing, known};
use crate::words::WORDS;
use crate::{edit, local};

/// `POST /silences/{silence}/end`: now. One that has not begun is gone, as in the API: it never hid
/// anything.
pub(crate) async fn end(visit: Visit, Path(id): Path<String>) -> Answer {
    visit.require(Permission::WriteSilences, &Scope::Instance)?;
    let silence = known(&visit, &id)?;
    let t = visit.say(&WORDS);
    let (id, now) = (silence.id, visit.now);
    let standing = Standing::of(&silence, now);
    let decide = move |directory: &Directory| {
        let Some(old) = directory.silence(id) else { return Ok::<_, Wrong>(Vec::new()) };
        Ok(match Standing::of(old, now) {
            Standing::Ended => Vec::new(),
            Standing::Active if old.starts < now => {
                let ended = Silence { ends: now, updated: now, ..(**old).clone() };
                vec![Change::Put(Entity::Silence(ended))]
            }
            Standing::Active | Standing::Upcoming => {
                vec![Change::Remove(Kind::Silence, id.to_bytes())]
            }
        })
    };
    let intent = edit::intent(&visit, "silence ended", None);
    let changed = edit::change(&visit, Permission::WriteSilences, intent, decide).await;
    changed.map_err(|error| visit.refused(error))?;
    let back = visit.lead("silences");
    let undo = match standing {
        Standing::Ended => return Ok(visit.toast(back, t.get("signals-silence-over"))),
        Standing::Active if silence.starts < now => Undo {
            action: format!("silences/{id}/restore"),
            fields: vec![("ends".to_owned(), silence.ends.as_microsecond().to_string())],
        },
        Standing::Active | Standing::Upcoming => again(&silence),
    };
    Ok(visit.toast_undo(back, t.get("signals-silence-ended"), undo))
}

/// Makes the same silence once more.
fn again(silence: &Silence) -> Undo {
    let mut fields: Vec<(String, String)> = silence
        .matchers
        .iter()
        .map(|matcher| ("matcher".to_owned(), matcher.to_string()))
        .collect();
    let micros = |at: firebell_base::Timestamp| at.as_microsecond().to_string();
    fields.push(("starts-at".to_owned(), micros(silence.starts)));
    fields.push(("ends-at".to_owned(), micros(silence.ends)));
    fields.push(("reason".to_owned(), silence.comment.clone()));
    Undo { action: "silences".to_owned(), fields }
}

/// `POST /silences/{silence}/restore`: it ends when it was to end.
pub(crate) async fn restore(visit: Visit, Path(id): Path<String>, form: Form) -> Answer {
    visit.require(Permission::WriteSilences, &Scope::Instance)?;
    let silence = known(&visit, &id)?;
    let t = visit.say(&WORDS);
    let (id, now) = (silence.id, visit.now);
    let Some(ends) = local::micros(form.text("ends")).filter(|ends| *ends > now) else {
        let notice = Notice::wrong(t.get("signals-not-restored"), t.get("signals-restore-late"));
        return Err(visit.notice(axum::http::StatusCode::UNPROCESSABLE_ENTITY, notice));
    };
    let decide = move |directory: &Directory| {
        let old = directory.silence(id);
        let new = old.map(|old| Silence { ends, updated: now, ..(**old).clone() });
        Ok::<_, Wrong>(new.map(|new| Change::Put(Entity::Silence(new))).into_iter().collect())
    };
    let intent = edit::intent(&visit, "silence restored", None);
    let changed = edit::change(&visit, Permission::WriteSilences, intent, decide).await;
    changed.map_err(|error| visit.refused(error))?;
    Ok(visit.toast(visit.lead("silences"), t.get("signals-silence-restored")))
}
