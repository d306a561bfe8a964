//! Several servers on one database, without their processes: each has its own connection, its own replica and
//! its own doors, and what it hears of the others can be cut off. Their common clock is turned by hand.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use firebell_access::link::LinkKey;
use firebell_access::{Authenticator, Sessions, password};
use firebell_api::Api;
use firebell_api::state::{ApiState, Hashing, Inner};
use firebell_base::time::{ManualClock, add_micros, add_seconds};
use firebell_base::{Clock, Random, Timestamp};
use firebell_channels::Registry;
use firebell_config::document::{self, Document, Mode};
use firebell_config::feed::{Deltas, Head, SnapshotPage, Source, SourceError};
use firebell_config::{Author, Authority, Change, EntitlementChange, Intent, Snapshots};
use firebell_domain::credential::Password;
use firebell_domain::directory::{Directory, Entity, Revision};
use firebell_domain::instance::{InstanceNo, Region};
use firebell_domain::licence::{Allotment, Enforcement, Entitlement};
use firebell_domain::person::LicenceType;
use firebell_pipeline::{Links, Parts, Pipeline};
use firebell_replica::{Replica, ReplicaHandle, Settings, SqlSource, State};
use firebell_sql::{Config, Db, Target};
use firebell_store::migrations;
use firebell_testkit::postgres::{DbGuard, TestEngine, fresh_target};
use firebell_testkit::world::START;
use http::{HeaderMap, Request};
use serde_json::{Value, json};
use tokio::sync::oneshot;
use tower::ServiceExt as _;

/// Everybody's password.
pub(crate) const PASSWORD: &str = "correct horse battery";
/// The largest answer, in bytes.
const ANSWER_MAX: usize = 1 << 24;
/// How often a replica gets its turn until something is given up, and how far the clock moves each time.
const TURNS_MAX: usize = 3000;
const TURN_MICROS: i64 = 25_000;
/// How long it may take in its turn, in real time.
const TURN_TIME: Duration = Duration::from_millis(20);

/// A database, and the clock of all its servers.
pub(crate) struct Servers {
    pub(crate) clock: ManualClock,
    target: Target,
    _guard: DbGuard,
}

/// One of them.
pub(crate) struct Server {
    pub(crate) db: Db,
    pub(crate) snapshots: Snapshots,
    pub(crate) authority: Authority,
    pub(crate) replica: ReplicaHandle,
    clock: ManualClock,
    deaf: Arc<AtomicBool>,
    router: Router,
    _stop: oneshot::Sender<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.db.close();
    }
}

impl Servers {
    /// An empty database.
    pub(crate) fn new(engine: TestEngine) -> Self {
        let (target, guard) = fresh_target(engine);
        let clock = ManualClock::at(START.parse().expect("an instant"));
        let db = Db::open(&Config::new(target.clone())).expect("the database opens");
        let now = clock.now().as_microsecond();
        firebell_sql::migrate(&db, migrations::migrations(), now).expect("migrates");
        db.close();
        Self { clock, target, _guard: guard }
    }

