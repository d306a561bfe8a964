//! What makes the pages installable: a manifest, icons, and a service worker that keeps files under hashed names
//! and shows an honest page when there is no connection. No page with content is ever kept: what it says must be
//! true when it is read.

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use firebell_ui::{Ui, asset_name, page};

use crate::outside::Outside;

/// How browsers may keep what has no hash in its name: a day.
const A_DAY: &str = "public, max-age=86400";
/// The drawing; the pictures are made from it.
const ICON: &str = include_str!("../assets/icon.svg");
const ICON_192: &[u8] = include_bytes!("../assets/icon-192.png");
const ICON_512: &[u8] = include_bytes!("../assets/icon-512.png");
const MANIFEST: &str = include_str!("../assets/manifest.webmanifest");
/// The worker; these stand for the names of what the page without a connection is made of, and for the release:
/// a worker that differs makes browsers keep them anew.
const WORKER: &str = include_str!("../assets/sw.js");
const PLACE_OF_STYLE: &str = "APP_STYLE";
const PLACE_OF_SCRIPT: &str = "APP_SCRIPT";
const PLACE_OF_RELEASE: &str = "APP_RELEASE";

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
    let text = WORKER
        .replace(PLACE_OF_STYLE, asset_name("app.css"))
        .replace(PLACE_OF_SCRIPT, asset_name("personal.js"))
        .replace(PLACE_OF_RELEASE, env!("CARGO_PKG_VERSION"));
    file("text/javascript; charset=utf-8", "no-cache", text.into_bytes())
}

/// `GET /offline`. The worker shows it at whatever path somebody wanted to go to, so its ways are absolute.
pub(crate) async fn offline(State(ui): State<Ui>, headers: HeaderMap) -> Response {
    page(&Offline { outside: Outside::new(&headers, mount(&ui.public_url), "web-offline") })
}

/// The path that the server is reached at, with a slash at both ends.
fn mount(public_url: &str) -> String {
    let rest = public_url.split_once("://").map_or("", |(_, rest)| rest);
    match rest.split_once('/').map_or("", |(_, path)| path.trim_matches('/')) {
        "" => "/".to_owned(),
        path => format!("/{path}/"),
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_of_the_server_is_read_from_its_address() {
        for (url, path) in [
            ("https://firebell.example", "/"),
            ("https://firebell.example/", "/"),
            ("http://127.0.0.1:8080/on/call", "/on/call/"),
            ("https://firebell.example/on/call/", "/on/call/"),
        ] {
            assert_eq!(mount(url), path, "{url}");
        }
    }
}
