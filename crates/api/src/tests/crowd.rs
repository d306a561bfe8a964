//! Very many who want the same few licences at the same moment.

use std::time::Duration;

use firebell_base::{Clock, Random};
use firebell_domain::person::LicenceType;
use firebell_replica::{Replica, Settings, SqlSource};
use firebell_testkit::postgres::TestEngine;
use futures_util::StreamExt as _;
use futures_util::stream;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::licences::{PEOPLE, entitle, hard, somebody};
use super::world::World;
use crate::state::ApiState;

/// Attempts.
const CROWD: usize = 10_000;
/// Free seats.
const SEATS: usize = 100;
/// Attempts under way at the same moment: all of them.
const AT_ONCE: usize = CROWD;

async fn rush(engine: TestEngine) {
    let world = World::open(engine).await;
    // Four full users are there already.
    let allotted = u32::try_from(SEATS + 4).unwrap();
    entitle(&world, hard(LicenceType::FullUser, allotted)).await;
    let twin = world.twin().await;
    // Each hears of what the other does as processes do.
    let (stop, stopped) = watch::channel(());
    let mut following = JoinSet::new();
    for state in [&world.state, &twin] {
        let mut stopped = stopped.clone();
        let replica = replica_of(state);
        following.spawn(async move { replica.run(async { drop(stopped.changed().await) }).await });
    }
    let twin = axum::Router::from(crate::Api::new(twin));
    let attempts = (0..CROWD).map(|n| {
        let body = somebody(&format!("person-{n:05}"));
        let ask = world.post(PEOPLE, &body).key(1).header("idempotency-key", &format!("k-{n}"));
        // Half of them through another process.
        let ask = if n % 2 == 0 { ask } else { ask.at(&twin) };
        async move {
            let answer = ask.send().await;
            match answer.status.as_u16() {
                201 => true,
                409 => {
                    let subcode = &answer.json["subcode"];
                    assert_eq!(subcode, "validation.person.license_limit_exceeded");
                    let words = answer.json["message"].as_str().unwrap();
                    assert!(words.contains(&format!("{allotted} held")), "{words}");
                    false
                }
                status => panic!("{status}: {}", answer.body),
            }
        }
    });
    let made = stream::iter(attempts).buffer_unordered(AT_ONCE);
    let made = made.filter(|made| std::future::ready(*made)).count().await;
    assert_eq!(made, SEATS, "{engine:?}");
    let shown = world.get("/api/firebell/1/licences").key(1).send().await.json;
    let books = &shown["data"][0]["books"];
    for book in ["counter", "ledger", "people"] {
        assert_eq!(books[book], allotted, "{engine:?} {book}: {books}");
    }
    assert!(books["driftSince"].is_null() && shown["data"][0]["unconfirmed"].is_null());
    // What the other process did is known as soon as it is asked for.
    let head = shown["freshness"]["revision"].as_str().unwrap();
    let people = world.get(&format!("{PEOPLE}?search=person-&limit=1")).key(1);
    let people = people.header("x-min-rev", head).send().await.json;
    assert_eq!(people["total"], SEATS, "{engine:?}");
    drop(stop);
    following.join_all().await;
}

fn replica_of(state: &ApiState) -> Replica<SqlSource> {
    let source = SqlSource::new(state.db.clone());
    let (snapshots, random) = (state.snapshots.clone(), Random::seeded(23));
    Replica::new(snapshots, source, Clock::System, &random, Settings::default())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn exactly_as_many_are_made_as_there_are_licences() {
    for engine in TestEngine::ALL {
        let began = Clock::System.monotonic_micros();
        let done = tokio::time::timeout(Duration::from_mins(2), rush(engine)).await;
        assert!(done.is_ok(), "{engine:?}: not done in time");
        eprintln!("{engine:?}: {} ms", (Clock::System.monotonic_micros() - began) / 1_000);
    }
}
