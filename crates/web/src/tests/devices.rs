//! One's own devices: adding, changing, ordering, removing, trying, verifying.

use axum::http::Method;
use firebell_channels::{Registry, SendError};
use firebell_domain::device::Address;
use firebell_domain::directory::Entity;
use firebell_testkit::pages::{Page, Pages};
use firebell_testkit::postgres::TestEngine;

use super::own::{Own, PASSWORD};

const LIST: &str = "/account/devices";

/// Adds a webhook, which needs no password.
async fn hook(own: &Own, who: &str, name: &str) -> Page {
    let fields = [
        ("kind", "webhook"),
        ("name", name),
        ("place", "https://hooks.example.org/x"),
        ("secret", "whsec_c2FtcGxlLXNhbXBsZS1zYW1wbGUh"),
        ("delay", "3"),
        ("threshold", "HIGH"),
        ("active", "yes"),
    ];
    own.post(who, &format!("{LIST}/new"), &fields).await
}

/// The code in the newest message.
fn code(own: &Own) -> String {
    let messages = own.pages.world.sent.messages();
    let text = &messages.last().unwrap().text;
    let code: Vec<&str> = text.lines().filter(|line| line.len() == 6).collect();
    assert_eq!(code.len(), 1, "{text}");
    code[0].to_owned()
}

#[tokio::test]
async fn a_device_is_added_changed_moved_removed_and_taken_back() {
    for engine in TestEngine::ALL {
        let own = Own::new(engine).await;
        let added = hook(&own, "bo", "Pager").await;
        added.is(303);
        let devices = own.devices("bo");
        assert_eq!(devices.len(), 2, "{engine:?}");
        let pager = devices[1].clone();
        assert!(added.location().ends_with(&format!("account/devices/{}/verify", pager.id)));
        assert_eq!((pager.sequence, pager.delay_minutes), (2, 3));
        let page = own.get("bo", LIST).await;
        page.is(200).says(&["Work Email", "Pager", "2 devices; 0 verified", "signed", "High only"]);
        page.is_silent_about(&["whsec_", "style=", "onclick"]);

        let path = format!("{LIST}/{}", pager.id);
        own.post("bo", &format!("{path}/up"), &[]).await.is(303);
        assert_eq!(own.devices("bo")[0].id, pager.id, "{engine:?}");
        // The first cannot go further up, and nothing breaks.
        own.post("bo", &format!("{path}/up"), &[]).await.is(303);
        assert_eq!(own.devices("bo")[0].id, pager.id);

        let form = own.get("bo", &path).await;
        form.is(200).says(&["hooks.example.org", "leave it empty"]).is_silent_about(&["whsec_c2"]);
        let rev = form.field("rev").unwrap();
        let fields = [
            ("rev", rev.as_str()),
            ("name", "Night pager"),
            ("place", "https://hooks.example.org/y"),
            ("delay", "0"),
            ("threshold", "LOW"),
            ("active", "yes"),
            ("frame.0.name", "Night"),
            ("frame.0.from", "22:00"),
            ("frame.0.minutes", "480"),
            ("frame.0.days", "mo"),
            ("frame.0.days", "fr"),
        ];
        own.post("bo", &path, &fields).await.is(303);
        let changed = own.devices("bo")[0].clone();
        assert_eq!(changed.name.as_str(), "Night pager");
        assert_eq!(changed.timeframes.len(), 1);
        let Address::Webhook { url, secret } = &changed.address else { panic!("{changed:?}") };
        assert!(url.ends_with("/y") && secret.is_some(), "the secret stays");
        own.get("bo", LIST).await.says(&["Night: Mo Fr, 22:00–06:00", "in one time frame"]);

        // Two editors: the second sees the difference, and keeps what they typed.
        let stale = own.post("bo", &path, &fields).await;
        stale.is(409).says(&["Night pager", "https://hooks.example.org/y"]);

        own.post("bo", &format!("{path}/remove"), &[]).await.is(303);
        assert_eq!(own.devices("bo").len(), 1, "{engine:?}");
        assert_eq!(own.devices("bo")[0].sequence, 1);
        let id = pager.id.to_string();
        own.post("ada", &format!("{LIST}/restore"), &[("device", &id)]).await.is(409);
        own.post("bo", &format!("{LIST}/restore"), &[("device", &id)]).await.is(303);
        assert_eq!(own.devices("bo")[0], changed, "{engine:?}: as it was, secret and place too");
        own.post("bo", &format!("{LIST}/restore"), &[("device", &id)]).await.is(409);
    }
}

