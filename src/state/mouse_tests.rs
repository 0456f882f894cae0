use crossterm::event::KeyModifiers;
use proptest::prelude::*;

use super::*;
use crate::state::palette::fixture::state;
use crate::state::{Message, Size};

fn mouse(state: &mut State, kind: MouseEventKind, x: u16, y: u16) -> Vec<Effect> {
    let event = MouseEvent { kind, column: x, row: y, modifiers: KeyModifiers::NONE };
    let now = state.now;
    let effects = state.update(Message::Mouse(event), now);
    state.refresh();
    effects
}

fn click(state: &mut State, x: u16, y: u16) -> Vec<Effect> {
    mouse(state, MouseEventKind::Down(MouseButton::Left), x, y)
}

#[test]
fn a_row_is_selected_and_then_opened_and_a_click_beside_closes() {
    let mut state = state();
    let jobs = state.layout().jobs;
    click(&mut state, 10, jobs.y + 2);
    assert_eq!(state.selection.row(), Some(1));
    assert!(state.overlay.is_none());
    click(&mut state, 10, jobs.y + 2);
    assert!(matches!(&state.overlay, Some(Overlay::Details { key, .. }) if key.id.as_str() == "b"));
    click(&mut state, 40, 10);
    assert!(state.overlay.is_some(), "a click into it is none beside it");
    click(&mut state, 10, 0);
    assert!(state.overlay.is_none());
    click(&mut state, 10, jobs.y + 9);
    assert_eq!(state.selection.row(), Some(1), "there is no row");
}

#[test]
fn a_head_sorts_and_the_second_time_turns_the_order() {
    let mut state = state();
    let layout = state.layout();
    let columns = state.shown_columns();
    let mut x = layout.jobs.x + layout.gutter();
    for column in columns {
        click(&mut state, x, layout.jobs.y);
        assert_eq!(state.sort.column, column.spec.column);
        let before = state.sort.descending;
        click(&mut state, x + column.width - 1, layout.jobs.y);
        assert_eq!((state.sort.column, state.sort.descending), (column.spec.column, !before));
        x += column.width + 1;
    }
}

#[test]
fn panes_lead_where_they_belong() {
    let mut state = state();
    let layout = state.layout();
    click(&mut state, layout.keys.x, layout.keys.y);
    assert!(matches!(state.overlay, Some(Overlay::Matrix(_))));
    click(&mut state, 10, 0);
    click(&mut state, layout.environments.x, layout.environments.y + 1);
    assert_eq!(state.filter.text(), "env:eu2");
    click(&mut state, layout.environments.x, layout.environments.y);
    assert_eq!(state.filter.text(), "env:eu1");
    click(&mut state, layout.environments.x, layout.environments.y);
    assert_eq!(state.filter.text(), "");
    click(&mut state, 5, layout.jobs_rule);
    assert!(state.filter.input().is_some());
}

#[test]
fn every_hint_does_what_its_key_does() {
    let mut plain = state();
    let layout = plain.layout();
    let hints = plain.hints(plain.context(), layout.hints.width);
    assert!(hints.len() > 6);
    for hint in hints {
        let (mut pressed, mut clicked) = (state(), state());
        let done = pressed.act(hint.action);
        assert_eq!(click(&mut clicked, layout.hints.x + hint.x, layout.hints.y), done, "{hint:?}");
        assert_eq!(clicked.context(), pressed.context(), "{hint:?}");
    }
    plain.act(Action::OpenEvents);
    let (area, hints) = (layout.overlay(), plain.hints(Context::Overlay, 100));
    let close = hints.iter().find(|hint| hint.action == Action::Close).unwrap();
    click(&mut plain, area.x + 2 + close.x, area.bottom() - 1);
    assert!(plain.overlay.is_none());
}

#[test]
fn the_palette_is_pointed_at() {
    let mut state = state();
    state.act(Action::OpenPalette);
    let list = state.layout().palette_list();
    let wanted = state.palette_entries()[1].action;
    assert_eq!(wanted, Action::OpenDetails);
    click(&mut state, list.x + 3, list.y + 1);
    assert!(state.palette.is_none() && matches!(state.overlay, Some(Overlay::Details { .. })));
    state.act(Action::OpenPalette);
    click(&mut state, 0, 0);
    assert!(state.palette.is_none() && state.overlay.is_some(), "beside it: it alone goes");
}

#[test]
fn the_wheel_moves_what_it_is_over() {
    let mut state = state();
    state.act(Action::OpenHelp);
    state.drawn(crate::state::Drawn { end: 50, ..Default::default() });
    mouse(&mut state, MouseEventKind::ScrollDown, 30, 10);
    assert_eq!(state.overlay.as_ref().unwrap().scroll(), NOTCH);
    mouse(&mut state, MouseEventKind::ScrollUp, 30, 10);
    assert_eq!(state.overlay.as_ref().unwrap().scroll(), 0);
    state.act(Action::Close);
    state.act(Action::Top);
    // Three rows are all in view: there is nothing to move.
    let y = state.layout().jobs.y + 1;
    mouse(&mut state, MouseEventKind::ScrollDown, 30, y);
    assert_eq!((state.selection.first(), state.selection.row()), (0, Some(0)));
}

#[test]
fn switched_off_it_is_the_terminals() {
    let mut state = state();
    assert_eq!(state.act(Action::ToggleMouse), [Effect::Mouse(false)]);
    assert!(state.notice.as_ref().unwrap().text.contains("M takes it back"));
    let y = state.layout().jobs.y + 1;
    click(&mut state, 10, y);
    assert_eq!(state.selection.row(), None);
    assert_eq!(state.act(Action::ToggleMouse), [Effect::Mouse(true)]);
    click(&mut state, 10, y);
    assert_eq!(state.selection.row(), Some(0));
}

#[test]
fn an_environment_goes_into_a_query_without_changing_the_rest() {
    for (query, name, with) in [
        ("", "eu1", "env:eu1"),
        ("env:eu1", "eu1", ""),
        ("env:eu2 status:running", "eu1", "status:running env:eu1"),
        ("a or b", "eu1", "(a or b) env:eu1"),
        ("(a or b) env:eu1", "eu1", "(a or b)"),
        ("\"two words\"", "eu1", "(\"two words\") env:eu1"),
    ] {
        assert_eq!(with_environment(query, name), with, "{query} {name}");
    }
}

proptest! {
    #[test]
    fn no_click_anywhere_is_too_odd(
        width in 0..200_u16, height in 0..60_u16,
        clicks in proptest::collection::vec(
            (prop_oneof![0..210_u16, Just(u16::MAX)], prop_oneof![0..70_u16, Just(u16::MAX)], 0..3_u8), 1..20,
        ),
    ) {
        let mut state = state();
        state.update(Message::Resized(Size { width, height }), state.now);
        for (x, y, kind) in clicks {
            let kind = match kind {
                0 => MouseEventKind::Down(MouseButton::Left),
                1 => MouseEventKind::ScrollDown,
                _ => MouseEventKind::ScrollUp,
            };
            let effects = mouse(&mut state, kind, x, y);
            prop_assert!(!effects.iter().any(|effect| matches!(effect, Effect::Delete(_))));
        }
    }
}
