//! The pages as people meet them, on both engines.

mod configuration;
mod licences;
mod operator;

use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Mutex, PoisonError};

use firebell_config::document::{self, Document, Mode};
use firebell_config::{Author, Authority, EntitlementChange, Intent};
use firebell_domain::directory::Directory;
use firebell_domain::instance::{InstanceNo, Region};
use firebell_domain::licence::{Allotment, Enforcement, Entitlement};
use firebell_domain::person::LicenceType;
use firebell_sql::{Db, Target};
use firebell_store::Error;
use firebell_testkit::pages::Pages;
use firebell_testkit::postgres::TestEngine;

use crate::words::WORDS;

/// Hostile names, as far as an instance takes them.
const HOSTILE: &str = "<script>alert(1)</script>";

async fn pages(engine: TestEngine) -> Pages {
    Pages::new(engine, crate::router()).await
}

/// The same pages, with another setting.
fn operated_by(pages: Pages, instance: &str) -> Pages {
    let name = instance.to_owned();
    pages.with(crate::router(), |parts| parts.operator_instance = Some(name))
}

/// The same pages, whose database is away.
fn away(pages: Pages) -> Pages {
    let target = Target::parse("postgresql://ann:secret@127.0.0.1:1/firebell").unwrap();
    pages.with(crate::router(), |parts| {
        parts.db = Db::away(target);
        let (db, snapshots) = (parts.db.clone(), parts.snapshots.clone());
        parts.authority = Authority::new(db, snapshots, parts.random.clone());
    })
}

/// Keeps every thread that reads busy, until it is dropped.
struct Blocked(#[expect(dead_code, reason = "dropping it lets them go")] Sender<()>);

fn blocked(pages: &Pages) -> Blocked {
    let (hold, let_go) = channel::<()>();
    let (told, begun) = channel::<()>();
    let let_go: Arc<Mutex<Receiver<()>>> = Arc::new(Mutex::new(let_go));
    // The engines under test have two threads that read.
    for _ in 0..2 {
        let (db, let_go, told) = (pages.ui.db.clone(), Arc::clone(&let_go), told.clone());
        std::thread::spawn(move || {
            db.read_blocking("test.block", move |_| {
                told.send(()).ok();
                let waiting = let_go.lock().unwrap_or_else(PoisonError::into_inner);
                waiting.recv().ok();
                Ok::<_, Error>(())
            })
        });
    }
    begun.recv().unwrap();
    // The second waits for the lock of the first, inside of its transaction.
    begun.recv().unwrap();
    Blocked(hold)
}

/// A second instance: `eve` is its Full Access User. Sample data.
async fn second(pages: &Pages) -> Arc<Directory> {
    let (authority, now) = (&pages.world.authority, pages.world.now());
    let by = Author::new("test", "a second instance");
    let made = authority.create_instance("other", Region::Na, &by, now).await.unwrap();
    let text = "version: 1\npeople:\n  - { targetName: eve, firstName: Eve, lastName: Elsewhere, \
                roles: [Full Access User], timezone: Europe/Oslo }\n";
    let document = Document::parse(text).unwrap();
    let no = made.instance.no;
    document::apply(authority, no, &by, document, Mode::Keep, now).await.unwrap();
    pages.world.snapshots.instance(no).unwrap()
}

/// What the sample is entitled to.
async fn entitle(pages: &Pages, change: EntitlementChange) {
    let by = Author::new("operator", "sample contract");
    let intent = Intent { approval: Some("a test".to_owned()), ..Intent::from(&by) };
    let changes = vec![(pages.world.no, change)];
    let now = pages.world.now();
    pages.world.authority.set_entitlements(changes, intent, now).await.unwrap();
}

fn limited(seats: u32) -> Entitlement {
    Entitlement {
        allotment: Allotment::Limited(seats),
        enforcement: Enforcement::Hard,
        ..Entitlement::unlimited(LicenceType::FullUser)
    }
}

fn allotted(pages: &Pages, no: InstanceNo) -> Option<Allotment> {
    let directory = pages.world.snapshots.instance(no).unwrap();
    directory.entitlement(LicenceType::FullUser).map(|one| one.allotment)
}

#[test]
fn every_word_is_there_and_used() {
    assert_eq!(WORDS.faults(), Vec::<String>::new());
    let faults = firebell_testkit::words::audit(env!("CARGO_MANIFEST_DIR"), "control-", |tag| {
        (tag == "en").then_some(include_str!("../locales/en.ftl"))
    });
    assert_eq!(faults, Vec::<String>::new());
}

/// Every page for administrators, and every one for operators.
fn places(pages: &Pages) -> (Vec<String>, Vec<String>) {
    let instance = pages.directory().instance.id;
    let ann = pages.person("ada");
    let own = [
        "/licences".to_owned(),
        "/licences/holders".to_owned(),
        "/licences/history".to_owned(),
        "/licences/why".to_owned(),
        format!("/licences/why?person={ann}"),
        "/licences/ask".to_owned(),
        "/configuration".to_owned(),
        "/configuration/revisions/1.2".to_owned(),
        format!("/configuration/entities/person/{ann}"),
        "/configuration/at?revision=1.2".to_owned(),
        "/configuration/export".to_owned(),
        "/configuration/check".to_owned(),
        "/configuration/audit".to_owned(),
        "/configuration/audit/chain".to_owned(),
    ];
    let all = [
        "/operator".to_owned(),
        "/operator/new".to_owned(),
        format!("/operator/instances/{instance}"),
        format!("/operator/instances/{instance}/FULL_USER"),
        "/operator/nodes".to_owned(),
        "/operator/audit".to_owned(),
        "/operator/audit/chain".to_owned(),
    ];
    (own.into(), all.into())
}

#[tokio::test]
async fn only_full_access_users_see_any_of_it() {
    for engine in TestEngine::ALL {
        let pages = pages(engine).await;
        let (own, all) = places(&pages);
        for path in own.iter().chain(&all) {
            let shown = pages.get("ada", path).await;
            assert_eq!(shown.status, 200, "{engine:?} {path}: {}", shown.html);
            for who in ["bo", "gil", "pia", "rea", "sten"] {
                let refused = pages.get(who, path).await;
                refused.is(403).says(&["Full Access User"]);
            }
            // To where one signs in.
            assert!([303, 401].contains(&pages.get("", path).await.status.as_u16()), "{path}");
        }
        for path in ["/configuration/check", "/operator/new", "/operator/nodes"] {
            for who in ["bo", "gil", "pia", "rea", "sten"] {
                pages.post(who, path, &[("name", "mine"), ("do", "create")]).await.is(403);
            }
        }
    }
}
