//! A job's details on the screen of the real program, over the sandbox program: tabs, texts, failures in
//! plain words, and files.

#[cfg(test)]
mod support;

#[cfg(test)]
mod details {
    use std::fs;

    use vt100::Screen;

    use crate::support::sandbox::Sandbox;
    use crate::support::{Exit, Launch, Session};

    fn shows(session: &mut Session, words: &str) {
        session.wait_for(words, |screen| screen.contents().contains(words));
    }

    /// A screen with one finished job, whose details are open.
    fn open(sandbox: &Sandbox) -> (Session, String) {
        let id = sandbox.submit("one", 1).remove(0);
        sandbox.finish(&id, "done");
        let config = sandbox.config("1h", &[("one", "one")]);
        let launch = Launch::new(&["--theme", "mono", "--config"]).arg(config);
        let mut session = launch.arg("--filter").arg(format!("id:{id}")).spawn();
        shows(&mut session, "✔ done");
        session.send("g\r");
        shows(&mut session, "[summary]");
        (session, id)
    }

    #[test]
    fn a_transcript_is_read_in_all_forms_searched_and_saved() {
        let sandbox = Sandbox::start();
        let (mut session, id) = open(&sandbox);
        session.send("t");
        shows(&mut session, "SPEAKER: S1");
        let (_, txt) = sandbox.ask("one", "GET", &format!("/v2/jobs/{id}/transcript?format=txt&wait=0"));
        let word = txt.split_whitespace().last().unwrap().trim_end_matches('.').to_owned();
        session.send(format!("/{}\r", word.to_uppercase()));
        let inverse = |screen: &Screen| {
            let (height, width) = screen.size();
            (0..height.get()).any(|row| {
                screen.cell(row, 8).is_some_and(vt100::Cell::inverse)
                    && screen.rows(0, width.get()).nth(row.into()).is_some_and(|row| row.contains(&word))
            })
        };
        session.wait_for("the place where it is", inverse);

        session.send("s\r");
        shows(&mut session, "saved ");
        let name = fs::read_dir(session.home()).unwrap().map(|entry| entry.unwrap().file_name());
        let mut files: Vec<_> = name.filter(|name| name.to_string_lossy().ends_with(".txt")).collect();
        let file = session.home().join(files.pop().unwrap());
        assert!(
            files.is_empty() && file.file_name().unwrap().to_string_lossy().starts_with(&format!("one-{id}"))
        );
        assert_eq!(fs::read_to_string(&file).unwrap(), txt, "as the service gives it");

        fs::write(&file, "mine").unwrap();
        session.send("s\r");
        shows(&mut session, "is there; type replace");
        session.send("no\r");
        shows(&mut session, "nothing was saved");
        assert_eq!(fs::read_to_string(&file).unwrap(), "mine");
        session.send("s\r");
        shows(&mut session, "is there; type replace");
        session.send("replace\r");
        session.wait_until("the file", || fs::read_to_string(&file).unwrap() == txt);

        session.send("t");
        shows(&mut session, "\"format\": \"2.");
        session.send("t");
        shows(&mut session, "00:00:0");
        shows(&mut session, " --> ");
        session.send("\t");
        shows(&mut session, "[log]");
        shows(&mut session, "orchestrator");
        session.send("qq");
        assert_eq!(session.wait_exit(), Exit::Code(0));
    }

    #[test]
    fn what_is_not_to_be_had_is_said_in_plain_words_and_leaving_calls_off() {
        let sandbox = Sandbox::start();
        let (mut session, _) = open(&sandbox);
        sandbox.fault(r#"{"name": "logs", "environment": "one", "kind": "not-implemented"}"#);
        session.send("\t\t\t\t");
        shows(&mut session, "this environment keeps no log (501)");
        sandbox.fault(r#"{"name": "hang", "environment": "one", "kind": "slow", "delay": ["1h", "1h"]}"#);
        session.send("t");
        shows(&mut session, "fetching the transcript …");
        session.send("\x1b[Z");
        shows(&mut session, "[errors]");
        shows(&mut session, "there are no errors");
        session.send("q");
        session.send("q");
        assert_eq!(session.wait_exit(), Exit::Code(0));
    }
}
