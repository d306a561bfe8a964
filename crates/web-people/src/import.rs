//! People from a table: entered or read from a file, shown as a plan, and done exactly as shown.
//!
//! The plan is made anew on the newest configuration before it is done. If it would do anything else than what was
//! shown, nothing is done and the new plan is shown. A table becomes one change: all of it, or nothing.

mod apply;

pub(crate) use apply::Turns;

use std::sync::Arc;

use askama::Template;
use axum::Extension;
use axum::extract::Request;
use axum::response::{IntoResponse as _, Response};
use firebell_access::{Permission, Scope};
use firebell_config::digest::Digest;
use firebell_config::import::{
    BYTES_MAX, COLUMNS, Column, Fate, LINES_MAX, Line, Plan, Refusal as Wrong, SAMPLE,
};
use firebell_domain::directory::Directory;
use firebell_ui::part::{Crumbs, Notice};
use firebell_ui::{Answer, Area, Form, Frame, Say, Visit, page_with, read_form};
use http::{HeaderValue, StatusCode, header};

use crate::licence::{self, standing_for};
use crate::words::{self, WORDS};

/// Bytes of the form: each byte of the table may take three, and line ends two characters.
const FORM_BYTES_MAX: usize = 4 * BYTES_MAX + 64 * 1024;
/// Lines of each fate that are shown; all are counted.
const SHOWN_MAX: usize = 200;

/// Bytes of a table that stands in its field once more when the plan is shown.
const SHOWN_BYTES_MAX: usize = 64 * 1024;

#[derive(Debug, Template)]
#[template(path = "people/import.html")]
struct ImportPage {
    frame: Frame,
    t: Say,
    crumbs: Crumbs,
    lead: String,
    action: String,
    template: String,
    notices: Vec<Notice>,
    text: String,
    /// The same, to be changed; nothing if it is long.
    shown: String,
    columns: Vec<(String, String)>,
    limits: String,
    preview: Option<Preview>,
}

/// A plan as it is shown.
#[derive(Debug)]
struct Preview {
    digest: String,
    sentence: String,
    obstacles: Vec<Told>,
    ignored: String,
    seats: Vec<String>,
    sections: Vec<Section>,
    /// Whether anything can be done.
    ready: bool,
    submit: String,
    /// What the button says while it is done.
    wait: String,
}

/// Lines of one fate.
#[derive(Debug)]
struct Section {
    title: String,
    lines: Vec<Told>,
    more: String,
    open: bool,
}

/// A line as it is shown.
#[derive(Debug)]
struct Told {
    number: usize,
    name: String,
    href: String,
    details: Vec<Detail>,
}

/// A field that changes, or a reason.
#[derive(Debug)]
struct Detail {
    label: String,
    before: String,
    after: String,
    reason: bool,
}

/// `GET /users/import`
pub(crate) async fn show(visit: Visit) -> Answer {
    visit.require(Permission::WritePeople, &Scope::Instance)?;
    Ok(import_page(&visit, StatusCode::OK, String::new(), Vec::new(), None))
}

/// `GET /users/import/template.csv`
pub(crate) async fn template(visit: Visit) -> Answer {
    visit.require(Permission::WritePeople, &Scope::Instance)?;
    let mut response = SAMPLE.into_response();
    let headers = response.headers_mut();
    let csv = HeaderValue::from_static("text/csv; charset=utf-8");
    headers.insert(header::CONTENT_TYPE, csv);
    let name = HeaderValue::from_static("attachment; filename=\"users-template.csv\"");
    headers.insert(header::CONTENT_DISPOSITION, name);
    Ok(response)
}

/// `POST /users/import`: shows what would change; with `digest`, does it.
pub(crate) async fn post(
    visit: Visit,
    Extension(turns): Extension<Arc<Turns>>,
    request: Request,
) -> Answer {
    visit.require(Permission::WritePeople, &Scope::Instance)?;
    let t = visit.say(&WORDS);
    let Ok(form) = read_form(request.into_body(), FORM_BYTES_MAX).await else {
        let notice = Notice::wrong(t.get("people-not-possible"), t.get("people-import-large"));
        let (status, text) = (StatusCode::PAYLOAD_TOO_LARGE, String::new());
        return Ok(import_page(&visit, status, text, vec![notice], None));
    };
    let text = table(&form);
    if text.is_empty() {
        let notice = Notice::wrong(t.get("people-not-possible"), t.get("people-import-empty"));
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return Ok(import_page(&visit, status, String::new(), vec![notice], None));
    }
    match form.text("digest") {
        "" => preview(&visit, &turns, text).await,
        digest => apply::apply(&visit, &turns, text, digest).await,
    }
}

