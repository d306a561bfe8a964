//! E-mail over SMTP.
//!
//! Called through [`Channel`] by the *deliver* step. One attempt per call, bounded by
//! `timeout_ms`; retries are the pipeline's. Must never log an address or a message body.

mod compose;
mod pool;
#[cfg(test)]
mod tests;

use std::{net::IpAddr, time::Duration};

use lettre::{
    message::Mailbox,
    transport::smtp::client::{Certificate, CertificateStore, TlsParameters},
};

use crate::{
    Secret,
    channel::{Address, Channel, Message, Receipt, SendError, Sending},
    text,
};
use pool::Pool;

/// Longest configurable time for one attempt, in milliseconds: a lease must outlive it.
const TIMEOUT_MS_MAX: u64 = 120_000;
/// Most simultaneous connections to the mail server.
const CONNECTIONS_MAX: usize = 64;
/// Largest extra certificate file, in bytes.
const ROOTS_PEM_BYTES_MAX: usize = 1 << 20;

/// How the connection to the mail server is protected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Security {
    /// No TLS, usually port 25; for a relay on the same machine.
    None,
    /// Upgrade with STARTTLS, usually port 587; refuses to go on without it.
    #[default]
    StartTls,
    /// TLS from the first byte, usually port 465.
    Implicit,
}

/// The mail server and the sender.
#[derive(Clone, Debug, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Name or address of the mail server.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// Protection of the connection.
    pub security: Security,
    /// Login name, together with `password`.
    pub username: Option<String>,
    /// Login password.
    #[serde(deserialize_with = "crate::secret::optional")]
    pub password: Option<Secret>,
    /// Sender, `Name <address>` or `address`; its domain also forms the Message-ID.
    pub from: String,
    /// Name given in EHLO.
    pub hello_name: String,
    /// Time for one whole attempt, in milliseconds.
    pub timeout_ms: u64,
    /// Most simultaneous connections, of which the idle ones are reused.
    pub connections: usize,
    /// Accepts any certificate. Only for tests in a closed network.
    pub allow_invalid_certs: bool,
    /// More trusted root certificates, as PEM text.
    pub extra_roots_pem: Option<String>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            host: String::new(),
            port: 587,
            security: Security::StartTls,
            username: None,
            password: None,
            from: String::new(),
            hello_name: "localhost".to_owned(),
            timeout_ms: 20_000,
            connections: 4,
            allow_invalid_certs: false,
            extra_roots_pem: None,
        }
    }
}

impl Config {
    /// Checks every field.
    ///
    /// # Errors
    /// All faults together, each starting with the field's name.
    pub fn validate(&self) -> Result<(), Vec<String>> {
        let login = (&self.username, &self.password);
        let checks = [
            (
                !is_host(&self.host),
                "email.host: give the name or address of the mail server".to_owned(),
            ),
            (self.port == 0, "email.port: must be between 1 and 65535".to_owned()),
            (
                self.from.parse::<Mailbox>().is_err(),
                "email.from: give an address such as `Firebell <alerts@example.org>`".to_owned(),
            ),
            (
                !is_host(&self.hello_name),
                "email.hello_name: give this server's host name, without blanks".to_owned(),
            ),
            (
                !(1..=TIMEOUT_MS_MAX).contains(&self.timeout_ms),
                format!("email.timeout_ms: must be between 1 and {TIMEOUT_MS_MAX}"),
            ),
            (
                !(1..=CONNECTIONS_MAX).contains(&self.connections),
                format!("email.connections: must be between 1 and {CONNECTIONS_MAX}"),
            ),
            (
                matches!(login, (Some(_), None) | (None, Some(_))),
                "email.username: set username and password together, or neither".to_owned(),
            ),
            (
                self.password.is_some()
                    && self.security == Security::None
                    && !is_loopback(&self.host),
                "email.security: `none` would send the password in clear text; use `start_tls` \
                 or `implicit`"
                    .to_owned(),
            ),
            (
                self.extra_roots_pem.as_deref().is_some_and(|pem| !holds_certificates(pem)),
                "email.extra_roots_pem: holds no readable certificate in PEM form".to_owned(),
            ),
        ];
        let faults: Vec<String> =
            checks.into_iter().filter_map(|(wrong, fault)| wrong.then_some(fault)).collect();
        if faults.is_empty() { Ok(()) } else { Err(faults) }
    }

    fn tls(&self) -> Result<TlsParameters, lettre::transport::smtp::Error> {
        let mut tls = TlsParameters::builder(self.host.clone())
            .certificate_store(CertificateStore::WebpkiRoots)
            .dangerous_accept_invalid_certs(self.allow_invalid_certs);
        if let Some(pem) = &self.extra_roots_pem {
            tls = tls.add_root_certificate(Certificate::from_pem(pem.as_bytes())?);
        }
        tls.build()
    }
}

/// The SMTP channel.
pub struct Email {
    pool: Pool,
    from: Mailbox,
}

impl Email {
    /// Prepares the channel; does not connect yet.
    ///
    /// # Errors
    /// All faults of the configuration together.
    pub fn new(config: Config) -> Result<Self, Vec<String>> {
        config.validate()?;
        let from = config.from.parse().map_err(|e| vec![format!("email.from: {e}")])?;
        let tls = match config.security {
            Security::None => None,
            Security::StartTls | Security::Implicit => {
                Some(config.tls().map_err(|e| vec![format!("email.extra_roots_pem: {e}")])?)
            }
        };
        let timeout = Duration::from_millis(config.timeout_ms);
        Ok(Self { pool: Pool::new(config, tls, timeout), from })
    }

    async fn deliver(&self, message: &Message) -> Result<Receipt, SendError> {
        let Address::Email(to) = &message.to else {
            return Err(SendError::permanent(format!(
                "The e-mail channel cannot send to a {} address.",
                message.to.kind()
            )));
        };
        let mail = compose::compose(&self.from, to, message)?;
        let answer = self.pool.deliver(mail.envelope(), &mail.formatted()).await?;
        Ok(Receipt {
            provider: self.name().to_owned(),
            provider_id: Some(compose::message_id(&self.from, &message.key)),
            detail: text::one_line(
                &format!("The mail server accepted it: {answer}"),
                text::SENTENCE_CHARS_MAX,
            ),
        })
    }
}

impl Channel for Email {
    fn name(&self) -> &'static str {
        "email"
    }

    fn accepts(&self, address: &Address) -> bool {
        matches!(address, Address::Email(_))
    }

    fn send<'a>(&'a self, message: &'a Message) -> Sending<'a> {
        Box::pin(self.deliver(message))
    }
}

fn is_host(name: &str) -> bool {
    /// Longest DNS name, in bytes.
    const HOST_BYTES_MAX: usize = 253;
    let plain = |c: char| c.is_ascii_alphanumeric() || ".-_:[]".contains(c);
    !name.is_empty() && name.len() <= HOST_BYTES_MAX && name.chars().all(plain)
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

fn holds_certificates(pem: &str) -> bool {
    use rustls::pki_types::{CertificateDer, pem::PemObject};
    let mut found = CertificateDer::pem_slice_iter(pem.as_bytes()).peekable();
    pem.len() <= ROOTS_PEM_BYTES_MAX && found.peek().is_some() && found.all(|c| c.is_ok())
}
