//! Silences and maintenance windows: made, previewed, ended, restored, refused.

use std::sync::Arc;

use axum::http::Method;
use firebell_domain::event::Fate;
use firebell_domain::schedule::{Frequency, Holidays};
use firebell_store::{Error, ReadTx, events};
use firebell_testkit::pages::{Page, Pages, encoded};
use firebell_testkit::postgres::TestEngine;

use super::{HOSTILE, door, open};
use crate::local;

/// Fields of a silence; times are in the visitor's zone, Oslo.
fn silence<'f>(matcher: [&'f str; 3], reason: &'f str) -> Vec<(&'f str, &'f str)> {
    let [field, op, value] = matcher;
    vec![
        ("field", field),
        ("op", op),
        ("value", value),
        ("lasts", "60"),
        ("zone", "Europe/Oslo"),
        ("reason", reason),
    ]
}

async fn look(pages: &Pages, path: &str, fields: &[(&str, &str)]) -> Page {
    pages.ask(Method::POST, "ada", path, &encoded(fields), &[("hx-request", "true")]).await
}

async fn suppressed(pages: &Pages) -> usize {
    let no = pages.world.no;
    let read = move |tx: &mut ReadTx<'_>| events::by_fate(tx, no, Fate::Suppressed, 100, 0);
    let found: Result<_, Error> = pages.world.db.read("test", read).await;
    found.expect("events").0.len()
}

const BODIES: [&str; 4] = [
    r#"{"summary": "one", "host": "db-1", "dedupKey": "a"}"#,
    r#"{"summary": "two", "host": "db-2"}"#,
    r#"{"summary": "three", "host": "web-1", "dedupKey": "c"}"#,
    r#"{"summary": "four", "host": "db-1", "dedupKey": "a"}"#,
];

#[tokio::test]
async fn a_preview_says_what_suppression_then_does_and_saves_nothing() {
    for engine in TestEngine::ALL {
        let mut pages = open(engine).await;
        for body in BODIES {
            pages.world.send("Monitor", body).await;
        }
        let before = pages.directory().revision;
        let fields = silence(["host", "=~", "db-.*"], "");
        let part = look(&pages, "/silences/preview", &fields).await;
        part.is(200).is_silent_about(&["<html"]);
        part.says(&["Of the 4 trigger events", "would have hidden 3", "2 different things"]);
        part.says(&["about 2 open alerts", "They go on"]).is_silent_about(&["three"]);
        // Without scripts it is a whole page that keeps what was entered.
        let page = pages.post("ada", "/silences/preview", &fields).await;
        page.is(200).says(&["would have hidden 3", "db-.*", "<html"]);
        assert_eq!(pages.directory().revision, before, "nothing was saved");

        let made = pages.post("ada", "/silences", &silence(["host", "=~", "db-.*"], "disks")).await;
        made.is(303);
        for body in BODIES {
            pages.world.send("Monitor", body).await;
        }
        assert_eq!(suppressed(&pages).await, 3, "{engine:?}: what the preview said");
        let list = pages.get("ada", &format!("/integrations/{}", door(&pages, "Monitor").id)).await;
        list.says(&["Hidden", "silences/", "disks"]);

        let none = look(&pages, "/silences/preview", &silence(["host", "=", "x"], "")).await;
        none.says(&["it is about none", "no open alert"]);
        let window = [("of", &*door(&pages, "Monitor").id.to_string()), ("zone", "UTC")];
        let all = look(&pages, "/windows/preview", &window).await;
        all.is(200).says(&["would have hidden 8"]);
    }
}

