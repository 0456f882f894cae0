//! What happens when the program has a bug: the terminal is given back, a report is written to a file
//! and its place is named. It never ends the program and never writes the environment, the arguments
//! or a key.
//!
//! A panic inside a panic hook aborts at once, so nothing here can: no lock is waited for, nothing is
//! indexed, and what fails to be written is let go.

use std::backtrace::Backtrace;
use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::panic::{self, PanicHookInfo};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError, TryLockError};
use std::thread::{self, ThreadId};

use jiff::Timestamp;

use super::redact::Redactor;
use super::terminal;

/// So many reports are kept, the newest ones.
const KEPT: usize = 10;

/// The longest message and the longest backtrace that are kept, in characters.
const LONGEST_MESSAGE: usize = 4 * 1024;
const LONGEST_TRACE: usize = 256 * 1024;

/// The report of the latest panic.
static LATEST: Mutex<Option<PathBuf>> = Mutex::new(None);

/// Tells the reports of one process apart.
static NUMBER: AtomicU32 = AtomicU32::new(0);

/// Installs the reporting of errors and panics. Call it once, first of all, on the thread that runs
/// the loop: a panic there is the end, while one elsewhere leaves the screen alone and is for the
/// loop to report, which sees the task fail and finds the file by [`latest`].
///
/// Reports go to `state_dir`, which is made when the first one is written.
///
/// # Errors
/// Where it is installed already.
pub fn install(state_dir: Option<PathBuf>, redactor: Redactor) -> color_eyre::Result<()> {
    let (_, errors) = color_eyre::config::HookBuilder::blank()
        .capture_span_trace_by_default(false)
        .display_env_section(false)
        .display_location_section(false)
        .try_into_hooks()?;
    errors.install()?;
    let reporter = Reporter { state_dir, redactor, loop_thread: thread::current().id() };
    panic::set_hook(Box::new(move |info| reporter.report(info)));
    Ok(())
}

/// The report of the latest panic, where one was written. For the notice on the screen when a task
/// has failed.
pub fn latest() -> Option<PathBuf> {
    LATEST.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

/// Panics if the environment variable `VOXTOP_TEST_PANIC` names `place`: `main`, called by the loop,
/// or `task`, called by a task. In release builds it does nothing. For the tests of this module's
/// promises against the real program.
///
/// # Panics
/// That is what it is for.
pub fn test_panic(place: &str) {
    let wanted =
        cfg!(debug_assertions) && std::env::var("VOXTOP_TEST_PANIC").is_ok_and(|wanted| wanted == place);
    assert!(!wanted, "VOXTOP_TEST_PANIC={place}\n\u{1b}[31mas asked for\u{1b}[0m");
}

struct Reporter {
    state_dir: Option<PathBuf>,
    redactor: Redactor,
    loop_thread: ThreadId,
}

impl Reporter {
    /// The panic hook.
    fn report(&self, info: &PanicHookInfo<'_>) {
        let on_loop = thread::current().id() == self.loop_thread;
        // Asked now: the operator may leave while the report is being written, and the message of a
        // task would then come after the goodbye.
        let over_the_screen = !on_loop && terminal::in_use();
        if on_loop {
            terminal::restore();
        }
        let message = self.clean(&shortened(payload(info), LONGEST_MESSAGE));
        let place = info.location().map_or_else(|| "an unknown place".to_owned(), ToString::to_string);
        let trace = Backtrace::force_capture().to_string();
        let thread = thread::current().name().unwrap_or("without a name").to_owned();
        let body = self.clean(&format!(
            "message: {message}\nplace: {place}\nthread: {thread}\n\n{}\n",
            shortened(&trace, LONGEST_TRACE)
        ));
        #[expect(
            clippy::disallowed_methods,
            reason = "the rim's own clock: the name and the date of the report"
        )]
        let now = Timestamp::now();
        let written = match &self.state_dir {
            Some(dir) => write_report(dir, now, &body),
            None => Err(io::Error::new(io::ErrorKind::NotFound, "there is no state directory")),
        };
        if let (Ok(path), Some(mut latest)) = (&written, unpoisoned(LATEST.try_lock())) {
            *latest = Some(path.clone());
        }
        tracing::error!(%place, thread, "panic: {message}");
        if !over_the_screen {
            let notice = notice(&message, &place, &written);
            // Past std's stderr, which panics where nobody reads and may be locked by this very thread.
            let _ = rustix::io::write(io::stderr(), notice.as_bytes());
        }
    }

    fn clean(&self, text: &str) -> String {
        self.redactor
            .try_clean(text)
            .unwrap_or_else(|| "(withheld: the list of keys to mask was in use)".to_owned())
    }
}

fn unpoisoned<T>(lock: Result<T, TryLockError<T>>) -> Option<T> {
    match lock {
        Ok(guard) => Some(guard),
        Err(TryLockError::Poisoned(guard)) => Some(guard.into_inner()),
        Err(TryLockError::WouldBlock) => None,
    }
}

fn payload<'a>(info: &'a PanicHookInfo<'_>) -> &'a str {
    let payload = info.payload();
    payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("(no message)")
}

fn shortened(text: &str, longest: usize) -> String {
    match text.char_indices().nth(longest) {
        Some((end, _)) => format!("{}… (cut)", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// What the operator reads when the screen is gone.
fn notice(message: &str, place: &str, written: &io::Result<PathBuf>) -> String {
    let headline = shortened(&message.replace('\n', " "), 500);
    let file = match written {
        Ok(path) => format!(
            "  The details are in {}\n  It holds no keys, arguments or environment; please add it to your bug report.\n",
            path.display()
        ),
        Err(error) => format!("  The details could not be written: {error}.\n"),
    };
    format!("voxtop has crashed: {headline}\n  at {place}\n{file}")
}

fn write_report(dir: &Path, now: Timestamp, body: &str) -> io::Result<PathBuf> {
    DirBuilder::new().recursive(true).mode(0o700).create(dir)?;
    // Room for the new one. A failure to clean up is no reason to lose the report.
    let _ = prune(dir, KEPT.saturating_sub(1));
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let name = format!("crash-{}-{}-{number}.txt", now.strftime("%Y%m%dT%H%M%SZ"), std::process::id());
    let path = dir.join(name);
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path)?;
    write!(
        file,
        "voxtop {} has crashed\ntime: {now:.0}\nsystem: {} {}\n{body}",
        env!("CARGO_PKG_VERSION"),
        std::env::consts::OS,
        std::env::consts::ARCH,
    )?;
    file.sync_all()?;
    Ok(path)
}

/// Removes the oldest reports until `left` remain. The names sort by time.
fn prune(dir: &Path, left: usize) -> io::Result<()> {
    let mut reports: Vec<PathBuf> = fs::read_dir(dir)?
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_file()))
        .filter(|entry| entry.file_name().to_str().is_some_and(is_report))
        .map(|entry| entry.path())
        .collect();
    reports.sort();
    let surplus = reports.len().saturating_sub(left);
    reports.iter().take(surplus).try_for_each(fs::remove_file)
}

fn is_report(name: &str) -> bool {
    name.strip_prefix("crash-").and_then(|name| name.strip_suffix(".txt")).is_some_and(|middle| {
        !middle.is_empty() && middle.bytes().all(|byte| byte.is_ascii_digit() || b"TZ-".contains(&byte))
    })
}

#[cfg(test)]
mod tests;
