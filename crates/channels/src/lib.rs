//! How a message leaves: e-mail, webhook, and an outbox for servers without a mail server.
//!
//! Called by the *deliver* step of the pipeline, which leases a notification, renders it with
//! [`message`], picks a [`Channel`] from the [`Registry`], and records the [`Receipt`] or the
//! [`SendError`]. This crate must never know the store, SQL, or who is on call: a sender gets a
//! finished [`Message`] and returns a receipt.
//!
//! | module | what |
//! |---|---|
//! | [`channel`] | the contract: message, address, receipt, error, trait |
//! | [`registry`] | the configured channels; which one serves an address |
//! | [`email`] | SMTP |
//! | [`webhook`] | signed HTTP POST with a guard against internal targets |
//! | [`outbox`] | keeps e-mail visible where no mail server is configured |
//! | [`template`] | bounded text templates that customers write |
//! | [`message`] | the default texts: mail subject, text, HTML and webhook JSON |

pub mod channel;
pub mod registry;
pub mod email;
pub mod webhook;
pub mod outbox;
pub mod template;
pub mod message;
mod secret;
mod text;
#[cfg(test)]
mod tls_server;

pub use channel::{Address, Channel, Message, Receipt, ResponseOption, SendError, Sending};
pub use firebell_base::Secret;
pub use message::{AlertContext, Overrides, Priority, RenderedEmail, render_email, webhook_body};
pub use registry::{Registry, Settings};
pub use template::{Format, Template, TemplateError, Templates};
