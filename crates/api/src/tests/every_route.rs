//! Every route there is: with ids of another instance, without credentials, without permission.
//!
//! The table of routes is walked as it is, so a route that is added is asked, too, and one whose
//! parameters are unknown here fails until somebody says what stands for them.

use std::collections::BTreeMap;

use firebell_access::password;
use firebell_base::Random;
use firebell_config::{Author, Change};
use firebell_domain::credential::Password;
use firebell_domain::directory::{Directory, Entity};
use firebell_domain::instance::InstanceNo;
use firebell_domain::name::Name;
use firebell_domain::person::Role;
use firebell_testkit::postgres::TestEngine;
use serde_json::{Value, json};

use super::world::{Answer, Ask, FEED_TOKEN, PASSWORD, World, id, key, who};
use crate::caller::INSTANCE_HEADER;
use crate::routes::{Auth, Route, routes};

/// In the name of everything that only acme has.
const MARK: &str = "acmeonly";

/// Where people look after their own sessions.
const OWN: &str = "/api/firebell/1/sign-in";

/// Routes anybody may ask: they say nothing of any instance, or let somebody in.
const OPEN: &[&str] = &[
    "/livez",
    "/readyz",
    "/metrics",
    "/api/openapi.json",
    "/-/healthy",
    "/-/ready",
    "/api/xm/1/oauth2/token",
    "/api/firebell/1/sign-in",
];

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}

/// Makes one of everything in acme, and says what stands for each parameter of a path.
async fn things_of_acme(world: &mut World) -> BTreeMap<&'static str, String> {
    let alert = world.alert(&format!("{MARK} alert")).await;
    let made = async |world: &World, path: &str, body: Value| {
        let answer = world.post(path, &body).key(1).send().await;
        assert!(answer.status.is_success(), "{path}: {}", answer.body);
        answer.json
    };
    let name = |what: &str| format!("{MARK} {what}");
    let (from, to) = ("2026-03-02T00:00:00Z", "2026-03-03T00:00:00Z");
    let person = json!({ "targetName": MARK, "firstName": MARK, "lastName": MARK,
        "roles": ["Standard User"] });
    let person = made(world, "/api/xm/1/people", person).await;
    let device = json!({ "owner": person["id"], "name": name("device"), "deviceType": "EMAIL",
        "emailAddress": format!("{MARK}@mail.example") });
    let device = made(world, "/api/xm/1/devices", device).await;
    let group = json!({ "targetName": name("group"), "supervisors": [person["id"]] });
    let group = made(world, "/api/xm/1/groups", group).await;
    let shifts = format!("/api/xm/1/groups/{}/shifts", text(&group["id"]));
    let shift = json!({ "name": name("shift"), "start": from, "end": to,
        "members": [{ "recipient": { "id": person["id"] } }] });
    let shift = made(world, &shifts, shift).await;
    let site = json!({ "name": name("site"), "country": "NO", "language": "nb",
        "timezone": "Europe/Oslo" });
    let site = made(world, "/api/xm/1/sites", site).await;
    let absence = json!({ "absenceType": "VACANCY", "member": person["id"], "group": group["id"],
        "start": from, "end": to });
    let absence = made(world, "/api/xm/1/temporary-absences", absence).await;
    let silence = json!({ "matchers": ["a=b"], "endsAt": to, "comment": name("silence") });
    let silence = made(world, "/api/firebell/1/silences", silence).await;
    let window = json!({ "name": name("window"), "start": from, "end": to });
    let window = made(world, "/api/firebell/1/maintenance-windows", window).await;
    let sent = world.get("/api/firebell/1/events").key(1).send().await;
    let outbox = world.get("/api/firebell/1/outbox").key(1).send().await;
    BTreeMap::from([
        ("alert", text(&alert["id"])),
        ("event", text(&sent.json["data"][0]["id"])),
        ("notification", text(&outbox.json["data"][0]["notification"]["id"])),
        ("person", text(&person["id"])),
        ("device", text(&device["id"])),
        ("group", text(&group["id"])),
        ("shift", text(&shift["id"])),
        ("member", text(&person["id"])),
        ("start", from.to_owned()),
        ("site", text(&site["id"])),
        ("absence", text(&absence["id"])),
        ("silence", text(&silence["id"])),
        ("window", text(&window["id"])),
        ("integration", id::<()>(1, who::GENERIC).to_string()),
        ("alias", "sample-alias".to_owned()),
        ("id", id::<()>(1, who::GENERIC).to_string()),
        ("session", id::<()>(1, who::ANN).to_string()),
        // Roles and the like are the same everywhere.
        ("role", "Standard User".replace(' ', "%20")),
    ])
}

