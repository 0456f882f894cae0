//! Reads what people want to know of a host's certificate. It judges nothing: that is `tls`'s, and what
//! it reads may have been refused.

use std::net::IpAddr;

use jiff::Timestamp;
use x509_cert::certificate::{CertificateInner, Raw};
use x509_cert::der::Decode;
use x509_cert::ext::pkix::SubjectAltName;
use x509_cert::ext::pkix::name::{DirectoryString, GeneralName};
use x509_cert::name::Name;
use x509_cert::time::Time;

use super::scrub;
use crate::model::Certificate;

/// So many names are shown; a certificate may hold thousands.
const NAMES: usize = 4;
/// The longest name that is shown, in characters.
const LONGEST: usize = 100;

/// Reads a certificate in DER. `None` for what is none.
pub(super) fn read(der: &[u8]) -> Option<Certificate> {
    // Without the profile's checks: an odd serial number must not hide an end that is near.
    let whole = CertificateInner::<Raw>::from_der(der).ok()?;
    let body = whole.tbs_certificate();
    let (not_before, not_after) = (body.validity().not_before, body.validity().not_after);
    let alternatives = body.get_extension::<SubjectAltName>().ok().flatten();
    let mut names: Vec<Box<str>> =
        alternatives.map(|(_, names)| names.0.iter().filter_map(host).collect()).unwrap_or_default();
    if names.is_empty() {
        names.extend(common_name(body.subject()));
    }
    let more_names = names.len().saturating_sub(NAMES);
    names.truncate(NAMES);
    Some(Certificate {
        names,
        more_names,
        issuer: common_name(body.issuer()).or_else(|| organisation(body.issuer())).unwrap_or_default(),
        self_signed: body.issuer() == body.subject(),
        not_before: moment(not_before)?,
        not_after: moment(not_after)?,
    })
}

fn moment(time: Time) -> Option<Timestamp> {
    Timestamp::from_second(i64::try_from(time.to_unix_duration().as_secs()).ok()?).ok()
}

fn host(name: &GeneralName) -> Option<Box<str>> {
    match name {
        GeneralName::DnsName(name) => Some(shown(name.as_str())),
        GeneralName::IpAddress(bytes) => {
            let bytes = bytes.as_bytes();
            let four = <[u8; 4]>::try_from(bytes).map(IpAddr::from);
            let address = four.or_else(|_| <[u8; 16]>::try_from(bytes).map(IpAddr::from)).ok()?;
            Some(address.to_string().into())
        }
        _ => None,
    }
}

fn common_name(name: &Name) -> Option<Box<str>> {
    name.common_name().ok().flatten().map(|text| words(&text))
}

fn organisation(name: &Name) -> Option<Box<str>> {
    name.organization().ok().flatten().map(|text| words(&text))
}

fn words(text: &DirectoryString) -> Box<str> {
    match text {
        DirectoryString::Utf8String(text) => shown(text),
        DirectoryString::PrintableString(text) => shown(text.as_str()),
        DirectoryString::TeletexString(text) => shown(text.as_str()),
        DirectoryString::BmpString(text) => shown(&text.to_string()),
    }
}

fn shown(text: &str) -> Box<str> {
    scrub::bound(&scrub::clean(text), LONGEST).into()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rcgen::{CertificateParams, DnType, KeyPair, date_time_ymd};

    use super::*;

    fn made(names: &[&str], issuer: &str) -> Vec<u8> {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut params = CertificateParams::new(names).unwrap();
        params.distinguished_name.push(DnType::CommonName, issuer);
        params.not_before = date_time_ymd(2026, 1, 2);
        params.not_after = date_time_ymd(2049, 12, 31);
        params.self_signed(&KeyPair::generate().unwrap()).unwrap().der().to_vec()
    }

    #[test]
    fn what_people_want_to_know_is_read() {
        let certificate =
            read(&made(&["a.example", "*.b.example", "127.0.0.1", "::1", "c", "d"], "Me\u{1b}")).unwrap();
        assert_eq!(certificate.names, ["a.example", "*.b.example", "127.0.0.1", "::1"].map(Box::from));
        assert_eq!((certificate.more_names, &*certificate.issuer, certificate.self_signed), (2, "Me", true));
        assert_eq!(certificate.not_before, "2026-01-02T00:00:00Z".parse().unwrap());
        assert_eq!(certificate.not_after, "2049-12-31T00:00:00Z".parse().unwrap());
    }

    #[test]
    fn without_alternatives_the_common_name_counts() {
        let certificate = read(&made(&[], "old.example")).unwrap();
        assert_eq!(certificate.names, [Box::from("old.example")]);
    }

    proptest! {
        #[test]
        fn no_bytes_panic(cut in 0..400_usize, at in 0..400_usize, byte: u8) {
            let mut der = made(&["a.example"], "x");
            let place = at % der.len();
            der[place] = byte;
            let _ = read(&der);
            der.truncate(cut);
            let _ = read(&der);
        }
    }
}
