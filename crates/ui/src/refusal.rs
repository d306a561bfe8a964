//! An answer in place of a page: not here, not allowed, not now.
//!
//! Some refusals are made where nobody knows for whom: a database that does not answer, a form that is too large.
//! They carry what they are, and are laid out where that is known: by the gate for whoever is signed in, and around
//! all pages for everybody else.

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::head::of_pages;
use crate::part::Notice;
use crate::visit::{Visit, root_of};
use crate::words::{Lang, Say, WORDS};

/// What handlers return.
pub type Answer = Result<Response, Refusal>;

/// A page that says why there is none. Boxed: handlers return it by value.
#[derive(Debug)]
pub struct Refusal(Box<Response>);

/// A refusal that is the same for everybody, in the language of whoever reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Common {
    /// The database did not answer in time.
    Unavailable,
    /// A form was too large, or broke off.
    TooLarge,
    /// A page of another site sent the form.
    Foreign,
    /// Who somebody is could not be confirmed.
    Unsure,
    /// There is nothing at this address.
    Nowhere,
}

impl Common {
    const fn status(self) -> StatusCode {
        match self {
            Self::Unavailable | Self::Unsure => StatusCode::SERVICE_UNAVAILABLE,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Foreign => StatusCode::FORBIDDEN,
            Self::Nowhere => StatusCode::NOT_FOUND,
        }
    }

    fn notice(self, t: Say) -> Notice {
        let (word, text) = match self {
            Self::Unavailable => ("ui-unavailable", "ui-no-page-text"),
            Self::TooLarge => ("ui-too-large", "ui-too-large-text"),
            Self::Foreign => ("ui-foreign", "ui-foreign-text"),
            Self::Unsure => ("ui-unsure", "ui-unsure-text"),
            Self::Nowhere => ("ui-missing", "ui-nowhere-text"),
        };
        Notice::wrong(t.get(word), t.get(text))
    }

    /// The page in the plain frame, for somebody with this browser. `root` is the way to the root.
    pub(crate) fn plain(self, root: &str, headers: &HeaderMap) -> Response {
        let lang = Lang::of_browser(headers);
        let t = Say::new(&WORDS, lang);
        let notice = match self {
            Self::Nowhere => self.notice(t).link(t.get("ui-home"), root),
            Self::Unavailable | Self::TooLarge | Self::Foreign | Self::Unsure => self.notice(t),
        };
        let plain = crate::frame::Plain::new(root, lang, notice);
        crate::page::page_with(self.status(), &plain)
    }

    /// The page for whoever is signed in.
    fn framed(self, visit: &Visit) -> Response {
        visit.notice(self.status(), self.notice(visit.say(&WORDS))).into_response()
    }
}

impl Refusal {
    /// Exactly this answer.
    pub fn new(response: Response) -> Self {
        Self(Box::new(response))
    }

    /// What is laid out later; until then it is in English.
    pub(crate) fn common(common: Common) -> Self {
        let mut response = common.plain("", &HeaderMap::new());
        response.extensions_mut().insert(common);
        Self::new(response)
    }
}

/// Lays a refusal out anew for whoever reads it; another answer stays as it is.
pub(crate) fn laid_out(
    mut response: Response,
    lay_out: impl FnOnce(Common) -> Response,
) -> Response {
    let Some(common) = response.extensions_mut().remove::<Common>() else { return response };
    let mut page = lay_out(common);
    if let Some(wait) = response.headers_mut().remove(header::RETRY_AFTER) {
        page.headers_mut().insert(header::RETRY_AFTER, wait);
    }
    page
}

/// The same for whoever is signed in.
pub(crate) fn laid_out_for(visit: &Visit, response: Response) -> Response {
    laid_out(response, |common| common.framed(visit))
}

/// Around everything the server answers: whoever opens an address with a browser where nothing is gets a page
/// instead of the answer that is for programs.
pub async fn page_for_nowhere(request: Request, next: Next) -> Response {
    let wants_page = request.method() == Method::GET
        && !request.uri().path().starts_with("/api/")
        && request.headers().get(header::ACCEPT).is_some_and(|accepted| {
            String::from_utf8_lossy(accepted.as_bytes()).contains("text/html")
        });
    if !wants_page {
        return next.run(request).await;
    }
    let (root, asked) = (root_of(request.uri().path()), language_of(request.headers()));
    let response = next.run(request).await;
    let kind = response.headers().get(header::CONTENT_TYPE).map(HeaderValue::as_bytes);
    let is_page = kind.is_some_and(|kind| kind.starts_with(b"text/html"));
    if response.status() != StatusCode::NOT_FOUND || is_page {
        return response;
    }
    of_pages(Common::Nowhere.plain(&root, &asked)).await
}

/// What a request says of the language it wants, for when the request itself is gone.
pub(crate) fn language_of(headers: &HeaderMap) -> HeaderMap {
    let asked = headers.get(header::ACCEPT_LANGUAGE).cloned();
    asked.map(|value| HeaderMap::from_iter([(header::ACCEPT_LANGUAGE, value)])).unwrap_or_default()
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        *self.0
    }
}

impl From<Response> for Refusal {
    fn from(response: Response) -> Self {
        Self::new(response)
    }
}

/// The cause is logged here, once; the page tells what to do.
impl From<firebell_store::Error> for Refusal {
    fn from(error: firebell_store::Error) -> Self {
        tracing::warn!(%error, cause = error.cause(), "a page could not be read from the database");
        let mut refusal = Self::common(Common::Unavailable);
        refusal.0.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("2"));
        refusal
    }
}
