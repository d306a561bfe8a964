//! The form of a silence or a maintenance window laid out, and what a second editor is shown.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use firebell_access::{Permission, Scope};
use firebell_ui::part::{Button, Conflict, Crumbs, Faults, Field, Notice};
use firebell_ui::{Area, Frame, Say, Visit, page_with};

use super::Hides;
use super::entered::Entered;
use crate::edit;
use crate::matchers::Row;
use crate::preview::{self, Part};
use crate::words::WORDS;

/// The fields of a form, by where they stand.
pub(crate) struct Fields {
    /// Above the matchers.
    pub(crate) before: Vec<Field>,
    /// Below them.
    pub(crate) after: Vec<Field>,
    /// What only some ways of recurring need: these, and the fields.
    pub(crate) special: Vec<(&'static str, Vec<Field>)>,
    /// Below everything.
    pub(crate) rest: Vec<Field>,
}

#[derive(Template)]
#[template(path = "signals/hiding_form.html")]
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
    fields: Fields,
    days: Field,
    preview: Option<Part>,
    may: bool,
    end: Option<Button>,
    remove: Option<(String, Field)>,
    submit: String,
    back: String,
}

/// What the page says besides what was entered.
pub(crate) struct Around<'a, K> {
    pub(crate) old: Option<&'a K>,
    pub(crate) faults: Faults,
    pub(crate) notice: Option<Notice>,
    pub(crate) conflict: Option<Conflict>,
    pub(crate) preview: Option<Part>,
}

impl<K> Around<'_, K> {
    /// Nothing yet.
    pub(crate) fn new(visit: &Visit) -> Self {
        let faults = Faults::new(visit.say(&WORDS));
        Self { old: None, faults, notice: None, conflict: None, preview: None }
    }
}

/// The form.
pub(crate) fn laid_out<K: Hides>(
    visit: &Visit,
    entered: Entered<K>,
    around: Around<'_, K>,
    status: StatusCode,
) -> Response {
    let t = visit.say(&WORDS);
    let Around { old, faults, notice, conflict, preview } = around;
    let (title, lead) = old.map_or_else(|| K::head_of_new(t), |old| old.head(visit, t));
    let place = K::TEXTS.place;
    let own = visit.href(&old.map_or_else(|| place.to_owned(), K::path));
    let may = visit.may(Permission::WriteSilences, &Scope::Instance);
    let submit = if old.is_none() { K::TEXTS.submit } else { "signals-save" };
    let old = old.filter(|_| may);
    let mut fields = K::fields(&entered, visit, t, &faults);
    fields.rest.push(Field::hidden("rev", &entered.revision));
    fields.rest.push(Field::hidden("id", &entered.id));
    let shown = Page {
        frame: visit.frame(title.clone(), Area::Silences).with_script("signals.js"),
        crumbs: Crumbs::new(vec![(t.get(K::TEXTS.all), visit.href(place))]),
        title,
        lead,
        look: visit.href(&format!("{place}/preview")),
        conflict,
        notice,
        fields,
        days: Field::select("days", t.get("signals-days-label"), preview::choices(t, entered.days)),
        rows: entered.rows,
        faults,
        preview,
        may,
        end: old
            .filter(|old| old.may_end(visit.now))
            .map(|_| Button::post(t.get("signals-end"), format!("{own}/end"))),
        remove: old.and_then(|old| old.removal(t)).map(|field| (format!("{own}/remove"), field)),
        action: own,
        submit: t.get(submit),
        back: visit.href(place),
        t,
    };
    page_with(status, &shown)
}

/// What the second editor is shown: what is there now, and what they entered, which then counts as
/// filled in for the newest revision.
pub(crate) async fn second<K: Hides>(visit: &Visit, id: &str, mut entered: Entered<K>) -> Response {
    let newest = edit::newest(visit).await;
    let t = newest.say(&WORDS);
    let theirs = match K::known(&newest, id) {
        Ok(theirs) => theirs,
        Err(gone) => return gone.into_response(),
    };
    let now = Entered::of_known(&newest, &*theirs);
    let both = K::facts(&now, &newest, t).into_iter().zip(K::facts(&entered, &newest, t));
    let rows = both.map(|((field, theirs), (_, yours))| edit::difference(field, &theirs, &yours));
    let conflict = Conflict::new(&newest, rows.collect(), newest.href(&theirs.path()));
    entered.revision = now.revision;
    let around = Around { old: Some(&*theirs), conflict: Some(conflict), ..Around::new(&newest) };
    laid_out(&newest, entered, around, StatusCode::CONFLICT)
}
