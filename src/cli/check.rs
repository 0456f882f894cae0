//! What `voxtop config check` prints.

use crate::config::Config;

/// What `config check` says of a configuration that is right.
pub(super) fn summary(config: &Config) -> String {
    let fleet = &config.fleet;
    let mut lines = vec![match &config.file {
        Some(file) => format!("{}: no mistakes", file.display()),
        None => "no configuration file; defaults".to_owned(),
    }];
    for (id, key) in fleet.keys() {
        let places: Vec<&str> = fleet
            .sources
            .iter()
            .filter(|source| source.key == id)
            .map(|source| fleet.environment_name(source.environment))
            .collect();
        lines.push(format!("key {} ·{}: {}", key.name, key.fingerprint, places.join(", ")));
    }
    if fleet.keys.is_empty() {
        lines.push("no key: set SPEECHMATICS_API_KEY or add [[keys]]".to_owned());
    }
    for (view, number) in config.shown.views.iter().zip(1..) {
        let filter = view.filter.as_ref().filter(|filter| filter.may_be_shown());
        let filter = filter.map_or(String::new(), |filter| format!(": {}", filter.text.trim()));
        lines.push(format!("view {number} {}{filter}", view.name));
    }
    match config.steering.bindings.len() {
        0 => {}
        1 => lines.push("keys of your own for 1 action".to_owned()),
        count => lines.push(format!("keys of your own for {count} actions")),
    }
    lines.push(String::new());
    lines.join("\n")
}
