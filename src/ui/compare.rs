//! Two jobs side by side: what the list gives of each, and their configurations leaf by leaf. What differs has a mark
//! and stands out; what is equal is quiet.

use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::overlay::Content;
use super::{Theme, format, paint};
use crate::model::{Document, Job, JobKey};
use crate::state::{Comparison, Difference, Layout, Pair, State};

/// The lines of the overlay.
pub(super) fn content<'a>(
    state: &State,
    layout: &Layout,
    theme: &Theme,
    comparison: &Comparison,
) -> Content<'a> {
    let width = Content::width(layout.overlay());
    let facts = facts(state, comparison);
    let longest = facts.iter().chain(&comparison.config).map(|pair| pair.label.width()).max().unwrap_or(0);
    let widths = widths(width, longest);
    let all = facts.len() + comparison.config.len();
    let differing = facts.iter().chain(&comparison.config).filter(|pair| differs(pair)).count();
    let mut lines = Vec::new();
    for (title, pairs) in [("Summary", &facts), ("Configuration", &comparison.config)] {
        let shown = pairs.iter().filter(|pair| !comparison.differences_only || differs(pair));
        let rows: Vec<Line<'static>> = shown.flat_map(|pair| rows(pair, widths, theme)).collect();
        lines.push(Line::styled(title, theme.title));
        if rows.is_empty() {
            let text = if pairs.is_empty() { "  the list gives none" } else { "  no difference" };
            lines.push(Line::styled(text, theme.quiet));
        }
        lines.extend(rows);
        lines.push(Line::default());
    }
    let more = if comparison.differences_only { "all" } else { "only what differs" };
    let title = format!("Compare · {differing} of {all} differ · = shows {more}");
    Content { head: Some(head(state, comparison, widths, theme)), ..Content::new(title, lines) }
}

fn differs(pair: &Pair) -> bool {
    pair.difference() != Difference::Same
}

/// The widths of the labels, of which the longest is so long, and of each job.
fn widths(width: usize, longest: usize) -> (usize, usize) {
    let label = longest.clamp(12, (width * 2 / 5).max(12));
    (label, width.saturating_sub(label + 6) / 2)
}

fn head(
    state: &State,
    comparison: &Comparison,
    (label, own): (usize, usize),
    theme: &Theme,
) -> Line<'static> {
    let [first, second] = comparison.keys.each_ref().map(|key: &JobKey| {
        let name = format!("{} {}", state.store.fleet().environment_name(key.environment), key.id);
        padded(&paint::fit(&name, own), own)
    });
    let gap = Span::raw(" ".repeat(label + 4));
    Line::from(vec![
        gap,
        Span::styled(first, theme.accent),
        Span::raw("  "),
        Span::styled(second, theme.accent),
    ])
}

/// What the list gives of both, but what neither has.
fn facts(state: &State, comparison: &Comparison) -> Vec<Pair> {
    let of = |at: usize| {
        let (key, job) = (comparison.keys.get(at), comparison.jobs.get(at));
        key.zip(job).map(|(key, job)| facts_of(state, key, job)).unwrap_or_default()
    };
    let pairs = of(0).into_iter().zip(of(1)).map(|((label, first), (_, second))| {
        let some = |text: String| (!text.is_empty()).then_some(text);
        Pair { label: label.to_owned(), of: [some(first), some(second)] }
    });
    pairs.filter(|pair| pair.of.iter().any(Option::is_some)).collect()
}

fn facts_of(state: &State, key: &JobKey, job: &Job) -> Vec<(&'static str, String)> {
    let zone = &state.settings.zone;
    let words = |text: Option<&str>| text.unwrap_or_default().to_owned();
    let moment = |at: Option<jiff::Timestamp>| at.map_or(String::new(), |at| format::full(at, zone));
    let errors = job.errors.iter().map(|error| error.message.to_string()).collect::<Vec<_>>();
    vec![
        ("environment", state.store.fleet().environment_name(key.environment).to_owned()),
        ("status", job.status.to_string()),
        ("file", job.data_name.to_string()),
        ("title", words(job.title.as_deref())),
        ("reference", words(job.reference.as_deref())),
        ("tags", job.tags.join(", ")),
        ("language", words(job.language.as_deref())),
        ("model", words(job.model.as_deref())),
        ("audio", job.duration_s.map_or(String::new(), format::audio)),
        ("created", moment(job.created_at)),
        ("expires", moment(job.expires_at())),
        ("errors", errors.join(" · ")),
    ]
}

/// The rows of one thing: as many as the longer of both takes, so that nothing that differs is cut away.
fn rows(pair: &Pair, (label, own): (usize, usize), theme: &Theme) -> Vec<Line<'static>> {
    let (mark, style) = match pair.difference() {
        Difference::Same => (" ", theme.quiet),
        Difference::Other => ("≠", theme.warning),
        Difference::First => ("←", theme.warning),
        Difference::Second => ("→", theme.warning),
    };
    let [first, second] = pair.of.each_ref().map(|text| pieces(text.as_deref().unwrap_or("–"), own));
    let labels = pieces(&pair.label, label);
    let count = first.len().max(second.len()).max(labels.len());
    let piece =
        |pieces: &[String], at: usize, width| padded(pieces.get(at).map_or("", String::as_str), width);
    let row = |at: usize| {
        let mark = if at == 0 { mark } else { " " };
        Line::from(vec![
            Span::styled(format!("{mark} "), style),
            Span::styled(piece(&labels, at, label), theme.quiet),
            Span::raw("  "),
            Span::styled(piece(&first, at, own), style),
            Span::raw("  "),
            Span::styled(piece(&second, at, own), style),
        ])
    };
    (0..count).map(row).collect()
}

/// A text in rows of a width, which break at blanks where they can.
fn pieces(text: &str, width: usize) -> Vec<String> {
    let document = Document::wrap(text.into(), width);
    (0..document.len()).map(|row| document.row(row).to_owned()).collect()
}

fn padded(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(text.width())))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn nothing_is_cut_away_and_nothing_sticks_out(text in "\\PC{0,80}", width in 40..200_usize) {
            let (label, own) = widths(width, text.width());
            let pieces = pieces(&text, own);
            prop_assert_eq!(pieces.concat(), text.clone());
            let pair = Pair { label: text.clone(), of: [Some(text.clone()), None] };
            for line in rows(&pair, (label, own), &Theme::named(crate::ui::ThemeName::Mono)) {
                prop_assert!(line.width() <= width, "{} of {width}", line.width());
            }
        }
    }
}
