//! An answer in place of a page: not here, not allowed, not now.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::part::Notice;

/// What handlers return.
pub type Answer = Result<Response, Refusal>;

/// A page that says why there is none. Boxed: handlers return it by value.
#[derive(Debug)]
pub struct Refusal(Box<Response>);

impl Refusal {
    /// Exactly this answer.
    pub fn new(response: Response) -> Self {
        Self(Box::new(response))
    }

    /// A page of one notice in the plain frame.
    pub(crate) fn plain(status: StatusCode, root: &str, notice: Notice) -> Self {
        Self::new(crate::page::page_with(status, &crate::frame::Plain::new(root, notice)))
    }
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
        let notice = Notice::wrong(
            "Not just now",
            "The database did not answer in time, so this page cannot be shown. Alerts are taken and sent \
             all the same. Load the page again in a moment.",
        );
        let mut refusal = Self::plain(StatusCode::SERVICE_UNAVAILABLE, "", notice);
        refusal.0.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("2"));
        refusal
    }
}
