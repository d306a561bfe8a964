//! Commands of the operator that work on the database.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use firebell_domain::instance::Region;
use firebell_domain::person::Role;

/// `instance`.
#[derive(Debug, Subcommand)]
pub(crate) enum InstanceCommand {
    /// Makes an instance and a person with full access, whose API key is shown once
    Create(NewInstanceArgs),
    /// The instances of the database
    List,
}

/// `instance create`.
#[derive(Debug, Args)]
pub(crate) struct NewInstanceArgs {
    /// Lower-case letters, digits and hyphens
    pub(crate) name: String,
    /// Where it lives: apac, emea or na
    #[arg(long, default_value = "emea", value_parser = region)]
    pub(crate) region: Region,
    /// User name of the person with full access
    #[arg(long, value_name = "USER", default_value = "admin")]
    pub(crate) admin_name: String,
    /// Their e-mail address; becomes their first device
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) admin_email: Option<String>,
    /// File with their password (- for standard input); without it only the API key signs in
    #[arg(long, value_name = "FILE")]
    pub(crate) password_file: Option<PathBuf>,
    /// Their time zone
    #[arg(long, value_name = "ZONE", default_value = "Etc/UTC")]
    pub(crate) time_zone: String,
}

/// `user`.
#[derive(Debug, Subcommand)]
pub(crate) enum UserCommand {
    /// Makes a person
    Create(NewUserArgs),
    /// Sets a person's password
    Password(PasswordArgs),
    /// Makes an API key for a person and shows it once
    Key(UserNameArgs),
}

/// Which person.
#[derive(Debug, Args)]
pub(crate) struct UserNameArgs {
    /// User name
    pub(crate) user: String,
    /// The instance; needed only if there are several
    #[arg(long, env = "FIREBELL_INSTANCE")]
    pub(crate) instance: Option<String>,
}

/// `user password`.
#[derive(Debug, Args)]
pub(crate) struct PasswordArgs {
    #[command(flatten)]
    pub(crate) who: UserNameArgs,
    /// File with the password (- for standard input)
    #[arg(long, value_name = "FILE")]
    pub(crate) password_file: PathBuf,
}

/// `user create`.
#[derive(Debug, Args)]
pub(crate) struct NewUserArgs {
    #[command(flatten)]
    pub(crate) who: UserNameArgs,
    /// Given name
    #[arg(long, value_name = "NAME")]
    pub(crate) first_name: String,
    /// Family name
    #[arg(long, value_name = "NAME")]
    pub(crate) last_name: String,
    /// E-mail address; becomes the first device
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) email: Option<String>,
    /// Role, such as "Standard User"; may be repeated
    #[arg(long = "role", value_name = "ROLE", default_value = "Standard User", value_parser = role)]
    pub(crate) roles: Vec<Role>,
    /// Time zone
    #[arg(long, value_name = "ZONE", default_value = "Etc/UTC")]
    pub(crate) time_zone: String,
    /// Language of messages
    #[arg(long, value_name = "TAG", default_value = "en")]
    pub(crate) language: String,
    /// File with the password (- for standard input)
    #[arg(long, value_name = "FILE")]
    pub(crate) password_file: Option<PathBuf>,
    /// Makes an API key too, and shows it once
    #[arg(long)]
    pub(crate) api_key: bool,
}

/// `apply`.
#[derive(Debug, Args)]
pub(crate) struct ApplyArgs {
    /// YAML or JSON file (- for standard input)
    #[arg(short, long, value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Shows the difference and changes nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Removes what the file's lists do not mention
    #[arg(long)]
    pub(crate) prune: bool,
    /// The instance; needed only if there are several
    #[arg(long, env = "FIREBELL_INSTANCE")]
    pub(crate) instance: Option<String>,
}

/// `export`.
#[derive(Debug, Args)]
pub(crate) struct ExportArgs {
    /// The instance; needed only if there are several
    #[arg(long, env = "FIREBELL_INSTANCE")]
    pub(crate) instance: Option<String>,
}

/// `backup`.
#[derive(Debug, Args)]
pub(crate) struct BackupArgs {
    /// The file to make; it must not exist
    pub(crate) file: PathBuf,
}

/// `restore`.
#[derive(Debug, Args)]
pub(crate) struct RestoreArgs {
    /// The backup
    pub(crate) file: PathBuf,
    /// Replaces an existing database; the old one is kept beside it
    #[arg(long)]
    pub(crate) force: bool,
}

fn region(text: &str) -> Result<Region, String> {
    Region::from_word(text).ok_or_else(|| "must be apac, emea or na".to_owned())
}

fn role(text: &str) -> Result<Role, String> {
    let named = Role::from_word(text).or_else(|| Role::from_word(&format!("{text} User")));
    named.ok_or_else(|| {
        let words: Vec<&str> = Role::ALL.iter().map(|role| role.word()).collect();
        format!("must be one of {}", words.join(", "))
    })
}
