//! Reads the fields of a request's body, and says of all of them what is wrong.
//!
//! Used by every handler that writes configuration, inside the change, so that references are
//! resolved against the newest directory. A field is absent ([`Patch::Keep`]), `null`
//! ([`Patch::Clear`]) or given ([`Patch::Set`]); what absent and null mean is decided by the
//! field, with the methods of [`Patch`]. Never touches configuration itself.

use firebell_base::Timestamp;
use firebell_config::{ConfigError, Fault, Faults};
use firebell_domain::name::{Name, cut};
use firebell_domain::schedule::Zone;
use serde_json::{Map, Value};

use crate::error::ApiError;
use crate::time::parse_time;

/// The most items of any array: that of the longest list there is.
const ITEMS_MAX: usize = firebell_config::limits::ROSTER_MAX;
/// Characters of a given text that a message repeats.
const ECHO_CHARS_MAX: usize = 40;

/// What a request says of a field.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Patch<T> {
    /// Nothing.
    Keep,
    /// `null`.
    Clear,
    /// This.
    Set(T),
}

impl<T> Patch<T> {
    /// For a field that must have a value: neither absence nor `null` changes it.
    pub(crate) fn or(self, old: T) -> T {
        match self {
            Self::Set(new) => new,
            Self::Keep | Self::Clear => old,
        }
    }

    /// For a field with a default: `null` means the default.
    pub(crate) fn or_default(self, old: T, default: T) -> T {
        match self {
            Self::Set(new) => new,
            Self::Keep => old,
            Self::Clear => default,
        }
    }

    /// For an optional field: `null` clears it.
    pub(crate) fn optional(self, old: Option<T>) -> Option<T> {
        match self {
            Self::Set(new) => Some(new),
            Self::Keep => old,
            Self::Clear => None,
        }
    }

    /// The value, if one was given.
    pub(crate) fn given(self) -> Option<T> {
        match self {
            Self::Set(new) => Some(new),
            Self::Keep | Self::Clear => None,
        }
    }

    /// Turns a given value into something else.
    pub(crate) fn map<U>(self, with: impl FnOnce(T) -> U) -> Patch<U> {
        match self {
            Self::Set(new) => Patch::Set(with(new)),
            Self::Keep => Patch::Keep,
            Self::Clear => Patch::Clear,
        }
    }

    /// The first of two spellings of a field that says anything.
    pub(crate) fn or_else(self, other: impl FnOnce() -> Self) -> Self {
        match self {
            Self::Keep => other(),
            Self::Clear | Self::Set(_) => self,
        }
    }
}

/// The body of a request, or an object in it.
#[derive(Debug)]
pub(crate) struct Input<'a> {
    fields: &'a Map<String, Value>,
    /// The kind of entity, as in subcodes.
    kind: &'static str,
    /// What comes before the name of a field in messages, such as `recurrence.`.
    prefix: String,
    faults: Faults,
}

impl<'a> Input<'a> {
    /// Reads this object, which describes an entity of this kind (as in subcodes).
    pub(crate) fn new(kind: &'static str, fields: &'a Map<String, Value>) -> Self {
        Self { fields, kind, prefix: String::new(), faults: Faults::default() }
    }

    /// Whether the field is there at all, `null` included.
    pub(crate) fn has(&self, field: &str) -> bool {
        self.fields.contains_key(field)
    }

    /// Records what is wrong with a field. The subcode is `validation.<kind>.<reason>`.
    pub(crate) fn fault(&mut self, field: &str, reason: &str, message: impl Into<String>) {
        let subcode = format!("validation.{}.{reason}", self.kind);
        self.record(field, subcode, message.into());
    }

    fn record(&mut self, field: &str, subcode: String, message: String) {
        let field = format!("{}{field}", self.prefix);
        let fault = Fault { field, message, subcode, entity: String::new(), subject: None };
        // A field that is read twice has one fault.
        if !self.faults.0.contains(&fault) {
            self.faults.push(fault);
        }
    }

