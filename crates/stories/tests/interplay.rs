//! Answers, suspensions, outages and floods that meet what is under way.

use firebell_base::time::add_minutes;
use firebell_channels::SendError;
use firebell_config::Author;
use firebell_domain::Id;
use firebell_domain::alert::State;
use firebell_domain::event::Draft;
use firebell_domain::form::Action;
use firebell_domain::instance::{InstanceNo, Region};
use firebell_domain::response::{Standing, Via};
use firebell_pipeline::respond::{Answer, Choice, StateChange};
use firebell_store::escalations::{self, Escalation};
use firebell_store::notifications;
use firebell_stories::{PAYMENTS, on_both_engines};
use firebell_testkit::postgres::TestEngine;
use firebell_testkit::world::World;

on_both_engines! {
    who_wants_no_more_is_not_told_in_the_next_round
    pressing_escalate_again_in_the_next_round_counts
    a_retry_waits_while_the_alert_is_suspended
    a_message_that_waited_is_not_sent_once_the_alert_is_suspended
    what_the_source_acknowledged_stays_acknowledged_over_a_suspension
    a_target_stopped_during_a_suspension_stays_stopped
    a_trigger_after_the_end_of_an_alerts_time_opens_anew
    a_full_sender_does_not_keep_the_engine_busy
    one_instances_flood_leaves_room_for_another
    a_walk_without_an_alert_does_not_go_round_in_circles
    events_of_an_unknown_instance_wait_quietly
    a_channel_that_panics_is_tried_again_and_given_up
}

/// Akira alone, twice more, ten minutes apart.
const ROUNDS: &str = r"
groups:
  - targetName: Payments SRE
    shifts:
      - name: Always
        repeatEscalation: {repetitions: 2, delay: 10}
        members: [{recipient: akira}, {recipient: mia, delay: 20, escalationType: PEER}]
forms:
  - name: Outage
    responseOptions:
      - {number: 1, text: Leave me alone, action: STOP_NOTIFYING_USER, contribution: NEUTRAL}
      - {number: 2, text: Not me, action: ESCALATE, contribution: NEGATIVE}
      - {number: 3, text: Not us, action: STOP_NOTIFYING_TARGET, contribution: NEGATIVE}
";

/// Answers through the link of the newest message.
async fn tap(world: &World, option: u8) -> Standing {
    let newest = world.sent.messages().pop().expect("a message");
    let id = newest.key.parse().expect("an id");
    let answered = world.responder.answer_link(world.no, id, option, None).await;
    answered.expect("taken").response.standing
}

async fn change(world: &World, change: StateChange) {
    let id = world.alert().await.id;
    let by = world.directory().person_by_name("mia").expect("there").id;
    world.responder.change_state(world.no, id, change, by).await.expect("changed");
}

async fn who_wants_no_more_is_not_told_in_the_next_round(engine: TestEngine) {
    let mut world = World::new(engine, PAYMENTS).await;
    world.apply(ROUNDS).await;
    world.send("Monitor", "{}").await;
    assert_eq!(tap(&world, 1).await, Standing::Counted);
    world.advance(100).await;
    assert_eq!(world.sent.names(), ["Akira Sole", "Mia Berg", "Mia Berg", "Mia Berg"]);
    let alert = world.alert().await;
    assert!(world.says(&alert, "Akira Sole asked not to be told about this alert").await);
}

async fn pressing_escalate_again_in_the_next_round_counts(engine: TestEngine) {
    let mut world = World::new(engine, PAYMENTS).await;
    world.apply(ROUNDS).await;
    world.send("Monitor", "{}").await;
    assert_eq!(tap(&world, 2).await, Standing::Counted);
    world.settle().await;
    assert_eq!(world.sent.names(), ["Akira Sole", "Mia Berg"]);
    world.advance(10).await;
    assert_eq!(world.sent.names(), ["Akira Sole", "Mia Berg", "Akira Sole"]);
    assert_eq!(tap(&world, 2).await, Standing::Counted, "a new round is a new question");
    world.settle().await;
    assert_eq!(world.sent.names().last().map(String::as_str), Some("Mia Berg"));
}

