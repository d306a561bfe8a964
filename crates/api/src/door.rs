//! Every request's way in and out.
//!
//! A request's path is made canonical before it is routed: doubled slashes and one trailing slash
//! do not count, and a prefix `/t/{word}` (an instance's name, or an integration's key) is taken
//! off. Then the handler runs under a guard that turns a panic into an answer and writes the log
//! line: with the route's template, never the path as it was sent, because paths may hold keys.
//!
//! Events come this way, tens of thousands a second, so there is one level of boxed services
//! between a connection and its handler and not one for each of these steps.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
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
use crate::routes::routes;
use crate::state::ApiState;

/// The longest path that is made canonical, in bytes.
const PATH_BYTES_MAX: usize = 8 * 1024;
/// The header that tells a request's id.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Nothing that is answered here is a page, whatever a browser takes it for.
const POLICY: &str = "default-src 'none'; frame-ancestors 'none'; sandbox";
/// What log lines call a path that is nobody's.
const NO_TEMPLATE: &str = "(none)";

/// The word after `/t/` in the path as it was sent. A request extension.
#[derive(Clone)]
pub struct Tenant(pub String);

/// What was taken off the path, for links: nothing, or `/t/{instance}`. A request extension.
#[derive(Clone)]
pub struct Prefix(pub String);

/// The whole API.
#[derive(Clone)]
pub struct Api(Arc<Parts>);

struct Parts {
    state: ApiState,
    /// The templates of the table: which one a path is of is known before its handler is.
    templates: matchit::Router<Template>,
    routed: Router,
}

/// What is known of a route by its path.
#[derive(Debug, Clone, Copy)]
struct Template {
    path: &'static str,
    /// Its answers say how new they are.
    is_told: bool,
}

/// Where a path leads.
#[derive(Debug)]
pub struct Way {
    template: Option<Template>,
    /// The path, and the word after `/t/`; none if the path is canonical as it was sent.
    canonical: Option<(String, Option<String>)>,
}

impl Way {
    /// Whether there is a route with this path, if not with every method.
    pub const fn is_known(&self) -> bool {
        self.template.is_some()
    }
}

impl std::fmt::Debug for Api {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Api")
    }
}

impl Api {
    /// All routes of the table.
    pub fn new(state: ApiState) -> Self {
        Self::with(routes().map(|route| (route.path, (route.handler)())), state)
    }

    /// These routes, behind the same guard: also for measurements, which compare like with like.
    pub fn with(
        routes: impl IntoIterator<Item = (&'static str, MethodRouter<ApiState>)>,
        state: ApiState,
    ) -> Self {
        let (mut routed, mut templates) = (Router::new(), matchit::Router::new());
        for (path, handler) in routes {
            routed = routed.route(path, handler);
            // Several methods of one path are one template; whatever else is wrong with a path,
            // the router has just refused it.
            drop(templates.insert(path, Template { path, is_told: fresh::is_told(path) }));
        }
        let routed = routed.fallback(unknown).method_not_allowed_fallback(wrong_method);
        Self(Arc::new(Parts { routed: routed.with_state(state.clone()), templates, state }))
    }

    /// Where a path leads, as it was sent.
    pub fn way(&self, path: &str) -> Way {
        // No name or key is that long: it is routed as it was sent.
        let is_plain = path.len() > PATH_BYTES_MAX || is_canonical(path);
        let canonical = (!is_plain).then(|| canonical(path));
        let plain = canonical.as_ref().map_or(path, |(plain, _)| plain);
        let template = self.0.templates.at(plain).ok().map(|found| *found.value);
        Way { template, canonical }
    }

    /// Answers a request, whatever it asks for.
    pub async fn answer(&self, request: Request) -> Response {
        let way = self.way(request.uri().path());
        self.answer_on(way, request).await
    }

    /// Answers a request whose way is known.
    pub async fn answer_on(&self, way: Way, mut request: Request) -> Response {
        if let Some((plain, tenant)) = way.canonical {
            rewrite(&mut request, &plain, tenant);
        }
        self.guard(way.template, request).await
    }

    /// Around every handler: request id, panics, the headers of every answer, the log line.
    async fn guard(&self, template: Option<Template>, request: Request) -> Response {
        let state = &self.0.state;
        let started = state.clock.monotonic_micros();
        let id = state.random.uuid(state.clock.now()).to_string();
        let method = request.method().clone();
        let mut response = if is_foreign_page(&request) {
            let message = "Pages of other sites may not act here.";
            ApiError::new(StatusCode::FORBIDDEN, message).into_response()
        } else {
            let is_told = template.is_some_and(|template| template.is_told);
            let answer = AssertUnwindSafe(self.handle(is_told, request)).catch_unwind().await;
            note(state, answer.is_ok());
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
        let route = template.map_or(NO_TEMPLATE, |template| template.path);
        if status >= 500 {
            tracing::warn!(%method, route, status, micros, request.id = id, "answered");
        } else {
            tracing::debug!(%method, route, status, micros, request.id = id, "answered");
        }
        response
    }

    /// Lets the handler answer, for reads as soon as this process knows what the request says it
    /// must, and says how new the answer is.
    async fn handle(&self, is_told: bool, request: Request) -> Response {
        let routed = self.0.routed.clone();
        let routed =
            async |request| routed.oneshot(request).await.unwrap_or_else(|never| match never {});
        if !is_told {
            // What is asked of the process itself, and events, need no configuration.
            return routed(request).await;
        }
        let state = &self.0.state;
        let deed = match *request.method() {
            Method::GET | Method::HEAD => Deed::Read,
            _ => Deed::Write,
        };
        let reached = match deed {
            Deed::Read => fresh::reach(state, request.headers()).await,
            Deed::Write => Ok(()),
        };
        // Before the handler reads anything: what it reads is not older.
        let seen = Seen::now(state);
        let mut response = match reached {
            Ok(()) => routed(request).await,
            Err(error) => error.into_response(),
        };
        seen.tell(response.headers_mut(), deed);
        response
    }
}

impl From<Api> for Router {
    fn from(api: Api) -> Self {
        Self::new().fallback(async move |request: Request| api.answer(request).await)
    }
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

/// The path without what does not count, and the word that was taken off.
fn canonical(path: &str) -> (String, Option<String>) {
    let mut segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
    let mut tenant = None;
    if let ["t", word, ..] = segments.as_slice() {
        tenant = Some((*word).to_owned());
        segments.drain(..2);
    }
    (format!("/{}", segments.join("/")), tenant)
}

/// Whether there is nothing to take off, as nearly always.
fn is_canonical(path: &str) -> bool {
    let is_plain = path.starts_with('/') && !path.contains("//");
    is_plain && !path.ends_with('/') && !path.starts_with("/t/")
}

/// Gives a request its canonical path and remembers what was taken off.
fn rewrite(request: &mut Request, plain: &str, tenant: Option<String>) {
    if plain != request.uri().path() {
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
}

/// Whether requests can be answered from what this process has proves it, or not.
fn note(state: &ApiState, is_answered: bool) {
    match &state.replica {
        Some(replica) if is_answered => replica.note_request(),
        Some(replica) => replica.note_panic(),
        None => {}
    }
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

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    fn path(raw: &str) -> (String, Option<String>) {
        let mut request = Request::builder().uri(raw).body(Body::empty()).unwrap();
        if !is_canonical(request.uri().path()) {
            let (plain, tenant) = canonical(request.uri().path());
            rewrite(&mut request, &plain, tenant);
        }
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
}
