//! Proxies and realtime hosts behind them, and a secret of its own in every place that can hold one, looked
//! for in everything that is written.

use std::fs;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::fleets::{Home, finding, row};
use crate::support::fleet::{Behaviour, Environment, KEY};
use crate::support::run::Finished;
use crate::wire::{Answers, Authority, Port, Request, Speak, Valid, answer, moment, service};

const PASSWORD: &str = "hunter2OfTheProxy";

fn basic() -> &'static str {
    Box::leak(format!("Basic {}", STANDARD.encode(format!("me:{PASSWORD}"))).into_boxed_str())
}

/// A home that asks one host by way of a proxy, which leads to a host that is called so.
fn behind(speak: impl FnOnce(std::net::SocketAddr) -> Speak) -> (Home, Port, Port) {
    let home = Home::new();
    let authority = Authority::new("Tests Root");
    home.trust(&authority);
    let host =
        Port::open(Speak::Tls(authority.sign(&["service.test"], Valid::Now), service(SignedDuration::ZERO)));
    let proxy = Port::open(speak(host.address));
    home.fleet(&[("lab".to_owned(), "https://service.test".to_owned())], &[("prod", KEY, "lab")]);
    (home, proxy, host)
}

fn none_of(finished: &Finished, home: &Home, secrets: &[&str]) {
    let mut written = format!("{}{}", finished.stdout, finished.stderr);
    if let Ok(entries) = fs::read_dir(home.path().join("state/voxtop")) {
        for entry in entries {
            written.push_str(&fs::read_to_string(entry.unwrap().path()).unwrap());
        }
    }
    for secret in secrets {
        assert!(!written.contains(secret), "{secret} is in {written}");
    }
}

#[test]
fn a_proxy_that_works_is_gone_through_and_said() {
    let (home, proxy, host) = behind(|to| Speak::Proxy { credentials: Some(basic()), to: Some(to) });
    let url = format!("http://me:{PASSWORD}@{}", proxy.address);
    let doctor = home.proxied(&["doctor", "-o", "json", "-vv"], &url);
    assert_eq!(doctor.code, Some(0), "{doctor:?}");
    let report = doctor.json();
    let shown = json!(proxy.address.to_string());
    assert_eq!(report["machine"]["proxy"], shown);
    assert!(report["machine"]["variables"].as_array().unwrap().contains(&json!("HTTPS_PROXY")));
    finding(&report, "machine", "by way of the proxy");
    let endpoint = row(&report["endpoints"], "host", "service.test");
    assert_eq!((&endpoint["proxy"], &endpoint["alive"]), (&shown, &json!(true)));
    let rungs: Vec<_> =
        endpoint["rungs"].as_array().unwrap().iter().map(|rung| rung["rung"].as_str().unwrap()).collect();
    assert_eq!(rungs, ["proxy", "tls", "first_byte", "whole"]);
    assert_eq!(endpoint["certificate"]["names"], json!(["service.test"]));
    assert_eq!(home.proxied(&["jobs", "-vv"], &url).code, Some(0));
    assert!(proxy.requests().iter().all(|request| request.line == "CONNECT service.test:443 HTTP/1.1"));
    assert!(host.requests().iter().all(|request| request.header("proxy-authorization").is_none()));
    none_of(&doctor, &home, &[PASSWORD, &basic()[6..], KEY]);
    none_of(&home.proxied(&["doctor"], &url), &home, &[PASSWORD, &basic()[6..], KEY]);
}

#[test]
fn a_mistyped_name_of_the_vendors_and_a_login_page_are_told_for_what_they_are() {
    let home = Home::new();
    // Roots are read before the first handshake, so that there have to be some.
    home.trust(&Authority::new("Tests Root"));
    let reset = Port::open(Speak::Reset);
    let proxy = Port::open(Speak::Proxy { credentials: None, to: Some(reset.address) });
    let portal = Environment::start("hotel", Behaviour::answer("200 OK", "", "<title>Hotel Wi-Fi</title>"));
    let typo = "https://usa1.asr.api.speechmatics.com".to_owned();
    let urls = [("typo".to_owned(), typo), ("hotel".to_owned(), portal.url())];
    home.fleet(&urls, &[("prod", KEY, "")]);
    let url = format!("http://{}", proxy.address);
    let report = home.proxied(&["doctor", "-o", "json"], &url).json();
    let found = finding(&report, "endpoints", "usa1.asr.api.speechmatics.com");
    assert_eq!(found["sure"], "probable");
    assert!(found["what"].as_str().unwrap().contains("broke off the handshake"), "{found}");
    let advice = found["advice"].as_str().unwrap();
    assert!(
        advice.contains("every name resolves")
            && advice.ends_with("Did you mean us1.asr.api.speechmatics.com?")
    );
    let found = finding(&report, "endpoints", &portal.address.to_string());
    assert!(found["what"].as_str().unwrap().contains("a web page, “Hotel Wi-Fi”"), "{found}");
    assert!(found["advice"].as_str().unwrap().contains("a login page of the network"), "{found}");
    let jobs = home.proxied(&["jobs"], &url).stderr;
    for words in ["typo (key prod): no TLS connection to the host: the host broke off", "“Hotel Wi-Fi”"] {
        assert!(jobs.contains(words), "{words}: {jobs}");
    }
}

