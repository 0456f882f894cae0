//! The help: keys, columns, marks and the query language, each from the table that the code uses.

use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use strum::IntoEnumIterator;

use super::overlay::{Content, TIE};
use super::{Theme, paint};
use crate::model::{EnvironmentState, KeyState, Status};
use crate::state::{Action, Context, Group, Layout, State};
use crate::store::COLUMNS;
use crate::store::query::FIELDS;

/// The column of keys and glyphs, in a column of lines from so many cells on and in a narrower one.
const LABEL: usize = 21;
const NARROW_LABEL: usize = 15;
const ROOMY: usize = 70;

/// From so many cells on there are two columns of lines.
const TWO: usize = 96;
/// Between them.
const GAP: usize = 3;

/// The contexts in the order of their sections.
const CONTEXTS: [Context; 9] = [
    Context::Panes,
    Context::Details,
    Context::Columns,
    Context::Overlay,
    Context::Filter,
    Context::Prompt,
    Context::Palette,
    Context::FirstRun,
    Context::Always,
];

/// A label and what it means.
type Entry<'a> = (Span<'a>, Vec<Span<'a>>);

/// A heading with its entries.
type Section<'a> = (String, Vec<Entry<'a>>);

/// The lines of the overlay: the keys of where one is first, and only what is looked for.
pub(super) fn content<'a>(state: &State, layout: &Layout, theme: &Theme) -> Content<'a> {
    let width = Content::width(layout.overlay());
    // What was looked for is little, and is read from top to bottom.
    let two = width >= TWO && state.help.sought().is_empty();
    let column = if two { (width - GAP) / 2 } else { width };
    let label = if column < ROOMY { NARROW_LABEL } else { LABEL };
    let mut columns: [Vec<Line<'static>>; 2] = Default::default();
    for section in sections(state, theme) {
        let lines = lines_of(state, theme, section, column, label);
        let [left, right] = &mut columns;
        let shorter = if two && right.len() < left.len() { right } else { left };
        shorter.extend(lines);
    }
    let [left, right] = columns;
    let mut lines = if two { side_by_side(left, right, column) } else { left };
    if lines.is_empty() {
        lines.push(Line::styled("nothing in the help matches", theme.quiet));
    }
    let lines = lines.into_iter().map(|line| paint::fit_line(line, width)).collect();
    Content::new(title(state), lines)
}

/// A section's lines in a column, and an empty one behind them; none where nothing in it is looked for.
fn lines_of(
    state: &State,
    theme: &Theme,
    (title, entries): Section<'_>,
    column: usize,
    label_width: usize,
) -> Vec<Line<'static>> {
    // Wrapping asks for the box around the lines.
    let area = Rect { width: u16::try_from(column + 4).unwrap_or(u16::MAX), ..Rect::default() };
    let mut lines = Vec::new();
    for (label, text) in entries {
        let whole: String = text.iter().map(|span| span.content.as_ref()).collect();
        if !state.help.shows(&format!("{} {whole}", label.content)) {
            continue;
        }
        let padding = label_width.saturating_sub(label.width()).max(1);
        let mut spans = vec![label, Span::raw(" ".repeat(padding))];
        spans.extend(text);
        lines.extend(Content::wrap(Line::from(spans), area, label_width));
    }
    if !lines.is_empty() {
        lines.insert(0, Line::styled(title, theme.title));
        lines.push(Line::default());
    }
    lines
}

fn side_by_side(left: Vec<Line<'static>>, right: Vec<Line<'static>>, column: usize) -> Vec<Line<'static>> {
    let count = left.len().max(right.len());
    let (mut left, mut right) = (left.into_iter(), right.into_iter());
    let joined = (0..count).map(|_| {
        let mut line = left.next().unwrap_or_default();
        // A heading is styled as a line; joined to another it must be so by its words.
        for span in &mut line.spans {
            span.style = line.style.patch(span.style);
        }
        let gap = (column + GAP).saturating_sub(line.width());
        let mut spans = line.spans;
        spans.push(Span::raw(" ".repeat(gap)));
        let right = right.next().unwrap_or_default();
        spans.extend(right.spans.into_iter().map(|span| span.clone().style(right.style.patch(span.style))));
        Line::from(spans)
    });
    joined.collect()
}

/// `Help · / searches`, or what is looked for.
fn title(state: &State) -> String {
    let help = &state.help;
    match (help.input().is_some(), help.sought()) {
        (true, sought) => format!("Help · search: {sought}▏"),
        (false, "") => format!("Help · {} searches", state.key_of(Action::EditFilter)),
        (false, sought) => format!("Help · search: {sought}"),
    }
}

fn sections<'a>(state: &State, theme: &Theme) -> Vec<Section<'a>> {
    let from = state.help.from();
    let here = |context: &Context| from.reaches(*context) && *context != Context::Always;
    let (first, rest): (Vec<_>, Vec<_>) = CONTEXTS.into_iter().partition(here);
    let mut sections: Vec<Section<'a>> = Vec::new();
    for group in Group::iter() {
        let own = |context: &Context| {
            let entries = bound(state, theme, *context, |key| state.keymap.meaning(from, key));
            entries.into_iter().filter(|(action, _)| Group::of(*action) == group).map(|(_, entry)| entry)
        };
        sections.push((group.to_string(), first.iter().flat_map(own).collect()));
        if group == Group::Find {
            // On the first page: who asks for help asks what a glyph means as often as which key does what.
            sections.push(("Marks".to_owned(), legend(theme)));
        }
    }
    sections.push(("More marks".to_owned(), marks(theme)));
    sections.push(("Filter".to_owned(), filter(theme)));
    let columns = COLUMNS.iter().map(|spec| entry(theme, spec.header, spec.help));
    sections.push(("Columns".to_owned(), columns.collect()));
    for context in rest.into_iter().chain(first.into_iter().filter(|context| *context != from)) {
        // The first screen is there only while there is no key, and nothing else is then.
        if context != Context::FirstRun || state.is_first_run() {
            let all = bound(state, theme, context, |key| state.keymap.meaning(context, key));
            let all = all.into_iter().map(|(_, entry)| entry).collect();
            sections.push((context.heading().to_owned(), all));
        }
    }
    sections
}

