//! A router over a fresh database with two instances of the same make, driven by hand. The people
//! are invented.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use firebell_access::link::LinkKey;
use firebell_access::{Authenticator, keys, password};
use firebell_base::time::ManualClock;
use firebell_base::{Clock, Id, Random, Secret, Timestamp};
use firebell_channels::Registry;
use firebell_config::{Author, Authority, Change, Snapshots};
use firebell_domain::alert::Priority;
use firebell_domain::credential::{ApiKey, ApiKeyId, Password};
use firebell_domain::device::{Address, Device};
use firebell_domain::directory::{Directory, Entity};
use firebell_domain::form::{Form, Templates, default_options};
use firebell_domain::group::{Group, GroupType};
use firebell_domain::instance::Region;
use firebell_domain::integration::{Format, Integration};
use firebell_domain::name::Name;
use firebell_domain::person::{LicenceType, Person, Role, Status};
use firebell_domain::recipient::Recipient;
use firebell_domain::schedule::{Pattern, Recurrence, Zone};
use firebell_domain::shift::{EscalationType, Shift, ShiftMember};
use firebell_pipeline::deliver::Deliverer;
use firebell_pipeline::{Engine, Links, Parts, Pipeline};
use firebell_replica::ReplicaHandle;
use firebell_sql::migrate;
use firebell_store::migrations::migrations;
use firebell_testkit::postgres::{DbGuard, TestEngine, fresh_db};
use http::{HeaderMap, Request, StatusCode};
use serde_json::Value;
use tower::ServiceExt as _;

use crate::caller::INSTANCE_HEADER;
use crate::state::{ApiState, Hashing, Inner};

/// Everybody's password.
pub(crate) const PASSWORD: &str = "correct horse battery";
/// With what nodes may follow.
pub(crate) const FEED_TOKEN: &str = "fbn_sample_token_of_a_node";
/// When the story begins: a Monday.
pub(crate) const START: &str = "2026-03-02T08:00:00Z";

/// People and integrations of an instance, by their places in its id space.
pub(crate) mod who {
    pub(crate) const ADMIN: u128 = 1;
    pub(crate) const ANN: u128 = 2;
    pub(crate) const READER: u128 = 3;
    pub(crate) const STAKE: u128 = 4;
    pub(crate) const ROBOT: u128 = 5;
    pub(crate) const MAIL: u128 = 10;
    pub(crate) const OPS: u128 = 20;
    pub(crate) const ALWAYS: u128 = 21;
    pub(crate) const FORM: u128 = 30;
    pub(crate) const GENERIC: u128 = 40;
    pub(crate) const PROM: u128 = 41;
    pub(crate) const KEY: u128 = 50;
}

/// The world. Drop it last: it holds the database.
pub(crate) struct World {
    pub(crate) router: Router,
    pub(crate) state: ApiState,
    pub(crate) clock: ManualClock,
    engine: Engine,
    deliverer: Deliverer,
    _guard: DbGuard,
}

/// An id of instance 1 (acme) or 2 (globex).
pub(crate) fn id<T>(instance: u128, place: u128) -> Id<T> {
    Id::from_bytes((instance * 1_000 + place).to_be_bytes())
}

/// The key of an integration.
pub(crate) fn key(instance: u128, place: u128) -> String {
    format!("fbk_sample_key_{instance}_{place}_0123456789")
}

/// The secret of the admin's API key.
pub(crate) fn secret(instance: u128) -> String {
    format!("fbs_sample_secret_{instance}")
}

fn name(text: &str) -> Name {
    Name::parse(text).expect("a name")
}

