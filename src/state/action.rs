//! The vocabulary of change: what may happen (messages), what a person may want (actions), and what
//! the rim must do about it (effects).

use std::time::Duration;

use crossterm::event::{KeyEvent, MouseEvent};

use super::{Alert, Bundle, Deleted, Size, Victim, WriteOrder};
use crate::model::{
    Document, Failure, JobId, JobKey, KeyId, KeyLabel, Look, Material, Period, Report, SourceId, Usage,
};

/// Something that happened.
#[derive(Clone, Debug)]
pub enum Message {
    /// A poller reports.
    Report(Report),
    /// A host was looked at.
    Look(Look),
    /// A key was pressed.
    Key(KeyEvent),
    /// The mouse did something.
    Mouse(MouseEvent),
    /// Text was pasted.
    Paste(String),
    /// The terminal has a new size.
    Resized(Size),
    /// A second went by.
    Tick,
    /// A key has another value from now on.
    KeyExchanged(KeyId, KeyLabel),
    /// A key could not be fetched again: why, without anything of it.
    KeyNotFetched(KeyId, String),
    /// Something to tell the user in passing.
    Remark(String),
    /// What became of a [`Effect::Fetch`] or [`Effect::Rewrap`] so far; of an older one it is dropped.
    Fetched(u64, Fetched),
    /// What became of one job of an [`Effect::Delete`].
    Deleted(Victim, Deleted),
    /// All of it was tried; or why it ended early.
    DeletionEnded(Result<(), String>),
    /// What became of one job of an [`Effect::SaveAll`].
    SavedOne(JobKey, SaveOrder, Result<u64, NotSaved>),
    /// What became of a [`Effect::Save`].
    Saved(SaveOrder, Result<u64, NotSaved>),
    /// What a source answered to an [`Effect::AskUsage`] of this number; of an older one it is dropped.
    Usage(u64, SourceId, Result<Usage, Failure>),
    /// What became of an [`Effect::Write`]: how many rows, and how many bytes.
    Written(WriteOrder, usize, Result<u64, NotSaved>),
    /// Where a [`Effect::Bundle`] went.
    Bundled(Delivery),
}

/// Something that a person may want. Each is bound to a key in [`BINDINGS`](super::BINDINGS), and has a
/// name for the palette and the configuration, which stays: `open-details`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, strum::IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
#[expect(missing_docs, reason = "the table of bindings says what each does")]
pub enum Action {
    RowDown,
    RowUp,
    PageDown,
    PageUp,
    Top,
    Bottom,
    OpenDetails,
    OpenEvents,
    OpenMatrix,
    OpenRealtime,
    OpenUsage,
    OpenCharts,
    Compare,
    ToggleStuck,
    SaveExpiring,
    Bundle,
    CopyEvent,
    CopyEvents,
    EventSeverity,
    OpenHelp,
    Close,
    EditFilter,
    KeepFilter,
    EmptyFilter,
    CancelFilter,
    Complete,
    NextSuggestion,
    PreviousSuggestion,
    ClearFilter,
    SortNext,
    SortPrevious,
    SortReverse,
    ThenNext,
    ThenReverse,
    OpenColumns,
    ToggleColumn,
    ColumnEarlier,
    ColumnLater,
    NarrowColumn,
    WidenColumn,
    ResetWidth,
    ResetColumns,
    KeepColumns,
    CancelColumns,
    View1,
    View2,
    View3,
    View4,
    View5,
    View6,
    View7,
    View8,
    View9,
    NoView,
    CopyView,
    ToggleFollow,
    ToggleMark,
    MarkRange,
    MarkAll,
    ClearMarks,
    Delete,
    CopyIds,
    CopyUrls,
    CopyCommands,
    SaveMarked,
    NextJob,
    PreviousJob,
    NextTab,
    PreviousTab,
    NextFormat,
    Find,
    FindNext,
    FindPrevious,
    Save,
    Submit,
    EmptyPrompt,
    CancelPrompt,
    RefreshNow,
    ReloadKeys,
    TogglePause,
    NextTheme,
    NextTime,
    DismissBanner,
    RestoreBanners,
    ToggleAlerts,
    TogglePresenter,
    OpenPalette,
    ShortenInterval,
    LengthenInterval,
    ToggleMouse,
    WriteRows,
    WriteScreen,
    StartDemo,
    Redraw,
    Suspend,
    Quit,
}

impl Action {
    /// Its name.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// Whether it takes away what nobody can bring back.
    pub fn is_destructive(self) -> bool {
        self == Self::Delete
    }
}

/// How far a text has come.
#[derive(Clone, Debug)]
pub enum Fetched {
    /// So many bytes are there.
    Bytes(usize),
    /// It is there.
    Here(Document),
    /// It could not be had.
    Failed(Failure),
}

/// What is to be saved, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SaveOrder {
    /// Who is asked for it.
    pub source: SourceId,
    /// The job.
    pub id: JobId,
    /// What of it.
    pub material: Material,
    /// The file, as the user wrote it; `~/` is the home directory.
    pub path: String,
    /// Whether a file that is there may be replaced.
    pub replace: bool,
}

/// Why something was not saved.
#[derive(Clone, Debug)]
pub enum NotSaved {
    /// There is such a file, and nobody said that it may be replaced.
    Exists,
    /// The service did not give it.
    Failed(Failure),
    /// The file cannot be written; why.
    Unwritten(String),
}

/// Where a support bundle went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// The file, or why there is none.
    pub file: Result<String, String>,
    /// What became of the clipboard: a few words to put behind `on the clipboard: `.
    pub clipboard: Result<(), String>,
}

/// Something that the rim must do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Ask every source at once.
    RefreshAll,
    /// Follow a job until it ends.
    Follow(SourceId, JobId),
    /// Follow it no longer.
    LetGo(SourceId, JobId),
    /// Fetch a text, wrapped at a width, and tell of it under a number; in the place of any other.
    Fetch(u64, SourceId, JobId, Material, usize),
    /// Wrap a text at another width.
    Rewrap(u64, Document, usize),
    /// Nobody waits for a text any more.
    StopFetching,
    /// Delete these jobs: the right word was typed.
    Delete(Vec<Victim>),
    /// Put a text on the clipboard; what it is, in a few words.
    Copy(String, String),
    /// Fetch these texts and save them as they are, one after another.
    SaveAll(Vec<(JobKey, SaveOrder)>),
    /// Fetch a text and save it as it is.
    Save(SaveOrder),
    /// Fetch every key again from where it comes.
    ReloadKeys,
    /// Ask these sources what was used in a period, and tell of each under a number.
    AskUsage(u64, Period, Vec<SourceId>),
    /// Nobody waits for that any more.
    StopUsage,
    /// Write a support bundle to a file, and put it on the clipboard.
    Bundle(Bundle),
    /// Put the event that is first in view on the clipboard.
    CopyEvent,
    /// Find what was looked for in the lines of a tab as they are drawn: forwards, or backwards.
    FindInLines(bool),
    /// Hold or resume polling.
    Pause(bool),
    /// Write rows or the screen.
    Write(WriteOrder),
    /// Give an alert.
    Alert(Box<Alert>),
    /// Ask every source so often from now on.
    Interval(Duration),
    /// Have the terminal tell of the mouse, or leave it to the terminal.
    Mouse(bool),
    /// Show the next theme.
    NextTheme,
    /// Clear the screen and draw all of it.
    Redraw,
    /// Give the terminal back to the shell until `fg`.
    Suspend,
    /// Leave, and come back over the embedded sandbox.
    StartDemo,
    /// Leave.
    Quit,
}
