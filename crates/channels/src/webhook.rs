//! Signed HTTP POST to a customer's address.
//!
//! Called through [`Channel`] by the *deliver* step. One attempt per call, redirects included,
//! bounded in time and size. Must never reach an inner network without permission ([`guard`])
//! and must never put a URL's path, query or credentials into an error: they hold tokens.

mod answer;
mod guard;
mod sign;
#[cfg(test)]
mod tests;

use std::{net::SocketAddr, sync::Arc, time::Duration};

use reqwest::{Client, Response, StatusCode, Url, header, redirect};
use tokio::time::timeout;

use crate::{
    channel::{Address, Channel, Message, Receipt, SendError, Sending},
    text,
};
pub use guard::Network;
use guard::{Guard, Lookup, Refused, Resolver};
pub use sign::{SignError, SignedHeaders, SigningKey, TOLERANCE, sign, verify};

/// Longest configurable time for one attempt, in milliseconds: a lease must outlive it.
const TIMEOUT_MS_MAX: u64 = 120_000;
/// Most redirects that may be configured.
const REDIRECTS_MAX: u8 = 10;
/// Largest body that is sent, in bytes.
const BODY_BYTES_MAX: usize = 256 << 10;
/// Longest URL, in bytes.
const URL_BYTES_MAX: usize = 4_096;
/// Idle connections kept per host, and for how long.
const IDLE_PER_HOST_MAX: usize = 2;
const IDLE_TIME: Duration = Duration::from_mins(1);

/// Limits and permissions of outgoing webhooks.
#[derive(Clone, Debug, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Permits private networks and this machine; metadata services stay refused.
    pub allow_private: bool,
    /// Host names that may lie in a private network.
    pub allow_hosts: Vec<String>,
    /// Networks such as `10.20.0.0/16` that may be reached, whatever they are.
    pub allow_networks: Vec<String>,
    /// Time to connect, in milliseconds.
    pub connect_timeout_ms: u64,
    /// Time until the answer's head has arrived, redirects included, in milliseconds.
    pub timeout_ms: u64,
    /// Time to read the answer's body, in milliseconds; a slow body does not undo a success.
    pub body_timeout_ms: u64,
    /// How many redirects are followed.
    pub redirects: u8,
    /// `User-Agent` header.
    pub user_agent: String,
    /// More trusted root certificates, as PEM text.
    pub extra_roots_pem: Option<String>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            allow_private: false,
            allow_hosts: Vec::new(),
            allow_networks: Vec::new(),
            connect_timeout_ms: 5_000,
            timeout_ms: 15_000,
            body_timeout_ms: 2_000,
            redirects: 3,
            user_agent: concat!("Firebell/", env!("CARGO_PKG_VERSION")).to_owned(),
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
        let mut faults = Vec::new();
        for (field, value) in [
            ("connect_timeout_ms", self.connect_timeout_ms),
            ("timeout_ms", self.timeout_ms),
            ("body_timeout_ms", self.body_timeout_ms),
        ] {
            if !(1..=TIMEOUT_MS_MAX).contains(&value) {
                faults.push(format!("webhook.{field}: must be between 1 and {TIMEOUT_MS_MAX}"));
            }
        }
        if self.redirects > REDIRECTS_MAX {
            faults.push(format!("webhook.redirects: must be at most {REDIRECTS_MAX}"));
        }
        for network in &self.allow_networks {
            if let Err(fault) = Network::parse(network) {
                faults.push(format!("webhook.allow_networks: {fault}"));
            }
        }
        for host in &self.allow_hosts {
            if host.is_empty() || host.contains(['/', ':', '*', ' ']) {
                faults.push(format!(
                    "webhook.allow_hosts: `{host}` must be a host name alone, without scheme, \
                     port or wildcard"
                ));
            }
        }
        if header::HeaderValue::from_str(&self.user_agent).is_err() || self.user_agent.is_empty() {
            faults.push("webhook.user_agent: must be one line of ASCII text".to_owned());
        }
        if let Err(fault) = self.roots() {
            faults.push(fault);
        }
        if faults.is_empty() { Ok(()) } else { Err(faults) }
    }

    fn roots(&self) -> Result<rustls::RootCertStore, String> {
        use rustls::pki_types::{CertificateDer, pem::PemObject};
        let fault =
            || "webhook.extra_roots_pem: holds no readable certificate in PEM form".to_owned();
        let mut store = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        let Some(pem) = &self.extra_roots_pem else {
            return Ok(store);
        };
        let before = store.len();
        for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
            store.add(certificate.map_err(|_| fault())?).map_err(|_| fault())?;
        }
        if store.len() > before { Ok(store) } else { Err(fault()) }
    }

    fn guard(&self) -> Guard {
        let plain = |host: &String| host.trim_end_matches('.').to_ascii_lowercase();
        Guard {
            private: self.allow_private,
            hosts: self.allow_hosts.iter().map(plain).collect(),
            networks: self.allow_networks.iter().filter_map(|n| Network::parse(n).ok()).collect(),
        }
    }

    /// TLS by ring alone, whatever other provider the process may have installed.
    fn tls(&self) -> Result<rustls::ClientConfig, String> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|e| format!("webhook: TLS cannot be set up: {e}"))?;
        Ok(tls.with_root_certificates(self.roots()?).with_no_client_auth())
    }
}