/// The path with acme's things for its parameters.
fn filled(route: &Route, things: &BTreeMap<&str, String>) -> String {
    let segments = route.path.split('/').map(|segment| {
        let parameter = segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
        let Some(parameter) = parameter else { return segment.to_owned() };
        // xMatters' events are alerts.
        let xm_event = parameter == "event" && route.path.starts_with("/api/xm/1");
        let parameter = if xm_event { "alert" } else { parameter };
        let known = things.get(parameter);
        known.unwrap_or_else(|| panic!("nothing stands for {parameter} of {}", route.path)).clone()
    });
    segments.collect::<Vec<_>>().join("/")
}

fn ask<'w>(world: &'w World, route: &Route, path: &str, body: &Value) -> Ask<'w> {
    let ask = Ask::new(world, route.method, path);
    ask.header("content-type", "application/json").raw(body.to_string())
}

/// Every parameter of the query that could name something, with everything of acme.
fn with_query(route: &Route, path: &str, things: &BTreeMap<&str, String>) -> Vec<String> {
    let not_ids = ["offset", "limit", "embed", "sortOrder", "wait"];
    let named = route.query.iter().filter(|name| !not_ids.contains(name));
    named
        .flat_map(|name| things.values().map(move |value| format!("{path}?{name}={value}")))
        .collect()
}

/// The answer without what it repeats of the question: links and messages may hold the id.
fn told(answer: &Answer) -> String {
    answer.body.to_lowercase()
}

#[tokio::test]
async fn ids_of_another_instance_are_unknown_in_every_route() {
    for engine in TestEngine::ALL {
        let mut world = World::open(engine).await;
        let things = things_of_acme(&mut world).await;
        let before = acme(&world);
        let mut named = 0;
        for route in routes().filter(|route| route.auth == Auth::People) {
            let path = filled(route, &things);
            let which = format!("{engine:?} {} {}", route.method, route.path);
            let has_id = route.path.contains('{') && !route.path.contains("{role}");
            // Without a body, and with one whose every field names something of acme.
            let bodies = [json!({}), foreign_body(route, &things)];
            for body in &bodies {
                let answer = ask(&world, route, &path, body).key(2).send().await;
                let unknown = matches!(answer.status.as_u16(), 401 | 403 | 404)
                    // xMatters answers 204 to the removal of what does not exist.
                    || (route.method == "DELETE" && answer.status == 204 && answer.body.is_empty());
                if has_id {
                    assert!(unknown, "{which}: {} {}", answer.status, answer.body);
                }
                assert!(!told(&answer).contains(MARK), "{which} tells: {}", answer.body);
                assert_ne!(answer.status.as_u16() / 100, 5, "{which}: {}", answer.body);
            }
            // The ids are right: in their own instance they name something.
            if has_id && route.method == "GET" {
                let own = world.get(&path).key(1).send().await;
                assert_eq!(own.status, 200, "{which}: {}", own.body);
                named += 1;
            }
            for path in with_query(route, &path, &things) {
                if route.method == "GET" {
                    let answer = world.get(&path).key(2).send().await;
                    assert!(!told(&answer).contains(MARK), "{path} tells: {}", answer.body);
                    assert_ne!(answer.status.as_u16() / 100, 5, "{path}: {}", answer.body);
                }
            }
        }
        assert!(named >= 25, "{named}");
        assert_eq!(acme(&world), before, "{engine:?}: nothing was changed from outside");
        let open = format!("/api/firebell/1/alerts/{}", things["alert"]);
        assert_eq!(world.get(&open).key(1).send().await.json["state"], "OPEN");
    }
}

