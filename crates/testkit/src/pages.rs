//! Pages under test: a world with a sample instance, a router behind the gate, people who are signed in.
#![expect(clippy::expect_used, clippy::panic, reason = "test support: what fails is the test")]

use std::fmt::Write as _;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use axum::middleware::{from_fn, from_fn_with_state, map_response};
use axum::response::{IntoResponse as _, Response};
use firebell_access::link::LinkKey;
use firebell_access::session::Visitor;
use firebell_access::{Authenticator, Sessions};
use firebell_base::{Clock, Random};
use firebell_domain::directory::Directory;
use firebell_domain::person::PersonId;
use firebell_ui::{Kept, Slowly, Ui, UiParts};
use tower::ServiceExt as _;

use crate::postgres::TestEngine;
use crate::world::World;

/// The largest page a test reads, in bytes.
const PAGE_BYTES_MAX: usize = 32 << 20;

/// The people of [`SAMPLE`] (sample data).
///
/// `ada` is a Full Access User, `bo` a Standard User, `gil` supervises the group Payments, `pia` people; `sten` has a
/// stakeholder licence; `old` is inactive. Bo and Gil are on call for Payments at [`crate::world::START`].
pub const SAMPLE: &str = include_str!("pages/sample.yaml");

/// Pages, and somebody to look at them.
pub struct Pages {
    /// The world below: its clock, its pipeline, what was sent.
    pub world: World,
    /// What the pages stand on.
    pub ui: Ui,
    /// Whether the configuration is confirmed to be the newest.
    pub fresh: Arc<AtomicBool>,
    app: Router,
}

/// What came back.
#[derive(Debug)]
pub struct Page {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub html: String,
}

impl Page {
    /// Asserts the status.
    #[track_caller]
    pub fn is(&self, status: u16) -> &Self {
        assert_eq!(self.status.as_u16(), status, "{}", self.html);
        self
    }

    /// Asserts that every text is on the page.
    #[track_caller]
    pub fn says(&self, texts: &[&str]) -> &Self {
        for text in texts {
            assert!(self.html.contains(text), "{text:?} is missing in\n{}", self.html);
        }
        self
    }

    /// Asserts that none of the texts is on the page.
    #[track_caller]
    pub fn is_silent_about(&self, texts: &[&str]) -> &Self {
        for text in texts {
            assert!(!self.html.contains(text), "{text:?} is in\n{}", self.html);
        }
        self
    }

    /// Where it leads; empty if nowhere.
    pub fn location(&self) -> &str {
        let place = self.headers.get(header::LOCATION);
        place.and_then(|place| place.to_str().ok()).unwrap_or_default()
    }

    /// The value of the hidden or text field with this name.
    pub fn field(&self, name: &str) -> Option<String> {
        let name = format!("name=\"{name}\"");
        let tag = self
            .html
            .split("<input")
            .skip(1)
            .filter_map(|rest| rest.split_once('>'))
            .map(|(tag, _)| tag);
        let tag = tag.into_iter().find(|tag| tag.contains(&name))?;
        Some(tag.split_once("value=\"")?.1.split_once('"')?.0.to_owned())
    }
}

impl Pages {
    /// Pages over [`SAMPLE`].
    pub async fn new(engine: TestEngine, router: Router<Ui>) -> Self {
        Self::over(World::new(engine, SAMPLE).await, router)
    }

    /// Pages over any world.
    pub fn over(world: World, router: Router<Ui>) -> Self {
        let fresh = Arc::new(AtomicBool::new(true));
        let key = LinkKey::new([7; 32]);
        let random = Random::seeded(11);
        let confirmed = Arc::clone(&fresh);
        let authenticator = Authenticator::new(&random)
            .with_sessions(Sessions::new(&key))
            .with_freshness(Arc::new(move || confirmed.load(Ordering::Relaxed)));
        let ui = Ui::new(UiParts {
            db: world.db.clone(),
            snapshots: world.snapshots.clone(),
            authority: world.authority.clone(),
            intake: world.intake.clone(),
            responder: world.responder.clone(),
            live: world.live.clone(),
            metrics: Arc::clone(&world.metrics),
            authenticator: Arc::new(authenticator),
            slowly: Slowly::new(|work| {
                Box::pin(async {
                    work();
                    Ok(())
                })
            }),
            link_key: key,
            client: |extensions| extensions.get::<IpAddr>().copied(),
            public_url: "http://firebell.example".to_owned(),
            operator_instance: None,
            clock: Clock::Manual(world.clock.clone()),
            random,
            replica: None,
        });
        let gate = from_fn_with_state(
            (ui.clone(), sign_in as firebell_ui::SignInPage),
            firebell_ui::signed_in,
        );
        let inside = router.merge(firebell_ui::router()).layer(gate);
        let app = inside
            .merge(firebell_ui::open_router())
            .layer(from_fn(firebell_ui::only_own_pages))
            .layer(map_response(firebell_ui::of_pages))
            .with_state(ui.clone());
        Self { world, ui, fresh, app }
    }

