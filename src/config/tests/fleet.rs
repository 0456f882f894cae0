use super::*;

const LAB: &str = "[[environments]]\nname = \"Lab\"\nurl = \"http://127.0.0.1:8080/v2\"\n";

#[test]
fn without_keys_there_is_nothing_to_ask() {
    let config = Home::with(&format!("refresh = \"7s\"\n{LAB}")).load().unwrap();
    assert_eq!(config.refresh, Duration::from_secs(7));
    assert_eq!(config.fleet, Fleet::default());
    assert!(config.keys.is_empty() && config.endpoints.is_empty() && config.warnings.is_empty());
    let none = Home::new().load().unwrap();
    assert_eq!(none.file, None);
    assert_eq!((none.refresh, none.limits), (DEFAULT_REFRESH, Limits::default()));
    assert_eq!(none.limits.requests_per_second.get(), 10);
    assert_eq!(none.limits.connect_timeout, Duration::from_secs(5));
}

#[test]
fn discovery_covers_production_and_what_the_file_adds() {
    for (config, expected) in [
        (KEY_A.to_owned(), &["eu1/a?", "eu2/a?", "us1/a?", "us2/a?", "au1/a?"][..]),
        (
            format!("{KEY_A}{KEY_B}environments = [\"eu2\"]\n"),
            &["eu1/a?", "eu2/a?", "eu2/b", "us1/a?", "us2/a?", "au1/a?"],
        ),
        (format!("{KEY_A}{LAB}"), &["eu1/a?", "eu2/a?", "us1/a?", "us2/a?", "au1/a?", "lab/a?"]),
        (format!("builtin_environments = false\n{KEY_A}{LAB}"), &["lab/a?"]),
        (
            format!("builtin_environments = false\n{KEY_A}{LAB}[[environments]]\nname = \"us1\"\n"),
            &["us1/a?", "lab/a?"],
        ),
        (format!("builtin_environments = false\n{KEY_A}environments = [\"au1\"]\n"), &["au1/a"]),
        (format!("{KEY_A}environments = [\"trial\", \"EU1\"]\n"), &["eu1/a", "trial/a"]),
        (
            format!("{KEY_A}environments = [\"eu1\", \"EU\", \"https://eu1.asr.api.speechmatics.com/v2\"]\n"),
            &["eu1/a"],
        ),
        (format!("{KEY_A}environments = [\"127.0.0.1:8080\", \"LAB\"]\n{LAB}"), &["lab/a"]),
        (format!("{KEY_A}environments = [\"http://127.0.0.1:8080\"]\n{LAB}"), &["lab/a"]),
    ] {
        let loaded = Home::with(&config).load().unwrap_or_else(|error| panic!("{config}\n{error}"));
        assert_eq!(sources(&loaded), expected, "{config}");
        assert_eq!(loaded.endpoints.len(), loaded.fleet.environments.len());
        assert_eq!(loaded.keys.len(), loaded.fleet.keys.len());
        assert!(loaded.warnings.is_empty(), "{:?}", loaded.warnings);
        let used = |id| loaded.fleet.sources.iter().any(|source| source.environment == id);
        assert!(loaded.fleet.environments().all(|(id, _)| used(id)), "{config}");
    }
}

#[test]
fn environments_are_asked_where_they_are() {
    let config = Home::with(&format!("{KEY_A}{LAB}")).load().unwrap();
    assert_eq!(asked(&config, "eu1"), "https://eu1.asr.api.speechmatics.com/");
    assert_eq!(asked(&config, "lab"), "http://127.0.0.1:8080/");
    let (eu1, lab) = (&config.fleet.environments[0], &config.fleet.environments[5]);
    assert_eq!((eu1.host.as_str(), eu1.region.as_str()), ("eu1.asr.api.speechmatics.com", "EU"));
    assert_eq!((lab.host.as_str(), lab.region.as_str()), ("127.0.0.1:8080", "LAB"));
    let others: Vec<&str> = config.endpoints[0].aliases.iter().map(Url::as_str).collect();
    assert_eq!(others, ["https://eu.asr.api.speechmatics.com/", "https://asr.api.speechmatics.com/"]);
}

