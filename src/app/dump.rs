//! The screen as it is, as a text for a file or the clipboard: drawn once more, without the line in which
//! that was asked for.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::state::{Form, State};
use crate::ui::{self, Theme, ansi, svg};

/// The screen in a form.
pub(super) fn screen(state: &State, theme: &Theme, form: Form) -> String {
    let mut buffer = Buffer::empty(Rect::new(0, 0, state.size.width, state.size.height));
    ui::draw_into(&mut buffer, state, theme, &mut None);
    match form {
        Form::Ansi => ansi::ansi(&buffer),
        Form::Svg => svg::picture(&buffer),
        _ => ansi::text(&buffer),
    }
}
