//! `/on-call`: who is on call now for every group, the visitor's own first, then those where nobody
//! is.

use std::collections::BTreeSet;
use std::sync::Arc;

use askama::Template;
use axum::Extension;
use axum::response::Response;
use firebell_access::{Permission, Scope};
use firebell_domain::group::GroupId;
use firebell_domain::name::fold;
use firebell_ui::part::{Art, Empty, Pager, Tab, Tabs};
use firebell_ui::{Answer, Area, Frame, Query, Say, Shape, Visit, page};

use crate::board::{Board, Boards, Entry, Standing, groups_of, is_on_call};
use crate::card::{Card, Teller};
use crate::local;
use crate::turns::Turns;
use crate::words::WORDS;

/// Cards of one page.
const ROWS: usize = 50;

#[derive(Template)]
#[template(path = "now.html")]
struct Page {
    frame: Frame,
    t: Say,
    headline: String,
    q: String,
    show: String,
    tabs: Tabs,
    sections: Vec<Section>,
    pager: Pager,
    empty: Option<Empty>,
    absence_href: String,
    calendar_href: String,
}

struct Section {
    title: String,
    cards: Vec<Card>,
}

/// The sections, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Mine,
    Nobody,
    Others,
}

/// `GET /on-call`
pub(crate) async fn show(
    visit: Visit,
    Extension(boards): Extension<Boards>,
    Extension(turns): Extension<Turns>,
    query: Query,
) -> Answer {
    visit.require(Permission::ReadConfiguration, &Scope::Instance)?;
    turns.of(&visit, move |visit| answer(visit, &board(visit, &boards), &query)).await
}

/// The board of the visitor's instance, made anew if the one that is there does not count any more.
fn board(visit: &Visit, boards: &Boards) -> Arc<Board> {
    let (directory, now) = (Arc::clone(&visit.directory), visit.now);
    if let Some(board) = boards.known(&directory, now) {
        return board;
    }
    let board = Arc::new(Board::make(&directory, now));
    boards.keep(&board);
    board
}

fn answer(visit: &Visit, board: &Board, query: &Query) -> Response {
    let t = visit.say(&WORDS);
    let mine: BTreeSet<GroupId> =
        groups_of(&visit.directory, visit.person.id).into_iter().collect();
    let show = query.text("show");
    let wanted = fold(query.text("q"));
    let rank = |entry: &Entry| match entry.standing {
        _ if mine.contains(&entry.id) => Rank::Mine,
        Standing::Nobody => Rank::Nobody,
        Standing::Manned | Standing::Broadcast | Standing::Inactive => Rank::Others,
    };
    let mut found: Vec<(Rank, &Entry)> = board
        .entries
        .iter()
        .filter(|entry| wanted.is_empty() || entry.folded.contains(&wanted))
        .map(|entry| (rank(entry), entry))
        .filter(|(rank, entry)| match show {
            "mine" => *rank == Rank::Mine,
            "nobody" => entry.standing == Standing::Nobody,
            _ => true,
        })
        .collect();
    // Stable: within a section by name, and one's own without anybody first.
    found.sort_by_key(|(rank, entry)| (*rank, entry.standing != Standing::Nobody));
    let page_ = query.page(ROWS);
    let shown: Vec<&(Rank, &Entry)> = found.iter().skip(page_.offset).take(ROWS).collect();
    let pager = Pager::new(visit, query, page_, Some(found.len()), shown.len());
    let sections = sections(visit, t, &shown);
    let empty = sections.is_empty().then(|| empty(visit, t, board, query));
    page(&Page {
        frame: visit.frame(t.get("oncall-title"), Area::OnCall).with_script("oncall.js"),
        headline: headline(visit, t, board, &mine),
        q: query.text("q").to_owned(),
        show: show.to_owned(),
        tabs: tabs(t, query),
        sections,
        pager,
        empty,
        absence_href: visit.href("absences"),
        calendar_href: visit.href("calendar"),
        t,
    })
}

fn tabs(t: Say, query: &Query) -> Tabs {
    let tab = |value: &str, key: &str| Tab {
        label: t.get(key),
        href: query.with(&[("show", value), ("page", "")]),
        current: query.text("show") == value,
    };
    let all = vec![
        tab("", "oncall-tab-all"),
        tab("mine", "oncall-tab-mine"),
        tab("nobody", "oncall-tab-nobody"),
    ];
    Tabs::new(t.get("oncall-tabs"), all)
}

/// "You are on call for Payments until 09:00. 2 of 120 groups have nobody on call."
fn headline(visit: &Visit, t: Say, board: &Board, mine: &BTreeSet<GroupId>) -> String {
    let without = board.entries.iter().filter(|e| e.standing == Standing::Nobody).count();
    let on_call = board
        .entries
        .iter()
        .filter(|e| matches!(e.standing, Standing::Nobody | Standing::Manned))
        .count();
    let of = on_call.to_string();
    let state = if without == 0 {
        t.n("oncall-all-manned", on_call)
    } else {
        t.na("oncall-some-nobody", without, &[("of", &of)])
    };
    let own = mine.iter().filter_map(|id| visit.directory.group(*id));
    let names: Vec<String> = own
        .filter(|group| is_on_call(&visit.directory, group, visit.person.id, visit.now))
        .take(3)
        .map(|group| group.target_name.to_string())
        .collect();
    if names.is_empty() {
        return state;
    }
    format!("{} {state}", t.a("oncall-you-are", &[("groups", &names.join(", "))]))
}

fn sections(visit: &Visit, t: Say, shown: &[&(Rank, &Entry)]) -> Vec<Section> {
    let (now, zone) = (visit.now, &visit.person.zone);
    let teller = Teller { directory: &visit.directory, now, zone, t };
    let mut sections: Vec<(Rank, Section)> = Vec::new();
    for (rank, entry) in shown {
        let Some(group) = visit.directory.group(entry.id) else { continue };
        let href = visit.href(&format!("groups/{}", group.id));
        let mut card = teller.card(group, href);
        if *rank == Rank::Mine && is_on_call(&visit.directory, group, visit.person.id, now) {
            let end = card.lines.iter().filter_map(|line| line.end).min();
            let to = end.map(|end| local::field(end, zone)).unwrap_or_default();
            let path = format!("absences?group={}&to={to}#new", group.id);
            card.away = Some(visit.href(&path));
        }
        match sections.last_mut() {
            Some((last, section)) if last == rank => section.cards.push(card),
            Some(_) | None => {
                let title = t.get(match rank {
                    Rank::Mine => "oncall-section-mine",
                    Rank::Nobody => "oncall-section-nobody",
                    Rank::Others => "oncall-section-others",
                });
                sections.push((*rank, Section { title, cards: vec![card] }));
            }
        }
    }
    // Without the others, "all other groups" would be an odd name.
    if let [(Rank::Others, only)] = sections.as_mut_slice() {
        only.title = t.get("oncall-section-all");
    }
    sections.into_iter().map(|(_, section)| section).collect()
}

fn empty(visit: &Visit, t: Say, board: &Board, query: &Query) -> Empty {
    if board.entries.is_empty() {
        return Empty::new(t.get("oncall-none-title"), t.get("oncall-none-text"))
            .art(Art::Calendar)
            .action(t.get("oncall-group-add"), visit.href("groups/new"));
    }
    let all = query.with(&[("q", ""), ("show", ""), ("page", "")]);
    Empty::new(t.get("oncall-not-found-title"), t.get("oncall-not-found-text"))
        .art(Art::Calendar)
        .action(t.get("oncall-show-all"), all)
}
