use super::*;

fn key(how: &str) -> String {
    format!("[[keys]]\nname = \"prod\"\n{how}\nenvironments = [\"eu1\"]\n")
}

#[test]
fn a_key_comes_from_where_the_file_says() {
    let home = Home::new().set("MY_KEY", "from-env\n");
    home.write(".secrets/k", "  from-file\n", 0o600);
    home.write(".config/voxtop/beside", "from-beside", 0o400);
    home.write(".speechmatics/config", "[ci]\nauth_token = \"from-profile\"\nother = 1\n", 0o600);
    let absolute = format!("file = \"{}\"", home.path(".secrets/k").display());
    for (how, expected) in [
        ("env = \"MY_KEY\"", "from-env"),
        ("file = \"~/.secrets/k\"", "from-file"),
        ("file = \"beside\"", "from-beside"),
        (&absolute, "from-file"),
        (
            "command = [\"sh\", \"-c\", \"echo; echo \\\"$0\\\"; echo note: x\", \"from-command\"]",
            "from-command",
        ),
        ("profile = \"ci\"", "from-profile"),
    ] {
        home.write(".config/voxtop/config.toml", key(how), 0o644);
        let config = home.load().unwrap_or_else(|error| panic!("{how}\n{error}"));
        assert_eq!(config.keys[0].expose(), expected, "{how}");
        assert_eq!(config.fleet.keys[0].name.as_str(), "prod");
        assert_eq!(config.fleet.keys[0].fingerprint, config.keys[0].fingerprint());
        assert!(config.warnings.is_empty(), "{:?}", config.warnings);
        assert_eq!(config.file, Some(home.path(".config/voxtop/config.toml")));
    }
}

#[test]
fn a_key_that_cannot_be_had_is_explained() {
    let home = Home::new().set("EMPTY_KEY", " \n").set("TWO_WORDS", "a b");
    home.write("open", "k", 0o640);
    home.write("empty", "\n", 0o600);
    home.write("large", vec![b'k'; 64 * 1024 + 1], 0o600);
    home.write("lines", "a\nb", 0o600);
    home.write("binary", b"\xff\xfe", 0o600);
    home.write(
        ".speechmatics/config",
        "[default]\ngenerate_temp_token = true\n[ci]\nauth_token = 5\n",
        0o600,
    );
    let chmod = format!("chmod 600 {}", home.path("open").display());
    for (how, words) in [
        ("env = \"NO_SUCH_KEY\"", &["variable `NO_SUCH_KEY` is not set", "Export"][..]),
        ("env = \"EMPTY_KEY\"", &["variable `EMPTY_KEY` is empty"]),
        ("env = \"TWO_WORDS\"", &["`TWO_WORDS` holds white space"]),
        ("env = \"\"", &["not the name of a variable"]),
        ("env = \"$KEY\"", &["not the name of a variable", "env = \"SPEECHMATICS_API_KEY\""]),
        ("file = \"~/open\"", &["`~/open` can be read by others (mode 0640)", &chmod]),
        ("file = \"~/missing\"", &["`~/missing` is not there"]),
        ("file = \"~\"", &["is a directory"]),
        ("file = \"/dev/null\"", &["no regular file"]),
        ("file = \"\"", &["`file` is empty"]),
        ("file = \"~/empty\"", &["`~/empty` is empty"]),
        ("file = \"~/large\"", &["larger than 64 KiB"]),
        ("file = \"~/lines\"", &["holds white space"]),
        ("file = \"~/binary\"", &["no key has"]),
        ("command = []", &["`command` is empty", "\"pass\""]),
        ("command = [\"\"]", &["`command` is empty"]),
        ("command = [\"no-such-program-here\"]", &["`no-such-program-here` is not there"]),
        ("command = [\"sh\", \"-c\", \"exit 3\"]", &["command `sh` failed with status 3", "by hand"]),
        ("command = [\"true\"]", &["`true` printed nothing"]),
        ("command = [\"echo\", \"a\\u0000b\"]", &["NUL"]),
        ("profile = \"nope\"", &["no profile `nope`", "`ci`, `default`"]),
        ("profile = \"default\"", &["profile `default`", "no auth_token", "speechmatics config set"]),
        ("profile = \"ci\"", &["no auth_token"]),
    ] {
        home.write(".config/voxtop/config.toml", key(how), 0o644);
        let error = home.refused();
        let column = how.split_once('=').unwrap().0.len() + 3;
        assert!(error.contains(&format!("config.toml:3:{column}: key `prod`: ")), "{how}\n{error}");
        for word in words {
            assert!(error.contains(word), "{how}\n{error}\nlacks {word}");
        }
    }
    home.write(".speechmatics/config", "[default\nauth_token = \"x\"\n", 0o600);
    home.write(".config/voxtop/config.toml", key("profile = \"default\""), 0o644);
    assert!(home.refused().contains(".speechmatics/config:1:"), "{}", home.refused());
    fs::remove_file(home.path(".speechmatics/config")).unwrap();
    assert!(home.refused().contains("is not there"), "{}", home.refused());
}

