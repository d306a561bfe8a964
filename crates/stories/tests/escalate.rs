//! An event wakes the right person; nobody answers; the next one is woken.

use firebell_domain::alert::{CloseCause, State};
use firebell_stories::{PAYMENTS, on_both_engines};
use firebell_testkit::postgres::TestEngine;
use firebell_testkit::world::World;

on_both_engines! {
    the_walk_goes_on_until_its_end
    repeats_and_the_end_notice
    an_absence_entered_during_the_walk_counts
    an_alert_ends_when_its_time_runs_out
    delays_of_devices
    an_escalation_override_tells_everybody
    who_is_next_is_not_told_about_what_ends_in_the_same_moment
}

async fn the_walk_goes_on_until_its_end(engine: TestEngine) {
    let mut world = World::new(engine, PAYMENTS).await;
    world.send("Monitor", r#"{"summary": "Checkout errors", "dedupKey": "checkout"}"#).await;
    assert_eq!(world.sent.names(), ["Akira Sole"]);
    world.advance(4).await;
    assert_eq!(world.sent.names(), ["Akira Sole"], "Bo waits five minutes");
    world.advance(1).await;
    assert_eq!(world.sent.names(), ["Akira Sole", "Bo Ek"]);
    world.advance(10).await;
    // Bo's second device follows after two minutes, Mia after ten.
    assert_eq!(world.sent.names(), ["Akira Sole", "Bo Ek", "Bo Ek", "Mia Berg"]);
    world.advance(60).await;
    assert_eq!(world.sent.names().len(), 4, "the walk has ended");
    let alert = world.alert().await;
    assert!(world.says(&alert, "Routed to Payments SRE · shift Always (UTC)").await);
    assert!(world.says(&alert, "The escalation of Payments SRE is at its end").await);
    assert_eq!((alert.state, alert.number), (State::Open, 1));
}

async fn repeats_and_the_end_notice(engine: TestEngine) {
    let mut world = World::new(engine, PAYMENTS).await;
    world
        .apply(
            r"
groups:
  - targetName: Payments SRE
    shifts:
      - name: Always
        members: [{recipient: akira}]
        repeatEscalation: {repetitions: 2, delay: 3}
        notifyEndOfEscalation: {recipient: mia, delay: 4}
",
        )
        .await;
    world.send("Monitor", "{}").await;
    world.advance(6).await;
    assert_eq!(world.sent.names(), ["Akira Sole"; 3]);
    world.advance(3).await;
    assert_eq!(world.sent.names().len(), 3);
    world.advance(1).await;
    assert_eq!(world.sent.names()[3], "Mia Berg");
    let alert = world.alert().await;
    assert!(world.says(&alert, "Mia Berg hears that nobody answered").await);
}

async fn an_absence_entered_during_the_walk_counts(engine: TestEngine) {
    use firebell_base::time::add_minutes;
    use firebell_config::{Author, Change};
    use firebell_domain::Id;
    use firebell_domain::absence::TemporaryAbsence;
    use firebell_domain::directory::Entity;

    let mut world = World::new(engine, PAYMENTS).await;
    world.send("Monitor", "{}").await;
    let directory = world.directory();
    let find = |name: &str| directory.person_by_name(name).expect("there").id;
    let (bo, mia, now) = (find("bo"), find("mia"), world.now());
    let absence = TemporaryAbsence {
        id: Id::new(&firebell_base::Random::System, now),
        member: bo,
        group: None,
        start: now,
        end: add_minutes(now, 600),
        replacement: Some(mia),
        created: now,
    };
    let by = Author { name: "test".to_owned(), reason: "away".to_owned() };
    let change = move |_: &firebell_domain::directory::Directory| {
        Ok(vec![Change::Put(Entity::Absence(absence.clone()))])
    };
    world.authority.change(world.no, &by, now, change).await.expect("entered");
    world.advance(5).await;
    assert_eq!(world.sent.names(), ["Akira Sole", "Mia Berg"]);
    let alert = world.alert().await;
    assert!(world.says(&alert, "standing in for Bo Ek").await);
}

async fn an_alert_ends_when_its_time_runs_out(engine: TestEngine) {
    let mut world = World::new(engine, PAYMENTS).await;
    world.send("Monitor", r#"{"expirationInMinutes": 7}"#).await;
    world.advance(6).await;
    assert_eq!(world.alert().await.state, State::Open);
    world.advance(1).await;
    let alert = world.alert().await;
    assert_eq!(alert.closed.expect("closed").cause, CloseCause::Expired);
    // Bo's second device would have been due at this very minute, Mia at fifteen.
    let told = world.sent.names().len();
    world.advance(60).await;
    assert_eq!(world.sent.names().len(), told, "nobody is told about an alert that is over");
}

async fn delays_of_devices(engine: TestEngine) {
    let mut world = World::new(engine, PAYMENTS).await;
    world.send("Monitor", r#"{"recipients": ["bo"]}"#).await;
    assert_eq!(world.sent.messages().len(), 1);
    world.advance(2).await;
    assert_eq!(world.sent.messages().len(), 2);
    world.send("Monitor", r#"{"recipients": ["bo|Home Email"]}"#).await;
    assert_eq!(world.sent.messages().len(), 3, "a device that is named is used at once");
    world.send("Monitor", r#"{"recipients": ["bo"], "overrideDeviceRestrictions": true}"#).await;
    assert_eq!(world.sent.messages().len(), 5, "all devices at once");
}

async fn an_escalation_override_tells_everybody(engine: TestEngine) {
    let mut world = World::new(engine, PAYMENTS).await;
    world.send("Monitor", r#"{"escalationOverride": true}"#).await;
    assert_eq!(world.sent.names(), ["Akira Sole", "Bo Ek", "Mia Berg"]);
}

async fn who_is_next_is_not_told_about_what_ends_in_the_same_moment(engine: TestEngine) {
    let mut world = World::new(engine, PAYMENTS).await;
    world.send("Monitor", r#"{"dedupKey": "ends"}"#).await;
    world.send("Monitor", r#"{"expirationInMinutes": 5, "dedupKey": "runs out"}"#).await;
    assert_eq!(world.sent.names(), ["Akira Sole", "Akira Sole"]);
    // Bo's turn, the source's resolve and the end of the other alert's time meet in one turn.
    let later = firebell_base::time::add_minutes(world.now(), 5);
    world.clock.set(later);
    world.send("Monitor", r#"{"dedupKey": "ends", "action": "resolve"}"#).await;
    assert_eq!(world.sent.names().len(), 2);
    assert!(world.alerts().await.iter().all(|alert| alert.state == State::Closed));
}
