//! `/api/xm/1`: the shapes that xMatters' own clients know.
//!
//! One file per resource, each with its handlers and its `ROUTES`; `shape` has the JSON shapes of
//! the entities. What a shape means is written down where it is made.

use crate::routes::Route;

pub(crate) mod shape;
pub(crate) mod people;
pub(crate) mod devices;
pub(crate) mod groups;
pub(crate) mod members;
pub(crate) mod shifts;
pub(crate) mod on_call;
pub(crate) mod absences;
pub(crate) mod sites;
pub(crate) mod roles;
pub(crate) mod events;

/// The routes of every resource.
pub(crate) const ROUTES: &[&[Route]] = &[
    people::ROUTES,
    devices::ROUTES,
    groups::ROUTES,
    members::ROUTES,
    shifts::ROUTES,
    on_call::ROUTES,
    absences::ROUTES,
    sites::ROUTES,
    roles::ROUTES,
    events::ROUTES,
];
