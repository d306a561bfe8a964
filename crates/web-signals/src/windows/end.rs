//! Ends what a window hides now, takes that back, and removes windows.

use axum::extract::Path;
use axum::http::StatusCode;
use firebell_access::{Permission, Scope};
use firebell_config::{Change, Faults as Wrong};
use firebell_domain::directory::{Directory, Entity, Kind};
use firebell_domain::name::fold;
use firebell_domain::schedule::{EXCLUSIONS_MAX, Exclusion, Frequency};
use firebell_domain::suppression::MaintenanceWindow;
use firebell_ui::part::Notice;
use firebell_ui::{Answer, Form, Undo, Visit};

use super::{Standing, known};
use crate::words::WORDS;
use crate::{edit, local};

/// `POST /windows/{window}/end`: now. A recurring one is back at its next time.
pub(crate) async fn end(visit: Visit, Path(id): Path<String>) -> Answer {
    visit.require(Permission::WriteSilences, &Scope::Instance)?;
    let window = known(&visit, &id)?;
    let t = visit.say(&WORDS);
    let (id, now) = (window.id, visit.now);
    let back = visit.lead("windows");
    let Standing::Active(occurrence) = Standing::of(&window, now) else {
        return Ok(visit.toast(back, t.get("signals-window-not-now")));
    };
    let decide = move |directory: &Directory| {
        let Some(old) = directory.window(id) else { return Ok::<_, Wrong>(Vec::new()) };
        let mut new = (**old).clone();
        match new.pattern.recurrence.frequency {
            Frequency::Once if new.pattern.first_start < now => new.pattern.first_end = now,
            _ => new.pattern.exclusions.push(Exclusion { start: occurrence.start }),
        }
        if new.pattern.exclusions.len() > EXCLUSIONS_MAX {
            let message = "holds too many skipped times already; change its recurrence instead";
            return Err(Wrong::one("exclusions", message, "validation.window.exclusions"));
        }
        Ok(vec![Change::Put(Entity::Window(Box::new(new)))])
    };
    let intent = edit::intent(&visit, "maintenance window ended early", None);
    let changed = edit::change(&visit, Permission::WriteSilences, intent, decide).await;
    changed.map_err(|error| visit.refused(error))?;
    let micros = |at: firebell_base::Timestamp| at.as_microsecond().to_string();
    let undo = Undo {
        action: format!("windows/{id}/restore"),
        fields: vec![
            ("start".to_owned(), micros(occurrence.start)),
            ("end".to_owned(), micros(window.pattern.first_end)),
        ],
    };
    Ok(visit.toast_undo(back, t.a("signals-window-ended", &[("name", window.name.as_str())]), undo))
}

/// `POST /windows/{window}/restore`: it hides as it was to.
pub(crate) async fn restore(visit: Visit, Path(id): Path<String>, form: Form) -> Answer {
    visit.require(Permission::WriteSilences, &Scope::Instance)?;
    let window = known(&visit, &id)?;
    let t = visit.say(&WORDS);
    let id = window.id;
    let (start, end) = (local::micros(form.text("start")), local::micros(form.text("end")));
    let (Some(start), Some(end)) = (start, end) else {
        let notice = Notice::wrong(t.get("signals-not-restored"), t.get("signals-restore-late"));
        return Err(visit.notice(StatusCode::UNPROCESSABLE_ENTITY, notice));
    };
    let decide = move |directory: &Directory| {
        let Some(old) = directory.window(id) else { return Ok::<_, Wrong>(Vec::new()) };
        let mut new: MaintenanceWindow = (**old).clone();
        new.pattern.exclusions.retain(|exclusion| exclusion.start != start);
        if new.pattern.recurrence.frequency == Frequency::Once && new.pattern.first_start == start {
            new.pattern.first_end = end;
        }
        Ok(vec![Change::Put(Entity::Window(Box::new(new)))])
    };
    let intent = edit::intent(&visit, "maintenance window restored", None);
    let changed = edit::change(&visit, Permission::WriteSilences, intent, decide).await;
    changed.map_err(|error| visit.refused(error))?;
    Ok(visit.toast(visit.lead("windows"), t.get("signals-window-restored")))
}

/// `POST /windows/{window}/remove`: for good, so the name is asked for.
pub(crate) async fn remove(visit: Visit, Path(id): Path<String>, form: Form) -> Answer {
    visit.require(Permission::WriteSilences, &Scope::Instance)?;
    let window = known(&visit, &id)?;
    let t = visit.say(&WORDS);
    if fold(form.text("typed")) != window.name.fold() {
        let text = t.a("signals-remove-name", &[("name", window.name.as_str())]);
        let notice = Notice::wrong(t.get("signals-remove-not"), text);
        let back = visit.href(&format!("windows/{}", window.id));
        let notice = notice.link(t.get("signals-back"), back);
        return Err(visit.notice(StatusCode::UNPROCESSABLE_ENTITY, notice));
    }
    let bytes = window.id.to_bytes();
    let decide = move |_: &Directory| Ok::<_, Wrong>(vec![Change::Remove(Kind::Window, bytes)]);
    let intent = edit::intent(&visit, "maintenance window removed", None);
    let changed = edit::change(&visit, Permission::WriteSilences, intent, decide).await;
    changed.map_err(|error| visit.refused(error))?;
    let said = t.a("signals-removed", &[("name", window.name.as_str())]);
    Ok(visit.toast(visit.lead("windows"), said))
}
