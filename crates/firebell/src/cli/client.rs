//! Commands that talk to a server over HTTP.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use firebell_base::{Secret, Timestamp};

use super::connection::{Connection, secret};

/// `event`.
#[derive(Debug, Subcommand)]
pub(crate) enum EventCommand {
    /// Sends one event
    Send(SendArgs),
}

/// `event send`.
#[derive(Debug, Args)]
pub(crate) struct SendArgs {
    #[command(flatten)]
    pub(crate) connection: Connection,
    /// The integration's key, as ID:KEY, or the key alone with --integration
    #[arg(
        long,
        value_name = "KEY",
        env = "FIREBELL_INTEGRATION_KEY",
        hide_env_values = true,
        value_parser = secret
    )]
    pub(crate) integration_key: Option<Secret>,
    /// The integration by name or id; with --key or --user instead of its key, a person sends
    #[arg(long, value_name = "NAME")]
    pub(crate) integration: Option<String>,
    /// The event as a JSON file (- for standard input), instead of the fields below
    #[arg(short, long, value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
    /// What happened, in one line
    #[arg(short, long, value_name = "TEXT", conflicts_with = "file")]
    pub(crate) summary: Option<String>,
    /// low, medium or high
    #[arg(short, long, value_name = "PRIORITY", conflicts_with = "file")]
    pub(crate) priority: Option<String>,
    /// What makes two events speak of the same alert
    #[arg(long, value_name = "TEXT", conflicts_with = "file")]
    pub(crate) dedup_key: Option<String>,
    /// trigger, acknowledge or resolve
    #[arg(long, value_name = "ACTION", conflicts_with = "file")]
    pub(crate) action: Option<String>,
    /// Whom to tell instead of the form's recipients; may be repeated
    #[arg(long = "recipient", value_name = "NAME", conflicts_with = "file")]
    pub(crate) recipients: Vec<String>,
    /// A property as NAME=VALUE; may be repeated
    #[arg(long = "property", value_name = "NAME=VALUE", conflicts_with = "file")]
    pub(crate) properties: Vec<String>,
}

/// `integration`.
#[derive(Debug, Subcommand)]
pub(crate) enum IntegrationCommand {
    /// Every integration, and where events for it go
    List(IntegrationListArgs),
}

/// `integration list`.
#[derive(Debug, Args)]
pub(crate) struct IntegrationListArgs {
    #[command(flatten)]
    pub(crate) connection: Connection,
}

/// `alert`.
#[derive(Debug, Subcommand)]
pub(crate) enum AlertCommand {
    /// The newest alerts
    List(ListArgs),
    /// One alert with its timeline
    Show(ShowArgs),
    /// I take it: nobody else is told
    Ack(AnswerArgs),
    /// It is over
    Resolve(AnswerArgs),
    /// Goes to the next person at once
    Escalate(AnswerArgs),
    /// Tells nobody until it is resumed
    Suspend(AnswerArgs),
    /// Goes on after it was suspended
    Resume(AnswerArgs),
    /// Follows the open alerts
    Watch(WatchArgs),
}

/// Where an alert stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum StateArg {
    /// Open or acknowledged
    Active,
    /// Nobody took it yet
    Open,
    /// Somebody takes care
    Acknowledged,
    /// Waits until it is resumed
    Suspended,
    /// Over
    Closed,
    /// Every state
    All,
}

/// `alert list`.
#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    #[command(flatten)]
    pub(crate) connection: Connection,
    /// Which alerts
    #[arg(long, value_enum, default_value = "all")]
    pub(crate) state: StateArg,
    /// How many
    #[arg(long, default_value_t = 25, value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub(crate) limit: u16,
}

/// `alert show`.
#[derive(Debug, Args)]
pub(crate) struct ShowArgs {
    #[command(flatten)]
    pub(crate) connection: Connection,
    /// The alert's number or id
    pub(crate) alert: String,
}

/// The answers.
#[derive(Debug, Args)]
pub(crate) struct AnswerArgs {
    #[command(flatten)]
    pub(crate) connection: Connection,
    /// The alert's number or id
    pub(crate) alert: String,
    /// What to say with it
    #[arg(short, long, value_name = "TEXT")]
    pub(crate) comment: Option<String>,
}

/// `alert watch`.
#[derive(Debug, Args)]
pub(crate) struct WatchArgs {
    #[command(flatten)]
    pub(crate) connection: Connection,
    /// Shows the present state once and ends
    #[arg(long)]
    pub(crate) once: bool,
}

/// `oncall`.
#[derive(Debug, Args)]
pub(crate) struct OnCallArgs {
    #[command(flatten)]
    pub(crate) connection: Connection,
    /// Groups by name; all if none is named
    pub(crate) groups: Vec<String>,
    /// When, such as 2026-03-29T01:00:00Z; now if left out
    #[arg(long, value_name = "TIME", value_parser = instant)]
    pub(crate) at: Option<Timestamp>,
}

/// `explain`.
#[derive(Debug, Args)]
pub(crate) struct ExplainArgs {
    #[command(flatten)]
    pub(crate) connection: Connection,
    /// The integration that would receive it, by name or id
    #[arg(long, value_name = "NAME")]
    pub(crate) integration: String,
    /// The event as a JSON file (- for standard input)
    #[arg(long, value_name = "FILE")]
    pub(crate) event: PathBuf,
    /// When it would arrive, such as 2026-03-29T01:00:00Z; now if left out
    #[arg(long, value_name = "TIME", value_parser = instant)]
    pub(crate) at: Option<Timestamp>,
}

pub(super) fn instant(text: &str) -> Result<Timestamp, String> {
    let wanted = "must be a time with its offset, such as 2026-03-29T01:00:00Z";
    text.parse().map_err(|_| wanted.to_owned())
}
