//! `/api/firebell/1`: what xMatters has no word for, in the same conventions.
//!
//! Alerts with their timelines, answers, the fate of every event, integrations, silences and
//! maintenance windows, *explain*, the outbox, and how the server is doing.

use crate::server::Route;

pub mod alerts;
pub mod respond;
pub mod events;
pub mod integrations;
pub mod silences;
pub mod windows;
pub mod explain;
pub mod outbox;
pub mod instance;
mod matchers;
mod shape;

/// The routes of every part.
pub(crate) const ROUTES: &[&[Route]] = &[
    alerts::ROUTES,
    respond::ROUTES,
    events::ROUTES,
    integrations::ROUTES,
    silences::ROUTES,
    windows::ROUTES,
    explain::ROUTES,
    outbox::ROUTES,
    instance::ROUTES,
];

/// Where everything is.
pub(crate) const BASE: &str = "/api/firebell/1";