    /// One more server, which hears everything.
    pub(crate) async fn start(&self, seed: u64) -> Server {
        let mut config = Config::new(self.target.clone());
        (config.readers, config.writers) = (2, 2);
        let db = Db::open(&config).expect("the database opens");
        let (random, clock) = (Random::seeded(seed), Clock::Manual(self.clock.clone()));
        let snapshots = Snapshots::load(&db).await.expect("a configuration");
        let authority = Authority::new(db.clone(), snapshots.clone(), random.clone());
        let deaf = Arc::<AtomicBool>::default();
        let source = Ear { source: SqlSource::new(db.clone()), deaf: Arc::clone(&deaf) };
        let settings = Settings::default();
        let replica = Replica::new(snapshots.clone(), source, clock.clone(), &random, settings);
        let (handle, (stop, stopped)) = (replica.handle(), oneshot::channel::<()>());
        #[expect(clippy::disallowed_methods, reason = "it ends with the test's runtime")]
        drop(tokio::spawn(replica.run(async { drop(stopped.await) })));
        let fresh = handle.clone();
        let authenticator = Authenticator::new(&random)
            .with_sessions(Sessions::new(&LinkKey::new([7; 32])))
            .with_freshness(Arc::new(move || fresh.is_fresh()));
        let pipeline = Pipeline::open(Parts {
            db: db.clone(),
            snapshots: snapshots.clone(),
            registry: Registry::new(),
            links: Links {
                public_url: "http://firebell.example".to_owned(),
                key: LinkKey::new([7; 32]),
            },
            clock: clock.clone(),
            random: random.clone(),
            owner: format!("server {seed}"),
        });
        let pipeline = pipeline.await.expect("the pipeline opens");
        let api = Api::new(ApiState::new(Inner {
            db: db.clone(),
            snapshots: snapshots.clone(),
            authority: authority.clone(),
            intake: pipeline.intake,
            responder: pipeline.responder,
            metrics: pipeline.metrics,
            authenticator: Arc::new(authenticator),
            clock,
            random,
            hashing: Hashing::default(),
            replica: Some(handle.clone()),
            feed_token: None,
        }));
        let router = Router::from(api);
        let clock = self.clock.clone();
        let server =
            Server { db, snapshots, authority, replica: handle, clock, deaf, router, _stop: stop };
        server.until(|server| server.replica.status().state == State::Ready).await;
        server
    }

    /// Turns the clock on.
    pub(crate) fn pass(&self, seconds: i64) {
        self.clock.set(add_seconds(self.clock.now(), seconds));
    }
}

impl Server {
    /// Gives its replica turns until something is so.
    pub(crate) async fn until(&self, is_so: impl Fn(&Self) -> bool) {
        let mut facts = self.replica.watch();
        for _ in 0..TURNS_MAX {
            facts.mark_unchanged();
            if is_so(self) {
                return;
            }
            self.clock.set(add_micros(self.clock.now(), TURN_MICROS));
            drop(tokio::time::timeout(TURN_TIME, facts.changed()).await);
        }
        panic!("it does not come: {:?}", self.replica.status());
    }

    /// Until it has a revision and is sure that there is no newer one.
    pub(crate) async fn until_at(&self, revision: Revision) {
        self.until(|server| server.snapshots.revision() >= revision && server.replica.is_fresh())
            .await;
    }

    /// Hears nothing of the others from now on.
    pub(crate) fn close_ears(&self) {
        self.deaf.store(true, Ordering::SeqCst);
    }

    /// An instance with an administrator, `admin`.
    pub(crate) async fn instance(&self, name: &str) -> InstanceNo {
        let (by, now) = (Author::new("test", "set up"), self.clock.now());
        let made = self.authority.create_instance(name, Region::Emea, &by, now).await;
        let no = made.expect("an instance").instance.no;
        self.people(no, &["admin".to_owned()], "Full Access User").await;
        no
    }

    /// People who can sign in, in one revision.
    pub(crate) async fn people(&self, no: InstanceNo, names: &[String], role: &str) -> Revision {
        let people: Vec<Value> = names
            .iter()
            .map(|name| {
                json!({ "targetName": name, "firstName": "Sample", "lastName": name,
                    "roles": [role] })
            })
            .collect();
        let text = json!({ "version": 1, "people": people }).to_string();
        let document = Document::parse(&text).unwrap_or_else(|faults| panic!("{faults}"));
        let (by, now) = (Author::new("test", "set up"), self.clock.now());
        document::apply(&self.authority, no, &by, document, Mode::Keep, now)
            .await
            .expect("applied");
        // One hash for all of them: a password costs a moment.
        let hash = password::hash(PASSWORD, &Random::seeded(1)).expect("a hash");
        let names = names.to_vec();
        let set = move |directory: &Directory| {
            let person = |name: &String| directory.person_by_name(name).expect("there").id;
            let entity =
                |name| Entity::Password(Password { person: person(name), hash: hash.clone() });
            Ok(names.iter().map(|name| Change::Put(entity(name))).collect())
        };
        self.authority.change(no, &by, now, set).await.expect("passwords").revision
    }

