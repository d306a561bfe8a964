//! Rules on the text of files: headers, lengths, what must not be written, and where it must not.

use super::source::{self, split};
use super::tree::{Fault, Tree, is_test};

/// Lines of a source file; more of them hide two responsibilities.
const SOURCE_LINES_MAX: usize = 500;
/// Lines of a file that is test code as a whole.
const TEST_LINES_MAX: usize = 800;
/// Characters of a line. rustfmt breaks at 100, but leaves long strings alone.
const LINE_CHARACTERS_MAX: usize = 120;

/// What code must not contain, and what to do instead.
const CODE_BANS: [(&str, &str); 6] = [
    ("todo!(", "finish it or leave it out"),
    ("unimplemented!(", "finish it or leave it out"),
    ("dbg!(", "remove it"),
    ("#[ignore", "a test runs or goes"),
    ("#[allow(", "use #[expect(lint, reason = \"...\")]"),
    ("#![allow(", "use #![expect(lint, reason = \"...\")]"),
];

/// Notes to oneself: they belong into an issue.
const NOTE_BANS: [&str; 2] = ["FIXME", "XXX"];

/// Where the process's environment and its end may be touched.
const PROCESS_FOLDERS: [&str; 5] =
    ["crates/firebell/", "crates/testkit/", "crates/stories/", "xtask/", "bench/"];

/// Every source opens with `//!`: what it is, who calls it, what it must never do.
pub(super) fn headers(tree: &Tree) -> Vec<Fault> {
    let ours = |path: &str| ["crates/", "xtask/", "bench/"].iter().any(|at| path.starts_with(at));
    tree.sources()
        .filter(|(path, text)| ours(path) && !text.starts_with("//! "))
        .map(|(path, _)| Fault::new(path, 1, "the file does not open with a `//!` header"))
        .collect()
}

/// Files and lines stay short enough to be read.
pub(super) fn lengths(tree: &Tree) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (path, text) in tree.sources() {
        let most = if is_test(path) { TEST_LINES_MAX } else { SOURCE_LINES_MAX };
        let lines = text.lines().count();
        if lines > most {
            let message = format!("{lines} lines, at most {most}: cut the file by responsibility");
            faults.push(Fault::new(path, most + 1, message));
        }
        faults.extend(text.lines().enumerate().filter_map(|(index, line)| {
            let width = line.chars().count();
            let message = format!("{width} characters in a line, at most {LINE_CHARACTERS_MAX}");
            (width > LINE_CHARACTERS_MAX).then(|| Fault::new(path, index + 1, message))
        }));
    }
    faults
}

/// Nothing unfinished, switched off or silenced.
pub(super) fn banned(tree: &Tree) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (path, text) in tree.sources() {
        let split = split(text);
        for (index, line) in split.code.lines().enumerate() {
            for (needle, remedy) in CODE_BANS.iter().filter(|(n, _)| source::has(line, n)) {
                faults.push(Fault::new(path, index + 1, format!("`{needle}`: {remedy}")));
            }
        }
        for (index, line) in split.comments.lines().enumerate() {
            for needle in NOTE_BANS.iter().filter(|needle| source::has(line, needle)) {
                let message = format!("`{needle}`: do it, or open an issue");
                faults.push(Fault::new(path, index + 1, message));
            }
        }
    }
    faults
}

/// Tests wait for what they expect, with a fake clock, never for time to pass.
pub(super) fn sleeps(tree: &Tree) -> Vec<Fault> {
    let tests = |path: &str| {
        is_test(path) || path.starts_with("crates/stories/") || path.starts_with("crates/testkit/")
    };
    in_code(
        tree,
        tests,
        &["thread::sleep", "time::sleep("],
        "a test must not sleep: advance the clock",
    )
}

/// Settings and the end of the process are the binary's business.
pub(super) fn environment(tree: &Tree) -> Vec<Fault> {
    let elsewhere = |path: &str| {
        path.starts_with("crates/")
            && !path.ends_with("/build.rs")
            && !PROCESS_FOLDERS.iter().any(|folder| path.starts_with(folder))
    };
    let needles = ["std::env", "env::var", "env::args", "process::exit"];
    in_code(tree, elsewhere, &needles, "take it as an argument; only the binary knows its process")
}

/// One fault for each line of code that has one of the needles.
fn in_code(
    tree: &Tree,
    applies: impl Fn(&str) -> bool,
    needles: &[&str],
    remedy: &str,
) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (path, text) in tree.sources().filter(|(path, _)| applies(path)) {
        for (index, line) in split(text).code.lines().enumerate() {
            if let Some(needle) = needles.iter().find(|needle| source::has(line, needle)) {
                faults.push(Fault::new(path, index + 1, format!("`{needle}`: {remedy}")));
            }
        }
    }
    faults
}

