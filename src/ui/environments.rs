//! The environments pane: one line each, with health, latency, trend, counts and the age of the data.

mod shape;

use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::style::Style;
use ratatui::text::Span;
use unicode_width::UnicodeWidthStr;

use super::{Theme, format, keys, pace, paint, realtime};
use crate::model::{Entitlement, Environment, EnvironmentId, EnvironmentState, Failure, KeyState, SourceId};
use crate::state::{Layout, State, layout::environment_width};
use crate::store::{Align, Health, Share, SourceRecord};
use shape::{Part, STATE, Shape, Words, shape};

/// What one line is made of.
struct Facts<'a> {
    state: &'a State,
    id: EnvironmentId,
    environment: &'a Environment,
    records: Vec<(SourceId, &'a SourceRecord)>,
}

/// Draws the pane.
pub(super) fn draw(buffer: &mut Buffer, state: &State, layout: &Layout, theme: &Theme) {
    let area = layout.environments;
    let fleet = state.store.fleet();
    let lines = usize::from(area.height);
    let hidden = fleet.environments.len().saturating_sub(lines);
    let mut title = vec![Span::styled("Environments", theme.title)];
    if hidden > 0 {
        title.push(Span::styled(format!(" · {hidden} more"), theme.warning));
    }
    if let Some(alarm) = realtime::alarm(state, layout, theme) {
        title.extend([Span::styled(" · realtime ", theme.quiet), alarm]);
    }
    title.extend(pace::spans(state, area.width, theme));
    paint::title(buffer, (1, layout.panes_rule), area.width, title);
    let facts = fleet.environments().take(lines).map(|(id, environment)| Facts {
        state,
        id,
        environment,
        records: state.store.sources_at(id).collect(),
    });
    let facts: Vec<Facts<'_>> = facts.collect();
    let longest = |part, words| match part {
        Part::Name => usize::from(environment_width(fleet)),
        part => facts.iter().map(|facts| facts.cell(part, 0, words, theme).0.width()).max().unwrap_or(0),
    };
    let shape = shape(area.width.saturating_sub(2), layout.keys.width > 0, longest);
    for (row, facts) in (area.y..area.bottom()).zip(&facts) {
        draw_line(buffer, (area.x + 1, row), facts, &shape, theme);
    }
}

fn draw_line(buffer: &mut Buffer, (mut x, y): (u16, u16), facts: &Facts<'_>, shape: &Shape, theme: &Theme) {
    // Where no key lists anything, why takes the place of the counts and of their age.
    let verdict = facts.verdict(theme);
    let mut counts: Option<(u16, u16)> = None;
    for (part, width) in &shape.parts {
        if verdict.is_some() && matches!(part, Part::Jobs | Part::Running | Part::Age) {
            counts = Some((counts.map_or(x, |(start, _)| start), x + width));
        } else {
            let (text, style) = facts.cell(*part, *width, shape.words, theme);
            paint::put(buffer, (x, y), *width, &text, style, align(*part));
            if *part == Part::State && *width > STATE {
                draw_latency(buffer, (x, y), (*width, text.width()), facts, theme);
            }
        }
        x += width + 1;
    }
    if let (Some((text, style)), Some((start, end))) = (verdict, counts) {
        paint::put(buffer, (start, y), end - start, &text, style, Align::Right);
    }
}

/// Behind the state, in the same cells. What does not fit beside a long one is left out.
fn draw_latency(buffer: &mut Buffer, at: (u16, u16), cells: (u16, usize), facts: &Facts<'_>, theme: &Theme) {
    let (text, style) = latency_cell(facts, theme);
    let (width, used) = cells;
    if used + 1 + text.width() <= usize::from(width) {
        let own = u16::try_from(text.width()).unwrap_or(0);
        paint::put(buffer, (at.0 + width - own, at.1), own, &text, style, Align::Right);
    }
}

const fn align(part: Part) -> Align {
    match part {
        // The newest bar stands at the same place, however few there are.
        Part::Trend | Part::Jobs | Part::Running | Part::Age => Align::Right,
        _ => Align::Left,
    }
}