/// The table as it was entered; line ends as one character, however the browser sends them.
fn table(form: &Form) -> String {
    let text = form.raw("table").replace("\r\n", "\n").replace('\r', "\n");
    if text.trim().is_empty() { String::new() } else { text }
}

async fn preview(visit: &Visit, turns: &Turns, text: String) -> Answer {
    let Ok(_turn) = turns.previews.try_acquire() else { return Ok(busy(visit, text)) };
    planned(visit, text, StatusCode::OK, Vec::new()).await
}

/// What the table would change by now, below why nothing was changed; the table alone if others are being read.
async fn previewed_again(
    visit: &Visit,
    turns: &Turns,
    text: String,
    status: StatusCode,
    notice: Notice,
) -> Answer {
    let Ok(_turn) = turns.previews.try_acquire() else {
        return Ok(import_page(visit, status, text, vec![notice], None));
    };
    planned(visit, text, status, vec![notice]).await
}

/// Says that others are at it, and keeps the table.
fn busy(visit: &Visit, text: String) -> Response {
    let t = visit.say(&WORDS);
    let notice = Notice::info(t.get("people-import-busy"), t.get("people-import-busy-text"));
    import_page(visit, StatusCode::TOO_MANY_REQUESTS, text, vec![notice], None)
}

async fn planned(visit: &Visit, text: String, status: StatusCode, notices: Vec<Notice>) -> Answer {
    let planner = apply::Planner::of(visit, &text);
    let plan = Arc::new(move |directory: &Directory| planner.plan(directory));
    // Somebody else's change may be newer than this visit.
    let newest = visit.ui.snapshots.instance(visit.directory.instance.no);
    let newest = newest.unwrap_or_else(|| Arc::clone(&visit.directory));
    let plan = apply::planned(plan, newest).await.map_err(|failed| failed.refusal(visit))?;
    let shown = previewed(visit, &plan).await;
    Ok(import_page(visit, status, text, notices, Some(shown)))
}

async fn previewed(visit: &Visit, plan: &Plan) -> Preview {
    let t = visit.say(&WORDS);
    let [added, changed, unchanged, refused] = plan.counts();
    let sentence = [
        t.n("people-n-added", added),
        t.n("people-n-changed", changed),
        t.n("people-n-unchanged", unchanged),
        t.n("people-n-refused", refused),
    ]
    .join(", ");
    let title = |key: &str, n: usize| t.n(key, n);
    let section = |key: &str, n: usize, open: bool, take: fn(&Fate) -> bool| {
        let lines = plan.lines.iter().filter(|line| take(&line.fate)).take(SHOWN_MAX);
        let more = match n.saturating_sub(SHOWN_MAX) {
            0 => String::new(),
            more => t.n("people-more-lines", more),
        };
        let lines = lines.map(|line| told(visit, t, line)).collect();
        Section { title: title(key, n), lines, more, open }
    };
    let sections = [
        section("people-n-refused", refused, true, |fate| matches!(fate, Fate::Refused(_))),
        section("people-n-changed", changed, true, |fate| matches!(fate, Fate::Changed(_))),
        section("people-n-added", added, true, |fate| matches!(fate, Fate::Added(_))),
        section("people-n-unchanged", unchanged, false, |fate| matches!(fate, Fate::Unchanged)),
    ];
    let ready = !plan.is_empty() && plan.digest != Digest::ZERO;
    Preview {
        digest: plan.digest.to_string(),
        sentence,
        obstacles: plan.obstacles.iter().map(|one| obstacle(t, one)).collect(),
        ignored: match plan.ignored.join(", ") {
            none if none.is_empty() => none,
            names => t.a("people-import-ignored", &[("names", &names)]),
        },
        seats: seats(visit, t, plan).await,
        sections: sections.into_iter().filter(|one| !one.lines.is_empty()).collect(),
        ready,
        submit: t.n("people-import-apply", added + changed),
        wait: t.n("people-import-wait", added + changed),
    }
}

