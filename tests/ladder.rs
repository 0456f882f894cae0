//! The ladder, rung by rung, against real sockets on loopback: what is found, in which order, and that
//! nothing is asked that should not be.

#[cfg(test)]
mod support;

#[cfg(test)]
#[path = "doctor/wire.rs"]
mod wire;

#[cfg(test)]
mod climbs {
    use std::sync::Arc;
    use std::time::Duration;

    use jiff::SignedDuration;
    use url::Url;
    use voxtop::api::ladder::{Gear, Prober};
    use voxtop::model::{Ask, Climb, FailureKind, KeyValue, Rung};

    use crate::support::fleet::{Behaviour, Environment, KEY, TWIN};
    use crate::support::now;
    use crate::wire::{Answers, Port, Request, Speak, answer, close, moment, service, text, upgraded};

    fn gear() -> Gear {
        Gear::new(Duration::from_secs(20), Duration::from_secs(10), now)
    }

    fn impatient() -> Gear {
        Gear::new(Duration::from_millis(400), Duration::from_millis(200), now)
    }

    fn base(port: &Port) -> Url {
        Url::parse(&format!("http://{}/", port.address)).unwrap()
    }

    fn key(value: &str) -> KeyValue {
        KeyValue::new(value).unwrap()
    }

    fn rungs(climb: &Climb) -> Vec<Rung> {
        climb.steps.iter().map(|step| step.rung).collect()
    }

    fn paths(port: &Port) -> Vec<String> {
        port.requests().iter().map(|request| request.path().to_owned()).collect()
    }

    async fn batch(speak: Speak) -> Climb {
        let port = Port::open(speak);
        Prober::batch(base(&port), Some(key(KEY)), &gear()).climb(moment()).await
    }

    #[tokio::test]
    async fn a_batch_host_is_asked_without_a_key_and_then_with_it_over_one_connection() {
        let port = Port::open(Speak::Http(service(SignedDuration::ZERO)));
        let prober = Prober::batch(base(&port), Some(key(KEY)), &gear());
        let climb = prober.climb(moment()).await;
        assert_eq!(rungs(&climb), [Rung::Connect, Rung::FirstByte, Rung::Whole]);
        assert_eq!(climb.failure(), None, "{climb:?}");
        assert!(climb.is_alive() && climb.took(Rung::Whole) >= climb.took(Rung::FirstByte));
        assert_eq!(climb.address.as_deref(), Some(port.address.to_string().as_str()));
        assert_eq!((&climb.certificate, &climb.proxy), (&None, &None));
        assert_eq!(paths(&port), ["/v1/discovery/features", "/v2/jobs?limit=1"]);
        let requests = port.requests();
        assert_eq!(requests[0].header("authorization"), None);
        assert_eq!(requests[1].header("authorization"), Some(format!("Bearer {KEY}").as_str()));
        assert_eq!(requests[0].header("host"), Some(port.address.to_string().as_str()));
        assert!(requests[0].header("user-agent").is_some_and(|agent| agent.starts_with("voxtop/")));
        for ask in [Ask::Features, Ask::Jobs] {
            let reply = climb.reply(ask).unwrap();
            assert_eq!((reply.status, &reply.failure), (Some(200), &None));
            assert_eq!(reply.request_id.as_deref(), Some("0123456789abcdef0123456789abcdef"));
            assert_eq!(reply.azure_ref.as_deref(), Some("20261122T100000Z-15wire"));
        }
        // It climbs as often as it is asked to.
        assert_eq!(prober.climb(moment()).await.failure(), None);
        assert_eq!(paths(&port).len(), 4);
    }