impl Facts<'_> {
    /// A piece's text and style.
    fn cell(&self, part: Part, width: u16, words: Words, theme: &Theme) -> (String, Style) {
        match part {
            Part::Region => (self.environment.region.to_string(), theme.quiet),
            Part::Name => (self.environment.name.to_string(), theme.title),
            Part::State => state_cell(self, theme),
            Part::Latency => latency_cell(self, theme),
            Part::Trend => trend_cell(self, width, theme),
            Part::Figures => figures_cell(self, theme),
            Part::Jobs => jobs_cell(self, theme),
            Part::Running => running_cell(self, words.running, theme),
            Part::Age => age_cell(self, words.age, theme),
            Part::Keys => keys_cell(self, theme),
        }
    }

    /// What stands in the place of the counts where no key lists anything: why. `✖ key 401`.
    fn verdict(&self, theme: &Theme) -> Option<(String, Style)> {
        let refused = self.records.iter().find(|(id, _)| keys::is_refused(self.state, *id));
        let (id, record) = refused.filter(|_| self.last_good().is_none())?;
        let (glyph, style) = theme.key(self.state.store.key_state(*id, self.state.now));
        let status = record.key.evidence.as_ref().and_then(|failure| failure.status);
        let status = status.map_or(String::new(), |status| format!(" {status}"));
        Some((format!("{glyph} key{status}"), style))
    }

    /// Whether the keys that are tried here are merely tried, and not one is accepted: no news.
    fn not_entitled(&self) -> bool {
        !self.records.is_empty()
            && self.records.iter().all(|(id, record)| {
                record.key.state == KeyState::Rejected
                    && record.key.accepted.is_none()
                    && self
                        .state
                        .store
                        .fleet()
                        .source(*id)
                        .is_some_and(|s| s.entitlement == Entitlement::Discovered)
            })
    }

    /// The failure of the endpoint itself, if it fails.
    fn trouble(&self) -> Option<&Failure> {
        self.state.store.endpoint_failure(self.id)
    }

    /// Whether even the freshest data is stale.
    fn is_stale(&self) -> bool {
        let freshest = self.records.iter().max_by_key(|(_, record)| record.last_good);
        freshest.is_some_and(|(_, record)| record.is_stale() && record.last_good.is_some())
    }

    fn last_good(&self) -> Option<jiff::Timestamp> {
        self.records.iter().filter_map(|(_, record)| record.last_good).max()
    }
}

fn state_cell(facts: &Facts<'_>, theme: &Theme) -> (String, Style) {
    let state = facts.state.store.state(facts.id);
    if facts.not_entitled() && state == EnvironmentState::Up {
        return ("– no access".to_owned(), theme.quiet);
    }
    let (glyph, word, style) = theme.environment(state);
    let status =
        facts.trouble().and_then(|failure| failure.status).filter(|_| state == EnvironmentState::Down);
    let status = status.map_or(String::new(), |status| format!(" {status}"));
    let alias = if facts.state.store.alias(facts.id).is_some() { Theme::ALIAS } else { "" };
    (format!("{glyph} {word}{status}{alias}"), style)
}

/// `key ✖403`, or each key with its mark.
fn keys_cell(facts: &Facts<'_>, theme: &Theme) -> (String, Style) {
    let fleet = facts.state.store.fleet();
    let mut worst = theme.quiet;
    let mut words = Vec::new();
    for (id, _) in &facts.records {
        let Some(source) = fleet.source(*id) else { continue };
        let (mark, style) = keys::cell(facts.state, source.key, facts.id, true, theme);
        if facts.state.store.key_state(*id, facts.state.now) != KeyState::Accepted && mark != "–" {
            worst = style;
        }
        let name = if fleet.keys.len() == 1 { "key" } else { fleet.key_name(source.key) };
        words.push(format!("{name} {mark}"));
    }
    (words.join(" "), worst)
}

