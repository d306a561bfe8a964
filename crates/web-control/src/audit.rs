//! The audit of the instance: every administrative act, filtered and paged, with the state of its chain.

use askama::Template;
use firebell_config::audit::Entry;
use firebell_config::audit_search::{self, Found, Wanted};
use firebell_domain::instance::InstanceNo;
use firebell_store::{Error, ReadTx};
use firebell_ui::part::{Art, Choice, Empty, Field, Pager, Tabs};
use firebell_ui::{Answer, Area, Frame, Query, Refusal, Say, Visit, When, page};

use crate::configuration::{FILTER_CHARS_MAX, tabs};
use crate::text::{self, DIGITS, Link};
use crate::words::WORDS;
use crate::{ROWS, who};

/// Acts that can be chosen.
const ACTS: [&str; 8] = [
    "config.change",
    "licence.set",
    "licence.reconcile",
    "instance.create",
    "session.end",
    "config.epoch",
    "config.repair",
    "config.approve_snapshot",
];

#[derive(Debug, Template)]
#[template(path = "audit.html")]
struct Page {
    frame: Frame,
    t: Say,
    tabs: Tabs,
    lead: String,
    list: List,
}

/// The filters and entries of an audit; pages put it into their own frame.
#[derive(Debug, Template)]
#[template(path = "audit_list.html")]
pub(crate) struct List {
    t: Say,
    fields: Vec<Field>,
    action: String,
    chain: String,
    rows: Vec<Row>,
    with_instance: bool,
    empty: Option<Empty>,
    pager: Option<Pager>,
}

impl askama::filters::HtmlSafe for List {}

#[derive(Debug)]
struct Row {
    seq: i64,
    when: When,
    actor: Link,
    act: String,
    subject: String,
    reason: String,
    detail: String,
    revision: Link,
    hash: String,
    instance: String,
}

/// Where an audit is shown, and of what.
pub(crate) struct Place<'a> {
    pub(crate) action: &'a str,
    pub(crate) chain: &'a str,
    /// None for all instances.
    pub(crate) instance: Option<InstanceNo>,
    /// How instances are called, and whether entities can be linked to.
    pub(crate) name: &'a (dyn Fn(Option<InstanceNo>) -> String + Sync),
}

/// `GET /configuration/audit`
pub(crate) async fn show(visit: Visit, query: Query) -> Answer {
    who::administer(&visit)?;
    let t = visit.say(&WORDS);
    let place = Place {
        action: "configuration/audit",
        chain: "configuration/audit/chain",
        instance: Some(visit.directory.instance.no),
        name: &|_| String::new(),
    };
    let list = list(&visit, &query, &place, Vec::new()).await?;
    Ok(page(&Page {
        frame: visit.frame(t.get("control-tab-audit"), Area::Configuration),
        t,
        tabs: tabs(&visit, "configuration/audit"),
        lead: t.get("control-audit-lead"),
        list,
    }))
}

/// The entries that the query asks for.
///
/// # Errors
/// 503 if the database does not answer.
pub(crate) async fn list(
    visit: &Visit,
    query: &Query,
    place: &Place<'_>,
    more_fields: Vec<Field>,
) -> Result<List, Refusal> {
    let t = visit.say(&WORDS);
    let short = |name: &str| firebell_domain::name::cut(query.text(name), FILTER_CHARS_MAX);
    let act = ACTS.into_iter().find(|act| *act == query.text("act")).unwrap_or_default();
    let wanted = Wanted {
        instance: place.instance,
        before: query.text("before").parse().ok(),
        actor: short("who"),
        act: act.to_owned(),
        text: short("text"),
    };
    let mut fields = fields(t, &wanted);
    fields.extend(more_fields);
    let read = move |tx: &mut ReadTx<'_>| audit_search::search(tx, &wanted, ROWS);
    let found: Result<Found, Error> = visit.ui.db.read("control.audit", read).await;
    let found = found?;
    let rows: Vec<Row> = found.list.iter().map(|entry| row(visit, entry, place)).collect();
    let empty = rows.is_empty() && !found.stopped;
    let empty = empty.then(|| {
        Empty::new(t.get("control-audit-none"), t.get("control-audit-none-text")).art(Art::Search)
    });
    Ok(List {
        t,
        fields,
        action: visit.href(place.action),
        chain: visit.href(place.chain),
        with_instance: place.instance.is_none(),
        pager: pager(visit, query, &found),
        rows,
        empty,
    })
}

fn fields(t: Say, wanted: &Wanted) -> Vec<Field> {
    let any = Choice::new("", t.get("control-any-act"), wanted.act.is_empty());
    let acts = ACTS.into_iter().map(|act| Choice::new(act, act_name(t, act), wanted.act == act));
    vec![
        Field::search("text", t.get("control-search-text"))
            .value(wanted.text.clone())
            .max(FILTER_CHARS_MAX),
        Field::search("who", t.get("control-col-who"))
            .value(wanted.actor.clone())
            .max(FILTER_CHARS_MAX),
        Field::select("act", t.get("control-act"), [any].into_iter().chain(acts).collect()),
    ]
}

fn act_name(t: Say, act: &str) -> String {
    let key = match act {
        "config.change" => "control-act-change",
        "licence.set" => "control-act-licence",
        "licence.reconcile" => "control-act-reconcile",
        "instance.create" => "control-act-instance",
        "session.end" => "control-act-session",
        "config.epoch" => "control-act-epoch",
        "config.repair" => "control-act-repair",
        "config.approve_snapshot" => "control-act-snapshot",
        other => return other.to_owned(),
    };
    t.get(key)
}

fn pager(visit: &Visit, query: &Query, found: &Found) -> Option<Pager> {
    let t = visit.say(&WORDS);
    let ends = found.list.first().zip(found.list.last());
    let range = match (ends, found.stopped, found.next) {
        (_, true, Some(next)) => t.a("control-audit-searched", &[("seq", &next.to_string())]),
        (Some((first, last)), _, _) => {
            let (first, last) = (first.seq.to_string(), last.seq.to_string());
            t.a("control-audit-range", &[("first", &first), ("last", &last)])
        }
        (None, _, _) => return None,
    };
    let next = found.next.map(|next| query.with(&[("before", &next.to_string())]));
    let newest = query.has("before").then(|| query.with(&[("before", "")]));
    Some(Pager::of(visit, range, newest, next))
}

fn row(visit: &Visit, entry: &Entry, place: &Place<'_>) -> Row {
    let t = visit.say(&WORDS);
    let own = entry.instance == Some(visit.directory.instance.no);
    let in_log = own && entry.act != "session.end";
    let revision = if in_log {
        Link {
            text: entry.revision.to_string(),
            href: Some(text::revision_href(visit, entry.revision)),
        }
    } else {
        Link::plain(entry.revision.to_string())
    };
    Row {
        seq: entry.seq,
        when: visit.when(entry.at),
        actor: if own { text::author(visit, &entry.actor) } else { Link::plain(&entry.actor) },
        act: act_name(t, &entry.act),
        subject: entry.subject.clone(),
        reason: entry.reason.clone(),
        detail: firebell_domain::name::cut(&entry.detail, 500),
        revision,
        hash: entry.hash.to_string().chars().take(DIGITS).collect(),
        instance: (place.name)(entry.instance),
    }
}
