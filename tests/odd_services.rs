//! Environments that break off, lie or are odd: what `voxtop jobs` says of them, and with which exit status.

#![allow(clippy::unwrap_used, reason = "helpers of tests; clippy exempts only the tests themselves")]
#![allow(clippy::indexing_slicing, reason = "a place that is not there fails the test")]

#[cfg(test)]
mod support;

use std::io::{BufRead, BufReader, Write as _};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use jiff::Timestamp;
use serde_json::Value;
use tempfile::TempDir;

use support::fleet::KEY;
use support::jobs::{Job, ordinary};
use support::run::{Finished, finish, voxtop};

/// An environment that answers the n-th request, from 1, as it likes, and the configuration for it.
struct Odd {
    home: TempDir,
    config: PathBuf,
    asked: Arc<AtomicUsize>,
}

impl Odd {
    fn start(answer: impl Fn(usize, &str) -> Vec<u8> + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let asked = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&asked);
        std::thread::spawn(move || {
            while let Ok((mut stream, _)) = listener.accept() {
                let mut lines = BufReader::new(&stream).lines().map_while(Result::ok);
                let Some(line) = lines.next() else { continue };
                lines.take_while(|line| !line.is_empty()).for_each(drop);
                let bytes = answer(counted.fetch_add(1, Ordering::SeqCst) + 1, &line);
                // Who hangs up in the middle is none of the server's trouble.
                let _ = stream.write_all(&bytes);
            }
        });
        let home = TempDir::new().unwrap();
        let key = home.path().join("k.key");
        std::fs::write(&key, KEY).unwrap();
        std::fs::set_permissions(&key, PermissionsExt::from_mode(0o600)).unwrap();
        let config = home.path().join("config.toml");
        let text = format!(
            "builtin_environments = false\n[[keys]]\nname = \"k\"\nfile = \"k.key\"\nenvironments = [\"odd\"]\n\
             [[environments]]\nname = \"odd\"\nurl = \"http://{address}\"\n"
        );
        std::fs::write(&config, text).unwrap();
        Self { home, config, asked }
    }

    fn jobs(&self, args: &[&str]) -> Finished {
        self.asked.store(0, Ordering::SeqCst);
        let mut command = voxtop(self.home.path(), &["--config"]);
        command.arg(&self.config).arg("jobs").args(args);
        finish(command)
    }
}

fn send(status: &str, headers: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\nConnection: close\r\n{headers}Content-Length: {length}\r\n\r\n{body}")
        .into_bytes()
}

