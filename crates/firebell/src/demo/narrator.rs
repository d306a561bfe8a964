//! How the story is told: chapters, lines, colours where they are wanted.

use std::time::Duration;

use crate::output::{Output, Style, clean};

/// Between two chapters on a terminal, so that a reader can follow: ten chapters take seven of the
/// fifteen seconds the story may last.
const PACE: Duration = Duration::from_millis(700);

/// Tells in the terminal.
pub(crate) struct Narrator {
    out: Output,
}

impl Narrator {
    /// A narrator with this voice.
    pub(crate) fn new(out: &Output) -> Self {
        Self { out: out.clone() }
    }

    /// The voice itself.
    pub(crate) const fn out(&self) -> &Output {
        &self.out
    }

    /// The title.
    pub(crate) fn title(&self, text: &str, below: &str) {
        self.out.note("");
        self.out.note(&self.out.paint(Style::Bold, text));
        self.out.note(&self.out.paint(Style::Dim, below));
    }

    /// A new chapter, named by its step of the event's way.
    pub(crate) async fn chapter(&self, step: &str, text: &str) {
        if self.out.is_live() {
            tokio::time::sleep(PACE).await;
        }
        let style = crate::client::alert::step_style(step);
        self.out.note("");
        self.out.note(&format!(
            "{} {}",
            self.out.paint(style, &format!("▌{step:<9}")),
            self.out.paint(Style::Bold, text)
        ));
    }

    /// A line within a chapter.
    pub(crate) fn say(&self, text: &str) {
        self.out.note(&format!("           {}", clean(text)));
    }

    /// A line that tells that something went as it should.
    pub(crate) fn good(&self, text: &str) {
        self.out.note(&format!("         {} {}", self.out.paint(Style::Green, "✓"), clean(text)));
    }

    /// Something to be typed.
    pub(crate) fn command(&self, about: &str, command: &str) {
        self.out.note(&format!("  {}", self.out.paint(Style::Dim, about)));
        self.out.note(&format!("    {}", self.out.paint(Style::Cyan, command)));
    }

    /// The last line.
    pub(crate) fn serving_on(&self) {
        self.out.note("");
        self.out.note("The server goes on. Ctrl-C ends it and removes the sample data.");
    }
}
