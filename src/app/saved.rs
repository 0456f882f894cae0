//! The account of the transcripts that voxtop saved: a private file in the state directory, a line a transcript,
//! so that a job whose transcript is safe is not called about to be lost after a restart. Lines are only added;
//! those of jobs that the service has dropped are cleared away at a start. It is a help to memory and no more: where
//! it cannot be read or written, nothing else fails.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};
use rustix::fs::{FlockOperation, flock};
use serde::{Deserialize, Serialize};

use super::now;
use crate::model::{Fleet, JobId, JobKey, Material, RETENTION};
use crate::state::Saved;

const NAME: &str = "saved.jsonl";
/// Whoever reads or writes the account holds this file meanwhile: the account itself is exchanged for another.
const LOCK: &str = "saved.lock";
/// So many lines are kept: more than anybody saves in the week for which the service keeps jobs.
const KEPT: usize = 20_000;
/// No more of the file is read. A line has some hundred bytes.
const LONGEST: u64 = 16 * 1024 * 1024;

/// One transcript in a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Line {
    at: Timestamp,
    environment: String,
    id: String,
    form: String,
    path: String,
}

/// Where the account is.
#[derive(Clone, Debug)]
pub(super) struct Account {
    dir: PathBuf,
}

impl Account {
    pub(super) fn new(dir: PathBuf) -> Self {
        Self { dir }
    }

    /// What was saved of this fleet's jobs. Of lines that are too old, and of those that cannot be read, the file is
    /// freed.
    pub(super) fn read(&self, fleet: &Fleet) -> Saved {
        let lines = self.kept(now()).unwrap_or_else(|error| {
            if error.kind() != io::ErrorKind::NotFound {
                tracing::warn!("the account of saved transcripts cannot be read: {error}");
            }
            Vec::new()
        });
        let mut saved = Saved::default();
        for line in lines {
            let place = fleet.environments().find(|(_, place)| place.name.as_str() == line.environment);
            if let Some((environment, _)) = place {
                saved.note(JobKey { environment, id: JobId::new(&line.id) }, line.path);
            }
        }
        saved
    }

    /// Adds a transcript that was saved.
    pub(super) fn note(&self, environment: &str, id: &JobId, material: Material, path: &Path) {
        if material == Material::Log {
            return;
        }
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let line = Line {
            at: now(),
            environment: environment.to_owned(),
            id: id.to_string(),
            form: material.to_string(),
            path: path.display().to_string(),
        };
        if let Err(error) = self.add(&line) {
            tracing::warn!("the account of saved transcripts cannot be written: {error}");
        }
    }

    fn add(&self, line: &Line) -> io::Result<()> {
        DirBuilder::new().recursive(true).mode(0o700).create(&self.dir)?;
        let _lock = self.lock()?;
        let mut text = serde_json::to_vec(line)?;
        text.push(b'\n');
        if let Err(error) = self.look()
            && error.kind() != io::ErrorKind::NotFound
        {
            return Err(error);
        }
        let mut file = OpenOptions::new().append(true).create(true).mode(0o600).open(self.dir.join(NAME))?;
        file.write_all(&text)
    }

    /// Whether there is an account, and it is a file: opening a pipe would wait for whoever is at its other end.
    fn look(&self) -> io::Result<()> {
        let about = fs::metadata(self.dir.join(NAME))?;
        if about.is_file() { Ok(()) } else { Err(io::Error::other("it is no file")) }
    }

    /// The lines that still say something, oldest first.
    fn kept(&self, now: Timestamp) -> io::Result<Vec<Line>> {
        self.look()?;
        let _lock = self.lock()?;
        let file = File::open(self.dir.join(NAME))?;
        let mut kept = Vec::new();
        let mut lines = 0_usize;
        for text in BufReader::new(file.take(LONGEST)).split(b'\n') {
            lines += 1;
            // A day more, for clocks that differ. What was cut short by a crash is no line.
            let line = serde_json::from_slice::<Line>(&text?).ok();
            kept.extend(
                line.filter(|line| now.duration_since(line.at) < RETENTION + SignedDuration::from_hours(24)),
            );
        }
        let kept = kept.split_off(kept.len().saturating_sub(KEPT));
        if kept.len() < lines {
            self.write_anew(&kept)?;
        }
        Ok(kept)
    }

