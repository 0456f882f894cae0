//! The file of what lasts over restarts, in the state directory: private, replaced as a whole, so that
//! nobody ever reads half of it, and only when something of it changed. Of two dashboards at once the last
//! one that writes wins.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use futures_util::FutureExt;
use tokio::task::JoinHandle;

use crate::state::{Remembered, State};

/// The file.
const NAME: &str = "dashboard.json";
/// The most that is read of it, in bytes: what is longer is nothing of ours.
const LARGEST: u64 = 64 * 1024;

/// What lasts, and how far it is written.
#[derive(Debug)]
pub(super) struct Memory {
    /// Nowhere: nothing lasts.
    path: Option<PathBuf>,
    /// What is in the file, or on its way there.
    last: Option<Remembered>,
    writing: Option<JoinHandle<io::Result<()>>>,
}

impl Memory {
    /// A memory in which nothing lasts.
    pub(super) fn nowhere() -> Self {
        Self { path: None, last: None, writing: None }
    }

    /// The memory of a state directory, and what is in it. A file that cannot be used is moved aside, and a
    /// sentence says so.
    pub(super) fn open(dir: &Path) -> (Self, Option<Remembered>, Option<String>) {
        let path = dir.join(NAME);
        let (remembered, said) = match read(&path) {
            Ok(remembered) => (remembered, None),
            Err(why) => {
                let aside = dir.join(format!("{NAME}.broken"));
                let name = path.display();
                let moved = fs::rename(&path, &aside);
                let said = match moved {
                    Ok(()) => format!(
                        "{name} {why}; it is now {}, and the dashboard begins afresh",
                        aside.display()
                    ),
                    Err(error) => format!("{name} {why}, and it cannot be moved away: {error}"),
                };
                (None, Some(said))
            }
        };
        (Self { path: Some(path), last: None, writing: None }, remembered, said)
    }

    /// Takes what there is at the start as known: it is written when it changes.
    pub(super) fn begin(&mut self, state: &State) {
        self.last = Some(state.remember());
    }

    /// Writes what has changed, beside the loop. Once a second is often enough. A sentence says why nothing
    /// can be written.
    pub(super) fn keep(&mut self, state: &State) -> Option<String> {
        let mut said = None;
        if let Some(writing) = &mut self.writing {
            // The loop waits for nothing: what is not written yet is left to the next second.
            said = outcome(writing.now_or_never()?);
            self.writing = None;
        }
        if let Some((path, remembered)) = self.news(state) {
            self.writing = Some(tokio::task::spawn_blocking(move || write(&path, &remembered)));
        }
        said
    }

    /// Writes what has changed, at the end.
    pub(super) async fn keep_at_end(mut self, state: &State) {
        if let Some(writing) = self.writing.take() {
            let _ = writing.await;
        }
        if let Some((path, remembered)) = self.news(state)
            && let Err(error) = write(&path, &remembered)
        {
            tracing::warn!("{} cannot be written: {error}", path.display());
        }
    }

    fn news(&mut self, state: &State) -> Option<(PathBuf, Remembered)> {
        let path = self.path.as_ref()?;
        let now = state.remember();
        if self.last.as_ref() == Some(&now) {
            return None;
        }
        self.last = Some(now.clone());
        Some((path.clone(), now))
    }
}

fn outcome(written: Result<io::Result<()>, tokio::task::JoinError>) -> Option<String> {
    let error = written.ok()?.err()?;
    tracing::warn!("{NAME} cannot be written: {error}");
    Some(format!("columns, sort and filter will not last: {NAME} cannot be written: {error}"))
}

/// What the file holds; `None` where there is none. What is wrong with it is the rest of a sentence.
fn read(path: &Path) -> Result<Option<Remembered>, String> {
    let mut text = String::new();
    // Opening a pipe would wait for whoever writes into it.
    let opened = fs::metadata(path).and_then(|about| {
        if about.is_file() { fs::File::open(path) } else { Err(io::Error::other("it is no file")) }
    });
    let file = match opened {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(format!("cannot be read: {error}")),
    };
    file.take(LARGEST + 1).read_to_string(&mut text).map_err(|error| format!("cannot be read: {error}"))?;
    let foreign = || "is not of this voxtop's making, or broken".to_owned();
    if u64::try_from(text.len()).unwrap_or(u64::MAX) > LARGEST {
        return Err(foreign());
    }
    let remembered: Remembered = serde_json::from_str(&text).map_err(|_| foreign())?;
    if remembered.is_readable() { Ok(Some(remembered)) } else { Err(foreign()) }
}

