//! Programs that end with the tests, however the tests end.
//!
//! A static is never dropped, and a killed process drops nothing. So each program has a small shell
//! beside it that waits for the end of a pipe which only the test process holds open; then it ends
//! the program with all its children, and removes its folder.

use std::fs::File;
use std::io::Read as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::thread::park_timeout;
use std::time::Duration;

use firebell_base::time::Clock;
use tempfile::TempDir;

/// How long something is looked for before it is given up, in microseconds: 12 seconds.
pub const PATIENCE_MICROS: u64 = 12_000_000;
/// How long is waited between two looks.
pub const LOOK_EVERY: Duration = Duration::from_millis(20);
/// Characters of a program's output in the report of a failure.
const OUTPUT_CHARS_MAX: usize = 4_000;

/// `$1` is the folder; the rest is the program. `setsid` makes it the leader of a group.
const KEEPER: &str = r#"dir=$1; shift
setsid "$@" </dev/null >"$dir/output" 2>&1 &
read -r _
kill -s KILL -- "-$!"
wait
rm -rf "$dir""#;

/// A program with a folder of its own.
pub struct Kept {
    name: String,
    folder: PathBuf,
    keeper: Child,
    pipe: Option<ChildStdin>,
}

impl Kept {
    /// A new folder for a program, below the machine's temporary one.
    ///
    /// # Panics
    /// When it cannot be made.
    pub fn folder(name: &str) -> TempDir {
        let made = tempfile::Builder::new().prefix(&format!("firebell-{name}-")).tempdir();
        made.expect("a temporary folder")
    }

    /// Starts a program, which owns `folder` from now on.
    ///
    /// # Panics
    /// When it cannot be started.
    pub fn start(name: &str, folder: TempDir, program: &Command) -> Self {
        let folder = folder.keep();
        let mut keeper = Command::new("sh");
        keeper.args(["-c", KEEPER, "sh"]).arg(&folder).arg(program.get_program());
        keeper.args(program.get_args());
        for (variable, value) in program.get_envs() {
            match value {
                Some(value) => keeper.env(variable, value),
                None => keeper.env_remove(variable),
            };
        }
        // A group of its own: Ctrl-C reaches the tests, and the end of the pipe the keeper.
        keeper.process_group(0).stdin(Stdio::piped());
        keeper.stdout(Stdio::null()).stderr(Stdio::null());
        let mut keeper = keeper.spawn().unwrap_or_else(|e| panic!("{name} cannot be started: {e}"));
        let pipe = keeper.stdin.take();
        Self { name: name.to_owned(), folder, keeper, pipe }
    }

    /// The program's folder.
    pub fn path(&self) -> &Path {
        &self.folder
    }

    /// What the program has said so far.
    pub fn output(&self) -> String {
        let mut text = String::new();
        if let Ok(mut file) = File::open(self.folder.join("output")) {
            drop(file.read_to_string(&mut text));
        }
        let skipped = text.chars().count().saturating_sub(OUTPUT_CHARS_MAX);
        text.chars().skip(skipped).collect()
    }

    /// Looks until `look` finds something.
    ///
    /// # Panics
    /// With the program's output, when nothing is found.
    pub fn until<T>(&self, what: &str, look: impl FnMut() -> Option<T>) -> T {
        patiently(look)
            .unwrap_or_else(|| panic!("{}: {what} did not come:\n{}", self.name, self.output()))
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        drop(self.pipe.take());
        drop(self.keeper.wait());
    }
}

/// Looks until `look` finds something; at most for [`PATIENCE_MICROS`].
pub fn patiently<T>(mut look: impl FnMut() -> Option<T>) -> Option<T> {
    let began = Clock::System.monotonic_micros();
    loop {
        if let Some(found) = look() {
            return Some(found);
        }
        if Clock::System.monotonic_micros().saturating_sub(began) > PATIENCE_MICROS {
            return None;
        }
        park_timeout(LOOK_EVERY);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_ends_with_its_children_and_its_folder_goes() {
        let folder = Kept::folder("kept");
        let mut program = Command::new("sh");
        let script = r#"sleep 600 & echo "child $!"; wait"#;
        program.args(["-c", script]);
        let path = folder.path().to_owned();
        let kept = Kept::start("a program", folder, &program);
        let child = kept.until("the child", || {
            let output = kept.output();
            output.trim().strip_prefix("child ").map(str::to_owned)
        });
        let process = PathBuf::from("/proc").join(child);
        assert!(process.exists());
        drop(kept);
        // Whoever inherits the child may take a moment to bury it; a dead one has no command line.
        let gone = patiently(|| {
            let line = std::fs::read(process.join("cmdline")).unwrap_or_default();
            line.is_empty().then_some(())
        });
        assert_eq!(gone, Some(()), "the child lives on");
        assert!(!path.exists());
    }
}
