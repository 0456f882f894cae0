//! What is hidden, and what stays to be read.

use proptest::prelude::*;

use super::*;
use crate::api::scrub;

#[test]
fn host_and_path_stay_and_the_rest_goes() {
    for (raw, masked) in [
        ("https://h.example/a/b.wav", "https://h.example/a/b.wav"),
        ("https://h.example:8443/a?X-Amz-Signature=abc&b=c", "https://h.example:8443/a?…"),
        ("https://user:pa@ss@h.example/a", "https://…@h.example/a"),
        ("https://user:pa/ss@h.example/a", "https://…@h.example/a"),
        ("https://h.example/a#token", "https://h.example/a#…"),
        ("https://h.example?sig=1#x", "https://h.example?…"),
        ("https://[::1]:80/x", "https://[::1]:80/x"),
        ("https://proxy/https://u:p@h/x?y", "https://proxy/https://…@h/x?…"),
        (
            r#"HTTPError: Post "https://cb.example/n?id=1&key=s3cr3t": context deadline exceeded, retrying"#,
            r#"HTTPError: Post "https://cb.example/n?…": context deadline exceeded, retrying"#,
        ),
        ("call.wav?AWSAccessKeyId=AKIA&Signature=x", "call.wav?…"),
        ("Get /n?token=abc failed", "Get /n?… failed"),
        ("What is this?.mp3", "What is this?.mp3"),
        ("really? yes=no", "really? yes=no"),
        ("Authorization: Bearer abcdef0123456789", "Authorization: Bearer …"),
        ("sent Authorization: Bearer SECRETHDR, then", "sent Authorization: Bearer … then"),
        ("Authorization: SECRETHDR", "Authorization: …"),
        ("X-Api-Key: SECRETHDR and X-Api-Key:SECRETHDR", "X-Api-Key: … and X-Api-Key:…"),
        ("Key: C major.wav", "Key: C major.wav"),
        ("https://h.example/a;jsessionid=abc/b", "https://h.example/a;…/b"),
        ("Basic training session.mp3", "Basic training session.mp3"),
        ("password=hunter2 user=me", "password=… user=me"),
        ("authorization=Bearer SECRETabc failed", "authorization=… … failed"),
        ("authorization=Bearer", "authorization=…"),
        ("Authorization:Bearer SECRETabc", "Authorization:… …"),
        ("token= SECRET", "token= …"),
        ("a=1&token=SECRET b", "a=1&token=… b"),
        ("étoken=SECRET", "étoken=…"),
        (r#"token="SECRET" and on"#, r#"token="…" and on"#),
        (r#"{"password": "SECRET", "user": "me"}"#, r#"{"password": "…", "user": "me"}"#),
        (r#"{"authorization":"Bearer SECRET"}"#, r#"{"authorization":"Bearer …"}"#),
        ("{'api_key': 'SECRET', 'user': 'me'}", "{'api_key': … 'user': 'me'}"),
        ("https%3A%2F%2Fh.example%2Fa%3Fsig%3DSECRET", "https://h.example/a?…"),
        ("got https%3a%2f%2fu%3ASECRET%40h.example%2fa%20b", "got https://…@h.example/a%20b"),
        ("https%253A%252F%252Fh.example%253Fsig%253DSECRET", "https://h.example?…"),
        (
            "https://proxy/https%3A%2F%2Fh.example%2Fa%3Fsig%3DSECRET x",
            "https://proxy/https://h.example/a?… x",
        ),
        ("b.wav%3FSignature%3DSECRET", "b.wav?…"),
        ("50%25 done%3F a%2Fb%3A c%20d.wav", "50%25 done%3F a%2Fb%3A c%20d.wav"),
        ("https://h.example/o/a%2Fb%3F.wav", "https://h.example/o/a%2Fb%3F.wav"),
        (r#"https://h.example/a?sig=a"SECRET gone"#, r#"https://h.example/a?…"… gone"#),
        (r#"https://h.example/a?sig=a"SE<CRET"#, r#"https://h.example/a?…"…<…"#),
        (r#"<a href="https://h.example/?a=b">here</a>"#, r#"<a href="https://h.example/?…">here</a>"#),
        ("got eyJhbGciOiJIUzI1NiJ9.eyJ1c2VyIjoxfQ.abc-def_ghi, sorry", "got eyJ…, sorry"),
        ("a=b 1.5: x", "a=b 1.5: x"),
    ] {
        assert_eq!(text(raw), masked, "{raw}");
        assert_eq!(text(masked), masked, "not stable: {masked}");
    }
}

#[test]
fn a_place_without_a_scheme_is_masked_too() {
    for (raw, masked) in [
        ("bucket.example/a b.wav?sig=x y", "bucket.example/a b.wav?…"),
        ("//u:p@h.example/x#y", "…@h.example/x#…"),
        ("https://h/a?b=c d e", "https://h/a?…"),
        ("https%3A%2F%2Fh%2Fa%3Fb%3Dc d e", "https://h/a?…"),
        ("https://h/a%3Fb%3Dc d e", "https://h/a?…"),
        ("https://h/a%3F.wav", "https://h/a%3F.wav"),
        ("https://u:p@h/a", "https://…@h/a"),
        ("", ""),
    ] {
        assert_eq!(location(raw), masked, "{raw}");
    }
}

#[test]
fn header_names_stay() {
    assert_eq!(header("Authorization: Bearer abc:def"), "Authorization: …");
    assert_eq!(header("X-Api-Key:abc"), "X-Api-Key: …");
    assert_eq!(header("Bearer abc:def"), HIDDEN);
    assert_eq!(header("abcdef"), HIDDEN);
}

#[test]
fn names_tell_secrets() {
    for name in [
        "token",
        "api_key",
        "API-Key",
        "accessKey",
        "client_secret",
        "X-Amz-Signature",
        "sig",
        "auth_headers",
    ] {
        assert!(is_secret_name(name), "{name}");
    }
    for name in SECRET_NAMES.iter().chain(&SECRET_WORDS) {
        assert!(is_secret_name(name) && is_secret_name(&name.to_uppercase()), "{name}");
    }
    for name in ["language", "url", "keyword", "design", "author", "sounds_like", "contents"] {
        assert!(!is_secret_name(name), "{name}");
    }
}

#[test]
fn urls_within_urls_have_an_end() {
    let proxied = format!("{}h://c/d?e", "h://a/".repeat(9));
    assert_eq!(text(&proxied), "h://a/…");
    assert_eq!(text(&proxied["h://a/".len()..]), format!("{}h://c/d?…", "h://a/".repeat(8)));
    for many in ["h://a/", "h%3A%2F%2Fa%2F", "h%253A%252F%252Fa%252F?b="] {
        assert!(text(&many.repeat(100_000)).len() < 1_000_000 * 2);
        let _ = location(&many.repeat(100_000));
    }
}

proptest! {
    #[test]
    fn no_planted_secret_survives(
        before in "[a-z \"'(,:]{0,12}",
        secret in "[A-Za-z0-9%+/_-]{10,30}",
        after in "[a-z \"'),]{0,12}",
        form in 0_usize..9,
    ) {
        let secret = format!("SEC{secret}RET");
        let planted = match form {
            0 => format!("https://h.example/p?sig={secret}"),
            1 => format!("https://u:{secret}@h.example/p"),
            // A slash would make it a host and a path.
            2 => format!("http://{}@h.example", secret.replace('/', "")),
            3 => format!("wss://h.example/p#{secret}"),
            4 => format!("s3://b/k?a=b&c={secret}#{secret}"),
            5 => format!("x.wav?Policy={secret}"),
            6 => format!("https%3A%2F%2Fh.example%2Fp%3Fsig%3D{secret}"),
            7 => format!("authorization=Bearer {secret}"),
            _ => format!(" Bearer {secret}"),
        };
        let masked = text(&format!("{before}{planted}{after}")).into_owned();
        prop_assert!(!masked.contains(&secret) && !masked.contains("RET"), "{}", masked);
        let place = location(planted.trim()).into_owned();
        prop_assert!(!place.contains(&secret), "{}", place);
    }

    #[test]
    fn any_text_is_bearable(raw in any::<String>()) {
        let _ = (text(&raw), location(&raw), header(&raw));
    }
}

proptest! {
    #[test]
    fn in_what_is_plain_nothing_is_hidden_or_cleaned(
        raw in "([a-zA-Z0-9äßŁ.:/_?@#;,'()\\[%-]{0,9}|%(3[AadDfF]|2[0356fF]|40)|[bB]earer|basic|token:|x-api-key:|key|eyJ|://|[ºÖ·–株会「」نش]{1,3}| |[\u{a0}\u{ad}\u{3000}\u{301}\u{202e}]){1,8}",
    ) {
        if is_plain(&raw) {
            prop_assert_eq!(&*text(&raw), &*raw);
            prop_assert_eq!(&*scrub::clean(&raw), &*raw);
            prop_assert_eq!(raw.trim(), &*raw);
        }
    }
}

#[test]
fn most_names_are_plain() {
    for raw in [
        "call 17.wav",
        "Tagesgespräch_2026.wav",
        "asset:a6e373fe-2021",
        "Oslo: politics desk",
        "a/b/c",
        "a%20b%2f",
        "",
    ] {
        assert!(is_plain(raw), "{raw}");
    }
    for raw in [
        "Bearer abcdefgh1",
        "X-Api-Key: a",
        "https://h",
        " a",
        "a ",
        "a=b",
        "a\u{a0}b",
        "a.b.eyJ",
        "a%3Db",
        "a%253d",
    ] {
        assert!(!is_plain(raw), "{raw}");
    }
}
