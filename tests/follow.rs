//! Jobs that are followed, on the screen and by `voxtop jobs --follow`, against the sandbox program: an
//! end is seen at once though lists are asked for once an hour.

#[cfg(test)]
mod support;

#[cfg(test)]
mod command {
    use std::io::{BufRead, BufReader, Read};
    use std::process::Child;

    use crate::support::run::{Finished, collect, finish, voxtop};
    use crate::support::sandbox::Sandbox;

    const NEVER: &str = "1h";

    fn follow(sandbox: &Sandbox, config: &std::path::Path, args: &[&str]) -> std::process::Command {
        let config = config.to_str().expect("a path");
        voxtop(sandbox.home(), &[&["jobs", "--config", config, "--follow"], args].concat())
    }

    /// Starts it, and reads on standard error until `words` are there.
    fn started(mut command: std::process::Command, words: &[&str]) -> (Child, String) {
        let mut child = command.spawn().unwrap();
        let mut said = String::new();
        let mut lines = BufReader::new(child.stderr.take().unwrap());
        while !words.iter().all(|words| said.contains(words)) {
            assert!(lines.read_line(&mut said).unwrap() > 0, "it ended: {said}");
        }
        // What follows is read by whoever collects the rest.
        let rest = lines.buffer().to_vec();
        said.push_str(std::str::from_utf8(&rest).unwrap());
        child.stderr = Some(lines.into_inner());
        (child, said)
    }

    fn ended(child: Child, said: &str) -> Finished {
        let mut finished = collect(child);
        finished.stderr.insert_str(0, said);
        finished
    }

    #[test]
    fn a_job_is_found_followed_and_printed_at_its_end() {
        let sandbox = Sandbox::start();
        let config = sandbox.config(NEVER, &[("one", "one"), ("two", "two")]);
        for (outcome, status) in [("done", "done"), ("rejected", "rejected")] {
            let id = sandbox.submit("two", 1).remove(0);
            let command = follow(&sandbox, &config, &[&id, "-o", "ndjson"]);
            let (child, said) = started(command, &[&format!("two: job {id} is running")]);
            sandbox.finish(&id, outcome);
            let finished = ended(child, &said);
            assert_eq!(finished.code, Some(0), "{finished:?}");
            let row: serde_json::Value = serde_json::from_str(&finished.stdout).unwrap();
            assert_eq!((&row["id"], &row["status"]), (&id.as_str().into(), &status.into()));
            assert_eq!(row["environment"], "two");
            assert!(finished.stderr.contains(&format!("UTC: two: job {id} is {status}")), "{finished:?}");
            assert!(!finished.stderr.contains(": one:"), "{finished:?}");
            assert!(!finished.stderr.contains(sandbox.key()), "{finished:?}");
        }
    }

    #[test]
    fn one_that_has_ended_is_printed_and_the_same_id_in_two_environments_is_two_jobs() {
        let sandbox = Sandbox::start();
        // Two names for one place: what two places with one id look like from here.
        let (one, two) = (sandbox.url("one"), sandbox.url("two"));
        let uno = one.replace("127.0.0.1", "localhost");
        let config = sandbox.config_with(NEVER, &[("one", one, ""), ("uno", uno, ""), ("two", two, "")]);
        let id = sandbox.submit("one", 1).remove(0);
        let command = follow(&sandbox, &config, &[&id, "-o", "json"]);
        let (child, said) = started(command, &[" one: job", " uno: job"]);
        sandbox.finish(&id, "unheard");
        let finished = ended(child, &said);
        assert_eq!(finished.code, Some(0), "{finished:?}");
        let document = finished.json();
        assert_eq!(document["environments"].as_array().unwrap().len(), 3);
        let jobs = document["jobs"].as_array().unwrap();
        let places: Vec<_> = jobs.iter().map(|job| (&job["environment"], &job["status"])).collect();
        assert_eq!(places, [(&"one".into(), &"done".into()), (&"uno".into(), &"done".into())]);
        let again = finish(follow(&sandbox, &config, &[&id]));
        assert_eq!(again.code, Some(0));
        assert_eq!(again.stdout.matches(&id).count(), 2, "{}", again.stdout);
    }

    #[test]
    fn a_job_that_goes_away_or_never_was_gives_1() {
        let sandbox = Sandbox::start();
        let config = sandbox.config(NEVER, &[("one", "one"), ("two", "two")]);
        let id = sandbox.submit("one", 1).remove(0);
        let (child, said) = started(follow(&sandbox, &config, &[&id, "-o", "ndjson"]), &["is running"]);
        let (status, _) = sandbox.ask("one", "DELETE", &format!("/v2/jobs/{id}?force=true"));
        assert_eq!(status, 200);
        let finished = ended(child, &said);
        assert_eq!((finished.code, finished.stdout.as_str()), (Some(1), ""), "{finished:?}");
        assert!(finished.stderr.contains("no longer there"), "{finished:?}");

        let nowhere = finish(follow(&sandbox, &config, &["nosuchjob1", "-o", "ndjson"]));
        assert_eq!((nowhere.code, nowhere.stdout.as_str()), (Some(1), ""), "{nowhere:?}");
        assert!(nowhere.stderr.contains("there is no job nosuchjob1 in one, two"), "{nowhere:?}");
    }