/// The revision of acme's configuration.
fn acme(world: &World) -> String {
    world.state.snapshots.instance(InstanceNo(1)).unwrap().revision.to_string()
}

/// A body of the route's fields that names acme's things wherever it can, so that nothing of it can
/// be found elsewhere.
fn foreign_body(route: &Route, things: &BTreeMap<&str, String>) -> Value {
    let mut body = serde_json::Map::new();
    for field in route.fields.iter().map(|field| field.trim_end_matches('*')) {
        let person = json!(things["person"]);
        let value = match field {
            "owner" | "member" | "replacement" => person,
            "recipient" => json!({ "id": person }),
            "supervisors" => json!([person]),
            "members" => json!([{ "recipient": { "id": person } }]),
            "site" => json!(things["site"]),
            "group" => json!(things["group"]),
            "integrations" => json!([things["integration"]]),
            "recipients" => json!([{ "id": person }]),
            // What is not there can be made with any id, so the id names something else.
            _ => continue,
        };
        body.insert(field.to_owned(), value);
    }
    Value::Object(body)
}

#[tokio::test]
async fn what_a_body_names_of_another_instance_is_not_there() {
    for engine in TestEngine::ALL {
        let mut world = World::open(engine).await;
        let things = things_of_acme(&mut world).await;
        let (person, group, site) = (&things["person"], &things["group"], &things["site"]);
        let (from, to) = ("2026-03-02T09:00:00Z", "2026-03-02T10:00:00Z");
        for (path, body) in [
            (
                "/api/xm/1/people",
                json!({ "targetName": "x", "firstName": "x", "lastName": "x",
                "roles": ["Standard User"], "supervisors": [person] }),
            ),
            (
                "/api/xm/1/people",
                json!({ "targetName": "x", "firstName": "x", "lastName": "x",
                "roles": ["Standard User"], "site": site }),
            ),
            (
                "/api/xm/1/devices",
                json!({ "owner": person, "name": "x", "deviceType": "EMAIL",
                "emailAddress": "x@mail.example" }),
            ),
            ("/api/xm/1/groups", json!({ "targetName": "x", "supervisors": [person] })),
            ("/api/xm/1/groups", json!({ "targetName": "x", "site": site })),
            ("/api/xm/1/groups/Ops/members", json!({ "id": person })),
            ("/api/xm/1/groups/Ops/members", json!({ "id": group })),
            (
                "/api/xm/1/groups/Ops/shifts",
                json!({ "name": "x", "start": from, "end": to,
                "members": [{ "recipient": { "id": person } }] }),
            ),
            (
                "/api/xm/1/groups/Ops/shifts/Always/members",
                json!({ "recipient": { "id": things["device"] } }),
            ),
            (
                "/api/xm/1/temporary-absences",
                json!({ "absenceType": "VACANCY", "member": person,
                "start": from, "end": to }),
            ),
            (
                "/api/xm/1/temporary-absences",
                json!({ "absenceType": "VACANCY", "member": "ann",
                "group": group, "start": from, "end": to }),
            ),
            (
                "/api/firebell/1/maintenance-windows",
                json!({ "name": "x", "start": from, "end": to,
                "integrations": [things["integration"]] }),
            ),
        ] {
            let answer = world.post(path, &body).key(2).send().await;
            // Names of integrations are the same in both; ids are not.
            let answer = answer.is_error(400);
            assert!(!answer.body.contains(MARK), "{engine:?} {path}: {}", answer.body);
        }
    }
}

