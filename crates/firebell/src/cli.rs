//! The command line: what can be typed, with its help. Parsed in `main`; nothing here acts.

mod admin;
mod client;
mod connection;
mod plane;
mod licence;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

pub(crate) use admin::{
    ApplyArgs, BackupArgs, ExportArgs, InstanceCommand, NewInstanceArgs, NewUserArgs, PasswordArgs,
    RestoreArgs, UserCommand, UserNameArgs,
};
pub(crate) use client::{
    AlertCommand, AnswerArgs, EventCommand, ExplainArgs, IntegrationCommand, ListArgs, OnCallArgs,
    SendArgs, ShowArgs, StateArg, WatchArgs,
};
pub(crate) use connection::Connection;
pub(crate) use licence::{
    EnforcementArg, ExplainLicenceArgs, ImportArgs, KeyArgs, LicenceCommand, ReconcileArgs,
    SetLicenceArgs, ShowLicenceArgs, SignArgs,
};
pub(crate) use plane::{
    ApproveArgs, AuditCommand, AuditListArgs, ConfigCommand, DiffArgs, EndArgs, FollowArgs,
    GetArgs, HistoryArgs, Moment, NodeArgs, ReplicaCommand, SessionCommand, SessionListArgs,
    VerifyArgs,
};

use crate::failure;
use crate::output::Color;

/// Self-hosted on-call alerting: events become alerts, alerts reach the person on call, and the
/// answer counts.
#[derive(Debug, Parser)]
#[command(name = "firebell", version, propagate_version = true, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What every command takes.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct Global {
    /// Settings file (TOML); otherwise ./firebell.toml or /etc/firebell/firebell.toml if there is
    /// one
    #[arg(long, global = true, value_name = "FILE", env = "FIREBELL_CONFIG")]
    pub(crate) config: Option<PathBuf>,
    /// The database: a SQLite file, or a PostgreSQL URL
    #[arg(long, global = true, value_name = "URL")]
    pub(crate) database: Option<String>,
    /// Sets any setting for this call, such as --set log.level=debug; may be repeated
    #[arg(long = "set", global = true, value_name = "NAME=VALUE")]
    pub(crate) sets: Vec<String>,
    /// Results and errors as JSON
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Only results and errors
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,
    /// More log lines of the server; twice for even more
    #[arg(short, long, global = true, action = clap::ArgAction::Count, conflicts_with = "quiet")]
    pub(crate) verbose: u8,
    /// When to use colours
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN")]
    pub(crate) color: Color,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Runs the server
    Serve(ServeArgs),
    /// Shows what Firebell does, with sample data in a temporary directory
    Demo(DemoArgs),
    /// Checks settings, database and this machine, without starting anything
    Check,
    /// The settings, and the configuration: its revisions, its past, what it proves
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Instances: one per customer (works on the database; no server needed)
    #[command(subcommand)]
    Instance(InstanceCommand),
    /// People who sign in (works on the database; no server needed)
    #[command(subcommand)]
    User(UserCommand),
    /// What instances are entitled to, and who holds a licence (works on the database)
    #[command(subcommand)]
    Licence(LicenceCommand),
    /// The processes that read configuration: how far each is, and how sure
    #[command(subcommand)]
    Replica(ReplicaCommand),
    /// Administrative acts, in an unbroken chain
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Who is signed in, and ending it
    #[command(subcommand)]
    Session(SessionCommand),
    /// Makes an instance's configuration be what a file says, and shows the difference
    Apply(ApplyArgs),
    /// Prints an instance's configuration as a file for apply
    Export(ExportArgs),
    /// Copies the SQLite database while it is in use
    Backup(BackupArgs),
    /// Replaces the SQLite database by a backup
    Restore(RestoreArgs),
    /// Sends events to a server
    #[command(subcommand)]
    Event(EventCommand),
    /// Integrations: the doors for events
    #[command(subcommand)]
    Integration(IntegrationCommand),
    /// Alerts: list, follow, answer
    #[command(subcommand)]
    Alert(AlertCommand),
    /// Who is on call, and why
    Oncall(OnCallArgs),
    /// Who would be told what, when, on which device, if an event arrived, and why not the others
    Explain(ExplainArgs),
    /// Prints completions for a shell
    Completions {
        /// The shell
        #[arg(value_enum)]
        shell: clap_complete::Shell,
    },
}

/// `serve`.
#[derive(Debug, Args)]
pub(crate) struct ServeArgs {
    /// Address and port to listen on; port 0 takes any free one
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) listen: Option<String>,
    /// Where people and their programs reach this server
    #[arg(long, value_name = "URL")]
    pub(crate) public_url: Option<String>,
}

/// `demo`.
#[derive(Debug, Args)]
pub(crate) struct DemoArgs {
    /// Address and port to listen on; a free port is taken if this one is in use
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8420")]
    pub(crate) listen: std::net::SocketAddr,
    /// Ends after the story instead of serving on
    #[arg(long)]
    pub(crate) exit: bool,
}