fn latency_cell(facts: &Facts<'_>, theme: &Theme) -> (String, Style) {
    let latency = facts.state.store.health(facts.id).and_then(Health::latency);
    let slow = facts.state.store.state(facts.id) == EnvironmentState::Slow;
    let style = if slow { theme.warning } else { theme.text };
    match latency {
        Some(latency) => (format::latency(latency), style),
        None if facts.trouble().is_some() => ("–".to_owned(), theme.quiet),
        None => (String::new(), style),
    }
}

fn trend_cell(facts: &Facts<'_>, width: u16, theme: &Theme) -> (String, Style) {
    let Some(health) = facts.state.store.health(facts.id) else { return (String::new(), theme.quiet) };
    (bars(health, usize::from(width)), theme.quiet)
}

/// `100% p95 80ms`: how much was answered of late, and how quickly.
fn figures_cell(facts: &Facts<'_>, theme: &Theme) -> (String, Style) {
    let Some(health) = facts.state.store.health(facts.id) else { return (String::new(), theme.quiet) };
    let share = health.share().map(Share::percent);
    let style = if share.is_some_and(|percent| percent < 100) { theme.warning } else { theme.quiet };
    let share = share.map(|percent| format!("{percent:>3}%"));
    let most = health.percentile(95).map(|most| format!("p95 {}", format::latency(most)));
    (share.into_iter().chain(most).collect::<Vec<_>>().join(" "), style)
}

/// The latest answers as bars, on a scale of their own; `×` for none.
pub(super) fn bars(health: &Health, count: usize) -> String {
    const BARS: [char; 7] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇'];
    let recent: Vec<Option<Duration>> = health.trend().rev().take(count).collect();
    let longest = recent.iter().flatten().max().map_or(0, Duration::as_millis).max(100);
    let bar = |latency: &Option<Duration>| match latency {
        None => '×',
        Some(own) => {
            let step = usize::try_from(own.as_millis() * 6 / longest).unwrap_or(0);
            BARS.get(step).copied().unwrap_or('▇')
        }
    };
    recent.iter().rev().map(bar).collect()
}

fn jobs_cell(facts: &Facts<'_>, theme: &Theme) -> (String, Style) {
    let Some(_) = facts.last_good() else { return (String::new(), theme.quiet) };
    let jobs = facts.state.summary().environment(facts.id).jobs;
    let whole = facts.records.iter().all(|(_, record)| record.complete || record.last_good.is_none());
    let plus = if whole { "" } else { "+" };
    (format!("{}{plus} jobs", format::count(jobs)), theme.quiet)
}

fn running_cell(facts: &Facts<'_>, full: bool, theme: &Theme) -> (String, Style) {
    let Some(_) = facts.last_good() else { return (String::new(), theme.quiet) };
    let active = facts.state.summary().environment(facts.id).active;
    let style = if active > 0 { theme.active } else { theme.quiet };
    (format!("{} {}", format::count(active), if full { "running" } else { "run" }), style)
}

/// How old the data is: `age 2s`, or `stale 3m12s` where the last round failed; without any data how long
/// the first answer has been waited for.
fn age_cell(facts: &Facts<'_>, full: bool, theme: &Theme) -> (String, Style) {
    let age = |since: jiff::Timestamp| {
        let age = facts.state.now.duration_since(since);
        // Five cells hold minutes and seconds up to ten minutes.
        if full || age.as_mins() < 10 { format::precise(age) } else { format::span(age) }
    };
    match facts.last_good() {
        Some(good) if facts.is_stale() => {
            let mark = if full { "stale " } else { Theme::STALE };
            (format!("{mark}{}", age(good)), theme.warning)
        }
        Some(good) => (format!("{}{}", if full { "age " } else { "" }, age(good)), theme.quiet),
        None => {
            let asked = facts.records.iter().filter_map(|(_, record)| record.asked).min();
            (asked.map_or(String::new(), |asked| format!("…{}", age(asked))), theme.quiet)
        }
    }
}
