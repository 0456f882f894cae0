//! What an idle dashboard writes: the real program on a real pseudo-terminal, its bytes counted. Where
//! nothing on the screen changes it writes none; where only the clock goes on, only the clock's cells.

#[cfg(test)]
mod support;

#[cfg(test)]
mod idle {
    use std::time::Duration;

    use vt100::Screen;

    use crate::support::fleet::{Behaviour, Fleet};
    use crate::support::jobs::ordinary;
    use crate::support::{Exit, Launch, Session};

    /// Longer than any test runs.
    const NEVER: &str = "1h";
    const PATIENT: &str = "5m";
    /// What frames begin and end with.
    const BEGIN: &str = "\x1b[?2026h";
    const END: &str = "\x1b[?2026l";

    fn fleet() -> Fleet {
        Fleet::start([
            ("alpha", Behaviour::healthy(ordinary("alp", 4))),
            ("beta", Behaviour::healthy(ordinary("bet", 3))),
        ])
    }

    fn dashboard(fleet: &Fleet) -> Launch {
        Launch::new(&["--theme", "mono", "--config"]).arg(fleet.config(NEVER, PATIENT))
    }

    fn quit(mut session: Session) {
        session.send("q");
        assert_eq!(session.wait_exit(), Exit::Code(0));
    }

    /// The header's clock: `23:14:07`.
    fn clock(screen: &Screen) -> Option<String> {
        let contents = screen.contents();
        let (before, _) = contents.split_once(" UTC")?;
        before.get(before.len() - 8..).map(str::to_owned)
    }

    #[test]
    fn where_nothing_changes_nothing_is_written() {
        let fleet = fleet();
        // Too small for a clock: what the seconds, the answers and the keys change cannot be seen.
        let mut session = dashboard(&fleet).size(30, 8).spawn();
        session.wait_for("what size it needs", |screen| screen.contents().contains("40×10"));
        session
            .wait_until("both answers", || ["alpha", "beta"].iter().all(|name| fleet.at(name).asked() > 0));
        // The title of the window has room for them, and says them once.
        session.wait_for_raw("● 2/2 up".as_bytes());
        let before = session.raw().len();
        for _ in 0..12 {
            // A key that means nothing.
            session.send("Z");
            std::thread::sleep(Duration::from_millis(200));
        }
        let written = session.raw();
        assert_eq!(written[before..].escape_ascii().to_string(), "");
        session.resize(100, 30);
        session.wait_for("the dashboard, alive", |screen| screen.contents().contains("bet0000002"));
        quit(session);
    }

    #[test]
    fn where_only_the_clock_goes_on_a_second_costs_a_few_bytes() {
        let fleet = fleet();
        let mut session = dashboard(&fleet).spawn();
        session.wait_for("all rows", |screen| {
            let rows = screen.contents();
            rows.contains("alp0000003") && rows.contains("bet0000002")
        });
        let mut seen = vec![session.look(clock).expect("a clock")];
        let before = session.raw().len();
        while seen.len() < 5 {
            // Neither this key nor the wake that it is may cost anything.
            session.send("Z");
            session.wait_for("the next second", |screen| {
                clock(screen).is_some_and(|now| now != seen[seen.len() - 1])
            });
            seen.push(session.look(clock).expect("a clock"));
        }
        let written = session.raw();
        let written = String::from_utf8_lossy(&written[before..]).into_owned();
        let frames: Vec<&str> = written.split_inclusive(END).collect();
        // One may have been under way before, and one since.
        assert!(frames.len() <= seen.len() + 1, "{} frames in {seen:?}: {frames:?}", frames.len());
        for frame in frames {
            // The clock and two ages, each with its place, and what resets the colours.
            assert!(frame.starts_with(BEGIN) && frame.len() < 200, "{} bytes: {frame:?}", frame.len());
        }
        quit(session);
    }
}
