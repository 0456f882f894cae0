//! The help: keys, columns, marks and the query language, each from the table that the code uses.

use ratatui::text::{Line, Span};

use super::overlay::Content;
use super::{Theme, paint};
use crate::model::{EnvironmentState, KeyState, Status};
use crate::state::{BINDINGS, Context, Layout, State};
use crate::store::COLUMNS;
use crate::store::query::FIELDS;

const LABEL: usize = 18;

/// The lines of the overlay.
pub(super) fn content<'a>(state: &State, layout: &Layout, theme: &Theme) -> Content<'a> {
    let mut lines: Vec<Line<'static>> = Vec::new();
    let mut entry = |label: Span<'static>, text: &str| {
        let padding = LABEL.saturating_sub(label.width());
        let line = Line::from(vec![
            label,
            Span::raw(" ".repeat(padding.max(1))),
            Span::styled(text.to_owned(), theme.text),
        ]);
        lines.extend(Content::wrap(line, layout.overlay(), LABEL));
    };
    let heading = |text: &'static str| Span::styled(text, theme.title);
    for (title, context) in [
        ("Keys", Context::Panes),
        ("In details, events, matrix and help", Context::Overlay),
        ("In details too", Context::Details),
        ("In the chooser of columns", Context::Columns),
        ("In the filter line", Context::Filter),
        ("Where a line is asked for", Context::Prompt),
        ("Everywhere", Context::Always),
    ] {
        entry(heading(title), "");
        for binding in
            BINDINGS.iter().filter(|binding| binding.context == context && state.offers(binding.action))
        {
            let view = state.views.help(binding.action);
            let help = view.as_deref().unwrap_or(binding.help);
            entry(Span::styled(format!("  {}", binding.keys.join(" ")), theme.accent), help);
        }
        entry(Span::raw(""), "");
    }
    entry(heading("Filter"), "");
    entry(
        Span::raw(""),
        "words are looked for in name, title, reference and id; field:value is equal, field~text contains,",
    );
    entry(Span::raw(""), "field>value and field<value compare; - or not negates, or, ( ), \"quotes\"");
    for field in FIELDS {
        entry(Span::styled(format!("  {}", field.name), theme.accent), field.help);
    }
    entry(Span::raw(""), "");
    entry(heading("Columns"), "");
    for spec in &COLUMNS {
        entry(Span::styled(format!("  {}", spec.header), theme.accent), spec.help);
    }
    entry(Span::raw(""), "");
    entry(heading("Marks"), "");
    for (glyph, style, text) in marks(theme) {
        entry(Span::styled(format!("  {glyph}"), style), &text);
    }
    let lines =
        lines.into_iter().map(|line| paint::fit_line(line, Content::width(layout.overlay()))).collect();
    Content::new("Help".to_owned(), lines)
}

/// Every mark with its meaning, from the theme itself.
fn marks(theme: &Theme) -> Vec<(String, ratatui::style::Style, String)> {
    use EnvironmentState::{Degraded, Down, Slow, Unknown, Up};
    let mut marks = Vec::new();
    for state in [Up, Slow, Degraded, Down, Unknown] {
        let (glyph, word, style) = theme.environment(state);
        marks.push((glyph.to_owned(), style, format!("environment: {word}")));
    }
    for state in [
        KeyState::Accepted,
        KeyState::Rejected,
        KeyState::Forbidden,
        KeyState::Expired,
        KeyState::Limited,
        KeyState::Unreachable,
        KeyState::Unchecked,
    ] {
        let (glyph, style) = theme.key(state);
        marks.push((glyph.to_owned(), style, format!("key: {state}")));
    }
    marks.push(("–".to_owned(), theme.quiet, "key: not tried there, or tried and not entitled".to_owned()));
    for word in ["running", "done", "rejected", "deleted", "expired"] {
        let (glyph, style) = theme.job(&Status::parse(word), false);
        marks.push((glyph.to_owned(), style, format!("job: {word}")));
    }
    for (mark, style, text) in [
        (Theme::MARKED, theme.accent, "job: marked"),
        (Theme::FAILED, theme.accent, "job: marked, and what was wanted of it failed; its details say why"),
        (Theme::FOLLOWED, theme.active, "job: followed, its end shows at once"),
        ("!eu1", theme.warning, "job: stale, its environment does not answer with jobs now"),
        (Theme::ALIAS, theme.good, "environment: asked through an alias, its first host cannot be reached"),
        ("!7s", theme.warning, "environment: its data is stale, and so old"),
        ("…7s", theme.quiet, "environment: asked so long ago, no answer yet"),
        ("×", theme.quiet, "trend: no answer"),
        ("⇄", theme.warning, "job: probably submitted to another environment too, within an hour"),
    ] {
        marks.push((mark.to_owned(), style, text.to_owned()));
    }
    marks.push(("!".to_owned(), theme.warning, "job: done, but its notification failed".to_owned()));
    marks
}
