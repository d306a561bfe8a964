//! The incident for which this was built: a server that has not heard of the newest contract, an administrator
//! who adds somebody, and people who want to sign in. Once decided from what the server happens to know, as it
//! went wrong then; and as Firebell does it.

use std::time::Duration;

use firebell_config::fresh::Freshness;
use firebell_config::licences::{Free, Reconcile, last_known};
use firebell_config::{Author, Intent};
use firebell_domain::directory::Directory;
use firebell_domain::instance::InstanceNo;
use firebell_domain::licence::{Allotment, held_in};
use firebell_domain::person::LicenceType;
use firebell_stories::on_both_engines;
use firebell_testkit::postgres::TestEngine;
use serde_json::Value;

use crate::servers::{Answer, Server, Servers, hard, names};

on_both_engines! {
    a_server_left_behind_denies_nobody
    a_server_left_behind_and_alone_denies_nobody
    two_administrators_want_the_last_seat
}

const ADMIN: (&str, &str) = ("acme", "admin");

/// A server that knows everything, one that was left behind at a contract of 100 licences, all of them held, and
/// what happened since: 150 licences, 120 held, one of them by `late0`.
async fn left_behind(servers: &Servers) -> (Server, Server, InstanceNo) {
    let newest = servers.start(1).await;
    let acme = newest.instance("acme").await;
    newest.people(acme, &names("early", 99), "Standard User").await;
    let head = newest.entitle(acme, hard(100)).await;
    let behind = servers.start(2).await;
    behind.until_at(head).await;
    behind.close_ears();
    newest.entitle(acme, hard(150)).await;
    newest.people(acme, &names("late", 20), "Standard User").await;
    (newest, behind, acme)
}

/// What went wrong: the number of licences as this server remembers it, against how many are held.
fn naive_denial(known: &Directory, held: u32) -> bool {
    let allotment = known.entitlement(LicenceType::FullUser).map(|one| one.allotment);
    matches!(allotment, Some(Allotment::Limited(allotted)) if held >= allotted)
}

/// No refusal that a person could take for an answer.
#[track_caller]
fn says_unconfirmed(answer: &Answer, subcode: &str) {
    answer.is_error(503, subcode);
    assert!(!answer.header("retry-after").is_empty(), "{answer:?}");
    let message = answer.message();
    assert!(message.contains("could not be confirmed"), "{message}");
    for word in ["no such", "does not exist", "is wrong", "unknown", "limit", "maximum"] {
        assert!(!message.to_lowercase().contains(word), "{message}");
    }
}

async fn a_server_left_behind_denies_nobody(engine: TestEngine) {
    let servers = Servers::new(engine);
    let (newest, behind, acme) = left_behind(&servers).await;
    let held = held_in(&newest.snapshots.instance(acme).expect("acme"), LicenceType::FullUser);
    assert_eq!(held, 120);
    let known = behind.snapshots.instance(acme).expect("acme");
    assert!(known.person_by_name("late0").is_none(), "it was left behind");
    assert!(naive_denial(&known, held), "decided naively, thirty free licences are none");

    // What it remembers can be shown with its age, and is never confirmed, so never a denial.
    let remembered = last_known(Some(&known), Duration::from_secs(4), servers.clock.now());
    let Freshness::LastKnown { value, .. } = &remembered else { panic!("{remembered:?}") };
    let quota = value.of_type(LicenceType::FullUser).expect("full users");
    assert_eq!(quota.free(), Some(Free::Seats(0)), "it thinks that none is free");

    // After its lease it says itself that it decides nothing, and goes on telling people.
    servers.pass(4);
    let ready = behind.ask(ADMIN, "GET", "/readyz?scope=decision", Value::Null).await;
    assert_eq!(ready.status, 503, "{ready:?}");
    let reason = ready.json["reasons"][0].as_str().expect("a reason");
    assert!(reason.contains("may not be the newest"), "{reason}");
    let ready = behind.ask(ADMIN, "GET", "/readyz?scope=data-plane", Value::Null).await;
    assert_eq!(ready.status, 200, "{ready:?}");

    // Whoever it knows signs in; whoever it has not heard of is not told that they do not exist.
    assert_eq!(behind.sign_in(("acme", "early7")).await.status, 200);
    says_unconfirmed(&behind.sign_in(("acme", "late0")).await, "sign_in_unconfirmed");
    assert_eq!(newest.sign_in(("acme", "late0")).await.status, 200);

    // The numbers shown are the authority's, and so is the decision: there are thirty.
    let quotas = behind.quotas(ADMIN).await;
    assert_eq!(quotas.header("x-freshness"), "confirmed", "{quotas:?}");
    assert_eq!(quotas.json["fullUsers"]["total"], 150);
    assert_eq!(quotas.json["fullUsers"]["unused"], 30);
    let added = behind.add(ADMIN, "needed").await;
    assert_eq!(added.status, 201, "{added:?}");
    let books = newest.authority.quotas(acme, servers.clock.now()).await.expect("books");
    let books = books.value().of_type(LicenceType::FullUser).expect("full users").tally;
    assert_eq!((books.counter, books.ledger, books.people), (121, 121, 121));
}

