//! Text templates that customers write: for subjects, mail texts and webhook bodies.
//!
//! Compiled when the configuration is saved, rendered by the pipeline. The engine is `minijinja`
//! without its built-in library; [`grammar`] admits placeholders, filters, `if` and `for` and
//! nothing that can grow memory or call code. A template reads only the values it is given.
//!
//! | write | get |
//! |---|---|
//! | `{{ summary }}`, `{{ properties.Severity }}`, `{{ properties["Host name"] }}` | the value |
//! | `{{ name \| default("nobody") }}` | the value, or the text where it is missing or empty |
//! | `upper`, `lower`, `trim`, `truncate(80)`, `json` | filters |
//! | `{% if x == "High" %}…{% elif … %}…{% else %}…{% endif %}` | a choice |
//! | `{% for key in properties %}{{ key }}: {{ properties[key] }}{% endfor %}` | a repetition |
//!
//! In [`Format::Json`] placeholders belong inside quotes: `"title": "{{ summary }}"`; the `json`
//! filter writes a whole value: `"details": {{ properties|json }}`.

mod grammar;
mod values;
#[cfg(test)]
mod tests;

use std::{collections::BTreeMap, fmt, io};

use minijinja::{AutoEscape, Environment, ErrorKind, Output, State, Value};

use crate::text;
use values::{Missing, Probe};

/// Longest template, in bytes.
pub const SOURCE_BYTES_MAX: usize = 32 << 10;
/// Longest output of a customer's template, in bytes.
pub const OUTPUT_BYTES_MAX: usize = 64 << 10;
/// Most steps of one rendering; a placeholder takes about three.
const FUEL: u64 = 20_000;
/// Most missing names that are reported.
const MISSING_MAX: usize = 20;
/// The name under which a template is known to its own environment.
const NAME: &str = "template";

/// What the output is, which decides how values are escaped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Plain text: values as they are.
    Text,
    /// HTML: values escaped.
    Html,
    /// JSON: values escaped as the inside of a string; the output must parse.
    Json,
}

/// A fault of a template, or of one rendering.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct TemplateError {
    /// Line in the template, from 1.
    pub line: usize,
    /// What is wrong and what to write instead.
    pub message: String,
}

impl fmt::Display for TemplateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.message)
    }
}

impl TemplateError {
    fn new(line: usize, message: impl AsRef<str>) -> Self {
        Self { line: line.max(1), message: text::one_line(message.as_ref(), 300) }
    }
}

/// The output of one rendering.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendered {
    /// The text.
    pub output: String,
    /// Names that were printed but had no value, at most 20.
    pub missing: Vec<String>,
}

/// One compiled template.
pub struct Template {
    engine: Environment<'static>,
    format: Format,
    output_bytes_max: usize,
}

impl fmt::Debug for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Template({:?})", self.format)
    }
}

/// Compiles a template and tries it, without keeping it: for the form where it is written.
///
/// # Errors
/// The first fault with its line.
pub fn check(source: &str, format: Format) -> Result<(), TemplateError> {
    Template::compile(source, format).map(drop)
}

impl Template {
    /// Compiles a template and tries it with every value present and with every value missing.
    ///
    /// # Errors
    /// The first fault with its line.
    pub fn compile(source: &str, format: Format) -> Result<Self, TemplateError> {
        let template = Self::compile_with_limit(source, format, OUTPUT_BYTES_MAX)?;
        template.try_with(Value::from_object(Probe))?;
        let missing = Missing::new(MISSING_MAX);
        template.try_with(missing.anything())?;
        Ok(template)
    }

    /// For our own templates, which need no trial and may write more.
    pub(crate) fn compile_with_limit(
        source: &str,
        format: Format,
        output_bytes_max: usize,
    ) -> Result<Self, TemplateError> {
        if source.len() > SOURCE_BYTES_MAX {
            return Err(TemplateError::new(1, "the template is longer than 32 KiB"));
        }
        grammar::check(source)?;
        let mut engine = engine(format);
        engine.add_template_owned(NAME, source.to_owned()).map_err(|e| Fault::from(e).error)?;
        Ok(Self { engine, format, output_bytes_max })
    }

    /// Renders with the members of a JSON object as names.
    ///
    /// # Errors
    /// A sentence and the line: too many steps, too much output, or output that is not JSON.
    pub fn render(&self, context: &serde_json::Value) -> Result<Rendered, TemplateError> {
        let missing = Missing::new(MISSING_MAX);
        let output = self.run(missing.value(context, "")).map_err(|fault| fault.error)?;
        Ok(Rendered { output, missing: missing.names() })
    }

    fn try_with(&self, context: Value) -> Result<(), TemplateError> {
        match self.run(context) {
            Err(fault) if fault.certain => Err(fault.error),
            Ok(_) | Err(_) => Ok(()),
        }
    }

    fn run(&self, context: Value) -> Result<String, Fault> {
        let mut bounded = Bounded { bytes: Vec::new(), max: self.output_bytes_max };
        let template = self.engine.get_template(NAME)?;
        template.render_captured_to(context, &mut bounded)?;
        let output = String::from_utf8_lossy(&bounded.bytes).into_owned();
        if self.format == Format::Json
            && let Err(e) = serde_json::from_str::<serde::de::IgnoredAny>(&output)
        {
            let message = format!(
                "the output is not JSON at its line {} column {}: put placeholders inside quotes \
                 (\"{{{{ name }}}}\") or write a whole value with {{{{ name|json }}}}",
                e.line(),
                e.column()
            );
            let error = TemplateError::new(1, message);
            return Err(Fault { error, certain: true });
        }
        Ok(output)
    }
}

