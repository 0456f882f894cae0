//! TLS: rustls with the ring provider and the roots that the platform trusts.
//!
//! The provider is passed by hand, so that nothing depends on a process-wide default. Roots are read
//! only for https hosts: the demo talks http over loopback, and has to start at once also on a
//! machine without any root certificates.

use std::sync::Arc;

use rustls::crypto::{CryptoProvider, ring};
use rustls::{CertificateError, ClientConfig, ConfigBuilder, RootCertStore, WantsVerifier};
use rustls_platform_verifier::BuilderVerifierExt;

use crate::model::{Failure, FailureKind};

/// The TLS side of a client for https hosts. Reads the platform's certificate store: some
/// milliseconds of blocking I/O.
pub(super) fn for_https() -> Result<ClientConfig, Failure> {
    let config = builder()?.with_platform_verifier().map_err(|error| {
        let why = "this machine has no root certificates to check hosts with; install them \
                   (package ca-certificates), or name a bundle in SSL_CERT_FILE";
        Failure::new(FailureKind::Tls, format!("{why} ({error})"))
    })?;
    Ok(http1(config.with_no_client_auth()))
}

/// The TLS side of a client that will never use it: it trusts nobody and reads nothing.
pub(super) fn for_http() -> Result<ClientConfig, Failure> {
    let config = builder()?.with_root_certificates(RootCertStore::empty());
    Ok(http1(config.with_no_client_auth()))
}

/// Why a handshake failed, in plain words.
pub(super) fn words(error: &rustls::Error) -> String {
    match error {
        rustls::Error::InvalidCertificate(certificate) => match certificate {
            CertificateError::UnknownIssuer => {
                "its certificate is not signed by anyone this machine trusts".into()
            }
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
                "its certificate has expired (or this machine's clock is wrong)".into()
            }
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                "its certificate is not valid yet (or this machine's clock is wrong)".into()
            }
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                "its certificate is for another host".into()
            }
            // What a self-signed certificate ends as: it was never meant to be checked by a chain.
            CertificateError::Other(_) => "its certificate is self-signed, or not made for a server".into(),
            other => format!("its certificate is not accepted: {other}"),
        },
        rustls::Error::InvalidMessage(_) => "what listens there does not speak TLS".into(),
        rustls::Error::AlertReceived(alert) => format!("the host refused the handshake ({alert:?})"),
        other => other.to_string(),
    }
}

fn builder() -> Result<ConfigBuilder<ClientConfig, WantsVerifier>, Failure> {
    let provider: Arc<CryptoProvider> = Arc::new(ring::default_provider());
    ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| Failure::new(FailureKind::Tls, error.to_string()))
}

fn http1(mut config: ClientConfig) -> ClientConfig {
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    config
}

#[cfg(test)]
mod tests {
    use rustls::{AlertDescription, Error, InvalidMessage};

    use super::*;

    #[test]
    fn people_are_told_what_is_wrong_with_a_certificate() {
        for (error, word) in [
            (Error::InvalidCertificate(CertificateError::UnknownIssuer), "not signed"),
            (Error::InvalidCertificate(CertificateError::Expired), "expired"),
            (Error::InvalidCertificate(CertificateError::NotValidYet), "not valid yet"),
            (Error::InvalidCertificate(CertificateError::NotValidForName), "another host"),
            (Error::InvalidCertificate(CertificateError::Revoked), "not accepted"),
            (Error::InvalidMessage(InvalidMessage::InvalidContentType), "does not speak TLS"),
            (Error::AlertReceived(AlertDescription::HandshakeFailure), "HandshakeFailure"),
        ] {
            assert!(words(&error).contains(word), "{error:?}: {}", words(&error));
        }
    }
}
