//! Where everything goes: a pure function of the screen's size and the fleet, called by drawing and by
//! updating alike, so that "a page down" is the page that is seen.
//!
//! ```text
//! height ≥ 30                         height 16–29                        width < 70 or height < 16
//! ┌ header ────────────────┐          ┌ header ────────────────┐          ┌ header ───────┐
//! │ banners, 1 or 2 lines  │          │ banners                │          │ one banner    │
//! ├ Environments ─┬ Keys ──┤          ├ Environments ─┬ Keys ──┤          │ strip         │
//! │               │        │          │               │        │          ├ Jobs ─────────┤
//! ├ Jobs ─────────┴────────┤          ├ Jobs ─────────┴────────┤          │ column heads  │
//! │ column heads           │          │ column heads           │          │ rows          │
//! │ rows                   │          │ rows                   │          └ hints ────────┘
//! ├ Events ─ height ≥ 50 ──┤          └ hints ─────────────────┘
//! ├────────────────────────┤
//! │ hints                  │
//! └────────────────────────┘
//! ```

mod columns;

use ratatui::layout::Rect;

use crate::model::Fleet;
use crate::store::ColumnSpec;

/// A screen's size in cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Columns of cells.
    pub width: u16,
    /// Rows of cells.
    pub height: u16,
}

/// The smallest screen on which something useful can be drawn.
pub const SMALLEST: Size = Size { width: 40, height: 10 };

/// A column as it is shown.
#[derive(Clone, Copy, Debug)]
pub struct ShownColumn {
    /// Its row of the table of columns.
    pub spec: &'static ColumnSpec,
    /// Its width in cells, without the gap behind it.
    pub width: u16,
}

/// Where everything goes. Rectangles lie inside the frame's side borders; what is not shown is empty.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Layout {
    /// The whole screen.
    pub screen: Rect,
    /// Whether the screen is too small for anything but saying so.
    pub too_small: bool,
    /// The banner strip.
    pub banners: Rect,
    /// Lines for each banner: 1 or 2.
    pub banner_lines: u16,
    /// The rule above the panes; its row, or 0 without panes.
    pub panes_rule: u16,
    /// The environments pane.
    pub environments: Rect,
    /// The keys pane.
    pub keys: Rect,
    /// Whether there is room for statuses and fingerprints in the keys pane.
    pub wide_keys: bool,
    /// One line that stands for both panes on a small screen.
    pub strip: Rect,
    /// The row of the rule above the jobs.
    pub jobs_rule: u16,
    /// The jobs pane, its column heads included.
    pub jobs: Rect,
    /// The row of the rule above the events, or 0 without them.
    pub events_rule: u16,
    /// The events pane.
    pub events: Rect,
    /// The row of the rule above the hints, or 0 where the bottom border carries them.
    pub hints_rule: u16,
    /// The hints.
    pub hints: Rect,
}

/// The width of a name column that holds these names, within bounds.
fn names_width<'a>(names: impl Iterator<Item = &'a str>, least: u16, most: u16) -> u16 {
    let longest = names.map(unicode_width::UnicodeWidthStr::width).max().unwrap_or(0);
    u16::try_from(longest).unwrap_or(most).clamp(least, most)
}

/// The width of environment names in panes and columns.
pub fn environment_width(fleet: &Fleet) -> u16 {
    names_width(fleet.environments.iter().map(|environment| environment.name.as_str()), 3, 12)
}

/// The width of key names in panes and columns.
pub fn key_width(fleet: &Fleet) -> u16 {
    names_width(fleet.keys.iter().map(|key| key.name.as_str()), 4, 12)
}

/// The width that the keys pane needs, with statuses and fingerprints or without.
fn keys_pane_width(fleet: &Fleet, wide: bool) -> u16 {
    let environments = u16::try_from(fleet.environments.len()).unwrap_or(u16::MAX);
    // A name, a space, a mark with `401` behind it where there is room, and a space between cells.
    let cell = environment_width(fleet) + if wide { 6 } else { 3 };
    let name = key_width(fleet) + if wide { 8 } else { 2 };
    environments.saturating_mul(cell).saturating_add(name)
}

/// Below so many cells there are no panes, and a line holds a few words.
const NARROW_LINE: u16 = 70;
/// Below so many cells an overlay is as wide as the screen.
const NARROW: u16 = 140;
/// And from there on so wide.
const BOX: u16 = 124;
/// The least that the environments pane makes do with: name, state, latency, running, age.
const ENVIRONMENTS_LEAST: u16 = 35;

