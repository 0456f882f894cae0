//! The vocabulary of change: what may happen (messages), what a person may want (actions), and what
//! the rim must do about it (effects).

use crossterm::event::KeyEvent;

use super::{Bundle, Size};
use crate::model::{Failure, JobId, KeyId, KeyLabel, Period, Report, SourceId, Usage};

/// Something that happened.
#[derive(Clone, Debug)]
pub enum Message {
    /// A poller reports.
    Report(Report),
    /// A key was pressed.
    Key(KeyEvent),
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
    /// What a source answered to an [`Effect::AskUsage`] of this number; of an older one it is dropped.
    Usage(u64, SourceId, Result<Usage, Failure>),
    /// Where a [`Effect::Bundle`] went.
    Bundled(Delivery),
}

/// Something that a person may want. Each is bound to a key in [`BINDINGS`](super::BINDINGS).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
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
    OpenUsage,
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
    ClearFilter,
    SortNext,
    SortPrevious,
    SortReverse,
    ToggleFollow,
    RefreshNow,
    ReloadKeys,
    TogglePause,
    DismissBanner,
    RestoreBanners,
    StartDemo,
    Suspend,
    Quit,
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
    /// Fetch every key again from where it comes.
    ReloadKeys,
    /// Ask these sources what was used in a period, and tell of each under a number.
    AskUsage(u64, Period, Vec<SourceId>),
    /// Nobody waits for that any more.
    StopUsage,
    /// Write a support bundle to a file, and put it on the clipboard.
    Bundle(Bundle),
    /// Put a text on the clipboard; what it is, in a few words.
    Copy(String, String),
    /// Put the event that is first in view on the clipboard.
    CopyEvent,
    /// Hold or resume polling.
    Pause(bool),
    /// Give the terminal back to the shell until `fg`.
    Suspend,
    /// Leave, and come back over the embedded sandbox.
    StartDemo,
    /// Leave.
    Quit,
}
