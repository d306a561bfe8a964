//! A whole pipeline on a temporary database, whose clock a test turns and whose messages it reads.
//!
//! Nothing runs in the background but the journal's writer: [`World::settle`] takes the engine's turns and sends
//! what is to be sent, and [`World::advance`] goes from one due instant to the next.
#![expect(clippy::expect_used, clippy::panic, reason = "test support: what fails is the test")]

use std::sync::{Arc, Mutex, PoisonError};

use firebell_access::link::LinkKey;
use firebell_base::time::{ManualClock, add_minutes};
use firebell_base::{Clock, Random, Timestamp};
use firebell_channels::{Address, Channel, Message, Receipt, Registry, SendError, Sending};
use firebell_config::document::{self, Document, Mode};
use firebell_config::{Author, Authority, Snapshots};
use firebell_domain::alert::Alert;
use firebell_domain::directory::Directory;
use firebell_domain::event::{Draft, RequestId};
use firebell_domain::instance::{InstanceNo, Region};
use firebell_domain::integration::Integration;
use firebell_domain::timeline::Entry;
use firebell_pipeline::deliver::Deliverer;
use firebell_pipeline::intake::{Intake, IntakeError};
use firebell_pipeline::live::Live;
use firebell_pipeline::metrics::Metrics;
use firebell_pipeline::respond::Responder;
use firebell_pipeline::{Engine, Links, Parts, Pipeline, Step, payload};
use firebell_sql::Db;
use firebell_store::{alert_list, migrations, timeline};

use crate::postgres::{DbGuard, TestEngine, fresh_db};

/// When every world begins: a Monday, 09:30 in Oslo.
pub const START: &str = "2026-03-02T08:30:00Z";

/// The most turns of one [`World::settle`]: more means that something goes round in circles.
const TURNS_MAX: usize = 10_000;

/// A pipeline under test.
pub struct World {
    /// The database.
    pub db: Db,
    /// The clock; turn it with [`World::advance`].
    pub clock: ManualClock,
    /// The configuration as the pipeline sees it.
    pub snapshots: Snapshots,
    /// Changes configuration.
    pub authority: Authority,
    /// The instance of the world.
    pub no: InstanceNo,
    /// Takes events in.
    pub intake: Intake,
    /// Takes answers in.
    pub responder: Responder,
    /// Counts.
    pub metrics: Metrics,
    /// Tells which alerts change.
    pub live: Live,
    /// What was sent.
    pub sent: Sent,
    engine: Engine,
    deliverer: Deliverer,
    /// Where the pipeline's ids come from.
    random: Random,
    /// Closes and removes the database.
    _guard: DbGuard,
}

impl World {
    /// A world with one instance, `sample`, configured by a document (YAML).
    pub async fn new(engine: TestEngine, document: &str) -> Self {
        Self::with(engine, document, [Random::System, Random::System]).await
    }

    /// The same world again for the same seed: what it was told in the same order gets the same ids.
    pub async fn seeded(engine: TestEngine, document: &str, seed: u64) -> Self {
        // The authority draws from its own: changes of configuration do not move the pipeline's ids.
        Self::with(engine, document, [Random::seeded(seed), Random::seeded(!seed)]).await
    }

    async fn with(engine: TestEngine, document: &str, [ids, random]: [Random; 2]) -> Self {
        let (db, guard) = fresh_db(engine);
        let clock = ManualClock::at(START.parse().expect("an instant"));
        let migrations = migrations::migrations();
        firebell_sql::migrate(&db, migrations, clock.now().as_microsecond()).expect("migrates");
        let snapshots = Snapshots::load(&db).await.expect("an empty configuration");
        let authority = Authority::new(db.clone(), snapshots.clone(), ids);
        let by = Author::new("test", "set up");
        let sample = authority.create_instance("sample", Region::Emea, &by, clock.now()).await;
        let no = sample.expect("an instance").instance.no;
        let sent = Sent::default();
        let (intake, responder, metrics, live, engine, deliverer) =
            open(&db, &snapshots, &clock, &random, &sent).await;
        let world = Self {
            db,
            clock,
            snapshots,
            authority,
            no,
            intake,
            responder,
            metrics,
            live,
            sent,
            engine,
            deliverer,
            random,
            _guard: guard,
        };
        world.apply(document).await;
        world
    }

    /// Applies a document to the world's instance.
    pub async fn apply(&self, document: &str) {
        let document = Document::parse(document).unwrap_or_else(|faults| panic!("{faults}"));
        let by = Author { name: "test".to_owned(), reason: "test".to_owned() };
        let now = self.clock.now();
        document::apply(&self.authority, self.no, &by, document, Mode::Keep, now)
            .await
            .unwrap_or_else(|error| panic!("{error}"));
    }

    /// Throws the running parts away, as a crash would, and starts new ones on the same database.
    pub async fn restart(&mut self) {
        let (intake, responder, metrics, live, engine, deliverer) =
            open(&self.db, &self.snapshots, &self.clock, &self.random, &self.sent).await;
        self.intake = intake;
        self.responder = responder;
        self.metrics = metrics;
        self.live = live;
        self.engine = engine;
        self.deliverer = deliverer;
    }

    /// The configuration now.
    pub fn directory(&self) -> Arc<Directory> {
        self.snapshots.instance(self.no).expect("the instance")
    }

    /// The integration with this name.
    pub fn integration(&self, name: &str) -> Integration {
        let directory = self.directory();
        let found = directory.integrations().find(|i| i.name.as_str() == name);
        (**found.expect("the integration")).clone()
    }

    /// Sends a payload through an integration's door, and settles.
    pub async fn send(&mut self, integration: &str, body: &str) -> RequestId {
        let request = self.accept(integration, body).await.expect("accepted");
        self.settle().await;
        request
    }

