//! The pages, and that facts say what the alerts themselves say, on both engines.

use std::collections::BTreeMap;
use std::sync::Arc;

use firebell_base::time::{add_minutes, add_seconds, micros_between};
use firebell_base::{Id, Random};
use firebell_config::Change;
use firebell_domain::absence::TemporaryAbsence;
use firebell_domain::alert::{Alert, CloseCause, Priority};
use firebell_domain::directory::{Directory, Entity, Revision};
use firebell_domain::form::Action;
use firebell_domain::notification::NotificationState;
use firebell_domain::person::PersonId;
use firebell_domain::response::Via;
use firebell_domain::schedule::Zone;
use firebell_pipeline::respond::{Answer, Choice};
use firebell_store::notifications;
use firebell_testkit::pages::Pages;
use firebell_testkit::postgres::TestEngine;
use firebell_testkit::words::audit;

use crate::figures::{Figures, Part, Question, times};
use crate::hours::on_call;
use crate::shelf::{Age, Found, Shelf};
use crate::words::WORDS;

/// Events of the story that is added up.
const EVENTS: u64 = 120;

fn event(key: &str, priority: &str, action: &str) -> String {
    format!(
        "{{\"dedupKey\":\"{key}\",\"summary\":\"{key} is full\",\"priority\":\"{priority}\",\
         \"action\":\"{action}\"}}"
    )
}

async fn answer(pages: &Pages, alert: &Alert, who: &str, action: Action) {
    let answer = Answer {
        instance: pages.world.no,
        alert: alert.id,
        notification: None,
        person: pages.person(who),
        choice: Choice::Action(action),
        comment: None,
        via: Via::Api,
    };
    pages.world.responder.answer(answer).await.expect("taken");
}

#[tokio::test]
async fn a_page_says_how_fast_alerts_were_taken() {
    for engine in TestEngine::ALL {
        let mut pages = Pages::new(engine, crate::router()).await;
        pages
            .get("ada", "/reports")
            .await
            .is(200)
            .says(&["No alerts were opened", "No figures yet"]);
        pages.world.send("Monitor", &event("db-1", "HIGH", "trigger")).await;
        pages.world.advance(2).await;
        answer(&pages, &pages.world.alert().await, "bo", Action::AssignToUser).await;
        pages.world.advance(10).await;
        answer(&pages, &pages.world.alert().await, "bo", Action::End).await;
        // Nobody answers, Gil is told after five minutes, and the source says that it is over.
        pages.world.send("Monitor", &event("db-2", "LOW", "trigger")).await;
        pages.world.advance(8).await;
        pages.world.send("Monitor", &event("db-2", "LOW", "resolve")).await;
        let page = pages.get("ada", "/reports?days=7").await;
        page.is(200).says(&[
            "2 alerts were opened and 50 % of them acknowledged, half of these within 2 min",
            "50 % were escalated",
            "12 min",
            "Alerts: 1 of 2",
            "Payments",
            "Monitor",
            "Alerts by hour of the week",
            "Monday, 09:00: 2 alerts",
            "role=\"img\"",
        ]);
        page.is_silent_about(&["style=", "<script>"]);
        let load = pages.get("ada", "/reports/load?group=payments").await;
        load.is(200).says(&[
            "2 people carried 3 interruptions",
            "Bo Ek",
            "Gil Group",
            "First on call",
        ]);
        pages
            .get("ada", "/reports/delivery")
            .await
            .is(200)
            .says(&["E-mail", "100 % of 3 notifications"]);
        pages.get("ada", "/reports/noise").await.is(200).says(&["db-1", "db-2", "db-2 is full"]);
        pages.get("ada", "/reports?group=Platform").await.is(200).says(&["No figures yet"]);
    }
}

#[tokio::test]
async fn late_answers_change_what_was_added_up() {
    for engine in TestEngine::ALL {
        let mut pages = Pages::new(engine, crate::router()).await;
        let slow = "forms:\n  - { name: Alerts, recipients: [Payments], priority: HIGH, \
                    expirationMinutes: 20160 }\nversion: 1\n";
        pages.world.apply(slow).await;
        pages.world.send("Monitor", &event("db-1", "HIGH", "trigger")).await;
        pages.get("ada", "/reports").await.is(200).says(&["nobody has acknowledged it"]);
        pages.world.advance(3 * 24 * 60).await;
        pages.get("ada", "/reports").await.is(200).says(&["nobody has acknowledged it"]);
        answer(&pages, &pages.world.alert().await, "bo", Action::AssignToUser).await;
        pages.get("ada", "/reports").await.is(200).says(&["acknowledged within 3 days"]);
    }
}

