//! In which way times are shown: in one of a few zones, or as how long ago. The walk through them is made
//! at start; which zone is in force stands in the settings, where the query and the counts of a day find it.

use jiff::tz::TimeZone;

use super::State;

/// The ways, and which is in force.
#[derive(Clone, Debug)]
pub struct Times {
    zones: Vec<TimeZone>,
    /// Behind the last zone it is relative.
    at: usize,
}

impl Times {
    /// Local time, UTC, and the zone that was told, where it is another; that one is in force at first.
    pub fn new(local: &TimeZone, told: &TimeZone) -> Self {
        let mut zones: Vec<TimeZone> = Vec::new();
        for zone in [local, &TimeZone::UTC, told] {
            if !zones.iter().any(|known| same(known, zone)) {
                zones.push(zone.clone());
            }
        }
        let at = zones.iter().position(|zone| same(zone, told)).unwrap_or(0);
        Self { zones, at }
    }

    /// Whether times are shown as how long ago they were.
    pub fn are_relative(&self) -> bool {
        self.at >= self.zones.len()
    }

    /// The next way; its zone, if it has one of its own.
    fn step(&mut self) -> Option<TimeZone> {
        self.at = (self.at + 1) % (self.zones.len() + 1);
        self.zones.get(self.at).cloned()
    }
}

/// Zones may have several names; of UTC that matters, as every system calls it otherwise.
fn same(one: &TimeZone, other: &TimeZone) -> bool {
    const UTC: [&str; 4] = ["UTC", "Etc/UTC", "Etc/UCT", "Zulu"];
    let is_utc =
        |zone: &TimeZone| *zone == TimeZone::UTC || zone.iana_name().is_some_and(|name| UTC.contains(&name));
    one == other || (is_utc(one) && is_utc(other))
}

impl State {
    /// Shows times in the next way.
    pub(super) fn next_time(&mut self) {
        let Some(zone) = self.times.step() else {
            return self.remark("relative times".to_owned());
        };
        let now = self.now.to_zoned(zone.clone());
        let name = zone.iana_name().map_or_else(|| now.strftime("%Z").to_string(), str::to_owned);
        self.remark(format!("times in {name}"));
        self.settings.zone = zone;
        // A date in the query is one in the zone that is shown.
        self.filter.read_again(&self.settings.zone);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zone(name: &str) -> TimeZone {
        TimeZone::get(name).unwrap()
    }

    /// The names of the ways, from the first on, once round.
    fn walk(local: &str, told: &str) -> Vec<String> {
        let mut times = Times::new(&zone(local), &zone(told));
        let mut walked = vec![times.zones[times.at].iana_name().unwrap_or("?").to_owned()];
        for _ in 0..times.zones.len() {
            let zone = times.step();
            assert_eq!(zone.is_none(), times.are_relative());
            walked
                .push(zone.map_or("relative".to_owned(), |zone| zone.iana_name().unwrap_or("?").to_owned()));
        }
        walked
    }

    #[test]
    fn the_walk_has_each_way_once_and_begins_with_what_was_told() {
        assert_eq!(walk("Europe/London", "Europe/London"), ["Europe/London", "UTC", "relative"]);
        assert_eq!(walk("Europe/London", "Asia/Tokyo"), ["Asia/Tokyo", "relative", "Europe/London", "UTC"]);
        assert_eq!(walk("Europe/London", "UTC"), ["UTC", "relative", "Europe/London"]);
        assert_eq!(walk("UTC", "Etc/UTC"), ["UTC", "relative"]);
    }
}
