//! Style sheets, scripts and pictures, under names made from their content: a browser keeps them for
//! good, and a new release has new names. A page that another release made still finds its files: each
//! process keeps the ones it has in the database, and serves what others kept there.

use std::fmt::Write as _;
use std::sync::OnceLock;

use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use firebell_base::Timestamp;
use firebell_store::{Db, Error, ReadTx, WriteTx, assets};
use sha2::{Digest as _, Sha256};

use crate::state::Ui;

/// Bytes of the content's hash in a name.
const HASH_BYTES: usize = 16;
/// Files of other releases are removed when no process has had them for so long, in days.
const KEPT_DAYS: i64 = 90;

const CSS: &str = "text/css; charset=utf-8";
const JS: &str = "text/javascript; charset=utf-8";

/// The design tokens come first in both sheets.
macro_rules! sheet {
    ($($file:literal),*) => {
        concat!(include_str!("../assets/css/tokens.css"), $(include_str!(concat!("../assets/css/", $file))),*)
    };
}

const OUTSIDE: &str = sheet!("outside.css");
pub(crate) const APP: &str = sheet!(
    "base.css",
    "frame.css",
    "part.css",
    "alerts.css",
    "oncall.css",
    "people.css",
    "control.css",
    "signals.css",
    "personal.css",
    "reports.css"
);

/// What is served: the plain name, the type, the content.
const FILES: [(&str, &str, &str); 11] = [
    ("outside.css", CSS, OUTSIDE),
    ("app.css", CSS, APP),
    ("htmx.js", JS, include_str!("../assets/js/htmx.min.js")),
    ("app.js", JS, include_str!("../assets/js/app.js")),
    ("alerts.js", JS, include_str!("../assets/js/alerts.js")),
    ("oncall.js", JS, include_str!("../assets/js/oncall.js")),
    ("people.js", JS, include_str!("../assets/js/people.js")),
    ("control.js", JS, include_str!("../assets/js/control.js")),
    ("signals.js", JS, include_str!("../assets/js/signals.js")),
    ("personal.js", JS, include_str!("../assets/js/personal.js")),
    ("reports.js", JS, include_str!("../assets/js/reports.js")),
];

struct Asset {
    plain: &'static str,
    name: String,
    content_type: &'static str,
    body: &'static str,
}

fn all() -> &'static [Asset] {
    static ALL: OnceLock<Vec<Asset>> = OnceLock::new();
    ALL.get_or_init(|| {
        let one = |&(plain, content_type, body): &(&'static str, &'static str, &'static str)| {
            let (stem, extension) = plain.rsplit_once('.').unwrap_or((plain, "bin"));
            let name = format!("{stem}-{}.{extension}", digest(body.as_bytes()));
            Asset { plain, name, content_type, body }
        };
        FILES.iter().map(one).collect()
    })
}

fn digest(body: &[u8]) -> String {
    let mut text = String::with_capacity(HASH_BYTES * 2);
    for byte in Sha256::digest(body).iter().take(HASH_BYTES) {
        // Writing to a String cannot fail.
        if write!(text, "{byte:02x}").is_err() {
            break;
        }
    }
    text
}

/// The name of a file with this plain name; the plain name itself if there is none.
pub fn name_of(plain: &'static str) -> &'static str {
    all().iter().find(|asset| asset.plain == plain).map_or(plain, |asset| asset.name.as_str())
}

/// The style sheet of pages outside of the frame, below `/assets/`.
pub fn outside_style() -> &'static str {
    name_of("outside.css")
}

/// Keeps the files of this release in the database, for pages that outlive the process.
///
/// # Errors
/// The database's.
pub async fn keep_assets(db: &Db, now: Timestamp) -> Result<(), Error> {
    db.write("ui.keep_assets", move |tx: &mut WriteTx<'_>| {
        let files: Vec<assets::Asset> = all()
            .iter()
            .map(|asset| assets::Asset {
                name: asset.name.clone(),
                content_type: asset.content_type.to_owned(),
                body: asset.body.as_bytes().to_vec(),
            })
            .collect();
        assets::keep(tx, &files, now)?;
        assets::forget_before(tx, firebell_base::time::add_minutes(now, -KEPT_DAYS * 24 * 60))
    })
    .await
}

/// `GET /assets/{file}`
pub(crate) async fn serve(State(ui): State<Ui>, Path(file): Path<String>) -> Response {
    if let Some(asset) = all().iter().find(|asset| asset.name == file) {
        return answer(asset.content_type, asset.body.as_bytes().to_vec());
    }
    let nosniff = (header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    another(&ui, file).await.map_or_else(
        || (StatusCode::NOT_FOUND, [nosniff], "no such file\n").into_response(),
        |(content_type, body)| answer(content_type, body),
    )
}

/// A file of another release.
async fn another(ui: &Ui, file: String) -> Option<(&'static str, Vec<u8>)> {
    let (_, hash) = file.rsplit_once('.')?.0.rsplit_once('-')?;
    let plain = hash.len() == HASH_BYTES * 2 && hash.bytes().all(|b| b.is_ascii_hexdigit());
    if !plain {
        return None;
    }
    let hash = hash.to_owned();
    let read = ui.db.read("ui.asset", move |tx: &mut ReadTx<'_>| assets::find(tx, &file));
    let found = read.await.unwrap_or_default()?;
    let known = [CSS, JS].into_iter().find(|known| *known == found.content_type)?;
    // A page's scripts are no matter of trust in rows: the content is what the name says.
    (digest(&found.body) == hash).then_some((known, found.body))
}

fn answer(content_type: &'static str, body: Vec<u8>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, content_type),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, body).into_response()
}
