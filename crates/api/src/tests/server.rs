//! What holds for every request: paths, envelopes, headers, health.

use axum::Router;
use axum::routing::get;
use firebell_testkit::postgres::TestEngine;
use serde_json::{Value, json};

use super::world::{Ask, World, who};
use crate::Api;
use crate::routes::routes;

const ALERTS: &str = "/api/firebell/1/alerts";

#[tokio::test]
async fn spellings_of_a_path_are_one_path() {
    let world = World::open(TestEngine::Sqlite).await;
    for path in [
        "/api/firebell/1/alerts",
        "/api/firebell/1/alerts/",
        "/api/firebell/1//alerts",
        "//api/firebell/1/alerts/?",
        "/api/firebell/1/alerts/?&limit=5",
        "/t/acme/api/firebell/1/alerts",
        "/api/firebell/1/%61lerts",
    ] {
        let answer = world.get(path).key(1).send().await;
        if path.contains('%') {
            // Literal words are not encoded by anybody; what is encoded is a name.
            answer.is_error(404);
        } else {
            assert_eq!(answer.status, 200, "{path} {}", answer.body);
        }
    }
    let encoded = world.get("/api/firebell/1/maintenance-windows/No%20such%2Bwindow").key(1);
    assert_eq!(encoded.send().await.is_error(404).json["arguments"][0], "No such+window");
}

#[tokio::test]
async fn errors_are_envelopes_whoever_makes_them() {
    let world = World::open(TestEngine::Sqlite).await;
    world.get("/api/xm/1/nothing").key(1).send().await.is_error(404);
    world.get("/").send().await.is_error(404);
    let method = world.delete(ALERTS).key(1).send().await;
    assert!(method.is_error(405).header("allow").contains("GET"));
    let respond = format!("{ALERTS}/1/responses");
    let untyped = Ask::new(&world, "POST", &respond).key(1).raw("{}").send().await;
    untyped.is_error(415);
    let packed = world.post(&respond, &json!({})).key(1).header("content-encoding", "gzip");
    assert!(packed.send().await.is_error(415).body.contains("uncompressed"));
    let form = world.post(&respond, &json!({})).key(1);
    let form = Ask::new(&world, "POST", &respond)
        .key(1)
        .header("content-type", "text/plain")
        .raw(form.body);
    form.send().await.is_error(415);
    let list = world.post(&respond, &json!([])).key(1).send().await;
    assert!(list.is_error(400).json["message"].as_str().unwrap().contains("object"));
    let broken = world.post(&respond, &json!(null)).key(1).raw("{\"option\":\n1,}").send().await;
    let message = broken.is_error(400).json["message"].as_str().unwrap().to_owned();
    assert!(message.contains("line 2, column 3"), "{message}");
    let large = world.post(&respond, &json!(null)).key(1).raw(" ".repeat(2_097_153)).send().await;
    large.is_error(413);
    let utf8 = world.get("/api/firebell/1/alerts/%FF").key(1).send().await;
    utf8.is_error(400);
    let query = world.get(&format!("{ALERTS}?search=%FF")).key(1).send().await;
    assert_eq!(query.is_error(400).json["arguments"][0], "search");
    let foreign = world.post(&format!("{ALERTS}/1/resolve"), &json!({})).key(1);
    foreign.header("sec-fetch-site", "cross-site").send().await.is_error(403);
}

#[tokio::test]
async fn an_alert_is_called_an_alert_and_an_event_an_event() {
    let world = World::open(TestEngine::Sqlite).await;
    for (path, word) in [
        ("/api/firebell/1/alerts/99", "alert"),
        ("/api/firebell/1/alerts/99/timeline", "alert"),
        ("/api/firebell/1/alerts/99/responses", "alert"),
        ("/api/xm/1/events/99", "event"),
    ] {
        let answer = world.get(path).key(1).send().await;
        let message = format!("There is no {word} \"99\".");
        assert_eq!(answer.is_error(404).json["message"], message, "{path}");
    }
    let deed = world.post("/api/firebell/1/alerts/99/resolve", &json!({})).key(1).send().await;
    assert_eq!(deed.is_error(404).json["message"], "There is no alert \"99\".");
}