/// Only root can read such a file at all, and give one away.
#[test]
fn a_file_that_is_another_users_is_read_by_that_one_too() {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let home = Home::new();
    for name in ["k", ".speechmatics/config"] {
        let path = home.write(name, "[default]\nauth_token = \"k\"\n", 0o600);
        std::os::unix::fs::chown(path, Some(12_345), None).unwrap();
    }
    home.write(".config/voxtop/config.toml", key("file = \"~/k\""), 0o644);
    let refused = home.refused();
    assert!(refused.contains("`~/k` belongs to another user (uid 12345)"), "{refused}");
    assert!(refused.contains(&format!("chown 0 {}", home.path("k").display())), "{refused}");
    home.write(".config/voxtop/config.toml", key("profile = \"default\""), 0o644);
    let warned = home.load().unwrap().warnings;
    assert!(warned[0].contains("belongs to another user"), "{warned:?}");
}

#[test]
fn no_key_is_fetched_for_a_file_that_is_wrong_elsewhere() {
    let home = Home::new();
    let mark = home.path("asked");
    let command = format!("command = [\"touch\", \"{}\"]", mark.display());
    home.write(".config/voxtop/config.toml", format!("refresh = \"soon\"\n{}", key(&command)), 0o644);
    assert!(home.refused().contains("soon"));
    assert!(!mark.exists(), "the command ran all the same");
}

#[test]
fn commands_run_side_by_side() {
    // Each waits for the other's file, so that one after the other neither would end.
    let home = Home::new();
    let script = |mine: &str, other: &str| {
        let (mine, other) = (home.path(mine), home.path(other));
        let wait = format!(
            "touch {}; until test -e {}; do sleep 0.05; done; echo k",
            mine.display(),
            other.display()
        );
        format!("command = [\"sh\", \"-c\", \"{wait}\"]")
    };
    let config = format!(
        "[[keys]]\nname = \"a\"\n{}\n[[keys]]\nname = \"b\"\n{}\n",
        script("a", "b"),
        script("b", "a")
    );
    home.write(".config/voxtop/config.toml", config, 0o644);
    let config = home.load().unwrap();
    assert_eq!(config.keys.len(), 2);
    assert!(config.warnings[0].contains("keys a and b are the same key"), "{:?}", config.warnings);
}

#[test]
fn without_a_configured_key_the_usual_places_are_looked_at() {
    const FIVE: [&str; 5] = ["eu1/default?", "eu2/default?", "us1/default?", "us2/default?", "au1/default?"];
    let value = |home: &Home| {
        let config = home.load().unwrap();
        assert!(config.keys.is_empty() || sources(&config) == FIVE, "{:?}", sources(&config));
        config.keys.first().map(|key| key.expose().to_owned())
    };
    let set = Home::new().set("SPEECHMATICS_API_KEY", "from-env");
    set.write(".speechmatics/config", "[default]\nauth_token = \"from-cli\"\n", 0o600);
    assert_eq!(value(&set).as_deref(), Some("from-env"));
    let empty = Home::new().set("SPEECHMATICS_API_KEY", "");
    assert_eq!(value(&empty), None);
    empty.write(".speechmatics/config", "[default]\nauth_token = \"from-cli\"\n", 0o600);
    assert_eq!(value(&empty).as_deref(), Some("from-cli"));
    empty.write(".config/voxtop/config.toml", "refresh = \"9s\"", 0o644);
    assert_eq!(value(&empty).as_deref(), Some("from-cli"), "a file without keys changes nothing");
    empty.write(".config/voxtop/config.toml", KEY_A, 0o644);
    assert!(empty.refused().contains("KEY_A"), "a file with keys is the only one asked");

    let odd = Home::new();
    odd.write(".speechmatics/config", "[ci]\nauth_token = \"x\"\n", 0o600);
    assert_eq!(value(&odd), None);
    assert!(odd.load().unwrap().warnings[0].contains("no profile `default`"));
    let wrong = Home::new().set("SPEECHMATICS_API_KEY", "two words");
    assert!(wrong.refused().starts_with("SPEECHMATICS_API_KEY: the variable holds white space"));
}

#[test]
fn the_vendors_file_is_warned_of_not_refused() {
    let home = Home::new();
    let file = "[default]\nauth_token = \"k\"\nbatch_url = \"https://onprem.example.com/v2\"\n";
    let path = home.write(".speechmatics/config", file, 0o644);
    let warnings = home.load().unwrap().warnings;
    assert_eq!(warnings.len(), 2, "{warnings:?}");
    assert!(warnings[0].contains("(mode 0644)") && warnings[0].contains("chmod 600"), "{warnings:?}");
    assert!(warnings[1].contains("onprem.example.com"), "{warnings:?}");
    let public = file.replace("onprem.example.com", "asr.api.speechmatics.com");
    fs::write(&path, public).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    assert!(home.load().unwrap().warnings.is_empty());
}
