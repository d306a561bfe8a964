//! `test` and `ci`: the steps that prove the checkout, ordered so that the fastest fails first.
//!
//! Stops at the first failure with the command that repeats it, and ends with a table of times.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use crate::run::{self, Invocation};
use crate::{setup, tidy};

/// How much of the suite to run.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Scope {
    /// Leave out setup and docs.
    pub(crate) quick: bool,
    /// Only this package; a folder of `crates/` is understood too.
    pub(crate) package: Option<String>,
}

impl Scope {
    pub(crate) fn parse(arguments: &[String]) -> Result<Self, String> {
        let mut scope = Self::default();
        let mut arguments = arguments.iter();
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--quick" => scope.quick = true,
                "-p" | "--package" => {
                    let name = arguments.next().ok_or("-p needs the name of a crate")?;
                    scope.package = Some(package(name));
                }
                other => return Err(format!("unknown argument `{other}`")),
            }
        }
        Ok(scope)
    }
}

/// A folder is short for its package: `domain` for `firebell-domain`.
fn package(name: &str) -> String {
    let folder = run::root().join("crates").join(name);
    if name == "bench" || (name != "firebell" && folder.is_dir()) {
        format!("firebell-{name}")
    } else {
        name.to_owned()
    }
}

/// One step: its name in the table and what it does.
struct Step {
    name: &'static str,
    work: Work,
}

enum Work {
    Setup,
    Tidy,
    Command(Invocation),
}

impl Step {
    fn command(name: &'static str, invocation: Invocation) -> Self {
        Self { name, work: Work::Command(invocation) }
    }

    fn run(&self) -> Result<()> {
        match &self.work {
            Work::Setup => setup::run(),
            Work::Tidy => tidy::run(),
            Work::Command(invocation) => invocation.run(),
        }
    }

    fn repeat(&self) -> String {
        match &self.work {
            Work::Setup => "cargo xtask setup".to_owned(),
            Work::Tidy => "cargo xtask tidy".to_owned(),
            Work::Command(invocation) => invocation.to_string(),
        }
    }
}

/// Runs the steps of `scope`, one after the other.
pub(crate) fn run(scope: &Scope) -> Result<()> {
    let steps = steps(scope);
    let mut times = Vec::new();
    for (index, step) in steps.iter().enumerate() {
        println!("\n==> {} ({} of {})", step.name, index + 1, steps.len());
        let start = Instant::now();
        let outcome = step.run();
        times.push((step.name, start.elapsed()));
        if outcome.is_err() {
            print_table(&times, steps.len());
        } else {
            println!("<== {} took {}", step.name, clock(start.elapsed()));
        }
        let remedy = || format!("step `{}` failed; to repeat it: {}", step.name, step.repeat());
        outcome.with_context(remedy)?;
    }
    print_table(&times, steps.len());
    Ok(())
}

fn steps(scope: &Scope) -> Vec<Step> {
    let (which, formatted) = match &scope.package {
        Some(package) => (vec!["-p", package.as_str()], vec!["-p", package.as_str()]),
        None => (vec!["--workspace"], vec!["--all"]),
    };
    let mut steps = Vec::new();
    if !scope.quick {
        steps.push(Step { name: "setup", work: Work::Setup });
    }
    let format = Invocation::cargo(&["fmt"]).args(formatted).args(["--check"]);
    steps.push(Step::command("format", format));
    steps.push(Step { name: "tidy", work: Work::Tidy });
    let clippy = Invocation::cargo(&["clippy"]).args(&which).args(["--all-targets", "--locked"]);
    steps.push(Step::command("clippy", clippy.args(["--", "-D", "warnings"])));
    // Some stories start the binary itself; cargo builds it for its own tests only.
    let starts_it = ["firebell-stories", "firebell-browser"];
    if scope.package.as_deref().is_none_or(|package| starts_it.contains(&package)) {
        steps.push(Step::command(
            "build",
            Invocation::cargo(&["build", "--locked", "-p", "firebell"]),
        ));
    }
    steps
        .push(Step::command("tests", Invocation::cargo(&["test"]).args(&which).args(["--locked"])));
    if !scope.quick {
        let docs = Invocation::cargo(&["doc"]).args(&which);
        let docs = docs.args(["--no-deps", "--document-private-items", "--locked"]);
        steps.push(Step::command("docs", docs.env("RUSTDOCFLAGS", "-D warnings")));
    }
    steps
}

fn print_table(times: &[(&str, Duration)], planned: usize) {
    println!("\n{} of {planned} steps ran:", times.len());
    for (name, time) in times {
        println!("  {name:<8} {:>8}", clock(*time));
    }
    println!("  {:<8} {:>8}", "total", clock(times.iter().map(|(_, time)| *time).sum()));
}

/// Minutes and seconds; tenths matter only below a minute.
fn clock(time: Duration) -> String {
    let seconds = time.as_secs();
    if seconds < 60 {
        format!("{:.1}s", time.as_secs_f64())
    } else {
        format!("{}m{:02}s", seconds / 60, seconds % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(scope: &Scope) -> Vec<&'static str> {
        steps(scope).iter().map(|step| step.name).collect()
    }

    #[test]
    fn the_fastest_step_to_fail_comes_first() {
        let all = ["setup", "format", "tidy", "clippy", "build", "tests", "docs"];
        assert_eq!(names(&Scope::default()), all);
        let quick = Scope { quick: true, package: None };
        assert_eq!(names(&quick), ["format", "tidy", "clippy", "build", "tests"]);
        let one = Scope { quick: true, package: Some("firebell-base".to_owned()) };
        assert_eq!(names(&one), ["format", "tidy", "clippy", "tests"]);
    }

    #[test]
    fn a_step_repeats_as_a_command_line() {
        let scope = Scope { quick: false, package: Some("firebell-base".to_owned()) };
        let steps = steps(&scope);
        let docs = steps.last().expect("steps").repeat();
        assert!(docs.contains("RUSTDOCFLAGS='-D warnings'"), "{docs}");
        assert!(docs.contains("cargo doc -p firebell-base --no-deps"), "{docs}");
    }

    #[test]
    fn a_folder_stands_for_its_package() {
        assert_eq!(package("domain"), "firebell-domain");
        assert_eq!(package("firebell"), "firebell");
        assert_eq!(package("bench"), "firebell-bench");
        assert_eq!(package("xtask"), "xtask");
    }

    #[test]
    fn times_read_like_a_clock() {
        assert_eq!(clock(Duration::from_millis(1_240)), "1.2s");
        assert_eq!(clock(Duration::from_secs(125)), "2m05s");
    }
}
