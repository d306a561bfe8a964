//! The headers of every page, whatever its status.

use axum::http::{HeaderValue, header};
use axum::response::Response;

/// No scripts, no frames, nothing from elsewhere; forms only to ourselves.
pub(crate) const POLICY: &str = "default-src 'none'; style-src 'self'; form-action 'self'; \
                                 base-uri 'none'; frame-ancestors 'none'";

/// Adds them.
pub(crate) async fn of_pages(mut response: Response) -> Response {
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        // The path holds the token: it must reach neither other sites nor caches nor indexes.
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
        (header::HeaderName::from_static("x-robots-tag"), "noindex, nofollow"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ] {
        // A page may have said something of its own.
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}
