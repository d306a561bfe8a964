//! Nothing that happens to configuration and licences changes what people are told: the same events, answers
//! and time lead to the same alerts, messages, responses and timelines, whatever is broken beside them.
//!
//! The pipeline reads the configuration of a replica, as in a server; the authority works beside it, as in
//! another process. Every run makes the same random choices; in each but one something breaks on the way.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use firebell_base::{Clock, Random};
use firebell_channels::SendError;
use firebell_config::document::{self, Document, Mode};
use firebell_config::fresh::Cause;
use firebell_config::{Author, Authority, ConfigError, EntitlementChange, Intent, Snapshots};
use firebell_domain::alert::State as AlertState;
use firebell_domain::directory::Directory;
use firebell_domain::licence::{Allotment, Enforcement, Entitlement, held_in};
use firebell_domain::person::LicenceType;
use firebell_domain::response::Via;
use firebell_pipeline::respond::{Answer, Choice, StateChange};
use firebell_replica::{Replica, ReplicaHandle, Settings, SqlSource, State};
use firebell_sql::{Statement, WriteTx};
use firebell_store::{deliveries, events, notifications, responses};
use firebell_stories::{PAYMENTS, on_both_engines};
use firebell_testkit::postgres::TestEngine;
use firebell_testkit::world::World;
use tokio::sync::oneshot;

use crate::lying::{Lies, Lying};

on_both_engines! {
    a_removed_authority_changes_nothing
    a_corrupted_licence_store_changes_nothing
    a_quarantined_replica_changes_nothing
    a_replica_that_refuses_changes_nothing
    exhausted_licences_change_nothing
    expired_licences_change_nothing
    what_concerns_alerts_does_change_them
}

/// What is done in one run.
const STEPS: usize = 60;
/// The step before which something breaks.
const BREAKS: usize = 15;
/// Runs with different choices.
const SEEDS: [u64; 2] = [20_231_109, 7];
/// How long a replica may take to notice; it needs milliseconds.
const NOTICE: Duration = Duration::from_mins(1);

/// What breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    Nothing,
    AuthorityGone,
    LicencesCorrupt,
    Quarantine,
    Refusal,
    Exhausted,
    Expired,
    /// None: a change of configuration that concerns alerts, to see that it would show.
    OtherRecipients,
}

async fn a_removed_authority_changes_nothing(engine: TestEngine) {
    compare(engine, Fault::AuthorityGone).await;
}

async fn a_corrupted_licence_store_changes_nothing(engine: TestEngine) {
    compare(engine, Fault::LicencesCorrupt).await;
}

async fn a_quarantined_replica_changes_nothing(engine: TestEngine) {
    compare(engine, Fault::Quarantine).await;
}

async fn a_replica_that_refuses_changes_nothing(engine: TestEngine) {
    compare(engine, Fault::Refusal).await;
}

async fn exhausted_licences_change_nothing(engine: TestEngine) {
    compare(engine, Fault::Exhausted).await;
}

async fn expired_licences_change_nothing(engine: TestEngine) {
    compare(engine, Fault::Expired).await;
}

/// Without this the others would prove nothing.
async fn what_concerns_alerts_does_change_them(engine: TestEngine) {
    let [seed, _] = SEEDS;
    let usual = run(engine, Fault::Nothing, seed).await;
    assert_eq!(usual, run(engine, Fault::Nothing, seed).await, "the same run twice is the same");
    assert_ne!(usual, run(engine, Fault::OtherRecipients, seed).await);
}

async fn compare(engine: TestEngine, fault: Fault) {
    for seed in SEEDS {
        let healthy = run(engine, Fault::Nothing, seed).await;
        let broken = run(engine, fault, seed).await;
        for kind in ["alert", "timeline", "notification", "response", "delivery", "message"] {
            let there = healthy.iter().any(|line| line.starts_with(kind));
            assert!(there, "seed {seed}: no {kind} in {} lines", healthy.len());
        }
        let both = healthy.iter().zip(&broken);
        if let Some((n, (well, ill))) = both.enumerate().find(|(_, (well, ill))| well != ill) {
            panic!("{fault:?}, seed {seed}, line {n}:\n healthy: {well}\n broken:  {ill}");
        }
        assert_eq!(healthy.len(), broken.len(), "{fault:?}, seed {seed}: one has more");
    }
}

/// A world whose pipeline follows an authority elsewhere.
struct Cell {
    world: World,
    replica: ReplicaHandle,
    lies: Arc<Lies>,
    fault: Fault,
    random: Random,
    log: Vec<String>,
    _stop: oneshot::Sender<()>,
}

