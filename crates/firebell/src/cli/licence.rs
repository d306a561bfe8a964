//! `licence`: what instances are entitled to.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use firebell_base::Timestamp;
use firebell_domain::instance::{Instance, InstanceId};
use firebell_domain::licence::Allotment;
use firebell_domain::person::LicenceType;

use super::client::instant;

/// `licence`.
#[derive(Debug, Subcommand)]
pub(crate) enum LicenceCommand {
    /// Sets how many people of an instance may hold a licence
    Set(SetLicenceArgs),
    /// What is allotted, held and free
    Show(ShowLicenceArgs),
    /// What an instance has, since when, how sure that is, and why somebody holds a licence or not
    Explain(ExplainLicenceArgs),
    /// Compares the ledger of licences with its count and with the people
    Reconcile(ReconcileArgs),
    /// Makes a key that signs entitlement files
    Key(KeyArgs),
    /// Makes a signed entitlement file for an instance whose operator is elsewhere
    Sign(SignArgs),
    /// Sets what a signed entitlement file says
    Import(ImportArgs),
}

/// How strictly an allotment is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum EnforcementArg {
    /// Nobody more
    Hard,
    /// Some more for some time
    Soft,
    /// Everybody; settled later
    TrueUp,
}

/// `licence set`.
#[derive(Debug, Args)]
#[command(group(clap::ArgGroup::new("what").required(true).args(["allotment", "remove"])))]
pub(crate) struct SetLicenceArgs {
    /// full or stakeholder
    #[arg(value_name = "TYPE", value_parser = licence)]
    pub(crate) licence: LicenceType,
    /// How many people may hold one, or unlimited
    #[arg(value_name = "ALLOTMENT", value_parser = allotment)]
    pub(crate) allotment: Option<Allotment>,
    /// Removes the entitlement: nobody knows then how many there are, and nobody new gets one
    #[arg(long)]
    pub(crate) remove: bool,
    /// The instance, needed only if there are several; may be repeated
    #[arg(long = "instance", env = "FIREBELL_INSTANCE")]
    pub(crate) instances: Vec<String>,
    /// What happens above the allotment; as it was, or soft if nothing was limited yet
    #[arg(long, value_enum)]
    pub(crate) enforcement: Option<EnforcementArg>,
    /// With --enforcement soft: how many per cent more
    #[arg(long, value_name = "PERCENT", default_value_t = 10, value_parser = percent())]
    pub(crate) soft_percent: u8,
    /// With --enforcement soft: or how many people more, if that is more
    #[arg(long, value_name = "PEOPLE", default_value_t = 1)]
    pub(crate) soft_floor: u32,
    /// With --enforcement soft: for how many days
    #[arg(long, value_name = "DAYS", default_value_t = 14)]
    pub(crate) soft_days: u16,
    /// When it begins, or none; as it was if not given
    #[arg(long, value_name = "TIME", value_parser = end)]
    pub(crate) from: Option<End>,
    /// When it ends, or none; nobody loses anything then, but nobody new gets a licence
    #[arg(long, value_name = "TIME", value_parser = end)]
    pub(crate) until: Option<End>,
    /// Days after the end for which everything stays as it was; as it was if not given
    #[arg(long, value_name = "DAYS")]
    pub(crate) grace_days: Option<u16>,
    /// The contract it comes from, in your own words; as it was if not given
    #[arg(long, value_name = "TEXT")]
    pub(crate) contract: Option<String>,
    /// Lets it pass the guards against mistakes; the reason stands in the audit
    #[arg(long, value_name = "REASON")]
    pub(crate) approve: Option<String>,
    /// Tells what would change and changes nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// `licence show`.
#[derive(Debug, Args)]
pub(crate) struct ShowLicenceArgs {
    /// The instance; needed only if there are several
    #[arg(long, env = "FIREBELL_INSTANCE")]
    pub(crate) instance: Option<String>,
    /// Every instance
    #[arg(long)]
    pub(crate) all: bool,
}

/// `licence explain`.
#[derive(Debug, Args)]
pub(crate) struct ExplainLicenceArgs {
    /// Why this person holds a licence or does not, by user name
    pub(crate) user: Option<String>,
    /// The instance; needed only if there are several
    #[arg(long, env = "FIREBELL_INSTANCE")]
    pub(crate) instance: Option<String>,
}

/// `licence reconcile`.
#[derive(Debug, Args)]
pub(crate) struct ReconcileArgs {
    /// The instance; needed only if there are several
    #[arg(long, env = "FIREBELL_INSTANCE")]
    pub(crate) instance: Option<String>,
    /// Makes ledger and count follow the people; otherwise nothing is changed
    #[arg(long)]
    pub(crate) repair: bool,
}

/// `licence key`.
#[derive(Debug, Args)]
pub(crate) struct KeyArgs {
    /// The file to make; it must not exist
    pub(crate) file: PathBuf,
    /// What the key is called, in lower-case letters and digits; stands in what it signs
    #[arg(long, value_name = "NAME", default_value = "operator")]
    pub(crate) name: String,
}

/// `licence sign`.
#[derive(Debug, Args)]
pub(crate) struct SignArgs {
    /// The key that licence key made
    #[arg(long, value_name = "FILE")]
    pub(crate) key: PathBuf,
    /// The instance's id, as firebell --json instance list shows it there
    #[arg(long, value_name = "UUID", value_parser = instance_id)]
    pub(crate) instance_id: InstanceId,
    /// Must be higher than that of the file before
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) serial: u32,
    /// What is allotted, such as full=100 or stakeholder=unlimited
    #[arg(value_name = "TYPE=ALLOTMENT", required = true, value_parser = pair)]
    pub(crate) entitlements: Vec<(LicenceType, Allotment)>,
    /// When it begins
    #[arg(long, value_name = "TIME", value_parser = instant)]
    pub(crate) from: Option<Timestamp>,
    /// When it ends
    #[arg(long, value_name = "TIME", value_parser = instant)]
    pub(crate) until: Option<Timestamp>,
    /// Days after the end for which everything stays as it was
    #[arg(long, value_name = "DAYS", default_value_t = 0)]
    pub(crate) grace_days: u16,
    /// The contract it comes from
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub(crate) contract: String,
    /// What happens above the allotment
    #[arg(long, value_enum, default_value = "soft")]
    pub(crate) enforcement: EnforcementArg,
}

