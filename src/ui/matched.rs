//! What the filter's words found, made to stand out in the cells of the rows in view. Where that is comes
//! from the query itself; here it becomes cells.

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::Span;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use super::{Theme, paint};
use crate::model::{Job, SourceId};
use crate::state::State;
use crate::store::query::TextField;
use crate::store::{Align, Column, Held};

impl Theme {
    /// Laid over what the filter's words found: underlined, in the colour of what is pointed at.
    pub(super) fn matched(&self) -> Style {
        Style { fg: self.accent.fg, ..Style::new() }.add_modifier(Modifier::UNDERLINED)
    }
}

/// Where the filter's words stand in what a cell shows of a job, in bytes.
pub(super) fn places(state: &State, held: Held<'_>, column: Column, shown: &str) -> Vec<Range<usize>> {
    if !state.query().seeks_words() {
        return Vec::new();
    }
    let Some(subject) = state.store.subject(&held, held.source()) else { return Vec::new() };
    let (name, title, reference) =
        (held.data_name(), held.title().unwrap_or_default(), held.reference().unwrap_or_default());
    let (field, text) = match column {
        Column::Env => (TextField::Environment, subject.environment),
        Column::Key => (TextField::Key, subject.key),
        Column::Status => (TextField::Status, held.status().as_str()),
        Column::Id => (TextField::Id, held.id()),
        Column::Name if !name.is_empty() => (TextField::Name, name),
        // Its stand-ins, as the cell chooses them.
        Column::Name if held.title().is_some() => (TextField::Title, title),
        Column::Name | Column::Ref => (TextField::Reference, reference),
        Column::Title => (TextField::Title, title),
        Column::Lang => (TextField::Language, held.language().unwrap_or_default()),
        Column::Model => (TextField::Model, held.model().unwrap_or_default()),
        Column::Error => (TextField::Error, held.errors().last().map_or("", |error| &error.message)),
        Column::Tags => {
            let mut at = 0;
            let mut found = Vec::new();
            for tag in held.tags() {
                let own = state.query().places(&subject, state.now, TextField::Tag, tag);
                let stands = shown.get(at..).is_some_and(|rest| rest.starts_with(&**tag));
                found
                    .extend(own.into_iter().filter(|_| stands).map(|place| at + place.start..at + place.end));
                at += tag.len() + 1;
            }
            return found;
        }
        _ => return Vec::new(),
    };
    // A glyph may stand before it. Where another text stands in its place nothing was found in that.
    let Some(before) = shown.strip_suffix(text).map(str::len) else { return Vec::new() };
    let found = state.query().places(&subject, state.now, field, text);
    found.into_iter().map(|place| before + place.start..before + place.end).collect()
}

/// How it stands out; where the row fades its colour stays, so that it is seen to be stale.
pub(super) fn emphasis(theme: &Theme, fades: bool) -> Style {
    if fades { Style::new().add_modifier(theme.matched().add_modifier) } else { theme.matched() }
}

/// Puts a text into cells, some places of it emphasised. Where such a place was cut off the mark of the cut
/// is emphasised in its stead.
pub(super) fn put(
    buffer: &mut Buffer,
    (x, y, width): (u16, u16, u16),
    (text, places): (&str, &[Range<usize>]),
    (style, emphasis): (Style, Style),
    align: Align,
) {
    paint::put(buffer, (x, y), width, text, style, align);
    if places.is_empty() || align == Align::Right {
        return;
    }
    let shown = paint::fit(text, usize::from(width));
    let mut at = x;
    for (byte, grapheme) in shown.grapheme_indices(true) {
        let cells = u16::try_from(grapheme.width()).unwrap_or(0);
        let cut = byte + grapheme.len() == shown.len() && *shown != *text;
        let meant = |place: &Range<usize>| place.contains(&byte) || (cut && place.end > byte);
        if places.iter().any(meant) {
            paint::tint(buffer, Rect::new(at, y, cells, 1), emphasis);
        }
        at = at.saturating_add(cells);
    }
}

/// A text of one job, apart from the rows, some places of it emphasised.
pub(super) fn spans(
    state: &State,
    (job, source): (&Job, SourceId),
    field: TextField,
    text: &str,
    (style, theme): (Style, &Theme),
) -> Vec<Span<'static>> {
    let subject = state.store.subject(job, source).filter(|_| state.query().seeks_words());
    let places = subject.map(|subject| state.query().places(&subject, state.now, field, text));
    let mut spans = Vec::new();
    let mut end = 0;
    let part = |range: Range<usize>| text.get(range).unwrap_or_default().to_owned();
    for place in places.into_iter().flatten() {
        spans.push(Span::styled(part(end..place.start), style));
        spans.push(Span::styled(part(place.clone()), style.patch(theme.matched())));
        end = place.end;
    }
    spans.push(Span::styled(part(end..text.len()), style));
    spans
}
