//! The list of instances: search, people, licences held and allotted, region, revision.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use firebell_domain::directory::Directory;
use firebell_domain::instance::InstanceNo;
use firebell_domain::licence::Allotment;
use firebell_domain::person::LicenceType;
use firebell_store::seats::{self, CounterRow};
use firebell_store::{Error, ReadTx};
use firebell_ui::part::{Art, Button, Empty, Field, Notice, Pager, Sort, Tabs};
use firebell_ui::{Answer, Area, Frame, Query, Say, Visit, When, page};

use super::tabs;
use crate::numbers::ASK_MAX;
use crate::words::WORDS;
use crate::{ROWS, who};

#[derive(Debug, Template)]
#[template(path = "operator_instances.html")]
struct Page {
    frame: Frame,
    t: Say,
    tabs: Tabs,
    lead: String,
    create: Button,
    notices: Vec<Notice>,
    search: Field,
    action: String,
    heads: Vec<Sort>,
    rows: Vec<Row>,
    empty: Option<Empty>,
    pager: Pager,
}

#[derive(Debug)]
struct Row {
    name: String,
    href: String,
    region: &'static str,
    people: usize,
    full: String,
    stakeholders: String,
    revision: String,
    created: When,
}

/// `GET /operator`
pub(crate) async fn show(visit: Visit, query: Query) -> Answer {
    who::operate(&visit)?;
    let t = visit.say(&WORDS);
    let view = visit.ui.snapshots.view();
    let known = view.instances().count();
    let mut all: Vec<Arc<Directory>> =
        view.instances().filter_map(|held| held.directory().cloned()).collect();
    let unreadable = known - all.len();
    let text = query.text("q").to_lowercase();
    all.retain(|one| one.instance.name.as_str().contains(&text));
    sort(&mut all, query.text("sort"));
    let (total, asked) = (all.len(), query.page(ROWS));
    let shown: Vec<Arc<Directory>> = all.into_iter().skip(asked.offset).take(asked.rows).collect();
    let counters = counters(&visit, &shown).await;
    let mut notices = Vec::new();
    if counters.is_none() {
        let text = t.get("control-instances-unsure");
        notices.push(Notice::info(t.get("control-unconfirmed"), text));
    }
    if unreadable > 0 {
        let text = t.n("control-instances-unreadable", unreadable);
        notices.push(Notice::wrong(t.get("control-unreadable"), text));
    }
    let counters = counters.unwrap_or_default();
    let rows: Vec<Row> =
        shown.iter().map(|one| row(&visit, one, counters.get(&one.instance.no))).collect();
    let head = |name: &str, key: &str| Sort::head(&query, name, t.get(key));
    let empty = rows.is_empty().then(|| {
        Empty::new(t.get("control-instances-none"), t.get("control-instances-none-text"))
            .art(Art::Search)
    });
    Ok(page(&Page {
        frame: visit.frame(t.get("control-operator"), Area::Operator),
        t,
        tabs: tabs(&visit, "operator"),
        lead: t.na("control-instances-lead", known, &[("revision", &view.revision().to_string())]),
        create: Button::link(t.get("control-create"), visit.href("operator/new")).main(),
        notices,
        search: Field::search("q", t.get("control-search-instances"))
            .value(query.text("q"))
            .max(63),
        action: visit.href("operator"),
        heads: vec![
            head("name", "control-instance"),
            head("region", "control-region"),
            head("people", "control-people"),
            head("created", "control-created"),
        ],
        pager: Pager::new(&visit, &query, asked, Some(total), rows.len()),
        rows,
        empty,
    }))
}

fn sort(all: &mut [Arc<Directory>], wanted: &str) {
    let (name, down) = match wanted.strip_prefix('-') {
        Some(name) => (name, true),
        None => (wanted, false),
    };
    all.sort_by(|a, b| {
        let by_name = || a.instance.name.as_str().cmp(b.instance.name.as_str());
        let order = match name {
            "people" => a.people().len().cmp(&b.people().len()),
            "region" => a.instance.region.word().cmp(b.instance.region.word()),
            "created" => a.instance.created.cmp(&b.instance.created),
            _ => Ordering::Equal,
        };
        let order = order.then_with(by_name);
        if down { order.reverse() } else { order }
    });
}

/// What the books of the instances of a page say; none if they cannot be asked.
async fn counters(
    visit: &Visit,
    shown: &[Arc<Directory>],
) -> Option<BTreeMap<InstanceNo, Vec<CounterRow>>> {
    let nos: Vec<InstanceNo> = shown.iter().map(|one| one.instance.no).collect();
    let read = move |tx: &mut ReadTx<'_>| {
        nos.iter().map(|no| Ok((*no, seats::counters(tx, *no)?))).collect()
    };
    let asked = visit.ui.db.read("control.counters", read);
    let found: Result<Result<_, Error>, _> = tokio::time::timeout(ASK_MAX, asked).await;
    match found {
        Ok(Ok(found)) => Some(found),
        Ok(Err(error)) => {
            tracing::warn!(%error, cause = error.cause(), "the counters of seats cannot be read");
            None
        }
        Err(_) => None,
    }
}

fn row(visit: &Visit, one: &Directory, counters: Option<&Vec<CounterRow>>) -> Row {
    let t = visit.say(&WORDS);
    let seats = |licence: LicenceType| {
        let held = counters.map(|rows| {
            let row = rows.iter().find(|row| row.licence == licence.word());
            row.map_or(0, |row| row.held).to_string()
        });
        let held = held.unwrap_or_else(|| t.get("control-not-known"));
        let all = match one.entitlement(licence).map(|one| one.allotment) {
            Some(Allotment::Limited(all)) => all.to_string(),
            Some(Allotment::Unlimited) => t.get("control-unlimited"),
            None => t.get("control-not-known"),
        };
        t.a("control-of", &[("held", &held), ("all", &all)])
    };
    let instance = &one.instance;
    Row {
        name: instance.name.to_string(),
        href: visit.href(&format!("operator/instances/{}", instance.id)),
        region: instance.region.word(),
        people: one.people().len(),
        full: seats(LicenceType::FullUser),
        stakeholders: seats(LicenceType::StakeholderUser),
        revision: one.revision.to_string(),
        created: visit.when(instance.created),
    }
}
