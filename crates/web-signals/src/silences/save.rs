//! Makes and changes a silence; before, what it would hide.

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use firebell_access::{Permission, Scope};
use firebell_base::limit::DESCRIPTION_CHARS_MAX;
use firebell_base::time::add_minutes;
use firebell_base::{Id, Timestamp};
use firebell_config::{Change, Faults as Wrong};
use firebell_domain::directory::{Directory, Entity, Kind};
use firebell_domain::schedule::Zone;
use firebell_domain::suppression::{Silence, SilenceId};
use firebell_pipeline::preview::Candidate;
use firebell_ui::part::{Button, Choice, Conflict, Crumbs, Difference, Faults, Field, Notice};
use firebell_ui::write::WriteKind;
use firebell_ui::{Answer, Area, Form, Frame, Query, Say, Visit, page, page_with};

use super::{Standing, known};
use crate::matchers::{self, Row};
use crate::preview::{self, Part};
use crate::words::WORDS;
use crate::{edit, local};

/// How long a silence may be made to last without naming its end, in minutes.
const LASTS: [i64; 6] = [30, 60, 120, 240, 480, 1_440];
/// Unless told otherwise.
const LASTS_DEFAULT: i64 = 120;

#[derive(Template)]
#[template(path = "signals/silence_form.html")]
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
    rows: Vec<Row>,
    fields: Vec<Field>,
    days: Field,
    preview: Option<Part>,
    may: bool,
    end: Option<Button>,
    submit: String,
    back: String,
}

/// What was entered, as it was entered.
#[derive(Debug, Clone)]
struct Entered {
    rows: Vec<Row>,
    starts: String,
    ends: String,
    lasts: String,
    zone: String,
    reason: String,
    revision: String,
    days: i64,
    id: String,
}

/// What it means; times that were sent along as instants are kept to the microsecond.
struct Wanted {
    matchers: Vec<firebell_domain::matcher::Matcher>,
    starts: Option<Timestamp>,
    ends: Timestamp,
    reason: String,
}

impl Entered {
    fn new(visit: &Visit, matchers: &[firebell_domain::matcher::Matcher]) -> Self {
        Self {
            rows: matchers::rows(matchers),
            starts: String::new(),
            ends: String::new(),
            lasts: LASTS_DEFAULT.to_string(),
            zone: visit.person.zone.name().to_owned(),
            reason: String::new(),
            revision: String::new(),
            days: preview::days(""),
            id: String::new(),
        }
    }

    fn from(visit: &Visit, silence: &Silence) -> Self {
        let zone = &visit.person.zone;
        let id = silence.id.to_bytes();
        Self {
            starts: local::shown(silence.starts, zone),
            ends: local::shown(silence.ends, zone),
            lasts: String::new(),
            reason: silence.comment.clone(),
            revision: edit::revision_text(&visit.directory, Kind::Silence, id),
            id: silence.id.to_string(),
            ..Self::new(visit, &silence.matchers)
        }
    }

    /// What a form brings, and what that means; what is wrong is in `faults`.
    fn of(
        visit: &Visit,
        form: &Form,
        old: Option<&Silence>,
        faults: &mut Faults,
    ) -> (Self, Option<Wanted>) {
        let t = visit.say(&WORDS);
        let (rows, matchers) = matchers::read(form, t, faults);
        if matchers.is_empty() && faults.of("field").is_none() {
            faults.add("field", t.get("signals-matchers-needed"));
        }
        let entered = Self {
            rows,
            starts: form.text("starts").to_owned(),
            ends: form.text("ends").to_owned(),
            lasts: form.text("lasts").to_owned(),
            zone: form.text("zone").to_owned(),
            reason: form.text("reason").to_owned(),
            revision: form.text("rev").to_owned(),
            days: preview::days(form.text("days")),
            id: form.text("id").to_owned(),
        };
        let times = entered.times(visit, form, old, faults);
        if entered.reason.is_empty() {
            faults.add("reason", t.get("signals-reason-needed"));
        } else if entered.reason.chars().count() > DESCRIPTION_CHARS_MAX {
            faults.add("reason", t.n("signals-reason-long", DESCRIPTION_CHARS_MAX));
        }
        let wanted = times.filter(|_| faults.is_empty()).map(|(starts, ends)| Wanted {
            matchers,
            starts,
            ends,
            reason: entered.reason.clone(),
        });
        (entered, wanted)
    }

