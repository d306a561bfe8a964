//! Devices: the ways to reach a person.

use firebell_base::Id;

use crate::alert::Priority;
use crate::name::Name;
use crate::person::{PersonId, Status};
use crate::schedule::timeframe::Timeframe;

/// The id of a device.
pub type DeviceId = Id<Device>;

/// One way to reach a person.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::struct_field_names, reason = "default device is the field's standard term")]
pub struct Device {
    /// Identity.
    pub id: DeviceId,
    /// Whose it is; never changes.
    pub owner: PersonId,
    /// What it is called, such as `Work Email`: unique per owner.
    pub name: Name,
    /// Kind and address.
    pub address: Address,
    /// Place in the owner's order, from 1.
    pub sequence: u16,
    /// Minutes to wait after this device before the owner's next one is used.
    pub delay_minutes: u16,
    /// The lowest priority that reaches this device.
    pub priority_threshold: Priority,
    /// When it may be used; none means always.
    pub timeframes: Vec<Timeframe>,
    /// The failsafe: used when no other device of the owner can be.
    pub default_device: bool,
    /// Whether it is used at all.
    pub status: Status,
    /// Key in another system.
    pub external_key: Option<String>,
    /// Whether another system owns this entry.
    pub externally_owned: bool,
}

/// Kind and address of a device in one: no e-mail device has a telephone number.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Address {
    /// An e-mail address.
    Email(String),
    /// A URL that takes a JSON POST, signed with the secret when there is one.
    Webhook {
        /// Where to post.
        url: String,
        /// The signing secret (`whsec_…`).
        secret: Option<firebell_base::Secret>,
    },
    /// A telephone that rings, E.164.
    Voice(String),
    /// A telephone that gets text messages, E.164.
    Sms(String),
}

impl Address {
    /// The kind's word on the wire. `GENERIC` is xMatters' word for what it has no channel for.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Email(_) => "EMAIL",
            Self::Webhook { .. } => "GENERIC",
            Self::Voice(_) => "VOICE",
            Self::Sms(_) => "TEXT_PHONE",
        }
    }
}

/// Whether `text` can be an e-mail address: one `@`, something on both sides, a dot-separated
/// domain, no white space or control characters, at most 254 characters (RFC 5321 section 4.5.3.1).
pub fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else {
        return false;
    };
    let clean = |part: &str| {
        !part.is_empty()
            && part.chars().all(|c| {
                !c.is_whitespace() && !crate::name::is_invisible(c) && !"<>()[]\\,;:\"@".contains(c)
            })
    };
    text.len() <= 254
        && local.len() <= 64
        && clean(local)
        && clean(domain)
        && domain.split('.').all(|label| {
            !label.is_empty()
                && label.len() <= 63
                && !label.starts_with('-')
                && !label.ends_with('-')
        })
}

/// Whether `text` is a telephone number in E.164: `+` and 7 to 15 digits, the first not 0, with an
/// optional `;ext=` and up to 10 digits.
pub fn is_phone(text: &str) -> bool {
    let (number, extension) = text.split_once(";ext=").unwrap_or((text, "0"));
    let digits = |t: &str| t.chars().all(|c| c.is_ascii_digit());
    number
        .strip_prefix('+')
        .is_some_and(|n| (7..=15).contains(&n.len()) && digits(n) && !n.starts_with('0'))
        && (1..=10).contains(&extension.len())
        && digits(extension)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn emails() {
        for good in ["a@b.example", "first.last+tag@mail.example.org", "a@localhost"] {
            assert!(is_email(good), "{good}");
        }
        for bad in [
            "",
            "a",
            "@b",
            "a@",
            "a b@c.d",
            "a@b..c",
            "a@-b.c",
            "a@b\r\nBcc: x@y.z",
            "a@b@c.d",
            "<a@b.c>",
        ] {
            assert!(!is_email(bad), "{bad:?}");
        }
    }

    #[test]
    fn phones() {
        for good in ["+4722334455", "+14155550100;ext=12"] {
            assert!(is_phone(good), "{good}");
        }
        for bad in
            ["22334455", "+0123456789", "+47 22 33", "+47", "+4722334455;ext=", "+4722334455;ext=x"]
        {
            assert!(!is_phone(bad), "{bad}");
        }
    }
}