async fn a_retry_waits_while_the_alert_is_suspended(engine: TestEngine) {
    let mut world = World::new(engine, PAYMENTS).await;
    world.accept("Monitor", r#"{"recipients": ["akira"]}"#).await.expect("accepted");
    world.turn().await;
    change(&world, StateChange::Suspend).await;
    let reason = "Busy.".to_owned();
    world.sent.refuse_next(SendError::Temporary { reason, retry_after: None });
    world.advance(30).await;
    assert_eq!(world.sent.attempts().len(), 1, "only what was being sent already");
    change(&world, StateChange::Resume).await;
    world.settle().await;
    assert_eq!(world.sent.names(), ["Akira Sole"]);
}

async fn a_message_that_waited_is_not_sent_once_the_alert_is_suspended(engine: TestEngine) {
    let mut world = World::new(engine, PAYMENTS).await;
    world.accept("Monitor", r#"{"recipients": ["akira"]}"#).await.expect("accepted");
    world.turn().await;
    change(&world, StateChange::Suspend).await;
    world.clock.set(add_minutes(world.now(), 1));
    world.advance(10).await;
    assert!(world.sent.attempts().is_empty());
    change(&world, StateChange::Resume).await;
    world.settle().await;
    assert_eq!(world.sent.names(), ["Akira Sole"]);
}

async fn what_the_source_acknowledged_stays_acknowledged_over_a_suspension(engine: TestEngine) {
    let mut world = World::new(engine, PAYMENTS).await;
    world.send("Monitor", r#"{"dedupKey": "x"}"#).await;
    world.send("Monitor", r#"{"dedupKey": "x", "action": "acknowledge"}"#).await;
    change(&world, StateChange::Suspend).await;
    change(&world, StateChange::Resume).await;
    assert_eq!(world.alert().await.state, State::Acknowledged);
}

async fn a_target_stopped_during_a_suspension_stays_stopped(engine: TestEngine) {
    let mut world = World::new(engine, PAYMENTS).await;
    world.apply(ROUNDS).await;
    world.send("Monitor", "{}").await;
    change(&world, StateChange::Suspend).await;
    assert_eq!(tap(&world, 3).await, Standing::Counted);
    change(&world, StateChange::Resume).await;
    world.advance(100).await;
    assert_eq!(world.sent.names(), ["Akira Sole"]);
}

async fn a_trigger_after_the_end_of_an_alerts_time_opens_anew(engine: TestEngine) {
    let mut world = World::new(engine, PAYMENTS).await;
    world.send("Monitor", r#"{"dedupKey": "x", "expirationInMinutes": 30}"#).await;
    // The process was down when the time ran out; the first thing it gets is the same trouble again.
    world.clock.set(add_minutes(world.now(), 60));
    world.send("Monitor", r#"{"dedupKey": "x"}"#).await;
    let states: Vec<State> = world.alerts().await.iter().map(|alert| alert.state).collect();
    assert_eq!(states, [State::Closed, State::Open]);
    assert_eq!(world.sent.names(), ["Akira Sole", "Akira Sole"]);
    // A resolve that comes too late finds nothing to resolve.
    world.clock.set(add_minutes(world.now(), 600));
    world.send("Monitor", r#"{"dedupKey": "x", "action": "resolve"}"#).await;
    let cause = world.alerts().await[1].closed.expect("closed").cause;
    assert_eq!(cause, firebell_domain::alert::CloseCause::Expired);
}

/// Many alerts for one person at once.
async fn flood(world: &World, no: InstanceNo, count: usize) {
    let directory = world.snapshots.instance(no).expect("the instance");
    let integration = directory.integrations().find(|i| i.name.as_str() == "Monitor");
    let integration = (**integration.expect("an integration")).clone();
    let recipients = vec![firebell_domain::recipient::Pointer("akira".to_owned())];
    let draft = Draft { recipients, summary: "Flood".to_owned(), ..Draft::default() };
    let drafts = vec![draft; count];
    world.intake.accept(no, &integration, drafts, b"{}").await.expect("accepted");
}

async fn a_full_sender_does_not_keep_the_engine_busy(engine: TestEngine) {
    let mut world = World::new(engine, PAYMENTS).await;
    flood(&world, world.no, 1200).await;
    let mut last = world.turn().await;
    while last.more {
        last = world.turn().await;
    }
    let due = last.next_due.expect("alerts run out of time");
    assert!(due > world.now(), "what no place is free for is nothing to wake up for: {due}");
    world.settle().await;
    assert_eq!(world.sent.names().len(), 1200);
}

async fn one_instances_flood_leaves_room_for_another(engine: TestEngine) {
    let mut world = World::new(engine, PAYMENTS).await;
    let other = world
        .authority
        .create_instance("other", Region::Emea, &Author::new("test", "set up"), world.now())
        .await;
    let other = other.expect("an instance").instance.no;
    let sample = world.no;
    world.no = other;
    world.apply(&PAYMENTS.replace("fbk_sample", "fbk_other")).await;
    world.no = sample;
    for _ in 0..2 {
        flood(&world, sample, 1000).await;
        while world.turn().await.more {}
    }
    // Nothing was sent yet: the flood waits for its receiver.
    flood(&world, other, 1).await;
    let mut handed_over = 0;
    loop {
        let step = world.turn().await;
        handed_over += step.sending;
        if !step.more {
            break;
        }
    }
    assert_eq!(handed_over, 1, "the other customer's message goes out");
    world.settle().await;
    assert_eq!(world.sent.names().len(), 2001);
}

async fn a_walk_without_an_alert_does_not_go_round_in_circles(engine: TestEngine) {
    let mut world = World::new(engine, PAYMENTS).await;
    let orphan = Escalation {
        instance: world.no,
        alert: Id::from_bytes([1; 16]),
        shift: Id::from_bytes([2; 16]),
        group: Id::from_bytes([3; 16]),
        due: Some(world.now()),
        walk: "{}".to_owned(),
    };
    let insert = move |tx: &mut firebell_sql::WriteTx<'_>| {
        escalations::insert(tx, std::slice::from_ref(&orphan))
    };
    world.db.write("test.orphan", insert).await.expect("written");
    assert_eq!(world.settle().await, None, "nothing waits any more");
}

async fn events_of_an_unknown_instance_wait_quietly(engine: TestEngine) {
    let mut world = World::new(engine, PAYMENTS).await;
    let integration = world.integration("Monitor");
    for _ in 0..6 {
        let drafts = vec![Draft::default()];
        let accepted = world.intake.accept(InstanceNo(99), &integration, drafts, b"{}").await;
        accepted.expect("accepted");
    }
    world.settle().await;
    world.send("Monitor", "{}").await;
    world.settle().await;
    assert_eq!(world.sent.names(), ["Akira Sole"], "others do not wait behind them");
    let backlog = world.db.read("test.backlog", firebell_store::journal::backlog).await;
    assert!(backlog.expect("read").0 > 0, "nothing accepted is lost");
}

async fn a_channel_that_panics_is_tried_again_and_given_up(engine: TestEngine) {
    let mut world = World::new(engine, PAYMENTS).await;
    world.sent.panic_next(100);
    world.send("Monitor", r#"{"recipients": ["akira"]}"#).await;
    world.advance(170).await;
    assert_eq!(world.sent.attempts().len(), 9);
    let (no, alert) = (world.no, world.alert().await);
    let id = alert.id;
    let read =
        world.db.read("test.notifications", move |tx| notifications::of_alert(tx, no, id, 9)).await;
    let state = read.expect("read")[0].state;
    assert_eq!(state, firebell_domain::notification::NotificationState::Failed);
    assert!(world.says(&alert, "could not be delivered").await);
    // An answer without a link does not hang on it either.
    let akira = world.directory().person_by_name("akira").expect("there").id;
    let answer = Answer {
        instance: no,
        alert: id,
        notification: None,
        person: akira,
        choice: Choice::Action(Action::AssignToUser),
        comment: None,
        via: Via::Api,
    };
    assert!(world.responder.answer(answer).await.expect("taken").changed);
}

/// On SQLite there is one writer, and nothing to meet.
#[tokio::test]
async fn what_an_answer_is_just_cancelling_is_not_taken_to_be_sent() {
    use std::sync::mpsc;
    use std::sync::{Arc, Mutex};

    let mut world = World::new(TestEngine::Postgres, PAYMENTS).await;
    world.send("Monitor", r#"{"recipients": ["bo"]}"#).await;
    let (no, alert, later) = (world.no, world.alert().await.id, add_minutes(world.now(), 2));
    let bo = world.directory().person_by_name("bo").expect("there").id;
    let (cancelled, wait_cancelled) = mpsc::channel();
    let (finish, wait_finish) = mpsc::channel::<()>();
    let ends = Arc::new(Mutex::new((cancelled, wait_finish)));
    let answering = world.db.write("test.answer", move |tx| {
        notifications::cancel_person(tx, no, alert, bo, later)?;
        let (cancelled, wait_finish) = &*ends.lock().expect("not poisoned");
        cancelled.send(()).expect("heard");
        wait_finish.recv().expect("told");
        Ok::<_, firebell_sql::Error>(())
    });
    let taking = async {
        let held = tokio::task::spawn_blocking(move || wait_cancelled.recv()).await;
        held.expect("joined").expect("cancelled");
        let due = world.db.write("test.due", move |tx| notifications::due(tx, no, later, 10)).await;
        finish.send(()).expect("heard");
        due.expect("read").len()
    };
    let (answered, due) = tokio::join!(answering, taking);
    answered.expect("answered");
    assert_eq!(due, 0, "Bo's second device is due, and being cancelled");
}