    /// First instant, if one is named, and the first instant after.
    fn times(
        &self,
        visit: &Visit,
        form: &Form,
        old: Option<&Silence>,
        faults: &mut Faults,
    ) -> Option<(Option<Timestamp>, Timestamp)> {
        let t = visit.say(&WORDS);
        if let Some(ends) = local::micros(form.text("ends-at")) {
            return Some((local::micros(form.text("starts-at")), ends));
        }
        let zone = match self.zone.as_str() {
            "" => Some(visit.person.zone.clone()),
            text => local::zone(faults, "zone", text),
        }?;
        let starts = local::read(faults, t, "starts", &self.starts, &zone);
        let starts = unmoved(starts, old.map(|old| old.starts), &zone);
        let ends = local::read(faults, t, "ends", &self.ends, &zone);
        let ends = unmoved(ends, old.map(|old| old.ends), &zone);
        let lasts = self.lasts.parse().ok().filter(|minutes| LASTS.contains(minutes));
        let from = starts.unwrap_or(visit.now).max(visit.now);
        let ends = ends.or_else(|| lasts.map(|minutes| add_minutes(from, minutes)));
        match ends {
            None if faults.of("ends").is_none() => faults.add("ends", t.get("signals-end-needed")),
            Some(ends) if ends <= visit.now => faults.add("ends", t.get("signals-end-past")),
            Some(ends) if starts.is_some_and(|starts| ends <= starts) => {
                faults.add("ends", t.get("signals-end-before"));
            }
            None | Some(_) => {}
        }
        Some((starts, ends?))
    }

    fn fields(&self, t: Say, faults: &Faults) -> Vec<Field> {
        let last = |minutes: i64| {
            let label = match minutes {
                30 => t.get("signals-lasts-half"),
                minutes => t.n("signals-lasts", minutes / 60),
            };
            Choice::new(minutes.to_string(), label, self.lasts == minutes.to_string())
        };
        let mut fields = vec![
            Field::datetime("starts", t.get("signals-starts"))
                .value(&self.starts)
                .hint(t.get("signals-starts-hint"))
                .error(faults.of("starts")),
            Field::datetime("ends", t.get("signals-ends"))
                .value(&self.ends)
                .hint(t.get("signals-ends-hint"))
                .error(faults.of("ends")),
            Field::zone("zone", t.get("signals-zone"))
                .value(&self.zone)
                .required()
                .error(faults.of("zone")),
            Field::area("reason", t.get("signals-reason"))
                .value(&self.reason)
                .hint(t.get("signals-reason-hint"))
                .required()
                .max(DESCRIPTION_CHARS_MAX)
                .error(faults.of("reason")),
            Field::hidden("rev", &self.revision),
            Field::hidden("id", &self.id),
        ];
        if self.id.is_empty() {
            let choices = std::iter::once(Choice::new("", t.get("signals-lasts-none"), false));
            let choices = choices.chain(LASTS.into_iter().map(last)).collect();
            let lasts = Field::select("lasts", t.get("signals-lasts-label"), choices);
            fields.insert(1, lasts);
        }
        fields
    }
}

/// A time that was shown to the minute and sent back as it was shown is the instant it was.
fn unmoved(entered: Option<Timestamp>, was: Option<Timestamp>, zone: &Zone) -> Option<Timestamp> {
    match (entered, was) {
        (Some(at), Some(was)) if local::shown(at, zone) == local::shown(was, zone) => Some(was),
        (entered, _) => entered,
    }
}

/// What the page says besides what was entered.
struct Around<'a> {
    old: Option<&'a Silence>,
    faults: Faults,
    notice: Option<Notice>,
    conflict: Option<Conflict>,
    preview: Option<Part>,
}

