//! What to do about a host that does not answer as it should, and how sure that is.

use jiff::Timestamp;

use super::finding::Sure;
use crate::catalog;
use crate::model::{Climb, Failure, FailureKind};

/// The vendor's domain, below which every name resolves and takes connections.
const VENDOR: &str = ".speechmatics.com";
/// Where the vendor tells of its own troubles.
const STATUS: &str = "https://status.speechmatics.com";

/// What to do about a failure of a host.
pub(super) fn on(failure: &Failure, climb: &Climb, host: &str, now: Timestamp) -> (Sure, String) {
    let text = match failure.kind {
        FailureKind::Unresolved => "Check the host's name, and this machine's DNS and network.",
        FailureKind::Unconnected if is_loopback(host) => {
            "Start what should listen there, or correct the port in the url."
        }
        FailureKind::Unconnected => {
            "A firewall on the way may drop it; where the way out is a proxy, name it in HTTPS_PROXY."
        }
        FailureKind::Tls => return on_tls(failure, host),
        FailureKind::Certificate => on_certificate(failure, climb, now),
        FailureKind::Proxy if failure.status == Some(407) => {
            "Write user name and password into HTTPS_PROXY, or except the host in NO_PROXY."
        }
        FailureKind::Proxy => "Check HTTPS_PROXY; NO_PROXY excepts hosts that are reached without it.",
        FailureKind::Server => return (Sure::Probable, format!("The service's own trouble: see {STATUS}.")),
        FailureKind::Timeout | FailureKind::Interrupted => {
            return (Sure::Possible, format!("Try again; if it stays so, see {STATUS}."));
        }
        FailureKind::Redirected => return (Sure::Probable, elsewhere(host)),
        FailureKind::TooLarge => {
            let text = "A single job was asked for: its configuration is that large. If not: ".to_owned();
            return (Sure::Possible, text + &elsewhere(host));
        }
        FailureKind::Unreadable if failure.status.is_some() => return (Sure::Probable, elsewhere(host)),
        FailureKind::Unreadable if failure.detail.contains("https") => {
            "Write https:// in the url of this environment."
        }
        FailureKind::Unreadable => "Check the port in the url: something else listens there.",
        FailureKind::Internal => "Please report it, with the crash file beside the log.",
        FailureKind::Unexpected | FailureKind::Rejected | FailureKind::Forbidden | FailureKind::Limited => {
            return (Sure::Possible, "Quote the Request-Id to the service's support.".to_owned());
        }
    };
    (Sure::Certain, text.to_owned())
}

fn elsewhere(host: &str) -> String {
    format!(
        "Something answers in the service's place: a login page of the network, a proxy, or a wrong url. \
         Open https://{host} in a browser."
    )
}

fn on_tls(failure: &Failure, host: &str) -> (Sure, String) {
    if failure.detail.contains("root certificates") {
        return (Sure::Certain, "Without them no https host can be checked.".to_owned());
    }
    if failure.detail.contains("does not speak TLS") {
        let text = "Check the port in the url; where it speaks http, the url begins so (loopback alone).";
        return (Sure::Certain, text.to_owned());
    }
    if catalog::find(host).is_some() {
        let text =
            format!("The name is a documented one: a firewall or a proxy may inspect TLS, or see {STATUS}.");
        return (Sure::Possible, text);
    }
    if host.ends_with(VENDOR) {
        let near = nearest(host).map_or(String::new(), |near| format!(" Did you mean {near}?"));
        let text = format!(
            "Under{VENDOR} every name resolves and takes connections, and one that is not served ends like \
             this: the name is probably mistyped.{near}"
        )
        .replacen("Under.", "Under ", 1);
        return (Sure::Probable, text);
    }
    (Sure::Possible, "Check host and port in the url: the host may not serve this name.".to_owned())
}

fn on_certificate(failure: &Failure, climb: &Climb, now: Timestamp) -> &'static str {
    let certificate = climb.certificate.as_ref();
    if certificate.is_some_and(|one| one.not_after < now || one.not_before > now) {
        return "Check this machine's clock; if it is right, the host's owner has to renew the certificate.";
    }
    if failure.detail.contains("another host") {
        return "Write one of the certificate's names in the url, if that is the host you mean.";
    }
    if certificate.is_some_and(|one| one.self_signed) {
        return "If it is yours, name its file in SSL_CERT_FILE; if not, somebody stands in between.";
    }
    "If that is your company's authority or its inspecting proxy, name its root certificate's file in \
     SSL_CERT_FILE (with the usual roots, where other hosts are asked too); if not, somebody stands in between."
}

/// The documented host that is most like this one.
fn nearest(host: &str) -> Option<&'static str> {
    let batch =
        catalog::builtin().environments.iter().flat_map(|one| one.hosts.iter().map(|host| &*host.host));
    let realtime = catalog::builtin().realtime.iter().map(|one| &*one.host);
    catalog::nearest_of(host, batch.chain(realtime))
}

fn is_loopback(host: &str) -> bool {
    ["127.", "localhost", "[::1]"].iter().any(|start| host.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(kind: FailureKind, detail: &str, host: &str) -> (Sure, String) {
        let now = Timestamp::UNIX_EPOCH;
        on(&Failure::new(kind, detail), &Climb::begun(now), host, now)
    }

    #[test]
    fn a_mistyped_name_of_the_vendors_is_told_from_a_documented_one() {
        let reset = "the host broke off the handshake";
        let (sure, text) = said(FailureKind::Tls, reset, "usa1.asr.api.speechmatics.com");
        assert_eq!(sure, Sure::Probable);
        assert!(text.contains("Under speechmatics.com every name resolves"), "{text}");
        assert!(text.ends_with("Did you mean us1.asr.api.speechmatics.com?"), "{text}");
        let (sure, text) = said(FailureKind::Tls, reset, "us1.asr.api.speechmatics.com");
        assert!(sure == Sure::Possible && text.contains("documented"), "{text}");
        let (_, text) = said(FailureKind::Tls, reset, "speechmatics.com.example.org");
        assert!(!text.contains("mistyped"), "{text}");
    }

    #[test]
    fn there_is_advice_for_everything() {
        use FailureKind as Kind;
        for kind in [
            Kind::Rejected,
            Kind::Forbidden,
            Kind::Limited,
            Kind::Server,
            Kind::Redirected,
            Kind::Unexpected,
            Kind::Unresolved,
            Kind::Unconnected,
            Kind::Tls,
            Kind::Certificate,
            Kind::Proxy,
            Kind::Timeout,
            Kind::Interrupted,
            Kind::TooLarge,
            Kind::Unreadable,
            Kind::Internal,
        ] {
            let (_, text) = said(kind, "", "h.example");
            assert!(text.ends_with(['.', '?']), "{kind:?}: {text}");
        }
    }
}
