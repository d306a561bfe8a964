//! The OpenAPI 3.1 description, made from the table of routes, so that it lists what there is.
//!
//! Answered at `/api/openapi.json`. Bodies are described by their fields; the shapes of answers are
//! those of the xMatters API, with additional fields possible everywhere.

use axum::response::Response;
use serde_json::{Map, Value, json};

use crate::error::ok;
use crate::routes::{Auth, Route, route, routes};

/// The routes.
pub(crate) const ROUTES: &[Route] =
    &[route!(GET "/api/openapi.json" => get, "This description.").auth(Auth::Anybody)];

async fn get() -> Response {
    ok(&description())
}

/// The description of every route.
pub fn description() -> Value {
    let mut paths: Map<String, Value> = Map::new();
    for route in routes() {
        let path = paths.entry(route.path).or_insert_with(|| json!({}));
        if let Value::Object(methods) = path {
            methods.insert(route.method.to_lowercase(), operation(route));
        }
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Firebell",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "On-call alerting. Paths under /api/xm/1 answer in the shapes of the \
                xMatters REST API; what it has no word for is under /api/firebell/1. Name the \
                instance with an API key, the host's first label, the header X-Firebell-Instance \
                or the path prefix /t/{instance}. Entities have an ETag, the revision that \
                changed them last; writes take it as If-Match and end in 412 if somebody was \
                faster. Answers to writes have X-Config-Rev; as X-Min-Rev it makes a read wait \
                for that revision, or end in 425. X-Freshness says how sure an answer is to be \
                the newest. POST /api/xm/1/people takes an Idempotency-Key.",
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        "paths": paths,
        "components": components(),
    })
}

fn operation(route: &Route) -> Value {
    let mut operation = json!({
        "summary": route.summary,
        "operationId": operation_id(route),
        "tags": [tag(route.path)],
        "parameters": parameters(route),
        "responses": responses(route),
        "security": security(route.auth),
    });
    let takes_body = !route.fields.is_empty() || route.method == "POST";
    if let (true, Value::Object(fields)) = (takes_body, &mut operation) {
        fields.insert("requestBody".to_owned(), body(route));
    }
    operation
}

/// `getApiXm1PeopleByPerson`: unique, because method and path are.
fn operation_id(route: &Route) -> String {
    let mut id = route.method.to_lowercase();
    for segment in route.path.split('/').filter(|segment| !segment.is_empty()) {
        let word = segment.trim_matches(['{', '}']);
        if word != segment {
            id.push_str("By");
        }
        for part in word.split(|c: char| !c.is_ascii_alphanumeric()).filter(|p| !p.is_empty()) {
            let (first, rest) = part.split_at(1);
            id.push_str(&first.to_ascii_uppercase());
            id.push_str(rest);
        }
    }
    id
}

/// The collection a path belongs to.
fn tag(path: &str) -> &str {
    let mut segments = path.split('/').filter(|segment| !segment.is_empty());
    match (segments.next(), segments.next(), segments.next(), segments.next()) {
        (Some("api"), Some("xm" | "firebell"), Some("1"), Some(collection)) => collection,
        (Some("api"), Some("integration" | "v2"), ..) | (Some("v2"), ..) => "intake",
        _ => "server",
    }
}

fn parameters(route: &Route) -> Vec<Value> {
    let in_path = route.path.split('/').filter_map(|s| s.strip_prefix('{')?.strip_suffix('}'));
    let in_path = in_path.map(|name| {
        json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } })
    });
    let in_query = route.query.iter().map(|name| {
        let schema = match *name {
            "offset" => json!({ "type": "integer", "minimum": 0, "default": 0 }),
            "limit" => json!({ "type": "integer", "minimum": 1, "maximum": 1000, "default": 100 }),
            _ => json!({ "type": "string" }),
        };
        json!({ "name": name, "in": "query", "required": false, "schema": schema })
    });
    in_path.chain(in_query).chain(in_headers(route)).collect()
}

