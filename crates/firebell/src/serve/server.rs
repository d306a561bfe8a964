//! The parts of a server, put together, started and stopped in order.
//!
//! | task | ends when |
//! |---|---|
//! | http server | told to; its requests have finished |
//! | journal writer | the last handle of intake is gone, with the http server |
//! | engine | told to, after the writer: what was accepted is seen |
//! | deliverer | told to, after the engine; what is being sent is finished and recorded |
//! | replica, retention, statistics, mail | told to |
//! | sessions, node | told to, after the http server: who signed in last is written down too |
//! | arrival | told to; only in a server that was started without its database |
//!
//! Any of them ending by itself ends the server: half a server is worse than none, since nobody
//! restarts it. A server whose database cannot be reached at its start is whole in what needs no
//! database, and gets the rest from *arrival*.

use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use firebell_access::Authenticator;
use firebell_access::first_run::FirstRun;
use firebell_access::session::Sessions;
use firebell_base::Secret;
use firebell_pipeline::{EngineError, Stop};
use firebell_replica::{Replica, SqlSource, report};
use firebell_sql::Db;
use tokio::net::TcpListener;
use tokio::sync::{oneshot, watch};

use super::arrival::{self, Opened};
use super::ground::{self, Ground};
use super::house::{Front, House, Moving, registry};
use super::mail;
use super::node::{self, Late};
use super::sessions::{self, Keeper};
use super::signals::Signals;
use super::statistics;
use super::tasks::{Broken, Ended, Tasks};
use super::upkeep::{self, Forgetting};
use crate::Context;
use crate::failure::{Exit, Failure};
use crate::place::Lock;
use crate::settings::Settings;
use firebell_http::{Bounds, Doors};

const HTTP: &str = "http server";
const WRITER: &str = "journal writer";
const ENGINE: &str = "engine";
const DELIVERER: &str = "deliverer";
const REPLICA: &str = "replica";
const RETENTION: &str = "retention";
const STATISTICS: &str = "statistics";
const SESSIONS: &str = "sessions";
const NODE: &str = "node";
const MAIL: &str = "mail";
const ARRIVAL: &str = "arrival";
/// Tells senders to come again while the database is away; ends with the doors that led to it.
const WAITING: &str = "waiting journal writer";

/// Time for the writer and the engine to finish what they do; both take milliseconds.
pub(crate) const FINISH_MAX: Duration = Duration::from_secs(5);
/// Time for messages that are being sent; what is not recorded by then is sent again after the
/// next start, under the same key.
const DELIVER_MAX: Duration = Duration::from_secs(10);

/// Time for the first proof that the configuration is the newest; it takes milliseconds.
const FIRST_LEASE_MAX: Duration = Duration::from_secs(2);

/// The database a server runs on, and the right to do so.
pub(crate) struct Place {
    /// The database, at the newest schema; none if it cannot be reached yet.
    pub(crate) db: Option<Db>,
    /// Held as long as the server runs.
    pub(crate) lock: Lock,
}

/// The hands that stop the parts.
struct Stops {
    http: watch::Sender<bool>,
    engine: watch::Sender<bool>,
    deliverer: watch::Sender<bool>,
    upkeep: watch::Sender<bool>,
    last: watch::Sender<bool>,
}

/// The signals those hands give.
#[derive(Clone)]
struct Signalled {
    http: Stop,
    engine: Stop,
    deliverer: Stop,
    upkeep: Stop,
    last: Stop,
}

/// A running server.
pub(crate) struct Server {
    tasks: Tasks,
    stops: Stops,
    signalled: Signalled,
    house: Arc<House>,
    doors: Doors<Front>,
    late: Late,
    arrival: Option<oneshot::Receiver<Opened>>,
    db: Option<Db>,
    lock: Lock,
    address: SocketAddr,
    url: String,
    grace: Duration,
    /// With which the first instance can be made.
    token: Option<Secret>,
}

impl Server {
    /// Binds the port and starts every part.
    pub(crate) async fn start(
        context: &Context,
        settings: &Settings,
        place: Place,
    ) -> Result<Self, Failure> {
        let registry = registry(settings)?;
        let ground = ground::lay(context, settings, place.db.as_ref()).await?;
        let (listener, address) = bind(settings.listen).await?;
        let url = settings.public_url.clone().unwrap_or_else(|| format!("http://{address}"));
        let (mailer, carrier) =
            mail::open(registry, url.clone(), (context.clock.clone(), context.random.clone()));
        let late = Late::default();
        let (first_run, token) = first_run(context, &ground, place.db.is_some());
        let (mut house, replica) = furnish(context, settings, ground, (&late, &url, mailer));
        house.first_run = first_run;
        let mut server = Self::with(house, (place.lock, late), (address, url), settings);
        server.token = token;
        let upkeep = server.signalled.upkeep.clone();
        server.tasks.start(MAIL, carrier.run(upkeep.clone()));
        server.open(place.db).await?;
        server.tasks.start(REPLICA, async {
            let mut upkeep = upkeep;
            replica.run(async { upkeep.wait().await }).await;
            Ok(())
        });
        if !server.is_waiting() {
            server.first_lease().await;
        }
        server.listen(listener, settings);
        tracing::info!(address = %server.address, public_url = server.url, "the server listens");
        Ok(server)
    }

