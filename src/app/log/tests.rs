use super::*;
use crate::model::KeyValue;

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

/// Runs `say` with a log of `verbosity` and returns what is in the file.
fn logged(verbosity: u8, redactor: &Redactor, say: impl FnOnce()) -> String {
    let home = tempfile::tempdir().unwrap();
    let dir = home.path().join("state/voxtop");
    let options = LogOptions { file: None, state_dir: Some(&dir), verbosity };
    let (log, writer) = open(options, redactor).unwrap();
    tracing::subscriber::with_default(subscriber(writer.unwrap(), verbosity), say);
    let path = log.path().unwrap().to_owned();
    assert_eq!((log.warning(), log.dropped_lines()), (None, 0));
    drop(log);
    assert_eq!((mode(&dir), mode(&path)), (0o700, 0o600));
    fs::read_to_string(path).unwrap()
}

#[test]
fn levels_follow_the_option_and_libraries_stay_quiet() {
    for (verbosity, expected) in [
        (0, "error warn info lib-warn"),
        (1, "error warn info debug lib-warn lib-info"),
        (2, "error warn info debug trace lib-warn lib-info"),
        (9, "error warn info debug trace lib-warn lib-info"),
    ] {
        let text = logged(verbosity, &Redactor::new(), || {
            tracing::error!("said error");
            tracing::warn!("said warn");
            tracing::info!("said info");
            tracing::debug!("said debug");
            tracing::trace!("said trace");
            tracing::warn!(target: "hyper", "said lib-warn");
            tracing::info!(target: "hyper", "said lib-info");
            tracing::debug!(target: "hyper", "said lib-debug");
        });
        let said: Vec<&str> = text.lines().filter_map(|line| Some(line.split_once("said ")?.1)).collect();
        assert_eq!(said.join(" "), expected, "-v {verbosity}: {text}");
    }
}

#[test]
fn a_line_has_no_key_no_control_and_no_break() {
    let redactor = Redactor::new();
    redactor.learn(&KeyValue::new("sk-very-secret-1").unwrap());
    let text = logged(0, &redactor, || {
        tracing::info!(header = "Bearer sk-very-secret-1", "first\nsecond \u{1b}[31mred\u{9b}0m\u{202e}");
        tracing::warn!("after");
    });
    assert_eq!(text.lines().count(), 2, "{text:?}");
    assert!(text.contains("[key]") && !text.contains("secret"), "{text:?}");
    assert!(text.chars().all(|letter| letter == '\n' || !letter.is_control()), "{text:?}");
    assert!(!text.contains('\u{202e}'), "{text:?}");
}

#[test]
fn odd_bytes_and_long_lines_are_kept_in_bounds() {
    let redactor = Redactor::new();
    assert_eq!(tidy(&redactor, b"a\xff\x00b\r\n"), "a\u{fffd}b\n");
    assert_eq!(tidy(&redactor, b""), "\n");
    let long = tidy(&redactor, "ä".repeat(LONGEST).as_bytes());
    assert!(long.len() <= LONGEST + "…\n".len() && long.ends_with("ä…\n"), "{}", long.len());
}

#[test]
fn a_full_file_is_renamed_and_two_are_all_there_is() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("a.log");
    let mut file = Rotating::open(&path, 20, false).unwrap();
    for line in ["1234567\n", "2345678\n", "3456789\n", "4567890\n", "5678901\n"] {
        file.append(line.as_bytes()).unwrap();
    }
    let older = home.path().join("a.log.1");
    assert_eq!(fs::read_to_string(&path).unwrap(), "5678901\n");
    assert_eq!(fs::read_to_string(&older).unwrap(), "3456789\n4567890\n");
    assert_eq!(fs::read_dir(home.path()).unwrap().count(), 2);
    assert_eq!((mode(&path), mode(&older)), (0o600, 0o600));
    // A later run goes on where this one ended.
    drop(file);
    let mut file = Rotating::open(&path, 20, false).unwrap();
    file.append(b"6789012\n").unwrap();
    file.append(b"7890123\n").unwrap();
    assert_eq!(fs::read_to_string(&older).unwrap(), "5678901\n6789012\n");
    // A line that is longer than the whole file still gets in.
    file.append("x".repeat(50).as_bytes()).unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap().len(), 50);
}

#[test]
fn two_programs_on_one_file_do_not_push_each_other_out() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("a.log");
    let mut first = Rotating::open(&path, 20, false).unwrap();
    let mut second = Rotating::open(&path, 20, false).unwrap();
    first.append(b"first one\n").unwrap();
    second.append(b"second 2\n").unwrap();
    first.append(b"full now\n").unwrap();
    first.append(b"and new\n").unwrap();
    let kept = fs::read_to_string(home.path().join("a.log.1")).unwrap();
    second.append(b"second here\n").unwrap();
    assert_eq!(fs::read_to_string(home.path().join("a.log.1")).unwrap(), kept);
    assert!(fs::read_to_string(&path).unwrap().ends_with("and new\nsecond here\n"));
}

#[test]
fn a_file_of_the_users_keeps_its_permissions() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("shared.log");
    fs::write(&path, "old\n").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    let mut file = Rotating::open(&path, 6, true).unwrap();
    file.append(b"new\n").unwrap();
    assert_eq!((mode(&path), mode(&home.path().join("shared.log.1"))), (0o640, 0o640));
    let fresh = home.path().join("fresh.log");
    Rotating::open(&fresh, 6, true).unwrap();
    assert_eq!(mode(&fresh), 0o600);
}

#[test]
fn a_file_that_was_asked_for_must_work_and_the_default_may_fail() {
    let home = tempfile::tempdir().unwrap();
    let (missing, file) = (home.path().join("no/such/dir/a.log"), home.path().join("file"));
    fs::write(&file, "").unwrap();
    for (path, wrong) in [(missing.as_path(), "No such file"), (home.path(), "not a regular file")] {
        let options = LogOptions { file: Some(path), state_dir: None, verbosity: 0 };
        let error = open(options, &Redactor::new()).unwrap_err().to_string();
        assert!(error.contains(&path.display().to_string()), "{error}");
        assert!(error.contains(wrong) && error.contains("--log-file"), "{error}");
    }
    for dir in [Some(file.as_path()), None] {
        let options = LogOptions { file: None, state_dir: dir, verbosity: 0 };
        let (log, writer) = open(options, &Redactor::new()).unwrap();
        assert!(writer.is_none() && log.path().is_none());
        assert!(log.warning().unwrap().contains("log"), "{:?}", log.warning());
    }
}

#[test]
fn a_device_is_not_renamed() {
    let mut null = Rotating::open(Path::new("/dev/null"), 4, true).unwrap();
    null.append(b"12345678\n").unwrap();
    null.append(b"12345678\n").unwrap();
    assert!(!Path::new("/dev/null.1").exists());
}