#[tokio::test]
async fn files_have_the_figures_and_no_formulas() {
    let mut pages = Pages::new(TestEngine::Sqlite, crate::router()).await;
    let hostile = "=HYPERLINK(0)\u{202e}<script>alert(1)</script>";
    pages.world.send("Monitor", &event(hostile, "HIGH", "trigger")).await;
    let keys = pages.get("ada", "/reports/csv/keys").await;
    keys.is(200).says(&["dedup_key,", "\"'=HYPERLINK(0)"]);
    assert_eq!(keys.headers["content-type"], "text/csv; charset=utf-8");
    for (file, text) in [
        ("summary", "priority,alerts"),
        ("days", "2026-03-02,1,1"),
        ("week", "Monday,9,1"),
        ("sources", "Monitor,1"),
        ("groups", "Payments,1"),
        ("people", "Bo Ek,bo,1"),
        ("channels", "E-mail,1,1"),
    ] {
        pages.get("ada", &format!("/reports/csv/{file}")).await.is(200).says(&[text]);
    }
    let people = pages.get("ada", "/reports/csv/people?group=Payments").await;
    people.is(200).says(&["Gil Group,gil,0,0,0,0,"]);
    pages.get("ada", "/reports/csv/passwords").await.is(404);
    pages.get("ada", "/reports/csv/groups?group=nobody").await.is(404);
    let page = pages.get("ada", "/reports/noise").await;
    page.is(200).is_silent_about(&["<script>alert"]).says(&["&#60;script&#62;"]);
    let unknown = pages.get("ada", "/reports?group=%3Cscript%3Ealert(1)%3C/script%3E&days=7").await;
    unknown.is(200).is_silent_about(&["<script>alert"]).says(&["There is no group with this name"]);
    pages
        .get("ada", "/reports?from=2026-03-05&to=2026-03-01")
        .await
        .is(200)
        .says(&["before the first"]);
}

#[tokio::test]
async fn who_may_not_read_alerts_sees_no_figures() {
    let pages = Pages::new(TestEngine::Sqlite, crate::router()).await;
    let nils = "version: 1\npeople:\n  - { targetName: nils, firstName: Nils, lastName: None, \
                roles: [No Access User], timezone: Europe/Oslo }\n";
    pages.world.apply(nils).await;
    pages.get("", "/reports").await.is(303);
    for path in
        ["/reports", "/reports/load", "/reports/delivery", "/reports/noise", "/reports/csv/people"]
    {
        pages.get("nils", path).await.is(403);
        pages.get("rea", path).await.is(200);
    }
}

#[tokio::test]
async fn nothing_of_another_tenant_is_counted() {
    let mut pages = Pages::new(TestEngine::Sqlite, crate::router()).await;
    pages.world.send("Monitor", &event("db-1", "HIGH", "trigger")).await;
    let by = firebell_config::Author::new("test", "set up");
    let region = firebell_domain::instance::Region::Emea;
    let now = pages.ui.clock.now();
    pages.ui.authority.create_instance("other", region, &by, now).await.expect("an instance");
    let other = pages.ui.snapshots.all().into_iter().find(|d| d.instance.name.as_str() == "other");
    let other = other.expect("the other");
    let shelf = Shelf::default();
    let ask = |directory: Arc<Directory>| {
        let (shelf, db) = (shelf.clone(), pages.ui.db.clone());
        async move { figures(&shelf, &db, &directory, Part::Response, now).await.all.alerts }
    };
    assert_eq!(ask(pages.directory()).await, 1);
    assert_eq!(ask(other).await, 0);
}

async fn figures(
    shelf: &Shelf,
    db: &firebell_store::Db,
    directory: &Arc<Directory>,
    part: Part,
    now: firebell_base::Timestamp,
) -> Figures {
    let question = question(part, now);
    let found = shelf.answer(db, directory, question, (Age::Newest, now)).await.expect("figures");
    assert_eq!((found.kept.since_hour, found.kept.is_current), (i64::MIN, true));
    (*found.figures).clone()
}

/// Two months to this hour.
fn question(part: Part, now: firebell_base::Timestamp) -> Question {
    Question {
        from: add_minutes(now, -60 * 24 * 60),
        to: add_minutes(now, 60),
        group: None,
        zone: Zone::parse("Asia/Kolkata").expect("a zone"),
        part,
        revision: Revision::default(),
    }
}

