//! Calendars under secret addresses.

use axum::http::Method;
use firebell_base::time::add_minutes;
use firebell_config::Author;
use firebell_domain::instance::Region;

use super::*;

/// With the routes that stand outside of the gate: the gate of a test lets through who has a
/// session only, so the address is asked for by somebody.
async fn with_feeds(engine: TestEngine) -> Pages {
    Pages::new(engine, crate::router().merge(crate::open_router())).await
}

/// The path of the address on a page.
fn address(html: &str) -> String {
    let (_, rest) = html.split_once("http://firebell.example/calendar/").expect("an address");
    let (path, _) = rest.split_once('"').expect("its end");
    format!("/calendar/{path}")
}

#[tokio::test]
async fn an_address_shows_a_calendar_until_it_is_revoked() {
    for engine in TestEngine::ALL {
        let pages = with_feeds(engine).await;
        pages.get("bo", "/calendar").await.is(200).says(&["You have no calendar link."]);
        let made = pages.post("bo", "/calendar/feeds", &[]).await;
        made.is(200).says(&["it is not shown again", "On call: Bo Ek"]);
        let path = address(&made.html);
        let feed = pages.get("gil", &path).await;
        feed.is(200).says(&[
            "BEGIN:VCALENDAR\r\n",
            "SUMMARY:On call: Payments\r\n",
            "DTSTART:20260302T070000Z\r\n",
            "DTEND:20260303T070000Z\r\n",
            "@firebell\r\n",
        ]);
        assert_eq!(feed.headers["content-type"], "text/calendar; charset=utf-8");
        // A week back and half a year ahead, one entry a day.
        let count = feed.html.matches("BEGIN:VEVENT").count();
        assert!((185..=187).contains(&count), "{count}");
        let tag = feed.headers["etag"].to_str().unwrap().to_owned();
        let again = pages.ask(Method::GET, "gil", &path, "", &[("if-none-match", &tag)]).await;
        again.is(304);
        assert_eq!(again.html, "");
        pages.world.clock.set(add_minutes(pages.world.now(), 60));
        let later = pages.get("gil", &path).await;
        assert_eq!(later.html, feed.html, "the same for a day");
        let list = pages.get("bo", "/calendar").await;
        list.says(&["You have 1 calendar link."]).is_silent_about(&[&path]);
        let (_, rest) = list.html.split_once("calendar/feeds/").unwrap();
        let id = rest.split('/').next().unwrap().to_owned();
        let remove = format!("/calendar/feeds/{id}/remove");
        pages.post("ada", &remove, &[]).await.is(404);
        pages.get("gil", &path).await.is(200);
        pages.post("bo", &remove, &[]).await.is(303);
        pages.get("gil", &path).await.is(404).says(&["There is no such calendar."]);
    }
}

#[tokio::test]
async fn a_group_has_a_calendar_too() {
    let pages = with_feeds(TestEngine::Sqlite).await;
    let group = group_id(&pages, "Payments").to_string();
    let made = pages.post("rea", "/calendar/feeds", &[("group", &group)]).await;
    let feed = pages.get("gil", &address(&made.html)).await;
    feed.is(200).says(&[
        "X-WR-CALNAME:On call for Payments\r\n",
        "SUMMARY:Payments: Bo Ek\r\n",
        "DESCRIPTION:Bo Ek is on call in Always\\,",
    ]);
    pages.post("rea", "/calendar/feeds", &[("group", "x")]).await.is(404);
}

#[tokio::test]
async fn an_address_ends_with_who_made_it() {
    let pages = with_feeds(TestEngine::Sqlite).await;
    let made = pages.post("bo", "/calendar/feeds", &[]).await;
    let path = address(&made.html);
    pages.get("gil", &path).await.is(200);
    let inactive = "version: 1
people:
  - { targetName: bo, firstName: Bo, lastName: Ek, status: INACTIVE }
";
    pages.world.apply(inactive).await;
    pages.get("gil", &path).await.is(404);
}

#[tokio::test]
async fn addresses_of_other_instances_and_nonsense_lead_nowhere() {
    let pages = with_feeds(TestEngine::Sqlite).await;
    let by = Author::new("test", "set up");
    let now = pages.world.now();
    let other = pages.world.authority.create_instance("other", Region::Emea, &by, now).await;
    let other = other.expect("an instance").instance.no;
    let made = pages.post("bo", "/calendar/feeds", &[]).await;
    let path = address(&made.html);
    let (no, secret) = path.trim_start_matches("/calendar/").split_once('-').unwrap();
    assert_eq!(no, pages.world.no.0.to_string());
    assert_eq!(secret.len(), 64 + 4);
    let foreign = format!("/calendar/{}-{secret}", other.0);
    let long = format!("/calendar/{no}-{}.ics", "a".repeat(5_000));
    for bad in [
        foreign.as_str(),
        long.as_str(),
        "/calendar/.ics",
        "/calendar/1-.ics",
        "/calendar/-1-x.ics",
        "/calendar/9223372036854775808-x.ics",
        "/calendar/x",
        path.trim_end_matches(".ics"),
        &path.replace(secret, &secret.to_uppercase()),
    ] {
        pages.get("bo", bad).await.is(404);
    }
}

#[tokio::test]
async fn who_reads_calendars_never_keeps_others_from_signing_in() {
    let open = crate::open(crate::turns::Turns::none());
    let pages = Pages::new(TestEngine::Sqlite, crate::router().merge(open)).await;
    let made = pages.post("bo", "/calendar/feeds", &[]).await;
    let busy = pages.get("gil", &address(&made.html)).await;
    // Not made beside the places, on a thread that serves.
    busy.is(503).says(&["Try again."]).is_silent_about(&["VCALENDAR"]);
    assert_eq!(busy.headers["retry-after"], "60");
}

#[tokio::test]
async fn nobody_makes_addresses_without_end() {
    let pages = with_feeds(TestEngine::Sqlite).await;
    for _ in 0..20 {
        pages.post("bo", "/calendar/feeds", &[]).await.is(200);
    }
    pages.post("bo", "/calendar/feeds", &[]).await.is(409).says(&["20 calendar links"]);
    pages.get("bo", "/calendar").await.says(&["You have 20 calendar links."]);
    pages.post("gil", "/calendar/feeds", &[]).await.is(200);
}
