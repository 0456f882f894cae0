//! The one table of keys. Parsing, the hints at the foot of the screen, the help screen and the README
//! all read it; there is no second list.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::Action;

/// Where a binding holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Context {
    /// Everywhere, even while the filter is edited.
    Always,
    /// With the panes in front.
    Panes,
    /// While details, events or help lie over the panes.
    Overlay,
    /// While a job's details lie over the panes: these keys, and then those of [`Context::Overlay`].
    Details,
    /// While the filter line is edited.
    Filter,
    /// While something else is asked for in a line.
    Prompt,
    /// On the screen that is shown when there is no key.
    FirstRun,
}

/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Binding {
    /// Where it holds.
    pub context: Context,
    /// The keys, each as [`describe_key`] writes it.
    pub keys: &'static [&'static str],
    /// What they do.
    pub action: Action,
    /// A word for the foot of the screen; empty where it is not hinted at.
    pub hint: &'static str,
    /// A line for the help.
    pub help: &'static str,
}

const fn bind(
    context: Context,
    keys: &'static [&'static str],
    action: Action,
    hint: &'static str,
    help: &'static str,
) -> Binding {
    Binding { context, keys, action, hint, help }
}

/// Every key that does something. Nothing here destroys: what deletes asks first, and hangs on no letter.
pub const BINDINGS: &[Binding] = &[
    bind(Context::Panes, &["/"], Action::EditFilter, "filter", "filter the jobs"),
    bind(Context::Panes, &["⏎"], Action::OpenDetails, "details", "all that is known of the selected job"),
    bind(Context::Panes, &["j", "↓"], Action::RowDown, "", "next job"),
    bind(Context::Panes, &["k", "↑"], Action::RowUp, "", "previous job"),
    bind(Context::Panes, &["PgDn", "C-f", "C-d"], Action::PageDown, "", "a page down"),
    bind(Context::Panes, &["PgUp", "C-b", "C-u"], Action::PageUp, "", "a page up"),
    bind(Context::Panes, &["g", "Home"], Action::Top, "", "first job"),
    bind(Context::Panes, &["G", "End"], Action::Bottom, "", "last job"),
    bind(Context::Panes, &[">", "."], Action::SortNext, "", "sort by the next column"),
    bind(Context::Panes, &["<", ","], Action::SortPrevious, "sort", "sort by the previous column"),
    bind(Context::Panes, &["o"], Action::SortReverse, "order", "turn the order round"),
    bind(
        Context::Panes,
        &["f"],
        Action::ToggleFollow,
        "follow",
        "follow the selected job, whose end shows at once, or let it go",
    ),
    bind(
        Context::Panes,
        &["Space"],
        Action::ToggleMark,
        "mark",
        "mark the selected job, or take its mark away",
    ),
    bind(Context::Panes, &["v"], Action::MarkRange, "", "mark a range: from here, and with v again to there"),
    bind(Context::Panes, &["*"], Action::MarkAll, "", "mark all that the filter shows"),
    bind(Context::Panes, &["U"], Action::ClearMarks, "", "take all marks away"),
    bind(
        Context::Panes,
        &["Del", "F8"],
        Action::Delete,
        "delete",
        "delete the marked jobs, or the selected one; it asks first",
    ),
    bind(
        Context::Panes,
        &["y"],
        Action::CopyIds,
        "copy",
        "copy the ids of the marked jobs, or of the selected one",
    ),
    bind(Context::Panes, &["u"], Action::CopyUrls, "", "copy their URLs"),
    bind(
        Context::Panes,
        &["Y"],
        Action::CopyCommands,
        "",
        "copy curl commands for them, with the key's variable, not the key",
    ),
    bind(Context::Panes, &["s"], Action::SaveMarked, "save", "save their transcripts into a directory"),
    bind(Context::Panes, &["r", "F5"], Action::RefreshNow, "refresh", "ask every environment now"),
    bind(Context::Panes, &["R"], Action::ReloadKeys, "", "fetch every key again from where it comes"),
    bind(Context::Panes, &["p"], Action::TogglePause, "pause", "pause and resume polling"),
    bind(Context::Panes, &["e"], Action::OpenEvents, "events", "what changed, and when"),
    bind(
        Context::Panes,
        &["m"],
        Action::OpenMatrix,
        "",
        "the matrix: every key at every environment, every endpoint's health",
    ),
    bind(Context::Panes, &["t"], Action::OpenRealtime, "", "the realtime hosts, each rung of each"),
    bind(
        Context::Panes,
        &["$"],
        Action::OpenUsage,
        "",
        "usage: hours and jobs of this month, by key, environment, language and model",
    ),
    bind(
        Context::Panes,
        &["b"],
        Action::Bundle,
        "",
        "bundle what the vendor's support asks for about the selected job, else about the first banner: to a file and the clipboard",
    ),
    bind(
        Context::Panes,
        &["x"],
        Action::DismissBanner,
        "",
        "dismiss the first banner until its cause is gone",
    ),
    bind(Context::Panes, &["X"], Action::RestoreBanners, "", "show dismissed banners again"),
    bind(
        Context::Panes,
        &["w"],
        Action::WriteRows,
        "",
        "write all rows that the filter shows to a file (CSV, JSON, Markdown) or the clipboard",
    ),
    bind(
        Context::Panes,
        &["S"],
        Action::WriteScreen,
        "",
        "write the screen to a file (text, ANSI, SVG) or the clipboard",
    ),
    bind(Context::Panes, &["A"], Action::ToggleAlerts, "", "alerts off, and on again"),
    bind(
        Context::Panes,
        &["P"],
        Action::TogglePresenter,
        "",
        "presenter mode: mask names, titles, references and ids, on the screen and in what is carried away",
    ),
    bind(Context::Panes, &["Esc"], Action::ClearFilter, "", "let go: first the selection, then the filter"),
    bind(Context::Panes, &["?", "F1"], Action::OpenHelp, "help", "this help"),
    bind(Context::Panes, &["q"], Action::Quit, "quit", "quit"),
    bind(Context::Details, &["Tab", "→"], Action::NextTab, "next tab", "the next of the tabs"),
    bind(Context::Details, &["S-Tab", "←"], Action::PreviousTab, "", "the tab before"),
    bind(Context::Details, &["t"], Action::NextFormat, "format", "the transcript as txt, json or srt"),
    bind(Context::Details, &["/"], Action::Find, "find", "find words in the transcript or the log"),
    bind(Context::Details, &["n"], Action::FindNext, "", "the next place where they are"),
    bind(Context::Details, &["N"], Action::FindPrevious, "", "the place before"),
    bind(Context::Details, &["s"], Action::Save, "save", "save the transcript or the log to a file"),
    bind(Context::Overlay, &["Esc", "q", "⏎"], Action::Close, "close", "back to the panes"),
    bind(Context::Overlay, &["j", "↓"], Action::RowDown, "scroll", "a line down"),
    bind(Context::Overlay, &["k", "↑"], Action::RowUp, "", "a line up"),
    bind(Context::Overlay, &["PgDn", "C-f", "C-d", "Space"], Action::PageDown, "", "a page down"),
    bind(Context::Overlay, &["PgUp", "C-b", "C-u"], Action::PageUp, "", "a page up"),
    bind(Context::Overlay, &["g", "Home"], Action::Top, "", "to the top"),
    bind(Context::Overlay, &["G", "End"], Action::Bottom, "", "to the end"),
    bind(Context::Overlay, &["/"], Action::EditFilter, "", "filter the events by words"),
    bind(
        Context::Overlay,
        &["s"],
        Action::EventSeverity,
        "",
        "events: all, warnings and worse, errors and worse",
    ),
    bind(Context::Overlay, &["y"], Action::CopyEvent, "", "events: copy the first one in view"),
    bind(Context::Overlay, &["Y"], Action::CopyEvents, "", "events: copy all that the filter shows"),
    bind(
        Context::Overlay,
        &["b"],
        Action::Bundle,
        "",
        "bundle what the vendor's support asks for about the job that is open, else about the first banner",
    ),
    bind(
        Context::Overlay,
        &["r", "F5"],
        Action::RefreshNow,
        "",
        "usage: ask for it again; elsewhere ask every environment now",
    ),
    bind(Context::Overlay, &["$"], Action::OpenUsage, "", "usage: hours and jobs of this month"),
    bind(Context::Overlay, &["e"], Action::OpenEvents, "", "what changed, and when"),
    bind(
        Context::Overlay,
        &["m"],
        Action::OpenMatrix,
        "",
        "the matrix: every key at every environment, every endpoint's health",
    ),
    bind(Context::Overlay, &["S"], Action::WriteScreen, "", "write the screen to a file or the clipboard"),
    bind(Context::Overlay, &["P"], Action::TogglePresenter, "", "presenter mode, on and off"),
    bind(Context::Overlay, &["?", "F1"], Action::OpenHelp, "help", "this help"),
    bind(Context::Filter, &["⏎"], Action::KeepFilter, "keep", "keep the filter"),
    bind(Context::Filter, &["C-u"], Action::EmptyFilter, "empty", "empty the line"),
    bind(Context::Filter, &["Esc"], Action::CancelFilter, "back", "back to the filter as it was"),
    bind(Context::Prompt, &["⏎"], Action::Submit, "go", "take the line"),
    bind(Context::Prompt, &["C-u"], Action::EmptyPrompt, "empty", "empty the line"),
    bind(Context::Prompt, &["Esc"], Action::CancelPrompt, "back", "back, and nothing is done"),
    bind(Context::FirstRun, &["d"], Action::StartDemo, "demo", "look at the demo"),
    bind(Context::FirstRun, &["q", "Esc"], Action::Quit, "quit", "quit"),
    bind(Context::Always, &["C-z"], Action::Suspend, "", "suspend; fg comes back"),
    bind(Context::Always, &["C-c"], Action::Quit, "", "quit"),
];

