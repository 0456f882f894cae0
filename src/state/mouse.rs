//! What the mouse does: each click is an action that a key does too, at the place where one points.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::{Position, Rect};

use super::keymap::Context;
use super::overlay::place;
use super::{Action, Effect, Overlay, State};
use crate::store::Sort;

/// How many rows or lines a notch of the wheel is.
const NOTCH: usize = 3;

impl State {
    /// Takes what the mouse did.
    pub(super) fn point(&mut self, event: MouseEvent) -> Vec<Effect> {
        // What was on its way when it was switched off.
        if !self.mouse || self.layout().too_small {
            return Vec::new();
        }
        self.refresh();
        let at = Position::new(event.column, event.row);
        match event.kind {
            MouseEventKind::Down(MouseButton::Left) => self.click(at),
            MouseEventKind::ScrollDown => self.wheel(at, Action::RowDown),
            MouseEventKind::ScrollUp => self.wheel(at, Action::RowUp),
            _ => Vec::new(),
        }
    }

    /// Gives the mouse back to the terminal, or takes it.
    pub(super) fn toggle_mouse(&mut self) -> Vec<Effect> {
        self.mouse = !self.mouse;
        let key = self.key_of(Action::ToggleMouse);
        self.remark(if self.mouse {
            format!("the mouse works here again; {key} lets the terminal select text")
        } else {
            format!("the mouse is the terminal's, which selects text again; {key} takes it back")
        });
        vec![Effect::Mouse(self.mouse)]
    }

    fn wheel(&mut self, at: Position, action: Action) -> Vec<Effect> {
        let layout = self.layout();
        if self.palette.is_some() {
            return self.act(action);
        }
        if self.overlay.is_some() {
            (0..NOTCH).for_each(|_| self.travel(action));
        } else if layout.jobs.contains(at) && self.prompt.is_none() {
            let by = isize::try_from(NOTCH).unwrap_or(1);
            let by = if action == Action::RowUp { -by } else { by };
            self.selection.scroll(&self.store, &self.rows, by, usize::from(layout.rows()));
        }
        Vec::new()
    }

    fn click(&mut self, at: Position) -> Vec<Effect> {
        let layout = self.layout();
        if self.palette.is_some() {
            let list = layout.palette_list();
            if list.contains(at) {
                let first = layout.palette_first(self.palette.as_ref().map_or(0, super::Palette::chosen));
                return self.point_at_entry(first + usize::from(at.y - list.y));
            }
            return self.click_in_box(at, layout.palette(), Action::CancelPrompt);
        }
        // A question waits for its answer.
        if self.prompt.is_some() {
            return Vec::new();
        }
        if self.overlay.is_some() {
            let drawn = self.drawn.area;
            let area = if drawn.is_empty() { layout.overlay() } else { drawn };
            return self.click_in_box(at, area, Action::Close);
        }
        if self.is_first_run() {
            let foot = Rect::new(0, layout.screen.height.saturating_sub(1), layout.screen.width, 1);
            return self.click_on_hint(at, foot, Context::FirstRun);
        }
        if layout.hints.contains(at) {
            return self.click_on_hint(at, layout.hints, self.context());
        }
        if self.filter.input().is_some() {
            self.filter.keep();
            if self.filter.input().is_some() {
                return Vec::new();
            }
        }
        self.click_in_panes(at)
    }

    /// A click while something lies over the panes: a hint in its border, or beside it, which closes it.
    fn click_in_box(&mut self, at: Position, area: Rect, close: Action) -> Vec<Effect> {
        if !area.contains(at) {
            return self.act(close);
        }
        if at.y != area.bottom() - 1 {
            return Vec::new();
        }
        let foot = Rect { x: area.x + 2, y: at.y, width: self.hint_room(area), height: 1 };
        self.click_on_hint(at, foot, self.context())
    }

    /// How many cells there are for hints in the border of a box.
    fn hint_room(&self, area: Rect) -> u16 {
        let taken = match &self.overlay {
            Some(overlay) if self.palette.is_none() => {
                let head = usize::from(matches!(overlay, Overlay::Details { .. }));
                let height = usize::from(area.height.saturating_sub(2)).saturating_sub(head);
                let end = self.drawn.end;
                let all = if end > 0 { end + height } else { 0 };
                place(overlay.scroll().min(end), height, all).chars().count()
            }
            _ => 0,
        };
        area.width.saturating_sub(u16::try_from(taken).unwrap_or(0) + 4)
    }

