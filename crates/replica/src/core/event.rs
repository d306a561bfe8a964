//! What happens to a core, and what it wants done.

use std::time::Duration;

use firebell_config::feed::{Deltas, Head, SnapshotPage, SourceError};
use firebell_domain::directory::Revision;
use firebell_domain::instance::InstanceNo;

/// What a source is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Question {
    /// Where the authority is.
    Head,
    /// A page of a snapshot, from an instance on.
    Page(InstanceNo),
    /// What came after a revision.
    Deltas(Revision),
}

/// What a source answers.
#[derive(Debug, Clone)]
pub enum Answer {
    /// To [`Question::Head`].
    Head(Head),
    /// To [`Question::Page`].
    Page(SnapshotPage),
    /// To [`Question::Deltas`].
    Deltas(Deltas),
}

/// What happens to a core.
#[derive(Debug, Clone)]
pub enum Event<V> {
    /// Time has passed.
    Tick,
    /// The source answered, or failed. An answer to a question that is out no more is ignored.
    Answered {
        /// The question's number.
        ask: u64,
        /// What came of it.
        answer: Result<Answer, SourceError>,
    },
    /// The authority of this process has published this.
    Published(V),
    /// It is time to compute some instances again: [`Action::Recheck`].
    Recheck,
    /// Decisions were computed without a panic.
    Evaluated {
        /// From which revision.
        revision: Revision,
        /// How many.
        count: u64,
    },
    /// Something panicked while it was evaluated or applied.
    Panicked(String),
    /// A proven configuration was written to disk, or could not be.
    Kept {
        /// How long it took.
        took: Duration,
    },
    /// An operator wants a new snapshot.
    Resync,
}

impl<V> Event<V> {
    /// Whether handling it takes long: decoding and hashing.
    pub const fn is_heavy(&self) -> bool {
        match self {
            Self::Recheck | Self::Answered { answer: Ok(Answer::Page(_)), .. } => true,
            Self::Answered { answer: Ok(Answer::Deltas(Deltas::Next(deltas))), .. } => {
                !deltas.is_empty()
            }
            Self::Answered { .. }
            | Self::Tick
            | Self::Published(_)
            | Self::Evaluated { .. }
            | Self::Panicked(_)
            | Self::Kept { .. }
            | Self::Resync => false,
        }
    }
}

/// What a core wants done.
#[derive(Debug, Clone)]
pub enum Action<V> {
    /// Ask the source; an earlier question is given up.
    Ask {
        /// The number the answer must have.
        ask: u64,
        /// What to ask.
        question: Question,
    },
    /// Serve this from now on.
    Publish(V),
    /// Hand in [`Event::Recheck`].
    Recheck,
    /// Compute decisions from this and hand in [`Event::Evaluated`].
    Evaluate(V),
    /// Write this to disk and hand in [`Event::Kept`].
    Keep(V),
}
