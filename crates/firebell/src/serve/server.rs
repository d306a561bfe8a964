//! The parts of a server, put together, started and stopped in order.
//!
//! | task | ends when |
//! |---|---|
//! | http server | told to; its requests have finished |
//! | journal writer | the last handle of intake is gone, with the http server |
//! | engine | told to, after the writer: what was accepted is seen |
//! | deliverer | told to, after the engine; what is being sent is finished and recorded |
//! | refresh, retention | told to |
//!
//! Any of them ending by itself ends the server: half a server is worse than none, since nobody
//! restarts it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use firebell_access::Authenticator;
use firebell_access::keys;
use firebell_access::link::LinkKey;
use firebell_api::{ApiState, Hashing, Inner};
use firebell_base::Random;
use firebell_channels::Registry;
use firebell_config::Snapshots;
use firebell_pipeline::{EngineError, Links, Parts, Pipeline, Stop};
use firebell_sql::Db;
use firebell_store::configuration;
use firebell_web::WebState;
use tokio::net::TcpListener;
use tokio::sync::watch;

use super::http::{self, Bounds};
use super::signals::Signals;
use super::tasks::{Broken, Ended, Tasks};
use super::upkeep::{self, Forgetting};
use crate::Context;
use crate::authority::authority;
use crate::failure::{Exit, Failure};
use crate::place::Lock;
use crate::settings::Settings;

const HTTP: &str = "http server";
const WRITER: &str = "journal writer";
const ENGINE: &str = "engine";
const DELIVERER: &str = "deliverer";
const REFRESH: &str = "refresh";
const RETENTION: &str = "retention";

/// Time for the writer and the engine to finish what they do; both take milliseconds.
const FINISH_MAX: Duration = Duration::from_secs(5);
/// Time for messages that are being sent; what is not recorded by then is sent again after the
/// next start, under the same key.
const DELIVER_MAX: Duration = Duration::from_secs(10);
/// The name of the link key among the settings in the database.
const LINK_KEY: &str = "link_key";

/// The database a server runs on, and the right to do so.
pub(crate) struct Place {
    /// The database, at the newest schema.
    pub(crate) db: Db,
    /// Held as long as the server runs.
    pub(crate) lock: Lock,
}

/// A running server.
pub(crate) struct Server {
    tasks: Tasks,
    stop_http: watch::Sender<bool>,
    stop_engine: watch::Sender<bool>,
    stop_deliverer: watch::Sender<bool>,
    stop_upkeep: watch::Sender<bool>,
    snapshots: Snapshots,
    place: Place,
    address: SocketAddr,
    url: String,
    grace: Duration,
}

impl Server {
    /// Binds the port and starts every part.
    pub(crate) async fn start(
        context: &Context,
        settings: &Settings,
        place: Place,
    ) -> Result<Self, Failure> {
        let registry = Registry::from_settings(&settings.channels).map_err(|faults| {
            Failure::new(Exit::Settings, "The settings are invalid.").details(faults)
        })?;
        let snapshots = Snapshots::load(&place.db).await.map_err(not_started)?;
        let link_key = link_key(settings, &place.db, &context.random).await?;
        let (listener, address) = bind(settings.listen).await?;
        let url = settings.public_url.clone().unwrap_or_else(|| format!("http://{address}"));
        let pipeline = Pipeline::open(Parts {
            db: place.db.clone(),
            snapshots: snapshots.clone(),
            registry,
            links: Links { public_url: url.clone(), key: link_key.clone() },
            clock: context.clock.clone(),
            random: context.random.clone(),
            owner: format!("firebell process {}", std::process::id()),
        });
        let pipeline = pipeline.await.map_err(not_started)?;
        let parts = (pipeline, listener, link_key);
        let server = Self::spawn(context, settings, (place, snapshots, url, address), parts);
        tracing::info!(address = %server.address, public_url = server.url, "the server listens");
        Ok(server)
    }

    fn spawn(
        context: &Context,
        settings: &Settings,
        (place, snapshots, url, address): (Place, Snapshots, String, SocketAddr),
        (pipeline, listener, link_key): (Pipeline, TcpListener, LinkKey),
    ) -> Self {
        let (stop_http, http_stops) = Stop::new();
        let (stop_engine, engine_stops) = Stop::new();
        let (stop_deliverer, deliverer_stops) = Stop::new();
        let (stop_upkeep, upkeep_stops) = Stop::new();
        let Pipeline { intake, responder, metrics, writer, engine, deliverer } = pipeline;
        let (clock, random, db) = (&context.clock, &context.random, &place.db);
        let api = ApiState::new(Inner {
            db: db.clone(),
            snapshots: snapshots.clone(),
            authority: authority(db, &snapshots, random),
            intake,
            responder: responder.clone(),
            metrics,
            authenticator: Arc::new(Authenticator::new(random)),
            clock: clock.clone(),
            random: random.clone(),
            hashing: Hashing::default(),
        });
        let pages =
            WebState { snapshots: snapshots.clone(), responder, link_key, clock: clock.clone() };
        let router: Router = firebell_api::router(api).merge(firebell_web::router(pages));
        let forgetting = Forgetting {
            db: db.clone(),
            snapshots: snapshots.clone(),
            keep: settings.retention,
            clock: clock.clone(),
            random: random.clone(),
        };
        let refresh = upkeep::refresh(snapshots.clone(), db.clone(), upkeep_stops.clone());
        let serving = http::serve(
            listener,
            router,
            Bounds { limits: settings.limits, proxies: settings.trusted_proxies.clone() },
            http_stops,
        );
        let mut tasks = Tasks::default();
        tasks.start(WRITER, async {
            writer.run().await;
            Ok(())
        });
        let engine = engine.run(engine_stops);
        tasks.start(ENGINE, async { engine.await.map_err(broken) });
        tasks.start(DELIVERER, async {
            deliverer.run(deliverer_stops).await;
            Ok(())
        });
        tasks.start(REFRESH, refresh);
        tasks.start(RETENTION, upkeep::forget(forgetting, upkeep_stops));
        tasks.start(HTTP, async {
            serving.await;
            Ok(())
        });
        let grace = settings.limits.grace;
        let stops = (stop_http, stop_engine, stop_deliverer, stop_upkeep);
        let (stop_http, stop_engine, stop_deliverer, stop_upkeep) = stops;
        Self {
            tasks,
            stop_http,
            stop_engine,
            stop_deliverer,
            stop_upkeep,
            snapshots,
            place,
            address,
            url,
            grace,
        }
    }

