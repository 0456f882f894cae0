//! The one table of keys by default. What holds is a [`Keymap`]: these rows with the keys that the user
//! has for them. Parsing, hints, help and palette read that; the README reads this. There is no second list.

mod group;
mod hints;
mod map;
mod press;
mod remap;
mod table;

pub use group::Group;
pub use hints::{Foot, Hint};
pub use map::{Keymap, Row};
pub use press::{describe_key, is_typed, parse_key};
pub use remap::Misbinding;
pub use table::BINDINGS;

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

    /// What its keys are called as a heading, in the help, the man page and the README.
    pub fn heading(self) -> &'static str {
        match self {
            Self::Always => "Everywhere",
            Self::Panes => "Keys of the panes",
            Self::Overlay => "In details, charts, comparison, events, matrix, usage and help",
            Self::Details => "In a job's details",
            Self::Columns => "In the chooser of columns",
            Self::Filter => "In the filter line",
            Self::Prompt => "Where a line is asked for",
            Self::Palette => "In the palette",
            Self::FirstRun => "Without a key",
        }
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
