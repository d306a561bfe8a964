//! The API through its router, over a real database, on both engines.

pub(crate) mod world;

mod access;
mod sign_in;
mod account;
mod attacks;
mod tenants;
mod intake;
mod integrations;
mod senders;
mod fresh;
mod alertmanager;
mod alerts;
mod native;
mod server;
mod conditions;
mod licences;
mod crowd;
mod plane;
mod every_route;
