//! Every notification is attempted until a channel takes it or it is given up, always under one key.

use std::time::Duration;

use firebell_channels::SendError;
use firebell_domain::notification::{NotificationState, Outcome};
use firebell_store::{deliveries, notifications};
use firebell_stories::{PAYMENTS, on_both_engines};
use firebell_testkit::postgres::TestEngine;
use firebell_testkit::world::World;

on_both_engines! {
    a_refused_message_is_sent_again_under_its_key
    what_is_refused_for_good_is_given_up_and_said
    a_provider_may_ask_for_patience
    it_is_given_up_after_all_attempts
    messages_carry_signed_links_and_the_reason
    an_answer_cancels_what_waits_for_its_retry
}

fn temporary() -> SendError {
    SendError::Temporary { reason: "The mail server is busy.".to_owned(), retry_after: None }
}

async fn only(world: &World) -> firebell_domain::notification::Notification {
    let (no, alert) = (world.no, world.alert().await.id);
    let read = world
        .db
        .read("test.notifications", move |tx| notifications::of_alert(tx, no, alert, 10))
        .await;
    read.expect("read").remove(0)
}

async fn a_refused_message_is_sent_again_under_its_key(engine: TestEngine) {
    let mut world = World::new(engine, PAYMENTS).await;
    world.sent.refuse_next(temporary());
    world.sent.refuse_next(temporary());
    world.send("Monitor", r#"{"recipients": ["akira"]}"#).await;
    assert!(world.sent.messages().is_empty());
    world.advance(1).await;
    let attempts = world.sent.attempts();
    assert_eq!(attempts.len(), 3);
    assert!(attempts.iter().all(|key| *key == attempts[0]));
    assert_eq!(world.sent.names(), ["Akira Sole"]);
    let notification = only(&world).await;
    assert_eq!((notification.state, notification.attempts), (NotificationState::Delivered, 3));
    let (no, alert) = (world.no, world.alert().await);
    let id = alert.id;
    let tries = world
        .db
        .read("test.deliveries", move |tx| deliveries::of_alert(tx, no, id, 10))
        .await
        .expect("read");
    let outcomes: Vec<Outcome> = tries.iter().map(|d| d.outcome).collect();
    assert_eq!(outcomes, [Outcome::Retrying, Outcome::Retrying, Outcome::Delivered]);
    assert!(world.says(&alert, "not delivered, again in").await);
}

async fn what_is_refused_for_good_is_given_up_and_said(engine: TestEngine) {
    let mut world = World::new(engine, PAYMENTS).await;
    let reason = "There is no such mailbox.".to_owned();
    world.sent.refuse_next(SendError::Permanent { reason });
    world.send("Monitor", r#"{"recipients": ["akira"]}"#).await;
    world.advance(120).await;
    assert_eq!(world.sent.attempts().len(), 1);
    assert_eq!(only(&world).await.state, NotificationState::Failed);
    let alert = world.alert().await;
    assert!(world.says(&alert, "could not be delivered. There is no such mailbox.").await);
    assert_eq!(world.metrics.delivery_failures.get(), 1);
}

async fn a_provider_may_ask_for_patience(engine: TestEngine) {
    let mut world = World::new(engine, PAYMENTS).await;
    let patience = Some(Duration::from_mins(10));
    let reason = "Slow down.".to_owned();
    world.sent.refuse_next(SendError::Temporary { reason, retry_after: patience });
    world.send("Monitor", r#"{"recipients": ["akira"]}"#).await;
    world.advance(9).await;
    assert_eq!(world.sent.attempts().len(), 1);
    world.advance(1).await;
    assert_eq!(world.sent.attempts().len(), 2);
    assert!(world.sent.messages()[0].text.contains("late"), "a late message says so");
}

async fn it_is_given_up_after_all_attempts(engine: TestEngine) {
    let mut world = World::new(engine, PAYMENTS).await;
    for _ in 0..100 {
        world.sent.refuse_next(temporary());
    }
    world.send("Monitor", r#"{"recipients": ["akira"]}"#).await;
    world.advance(170).await;
    assert_eq!(world.sent.attempts().len(), 9);
    assert_eq!(only(&world).await.state, NotificationState::Failed);
}

async fn messages_carry_signed_links_and_the_reason(engine: TestEngine) {
    let mut world = World::new(engine, PAYMENTS).await;
    world.send("Monitor", r#"{"summary": "Checkout <b>errors</b>", "priority": "HIGH"}"#).await;
    let message = &world.sent.messages()[0];
    assert!(message.subject.contains("High") && message.subject.contains("Checkout"));
    assert!(message.text.contains("on call for Payments SRE · shift Always, place 1"));
    let html = message.html.as_deref().expect("an HTML part");
    assert!(html.contains("&lt;b&gt;") && !html.contains("<b>errors"));
    assert_eq!(message.options.len(), 3);
    assert!(message.options[0].link.starts_with("http://firebell.example/r/"));
    assert!(message.options[0].link.ends_with("/1"));
    // Times are the reader's.
    assert!(message.text.contains("2026-03-02 09:30:00 Europe/Oslo"), "{}", message.text);
}

async fn an_answer_cancels_what_waits_for_its_retry(engine: TestEngine) {
    let mut world = World::new(engine, PAYMENTS).await;
    world.sent.refuse_next(temporary());
    world.send("Monitor", r#"{"recipients": ["akira", "mia"], "dedupKey": "x"}"#).await;
    assert_eq!(world.sent.attempts().len(), 2);
    world.send("Monitor", r#"{"dedupKey": "x", "action": "resolve"}"#).await;
    world.advance(30).await;
    assert_eq!(world.sent.attempts().len(), 2, "nobody is told about what is over");
}
