//! The clipboard. Where the program runs on the machine that one sits at, and there is a program for its
//! clipboard, that is used: it says whether it worked. Else the terminal's, by OSC 52: it works over SSH and
//! needs no program, but whether the terminal took it, nobody says; what is known is said before it is sent.

use std::ffi::OsString;
use std::io::Write;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::passage::Between;

/// The longest text that is sent to a terminal, in bytes: what many terminals take at most has 100,000
/// characters of base64.
pub(super) const LONGEST: usize = 74_994;

/// The longest text that is given to a program, in bytes: more is a file.
const LONGEST_OF_PROGRAM: usize = 16 * 1024 * 1024;

/// How long a program may take.
const PATIENCE: Duration = Duration::from_secs(5);
const STEP: Duration = Duration::from_millis(20);

/// The bytes that put a text on the clipboard; `None` where it is longer than terminals take.
pub(super) fn sequence(text: &str, between: Between) -> Option<String> {
    if text.len() > LONGEST {
        return None;
    }
    let plain = format!("\x1b]52;c;{}\x07", STANDARD.encode(text));
    Some(match between {
        // tmux takes the plain one where `set-clipboard` is on, and passes the wrapped one on where
        // `allow-passthrough` is; the two say the same.
        Between::Tmux => format!("{plain}{}", between.wrap(&plain)),
        Between::Nothing | Between::Screen => between.wrap(&plain),
    })
}

/// A program for the clipboard: its path and its arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Program {
    pub(super) name: &'static str,
    path: PathBuf,
    arguments: &'static [&'static str],
}

/// What each is called, the variables of which one must be set for it to have a clipboard to write to (none:
/// it always has), and its arguments.
const PROGRAMS: [(&str, &[&str], &[&str]); 5] = [
    ("pbcopy", &[], &[]),
    ("wl-copy", &["WAYLAND_DISPLAY"], &["--type", "text/plain"]),
    ("xclip", &["DISPLAY"], &["-selection", "clipboard"]),
    ("xsel", &["DISPLAY"], &["--input", "--clipboard"]),
    ("clip.exe", &["WSL_DISTRO_NAME", "WSL_INTEROP"], &[]),
];

/// Variables of which one is set where somebody sits at another machine: this one's clipboard is not theirs.
const REMOTE: [&str; 3] = ["SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY"];

/// The program for the clipboard of the machine that one sits at.
pub(super) fn program() -> Option<Program> {
    find(|name| std::env::var_os(name).filter(|value| !value.is_empty()))
}

fn find(variable: impl Fn(&str) -> Option<OsString>) -> Option<Program> {
    if REMOTE.iter().any(|name| variable(name).is_some()) {
        return None;
    }
    let path = variable("PATH")?;
    PROGRAMS.iter().find_map(|(name, needs, arguments)| {
        if !needs.is_empty() && !needs.iter().any(|need| variable(need).is_some()) {
            return None;
        }
        let places = std::env::split_paths(&path).map(|place| place.join(name));
        let path = places.filter(|place| place.is_absolute()).find(|place| place.is_file())?;
        Some(Program { name, path, arguments })
    })
}

/// The longest text that can be copied, in bytes.
pub(super) fn most() -> usize {
    if program().is_some() { LONGEST_OF_PROGRAM } else { LONGEST }
}

