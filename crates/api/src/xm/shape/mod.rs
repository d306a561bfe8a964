//! The JSON shapes of configuration, written out by hand: the domain knows no JSON.
//!
//! Called by the handlers of `/api/xm/1`, and by others that answer with people or groups.
//! [`input`] reads bodies, [`lookup`] finds what they name, [`change`] writes, [`search`] filters
//! lists; the others make one kind of object each. Links are made without the prefix `/t/…` of a
//! request; [`answer`] puts it in front of all of them.

pub(crate) mod input;
pub(crate) mod lookup;
pub(crate) mod change;
pub(crate) mod search;
pub(crate) mod words;
pub(crate) mod person;
pub(crate) mod device;
pub(crate) mod site;
pub(crate) mod group;
pub(crate) mod recurrence;
pub(crate) mod shift;
pub(crate) mod absence;
#[cfg(test)]
pub(crate) mod testing;

use std::fmt::Display;

use axum::response::Response;
use firebell_base::Id;
use firebell_domain::directory::{Directory, Kind};
use http::StatusCode;
use serde_json::{Value, json};

use crate::error::{ApiError, json_response};
use crate::fresh;
use crate::page::{Page, Query, envelope};

/// Where everything is.
const BASE: &str = "/api/xm/1";

/// The path of an object in a collection.
pub(crate) fn path(collection: &str, id: impl Display) -> String {
    format!("{BASE}/{collection}/{id}")
}

/// The `links` of an object.
pub(crate) fn link(path: &str) -> Value {
    json!({"self": path})
}

/// What an answer is to hold besides the object itself.
#[derive(Debug, Clone, Default)]
pub(crate) struct Embeds(Vec<String>);

impl Embeds {
    /// What `embed` in the query asks for.
    pub(crate) fn of(query: &Query) -> Self {
        Self(query.words("embed").iter().map(|word| word.to_lowercase()).collect())
    }

    /// These, whatever the query says.
    pub(crate) fn these(words: &[&str]) -> Self {
        Self(words.iter().map(|&word| word.to_owned()).collect())
    }

    /// Whether this is asked for.
    pub(crate) fn has(&self, word: &str) -> bool {
        self.0.iter().any(|known| known == word)
    }
}

/// A JSON answer, with the prefix of the request's path before every link.
pub(crate) fn answer(query: &Query, status: StatusCode, mut body: Value) -> Response {
    if !query.prefix().is_empty() {
        prefix_links(&mut body, query.prefix());
    }
    json_response(status, &body)
}

/// 200 with JSON.
pub(crate) fn ok(query: &Query, body: Value) -> Response {
    answer(query, StatusCode::OK, body)
}

/// 200 with one entity, and its `ETag` to make a change depend on.
pub(crate) fn one<T>(
    query: &Query,
    directory: &Directory,
    kind: Kind,
    id: Id<T>,
    body: Value,
) -> Response {
    let response = ok(query, body);
    match directory.entity_revision(kind, id.to_bytes()) {
        Some(revision) => fresh::tagged(response, revision),
        None => response,
    }
}

/// 201 if something was made, 200 if it was changed.
pub(crate) fn made(query: &Query, created: bool, body: Value) -> Response {
    answer(query, if created { StatusCode::CREATED } else { StatusCode::OK }, body)
}

/// 200 with what was removed, 204 if there was nothing.
pub(crate) fn removed(query: &Query, body: Option<Value>) -> Response {
    if let Some(body) = body {
        return ok(query, body);
    }
    let mut response = Response::default();
    *response.status_mut() = StatusCode::NO_CONTENT;
    response
}

/// A page of a list; only the items on it are shaped.
///
/// # Errors
/// 400 if the query asks for a page that cannot be.
pub(crate) fn list<T>(
    path: &str,
    query: &Query,
    items: &[T],
    shape: impl Fn(&T) -> Value,
) -> Result<Response, ApiError> {
    let page = Page::of(query)?;
    let data = page.cut(items).into_iter().map(shape).collect();
    Ok(ok(query, envelope(path, query, page, items.len(), data)))
}

/// Links already prefixed do not begin with `/api/`.
fn prefix_links(body: &mut Value, prefix: &str) {
    match body {
        Value::Array(items) => items.iter_mut().for_each(|item| prefix_links(item, prefix)),
        Value::Object(fields) => {
            for (name, value) in fields {
                match value {
                    Value::Object(links) if name == "links" => {
                        for link in links.values_mut() {
                            if let Some(text) = link.as_str().filter(|l| l.starts_with("/api/")) {
                                *link = Value::String(format!("{prefix}{text}"));
                            }
                        }
                    }
                    value => prefix_links(value, prefix),
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_get_the_prefix_once() {
        let mut body = json!({
            "data": [{"links": {"self": "/api/xm/1/a"}, "url": "/api/xm/1/a"}],
            "links": {"self": "/t/acme/api/xm/1/x"},
        });
        prefix_links(&mut body, "/t/acme");
        assert_eq!(body["data"][0]["links"]["self"], "/t/acme/api/xm/1/a");
        assert_eq!(body["data"][0]["url"], "/api/xm/1/a");
        assert_eq!(body["links"]["self"], "/t/acme/api/xm/1/x");
    }
}
