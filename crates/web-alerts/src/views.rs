//! Filters a person keeps under a name. They are theirs: nobody else sees or changes them.

use axum::extract::Path;
use firebell_access::{Permission, Scope};
use firebell_base::Id;
use firebell_base::limit::NAME_CHARS_MAX;
use firebell_domain::name::is_invisible;
use firebell_store::saved_views::{self, KeepError, SavedView, VIEWS_MAX};
use firebell_ui::{Answer, Form, Query, Refusal, Undo, Visit};

use crate::words::WORDS;

/// Bytes of a query that is kept.
const QUERY_BYTES_MAX: usize = 1_000;
/// Characters of a name.
const NAME_MAX: usize = 60;

/// POST: keeps the present filters.
pub(crate) async fn keep(visit: Visit, form: Form) -> Answer {
    visit.require(Permission::ReadAlerts, &Scope::Instance)?;
    let t = visit.say(&WORDS);
    let query = Query::read(form.raw("query")).with(&[("page", ""), ("start", ""), ("since", "")]);
    let query = query.trim_start_matches('?').to_owned();
    let back = format!("alerts?{query}");
    let Some(name) = name(form.text("name")) else {
        return Ok(visit.toast(visit.lead(&back), t.n("alerts-view-bad-name", NAME_MAX)));
    };
    if query.is_empty() || query.len() > QUERY_BYTES_MAX {
        return Ok(visit.toast(visit.lead("alerts"), t.get("alerts-view-no-filter")));
    }
    let (no, me, now) = (visit.directory.instance.no, visit.person.id, visit.now);
    let view = SavedView { id: Id::new(&visit.ui.random, now), name, query };
    let kept = visit
        .ui
        .db
        .write("alerts.keep_view", move |tx| saved_views::keep(tx, no, me, &view, now))
        .await;
    said(&visit, &back, kept, "alerts-view-kept")
}

/// POST: another name.
pub(crate) async fn rename(visit: Visit, Path(view): Path<String>, form: Form) -> Answer {
    visit.require(Permission::ReadAlerts, &Scope::Instance)?;
    let t = visit.say(&WORDS);
    let view = view.parse().map_err(|_| visit.missing(&t.get("alerts-view")))?;
    let Some(name) = name(form.text("name")) else {
        return Ok(visit.toast(visit.lead("alerts"), t.n("alerts-view-bad-name", NAME_MAX)));
    };
    let (no, me) = (visit.directory.instance.no, visit.person.id);
    let renamed = visit
        .ui
        .db
        .write("alerts.rename_view", move |tx| saved_views::rename(tx, no, me, view, &name))
        .await;
    said(&visit, "alerts", renamed, "alerts-view-renamed")
}

/// POST: forgets it; it can be had back at once.
pub(crate) async fn forget(visit: Visit, Path(view): Path<String>) -> Answer {
    visit.require(Permission::ReadAlerts, &Scope::Instance)?;
    let t = visit.say(&WORDS);
    let view = view.parse().map_err(|_| visit.missing(&t.get("alerts-view")))?;
    let (no, me) = (visit.directory.instance.no, visit.person.id);
    let gone = visit
        .ui
        .db
        .write("alerts.forget_view", move |tx| saved_views::forget(tx, no, me, view))
        .await?;
    let Some(gone) = gone else { return Err(visit.missing(&t.get("alerts-view"))) };
    let undo = Undo {
        action: "alerts/views".to_owned(),
        fields: vec![
            ("name".to_owned(), gone.name.clone()),
            ("query".to_owned(), gone.query.clone()),
        ],
    };
    let text = t.a("alerts-view-deleted", &[("name", &gone.name)]);
    Ok(visit.toast_undo(visit.lead("alerts"), text, undo))
}

/// A name without anything that cannot be seen.
fn name(text: &str) -> Option<String> {
    const { assert!(NAME_MAX <= NAME_CHARS_MAX, "a view's name is a name") };
    let length = text.chars().count();
    let good = (1..=NAME_MAX).contains(&length) && !text.chars().any(is_invisible);
    good.then(|| text.to_owned())
}

fn said(visit: &Visit, back: &str, result: Result<(), KeepError>, good: &str) -> Answer {
    let t = visit.say(&WORDS);
    let text = match result {
        Ok(()) => t.get(good),
        Err(KeepError::TooMany) => t.n("alerts-view-too-many", VIEWS_MAX),
        Err(KeepError::NameTaken) => t.get("alerts-view-taken"),
        Err(KeepError::Missing) => return Err(visit.missing(&t.get("alerts-view"))),
        Err(KeepError::Store(error)) => return Err(Refusal::from(error)),
    };
    Ok(visit.toast(visit.lead(back), text))
}
