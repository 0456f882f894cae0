//! `voxtop jobs`, the real program, over a fleet that shares no code with it: what is printed, in which
//! form, with which exit status, and what is never printed.

#[cfg(test)]
mod support;

#[cfg(test)]
#[path = "fleet/patience.rs"]
mod patience;

#[cfg(test)]
mod listing {
    use std::collections::HashSet;
    use std::io::{BufRead, BufReader, Read};
    use std::path::Path;

    use jiff::{SignedDuration, Timestamp};
    use serde_json::{Value, json};

    use crate::support::fleet::{Behaviour, Cursor, Fleet, Framing, KEY, TWIN};
    use crate::support::jobs::{
        HOSTILE, HOSTILE_JOBS, Job, SECRETS, ago, hostile, is_trap, job, jobs, ordinary, secretive,
    };
    use crate::support::run::{Finished, finish, voxtop, wait};

    /// Far longer than any answer takes here.
    const PATIENT: &str = "20s";

    fn run(fleet: &Fleet, config: &Path, args: &[&str]) -> Finished {
        let mut command = voxtop(fleet.home(), &["--config"]);
        command.arg(config).arg("jobs").args(args);
        finish(command)
    }

    /// Environment and id of every job, in the order in which they were printed.
    fn listed(jobs: &Value) -> Vec<(String, String)> {
        let text = |job: &Value, field: &str| job[field].as_str().unwrap().to_owned();
        jobs.as_array().unwrap().iter().map(|job| (text(job, "environment"), text(job, "id"))).collect()
    }

    fn assert_exactly(jobs: &Value, expected: &[(&str, &[Job])]) {
        let printed = listed(jobs);
        let once: HashSet<_> = printed.iter().cloned().collect();
        assert_eq!(once.len(), printed.len(), "each job once");
        let ids = |(name, jobs): &(&str, &[Job])| -> Vec<_> {
            jobs.iter().map(|job| ((*name).to_owned(), job.id.clone())).collect()
        };
        let expected: HashSet<_> = expected.iter().flat_map(ids).collect();
        let missing: Vec<_> = expected.difference(&once).take(5).collect();
        let strange: Vec<_> = once.difference(&expected).take(5).collect();
        assert!(missing.is_empty() && strange.is_empty(), "missing {missing:?}, strange {strange:?}");
    }

    /// The row of one source, without what differs from run to run.
    fn row(document: &Value, name: &str) -> Value {
        let rows: Vec<_> =
            document["environments"].as_array().unwrap().iter().filter(|row| row["name"] == name).collect();
        let [row] = rows.as_slice() else { panic!("{} rows of {name}", rows.len()) };
        (*row).clone()
    }

    /// Two environments that are well, one that is empty, and one for each way to fail.
    fn mixed(alpha: &[Job], beta: &[Job], location: &str) -> Fleet {
        let later = "Retry-After: 3600\r\n";
        Fleet::start([
            ("alpha", Behaviour::list(alpha.to_vec(), Cursor::Inclusive, Framing::Chunked)),
            ("beta", Behaviour::list(beta.to_vec(), Cursor::Exclusive, Framing::Gzip)),
            ("empty", Behaviour::healthy(Vec::new())),
            ("hanging", Behaviour::Hang),
            ("html401", Behaviour::nginx_401()),
            ("json401", Behaviour::json("401 Unauthorized", "", "Permission Denied")),
            ("forbidden", Behaviour::json("403 Forbidden", "", "Forbidden")),
            ("limited", Behaviour::json("429 Too Many Requests", later, "Rate Limited")),
            ("broken", Behaviour::unavailable()),
            ("moved", Behaviour::answer("302 Found", location, "")),
            ("cut", Behaviour::truncated()),
            ("garbage", Behaviour::garbage()),
            ("portal", Behaviour::answer("200 OK", "", "<html><title>Hotel Wi-Fi</title></html>")),
        ])
    }

