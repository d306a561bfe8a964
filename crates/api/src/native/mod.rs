//! `/api/firebell/1`: what xMatters has no word for, in the same conventions.
//!
//! Alerts with their timelines, answers, the fate of every event, integrations, silences and
//! maintenance windows, *explain*, the outbox, how the server is doing; and the configuration
//! itself: its revisions, its past, the licences, the nodes that read it, the audit.

use crate::routes::Route;

pub mod alerts;
pub mod respond;
pub mod events;
pub mod integrations;
pub mod silences;
pub mod windows;
pub mod explain;
pub mod outbox;
pub mod instance;
pub mod configuration;
pub mod licences;
pub mod replicas;
pub mod audit;
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
    configuration::ROUTES,
    licences::ROUTES,
    replicas::ROUTES,
    audit::ROUTES,
];

/// Where everything is.
pub(crate) const BASE: &str = "/api/firebell/1";
