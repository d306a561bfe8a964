//! People of the sample instance on their own pages, through the whole router.

use std::net::IpAddr;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Method, Request};
use firebell_access::first_run::FirstRun;
use firebell_access::password;
use firebell_channels::Registry;
use firebell_config::{Author, Change};
use firebell_domain::credential::Password;
use firebell_domain::device::Device;
use firebell_domain::directory::Entity;
use firebell_pipeline::probe::Prober;
use firebell_testkit::pages::{Page, Pages, encoded};
use firebell_testkit::postgres::TestEngine;
use tower::ServiceExt as _;

use crate::{Web, router};

/// Everybody's password here.
pub(super) const PASSWORD: &str = "correct horse battery";

/// The sample instance, its pages, and what was sent.
pub(super) struct Own {
    pub(super) pages: Pages,
    pub(super) app: Router,
}

impl Own {
    /// A server that sends e-mail and webhooks.
    pub(super) async fn new(engine: TestEngine) -> Self {
        let pages = Pages::new(engine, Router::new()).await;
        let mut registry = Registry::new();
        registry.add(Box::new(pages.world.sent.clone()));
        let own = Self::with(pages, registry);
        own.password("bo").await;
        own.password("ada").await;
        own
    }

    /// A server with these channels.
    pub(super) fn with(pages: Pages, registry: Registry) -> Self {
        let ui = pages.ui.clone();
        let given = (ui.clock.clone(), ui.random.clone());
        let prober = Prober::new(ui.db.clone(), ui.snapshots.clone(), registry, given);
        let web = Web::new(ui, prober, FirstRun::over());
        Self { app: router(web, Router::new(), Router::new()), pages }
    }

    /// Gives somebody the password.
    async fn password(&self, who: &str) {
        let hash = password::hash(PASSWORD, &self.pages.ui.random).unwrap();
        let person = self.pages.person(who);
        self.put(Entity::Password(Password { person, hash })).await;
    }

    /// Changes the configuration, as somebody else would.
    pub(super) async fn put(&self, entity: Entity) {
        let (ui, no) = (&self.pages.ui, self.pages.world.no);
        let decide =
            move |_: &firebell_domain::directory::Directory| Ok(vec![Change::Put(entity.clone())]);
        let author = Author::new("test", "sample");
        ui.authority.change(no, &author, ui.clock.now(), decide).await.unwrap();
    }

    /// Somebody's devices in their order.
    pub(super) fn devices(&self, who: &str) -> Vec<Device> {
        let person = self.pages.person(who);
        self.pages.directory().devices_of(person).map(|device| (**device).clone()).collect()
    }

    pub(super) async fn get(&self, who: &str, path: &str) -> Page {
        self.ask(Method::GET, who, path, "", &[]).await
    }

    pub(super) async fn post(&self, who: &str, path: &str, fields: &[(&str, &str)]) -> Page {
        self.ask(Method::POST, who, path, &encoded(fields), &[]).await
    }

    pub(super) async fn ask(
        &self,
        method: Method,
        who: &str,
        path: &str,
        body: &str,
        headers: &[(&str, &str)],
    ) -> Page {
        let known = who.contains('=') || who.is_empty();
        let cookie = if known { who.to_owned() } else { self.pages.session(who) };
        ask(&self.app, method, (path, body), &[&[("cookie", cookie.as_str())], headers].concat())
            .await
    }

    pub(super) fn pass(&self, seconds: i64) {
        let clock = &self.pages.world.clock;
        clock.set(firebell_base::time::add_seconds(clock.now(), seconds));
    }
}

/// Any request to any pages.
pub(super) async fn ask(
    app: &Router,
    method: Method,
    (path, body): (&str, &str),
    headers: &[(&str, &str)],
) -> Page {
    let mut request = Request::builder()
        .method(method)
        .uri(path)
        .extension(IpAddr::from([192, 0, 2, 7]))
        .header("host", "firebell.example")
        .header("content-type", "application/x-www-form-urlencoded");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Body::from(body.to_owned())).unwrap();
    let (head, body) = app.clone().oneshot(request).await.unwrap().into_parts();
    let html = to_bytes(body, 1 << 20).await.unwrap();
    Page {
        status: head.status,
        headers: head.headers,
        html: String::from_utf8_lossy(&html).into_owned(),
    }
}
