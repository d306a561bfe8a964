//! The pages through their routes.

mod doors;
mod forms;
mod hiding;
mod meanwhile;
mod words;
mod ways;

use std::sync::Arc;

use firebell_domain::integration::Integration;
use firebell_testkit::pages::Pages;
use firebell_testkit::postgres::TestEngine;

/// Pages over the sample instance.
async fn open(engine: TestEngine) -> Pages {
    Pages::new(engine, crate::router()).await
}

/// An integration by name.
fn door(pages: &Pages, name: &str) -> Arc<Integration> {
    let directory = pages.directory();
    let found = directory.integrations().find(|one| one.name.as_str() == name);
    Arc::clone(found.unwrap_or_else(|| panic!("no integration {name}")))
}

/// A text that must never be markup, nor turn what stands around it.
const HOSTILE: &str = "<script>alert(1)</script>\u{202e}\u{200b}\"'𝕏";
