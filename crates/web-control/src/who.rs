//! Who may see these pages: administrators their instance, operators all of them.
//!
//! Called first by every handler, also of what is posted. The rule itself is `access`'s; here is only what it
//! is asked with: the setting, and which instances there are.

use axum::http::StatusCode;
use firebell_access::principal::Operators;
use firebell_access::{Permission, Scope};
use firebell_store::{Error, ReadTx, configuration as rows};
use firebell_ui::part::Notice;
use firebell_ui::{Refusal, Visit};

use crate::words::WORDS;

/// Whether the visitor administers their instance.
///
/// # Errors
/// 403.
pub(crate) fn administer(visit: &Visit) -> Result<(), Refusal> {
    visit.require(Permission::Administer, &Scope::Instance)
}

/// Whether the visitor operates the server, as far as this process knows: for what is only shown.
///
/// # Errors
/// 403; if nobody does, the page says what to do about that.
pub(crate) fn operate(visit: &Visit) -> Result<(), Refusal> {
    let operators = visit.operators();
    let refused = visit.require(Permission::Operate, &Scope::Server(operators));
    if refused.is_ok() || !visit.may(Permission::Administer, &Scope::Instance) {
        return refused;
    }
    let t = visit.say(&WORDS);
    let (title, text) = match operators {
        Operators::Of(_) => return refused,
        Operators::NotSet => ("control-nobody-operates", "control-nobody-operates-unset"),
        Operators::NotThere => ("control-nobody-operates", "control-nobody-operates-gone"),
    };
    Err(visit.notice(StatusCode::FORBIDDEN, Notice::info(t.get(title), t.get(text))))
}

/// The same for what changes something: a process that has missed the second instance lets nobody in.
///
/// # Errors
/// 403; 503 if the database cannot be asked.
pub(crate) async fn operate_now(visit: &Visit) -> Result<(), Refusal> {
    operate(visit)?;
    if visit.ui.operator_instance.is_some() {
        return Ok(());
    }
    let count = |tx: &mut ReadTx<'_>| rows::instance_count(tx);
    let count: Result<i64, Error> = visit.ui.db.read("control.instances", count).await;
    if count? == 1 {
        return Ok(());
    }
    visit.require(Permission::Operate, &Scope::Server(Operators::NotSet))
}
