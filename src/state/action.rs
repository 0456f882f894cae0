//! The vocabulary of change: what may happen (messages), what a person may want (actions), and what
//! the rim must do about it (effects).

use crossterm::event::KeyEvent;

use super::Size;
use crate::model::{JobId, KeyId, KeyLabel, Look, Report, SourceId};

/// Something that happened.
#[derive(Clone, Debug)]
pub enum Message {
    /// A poller reports.
    Report(Report),
    /// A host was looked at.
    Look(Look),
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
    OpenRealtime,
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
    /// Hold or resume polling.
    Pause(bool),
    /// Give the terminal back to the shell until `fg`.
    Suspend,
    /// Leave, and come back over the embedded sandbox.
    StartDemo,
    /// Leave.
    Quit,
}
