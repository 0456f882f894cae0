//! Drawing: `draw(frame, &state, &theme)`. Pure: it reads the state and fills cells. It decides nothing,
//! changes nothing and reads no clock; the rows it builds are the rows in view, however many there are.
//!
//! A file a pane: `header`, `banners`, `environments`, `keys`, `strip` (both on one line), `jobs` (with
//! `matched`, what the filter found, and `filter_line` while it is edited, with `completion` beside it),
//! `events`, `hints`; over them `details`, `columns`, `help`, `palette`, `matrix` (with `hosts`), `realtime`,
//! `usage`, `charts`, `compare`, and instead of them `first_run`. `paint` puts text into cells, `format`
//! turns numbers and times into words, `theme` says what looks how, `svg` and `ansi` make a picture or a text
//! of a screen, `title` says the worst of it for the window's title.

pub mod ansi;
mod ascii;
mod banners;
mod charts;
mod columns;
mod compare;
mod completion;
mod confirm;
mod details;
mod environments;
mod events;
mod faults;
mod filter_line;
mod first_run;
mod format;
mod header;
mod help;
mod hints;
mod hosts;
mod jobs;
mod keys;
mod matched;
mod matrix;
mod overlay;
mod pace;
mod paint;
mod palette;
mod realtime;
mod strip;
pub mod svg;
mod theme;
mod title;
mod usage;

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Position;

pub use crate::model::ThemeName;
pub use details::lines_of_details;
pub use events::first_in_view;
pub use theme::{Ground, Theme};
pub use title::title;

use crate::state::{Drawn, Layout, Overlay, State};

/// Draws the whole screen. Returns where the open overlay lies and how far it can be scrolled, which
/// [`State::drawn`] wants to know.
pub fn draw(frame: &mut Frame<'_>, state: &State, theme: &Theme) -> Drawn {
    let mut cursor = None;
    let end = draw_into(frame.buffer_mut(), state, theme, &mut cursor);
    if let Some(cursor) = cursor {
        frame.set_cursor_position(cursor);
    }
    end
}

/// Draws into a buffer as large as the state's screen; `cursor` becomes where text is being edited.
pub fn draw_into(buffer: &mut Buffer, state: &State, theme: &Theme, cursor: &mut Option<Position>) -> Drawn {
    let end = draw_all(buffer, state, theme, cursor);
    if theme.ascii {
        ascii::translate(buffer);
    }
    end
}

fn draw_all(buffer: &mut Buffer, state: &State, theme: &Theme, cursor: &mut Option<Position>) -> Drawn {
    let layout = state.layout();
    // A resize may be on its way: never draw outside what the terminal has now.
    if layout.screen.intersection(buffer.area) != layout.screen {
        return Drawn::default();
    }
    if layout.too_small {
        header::draw_too_small(buffer, state, theme);
        return Drawn::default();
    }
    if state.is_first_run() {
        first_run::draw(buffer, state, &layout, theme);
    } else {
        paint::frame(buffer, &layout, theme);
        header::draw(buffer, state, &layout, theme);
        banners::draw(buffer, state, &layout, theme);
        if layout.strip.height > 0 {
            strip::draw(buffer, state, &layout, theme);
        } else {
            environments::draw(buffer, state, &layout, theme);
            keys::draw(buffer, state, &layout, theme);
        }
        jobs::draw(buffer, state, &layout, theme, cursor);
        banners::draw_keys(buffer, state, &layout, theme);
        events::draw_pane(buffer, state, &layout, theme);
        realtime::draw_summary(buffer, state, &layout, theme);
        hints::draw(buffer, state, &layout, theme, cursor);
    }
    let end = draw_overlay(buffer, state, &layout, theme, cursor);
    palette::draw(buffer, state, &layout, theme, cursor);
    end
}

fn draw_overlay(
    buffer: &mut Buffer,
    state: &State,
    layout: &Layout,
    theme: &Theme,
    cursor: &mut Option<Position>,
) -> Drawn {
    match &state.overlay {
        None => Drawn::default(),
        Some(Overlay::Help(_)) => {
            overlay::draw(buffer, state, layout, theme, help::content(state, layout, theme), cursor)
        }
        Some(Overlay::Events(_)) => {
            overlay::draw(buffer, state, layout, theme, events::content(state, layout, theme), cursor)
        }
        Some(Overlay::Matrix(_)) => {
            overlay::draw(buffer, state, layout, theme, matrix::content(state, layout, theme), cursor)
        }
        Some(Overlay::Usage(_)) => {
            overlay::draw(buffer, state, layout, theme, usage::content(state, layout, theme), cursor)
        }
        Some(Overlay::Columns(chooser)) => {
            let end = columns::draw(buffer, state, layout, theme, chooser);
            Drawn { end, area: layout.overlay() }
        }
        Some(Overlay::Charts(_)) => {
            overlay::draw(buffer, state, layout, theme, charts::content(state, layout, theme), cursor)
        }
        Some(Overlay::Compare(comparison, _)) => {
            let comparison = &state.presenter.comparison(comparison);
            let content = compare::content(state, layout, theme, comparison);
            overlay::draw(buffer, state, layout, theme, content, cursor)
        }
        Some(Overlay::Realtime(_)) => {
            overlay::draw(buffer, state, layout, theme, realtime::content(state, layout, theme), cursor)
        }
        Some(Overlay::Confirm(deletion, scroll)) => {
            let content = confirm::content(state, layout, theme, deletion, scroll.0);
            overlay::draw(buffer, state, layout, theme, content, cursor)
        }
        Some(Overlay::Details { key, job, source, listed, view, scroll }) => {
            let job = &state.presenter.job((**job).clone());
            let shown = details::Shown { key, job, source: *source, listed: *listed, view, scroll: scroll.0 };
            let content = details::content(state, layout, theme, &shown);
            overlay::draw(buffer, state, layout, theme, content, cursor)
        }
    }
}

#[cfg(test)]
mod tests;
