//! The event's way: intake, correlate, route, escalate, notify, deliver, respond.
//!
//! | step | file | pure part | writes |
//! |---|---|---|---|
//! | intake | [`intake`], [`payload`] | bytes → drafts | journal |
//! | correlate | `correlate` | events + open alerts → new, folded, closed alerts | events, alerts |
//! | route | `route` | alert → whom it concerns (rules in `domain::routing`) | timeline |
//! | escalate | `escalate` | a due walk → its next turn (rules in `domain::escalation`) | escalations |
//! | notify | `notify` | whom → which devices, when (rules in `domain::devices`) | notifications |
//! | deliver | [`deliver`], `render` | notification → message | deliveries, outbox |
//! | respond | [`respond`] | answer → effect (rules in `domain::response`) | responses |
//!
//! `engine` drives steps 2 to 5 in one transaction per turn: it looks at the database, moves what is due one
//! step, and hands what is to be sent to *deliver*. It is woken by hints and by time and behaves the same
//! both ways. Steps never call each other's insides: they meet in [`changes`], the list of what one
//! transaction writes.
//!
//! Beside the way of events stands [`probe`], which tries people's devices.
//!
//! This crate reads configuration from the in-memory directory only, and knows nothing of HTTP.

pub mod payload;
pub mod limits;
pub mod metrics;
mod record;
pub mod intake;
mod changes;
mod moment;
mod words;
mod correlate;
mod route;
mod escalate;
mod walk;
mod notify;
mod engine;
mod render;
pub mod deliver;
pub mod respond;
pub mod explain;
pub mod preview;
pub mod ahead;
pub mod live;
pub mod probe;
pub mod retention;
mod parts;

pub use engine::{Engine, EngineError, Job, Step, Turn};
pub use parts::{Links, Parts, Pipeline, Stop};
