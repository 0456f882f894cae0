//! The screen without a key: how to give one, and that there is a demo.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::overlay::Content;
use super::{Theme, hints, paint};
use crate::state::{Action, Context, Layout, State};
use crate::store::Severity;

/// Draws the whole screen.
pub(super) fn draw(buffer: &mut Buffer, state: &State, layout: &Layout, theme: &Theme) {
    let width = layout.screen.width.saturating_sub(4).min(76);
    let area = Rect { width: width + 4, ..layout.screen };
    let room = layout.screen.height.saturating_sub(2);
    let fitted = |text: Vec<Line<'static>>| -> Vec<Line<'_>> {
        text.into_iter().flat_map(|line| wrapped(line, area)).collect()
    };
    let whole = fitted(text(state, theme));
    // All ways in few words are worth more than the first of them at length.
    let lines = if whole.len() > usize::from(room) { fitted(in_brief(state, theme)) } else { whole };
    let height = u16::try_from(lines.len()).unwrap_or(u16::MAX);
    let top = room.saturating_sub(height) / 3;
    let left = layout.screen.width.saturating_sub(width) / 2;
    let inner = Rect::new(left, top, width, room.saturating_sub(top));
    for (row, line) in (0..inner.height).zip(lines) {
        paint::put_line(buffer, inner, row, line);
    }
    let foot = Rect::new(0, layout.screen.height - 1, layout.screen.width, 1);
    paint::put_line(buffer, foot, 0, hints::line(&state.hints(Context::FirstRun, foot.width), theme));
}

fn wrapped(line: Line<'static>, area: Rect) -> Vec<Line<'static>> {
    let indent = line.spans.first().map_or(0, |span| span.content.len() - span.content.trim_start().len());
    Content::wrap(line, area, indent)
}

/// The same for a screen on which it has no room.
fn in_brief(state: &State, theme: &Theme) -> Vec<Line<'static>> {
    let code = |text: &str| Line::from(vec![Span::styled(format!("  {text}"), theme.accent)]);
    vec![
        Line::from(vec![
            Span::styled("voxtop", theme.accent),
            Span::styled(": no API key yet. Any of these,", theme.text),
        ]),
        Line::from(vec![Span::styled("then start it again:", theme.text)]),
        code("export SPEECHMATICS_API_KEY=…"),
        code("voxtop config init"),
        code("speechmatics config set --auth-token …"),
        Line::from(vec![
            Span::styled("Or ", theme.text),
            Span::styled(state.key_of(Action::StartDemo), theme.accent),
            Span::styled(": the demo, without a key.", theme.text),
        ]),
    ]
}

fn text(state: &State, theme: &Theme) -> Vec<Line<'static>> {
    let plain = |text: &str| Line::styled(text.to_owned(), theme.text);
    let plain = |text: &str| Line::from(vec![Span::styled(text.to_owned(), plain(text).style)]);
    let code = |text: &str| Line::from(vec![Span::styled(format!("    {text}"), theme.accent)]);
    let quiet = |text: &str| Line::from(vec![Span::styled(format!("    {text}"), theme.quiet)]);
    let (sign, style) = theme.severity(Severity::Warning);
    // A key that could not be had may be the one that is looked for.
    let odd = state.settings.warnings.iter().flat_map(|warning| {
        let told = state.presenter.told(warning).into_owned();
        [Line::from(vec![Span::styled(format!("{sign} {told}"), style)]), Line::default()]
    });
    let mut text = vec![
        Line::from(vec![
            Span::styled("voxtop", theme.accent),
            Span::styled(" · every Speechmatics job, in every environment, on one screen", theme.text),
        ]),
        Line::default(),
    ];
    text.extend(odd);
    text.extend([
        plain("There is no API key yet. Give one in any of these ways, then start voxtop again:"),
        Line::default(),
        code("export SPEECHMATICS_API_KEY=…"),
        quiet("it is tried in eu1, eu2, us1, us2 and au1"),
        Line::default(),
        code(&format!("[[keys]] in {}", state.settings.config_path)),
        quiet("from a variable, a file, a command or a profile, and where each belongs;"),
        quiet("`voxtop config init` writes the file where there is none"),
        Line::default(),
        code("speechmatics config set --auth-token …"),
        quiet("the vendor's command line; voxtop reads its default profile"),
        Line::default(),
        Line::from(vec![
            Span::styled("Or press ", theme.text),
            Span::styled(state.key_of(Action::StartDemo), theme.accent),
            Span::styled(" for the demo: five environments made here, no key and no network.", theme.text),
        ]),
    ]);
    text
}
