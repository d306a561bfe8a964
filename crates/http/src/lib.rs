//! Connections: how many there may be, how long what may take, how they end when the server stops, and whose word on
//! a client's address counts.
//!
//! The binary serves with it, and so do the measurements: what they measure is what runs. It knows nothing of what is
//! asked or answered.

mod proxies;
mod serve;

pub use proxies::Proxies;
pub use serve::{Answer, Bounds, Doors, Limits, serve};