    #[test]
    fn silence_is_told_from_not_being_there() {
        let sandbox = Sandbox::start();
        let config = sandbox.config(NEVER, &[("one", "one"), ("two", "two")]);
        let id = sandbox.submit("one", 1).remove(0);
        sandbox.finish(&id, "done");
        sandbox.fault(r#"{"name": "outage", "environment": "two", "kind": "error"}"#);
        let found = finish(follow(&sandbox, &config, &[&id, "-o", "ndjson"]));
        assert_eq!(found.code, Some(0), "its end was seen: {found:?}");
        assert!(found.stderr.contains("two (key prod): the service failed (500)"), "{found:?}");
        let some = finish(follow(&sandbox, &config, &["nosuchjob1"]));
        assert_eq!(some.code, Some(3), "{some:?}");
        sandbox.fault(r#"{"name": "outage too", "environment": "one", "kind": "error"}"#);
        let none = finish(follow(&sandbox, &config, &[&id]));
        assert_eq!(none.code, Some(4), "{none:?}");
    }

    #[test]
    fn an_outage_on_the_way_is_told_and_outlived() {
        let sandbox = Sandbox::start();
        let config = sandbox.config(NEVER, &[("one", "one")]);
        let id = sandbox.submit("one", 1).remove(0);
        let (child, said) = started(follow(&sandbox, &config, &[&id, "-o", "ndjson"]), &["is running"]);
        // The call that is being held ends in the outage, and so does the next.
        sandbox.fault(r#"{"name": "outage", "environment": "one", "kind": "error"}"#);
        sandbox.finish(&id, "done");
        let mut child = child;
        let mut lines = BufReader::new(child.stderr.take().unwrap());
        let mut more = String::new();
        while !more.contains("is asked for again: the service failed") && !more.contains("is done") {
            assert!(lines.read_line(&mut more).unwrap() > 0, "it ended: {more}");
        }
        sandbox.control("DELETE", "/control/faults", "");
        let mut rest = String::new();
        lines.read_to_string(&mut rest).unwrap();
        let finished = ended(child, &format!("{said}{more}{rest}"));
        assert_eq!(finished.code, Some(0), "{finished:?}");
        assert!(finished.stdout.contains(r#""status":"done""#), "{finished:?}");
    }

    #[test]
    fn it_goes_with_no_other_way_to_pick_jobs() {
        let sandbox = Sandbox::start();
        let config = sandbox.config(NEVER, &[("one", "one")]);
        for (args, words) in [
            (&["a1", "--since", "1d"][..], "--since"),
            (&["a1", "--limit", "5"], "--limit"),
            (&["a1", "--filter", "x"], "--filter"),
            (&["a b"], "no job can have this id"),
            (&[""], "no job can have this id"),
        ] {
            let refused = finish(follow(&sandbox, &config, args));
            assert_eq!((refused.code, refused.stdout.as_str()), (Some(2), ""), "{args:?}: {refused:?}");
            assert!(refused.stderr.contains(words), "{args:?}: {refused:?}");
        }
    }
}

#[cfg(test)]
mod screen {
    use crate::support::sandbox::Sandbox;
    use crate::support::{Exit, Launch, Session};

    fn shows(session: &mut Session, words: &str) {
        session.wait_for(words, |screen| screen.contents().contains(words));
    }

    #[test]
    fn the_end_of_a_followed_job_is_on_the_screen_at_once() {
        let sandbox = Sandbox::start();
        let ids = sandbox.submit("one", 2);
        let config = sandbox.config("1h", &[("one", "one"), ("two", "two")]);
        let launch = Launch::new(&["--theme", "mono", "--config"]).arg(config);
        let mut session = launch.spawn();
        shows(&mut session, "of 42");
        session.send("/");
        session.wait_for("the cursor", |screen| !screen.hide_cursor());
        session.send(format!("\x15id:{}\r", ids[0]));
        shows(&mut session, "▸ running");
        session.send("gf");
        shows(&mut session, "◎ running");
        shows(&mut session, "is followed: its end will show at once");
        session.send("\r");
        shows(&mut session, "◎ its end will show at once");
        session.send("q");
        sandbox.finish(&ids[0], "done");
        shows(&mut session, "✔ done");
        session.send("e");
        let ended = |line: &str| line.contains(&format!("✔ one  {}  ", ids[0])) && line.contains("is done");
        session.wait_for("its end in the list", |screen| screen.contents().lines().any(ended));
        session.send("q");
        session.send("f");
        shows(&mut session, "has ended already: done");
        session.send("q");
        assert_eq!(session.wait_exit(), Exit::Code(0));
    }
}
