//! What a server holds from its start to its end, whether its database is there or not, and the
//! routes it answers with.
//!
//! Before the database is there, requests meet the very same handlers: what is answered from memory
//! is answered, and what needs the database is told to come again.

use std::net::IpAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::middleware::from_fn;
use axum::response::Response;
use firebell_access::Authenticator;
use firebell_access::first_run::FirstRun;
use firebell_access::link::LinkKey;
use firebell_api::{Api, ApiState, Client, Hashing, Inner};
use firebell_base::{Clock, Random};
use firebell_channels::Registry;
use firebell_config::Snapshots;
use firebell_http::Answer;
use firebell_pipeline::deliver::Deliverer;
use firebell_pipeline::intake::{self, Intake, JournalWriter};
use firebell_pipeline::live::Live;
use firebell_pipeline::metrics::Metrics;
use firebell_pipeline::probe::Prober;
use firebell_pipeline::respond::{Bells, Responder};
use firebell_pipeline::{Engine, Links, Parts, Pipeline};
use firebell_replica::ReplicaHandle;
use firebell_sql::Db;
use firebell_ui::{Busy, Slowly, Ui, UiParts};
use firebell_web::Web;
use http::Extensions;
use tokio::sync::Notify;

use crate::authority::authority;
use crate::failure::{Exit, Failure};
use crate::settings::Settings;

/// What a server holds.
pub(crate) struct House {
    pub(crate) settings: Settings,
    pub(crate) snapshots: Snapshots,
    pub(crate) link_key: LinkKey,
    pub(crate) authenticator: Arc<Authenticator>,
    pub(crate) replica: ReplicaHandle,
    /// Lets whoever has the printed token set up.
    pub(crate) first_run: FirstRun,
    pub(crate) url: String,
    pub(crate) clock: Clock,
    pub(crate) random: Random,
}

/// The parts of the pipeline that run.
pub(crate) struct Moving {
    pub(crate) writer: JournalWriter,
    pub(crate) engine: Engine,
    pub(crate) deliverer: Deliverer,
    /// What it counts.
    pub(crate) metrics: Metrics,
}

/// What requests hold of the pipeline.
struct Hands {
    intake: Intake,
    responder: Responder,
    live: Live,
    metrics: Metrics,
}

impl House {
    /// The front of a server without its database, and the writer that tells senders to come
    /// again; run it.
    pub(crate) fn waiting(&self) -> (Front, JournalWriter) {
        let db = Db::away(self.settings.database.clone());
        let (metrics, wake) = (Metrics::default(), Arc::new(Notify::new()));
        let (clock, random) = (self.clock.clone(), self.random.clone());
        let (intake, writer) = intake::open(
            db.clone(),
            clock.clone(),
            random.clone(),
            Arc::clone(&metrics),
            Arc::clone(&wake),
        );
        let snapshots = self.snapshots.clone();
        let counted = Arc::clone(&metrics);
        let live = Live::new();
        let bells = Bells { wake, live: live.clone() };
        let responder = Responder::new(db.clone(), snapshots, clock, random, counted, bells);
        (self.front(&db, Hands { intake, responder, live, metrics }), writer)
    }

    /// The front of a server with its database. Takes over processing from whoever did it before.
    pub(crate) async fn open(&self, db: &Db) -> Result<(Front, Moving), Failure> {
        let pipeline = Pipeline::open(Parts {
            db: db.clone(),
            snapshots: self.snapshots.clone(),
            registry: registry(&self.settings)?,
            links: Links { public_url: self.url.clone(), key: self.link_key.clone() },
            clock: self.clock.clone(),
            random: self.random.clone(),
            owner: format!("firebell process {}", std::process::id()),
        });
        let pipeline = pipeline.await.map_err(not_started)?;
        let Pipeline { intake, responder, live, metrics, writer, engine, deliverer } = pipeline;
        if let Err(error) = firebell_ui::keep_assets(db, self.clock.now()).await {
            // Only pages of other releases miss them.
            tracing::warn!(%error, "the files of pages were not kept");
        }
        let hands = Hands { intake, responder, live, metrics: Arc::clone(&metrics) };
        let front = self.front(db, hands);
        Ok((front, Moving { writer, engine, deliverer, metrics }))
    }