#[tokio::test]
async fn a_removal_is_taken_back_for_a_moment_only() {
    let own = Own::new(TestEngine::Sqlite).await;
    let id = own.devices("bo")[0].id.to_string();
    own.post("bo", &format!("{LIST}/{id}/remove"), &[]).await.is(303);
    own.pass(121);
    own.post("bo", &format!("{LIST}/restore"), &[("device", &id)]).await.is(409);
    assert!(own.devices("bo").is_empty());
    own.get("bo", LIST).await.says(&["No devices yet", "No alert can reach you yet."]);
}

#[tokio::test]
async fn a_new_mail_address_needs_the_password() {
    let own = Own::new(TestEngine::Sqlite).await;
    let add = async |current: &str| {
        let fields = [
            ("kind", "email"),
            ("name", "Private"),
            ("place", "bo@private.example"),
            ("delay", "5"),
            ("threshold", "LOW"),
            ("active", "yes"),
            ("current", current),
        ];
        own.post("bo", &format!("{LIST}/new"), &fields).await
    };
    let without = add("").await;
    without.is(422).says(&["Enter your password.", "bo@private.example", "Private"]);
    let wrong = add("not the password").await;
    wrong.is(422).says(&["The password is wrong"]).is_silent_about(&["not the password"]);
    assert_eq!(own.devices("bo").len(), 1);
    add(PASSWORD).await.is(303);
    assert_eq!(own.devices("bo").len(), 2);
    // The address of one that is there needs it too; anything else of it does not.
    let device = own.devices("bo")[0].clone();
    let path = format!("{LIST}/{}", device.id);
    let rev = own.get("bo", &path).await.field("rev").unwrap();
    let change = async |place: &str, name: &str| {
        let fields = [
            ("rev", rev.as_str()),
            ("name", name),
            ("place", place),
            ("delay", "0"),
            ("threshold", "LOW"),
            ("active", "yes"),
        ];
        own.post("bo", &path, &fields).await
    };
    change("thief@example.net", "Work Email").await.is(422);
    change("bo@example.org", "Office").await.is(303);
    assert_eq!(own.devices("bo")[0].address, device.address);
}

#[tokio::test]
async fn guessing_the_password_here_is_slowed_down_like_signing_in() {
    let own = Own::new(TestEngine::Sqlite).await;
    let cookie = own.pages.session("bo");
    let mut last = 0;
    for n in 0..20 {
        let name = format!("Guess {n}");
        let fields = [("name", name.as_str()), ("current", "no such password")];
        last = own.post(&cookie, "/account/keys", &fields).await.status.as_u16();
        if last == 429 {
            break;
        }
    }
    assert_eq!(last, 429);
}

#[tokio::test]
async fn bad_entries_are_refused_at_their_fields_and_kept() {
    let own = Own::new(TestEngine::Sqlite).await;
    let evil = "<script>alert(1)</script>\u{202E}🔥";
    let fields = [
        ("kind", "webhook"),
        ("name", evil),
        ("place", "javascript:alert(1)"),
        ("delay", "-1"),
        ("threshold", "URGENT"),
        ("frame.0.name", "<img src=x>"),
        ("frame.0.from", "25:61"),
        ("frame.0.minutes", "9999"),
    ];
    let page = own.post("bo", &format!("{LIST}/new"), &fields).await;
    page.is(422).says(&[
        "begins with https://",
        "Enter whole minutes.",
        "1 to 1440",
        "at least one day",
    ]);
    page.says(&["&#60;script&#62;", "&#60;img"]).is_silent_about(&["<script>alert", "<img src"]);
    own.post("bo", &format!("{LIST}/new"), &[]).await.is(422);
    let long = "x".repeat(300_000);
    own.post("bo", &format!("{LIST}/new"), &[("name", &long)]).await.is(413);
    assert_eq!(own.devices("bo").len(), 1);
    // A hostile name that came by another way is shown as text.
    let mut device = own.devices("bo")[0].clone();
    device.name = firebell_domain::name::Name::parse("<b>x</b>'\"").unwrap();
    own.put(Entity::Device(device)).await;
    own.get("bo", LIST).await.says(&["&#60;b&#62;"]).is_silent_about(&["<b>x</b>"]);
}

