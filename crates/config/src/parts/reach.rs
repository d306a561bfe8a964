//! The written form of a device's kind and address.

use firebell_base::Secret;
use firebell_domain::device::Address;
use serde::{Deserialize, Serialize};

use super::{Part, in_field, wrong};
use crate::words::pick;

/// Kind and address of a device.
#[derive(Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ReachPart {
    pub(crate) device_type: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) email_address: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) phone_number: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) url: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) secret: Option<String>,
}

#[derive(Clone, Copy)]
enum Reach {
    Email,
    Webhook,
    Voice,
    Sms,
}

const REACHES: [(Reach, &str); 4] = [
    (Reach::Email, "EMAIL"),
    (Reach::Webhook, "GENERIC"),
    (Reach::Voice, "VOICE"),
    (Reach::Sms, "TEXT_PHONE"),
];

impl ReachPart {
    pub(crate) fn from_domain(address: &Address) -> Self {
        let mut part = Self { device_type: address.kind().to_owned(), ..Self::default() };
        match address {
            Address::Email(email) => part.email_address = Some(email.clone()),
            Address::Voice(number) | Address::Sms(number) => {
                part.phone_number = Some(number.clone());
            }
            Address::Webhook { url, secret } => {
                part.url = Some(url.clone());
                part.secret = secret.as_ref().map(|secret| secret.expose().to_owned());
            }
        }
        part
    }

    pub(crate) fn to_domain(&self) -> Part<Address> {
        let kind = in_field("deviceType", pick(&REACHES, &self.device_type))?;
        let (wanted, field) = match kind {
            Reach::Email => (&self.email_address, "emailAddress"),
            Reach::Webhook => (&self.url, "url"),
            Reach::Voice | Reach::Sms => (&self.phone_number, "phoneNumber"),
        };
        let kind_word = self.device_type.to_uppercase();
        let text = wanted
            .clone()
            .ok_or_else(|| wrong(field, format!("is required for a device of type {kind_word}")))?;
        let others = [
            ("emailAddress", &self.email_address),
            ("url", &self.url),
            ("phoneNumber", &self.phone_number),
        ];
        if let Some((extra, _)) = others.iter().find(|(name, v)| *name != field && v.is_some()) {
            let message = format!("does not belong to a device of type {kind_word}; use {field}");
            return Err(wrong(*extra, message));
        }
        if self.secret.is_some() && !matches!(kind, Reach::Webhook) {
            return Err(wrong("secret", "belongs only to a device of type GENERIC"));
        }
        Ok(match kind {
            Reach::Email => Address::Email(text),
            Reach::Voice => Address::Voice(text),
            Reach::Sms => Address::Sms(text),
            Reach::Webhook => {
                Address::Webhook { url: text, secret: self.secret.clone().map(Secret::new) }
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_must_fit_its_type() {
        let part = |kind: &str| ReachPart {
            device_type: kind.to_owned(),
            email_address: Some("a@b.example".to_owned()),
            ..ReachPart::default()
        };
        assert_eq!(part("email").to_domain(), Ok(Address::Email("a@b.example".to_owned())));
        assert_eq!(part("VOICE").to_domain().unwrap_err().field, "phoneNumber");
        assert_eq!(part("PIGEON").to_domain().unwrap_err().field, "deviceType");
        let both = ReachPart { phone_number: Some("+4722334455".to_owned()), ..part("EMAIL") };
        assert_eq!(both.to_domain().unwrap_err().field, "phoneNumber");
        let secret = ReachPart { secret: Some("x".to_owned()), ..part("EMAIL") };
        assert_eq!(secret.to_domain().unwrap_err().field, "secret");
    }
}
