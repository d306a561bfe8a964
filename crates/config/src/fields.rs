//! How an entity differs between two of its bodies, field by field, for people who read.
//!
//! Used by the history of revisions and of entities. Unlike the differences of `history`, lists are compared
//! as lists: whoever was put first in a shift does not make everybody behind them look changed. Bodies come
//! from the log, which knows no secrets; nothing here adds any.

use firebell_domain::name::cut;
use serde_json::Value;

/// Lines shown of one entity.
pub const LINES_MAX: usize = 200;
/// Characters of a value shown in a line.
const VALUE_CHARS_MAX: usize = 500;
/// Pairs of elements compared of two lists; longer ones are compared place by place.
const PAIRS_MAX: usize = 250_000;
/// Levels a body is followed down; the codec makes fewer.
const DEPTH_MAX: usize = 16;

/// How a field differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldLine {
    /// Where it is, from the outside in; places in lists count from 1.
    pub path: Vec<String>,
    /// Its value before; none if it was not there.
    pub before: Option<String>,
    /// Its value after; none if it is gone.
    pub after: Option<String>,
}

/// The lines in which two bodies of the log differ, at most [`LINES_MAX`], and how many more there are. A
/// body that cannot be read has no fields.
pub fn differing(before: Option<&str>, after: Option<&str>) -> (Vec<FieldLine>, usize) {
    let mut out = Lines::default();
    let (before, after) = (entity(before), entity(after));
    out.values(&mut Vec::new(), before.as_ref(), after.as_ref());
    (out.list, out.left_out)
}

/// The entity of a body of the log.
fn entity(body: Option<&str>) -> Option<Value> {
    let mut body: Value = serde_json::from_str(body?).ok()?;
    body.get_mut("entity").map(Value::take)
}

/// Whether any value of a body of the log contains a folded text.
pub(crate) fn mentions(body: &str, folded: &str) -> bool {
    entity(Some(body)).is_some_and(|value| contains(&value, folded, 0))
}

fn contains(value: &Value, folded: &str, depth: usize) -> bool {
    match value {
        _ if depth > DEPTH_MAX => false,
        Value::String(text) => text.to_lowercase().contains(folded),
        Value::Number(number) => number.to_string() == folded,
        Value::Array(list) => list.iter().any(|one| contains(one, folded, depth + 1)),
        Value::Object(members) => members.values().any(|one| contains(one, folded, depth + 1)),
        Value::Null | Value::Bool(_) => false,
    }
}

#[derive(Default)]
struct Lines {
    list: Vec<FieldLine>,
    left_out: usize,
}

impl Lines {
    fn values(&mut self, path: &mut Vec<String>, before: Option<&Value>, after: Option<&Value>) {
        let before = before.filter(|value| !value.is_null());
        let after = after.filter(|value| !value.is_null());
        if before == after || path.len() > DEPTH_MAX {
            return;
        }
        match (before, after) {
            (Some(Value::Object(_)) | None, Some(Value::Object(_)) | None)
                if before.is_some() || after.is_some() =>
            {
                self.members(path, before, after);
            }
            (Some(Value::Array(old)), Some(Value::Array(new))) => self.lists(path, old, new),
            (None, Some(Value::Array(new))) => self.lists(path, &[], new),
            (Some(Value::Array(old)), None) => self.lists(path, old, &[]),
            (Some(Value::Object(_) | Value::Array(_)), Some(_))
            | (Some(_), Some(Value::Object(_) | Value::Array(_))) => {
                self.values(path, before, None);
                self.values(path, None, after);
            }
            (old, new) => self.line(path, old.and_then(shown), new.and_then(shown)),
        }
    }

    fn members(&mut self, path: &mut Vec<String>, before: Option<&Value>, after: Option<&Value>) {
        let keys = |side: Option<&Value>| -> Vec<String> {
            let members = side.and_then(Value::as_object);
            members.map(|members| members.keys().cloned().collect()).unwrap_or_default()
        };
        let mut names = keys(before);
        for name in keys(after) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        for name in names {
            let of = |side: Option<&Value>| side.and_then(|value| value.get(&name)).cloned();
            let (old, new) = (of(before), of(after));
            path.push(name);
            self.values(path, old.as_ref(), new.as_ref());
            path.pop();
        }
    }

    fn lists(&mut self, path: &mut Vec<String>, old: &[Value], new: &[Value]) {
        for (left, right) in paired(old, new) {
            let place = right.or(left).unwrap_or(0);
            path.push((place + 1).to_string());
            let of = |list: &[Value], place: Option<usize>| list.get(place?).cloned();
            let (before, after) = (of(old, left), of(new, right));
            self.values(path, before.as_ref(), after.as_ref());
            path.pop();
        }
    }

    fn line(&mut self, path: &[String], before: Option<String>, after: Option<String>) {
        if self.list.len() < LINES_MAX {
            self.list.push(FieldLine { path: path.to_vec(), before, after });
        } else {
            self.left_out += 1;
        }
    }
}

/// A place in the old list, a place in the new one, or both of what became what.
type Pair = (Option<usize>, Option<usize>);

/// Which element became which: equal ones in order (a longest common subsequence); between them what was
/// replaced, what went and what came.
fn paired(old: &[Value], new: &[Value]) -> Vec<Pair> {
    let mut out = Vec::new();
    let (mut i, mut j) = (0, 0);
    for (a, b) in common(old, new).into_iter().chain([(old.len(), new.len())]) {
        while i < a || j < b {
            out.push(((i < a).then_some(i), (j < b).then_some(j)));
            (i, j) = ((i + 1).min(a), (j + 1).min(b));
        }
        (i, j) = (a + 1, b + 1);
    }
    out
}