fn laid_out(visit: &Visit, entered: Entered, around: Around<'_>, status: StatusCode) -> Response {
    let t = visit.say(&WORDS);
    let Around { old, faults, notice, conflict, preview } = around;
    let (title, lead, action) = match old {
        None => {
            (t.get("signals-silence-new"), t.get("signals-silence-new-lead"), "silences".to_owned())
        }
        Some(old) => {
            let by = edit::inert(&old.created_by, 100);
            let lead = t.a("signals-silence-lead", &[("by", &by)]);
            (t.get("signals-silence-title"), lead, format!("silences/{}", old.id))
        }
    };
    let may = visit.may(Permission::WriteSilences, &Scope::Instance);
    let open = old.filter(|old| may && Standing::of(old, visit.now) != Standing::Ended);
    let shown = Page {
        frame: visit.frame(title.clone(), Area::Silences).with_script("signals.js"),
        crumbs: Crumbs::new(vec![(t.get("signals-silences"), visit.href("silences"))]),
        title,
        lead,
        action: visit.href(&action),
        look: visit.href("silences/preview"),
        conflict,
        notice,
        fields: entered.fields(t, &faults),
        days: Field::select("days", t.get("signals-days-label"), preview::choices(t, entered.days)),
        rows: entered.rows,
        faults,
        preview,
        may,
        end: open.map(|old| {
            Button::post(t.get("signals-end"), visit.href(&format!("silences/{}/end", old.id)))
        }),
        submit: t.get(if old.is_none() { "signals-silence-make" } else { "signals-save" }),
        back: visit.href("silences"),
        t,
    };
    page_with(status, &shown)
}

/// Nothing yet.
fn around<'a>(visit: &Visit) -> Around<'a> {
    let faults = Faults::new(visit.say(&WORDS));
    Around { old: None, faults, notice: None, conflict: None, preview: None }
}

/// `GET /silences/new`: a link may bring matchers along.
pub(crate) async fn new(visit: Visit, query: Query) -> Answer {
    visit.require(Permission::WriteSilences, &Scope::Instance)?;
    let entered = Entered::new(&visit, &matchers::linked(&query));
    let around = around(&visit);
    Ok(laid_out(&visit, entered, around, StatusCode::OK))
}

/// `GET /silences/{silence}`.
pub(crate) async fn show(visit: Visit, Path(id): Path<String>) -> Answer {
    visit.require(Permission::ReadAlerts, &Scope::Instance)?;
    let silence = known(&visit, &id)?;
    let entered = Entered::from(&visit, &silence);
    let around = Around { old: Some(&silence), ..around(&visit) };
    Ok(laid_out(&visit, entered, around, StatusCode::OK))
}

/// `POST /silences/preview`: nothing is saved.
pub(crate) async fn preview(visit: Visit, form: Form) -> Answer {
    visit.require(Permission::WriteSilences, &Scope::Instance)?;
    let t = visit.say(&WORDS);
    let old = match form.text("id") {
        "" => None,
        id => Some(known(&visit, id)?),
    };
    let mut faults = Faults::new(t);
    let (_, matchers) = matchers::read(&form, t, &mut faults);
    if matchers.is_empty() && faults.is_empty() {
        faults.add("field", t.get("signals-matchers-needed"));
    }
    let part = if faults.is_empty() {
        let candidate = Candidate::Silence(candidate(&visit, matchers));
        Some(preview::look(&visit, candidate, preview::days(form.text("days"))).await?)
    } else {
        None
    };
    if visit.partial {
        return Ok(part.map_or_else(|| preview::not(&visit, &faults), |part| page(&part)));
    }
    // What else is missing does not matter yet.
    let mut ignored = Faults::new(t);
    let (entered, _) = Entered::of(&visit, &form, old.as_deref(), &mut ignored);
    let status = if part.is_some() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let around = Around { old: old.as_deref(), faults, preview: part, ..around(&visit) };
    Ok(laid_out(&visit, entered, around, status))
}

/// A silence that is only looked through.
fn candidate(visit: &Visit, matchers: Vec<firebell_domain::matcher::Matcher>) -> Silence {
    Silence {
        id: Id::new(&visit.ui.random, visit.now),
        matchers,
        starts: visit.now,
        ends: add_minutes(visit.now, 1),
        created_by: String::new(),
        comment: String::new(),
        updated: visit.now,
    }
}

