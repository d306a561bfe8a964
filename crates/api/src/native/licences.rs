//! The licences of the caller's instance: what is allotted, held and free, by what entitlement, and
//! with `person` why somebody does or does not hold one.

use axum::extract::State;
use axum::response::Response;
use firebell_access::{Permission, Scope};
use firebell_config::fresh::{Cause, Freshness};
use firebell_config::licences::{Free, PersonLicence, Quota, Quotas, Terms, Why};
use firebell_domain::licence::{Allotment, Enforcement, Limit, Phase};
use firebell_domain::person::PersonId;
use serde_json::{Value, json};

use super::BASE;
use crate::caller::Caller;
use crate::error::ApiError;
use crate::licence::{self, Outcome};
use crate::page::Query;
use crate::routes::{Route, route};
use crate::state::ApiState;
use crate::time::format_time;
use crate::xm::shape::{lookup, ok};

/// The routes.
pub(crate) const ROUTES: &[Route] = &[route!(GET "/api/firebell/1/licences" => list,
    "Licences allotted, held and free; with person, why somebody holds one or not.")
.query(&["person"])];

async fn list(
    State(state): State<ApiState>,
    caller: Caller,
    query: Query,
) -> Result<Response, ApiError> {
    caller.require(Permission::Administer, Scope::Instance)?;
    if let Some(name) = query.get("person") {
        return explain(&state, &caller, &query, &name).await;
    }
    let quotas = licence::quotas(&state, &caller).await?;
    let unknown = || licence::unconfirmed(Cause::NotLoaded, Outcome::NotMade);
    let (found, how) = licence::shown(&quotas).ok_or_else(unknown)?;
    let body = shape(found, &how);
    Ok(licence::stamped(ok(&query, body), &quotas))
}

async fn explain(
    state: &ApiState,
    caller: &Caller,
    query: &Query,
    name: &str,
) -> Result<Response, ApiError> {
    let id = lookup::person(&caller.directory, name).map(|person| person.id);
    // Somebody who was removed may still be in the ledger.
    let id: Option<PersonId> = id.or_else(|| name.trim().parse().ok());
    let id = id.ok_or_else(|| ApiError::not_found("person", name))?;
    let (no, now) = (caller.directory.instance.no, state.clock.now());
    let asked = state.authority.explain(no, Some(id), now).await;
    let asked = asked.map_err(|error| licence::refused(state, error, Outcome::NotMade))?;
    let about = asked.value().person.as_ref();
    if about.is_some_and(|about| about.why == Why::NotThere && about.seat.is_none()) {
        return Err(ApiError::not_found("person", name));
    }
    let mut body = shape(&asked.value().quotas, &licence::sure(&asked));
    let person = about.map(person);
    if let (Some(person), Value::Object(fields)) = (person, &mut body) {
        fields.insert("person".to_owned(), person);
    }
    Ok(licence::stamped(ok(query, body), &Freshness::Confirmed(asked)))
}

fn shape(quotas: &Quotas, how: &Value) -> Value {
    json!({
        "freshness": how,
        "count": quotas.list.len(),
        "data": quotas.list.iter().map(quota).collect::<Vec<_>>(),
        "links": { "self": format!("{BASE}/licences") },
    })
}

fn quota(quota: &Quota) -> Value {
    let free = match quota.free() {
        None => Value::Null,
        Some(Free::Seats(seats)) => json!(seats),
        Some(Free::Unlimited) => json!("UNLIMITED"),
    };
    json!({
        "licenseType": quota.licence.word(),
        "allotment": quota.allotment().map(allotment),
        "held": quota.held(),
        "free": free,
        "entitlement": quota.terms.as_ref().map(terms),
        "books": {
            "counter": quota.tally.counter,
            "ledger": quota.tally.ledger,
            "people": quota.tally.people,
            "overSince": quota.tally.over_since.map(format_time),
            "driftSince": quota.tally.drift_since.map(format_time),
        },
        "unconfirmed": quota.unsure().map(|cause| json!({
            "cause": cause.word(),
            "message": cause.message(),
        })),
    })
}

/// Absent is `null`, never zero; unlimited is a word, never a number.
fn allotment(allotment: Allotment) -> Value {
    match allotment {
        Allotment::Limited(seats) => json!(seats),
        Allotment::Unlimited => json!("UNLIMITED"),
    }
}

fn terms(terms: &Terms) -> Value {
    let entitlement = &terms.entitlement;
    let (phase, until) = match terms.phase {
        Phase::NotYet(from) => ("NOT_YET", Some(from)),
        Phase::Valid => ("VALID", None),
        Phase::Grace(end) => ("GRACE", Some(end)),
        Phase::Expired(end) => ("EXPIRED", Some(end)),
    };
    json!({
        "since": terms.since.to_string(),
        "phase": phase,
        "phaseTime": until.map(format_time),
        "limit": match terms.limit {
            Limit::AtMost(limit) => json!(limit),
            Limit::None => json!("UNLIMITED"),
        },
        "enforcement": enforcement(entitlement.enforcement),
        "validFrom": entitlement.valid_from.map(format_time),
        "validUntil": entitlement.valid_until.map(format_time),
        "graceDays": entitlement.grace_days,
        "contract": entitlement.contract,
        "signedBy": entitlement.signed_by,
    })
}

fn enforcement(enforcement: Enforcement) -> Value {
    match enforcement {
        Enforcement::Hard => json!({ "kind": "HARD" }),
        Enforcement::Soft { percent, floor, days } => {
            json!({ "kind": "SOFT", "percent": percent, "floor": floor, "days": days })
        }
        Enforcement::TrueUp => json!({ "kind": "TRUE_UP" }),
    }
}

fn person(person: &PersonLicence) -> Value {
    json!({
        "id": person.id.to_string(),
        "targetName": person.name,
        "seat": person.seat.as_ref().map(|seat| json!({
            "licenseType": seat.licence,
            "since": seat.since.to_string(),
            "at": format_time(seat.at),
        })),
        "reason": person.why.message(),
    })
}
