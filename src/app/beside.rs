//! A file that is there whole or not at all, for its owner alone: written beside its place first, then
//! given its name. Never over another file unless that was said.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// A file in the making. Dropping it leaves nothing behind.
#[derive(Debug)]
pub(super) struct Beside {
    file: File,
    part: PathBuf,
    path: PathBuf,
    settled: bool,
}

impl Beside {
    /// Begins.
    pub(super) fn create(path: &Path) -> io::Result<Self> {
        let name = path.file_name().ok_or_else(|| io::Error::other("this names no file"))?;
        let mut own = std::ffi::OsString::from(".");
        own.push(name);
        own.push(format!(".{}.part", std::process::id()));
        let part = path.with_file_name(own);
        let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&part)?;
        Ok(Self { file, part, path: path.to_owned(), settled: false })
    }

    /// Gives it its name, which without `replace` must not be there.
    pub(super) fn settle(mut self, replace: bool) -> io::Result<()> {
        self.file.sync_all()?;
        if replace {
            fs::rename(&self.part, &self.path)?;
            self.settled = true;
        } else {
            // A link is refused where there is such a file already, however late it came.
            fs::hard_link(&self.part, &self.path)?;
        }
        Ok(())
    }
}

impl Write for Beside {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        if !self.settled {
            let _ = fs::remove_file(&self.part);
        }
    }
}

/// `~/` is the home directory.
pub(super) fn expand(path: &str) -> PathBuf {
    match (path.strip_prefix("~/"), std::env::home_dir()) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => PathBuf::from(path),
    }
}