/// The webhook channel.
pub struct Webhook {
    client: Client,
    guard: Arc<Guard>,
    config: Config,
}

/// One request, ready to be sent to the first target and to each redirect.
struct Call<'a> {
    id: String,
    message: &'a Message,
    signature: Option<String>,
    body: Vec<u8>,
}

impl Webhook {
    /// Prepares the channel; does not connect yet.
    ///
    /// # Errors
    /// All faults of the configuration together.
    pub fn new(config: Config) -> Result<Self, Vec<String>> {
        Self::with_lookup(config, guard::system_lookup())
    }

    fn with_lookup(config: Config, lookup: Lookup) -> Result<Self, Vec<String>> {
        config.validate()?;
        let guard = Arc::new(config.guard());
        let resolver = Resolver { guard: Arc::clone(&guard), lookup };
        let client = Client::builder()
            .tls_backend_preconfigured(config.tls().map_err(|e| vec![e])?)
            .dns_resolver(Arc::new(resolver))
            .redirect(redirect::Policy::none())
            // A proxy from the environment would resolve and connect past the guard.
            .no_proxy()
            .referer(false)
            .user_agent(&config.user_agent)
            .connect_timeout(Duration::from_millis(config.connect_timeout_ms))
            .pool_max_idle_per_host(IDLE_PER_HOST_MAX)
            .pool_idle_timeout(IDLE_TIME)
            .build()
            .map_err(|e| vec![format!("webhook: the HTTP client cannot be set up: {e}")])?;
        Ok(Self { client, guard, config })
    }

    async fn deliver(&self, message: &Message) -> Result<Receipt, SendError> {
        let Address::Url { url, .. } = &message.to else {
            return Err(SendError::permanent(format!(
                "The webhook channel cannot send to a {} address.",
                message.to.kind()
            )));
        };
        let target = parse(url)?;
        let call = Call::new(message)?;
        let limit = Duration::from_millis(self.config.timeout_ms);
        let (host, mut response) = match timeout(limit, self.follow(target, &call)).await {
            Ok(result) => result?,
            Err(_elapsed) => {
                return Err(SendError::temporary(format!(
                    "The webhook did not answer within {} ms.",
                    self.config.timeout_ms
                )));
            }
        };
        let body_limit = Duration::from_millis(self.config.body_timeout_ms);
        // Read in any case, so that the connection can be used again.
        let mut excerpt = answer::excerpt(&mut response, body_limit).await;
        if !may_be_quoted(response.remote_addr()) {
            excerpt.clear();
        }
        answer::judge(&host, &response, &excerpt, message.sent_at)
    }

    /// Sends, and follows redirects by hand so that each target is checked as the first was.
    async fn follow(&self, first: Url, call: &Call<'_>) -> Result<(String, Response), SendError> {
        let mut target = first;
        for _ in 0..=self.config.redirects {
            self.check(&target)?;
            let host = origin(&target);
            let response = self.post(target.clone(), call).await.map_err(|e| failure(&host, &e))?;
            if !repeats_the_post(response.status()) {
                return Ok((host, response));
            }
            target = next(&target, &response)?;
        }
        Err(SendError::permanent(format!(
            "The webhook redirects more than {} times; give its final address.",
            self.config.redirects
        )))
    }

    fn check(&self, target: &Url) -> Result<(), SendError> {
        if !matches!(target.scheme(), "http" | "https") {
            return Err(SendError::permanent("A webhook address must start with https or http."));
        }
        let host = target.host_str().unwrap_or_default();
        self.guard.check_literal(host).map_err(|refused| SendError::permanent(refused.to_string()))
    }

    async fn post(&self, target: Url, call: &Call<'_>) -> reqwest::Result<Response> {
        let mut request = self
            .client
            .post(target)
            .header(header::CONTENT_TYPE, "application/json")
            .header("idempotency-key", &call.id)
            .header("webhook-id", &call.id)
            .header("webhook-timestamp", call.message.sent_at.as_second());
        if let Some(signature) = &call.signature {
            request = request.header("webhook-signature", signature);
        }
        request.body(call.body.clone()).send().await
    }
}

