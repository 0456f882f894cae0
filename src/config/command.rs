//! A key's command: run without a shell, within a time and a size.
//!
//! Before the dashboard takes the terminal, its stderr and stdin are the user's, since password managers
//! ask there; later it has neither. Where stderr is no terminal nobody can be asked, and what the command
//! says there, which may be anything, must not get into a file or a ticket: it goes nowhere. Its stdout holds
//! the key and goes nowhere else.

use std::io::{ErrorKind, IsTerminal, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::Duration;

/// How long a command may take: time enough to type a passphrase.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);

/// More than any key is, in bytes.
const LARGEST: usize = 64 * 1024;

/// How often a running command is looked at. Counting these, not a clock, ends the patience.
const STEP: Duration = Duration::from_millis(20);

/// How many steps what a command wrote is waited for when it has ended, but left a process of its own
/// (an agent, say) that holds the pipe open.
const GRACE: u32 = 50;

/// Whose the terminal is while a command runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Terminal {
    /// The command's, which may ask there.
    Free,
    /// Somebody else's: the command gets none, and must do without asking.
    Taken,
}

/// Runs a command and gives what it printed.
///
/// # Errors
/// A phrase that goes after the command's name, without anything of what it printed.
pub(super) fn output(
    program: &str,
    arguments: &[String],
    patience: Duration,
    terminal: Terminal,
) -> Result<Vec<u8>, String> {
    let mut command = Command::new(program);
    command.args(arguments).stdout(Stdio::piped());
    if terminal == Terminal::Taken {
        command.stdin(Stdio::null());
    }
    if terminal == Terminal::Taken || !std::io::stderr().is_terminal() {
        command.stderr(Stdio::null());
    }
    let mut child = command.spawn().map_err(|error| match error.kind() {
        ErrorKind::NotFound => "is not there".to_owned(),
        ErrorKind::PermissionDenied => "may not be run".to_owned(),
        _ => format!("cannot be run: {}", super::document::plain(&error)),
    })?;
    let ended = watch(&mut child, patience);
    if ended.is_err() {
        // It may have ended by itself in between; either way it must not stay behind.
        let _ = child.kill();
        let _ = child.wait();
    }
    ended
}

fn watch(child: &mut Child, patience: Duration) -> Result<Vec<u8>, String> {
    let chunks = read_aside(child)?;
    let steps = u32::try_from(patience.as_millis() / STEP.as_millis()).unwrap_or(u32::MAX).max(1);
    let (mut printed, mut open) = (Vec::new(), true);
    let (mut left, mut status) = (steps, None);
    while left > 0 && (open || status.is_none()) {
        let idle = if open {
            match chunks.recv_timeout(STEP) {
                Ok(chunk) => {
                    printed.extend(chunk);
                    false
                }
                Err(RecvTimeoutError::Timeout) => true,
                Err(RecvTimeoutError::Disconnected) => {
                    open = false;
                    false
                }
            }
        } else {
            std::thread::sleep(STEP);
            true
        };
        left -= u32::from(idle);
        if printed.len() > LARGEST {
            return Err("printed more than 64 KiB, which no key is".to_owned());
        }
        if status.is_none() {
            status = child.try_wait().map_err(|error| format!("was lost: {error}"))?;
            if status.is_some() {
                left = left.min(GRACE);
            }
        }
    }
    match status {
        None => Err(format!("took longer than {} s and was ended", patience.as_secs_f32())),
        Some(status) if status.success() => Ok(printed),
        Some(status) => Err(describe(status)),
    }
}

/// Reads the child's stdout on a thread of its own, which ends with the pipe or with the receiver.
fn read_aside(child: &mut Child) -> Result<Receiver<Vec<u8>>, String> {
    let mut stdout = child.stdout.take().ok_or("has no output to read")?;
    // Bounded, so that a command that prints without end waits for its reader.
    let (sender, chunks) = mpsc::sync_channel(16);
    let read = move || {
        let mut buffer = [0; 4096];
        while let Ok(length) = stdout.read(&mut buffer) {
            let Some(chunk) = buffer.get(..length).filter(|chunk| !chunk.is_empty()) else { break };
            if sender.send(chunk.to_vec()).is_err() {
                break;
            }
        }
    };
    let thread = std::thread::Builder::new().name("key command".to_owned()).spawn(read);
    thread.map(|_| chunks).map_err(|error| format!("cannot be read: {error}"))
}

fn describe(status: ExitStatus) -> String {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return format!("was ended by signal {signal}");
    }
    match status.code() {
        Some(code) => format!("failed with status {code}"),
        None => "failed".to_owned(),
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;

    fn sh(script: &str, patience: Duration) -> Result<String, String> {
        let printed = output("sh", &["-c".to_owned(), script.to_owned()], patience, Terminal::Free)?;
        Ok(String::from_utf8_lossy(&printed).into_owned())
    }

    #[test]
    fn what_a_command_prints_is_taken_whole() {
        assert_eq!(sh("printf abc; sleep 0.1; printf def", PATIENCE).as_deref(), Ok("abcdef"));
        assert_eq!(sh("exec 1>&-; sleep 0.1", PATIENCE).as_deref(), Ok(""));
    }

    #[test]
    fn an_agent_left_behind_does_not_keep_the_key_back() {
        // The sleep holds the pipe open for longer than the patience.
        assert_eq!(sh("printf key; sleep 60 & exit 0", PATIENCE).as_deref(), Ok("key"));
    }

    #[test]
    fn what_fails_says_how() {
        assert_eq!(sh("exit 7", PATIENCE).unwrap_err(), "failed with status 7");
        assert_eq!(sh("kill -9 $$", PATIENCE).unwrap_err(), "was ended by signal 9");
        assert_eq!(
            output("/nonexistent/program", &[], PATIENCE, Terminal::Free).unwrap_err(),
            "is not there"
        );
        assert_eq!(output("/", &[], PATIENCE, Terminal::Free).unwrap_err(), "may not be run");
        assert!(sh("sleep 60", Duration::from_millis(100)).unwrap_err().contains("took longer"));
        assert!(sh("exec 1>&-; sleep 60", Duration::from_millis(100)).unwrap_err().contains("took longer"));
        assert!(
            sh("while :; do echo aaaaaaaaaaaaaaaaaaaaaaaaaaa; done", PATIENCE)
                .unwrap_err()
                .contains("64 KiB")
        );
    }
}
