//! Every kind of fault, and every scenario that comes with the program.

use serde_json::Value;

use super::super::Answer;
use super::*;

fn faulty(fault: &str) -> Core {
    lab(&format!("[[faults]]\nenvironment = \"one\"\n{fault}\n"))
}

fn first(core: &mut Core, host: usize) -> Answer {
    ask(core, host, "prod", "GET /v2/jobs?limit=3", "")
}

#[test]
fn each_kind_does_what_it_says() {
    for (kind, status, words) in [
        ("unauthorized", 401, "nginx/1.15.8"),
        ("unauthorized-json", 401, "{\"code\":401,\"error\":\"Unauthorized\"}"),
        ("forbidden", 403, "{\"code\":403,\"error\":\"Forbidden\",\"detail\":\"Entitlement check failed\"}"),
        ("rate-limited", 429, "Too Many Requests"),
        ("error", 500, "{\"code\":500,\"error\":\"Internal Server Error\"}"),
        ("unavailable", 503, "Service Temporarily Unavailable"),
        ("brown-out\"\ndelay = [\"0s\", \"1s\"]\nshare = 100 #", 503, "Service Temporarily Unavailable"),
        ("full", 200, "jobs"),
        ("not-implemented", 200, "jobs"),
    ] {
        let mut core = faulty(&format!("kind = \"{kind}\""));
        let struck = reply(first(&mut core, ONE));
        assert_eq!(struck.status, status, "{kind}");
        assert!(struck.body.contains(words), "{kind}: {}", struck.body);
        assert_eq!(reply(first(&mut core, TWO)).status, 200, "{kind} elsewhere");
    }
    assert_eq!(first(&mut faulty("kind = \"down\""), ONE), Answer::Reset);
    assert_eq!(first(&mut faulty("kind = \"resetting\""), ONE), Answer::Reset);
    assert_eq!(first(&mut faulty("kind = \"hanging\""), ONE), Answer::Hang);
    assert!(matches!(first(&mut faulty("kind = \"truncating\""), ONE), Answer::Truncate { .. }));
    let garbage = reply(first(&mut faulty("kind = \"garbage\""), ONE));
    assert!(garbage.status == 200 && serde_json::from_str::<Value>(&garbage.body).is_err());
}

#[test]
fn faults_of_one_operation_leave_the_others() {
    let mut core = faulty("kind = \"full\"");
    let refused = reply(submit(&mut core, ONE, "prod", "", submission(CONFIG, Some(wav()))));
    assert_eq!(refused.status, 429);
    let mut core = faulty("kind = \"not-implemented\"");
    let id = submitted(&mut core, ONE, "prod");
    let (status, _) = json(&mut core, ONE, "prod", &format!("GET /v2/jobs/{id}/log"), "");
    assert_eq!(status, 501);
}

#[test]
fn a_fault_of_one_key_leaves_the_other() {
    let mut core = faulty("kind = \"unauthorized\"\nkey = \"guest\"");
    assert_eq!(get(&mut core, ONE, "guest", "/v2/jobs").status, 401);
    assert_eq!(get(&mut core, ONE, "prod", "/v2/jobs").status, 200);
}

#[test]
fn every_fault_that_can_be_of_one_key_leaves_the_others() {
    for fault in [
        "slow\"\ndelay = [\"3s\", \"3s\"] #",
        "hanging",
        "resetting",
        "truncating",
        "garbage",
        "unauthorized",
        "unauthorized-json",
        "forbidden",
        "rate-limited",
        "error",
        "unavailable",
        "brown-out\"\ndelay = [\"0s\", \"0s\"]\nshare = 100 #",
        "clock-skew\"\nby = \"5m\" #",
    ] {
        let mut core = faulty(&format!("key = \"guest\"\nkind = \"{fault}\""));
        let now_ms = core.now_ms();
        let well = |answer: Answer| match answer {
            Answer::Reply { reply, delay_ms: 0 } => {
                let read = serde_json::from_str::<Value>(&reply.body).is_ok();
                reply.status == 200 && reply.date_ms == now_ms && read
            }
            _ => false,
        };
        assert!(well(ask(&mut core, ONE, "prod", "GET /v2/jobs", "")), "{fault} of another's key");
        assert!(!well(ask(&mut core, ONE, "guest", "GET /v2/jobs", "")), "{fault}");
    }
    let mut core = faulty("kind = \"not-implemented\"\nkey = \"guest\"");
    for (key, status) in [("prod", 404), ("guest", 501)] {
        let id = submitted(&mut core, ONE, key);
        assert_eq!(get(&mut core, ONE, key, &format!("/v2/jobs/{id}/log")).status, status, "{key}");
    }
    let mut core = faulty("kind = \"full\"\nkey = \"guest\"");
    for (key, status) in [("prod", 201), ("guest", 429)] {
        let taken = reply(submit(&mut core, ONE, key, "", submission(CONFIG, Some(wav()))));
        assert_eq!(taken.status, status, "{key}");
    }
}

