//! Deleting from the screen of the real program, at the sandbox program: nothing goes without the
//! confirmation or where it is forbidden, and whatever ends the program, its account of it is true.

#[cfg(test)]
mod support;

#[cfg(test)]
mod deletion {
    use std::collections::BTreeMap;
    use std::fs;
    use std::path::Path;

    use rustix::process::Signal;
    use serde_json::Value;

    use crate::support::sandbox::Sandbox;
    use crate::support::{Exit, Launch, Session};

    const DELETE: &str = "\x1b[3~";

    fn shows(session: &mut Session, words: &str) {
        session.wait_for(words, |screen| screen.contents().contains(words));
    }

    fn hides(session: &mut Session, words: &str) {
        session.wait_for(&format!("no {words}"), |screen| !screen.contents().contains(words));
    }

    /// A screen that lists what was submitted just now, and nothing older.
    fn open(config: &Path, options: &[&str], state: &Path) -> Session {
        let launch =
            Launch::new(&[&["--theme", "mono", "--filter", "age<1h"], options, &["--config"]].concat());
        launch.arg(config).env("XDG_STATE_HOME", state).spawn()
    }

    fn is_there(sandbox: &Sandbox, environment: &str, id: &str) -> bool {
        let (status, _) = sandbox.ask(environment, "GET", &format!("/v2/jobs/{id}?wait=0"));
        assert!(status == 200 || status == 404, "{status}");
        status == 200
    }

