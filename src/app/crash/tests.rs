use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::*;
use crate::model::KeyValue;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_763_853_247 + second).unwrap()
}

fn reports(dir: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| is_report(name))
        .collect();
    names.sort();
    names
}

#[test]
fn a_report_is_private_and_says_what_is_needed() {
    let home = tempfile::tempdir().unwrap();
    let dir = home.path().join("state/voxtop");
    let path = write_report(&dir, at(0), "message: oh\n").unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&dir), mode(&path)), (0o700, 0o600));
    let text = fs::read_to_string(path).unwrap();
    for expected in
        [env!("CARGO_PKG_VERSION"), std::env::consts::OS, "time: 2025-11-22T23:14:07Z", "message: oh"]
    {
        assert!(text.contains(expected), "{expected} in {text}");
    }
}

#[test]
fn the_newest_ten_reports_are_kept_and_nothing_else_is_touched() {
    let home = tempfile::tempdir().unwrap();
    for other in ["crash-notes.txt", "voxtop.log", "crash-.txt", "crash-2025.txt.bak"] {
        fs::write(home.path().join(other), "mine").unwrap();
    }
    let written: Vec<String> = (0..15)
        .map(|second| write_report(home.path(), at(second), "").unwrap())
        .map(|path| path.file_name().unwrap().to_str().unwrap().to_owned())
        .collect();
    assert_eq!(reports(home.path()), written[5..]);
    assert!(home.path().join("crash-notes.txt").exists() && home.path().join("voxtop.log").exists());
}

#[test]
fn the_notice_fits_on_a_few_plain_lines() {
    let path = PathBuf::from("/state/crash-1.txt");
    let text = notice("first\nsecond", "src/x.rs:1:2", &Ok(path));
    assert!(text.starts_with("voxtop has crashed: first second\n  at src/x.rs:1:2\n"), "{text}");
    assert!(text.contains("/state/crash-1.txt"), "{text}");
    assert!(notice(&"x".repeat(10_000), "y", &Err(io::Error::other("disk full"))).len() < 1000);
    assert!(notice("x", "y", &Err(io::Error::other("disk full"))).contains("disk full"));
}

#[test]
fn long_texts_are_cut_between_letters() {
    assert_eq!(shortened("äöü", 3), "äöü");
    assert_eq!(shortened("äöüß", 3), "äöü… (cut)");
    assert_eq!(shortened("", 0), "");
}

/// Panics in its own destructor, as a second bug would while the first unwinds.
struct Clumsy;

impl Drop for Clumsy {
    fn drop(&mut self) {
        let second = panic::catch_unwind(|| panic!("second bug"));
        assert!(second.is_err());
    }
}

/// One test for all of the hook, since a process has one.
#[test]
fn panics_are_reported_wherever_they_happen() {
    let home = tempfile::tempdir().unwrap();
    let redactor = Redactor::new();
    redactor.learn(&KeyValue::new("sk-very-secret-1").unwrap());
    let reporter =
        Reporter { state_dir: Some(home.path().to_owned()), redactor, loop_thread: thread::current().id() };
    let mine: Arc<AtomicBool> = Arc::default();
    let armed = Arc::clone(&mine);
    let before = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        // Other tests of this process may fail meanwhile; theirs are not ours to count.
        let text = payload(info);
        if armed.load(Ordering::SeqCst) && ["bug", "odd"].iter().any(|word| text.contains(word)) {
            reporter.report(info);
        } else {
            before(info);
        }
    }));
    mine.store(true, Ordering::SeqCst);
    let first = panic::catch_unwind(|| {
        let _clumsy = Clumsy;
        panic!("first bug \u{1b}]0;x\u{7} with sk-very-secret-1");
    });
    let elsewhere = thread::Builder::new()
        .name("worker-7".to_owned())
        .spawn(|| panic::panic_any(String::from("odd one")))
        .unwrap()
        .join();
    mine.store(false, Ordering::SeqCst);
    drop(panic::take_hook());
    assert!(first.is_err() && elsewhere.is_err());
    let texts: Vec<String> =
        reports(home.path()).iter().map(|name| fs::read_to_string(home.path().join(name)).unwrap()).collect();
    assert_eq!(texts.len(), 3, "{texts:?}");
    let holding = |what: &str| texts.iter().filter(|text| text.contains(what)).count();
    assert_eq!(holding("message: first bug ]0;x with [key]\n"), 1, "{texts:?}");
    assert_eq!((holding("message: second bug"), holding("thread: worker-7")), (1, 1), "{texts:?}");
    assert_eq!((holding("sk-very-secret-1"), holding("\u{1b}")), (0, 0), "{texts:?}");
    assert_eq!(holding("panics_are_reported_wherever_they_happen"), 3, "a backtrace in each: {texts:?}");
    let latest = latest().expect("a report was written");
    assert!(latest.starts_with(home.path()), "{latest:?}");
}
