//! Explain says what the pipeline does, because it is the pipeline.

use std::collections::BTreeMap;

use firebell_domain::alert::Priority;
use firebell_domain::event::{Draft, EventAction};
use firebell_domain::recipient::Pointer;
use firebell_pipeline::explain::{Foreseen, explain};
use firebell_stories::{PAYMENTS, on_both_engines};
use firebell_testkit::postgres::TestEngine;
use firebell_testkit::world::World;

on_both_engines! {
    explain_agrees_with_what_happens
    explain_says_why_nobody_is_told
}

async fn explain_agrees_with_what_happens(engine: TestEngine) {
    let mut world = World::new(engine, PAYMENTS).await;
    world
        .apply(
            r"
groups:
  - targetName: Payments SRE
    shifts:
      - {name: Always, repeatEscalation: {repetitions: 1, delay: 20},
         notifyEndOfEscalation: {recipient: mia, delay: 7}}
",
        )
        .await;
    let directory = world.directory();
    let draft = Draft { priority: Some(Priority::High), ..Draft::default() };
    let integration = world.integration("Monitor");
    let start = world.now();
    let foretold = explain(&directory, &integration, &draft, start, &BTreeMap::new());
    let name = |id| directory.person(id).expect("there").display_name();
    let foretold: Vec<(i64, String)> = foretold
        .told
        .iter()
        .map(|t| (firebell_base::time::micros_between(start, t.at), name(t.person)))
        .collect();
    world.send("Monitor", r#"{"priority": "HIGH"}"#).await;
    world.advance(179).await;
    let happened: Vec<(i64, String)> = world
        .sent
        .messages()
        .iter()
        .map(|m| (firebell_base::time::micros_between(start, m.sent_at), m.recipient_name.clone()))
        .collect();
    assert_eq!(foretold, happened);
    assert_eq!(foretold.len(), 9, "four messages, twice, and the end notice: {foretold:?}");
}

async fn explain_says_why_nobody_is_told(engine: TestEngine) {
    let world = World::new(engine, PAYMENTS).await;
    let (directory, integration) = (world.directory(), world.integration("Monitor"));
    let ask =
        |draft: &Draft| explain(&directory, &integration, draft, world.now(), &BTreeMap::new());
    let nobody = Draft { recipients: vec![Pointer("nils".to_owned())], ..Draft::default() };
    let answer = ask(&nobody);
    assert_eq!(answer.outcome, Foreseen::Opened(0));
    assert!(
        answer.entries.iter().any(|e| e.text().contains("Nils Quiet (named directly): no device"))
    );
    let resolve = Draft { action: EventAction::Resolve, ..Draft::default() };
    assert_eq!(ask(&resolve).outcome, Foreseen::Forwarded(EventAction::Resolve));
    // The real pipeline was not touched.
    assert!(world.alerts().await.is_empty());
}