/// A proxy that asks for credentials or not, that leads to the host or not, how it is named in the variable,
/// and what doctor and jobs say of it. The ordinary client learns less of a proxy's refusal.
const REFUSALS: [(bool, bool, &str, [&str; 2]); 7] = [
    (true, true, "http://PROXY", ["it asks for a user name and a password"; 2]),
    (true, true, "http://you:hunter2OfTheProxy@PROXY", ["it does not take the user name and password"; 2]),
    (
        false,
        false,
        "http://PROXY",
        ["it cannot reach the host itself", "it does not let the connection through"],
    ),
    (false, true, "http://me:hunter2OfTheProxy@127.0.0.1:1", ["it was not reached: connection refused"; 2]),
    (false, true, "http://RESET", ["it broke off, or is none"; 2]),
    (false, true, "socks5://PROXY", ["it is a socks5 proxy"; 2]),
    (false, true, "http://proxy.invalid:3128", ["its name could not be resolved"; 2]),
];

#[test]
fn a_proxy_that_refuses_is_named_for_what_it_is_by_doctor_and_by_jobs() {
    let reset = Port::open(Speak::Reset);
    for (asks, leads, url, [says, jobs_say]) in REFUSALS {
        let credentials = asks.then(basic);
        let (home, proxy, _host) = behind(|host| Speak::Proxy { credentials, to: leads.then_some(host) });
        let url =
            url.replace("PROXY", &proxy.address.to_string()).replace("RESET", &reset.address.to_string());
        let doctor = home.proxied(&["doctor", "-o", "json"], &url);
        assert_eq!(doctor.code, Some(4), "{url}: {doctor:?}");
        let endpoint = row(&doctor.json()["endpoints"], "host", "service.test");
        let error = endpoint["error"].as_str().unwrap();
        assert!(
            error.starts_with("no connection by way of the proxy") && error.contains(says),
            "{url}: {error}"
        );
        let found = finding(&doctor.json(), "endpoints", "service.test");
        assert!(found["advice"].as_str().unwrap().contains("HTTPS_PROXY"), "{found}");
        let jobs = home.proxied(&["jobs"], &url);
        assert_eq!(jobs.code, Some(4), "{url}");
        let line = jobs.stderr.lines().find(|line| line.contains("lab (key prod)")).unwrap();
        assert!(
            line.contains("no connection by way of the proxy") && line.contains(jobs_say),
            "{url}: {line}"
        );
        none_of(&doctor, &home, &[PASSWORD, KEY]);
        none_of(&jobs, &home, &[PASSWORD, KEY]);
    }
}

