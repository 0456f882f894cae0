//! The dashboard, the real program on a real pseudo-terminal, over a fleet that shares no code with it:
//! what a person sees while environments hang, fail, come back or lie, and what the keys do then.

#[cfg(test)]
mod support;

#[cfg(test)]
#[path = "dashboard/bindings.rs"]
mod bindings;

#[cfg(test)]
#[path = "dashboard/exchange.rs"]
mod exchange;

#[cfg(test)]
#[path = "dashboard/hostile.rs"]
mod hostile;

#[cfg(test)]
#[path = "dashboard/realtime.rs"]
mod realtime;

#[cfg(test)]
mod fleet {
    use std::path::Path;

    use rustix::process::Signal;
    use vt100::Screen;

    use crate::support::fleet::{Behaviour, Environment, Fleet, KEY};
    use crate::support::jobs::ordinary;
    use crate::support::{Exit, Launch, Session};

    /// Longer than any test runs.
    const NEVER: &str = "1h";
    /// The longest that can be configured: nobody here waits for it.
    const PATIENT: &str = "5m";

    fn dashboard(config: &Path) -> Launch {
        Launch::new(&["--theme", "mono", "--config"]).arg(config)
    }

    fn text(screen: &Screen) -> String {
        screen.contents()
    }

    fn shows(session: &mut Session, words: &str) {
        session.wait_for(words, |screen| text(screen).contains(words));
    }

    fn hides(session: &mut Session, words: &str) {
        session.wait_for(&format!("no {words}"), |screen| !text(screen).contains(words));
    }

    fn quit(mut session: Session) {
        session.send("q");
        assert_eq!(session.wait_exit(), Exit::Code(0));
    }

    /// Whether the row that holds `words` is drawn dimly, as stale rows are without colours.
    fn is_dim(screen: &Screen, words: &str) -> bool {
        let (_, width) = screen.size();
        let row = screen.rows(0, width.get()).position(|row| row.contains(words));
        let row = row.and_then(|row| u16::try_from(row).ok());
        // Behind the marks.
        row.is_some_and(|row| screen.cell(row, 4).is_some_and(vt100::Cell::dim))
    }

    #[test]
    fn healthy_rows_and_keys_work_while_an_environment_hangs() {
        let fleet =
            Fleet::start([("stuck", Behaviour::Hang), ("alpha", Behaviour::healthy(ordinary("alp", 40)))]);
        let mut session = dashboard(&fleet.config(NEVER, PATIENT)).spawn();
        shows(&mut session, "alp0000000");
        shows(&mut session, "○ asking");
        session.send("/call 17");
        session.wait_for("the one row that matches", |screen| {
            text(screen).contains("alp0000017") && !text(screen).contains("alp0000000")
        });
        session.send("\r");
        shows(&mut session, "filter: call 17");
        session.send("\r");
        shows(&mut session, "Job alp0000017 · alpha");
        session.send("q");
        hides(&mut session, "Job alp0000017");
        session.send("?");
        shows(&mut session, "details of the selected job:");
        session.send("q");
        hides(&mut session, "details of the selected job:");
        // The selection goes first, then the filter.
        session.send("\x1b");
        session.wait_for("no selection", |screen| !inverse(screen));
        session.send("\x1b");
        shows(&mut session, "alp0000000");
        session.send("o");
        session.wait_for("the oldest first", |screen| {
            let rows = text(screen);
            rows.contains("AGE▼") && rows.contains("alp0000039") && !rows.contains("alp0000000")
        });
        shows(&mut session, "stuck has been asked and has not answered yet");
        assert_eq!(fleet.at("stuck").asked(), 1, "it hung all the while");
        quit(session);
    }

    fn inverse(screen: &Screen) -> bool {
        let (height, _) = screen.size();
        (0..height.get()).any(|row| screen.cell(row, 2).is_some_and(vt100::Cell::inverse))
    }

    #[test]
    fn banners_name_what_fails_and_say_why() {
        let fleet = Fleet::start([
            ("alpha", Behaviour::healthy(ordinary("alp", 5))),
            ("elsewhere", Behaviour::nginx_401()),
            ("barred", Behaviour::json("403 Forbidden", "", "Permission Denied")),
            ("broken", Behaviour::json("500 Internal Server Error", "", "Internal Server Error")),
            ("crowded", Behaviour::json("429 Too Many Requests", "Retry-After: 600\r\n", "Rate Limited")),
            ("moved", Behaviour::answer("302 Found", "Location: https://login.example/\r\n", "")),
            ("cut", Behaviour::truncated()),
        ]);
        let mut session = dashboard(&fleet.config(NEVER, PATIENT)).size(200, 30).spawn();
        // Three of the six have room; the rest is counted, and the key that lists them named.
        session.wait_for("all that is wrong", |screen| {
            let rows = text(screen);
            ["elsewhere: key", "+3 more: e"].iter().all(|words| rows.contains(words))
        });
        session.resize(200, 60);
        session.wait_for("room for all", |screen| {
            let rows = text(screen);
            ["crowded: key", "broken fails", "moved fails", "cut fails"]
                .iter()
                .all(|words| rows.contains(words))
        });
        session.send("e");
        for words in [
            "elsewhere: key prod is rejected (401) where it is declared",
            "The key is good: accepted in alpha",
            "barred: key prod is forbidden (403): Permission Denied",
            "broken fails: the service failed (500): Internal Server Error",
            "crowded: key prod is limited (429): Rate Limited",
            "moved fails: the host redirects elsewhere",
            "cut fails: the answer broke off",
        ] {
            // A banner may be wrapped in the list.
            session.wait_for(words, |screen| unwrapped(screen).contains(words));
        }
        // What support asks for stands where one key or endpoint is looked at.
        session.send("qmG");
        shows(&mut session, "Request-Id 0123456789abcdef0123456789abcdef");
        session.send("q");
        shows(&mut session, "alp0000004");
        quit(session);
    }

