//! The pty harness: runs the real program on a pseudo-terminal, in a session of its own, and shows
//! what a person would see. Waits have a condition and a deadline, and say what was on the screen
//! when it passed. It never leaves a process behind.

#![allow(dead_code, reason = "each test file uses its own part of the harness")]

pub(crate) mod fleet;
pub(crate) mod jobs;
pub(crate) mod run;
pub(crate) mod sandbox;

use std::ffi::OsString;
use std::fmt::Write as _;
use std::io::Write as _;
use std::num::NonZeroU16;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ExitStatus};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use pty_process::blocking::{Command, Pty, open};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use rustix::termios::{LocalModes, Termios, tcgetattr};
use tempfile::TempDir;
use vt100::{Parser, Screen};

/// Far beyond what anything here takes: a slow machine fails no test.
pub(crate) const DEADLINE: Duration = Duration::from_secs(30);

/// The prompt of the job-control shell.
pub(crate) const PROMPT: &str = "shell-is-back>";

/// How a program ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    Code(i32),
    Signal(i32),
}

impl From<ExitStatus> for Exit {
    fn from(status: ExitStatus) -> Self {
        match (status.code(), status.signal()) {
            (Some(code), _) => Self::Code(code),
            (None, signal) => Self::Signal(signal.unwrap_or_default()),
        }
    }
}

/// What to run, and on what.
pub(crate) struct Launch {
    args: Vec<OsString>,
    env: Vec<(OsString, OsString)>,
    columns: u16,
    rows: u16,
}

impl Launch {
    /// The program with `args`, on 120 columns and 40 rows.
    pub(crate) fn new(args: &[&str]) -> Self {
        Self { args: args.iter().map(OsString::from).collect(), env: Vec::new(), columns: 120, rows: 40 }
    }

    pub(crate) fn arg(mut self, arg: impl Into<OsString>) -> Self {
        self.args.push(arg.into());
        self
    }

    pub(crate) fn env(mut self, name: &str, value: impl Into<OsString>) -> Self {
        self.env.push((name.into(), value.into()));
        self
    }

    pub(crate) fn size(mut self, columns: u16, rows: u16) -> Self {
        (self.columns, self.rows) = (columns, rows);
        self
    }

    /// Starts the program as the leader of a session on a new terminal.
    pub(crate) fn spawn(self) -> Session {
        let program = OsString::from(env!("CARGO_BIN_EXE_voxtop"));
        self.spawn_program(program, true)
    }

    /// Starts an interactive shell on a new terminal and waits for its prompt. Type the program's
    /// name as `$VOXTOP`; the launch's own arguments are not used.
    pub(crate) fn spawn_shell(self) -> Session {
        let launch = self.env("VOXTOP", env!("CARGO_BIN_EXE_voxtop"));
        let mut session = launch.spawn_program("/bin/sh".into(), false);
        // In two parts, so that the echo of this line is not taken for the prompt.
        let (head, tail) = PROMPT.split_at(5);
        session.send(format!("set -m; PS1='{head}''{tail}'\n"));
        session.wait_for("the shell's prompt", |screen| screen.contents().contains(PROMPT));
        session
    }

    fn spawn_program(self, program: OsString, direct: bool) -> Session {
        let home = TempDir::new().expect("a directory for the program's home");
        let (pty, pts) = open().expect("a pseudo-terminal");
        pty.resize(pty_process::Size::new(self.rows, self.columns)).expect("a size for it");
        let place = |name: &str| home.path().join(name);
        let mut command = Command::new(program)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", home.path())
            .env("XDG_CONFIG_HOME", place("config"))
            .env("XDG_STATE_HOME", place("state"))
            .env("XDG_CACHE_HOME", place("cache"))
            .env("XDG_DATA_HOME", place("data"))
            .env("XDG_RUNTIME_DIR", place("run"))
            .env("TERM", "xterm-256color")
            .env("LANG", "C.UTF-8")
            .env("TZ", "UTC")
            .current_dir(home.path());
        command = if direct { command.args(self.args) } else { command.arg("-i") };
        let child = command.envs(self.env).spawn(pts).expect("the program starts");
        Session::watch(child, pty, home, self.columns, self.rows)
    }
}

/// What the reader thread has seen.
struct Seen {
    parser: Parser,
    raw: Vec<u8>,
}

#[derive(Default)]
struct Flags {
    /// The terminal is to be closed.
    close: AtomicBool,
}

/// A program on its terminal. Dropping it kills what is left.
pub(crate) struct Session {
    child: Child,
    ended: Option<Exit>,
    pty: Option<Arc<Pty>>,
    seen: Arc<(Mutex<Seen>, Condvar)>,
    flags: Arc<Flags>,
    reader: Option<JoinHandle<()>>,
    home: TempDir,
}

