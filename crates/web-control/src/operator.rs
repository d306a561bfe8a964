//! All instances, for operators: the pages across tenants.
//!
//! | module | does |
//! |---|---|
//! | `instances` | the list: search, people, licences, region, revision |
//! | `create` | a new instance, in two steps |
//! | `instance` | one instance, its numbers and the way to its entitlements |
//! | `entitlement` | what an instance is entitled to: preview, guards, set |
//! | `nodes` | the processes that read configuration, and how fresh each is |
//! | `acts` | the audit across instances |
//!
//! Every handler asks first who operates the server (`who`), whatever was linked, typed or posted. Nothing here
//! takes a licence from anybody: the authority does not know how.

mod acts;
mod create;
mod entitlement;
mod instance;
mod instances;
mod nodes;

use std::sync::Arc;

use axum::Router;
use axum::routing::get;
use firebell_config::Author;
use firebell_domain::directory::Directory;
use firebell_domain::instance::InstanceId;
use firebell_ui::part::{Tab, Tabs};
use firebell_ui::{Refusal, Ui, Visit};

use crate::words::WORDS;

/// The routes.
pub(crate) fn router() -> Router<Ui> {
    Router::new()
        .route("/operator", get(instances::show))
        .route("/operator/new", get(create::show).post(create::make))
        .route("/operator/instances/{id}", get(instance::show))
        .route("/operator/instances/{id}/{licence}", get(entitlement::show).post(entitlement::set))
        .route("/operator/nodes", get(nodes::show).post(nodes::verify))
        .route("/operator/audit", get(acts::show))
        .route("/operator/audit/chain", get(acts::chain))
}

/// The views of the console; `here` is the path of the present one.
fn tabs(visit: &Visit, here: &str) -> Tabs {
    let t = visit.say(&WORDS);
    let tab = |label: &str, path: &str| Tab {
        label: t.get(label),
        href: visit.href(path),
        current: path == here,
    };
    let list = vec![
        tab("control-tab-instances", "operator"),
        tab("control-tab-nodes", "operator/nodes"),
        tab("control-tab-acts", "operator/audit"),
    ];
    Tabs::new(t.get("control-operator"), list)
}

/// The instance of a path.
fn instance_of(visit: &Visit, id: &str) -> Result<Arc<Directory>, Refusal> {
    let t = visit.say(&WORDS);
    let id: Option<InstanceId> = id.parse().ok();
    let view = visit.ui.snapshots.view();
    let found = id.and_then(|id| {
        let mut all = view.instances().filter_map(|held| held.directory());
        all.find(|directory| directory.instance.id == id).cloned()
    });
    found.ok_or_else(|| visit.missing(&t.get("control-instance")))
}

/// Who changes something of another instance: a name that is nobody's there.
fn author(visit: &Visit, reason: &str) -> Author {
    let by = visit.author(reason);
    Author { name: format!("operator {} ({})", by.name, visit.directory.instance.name), ..by }
}