fn entry<'a>(theme: &Theme, label: &str, text: &str) -> Entry<'a> {
    let text = Span::styled(text.to_owned(), theme.text);
    (Span::styled(format!("  {label}"), theme.accent), vec![text])
}

/// The filter's language, from the table of its fields.
fn filter<'a>(theme: &Theme) -> Vec<Entry<'a>> {
    let mut filter = vec![
        entry(theme, "words", "looked for in name, title, reference and id"),
        entry(theme, "field:value", "is equal; field~text contains; field>value and field<value compare"),
        entry(theme, "- or not", "negates; or, ( ), \"quotes\"; side by side means and"),
        entry(theme, "for example", "env:eu1 status:rejected age<1d   or   lang:de dur>1h -name~test"),
    ];
    filter.extend(FIELDS.iter().map(|field| entry(theme, field.name, field.help)));
    filter
}

/// The keys of a context that mean there what its rows say.
fn bound<'a>(
    state: &State,
    theme: &Theme,
    context: Context,
    meaning: impl Fn(&str) -> Option<Action>,
) -> Vec<(Action, Entry<'a>)> {
    let rows = state.keymap.rows().iter().filter(|row| row.binding.context == context);
    let offered = rows.filter(|row| state.offers(row.binding.action));
    let entry = |row: &crate::state::Row| {
        let keys = row.keys.iter().filter(|key| meaning(key) == Some(row.binding.action));
        let keys: Vec<_> = keys.map(|key| state.keymap.shown(key)).collect();
        let label = Span::styled(format!("  {}", keys.join(" ")), theme.accent);
        let help = state.views.help(row.binding.action, &state.presenter);
        let help = help.unwrap_or_else(|| row.binding.help.to_owned());
        let entry = (label, vec![Span::styled(help, theme.text)]);
        (!keys.is_empty()).then_some((row.binding.action, entry))
    };
    offered.filter_map(entry).collect()
}

/// The glyphs of states in a few lines, from the theme itself.
fn legend<'a>(theme: &Theme) -> Vec<Entry<'a>> {
    use EnvironmentState::{Degraded, Down, Slow, Unknown, Up};
    use KeyState::{Accepted, Expired, Forbidden, Limited, Rejected, Unchecked, Unreachable};
    // A glyph and its word stay on one line.
    let glyphs = |glyphs: Vec<(&'static str, String, Style)>| -> Vec<Span<'a>> {
        let span = |(glyph, word, style)| Span::styled(format!("{glyph}{TIE}{word}{TIE} "), style);
        glyphs.into_iter().map(span).collect()
    };
    let environments = [Up, Slow, Degraded, Down, Unknown].map(|state| {
        let (glyph, word, style) = theme.environment(state);
        (glyph, word.to_owned(), style)
    });
    let keys = [Accepted, Rejected, Forbidden, Expired, Limited, Unreachable, Unchecked].map(|state| {
        let (glyph, style) = theme.key(state);
        (glyph, state.to_string(), style)
    });
    let keys = keys.into_iter().chain([(
        "–",
        "not tried there, or not declared and not accepted".to_owned(),
        theme.quiet,
    )]);
    let jobs = ["running", "done", "rejected", "deleted", "expired"].map(|word| {
        let (glyph, style) = theme.job(&Status::parse(word), false);
        (glyph, word.to_owned(), style)
    });
    let label = |word: &str| Span::styled(format!("  {word}"), theme.quiet);
    vec![
        (label("environment"), glyphs(environments.to_vec())),
        (label("key"), glyphs(keys.collect())),
        (label("job"), glyphs(jobs.to_vec())),
    ]
}

/// The other marks with their meaning.
fn marks<'a>(theme: &Theme) -> Vec<Entry<'a>> {
    let mark = |(mark, style, text): (&str, Style, &str)| {
        (Span::styled(format!("  {mark}"), style), vec![Span::styled(text.to_owned(), theme.text)])
    };
    let marks = [
        (Theme::MARKED, theme.accent, "job: marked"),
        (Theme::FAILED, theme.accent, "job: marked, and the last action on it failed; its details say why"),
        (Theme::FOLLOWED, theme.active, "job: followed; its end shows at once"),
        (
            Theme::STUCK,
            theme.warning,
            "job: stuck, it runs far longer than is usual for its environment and model",
        ),
        ("!5h", theme.warning, "job: done; its transcript expires then and voxtop has not saved it"),
        (Theme::SAVED, theme.good, "job: voxtop has saved its transcript"),
        (Theme::STALE, theme.warning, "job: stale, its environment does not answer with jobs now"),
        (Theme::ALIAS, theme.good, "environment: asked through an alias, its first host cannot be reached"),
        ("◌7s", theme.warning, "environment: its data is stale and that old"),
        ("…7s", theme.quiet, "environment: asked that long ago, no answer yet"),
        ("×", theme.quiet, "trend: no answer"),
        ("⇄", theme.warning, "job: probably submitted to another environment too, within an hour"),
        ("!", theme.warning, "job: done, but its notification failed"),
    ];
    marks.map(mark).into()
}
