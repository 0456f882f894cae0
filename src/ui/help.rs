//! The help: keys, columns, marks and the query language, each from the table that the code uses.

use ratatui::text::{Line, Span};

use super::overlay::Content;
use super::{Theme, paint};
use crate::model::{EnvironmentState, KeyState, Status};
use crate::state::{Action, Context, Layout, State};
use crate::store::COLUMNS;
use crate::store::query::FIELDS;

const LABEL: usize = 21;

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

/// A heading with its lines: a label and a text each.
type Section<'a> = (String, Vec<(Span<'a>, String)>);

/// The lines of the overlay: the keys of where one is first, and only what is looked for.
pub(super) fn content<'a>(state: &State, layout: &Layout, theme: &Theme) -> Content<'a> {
    let mut lines: Vec<Line<'static>> = Vec::new();
    for (title, entries) in sections(state, theme) {
        let shown = entries
            .into_iter()
            .filter(|(label, text)| state.help.shows(&format!("{} {text}", label.content)));
        let mut own: Vec<Line<'static>> = Vec::new();
        for (label, text) in shown {
            let padding = LABEL.saturating_sub(label.width());
            let spans = vec![label, Span::raw(" ".repeat(padding.max(1))), Span::styled(text, theme.text)];
            own.extend(Content::wrap(Line::from(spans), layout.overlay(), LABEL));
        }
        if !own.is_empty() {
            lines.push(Line::styled(title, theme.title));
            lines.extend(own);
            lines.push(Line::default());
        }
    }
    if lines.is_empty() {
        lines.push(Line::styled("nothing in the help is like that", theme.quiet));
    }
    let width = Content::width(layout.overlay());
    let lines = lines.into_iter().map(|line| paint::fit_line(line, width)).collect();
    Content::new(title(state), lines)
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
    for context in first.iter().copied() {
        let heading = format!("Here: {}", lowered(context.heading()));
        sections.push((heading, bound(state, theme, context, |key| state.keymap.meaning(from, key))));
    }
    let label = |text: &str| Span::styled(format!("  {text}"), theme.accent);
    let mut filter = vec![
        (
            Span::raw(""),
            "words are looked for in name, title, reference and id; field:value is equal, field~text contains,"
                .to_owned(),
        ),
        (
            Span::raw(""),
            "field>value and field<value compare; - or not negates, or, ( ), \"quotes\"".to_owned(),
        ),
        (label("for example"), "env:eu1 status:rejected age<1d   or   lang:de dur>1h -name~test".to_owned()),
    ];
    filter.extend(FIELDS.iter().map(|field| (label(field.name), field.help.to_owned())));
    sections.push(("Filter".to_owned(), filter));
    let columns = COLUMNS.iter().map(|spec| (label(spec.header), spec.help.to_owned()));
    sections.push(("Columns".to_owned(), columns.collect()));
    let marks = marks(theme).into_iter();
    let marks = marks.map(|(glyph, style, text)| (Span::styled(format!("  {glyph}"), style), text));
    sections.push(("Marks".to_owned(), marks.collect()));
    for context in rest.into_iter().chain(first.into_iter().filter(|context| *context != from)) {
        // The first screen is there only while there is no key, and nothing else is then.
        if context != Context::FirstRun || state.is_first_run() {
            let all = bound(state, theme, context, |key| state.keymap.meaning(context, key));
            sections.push((context.heading().to_owned(), all));
        }
    }
    sections
}

/// The keys of a context that mean there what its rows say.
fn bound<'a>(
    state: &State,
    theme: &Theme,
    context: Context,
    meaning: impl Fn(&str) -> Option<Action>,
) -> Vec<(Span<'a>, String)> {
    let rows = state.keymap.rows().iter().filter(|row| row.binding.context == context);
    let offered = rows.filter(|row| state.offers(row.binding.action));
    let entry = |row: &crate::state::Row| {
        let keys = row.keys.iter().filter(|key| meaning(key) == Some(row.binding.action));
        let keys: Vec<_> = keys.map(|key| state.keymap.shown(key)).collect();
        let label = Span::styled(format!("  {}", keys.join(" ")), theme.accent);
        let help = state.views.help(row.binding.action, &state.presenter);
        let help = help.unwrap_or_else(|| row.binding.help.to_owned());
        (!keys.is_empty()).then_some((label, help))
    };
    offered.filter_map(entry).collect()
}

fn lowered(heading: &str) -> String {
    let mut chars = heading.chars();
    chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
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
        (Theme::STUCK, theme.warning, "job: stuck, it runs for far longer than is usual where it is"),
        ("!5h", theme.warning, "job: done, its transcript is gone then and voxtop has not saved it"),
        (Theme::SAVED, theme.good, "job: voxtop has saved its transcript"),
        (Theme::STALE, theme.warning, "job: stale, its environment does not answer with jobs now"),
        (Theme::ALIAS, theme.good, "environment: asked through an alias, its first host cannot be reached"),
        ("◌7s", theme.warning, "environment: its data is stale, and so old"),
        ("…7s", theme.quiet, "environment: asked so long ago, no answer yet"),
        ("×", theme.quiet, "trend: no answer"),
        ("⇄", theme.warning, "job: probably submitted to another environment too, within an hour"),
    ] {
        marks.push((mark.to_owned(), style, text.to_owned()));
    }
    marks.push(("!".to_owned(), theme.warning, "job: done, but its notification failed".to_owned()));
    marks
}
