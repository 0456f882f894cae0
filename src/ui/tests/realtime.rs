//! Hosts on the screen: the realtime table and its line, the hosts of an environment in the matrix.

use super::*;
use crate::model::{HostId, Look};
use crate::store::fixture::{batch, certified, climb, progress, realtime};

const DAY: i64 = 86_400;

/// The incident, with two realtime hosts that answer, one that is down and one that is gone; and eu1's two
/// hosts, of which the alias is asked.
fn watched(width: u16, height: u16) -> State {
    let mut state = incident(width, height);
    state.store.watch_hosts(vec![
        batch(0, "eu1.example", false),
        batch(0, "eu.example", true),
        realtime("eu.rt", "EU", true),
        realtime("us.rt", "US", true),
        realtime("au.rt", "AU", true),
        realtime("neu.rt", "EU", false),
    ]);
    let mut look = |host, climb| {
        state.update(Message::Look(Look { host: HostId(host), climb }), at(60));
    };
    look(0, climb(50, 't'));
    look(1, certified(50, 61 * DAY));
    for seconds in [0, 29, 58] {
        look(2, certified(seconds, 61 * DAY));
        look(3, certified(seconds, 20 * DAY));
        look(4, climb(seconds, 'h'));
        look(5, climb(seconds, 'd'));
    }
    let alias = Progress { alias: Some("eu.example".into()), ..Progress::default() };
    state.update(Message::Report(report(EU1, 2, 60, progress(alias))), at(60));
    state
}

#[test]
fn the_realtime_hosts() {
    let mut state = watched(120, 30);
    state.act(Action::OpenRealtime);
    insta::assert_snapshot!(snapshot(&mut state));
}

#[test]
fn the_table_leaves_out_what_does_not_fit() {
    let mut state = watched(80, 24);
    state.act(Action::OpenRealtime);
    let shot = text(&render(&mut state, &Theme::named(ThemeName::Dark)));
    assert!(shot.contains("NAME      STATE         DNS    TCP    TLS  FIRST  TOTAL  CERT    AGE"), "{shot}");
    let mut state = watched(40, 10);
    state.act(Action::OpenRealtime);
    let shot = text(&render(&mut state, &Theme::named(ThemeName::Dark)));
    assert!(shot.contains("NAME      STATE       TOTAL    AGE"), "{shot}");
    let mut state = incident(80, 24);
    state.act(Action::OpenRealtime);
    let shot = text(&render(&mut state, &Theme::named(ThemeName::Dark)));
    assert!(shot.contains("None is checked"), "{shot}");
}

#[test]
fn the_overview_has_a_line_where_there_is_room_and_elsewhere_an_alarm() {
    let theme = Theme::named(ThemeName::Dark);
    let line = "├ Realtime · 2/3 up · 81ms · ✖ au.rt down: timeout · t shows them ─";
    for (width, height, words) in [
        (200, 60, line),
        (120, 40, line),
        (80, 24, "Environments · realtime ✖ au.rt"),
        (40, 10, "us1 ✖key  ✖ au.rt"),
    ] {
        let shot = text(&render(&mut watched(width, height), &theme));
        assert!(shot.contains(words), "{width}×{height}: {shot}");
    }
    let mut state = incident(80, 24);
    state.store.watch_hosts(vec![realtime("eu.rt", "EU", true)]);
    state.update(Message::Look(Look { host: HostId(0), climb: climb(50, '.') }), at(60));
    assert!(!text(&render(&mut state, &theme)).contains("ealtime"), "nothing is down");
    let mut state = incident(120, 40);
    state.store.watch_hosts(vec![realtime("eu.rt", "EU", true)]);
    assert!(text(&render(&mut state, &theme)).contains("├ Realtime · asking · t shows them ─"));
}

#[test]
fn the_matrix_shows_the_hosts_of_an_environment_and_the_pane_marks_the_alias() {
    let theme = Theme::named(ThemeName::Dark);
    let mut state = watched(120, 40);
    let shot = text(&render(&mut state, &theme));
    assert!(shot.contains("eu1 ● up⇢") && shot.contains("eu1 is asked through eu.example"), "{shot}");
    state.act(Action::OpenMatrix);
    let clock = Progress { clock_ahead: Some(jiff::SignedDuration::from_secs(75)), ..Progress::default() };
    state.update(Message::Report(report(US1, 2, 60, progress(clock))), at(60));
    let clock = Progress { clock_ahead: Some(jiff::SignedDuration::ZERO), ..Progress::default() };
    for source in [EU1, EU2] {
        let alias = Some("eu.example".into()).filter(|_| source == EU1);
        let told = Progress { alias, ..clock.clone() };
        state.update(Message::Report(report(source, 2, 60, progress(told))), at(60));
    }
    let shot = text(&render(&mut state, &theme));
    for words in [
        "  eu1.example ✖ fails · DNS 3ms · TCP 12ms · TLS ✖ · no TLS connection to the host",
        "▸ eu.example ✔ answers · DNS 3ms · TCP 12ms · TLS 25ms · first byte 40ms · total 81ms",
        " · its clock is",
    ] {
        assert!(shot.contains(words), "{words}: {shot}");
    }
}
