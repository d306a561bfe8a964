//! The answer counts, once, and nobody who answers is met with an error.

use firebell_domain::alert::{CloseCause, State};
use firebell_domain::form::Action;
use firebell_domain::response::{Standing, Via};
use firebell_pipeline::respond::{Answer, Answered, Choice, RespondError, StateChange};
use firebell_stories::{PAYMENTS, on_both_engines};
use firebell_testkit::postgres::TestEngine;
use firebell_testkit::world::World;

on_both_engines! {
    who_takes_it_stops_the_walk
    who_cannot_wakes_the_next_at_once
    the_same_answer_twice_counts_once
    a_late_answer_is_recorded_politely
    one_target_is_stopped_and_another_goes_on
    suspending_waits_and_resuming_goes_on
    ending_by_hand
    what_cannot_be_answered_says_so
}

async fn answer(world: &World, person: &str, choice: Choice) -> Result<Answered, RespondError> {
    let person = world.directory().person_by_name(person).expect("there").id;
    let alert = world.alerts().await.pop().expect("an alert").id;
    let answer = Answer {
        instance: world.no,
        alert,
        notification: None,
        person,
        choice,
        comment: Some("  on my\nway\u{202E} ".to_owned()),
        via: Via::Api,
    };
    world.responder.answer(answer).await
}

async fn who_takes_it_stops_the_walk(engine: TestEngine) {
    let mut world = World::new(engine, PAYMENTS).await;
    world.send("Monitor", "{}").await;
    let taken = answer(&world, "akira", Choice::Option(1)).await.expect("taken");
    assert!(taken.changed);
    assert_eq!(taken.alert.state, State::Acknowledged);
    assert_eq!(taken.response.comment.as_deref(), Some("on my way"));
    world.advance(120).await;
    assert_eq!(world.sent.names(), ["Akira Sole"]);
    let alert = world.alert().await;
    let akira = world.directory().person_by_name("akira").expect("there").id;
    assert_eq!(alert.owner, Some(akira));
    assert!(world.says(&alert, "Akira Sole answered “On it” by the API").await);
}

async fn who_cannot_wakes_the_next_at_once(engine: TestEngine) {
    let mut world = World::new(engine, PAYMENTS).await;
    world.send("Monitor", "{}").await;
    answer(&world, "akira", Choice::Option(2)).await.expect("taken");
    world.settle().await;
    assert_eq!(world.sent.names(), ["Akira Sole", "Bo Ek"]);
    // A nervous thumb must not skip a colleague.
    let again = answer(&world, "akira", Choice::Option(2)).await.expect("taken");
    assert_eq!(again.response.standing, Standing::Repeated);
    world.settle().await;
    assert_eq!(world.sent.names(), ["Akira Sole", "Bo Ek"]);
    answer(&world, "bo", Choice::Option(2)).await.expect("taken");
    world.settle().await;
    assert_eq!(world.sent.names(), ["Akira Sole", "Bo Ek", "Mia Berg"]);
    world.advance(5).await;
    assert_eq!(world.sent.names().len(), 3, "Bo's second device is not used any more");
}

async fn the_same_answer_twice_counts_once(engine: TestEngine) {
    let mut world = World::new(engine, PAYMENTS).await;
    world.send("Monitor", "{}").await;
    answer(&world, "akira", Choice::Option(1)).await.expect("taken");
    let again = answer(&world, "akira", Choice::Option(1)).await.expect("taken");
    assert_eq!(again.response.standing, Standing::Repeated);
    assert!(!again.changed);
    // Another person may still take it over.
    let other = answer(&world, "bo", Choice::Option(1)).await.expect("taken");
    assert_eq!(other.response.standing, Standing::Counted);
    let bo = world.directory().person_by_name("bo").expect("there").id;
    assert_eq!(world.alert().await.owner, Some(bo));
    let back = answer(&world, "akira", Choice::Option(1)).await.expect("taken");
    assert_eq!(back.response.standing, Standing::Counted);
    let akira = world.directory().person_by_name("akira").expect("there").id;
    assert_eq!(world.alert().await.owner, Some(akira));
}

