//! The core through its calls: what a shell would send on, and when.

mod api;
mod calls;
mod doors;
mod faults;

use serde_json::Value;

use super::{Answer, Call, Core, Reply, Submission, Upload};
use crate::sandbox::Scenario;

const START_MS: i64 = 1_795_443_930_000;

fn tour() -> Core {
    Core::new(&Scenario::shipped("tour").unwrap(), START_MS).unwrap()
}

/// Two environments, each with twenty jobs of the past week and none running; two keys of two projects, the
/// second accepted in the first alone; a realtime host and the management platform.
fn lab(rest: &str) -> Core {
    let jobs = |environment: &str| {
        format!(
            "[[jobs]]\nenvironment = \"{environment}\"\nproject = \"main\"\nhistory = 20\nrun = [\"10s\", \"10s\"]\n\
             trades = {{ legal = 1 }}\nlanguages = {{ en = 1 }}\nmodels = {{ standard = 1 }}\n"
        )
    };
    let environment = |name: &str, kind: &str| {
        format!("[[environments]]\nname = \"{name}\"\nregion = \"LAB\"\nkind = \"{kind}\"\n")
    };
    let text = format!(
        "title = \"lab\"\nseed = 3\n{}{}{}{}{}{}\
         [[keys]]\nname = \"prod\"\nproject = \"main\"\naccepted = [\"one\", \"two\", \"rt\"]\n\
         [[keys]]\nname = \"guest\"\nproject = \"other\"\naccepted = [\"one\"]\n{rest}",
        environment("one", "batch"),
        environment("two", "batch"),
        environment("rt", "realtime"),
        environment("mp", "management"),
        jobs("one"),
        jobs("two"),
    );
    let mut core = Core::new(&Scenario::parse("lab", &text).unwrap(), START_MS).unwrap();
    // What was submitted just before the start has ended.
    core.advance(START_MS + 3_600_000);
    core
}

/// The places of the lab's hosts.
const ONE: usize = 0;
const TWO: usize = 1;
const RT: usize = 2;
const MP: usize = 3;
const CONTROL: usize = 4;

fn bearer(core: &Core, key: &str) -> String {
    let found = core.keys().find(|(name, ..)| *name == key).map(|(_, value, _)| value);
    format!("Bearer {}", found.unwrap_or(key))
}

/// A call that does not wait, by a key's name or a token.
fn ask(core: &mut Core, host: usize, key: &str, line: &str, body: &str) -> Answer {
    let authorization = bearer(core, key);
    let (method, target) = line.split_once(' ').unwrap();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let authorization = Some(authorization.as_str());
    let call = Call { method, path, query, authorization, body: body.as_bytes(), ..call(core) };
    core.answer(host, &call)
}

fn reply(answer: Answer) -> Reply {
    match answer {
        Answer::Reply { reply, .. } => reply,
        other => panic!("{other:?}"),
    }
}

/// Status and JSON of a call's answer.
fn json(core: &mut Core, host: usize, key: &str, line: &str, body: &str) -> (u16, Value) {
    let reply = reply(ask(core, host, key, line, body));
    (reply.status, serde_json::from_str(&reply.body).unwrap_or(Value::String(reply.body)))
}

fn get(core: &mut Core, host: usize, key: &str, target: &str) -> Reply {
    reply(ask(core, host, key, &format!("GET {target}"), ""))
}

/// A bare GET that came a minute ago: it has waited enough.
fn call(core: &Core) -> Call<'static> {
    let arrived_ms = core.now_ms() - 60_000;
    Call { method: "GET", path: "", query: "", authorization: None, body: b"", upgrades: false, arrived_ms }
}

/// Three seconds of audio.
fn wav() -> Upload {
    let mut head = b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0".to_vec();
    head.extend(16_000_u32.to_le_bytes());
    head.extend(32_000_u32.to_le_bytes());
    head.extend(b"\x02\0\x10\0data");
    head.extend(96_000_u32.to_le_bytes());
    Upload { name: "take one.wav".to_owned(), head, bytes: 96_044 }
}

