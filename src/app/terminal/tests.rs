use ratatui::style::{Color, Style};
use ratatui::text::Line;

use super::*;

fn canvas() -> (Terminal<Canvas>, Bytes) {
    crossterm::style::force_color_output(true);
    let bytes = Bytes::default();
    let size = || Ok(Size { width: 20, height: 3 });
    (Terminal::new(Canvas::new(bytes.clone(), size)).unwrap(), bytes)
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn what_is_missing_is_named_with_a_way_out() {
    for (input, output, term, expected) in [
        (true, true, Some("xterm-256color"), None),
        (true, true, None, None),
        (true, false, Some("xterm"), Some("standard output is not a terminal")),
        (false, true, Some("xterm"), Some("standard input is not a terminal")),
        (false, false, None, Some("standard output is not a terminal")),
        (true, true, Some("dumb"), Some("TERM=dumb")),
    ] {
        match (judge(input, output, term), expected) {
            (Ok(()), None) => {}
            (Err(error), Some(expected)) => {
                let message = error.to_string();
                assert!(message.contains(expected) && message.contains("`voxtop jobs`"), "{message}");
            }
            (got, _) => panic!("{input} {output} {term:?}: {got:?}"),
        }
    }
}

#[test]
fn a_frame_is_wrapped_in_a_synchronised_update() {
    let (mut terminal, bytes) = canvas();
    let frame = compose(&mut terminal, &bytes, |frame| {
        frame.render_widget(
            Line::styled("picked", Style::new().bold().reversed().fg(Color::Red)),
            frame.area(),
        );
    });
    let frame = text(&frame.unwrap());
    assert!(frame.starts_with("\x1b[?2026h") && frame.ends_with("\x1b[?2026l"), "{frame:?}");
    assert!(frame.contains("picked"), "{frame:?}");
    assert!(frame.contains("\x1b[31"), "a way that all terminals know: {frame:?}");
    assert!(!frame.contains("\x1b[;m"), "bold and reverse would be wiped: {frame:?}");
    assert!(bytes.take().is_empty());
}

#[test]
fn the_cursor_is_told_of_only_where_that_is_news() {
    let (mut terminal, bytes) = canvas();
    let mut frame = |word: &'static str, cursor: Option<(u16, u16)>| {
        let frame = compose(&mut terminal, &bytes, |frame| {
            frame.render_widget(word, frame.area());
            if let Some(at) = cursor {
                frame.set_cursor_position(at);
            }
        });
        text(&frame.unwrap()).replace("\x1b[?2026h", "").replace("\x1b[?2026l", "")
    };
    let hidden = frame("word", None);
    assert!(!hidden.contains("25"), "it is hidden already: {hidden:?}");
    assert_eq!(frame("word", Some((4, 0))), "\x1b[?25h\x1b[1;5H");
    assert_eq!(frame("word", Some((4, 0))), "");
    assert_eq!(frame("word", Some((3, 0))), "\x1b[1;4H");
    let typed = frame("ward", Some((3, 0)));
    assert!(typed.contains('a') && typed.ends_with("\x1b[1;4H"), "cells move it: {typed:?}");
    assert_eq!(frame("ward", None), "\x1b[?25l");
    assert_eq!(frame("ward", None), "");
    frame("ward", Some((1, 0)));
    terminal.backend_mut().cursor_was_hidden();
    let again = compose(&mut terminal, &bytes, |frame| {
        frame.render_widget("ward", frame.area());
        frame.set_cursor_position((1, 0));
    });
    assert!(text(&again.unwrap()).contains("\x1b[?25h\x1b[1;2H"));
}

#[test]
fn after_a_resume_the_clear_is_inside_the_frame() {
    let (mut terminal, bytes) = canvas();
    let draw = |frame: &mut Frame<'_>| frame.render_widget("whole", frame.area());
    compose(&mut terminal, &bytes, draw).unwrap();
    let same = text(&compose(&mut terminal, &bytes, draw).unwrap());
    assert_eq!(same, "", "an unchanged frame writes nothing");
    terminal.resize(Rect::new(0, 0, 20, 3)).unwrap();
    let again = text(&compose(&mut terminal, &bytes, draw).unwrap());
    assert!(again.starts_with("\x1b[?2026h"), "{again:?}");
    assert!(again.contains("\x1b[2J") && again.contains("whole"), "{again:?}");
    assert!(!again.contains("\x1b[6n"), "the terminal must not be asked anything: {again:?}");
}

#[test]
fn leaving_undoes_all_that_entering_did_and_the_alternate_screen_last() {
    MOUSE.store(false, Ordering::SeqCst);
    assert!(!text(&arrival().unwrap()).contains("\x1b[?1000h"), "the mouse is not wanted");
    MOUSE.store(true, Ordering::SeqCst);
    let (arrival, departure) = (text(&arrival().unwrap()), text(&departure(true).unwrap()));
    assert!(!arrival.contains("1002") && !arrival.contains("1003"), "movements are not told of");
    for mode in ["1049", "2004", "1000", "1006"] {
        assert!(arrival.contains(&format!("\x1b[?{mode}h")), "{mode} in {arrival:?}");
        assert!(departure.contains(&format!("\x1b[?{mode}l")), "{mode} in {departure:?}");
    }
    assert!(arrival.contains("\x1b[?25l") && departure.contains("\x1b[?25h"));
    assert!(departure.ends_with("\x1b[?1049l"), "{departure:?}");
    assert!(departure.contains("\x1b[23;2t"), "{departure:?}");
    assert!(!text(&super::departure(false).unwrap()).contains("\x1b[23"), "no title was changed");
}

#[test]
fn a_terminal_that_does_not_know_its_size_is_taken_for_80_by_24() {
    assert_eq!(known(0, 0), FALLBACK);
    assert_eq!(known(132, 0), Size { width: 132, height: 24 });
    assert_eq!(known(40, 10), Size { width: 40, height: 10 });
}

#[test]
fn what_was_not_taken_is_not_given_back() {
    restore();
    give_back().unwrap();
    assert!(!in_use());
}