#[test]
fn realtime_hosts_are_looked_at_and_shaken_hands_with_only_when_asked() {
    let home = Home::new();
    let authority = Authority::new("Tests Root");
    home.trust(&authority);
    let names = ["*.rt.speechmatics.com", "*.asr.api.speechmatics.com", "asr.api.speechmatics.com"];
    let host = Port::open(Speak::Tls(authority.sign(&names, Valid::Now), service(SignedDuration::ZERO)));
    let proxy = Port::open(Speak::Proxy { credentials: None, to: Some(host.address) });
    home.write("config.toml", &home.key("prod", KEY, ""));
    let url = format!("http://{}", proxy.address);
    let args = ["doctor", "-o", "json", "--config", "config.toml"];
    let doctor = home.proxied(&args, &url);
    assert_eq!(doctor.code, Some(0), "{doctor:?}");
    let report = doctor.json();
    assert_eq!(
        (report["endpoints"].as_array().unwrap().len(), report["keys"].as_array().unwrap().len()),
        (8, 5)
    );
    let realtime = report["realtime"].as_array().unwrap();
    assert_eq!(realtime.len(), 7);
    for row in realtime {
        assert_eq!((&row["alive"], &row["key"]), (&json!(true), &Value::Null), "{row}");
        let asks: Vec<_> =
            row["replies"].as_array().unwrap().iter().map(|reply| reply["ask"].as_str().unwrap()).collect();
        assert_eq!(asks, ["features", "edge"], "{row}");
    }
    assert!(host.requests().iter().all(|request| request.header("upgrade").is_none()));

    let shaken = home.proxied(&[&args[..], &["--handshake"]].concat(), &url);
    assert_eq!(shaken.code, Some(0), "{shaken:?}");
    for row in shaken.json()["realtime"].as_array().unwrap() {
        let reply = &row["replies"][2];
        assert_eq!((&reply["ask"], &reply["status"]), (&json!("handshake"), &json!(101)), "{row}");
        assert_eq!(
            (&row["key"], &reply["said"]),
            (&json!("prod"), &json!("upgraded, 1 of 2 sessions in use"))
        );
    }
    let upgrades = host.requests().iter().filter(|request| request.header("upgrade").is_some()).count();
    assert_eq!(upgrades, 7);
    none_of(&shaken, &home, &[KEY]);
}

/// A host that repeats everything that it was given, and secrets of its own.
fn gossip() -> Answers {
    Arc::new(|request: &Request| {
        let given = request.header("authorization").unwrap_or_default().replace("Bearer ", "");
        let body = format!(
            r#"{{"code":403,"error":"Forbidden","detail":"key {given} at https://h.example/p?sig=S1gnedSecret&x=1"}}"#
        );
        let headers = format!(
            "Request-Id: {given}\r\nSet-Cookie: session=C00kieSecret\r\nLocation: https://h.example/?t=Redir3ctSecret\r\n"
        );
        let status = if request.path().contains("jobs") { "403 Forbidden" } else { "302 Found" };
        answer(status, &headers, &body, SignedDuration::ZERO)
    })
}

fn jwt(ends: SignedDuration) -> String {
    let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
    let end = (moment() + ends).as_second();
    format!(
        "{}.{}.S1gnatureSecret",
        part(r#"{"alg":"RS256"}"#),
        part(&format!(r#"{{"exp":{end},"jti":"Cla1mSecret"}}"#))
    )
}

#[test]
fn nothing_secret_is_in_anything_that_is_written() {
    let home = Home::new();
    let port = Port::open(Speak::Http(gossip()));
    let (soon, over) = (jwt(SignedDuration::from_mins(5)), jwt(SignedDuration::from_hours(-5)));
    let urls = [("lab".to_owned(), format!("http://{}", port.address))];
    home.fleet(&urls, &[("prod", KEY, "lab"), ("soon", &soon, "lab"), ("over", &over, "lab")]);
    home.append(
        "[[environments]]\nname = \"bad\"\nurl = \"https://me:UrlP4ssSecret@h.example/?k=Qu3rySecret\"\n",
    );
    home.append("[[keys]]\nname = \"said\"\ncommand = [\"sh\", \"-c\", \"echo C0mmandSecret two; exit 3\", \"Arg5Secret\"]\n");
    fs::create_dir(home.path().join(".speechmatics")).unwrap();
    home.write(".speechmatics/config", "[default]\nauth_token = \"V3ndorSecret1234567890\"\n");
    home.chmod(".speechmatics/config", 0o644);
    let secrets = [
        KEY,
        &soon,
        &over,
        "UrlP4ssSecret",
        "Qu3rySecret",
        "C0mmandSecret",
        "Arg5Secret",
        "V3ndorSecret",
        "S1gnedSecret",
        "C00kieSecret",
        "Redir3ctSecret",
        "S1gnatureSecret",
        "Cla1mSecret",
    ];
    for form in ["table", "json"] {
        let doctor = home.run(&["doctor", "-o", form, "-vv"]);
        assert_eq!(doctor.code, Some(2), "{doctor:?}");
        none_of(&doctor, &home, &secrets);
        // It can be pasted anywhere: not even the home directory is in it.
        assert!(!doctor.stdout.contains(home.path().to_str().unwrap()), "{}", doctor.stdout);
        for words in [
            "~/.speechmatics/config can be read by others",
            "holds credentials",
            "ends in 4 min",
            "Forbidden",
        ] {
            assert!(doctor.stdout.contains(words), "{words}: {}", doctor.stdout);
        }
    }
}
