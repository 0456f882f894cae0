use super::*;

/// Everything that a run would show of a configuration, right or wrong.
fn said(home: &Home) -> String {
    match home.load() {
        Ok(config) => format!("{config:?} {}", config.warnings.join("\n")),
        Err(error) => format!("{error} {error:?}"),
    }
}

/// Files with a key in every place where one may be put by mistake; `KEY` stands for it.
const PLACES: &[&str] = &[
    "KEY",
    "KEY = ",
    "KEY = 1",
    "\"KEY\"",
    "[KEY]",
    "[[KEY]]",
    "[KEY",
    "x = KEY",
    "x = \"KEY",
    "x = 'KEY",
    "refresh = \"KEY\"",
    "refresh = \"5s\" KEY",
    "refresh = \"\\qKEY\"",
    "api_key = \"KEY\"",
    "keys = \"KEY\"",
    "keys = [\"KEY\"]",
    "keys = KEY",
    "[keys]\nprod = \"KEY\"",
    "[[keys]]\nname = \"KEY\"\nenv = \"KEY_A\"",
    "[[keys]]\nname = \"KEY\"",
    "[[keys]]\nname = \"KEY\"\nenv = \"KEY_A\"\nfile = \"x\"",
    "[[keys]]\nname = \"a\"\nenv = \"KEY\"",
    "[[keys]]\nname = \"a\"\nenv = [\"KEY\"]",
    "[[keys]]\nname = \"a\"\nfile = \"KEY\"",
    "[[keys]]\nname = \"a\"\nfile = \"~/KEY\"",
    "[[keys]]\nname = \"a\"\ncommand = \"echo KEY\"",
    "[[keys]]\nname = \"a\"\ncommand = [\"KEY\"]",
    "[[keys]]\nname = \"a\"\ncommand = [\"false\", \"KEY\"]",
    "[[keys]]\nname = \"a\"\ncommand = [\"sh\", \"-c\", \"echo KEY; exit 1\"]",
    "[[keys]]\nname = \"a\"\ncommand = [\"echo\", \"KEY and more\"]",
    "[[keys]]\nname = \"a\"\ncommand = [\"echo\", \"KEY\"]",
    "[[keys]]\nname = \"a\"\nprofile = \"KEY\"",
    "[[keys]]\nname = \"a\"\nvalue = \"KEY\"",
    "[[keys]]\nname = \"a\"\n\"KEY\" = true",
    "[[keys]]\nname = \"a\"\nkey = \"KEY\"\nkey = \"KEY\"",
    "[[keys]]\nname = \"a\"\nenv = \"KEY_A\"\nenvironments = [\"KEY\"]",
    "[[keys]]\nname = \"a\"\nenv = \"KEY_A\"\nenvironments = [\"https://KEY@eu1.asr.api.speechmatics.com\"]",
    "[[keys]]\nname = \"a\"\nenv = \"KEY_A\"\nenvironments = \"KEY\"",
    "[[environments]]\nname = \"KEY\"\nurl = \"https://x.example.com\"",
    "[[environments]]\nname = \"KEY\"",
    "[[environments]]\nname = \"x\"\nregion = \"KEY\"",
    "[[environments]]\nname = \"x\"\nurl = \"KEY\"",
    "[[environments]]\nname = \"x\"\nurl = \"https://KEY@x.example.com\"",
    "[[environments]]\nname = \"x\"\nurl = \"https://u:KEY@x.example.com\"",
    "[[environments]]\nname = \"x\"\nurl = \"https://u:KEY@x example.com\"",
    "[[environments]]\nname = \"x\"\nurl = \"http://x.example.com/KEY?KEY#KEY\"",
    "[[environments]]\nname = \"x\"\nurl = \"https://x.example.com?k=KEY\"",
    "[[environments]]\nname = \"x\"\nurl = \"KEY://x\"",
    "[[environments]]\nname = \"x\"\nurl = [\"KEY\"]",
    "[limits]\ntimeout = \"KEY\"",
    "[limits]\nrequests_per_second = \"KEY\"",
    "[limits]\n\"KEY\" = 1",
];

#[test]
fn a_key_written_where_it_does_not_belong_is_never_repeated() {
    let jwt = format!("eyJhbGciOiJSUzI1NiJ9.{SECRET}.c2lnbmF0dXJl");
    for place in PLACES {
        for secret in [SECRET, &jwt] {
            let config = place.replace("KEY_A", "VARIABLE").replace("KEY", secret);
            let text = said(&Home::with(&config.replace("VARIABLE", "KEY_A")));
            assert!(!leaks(&text, secret), "{place}\n{text}");
        }
    }
}

/// Whether any part of a secret is in a text, whatever its case: JWTs are looked at part by part.
fn leaks(text: &str, secret: &str) -> bool {
    let text = text.to_lowercase();
    secret.split('.').any(|part| text.contains(&part.to_lowercase()))
}

#[test]
fn a_key_that_is_refused_is_never_repeated() {
    let two = format!("{SECRET} {SECRET}");
    let home = || Home::new().set("MY_KEY", &two);
    let config = "[[keys]]\nname = \"a\"\n";
    for (how, vendor) in [
        ("env = \"MY_KEY\"", ""),
        ("file = \"~/two\"", ""),
        ("file = \"~/open\"", ""),
        ("command = [\"cat\", \"/dev/fd/0\"]", ""),
        ("profile = \"default\"", "[default]\nauth_token = \"TWO\""),
        ("profile = \"default\"", "[default]\nauth_token = \"TWO"),
        ("profile = \"default\"", "[default]\nauth_token = TWO"),
        ("profile = \"default\"", "[default]\nauth_token = [\"TWO\"]"),
        ("profile = \"other\"", "[default]\nauth_token = \"TWO\""),
        ("profile = \"other\"", "[\"TWO\"]\nauth_token = \"TWO\""),
        ("profile = \"other\"", "TWO"),
        ("profile = \"default\"", "[default]\nauth_token = \"k\"\nbatch_url = \"https://TWO@x\""),
    ] {
        let home = home();
        home.write("two", &two, 0o600);
        home.write("open", &two, 0o644);
        home.write(".speechmatics/config", vendor.replace("TWO", &two), 0o644);
        let how = how.replace("/dev/fd/0", &home.path("two").display().to_string());
        home.write(".config/voxtop/config.toml", format!("{config}{how}\n"), 0o644);
        let text = said(&home);
        assert!(!leaks(&text, SECRET), "{how}\n{text}");
        home.write(".config/voxtop/config.toml", "", 0o644);
        assert!(!leaks(&said(&home), SECRET), "{vendor}");
    }
    let usual = Home::new().set("SPEECHMATICS_API_KEY", &two);
    assert!(!leaks(&said(&usual), SECRET));
    let good = Home::new().set("SPEECHMATICS_API_KEY", SECRET);
    assert_eq!(good.load().unwrap().keys[0].expose(), SECRET);
    assert!(!leaks(&said(&good), SECRET));
}

#[test]
fn the_command_line_repeats_no_key_either() {
    let request = Request { file: None, refresh: Some(SECRET.to_owned()) };
    let error = Home::new().load_with(&request).unwrap_err().to_string();
    assert!(!leaks(&error, SECRET) && error.contains("not a duration"), "{error}");
}
