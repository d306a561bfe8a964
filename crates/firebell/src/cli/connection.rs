//! Which server a command talks to, and as whom.
//!
//! A key and a web login exclude each other only where both are typed: what is typed wins over the
//! environment, and in the environment the key wins.

use std::path::PathBuf;

use clap::error::ErrorKind;
use clap::parser::ValueSource;
use clap::{ArgMatches, Args, Command, FromArgMatches};
use firebell_base::Secret;

/// Which server, and as whom.
#[derive(Debug, Clone)]
pub(crate) struct Connection {
    /// Where the server is.
    pub(crate) url: String,
    /// An API key; then there is no web login.
    pub(crate) key: Option<Secret>,
    /// A web login, always with a password file.
    pub(crate) login: Option<(String, PathBuf)>,
    /// The instance.
    pub(crate) instance: Option<String>,
}

/// What was given, before one of two ways is chosen.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Server")]
struct Given {
    /// Where the server is
    #[arg(long, env = "FIREBELL_URL", default_value = "http://127.0.0.1:8420")]
    url: String,
    /// API key, as x-api-key-ID:SECRET
    #[arg(long, env = "FIREBELL_KEY", hide_env_values = true, value_parser = secret)]
    key: Option<Secret>,
    /// Web login, together with --password-file
    #[arg(long, env = "FIREBELL_USER")]
    user: Option<String>,
    /// File with the password (- for standard input)
    #[arg(long, value_name = "FILE", env = "FIREBELL_PASSWORD_FILE")]
    password_file: Option<PathBuf>,
    /// The instance; needed only with --user, if the server has several
    #[arg(long, env = "FIREBELL_INSTANCE")]
    instance: Option<String>,
}

impl Connection {
    fn choose(given: Given, typed_key: bool, typed_login: bool) -> Result<Self, clap::Error> {
        let Given { url, key, user, password_file, instance } = given;
        // An empty variable is as good as none.
        let key = key.filter(|key| !key.expose().is_empty() || typed_key);
        let user = user.filter(|user| !user.is_empty());
        let by_key = typed_key || (key.is_some() && !typed_login);
        let typed = typed_key || typed_login;
        let wrong = |kind, what: &str| Err(clap::Error::raw(kind, format!("{what}\n")));
        let (key, login) = match (user, password_file) {
            _ if typed_key && typed_login => {
                let what = "--key cannot be used with --user or --password-file";
                return wrong(ErrorKind::ArgumentConflict, what);
            }
            _ if by_key => (key, None),
            (Some(user), Some(file)) => (None, Some((user, file))),
            (None, None) => (None, None),
            // A file alone, in the environment, is of no use and does no harm.
            (None, Some(_)) if !typed => (None, None),
            (Some(_), None) | (None, Some(_)) => {
                let what = "--user (FIREBELL_USER) and --password-file (FIREBELL_PASSWORD_FILE) \
                            are needed together";
                return wrong(ErrorKind::MissingRequiredArgument, what);
            }
        };
        Ok(Self { url, key, login, instance })
    }
}

impl FromArgMatches for Connection {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let typed = |name| matches.value_source(name) == Some(ValueSource::CommandLine);
        let (key, login) = (typed("key"), typed("user") || typed("password_file"));
        Self::choose(Given::from_arg_matches(matches)?, key, login)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl Args for Connection {
    fn augment_args(command: Command) -> Command {
        Given::augment_args(command)
    }

    fn augment_args_for_update(command: Command) -> Command {
        Given::augment_args_for_update(command)
    }
}

#[expect(clippy::unnecessary_wraps, reason = "clap wants a Result")]
pub(super) fn secret(text: &str) -> Result<Secret, String> {
    Ok(Secret::new(text.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Key and login of (value, whether it was typed).
    fn chosen(
        key: Option<(&str, bool)>,
        user: Option<(&str, bool)>,
        file: Option<(&str, bool)>,
    ) -> Result<(bool, bool), ErrorKind> {
        let typed = |given: Option<(&str, bool)>| given.is_some_and(|(_, typed)| typed);
        let given = Given {
            url: String::new(),
            key: key.map(|(key, _)| Secret::new(key)),
            user: user.map(|(user, _)| user.to_owned()),
            password_file: file.map(|(file, _)| PathBuf::from(file)),
            instance: None,
        };
        Connection::choose(given, typed(key), typed(user) || typed(file))
            .map(|it| (it.key.is_some(), it.login.is_some()))
            .map_err(|error| error.kind())
    }

    #[test]
    fn what_is_typed_wins_over_the_environment() {
        let (typed, told, empty) = (Some(("x", true)), Some(("x", false)), Some(("", false)));
        for (key, user, file, wanted) in [
            (None, None, None, Ok((false, false))),
            (told, None, None, Ok((true, false))),
            (told, typed, typed, Ok((false, true))),
            (told, typed, told, Ok((false, true))),
            (told, told, typed, Ok((false, true))),
            (typed, told, None, Ok((true, false))),
            (typed, told, told, Ok((true, false))),
            (told, told, told, Ok((true, false))),
            (empty, told, told, Ok((false, true))),
            (empty, empty, None, Ok((false, false))),
            (None, None, told, Ok((false, false))),
            (typed, typed, typed, Err(ErrorKind::ArgumentConflict)),
            (typed, None, typed, Err(ErrorKind::ArgumentConflict)),
            (told, typed, None, Err(ErrorKind::MissingRequiredArgument)),
            (None, told, None, Err(ErrorKind::MissingRequiredArgument)),
            (None, None, typed, Err(ErrorKind::MissingRequiredArgument)),
        ] {
            assert_eq!(chosen(key, user, file), wanted, "{key:?} {user:?} {file:?}");
        }
    }
}
