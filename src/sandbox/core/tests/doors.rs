//! The doors beside the Jobs API: temporary keys, realtime sessions, controls.

use serde_json::{Value, json};

use super::super::Answer;
use super::*;

fn temporary(core: &mut Core, key: &str, kind: &str, body: &Value) -> (u16, Value) {
    json(core, MP, key, &format!("POST /v1/api_keys?type={kind}"), &body.to_string())
}

fn token(core: &mut Core, kind: &str, body: &Value) -> String {
    let (status, answer) = temporary(core, "prod", kind, body);
    assert_eq!((status, &answer["apikey_id"]), (201, &Value::Null));
    answer["key_value"].as_str().unwrap().to_owned()
}

fn claims(token: &str) -> Value {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let part = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

#[test]
fn a_temporary_key_works_until_it_ends() {
    let mut core = lab("");
    let token = token(&mut core, "batch", &json!({"ttl": 60, "region": "eu"}));
    assert!(token.starts_with("eyJ") && token.split('.').count() == 3);
    let claims = claims(&token);
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 60);
    assert_eq!(get(&mut core, ONE, &token, "/v2/jobs").status, 200);
    assert_eq!(get(&mut core, ONE, &token, "/v2/usage").status, 200);
    let minute = claims["exp"].as_i64().unwrap() * 1000;
    core.advance(minute - 1);
    assert_eq!(get(&mut core, ONE, &token, "/v2/jobs").status, 200);
    core.advance(minute);
    assert_eq!(get(&mut core, ONE, &token, "/v2/jobs").status, 401);
}

#[test]
fn a_reference_confines_its_holder() {
    let mut core = lab("");
    let alice = token(&mut core, "batch", &json!({"ttl": 60, "client_ref": "alice"}));
    let bob = token(&mut core, "batch", &json!({"ttl": 60, "client_ref": "bob"}));
    let id = submitted(&mut core, ONE, &alice);
    let seen = |core: &mut Core, key: &str| jobs(&get(core, ONE, key, "/v2/jobs?limit=100")).len();
    assert_eq!((seen(&mut core, &alice), seen(&mut core, &bob)), (1, 0));
    assert!(seen(&mut core, "prod") > 10, "the key itself sees all");
    for (line, status) in [("GET", 404), ("DELETE", 404)] {
        assert_eq!(json(&mut core, ONE, &bob, &format!("{line} /v2/jobs/{id}?force=1"), "").0, status);
    }
    assert_eq!(json(&mut core, ONE, &alice, "GET /v2/usage", "").0, 403);
    assert_eq!(json(&mut core, ONE, &alice, &format!("DELETE /v2/jobs/{id}?force=1"), "").0, 200);
}

#[test]
fn keys_are_made_by_those_who_may_and_of_what_there_is() {
    let mut core = lab("");
    let ttl = json!({"ttl": 60});
    assert_eq!(temporary(&mut core, "nobody", "batch", &ttl).0, 403);
    for (kind, body, message) in [
        ("batch", json!({"ttl": 59}), "ttl in body should be greater than or equal to 60"),
        ("batch", json!({"ttl": 86_401}), "ttl in body should be less than or equal to 86400"),
        ("batch", json!({"ttl": "x"}), "ttl in body must be of type int64"),
        ("batch", json!({}), "ttl in body is required"),
        ("batch", json!([]), "body must be a JSON object"),
        ("batch", json!({"ttl": 60, "client_ref": 3}), "client_ref in body must be of type string"),
        ("other", json!({"ttl": 60}), "type in query should be one of [batch rt tts flow]"),
    ] {
        let (status, answer) = temporary(&mut core, "prod", kind, &body);
        assert_eq!((status, &answer["message"]), (422, &json!(message)));
    }
    // A temporary key makes no others, and one for realtime opens no jobs.
    let batch = token(&mut core, "batch", &ttl);
    assert_eq!(temporary(&mut core, &batch, "batch", &ttl).0, 403);
    let realtime = token(&mut core, "rt", &ttl);
    assert_eq!(get(&mut core, ONE, &realtime, "/v2/jobs").status, 401);
    assert_eq!(json(&mut core, MP, "prod", "GET /v1/api_keys", "").0, 405);
}

fn shake(core: &mut Core, key: &str, method: &str, target: &str, upgrades: bool) -> Answer {
    let authorization = bearer(core, key);
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let call = Call { method, path, query, upgrades, authorization: Some(&authorization), ..call(core) };
    core.answer(RT, &call)
}

#[test]
fn a_session_opens_to_who_may_have_it() {
    let mut core = lab("");
    let rt = token(&mut core, "rt", &json!({"ttl": 60, "client_ref": "ignored"}));
    let batch = token(&mut core, "batch", &json!({"ttl": 60}));
    for path in ["/v2", "/v2/", "/v2/en", "/v2/agent", "/v2/agent/fast"] {
        let Answer::Session(opening) = shake(&mut core, "prod", "GET", path, true) else { panic!("{path}") };
        let first: Value = serde_json::from_str(&opening.first).unwrap();
        assert_eq!((&first["message"], &first["type"]), (&json!("Info"), &json!("concurrent_session_usage")));
        assert_eq!(opening.closing, None);
        assert_eq!(opening.reply.request_id.len(), 32);
    }
    let jwt = format!("jwt={rt}");
    let call = Call { path: "/v2", query: &jwt, upgrades: true, ..call(&core) };
    assert!(matches!(core.answer(RT, &call), Answer::Session(_)));
    for (key, method, target, upgrades, status) in [
        ("prod", "GET", "/v2", false, 400),
        ("nobody", "GET", "/v2", true, 401),
        (batch.as_str(), "GET", "/v2", true, 401),
        ("guest", "GET", "/v2", true, 401),
        ("prod", "POST", "/v2", true, 405),
        ("prod", "GET", "/v9", true, 404),
        ("nobody", "GET", "/v1/discovery/features", false, 200),
    ] {
        assert_eq!(
            reply(shake(&mut core, key, method, target, upgrades)).status,
            status,
            "{method} {target}"
        );
    }
}

