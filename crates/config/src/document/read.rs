//! Text to shapes, strictly: unknown fields, wrong types and double keys are faults with a path.
//!
//! Two passes. The first reads YAML or JSON into a tree and counts its values, so that aliases
//! cannot blow a small document up. The second walks the tree with the field names the shapes
//! know. Of each entry of a top-level list the first wrong type is reported, and every unknown
//! field before it.

use std::cell::{Cell, RefCell};
use std::fmt;

use serde::de::{
    self, DeserializeSeed, Deserializer, IntoDeserializer, MapAccess, SeqAccess, Visitor,
};
use serde_json::{Map, Value as Json};

use super::shape::{Root, VERSION};
use super::suggest::remedy;
use super::{DOCUMENT_BYTES_MAX, DOCUMENT_VALUES_MAX};
use crate::fault::{Fault, Faults};

/// The top-level fields.
const ROOT: [&str; 7] =
    ["version", "sites", "people", "groups", "forms", "integrations", "maintenanceWindows"];

/// Reads a document.
pub(super) fn document(text: &str) -> Result<Root, Faults> {
    if text.len() > DOCUMENT_BYTES_MAX {
        let message =
            format!("the document must be at most {DOCUMENT_BYTES_MAX} bytes long; split it");
        return Err(Faults::one("", message, "validation.document.too_large"));
    }
    let tree = tree(text).map_err(|error| {
        let message = format!("the document cannot be read: {error}");
        Faults::one("", message, "validation.document.syntax")
    })?;
    let faults = RefCell::new(Faults::default());
    let root = root(tree, &faults);
    faults.into_inner().or(root)
}

fn root(tree: Json, faults: &RefCell<Faults>) -> Root {
    let mut root = Root::default();
    let mut members = match tree {
        Json::Object(members) => members,
        Json::Null => return root,
        Json::Bool(_) | Json::Number(_) | Json::String(_) | Json::Array(_) => {
            let message = format!("must be a mapping with the fields {}", ROOT.join(", "));
            note(faults, "", message);
            return root;
        }
    };
    for name in members.keys().filter(|name| !ROOT.contains(&name.as_str())) {
        note(faults, name, format!("is not a known field; {}", remedy(name, &ROOT)));
    }
    match members.remove("version") {
        None => {}
        Some(version) if version.as_u64() == Some(VERSION) => root.version = Some(VERSION),
        Some(_) => note(faults, "version", format!("must be {VERSION}, which this release reads")),
    }
    root.sites = list(members.remove("sites"), "sites", faults);
    root.people = list(members.remove("people"), "people", faults);
    root.groups = list(members.remove("groups"), "groups", faults);
    root.forms = list(members.remove("forms"), "forms", faults);
    root.integrations = list(members.remove("integrations"), "integrations", faults);
    let windows = members.remove("maintenanceWindows");
    root.maintenance_windows = list(windows, "maintenanceWindows", faults);
    root
}

fn list<T: de::DeserializeOwned>(
    value: Option<Json>,
    name: &str,
    faults: &RefCell<Faults>,
) -> Option<Vec<T>> {
    let items = match value? {
        Json::Array(items) => items,
        // A heading with nothing below it. Not an empty list: with prune that would remove all.
        Json::Null => return None,
        Json::Bool(_) | Json::Number(_) | Json::String(_) | Json::Object(_) => {
            note(faults, name, "must be a list; begin every entry with -");
            return None;
        }
    };
    let mut out = Vec::with_capacity(items.len());
    for (i, item) in items.iter().enumerate() {
        let path = format!("{name}[{i}]");
        match T::deserialize(Walk { value: item, path: path.clone(), faults }) {
            Ok(entry) => out.push(entry),
            Err(error) => note(faults, error.path.as_deref().unwrap_or(&path), error.message),
        }
    }
    Some(out)
}

fn note(faults: &RefCell<Faults>, path: &str, message: impl Into<String>) {
    faults.borrow_mut().push(Fault {
        field: path.to_owned(),
        message: message.into(),
        subcode: "validation.document.shape".to_owned(),
        entity: String::new(),
        subject: None,
    });
}

fn tree(text: &str) -> Result<Json, String> {
    let left = Cell::new(DOCUMENT_VALUES_MAX);
    if text.trim_start().starts_with('{') {
        let mut source = serde_json::Deserializer::from_str(text);
        let tree = Tree(&left).deserialize(&mut source).map_err(|e| e.to_string())?;
        return source.end().map(|()| tree).map_err(|e| e.to_string());
    }
    let source = serde_norway::Deserializer::from_str(text);
    Tree(&left).deserialize(source).map_err(|e| e.to_string())
}

/// Builds a tree of a bounded number of values.
struct Tree<'a>(&'a Cell<usize>);