    fn wrong_type(&mut self, field: &str, wanted: &str) {
        let subcode = "validation.common.field.invalid.type".to_owned();
        self.record(field, subcode, format!("must be {wanted}"));
    }

    /// Records that a required field is missing, unless there is a value or a fault already.
    pub(crate) fn require<T>(&mut self, field: &str, value: Option<T>) -> Option<T> {
        let named = format!("{}{field}", self.prefix);
        if value.is_none() && !self.faults.0.iter().any(|fault| fault.field == named) {
            self.fault(field, "missing_required_field", "is required");
        }
        value
    }

    /// Nothing is wrong, or everything that is.
    pub(crate) fn finish(self) -> Result<(), ApiError> {
        self.faults.or(()).map_err(|faults| ConfigError::from(faults).into())
    }

    /// The value if it could be made and nothing is wrong.
    pub(crate) fn finish_with<T>(mut self, value: Option<T>) -> Result<T, ApiError> {
        if value.is_none() && self.faults.is_empty() {
            self.fault("", "incomplete", "is incomplete");
        }
        let made = match value {
            Some(value) => self.faults.or(value),
            None => Err(self.faults),
        };
        made.map_err(|faults| ConfigError::from(faults).into())
    }

    fn raw(&self, field: &str) -> Patch<&'a Value> {
        match self.fields.get(field) {
            None => Patch::Keep,
            Some(Value::Null) => Patch::Clear,
            Some(value) => Patch::Set(value),
        }
    }

    /// Reads a field with `read`; what it cannot read must be `wanted`.
    fn read<T>(
        &mut self,
        field: &str,
        wanted: &str,
        read: impl FnOnce(&'a Value) -> Option<T>,
    ) -> Patch<T> {
        match self.raw(field) {
            Patch::Keep => Patch::Keep,
            Patch::Clear => Patch::Clear,
            Patch::Set(value) => {
                if let Some(read) = read(value) {
                    Patch::Set(read)
                } else {
                    self.wrong_type(field, wanted);
                    Patch::Keep
                }
            }
        }
    }

    /// A text, as it is.
    pub(crate) fn text(&mut self, field: &str) -> Patch<String> {
        self.read(field, "a text", |value| value.as_str().map(str::to_owned))
    }

    /// A text; a number is taken as well.
    pub(crate) fn text_or_number(&mut self, field: &str) -> Patch<String> {
        self.read(field, "a text", |value| match value {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        })
    }

    /// A text that says nothing when it is empty, as some clients send every field.
    pub(crate) fn filled(&mut self, field: &str) -> Patch<String> {
        match self.text(field) {
            Patch::Set(text) if text.trim().is_empty() => Patch::Clear,
            other => other,
        }
    }

    /// A name.
    pub(crate) fn name(&mut self, field: &str) -> Patch<Name> {
        match self.text(field) {
            Patch::Keep => Patch::Keep,
            Patch::Clear => Patch::Clear,
            Patch::Set(text) => match Name::parse(&text) {
                Ok(name) => Patch::Set(name),
                Err(error) => {
                    self.fault(field, "name", error.to_string());
                    Patch::Keep
                }
            },
        }
    }

    /// A truth value.
    pub(crate) fn flag(&mut self, field: &str) -> Patch<bool> {
        self.read(field, "true or false", |value| match value {
            Value::Bool(flag) => Some(*flag),
            Value::String(text) if text.eq_ignore_ascii_case("true") => Some(true),
            Value::String(text) if text.eq_ignore_ascii_case("false") => Some(false),
            _ => None,
        })
    }

    /// A whole number that fits; digits in a text are taken as well.
    pub(crate) fn count<N: TryFrom<u64>>(&mut self, field: &str) -> Patch<N> {
        self.read(field, "a whole number from 0 on, and not too large", |value| {
            let number = match value {
                Value::Number(number) => number.as_u64(),
                Value::String(text) => text.trim().parse().ok(),
                _ => None,
            };
            number.and_then(|number| N::try_from(number).ok())
        })
    }

    /// A number; one in a text is taken as well.
    pub(crate) fn decimal(&mut self, field: &str) -> Patch<f64> {
        self.read(field, "a number", |value| match value {
            Value::Number(number) => number.as_f64(),
            Value::String(text) => text.trim().parse().ok().filter(|n: &f64| n.is_finite()),
            _ => None,
        })
    }

    /// One of a list of words, whatever the case; an empty text says nothing.
    pub(crate) fn word<T: Copy>(&mut self, field: &str, list: &[(T, &str)]) -> Patch<T> {
        match self.filled(field) {
            Patch::Keep => Patch::Keep,
            Patch::Clear => Patch::Clear,
            Patch::Set(text) => self.pick(field, &text, list).map_or(Patch::Keep, Patch::Set),
        }
    }

    /// The value of a word, whatever the case.
    pub(crate) fn pick<T: Copy>(
        &mut self,
        field: &str,
        text: &str,
        list: &[(T, &str)],
    ) -> Option<T> {
        let found = list.iter().find(|(_, word)| word.eq_ignore_ascii_case(text.trim()));
        if found.is_none() {
            let words: Vec<&str> = list.iter().map(|(_, word)| *word).collect();
            let given = cut(text, ECHO_CHARS_MAX);
            let message = format!("must be one of {}, not {given:?}", words.join(", "));
            let subcode = "validation.common.field.invalid.enum".to_owned();
            self.record(field, subcode, message);
        }
        found.map(|(value, _)| *value)
    }

    /// A time zone; an empty text says nothing.
    pub(crate) fn zone(&mut self, field: &str) -> Patch<Zone> {
        let wanted = "a time zone's name such as Europe/Oslo";
        self.parsed(field, ("timezone", wanted), |text| Zone::parse(text).ok())
    }

    /// An instant; an empty text says nothing.
    pub(crate) fn instant(&mut self, field: &str) -> Patch<Timestamp> {
        let wanted = "a time such as 2026-03-02T09:00:00.000Z";
        self.parsed(field, ("time", wanted), |text| parse_time(text).ok())
    }

    /// A text that `parse` understands; if it does not, the fault is `(reason, wanted)`.
    fn parsed<T>(
        &mut self,
        field: &str,
        (reason, wanted): (&str, &str),
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Patch<T> {
        let text = match self.filled(field) {
            Patch::Keep => return Patch::Keep,
            Patch::Clear => return Patch::Clear,
            Patch::Set(text) => text,
        };
        let value = parse(&text);
        if value.is_none() {
            let given = cut(&text, ECHO_CHARS_MAX);
            self.fault(field, reason, format!("must be {wanted}, not {given:?}"));
        }
        value.map_or(Patch::Keep, Patch::Set)
    }

    /// The id or name of something: a text, or an object with `id`, `targetName` or `name`.
    pub(crate) fn pointer(&mut self, field: &str) -> Patch<String> {
        let pointer = self.read(field, "an id or a name", pointer_text);
        match pointer {
            Patch::Set(text) if text.trim().is_empty() => Patch::Clear,
            other => other,
        }
    }

    /// Several of those, in an array or in a page of an answer (`{"data": […]}`).
    pub(crate) fn pointers(&mut self, field: &str) -> Patch<Vec<String>> {
        if self.is_too_long(field) {
            return Patch::Keep;
        }
        self.read(field, "an array of ids or names", |value| {
            list_in(value)?.iter().map(pointer_text).collect()
        })
    }

    /// An object.
    pub(crate) fn object(&mut self, field: &str) -> Patch<&'a Map<String, Value>> {
        self.read(field, "an object", Value::as_object)
    }

    /// Several objects, in an array or in a page of an answer.
    pub(crate) fn objects(&mut self, field: &str) -> Patch<Vec<&'a Map<String, Value>>> {
        if self.is_too_long(field) {
            return Patch::Keep;
        }
        self.read(field, "an array of objects", |value| {
            list_in(value)?.iter().map(Value::as_object).collect()
        })
    }

    /// An array or a page, whatever is in it.
    pub(crate) fn array(&mut self, field: &str) -> Patch<&'a [Value]> {
        if self.is_too_long(field) {
            return Patch::Keep;
        }
        self.read(field, "an array", list_in)
    }

    /// Whether there is an array of more items than any list may have, which is a fault: nothing is
    /// made of it while the configuration is locked.
    fn is_too_long(&mut self, field: &str) -> bool {
        let items = self.fields.get(field).and_then(list_in).map_or(0, <[Value]>::len);
        if items > ITEMS_MAX {
            self.fault(field, "too_many", format!("must have at most {ITEMS_MAX} items"));
        }
        items > ITEMS_MAX
    }

    /// Reads an object within this one; faults name its fields `field.…`.
    pub(crate) fn within<T>(
        &mut self,
        field: &str,
        fields: &'a Map<String, Value>,
        read: impl FnOnce(&mut Self) -> T,
    ) -> T {
        let mut inner = Self {
            fields,
            kind: self.kind,
            prefix: format!("{}{field}.", self.prefix),
            faults: Faults::default(),
        };
        let made = read(&mut inner);
        for fault in inner.faults.0 {
            self.faults.push(fault);
        }
        made
    }
}