#[test]
fn a_session_can_be_closed_at_once() {
    let mut core = lab("[[faults]]\nenvironment = \"rt\"\nkind = \"closing\"\ncode = 4005\n");
    let Answer::Session(opening) = shake(&mut core, "prod", "GET", "/v2", true) else { panic!() };
    let (error, code) = opening.closing.unwrap();
    assert_eq!(code, 4005);
    assert!(error.contains("quota_exceeded"), "{error}");
}

#[test]
fn the_control_door_changes_what_happens() {
    let mut core = lab("");
    let control = |core: &mut Core, line: &str, body: Value| json(core, CONTROL, "", line, &body.to_string());
    // A key loses its rights and gets them back.
    for (verb, status) in [("revoke", 401), ("restore", 200)] {
        assert_eq!(control(&mut core, &format!("POST /control/keys/prod/{verb}"), json!({})).0, 200);
        assert_eq!(get(&mut core, ONE, "prod", "/v2/jobs").status, status);
    }
    // Jobs come by the dozen, and end when they are told to.
    let (status, made) =
        control(&mut core, "POST /control/jobs", json!({"environment": "two", "key": "prod", "count": 12}));
    assert_eq!((status, made["ids"].as_array().unwrap().len()), (201, 12));
    let id = made["ids"][0].as_str().unwrap();
    for (outcome, word) in [("rejected", "rejected"), ("done", "done")] {
        assert_eq!(
            control(&mut core, &format!("POST /control/jobs/{id}/finish"), json!({"outcome": outcome})).0,
            200
        );
        assert_eq!(json(&mut core, TWO, "prod", &format!("GET /v2/jobs/{id}"), "").1["job"]["status"], word);
    }
    // Time goes on.
    let before = core.now_ms();
    assert_eq!(control(&mut core, "POST /control/advance", json!({"by": "8d"})).0, 200);
    core.keep_time(before + 1000);
    assert_eq!(core.now_ms(), before + 8 * 86_400_000 + 1000);
    assert_eq!(control(&mut core, "POST /control/advance", json!({"by": "400d"})).0, 200);
    let (_, state) = control(&mut core, "GET /control", json!({}));
    assert_eq!(state["environments"].as_array().unwrap().len(), 4);
}

#[test]
fn the_control_door_sets_faults_by_name() {
    let mut core = lab("");
    let control = |core: &mut Core, line: &str, body: Value| json(core, CONTROL, "", line, &body.to_string());
    let down = json!({"name": "outage", "environment": "one", "kind": "down", "until": "5s"});
    assert_eq!(control(&mut core, "POST /control/faults", down).0, 201);
    assert!(core.is_down(ONE) && !core.is_down(TWO) && !core.is_down(CONTROL));
    core.advance(core.now_ms() + 5_000);
    assert!(!core.is_down(ONE), "its time counts from when it was set");
    let (_, state) = control(&mut core, "GET /control", json!({}));
    assert_eq!(state["faults"][0], json!({"name": "outage", "kind": "down"}));
    let slow = json!({"name": "outage", "kind": "slow", "delay": ["1s", "2s"], "share": 50});
    assert_eq!(control(&mut core, "POST /control/faults", slow).1["faults"], 1);
    assert_eq!(control(&mut core, "DELETE /control/faults/outage", json!({})).1["removed"], 1);
    for (line, body, status) in [
        ("POST /control/faults", json!({"kind": "melting"}), 422),
        ("POST /control/faults", json!({"kind": "down", "environment": "nowhere"}), 422),
        ("POST /control/faults", json!({"kind": "down", "evil\n[[x]]": 1}), 422),
        ("POST /control/faults", json!({"kind": {"a": 1}}), 422),
        ("POST /control/advance", json!({"by": "-1s"}), 422),
        ("POST /control/advance", json!({"by": 3}), 422),
        ("POST /control/jobs", json!({"environment": "one", "key": "prod", "count": 1e9}), 422),
        ("POST /control/jobs", json!({"environment": "one", "key": "nobody"}), 404),
        ("POST /control/jobs", json!({"environment": "two", "key": "guest"}), 404),
        ("POST /control/jobs/zzzzzzzzzz/finish", json!({"outcome": "done"}), 404),
        ("POST /control/keys/nobody/revoke", json!({}), 404),
        ("POST /control/nothing", json!({}), 404),
        ("POST /control/advance", json!([]), 422),
    ] {
        let (got, answer) = control(&mut core, line, body);
        assert_eq!(got, status, "{line}: {answer}");
        assert!(answer["error"].as_str().is_some_and(|error| error.len() > 10), "{line}: {answer}");
    }
}