const CONFIG: &str =
    r#"{"type": "transcription", "transcription_config": {"language": "en", "diarization": "speaker"}}"#;

fn submission(config: &str, data_file: Option<Upload>) -> Submission {
    Submission { config: Some(config.to_owned()), data_file }
}

fn submit(core: &mut Core, host: usize, key: &str, query: &str, submission: Submission) -> Answer {
    let authorization = bearer(core, key);
    let arrived_ms = core.now_ms();
    let authorization = Some(authorization.as_str());
    let call = Call { method: "POST", path: "/v2/jobs", query, authorization, arrived_ms, ..call(core) };
    assert_eq!(core.answer(host, &call), Answer::Upload);
    core.submit(host, &call, Ok(submission))
}

/// Submits a recording; its id.
fn submitted(core: &mut Core, host: usize, key: &str) -> String {
    let reply = reply(submit(core, host, key, "", submission(CONFIG, Some(wav()))));
    assert_eq!(reply.status, 201, "{}", reply.body);
    let body: Value = serde_json::from_str(&reply.body).unwrap();
    body["id"].as_str().unwrap().to_owned()
}

fn jobs(reply: &Reply) -> Vec<Value> {
    let body: Value = serde_json::from_str(&reply.body).unwrap();
    body["jobs"].as_array().unwrap().clone()
}

#[test]
fn the_same_calls_give_the_same_bytes() {
    let (mut one, mut other) = (tour(), tour());
    for minute in 0..5 {
        // The second gets there in many steps.
        one.advance(START_MS + minute * 60_000);
        for step in 0..=60 {
            other.advance(START_MS + (minute - 1) * 60_000 + step * 1000);
        }
        assert_eq!(get(&mut one, 0, "prod", "/v2/jobs"), get(&mut other, 0, "prod", "/v2/jobs"));
    }
}

#[test]
fn every_environment_has_its_own_jobs_and_each_key_its_own_view() {
    let mut core = tour();
    let count = |core: &mut Core, environment, key| jobs(&get(core, environment, key, "/v2/jobs")).len();
    assert!((2370..2440).contains(&count(&mut core, 0, "prod")));
    assert!((585..620).contains(&count(&mut core, 1, "prod")));
    assert!((1475..1530).contains(&count(&mut core, 2, "prod")));
    assert!((290..310).contains(&count(&mut core, 4, "prod")));
    assert!((34..44).contains(&count(&mut core, 0, "partner")));
    for (environment, key) in [(3, "prod"), (1, "partner"), (4, "partner"), (0, "nobody")] {
        let reply = get(&mut core, environment, key, "/v2/jobs");
        assert_eq!((reply.status, reply.content_type, reply.body.len()), (401, "text/html", 179));
    }
}

#[test]
fn jobs_come_run_and_end() {
    let mut core = tour();
    let running = |core: &mut Core| {
        let mut ids: Vec<Value> = jobs(&get(core, 0, "prod", "/v2/jobs?limit=100"));
        ids.retain(|job| job["status"] == "running");
        ids
    };
    let at_start = running(&mut core);
    assert!(at_start.len() >= 3, "{}", at_start.len());
    // The longest recording of the past runs for 21 minutes.
    core.advance(START_MS + 25 * 60_000);
    for job in &at_start {
        let path = format!("/v2/jobs/{}", job["id"].as_str().unwrap());
        let reply = get(&mut core, 0, "prod", &path);
        let job: Value = serde_json::from_str(&reply.body).unwrap();
        assert!(["done", "rejected"].contains(&job["job"]["status"].as_str().unwrap()), "{job}");
    }
    assert!(running(&mut core).len() >= 3);
}

