//! All forms, by name.

use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use firebell_access::{Permission, Scope};
use firebell_domain::form::{Form, FormId};
use firebell_ui::part::{Badge, Button, Crumbs, Empty, Field, Pager};
use firebell_ui::{Answer, Area, Frame, Query, Say, Visit, page};

use crate::words::WORDS;

/// Rows of a page.
const ROWS: usize = 50;
/// Recipients that are named.
const NAMED_MAX: usize = 4;

struct Row {
    href: String,
    name: String,
    recipients: String,
    priority: Badge,
    used: String,
}

#[derive(Template)]
#[template(path = "signals/forms.html")]
struct Page {
    frame: Frame,
    t: Say,
    crumbs: Crumbs,
    lead: String,
    new: Option<Button>,
    search: Field,
    rows: Vec<Row>,
    pager: Pager,
    empty: Option<Empty>,
}

/// `GET /integrations/forms`.
pub(crate) async fn show(visit: Visit, query: Query) -> Answer {
    visit.require(Permission::ReadConfiguration, &Scope::Instance)?;
    let t = visit.say(&WORDS);
    let text = firebell_domain::name::fold(query.text("q"));
    let fits = |form: &&Arc<Form>| text.is_empty() || form.name.fold().contains(&text);
    let mut found: Vec<&Arc<Form>> = visit.directory.forms().filter(fits).collect();
    found.sort_by_cached_key(|form| form.name.fold());
    let mut used: BTreeMap<FormId, usize> = BTreeMap::new();
    for integration in visit.directory.integrations() {
        *used.entry(integration.form).or_default() += 1;
    }
    let place = query.page(ROWS);
    let shown = found.iter().skip(place.offset).take(ROWS);
    let rows: Vec<Row> = shown.map(|form| row(&visit, t, form, &used)).collect();
    let may = visit.may(Permission::WriteIntegrations, &Scope::Instance);
    Ok(page(&Page {
        frame: visit.frame(t.get("signals-forms"), Area::Integrations),
        crumbs: Crumbs::new(vec![(t.get("signals-integrations"), visit.href("integrations"))]),
        lead: t.n("signals-forms-lead", found.len()),
        new: may.then(|| {
            let href = visit.href("integrations/forms/new");
            Button::link(t.get("signals-form-new"), href).main()
        }),
        search: Field::search("q", t.get("signals-search")).value(query.text("q")).max(100),
        pager: Pager::new(&visit, &query, place, Some(found.len()), rows.len()),
        empty: rows
            .is_empty()
            .then(|| Empty::new(t.get("signals-forms-none"), t.get("signals-forms-none-text"))),
        rows,
        t,
    }))
}

fn row(visit: &Visit, t: Say, form: &Form, used: &BTreeMap<FormId, usize>) -> Row {
    let names = form.recipients.iter().take(NAMED_MAX);
    let mut names: Vec<String> =
        names.map(|recipient| visit.directory.recipient_name(*recipient)).collect();
    if form.recipients.len() > NAMED_MAX {
        names.push(t.n("signals-more", form.recipients.len() - NAMED_MAX));
    }
    Row {
        href: visit.href(&format!("integrations/forms/{}", form.id)),
        name: form.name.to_string(),
        recipients: if names.is_empty() { t.get("signals-nobody") } else { names.join(", ") },
        priority: Badge::priority(form.priority, t),
        used: t.n("signals-used", used.get(&form.id).copied().unwrap_or(0)),
    }
}
