//! The proxy that the environment names for a host: `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY`, read by the
//! same rules as the HTTP stack's own. Its credentials are sent and never shown.

use std::fmt;

use hyper::Uri;
use hyper::header::HeaderValue;
use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use url::{Host, Url};

use super::scrub;
use crate::model::{Failure, FailureKind};

/// A proxy on the way to one host.
#[derive(Clone)]
pub(super) struct Proxy {
    uri: Uri,
    credentials: Option<HeaderValue>,
}

impl Proxy {
    /// The proxy for the host of `base`, if there is one. Loopback and http never have one: a proxy that
    /// the environment names is for the outside.
    pub(super) fn of(base: &Url) -> Option<Self> {
        if base.scheme() != "https" || is_loopback(base) {
            return None;
        }
        Self::taken(&Matcher::from_env(), base)
    }

    fn taken(matcher: &Matcher, base: &Url) -> Option<Self> {
        let target: Uri = base.as_str().parse().ok()?;
        let taken: Intercept = matcher.intercept(&target)?;
        let credentials = taken.basic_auth().cloned().map(|mut value| {
            value.set_sensitive(true);
            value
        });
        Some(Self { uri: taken.uri().clone(), credentials })
    }

    /// Its host, as one looks it up: an IPv6 address without brackets.
    pub(super) fn host(&self) -> &str {
        self.uri.host().unwrap_or_default().trim_start_matches('[').trim_end_matches(']')
    }

    /// Its port.
    pub(super) fn port(&self) -> u16 {
        self.uri.port_u16().unwrap_or(if self.is_secure() { 443 } else { 80 })
    }

    /// Whether it is itself reached over TLS.
    pub(super) fn is_secure(&self) -> bool {
        self.uri.scheme_str() == Some("https")
    }

    /// What goes into `Proxy-Authorization`.
    pub(super) fn credentials(&self) -> Option<&HeaderValue> {
        self.credentials.as_ref()
    }

    /// Host and port, for people. Never the credentials.
    pub(super) fn shown(&self) -> String {
        let host = self.uri.host().unwrap_or_default();
        scrub::bound(&scrub::clean(&format!("{host}:{}", self.port())), 200).into_owned()
    }

    /// Why it cannot be used at all, where it cannot.
    pub(super) fn unusable(&self) -> Option<Failure> {
        match self.uri.scheme_str() {
            Some("http" | "https") => None,
            other => {
                let kind = other.unwrap_or("another");
                Some(self.failure(&format!("it is a {kind} proxy, and only http and https ones are spoken")))
            }
        }
    }

    /// A failure of the proxy: which one, and why.
    pub(super) fn failure(&self, why: &str) -> Failure {
        Failure::new(FailureKind::Proxy, format!("{}, {why}", self.shown()))
    }

    /// What a status other than 200 says that `CONNECT` was answered with.
    pub(super) fn refused(&self, status: u16) -> Failure {
        let why = match status {
            407 if self.credentials.is_some() => {
                "it does not take the user name and password that the variable gives"
            }
            407 => "it asks for a user name and a password, and the variable gives none",
            403 | 405 => "it does not let connections to this host through",
            502..=504 => "it cannot reach the host itself",
            _ => "it does not let the connection through",
        };
        Failure { status: Some(status), ..self.failure(why) }
    }
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Proxy({})", self.shown())
    }
}

/// Whether a URL stays on this machine.
pub(super) fn is_loopback(base: &Url) -> bool {
    match base.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn through(proxy: &str, no: &str, base: &str) -> Option<Proxy> {
        let matcher = Matcher::builder().https(proxy).no(no).build();
        Proxy::taken(&matcher, &Url::parse(base).unwrap())
    }

    #[test]
    fn hosts_have_the_proxy_that_the_rules_give() {
        let proxy = |no, base| through("http://proxy.example:3128", no, base).map(|proxy| proxy.shown());
        let shown = Some("proxy.example:3128".to_owned());
        assert_eq!(proxy("", "https://eu1.example/"), shown);
        assert_eq!(proxy("other.example", "https://eu1.example/"), shown);
        assert_eq!(proxy("example", "https://eu1.example/"), None);
        assert_eq!(proxy("*", "https://eu1.example/"), None);
        assert_eq!(through("", "", "https://eu1.example/").map(|proxy| proxy.shown()), None);
        for base in ["https://127.0.0.1:1/", "https://[::1]/", "https://localhost/", "http://127.0.0.1/"] {
            assert!(Proxy::of(&Url::parse(base).unwrap()).is_none(), "{base}");
        }
    }

    #[test]
    fn its_credentials_are_sent_and_never_shown() {
        let proxy = through("http://me:hunter2@proxy.example", "", "https://eu1.example/").unwrap();
        assert_eq!(proxy.credentials().unwrap(), "Basic bWU6aHVudGVyMg==");
        let shown = format!("{proxy:?} {:?} {} {:?}", proxy.credentials(), proxy.shown(), proxy.refused(407));
        assert!(!shown.contains("hunter2") && !shown.contains("bWU6"), "{shown}");
        assert_eq!((proxy.host(), proxy.port()), ("proxy.example", 80));
        assert_eq!(
            proxy.refused(407).sentence(),
            "no connection by way of the proxy (407): proxy.example:80, it does not take the user name and password \
             that the variable gives"
        );
    }

    #[test]
    fn what_cannot_be_spoken_is_said() {
        let proxy = |text| through(text, "", "https://eu1.example/").unwrap();
        assert!(proxy("socks5://h:1080").unusable().unwrap().detail.contains("socks5"));
        assert!(proxy("http://h").unusable().is_none());
        let secure = proxy("https://[::1]");
        assert_eq!((secure.host(), secure.port(), secure.is_secure()), ("::1", 443, true));
    }
}