    #[tokio::test]
    async fn a_host_that_closes_after_each_answer_is_dialled_again() {
        let closing: Answers = Arc::new(|request: &Request| {
            let body = if request.path().contains("jobs") { r#"{"jobs":[]}"# } else { "{}" };
            answer("200 OK", "Connection: close\r\n", body, SignedDuration::ZERO)
        });
        let climb = batch(Speak::Http(closing)).await;
        assert_eq!(climb.failure(), None, "{climb:?}");
        assert_eq!(climb.replies.len(), 2);
        assert_eq!(rungs(&climb), [Rung::Connect, Rung::FirstByte, Rung::Whole]);
    }

    #[tokio::test]
    async fn an_answer_that_says_no_is_an_answer() {
        let no = |status: &'static str| -> Answers {
            Arc::new(move |_: &Request| answer(status, "", "<title>No</title>", SignedDuration::ZERO))
        };
        for (status, kind, alive) in [
            ("401 Unauthorized", FailureKind::Rejected, true),
            ("403 Forbidden", FailureKind::Forbidden, true),
            ("429 Too Many Requests", FailureKind::Limited, true),
            ("404 Not Found", FailureKind::Unexpected, false),
            ("503 Service Unavailable", FailureKind::Server, false),
            ("302 Found", FailureKind::Redirected, false),
            // A login page where JSON should be.
            ("200 OK", FailureKind::Unreadable, false),
        ] {
            let climb = batch(Speak::Http(no(status))).await;
            assert_eq!(climb.failure().map(|failure| failure.kind), Some(kind), "{climb:?}");
            assert_eq!((climb.is_alive(), climb.replies.len()), (alive, 2), "{status}");
            assert_eq!(climb.ended(), None, "{status}");
        }
    }

