//! The list of alerts: the answer in the first line, then filters, then rows that change while one looks.

use askama::Template;
use firebell_access::{Permission, Scope};
use firebell_base::Timestamp;
use firebell_domain::directory::Directory;
use firebell_domain::schedule::Zone;
use firebell_store::alert_search::{self, COUNT_MAX, Counts, Found, Order};
use firebell_store::saved_views::{self, SavedView};
use firebell_store::{Error, ReadTx};
use firebell_ui::part::{Art, Button, Choice, Empty, Field, Pager, Tab, Tabs};
use firebell_ui::{Answer, Area, Frame, Query, Say, Visit, page};

use crate::filter::{AGES, Asked, PRIORITIES, ROWS, STATUSES};
use crate::live::stamp;
use crate::row::{Facts, Row};
use crate::words::WORDS;

/// Groups that fit into a list to choose from; with more, the name is entered.
const GROUPS_TO_CHOOSE_MAX: usize = 200;

/// The page.
#[derive(Template)]
#[template(path = "alerts/list.html")]
struct List {
    frame: Frame,
    t: Say,
    tabs: Tabs,
    fields: Vec<Field>,
    send: Option<Button>,
    views: Vec<SavedView>,
    root: String,
    /// The filters, as they are kept and come back to.
    query: String,
    part: Part,
}

/// The part of the page that changes with the filters.
#[derive(Template)]
#[template(path = "alerts/rows.html")]
struct Part {
    t: Say,
    root: String,
    counts: String,
    rows: Vec<Row>,
    heads: Vec<Head>,
    empty: Option<Empty>,
    pager: Pager,
    /// How far was looked, and the way to what is behind.
    further: Option<(String, String)>,
    back: String,
    live: String,
    /// Whether new alerts belong at the top.
    head: bool,
    /// The greatest number among the rows.
    top: i64,
    may_change: bool,
    partial: bool,
}

impl askama::filters::HtmlSafe for Part {}

/// The head of a column.
struct Head {
    label: String,
    class: &'static str,
    href: Option<String>,
    order: Option<&'static str>,
}

/// What is read for the page.
struct Read {
    found: Found,
    facts: Vec<Facts>,
    counts: Counts,
    views: Vec<SavedView>,
}

/// GET: the page, or the part of it that a script asks for.
pub(crate) async fn list(visit: Visit, query: Query) -> Answer {
    visit.require(Permission::ReadAlerts, &Scope::Instance)?;
    let asked = Asked::of(&query, &visit.directory, visit.person.id, visit.now);
    let read = read(&visit, &asked).await?;
    let t = visit.say(&WORDS);
    let views = read.views.clone();
    let part = part(&visit, &query, &asked, read);
    if visit.partial {
        return Ok(page(&part));
    }
    let title = t.get("alerts-title");
    let send = visit
        .may(Permission::SendEvents, &Scope::Instance)
        .then(|| Button::link(t.get("alerts-send"), visit.href("alerts/new")).shortcut("n").main());
    Ok(page(&List {
        frame: visit.frame(title, Area::Alerts).with_script("alerts.js"),
        tabs: tabs(&visit, &query, &views),
        fields: fields(&visit, &query, &asked),
        send,
        root: visit.root.to_string(),
        query: kept(&query),
        views,
        part,
        t,
    }))
}

/// GET: the numbers of the first line alone; scripts ask for them now and then.
pub(crate) async fn counts(visit: Visit) -> Answer {
    visit.require(Permission::ReadAlerts, &Scope::Instance)?;
    let (no, me, since) = (visit.directory.instance.no, visit.person.id, midnight(&visit));
    let counts = move |tx: &mut ReadTx<'_>| alert_search::counts(tx, no, me, since);
    let counts: Result<Counts, Error> = visit.ui.db.read("alerts.counts", counts).await;
    let text = first_line(visit.say(&WORDS), counts?);
    Ok(axum::response::IntoResponse::into_response(text))
}

async fn read(visit: &Visit, asked: &Asked) -> Result<Read, Error> {
    let (no, me, since) = (visit.directory.instance.no, visit.person.id, midnight(visit));
    let (filter, part) = (asked.filter.clone(), asked.part);
    let views = !visit.partial;
    let read = move |tx: &mut ReadTx<'_>| {
        let mut found = alert_search::find(tx, no, &filter, part)?;
        let facts = Facts::of(tx, no, std::mem::take(&mut found.alerts))?;
        let counts = alert_search::counts(tx, no, me, since)?;
        let views = if views { saved_views::of_person(tx, no, me)? } else { Vec::new() };
        Ok(Read { found, facts, counts, views })
    };
    visit.ui.db.read("alerts.list", read).await
}

