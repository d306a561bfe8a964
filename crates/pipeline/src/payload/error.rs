//! Why a payload was refused, and the first step of every parser: bytes to JSON.

use std::fmt::Display;

use firebell_domain::name::cut;
use serde_json::Value;

/// The longest piece of a payload quoted in an error, in characters.
const QUOTE_CHARS_MAX: usize = 64;

/// Why a payload was refused. The message is public and says what to change.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PayloadError {
    /// The body is too large.
    #[error("The body has {bytes} bytes; send at most {bytes_max}.")]
    TooLarge {
        /// How large it is.
        bytes: usize,
        /// How large it may be.
        bytes_max: usize,
    },
    /// The body is not UTF-8.
    #[error("The body is not UTF-8 (byte {offset}); send JSON encoded as UTF-8.")]
    NotUtf8 {
        /// Where it stops being UTF-8, in bytes from 0.
        offset: usize,
    },
    /// The body is not JSON.
    #[error("The body is not JSON: {message} (line {line}, column {column}).")]
    NotJson {
        /// Where, from 1.
        line: usize,
        /// Where in the line, from 1.
        column: usize,
        /// What is wrong there.
        message: String,
    },
    /// A field is wrong.
    #[error("{message}")]
    Field {
        /// Which, as a path such as `recipients[2].id`; `body` for the whole.
        field: String,
        /// What is wrong and what to send instead; names the field.
        message: String,
        /// The stable word for programs (xMatters' style).
        subcode: &'static str,
    },
}

impl PayloadError {
    /// The field that must change; `body` for the whole.
    pub fn field(&self) -> &str {
        match self {
            Self::Field { field, .. } => field,
            Self::TooLarge { .. } | Self::NotUtf8 { .. } | Self::NotJson { .. } => "body",
        }
    }

    /// The stable word for programs.
    pub const fn subcode(&self) -> &'static str {
        match self {
            Self::TooLarge { .. } => "validation.common.body.too_large",
            Self::NotUtf8 { .. } => "validation.common.body.not_utf8",
            Self::NotJson { .. } => "validation.common.body.not_json",
            Self::Field { subcode, .. } => subcode,
        }
    }

    /// A value of the wrong type: `recipients[2].id must be a string, not a number.`
    pub(super) fn wrong_type(field: impl Into<String>, wanted: &str, got: &Value) -> Self {
        let field = cut(&field.into(), 2 * QUOTE_CHARS_MAX);
        let message = format!("{field} must be {wanted}, not {}.", kind(got));
        Self::Field { field, message, subcode: "validation.common.field.invalid.type" }
    }

    /// A text that is none of the known words.
    pub(super) fn unknown_word(field: &str, given: &str, known: &str) -> Self {
        let given = cut(given, QUOTE_CHARS_MAX);
        let message = format!("{field} must be {known}, not {given:?}.");
        let subcode = "validation.common.field.invalid.enum";
        Self::Field { field: field.to_owned(), message, subcode }
    }

    /// A value outside its range.
    pub(super) fn out_of_range(field: impl Into<String>, rule: impl Display) -> Self {
        let field = cut(&field.into(), 2 * QUOTE_CHARS_MAX);
        let message = format!("{field} must {rule}.");
        Self::Field { field, message, subcode: "validation.common.field.invalid.range" }
    }

    /// A field that must be there: `payload.summary is missing or blank.`
    pub(super) fn missing_or_blank(field: &str) -> Self {
        let message = format!("{field} is missing or blank.");
        let subcode = "validation.common.field.missing";
        Self::Field { field: field.to_owned(), message, subcode }
    }

    /// Adds a remark to the message of a wrong field.
    pub(super) fn with_remark(mut self, remark: &str) -> Self {
        if let Self::Field { message, .. } = &mut self {
            message.push(' ');
            message.push_str(remark);
        }
        self
    }
}

/// The JSON in a body; none when there is nothing but white space. Numbers and duplicate keys are
/// as `serde_json` has them: the last of several equal keys counts.
pub(super) fn read_json(body: &[u8], bytes_max: usize) -> Result<Option<Value>, PayloadError> {
    if body.len() > bytes_max {
        return Err(PayloadError::TooLarge { bytes: body.len(), bytes_max });
    }
    let text = std::str::from_utf8(body)
        .map_err(|error| PayloadError::NotUtf8 { offset: error.valid_up_to() })?;
    // Some senders on Windows begin with a byte order mark.
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    if text.bytes().all(|b| b.is_ascii_whitespace()) {
        return Ok(None);
    }
    match serde_json::from_str(text) {
        Ok(value) => Ok(Some(value)),
        Err(error) => {
            let full = error.to_string();
            let message = full.split_once(" at line ").map_or(full.as_str(), |(first, _)| first);
            Err(PayloadError::NotJson {
                line: error.line(),
                column: error.column(),
                message: cut(message, QUOTE_CHARS_MAX),
            })
        }
    }
}

/// What a value is, with its article.
pub(super) const fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a truth value",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
