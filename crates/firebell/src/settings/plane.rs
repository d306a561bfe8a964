//! Settings of the configuration plane: replica, feed, licences.

use std::path::PathBuf;
use std::time::Duration;

use firebell_base::Secret;
use firebell_config::entitlement_file::TrustedKey;

use super::Checked;

/// The longest name of a node, in characters: it stands in tables.
const NODE_CHARS_MAX: usize = 64;

/// Settings of the configuration plane.
#[derive(Debug, Clone)]
pub(crate) struct Plane {
    /// What this process is called; none: by host and port.
    pub(crate) node: Option<String>,
    /// Where the last-known-good configuration is.
    pub(crate) file: PathBuf,
    /// How long a configuration is in use before it is proven.
    pub(crate) proving: Duration,
    /// What followers present.
    pub(crate) feed_token: Option<Secret>,
    /// Whose entitlement files count.
    pub(crate) trusted_keys: Vec<TrustedKey>,
}

impl Checked<'_> {
    /// The settings of the configuration plane.
    pub(super) fn plane(&mut self) -> Plane {
        Plane {
            node: self.node(),
            file: PathBuf::from(self.text("replica.file").unwrap_or_default()),
            proving: self.seconds("replica.proving_seconds"),
            feed_token: self.secret("feed.token"),
            trusted_keys: self.trusted_keys(),
        }
    }

    fn node(&mut self) -> Option<String> {
        let text = self.text("replica.node")?;
        let plain = |c: char| c.is_ascii_graphic();
        if text.chars().count() > NODE_CHARS_MAX || !text.chars().all(plain) {
            let wanted = format!(
                "must have at most {NODE_CHARS_MAX} characters: letters, digits and signs, no space"
            );
            self.fault("replica.node", wanted);
        }
        Some(text)
    }

    fn trusted_keys(&mut self) -> Vec<TrustedKey> {
        let mut keys = Vec::new();
        for text in self.list("licences.trusted_keys") {
            match TrustedKey::parse(&text) {
                Ok(key) => keys.push(key),
                Err(error) => {
                    let fault =
                        format!("`{text}` is no public key as firebell licence key shows it");
                    self.fault("licences.trusted_keys", format!("{fault}: {error}"));
                }
            }
        }
        keys
    }
}
