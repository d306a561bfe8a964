//! The channel that does not send: e-mail stays visible where no mail server is configured.
//!
//! The pipeline stores the rendered message anyway; the receipt says where to look. Picked by the
//! registry only when no SMTP server is configured, so that a trial needs no set-up.

use crate::channel::{Address, Channel, Message, Receipt, Sending};

/// Accepts e-mail and keeps it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Outbox;

impl Channel for Outbox {
    fn name(&self) -> &'static str {
        "outbox"
    }

    fn accepts(&self, address: &Address) -> bool {
        matches!(address, Address::Email(_))
    }

    fn send<'a>(&'a self, _message: &'a Message) -> Sending<'a> {
        Box::pin(async move {
            Ok(Receipt {
                provider: self.name().to_owned(),
                provider_id: None,
                detail: "No mail server is configured: the message was not sent and is kept \
                         visible in the outbox."
                    .to_owned(),
            })
        })
    }
}
