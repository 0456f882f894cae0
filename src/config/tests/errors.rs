use super::*;

/// A file, the line and column that the error names, and words that it has to hold.
type Case<'a> = (&'a str, &'a str, &'a [&'a str]);

fn check(cases: &[Case<'_>]) {
    for (config, place, words) in cases {
        let home = Home::with(config);
        let error = home.refused();
        let start = format!("{}:{place}: ", home.path(".config/voxtop/config.toml").display());
        assert!(error.starts_with(&start), "{config}\n→ {error}\n≠ {start}");
        for word in *words {
            assert!(error.contains(word), "{config}\n→ {error}\nlacks {word}");
        }
        let remedy = error.lines().nth(1).expect("a second line");
        assert!(remedy.starts_with("  ") && remedy.len() > 10, "{error}");
    }
}

#[test]
fn fields_and_types() {
    check(&[
        ("refresh = ", "1:11", &["not TOML", "config init"]),
        ("refresh = \"5s\"\n[limits\n", "2:8", &["not TOML"]),
        ("refresh = \"5s\"\nrefresh = \"6s\"", "2:1", &["duplicate key"]),
        ("refesh = \"5s\"", "1:1", &["unknown field `refesh`", "`refresh`", "limits"]),
        ("zzz = 1", "1:1", &["unknown field `zzz`", "The nearest known field is"]),
        ("timeout = \"5s\"", "1:1", &["`timeout`", "belongs to [limits]"]),
        ("interval = \"5s\"", "1:1", &["nearest known field is `refresh`"]),
        ("[limits]\ntime-out = \"5s\"", "2:1", &["`time-out`", "in [limits]", "`timeout`"]),
        ("[[keys]]\nname = \"a\"\nenv = \"A\"\nenviroments = []", "4:1", &["[[keys]]", "`environments`"]),
        (
            "[[keys]]\nname = \"a\"\ntoken = \"x\"\nenv=\"A\"",
            "3:1",
            &["`token`", "No key's value", "command"],
        ),
        ("[[environments]]\nname = \"lab\"\nhost = \"x\"", "3:1", &["`host`", "`url`"]),
        ("refresh = 5", "1:11", &["`refresh` is a whole number", "refresh = \"5s\""]),
        ("builtin_environments = \"no\"", "1:24", &["is a text", "true or false"]),
        ("keys = \"x\"", "1:8", &["`keys` is a text", "[[keys]]"]),
        ("[keys]\nprod = \"x\"", "1:1", &["`keys` is a table", "[[keys]]"]),
        ("keys = [1]", "1:9", &["`keys` is a whole number"]),
        ("limits = 1", "1:10", &["`limits`", "[limits]"]),
        (
            "[[keys]]\nname = \"a\"\ncommand = \"pass x\"",
            "3:11",
            &["is a text", "a list of texts", "\"pass\""],
        ),
        ("[[keys]]\nname = \"a\"\nenv = \"A\"\nenvironments = [1]", "4:17", &["a list of texts"]),
        ("[limits]\nrequests_per_second = 1.5", "2:23", &["fraction", "whole number"]),
        ("[limits]\nrequests_per_second = \"9\"", "2:23", &["without quotes"]),
    ]);
}

#[test]
fn times_and_numbers() {
    check(&[
        ("refresh = \"soon\"", "1:11", &["`soon` is not a duration", "1h30m"]),
        ("refresh = \"5\"", "1:11", &["without a unit"]),
        ("refresh = \"-5s\"", "1:11", &["sign"]),
        ("refresh = \"25h\"", "1:11", &["longer than a day"]),
        ("[limits]\ntimeout = \"0s\"", "2:11", &["timeout is `0s`", "5m"]),
        ("[limits]\ntimeout = \"301s\"", "2:11", &["timeout is `301s`"]),
        ("[limits]\nrequests_per_second = 0", "2:23", &["is 0", "1 to 50"]),
        ("[limits]\nrequests_per_second = -3", "2:23", &["is -3"]),
        ("[limits]\nrequests_per_second = 99999999999999999999", "2:23", &["requests_per_second"]),
    ]);
}

#[test]
fn keys_and_their_sources() {
    check(&[
        ("[[keys]]\nenv = \"A\"", "1:1", &["a key has no name", "Add name"]),
        ("[[keys]]\nname = \"a\"", "1:1", &["key `a` has no source", "env, file, command, profile"]),
        (
            "[[keys]]\nname = \"a\"\nprofile = \"p\"\nenv = \"A\"",
            "4:1",
            &["more than one source: `profile`, `env`"],
        ),
        (
            "[[keys]]\nname = \"a\"\nfile = \"f\"\nenv = \"A\"\ncommand = [\"c\"]\n",
            "4:1",
            &["`file`, `env`, `command`", "exactly one"],
        ),
        (
            &format!("{KEY_A}{KEY_B}[[keys]]\nname = \"A\"\nenv = \"KEY_B\""),
            "8:8",
            &["`A` is taken already, in line 2"],
        ),
        ("[[keys]]\nname = \" \"\nenv = \"A\"", "2:8", &["name is empty"]),
        ("[[keys]]\nname = \"a\\u202Eb\"\nenv = \"A\"", "2:8", &["name `a\\u{202e}b` holds"]),
        (
            "[[keys]]\nname = \"a\"\nenv = \"A\"\nenvironments = []",
            "4:16",
            &["empty", "leave `environments` out"],
        ),
    ]);
    check(&[(&format!("{KEY_A}environments = [\"eu1\", \"\"]"), "4:24", &["name is empty"])]);
    let many: Vec<String> =
        (0..101).map(|n| format!("[[keys]]\nname = \"k{n}\"\nenv = \"KEY_A\"\n")).collect();
    let many = many.concat();
    check(&[(&many, "302:8", &["more than 100 keys"])]);
    check(&[(&format!("builtin_environments = false\n{KEY_A}"), "3:8", &["key `a` is tried nowhere"])]);
}

#[test]
fn environments_and_their_addresses() {
    let environment = |name: &str, rest: &str| format!("[[environments]]\nname = \"{name}\"\n{rest}\n");
    let lab = |url: &str| environment("lab", &format!("url = \"{url}\""));
    check(&[
        (&format!("{KEY_A}environments = [\"eu3\"]"), "4:17", &["unknown environment `eu3`", "`eu1`", "us2"]),
        (
            &format!("{KEY_A}environments = [\"wibble\"]"),
            "4:17",
            &["unknown environment `wibble`", "Known: eu1"],
        ),
        (
            &format!("{KEY_A}environments = [\"labb\"]\n{}", lab("https://lab.example.com")),
            "4:17",
            &["Did you mean `lab`?"],
        ),
        (
            &format!("{KEY_A}environments = [\"eu2.rt.speechmatics.com\"]"),
            "4:17",
            &["realtime endpoint", "`eu2`"],
        ),
        (&environment("lab", ""), "2:8", &["environment `lab` has no url", "not built in"]),
        (&environment("eu", "url = \"https://x.example.com\""), "2:8", &["another name of eu1"]),
        (&environment("", "url = \"https://x.example.com\""), "2:8", &["name is empty"]),
        (&environment("a b", "url = \"https://x.example.com\""), "2:8", &["odd characters"]),
        (&environment("eu1", "region = \"\""), "3:10", &["region's name is empty"]),
        ("[[environments]]\nurl = \"https://x.example.com\"", "1:1", &["an environment has no name"]),
        (
            &format!("{}{}", lab("https://a.example.com"), lab("https://b.example.com")),
            "5:8",
            &["`lab` is there already, in line 2"],
        ),
        (
            &format!(
                "{}{}",
                lab("https://a.example.com"),
                environment("b", "url = \"https://a.example.com/v2/\"")
            ),
            "6:7",
            &["`lab` has the same url"],
        ),
        (&lab("http://lab.example.com"), "3:7", &["unencrypted", "loopback"]),
        (&lab("https://me:pw@lab.example.com"), "3:7", &["credentials"]),
        (&lab("https://lab.example.com/?a=b"), "3:7", &["query"]),
        (&lab("ftp://lab.example.com"), "3:7", &["`ftp`", "https"]),
        (&lab("lab.example.com"), "3:7", &["not a whole url", "https://host"]),
    ]);
}

#[test]
fn every_problem_is_told_at_once_in_the_order_of_the_file() {
    let error = Home::with("zzz = 1\nrefesh = 1\n[limits]\ntimeout = 5\n").refused();
    let lines: Vec<&str> = error.lines().filter(|line| !line.starts_with(' ')).collect();
    assert_eq!(lines.len(), 3, "{error}");
    assert!(lines[0].contains(":1:1") && lines[1].contains(":2:1") && lines[2].contains(":4:11"), "{error}");
    let flood: Vec<String> = (0..5000).map(|n| format!("x{n} = 1\n")).collect();
    assert!(Home::with(&flood.concat()).refused().lines().count() <= 40);
}

#[test]
fn files_that_are_no_configuration() {
    let home = Home::new();
    let asked = |path: &Path| {
        let request = Request { file: Some(path.to_owned()), refresh: None };
        home.load_with(&request).unwrap_err().to_string()
    };
    let missing = asked(Path::new("~/nowhere.toml"));
    assert!(missing.starts_with(&home.path("nowhere.toml").display().to_string()), "{missing}");
    assert!(missing.contains("no such file") && missing.contains("config init"), "{missing}");
    assert!(asked(home.directory.path()).contains("is a directory"));
    let large = asked(&home.write("large", vec![b'#'; 1024 * 1024 + 1], 0o600));
    assert!(large.contains("larger than 1 MiB"), "{large}");
    let binary = asked(&home.write("binary", b"# ok\nrefresh = \"\xff\"", 0o600));
    assert!(binary.contains(":2:12") && binary.contains("not UTF-8"), "{binary}");
    // A megabyte of keys on one line is refused, and soon.
    let key = "{name=\"a\",env=\"KEY_A\",environments=[\"eu1\",\"x\"]},";
    let wide = asked(&home.write("wide", format!("keys = [{}]", key.repeat(19_000)), 0o600));
    assert!(wide.contains("unknown environment `x`"), "{wide}");
    let deep = asked(&home.write("deep", format!("a = {}", "[".repeat(500_000)), 0o600));
    assert!(deep.contains("not TOML"), "{deep}");
    // A default file that is a directory is as wrong; one that is missing is none.
    assert!(home.load().is_ok());
    fs::create_dir_all(home.path(".config/voxtop/config.toml")).unwrap();
    assert!(home.refused().contains("is a directory"));
}

#[test]
fn the_command_line_is_explained_too() {
    let request = Request { file: None, refresh: Some("5".to_owned()) };
    let error = Home::new().load_with(&request).unwrap_err().to_string();
    assert!(error.starts_with("--refresh (or VOXTOP_REFRESH): `5`"), "{error}");
}

proptest::proptest! {
    #[test]
    fn no_file_panics(text in "([a-z_]{1,8}|[\\[\\]=\"'\n.#{},0-9 -]|keys|environments|limits|name|env){0,60}") {
        let _ = Home::with(&text).load();
    }
}