/// One run; returns everything that happened in it.
async fn run(engine: TestEngine, fault: Fault, seed: u64) -> Vec<String> {
    let mut cell = Cell::new(engine, fault, seed).await;
    for step in 0..STEPS {
        if step == BREAKS {
            cell.break_down().await;
        }
        cell.step(step).await;
    }
    cell.world.advance(300).await;
    cell.still_broken().await;
    cell.dump().await
}

impl Cell {
    async fn new(engine: TestEngine, fault: Fault, seed: u64) -> Self {
        let mut world = World::seeded(engine, PAYMENTS, seed).await;
        let elsewhere = Snapshots::load(&world.db).await.expect("a configuration");
        world.authority = Authority::new(world.db.clone(), elsewhere, Random::seeded(seed + 1));
        let lies = Arc::<Lies>::default();
        let source = Lying { source: SqlSource::new(world.db.clone()), lies: Arc::clone(&lies) };
        let random = Random::seeded(seed + 2);
        // It follows in real time, while the world's clock is turned by hand.
        let snapshots = world.snapshots.clone();
        let settings = Settings::default();
        let replica = Replica::new(snapshots, source, Clock::System, &random, settings);
        let (handle, (stop, stopped)) = (replica.handle(), oneshot::channel::<()>());
        #[expect(clippy::disallowed_methods, reason = "it ends with the test's runtime")]
        drop(tokio::spawn(replica.run(async { drop(stopped.await) })));
        let random = Random::seeded(seed + 3);
        let cell =
            Self { world, replica: handle, lies, fault, random, log: Vec::new(), _stop: stop };
        cell.until(|status| status == State::Ready).await;
        // Room for all who are added, in every run.
        cell.entitle(limited(100)).await;
        cell
    }

    /// Waits until the replica is in a state.
    async fn until(&self, wanted: impl Fn(State) -> bool) {
        let mut facts = self.replica.watch();
        let reached = facts.wait_for(|facts| wanted(facts.state));
        let reached = tokio::time::timeout(NOTICE, reached).await;
        assert!(reached.is_ok(), "{:?}: {:?}", self.fault, self.replica.status());
    }

    fn choose(&self, bound: u64) -> u64 {
        self.random.below(bound)
    }

    async fn step(&mut self, step: usize) {
        match self.choose(10) {
            0..4 => self.event(step).await,
            4..6 => self.answer().await,
            6 => self.state().await,
            7 => {
                let minutes = i64::try_from(1 + self.choose(7)).expect("small");
                self.world.advance(minutes).await;
            }
            8 => {
                let reason = "The mail server is busy.".to_owned();
                self.world.sent.refuse_next(SendError::Temporary { reason, retry_after: None });
            }
            _ => self.restart().await,
        }
        if step.is_multiple_of(5) {
            self.administer(step).await;
        }
    }

