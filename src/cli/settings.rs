//! What the dashboard is started with, from the arguments, the configuration and the process's
//! environment.

use color_eyre::Result;
use jiff::tz::TimeZone;

use super::{Program, Wrong};
use crate::config::{self, Config, Looks};
use crate::state::Settings;
use crate::store::query::Query;

impl Program {
    pub(super) fn settings(&self, config: &Config, log: Option<&str>, demo: bool) -> Result<Settings> {
        let zone = self.zone(&config.looks)?;
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
                .chain(self.zone_warning(&config.looks))
                .collect(),
        };
        Ok(settings)
    }

    /// The zone in which times are shown: `--timezone`, else the configuration's, else the system's.
    pub(super) fn zone(&self, looks: &Looks) -> Result<TimeZone> {
        match (self.global.timezone.as_deref(), &looks.timezone) {
            (None, Some(zone)) => Ok(zone.clone()),
            (None | Some("local"), _) => Ok(TimeZone::try_system().unwrap_or(TimeZone::UTC)),
            (Some(name), _) => TimeZone::get(name).map_err(|_| {
                Wrong::with(format!(
                    "--timezone: there is no time zone {name:?}; give an IANA name such as Europe/London, UTC, or local"
                ))
            }),
        }
    }

    fn zone_warning(&self, looks: &Looks) -> Option<String> {
        let local = match self.global.timezone.as_deref() {
            None => looks.timezone.is_none(),
            told => told == Some("local"),
        };
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
}
