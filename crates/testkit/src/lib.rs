//! What tests share: a temporary PostgreSQL, both engines, and a world with a fake clock.
//!
//! For tests only: what fails here panics with the reason.

pub mod http;
pub mod log;
pub mod pages;
pub mod postgres;
pub mod process;
pub mod told;
pub mod words;
pub mod world;
