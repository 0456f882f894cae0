//! The support bundle's file: in the state directory, for its owner alone, whole or not at all, never over
//! another.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use super::redact::Redactor;
use crate::state::Bundle;

/// So many bundles of one second about one thing are told apart.
const TWINS: usize = 100;

/// The whole text: what made it and where, then the bundle, without keys.
pub(super) fn text(bundle: &Bundle, redactor: &Redactor) -> String {
    let text = format!(
        "voxtop support bundle, made {:.0}\nvoxtop {} on {} {}; times are UTC; keys are named by fingerprints, secrets are masked\n{}",
        bundle.at,
        env!("CARGO_PKG_VERSION"),
        std::env::consts::OS,
        std::env::consts::ARCH,
        bundle.text
    );
    redactor.clean(&text)
}

/// Writes it; gives its place.
pub(super) fn write(dir: &Path, bundle: &Bundle, text: &str) -> io::Result<PathBuf> {
    DirBuilder::new().recursive(true).mode(0o700).create(dir)?;
    let stem = format!("support-{}-{}", bundle.at.strftime("%Y%m%dT%H%M%SZ"), bundle.about);
    let beside = dir.join(format!(".{stem}.{}.part", std::process::id()));
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&beside)?;
    let written = file.write_all(text.as_bytes()).and_then(|()| file.sync_all());
    let placed = written.and_then(|()| place(dir, &stem, &beside));
    // What stays beside is of no use, whatever came of it.
    let _ = fs::remove_file(&beside);
    placed
}

/// Gives it a name that is free: a link is refused where there is such a file already.
fn place(dir: &Path, stem: &str, beside: &Path) -> io::Result<PathBuf> {
    let mut taken = io::Error::from(io::ErrorKind::AlreadyExists);
    for twin in 0..TWINS {
        let name = if twin == 0 { format!("{stem}.txt") } else { format!("{stem}-{twin}.txt") };
        let path = dir.join(name);
        match fs::hard_link(beside, &path) {
            Ok(()) => return Ok(path),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => taken = error,
            Err(error) => return Err(error),
        }
    }
    Err(taken)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::model::KeyValue;

    #[test]
    fn the_state_and_the_terminal_agree_on_how_much_is_copied() {
        assert_eq!(crate::state::CLIPBOARD, super::super::clipboard::LONGEST);
    }

    #[test]
    fn it_is_private_whole_without_keys_and_never_over_another() {
        let home = tempfile::TempDir::new().unwrap();
        let dir = home.path().join("state/voxtop");
        let redactor = Redactor::new();
        redactor.learn(&KeyValue::new("sk-1234567890").unwrap());
        let at = "2026-11-23T04:34:00.5Z".parse().unwrap();
        let bundle = Bundle { at, about: "eu1-a1".to_owned(), text: "by sk-1234567890\u{1b}[2J".to_owned() };
        let text = text(&bundle, &redactor);
        assert!(text.contains("by [key][2J") && text.contains(env!("CARGO_PKG_VERSION")), "{text}");
        let first = write(&dir, &bundle, &text).unwrap();
        let second = write(&dir, &bundle, "other").unwrap();
        assert_eq!(first.file_name().unwrap(), "support-20261123T043400Z-eu1-a1.txt");
        assert_eq!(second.file_name().unwrap(), "support-20261123T043400Z-eu1-a1-1.txt");
        assert_eq!(fs::read_to_string(&first).unwrap(), text);
        let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&first), mode(&dir)), (0o600, 0o700));
        assert_eq!(fs::read_dir(&dir).unwrap().count(), 2, "nothing is left beside them");
        assert!(write(Path::new("/dev/null/no"), &bundle, "x").is_err());
    }
}
