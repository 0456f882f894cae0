//! Finding words in what is open of a job. The line for them opens on every tab and at once: a text that is
//! still on its way is searched when it is here. What is no text but lines that drawing makes (summary,
//! configuration, errors) is searched as it is drawn.

use super::overlay::Scroll;
use super::{Effect, Overlay, Prompt, Purpose, State, Text};

impl State {
    /// Asks what to find.
    pub(super) fn ask_what_to_find(&mut self) {
        if matches!(self.overlay, Some(Overlay::Details { .. })) {
            self.prompt = Some(Prompt::new(Purpose::Find, ""));
        }
    }

    /// Goes to the first place from the top of what is seen on.
    pub(super) fn find(&mut self, text: &str) -> Vec<Effect> {
        if let Some(Overlay::Details { view, .. }) = &mut self.overlay {
            text.clone_into(&mut view.sought);
            view.hit = None;
        }
        self.find_on(true)
    }

    /// Goes to the next place of what was looked for, or to the one before.
    pub(super) fn find_on(&mut self, forwards: bool) -> Vec<Effect> {
        let Some(Overlay::Details { view, .. }) = &mut self.overlay else { return Vec::new() };
        view.awaited = false;
        if view.sought.is_empty() {
            return Vec::new();
        }
        let Some(material) = view.material() else { return vec![Effect::FindInLines(forwards)] };
        match &view.text {
            Text::Here(held, document) if *held == material => {
                let document = document.clone();
                let find = |sought: &str, from: usize| document.find(sought, from, !forwards);
                self.go_to_found(document.len(), forwards, find);
            }
            Text::Failed(..) => self.remark("there is no text here to find words in".to_owned()),
            _ => {
                view.awaited = true;
                self.remark(format!("found as soon as the {} is here", material.noun()));
            }
        }
        Vec::new()
    }

    /// Finds what was asked for while the text was on its way.
    pub(super) fn find_awaited(&mut self) {
        if let Some(Overlay::Details { view, .. }) = &mut self.overlay
            && view.awaited
            && !matches!(view.text, Text::Coming(..))
        {
            // A text gives no effects: it is searched here.
            self.notice = None;
            let _ = self.find_on(true);
        }
    }

    /// Finds what was looked for in the lines of a tab as they are drawn.
    pub fn find_among(&mut self, lines: &[String], forwards: bool) {
        self.go_to_found(lines.len(), forwards, |sought, from| {
            let (sought, count) = (sought.to_lowercase(), lines.len());
            let step = |passed: usize| if forwards { from + passed } else { from + count - passed };
            let mut places = (0..count).map(|passed| step(passed) % count);
            places.find(|at| lines.get(*at).is_some_and(|line| line.to_lowercase().contains(&sought)))
        });
    }

    fn go_to_found(&mut self, count: usize, forwards: bool, find: impl FnOnce(&str, usize) -> Option<usize>) {
        let height = usize::from(self.layout().overlay_lines());
        let Some(Overlay::Details { view, scroll, .. }) = &mut self.overlay else { return };
        let from = match (view.hit, forwards) {
            (None, _) => scroll.0.min(count.saturating_sub(1)),
            (Some(hit), true) => (hit + 1) % count.max(1),
            (Some(hit), false) => (hit + count.saturating_sub(1)) % count.max(1),
        };
        if let Some(row) = find(&view.sought, from) {
            view.hit = Some(row);
            *scroll = Scroll(row.saturating_sub(height / 3));
        } else {
            let text = format!("{:?} is not here", view.sought);
            self.remark(text);
        }
    }
}
