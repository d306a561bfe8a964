//! What a test's thread logs, kept, so that it can be searched for what must not be there.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use tracing::subscriber::DefaultGuard;

/// Everything this thread logs while it lives.
pub struct Captured {
    log: Log,
    _logging: DefaultGuard,
    _second: tracing::Dispatch,
}

impl Captured {
    /// Begins, at the level of traces.
    pub fn begin() -> Self {
        let log = Log::default();
        let writer = log.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_writer(move || writer.clone())
            .finish();
        // While there is one subscriber only, whatever the threads of other tests log first is taken
        // for uninteresting for ever; a second one makes them ask.
        let second = tracing_subscriber::fmt().with_writer(io::sink).finish();
        Self {
            log,
            _logging: tracing::subscriber::set_default(subscriber),
            _second: tracing::Dispatch::new(second),
        }
    }

    /// What was logged so far.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.log.lock()).into_owned()
    }
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<u8>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.lock().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
