//! The Jobs API: submitting, waiting, reading, deleting, expiring.

use serde_json::{Value, json};

use super::super::{Answer, Call, Submission};
use super::*;

const DAY_MS: i64 = 86_400_000;

fn rejected(core: &mut Core, submission: Submission) -> Value {
    let reply = reply(submit(core, ONE, "prod", "", submission));
    assert_eq!(reply.status, 400);
    serde_json::from_str(&reply.body).unwrap()
}

#[test]
fn a_recording_is_submitted_runs_and_is_read() {
    let mut core = lab("");
    let id = submitted(&mut core, ONE, "prod");
    let path = format!("GET /v2/jobs/{id}");
    let (_, job) = json(&mut core, ONE, "prod", &path, "");
    assert_eq!((job["job"]["status"].as_str(), job["job"]["duration"].as_u64()), (Some("running"), Some(3)));
    assert_eq!(job["job"]["data_name"], "take one.wav");
    assert_eq!(job["job"]["config"], serde_json::from_str::<Value>(CONFIG).unwrap());
    let (status, error) = json(&mut core, ONE, "prod", &format!("{path}/transcript"), "");
    assert_eq!((status, &error), (404, &json!({"code": 404, "error": "Transcription not ready"})));
    assert_eq!(json(&mut core, ONE, "prod", &format!("{path}/log"), "").1["error"], "Log file not available");
    core.advance(core.now_ms() + 10_000);
    let (_, listed) = json(&mut core, ONE, "prod", "GET /v2/jobs?limit=1", "");
    assert_eq!((&listed["jobs"][0]["id"], &listed["jobs"][0]["status"]), (&json!(id), &json!("done")));
    let (status, transcript) = json(&mut core, ONE, "prod", &format!("{path}/transcript"), "");
    assert_eq!((status, &transcript["job"]["id"]), (200, &json!(id)));
    let words = transcript["results"].as_array().unwrap();
    assert!(words.iter().any(|word| word["type"] == "word" && word["alternatives"][0]["speaker"] == "S1"));
    let text = get(&mut core, ONE, "prod", &format!("/v2/jobs/{id}/transcript?format=txt"));
    assert_eq!(text.content_type, "text/plain; charset=utf-8");
    assert!(text.body.starts_with("SPEAKER: S1\n"), "{}", text.body);
    let srt = get(&mut core, ONE, "prod", &format!("/v2/jobs/{id}/transcript?format=srt"));
    assert!(srt.body.starts_with("1\n00:00:0") && srt.body.contains(" --> "), "{}", srt.body);
    assert!(
        get(&mut core, ONE, "prod", &format!("/v2/jobs/{id}/log")).body.contains("Transcription finished")
    );
    assert_eq!(json(&mut core, TWO, "prod", &path, "").0, 404, "another environment");
    assert_eq!(json(&mut core, ONE, "guest", &path, "").0, 404, "another project");
}

