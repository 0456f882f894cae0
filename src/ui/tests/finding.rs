//! The filter while it is written, and what its words found.

use super::*;
use ratatui::style::Modifier;

fn writing(width: u16, height: u16, text: &str) -> State {
    let mut state = incident(width, height);
    state.act(Action::EditFilter);
    state.update(Message::Paste(text.to_owned()), at(60));
    state.refresh();
    state
}

#[test]
fn a_new_filter_is_offered_the_fields() {
    insta::assert_snapshot!(snapshot(&mut writing(80, 24, "")));
}

#[test]
fn a_value_is_chosen() {
    let mut state = writing(120, 40, "name~wav status:");
    state.act(Action::NextSuggestion);
    insta::assert_snapshot!(snapshot(&mut state));
}

#[test]
fn where_there_are_no_panes_the_list_lies_over_few_rows() {
    insta::assert_snapshot!(text(&render(&mut writing(60, 15, "st"), &Theme::named(ThemeName::Ascii))));
}

#[test]
fn on_the_smallest_screen_there_is_no_list_but_what_is_wrong_is_said() {
    let theme = Theme::named(ThemeName::Dark);
    let listed = text(&render(&mut writing(40, 10, "st"), &theme));
    assert!(listed.contains("├ /st  Tab status: · 0 jobs ─"), "{listed}");
    assert!(!listed.contains("as the service words it"), "{listed}");
    insta::assert_snapshot!(text(&render(&mut writing(40, 10, "env:eu1 foo:x"), &theme)));
}

#[test]
fn what_is_unfinished_is_calm_until_it_is_wanted() {
    let theme = Theme::named(ThemeName::Dark);
    let mut state = writing(120, 24, "title~");
    let calm = text(&render(&mut state, &theme));
    assert!(calm.contains("/title~  6 jobs · a value must follow `title~` without a space"), "{calm}");
    assert!(!calm.contains("✖ a value"), "{calm}");
    state.act(Action::KeepFilter);
    let wrong = text(&render(&mut state, &theme));
    assert!(wrong.contains("│ ✖ a value must follow `title~` without a space"), "{wrong}");
}

/// What is underlined in the rows, a line each.
fn emphasised(buffer: &Buffer, from: u16) -> Vec<String> {
    let line = |y| {
        let cells = (0..buffer.area.width).map(|x| &buffer[(x, y)]);
        let meant = cells.filter(|cell| cell.modifier.contains(Modifier::UNDERLINED));
        meant.map(Cell::symbol).collect::<String>()
    };
    (from..buffer.area.height).map(line).filter(|line| !line.is_empty()).collect()
}

#[test]
fn what_was_found_stands_out_in_fresh_stale_and_selected_rows() {
    for (name, plain) in [(ThemeName::Dark, false), (ThemeName::Mono, true)] {
        let theme = Theme::named(name);
        let mut state = writing(96, 40, "name~.WAV");
        state.act(Action::KeepFilter);
        state.act(Action::RowDown);
        let top = state.layout().jobs.y + 1;
        let buffer = render(&mut state, &theme);
        // Of the third name the end is cut off.
        assert_eq!(emphasised(&buffer, top), [".wav", ".wav", "…", ".wav"], "{name}");
        let cell = |y| {
            let mut cells = (0..96).map(|x| &buffer[(x, y)]);
            cells.find(|cell| cell.modifier.contains(Modifier::UNDERLINED)).unwrap()
        };
        // The first is selected, and stale, and so stays quiet; the second is neither.
        let (first, second) = (cell(top), cell(top + 1));
        assert_eq!(first.modifier.contains(Modifier::REVERSED), plain, "{name}");
        assert_eq!(first.bg, theme.selected.bg.unwrap_or_default(), "{name}");
        assert_eq!(first.fg, theme.stale.fg.unwrap_or_default(), "{name}");
        assert_eq!(second.fg, theme.matched().fg.unwrap_or_default(), "{name}");
        assert!(!second.modifier.contains(Modifier::REVERSED), "{name}");
    }
}

#[test]
fn every_column_of_words_shows_what_was_found_in_it() {
    for (query, found) in [
        ("tag~q3", "q3"),
        ("tag~finance", "finance"),
        ("ref~clients", "clients"),
        ("error~404", "404"),
        ("error:\"\"  status~eject or title~news", "newsnews"),
        ("status~eject", "eject"),
        ("env~eu2", "eu2"),
        ("model~hanc", "hanc"),
        ("lang~ja", "ja"),
        ("id~650", "650"),
        ("会議", "会 議 "),
        ("env:eu2", ""),
        ("-error~404 env:us1", ""),
    ] {
        let mut state = writing(300, 40, query);
        state.act(Action::KeepFilter);
        let top = state.layout().jobs.y + 1;
        let buffer = render(&mut state, &Theme::named(ThemeName::Mono));
        assert_eq!(emphasised(&buffer, top).concat(), found, "{query}");
    }
}

#[test]
fn a_match_that_is_cut_off_is_told_by_the_mark_of_the_cut() {
    let mut buffer = Buffer::empty(Rect::new(0, 0, 12, 1));
    let style = (Style::new(), Style::new().add_modifier(Modifier::UNDERLINED));
    let (name, places) = ("会議の記録 board.wav", [16..21, 3..6]);
    matched::put(&mut buffer, (0, 0, 12), (name, &places), style, crate::store::Align::Left);
    assert_eq!(text(&buffer).trim_end(), "会議の記録 …");
    assert_eq!(emphasised(&buffer, 0), ["議 …"], "the wide one with both its cells");
}

#[test]
fn details_show_what_was_found() {
    let mut state = writing(120, 40, "wav");
    state.act(Action::KeepFilter);
    state.act(Action::OpenDetails);
    let buffer = render(&mut state, &Theme::named(ThemeName::Mono));
    assert_eq!(emphasised(&buffer, 1), ["wav"]);
}

proptest! {
    #[test]
    fn the_line_is_never_covered_and_nothing_leaves_the_frame(
        width in 40..160_u16, height in 10..60_u16, theme in 0..3_usize, tabs in 0..3_u8, downs in 0..20_u8,
        query in prop_oneof!["[a-z]{0,3}", "(tag|env|status|title|foo)[:~]?[a-z\"]{0,3}", "\\PC{0,120}"],
        tags in prop::collection::vec("\\PC{0,30}", 0..12),
    ) {
        let mut state = incident(width, height);
        let tags = tags.iter().map(|tag| Box::from(tag.as_str())).collect();
        let hostile = Job { tags, ..job("h", 1, "done") };
        state.update(Message::Report(report(SourceId(0), 2, 61, page(&[hostile]))), at(61));
        state.act(Action::EditFilter);
        state.update(Message::Paste(query), at(61));
        (0..tabs).for_each(|_| { state.act(Action::Complete); });
        (0..downs).for_each(|_| { state.act(Action::NextSuggestion); });
        let theme = Theme::named([ThemeName::Dark, ThemeName::Light, ThemeName::Mono][theme]);
        let buffer = render(&mut state, &theme);
        let rule = state.layout().jobs_rule;
        let shown = text(&buffer);
        let line = shown.lines().nth(usize::from(rule)).unwrap();
        prop_assert!(line.starts_with("├ /"), "{line}");
        for y in 1..height - 1 {
            prop_assert!("│├".contains(buffer[(0, y)].symbol()), "0,{y}:\n{shown}");
            prop_assert!("│┤┃".contains(buffer[(width - 1, y)].symbol()), "the right, {y}:\n{shown}");
        }
    }
}