    fn click_on_hint(&mut self, at: Position, line: Rect, context: Context) -> Vec<Effect> {
        if !line.contains(at) {
            return Vec::new();
        }
        let x = at.x - line.x;
        let hint = self
            .foot(context, line.width)
            .hints
            .into_iter()
            .find(|hint| (hint.x..hint.x + hint.width).contains(&x));
        self.notice = None;
        hint.map_or_else(Vec::new, |hint| self.act(hint.action))
    }

    fn click_in_panes(&mut self, at: Position) -> Vec<Effect> {
        let layout = self.layout();
        if layout.jobs.contains(at) {
            return self.click_in_jobs(at, layout.jobs);
        }
        if layout.environments.contains(at) {
            self.toggle_environment(usize::from(at.y - layout.environments.y));
            return Vec::new();
        }
        let beyond = usize::from(layout.banners.height / layout.banner_lines.max(1)) < self.banners().count();
        let last = at.y == layout.banners.bottom().saturating_sub(1);
        let on_rule = |y: u16| y > 0 && at.y == y;
        let action = match () {
            () if layout.banners.contains(at) && beyond && last => Action::OpenEvents,
            () if layout.banners.contains(at) => Action::OpenMatrix,
            () if layout.keys.contains(at) || layout.strip.contains(at) => Action::OpenMatrix,
            () if layout.events.contains(at) || on_rule(layout.events_rule) => Action::OpenEvents,
            () if on_rule(layout.panes_rule) => Action::OpenMatrix,
            () if on_rule(layout.jobs_rule) => Action::EditFilter,
            // On tall screens it tells of the realtime hosts.
            () if on_rule(layout.hints_rule) && self.store.realtime_hosts().next().is_some() => {
                Action::OpenRealtime
            }
            () => return Vec::new(),
        };
        self.act(action)
    }

    /// A row: selects it, and the second time opens it. A head: sorts by its column, or turns the order round.
    fn click_in_jobs(&mut self, at: Position, jobs: Rect) -> Vec<Effect> {
        let Some(line) = (at.y - jobs.y).checked_sub(1) else {
            self.sort_at(at.x);
            return Vec::new();
        };
        let row = self.selection.first() + usize::from(line);
        if row >= self.rows.len() {
            return Vec::new();
        }
        if self.selection.row() == Some(row) {
            return self.act(Action::OpenDetails);
        }
        self.selection.select(&self.store, &self.rows, row);
        Vec::new()
    }

    fn sort_at(&mut self, x: u16) {
        let layout = self.layout();
        let mut left = layout.jobs.x + layout.gutter();
        for column in self.shown_columns() {
            // The gap behind a column is its own.
            let right = left + column.width + 1;
            if (left..right).contains(&x) {
                let (spec, sort) = (column.spec, self.sort);
                self.sort = if sort.column == spec.column {
                    Sort { descending: !sort.descending, ..sort }
                } else {
                    Sort::by(spec.column, spec.descending)
                };
                return;
            }
            left = right;
        }
    }

    /// Shows the jobs of one environment alone, or of all again; what else is filtered stays.
    fn toggle_environment(&mut self, at: usize) {
        let fleet = self.store.fleet();
        let Some(environment) = fleet.environments.get(at) else { return };
        let text = with_environment(self.filter.text(), environment.name.as_str());
        let zone = self.settings.zone.clone();
        if self.filter.set(&text, &zone).is_err() {
            self.remark(format!("the filter cannot be narrowed: {}", self.presenter.query(&text)));
        }
    }
}

/// A query with `env:NAME` in it, or without where it had that; another environment goes.
fn with_environment(query: &str, name: &str) -> String {
    let term = if name.chars().all(|char| char.is_alphanumeric() || "-_.".contains(char)) {
        format!("env:{name}")
    } else {
        format!("env:\"{name}\"")
    };
    let had = query.split_whitespace().any(|word| word == term);
    // Only what stands by itself at the top can be taken out without changing what the rest means.
    let simple = !query.contains(['(', ')', '"'])
        && query.split_whitespace().all(|word| !word.eq_ignore_ascii_case("or"));
    let rest = if simple {
        let others = query.split_whitespace().filter(|word| !word.to_lowercase().starts_with("env:"));
        others.collect::<Vec<_>>().join(" ")
    } else if had {
        let words = query.split_whitespace().filter(|word| *word != term);
        words.collect::<Vec<_>>().join(" ")
    } else {
        format!("({query})")
    };
    if had { rest } else { format!("{rest} {term}").trim().to_owned() }
}

#[cfg(test)]
#[path = "mouse_tests.rs"]
mod tests;
