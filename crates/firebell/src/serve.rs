//! `serve` and `check`: everything is looked at first, then the server runs until it is told to
//! stop or a part of it ends.
//!
//! | module | does |
//! |---|---|
//! | [`preflight`] | what has to be true of this machine and its database |
//! | [`server`] | puts the parts together, starts and stops them in order |
//! | [`ground`] | the configuration and the keys it stands on: from the database, or from the last-known-good file |
//! | [`house`] | what it holds, and the routes it answers with |
//! | [`arrival`] | waits for a database that was away at the start |
//! | [`tasks`] | the named tasks, and that none ends unnoticed |
//! | [`http`] | connections and their bounds |
//! | [`node`] | what this process says of itself to those who list the nodes |
//! | [`sessions`] | sessions as the database keeps them |
//! | [`mail`] | messages that set a new password |
//! | [`tend`] | what operators may ask of this very process |
//! | [`upkeep`] | retention |
//! | [`signals`] | SIGTERM and SIGINT |
//! | [`log`] | log lines, without secrets |

mod preflight;
mod log;
pub(crate) mod server;
pub(crate) mod ground;
pub(crate) mod house;
mod arrival;
pub(crate) mod tasks;
pub(crate) mod node;
mod sessions;
mod statistics;
mod mail;
pub(crate) mod tend;
mod upkeep;
mod signals;

use serde_json::json;
use tokio::runtime::{Builder, Runtime};

use crate::Context;
use crate::failure::{Exit, Failure};
use crate::output::Style;
use crate::place::{self, Lock, Reached};
use crate::settings::Settings;
use server::{Place, Server};

pub(crate) use log::start as start_log;
pub(crate) use preflight::raise_open_files;
pub(crate) use signals::Signals;

/// Runs the server.
pub(crate) fn run(context: &Context) -> Result<(), Failure> {
    let settings = Settings::load(&context.sources)?;
    log::start(&settings);
    raise_open_files();
    let faults: Vec<String> =
        preflight::machine(&settings).into_iter().filter_map(|found| found.fault()).collect();
    if !faults.is_empty() {
        let what = "This machine does not meet the settings.";
        return Err(Failure::new(Exit::Settings, what)
            .details(faults)
            .effect("Nothing was started.")
            .remedy("firebell check, after changing the settings or the machine"));
    }
    let lock = Lock::take(&settings.database)?;
    let db = match place::reach(&settings, context.clock.now())? {
        Reached::Open(db) => Some(db),
        // Only where there is something to serve meanwhile.
        Reached::Away(_) if settings.plane.file.exists() => None,
        Reached::Away(failure) => return Err(failure),
    };
    let runtime = runtime()?;
    let ended = runtime.block_on(serve(context, &settings, Place { db, lock }));
    // Whatever still runs now was given its time.
    runtime.shutdown_background();
    ended
}

async fn serve(context: &Context, settings: &Settings, place: Place) -> Result<(), Failure> {
    let mut signals = Signals::listen()?;
    let mut server = Server::start(context, settings, place).await?;
    let url = server.url().to_owned();
    let token = server.take_token();
    // On the terminal of whoever started it, and nowhere else: never in the log.
    let setup =
        token.as_ref().map(|token| json!({"url": format!("{url}/start"), "token": token.expose()}));
    let object = json!({
        "listening": server.address().to_string(),
        "url": url,
        "database": !server.is_waiting(),
        "setup": setup,
    });
    let (first_start, is_waiting) = (server.has_no_instance(), server.is_waiting());
    context.out.either(&object, |out| {
        let url = out.paint(Style::Bold, &url);
        out.line(&format!("Firebell listens on {} ({url})", server.address()));
        if is_waiting {
            out.note(&format!(
                "The database {} cannot be reached. Until it can, people sign in and see who is on \
                 call from what was known last; events and changes are told to come again.",
                settings.database
            ));
        } else if first_start {
            let by_hand = format!("firebell --database {} instance create NAME", settings.database);
            match &token {
                Some(token) => out.note(&format!(
                    "There is no instance yet. Open {url}/start and enter this token, which counts \
                     once, for a day and until the server stops:\n  {token}\nor open it with the \
                     token in it:\n  {url}/start#{token}\nor, in another terminal:\n  {by_hand}",
                    token = token.expose()
                )),
                None => out
                    .note(&format!("There is no instance yet. In another terminal:\n  {by_hand}")),
            }
        }
    });
    let until = async |signals: &mut Signals| {
        let signal = signals.next().await;
        tracing::info!(signal, "told to stop");
    };
    server.run(&mut signals, until).await
}

/// The threads that serve.
pub(crate) fn runtime() -> Result<Runtime, Failure> {
    Builder::new_multi_thread().enable_all().thread_name("firebell").build().map_err(|error| {
        let what = format!("The server's threads cannot be started: {error}.");
        Failure::new(Exit::Settings, what).effect("Nothing was started.")
    })
}

/// Looks at everything a server needs, and starts nothing.
pub(crate) fn check(context: &Context) -> Result<(), Failure> {
    let settings = Settings::load(&context.sources)?;
    raise_open_files();
    let mut found = vec![preflight::Found::good("settings", "valid".to_owned())];
    found.extend(preflight::machine(&settings));
    let (database, broken) = preflight::database(&settings);
    found.push(database);
    let checks: Vec<_> = found.iter().map(preflight::Found::json).collect();
    context.out.either(&json!({"checks": checks}), |out| {
        for one in &found {
            out.line(&one.line(out));
        }
    });
    let faults: Vec<String> = found.iter().filter_map(preflight::Found::fault).collect();
    if faults.is_empty() {
        return Ok(());
    }
    let exit = if broken && faults.len() == 1 { Exit::Database } else { Exit::Settings };
    Err(Failure::new(exit, "A server would not start like this.").details(faults))
}
