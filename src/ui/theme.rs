//! What looks how. Every style has a role; no pane names a colour. A state always has a glyph and a
//! word, and a colour only on top of them.
//!
//! A theme is made of a name, the ground that it stands on and how many colours there are: `palette` says
//! which colour each role has, `depth` brings it down to what the terminal shows, `rgb` measures.

mod depth;
mod palette;
pub(crate) mod rgb;
#[cfg(test)]
mod tests;

use ratatui::style::{Color, Modifier, Style};
use strum::VariantArray;

use crate::model::{Colours, EnvironmentState, KeyState, Status, ThemeName};
use crate::store::Severity;
use depth::{Ink, indexed};
use palette::Palette;
use rgb::Rgb;

/// What the terminal draws on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ground {
    /// Light text on dark, as most terminals.
    #[default]
    Dark,
    /// Dark text on light.
    Light,
}

impl Ground {
    /// Of a background, each part from 0 to 255: light is what black can be read on better than white.
    pub fn of_background(red: u8, green: u8, blue: u8) -> Self {
        let background = Rgb::new(red, green, blue);
        let (black, white) = (Rgb::new(0, 0, 0), Rgb::new(255, 255, 255));
        if background.contrast(black) > background.contrast(white) { Self::Light } else { Self::Dark }
    }

    /// The theme that is made for it.
    pub fn theme(self) -> ThemeName {
        match self {
            Self::Dark => ThemeName::Dark,
            Self::Light => ThemeName::Light,
        }
    }
}

/// Styles by role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Theme {
    /// Ordinary text.
    pub text: Style,
    /// What may be overlooked: labels, units, ids.
    pub quiet: Style,
    /// Lines between panes.
    pub border: Style,
    /// Titles in those lines.
    pub title: Style,
    /// The program's name, keys in hints, the sort mark.
    pub accent: Style,
    /// Well.
    pub good: Style,
    /// Under way.
    pub active: Style,
    /// Off.
    pub warning: Style,
    /// Wrong.
    pub bad: Style,
    /// Wrong, and somebody must act.
    pub critical: Style,
    /// Laid over the selected row.
    pub selected: Style,
    /// Laid over rows whose source no longer answers.
    pub stale: Style,
    /// Marks where a text is wrong.
    pub wrong: Style,
    /// Whether nothing but ASCII characters may be drawn.
    pub ascii: bool,
    name: ThemeName,
    ground: Ground,
    depth: Colours,
}

impl Theme {
    /// The glyph of a job that is followed, in the place of its status's own.
    pub const FOLLOWED: &'static str = "◎";

    /// The style of somebody who speaks in a transcript, by the service's label (`S1`, `S2`, …; `UU` is
    /// nobody known). The label stands above what is said, so that the colour only helps.
    pub fn speaker(&self, label: &str) -> Style {
        let voices = [self.active, self.good, self.warning, self.title];
        let number: usize =
            label.trim_start_matches(|char: char| !char.is_ascii_digit()).parse().unwrap_or(0);
        let voice = number.checked_sub(1).and_then(|number| voices.get(number % voices.len()));
        voice.copied().unwrap_or(self.text)
    }

    /// The glyph of a job that is stuck, in the place of its status's own.
    pub const STUCK: &'static str = "◷";

    /// Before the time that is left of a job whose transcript is about to be lost.
    pub const LOSING: &'static str = "!";

    /// And of one whose transcript was saved.
    pub const SAVED: &'static str = "↧";

    /// Before what is stale: its environment does not answer with jobs now.
    pub const STALE: &'static str = "◌";

    /// The glyph of a marked job.
    pub const MARKED: &'static str = "*";

    /// The glyph of one of which something was wanted that failed.
    pub const FAILED: &'static str = "✗";

    /// Behind the state of an environment that is asked through another host than its first.
    pub const ALIAS: &'static str = "⇢";

    /// A theme in all colours, on the ground that most terminals have where it does not say one itself.
    pub fn named(name: ThemeName) -> Self {
        Self::new(name, Ground::default(), Colours::True)
    }

    /// A theme by name, for a ground and for as many colours as there are. `dark` and `light` bring their
    /// own ground. Without colours every theme is mono, but for `ascii`.
    pub fn new(name: ThemeName, ground: Ground, depth: Colours) -> Self {
        let bare = Self { name, ground, depth, ascii: name == ThemeName::Ascii, ..Self::mono(name) };
        let Some(palette) = Palette::of(name, ground).filter(|_| depth != Colours::None) else {
            return bare;
        };
        let text = |ink: Ink| ink.text(depth);
        Self {
            text: palette.text.map_or(Style::new(), text),
            quiet: text(palette.quiet),
            border: text(palette.border),
            title: text(palette.title).add_modifier(Modifier::BOLD),
            accent: text(palette.accent).add_modifier(Modifier::BOLD),
            good: text(palette.good),
            active: text(palette.active),
            warning: text(palette.warning),
            bad: text(palette.bad),
            critical: text(palette.bad).add_modifier(Modifier::BOLD),
            selected: selected(&palette, depth),
            stale: text(palette.quiet),
            wrong: text(palette.bad).add_modifier(Modifier::UNDERLINED),
            ..bare
        }
    }