#[tokio::test]
async fn a_silence_is_made_changed_ended_and_restored() {
    let pages = open(TestEngine::Sqlite).await;
    pages.get("gil", "/silences").await.is(200).says(&["Nothing is silenced", "silences/new"]);
    pages.get("bo", "/silences").await.is(200).is_silent_about(&["silences/new"]);
    let linked = pages.get("gil", "/silences/new?matcher=host%3D%22db-7%22").await;
    linked.is(200).says(&["value=\"db-7\""]);
    pages.post("gil", "/silences", &silence(["host", "=", "db-1"], "known <b>")).await.is(303);
    let directory = pages.directory();
    let made = Arc::clone(directory.silences().next().expect("made"));
    assert_eq!((made.created_by.as_str(), made.starts), ("gil", pages.world.now()));
    assert_eq!(made.ends.duration_since(made.starts).as_secs(), 3_600);
    let list = pages.get("bo", "/silences").await;
    list.says(&["1 silence hides events now", "host=&#34;db-1&#34;", "known &#60;b&#62;"]);

    let path = format!("/silences/{}", made.id);
    let page = pages.get("gil", &path).await;
    let rev = page.is(200).field("rev").expect("a revision");
    let (starts, ends) = (page.field("starts").unwrap(), page.field("ends").unwrap());
    let mut changed = silence(["host", "=", "db-2"], "still known");
    changed.retain(|(name, _)| *name != "lasts" && *name != "zone");
    changed.extend([("starts", &*starts), ("ends", &*ends), ("rev", &*rev)]);
    changed.push(("zone", "America/New_York"));
    pages.post("gil", &path, &changed).await.is(303);
    let now = Arc::clone(pages.directory().silence(made.id).expect("there"));
    assert_eq!((now.starts, now.ends), (made.starts, made.ends), "shown and sent back: the same");
    let second = pages.post("gil", &path, &changed).await;
    second.is(409);

    pages.post("gil", &format!("{path}/end"), &[]).await.is(303);
    assert!(pages.directory().silence(made.id).is_none(), "it had not hidden anything yet");
    pages.post("gil", "/silences", &silence(["host", "=", "db-1"], "known")).await.is(303);
    let made = Arc::clone(pages.directory().silences().next().expect("made"));
    pages.world.clock.set(firebell_base::time::add_minutes(pages.world.now(), 5));
    let path = format!("/silences/{}", made.id);
    pages.post("gil", &format!("{path}/end"), &[]).await.is(303);
    assert_eq!(pages.directory().silence(made.id).expect("kept").ends, pages.world.now());
    pages.get("gil", "/silences?state=ended").await.says(&["Ended (1)", "db-1"]);
    let ends = made.ends.as_microsecond().to_string();
    pages.post("gil", &format!("{path}/restore"), &[("ends", &ends)]).await.is(303);
    assert_eq!(pages.directory().silence(made.id).expect("kept").ends, made.ends);
    pages.post("gil", &format!("{path}/restore"), &[("ends", "1")]).await.is(422);
}

#[tokio::test]
async fn a_cancelled_silence_can_be_taken_back() {
    let pages = open(TestEngine::Sqlite).await;
    let mut later = silence(["host", "=~", "db-.*"], "planned");
    let starts = local::shown(
        firebell_base::time::add_minutes(pages.world.now(), 60),
        &firebell_domain::schedule::Zone::parse("Europe/Oslo").expect("a zone"),
    );
    later.push(("starts", &starts));
    pages.post("ada", "/silences", &later).await.is(303);
    let made = Arc::clone(pages.directory().silences().next().expect("made"));
    assert!(made.starts > pages.world.now());
    pages.get("ada", "/silences?state=upcoming").await.says(&["Upcoming (1)", "Cancel"]);
    let ended = pages.post("ada", &format!("/silences/{}/end", made.id), &[]).await;
    assert_eq!(ended.is(303).location(), "../../silences");
    assert_eq!(pages.directory().silences().count(), 0);
    // What the undo button sends.
    let (from, to) =
        (made.starts.as_microsecond().to_string(), made.ends.as_microsecond().to_string());
    let matcher = made.matchers[0].to_string();
    let undo =
        [("matcher", &*matcher), ("starts-at", &*from), ("ends-at", &*to), ("reason", "planned")];
    pages.post("ada", "/silences", &undo).await.is(303);
    let again = Arc::clone(pages.directory().silences().next().expect("made again"));
    assert_eq!((again.starts, again.ends), (made.starts, made.ends));
    assert_eq!(again.matchers, made.matchers);
}

#[tokio::test]
async fn bad_silences_are_refused_and_kept() {
    let pages = open(TestEngine::Sqlite).await;
    let good = silence(["host", "=", "db-1"], "known");
    for (field, value, says) in [
        ("field", "", "the label name must be"),
        ("value", "(", ""),
        ("reason", "", "Say why"),
        ("lasts", "", "Enter when it ends"),
        ("zone", "Mars/Olympus", "not a known time zone"),
        ("ends", "2020-01-01T00:00", "must be in the future"),
        ("ends", "tomorrow", "Enter a day and a time"),
        ("starts", "9999-01-01T00:00", ""),
    ] {
        let mut wrong = good.clone();
        wrong.retain(|(name, _)| *name != field);
        if field == "field" || field == "value" {
            let (name, text) = if field == "value" { ("host", "(") } else { ("", "db-1") };
            wrong = silence([name, "=~", text], "known");
        } else {
            wrong.push((field, value));
        }
        let page = pages.post("ada", "/silences", &wrong).await;
        if field == "starts" {
            continue;
        }
        page.is(422).says(&[says]);
    }
    let none = pages.post("ada", "/silences", &good[3..]).await;
    none.is(422).says(&["at least one matcher"]);
    let hostile = pages.post("ada", "/silences", &silence([HOSTILE, "=~", "("], HOSTILE)).await;
    hostile.is(422).is_silent_about(&["<script>alert"]);
    let part = look(&pages, "/silences/preview", &[]).await;
    part.is(200).says(&["at least one matcher"]);
    for path in ["/silences", "/silences/preview", "/windows", "/windows/preview"] {
        pages.post("bo", path, &good).await.is(403).says(&["silences"]);
    }
    for path in ["/silences/nothing", "/windows/nothing"] {
        pages.get("ada", path).await.is(404);
        for deed in ["end", "restore"] {
            pages.post("ada", &format!("{path}/{deed}"), &[]).await.is(404);
        }
    }
}

