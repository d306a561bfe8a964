//! An instance with sample people and one open alert, behind the router.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode};
use firebell_access::link::{LinkClaims, LinkKey, sign};
use firebell_access::reset::ResetMail;
use firebell_access::{Authenticator, Sessions, password};
use firebell_base::time::{ManualClock, add_minutes, add_seconds};
use firebell_base::{Clock, Id, Random, Timestamp};
use firebell_channels::Registry;
use firebell_config::{Author, Authority, Change, Snapshots};
use firebell_domain::alert::Priority;
use firebell_domain::credential::Password;
use firebell_domain::device::{Address, Device};
use firebell_domain::directory::Entity;
use firebell_domain::event::{Draft, EventAction};
use firebell_domain::form::{Form, Templates, default_options};
use firebell_domain::instance::{InstanceNo, Region};
use firebell_domain::integration::{Format, Integration};
use firebell_domain::name::Name;
use firebell_domain::notification::NotificationId;
use firebell_domain::person::{LicenceType, Person, PersonId, Role, Status};
use firebell_domain::property::Value;
use firebell_domain::recipient::Recipient;
use firebell_domain::schedule::Zone;
use firebell_pipeline::{Links, Parts, Pipeline};
use firebell_sql::{Db, migrate};
use firebell_store::migrations::migrations;
use firebell_testkit::postgres::{DbGuard, TestEngine, fresh_db};
use tower::ServiceExt as _;

use firebell_access::first_run::FirstRun;
use firebell_pipeline::probe::Prober;
use firebell_ui::{Slowly, Ui, UiParts};

use crate::{Web, router};

const KEY: [u8; 32] = [7; 32];
/// Bo Ek's password.
pub(super) const PASSWORD: &str = "correct horse battery";

/// What would have been mailed.
pub(super) type Mails = Arc<Mutex<Vec<ResetMail>>>;

/// A world whose alert tells Bo Ek and Akira Sole (sample people).
pub(super) struct World {
    pub(super) db: Db,
    pub(super) no: InstanceNo,
    pub(super) clock: ManualClock,
    pub(super) people: BTreeMap<&'static str, PersonId>,
    pub(super) links: BTreeMap<PersonId, NotificationId>,
    pub(super) app: Router,
    pub(super) state: Ui,
    /// What would have been mailed.
    pub(super) mails: Mails,
    /// Whether the configuration is confirmed to be the newest.
    pub(super) fresh: Arc<AtomicBool>,
    engine: firebell_pipeline::Engine,
    intake: firebell_pipeline::intake::Intake,
    writer: Option<firebell_pipeline::intake::JournalWriter>,
    integration: Integration,
    pub(super) authority: Authority,
    _guard: DbGuard,
}

/// What came back.
pub(super) struct Page {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) html: String,
}

impl Page {
    /// Asserts that every text is on the page.
    pub(super) fn says(&self, texts: &[&str]) -> &Self {
        for text in texts {
            assert!(self.html.contains(text), "{text:?} is missing in\n{}", self.html);
        }
        self
    }

    /// Asserts that none of the texts is on the page.
    pub(super) fn is_silent_about(&self, texts: &[&str]) -> &Self {
        for text in texts {
            assert!(!self.html.contains(text), "{text:?} is in\n{}", self.html);
        }
        self
    }
}

pub(super) fn start() -> Timestamp {
    "2026-11-22T02:12:07Z".parse().unwrap()
}

pub(super) fn draft(summary: &str) -> Draft {
    Draft {
        action: EventAction::Trigger,
        dedup_key: Some("db-3/disk".to_owned()),
        summary: summary.to_owned(),
        priority: Some(Priority::High),
        properties: BTreeMap::from([
            ("host".to_owned(), Value::Text("db-3".to_owned())),
            ("used".to_owned(), Value::Text("93 %".to_owned())),
        ]),
        ..Draft::default()
    }
}

impl World {
    pub(super) async fn new(engine: TestEngine) -> Self {
        Self::with_alert(engine, draft("Disk almost full on db-3")).await
    }

