//! The terminal's own sixteen colours, as terminals that have no others take them. crossterm writes them
//! as the first of 256 (`38;5;9`); such a terminal reads that as three attributes, of which one blinks.

/// The same bytes, with each of the first sixteen of 256 colours in its old way: `91` for `38;5;9`.
pub(super) fn plain(bytes: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some(at) = rest.windows(2).position(|pair| pair == b"\x1b[") {
        let (before, sequence) = rest.split_at(at + 2);
        plain.extend_from_slice(before);
        let length = sequence.iter().position(|byte| !matches!(byte, b'0'..=b'9' | b';')).unwrap_or(0);
        let (parameters, others) = sequence.split_at(length);
        if others.first() == Some(&b'm') {
            plain.extend_from_slice(&rewritten(parameters));
        } else {
            plain.extend_from_slice(parameters);
        }
        rest = others;
    }
    plain.extend_from_slice(rest);
    plain
}

fn rewritten(parameters: &[u8]) -> Vec<u8> {
    let mut words: Vec<&[u8]> = parameters.split(|byte| *byte == b';').collect();
    let mut written = Vec::with_capacity(parameters.len());
    while !words.is_empty() {
        if !written.is_empty() {
            written.push(b';');
        }
        let (own, used) = match words.as_slice() {
            [ground @ (b"38" | b"48"), b"5", index, ..] => (own_code(ground, index), 3),
            [b"38" | b"48", b"2", _, _, _, ..] => (None, 5),
            _ => (None, 1),
        };
        match own {
            Some(code) => written.extend_from_slice(code.to_string().as_bytes()),
            None => written.extend_from_slice(&words.get(..used).unwrap_or_default().join(&b';')),
        }
        words.drain(..used);
    }
    written
}

/// `31` and `41`, `91` and `101`; `None` for what is none of the sixteen.
fn own_code(ground: &[u8], index: &[u8]) -> Option<u16> {
    let index: u16 = std::str::from_utf8(index).ok()?.parse().ok()?;
    let base = if ground == b"48" { 10 } else { 0 };
    match index {
        0..=7 => Some(base + 30 + index),
        8..=15 => Some(base + 90 + index - 8),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_first_sixteen_change() {
        for (written, expected) in [
            ("\x1b[38;5;9mred", "\x1b[91mred"),
            ("\x1b[38;5;1;48;5;0mx", "\x1b[31;40mx"),
            ("\x1b[1m\x1b[48;5;15m", "\x1b[1m\x1b[107m"),
            ("\x1b[38;5;210;49mx", "\x1b[38;5;210;49mx"),
            ("\x1b[38;2;1;5;9;48;5;8mx", "\x1b[38;2;1;5;9;100mx"),
            ("\x1b[39;49;59mx\x1b[0m", "\x1b[39;49;59mx\x1b[0m"),
            ("\x1b[m\x1b[2J\x1b[1;38H38;5;9m\x1b[?25l\x1b[", "\x1b[m\x1b[2J\x1b[1;38H38;5;9m\x1b[?25l\x1b["),
            ("会議 ─", "会議 ─"),
        ] {
            assert_eq!(String::from_utf8(plain(written.as_bytes())).unwrap(), expected);
        }
    }

    proptest::proptest! {
        #[test]
        fn what_has_no_colours_stays(text in "([\\PC]|\x1b\\[[0-9;]{0,6}[A-Z]){0,30}") {
            proptest::prop_assert_eq!(plain(text.as_bytes()), text.as_bytes());
        }
    }
}
