//! The pages over a real responder on both engines, through the router.

mod contrast;
mod pages;
mod refusals;
mod sign_in;
mod reset;
mod password;
mod world;
