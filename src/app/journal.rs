//! The account of a deletion of many jobs: a file in the state directory, private, with a line before and
//! after each request, each on the disk before anything else happens. Whatever ends the program, the file
//! says what was deleted, what was not, and of what nobody knows; the next start tells of it.

use std::collections::BTreeMap;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What the files' names begin with.
const NAME: &str = "deletion-";

/// So many accounts are kept.
const KEPT: usize = 50;

/// How far one job has come. The order is that of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Step {
    /// It is to be deleted; nothing was sent.
    Wanted,
    /// The request is about to go out.
    Asked,
    /// The service has deleted it.
    Deleted,
    /// It was not there (any more).
    Gone,
    /// It was not deleted.
    Kept,
    /// The request failed in such a way that it may have been deleted.
    Unknown,
}

#[derive(Debug, Serialize, Deserialize)]
struct Line {
    at: Timestamp,
    step: Step,
    environment: String,
    id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    why: Option<String>,
}

/// The last line: nothing is left to be told.
#[derive(Debug, Serialize, Deserialize)]
struct End {
    at: Timestamp,
    end: bool,
}

/// An account that is being written.
#[derive(Debug)]
pub(super) struct Journal {
    file: File,
}

impl Journal {
    /// Begins an account of these jobs, as (environment, id).
    ///
    /// # Errors
    /// Where it cannot be written; then nothing may be deleted.
    pub(super) fn begin(dir: &Path, at: Timestamp, wanted: &[(String, String)]) -> io::Result<Self> {
        DirBuilder::new().recursive(true).mode(0o700).create(dir)?;
        let name = format!("{NAME}{}-{}.jsonl", at.as_millisecond(), std::process::id());
        let file = OpenOptions::new().append(true).create_new(true).mode(0o600).open(dir.join(name))?;
        let mut journal = Self { file };
        let mut text = Vec::new();
        for (environment, id) in wanted {
            line(&mut text, at, Step::Wanted, (environment, id), None)?;
        }
        journal.put(&text)?;
        // The name too has to be on the disk.
        File::open(dir)?.sync_all()?;
        Ok(journal)
    }

    /// Notes how far a job has come, and why where it was not deleted.
    ///
    /// # Errors
    /// Where that cannot be written; then nothing more may be deleted.
    pub(super) fn note(
        &mut self,
        at: Timestamp,
        step: Step,
        job: (&str, &str),
        why: Option<&str>,
    ) -> io::Result<()> {
        let mut text = Vec::new();
        line(&mut text, at, step, job, why)?;
        self.put(&text)
    }

    /// Ends the account: all that it wanted was tried, and somebody has been told.
    ///
    /// # Errors
    /// Where that cannot be written; the next start will tell of it again.
    pub(super) fn end(&mut self, at: Timestamp) -> io::Result<()> {
        let mut text = serde_json::to_vec(&End { at, end: true })?;
        text.push(b'\n');
        self.put(&text)
    }

    fn put(&mut self, text: &[u8]) -> io::Result<()> {
        self.file.write_all(text)?;
        self.file.sync_data()
    }
}

fn line(
    text: &mut Vec<u8>,
    at: Timestamp,
    step: Step,
    (environment, id): (&str, &str),
    why: Option<&str>,
) -> io::Result<()> {
    let (environment, id) = (environment.to_owned(), id.to_owned());
    serde_json::to_writer(&mut *text, &Line { at, step, environment, id, why: why.map(str::to_owned) })?;
    text.push(b'\n');
    Ok(())
}

/// What is to be told of deletions that did not come to their end, a sentence each; they are told once.
/// Those of programs that still run are left alone, and old accounts are cleared away.
pub(super) fn unfinished(dir: &Path, now: Timestamp) -> Vec<String> {
    let mut accounts: Vec<PathBuf> = fs::read_dir(dir)
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(NAME)))
        .filter(|path| !is_being_written(path))
        .collect();
    accounts.sort();
    let told = accounts.iter().filter_map(|path| tell(path, now)).collect();
    for old in accounts.iter().rev().skip(KEPT) {
        // One that cannot be cleared away stays.
        let _ = fs::remove_file(old);
    }
    told
}

