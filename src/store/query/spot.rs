//! What is being written at a place of a text that may be no query yet: the beginning of a word, of a
//! field's name or of a value. It reads spelling as [`lex`](super::lex) does, but forgives what is not
//! there yet; it suggests nothing.

use std::ops::Range;

use super::fields::{self, Field};
use super::lex::{Op, is_name};
use super::parse::LONGEST;

/// What is being written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spot<'a> {
    /// Its place, in bytes, up to the cursor: of a term without its negations.
    pub at: Range<usize>,
    /// What it is.
    pub part: Part<'a>,
    /// Whether it stands behind a whole term, so that `or` may be meant.
    pub follows: bool,
}

/// What may be written somewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part<'a> {
    /// A word, or a field's name that has no operator yet; empty where nothing is typed.
    Word(&'a str),
    /// A field's value.
    Value {
        /// The field.
        field: &'static Field,
        /// The operator as it was typed, one that the field has.
        operator: &'static str,
        /// The place of the value, its quotes included.
        at: Range<usize>,
        /// What is typed of it, without quotes.
        typed: String,
    },
}

impl<'a> Spot<'a> {
    /// What is being written where the cursor is, in bytes; `None` in the midst of something, in a phrase,
    /// and behind a field that there is not.
    pub fn of(text: &'a str, cursor: usize) -> Option<Self> {
        let behind = text.get(cursor..)?.chars().next();
        if text.len() > LONGEST || behind.is_some_and(|c| !c.is_whitespace() && c != ')') {
            return None;
        }
        let (mut at, mut follows) = (0, false);
        loop {
            let rest = text.get(at..)?;
            let start = at + rest.len() - rest.trim_start().len();
            let rest = text.get(start..)?;
            if start >= cursor {
                return Some(Self { at: cursor..cursor, part: Part::Word(""), follows });
            }
            if let Some(sign) = rest.chars().next().filter(|c| matches!(c, '(' | ')' | '-' | '!')) {
                (at, follows) = (start + 1, sign == ')');
                continue;
            }
            let end = start + reach(rest);
            if end >= cursor {
                return Self::term(text, start..end, follows).filter(|_| end == cursor);
            }
            (at, follows) = (end, !is_keyword(text.get(start..end)?));
        }
    }

    fn term(text: &'a str, at: Range<usize>, follows: bool) -> Option<Self> {
        let term = text.get(at.clone())?;
        let operator = term.char_indices().find_map(|(at, c)| Op::of(c).map(|op| (at, op)));
        let part = match operator {
            _ if term.starts_with('"') => return None,
            Some((name, op)) if term.get(..name).is_some_and(is_name) => {
                let field = fields::named(term.get(..name)?)?;
                let operator = field.kind.operators().iter().copied().find(|known| *known == op.as_str())?;
                let value = at.start + name + 1..at.end;
                let typed = unquoted(text.get(value.clone())?);
                Part::Value { field, operator, at: value, typed }
            }
            _ => Part::Word(term),
        };
        Some(Self { at, part, follows })
    }
}

fn is_keyword(word: &str) -> bool {
    ["and", "or", "not"].iter().any(|keyword| word.eq_ignore_ascii_case(keyword))
}

/// How far a term reaches. One whose quotes or parentheses are not closed reaches as far as it may.
fn reach(rest: &str) -> usize {
    let mut open = 0_usize;
    let mut before = "";
    for (at, c) in rest.char_indices() {
        match c {
            '"' if before.is_empty() || before.ends_with([':', '~', '<', '>']) => {
                let closing = closing(rest.get(at..).unwrap_or_default());
                return closing.map_or(rest.len(), |closing| at + closing + 1);
            }
            '(' if is_keyword(before) => return at,
            '(' => open += 1,
            ')' if open == 0 => return at,
            ')' => open -= 1,
            _ if c.is_whitespace() => return at,
            _ => {}
        }
        before = rest.get(..at + c.len_utf8()).unwrap_or_default();
    }
    rest.len()
}

