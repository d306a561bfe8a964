//! Makes and changes a silence or a maintenance window; before, what it would hide.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use firebell_access::{Permission, Scope};
use firebell_config::{Change, ConfigError, Faults as Wrong};
use firebell_domain::directory::Directory;
use firebell_ui::part::Faults;
use firebell_ui::{Answer, Form, Query, Visit, page};

use super::Hides;
use super::entered::Entered;
use super::page::{Around, laid_out, second};
use crate::words::WORDS;
use crate::{edit, matchers, preview};

/// What this form is about.
const WRITE: Permission = Permission::WriteSilences;

/// `GET /silences/new`, `GET /windows/new`: a link may bring matchers along.
pub(crate) async fn new<K: Hides>(visit: Visit, query: Query) -> Answer {
    visit.require(WRITE, &Scope::Instance)?;
    let rows = matchers::rows(&matchers::linked(&query));
    let entered = Entered::<K> { rows, ..Entered::new(&visit) };
    let around = Around::new(&visit);
    Ok(laid_out(&visit, entered, around, StatusCode::OK))
}

/// `GET /silences/{silence}`, `GET /windows/{window}`.
pub(crate) async fn show<K: Hides>(visit: Visit, Path(id): Path<String>) -> Answer {
    visit.require(Permission::ReadAlerts, &Scope::Instance)?;
    let known = K::known(&visit, &id)?;
    let around = Around { old: Some(&*known), ..Around::new(&visit) };
    Ok(laid_out(&visit, Entered::of_known(&visit, &*known), around, StatusCode::OK))
}

/// `POST /silences/preview`, `POST /windows/preview`: nothing is saved.
pub(crate) async fn look<K: Hides>(visit: Visit, form: Form) -> Answer {
    visit.require(WRITE, &Scope::Instance)?;
    let t = visit.say(&WORDS);
    let old = match form.text("id") {
        "" => None,
        id => Some(K::known(&visit, id)?),
    };
    // What does not say whose events, or which, does not matter yet.
    let mut ignored = Faults::new(t);
    let (entered, _) = Entered::<K>::read(&visit, &form, old.as_deref(), &mut ignored);
    let mut faults = Faults::new(t);
    let (_, matchers) = matchers::read(&form, t, &mut faults);
    let candidate = K::candidate(&entered, &visit, matchers, &mut faults);
    let part = match candidate.filter(|_| faults.is_empty()) {
        None => None,
        Some(candidate) => Some(preview::look(&visit, candidate, entered.days).await?),
    };
    if visit.partial {
        return Ok(part.map_or_else(|| preview::not(&visit, &faults), |part| page(&part)));
    }
    let status = if part.is_some() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let around = Around { old: old.as_deref(), faults, preview: part, ..Around::new(&visit) };
    Ok(laid_out(&visit, entered, around, status))
}

/// `POST /silences`, `POST /windows`.
pub(crate) async fn make<K: Hides + Clone>(visit: Visit, form: Form) -> Answer {
    visit.require(WRITE, &Scope::Instance)?;
    let t = visit.say(&WORDS);
    let mut faults = Faults::new(t);
    let (entered, wanted) = Entered::<K>::read(&visit, &form, None, &mut faults);
    let Some(wanted) = wanted else {
        let around = Around { faults, ..Around::new(&visit) };
        return Ok(laid_out(&visit, entered, around, StatusCode::UNPROCESSABLE_ENTITY));
    };
    let made = K::make(&visit, wanted);
    let welcome = made.welcome(t);
    let intent = edit::intent(&visit, K::TEXTS.made, None);
    let decide =
        move |_: &Directory| -> Result<Vec<Change>, Wrong> { Ok(vec![made.clone().put()]) };
    match edit::change(&visit, WRITE, intent, decide).await {
        Ok(_) => Ok(visit.toast(visit.lead(K::TEXTS.place), welcome)),
        Err(error) => Ok(again(&visit, entered, (None, faults), error)),
    }
}

/// `POST /silences/{silence}`, `POST /windows/{window}`.
pub(crate) async fn save<K: Hides>(visit: Visit, Path(id): Path<String>, form: Form) -> Answer {
    visit.require(WRITE, &Scope::Instance)?;
    let t = visit.say(&WORDS);
    let old = K::known(&visit, &id)?;
    let subject = old.id();
    let seen = edit::seen(&visit, &form, (K::KIND, subject), &old.path())?;
    let mut faults = Faults::new(t);
    let (entered, wanted) = Entered::<K>::read(&visit, &form, Some(&*old), &mut faults);
    let Some(wanted) = wanted else {
        let around = Around { old: Some(&*old), faults, ..Around::new(&visit) };
        return Ok(laid_out(&visit, entered, around, StatusCode::UNPROCESSABLE_ENTITY));
    };
    let now = visit.now;
    let intent = edit::intent(&visit, K::TEXTS.changed, Some(seen));
    let decide = move |directory: &Directory| -> Result<Vec<Change>, Wrong> {
        let old = K::find(directory, subject);
        Ok(old.map(|old| old.over(&wanted, now).put()).into_iter().collect())
    };
    match edit::change(&visit, WRITE, intent, decide).await {
        Ok(_) => Ok(visit.toast(visit.lead(K::TEXTS.place), t.get("signals-saved"))),
        Err(ConfigError::Changed { .. }) => Ok(second(&visit, &id, entered).await),
        Err(error) => Ok(again(&visit, entered, (Some(&*old), faults), error)),
    }
}

/// The form once more, with what was entered and why it was not saved.
fn again<K: Hides>(
    visit: &Visit,
    entered: Entered<K>,
    (old, mut faults): (Option<&K>, Faults),
    error: ConfigError,
) -> Response {
    let (fault, notice) = edit::blame(visit, error, &mut faults, K::field);
    let around = Around { old, faults, notice: Some(notice), ..Around::new(visit) };
    laid_out(visit, entered, around, fault.status)
}
