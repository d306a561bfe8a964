//! Restarts, take-overs and forgetting: nothing lost, nothing doubled without its key.

use firebell_base::Id;
use firebell_base::time::add_minutes;
use firebell_domain::alert::State;
use firebell_domain::device::DeviceId;
use firebell_pipeline::retention::{self, Retention};
use firebell_sql::{ReadTx, WriteTx};
use firebell_store::device_checks::{self, Check, Tried};
use firebell_store::journal;
use firebell_stories::{PAYMENTS, on_both_engines};
use firebell_testkit::postgres::TestEngine;
use firebell_testkit::world::World;

on_both_engines! {
    what_was_accepted_before_a_crash_is_processed_after_it
    timers_survive_a_restart
    an_outage_is_caught_up_without_telling_everybody_at_once
    who_was_replaced_is_refused
    old_alerts_are_forgotten_and_open_ones_are_not
    devices_stay_verified_as_long_as_they_are_there
    a_flood_of_one_instance_is_slowed_down
}

async fn what_was_accepted_before_a_crash_is_processed_after_it(engine: TestEngine) {
    let mut world = World::new(engine, PAYMENTS).await;
    world.accept("Monitor", "{}").await.expect("accepted");
    world.restart().await;
    world.settle().await;
    assert_eq!(world.alert().await.state, State::Open);
    assert_eq!(world.sent.names(), ["Akira Sole"]);
}

async fn timers_survive_a_restart(engine: TestEngine) {
    let mut world = World::new(engine, PAYMENTS).await;
    world.send("Monitor", "{}").await;
    world.restart().await;
    world.advance(5).await;
    assert_eq!(world.sent.names(), ["Akira Sole", "Bo Ek"]);
    world.restart().await;
    world.advance(10).await;
    assert_eq!(world.sent.names().len(), 4);
}

async fn an_outage_is_caught_up_without_telling_everybody_at_once(engine: TestEngine) {
    let mut world = World::new(engine, PAYMENTS).await;
    world.send("Monitor", "{}").await;
    world.clock.set(add_minutes(world.now(), 60));
    world.restart().await;
    world.settle().await;
    assert_eq!(world.sent.names(), ["Akira Sole", "Bo Ek"], "Mia still has ten minutes");
    world.advance(10).await;
    assert_eq!(world.sent.names().last().map(String::as_str), Some("Mia Berg"));
}

async fn who_was_replaced_is_refused(engine: TestEngine) {
    use firebell_store::engine;

    let world = World::new(engine, PAYMENTS).await;
    let now = world.now();
    let take =
        |owner: &'static str| world.db.write("test.take", move |tx| engine::take(tx, owner, now));
    let first = take("first").await.expect("taken");
    let second = take("second").await.expect("taken");
    assert!(second > first);
    let holds = |epoch| world.db.write("test.holds", move |tx| engine::holds(tx, epoch));
    assert!(!holds(first).await.expect("read"));
    assert!(holds(second).await.expect("read"));
}

async fn old_alerts_are_forgotten_and_open_ones_are_not(engine: TestEngine) {
    let mut world = World::new(engine, PAYMENTS).await;
    world.send("Monitor", r#"{"dedupKey": "old"}"#).await;
    world.send("Monitor", r#"{"dedupKey": "old", "action": "resolve"}"#).await;
    let much_later = add_minutes(world.now(), 401 * 24 * 60);
    world.clock.set(add_minutes(world.now(), 1));
    world.send("Monitor", r#"{"dedupKey": "still open"}"#).await;
    let keep = Retention::default();
    let nothing = retention::run(&world.db, &world.snapshots, keep, world.now()).await;
    assert!(nothing.expect("ran").is_empty());
    let removed = retention::run(&world.db, &world.snapshots, keep, much_later).await;
    let removed = removed.expect("ran");
    assert_eq!((removed.alerts, removed.events), (1, 3));
    assert!(removed.deliveries > 0);
    let left = world.alert().await;
    assert_eq!(left.dedup_key.as_deref(), Some("still open"));
    assert!(!world.timeline(&left).await.is_empty(), "its timeline stays");
}

async fn devices_stay_verified_as_long_as_they_are_there(engine: TestEngine) {
    let world = World::new(engine, PAYMENTS).await;
    let (no, now) = (world.no, world.now());
    let directory = world.snapshots.instance(no).expect("the instance");
    let held = directory.devices().next().expect("a device");
    let (there, owner) = (held.id, held.owner);
    let gone: DeviceId = Id::from_bytes([1; 16]);
    let check = move |device, verified| Check {
        device,
        person: owner,
        address: [1; 32],
        verified,
        code: None,
        code_until: None,
        failures: 0,
        tried: Some(now),
        outcome: Tried::Accepted,
        detail: String::new(),
    };
    let fill = move |tx: &mut WriteTx<'_>| {
        for (device, verified) in
            [(there, Some(now)), (gone, Some(now)), (Id::from_bytes([2; 16]), None)]
        {
            device_checks::put(tx, no, &check(device, verified))?;
        }
        Ok::<_, firebell_sql::Error>(())
    };
    world.db.write("test.checks", fill).await.expect("written");
    let run = async |days: u32| {
        let at = add_minutes(now, i64::from(days) * 24 * 60);
        let removed = retention::run(&world.db, &world.snapshots, Retention::default(), at).await;
        removed.expect("ran").checks
    };
    assert_eq!(run(device_checks::KEPT_DAYS).await, 0, "not yet");
    assert_eq!(run(device_checks::KEPT_DAYS + 1).await, 2);
    let read = move |tx: &mut ReadTx<'_>| device_checks::of_person(tx, no, owner, 10);
    let left = world.db.read("test.checks", read).await.expect("read");
    assert_eq!(left.iter().map(|check| check.device).collect::<Vec<_>>(), [there]);
}

async fn a_flood_of_one_instance_is_slowed_down(engine: TestEngine) {
    let world = World::new(engine, PAYMENTS).await;
    world.apply("integrations: [{name: Monitor, ratePerMinute: 3}]").await;
    for _ in 0..3 {
        world.accept("Monitor", "{}").await.expect("accepted");
    }
    let refused = world.accept("Monitor", "{}").await;
    assert!(refused.is_err(), "{refused:?}");
    world
        .accept(
            "Prometheus",
            r#"{"version": "4", "alerts": [{"status": "firing",
        "labels": {"alertname": "X"}}]}"#,
        )
        .await
        .expect("others are not slowed down");
    let backlog = world.db.read("test.backlog", journal::backlog).await.expect("read").0;
    assert!(backlog > 0);
}
