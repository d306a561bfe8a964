//! `config`, `replica`, `audit` and `session`: the configuration plane.

use clap::{Args, Subcommand};
use firebell_base::Timestamp;
use firebell_domain::directory::{Kind, Revision};

use super::client::instant;

/// `config`.
#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// The settings in force, and where each came from; secrets are hidden
    Show,
    /// A settings file with every setting, its meaning and its default
    Example,
    /// The newest revision of the configuration, with its digest
    Head,
    /// Who changed what, and why; the newest first
    History(HistoryArgs),
    /// What changed between two revisions, field by field
    Diff(DiffArgs),
    /// The configuration as it is, or as it was at a revision or an instant
    Get(GetArgs),
    /// Computes every digest again from what is stored, and compares
    Verify(VerifyArgs),
    /// Says that this database is the one that counts, after it was restored by other means
    NewEpoch(ApproveArgs),
    /// Lets replicas take a snapshot of unusual size, up to the present revision
    ApproveSnapshot(ApproveArgs),
}

/// A point in the configuration's life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Moment {
    /// A revision.
    Revision(Revision),
    /// An instant.
    Time(Timestamp),
}

/// `config history`.
#[derive(Debug, Args)]
pub(crate) struct HistoryArgs {
    /// The instance; needed only if there are several
    #[arg(long, env = "FIREBELL_INSTANCE")]
    pub(crate) instance: Option<String>,
    /// Every instance
    #[arg(long)]
    pub(crate) all: bool,
    /// Only what came before this revision
    #[arg(long, value_name = "REVISION", value_parser = revision)]
    pub(crate) before: Option<Revision>,
    /// How many entries
    #[arg(long, default_value_t = 25, value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub(crate) limit: u16,
}

/// `config diff`.
#[derive(Debug, Args)]
pub(crate) struct DiffArgs {
    /// The older revision, such as 1.4
    #[arg(value_name = "FROM", value_parser = revision)]
    pub(crate) from: Revision,
    /// The newer one; the newest if left out
    #[arg(value_name = "TO", value_parser = revision)]
    pub(crate) to: Option<Revision>,
    /// The instance; needed only if there are several
    #[arg(long, env = "FIREBELL_INSTANCE")]
    pub(crate) instance: Option<String>,
}

/// `config get`.
#[derive(Debug, Args)]
pub(crate) struct GetArgs {
    /// Only entries of this kind, such as person, group, shift, entitlement
    #[arg(value_name = "KIND", value_parser = kind)]
    pub(crate) kind: Option<Kind>,
    /// Only the one with this name or id
    #[arg(value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// As of this revision (1.4) or instant (2026-03-29T01:00:00Z); now if left out
    #[arg(long, value_name = "WHEN", value_parser = moment)]
    pub(crate) at: Option<Moment>,
    /// Who was on call in a group then, instead of the configuration
    #[arg(long, value_name = "GROUP", conflicts_with_all = ["kind", "name"])]
    pub(crate) on_call: Option<String>,
    /// The instance; needed only if there are several
    #[arg(long, env = "FIREBELL_INSTANCE")]
    pub(crate) instance: Option<String>,
}

/// `config verify`.
#[derive(Debug, Args)]
pub(crate) struct VerifyArgs {
    /// Stores the digests that were computed, if the stored ones are wrong
    #[arg(long)]
    pub(crate) repair: bool,
}

/// Something that nobody should do by mistake.
#[derive(Debug, Args)]
pub(crate) struct ApproveArgs {
    /// Why it is meant; stands in the audit
    #[arg(long, value_name = "REASON")]
    pub(crate) approve: String,
    /// Tells what would happen and changes nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// `replica`.
#[derive(Debug, Subcommand)]
pub(crate) enum ReplicaCommand {
    /// Every process that reads this database's configuration
    Ls,
    /// One of them, with everything it said
    Show(NodeArgs),
    /// Makes a process take a whole snapshot again
    Resync(ResyncArgs),
    /// Runs a node without a database: sign-in and on-call from what it follows
    Follow(FollowArgs),
}

/// `replica show`.
#[derive(Debug, Args)]
pub(crate) struct NodeArgs {
    /// The node, as replica ls names it
    pub(crate) node: String,
}

/// `replica resync`.
#[derive(Debug, Args)]
pub(crate) struct ResyncArgs {
    /// Where that process listens, such as http://10.0.0.2:8420; the setting feed.token lets in
    pub(crate) url: String,
}

/// `replica follow`.
#[derive(Debug, Args)]
pub(crate) struct FollowArgs {
    /// The server to follow; its setting feed.token and the one here must be the same
    #[arg(long, value_name = "URL")]
    pub(crate) source: String,
    /// Address and port to listen on; port 0 takes any free one
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) listen: Option<String>,
}

