//! Settings: precedence, faults, and that what is printed can be read.

use super::key::{KEYS, Kind};
use super::layers::{Origin, Value};
use super::*;

fn sources(file: &str, environment: &[(&str, &str)], flags: &[(&str, &str)]) -> Written {
    let mut written = tempfile::NamedTempFile::new().unwrap();
    std::io::Write::write_all(&mut written, file.as_bytes()).unwrap();
    let own = |(a, b): &(&str, &str)| ((*a).to_owned(), (*b).to_owned());
    let sources = Sources {
        file: Some(written.path().to_owned()),
        usual_files: Vec::new(),
        environment: environment.iter().map(own).collect(),
        flags: flags
            .iter()
            .map(|(name, text)| ("--set".to_owned(), (*name).to_owned(), (*text).to_owned()))
            .collect(),
    };
    Written { sources, _file: written }
}

struct Written {
    sources: Sources,
    _file: tempfile::NamedTempFile,
}

fn faults(file: &str, environment: &[(&str, &str)]) -> Vec<String> {
    let written = sources(file, environment, &[]);
    Settings::check(&read(&written.sources)).err().unwrap_or_default()
}

#[test]
fn nothing_given_is_valid() {
    let settings = Settings::load(&Sources::default()).unwrap();
    assert_eq!(settings.listen.to_string(), "127.0.0.1:8420");
    assert_eq!(settings.retention, Retention { alert_days: 400, delivery_days: 90 });
    assert_eq!(settings.limits.connections_max, 4096);
    assert!(settings.channels.email.is_none() && !settings.channels.webhook.allow_private);
    assert_eq!(settings.database.to_string(), "sqlite:./firebell.db");
}

#[test]
fn the_defaults_are_those_of_the_channels() {
    let settings = Settings::load(&Sources::default()).unwrap();
    let (ours, theirs) = (settings.channels.webhook, webhook::Config::default());
    assert_eq!(ours.connect_timeout_ms, theirs.connect_timeout_ms);
    assert_eq!((ours.timeout_ms, ours.redirects), (theirs.timeout_ms, theirs.redirects));
    let mail = sources("smtp.host = \"m\"\nsmtp.from = \"a@b.example\"", &[], &[]);
    let ours = Settings::load(&mail.sources).unwrap().channels.email.unwrap();
    let theirs = email::Config::default();
    assert_eq!((ours.port, ours.security), (theirs.port, theirs.security));
    assert_eq!((ours.timeout_ms, ours.connections), (theirs.timeout_ms, theirs.connections));
    assert_eq!(ours.hello_name, theirs.hello_name);
}

#[test]
fn flags_win_over_the_environment_over_the_file_over_defaults() {
    let file = "listen = \"127.0.0.1:1\"\n[log]\nformat = \"json\"\nlevel = \"warn\"\n";
    let environment = [("FIREBELL_LISTEN", "127.0.0.1:2"), ("FIREBELL_LOG__FORMAT", "text")];
    let written = sources(file, &environment, &[("listen", "127.0.0.1:3")]);
    let layers = read(&written.sources);
    let from = |name: &str| layers.given[name].origin.clone();
    assert_eq!(from("listen"), Origin::Flag("--set".to_owned()));
    assert_eq!(from("log.format"), Origin::Environment("FIREBELL_LOG__FORMAT".to_owned()));
    assert!(matches!(from("log.level"), Origin::File(_)));
    assert_eq!(from("retention.alert_days"), Origin::Default);
    let settings = Settings::check(&layers).unwrap();
    assert_eq!(settings.listen.port(), 3);
    assert_eq!((settings.log_format, settings.log_level.as_str()), (LogFormat::Text, "warn"));
}

#[test]
fn each_value_is_read_from_each_layer() {
    let written = sources(
        "[webhook]\nallow_hosts = [\"a\", \"b\"]\nallow_private = true\nredirects = 1\n",
        &[],
        &[],
    );
    let from_file = Settings::load(&written.sources).unwrap().channels.webhook;
    let written = sources(
        "",
        &[
            ("FIREBELL_WEBHOOK__ALLOW_HOSTS", "a, b"),
            ("FIREBELL_WEBHOOK__ALLOW_PRIVATE", "true"),
            ("FIREBELL_WEBHOOK__REDIRECTS", "1"),
        ],
        &[],
    );
    let from_environment = Settings::load(&written.sources).unwrap().channels.webhook;
    for read in [from_file, from_environment] {
        assert_eq!(read.allow_hosts, ["a", "b"]);
        assert!(read.allow_private);
        assert_eq!(read.redirects, 1);
    }
}

