//! Firebell's only binary: command line, settings, wiring.
//!
//! `main` reads the command line and the environment, runs one command, and turns its end into an
//! exit code. The commands: [`serve`] and [`demo`] run a server, [`admin`] works on the database,
//! [`plane`]
//! shows and tends the configuration plane, [`follow`] runs a node without a database, [`client`]
//! talks to a server over HTTP. Nothing outside this crate knows of processes, flags or
//! the environment.

/// The system's allocator took a sixth of the processor's time while events were accepted (`bench accept`).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

mod failure;
mod output;
mod settings;
mod cli;
mod place;
mod authority;
mod serve;
mod admin;
mod plane;
mod follow;
mod client;
mod demo;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::FromArgMatches as _;
use clap::error::ErrorKind;
use firebell_base::{Clock, Random};

use cli::{Cli, Command, Global, ReplicaCommand};
use failure::{Exit, Failure};
use output::{Color, Output};
use settings::Sources;

/// What every command works with.
pub(crate) struct Context {
    /// Where its words go.
    pub(crate) out: Output,
    /// The clock.
    pub(crate) clock: Clock,
    /// Where ids and secrets come from.
    pub(crate) random: Random,
    /// Where settings come from.
    pub(crate) sources: Sources,
}

fn main() -> ExitCode {
    let environment: Vec<(String, String)> = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect();
    let matches = match cli::command().try_get_matches() {
        Ok(matches) => matches,
        Err(error) => return misused(&error),
    };
    let cli = match Cli::from_arg_matches(&matches) {
        Ok(cli) => cli,
        Err(error) => return misused(&error),
    };
    let no_color = environment.iter().any(|(name, value)| name == "NO_COLOR" && !value.is_empty());
    let out = Output::new(cli.global.json, cli.global.quiet, cli.global.color, no_color);
    match run(cli, environment, &out) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            out.failure(&failure);
            ExitCode::from(failure.exit().code())
        }
    }
}

/// `--help` and `--version` come here too: they are no misuse.
fn misused(error: &clap::Error) -> ExitCode {
    let wants_json = std::env::args().any(|word| word == "--json");
    if wants_json && error.use_stderr() {
        let failure = Failure::new(Exit::Usage, error.to_string().trim().to_owned());
        Output::new(true, false, Color::Never, true).failure(&failure);
    } else if error.print().is_err() {
        // Nobody reads.
    }
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => ExitCode::SUCCESS,
        _ => ExitCode::from(Exit::Usage.code()),
    }
}

fn run(cli: Cli, environment: Vec<(String, String)>, out: &Output) -> Result<(), Failure> {
    let context = Context {
        out: out.clone(),
        clock: Clock::System,
        random: Random::System,
        sources: sources(&cli.global, &cli.command, environment)?,
    };
    match cli.command {
        Command::Completions { shell } => {
            let mut text = Vec::new();
            clap_complete::generate(shell, &mut cli::command(), "firebell", &mut text);
            out.text(&String::from_utf8_lossy(&text));
            Ok(())
        }
        Command::Config(command) => plane::configuration::run(&context, command),
        Command::Licence(command) => plane::licence::run(&context, command),
        Command::Replica(ReplicaCommand::Follow(args)) => follow::run(&context, &args),
        Command::Replica(command) => plane::replica::run(&context, command),
        Command::Audit(command) => plane::audit::run(&context, command),
        Command::Session(command) => plane::session::run(&context, command),
        Command::Check => serve::check(&context),
        Command::Serve(_) => serve::run(&context),
        Command::Demo(args) => demo::run(&context, &args),
        Command::Instance(command) => admin::instance::run(&context, command),
        Command::User(command) => admin::user::run(&context, command),
        Command::Apply(args) => admin::apply::run(&context, &args),
        Command::Export(args) => admin::apply::export(&context, &args),
        Command::Backup(args) => admin::backup::run(&context, &args),
        Command::Restore(args) => admin::restore::run(&context, &args),
        Command::Event(command) => client::run(client::event::run(&context, command)),
        Command::Integration(command) => client::run(client::integration::run(&context, command)),
        Command::Alert(command) => client::run(client::alert::run(&context, command)),
        Command::Oncall(args) => client::run(client::on_call::run(&context, args)),
        Command::Explain(args) => client::run(client::explain::run(&context, args)),
    }
}

/// The layers of settings that the command line and the environment make.
fn sources(
    global: &Global,
    command: &Command,
    environment: Vec<(String, String)>,
) -> Result<Sources, Failure> {
    let mut flags = Vec::new();
    let mut flag = |flag: &str, name: &str, value: &Option<String>| {
        let value = value.as_ref();
        flags.extend(value.map(|value| (flag.to_owned(), name.to_owned(), value.clone())));
    };
    flag("--database", "database", &global.database);
    if let Command::Serve(args) = command {
        flag("--listen", "listen", &args.listen);
        flag("--public-url", "public_url", &args.public_url);
    }
    if let Command::Replica(ReplicaCommand::Follow(args)) = command {
        flag("--listen", "listen", &args.listen);
    }
    let level = match global.verbose {
        0 => None,
        1 => Some("debug".to_owned()),
        _ => Some("trace".to_owned()),
    };
    flag("--verbose", "log.level", &level);
    flag("--quiet", "log.level", &global.quiet.then(|| "warn".to_owned()));
    for set in &global.sets {
        let Some((name, value)) = set.split_once('=') else {
            let what = format!("--set needs NAME=VALUE, such as log.level=debug, not {set}.");
            return Err(Failure::new(Exit::Usage, what));
        };
        let (name, value) = (name.trim().to_owned(), value.to_owned());
        flags.push((format!("--set {name}"), name, value));
    }
    Ok(Sources {
        file: global.config.clone(),
        usual_files: ["firebell.toml", "/etc/firebell/firebell.toml"].map(PathBuf::from).into(),
        environment,
        flags,
    })
}