/// Where the closing quote of a quoted text is, if it is there.
fn closing(rest: &str) -> Option<usize> {
    let mut escaped = false;
    rest.char_indices().skip(1).find_map(|(at, c)| {
        let closes = c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
        closes.then_some(at)
    })
}

/// A value without its quotes, of which the last may be missing.
fn unquoted(value: &str) -> String {
    let Some(inner) = value.strip_prefix('"') else { return value.to_owned() };
    let inner = closing(value).and_then(|end| value.get(1..end)).unwrap_or(inner);
    let mut plain = String::new();
    let mut chars = inner.chars().peekable();
    while let Some(c) = chars.next() {
        plain.push(if c == '\\' { chars.next_if(|next| matches!(next, '"' | '\\')).unwrap_or(c) } else { c });
    }
    plain
}

/// A value as it must be written behind an operator to be read as it is.
pub fn spelled(value: &str) -> String {
    let awkward = |c: char| c.is_whitespace() || matches!(c, '"' | '(' | ')');
    if !value.is_empty() && !value.starts_with('=') && !value.contains(awkward) {
        return value.to_owned();
    }
    let escaped = value.replace('\\', "\\\\").replace('"', "\\\"");
    format!("\"{escaped}\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text with `‸` for the cursor, and what is being written there: the text, `field op value` or
    /// `-`; with `…` before it where `or` may follow.
    fn told(marked: &str) -> String {
        let cursor = marked.find('‸').unwrap();
        let text = marked.replace('‸', "");
        let Some(spot) = Spot::of(&text, cursor) else { return "-".to_owned() };
        assert_eq!(spot.at.end, cursor);
        let follows = if spot.follows { "…" } else { "" };
        match spot.part {
            Part::Word(word) => {
                assert_eq!(&text[spot.at], word);
                format!("{follows}{word}")
            }
            Part::Value { field, operator, at, typed } => {
                assert!(text[at.clone()] == typed || text[at].starts_with('"'));
                format!("{follows}{} {operator} {typed}", field.name)
            }
        }
    }

    #[test]
    fn what_is_being_written_is_told_before_it_is_whole() {
        for (marked, spot) in [
            ("‸", ""),
            ("sta‸", "sta"),
            ("st‸a", "-"),
            ("‸sta", "-"),
            ("sta ‸", "…"),
            ("sta  ‸ x", "…"),
            ("-sta‸", "sta"),
            ("not sta‸", "sta"),
            ("--(sta‸)", "sta"),
            ("(‸", ""),
            ("a or ‸", ""),
            ("a OR b‸", "b"),
            ("(a) o‸", "…o"),
            ("a) ‸", "…"),
            ("status:‸", "status : "),
            ("State:run‸", "status : run"),
            ("a -status:run‸ b", "status : run"),
            ("status:r‸un", "-"),
            ("dur~‸", "-"),
            ("foo:‸", "-"),
            ("10:30‸", "10:30"),
            ("tag:\"a b‸", "tag : a b"),
            ("tag:\"a \\\"b‸", "tag : a \"b"),
            ("tag:\"a b\"‸", "tag : a b"),
            ("tag:\"a\" x‸", "…x"),
            ("\"a b‸", "-"),
            ("\"a b\" c‸", "…c"),
            ("call(1).wav‸", "call(1).wav"),
            ("not(sta‸", "sta"),
            ("é dur>1‸", "…dur > 1"),
        ] {
            assert_eq!(told(marked), spot, "{marked}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_is_a_reason_to_panic_and_a_value_is_read_as_it_is_spelled(text in "\\PC{0,20}", cursor in 0..24_usize) {
            let text = format!("{text} ");
            let _ = Spot::of(&text, cursor);
            let written = format!("tag:{}", spelled(text.trim()));
            let spot = Spot::of(&written, written.len());
            let typed = match spot.map(|spot| spot.part) {
                Some(Part::Value { typed, .. }) => Some(typed),
                _ => None,
            };
            proptest::prop_assert_eq!(typed.as_deref(), Some(text.trim()), "{}", written);
        }
    }
}