#[tokio::test]
async fn a_device_is_verified_by_a_code_that_was_sent_there() {
    for engine in TestEngine::ALL {
        let own = Own::new(engine).await;
        let device = own.devices("bo")[0].clone();
        let path = format!("{LIST}/{}", device.id);
        own.get("bo", LIST).await.says(&["0 verified", "Not verified"]);
        own.get("bo", &format!("{path}/verify")).await.is(200).says(&["Send me a code"]);
        own.post("bo", &format!("{path}/code"), &[]).await.is(303);
        let sent = own.pages.world.sent.messages();
        assert_eq!(sent.len(), 1, "{engine:?}");
        assert!(
            sent[0].subject.contains(&code(&own))
                && sent[0].text.contains("acme") != sent[0].text.contains("sample")
        );
        own.get("bo", &format!("{path}/verify")).await.says(&["name=\"code\"", "one-time-code"]);
        let wrong = own.post("bo", &format!("{path}/verify"), &[("code", "12")]).await;
        wrong.is(422).says(&["The code is wrong. 4 more tries."]);
        let right = code(&own);
        let spaced = format!(" {} {} ", &right[..3], &right[3..]);
        own.post("bo", &format!("{path}/verify"), &[("code", &spaced)]).await.is(303);
        own.get("bo", LIST).await.says(&["1 verified"]).is_silent_about(&["Not verified"]);
        // Once.
        own.post("bo", &format!("{path}/verify"), &[("code", &right)]).await.is(422);
        // Another address is another one to verify.
        let mut moved = device.clone();
        moved.address = Address::Email("bo@elsewhere.example".to_owned());
        own.put(Entity::Device(moved)).await;
        own.get("bo", LIST).await.says(&["0 verified", "Not verified"]);
    }
}

#[tokio::test]
async fn codes_run_out_by_guesses_by_time_and_by_another_address() {
    for engine in TestEngine::ALL {
        let own = Own::new(engine).await;
        let device = own.devices("bo")[0].clone();
        let path = format!("{LIST}/{}", device.id);
        let (send, enter) = (format!("{path}/code"), format!("{path}/verify"));
        own.post("bo", &send, &[]).await.is(303);
        for left in ["4 more", "3 more", "2 more", "One more", "not count any more"] {
            let wrong = own.post("bo", &enter, &[("code", "wrong!")]).await;
            wrong.is(422).says(&[left]);
        }
        let right = code(&own);
        own.post("bo", &enter, &[("code", &right)]).await.is(422).says(&["not count any more"]);
        // Another code begins anew, and ends with its time.
        own.pass(60);
        own.post("bo", &send, &[]).await.is(303);
        own.pass(15 * 60);
        own.post("bo", &enter, &[("code", &code(&own))]).await.is(422);
        own.post("bo", &send, &[]).await.is(303);
        let mut moved = device.clone();
        moved.address = Address::Email("bo@elsewhere.example".to_owned());
        own.put(Entity::Device(moved)).await;
        own.post("bo", &enter, &[("code", &code(&own))]).await.is(422);
        own.get("bo", LIST).await.says(&["0 verified"]);
    }
}

#[tokio::test]
async fn codes_that_are_guessed_at_once_count_one_by_one() {
    for engine in TestEngine::ALL {
        let own = Own::new(engine).await;
        let path = format!("{LIST}/{}", own.devices("bo")[0].id);
        own.post("bo", &format!("{path}/code"), &[]).await.is(303);
        let (enter, cookie) = (format!("{path}/verify"), own.pages.session("bo"));
        let guess = || own.post(&cookie, &enter, &[("code", "wrong!")]);
        tokio::join!(guess(), guess(), guess(), guess(), guess(), guess());
        let right = own.post(&cookie, &enter, &[("code", &code(&own))]).await;
        right.is(422).says(&["not count any more"]);
    }
}