    /// Sets what an instance is entitled to, as an operator who knows what they do.
    pub(crate) async fn entitle(&self, no: InstanceNo, entitlement: Entitlement) -> Revision {
        let intent = Intent {
            approval: Some("a test".to_owned()),
            ..Intent::from(&Author::new("operator", "the contract"))
        };
        let changes = vec![(no, EntitlementChange::Set(entitlement))];
        let set = self.authority.set_entitlements(changes, intent, self.clock.now()).await;
        set.expect("set").revision
    }

    /// Asks as somebody of an instance, with everybody's password.
    pub(crate) async fn ask(
        &self,
        who: (&str, &str),
        method: &str,
        path: &str,
        body: Value,
    ) -> Answer {
        let (instance, login) = who;
        let code = STANDARD.encode(format!("{login}:{PASSWORD}"));
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("authorization", format!("Basic {code}"))
            .header("x-firebell-instance", instance)
            .header("content-type", "application/json");
        let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
        let request = request.body(body).expect("a request");
        let response = self.router.clone().oneshot(request).await.expect("an answer");
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, ANSWER_MAX).await.expect("a body");
        let json = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Answer { status: parts.status.as_u16(), headers: parts.headers, json }
    }

    /// Adds somebody as an administrator does.
    pub(crate) async fn add(&self, who: (&str, &str), name: &str) -> Answer {
        let body = json!({ "targetName": name, "firstName": "Sample", "lastName": name,
            "roles": ["Standard User"] });
        self.ask(who, "POST", "/api/xm/1/people", body).await
    }

    /// Signs in, and asks who that is.
    pub(crate) async fn sign_in(&self, who: (&str, &str)) -> Answer {
        let (instance, login) = who;
        let body = json!({ "login": login, "password": PASSWORD });
        let path = format!("/t/{instance}/api/firebell/1/sign-in");
        self.ask(who, "POST", &path, body).await
    }

    /// What the quotas say of full users.
    pub(crate) async fn quotas(&self, who: (&str, &str)) -> Answer {
        self.ask(who, "GET", "/api/xm/1/people/license-quotas", Value::Null).await
    }
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    /// Null when the body is no JSON.
    pub(crate) json: Value,
}

impl Answer {
    /// A header's text; empty if it is not there.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// What is said to a person.
    pub(crate) fn message(&self) -> &str {
        self.json["message"].as_str().unwrap_or_default()
    }

    /// Checks that this is an error of this status and subcode.
    #[track_caller]
    pub(crate) fn is_error(&self, status: u16, subcode: &str) -> &Self {
        assert_eq!(self.status, status, "{self:?}");
        assert_eq!(self.json["subcode"], subcode, "{self:?}");
        self
    }
}

/// So many licences, and nobody more.
pub(crate) fn hard(seats: u32) -> Entitlement {
    let unlimited = Entitlement::unlimited(LicenceType::FullUser);
    let (allotment, enforcement) = (Allotment::Limited(seats), Enforcement::Hard);
    Entitlement { allotment, enforcement, ..unlimited }
}

/// The same, until an instant and some days of grace.
pub(crate) fn until(entitlement: Entitlement, end: Timestamp, grace_days: u16) -> Entitlement {
    Entitlement { valid_until: Some(end), grace_days, ..entitlement }
}

/// Names of sample people.
pub(crate) fn names(prefix: &str, count: usize) -> Vec<String> {
    (0..count).map(|n| format!("{prefix}{n}")).collect()
}

/// The database as heard by a server, or not.
struct Ear {
    source: SqlSource,
    deaf: Arc<AtomicBool>,
}

impl Ear {
    fn hears(&self) -> Result<(), SourceError> {
        if self.deaf.load(Ordering::SeqCst) { Err(SourceError::TimedOut) } else { Ok(()) }
    }
}

impl Source for Ear {
    async fn head(&self) -> Result<Head, SourceError> {
        self.hears()?;
        self.source.head().await
    }

    async fn snapshot(&self, from: InstanceNo) -> Result<SnapshotPage, SourceError> {
        self.hears()?;
        self.source.snapshot(from).await
    }

    async fn deltas(&self, after: Revision) -> Result<Deltas, SourceError> {
        self.hears()?;
        self.source.deltas(after).await
    }
}
