//! Jobs by the hour of their submission, stacked by what became of them.

use jiff::{SignedDuration, Timestamp};
use ratatui::style::Style;
use ratatui::text::Span;

use super::{Page, cells, right, unknown};
use crate::state::{Period, State};
use crate::store::HourCounts;
use crate::ui::{Theme, format};

/// A kind of jobs: its word, its part of a bar, its style, how many.
type Part = (&'static str, &'static str, Style, usize);

/// The column of such a word, with its part before it and a gap before that.
const fn column(word: &str) -> usize {
    word.len() + 4
}

/// The columns of all kinds.
const COLUMNS: usize = column("done") + column("running") + column("rejected") + column("other");

fn parts(counts: HourCounts, theme: &Theme) -> [Part; 4] {
    [
        ("done", "■", theme.good, counts.done),
        ("running", "▸", theme.active, counts.active),
        ("rejected", "✖", theme.bad, counts.rejected),
        ("other", "–", theme.quiet, counts.other),
    ]
}

/// How many hours a line is.
const fn step(period: Period) -> usize {
    match period {
        Period::Day => 1,
        Period::TwoDays => 2,
        Period::Week => 6,
    }
}

/// The column of all of an hour.
const COUNT: usize = 8;
/// The column of times: `Nov 22 14:00`.
const TIME: usize = 12;

pub(super) fn draw(state: &State, page: &mut Page<'_>) {
    let theme = page.theme;
    let rows = rows(state);
    let mut all = HourCounts::default();
    for (_, counts) in &rows {
        all.add(*counts);
    }
    let first = rows.last().map_or(state.now, |(at, _)| *at);
    let known = state.summary().total.jobs;
    let since = format::since(first, state.now, &state.settings.zone);
    let text = format!(
        "{} of {} jobs were submitted since {since}; by the time of their submission, newest first.",
        format::count(all.total()),
        format::count(known)
    );
    page.say(text, theme.text);
    if let Some(text) = unknown(state) {
        page.say(text, theme.warning);
    }
    page.gap();
    let roomy = page.width() >= TIME + COUNT + COLUMNS + 10;
    let mut head = vec![Span::raw(" ".repeat(TIME)), Span::styled(right("jobs", COUNT), theme.quiet)];
    let mut sum =
        vec![Span::styled(format!("{:<TIME$}", "all"), theme.title), number(all.total(), COUNT, theme.title)];
    for (word, glyph, style, count) in parts(all, theme) {
        if roomy {
            head.push(Span::raw("  "));
            head.push(Span::styled(glyph, style));
            head.push(Span::styled(format!(" {word}"), theme.quiet));
            sum.push(part(word, count, style, theme));
        } else {
            head.push(Span::styled(format!("  {glyph}"), style));
            head.push(Span::styled(format!(" {word}"), theme.quiet));
        }
    }
    page.row(head);
    page.row(sum);
    let most = rows.iter().map(|(_, counts)| counts.total()).max().unwrap_or(0);
    for (at, counts) in rows {
        let columns = if roomy { COLUMNS } else { 0 };
        let room = page.width().saturating_sub(TIME + COUNT + columns + 2);
        page.row(line(state, theme, (at, counts), roomy, (most, room)));
    }
}

fn number(count: usize, width: usize, style: Style) -> Span<'static> {
    Span::styled(right(&format::count(count), width), style)
}

/// So many of a kind; none is a dot, so that what is there stands out.
fn part(word: &str, count: usize, style: Style, theme: &Theme) -> Span<'static> {
    if count > 0 {
        number(count, column(word), style)
    } else {
        Span::styled(right("·", column(word)), theme.border)
    }
}

fn line(
    state: &State,
    theme: &Theme,
    (at, counts): (Timestamp, HourCounts),
    roomy: bool,
    (most, room): (usize, usize),
) -> Vec<Span<'static>> {
    let time = format::since(at, state.now, &state.settings.zone);
    let total = counts.total();
    let style = if total > 0 { theme.text } else { theme.quiet };
    let mut spans = vec![Span::styled(right(&time, TIME), theme.quiet), number(total, COUNT, style)];
    let parts = parts(counts, theme);
    if roomy {
        spans.extend(parts.map(|(word, _, style, count)| part(word, count, style, theme)));
    }
    spans.push(Span::raw("  "));
    let bar = cells(total, most, room);
    let counts = parts.map(|(_, _, _, count)| count);
    for ((_, glyph, style, _), own) in parts.into_iter().zip(shares(counts, bar)) {
        spans.push(Span::styled(glyph.repeat(own), style));
    }
    spans
}

/// A bar's cells for each of its parts: by their size, and what is left over to those that lack most. Where there
/// are fewer cells than parts, the largest are seen, so that one rejected job does not hide three that are done.
pub(super) fn shares(counts: [usize; 4], bar: usize) -> [usize; 4] {
    let total: usize = counts.iter().sum();
    if total == 0 {
        return [0; 4];
    }
    let mut own = counts.map(|count| count * bar / total);
    for _ in own.iter().sum::<usize>()..bar {
        let lacks =
            counts.iter().zip(&mut own).map(|(count, own)| ((count * bar).saturating_sub(*own * total), own));
        // Of equals the first: what is done stands before what is not.
        if let Some((_, own)) = lacks.rev().max_by_key(|(lack, _)| *lack) {
            *own += 1;
        }
    }
    own
}

/// The lines, newest first: when each begins and what was submitted in it. A line of several hours begins at one that
/// divides the day of the user's zone.
fn rows(state: &State) -> Vec<(Timestamp, HourCounts)> {
    let (period, step) = (state.charts.period, step(state.charts.period));
    let here = state.now.to_zoned(state.settings.zone.clone());
    let into = usize::try_from(here.hour()).unwrap_or(0) % step;
    let lines = period.hours() / step;
    let hours = (lines - 1) * step + into + 1;
    let counted = state.store.by_hour(state.now, hours);
    let hour = SignedDuration::from_hours(1);
    // An hour begins where it does in UTC; zones that are off by half of one show that.
    let into_hour = SignedDuration::from_secs(state.now.as_second().rem_euclid(3_600));
    let mut at = state.now.checked_sub(into_hour).unwrap_or(state.now);
    let mut rows = Vec::with_capacity(lines);
    let mut sum = HourCounts::default();
    for (nth, counts) in counted.iter().rev().enumerate() {
        sum.add(*counts);
        if (nth + step - into - 1).is_multiple_of(step) || nth == hours - 1 {
            rows.push((at, std::mem::take(&mut sum)));
        }
        at = at.checked_sub(hour).unwrap_or(at);
    }
    rows
}
