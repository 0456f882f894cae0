//! The palette: every action by its name, found as one types, and done where it applies. What does not
//! apply stays in the list and says where it would.

use std::borrow::Cow;

use ratatui::layout::Rect;
use tui_input::Input;

use super::keymap::Row;
use super::{Action, BINDINGS, Effect, Layout, Overlay, State};

/// What is looked for and which of the actions is chosen.
#[derive(Debug, Default)]
pub struct Palette {
    input: Input,
    chosen: usize,
}

impl Palette {
    /// The line that is typed.
    pub fn input(&self) -> &Input {
        &self.input
    }

    /// Which of the entries is chosen.
    pub fn chosen(&self) -> usize {
        self.chosen
    }

    /// Changes the line; what matches best is chosen then.
    pub(super) fn type_in(&mut self, change: impl FnOnce(&mut Input)) {
        let before = self.input.value().to_owned();
        change(&mut self.input);
        if self.input.value() != before {
            self.chosen = 0;
        }
    }
}

impl Layout {
    /// Where the palette lies.
    pub fn palette(&self) -> Rect {
        let over = self.overlay();
        // As wide as what it may lie over: what would stick out at its sides is letters without words.
        Rect { height: over.height.min(20), ..over }
    }

    /// Its list, below the line that is typed.
    pub fn palette_list(&self) -> Rect {
        let frame = self.palette();
        let (x, y) = (frame.x + 1, frame.y + 2);
        Rect { x, y, width: frame.width.saturating_sub(2), height: frame.height.saturating_sub(3) }
    }

    /// The first entry in view where another is chosen.
    pub fn palette_first(&self, chosen: usize) -> usize {
        (chosen + 1).saturating_sub(usize::from(self.palette_list().height))
    }
}

/// One action of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What it does.
    pub action: Action,
    /// Its name.
    pub name: &'static str,
    /// Its keys where one is, or where it would apply.
    pub keys: String,
    /// The help's line for it.
    pub help: Cow<'static, str>,
    /// Why it cannot be done now.
    pub why_not: Option<String>,
}

impl State {
    /// The actions that match what is typed: those that apply first, then the best matches, moving about last.
    /// Where nothing is typed, in the order of the table, and only those that apply; what does not is there for
    /// who asks for it by the beginnings of its words.
    pub fn palette_entries(&self) -> Vec<Entry> {
        let sought = self.palette.as_ref().map_or("", |palette| palette.input.value()).to_lowercase();
        let sought = sought.trim();
        let mut seen = Vec::new();
        let mut entries = Vec::new();
        for row in BINDINGS {
            if seen.contains(&row.action) {
                continue;
            }
            seen.push(row.action);
            let Some(entry) = self.entry(row.action) else { continue };
            let least = if entry.why_not.is_none() { usize::MAX } else { WITHIN };
            let far = distance(sought, &entry);
            if let Some(far) = far.filter(|far| *far < least && (least > WITHIN || !sought.is_empty())) {
                entries.push((far, entry));
            }
        }
        entries.sort_by_key(|(distance, entry)| (entry.why_not.is_some(), *distance, moves(entry.action)));
        entries.into_iter().map(|(_, entry)| entry).collect()
    }

    fn entry(&self, action: Action) -> Option<Entry> {
        let below = self.context_below();
        let rows = || self.keymap.rows().iter().filter(move |row| row.binding.action == action);
        // Where one has to be for it: here if possible, else where it is not a matter of typing.
        let here = |row: &&Row| below.reaches(row.binding.context);
        let row = rows().find(here).or_else(|| rows().find(|row| !row.binding.context.is_typed_in()));
        let row = row.or_else(|| rows().next())?;
        let why_not = if !self.views.offers(action) {
            Some("there is no such view".to_owned())
        } else if !self.offers(action) {
            Some("everything is read-only".to_owned())
        } else if !here(&row) {
            Some(row.binding.context.place().to_owned())
        } else {
            self.elsewhere(action).map(str::to_owned)
        };
        let keys: Vec<_> = row.keys.iter().map(|key| self.keymap.shown(key)).collect();
        let keys = keys.join(" ");
        let help =
            self.views.help(action, &self.presenter).map_or(Cow::Borrowed(row.binding.help), Cow::Owned);
        Some(Entry { action, name: action.name(), keys, help, why_not })
    }

