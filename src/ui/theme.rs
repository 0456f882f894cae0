//! What looks how. Every style has a role; no pane names a colour. A state always has a glyph and a
//! word, and a colour only on top of them.

use ratatui::style::{Color, Modifier, Style};
use strum::{Display, EnumString, VariantNames};

use crate::model::{EnvironmentState, KeyState, Status};
use crate::store::Severity;

/// The themes by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Display, EnumString, VariantNames)]
#[strum(serialize_all = "lowercase")]
pub enum ThemeName {
    /// For a dark background.
    Dark,
    /// For a light background.
    Light,
    /// No colours at all: bold, dim, underlined and reversed only. What `NO_COLOR` asks for.
    Mono,
    /// As mono, and nothing but ASCII characters.
    Ascii,
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

    /// The glyph of a marked job.
    pub const MARKED: &'static str = "*";

    /// The glyph of one of which something was wanted that failed.
    pub const FAILED: &'static str = "✗";

    /// Behind the state of an environment that is asked through another host than its first.
    pub const ALIAS: &'static str = "⇢";

    /// A theme by name. The greys are from the 256-colour ramp, because what terminals make of "dark
    /// grey" and "dim" is unreadable on some backgrounds; the hues are the terminal's own sixteen, so
    /// that they suit the rest of it.
    pub fn named(name: ThemeName) -> Self {
        let (quiet, border, title, selected) = match name {
            ThemeName::Dark => (245, 240, 252, 237),
            ThemeName::Light => (242, 250, 238, 254),
            ThemeName::Mono => return Self::mono(),
            ThemeName::Ascii => return Self { ascii: true, ..Self::mono() },
        };
        let dark = name == ThemeName::Dark;
        let hue = |dark_hue, light_hue| Style::new().fg(if dark { dark_hue } else { light_hue });
        Self {
            text: Style::new(),
            quiet: Style::new().fg(Color::Indexed(quiet)),
            border: Style::new().fg(Color::Indexed(border)),
            title: Style::new().fg(Color::Indexed(title)).add_modifier(Modifier::BOLD),
            accent: hue(Color::LightCyan, Color::Blue).add_modifier(Modifier::BOLD),
            good: hue(Color::LightGreen, Color::Green),
            active: hue(Color::LightCyan, Color::Cyan),
            warning: hue(Color::LightYellow, Color::Indexed(130)),
            bad: hue(Color::LightRed, Color::Red),
            critical: hue(Color::LightRed, Color::Red).add_modifier(Modifier::BOLD),
            selected: Style::new().bg(Color::Indexed(selected)).add_modifier(Modifier::BOLD),
            stale: Style::new().fg(Color::Indexed(quiet)),
            wrong: hue(Color::LightRed, Color::Red).add_modifier(Modifier::UNDERLINED),
            ascii: false,
        }
    }

    fn mono() -> Self {
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
