//! The one table of keys by default. What holds is a [`Keymap`]: these rows with the keys that the user
//! has for them. Parsing, hints, help and palette read that; the README reads this. There is no second list.

mod hints;
mod map;
mod press;
mod remap;

pub use hints::Hint;
pub use map::{Keymap, Row};
pub use press::{describe_key, is_typed, parse_key};
pub use remap::Misbinding;

use super::Action;

/// Where a binding holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, strum::EnumIter, strum::IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum Context {
    /// Everywhere, even while the filter is edited.
    Always,
    /// With the panes in front.
    Panes,
    /// While details, events or help lie over the panes.
    Overlay,
    /// While a job's details lie over the panes: these keys, and then those of [`Context::Overlay`].
    Details,
    /// While the chooser of columns lies over the panes.
    Columns,
    /// While the filter line is edited.
    Filter,
    /// While something else is asked for in a line.
    Prompt,
    /// While an action is looked for by its name.
    Palette,
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
        &["]"],
        Action::ThenNext,
        "",
        "sort by another column within the first; behind the last by none",
    ),
    bind(Context::Panes, &["["], Action::ThenReverse, "", "turn the order of that second column round"),
    bind(Context::Panes, &["c"], Action::OpenColumns, "", "choose columns: which, in which order, how wide"),
    bind(Context::Panes, &["1"], Action::View1, "", "the first of the views"),
    bind(Context::Panes, &["2"], Action::View2, "", "the second of the views"),
    bind(Context::Panes, &["3"], Action::View3, "", "the third of the views"),
    bind(Context::Panes, &["4"], Action::View4, "", "the fourth of the views"),
    bind(Context::Panes, &["5"], Action::View5, "", "the fifth of the views"),
    bind(Context::Panes, &["6"], Action::View6, "", "the sixth of the views"),
    bind(Context::Panes, &["7"], Action::View7, "", "the seventh of the views"),
    bind(Context::Panes, &["8"], Action::View8, "", "the eighth of the views"),
    bind(Context::Panes, &["9"], Action::View9, "", "the ninth of the views"),
    bind(Context::Panes, &["0"], Action::NoView, "", "no view: back to what there was without one"),
    bind(
        Context::Panes,
        &["W"],
        Action::CopyView,
        "",
        "copy what is shown now as a view: [[views]], for the configuration",
    ),
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
    bind(
        Context::Panes,
        &["v"],
        Action::MarkRange,
        "",
        "mark a range: from here, and the second time to there",
    ),
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
    bind(
        Context::Panes,
        &["E"],
        Action::SaveExpiring,
        "",
        "save the transcripts of all done jobs of the filter that expire within a day and are not saved",
    ),
    bind(Context::Panes, &["r", "F5"], Action::RefreshNow, "refresh", "ask every environment now"),
    bind(Context::Panes, &["R"], Action::ReloadKeys, "", "fetch every key again from where it comes"),
    bind(Context::Panes, &["p"], Action::TogglePause, "pause", "pause and resume polling"),
    bind(
        Context::Panes,
        &["T"],
        Action::NextTheme,
        "",
        "the next theme: dark, light, colour-blind, contrast, mono, ascii",
    ),
    bind(
        Context::Panes,
        &["z"],
        Action::NextTime,
        "",
        "show times in the next way: local, UTC, the zone that was told, relative",
    ),
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
        &["h"],
        Action::OpenCharts,
        "",
        "charts: jobs by hour, turnaround, backlog, latency",
    ),
    bind(
        Context::Panes,
        &["!"],
        Action::ToggleStuck,
        "",
        "show stuck jobs alone, those that run for far longer than is usual where they are; or all again",
    ),
    bind(Context::Panes, &["="], Action::Compare, "", "compare the two marked jobs"),
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
    bind(
        Context::Panes,
        &["Esc"],
        Action::ClearFilter,
        "",
        "let go: first the selection, then the view, then the filter",
    ),
    bind(Context::Panes, &[":"], Action::OpenPalette, "commands", "every action by its name"),
    bind(Context::Panes, &["+"], Action::ShortenInterval, "", "ask more often: down to every second"),
    bind(Context::Panes, &["-"], Action::LengthenInterval, "", "ask less often: up to every 5 minutes"),
    bind(
        Context::Panes,
        &["M"],
        Action::ToggleMouse,
        "",
        "the mouse off, so that the terminal selects text again, or on",
    ),
    bind(Context::Panes, &["?", "F1"], Action::OpenHelp, "help", "this help"),
    bind(Context::Panes, &["q"], Action::Quit, "quit", "quit"),
    bind(Context::Details, &["Tab", "→"], Action::NextTab, "next tab", "the next of the tabs"),
    bind(Context::Details, &["S-Tab", "←"], Action::PreviousTab, "", "the tab before"),
    bind(Context::Details, &["t"], Action::NextFormat, "format", "the transcript as txt, json or srt"),
    bind(Context::Details, &["/"], Action::Find, "find", "find words in the transcript or the log"),
    bind(Context::Details, &["n"], Action::FindNext, "", "the next place where they are"),
    bind(Context::Details, &["N"], Action::FindPrevious, "", "the place before"),
    bind(Context::Details, &["s"], Action::Save, "save", "save the transcript or the log to a file"),
    bind(
        Context::Details,
        &["f"],
        Action::ToggleFollow,
        "follow",
        "follow this job, whose end shows at once, or let it go",
    ),
    bind(Context::Details, &["y"], Action::CopyIds, "copy", "copy its id"),
    bind(Context::Details, &["u"], Action::CopyUrls, "", "copy its URL"),
    bind(
        Context::Details,
        &["Y"],
        Action::CopyCommands,
        "",
        "copy a curl command for it, with the key's variable, not the key",
    ),
    bind(Context::Details, &["Del", "F8"], Action::Delete, "delete", "delete this job; it asks first"),
    bind(Context::Overlay, &["Esc", "q", "⏎"], Action::Close, "close", "back to where you were"),
    bind(Context::Overlay, &["j", "↓"], Action::RowDown, "scroll", "a line down"),
    bind(Context::Overlay, &["k", "↑"], Action::RowUp, "", "a line up"),
    bind(Context::Overlay, &["PgDn", "C-f", "C-d", "Space"], Action::PageDown, "", "a page down"),
    bind(Context::Overlay, &["PgUp", "C-b", "C-u"], Action::PageUp, "", "a page up"),
    bind(Context::Overlay, &["g", "Home"], Action::Top, "", "to the top"),
    bind(Context::Overlay, &["G", "End"], Action::Bottom, "", "to the end"),
    bind(Context::Overlay, &["/"], Action::EditFilter, "", "events: filter them by words; help: search it"),
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
    bind(Context::Overlay, &["Tab", "→"], Action::NextTab, "", "charts: the next one"),
    bind(Context::Overlay, &["S-Tab", "←"], Action::PreviousTab, "", "charts: the one before"),
    bind(Context::Overlay, &["t"], Action::NextFormat, "", "charts: of a day, two days or a week"),
    bind(Context::Overlay, &["="], Action::Compare, "", "compared jobs: only what differs, or all"),
    bind(Context::Overlay, &["$"], Action::OpenUsage, "", "usage: hours and jobs of this month"),
    bind(Context::Overlay, &["e"], Action::OpenEvents, "", "what changed, and when"),
    bind(
        Context::Overlay,
        &["m"],
        Action::OpenMatrix,
        "",
        "the matrix: every key at every environment, every endpoint's health",
    ),
    bind(Context::Overlay, &[":"], Action::OpenPalette, "commands", "every action by its name"),
    bind(Context::Overlay, &["M"], Action::ToggleMouse, "", "the mouse off or on"),
    bind(Context::Overlay, &["S"], Action::WriteScreen, "", "write the screen to a file or the clipboard"),
    bind(Context::Overlay, &["P"], Action::TogglePresenter, "", "presenter mode, on and off"),
    bind(Context::Overlay, &["?", "F1"], Action::OpenHelp, "help", "this help"),
    bind(Context::Columns, &["Space"], Action::ToggleColumn, "show or hide", "show the column, or hide it"),
    bind(Context::Columns, &["K"], Action::ColumnEarlier, "earlier", "move it to the left"),
    bind(Context::Columns, &["J"], Action::ColumnLater, "later", "move it to the right"),
    bind(Context::Columns, &["←", "<", "h"], Action::NarrowColumn, "narrower", "make it narrower"),
    bind(Context::Columns, &["→", ">", "l"], Action::WidenColumn, "wider", "make it wider"),
    bind(Context::Columns, &["="], Action::ResetWidth, "", "give it the width that its content needs"),
    bind(
        Context::Columns,
        &["a"],
        Action::ResetColumns,
        "automatic",
        "all columns as the screen has room for",
    ),
    bind(Context::Columns, &["j", "↓"], Action::RowDown, "", "next column"),
    bind(Context::Columns, &["k", "↑"], Action::RowUp, "", "previous column"),
    bind(Context::Columns, &["g", "Home"], Action::Top, "", "first column"),
    bind(Context::Columns, &["G", "End"], Action::Bottom, "", "last column"),
    bind(Context::Columns, &["⏎"], Action::KeepColumns, "keep", "keep the columns as they are now"),
    bind(Context::Columns, &["Esc", "q"], Action::CancelColumns, "back", "back to the columns as they were"),
    bind(
        Context::Filter,
        &["⏎"],
        Action::KeepFilter,
        "keep",
        "keep the filter; where a suggestion is chosen, take that",
    ),
    bind(
        Context::Filter,
        &["Tab"],
        Action::Complete,
        "complete",
        "take the chosen suggestion, or the first; where there is none in sight, show what may follow",
    ),
    bind(Context::Filter, &["↓", "C-n"], Action::NextSuggestion, "", "the next suggestion"),
    bind(
        Context::Filter,
        &["↑", "C-p"],
        Action::PreviousSuggestion,
        "",
        "the suggestion before; on an empty line an earlier filter",
    ),
    bind(Context::Filter, &["C-u"], Action::EmptyFilter, "empty", "empty the line"),
    bind(Context::Filter, &["Esc"], Action::CancelFilter, "back", "back to the filter as it was"),
    bind(Context::Prompt, &["⏎"], Action::Submit, "go", "take the line"),
    bind(
        Context::Prompt,
        &["Tab"],
        Action::NextFormat,
        "format",
        "where transcripts are saved: as txt, json or srt",
    ),
    bind(Context::Prompt, &["C-u"], Action::EmptyPrompt, "empty", "empty the line"),
    bind(Context::Prompt, &["Esc"], Action::CancelPrompt, "back", "back, and nothing is done"),
    bind(Context::Prompt, &["PgDn"], Action::PageDown, "", "a page of what lies behind down"),
    bind(Context::Prompt, &["PgUp"], Action::PageUp, "", "a page of it up"),
    bind(Context::Palette, &["⏎"], Action::Submit, "do it", "do what is chosen"),
    bind(Context::Palette, &["↓", "C-n"], Action::RowDown, "choose", "the next action"),
    bind(Context::Palette, &["↑", "C-p"], Action::RowUp, "", "the action before"),
    bind(Context::Palette, &["PgDn"], Action::PageDown, "", "a page of actions down"),
    bind(Context::Palette, &["PgUp"], Action::PageUp, "", "a page of actions up"),
    bind(Context::Palette, &["C-u"], Action::EmptyPrompt, "empty", "empty the line"),
    bind(Context::Palette, &["Esc"], Action::CancelPrompt, "back", "back, and nothing is done"),
    bind(Context::FirstRun, &[":"], Action::OpenPalette, "", "every action by its name"),
    bind(Context::FirstRun, &["d"], Action::StartDemo, "demo", "look at the demo"),
    bind(Context::FirstRun, &["q", "Esc"], Action::Quit, "quit", "quit"),
    bind(Context::Always, &["C-z"], Action::Suspend, "", "suspend; fg comes back"),
    bind(Context::Always, &["C-c"], Action::Quit, "", "quit"),
];

impl Context {
    /// Whether the keys of another context hold in this one.
    pub fn reaches(self, other: Self) -> bool {
        other == self || other == Self::Always || (self == Self::Details && other == Self::Overlay)
    }

    /// Whether one types there, or may be typing: no letter can be a key.
    pub fn is_typed_in(self) -> bool {
        matches!(self, Self::Always | Self::Filter | Self::Prompt | Self::Palette)
    }

    /// How the configuration calls it: `first-run`.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// Where that is, in a sentence.
    pub fn place(self) -> &'static str {
        match self {
            Self::Always => "everywhere",
            Self::Panes => "in the panes",
            Self::Overlay => "over the panes",
            Self::Details => "in a job's details",
            Self::Columns => "in the chooser of columns",
            Self::Filter => "while a filter is edited",
            Self::Prompt => "where a line is asked for",
            Self::Palette => "in the palette",
            Self::FirstRun => "on the first screen",
        }
    }
}

#[cfg(test)]
mod tests;