/// `POST /silences`.
pub(crate) async fn make(visit: Visit, form: Form) -> Answer {
    visit.require(Permission::WriteSilences, &Scope::Instance)?;
    let t = visit.say(&WORDS);
    let mut faults = Faults::new(t);
    let (entered, wanted) = Entered::of(&visit, &form, None, &mut faults);
    let Some(wanted) = wanted else {
        let around = Around { faults, ..around(&visit) };
        return Ok(laid_out(&visit, entered, around, StatusCode::UNPROCESSABLE_ENTITY));
    };
    let now = visit.now;
    let silence = Silence {
        id: Id::new(&visit.ui.random, now),
        matchers: wanted.matchers,
        // As in Alertmanager: nothing is hidden after the fact.
        starts: wanted.starts.map_or(now, |at| at.max(now)),
        ends: wanted.ends,
        created_by: visit.person.target_name.to_string(),
        comment: wanted.reason,
        updated: now,
    };
    let intent = edit::intent(&visit, "silence made", None);
    let decide = move |_: &Directory| -> Result<Vec<Change>, Wrong> {
        Ok(vec![Change::Put(Entity::Silence(silence.clone()))])
    };
    match edit::change(&visit, intent, decide).await {
        Ok(_) => Ok(visit.toast(visit.lead("silences"), t.get("signals-silence-made"))),
        Err(error) => {
            let (fault, notice) = edit::blame(&visit, error, &mut faults, field);
            let around = Around { faults, notice: Some(notice), ..around(&visit) };
            Ok(laid_out(&visit, entered, around, fault.status))
        }
    }
}

/// `POST /silences/{silence}`.
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
    let (id, now) = (old.id, visit.now);
    let seen = Some((Kind::Silence, id.to_bytes(), form.text("rev")));
    let intent = edit::intent(&visit, "silence changed", seen);
    let decide = move |directory: &Directory| -> Result<Vec<Change>, Wrong> {
        let Some(old) = directory.silence(id) else { return Ok(Vec::new()) };
        let starts = wanted.starts.unwrap_or(old.starts);
        // What has begun began when it did; what has not may not begin in the past.
        let starts = if old.starts <= now { old.starts } else { starts.max(now) };
        let new = Silence {
            matchers: wanted.matchers.clone(),
            starts,
            ends: wanted.ends,
            comment: wanted.reason.clone(),
            updated: now,
            ..(**old).clone()
        };
        Ok(vec![Change::Put(Entity::Silence(new))])
    };
    match edit::change(&visit, intent, decide).await {
        Ok(_) => Ok(visit.toast(visit.lead("silences"), t.get("signals-saved"))),
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

fn field(named: &str) -> Option<&'static str> {
    match named {
        "matchers" => Some("field"),
        "startsAt" => Some("starts"),
        "endsAt" => Some("ends"),
        "comment" => Some("reason"),
        _ => None,
    }
}

/// What the second editor is shown.
fn second(visit: &Visit, id: SilenceId, mut entered: Entered) -> Response {
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
    let line = |rows: &[Row]| {
        let said = rows.iter().filter(|row| !row.field.is_empty());
        let said: Vec<String> =
            said.map(|row| format!("{}{}\"{}\"", row.field, row.op, row.value)).collect();
        said.join(", ")
    };
    let row = |key: &str, theirs: String, yours: String| Difference {
        field: t.get(key),
        was: None,
        theirs,
        yours,
    };
    let rows = vec![
        row("signals-matchers", line(&now.rows), line(&entered.rows)),
        row("signals-starts", now.starts.clone(), entered.starts.clone()),
        row("signals-ends", now.ends.clone(), entered.ends.clone()),
        row("signals-reason", now.reason.clone(), entered.reason.clone()),
    ];
    entered.revision = now.revision;
    let take = newest.href(&format!("silences/{id}"));
    let around = Around {
        old: Some(&theirs),
        conflict: Some(Conflict::new(&newest, rows, take)),
        ..around(&newest)
    };
    laid_out(&newest, entered, around, StatusCode::CONFLICT)
}