    pub(super) async fn with_alert(engine: TestEngine, draft: Draft) -> Self {
        let (db, guard) = fresh_db(engine);
        migrate(&db, migrations(), start().as_microsecond()).unwrap();
        let random = Random::seeded(11);
        let clock = ManualClock::at(start());
        let snapshots = Snapshots::load(&db).await.unwrap();
        let authority = Authority::new(db.clone(), snapshots.clone(), random.clone());
        let author = Author::new("test", "sample");
        let created = authority.create_instance("acme", Region::Emea, &author, start()).await;
        let no = created.unwrap().instance.no;
        let mut sample = Sample { random: random.clone(), entities: Vec::new() };
        let bo = sample.person("bo", "Bo", "Ek");
        let hash = password::hash(PASSWORD, &random).unwrap();
        sample.entities.push(Entity::Password(Password { person: bo, hash }));
        let akira = sample.person("akira", "Akira", "Sole");
        let integration = sample.door(&[bo, akira]);
        let changes: Vec<Change> = sample.entities.into_iter().map(Change::Put).collect();
        authority.change(no, &author, start(), move |_| Ok(changes.clone())).await.unwrap();
        let links =
            Links { public_url: "https://firebell.example".to_owned(), key: LinkKey::new(KEY) };
        let parts = Parts {
            db: db.clone(),
            snapshots: snapshots.clone(),
            registry: Registry::new(),
            links,
            clock: Clock::Manual(clock.clone()),
            random: random.clone(),
            owner: "test".to_owned(),
        };
        let pipeline = Pipeline::open(parts).await.unwrap();
        let (mails, fresh) = (Mails::default(), Arc::new(AtomicBool::new(true)));
        let doors = (pipeline.intake.clone(), pipeline.responder, pipeline.live);
        let state = Ui::new(UiParts {
            metrics: pipeline.metrics,
            authenticator: Arc::new(door(&random, &mails, &fresh)),
            ..parts_of(&db, (snapshots, authority.clone()), doors, (&clock, random))
        });
        let app = app(&state);
        let mut world = Self {
            db,
            no,
            clock,
            people: BTreeMap::from([("bo", bo), ("akira", akira)]),
            links: BTreeMap::new(),
            app,
            state,
            mails,
            fresh,
            engine: pipeline.engine,
            intake: pipeline.intake,
            writer: Some(pipeline.writer),
            integration,
            authority,
            _guard: guard,
        };
        let turn = world.send(draft).await;
        world.links =
            turn.jobs.iter().map(|j| (j.notification.person, j.notification.id)).collect();
        assert_eq!(world.links.len(), 2, "both people are told");
        world
    }

    /// Sends an event and lets the engine process it. Once per world after the first.
    async fn send(&mut self, draft: Draft) -> firebell_pipeline::Turn {
        let writer = self.writer.take().unwrap();
        tokio::select! {
            accepted = self.intake.accept(self.no, &self.integration, vec![draft], b"{}") => {
                accepted.unwrap();
            }
            () = writer.run() => unreachable!("the intake is still there"),
        }
        self.engine.turn().await.unwrap()
    }

    /// The same server, reached there.
    pub(super) fn reach_by(&mut self, url: &str) {
        let ui = &self.state;
        let parts = UiParts {
            db: ui.db.clone(),
            snapshots: ui.snapshots.clone(),
            intake: ui.intake.clone(),
            responder: ui.responder.clone(),
            live: ui.live.clone(),
            metrics: Arc::clone(&ui.metrics),
            link_key: ui.link_key.clone(),
            authority: ui.authority.clone(),
            authenticator: Arc::clone(&ui.authenticator),
            slowly: ui.slowly.clone(),
            client: ui.client,
            public_url: url.to_owned(),
            operator_instance: None,
            clock: ui.clock.clone(),
            random: ui.random.clone(),
            replica: None,
        };
        self.state = Ui::new(parts);
        self.app = app(&self.state);
    }

    /// Changes a person.
    pub(super) async fn change(
        &self,
        who: &str,
        how: impl Fn(&mut Person) + Send + Sync + 'static,
    ) {
        let id = self.people[who];
        let author = Author { name: "test".to_owned(), reason: "sample".to_owned() };
        let decide = move |directory: &firebell_domain::directory::Directory| {
            let mut person = directory.person(id).unwrap().as_ref().clone();
            how(&mut person);
            Ok(vec![Change::Put(Entity::Person(person))])
        };
        self.authority.change(self.no, &author, self.clock.now(), decide).await.unwrap();
    }

    /// Removes a person.
    pub(super) async fn remove(&self, who: &str) {
        let id = self.people[who];
        let author = Author { name: "test".to_owned(), reason: "sample".to_owned() };
        let decide = move |directory: &firebell_domain::directory::Directory| {
            Ok(firebell_config::cascade::remove_person(directory, id))
        };
        self.authority.change(self.no, &author, self.clock.now(), decide).await.unwrap();
    }

    /// Lets the engine do what is due.
    pub(super) async fn turn(&self) {
        self.engine.turn().await.unwrap();
    }

    pub(super) fn pass(&self, seconds: i64) {
        self.clock.set(add_seconds(self.clock.now(), seconds));
    }

    pub(super) fn claims(&self, who: &str) -> LinkClaims {
        LinkClaims {
            instance: self.no,
            notification: self.links[&self.people[who]],
            expires: add_minutes(start(), 24 * 60),
        }
    }

    pub(super) fn path(&self, who: &str) -> String {
        path_of(&self.claims(who))
    }

    pub(super) async fn get(&self, path: &str) -> Page {
        self.send_request(Method::GET, path, "").await
    }

    pub(super) async fn post(&self, path: &str, body: &str) -> Page {
        self.send_request(Method::POST, path, body).await
    }

    async fn send_request(&self, method: Method, path: &str, body: &str) -> Page {
        self.ask(method, path, body, &[]).await
    }