fn at(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

impl World {
    pub(crate) async fn open(engine: TestEngine) -> Self {
        let (db, guard) = fresh_db(engine);
        migrate(&db, migrations(), 0).expect("migrations");
        let clock = ManualClock::at(at(START));
        let (now, random) = (clock.now(), Random::seeded(7));
        let snapshots = Snapshots::load(&db).await.expect("snapshots");
        let authority = Authority::new(db.clone(), snapshots.clone(), random.clone());
        for (number, called) in [(1, "acme"), (2, "globex")] {
            let made = authority
                .create_instance(called, Region::Emea, &Author::new("test", "set up"), now)
                .await
                .expect(called);
            let entities = entities(number, now);
            let put = move |_: &Directory| Ok(entities.iter().cloned().map(Change::Put).collect());
            let by = Author { name: "test".to_owned(), reason: "sample".to_owned() };
            authority.change(made.instance.no, &by, now, put).await.expect("a configuration");
        }
        let key = LinkKey::new([9; 32]);
        let parts = Parts {
            db: db.clone(),
            snapshots: snapshots.clone(),
            registry: Registry::new(),
            links: Links { public_url: "http://127.0.0.1".to_owned(), key },
            clock: Clock::Manual(clock.clone()),
            random: random.clone(),
            owner: "test".to_owned(),
        };
        let pipeline = Pipeline::open(parts).await.expect("a pipeline");
        #[expect(clippy::disallowed_methods, reason = "the test's runtime ends with the test")]
        drop(tokio::spawn(pipeline.writer.run()));
        let state = ApiState::new(Inner {
            db,
            snapshots,
            authority,
            intake: pipeline.intake,
            responder: pipeline.responder,
            metrics: pipeline.metrics,
            authenticator: Arc::new(Authenticator::new(&random)),
            clock: Clock::Manual(clock.clone()),
            random,
            hashing: Hashing::default(),
            replica: None,
            feed_token: Some(Secret::new(FEED_TOKEN)),
        });
        let router = Router::from(crate::Api::new(state.clone()));
        let (engine, deliverer) = (pipeline.engine, pipeline.deliverer);
        Self { router, state, clock, engine, deliverer, _guard: guard }
    }

    /// Answers as a process whose configuration this replica keeps fresh.
    pub(crate) fn follow(&mut self, replica: ReplicaHandle) {
        let inner = Inner { replica: Some(replica), ..self.inner() };
        self.serve(inner);
    }

    /// Answers as a process that lets no node follow.
    pub(crate) fn without_feed(&mut self) {
        let inner = Inner { feed_token: None, ..self.inner() };
        self.serve(inner);
    }

    /// What another process on the same database shares.
    pub(crate) async fn twin(&self) -> ApiState {
        let db = self.state.db.clone();
        let snapshots = Snapshots::load(&db).await.expect("snapshots");
        let authority = Authority::new(db, snapshots.clone(), Random::seeded(17));
        ApiState::new(Inner { snapshots, authority, ..self.inner() })
    }

    fn serve(&mut self, inner: Inner) {
        self.state = ApiState::new(inner);
        self.router = Router::from(crate::Api::new(self.state.clone()));
    }

    /// What this world's handlers share, for others to share.
    fn inner(&self) -> Inner {
        let of = &self.state;
        Inner {
            db: of.db.clone(),
            snapshots: of.snapshots.clone(),
            authority: of.authority.clone(),
            intake: of.intake.clone(),
            responder: of.responder.clone(),
            metrics: Arc::clone(&of.metrics),
            authenticator: Arc::clone(&of.authenticator),
            clock: of.clock.clone(),
            random: of.random.clone(),
            hashing: Hashing::default(),
            replica: of.replica.clone(),
            feed_token: of.feed_token.clone(),
        }
    }

    /// Lets the pipeline do what is due.
    pub(crate) async fn settle(&mut self) {
        loop {
            let step = self.engine.step().await.expect("a turn");
            self.deliverer.drain().await;
            if !step.more && step.sending == 0 {
                return;
            }
        }
    }

    /// Sends a trigger to acme's generic integration and lets the alert be made.
    pub(crate) async fn alert(&mut self, summary: &str) -> Value {
        let body = serde_json::json!({ "summary": summary, "properties": { "host": "db-1" } });
        let answer = self.post(&trigger(1, who::GENERIC), &body).bearer(&key(1, who::GENERIC));
        let answer = answer.send().await;
        assert_eq!(answer.status, 202, "{answer:?}");
        self.settle().await;
        let path = format!(
            "/api/firebell/1/alerts?requestId={}",
            answer.json["requestId"].as_str().expect("an id")
        );
        self.get(&path).login("admin").send().await.json["data"][0].clone()
    }

    pub(crate) fn get(&self, path: &str) -> Ask<'_> {
        Ask::new(self, "GET", path)
    }

    pub(crate) fn delete(&self, path: &str) -> Ask<'_> {
        Ask::new(self, "DELETE", path)
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Ask<'_> {
        let ask = Ask::new(self, "POST", path).header("content-type", "application/json");
        Ask { body: Body::from(body.to_string()), ..ask }
    }
}

