//! The binary as people and their scripts use it: each test runs the built program.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test's way to fail"
)]

#[path = "suite/support.rs"]
mod support;
#[path = "suite/words.rs"]
mod words;
#[path = "suite/configuration.rs"]
mod configuration;
#[path = "suite/backup.rs"]
mod backup;
#[path = "suite/serving.rs"]
mod serving;
#[path = "suite/plane.rs"]
mod plane;
#[path = "suite/replicas.rs"]
mod replicas;
#[path = "suite/demo.rs"]
mod demo;