async fn a_server_left_behind_and_alone_denies_nobody(engine: TestEngine) {
    let servers = Servers::new(engine);
    let (newest, behind, acme) = left_behind(&servers).await;
    newest.instance("globex").await;
    behind.db.close();
    servers.pass(4);
    for (who, subcode) in
        [(("acme", "late0"), "sign_in_unconfirmed"), (("globex", "admin"), "instance_unconfirmed")]
    {
        says_unconfirmed(&behind.sign_in(who).await, subcode);
    }
    for known in ["admin", "early0", "early98"] {
        assert_eq!(behind.sign_in(("acme", known)).await.status, 200, "{known}");
    }
    let added = behind.add(ADMIN, "needed").await;
    says_unconfirmed(&added, "licence_unconfirmed");
    assert!(added.message().contains("Nothing was changed"), "{added:?}");
    // What it shows, if anything, it does not confirm.
    let quotas = behind.quotas(ADMIN).await;
    assert_ne!(quotas.header("x-freshness"), "confirmed", "{quotas:?}");
    // Nothing came of it.
    let found = newest.authority.reconcile(
        acme,
        Reconcile::Check,
        Intent::from(&Author::new("operator", "a look")),
        servers.clock.now(),
    );
    let found = found.await.expect("looked at");
    assert_eq!(found.differing, 0, "{found:?}");
    assert_eq!(newest.quotas(ADMIN).await.json["fullUsers"]["active"], 120);
}

async fn two_administrators_want_the_last_seat(engine: TestEngine) {
    let servers = Servers::new(engine);
    let (newest, behind, acme) = left_behind(&servers).await;
    let head = newest.entitle(acme, hard(121)).await;
    // One of them sits at the server that knows less: that changes nothing for them.
    let (one, other) = tokio::join!(newest.add(ADMIN, "mine"), behind.add(ADMIN, "yours"));
    let mut both = [one, other];
    both.sort_by_key(|answer| answer.status);
    let [made, denied] = &both;
    assert_eq!(made.status, 201, "{made:?}");
    denied.is_error(409, "validation.person.license_limit_exceeded");
    assert_eq!(denied.header("x-freshness"), "confirmed");
    assert!(denied.message().contains("121 held"), "{denied:?}");
    let confirmed = denied.header("x-config-rev");
    assert_eq!(confirmed, made.header("x-config-rev"), "denied as of the seat that was taken");
    assert_ne!(confirmed, head.to_string());
    let books = newest.authority.quotas(acme, servers.clock.now()).await.expect("books");
    let books = books.value().of_type(LicenceType::FullUser).expect("full users").tally;
    assert_eq!((books.counter, books.ledger, books.people), (121, 121, 121));
}
