//! Turns JSON values into properties, and cleans texts. Used by the parsers beside it; never fails.

use firebell_base::limit::{PROPERTIES_MAX, SUMMARY_CHARS_MAX};
use firebell_domain::name::cut;
use firebell_domain::property::{Properties, Value as Property};
use serde_json::{Number, Value};

use super::{
    DROPPED_PROPERTY, PROPERTY_LIST_MAX, PROPERTY_NAME_CHARS_MAX, PROPERTY_TEXT_CHARS_MAX,
};

/// Objects nested deeper than this are kept as JSON text.
const FLATTEN_DEPTH_MAX: usize = 8;

/// Properties in the making, bounded.
#[derive(Debug, Default)]
pub(super) struct Collector {
    properties: Properties,
    dropped: usize,
}

impl Collector {
    /// Adds one property; a later value under the same name wins.
    pub(super) fn put(&mut self, name: &str, value: Property) {
        self.insert(clean(name, PROPERTY_NAME_CHARS_MAX), value);
    }

    fn insert(&mut self, mut name: String, value: Property) {
        if name.is_empty() {
            "_".clone_into(&mut name);
        }
        if self.properties.len() >= PROPERTIES_MAX && !self.properties.contains_key(&name) {
            self.dropped += 1;
            return;
        }
        self.properties.insert(name, value);
    }

    /// Adds a text.
    pub(super) fn put_text(&mut self, name: &str, text: &str) {
        self.put(name, Property::Text(clean(text, PROPERTY_TEXT_CHARS_MAX)));
    }

    /// The same for what is already owned: copies only what must change.
    pub(super) fn put_owned(&mut self, name: String, text: String) {
        let text = Property::Text(cleaned(text, PROPERTY_TEXT_CHARS_MAX));
        self.insert(cleaned(name, PROPERTY_NAME_CHARS_MAX), text);
    }

    /// Adds a JSON value: nothing for null, an object under names joined by dots.
    pub(super) fn put_json(&mut self, name: &str, value: Value) {
        self.flatten(name, value, 0);
    }

    /// What was collected; says how many properties were left out, if any.
    pub(super) fn finish(mut self) -> Properties {
        if self.dropped > 0 && !self.properties.contains_key(DROPPED_PROPERTY) {
            while self.properties.len() >= PROPERTIES_MAX {
                self.properties.pop_last();
                self.dropped += 1;
            }
        }
        if self.dropped > 0 {
            let dropped = i64::try_from(self.dropped).unwrap_or(i64::MAX);
            self.properties.insert(DROPPED_PROPERTY.to_owned(), Property::Int(dropped));
        }
        self.properties
    }

    fn flatten(&mut self, name: &str, value: Value, depth: usize) {
        match value {
            Value::Null => {}
            Value::Bool(flag) => self.put(name, Property::Bool(flag)),
            Value::Number(number) => self.put(name, number_property(&number)),
            Value::String(text) => {
                self.put(name, Property::Text(cleaned(text, PROPERTY_TEXT_CHARS_MAX)));
            }
            Value::Array(items) => self.put(name, list_property(items)),
            Value::Object(map) if depth >= FLATTEN_DEPTH_MAX => {
                self.put_text(name, &Value::Object(map).to_string());
            }
            Value::Object(map) => {
                // The path is cut on the way down, or one long key would be copied for each leaf.
                let prefix = cut(name, PROPERTY_NAME_CHARS_MAX);
                for (key, value) in map {
                    let key = cut(&key, PROPERTY_NAME_CHARS_MAX);
                    self.flatten(&format!("{prefix}.{key}"), value, depth + 1);
                }
            }
        }
    }
}

/// The text without NUL characters, cut.
pub(super) fn clean(text: &str, chars_max: usize) -> String {
    if text.contains('\0') {
        cut(&text.replace('\0', "\u{FFFD}"), chars_max)
    } else {
        cut(text, chars_max)
    }
}

/// The same for a text that is already owned: copies only what must change.
pub(super) fn cleaned(text: String, chars_max: usize) -> String {
    if text.len() <= chars_max && !text.contains('\0') { text } else { clean(&text, chars_max) }
}

/// A summary: the first line that is not empty, without control characters, cut.
pub(super) fn one_line(text: &str) -> String {
    let line = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or("");
    if !line.chars().any(char::is_control) {
        return cut(line, SUMMARY_CHARS_MAX);
    }
    let visible: String = line.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    cut(visible.trim(), SUMMARY_CHARS_MAX)
}

fn number_property(number: &Number) -> Property {
    if let Some(whole) = number.as_i64() {
        return Property::Int(whole);
    }
    match number.as_f64() {
        Some(real) if real.is_finite() && !number.is_u64() => Property::Real(real),
        // Beyond i64 a Real would round: somebody's id would become another one.
        Some(_) | None => Property::Text(number.to_string()),
    }
}

