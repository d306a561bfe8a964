//! Encrypted connections to PostgreSQL: rustls with ring, never another library.
//!
//! Used by `pg` once per handle. Whether TLS is used at all is up to the URL's `sslmode`; a
//! certificate is always verified.

use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::Error;

/// TLS by rustls with the public certificate authorities and those of a PEM file.
pub(crate) fn connector(authorities: Option<&Path>) -> Result<MakeRustlsConnect, Error> {
    let mut roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    if let Some(path) = authorities {
        let unreadable = |e: &dyn std::fmt::Display| {
            let name = path.display();
            Error::unsupported(format!(
                "The certificate authorities in {name} cannot be read ({e}). Give a PEM file."
            ))
        };
        let certificates = CertificateDer::pem_file_iter(path).map_err(|e| unreadable(&e))?;
        for certificate in certificates {
            let certificate = certificate.map_err(|e| unreadable(&e))?;
            roots.add(certificate).map_err(|e| unreadable(&e))?;
        }
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|e| Error::broken("TLS cannot be set up.", e))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}
