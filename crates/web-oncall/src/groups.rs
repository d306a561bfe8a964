//! `/groups`: the list of groups, with search.

use std::sync::Arc;

use askama::Template;
use firebell_access::{Permission, Scope};
use firebell_domain::directory::Directory;
use firebell_domain::group::{Group, GroupType};
use firebell_domain::name::fold;
use firebell_domain::person::Status;
use firebell_ui::part::{Art, Badge, Button, Empty, Pager, Reason, Sort};
use firebell_ui::{Answer, Area, Frame, Query, Say, Shape, Visit, page};

use crate::names;
use crate::words::WORDS;

/// Groups of one page.
const ROWS: usize = 50;

#[derive(Template)]
#[template(path = "groups.html")]
struct Page {
    frame: Frame,
    t: Say,
    headline: String,
    q: String,
    sort: String,
    add: Button,
    by_name: Sort,
    by_members: Sort,
    rows: Vec<Row>,
    pager: Pager,
    empty: Option<Empty>,
}

struct Row {
    href: String,
    name: String,
    description: String,
    kind: String,
    badge: Option<Badge>,
    members: usize,
    shifts: usize,
    supervisors: String,
}

/// `GET /groups`
pub(crate) async fn list(visit: Visit, query: Query) -> Answer {
    visit.require(Permission::ReadConfiguration, &Scope::Instance)?;
    let t = visit.say(&WORDS);
    let found = matching(&visit.directory, &query);
    let page_ = query.page(ROWS);
    let shown: Vec<&Arc<Group>> = found.iter().skip(page_.offset).take(ROWS).copied().collect();
    let all = visit.directory.groups().len();
    let rows: Vec<Row> = shown.iter().map(|group| row(&visit, t, group)).collect();
    let empty = rows.is_empty().then(|| empty(&visit, t, all, &query));
    Ok(page(&Page {
        frame: visit.frame(t.get("oncall-groups-title"), Area::Groups),
        headline: t.na("oncall-groups-headline", all, &[("found", &found.len().to_string())]),
        q: query.text("q").to_owned(),
        sort: query.text("sort").to_owned(),
        add: add_button(&visit, t),
        by_name: Sort::head(&query, "name", t.get("oncall-groups-name")),
        by_members: Sort::head(&query, "members", t.get("oncall-groups-members")),
        pager: Pager::new(&visit, &query, page_, Some(found.len()), rows.len()),
        rows,
        empty,
        t,
    }))
}

/// The button to add a group: whoever may not is told which role it needs.
pub(crate) fn add_button(visit: &Visit, t: Say) -> Button {
    let own = [visit.person.id];
    let scope = Scope::Group { supervisors: &own };
    match firebell_access::allows(&visit.principal, Permission::WriteGroups, &scope) {
        Ok(()) => Button::link(t.get("oncall-group-add"), visit.href("groups/new")).main(),
        Err(forbidden) => {
            let reason = Reason { text: forbidden.message, ..Reason::default() };
            Button::refused(t.get("oncall-group-add"), reason).id("add-group")
        }
    }
}

/// Groups whose name or description has what is searched for, sorted.
fn matching<'d>(directory: &'d Directory, query: &Query) -> Vec<&'d Arc<Group>> {
    let wanted = fold(query.text("q"));
    let has = |text: &str| fold(text).contains(&wanted);
    let finds = |group: &&Arc<Group>| {
        wanted.is_empty() || has(group.target_name.as_str()) || has(&group.description)
    };
    let mut found: Vec<&Arc<Group>> = directory.groups().filter(finds).collect();
    let sort = query.text("sort");
    match sort.trim_start_matches('-') {
        "members" => {
            found.sort_by_cached_key(|group| (group.members.len(), group.target_name.fold()));
        }
        _ => found.sort_by_cached_key(|group| group.target_name.fold()),
    }
    if sort.starts_with('-') {
        found.reverse();
    }
    found
}

fn row(visit: &Visit, t: Say, group: &Group) -> Row {
    let kind = match group.group_type {
        GroupType::OnCall => "oncall-group-type-on-call",
        GroupType::Broadcast => "oncall-group-type-broadcast",
    };
    let supervisors: Vec<String> =
        group.supervisors.iter().take(2).map(|id| names::person(&visit.directory, *id)).collect();
    let inactive = || Badge::new("muted", Shape::Slash, t.get("oncall-group-inactive"));
    Row {
        href: visit.href(&format!("groups/{}", group.id)),
        name: group.target_name.to_string(),
        description: firebell_domain::name::cut(&group.description, 120),
        kind: t.get(kind),
        badge: (group.status == Status::Inactive).then(inactive),
        members: group.members.len(),
        shifts: visit.directory.shifts_of(group.id).count(),
        supervisors: supervisors.join(", "),
    }
}

fn empty(visit: &Visit, t: Say, all: usize, query: &Query) -> Empty {
    if all == 0 {
        return Empty::new(t.get("oncall-none-title"), t.get("oncall-none-text"))
            .art(Art::People)
            .action(t.get("oncall-group-add"), visit.href("groups/new"));
    }
    Empty::new(t.get("oncall-not-found-title"), t.get("oncall-not-found-text"))
        .art(Art::People)
        .action(t.get("oncall-show-all"), query.with(&[("q", ""), ("page", "")]))
}
