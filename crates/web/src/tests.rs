//! The pages over a real responder on both engines, through the router.

mod pages;
mod refusals;
mod sign_in;
mod reset;
mod password;
mod own;
mod devices;
mod others;
mod account;
mod start;
mod world;
