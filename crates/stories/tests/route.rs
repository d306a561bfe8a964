//! Whom an event concerns; and what happens when the answer is nobody.

use firebell_stories::{PAYMENTS, on_both_engines};
use firebell_testkit::postgres::TestEngine;
use firebell_testkit::world::World;

on_both_engines! {
    recipients_of_the_event_come_first
    unknown_recipients_are_named_and_the_form_steps_in
    a_group_without_shifts_wakes_its_supervisor
    a_person_without_devices_is_passed_over_and_named
    nobody_at_all_is_said_out_loud
    rotation_by_alerts
}

async fn recipients_of_the_event_come_first(engine: TestEngine) {
    let mut world = World::new(engine, PAYMENTS).await;
    world.send("Monitor", r#"{"recipients": [{"id": "mia"}, {"targetName": "MIA"}]}"#).await;
    assert_eq!(world.sent.names(), ["Mia Berg"], "once, although named twice");
}

async fn unknown_recipients_are_named_and_the_form_steps_in(engine: TestEngine) {
    let mut world = World::new(engine, PAYMENTS).await;
    world.send("Monitor", r#"{"recipients": ["nobody", "ghost|Pager"]}"#).await;
    assert_eq!(world.sent.names(), ["Akira Sole"]);
    let alert = world.alert().await;
    assert!(world.says(&alert, "recipients that do not exist: nobody, ghost|Pager").await);
}

async fn a_group_without_shifts_wakes_its_supervisor(engine: TestEngine) {
    let mut world = World::new(engine, PAYMENTS).await;
    world.send("Monitor", r#"{"recipients": ["Empty"]}"#).await;
    assert_eq!(world.sent.names(), ["Mia Berg"]);
    let alert = world.alert().await;
    assert!(world.says(&alert, "No shift of Empty is in force").await);
    assert!(world.says(&alert, "its supervisor Mia Berg is").await);
}

async fn a_person_without_devices_is_passed_over_and_named(engine: TestEngine) {
    let mut world = World::new(engine, PAYMENTS).await;
    world
        .apply(
            r"
groups:
  - targetName: Payments SRE
    members: [nils]
    shifts:
      - name: Always
        members: [{recipient: nils}, {recipient: bo, delay: 5, escalationType: PEER}]
",
        )
        .await;
    world.send("Monitor", "{}").await;
    assert_eq!(world.sent.names(), ["Bo Ek"], "nobody waits for somebody who cannot be told");
    let alert = world.alert().await;
    assert!(world.says(&alert, "Nils Quiet has no device that may be used now").await);
}

async fn nobody_at_all_is_said_out_loud(engine: TestEngine) {
    let mut world = World::new(engine, PAYMENTS).await;
    world.send("Monitor", r#"{"recipients": ["nils"]}"#).await;
    assert!(world.sent.messages().is_empty());
    let alert = world.alert().await;
    assert!(world.says(&alert, "Not told: Nils Quiet (named directly): no device").await);
    assert!(world.says(&alert, "Nobody could be told about this alert").await);
    assert_eq!(world.metrics.nobody_told.get(), 1);
}

async fn rotation_by_alerts(engine: TestEngine) {
    let mut world = World::new(engine, PAYMENTS).await;
    world
        .apply(
            r#"
groups:
  - targetName: Payments SRE
    shifts:
      - name: Always
        rotation: {type: ALERTS, direction: FIRST_TO_LAST, interval: 1,
                   nextRotationTime: "2026-03-01T00:00:00Z"}
"#,
        )
        .await;
    for body in ["{}", "{}"] {
        world.accept("Monitor", body).await.expect("accepted");
    }
    world.settle().await;
    world.send("Monitor", "{}").await;
    world.send("Monitor", "{}").await;
    assert_eq!(world.sent.names(), ["Akira Sole", "Bo Ek", "Mia Berg", "Akira Sole"]);
}
