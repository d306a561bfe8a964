//! The style sheet, under a name made from its content: a browser keeps it for good, and a new
//! release has a new name.

use std::fmt::Write as _;
use std::sync::OnceLock;

use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use sha2::{Digest as _, Sha256};

/// The style sheet.
pub(crate) const STYLE: &str = include_str!("../assets/firebell.css");
/// Bytes of the content's hash in the name.
const HASH_BYTES: usize = 8;

/// The style sheet's file name: 16 hexadecimal digits and `.css`.
pub(crate) fn style_name() -> &'static str {
    static NAME: OnceLock<String> = OnceLock::new();
    NAME.get_or_init(|| {
        let mut name = String::new();
        for byte in Sha256::digest(STYLE.as_bytes()).iter().take(HASH_BYTES) {
            // Writing to a String cannot fail.
            if write!(name, "{byte:02x}").is_err() {
                break;
            }
        }
        name + ".css"
    })
}

/// Serves it. Another name is an older or newer release's, and is not ours to serve.
pub(crate) async fn style_sheet(Path(file): Path<String>) -> Response {
    let nosniff = (header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    if file != style_name() {
        return (StatusCode::NOT_FOUND, [nosniff], "no such file\n").into_response();
    }
    let headers = [
        (header::CONTENT_TYPE, "text/css; charset=utf-8"),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
        nosniff,
    ];
    (headers, STYLE).into_response()
}
