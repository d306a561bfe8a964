//! An API on a temporary database, for tests of the resources.

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use firebell_access::keys;
use firebell_base::time::ManualClock;
use firebell_base::{Id, Random};
use firebell_config::{Author, Change};
use firebell_domain::credential::ApiKey;
use firebell_domain::directory::{Directory, Entity};
use firebell_domain::instance::{InstanceNo, Region};
use firebell_domain::name::Name;
use firebell_domain::person::{LicenceType, Person, Role, Status};
use firebell_domain::property::Properties;
use firebell_domain::schedule::Zone;
use firebell_testkit::postgres::TestEngine;
use serde_json::Value;
use tower::ServiceExt as _;

use crate::tests::world::World;

/// When every test begins: a Monday, 13:00 in Oslo.
pub(crate) const NOW: &str = "2026-03-02T12:00:00Z";

/// An API, as one caller sees it.
#[derive(Clone)]
pub(crate) struct Api {
    world: Arc<World>,
    pub(crate) clock: ManualClock,
    no: InstanceNo,
    authorization: String,
}

impl Api {
    /// An instance with one person, `boss`, who may do everything and works in Oslo.
    pub(crate) async fn new() -> Self {
        let world = Arc::new(World::open(TestEngine::Sqlite).await);
        let clock = world.clock.clone();
        clock.set(NOW.parse().unwrap());
        let api = Self { world, clock, no: InstanceNo(0), authorization: String::new() };
        api.instance("initech").await
    }

    /// The same server as the boss of a new instance sees it.
    pub(crate) async fn instance(&self, name: &str) -> Self {
        let now = self.clock.now();
        let made = self
            .world
            .state
            .authority
            .create_instance(name, Region::Emea, &Author::new("test", "set up"), now)
            .await
            .unwrap();
        let other = Self { no: made.instance.no, ..self.clone() };
        other.put(Entity::Person(boss(now))).await;
        other.caller("boss").await
    }

    /// The same instance as somebody else sees it.
    pub(crate) async fn caller(&self, target_name: &str) -> Self {
        let owner = self.directory().person_by_name(target_name).unwrap().id;
        let key = keys::new_api_secret(&Random::System);
        let id = Id::new(&Random::System, self.clock.now());
        let user = format!("{}:{}", keys::api_key_user(id), key.secret.expose());
        let name = Name::parse("test").unwrap();
        let created = self.clock.now();
        let key = ApiKey { id, owner, name, secret_hash: key.hash, created };
        self.put(Entity::ApiKey(key)).await;
        let authorization = format!("Basic {}", STANDARD.encode(user));
        Self { authorization, ..self.clone() }
    }

    /// The configuration now.
    pub(crate) fn directory(&self) -> Arc<Directory> {
        self.world.state.snapshots.instance(self.no).unwrap()
    }

    async fn put(&self, entity: Entity) {
        let by = Author { name: "test".to_owned(), reason: "test".to_owned() };
        let decide = move |_: &Directory| Ok(vec![Change::Put(entity.clone())]);
        let authority = &self.world.state.authority;
        authority.change(self.no, &by, self.clock.now(), decide).await.unwrap();
    }

    async fn call(&self, method: &str, path: &str, body: Option<Value>) -> (u16, Value) {
        let request = Request::builder()
            .method(method)
            .uri(format!("/api/xm/1/{path}"))
            .header("authorization", &self.authorization)
            .header("content-type", "application/json")
            .body(body.map_or_else(Body::empty, |body| Body::from(body.to_string())))
            .unwrap();
        let response = self.world.router.clone().oneshot(request).await.unwrap();
        let status = response.status().as_u16();
        let bytes = to_bytes(response.into_body(), 10_000_000).await.unwrap();
        let body =
            if bytes.is_empty() { Value::Null } else { serde_json::from_slice(&bytes).unwrap() };
        (status, body)
    }

    /// GET, whatever the answer.
    pub(crate) async fn try_get(&self, path: &str) -> (u16, Value) {
        self.call("GET", path, None).await
    }

    /// GET that must succeed.
    pub(crate) async fn get(&self, path: &str) -> Value {
        let (status, body) = self.try_get(path).await;
        assert_eq!(status, 200, "GET {path}: {body}");
        body
    }

    /// POST, whatever the answer.
    pub(crate) async fn try_post(&self, path: &str, body: Value) -> (u16, Value) {
        self.call("POST", path, Some(body)).await
    }

    /// POST that must be answered with this status.
    pub(crate) async fn post(&self, status: u16, path: &str, body: Value) -> Value {
        let sent = body.to_string();
        let (got, answer) = self.try_post(path, body).await;
        assert_eq!(got, status, "POST {path} {sent}: {answer}");
        answer
    }

    /// DELETE, whatever the answer.
    pub(crate) async fn delete(&self, path: &str) -> (u16, Value) {
        self.call("DELETE", path, None).await
    }

    /// A new person of this name with the role Standard User; answers with their id.
    pub(crate) async fn person(&self, name: &str) -> String {
        let body = serde_json::json!({
            "targetName": name, "firstName": name, "lastName": "Sample", "roles": ["Standard User"],
            "timezone": "Europe/Oslo",
        });
        id(&self.post(201, "people", body).await)
    }

    /// A new on-call group without shifts; answers with its id.
    pub(crate) async fn group(&self, name: &str) -> String {
        let made = self.post(201, "groups", serde_json::json!({"targetName": name})).await;
        let (status, _) =
            self.delete(&format!("groups/{}/shifts/Default%20Shift", id(&made))).await;
        assert_eq!(status, 200);
        id(&made)
    }
}

/// The id of an answer.
pub(crate) fn id(body: &Value) -> String {
    body["id"].as_str().unwrap().to_owned()
}

/// Checks that an answer holds everything that was sent, as it was sent.
pub(crate) fn assert_echoes(sent: &Value, answer: &Value) {
    for (name, value) in sent.as_object().unwrap() {
        assert_eq!(answer.get(name), Some(value), "{name} of {answer}");
    }
}

/// One field of every item of a page.
pub(crate) fn column(page: &Value, field: &str) -> Vec<String> {
    let items = page["data"].as_array().unwrap().iter();
    items.map(|item| item.pointer(field).and_then(Value::as_str).unwrap().to_owned()).collect()
}

fn boss(now: firebell_base::Timestamp) -> Person {
    let name = |text: &str| Name::parse(text).unwrap();
    Person {
        id: Id::new(&Random::System, now),
        target_name: name("boss"),
        first_name: name("Boss"),
        last_name: name("Sample"),
        web_login: name("boss"),
        phone_login: None,
        language: "en".to_owned(),
        zone: Zone::parse("Europe/Oslo").unwrap(),
        site: None,
        supervisors: Vec::new(),
        roles: vec![Role::FullAccessUser],
        status: Status::Active,
        licence: LicenceType::FullUser,
        properties: Properties::new(),
        external_key: None,
        externally_owned: false,
        created: now,
        updated: now,
    }
}
