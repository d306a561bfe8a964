//! The kit by itself.

mod contrast;
mod words;
