//! Makes and changes a maintenance window; before, what it would hide.

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use firebell_access::{Permission, Scope};
use firebell_base::Id;
use firebell_base::time::add_minutes;
use firebell_config::{Change, Faults as Wrong};
use firebell_domain::directory::{Directory, Entity, Kind};
use firebell_domain::name::Name;
use firebell_domain::schedule::{Pattern, Recurrence};
use firebell_domain::suppression::{MaintenanceWindow, WindowId};
use firebell_pipeline::preview::Candidate;
use firebell_ui::part::{Button, Conflict, Crumbs, Difference, Faults, Field, Notice};
use firebell_ui::write::WriteKind;
use firebell_ui::{Answer, Area, Form, Frame, Say, Visit, page, page_with};

use super::entered::{Entered, Wanted, field, zone_or_utc};
use super::{Standing, known, recurrence};
use crate::edit;
use crate::matchers::Row;
use crate::preview::{self, Part};
use crate::words::WORDS;

#[derive(Template)]
#[template(path = "signals/window_form.html")]
struct Page {
    frame: Frame,
    t: Say,
    crumbs: Crumbs,
    title: String,
    lead: String,
    action: String,
    look: String,
    conflict: Option<Conflict>,
    notice: Option<Notice>,
    faults: Faults,
    fields: Vec<Field>,
    rows: Vec<Row>,
    times: Vec<Field>,
    recurs: Vec<Field>,
    special: Vec<(&'static str, Vec<Field>)>,
    rest: Vec<Field>,
    days: Field,
    preview: Option<Part>,
    may: bool,
    end: Option<Button>,
    remove: Option<(String, Field)>,
    submit: String,
    back: String,
}

/// What the page says besides what was entered.
struct Around<'a> {
    old: Option<&'a MaintenanceWindow>,
    faults: Faults,
    notice: Option<Notice>,
    conflict: Option<Conflict>,
    preview: Option<Part>,
}

/// Nothing yet.
fn around<'a>(visit: &Visit) -> Around<'a> {
    let faults = Faults::new(visit.say(&WORDS));
    Around { old: None, faults, notice: None, conflict: None, preview: None }
}

fn laid_out(visit: &Visit, entered: Entered, around: Around<'_>, status: StatusCode) -> Response {
    let t = visit.say(&WORDS);
    let Around { old, faults, notice, conflict, preview } = around;
    let (title, lead, action, submit) = match old {
        None => (
            t.get("signals-window-new"),
            t.get("signals-window-new-lead"),
            "windows".to_owned(),
            "signals-window-make",
        ),
        Some(old) => (
            t.a("signals-window-named", &[("name", old.name.as_str())]),
            lead(visit, t, old),
            format!("windows/{}", old.id),
            "signals-save",
        ),
    };
    let may = visit.may(Permission::WriteSilences, &Scope::Instance);
    let end = old.filter(|old| may && matches!(Standing::of(old, visit.now), Standing::Active(_)));
    let own = visit.href(&action);
    let shown = Page {
        frame: visit.frame(title.clone(), Area::Silences).with_script("signals.js"),
        crumbs: Crumbs::new(vec![(t.get("signals-windows"), visit.href("windows"))]),
        title,
        lead,
        look: visit.href("windows/preview"),
        conflict,
        notice,
        fields: entered.fields(visit, t, &faults),
        times: entered.times(t, &faults),
        recurs: entered.recurrence.fields(t, &faults),
        special: entered.recurrence.special(t, &faults),
        rest: entered.rest(t, &faults),
        days: Field::select("days", t.get("signals-days-label"), preview::choices(t, entered.days)),
        rows: entered.rows,
        faults,
        preview,
        may,
        end: end.map(|_| Button::post(t.get("signals-end"), format!("{own}/end"))),
        remove: old.filter(|_| may).map(|old| {
            let label = t.a("signals-remove-type", &[("name", old.name.as_str())]);
            let field = Field::text("typed", label).autocomplete("off").required().max(100);
            (format!("{own}/remove"), field)
        }),
        action: own,
        submit: t.get(submit),
        back: visit.href("windows"),
        t,
    };
    page_with(status, &shown)
}

