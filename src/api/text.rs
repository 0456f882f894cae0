//! Remote text on its way into the model: cleaned, masked, without the key, bounded, in that order,
//! so that hidden characters cannot split a secret and a cut cannot leave half of one.

use std::borrow::Cow;

use crate::api::{mask, scrub};
use crate::model::KeyValue;

/// What stands for the key where the service echoes it.
const KEY: &str = "[key]";

/// A shorter key is none of the service's, but a word that may well stand in honest text.
const SHORTEST_KEY: usize = 8;

/// In a longer text a search for the whole key is worth preparing.
const LONG: usize = 1_024;

/// Reads remote text that was got with a certain key.
#[derive(Clone, Copy)]
pub(super) struct Reader<'k> {
    key: Option<&'k str>,
    /// Whether the key is long enough to be looked for within words.
    is_long: bool,
    /// Whether what is read is a part, as it stands, of a text in which the key does not stand.
    verbatim: bool,
}

impl<'k> Reader<'k> {
    pub(super) fn new(key: &'k KeyValue) -> Self {
        let key = key.expose();
        Self { key: Some(key), is_long: key.len() >= SHORTEST_KEY, verbatim: false }
    }

    /// Reads what was got without a key.
    pub(super) fn keyless() -> Self {
        Self { key: None, is_long: false, verbatim: false }
    }

    /// Reads parts of one text, as they stand in it: most texts are without the key, and then it need not
    /// be looked for again in what of them is not changed. Not for what was escaped there.
    pub(super) fn of_parts(self, text: &str) -> Self {
        Self { verbatim: !self.has_key(text), ..self }
    }

    /// Reads what need not stand as it is in any text.
    fn of_anything(self) -> Self {
        Self { verbatim: false, ..self }
    }

