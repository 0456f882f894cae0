//! A walk over JSON that is written in the plainest way, which is all that the service writes: it copies
//! nothing, and looks at each byte once. `None` means that what was asked for is not there, not plain (an
//! escape, a number of several spellings) or not JSON; the caller then takes the long way, by a parser that
//! reads everything.

/// How deep values may nest on this way.
const DEEPEST: u32 = 32;

/// A place in a text.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Scan<'t> {
    text: &'t str,
    at: usize,
    /// Whether blanks between values have been passed.
    spaced: bool,
}

impl<'t> Scan<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, at: 0, spaced: false }
    }

    /// What has been walked over since an earlier place.
    pub(super) fn since(self, earlier: Self) -> &'t str {
        self.text.get(earlier.at..self.at).unwrap_or_default()
    }

    /// So many bytes of the text are before it.
    pub(super) fn place(self) -> usize {
        self.at
    }

    /// Whether there were blanks between values on the way here.
    pub(super) fn is_spaced(self) -> bool {
        self.spaced
    }

    /// The next byte that is no blank between values.
    pub(super) fn peek(&mut self) -> Option<u8> {
        loop {
            let byte = *self.text.as_bytes().get(self.at)?;
            if !matches!(byte, b' ' | b'\n' | b'\r' | b'\t') {
                return Some(byte);
            }
            self.at += 1;
            self.spaced = true;
        }
    }

    /// Whether the next byte is this one; it is taken then.
    pub(super) fn takes(&mut self, byte: u8) -> bool {
        let is = self.peek() == Some(byte);
        self.at += usize::from(is);
        is
    }

    /// Takes a text from here on, where it stands here.
    pub(super) fn takes_all(&mut self, text: &str) -> bool {
        let is = self.text.as_bytes().get(self.at..).is_some_and(|rest| rest.starts_with(text.as_bytes()));
        self.at += if is { text.len() } else { 0 };
        is
    }

    /// What stands from here to the next such byte, with it; nothing is taken.
    pub(super) fn up_to(self, byte: u8) -> Option<&'t str> {
        let rest = self.text.get(self.at..)?;
        rest.get(..=memchr::memchr(byte, rest.as_bytes())?)
    }

    /// Takes a string in which nothing is escaped.
    pub(super) fn string(&mut self) -> Option<&'t str> {
        if !self.takes(b'"') {
            return None;
        }
        let (bytes, from) = (self.text.as_bytes(), self.at);
        let mut at = from;
        while let Some(block) = bytes.get(at..).and_then(|rest| rest.first_chunk()) {
            let marks = marks(*block);
            if marks != 0 {
                at += usize::try_from(marks.trailing_zeros() / 8).unwrap_or_default();
                break;
            }
            at += BLOCK;
        }
        loop {
            match bytes.get(at)? {
                b'"' => break,
                b'\\' | 0..=0x1f => return None,
                _ => at += 1,
            }
        }
        self.at = at + 1;
        self.text.get(from..at)
    }

    /// Goes through the members of an object: their names, at their values.
    pub(super) fn members(&mut self, mut member: impl FnMut(&'t str, &mut Self) -> Option<()>) -> Option<()> {
        if !self.takes(b'{') {
            return None;
        }
        if self.takes(b'}') {
            return Some(());
        }
        loop {
            let name = self.string()?;
            if !self.takes(b':') {
                return None;
            }
            member(name, self)?;
            if !self.takes(b',') {
                return self.takes(b'}').then_some(());
            }
        }
    }

    /// Goes through the members of an object that probably has these, in this order: what is known of each, at
    /// its value, or the name of one that is not among them. An object that has one of these twice is not plain.
    pub(super) fn fields<T: Copy>(
        &mut self,
        usual: &[(&str, T)],
        mut member: impl FnMut(Result<T, &'t str>, &mut Self) -> Option<()>,
    ) -> Option<()> {
        if !self.takes(b'{') {
            return None;
        }
        if self.takes(b'}') {
            return Some(());
        }
        let (mut next, mut seen) = (0, 0_u32);
        loop {
            let field = match self.field(usual, next) {
                Ok((place, field)) => {
                    let mark = 1_u32.checked_shl(u32::try_from(place).ok()?)?;
                    (seen & mark == 0).then(|| seen |= mark)?;
                    next = place + 1;
                    Ok(field)
                }
                Err(name) => Err(name?),
            };
            self.peek()?;
            member(field, self)?;
            if !self.takes(b',') {
                return self.takes(b'}').then_some(());
            }
        }
    }

    /// Takes a member's name: one that is known, by a look at those that probably come next, or any other.
    fn field<T: Copy>(&mut self, usual: &[(&str, T)], next: usize) -> Result<(usize, T), Option<&'t str>> {
        let rest = self.peek().and_then(|_| self.text.as_bytes().get(self.at..)).unwrap_or_default();
        if let Some(quoted) = rest.strip_prefix(b"\"") {
            for (place, (name, field)) in usual.iter().enumerate().skip(next) {
                let behind = quoted.strip_prefix(name.as_bytes()).and_then(|rest| rest.strip_prefix(b"\":"));
                if let Some(behind) = behind {
                    self.at = self.text.len() - behind.len();
                    return Ok((place, *field));
                }
            }
        }
        let name = self.string().filter(|_| self.takes(b':')).ok_or(None)?;
        let known = usual.iter().enumerate().find(|(_, (usual, _))| *usual == name);
        known.map(|(place, (_, field))| (place, *field)).ok_or(Some(name))
    }

    /// Goes through the items of a list.
    pub(super) fn items(&mut self, mut item: impl FnMut(&mut Self) -> Option<()>) -> Option<()> {
        if !self.takes(b'[') {
            return None;
        }
        if self.takes(b']') {
            return Some(());
        }
        loop {
            item(self)?;
            if !self.takes(b',') {
                return self.takes(b']').then_some(());
            }
        }
    }

    /// Takes a value, whatever it is; gives it as it is written.
    pub(super) fn value(&mut self) -> Option<&'t str> {
        self.peek()?;
        let start = *self;
        self.pass(DEEPEST)?;
        Some(self.since(start))
    }

    fn pass(&mut self, depth: u32) -> Option<()> {
        match self.peek()? {
            b'"' => self.any_string(),
            b'{' => {
                let depth = depth.checked_sub(1)?;
                self.members(|_, scan| scan.pass(depth))
            }
            b'[' => {
                let depth = depth.checked_sub(1)?;
                self.items(|scan| scan.pass(depth))
            }
            b'-' | b'0'..=b'9' => self.number(),
            _ => self.scalar().map(drop),
        }
    }

    /// Takes a string, whatever is escaped in it.
    fn any_string(&mut self) -> Option<()> {
        let start = *self;
        if self.string().is_some() {
            return Some(());
        }
        *self = start;
        let mut rest = self.text.as_bytes().get(self.at + 1..)?.iter();
        loop {
            match rest.next()? {
                b'"' => break,
                b'\\' => match rest.next()? {
                    b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => {}
                    b'u' if rest.by_ref().take(4).filter(|digit| digit.is_ascii_hexdigit()).count() == 4 => {}
                    _ => return None,
                },
                0..=0x1f => return None,
                _ => {}
            }
        }
        self.at = self.text.len() - rest.len();
        Some(())
    }

    /// Takes a number, however it is written.
    fn number(&mut self) -> Option<()> {
        let bytes = self.text.as_bytes();
        let digits = |scan: &mut Self| {
            let rest = bytes.get(scan.at..).unwrap_or_default();
            let count = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
            scan.at += count;
            count
        };
        let next = |scan: &Self| bytes.get(scan.at).copied();
        self.at += usize::from(next(self) == Some(b'-'));
        let zero = next(self) == Some(b'0');
        let whole = digits(self);
        if whole == 0 || zero && whole > 1 {
            return None;
        }
        if next(self) == Some(b'.') {
            self.at += 1;
            (digits(self) > 0).then_some(())?;
        }
        if matches!(next(self), Some(b'e' | b'E')) {
            self.at += 1;
            self.at += usize::from(matches!(next(self), Some(b'+' | b'-')));
            (digits(self) > 0).then_some(())?;
        }
        Some(())
    }

    /// Takes null, a truth value, or a whole number that has but one spelling.
    pub(super) fn scalar(&mut self) -> Option<&'t str> {
        self.peek()?;
        let start = *self;
        let bytes = self.text.as_bytes().get(self.at..)?;
        let digits = bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if digits == 0 {
            return ["null", "true", "false"].into_iter().find(|word| self.takes_all(word));
        }
        let one_spelling = digits < 16 && (digits == 1 || bytes.first() != Some(&b'0'));
        let ends = !matches!(bytes.get(digits), Some(b'.' | b'e' | b'E'));
        self.at += digits;
        (one_spelling && ends).then(|| self.since(start))
    }

    /// Whether nothing follows.
    pub(super) fn is_over(&mut self) -> bool {
        self.peek().is_none()
    }
}