    /// What each environment's row says, and how often it was asked for that.
    fn check_rows(fleet: &Fleet, document: &Value, stderr: &str) {
        for (name, states, key_state, error, asked) in [
            ("alpha", ["up", "slow"], "accepted", None, 6..=8),
            ("beta", ["up", "slow"], "accepted", None, 3..=4),
            ("empty", ["up", "slow"], "accepted", None, 1..=1),
            ("hanging", ["down"; 2], "unreachable", Some("no answer in time"), 1..=1),
            ("html401", ["up", "slow"], "rejected", Some("(401): 401 Authorization Required"), 1..=1),
            ("json401", ["up", "slow"], "rejected", Some("(401): Permission Denied"), 1..=1),
            ("forbidden", ["up", "slow"], "forbidden", Some("(403): Forbidden"), 1..=1),
            ("limited", ["up", "slow"], "limited", Some("(429): Rate Limited"), 1..=1),
            // What may be chance is asked again at once: once.
            ("broken", ["down"; 2], "unreachable", Some("(503): Service Unavailable"), 2..=2),
            ("moved", ["down"; 2], "unreachable", Some("redirects elsewhere"), 1..=1),
            ("cut", ["down"; 2], "unreachable", Some("broke off"), 2..=2),
            ("garbage", ["down"; 2], "unreachable", Some("not what was asked for"), 2..=2),
            ("portal", ["down"; 2], "unreachable", Some("a web page, “Hotel Wi-Fi”"), 2..=2),
        ] {
            let row = row(document, name);
            assert!(states.iter().any(|state| row["state"] == *state), "{row}");
            assert_eq!(row["key_state"], key_state, "{row}");
            match error {
                None => assert_eq!((&row["error"], &row["complete"]), (&Value::Null, &json!(true)), "{row}"),
                Some(words) => {
                    assert!(row["error"].as_str().is_some_and(|error| error.contains(words)), "{row}");
                    assert_eq!((&row["complete"], &row["jobs"]), (&json!(false), &json!(0)), "{row}");
                    let line = stderr.lines().find(|line| line.contains(&format!("{name} (key prod)")));
                    assert!(line.is_some_and(|line| line.contains(words)), "{}", stderr);
                }
            }
            assert_eq!(row["key"], "prod");
            assert_eq!(row["host"], fleet.at(name).address.to_string());
            assert_eq!(row["region"], name.to_uppercase());
            assert!(asked.contains(&fleet.at(name).asked()), "{name}: {}", fleet.at(name).asked());
        }
    }

