//! A bounded queue of transactions and the named threads that run them.
//!
//! Owned by `db`: one lane reads, one writes. Async callers wait for a place in the queue without
//! blocking the runtime; blocking callers wait on a condition. Closing a lane lets the accepted
//! work finish and refuses new work.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::{Semaphore, oneshot};

use crate::Error;
use crate::session::{Session, panic_text};

/// Time to wait for a lane's threads when it is closed.
pub(crate) const CLOSE_TIMEOUT: Duration = Duration::from_secs(10);

type Job = Box<dyn FnOnce(&mut Session) + Send>;
/// Opens the connection of one thread, on that thread.
pub(crate) type Opener = Box<dyn FnOnce() -> Result<Session, Error> + Send>;

/// How much a thread that may wait yields: a tenth of the processor time of its neighbours.
#[cfg(target_os = "linux")]
const NICE: i32 = 10;

/// Opens a connection on a thread that runs when no other thread of the process wants to.
pub(crate) fn patient(opener: Opener) -> Opener {
    Box::new(move || {
        // Elsewhere the call would be about the whole process.
        #[cfg(target_os = "linux")]
        if let Err(cause) = rustix::process::setpriority_process(None, NICE) {
            tracing::debug!(%cause, "the thread that reads lists keeps its priority");
        }
        opener()
    })
}

struct Queue {
    state: Mutex<State>,
    /// A job arrived or the lane was closed.
    ready: Condvar,
    /// A place became free.
    space: Condvar,
    permits: Semaphore,
}

#[derive(Default)]
struct State {
    jobs: VecDeque<Job>,
    closed: bool,
    /// Closed from the beginning: nobody has reached the database.
    away: bool,
}

/// A queue with its threads.
pub(crate) struct Lane {
    queue: Arc<Queue>,
    threads: Mutex<Threads>,
}

struct Threads {
    handles: Vec<JoinHandle<()>>,
    /// Disconnected once every thread has ended.
    ended: mpsc::Receiver<()>,
}

impl Lane {
    /// Starts one thread per opener and waits until each has its connection.
    pub(crate) fn start(
        name: &'static str,
        queue_max: usize,
        openers: Vec<Opener>,
    ) -> Result<Self, Error> {
        let permits = queue_max.clamp(1, Semaphore::MAX_PERMITS);
        let queue = Arc::new(Queue {
            state: Mutex::default(),
            ready: Condvar::new(),
            space: Condvar::new(),
            permits: Semaphore::new(permits),
        });
        let (ended_sender, ended) = mpsc::channel::<()>();
        let (opened_sender, opened) = mpsc::channel();
        let lane = Self {
            queue: Arc::clone(&queue),
            threads: Mutex::new(Threads { handles: Vec::new(), ended }),
        };
        for (i, opener) in openers.into_iter().enumerate() {
            let (queue, ended, opened) =
                (Arc::clone(&queue), ended_sender.clone(), opened_sender.clone());
            let handle = std::thread::Builder::new()
                .name(format!("{name}-{i}"))
                .spawn(move || {
                    match opener() {
                        Ok(session) => {
                            drop(opened.send(Ok(())));
                            drop(opened);
                            queue.work(session);
                        }
                        Err(error) => drop(opened.send(Err(error))),
                    }
                    drop(ended);
                })
                .map_err(|e| Error::unavailable("No thread for the database could start.", e))?;
            lane.threads().handles.push(handle);
        }
        drop(opened_sender);
        // Ends when every thread has reported; a failed one closes the lane by dropping it.
        for outcome in opened {
            outcome?;
        }
        Ok(lane)
    }

    /// A lane without threads that refuses every job.
    pub(crate) fn away() -> Self {
        let (_, ended) = mpsc::channel();
        let queue = Queue {
            state: Mutex::new(State { away: true, ..State::default() }),
            ready: Condvar::new(),
            space: Condvar::new(),
            permits: Semaphore::new(1),
        };
        let threads = Mutex::new(Threads { handles: Vec::new(), ended });
        let lane = Self { queue: Arc::new(queue), threads };
        lane.close();
        lane
    }

    /// Runs a job on one of the threads, waiting for a place in the queue first. If the caller
    /// goes away before the job starts, it does not run.
    pub(crate) async fn submit<T, F>(&self, job: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&mut Session) -> T + Send + 'static,
    {
        let (sender, receiver) = oneshot::channel();
        let permit = self.queue.permits.acquire().await.map_err(|_| self.queue.refusal())?;
        permit.forget();
        self.queue.push(Box::new(move |session| {
            if !sender.is_closed() {
                drop(sender.send(job(session)));
            }
        }))?;
        receiver.await.map_err(|_| Error::closing())
    }

    /// The same for a thread that may block.
    pub(crate) fn submit_blocking<T, F>(&self, job: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&mut Session) -> T + Send + 'static,
    {
        let (sender, receiver) = mpsc::sync_channel(1);
        self.queue.wait_for_space()?;
        self.queue.push(Box::new(move |session| drop(sender.send(job(session)))))?;
        receiver.recv().map_err(|_| Error::closing())
    }

    /// Jobs that wait.
    pub(crate) fn depth(&self) -> usize {
        self.queue.state().jobs.len()
    }

    /// Refuses new jobs; the threads end when the accepted ones are done.
    pub(crate) fn close(&self) {
        self.queue.state().closed = true;
        self.queue.permits.close();
        self.queue.ready.notify_all();
        self.queue.space.notify_all();
    }

    /// Closes and waits for the threads, but not for ever.
    pub(crate) fn close_and_join(&self) {
        self.close();
        let mut threads = self.threads();
        // Nothing is ever sent: the channel disconnects with the last thread.
        if threads.ended.recv_timeout(CLOSE_TIMEOUT) == Err(mpsc::RecvTimeoutError::Timeout) {
            tracing::warn!("database threads did not end in time; they are left behind");
            return;
        }
        for handle in threads.handles.drain(..) {
            drop(handle.join());
        }
    }

    fn threads(&self) -> MutexGuard<'_, Threads> {
        self.threads.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The threads end by themselves; they are not joined, because the last handle may be dropped by
/// a closure that runs on one of them.
impl Drop for Lane {
    fn drop(&mut self) {
        self.close();
    }
}

impl Queue {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Why a closed lane refuses.
    fn refusal(&self) -> Error {
        if self.state().away { Error::away() } else { Error::closing() }
    }

    fn push(&self, job: Job) -> Result<(), Error> {
        let mut state = self.state();
        if state.closed {
            return Err(Error::closing());
        }
        state.jobs.push_back(job);
        drop(state);
        self.ready.notify_one();
        Ok(())
    }

    fn wait_for_space(&self) -> Result<(), Error> {
        let mut state = self.state();
        while !state.closed {
            if let Ok(permit) = self.permits.try_acquire() {
                permit.forget();
                return Ok(());
            }
            state = self.space.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        drop(state);
        Err(self.refusal())
    }

    fn pop(&self) -> Option<Job> {
        let mut state = self.state();
        loop {
            if let Some(job) = state.jobs.pop_front() {
                self.permits.add_permits(1);
                self.space.notify_one();
                return Some(job);
            }
            if state.closed {
                return None;
            }
            state = self.ready.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn work(&self, mut session: Session) {
        while let Some(job) = self.pop() {
            let out = catch_unwind(AssertUnwindSafe(|| job(&mut session)));
            if let Err(panic) = out {
                let cause = panic_text(panic.as_ref());
                tracing::error!(cause, "a database thread caught a panic");
                session.roll_back();
            }
        }
    }
}
