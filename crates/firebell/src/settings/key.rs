//! The one definition of every setting: name, kind, default, meaning.
//!
//! `read` reads by it, `example` and `show` print from it; a setting that is not in [`KEYS`] does
//! not exist.

/// What a setting may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Any text.
    Text,
    /// Yes or no.
    Flag,
    /// A whole number between two bounds, both included.
    Number(i64, i64),
    /// Texts.
    List,
    /// One of these words.
    Choice(&'static [&'static str]),
}

/// A setting.
#[derive(Debug)]
pub(crate) struct Key {
    /// Its name, with its section: `log.format`.
    pub(crate) name: &'static str,
    /// What it may hold.
    pub(crate) kind: Kind,
    /// The default as it would stand in the file; none when there is no default.
    pub(crate) default: Option<&'static str>,
    /// What a value looks like, for the example file, where there is no default.
    pub(crate) sample: &'static str,
    /// Whether it must not be shown.
    pub(crate) secret: bool,
    /// What it is for, in lines of the example file.
    pub(crate) about: &'static str,
}

const fn key(name: &'static str, kind: Kind, default: &'static str, about: &'static str) -> Key {
    Key { name, kind, default: Some(default), sample: default, secret: false, about }
}

const fn open(name: &'static str, kind: Kind, sample: &'static str, about: &'static str) -> Key {
    Key { name, kind, default: None, sample, secret: false, about }
}

const fn secret(name: &'static str, sample: &'static str, about: &'static str) -> Key {
    Key { name, kind: Text, default: None, sample, secret: true, about }
}

/// What each section is for.
pub(crate) const SECTIONS: [(&str, &str); 9] = [
    ("", "Where the server listens and what it stores."),
    ("log", "What the server says about itself, on standard error."),
    ("smtp", "The mail server. Without a host, e-mail is not sent but kept in the outbox."),
    ("webhook", "Limits and permissions of outgoing webhooks."),
    (
        "retention",
        "How long things are kept, in days. Older ones are removed, a little every hour.",
    ),
    ("limits", "Bounds of the HTTP server."),
    ("replica", "This process's copy of the configuration, and how it is called among the others."),
    ("feed", "For nodes without a database that follow this server."),
    ("licences", "Who may say what instances are entitled to, besides the operator here."),
];

use Kind::{Choice, Flag, List, Number, Text};

/// The longest attempt to send, in milliseconds (the channels refuse more).
const ATTEMPT_MS_MAX: i64 = 120_000;

/// Every setting, by section.
pub(crate) const KEYS: &[Key] = &[
    key("listen", Text, "\"127.0.0.1:8420\"", "Address and port. Port 0 takes any free one."),
    open(
        "public_url",
        Text,
        "\"https://firebell.example.org\"",
        "Where people and their programs reach this server; links in messages begin with it.\n\
         Without it: http:// and the address above.",
    ),
    key(
        "trusted_proxies",
        List,
        "[]",
        "Networks of reverse proxies in front of this server, such as \"10.0.0.0/8\": who connects\n\
         from there tells the client's address in X-Forwarded-For.",
    ),
    Key {
        name: "database",
        kind: Text,
        default: Some("\"sqlite:./firebell.db\""),
        sample: "\"sqlite:./firebell.db\"",
        secret: false,
        about: "A SQLite file, or a PostgreSQL URL: postgresql://user:password@host:5432/name",
    },
    open(
        "database_ca_file",
        Text,
        "\"/etc/firebell/database-ca.pem\"",
        "PEM file with further certificate authorities to trust for PostgreSQL over TLS.",
    ),
    secret(
        "secret_key",
        "\"at least 32 characters that nobody can guess\"",
        "Signs the links in messages. Without it a random one is made at the first start and kept\n\
         in the database. All servers of one database need the same.",
    ),
    open(
        "operator_instance",
        Text,
        "\"northwind\"",
        "The instance whose Full Access Users operate the whole server in the operator console.\n\
         Without it: those of the only instance; with several, nobody.",
    ),
    key("log.format", Choice(&["text", "json"]), "\"text\"", "text or json."),
    key(
        "log.level",
        Text,
        "\"info\"",
        "error, warn, info, debug or trace; also per module: info,firebell_pipeline=debug",
    ),
    open("smtp.host", Text, "\"mail.example.org\"", "Name or address of the mail server."),
    key("smtp.port", Number(1, 65_535), "587", "TCP port."),
    key(
        "smtp.security",
        Choice(&["none", "start_tls", "implicit"]),
        "\"start_tls\"",
        "none (port 25), start_tls (port 587) or implicit (port 465).",
    ),
    open("smtp.username", Text, "\"firebell\"", "Login name, together with the password."),
    secret("smtp.password", "\"…\"", "Login password."),
    open(
        "smtp.from",
        Text,
        "\"Firebell <alerts@example.org>\"",
        "Sender of every message; required with a host.",
    ),
    key("smtp.hello_name", Text, "\"localhost\"", "Name this server gives in EHLO."),
    key("smtp.timeout_ms", Number(1, ATTEMPT_MS_MAX), "20000", "Time for one attempt."),
    key("smtp.connections", Number(1, 64), "4", "Most connections at the same time."),
    open(
        "smtp.ca_file",
        Text,
        "\"/etc/firebell/mail-ca.pem\"",
        "PEM file with further certificate authorities to trust.",
    ),
    key(
        "webhook.allow_private",
        Flag,
        "false",
        "Permits targets in private networks and on this machine.",
    ),
    key("webhook.allow_hosts", List, "[]", "Host names that may lie in a private network."),
    key("webhook.allow_networks", List, "[]", "Networks that may be reached: \"10.20.0.0/16\""),
    key("webhook.connect_timeout_ms", Number(1, ATTEMPT_MS_MAX), "5000", "Time to connect."),
    key(
        "webhook.timeout_ms",
        Number(1, ATTEMPT_MS_MAX),
        "15000",
        "Time until the target has answered, redirects included.",
    ),
    key("webhook.redirects", Number(0, 10), "3", "How many redirects are followed."),
    open(
        "webhook.ca_file",
        Text,
        "\"/etc/firebell/webhook-ca.pem\"",
        "PEM file with further certificate authorities to trust.",
    ),
    key("retention.alert_days", Number(1, 36_500), "400", "Events and closed alerts."),
    key("retention.delivery_days", Number(1, 36_500), "90", "Deliveries and outbox messages."),
    key(
        "limits.connections_max",
        Number(8, 100_000),
        "4096",
        "Connections at the same time; more wait. Each needs an open file.",
    ),
    key(
        "limits.header_timeout_seconds",
        Number(1, 600),
        "30",
        "Time for a request's head to arrive, and for an idle connection to live.",
    ),
    key(
        "limits.request_timeout_seconds",
        Number(1, 600),
        "30",
        "Time for the rest: to read the body and to answer.",
    ),
    key(
        "limits.grace_seconds",
        Number(1, 600),
        "10",
        "Time that requests have to finish when the server is stopped.",
    ),
    open(
        "replica.node",
        Text,
        "\"node-a\"",
        "What this process is called in firebell replica ls. Without it: the host's name and the\n\
         port. Two processes of one database need different names.",
    ),
    key(
        "replica.file",
        Text,
        "\"./firebell.last-known-good\"",
        "Where the configuration is kept as it was last proven, for starts at which the database\n\
         cannot be reached. Not used with SQLite, which lies on the same disk. Holds hashes of\n\
         secrets and the key that signs links: for the owner alone.",
    ),
    key(
        "replica.proving_seconds",
        Number(1, 3_600),
        "60",
        "How long a configuration is in use before it counts as proven.",
    ),
    secret(
        "feed.token",
        "\"at least 32 characters that nobody can guess\"",
        "What a node presents to follow this server, and what a node started with firebell replica\n\
         follow presents. Without it nobody can follow.",
    ),
    key(
        "licences.trusted_keys",
        List,
        "[]",
        "Public keys whose signed entitlement files are imported: \"NAME:KEY\", as firebell licence\n\
         key shows them.",
    ),
];

