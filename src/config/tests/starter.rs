use super::*;

/// The starter file with its options set.
pub(super) fn uncommented() -> String {
    let option = |line: &str| match line.strip_prefix('#') {
        Some(rest) if !rest.is_empty() && !rest.starts_with(' ') => format!("{rest}\n"),
        _ => format!("{line}\n"),
    };
    STARTER.lines().map(option).collect()
}

#[test]
fn the_starter_file_sets_nothing() {
    assert!(STARTER.lines().all(|line| line.is_empty() || line.starts_with('#')));
    let (with, without) = (Home::with(STARTER).load().unwrap(), Home::new().load().unwrap());
    assert_eq!(with.fleet, without.fleet);
    assert_eq!((with.refresh, with.limits), (without.refresh, without.limits));
}

#[test]
fn the_starter_file_is_right_when_its_options_are_set_and_shows_them_all() {
    let home = Home::new().set("SPEECHMATICS_API_KEY", "k1");
    let text = uncommented();
    let home = {
        home.write(".secrets/speechmatics", "k2", 0o600);
        home.write(".speechmatics/config", "[default]\nauth_token = \"k4\"", 0o600);
        home
    };
    // The password manager of the example stands in for itself as `echo`.
    assert!(text.contains("[\"pass\", \"speechmatics/us\"]"));
    home.write(".config/voxtop/config.toml", text.replace("\"pass\"", "\"echo\""), 0o644);
    let config = home.load().unwrap();
    let names: Vec<&str> = config.fleet.keys.iter().map(|key| key.name.as_str()).collect();
    assert_eq!(names, ["prod", "staging", "us", "cli"]);
    assert_eq!(config.warnings, Vec::<String>::new());
    let (defaults, limits) = (Limits::default(), config.limits);
    assert_eq!((config.refresh, limits), (DEFAULT_REFRESH, defaults), "the defaults that it shows are true");
    for field in tables::TABLES.iter().flat_map(|table| table.names()) {
        let set =
            |line: &str| line.starts_with(&format!("{field} = ")) || line.contains(&format!("[{field}]"));
        assert!(text.lines().any(set), "{field} is missing");
        assert!(STARTER.lines().any(|line| line.starts_with("# ") || line.contains(field)), "{field}");
    }
}

#[test]
fn init_writes_a_private_file_and_never_overwrites() {
    let home = Home::new();
    let path = home.path("a/b/config.toml");
    init(&path).unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), STARTER);
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&path), mode(&home.path("a")), mode(&home.path("a/b"))), (0o600, 0o700, 0o700));
    assert_eq!(fs::read_dir(home.path("a/b")).unwrap().count(), 1, "nothing is left beside it");

    fs::write(&path, "mine").unwrap();
    let error = init(&path).unwrap_err().to_string();
    assert!(error.contains("is there already") && error.contains(&path.display().to_string()), "{error}");
    assert_eq!(fs::read_to_string(&path).unwrap(), "mine");
    let dangling = home.path("dangling");
    std::os::unix::fs::symlink(home.path("elsewhere"), &dangling).unwrap();
    assert!(init(&dangling).is_err());
    assert!(!home.path("elsewhere").exists());
    let below_a_file = init(&path.join("config.toml")).unwrap_err().to_string();
    assert!(below_a_file.contains("cannot be made"), "{below_a_file}");
}

#[test]
fn the_path_is_the_one_that_is_read() {
    let home = Home::new();
    let request = |file: Option<&str>| Request { file: file.map(PathBuf::from), refresh: None };
    let surroundings = home.surroundings();
    assert_eq!(path(&request(Some("~/x.toml")), &surroundings), home.path("x.toml"));
    assert_eq!(path(&request(None), &surroundings), default_path(&surroundings));
}