/// So many bytes are looked at together.
const BLOCK: usize = 8;

/// `01` in each byte, and `80`.
const EACH: u64 = u64::MAX / 255;
const HIGH: u64 = EACH << 7;

/// The high bits of those bytes, up to the first such one, that end a string or are not plain.
fn marks(block: [u8; BLOCK]) -> u64 {
    let bytes = u64::from_le_bytes(block);
    // With this bit turned, a quotation mark follows the last of the controls, and those stay what they are.
    let quote_or_control = (bytes ^ (EACH * 0x02)).wrapping_sub(EACH * 0x21);
    let backslash = (bytes ^ (EACH * 0x5c)).wrapping_sub(EACH);
    (quote_or_control | backslash) & !bytes & HIGH
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde::de::IgnoredAny;

    use super::*;

    proptest! {
        #[test]
        fn what_it_takes_is_json(text in r#"[\[\]{}:, "a\\u0-9\n.eE+-é]{0,24}"#, nested in r#"(\[|\{"a":)?("[a\\"u0-9]{0,6}"|-?[0-9]{1,3}(\.[0-9])?(e[+-]?[0-9])?)[\]}]?"#) {
            for text in [text, nested] {
                let mut scan = Scan::new(&text);
                // The parser ignores what it does not keep, and so minds neither ranges nor half surrogates.
                let whole = scan.value().is_some() && scan.is_over();
                prop_assert_eq!(whole, serde_json::from_str::<IgnoredAny>(&text).is_ok(), "{}", text);
            }
        }

        #[test]
        fn plain_strings_are_taken_whole_and_others_not(text in "[ -~é\u{0}-\u{1f}\"\\\\]{0,40}", behind in ".{0,9}") {
            let plain = !text.bytes().any(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1f));
            let written = format!("\"{text}\"{behind}");
            let mut scan = Scan::new(&written);
            let taken = scan.string();
            if plain {
                prop_assert_eq!(taken, Some(&*text));
                prop_assert_eq!(scan.at, text.len() + 2);
            } else {
                prop_assert_ne!(taken, Some(&*text));
            }
        }
    }

    /// Whatever the order, the fields are those of the members.
    #[test]
    fn fields_are_found_in_any_order_and_others_by_their_names() {
        let fields = |text: &str| {
            let (mut scan, mut found) = (Scan::new(text), String::new());
            scan.fields(&[("a", 'a'), ("ab", 'b'), ("c", 'c')], |field, scan| {
                match field {
                    Ok(known) => found.push(known),
                    Err(name) => found.push_str(name),
                }
                found.push_str(scan.value()?);
                Some(())
            })?;
            scan.is_over().then_some(found)
        };
        for (text, found) in [
            ("{}", Some("")),
            (r#"{"a":1,"ab":2,"c":3}"#, Some("a1b2c3")),
            (r#"{"c":3,"ab":2,"a":1}"#, Some("c3b2a1")),
            (r#" { "ab" : 2 , "x": 0,"c":3 , "x" :4 } "#, Some("b2x0c3x4")),
            (r#"{"abc":1,"a":{"a":1}}"#, Some(r#"abc1a{"a":1}"#)),
            (r#"{"a":1,"a":2}"#, None),
            (r#"{"c":1,"a":1,"c":2}"#, None),
            (r#"{"a":1,}"#, None),
            (r#"{"a"1}"#, None),
            (r#"{"a\u0062":1}"#, None),
            (r#"{"a":}"#, None),
            ("{", None),
            (r#"{"a"#, None),
        ] {
            assert_eq!(fields(text).as_deref(), found, "{text}");
        }
    }

    #[test]
    fn what_has_two_spellings_is_not_plain() {
        for (text, taken) in [
            ("7", true),
            ("0", true),
            (" 123 ", true),
            ("null", true),
            ("01", false),
            ("1.5", false),
            ("1e3", false),
            ("-1", false),
            ("nul", false),
            ("", false),
            ("1234567890123456", false),
        ] {
            assert_eq!(Scan::new(text).scalar().is_some(), taken, "{text:?}");
        }
        assert_eq!(Scan::new(&"[".repeat(100_000)).value(), None);
    }
}
