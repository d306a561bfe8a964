//! The stories, one file per theme. Each drives the pipeline through its doors with a clock it turns itself.
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "these are tests: what fails is the story, and the kill story says what it counted"
)]

mod lying;
mod servers;

mod away;
mod correlate;
mod data_plane;
mod deliver;
mod escalate;
mod explain;
mod founding;
mod interplay;
mod kill;
mod licences;
mod nested;
mod real_parts;
mod respond;
mod route;
mod rush;
mod senders;
mod survive;
