//! The tasks of a server: each has a name, and none ends unnoticed.

use std::collections::HashMap;
use std::fmt;
use std::future::Future;
use std::time::Duration;

use tokio::task::{Id, JoinSet};
use tokio::time::timeout;

/// Why a task ended badly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Broken {
    /// For this reason, as words.
    By(String),
    /// Another process does its work now.
    Replaced,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::By(why) => f.write_str(why),
            Self::Replaced => f.write_str("another process has taken over"),
        }
    }
}

/// How a task ended.
pub(crate) type Ended = Result<(), Broken>;

/// The running tasks.
#[derive(Debug, Default)]
pub(crate) struct Tasks {
    running: JoinSet<Ended>,
    names: HashMap<Id, &'static str>,
}

impl Tasks {
    /// Starts a task.
    pub(crate) fn start<F>(&mut self, name: &'static str, task: F)
    where
        F: Future<Output = Ended> + Send + 'static,
    {
        let handle = self.running.spawn(task);
        self.names.insert(handle.id(), name);
    }

    /// Waits for the next task to end; none when none is left.
    pub(crate) async fn next(&mut self) -> Option<(&'static str, Ended)> {
        let ended = self.running.join_next_with_id().await?;
        let (id, how) = match ended {
            Ok((id, how)) => (id, how),
            Err(error) if error.is_panic() => {
                (error.id(), Err(Broken::By("it panicked".to_owned())))
            }
            Err(error) => (error.id(), Err(Broken::By("it was aborted".to_owned()))),
        };
        Some((self.names.remove(&id).unwrap_or("task"), how))
    }

    /// Waits at most this long for one task to end; says whether it has.
    pub(crate) async fn wait_for(&mut self, name: &'static str, bound: Duration) -> bool {
        let waiting = async {
            while self.names.values().any(|running| *running == name) {
                let Some((ended, how)) = self.next().await else { return };
                if let Err(why) = how {
                    tracing::error!(task = ended, %why, "a task failed while the server stopped");
                }
            }
        };
        timeout(bound, waiting).await.is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn ends_are_told_by_name_also_after_a_panic() {
        let mut tasks = Tasks::default();
        tasks.start("well", async { Ok(()) });
        assert_eq!(tasks.next().await, Some(("well", Ok(()))));
        tasks.start("badly", async { panic!("for the test") });
        assert_eq!(tasks.next().await, Some(("badly", Err(Broken::By("it panicked".to_owned())))));
        assert_eq!(tasks.next().await, None);
    }

    #[tokio::test(start_paused = true)]
    async fn waiting_is_bounded() {
        let mut tasks = Tasks::default();
        tasks.start("forever", std::future::pending());
        tasks.start("soon", async { Ok(()) });
        assert!(tasks.wait_for("soon", Duration::from_secs(1)).await);
        assert!(!tasks.wait_for("forever", Duration::from_secs(1)).await);
        assert!(tasks.wait_for("never started", Duration::from_secs(1)).await);
    }
}