    /// The last that the accounts say of each job, and whether they came to their end.
    fn accounts(state: &Path) -> (BTreeMap<String, String>, bool) {
        let mut steps = BTreeMap::new();
        let mut ended = false;
        for entry in fs::read_dir(state.join("voxtop")).into_iter().flatten() {
            let path = entry.unwrap().path();
            if !path.file_name().unwrap().to_string_lossy().starts_with("deletion-") {
                continue;
            }
            // A last line that was cut off says nothing.
            let text = fs::read_to_string(path).unwrap();
            for line in text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()) {
                ended |= line["end"] == true;
                if let (Some(id), Some(step)) = (line["id"].as_str(), line["step"].as_str()) {
                    steps.insert(id.to_owned(), step.to_owned());
                }
            }
        }
        (steps, ended)
    }

    #[test]
    fn jobs_go_after_the_confirmation_and_not_before() {
        let sandbox = Sandbox::start();
        let (mine, theirs) = (sandbox.submit("one", 3), sandbox.submit("two", 1));
        sandbox.finish(&mine[0], "done");
        let config = sandbox.config("1h", &[("one", "one"), ("two", "two")]);
        let state = sandbox.home().join("state");
        let mut session = open(&config, &[], &state);
        shows(&mut session, "1–4 of 4");
        session.send("*");
        shows(&mut session, "· 4 marked");
        for refusal in ["\x1b", "n\r", "\r"] {
            session.send(DELETE);
            shows(&mut session, "Delete 4 jobs with audio, transcript and configuration.");
            shows(&mut session, "one: 3 jobs; 2 of them still running");
            shows(&mut session, "two: 1 job, still running");
            session.send(refusal);
            hides(&mut session, "Delete 4 jobs");
        }
        assert!(mine.iter().all(|id| is_there(&sandbox, "one", id)));
        assert_eq!(accounts(&state), (BTreeMap::new(), false));

        session.send(format!("{DELETE}y\r"));
        shows(&mut session, "4 of 4 deleted");
        hides(&mut session, "marked");
        assert!(mine.iter().all(|id| !is_there(&sandbox, "one", id)));
        assert!(!is_there(&sandbox, "two", &theirs[0]));
        let (steps, ended) = accounts(&state);
        assert!(ended && steps.len() == 4 && steps.values().all(|step| step == "deleted"), "{steps:?}");
        session.send("q");
        assert_eq!(session.wait_exit(), Exit::Code(0));
    }

    #[test]
    fn what_fails_stays_marked_and_says_why() {
        let sandbox = Sandbox::start();
        let ids = sandbox.submit("one", 2);
        let config = sandbox.config("1h", &[("one", "one")]);
        let mut session = open(&config, &[], &sandbox.home().join("state"));
        shows(&mut session, "1–2 of 2");
        session.send("*");
        shows(&mut session, "· 2 marked");
        sandbox.fault(r#"{"name": "no", "environment": "one", "kind": "forbidden"}"#);
        session.send(format!("{DELETE}y\r"));
        shows(&mut session, "0 of 2 deleted; 2 failed and stay marked");
        shows(&mut session, "· 2 marked");
        session.send("g\r");
        shows(&mut session, "✗ the key is not allowed");
        sandbox.control("DELETE", "/control/faults", "");
        assert!(ids.iter().all(|id| is_there(&sandbox, "one", id)));
    }

    #[test]
    fn protected_environments_want_the_word_and_read_only_ones_are_left_alone() {
        let sandbox = Sandbox::start();
        let (guarded, closed) = (sandbox.submit("one", 1), sandbox.submit("two", 1));
        let (one, two) = (sandbox.url("one"), sandbox.url("two"));
        let config =
            sandbox.config_with("1h", &[("one", one, "protected = true"), ("two", two, "read_only = true")]);
        let mut session = open(&config, &[], &sandbox.home().join("state"));
        shows(&mut session, "1–2 of 2");
        session.send(format!("*{DELETE}"));
        shows(&mut session, "one (protected): 1 job");
        shows(&mut session, "left out: 1 job in two, which is read-only");
        shows(&mut session, "type delete, then ⏎, to delete 1 job");
        session.send("y\r");
        shows(&mut session, "nothing was deleted");
        assert!(is_there(&sandbox, "one", &guarded[0]));
        session.send(format!("{DELETE}delete\r"));
        shows(&mut session, "1 of 1 deleted");
        assert!(!is_there(&sandbox, "one", &guarded[0]) && is_there(&sandbox, "two", &closed[0]));
    }

    #[test]
    fn read_only_takes_the_action_away() {
        let sandbox = Sandbox::start();
        let ids = sandbox.submit("one", 1);
        let config = sandbox.config("1h", &[("one", "one")]);
        let mut session = open(&config, &["--read-only"], &sandbox.home().join("state"));
        shows(&mut session, "1–1 of 1");
        assert!(session.look(|screen| !screen.contents().contains("Del delete")));
        session.send(format!("g{DELETE}"));
        shows(&mut session, "nothing can be deleted: everything is read-only");
        session.send("?");
        shows(&mut session, "mark the selected job");
        assert!(session.look(|screen| !screen.contents().contains("delete the marked jobs")));
        assert!(is_there(&sandbox, "one", &ids[0]));
    }

    #[test]
    fn a_kill_in_the_middle_leaves_a_true_account_that_the_next_start_tells() {
        let sandbox = Sandbox::start();
        let ids = sandbox.submit("one", 14);
        let config = sandbox.config("1h", &[("one", "one")]);
        let state = sandbox.home().join("state");
        let mut session = open(&config, &[], &state);
        shows(&mut session, "1–14 of 14");
        // Slow enough that the kill comes between two of them or within one, wherever it comes.
        sandbox
            .fault(r#"{"name": "slow", "environment": "one", "kind": "slow", "delay": ["150ms", "250ms"]}"#);
        session.send(format!("*{DELETE}"));
        shows(&mut session, "type delete, then ⏎, to delete 14 jobs");
        session.send("delete\r");
        let deleted = |state: &Path| accounts(state).0.values().filter(|step| *step == "deleted").count();
        session.wait_until("some to be deleted", || deleted(&state) >= 3);
        session.kill(Signal::KILL);
        assert_eq!(session.wait_exit(), Exit::Signal(Signal::KILL.as_raw()));

        let (steps, ended) = accounts(&state);
        assert!(!ended && steps.len() == 14, "{steps:?}");
        sandbox.control("DELETE", "/control/faults", "");
        let count = |words: &[&str]| steps.values().filter(|step| words.contains(&step.as_str())).count();
        for id in &ids {
            match steps[id].as_str() {
                "deleted" => assert!(!is_there(&sandbox, "one", id), "{id} is said to be deleted"),
                "wanted" => assert!(is_there(&sandbox, "one", id), "{id} is said not to have been asked for"),
                // The request was on its way: nobody knows, and nobody says so.
                "asked" => {}
                other => panic!("{id}: {other}"),
            }
        }
        assert!(count(&["deleted"]) >= 3 && count(&["asked"]) <= 1 && count(&["wanted"]) >= 1, "{steps:?}");

        let words =
            format!("of 14 jobs {} were deleted, {} were not", count(&["deleted"]), count(&["wanted"]));
        let mut session = open(&config, &[], &state);
        let squeezed =
            |screen: &vt100::Screen| screen.contents().split_whitespace().collect::<Vec<_>>().join(" ");
        session.wait_for(&words, |screen| squeezed(screen).contains(&words));
        session.send("q");
        assert_eq!(session.wait_exit(), Exit::Code(0));
        let mut session = open(&config, &[], &state);
        shows(&mut session, " of ");
        assert!(session.look(|screen| !screen.contents().contains("broken off")), "it is told once");
    }
}