#[test]
fn a_built_in_environment_keeps_what_is_not_overridden() {
    let moved = "[[environments]]\nname = \"EU1\"\nurl = \"https://gw.example.com:8443/asr/\"\n";
    let config = Home::with(&format!("{KEY_A}{moved}")).load().unwrap();
    assert_eq!(sources(&config)[0], "eu1/a?");
    assert_eq!(asked(&config, "eu1"), "https://gw.example.com:8443/asr/");
    assert_eq!(config.fleet.environments[0].region.as_str(), "EU");
    assert_eq!(config.fleet.environments[0].host, "gw.example.com:8443");
    assert!(config.endpoints[0].aliases.is_empty(), "the public hosts must not be fallen back to");
    let renamed = "[[environments]]\nname = \"eu1\"\nregion = \"europe\"\n";
    let config = Home::with(&format!("{KEY_A}{renamed}")).load().unwrap();
    assert_eq!(asked(&config, "eu1"), "https://eu1.asr.api.speechmatics.com/");
    assert_eq!(config.fleet.environments[0].region.as_str(), "EUROPE");
    // The documented host no longer stands for an environment that the file moved.
    let named = format!("{KEY_A}environments = [\"asr.api.speechmatics.com\"]\n{moved}");
    let config = Home::with(&named).load().unwrap();
    assert_eq!(asked(&config, "eu1"), "https://gw.example.com:8443/asr/");
    assert!(config.warnings[0].contains("config.toml:4:17") && config.warnings[0].contains("is not asked"));
}

#[test]
fn a_hostname_pins_the_host_and_the_first_one_wins() {
    let on = |a: &str, b: &str| format!("{KEY_A}environments = [{a}]\n{KEY_B}environments = [{b}]\n");
    let host = |name: &str| format!("https://{name}.speechmatics.com/");
    for (a, b, expected, warned) in [
        ("\"on-demand\"", "\"eu1\"", host("asr.api"), true),
        ("\"eu1\"", "\"asr.api.speechmatics.com\"", host("asr.api"), true),
        ("\"eu1\", \"asr\"", "\"on-demand\", \"eu1\"", host("asr.api"), false),
        ("\"eu\"", "\"eu1\"", host("eu1.asr.api"), false),
        ("\"asr\"", "\"on-demand\"", host("asr.api"), false),
        ("\"https://EU.asr.api.speechmatics.com/v2\"", "\"on-demand\"", host("eu.asr.api"), true),
        ("\"eu1.asr.api.speechmatics.com\", \"on-demand\"", "\"eu1\"", host("eu1.asr.api"), true),
    ] {
        let config = Home::with(&on(a, b)).load().unwrap();
        assert_eq!(sources(&config), ["eu1/a", "eu1/b"], "{a} {b}");
        assert_eq!(asked(&config, "eu1"), expected, "{a} {b}");
        assert_eq!(config.fleet.environments[0].host, config.endpoints[0].base.host_str().unwrap());
        assert_eq!(config.endpoints[0].aliases.len(), 2);
        assert!(!config.endpoints[0].aliases.contains(&config.endpoints[0].base));
        let documented = host("eu1.asr.api");
        assert!(expected == documented || config.endpoints[0].aliases[0].as_str() == documented, "{a} {b}");
        assert_eq!(config.warnings.len(), usize::from(warned), "{:?}", config.warnings);
        assert!(config.warnings.iter().all(|text| text.contains("in a run")), "{:?}", config.warnings);
    }
}

#[test]
fn limits_and_times_are_bounded() {
    let config = Home::with("refresh = \"10ms\"\n[limits]\nrequests_per_second = 50\ntimeout = \"9s\"\n");
    let config = config.load().unwrap();
    assert_eq!(config.refresh, Duration::from_secs(1));
    assert_eq!(config.limits, Limits::new(NonZeroU32::new(50).unwrap(), Duration::from_secs(9)));
    assert_eq!(config.limits.connect_timeout, Duration::from_secs(3));
    let warned = config.warnings.join("\n");
    assert!(warned.contains("config.toml:1:11: refresh is `10ms`"), "{warned}");
    assert_eq!(Home::with("\u{feff}refresh = \"9s\"\r\n").load().unwrap().refresh, Duration::from_secs(9));
    let empty = Request { file: Some(PathBuf::new()), refresh: Some(String::new()) };
    assert_eq!(Home::with("refresh = \"9s\"").load_with(&empty).unwrap().refresh, Duration::from_secs(9));
    let request = Request { file: None, refresh: Some("1m".to_owned()) };
    let config = Home::with("refresh = \"9s\"").load_with(&request).unwrap();
    assert_eq!(config.refresh, Duration::from_secs(60), "the command line goes first");
}