    /// The same pages with other parts, such as a database that is away.
    #[must_use]
    pub fn with(mut self, router: Router<Ui>, change: impl FnOnce(&mut UiParts)) -> Self {
        let mut parts = UiParts {
            db: self.ui.db.clone(),
            snapshots: self.ui.snapshots.clone(),
            authority: self.ui.authority.clone(),
            intake: self.ui.intake.clone(),
            responder: self.ui.responder.clone(),
            live: self.ui.live.clone(),
            metrics: Arc::clone(&self.ui.metrics),
            authenticator: Arc::clone(&self.ui.authenticator),
            slowly: self.ui.slowly.clone(),
            link_key: self.ui.link_key.clone(),
            client: self.ui.client,
            public_url: self.ui.public_url.clone(),
            operator_instance: self.ui.operator_instance.clone(),
            clock: self.ui.clock.clone(),
            random: self.ui.random.clone(),
            replica: self.ui.replica.clone(),
        };
        change(&mut parts);
        let ui = Ui::new(parts);
        let gate = from_fn_with_state(
            (ui.clone(), sign_in as firebell_ui::SignInPage),
            firebell_ui::signed_in,
        );
        self.app = router
            .merge(firebell_ui::router())
            .layer(gate)
            .layer(from_fn(firebell_ui::only_own_pages))
            .layer(map_response(firebell_ui::of_pages))
            .with_state(ui.clone());
        self.ui = ui;
        self
    }

    /// The sample instance as it is now.
    pub fn directory(&self) -> Arc<Directory> {
        self.world.snapshots.instance(self.world.no).expect("the instance")
    }

    /// A person by target name.
    pub fn person(&self, name: &str) -> PersonId {
        self.directory().person_by_name(name).unwrap_or_else(|| panic!("no person {name}")).id
    }

    /// The cookie of a new session of a person of the sample instance.
    pub fn session(&self, name: &str) -> String {
        self.session_in(&self.directory(), name)
    }

    /// The cookie of a new session of a person of any instance.
    pub fn session_in(&self, directory: &Directory, name: &str) -> String {
        let person = directory.person_by_name(name).expect("the person").id;
        let visitor = Visitor { client: None, agent: "Test" };
        let (sessions, now) = (self.ui.authenticator.sessions(), self.ui.clock.now());
        let begun = sessions.begin_web(directory, person, visitor, &self.ui.random, now);
        format!("firebell_session={}", begun.expect("an active person").token.expose())
    }

    /// `GET` as somebody; as nobody if `who` is empty.
    pub async fn get(&self, who: &str, path: &str) -> Page {
        self.ask(Method::GET, who, path, "", &[]).await
    }

    /// `GET` as a script that wants a part of a page.
    pub async fn part(&self, who: &str, path: &str) -> Page {
        self.ask(Method::GET, who, path, "", &[("hx-request", "true")]).await
    }

    /// `POST` of a form as somebody.
    pub async fn post(&self, who: &str, path: &str, fields: &[(&str, &str)]) -> Page {
        self.ask(Method::POST, who, path, &encoded(fields), &[]).await
    }

    /// Any request. `who` is a target name, or a whole cookie.
    pub async fn ask(
        &self,
        method: Method,
        who: &str,
        path: &str,
        body: &str,
        headers: &[(&str, &str)],
    ) -> Page {
        let cookie =
            if who.contains('=') || who.is_empty() { who.to_owned() } else { self.session(who) };
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .extension(IpAddr::from([192, 0, 2, 7]))
            .header("host", "firebell.example")
            .header("cookie", cookie)
            .header("content-type", "application/x-www-form-urlencoded");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::from(body.to_owned())).expect("a request");
        let response = self.app.clone().oneshot(request).await.expect("an answer");
        read(response).await
    }

    /// The answer itself, for streams.
    pub async fn open(&self, who: &str, path: &str) -> Response {
        let request = Request::builder().uri(path).header("cookie", self.session(who));
        let request = request.body(Body::empty()).expect("a request");
        self.app.clone().oneshot(request).await.expect("an answer")
    }
}

/// A form's body.
pub fn encoded(fields: &[(&str, &str)]) -> String {
    let mut text = String::new();
    for (name, value) in fields {
        if !text.is_empty() {
            text.push('&');
        }
        for (part, end) in [(name, "="), (value, "")] {
            for byte in part.bytes() {
                if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                    text.push(char::from(byte));
                } else {
                    write!(text, "%{byte:02X}").expect("a text");
                }
            }
            text.push_str(end);
        }
    }
    text
}

async fn read(response: Response) -> Page {
    let (head, body) = response.into_parts();
    let bytes = to_bytes(body, PAGE_BYTES_MAX).await.expect("a body");
    Page {
        status: head.status,
        headers: head.headers,
        html: String::from_utf8_lossy(&bytes).into_owned(),
    }
}

fn sign_in(_: &Ui, _: &axum::http::request::Parts, kept: Kept) -> Response {
    let names: Vec<String> =
        kept.fields.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
    (StatusCode::UNAUTHORIZED, format!("sign in, then {}: {}", kept.action, names.join(" ")))
        .into_response()
}
