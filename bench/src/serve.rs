//! The server under test: the API and the pipeline on a furnished database, and beside them an
//! endpoint that parses the same payload and answers 202 without keeping anything.
//!
//! It says `ready PORT` once it listens, and is ended by whoever started it.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use bytes::Bytes;
use clap::Args;
use firebell_access::Authenticator;
use firebell_api::{Api, ApiState, Hashing, Inner};
use firebell_base::{Clock, Id, Random};
use firebell_config::{Authority, Snapshots};
use firebell_domain::integration::Format;
use firebell_http::{Bounds, Doors, Limits, Proxies};
use firebell_pipeline::{Pipeline, Stop, payload};
use firebell_replica::{Replica, Settings, SqlSource};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::child::{self, Running};
use crate::world;

/// The path of the endpoint that keeps nothing.
pub(crate) const PARSE_ONLY: &str = "/parse-only";

/// As the binary has them unless told otherwise.
const LIMITS: Limits = Limits {
    connections_max: 4_096,
    header_timeout: Duration::from_secs(30),
    request_timeout: Duration::from_secs(30),
    grace: Duration::from_secs(10),
};

/// Which database, and how much of the pipeline runs.
#[derive(Debug, Clone, Args)]
pub(crate) struct Options {
    #[arg(long)]
    database: String,
    #[arg(long)]
    engine: Processing,
}

/// Whether accepted events are processed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Processing {
    /// They stay in the journal: the accept path alone is measured.
    Off,
    /// As in production.
    On,
}

/// A running server and its port.
pub(crate) struct Server {
    pub(crate) process: Running,
    pub(crate) port: u16,
}

/// Starts the server as a process.
pub(crate) fn start(database: &str, engine: Processing) -> Result<Server> {
    let word = match engine {
        Processing::Off => "off",
        Processing::On => "on",
    };
    let arguments = ["serve", "--database", database, "--engine", word].map(str::to_owned);
    let mut process = Running::itself(&arguments)?;
    let line = process.line()?;
    let port = line.trim_start_matches("ready ").parse()?;
    Ok(Server { process, port })
}

/// The server's own process.
pub(crate) fn run(options: &Options) -> Result<()> {
    // Two workers: the database has its own threads, and the generator wants a processor too.
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(serve(options))
}

async fn serve(options: &Options) -> Result<()> {
    let db = world::open(&options.database)?;
    let snapshots = Snapshots::load(&db).await?;
    let pipeline = world::pipeline(&db, &snapshots).await?;
    let Pipeline { intake, responder, metrics, writer, engine, deliverer, .. } = pipeline;
    let (_hand, stop) = Stop::new();
    let serving = stop.clone();
    let mut tasks = JoinSet::new();
    tasks.spawn(writer.run());
    if options.engine == Processing::On {
        tasks.spawn(deliverer.run(stop.clone()));
        tasks.spawn(async move { drop(engine.run(stop).await) });
    }
    let source = SqlSource::new(db.clone());
    let pace = Settings::default();
    let replica = Replica::new(snapshots.clone(), source, Clock::System, &Random::System, pace);
    let handle = replica.handle();
    tasks.spawn(replica.run(std::future::pending()));
    let state = ApiState::new(Inner {
        db: db.clone(),
        snapshots: snapshots.clone(),
        authority: Authority::new(db, snapshots, Random::System),
        intake,
        responder,
        metrics,
        authenticator: Arc::new(Authenticator::new(&Random::System)),
        clock: Clock::System,
        random: Random::System,
        hashing: Hashing::default(),
        replica: Some(handle),
        feed_token: None,
    });
    // The endpoint that keeps nothing is behind the same door as the trigger.
    let routes = firebell_api::routes().map(|route| (route.path, (route.handler)()));
    let api = Api::with(routes.chain([(PARSE_ONLY, post(parse_only))]), state);
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    child::say(&format!("ready {}", listener.local_addr()?.port()))?;
    // The very code of the binary, with its bounds.
    let bounds = Bounds { limits: LIMITS, proxies: Proxies::default() };
    firebell_http::serve(listener, Doors::new(api), bounds, serving).await;
    Ok(())
}

/// Parses as the trigger does, keeps nothing, and answers in its words.
async fn parse_only(body: Bytes) -> Response {
    let now = Clock::System.now();
    match payload::parse(Format::Generic, &body, now) {
        Ok(_) => {
            let id: Id<()> = Id::new(&Random::System, now);
            let json = [("content-type", "application/json")];
            (StatusCode::ACCEPTED, json, format!("{{\"requestId\":\"{id}\"}}")).into_response()
        }
        Err(error) => (StatusCode::BAD_REQUEST, error.to_string()).into_response(),
    }
}