/// Writes the file beside its place, and then puts it there.
fn write(path: &Path, remembered: &Remembered) -> io::Result<()> {
    let dir = path.parent().unwrap_or(Path::new("."));
    DirBuilder::new().recursive(true).mode(0o700).create(dir)?;
    let mut text = serde_json::to_string_pretty(remembered)?;
    text.push('\n');
    let aside = dir.join(format!(".dashboard-{:016x}.new", fastrand::u64(..)));
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&aside)?;
    let written = file.write_all(text.as_bytes()).and_then(|()| file.sync_data());
    let placed = written.and_then(|()| fs::rename(&aside, path));
    if placed.is_err() {
        let _ = fs::remove_file(&aside);
    }
    placed
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn remembered(text: &str) -> Remembered {
        serde_json::from_str(text).unwrap()
    }

    fn names(dir: &Path) -> Vec<String> {
        let entries = fs::read_dir(dir).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn what_is_written_is_read_and_private() {
        let home = tempfile::TempDir::new().unwrap();
        let dir = home.path().join("state/voxtop");
        assert_eq!(Memory::open(&dir).1, None);
        let path = dir.join(NAME);
        let first = remembered(r#"{"version": 1, "home": {"filter": "env:eu1", "sort": "-age"}}"#);
        write(&path, &first).unwrap();
        write(&path, &first).unwrap();
        let (_, read, said) = Memory::open(&dir);
        assert_eq!((read, said), (Some(first), None));
        let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&path), mode(&dir)), (0o600, 0o700));
        assert_eq!(names(&dir), [NAME], "nothing is left beside it");
        assert!(write(Path::new("/dev/null/no/file"), &remembered(r#"{"version": 1}"#)).is_err());
    }

    #[test]
    fn what_is_broken_or_foreign_is_moved_aside_and_told() {
        for text in
            ["", "{", "[]", r#"{"version": 2}"#, r#"{"version": 1, "home": 3}"#, "\u{0}", &"x".repeat(70_000)]
        {
            let dir = tempfile::TempDir::new().unwrap();
            fs::write(dir.path().join(NAME), text).unwrap();
            let (_, read, said) = Memory::open(dir.path());
            let said = said.unwrap();
            assert!(read.is_none() && said.contains("dashboard.json.broken"), "{said}");
            assert_eq!(names(dir.path()), ["dashboard.json.broken"]);
            assert_eq!(fs::read_to_string(dir.path().join("dashboard.json.broken")).unwrap(), text);
        }
    }

    #[test]
    fn a_pipe_in_the_place_of_the_file_is_not_waited_for() {
        let dir = tempfile::TempDir::new().unwrap();
        let made = std::process::Command::new("mkfifo").arg(dir.path().join(NAME)).status().unwrap();
        assert!(made.success());
        let (_, read, said) = Memory::open(dir.path());
        assert!(read.is_none() && said.unwrap().contains("cannot be read: it is no file"));
        assert_eq!(names(dir.path()), ["dashboard.json.broken"]);
    }

    #[test]
    fn whoever_reads_while_others_write_reads_a_whole_file() {
        let dir = tempfile::TempDir::new().unwrap();
        let path = dir.path().join(NAME);
        let some =
            |filter: &str| remembered(&format!(r#"{{"version": 1, "home": {{"filter": "{filter}"}}}}"#));
        let writers = ["short", &"long ".repeat(400)].map(some);
        std::thread::scope(|scope| {
            for writer in &writers {
                scope.spawn(|| (0..60).for_each(|_| write(&path, writer).unwrap()));
            }
            for _ in 0..200 {
                if let Some(read) = read(&path).unwrap() {
                    assert!(writers.contains(&read));
                }
            }
        });
        assert_eq!(names(dir.path()), [NAME]);
    }
}
