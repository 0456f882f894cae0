//! The terminal manners of the real program, on a real pseudo-terminal: what it leaves behind however
//! it ends, suspension, and that nothing but the dashboard is on the screen. All of it runs over
//! `voxtop demo`.

#[cfg(test)]
mod support;

#[cfg(test)]
mod manners {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;
    use std::path::{Path, PathBuf};
    use std::process::Stdio;

    use rustix::process::Signal;
    use vt100::Screen;

    use crate::support::{Exit, Launch, PROMPT, Session};

    const SUSPEND: &[u8] = b"\x1a";

    /// The dashboard is there: on the alternate screen, with its own name at the top.
    fn is_dashboard(screen: &Screen) -> bool {
        let (_, width) = screen.size();
        let top = screen.rows(0, width.get()).next().unwrap_or_default();
        screen.alternate_screen() && top.contains("voxtop")
    }

    fn dashboard(launch: Launch) -> Session {
        let mut session = launch.spawn();
        session.wait_for("the first frame", is_dashboard);
        session
    }

    fn assert_restored(session: &Session) {
        session.look(|screen| {
            assert!(!screen.alternate_screen(), "the alternate screen is left");
            assert!(!screen.hide_cursor(), "the cursor is shown");
            assert!(!screen.bracketed_paste(), "pastes are plain again");
            assert_eq!(
                screen.mouse_protocol_mode(),
                vt100::MouseProtocolMode::None,
                "the mouse is free again"
            );
            assert!(!screen.bold() && !screen.inverse(), "the attributes are reset");
            assert_eq!(screen.fgcolor(), vt100::Color::Default);
        });
        assert!(session.is_cooked(), "raw mode is undone: {:?}", session.modes());
        let raw = String::from_utf8_lossy(&session.raw()).into_owned();
        let (begun, ended) = (raw.rfind("\x1b[?2026h"), raw.rfind("\x1b[?2026l"));
        assert!(begun < ended, "the last synchronised update is ended");
    }