    /// A name, title, reference, tag or any other short text; blanks around it are dropped.
    pub(super) fn name(self, raw: &str) -> Cow<'_, str> {
        self.read(raw, scrub::NAME)
    }

    /// The name of an audio file, which is the whole URL where a client fetched it from there.
    pub(super) fn file(self, raw: &str) -> Cow<'_, str> {
        // In what is plain there is no URL.
        if mask::is_plain(raw) {
            return self.plain(raw, scrub::NAME);
        }
        match scrub::clean(raw) {
            Cow::Borrowed(cleaned) => self.clean_file(cleaned.trim()),
            Cow::Owned(cleaned) => Cow::Owned(self.of_anything().clean_file(cleaned.trim()).into_owned()),
        }
    }

    fn clean_file(self, cleaned: &str) -> Cow<'_, str> {
        if mask::has_scheme(cleaned) {
            self.place(cleaned, scrub::NAME)
        } else {
            self.read_clean(cleaned, scrub::NAME)
        }
    }

    /// A message of one sentence or a few.
    pub(super) fn message(self, raw: &str) -> Cow<'_, str> {
        self.read(raw, scrub::MESSAGE)
    }

    /// What the service says, in a sentence or a few: it may echo the key, however short that is.
    pub(super) fn said(self, raw: &str) -> Cow<'_, str> {
        let message = self.message(raw);
        match self.key {
            Some(word) if !self.is_long => without_word(message, word),
            _ => message,
        }
    }

    /// A text that says where something is.
    pub(super) fn location(self, raw: &str) -> Cow<'_, str> {
        match scrub::clean(raw) {
            Cow::Borrowed(cleaned) => self.place(cleaned.trim(), scrub::MESSAGE),
            Cow::Owned(cleaned) => {
                Cow::Owned(self.of_anything().place(cleaned.trim(), scrub::MESSAGE).into_owned())
            }
        }
    }

    fn place(self, cleaned: &str, most: usize) -> Cow<'_, str> {
        match self.without_key(mask::location(cleaned)) {
            Cow::Borrowed(text) => scrub::bound(text, most),
            Cow::Owned(text) if text.len() <= most => Cow::Owned(text),
            Cow::Owned(text) => Cow::Owned(scrub::bound(&text, most).into_owned()),
        }
    }

    /// Without controls and without the key, but whole: for what must not be mistaken for another.
    pub(super) fn whole(self, raw: &str) -> Cow<'_, str> {
        match scrub::clean(raw) {
            Cow::Borrowed(cleaned) => self.without_key(Cow::Borrowed(cleaned.trim())),
            Cow::Owned(cleaned) => {
                let cleaned = Cow::Borrowed(cleaned.trim());
                Cow::Owned(self.of_anything().without_key(cleaned).into_owned())
            }
        }
    }

    /// Whether a word of ASCII letters, as names of fields are, is shown as it is.
    pub(super) fn shows(self, word: &str) -> bool {
        word.len() <= scrub::NAME && (self.verbatim || !self.has_key(word))
    }

    /// A line of a longer text: whole, with the blanks before it.
    pub(super) fn whole_line(self, raw: &str) -> String {
        self.without_key(scrub::clean(raw)).into_owned()
    }

    /// What needs no change is not copied.
    fn read(self, raw: &str, most: usize) -> Cow<'_, str> {
        if mask::is_plain(raw) {
            return self.plain(raw, most);
        }
        match scrub::clean(raw) {
            Cow::Borrowed(cleaned) => self.read_clean(cleaned.trim(), most),
            Cow::Owned(cleaned) => {
                Cow::Owned(self.of_anything().read_clean(cleaned.trim(), most).into_owned())
            }
        }
    }

    /// A text in which there is nothing to clean and nothing to mask.
    #[inline]
    fn plain(self, raw: &str, most: usize) -> Cow<'_, str> {
        if self.verbatim && raw.len() <= most {
            return Cow::Borrowed(raw);
        }
        match self.without_key(Cow::Borrowed(raw)) {
            Cow::Borrowed(text) => scrub::bound(text, most),
            Cow::Owned(text) => Cow::Owned(scrub::bound(&text, most).into_owned()),
        }
    }

    fn read_clean(self, cleaned: &str, most: usize) -> Cow<'_, str> {
        match self.without_key(mask::text(cleaned)) {
            Cow::Borrowed(text) => scrub::bound(text, most),
            Cow::Owned(text) => Cow::Owned(scrub::bound(&text, most).into_owned()),
        }
    }

    fn without_key(self, text: Cow<'_, str>) -> Cow<'_, str> {
        match self.key {
            Some(_) if self.verbatim && matches!(text, Cow::Borrowed(_)) => text,
            Some(key) if self.has_key(&text) => Cow::Owned(text.replace(key, KEY)),
            _ => text,
        }
    }

    /// Whether the key stands in a text. Most are shorter than any key, and of the others it is quicker
    /// to look for its first character than to prepare a search for the whole.
    fn has_key(self, text: &str) -> bool {
        let Some(key) = self.key.filter(|_| self.is_long) else { return false };
        let (key, text) = (key.as_bytes(), text.as_bytes());
        if text.len() > LONG {
            return memchr::memmem::find(text, key).is_some();
        }
        let Some((first, starts)) = key.first().zip(text.get(..(text.len() + 1).saturating_sub(key.len())))
        else {
            return false;
        };
        memchr::memchr_iter(*first, starts).any(|at| text.get(at..).is_some_and(|rest| rest.starts_with(key)))
    }
}

