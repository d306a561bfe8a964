//! Sites (section 9 of the API reference).
//!
//! `holidays` is Firebell's: ISO dates, or objects with `date` (a `name` in them is taken and not
//! kept). A country can be given by its code of two or three letters or by its English name; it is
//! answered by its code of three letters. Creating and changing both answer with 201, as
//! documented for xMatters.

mod body;
mod countries;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use firebell_access::{Permission, Scope};
use firebell_config::cascade;
use firebell_domain::directory::{Directory, Kind};
use firebell_domain::site::Site;
use serde_json::json;

use super::shape::change::{About, Context, change, decided};
use super::shape::search::{Search, descending, has, sort, word};
use super::shape::words::STATUSES;
use super::shape::{self, lookup, site};
use crate::body::Body;
use crate::caller::Caller;
use crate::condition::IfMatch;
use crate::error::ApiError;
use crate::page::Query;
use crate::routes::{Route, route};
use crate::state::ApiState;

/// The routes.
pub(crate) const ROUTES: &[Route] = &[
    route!(GET "/api/xm/1/sites" => list, "List and search sites.").query(&[
        "search",
        "operand",
        "fields",
        "country",
        "geocoded",
        "status",
        "sortBy",
        "sortOrder",
        "offset",
        "limit",
    ]),
    route!(POST "/api/xm/1/sites" => post, "Make a site, or change one (with id).")
        .fields(body::FIELDS)
        .ok(201),
    route!(GET "/api/xm/1/sites/{site}" => get, "One site, by id or name."),
    route!(DELETE "/api/xm/1/sites/{site}" => delete, "Remove a site; its people stay."),
    route!(GET "/api/xm/1/sites/{site}/holidays" => holidays, "The holidays of a site.")
        .query(&["offset", "limit"]),
];

const PATH: &str = "/api/xm/1/sites";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    Name,
    Address,
}

const FIELDS: [(Field, &str); 2] = [(Field::Name, "NAME"), (Field::Address, "ADDRESS")];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    Name,
    Country,
    Status,
}

const ORDERS: [(Order, &str); 3] =
    [(Order::Name, "NAME"), (Order::Country, "COUNTRY"), (Order::Status, "STATUS")];

async fn list(caller: Caller, query: Query) -> Result<Response, ApiError> {
    caller.require(Permission::ReadConfiguration, Scope::Instance)?;
    let found = matching(&caller.directory, &query)?;
    shape::list(PATH, &query, &found, |s| site::site(s))
}

fn matching<'d>(directory: &'d Directory, query: &Query) -> Result<Vec<&'d Arc<Site>>, ApiError> {
    let search = Search::of(query, &FIELDS)?;
    let status = word(query, "status", &STATUSES)?;
    let geocoded = query.flag("geocoded")?;
    let country = query.get("country").map(|text| countries::code(&text).unwrap_or("?"));
    let order = word(query, "sortBy", &ORDERS)?.unwrap_or(Order::Name);
    let wanted = |s: &&Arc<Site>| {
        let address = &s.address;
        let located = address.latitude.is_some() && address.longitude.is_some();
        status.is_none_or(|status| s.status == status)
            && geocoded.is_none_or(|wanted| located == wanted)
            && country.is_none_or(|country| s.country == country)
            && search.as_ref().is_none_or(|search| {
                search.finds(|field, term| match field {
                    Field::Name => has(s.name.as_str(), term),
                    Field::Address => [
                        &address.address1,
                        &address.address2,
                        &address.city,
                        &address.state,
                        &address.postal_code,
                    ]
                    .iter()
                    .any(|line| has(line, term)),
                })
            })
    };
    let mut found: Vec<_> = directory.sites().filter(wanted).collect();
    sort(&mut found, descending(query)?, |s| {
        let first = match order {
            Order::Name => String::new(),
            Order::Country => s.country.clone(),
            Order::Status => s.status.word().to_owned(),
        };
        (first, s.name.fold())
    });
    Ok(found)
}

/// The site a path names, if the caller may read at all.
fn readable<'c>(caller: &'c Caller, name: &str) -> Result<&'c Arc<Site>, ApiError> {
    caller.require(Permission::ReadConfiguration, Scope::Instance)?;
    lookup::site(&caller.directory, name).ok_or_else(|| ApiError::not_found("site", name))
}

async fn get(caller: Caller, Path(name): Path<String>, query: Query) -> Result<Response, ApiError> {
    let found = readable(&caller, &name)?;
    let shape = site::site(found);
    Ok(shape::one(&query, &caller.directory, Kind::Site, found.id, shape))
}

async fn holidays(
    caller: Caller,
    Path(name): Path<String>,
    query: Query,
) -> Result<Response, ApiError> {
    let found = readable(&caller, &name)?;
    let dates: Vec<_> = found.holidays.iter().collect();
    let path = format!("{PATH}/{}/holidays", found.id);
    shape::list(&path, &query, &dates, |date| json!({"date": date.to_string()}))
}

async fn post(
    State(state): State<ApiState>,
    caller: Caller,
    condition: IfMatch,
    query: Query,
    body: Body,
) -> Result<Response, ApiError> {
    let context = Context::of(&state, &caller, condition);
    let work = change(&state, &caller, context, "sites", move |directory, context| {
        body::decide(directory, context, body.object())
    });
    let (done, id) = work.await?;
    let made = done.directory.site(id);
    let made = made.ok_or_else(|| ApiError::not_found("site", &id.to_string()))?;
    Ok(done.stamp(shape::made(&query, true, site::site(made))))
}

async fn delete(
    State(state): State<ApiState>,
    caller: Caller,
    Path(name): Path<String>,
    condition: IfMatch,
    query: Query,
) -> Result<Response, ApiError> {
    let context = Context::of(&state, &caller, condition);
    let work = change(&state, &caller, context, "site removed", move |directory, context| {
        context.require(Permission::WriteSites, Scope::Instance)?;
        let Some(gone) = lookup::site(directory, &name) else {
            return decided(About::Missing(Kind::Site), Vec::new(), None);
        };
        let about = About::of(Kind::Site, gone.id);
        decided(about, cascade::remove_site(directory, gone.id), Some(site::site(gone)))
    });
    let (done, shape) = work.await?;
    Ok(done.stamp(shape::removed(&query, shape)))
}