/// A list of texts where possible; otherwise the JSON text of the list.
fn list_property(items: Vec<Value>) -> Property {
    if !items.iter().all(|item| scalar_text(item).is_some() || category_value(item).is_some()) {
        return Property::Text(clean(&Value::Array(items).to_string(), PROPERTY_TEXT_CHARS_MAX));
    }
    let total = items.iter().filter(|item| !item.is_null()).count();
    let mut texts: Vec<String> = items
        .iter()
        .filter(|item| !item.is_null())
        .filter_map(|item| scalar_text(item).or_else(|| category_value(item)))
        .take(PROPERTY_LIST_MAX)
        .map(|text| cleaned(text, PROPERTY_TEXT_CHARS_MAX))
        .collect();
    if total > PROPERTY_LIST_MAX {
        texts.truncate(PROPERTY_LIST_MAX - 1);
        texts.push(format!("… and {} more", total - texts.len()));
    }
    Property::List(texts)
}

fn scalar_text(value: &Value) -> Option<String> {
    match value {
        Value::Null => Some(String::new()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) => Some(text.clone()),
        Value::Array(_) | Value::Object(_) => None,
    }
}

/// The value of one step of an xMatters hierarchy property, `{"category": …, "value": …}`.
fn category_value(value: &Value) -> Option<String> {
    let map = value.as_object()?;
    (map.len() == 2 && map.contains_key("category")).then_some(())?;
    scalar_text(map.get("value")?)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn collected(value: Value) -> Properties {
        let mut collector = Collector::default();
        collector.put_json("x", value);
        collector.finish()
    }

    fn check(value: &Value, expected: &[(&str, Property)]) {
        let expected: Properties =
            expected.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        assert_eq!(collected(value.clone()), expected, "{value}");
    }

    fn text(text: &str) -> Property {
        Property::Text(text.to_owned())
    }

    fn list(texts: &[&str]) -> Property {
        Property::List(texts.iter().map(|t| (*t).to_owned()).collect())
    }

    #[test]
    fn values_become_properties() {
        check(&json!(null), &[]);
        check(&json!({}), &[]);
        check(&json!(true), &[("x", Property::Bool(true))]);
        check(&json!(-3), &[("x", Property::Int(-3))]);
        check(&json!(2.5), &[("x", Property::Real(2.5))]);
        check(&json!(u64::MAX), &[("x", text("18446744073709551615"))]);
        check(&json!("a\u{0}b"), &[("x", text("a\u{FFFD}b"))]);
        check(&json!(["a", 1, null, true]), &[("x", list(&["a", "1", "true"]))]);
        check(&json!([]), &[("x", list(&[]))]);
        check(
            &json!([{"category": "A", "value": "EMEA"}, {"category": "B", "value": "Oslo"}]),
            &[("x", list(&["EMEA", "Oslo"]))],
        );
        check(&json!([{"a": 1}, "b"]), &[("x", text(r#"[{"a":1},"b"]"#))]);
        check(
            &json!({"a": {"b": 1, "": 2}, "c": null}),
            &[("x.a.b", Property::Int(1)), ("x.a.", Property::Int(2))],
        );
    }

    #[test]
    fn deep_objects_end_as_json_text() {
        let mut value = json!({"leaf": 1});
        for _ in 0..20 {
            value = json!({ "n": value });
        }
        let properties = collected(value);
        let name = format!("x{}", ".n".repeat(FLATTEN_DEPTH_MAX));
        assert!(matches!(properties.get(&name), Some(Property::Text(t)) if t.contains("leaf")));
        assert_eq!(properties.len(), 1);
    }

    #[test]
    fn too_many_too_long_and_too_wide_are_cut_and_marked() {
        let mut collector = Collector::default();
        for n in 0..300 {
            collector.put(&format!("p{n:03}"), Property::Int(n));
        }
        let properties = collector.finish();
        assert_eq!(properties.len(), PROPERTIES_MAX);
        assert_eq!(properties.get(DROPPED_PROPERTY), Some(&Property::Int(45)));

        let mut one_more = Collector::default();
        for n in 0..257 {
            one_more.put(&n.to_string(), Property::Int(n));
        }
        let one_more = one_more.finish();
        assert_eq!(one_more.len(), PROPERTIES_MAX);
        // One for which there was no room, and one that made room for this mark.
        assert_eq!(one_more.get(DROPPED_PROPERTY), Some(&Property::Int(2)));

        let mut exact = Collector::default();
        for n in 0..256 {
            exact.put(&n.to_string(), Property::Int(n));
            exact.put(&n.to_string(), Property::Int(n + 1));
        }
        let exact = exact.finish();
        assert_eq!((exact.len(), exact.get("7")), (256, Some(&Property::Int(8))));

        let long = collected(json!("y".repeat(PROPERTY_TEXT_CHARS_MAX + 1)));
        assert!(matches!(&long["x"], Property::Text(t) if t.ends_with("y…")));
        let wide = collected(json!((0..1000).collect::<Vec<i32>>()));
        let Property::List(texts) = &wide["x"] else { panic!("{wide:?}") };
        assert_eq!((texts.len(), texts[255].as_str()), (256, "… and 745 more"));
        let named = collected(json!({"k".repeat(5000): {"l": 1}}));
        assert!(named.keys().all(|name| name.chars().count() == PROPERTY_NAME_CHARS_MAX));
    }

    #[test]
    fn summaries_are_one_visible_line() {
        assert_eq!(one_line("\n  disk\tfull \u{7}!\nsecond"), "disk full  !");
        assert_eq!(one_line(" \r\n "), "");
        assert_eq!(one_line("a\0b"), "a b");
        assert_eq!(one_line(&"z".repeat(2000)).chars().count(), SUMMARY_CHARS_MAX);
    }
}
