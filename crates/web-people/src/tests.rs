//! The pages of users, in a world with sample people.

mod adding;
mod editing;
mod importing;
mod listing;
mod meanwhile;
mod showing;

use std::sync::mpsc;
use std::thread::JoinHandle;

use firebell_config::{Author, EntitlementChange, Intent};
use firebell_domain::licence::{Allotment, Enforcement, Entitlement};
use firebell_domain::person::LicenceType;
use firebell_store::{Db, Error};
use firebell_testkit::pages::Pages;
use firebell_testkit::postgres::TestEngine;

use crate::router;
use crate::words::WORDS;

pub(crate) async fn pages(engine: TestEngine) -> Pages {
    Pages::new(engine, router()).await
}

/// Sets what the instance is entitled to, as an operator who knows what they do.
pub(crate) async fn entitle(pages: &Pages, change: EntitlementChange) {
    let by = Author::new("operator", "sample contract");
    let intent = Intent { approval: Some("a test".to_owned()), ..Intent::from(&by) };
    let (changes, now) = (vec![(pages.world.no, change)], pages.ui.clock.now());
    pages.ui.authority.set_entitlements(changes, intent, now).await.unwrap();
}

/// So many, and nobody more.
pub(crate) fn hard(licence: LicenceType, seats: u32) -> EntitlementChange {
    EntitlementChange::Set(Entitlement {
        allotment: Allotment::Limited(seats),
        enforcement: Enforcement::Hard,
        ..Entitlement::unlimited(licence)
    })
}

/// A database whose threads all wait, until this is dropped.
pub(crate) struct Hanging {
    release: Option<mpsc::Sender<()>>,
    /// Kept: whoever begins late still says so.
    _begun: mpsc::Receiver<()>,
    threads: Vec<JoinHandle<()>>,
}

impl Hanging {
    /// Keeps every reader and writer of a test's database busy.
    pub(crate) fn of(db: &Db) -> Self {
        let (release, wait) = mpsc::channel::<()>();
        let wait = std::sync::Arc::new(std::sync::Mutex::new(wait));
        let (began, begun) = mpsc::channel();
        let mut threads = Vec::new();
        for n in 0..4 {
            let (db, wait, began) = (db.clone(), std::sync::Arc::clone(&wait), began.clone());
            threads.push(std::thread::spawn(move || {
                let hold = move || {
                    began.send(()).unwrap();
                    // Ends when the sender is dropped.
                    wait.lock().unwrap().recv().unwrap_or_default();
                    Ok::<(), Error>(())
                };
                let done = if n < 2 {
                    db.read_blocking("test.hang", move |_| hold())
                } else {
                    db.write_blocking("test.hang", move |_| hold())
                };
                drop(done);
            }));
        }
        // The readers are two; of SQLite's writers one writes at a time.
        let all = if format!("{:?}", db.engine()) == "Sqlite" { 3 } else { 4 };
        for _ in 0..all {
            begun.recv().unwrap();
        }
        Self { release: Some(release), _begun: begun, threads }
    }
}

impl Drop for Hanging {
    fn drop(&mut self) {
        self.release = None;
        for thread in self.threads.drain(..) {
            drop(thread.join());
        }
    }
}

#[test]
fn every_sentence_is_there_and_used() {
    assert_eq!(WORDS.faults(), Vec::<String>::new());
    let faults = firebell_testkit::words::audit(env!("CARGO_MANIFEST_DIR"), "people-", |tag| {
        WORDS.text(tag)
    });
    assert_eq!(faults, Vec::<String>::new());
}