/// An array, or the one in a page of an answer.
fn list_in(value: &Value) -> Option<&[Value]> {
    let list = value.as_array().or_else(|| value.get("data")?.as_array());
    list.map(Vec::as_slice)
}

fn pointer_text(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => Some(text.as_str()),
        Value::Object(fields) => ["id", "targetName", "name"]
            .iter()
            .find_map(|key| fields.get(*key).and_then(Value::as_str)),
        _ => None,
    };
    text.map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn absent_null_and_given_are_told_apart() {
        let body = json!({"a": null, "b": "x", "c": "", "n": "12", "m": 7, "f": null});
        let mut input = Input::new("person", body.as_object().unwrap());
        assert_eq!(input.text("zz"), Patch::Keep);
        assert_eq!(input.text("a"), Patch::Clear);
        assert_eq!(input.text("b"), Patch::Set("x".to_owned()));
        assert_eq!(input.filled("c"), Patch::Clear);
        assert_eq!((input.count("n"), input.count("m")), (Patch::Set(12_u16), Patch::Set(7_u8)));
        assert!(!input.flag("f").or_default(true, false));
        assert!(input.finish().is_ok());
    }

    #[test]
    fn every_fault_is_reported_with_its_field() {
        let body = json!({"start": "soon", "repeatEvery": -1, "days": ["XX"]});
        let mut input = Input::new("shift", body.as_object().unwrap());
        assert_eq!(input.instant("start"), Patch::Keep);
        assert_eq!(input.count::<u16>("repeatEvery"), Patch::Keep);
        input.require::<()>("name", None);
        let fields: Vec<&str> = input.faults.0.iter().map(|f| f.field.as_str()).collect();
        assert_eq!(fields, ["start", "repeatEvery", "name"]);
        assert_eq!(input.faults.0[2].subcode, "validation.shift.missing_required_field");
    }

    #[test]
    fn pointers_are_texts_objects_or_pages() {
        let body = json!({
            "a": ["x", {"id": "y"}, {"name": "z"}], "b": {"data": [{"id": "y"}]}, "c": [1]
        });
        let mut input = Input::new("group", body.as_object().unwrap());
        let set = |list: &[&str]| Patch::Set(list.iter().map(|&t| t.to_owned()).collect());
        assert_eq!(input.pointers("a"), set(&["x", "y", "z"]));
        assert_eq!(input.pointers("b"), set(&["y"]));
        assert_eq!(input.pointers("c"), Patch::Keep);
        assert!(input.finish().is_err());
    }
}
