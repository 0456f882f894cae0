//! `voxtop doctor`, the real program, and beside it the diagnosis of `voxtop jobs`: real TLS on loopback,
//! proxies, wrong clocks and wrong configurations, each named for what it is; and nothing secret in any of
//! it.

#[cfg(test)]
mod support;

#[cfg(test)]
#[path = "doctor/wire.rs"]
mod wire;

#[cfg(test)]
#[path = "doctor/fleets.rs"]
mod fleets;

#[cfg(test)]
#[path = "doctor/secrets.rs"]
mod secrets;

#[cfg(test)]
mod reports {
    use std::io::Write;
    use std::sync::Arc;

    use flate2::Compression;
    use flate2::write::GzEncoder;
    use jiff::SignedDuration;
    use serde_json::{Value, json};

    use crate::fleets::{Home, finding, findings, row};
    use crate::support::fleet::{Behaviour, Environment, KEY, TWIN};
    use crate::support::{Exit, Launch};
    use crate::wire::{Answers, Authority, Port, Request, Speak, Valid, self_signed, service};

    /// What a port is asked as, what must be said of it and advised, and on which rung it ends.
    struct Case {
        name: &'static str,
        scheme: &'static str,
        says: &'static str,
        advises: &'static str,
        rung: &'static str,
    }

    const fn case(
        name: &'static str,
        scheme: &'static str,
        says: &'static str,
        advises: &'static str,
        rung: &'static str,
    ) -> Case {
        Case { name, scheme, says, advises, rung }
    }

    const CASES: [Case; 8] = [
        case("selfsigned", "https", "certificate is not accepted: it is self-signed", "SSL_CERT_FILE", "tls"),
        case(
            "stranger",
            "https",
            "signed by “Corp CA”, whom this machine does not trust",
            "inspecting proxy",
            "tls",
        ),
        case("expired", "https", "days ago, on 2020-01-01", "clock", "tls"),
        case("early", "https", "it is not valid yet", "clock", "tls"),
        case(
            "othername",
            "https",
            "for another host: other.example, *.a.example",
            "certificate's names",
            "tls",
        ),
        case("plain", "https", "what listens there does not speak TLS", "begins so", "tls"),
        case("tls", "http", "speaks TLS: the url should begin with https", "Write https://", "first_byte"),
        case("reset", "https", "the host broke off the handshake", "may not serve this name", "tls"),
    ];

    fn open(name: &str, authority: &Authority) -> Port {
        let here = &["127.0.0.1"][..];
        let answers = service(SignedDuration::ZERO);
        let config = match name {
            "plain" => return Port::open(Speak::Http(answers)),
            "reset" => return Port::open(Speak::Reset),
            "selfsigned" => self_signed(here),
            "stranger" => Authority::new("Corp CA").sign(here, Valid::Now),
            "expired" => authority.sign(here, Valid::Until2020),
            "early" => authority.sign(here, Valid::From2090),
            "othername" => authority.sign(&["other.example", "*.a.example"], Valid::Now),
            _ => authority.sign(here, Valid::Now),
        };
        Port::open(Speak::Tls(config, answers))
    }

    #[test]
    fn each_certificate_and_port_is_named_for_what_it_is_by_doctor_and_by_jobs() {
        let home = Home::new();
        let authority = Authority::new("Tests Root");
        home.trust(&authority);
        let good = open("good", &authority);
        let ports = CASES.map(|case| (open(case.name, &authority), case));
        let mut urls = vec![("good".to_owned(), format!("https://{}", good.address))];
        urls.extend(
            ports
                .iter()
                .map(|(port, case)| (case.name.to_owned(), format!("{}://{}", case.scheme, port.address))),
        );
        home.fleet(&urls, &[("prod", KEY, "")]);

        let doctor = home.run(&["doctor", "-o", "json"]);
        assert_eq!((doctor.code, doctor.stderr.as_str()), (Some(3), ""), "{doctor:?}");
        let report = doctor.json();
        let jobs = home.run(&["jobs", "-o", "json"]);
        assert_eq!(jobs.code, Some(3), "{jobs:?}");
        for (port, case) in &ports {
            let host = port.address.to_string();
            let endpoint = row(&report["endpoints"], "host", &host);
            assert_eq!(endpoint["alive"], false, "{endpoint}");
            let error = endpoint["error"].as_str().unwrap();
            assert!(error.contains(case.says), "{}: {error}", case.name);
            let last = endpoint["rungs"].as_array().unwrap().last().unwrap();
            assert_eq!((&last["rung"], &last["error"]), (&json!(case.rung), &json!(error)), "{endpoint}");
            let found = finding(&report, "endpoints", &host);
            assert!(found["advice"].as_str().unwrap().contains(case.advises), "{found}");
            assert!(found["what"].as_str().unwrap().contains(case.says), "{found}");
            // The ordinary client says it in the same words.
            let listed = row(&jobs.json()["environments"], "name", case.name);
            let listed_error = listed["error"].as_str().unwrap().to_owned();
            assert!(listed_error.contains(case.says), "{}: {listed_error}", case.name);
            let line = jobs.stderr.lines().find(|line| line.contains(&format!("{} (key prod)", case.name)));
            assert!(line.is_some_and(|line| line.contains(case.says)), "{}", jobs.stderr);
            // No key goes where the host is not what it should be.
            assert!(port.requests().iter().all(|request| request.header("authorization").is_none()));
        }
        check_good(&report, &good);
    }

