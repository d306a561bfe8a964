//! Names to choose from while somebody types: the options of a list of suggestions.

use std::sync::Arc;

use askama::Template;
use axum::Extension;
use firebell_access::{Permission, Scope};
use firebell_config::roll::{Ask, Rolls};
use firebell_domain::name::fold;
use firebell_ui::{Answer, Query, Refusal, Visit, page};
use http::StatusCode;

/// Names that are offered.
const OFFERED: usize = 10;
/// Fields that are asked about people.
const PEOPLE: [&str; 3] = ["supervisors", "supervisor", "person"];

#[derive(Debug, Template)]
#[template(path = "people/suggest.html")]
struct Offered {
    list: Vec<(String, String)>,
}

/// `GET /users/suggest?supervisor=bo` or `?group=pay`
pub(crate) async fn suggest(
    visit: Visit,
    Extension(rolls): Extension<Arc<Rolls>>,
    query: Query,
) -> Answer {
    visit.require(Permission::ReadConfiguration, &Scope::Instance)?;
    let work = tokio::task::spawn_blocking(move || offered(&visit, &rolls, &query));
    let list = work.await.map_err(|error| {
        tracing::error!(%error, "names could not be suggested");
        Refusal::new(axum::response::IntoResponse::into_response(StatusCode::INTERNAL_SERVER_ERROR))
    })?;
    Ok(page(&Offered { list }))
}

fn offered(visit: &Visit, rolls: &Rolls, query: &Query) -> Vec<(String, String)> {
    let group = query.text("group");
    if !group.is_empty() {
        let wanted = fold(group);
        let named = |name: String| (name, String::new());
        let groups = visit.directory.groups().map(|group| group.target_name.to_string());
        return groups
            .filter(|name| fold(name).contains(&wanted))
            .take(OFFERED)
            .map(named)
            .collect();
    }
    let typed = PEOPLE.iter().find_map(|name| query.all(name).last().copied());
    let Some(typed) = typed else { return Vec::new() };
    let ask = Ask { search: typed.to_owned(), rows: OFFERED, ..Ask::default() };
    let found = rolls.find(&visit.directory, &ask).people;
    found.into_iter().map(|one| (one.target_name.to_string(), one.display_name())).collect()
}
