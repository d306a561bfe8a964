//! What open pages hear.

use std::sync::Arc;
use std::time::Duration;

use axum::response::Response;
use firebell_base::time::add_micros;
use firebell_domain::alert::AlertId;
use firebell_domain::instance::InstanceNo;
use firebell_domain::person::PersonId;
use firebell_sql::{Statement, WriteTx};
use firebell_testkit::pages::Pages;
use firebell_testkit::postgres::TestEngine;
use futures_util::{FutureExt as _, StreamExt as _};
use tokio::time::{timeout, timeout_at};

use super::{BOUND, pages};
use crate::hub::{Hub, LISTENERS_PER_INSTANCE_MAX, LISTENERS_PER_PERSON_MAX};

/// Reads a stream.
struct Ear {
    stream: axum::body::BodyDataStream,
    heard: String,
}

impl Ear {
    async fn open(pages: &Pages, who: &str, path: &str) -> Self {
        let response = pages.open(who, path).await;
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        assert_eq!(response.headers()["cache-control"], "no-store");
        Self::of(response)
    }

    fn of(response: Response) -> Self {
        Self { stream: response.into_body().into_data_stream(), heard: String::new() }
    }

    /// Listens until it hears this; returns everything heard so far.
    async fn hears(&mut self, text: &str) -> &str {
        // For all of it: a stream is never silent for long.
        let bound = crate::waiting_since() + BOUND;
        while !self.heard.contains(text) {
            let next = timeout_at(bound, self.stream.next()).await;
            let bytes = next.unwrap_or_else(|_| panic!("{text:?} was not heard:\n{}", self.heard));
            let bytes =
                bytes.unwrap_or_else(|| panic!("it ended without {text:?}:\n{}", self.heard));
            self.heard.push_str(&String::from_utf8_lossy(&bytes.expect("bytes")));
        }
        &self.heard
    }
}