    /// What the pages about oneself need besides.
    fn web(&self, db: &Db, ui: Ui) -> Web {
        // The settings were found valid at the start.
        let registry = registry(&self.settings).unwrap_or_default();
        let given = (self.clock.clone(), self.random.clone());
        let prober = Prober::new(db.clone(), self.snapshots.clone(), registry, given);
        Web::new(ui, prober, self.first_run.clone())
    }

    fn front(&self, db: &Db, hands: Hands) -> Front {
        let Hands { intake, responder, live, metrics } = hands;
        let (clock, random) = (&self.clock, &self.random);
        let api = ApiState::new(Inner {
            db: db.clone(),
            snapshots: self.snapshots.clone(),
            authority: authority(db, &self.snapshots, random),
            intake: intake.clone(),
            responder: responder.clone(),
            metrics: Arc::clone(&metrics),
            authenticator: Arc::clone(&self.authenticator),
            clock: clock.clone(),
            random: random.clone(),
            hashing: Hashing::default(),
            replica: Some(self.replica.clone()),
            feed_token: self.settings.plane.feed_token.clone(),
        });
        let pages = Ui::new(UiParts {
            db: db.clone(),
            snapshots: self.snapshots.clone(),
            intake,
            responder,
            live,
            metrics,
            link_key: self.link_key.clone(),
            authority: authority(db, &self.snapshots, random),
            authenticator: Arc::clone(&self.authenticator),
            slowly: slowly(&api),
            client,
            public_url: self.url.clone(),
            operator_instance: self.settings.operator_instance.clone(),
            clock: clock.clone(),
            random: random.clone(),
            replica: Some(self.replica.clone()),
        });
        let tended = super::tend::router(&self.replica, self.settings.plane.feed_token.as_ref());
        let api = Api::new(api);
        let pages =
            pages_router(self.web(db, pages)).merge(tended).merge(Router::from(api.clone()));
        Front { api, pages: pages.layer(from_fn(firebell_ui::page_for_nowhere)) }
    }
}

/// Everything a server answers. The API is asked first, for events need not pass what is around pages.
#[derive(Debug)]
pub(crate) struct Front {
    api: Api,
    /// The pages, and behind them what the API says of what is nowhere.
    pages: Router,
}

impl Answer for Front {
    async fn answer(&self, request: Request) -> Response {
        let way = self.api.way(request.uri().path());
        if way.is_known() {
            return self.api.answer_on(way, request).await;
        }
        self.pages.answer(request).await
    }
}

/// All pages.
fn pages_router(web: Web) -> Router {
    let inside = Router::new()
        .merge(firebell_web_alerts::router())
        .merge(firebell_web_oncall::router())
        .merge(firebell_web_people::router())
        .merge(firebell_web_signals::router())
        .merge(firebell_web_control::router())
        .merge(firebell_web_reports::router());
    firebell_web::router(web, inside, firebell_web_oncall::open_router())
}

/// Pages hash passwords in the same places as the API.
fn slowly(api: &ApiState) -> Slowly {
    let api = api.clone();
    Slowly::new(move |work| {
        let api = api.clone();
        Box::pin(async move { api.hashing.run(work).await.map_err(|_| Busy) })
    })
}

fn client(extensions: &Extensions) -> Option<IpAddr> {
    extensions.get::<Client>().map(|client| client.0)
}

/// The channels of the settings.
pub(crate) fn registry(settings: &Settings) -> Result<Registry, Failure> {
    Registry::from_settings(&settings.channels)
        .map_err(|faults| Failure::new(Exit::Settings, "The settings are invalid.").details(faults))
}

pub(crate) fn not_started(error: impl std::fmt::Display) -> Failure {
    Failure::new(Exit::Database, error.to_string()).effect("The server was not started.")
}
