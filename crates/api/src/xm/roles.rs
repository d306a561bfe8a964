//! Roles (section 9 of the API reference): a fixed list that clients can read.

use axum::response::Response;
use firebell_access::{Permission, Scope};
use firebell_domain::name::fold;
use firebell_domain::person::Role;

use super::shape::{self, person};
use crate::caller::Caller;
use crate::error::ApiError;
use crate::page::Query;
use crate::routes::{Route, route};

/// The routes.
pub(crate) const ROUTES: &[Route] = &[
    route!(GET "/api/xm/1/roles" => list, "List the roles people can have.").query(&[
        "name",
        "allowWildcards",
        "offset",
        "limit",
    ]),
    route!(GET "/api/xm/1/roles/{role}" => get, "One role, by id or name."),
];

async fn list(caller: Caller, query: Query) -> Result<Response, ApiError> {
    caller.require(Permission::ReadConfiguration, Scope::Instance)?;
    let wildcards = query.flag("allowWildcards")?.unwrap_or(false);
    let name = query.get("name").map(|name| fold(&name));
    let wanted = |role: &Role| {
        name.as_deref().is_none_or(|name| {
            let word = fold(role.word());
            if wildcards { matches(name, &word) } else { word == name }
        })
    };
    let roles: Vec<Role> = Role::ALL.into_iter().filter(wanted).collect();
    shape::list("/api/xm/1/roles", &query, &roles, |role| person::role(*role))
}

async fn get(
    caller: Caller,
    axum::extract::Path(name): axum::extract::Path<String>,
    query: Query,
) -> Result<Response, ApiError> {
    caller.require(Permission::ReadConfiguration, Scope::Instance)?;
    let role = person::role_named(&name).ok_or_else(|| ApiError::not_found("role", &name))?;
    Ok(shape::ok(&query, person::role(role)))
}

/// Whether `text` is what `pattern` says; `*` and `%` stand for anything.
fn matches(pattern: &str, text: &str) -> bool {
    let parts: Vec<&str> = pattern.split(['*', '%']).collect();
    let (Some(first), Some(last)) = (parts.first(), parts.last()) else { return false };
    if parts.len() == 1 {
        return pattern == text;
    }
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    for part in parts.iter().skip(1).take(parts.len().saturating_sub(2)) {
        let Some((_, after)) = rest.split_once(part) else { return false };
        rest = after;
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_stand_for_anything() {
        for (pattern, text, expected) in [
            ("*user", "standard user", true),
            ("st*rd*user", "standard user", true),
            ("*", "x", true),
            ("user*", "standard user", false),
            ("standard user", "standard user", true),
            ("a*a", "a", false),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
    }
}