#[tokio::test]
async fn every_answer_has_its_headers() {
    let world = World::open(TestEngine::Sqlite).await;
    let mut ids = std::collections::BTreeSet::new();
    for path in [ALERTS, "/api/xm/1/nothing", "/livez", "/metrics"] {
        let answer = world.get(path).key(1).send().await;
        assert_eq!(answer.header("cache-control"), "no-store", "{path}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        let id = answer.header("x-request-id").to_owned();
        assert_eq!(id.len(), 36, "{path}");
        assert!(ids.insert(id), "{path}");
    }
}

#[tokio::test]
async fn a_panic_is_an_answer() {
    let mut world = World::open(TestEngine::Sqlite).await;
    let boom = async || -> &'static str { panic!("a sample panic") };
    world.router = Router::from(Api::with([("/boom", get(boom))], world.state.clone()));
    let answer = world.get("/boom").send().await;
    assert!(!answer.is_error(500).body.contains("sample panic"));
    assert_eq!(world.get("/other").send().await.status, 404);
}

#[tokio::test]
async fn probes_and_metrics_answer_anybody() {
    for engine in TestEngine::ALL {
        let mut world = World::open(engine).await;
        world.alert("Disk full").await;
        assert_eq!(world.get("/livez").send().await.json, json!({ "status": "ok" }));
        let ready = world.get("/readyz").send().await;
        assert_eq!(
            (ready.status.as_u16(), &ready.json["ready"]),
            (200, &json!(true)),
            "{engine:?}"
        );
        let metrics = world.get("/metrics").send().await;
        assert!(metrics.header("content-type").starts_with("text/plain; version=0.0.4"));
        for line in [
            "firebell_intake_events_accepted_total 1",
            "firebell_journal_records 0",
            "firebell_database_up 1",
            "firebell_config_epoch 1",
        ] {
            assert!(metrics.body.lines().any(|l| l == line), "{line}\n{}", metrics.body);
        }
        assert!(metrics.body.contains("firebell_build_info{version=\""));
        world.state.db.close();
        let cached = world.get("/readyz").send().await;
        assert_eq!(cached.status, 200, "asked twice in a second, the database is read once");
        world.clock.set(firebell_base::time::add_seconds(world.clock.now(), 1));
        let ready = world.get("/readyz").send().await;
        assert_eq!((ready.status.as_u16(), &ready.json["ready"]), (503, &json!(false)));
        let metrics = world.get("/metrics").send().await;
        assert!(metrics.body.contains("firebell_database_up 0"));
        world.get(ALERTS).key(1).send().await.is_error(503);
    }
}

/// The path with something in the place of each parameter.
fn filled(path: &str) -> String {
    let word = super::world::id::<()>(1, who::ANN).to_string();
    let segments = path.split('/').map(|s| if s.starts_with('{') { word.as_str() } else { s });
    segments.collect::<Vec<_>>().join("/")
}

#[tokio::test]
async fn the_description_matches_the_router() {
    let world = World::open(TestEngine::Sqlite).await;
    let description = world.get("/api/openapi.json").send().await;
    assert_eq!(description.json["openapi"], "3.1.0");
    let paths = description.json["paths"].as_object().expect("paths").clone();
    let mut described = 0;
    for (path, methods) in &paths {
        for method in ["GET", "POST", "DELETE", "PUT", "PATCH"] {
            let answer = Ask::new(&world, method, &filled(path)).send().await;
            let known = methods.get(method.to_lowercase()).is_some();
            described += usize::from(known);
            let no_route = answer.json["subcode"] == "validation.common.route_not_exists";
            assert!(!no_route, "{method} {path}");
            assert_eq!(answer.status != 405, known, "{method} {path}");
        }
    }
    assert_eq!(described, routes().count());
    let listed = |path: &str| paths.get(path).is_some_and(Value::is_object);
    assert!(listed("/api/xm/1/people") && listed("/api/xm/1/on-call"));
}
