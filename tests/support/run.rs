//! Runs the real program without a terminal, in a home and an environment of its own, and waits for
//! its end within a deadline.

use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::{DEADLINE, now};

/// How a program ended and what it wrote.
#[derive(Debug)]
pub(crate) struct Finished {
    /// `None`: by a signal.
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Finished {
    /// Standard output as one JSON document.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

/// The program with `args`, at home in `home`, with nothing of this process's environment.
pub(crate) fn voxtop(home: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_voxtop"));
    command
        .args(args)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", home)
        .env("XDG_CONFIG_HOME", home.join("config"))
        .env("XDG_STATE_HOME", home.join("state"))
        .env("LANG", "C.UTF-8")
        .env("TZ", "UTC")
        .current_dir(home)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// Runs it to its end.
pub(crate) fn finish(mut command: Command) -> Finished {
    collect(command.spawn().expect("the program starts"))
}

/// Takes all that a running one writes, to its end.
pub(crate) fn collect(mut child: Child) -> Finished {
    let read = |pipe: Option<Box<dyn Read + Send>>| {
        std::thread::spawn(move || {
            let mut text = Vec::new();
            if let Some(mut pipe) = pipe {
                pipe.read_to_end(&mut text).expect("what it writes can be read");
            }
            String::from_utf8(text).expect("it writes text")
        })
    };
    let stdout = read(child.stdout.take().map(|pipe| Box::new(pipe) as Box<dyn Read + Send>));
    let stderr = read(child.stderr.take().map(|pipe| Box::new(pipe) as Box<dyn Read + Send>));
    let code = wait(&mut child);
    Finished { code, stdout: stdout.join().expect("text"), stderr: stderr.join().expect("text") }
}

/// Waits for a program's end; one that does not end is killed.
pub(crate) fn wait(child: &mut Child) -> Option<i32> {
    let end = now() + DEADLINE;
    loop {
        if let Some(status) = child.try_wait().expect("the program can be waited for") {
            return status.code();
        }
        if now() >= end {
            let _ = child.kill();
            let _ = child.wait();
            panic!("still running after {DEADLINE:?}");
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}
