//! Both panes on one line, for a small screen: every environment with its state.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::{Theme, environments, paint, realtime};
use crate::state::{Layout, State};

/// Draws the strip.
pub(super) fn draw(buffer: &mut Buffer, state: &State, layout: &Layout, theme: &Theme) {
    let area = layout.strip;
    let inner = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    let mut line = environments::summary(state, theme);
    line.spans.extend(realtime::alarm(state, layout, theme));
    paint::put_line(buffer, inner, 0, line);
}
