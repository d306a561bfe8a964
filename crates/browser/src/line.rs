//! The line between a browser and the server, which can be cut: what a telephone in a tunnel has.

use std::io::copy;
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Takes connections at an address of its own and passes on what comes, both ways. It ends when it is dropped.
pub struct Line {
    address: SocketAddr,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    cut: AtomicBool,
    ended: AtomicBool,
    open: Mutex<Vec<TcpStream>>,
}

impl State {
    fn open(&self) -> MutexGuard<'_, Vec<TcpStream>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Passes on what comes, unless the line is cut: then the connection ends at once.
    fn take(&self, near: TcpStream, to: SocketAddr) {
        // With the lock, so that a cut finds every connection.
        let mut open = self.open();
        if self.cut.load(Ordering::SeqCst) {
            return;
        }
        let Ok(far) = TcpStream::connect(to) else { return };
        for (from, to) in [(&near, &far), (&far, &near)] {
            let (Ok(mut from), Ok(mut to)) = (from.try_clone(), to.try_clone()) else { return };
            std::thread::spawn(move || {
                // It ends with either side.
                drop(copy(&mut from, &mut to));
                drop(to.shutdown(Shutdown::Write));
            });
        }
        open.extend([near, far]);
    }
}

impl Line {
    /// A line to a server.
    ///
    /// # Panics
    /// When there is no free port.
    pub fn to(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address");
        let state = Arc::new(State::default());
        let taking = Arc::clone(&state);
        std::thread::spawn(move || {
            for near in listener.incoming().flatten() {
                if taking.ended.load(Ordering::SeqCst) {
                    return;
                }
                taking.take(near, server);
            }
        });
        Self { address, state }
    }

    /// Where the server is reached through it, without a slash at the end.
    pub fn base(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Cuts it: what is on its way is lost.
    pub fn cut(&self) {
        let mut open = self.state.open();
        self.state.cut.store(true, Ordering::SeqCst);
        for stream in open.drain(..) {
            // It may have ended already.
            drop(stream.shutdown(Shutdown::Both));
        }
    }

    /// Mends it.
    pub fn mend(&self) {
        self.state.cut.store(false, Ordering::SeqCst);
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.cut();
        self.state.ended.store(true, Ordering::SeqCst);
        // Wakes the accepting thread.
        drop(TcpStream::connect(self.address));
    }
}