#[test]
fn a_slow_handshake_is_held_back() {
    let mut core = lab("[[faults]]\nenvironment = \"rt\"\nkind = \"slow\"\ndelay = [\"2s\", \"2s\"]\n");
    let authorization = bearer(&core, "prod");
    let call = Call { path: "/v2", upgrades: true, authorization: Some(&authorization), ..call(&core) };
    let Answer::Session(opening) = core.answer(RT, &call) else { panic!("no session") };
    assert_eq!(opening.delay_ms, 2_000);
}

#[test]
fn the_control_door_refuses_faults_that_do_nothing() {
    let mut core = lab("");
    let mut set = |fault: &str| json(&mut core, CONTROL, "", "POST /control/faults", fault);
    for (fault, words) in [
        (r#"{"kind": "down", "key": "prod"}"#, "all keys or none"),
        (r#"{"kind": "down", "environment": "control"}"#, "there is no environment `control`"),
        (r#"{"kind": "closing", "code": 4005, "environment": "one"}"#, "whose kind is batch"),
    ] {
        let (status, answer) = set(fault);
        assert_eq!(status, 422, "{fault}");
        assert!(answer["error"].as_str().unwrap().contains(words), "{answer}");
    }
    for (environment, kinds) in [
        ("mp", &["error", "rate-limited", "forbidden", "unauthorized", "unauthorized-json", "full"][..]),
        ("rt", &["unauthorized-json", "rate-limited", "error", "garbage", "truncating", "not-implemented"]),
    ] {
        for kind in kinds {
            let fault = format!("{{\"kind\": \"{kind}\", \"environment\": \"{environment}\"}}");
            let (status, answer) = set(&fault);
            assert_eq!(status, 422, "{fault}: {answer}");
        }
    }
    // Where the place is left out, one place where it happens is enough.
    assert_eq!(set(r#"{"kind": "closing", "code": 4005}"#).0, 201);
}

#[test]
fn a_share_of_the_requests_is_struck() {
    let mut core = faulty("kind = \"unavailable\"\nshare = 30");
    let struck = (0..500).filter(|_| reply(first(&mut core, ONE)).status == 503).count();
    assert!((100..200).contains(&struck), "{struck}");
}

#[test]
fn a_clock_that_is_off_shows_in_the_date() {
    let mut core = faulty("kind = \"clock-skew\"\nby = \"-11m\"");
    let here = reply(first(&mut core, ONE)).date_ms;
    let there = reply(first(&mut core, TWO)).date_ms;
    assert_eq!(there - here, 11 * 60_000);
    assert_eq!(there, core.now_ms());
}

#[test]
fn limits_are_those_of_the_scenario() {
    let mut core = Core::new(&Scenario::shipped("hostile").unwrap(), START_MS).unwrap();
    let authorization = bearer(&core, "contractor");
    let status = |core: &mut Core| {
        let arrived_ms = core.now_ms();
        let call = Call { path: "/v2/jobs", authorization: Some(&authorization), arrived_ms, ..call(core) };
        let Answer::Reply { reply, .. } = core.answer(ONE, &call) else { panic!("nothing resets there") };
        reply.status
    };
    let statuses: Vec<u16> = (0..60).map(|_| status(&mut core)).collect();
    assert_eq!(statuses.iter().filter(|status| **status == 429).count(), 10);
    core.advance(START_MS + 1000);
    assert_ne!(status(&mut core), 429);
}

#[test]
fn the_shipped_scenarios_play() {
    for name in Scenario::names().filter(|name| *name != "million") {
        let scenario = Scenario::shipped(name).unwrap();
        assert!(!scenario.title().is_empty());
        let mut core = Core::new(&scenario, START_MS).unwrap();
        core.advance(START_MS + 30_000);
        let key = core.keys().next().unwrap().0.to_owned();
        let answer = ask(&mut core, 0, &key, "GET /v2/jobs?limit=100", "");
        let Answer::Reply { reply, .. } = answer else { panic!("{name}: {answer:?}") };
        assert!(reply.status == 200 || name == "hostile", "{name}: {}", reply.status);
    }
}

#[test]
fn clean_has_nothing_that_breaks_the_vendor_s_clients() {
    let mut core = Core::new(&Scenario::shipped("clean").unwrap(), START_MS).unwrap();
    let all = jobs(&get(&mut core, 0, "prod", "/v2/jobs"));
    assert!(all.len() > 100);
    for job in all {
        assert!(job["duration"].is_u64() && job["config"]["type"] == "transcription", "{job}");
        assert!(["running", "done", "rejected"].contains(&job["status"].as_str().unwrap()), "{job}");
        let config = &job["config"];
        assert!(config["tracking"]["details"].is_null(), "{job}");
        let transcription = &config["transcription_config"];
        assert!(transcription["model"].is_null() || transcription["operating_point"].is_null(), "{job}");
    }
}

#[test]
fn hostile_shows_every_oddity() {
    let mut core = Core::new(&Scenario::shipped("hostile").unwrap(), START_MS).unwrap();
    // Other faults strike one request in thirty; one of many is answered.
    let text = (0..50)
        .map(|_| get(&mut core, 0, "prod", "/v2/jobs"))
        .find(|reply| reply.status == 200)
        .unwrap()
        .body;
    for seen in [
        "\"expired\"",
        "\"transcribing\"",
        "\"aligning\"",
        "\\u001b]0;owned",
        "\u{202e}",
        "\u{200b}",
        "hahaha",
        "\"details\"",
        "low_confidence_action",
        "\"config\":null",
        "\"errors\":null",
        "from_the_future",
        "oak-1",
        "\"notification_config\":null",
    ] {
        assert!(text.contains(seen), "{seen}");
    }
}

#[test]
fn a_leap_over_a_year_ends() {
    let mut core = Core::new(&Scenario::shipped("busy").unwrap(), START_MS).unwrap();
    core.advance(START_MS + 400 * 86_400_000);
    assert_eq!(get(&mut core, 0, "prod", "/v2/jobs?limit=100").status, 200);
}

#[test]
fn only_where_it_is_said_is_there_a_retry_after() {
    let rate_limited = reply(first(&mut faulty("kind = \"rate-limited\""), ONE));
    assert_eq!(rate_limited.retry_after_s, None);
    let told = reply(first(&mut faulty("kind = \"unavailable\"\nretry_after = \"1500ms\""), ONE));
    assert_eq!(told.retry_after_s, Some(2));
}

#[test]
fn busy_is_as_busy_as_can_be() {
    let mut core = Core::new(&Scenario::shipped("busy").unwrap(), START_MS).unwrap();
    // Some end soon; others come at once.
    for seconds in [0, 60, 600] {
        core.advance(START_MS + seconds * 1000);
        let (_, state) = json(&mut core, 5, "", "GET /control", "");
        let running = state["environments"][0]["projects"]["main"]["running"].as_u64().unwrap();
        assert!((19_950..20_100).contains(&running), "{running} after {seconds} s");
    }
    core.advance(START_MS + 600_200);
    let burst = r#"{"environment": "eu1", "key": "prod", "count": 100}"#;
    assert_eq!(json(&mut core, 5, "", "POST /control/jobs", burst).0, 201);
    let refused = reply(submit(&mut core, 0, "prod", "", submission(CONFIG, Some(wav()))));
    assert_eq!(refused.status, 429);
}