    /// Sends a payload without letting anything happen.
    pub async fn accept(&self, integration: &str, body: &str) -> Result<RequestId, IntakeError> {
        let integration = self.integration(integration);
        let drafts: Vec<Draft> =
            payload::parse(integration.format, body.as_bytes(), self.clock.now())
                .unwrap_or_else(|error| panic!("{error}"));
        self.intake.accept(self.no, &integration, drafts, body.as_bytes()).await
    }

    /// Takes one turn of the engine; what it hands over waits until the next [`World::settle`].
    pub async fn turn(&self) -> Step {
        self.engine.step().await.expect("a turn")
    }

    /// Lets everything happen that is due now; returns when something is due next.
    pub async fn settle(&mut self) -> Option<Timestamp> {
        for _ in 0..TURNS_MAX {
            let step = self.engine.step().await.expect("a turn");
            let sent = self.deliverer.drain().await;
            if !step.more && sent == 0 && step.sending == 0 {
                return step.next_due;
            }
        }
        panic!("the pipeline does not come to rest");
    }

    /// Moves the clock on, stopping at everything that becomes due on the way.
    pub async fn advance(&mut self, minutes: i64) {
        let end = add_minutes(self.clock.now(), minutes);
        loop {
            match self.settle().await {
                Some(due) if due <= end => self.clock.set(due.max(self.clock.now())),
                Some(_) | None => break,
            }
        }
        self.clock.set(end);
        self.settle().await;
    }

    /// The alerts of the instance, oldest first.
    pub async fn alerts(&self) -> Vec<Alert> {
        let no = self.no;
        let all = alert_list::Filter::default();
        let read =
            self.db.read("test.alerts", move |tx| alert_list::list(tx, no, &all, 1000, 0)).await;
        let mut alerts = read.expect("alerts").0;
        alerts.reverse();
        alerts
    }

    /// The only alert.
    pub async fn alert(&self) -> Alert {
        let mut alerts = self.alerts().await;
        assert_eq!(alerts.len(), 1, "{alerts:?}");
        alerts.remove(0)
    }

    /// An alert's timeline.
    pub async fn timeline(&self, alert: &Alert) -> Vec<Entry> {
        let (no, id) = (self.no, alert.id);
        let read = self.db.read("test.timeline", move |tx| timeline::of_alert(tx, no, id)).await;
        read.expect("a timeline")
    }

    /// Whether a sentence of the alert's timeline contains this text.
    pub async fn says(&self, alert: &Alert, text: &str) -> bool {
        self.timeline(alert).await.iter().any(|entry| entry.text().contains(text))
    }

    /// How often the clock has been read does not matter; this is what it shows.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }
}

async fn open(
    db: &Db,
    snapshots: &Snapshots,
    clock: &ManualClock,
    random: &Random,
    sent: &Sent,
) -> (Intake, Responder, Metrics, Live, Engine, Deliverer) {
    let mut registry = Registry::new();
    registry.add(Box::new(sent.clone()));
    let parts = Parts {
        db: db.clone(),
        snapshots: snapshots.clone(),
        registry,
        links: Links {
            public_url: "http://firebell.example".to_owned(),
            key: LinkKey::new([7; 32]),
        },
        clock: Clock::Manual(clock.clone()),
        random: random.clone(),
        owner: "test".to_owned(),
    };
    let pipeline = Pipeline::open(parts).await.expect("the pipeline opens");
    let Pipeline { intake, responder, live, metrics, writer, engine, deliverer } = pipeline;
    #[expect(clippy::disallowed_methods, reason = "it ends with its last handle, or the test")]
    let writer = tokio::spawn(writer.run());
    drop(writer);
    (intake, responder, metrics, live, engine, deliverer)
}

/// A channel that takes everything and remembers it.
#[derive(Clone, Default)]
pub struct Sent(Arc<Mutex<Recorded>>);

#[derive(Default)]
struct Recorded {
    messages: Vec<Message>,
    attempts: Vec<String>,
    refuse: Vec<SendError>,
    panics: usize,
}

impl Sent {
    /// Everything that was taken, oldest first.
    pub fn messages(&self) -> Vec<Message> {
        self.lock().messages.clone()
    }

    /// To whom, in order: "First Last", one per message.
    pub fn names(&self) -> Vec<String> {
        self.lock().messages.iter().map(|m| m.recipient_name.clone()).collect()
    }

    /// The idempotency keys of all attempts, taken or refused, in order.
    pub fn attempts(&self) -> Vec<String> {
        self.lock().attempts.clone()
    }

    /// Forgets what was taken.
    pub fn clear(&self) {
        *self.lock() = Recorded::default();
    }

    /// Refuses the next message in this way; several are used in order.
    pub fn refuse_next(&self, error: SendError) {
        self.lock().refuse.push(error);
    }

    /// Panics instead of sending, so many times.
    pub fn panic_next(&self, times: usize) {
        self.lock().panics = times;
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Recorded> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Channel for Sent {
    fn name(&self) -> &'static str {
        "recorder"
    }

    fn accepts(&self, _address: &Address) -> bool {
        true
    }

    fn send<'a>(&'a self, message: &'a Message) -> Sending<'a> {
        Box::pin(async move {
            let mut recorded = self.lock();
            recorded.attempts.push(message.key.clone());
            if recorded.panics > 0 {
                recorded.panics -= 1;
                panic!("a channel that panics, as the test asked");
            }
            if !recorded.refuse.is_empty() {
                return Err(recorded.refuse.remove(0));
            }
            recorded.messages.push(message.clone());
            let detail = "taken by the test".to_owned();
            Ok(Receipt { provider: "recorder".to_owned(), provider_id: None, detail })
        })
    }
}
