//! The headers of every page, whatever its status.

use axum::http::{HeaderName, HeaderValue, header};
use axum::response::Response;

/// Scripts and styles of our own only, no frames, nothing from elsewhere; forms only to ourselves.
pub const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
                          connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; \
                          base-uri 'none'; frame-ancestors 'none'";

/// Adds them.
pub async fn of_pages(mut response: Response) -> Response {
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        // A path may hold a token: it must reach neither other sites nor caches nor indexes.
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (HeaderName::from_static("x-robots-tag"), "noindex, nofollow"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ] {
        // A page may have said something of its own.
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    response
}