impl Channel for Webhook {
    fn name(&self) -> &'static str {
        "webhook"
    }

    fn accepts(&self, address: &Address) -> bool {
        matches!(address, Address::Url { .. })
    }

    fn send<'a>(&'a self, message: &'a Message) -> Sending<'a> {
        Box::pin(self.deliver(message))
    }
}

impl<'a> Call<'a> {
    fn new(message: &'a Message) -> Result<Self, SendError> {
        let id = text::header_token(&message.key);
        let body = match &message.json {
            Some(json) => json.to_string(),
            None => plain_body(message).to_string(),
        };
        if body.len() > BODY_BYTES_MAX {
            return Err(SendError::permanent(
                "The webhook's body is larger than 256 KiB; shorten its template.",
            ));
        }
        let body = body.into_bytes();
        let signature = match &message.to {
            Address::Url { secret: Some(secret), .. } => Some(
                SigningKey::parse_all(secret)
                    .and_then(|keys| sign(&keys, &id, message.sent_at, &body))
                    .map_err(|e| {
                        SendError::permanent(format!("The webhook's signing key is wrong: {e}."))
                    })?,
            ),
            Address::Url { .. } | Address::Email(_) | Address::Phone(_) | Address::Token(_) => None,
        };
        Ok(Self { id, message, signature, body })
    }
}

/// Whether what the receiver said may be shown to whoever sees the alert: whoever writes a
/// webhook's address must not read inner pages with it, even where it may be posted to.
fn may_be_quoted(from: Option<SocketAddr>) -> bool {
    from.is_some_and(|from| guard::is_public(from.ip()))
}

/// The body of a message that brings none of its own.
fn plain_body(message: &Message) -> serde_json::Value {
    let options: Vec<_> = message
        .options
        .iter()
        .map(|o| serde_json::json!({"number": o.number, "text": o.text, "link": o.link}))
        .collect();
    serde_json::json!({
        "instance": message.instance,
        "alert": message.alert_number,
        "subject": message.subject,
        "text": message.text,
        "options": options,
    })
}

fn parse(url: &str) -> Result<Url, SendError> {
    if url.len() > URL_BYTES_MAX {
        return Err(SendError::permanent("The webhook's address is longer than 4096 bytes."));
    }
    let fault = "The webhook's address is not a valid URL; give one such as \
                 https://hooks.example.com/firebell.";
    let url = Url::parse(url.trim()).map_err(|_| SendError::permanent(fault))?;
    if url.has_host() { Ok(url) } else { Err(SendError::permanent(fault)) }
}

/// 303 is left out: it means that the POST was taken and only the result lies elsewhere.
fn repeats_the_post(status: StatusCode) -> bool {
    matches!(status.as_u16(), 301 | 302 | 307 | 308)
}

fn next(from: &Url, response: &Response) -> Result<Url, SendError> {
    let host = origin(from);
    let location = response.headers().get(header::LOCATION).and_then(|v| v.to_str().ok());
    let target = location.filter(|l| l.len() <= URL_BYTES_MAX).and_then(|l| from.join(l).ok());
    let Some(target) = target else {
        return Err(SendError::permanent(format!("{host} redirects without a usable target.")));
    };
    if from.scheme() == "https" && target.scheme() != "https" {
        return Err(SendError::permanent(format!(
            "{host} redirects from https to an unprotected address; give its final address."
        )));
    }
    Ok(target)
}

/// Scheme, host and port: all of a URL that may be shown.
fn origin(url: &Url) -> String {
    let host = text::truncate(url.host_str().unwrap_or_default(), 100);
    match url.port() {
        Some(port) => format!("{}://{host}:{port}", url.scheme()),
        None => format!("{}://{host}", url.scheme()),
    }
}

/// A request without an answer.
fn failure(host: &str, error: &reqwest::Error) -> SendError {
    let mut deepest: &(dyn std::error::Error + 'static) = error;
    while let Some(source) = deepest.source() {
        deepest = source;
        if let Some(refused) = deepest.downcast_ref::<Refused>() {
            return SendError::permanent(refused.to_string());
        }
    }
    if error.is_builder() {
        return SendError::permanent(format!("The request to {host} cannot be built."));
    }
    if error.is_timeout() {
        return SendError::temporary(format!("{host} did not accept the connection in time."));
    }
    // The outermost error would show the URL; the deepest names the cause alone.
    let cause = deepest
        .downcast_ref::<reqwest::Error>()
        .map_or_else(|| deepest.to_string(), |_| "the connection failed".to_owned());
    SendError::temporary(format!("{host} could not be reached: {cause}."))
}