    #[test]
    fn a_mixed_fleet_is_merged_to_exactly_what_the_healthy_hold() {
        let twice = |at| job("twice00001", at, r#""status":"done","data_name":"x""#);
        let mut alpha = ordinary("alp", 523);
        let mut beta = ordinary("bet", 250);
        alpha.insert(0, twice(ago(SignedDuration::from_mins(1))));
        beta.push(twice(ago(SignedDuration::from_hours(100))));
        let target = Fleet::start([("target", Behaviour::healthy(ordinary("tar", 3)))]);
        let location = format!("Location: {}/v2/jobs\r\n", target.at("target").url());
        let fleet = mixed(&alpha, &beta, &location);
        // Within the timeout of the hanging one, all that answer must do so.
        let finished = run(&fleet, &fleet.config("5s", "4s"), &["-o", "json"]);
        assert_eq!(finished.code, Some(3), "{}", finished.stderr);
        let document = finished.json();
        assert_exactly(&document["jobs"], &[("alpha", &alpha), ("beta", &beta)]);

        check_rows(&fleet, &document, &finished.stderr);
        assert_eq!(row(&document, "alpha")["jobs"], 524);
        let oldest: Timestamp = row(&document, "beta")["oldest"].as_str().unwrap().parse().unwrap();
        assert_eq!(oldest, beta[250].created);
        assert_eq!(row(&document, "empty")["oldest"], Value::Null);
        assert_eq!(document["environments"].as_array().unwrap().len(), 13);
        assert_eq!(target.at("target").asked(), 0, "the key followed a redirect");
        for request in fleet.at("alpha").requests() {
            assert_eq!(request.header("authorization"), Some(format!("Bearer {KEY}").as_str()));
            assert_eq!(request.parameter("limit").as_deref(), Some("100"), "{request:?}");
        }
    }

    #[test]
    fn a_job_is_printed_by_the_contract_newest_first() {
        let created: Timestamp = "2026-11-20T12:55:03.853047Z".parse().unwrap();
        let whole = job(
            "yjbmf9kqub",
            created,
            r#""status":"rejected","data_name":"call.wav","duration":244,
            "errors":[{"timestamp":"2026-11-20T12:56:00Z","message":"bad audio"}],
            "config":{"type":"transcription","transcription_config":{"language":"en","operating_point":"enhanced"},
              "tracking":{"title":"T","reference":"R","tags":["a","b"],"details":{}}}"#,
        );
        // Old answers hold the configuration beside the job's own fields; nulls count as missing.
        let legacy = job(
            "legacy0001",
            created - SignedDuration::from_secs(1),
            r#""status":"transcribing","data_name":"","duration":null,"errors":null,"notification_config":null,
            "transcription_config":{"language":"de","additional_vocab":null},"tracking":{"title":"old"}"#,
        );
        let newer = ordinary("new", 7);
        let fleet = Fleet::start([
            ("one", Behaviour::healthy(vec![whole, legacy])),
            ("two", Behaviour::healthy(newer)),
        ]);
        let finished = run(&fleet, &fleet.config("5s", PATIENT), &["-o", "json"]);
        assert_eq!((finished.code, finished.stderr.as_str()), (Some(0), ""));
        let document = finished.json();
        let generated: Timestamp = document["generated_at"].as_str().unwrap().parse().unwrap();
        assert!(generated > created);
        let printed = document["jobs"].as_array().unwrap();
        let times: Vec<Timestamp> =
            printed.iter().map(|job| job["created_at"].as_str().unwrap().parse().unwrap()).collect();
        assert!(times.is_sorted_by(|a, b| a >= b), "newest first: {times:?}");
        assert_eq!(
            printed[7],
            json!({
                "environment": "one", "region": "ONE", "key": "prod", "id": "yjbmf9kqub", "status": "rejected",
                "data_name": "call.wav", "created_at": "2026-11-20T12:55:03.853047Z",
                "expires_at": "2026-11-27T12:55:03.853047Z", "duration_s": 244, "language": "en",
                "model": "enhanced", "title": "T", "reference": "R", "tags": ["a", "b"],
                "errors": [{"timestamp": "2026-11-20T12:56:00Z", "message": "bad audio"}],
            })
        );
        let legacy = &printed[8];
        for (field, value) in [
            ("status", json!("transcribing")),
            ("data_name", json!("")),
            ("duration_s", Value::Null),
            ("language", json!("de")),
            ("model", Value::Null),
            ("title", json!("old")),
            ("errors", json!([])),
        ] {
            assert_eq!(legacy[field], value, "{legacy}");
        }
    }

    #[test]
    fn the_four_forms_hold_the_same_jobs_and_stdout_nothing_else() {
        let alpha = ordinary("alp", 130);
        let fleet = Fleet::start([
            ("alpha", Behaviour::healthy(alpha.clone())),
            ("broken", Behaviour::json("500 Internal Server Error", "", "Internal Server Error")),
        ]);
        let config = fleet.config("5s", PATIENT);
        let forms = ["json", "ndjson", "csv", "table"].map(|form| run(&fleet, &config, &["-o", form]));
        for finished in &forms {
            assert_eq!(finished.code, Some(3));
            assert!(finished.stderr.contains("broken (key prod)"), "{}", finished.stderr);
        }
        let [object, lines, csv, table] = forms;
        let object = object.json();
        let rows: Vec<Value> = lines.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(object["jobs"], Value::Array(rows));

        let mut reader = csv::Reader::from_reader(csv.stdout.as_bytes());
        let header = reader.headers().unwrap().clone();
        let fields: Vec<&String> = object["jobs"][0].as_object().unwrap().keys().collect();
        assert_eq!(
            header.iter().collect::<HashSet<_>>(),
            fields.iter().map(|field| field.as_str()).collect()
        );
        let at = header.iter().position(|field| field == "id").unwrap();
        let ids: Vec<String> = reader.records().map(|record| record.unwrap()[at].to_owned()).collect();
        assert_eq!(ids, listed(&object["jobs"]).into_iter().map(|(_, id)| id).collect::<Vec<_>>());

        let source = |name: &str| table.stdout.lines().find(|line| line.starts_with(name)).unwrap();
        assert!(source("alpha").contains("accepted") && source("alpha").contains("130"), "{}", table.stdout);
        assert!(source("broken").contains("down") && source("broken").contains("(500)"), "{}", table.stdout);
        for job in &alpha {
            assert_eq!(table.stdout.matches(&job.id).count(), 1, "{}", job.id);
        }
        assert_eq!(table.stdout.lines().count(), 5 + alpha.len());
    }

    #[test]
    fn the_exit_status_says_how_much_answered() {
        let good = || Behaviour::healthy(ordinary("alp", 5));
        for (first, second, code) in [
            (good(), good(), 0),
            (good(), Behaviour::nginx_401(), 3),
            (Behaviour::unavailable(), Behaviour::healthy(Vec::new()), 3),
            (Behaviour::nginx_401(), Behaviour::unavailable(), 4),
        ] {
            let fleet = Fleet::start([("one", first), ("two", second)]);
            let finished = run(&fleet, &fleet.config("5s", PATIENT), &["-o", "json"]);
            assert_eq!(finished.code, Some(code), "{finished:?}");
            assert_eq!(finished.stderr.is_empty(), code == 0, "{}", finished.stderr);
        }
    }

    #[test]
    fn two_keys_of_one_project_list_each_job_once() {
        let alpha = ordinary("alp", 130);
        let fleet = Fleet::start([("alpha", Behaviour::healthy(alpha.clone()))]);
        let keys = fleet.key("prod", KEY, r#""alpha""#) + &fleet.key("twin", TWIN, "");
        let finished = run(&fleet, &fleet.config_with("5s", PATIENT, &keys), &["-o", "json"]);
        assert_eq!(finished.code, Some(0));
        let document = finished.json();
        assert_exactly(&document["jobs"], &[("alpha", &alpha)]);
        let keys: Vec<_> =
            document["environments"].as_array().unwrap().iter().map(|row| &row["key"]).collect();
        assert_eq!(keys, ["prod", "twin"]);
    }

    #[test]
    fn filter_since_and_limit_pick_jobs() {
        let minute = SignedDuration::from_secs(60);
        let fresh = jobs("new", 150, ago(minute), SignedDuration::from_secs(1));
        let old = jobs("old", 450, ago(SignedDuration::from_hours(50)), minute);
        let fleet = Fleet::start([
            ("alpha", Behaviour::healthy([fresh.clone(), old.clone()].concat())),
            ("beta", Behaviour::healthy(jobs("bet", 30, ago(SignedDuration::from_hours(1)), minute))),
        ]);
        let config = fleet.config("5s", PATIENT);
        let ids = |args: &[&str]| {
            let finished = run(&fleet, &config, &[&["-o", "json"], args].concat());
            assert_eq!(finished.code, Some(0), "{args:?}: {}", finished.stderr);
            finished.json()
        };
        let document = ids(&["--since", "24h", "--filter", "env:alpha"]);
        assert_exactly(&document["jobs"], &[("alpha", &fresh)]);
        assert_eq!(row(&document, "alpha")["complete"], false, "it stopped on the way");
        assert!(fleet.at("alpha").asked() <= 3, "it reads no further than it has to");
        let document = ids(&["--limit", "4"]);
        assert_exactly(&document["jobs"], &[("alpha", &fresh[..4])]);

        let document = ids(&["--filter", "env:beta status:rejected -ref:ref-2"]);
        let printed = listed(&document["jobs"]);
        let expected: Vec<_> = (6..30).step_by(4).map(|at| format!("bet{at:07}")).collect();
        assert_eq!(printed.iter().map(|(_, id)| id.clone()).collect::<Vec<_>>(), expected);

        let document = ids(&["--filter", "name~\"old call\" lang:ja", "--limit", "200"]);
        assert_eq!(document["jobs"].as_array().unwrap().len(), 150);
        assert_eq!(row(&document, "alpha")["jobs"], 600, "the row counts what was listed");
    }

    #[test]
    fn no_form_prints_a_control_of_a_hostile_name() {
        let fleet = Fleet::start([
            ("hostile", Behaviour::healthy(hostile())),
            ("words", Behaviour::json("403 Forbidden", "", r"No\u001b]52;c;eA==\u0007\u202e\u009b2Jpe")),
            (
                "page",
                Behaviour::answer("502 Bad Gateway", "", "<title>\u{1b}[2JBad\u{9b}31m\u{202e}</title>"),
            ),
            ("garbage", Behaviour::garbage()),
        ]);
        let config = fleet.config("5s", PATIENT);
        for form in ["json", "ndjson", "csv", "table"] {
            let finished = run(&fleet, &config, &["-o", form]);
            assert_eq!(finished.code, Some(3));
            for text in [&finished.stdout, &finished.stderr] {
                let bad: HashSet<char> =
                    text.chars().filter(|char| *char != '\n' && is_trap(*char)).collect();
                assert!(bad.is_empty(), "{form}: {bad:?}");
            }
            assert!(finished.stdout.len() < 100_000, "a huge name is bounded");
            for id in ["hostile000", "hostileall", "hostilehug"] {
                assert!(finished.stdout.contains(id), "{form}: one bad entry costs no other");
            }
        }
        let document = run(&fleet, &config, &["-o", "json"]).json();
        let printed = document["jobs"].as_array().unwrap();
        assert_eq!(printed.len(), HOSTILE_JOBS);
        for (nth, (_, shown)) in HOSTILE.iter().enumerate() {
            let id = format!("hostile{nth:03}");
            let job = printed.iter().find(|job| job["id"] == id).unwrap();
            assert_eq!(job["data_name"], *shown);
        }
    }

    #[test]
    fn no_secret_is_in_data_diagnosis_or_log() {
        let location = format!("Location: https://login.example/?session={}\r\n", SECRETS[7]);
        let echo = format!("the key {KEY} is not known");
        let ids = format!("Request-Id: {KEY}\r\n");
        let fleet = Fleet::start([
            ("secretive", Behaviour::healthy(vec![secretive()])),
            ("echo401", Behaviour::json("401 Unauthorized", &ids, &echo)),
            ("echo403", Behaviour::json("403 Forbidden", "", &echo)),
            ("echo500", Behaviour::answer("500 Oops", "", &format!("<title>Bearer {KEY}</title>"))),
            ("moved", Behaviour::answer("302 Found", &location, "")),
            ("portal", Behaviour::answer("200 OK", "", &format!("<title>{echo}</title>"))),
        ]);
        let config = fleet.config("5s", PATIENT);
        let log = fleet.home().join("voxtop.log");
        for form in ["json", "ndjson", "csv", "table"] {
            let finished = run(&fleet, &config, &["-o", form, "-vv", "--log-file", log.to_str().unwrap()]);
            assert_eq!(finished.code, Some(3));
            assert!(finished.stdout.contains("store.example/a.wav?…"), "{}", finished.stdout);
            assert!(finished.stderr.contains("the key [key] is not known"), "{}", finished.stderr);
            for secret in SECRETS {
                assert!(!finished.stdout.contains(secret), "{secret} in {form}: {}", finished.stdout);
                assert!(!finished.stderr.contains(secret), "{secret}: {}", finished.stderr);
            }
        }
        let log = std::fs::read_to_string(log).unwrap();
        assert!(log.contains("echo401") && log.contains("[key]"), "{log}");
        for secret in SECRETS {
            assert!(!log.contains(secret), "{secret} in the log: {log}");
        }
    }

    #[test]
    fn a_reader_that_goes_away_is_no_error() {
        let fleet = Fleet::start([("alpha", Behaviour::healthy(ordinary("alp", 1_000)))]);
        let config = fleet.config("5s", PATIENT);
        for form in ["ndjson", "csv", "table", "json"] {
            let mut command = voxtop(fleet.home(), &["jobs", "-o", form, "--config"]);
            let mut child = command.arg(&config).spawn().unwrap();
            // More than a pipe holds is to come, so that the program is still writing.
            let mut first = String::new();
            BufReader::with_capacity(64, child.stdout.take().unwrap()).read_line(&mut first).unwrap();
            assert!(!first.is_empty());
            assert_eq!(wait(&mut child), Some(0), "{form}");
            let mut stderr = String::new();
            child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
            assert_eq!(stderr, "", "{form}");
        }
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_full_disk_is_an_error_that_is_told() {
        let fleet = Fleet::start([("alpha", Behaviour::healthy(ordinary("alp", 50)))]);
        let config = fleet.config("5s", PATIENT);
        let mut command = voxtop(fleet.home(), &["jobs", "-o", "json", "--config"]);
        command.arg(&config).stdout(std::fs::File::options().write(true).open("/dev/full").unwrap());
        let finished = finish(command);
        assert_eq!(finished.code, Some(1), "{finished:?}");
        assert!(finished.stderr.contains("cannot write to standard output"), "{}", finished.stderr);
    }
}