    /// The same with headers.
    pub(super) async fn ask(
        &self,
        method: Method,
        path: &str,
        body: &str,
        headers: &[(&str, &str)],
    ) -> Page {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .extension(IpAddr::from([192, 0, 2, 7]))
            .header("content-type", "application/x-www-form-urlencoded");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::from(body.to_owned())).unwrap();
        let response = self.app.clone().oneshot(request).await.unwrap();
        let (head, body) = response.into_parts();
        let html = to_bytes(body, 1 << 20).await.unwrap();
        let html = String::from_utf8(html.to_vec()).unwrap();
        Page { status: head.status, headers: head.headers, html }
    }
}

/// The path of a link with these claims.
pub(super) fn path_of(claims: &LinkClaims) -> String {
    format!("/r/{}", sign(&LinkKey::new(KEY), claims))
}

/// What pages stand on.
fn parts_of(
    db: &Db,
    (snapshots, authority): (Snapshots, Authority),
    (intake, responder, live): (
        firebell_pipeline::intake::Intake,
        firebell_pipeline::respond::Responder,
        firebell_pipeline::live::Live,
    ),
    (clock, random): (&ManualClock, Random),
) -> UiParts {
    UiParts {
        db: db.clone(),
        snapshots,
        intake,
        responder,
        live,
        metrics: firebell_pipeline::metrics::Metrics::default(),
        link_key: LinkKey::new(KEY),
        authority,
        authenticator: Arc::new(Authenticator::new(&random)),
        slowly: at_once(),
        client: |extensions| extensions.get::<IpAddr>().copied(),
        public_url: "http://firebell.example".to_owned(),
        operator_instance: None,
        clock: Clock::Manual(clock.clone()),
        random,
        replica: None,
    }
}

/// All pages over these parts.
pub(super) fn app(ui: &Ui) -> Router {
    let given = (ui.clock.clone(), ui.random.clone());
    let prober = Prober::new(ui.db.clone(), ui.snapshots.clone(), Registry::new(), given);
    router(Web::new(ui.clone(), prober, FirstRun::over()), Router::new(), Router::new())
}

/// Runs work where it is asked for.
fn at_once() -> Slowly {
    Slowly::new(|work| {
        Box::pin(async {
            work();
            Ok(())
        })
    })
}

fn door(random: &Random, mails: &Mails, fresh: &Arc<AtomicBool>) -> Authenticator {
    let (mails, fresh) = (Arc::clone(mails), Arc::clone(fresh));
    Authenticator::new(random)
        .with_sessions(Sessions::new(&LinkKey::new(KEY)))
        .with_mailer(Arc::new(move |mail| mails.lock().unwrap().push(mail)))
        .with_freshness(Arc::new(move || fresh.load(Ordering::Relaxed)))
}

struct Sample {
    random: Random,
    entities: Vec<Entity>,
}

impl Sample {
    fn id<T>(&self) -> Id<T> {
        Id::new(&self.random, start())
    }

    fn person(&mut self, target: &str, first: &str, last: &str) -> PersonId {
        let id = self.id();
        let name = |text: &str| Name::parse(text).unwrap();
        self.entities.push(Entity::Person(Person {
            id,
            target_name: name(target),
            first_name: name(first),
            last_name: name(last),
            web_login: name(target),
            phone_login: None,
            language: "en".to_owned(),
            zone: Zone::parse("Europe/Oslo").unwrap(),
            site: None,
            supervisors: Vec::new(),
            roles: vec![Role::StandardUser],
            status: Status::Active,
            licence: LicenceType::FullUser,
            properties: BTreeMap::new(),
            external_key: None,
            externally_owned: false,
            created: start(),
            updated: start(),
        }));
        let device = Device {
            id: self.id(),
            owner: id,
            name: name("Work Email"),
            address: Address::Email(format!("{target}@example.org")),
            sequence: 1,
            delay_minutes: 0,
            priority_threshold: Priority::Low,
            timeframes: Vec::new(),
            default_device: false,
            status: Status::Active,
            external_key: None,
            externally_owned: false,
        };
        self.entities.push(Entity::Device(device));
        id
    }

    fn door(&mut self, people: &[PersonId]) -> Integration {
        let form = self.id();
        let mut options = default_options();
        // The third takes no comment.
        options[2].allow_comments = false;
        self.entities.push(Entity::Form(Form {
            id: form,
            name: Name::parse("Databases").unwrap(),
            recipients: people.iter().copied().map(Recipient::Person).collect(),
            priority: Priority::Medium,
            options,
            templates: Templates::default(),
            expiration_minutes: 180,
            override_device_restrictions: false,
            escalation_override: false,
        }));
        let integration = Integration {
            id: self.id(),
            name: Name::parse("Prometheus").unwrap(),
            format: Format::Generic,
            form,
            key_hash: [3; 32],
            status: Status::Active,
            rate_per_minute: None,
            created: start(),
        };
        self.entities.push(Entity::Integration(integration.clone()));
        integration
    }
}
