//! Matchers in bodies and answers: objects as in Alertmanager's API, or texts as people write them.

use firebell_config::limits::MATCHERS_MAX;
use firebell_domain::matcher::{Matcher, Op};
use serde_json::{Value, json};

use crate::xm::shape::input::{Input, Patch};

/// Reads `matchers`: a list of objects `{name, value, isRegex, isEqual}` or texts `name="value"`.
/// What is wrong is recorded in `input`.
pub(super) fn read(input: &mut Input<'_>) -> Patch<Vec<Matcher>> {
    let list = match input.array("matchers") {
        Patch::Keep => return Patch::Keep,
        Patch::Clear => return Patch::Clear,
        Patch::Set(list) => list,
    };
    if list.len() > MATCHERS_MAX {
        // Before any is compiled.
        input.fault("matchers", "too_many", format!("must be at most {MATCHERS_MAX}"));
        return Patch::Keep;
    }
    let one = |(i, item): (usize, &Value)| {
        let place = format!("matchers[{i}]");
        match item {
            Value::String(text) => match Matcher::parse(text) {
                Ok(matcher) => Some(matcher),
                Err(error) => {
                    input.fault(&place, "matcher", error.to_string());
                    None
                }
            },
            Value::Object(_) => object(input, &place, item),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => {
                let message = "must be a text such as severity=\"critical\", or an object with \
                               name and value";
                input.fault(&place, "matcher", message);
                None
            }
        }
    };
    Patch::Set(list.iter().enumerate().filter_map(one).collect())
}

fn object(input: &mut Input<'_>, place: &str, item: &Value) -> Option<Matcher> {
    let text = |key: &str| item.get(key).and_then(Value::as_str);
    let flag = |key: &str, default: bool| match item.get(key) {
        None | Some(Value::Null) => Some(default),
        Some(value) => value.as_bool(),
    };
    let parts = (text("name"), text("value"), flag("isRegex", false), flag("isEqual", true));
    let (Some(name), Some(value), Some(is_regex), Some(is_equal)) = parts else {
        let message = "needs the texts name and value; isRegex and isEqual are true or false";
        input.fault(place, "matcher", message);
        return None;
    };
    let op = match (is_regex, is_equal) {
        (false, true) => Op::Equal,
        (false, false) => Op::NotEqual,
        (true, true) => Op::Matches,
        (true, false) => Op::NotMatches,
    };
    match Matcher::new(name, op, value) {
        Ok(matcher) => Some(matcher),
        Err(error) => {
            input.fault(place, "matcher", error.to_string());
            None
        }
    }
}

/// Matchers as objects, each with its written form.
pub(super) fn shape(matchers: &[Matcher]) -> Value {
    let one = |matcher: &Matcher| {
        json!({
            "name": matcher.name,
            "value": matcher.value,
            "isRegex": matches!(matcher.op, Op::Matches | Op::NotMatches),
            "isEqual": matches!(matcher.op, Op::Equal | Op::Matches),
            "text": matcher.to_string(),
        })
    };
    Value::Array(matchers.iter().map(one).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_and_objects_mean_the_same() {
        let body = json!({ "matchers": [
            "severity=\"critical\"", { "name": "host", "value": "db-.*", "isRegex": true },
            { "name": "team", "value": "web", "isEqual": false },
        ] });
        let mut input = Input::new("silence", body.as_object().unwrap());
        let read = read(&mut input).given().unwrap();
        input.finish().unwrap();
        let texts: Vec<String> = read.iter().map(Matcher::to_string).collect();
        assert_eq!(texts, ["severity=\"critical\"", "host=~\"db-.*\"", "team!=\"web\""]);
        let again = json!({ "matchers": shape(&read) });
        let mut input = Input::new("silence", again.as_object().unwrap());
        assert_eq!(super::read(&mut input).given(), Some(read));
    }

    #[test]
    fn wrong_ones_are_named_by_their_place() {
        let body = json!({ "matchers": ["a=~\"(\"", 3, { "name": "x" }, "b=c"] });
        let mut input = Input::new("silence", body.as_object().unwrap());
        assert_eq!(read(&mut input).given().map(|good| good.len()), Some(1));
        let error = input.finish().unwrap_err();
        let fields: Vec<&str> = error.faults.iter().map(|fault| fault.field.as_str()).collect();
        assert_eq!(fields, ["matchers[0]", "matchers[1]", "matchers[2]"]);
    }
}
