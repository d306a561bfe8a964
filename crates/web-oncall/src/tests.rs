//! Pages, looked at through a world: what they show, what they refuse, who may.

mod absences;
mod feeds;
mod groups;
mod meanwhile;
mod oncall;
mod shifts;
mod turns;
mod undo;

use firebell_domain::group::GroupId;
use firebell_domain::shift::ShiftId;
use firebell_testkit::pages::Pages;
use firebell_testkit::postgres::TestEngine;

use crate::words::WORDS;

/// Configuration does not depend on the engine; what does is tested on both.
async fn pages() -> Pages {
    Pages::new(TestEngine::Sqlite, crate::router()).await
}

fn group_id(pages: &Pages, name: &str) -> GroupId {
    pages.directory().group_by_name(name).unwrap_or_else(|| panic!("no group {name}")).id
}

fn shift_id(pages: &Pages, group: &str, name: &str) -> ShiftId {
    let directory = pages.directory();
    let group = group_id(pages, group);
    let found = directory.shifts_of(group).find(|shift| shift.name.as_str() == name);
    found.unwrap_or_else(|| panic!("no shift {name}")).id
}

fn group_path(pages: &Pages, name: &str) -> String {
    format!("/groups/{}", group_id(pages, name))
}

fn shift_path(pages: &Pages, group: &str, name: &str) -> String {
    format!("{}/shifts/{}", group_path(pages, group), shift_id(pages, group, name))
}

#[test]
fn every_sentence_is_in_the_catalogue() {
    let folder = env!("CARGO_MANIFEST_DIR");
    let faults = firebell_testkit::words::audit(folder, "oncall-", |tag| WORDS.text(tag));
    assert_eq!(faults, Vec::<String>::new());
    assert_eq!(WORDS.faults(), Vec::<String>::new());
}
