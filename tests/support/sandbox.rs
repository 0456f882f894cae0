//! The sandbox program, as a service that voxtop's own commands are tried on, with its control door.

use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// Two environments with a few old jobs; what is submitted runs for hours unless it is told to end.
const SCENARIO: &str = r#"
title = "two places"
seed = 4
[[environments]]
name = "one"
region = "EU"
[[environments]]
name = "two"
region = "US"
[[keys]]
name = "prod"
project = "p"
accepted = ["one", "two"]
[[jobs]]
environment = "one"
project = "p"
history = 30
run = ["10h", "12h"]
trades = { media = 1 }
languages = { en = 1 }
models = { standard = 1 }
[[jobs]]
environment = "two"
project = "p"
history = 10
run = ["10h", "12h"]
trades = { media = 1 }
languages = { en = 1 }
models = { standard = 1 }
"#;

/// The running program. Dropping it kills it.
pub(crate) struct Sandbox {
    child: Child,
    about: Value,
    home: TempDir,
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Sandbox {
    pub(crate) fn start() -> Self {
        let home = TempDir::new().expect("a directory for the sandbox's files");
        let scenario = home.path().join("two.toml");
        std::fs::write(&scenario, SCENARIO).expect("a scenario");
        let mut child = Command::new(env!("CARGO_BIN_EXE_voxtop"))
            .args(["sandbox", "-o", "json", "--scenario"])
            .arg(&scenario)
            .stdout(Stdio::piped())
            .spawn()
            .expect("the sandbox starts");
        let mut text = String::new();
        let mut stdout = child.stdout.take().expect("a pipe");
        // It lets go of its output once it has said where it listens.
        stdout.read_to_string(&mut text).expect("it says where it listens");
        let about = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
        Self { child, about, home }
    }

    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    /// The key's value.
    pub(crate) fn key(&self) -> &str {
        self.about["keys"][0]["value"].as_str().expect("a key")
    }

    pub(crate) fn url(&self, environment: &str) -> String {
        let all = self.about["environments"].as_array().expect("environments");
        let found = all.iter().find(|one| one["name"] == environment).expect("an environment of this name");
        found["url"].as_str().expect("a URL").to_owned()
    }

    /// Writes a configuration that shows it: these environments, each under its name.
    pub(crate) fn config(&self, refresh: &str, environments: &[(&str, &str)]) -> PathBuf {
        let more: Vec<_> = environments.iter().map(|(name, place)| (*name, self.url(place), "")).collect();
        self.config_with(refresh, &more)
    }

    /// As [`config`](Self::config), with URLs and with further lines for each environment.
    pub(crate) fn config_with(&self, refresh: &str, environments: &[(&str, String, &str)]) -> PathBuf {
        let key = self.home().join("prod.key");
        std::fs::write(&key, self.key()).expect("a key's file");
        std::fs::set_permissions(&key, PermissionsExt::from_mode(0o600)).expect("a private one");
        let names: Vec<String> = environments.iter().map(|(name, ..)| format!("{name:?}")).collect();
        let mut text = format!(
            "refresh = \"{refresh}\"\nbuiltin_environments = false\n[[keys]]\nname = \"prod\"\nfile = {key:?}\n\
             environments = [{}]\n",
            names.join(", ")
        );
        for (name, url, more) in environments {
            let _ = write!(
                text,
                "[[environments]]\nname = \"{name}\"\nregion = \"LAB\"\nurl = \"{url}\"\n{more}\n"
            );
        }
        let path = self.home().join("config.toml");
        std::fs::write(&path, text).expect("a configuration");
        path
    }

    /// Submits so many jobs; their ids.
    pub(crate) fn submit(&self, environment: &str, count: usize) -> Vec<String> {
        let body = format!(r#"{{"environment":"{environment}","key":"prod","count":{count}}}"#);
        let answer = self.control("POST", "/control/jobs", &body);
        let ids = answer["ids"].as_array().expect("ids").iter();
        ids.map(|id| id.as_str().expect("an id").to_owned()).collect()
    }

    /// Ends a job: `done`, `unheard` or `rejected`.
    pub(crate) fn finish(&self, id: &str, outcome: &str) {
        let body = format!(r#"{{"outcome":"{outcome}"}}"#);
        self.control("POST", &format!("/control/jobs/{id}/finish"), &body);
    }

    pub(crate) fn fault(&self, fault: &str) {
        self.control("POST", "/control/faults", fault);
    }

    pub(crate) fn control(&self, method: &str, path: &str, body: &str) -> Value {
        let url = self.about["control"].as_str().expect("a control door");
        let (status, answer) = request(url, method, path, "", body);
        assert!((200..300).contains(&status), "{method} {path}: {status} {answer}");
        serde_json::from_str(&answer).unwrap_or(Value::Null)
    }

    /// Asks an environment as any client would; status and body.
    pub(crate) fn ask(&self, environment: &str, method: &str, path: &str) -> (u16, String) {
        let header = format!("Authorization: Bearer {}\r\n", self.key());
        request(&self.url(environment), method, path, &header, "")
    }
}

fn request(url: &str, method: &str, path: &str, header: &str, body: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(url.trim_start_matches("http://")).expect("it listens");
    let length = body.len();
    let text = format!(
        "{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{header}Content-Length: {length}\r\n\r\n{body}"
    );
    stream.write_all(text.as_bytes()).expect("it takes the request");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("it answers");
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
    (status, body.to_owned())
}
