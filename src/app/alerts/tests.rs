use std::ffi::OsStr;

use super::*;

#[test]
fn nothing_of_a_text_can_end_a_notification() {
    let evil = "4;job \x1b\\\x07\u{9c}\u{9d}; is done";
    for protocol in [Notification::Osc9, Notification::Osc777, Notification::Osc99] {
        let bytes = notification(protocol, evil);
        let inner =
            bytes.trim_start_matches('\x1b').trim_end_matches(['\x07', '\\']).trim_end_matches('\x1b');
        let rest = inner.replace("\x1b]99;i=voxtop:d=1:p=body;", "").replace("\x1b\\", "");
        assert!(!rest.chars().any(char::is_control), "{protocol:?}: {bytes:?}");
    }
    assert_eq!(notification(Notification::Osc9, "1;2"), "\x1b]9;voxtop: 1;2\x07", "no progress bar");
    assert_eq!(notification(Notification::Osc777, "a;b"), "\x1b]777;notify;voxtop;a,b\x1b\\");
}

#[test]
fn the_terminal_is_known_by_its_names() {
    for (term, program, kitty, vte, expected) in [
        ("xterm-kitty", "", false, false, Notification::Osc99),
        ("xterm-256color", "", true, false, Notification::Osc99),
        ("xterm-256color", "", false, true, Notification::Osc777),
        ("rxvt-unicode-256color", "", false, false, Notification::Osc777),
        ("foot", "", false, false, Notification::Osc777),
        ("xterm-256color", "ghostty", false, false, Notification::Osc777),
        ("xterm-256color", "iterm.app", false, false, Notification::Osc9),
        ("xterm-256color", "", false, false, Notification::Osc9),
    ] {
        assert_eq!(known([term, program], kitty, vte), expected, "{term} {program}");
    }
}

fn facts() -> Facts {
    Facts {
        event: "job.rejected",
        environment: "eu1".to_owned(),
        key: "prod".to_owned(),
        job: "a1".to_owned(),
        status: "rejected".to_owned(),
        text: "eu1: job a1 was rejected".to_owned(),
        more: 2,
    }
}

fn alarm() -> Alarm {
    let redactor = Redactor::new();
    Alarm { secret: HashSet::from(["SPEECHMATICS_API_KEY".to_owned()]), redactor, running: Arc::default() }
}

/// Waits until something is so; a deadline says that it never was.
async fn wait(condition: impl Fn() -> bool) {
    for _ in 0..1_500 {
        if condition() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("it never came to that");
}

#[tokio::test]
async fn a_command_has_the_facts_in_its_environment_and_no_input() {
    let dir = tempfile::TempDir::new().unwrap();
    let (part, file) = (dir.path().join("part"), dir.path().join("facts"));
    let script = format!("cat >{part:?}; env | grep ^VOXTOP_ | sort >>{part:?}; mv {part:?} {file:?}");
    let command = ["sh", "-c", &script].map(str::to_owned);
    assert_eq!(alarm().run(&command, &facts(), "eu1: job a1\nwas rejected"), None);
    wait(|| file.exists()).await;
    let got = std::fs::read_to_string(&file).unwrap();
    assert_eq!(
        got,
        "VOXTOP_ENVIRONMENT=eu1\nVOXTOP_EVENT=job.rejected\nVOXTOP_JOB=a1\nVOXTOP_KEY=prod\nVOXTOP_MORE=2\n\
         VOXTOP_STATUS=rejected\nVOXTOP_TEXT=eu1: job a1 was rejected\n"
    );
}

#[tokio::test]
async fn no_more_than_a_few_run_at_once_and_that_is_said() {
    let dir = tempfile::TempDir::new().unwrap();
    let gate = dir.path().join("gate");
    let script = format!("while ! test -e {gate:?}; do sleep 0.02; done");
    let (alarm, command) = (alarm(), ["sh", "-c", &script].map(str::to_owned));
    for _ in 0..AT_ONCE {
        assert_eq!(alarm.run(&command, &facts(), "x"), None);
    }
    let said = alarm.run(&command, &facts(), "x").unwrap();
    assert!(said.contains("was not run"), "{said}");
    std::fs::write(&gate, "").unwrap();
    wait(|| alarm.running.load(Ordering::SeqCst) == 0).await;
    assert_eq!(alarm.run(&["true".to_owned()], &facts(), "x"), None);
    wait(|| alarm.running.load(Ordering::SeqCst) == 0).await;
    assert_eq!(alarm.run(&["/no/such/program".to_owned()], &facts(), "x"), None, "the log says it");
    wait(|| alarm.running.load(Ordering::SeqCst) == 0).await;
}

#[test]
fn variables_that_keys_are_named_by_or_stand_in_are_kept_back() {
    // The process's own environment: PATH stands in for a variable that holds a key.
    let path = std::env::var("PATH").unwrap();
    let mut alarm = alarm();
    assert!(!alarm.kept_back().iter().any(|name| name == OsStr::new("PATH")));
    alarm.redactor.learn(&crate::model::KeyValue::new(path.split(':').next().unwrap()).unwrap());
    assert!(alarm.kept_back().iter().any(|name| name == OsStr::new("PATH")));
    alarm.redactor = Redactor::new();
    alarm.secret = HashSet::from(["PATH".to_owned()]);
    assert!(alarm.kept_back().iter().any(|name| name == OsStr::new("PATH")));
}
