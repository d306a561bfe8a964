//! The settings of a server: read from file, environment and flags, checked as a whole.
//!
//! Every command that touches the database or serves begins here. This is the only module that is
//! given the environment. A [`Settings`] that exists is valid; everything wrong is reported
//! together, before any port is bound or any file is touched.

mod key;
mod layers;
mod example;
mod show;
mod plane;
#[cfg(test)]
mod tests;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use firebell_base::Secret;
use firebell_channels::{email, webhook};
use firebell_pipeline::retention::Retention;
use firebell_sql::Target;

pub(crate) use example::example;
use firebell_http::{Limits, Proxies};
pub(crate) use key::nearest;
pub(crate) use layers::{Layers, Sources, read, read_bounded};
pub(crate) use plane::Plane;
pub(crate) use show::show;

use crate::failure::{Exit, Failure};
use layers::Value;

/// The shortest secret of the settings, in characters.
const SECRET_CHARS_MIN: usize = 32;
/// The largest file of certificates, in bytes.
const CERTIFICATES_BYTES_MAX: u64 = 1024 * 1024;

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LogFormat {
    /// For people.
    Text,
    /// For programs.
    Json,
}

/// Valid settings.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    /// Where to listen.
    pub(crate) listen: SocketAddr,
    /// Where others reach the server, without a slash at the end; none: where it listens.
    pub(crate) public_url: Option<String>,
    /// Whose word on the address of a client counts.
    pub(crate) trusted_proxies: Proxies,
    /// The database.
    pub(crate) database: Target,
    /// Certificate authorities of the database.
    pub(crate) database_ca_file: Option<PathBuf>,
    /// What signs links; none: the one in the database.
    pub(crate) secret_key: Option<Secret>,
    /// The instance whose administrators operate the server.
    pub(crate) operator_instance: Option<String>,
    /// How log lines look.
    pub(crate) log_format: LogFormat,
    /// Which log lines there are.
    pub(crate) log_level: String,
    /// The channels.
    pub(crate) channels: firebell_channels::Settings,
    /// How long things are kept.
    pub(crate) retention: Retention,
    /// Bounds.
    pub(crate) limits: Limits,
    /// The configuration plane.
    pub(crate) plane: Plane,
}

impl Settings {
    /// The settings, if nothing at all is wrong.
    ///
    /// # Errors
    /// Every fault of every layer.
    pub(crate) fn load(sources: &Sources) -> Result<Self, Failure> {
        let layers = read(sources);
        Self::check(&layers).map_err(|faults| {
            Failure::new(Exit::Settings, "The settings are invalid.")
                .details(faults)
                .effect("Nothing was started or changed.")
                .remedy("firebell config show, and firebell config example")
        })
    }

    /// The same for a command that ends soon: without the remarks of a server.
    pub(crate) fn quieter(&self) -> Self {
        let log_level =
            if self.log_level == "info" { "warn".to_owned() } else { self.log_level.clone() };
        Self { log_level, ..self.clone() }
    }

    /// The settings, or every fault.
    pub(crate) fn check(layers: &Layers) -> Result<Self, Vec<String>> {
        let mut checked = Checked { layers, faults: layers.faults.clone() };
        let settings = Self {
            listen: checked.listen(),
            public_url: checked.public_url(),
            trusted_proxies: checked.trusted_proxies(),
            database: checked.database(),
            database_ca_file: checked.text("database_ca_file").map(PathBuf::from),
            secret_key: checked.secret("secret_key"),
            operator_instance: checked.operator_instance(),
            log_format: match checked.text("log.format").as_deref() {
                Some("json") => LogFormat::Json,
                _ => LogFormat::Text,
            },
            log_level: checked.log_level(),
            channels: firebell_channels::Settings {
                email: checked.email(),
                webhook: checked.webhook(),
            },
            retention: Retention {
                alert_days: checked.number("retention.alert_days"),
                delivery_days: checked.number("retention.delivery_days"),
            },
            limits: Limits {
                connections_max: checked.number("limits.connections_max"),
                header_timeout: checked.seconds("limits.header_timeout_seconds"),
                request_timeout: checked.seconds("limits.request_timeout_seconds"),
                grace: checked.seconds("limits.grace_seconds"),
            },
            plane: checked.plane(),
        };
        if checked.faults.is_empty() { Ok(settings) } else { Err(checked.faults) }
    }
}

/// The layers on their way to [`Settings`].
struct Checked<'a> {
    layers: &'a Layers,
    faults: Vec<String>,
}

