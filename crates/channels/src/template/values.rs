//! The values a template sees: the caller's JSON, with a record of what was missing.
//!
//! A missing name prints nothing and is remembered when it is printed, not when it is only asked
//! for by `if` or `default`. A [`Probe`] stands for every name at once, for the trial when a
//! template is saved.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use minijinja::{
    Value,
    value::{Enumerator, Object, ObjectRepr, ValueKind},
};

/// Longest missing name that is reported, in characters.
const NAME_CHARS_MAX: usize = 100;

/// Collects the names that were printed without a value.
#[derive(Clone, Debug)]
pub(super) struct Missing {
    names: Arc<Mutex<BTreeSet<String>>>,
    max: usize,
}

impl Missing {
    pub(super) fn new(max: usize) -> Self {
        Self { names: Arc::default(), max }
    }

    /// A JSON value as a template value; `path` is where it stands.
    pub(super) fn value(&self, json: &serde_json::Value, path: &str) -> Value {
        match json {
            serde_json::Value::Object(members) => {
                let member = |(name, value): (&String, &serde_json::Value)| {
                    (name.clone(), self.value(value, &join(path, name)))
                };
                Value::from_object(Members {
                    values: members.iter().map(member).collect(),
                    path: path.to_owned(),
                    missing: self.clone(),
                })
            }
            serde_json::Value::Array(items) => {
                items.iter().map(|item| self.value(item, path)).collect()
            }
            serde_json::Value::Null => self.absent(path.to_owned()),
            serde_json::Value::Bool(b) => Value::from(*b),
            serde_json::Value::String(s) => Value::from(s.as_str()),
            serde_json::Value::Number(n) => match (n.as_i64(), n.as_u64()) {
                (Some(i), _) => Value::from(i),
                (None, Some(u)) => Value::from(u),
                (None, None) => Value::from(n.as_f64().unwrap_or_default()),
            },
        }
    }

    /// A context in which every name is missing.
    pub(super) fn anything(&self) -> Value {
        Value::from_object(Members {
            values: BTreeMap::new(),
            path: String::new(),
            missing: self.clone(),
        })
    }

    /// The names, sorted.
    pub(super) fn names(&self) -> Vec<String> {
        self.names.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    fn absent(&self, path: String) -> Value {
        Value::from_object(Absent { path, missing: self.clone() })
    }

    fn note(&self, path: &str) {
        let mut names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        if names.len() < self.max {
            names.insert(crate::text::one_line(path, NAME_CHARS_MAX));
        }
    }
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

/// An object of the caller's JSON.
#[derive(Debug)]
struct Members {
    values: BTreeMap<String, Value>,
    path: String,
    missing: Missing,
}

impl Object for Members {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let name = key.as_str()?;
        let found = self.values.get(name).cloned();
        Some(found.unwrap_or_else(|| self.missing.absent(join(&self.path, name))))
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Values(self.values.keys().map(|name| Value::from(name.as_str())).collect())
    }
}

/// A name without a value.
#[derive(Debug)]
struct Absent {
    path: String,
    missing: Missing,
}

impl Object for Absent {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Seq
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        Some(self.missing.absent(join(&self.path, &key.to_string())))
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Empty
    }

    fn is_true(self: &Arc<Self>) -> bool {
        false
    }

    fn render(self: &Arc<Self>, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.missing.note(&self.path);
        Ok(())
    }
}

/// Every name at once: prints a text that only good escaping survives, and holds itself.
#[derive(Debug)]
pub(super) struct Probe;

impl Object for Probe {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Seq
    }

    fn get_value(self: &Arc<Self>, _: &Value) -> Option<Value> {
        Some(Value::from_object(Self))
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Values(vec![Value::from_object(Self), Value::from_object(Self)])
    }

    fn is_true(self: &Arc<Self>) -> bool {
        true
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a \"b\"\\\n")
    }
}

/// Missing, null or empty text.
pub(super) fn is_empty(value: &Value) -> bool {
    match value.kind() {
        ValueKind::Undefined | ValueKind::None => true,
        ValueKind::String => value.as_str().is_some_and(str::is_empty),
        _ => value.downcast_object_ref::<Absent>().is_some(),
    }
}

/// A whole value as JSON; a missing one is `null`.
pub(super) fn to_json(value: &Value) -> String {
    to_json_value(value).to_string()
}

fn to_json_value(value: &Value) -> serde_json::Value {
    if let Some(absent) = value.downcast_object_ref::<Absent>() {
        absent.missing.note(&absent.path);
        return serde_json::Value::Null;
    }
    if value.downcast_object_ref::<Probe>().is_some() {
        return serde_json::Value::from(value.to_string());
    }
    if let Some(object) = value.downcast_object_ref::<Members>() {
        let member = |(name, value): (&String, &Value)| (name.clone(), to_json_value(value));
        return object.values.iter().map(member).collect();
    }
    match value.kind() {
        ValueKind::Seq | ValueKind::Iterable => {
            value.try_iter().into_iter().flatten().map(|item| to_json_value(&item)).collect()
        }
        _ => serde_json::to_value(value).unwrap_or(serde_json::Value::Null),
    }
}
