//! The checkout as text, and what a check says about it. Built from git's list of files by
//! [`Tree::read`], or from snippets by the tests of the checks.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use anyhow::{Context, Result};

use crate::run::Invocation;

/// All files: path relative to the root, with `/`, to text. Bytes that are no UTF-8 are replaced.
#[derive(Debug)]
pub(super) struct Tree {
    /// Where the checkout is.
    pub(super) root: String,
    files: BTreeMap<String, String>,
}

impl Tree {
    /// Reads what is tracked and what would be added; what git ignores is left out.
    pub(super) fn read(root: &Path) -> Result<Self> {
        let list = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
        let names = Invocation::new("git", &list).answer().context(
            "`git ls-files` fails: tidy needs git, and a checkout that belongs to this user",
        )?;
        let mut files = BTreeMap::new();
        for name in names.split_terminator('\0') {
            let path = root.join(name);
            // Deleted and not yet committed, or a link into nothing.
            if !path.is_file() {
                continue;
            }
            let bytes = std::fs::read(&path).with_context(|| format!("cannot read {name}"))?;
            files.insert(name.to_owned(), String::from_utf8_lossy(&bytes).into_owned());
        }
        Ok(Self { root: root.display().to_string(), files })
    }

    pub(super) fn len(&self) -> usize {
        self.files.len()
    }

    pub(super) fn files(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files.iter().map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// Rust sources, wherever they are.
    pub(super) fn sources(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files().filter(|(path, _)| has_extension(path, "rs"))
    }

    pub(super) fn text(&self, path: &str) -> Option<&str> {
        self.files.get(path).map(String::as_str)
    }

    /// Whether `path` is a file, or a folder with a file in it; the empty path is the root.
    pub(super) fn has(&self, path: &str) -> bool {
        let folder = format!("{path}/");
        path.is_empty()
            || self.files.contains_key(path)
            || self.files.keys().any(|file| file.starts_with(&folder))
    }

    #[cfg(test)]
    pub(super) fn of(files: &[(&str, &str)]) -> Self {
        let own = |(path, text): &(&str, &str)| ((*path).to_owned(), (*text).to_owned());
        Self { root: "/home/dev/checkout".to_owned(), files: files.iter().map(own).collect() }
    }
}

pub(super) fn has_extension(path: &str, extension: &str) -> bool {
    Path::new(path).extension().is_some_and(|found| found == extension)
}

/// Whether a path is test code as a whole: integration tests and modules called `tests`.
pub(super) fn is_test(path: &str) -> bool {
    path.ends_with("/tests.rs") || path.contains("/tests/")
}

/// What breaks a rule, and where. Displayed as `file:line: message`.
#[derive(Debug)]
pub(super) struct Fault {
    path: String,
    line: usize,
    message: String,
}

impl Fault {
    /// `line` counts from 1.
    pub(super) fn new(path: &str, line: usize, message: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line, message: message.into() }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.message)
    }
}

/// Holds a check against snippets: each expected text is in the fault of its place.
#[cfg(test)]
#[track_caller]
pub(super) fn expect(check: fn(&Tree) -> Vec<Fault>, files: &[(&str, &str)], expected: &[&str]) {
    let found: Vec<String> = check(&Tree::of(files)).iter().map(Fault::to_string).collect();
    let same = found.len() == expected.len()
        && found.iter().zip(expected).all(|(fault, part)| fault.contains(part));
    assert!(same, "expected {expected:#?}\nfound {found:#?}");
}