    fn check_good(report: &Value, good: &Port) {
        let endpoint = row(&report["endpoints"], "host", &good.address.to_string());
        assert_eq!((&endpoint["alive"], &endpoint["error"]), (&json!(true), &Value::Null), "{endpoint}");
        let certificate = &endpoint["certificate"];
        assert_eq!(
            (&certificate["names"], &certificate["issuer"]),
            (&json!(["127.0.0.1"]), &json!("Tests Root"))
        );
        assert_eq!(certificate["not_after"], "2095-01-01T00:00:00Z");
        assert!(certificate["days_left"].as_i64().unwrap() > 20_000, "{certificate}");
        let rungs: Vec<_> =
            endpoint["rungs"].as_array().unwrap().iter().map(|rung| rung["rung"].as_str().unwrap()).collect();
        assert_eq!(rungs, ["connect", "tls", "first_byte", "whole"]);
        let key = row(&report["keys"], "environment", "good");
        assert_eq!(
            (&key["key_state"], &key["status"], &key["error"]),
            (&json!("accepted"), &json!(200), &Value::Null)
        );
        assert_eq!(report["summary"], json!({"exit_status": 3, "sources": 9, "answered": 1}));
    }

    #[test]
    fn all_is_well_and_said_so() {
        let home = Home::new();
        let port = Port::open(Speak::Http(service(SignedDuration::ZERO)));
        home.fleet(&[("lab".to_owned(), format!("http://{}", port.address))], &[("prod", KEY, "lab")]);
        let doctor = home.run(&["doctor"]);
        assert_eq!((doctor.code, doctor.stderr.as_str()), (Some(0), ""), "{doctor:?}");
        for words in [
            "The only source answered with jobs.",
            "✔ alive",
            "✔ accepted",
            "declared",
            "nothing is wrong here",
            "~/config/voxtop/config.toml",
        ] {
            assert!(doctor.stdout.contains(words), "{words}: {}", doctor.stdout);
        }
        assert!(!doctor.stdout.contains("warning") && !doctor.stdout.contains('✖'), "{}", doctor.stdout);
        let report = home.run(&["doctor", "-o", "json"]).json();
        assert_eq!((findings(&report).len(), &report["realtime"]), (0, &json!([])), "{report}");
        // Each was asked once a run: the host without a key, the key once.
        let paths: Vec<String> = port.requests().iter().map(|request| request.path().to_owned()).collect();
        let once = ["/v1/discovery/features", "/v2/jobs?limit=1"];
        assert_eq!(paths, [once, once].concat());
    }

    #[test]
    fn a_rejected_key_is_explained_in_the_dashboards_words() {
        let home = Home::new();
        let open = Environment::start("eu1", Behaviour::healthy(Vec::new()));
        let shut = Environment::start("eu2", Behaviour::nginx_401());
        let urls = [&open, &shut].map(|one| (one.name.clone(), one.url()));
        home.fleet(&urls, &[("prod", KEY, "\"eu1\", \"eu2\""), ("tried", TWIN, "")]);
        let doctor = home.run(&["doctor", "-o", "json"]);
        assert_eq!(doctor.code, Some(3), "{doctor:?}");
        let report = doctor.json();
        let keys = findings(&report).into_iter().filter(|row| row["group"] == "keys").collect::<Vec<_>>();
        let said =
            |row: &Value| format!("{}. {}", row["what"].as_str().unwrap(), row["advice"].as_str().unwrap());
        let jobs = home.run(&["jobs"]);
        let declared = keys.iter().find(|row| row["severity"] == "error").unwrap();
        assert_eq!(declared["sure"], "probable");
        assert!(jobs.stderr.contains(&said(declared)), "{declared}\n{}", jobs.stderr);
        let tried = keys.iter().find(|row| row["about"] == "eu2 (key tried)").unwrap();
        assert_eq!(tried["severity"], "info");
        let key = report["keys"].as_array().unwrap().iter().find(|row| row["error"] != Value::Null).unwrap();
        assert_eq!(
            (&key["status"], &key["request_id"]),
            (&json!(401), &json!("0123456789abcdef0123456789abcdef"))
        );
    }

