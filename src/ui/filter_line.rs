//! The filter while it is edited: its text, with what is wrong underlined, and what it finds. A text that
//! is longer than the line is scrolled so that the cursor is in view.

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::Position;
use ratatui::text::Span;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use super::{Theme, completion, format, paint};
use crate::state::{Complaint, Layout, State};

/// The room that what the filter finds has at least, where the line is not too short.
const FINDING: u16 = 14;

/// Draws it into the rule above the jobs, which it has for itself.
pub(super) fn draw(
    buffer: &mut Buffer,
    state: &State,
    layout: &Layout,
    theme: &Theme,
    cursor: &mut Option<Position>,
) {
    let Some((text, at, view)) = shown(state, layout) else { return };
    let wrong = match state.filter.complaint() {
        Some(Complaint::Wrong(error)) => error.at.clone(),
        _ => 0..0,
    };
    let mut spans = vec![Span::styled("/", theme.accent)];
    spans.extend(view.spans(text, &wrong, theme));
    // The cursor's own cell.
    spans.push(Span::raw(" "));
    let finding = finding(state, layout, theme);
    let left = room(layout, 0).saturating_sub(view.width(text) + 1);
    if left > 3 {
        let words = paint::fit(&finding.content, left).into_owned();
        spans.push(Span::styled(format!(" {words}"), finding.style));
    }
    let (y, width) = (layout.jobs_rule, layout.screen.width.saturating_sub(2));
    paint::title(buffer, (1, y), width, spans);
    *cursor = Some(Position::new((3 + column_of(&view, text, at)).min(width), y));
}

/// The column of the screen in which a byte of the text is shown, or would be.
pub(super) fn column(state: &State, layout: &Layout, byte: usize) -> u16 {
    shown(state, layout).map_or(0, |(text, _, view)| 3 + column_of(&view, text, byte))
}

/// The text, where the cursor is in it, and what is shown of it.
fn shown<'a>(state: &'a State, layout: &Layout) -> Option<(&'a str, usize, View)> {
    let input = state.filter.input()?;
    let text = input.value();
    let at = text.char_indices().nth(input.cursor()).map_or(text.len(), |(at, _)| at);
    let reserved = if layout.screen.width >= 60 { FINDING } else { 0 };
    Some((text, at, View::of(text, at, room(layout, reserved))))
}

/// The cells that the text has: without the borders, a space at either side, the slash and the cursor's own
/// cell.
fn room(layout: &Layout, reserved: u16) -> usize {
    usize::from(layout.screen.width.saturating_sub(6 + reserved))
}

fn column_of(view: &View, text: &str, byte: usize) -> u16 {
    u16::try_from(view.column(text, byte)).unwrap_or(u16::MAX - 3)
}

/// How many jobs there are, and what is not said beside the line: what Tab would write where there is no
/// room for a list, and what is wrong or missing.
fn finding(state: &State, layout: &Layout, theme: &Theme) -> Span<'static> {
    let count = if state.is_building() { "…".to_owned() } else { format::count(state.rows().len()) };
    let (suggestions, chosen) = state.filter.suggestions();
    if let Some(suggestion) = suggestions.get(chosen.unwrap_or(0)) {
        let words = if completion::lists(layout) {
            format!("{count} jobs")
        } else {
            format!("Tab {} · {count} jobs", suggestion.text)
        };
        return Span::styled(words, theme.quiet);
    }
    match state.filter.complaint() {
        None => Span::styled(format!("{count} jobs"), theme.quiet),
        Some(Complaint::Unfinished(error)) => {
            Span::styled(format!("{count} jobs · {}", error.message), theme.quiet)
        }
        // The box beside the line says why.
        Some(Complaint::Wrong(_)) if completion::says_why(layout) => {
            Span::styled("✖ not in force: the rows are of the filter before", theme.bad)
        }
        Some(Complaint::Wrong(error)) => Span::styled(error.message.clone(), theme.bad),
    }
}

/// The part of a text that is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
struct View {
    /// In bytes, whole graphemes.
    shown: Range<usize>,
    /// Whether something is cut off before it and behind it; each cut takes a cell.
    cut: (bool, bool),
}