/// What a key press means in a context.
pub fn lookup(context: Context, event: KeyEvent) -> Option<Action> {
    let key = describe_key(event)?;
    BINDINGS
        .iter()
        .filter(|binding| context.reaches(binding.context))
        .find(|binding| binding.keys.contains(&key.as_str()))
        .map(|binding| binding.action)
}

impl Context {
    /// Whether the keys of another context hold in this one.
    pub fn reaches(self, other: Self) -> bool {
        other == self || other == Self::Always || (self == Self::Details && other == Self::Overlay)
    }
}

/// A key press in the words of the table: `j`, `G`, `C-d`, `PgDn`, `⏎`. `None` for keys that nothing is
/// ever bound to.
pub fn describe_key(event: KeyEvent) -> Option<String> {
    let control = if event.modifiers.contains(KeyModifiers::CONTROL) { "C-" } else { "" };
    let alt = if event.modifiers.contains(KeyModifiers::ALT) { "M-" } else { "" };
    let name = match event.code {
        KeyCode::Char(' ') => "Space".to_owned(),
        KeyCode::Char(char) if !control.is_empty() => char.to_ascii_lowercase().to_string(),
        KeyCode::Char(char) => char.to_string(),
        KeyCode::Enter => "⏎".to_owned(),
        KeyCode::Esc => "Esc".to_owned(),
        KeyCode::Up => "↑".to_owned(),
        KeyCode::Down => "↓".to_owned(),
        KeyCode::Left => "←".to_owned(),
        KeyCode::Right => "→".to_owned(),
        KeyCode::Tab => "Tab".to_owned(),
        KeyCode::BackTab => "S-Tab".to_owned(),
        KeyCode::PageUp => "PgUp".to_owned(),
        KeyCode::PageDown => "PgDn".to_owned(),
        KeyCode::Home => "Home".to_owned(),
        KeyCode::End => "End".to_owned(),
        KeyCode::Delete => "Del".to_owned(),
        KeyCode::F(number) => format!("F{number}"),
        _ => return None,
    };
    Some(format!("{control}{alt}{name}"))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_key_means_two_things_in_one_context() {
        let mut seen = HashSet::new();
        for binding in BINDINGS {
            assert!(!binding.keys.is_empty() && !binding.help.is_empty());
            for key in binding.keys {
                assert!(seen.insert((binding.context, *key)), "{key} twice in {:?}", binding.context);
            }
        }
        for (context, key) in &seen {
            // Details have keys of their own in the place of some that hold over the panes.
            let shadowed = |other: Context| *context == Context::Details && other == Context::Overlay;
            let elsewhere = seen
                .iter()
                .filter(|(other, same)| same == key && context.reaches(*other) && !shadowed(*other));
            assert_eq!(elsewhere.count(), 1, "{key} means two things in {context:?}");
        }
    }

    #[test]
    fn key_presses_find_their_action() {
        let press = |code, modifiers| lookup(Context::Panes, KeyEvent::new(code, modifiers));
        assert_eq!(press(KeyCode::Char('j'), KeyModifiers::NONE), Some(Action::RowDown));
        assert_eq!(press(KeyCode::Char('G'), KeyModifiers::SHIFT), Some(Action::Bottom));
        assert_eq!(
            press(KeyCode::Char('D'), KeyModifiers::CONTROL | KeyModifiers::SHIFT),
            Some(Action::PageDown)
        );
        assert_eq!(press(KeyCode::Char('c'), KeyModifiers::CONTROL), Some(Action::Quit));
        assert_eq!(press(KeyCode::Char('j'), KeyModifiers::ALT), None);
        assert_eq!(press(KeyCode::Esc, KeyModifiers::NONE), Some(Action::ClearFilter));
        assert_eq!(press(KeyCode::CapsLock, KeyModifiers::NONE), None);
    }
}
