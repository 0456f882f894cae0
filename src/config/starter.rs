//! The starter file: what it holds, and how it gets to its place without harm to one that is there.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use super::document::plain;
use super::error::{ConfigError, Place, Problem};

/// The commented starter file: every option with its explanation, each commented out. Lines that
/// begin with `#` and no blank are options; take the `#` away to set one.
pub const STARTER: &str = include_str!("../../assets/config.toml");

/// Writes the starter file, readable by its owner alone, and the directories above it. The file
/// appears whole or not at all, and one that is there is never touched.
///
/// # Errors
/// When there is a file already, or the place cannot be written.
pub fn init(path: &Path) -> Result<(), ConfigError> {
    let place = Place::whole(path.display().to_string());
    let refuse = |error: &std::io::Error| -> ConfigError {
        let (what, remedy) = match error.kind() {
            ErrorKind::AlreadyExists => (
                "the file is there already and is left as it is".to_owned(),
                "Edit it, or move it away first.",
            ),
            _ => (
                format!("the starter file cannot be written: {}", plain(error)),
                "Choose another place with --config.",
            ),
        };
        Problem::new(&place, what, remedy).into()
    };
    if fs::symlink_metadata(path).is_ok() {
        return Err(refuse(&ErrorKind::AlreadyExists.into()));
    }
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    let directory = directory.map_or_else(|| PathBuf::from("."), Path::to_owned);
    create_private(&directory).map_err(|error| {
        // Something that is no directory stands where one has to be.
        let what = format!("the directory {} cannot be made: {}", directory.display(), plain(&error));
        Problem::new(&place, what, "Choose another place with --config.")
    })?;
    let aside = directory.join(format!(".config-{:08x}.new", fastrand::u32(..)));
    let written = write_new(&aside).and_then(|()| settle(&aside, path));
    // Whether it was linked to its place or not, its first name is not needed any more.
    let _ = fs::remove_file(&aside);
    written.map_err(|error| refuse(&error))
}

/// Gives a complete file its name, unless somebody took the name meanwhile.
fn settle(aside: &Path, path: &Path) -> std::io::Result<()> {
    match fs::hard_link(aside, path) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => {
            // Some file systems have no links. Creating anew still never overwrites.
            write_new(path)
        }
        linked => linked,
    }
}

fn write_new(path: &Path) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file: File = options.open(path)?;
    file.write_all(STARTER.as_bytes())?;
    file.sync_all()
}

fn create_private(directory: &Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(directory)
}