#[tokio::test]
async fn a_test_says_what_became_of_it_and_is_bounded() {
    for engine in TestEngine::ALL {
        let own = Own::new(engine).await;
        let test = format!("{LIST}/{}/test", own.devices("bo")[0].id);
        own.post("bo", &test, &[]).await.is(303);
        assert_eq!(own.pages.world.sent.messages().len(), 1, "{engine:?}");
        own.get("bo", LIST).await.says(&["Last try", "was taken"]);
        own.post("bo", &test, &[]).await.is(429).says(&["Too many messages"]);
        own.pass(30);
        own.pages.world.sent.refuse_next(SendError::permanent("No such <b>mailbox</b>."));
        own.post("bo", &test, &[]).await.is(303);
        let page = own.get("bo", LIST).await;
        page.says(&["failed", "No such &#60;b&#62;mailbox"]);
        // A whole hour's messages, to whichever devices.
        hook(&own, "bo", "Pager").await;
        let second = format!("{LIST}/{}/code", own.devices("bo")[1].id);
        let mut statuses = Vec::new();
        for _ in 0..30 {
            own.pass(11);
            statuses.push(own.post("bo", &second, &[]).await.status.as_u16());
        }
        assert_eq!(statuses.iter().filter(|status| **status == 303).count(), 18, "{statuses:?}");
        assert_eq!(statuses.last(), Some(&429));
    }
}

#[tokio::test]
async fn what_this_server_cannot_send_it_says() {
    let pages = Pages::new(TestEngine::Sqlite, axum::Router::new()).await;
    let own = Own::with(pages, Registry::new());
    let id = own.devices("bo")[0].id;
    own.get("bo", LIST).await.says(&["keeps e-mail instead of sending it"]);
    own.post("bo", &format!("{LIST}/{id}/code"), &[]).await.is(409).says(&["keeps e-mail"]);
    own.post("bo", &format!("{LIST}/{id}/test"), &[]).await.is(303);
    own.get("bo", LIST).await.says(&["was not sent"]);
    let fields = [
        ("kind", "sms"),
        ("name", "Mobile"),
        ("place", "+4722334455"),
        ("delay", "0"),
        ("threshold", "LOW"),
        ("active", "yes"),
    ];
    own.get("bo", &format!("{LIST}/new?kind=sms")).await.says(&["cannot send to such devices"]);
    own.post("bo", &format!("{LIST}/new"), &fields).await.is(303);
    let phone = own.devices("bo")[1].id;
    own.post("bo", &format!("{LIST}/{phone}/test"), &[]).await.is(409);
    own.get("bo", LIST).await.says(&["aria-disabled=\"true\"", "+4722334455"]);
}

#[tokio::test]
async fn others_devices_are_unknown_and_readers_change_nothing() {
    let own = Own::new(TestEngine::Sqlite).await;
    let id = own.devices("ada")[0].id;
    for path in ["", "/verify"] {
        own.get("bo", &format!("{LIST}/{id}{path}")).await.is(404).is_silent_about(&["ada@"]);
    }
    for path in ["", "/up", "/down", "/remove", "/test", "/code", "/verify"] {
        own.post("bo", &format!("{LIST}/{id}{path}"), &[]).await.is(404);
        own.post("bo", &format!("{LIST}/nonsense{path}"), &[]).await.is(404);
        own.post("rea", &format!("{LIST}/{id}{path}"), &[]).await.is(403);
    }
    own.get("rea", LIST).await.is(200).is_silent_about(&["Add a device"]);
    own.post("rea", &format!("{LIST}/new"), &[]).await.is(403);
    own.post("rea", "/account", &[("language", "de"), ("zone", "UTC")]).await.is(403);
    // A form of another site is refused before anything is looked at.
    let foreign = [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")];
    let own_id = own.devices("bo")[0].id;
    let path = format!("{LIST}/{own_id}/remove");
    own.ask(Method::POST, "bo", &path, "", &foreign).await.is(403);
    assert_eq!(own.devices("bo").len(), 1);
}
