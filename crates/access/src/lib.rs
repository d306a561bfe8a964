//! Who may do what: passwords, API keys, integration keys, sessions, roles, signed links.
//!
//! Called by the API, the pages and the pipeline (links in messages). Everything is synchronous;
//! time and randomness are arguments. Cast: [`password`] and [`keys`] know secrets and their
//! hashes, [`cache`] remembers which passwords were right a moment ago, [`guard`] slows down
//! guessing, [`authenticate`] puts these together and makes a [`Principal`], whose permissions
//! [`principal::allows`] decides, and nobody else; [`people`] says what changing somebody needs.
//! [`session`] remembers who signed in, [`token`] is what they show for it, [`reset`] the message to those
//! who forgot their password, [`mod@form`] what they filled in. [`link`] signs the links in messages.
//! [`first_run`] lets in whoever sets up.
//!
//! Nothing here may log, or put a secret into an error or `Debug` output.

pub mod authenticate;
pub mod principal;
pub mod people;
pub mod password;
pub mod keys;
pub mod cache;
pub mod guard;
pub mod link;
pub mod origin;
pub mod token;
pub mod session;
pub mod reset;
pub mod form;
pub mod first_run;
mod uses;

pub use authenticate::{AuthError, Authenticator};
pub use principal::{Forbidden, Operators, Permission, Principal, Scope, Via, allows};
pub use session::Sessions;
pub use token::{TokenError, TokenKind};
