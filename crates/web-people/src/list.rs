//! The list of users: found in memory, one page at a time, as the URL says.

use std::sync::Arc;

use askama::Template;
use axum::Extension;
use axum::response::Response;
use firebell_access::{Permission, Scope};
use firebell_config::roll::{Ask, Found, Place, Rolls, SEARCH_CHARS_MAX, Sort as By};
use firebell_domain::directory::{Directory, Kind};
use firebell_domain::person::{LicenceType, Role, Status};
use firebell_domain::site::SiteId;
use firebell_ui::part::{Art, Button, Choice, Empty, Field, Notice, Pager, Sort};
use firebell_ui::{Answer, Area, Frame, Page, Query, Refusal, Say, Visit, page};
use http::HeaderValue;

use crate::columns::{COLUMNS, Cell, Column, Row, chosen, is_usual, rows};
use crate::licence;
use crate::words::{self, WORDS};

/// Users of a page.
pub(crate) const ROWS: usize = 50;
/// Sites that are offered to choose from; with more, their name is entered.
pub(crate) const SITES_SHOWN_MAX: usize = 200;
/// Stands for no site in URLs.
const NOWHERE: &str = "-";

#[derive(Debug, Template)]
#[template(path = "people/list.html")]
struct ListPage {
    frame: Frame,
    t: Say,
    lead: String,
    buttons: Vec<Button>,
    filters: Filters,
    part: ListPart,
}

/// The table, which is all a script asks for.
#[derive(Debug, Template)]
#[template(path = "people/list_part.html")]
struct ListPart {
    t: Say,
    partial: bool,
    count: String,
    wrong: Option<Notice>,
    heads: Vec<Head>,
    rows: Vec<Row>,
    pager: Pager,
    empty: Empty,
    export: String,
    /// Where several at once are posted to; none for whoever may not.
    bulk: Option<String>,
    back: String,
}

#[derive(Debug)]
enum Head {
    Sorted(Sort),
    Plain(String),
}

#[derive(Debug)]
struct Filters {
    action: String,
    search: Field,
    few: Vec<Field>,
    rest: Vec<Field>,
    columns: Vec<Choice>,
    sort: String,
    /// Whether the folded filters count.
    open: bool,
}

/// What a query asks of the roll.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) ask: Ask,
    /// A filter that names something that is not there: then nobody is found.
    pub(crate) unknown: Option<(&'static str, String)>,
}

/// `GET /users`
pub(crate) async fn list(
    visit: Visit,
    Extension(rolls): Extension<Arc<Rolls>>,
    query: Query,
) -> Answer {
    visit.require(Permission::ReadConfiguration, &Scope::Instance)?;
    if visit.partial {
        let part = part(&visit, rolls, &query).await?;
        return Ok(pushed(page(&part), &query));
    }
    let (part, standing) = tokio::join!(part(&visit, rolls, &query), licence::standing(&visit));
    let t = visit.say(&WORDS);
    let may = visit.may(Permission::WritePeople, &Scope::Instance);
    let mut buttons = if may { standing.buttons(&visit) } else { Vec::new() };
    if may {
        buttons.insert(0, Button::link(t.get("people-import"), visit.href("users/import")));
    }
    let frame = visit.frame(t.get("people-title"), Area::Users).with_script("people.js");
    Ok(page(&ListPage {
        frame,
        t,
        lead: standing.sentence(&visit),
        buttons,
        filters: filters(&visit, t, &query),
        part: part?,
    }))
}

/// What the address bar shows after a script asked: the filters that say something.
fn pushed(mut response: Response, query: &Query) -> Response {
    let usual = is_usual(&query.all("cols"));
    let changes: &[(&str, &str)] = if usual { &[("cols", "")] } else { &[] };
    let place = match query.with(changes).as_str() {
        "?" => "users".to_owned(),
        text => format!("users{text}"),
    };
    if let Ok(place) = HeaderValue::from_str(&place) {
        response.headers_mut().insert("hx-push-url", place);
    }
    response
}

