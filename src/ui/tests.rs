//! Screens as snapshots: the cells, and below them what role each cell's style has.

mod banners;
mod finding;
mod looks;
mod realtime;
mod steer;

use std::time::Duration;

use jiff::tz::TimeZone;
use proptest::prelude::*;
use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::*;
use crate::model::{Coverage, FailureKind, Job, JobError, PollEvent, Progress, SourceId};
use crate::state::{Action, Message, Settings, Size};
use crate::store::Store;
use crate::store::fixture::{EU1, EU1_OTHER, EU2, US1, at, failed, finished, fleet, job, page, report};

/// What the theme calls a style, as one letter; `.` for ordinary text.
fn role(cell: &Cell, theme: &Theme) -> char {
    let own = cell.style();
    let same = |style: Style| {
        style.fg.unwrap_or_default() == own.fg.unwrap_or_default() && style.add_modifier == own.add_modifier
    };
    let selected = theme.selected.bg.is_some() && own.bg == theme.selected.bg;
    let letter = [
        (theme.text, '.'),
        (theme.quiet, 'q'),
        (theme.border, '-'),
        (theme.title, 't'),
        (theme.accent, 'a'),
        (theme.good, 'g'),
        (theme.active, 'r'),
        (theme.warning, 'w'),
        (theme.critical, 'c'),
        (theme.bad, 'b'),
        (theme.wrong, 'x'),
        (theme.matched(), 'm'),
    ]
    .into_iter()
    .find(|(style, _)| same(*style))
    .map_or('?', |(_, letter)| letter);
    if selected {
        'S'
    } else if cell.symbol() == " " {
        ' '
    } else {
        letter
    }
}

fn render(state: &mut State, theme: &Theme) -> Buffer {
    state.refresh();
    state.keymap.name_in_letters(theme.ascii);
    let Size { width, height } = state.size;
    let mut buffer = Buffer::empty(Rect::new(0, 0, width, height));
    let drawn = draw_into(&mut buffer, state, theme, &mut None);
    state.drawn(drawn);
    buffer
}

