//! The HTTP APIs: the xMatters-compatible one, Firebell's own, Alertmanager's intake.
//!
//! | part | answers |
//! |---|---|
//! | [`door`] | every request: path, request id, log line, panics |
//! | [`mod@routes`] | the one table of routes |
//! | [`intake`] | senders: triggers, Alertmanager's own API |
//! | [`xm`] | `/api/xm/1`: the shapes xMatters clients know |
//! | [`native`] | `/api/firebell/1`: what xMatters has no word for |
//! | [`feed`] | `/api/firebell/1/feed`: nodes that follow the configuration |
//! | [`oauth`], [`sign_in`] | signing in and out, sessions, forgotten passwords |
//! | `own_password` | one's own password |
//! | [`health`] | `/livez`, `/readyz`, `/metrics` |
//! | [`openapi`] | the description of all of it |
//!
//! Shared: [`state`], [`caller`] (who asks), [`body`], [`page`] and [`condition`] (what they ask),
//! [`error`], [`time`] and [`fresh`] (how they are answered). Here are shapes, look-ups and
//! permissions only: what is right is decided in `domain`, `config` and `pipeline`. Nothing here
//! knows SQL or reads a clock by itself, and no log line holds a path as it was sent: it may
//! contain a key.

mod paced;
mod history;
pub mod state;
pub mod error;
pub mod time;
pub mod page;
pub mod body;
pub mod caller;
pub mod oauth;
pub mod sign_in;
mod own_password;
pub mod condition;
pub mod fresh;
mod licence;
pub mod door;
pub mod routes;
pub mod intake;
pub mod xm;
pub mod native;
pub mod feed;
pub mod health;
pub mod openapi;

#[cfg(test)]
mod tests;

pub use caller::{Caller, Client};
pub use door::{Api, Way};
pub use error::ApiError;
pub use routes::routes;
pub use state::{ApiState, Hashing, Inner};