    /// Where an action belongs that over the panes means something to one list alone.
    fn elsewhere(&self, action: Action) -> Option<&'static str> {
        let of_events = matches!(
            action,
            Action::EditFilter | Action::EventSeverity | Action::CopyEvent | Action::CopyEvents
        );
        let here = match &self.overlay {
            None | Some(Overlay::Events(_)) => true,
            Some(Overlay::Help(_)) => action == Action::EditFilter,
            Some(_) => false,
        };
        (of_events && !here).then_some("in the event list")
    }

    pub(super) fn open_palette(&mut self) {
        self.palette = Some(Palette::default());
    }

    /// What an action of the palette's own keys does to it; `None` where the action is none of them.
    pub(super) fn act_on_palette(&mut self, action: Action) -> Option<Vec<Effect>> {
        /// About as many as are seen at once.
        const PAGE: usize = 10;
        let last = self.palette_entries().len().saturating_sub(1);
        let palette = self.palette.as_mut()?;
        let at = palette.chosen.min(last);
        match action {
            Action::RowDown => palette.chosen = if at == last { 0 } else { at + 1 },
            Action::RowUp => palette.chosen = if at == 0 { last } else { at - 1 },
            Action::PageDown => palette.chosen = (at + PAGE).min(last),
            Action::PageUp => palette.chosen = at.saturating_sub(PAGE),
            Action::EmptyPrompt => palette.type_in(|input| *input = Input::default()),
            Action::CancelPrompt => self.palette = None,
            Action::Submit => return Some(self.do_chosen()),
            _ => return None,
        }
        Some(Vec::new())
    }

    /// Does what is chosen, once the palette is out of the way; where it does not apply, says why.
    pub(super) fn do_chosen(&mut self) -> Vec<Effect> {
        let chosen = self.palette.as_ref().map_or(0, Palette::chosen);
        let Some(entry) = self.palette_entries().into_iter().nth(chosen) else {
            self.remark("no action matches".to_owned());
            return Vec::new();
        };
        if let Some(why) = entry.why_not {
            self.remark(if self.offers(entry.action) {
                format!("not here: {} applies {why}", entry.name)
            } else {
                format!("{} is not available: {why}", entry.name)
            });
            return Vec::new();
        }
        self.palette = None;
        self.act(entry.action)
    }

    /// Chooses an entry by its place, or does it where it is chosen already.
    pub(super) fn point_at_entry(&mut self, at: usize) -> Vec<Effect> {
        let count = self.palette_entries().len();
        let Some(palette) = self.palette.as_mut().filter(|_| at < count) else { return Vec::new() };
        palette.chosen = at;
        self.do_chosen()
    }
}

/// Whether an action only moves about: everybody has its keys in the fingers, nobody looks for it by name.
fn moves(action: Action) -> bool {
    use Action::{Bottom, PageDown, PageUp, RowDown, RowUp, Top};
    matches!(action, RowDown | RowUp | PageDown | PageUp | Top | Bottom)
}

/// From here on a word is not the beginning of anything but stands within a word, or is strewn over one.
const WITHIN: usize = 10;

/// How far what is looked for is from an entry, all words taken together; `None` where it is none of it.
/// A word is the name, its beginning, a key, the beginning of one of its words or of the help's, within one of
/// them, or a few letters of the name close together.
fn distance(sought: &str, entry: &Entry) -> Option<usize> {
    let name = entry.name;
    let help = entry.help.to_lowercase();
    let begins =
        |word: &str| help.split(|char: char| !char.is_alphanumeric()).any(|own| own.starts_with(word));
    let of_word = |word: &str| {
        let spaced = |keys: &str| keys.split(' ').any(|key| key.eq_ignore_ascii_case(word));
        // Who looks for keys means the key as well.
        let one = word.strip_suffix('s').filter(|one| one.len() > 2).unwrap_or(word);
        if name == word {
            Some(0)
        } else if name.starts_with(word) {
            Some(1)
        } else if spaced(&entry.keys) {
            Some(2)
        } else if name.split('-').any(|part| part.starts_with(one)) {
            Some(3)
        } else if begins(one) {
            Some(4)
        } else if word.len() > 2 && (name.contains(word) || help.contains(word)) {
            Some(WITHIN)
        } else {
            scattered(word, name).map(|span| WITHIN + span)
        }
    };
    sought.split_whitespace().try_fold(0, |sum, word| Some(sum + of_word(word)?))
}

/// Over how many characters of a name the letters of a word are strewn, in their order, where it is made of
/// the beginnings of its words: `opdet` of `open-details`, and not `stu` of `sort-previous`.
fn scattered(word: &str, name: &str) -> Option<usize> {
    let mut left = word;
    let mut span = 0;
    for part in name.split('-') {
        let same = left.chars().zip(part.chars()).take_while(|(one, other)| one == other).count();
        left = left.get(same..)?;
        span += part.len();
        if left.is_empty() {
            return Some(span);
        }
    }
    None
}

#[cfg(test)]
pub(super) mod fixture {
    use std::time::Duration;

    use jiff::tz::TimeZone;

    use crate::model::Coverage;
    use crate::state::{Message, Settings, Size, State};
    use crate::store::Store;
    use crate::store::fixture::{EU1, at, finished, fleet, job, page, report};

    /// A dashboard of three jobs.
    pub(in crate::state) fn state() -> State {
        let settings = Settings {
            refresh: Duration::from_secs(5),
            zone: TimeZone::UTC,
            demo: false,
            read_only: false,
            config_path: String::new(),
            warnings: Vec::new(),
        };
        let mut state = State::new(Store::new(fleet()), settings, Size { width: 120, height: 40 }, at(0));
        let jobs = [job("c", 3, "running"), job("b", 2, "done"), job("a", 1, "done")];
        for event in [page(&jobs), finished(Coverage::Whole)] {
            state.update(Message::Report(report(EU1, 1, 0, event)), at(0));
        }
        state.refresh();
        state
    }
}

#[cfg(test)]
#[path = "palette_tests.rs"]
mod tests;