    /// The crash reports in the program's state directory.
    fn reports(dir: &Path) -> Vec<PathBuf> {
        let Ok(entries) = fs::read_dir(dir) else { return Vec::new() };
        entries
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.file_name().unwrap().to_str().unwrap().starts_with("crash-"))
            .collect()
    }

    /// The one crash report, which must be private and must not hold what no report may.
    fn report(session: &mut Session) -> (PathBuf, String) {
        let dir = session.state_dir();
        // Its last line is written before the file is complete, so look for a whole one.
        session.wait_until("a crash report", || {
            reports(&dir)
                .iter()
                .any(|path| fs::read_to_string(path).is_ok_and(|text| text.contains("thread: ")))
        });
        let found = reports(&dir);
        assert_eq!(found.len(), 1, "{found:?}");
        let path = found.into_iter().next().unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(env!("CARGO_PKG_VERSION")), "{text}");
        assert!(!text.contains("marker-in-the-environment"), "{text}");
        (path, text)
    }

    #[test]
    fn the_first_frame_is_on_the_alternate_screen_in_raw_mode() {
        let session = dashboard(Launch::new(&["demo"]));
        session.look(|screen| assert!(screen.bracketed_paste() && screen.hide_cursor()));
        assert!(!session.is_cooked());
        let raw = String::from_utf8_lossy(&session.raw()).into_owned();
        let entered = raw.find("\x1b[?1049h").expect("the alternate screen is entered");
        let drawn = raw.find("\x1b[?2026h").expect("a frame is a synchronised update");
        assert!(entered < drawn, "nothing is drawn before");
        let question = "\x1b]11;?\x1b\\\x1b[c";
        let asked = raw.find(question).expect("the terminal is asked what it draws on");
        assert!(entered < asked && asked < drawn, "before the first frame");
        assert!(!raw.contains("\x1b[6n") && raw.matches(question).count() == 1, "nothing else is asked");
    }

    #[test]
    fn q_leaves_the_terminal_as_it_was() {
        let mut session = dashboard(Launch::new(&["demo"]));
        session.send("q");
        assert_eq!(session.wait_exit(), Exit::Code(0));
        assert_restored(&session);
        assert_eq!(session.look(|screen| screen.contents().trim().to_owned()), "");
        assert!(reports(&session.state_dir()).is_empty());
    }

    #[test]
    fn signals_leave_the_terminal_as_it_was_and_give_their_code() {
        for (signal, code) in
            [(Signal::TERM, 143), (Signal::INT, 130), (Signal::HUP, 129), (Signal::QUIT, 131)]
        {
            let mut session = dashboard(Launch::new(&["demo"]));
            session.kill(signal);
            assert_eq!(session.wait_exit(), Exit::Code(code), "{signal:?}");
            assert_restored(&session);
        }
    }

    #[test]
    fn a_closed_terminal_ends_the_program() {
        let mut session = dashboard(Launch::new(&["demo"]));
        session.close();
        assert_eq!(session.wait_exit(), Exit::Code(129));
        assert!(reports(&session.state_dir()).is_empty(), "it is no crash");
    }

    #[test]
    fn a_panic_of_the_loop_is_readable_on_the_restored_screen() {
        let launch = Launch::new(&["demo"])
            .env("VOXTOP_TEST_PANIC", "main")
            .env("VOXTOP_TEST_MARKER", "marker-in-the-environment")
            .size(200, 40);
        let mut session = launch.spawn();
        assert_eq!(session.wait_exit(), Exit::Code(101));
        assert_restored(&session);
        let (path, text) = report(&mut session);
        assert!(text.contains("VOXTOP_TEST_PANIC=main"), "{text}");
        // The path may be wider than the screen.
        let shown = session.rows().concat();
        assert!(shown.contains("voxtop has crashed: VOXTOP_TEST_PANIC=main"), "{shown}");
        assert!(shown.contains(path.file_name().unwrap().to_str().unwrap()), "{shown}");
    }

    #[test]
    fn a_panic_of_a_task_leaves_the_screen_alone() {
        let launch = Launch::new(&["demo"])
            .env("VOXTOP_TEST_PANIC", "task")
            .env("VOXTOP_TEST_MARKER", "marker-in-the-environment");
        let mut session = dashboard(launch);
        let (_, text) = report(&mut session);
        assert!(text.contains("VOXTOP_TEST_PANIC=task"), "{text}");
        // Still whole, and still answering.
        session.look(|screen| assert!(is_dashboard(screen)));
        session.send("q");
        assert_eq!(session.wait_exit(), Exit::Code(0));
        assert_restored(&session);
        let raw = String::from_utf8_lossy(&session.raw()).into_owned();
        assert!(!raw.contains("has crashed") && !raw.contains("panicked at"), "nothing was printed");
    }

    /// A dashboard without leftovers: every row ends in its frame on both sides. What lies between
    /// changes with the fleet.
    fn is_whole(screen: &Screen) -> bool {
        let (height, width) = screen.size();
        let cell = |row, column| screen.cell(row, column).map_or("", vt100::Cell::contents);
        let framed = |row| "┌│├└".contains(cell(row, 0)) && "┐│┤┘┃".contains(cell(row, width.get() - 1));
        is_dashboard(screen)
            && (0..height.get()).all(|row| !cell(row, 0).is_empty() && framed(row))
            && !screen.contents().contains(PROMPT)
    }

    fn at_prompt(screen: &Screen) -> bool {
        let (row, _) = screen.cursor_position();
        let (_, width) = screen.size();
        let line = screen.rows(0, width.get()).nth(usize::from(row)).unwrap_or_default();
        !screen.alternate_screen() && line.trim_end() == PROMPT
    }

    /// Suspends the dashboard that `command` starts under a shell, and brings it back.
    fn suspends_and_comes_back(command: &str, suspend: impl Fn(&mut Session)) {
        let mut session = Launch::new(&[]).spawn_shell();
        session.send(format!("{command}\n"));
        session.wait_for("the dashboard", is_whole);
        for round in 0..2 {
            suspend(&mut session);
            session.wait_for("the prompt", at_prompt);
            assert!(session.is_cooked(), "the shell has its terminal, round {round}");
            session.look(|screen| assert!(!screen.hide_cursor()));
            // The shell answers, and knows the job as stopped.
            session.send("echo answer-$((40+2)); jobs\n");
            session.wait_for("the shell's answer", |screen| {
                let text = screen.contents();
                text.contains("answer-42") && text.to_lowercase().contains("stopped") && at_prompt(screen)
            });
            session.send("clear; fg\n");
            session.wait_for("the whole dashboard", is_whole);
            assert!(!session.is_cooked(), "raw mode is back, round {round}");
        }
        session.send("q");
        session.wait_for("the prompt", at_prompt);
        session.send("echo code-$?\n");
        session.wait_for("its exit code", |screen| screen.contents().contains("code-0"));
    }

    #[test]
    fn ctrl_z_gives_the_prompt_back_and_fg_the_dashboard() {
        suspends_and_comes_back("\"$VOXTOP\" demo", |session| session.send(SUSPEND));
    }

    #[test]
    fn ctrl_z_stops_the_wrapper_too() {
        // As `cargo run` does: the shell's job is the wrapper, and the dashboard is its child.
        suspends_and_comes_back("sh -c '\"$VOXTOP\" demo; exit $?'", |session| session.send(SUSPEND));
    }

    #[test]
    fn a_tstp_from_outside_suspends_like_the_key() {
        let command = "sh -c 'echo $$ > pid; exec \"$VOXTOP\" demo'";
        suspends_and_comes_back(command, |session| {
            let pid = fs::read_to_string(session.home().join("pid")).unwrap();
            let pid = rustix::process::Pid::from_raw(pid.trim().parse().unwrap()).unwrap();
            rustix::process::kill_process(pid, Signal::TSTP).unwrap();
        });
    }

    #[test]
    fn a_resize_while_suspended_is_seen_on_return() {
        let mut session = Launch::new(&[]).spawn_shell();
        session.send("\"$VOXTOP\" demo\n");
        session.wait_for("the dashboard", is_dashboard);
        session.send(SUSPEND);
        session.wait_for("the prompt", at_prompt);
        session.resize(80, 24);
        session.send("fg\n");
        session.wait_for("a dashboard of the new size", |screen| {
            let (height, width) = screen.size();
            let drawn = |column| {
                (0..height.get())
                    .filter_map(|row| screen.cell(row, column))
                    .any(|cell| !cell.contents().trim().is_empty())
            };
            is_dashboard(screen) && drawn(width.get() - 1)
        });
        session.send("q");
        session.wait_for("the prompt", at_prompt);
    }

    #[test]
    fn without_a_shell_ctrl_z_is_refused() {
        let mut session = dashboard(Launch::new(&["demo"]));
        session.send(SUSPEND);
        session.wait_for("a notice", |screen| screen.contents().contains("cannot suspend"));
        // A stop from outside would never end either.
        session.kill(Signal::TSTP);
        session.send("q");
        assert_eq!(session.wait_exit(), Exit::Code(0));
        assert_restored(&session);
    }

    #[test]
    fn logs_go_to_their_file_and_never_to_the_screen() {
        let mut session = dashboard(Launch::new(&["-vv", "demo"]));
        let log = session.state_dir().join("voxtop.log");
        session.wait_until("the log", || fs::metadata(&log).is_ok_and(|meta| meta.len() > 0));
        session.send("q");
        assert_eq!(session.wait_exit(), Exit::Code(0));
        assert_eq!(fs::metadata(&log).unwrap().permissions().mode() & 0o777, 0o600);
        let written = fs::read_to_string(&log).unwrap();
        let raw = String::from_utf8_lossy(&session.raw()).into_owned();
        for level in ["ERROR", "WARN", "INFO", "DEBUG", "TRACE"] {
            let mark = format!(" {level} voxtop::");
            assert!(!raw.contains(&mark), "{mark} on the screen");
        }
        assert!(written.contains(" voxtop::"), "{written}");
    }

    #[test]
    fn no_color_keeps_the_modifiers() {
        let mut session = dashboard(Launch::new(&["demo"]).env("NO_COLOR", "1"));
        session.send("q");
        assert_eq!(session.wait_exit(), Exit::Code(0));
        let raw = String::from_utf8_lossy(&session.raw()).into_owned();
        for empty in ["\x1b[;m", "\x1b[m"] {
            assert!(!raw.contains(empty), "an empty colour resets bold and reverse");
        }
    }

    #[test]
    fn without_a_terminal_it_says_what_to_use() {
        let run = |term: &str, stdin: Stdio| {
            let home = tempfile::tempdir().unwrap();
            let output = std::process::Command::new(env!("CARGO_BIN_EXE_voxtop"))
                .arg("demo")
                .env_clear()
                .env("HOME", home.path())
                .env("TERM", term)
                .stdin(stdin)
                .output()
                .unwrap();
            assert!(!output.status.success());
            assert_eq!(output.stdout, b"", "stdout is data's alone");
            String::from_utf8(output.stderr).unwrap()
        };
        let text = run("xterm", Stdio::null());
        assert!(text.contains("not a terminal") && text.contains("voxtop jobs"), "{text}");
    }

    #[test]
    fn on_a_dumb_terminal_it_says_what_to_use() {
        let mut session = Launch::new(&["demo"]).env("TERM", "dumb").size(200, 20).spawn();
        assert!(matches!(session.wait_exit(), Exit::Code(code) if code != 0));
        let text = session.look(Screen::contents);
        assert!(text.contains("TERM=dumb") && text.contains("voxtop jobs"), "{text}");
        assert!(!session.raw().contains(&0x1b), "no control is sent to it");
    }
}
