//! The gate around the pages: nobody gets past it without a session, and no form of another site.
//!
//! Who was signed out while filling in a form loses nothing: what was entered is kept on the page to sign
//! in, and offered again afterwards.

use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use firebell_access::authenticate::UNCONFIRMED_RETRY;
use firebell_access::origin::Provenance;

use crate::form::{FORM_BYTES_MAX, Form};
use crate::query::encode;
use crate::refusal::{Common, laid_out, laid_out_for, language_of};
use crate::state::Ui;
use crate::toast::{Toast, cookie, is_local};
use crate::visit::{Theme, Visit, lead_to, root_of};
use crate::visitor::{SignedIn, Who, forget, who};
use crate::words::Lang;

/// The cookie of the theme; scripts may write it.
const THEME: &str = "firebell_theme";

/// What somebody entered who was no longer signed in: carried through signing in as hidden fields.
#[derive(Debug, Clone)]
pub struct Kept {
    /// Where it was sent, from the root, without its slash.
    pub action: String,
    /// What was entered.
    pub fields: Vec<(String, String)>,
}

impl Kept {
    /// What a kept field is called on its way through signing in.
    const PREFIX: &str = "kept.";
    /// The name of the field that says where it was sent.
    const ACTION: &str = "kept-action";

    /// The hidden fields of the form to sign in.
    pub fn hidden(&self) -> Vec<(String, String)> {
        let action = (Self::ACTION.to_owned(), self.action.clone());
        let fields = self.fields.iter().map(|(k, v)| (format!("{}{k}", Self::PREFIX), v.clone()));
        std::iter::once(action).chain(fields).collect()
    }

    /// What came through, if it is for one of our own pages.
    pub fn of(form: &Form) -> Option<Self> {
        let action = form.text(Self::ACTION);
        if !is_local(action) {
            return None;
        }
        let fields = form.pairs().iter();
        let fields =
            fields.filter_map(|(k, v)| Some((k.strip_prefix(Self::PREFIX)?.to_owned(), v.clone())));
        Some(Self { action: action.to_owned(), fields: fields.collect() })
    }
}

/// How the page to sign in is laid out for somebody with entries to keep; the crate with that page says.
pub type SignInPage = fn(&Ui, &Parts, Kept) -> Response;

/// Lets signed-in people pass, with a [`Visit`] in the request. The others are led to where they can sign in.
pub async fn signed_in(
    State((ui, sign_in)): State<(Ui, SignInPage)>,
    mut request: Request,
    next: Next,
) -> Response {
    let headers = request.headers();
    let partial = headers.contains_key("hx-request") && !headers.contains_key("hx-boosted");
    let path = request.uri().path().to_owned();
    let root = root_of(&path);
    match who(&ui, headers) {
        Who::In(visitor) => {
            let visit = visit(&ui, *visitor, headers, (&root, &path), partial);
            let said = visit.toast.is_some() && !partial && request.method() == Method::GET;
            request.extensions_mut().insert(visit.clone());
            let mut response = laid_out_for(&visit, next.run(request).await);
            if said && is_page(&response) {
                Toast::forget(&ui, &mut response);
            }
            response
        }
        Who::Unconfirmed => {
            let mut response = Common::Unsure.plain(&root, headers);
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, UNCONFIRMED_RETRY.as_secs().max(1).into());
            response
        }
        Who::Nobody => outside(&ui, sign_in, request, &root, partial).await,
    }
}

async fn outside(
    ui: &Ui,
    sign_in: SignInPage,
    request: Request,
    root: &str,
    partial: bool,
) -> Response {
    let (parts, body) = request.into_parts();
    let local = parts.uri.path().trim_start_matches('/');
    if parts.method == Method::POST && !partial && is_local(local) {
        return match to_bytes(body, FORM_BYTES_MAX).await {
            Ok(bytes) => {
                let fields = Form::of(&bytes).pairs().to_vec();
                sign_in(ui, &parts, Kept { action: local.to_owned(), fields })
            }
            Err(_) => Common::TooLarge.plain(root, &parts.headers),
        };
    }
    let mut place = format!("{root}sign-in?next=");
    let here = parts.uri.path_and_query().map_or("/", |here| here.as_str());
    if parts.method == Method::GET && !partial {
        encode(&mut place, here);
    } else {
        place.push_str("%2F");
    }
    if partial {
        // A part of a page cannot be a page: the script leads the whole page there.
        let mut response = StatusCode::UNAUTHORIZED.into_response();
        if let Ok(place) = HeaderValue::from_str(&place) {
            response.headers_mut().insert("hx-redirect", place);
        }
        return response;
    }
    let mut response = lead_to(&place);
    forget(ui, &mut response);
    response
}

fn visit(
    ui: &Ui,
    visitor: SignedIn,
    headers: &HeaderMap,
    way: (&str, &str),
    partial: bool,
) -> Visit {
    let SignedIn { claims, directory, person, principal } = visitor;
    let lang = Lang::of_tag(&person.language).unwrap_or_default();
    Visit {
        ui: ui.clone(),
        claims,
        directory,
        principal,
        now: ui.clock.now(),
        lang,
        root: way.0.into(),
        path: way.1.into(),
        partial,
        theme: Theme::of(cookie(headers, THEME).unwrap_or_default()),
        toast: Toast::take(ui, headers),
        person,
    }
}

fn is_page(response: &Response) -> bool {
    let html = |value: &HeaderValue| value.as_bytes().starts_with(b"text/html");
    response.headers().get(header::CONTENT_TYPE).is_some_and(html)
}

/// Refuses forms that pages of other sites send. Around all pages that use the cookie.
pub async fn only_own_pages(request: Request, next: Next) -> Response {
    let (method, headers) = (request.method(), request.headers());
    let host = headers.get(header::HOST).map(HeaderValue::as_bytes);
    let host = host.or_else(|| request.uri().authority().map(|a| a.as_str().as_bytes()));
    if is_foreign(method, headers, host) {
        return Common::Foreign.plain(&root_of(request.uri().path()), headers);
    }
    let (root, asked) = (root_of(request.uri().path()), language_of(headers));
    let response = next.run(request).await;
    let mut response = laid_out(response, |common| common.plain(&root, &asked));
    // Not `no-referrer`: with that browsers hide the origin of our own forms too.
    let policy = HeaderValue::from_static("same-origin");
    response.headers_mut().insert(header::REFERRER_POLICY, policy);
    response
}

/// Whether a page of another site caused the request.
fn is_foreign(method: &Method, headers: &HeaderMap, host: Option<&[u8]>) -> bool {
    if matches!(*method, Method::GET | Method::HEAD) {
        return false;
    }
    let header = |name: HeaderName| headers.get(name).map(HeaderValue::as_bytes);
    let site = header(HeaderName::from_static("sec-fetch-site"));
    Provenance { site, origin: header(header::ORIGIN), host }.is_foreign()
}
