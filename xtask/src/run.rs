//! Running other programs: every command is printed before it runs, so that a person can run it
//! again. Used by all orders; it must never hide a program's output.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fmt};

use anyhow::{Context, Result, bail};

/// A program with its arguments and added environment, printable as a shell line.
#[derive(Debug)]
pub(crate) struct Invocation {
    program: String,
    arguments: Vec<String>,
    environment: Vec<(&'static str, &'static str)>,
}

impl Invocation {
    pub(crate) fn new(program: &str, arguments: &[&str]) -> Self {
        Self {
            program: program.to_owned(),
            arguments: arguments.iter().map(|&argument| argument.to_owned()).collect(),
            environment: Vec::new(),
        }
    }

    pub(crate) fn cargo(arguments: &[&str]) -> Self {
        Self::new("cargo", arguments)
    }

    pub(crate) fn args<S: AsRef<str>>(mut self, more: impl IntoIterator<Item = S>) -> Self {
        self.arguments.extend(more.into_iter().map(|argument| argument.as_ref().to_owned()));
        self
    }

    pub(crate) fn env(mut self, name: &'static str, value: &'static str) -> Self {
        self.environment.push((name, value));
        self
    }

    /// Prints the command, runs it in the root of the checkout and fails unless it exits with 0.
    pub(crate) fn run(&self) -> Result<()> {
        println!("$ {self}");
        let status = self.command().status().with_context(|| format!("cannot start `{self}`"))?;
        if !status.success() {
            bail!("`{self}` ended with {status}");
        }
        Ok(())
    }

    /// The output of a command that only asks something; `None` if it cannot start or fails.
    pub(crate) fn answer(&self) -> Option<String> {
        let output = self.command().stdin(Stdio::null()).output().ok()?;
        output.status.success().then(|| {
            let text = String::from_utf8_lossy(&output.stdout).into_owned();
            // Old Prometheus prints its version to stderr.
            if text.is_empty() {
                String::from_utf8_lossy(&output.stderr).into_owned()
            } else {
                text
            }
        })
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).current_dir(root());
        // `cargo run` describes xtask to us in these; passed on, they would make build scripts
        // that watch them run again, and `cargo test` by hand would not share our artefacts.
        for (name, _) in env::vars_os() {
            let ours = name.to_str().is_some_and(|name| {
                name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_")
            });
            if ours {
                command.env_remove(name);
            }
        }
        if env::var_os("CARGO_TERM_COLOR").is_none() {
            let colour = if std::io::stdout().is_terminal() { "always" } else { "never" };
            command.env("CARGO_TERM_COLOR", colour);
        }
        command.envs(self.environment.iter().copied());
        command
    }
}

impl fmt::Display for Invocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, value) in &self.environment {
            write!(f, "{name}={} ", quoted(value))?;
        }
        f.write_str(&self.program)?;
        self.arguments.iter().try_for_each(|argument| write!(f, " {}", quoted(argument)))
    }
}

fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_=+./:,".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

/// The root of the checkout.
pub(crate) fn root() -> PathBuf {
    // At run time first: a target directory may serve several checkouts.
    let xtask = env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    xtask.parent().map_or_else(|| xtask.clone(), Path::to_path_buf)
}

/// Where cargo puts what it builds.
pub(crate) fn target() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// Whether a program of this name is on the search path.
pub(crate) fn on_path(program: &str) -> bool {
    env::var_os("PATH")
        .is_some_and(|path| env::split_paths(&path).any(|folder| folder.join(program).is_file()))
}

/// The folders below `/usr/lib/postgresql/<version>/bin` that can start a server. Debian keeps the
/// server's programs out of the search path.
pub(crate) fn postgres_folders() -> Vec<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut folders: Vec<PathBuf> = versions
        .map(|version| version.path().join("bin"))
        .filter(|bin| bin.join("initdb").is_file() && bin.join("postgres").is_file())
        .collect();
    folders.sort();
    folders
}

/// Prints one line per tool: what the results of this run depend on.
pub(crate) fn print_versions() {
    let postgres = postgres_folders()
        .pop()
        .map_or_else(|| "postgres".to_owned(), |bin| bin.join("postgres").display().to_string());
    let programs = [
        "rustc",
        "cargo",
        postgres.as_str(),
        "prometheus",
        "prometheus-alertmanager",
        "aiosmtpd",
        "chromium",
        "chromedriver",
    ];
    for program in programs {
        let answer = Invocation::new(program, &["--version"]).answer();
        let version = answer.as_deref().and_then(|text| text.lines().next()).unwrap_or("missing");
        println!("{:<24} {version}", program.rsplit('/').next().unwrap_or(program));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_prints_as_a_shell_line() {
        let doc = Invocation::cargo(&["doc", "--no-deps"]).env("RUSTDOCFLAGS", "-D warnings");
        assert_eq!(doc.to_string(), "RUSTDOCFLAGS='-D warnings' cargo doc --no-deps");
        assert_eq!(Invocation::new("echo", &["it's", ""]).to_string(), r"echo 'it'\''s' ''");
    }

    #[test]
    fn a_failing_command_is_an_error_that_repeats_the_command() {
        let error = Invocation::new("false", &["x"]).run().expect_err("false fails");
        assert!(error.to_string().contains("`false x` ended with"), "{error}");
        assert!(Invocation::new("true", &[]).run().is_ok());
        assert_eq!(Invocation::new("firebell-has-no-such-program", &[]).answer(), None);
    }
}