impl View {
    /// What to show of a text in so many cells, with the cursor in view or, at the end, right behind.
    fn of(text: &str, cursor: usize, room: usize) -> Self {
        if text.width() <= room {
            return Self { shown: 0..text.len(), cut: (false, false) };
        }
        let (before, behind) = text.split_at_checked(cursor).unwrap_or((text, ""));
        // What the cursor stands on, and a cut behind that.
        let own = behind.graphemes(true).next().unwrap_or_default();
        let needed = own.width() + usize::from(own.len() < behind.len());
        let mut start = 0;
        if before.width() + needed > room {
            let most = room.saturating_sub(1 + needed);
            let mut starts = before.grapheme_indices(true).map(|(at, _)| at);
            let fits = |at: &usize| before.get(*at..).is_some_and(|part| part.width() <= most);
            start = starts.find(fits).unwrap_or(cursor);
        }
        let rest = text.get(start..).unwrap_or_default();
        let room = room.saturating_sub(usize::from(start > 0));
        if rest.width() <= room {
            return Self { shown: start..text.len(), cut: (start > 0, false) };
        }
        let mut end = start;
        let mut used = 1;
        for (at, grapheme) in rest.grapheme_indices(true) {
            used += grapheme.width();
            if used > room {
                break;
            }
            end = start + at + grapheme.len();
        }
        Self { shown: start..end, cut: (start > 0, true) }
    }

    fn part<'a>(&self, text: &'a str, range: &Range<usize>) -> &'a str {
        let start = range.start.clamp(self.shown.start, self.shown.end);
        let end = range.end.clamp(start, self.shown.end);
        text.get(start..end).unwrap_or_default()
    }

    /// In which cell a byte is shown, from the first of the text on.
    fn column(&self, text: &str, byte: usize) -> usize {
        usize::from(self.cut.0) + self.part(text, &(0..byte)).width()
    }

    fn width(&self, text: &str) -> usize {
        self.column(text, text.len()) + usize::from(self.cut.1)
    }

    fn spans(&self, text: &str, wrong: &Range<usize>, theme: &Theme) -> Vec<Span<'static>> {
        let cut = |cut: bool| Span::styled(if cut { "…" } else { "" }, theme.quiet);
        let part = |range: Range<usize>, style| Span::styled(self.part(text, &range).to_owned(), style);
        vec![
            cut(self.cut.0),
            part(0..wrong.start, theme.text),
            part(wrong.clone(), theme.wrong),
            part(wrong.end..text.len(), theme.text),
            cut(self.cut.1),
        ]
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_cursor_stays_in_view() {
        for (text, cursor, room, shown, column) in [
            ("status:done", 11, 20, "status:done", 11),
            ("status:done", 11, 11, "status:done", 11),
            ("status:done", 11, 6, "…:done", 6),
            ("status:done", 0, 6, "statu…", 0),
            ("status:done", 4, 6, "statu…", 4),
            ("status:done", 5, 6, "…atus…", 4),
            ("status:done", 6, 6, "…tus:…", 4),
            ("status:done", 10, 6, "…:done", 5),
            ("会議会議", 12, 5, "…会議", 5),
            ("会議会議", 12, 6, "…会議", 5),
            ("会議会議", 0, 5, "会議…", 0),
            ("e\u{301}e\u{301}e\u{301}", 9, 2, "…e\u{301}", 2),
        ] {
            let view = View::of(text, cursor, room);
            let spans = view.spans(text, &(0..0), &Theme::named(crate::ui::ThemeName::Mono));
            let drawn: String = spans.iter().map(|span| span.content.as_ref()).collect();
            assert_eq!(
                (drawn.as_str(), view.column(text, cursor)),
                (shown, column),
                "{text} {cursor} {room}"
            );
        }
    }

    proptest! {
        #[test]
        fn nothing_sticks_out(text in "[a-z会é\u{301} ]{0,40}", cursor in 0..60_usize, room in 4..30_usize) {
            let cursor = (0..=cursor.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap();
            let view = View::of(&text, cursor, room);
            prop_assert!(view.width(&text) <= room, "{view:?}");
            prop_assert!(view.column(&text, cursor) <= room, "{view:?}");
            // Within the text the cursor stands on a character that is seen.
            prop_assert!(cursor == text.len() || cursor < view.shown.end, "{view:?}");
            prop_assert!(view.shown.start <= cursor && cursor <= view.shown.end, "{view:?}");
        }
    }
}
