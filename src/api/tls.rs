//! TLS: rustls with the ring provider and the roots that the platform trusts.
//!
//! The provider is passed by hand, so that nothing depends on a process-wide default. Roots are read
//! only for https hosts: the demo talks http over loopback, and has to start at once also on a
//! machine without any root certificates.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use rustls::client::Resumption;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    CertificateError, ClientConfig, ConfigBuilder, DigitallySignedStruct, Error, OtherError, RootCertStore,
    SignatureScheme, WantsVerifier,
};
use rustls_platform_verifier::Verifier;

use super::certificate;
use crate::model::{Certificate, Failure, FailureKind};

/// Whom this machine trusts. Cheap to clone; reading it is not.
#[derive(Clone, Debug)]
pub(super) struct Trust(Arc<dyn ServerCertVerifier>);

impl Trust {
    /// The platform's certificate store: some milliseconds of blocking I/O. `SSL_CERT_FILE` and
    /// `SSL_CERT_DIR` go before it where the platform is not Apple's or Microsoft's.
    pub(super) fn of_platform() -> Result<Self, Failure> {
        let verifier = Verifier::new(provider()).map_err(|error| {
            // It is read by the verifier, for which a file without a name is one without certificates.
            let hidden = std::env::var_os("SSL_CERT_FILE").is_some_and(|file| file.is_empty());
            let why = if hidden {
                "SSL_CERT_FILE is set to nothing, which hides this machine's root certificates: unset it"
            } else {
                "this machine has no root certificates to check hosts with; install them \
                 (package ca-certificates), or name a bundle in SSL_CERT_FILE"
            };
            Failure::new(FailureKind::Tls, format!("{why} ({error})"))
        })?;
        Ok(Self(Arc::new(verifier)))
    }

    /// The TLS side of a connection, whose certificate is noted in `seen`, accepted or not. No session is
    /// resumed, since a resumed one shows no certificate.
    pub(super) fn watched(&self, seen: &Seen) -> Result<ClientConfig, Failure> {
        let mut config = self.config(seen)?;
        config.resumption = Resumption::disabled();
        Ok(config)
    }

    fn config(&self, seen: &Seen) -> Result<ClientConfig, Failure> {
        let verifier = Explaining { inner: Arc::clone(&self.0), seen: seen.clone() };
        // Dangerous is a verifier that says yes where the platform says no; this one only adds words.
        let config = builder()?.dangerous().with_custom_certificate_verifier(Arc::new(verifier));
        Ok(http1(config.with_no_client_auth()))
    }
}

/// The TLS side of a client for https hosts.
pub(super) fn for_https() -> Result<ClientConfig, Failure> {
    Trust::of_platform()?.config(&Seen::default())
}

/// The TLS side of a client that will never use it: it trusts nobody and reads nothing.
pub(super) fn for_http() -> Result<ClientConfig, Failure> {
    let config = builder()?.with_root_certificates(RootCertStore::empty());
    Ok(http1(config.with_no_client_auth()))
}

/// Where a connection's certificate is noted.
#[derive(Clone, Debug, Default)]
pub(super) struct Seen(Arc<Mutex<Option<Certificate>>>);

impl Seen {
    /// The certificate that was seen last.
    pub(super) fn take(&self) -> Option<Certificate> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn note(&self, certificate: Option<&Certificate>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = certificate.cloned();
    }
}

/// Asks another verifier, notes what it was asked about, and says a refusal in words that name the
/// certificate's own names, dates and issuer. It accepts exactly what the other one accepts.
#[derive(Debug)]
struct Explaining {
    inner: Arc<dyn ServerCertVerifier>,
    seen: Seen,
}

impl ServerCertVerifier for Explaining {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let certificate = certificate::read(end_entity);
        self.seen.note(certificate.as_ref());
        let verdict =
            self.inner.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now);
        verdict.map_err(|error| match (&error, certificate) {
            (Error::InvalidCertificate(why), Some(certificate)) => {
                let refused = Refused(refusal(why, &certificate, now));
                Error::InvalidCertificate(CertificateError::Other(OtherError(Arc::new(refused))))
            }
            _ => error,
        })
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.inner.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.inner.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.inner.supported_verify_schemes()
    }
}

/// Why a certificate is refused, in words.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Refused(String);

fn refusal(error: &CertificateError, certificate: &Certificate, now: UnixTime) -> String {
    use CertificateError::{
        Expired, ExpiredContext, NotValidForName, NotValidForNameContext, NotValidYet, NotValidYetContext,
        UnknownIssuer,
    };
    let clock = "or this machine's clock is wrong";
    match error {
        Expired | ExpiredContext { .. } if ends(error, certificate) => {
            let ago = days(now, certificate.not_after);
            format!("it expired {ago} ago, on {} ({clock})", date(certificate.not_after))
        }
        Expired | ExpiredContext { .. } => format!("a certificate that vouches for it has expired ({clock})"),
        NotValidYet | NotValidYetContext { .. } => {
            let left = days(now, certificate.not_before);
            format!("it is not valid yet, but in {left}, from {} on ({clock})", date(certificate.not_before))
        }
        NotValidForName | NotValidForNameContext { .. } => {
            format!("it is for another host: {}", certificate.names_in_words())
        }
        // One that was never meant to be checked by a chain comes as another error.
        _ if certificate.self_signed => {
            "it is self-signed: nobody whom this machine trusts vouches for it".into()
        }
        UnknownIssuer if certificate.issuer.is_empty() => {
            "nobody whom this machine trusts has signed it".into()
        }
        UnknownIssuer => {
            format!("it is signed by “{}”, whom this machine does not trust", certificate.issuer)
        }
        CertificateError::Other(_) => "it is not made for a server".into(),
        other => other.to_string(),
    }
}

