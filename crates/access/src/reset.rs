//! The message with which somebody who forgot their password sets a new one.
//!
//! Made by [`crate::authenticate`], sent by the binary. It must reach nobody but the person: the
//! link in it is as good as their password until it is used.

use std::sync::Arc;

use firebell_base::{Secret, Timestamp};
use firebell_domain::device::Address;
use firebell_domain::directory::Directory;
use firebell_domain::person::{Person, Status};

use crate::session::RESET_SECONDS;

/// Addresses of one person that get the message.
pub const ADDRESSES_MAX: usize = 3;

/// Takes messages to be sent. Must return at once and never say whether it worked: whoever asked
/// for a new password must not learn from it whether the user exists.
pub type Mailer = Arc<dyn Fn(ResetMail) + Send + Sync>;

/// A message that is to be sent by e-mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResetMail {
    /// To which addresses.
    pub to: Vec<String>,
    /// The person's name.
    pub name: String,
    /// The instance's name.
    pub instance: String,
    /// What they sign in with.
    pub login: String,
    /// The token of the link.
    pub token: Secret,
    /// When it was asked for.
    pub at: Timestamp,
}

impl ResetMail {
    /// The message for a person; none without an active e-mail device.
    pub(crate) fn to(
        directory: &Directory,
        person: &Person,
        token: Secret,
        at: Timestamp,
    ) -> Option<Self> {
        let mut devices: Vec<_> = directory.devices_of(person.id).collect();
        devices.sort_by_key(|device| (device.sequence, device.id));
        let active = devices.iter().filter(|device| device.status == Status::Active);
        let addresses = active.filter_map(|device| match &device.address {
            Address::Email(address) => Some(address.clone()),
            Address::Webhook { .. } | Address::Voice(_) | Address::Sms(_) => None,
        });
        let to: Vec<String> = addresses.take(ADDRESSES_MAX).collect();
        (!to.is_empty()).then(|| Self {
            to,
            name: person.display_name(),
            instance: directory.instance.name.to_string(),
            login: person.web_login.to_string(),
            token,
            at,
        })
    }

    /// The subject line.
    pub fn subject(&self) -> String {
        format!("Set a new Firebell password for {}", self.instance)
    }

    /// The text, with the link below `public_url` (no slash at its end). Secret: it holds the token.
    pub fn text(&self, public_url: &str) -> Secret {
        let Self { name, instance, login, token, .. } = self;
        let minutes = RESET_SECONDS / 60;
        Secret::new(format!(
            "Hello {name},\n\
             \n\
             somebody, probably you, asked for a new password for {login} at {instance}.\n\
             Open this link to set one:\n\
             \n\
             {public_url}/reset/{}\n\
             \n\
             The link works once, for {minutes} minutes. If you did not ask, do nothing: your \
             password\nstays as it is. Do not pass the link on.\n",
            token.expose()
        ))
    }
}
