//! Between rows and the domain's types: the small conversions every aggregate needs.

use std::collections::BTreeMap;

use firebell_base::time::from_micros;
use firebell_base::{Id, Timestamp};
use firebell_domain::property::{Properties, Value as Property};
use firebell_sql::{Error, Row, Value};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

/// An id as a value.
pub(crate) fn id<T>(id: Id<T>) -> Value {
    Value::Id(id.to_bytes())
}

/// An id that may be missing.
pub(crate) fn opt_id<T>(id: Option<Id<T>>) -> Value {
    id.map_or(Value::Null, self::id)
}

/// An instant as microseconds.
pub(crate) fn at(at: Timestamp) -> Value {
    Value::Int(at.as_microsecond())
}

/// An instant that may be missing.
pub(crate) fn opt_at(at: Option<Timestamp>) -> Value {
    at.map_or(Value::Null, self::at)
}

/// A text that may be missing.
pub(crate) fn opt_text(text: Option<&str>) -> Value {
    text.map_or(Value::Null, |t| Value::Text(t.to_owned()))
}

/// The id in a column.
pub(crate) fn get_id<T>(row: &Row, i: usize) -> Result<Id<T>, Error> {
    row.get::<[u8; 16]>(i).map(Id::from_bytes)
}

/// The id in a column, or none.
pub(crate) fn get_opt_id<T>(row: &Row, i: usize) -> Result<Option<Id<T>>, Error> {
    Ok(row.get::<Option<[u8; 16]>>(i)?.map(Id::from_bytes))
}

/// The instant in a column.
pub(crate) fn get_at(row: &Row, i: usize) -> Result<Timestamp, Error> {
    row.get::<i64>(i).map(from_micros)
}

/// The instant in a column, or none.
pub(crate) fn get_opt_at(row: &Row, i: usize) -> Result<Option<Timestamp>, Error> {
    Ok(row.get::<Option<i64>>(i)?.map(from_micros))
}

/// A number that stands for one of a closed set of words.
pub(crate) fn get_code<T>(
    row: &Row,
    i: usize,
    what: &str,
    from_code: impl Fn(i64) -> Option<T>,
) -> Result<T, Error> {
    let code: i64 = row.get(i)?;
    from_code(code).ok_or_else(|| damaged(what, code))
}

/// A stored value that this version does not know.
pub(crate) fn damaged(what: &str, value: impl std::fmt::Display) -> Error {
    Error::broken(
        format!("The database holds a {what} that this version does not know: {value}."),
        what,
    )
}

/// Properties as JSON text.
pub fn encode_properties(properties: &Properties) -> String {
    struct Map<'a>(&'a Properties);
    struct Item<'a>(&'a Property);
    impl Serialize for Item<'_> {
        fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
            match self.0 {
                Property::Text(text) => to.serialize_str(text),
                Property::Bool(flag) => to.serialize_bool(*flag),
                Property::Int(number) => to.serialize_i64(*number),
                Property::Real(number) => to.serialize_f64(*number),
                Property::List(texts) => texts.serialize(to),
            }
        }
    }
    impl Serialize for Map<'_> {
        fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
            let mut map = to.serialize_map(Some(self.0.len()))?;
            for (name, value) in self.0 {
                map.serialize_entry(name, &Item(value))?;
            }
            map.end()
        }
    }
    // Texts, numbers and lists of texts always have a JSON form.
    serde_json::to_string(&Map(properties)).unwrap_or_else(|_| "{}".to_owned())
}

/// Properties from JSON text; what this version cannot read is kept as its JSON text.
pub fn decode_properties(text: &str) -> Result<Properties, Error> {
    let map: BTreeMap<String, serde_json::Value> = serde_json::from_str(text)
        .map_err(|e| Error::broken("Stored properties are damaged.", e))?;
    Ok(map.into_iter().map(|(name, value)| (name, property(value))).collect())
}

/// A JSON value as a property.
pub fn property(value: serde_json::Value) -> Property {
    match value {
        serde_json::Value::String(text) => Property::Text(text),
        serde_json::Value::Bool(flag) => Property::Bool(flag),
        serde_json::Value::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(whole), _) => Property::Int(whole),
            (None, Some(real)) => Property::Real(real),
            (None, None) => Property::Text(number.to_string()),
        },
        serde_json::Value::Array(items) if items.iter().all(serde_json::Value::is_string) => {
            let text = |item: serde_json::Value| item.as_str().map(str::to_owned);
            Property::List(items.into_iter().filter_map(text).collect())
        }
        other @ (serde_json::Value::Null
        | serde_json::Value::Array(_)
        | serde_json::Value::Object(_)) => Property::Text(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn properties_round_trip() {
        let properties = Properties::from([
            ("a".to_owned(), Property::Text("x\"y".to_owned())),
            ("b".to_owned(), Property::Bool(true)),
            ("c".to_owned(), Property::Int(-3)),
            ("d".to_owned(), Property::Real(1.5)),
            ("e".to_owned(), Property::List(vec!["p".to_owned(), "q".to_owned()])),
        ]);
        let text = encode_properties(&properties);
        assert_eq!(decode_properties(&text).expect("reads"), properties);
    }

    #[test]
    fn damaged_properties_are_an_error() {
        assert!(decode_properties("{\"a\":").is_err());
    }
}
