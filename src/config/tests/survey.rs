use super::*;

fn surveyed(home: &Home) -> Survey {
    survey(&Request::default(), &home.surroundings())
}

#[test]
fn everything_wrong_is_found_at_once_and_the_rest_is_usable() {
    let home = Home::with(&format!(
        "refesh = \"5s\"\n{KEY_A}environments = [\"eu1\", \"uss1\"]\n[[keys]]\nname = \"open\"\nfile = \"open.key\"\n\
         environments = [\"au1\"]\n[[keys]]\nname = \"two words!\"\nenv = \"NOT_SET\"\n{KEY_B}environments = [\"us2\"]\n\
         [limits]\ntimeout = \"1h\"\n"
    ));
    home.write(".config/voxtop/open.key", SECRET, 0o644);
    let Survey { config, mistakes, builtin } = surveyed(&home);
    let said: Vec<String> =
        mistakes.iter().map(|one| format!("{}: {} {}", one.place, one.what, one.remedy)).collect();
    for words in [
        "refesh",
        "uss1",
        "timeout is `1h`",
        "can be read by others (mode 0644) chmod 600",
        "`NOT_SET` is not set",
    ] {
        assert_eq!(said.iter().filter(|line| line.contains(words)).count(), 1, "{words}: {said:#?}");
    }
    assert!(said.iter().all(|line| !line.contains(SECRET)), "{said:?}");
    // Keys that could not be had are out, and those behind them keep their own sources.
    assert_eq!(sources(&config)[..2], ["eu1/a", "us2/b"], "{:?}", sources(&config));
    assert_eq!(config.keys.iter().map(KeyValue::expose).collect::<Vec<_>>(), ["aaaa", "bbbb"]);
    let names: Vec<&str> = config.fleet.environments.iter().map(|one| one.name.as_str()).collect();
    assert!(names.contains(&"au1"), "the place of a lost key is looked at all the same: {names:?}");
    assert_eq!(config.endpoints.len(), config.fleet.environments.len());
    assert!(builtin);
}

#[test]
fn what_is_right_is_surveyed_as_it_is_loaded() {
    for text in [
        format!("{KEY_A}{KEY_B}environments = [\"eu2\"]\n"),
        format!(
            "builtin_environments = false\n{KEY_A}[[environments]]\nname = \"lab\"\nurl = \"http://127.0.0.1:1\"\n"
        ),
    ] {
        let home = Home::with(&text);
        let (loaded, Survey { config, mistakes, builtin }) = (home.load().unwrap(), surveyed(&home));
        assert_eq!(mistakes, []);
        assert_eq!(config.fetchers.len(), loaded.fetchers.len());
        assert_eq!((config.fleet, config.endpoints), (loaded.fleet, loaded.endpoints));
        assert_eq!((config.warnings, config.file), (loaded.warnings, loaded.file));
        assert_eq!(builtin, !text.starts_with("builtin"));
    }
}

#[test]
fn without_a_key_the_places_for_one_are_there() {
    let home = Home::new();
    let Survey { config, mistakes, .. } = surveyed(&home);
    assert_eq!(
        (config.fleet.environments.len(), config.endpoints.len(), config.fleet.sources.len()),
        (5, 5, 0)
    );
    assert_eq!(mistakes, []);

    // A file that cannot be read may name keys: none stands in for them.
    let home = Home::with("keys = [").set("SPEECHMATICS_API_KEY", SECRET);
    let Survey { config, mistakes, .. } = surveyed(&home);
    assert!(config.keys.is_empty() && config.fleet.environments.len() == 5, "{config:?}");
    assert!(mistakes.len() == 1 && mistakes[0].what.contains("not TOML"), "{mistakes:?}");

    let asked = Request { file: Some("nowhere.toml".into()), refresh: None };
    let Survey { mistakes, .. } = survey(&asked, &home.surroundings());
    assert!(mistakes.len() == 1 && mistakes[0].what.contains("no such file"), "{mistakes:?}");
}

#[test]
fn the_vendors_file_is_looked_at_also_where_it_is_not_used() {
    let home = Home::with(KEY_A);
    home.write(".speechmatics/config", "[default]\nauth_token = \"x\"\n", 0o644);
    let Survey { config, .. } = surveyed(&home);
    assert_eq!(
        config.warnings.iter().filter(|said| said.contains("mode 0644")).count(),
        1,
        "{:?}",
        config.warnings
    );
    let used = Home::new();
    used.write(".speechmatics/config", "[default]\nauth_token = \"abcd1234\"\n", 0o604);
    let Survey { config, .. } = surveyed(&used);
    assert_eq!(
        config.warnings.iter().filter(|said| said.contains("mode 0604")).count(),
        1,
        "{:?}",
        config.warnings
    );
    assert_eq!(config.keys.len(), 1);
}

#[test]
fn a_home_is_written_as_one_tells_it_to_others() {
    let surroundings = Surroundings::new("/home/alice", Platform::Unix, [("A", "B")]);
    let said = surroundings.abbreviate("chmod 600 /home/alice/.key and /home/alice");
    assert_eq!(said, "chmod 600 ~/.key and ~");
}