/// The places of a longest common subsequence; none for lists that are too long.
fn common(old: &[Value], new: &[Value]) -> Vec<(usize, usize)> {
    if old.len().saturating_mul(new.len()) > PAIRS_MAX {
        return Vec::new();
    }
    // `rows[i]` is, for each j, how long it is of what follows i and j.
    let mut rows = vec![vec![0_u32; new.len() + 1]];
    for one in old.iter().rev() {
        let below = rows.last().cloned().unwrap_or_default();
        let mut row = vec![0; new.len() + 1];
        for (j, other) in new.iter().enumerate().rev() {
            let next = |row: &[u32], j: usize| row.get(j).copied().unwrap_or(0);
            let longest = if one == other {
                next(&below, j + 1) + 1
            } else {
                next(&below, j).max(next(&row, j + 1))
            };
            if let Some(cell) = row.get_mut(j) {
                *cell = longest;
            }
        }
        rows.push(row);
    }
    rows.reverse();
    let at = |i: usize, j: usize| rows.get(i).and_then(|row| row.get(j)).copied().unwrap_or(0);
    let (mut i, mut j, mut out) = (0, 0, Vec::new());
    while let (Some(one), Some(other)) = (old.get(i), new.get(j)) {
        if one == other {
            out.push((i, j));
            (i, j) = (i + 1, j + 1);
        } else if at(i + 1, j) >= at(i, j + 1) {
            i += 1;
        } else {
            j += 1;
        }
    }
    out
}

fn shown(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(cut(text, VALUE_CHARS_MAX)),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn told(before: &Value, after: &Value) -> Vec<String> {
        let body = |value: &Value| {
            (!value.is_null()).then(|| json!({"v": 1, "entity": value}).to_string())
        };
        let (before, after) = (body(before), body(after));
        let (lines, left_out) = differing(before.as_deref(), after.as_deref());
        assert_eq!(left_out, 0);
        let value = |value: &Option<String>| value.clone().unwrap_or_else(|| "-".to_owned());
        lines
            .iter()
            .map(|l| format!("{}: {} -> {}", l.path.join("."), value(&l.before), value(&l.after)))
            .collect()
    }

    #[test]
    fn fields_are_compared_at_any_depth() {
        let before = json!({"a": 1, "b": {"c": "x", "d": true}, "gone": "y", "same": [1]});
        let after = json!({"a": 2, "b": {"c": "x"}, "new": null, "added": {"z": 1}, "same": [1]});
        let lines = ["a: 1 -> 2", "b.d: true -> -", "gone: y -> -", "added.z: - -> 1"];
        assert_eq!(told(&before, &after), lines);
        assert_eq!(told(&json!(null), &json!({"a": 1})), ["a: - -> 1"]);
        assert_eq!(told(&json!({"a": [1, 2]}), &json!(null)), ["a.1: 1 -> -", "a.2: 2 -> -"]);
        assert_eq!(told(&json!({"a": "x"}), &json!({"a": {"b": 1}})), ["a: x -> -", "a.b: - -> 1"]);
        assert_eq!(told(&json!({"a": 1}), &json!({"a": 1})), [""; 0]);
    }

    #[test]
    fn whoever_is_put_first_changes_nobody_else() {
        let list = |names: &[&str]| json!({ "m": names });
        for (before, after, lines) in [
            (vec!["a", "b"], vec!["x", "a", "b"], vec!["m.1: - -> x"]),
            (vec!["x", "a", "b"], vec!["a", "b"], vec!["m.1: x -> -"]),
            (vec!["a", "b", "c"], vec!["a", "x", "c"], vec!["m.2: b -> x"]),
            (vec!["a", "b"], vec!["b", "a"], vec!["m.1: a -> -", "m.2: - -> a"]),
            (vec![], vec!["a"], vec!["m.1: - -> a"]),
            (vec!["a"], vec!["b", "c"], vec!["m.1: a -> b", "m.2: - -> c"]),
        ] {
            assert_eq!(told(&list(&before), &list(&after)), lines, "{before:?} {after:?}");
        }
        let member = |who: &str, delay: u8| json!({"who": who, "delay": delay});
        let before = json!({ "m": [member("a", 0), member("b", 5)] });
        let after = json!({ "m": [member("a", 0), member("b", 7)] });
        assert_eq!(told(&before, &after), ["m.2.delay: 5 -> 7"]);
    }

    #[test]
    fn lines_and_values_are_bounded() {
        let many: Vec<usize> = (0..LINES_MAX + 5).collect();
        let body = json!({"entity": {"m": many}}).to_string();
        let (lines, left_out) = differing(None, Some(&body));
        assert_eq!((lines.len(), left_out), (LINES_MAX, 5));
        let long = json!({"entity": {"t": "x".repeat(9_000)}}).to_string();
        let (lines, _) = differing(Some(&long), None);
        assert_eq!(lines[0].before.as_ref().unwrap().chars().count(), VALUE_CHARS_MAX);
        // Too long to be compared as lists, and still compared.
        let list = |n: usize| json!({"entity": {"m": vec![n; 600]}}).to_string();
        assert_eq!(differing(Some(&list(1)), Some(&list(2))).1, 600 - LINES_MAX);
        assert_eq!(differing(Some("not JSON"), None), (Vec::new(), 0));
    }

    #[test]
    fn values_are_searched_and_names_of_fields_are_not() {
        let body = json!({"v": 1, "entity": {"name": "Ärger", "n": 42, "list": ["Bo Ek"]}});
        let body = body.to_string();
        for (text, found) in
            [("ärger", true), ("bo", true), ("42", true), ("name", false), ("4", false)]
        {
            assert_eq!(mentions(&body, text), found, "{text}");
        }
    }
}
