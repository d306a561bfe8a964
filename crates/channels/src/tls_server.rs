//! A TLS server on the loopback address, for the tests of this crate only.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::TcpListener,
    sync::Arc,
    thread,
};

use rustls::{
    ServerConfig, ServerConnection, StreamOwned,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
};

/// The root that signed the server's certificate.
pub(crate) const ROOT: &str = include_str!("../testdata/ca.pem");

/// Serves one connection: says `greeting`, then answers each line as `reply` says. Returns the
/// port; a failed handshake ends the server.
pub(crate) fn serve(
    greeting: &'static str,
    reply: impl Fn(&str) -> &'static str + Send + 'static,
) -> u16 {
    let certificate = CertificateDer::from_pem_slice(include_bytes!("../testdata/server.pem"));
    let key = PrivateKeyDer::from_pem_slice(include_bytes!("../testdata/server.key.pem"));
    let config =
        ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.unwrap()], key.unwrap())
            .unwrap();
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let _detached = thread::spawn(move || {
        let (tcp, _) = listener.accept()?;
        let session = ServerConnection::new(Arc::new(config)).map_err(std::io::Error::other)?;
        let mut stream = BufReader::new(StreamOwned::new(session, tcp));
        stream.get_mut().write_all(greeting.as_bytes())?;
        let mut line = String::new();
        while stream.read_line(&mut line)? > 0 {
            stream.get_mut().write_all(reply(line.trim_end()).as_bytes())?;
            line.clear();
        }
        std::io::Result::Ok(())
    });
    port
}
