//! The log file: what the program did, for whoever asks later. It is private, bounded in size and in
//! memory, and cleaned of keys and controls. It never writes to the terminal and never makes the loop
//! wait: what the disk cannot keep up with is dropped and counted.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, IsTerminal, Write};
use std::os::unix::fs::{DirBuilderExt, FileTypeExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use tracing::Subscriber;
use tracing::level_filters::LevelFilter;
use tracing_appender::non_blocking::{ErrorCounter, NonBlocking, NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;

use super::redact::Redactor;

/// The size at which the file is renamed to `.1` and begun again, in bytes.
const LARGEST: u64 = 5 * 1024 * 1024;

/// The longest line, in bytes.
const LONGEST: usize = 16 * 1024;

/// Lines that wait for the disk before others are dropped.
const WAITING: usize = 4096;

/// The name of the file in the state directory.
const NAME: &str = "voxtop.log";

/// What the user said of the log.
#[derive(Clone, Copy, Debug)]
pub struct LogOptions<'a> {
    /// `--log-file`.
    pub file: Option<&'a Path>,
    /// Where the log goes without `--log-file`; `None` where the system has no such place.
    pub state_dir: Option<&'a Path>,
    /// How often `-v` was given: 0 info, 1 debug, 2 and more trace. Of libraries warnings alone are
    /// logged, from `-v` on their information too: what they have to say below that may hold headers.
    pub verbosity: u8,
}

/// Why there is no log.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The file cannot be used.
    #[error("cannot write the log to {path}: {source}; give another file with --log-file, or none")]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: io::Error,
    },
    /// A program has one log.
    #[error("the log was started already")]
    Started,
}

/// The running log. Dropping it writes what waits, for a second at most; keep it until the end.
#[derive(Debug)]
pub struct Log {
    guard: Option<(WorkerGuard, ErrorCounter)>,
    path: Option<PathBuf>,
    warning: Option<String>,
}

impl Log {
    /// Where the log is, if there is one.
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// Why there is none although nobody asked for that. One sentence for the operator.
    pub fn warning(&self) -> Option<&str> {
        self.warning.as_deref()
    }

    /// Lines that were dropped because the disk could not keep up.
    pub fn dropped_lines(&self) -> usize {
        self.guard.as_ref().map_or(0, |(_, dropped)| dropped.dropped_lines())
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        let dropped = self.dropped_lines();
        if dropped > 0 {
            tracing::warn!(dropped, "lines were dropped, as the disk could not keep up");
        }
    }
}

/// Starts the log, for the rest of the program's life.
///
/// # Errors
/// Where the file of `--log-file` cannot be used. The default file may fail: the answer then has a
/// [`Log::warning`] and nothing is logged.
pub fn start(options: LogOptions<'_>, redactor: &Redactor) -> Result<Log, LogError> {
    let (log, writer) = open(options, redactor)?;
    if let Some(writer) = writer {
        tracing::subscriber::set_global_default(subscriber(writer, options.verbosity))
            .map_err(|_| LogError::Started)?;
    }
    Ok(log)
}

fn open(options: LogOptions<'_>, redactor: &Redactor) -> Result<(Log, Option<NonBlocking>), LogError> {
    let chosen = options.file.map(Path::to_owned);
    let explicit = chosen.is_some();
    let Some(path) = chosen.or_else(|| options.state_dir.map(|dir| dir.join(NAME))) else {
        return Ok(without("there is no log: this system has no state directory; --log-file names a file"));
    };
    match Rotating::open(&path, LARGEST, explicit) {
        Ok(file) => {
            let (writer, guard) = NonBlockingBuilder::default()
                .buffered_lines_limit(WAITING)
                .thread_name("voxtop-log")
                .finish(Lines { file, redactor: redactor.clone() });
            let guard = Some((guard, writer.error_counter()));
            Ok((Log { guard, path: Some(path), warning: None }, Some(writer)))
        }
        Err(source) if explicit => Err(LogError::File { path, source }),
        Err(source) => Ok(without(&LogError::File { path, source }.to_string())),
    }
}