/// Whether the end that was found is this certificate's own, and not that of one above it.
fn ends(error: &CertificateError, certificate: &Certificate) -> bool {
    match error {
        CertificateError::ExpiredContext { not_after, .. } => {
            i64::try_from(not_after.as_secs()).is_ok_and(|end| end == certificate.not_after.as_second())
        }
        _ => true,
    }
}

fn days(now: UnixTime, then: Timestamp) -> String {
    let now = i64::try_from(now.as_secs()).unwrap_or(i64::MAX);
    let apart = Duration::from_secs(then.as_second().abs_diff(now)).as_secs();
    match (apart / (24 * 60 * 60), apart / (60 * 60)) {
        (1, _) => "1 day".to_owned(),
        (0, 1) => "1 hour".to_owned(),
        (0, 0) => "less than an hour".to_owned(),
        (0, hours) => format!("{hours} hours"),
        (days, _) => format!("{days} days"),
    }
}

fn date(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d").to_string()
}

/// What kind of failure a broken handshake is, and why, in plain words.
pub(super) fn told(error: &Error) -> (FailureKind, String) {
    match error {
        Error::InvalidCertificate(CertificateError::Other(other)) if other.0.is::<Refused>() => {
            (FailureKind::Certificate, other.0.to_string())
        }
        Error::InvalidCertificate(other) => (FailureKind::Certificate, other.to_string()),
        Error::InvalidMessage(_) => (FailureKind::Tls, "what listens there does not speak TLS".into()),
        Error::AlertReceived(alert) => {
            (FailureKind::Tls, format!("the host refused the handshake ({alert:?})"))
        }
        other => (FailureKind::Tls, other.to_string()),
    }
}

fn builder() -> Result<ConfigBuilder<ClientConfig, WantsVerifier>, Failure> {
    ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .map_err(|error| Failure::new(FailureKind::Tls, error.to_string()))
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

fn http1(mut config: ClientConfig) -> ClientConfig {
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    config
}

#[cfg(test)]
mod tests {
    use rustls::{AlertDescription, InvalidMessage};

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn unix(at: Timestamp) -> UnixTime {
        UnixTime::since_unix_epoch(Duration::from_secs(at.as_second().unsigned_abs()))
    }

    #[test]
    fn people_are_told_what_is_wrong_with_a_certificate() {
        let certificate = |self_signed| Certificate {
            names: vec!["a.example".into()],
            more_names: 0,
            issuer: if self_signed { "".into() } else { "Corp Root".into() },
            self_signed,
            not_before: at("2026-01-02T00:00:00Z"),
            not_after: at("2026-02-02T00:00:00Z"),
        };
        let chain = CertificateError::ExpiredContext {
            time: unix(at("2026-01-10T00:00:00Z")),
            not_after: unix(at("2026-01-09T00:00:00Z")),
        };
        for (error, self_signed, now, words) in [
            (
                CertificateError::UnknownIssuer,
                false,
                "2026-01-10T00:00:00Z",
                "it is signed by “Corp Root”, whom this machine does not trust",
            ),
            (
                CertificateError::UnknownIssuer,
                true,
                "2026-01-10T00:00:00Z",
                "it is self-signed: nobody whom this machine trusts vouches for it",
            ),
            (
                CertificateError::BadEncoding,
                true,
                "2026-01-10T00:00:00Z",
                "it is self-signed: nobody whom this machine trusts vouches for it",
            ),
            (
                CertificateError::Expired,
                true,
                "2026-02-14T01:00:00Z",
                "it expired 12 days ago, on 2026-02-02 (or this machine's clock is wrong)",
            ),
            (
                chain,
                false,
                "2026-01-10T00:00:00Z",
                "a certificate that vouches for it has expired (or this machine's clock is wrong)",
            ),
            (
                CertificateError::NotValidYet,
                false,
                "2026-01-01T22:30:00Z",
                "it is not valid yet, but in 1 hour, from 2026-01-02 on (or this machine's clock is wrong)",
            ),
            (
                CertificateError::NotValidForName,
                false,
                "2026-01-10T00:00:00Z",
                "it is for another host: a.example",
            ),
        ] {
            assert_eq!(refusal(&error, &certificate(self_signed), unix(at(now))), words, "{error:?}");
        }
    }

    #[test]
    fn a_refused_certificate_is_told_from_no_tls() {
        let refused = CertificateError::Other(OtherError(Arc::new(Refused("because".to_owned()))));
        for (error, kind, word) in [
            (Error::InvalidCertificate(refused), FailureKind::Certificate, "because"),
            (Error::InvalidCertificate(CertificateError::Revoked), FailureKind::Certificate, "evoked"),
            (
                Error::InvalidMessage(InvalidMessage::InvalidContentType),
                FailureKind::Tls,
                "does not speak TLS",
            ),
            (Error::AlertReceived(AlertDescription::HandshakeFailure), FailureKind::Tls, "HandshakeFailure"),
        ] {
            let (told, words) = told(&error);
            assert_eq!(told, kind);
            assert!(words.contains(word), "{error:?}: {words}");
        }
    }
}
