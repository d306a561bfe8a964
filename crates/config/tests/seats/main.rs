//! Seats: the transaction that takes and releases them, against a model, against every interleaving of a
//! small world, and in a race, on both engines.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails"
)]

mod support;
mod model;
mod history;
mod exhaustive;
mod race;
mod numbers;
