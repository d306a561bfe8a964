//! The ground everything stands on: time, typed ids, randomness, secrets, back-off and limits.
//!
//! Called by every crate; knows nothing of alerts, SQL or HTTP. This is the only crate that may ask
//! the system for the time or for random bytes: everybody else takes a [`time::Clock`], a
//! [`random::Random`], or plainly a timestamp.

pub mod time;
pub mod random;
pub mod id;
pub mod secret;
pub mod backoff;
pub mod limit;

pub use id::Id;
pub use jiff::Timestamp;
pub use random::Random;
pub use secret::Secret;
pub use time::Clock;