fn lead(visit: &Visit, t: Say, window: &MaintenanceWindow) -> String {
    let recurs = recurrence::words(t, &window.pattern.recurrence);
    let says = |key: &str, at| {
        let when = visit.when(at);
        let when = format!("{} ({})", when.clock, when.ago);
        t.a(key, &[("when", &when), ("recurs", &recurs)])
    };
    match Standing::of(window, visit.now) {
        Standing::Active(now) => says("signals-window-active", now.end),
        Standing::Upcoming(next) => says("signals-window-upcoming", next.start),
        Standing::Over => t.get("signals-window-over"),
    }
}

/// `GET /windows/new`.
pub(crate) async fn new(visit: Visit) -> Answer {
    visit.require(Permission::WriteSilences, &Scope::Instance)?;
    Ok(laid_out(&visit, Entered::new(&visit), around(&visit), StatusCode::OK))
}

/// `GET /windows/{window}`.
pub(crate) async fn show(visit: Visit, Path(id): Path<String>) -> Answer {
    visit.require(Permission::ReadAlerts, &Scope::Instance)?;
    let window = known(&visit, &id)?;
    let around = Around { old: Some(&window), ..around(&visit) };
    Ok(laid_out(&visit, Entered::from(&visit, &window), around, StatusCode::OK))
}

/// `POST /windows/preview`: nothing is saved.
pub(crate) async fn preview(visit: Visit, form: Form) -> Answer {
    visit.require(Permission::WriteSilences, &Scope::Instance)?;
    let t = visit.say(&WORDS);
    let old = match form.text("id") {
        "" => None,
        id => Some(known(&visit, id)?),
    };
    // What does not say whose events, or which, does not matter yet.
    let mut ignored = Faults::new(t);
    let (entered, _) = Entered::of(&visit, &form, old.as_deref(), &mut ignored);
    let mut faults = Faults::new(t);
    let (_, matchers) = crate::matchers::read(&form, t, &mut faults);
    let integrations = entered.integrations(&visit, &mut faults);
    let part = match integrations.filter(|_| faults.is_empty()) {
        None => None,
        Some(integrations) => {
            let window = candidate(&visit, &entered, integrations, matchers);
            match window {
                Some(window) => {
                    let candidate = Candidate::Window(Box::new(window));
                    Some(preview::look(&visit, candidate, entered.days).await?)
                }
                None => None,
            }
        }
    };
    if visit.partial {
        return Ok(part.map_or_else(|| preview::not(&visit, &faults), |part| page(&part)));
    }
    let status = if part.is_some() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let around = Around { old: old.as_deref(), faults, preview: part, ..around(&visit) };
    Ok(laid_out(&visit, entered, around, status))
}

/// A window that is only looked through, whatever its times.
fn candidate(
    visit: &Visit,
    entered: &Entered,
    integrations: Vec<firebell_domain::integration::IntegrationId>,
    matchers: Vec<firebell_domain::matcher::Matcher>,
) -> Option<MaintenanceWindow> {
    let zone = zone_or_utc(&entered.zone);
    let ends = add_minutes(visit.now, 1);
    let pattern = Pattern::new(visit.now, ends, zone, Recurrence::ONCE, Vec::new()).ok()?;
    Some(MaintenanceWindow {
        id: Id::new(&visit.ui.random, visit.now),
        name: Name::parse("preview").ok()?,
        integrations,
        matchers,
        pattern,
        comment: String::new(),
    })
}

fn window(id: WindowId, wanted: Wanted) -> MaintenanceWindow {
    let Wanted { name, integrations, matchers, pattern, reason } = wanted;
    MaintenanceWindow { id, name, integrations, matchers, pattern, comment: reason }
}

/// `POST /windows`.
pub(crate) async fn make(visit: Visit, form: Form) -> Answer {
    visit.require(Permission::WriteSilences, &Scope::Instance)?;
    let t = visit.say(&WORDS);
    let mut faults = Faults::new(t);
    let (entered, wanted) = Entered::of(&visit, &form, None, &mut faults);
    let Some(wanted) = wanted else {
        let around = Around { faults, ..around(&visit) };
        return Ok(laid_out(&visit, entered, around, StatusCode::UNPROCESSABLE_ENTITY));
    };
    let made = window(Id::new(&visit.ui.random, visit.now), wanted);
    let name = made.name.to_string();
    let intent = edit::intent(&visit, "maintenance window made", None);
    let decide = move |_: &Directory| -> Result<Vec<Change>, Wrong> {
        Ok(vec![Change::Put(Entity::Window(Box::new(made.clone())))])
    };
    match edit::change(&visit, intent, decide).await {
        Ok(_) => {
            let said = t.a("signals-window-made", &[("name", &name)]);
            Ok(visit.toast(visit.lead("windows"), said))
        }
        Err(error) => {
            let (fault, notice) = edit::blame(&visit, error, &mut faults, field);
            let around = Around { faults, notice: Some(notice), ..around(&visit) };
            Ok(laid_out(&visit, entered, around, fault.status))
        }
    }
}

