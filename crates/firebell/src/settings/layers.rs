//! From file, environment and flags to one value per setting, each with where it came from.
//!
//! Later layers win: defaults, file, environment, flags. Every fault of every layer is kept, so
//! that all of them can be shown together.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use super::key::{self, CLIENT_VARIABLES, KEYS, Key, Kind, SECTIONS, VARIABLE_PREFIX};

/// A larger settings file is a mistake, in bytes.
const FILE_BYTES_MAX: u64 = 1024 * 1024;

/// What a setting holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Value {
    /// A text, or one of a choice.
    Text(String),
    /// Yes or no.
    Flag(bool),
    /// A whole number.
    Number(i64),
    /// Texts.
    List(Vec<String>),
}

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Origin {
    /// Nobody said anything.
    Default,
    /// The settings file.
    File(PathBuf),
    /// An environment variable.
    Environment(String),
    /// A flag of the command line.
    Flag(String),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(path) => write!(f, "file {}", path.display()),
            Self::Environment(name) => write!(f, "environment {name}"),
            Self::Flag(name) => write!(f, "flag {name}"),
        }
    }
}

/// A value and its origin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Given {
    /// None for a setting without a default that nobody gave.
    pub(crate) value: Option<Value>,
    /// Who gave it.
    pub(crate) origin: Origin,
}

/// What the layers are read from.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sources {
    /// The file named on the command line.
    pub(crate) file: Option<PathBuf>,
    /// Files that are read when none is named: the first that exists.
    pub(crate) usual_files: Vec<PathBuf>,
    /// The environment.
    pub(crate) environment: Vec<(String, String)>,
    /// Flags: how they are spelled, the setting, the value.
    pub(crate) flags: Vec<(String, String, String)>,
}

/// Every setting by name, and what is wrong.
#[derive(Debug, Clone, Default)]
pub(crate) struct Layers {
    /// One entry per setting.
    pub(crate) given: BTreeMap<&'static str, Given>,
    /// What is wrong, one line each.
    pub(crate) faults: Vec<String>,
}

/// Reads all layers.
pub(crate) fn read(sources: &Sources) -> Layers {
    let mut layers = Layers::default();
    for key in KEYS {
        let value = key.default.and_then(toml_literal).and_then(|v| fits(key, &v).ok());
        layers.given.insert(key.name, Given { value, origin: Origin::Default });
    }
    layers.file(sources);
    layers.environment(&sources.environment);
    for (flag, name, text) in &sources.flags {
        layers.text(name, text, Origin::Flag(flag.clone()));
    }
    layers
}

impl Layers {
    fn file(&mut self, sources: &Sources) {
        let usual = || sources.usual_files.iter().find(|path| path.exists());
        let Some(path) = sources.file.as_ref().or_else(usual) else { return };
        let text = match read_bounded(path, FILE_BYTES_MAX) {
            Ok(text) => text,
            Err(fault) => return self.faults.push(format!("{}: {fault}", path.display())),
        };
        match text.parse::<toml::Table>() {
            Ok(table) => self.table(path, "", &table),
            Err(error) => {
                let place = error.span().map(|span| line_of(&text, span.start));
                let place = place.map_or_else(String::new, |line| format!(", line {line}"));
                let what = error.message();
                self.faults
                    .push(format!("{}{place}: not readable as TOML: {what}", path.display()));
            }
        }
    }

    fn table(&mut self, path: &Path, section: &str, table: &toml::Table) {
        for (short, value) in table {
            let name =
                if section.is_empty() { short.clone() } else { format!("{section}.{short}") };
            let origin = Origin::File(path.to_owned());
            if let Some(key) = key::find(&name) {
                self.keep(key, fits(key, value), origin);
            } else if let (toml::Value::Table(inner), true) = (value, is_section(&name)) {
                self.table(path, &name, inner);
            } else {
                self.unknown(&name, &origin);
            }
        }
    }

    fn environment(&mut self, environment: &[(String, String)]) {
        for (variable, text) in environment {
            let Some(rest) = variable.strip_prefix(VARIABLE_PREFIX) else { continue };
            if CLIENT_VARIABLES.contains(&variable.as_str()) {
                continue;
            }
            let name = rest.to_lowercase().replace("__", ".");
            let origin = Origin::Environment(variable.clone());
            if key::find(&name).is_some() {
                self.text(&name, text, origin);
                continue;
            }
            let variables: Vec<String> = KEYS.iter().map(Key::variable).collect();
            let known = variables.iter().map(String::as_str).chain(CLIENT_VARIABLES);
            let hint = meant(key::nearest(variable, known));
            self.faults.push(format!("{variable}: there is no such setting{hint}"));
        }
    }

