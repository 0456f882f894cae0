//! The charts: which of them is looked at, and how far back.

use strum::{Display, EnumIter, IntoEnumIterator};

use super::overlay::Scroll;
use super::{Effect, Overlay, State};

/// One chart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Display, EnumIter)]
#[strum(serialize_all = "lowercase")]
#[expect(missing_docs, reason = "each is what its word says")]
pub enum Chart {
    #[default]
    #[strum(serialize = "jobs by hour")]
    Hours,
    Turnaround,
    Backlog,
    Latency,
}

/// How far back a chart goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Display, EnumIter)]
#[expect(missing_docs, reason = "each is what its word says")]
pub enum Period {
    #[default]
    #[strum(serialize = "24 h")]
    Day,
    #[strum(serialize = "48 h")]
    TwoDays,
    #[strum(serialize = "7 d")]
    Week,
}

impl Period {
    /// In hours.
    pub const fn hours(self) -> usize {
        match self {
            Self::Day => 24,
            Self::TwoDays => 48,
            Self::Week => 168,
        }
    }
}

/// What is looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Charts {
    /// The chart.
    pub chart: Chart,
    /// How far back the jobs by hour go.
    pub period: Period,
}

fn next<T: PartialEq + IntoEnumIterator + Default>(now: &T, forwards: bool) -> T {
    let at = T::iter().position(|other| other == *now).unwrap_or(0);
    let count = T::iter().count();
    let next = if forwards { at + 1 } else { at + count - 1 };
    T::iter().nth(next % count.max(1)).unwrap_or_default()
}

impl State {
    /// Opens the charts where they were left.
    pub(super) fn open_charts(&mut self) -> Vec<Effect> {
        self.lay_over(Overlay::Charts(Scroll::default()))
    }

    /// Goes on to another chart, while they are open.
    pub(super) fn turn_chart(&mut self, forwards: bool) {
        if let Some(Overlay::Charts(scroll)) = &mut self.overlay {
            *scroll = Scroll::default();
            self.charts.chart = next(&self.charts.chart, forwards);
        }
    }

    /// Looks further back, or less far again, while the charts are open.
    pub(super) fn turn_period(&mut self) {
        if let Some(Overlay::Charts(scroll)) = &mut self.overlay {
            *scroll = Scroll::default();
            self.charts.period = next(&self.charts.period, true);
        }
    }
}