impl Session {
    fn watch(child: Child, pty: Pty, home: TempDir, columns: u16, rows: u16) -> Self {
        let parser = Parser::new(side(rows), side(columns), 1000);
        let seen = Arc::new((Mutex::new(Seen { parser, raw: Vec::new() }), Condvar::new()));
        let (pty, flags) = (Arc::new(pty), Arc::new(Flags::default()));
        let reader = {
            let (pty, seen, flags) = (Arc::clone(&pty), Arc::clone(&seen), Arc::clone(&flags));
            std::thread::spawn(move || read_all(&pty, &seen, &flags))
        };
        Self { child, ended: None, pty: Some(pty), seen, flags, reader: Some(reader), home }
    }

    /// The directory that the program has for a home.
    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    /// Where the program keeps its log and its crash reports.
    pub(crate) fn state_dir(&self) -> PathBuf {
        self.home().join("state/voxtop")
    }

    /// The program's process; in a shell session, the shell's.
    pub(crate) fn pid(&self) -> Pid {
        Pid::from_child(&self.child)
    }

    /// Waits until `condition` holds for the screen; `what` names it in the failure.
    pub(crate) fn wait_for(&mut self, what: &str, mut condition: impl FnMut(&Screen) -> bool) {
        self.wait_within(what, DEADLINE, |seen| condition(seen.parser.screen()));
    }

    /// Waits until the bytes written so far hold `needle`.
    pub(crate) fn wait_for_raw(&mut self, needle: &[u8]) {
        let what = format!("the bytes {:?}", String::from_utf8_lossy(needle));
        self.wait_within(&what, DEADLINE, |seen| {
            seen.raw.windows(needle.len()).any(|window| window == needle)
        });
    }