/// Whether the process that began an account, by its number in the name, is there and not this one.
fn is_being_written(path: &Path) -> bool {
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let pid = stem.rsplit('-').next().and_then(|pid| pid.parse::<i32>().ok());
    let other = pid.filter(|pid| u32::try_from(*pid) != Ok(std::process::id()));
    other
        .and_then(rustix::process::Pid::from_raw)
        .is_some_and(|pid| rustix::process::test_kill_process(pid).is_ok())
}

fn tell(path: &Path, now: Timestamp) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    if text.lines().any(|line| serde_json::from_str::<End>(line).is_ok_and(|end| end.end)) {
        return None;
    }
    let mut jobs: BTreeMap<(String, String), Step> = BTreeMap::new();
    // The last line may have been cut off as it was written: what it would say is then not known.
    for line in text.lines().filter_map(|line| serde_json::from_str::<Line>(line).ok()) {
        jobs.insert((line.environment, line.id), line.step);
    }
    let count = |steps: &[Step]| jobs.values().filter(|step| steps.contains(step)).count();
    let deleted = count(&[Step::Deleted, Step::Gone]);
    let kept = count(&[Step::Wanted, Step::Kept]);
    let open = |step: &Step| matches!(step, Step::Asked | Step::Unknown);
    let unknown: Vec<String> = jobs
        .iter()
        .filter(|(_, step)| open(step))
        .map(|((environment, id), _)| format!("{id} in {environment}"))
        .collect();
    let unknown = match unknown.as_slice() {
        [] => String::new(),
        some if some.len() <= 5 => format!(", of {} it is not known: {}", some.len(), some.join(", ")),
        many => format!(", of {} it is not known", many.len()),
    };
    let file = OpenOptions::new().append(true).open(path).ok()?;
    // Where this cannot be written it is told once more.
    let _ = Journal { file }.end(now);
    Some(format!(
        "the last deletion was broken off: of {} jobs {deleted} were deleted, {kept} were not{unknown}; {} says which",
        jobs.len(),
        path.display()
    ))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millisecond(1_780_000_000_000 + ms).unwrap()
    }

    fn wanted(ids: &[&str]) -> Vec<(String, String)> {
        ids.iter().map(|id| ("eu1".to_owned(), (*id).to_owned())).collect()
    }

    #[test]
    fn what_was_broken_off_is_told_once_and_truly() {
        let home = tempfile::TempDir::new().unwrap();
        let dir = home.path().join("state");
        let mut journal = Journal::begin(&dir, at(0), &wanted(&["a", "b", "c", "d", "e"])).unwrap();
        let mut note = |step, id, why| journal.note(at(1), step, ("eu1", id), why).unwrap();
        note(Step::Asked, "a", None);
        note(Step::Deleted, "a", None);
        note(Step::Asked, "b", None);
        note(Step::Kept, "b", Some("423"));
        note(Step::Asked, "c", None);
        note(Step::Gone, "c", None);
        note(Step::Asked, "d", None);
        let path = fs::read_dir(&dir).unwrap().next().unwrap().unwrap().path();
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        // Killed as it wrote a line.
        fs::write(&path, format!("{}{{\"at\":\"2026", fs::read_to_string(&path).unwrap())).unwrap();
        let told = unfinished(&dir, at(9));
        assert_eq!(told.len(), 1);
        let words = "of 5 jobs 2 were deleted, 2 were not, of 1 it is not known: d in eu1; ";
        assert!(told[0].contains(words), "{told:?}");
        drop(journal);
    }

    #[test]
    fn one_that_ended_is_not_told_and_old_ones_go() {
        let dir = tempfile::TempDir::new().unwrap();
        assert_eq!(unfinished(&dir.path().join("nowhere"), at(0)), Vec::<String>::new());
        for nth in 0..60 {
            let mut journal = Journal::begin(dir.path(), at(nth), &wanted(&["a"])).unwrap();
            if nth != 30 {
                journal.end(at(nth)).unwrap();
            }
        }
        assert_eq!(unfinished(dir.path(), at(99)).len(), 1);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), KEPT);
        assert_eq!(unfinished(dir.path(), at(99)), Vec::<String>::new());
        // The account of a program that runs: process 1 always does.
        let theirs = dir.path().join(format!("{NAME}1-1.jsonl"));
        fs::write(&theirs, "").unwrap();
        let running = is_being_written(&theirs);
        assert_eq!(unfinished(dir.path(), at(99)).len(), usize::from(!running));
    }
}
