//! `tidy`: the project's own rules, those that no compiler and no linter holds.
//!
//! Cast: [`tree::Tree`] is the checkout as text; each check in [`CHECKS`] is a function from it to
//! faults and lives in the module of its subject; [`source`] tells code from comments and strings.
//! All faults are reported together as `file:line: message [check]`. It must never change a file.

mod tree;
mod source;
mod manifest;
mod arrows;
mod workspace;
mod text;
mod sql;
mod links;

use anyhow::{Result, bail};

use self::tree::{Fault, Tree};
use crate::run;

/// A rule's name and the function that finds what breaks it.
type Check = (&'static str, fn(&Tree) -> Vec<Fault>);

const CHECKS: [Check; 12] = [
    ("arrows", arrows::check),
    ("manifests", workspace::manifests),
    ("clippy-config", workspace::clippy_config),
    ("headers", text::headers),
    ("lengths", text::lengths),
    ("banned-text", text::banned),
    ("no-sleep-in-tests", text::sleeps),
    ("environment", text::environment),
    ("machine-paths", text::machine_paths),
    ("portable-sql", sql::portable),
    ("migrations", sql::migrations),
    ("links", links::check),
];

/// Runs every check over the files git knows or would add.
pub(crate) fn run() -> Result<()> {
    let tree = Tree::read(&run::root())?;
    let mut count = 0;
    for (name, check) in CHECKS {
        for fault in check(&tree) {
            println!("{fault} [{name}]");
            count += 1;
        }
    }
    if count > 0 {
        bail!("tidy: {count} faults");
    }
    println!("tidy: {} files hold all {} rules", tree.len(), CHECKS.len());
    Ok(())
}