/// A text without a key that stands in it as a word.
fn without_word<'t>(text: Cow<'t, str>, word: &str) -> Cow<'t, str> {
    let is_whole = |at: usize| {
        let (before, after) = (text.get(..at), text.get(at + word.len()..));
        let ends = before.is_some_and(|before| !before.ends_with(char::is_alphanumeric));
        ends && after.is_some_and(|after| !after.starts_with(char::is_alphanumeric))
    };
    let places: Vec<usize> = text.match_indices(word).map(|(at, _)| at).filter(|at| is_whole(*at)).collect();
    if places.is_empty() {
        return text;
    }
    let (mut out, mut from) = (String::with_capacity(text.len()), 0);
    for at in places {
        out.push_str(text.get(from..at).unwrap_or_default());
        out.push_str(KEY);
        from = at + word.len();
    }
    out.push_str(text.get(from..).unwrap_or_default());
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn hidden_characters_cannot_split_the_key() {
        let key = KeyValue::new("abcdefgh1234").unwrap();
        let reader = Reader::new(&key);
        assert_eq!(&*reader.message("bad key abcd\u{200b}efgh\u{1b}1234!"), "bad key [key]!");
        assert_eq!(&*reader.name("  abcdefgh1234.wav "), "[key].wav");
        assert_eq!(reader.whole("abcdefgh1234"), "[key]");
        let short = KeyValue::new("good").unwrap();
        assert_eq!(&*Reader::new(&short).name("good.wav"), "good.wav");
        for (raw, said) in [
            ("bad token good", "bad token [key]"),
            ("good: \"good\", goodness, no-good!", "[key]: \"[key]\", goodness, no-[key]!"),
            ("goods", "goods"),
        ] {
            assert_eq!(&*Reader::new(&short).said(raw), said);
        }
        assert_eq!(&*reader.said("bad abcdefgh1234"), "bad [key]");
    }

    #[test]
    fn a_file_that_is_a_url_says_where_it_is_and_no_more() {
        let key = KeyValue::new("abcdefgh1234").unwrap();
        let reader = Reader::new(&key);
        for (raw, shown) in [
            (" https://h.example/a b.wav?sig=SIG SECRET\" x", "https://h.example/a b.wav?…"),
            ("s3://bucket\u{200b}/abcdefgh1234?a b", "s3://bucket/[key]?…"),
            ("is this?a=b a question.wav", "is this?… a question.wav"),
            ("abcdefgh1234.wav", "[key].wav"),
            ("see https://h.example/a?b c", "see https://h.example/a?… c"),
        ] {
            assert_eq!(reader.file(raw), shown, "{raw}");
        }
        let long = format!("https://h.example/{}", "x".repeat(2 * scrub::NAME));
        assert_eq!(reader.file(&long).chars().count(), scrub::NAME);
    }

    /// What is read as a part of a text comes out as what is read by itself.
    #[test]
    fn what_stands_in_a_text_is_read_as_by_itself() {
        let key = KeyValue::new("abcdefgh1234").unwrap();
        let reader = Reader::new(&key);
        let long = "x".repeat(2 * LONG);
        for part in [
            "a name.wav",
            "abcdefgh1234",
            "abcd\u{200b}efgh1234",
            "\u{200b}abcd\u{200b}efgh1234 at https://h.example/p?q=1",
            "https://h.example/abcd\u{200b}efgh1234/p?q=1",
            "https://u:p@h.example/p",
            "Authorization: Bearer 0123456789abcdef",
        ] {
            for text in [part.to_owned(), format!("{long}{part}"), format!("{long}{part}{long}abcdefgh1234")]
            {
                let parts = reader.of_parts(&text);
                assert_eq!(parts.verbatim, !text.contains("abcdefgh1234"));
                assert_eq!(parts.name(part), reader.name(part));
                assert_eq!(parts.message(part), reader.message(part));
                assert_eq!(parts.file(part), reader.file(part));
                assert_eq!(parts.location(part), reader.location(part));
                assert_eq!(parts.whole(part), reader.whole(part));
                assert_eq!(parts.shows(part), reader.shows(part));
            }
        }
    }

    proptest! {
        #[test]
        fn the_key_is_nowhere_and_a_cut_leaves_no_half(
            key in "[A-Za-z0-9]{12,40}", before in "[ -~]{0,600}", after in ".{0,40}",
        ) {
            let value = KeyValue::new(&key).unwrap();
            let raw = format!("{before}{key}{after}");
            let name = Reader::new(&value).name(&raw);
            prop_assert!(!name.contains(&key[..12]));
            prop_assert!(name.chars().count() <= scrub::NAME);
        }
    }
}