/// `audit`.
#[derive(Debug, Subcommand)]
pub(crate) enum AuditCommand {
    /// The newest administrative acts
    List(AuditListArgs),
    /// Whether the chain of acts is whole
    Verify,
}

/// `audit list`.
#[derive(Debug, Args)]
pub(crate) struct AuditListArgs {
    /// The instance; needed only if there are several
    #[arg(long, env = "FIREBELL_INSTANCE")]
    pub(crate) instance: Option<String>,
    /// Every instance, and what belongs to none
    #[arg(long)]
    pub(crate) all: bool,
    /// Only what came before this number
    #[arg(long, value_name = "NUMBER")]
    pub(crate) before: Option<i64>,
    /// How many
    #[arg(long, default_value_t = 25, value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub(crate) limit: u16,
}

/// `session`.
#[derive(Debug, Subcommand)]
pub(crate) enum SessionCommand {
    /// Sessions that are not over
    List(SessionListArgs),
    /// Ends sessions at once
    End(EndArgs),
}

/// `session list`.
#[derive(Debug, Args)]
pub(crate) struct SessionListArgs {
    /// The person, by user name
    pub(crate) user: String,
    /// The instance; needed only if there are several
    #[arg(long, env = "FIREBELL_INSTANCE")]
    pub(crate) instance: Option<String>,
}

/// `session end`.
#[derive(Debug, Args)]
#[command(group(clap::ArgGroup::new("which").required(true).args(["session", "all"])))]
pub(crate) struct EndArgs {
    /// The person, by user name
    pub(crate) user: String,
    /// The session, as session list names it
    #[arg(long, value_name = "ID")]
    pub(crate) session: Option<String>,
    /// Every session of the person
    #[arg(long)]
    pub(crate) all: bool,
    /// Why; stands in the audit
    #[arg(long, value_name = "REASON", default_value = "command line")]
    pub(crate) reason: String,
    /// The instance; needed only if there are several
    #[arg(long, env = "FIREBELL_INSTANCE")]
    pub(crate) instance: Option<String>,
}

fn revision(text: &str) -> Result<Revision, String> {
    let parts = text.split_once('.').and_then(|(epoch, n)| {
        let (epoch, n): (u32, u64) = (epoch.parse().ok()?, n.parse().ok()?);
        Some(Revision { epoch: i64::from(epoch), n: i64::try_from(n).ok()? })
    });
    parts.ok_or_else(|| "must be a revision, such as 1.4".to_owned())
}

fn moment(text: &str) -> Result<Moment, String> {
    let time = || instant(text).map(Moment::Time);
    revision(text).map(Moment::Revision).or_else(|_| time()).map_err(|_| {
        "must be a revision, such as 1.4, or a time, such as 2026-03-29T01:00:00Z".to_owned()
    })
}

fn kind(text: &str) -> Result<Kind, String> {
    let found = Kind::ALL.into_iter().find(|kind| kind.word() == text);
    found.ok_or_else(|| {
        let words: Vec<&str> = Kind::ALL.iter().map(|kind| kind.word()).collect();
        format!("must be one of {}", words.join(", "))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_a_revision_or_an_instant() {
        assert_eq!(moment("1.4"), Ok(Moment::Revision(Revision { epoch: 1, n: 4 })));
        let time = "2026-03-29T01:00:00Z";
        assert_eq!(moment(time), Ok(Moment::Time(time.parse().unwrap())));
        for bad in ["", "1", "1.", "1.x", "-1.4", "1.-4", "yesterday", "99999999999.1"] {
            assert!(moment(bad).unwrap_err().contains("1.4"), "{bad}");
        }
    }
}