/// Collections whose entities have an `ETag`: every change of them takes `If-Match`.
const CONDITIONAL: [&str; 7] = [
    "devices",
    "groups",
    "maintenance-windows",
    "people",
    "silences",
    "sites",
    "temporary-absences",
];

/// What a request may make its answer depend on.
fn in_headers(route: &Route) -> impl Iterator<Item = Value> {
    let is_read = route.method == "GET" && route.path.starts_with("/api/");
    let is_conditional = route.method != "GET" && CONDITIONAL.contains(&tag(route.path));
    let is_once = (route.method, route.path) == ("POST", "/api/xm/1/people");
    let all = [
        (is_read, "X-Min-Rev", "The revision that the answer must at least know."),
        (is_conditional, "If-Match", "The ETag that the entity must have, or * if any will do."),
        (is_once, "Idempotency-Key", "Under this key of yours the person is made once."),
    ];
    all.into_iter().filter(|(takes, ..)| *takes).map(|(_, name, description)| {
        let schema = json!({ "type": "string" });
        json!({ "name": name, "in": "header", "required": false, "description": description,
            "schema": schema })
    })
}

fn body(route: &Route) -> Value {
    if !route.form.is_empty() {
        let text = |name: &&str| ((*name).to_owned(), json!({ "type": "string" }));
        let properties: Map<String, Value> = route.form.iter().map(text).collect();
        let schema = json!({ "type": "object", "properties": properties });
        let kind = "application/x-www-form-urlencoded";
        return json!({ "required": false, "content": { kind: { "schema": schema } } });
    }
    let required: Vec<&str> =
        route.fields.iter().filter_map(|field| field.strip_suffix('*')).collect();
    let properties: Map<String, Value> = route
        .fields
        .iter()
        .map(|field| (field.trim_end_matches('*').to_owned(), json!({})))
        .collect();
    let schema = if route.fields.is_empty() {
        json!({})
    } else {
        json!({ "type": "object", "properties": properties, "required": required })
    };
    json!({
        "required": !required.is_empty() || route.auth == Auth::Senders,
        "content": { "application/json": { "schema": schema } },
    })
}

fn responses(route: &Route) -> Value {
    let is_list = route.query.contains(&"offset");
    let schema = if is_list { "Page" } else { "Object" };
    let content = match (route.auth, route.ok) {
        (_, 204) => json!({}),
        (Auth::Nodes, _) => json!({ crate::feed::FRAME: {} }),
        _ => json!({ "application/json": {
            "schema": { "$ref": format!("#/components/schemas/{schema}") },
        } }),
    };
    let answer = json!({ "description": "Success.", "content": content });
    let mut responses = Map::new();
    responses.insert(route.ok.to_string(), answer.clone());
    if route.ok != 200 && route.auth == Auth::People {
        // POST makes or changes; a status may be as asked already.
        responses.insert("200".to_owned(), answer);
    }
    let error = json!({ "$ref": "#/components/responses/Error" });
    responses.insert("default".to_owned(), error);
    Value::Object(responses)
}

fn security(auth: Auth) -> Value {
    match auth {
        Auth::People => json!([{ "basic": [] }, { "bearer": [] }]),
        Auth::Senders => json!([{ "basic": [] }, { "bearer": [] }, { "apiKey": [] }]),
        Auth::Nodes => json!([{ "node": [] }]),
        Auth::Anybody => json!([]),
    }
}

fn components() -> Value {
    json!({
        "securitySchemes": {
            "basic": {
                "type": "http", "scheme": "basic",
                "description": "A web login and password, or x-api-key-{id} and the key's secret; \
                    for senders, the integration's key as password.",
            },
            "bearer": {
                "type": "http", "scheme": "bearer",
                "description": "An access token; for senders also the integration's key.",
            },
            "node": {
                "type": "http", "scheme": "bearer",
                "description": "For nodes that follow the configuration: the token feed.token.",
            },
            "apiKey": {
                "type": "apiKey", "in": "query", "name": "apiKey",
                "description": "For senders: the integration's key.",
            },
        },
        "responses": {
            "Error": {
                "description": "The request was not carried out; the message says what to change.",
                "content": { "application/json": {
                    "schema": { "$ref": "#/components/schemas/Error" },
                } },
            },
        },
        "schemas": schemas(),
    })
}