async fn part(visit: &Visit, rolls: Arc<Rolls>, query: &Query) -> Result<ListPart, Refusal> {
    let (visit, query) = (visit.clone(), query.clone());
    // Looking through all people of a large instance takes milliseconds: not on a serving thread.
    let work = tokio::task::spawn_blocking(move || found(&visit, &rolls, &query));
    work.await.map_err(|error| {
        tracing::error!(%error, "a list of users could not be made");
        Refusal::new(axum::response::IntoResponse::into_response(
            http::StatusCode::INTERNAL_SERVER_ERROR,
        ))
    })
}

fn found(visit: &Visit, rolls: &Rolls, query: &Query) -> ListPart {
    let t = visit.say(&WORDS);
    let directory = &visit.directory;
    let asked = asked(directory, query);
    let mut place = query.page(ROWS);
    let ask = |page: Page| Ask { offset: page.offset, rows: ROWS, ..asked.ask.clone() };
    let nobody = || Found { people: Vec::new(), total: 0, revision: directory.revision };
    let find = |page: Page| match asked.unknown {
        None => rolls.find(directory, &ask(page)),
        Some(_) => nobody(),
    };
    let mut found = find(place);
    if found.people.is_empty() && found.total > 0 {
        // The list has become shorter: its last page.
        let number = found.total.div_ceil(ROWS);
        place = Page { number, offset: (number - 1) * ROWS, rows: ROWS };
        found = find(place);
    }
    let columns = chosen(&query.all("cols"));
    let wrong = asked
        .unknown
        .map(|(what, name)| Notice::info(t.get("people-no-such"), t.a(what, &[("name", &name)])));
    let all = directory.people().len();
    let count = t.na("people-count", found.total, &[("all", &all.to_string())]);
    let may = visit.may(Permission::WritePeople, &Scope::Instance);
    let shown = found.people.len();
    let empty = Empty::new(t.get("people-nobody"), t.get("people-nobody-text"))
        .art(Art::Search)
        .action(t.get("people-everybody"), visit.href("users"));
    ListPart {
        t,
        partial: visit.partial,
        count,
        wrong,
        heads: heads(t, query, &columns),
        rows: rows(visit, t, directory, &found.people, &columns),
        pager: Pager::new(visit, query, place, Some(found.total), shown),
        empty,
        export: visit.href(&format!("users/export.csv{}", query.with(&[("page", "")]))),
        bulk: may.then(|| visit.href("users/bulk")),
        back: query.with(&[]),
    }
}

fn heads(t: Say, query: &Query, columns: &[Column]) -> Vec<Head> {
    let mut heads = vec![Head::Sorted(Sort::head(query, "name", t.get("people-field-name")))];
    for (_, _, label, sort, _) in COLUMNS.into_iter().filter(|one| columns.contains(&one.0)) {
        heads.push(match sort {
            Some(sort) => Head::Sorted(Sort::head(query, sort, t.get(label))),
            None => Head::Plain(t.get(label)),
        });
    }
    heads
}

/// What a query asks for. Words that mean nothing are left out; names that mean nobody are told.
pub(crate) fn asked(directory: &Directory, query: &Query) -> Asked {
    let mut unknown = None;
    let mut named = |what: &'static str, name: &str, found: bool| {
        if !found {
            unknown = Some((what, firebell_domain::name::cut(name, 100)));
        }
    };
    let given = |name| Some(query.text(name)).filter(|text: &&str| !text.is_empty());
    let site = given("site").and_then(|name| {
        if name == NOWHERE {
            return Some(Place::Nowhere);
        }
        let id = directory.id_by_name(Kind::Site, name);
        named("people-no-site", name, id.is_some());
        id.map(SiteId::from_bytes).map(Place::At)
    });
    let group = given("group").and_then(|name| {
        let found = directory.group_by_name(name);
        named("people-no-group", name, found.is_some());
        found.map(|group| group.id)
    });
    let supervisor = given("supervisor").and_then(|name| {
        let found = directory.person_by_name(name);
        named("people-no-user", name, found.is_some());
        found.map(|person| person.id)
    });
    let sort = query.text("sort");
    let (descending, word) = match sort.strip_prefix('-') {
        Some(word) => (true, word),
        None => (false, sort),
    };
    let by = By::ALL.into_iter().find(|(_, one)| *one == word).map(|(by, _)| by);
    let statuses = [Status::Active, Status::Inactive];
    let ask = Ask {
        search: query.text("q").to_owned(),
        status: statuses.into_iter().find(|one| one.word() == query.text("status")),
        licence: LicenceType::from_word(query.text("licence")),
        role: Role::from_word(query.text("role")),
        site,
        group,
        supervisor,
        sort: by.unwrap_or_default(),
        descending: descending && by.is_some(),
        offset: 0,
        rows: 0,
    };
    Asked { ask, unknown }
}

