//! No secret in any output. A distinct one is planted in every place that can hold one, and all that the
//! real program writes is searched: what it draws, what it prints, its log, its crash reports, its support
//! bundles and what it puts on the clipboard.

#[cfg(test)]
mod support;

#[cfg(test)]
#[path = "doctor/wire.rs"]
mod wire;

#[cfg(test)]
mod planted {
    use std::fmt::Write as _;
    use std::fs;
    use std::os::unix::fs::PermissionsExt;
    use std::path::{Path, PathBuf};
    use std::process::Command;
    use std::sync::Arc;

    use base64::Engine;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
    use jiff::SignedDuration;
    use tempfile::TempDir;
    use vt100::Screen;

    use crate::support::run::{finish, voxtop};
    use crate::support::{Exit, Launch, Session};
    use crate::wire::{Answers, Authority, Port, Request, Speak, answer, moment};

    /// Every secret begins so, and nothing else does.
    const MARK: &str = "zq7";
    /// Every JWT begins so (`{"alg`); of a masked one no more than three letters are left.
    const JWT: &str = "eyJhbGci";

    const OF_THE_FILE: &str = "zq7FileKey0123456789abcdefghijkl";
    const OF_THE_VARIABLE: &str = "zq7EnvKey0123456789abcdefghijklm";
    const OF_THE_COMMAND: &str = "zq7CmdKey0123456789abcdefghijklm";
    const OF_THE_PROFILE: &str = "zq7ProfileKey0123456789abcdefghi";

    fn jwt(claims: &str, signature: &str) -> String {
        let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
        format!("{}.{}.{signature}", part(r#"{"alg":"RS256"}"#), part(claims))
    }

    /// A job with a secret in every field that a stranger can fill, and with the key that asked.
    fn job(given: &str) -> String {
        let created = moment() - SignedDuration::from_mins(1);
        format!(
            r#"{{"id":"holdsthem1","created_at":"{created}","status":"done","duration":60,
            "data_name":"https://u:zq7NamePass@s.example/a.wav?X-Amz-Signature=zq7NameSig",
            "errors":[{{"timestamp":"{created}","message":"Post \"https://cb.example/h?token=zq7ErrorSig\": refused {given}"}},
                {{"message":"Authorization: Bearer zq7ErrorBearer0123456789"}}],
            "config":{{"type":"transcription","transcription_config":{{"language":"en","model":"{given}"}},
            "notification_config":[{{"url":"https://cb.example/h?token=zq7HookSig","auth_headers":["Authorization: Bearer zq7HookHeader"]}}],
            "fetch_data":{{"url":"https://u:zq7FetchPass@s.example/a.wav?sig=zq7FetchSig","auth_headers":["X-Key: zq7FetchHeader"]}},
            "tracking":{{"title":"by {given}","reference":"{given}","tags":["{given}"],"details":{{"k":"zq7TrackingDetail"}}}}}}}}"#
        )
    }

