use super::*;

fn bindings(text: &str) -> Vec<(String, Vec<String>)> {
    let config = Home::with(text).load().unwrap();
    let keys = |own: crate::model::Rebinding| own.keys.into_iter().map(|key| key.text).collect();
    config.steering.bindings.into_iter().map(|own| (own.action.text.clone(), keys(own))).collect()
}

#[test]
fn keys_are_read_in_every_form_and_in_the_order_of_the_file() {
    let text = "[bindings]\nquit = \"Q\"\nrow-down = [\"j\", \"C-n\"]\ntoggle-follow = []\n\"details.save\" = \"F2\"\n\
                details.find = \"F3\"\n[bindings.overlay]\nclose = \"x\"\n";
    let read = bindings(text);
    let wanted: [(&str, &[&str]); 6] = [
        ("quit", &["Q"]),
        ("row-down", &["j", "C-n"]),
        ("toggle-follow", &[]),
        ("details.save", &["F2"]),
        ("details.find", &["F3"]),
        ("overlay.close", &["x"]),
    ];
    let wanted =
        wanted.map(|(name, keys)| (name.to_owned(), keys.iter().map(|key| (*key).to_owned()).collect()));
    assert_eq!(read, wanted);
}

#[test]
fn each_has_its_place() {
    let home = Home::with("[bindings]\nquit = [\"Q\",\n  \"x\"]\n");
    let config = home.load().unwrap();
    let own = &config.steering.bindings[0];
    assert!(own.action.place.ends_with("config.toml:2:1"), "{own:?}");
    assert!(own.keys[1].place.ends_with("config.toml:3:3"), "{own:?}");
}

#[test]
fn what_is_no_key_is_refused_and_a_secret_is_not_repeated() {
    let secret = "Zk3yThatNobodyKnows0123456789abc";
    for (text, expected) in [
        ("[bindings]\nquit = 3".to_owned(), "`quit` is a whole number"),
        ("[bindings]\nquit = [1]".to_owned(), "`quit` is a whole number"),
        ("bindings = \"vim\"".to_owned(), "Write a table: [bindings]"),
        (format!("[bindings]\nquit = \"{secret}\""), "not shown, as it looks like a key"),
        (format!("[bindings]\n{secret} = \"q\""), "not shown, as it looks like a key"),
        ("mouse = \"off\"".to_owned(), "Write true or false"),
    ] {
        let error = Home::with(&text).load().unwrap_err().to_string();
        assert!(error.contains(expected), "{text}: {error}");
        assert!(!error.contains(secret), "{error}");
    }
}

#[test]
fn the_mouse_is_on_unless_it_is_said_to_be_off() {
    for (text, on) in [("", true), ("mouse = true", true), ("mouse = false", false)] {
        assert_eq!(Home::with(text).load().unwrap().steering.mouse, on, "{text}");
    }
}