/// When the visitor's day began.
fn midnight(visit: &Visit) -> Timestamp {
    let zone: &Zone = &visit.person.zone;
    let day = zone.local(visit.now).date();
    zone.instant(day.at(0, 0, 0, 0)).unwrap_or(visit.now)
}

/// "3 need you · 12 open · 48 resolved today".
fn first_line(t: Say, counts: Counts) -> String {
    let said = |key: &str, many: &str, n: i64| {
        if n > COUNT_MAX { t.n(many, COUNT_MAX) } else { t.n(key, n) }
    };
    let parts = [
        said("alerts-need-you", "alerts-need-you-many", counts.need_you),
        said("alerts-open", "alerts-open-many", counts.open),
        said("alerts-resolved", "alerts-resolved-many", counts.closed),
    ];
    parts.join(" · ")
}

fn part(visit: &Visit, query: &Query, asked: &Asked, read: Read) -> Part {
    let t = visit.say(&WORDS);
    let Read { found, facts, counts, .. } = read;
    let row = |facts: &Facts| {
        Row::new(&visit.directory, facts, visit.now, &visit.person.zone, visit.lang)
    };
    let live = query.with(&[("since", &stamp(visit.now)), ("page", ""), ("start", "")]);
    let shown = facts.len();
    Part {
        root: visit.root.to_string(),
        counts: first_line(t, counts),
        top: facts.iter().map(|facts| facts.alert.number).max().unwrap_or(0),
        rows: facts.iter().map(row).collect(),
        heads: heads(t, query, asked.part.order),
        empty: (shown == 0).then(|| empty(visit, query, asked)),
        pager: pager(visit, query, asked, &found, shown),
        further: further(t, query, asked, &found),
        back: kept(query),
        live: visit.href(&format!("alerts/live{live}")),
        head: asked.is_head(),
        may_change: visit.may(Permission::ChangeAlert, &Scope::Instance),
        partial: visit.partial,
        t,
    }
}

/// The filters without what belongs to one page of them.
fn kept(query: &Query) -> String {
    let query = query.with(&[("page", ""), ("start", ""), ("since", "")]);
    query.trim_start_matches('?').to_owned()
}

fn heads(t: Say, query: &Query, order: Order) -> Vec<Head> {
    let plain = |key: &str, class| Head { label: t.get(key), class, href: None, order: None };
    let to = |sort: &str| Some(query.with(&[("sort", sort), ("page", ""), ("start", "")]));
    let urgent = order == Order::Urgent;
    let priority = Head {
        label: t.get("alerts-head-priority"),
        class: "prio",
        href: to(if urgent { "" } else { "priority" }),
        order: urgent.then_some("descending"),
    };
    let opened = Head {
        label: t.get("alerts-head-opened"),
        class: "when",
        href: to(if order == Order::Newest { "oldest" } else { "" }),
        order: match order {
            Order::Newest => Some("descending"),
            Order::Oldest => Some("ascending"),
            Order::Urgent => None,
        },
    };
    let what = plain("alerts-head-alert", "what");
    vec![
        priority,
        what,
        plain("alerts-head-group", "group"),
        plain("alerts-head-state", "who"),
        opened,
    ]
}

fn pager(visit: &Visit, query: &Query, asked: &Asked, found: &Found, shown: usize) -> Pager {
    let t = visit.say(&WORDS);
    let (from, to) = (asked.page.offset + usize::from(shown > 0), asked.page.offset + shown);
    let total = match (found.total > COUNT_MAX, found.edge.is_some()) {
        (true, _) => t.n("alerts-total-many", COUNT_MAX),
        (false, true) => t.n("alerts-total-so-far", found.total),
        (false, false) => found.total.to_string(),
    };
    let (from, to_text) = (from.to_string(), to.to_string());
    let range = t.a("alerts-range", &[("from", &from), ("to", &to_text), ("total", &total)]);
    let link = |number: usize| query.with(&[("page", &number.to_string())]);
    let previous = (asked.page.number > 1).then(|| link(asked.page.number - 1));
    let more = usize::try_from(found.total).is_ok_and(|total| to < total) && shown == ROWS;
    Pager::of(visit, range, previous, more.then(|| link(asked.page.number + 1)))
}