impl<'de> DeserializeSeed<'de> for Tree<'_> {
    type Value = Json;

    fn deserialize<D: Deserializer<'de>>(self, source: D) -> Result<Json, D::Error> {
        let left = self.0.get().checked_sub(1).ok_or_else(|| {
            de::Error::custom(format_args!(
                "it has more than {DOCUMENT_VALUES_MAX} values; split it"
            ))
        })?;
        self.0.set(left);
        source.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Tree<'_> {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E: de::Error>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_none<E: de::Error>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Json, E> {
        Ok(Json::from(value))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Json, E> {
        Ok(Json::from(value))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Json, E> {
        Ok(Json::from(value))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Json, E> {
        serde_json::Number::from_f64(value)
            .map(Json::Number)
            .ok_or_else(|| E::custom("numbers must be finite"))
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<Json, E> {
        Ok(Json::from(value))
    }

    fn visit_string<E: de::Error>(self, value: String) -> Result<Json, E> {
        Ok(Json::from(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut source: A) -> Result<Json, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = source.next_element_seed(Tree(self.0))? {
            items.push(item);
        }
        Ok(Json::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut source: A) -> Result<Json, A::Error> {
        let mut members = Map::new();
        while let Some(name) = source.next_key::<String>()? {
            let value = source.next_value_seed(Tree(self.0))?;
            if members.contains_key(&name) {
                return Err(de::Error::custom(format_args!("the field {name:?} is there twice")));
            }
            members.insert(name, value);
        }
        Ok(Json::Object(members))
    }
}

/// A place in the tree, read as a shape.
struct Walk<'a> {
    value: &'a Json,
    path: String,
    faults: &'a RefCell<Faults>,
}

/// A wrong type.
#[derive(Debug)]
struct ShapeError {
    path: Option<String>,
    message: String,
}

impl ShapeError {
    fn at(self, path: &str) -> Self {
        Self { path: self.path.or_else(|| Some(path.to_owned())), ..self }
    }
}

impl fmt::Display for ShapeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ShapeError {}

impl de::Error for ShapeError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self { path: None, message: message.to_string() }
    }

    /// Never repeats the value: it may be a secret.
    fn invalid_type(found: de::Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        let found = match found {
            de::Unexpected::Bool(_) => "true or false",
            de::Unexpected::Unsigned(_) | de::Unexpected::Signed(_) | de::Unexpected::Float(_) => {
                "a number (for a text put it in quotes)"
            }
            de::Unexpected::Str(_) => "a text",
            de::Unexpected::Unit => "nothing",
            de::Unexpected::Seq => "a list",
            de::Unexpected::Map => "a mapping",
            _ => "something else",
        };
        Self::custom(format_args!("must be {expected}, not {found}"))
    }

    fn invalid_value(_: de::Unexpected<'_>, expected: &dyn de::Expected) -> Self {
        Self::custom(format_args!("is out of range: must be {expected}"))
    }

    fn missing_field(field: &'static str) -> Self {
        Self::custom(format_args!("has no {field}; add it"))
    }
}

impl<'de> Deserializer<'de> for Walk<'_> {
    type Error = ShapeError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ShapeError> {
        let path = self.path.clone();
        let out = match self.value {
            Json::Null => visitor.visit_unit(),
            Json::Bool(value) => visitor.visit_bool(*value),
            Json::String(value) => visitor.visit_str(value),
            Json::Number(value) => match (value.as_u64(), value.as_i64()) {
                (Some(value), _) => visitor.visit_u64(value),
                (None, Some(value)) => visitor.visit_i64(value),
                (None, None) => visitor.visit_f64(value.as_f64().unwrap_or(f64::NAN)),
            },
            Json::Array(items) => {
                visitor.visit_seq(Items { items: items.iter().enumerate(), walk: &self })
            }
            Json::Object(members) => visitor.visit_map(Members {
                left: members.iter().collect(),
                value: None,
                walk: &self,
            }),
        };
        out.map_err(|error| error.at(&path))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ShapeError> {
        match self.value {
            Json::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, ShapeError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        known: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ShapeError> {
        let Json::Object(members) = self.value else {
            let message = format!("must be a mapping with fields such as {}", known.join(", "));
            return Err(ShapeError { path: Some(self.path), message });
        };
        let (members, unknown): (Vec<_>, Vec<_>) =
            members.iter().partition(|(name, _)| known.contains(&name.as_str()));
        for (name, _) in unknown {
            let path = format!("{}.{name}", self.path);
            note(self.faults, &path, format!("is not a known field; {}", remedy(name, known)));
        }
        let path = self.path.clone();
        let members = Members { left: members.into(), value: None, walk: &self };
        visitor.visit_map(members).map_err(|error| error.at(&path))
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf unit
        unit_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

struct Items<'a> {
    items: std::iter::Enumerate<std::slice::Iter<'a, Json>>,
    walk: &'a Walk<'a>,
}

impl<'de> SeqAccess<'de> for Items<'_> {
    type Error = ShapeError;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, ShapeError> {
        let Some((i, value)) = self.items.next() else {
            return Ok(None);
        };
        let path = format!("{}[{i}]", self.walk.path);
        seed.deserialize(Walk { value, path: path.clone(), faults: self.walk.faults })
            .map(Some)
            .map_err(|error| error.at(&path))
    }
}

struct Members<'a> {
    left: std::collections::VecDeque<(&'a String, &'a Json)>,
    value: Option<(&'a String, &'a Json)>,
    walk: &'a Walk<'a>,
}

impl<'de> MapAccess<'de> for Members<'_> {
    type Error = ShapeError;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, ShapeError> {
        self.value = self.left.pop_front();
        let Some((name, _)) = self.value else {
            return Ok(None);
        };
        seed.deserialize(name.as_str().into_deserializer()).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(
        &mut self,
        seed: V,
    ) -> Result<V::Value, ShapeError> {
        let Some((name, value)) = self.value.take() else {
            return Err(de::Error::custom("a value without a field"));
        };
        let path = format!("{}.{name}", self.walk.path);
        seed.deserialize(Walk { value, path: path.clone(), faults: self.walk.faults })
            .map_err(|error| error.at(&path))
    }
}
