//! The pages of alerts, through their routes, on both engines.

use std::time::Duration;

use firebell_testkit::pages::Pages;
use firebell_testkit::postgres::TestEngine;
use firebell_testkit::words;

use crate::words::WORDS;

mod list;
mod live;
mod send;
mod story;
mod tongues;

/// Nothing in a test takes longer.
const BOUND: Duration = Duration::from_secs(20);

/// Pages with this many alerts of the sample's monitor, called "Disk 1" and so on.
async fn pages(engine: TestEngine, alerts: usize) -> Pages {
    let mut pages = Pages::new(engine, crate::router()).await;
    for n in 1..=alerts {
        let body = format!(r#"{{"summary": "Disk {n} is full", "dedupKey": "disk/{n}"}}"#);
        pages.world.send("Monitor", &body).await;
    }
    pages
}

#[test]
fn every_sentence_is_there_and_used() {
    assert_eq!(WORDS.faults(), Vec::<String>::new());
    let faults = words::audit(env!("CARGO_MANIFEST_DIR"), "alerts-", |tag| WORDS.text(tag));
    assert!(faults.is_empty(), "{faults:#?}");
    // German and Norwegian are whole.
    let keys = |tag| words::keys(WORDS.text(tag).unwrap_or_default());
    for tag in ["de", "nb"] {
        assert_eq!(keys("en"), keys(tag), "{tag}");
    }
}
