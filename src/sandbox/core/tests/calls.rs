//! By property: no call breaks the core, and the same calls get the same answers.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::super::BadUpload;
use super::*;

/// Something that happens to a fleet.
#[derive(Debug, Clone)]
enum Event {
    Wait(i64),
    Call { host: usize, line: String, body: String },
    Submit { host: usize, config: String, audio: Option<Vec<u8>> },
}

fn event() -> impl Strategy<Value = Event> {
    let paths = select(vec![
        "/v2/jobs",
        "/v2/jobs/",
        "/v2/jobs/{}",
        "/v2/jobs/{}/transcript",
        "/v2/jobs/{}/log",
        "/v2/jobs/{}/data",
        "/",
        "/v2/usage",
        "/v1/discovery/features",
        "/v1/api_keys",
        "/control",
        "/control/faults",
        "/control/advance",
        "/control/jobs",
        "/control/jobs/{}/finish",
        "/v2",
        "",
        "//",
    ]);
    let queries = select(vec![
        "",
        "limit=100",
        "limit=-1",
        "wait=0",
        "wait=9",
        "format=srt",
        "force=true",
        "include_deleted=1",
        "type=batch",
        "created_before=2026-11-22T00:00:00Z",
        "created_before=0000-01-01T00:00:00Z",
        "since=2026-11-01",
        "%ff=%00&&=",
    ]);
    let bodies = select(vec![
        "",
        "{}",
        "{\"ttl\": 60}",
        "{\"by\": \"1d\"}",
        "{\"by\": \"400d\"}",
        "{\"kind\": \"slow\", \"delay\": [\"0s\", \"9s\"]}",
        "{\"environment\": \"one\", \"key\": \"prod\", \"count\": 3}",
        "{\"outcome\": \"rejected\"}",
        "\u{0}",
    ]);
    let methods = select(vec!["GET", "GET", "POST", "DELETE", "PUT"]);
    let call = (0..6_usize, methods, paths, "[0-9a-z]{10}", queries, bodies).prop_map(
        |(host, method, path, id, query, body)| Event::Call {
            host,
            line: format!("{method} {}?{query}", path.replace("{}", &id)),
            body: body.to_owned(),
        },
    );
    let config = prop_oneof![Just(CONFIG.to_owned()), ".{0,40}"];
    let submit = (0..3_usize, config, proptest::option::of(vec(any::<u8>(), 0..60)))
        .prop_map(|(host, config, audio)| Event::Submit { host, config, audio });
    prop_oneof![(0..90_000_i64).prop_map(Event::Wait), call, submit]
}

/// All that the core says to it, and a look at its jobs.
fn play(core: &mut Core, event: &Event) -> Vec<Answer> {
    let answer = match event {
        Event::Wait(ms) => {
            core.keep_time(core.now_ms() + ms);
            return vec![ask(core, ONE, "prod", "GET /v2/jobs?limit=20", "")];
        }
        Event::Call { host, line, body } => ask(core, *host, "prod", line, body),
        Event::Submit { host, config, audio } => {
            let authorization = bearer(core, "prod");
            let authorization = Some(authorization.as_str());
            let call =
                Call { method: "POST", path: "/v2/jobs", query: "wait=3", authorization, ..call(core) };
            let file = |bytes: &Vec<u8>| Upload { name: "x".to_owned(), head: bytes.clone(), bytes: 60 };
            let submission = Submission { config: Some(config.clone()), data_file: audio.as_ref().map(file) };
            let first = core.submit(*host, &call, Ok(submission));
            let Answer::Later { ticket: Some(ticket), .. } = first else { return vec![first] };
            return vec![
                first,
                core.collect(*host, &call, ticket),
                core.submit(*host, &call, Err(BadUpload::TooLarge)),
            ];
        }
    };
    vec![answer, ask(core, ONE, "prod", "GET /v2/jobs?limit=5&include_deleted=true", "")]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn the_same_calls_get_the_same_answers(events in vec(event(), 1..30)) {
        let (mut one, mut other) = (lab(""), lab(""));
        for event in &events {
            prop_assert_eq!(play(&mut one, event), play(&mut other, event));
        }
    }

    #[test]
    fn no_path_breaks_it(path in ".*", query in ".*", token in ".*", body: Vec<u8>) {
        let mut core = lab("");
        let prod = bearer(&core, "prod");
        for authorization in [token.as_str(), prod.as_str()] {
            for (host, method) in [(ONE, "GET"), (ONE, "DELETE"), (RT, "GET"), (MP, "POST"), (CONTROL, "POST")] {
                let call = Call { method, path: &path, query: &query, authorization: Some(authorization), body: &body, ..call(&core) };
                if let Answer::Reply { reply, .. } = core.answer(host, &call) {
                    prop_assert!((200..500).contains(&reply.status), "{}", reply.status);
                }
            }
        }
    }
}