#[tokio::test]
async fn a_page_shows_what_was_added_up_a_moment_ago_and_says_when() {
    let mut pages = Pages::new(TestEngine::Sqlite, crate::router()).await;
    pages.world.send("Monitor", &event("db-1", "HIGH", "trigger")).await;
    let (shelf, directory, db) = (Shelf::default(), pages.directory(), pages.ui.db.clone());
    let start = pages.world.now();
    let asked = question(Part::Response, start);
    let ask = |age, seconds| {
        let (shelf, directory, db, asked) = (&shelf, &directory, &db, asked.clone());
        let when = (age, add_seconds(start, seconds));
        async move { shelf.answer(db, directory, asked, when).await.expect("figures") }
    };
    let said = |found: &Found| (found.figures.all.alerts, found.as_of);
    assert_eq!(said(&ask(Age::Shown, 0).await), (1, None));
    pages.world.send("Monitor", &event("db-2", "HIGH", "trigger")).await;
    assert_eq!(
        said(&ask(Age::Shown, 50).await),
        (1, Some(start)),
        "at once, and newer ones behind"
    );
    let newer = async {
        while said(&ask(Age::Shown, 50).await) != (2, None) {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_mins(1), newer).await.expect("newer ones");
    // A file waits for the newest, and so does a page when the last are too old.
    pages.world.send("Monitor", &event("db-3", "HIGH", "trigger")).await;
    assert_eq!(said(&ask(Age::Newest, 60).await), (3, None));
    pages.world.send("Monitor", &event("db-4", "HIGH", "trigger")).await;
    assert_eq!(said(&ask(Age::Shown, 200).await), (4, None));
}

/// Facts that were kept while things happened say the same as the alerts themselves, read at the end.
#[tokio::test]
async fn facts_agree_with_the_alerts_themselves() {
    for engine in TestEngine::ALL {
        let mut pages = Pages::new(engine, crate::router()).await;
        let (random, kept) = (Random::seeded(4), Shelf::default());
        for n in 0..EVENTS {
            let key = format!("host-{}", random.below(40));
            let priority =
                ["LOW", "MEDIUM", "HIGH"][usize::try_from(random.below(3)).expect("few")];
            let action = if random.below(5) == 0 { "resolve" } else { "trigger" };
            pages.world.send("Monitor", &event(&key, priority, action)).await;
            let alerts = pages.world.alerts().await;
            let some = usize::try_from(random.below(alerts.len() as u64 + 1)).expect("few");
            if let Some(alert) = alerts.get(some).filter(|alert| alert.closed.is_none()) {
                let who = ["bo", "gil"][usize::try_from(random.below(2)).expect("few")];
                let actions = [Action::AssignToUser, Action::End, Action::Escalate];
                let action = actions[usize::try_from(random.below(3)).expect("few")];
                answer(&pages, alert, who, action).await;
            }
            pages.world.advance(i64::try_from(random.below(90)).expect("few")).await;
            if n % 9 == 0 {
                let now = pages.world.now();
                figures(&kept, &pages.ui.db, &pages.directory(), Part::Load, now).await;
            }
        }
        compare(&pages, &kept).await;
        // Who has nothing in memory reads the same from the rows, and the rows made at once from the past.
        compare(&pages, &Shelf::default()).await;
    }
}

async fn compare(pages: &Pages, shelf: &Shelf) {
    let (db, directory, now) = (&pages.ui.db, pages.directory(), pages.world.now());
    let alerts = pages.world.alerts().await;
    let response = figures(shelf, db, &directory, Part::Response, now).await;
    let count = |n: usize| u32::try_from(n).expect("few");
    let number = |which: &dyn Fn(&Alert) -> bool| count(alerts.iter().filter(|a| which(a)).count());
    assert_eq!(response.all.alerts, count(alerts.len()));
    assert_eq!(response.all.open, number(&|a| a.closed.is_none()));
    assert_eq!(response.all.acknowledged, number(&|a| a.acknowledged.is_some()));
    let by_source = |a: &Alert| {
        a.acknowledged.is_none() && a.closed.is_some_and(|c| c.cause == CloseCause::Source)
    };
    assert_eq!(response.all.unattended, number(&by_source));
    assert_eq!(response.by_priority[0].0.alerts, number(&|a| a.priority == Priority::High));
    let seconds = |from, to| u32::try_from(micros_between(from, to) / 1_000_000).expect("short");
    let to_ack = alerts.iter().filter_map(|a| Some(seconds(a.created, a.acknowledged?)));
    assert_eq!(response.acknowledged, times(&mut to_ack.collect::<Vec<_>>()));
    let to_end = alerts.iter().filter_map(|a| Some(seconds(a.created, a.closed?.at)));
    assert_eq!(response.closed, times(&mut to_end.collect::<Vec<_>>()));
    let zone = Zone::parse("Asia/Kolkata").expect("a zone");
    let mut week = [[0; 24]; 7];
    for alert in &alerts {
        let local = zone.local(alert.created);
        let day = usize::try_from(local.weekday().to_monday_zero_offset()).expect("a day");
        week[day][usize::try_from(local.hour()).expect("an hour")] += 1;
    }
    assert_eq!(response.week, week);
    let (interrupted, delivered) = told(pages, &alerts).await;
    let load = figures(shelf, db, &directory, Part::Load, now).await;
    let people = load.people.iter().map(|(id, load)| (PersonId::from_bytes(*id), load.alerts));
    assert_eq!(people.collect::<BTreeMap<_, _>>(), interrupted);
    let sent = figures(shelf, db, &directory, Part::Delivery, now).await;
    assert_eq!(sent.channels[0].delivered, delivered);
    let noise = figures(shelf, db, &directory, Part::Noise, now).await;
    let mut keys: BTreeMap<&str, u32> = BTreeMap::new();
    for alert in &alerts {
        *keys.entry(alert.dedup_key.as_deref().expect("a key")).or_default() += 1;
    }
    let mut most: Vec<u32> = keys.into_values().collect();
    most.sort_unstable_by(|a, b| b.cmp(a));
    assert_eq!(noise.keys.iter().map(|key| key.alerts).collect::<Vec<_>>(), most);
}

/// How many alerts reached each person, and how many notifications were delivered.
async fn told(pages: &Pages, alerts: &[Alert]) -> (BTreeMap<PersonId, u32>, u32) {
    let (mut people, mut delivered) = (BTreeMap::new(), 0);
    for alert in alerts {
        let (no, id) = (pages.world.no, alert.id);
        let read =
            pages.ui.db.read("test", move |tx| notifications::of_alert(tx, no, id, 1000)).await;
        let mut reached = Vec::new();
        for one in read.expect("notifications") {
            if matches!(one.state, NotificationState::Delivered | NotificationState::Responded) {
                delivered += 1;
                reached.push(one.person);
            }
        }
        reached.sort_unstable();
        reached.dedup();
        for person in reached {
            *people.entry(person).or_insert(0) += 1;
        }
    }
    (people, delivered)
}

#[tokio::test]
async fn hours_on_call_follow_shifts_and_absences() {
    let pages = Pages::new(TestEngine::Sqlite, crate::router()).await;
    let at = |text: &str| text.parse().expect("an instant");
    let absence = TemporaryAbsence {
        id: Id::new(&Random::seeded(1), pages.world.now()),
        member: pages.person("bo"),
        group: None,
        start: at("2026-03-02T08:00:00Z"),
        end: at("2026-03-02T20:00:00Z"),
        replacement: Some(pages.person("gil")),
        created: pages.world.now(),
    };
    let change = move |_: &Directory| Ok(vec![Change::Put(Entity::Absence(absence.clone()))]);
    let by = firebell_config::Author::new("test", "away");
    let (no, now) = (pages.world.no, pages.world.now());
    pages.world.authority.change(no, &by, now, change).await.expect("changed");
    let directory = pages.directory();
    let group = directory.group_by_name("Payments").expect("the group").id;
    let from = "2026-03-02T00:00:00Z".parse().expect("an instant");
    let hours = on_call(&directory, group, from, add_minutes(from, 24 * 60)).expect("few pieces");
    let (bo, gil) = (hours[&pages.person("bo")], hours[&pages.person("gil")]);
    assert_eq!((bo.first, bo.behind), (12 * 60, 0));
    // Gil stands in for Bo, and has his own place behind.
    assert_eq!((gil.first, gil.behind), (12 * 60, 24 * 60));
}

#[test]
fn every_sentence_is_there() {
    let faults = audit(env!("CARGO_MANIFEST_DIR"), "reports-", |tag| WORDS.text(tag));
    assert_eq!(faults, Vec::<String>::new());
    assert_eq!(WORDS.faults(), Vec::<String>::new());
}