    async fn event(&mut self, step: usize) {
        let action = ["trigger", "trigger", "trigger", "acknowledge", "resolve"];
        let action = action[usize::try_from(self.choose(5)).expect("small")];
        let priority = ["LOW", "MEDIUM", "HIGH"][usize::try_from(self.choose(3)).expect("small")];
        let recipients = ["", r#", "recipients": ["bo"]"#, r#", "recipients": ["Empty", "ghost"]"#];
        let recipients = recipients[usize::try_from(self.choose(3)).expect("small")];
        let key = self.choose(6);
        let body = format!(
            r#"{{"summary": "Step {step}", "dedupKey": "key-{key}", "action": "{action}",
                "priority": "{priority}"{recipients}}}"#
        );
        self.world.send("Monitor", &body).await;
    }

    /// Somebody answers an alert, open or not.
    async fn answer(&mut self) {
        let alerts = self.world.alerts().await;
        let nth = self.choose(u64::try_from(alerts.len()).expect("small"));
        let Some(alert) = alerts.get(usize::try_from(nth).expect("small")) else { return };
        let name = ["akira", "bo", "mia"][usize::try_from(self.choose(3)).expect("small")];
        let person = self.world.directory().person_by_name(name).expect("there").id;
        let option = u8::try_from(1 + self.choose(3)).expect("small");
        let answer = Answer {
            instance: self.world.no,
            alert: alert.id,
            notification: None,
            person,
            choice: Choice::Option(option),
            comment: None,
            via: Via::Api,
        };
        let answered = self.world.responder.answer(answer).await;
        let line = answered.map(|answered| (answered.response.standing, answered.changed));
        self.log.push(format!("answer: {line:?}"));
        self.world.settle().await;
    }

    async fn state(&mut self) {
        let alerts = self.world.alerts().await;
        let open = alerts.iter().filter(|alert| alert.state != AlertState::Closed);
        let open: Vec<_> = open.map(|alert| alert.id).collect();
        let nth = usize::try_from(self.choose(7)).expect("small");
        let Some(alert) = open.get(nth % open.len().max(1)) else { return };
        let change = [StateChange::Suspend, StateChange::Resume, StateChange::End][nth % 3];
        let by = self.world.directory().person_by_name("mia").expect("there").id;
        let changed = self.world.responder.change_state(self.world.no, *alert, change, by).await;
        self.log
            .push(format!("state: {:?}", changed.map(|(alert, changed)| (alert.state, changed))));
        self.world.settle().await;
    }

    /// The process ends and starts again. Where rows are damaged it starts on them.
    async fn restart(&mut self) {
        if self.fault == Fault::LicencesCorrupt && self.is_broken().await {
            let loaded = Snapshots::load(&self.world.db).await.expect("what can be read");
            assert!(!loaded.health().is_empty(), "the damage is known");
            self.world.snapshots = loaded;
        }
        self.world.restart().await;
        self.world.settle().await;
    }

    /// Whether the licences are damaged by now.
    async fn is_broken(&self) -> bool {
        self.world.authority.verify().await.is_ok_and(|found| !found.damage.is_empty())
    }

    /// An administrator adds somebody whom no alert concerns.
    async fn administer(&mut self, step: usize) {
        let added = self.add(&format!("extra{step}")).await;
        if step < BREAKS {
            assert!(added.is_ok(), "{:?}, step {step}: {added:?}", self.fault);
            return;
        }
        let as_expected = match self.fault {
            Fault::Nothing | Fault::OtherRecipients | Fault::Quarantine | Fault::Refusal => {
                added.is_ok()
            }
            Fault::AuthorityGone => matches!(added, Err(ConfigError::Store(_))),
            // The counter says that all are taken, and twice: nobody believes it.
            Fault::LicencesCorrupt => {
                matches!(added, Err(ConfigError::Unconfirmed(Cause::Drift)))
            }
            Fault::Exhausted | Fault::Expired => matches!(added, Err(ConfigError::Denied(_))),
        };
        assert!(as_expected, "{:?}, step {step}: {added:?}", self.fault);
    }

    async fn add(&self, name: &str) -> Result<(), ConfigError> {
        let text = format!(
            "version: 1\npeople:\n  - {{targetName: {name}, firstName: Extra, lastName: Sample, \
             roles: [Standard User]}}\n"
        );
        let document = Document::parse(&text).expect("a document");
        let (by, now) = (Author::new("test", "one more"), self.world.now());
        let world = &self.world;
        document::apply(&world.authority, world.no, &by, document, Mode::Keep, now).await.map(drop)
    }

    async fn break_down(&mut self) {
        match self.fault {
            Fault::Nothing => {}
            Fault::AuthorityGone => {
                self.sql(&["alter table config_head rename to config_head_that_was"]).await;
                self.until(|state| state == State::Lagging || state == State::StaleServing).await;
            }
            Fault::LicencesCorrupt => {
                self.sql(&[
                    "update seat_counters set held = 9999",
                    "delete from seats",
                    "update config_entities set body = '{\"v\":1' where kind = 'entitlement'",
                ])
                .await;
                self.replica.resync();
                self.until_refused().await;
            }
            Fault::Quarantine => {
                self.lies.root.store(true, Ordering::SeqCst);
                self.until(|state| state == State::Quarantined).await;
            }
            Fault::Refusal => {
                self.lies.poison.store(true, Ordering::SeqCst);
                self.add("poison").await.expect("added");
                self.until_refused().await;
            }
            Fault::Exhausted => {
                let newest = self.newest().await;
                self.entitle(limited(held_in(&newest, LicenceType::FullUser))).await;
            }
            Fault::Expired => {
                let valid_until = Some(self.world.now());
                let unlimited = Entitlement::unlimited(LicenceType::FullUser);
                self.entitle(Entitlement { valid_until, ..unlimited }).await;
            }
            Fault::OtherRecipients => {
                self.world.apply("forms: [{name: Outage, recipients: [mia]}]").await;
                let head = self.newest().await.revision;
                assert!(self.replica.wait_for(head, NOTICE).await, "the replica takes it");
            }
        }
    }

    /// What broke was not healed meanwhile: the comparison would say nothing.
    async fn still_broken(&self) {
        let status = self.replica.status();
        match self.fault {
            Fault::Nothing | Fault::OtherRecipients => assert!(status.nack.is_none(), "{status:?}"),
            Fault::AuthorityGone => assert!(!self.replica.is_fresh(), "{status:?}"),
            Fault::LicencesCorrupt => assert!(self.is_broken().await),
            Fault::Quarantine => assert_eq!(status.state, State::Quarantined, "{status:?}"),
            Fault::Refusal => assert!(status.nack.is_some(), "{status:?}"),
            Fault::Exhausted | Fault::Expired => {
                let head = self.newest().await.revision;
                assert!(self.replica.wait_for(head, NOTICE).await, "the replica takes it");
            }
        }
    }

    async fn newest(&self) -> Arc<Directory> {
        let loaded = Snapshots::load(&self.world.db).await.expect("a configuration");
        loaded.instance(self.world.no).expect("the instance")
    }

    async fn until_refused(&self) {
        let mut facts = self.replica.watch();
        let refused = facts.wait_for(|facts| facts.nack.is_some());
        let refused = tokio::time::timeout(NOTICE, refused).await;
        assert!(refused.is_ok(), "{:?}", self.replica.status());
        assert!(self.replica.status().state.serves(), "what was served is served on");
    }

    async fn entitle(&self, entitlement: Entitlement) {
        let intent = Intent {
            approval: Some("a test".to_owned()),
            ..Intent::from(&Author::new("operator", "the contract"))
        };
        let changes = vec![(self.world.no, EntitlementChange::Set(entitlement))];
        let set = self.world.authority.set_entitlements(changes, intent, self.world.now()).await;
        let head = set.expect("set").revision;
        assert!(self.replica.wait_for(head, NOTICE).await, "the replica takes it");
    }

    async fn sql(&self, texts: &[&'static str]) {
        let texts = texts.to_vec();
        let damage = move |tx: &mut WriteTx<'_>| {
            for text in &texts {
                tx.execute(&Statement::new("test.damage", text), &[])?;
            }
            Ok::<_, firebell_sql::Error>(())
        };
        self.world.db.write("test.damage", damage).await.expect("damaged");
    }

    /// Everything that happened, in order, without what differs by chance.
    async fn dump(self) -> Vec<String> {
        let (world, no) = (&self.world, self.world.no);
        let mut lines = self.log;
        for alert in world.alerts().await {
            lines.push(format!("alert: {alert:?}"));
            for entry in world.timeline(&alert).await {
                lines.push(format!("timeline: {entry:?}"));
            }
            let id = alert.id;
            let read = world.db.read("test.dump", move |tx| {
                let notifications = notifications::of_alert(tx, no, id, 1000)?;
                let responses = responses::of_alert(tx, no, id, 1000)?;
                let deliveries = deliveries::of_alert(tx, no, id, 1000)?;
                Ok::<_, firebell_sql::Error>((notifications, responses, deliveries))
            });
            let (notifications, responses, deliveries) = read.await.expect("read");
            lines.extend(notifications.iter().map(|one| format!("notification: {one:?}")));
            lines.extend(responses.iter().map(|one| format!("response: {one:?}")));
            lines.extend(deliveries.iter().map(|one| format!("delivery: {one:?}")));
        }
        let recent = world.db.read("test.dump", move |tx| events::recent(tx, no, 1000, 0)).await;
        lines.push(format!("events: {:?}", recent.expect("read")));
        lines.extend(world.sent.messages().iter().map(|one| format!("message: {one:?}")));
        lines.push(format!("attempts: {:?}", world.sent.attempts()));
        numbered(lines)
    }
}

/// So many licences, and nobody more.
fn limited(seats: u32) -> Entitlement {
    let unlimited = Entitlement::unlimited(LicenceType::FullUser);
    let (allotment, enforcement) = (Allotment::Limited(seats), Enforcement::Hard);
    Entitlement { allotment, enforcement, ..unlimited }
}

/// Ids replaced by the order in which they appear.
fn numbered(lines: Vec<String>) -> Vec<String> {
    const LENGTH: usize = 36;
    let mut known: BTreeMap<String, usize> = BTreeMap::new();
    let mut number = |line: String| {
        let (mut out, mut rest) = (String::new(), line.as_str());
        while let Some(first) = rest.chars().next() {
            if let Some(id) = rest.get(..LENGTH).filter(|part| is_id(part)) {
                let next = known.len();
                let n = *known.entry(id.to_owned()).or_insert(next);
                out = format!("{out}#{n}");
                rest = &rest[LENGTH..];
            } else {
                out.push(first);
                rest = &rest[first.len_utf8()..];
            }
        }
        out
    };
    lines.into_iter().map(&mut number).collect()
}

fn is_id(text: &str) -> bool {
    text.bytes().enumerate().all(|(at, byte)| match at {
        8 | 13 | 18 | 23 => byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    })
}
