//! Every request's way in and out, and the one table of routes.
//!
//! A request's path is made canonical before it is routed: doubled slashes and one trailing slash
//! do not count, and a prefix `/t/{word}` (an instance's name, or an integration's key) is taken
//! off. Then the handler runs under a guard that turns a panic into an answer and writes the log
//! line: with the route's template, never the path as it was sent, because paths may hold keys.

use std::panic::AssertUnwindSafe;

use axum::Router;
use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::MethodRouter;
use firebell_access::origin::Provenance;
use firebell_domain::name::cut;
use futures_util::FutureExt as _;
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HOST, ORIGIN, X_CONTENT_TYPE_OPTIONS,
};
use http::uri::{PathAndQuery, Uri};
use http::{HeaderName, HeaderValue, Method, StatusCode};
use tower::ServiceExt as _;

use crate::error::ApiError;
use crate::fresh::{self, Deed, Seen};
use crate::intake::framework;
use crate::state::ApiState;

/// The longest path, in bytes.
pub const PATH_BYTES_MAX: usize = 8 * 1024;
/// The header that tells a request's id.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Nothing that is answered here is a page, whatever a browser takes it for.
const POLICY: &str = "default-src 'none'; frame-ancestors 'none'; sandbox";

/// The word after `/t/` in the path as it was sent. A request extension.
#[derive(Clone)]
pub struct Tenant(pub String);

/// What was taken off the path, for links: nothing, or `/t/{instance}`. A request extension.
#[derive(Clone)]
pub struct Prefix(pub String);

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
        $crate::server::Route::new("GET", $path, $summary, || axum::routing::get($handler))
    };
    (POST $path:literal => $handler:path, $summary:literal) => {
        $crate::server::Route::new("POST", $path, $summary, || axum::routing::post($handler))
    };
    (DELETE $path:literal => $handler:path, $summary:literal) => {
        $crate::server::Route::new("DELETE", $path, $summary, || axum::routing::delete($handler))
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

/// The whole API.
pub fn router(state: ApiState) -> Router {
    let mut routed = Router::new();
    for route in routes() {
        routed = routed.route(route.path, (route.handler)());
    }
    around(routed, state)
}

/// Puts what every request passes around the routes: also for measurements, which compare like with
/// like.
pub fn around(routed: Router<ApiState>, state: ApiState) -> Router {
    let routed = routed
        .fallback(unknown)
        .method_not_allowed_fallback(wrong_method)
        .layer(from_fn_with_state(state.clone(), guard))
        .with_state(state);
    // Routing comes before a router's own layers, so the path is made canonical around it.
    Router::new().fallback(async move |request: Request| {
        let answer = routed.oneshot(canonical(request)).await;
        answer.unwrap_or_else(|never| match never {})
    })
}

async fn unknown(request: Request) -> Response {
    let path = request.uri().path();
    if is_alertmanager(path) {
        let message = format!("path {} was not found", cut(path, 200));
        return framework(StatusCode::NOT_FOUND, &message);
    }
    let message = format!(
        "There is nothing at this path for {}. The routes are listed at /api/openapi.json.",
        request.method()
    );
    let error = ApiError::new(StatusCode::NOT_FOUND, message);
    error.subcode("validation.common.route_not_exists").into_response()
}

async fn wrong_method(request: Request) -> Response {
    let (method, path) = (request.method(), request.uri().path());
    if is_alertmanager(path) {
        let allowed: Vec<&str> = routes().filter(|r| r.path == path).map(|r| r.method).collect();
        let message = format!("method {method} is not allowed, but [{}] are", allowed.join(","));
        return framework(StatusCode::METHOD_NOT_ALLOWED, &message);
    }
    let message = format!("{method} is not possible here; see the Allow header.");
    ApiError::new(StatusCode::METHOD_NOT_ALLOWED, message).into_response()
}

/// Whether Alertmanager's framework would answer.
fn is_alertmanager(path: &str) -> bool {
    path.starts_with("/api/v2/")
}

/// Makes the path canonical and remembers what was taken off.
fn canonical(mut request: Request) -> Request {
    let path = request.uri().path();
    if path.len() > PATH_BYTES_MAX {
        // Nothing is that long: it goes to the 404.
        return request;
    }
    if is_canonical(path) {
        return request;
    }
    let mut segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
    let mut tenant = None;
    if let ["t", word, ..] = segments.as_slice() {
        tenant = Some((*word).to_owned());
        segments.drain(..2);
    }
    let plain = format!("/{}", segments.join("/"));
    if plain != path {
        let query = request.uri().query().map(|query| format!("?{query}")).unwrap_or_default();
        let mut parts = request.uri().clone().into_parts();
        parts.path_and_query = PathAndQuery::try_from(format!("{plain}{query}")).ok();
        if let Ok(uri) = Uri::from_parts(parts) {
            *request.uri_mut() = uri;
        }
    }
    if let Some(word) = tenant {
        request.extensions_mut().insert(Prefix(format!("/t/{word}")));
        request.extensions_mut().insert(Tenant(word));
    }
    request
}

/// Whether there is nothing to take off, as nearly always.
fn is_canonical(path: &str) -> bool {
    let is_plain = path.starts_with('/') && !path.contains("//");
    is_plain && !path.ends_with('/') && !path.starts_with("/t/")
}

/// Around every handler: request id, panics, the headers of every answer, the log line.
async fn guard(State(state): State<ApiState>, request: Request, next: Next) -> Response {
    let started = state.clock.monotonic_micros();
    let id = state.random.uuid(state.clock.now()).to_string();
    let method = request.method().clone();
    let template = request.extensions().get::<MatchedPath>().cloned();
    let template = template.as_ref().map_or("(none)", MatchedPath::as_str);
    let mut response = if is_foreign_page(&request) {
        let message = "Pages of other sites may not act here.";
        ApiError::new(StatusCode::FORBIDDEN, message).into_response()
    } else {
        let answer = AssertUnwindSafe(handle(&state, request, next)).catch_unwind().await;
        note(&state, answer.is_ok());
        answer.unwrap_or_else(|_| ApiError::internal(&"a handler panicked").into_response())
    };
    response = in_envelope(response);
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.entry(CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(POLICY));
    if let Ok(value) = HeaderValue::from_str(&id) {
        headers.insert(REQUEST_ID, value);
    }
    let status = response.status().as_u16();
    let micros = state.clock.monotonic_micros().saturating_sub(started);
    if status >= 500 {
        tracing::warn!(%method, route = template, status, micros, request.id = id, "answered");
    } else {
        tracing::debug!(%method, route = template, status, micros, request.id = id, "answered");
    }
    response
}

/// Whether requests can be answered from what this process has proves it, or not.
fn note(state: &ApiState, is_answered: bool) {
    match &state.replica {
        Some(replica) if is_answered => replica.note_request(),
        Some(replica) => replica.note_panic(),
        None => {}
    }
}

/// Lets the handler answer, for reads as soon as this process knows what the request says it must,
/// and says how new the answer is.
async fn handle(state: &ApiState, request: Request, next: Next) -> Response {
    let template = request.extensions().get::<MatchedPath>();
    let tells = template.is_some_and(|template| fresh::is_told(template.as_str()));
    let deed = match *request.method() {
        Method::GET | Method::HEAD => Deed::Read,
        _ => Deed::Write,
    };
    let reached = match deed {
        Deed::Read if tells => fresh::reach(state, request.headers()).await,
        // What is asked of the process itself needs no configuration.
        Deed::Read | Deed::Write => Ok(()),
    };
    // Before the handler reads anything: what it reads is not older.
    let seen = tells.then(|| Seen::now(state));
    let mut response = match reached {
        Ok(()) => next.run(request).await,
        Err(error) => error.into_response(),
    };
    if let Some(seen) = seen {
        seen.tell(response.headers_mut(), deed);
    }
    response
}

/// Browsers send stored Basic credentials along with what other sites' pages make them send.
fn is_foreign_page(request: &Request) -> bool {
    if matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS) {
        return false;
    }
    let header = |name: HeaderName| request.headers().get(name).map(HeaderValue::as_bytes);
    let authority = || request.uri().authority().map(|a| a.as_str().as_bytes());
    let from = Provenance {
        site: header(HeaderName::from_static("sec-fetch-site")),
        origin: header(ORIGIN),
        host: header(HOST).or_else(authority),
    };
    from.is_foreign()
}

