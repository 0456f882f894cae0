//! What the dashboard is started with, from the arguments, the configuration and the process's
//! environment.

use color_eyre::Result;
use jiff::tz::TimeZone;

use super::{Program, Wrong};
use crate::config::{self, Config};
use crate::state::Settings;
use crate::store::query::Query;
use crate::ui::{Theme, ThemeName};

impl Program {
    pub(super) fn settings(&self, config: &Config, log: Option<&str>, demo: bool) -> Result<Settings> {
        let zone = self.zone()?;
        self.query(&zone)?;
        let path = config::path(&self.request(), &self.surroundings);
        let settings = Settings {
            refresh: config.refresh,
            zone,
            demo,
            read_only: self.global.read_only,
            config_path: path.display().to_string(),
            warnings: config
                .warnings
                .iter()
                .cloned()
                .chain(log.map(str::to_owned))
                .chain(self.zone_warning())
                .collect(),
        };
        Ok(settings)
    }

    pub(super) fn zone(&self) -> Result<TimeZone> {
        match self.global.timezone.as_deref() {
            None | Some("local") => Ok(TimeZone::try_system().unwrap_or(TimeZone::UTC)),
            Some(name) => TimeZone::get(name).map_err(|_| {
                Wrong::with(format!(
                    "--timezone: there is no time zone {name:?}; give an IANA name such as Europe/London, UTC, or local"
                ))
            }),
        }
    }

    fn zone_warning(&self) -> Option<String> {
        let local = matches!(self.global.timezone.as_deref(), None | Some("local"));
        let unknown = local && TimeZone::try_system().is_err();
        unknown.then(|| {
            "this system's time zone is unknown (see TZ), so times are shown in UTC; --timezone sets one"
                .to_owned()
        })
    }

    /// The filter of the command line; empty where there is none.
    pub(super) fn filter(&self) -> &str {
        self.global.filter.as_deref().unwrap_or_default()
    }

    pub(super) fn query(&self, zone: &TimeZone) -> Result<Query> {
        let text = self.filter();
        Query::parse(text, zone).map_err(|error| Wrong::with(format!("--filter:\n{}", error.pointed(text))))
    }

    /// `NO_COLOR` (set and not empty) goes before everything; then `--theme`; then what the terminal
    /// says of its background in `COLORFGBG`, which many set and tmux passes on.
    pub(super) fn theme(&self) -> Theme {
        let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
        let light = || {
            let colours = set("COLORFGBG")?.into_string().ok()?;
            matches!(colours.rsplit(';').next()?, "7" | "15").then_some(ThemeName::Light)
        };
        let name = match (set("NO_COLOR"), self.global.theme) {
            (_, Some(ThemeName::Ascii)) => ThemeName::Ascii,
            (Some(_), _) => ThemeName::Mono,
            (None, Some(name)) => name,
            (None, None) => light().unwrap_or(ThemeName::Dark),
        };
        Theme::named(name)
    }
}