    #[test]
    fn exit_statuses_are_the_contracts() {
        let home = Home::new();
        let down = Environment::start("down", Behaviour::unavailable());
        home.fleet(&[("down".to_owned(), down.url())], &[("prod", KEY, "down")]);
        assert_eq!(home.run(&["doctor"]).code, Some(4));
        assert_eq!(home.run(&["doctor", "-o", "yaml"]).code, Some(2));
        assert_eq!(home.run(&["doctor", "-o", "csv"]).code, Some(2));

        // Without a key the endpoints are looked at all the same, and the status is that of `jobs`.
        let open = Port::open(Speak::Http(service(SignedDuration::ZERO)));
        home.fleet(&[("lab".to_owned(), format!("http://{}", open.address))], &[]);
        let doctor = home.run(&["doctor", "-o", "json"]);
        assert_eq!(doctor.code, Some(2), "{doctor:?}");
        assert_eq!(home.run(&["jobs"]).code, Some(2));
        let report = doctor.json();
        assert_eq!(row(&report["endpoints"], "environment", "lab")["alive"], true);
        let found = finding(&report, "configuration", "no API key");
        assert!(found["advice"].as_str().unwrap().contains("SPEECHMATICS_API_KEY"), "{found}");
        let text = home.run(&["doctor"]).stdout;
        let (_, keys) = text.split_once("\nKeys\n").expect("a heading");
        assert_eq!(keys.trim(), "– no key was tried, so nothing is known of any");
    }

    /// The connection is there: no more is claimed than what nobody knows better.
    #[test]
    fn of_a_port_that_says_nothing_no_more_is_said_than_is_so() {
        let home = Home::new();
        let port = Port::open(Speak::Hang);
        let url = |scheme| format!("{scheme}://{}", port.address);
        home.fleet(
            &[("tls".to_owned(), url("https")), ("plain".to_owned(), url("http"))],
            &[("prod", KEY, "")],
        );
        home.append("[limits]\ntimeout = \"900ms\"\n");
        let jobs = home.run(&["jobs", "-o", "json"]).json();
        for (name, says) in [
            ("tls", "the connection and its TLS handshake were not made in time"),
            ("plain", "no complete answer came within 900ms"),
        ] {
            let error = row(&jobs["environments"], "name", name)["error"].to_string();
            assert!(error.contains(says), "{name}: {error}");
        }
    }

