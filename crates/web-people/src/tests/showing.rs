//! One user's page: their devices, for whoever may change them and for whoever may not.

use axum::Extension;
use firebell_channels::Registry;
use firebell_config::{Author, Change};
use firebell_domain::alert::Priority;
use firebell_domain::device::{Address, Device, DeviceId};
use firebell_domain::directory::{Directory, Entity};
use firebell_domain::name::Name;
use firebell_domain::schedule::WeekdaySet;
use firebell_domain::schedule::timeframe::Timeframe;
use firebell_pipeline::probe::{Entered, Prober};
use firebell_testkit::pages::Pages;
use firebell_testkit::postgres::TestEngine;

use super::{Hanging, pages};
use crate::router;

/// Pages of a server that sends what devices are tried with.
async fn sending(engine: TestEngine) -> (Pages, Prober) {
    let pages = pages(engine).await;
    let mut registry = Registry::new();
    registry.add(Box::new(pages.world.sent.clone()));
    let (ui, given) = (&pages.ui, (pages.ui.clock.clone(), pages.ui.random.clone()));
    let prober = Prober::new(ui.db.clone(), ui.snapshots.clone(), registry, given);
    let app = router().layer(Extension(prober.clone()));
    (pages.with(app, |_| ()), prober)
}

/// Gives Bo a webhook at night, after the address there is.
async fn hook(pages: &Pages, name: &str) -> Device {
    let bo = pages.person("bo");
    let first = (**pages.directory().devices_of(bo).next().unwrap()).clone();
    let device = Device {
        id: DeviceId::from_bytes([5; 16]),
        name: Name::parse(name).unwrap(),
        address: Address::Webhook { url: "https://h.example/secret".to_owned(), secret: None },
        sequence: 2,
        delay_minutes: 7,
        priority_threshold: Priority::High,
        timeframes: vec![Timeframe {
            name: "Night".to_owned(),
            start: "22:30".parse().unwrap(),
            duration_minutes: 480,
            days: WeekdaySet::WORKDAYS,
            exclude_holidays: false,
            zone: None,
        }],
        default_device: true,
        ..first
    };
    let (ui, put) = (&pages.ui, device.clone());
    let decide = move |_: &Directory| Ok(vec![Change::Put(Entity::Device(put.clone()))]);
    let by = Author::new("test", "sample");
    ui.authority.change(pages.world.no, &by, ui.clock.now(), decide).await.unwrap();
    device
}

#[tokio::test]
async fn devices_are_shown_with_what_decides_when_they_are_used() {
    for engine in TestEngine::ALL {
        let (pages, prober) = sending(engine).await;
        let device = hook(&pages, "<b>Pager</b>").await;
        let bo = pages.person("bo");
        let path = format!("/users/{bo}");
        let page = pages.get("ada", &path).await;
        page.is(200).says(&["Every priority", "At any time", "Not verified"]);
        page.says(&["7 min", "High only", "Night: Mo Tu We Th Fr, 22:30–06:30", "Failsafe"]);
        page.says(&["&#60;b&#62;Pager", "https://h.example/…"]);
        page.is_silent_about(&["<b>Pager", "h.example/secret", "could not be read"]);
        // Whoever may change Bo is led to the pages that do.
        page.says(&[&format!("users/{bo}/devices\""), &format!("users/{bo}/devices/new\"")]);
        page.says(&[&format!("users/{bo}/devices/{}\"", device.id)]);
        pages.get("pia", &path).await.says(&[&format!("users/{bo}/devices\"")]);
        for who in ["rea", "gil", "sten"] {
            let page = pages.get(who, &path).await;
            page.is(200).says(&["Pager", "Not verified"]).is_silent_about(&["/devices"]);
        }
        // One's own are changed on one's own pages.
        let own = pages.get("bo", &path).await;
        own.says(&["account/devices\""]).is_silent_about(&[&format!("users/{bo}/devices")]);

        let first = pages.directory().devices_of(bo).next().unwrap().id;
        prober.send_code(pages.world.no, first).await.unwrap();
        let text = pages.world.sent.messages().last().unwrap().text.clone();
        let code = text.lines().find(|line| line.len() == 6).unwrap();
        let entered = prober.confirm(pages.world.no, first, code).await.unwrap();
        assert_eq!(entered, Entered::Right, "{engine:?}");
        let page = pages.get("ada", &path).await;
        page.says(&[">Verified", "Not verified"]);
    }
}

#[tokio::test]
async fn the_page_is_shown_when_verified_devices_cannot_be_read() {
    let (pages, _) = sending(TestEngine::Sqlite).await;
    let (cookie, bo) = (pages.session("ada"), pages.person("bo"));
    let hanging = Hanging::of(&pages.world.db);
    let page = pages.get(&cookie, &format!("/users/{bo}")).await;
    page.is(200).says(&["bo@example.org", "could not be read just now"]);
    drop(hanging);
    let page = pages.get(&cookie, &format!("/users/{bo}")).await;
    page.is_silent_about(&["could not be read just now"]);
}