    #[tokio::test]
    async fn what_ends_a_climb_has_its_rung() {
        let garbage: Answers = Arc::new(|_: &Request| b"SSH-2.0-OpenSSH_9.9\r\n".to_vec());
        let silent: Answers = Arc::new(|_: &Request| Vec::new());
        let cut: Answers = Arc::new(|_: &Request| b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{".to_vec());
        for (speak, gear, rung, kind) in [
            (Speak::Reset, gear(), Rung::FirstByte, FailureKind::Interrupted),
            (Speak::Http(garbage), gear(), Rung::FirstByte, FailureKind::Unreadable),
            (Speak::Hang, impatient(), Rung::FirstByte, FailureKind::Timeout),
            (Speak::Http(silent), impatient(), Rung::FirstByte, FailureKind::Timeout),
            (Speak::Http(cut), impatient(), Rung::Whole, FailureKind::Timeout),
        ] {
            let port = Port::open(speak);
            let climb = Prober::batch(base(&port), Some(key(KEY)), &gear).climb(moment()).await;
            let (ended, failure) = climb.ended().unwrap();
            assert_eq!((ended, failure.kind), (rung, kind), "{climb:?}");
            assert!(!climb.is_alive() && climb.replies.len() == 1, "{climb:?}");
        }
        let nobody = Url::parse("http://127.0.0.1:1/").unwrap();
        let climb = Prober::batch(nobody, None, &gear()).climb(moment()).await;
        let (ended, failure) = climb.ended().unwrap();
        assert_eq!((ended, failure.kind), (Rung::Connect, FailureKind::Unconnected));
        assert!(climb.replies.is_empty() && climb.refused.len() == 1, "{climb:?}");
        // A label of 64 letters is longer than DNS allows, so that no server is asked.
        let nameless = Url::parse(&format!("http://{}.invalid/", "v".repeat(64))).unwrap();
        let climb = Prober::batch(nameless, None, &gear()).climb(moment()).await;
        assert_eq!(
            climb.ended().map(|(rung, failure)| (rung, failure.kind)),
            Some((Rung::Dns, FailureKind::Unresolved))
        );
    }

    #[tokio::test]
    async fn a_name_is_resolved_and_its_addresses_tried_in_turn() {
        // Listens on 127.0.0.1 alone; where localhost is ::1 first, that one is refused before it.
        let environment = Environment::start("x", Behaviour::healthy(Vec::new()));
        let url = Url::parse(&format!("http://localhost:{}/", environment.address.port())).unwrap();
        let climb = Prober::key(url, key(TWIN), &gear()).climb(moment()).await;
        assert_eq!(climb.failure(), None, "{climb:?}");
        assert_eq!(rungs(&climb), [Rung::Dns, Rung::Connect, Rung::FirstByte, Rung::Whole]);
        assert_eq!(climb.address.as_deref(), Some(environment.address.to_string().as_str()));
        assert_eq!(environment.asked(), 1);
    }

    #[tokio::test]
    async fn the_clock_is_compared_with_the_answers_date() {
        for ahead in [-3_600, 0, 90] {
            let climb = batch(Speak::Http(service(SignedDuration::from_secs(ahead)))).await;
            let skew = climb.skew.unwrap();
            let off = (skew.ahead - SignedDuration::from_secs(ahead)).unsigned_abs();
            assert!(off <= skew.within, "{skew:?}");
        }
    }

    #[tokio::test]
    async fn a_realtime_host_is_alive_whatever_it_answers_and_gets_no_key() {
        let port = Port::open(Speak::Http(service(SignedDuration::ZERO)));
        let climb = Prober::realtime(base(&port), None, &gear()).climb(moment()).await;
        assert!(climb.is_alive(), "{climb:?}");
        let statuses: Vec<_> = climb.replies.iter().map(|reply| (reply.ask, reply.status)).collect();
        assert_eq!(statuses, [(Ask::Features, Some(200)), (Ask::Edge, Some(400))]);
        assert_eq!(paths(&port), ["/v1/discovery/features", "/v2/"]);
        for request in port.requests() {
            assert!(request.header("authorization").is_none() && request.header("upgrade").is_none());
        }
    }

    async fn shaken(frames: Vec<u8>) -> (Climb, Vec<String>) {
        let answers: Answers = Arc::new(move |request: &Request| match request.header("sec-websocket-key") {
            Some(nonce) => upgraded(nonce, &frames),
            None => answer("404 Not Found", "", "", SignedDuration::ZERO),
        });
        let port = Port::open(Speak::Http(answers));
        let climb = Prober::realtime(base(&port), Some(key(KEY)), &gear()).climb(moment()).await;
        (climb, port.requests().iter().map(|request| request.line.clone()).collect())
    }

    #[tokio::test]
    async fn a_handshake_listens_and_explains_what_it_hears() {
        let info = r#"{"message":"Info","type":"concurrent_session_usage","usage":1,"quota":2}"#;
        let error = r#"{"message":"Error","type":"not_authorised","reason":"no"}"#;
        for (frames, said, failure) in [
            (text(info), "upgraded, 1 of 2 sessions in use", None),
            (Vec::new(), "upgraded; nothing was said within 2s", None),
            (close(1000, ""), "upgraded, and closed in order", None),
            ([text(error), close(4001, "")].concat(), "", Some((FailureKind::Rejected, "not authorised"))),
            (close(4001, ""), "", Some((FailureKind::Rejected, "4001"))),
            (close(4005, "quota"), "", Some((FailureKind::Limited, "4005"))),
            (close(1011, ""), "", Some((FailureKind::Server, "1011"))),
        ] {
            let (climb, lines) = shaken(frames).await;
            let reply = climb.reply(Ask::Handshake).unwrap();
            assert_eq!((reply.status, &*reply.said), (Some(101), said), "{reply:?}");
            let told = reply.failure.as_ref().map(|failure| failure.kind);
            assert_eq!(told, failure.map(|(kind, _)| kind), "{reply:?}");
            if let (Some((_, words)), Some(told)) = (failure, &reply.failure) {
                assert!(told.detail.contains(words), "{told:?}");
            }
            assert_eq!(lines.last().map(String::as_str), Some("GET /v2/ HTTP/1.1"));
        }
    }

    #[tokio::test]
    async fn an_impatient_handshake_that_hears_nothing_is_no_failure() {
        let answers: Answers = Arc::new(|request: &Request| match request.header("sec-websocket-key") {
            Some(nonce) => upgraded(nonce, &[]),
            None => answer("404 Not Found", "", "", SignedDuration::ZERO),
        });
        let port = Port::open(Speak::Http(answers));
        let gear = Gear::new(Duration::from_millis(1_200), Duration::from_millis(400), now);
        let climb = Prober::realtime(base(&port), Some(key(KEY)), &gear).climb(moment()).await;
        assert_eq!(
            climb.reply(Ask::Handshake).map(|reply| &*reply.said),
            Some("upgraded; nothing was said within 300ms")
        );
        assert_eq!(climb.failure(), None, "{climb:?}");
    }

    #[tokio::test]
    async fn a_refused_handshake_is_the_keys_trouble() {
        let port = Port::open(Speak::Http(service(SignedDuration::ZERO)));
        let climb = Prober::realtime(base(&port), Some(key(TWIN)), &gear()).climb(moment()).await;
        let reply = climb.reply(Ask::Handshake).unwrap();
        assert_eq!(reply.status, Some(401));
        assert_eq!(reply.failure.as_ref().map(|failure| failure.kind), Some(FailureKind::Rejected));
        assert!(climb.is_alive(), "{climb:?}");
        assert!(!format!("{climb:?}").contains(TWIN));
    }
}