#[tokio::test]
async fn no_route_answers_without_credentials() {
    let mut world = World::open(TestEngine::Sqlite).await;
    let things = things_of_acme(&mut world).await;
    for route in routes() {
        let path = if route.auth == Auth::Anybody {
            route.path.to_owned()
        } else {
            filled(route, &things)
        };
        let which = format!("{} {}", route.method, route.path);
        if route.auth == Auth::Anybody {
            assert!(OPEN.iter().any(|open| route.path.starts_with(open)), "{which} is open");
            continue;
        }
        let nobody = || ask(&world, route, &path, &json!({})).header(INSTANCE_HEADER, "acme");
        let wrong = format!("{FEED_TOKEN}x");
        for ask in [
            nobody(),
            nobody().basic("ann", "wrong"),
            nobody().basic("x-api-key-0192d0c0-0000-7000-8000-00000000abcd", "fbs_x"),
            nobody().header("authorization", "Basic ???"),
            nobody().bearer("made.up.token"),
            nobody().bearer(&wrong),
        ] {
            let answer = ask.send().await;
            let status = answer.status.as_u16();
            // To PagerDuty's senders, a key that is missing or wrong is a wrong event.
            let keyless = route.path == "/v2/enqueue" && status == 400;
            assert!(status == 401 || status == 429 || keyless, "{which}: {status} {}", answer.body);
            assert!(!answer.body.contains(MARK), "{which}: {}", answer.body);
            // A guess locks out for a while: the next one is a new world's.
            world.clock.set(firebell_base::time::add_seconds(world.clock.now(), 3_600));
        }
        // A key of one kind opens no door of another.
        let foreign = match route.auth {
            Auth::People => nobody().bearer(FEED_TOKEN),
            Auth::Senders if !route.path.contains('{') => nobody().bearer(FEED_TOKEN),
            Auth::Senders => nobody().bearer(&key(2, who::GENERIC)),
            Auth::Nodes => nobody().key(1),
            Auth::Anybody => continue,
        };
        let status = foreign.send().await.status.as_u16();
        // A key of another kind of sender is named as such there.
        let other_kind = route.path.starts_with("/v2/") && status == 400;
        assert!(matches!(status, 401 | 404) || other_kind, "{which}: {status}");
    }
}

#[tokio::test]
async fn no_route_answers_those_who_may_nothing() {
    let mut world = World::open(TestEngine::Sqlite).await;
    let things = things_of_acme(&mut world).await;
    let now = world.clock.now();
    let ann = world.state.snapshots.by_name("acme").unwrap();
    let mut person = (**ann.person(id(1, who::ANN)).unwrap()).clone();
    person.id = id(1, 99);
    person.roles = vec![Role::NoAccessUser];
    person.target_name = Name::parse("outsider").unwrap();
    person.web_login = person.target_name.clone();
    let hash = password::hash(PASSWORD, &Random::seeded(3)).unwrap();
    let hired = [Entity::Password(Password { person: person.id, hash }), Entity::Person(person)];
    let put = move |_: &Directory| Ok(hired.iter().cloned().map(Change::Put).collect());
    let by = Author::new("test", "sample");
    world.state.authority.change(InstanceNo(1), &by, now, put).await.unwrap();
    let before = acme(&world);
    for route in routes().filter(|route| route.auth == Auth::People) {
        let path = filled(route, &things);
        let which = format!("{} {}", route.method, route.path);
        for body in [json!({}), foreign_body(route, &things)] {
            let answer = ask(&world, route, &path, &body).login("outsider").send().await;
            // Who they are and their own sessions are everybody's own.
            let refused = answer.status == 403 || route.path.starts_with(OWN);
            assert!(refused, "{which}: {} {}", answer.status, answer.body);
            assert!(!answer.body.contains(MARK), "{which}: {}", answer.body);
        }
        // The mightiest may only what their role says.
        if route.method != "GET" && !route.path.starts_with(OWN) {
            let reader = ask(&world, route, &path, &json!({})).login("reader").send().await;
            assert!(matches!(reader.status.as_u16(), 400 | 403 | 404), "{which}: {}", reader.body);
        }
    }
    assert_eq!(acme(&world), before, "nothing was changed");
}
