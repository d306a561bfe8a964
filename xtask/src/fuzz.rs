//! `fuzz`: runs the targets of `fuzz/`, a cargo-fuzz project outside the workspace because it needs
//! a nightly compiler. It never installs anything: it says what is missing and how to get it.

use std::collections::BTreeSet;

use anyhow::{Context, Result, bail};

use crate::run::{self, Invocation};

/// How long one target runs unless told otherwise.
const SECONDS_PER_TARGET: u32 = 30;

/// Which targets to run, and how long each.
#[derive(Debug, PartialEq)]
pub(crate) struct Plan {
    pub(crate) seconds: u32,
    /// Empty means all.
    pub(crate) targets: Vec<String>,
}

impl Plan {
    pub(crate) fn parse(arguments: &[String]) -> Result<Self, String> {
        let mut plan = Self { seconds: SECONDS_PER_TARGET, targets: Vec::new() };
        let mut arguments = arguments.iter();
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--seconds" => {
                    let text = arguments.next().ok_or("--seconds needs a number")?;
                    // Zero would mean "for ever" to the fuzzer.
                    let seconds = text.parse().ok().filter(|&seconds: &u32| seconds > 0);
                    plan.seconds =
                        seconds.ok_or_else(|| format!("`{text}` is not a number of seconds"))?;
                }
                flag if flag.starts_with('-') => return Err(format!("unknown argument `{flag}`")),
                target => plan.targets.push(target.to_owned()),
            }
        }
        Ok(plan)
    }
}

pub(crate) fn run(plan: &Plan) -> Result<()> {
    let known = known()?;
    if let Some(stranger) = plan.targets.iter().find(|target| !known.contains(*target)) {
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        bail!("there is no fuzz target `{stranger}`; there are: {}", known.join(", "));
    }
    if Invocation::cargo(&["+nightly", "--version"]).answer().is_none() {
        bail!("fuzzing needs a nightly compiler; install it: rustup toolchain install nightly");
    }
    if Invocation::cargo(&["+nightly", "fuzz", "--version"]).answer().is_none() {
        bail!("fuzzing needs cargo-fuzz; install it: cargo install --locked cargo-fuzz");
    }
    let time = format!("-max_total_time={}", plan.seconds);
    for target in known.iter().filter(|t| plan.targets.is_empty() || plan.targets.contains(*t)) {
        println!("\n==> fuzz {target} for {} s", plan.seconds);
        Invocation::cargo(&["+nightly", "fuzz", "run", target, "--", &time]).run()?;
    }
    Ok(())
}

/// The targets, by the files of `fuzz/fuzz_targets`.
fn known() -> Result<BTreeSet<String>> {
    let folder = run::root().join("fuzz/fuzz_targets");
    let files = std::fs::read_dir(&folder).context("there is no fuzz target in fuzz/")?;
    let mut names = BTreeSet::new();
    for file in files {
        let path = file?.path();
        if path.extension().is_some_and(|extension| extension == "rs") {
            names.extend(path.file_stem().map(|stem| stem.to_string_lossy().into_owned()));
        }
    }
    if names.is_empty() {
        bail!("there is no fuzz target in fuzz/fuzz_targets");
    }
    Ok(names)
}
