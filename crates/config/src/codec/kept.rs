//! What a body has that this release does not know: kept, counted in the digest, written again.
//!
//! Made by comparing a body with what comes out when the decoded entity is encoded again. Three
//! differences are fine: a member nobody here knows (a newer release wrote it), a member that is
//! missing and has a default (an older one wrote it), and a member that is `null` where this release
//! writes none. Everything else means that something was lost on the way, and the body is refused.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value;

use super::walk::Step;

/// The unknown members of one body.
#[derive(Clone, PartialEq)]
pub struct Kept(Box<Patch>);

/// It may hold secrets.
impl fmt::Debug for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Kept(…)")
    }
}

#[derive(Clone, PartialEq)]
enum Patch {
    /// A member that is not known here.
    Unknown(Value),
    /// A member that the stored form does not have, and what stands for it.
    Missing(Value),
    /// Differences within an object.
    Members(BTreeMap<String, Self>),
    /// Differences within some items of a list.
    Items { len: usize, items: Vec<Item> },
}

#[derive(Clone, PartialEq)]
struct Item {
    place: usize,
    known: Value,
    patch: Patch,
}

impl Kept {
    /// What `stored` has beyond `known`, which is the same encoded by this release; none if there is
    /// no difference.
    ///
    /// # Errors
    /// The place of a member that was known and yet got lost or altered.
    pub(super) fn of(
        stored: &Value,
        known: &Value,
        skipped: &[Vec<Step<'_>>],
    ) -> Result<Option<Self>, String> {
        let patch = difference(stored, known, &mut Vec::new(), skipped)?;
        Ok(patch.map(|patch| Self(Box::new(patch))))
    }

    /// Turns what this release encodes into what is stored.
    pub(super) fn restore(&self, known: &mut Value) {
        restore(known, &self.0);
    }

    /// Puts the unknown members into the new form of a changed entity. Items of lists are found by
    /// what they were, or else by their place if the list is as long as it was; what belonged to an
    /// item that is gone goes with it.
    pub(super) fn carry(&self, fresh: &mut Value) {
        carry(fresh, &self.0);
    }
}

fn difference<'a>(
    stored: &'a Value,
    known: &Value,
    at: &mut Vec<Step<'a>>,
    skipped: &[Vec<Step<'_>>],
) -> Result<Option<Patch>, String> {
    match (stored, known) {
        (Value::Object(stored), Value::Object(known)) => {
            let mut members = BTreeMap::new();
            for (name, value) in stored {
                at.push(Step::Member(name));
                let patch = match known.get(name) {
                    Some(known) => difference(value, known, at, skipped)?,
                    None if value.is_null()
                        || skipped.iter().any(|place| place.as_slice() == at.as_slice()) =>
                    {
                        Some(Patch::Unknown(value.clone()))
                    }
                    None => return Err(place_text(at)),
                };
                at.pop();
                members.extend(patch.map(|patch| (name.clone(), patch)));
            }
            let missing = known.iter().filter(|(name, _)| !stored.contains_key(*name));
            members
                .extend(missing.map(|(name, value)| (name.clone(), Patch::Missing(value.clone()))));
            Ok((!members.is_empty()).then_some(Patch::Members(members)))
        }
        (Value::Array(stored), Value::Array(known)) if stored.len() == known.len() => {
            let mut items = Vec::new();
            for (place, (value, known)) in stored.iter().zip(known).enumerate() {
                at.push(Step::Item(place));
                let patch = difference(value, known, at, skipped)?;
                at.pop();
                items.extend(patch.map(|patch| Item { place, known: known.clone(), patch }));
            }
            let len = stored.len();
            Ok((!items.is_empty()).then_some(Patch::Items { len, items }))
        }
        (stored, known) if stored == known => Ok(None),
        _ => Err(place_text(at)),
    }
}

fn place_text(at: &[Step<'_>]) -> String {
    let names = at.iter().filter_map(|step| match step {
        Step::Member(name) => Some(*name),
        Step::Item(_) => None,
    });
    names.collect::<Vec<_>>().join(".")
}

fn restore(known: &mut Value, patch: &Patch) {
    match (known, patch) {
        (Value::Object(known), Patch::Members(members)) => {
            for (name, patch) in members {
                match patch {
                    Patch::Unknown(value) => {
                        known.entry(name).or_insert_with(|| value.clone());
                    }
                    // Only what stood for it: another value is a difference, and has to count.
                    Patch::Missing(value) => {
                        if known.get(name) == Some(value) {
                            known.remove(name);
                        }
                    }
                    Patch::Members(_) | Patch::Items { .. } => {
                        if let Some(known) = known.get_mut(name) {
                            restore(known, patch);
                        }
                    }
                }
            }
        }
        (Value::Array(known), Patch::Items { items, .. }) => {
            for item in items {
                if let Some(known) = known.get_mut(item.place) {
                    restore(known, &item.patch);
                }
            }
        }
        _ => {}
    }
}

fn carry(fresh: &mut Value, patch: &Patch) {
    match (fresh, patch) {
        (Value::Object(fresh), Patch::Members(members)) => {
            for (name, patch) in members {
                match (fresh.get_mut(name), patch) {
                    (None, Patch::Unknown(value)) => {
                        fresh.insert(name.clone(), value.clone());
                    }
                    (Some(fresh), Patch::Members(_) | Patch::Items { .. }) => carry(fresh, patch),
                    _ => {}
                }
            }
        }
        (Value::Array(fresh), Patch::Items { len, items }) => {
            // Which items are as they were, before anything is put into them.
            let same = |item: &Item| {
                let is_it = |place: &usize| fresh.get(*place) == Some(&item.known);
                Some(item.place).filter(is_it).or_else(|| (0..fresh.len()).find(is_it))
            };
            let places: Vec<Option<usize>> = items.iter().map(same).collect();
            let as_long = fresh.len() == *len;
            for (item, place) in items.iter().zip(&places) {
                let by_place = || {
                    let free = as_long && !places.contains(&Some(item.place));
                    free.then_some(item.place)
                };
                if let Some(fresh) = place.or_else(by_place).and_then(|place| fresh.get_mut(place))
                {
                    carry(fresh, &item.patch);
                }
            }
        }
        _ => {}
    }
}

/// JSON with the members of every object in the order of their names and nothing between them: the
/// same bytes for the same value, whoever wrote it.
pub(super) fn canonical(value: &Value) -> Vec<u8> {
    let mut out = Vec::with_capacity(512);
    write_canonical(value, &mut out);
    out
}

fn write_canonical(value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::Object(members) => {
            let mut sorted: Vec<(&String, &Value)> = members.iter().collect();
            sorted.sort_unstable_by_key(|(name, _)| *name);
            out.push(b'{');
            for (i, (name, value)) in sorted.into_iter().enumerate() {
                if i > 0 {
                    out.push(b',');
                }
                write_text(name, out);
                out.push(b':');
                write_canonical(value, out);
            }
            out.push(b'}');
        }
        Value::Array(list) => {
            out.push(b'[');
            for (i, value) in list.iter().enumerate() {
                if i > 0 {
                    out.push(b',');
                }
                write_canonical(value, out);
            }
            out.push(b']');
        }
        Value::String(text) => write_text(text, out),
        Value::Null => out.extend_from_slice(b"null"),
        Value::Bool(true) => out.extend_from_slice(b"true"),
        Value::Bool(false) => out.extend_from_slice(b"false"),
        Value::Number(number) => out.extend_from_slice(number.to_string().as_bytes()),
    }
}

/// Only what has to be escaped is, so no two texts look alike.
fn write_text(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    for byte in text.bytes() {
        match byte {
            b'"' | b'\\' => out.extend_from_slice(&[b'\\', byte]),
            _ => out.push(byte),
        }
    }
    out.push(b'"');
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn kept(stored: &Value, known: &Value, skipped: &[Vec<Step<'_>>]) -> Result<Kept, String> {
        Kept::of(stored, known, skipped).map(|kept| kept.expect("a difference"))
    }

    #[test]
    fn what_is_not_known_comes_back() {
        let stored =
            json!({ "a": 1, "new": { "x": [1] }, "list": [{ "b": 1 }, { "b": 2, "n": 3 }] });
        let known = json!({ "a": 1, "list": [{ "b": 1 }, { "b": 2 }], "added": true });
        let skipped = [
            vec![Step::Member("new")],
            vec![Step::Member("list"), Step::Item(1), Step::Member("n")],
        ];
        let kept = kept(&stored, &known, &skipped).unwrap();
        let mut restored = known.clone();
        kept.restore(&mut restored);
        assert_eq!(restored, stored);

        let mut altered = known.clone();
        altered["added"] = json!(false);
        kept.restore(&mut altered);
        assert_eq!(altered["added"], json!(false), "only the default is taken away");

        let mut moved =
            json!({ "a": 2, "list": [{ "b": 2 }, { "b": 9 }, { "b": 1 }], "added": true });
        kept.carry(&mut moved);
        assert_eq!(
            moved,
            json!({
                "a": 2, "new": { "x": [1] }, "added": true,
                "list": [{ "b": 2, "n": 3 }, { "b": 9 }, { "b": 1 }],
            })
        );
        let mut edited = json!({ "a": 1, "list": [{ "b": 1 }, { "b": 7 }] });
        kept.carry(&mut edited);
        assert_eq!(edited["list"][1], json!({ "b": 7, "n": 3 }));
        let mut shorter = json!({ "a": 1, "list": [{ "b": 1 }] });
        kept.carry(&mut shorter);
        assert_eq!(shorter["list"], json!([{ "b": 1 }]));
    }

    #[test]
    fn what_got_lost_or_altered_is_named() {
        let lost = |stored: Value, known: Value| Kept::of(&stored, &known, &[]).unwrap_err();
        assert_eq!(lost(json!({ "a": { "b": 1 } }), json!({ "a": {} })), "a.b");
        assert_eq!(lost(json!({ "a": [{ "b": 1 }] }), json!({ "a": [{ "b": 2 }] })), "a.b");
        assert_eq!(lost(json!({ "a": [1, 2] }), json!({ "a": [1] })), "a");
        assert_eq!(lost(json!({ "a": "x" }), json!({ "a": "X" })), "a");
        assert_eq!(Kept::of(&json!({ "a": [1] }), &json!({ "a": [1] }), &[]), Ok(None));
        assert!(kept(&json!({ "a": null }), &json!({}), &[]).is_ok());
    }

    #[test]
    fn the_order_of_members_does_not_matter() {
        let one: Value =
            serde_json::from_str(r#"{"b":[1.50,"ø\"\n\\"],"a":{"d":null,"c":true}}"#).unwrap();
        let text = canonical(&one);
        assert_eq!(text, "{\"a\":{\"c\":true,\"d\":null},\"b\":[1.5,\"ø\\\"\n\\\\\"]}".as_bytes());
    }
}
