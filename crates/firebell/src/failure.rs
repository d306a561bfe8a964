//! How a command ends when it does not succeed: an exit code, and a few lines a person can act on.
//!
//! Made by every command, shown by `main` alone. It must never hold a secret: causes from libraries
//! come in only as public sentences.

use serde_json::{Value, json};

/// The exit codes, one meaning each. Scripts rely on them: a number never changes its meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// The request was refused, or failed.
    Refused,
    /// The command line is wrong.
    Usage,
    /// The settings are wrong, or this machine does not meet them.
    Settings,
    /// The database cannot be used.
    Database,
    /// The server does not answer.
    Unreachable,
    /// What was asked for does not exist.
    NotFound,
    /// The credentials are wrong or not sufficient.
    Denied,
    /// A part of the running server ended by itself.
    Broken,
    /// Another process has taken over what this server did.
    Replaced,
    /// There is no licence for it, as the authority has confirmed.
    Unlicensed,
    /// Whether it may be done could not be confirmed.
    Unconfirmed,
    /// A guard holds it until somebody approves it.
    Guarded,
}

impl Exit {
    const ALL: [Self; 12] = [
        Self::Refused,
        Self::Usage,
        Self::Settings,
        Self::Database,
        Self::Unreachable,
        Self::NotFound,
        Self::Denied,
        Self::Broken,
        Self::Replaced,
        Self::Unlicensed,
        Self::Unconfirmed,
        Self::Guarded,
    ];

    /// The process's exit code; 0 is success and belongs to no failure.
    pub(crate) const fn code(self) -> u8 {
        match self {
            Self::Refused => 1,
            Self::Usage => 2,
            Self::Settings => 3,
            Self::Database => 4,
            Self::Unreachable => 5,
            Self::NotFound => 6,
            Self::Denied => 7,
            Self::Broken => 8,
            Self::Replaced => 9,
            Self::Unlicensed => 10,
            Self::Unconfirmed => 11,
            Self::Guarded => 12,
        }
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::Usage => "usage",
            Self::Settings => "settings",
            Self::Database => "database",
            Self::Unreachable => "unreachable",
            Self::NotFound => "not_found",
            Self::Denied => "denied",
            Self::Broken => "broken",
            Self::Replaced => "replaced",
            Self::Unlicensed => "unlicensed",
            Self::Unconfirmed => "unconfirmed",
            Self::Guarded => "guarded",
        }
    }

    const fn meaning(self) -> &'static str {
        match self {
            Self::Refused => "the request was refused or failed; nothing was changed",
            Self::Usage => "the command line is wrong",
            Self::Settings => "the settings are invalid, or this machine does not meet them",
            Self::Database => "the database is unavailable, not migrated, or not usable",
            Self::Unreachable => "the server cannot be reached",
            Self::NotFound => "what was asked for does not exist",
            Self::Denied => "the credentials are missing, wrong, or may not do this",
            Self::Broken => "a part of the running server ended by itself",
            Self::Replaced => "another server has taken over the database; this one has stopped",
            Self::Unlicensed => "there is no licence left for it, confirmed; nothing was changed",
            Self::Unconfirmed => "licences or configuration could not be confirmed; try again",
            Self::Guarded => "a guard holds it until it is repeated with --approve REASON",
        }
    }
}

/// The exit codes as a table, for `--help`.
pub(crate) fn exit_codes() -> String {
    let line = |exit: Exit| format!("  {:<2} {}\n", exit.code(), exit.meaning());
    let lines: Vec<String> = Exit::ALL.into_iter().map(line).collect();
    format!("Exit codes:\n  0  done\n{}", lines.concat())
}

/// Why a command did not do what it was asked to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    exit: Exit,
    what: String,
    details: Vec<String>,
    effect: Option<String>,
    remedy: Option<String>,
}

impl Failure {
    /// What happened, as one sentence.
    pub(crate) fn new(exit: Exit, what: impl Into<String>) -> Self {
        Self { exit, what: what.into(), details: Vec::new(), effect: None, remedy: None }
    }

    /// More of the same, one line each.
    pub(crate) fn details(mut self, details: Vec<String>) -> Self {
        self.details = details;
        self
    }

    /// What did not happen because of it.
    pub(crate) fn effect(mut self, effect: impl Into<String>) -> Self {
        self.effect = Some(effect.into());
        self
    }

    /// For requests that would have had no effect anyway.
    pub(crate) fn without_effect(self) -> Self {
        Self { effect: None, ..self }
    }

    /// What to do about it.
    pub(crate) fn remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = Some(remedy.into());
        self
    }

    /// The process's exit code.
    pub(crate) const fn exit(&self) -> Exit {
        self.exit
    }

    /// For programs.
    pub(crate) fn json(&self) -> Value {
        json!({"error": {
            "exit": self.exit.code(),
            "kind": self.exit.word(),
            "message": self.what,
            "details": self.details,
            "effect": self.effect,
            "remedy": self.remedy,
        }})
    }

    /// For people: what happened, what did not happen, what to do.
    pub(crate) fn lines(&self) -> Vec<String> {
        let mut lines = vec![self.what.clone()];
        lines.extend(self.details.iter().map(|detail| format!("  - {detail}")));
        lines.extend(self.effect.clone());
        lines.extend(self.remedy.iter().map(|remedy| format!("Try: {remedy}")));
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_distinct_and_none_is_success() {
        let mut codes: Vec<u8> = Exit::ALL.iter().map(|exit| exit.code()).collect();
        codes.dedup();
        assert_eq!(codes, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
        let table = exit_codes();
        assert!(Exit::ALL.iter().all(|exit| table.contains(exit.meaning())), "{table}");
    }

    #[test]
    fn a_failure_says_what_happened_what_did_not_and_what_to_do() {
        let failure = Failure::new(Exit::Settings, "The settings are invalid.")
            .details(vec!["listen: no port".to_owned()])
            .effect("Nothing was started.")
            .remedy("firebell config show");
        assert_eq!(
            failure.lines(),
            [
                "The settings are invalid.",
                "  - listen: no port",
                "Nothing was started.",
                "Try: firebell config show",
            ]
        );
        assert_eq!(failure.json()["error"]["exit"], 3);
        assert_eq!(failure.json()["error"]["details"][0], "listen: no port");
    }
}