/// The path of an integration's trigger.
pub(crate) fn trigger(instance: u128, place: u128) -> String {
    format!("/api/integration/1/functions/{}/triggers", id::<Integration>(instance, place))
}

/// A request in the making.
pub(crate) struct Ask<'w> {
    router: &'w Router,
    method: String,
    path: String,
    headers: Vec<(String, String)>,
    pub(crate) body: Body,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
    /// Null when the body is no JSON.
    pub(crate) json: Value,
    pub(crate) bytes: Vec<u8>,
}

impl<'w> Ask<'w> {
    pub(crate) fn new(world: &'w World, method: &str, path: &str) -> Self {
        let (method, path) = (method.to_owned(), path.to_owned());
        let router = &world.router;
        Self { router, method, path, headers: Vec::new(), body: Body::empty() }
    }

    /// Of another process.
    pub(crate) fn at(self, router: &'w Router) -> Self {
        Self { router, ..self }
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn basic(self, user: &str, password: &str) -> Self {
        let code = STANDARD.encode(format!("{user}:{password}"));
        self.header("authorization", &format!("Basic {code}"))
    }

    pub(crate) fn bearer(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }

    /// As this person of acme.
    pub(crate) fn login(self, user: &str) -> Self {
        self.basic(user, PASSWORD).header(INSTANCE_HEADER, "acme")
    }

    /// With the API key of an instance's admin.
    pub(crate) fn key(self, instance: u128) -> Self {
        let user = keys::api_key_user(id::<ApiKey>(instance, who::KEY));
        self.basic(&user, &secret(instance))
    }

    pub(crate) fn raw(self, body: impl Into<Body>) -> Self {
        Self { body: body.into(), ..self }
    }

    pub(crate) async fn send(self) -> Answer {
        let mut request = Request::builder().method(self.method.as_str()).uri(&self.path);
        for (name, value) in self.headers {
            request = request.header(name, value);
        }
        let request = request.body(self.body).expect("a request");
        let response = self.router.clone().oneshot(request).await.expect("an answer");
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, 16 << 20).await.expect("a body");
        let body = String::from_utf8_lossy(&bytes).into_owned();
        let json = serde_json::from_str(&body).unwrap_or(Value::Null);
        let bytes = bytes.to_vec();
        Answer { status: parts.status, headers: parts.headers, body, json, bytes }
    }
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// Checks that this is an error envelope of this status.
    #[track_caller]
    pub(crate) fn is_error(&self, status: u16) -> &Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.body);
        assert_eq!(self.json["code"], status, "{}", self.body);
        assert!(self.json["reason"].is_string() && self.json["message"].is_string());
        assert_eq!(self.header("content-type"), "application/json;charset=utf-8");
        self
    }
}

