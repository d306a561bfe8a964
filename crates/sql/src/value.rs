//! Values that travel to and from the engines, and rows of them.
//!
//! Used by every statement in `store`. A value never prints its contents: rows carry secrets
//! and personal data, and `Debug` output ends up in logs.

use std::fmt;

use crate::Error;

/// One value of a parameter or a column.
#[derive(Clone, PartialEq)]
pub enum Value {
    /// The SQL null.
    Null,
    /// A truth value; SQLite stores it as 0 or 1.
    Bool(bool),
    /// A whole number; instants are microseconds since the epoch.
    Int(i64),
    /// A floating point number.
    Real(f64),
    /// Text without NUL characters (PostgreSQL cannot store them).
    Text(String),
    /// Bytes.
    Blob(Vec<u8>),
    /// Sixteen bytes: an id. The engines store it as any other blob; here it needs no memory of its
    /// own, which is felt at a dozen ids per alert. Every blob of this length is read back as this.
    Id([u8; 16]),
}

impl Value {
    /// The kind in words, for errors.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "bool",
            Self::Int(_) => "int",
            Self::Real(_) => "real",
            Self::Text(_) => "text",
            Self::Blob(_) | Self::Id(_) => "blob",
        }
    }

    /// Bytes this value takes on the way to the server, roughly.
    pub(crate) fn weight(&self) -> usize {
        match self {
            Self::Null | Self::Bool(_) | Self::Int(_) | Self::Real(_) => 12,
            Self::Text(text) => text.len() + 4,
            Self::Blob(bytes) => bytes.len() + 4,
            Self::Id(_) => 20,
        }
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => write!(f, "Null"),
            Self::Bool(value) => write!(f, "Bool({value})"),
            Self::Int(value) => write!(f, "Int({value})"),
            Self::Real(value) => write!(f, "Real({value})"),
            Self::Text(text) => write!(f, "Text({} bytes)", text.len()),
            Self::Blob(bytes) => write!(f, "Blob({} bytes)", bytes.len()),
            Self::Id(_) => write!(f, "Blob(16 bytes)"),
        }
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

macro_rules! from_whole_number {
    ($($number:ty),*) => {$(
        impl From<$number> for Value {
            fn from(value: $number) -> Self {
                Self::Int(i64::from(value))
            }
        }
    )*};
}
from_whole_number!(i64, i32, i16, i8, u32, u16, u8);

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Self::Real(value)
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}

impl From<&String> for Value {
    fn from(value: &String) -> Self {
        Self::Text(value.clone())
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<Vec<u8>> for Value {
    fn from(value: Vec<u8>) -> Self {
        <[u8; 16]>::try_from(value.as_slice()).map_or(Self::Blob(value), Self::Id)
    }
}

impl From<&[u8]> for Value {
    fn from(value: &[u8]) -> Self {
        <[u8; 16]>::try_from(value).map_or_else(|_| Self::Blob(value.to_vec()), Self::Id)
    }
}

impl<const N: usize> From<[u8; N]> for Value {
    fn from(value: [u8; N]) -> Self {
        Self::from(value.as_slice())
    }
}

impl<const N: usize> From<&[u8; N]> for Value {
    fn from(value: &[u8; N]) -> Self {
        Self::from(value.as_slice())
    }
}

impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// One row of a result, read whole: a list statement needs its `limit`.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    statement: &'static str,
    values: Vec<Value>,
}

impl Row {
    pub(crate) fn new(statement: &'static str, values: Vec<Value>) -> Self {
        Self { statement, values }
    }

    /// Reads column `i` (from 0).
    ///
    /// # Errors
    /// [`Error::Type`] when the column does not exist, is null for a type that is not an
    /// `Option`, or holds another kind of value.
    pub fn get<T: FromValue>(&self, i: usize) -> Result<T, Error> {
        let value = self.values.get(i);
        value.and_then(T::from_value).ok_or_else(|| Error::Type {
            statement: self.statement,
            column: i,
            expected: T::EXPECTED,
            found: value.map_or("no such column", Value::kind),
        })
    }

    /// Reads column `i` and leaves null behind: moves text and bytes instead of copying them.
    ///
    /// # Errors
    /// As [`Row::get`].
    pub fn take<T: FromValue>(&mut self, i: usize) -> Result<T, Error> {
        let out = self.values.get_mut(i).map(|slot| std::mem::replace(slot, Value::Null));
        let found = out.as_ref().map_or("no such column", Value::kind);
        out.and_then(T::from_owned).ok_or(Error::Type {
            statement: self.statement,
            column: i,
            expected: T::EXPECTED,
            found,
        })
    }

    /// The number of columns.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether the row has no columns.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The values themselves, in column order.
    pub fn into_values(self) -> Vec<Value> {
        self.values
    }
}

/// A type a column can be read as.
pub trait FromValue: Sized {
    /// The name of the expected kind, for errors.
    const EXPECTED: &'static str;