/// No file knows on which machine it was written.
pub(super) fn machine_paths(tree: &Tree) -> Vec<Fault> {
    // Written in two parts, for this file is checked too.
    let mut needles = vec![concat!("/ro", "ot/").to_owned()];
    // Where a checkout may lie without being anybody's own place: documents name these.
    let common = ["/opt/", "/srv/", "/usr/", "/var/", "/etc/", "/tmp/"];
    let own = tree.root.matches('/').count() > 1;
    if own && !common.iter().any(|folder| tree.root.starts_with(folder)) {
        needles.push(tree.root.clone());
    }
    let mut faults = Vec::new();
    for (path, text) in tree.files() {
        for (index, line) in text.lines().enumerate() {
            if let Some(needle) = needles.iter().find(|needle| line.contains(needle.as_str())) {
                let message = format!("`{needle}` is a path of one machine");
                faults.push(Fault::new(path, index + 1, message));
            }
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::super::tree::expect;
    use super::*;

    #[test]
    fn a_source_opens_with_its_header() {
        expect(
            headers,
            &[
                ("bench/src/main.rs", "//! Load.\n"),
                ("crates/x/src/lib.rs", "// X.\n"),
                ("crates/x/src/y/tests.rs", "use super::*;\n"),
                ("fuzz/fuzz_targets/z.rs", "#![no_main]\n"),
            ],
            &["crates/x/src/lib.rs:1: the file does not", "crates/x/src/y/tests.rs:1: the file"],
        );
    }

    #[test]
    fn long_files_and_lines_are_faults() {
        let at_most = "//! X.\n".repeat(SOURCE_LINES_MAX);
        let longer = "//! X.\n".repeat(SOURCE_LINES_MAX + 1);
        let test = "//! X.\n".repeat(TEST_LINES_MAX + 1);
        let wide = format!("//! X.\n{}\n{}\n", "ä".repeat(120), "ä".repeat(121));
        expect(
            lengths,
            &[
                ("crates/a/src/lib.rs", &at_most),
                ("crates/b/src/lib.rs", &longer),
                ("crates/c/src/lib.rs", &wide),
                ("crates/d/src/tests.rs", &longer),
                ("crates/e/tests/api/main.rs", &test),
            ],
            &[
                "crates/b/src/lib.rs:501: 501 lines, at most 500",
                "crates/c/src/lib.rs:3: 121 characters",
                "crates/e/tests/api/main.rs:801: 801 lines, at most 800",
            ],
        );
    }

    #[test]
    fn unfinished_and_silenced_code_is_a_fault() {
        let bad = "//! X.\nfn f() { todo!(\"x\") }\n#[allow(dead_code)]\n// FIXME later\n\
                   #[ignore = \"slow\"]\nfn g() { dbg!(1); }\n";
        let good = "//! No todo!() and no #[allow(..)].\nconst A: &str = \"todo!(FIXME)\";\n\
                    my_todo!(); // XXXL\n";
        expect(
            banned,
            &[("crates/x/src/bad.rs", bad), ("crates/x/src/good.rs", good)],
            &[
                "bad.rs:2: `todo!(`",
                "bad.rs:3: `#[allow(`",
                "bad.rs:5: `#[ignore`",
                "bad.rs:6: `dbg!(`",
                "bad.rs:4: `FIXME`",
            ],
        );
    }

    #[test]
    fn a_test_that_sleeps_is_a_fault() {
        let sleepy = "//! X.\nstd::thread::sleep(d);\ntokio::time::sleep(d).await;\n";
        expect(
            sleeps,
            &[
                ("crates/pipeline/src/driver.rs", sleepy),
                ("crates/pipeline/src/driver/tests.rs", sleepy),
                ("crates/testkit/src/world.rs", sleepy),
            ],
            &[
                "driver/tests.rs:2: `thread::sleep`",
                "driver/tests.rs:3: `time::sleep(`",
                "world.rs:2: `thread::sleep`",
                "world.rs:3: `time::sleep(`",
            ],
        );
    }

    #[test]
    fn only_the_binary_knows_its_process() {
        let bad = "//! X.\nuse std::env;\nlet a = env!(\"CARGO\");\nstd::process::exit(1);\n";
        expect(
            environment,
            &[("crates/api/src/lib.rs", bad), ("crates/firebell/src/main.rs", bad)],
            &["crates/api/src/lib.rs:2: `std::env`", "crates/api/src/lib.rs:4: `process::exit`"],
        );
    }

    #[test]
    fn a_path_of_one_machine_is_a_fault() {
        let home = concat!("see /ro", "ot/notes\n");
        expect(
            machine_paths,
            &[
                ("README.md", home),
                ("docs/run.md", "first\ncd /home/dev/checkout\n"),
                ("docs/ok.md", "cd /opt/firebell and /home/dev/other\n"),
            ],
            &["README.md:1: `/ro", "docs/run.md:2: `/home/dev/checkout`"],
        );
    }
}