    /// A service that repeats what it was given, wherever it can.
    fn gossip() -> Answers {
        Arc::new(|request: &Request| {
            let given = request.header("authorization").unwrap_or_default().replace("Bearer ", "");
            let headers = format!(
                "Connection: close\r\nRequest-Id: {given}\r\nX-Azure-Ref: ref {given}\r\nSet-Cookie: s=zq7Cookie\r\n\
                 Location: https://login.example/in?session=zq7Redirect\r\n"
            );
            let (path, usage) = (request.path(), request.path().contains("/usage"));
            let error = format!(
                r#"{{"code":403,"error":"Forbidden","detail":"Authorization: Bearer {given} at https://h.example/p?sig=zq7ErrorUrl"}}"#
            );
            let (status, body) = match (path.split('/').nth(1).unwrap_or_default(), usage) {
                ("lab", false) if path.contains("/transcript") && request.line.contains("json") => (
                    "200 OK",
                    format!(
                        r#"{{"format":"2.9","job":{},"metadata":{{"k":"{given}"}},"results":[]}}"#,
                        job(&given)
                    ),
                ),
                ("lab", false) if path.contains("/transcript") || path.contains("/log") => (
                    "200 OK",
                    format!("SPEAKER: S1\n{given} is at https://u:zq7SaidPass@h.example/p?sig=zq7SaidSig\n"),
                ),
                ("lab", false) => ("200 OK", format!(r#"{{"jobs":[{}]}}"#, job(&given))),
                ("lab", true) => (
                    "200 OK",
                    format!(
                        r#"{{"details":[{{"count":7,"duration_hrs":1,"language":"en","model":"{given}",
                        "type":"https://h.example/?sig=zq7UsageSig"}}]}}"#
                    ),
                ),
                ("moved", _) => ("302 Found", String::new()),
                ("page", _) => ("502 Bad Gateway", format!("<title>no {given}</title>zq7Body")),
                _ => ("403 Forbidden", error),
            };
            answer(status, &headers, &body, SignedDuration::ZERO)
        })
    }

    struct Planted {
        home: TempDir,
        port: Port,
        config: PathBuf,
        /// What tells the key's command to fail.
        broken: PathBuf,
    }

    impl Planted {
        fn new() -> Self {
            let home = TempDir::new().unwrap();
            let port = Port::open(Speak::Http(gossip()));
            let place = |name: &str| home.path().join(name);
            let write = |name: &str, text: &str, mode: u32| {
                fs::create_dir_all(place(name).parent().unwrap()).unwrap();
                fs::write(place(name), text).unwrap();
                fs::set_permissions(place(name), PermissionsExt::from_mode(mode)).unwrap();
            };
            let end = (moment() + SignedDuration::from_mins(5)).as_second();
            write("file.key", OF_THE_FILE, 0o600);
            write(
                "ends.key",
                &jwt(&format!(r#"{{"exp":{end},"jti":"zq7Claim"}}"#), "zq7EndsSignature"),
                0o600,
            );
            write("endless.key", &jwt(r#"{"client_ref":"zq7Client"}"#, "zq7EndlessSignature"), 0o600);
            write(".speechmatics/config", &format!("[default]\nauth_token = \"{OF_THE_PROFILE}\"\n"), 0o600);
            write("roots.pem", &Authority::new("Tests Root").pem, 0o644);
            let script = format!(
                "if [ -e broken ]; then echo zq7Stderr >&2; echo zq7Stdout two words; exit 3; fi; \
                 echo zq7Noise >&2; echo {OF_THE_COMMAND}"
            );
            let broken = place("broken");
            let script = script.replace("-e broken", &format!("-e '{}'", broken.display()));
            let mut text =
                String::from("refresh = \"1h\"\nbuiltin_environments = false\n[limits]\ntimeout = \"9s\"\n");
            for (name, from) in [
                ("file", "file = \"file.key\"".to_owned()),
                ("ends", "file = \"ends.key\"".to_owned()),
                ("endless", "file = \"endless.key\"".to_owned()),
                ("variable", "env = \"PLANTED_KEY\"".to_owned()),
                ("profile", "profile = \"default\"".to_owned()),
                ("command", format!("command = [\"sh\", \"-c\", {script:?}, \"zq7Argument\"]")),
            ] {
                writeln!(text, "[[keys]]\nname = \"{name}\"\n{from}").unwrap();
            }
            for place in ["lab", "deny", "moved", "page"] {
                writeln!(
                    text,
                    "[[environments]]\nname = \"{place}\"\nregion = \"LAB\"\nurl = \"http://{}/{place}\"",
                    port.address
                )
                .unwrap();
            }
            // By way of the proxy, which is not there.
            text.push_str(
                "[[environments]]\nname = \"far\"\nregion = \"LAB\"\nurl = \"https://service.test\"\n",
            );
            write("config.toml", &text, 0o600);
            Self { config: place("config.toml"), broken, port, home }
        }

        /// What is in the environment.
        fn variables(&self) -> Vec<(&'static str, String)> {
            let place = |name: &str| self.home.path().join(name).display().to_string();
            vec![
                ("HOME", place("")),
                ("XDG_STATE_HOME", place("state")),
                ("XDG_CONFIG_HOME", place("config")),
                ("SSL_CERT_FILE", place("roots.pem")),
                ("PLANTED_KEY", OF_THE_VARIABLE.to_owned()),
                ("AWS_SECRET_ACCESS_KEY", "zq7Bystander".to_owned()),
                ("HTTPS_PROXY", "http://me:zq7ProxyPass@127.0.0.1:1".to_owned()),
            ]
        }

        fn command(&self, args: &[&str]) -> Command {
            let mut command = voxtop(self.home.path(), args);
            command.arg("--config").arg(&self.config).envs(self.variables());
            command
        }

        fn dashboard(&self, more: &[(&'static str, &str)]) -> Session {
            let mut launch = Launch::new(&["-vv", "--theme", "mono", "--config"]).arg(&self.config);
            for (name, value) in self.variables() {
                launch = launch.env(name, value);
            }
            for (name, value) in more {
                launch = launch.env(name, *value);
            }
            launch.size(250, 70).spawn()
        }
    }

    /// Says where in `text` a secret stands.
    fn searched(what: &str, text: &str) {
        for mark in [MARK, JWT] {
            if let Some(at) = text.find(mark) {
                let from = text.floor_char_boundary(at.saturating_sub(120));
                let to = text.floor_char_boundary((at + 60).min(text.len()));
                panic!("{what} holds a secret: {:?}", &text[from..to]);
            }
        }
    }

    fn shows(session: &mut Session, words: &str) {
        session.wait_for(words, |screen| screen.contents().contains(words));
        // What is drawn in pieces is whole on the screen.
        searched("the screen", &session.look(Screen::contents));
    }

    fn closes(session: &mut Session) {
        session.send("q");
        session.wait_for("the panes", |screen| !screen.contents().contains("╭─"));
    }

    /// All that voxtop wrote to the terminal. Before it takes the terminal a key's command may talk to the user
    /// there, to ask for a passphrase, and says what it likes.
    fn drawn(session: &Session) -> String {
        let raw = String::from_utf8(session.raw()).unwrap();
        let (before, after) = raw.split_once("\x1b[?1049h").expect("the terminal was taken");
        assert_eq!(before, "zq7Noise\r\n", "of nobody but the command");
        after.to_owned()
    }

    /// Every text that was put on the clipboard.
    fn clipboard(raw: &str) -> Vec<String> {
        let texts = raw.split("\x1b]52;c;").skip(1).map(|rest| rest.split('\x07').next().unwrap());
        texts.map(|text| String::from_utf8(STANDARD.decode(text).unwrap()).unwrap()).collect()
    }

    fn files(dir: &Path) -> Vec<(String, String)> {
        let mut found = Vec::new();
        for entry in fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                found.extend(files(&path));
            } else {
                let text = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
                found.push((path.display().to_string(), text));
            }
        }
        found
    }

    /// Goes through the tabs of a job's details and back to the first.
    fn look_at_tabs(session: &mut Session) {
        session.send("\t");
        shows(session, "auth_headers");
        // Errors, the transcript, and the log.
        for tab in ["[errors", "[transcript", "[log]"] {
            session.send("\t");
            shows(session, tab);
            if tab == "[transcript" {
                shows(session, "SPEAKER: S1");
                session.send("t");
                shows(session, "\"metadata\"");
            }
        }
        session.send("\t");
        shows(session, "[summary]");
    }

    /// Opens all that can be opened, and carries away all that can be.
    fn look_at_everything(planted: &Planted, session: &mut Session) {
        shows(session, "1 jobs");
        session.wait_for("every verdict", |screen| {
            let text = screen.contents();
            ["page", "moved", "far"].iter().all(|name| text.contains(name)) && text.contains("forbidden")
        });
        session.send("e");
        shows(session, "╭─ Events");
        session.send("y");
        shows(session, "1 event sent to the terminal's clipboard");
        session.send("Y");
        shows(session, " events sent to the terminal's clipboard");
        session.send("b");
        shows(session, "support bundle: on the clipboard, and in ");
        session.send("G");
        closes(session);
        session.send("m");
        shows(session, "╭─ Health and keys");
        shows(session, "temporary, does not say when it ends; with a client_ref it reaches only");
        session.send("G");
        shows(session, "Key command");
        closes(session);
        session.send("$");
        shows(session, "╭─ Usage");
        if voxtop::model::Period::this_month(moment()).is_some() {
            shows(session, "r asks again");
            shows(session, "h.example/?…");
            shows(session, "[key]");
        }
        session.send("G");
        closes(session);
        session.send("?");
        shows(session, "╭─ Help");
        closes(session);
        session.send("g\r");
        shows(session, "╭─ Job holdsthem1");
        look_at_tabs(session);
        session.send("b");
        session.wait_until("the job's bundle", || {
            let files = files(&planted.home.path().join("state"));
            files.iter().any(|(name, text)| name.contains("lab-holdsthem1") && text.contains("[key]"))
        });
        session.send("G");
        closes(session);
        fs::write(&planted.broken, "").unwrap();
        session.send("R");
        shows(session, "a key could not be fetched again");
        session.send("e");
        shows(session, "the old one stays in use");
        session.send("Y");
        shows(session, " events sent to the terminal's clipboard");
        closes(session);
        fs::remove_file(&planted.broken).unwrap();
    }

    #[test]
    fn nothing_secret_is_in_anything_that_is_drawn_copied_or_written() {
        let planted = Planted::new();
        let mut session = planted.dashboard(&[]);
        look_at_everything(&planted, &mut session);
        session.send("q");
        assert_eq!(session.wait_exit(), Exit::Code(0));
        let raw = drawn(&session);
        searched("what was drawn", &raw);
        let copied = clipboard(&raw);
        assert_eq!(copied.len(), 5, "an event, all events twice, and two bundles");
        for text in &copied {
            searched("the clipboard", text);
        }
        for words in ["support bundle", "job id: holdsthem1", "Forbidden", "[key]", "fingerprint"] {
            assert!(copied.iter().any(|text| text.contains(words)), "{words}: {copied:?}");
        }
        for place in ["main", "task"] {
            let mut session = planted.dashboard(&[("VOXTOP_TEST_PANIC", place)]);
            if place == "task" {
                shows(&mut session, "1 jobs");
                session.send("q");
            }
            session.wait_exit();
            searched("the crash's screen", &drawn(&session));
        }
        // The secrets were where they belong, so that they could have leaked.
        let sent: Vec<String> = planted
            .port
            .requests()
            .iter()
            .filter_map(|one| Some(one.header("authorization")?.to_owned()))
            .collect();
        for key in [OF_THE_FILE, OF_THE_VARIABLE, OF_THE_COMMAND, OF_THE_PROFILE, JWT] {
            assert!(sent.iter().any(|header| header.contains(key)), "{key}");
        }
        let files = files(&planted.home.path().join("state"));
        for name in ["voxtop.log", "crash-", "support-"] {
            assert!(files.iter().any(|(path, _)| path.contains(name)), "{name}: {files:?}");
        }
        for (path, text) in files {
            searched(&path, &path);
            searched(&path, &text);
        }
    }

    #[test]
    fn nothing_secret_is_in_anything_that_is_printed() {
        let planted = Planted::new();
        for args in [
            &["jobs"][..],
            &["jobs", "-o", "json"],
            &["jobs", "-o", "ndjson"],
            &["jobs", "-o", "csv"],
            &["jobs", "--follow", "holdsthem1"],
            &["doctor"],
            &["doctor", "-o", "json"],
            &["config", "check"],
            &["config", "path"],
        ] {
            for broken in [false, true] {
                if broken {
                    fs::write(&planted.broken, "").unwrap();
                }
                let finished = finish(planted.command(&[args, &["-vv"]].concat()));
                searched(&format!("{args:?}"), &finished.stdout);
                searched(&format!("{args:?}: what it says of errors"), &finished.stderr);
                assert!(finished.code.is_some_and(|code| code <= 4), "{finished:?}");
                let lists = args[0] == "jobs" && !args.contains(&"--follow") && !broken;
                assert!(!lists || finished.stdout.contains("holdsthem1"), "{finished:?}");
            }
            let _ = fs::remove_file(&planted.broken);
        }
        for (path, text) in files(&planted.home.path().join("state")) {
            searched(&path, &text);
        }
    }
}
