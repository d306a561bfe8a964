//! The kit by itself.

mod contrast;
mod reason;
mod words;