    /// Puts another file in the account's place, whole or not at all.
    fn write_anew(&self, lines: &[Line]) -> io::Result<()> {
        let beside = self.dir.join(format!(".{NAME}.{}", std::process::id()));
        let mut text = Vec::new();
        for line in lines {
            serde_json::to_writer(&mut text, line)?;
            text.push(b'\n');
        }
        let written = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&beside);
        let done = written.and_then(|mut file| {
            file.write_all(&text)?;
            file.sync_all()?;
            fs::rename(&beside, self.dir.join(NAME))
        });
        if done.is_err() {
            let _ = fs::remove_file(&beside);
        }
        done
    }

    /// Waits for whoever else is at it; they are done in a moment.
    fn lock(&self) -> io::Result<File> {
        let file = OpenOptions::new().append(true).create(true).mode(0o600).open(self.dir.join(LOCK))?;
        flock(&file, FlockOperation::LockExclusive)?;
        Ok(file)
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::model::EnvironmentId;
    use crate::store::fixture::fleet;

    fn key(environment: u16, id: &str) -> JobKey {
        JobKey { environment: EnvironmentId(environment), id: JobId::new(id) }
    }

    #[test]
    fn what_was_saved_is_known_after_a_restart_and_private() {
        let dir = tempfile::TempDir::new().unwrap();
        let account = Account::new(dir.path().join("deep/state"));
        assert!(account.read(&fleet()).path(&key(0, "a")).is_none(), "there is none yet");
        assert!(!dir.path().join("deep").exists(), "and reading makes none");
        account.note("eu1", &JobId::new("a"), Material::Txt, Path::new("/x/a.txt"));
        account.note("eu2", &JobId::new("a"), Material::Srt, Path::new("a.srt"));
        account.note("elsewhere", &JobId::new("b"), Material::Json, Path::new("/x/b.json"));
        account.note("us1", &JobId::new("c"), Material::Log, Path::new("/x/c.log"));
        let saved = account.read(&fleet());
        assert_eq!(saved.path(&key(0, "a")), Some("/x/a.txt"));
        assert!(saved.path(&key(1, "a")).unwrap().ends_with("/a.srt"), "{:?}", saved.path(&key(1, "a")));
        assert_eq!(saved.path(&key(2, "c")), None, "a log is no transcript");
        let mode = fs::metadata(account.dir.join(NAME)).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600);
    }

    #[test]
    fn a_pipe_in_the_place_of_the_account_is_not_waited_for() {
        let dir = tempfile::TempDir::new().unwrap();
        let made = std::process::Command::new("mkfifo").arg(dir.path().join(NAME)).status().unwrap();
        assert!(made.success());
        let account = Account::new(dir.path().to_owned());
        account.note("eu1", &JobId::new("a"), Material::Txt, Path::new("/x/a.txt"));
        assert!(account.read(&fleet()).path(&key(0, "a")).is_none());
    }

    #[test]
    fn what_is_old_or_broken_is_cleared_away_and_nothing_else() {
        let dir = tempfile::TempDir::new().unwrap();
        let account = Account::new(dir.path().to_owned());
        account.note("eu1", &JobId::new("fresh"), Material::Txt, Path::new("/x/fresh.txt"));
        let now = now();
        let old = Line {
            at: now - SignedDuration::from_hours(24 * 9),
            environment: "eu1".into(),
            id: "old".into(),
            form: "txt".into(),
            path: "/x/old.txt".into(),
        };
        account.add(&old).unwrap();
        let path = dir.path().join(NAME);
        let mut file = OpenOptions::new().append(true).open(&path).unwrap();
        file.write_all(b"\xff\xfe\n{\"at\":\"2026\n{}\n[1").unwrap();
        let kept = account.kept(now).unwrap();
        assert_eq!(kept.iter().map(|line| line.id.as_str()).collect::<Vec<_>>(), ["fresh"]);
        assert_eq!(fs::read_to_string(&path).unwrap().lines().count(), 1);
        assert_eq!(account.kept(now).unwrap(), kept);
        let mode = fs::metadata(&path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode, fs::read_dir(dir.path()).unwrap().count()), (0o600, 2));
    }

    #[test]
    fn it_is_bounded() {
        let dir = tempfile::TempDir::new().unwrap();
        let account = Account::new(dir.path().to_owned());
        let line = |nth: usize| Line {
            at: now(),
            environment: "eu1".into(),
            id: nth.to_string(),
            form: "txt".into(),
            path: "/x".into(),
        };
        account.write_anew(&(0..KEPT + 5).map(line).collect::<Vec<_>>()).unwrap();
        let kept = account.kept(now()).unwrap();
        assert_eq!((kept.len(), kept[0].id.as_str()), (KEPT, "5"));
    }
}