#[tokio::test]
async fn a_new_alert_reaches_every_page_whose_filter_it_matches() {
    for engine in TestEngine::ALL {
        let mut pages = pages(engine, 0).await;
        let mut all = Ear::open(&pages, "bo", "/alerts/live").await;
        let mut low = Ear::open(&pages, "gil", "/alerts/live?priority=low").await;
        pages.world.send("Monitor", r#"{"summary": "First <b>"}"#).await;
        let heard = all.hears("First").await;
        assert!(heard.starts_with("retry: "), "{heard}");
        assert!(heard.contains("event: row\ndata: <tr id=\"a-"), "{engine:?} {heard}");
        assert!(!heard.contains("<b>"), "{heard}");
        // The other page hears it too, as one that is not on its list.
        let heard = low.hears("First").await;
        assert!(heard.contains("event: left\n") && !heard.contains("event: row\n"), "{heard}");
        pages.world.send("Monitor", r#"{"summary": "Second", "priority": "LOW"}"#).await;
        low.hears("event: row\n").await;
        let alert = pages.world.alerts().await[0].clone();
        let fields = [("do", "acknowledge")];
        pages.post("bo", &format!("/alerts/{}", alert.id), &fields).await.is(303);
        all.hears("Acknowledged").await;
    }
}

#[tokio::test]
async fn the_pipeline_says_what_changed_as_soon_as_it_is_committed() {
    use firebell_pipeline::live::Heard;
    let mut pages = pages(TestEngine::Sqlite, 0).await;
    let mut listener = pages.world.live.subscribe();
    let mut next = async || match timeout(BOUND, listener.next()).await.expect("in time") {
        Heard::Changed(change) => (change.instance, change.alerts.to_vec()),
        other => panic!("{other:?}"),
    };
    pages.world.send("Monitor", r#"{"summary": "Told"}"#).await;
    let alert = pages.world.alert().await.id;
    let this = (pages.world.no, vec![alert]);
    assert_eq!(next().await, this, "opened");
    assert_eq!(next().await, this, "delivered");
    let act = async |what: &'static str| {
        pages.post("bo", &format!("/alerts/{alert}"), &[("do", what)]).await.is(303);
    };
    act("acknowledge").await;
    assert_eq!(next().await, this, "answered");
    act("suspend").await;
    assert_eq!(next().await, this, "suspended");
}

#[tokio::test]
async fn what_happened_while_the_page_was_laid_out_is_caught_up_with() {
    for engine in TestEngine::ALL {
        let mut pages = pages(engine, 0).await;
        let before = crate::live::stamp(pages.world.now());
        pages.world.send("Monitor", r#"{"summary": "Just before"}"#).await;
        let mut ear = Ear::open(&pages, "bo", &format!("/alerts/live?since={before}")).await;
        ear.hears("Just before").await;
    }
    // What is longer ago than a page stays open is not: it was there when the page was laid out.
    let mut pages = pages(TestEngine::Sqlite, 1).await;
    let before = crate::live::stamp(pages.world.now());
    pages.world.advance(60).await;
    let mut ear = Ear::open(&pages, "bo", &format!("/alerts/live?since={before}")).await;
    pages.world.send("Monitor", r#"{"summary": "Just now"}"#).await;
    assert!(!ear.hears("Just now").await.contains("Disk 1"));
}

#[tokio::test]
async fn one_alerts_page_hears_of_that_alert_only() {
    let mut pages = pages(TestEngine::Sqlite, 2).await;
    pages.world.advance(1).await;
    let alerts = pages.world.alerts().await;
    let path = |place: usize| format!("/alerts/{}", alerts[place].id);
    let mut ear = Ear::open(&pages, "gil", &format!("{}/live", path(0))).await;
    let mut other = Ear::open(&pages, "gil", &format!("{}/live", path(1))).await;
    pages.post("bo", &path(0), &[("do", "comment"), ("comment", "hello")]).await.is(303);
    ear.hears("event: changed").await;
    pages.post("bo", &path(1), &[("do", "comment"), ("comment", "hello")]).await.is(303);
    other.hears("event: changed").await;
    assert_eq!(ear.heard.matches("event: changed").count(), 1);
}

#[tokio::test]
async fn other_processes_are_heard_too() {
    for engine in TestEngine::ALL {
        let mut pages = pages(engine, 0).await;
        let mut ear = Ear::open(&pages, "bo", "/alerts/live").await;
        // After a restart the pipeline tells another hub: for the open page, another process.
        pages.world.restart().await;
        pages.world.send("Monitor", r#"{"summary": "From elsewhere"}"#).await;
        ear.hears("From elsewhere").await;
    }
}

#[tokio::test]
async fn a_flood_is_told_as_a_number() {
    let mut pages = pages(TestEngine::Sqlite, 0).await;
    let mut ear = Ear::open(&pages, "bo", "/alerts/live").await;
    for n in 0..40 {
        let body = format!(r#"{{"summary": "Flood {n}"}}"#);
        pages.world.accept("Monitor", &body).await.expect("accepted");
    }
    pages.world.settle().await;
    let heard = ear.hears("event: many\ndata: 39\n\n").await;
    assert_eq!(heard.matches("<tr").count(), 1, "the newest only: {heard}");
}

#[tokio::test]
async fn listening_needs_a_session_and_a_place() {
    let pages = pages(TestEngine::Sqlite, 0).await;
    pages.get("", "/alerts/live").await.is(303);
    pages.get("bo", "/alerts/nonsense/live").await.is(404);
    let (hub, no, bo) = (Hub::default(), pages.world.no, pages.person("bo"));
    let mut seats = Vec::new();
    for _ in 0..LISTENERS_PER_PERSON_MAX {
        seats.push(hub.enter(&pages.ui, no, bo).expect("a seat"));
    }
    assert!(hub.enter(&pages.ui, no, bo).is_err());
    assert!(hub.enter(&pages.ui, no, pages.person("gil")).is_ok());
    seats.pop();
    assert!(hub.enter(&pages.ui, no, bo).is_ok());
    assert!(hub.enter(&pages.ui, InstanceNo(99), bo).is_ok());
}

/// Far less than the pause between two signs of life.
const PROMPTLY: Duration = Duration::from_secs(10);

/// Listens until the end; returns what was heard before it.
async fn ended(ear: &mut Ear) -> String {
    let all = async {
        while let Some(bytes) = ear.stream.next().await {
            ear.heard.push_str(&String::from_utf8_lossy(&bytes.expect("bytes")));
        }
    };
    timeout(PROMPTLY, all).await.expect("the stream ends");
    ear.heard.clone()
}

#[tokio::test]
async fn a_stream_ends_with_its_session_and_no_other() {
    let mut pages = pages(TestEngine::Sqlite, 1).await;
    let (authenticator, now) = (Arc::clone(&pages.ui.authenticator), pages.world.now());
    let sessions = authenticator.sessions();
    let alert = pages.world.alert().await.id;
    let paths = ["/alerts/live".to_owned(), format!("/alerts/{alert}/live")];
    let (no, bo) = (pages.world.no, pages.person("bo"));
    let mut other = Ear::open(&pages, "gil", "/alerts/live").await;
    for path in &paths {
        for how in ["one", "all", "elsewhere"] {
            let mut ear = Ear::open(&pages, "bo", path).await;
            ear.hears("retry: ").await;
            match how {
                "one" => {
                    let newest = sessions.live(no, bo, now).remove(0);
                    assert!(sessions.end(no, bo, newest.id, now));
                }
                "all" => sessions.end_all(no, bo, now),
                _ => {
                    let mut newest = sessions.live(no, bo, now).remove(0);
                    newest.ended = Some(now);
                    sessions.learn(&[newest], now);
                }
            }
            // What happens from now on is not for them, however fast it comes.
            pages.world.send("Monitor", r#"{"summary": "Not for them"}"#).await;
            let heard = ended(&mut ear).await;
            assert!(!heard.contains("Not for them") && !heard.contains("changed"), "{how} {heard}");
        }
    }
    other.hears("Not for them").await;
}

#[tokio::test]
async fn a_stream_of_which_nothing_is_heard_ends_too() {
    let pages = pages(TestEngine::Sqlite, 0).await;
    let mut ear = Ear::open(&pages, "bo", "/alerts/live").await;
    ear.hears("retry: ").await;
    assert!(ear.stream.next().now_or_never().is_none(), "it waits");
    let (sessions, now) = (pages.ui.authenticator.sessions(), pages.world.now());
    sessions.end_all(pages.world.no, pages.person("bo"), now);
    ended(&mut ear).await;
    let mut ear = Ear::open(&pages, "bo", "/alerts/live").await;
    ear.hears("retry: ").await;
    assert!(ear.stream.next().now_or_never().is_none(), "it waits");
    pages.world.apply(GONE).await;
    ended(&mut ear).await;
}

const GONE: &str = "version: 1
people: [{targetName: bo, firstName: Bo, lastName: Ek, roles: [Standard User], status: INACTIVE}]";

#[tokio::test]
async fn a_stream_ends_when_its_person_may_not_see_alerts_any_more() {
    let mut pages = pages(TestEngine::Sqlite, 0).await;
    let mut other = Ear::open(&pages, "gil", "/alerts/live").await;
    let mut ear = Ear::open(&pages, "bo", "/alerts/live").await;
    ear.hears("retry: ").await;
    pages.world.apply(GONE).await;
    pages.world.send("Monitor", r#"{"summary": "Not for them"}"#).await;
    assert!(!ended(&mut ear).await.contains("Not for them"));
    other.hears("Not for them").await;
}

#[tokio::test]
async fn no_instance_takes_all_places() {
    let pages = pages(TestEngine::Sqlite, 0).await;
    let (hub, no, other) = (Hub::default(), pages.world.no, InstanceNo(99));
    let person = |n: usize| PersonId::from_bytes(u128::try_from(n).unwrap().to_be_bytes());
    let enter = |no, n| hub.enter(&pages.ui, no, person(n));
    let seats: Vec<_> =
        (0..LISTENERS_PER_INSTANCE_MAX).map(|n| enter(no, n).expect("a seat")).collect();
    assert!(enter(no, LISTENERS_PER_INSTANCE_MAX).is_err());
    assert!(enter(other, 0).is_ok(), "there is room for others");
    drop(seats);
    assert!(enter(no, 0).is_ok());
}

#[tokio::test]
async fn a_row_is_laid_out_once_per_language() {
    use crate::hub::LiveRow;
    use crate::row::Facts;
    use firebell_ui::Lang;
    let pages = pages(TestEngine::Sqlite, 1).await;
    let alert = pages.world.alert().await;
    let id: AlertId = alert.id;
    let no = pages.world.no;
    let read = move |tx: &mut firebell_store::ReadTx<'_>| Facts::of(tx, no, vec![alert.clone()]);
    let facts = pages.ui.db.read("test", read).await.expect("facts").remove(0);
    let row = LiveRow::new(&pages.directory(), facts, pages.world.now());
    let [one, again] = [row.html(Lang::German), row.html(Lang::German)];
    assert_eq!(one.as_ptr(), again.as_ptr(), "the same bytes for every page");
    let text = String::from_utf8_lossy(&one).into_owned();
    assert!(text.starts_with("data: <tr") && text.ends_with("\n\n"), "{text}");
    assert_eq!(text.matches('\n').count(), 2, "{text}");
    assert!(text.contains(&id.to_string()) && text.contains("benachrichtigt"), "{text}");
    assert!(!String::from_utf8_lossy(&row.html(Lang::English)).contains("benachrichtigt"));
    drop(Arc::new(row));
}

/// A flood of so many alerts is more than one look at timelines reads.
const FLOOD: usize = 600;

async fn flood(pages: &mut Pages) {
    for n in 0..FLOOD {
        let body = format!(r#"{{"summary": "Flood {n}"}}"#);
        pages.world.accept("Monitor", &body).await.expect("accepted");
    }
    pages.world.settle().await;
}

/// Ids begin with the time they were made at.
fn later(pages: &Pages) {
    pages.world.clock.set(add_micros(pages.world.now(), 250_000));
}

#[tokio::test]
async fn after_a_flood_the_next_new_alert_is_shown() {
    for engine in TestEngine::ALL {
        let mut pages = pages(engine, 0).await;
        let mut ear = Ear::open(&pages, "bo", "/alerts/live").await;
        flood(&mut pages).await;
        ear.hears("event: many").await;
        for n in 1..=8 {
            // Whatever is told of the flood meanwhile.
            later(&pages);
            let text = format!("Afterwards {n}");
            pages.world.send("Monitor", &format!(r#"{{"summary": "{text}"}}"#)).await;
            ear.hears(&text).await;
        }
    }
}

#[tokio::test]
async fn after_a_flood_by_another_process_new_alerts_are_shown() {
    for engine in TestEngine::ALL {
        let mut pages = pages(engine, 0).await;
        let mut ear = Ear::open(&pages, "bo", "/alerts/live").await;
        pages.world.restart().await;
        flood(&mut pages).await;
        ear.hears("event: many").await;
        let text = "Afterwards, from elsewhere";
        // The look that finds the end of the flood may find this too; the next ones find nothing else.
        for n in 0.. {
            later(&pages);
            let body = format!(r#"{{"summary": "{text}"}}"#);
            pages.world.send("Monitor", &body).await;
            let heard = timeout(Duration::from_secs(3), ear.hears(text)).await;
            if heard.is_ok() {
                break;
            }
            assert!(n < 2, "{engine:?}: {}", ear.heard);
        }
    }
}

#[tokio::test]
async fn listening_goes_on_after_an_error_of_the_database() {
    const AWAY: Statement = Statement::new("test.away", "alter table notifications rename to away");
    const BACK: Statement = Statement::new("test.back", "alter table away rename to notifications");
    for engine in TestEngine::ALL {
        let mut pages = pages(engine, 1).await;
        let alert = pages.world.alert().await.id;
        let mut ear = Ear::open(&pages, "bo", "/alerts/live").await;
        let away = |tx: &mut WriteTx<'_>| tx.execute(&AWAY, &[]);
        pages.ui.db.write("test.away", away).await.expect("renamed");
        pages.world.live.publish(pages.world.no, &[alert]);
        ear.hears("event: many\ndata: 1\n\n").await;
        let back = |tx: &mut WriteTx<'_>| tx.execute(&BACK, &[]);
        pages.ui.db.write("test.back", back).await.expect("renamed");
        pages.world.send("Monitor", r#"{"summary": "Back again"}"#).await;
        ear.hears("Back again").await;
    }
}

#[tokio::test]
async fn when_nobody_listens_nothing_is_gathered() {
    let mut pages = pages(TestEngine::Sqlite, 0).await;
    assert!(!pages.world.live.is_heard());
    let ear = Ear::open(&pages, "bo", "/alerts/live").await;
    assert!(pages.world.live.is_heard());
    drop(ear);
    let gone = async {
        while pages.world.live.is_heard() {
            tokio::task::yield_now().await;
        }
    };
    timeout(BOUND, gone).await.expect("the hub's task has ended");
    // The next page starts another one.
    let mut ear = Ear::open(&pages, "bo", "/alerts/live").await;
    pages.world.send("Monitor", r#"{"summary": "Heard again"}"#).await;
    ear.hears("Heard again").await;
}
