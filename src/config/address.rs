//! The URL of an environment, as users write it and as it is asked.

use url::{Host, Url};

use super::error::shown;

/// Why a text is no address: what is wrong, and the remedy. Never repeats credentials, a path or a query.
pub(super) type Refusal = (String, &'static str);

const EXAMPLE: &str = "Write it like https://host, https://host:8443/gateway or http://127.0.0.1:8080.";

/// The base under which `v2/jobs` is asked: with or without a path, a trailing `/v2`, `/v2/jobs` or
/// slash. A gateway's path in front of them stays.
pub(super) fn parse(text: &str) -> Result<Url, Refusal> {
    const LONGEST: usize = 2048;
    let text = text.trim();
    if text.len() > LONGEST {
        return Err((format!("the url is longer than {LONGEST} bytes"), EXAMPLE));
    }
    let Some((scheme, _)) = text.split_once("://") else {
        return Err((format!("{} is not a whole url", safe(text)), EXAMPLE));
    };
    let mut url = Url::parse(text).map_err(|why| (format!("{} is not a url: {why}", safe(text)), EXAMPLE))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err((format!("{} is not a scheme that is asked", shown(scheme)), EXAMPLE));
    }
    check(&url)?;
    url.set_path(&base_path(url.path()));
    Ok(url)
}

fn check(url: &Url) -> Result<(), Refusal> {
    let host = shown(&shown_host(url));
    if !url.username().is_empty() || url.password().is_some() {
        return Err((
            format!("the url of {host} holds credentials"),
            "Leave them out: keys are given in [[keys]], by env, file, command or profile.",
        ));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err((
            format!("the url of {host} holds a query or a fragment"),
            "Leave out everything from the ? or # on.",
        ));
    }
    if url.scheme() == "http" && !is_loopback(url) {
        return Err((
            format!("http to {host} would send the key unencrypted"),
            "Use https; http is for loopback alone (127.0.0.1, [::1], localhost).",
        ));
    }
    Ok(())
}

/// The host as shown to people, with a port that is not the scheme's own.
pub(super) fn shown_host(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// Whether a url leads nowhere but to this machine.
pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

/// The path without `/v2` or `/v2/jobs` at its end, with a slash there, so that joining appends.
fn base_path(path: &str) -> String {
    let path = path.trim_end_matches('/');
    let path = path.strip_suffix("/v2/jobs").map_or(path, |_| path.trim_end_matches("/jobs"));
    let path = path.strip_suffix("/v2").unwrap_or(path).trim_end_matches('/');
    format!("{path}/")
}

/// A broken url as far as it can hold no secret: up to a `?` or `#`, and nothing with an `@`.
fn safe(text: &str) -> String {
    let head = text.split(['?', '#']).next().unwrap_or_default();
    if head.contains('@') {
        "the text given (not shown, as it may hold credentials)".to_owned()
    } else {
        shown(head)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_come_to_the_base_that_is_asked() {
        for (text, asked, host) in [
            ("https://example.com", "https://example.com/v2/jobs", "example.com"),
            (" https://Example.com/ ", "https://example.com/v2/jobs", "example.com"),
            ("https://example.com/v2", "https://example.com/v2/jobs", "example.com"),
            ("https://example.com/v2/", "https://example.com/v2/jobs", "example.com"),
            ("https://example.com/v2/jobs/", "https://example.com/v2/jobs", "example.com"),
            ("https://example.com/jobs", "https://example.com/jobs/v2/jobs", "example.com"),
            ("https://example.com:443", "https://example.com/v2/jobs", "example.com"),
            (
                "https://gw.example.com:8443/asr/v2",
                "https://gw.example.com:8443/asr/v2/jobs",
                "gw.example.com:8443",
            ),
            ("https://gw.example.com/a/b//", "https://gw.example.com/a/b/v2/jobs", "gw.example.com"),
            ("https://gw.example.com/xv2", "https://gw.example.com/xv2/v2/jobs", "gw.example.com"),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080/v2/jobs", "127.0.0.1:8080"),
            ("http://127.8.9.1", "http://127.8.9.1/v2/jobs", "127.8.9.1"),
            ("http://[::1]:9/v2", "http://[::1]:9/v2/jobs", "[::1]:9"),
            ("HTTP://LOCALHOST:80", "http://localhost/v2/jobs", "localhost"),
        ] {
            let url = parse(text).unwrap_or_else(|why| panic!("{text}: {why:?}"));
            assert_eq!(url.join("v2/jobs").unwrap().as_str(), asked, "{text}");
            assert_eq!(shown_host(&url), host, "{text}");
        }
    }

    #[test]
    fn what_must_not_be_asked_is_refused() {
        for (text, why) in [
            ("http://example.com", "unencrypted"),
            ("http://128.0.0.1", "unencrypted"),
            ("http://10.0.0.1:8080/v2", "unencrypted"),
            ("http://[::2]", "unencrypted"),
            ("http://localhost.example.com", "unencrypted"),
            ("http://127.0.0.1.example.com", "unencrypted"),
            ("https://me:hunter2@example.com", "credentials"),
            ("https://hunter2@example.com", "credentials"),
            ("https://example.com/?token=hunter2", "query"),
            ("https://example.com/#hunter2", "fragment"),
            ("ftp://example.com", "scheme"),
            ("wss://example.com", "scheme"),
            ("file:///hunter2", "scheme"),
            ("example.com", "not a whole url"),
            ("localhost:8080", "not a whole url"),
            ("", "not a whole url"),
            ("https://", "not a url"),
            ("https://ho st/", "not a url"),
            ("https://me:hunter2@ho st/", "not a url"),
            ("https://host:99999/?hunter2", "not a url"),
        ] {
            let (what, remedy) = parse(text).unwrap_err();
            assert!(what.contains(why), "{text}: {what}");
            assert!(!what.contains("hunter2") && !remedy.is_empty(), "{text}: {what}");
        }
        assert!(parse(&format!("https://{}", "x".repeat(5000))).is_err());
    }

    proptest::proptest! {
        #[test]
        fn a_base_is_its_own_base(text in "https://[a-z]{1,8}(:[0-9]{1,4})?(/[a-z0-9]{0,4}){0,5}") {
            if let Ok(url) = parse(&text) {
                // A path may end in several `/v2`; each reading takes one away, the last none.
                proptest::prop_assert!(url.path().ends_with('/'));
                proptest::prop_assert!(!url.path().ends_with("//"));
                if !url.path().ends_with("/v2/") && !url.path().ends_with("/v2/jobs/") {
                    proptest::prop_assert_eq!(parse(url.as_str()).unwrap(), url);
                }
            }
        }

        #[test]
        fn no_text_panics(text in ".{0,60}") {
            let _ = parse(&text);
        }
    }
}