impl Program {
    /// Gives it a text, on its standard input alone, and sees it end. Blocks for 5 s at most.
    ///
    /// # Errors
    /// A phrase that goes after the program's name.
    pub(super) fn take(&self, text: String) -> Result<(), String> {
        if text.len() > LONGEST_OF_PROGRAM {
            return Err(format!("was given no more than {LONGEST_OF_PROGRAM} bytes"));
        }
        let mut command = Command::new(&self.path);
        command.args(self.arguments).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        // Some stay, to hand the text out for as long as it is on the clipboard: not in our group, so that
        // they outlive the program.
        command.process_group(0);
        let mut child = command.spawn().map_err(|error| format!("cannot be run: {error}"))?;
        let mut input = child.stdin.take().ok_or("takes no input")?;
        // On a thread of its own, which ends with the pipe: a program that does not read ends with its time.
        let given = std::thread::spawn(move || input.write_all(text.as_bytes()));
        for _ in 0..PATIENCE.as_millis() / STEP.as_millis() {
            match child.try_wait() {
                Ok(Some(status)) if status.success() => {
                    let given = given.join().map_err(|_| "could not be given the text")?;
                    return given.map_err(|error| format!("did not read it: {error}"));
                }
                Ok(Some(status)) => return Err(format!("failed: {status}")),
                Ok(None) => std::thread::sleep(STEP),
                Err(error) => return Err(format!("was lost: {error}")),
            }
        }
        let _ = child.kill();
        let _ = child.wait();
        Err(format!("took longer than {} s and was ended", PATIENCE.as_secs()))
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::super::passage::SCREEN_PIECE;
    use super::*;

    #[test]
    fn a_text_goes_through_what_lies_between() {
        let of = |between| sequence("a1\nb2", between).unwrap();
        let plain = "\x1b]52;c;YTEKYjI=\x07";
        assert_eq!(of(Between::Nothing), plain);
        assert_eq!(of(Between::Tmux), format!("{plain}\x1bPtmux;\x1b\x1b]52;c;YTEKYjI=\x07\x1b\\"));
        assert_eq!(of(Between::Screen), "\x1bP\x1b]52;c;YTEKYjI=\x07\x1b\\");
    }

    #[test]
    fn long_texts_go_in_pieces_and_the_longest_not_at_all() {
        let long = "x".repeat(LONGEST);
        let wrapped = sequence(&long, Between::Screen).unwrap();
        let pieces: Vec<&str> = wrapped.split("\x1b\\").filter(|piece| !piece.is_empty()).collect();
        assert!(pieces.len() > 100 && pieces.iter().all(|piece| piece.len() <= SCREEN_PIECE + 2));
        let joined: String = pieces.iter().map(|piece| piece.strip_prefix("\x1bP").unwrap()).collect();
        assert_eq!(joined, sequence(&long, Between::Nothing).unwrap());
        assert_eq!(sequence(&format!("{long}x"), Between::Nothing), None);
    }

    /// A directory with a program of a name.
    fn place(name: &str, script: &str) -> tempfile::TempDir {
        let dir = tempfile::TempDir::new().unwrap();
        let path = dir.path().join(name);
        std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o700)).unwrap();
        dir
    }

    fn found(dir: &tempfile::TempDir, set: &[&str]) -> Option<Program> {
        find(|name| match name {
            "PATH" => Some(dir.path().into()),
            name => set.contains(&name).then(|| "1".into()),
        })
    }

    #[test]
    fn a_program_is_used_where_there_is_one_and_its_clipboard_is_the_users() {
        let dir = place("xclip", "exit 0");
        assert_eq!(found(&dir, &["DISPLAY"]).map(|program| program.name), Some("xclip"));
        assert_eq!(found(&dir, &[]), None, "no display");
        assert_eq!(found(&dir, &["DISPLAY", "SSH_CONNECTION"]), None, "another machine's");
        assert_eq!(found(&place("cat", ""), &["DISPLAY", "WAYLAND_DISPLAY"]), None);
        assert_eq!(
            found(&place("clip.exe", ""), &["WSL_INTEROP"]).map(|program| program.name),
            Some("clip.exe")
        );
    }

    #[test]
    fn it_gets_the_text_and_nothing_else_and_says_how_it_ended() {
        let dir = place("wl-copy", "cat >\"$0.got\"; echo \"$@\" >\"$0.arguments\"");
        let program = found(&dir, &["WAYLAND_DISPLAY"]).unwrap();
        program.take("ids\n".repeat(100_000)).unwrap();
        let read = |name: &str| std::fs::read_to_string(dir.path().join(name)).unwrap();
        assert_eq!(read("wl-copy.got").len(), 400_000);
        assert_eq!(read("wl-copy.arguments"), "--type text/plain\n");
        let broken = place("wl-copy", "exit 3");
        let why = found(&broken, &["WAYLAND_DISPLAY"]).unwrap().take("x".into()).unwrap_err();
        assert!(why.contains("failed"), "{why}");
    }
}
