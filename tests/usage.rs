//! What was used this month, seen on the screen of the real program over the sandbox, over a service that
//! refuses and over one that lies.

#[cfg(test)]
mod support;

#[cfg(test)]
mod screen {
    use jiff::Timestamp;
    use serde_json::Value;
    use voxtop::model::Period;

    use crate::support::fleet::{Behaviour, Fleet, KEY};
    use crate::support::sandbox::Sandbox;
    use crate::support::{Exit, Launch, Session};

    const NEVER: &str = "1h";

    #[expect(clippy::disallowed_methods, reason = "the service counts by the days of the calendar")]
    fn this_month() -> Option<Period> {
        Period::this_month(Timestamp::now())
    }

    fn shows(session: &mut Session, words: &str) {
        session.wait_for(words, |screen| screen.contents().contains(words));
    }

    fn open(config: &std::path::Path) -> Session {
        let launch = Launch::new(&["-vv", "--theme", "mono", "--config"]).arg(config);
        let mut session = launch.size(160, 50).spawn();
        shows(&mut session, "Environments");
        session
    }

    #[test]
    fn it_is_what_the_service_counts_for_each_environment() {
        let sandbox = Sandbox::start();
        let mut session = open(&sandbox.config(NEVER, &[("one", "one"), ("two", "two")]));
        shows(&mut session, "of 40");
        session.send("$");
        let Some(Period { since, until }) = this_month() else {
            shows(&mut session, "there is nothing of this month yet");
            return;
        };
        shows(&mut session, "r asks again");
        for place in ["one", "two"] {
            let (status, body) = sandbox.ask(place, "GET", &format!("/v2/usage?since={since}&until={until}"));
            let body: Value = serde_json::from_str(&body).unwrap();
            assert_eq!(status, 200, "{body}");
            let all = &body["summary"][0];
            let (jobs, hours) =
                (all["count"].as_u64().unwrap_or(0), all["duration_hrs"].as_f64().unwrap_or(0.0));
            let words = format!("{place}  {jobs} jobs · {hours:.2} h");
            shows(&mut session, &words);
        }
        // It is asked for again when the user says so, also where it failed meanwhile.
        sandbox.fault(r#"{"kind":"error","environment":"two"}"#);
        session.press_until(b"r", {
            let seen = session.state_dir().join("voxtop.log");
            move || {
                std::fs::read_to_string(&seen)
                    .is_ok_and(|log| log.contains("usage: the service failed (500)"))
            }
        });
        shows(&mut session, "two  the service failed; refresh to ask again (500)");
        session.send("qq");
        assert_eq!(session.wait_exit(), Exit::Code(0));
        assert!(!String::from_utf8(session.raw()).unwrap().contains(sandbox.key()));
    }

    #[test]
    fn who_refuses_hangs_or_lies_is_told_for_what_it_is_and_holds_nobody_up() {
        let fleet = Fleet::start([
            ("refuses", Behaviour::json("403 Forbidden", "", "Forbidden")),
            ("rejects", Behaviour::nginx_401()),
            ("hangs", Behaviour::Hang),
            ("lies", Behaviour::answer("200 OK", "", "<title>\u{1b}[2JLogin</title>")),
            (
                "boasts",
                Behaviour::answer(
                    "200 OK",
                    "",
                    r#"{"jobs":[],"details":[{"count":3,"duration_hrs":1e400},
                {"count":4,"duration_hrs":0.5,"language":"\u001b]52;c;eA==\u0007en","model":"\u202eenhanced"}]}"#,
                ),
            ),
        ]);
        let mut session = open(&fleet.config(NEVER, "5m"));
        shows(&mut session, "rejected (401)");
        session.send("$");
        if this_month().is_none() {
            return shows(&mut session, "there is nothing of this month yet");
        }
        for words in [
            "this key may not ask for usage: its contract has ended, or lacks it (403)",
            "[Request-Id",
            "not asked: the key is rejected here (401)",
            "… asking",
            "the answer was no usage (200): a web page, “[2JLogin”",
            "4 jobs · 0.50 h",
            "]52;c;eA==en enhanced",
            "1 more lines could not be read",
            "3 of 4 answered",
        ] {
            shows(&mut session, words);
        }
        let hangs = fleet.at("hangs");
        let asked =
            || hangs.requests().iter().filter(|request| request.line.contains("/v2/usage?since=")).count();
        assert_eq!(asked(), 1);
        // Closing calls it off: opening again asks there alone.
        session.send("q");
        session.wait_for("the panes", |screen| !screen.contents().contains("╭─"));
        session.send("$");
        session.wait_until("another question", || asked() == 2);
        let boasts = fleet.at("boasts").requests();
        let usage = boasts.iter().filter(|request| request.line.contains("/v2/usage?")).count();
        assert_eq!(usage, 1, "what is here is good for a minute");
        session.send("qq");
        assert_eq!(session.wait_exit(), Exit::Code(0));
        let raw = String::from_utf8(session.raw()).unwrap();
        assert!(!raw.contains("\x1b]52") && !raw.contains('\u{202e}') && !raw.contains(KEY));
    }
}
