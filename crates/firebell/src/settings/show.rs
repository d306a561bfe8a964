//! The settings in force and where each came from. Printed by `firebell config show`; it must never
//! show a secret.

use firebell_sql::Target;
use serde_json::{Value as Json, json};

use super::key::KEYS;
use super::layers::{Layers, Value};
use crate::output::{Output, Table};

/// Prints every setting.
pub(crate) fn show(layers: &Layers, out: &Output) {
    let object = object(layers);
    out.either(&object, |out| {
        let mut table = Table::new(&["SETTING", "VALUE", "FROM"]);
        for setting in crate::client::list(&object, "settings") {
            let cell = |name: &str| match setting.get(name) {
                None | Some(Json::Null) => "(none)".to_owned(),
                Some(Json::String(text)) => text.clone(),
                Some(other) => other.to_string(),
            };
            table.row(&[cell("name"), cell("value"), cell("from")]);
        }
        out.text(&table.render(out));
    });
}

/// Every setting, without secrets.
pub(super) fn object(layers: &Layers) -> Json {
    let settings = KEYS.iter().filter_map(|key| {
        let given = layers.given.get(key.name)?;
        let value = given.value.as_ref().map(|value| shown(key.name, key.secret, value));
        Some(json!({"name": key.name, "value": value, "from": given.origin.to_string()}))
    });
    json!({"settings": settings.collect::<Vec<_>>(), "faults": layers.faults})
}

fn shown(name: &str, secret: bool, value: &Value) -> Json {
    if secret {
        return json!("(hidden)");
    }
    match value {
        // A database's URL holds a password.
        Value::Text(text) if name == "database" => {
            json!(Target::parse(text).map_or_else(|_| "(hidden)".to_owned(), |t| t.to_string()))
        }
        Value::Text(text) => json!(text),
        Value::Flag(flag) => json!(flag),
        Value::Number(number) => json!(number),
        Value::List(list) => json!(list),
    }
}
