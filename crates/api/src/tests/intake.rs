//! Triggers: durable before the answer, refused with a reason, bounded.

use axum::body::Body;
use bytes::Bytes;
use firebell_base::limit::EVENT_BODY_BYTES_MAX;
use firebell_store::journal;
use firebell_testkit::postgres::TestEngine;
use futures_util::stream;
use serde_json::json;

use super::world::{World, key, trigger, who};

async fn journal_records(world: &World) -> i64 {
    let read = world.state.db.read("test", journal::backlog).await;
    read.expect("the backlog").0
}

#[tokio::test]
async fn an_event_is_in_the_journal_before_the_answer() {
    for engine in TestEngine::ALL {
        let mut world = World::open(engine).await;
        assert_eq!(journal_records(&world).await, 0);
        let path = trigger(1, who::GENERIC);
        let body = json!({ "properties": { "host": "db-1" }, "priority": "HIGH" });
        let ask = world.post(&format!("{path}/?apiKey={}", key(1, who::GENERIC)), &body);
        let answer = ask.send().await;
        assert_eq!(answer.status, 202, "{engine:?} {}", answer.body);
        // The doors for events ask nothing of the configuration's freshness, and so tell nothing of it.
        assert!(!answer.headers.contains_key("x-freshness"), "{:?}", answer.headers);
        assert_eq!(journal_records(&world).await, 1);
        world.settle().await;
        assert_eq!(journal_records(&world).await, 0);
        let request = answer.json["requestId"].as_str().expect("an id");
        let list = format!("/api/xm/1/events?requestId={request}");
        let events = world.get(&list).login("ann").send().await;
        assert_eq!(events.json["total"], 1, "{}", events.body);
        assert_eq!(events.json["data"][0]["priority"], "HIGH");
    }
}

#[tokio::test]
async fn what_is_wrong_is_named_and_nothing_is_kept() {
    let world = World::open(TestEngine::Sqlite).await;
    let send = |raw: Vec<u8>| {
        let ask = world.post(&trigger(1, who::GENERIC), &json!(null));
        ask.bearer(&key(1, who::GENERIC)).raw(raw).send()
    };
    let broken = send(b"{\"a\": \n }x".to_vec()).await;
    let message = broken.is_error(400).json["message"].as_str().unwrap().to_owned();
    assert!(message.contains("line 2"), "{message}");
    let binary = send(vec![b'{', 0xFF, b'}']).await;
    assert_eq!(binary.is_error(400).json["subcode"], "validation.common.body.not_utf8");
    let typed = send(b"{\"priority\": 7}".to_vec()).await;
    assert_eq!(typed.is_error(400).json["arguments"][0], "priority");
    assert_eq!(world.state.metrics.requests_refused.get(), 3);
    assert_eq!(journal_records(&world).await, 0);
}

#[tokio::test]
async fn bodies_are_bounded_with_and_without_their_length() {
    let world = World::open(TestEngine::Sqlite).await;
    let ask = || world.post(&trigger(1, who::GENERIC), &json!(null)).bearer(&key(1, who::GENERIC));
    let fits = format!("{{\"a\":\"{}\"}}", "x".repeat(EVENT_BODY_BYTES_MAX - 8));
    assert_eq!(fits.len(), EVENT_BODY_BYTES_MAX);
    assert_eq!(ask().raw(fits.clone()).send().await.status, 202);
    ask().raw(format!("{fits} ")).send().await.is_error(413);
    ask().header("content-length", "200001").raw("{}").send().await.is_error(413);
    let chunks = (0..5).map(|_| Ok::<_, std::io::Error>(Bytes::from(vec![b' '; 50_000])));
    let endless = Body::from_stream(stream::iter(chunks));
    ask().raw(endless).send().await.is_error(413);
    let broken = stream::iter([Ok(Bytes::from("{")), Err(std::io::Error::other("gone"))]);
    ask().raw(Body::from_stream(broken)).send().await.is_error(400);
    assert_eq!(journal_records(&world).await, 1);
}

#[tokio::test]
async fn too_many_events_are_asked_to_come_again() {
    let world = World::open(TestEngine::Sqlite).await;
    for (place, status) in [(who::GENERIC, 429), (who::PROM, 503)] {
        let body = match place {
            who::GENERIC => json!({ "a": 1 }),
            _ => json!({ "version": "4", "status": "firing", "alerts": [
                { "status": "firing", "labels": { "alertname": "x" } },
            ] }),
        };
        let ask = || world.post(&trigger(1, place), &body).bearer(&key(1, place)).send();
        for n in 0..50 {
            assert_eq!(ask().await.status, 202, "{n}");
        }
        let refused = ask().await;
        let wait: u64 = refused.is_error(status).header("retry-after").parse().unwrap();
        assert!((1..=60).contains(&wait));
    }
    assert_eq!(world.state.metrics.requests_shed.get(), 2);
}
