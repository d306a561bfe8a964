//! What makes the pages installable: a manifest, icons, and a service worker that keeps files under hashed names
//! and shows an honest page when there is no connection. No page with content is ever kept: what it says must be
//! true when it is read.

use askama::Template;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use firebell_ui::{asset_name, page};

use crate::outside::Outside;

/// How browsers may keep what has no hash in its name: a day.
const A_DAY: &str = "public, max-age=86400";
/// The drawing; the pictures are made from it.
const ICON: &str = include_str!("../assets/icon.svg");
const ICON_192: &[u8] = include_bytes!("../assets/icon-192.png");
const ICON_512: &[u8] = include_bytes!("../assets/icon-512.png");
const MANIFEST: &str = include_str!("../assets/manifest.webmanifest");
/// The worker; `APP_STYLE` stands for the style sheet's name.
const WORKER: &str = include_str!("../assets/sw.js");
const PLACE_OF_STYLE: &str = "APP_STYLE";

#[derive(Debug, Template)]
#[template(path = "offline.html")]
struct Offline {
    outside: Outside,
}

/// `GET /manifest.webmanifest`
pub(crate) async fn manifest() -> Response {
    file("application/manifest+json", A_DAY, MANIFEST.as_bytes().to_vec())
}

/// `GET /sw.js`: asked for anew each time, so that a new release is noticed.
pub(crate) async fn worker() -> Response {
    let text = WORKER.replace(PLACE_OF_STYLE, asset_name("app.css"));
    file("text/javascript; charset=utf-8", "no-cache", text.into_bytes())
}

/// `GET /offline`
pub(crate) async fn offline(headers: HeaderMap) -> Response {
    page(&Offline { outside: Outside::new(&headers, "", "web-offline") })
}

/// `GET /icon.svg`
pub(crate) async fn icon() -> Response {
    file("image/svg+xml", A_DAY, ICON.as_bytes().to_vec())
}

/// `GET /icon-192.png`
pub(crate) async fn icon_192() -> Response {
    file("image/png", A_DAY, ICON_192.to_vec())
}

/// `GET /icon-512.png`
pub(crate) async fn icon_512() -> Response {
    file("image/png", A_DAY, ICON_512.to_vec())
}

fn file(kind: &'static str, kept: &'static str, body: Vec<u8>) -> Response {
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(kept));
    response
}
