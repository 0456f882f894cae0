use super::*;

fn load(alerts: &str) -> Result<Config, ConfigError> {
    Home::with(&format!("{KEY_A}{alerts}")).load()
}

#[test]
fn a_rule_says_when_and_how_and_has_defaults() {
    let config = load(
        "[[alerts]]\nwhen = \"job\"\nfilter = \"env:eu1\"\nstatus = [\"rejected\"]\nnotify = \"osc99\"\nevery = \"5m\"\n\
         [[alerts]]\nwhen = \"environment\"\nbell = true\n\
         [[alerts]]\nwhen = \"key\"\ncommand = [\"notify-send\", \"voxtop\"]\n",
    )
    .unwrap();
    let [job, environment, key] = config.alerts.as_slice() else { panic!("{:?}", config.alerts) };
    let AlertWhen::Job { filter, place, done, rejected } = &job.when else { panic!("{job:?}") };
    assert_eq!((filter.as_str(), *done, *rejected), ("env:eu1", false, true));
    assert!(place.ends_with("config.toml:6:10"), "{place}");
    assert_eq!((job.bell, job.notify, job.every), (false, Some("osc99"), Duration::from_secs(300)));
    assert_eq!((&environment.when, environment.bell), (&AlertWhen::Environment, true));
    assert_eq!((environment.every, environment.command.len()), (Duration::from_secs(60), 0));
    assert_eq!((&key.when, key.command.join(" ").as_str()), (&AlertWhen::Key, "notify-send voxtop"));
    assert!(config.title);
}

#[test]
fn what_is_wrong_with_a_rule_is_said_with_its_place_and_a_remedy() {
    for (text, words) in [
        ("when = \"jobs\"\nbell = true", &["config.toml:5:8", "`when`", "`jobs`", "\"job\""][..]),
        ("bell = true", &["does not say when", "when = \"job\""]),
        ("when = \"key\"", &["tells nobody", "bell = true"]),
        (
            "when = \"key\"\nbell = true\nfilter = \"x\"",
            &["config.toml:7:10", "`filter` is of alerts with when"],
        ),
        ("when = \"job\"\nbell = true\nstatus = []", &["`status` of an alert is empty"]),
        ("when = \"job\"\nbell = true\nstatus = [\"failed\"]", &["`failed`", "\"rejected\""]),
        ("when = \"job\"\nnotify = \"osc8\"", &["`notify`", "\"osc777\""]),
        ("when = \"job\"\ncommand = []", &["names no program"]),
        ("when = \"job\"\nbell = true\nevery = \"0s\"", &["`every`", "1s to 24h"]),
        ("when = \"job\"\nbell = true\nevery = \"5\"", &["without a unit"]),
        ("when = \"job\"\nbells = true", &["unknown field `bells`", "nearest known field is `bell`"]),
        ("when = \"job\"\nbell = 1", &["true or false"]),
    ] {
        let said = load(&format!("[[alerts]]\n{text}\n")).unwrap_err().to_string();
        for word in words {
            assert!(said.contains(word), "{text}: {word} in {said}");
        }
    }
    let many = "[[alerts]]\nwhen = \"key\"\nbell = true\n".repeat(51);
    assert!(load(&many).unwrap_err().to_string().contains("more than 50"));
}