    fn text(&mut self, name: &str, text: &str, origin: Origin) {
        match key::find(name) {
            Some(key) => self.keep(key, from_text(key, text), origin),
            None => self.unknown(name, &origin),
        }
    }

    fn keep(&mut self, key: &Key, value: Result<Value, String>, origin: Origin) {
        match value {
            Ok(value) => {
                self.given.insert(key.name, Given { value: Some(value), origin });
            }
            Err(fault) => self.faults.push(format!("{} ({origin}): {fault}", key.name)),
        }
    }

    fn unknown(&mut self, name: &str, origin: &Origin) {
        let known = KEYS.iter().map(|key| key.name).chain(SECTIONS.iter().map(|(s, _)| *s));
        let hint = meant(key::nearest(name, known.filter(|word| !word.is_empty())));
        self.faults.push(format!("{name} ({origin}): there is no such setting{hint}"));
    }
}

fn meant(near: Option<&str>) -> String {
    near.map_or_else(
        || "; firebell config example shows all".to_owned(),
        |near| format!("; did you mean {near}?"),
    )
}

fn is_section(name: &str) -> bool {
    SECTIONS.iter().any(|(section, _)| *section == name)
}

/// The text of a file of at most `bytes_max` bytes, or why it cannot be read.
pub(crate) fn read_bounded(path: &Path, bytes_max: u64) -> Result<String, String> {
    use std::io::Read as _;
    let file = std::fs::File::open(path).map_err(|error| format!("cannot be opened: {error}"))?;
    let mut text = String::new();
    let read = file.take(bytes_max + 1).read_to_string(&mut text);
    match read {
        Err(error) => Err(format!("cannot be read: {error}")),
        Ok(bytes) if bytes as u64 > bytes_max => Err(format!("is larger than {bytes_max} bytes")),
        Ok(_) => Ok(text),
    }
}

fn line_of(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1
}

fn toml_literal(text: &str) -> Option<toml::Value> {
    format!("x = {text}").parse::<toml::Table>().ok()?.remove("x")
}

/// A value of the file as the setting's kind.
fn fits(key: &Key, value: &toml::Value) -> Result<Value, String> {
    match (key.kind, value) {
        (Kind::Text | Kind::Choice(_), toml::Value::String(text)) => from_text(key, text),
        (Kind::Flag, toml::Value::Boolean(flag)) => Ok(Value::Flag(*flag)),
        (Kind::Number(..), toml::Value::Integer(number)) => from_text(key, &number.to_string()),
        (Kind::List, toml::Value::Array(items)) => {
            let texts = items.iter().map(|item| item.as_str().map(str::to_owned));
            texts.collect::<Option<_>>().map(Value::List).ok_or_else(|| wanted(key))
        }
        (Kind::Text | Kind::Choice(_) | Kind::Flag | Kind::Number(..) | Kind::List, other) => {
            Err(format!("{}, not {}", wanted(key), an(other.type_str())))
        }
    }
}

/// A value of the environment or a flag as the setting's kind.
fn from_text(key: &Key, text: &str) -> Result<Value, String> {
    let text = text.trim();
    match key.kind {
        Kind::Text if text.is_empty() => Err("must not be empty".to_owned()),
        Kind::Text => Ok(Value::Text(text.to_owned())),
        Kind::Choice(words) if words.contains(&text) => Ok(Value::Text(text.to_owned())),
        Kind::Flag => text.parse().map(Value::Flag).map_err(|_| wanted(key)),
        Kind::Number(least, most) => text
            .parse()
            .ok()
            .filter(|number| (least..=most).contains(number))
            .map(Value::Number)
            .ok_or_else(|| wanted(key)),
        Kind::List => {
            let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
            Ok(Value::List(items.map(str::to_owned).collect()))
        }
        Kind::Choice(words) => {
            let hint = key::nearest(text, words.iter().copied());
            let hint = hint.map_or_else(String::new, |near| format!("; did you mean {near}?"));
            Err(format!("{}{hint}", wanted(key)))
        }
    }
}

fn an(noun: &str) -> String {
    let article = if noun.starts_with(['a', 'e', 'i', 'o']) { "an" } else { "a" };
    format!("{article} {noun}")
}

fn wanted(key: &Key) -> String {
    match key.kind {
        Kind::Text => "must be a text".to_owned(),
        Kind::Flag => "must be true or false".to_owned(),
        Kind::Number(least, most) => format!("must be a whole number from {least} to {most}"),
        Kind::List => "must be a list of texts".to_owned(),
        Kind::Choice(words) => format!("must be one of {}", words.join(", ")),
    }
}
