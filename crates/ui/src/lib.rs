//! What all pages share: who is on a page, the frame around it, its parts, its words, its assets.
//!
//! | module | does |
//! |---|---|
//! | `state` | what pages stand on |
//! | `visitor`, `visit`, `gate` | who is on a page; nobody gets past the gate without a session |
//! | `frame`, `page` | what surrounds a page; laying it out |
//! | `part` | fields, buttons, badges, notices, pagers: templates of their own |
//! | `form`, `query` | what was entered, bounded |
//! | `refusal`, `reason` | answers in place of a page, and why |
//! | `asker` | whoever asks for a change, looked up again where it is decided |
//! | `write` | a refused change of configuration, in words and by field |
//! | `toast` | what is said on the next page |
//! | `told` | what happened to an alert, in the reader's language |
//! | `words` | sentences, in the reader's language |
//! | `when` | instants in words |
//! | `asset`, `head` | files under their content's hash; the headers every page carries |
//! | `styleguide`, `palette` | the design system to look at; where one can jump to |
//!
//! Page crates (`web-*`) use this and never each other. Nothing here decides who may do what: that is
//! `access`; nor what is true: that is `config` and `store`.

mod asker;
mod asset;
mod form;
mod frame;
mod gate;
mod head;
mod page;
mod palette;
pub mod part;
mod query;
mod reason;
mod refusal;
mod shape;
mod slowly;
mod state;
mod styleguide;
mod toast;
pub mod told;
mod visit;
pub mod visitor;
mod when;
mod words;
pub mod write;

#[cfg(test)]
mod tests;

pub use asker::{Asker, MayNot};
pub use asset::{keep_assets, name_of as asset_name, outside_style};
pub use form::{FORM_BYTES_MAX, Form, TooLarge, read as read_form};
pub use frame::{Area, Frame};
pub use gate::{Kept, SignInPage, only_own_pages, signed_in};
pub use head::{POLICY, of_pages};
pub use page::{page, page_with};
pub use query::{Page, Query};
pub use refusal::{Answer, Refusal, page_for_nowhere};
pub use shape::Shape;
pub use slowly::{Busy, Slowly, Waiting, Work};
pub use state::{Ui, UiParts};
pub use toast::Undo;
pub use visit::Visit;
pub use when::{When, clock, when};
pub use words::{Catalogue, Lang, Say};

use axum::Router;
use axum::routing::get;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{NotForContentType, Predicate as _, SizeAbove};

/// Answers smaller than this, in bytes, are not worth packing.
const PACKED_FROM: u64 = 512;

/// Packs what goes over the wire, but for streams of events: each must leave at once.
pub fn packed(router: Router<Ui>) -> Router<Ui> {
    let worth =
        SizeAbove::new(PACKED_FROM).and(NotForContentType::SSE).and(NotForContentType::IMAGES);
    router.layer(CompressionLayer::new().compress_when(worth))
}

/// The routes of the kit itself that need a session.
pub fn router() -> Router<Ui> {
    Router::new().route("/styleguide", get(styleguide::show)).route("/jump", get(palette::find))
}

/// The routes of the kit itself that need none.
pub fn open_router() -> Router<Ui> {
    Router::new().route("/assets/{file}", get(asset::serve))
}
