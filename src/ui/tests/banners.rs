//! The banner strip and what the rest of the screen says of the same causes.

use super::*;

fn shot(state: &mut State) -> Vec<String> {
    text(&render(state, &Theme::named(ThemeName::Dark))).lines().map(str::to_owned).collect()
}

#[test]
fn what_to_do_first_is_read_on_every_width_that_has_panes() {
    for width in [80, 100, 120, 200] {
        let screen = shot(&mut incident(width, 30)).join("\n");
        for words in ["key other", "rejected (401) by eu1", "eu2 fails: no answer in time", "e whole text"] {
            assert!(screen.contains(words), "{width}: {words}: {screen}");
        }
        let advised =
            ["Ask support, or drop us1.", "Ask Speechmatics, or take us1 out of the key's environments."];
        assert!(advised.iter().any(|words| screen.contains(words)), "{width}: {screen}");
    }
}

#[test]
fn nothing_moves_while_the_time_passes() {
    let strip = |seconds| {
        let mut state = incident(120, 40);
        state.update(Message::Tick, at(seconds));
        shot(&mut state)[1..3]
            .iter()
            .map(|line| line.split("  ").next().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let first = strip(61);
    for seconds in [62, 69, 70, 119, 120, 400, 700] {
        assert_eq!(strip(seconds), first, "{seconds}");
    }
}

#[test]
fn that_all_answer_is_not_that_all_is_well_and_what_is_hidden_leaves_a_trace() {
    for (size, words) in [
        ((120, 40), ["✖ 2 keys rejected ·", "✖ key 401", "1 hidden: X"]),
        ((80, 24), ["✖ 2 keys ·", "✖ key 401", "1 hidden: X"]),
        ((40, 10), ["✖ 2 keys ─", "us1 ✖key", "1 hidden: X"]),
    ] {
        let mut state = incident(size.0, size.1);
        state.act(Action::DismissBanner);
        state.notice = None;
        let screen = shot(&mut state).join("\n");
        for words in words {
            assert!(screen.contains(words), "{size:?}: {words}: {screen}");
        }
    }
}

#[test]
fn a_key_that_is_merely_tried_is_no_news() {
    let mut fleet = std::sync::Arc::unwrap_or_clone(fleet());
    for source in &mut fleet.sources {
        source.entitlement = crate::model::Entitlement::Discovered;
    }
    // Of the key that eu1 alone was asked with nobody knows better: it is rejected wherever it was tried.
    fleet.sources.retain(|source| source.key == crate::model::KeyId(0));
    let mut state = State::new(
        Store::new(std::sync::Arc::new(fleet)),
        incident(40, 10).settings,
        Size { width: 40, height: 10 },
        at(0),
    );
    let mut tell = |source, event| {
        state.update(Message::Report(report(SourceId(source), 1, 0, event)), at(0));
    };
    tell(0, page(&jobs()));
    tell(1, failed(FailureKind::Rejected, Some(401)));
    let screen = shot(&mut state).join("\n");
    assert!(screen.contains("eu2 ●") && !screen.contains("key"), "{screen}");
}

#[test]
fn no_number_is_shown_before_the_last_has_spoken() {
    let progress = |known_share| PollEvent::Progress(Progress { known_share, ..Progress::default() });
    let mut state =
        State::new(Store::new(fleet()), incident(120, 40).settings, Size { width: 120, height: 40 }, at(0));
    let tell = |state: &mut State, source, event| {
        state.update(Message::Report(report(source, 1, 0, event)), at(0));
    };
    for (source, share) in [(EU1, 0.6), (EU2, 0.2), (US1, 0.4)] {
        tell(&mut state, source, page(&jobs()));
        assert!(shot(&mut state).join("\n").contains("reading history ·"), "{source:?}");
        tell(&mut state, source, progress(share));
        assert!(shot(&mut state).join("\n").contains("reading history ·"), "{source:?}");
    }
    tell(&mut state, EU1_OTHER, failed(FailureKind::Rejected, Some(401)));
    assert!(shot(&mut state).join("\n").contains("history 20% ·"));
}

#[test]
fn the_first_run_tells_all_ways_on_the_smallest_screen() {
    let size = Size { width: 40, height: 10 };
    let mut state = State::new(Store::new(std::sync::Arc::default()), incident(40, 10).settings, size, at(0));
    let screen = shot(&mut state).join("\n");
    for words in
        ["export SPEECHMATICS_API_KEY=…", "voxtop config init", "speechmatics config set", "Or d: the demo"]
    {
        assert!(screen.contains(words), "{words}: {screen}");
    }
}
