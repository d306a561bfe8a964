//! Custom fields: of people, and of events.

use std::collections::BTreeMap;
use std::fmt;

/// The value of one property.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A text.
    Text(String),
    /// A truth value.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// Any other finite number.
    Real(f64),
    /// Several texts.
    List(Vec<String>),
}

/// Properties by name, in the order of their names.
pub type Properties = BTreeMap<String, Value>;

impl fmt::Display for Value {
    /// The value as matchers and message templates see it; lists are joined by ", ".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Bool(flag) => flag.fmt(f),
            Self::Int(number) => number.fmt(f),
            Self::Real(number) => number.fmt(f),
            Self::List(texts) => f.write_str(&texts.join(", ")),
        }
    }
}
