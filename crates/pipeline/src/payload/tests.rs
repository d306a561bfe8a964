//! Tables of good and bad bodies, and that nothing a sender can post breaks a parser.

mod generic;
mod webhook;
mod v2;
mod pagerduty;
mod opsgenie;
mod hostile;
mod corpus;

use firebell_base::time::add_seconds;

use super::*;

/// 2026-03-02T09:00:00Z.
fn now() -> Timestamp {
    "2026-03-02T09:00:00Z".parse().expect("a time")
}

fn at(seconds: i64) -> String {
    add_seconds(now(), seconds).to_string()
}

fn text(value: &str) -> Property {
    Property::Text(value.to_owned())
}
