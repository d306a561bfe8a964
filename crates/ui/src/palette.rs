//! Where one can jump to: pages, people and groups by a few letters. Answered from memory.

use askama::Template;
use axum::response::Response;
use firebell_access::{Permission, Scope};
use firebell_domain::name::fold;

use crate::frame::{Area, Frame};
use crate::page::page;
use crate::query::Query;
use crate::visit::Visit;
use crate::words::{Say, WORDS};

/// Of each kind.
const FOUND_MAX: usize = 6;
/// Characters of a search.
const CHARS_MAX: usize = 100;

struct Found {
    title: String,
    rows: Vec<(String, String, String)>,
}

#[derive(Template)]
#[template(path = "jump_part.html")]
struct Part {
    t: Say,
    found: Vec<Found>,
}

#[derive(Template)]
#[template(path = "jump.html")]
struct Whole {
    frame: Frame,
    t: Say,
    text: String,
    found: Vec<Found>,
}

/// `GET /jump?q=…`
pub(crate) async fn find(visit: Visit, query: Query) -> Response {
    let t = visit.say(&WORDS);
    let text: String = query.text("q").chars().take(CHARS_MAX).collect();
    let (copy, wanted) = (visit.clone(), text.clone());
    // Looking through all people of a large instance takes milliseconds: not on a serving thread.
    let work = tokio::task::spawn_blocking(move || search(&copy, t, &wanted));
    let found = work.await.unwrap_or_else(|error| {
        tracing::error!(%error, "nothing could be looked for");
        Vec::new()
    });
    if visit.partial {
        return page(&Part { t, found });
    }
    let frame = visit.frame(t.get("ui-search-short"), Area::None);
    page(&Whole { frame, t, text, found })
}

fn search(visit: &Visit, t: Say, text: &str) -> Vec<Found> {
    let wanted = fold(text);
    let frame = visit.frame("", Area::None);
    let pages = frame.entries.into_iter().filter(|entry| fold(&entry.label).contains(&wanted));
    let pages = pages.map(|entry| (entry.label, entry.href, entry.key.to_owned())).collect();
    let mut found = vec![Found { title: t.get("ui-palette-pages"), rows: pages }];
    if !wanted.is_empty() && visit.may(Permission::ReadConfiguration, &Scope::Instance) {
        let groups = visit
            .directory
            .groups()
            .filter(|group| fold(group.target_name.as_str()).contains(&wanted));
        let row = |name: &str, href: String| (name.to_owned(), href, String::new());
        let groups = groups.take(FOUND_MAX);
        let groups = groups
            .map(|g| row(g.target_name.as_str(), visit.href(&format!("groups/{}", g.id))))
            .collect();
        found.push(Found { title: t.get("ui-palette-groups"), rows: groups });
        let people = visit.directory.people().filter(|person| {
            fold(&person.display_name()).contains(&wanted)
                || fold(person.target_name.as_str()).contains(&wanted)
        });
        let people = people.take(FOUND_MAX).map(|p| {
            (
                p.display_name(),
                visit.href(&format!("users/{}", p.id)),
                p.target_name.as_str().to_owned(),
            )
        });
        found.push(Found { title: t.get("ui-palette-people"), rows: people.collect() });
    }
    found.retain(|kind| !kind.rows.is_empty());
    found
}