impl Layout {
    /// Lays out a screen of `size` for a fleet with so many banners to show.
    pub fn of(size: Size, fleet: &Fleet, banners: usize) -> Self {
        let screen = Rect::new(0, 0, size.width, size.height);
        if size.width < SMALLEST.width || size.height < SMALLEST.height {
            return Self { screen, too_small: true, ..Self::default() };
        }
        let mut layout = Self { screen, ..Self::default() };
        let inside = |y: u16, height: u16| Rect::new(1, y, size.width - 2, height);
        let small = size.width < NARROW_LINE || size.height < 16;
        let tall = size.height >= 30 && !small;

        // Few banners get a line of advice each; of many it is worth more to see them all.
        let most = if small { 1 } else { (size.height / 8).clamp(2, 8) };
        let banners = u16::try_from(banners).unwrap_or(most);
        layout.banner_lines = if banners.saturating_mul(2) <= most { 2 } else { 1 };
        layout.banners = inside(1, banners.saturating_mul(layout.banner_lines).min(most));
        let mut y = 1 + layout.banners.height;
        if small {
            layout.strip = inside(y, 1);
            y += 1;
        } else {
            layout.panes_rule = y;
            layout.place_panes(fleet, y + 1, size);
            y += 1 + layout.environments.height;
        }
        layout.jobs_rule = y;
        y += 1;
        let mut end = size.height - 1;
        if tall {
            layout.hints = inside(end - 1, 1);
            layout.hints_rule = end - 2;
            end -= 2;
        } else {
            layout.hints = inside(end, 1);
        }
        if size.height >= 50 && !small {
            let lines = size.height / 8;
            layout.events = inside(end - lines, lines);
            layout.events_rule = end - lines - 1;
            end -= lines + 1;
        }
        layout.jobs = inside(y, end.saturating_sub(y));
        layout
    }

    /// The same, with the hints in the bottom border as on a short screen: what they and the rule above them
    /// took goes to the jobs.
    pub(super) fn without_hints_rule(mut self) -> Self {
        if self.hints_rule == 0 {
            return self;
        }
        let gained = 2;
        self.hints_rule = 0;
        self.hints.y = self.screen.height.saturating_sub(1);
        self.jobs.height += gained;
        if self.events_rule > 0 {
            self.events_rule += gained;
            self.events.y += gained;
        }
        self
    }

    fn place_panes(&mut self, fleet: &Fleet, y: u16, size: Size) {
        let lines = fleet.environments.len().max(fleet.keys.len()).max(1);
        let height = u16::try_from(lines).unwrap_or(u16::MAX).min(size.height / 3);
        let width = size.width - 2;
        let wide = keys_pane_width(fleet, true);
        let narrow = keys_pane_width(fleet, false);
        let spare = width.saturating_sub(ENVIRONMENTS_LEAST + 1);
        // Room for jobs and trend is worth more than fingerprints.
        let roomy = width.saturating_sub(wide) > ENVIRONMENTS_LEAST + 12;
        let keys = match () {
            () if wide <= spare && roomy => wide,
            () if narrow <= spare => narrow,
            () => 0,
        };
        self.wide_keys = keys == wide && keys > 0;
        let left = if keys == 0 { width } else { width - keys - 1 };
        self.environments = Rect::new(1, y, left, height);
        if keys > 0 {
            self.keys = Rect::new(1 + left + 1, y, keys, height);
        }
    }

    /// Whether the screen is so narrow that a line holds a few words.
    pub fn is_narrow(&self) -> bool {
        self.screen.width < NARROW_LINE
    }

    /// The cells before the columns of a job: that it is stale, that it is marked, and one that stays blank. On a
    /// narrow screen both have one cell, where a mark goes first.
    pub fn gutter(&self) -> u16 {
        if self.is_narrow() { 2 } else { 3 }
    }

    /// How many job rows are in view.
    pub fn rows(&self) -> u16 {
        self.jobs.height.saturating_sub(1)
    }

    /// Where an overlay lies.
    pub fn overlay(&self) -> Rect {
        let (width, height) = (self.screen.width, self.screen.height);
        if width < NARROW_LINE || height < 16 {
            return self.screen;
        }
        // What would stick out beside a box on a narrow screen is letters without words.
        let own = if width < NARROW { width } else { BOX };
        Rect::new((width - own) / 2, 1, own, height - 2)
    }

