//! Nothing of a job is on the screen or in anything that is carried away while somebody presents. A word is
//! planted in all that a stranger can write; every key is pressed, everything is opened, and all that comes
//! out is searched.

#[cfg(test)]
mod support;

#[cfg(test)]
#[path = "doctor/wire.rs"]
mod wire;

#[cfg(test)]
#[path = "dashboard/terminal_keys.rs"]
mod terminal_keys;

#[cfg(test)]
mod presented {
    use std::fs;
    use std::path::Path;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    use jiff::SignedDuration;
    use strum::VariantArray;
    use tempfile::TempDir;
    use voxtop::state::{Action, BINDINGS, Context};
    use voxtop::ui::ThemeName;
    use vt100::Screen;

    use crate::support::run::{finish, voxtop};
    use crate::support::{Exit, Launch, Session};
    use crate::terminal_keys::bytes;
    use crate::wire::{Answers, Port, Request, Speak, answer, moment};

    /// Every planted word has it, in whatever case.
    const MARK: &str = "zqw";
    const KEY: &str = "presentersKey0123456789abcdefghi";
    /// So many lists say that the first job runs.
    const RUNNING: usize = 3;

    fn job(id: &str, status: &str) -> String {
        let created = moment() - SignedDuration::from_mins(1);
        format!(
            r#"{{"id":"{id}","created_at":"{created}","status":"{status}","duration":60,
            "data_name":"Zqw board meeting.wav",
            "errors":[{{"timestamp":"{created}","message":"Post \"https://zqwhost.example/h?a=1\": cannot read Zqw board meeting.wav of ZQWREF-1 for {id}, see zqwtitle quarterly or \"zqwquoted\""}}],
            "config":{{"type":"transcription","transcription_config":{{"language":"en","additional_vocab":[{{"content":"zqwvocab"}}]}},
            "notification_config":[{{"url":"https://zqwhook.example/h"}}],"fetch_data":{{"url":"https://zqwfetch.example/a.wav"}},
            "tracking":{{"title":"zqwtitle quarterly","reference":"ZQWREF-1","tags":["zqwtag"],"details":{{"zqwfield":"zqwdetail"}}}}}}}}"#
        )
    }

    fn service() -> Answers {
        let lists = AtomicUsize::new(0);
        Arc::new(move |request: &Request| {
            let path = request.path();
            let body = if path.contains("/transcript") || path.contains("/log") {
                "SPEAKER: S1\nzqwspoken is what was said in zqwroom.\n".to_owned()
            } else if path.contains("/usage") {
                r#"{"details":[]}"#.to_owned()
            } else {
                let over = lists.fetch_add(1, Ordering::SeqCst) >= RUNNING;
                let first = if over { "rejected" } else { "running" };
                format!(r#"{{"jobs":[{},{}]}}"#, job("zqwid1k2m9", first), job("zqwidabcde", "done"))
            };
            answer("200 OK", "Connection: close\r\n", &body, SignedDuration::ZERO)
        })
    }

    struct Stage {
        _port: Port,
        home: TempDir,
    }

    impl Stage {
        fn new() -> Self {
            let home = TempDir::new().unwrap();
            let port = Port::open(Speak::Http(service()));
            let text = format!(
                "refresh = \"1s\"\nbuiltin_environments = false\n[[environments]]\nname = \"lab\"\nurl = \"http://{}\"\n\
                 [[alerts]]\nwhen = \"job\"\nbell = true\nnotify = \"osc9\"\n\
                 command = [\"sh\", \"-c\", \"env >alert.part; mv alert.part alert.txt\"]\n\
                 [[views]]\nname = \"Zqw quarterly\"\nfilter = \"title~zqw\"\n\
                 [[views]]\nname = \"all\"\nfilter = \"\"\n",
                port.address
            );
            fs::write(home.path().join("config.toml"), text).unwrap();
            Self { _port: port, home }
        }

        fn session(&self, more: &[&str]) -> Session {
            let args = [&["--theme", "mono"], more, &["--config"]].concat();
            let launch = Launch::new(&args).arg(self.home.path().join("config.toml"));
            launch.env("SPEECHMATICS_API_KEY", KEY).size(250, 60).spawn()
        }
    }

    /// Says where in a text a planted word stands.
    fn searched(what: &str, text: &str) {
        let low = text.to_lowercase();
        if let Some(at) = low.find(MARK) {
            let from = low.floor_char_boundary(at.saturating_sub(200));
            let to = low.floor_char_boundary((at + 80).min(low.len()));
            panic!("{what} shows what is to be masked: {:?}", &low[from..to]);
        }
    }

    /// What was written to the terminal but for the clipboard's, whose base64 may spell anything; that is
    /// searched as what it means.
    fn drawn(raw: &str) -> String {
        let mut parts = raw.split("\x1b]52;c;");
        let first = parts.next().unwrap_or_default().to_owned();
        parts.fold(first, |drawn, part| drawn + part.split_once('\x07').map_or("", |(_, rest)| rest))
    }

    fn shows(session: &mut Session, words: &str) {
        session.wait_for(words, |screen| screen.contents().contains(words));
        searched(&format!("the screen with {words:?}"), &session.look(Screen::contents));
    }

    fn closes(session: &mut Session) {
        session.send("q");
        session.wait_for("the panes", |screen| !screen.contents().contains("╭─"));
    }

    /// Every key of a context but those that end the program, ask for a line, or call a shell.
    fn keys(context: Context) -> impl Iterator<Item = &'static str> {
        let all = BINDINGS.iter().filter(move |binding| binding.context == context);
        let left = |action| {
            matches!(
                action,
                Action::Quit | Action::Suspend | Action::TogglePresenter | Action::Close | Action::StartDemo
            )
        };
        all.filter(move |binding| !left(binding.action)).filter_map(|binding| binding.keys.first().copied())
    }

    /// Presses a key, and comes back to the panes from wherever it led.
    fn presses(session: &mut Session, key: &str) {
        session.send(bytes(key));
        searched(&format!("the screen after {key}"), &session.look(Screen::contents));
        // A line that is asked for goes first, then what lies over the panes, then a selection or a filter. An Esc
        // must be alone: with what comes behind it, it would be another key.
        for _ in 0..3 {
            session.send("\x1b");
            std::thread::sleep(Duration::from_millis(40));
        }
        session.wait_for(&format!("the panes after {key}"), |screen| {
            screen.hide_cursor() && !screen.contents().contains("╭─")
        });
        searched(&format!("the panes after {key}"), &session.look(Screen::contents));
    }

    fn look_at_tabs(session: &mut Session) {
        session.send("g\r");
        shows(session, "[summary]");
        shows(session, "title-");
        session.send("\t");
        shows(session, "[config]");
        shows(session, "additional_vocab");
        session.send("\t");
        shows(session, "[errors 1]");
        shows(session, "cannot read name-");
        session.send("\t");
        shows(session, "xxxxxxx: xx");
        session.send("s");
        shows(session, "nothing is saved in presenter mode");
        session.send("\t");
        shows(session, "[log]");
        shows(session, "xxxxxxx: xx");
        session.send("b");
        shows(session, "support bundle");
        closes(session);
    }

    fn carry_away(session: &mut Session) {
        session.send("g");
        for (key, said) in [("y", "1 id sent"), ("u", "1 URL sent"), ("Y", "1 command sent")] {
            session.send(key);
            shows(session, said);
        }
        for (key, name, said) in [
            ("w", "rows.csv", "2 rows written to"),
            ("w", "rows.json", "2 rows written to"),
            ("w", "rows.md", "2 rows written to"),
            ("w", "clipboard.md", "2 rows sent to"),
            ("S", "screen.txt", "the screen is in"),
            ("S", "screen.ans", "the screen is in"),
            ("S", "screen.svg", "the screen is in"),
        ] {
            session.send(key);
            shows(session, " to a file (");
            session.send(format!("\x15{name}\r"));
            session.wait_for(name, |screen| screen.contents().contains(said));
        }
        session.send("s");
        shows(session, "nothing is saved in presenter mode");
        session.send("e");
        shows(session, "╭─ Events");
        session.send("Y");
        shows(session, " sent to the terminal's clipboard");
        closes(session);
        session.send(b"\x1b[3~");
        shows(session, "Delete 1 job with");
        session.send("\x1b");
        shows(session, "nothing was deleted");
    }

    /// What lies over the panes beside details, and the filter line while it offers what may be written.
    fn look_over(session: &mut Session) {
        session.send("Ug");
        session.send("  ");
        shows(session, "2 marked");
        session.send("=");
        shows(session, "╭─ Compare");
        shows(session, "transcription_config.additional_vocab");
        session.send("=");
        shows(session, "= shows all");
        closes(session);
        session.send("Uh");
        for title in ["jobs by hour", "turnaround", "backlog", "latency"] {
            shows(session, &format!("[{title}]"));
            session.send("\t");
        }
        closes(session);
        session.send("c");
        shows(session, "╭─ Columns");
        alone(session);
        session.send(":view");
        shows(session, "view 1 (•••)");
        alone(session);
        session.send("?");
        shows(session, "╭─ Help");
        session.send("/view\r");
        shows(session, "view 1 (•••)");
        alone(session);
        closes(session);
        session.send("1");
        shows(session, "view: 1");
        session.send("W");
        shows(session, "no view is copied in presenter mode");
        session.send("8");
        shows(session, "there is no view 8; there are 1 1, 2 2");
        session.send("0");
        session.wait_for("no view", |screen| !screen.contents().contains("view: "));
        for typed in ["tag:", "ref:", "name:", "title:", "id:", "error:", "status:", "bo"] {
            session.send(format!("/\x15{typed}"));
            shows(session, &format!("/{typed}"));
            session.send("\t");
            alone(session);
            session.wait_for("no filter", Screen::hide_cursor);
        }
    }

    /// An Esc that nothing follows at once.
    fn alone(session: &mut Session) {
        session.send("\x1b");
        std::thread::sleep(Duration::from_millis(60));
    }

    fn files(dir: &Path, found: &mut Vec<(String, String)>) {
        for entry in fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                files(&path, found);
            } else {
                let text = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
                found.push((path.display().to_string(), text));
            }
        }
    }

    /// The log and what lasts are the user's own, and not carried away: what happened, and the filter that was kept.
    fn is_own(path: &str) -> bool {
        path.ends_with("voxtop.log") || path.ends_with("dashboard.json")
    }

    #[test]
    fn nothing_of_a_job_is_shown_or_carried_away() {
        let stage = Stage::new();
        let mut session = stage.session(&["--presenter"]);
        shows(&mut session, "presenter · ");
        shows(&mut session, "name-");
        session.send("e");
        shows(&mut session, "was rejected: ");
        closes(&mut session);
        let home = session.home().to_owned();
        session.wait_until("the alert's command", || home.join("alert.txt").exists());
        carry_away(&mut session);
        look_at_tabs(&mut session);
        look_over(&mut session);
        for context in [Context::Panes, Context::Overlay, Context::Details] {
            for key in keys(context) {
                session.send(match context {
                    Context::Panes => "g",
                    Context::Overlay => "e",
                    _ => "g\r",
                });
                presses(&mut session, key);
            }
        }
        // Round to the theme, the jobs and the columns that there were.
        let themes = <ThemeName as VariantArray>::VARIANTS.len();
        session.send("T".repeat(themes - 1));
        session.send("0g");
        shows(&mut session, "1–2 of 2");
        // The last character may have been read half.
        searched("all that was drawn", &drawn(&String::from_utf8_lossy(&session.raw())));
        // Words that somebody filters by are hidden once they are kept; while they are typed they must be seen.
        session.send("/name~zqw status:rejected\r");
        session.wait_for("the filter", |screen| screen.contents().contains("filter: ••• status:rejected"));
        shows(&mut session, "1–1 of 1");
        session.send("q");
        assert_eq!(session.wait_exit(), Exit::Code(0));
        let raw = String::from_utf8(session.raw()).unwrap();
        assert!(
            raw.contains("\x1b]9;voxtop: lab: job job-") && raw.contains("\x1b]2;voxtop"),
            "the alert, the title"
        );
        for copied in raw.split("\x1b]52;c;").skip(1) {
            let text = STANDARD.decode(copied.split('\x07').next().unwrap()).unwrap();
            searched("the clipboard", &String::from_utf8(text).unwrap());
        }
        let mut written = Vec::new();
        files(&home, &mut written);
        for name in [
            "rows.csv",
            "rows.json",
            "rows.md",
            "screen.txt",
            "screen.ans",
            "screen.svg",
            "alert.txt",
            "support-",
        ] {
            assert!(written.iter().any(|(path, _)| path.contains(name)), "{name}");
        }
        for (path, text) in written.iter().filter(|(path, _)| !is_own(path)) {
            searched(path, path);
            searched(path, text);
            assert!(!text.contains(KEY), "{path}");
        }
    }

    #[test]
    fn nothing_of_a_job_is_printed() {
        let stage = Stage::new();
        for args in
            ["jobs -o table", "jobs -o json", "jobs -o ndjson", "jobs -o csv", "jobs --follow zqwidabcde"]
        {
            let mut command = voxtop(stage.home.path(), &args.split(' ').collect::<Vec<_>>());
            command.arg("--config").arg(stage.home.path().join("config.toml")).arg("--presenter");
            command.env("SPEECHMATICS_API_KEY", KEY);
            let ended = finish(command);
            searched(args, &format!("{}{}", ended.stdout, ended.stderr));
            assert!(args.contains("follow") || ended.stdout.contains("name-"), "{args}: {ended:?}");
        }
    }

    #[test]
    fn the_words_are_there_to_be_masked_and_one_key_masks_them() {
        let stage = Stage::new();
        let mut session = stage.session(&[]);
        session.wait_for("a name", |screen| screen.contents().contains("Zqw board"));
        // Where something was saved and what was filtered by before are known from then on.
        session.send("G\r");
        session.wait_for("details", |screen| screen.contents().contains("[summary]"));
        session.send("\x1b[Z\x1b[Zs");
        session.wait_for("a path", |screen| screen.contents().contains("-Zqw_board_meeting."));
        session.send("\r");
        session.wait_for("saved", |screen| screen.contents().contains(" bytes to lab-zqwid"));
        closes(&mut session);
        session.send("/name~zqw\r");
        session.wait_for("a filter", |screen| screen.contents().contains("filter: name~zqw"));
        session.send("/\x15\r");
        session.wait_for("no filter", |screen| !screen.contents().contains("filter:"));
        session.send("P");
        session.wait_for("the masks", |screen| screen.contents().contains("name-"));
        session.wait_for("nothing else", |screen| !screen.contents().to_lowercase().contains(MARK));
        session.send("G\r");
        shows(&mut session, "saved       text-");
        closes(&mut session);
        session.send("/");
        session.wait_for("the line", |screen| !screen.hide_cursor());
        session.send("\x1b[A");
        session.send("st");
        shows(&mut session, "/st");
        alone(&mut session);
        session.send("P");
        session.wait_for("the names again", |screen| screen.contents().contains("Zqw board"));
        session.send("q");
        assert_eq!(session.wait_exit(), Exit::Code(0));
    }
}
