//! The one table of routes. [`door`](crate::door) is what leads to them.

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use axum::routing::MethodRouter;
use http::HeaderValue;
use http::header::CONTENT_TYPE;

use crate::state::ApiState;

/// One method of one path.
#[derive(Clone, Copy)]
pub struct Route {
    /// `GET`, `POST`, …
    pub method: &'static str,
    /// The path with its parameters in braces.
    pub path: &'static str,
    /// What it does, in a sentence.
    pub summary: &'static str,
    /// Makes the handler.
    pub handler: fn() -> MethodRouter<ApiState>,
    /// The query parameters it understands.
    pub query: &'static [&'static str],
    /// The fields of the JSON object it takes; `*` after those that are required.
    pub fields: &'static [&'static str],
    /// The fields of the form it takes, also in the query.
    pub form: &'static [&'static str],
    /// The status of its success.
    pub ok: u16,
    /// Who may ask.
    pub auth: Auth,
}

/// Who may use a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Auth {
    /// People, with a password or an API key.
    People,
    /// Senders with an integration's key, and people who may send events.
    Senders,
    /// Nodes that follow this one, with the token for them.
    Nodes,
    /// Anybody.
    Anybody,
}

impl Route {
    /// A route for people; use the `route!` macro.
    pub const fn new(
        method: &'static str,
        path: &'static str,
        summary: &'static str,
        handler: fn() -> MethodRouter<ApiState>,
    ) -> Self {
        Self {
            method,
            path,
            summary,
            handler,
            query: &[],
            fields: &[],
            form: &[],
            ok: 200,
            auth: Auth::People,
        }
    }

    /// With these query parameters.
    #[must_use]
    pub const fn query(self, query: &'static [&'static str]) -> Self {
        Self { query, ..self }
    }

    /// With a JSON object of these fields as body.
    #[must_use]
    pub const fn fields(self, fields: &'static [&'static str]) -> Self {
        Self { fields, ..self }
    }

    /// With these fields, as a form or in the query.
    #[must_use]
    pub const fn form(self, form: &'static [&'static str]) -> Self {
        Self { form, query: form, ..self }
    }

    /// With another status than 200 for success.
    #[must_use]
    pub const fn ok(self, ok: u16) -> Self {
        Self { ok, ..self }
    }

    /// For others than people.
    #[must_use]
    pub const fn auth(self, auth: Auth) -> Self {
        Self { auth, ..self }
    }
}

/// `route!(GET "/api/xm/1/people" => list, "List people.")`: a [`Route`], for a `const` table.
macro_rules! route {
    (GET $path:literal => $handler:path, $summary:literal) => {
        $crate::routes::Route::new("GET", $path, $summary, || axum::routing::get($handler))
    };
    (POST $path:literal => $handler:path, $summary:literal) => {
        $crate::routes::Route::new("POST", $path, $summary, || axum::routing::post($handler))
    };
    (DELETE $path:literal => $handler:path, $summary:literal) => {
        $crate::routes::Route::new("DELETE", $path, $summary, || axum::routing::delete($handler))
    };
}
pub(crate) use route;

/// Every route there is.
pub fn routes() -> impl Iterator<Item = &'static Route> {
    [crate::intake::ROUTES, crate::health::ROUTES, crate::openapi::ROUTES, crate::feed::ROUTES]
        .into_iter()
        .chain([crate::intake::pagerduty::ROUTES, crate::intake::opsgenie::ROUTES])
        .chain([crate::oauth::ROUTES, crate::sign_in::ROUTES, crate::own_password::ROUTES])
        .chain(crate::xm::ROUTES.iter().copied())
        .chain(crate::native::ROUTES.iter().copied())
        .flatten()
}

/// The type of bodies of answers, for handlers that answer with bytes.
pub(crate) fn bytes_response(kind: &'static str, bytes: impl Into<Body>) -> Response {
    ([(CONTENT_TYPE, HeaderValue::from_static(kind))], bytes.into()).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_routes_are_the_same() {
        let mut seen = std::collections::BTreeSet::new();
        for route in routes() {
            assert!(seen.insert((route.method, route.path)), "{} {}", route.method, route.path);
        }
        assert!(seen.len() > 20);
    }
}
