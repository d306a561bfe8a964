//! The contract between the pipeline and a channel: message, address, receipt, error, trait.
//!
//! Built by the pipeline's *deliver* step, used by every channel. Nothing here may look anything
//! up: whatever a channel needs is in the message.

use std::{fmt, future::Future, pin::Pin, time::Duration};

use jiff::Timestamp;

use crate::{Secret, text};

/// Everything a channel may need, already rendered by the caller.
#[derive(Clone, Debug)]
pub struct Message {
    /// Idempotency key, stable over retries: becomes Message-ID, `Idempotency-Key`, `webhook-id`.
    pub key: String,
    /// The customer's instance name.
    pub instance: String,
    /// The alert's number within the instance.
    pub alert_number: i64,
    /// Where it goes.
    pub to: Address,
    /// The person's name; may be empty.
    pub recipient_name: String,
    /// BCP 47 language of the texts, such as `en`.
    pub language: String,
    /// One line.
    pub subject: String,
    /// Plain text body.
    pub text: String,
    /// HTML twin of `text`.
    pub html: Option<String>,
    /// Body of a webhook; without it a small object is made from the texts.
    pub json: Option<serde_json::Value>,
    /// One-tap answers.
    pub options: Vec<ResponseOption>,
    /// Stable per alert, so that mail programs show one conversation.
    pub thread: Option<String>,
    /// When this attempt is made; also the time that is signed.
    pub sent_at: Timestamp,
}

/// An answer the recipient can give with one tap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResponseOption {
    /// The digit to press or send, from 1.
    pub number: u8,
    /// What the answer says, such as `Acknowledge`.
    pub text: String,
    /// Absolute link that gives the answer.
    pub link: String,
}

/// Where a message goes. `Debug` shows only the kind: addresses are personal.
#[derive(Clone, PartialEq, Eq)]
pub enum Address {
    /// An e-mail address, without a display name.
    Email(String),
    /// A webhook with its signing key or keys (`whsec_…`, separated by blanks while rotating).
    Url {
        /// Absolute http or https address.
        url: String,
        /// Signing keys.
        secret: Option<Secret>,
    },
    /// A telephone number in E.164 form, for text messages and voice.
    Phone(String),
    /// A token of a push or chat service.
    Token(String),
}

impl Address {
    /// The kind in one word, for logs and errors.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Email(_) => "e-mail",
            Self::Url { .. } => "webhook",
            Self::Phone(_) => "phone",
            Self::Token(_) => "token",
        }
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address({})", self.kind())
    }
}

/// The provider accepted the message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// Channel name, such as `email`.
    pub provider: String,
    /// The provider's own identifier of the message, if it gave one.
    pub provider_id: Option<String>,
    /// One public line for the alert's timeline.
    pub detail: String,
}

/// The provider did not accept the message. Reasons are public sentences without secrets.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// Worth another try.
    #[error("{reason}")]
    Temporary {
        /// What happened, at most 300 characters.
        reason: String,
        /// The provider's wish, already bounded.
        retry_after: Option<Duration>,
    },
    /// Another try would meet the same refusal.
    #[error("{reason}")]
    Permanent {
        /// What happened and what to change, at most 300 characters.
        reason: String,
    },
}

impl SendError {
    /// A temporary failure without a wish for when to retry.
    pub fn temporary(reason: impl AsRef<str>) -> Self {
        let reason = text::one_line(reason.as_ref(), text::SENTENCE_CHARS_MAX);
        Self::Temporary { reason, retry_after: None }
    }

    /// A final failure.
    pub fn permanent(reason: impl AsRef<str>) -> Self {
        Self::Permanent { reason: text::one_line(reason.as_ref(), text::SENTENCE_CHARS_MAX) }
    }

    /// The public sentence.
    pub fn reason(&self) -> &str {
        match self {
            Self::Temporary { reason, .. } | Self::Permanent { reason } => reason,
        }
    }
}

/// What [`Channel::send`] returns.
pub type Sending<'a> = Pin<Box<dyn Future<Output = Result<Receipt, SendError>> + Send + 'a>>;

/// A way for a message to leave. `send` ends within the channel's own configured time.
pub trait Channel: Send + Sync {
    /// Stable lower-case name, used in receipts and metrics.
    fn name(&self) -> &'static str;

    /// Whether this channel serves such an address.
    fn accepts(&self, address: &Address) -> bool;

    /// Sends once. Dropping the future abandons the attempt; its outcome is then unknown.
    fn send<'a>(&'a self, message: &'a Message) -> Sending<'a>;
}

#[cfg(test)]
pub(crate) fn sample(to: Address) -> Message {
    Message {
        key: "n-42-1".to_owned(),
        instance: "acme".to_owned(),
        alert_number: 42,
        to,
        recipient_name: "Ana Sample".to_owned(),
        language: "en".to_owned(),
        subject: "Disk full on db-1".to_owned(),
        text: "Disk full on db-1".to_owned(),
        html: None,
        json: None,
        options: Vec::new(),
        thread: None,
        sent_at: Timestamp::from_second(1_767_225_600).unwrap(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_no_personal_data() {
        let secret = Some(Secret::new("whsec_abc"));
        let url = "https://hooks.example.com/T0/secret-path".to_owned();
        let shown = format!("{:?}", sample(Address::Url { url, secret }));
        assert!(shown.contains("Address(webhook)"), "{shown}");
        assert!(!shown.contains("secret-path") && !shown.contains("whsec"), "{shown}");
    }

    #[test]
    fn reasons_are_bounded_single_lines() {
        let e = SendError::permanent(format!("a\r\nb{}", "x".repeat(10_000)));
        assert!(e.reason().starts_with("a bx"), "{e}");
        assert_eq!(e.reason().chars().count(), text::SENTENCE_CHARS_MAX);
    }
}