/// `POST /windows/{window}`.
pub(crate) async fn save(visit: Visit, Path(id): Path<String>, form: Form) -> Answer {
    visit.require(Permission::WriteSilences, &Scope::Instance)?;
    let t = visit.say(&WORDS);
    let old = known(&visit, &id)?;
    let mut faults = Faults::new(t);
    let (entered, wanted) = Entered::of(&visit, &form, Some(&old), &mut faults);
    let Some(wanted) = wanted else {
        let around = Around { old: Some(&old), faults, ..around(&visit) };
        return Ok(laid_out(&visit, entered, around, StatusCode::UNPROCESSABLE_ENTITY));
    };
    let id = old.id;
    let seen = Some((Kind::Window, id.to_bytes(), form.text("rev")));
    let intent = edit::intent(&visit, "maintenance window changed", seen);
    let new = window(id, wanted);
    let decide = move |_: &Directory| -> Result<Vec<Change>, Wrong> {
        Ok(vec![Change::Put(Entity::Window(Box::new(new.clone())))])
    };
    match edit::change(&visit, intent, decide).await {
        Ok(_) => Ok(visit.toast(visit.lead("windows"), t.get("signals-saved"))),
        Err(error) => {
            let (fault, notice) = edit::blame(&visit, error, &mut faults, field);
            if fault.kind == WriteKind::Changed {
                return Ok(second(&visit, id, entered));
            }
            let notice = Some(notice);
            let around = Around { old: Some(&old), faults, notice, ..around(&visit) };
            Ok(laid_out(&visit, entered, around, fault.status))
        }
    }
}

/// What the second editor is shown.
fn second(visit: &Visit, id: WindowId, mut entered: Entered) -> Response {
    let mut newest = visit.clone();
    if let Some(directory) = visit.ui.snapshots.instance(visit.claims.instance) {
        newest.directory = directory;
    }
    let t = newest.say(&WORDS);
    let theirs = match known(&newest, &id.to_string()) {
        Ok(theirs) => theirs,
        Err(gone) => return gone.into_response(),
    };
    let now = Entered::from(&newest, &theirs);
    let matchers = |rows: &[Row]| {
        let said = rows.iter().filter(|row| !row.field.is_empty());
        let said: Vec<String> =
            said.map(|row| format!("{}{}\"{}\"", row.field, row.op, row.value)).collect();
        said.join(", ")
    };
    let names = |entered: &Entered| {
        let name = |text: &String| {
            let found = text.parse().ok().and_then(|id| newest.directory.integration(id));
            found.map_or_else(|| text.clone(), |one| one.name.to_string())
        };
        entered.of.iter().map(name).collect::<Vec<String>>().join(", ")
    };
    let recurs = |entered: &Entered| {
        let zone = zone_or_utc(&entered.zone);
        let read = entered.recurrence.read(t, &zone, &mut Faults::new(t));
        read.map(|rule| recurrence::words(t, &rule)).unwrap_or_default()
    };
    let row = |key: &str, theirs: String, yours: String| Difference {
        field: t.get(key),
        was: None,
        theirs,
        yours,
    };
    let rows = vec![
        row("signals-name", now.name.clone(), entered.name.clone()),
        row("signals-window-of", names(&now), names(&entered)),
        row("signals-matchers", matchers(&now.rows), matchers(&entered.rows)),
        row("signals-starts", now.starts.clone(), entered.starts.clone()),
        row("signals-ends", now.ends.clone(), entered.ends.clone()),
        row("signals-zone", now.zone.clone(), entered.zone.clone()),
        row("signals-recurs", recurs(&now), recurs(&entered)),
        row("signals-reason", now.reason.clone(), entered.reason.clone()),
    ];
    entered.revision = now.revision;
    let take = newest.href(&format!("windows/{id}"));
    let around = Around {
        old: Some(&theirs),
        conflict: Some(Conflict::new(&newest, rows, take)),
        ..around(&newest)
    };
    laid_out(&newest, entered, around, StatusCode::CONFLICT)
}