/// Named templates, such as the ones of one form.
#[derive(Debug, Default)]
pub struct Templates(BTreeMap<String, Template>);

impl Templates {
    /// Compiles a template and keeps it under the name, in place of an earlier one.
    ///
    /// # Errors
    /// As [`Template::compile`].
    pub fn insert(
        &mut self,
        name: impl Into<String>,
        source: &str,
        format: Format,
    ) -> Result<(), TemplateError> {
        self.0.insert(name.into(), Template::compile(source, format)?);
        Ok(())
    }

    /// The template of this name.
    pub fn get(&self, name: &str) -> Option<&Template> {
        self.0.get(name)
    }
}

/// An error of the engine in our words.
struct Fault {
    error: TemplateError,
    /// Does not depend on the values, so it may refuse the template when it is saved.
    certain: bool,
}

impl From<minijinja::Error> for Fault {
    fn from(e: minijinja::Error) -> Self {
        let detail = e.detail().map_or_else(|| e.kind().to_string(), str::to_owned);
        let (certain, message) = match e.kind() {
            ErrorKind::OutOfFuel => (true, "the template takes too many steps".to_owned()),
            ErrorKind::WriteFailure => (true, "the output is longer than allowed".to_owned()),
            ErrorKind::MissingArgument
            | ErrorKind::TooManyArguments
            | ErrorKind::UnknownFilter
            | ErrorKind::SyntaxError
            | ErrorKind::BadEscape => (true, detail),
            _ => (false, detail),
        };
        Self { error: TemplateError::new(e.line().unwrap_or(1), message), certain }
    }
}

/// A writer that refuses to grow past its limit.
struct Bounded {
    bytes: Vec<u8>,
    max: usize,
}

impl io::Write for Bounded {
    fn write(&mut self, more: &[u8]) -> io::Result<usize> {
        if self.bytes.len().saturating_add(more.len()) > self.max {
            return Err(io::Error::other("output limit"));
        }
        self.bytes.extend_from_slice(more);
        Ok(more.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn engine(format: Format) -> Environment<'static> {
    let mut engine = Environment::empty();
    engine.set_fuel(Some(FUEL));
    engine.set_trim_blocks(true);
    engine.set_lstrip_blocks(true);
    match format {
        Format::Text => engine.set_auto_escape_callback(|_| AutoEscape::None),
        Format::Html => {
            engine.set_auto_escape_callback(|_| AutoEscape::None);
            engine.set_formatter(write_in_html);
        }
        Format::Json => {
            engine.set_auto_escape_callback(|_| AutoEscape::None);
            engine.set_formatter(write_in_json);
        }
    }
    engine.add_filter("upper", |value: &Value| value.to_string().to_uppercase());
    engine.add_filter("lower", |value: &Value| value.to_string().to_lowercase());
    engine.add_filter("trim", |value: &Value| value.to_string().trim().to_owned());
    engine.add_filter("truncate", |value: &Value, chars: usize| {
        text::truncate(&value.to_string(), chars)
    });
    engine.add_filter("default", |value: &Value, other: &Value| {
        if values::is_empty(value) { other.clone() } else { value.clone() }
    });
    engine.add_filter("json", move |value: &Value| {
        let json = values::to_json(value);
        // Only in JSON is JSON safe as it stands; HTML still escapes it.
        if format == Format::Json { Value::from_safe_string(json) } else { Value::from(json) }
    });
    engine
}

/// Writes a value as HTML text or a quoted attribute. The engine's own escaping also replaces
/// `/`, which breaks links in mail gateways that rewrite them.
fn write_in_html(
    out: &mut Output<'_>,
    _: &State<'_, '_>,
    value: &Value,
) -> Result<(), minijinja::Error> {
    let text = value.to_string();
    let mut rest = text.as_str();
    while let Some((at, sign)) = rest.char_indices().find(|(_, c)| "&<>\"'".contains(*c)) {
        out.write_str(rest.get(..at).unwrap_or_default()).map_err(minijinja::Error::from)?;
        let escaped = match sign {
            '&' => "&amp;",
            '<' => "&lt;",
            '>' => "&gt;",
            '"' => "&quot;",
            _ => "&#39;",
        };
        out.write_str(escaped).map_err(minijinja::Error::from)?;
        rest = rest.get(at + 1..).unwrap_or_default();
    }
    out.write_str(rest).map_err(minijinja::Error::from)
}

/// Writes a value as the inside of a JSON string; the `json` filter's output as it is.
fn write_in_json(
    out: &mut Output<'_>,
    _: &State<'_, '_>,
    value: &Value,
) -> Result<(), minijinja::Error> {
    let text = value.to_string();
    if value.is_safe() {
        return out.write_str(&text).map_err(minijinja::Error::from);
    }
    let quoted = serde_json::Value::from(text).to_string();
    let inside = quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or_default();
    out.write_str(inside).map_err(minijinja::Error::from)
}