fn without(warning: &str) -> (Log, Option<NonBlocking>) {
    (Log { guard: None, path: None, warning: Some(warning.to_owned()) }, None)
}

fn subscriber(writer: NonBlocking, verbosity: u8) -> impl Subscriber + Send + Sync {
    let (ours, others) = match verbosity {
        0 => (LevelFilter::INFO, LevelFilter::WARN),
        1 => (LevelFilter::DEBUG, LevelFilter::INFO),
        _ => (LevelFilter::TRACE, LevelFilter::INFO),
    };
    let levels = Targets::new().with_target(env!("CARGO_CRATE_NAME"), ours).with_default(others);
    let lines = tracing_subscriber::fmt::layer()
        .with_ansi(false)
        // Else it complains on stderr, which is the screen.
        .log_internal_errors(false)
        .with_writer(writer);
    tracing_subscriber::registry().with(lines.with_filter(levels))
}

/// Makes one clean line of each event. Runs on the log's own thread, which hands over one event at
/// a time.
struct Lines {
    file: Rotating,
    redactor: Redactor,
}

impl Write for Lines {
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        let line = tidy(&self.redactor, event);
        // Nobody to tell where the disk is full; the next line tries again.
        let _ = self.file.append(line.as_bytes());
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn tidy(redactor: &Redactor, event: &[u8]) -> String {
    let text = String::from_utf8_lossy(event);
    let mut line = redactor.clean(text.trim_end()).replace('\n', " ");
    if line.len() > LONGEST {
        let end = (0..=LONGEST).rev().find(|end| line.is_char_boundary(*end)).unwrap_or_default();
        line.truncate(end);
        line.push('…');
    }
    line.push('\n');
    line
}

/// A file that is renamed to `.1` when it is full.
struct Rotating {
    path: PathBuf,
    file: File,
    written: u64,
    largest: u64,
    /// A device such as `/dev/null` has no size and is not renamed.
    rotates: bool,
}

impl Rotating {
    /// Opens `path` for appending. Directories above it are made, except above a file that the
    /// user named (`explicit`): a mistyped path should be noticed. For the same reason that file
    /// keeps the permissions it has, while the default one is made private again.
    fn open(path: &Path, largest: u64, explicit: bool) -> io::Result<Self> {
        // A pipe would wait for its reader.
        if fs::metadata(path).is_ok_and(|meta| !meta.is_file() && !meta.file_type().is_char_device()) {
            return Err(io::Error::other("it is not a regular file"));
        }
        if let (false, Some(dir)) = (explicit, path.parent()) {
            DirBuilder::new().recursive(true).mode(0o700).create(dir)?;
        }
        let file = private().open(path)?;
        if file.is_terminal() {
            return Err(io::Error::other("it is a terminal, and the log would spoil the screen"));
        }
        let meta = file.metadata()?;
        if !explicit && meta.is_file() {
            file.set_permissions(fs::Permissions::from_mode(0o600))?;
        }
        Ok(Self { path: path.to_owned(), file, written: meta.len(), largest, rotates: meta.is_file() })
    }

    fn append(&mut self, line: &[u8]) -> io::Result<()> {
        let size = u64::try_from(line.len()).unwrap_or(u64::MAX);
        if self.rotates && self.written > 0 && self.written.saturating_add(size) > self.largest {
            self.rotate()?;
        }
        self.file.write_all(line)?;
        self.written = self.written.saturating_add(size);
        Ok(())
    }

    /// Another voxtop may log to the same file and have renamed it already: then the new one is
    /// joined instead of pushing it out too.
    fn rotate(&mut self) -> io::Result<()> {
        let old = self.file.metadata()?;
        let same = |meta: fs::Metadata| (meta.dev(), meta.ino()) == (old.dev(), old.ino());
        if fs::metadata(&self.path).is_ok_and(same) {
            let mut older = self.path.clone().into_os_string();
            older.push(".1");
            fs::rename(&self.path, older)?;
        }
        let file = private().open(&self.path)?;
        file.set_permissions(old.permissions())?;
        self.written = file.metadata()?.len();
        self.file = file;
        Ok(())
    }
}

fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.create(true).append(true).mode(0o600);
    options
}

#[cfg(test)]
mod tests;
