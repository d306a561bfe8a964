//! `demo`: what Firebell does, shown with sample data. A real server on an embedded SQLite file in
//! a temporary directory; the story goes through its public HTTP doors only.
//!
//! | module | does |
//! |---|---|
//! | [`sample`] | the sample instance: people, devices, shifts in two zones, integrations |
//! | [`receiver`] | the sample people's webhooks: checks signatures, hands messages on |
//! | [`story`] | what is done, and what is seen of it |
//! | [`narrator`] | how it is told in the terminal |

mod sample;
mod receiver;
mod story;
mod narrator;

use std::net::SocketAddr;
use std::path::Path;

use firebell_sql::{Db, Target};

use crate::Context;
use crate::cli::DemoArgs;
use crate::failure::{Exit, Failure};
use crate::place::{self, Lock, Schema};
use crate::serve::server::{Place, Server};
use crate::serve::{Signals, raise_open_files, runtime, start_log};
use crate::settings::{Settings, Sources};
use narrator::Narrator;
use receiver::Receiver;
use sample::Sample;
use story::Story;

/// Runs the demonstration.
pub(crate) fn run(context: &Context, args: &DemoArgs) -> Result<(), Failure> {
    let dir = tempfile::Builder::new().prefix("firebell-demo-").tempdir().map_err(|error| {
        Failure::new(Exit::Settings, format!("A temporary directory cannot be made: {error}."))
    })?;
    let settings = settings(dir.path(), free(args.listen))?;
    start_log(&settings);
    raise_open_files();
    let lock = Lock::take(&settings.database)?;
    let db = place::open(&settings, Schema::Migrate, context.clock.now())?;
    let runtime = runtime()?;
    let ended = runtime.block_on(tell(context, args, &settings, (db, lock), dir.path()));
    runtime.shutdown_background();
    ended
}

async fn tell(
    context: &Context,
    args: &DemoArgs,
    settings: &Settings,
    (db, lock): (Db, Lock),
    dir: &Path,
) -> Result<(), Failure> {
    let mut signals = Signals::listen()?;
    let receiver = Receiver::start(context).await?;
    let sample = Sample::make(context, &db, &receiver).await?;
    let place = Place { db: Some(db), lock };
    let server = Server::start(context, settings, place).await?;
    let narrator = Narrator::new(&context.out);
    let story = Story::new(context, server.url(), sample, receiver, dir)?;
    let mut told = Ok(());
    let until = async |signals: &mut Signals| {
        tokio::select! {
            ended = story.tell(&narrator) => told = ended,
            _ = signals.next() => return,
        }
        if told.is_ok() && !args.exit {
            story.what_to_try(&narrator);
            narrator.serving_on();
            signals.next().await;
        }
    };
    server.run(&mut signals, until).await?;
    told
}

/// The address that was asked for, or a free port beside it if somebody listens there.
fn free(listen: SocketAddr) -> SocketAddr {
    match std::net::TcpListener::bind(listen) {
        Ok(_) => listen,
        Err(_) => SocketAddr::new(listen.ip(), 0),
    }
}

/// A server's settings that depend on nothing of this machine.
fn settings(dir: &Path, listen: SocketAddr) -> Result<Settings, Failure> {
    let target = Target::Sqlite { path: dir.join("demo.db") };
    let flags = [
        ("listen", listen.to_string()),
        ("database", target.to_string()),
        // The sample people's webhooks are on this machine.
        ("webhook.allow_networks", "127.0.0.0/8".to_owned()),
        ("log.level", "error".to_owned()),
    ];
    let flags = flags.map(|(name, value)| ("the demonstration".to_owned(), name.to_owned(), value));
    Settings::load(&Sources { flags: flags.into(), ..Sources::default() })
}