fn filters(visit: &Visit, t: Say, query: &Query) -> Filters {
    let any = |key: &str, name: &str| Choice::new("", t.get(key), query.text(name).is_empty());
    let choose = |name: &str, list: Vec<(String, String)>, any: Choice| {
        let of = |(value, label): (String, String)| {
            let chosen = query.text(name).eq_ignore_ascii_case(&value);
            Choice::new(value, label, chosen)
        };
        std::iter::once(any).chain(list.into_iter().map(of)).collect::<Vec<_>>()
    };
    let statuses = [Status::Active, Status::Inactive]
        .map(|one| (one.word().to_owned(), words::status_word(t, one)));
    let licences = LicenceType::ALL.map(|one| (one.word().to_owned(), words::licence(t, one)));
    let roles = Role::ALL.map(|one| (one.word().to_owned(), one.word().to_owned()));
    let few = vec![
        Field::select(
            "status",
            t.get("people-field-status"),
            choose("status", statuses.into(), any("people-any-status", "status")),
        ),
        Field::select(
            "licence",
            t.get("people-field-licence"),
            choose("licence", licences.into(), any("people-any-licence", "licence")),
        ),
        Field::select(
            "role",
            t.get("people-field-roles"),
            choose("role", roles.into(), any("people-any-role", "role")),
        ),
    ];
    let suggest = visit.href("users/suggest");
    let typed = |name: &'static str, label: &str, list: &str| {
        Field::text(name, t.get(label))
            .value(query.text(name))
            .max(100)
            .autocomplete("off")
            .with("list", list)
            .with("hx-get", suggest.clone())
            .with("hx-trigger", "input changed delay:150ms")
            .with("hx-target", format!("#{list}"))
    };
    let columns = chosen(&query.all("cols"));
    let rest = vec![
        site_filter(visit, t, query, any("people-any-site", "site")),
        typed("group", "people-field-group", "group-names"),
        typed("supervisor", "people-field-supervisor", "supervisor-names"),
    ];
    let open = ["site", "group", "supervisor"].iter().any(|name| !query.text(name).is_empty())
        || !is_usual(&query.all("cols"));
    let column = |(column, word, label, ..): (Column, &str, &str, Option<&str>, bool)| {
        Choice::new(word, t.get(label), columns.contains(&column))
    };
    Filters {
        action: visit.href("users"),
        search: Field::search("q", t.get("people-search"))
            .value(query.text("q"))
            .max(SEARCH_CHARS_MAX)
            .placeholder(t.get("people-search-hint"))
            .autocomplete("off")
            .with("hx-get", visit.href("users"))
            .with("hx-trigger", "input changed delay:150ms, search")
            .with("hx-target", "#people")
            .with("hx-include", "closest form")
            .with("hx-sync", "this:replace")
            .with("data-search", "yes"),
        few,
        rest,
        columns: COLUMNS.into_iter().map(column).collect(),
        sort: query.text("sort").to_owned(),
        open,
    }
}

fn site_filter(visit: &Visit, t: Say, query: &Query, any: Choice) -> Field {
    let label = t.get("people-field-site");
    let given = query.text("site");
    if visit.directory.sites().len() > SITES_SHOWN_MAX {
        return Field::text("site", label).value(given).max(100);
    }
    let nowhere = Choice::new(NOWHERE, t.get("people-no-site-at-all"), given == NOWHERE);
    let sites = site_names(&visit.directory).into_iter().map(|name| {
        let chosen = firebell_domain::name::fold(&name) == firebell_domain::name::fold(given);
        Choice::new(name.clone(), name, chosen)
    });
    Field::select("site", label, [any, nowhere].into_iter().chain(sites).collect())
}

/// The names of all sites in order.
pub(crate) fn site_names(directory: &Directory) -> Vec<String> {
    let mut names: Vec<String> = directory.sites().map(|site| site.name.to_string()).collect();
    names.sort_by_cached_key(|name| firebell_domain::name::fold(name));
    names
}