    /// Its name.
    pub fn name(&self) -> ThemeName {
        self.name
    }

    /// The next theme, round and round: of those that differ where there are no colours.
    #[must_use]
    pub fn next(&self) -> Self {
        let all = ThemeName::VARIANTS.iter().copied();
        let differs = |name: &ThemeName| {
            self.depth != Colours::None || matches!(name, ThemeName::Mono | ThemeName::Ascii)
        };
        let round = all.clone().chain(all).filter(differs);
        let next = round.skip_while(|name| *name != self.name).nth(1);
        Self::new(next.unwrap_or(ThemeName::Mono), self.ground, self.depth)
    }

    fn mono(name: ThemeName) -> Self {
        let plain = Style::new();
        let bold = plain.add_modifier(Modifier::BOLD);
        let dim = plain.add_modifier(Modifier::DIM);
        Self {
            text: plain,
            quiet: dim,
            border: dim,
            title: bold,
            accent: bold,
            good: plain,
            active: plain,
            warning: bold,
            bad: bold,
            critical: bold,
            selected: plain.add_modifier(Modifier::REVERSED),
            stale: dim,
            wrong: bold.add_modifier(Modifier::UNDERLINED),
            ascii: false,
            name,
            ground: Ground::default(),
            depth: Colours::None,
        }
    }

    /// Glyph, word and style of an environment's state.
    pub fn environment(&self, state: EnvironmentState) -> (&'static str, &'static str, Style) {
        match state {
            EnvironmentState::Up => ("●", "up", self.good),
            EnvironmentState::Slow => ("◐", "slow", self.warning),
            EnvironmentState::Degraded => ("◑", "degraded", self.warning),
            EnvironmentState::Down => ("✖", "down", self.critical),
            EnvironmentState::Unknown => ("○", "asking", self.quiet),
        }
    }

    /// Glyph and style of a key's state.
    pub fn key(&self, state: KeyState) -> (&'static str, Style) {
        match state {
            KeyState::Unchecked => ("…", self.quiet),
            KeyState::Accepted => ("✔", self.good),
            KeyState::Rejected => ("✖", self.bad),
            KeyState::Forbidden => ("⊘", self.bad),
            KeyState::Expired => ("∅", self.bad),
            KeyState::Limited => ("≋", self.warning),
            KeyState::Unreachable => ("?", self.warning),
        }
    }

    /// Glyph and style of a job's status; the status's own word goes with it. `with_errors`: whether the
    /// job has any.
    pub fn job(&self, status: &Status, with_errors: bool) -> (&'static str, Style) {
        match status {
            Status::Running => ("▸", self.active),
            Status::Done if with_errors => ("!", self.warning),
            Status::Done => ("✔", self.good),
            Status::Rejected => ("✖", self.bad),
            Status::Deleted => ("–", self.quiet),
            Status::Expired => ("∅", self.quiet),
            Status::Other(_) if status.is_active() => ("▹", self.active),
            Status::Other(_) => ("·", self.quiet),
        }
    }

    /// Glyph and style of a severity.
    pub fn severity(&self, severity: Severity) -> (&'static str, Style) {
        match severity {
            Severity::Critical => ("✖", self.critical),
            Severity::Error => ("✖", self.bad),
            Severity::Warning => ("!", self.warning),
            Severity::Info => ("·", self.quiet),
        }
    }
}

/// The selected row. Of the terminal's own sixteen nobody knows which can be read on which: there it is
/// turned round, whole, so that it is as legible as ordinary text.
fn selected(palette: &Palette, depth: Colours) -> Style {
    let bold = Style::new().add_modifier(Modifier::BOLD);
    if depth == Colours::Sixteen {
        return bold.fg(Color::Reset).bg(Color::Reset).add_modifier(Modifier::REVERSED);
    }
    let ground = palette.selection.at(depth).map_or(bold, |color| bold.bg(color));
    palette.selected.and_then(|ink| ink.at(depth)).map_or(ground, |color| ground.fg(color))
}

/// One of the 256 in 24 bits, but for the first sixteen, which are the user's own.
pub(super) fn of_index(index: u8) -> Option<[u8; 3]> {
    indexed(index).map(Rgb::parts)
}
