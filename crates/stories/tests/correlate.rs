//! Events become alerts once, are counted, end them, or are hidden, and never get lost unsaid.

use firebell_domain::alert::{CloseCause, Priority, State};
use firebell_domain::event::Fate;
use firebell_store::events;
use firebell_stories::{PAYMENTS, on_both_engines};
use firebell_testkit::postgres::TestEngine;
use firebell_testkit::world::World;

on_both_engines! {
    repeated_triggers_are_counted_into_one_alert
    the_source_resolves_and_a_later_trigger_opens_anew
    the_source_acknowledges
    several_events_of_one_batch_are_taken_in_order
    events_without_a_key_are_alerts_of_their_own
    a_silence_hides_and_says_so
    a_maintenance_window_hides_its_integration
    alertmanager_speaks
    keys_of_different_integrations_do_not_meet
    a_damaged_record_does_not_stop_what_follows
    a_record_that_cannot_be_stored_is_set_aside
}

async fn count(world: &World, fate: Fate) -> i64 {
    let no = world.no;
    let read = world.db.read("test.events", move |tx| events::by_fate(tx, no, fate, 10, 0)).await;
    read.expect("events").1
}

async fn repeated_triggers_are_counted_into_one_alert(engine: TestEngine) {
    let mut world = World::new(engine, PAYMENTS).await;
    for n in 1..=12 {
        let priority = if n == 5 { "HIGH" } else { "LOW" };
        let body =
            format!(r#"{{"summary": "Disk {n}", "dedupKey": "disk", "priority": "{priority}"}}"#);
        world.send("Monitor", &body).await;
    }
    let alert = world.alert().await;
    assert_eq!((alert.count, alert.summary.as_str()), (12, "Disk 12"));
    assert_eq!(alert.priority, Priority::High, "the highest counts");
    assert_eq!(world.sent.names(), ["Akira Sole"], "counted events tell nobody again");
    assert!(world.says(&alert, "10 events so far").await);
    assert!(!world.says(&alert, "11 events so far").await);
}

async fn the_source_resolves_and_a_later_trigger_opens_anew(engine: TestEngine) {
    let mut world = World::new(engine, PAYMENTS).await;
    world.send("Monitor", r#"{"dedupKey": "disk"}"#).await;
    world.send("Monitor", r#"{"dedupKey": "disk", "action": "resolve"}"#).await;
    let alert = world.alert().await;
    assert_eq!(alert.closed.expect("closed").cause, CloseCause::Source);
    world.advance(60).await;
    assert_eq!(world.sent.names(), ["Akira Sole"], "the walk stopped");
    world.send("Monitor", r#"{"dedupKey": "disk", "action": "resolve"}"#).await;
    assert_eq!(count(&world, Fate::Unmatched).await, 1);
    world.send("Monitor", r#"{"dedupKey": "disk"}"#).await;
    let numbers: Vec<i64> = world.alerts().await.iter().map(|a| a.number).collect();
    assert_eq!(numbers, [1, 2]);
}

async fn the_source_acknowledges(engine: TestEngine) {
    let mut world = World::new(engine, PAYMENTS).await;
    world.send("Monitor", r#"{"dedupKey": "disk"}"#).await;
    world.send("Monitor", r#"{"dedupKey": "disk", "action": "acknowledge"}"#).await;
    assert_eq!(world.alert().await.state, State::Acknowledged);
    world.advance(60).await;
    assert_eq!(world.sent.names(), ["Akira Sole"]);
    world.send("Monitor", r#"{"dedupKey": "disk"}"#).await;
    let alert = world.alert().await;
    assert_eq!(
        (alert.state, alert.count),
        (State::Acknowledged, 2),
        "a trigger wakes nobody again"
    );
}

async fn several_events_of_one_batch_are_taken_in_order(engine: TestEngine) {
    let mut world = World::new(engine, PAYMENTS).await;
    for body in [
        r#"{"dedupKey": "a", "summary": "first"}"#,
        r#"{"dedupKey": "a", "action": "resolve"}"#,
        r#"{"dedupKey": "a", "summary": "second"}"#,
        r#"{"dedupKey": "a", "summary": "third"}"#,
        r#"{"dedupKey": "b"}"#,
        r#"{"dedupKey": "b", "action": "acknowledge"}"#,
    ] {
        world.accept("Monitor", body).await.expect("accepted");
    }
    world.settle().await;
    let alerts = world.alerts().await;
    let states: Vec<(i64, State, i64)> =
        alerts.iter().map(|a| (a.number, a.state, a.count)).collect();
    assert_eq!(states, [(1, State::Closed, 1), (2, State::Open, 2), (3, State::Acknowledged, 1)]);
    assert_eq!(alerts[1].summary, "third");
    assert_eq!(world.sent.names(), ["Akira Sole"], "only the alert that is open is told");
}

async fn events_without_a_key_are_alerts_of_their_own(engine: TestEngine) {
    let mut world = World::new(engine, PAYMENTS).await;
    world.send("Monitor", "{}").await;
    world.send("Monitor", "{}").await;
    let alerts = world.alerts().await;
    assert_eq!(alerts.len(), 2);
    assert_eq!(alerts[0].summary, "Event from Monitor");
}

async fn a_silence_hides_and_says_so(engine: TestEngine) {
    use firebell_base::time::add_minutes;
    use firebell_config::{Author, Change};
    use firebell_domain::Id;
    use firebell_domain::directory::{Directory, Entity};
    use firebell_domain::matcher::Matcher;
    use firebell_domain::suppression::{Rule, Silence};

    let mut world = World::new(engine, PAYMENTS).await;
    let now = world.now();
    let silence = Silence {
        id: Id::new(&firebell_base::Random::System, now),
        matchers: vec![Matcher::parse("host=~\"db-.*\"").expect("a matcher")],
        starts: now,
        ends: add_minutes(now, 10),
        created_by: "akira".to_owned(),
        comment: "reindexing".to_owned(),
        updated: now,
    };
    let id = silence.id;
    let by = Author { name: "akira".to_owned(), reason: "reindexing".to_owned() };
    let change = move |_: &Directory| Ok(vec![Change::Put(Entity::Silence(silence.clone()))]);
    world.authority.change(world.no, &by, now, change).await.expect("silenced");
    world.send("Monitor", r#"{"properties": {"host": "db-3"}, "dedupKey": "x"}"#).await;
    assert!(world.alerts().await.is_empty());
    let no = world.no;
    let hidden = world
        .db
        .read("test.events", move |tx| events::by_fate(tx, no, Fate::Suppressed, 10, 0))
        .await
        .expect("events");
    assert_eq!(hidden.0[0].rule, Some(Rule::Silence(id)));
    world.send("Monitor", r#"{"properties": {"host": "web-1"}}"#).await;
    assert_eq!(world.alerts().await.len(), 1, "other hosts are not silent");
    world.advance(10).await;
    world.send("Monitor", r#"{"properties": {"host": "db-3"}, "dedupKey": "x"}"#).await;
    assert_eq!(world.alerts().await.len(), 2, "the silence is over");
}

async fn a_maintenance_window_hides_its_integration(engine: TestEngine) {
    let mut world = World::new(engine, PAYMENTS).await;
    world
        .apply(
            r#"
maintenanceWindows:
  - name: Weekly patching
    integrations: [Monitor]
    start: "2026-03-02T09:00:00"
    end: "2026-03-02T10:00:00"
    timezone: Europe/Oslo
    recurrence: {frequency: WEEKLY, repeatEvery: 1, onDays: [MO], end: {endBy: NEVER}}
    comment: patching
"#,
        )
        .await;
    world.send("Monitor", "{}").await;
    assert_eq!(count(&world, Fate::Suppressed).await, 1);
    world.advance(30).await;
    world.send("Monitor", "{}").await;
    assert_eq!(world.alerts().await.len(), 1, "it is 10:00 in Oslo");
}

async fn alertmanager_speaks(engine: TestEngine) {
    let mut world = World::new(engine, PAYMENTS).await;
    let body = |status: &str| {
        format!(
            r#"{{"version": "4", "status": "{status}", "receiver": "firebell",
            "groupKey": "{{}}:{{alertname=\"Disk\"}}", "groupLabels": {{"alertname": "Disk"}},
            "commonLabels": {{}}, "commonAnnotations": {{}}, "externalURL": "http://am.example",
            "truncatedAlerts": 0, "alerts": [
              {{"status": "{status}", "labels": {{"alertname": "Disk", "severity": "critical",
                "instance": "db-3"}}, "annotations": {{"summary": "Disk almost full on db-3"}},
                "startsAt": "2026-03-02T08:29:00Z", "endsAt": "0001-01-01T00:00:00Z",
                "generatorURL": "http://prom.example", "fingerprint": "a1b2c3d4e5f60718"}},
              {{"status": "{status}", "labels": {{"alertname": "Disk", "severity": "warning",
                "instance": "db-4"}}, "annotations": {{}},
                "startsAt": "2026-03-02T08:29:00Z", "endsAt": "0001-01-01T00:00:00Z",
                "generatorURL": "http://prom.example", "fingerprint": "0718a1b2c3d4e5f6"}}]}}"#
        )
    };
    let request = world.send("Prometheus", &body("firing")).await;
    let alerts = world.alerts().await;
    assert_eq!(alerts.len(), 2);
    assert_eq!(alerts[0].summary, "Disk almost full on db-3");
    assert_eq!(alerts[0].priority, Priority::High);
    assert_eq!(alerts[1].priority, Priority::Medium);
    assert!(alerts.iter().all(|a| a.request == request));
    world.send("Prometheus", &body("resolved")).await;
    assert!(world.alerts().await.iter().all(|a| a.state == State::Closed));
}

async fn keys_of_different_integrations_do_not_meet(engine: TestEngine) {
    let mut world = World::new(engine, PAYMENTS).await;
    world.apply("integrations: [{name: Other, format: generic, form: Outage}]").await;
    world.send("Monitor", r#"{"dedupKey": "same"}"#).await;
    world.send("Other", r#"{"dedupKey": "same", "action": "resolve"}"#).await;
    assert_eq!(world.alert().await.state, State::Open);
}

async fn a_damaged_record_does_not_stop_what_follows(engine: TestEngine) {
    use firebell_store::journal;

    let mut world = World::new(engine, PAYMENTS).await;
    let now = world.now();
    world
        .db
        .write("test.damage", move |tx| journal::append(tx, now, &[1, 255, 0, 0, 0, 9]))
        .await
        .expect("written");
    world.send("Monitor", "{}").await;
    assert_eq!(world.alerts().await.len(), 1);
    assert_eq!(world.metrics.records_damaged.get(), 1);
    let backlog = world.db.read("test.backlog", journal::backlog).await.expect("read");
    assert_eq!(backlog.0, 0, "it is set aside");
}

async fn a_record_that_cannot_be_stored_is_set_aside(engine: TestEngine) {
    use firebell_domain::event::Draft;
    use firebell_store::journal;

    let mut world = World::new(engine, PAYMENTS).await;
    world.accept("Monitor", r#"{"summary": "before"}"#).await.expect("accepted");
    // No parser lets a NUL through, and no database takes one.
    let poison = Draft { summary: "a\0b".to_owned(), ..Draft::default() };
    let monitor = world.integration("Monitor");
    world.intake.accept(world.no, &monitor, vec![poison], b"").await.expect("accepted");
    world.accept("Monitor", r#"{"summary": "after"}"#).await.expect("accepted");
    world.settle().await;
    let summaries: Vec<String> = world.alerts().await.into_iter().map(|a| a.summary).collect();
    assert_eq!(summaries, ["before", "after"]);
    assert_eq!(world.metrics.records_damaged.get(), 1);
    let backlog = world.db.read("test.backlog", journal::backlog).await.expect("read");
    assert_eq!(backlog.0, 0);
}