    /// The value as this type, or nothing if it is of another kind or out of range.
    fn from_value(value: &Value) -> Option<Self>;

    /// The same for a value that may be consumed.
    fn from_owned(value: Value) -> Option<Self> {
        Self::from_value(&value)
    }
}

macro_rules! read_whole_number {
    ($($number:ty => $name:literal),*) => {$(
        impl FromValue for $number {
            const EXPECTED: &'static str = $name;

            fn from_value(value: &Value) -> Option<Self> {
                match value {
                    Value::Int(value) => Self::try_from(*value).ok(),
                    _ => None,
                }
            }
        }
    )*};
}
read_whole_number!(
    i64 => "int",
    i32 => "int (32 bits)",
    i16 => "int (16 bits)",
    u64 => "int (not negative)",
    u32 => "int (32 bits, not negative)",
    u16 => "int (16 bits, not negative)",
    u8 => "int (8 bits, not negative)"
);

impl FromValue for bool {
    const EXPECTED: &'static str = "bool";

    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::Bool(value) => Some(*value),
            // SQLite has no booleans.
            Value::Int(0) => Some(false),
            Value::Int(1) => Some(true),
            _ => None,
        }
    }
}

impl FromValue for f64 {
    const EXPECTED: &'static str = "real";

    #[expect(clippy::cast_precision_loss, reason = "a real column may come back as a whole number")]
    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::Real(value) => Some(*value),
            Value::Int(value) => Some(*value as Self),
            _ => None,
        }
    }
}

impl FromValue for String {
    const EXPECTED: &'static str = "text";

    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::Text(text) => Some(text.clone()),
            _ => None,
        }
    }

    fn from_owned(value: Value) -> Option<Self> {
        match value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }
}

impl FromValue for Vec<u8> {
    const EXPECTED: &'static str = "blob";

    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::Blob(bytes) => Some(bytes.clone()),
            Value::Id(bytes) => Some(bytes.to_vec()),
            _ => None,
        }
    }

    fn from_owned(value: Value) -> Option<Self> {
        match value {
            Value::Blob(bytes) => Some(bytes),
            Value::Id(bytes) => Some(bytes.to_vec()),
            _ => None,
        }
    }
}

impl<const N: usize> FromValue for [u8; N] {
    const EXPECTED: &'static str = "blob of a fixed length";

    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::Blob(bytes) => bytes.as_slice().try_into().ok(),
            Value::Id(bytes) => bytes.as_slice().try_into().ok(),
            _ => None,
        }
    }
}

impl<T: FromValue> FromValue for Option<T> {
    const EXPECTED: &'static str = T::EXPECTED;

    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::Null => Some(None),
            value => T::from_value(value).map(Some),
        }
    }

    fn from_owned(value: Value) -> Option<Self> {
        match value {
            Value::Null => Some(None),
            value => T::from_owned(value).map(Some),
        }
    }
}

impl FromValue for Value {
    const EXPECTED: &'static str = "anything";

    fn from_value(value: &Value) -> Option<Self> {
        Some(value.clone())
    }

    fn from_owned(value: Value) -> Option<Self> {
        Some(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_kind_names_statement_and_column() {
        let row = Row::new("alert.get", vec![Value::from("x"), Value::Null]);
        let error = row.get::<i64>(0).unwrap_err();
        assert!(matches!(
            error,
            Error::Type { statement: "alert.get", column: 0, expected: "int", found: "text" }
        ));
        assert!(matches!(row.get::<String>(1), Err(Error::Type { found: "null", .. })));
        assert!(matches!(row.get::<i64>(2), Err(Error::Type { found: "no such column", .. })));
        assert_eq!(row.get::<Option<String>>(1).unwrap(), None);
    }

    #[test]
    fn numbers_out_of_range_are_refused() {
        let row = Row::new("t", vec![Value::Int(-1), Value::Int(2), Value::Int(1)]);
        assert!(row.get::<u64>(0).is_err());
        assert!(row.get::<u32>(0).is_err());
        assert_eq!(row.get::<i32>(0).unwrap(), -1);
        assert!(row.get::<bool>(1).is_err());
        assert!(row.get::<bool>(2).unwrap());
    }

    #[test]
    fn debug_hides_contents() {
        let shown = format!("{:?} {:?}", Value::from("s3cret"), Value::from(vec![1_u8, 2]));
        assert_eq!(shown, "Text(6 bytes) Blob(2 bytes)");
    }

    #[test]
    fn take_moves_the_value_out() {
        let mut row = Row::new("t", vec![Value::from("x")]);
        assert_eq!(row.take::<String>(0).unwrap(), "x");
        assert_eq!(row.take::<Option<String>>(0).unwrap(), None);
    }
}