    fn with(
        house: House,
        (lock, late): (Lock, Late),
        (address, url): (SocketAddr, String),
        settings: &Settings,
    ) -> Self {
        let (stops, signalled) = stops();
        Self {
            tasks: Tasks::default(),
            stops,
            signalled,
            house: Arc::new(house),
            doors: Doors::closed(),
            late,
            arrival: None,
            db: None,
            lock,
            address,
            url,
            grace: settings.limits.grace,
            token: None,
        }
    }

    /// Opens what can be opened: everything, or what needs no database.
    async fn open(&mut self, db: Option<Db>) -> Result<(), Failure> {
        if let Some(db) = db {
            let (front, moving) = self.house.open(&db).await?;
            self.begin(Opened { db, front, moving });
            return Ok(());
        }
        let (front, writer) = self.house.waiting();
        self.doors.set(front);
        let mut stop = self.signalled.last.clone();
        self.tasks.start(WAITING, async move {
            writer.run().await;
            stop.wait().await;
            Ok(())
        });
        let (sender, receiver) = oneshot::channel();
        self.arrival = Some(receiver);
        let (house, stop) = (Arc::clone(&self.house), self.signalled.upkeep.clone());
        self.tasks.start(ARRIVAL, arrival::wait(house, sender, stop));
        Ok(())
    }

