//! Another site: one that attacks, or one that does everything wrong.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Shows the same page to everybody who asks; it ends when it is dropped.
pub struct OtherSite {
    address: SocketAddr,
    ended: Arc<AtomicBool>,
}

impl OtherSite {
    /// A site with this page.
    ///
    /// # Panics
    /// When there is no free port.
    pub fn with(page: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address");
        let ended = Arc::new(AtomicBool::new(false));
        let (end, page) = (Arc::clone(&ended), page.to_owned());
        std::thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                if end.load(Ordering::SeqCst) {
                    return;
                }
                // Whatever is asked, the answer is the same; the browser may have gone already.
                drop(stream.read(&mut [0; 4096]));
                drop(stream.write_all(answer(&page).as_bytes()));
            }
        });
        Self { address, ended }
    }

    /// Its address: by another name than the server's, so that it is another site and not only
    /// another port.
    pub fn url(&self) -> String {
        format!("http://localhost:{}/", self.address.port())
    }

    /// Its address by the server's name: another port, which is the same site to cookies.
    pub fn url_on_same_host(&self) -> String {
        format!("http://{}/", self.address)
    }
}

fn answer(page: &str) -> String {
    let length = page.len();
    format!(
        "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\
         Content-Security-Policy: img-src 'none'\r\nContent-Length: {length}\r\n\
         Connection: close\r\n\r\n{page}"
    )
}

impl Drop for OtherSite {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::SeqCst);
        // Wakes the accepting thread.
        drop(TcpStream::connect(self.address));
    }
}
