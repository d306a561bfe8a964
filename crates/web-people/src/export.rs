//! The list as CSV: the same filters, every column an import reads, written while it is sent.

use std::sync::Arc;

use axum::Extension;
use axum::body::Body;
use axum::response::{IntoResponse as _, Response};
use firebell_access::{Permission, Scope};
use firebell_config::import::{COLUMNS, PROPERTY_PREFIX, csv, export_cell};
use firebell_config::limits::{PERSON_PROPERTIES_MAX, entities_max};
use firebell_config::roll::{Ask, Rolls};
use firebell_domain::directory::{Directory, Kind};
use firebell_domain::person::Person;
use firebell_ui::{Answer, Query, Refusal, Visit};
use http::{HeaderValue, StatusCode, header};

use crate::list::asked;

/// The most lines of a table: an instance cannot have more people.
const LINES_MAX: usize = entities_max(Kind::Person);
/// People that are written at once, so that no thread is kept.
const AT_ONCE: usize = 100;
/// Custom fields that get a column.
const PROPERTIES_MAX: usize = PERSON_PROPERTIES_MAX;
/// People who are looked at for custom fields that get a column.
const LOOKED_AT_MAX: usize = LINES_MAX;

/// `GET /users/export.csv`
pub(crate) async fn export(
    visit: Visit,
    Extension(rolls): Extension<Arc<Rolls>>,
    query: Query,
) -> Answer {
    visit.require(Permission::ReadConfiguration, &Scope::Instance)?;
    let directory = Arc::clone(&visit.directory);
    let work = tokio::task::spawn_blocking(move || {
        let asked = asked(&directory, &query);
        let ask = Ask { rows: LINES_MAX, ..asked.ask };
        let people = match asked.unknown {
            None => rolls.find(&directory, &ask).people,
            Some(_) => Vec::new(),
        };
        let properties = properties(&people);
        (directory, people, properties)
    });
    let (directory, people, properties) = work.await.map_err(|error| {
        tracing::error!(%error, "a table of users could not be made");
        Refusal::new(StatusCode::INTERNAL_SERVER_ERROR.into_response())
    })?;
    Ok(sent(directory, people, properties))
}

fn sent(directory: Arc<Directory>, people: Vec<Arc<Person>>, properties: Vec<String>) -> Response {
    let mut head = String::new();
    let names = properties.iter().map(|name| format!("{PROPERTY_PREFIX}{name}"));
    let names: Vec<String> = names.collect();
    let columns = COLUMNS.iter().map(|(_, word)| *word);
    csv::write(&mut head, columns.chain(names.iter().map(String::as_str)));
    let mut left = people.into_iter();
    let parts = std::iter::from_fn(move || {
        let some: Vec<Arc<Person>> = left.by_ref().take(AT_ONCE).collect();
        (!some.is_empty()).then(|| lines(&directory, &some, &properties))
    });
    let parts = std::iter::once(head).chain(parts).map(Ok::<String, std::io::Error>);
    let mut response = Body::from_stream(futures_util::stream::iter(parts)).into_response();
    let headers = response.headers_mut();
    let csv = HeaderValue::from_static("text/csv; charset=utf-8");
    headers.insert(header::CONTENT_TYPE, csv);
    let name = HeaderValue::from_static("attachment; filename=\"users.csv\"");
    headers.insert(header::CONTENT_DISPOSITION, name);
    response
}

fn lines(directory: &Directory, people: &[Arc<Person>], properties: &[String]) -> String {
    let mut text = String::new();
    for person in people {
        let known = COLUMNS.iter().map(|(column, _)| export_cell(directory, person, *column));
        let custom = properties
            .iter()
            .map(|name| person.properties.get(name).map(ToString::to_string).unwrap_or_default());
        let cells: Vec<String> = known.chain(custom).collect();
        csv::write(&mut text, cells.iter().map(String::as_str));
    }
    text
}

/// The names of custom fields these people have, in order.
fn properties(people: &[Arc<Person>]) -> Vec<String> {
    let mut found = std::collections::BTreeSet::new();
    for person in people.iter().take(LOOKED_AT_MAX) {
        for name in person.properties.keys() {
            if found.len() < PROPERTIES_MAX && !found.contains(name.as_str()) {
                found.insert(name.as_str());
            }
        }
    }
    found.into_iter().map(str::to_owned).collect()
}