    /// A gateway that packs every body, asked or not, behind a service that marks its JSON as UTF-8.
    #[test]
    fn what_the_other_commands_can_read_the_doctor_can() {
        let home = Home::new();
        let packed: Answers = Arc::new(|request: &Request| {
            let body = if request.path().starts_with("/v2") { r#"{"jobs":[]}"# } else { r#"{"batch":{}}"# };
            let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
            gzip.write_all(format!("\u{feff}{body}").as_bytes()).unwrap();
            let gzip = gzip.finish().unwrap();
            let head = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Encoding: gzip\r\nContent-Length: ";
            [format!("{head}{}\r\n\r\n", gzip.len()).into_bytes(), gzip].concat()
        });
        let port = Port::open(Speak::Http(packed));
        home.fleet(&[("lab".to_owned(), format!("http://{}", port.address))], &[("prod", KEY, "lab")]);
        let jobs = home.run(&["jobs"]);
        assert_eq!(jobs.code, Some(0), "{jobs:?}");
        let doctor = home.run(&["doctor", "-o", "json"]);
        assert_eq!(doctor.code, Some(0), "{doctor:?}");
        assert_eq!(row(&doctor.json()["endpoints"], "environment", "lab")["alive"], true);
        assert!(port.requests().iter().all(|request| request.header("accept-encoding") == Some("gzip")));
    }

    #[test]
    fn a_wrong_configuration_is_told_whole_and_the_rest_looked_at() {
        let home = Home::new();
        let port = Port::open(Speak::Http(service(SignedDuration::ZERO)));
        home.fleet(
            &[("lab".to_owned(), format!("http://{}", port.address))],
            &[("prod", KEY, "lab"), ("open", TWIN, "lab")],
        );
        home.append("[[keys]]\nname = \"lost\"\nenv = \"NOT_SET_HERE\"\n[limit]\n");
        home.chmod("config/voxtop/open.key", 0o644);
        let doctor = home.run(&["doctor", "-o", "json"]);
        assert_eq!(doctor.code, Some(2), "{doctor:?}");
        let report = doctor.json();
        assert_eq!(report["configuration"]["mistakes"], 3, "{report}");
        let found = finding(&report, "configuration", "can be read by others (mode 0644)");
        assert_eq!(found["advice"], "chmod 600 ~/config/voxtop/open.key");
        finding(&report, "configuration", "`NOT_SET_HERE` is not set");
        finding(&report, "configuration", "unknown field `limit`");
        assert_eq!(row(&report["keys"], "key", "prod")["key_state"], "accepted");
        assert!(report["keys"].as_array().unwrap().iter().all(|row| row["key"] != "open"), "{report}");
        // It tells more than the other commands, which stop there.
        assert_eq!(home.run(&["jobs"]).code, Some(2));
    }

    #[test]
    fn a_wrong_clock_is_found_where_hosts_agree() {
        for (ahead, hosts, severity, words) in [
            (SignedDuration::from_secs(90), 3, Some("error"), "behind"),
            (SignedDuration::from_secs(-3_600), 2, Some("error"), "ahead"),
            (SignedDuration::from_secs(90), 1, Some("warning"), "behind"),
            (SignedDuration::ZERO, 3, None, ""),
        ] {
            let home = Home::new();
            let ports: Vec<_> = (0..hosts).map(|_| Port::open(Speak::Http(service(ahead)))).collect();
            let urls: Vec<_> = ports
                .iter()
                .enumerate()
                .map(|(at, port)| (format!("lab{at}"), format!("http://{}", port.address)))
                .collect();
            home.fleet(&urls, &[("prod", KEY, "")]);
            let report = home.run(&["doctor", "-o", "json"]).json();
            let found = findings(&report).into_iter().find(|row| row["about"] == "clock");
            assert_eq!(found.as_ref().and_then(|row| row["severity"].as_str()), severity, "{report}");
            if let Some(found) = found {
                assert!(found["what"].as_str().unwrap().contains(words), "{found}");
            }
        }
    }

    #[test]
    fn an_alias_stands_in_and_both_are_told() {
        // eu1 has three hosts; the proxy leads to a host that is called like the last of them only.
        let home = Home::new();
        let authority = Authority::new("Tests Root");
        home.trust(&authority);
        let names = ["asr.api.speechmatics.com", "*.rt.speechmatics.com"];
        let host = Port::open(Speak::Tls(authority.sign(&names, Valid::Now), service(SignedDuration::ZERO)));
        let proxy = Port::open(Speak::Proxy { credentials: None, to: Some(host.address) });
        home.write("config.toml", &home.key("prod", KEY, "\"eu1\""));
        let doctor = home.proxied(
            &["doctor", "-o", "json", "--config", "config.toml"],
            &format!("http://{}", proxy.address),
        );
        assert_eq!(doctor.code, Some(0), "{doctor:?}");
        let report = doctor.json();
        let key = row(&report["keys"], "environment", "eu1");
        assert_eq!(
            (&key["host"], &key["key_state"]),
            (&json!("asr.api.speechmatics.com"), &json!("accepted"))
        );
        let found =
            finding(&report, "endpoints", "eu1.asr.api.speechmatics.com, eu.asr.api.speechmatics.com");
        assert_eq!(found["severity"], "warning");
        assert!(found["advice"].as_str().unwrap().contains("Another host of eu1 answers."), "{found}");
    }

    #[test]
    fn a_terminal_sees_how_far_it_is_and_then_only_the_report() {
        let home = Home::new();
        let slow = Port::open(Speak::Hang);
        let key = home.key("prod", KEY, "lab");
        let config = format!(
            "builtin_environments = false\n{key}[limits]\ntimeout = \"1s\"\n[[environments]]\nname = \"lab\"\nurl = \"http://{}\"\n",
            slow.address
        );
        home.write("config.toml", &config);
        let mut session = Launch::new(&["doctor", "--config"]).arg(home.path().join("config.toml")).spawn();
        session.wait_for_raw(b"voxtop: 0 of 2 looked at");
        assert_eq!(session.wait_exit(), Exit::Code(4));
        let shown = session.rows().join("\n");
        assert!(!shown.contains("looked at") && shown.contains("no answer in time"), "{shown}");
    }
}