#[test]
fn the_recording_can_be_had_until_it_expires() {
    let mut core = lab("");
    let id = submitted(&mut core, ONE, "prod");
    let path = format!("/v2/jobs/{id}/data");
    let mut data = get(&mut core, ONE, "prod", &path);
    assert_eq!((data.status, data.content_type), (200, "application/octet-stream"));
    let head = data.take_body();
    let bytes = u64::try_from(head.len()).unwrap();
    let upload = Upload { name: String::new(), head, bytes };
    assert_eq!(upload.seconds(), Some(3), "as long as what was uploaded");
    assert_eq!(get(&mut core, ONE, "guest", &path).status, 404, "another project");
    assert_eq!(get(&mut core, ONE, "prod", "/v2/jobs/zzzzzzzzzz/data").status, 404);
    let gone = CONFIG.replacen('{', r#"{"fetch_data": {"url": "https://media.example.com/410"}, "#, 1);
    let made = reply(submit(&mut core, ONE, "prod", "", submission(&gone, None)));
    let made: Value = serde_json::from_str(&made.body).unwrap();
    core.advance(core.now_ms() + 40_000);
    let unfetched = format!("/v2/jobs/{}/data", made["id"].as_str().unwrap());
    assert_eq!(get(&mut core, ONE, "prod", &unfetched).status, 404, "it was never there");
    core.advance(core.now_ms() + 7 * DAY_MS);
    let expired = get(&mut core, ONE, "prod", &path);
    assert!(expired.status == 410 && expired.body.contains("File Expired"), "{}", expired.body);
}

#[test]
fn the_root_is_empty_and_open_to_everybody() {
    let mut core = lab("");
    for host in [ONE, RT, MP] {
        for (method, status, allow) in
            [("GET", 200, None), ("HEAD", 200, None), ("POST", 405, Some("GET, HEAD"))]
        {
            let call = Call { method, path: "/", ..call(&core) };
            let reply = reply(core.answer(host, &call));
            assert_eq!((reply.status, reply.allow()), (status, allow), "{method}");
            assert_eq!(reply.body.is_empty() && reply.content_type.is_empty(), status == 200, "{method}");
        }
    }
}

#[test]
fn subtitles_are_as_narrow_as_the_job_wants_them() {
    let mut core = lab("");
    let mut config: Value = serde_json::from_str(CONFIG).unwrap();
    config["output_config"] = json!({"srt_overrides": {"max_line_length": 12, "max_lines": 1}});
    let reply = reply(submit(&mut core, ONE, "prod", "", submission(&config.to_string(), Some(wav()))));
    let id = serde_json::from_str::<Value>(&reply.body).unwrap()["id"].as_str().unwrap().to_owned();
    core.advance(core.now_ms() + 10_000);
    let srt = get(&mut core, ONE, "prod", &format!("/v2/jobs/{id}/transcript?format=srt"));
    for block in srt.body.trim().split("\n\n") {
        let text: Vec<&str> = block.lines().skip(2).collect();
        assert_eq!(text.len(), 1, "{block}");
        // A mark may follow a full line, and a longer word has a line of its own.
        assert!(text[0].chars().count() <= 13 || !text[0].contains(' '), "{block}");
    }
}

#[test]
fn a_call_waits_for_the_end_and_no_longer() {
    let mut core = lab("");
    let id = submitted(&mut core, ONE, "prod");
    let (path, authorization) = (format!("/v2/jobs/{id}"), bearer(&core, "prod"));
    let arrived_ms = core.now_ms();
    let waiting = |query| Call {
        method: "GET",
        path: &path,
        query,
        authorization: Some(&authorization),
        body: b"",
        upgrades: false,
        arrived_ms,
    };
    let later = |after_ms| Answer::Later { at_ms: arrived_ms + after_ms, ticket: None };
    assert_eq!(core.answer(ONE, &waiting("wait=5")), later(5_000));
    assert_eq!(core.answer(ONE, &waiting("")), later(2_000), "the default");
    assert_eq!(
        core.answer(ONE, &waiting("wait=999999999999999999999")),
        later(10_000),
        "its end comes first"
    );
    assert!(reply(core.answer(ONE, &waiting("wait=0"))).body.contains("running"));
    core.advance(arrived_ms + 5_000);
    assert!(reply(core.answer(ONE, &waiting("wait=5"))).body.contains("running"), "it has waited enough");
    assert_eq!(core.answer(ONE, &waiting("wait=20")), later(10_000));
    core.advance(arrived_ms + 10_000);
    assert!(reply(core.answer(ONE, &waiting("wait=20"))).body.contains("done"));
}

#[test]
fn a_submission_waits_and_brings_its_transcript() {
    for (format, key) in [("json-v2", "json-v2"), ("txt", "txt"), ("srt", "srt"), ("", "json-v2")] {
        let mut core = lab("");
        let query = format!("wait=30&format={format}");
        let answer = submit(&mut core, ONE, "prod", &query, submission(CONFIG, Some(wav())));
        let Answer::Later { at_ms, ticket: Some(ticket) } = answer else { panic!("{answer:?}") };
        assert_eq!(at_ms, core.now_ms() + 10_000);
        core.advance(at_ms);
        let authorization = bearer(&core, "prod");
        let call =
            Call { method: "POST", path: "/v2/jobs", authorization: Some(&authorization), ..call(&core) };
        let reply = reply(core.collect(ONE, &call, ticket));
        let body: Value = serde_json::from_str(&reply.body).unwrap();
        assert_eq!((reply.status, &body["status"]), (201, &json!("done")));
        assert_eq!(body[key].is_object(), key == "json-v2", "{format}");
        assert!(!body[key].is_null());
    }
    let mut core = lab("");
    let answer = submit(&mut core, ONE, "prod", "wait=4", submission(CONFIG, Some(wav())));
    let Answer::Later { at_ms, ticket: Some(ticket) } = answer else { panic!("{answer:?}") };
    core.advance(at_ms);
    let authorization = bearer(&core, "prod");
    let call = Call { authorization: Some(&authorization), ..call(&core) };
    assert!(reply(core.collect(ONE, &call, ticket)).body.ends_with(",\"status\":\"created\"}"));
}

#[test]
fn bad_submissions_are_refused() {
    let mut core = lab("");
    let invalid = "Job config JSON is invalid";
    let none = Submission { config: None, data_file: Some(wav()) };
    assert_eq!(rejected(&mut core, none), json!({"code": 400, "error": "Job rejected", "detail": invalid}));
    let unknown = CONFIG.replace("\"en\"", "\"zh\"");
    let body = rejected(&mut core, submission(&unknown, Some(wav())));
    assert_eq!(body["detail"], format!("{invalid}. Error: Languagepack 'zh' is not supported"));
    assert_eq!(rejected(&mut core, submission(CONFIG, None))["error"], "Missing data_file");
}

#[test]
fn what_cannot_be_used_is_taken_and_rejected_later() {
    let mut core = lab("");
    let text = Upload { name: "notes.txt".to_owned(), head: b"no audio".to_vec(), bytes: 8 };
    let gone = CONFIG.replacen('{', r#"{"fetch_data": {"url": "https://media.example.com/410"}, "#, 1);
    for (submission, error) in [
        (submission(CONFIG, Some(text)), "Job rejected due to invalid audio"),
        (submission(&gone, None), "unable to fetch audio: http status code 410"),
    ] {
        let reply = reply(submit(&mut core, ONE, "prod", "", submission));
        assert_eq!(reply.status, 201);
        let id: Value = serde_json::from_str(&reply.body).unwrap();
        core.advance(core.now_ms() + 40_000);
        let path = format!("GET /v2/jobs/{}", id["id"].as_str().unwrap());
        let (_, job) = json(&mut core, ONE, "prod", &path, "");
        assert_eq!(job["job"]["status"], "rejected");
        assert_eq!(job["job"]["errors"][0]["message"], error);
        assert_eq!(json(&mut core, ONE, "prod", &format!("{path}/transcript"), "").0, 404);
    }
}

#[test]
fn deleting_a_running_job_needs_force() {
    let mut core = lab("");
    let id = submitted(&mut core, ONE, "prod");
    let path = format!("/v2/jobs/{id}");
    let (status, body) = json(&mut core, ONE, "prod", &format!("DELETE {path}"), "");
    assert_eq!((status, body), (423, json!({"code": 423, "error": "Resource Locked"})));
    let (status, body) = json(&mut core, ONE, "prod", &format!("DELETE {path}?force=true"), "");
    assert_eq!((status, &body["job"]["status"]), (200, &json!("deleted")));
    assert_eq!(body["job"]["data_name"], "take one.wav");
    assert_eq!(json(&mut core, ONE, "prod", &format!("DELETE {path}"), "").0, 404);
    assert_eq!(get(&mut core, ONE, "prod", &path).status, 404);
    let shown = |core: &mut Core, query: &str| {
        let all = jobs(&get(core, ONE, "prod", &format!("/v2/jobs{query}")));
        all.into_iter().find(|job| job["id"] == json!(id))
    };
    assert_eq!(shown(&mut core, ""), None);
    let wiped = shown(&mut core, "?include_deleted=true").unwrap();
    assert_eq!((&wiped["data_name"], &wiped["config"]), (&json!(""), &Value::Null));
}

#[test]
fn a_week_later_everything_has_expired() {
    let mut core = lab("");
    let id = submitted(&mut core, ONE, "prod");
    core.advance(core.now_ms() + 7 * DAY_MS + 1);
    let path = format!("/v2/jobs/{id}");
    let expired = json!({"code": 410, "error": "Job Expired"});
    let gone = json!({"code": 410, "error": "File Expired", "detail": "File deleted from the storage"});
    for (line, body) in [
        (format!("GET {path}"), &expired),
        (format!("DELETE {path}?force=true"), &expired),
        (format!("GET {path}/transcript"), &gone),
        (format!("GET {path}/log"), &gone),
    ] {
        assert_eq!(json(&mut core, ONE, "prod", &line, ""), (410, body.clone()), "{line}");
    }
    assert_eq!(jobs(&get(&mut core, ONE, "prod", "/v2/jobs")), Vec::<Value>::new());
}

#[test]
fn usage_counts_what_ended_well_and_keeps_it() {
    let mut core = lab("");
    let id = submitted(&mut core, TWO, "prod");
    let of_today =
        |core: &mut Core| json(core, TWO, "prod", "GET /v2/usage", "").1["summary"][0]["count"].as_u64();
    let before = of_today(&mut core);
    core.advance(core.now_ms() + DAY_MS);
    let after = of_today(&mut core);
    assert!(after > before, "{before:?} {after:?}: the job counts once its day is over");
    json(&mut core, TWO, "prod", &format!("DELETE /v2/jobs/{id}"), "");
    assert_eq!(of_today(&mut core), after);
    let (status, body) = json(&mut core, TWO, "prod", "GET /v2/usage?since=today", "");
    assert_eq!((status, &body["error"]), (422, &json!("since in query must be of type date")));
}

#[test]
fn the_twenty_thousandth_running_job_is_the_last() {
    let mut core = lab("");
    let burst = json!({"environment": "one", "key": "prod", "count": 19_999}).to_string();
    assert_eq!(json(&mut core, CONTROL, "", "POST /control/jobs", &burst).0, 201);
    submitted(&mut core, ONE, "prod");
    let refused = reply(submit(&mut core, ONE, "prod", "", submission(CONFIG, Some(wav()))));
    assert_eq!(refused.status, 429);
    assert!(refused.body.contains("Max concurrent running jobs exceeded"));
    submitted(&mut core, TWO, "prod");
    core.advance(core.now_ms() + 60_000);
    submitted(&mut core, ONE, "prod");
}

#[test]
fn methods_and_paths_that_there_are_not_are_named() {
    let mut core = lab("");
    let patched = reply(ask(&mut core, ONE, "prod", "PATCH /v2/jobs", ""));
    assert_eq!(patched.allow(), Some("GET, POST"));
    let (status, body) = json(&mut core, ONE, "prod", "PATCH /v2/jobs", "");
    assert_eq!((status, &body["error"]), (405, &json!("method PATCH is not allowed, but [GET,POST] are")));
    assert_eq!(json(&mut core, ONE, "prod", "GET /v3", "").0, 404);
    assert_eq!(json(&mut core, ONE, "nobody", "GET /v3", "").0, 401, "the proxy comes first");
}

#[test]
fn a_translation_is_given_where_somebody_speaks_the_language() {
    let mut core = lab("");
    let config = CONFIG.replacen('{', r#"{"translation_config": {"target_languages": ["de", "fi"]}, "summarization_config": {}, "auto_chapters_config": {}, "#, 1);
    let mut long = wav();
    long.head = b"ID3".to_vec();
    long.bytes = 16_000 * 700;
    let made = reply(submit(&mut core, ONE, "prod", "", submission(&config, Some(long))));
    let id: Value = serde_json::from_str(&made.body).unwrap();
    core.advance(core.now_ms() + 10_000);
    let path = format!("GET /v2/jobs/{}/transcript", id["id"].as_str().unwrap());
    let (_, transcript) = json(&mut core, ONE, "prod", &path, "");
    assert!(transcript["translations"]["de"][0]["content"].is_string());
    assert_eq!(transcript["metadata"]["translation_errors"][0]["type"], "unsupported_translation_pair");
    assert_eq!(transcript["chapters"].as_array().unwrap().len(), 3);
    assert!(transcript["summary"]["content"].is_string());
}
