//! JSON as it comes, made readable.
//!
//! One odd value must not cost a page of a hundred jobs, but a JSON parser refuses the whole text for
//! it. [`tame`] goes over the text once, before it is parsed, and replaces only what a parser would
//! choke on although the grammar around it is sound: half surrogate pairs, raw control characters in
//! strings, numbers beyond any range, and nesting without end.

use std::borrow::Cow;

use serde_json::Value;

/// How deep values may nest; the parser itself gives up at 128. A job's own configuration has six
/// levels.
const DEEPEST: usize = 64;

/// What stands for a value that was nested too deep.
const TOO_DEEP: &str = "\"…\"";

/// Replaces what would make an otherwise sound text unreadable. Costs one pass, and copies only
/// where something is replaced.
pub(super) fn tame(text: &str) -> Cow<'_, str> {
    let mut pass = Pass { text, at: 0, copied: 0, out: None };
    let mut depth = 0_usize;
    while let Some(byte) = pass.byte(0) {
        match byte {
            b'"' => pass.string(),
            b'[' | b'{' if depth >= DEEPEST => pass.too_deep(),
            b'[' | b'{' => {
                depth += 1;
                pass.at += 1;
            }
            b']' | b'}' => {
                depth = depth.saturating_sub(1);
                pass.at += 1;
            }
            b'-' | b'0'..=b'9' => pass.number(),
            _ => pass.at += 1,
        }
    }
    pass.finish()
}

/// The text of a string or a number; nothing else reads as text.
pub(super) fn text(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::String(text) => Some(Cow::Borrowed(text)),
        Value::Number(number) => Some(Cow::Owned(number.to_string())),
        _ => None,
    }
}

/// One walk over a text, with the copy that is made from the first replacement on. All cuts are at
/// ASCII characters, and so on character boundaries.
struct Pass<'t> {
    text: &'t str,
    at: usize,
    copied: usize,
    out: Option<String>,
}

impl<'t> Pass<'t> {
    fn byte(&self, ahead: usize) -> Option<u8> {
        self.text.as_bytes().get(self.at + ahead).copied()
    }

    /// Puts `with` in the place of what lies between here and `end`, and goes on behind it.
    fn replace(&mut self, end: usize, with: &str) {
        let before = self.text.get(self.copied..self.at).unwrap_or_default();
        let out = self.out.get_or_insert_with(|| String::with_capacity(self.text.len()));
        out.push_str(before);
        out.push_str(with);
        self.at = end;
        self.copied = end;
    }

    fn string(&mut self) {
        self.at += 1;
        while let Some(byte) = self.byte(0) {
            match byte {
                b'"' => {
                    self.at += 1;
                    return;
                }
                b'\\' if self.byte(1) == Some(b'u') => self.escape(),
                b'\\' => self.at += 2,
                0..=0x1f => self.replace(self.at + 1, " "),
                _ => self.at += 1,
            }
        }
    }

    /// A `\u` escape: a high surrogate needs a low one behind it, and a low one a high one before.
    fn escape(&mut self) {
        match self.unit(self.at) {
            Some(0xd800..=0xdbff) if matches!(self.unit(self.at + 6), Some(0xdc00..=0xdfff)) => self.at += 12,
            Some(0xd800..=0xdfff) => self.replace(self.at + 6, "\\ufffd"),
            _ => self.at += 2,
        }
    }

    fn unit(&self, at: usize) -> Option<u16> {
        let digits = self.text.get(at..at + 6)?.strip_prefix("\\u")?;
        digits.bytes().all(|byte| byte.is_ascii_hexdigit()).then_some(())?;
        u16::from_str_radix(digits, 16).ok()
    }

    /// Numbers that no double holds become strings, which read the same.
    fn number(&mut self) {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let length = rest.bytes().take_while(|b| matches!(b, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E'));
        let number = rest.get(..length.count()).unwrap_or_default();
        if number.parse::<f64>().is_ok_and(|value| value.abs() > 1e300) {
            let quoted = format!("\"{number}\"");
            self.replace(self.at + number.len(), &quoted);
        } else {
            self.at += number.len();
        }
    }

    fn too_deep(&mut self) {
        let mut depth = 0_usize;
        let mut ahead = Pass { text: self.text, at: self.at, copied: 0, out: None };
        while let Some(byte) = ahead.byte(0) {
            match byte {
                b'"' => {
                    ahead.skip_string();
                    continue;
                }
                b'[' | b'{' => depth += 1,
                b']' | b'}' => depth -= 1,
                _ => {}
            }
            ahead.at += 1;
            if depth == 0 {
                break;
            }
        }
        self.replace(ahead.at.min(self.text.len()), TOO_DEEP);
    }

    fn skip_string(&mut self) {
        self.at += 1;
        while let Some(byte) = self.byte(0) {
            self.at += if byte == b'\\' { 2 } else { 1 };
            if byte == b'"' {
                return;
            }
        }
    }

    fn finish(self) -> Cow<'t, str> {
        match self.out {
            None => Cow::Borrowed(self.text),
            Some(mut out) => {
                out.push_str(self.text.get(self.copied..).unwrap_or_default());
                Cow::Owned(out)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_what_cannot_be_read_is_replaced() {
        for (raw, tamed) in [
            (r#"{"a":"plain","b":[1,-2.5e3,null]}"#, None),
            (r#"{"a":"\ud83d\ude00 \u00e4 \\ud800 \"x"}"#, None),
            (r#"{"a":"\ud800"}"#, Some(r#"{"a":"\ufffd"}"#)),
            (
                r#"{"a":"\udc00\ud800x\ud800\ud800\udc00"}"#,
                Some(r#"{"a":"\ufffd\ufffdx\ufffd\ud800\udc00"}"#),
            ),
            ("{\"a\":\"x\u{1b}\ny\"}", Some(r#"{"a":"x  y"}"#)),
            ("[1e999, -1e999, 1]", Some(r#"["1e999", "-1e999", 1]"#)),
            ("[1e-999, 0e99999999999, 18446744073709551616]", None),
        ] {
            let read = tame(raw);
            assert_eq!(&*read, tamed.unwrap_or(raw));
            assert_eq!(matches!(read, Cow::Borrowed(_)), tamed.is_none());
            serde_json::from_str::<Value>(&read).unwrap();
        }
    }

    #[test]
    fn a_well_costs_its_own_value_alone() {
        for hole in
            ["[".repeat(5_000) + &"]".repeat(5_000), "{\"]\":".repeat(5_000) + "0" + &"}".repeat(5_000)]
        {
            let text = format!(r#"{{"a":{hole},"b":"here"}}"#);
            let value: Value = serde_json::from_str(&tame(&text)).unwrap();
            assert_eq!(value["b"], "here");
        }
        assert_eq!(tame(&"[".repeat(70)).len(), 64 + TOO_DEEP.len());
    }

    proptest! {
        #[test]
        fn it_never_panics_and_leaves_sound_json_alone(text in any::<String>(), more in r#"[\[\]{}"\\ud8dc0-9e.,: ä-]{0,60}"#) {
            let _ = tame(&text);
            let _ = tame(&more);
            let sound = serde_json::to_string(&vec![&text, &more]).unwrap();
            prop_assert_eq!(&*tame(&sound), &*sound);
        }
    }
}
