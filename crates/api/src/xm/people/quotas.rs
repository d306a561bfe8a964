//! `GET /people/license-quotas` (section 20 of the API reference).
//!
//! The numbers come from the authority; if it cannot be asked, from this process's memory, and then
//! `freshness` says so. A licence type without a limit has a `total` that nobody reaches, because
//! clients expect a number, and `unlimited`. What nobody knows is never shown as zero: full users
//! then end in 503, stakeholders are `null`.

use axum::extract::State;
use axum::response::Response;
use firebell_access::{Permission, Scope};
use firebell_config::fresh::Cause;
use firebell_config::licences::{Quota, Quotas};
use firebell_domain::licence::Allotment;
use firebell_domain::person::LicenceType;
use serde_json::{Value, json};

use crate::caller::Caller;
use crate::error::ApiError;
use crate::licence::{self, Outcome};
use crate::page::Query;
use crate::state::ApiState;
use crate::xm::shape::ok;

/// The `total` of what has no limit: the largest number that every client can hold.
const UNLIMITED_TOTAL: u32 = 2_147_483_647;

pub(super) async fn get(
    State(state): State<ApiState>,
    caller: Caller,
    query: Query,
) -> Result<Response, ApiError> {
    caller.require(Permission::ReadConfiguration, Scope::Instance)?;
    let quotas = licence::quotas(&state, &caller).await?;
    let unknown = |cause| licence::unconfirmed(cause, Outcome::NotMade);
    let (found, how) = licence::shown(&quotas).ok_or_else(|| unknown(Cause::NotLoaded))?;
    let full = numbers(found, LicenceType::FullUser);
    let full = full.ok_or_else(|| unknown(Cause::NoEntitlement))?;
    let stakeholders = numbers(found, LicenceType::StakeholderUser);
    let enabled = stakeholders.as_ref().map(|shape| shape["total"] != json!(0));
    let body = json!({
        "stakeholderUsersEnabled": enabled,
        "stakeholderUsers": stakeholders,
        "fullUsers": full,
        "freshness": how,
    });
    Ok(licence::stamped(ok(&query, body), &quotas))
}

/// The numbers of a licence type; none if nobody knows them.
fn numbers(quotas: &Quotas, licence: LicenceType) -> Option<Value> {
    let quota = quotas.of_type(licence)?;
    let active = quota.held();
    Some(match quota.allotment()? {
        Allotment::Limited(total) => shape(quota, total, active),
        Allotment::Unlimited => {
            let mut shape = shape(quota, UNLIMITED_TOTAL, active);
            if let Value::Object(fields) = &mut shape {
                fields.insert("unlimited".to_owned(), json!(true));
            }
            shape
        }
    })
}

/// More may be active than the total: nobody loses a licence when it is lowered.
fn shape(quota: &Quota, total: u32, active: u32) -> Value {
    let mut shape = json!({
        "total": total,
        "active": active,
        "unused": total.saturating_sub(active),
    });
    if let (Some(cause), Value::Object(fields)) = (quota.unsure(), &mut shape) {
        fields.insert("unconfirmed".to_owned(), json!(cause.word()));
    }
    shape
}