fn schemas() -> Value {
    json!({
        "Object": { "type": "object", "additionalProperties": true },
        "Page": {
            "type": "object",
            "required": ["count", "total", "data", "links"],
            "properties": {
                "count": { "type": "integer", "description": "Items on this page." },
                "total": { "type": "integer", "description": "Items in the whole list." },
                "data": { "type": "array", "items": {} },
                "links": {
                    "type": "object",
                    "required": ["self"],
                    "properties": {
                        "self": { "type": "string" },
                        "next": { "type": "string" },
                        "previous": { "type": "string" },
                    },
                },
            },
        },
        "Error": {
            "type": "object",
            "required": ["code", "reason", "message"],
            "properties": {
                "code": { "type": "integer" },
                "reason": { "type": "string" },
                "message": { "type": "string" },
                "subcode": { "type": "string" },
                "arguments": { "type": "array", "items": { "type": "string" } },
                "faults": { "type": "array", "items": {
                    "type": "object",
                    "properties": {
                        "field": { "type": "string" },
                        "message": { "type": "string" },
                        "subcode": { "type": "string" },
                        "entity": { "type": "string" },
                    },
                } },
            },
        },
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_description_and_the_table_list_the_same() {
        let described = description();
        let paths = described["paths"].as_object().unwrap();
        let mut from_description = BTreeSet::new();
        let mut ids = BTreeSet::new();
        for (path, methods) in paths {
            for (method, operation) in methods.as_object().unwrap() {
                from_description.insert((method.to_uppercase(), path.clone()));
                assert!(ids.insert(operation["operationId"].to_string()), "{operation}");
                assert!(!operation["summary"].as_str().unwrap().is_empty());
            }
        }
        let table: BTreeSet<_> =
            routes().map(|r| (r.method.to_owned(), r.path.to_owned())).collect();
        assert_eq!(from_description, table);
    }

    #[tokio::test]
    async fn headers_are_described_where_they_are_read() {
        use crate::tests::world::{Ask, World};
        let world = World::open(firebell_testkit::postgres::TestEngine::Sqlite).await;
        let has = |route: &Route, name: &str| {
            parameters(route).iter().any(|p| p["in"] == "header" && p["name"] == name)
        };
        for route in routes().filter(|route| route.auth == Auth::People) {
            let path = route.path.replace(['{', '}'], "x");
            for name in ["X-Min-Rev", "If-Match", "Idempotency-Key"] {
                let ask = Ask::new(&world, route.method, &path).key(1).header(name, "\u{ff}");
                let ask = ask.header("content-type", "application/json").raw("{}");
                let answer = ask.send().await;
                let is_read = answer.json["arguments"][0] == name;
                let which = format!("{} {} {name}", route.method, route.path);
                assert_eq!(is_read, has(route, name), "{which}: {}", answer.body);
            }
        }
    }

    #[test]
    fn what_is_sent_as_a_form_is_described_as_one() {
        let described = description();
        let token = &described["paths"]["/api/xm/1/oauth2/token"]["post"];
        let content = token["requestBody"]["content"].as_object().unwrap();
        let form = &content["application/x-www-form-urlencoded"]["schema"]["properties"];
        assert!(form["refresh_token"].is_object() && content.len() == 1, "{token}");
        let head = &described["paths"]["/api/firebell/1/feed/head"]["get"]["responses"]["200"];
        assert!(head["content"]["application/vnd.firebell.frame"].is_object(), "{head}");
    }

    #[test]
    fn every_path_parameter_is_described() {
        for route in routes() {
            let described = parameters(route);
            for name in route.path.split('{').skip(1).filter_map(|rest| rest.split('}').next()) {
                let found = described.iter().any(|p| p["name"] == name && p["in"] == "path");
                assert!(found, "{} {name}", route.path);
            }
        }
    }
}
