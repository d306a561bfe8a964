//! Browsers that wait for the next test: starting one costs a second. Each test gets one that has
//! forgotten everything. Of a test that fails a picture is kept, and its browser goes with it.

use std::ops::Deref;
use std::sync::{Mutex, PoisonError};

use crate::pictures;
use crate::server::{Server, server};
use crate::tab::Tab;

static IDLE: Mutex<Vec<Tab>> = Mutex::new(Vec::new());

/// A browser in use.
pub struct Lease {
    tab: Option<Tab>,
}

impl Lease {
    fn take(server: &Server) -> Self {
        let idle = IDLE.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let tab = idle.unwrap_or_else(|| Tab::open(server.base()));
        tab.forget_everything();
        Self { tab: Some(tab) }
    }
}

impl Deref for Lease {
    type Target = Tab;

    fn deref(&self) -> &Tab {
        self.tab.as_ref().expect("a browser in use")
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let Some(tab) = self.tab.take() else { return };
        if std::thread::panicking() {
            pictures::keep_failure(&tab);
            tab.close();
        } else {
            IDLE.lock().unwrap_or_else(PoisonError::into_inner).push(tab);
        }
    }
}

/// A browser in which nobody is signed in.
pub fn nobody() -> Lease {
    Lease::take(server())
}

/// A browser in which this person is signed in.
pub fn signed_in(instance: &str, person: &str) -> Lease {
    let server = server();
    let lease = Lease::take(server);
    lease.cookie(&server.cookie(instance, person));
    lease
}