    /// Waits for something that is not on the screen, such as a file.
    pub(crate) fn wait_until(&mut self, what: &str, mut condition: impl FnMut() -> bool) {
        let end = now() + DEADLINE;
        while !condition() {
            assert!(now() < end, "waited {DEADLINE:?} for {what}\n{}", self.describe());
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Presses a key until something comes of it: one that asks is not heard twice in a second.
    pub(crate) fn press_until(&mut self, key: &[u8], mut condition: impl FnMut() -> bool) {
        let (end, mut pauses) = (now() + DEADLINE, 0_u32);
        while !condition() {
            assert!(now() < end, "pressed {} in vain\n{}", key.escape_ascii(), self.describe());
            if pauses.is_multiple_of(40) {
                self.send(key);
            }
            pauses += 1;
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    fn wait_within(&mut self, what: &str, limit: Duration, mut condition: impl FnMut(&Seen) -> bool) {
        let end = now() + limit;
        let shared = Arc::clone(&self.seen);
        let (seen, changed) = (&shared.0, &shared.1);
        let mut guard = lock(seen);
        while !condition(&guard) {
            let left = end.saturating_duration_since(now());
            if left.is_zero() {
                drop(guard);
                panic!("waited {limit:?} for {what}\n{}", self.describe());
            }
            guard = changed.wait_timeout(guard, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Looks at the screen as it is now.
    pub(crate) fn look<T>(&self, look: impl FnOnce(&Screen) -> T) -> T {
        look(lock(&self.seen.0).parser.screen())
    }

    /// The rows of the screen as it is now, blanks at their ends included.
    pub(crate) fn rows(&self) -> Vec<String> {
        self.look(rows)
    }

    /// All bytes that the program has written.
    pub(crate) fn raw(&self) -> Vec<u8> {
        lock(&self.seen.0).raw.clone()
    }

    /// Types.
    pub(crate) fn send(&mut self, bytes: impl AsRef<[u8]>) {
        let mut pty = self.pty();
        pty.write_all(bytes.as_ref()).expect("the terminal takes keys");
    }

    /// Makes the terminal another size, as dragging its window does.
    pub(crate) fn resize(&mut self, columns: u16, rows: u16) {
        lock(&self.seen.0).parser.set_size(side(rows), side(columns));
        self.pty().resize(pty_process::Size::new(rows, columns)).expect("another size");
    }

    /// Sends the program a signal; in a shell session, the shell.
    pub(crate) fn kill(&self, signal: Signal) {
        kill_process(self.pid(), signal).expect("the program is there to be signalled");
    }

    /// The modes of the terminal.
    pub(crate) fn modes(&self) -> Termios {
        tcgetattr(self.pty()).expect("the terminal has modes")
    }

    /// Whether the terminal echoes and edits lines, as a shell expects it.
    pub(crate) fn is_cooked(&self) -> bool {
        self.modes().local_modes.contains(LocalModes::ECHO | LocalModes::ICANON | LocalModes::ISIG)
    }

    /// Closes the terminal, as closing its window does.
    pub(crate) fn close(&mut self) {
        self.flags.close.store(true, Ordering::SeqCst);
        if let Some(reader) = self.reader.take() {
            reader.join().expect("the reader ends");
        }
        let pty = self.pty.take().expect("the terminal is open");
        assert_eq!(Arc::strong_count(&pty), 1, "nobody else holds the terminal open");
    }

    /// Waits for the program to end, and for all that it wrote to be on the screen.
    pub(crate) fn wait_exit(&mut self) -> Exit {
        let end = now() + DEADLINE;
        let exit = loop {
            if let Some(status) = self.child.try_wait().expect("the program can be waited for") {
                break status.into();
            }
            assert!(now() < end, "still running after {DEADLINE:?}\n{}", self.describe());
            std::thread::sleep(Duration::from_millis(2));
        };
        self.ended = Some(exit);
        // The reader ends when it has read all that was written.
        if let Some(reader) = self.reader.take() {
            self.wait_until("the end of the output", || reader.is_finished());
            reader.join().expect("the reader ends");
        }
        exit
    }

    fn pty(&self) -> &Pty {
        self.pty.as_ref().expect("the terminal is open")
    }

    /// The screen and what led to it, for a failure's message.
    fn describe(&mut self) -> String {
        if self.ended.is_none() {
            self.ended = self.child.try_wait().ok().flatten().map(Exit::from);
        }
        let seen = lock(&self.seen.0);
        let screen = seen.parser.screen();
        let (height, width) = screen.size();
        let mut text = format!("{width}×{height}, cursor {:?}", screen.cursor_position());
        let _ = writeln!(
            text,
            ", hidden: {}, alternate screen: {}, ended: {:?}",
            screen.hide_cursor(),
            screen.alternate_screen(),
            self.ended
        );
        for row in rows(screen) {
            let _ = writeln!(text, "|{row}|");
        }
        let tail = seen.raw.len().saturating_sub(400);
        let _ = write!(text, "last bytes: {}", seen.raw[tail..].escape_ascii());
        text
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.flags.close.store(true, Ordering::SeqCst);
        if self.ended.is_none() {
            self.reap();
        }
        if let Some(reader) = self.reader.take() {
            let _ = reader.join();
        }
    }
}

impl Session {
    /// Kills the program, what it started in its own group, and, on Linux, whatever else is in its
    /// session: the jobs of a shell have groups of their own.
    fn reap(&mut self) {
        for pid in members(self.pid()) {
            let _ = kill_process(pid, Signal::KILL);
        }
        let _ = kill_process_group(self.pid(), Signal::KILL);
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The processes of a session, by `/proc`; none on systems without it.
fn members(session: Pid) -> Vec<Pid> {
    let Ok(entries) = std::fs::read_dir("/proc") else { return Vec::new() };
    entries
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter(|pid| session_of(*pid) == Some(session.as_raw_pid()))
        .filter_map(Pid::from_raw)
        .collect()
}

/// The fourth field after the name in parentheses. `getsid` fails where the leader is in another namespace.
fn session_of(pid: i32) -> Option<i32> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    stat.rsplit_once(')')?.1.split_ascii_whitespace().nth(3)?.parse().ok()
}

#[expect(clippy::disallowed_methods, reason = "deadlines of waits for another process")]
pub(crate) fn now() -> Instant {
    Instant::now()
}

fn side(length: u16) -> NonZeroU16 {
    NonZeroU16::new(length).unwrap_or(NonZeroU16::MIN)
}

fn lock(seen: &Mutex<Seen>) -> MutexGuard<'_, Seen> {
    seen.lock().unwrap_or_else(PoisonError::into_inner)
}

fn rows(screen: &Screen) -> Vec<String> {
    let (_, width) = screen.size();
    screen.rows(0, width.get()).collect()
}

/// Feeds the parser until the program and all its children have closed the terminal, or the session
/// wants to.
fn read_all(pty: &Pty, shared: &(Mutex<Seen>, Condvar), flags: &Flags) {
    const NAP: Timespec = Timespec { tv_sec: 0, tv_nsec: 20_000_000 };
    let mut buffer = [0; 16 * 1024];
    while !flags.close.load(Ordering::SeqCst) {
        let ready = poll(&mut [PollFd::new(pty, PollFlags::IN)], Some(&NAP));
        if !ready.is_ok_and(|count| count > 0) {
            continue;
        }
        // The end shows as an error on Linux, as nothing to read elsewhere.
        let Ok(length @ 1..) = rustix::io::read(pty, &mut buffer) else { break };
        let mut seen = lock(&shared.0);
        seen.parser.process(&buffer[..length]);
        seen.raw.extend_from_slice(&buffer[..length]);
        shared.1.notify_all();
    }
}