    /// Where an overlay lies that is only as tall as its lines, if it has room for them: in the middle.
    pub fn overlay_of(&self, lines: usize) -> Rect {
        let most = self.overlay();
        let height = u16::try_from(lines).unwrap_or(u16::MAX).saturating_add(2).min(most.height);
        Rect { y: most.y + (most.height - height) / 2, height, ..most }
    }

    /// The width of a line in an overlay.
    pub fn overlay_width(&self) -> usize {
        usize::from(self.overlay().width.saturating_sub(4))
    }

    /// How many lines an overlay shows between its borders.
    pub fn overlay_lines(&self) -> u16 {
        self.overlay().height.saturating_sub(2)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::*;
    use crate::model::{Environment, EnvironmentName, KeyLabel, KeyName, KeyValue, Region};
    use crate::state::Columns;
    use crate::store::COLUMNS;

    pub(super) fn fleet(environments: usize, keys: usize) -> Arc<Fleet> {
        let environment = |at: usize| Environment {
            name: EnvironmentName::new(format!("eu{at}")),
            region: Region::new("EU"),
            host: String::new(),
        };
        let key = |at: usize| KeyLabel {
            name: KeyName::new(format!("key{at}")),
            fingerprint: KeyValue::new("k").unwrap().fingerprint(),
            temporary: false,
            expires_at: None,
        };
        Arc::new(Fleet {
            environments: (0..environments).map(environment).collect(),
            keys: (0..keys).map(key).collect(),
            sources: Vec::new(),
        })
    }

    #[test]
    fn the_usual_screens_have_room_for_jobs() {
        for (width, height, banners, least_rows, has_keys) in [
            (40, 10, 0, 5, false),
            (40, 10, 3, 4, false),
            (80, 24, 0, 14, true),
            (80, 24, 3, 11, true),
            (120, 40, 2, 22, true),
            (200, 60, 4, 28, true),
        ] {
            let layout = Layout::of(Size { width, height }, &fleet(5, 2), banners);
            assert!(layout.rows() >= least_rows, "{width}×{height}: {} rows", layout.rows());
            assert_eq!(layout.keys.width > 0, has_keys, "{width}×{height}");
        }
    }

    proptest! {
        #[test]
        fn nothing_lies_outside_the_screen_or_over_another_part(
            width in 0..320_u16, height in 0..100_u16, environments in 0..30_usize, keys in 0..12_usize,
            banners in 0..9_usize,
            chosen in prop::sample::subsequence(COLUMNS.to_vec(), 1..COLUMNS.len()).prop_shuffle(),
            first_width in prop::option::of(3..=200_u16),
            asked in prop::sample::subsequence(COLUMNS.to_vec(), 0..4), realtime in any::<bool>(),
        ) {
            let asked: Vec<_> = asked.iter().map(|spec| spec.column).collect();
            let chosen: Vec<String> = chosen.iter().enumerate().map(|(at, spec)| match first_width {
                Some(width) if at == 0 => format!("{}:{width}", spec.column),
                _ => spec.column.to_string(),
            }).collect();
            let chosen = Columns::parse(chosen.iter().map(String::as_str)).unwrap();
            let fleet = fleet(environments, keys);
            let layout = Layout::of(Size { width, height }, &fleet, banners);
            let layout = if realtime { layout } else { layout.without_hints_rule() };
            let parts =
                [layout.banners, layout.environments, layout.keys, layout.strip, layout.jobs, layout.events, layout.hints];
            for (at, part) in parts.iter().enumerate() {
                prop_assert!(part.right() <= width && part.bottom() <= height, "{part:?}");
                for other in &parts[at + 1..] {
                    prop_assert!(part.intersection(*other).area() == 0, "{part:?} {other:?}");
                }
            }
            let overlay = layout.overlay();
            prop_assert!(overlay.right() <= width && overlay.bottom() <= height);
            for spec in &COLUMNS {
                for chosen in [&Columns::default(), &chosen] {
                    let columns = layout.columns(&fleet, spec.column, chosen, &asked);
                    let used: u16 = columns.iter().map(|column| column.width + 1).sum();
                    prop_assert!(used <= layout.jobs.width.saturating_sub(1), "{used} of {}", layout.jobs.width);
                    let first = chosen.chosen().next().map(|choice| choice.column);
                    let shown = columns.first().map(|shown| shown.spec.column);
                    prop_assert!(layout.too_small || first.is_none() || first == shown, "{first:?} {shown:?}");
                }
            }
            prop_assert!(layout.too_small || layout.rows() >= 3);
        }
    }
}