    /// Where it listens.
    pub(crate) const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where people reach it.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Whether nobody can use it yet.
    pub(crate) fn has_no_instance(&self) -> bool {
        self.snapshots.all().is_empty()
    }

    /// Runs until `until` is over or a part ends, then stops in order. A signal meanwhile ends it at
    /// once.
    pub(crate) async fn run(
        mut self,
        signals: &mut Signals,
        until: impl AsyncFnOnce(&mut Signals),
    ) -> Result<(), Failure> {
        let ended = tokio::select! {
            () = until(&mut *signals) => {
                tracing::info!("stopping: no new requests, the present ones finish");
                Ok(())
            }
            ended = self.tasks.next() => Err(unexpected(ended)),
        };
        tokio::select! {
            () = self.stop() => {}
            signal = signals.next() => tracing::warn!(signal, "stopped at once, without finishing"),
        }
        ended
    }

    /// Stops every part in order, each within its time.
    pub(crate) async fn stop(mut self) {
        self.stop_upkeep.send_replace(true);
        self.stop_http.send_replace(true);
        let in_time = [
            self.tasks.wait_for(HTTP, self.grace + FINISH_MAX).await,
            self.tasks.wait_for(WRITER, FINISH_MAX).await,
            {
                self.stop_engine.send_replace(true);
                self.tasks.wait_for(ENGINE, FINISH_MAX).await
            },
            {
                self.stop_deliverer.send_replace(true);
                self.tasks.wait_for(DELIVERER, DELIVER_MAX).await
            },
            self.tasks.wait_for(REFRESH, FINISH_MAX).await,
            self.tasks.wait_for(RETENTION, FINISH_MAX).await,
        ];
        if in_time.contains(&false) {
            tracing::warn!(
                "not every part finished in time; what it left is done after the next start"
            );
        }
        let Place { db, lock } = self.place;
        let closed = tokio::task::spawn_blocking(move || db.close()).await;
        if closed.is_err() {
            tracing::error!("the database could not be closed");
        }
        drop(lock);
        tracing::info!("stopped");
    }
}

fn not_started(error: impl std::fmt::Display) -> Failure {
    Failure::new(Exit::Database, error.to_string()).effect("The server was not started.")
}

/// Why the engine ended.
fn broken(error: EngineError) -> Broken {
    match error {
        EngineError::Fenced => Broken::Replaced,
        error @ EngineError::Store(_) => Broken::By(error.to_string()),
    }
}

fn unexpected(ended: Option<(&'static str, Ended)>) -> Failure {
    let (name, how) = ended.unwrap_or(("server", Ok(())));
    let why = match how {
        Err(Broken::Replaced) => {
            tracing::error!("another server has taken over the database; this one stops");
            return Failure::new(Exit::Replaced, "Another server has taken over the database.")
                .effect("This server has stopped; the other one processes what was accepted.")
                .remedy("run one firebell serve for each database");
        }
        Err(Broken::By(why)) => why,
        Ok(()) => "nobody asked it to end".to_owned(),
    };
    tracing::error!(task = name, why, "a part of the server ended; the server stops");
    Failure::new(Exit::Broken, format!("The {name} ended unexpectedly: {why}.")).effect(
        "The server has stopped. Accepted events are kept and are processed after a restart.",
    )
}

async fn bind(listen: SocketAddr) -> Result<(TcpListener, SocketAddr), Failure> {
    let bound = TcpListener::bind(listen).await.and_then(|listener| {
        let address = listener.local_addr()?;
        Ok((listener, address))
    });
    bound.map_err(|error| {
        Failure::new(
            Exit::Settings,
            format!("The address {listen} cannot be listened on: {error}."),
        )
        .effect("The server was not started.")
        .remedy("stop whoever listens there, or choose another address with --listen")
    })
}

/// The key that signs links: from the settings, or the one all servers of this database share.
async fn link_key(settings: &Settings, db: &Db, random: &Random) -> Result<LinkKey, Failure> {
    if let Some(secret) = &settings.secret_key {
        return Ok(LinkKey::new(keys::hash(secret.expose())));
    }
    let fresh: [u8; 32] = random.bytes();
    let fresh = URL_SAFE_NO_PAD.encode(fresh);
    let kept = db
        .write("settings.link_key", move |tx| configuration::setting_or(tx, LINK_KEY, &fresh))
        .await
        .map_err(not_started)?;
    // Hashed like the other, so that whatever stands there makes a whole key.
    Ok(LinkKey::new(keys::hash(&kept)))
}