    /// Begins everything that needs the database.
    fn begin(&mut self, Opened { db, front, moving }: Opened) {
        let Moving { writer, engine, deliverer, metrics } = moving;
        let (house, signalled) = (&self.house, self.signalled.clone());
        self.late.set(SqlSource::new(db.clone()));
        self.tasks.start(WRITER, async {
            writer.run().await;
            Ok(())
        });
        let engine = engine.run(signalled.engine);
        self.tasks.start(ENGINE, async { engine.await.map_err(broken) });
        self.tasks.start(DELIVERER, async {
            deliverer.run(signalled.deliverer).await;
            Ok(())
        });
        let keep = statistics::keep(db.clone(), metrics, signalled.upkeep.clone());
        self.tasks.start(STATISTICS, keep);
        let forgetting = Forgetting {
            db: db.clone(),
            snapshots: house.snapshots.clone(),
            keep: house.settings.retention,
            clock: house.clock.clone(),
            random: house.random.clone(),
        };
        self.tasks.start(RETENTION, upkeep::forget(forgetting, signalled.upkeep));
        let (authenticator, clock) = (Arc::clone(&house.authenticator), house.clock.clone());
        let keeper = Keeper { db: db.clone(), authenticator, clock };
        self.tasks.start(SESSIONS, sessions::keep(keeper, signalled.last.clone()));
        let named = house.settings.plane.node.clone();
        let node = report::Node {
            id: named.unwrap_or_else(|| node::usual_name(self.address)),
            role: "serve".to_owned(),
            boot: house.random.bytes(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        };
        let (replica, clock) = (house.replica.clone(), house.clock.clone());
        let (told, mut last) = (db.clone(), signalled.last);
        self.tasks.start(NODE, async move {
            report::run(told, node, replica, clock, async { last.wait().await }).await;
            Ok(())
        });
        self.doors.set(front);
        self.db = Some(db);
    }

    /// Waits, for a moment at most, until the replica knows that it has the newest: nobody who
    /// comes at once is told to come again.
    async fn first_lease(&self) {
        let replica = &self.house.replica;
        let mut changes = replica.watch();
        let fresh = async { while !replica.is_fresh() && changes.changed().await.is_ok() {} };
        if tokio::time::timeout(FIRST_LEASE_MAX, fresh).await.is_err() {
            tracing::warn!("it is not known yet whether the configuration is the newest");
        }
    }

    fn listen(&mut self, listener: TcpListener, settings: &Settings) {
        let bounds = Bounds { limits: settings.limits, proxies: settings.trusted_proxies.clone() };
        let serving =
            firebell_http::serve(listener, self.doors.clone(), bounds, self.signalled.http.clone());
        self.tasks.start(HTTP, async {
            serving.await;
            Ok(())
        });
    }

    /// Where it listens.
    pub(crate) const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where people reach it.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// The token with which the first instance can be made; told once.
    pub(crate) fn take_token(&mut self) -> Option<Secret> {
        self.token.take()
    }

    /// Whether nobody can use it yet.
    pub(crate) fn has_no_instance(&self) -> bool {
        self.house.snapshots.all().is_empty()
    }

    /// Whether it serves what it remembers, until its database is there.
    pub(crate) const fn is_waiting(&self) -> bool {
        self.arrival.is_some()
    }

    /// Runs until `until` is over or a part ends, then stops in order. A signal meanwhile ends it
    /// at once.
    pub(crate) async fn run(
        mut self,
        signals: &mut Signals,
        until: impl AsyncFnOnce(&mut Signals),
    ) -> Result<(), Failure> {
        let ended = {
            let mut until = pin!(until(&mut *signals));
            loop {
                tokio::select! {
                    () = &mut until => {
                        tracing::info!("stopping: no new requests, the present ones finish");
                        break Ok(());
                    }
                    opened = arrived(&mut self.arrival) => self.begin(opened),
                    ended = self.tasks.next() => break Err(unexpected(ended)),
                }
            }
        };
        tokio::select! {
            () = self.stop() => {}
            signal = signals.next() => tracing::warn!(signal, "stopped at once, without finishing"),
        }
        ended
    }

    /// Stops every part in order, each within its time.
    pub(crate) async fn stop(mut self) {
        let stops = &self.stops;
        stops.upkeep.send_replace(true);
        stops.http.send_replace(true);
        let mut in_time = self.tasks.wait_for(HTTP, self.grace + FINISH_MAX).await;
        stops.last.send_replace(true);
        in_time &= self.tasks.wait_for(WRITER, FINISH_MAX).await;
        stops.engine.send_replace(true);
        in_time &= self.tasks.wait_for(ENGINE, FINISH_MAX).await;
        stops.deliverer.send_replace(true);
        in_time &= self.tasks.wait_for(DELIVERER, DELIVER_MAX).await;
        for name in [REPLICA, RETENTION, STATISTICS, SESSIONS, NODE, MAIL, WAITING, ARRIVAL] {
            in_time &= self.tasks.wait_for(name, FINISH_MAX).await;
        }
        if !in_time {
            tracing::warn!(
                "not every part finished in time; what it left is done after the next start"
            );
        }
        if let Some(db) = self.db
            && tokio::task::spawn_blocking(move || db.close()).await.is_err()
        {
            tracing::error!("the database could not be closed");
        }
        drop(self.lock);
        tracing::info!("stopped");
    }
}

/// Who may make the first instance, and the token that is told to whoever started the server: only where the
/// database is there and has no instance.
fn first_run(context: &Context, ground: &Ground, is_there: bool) -> (FirstRun, Option<Secret>) {
    if !is_there || !ground.snapshots.all().is_empty() {
        return (FirstRun::over(), None);
    }
    let (run, token) = FirstRun::open(&context.random, context.clock.now());
    (run, Some(token))
}

/// What the process holds, and the replica that keeps it fresh.
fn furnish(
    context: &Context,
    settings: &Settings,
    ground: Ground,
    (late, url, mailer): (&Late, &str, firebell_access::reset::Mailer),
) -> (House, Replica<Late>) {
    let Ground { snapshots, link_key, keeping } = ground;
    let pace = firebell_replica::Settings {
        proving: settings.plane.proving,
        ..firebell_replica::Settings::default()
    };
    let (clock, random) = (context.clock.clone(), context.random.clone());
    let replica = Replica::new(snapshots.clone(), late.clone(), clock.clone(), &random, pace);
    let replica = match keeping {
        Some(keeping) => replica.keeping(keeping),
        None => replica,
    };
    let handle = replica.handle();
    let fresh = handle.clone();
    let authenticator = Authenticator::new(&random)
        .with_sessions(Sessions::new(&link_key))
        .with_freshness(Arc::new(move || fresh.is_fresh()));
    let authenticator = match settings.channels.email {
        Some(_) => authenticator.with_mailer(mailer),
        // Nothing would be sent: better to say so than to promise it.
        None => authenticator,
    };
    let house = House {
        settings: settings.clone(),
        authenticator: Arc::new(authenticator),
        replica: handle,
        snapshots,
        link_key,
        first_run: FirstRun::over(),
        url: url.to_owned(),
        clock,
        random,
    };
    (house, replica)
}

fn stops() -> (Stops, Signalled) {
    let (http, http_stops) = Stop::new();
    let (engine, engine_stops) = Stop::new();
    let (deliverer, deliverer_stops) = Stop::new();
    let (upkeep, upkeep_stops) = Stop::new();
    let (last, last_stops) = Stop::new();
    let signalled = Signalled {
        http: http_stops,
        engine: engine_stops,
        deliverer: deliverer_stops,
        upkeep: upkeep_stops,
        last: last_stops,
    };
    (Stops { http, engine, deliverer, upkeep, last }, signalled)
}

/// The database that was away, once it is there; waits for ever where none is waited for.
async fn arrived(arrival: &mut Option<oneshot::Receiver<Opened>>) -> Opened {
    let Some(receiver) = arrival else { return std::future::pending().await };
    let told = receiver.await;
    *arrival = None;
    match told {
        Ok(opened) => opened,
        // Who would have told has ended, which ends the server.
        Err(_) => std::future::pending().await,
    }
}

/// Why the engine ended.
fn broken(error: EngineError) -> Broken {
    match error {
        EngineError::Fenced => Broken::Replaced,
        error @ EngineError::Store(_) => Broken::By(error.to_string()),
    }
}

/// A part ended that nobody had told to.
pub(crate) fn unexpected(ended: Option<(&'static str, Ended)>) -> Failure {
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

/// Listens, or says why not.
pub(crate) async fn bind(listen: SocketAddr) -> Result<(TcpListener, SocketAddr), Failure> {
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
