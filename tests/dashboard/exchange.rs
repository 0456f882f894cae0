//! Keys that change while the dashboard runs: in a file, and behind a command.

use std::path::Path;

use crate::support::fleet::{Behaviour, Fleet, KEY};
use crate::support::jobs::ordinary;
use crate::support::{Exit, Launch, Session};

/// A key that no environment accepts.
const WRONG: &str = "Zk3yThatNobodyKnows0123456789abc";

fn dashboard(config: &Path) -> Session {
    Launch::new(&["-vv", "--theme", "mono", "--config"]).arg(config).spawn()
}

fn shows(session: &mut Session, words: &str) {
    session.wait_for(words, |screen| screen.contents().contains(words));
}

fn ends_without_a_key_in_sight(mut session: Session) {
    session.send("q");
    assert_eq!(session.wait_exit(), Exit::Code(0));
    let raw = String::from_utf8(session.raw()).unwrap();
    let log = std::fs::read_to_string(session.state_dir().join("voxtop.log")).unwrap();
    for key in [WRONG, KEY] {
        assert!(!raw.contains(key) && !log.contains(key), "a key is shown or logged");
    }
    assert!(log.contains("key exchanged"), "{log}");
}

#[test]
fn a_key_whose_file_changes_is_used_at_once_without_a_restart() {
    let fleet = Fleet::start([("alpha", Behaviour::healthy(ordinary("alp", 5)))]);
    let keys = fleet.key("prod", WRONG, "\"alpha\"");
    let mut session = dashboard(&fleet.config_with("1h", "5m", &keys));
    shows(&mut session, "key prod is rejected (401)");
    let asked = fleet.at("alpha").asked();
    // Written beside and renamed, as careful programs do.
    let _ = fleet.key("new", KEY, "");
    std::fs::rename(fleet.home().join("new.key"), fleet.home().join("prod.key")).unwrap();
    shows(&mut session, "5 jobs");
    session.wait_for("no banner", |screen| !screen.contents().contains("is rejected"));
    // With the new key for its jobs, and once for whether there are more; not again with the old.
    let asked_since = fleet.at("alpha").asked() - asked;
    assert!((1..=2).contains(&asked_since), "{asked_since}");
    ends_without_a_key_in_sight(session);
}

#[test]
fn a_file_that_holds_no_key_any_more_leaves_the_old_one_in_use() {
    let fleet = Fleet::start([("alpha", Behaviour::healthy(ordinary("alp", 5)))]);
    let mut session = dashboard(&fleet.config_with("1s", "5m", &fleet.key("prod", KEY, "\"alpha\"")));
    shows(&mut session, "5 jobs");
    std::fs::write(fleet.home().join("prod.key"), "two words\n").unwrap();
    shows(&mut session, "a key could not be fetched again");
    session.send("e");
    shows(&mut session, "the old one stays in use");
    let asked = fleet.at("alpha").asked();
    session.wait_for("another round", |_| fleet.at("alpha").asked() > asked);
    session.send("qq");
    assert_eq!(session.wait_exit(), Exit::Code(0));
}

#[test]
fn a_command_is_run_again_when_the_user_asks_and_its_key_used_at_once() {
    let fleet = Fleet::start([("alpha", Behaviour::healthy(ordinary("alp", 5)))]);
    let _ = fleet.key("behind", WRONG, "");
    let path = fleet.home().join("behind.key");
    let keys =
        format!("[[keys]]\nname = \"prod\"\ncommand = [\"cat\", {path:?}]\nenvironments = [\"alpha\"]\n");
    let mut session = dashboard(&fleet.config_with("1h", "5m", &keys));
    shows(&mut session, "key prod is rejected (401)");
    session.send("R");
    shows(&mut session, "the key is the same as before");
    let _ = fleet.key("behind", KEY, "");
    session.send("R");
    shows(&mut session, "5 jobs");
    ends_without_a_key_in_sight(session);
}
