//! Log lines on standard error, as text or JSON.
//!
//! Libraries stay at info whatever is asked for: at debug some of them write statements with their
//! values, headers or addresses, and a log line must never hold a secret.

use std::io::IsTerminal as _;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::Directive;

use crate::settings::{LogFormat, Settings};

/// Libraries that would say too much.
const QUIET: [&str; 8] = [
    "tokio_postgres=info",
    "postgres=info",
    "hyper=info",
    "hyper_util=info",
    "reqwest=info",
    "rustls=info",
    "lettre=info",
    "minijinja=info",
];

/// Starts logging as the settings say. Later calls change nothing.
pub(crate) fn start(settings: &Settings) {
    let filter = filter(&settings.log_level);
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    let started = match settings.log_format {
        LogFormat::Text => builder.try_init(),
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
    };
    // Somebody has started it already: their choice stands.
    drop(started);
}

fn filter(level: &str) -> EnvFilter {
    let quiet = QUIET.iter().filter_map(|directive| directive.parse::<Directive>().ok());
    // The settings were checked; should they be wrong all the same, there are at least warnings.
    let chosen = EnvFilter::try_new(level).unwrap_or_else(|_| EnvFilter::new("warn"));
    quiet.fold(chosen, EnvFilter::add_directive)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn libraries_that_would_write_secrets_stay_quiet() {
        let shown = filter("trace,tokio_postgres=trace").to_string();
        assert!(shown.contains("tokio_postgres=info"), "{shown}");
        assert!(!shown.contains("tokio_postgres=trace"), "{shown}");
        assert!(shown.contains("trace"), "{shown}");
        assert_eq!(QUIET.iter().filter(|d| d.parse::<Directive>().is_ok()).count(), QUIET.len());
    }
}
