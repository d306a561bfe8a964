//! Commands that talk to a server over HTTP, as any other program would.
//!
//! | module | command |
//! |---|---|
//! | [`http`] | one request, and what its answer means |
//! | [`alert`] | `alert list`, `show`, and the answers |
//! | [`watch`] | `alert watch` |
//! | [`event`] | `event send` |
//! | [`integration`] | `integration list` |
//! | [`on_call`] | `oncall` |
//! | [`explain`] | `explain` |
//!
//! Nothing here may know the database or the configuration.

pub(crate) mod http;
pub(crate) mod alert;
pub(crate) mod watch;
pub(crate) mod event;
pub(crate) mod integration;
pub(crate) mod on_call;
pub(crate) mod explain;

use std::future::Future;

use serde_json::Value;
use tokio::runtime::Builder;

use crate::failure::{Exit, Failure};

/// Runs a command on this thread.
pub(crate) fn run<T>(command: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| {
        Failure::new(Exit::Refused, format!("The command cannot be started: {error}."))
    })?;
    runtime.block_on(command)
}

/// The text at a path of an answer, `a/b/c`; empty when there is none.
pub(crate) fn text<'a>(value: &'a Value, path: &str) -> &'a str {
    value.pointer(&format!("/{path}")).and_then(Value::as_str).unwrap_or_default()
}

/// The number at a path of an answer; 0 when there is none.
pub(crate) fn number(value: &Value, path: &str) -> i64 {
    value.pointer(&format!("/{path}")).and_then(Value::as_i64).unwrap_or_default()
}

/// The entries of a list at a path of an answer.
pub(crate) fn list<'a>(value: &'a Value, path: &str) -> &'a [Value] {
    value.pointer(&format!("/{path}")).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// A person as people call them.
pub(crate) fn person_name(person: &Value) -> String {
    let name = format!("{} {}", text(person, "firstName"), text(person, "lastName"));
    if name.trim().is_empty() {
        text(person, "targetName").to_owned()
    } else {
        name.trim().to_owned()
    }
}