fn window<'f>(name: &'f str, recurs: &'f str) -> Vec<(&'f str, &'f str)> {
    vec![
        ("name", name),
        ("starts", "2026-01-04T02:00"),
        ("ends", "2026-01-04T04:00"),
        ("zone", "Europe/Oslo"),
        ("recurs", recurs),
        ("every", "1"),
        ("day", "SU"),
        ("until", "never"),
        ("reason", "patching"),
    ]
}

#[tokio::test]
async fn windows_recur_are_ended_once_and_removed() {
    for engine in TestEngine::ALL {
        let pages = open(engine).await;
        pages.get("gil", "/windows").await.is(200).says(&["No maintenance windows"]);
        pages.get("gil", "/windows/new").await.is(200).says(&["Monday to Friday", "Monitor"]);
        pages.post("gil", "/windows", &window("Patching", "weekly")).await.is(303);
        let made = Arc::clone(pages.directory().windows().next().expect("made"));
        assert!(matches!(made.pattern.recurrence.frequency, Frequency::Weekly { .. }));
        assert_eq!(made.pattern.first_start.to_string(), "2026-01-04T01:00:00Z");
        let list = pages.get("bo", "/windows").await;
        list.says(&["Patching", "Every week on Sunday", "Upcoming"]);
        let path = format!("/windows/{}", made.id);

        // On a Sunday it hides; ended, it is back the next one.
        let sunday = made.pattern.next_start(pages.world.now(), &Holidays::default()).expect("one");
        pages.world.clock.set(firebell_base::time::add_minutes(sunday.start, 10));
        pages.get("gil", "/windows?state=active").await.says(&["Patching", "Hides events"]);
        pages.get("gil", &path).await.is(200).says(&["It hides events now", "End now"]);
        pages.post("gil", &format!("{path}/end"), &[]).await.is(303);
        let now = Arc::clone(pages.directory().window(made.id).expect("there"));
        let at = pages.world.now();
        assert!(now.pattern.active_at(at, &Holidays::default()).is_none());
        assert!(now.pattern.next_start(at, &Holidays::default()).is_some());
        let (start, end) = (
            sunday.start.as_microsecond().to_string(),
            made.pattern.first_end.as_microsecond().to_string(),
        );
        let undo = [("start", &*start), ("end", &*end)];
        pages.post("gil", &format!("{path}/restore"), &undo).await.is(303);
        assert_eq!(pages.directory().window(made.id).expect("there").pattern, made.pattern);

        let page = pages.get("gil", &path).await;
        let rev = page.field("rev").expect("a revision");
        let mut changed = window("Patching more", "monthly-date");
        changed.extend([("date", "LAST"), ("rev", &*rev)]);
        pages.post("gil", &path, &changed).await.is(303);
        pages.post("gil", &path, &changed).await.is(409).says(&["Patching more"]);
        pages.get("gil", "/windows").await.says(&["On the last day of the month"]);
        pages.post("gil", &format!("{path}/remove"), &[("typed", "Patching")]).await.is(422);
        pages.post("gil", &format!("{path}/remove"), &[("typed", "Patching More")]).await.is(303);
        assert_eq!(pages.directory().windows().count(), 0);
    }
}

#[tokio::test]
async fn bad_windows_are_refused_and_kept() {
    let pages = open(TestEngine::Sqlite).await;
    for (field, value, says) in [
        ("name", "", "must not be empty"),
        ("starts", "", "Enter a day and a time"),
        ("ends", "2026-01-04T01:00", "must be after start"),
        ("ends", "2028-01-04T01:00", "366 days"),
        ("zone", "", "is empty"),
        ("day", "", "Choose at least one day"),
        ("every", "1000", "whole number from 1 to 999"),
        ("of", "01900000-0000-7000-8000-000000000000", "There is no integration"),
    ] {
        let mut wrong = window("Patching", "weekly");
        wrong.retain(|(name, _)| *name != field);
        wrong.push((field, value));
        let page = pages.post("ada", "/windows", &wrong).await;
        page.is(422).says(&[says]);
        if field != "zone" {
            assert_eq!(page.field("zone").as_deref(), Some("Europe/Oslo"), "{field}");
        }
    }
    let hostile = pages.post("ada", "/windows", &window(HOSTILE, HOSTILE)).await;
    hostile.is(422).is_silent_about(&["<script>alert"]);
    assert_eq!(pages.directory().windows().count(), 0);
}