#[test]
fn all_faults_are_reported_together_with_their_origin() {
    let file = "lisen = \"x\"\npublic_url = \"ftp://x\"\n[log]\nformat = \"jso\"\n\
                [limits]\nconnections_max = \"many\"\n[smtp]\nfrom = \"a@b.example\"\n";
    let environment = [
        ("FIREBELL_LISTEN", "here"),
        ("FIREBELL_DATABSE", "x"),
        ("FIREBELL_SECRET_KEY", "short-and-secret"),
        ("FIREBELL_LOG__LEVEL", "a=b=c"),
        ("FIREBELL_URL", "http://for-the-client"),
        ("FIREBELL_DATABASE", "mysql://user:hunter2@host/db"),
        ("FIREBELL_WEBHOOK__ALLOW_NETWORKS", "10.0.0.0/99"),
        ("FIREBELL_TRUSTED_PROXIES", "10.0.0.0/8, here"),
        ("FIREBELL_FEED__TOKEN", "short-and-secret"),
        ("FIREBELL_LICENCES__TRUSTED_KEYS", "c2hvcnQ="),
        ("FIREBELL_REPLICA__NODE", "two words"),
        ("FIREBELL_OPERATOR_INSTANCE", "No Name"),
    ];
    let found = faults(file, &environment).join("\n");
    for wanted in [
        "lisen (file",
        "did you mean listen?",
        "public_url (file",
        "log.format (file",
        "did you mean json?",
        "limits.connections_max (file",
        "must be a whole number from 8 to 100000, not a string",
        "smtp.from (file",
        "listen (environment FIREBELL_LISTEN): must be an IP address",
        "FIREBELL_DATABSE: there is no such setting; did you mean FIREBELL_DATABASE?",
        "secret_key (environment FIREBELL_SECRET_KEY): needs at least 32",
        "log.level (environment FIREBELL_LOG__LEVEL)",
        "database (environment FIREBELL_DATABASE)",
        "webhook.allow_networks",
        "trusted_proxies (environment FIREBELL_TRUSTED_PROXIES): `here` is not a network",
        "feed.token (environment FIREBELL_FEED__TOKEN): needs at least 32",
        "licences.trusted_keys (environment FIREBELL_LICENCES__TRUSTED_KEYS): `c2hvcnQ=` is no",
        "replica.node (environment FIREBELL_REPLICA__NODE): must have at most 64",
        "operator_instance (environment FIREBELL_OPERATOR_INSTANCE): must be the name",
    ] {
        assert!(found.contains(wanted), "{wanted:?} is missing in:\n{found}");
    }
    assert_eq!(found.lines().count(), 16, "{found}");
    assert!(!found.contains("hunter2") && !found.contains("short-and-secret"), "{found}");
}

#[test]
fn faults_of_the_mail_server_have_our_names() {
    let found = faults("[smtp]\nhost = \"m\"\nusername = \"u\"\n", &[]).join("\n");
    assert!(found.contains("smtp.from:") && !found.contains("email."), "{found}");
}

#[test]
fn a_file_that_cannot_be_read_is_a_fault() {
    let found = faults("listen = \n", &[]);
    assert!(found[0].contains("line 1: not readable as TOML"), "{found:?}");
    let missing = Sources { file: Some("/nonexistent/x.toml".into()), ..Sources::default() };
    let found = Settings::check(&read(&missing)).unwrap_err();
    assert!(found[0].contains("/nonexistent/x.toml: cannot be opened"), "{found:?}");
}

#[test]
fn the_example_is_valid_as_it_is_and_with_every_line_in_force() {
    let as_it_is = sources(&example(), &[], &[]);
    let layers = read(&as_it_is.sources);
    assert_eq!(layers.faults, Vec::<String>::new());
    assert!(layers.given.values().all(|given| given.origin == Origin::Default));

    let is_setting = |line: &&str| line.starts_with('#') && !line.starts_with("# ");
    let in_force: String = example()
        .lines()
        .map(
            |line| {
                if is_setting(&line) { format!("{}\n", &line[1..]) } else { format!("{line}\n") }
            },
        )
        .collect();
    let written = sources(&in_force, &[], &[]);
    let layers = read(&written.sources);
    assert_eq!(layers.faults, Vec::<String>::new());
    for key in KEYS {
        assert!(matches!(layers.given[key.name].origin, Origin::File(_)), "{}", key.name);
    }
    // Only the files it names do not exist here.
    let faults = Settings::check(&layers).unwrap_err();
    assert!(faults.iter().all(|fault| fault.contains("ca_file")), "{faults:?}");
}

#[test]
fn defaults_are_of_their_kind() {
    let layers = read(&Sources::default());
    for key in KEYS {
        let value = layers.given[key.name].value.as_ref();
        assert_eq!(value.is_some(), key.default.is_some(), "{}", key.name);
        match value {
            Some(Value::Number(_)) => assert!(matches!(key.kind, Kind::Number(..))),
            Some(Value::Flag(_)) => assert_eq!(key.kind, Kind::Flag),
            Some(Value::List(_)) => assert_eq!(key.kind, Kind::List),
            Some(Value::Text(_)) => assert!(matches!(key.kind, Kind::Text | Kind::Choice(_))),
            None => assert_eq!(key.kind, Kind::Text, "{}", key.name),
        }
    }
}

#[test]
fn what_is_shown_has_no_secret() {
    let environment = [
        ("FIREBELL_SECRET_KEY", "a-very-secret-key-a-very-secret-key"),
        ("FIREBELL_DATABASE", "postgres://ann:hunter2@db.example/firebell"),
        ("FIREBELL_SMTP__PASSWORD", "hunter3"),
        ("FIREBELL_FEED__TOKEN", "hunter4-hunter4-hunter4-hunter4-hunter4"),
    ];
    let written = sources("", &environment, &[]);
    let layers = read(&written.sources);
    let object = show::object(&layers).to_string();
    for secret in ["a-very-secret", "hunter2", "hunter3", "hunter4", "ann:"] {
        assert!(!object.contains(secret), "{object}");
    }
    assert!(object.contains("postgresql://db.example/firebell"), "{object}");
}
