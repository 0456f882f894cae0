//! What strangers and secrets may do to a terminal: nothing. Every byte that the program wrote is read
//! again, and every sequence in it must be one that voxtop has a reason for.

use std::collections::BTreeSet;

use crate::support::fleet::{Behaviour, Fleet, KEY};
use crate::support::jobs::{HOSTILE, SECRETS, hostile, is_trap, secretive};
use crate::support::{Exit, Launch, Session};

/// The sequences that drawing needs: moving, colours, clearing, and the modes of taking the terminal.
fn is_ours(sequence: &str) -> bool {
    let Some(body) = sequence.strip_prefix('[') else { return false };
    let modes = ["?7", "?1049", "?25", "?2004", "?2026", "?1000", "?1006"];
    match body.chars().last() {
        Some('H' | 'm' | 'J' | 'K') => !body.contains('?'),
        Some(end @ ('h' | 'l')) => modes.iter().any(|mode| body == format!("{mode}{end}")),
        _ => false,
    }
}

/// Splits what was written into texts and sequences, and gives the sequences and the controls that are
/// not voxtop's, as they are.
fn strange(raw: &[u8]) -> BTreeSet<String> {
    let text = std::str::from_utf8(raw).expect("the program writes UTF-8");
    let mut strange = BTreeSet::new();
    let mut chars = text.chars().peekable();
    while let Some(char) = chars.next() {
        if char == '\u{1b}' {
            let mut sequence = String::new();
            for next in chars.by_ref() {
                sequence.push(next);
                let introducer = sequence.len() == 1 && next == '[';
                if !introducer && !(' '..='?').contains(&next) {
                    break;
                }
            }
            // The title of the window, which nothing in it may end before its end.
            let title: String = match sequence.as_str() {
                "]" => chars.by_ref().take_while(|next| *next != '\u{7}').collect(),
                _ => String::new(),
            };
            let titled = title.starts_with("2;voxtop ") && !title.chars().any(is_trap);
            if !titled && !matches!(sequence.as_str(), "[22;2t" | "[23;2t") && !is_ours(&sequence) {
                strange.insert(sequence);
            }
        } else if is_trap(char) {
            strange.insert(char.escape_unicode().to_string());
        }
    }
    strange
}

/// Filters for one job, opens its details and looks at all of them.
fn read_details(session: &mut Session, id: &str, name: &str) {
    session.send(format!("/id:{id}"));
    session.wait_for("the one job", |screen| screen.contents().contains(&format!("id:{id}  1 jobs")));
    session.send("\r");
    session.wait_for("the filter", |screen| screen.contents().contains(&format!("filter: id:{id}")));
    session.send("\r");
    session.wait_for("its details", |screen| screen.contents().contains(&format!("Job {id}")));
    session.wait_for(name, |screen| screen.contents().contains(name));
    for tab in ["[config]", "[errors", "[transcript", "[log]"] {
        session.send("\t");
        session.wait_for(tab, |screen| screen.contents().contains(tab));
        session.send("G");
    }
    session.send("q");
    session.wait_for("the panes", |screen| !screen.contents().contains(&format!("Job {id}")));
    // The selection goes first, then the filter. Two of these at once would be another key.
    let selected =
        |screen: &vt100::Screen| (0..60).any(|row| screen.cell(row, 2).is_some_and(vt100::Cell::inverse));
    session.wait_for("the selection", selected);
    session.send("\x1b");
    session.wait_for("no selection", |screen| !selected(screen));
    session.send("\x1b");
    session.wait_for("no filter", |screen| !screen.contents().contains("filter:"));
}

#[test]
fn no_hostile_byte_and_no_secret_reaches_the_terminal_or_the_log() {
    let location = format!("Location: https://login.example/?session={}\r\n", SECRETS[7]);
    let fleet = Fleet::start([
        ("hostile", Behaviour::healthy(hostile())),
        ("secretive", Behaviour::healthy(vec![secretive()])),
        ("words", Behaviour::json("403 Forbidden", "", r"No\u001b]52;c;eA==\u0007\u202e\u009b2Jpe")),
        ("page", Behaviour::answer("502 Bad", "", &format!("<title>\u{1b}[2JIll\u{9b}31m {KEY}</title>"))),
        ("garbage", Behaviour::garbage()),
        ("moved", Behaviour::answer("302 Found", &location, "")),
    ]);
    let launch = Launch::new(&["-vv", "--theme", "mono", "--config"]).arg(fleet.config("1h", "5m"));
    let mut session = launch.size(200, 60).spawn();
    for (_, shown) in HOSTILE {
        // The replacement character is drawn, but this parser leaves it out, and its cell empty.
        let shown = shown.replace('\u{fffd}', " ");
        session.wait_for(&shown, |screen| screen.contents().contains(&shown));
    }
    session.send("e");
    session.wait_for("the failures' words", |screen| {
        let text = screen.contents();
        let words = ["No]52;c;eA==2Jpe", "Ill31m [key]", "login.example", "4 entries of its job list"];
        words.iter().all(|words| text.contains(words))
    });
    session.send("q");
    session.wait_for("the panes", |screen| !screen.contents().contains("Events ·"));
    read_details(&mut session, "secretive1", "https://store.example/a.wav?…");
    read_details(&mut session, "hostileall", "everywhere.wav");
    session.send("q");
    assert_eq!(session.wait_exit(), Exit::Code(0));

    let raw = session.raw();
    assert_eq!(strange(&raw), BTreeSet::new());
    let raw = String::from_utf8(raw).unwrap();
    for attack in ["\x1b[2J\x1b[1;1Hwiped", "\x1b[6n", "\x1b[2JIll"] {
        assert!(!raw.contains(attack), "{attack:?}");
    }
    assert!(raw.contains("auth_headers"), "the details were drawn");
    let log = std::fs::read_to_string(session.state_dir().join("voxtop.log")).unwrap();
    assert!(log.contains("[key]"), "{log}");
    for secret in SECRETS {
        assert!(!raw.contains(secret), "{secret} on the screen");
        assert!(!log.contains(secret), "{secret} in the log: {log}");
    }
}