/// The way to what is behind the window, on its last page.
fn further(t: Say, query: &Query, asked: &Asked, found: &Found) -> Option<(String, String)> {
    let edge = found.edge?;
    let shown = asked.page.offset.saturating_add(ROWS);
    if usize::try_from(found.total).is_ok_and(|total| total > shown) {
        return None;
    }
    let (key, start) = match asked.part.order {
        Order::Oldest => ("alerts-window-newer", edge.saturating_add(1)),
        Order::Newest | Order::Urgent => ("alerts-window-older", edge.saturating_sub(1)),
    };
    let href = query.with(&[("start", &start.to_string()), ("page", "")]);
    Some((t.n(key, found.window), href))
}

fn empty(visit: &Visit, query: &Query, asked: &Asked) -> Empty {
    let t = visit.say(&WORDS);
    let filtered = !kept(query).is_empty();
    if filtered {
        let empty = Empty::new(t.get("alerts-none-such"), t.get("alerts-none-such-text"));
        return empty.art(Art::Search).action(t.get("alerts-all"), visit.href("alerts"));
    }
    let empty = Empty::new(t.get("alerts-none"), t.get("alerts-none-text")).art(Art::Bell);
    if asked.part.start.is_some() || visit.directory.integrations().len() > 0 {
        return empty;
    }
    empty.action(t.get("alerts-connect"), visit.href("integrations"))
}

fn tabs(visit: &Visit, query: &Query, views: &[SavedView]) -> Tabs {
    let t = visit.say(&WORDS);
    let own = [
        ("alerts-tab-all", ""),
        ("alerts-tab-needs", "status=open&who=me"),
        ("alerts-tab-told", "status=all&who=me"),
        ("alerts-tab-closed", "status=closed"),
    ];
    let own = own.into_iter().map(|(key, query)| (t.get(key), query.to_owned()));
    let saved = views.iter().map(|view| (view.name.clone(), view.query.clone()));
    let now = kept(query);
    let tab = |(label, wanted): (String, String)| Tab {
        label,
        href: if wanted.is_empty() {
            visit.href("alerts")
        } else {
            visit.href(&format!("alerts?{wanted}"))
        },
        current: wanted == now,
    };
    Tabs::new(t.get("alerts-views"), own.chain(saved).map(tab).collect())
}

fn fields(visit: &Visit, query: &Query, asked: &Asked) -> Vec<Field> {
    let t = visit.say(&WORDS);
    let choice = |value: &str, key: &str, now: &str| Choice::new(value, t.get(key), value == now);
    let status = STATUSES.iter().map(|(word, key, _)| choice(word, key, asked.status));
    let priority = query.text("priority").to_lowercase();
    let priorities = PRIORITIES.iter().map(|(word, key)| choice(word, key, &priority));
    let ages = AGES.iter().map(|(word, key, _)| (*word, *key));
    let ages = std::iter::once(("", "alerts-age-any")).chain(ages);
    let ages = ages.map(|(word, key)| choice(word, key, asked.age));
    let search = Field::search("q", t.get("alerts-search"))
        .value(query.text("q"))
        .placeholder(t.get("alerts-search-hint"))
        .autocomplete("off")
        .max(200);
    let mut fields = vec![
        search,
        Field::select("status", t.get("alerts-status"), status.collect()),
        Field::select("priority", t.get("alerts-head-priority"), priorities.collect()),
        group_field(&visit.directory, t, query.text("group")),
        Field::select("age", t.get("alerts-age"), ages.collect()),
    ];
    for name in ["who", "sort"] {
        if query.has(name) {
            fields.push(Field::hidden(name, query.text(name)));
        }
    }
    fields
}

/// Groups to choose from; where there are too many, a field for the name.
fn group_field(directory: &Directory, t: Say, now: &str) -> Field {
    let label = t.get("alerts-head-group");
    let known = now.parse().ok().and_then(|id| directory.group(id)).cloned();
    let known = known.or_else(|| directory.group_by_name(now).cloned());
    if directory.groups().len() > GROUPS_TO_CHOOSE_MAX {
        let name = known.map_or_else(|| now.to_owned(), |group| group.target_name.to_string());
        let field = Field::search("group", label).value(name).autocomplete("off");
        return field.placeholder(t.get("alerts-group-name"));
    }
    let mut groups: Vec<_> = directory.groups().collect();
    groups.sort_by_key(|group| group.target_name.fold());
    let chosen = known.map(|group| group.id);
    let any = Choice::new("", t.get("alerts-group-any"), now.is_empty());
    let one = |group: &&std::sync::Arc<firebell_domain::group::Group>| {
        Choice::new(group.id.to_string(), group.target_name.to_string(), chosen == Some(group.id))
    };
    Field::select("group", label, std::iter::once(any).chain(groups.iter().map(one)).collect())
}
