//! The configured channels, and which of them serves an address.
//!
//! Built once at start-up by the binary, read by the pipeline's *deliver* step.

use crate::{
    channel::{Address, Channel},
    email,
    outbox::Outbox,
    webhook,
};

/// What the operator configures, as one table of the configuration file.
#[derive(Clone, Debug, Default, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// The mail server; without it e-mail goes to the outbox.
    pub email: Option<email::Config>,
    /// Limits and permissions of outgoing webhooks.
    pub webhook: webhook::Config,
}

/// The channels in the order in which they are asked.
pub struct Registry {
    channels: Vec<Box<dyn Channel>>,
    outbox: Outbox,
}

impl Registry {
    /// A registry that only keeps e-mail in the outbox; add channels to it.
    pub fn new() -> Self {
        Self { channels: Vec::new(), outbox: Outbox }
    }

    /// Builds every configured channel.
    ///
    /// # Errors
    /// All faults of all channels together, each naming its field.
    pub fn from_settings(settings: &Settings) -> Result<Self, Vec<String>> {
        let mut registry = Self::new();
        let mut faults = Vec::new();
        if let Some(config) = &settings.email {
            match email::Email::new(config.clone()) {
                Ok(channel) => registry.add(Box::new(channel)),
                Err(found) => faults.extend(found),
            }
        }
        match webhook::Webhook::new(settings.webhook.clone()) {
            Ok(channel) => registry.add(Box::new(channel)),
            Err(found) => faults.extend(found),
        }
        if faults.is_empty() { Ok(registry) } else { Err(faults) }
    }

    /// Adds a channel; the ones added first are asked first.
    pub fn add(&mut self, channel: Box<dyn Channel>) {
        self.channels.push(channel);
    }

    /// The channel that serves this address: the first that accepts it, the outbox for e-mail
    /// without a mail server, otherwise none.
    pub fn pick(&self, address: &Address) -> Option<&dyn Channel> {
        let found = self.channels.iter().map(AsRef::as_ref).find(|c| c.accepts(address));
        found.or_else(|| {
            let kept: &dyn Channel = &self.outbox;
            kept.accepts(address).then_some(kept)
        })
    }

    /// Names of the configured channels, for the status page.
    pub fn names(&self) -> Vec<&'static str> {
        self.channels.iter().map(|c| c.name()).collect()
    }
}

impl Default for Registry {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channel::sample;

    fn email() -> Address {
        Address::Email("ana@example.org".to_owned())
    }

    fn url() -> Address {
        Address::Url { url: "https://example.org/".to_owned(), secret: None }
    }

    #[tokio::test]
    async fn mail_without_a_server_is_kept_in_the_outbox() {
        let registry = Registry::from_settings(&Settings::default()).unwrap();
        assert_eq!(registry.names(), ["webhook"]);
        assert_eq!(registry.pick(&url()).unwrap().name(), "webhook");
        assert!(registry.pick(&Address::Phone("+431".to_owned())).is_none());
        assert!(registry.pick(&Address::Token("t".to_owned())).is_none());
        let kept = registry.pick(&email()).unwrap();
        let receipt = kept.send(&sample(email())).await.unwrap();
        assert_eq!(receipt.provider, "outbox");
        assert!(receipt.detail.contains("not sent"), "{receipt:?}");
    }

    #[test]
    fn mail_with_a_server_is_sent() {
        let config = email::Config {
            host: "mail.example.org".to_owned(),
            from: "Firebell <alerts@example.org>".to_owned(),
            ..email::Config::default()
        };
        let settings = Settings { email: Some(config), webhook: webhook::Config::default() };
        let registry = Registry::from_settings(&settings).unwrap();
        assert_eq!(registry.pick(&email()).unwrap().name(), "email");
    }

    #[test]
    fn faults_of_all_channels_are_reported_together() {
        let settings = Settings {
            email: Some(email::Config::default()),
            webhook: webhook::Config { timeout_ms: 0, ..webhook::Config::default() },
        };
        let faults = Registry::from_settings(&settings).err().unwrap().join("\n");
        for field in ["email.host", "email.from", "webhook.timeout_ms"] {
            assert!(faults.contains(field), "{field} missing in {faults}");
        }
    }

    #[test]
    fn settings_are_read_strictly() {
        let read = serde_json::from_str::<Settings>(r#"{"webhook":{"allow_privat":true}}"#);
        assert!(read.unwrap_err().to_string().contains("allow_privat"));
        let read: Settings =
            serde_json::from_str(r#"{"email":{"host":"m","security":"implicit"}}"#).unwrap();
        assert_eq!(read.email.unwrap().security, email::Security::Implicit);
    }
}