/// The command line's definition, with the exit codes in its help.
pub(crate) fn command() -> clap::Command {
    let codes = failure::exit_codes();
    let after = format!(
        "{codes}\nSettings come from flags, then the environment (FIREBELL_…), then the file, then \
         defaults.\nBegin with: firebell demo"
    );
    <Cli as clap::CommandFactory>::command().after_help(after)
}

#[cfg(test)]
mod tests {
    use clap::FromArgMatches as _;

    use super::*;

    fn parse(words: &str) -> Result<Cli, clap::Error> {
        let words = std::iter::once("firebell").chain(words.split_whitespace());
        Cli::from_arg_matches(&command().try_get_matches_from(words)?)
    }

    #[test]
    fn the_definition_is_sound() {
        command().debug_assert();
    }

    #[test]
    fn what_can_be_typed() {
        for words in [
            "serve --listen 127.0.0.1:0 --public-url https://f.example",
            "serve --config f.toml --database sqlite:x.db --set log.level=debug -vv",
            "demo --exit --color never",
            "check --json",
            "config show",
            "config example",
            "config head --json",
            "config history --instance acme --before 1.20 --limit 5",
            "config history --all",
            "config diff 1.4 1.9 --instance acme",
            "config get --at 1.4",
            "config get person ada --at 2026-03-29T01:00:00Z",
            "config get --on-call Ops --at 2026-03-29T01:00:00Z",
            "config verify --repair",
            "config new-epoch --approve restored",
            "config approve-snapshot --approve merged --dry-run",
            "licence set full 100 --instance acme --enforcement soft --until 2027-01-01T00:00:00Z",
            "licence set full unlimited --instance a --instance b --approve renewed",
            "licence set stakeholder --remove --approve over --dry-run",
            "licence show --all",
            "licence explain ada",
            "licence reconcile --repair",
            "licence key operator.key",
            "licence sign --key operator.key --instance-id 00000000-0000-4000-8000-000000000000 \
             --serial 3 full=100 stakeholder=unlimited",
            "licence import acme.licence --dry-run",
            "replica ls",
            "replica show node-a",
            "replica resync http://127.0.0.1:8421",
            "replica follow --source http://127.0.0.1:8420 --listen 127.0.0.1:0",
            "audit list --all --limit 10",
            "audit verify",
            "session list ada",
            "session end ada --all",
            "instance create acme --region na --admin-name root --admin-email a@b.example",
            "instance list --json",
            "user create jdoe --first-name J --last-name Doe --role Standard --api-key",
            "user password jdoe --password-file - --instance acme",
            "user key jdoe",
            "apply -f - --dry-run --prune --json --instance acme",
            "export --instance acme",
            "backup f.db",
            "restore f.db --force",
            "event send --summary full --priority high --integration-key k --dedup-key d",
            "event send -f body.json --integration i --key x-api-key-1:s",
            "integration list --json",
            "alert list --state open --url http://h:1 --key a:b",
            "alert show 17",
            "alert ack 17 --comment mine",
            "alert resolve 17",
            "alert escalate 17",
            "alert suspend 17",
            "alert resume 17",
            "alert watch --json",
            "oncall Platform --at 2026-03-29T01:00:00Z",
            "explain --integration i --event f.json --at 2026-03-29T01:00:00Z",
            "completions zsh",
        ] {
            parse(words).unwrap_or_else(|error| panic!("{words}: {error}"));
        }
    }

    #[test]
    fn what_cannot() {
        for (words, told) in [
            ("", "Usage"),
            ("srve", "serve"),
            ("apply", "--file"),
            ("serve -q -v", "cannot be used with"),
            ("alert list --state weird", "possible values"),
            ("oncall --at yesterday", "--at"),
            ("alert show", "<ALERT>"),
            ("config get --at yesterday", "--at"),
            ("config new-epoch", "--approve"),
            ("licence set full many", "unlimited"),
            ("licence set full", "ALLOTMENT"),
            ("licence set full 5 --remove", "cannot be used with"),
            ("licence sign --key k --serial 1 full", "TYPE=ALLOTMENT"),
            ("replica follow", "--source"),
            ("session end ada", "--all"),
            ("alert list --key a:b --user c --password-file d", "cannot be used with"),
            ("alert list --user c", "needed together"),
        ] {
            let error = parse(words).err().unwrap_or_else(|| panic!("{words} was accepted"));
            assert!(error.to_string().contains(told), "{words}: {error}");
        }
    }

    #[test]
    fn help_names_commands_and_exit_codes_and_hides_secrets() {
        let help = command().render_long_help().to_string();
        for told in ["serve", "demo", "explain", "Exit codes:", "  4  the database", "--database"] {
            assert!(help.contains(told), "{told} is missing in:\n{help}");
        }
        let widest = help.lines().map(|line| line.chars().count()).max();
        assert!(widest <= Some(160), "{widest:?}");
    }
}
