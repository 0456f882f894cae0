//! What may lie over the panes, and how far it is scrolled.

use ratatui::layout::Rect;

use super::{Chooser, Comparison, Deletion, View};
use crate::model::{Job, JobKey, SourceId};

/// Something that lies over the panes.
#[derive(Clone, Debug, PartialEq)]
pub enum Overlay {
    /// The help.
    Help(Scroll),
    /// The event list.
    Events(Scroll),
    /// Whether to delete.
    Confirm(Box<Deletion>, Scroll),
    /// Every endpoint's health and every key at every environment.
    Matrix(Scroll),
    /// The realtime hosts.
    Realtime(Scroll),
    /// What the keys' accounts have used.
    Usage(Scroll),
    /// The chooser of columns.
    Columns(Box<Chooser>),
    /// Charts of what was seen.
    Charts(Scroll),
    /// Two jobs side by side.
    Compare(Box<Comparison>, Scroll),
    /// One job.
    Details {
        /// Which.
        key: JobKey,
        /// As it was last listed: it stays readable when the job goes away.
        job: Box<Job>,
        /// Who listed it.
        source: SourceId,
        /// Whether it is still listed.
        listed: bool,
        /// What of it is looked at.
        view: Box<View>,
        /// How far down.
        scroll: Scroll,
    },
}

/// How far something is scrolled, in lines from the top. The state learns from drawing where the end
/// is ([`State::drawn`](super::State::drawn)).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scroll(pub usize);

/// What the state learns of an overlay from its drawing ([`State::drawn`](super::State::drawn)): only drawing
/// knows how many lines a text takes at a width.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Drawn {
    /// The last line to which it can be scrolled.
    pub end: usize,
    /// Where it lies.
    pub area: Rect,
}

impl Overlay {
    /// How far it is scrolled.
    pub fn scroll(&self) -> usize {
        match self {
            Self::Help(scroll)
            | Self::Events(scroll)
            | Self::Confirm(_, scroll)
            | Self::Matrix(scroll)
            | Self::Realtime(scroll)
            | Self::Usage(scroll)
            | Self::Charts(scroll)
            | Self::Compare(_, scroll)
            | Self::Details { scroll, .. } => scroll.0,
            Self::Columns(chooser) => chooser.at,
        }
    }

    /// Scrolls to a line.
    pub(super) fn scroll_to(&mut self, line: usize) {
        match self {
            Self::Help(scroll)
            | Self::Events(scroll)
            | Self::Confirm(_, scroll)
            | Self::Matrix(scroll)
            | Self::Realtime(scroll)
            | Self::Usage(scroll)
            | Self::Charts(scroll)
            | Self::Compare(_, scroll)
            | Self::Details { scroll, .. } => {
                *scroll = Scroll(line);
            }
            Self::Columns(chooser) => chooser.at = line,
        }
    }
}

/// Which lines are in view, for the border: ` 5–20 of 93 `; nothing where all are.
pub fn place(first: usize, height: usize, all: usize) -> String {
    if all <= height {
        return String::new();
    }
    format!(" {}–{} of {all} ", first + 1, (first + height).min(all))
}