    /// The text of the screen without borders, and lines that were wrapped joined.
    fn unwrapped(screen: &Screen) -> String {
        let (_, width) = screen.size();
        let rows = screen.rows(0, width.get()).map(|row| row.replace(['│', '┃'], " "));
        rows.collect::<Vec<_>>().join(" ").split_whitespace().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn rows_stay_stale_through_an_outage_and_recover() {
        let fleet = Fleet::start([("alpha", Behaviour::healthy(ordinary("alp", 12)))]);
        let alpha = fleet.at("alpha");
        let mut session = dashboard(&fleet.config("1s", PATIENT)).spawn();
        shows(&mut session, "alp0000011");
        session.look(|screen| assert!(!is_dim(screen, "alp0000011")));

        alpha.turn(Behaviour::unavailable());
        session.wait_for("a stale row", |screen| is_dim(screen, "alp0000011"));
        shows(&mut session, "stale");
        ask_again(&mut session, alpha, 2);
        ask_again(&mut session, alpha, 2);
        shows(&mut session, "alpha down: the service failed (503)");
        shows(&mut session, "Rows of alpha stay.");
        session
            .look(|screen| assert!(text(screen).contains("alp0000011") && text(screen).contains("✖ down")));

        alpha.turn(Behaviour::healthy(ordinary("new", 3)));
        ask_again(&mut session, alpha, 1);
        ask_again(&mut session, alpha, 1);
        session.wait_for("fresh rows", |screen| {
            let rows = text(screen);
            rows.contains("● up") && rows.contains("new0000002") && !rows.contains("stale")
        });
        session.look(|screen| {
            assert!(!text(screen).contains("alpha down") && !is_dim(screen, "new0000002"));
            assert!(!text(screen).contains("alp0000011"), "what is no longer listed is gone");
        });
        session.send("e");
        session.wait_for("the story", |screen| {
            ["nothing is wrong now", "alpha  is down", "alpha  is up"]
                .iter()
                .all(|words| text(screen).contains(words))
        });
    }

    /// Asks until so many requests came of it.
    fn ask_again(session: &mut Session, environment: &Environment, requests: usize) {
        let enough = environment.asked() + requests;
        session.press_until(b"r", || environment.asked() >= enough);
    }

    #[test]
    fn a_key_revoked_while_running_is_told_from_one_that_never_worked() {
        let fleet = Fleet::start([
            ("alpha", Behaviour::healthy(ordinary("alp", 5))),
            ("beta", Behaviour::healthy(ordinary("bet", 5))),
            ("never", Behaviour::nginx_401()),
        ]);
        let mut session = dashboard(&fleet.config(NEVER, PATIENT)).spawn();
        for words in ["never: key prod is rejected (401)", "alp0000004", "bet0000004"] {
            shows(&mut session, words);
        }
        for (name, words, advice) in [
            ("alpha", "alpha: key prod is rejected (401) now", "Entitlement over? Ask support."),
            (
                "beta",
                "rejected everywhere (401), until now accepted in alpha and beta",
                "It was probably revoked",
            ),
        ] {
            fleet.at(name).turn(Behaviour::nginx_401());
            ask_again(&mut session, fleet.at(name), 1);
            shows(&mut session, words);
            shows(&mut session, advice);
        }
        session.look(|screen| {
            assert!(text(screen).contains("alp0000004") && text(screen).contains("bet0000004"), "rows stay");
            assert!(is_dim(screen, "alp0000004"));
        });
        for name in ["alpha", "beta"] {
            fleet.at(name).turn(Behaviour::healthy(ordinary("new", 5)));
            ask_again(&mut session, fleet.at(name), 1);
        }
        hides(&mut session, "until now");
        session.send("e");
        shows(&mut session, "key rejected (401), accepted until now");
    }

    #[test]
    fn a_key_that_is_merely_tried_is_rejected_quietly() {
        let fleet = Fleet::start([
            ("alpha", Behaviour::healthy(ordinary("alp", 5))),
            ("other", Behaviour::nginx_401()),
        ]);
        let config = fleet.config_with(NEVER, PATIENT, &fleet.key("prod", KEY, ""));
        let mut session = dashboard(&config).spawn();
        session.wait_for("both answers", |screen| {
            text(screen).contains("– no access ") && text(screen).contains("alpha ✔")
        });
        session.look(|screen| {
            let row = screen.rows(0, 120).nth(1).unwrap();
            assert!(row.starts_with("├ Environments"), "there is a banner: {row}");
            assert!(!text(screen).contains("✖401"));
        });
        session.send("e");
        shows(&mut session, "nothing is wrong now");
        session.send("q");
        hides(&mut session, "nothing is wrong now");
        quit(session);
    }

    #[test]
    fn a_wrong_key_is_told_once_for_all_environments() {
        let fleet = Fleet::start([
            ("alpha", Behaviour::healthy(ordinary("alp", 5))),
            ("beta", Behaviour::healthy(ordinary("bet", 5))),
        ]);
        let keys = fleet.key("typo", "Zk3yThatNobodyKnows0123456789abc", "");
        let mut session = dashboard(&fleet.config_with(NEVER, PATIENT, &keys)).spawn();
        shows(&mut session, "key typo is rejected everywhere (401), by all 2 environments");
        shows(&mut session, "no environment has answered with jobs");
        quit(session);
    }

    #[test]
    fn sizes_from_too_small_to_wide_are_drawn_honestly() {
        let fleet = Fleet::start([("alpha", Behaviour::healthy(ordinary("alp", 5)))]);
        let mut session = dashboard(&fleet.config(NEVER, PATIENT)).size(39, 10).spawn();
        shows(&mut session, "needs 40×10");
        shows(&mut session, "this is 39×10");
        for (columns, rows) in [(40, 10), (80, 24), (200, 60), (120, 40)] {
            session.resize(columns, rows);
            session.wait_for("a dashboard of this size", |screen| {
                let all: Vec<String> = screen.rows(0, columns).collect();
                all[0].starts_with("┌ voxtop")
                    && all[0].ends_with('┐')
                    && all[usize::from(rows) - 1].ends_with('┘')
                    && text(screen).contains("alpha")
                    && text(screen).contains("call 0")
                    && !text(screen).contains("needs")
            });
        }
        session.resize(60, 9);
        shows(&mut session, "this is 60×9");
        quit(session);
    }

    /// A serial console says 0×0; what is drawn is meant for 80×24.
    #[test]
    fn a_terminal_that_does_not_know_its_size_gets_a_dashboard() {
        let fleet = Fleet::start([("alpha", Behaviour::healthy(ordinary("alp", 5)))]);
        let mut session = dashboard(&fleet.config(NEVER, PATIENT)).size(0, 0).spawn();
        session.wait_for_raw(b"Environments");
        session.wait_for_raw(b"alp0000004");
        quit(session);
    }

    #[test]
    fn the_demo_fills_all_panes() {
        let mut session = Launch::new(&["demo"]).size(200, 60).spawn();
        session.wait_for("five environments and their story", |screen| {
            let all: Vec<String> = screen.rows(0, 200).collect();
            let pane = |words: &[&str]| all.iter().any(|row| words.iter().all(|word| row.contains(word)));
            ["eu1", "eu2", "us1", "us2", "au1"]
                .iter()
                .all(|name| pane(&["│", name, "ms"]) || pane(&["│", name, "s "]))
                && all[0].contains("voxtop demo")
                && all[0].contains("jobs")
                && pane(&["Environments", "Keys"])
                && pane(&["✔", "✖401"])
                && pane(&["rejected (401)"])
                && pane(&["├ Jobs", "1–"])
                && pane(&["▸ running"])
                && pane(&["✔ done"])
                && pane(&["├ Events"])
                && pane(&["? help", "q quit"])
        });
        quit(session);
    }

    #[test]
    fn without_a_key_the_first_screen_says_how_to_give_one_and_d_starts_the_demo() {
        let mut session = Launch::new(&[]).spawn();
        for words in [
            "There is no API key yet",
            "SPEECHMATICS_API_KEY",
            "voxtop config init",
            "config/voxtop/config.toml",
        ] {
            session.wait_for(words, |screen| unwrapped(screen).contains(words));
        }
        session.send("d");
        session.wait_for("the demo", |screen| {
            text(screen).contains("voxtop demo") && text(screen).contains("us2")
        });
        quit(session);
    }

    #[test]
    fn a_signal_ends_it_at_once_while_environments_hang() {
        let fleet = Fleet::start([("one", Behaviour::Hang), ("two", Behaviour::Hang)]);
        let mut session = dashboard(&fleet.config(NEVER, PATIENT)).spawn();
        shows(&mut session, "asking for jobs…");
        session.kill(Signal::TERM);
        assert_eq!(session.wait_exit(), Exit::Code(143));
    }
}
