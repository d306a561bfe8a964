//! How new an answer is, in headers.
//!
//! | header | says |
//! |---|---|
//! | `X-Config-Rev` | in answers to writes: as of which revision it was made or refused |
//! | `X-Min-Rev` | in a request that reads: answer with nothing older than this |
//! | `X-Applied-Rev` | up to which revision this process knew everything when it was asked |
//! | `X-Freshness` | `confirmed`, `lease`, `stale;age=SECONDS` or `unknown` |
//!
//! `confirmed` is what the authority read or wrote after it was asked; `lease` what a replica had
//! that was proven to be the newest a moment ago; `stale` what one had that is not sure of it any
//! more. `X-Config-Rev` is a token for `X-Min-Rev`. Called by the guard around every request and by
//! the handlers that write.

use std::borrow::Cow;
use std::time::Duration;

use axum::response::Response;
use firebell_domain::directory::Revision;
use firebell_domain::name::cut;
use http::header::{ETAG, Entry};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use tokio::time::timeout;

use crate::error::ApiError;
use crate::state::ApiState;

/// The revision of a write.
pub const CONFIG_REV: HeaderName = HeaderName::from_static("x-config-rev");
/// What an answer must at least know.
pub const MIN_REV: HeaderName = HeaderName::from_static("x-min-rev");
/// What this process knows.
pub const APPLIED_REV: HeaderName = HeaderName::from_static("x-applied-rev");
/// How new the answer is.
pub const FRESHNESS: HeaderName = HeaderName::from_static("x-freshness");
/// How long a request waits for a revision that is not here yet.
pub const MIN_REV_WAIT_MAX: Duration = Duration::from_millis(100);

/// Requests that may wait so at the same moment: anybody can send one. More are answered as if the
/// revision had not come.
pub const WAITING_MAX: usize = 256;

/// Whether answers of a route say how new they are: those that show or change configuration. An event is
/// accepted or not, whatever the revision, and many come at once.
pub(crate) fn is_told(template: &str) -> bool {
    template.starts_with("/api/xm/") || template.starts_with("/api/firebell/")
}

/// What a request is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Deed {
    /// To see something.
    Read,
    /// To do something.
    Write,
}

/// What this process knew when a request came.
pub(crate) struct Seen {
    applied: Revision,
    freshness: Cow<'static, str>,
}

impl Seen {
    /// What it knows now.
    pub(crate) fn now(state: &ApiState) -> Self {
        let freshness = match &state.replica {
            None => Cow::Borrowed("unknown"),
            Some(replica) if replica.is_fresh() => Cow::Borrowed("lease"),
            Some(replica) => Cow::Owned(stale(replica.freshness_age())),
        };
        Self { applied: state.snapshots.revision(), freshness }
    }

    /// Says so in an answer, unless the handler knew better.
    pub(crate) fn tell(&self, headers: &mut HeaderMap, deed: Deed) {
        let applied = self.applied.to_string();
        if deed == Deed::Write {
            put_new(headers, CONFIG_REV, &applied);
        }
        put_new(headers, APPLIED_REV, &applied);
        put_new(headers, FRESHNESS, &self.freshness);
    }
}

/// What is known from some time ago; none if it never was sure.
pub(crate) fn stale(age: Option<Duration>) -> String {
    age.map_or_else(|| "unknown".to_owned(), |age| format!("stale;age={}", age.as_secs()))
}

/// Marks an answer as what the authority says, as of a revision.
pub(crate) fn confirmed(mut response: Response, at: Revision) -> Response {
    put_new(response.headers_mut(), CONFIG_REV, &at.to_string());
    put_new(response.headers_mut(), FRESHNESS, "confirmed");
    response
}

/// Puts the `ETag` of an entity, which is the revision that changed it last, on an answer.
pub(crate) fn tagged(mut response: Response, changed: Revision) -> Response {
    put_new(response.headers_mut(), ETAG, &format!("\"{changed}\""));
    response
}

pub(crate) fn put_new(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let (Entry::Vacant(place), Ok(value)) = (headers.entry(name), HeaderValue::from_str(value)) {
        place.insert(value);
    }
}

/// Waits, for a moment only, until this process knows the revision that a request asks for.
///
/// # Errors
/// 400 for a header that is no revision; 425 if the revision does not come.
pub(crate) async fn reach(state: &ApiState, headers: &HeaderMap) -> Result<(), ApiError> {
    let mut given = headers.get_all(MIN_REV).iter();
    let Some(value) = given.next() else { return Ok(()) };
    let text = value.to_str().unwrap_or_default().trim();
    let Some(wanted) = text.parse().ok().filter(|_| given.next().is_none()) else {
        let given = cut(text, 40);
        let message = format!(
            "X-Min-Rev must be one revision as it was answered in X-Config-Rev, such as 1.42, not \
             {given:?}."
        );
        let subcode = "validation.common.min_rev";
        return Err(ApiError::bad_request(subcode, message, &["X-Min-Rev", &given]));
    };
    let behind = || state.snapshots.revision() < wanted;
    if behind()
        && let Ok(_place) = state.waiting().try_acquire()
    {
        // A time-out is no answer: what counts is what is known afterwards.
        drop(timeout(MIN_REV_WAIT_MAX, arrive(state, wanted)).await);
    }
    if !behind() {
        return Ok(());
    }
    state.counts().stale.add(1);
    let own = state.snapshots.revision();
    let message = format!(
        "This server knows the configuration up to revision {own} only, and not yet revision \
         {wanted}. Try again a little later, or ask another server."
    );
    let error = ApiError::new(StatusCode::TOO_EARLY, message).subcode("stale_replica");
    let arguments = vec![wanted.to_string(), own.to_string()];
    Err(ApiError { arguments, retry_after: Some(Duration::from_secs(1)), ..error })
}

async fn arrive(state: &ApiState, wanted: Revision) {
    match &state.replica {
        Some(replica) => drop(replica.wait_for(wanted, MIN_REV_WAIT_MAX).await),
        None => state.look_again().await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_handler_says_stays() {
        let at = Revision { epoch: 2, n: 7 };
        let seen = Seen { applied: Revision { epoch: 2, n: 6 }, freshness: "lease".into() };
        let mut response = tagged(confirmed(Response::default(), at), at);
        seen.tell(response.headers_mut(), Deed::Write);
        let header = |name: &HeaderName| response.headers()[name].to_str().unwrap().to_owned();
        assert_eq!(header(&CONFIG_REV), "2.7");
        assert_eq!(header(&APPLIED_REV), "2.6");
        assert_eq!(header(&FRESHNESS), "confirmed");
        assert_eq!(header(&ETAG), "\"2.7\"");
        let mut plain = HeaderMap::new();
        seen.tell(&mut plain, Deed::Read);
        assert_eq!((&plain[FRESHNESS], plain.len()), (&HeaderValue::from_static("lease"), 2));
        seen.tell(&mut plain, Deed::Write);
        assert_eq!(plain[CONFIG_REV], "2.6");
    }

    #[test]
    fn an_age_nobody_knows_is_not_told_as_one() {
        assert_eq!(stale(Some(Duration::from_millis(12_900))), "stale;age=12");
        assert_eq!(stale(None), "unknown");
    }
}
