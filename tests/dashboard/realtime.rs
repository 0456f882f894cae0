//! Hosts that are looked at without a key: the realtime ones of the demo, and those of a fleet's
//! environments.

use vt100::Screen;

use crate::support::fleet::{Behaviour, Fleet};
use crate::support::jobs::ordinary;
use crate::support::{Exit, Launch, Session};

fn shows(session: &mut Session, words: &str) {
    session.wait_for(words, |screen| screen.contents().contains(words));
}

/// The row of the screen that holds these words.
fn row(screen: &Screen, words: &str) -> Option<String> {
    let (_, width) = screen.size();
    screen.rows(0, width.get()).find(|row| row.contains(words))
}

#[test]
fn the_demo_looks_at_its_realtime_hosts() {
    let mut session = Launch::new(&["--theme", "mono", "demo"]).size(120, 40).spawn();
    shows(&mut session, "Realtime · 2/2 up");
    session.send("t");
    shows(&mut session, "╭─ Realtime hosts");
    session.wait_for("both hosts, up, each rung timed", |screen| {
        ["eu.rt", "us.rt"].iter().all(|name| {
            // No name is resolved and no TLS spoken: it is an address on the loopback, over http.
            let row = row(screen, &format!("│ {name} ")).unwrap_or_default();
            row.contains("● up") && row.matches("ms").count() == 3 && row.contains("127.0.0.1:")
        })
    });
    session.send("qp");
    shows(&mut session, "‖ paused");
    session.send("t");
    shows(&mut session, "╭─ Realtime hosts · paused");
    session.send("qq");
    assert_eq!(session.wait_exit(), Exit::Code(0));
}

#[test]
fn the_hosts_of_an_environment_are_looked_at_when_one_asks_and_when_it_fails() {
    let fleet = Fleet::start([
        ("alpha", Behaviour::healthy(ordinary("alp", 5))),
        ("beta", Behaviour::healthy(ordinary("bet", 5))),
    ]);
    let launch = Launch::new(&["--theme", "mono", "--config"]).arg(fleet.config("1s", "5m"));
    let mut session = launch.size(200, 50).spawn();
    shows(&mut session, "alp0000004");
    let host = |name: &str| format!("▸ {}", fleet.at(name).address);
    fleet.at("beta").turn(Behaviour::unavailable());
    session.send("m");
    // It is looked at as soon as it fails, long before its turn may come.
    let beta = host("beta");
    session.wait_for("the failing host", |screen| {
        row(screen, &beta).is_some_and(|row| row.contains("✖ fails · TCP") && row.contains("(503)"))
    });
    session.send("qr");
    session.send("m");
    let alpha = host("alpha");
    session.wait_for("the host that answers", |screen| {
        row(screen, &alpha).is_some_and(|row| row.contains("✔ answers · TCP") && row.contains("total"))
    });
    for request in fleet.at("alpha").looks() {
        assert_eq!(request.header("authorization"), None, "no key goes where none is needed");
    }
    assert!(!fleet.at("alpha").looks().is_empty());
}