/// `licence import`.
#[derive(Debug, Args)]
pub(crate) struct ImportArgs {
    /// The signed file (- for standard input)
    pub(crate) file: PathBuf,
    /// The instance; needed only if there are several
    #[arg(long, env = "FIREBELL_INSTANCE")]
    pub(crate) instance: Option<String>,
    /// Lets it pass the guards against mistakes; the reason stands in the audit
    #[arg(long, value_name = "REASON")]
    pub(crate) approve: Option<String>,
    /// Checks the file, tells what would change and changes nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// An end of a time: an instant, or none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct End(pub(crate) Option<Timestamp>);

fn end(text: &str) -> Result<End, String> {
    if text.eq_ignore_ascii_case("none") {
        return Ok(End(None));
    }
    instant(text).map(|at| End(Some(at)))
}

fn percent() -> clap::builder::RangedI64ValueParser<u8> {
    clap::value_parser!(u8).range(0..=100)
}

fn licence(text: &str) -> Result<LicenceType, String> {
    match text.to_lowercase().as_str() {
        "full" | "full_user" => Ok(LicenceType::FullUser),
        "stakeholder" | "stakeholder_user" => Ok(LicenceType::StakeholderUser),
        _ => Err("must be full or stakeholder".to_owned()),
    }
}

fn allotment(text: &str) -> Result<Allotment, String> {
    if text.eq_ignore_ascii_case("unlimited") {
        return Ok(Allotment::Unlimited);
    }
    text.parse().map(Allotment::Limited).map_err(|_| "must be a number, or unlimited".to_owned())
}

fn pair(text: &str) -> Result<(LicenceType, Allotment), String> {
    let wanted = || "must be TYPE=ALLOTMENT, such as full=100".to_owned();
    let (what, many) = text.split_once('=').ok_or_else(wanted)?;
    Ok((licence(what)?, allotment(many)?))
}

fn instance_id(text: &str) -> Result<InstanceId, String> {
    text.parse::<firebell_base::Id<Instance>>().map_err(|error| error.to_string())
}
