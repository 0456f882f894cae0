//! The real program tells somebody who does not look: by bell, notification and command, and by the title of
//! its window, which it gives back.

#[cfg(test)]
mod support;

#[cfg(test)]
mod told {
    use std::fmt::Write as _;
    use std::fs;
    use std::path::Path;

    use crate::support::fleet::{Behaviour, Fleet, KEY};
    use crate::support::jobs::ordinary;
    use crate::support::run::{finish, voxtop};
    use crate::support::{Exit, Launch, Session};

    /// The configuration of a fleet with something more at its end, and what goes to the top.
    fn config(fleet: &Fleet, top: &str, more: &str) -> std::path::PathBuf {
        let path = fleet.config("1s", "5m");
        let text = fs::read_to_string(&path).unwrap();
        fs::write(&path, format!("{top}{text}\n{more}")).unwrap();
        path
    }

    fn start(path: &Path) -> Session {
        Launch::new(&["--theme", "mono", "--config"]).arg(path).env("SPEECHMATICS_API_KEY", KEY).spawn()
    }

    fn shows(session: &mut Session, words: &str) {
        session.wait_for(words, |screen| screen.contents().contains(words));
    }

    #[test]
    fn an_environment_that_goes_down_and_comes_back_is_told_each_once() {
        let fleet = Fleet::start([("alpha", Behaviour::healthy(ordinary("alp", 5)))]);
        let mut more = String::from(
            "[[alerts]]\nwhen = \"environment\"\nbell = true\nnotify = \"osc777\"\nevery = \"1s\"\n",
        );
        more.push_str(
            "command = [\"sh\", \"-c\", \"env >$VOXTOP_EVENT.part; mv $VOXTOP_EVENT.part $VOXTOP_EVENT\"]\n",
        );
        let mut session = start(&config(&fleet, "", &more));
        shows(&mut session, "5 jobs");
        session.wait_for_raw(b"\x1b[22;2t\x1b]2;voxtop ");
        session.wait_for_raw("\x1b]2;voxtop ● 1/1 up".as_bytes());
        let home = session.home().to_owned();
        fleet.at("alpha").turn(Behaviour::unavailable());
        session.wait_until("the command", || home.join("environment.down").exists());
        session.wait_for_raw("\x1b]777;notify;voxtop;alpha is down".as_bytes());
        session.wait_for_raw("\x1b]2;voxtop ✖ alpha down".as_bytes());
        fleet.at("alpha").turn(Behaviour::healthy(ordinary("alp", 5)));
        session.wait_until("the other command", || home.join("environment.back").exists());
        session.wait_for_raw("\x1b]777;notify;voxtop;alpha is back".as_bytes());
        session.send("q");
        assert_eq!(session.wait_exit(), Exit::Code(0));
        let raw = String::from_utf8(session.raw()).unwrap();
        assert_eq!(raw.matches("\x1b]777;").count(), 2, "each once");
        assert_eq!(raw.matches("\x1b\\\x07").count(), 2, "with a bell");
        let (_, after) = raw.rsplit_once("\x1b]2;").unwrap();
        assert!(after.contains("\x1b[23;2t"), "the title is given back");
        let facts = fs::read_to_string(home.join("environment.down")).unwrap();
        for fact in [
            "VOXTOP_ENVIRONMENT=alpha\n",
            "VOXTOP_STATUS=down\n",
            "VOXTOP_TEXT=alpha is down",
            "VOXTOP_MORE=0\n",
        ] {
            assert!(facts.contains(fact), "{fact} in {facts}");
        }
        assert!(!facts.contains("SPEECHMATICS_API_KEY") && !facts.contains(KEY), "{facts}");
    }

    #[test]
    fn a_title_can_be_left_alone_and_alerts_can_be_switched_off() {
        let fleet = Fleet::start([("alpha", Behaviour::healthy(ordinary("alp", 5)))]);
        let more = "[[alerts]]\nwhen = \"environment\"\nnotify = \"osc9\"\nevery = \"1s\"\n";
        let mut session = start(&config(&fleet, "title = false\n", more));
        shows(&mut session, "5 jobs");
        session.send("A");
        shows(&mut session, "alerts off · ");
        fleet.at("alpha").turn(Behaviour::unavailable());
        shows(&mut session, "alpha down");
        session.send("A");
        session.wait_for("alerts on", |screen| !screen.contents().contains("alerts off"));
        session.send("q");
        assert_eq!(session.wait_exit(), Exit::Code(0));
        let raw = String::from_utf8(session.raw()).unwrap();
        for sequence in ["\x1b]2;", "\x1b[22;2t", "\x1b[23;2t", "\x1b]9;"] {
            assert!(!raw.contains(sequence), "{sequence:?}");
        }
    }

    #[test]
    fn a_filter_that_is_no_query_is_a_mistake_with_its_place() {
        let fleet = Fleet::start([("alpha", Behaviour::healthy(ordinary("alp", 5)))]);
        let mut more = String::new();
        writeln!(more, "[[alerts]]\nwhen = \"job\"\nbell = true\nfilter = \"statis:done\"").unwrap();
        let path = config(&fleet, "", &more);
        let place = fs::read_to_string(&path).unwrap().lines().count();
        // It is told together with what is wrong with keys, whatever command reads the file.
        fs::write(&path, fs::read_to_string(&path).unwrap() + "[bindings]\nquti = \"x\"\n").unwrap();
        for (words, code) in [(vec!["config", "check"], 2), (vec!["jobs"], 2), (vec!["doctor"], 0)] {
            let mut command = voxtop(fleet.home(), &words);
            command.arg("--config").arg(&path);
            let finished = finish(command);
            let told = if code == 0 { &finished.stdout } else { &finished.stderr };
            assert!(code == 0 || finished.code == Some(code), "{finished:?}");
            for wanted in
                [format!("config.toml:{place}:10: the filter of an alert"), "no action quti".to_owned()]
            {
                assert!(told.contains(&wanted), "{wanted} {finished:?}");
            }
            assert!(told.contains("statis"), "{finished:?}");
        }
    }
}