impl Checked<'_> {
    fn value(&self, name: &str) -> Option<&Value> {
        self.layers.given.get(name)?.value.as_ref()
    }

    fn text(&self, name: &str) -> Option<String> {
        match self.value(name)? {
            Value::Text(text) => Some(text.clone()),
            Value::Flag(_) | Value::Number(_) | Value::List(_) => None,
        }
    }

    fn flag(&self, name: &str) -> bool {
        matches!(self.value(name), Some(Value::Flag(true)))
    }

    fn list(&self, name: &str) -> Vec<String> {
        match self.value(name) {
            Some(Value::List(list)) => list.clone(),
            _ => Vec::new(),
        }
    }

    /// A number; its bounds were checked when it was read.
    fn number<T: TryFrom<i64> + Default>(&self, name: &str) -> T {
        match self.value(name) {
            Some(Value::Number(number)) => T::try_from(*number).unwrap_or_default(),
            _ => T::default(),
        }
    }

    fn seconds(&self, name: &str) -> Duration {
        Duration::from_secs(self.number(name))
    }

    fn fault(&mut self, name: &str, fault: impl std::fmt::Display) {
        let origin = self.layers.given.get(name).map(|given| &given.origin);
        let origin = origin.map_or_else(String::new, |origin| format!(" ({origin})"));
        self.faults.push(format!("{name}{origin}: {fault}"));
    }

    fn listen(&mut self) -> SocketAddr {
        let text = self.text("listen").unwrap_or_default();
        text.parse().unwrap_or_else(|_| {
            let wanted = "must be an IP address and a port, such as 127.0.0.1:8420 or [::]:8420";
            self.fault("listen", wanted);
            SocketAddr::from(([127, 0, 0, 1], 0))
        })
    }

    fn public_url(&mut self) -> Option<String> {
        let text = self.text("public_url")?;
        let text = text.trim_end_matches('/');
        let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
        let is_good = host.is_some_and(|host| {
            !host.is_empty() && !host.starts_with('/') && !host.contains(['?', '#', '@', ' '])
        });
        if !is_good {
            let wanted = "must begin with http:// or https:// and a host, without user, ? or #";
            self.fault("public_url", wanted);
        }
        Some(text.to_owned())
    }

    fn trusted_proxies(&mut self) -> Proxies {
        Proxies::parse(&self.list("trusted_proxies")).unwrap_or_else(|fault| {
            self.fault("trusted_proxies", fault);
            Proxies::default()
        })
    }

    fn database(&mut self) -> Target {
        let text = self.text("database").unwrap_or_default();
        Target::parse(&text).unwrap_or_else(|error| {
            self.fault("database", error);
            Target::Sqlite { path: PathBuf::new() }
        })
    }

    fn operator_instance(&mut self) -> Option<String> {
        let text = self.text("operator_instance")?;
        if !firebell_domain::instance::is_instance_name(&text) {
            let wanted = "must be the name of an instance: lower-case letters, digits, hyphens";
            self.fault("operator_instance", wanted);
        }
        Some(text)
    }

    fn secret(&mut self, name: &str) -> Option<Secret> {
        let text = self.text(name)?;
        let chars = text.chars().count();
        if chars < SECRET_CHARS_MIN {
            let wanted = format!("needs at least {SECRET_CHARS_MIN} characters, not {chars}");
            self.fault(name, wanted);
        }
        Some(Secret::new(text))
    }

    fn log_level(&mut self) -> String {
        let text = self.text("log.level").unwrap_or_default();
        if let Err(error) = tracing_subscriber::EnvFilter::try_new(&text) {
            self.fault("log.level", format!("is not a level or a list of modules: {error}"));
        }
        text
    }

    fn certificates(&mut self, name: &str) -> Option<String> {
        let path = self.text(name)?;
        match read_bounded(path.as_ref(), CERTIFICATES_BYTES_MAX) {
            Ok(text) => Some(text),
            Err(fault) => {
                self.fault(name, format!("{path} {fault}"));
                None
            }
        }
    }

    fn email(&mut self) -> Option<email::Config> {
        let extra_roots_pem = self.certificates("smtp.ca_file");
        let Some(host) = self.text("smtp.host") else {
            for name in ["smtp.username", "smtp.password", "smtp.from"] {
                if self.value(name).is_some() {
                    self.fault(name, "is given, but smtp.host is not");
                }
            }
            return None;
        };
        let config = email::Config {
            host,
            port: self.number("smtp.port"),
            security: match self.text("smtp.security").as_deref() {
                Some("none") => email::Security::None,
                Some("implicit") => email::Security::Implicit,
                _ => email::Security::StartTls,
            },
            username: self.text("smtp.username"),
            password: self.text("smtp.password").map(Secret::new),
            from: self.text("smtp.from").unwrap_or_default(),
            hello_name: self.text("smtp.hello_name").unwrap_or_default(),
            timeout_ms: self.number("smtp.timeout_ms"),
            connections: self.number("smtp.connections"),
            allow_invalid_certs: false,
            extra_roots_pem,
        };
        self.channel("email.", "smtp.", config.validate());
        Some(config)
    }

    fn webhook(&mut self) -> webhook::Config {
        let config = webhook::Config {
            allow_private: self.flag("webhook.allow_private"),
            allow_hosts: self.list("webhook.allow_hosts"),
            allow_networks: self.list("webhook.allow_networks"),
            connect_timeout_ms: self.number("webhook.connect_timeout_ms"),
            timeout_ms: self.number("webhook.timeout_ms"),
            redirects: self.number("webhook.redirects"),
            extra_roots_pem: self.certificates("webhook.ca_file"),
            ..webhook::Config::default()
        };
        self.channel("webhook.", "webhook.", config.validate());
        config
    }

    /// A channel's own faults, under the names the settings have here.
    fn channel(&mut self, theirs: &str, ours: &str, checked: Result<(), Vec<String>>) {
        for fault in checked.err().unwrap_or_default() {
            let fault = fault.strip_prefix(theirs).map(|rest| format!("{ours}{rest}"));
            self.faults.extend(fault);
        }
    }
}