#[test]
fn pages_join_without_a_gap() {
    let mut core = tour();
    let all = jobs(&get(&mut core, 2, "prod", "/v2/jobs/"));
    let mut paged: Vec<Value> = Vec::new();
    let mut target = "/v2/jobs?limit=100&sm-sdk=x".to_owned();
    loop {
        let page = jobs(&get(&mut core, 2, "prod", &target));
        let fresh: Vec<Value> = page.iter().filter(|job| !paged.contains(job)).cloned().collect();
        if fresh.is_empty() {
            break;
        }
        paged.extend(fresh);
        target = format!(
            "/v2/jobs?limit=100&created_before={}",
            paged.last().unwrap()["created_at"].as_str().unwrap()
        );
    }
    assert_eq!(paged, all);
    let newest_first = |job: &Value| std::cmp::Reverse(job["created_at"].as_str().unwrap().to_owned());
    assert!(all.is_sorted_by_key(newest_first));
}

#[test]
fn the_list_is_as_odd_as_the_service() {
    let mut core = tour();
    let all = jobs(&get(&mut core, 0, "prod", "/v2/jobs?include_deleted=true"));
    let text = serde_json::to_string(&all).unwrap();
    for seen in [
        "\"deleted\"",
        "\"rejected\"",
        "\"melia-1\"",
        "\"operating_point\"",
        "auth_headers",
        "?token=",
        "X-Amz-Signature",
        ", retrying",
        "\"data_name\":\"\"",
        "http status code 404",
        "München",
        "会議録音",
    ] {
        assert!(text.contains(seen), "{seen}");
    }
    assert!(all.iter().all(|job| job["id"].as_str().unwrap().len() == 10));
}

#[test]
fn mistakes_get_the_framework_s_words() {
    let mut core = tour();
    for (target, status, error) in [
        ("/v2/jobs?limit=x", 422, "limit in query must be of type int64"),
        ("/v2/jobs?limit=101", 422, "limit in query should be less than or equal to 100"),
        ("/v2/jobs?limit=0", 422, "limit in query should be greater than or equal to 1"),
        ("/v2/jobs?created_before=today", 422, "created_before in query must be of type date-time"),
        ("/v2/jobs?include_deleted=maybe", 422, "include_deleted in query must be of type bool"),
        ("/v2/jobs/zzzzzzzzzz", 404, "Job not found"),
        ("/v2/jobs/../x", 404, "path /v2/jobs/../x was not found"),
    ] {
        let reply = get(&mut core, 0, "prod", target);
        let body: Value = serde_json::from_str(&reply.body).unwrap();
        assert_eq!((reply.status, body["error"].as_str()), (status, Some(error)), "{target}");
        assert_eq!(body["code"], status);
        assert_eq!(reply.request_id.len(), 32);
        assert!(!reply.azure_ref.is_empty());
    }
}

#[test]
fn au1_goes_down_and_comes_back_and_eu2_is_slow() {
    let mut core = tour();
    for (seconds, is_down) in
        [(0, false), (19, false), (20, true), (44, true), (45, false), (110, true), (135, false)]
    {
        core.advance(START_MS + seconds * 1000);
        assert_eq!(core.is_down(4), is_down, "after {seconds} s");
        assert!(!core.is_down(0));
    }
    let call = Call { path: "/v1/discovery/features", ..call(&core) };
    match core.answer(1, &call) {
        Answer::Reply { reply, delay_ms } => {
            assert_eq!(reply.status, 200);
            assert!((900..=1600).contains(&delay_ms));
            assert!(serde_json::from_str::<Value>(&reply.body).is_ok());
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn jobs_expire_after_a_week() {
    let mut core = tour();
    let all = jobs(&get(&mut core, 4, "prod", "/v2/jobs"));
    let oldest = format!("/v2/jobs/{}", all.last().unwrap()["id"].as_str().unwrap());
    assert_eq!(get(&mut core, 4, "prod", &oldest).status, 200);
    core.advance(START_MS + 86_400_000);
    assert_eq!(get(&mut core, 4, "prod", &oldest).status, 410);
    core.advance(START_MS + 8 * 86_400_000);
    assert_eq!(get(&mut core, 4, "prod", &oldest).status, 404);
}