/// What a plan needs of licences, and what is free.
async fn seats(visit: &Visit, t: Say, plan: &Plan) -> Vec<String> {
    let wanted = plan.seats.iter().map(|one| one.taken).max().unwrap_or(0);
    if wanted == 0 {
        return Vec::new();
    }
    let standing = standing_for(visit, wanted).await;
    let needed = plan.seats.iter().filter(|one| one.taken > 0);
    let sentence = |one: &firebell_config::import::Seats| {
        let licence = words::licence(t, one.licence);
        let free = licence::free(visit, &standing, one.licence);
        let released = one.released.to_string();
        let args = [("licence", &*licence), ("free", &*free), ("released", &*released)];
        t.na("people-import-seats", one.taken, &args)
    };
    needed.map(sentence).collect()
}

fn obstacle(t: Say, one: &Wrong) -> Told {
    Told {
        number: one.line,
        name: t.n("people-line", one.line),
        href: String::new(),
        details: vec![reason(one)],
    }
}

fn reason(one: &Wrong) -> Detail {
    Detail {
        label: one.column.clone(),
        before: String::new(),
        after: one.message.clone(),
        reason: true,
    }
}

fn told(visit: &Visit, t: Say, line: &Line) -> Told {
    let details = match &line.fate {
        Fate::Added(list) | Fate::Changed(list) => list
            .iter()
            .filter(|one| one.field != "targetName" || !one.before.is_empty())
            .map(|one| Detail {
                label: words::field(t, &one.field),
                before: words::value(t, &one.field, &one.before),
                after: words::value(t, &one.field, &one.after),
                reason: false,
            })
            .collect(),
        Fate::Unchanged => Vec::new(),
        Fate::Refused(list) => list.iter().map(reason).collect(),
    };
    let href = line.known.map(|id| visit.href(&format!("users/{id}"))).unwrap_or_default();
    Told { number: line.number, name: line.name.clone(), href, details }
}

fn import_page(
    visit: &Visit,
    status: StatusCode,
    text: String,
    notices: Vec<Notice>,
    preview: Option<Preview>,
) -> Response {
    let t = visit.say(&WORDS);
    let title = t.get("people-import-title");
    let columns = COLUMNS.iter().map(|(column, word)| ((*word).to_owned(), meaning(t, *column)));
    let long = preview.is_some() && text.len() > SHOWN_BYTES_MAX;
    let shown = if long { String::new() } else { text.clone() };
    let limits = LINES_MAX.to_string();
    let mebibytes = (BYTES_MAX >> 20).to_string();
    let users = (t.get("people-title"), visit.href("users"));
    page_with(
        status,
        &ImportPage {
            frame: visit.frame(title, Area::Users).with_script("people.js"),
            t,
            crumbs: Crumbs::new(vec![users]),
            lead: t.get("people-import-lead"),
            action: visit.href("users/import"),
            template: visit.href("users/import/template.csv"),
            notices,
            shown,
            text,
            columns: columns.collect(),
            limits: t.a("people-import-limits", &[("lines", &limits), ("mib", &mebibytes)]),
            preview,
        },
    )
}

/// What a column holds, for who writes a table.
fn meaning(t: Say, column: Column) -> String {
    t.get(match column {
        Column::Target => "people-column-target",
        Column::First => "people-column-first",
        Column::Last => "people-column-last",
        Column::Email => "people-column-email",
        Column::Licence => "people-column-licence",
        Column::Roles => "people-column-roles",
        Column::Status => "people-column-status",
        Column::Login => "people-column-login",
        Column::Language => "people-column-language",
        Column::Zone => "people-column-zone",
        Column::Site => "people-column-site",
        Column::Supervisors => "people-column-supervisors",
        Column::PhoneLogin => "people-column-phone-login",
        Column::ExternalKey => "people-column-external",
    })
}