impl Key {
    /// The section; empty for the settings above all sections.
    pub(crate) fn section(&self) -> &'static str {
        self.name.rsplit_once('.').map_or("", |(section, _)| section)
    }

    /// The name inside its section.
    pub(crate) fn short(&self) -> &'static str {
        self.name.rsplit_once('.').map_or(self.name, |(_, short)| short)
    }

    /// The environment variable that sets it.
    pub(crate) fn variable(&self) -> String {
        format!("{VARIABLE_PREFIX}{}", self.name.replace('.', "__").to_uppercase())
    }
}

/// Environment variables that begin so are settings, or belong to [`CLIENT_VARIABLES`].
pub(crate) const VARIABLE_PREFIX: &str = "FIREBELL_";

/// Variables that the command line itself reads.
pub(crate) const CLIENT_VARIABLES: [&str; 7] = [
    "FIREBELL_CONFIG",
    "FIREBELL_URL",
    "FIREBELL_KEY",
    "FIREBELL_USER",
    "FIREBELL_PASSWORD_FILE",
    "FIREBELL_INTEGRATION_KEY",
    "FIREBELL_INSTANCE",
];

/// The setting with this name.
pub(crate) fn find(name: &str) -> Option<&'static Key> {
    KEYS.iter().find(|key| key.name == name)
}

/// The known word nearest to `word`, if it is near enough to be meant.
pub(crate) fn nearest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    // Two slips, or a third of the word: more is another word.
    let most = (word.chars().count() / 3).max(2);
    let near = known.map(|other| (distance(word, other), other));
    near.filter(|(slips, _)| *slips <= most).min().map(|(_, other)| other)
}

/// Insertions, removals and replacements that lead from one word to the other (Levenshtein).
fn distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (line, c) in from.chars().enumerate() {
        let mut left = line + 1;
        let mut next = vec![left];
        for ((other, above), diagonal) in to.iter().zip(row.iter().skip(1)).zip(&row) {
            left = (diagonal + usize::from(*other != c)).min(above + 1).min(left + 1);
            next.push(left);
        }
        row = next;
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_their_sections_are_described() {
        let mut seen = std::collections::BTreeSet::new();
        for key in KEYS {
            assert!(seen.insert(key.name), "{} is there twice", key.name);
            assert!(SECTIONS.iter().any(|(name, _)| *name == key.section()), "{}", key.name);
            assert!(!CLIENT_VARIABLES.contains(&key.variable().as_str()), "{}", key.name);
        }
    }

    #[test]
    fn distances() {
        let table = [("", "", 0), ("a", "", 1), ("kitten", "sitting", 3), ("listen", "listne", 2)];
        for (from, to, slips) in table {
            assert_eq!(distance(from, to), slips, "{from} {to}");
        }
        assert_eq!(nearest("lisen", ["listen", "log"].into_iter()), Some("listen"));
        assert_eq!(nearest("colour", ["listen", "log"].into_iter()), None);
    }
}
