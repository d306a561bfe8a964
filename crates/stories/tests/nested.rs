//! Groups inside groups, rounds, and notices to groups: whoever should be told is told, and it ends.

use firebell_stories::{PAYMENTS, on_both_engines};
use firebell_testkit::postgres::TestEngine;
use firebell_testkit::world::World;

on_both_engines! {
    two_groups_reach_the_same_group_in_the_same_moment
    a_group_inside_a_group_is_told_again_in_each_round
    an_end_notice_to_a_group_tells_people_who_were_told_before
    end_notices_that_point_at_each_other_come_to_an_end
    what_the_event_overrides_holds_for_later_places
}

/// Groups that escalate into "Second line" after five minutes.
const TWO_INTO_ONE: &str = r#"
groups:
  - targetName: Second line
    members: [bo]
    shifts:
      - name: Always
        start: "2026-01-01T00:00:00Z"
        end: "2026-01-02T00:00:00Z"
        timezone: UTC
        recurrence: {frequency: DAILY, repeatEvery: 1, end: {endBy: NEVER}}
        members: [{recipient: bo}]
  - targetName: East
    members: [akira, Second line]
    shifts:
      - name: Always
        start: "2026-01-01T00:00:00Z"
        end: "2026-01-02T00:00:00Z"
        timezone: UTC
        recurrence: {frequency: DAILY, repeatEvery: 1, end: {endBy: NEVER}}
        members: [{recipient: akira}, {recipient: Second line, delay: 5}]
  - targetName: West
    members: [mia, Second line]
    shifts:
      - name: Always
        start: "2026-01-01T00:00:00Z"
        end: "2026-01-02T00:00:00Z"
        timezone: UTC
        recurrence: {frequency: DAILY, repeatEvery: 1, end: {endBy: NEVER}}
        members: [{recipient: mia}, {recipient: Second line, delay: 5}]
"#;

/// The people told since the last look, in order, each message once.
fn news(world: &World) -> Vec<String> {
    let names = world.sent.names();
    world.sent.clear();
    names
}

async fn nested(engine: TestEngine, more: &str) -> World {
    let world = World::new(engine, PAYMENTS).await;
    world.apply(TWO_INTO_ONE).await;
    world.apply(more).await;
    world
}

async fn two_groups_reach_the_same_group_in_the_same_moment(engine: TestEngine) {
    let more = "groups: [{targetName: Second line, shifts: [{name: Always, \
                notifyEndOfEscalation: {recipient: mia, delay: 9}}]}]";
    let mut world = nested(engine, more).await;
    world.send("Monitor", r#"{"recipients": ["East", "West"]}"#).await;
    assert_eq!(news(&world), ["Akira Sole", "Mia Berg"]);
    world.advance(6).await;
    assert_eq!(news(&world), ["Bo Ek"], "once, although both groups end in his");
}

async fn a_group_inside_a_group_is_told_again_in_each_round(engine: TestEngine) {
    let more = "groups: [{targetName: East, shifts: [{name: Always, \
                repeatEscalation: {repetitions: 1, delay: 10}}]}]";
    let mut world = nested(engine, more).await;
    world.send("Monitor", r#"{"recipients": ["East"]}"#).await;
    world.advance(14).await;
    assert_eq!(news(&world), ["Akira Sole", "Bo Ek", "Bo Ek"]);
    world.advance(10).await;
    assert_eq!(news(&world), ["Akira Sole", "Bo Ek", "Bo Ek"], "the second round tells them all");
}

async fn an_end_notice_to_a_group_tells_people_who_were_told_before(engine: TestEngine) {
    let more = "groups: [{targetName: East, shifts: [{name: Always, \
                notifyEndOfEscalation: {recipient: Second line, delay: 10}}]}]";
    let mut world = nested(engine, more).await;
    world.send("Monitor", r#"{"recipients": ["East"]}"#).await;
    world.advance(14).await;
    assert_eq!(news(&world), ["Akira Sole", "Bo Ek", "Bo Ek"]);
    world.advance(4).await;
    assert_eq!(news(&world), ["Bo Ek", "Bo Ek"], "Bo hears that nobody answered");
}

async fn end_notices_that_point_at_each_other_come_to_an_end(engine: TestEngine) {
    let more = "groups: [{targetName: East, shifts: [{name: Always, \
                members: [{recipient: akira}], \
                notifyEndOfEscalation: {recipient: West, delay: 0}}]}, \
                {targetName: West, shifts: [{name: Always, members: [{recipient: mia}], \
                notifyEndOfEscalation: {recipient: East, delay: 0}}]}]";
    let mut world = nested(engine, more).await;
    world.send("Monitor", r#"{"recipients": ["East"]}"#).await;
    world.advance(60).await;
    assert_eq!(news(&world), ["Akira Sole", "Mia Berg"]);
}

async fn what_the_event_overrides_holds_for_later_places(engine: TestEngine) {
    let mut world = World::new(engine, PAYMENTS).await;
    world.send("Monitor", r#"{"overrideDeviceRestrictions": true}"#).await;
    assert_eq!(news(&world), ["Akira Sole"]);
    world.advance(5).await;
    assert_eq!(news(&world), ["Bo Ek", "Bo Ek"], "both devices of Bo at once");
}
