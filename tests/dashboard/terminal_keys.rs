//! What a terminal sends for the keys of the table.

/// What a terminal sends for a key as the table writes it; for `:name` what the palette is told.
pub(crate) fn bytes(key: &str) -> Vec<u8> {
    if let Some(name) = key.strip_prefix(':').filter(|name| !name.is_empty()) {
        return format!(":{name}\r").into_bytes();
    }
    let named = match key {
        "⏎" => "\r",
        "Esc" => "\x1b",
        "Space" => " ",
        "↑" => "\x1b[A",
        "↓" => "\x1b[B",
        "→" => "\x1b[C",
        "←" => "\x1b[D",
        "Tab" => "\t",
        "S-Tab" => "\x1b[Z",
        "Home" => "\x1b[H",
        "End" => "\x1b[F",
        "PgUp" => "\x1b[5~",
        "PgDn" => "\x1b[6~",
        "F1" => "\x1bOP",
        "F5" => "\x1b[15~",
        "F8" => "\x1b[19~",
        "Del" => "\x1b[3~",
        _ => "",
    };
    match (named, key.strip_prefix("C-"), key.as_bytes()) {
        ("", Some(letter), _) => letter.bytes().map(|byte| byte & 0x1f).collect(),
        ("", None, [byte]) => vec![*byte],
        ("", ..) => panic!("what does a terminal send for {key}?"),
        (named, ..) => named.as_bytes().to_vec(),
    }
}