/// The newest of these before the cursor, where there is one.
fn list(jobs: &[Job], line: &str) -> Vec<u8> {
    let cursor = line.split("created_before=").nth(1).and_then(|rest| rest.split([' ', '&']).next());
    let before: Option<Timestamp> = cursor.map(|at| at.replace("%3A", ":").parse().unwrap());
    let older = jobs.iter().filter(|job| before.is_none_or(|before| job.created < before));
    let entries: Vec<&str> = older.take(100).map(|job| job.json.as_str()).collect();
    send("200 OK", "", &format!(r#"{{"jobs":[{}]}}"#, entries.join(",")))
}

/// Those from the first to the one before the last place lose their ids.
fn without_ids(mut jobs: Vec<Job>, first: usize, last: usize) -> Vec<Job> {
    for job in &mut jobs[first..last] {
        job.json = job.json.replace("\"id\"", "\"was\"");
    }
    jobs
}

fn row(finished: &Finished) -> Value {
    finished.json()["environments"][0].clone()
}

#[test]
fn a_listing_that_breaks_off_says_so_in_every_form() {
    for (status, headers) in [
        ("500 Internal Server Error", ""),
        ("401 Unauthorized", ""),
        ("429 Too Many Requests", "Retry-After: 3600\r\n"),
    ] {
        let jobs = ordinary("odd", 1_000);
        let odd =
            Odd::start(move |n, line| if n < 3 { list(&jobs, line) } else { send(status, headers, "") });
        let finished = odd.jobs(&["-o", "json"]);
        let (row, listed) = (row(&finished), finished.json()["jobs"].as_array().unwrap().len());
        assert_eq!((finished.code, &row["complete"]), (Some(3), &Value::Bool(false)), "{status}");
        assert!(listed > 150 && row["jobs"] == listed && row["error"].is_string(), "{row}");
        let table = odd.jobs(&[]);
        assert_eq!(table.code, Some(3));
        assert!(table.stdout.contains(&format!("{listed}+")), "{}", table.stdout);
        assert!(table.stdout.contains(&format!("incomplete: listing broke off after {listed} jobs: the ")));
        for form in ["ndjson", "csv"] {
            let finished = odd.jobs(&["-o", form]);
            assert!(finished.stderr.contains("odd (key k): incomplete: listing broke off after"), "{form}");
        }
    }
}

#[test]
fn a_list_with_gaps_says_so_on_standard_error() {
    let jobs = ordinary("odd", 300);
    let odd = Odd::start(move |_, _| list(&jobs, ""));
    for form in ["ndjson", "csv"] {
        let finished = odd.jobs(&["-o", form]);
        assert_eq!(finished.code, Some(0));
        assert!(finished.stderr.contains("odd (key k): incomplete: listing stopped early"), "{finished:?}");
        let finished = odd.jobs(&["-o", form, "--limit", "20"]);
        assert_eq!(finished.stderr, "", "no more was asked for");
    }
}

#[test]
fn a_whole_page_without_an_id_is_passed_and_counted() {
    let jobs = without_ids(ordinary("odd", 230), 0, 100);
    let odd = Odd::start(move |_, line| list(&jobs, line));
    let finished = odd.jobs(&["-o", "json"]);
    assert_eq!(finished.json()["jobs"].as_array().unwrap().len(), 130);
    assert!(odd.asked.load(Ordering::SeqCst) <= 5);
    assert!(finished.stderr.contains("odd: 100 entries of its job list could not be read"), "{finished:?}");
}

#[test]
fn entries_that_could_not_be_read_are_counted_once_and_make_a_list_incomplete() {
    for count in [1, 10, 37, 99] {
        let jobs = without_ids(ordinary("odd", 300), 100 - count, 100);
        let odd = Odd::start(move |_, line| list(&jobs, line));
        let finished = odd.jobs(&["-o", "json"]);
        let said = match count {
            1 => "odd: an entry of its job list".to_owned(),
            _ => format!("odd: {count} entries of its job list"),
        };
        assert!(finished.stderr.contains(&said), "{count}: {}", finished.stderr);
        assert_eq!((row(&finished)["complete"].as_bool(), finished.code), (Some(false), Some(0)));
        let finished = odd.jobs(&["-o", "csv"]);
        assert!(!finished.stderr.contains("incomplete"), "it is said once: {}", finished.stderr);
        assert!(odd.jobs(&[]).stdout.contains(&format!("incomplete: {count} of its entries")));
    }
}

#[test]
fn a_service_that_gives_half_pages_is_listed_whole() {
    let jobs = ordinary("odd", 300);
    let odd = Odd::start(move |_, line| {
        let before = String::from_utf8(list(&jobs, line)).unwrap();
        let body = before.split("\r\n\r\n").nth(1).unwrap();
        let mut page: Value = serde_json::from_str(body).unwrap();
        page["jobs"].as_array_mut().unwrap().truncate(50);
        send("200 OK", "", &page.to_string())
    });
    let finished = odd.jobs(&["-o", "json"]);
    let row = row(&finished);
    assert_eq!((row["jobs"].as_u64(), row["complete"].as_bool()), (Some(300), Some(true)), "{row}");
}

#[test]
fn a_short_wait_is_waited_out_on_the_first_page_and_a_long_one_is_told() {
    for status in ["503 Service Unavailable", "429 Too Many Requests"] {
        for (asked, code) in [("1", 0), ("0", 0), ("60", 4)] {
            let (jobs, headers) = (ordinary("odd", 5), format!("Retry-After: {asked}\r\n"));
            let odd = Odd::start(
                move |n, line| {
                    if n == 1 { send(status, &headers, "") } else { list(&jobs, line) }
                },
            );
            let finished = odd.jobs(&["-o", "json"]);
            assert_eq!(finished.code, Some(code), "{status} {asked}: {finished:?}");
        }
    }
}

#[test]
fn an_id_that_is_a_place_in_a_path_is_wrong_usage() {
    let odd = Odd::start(|_, line| list(&[], line));
    for id in ["", ".", ".."] {
        let finished = odd.jobs(&["--follow", id]);
        assert_eq!((finished.code, odd.asked.load(Ordering::SeqCst)), (Some(2), 0), "{id}: {finished:?}");
    }
}
