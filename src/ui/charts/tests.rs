//! What the charts say of a fleet that was watched for a while.

use std::time::Duration;

use jiff::tz::TimeZone;
use proptest::prelude::*;

use super::*;
use crate::model::{Coverage, FailureKind, Job};
use crate::state::{Action, Message, Settings, Size};
use crate::store::Store;
use crate::store::fixture::{EU1, EU2, at, failed, finished, fleet, job, page, report};
use crate::ui::ThemeName;

fn state(width: u16) -> State {
    let settings = Settings {
        refresh: Duration::from_secs(5),
        zone: TimeZone::UTC,
        demo: false,
        read_only: false,
        config_path: String::new(),
        warnings: Vec::new(),
    };
    State::new(Store::new(fleet()), settings, Size { width, height: 60 }, at(0))
}

fn hear(state: &mut State, sequence: u64, seconds: i64, jobs: &[Job]) {
    for event in [page(jobs), finished(Coverage::Whole)] {
        state.update(Message::Report(report(EU1, sequence, seconds, event)), at(seconds));
    }
}

/// A fleet in which eu1 finished twelve jobs while it was watched, eu2 fails and us1 was never asked.
fn watched(width: u16) -> State {
    let mut state = state(width);
    let of = |nth: i64, status: &str| {
        let model = Some(if nth % 4 == 0 { "enhanced" } else { "standard" }.into());
        Job { duration_s: Some(600), model, ..job(&format!("j{nth}"), -60 * nth, status) }
    };
    let mut jobs: Vec<Job> = (1..=12).map(|nth| of(nth, "running")).collect();
    jobs.push(job("old", -7_200, "rejected"));
    jobs.push(job("week", -5 * 86_400, "done"));
    hear(&mut state, 1, 0, &jobs);
    for (nth, sequence) in (1..=10).zip(2..) {
        jobs[nth - 1] = of(i64::try_from(nth).unwrap(), "done");
        hear(&mut state, sequence, i64::try_from(nth).unwrap() * 5, &jobs);
    }
    state.update(Message::Report(report(EU2, 1, 50, failed(FailureKind::Timeout, None))), at(50));
    state.refresh();
    state
}

fn shown(state: &State) -> String {
    let theme = Theme::named(ThemeName::Mono);
    let content = content(state, &state.layout(), &theme);
    let lines = content.head.iter().chain(&content.lines).map(|line| line.to_string().trim_end().to_owned());
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn jobs_are_counted_by_hour_and_status() {
    let mut state = watched(120);
    state.act(Action::OpenCharts);
    let text = shown(&state);
    for words in [
        "[jobs by hour]",
        "13 of 14 jobs were submitted since",
        "Not all: eu2 has listed nothing, us1 has listed nothing.",
        "  ■ done  ▸ running  ✖ rejected  – other",
        "all               13      10          2           1        ·",
    ] {
        assert!(text.contains(words), "{words}\n{text}");
    }
    // The fixture's start is 20:26:40.
    assert_eq!(text.lines().filter(|line| line.contains(":00 ")).count(), 24, "{text}");
    for (period, jobs, lines) in [("48 h", 13, 24), ("7 d", 14, 28)] {
        state.act(Action::NextFormat);
        let text = shown(&state);
        assert!(
            text.contains(&format!("{jobs} of 14 jobs were submitted since")) && text.contains(period),
            "{text}"
        );
        let hours = text.lines().filter(|line| line.contains(":00 ")).count();
        assert_eq!(hours, lines, "{text}");
    }
}

#[test]
fn turnaround_rests_on_the_ends_that_were_seen() {
    let mut state = watched(120);
    state.act(Action::OpenCharts);
    state.act(Action::NextTab);
    let text = shown(&state);
    let row = |word: &str| text.lines().find(|line| line.trim_start().starts_with(word)).unwrap_or_default();
    assert!(row("eu1").contains("10     0.55×     1.09×"), "{text}");
    assert!(row("eu1").contains("5m + 3.25×"), "{text}");
    assert!(row("standard").contains(" 8 ") && row("standard").contains("5m + 3.25×"), "{text}");
    assert!(text.contains("10 jobs finished since 20:26;"), "{text}");
    assert!(row("eu2").contains("no data yet"), "{text}");
}

#[test]
fn backlog_and_latency_say_what_they_rest_on() {
    let mut state = watched(120);
    state.act(Action::OpenCharts);
    state.act(Action::PreviousTab);
    let text = shown(&state);
    let row = |text: &str, word: &str| {
        text.lines().find(|line| line.starts_with(word)).unwrap_or_default().to_owned()
    };
    assert!(text.contains("[latency]") && row(&text, "eu1").contains("11      0   40ms"), "{text}");
    assert!(row(&text, "eu2").contains("1      1      –"), "{text}");
    state.act(Action::PreviousTab);
    let text = shown(&state);
    assert!(text.contains("2 jobs are running now."), "{text}");
    assert!(row(&text, "eu1").contains("2       12  ····"), "{text}");
    assert!(row(&text, "us1").contains("no data yet"), "{text}");
}

#[test]
fn a_bar_shows_the_majority_however_short_it_is() {
    for (counts, bar, own) in [
        ([3, 0, 1, 0], 1, [1, 0, 0, 0]),
        ([1, 0, 3, 0], 1, [0, 0, 1, 0]),
        ([1, 1, 0, 0], 1, [1, 0, 0, 0]),
        ([3, 0, 1, 0], 4, [3, 0, 1, 0]),
        ([90, 5, 5, 0], 10, [9, 1, 0, 0]),
        ([0, 0, 0, 0], 0, [0, 0, 0, 0]),
    ] {
        assert_eq!(hours::shares(counts, bar), own, "{counts:?} in {bar}");
    }
}

#[test]
fn bars_are_as_long_as_their_numbers() {
    assert_eq!(spark(&[Some(0), None, Some(4), Some(8)], 8), "▁·▅█");
    assert_eq!(spark(&[Some(0)], 0), "▁");
    for (own, most, room, long) in
        [(0, 9, 10, 0), (1, 1_000, 10, 1), (9, 9, 10, 10), (5, 10, 10, 5), (1, 0, 0, 1)]
    {
        assert_eq!(cells(own, most, room), long, "{own} of {most} in {room}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn no_line_is_wider_than_its_box(width in 40..220_u16, turns in 0..4_usize, periods in 0..3_usize) {
        let mut state = watched(width);
        state.act(Action::OpenCharts);
        for _ in 0..periods {
            state.act(Action::NextFormat);
        }
        for _ in 0..turns {
            state.act(Action::NextTab);
        }
        let layout = state.layout();
        let most = Content::width(layout.overlay());
        let theme = Theme::named(ThemeName::Dark);
        // Below 80 cells the last columns are cut by the box, with a mark; from there on nothing is.
        for line in content(&state, &layout, &theme).lines {
            prop_assert!(width < 80 || line.width() <= most, "{} of {most}: {line}", line.width());
        }
    }
}