#[test]
fn the_services_limit_may_be_passed_on_loopback_alone() {
    let rate = |rate: u32| format!("builtin_environments = false\nlimits.requests_per_second = {rate}\n");
    let far = "[[environments]]\nname = \"far\"\nurl = \"https://far.example\"\n";
    for (config, allowed) in [
        (rate(50) + KEY_A + far, true),
        (rate(51) + KEY_A + far, false),
        (rate(51) + KEY_A + far + LAB, false),
        (rate(51) + KEY_A + LAB, true),
        (rate(1_000_000) + KEY_A + LAB, true),
        // It is not asked.
        (rate(51) + KEY_A + "environments = [\"lab\"]\n" + LAB + far, true),
    ] {
        match (Home::with(&config).load(), allowed) {
            (Ok(loaded), true) => assert!(loaded.warnings.is_empty(), "{config}"),
            (Err(error), false) => {
                let error = error.to_string();
                let told = ["config.toml:2:30", "requests_per_second is 51", "far.example", "loopback alone"];
                assert!(told.iter().all(|words| error.contains(words)), "{error}");
            }
            (got, _) => panic!("{config}\n{:?}", got.map(|loaded| loaded.limits)),
        }
    }
}

#[test]
fn a_name_of_ones_own_for_a_built_in_host_is_warned_of_only_where_it_doubles() {
    let mine = "[[environments]]\nname = \"mine\"\nurl = \"https://eu.asr.api.speechmatics.com\"\n";
    let config = Home::with(&format!("{KEY_A}{mine}")).load().unwrap();
    assert!(config.warnings[0].contains("as eu1 does"), "{:?}", config.warnings);
    let config = Home::with(&format!("builtin_environments = false\n{KEY_A}{mine}")).load().unwrap();
    assert!(config.warnings.is_empty(), "{:?}", config.warnings);
}

#[test]
fn a_fleet_made_in_the_program_takes_the_same_path() {
    let key = |value: &str| KeyValue::new(value).unwrap();
    let environment =
        |name: &str, port: u16| (name.to_owned(), "EU".to_owned(), format!("http://127.0.0.1:{port}/v2"));
    let config = Config::for_fleet(
        vec![environment("eu2", 2), environment("eu1", 1), environment("lab", 3)],
        vec![
            ("all".to_owned(), key("k1"), None),
            ("one".to_owned(), key("k2"), Some(vec!["lab".to_owned()])),
        ],
        Duration::from_millis(1500),
    );
    let config = config.unwrap();
    assert_eq!(sources(&config), ["eu1/all?", "eu2/all?", "lab/all?", "lab/one"]);
    assert_eq!(asked(&config, "eu1"), "http://127.0.0.1:1/");
    assert_eq!(config.refresh, Duration::from_millis(1500));
    assert_eq!(config.keys[1].expose(), "k2");
    let wrong = vec![("x".to_owned(), "EU".to_owned(), "http://example.com".to_owned())];
    let error = Config::for_fleet(wrong, Vec::new(), DEFAULT_REFRESH).unwrap_err().to_string();
    assert!(error.starts_with("the embedded fleet: "), "{error}");
}

#[test]
fn what_is_protected_or_read_only_is_known_by_environment() {
    let set = "[[environments]]\nname = \"eu1\"\nprotected = true\n";
    let lab = format!("{LAB}read_only = true\n");
    let config = Home::with(&format!("{KEY_A}{set}{lab}")).load().unwrap();
    let guards: Vec<_> = config
        .fleet
        .environments()
        .filter_map(|(id, one)| {
            let endpoint = config.endpoint(id)?;
            Some((one.name.as_str().to_owned(), endpoint.protected, endpoint.read_only))
        })
        .filter(|(_, protected, read_only)| *protected || *read_only)
        .collect();
    assert_eq!(guards, [("eu1".to_owned(), true, false), ("lab".to_owned(), false, true)]);
    let error = Home::with(&format!("{KEY_A}{LAB}protected = \"yes\"\n")).load().unwrap_err().to_string();
    assert!(error.contains("protected") && error.contains("true or false"), "{error}");
}

#[test]
fn realtime_hosts_are_looked_at_where_a_documented_environment_is_asked() {
    let moved = "[[environments]]\nname = \"eu1\"\nurl = \"http://127.0.0.1:8080\"\n";
    for (config, hosts) in [
        (KEY_A.to_owned(), 7),
        (format!("{KEY_A}environments = [\"trial\"]\n"), 7),
        (format!("{KEY_A}environments = [\"lab\"]\n{LAB}"), 0),
        (format!("{KEY_A}environments = [\"eu1\"]\n{moved}"), 0),
        (format!("builtin_environments = false\n{KEY_A}environments = [\"au1\"]\n"), 0),
        (LAB.to_owned(), 0),
    ] {
        let loaded = Home::with(&config).load().unwrap_or_else(|error| panic!("{config}\n{error}"));
        assert_eq!(loaded.realtime.len(), hosts, "{config}");
        assert!(loaded.realtime.iter().all(|host| host.url.scheme() == "https"));
    }
}