/// What the framework refuses by itself, as an envelope like every other error.
fn in_envelope(response: Response) -> Response {
    let status = response.status();
    let wrapped = !(status.is_client_error() || status.is_server_error())
        || response.headers().contains_key(CONTENT_TYPE)
            && response.headers().get(CONTENT_TYPE).is_some_and(is_json);
    if wrapped {
        return response;
    }
    let (parts, _) = response.into_parts();
    let reason = status.canonical_reason().unwrap_or("The request was refused");
    let mut envelope = ApiError::new(status, format!("{reason}.")).into_response();
    for (name, value) in &parts.headers {
        if name != CONTENT_TYPE && name != http::header::CONTENT_LENGTH {
            envelope.headers_mut().append(name, value.clone());
        }
    }
    envelope
}

fn is_json(value: &HeaderValue) -> bool {
    value.as_bytes().starts_with(b"application/json")
}

/// The type of bodies of answers, for handlers that answer with bytes.
pub(crate) fn bytes_response(kind: &'static str, bytes: impl Into<Body>) -> Response {
    ([(CONTENT_TYPE, HeaderValue::from_static(kind))], bytes.into()).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(raw: &str) -> (String, Option<String>) {
        let request = Request::builder().uri(raw).body(Body::empty()).unwrap();
        let request = canonical(request);
        let tenant = request.extensions().get::<Tenant>().map(|tenant| tenant.0.clone());
        (request.uri().to_string(), tenant)
    }

    #[test]
    fn paths_have_one_spelling() {
        for (raw, plain) in [
            ("/api/xm/1/people/", "/api/xm/1/people"),
            ("/api/xm/1//groups?a=b", "/api/xm/1/groups?a=b"),
            ("//api/xm/1/people/?", "/api/xm/1/people?"),
            ("/api/xm/1/people/a%20b", "/api/xm/1/people/a%20b"),
            ("/api/xm/1/devices/a|Work%20Email", "/api/xm/1/devices/a|Work%20Email"),
            ("/", "/"),
        ] {
            assert_eq!(path(raw), (plain.to_owned(), None), "{raw}");
        }
        let prefixed = ("/api/xm/1/people?x=1".to_owned(), Some("acme".to_owned()));
        assert_eq!(path("/t/acme/api/xm/1/people/?x=1"), prefixed);
    }

    #[test]
    fn no_two_routes_are_the_same() {
        let mut seen = std::collections::BTreeSet::new();
        for route in routes() {
            assert!(seen.insert((route.method, route.path)), "{} {}", route.method, route.path);
        }
        assert!(seen.len() > 20);
    }
}