fn text(buffer: &Buffer) -> String {
    let mut text = String::new();
    for y in 0..buffer.area.height {
        let mut x = 0;
        let mut line = String::new();
        while x < buffer.area.width {
            let symbol = buffer[(x, y)].symbol();
            line.push_str(symbol);
            x += u16::try_from(unicode_width::UnicodeWidthStr::width(symbol)).unwrap().max(1);
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

fn snapshot(state: &mut State) -> String {
    let theme = Theme::named(ThemeName::Dark);
    let buffer = render(state, &theme);
    let mut shot = text(&buffer);
    for y in 0..buffer.area.height {
        let roles: String = (0..buffer.area.width).map(|x| role(&buffer[(x, y)], &theme)).collect();
        shot.push_str(roles.trim_end());
        shot.push('\n');
    }
    shot
}

fn jobs() -> Vec<Job> {
    let mut rejected = job("z2jfp1jwu1", -900, "rejected");
    rejected.errors = vec![JobError {
        timestamp: Some(at(-880)),
        message: "unable to fetch audio: http status code 404".into(),
    }];
    let mut told = job("k9f3m2c1x0", -86_400, "done");
    told.errors = vec![JobError {
        timestamp: None,
        message: "Error in sending notification: Response status: 500".into(),
    }];
    told.data_name = "board-meeting-2026-11-21.wav".into();
    let mut fetched = job("a81ko4eqjl", -30, "running");
    fetched.data_name = "".into();
    fetched.title = Some("Evening news".into());
    let mut asian = job("650krlru2e", -3_700, "done");
    asian.data_name = "会議録音_第３四半期_最終版.mp3".into();
    asian.language = Some("ja".into());
    asian.model = Some("enhanced".into());
    asian.duration_s = Some(3_731);
    asian.tags = vec!["finance".into(), "q3".into()];
    asian.reference = Some("/data/clients/ACME/2026Q3".into());
    asian.config = Some(
        r#"{"type":"transcription","transcription_config":{"language":"ja","operating_point":"enhanced"},"notification_config":[{"url":"https://example.com/hook?…","auth_headers":["Authorization: …"]}]}"#
            .into(),
    );
    vec![fetched, rejected, asian, told, job("yjbmf9kqub", -6 * 86_400 - 3_600, "deleted")]
}

/// Two healthy environments, a rejected key, a second key that is merely tried.
fn incident(width: u16, height: u16) -> State {
    incident_of(fleet(), width, height)
}

fn incident_of(fleet: std::sync::Arc<crate::model::Fleet>, width: u16, height: u16) -> State {
    let settings = Settings {
        refresh: Duration::from_secs(5),
        zone: TimeZone::UTC,
        demo: false,
        read_only: false,
        config_path: "~/.config/voxtop/config.toml".to_owned(),
        warnings: Vec::new(),
    };
    let mut state = State::new(Store::new(fleet), settings, Size { width, height }, at(0));
    let mut tell = |source, sequence, seconds, event| {
        state.update(Message::Report(report(source, sequence, seconds, event)), at(seconds));
    };
    tell(EU1, 1, 0, page(&jobs()));
    tell(EU1, 1, 0, finished(Coverage::Whole));
    tell(EU1_OTHER, 1, 0, failed(FailureKind::Rejected, Some(401)));
    let theirs = Job { id: crate::model::JobId::new("eu2only001"), ..job("x", -120, "done") };
    tell(EU2, 1, 0, page(&[theirs]));
    tell(EU2, 1, 0, finished(Coverage::Since(at(-200))));
    tell(US1, 1, 0, failed(FailureKind::Rejected, Some(401)));
    tell(EU2, 2, 5, failed(FailureKind::Timeout, None));
    tell(EU1, 2, 60, PollEvent::Asked);
    state.refresh();
    state
}

#[test]
fn an_incident_at_80_by_24() {
    insta::assert_snapshot!(snapshot(&mut incident(80, 24)));
}

#[test]
fn an_incident_at_120_by_40() {
    insta::assert_snapshot!(snapshot(&mut incident(120, 40)));
}

#[test]
fn an_incident_at_200_by_60() {
    insta::assert_snapshot!(snapshot(&mut incident(200, 60)));
}

#[test]
fn an_incident_at_40_by_10() {
    insta::assert_snapshot!(snapshot(&mut incident(40, 10)));
}

#[test]
fn too_small_says_what_it_needs() {
    insta::assert_snapshot!(text(&render(&mut incident(30, 6), &Theme::named(ThemeName::Dark))));
}

#[test]
fn details_of_a_job() {
    let mut state = incident(100, 44);
    for action in [Action::RowDown, Action::RowDown, Action::RowDown, Action::RowDown, Action::OpenDetails] {
        state.act(action);
        state.refresh();
    }
    insta::assert_snapshot!(snapshot(&mut state));
}

#[test]
fn the_event_list() {
    let mut state = incident(100, 24);
    state.act(Action::OpenEvents);
    insta::assert_snapshot!(snapshot(&mut state));
}

#[test]
fn the_matrix() {
    let mut fleet = std::sync::Arc::unwrap_or_clone(fleet());
    fleet.keys[1].expires_at = Some(at(552));
    let mut state = incident_of(std::sync::Arc::new(fleet), 110, 30);
    state.act(Action::OpenMatrix);
    insta::assert_snapshot!(snapshot(&mut state));
}

#[test]
fn a_temporary_key_is_counted_down_in_the_pane() {
    for (seconds, slot, title) in [
        (612, "9m12s", "ends in 9m12s"),
        (60 + 7_200, "2h00m", "ends in 2h00m"),
        (60 + 80_000, "22h", "ends in 22h13m"),
        (60, "over", "has ended"),
    ] {
        let mut fleet = std::sync::Arc::unwrap_or_clone(fleet());
        fleet.keys[1].expires_at = Some(at(seconds));
        let shot = text(&render(
            &mut incident_of(std::sync::Arc::new(fleet), 200, 50),
            &Theme::named(ThemeName::Dark),
        ));
        assert!(shot.contains(&format!("other {slot} ")), "{slot}: {shot}");
        assert!(shot.contains(&format!("other {title}")), "{title}: {shot}");
    }
}

#[test]
fn a_probable_resubmission_is_marked_in_its_row_and_named_in_its_details() {
    let mut state = incident(100, 44);
    let copy = Job { id: crate::model::JobId::new("copy"), ..job("x", -60, "running") };
    let original = Job { id: crate::model::JobId::new("eu2only001"), ..job("x", -120, "done") };
    state.update(Message::Report(report(EU1, 3, 62, page(&[copy]))), at(62));
    state.update(Message::Report(report(EU2, 3, 62, page(&[original]))), at(62));
    let theme = Theme::named(ThemeName::Dark);
    let rows = text(&render(&mut state, &theme));
    assert_eq!(rows.matches("⇄ x.wav").count(), 2, "{rows}");
    state.act(Action::RowDown);
    state.act(Action::RowDown);
    state.act(Action::OpenDetails);
    let details = text(&render(&mut state, &theme));
    assert!(details.contains("also as     eu2 eu2only001: the same file name, 1m00s earlier"), "{details}");
}

#[test]
fn events_are_filtered_by_words_and_by_how_bad_they_are() {
    let mut state = incident(110, 30);
    let theme = Theme::named(ThemeName::Dark);
    state.act(Action::OpenEvents);
    let shown = |state: &mut State| {
        let shot = text(&render(state, &theme));
        let count = shot.lines().filter(|line| line.contains("│ 20:2")).count();
        let title = shot.lines().nth(1).and_then(|line| line.split_once("╭─ ")?.1.split_once(" ─"));
        (count, title.unwrap().0.to_owned())
    };
    assert_eq!(shown(&mut state), (5, "Events · 5 · y copies · / filters".to_owned()));
    state.act(Action::EditFilter);
    state.update(Message::Paste("EU2 key".to_owned()), at(61));
    assert_eq!(shown(&mut state), (1, "Events · 1 of 5 · filter: EU2 key▏".to_owned()));
    state.act(Action::KeepFilter);
    assert_eq!(shown(&mut state).1, "Events · 1 of 5 · filter: EU2 key");
    state.act(Action::EditFilter);
    state.act(Action::CancelFilter);
    state.act(Action::EventSeverity);
    let (warnings, title) = shown(&mut state);
    assert!(warnings > 0 && title.ends_with("warnings and worse"), "{title}");
    state.act(Action::EventSeverity);
    assert!(shown(&mut state).0 < warnings);
}

#[test]
fn the_help() {
    let mut state = incident(100, 122);
    state.act(Action::OpenHelp);
    insta::assert_snapshot!(text(&render(&mut state, &Theme::named(ThemeName::Dark))));
}

#[test]
fn the_filter_while_it_is_edited_and_wrong() {
    let mut state = incident(100, 24);
    state.act(Action::EditFilter);
    state.update(Message::Paste("stat:done or x".to_owned()), at(60));
    insta::assert_snapshot!(snapshot(&mut state));
}

#[test]
fn the_first_run() {
    let settings = incident(80, 24).settings;
    let store = Store::new(std::sync::Arc::default());
    let mut state = State::new(store, settings, Size { width: 80, height: 24 }, at(0));
    insta::assert_snapshot!(snapshot(&mut state));
    state.settings.warnings = vec!["the vendor's file cannot be read. Repair it.".to_owned()];
    let screen = snapshot(&mut state);
    assert!(screen.contains("the vendor's file cannot be read. Repair it."), "{screen}");
}

#[test]
fn a_long_history_is_being_read() {
    let mut state = incident(120, 40);
    let progress = |known_share, paused: Option<i64>| {
        PollEvent::Progress(Progress {
            known_share,
            requests_per_second: 7.4,
            allowed_per_second: 10.0,
            paused_until: paused.map(at),
            ..Progress::default()
        })
    };
    for (source, event) in [(EU1, progress(0.432, None)), (EU2, progress(1.0, Some(60)))] {
        state.update(Message::Report(report(source, 1 << 40, 0, event)), at(0));
    }
    insta::assert_snapshot!(snapshot(&mut state));
    // What was saved up at the start goes out.
    let saved_up = Progress { requests_per_second: 16.4, allowed_per_second: 10.0, ..Progress::default() };
    state.update(Message::Report(report(EU1, 2 << 40, 1, PollEvent::Progress(saved_up))), at(1));
    let screen = snapshot(&mut state);
    assert!(screen.contains("16 requests/s, settling at 10"), "{screen}");
}

#[test]
fn before_the_first_answer() {
    let settings = incident(80, 24).settings;
    let mut state = State::new(Store::new(fleet()), settings, Size { width: 80, height: 24 }, at(0));
    state.update(Message::Report(report(EU1, 1, 0, PollEvent::Asked)), at(7));
    insta::assert_snapshot!(snapshot(&mut state));
}

#[test]
fn only_rows_in_view_are_looked_at() {
    let mut state = incident(120, 40);
    let many: Vec<Job> = (0..20_000).map(|n| job(&format!("m{n:06}"), -n, "done")).collect();
    state.update(Message::Report(report(EU1, 3, 70, page(&many))), at(70));
    let buffer = render(&mut state, &Theme::named(ThemeName::Dark));
    let drawn = text(&buffer).lines().filter(|line| line.contains(" m0")).count();
    assert!(drawn <= usize::from(state.layout().rows()), "{drawn}");
}

#[test]
fn the_picture_holds_the_text() {
    let svg = svg::picture(&render(&mut incident(120, 40), &Theme::named(ThemeName::Dark)));
    assert!(svg.starts_with("<svg") && svg.trim_end().ends_with("</svg>"));
    assert!(svg.contains("Environments") && svg.contains("会"), "{svg}");
    assert!(!svg.contains("& ") && svg.matches("<text").count() == svg.matches("</text>").count());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]
    #[test]
    fn every_size_draws_and_nothing_leaves_the_frame(
        width in 0..220_u16, height in 0..80_u16, overlay in 0..18_u8, theme in 0..6_usize,
        name in "\\PC{0,60}",
    ) {
        let mut state = incident(width, height);
        let hostile = Job { data_name: name.as_str().into(), title: Some(name.as_str().into()), ..job("h", 1, "done") };
        state.update(Message::Report(report(SourceId(0), 2, 61, page(&[hostile]))), at(61));
        state.refresh();
        match overlay {
            1 => { state.act(Action::OpenHelp); }
            2 => { state.act(Action::OpenEvents); }
            3 => { state.act(Action::OpenDetails); }
            4 => { state.act(Action::OpenMatrix); }
            5 => { state.act(Action::OpenRealtime); }
            6 | 7 => { for act in [Action::OpenCharts, Action::NextTab, Action::NextTab].iter().take(usize::from(overlay) * 2 - 11) { state.act(*act); } }
            8 => { for act in [Action::ToggleMark, Action::ToggleMark, Action::Compare] { state.act(act); } }
            9 => { state.act(Action::OpenUsage); }
            10 => { state.act(Action::OpenColumns); }
            11 => { state.act(Action::OpenPalette); }
            12 => { state.act(Action::WriteRows); }
            13 => { state.act(Action::WriteScreen); }
            14 => { state.act(Action::Delete); }
            15 => { for act in [Action::OpenHelp, Action::EditFilter] { state.act(act); } }
            16 => { state.act(Action::EditFilter); state.update(Message::Paste(name.clone()), at(61)); }
            17 => { for act in [Action::EditFilter, Action::Complete, Action::NextSuggestion] { state.act(act); } }
            _ => {}
        }
        let name = <ThemeName as strum::VariantArray>::VARIANTS[theme];
        let theme = Theme::named(name);
        let buffer = render(&mut state, &theme);
        if width >= 40 && height >= 10 && state.overlay.is_none() && state.palette.is_none() && name != ThemeName::Ascii {
            for y in 1..height - 1 {
                prop_assert!("│├".contains(buffer[(0, y)].symbol()), "{:?} at 0,{y}", buffer[(0, y)].symbol());
                prop_assert!("│┤┃".contains(buffer[(width - 1, y)].symbol()), "{:?} at the right, {y}", buffer[(width - 1, y)].symbol());
            }
        }
        for cell in &buffer.content {
            prop_assert!(!cell.symbol().chars().any(char::is_control));
        }
    }
}
