//! Reads a body's JSON into its struct and notes which members the struct does not know.
//!
//! Used by `codec` only. What is noted is kept and written again; what was neither noted nor comes
//! out of the struct again was lost, and the body is refused (see `kept`).

use std::cell::RefCell;

use serde::Deserializer;
use serde::de::value::{BorrowedStrDeserializer, MapAccessDeserializer};
use serde::de::{DeserializeOwned, DeserializeSeed, Error as _, MapAccess, SeqAccess, Visitor};
use serde::forward_to_deserialize_any;
use serde_json::{Error, Map, Value};

/// A place in a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Step<'a> {
    Member(&'a str),
    Item(usize),
}

/// Where the reader is, and what it skipped on its way.
#[derive(Debug, Default)]
struct Trail<'a> {
    at: RefCell<Vec<Step<'a>>>,
    skipped: RefCell<Vec<Vec<Step<'a>>>>,
}

impl<'a> Trail<'a> {
    fn under<T>(&self, step: Step<'a>, read: impl FnOnce() -> T) -> T {
        self.at.borrow_mut().push(step);
        let out = read();
        self.at.borrow_mut().pop();
        out
    }
}

/// The value as a `T`, and the places of the members that `T` does not know.
pub(super) fn read<T: DeserializeOwned>(value: &Value) -> Result<(T, Vec<Vec<Step<'_>>>), Error> {
    let trail = Trail::default();
    let read = T::deserialize(Walk { value, trail: &trail })?;
    Ok((read, trail.skipped.into_inner()))
}

/// One value, and the trail to it.
#[derive(Clone, Copy)]
struct Walk<'t, 'a> {
    value: &'a Value,
    trail: &'t Trail<'a>,
}

impl<'de> Deserializer<'de> for Walk<'_, 'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.value {
            Value::Null => visitor.visit_unit(),
            Value::Bool(flag) => visitor.visit_bool(*flag),
            Value::Number(number) => match (number.as_u64(), number.as_i64(), number.as_f64()) {
                (Some(whole), _, _) => visitor.visit_u64(whole),
                (None, Some(whole), _) => visitor.visit_i64(whole),
                (None, None, Some(real)) => visitor.visit_f64(real),
                (None, None, None) => Err(Error::custom("a number that cannot be read")),
            },
            Value::String(text) => visitor.visit_borrowed_str(text),
            Value::Array(list) => {
                visitor.visit_seq(Items { rest: list.iter().enumerate(), trail: self.trail })
            }
            Value::Object(members) => visitor.visit_map(self.members(members)),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.value {
            Value::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match self.value {
            Value::String(word) => visitor.visit_enum(BorrowedStrDeserializer::new(word)),
            Value::Object(members) if members.len() == 1 => {
                visitor.visit_enum(MapAccessDeserializer::new(self.members(members)))
            }
            _ => Err(Error::custom("must be a word, or an object with one member")),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let place = self.trail.at.borrow().clone();
        self.trail.skipped.borrow_mut().push(place);
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct seq tuple tuple_struct map struct identifier
    }
}

impl<'t, 'a> Walk<'t, 'a> {
    fn members(self, members: &'a Map<String, Value>) -> Members<'t, 'a> {
        Members { rest: members.iter(), value: None, trail: self.trail }
    }
}

struct Members<'t, 'a> {
    rest: serde_json::map::Iter<'a>,
    value: Option<(&'a str, &'a Value)>,
    trail: &'t Trail<'a>,
}

impl<'a> MapAccess<'a> for Members<'_, 'a> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'a>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Error> {
        let Some((name, value)) = self.rest.next() else { return Ok(None) };
        self.value = Some((name, value));
        seed.deserialize(BorrowedStrDeserializer::new(name)).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'a>>(&mut self, seed: V) -> Result<V::Value, Error> {
        let Some((name, value)) = self.value.take() else {
            return Err(Error::custom("a member without a name"));
        };
        let walk = Walk { value, trail: self.trail };
        self.trail.under(Step::Member(name), || seed.deserialize(walk))
    }
}

struct Items<'t, 'a> {
    rest: std::iter::Enumerate<std::slice::Iter<'a, Value>>,
    trail: &'t Trail<'a>,
}

impl<'a> SeqAccess<'a> for Items<'_, 'a> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'a>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Error> {
        let Some((place, value)) = self.rest.next() else { return Ok(None) };
        let walk = Walk { value, trail: self.trail };
        self.trail.under(Step::Item(place), || seed.deserialize(walk)).map(Some)
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::json;

    use super::*;

    #[derive(Deserialize, Debug, PartialEq)]
    struct Outer {
        name: String,
        list: Vec<Inner>,
        choice: Choice,
        maybe: Option<i64>,
    }

    #[derive(Deserialize, Debug, PartialEq)]
    struct Inner {
        real: f64,
    }

    #[derive(Deserialize, Debug, PartialEq)]
    #[serde(rename_all = "camelCase")]
    enum Choice {
        One,
        Some { n: u8 },
    }

    #[test]
    fn it_notes_what_is_not_known_wherever_it_is() {
        let value = json!({
            "name": "a", "choice": { "some": { "n": 3, "more": 1 } }, "maybe": -2, "new": [1],
            "list": [{ "real": 1.5 }, { "real": 2, "new": null }],
        });
        let (read, mut skipped) = read::<Outer>(&value).unwrap();
        assert_eq!(read.choice, Choice::Some { n: 3 });
        assert_eq!((read.list[1].real, read.maybe), (2.0, Some(-2)));
        skipped.sort();
        let member = Step::Member;
        assert_eq!(
            skipped,
            [
                vec![member("choice"), member("some"), member("more")],
                vec![member("list"), Step::Item(1), member("new")],
                vec![member("new")],
            ]
        );
    }

    #[test]
    fn what_does_not_fit_is_an_error() {
        for bad in [
            json!(null),
            json!([]),
            json!({ "name": 1, "choice": "one", "list": [] }),
            json!({ "name": "a", "choice": "two", "list": [] }),
            json!({ "name": "a", "choice": { "one": null, "some": {} }, "list": [] }),
            json!({ "name": "a", "choice": "one", "list": {} }),
            json!({ "name": "a", "choice": "one", "list": [{ "real": "x" }] }),
        ] {
            assert!(read::<Outer>(&bad).is_err(), "{bad}");
        }
        let good = json!({ "name": "a", "choice": "one", "list": [] });
        let (read, skipped) = read::<Outer>(&good).unwrap();
        assert_eq!((read.choice, read.maybe, skipped.len()), (Choice::One, None, 0));
    }
}
