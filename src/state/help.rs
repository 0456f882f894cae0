//! The help: what it is about, what is looked for in it, and what it lies over.

use tui_input::Input;

use super::overlay::Scroll;
use super::{Action, Context, Effect, Overlay, State, Text};

/// What the help is about.
#[derive(Debug, Default)]
pub struct Help {
    from: Option<Context>,
    /// What was over the panes when it was opened, to go back to.
    beneath: Option<Box<Overlay>>,
    input: Input,
    editing: bool,
}

impl Help {
    /// Where one was when it was opened: the keys of there come first.
    pub fn from(&self) -> Context {
        self.from.unwrap_or(Context::Panes)
    }

    /// What is looked for; empty where nothing is.
    pub fn sought(&self) -> &str {
        self.input.value()
    }

    /// The line being edited, if it is.
    pub fn input(&self) -> Option<&Input> {
        self.editing.then_some(&self.input)
    }

    /// Whether a line of the help holds all the words that are looked for. Case does not matter.
    pub fn shows(&self, line: &str) -> bool {
        let line = line.to_lowercase();
        self.sought().to_lowercase().split_whitespace().all(|word| line.contains(word))
    }

    pub(super) fn type_in(&mut self, change: impl FnOnce(&mut Input)) {
        change(&mut self.input);
    }

    /// Whether the usage lies beneath it.
    pub(super) fn is_over_usage(&self) -> bool {
        matches!(self.beneath.as_deref(), Some(Overlay::Usage(_)))
    }

    /// Lets go of the search; says whether there was one.
    pub(super) fn let_go(&mut self) -> bool {
        let sought = self.editing || !self.sought().is_empty();
        self.editing = false;
        self.input = Input::default();
        sought
    }
}

impl State {
    /// Whether what is typed goes to the search of the help.
    pub(super) fn searches_help(&self) -> bool {
        self.help.editing && matches!(self.overlay, Some(Overlay::Help(_)))
    }

    /// What the keys of a line do to the search.
    pub(super) fn search_help(&mut self, action: Action) {
        match action {
            Action::EditFilter => {
                self.help.editing = true;
                self.overlay = Some(Overlay::Help(Scroll::default()));
            }
            Action::KeepFilter => self.help.editing = false,
            Action::EmptyFilter => self.help.input = Input::default(),
            Action::CancelFilter => {
                self.help.let_go();
            }
            // Words of the help are not completed.
            _ => {}
        }
    }

    /// Opens the help over whatever there is; over itself it begins anew.
    pub(super) fn open_help(&mut self) -> Vec<Effect> {
        if matches!(self.overlay, Some(Overlay::Help(_))) {
            self.help.let_go();
            self.overlay = Some(Overlay::Help(Scroll::default()));
            return Vec::new();
        }
        let from = self.context_below();
        let effects = self.stop_fetching();
        let beneath = self.overlay.take().map(Box::new);
        self.help = Help { from: Some(from), beneath, ..Help::default() };
        self.overlay = Some(Overlay::Help(Scroll::default()));
        effects
    }

    /// Lets go of the search, else closes the help and goes back to what it lies over.
    pub(super) fn close_help(&mut self) -> Vec<Effect> {
        if self.help.let_go() {
            self.overlay = Some(Overlay::Help(Scroll::default()));
            return Vec::new();
        }
        self.overlay = std::mem::take(&mut self.help).beneath.map(|beneath| *beneath);
        self.follow_details();
        let effects = self.rewrap();
        if effects.is_empty() { self.look_again() } else { effects }
    }

    /// Calls off a text that is on its way; it is fetched again when somebody looks.
    fn stop_fetching(&mut self) -> Vec<Effect> {
        match &mut self.overlay {
            Some(Overlay::Details { view, .. }) if matches!(view.text, Text::Coming(..)) => {
                view.text = Text::None;
                vec![Effect::StopFetching]
            }
            _ => Vec::new(),
        }
    }
}
