//! TLS to PostgreSQL: what the address asks for, and whom it trusts.

use std::path::Path;
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use tokio_postgres::Config;
use tokio_postgres::config::SslMode;
use tokio_postgres_rustls::MakeRustlsConnect;

use super::connect::ConnectError;

/// How libpq asks for a verified server; here `require` verifies already.
const VERIFIED: [&str; 2] = ["sslmode=verify-full", "sslmode=verify-ca"];

/// Reads an address. With an authority of its own, a server that speaks no TLS is refused.
pub(super) fn config(url: &str, authority: Option<&Path>) -> Result<Config, tokio_postgres::Error> {
    let url = VERIFIED.iter().fold(url.to_owned(), |url, mode| url.replace(mode, "sslmode=require"));
    let mut config: Config = url.parse()?;
    if authority.is_some() && config.get_ssl_mode() == SslMode::Prefer {
        config.ssl_mode(SslMode::Require);
    }
    Ok(config)
}

/// What makes the session. `require` trusts the named authority, else the public ones; `prefer` trusts
/// anybody, for whoever could pretend to be the server could as well refuse TLS.
pub(super) fn connector(config: &Config, authority: Option<&Path>) -> Result<MakeRustlsConnect, ConnectError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| ConnectError(error.to_string()))?;
    let trusting = match (config.get_ssl_mode(), authority) {
        (SslMode::Prefer | SslMode::Disable, _) => {
            builder.dangerous().with_custom_certificate_verifier(Arc::new(Anybody(provider)))
        }
        (_, Some(file)) => builder.with_root_certificates(authorities(file)?),
        (_, None) => builder.with_root_certificates(RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() }),
    };
    Ok(MakeRustlsConnect::new(trusting.with_no_client_auth()))
}

/// The mend for a handshake that failed with these words; empty for another fault.
pub(super) fn mend(words: &str, authority: Option<&Path>) -> &'static str {
    match authority {
        _ if !words.contains("certificate") => "",
        Some(_) => "; the server's certificate is not signed by the authority that HOUND_DATABASE_CA names, or for another host",
        None => "; name the file of the authority that signed it in HOUND_DATABASE_CA",
    }
}

fn authorities(file: &Path) -> Result<RootCertStore, ConnectError> {
    let fault = |cause: String| ConnectError(format!("HOUND_DATABASE_CA names {}, {cause}", file.display()));
    let mut roots = RootCertStore::empty();
    let certificates = CertificateDer::pem_file_iter(file).map_err(|error| fault(format!("which cannot be read: {error}")))?;
    for certificate in certificates {
        let certificate = certificate.map_err(|error| fault(format!("which is no PEM file: {error}")))?;
        roots.add(certificate).map_err(|error| fault(format!("whose certificate is unfit: {error}")))?;
    }
    if roots.is_empty() { Err(fault("which holds no certificate".to_owned())) } else { Ok(roots) }
}

/// Takes every certificate, but still checks that the server holds its key.
#[derive(Debug)]
struct Anybody(Arc<CryptoProvider>);

impl ServerCertVerifier for Anybody {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        rustls::crypto::verify_tls12_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        rustls::crypto::verify_tls13_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