/// One instance's configuration.
fn entities(instance: u128, now: Timestamp) -> Vec<Entity> {
    let hash = password::hash(PASSWORD, &Random::seeded(1)).expect("a hash");
    let people = [
        (who::ADMIN, "admin", Role::FullAccessUser, LicenceType::FullUser),
        (who::ANN, "ann", Role::StandardUser, LicenceType::FullUser),
        (who::READER, "reader", Role::ReadOnlyUser, LicenceType::FullUser),
        (who::STAKE, "stake", Role::StandardUser, LicenceType::StakeholderUser),
        (who::ROBOT, "robot", Role::RestWebServiceUser, LicenceType::FullUser),
    ];
    let mut all = Vec::new();
    for (place, called, role, licence) in people {
        all.push(Entity::Person(person(id(instance, place), called, role, licence, now)));
        all.push(Entity::Password(Password { person: id(instance, place), hash: hash.clone() }));
    }
    let api_key: ApiKeyId = id(instance, who::KEY);
    all.push(Entity::ApiKey(ApiKey {
        id: api_key,
        owner: id(instance, who::ADMIN),
        name: name("script"),
        secret_hash: keys::hash(&secret(instance)),
        created: now,
    }));
    all.extend(on_call(instance, now));
    for (place, called, format) in [
        (who::GENERIC, "Monitoring", Format::Generic),
        (who::PROM, "Prometheus", Format::Alertmanager),
    ] {
        all.push(Entity::Integration(Integration {
            id: id(instance, place),
            name: name(called),
            format,
            form: id(instance, who::FORM),
            key_hash: keys::hash(&key(instance, place)),
            status: Status::Active,
            rate_per_minute: Some(50),
            created: now,
        }));
    }
    all
}

fn person(
    id: Id<Person>,
    called: &str,
    role: Role,
    licence: LicenceType,
    now: Timestamp,
) -> Person {
    Person {
        id,
        target_name: name(called),
        first_name: name("Sample"),
        last_name: name(called),
        web_login: name(called),
        phone_login: None,
        language: "en".to_owned(),
        zone: Zone::utc(),
        site: None,
        supervisors: Vec::new(),
        roles: vec![role],
        status: Status::Active,
        licence,
        properties: BTreeMap::new(),
        external_key: None,
        externally_owned: false,
        created: now,
        updated: now,
    }
}

/// Ann with a mailbox, always on call; the form that reaches her.
fn on_call(instance: u128, now: Timestamp) -> Vec<Entity> {
    let ann = Recipient::Person(id(instance, who::ANN));
    let day = (at("2026-03-01T00:00:00Z"), at("2026-03-02T00:00:00Z"));
    let pattern = Pattern::new(day.0, day.1, Zone::utc(), Recurrence::EVERY_DAY, Vec::new());
    vec![
        Entity::Device(Device {
            id: id(instance, who::MAIL),
            owner: id(instance, who::ANN),
            name: name("Work Email"),
            address: Address::Email("ann@mail.example".to_owned()),
            sequence: 1,
            delay_minutes: 0,
            priority_threshold: Priority::Low,
            timeframes: Vec::new(),
            default_device: true,
            status: Status::Active,
            external_key: None,
            externally_owned: false,
        }),
        Entity::Group(Group {
            id: id(instance, who::OPS),
            target_name: name("Ops"),
            description: "A sample".to_owned(),
            group_type: GroupType::OnCall,
            status: Status::Active,
            members: vec![ann],
            supervisors: Vec::new(),
            observed_by_all: true,
            site: None,
            allow_duplicates: false,
            use_default_devices: false,
            external_key: None,
            externally_owned: false,
            created: now,
        }),
        Entity::Shift(Box::new(Shift {
            id: id(instance, who::ALWAYS),
            group: id(instance, who::OPS),
            name: name("Always"),
            description: String::new(),
            pattern: pattern.expect("a pattern"),
            members: vec![ShiftMember {
                recipient: ann,
                delay_minutes: 0,
                escalation: EscalationType::None,
                in_rotation: false,
            }],
            rotation: None,
            repeat: None,
            end_notice: None,
            created: now,
        })),
        Entity::Form(Form {
            id: id(instance, who::FORM),
            name: name("Outage"),
            recipients: vec![Recipient::Group(id(instance, who::OPS))],
            priority: Priority::Medium,
            options: default_options(),
            templates: Templates::default(),
            expiration_minutes: 180,
            override_device_restrictions: false,
            escalation_override: false,
        }),
    ]
}