async fn a_late_answer_is_recorded_politely(engine: TestEngine) {
    let mut world = World::new(engine, PAYMENTS).await;
    world.send("Monitor", r#"{"dedupKey": "x"}"#).await;
    world.send("Monitor", r#"{"dedupKey": "x", "action": "resolve"}"#).await;
    let late = answer(&world, "akira", Choice::Option(1)).await.expect("taken");
    assert_eq!(late.response.standing, Standing::Late);
    let alert = world.alert().await;
    assert_eq!(alert.closed.expect("closed").cause, CloseCause::Source);
    assert!(world.says(&alert, "(the alert was over)").await);
}

async fn one_target_is_stopped_and_another_goes_on(engine: TestEngine) {
    let mut world = World::new(engine, PAYMENTS).await;
    world
        .apply(
            r#"
groups:
  - targetName: Second line
    members: [mia, nils]
    shifts:
      - name: Always
        start: "2026-01-01T00:00:00Z"
        end: "2026-01-02T00:00:00Z"
        timezone: UTC
        recurrence: {frequency: DAILY, repeatEvery: 1, end: {endBy: NEVER}}
        members: [{recipient: mia}, {recipient: nils, delay: 3, escalationType: PEER}]
people:
  - {targetName: nils, devices: [{name: Mail, deviceType: EMAIL, emailAddress: nils@sample.example}]}
forms:
  - name: Outage
    recipients: [Payments SRE, Second line]
    responseOptions:
      - {number: 1, text: Not us, action: STOP_NOTIFYING_TARGET, contribution: NEGATIVE}
"#,
        )
        .await;
    world.send("Monitor", "{}").await;
    assert_eq!(world.sent.names(), ["Akira Sole", "Mia Berg"]);
    let to_akira = &world.sent.messages()[0];
    let notification = to_akira.key.parse().expect("an id");
    world.responder.answer_link(world.no, notification, 1, None).await.expect("taken");
    world.advance(30).await;
    assert_eq!(world.sent.names(), ["Akira Sole", "Mia Berg", "Nils Quiet"]);
    assert_eq!(world.alert().await.state, State::Open);
}

async fn suspending_waits_and_resuming_goes_on(engine: TestEngine) {
    let mut world = World::new(engine, PAYMENTS).await;
    world.send("Monitor", r#"{"recipients": ["Payments SRE", "bo"]}"#).await;
    assert_eq!(world.sent.names(), ["Akira Sole", "Bo Ek"]);
    let alert = world.alert().await;
    let mia = world.directory().person_by_name("mia").expect("there").id;
    let change = |change| world.responder.change_state(world.no, alert.id, change, mia);
    let (suspended, changed) = change(StateChange::Suspend).await.expect("suspended");
    assert!(changed && suspended.state == State::Suspended);
    assert!(!change(StateChange::Suspend).await.expect("as it is").1);
    world.advance(30).await;
    assert_eq!(world.sent.names().len(), 2, "nothing is sent meanwhile");
    let resume = world.responder.change_state(world.no, alert.id, StateChange::Resume, mia).await;
    assert!(resume.expect("resumed").1);
    world.settle().await;
    let names = world.sent.names();
    // Bo's second device is due, and the walk goes on: Bo is told already, so Mia is next, later.
    assert_eq!(names[2], "Bo Ek");
    world.advance(10).await;
    assert_eq!(world.sent.names().last().map(String::as_str), Some("Mia Berg"));
}

async fn ending_by_hand(engine: TestEngine) {
    let mut world = World::new(engine, PAYMENTS).await;
    world.send("Monitor", "{}").await;
    let alert = world.alert().await;
    let mia = world.directory().person_by_name("mia").expect("there").id;
    let end = |change| world.responder.change_state(world.no, alert.id, change, mia);
    let (ended, changed) = end(StateChange::End).await.expect("ended");
    assert!(changed);
    assert_eq!(ended.closed.expect("closed").cause, CloseCause::Person);
    assert!(!end(StateChange::End).await.expect("as it is").1);
    assert!(matches!(end(StateChange::Resume).await, Err(RespondError::Closed)));
    world.advance(60).await;
    assert_eq!(world.sent.names(), ["Akira Sole"]);
}

async fn what_cannot_be_answered_says_so(engine: TestEngine) {
    let mut world = World::new(engine, PAYMENTS).await;
    world.send("Monitor", "{}").await;
    let unknown = answer(&world, "akira", Choice::Option(9)).await;
    assert!(matches!(unknown, Err(RespondError::NoOption(9))));
    let plain = answer(&world, "akira", Choice::Action(Action::StopNotifyingUser)).await;
    assert_eq!(plain.expect("taken").response.option.number, 0);
    let nowhere = world.responder.view(world.no, firebell_domain::Id::from_bytes([1; 16])).await;
    assert!(matches!(nowhere, Err(RespondError::NoAlert)));
}
