//! Processes of this very program and of peers: started, spoken to through pipes, and ended.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};

use anyhow::{Context as _, Result, bail};
use rustix::process::{Pid, Signal, kill_process};

/// A process that is killed when this is dropped.
pub(crate) struct Running {
    child: Child,
    _stdin: Option<ChildStdin>,
    stdout: Option<BufReader<ChildStdout>>,
}

impl Running {
    /// Starts this program with other arguments.
    pub(crate) fn itself(arguments: &[String]) -> Result<Self> {
        let program = std::env::current_exe()?;
        Self::start(Command::new(program).args(arguments))
    }

    /// Starts a program whose output is not read.
    pub(crate) fn quiet(command: &mut Command) -> Result<Self> {
        let name = command.get_program().display().to_string();
        let child = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| format!("cannot run {name}"))?;
        Ok(Self { child, _stdin: None, stdout: None })
    }

    fn start(command: &mut Command) -> Result<Self> {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let stdin = child.stdin.take();
        let stdout = child.stdout.take().map(BufReader::new);
        Ok(Self { child, _stdin: stdin, stdout })
    }

    /// The next line it says.
    pub(crate) fn line(&mut self) -> Result<String> {
        let mut line = String::new();
        let out = self.stdout.as_mut().context("its output is not read")?;
        if out.read_line(&mut line)? == 0 {
            bail!("the process ended without an answer: {}", self.child.wait()?);
        }
        Ok(line.trim_end().to_owned())
    }

    /// Everything it says from now on, line by line, read by a thread that ends with its output.
    pub(crate) fn lines(&mut self) -> Result<Receiver<String>> {
        let out = self.stdout.take().context("its output is not read")?;
        let (sender, receiver) = channel();
        drop(std::thread::spawn(move || {
            for line in out.lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    break;
                }
            }
        }));
        Ok(receiver)
    }

    /// Does something while this process stands still: what it tidies up after its own round must not take the
    /// processors from another one's.
    pub(crate) fn while_stopped<T>(&self, act: impl FnOnce() -> Result<T>) -> Result<T> {
        let id = Pid::from_child(&self.child);
        kill_process(id, Signal::STOP)?;
        let done = act();
        kill_process(id, Signal::CONT)?;
        done
    }

    /// Kilobytes of memory it has resident now, and had at most.
    pub(crate) fn memory_kib(&self) -> Result<(u64, u64)> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let field = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            let number = line.and_then(|line| line.split_whitespace().next());
            number.and_then(|n| n.parse().ok()).with_context(|| format!("no {name} in status"))
        };
        Ok((field("VmRSS:")?, field("VmHWM:")?))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Says one line to whoever started this process.
pub(crate) fn say(line: &str) -> Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}")?;
    Ok(out.flush()?)
}
