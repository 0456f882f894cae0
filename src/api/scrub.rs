//! The single place where text from outside becomes text that may be shown.
//!
//! A terminal obeys control characters, and a reader is misled by characters that cannot be seen
//! (reordering, zero-width, tags). Both go, whatever the text is for. What is left is bounded in
//! length. Nothing here knows of secrets; [`mask`](crate::api::mask) does.

use std::borrow::Cow;
use std::ops::RangeInclusive;

use unicode_width::UnicodeWidthChar;

/// The longest name, title, reference or tag, in characters.
pub const NAME: usize = 512;

/// The longest message, in characters.
pub const MESSAGE: usize = 2_000;

/// How many combining marks may follow one another. Real writing needs two or three (Vietnamese,
/// Thai, decomposed Korean); hundreds are an attack on the lines above and below.
const MARKS: usize = 4;

/// Characters that never get through: controls (Cc), format characters (Cf), the other invisible
/// ones that Unicode calls default-ignorable, and surrogate-like leftovers. Line breaks and tabs are
/// among them, and become a space first; variation selectors have rules of their own.
const FORBIDDEN: [RangeInclusive<char>; 36] = [
    '\u{0}'..='\u{1f}',        // C0
    '\u{7f}'..='\u{9f}',       // DEL and C1
    '\u{ad}'..='\u{ad}',       // soft hyphen
    '\u{34f}'..='\u{34f}',     // combining grapheme joiner
    '\u{600}'..='\u{605}',     // Arabic number signs
    '\u{61c}'..='\u{61c}',     // Arabic letter mark
    '\u{6dd}'..='\u{6dd}',     // Arabic end of ayah
    '\u{70f}'..='\u{70f}',     // Syriac abbreviation mark
    '\u{890}'..='\u{891}',     // Arabic pound and piastre marks
    '\u{8e2}'..='\u{8e2}',     // Arabic disputed end of ayah
    '\u{115f}'..='\u{115f}',   // Hangul filler
    '\u{17b4}'..='\u{17b5}',   // Khmer inherent vowels
    '\u{180b}'..='\u{180f}',   // Mongolian variation selectors and vowel separator
    '\u{200b}'..='\u{200f}',   // zero-width characters and direction marks
    '\u{2028}'..='\u{202e}',   // line and paragraph separator, direction embeddings
    '\u{2060}'..='\u{206f}',   // word joiner, invisible operators, isolates, deprecated controls
    '\u{3164}'..='\u{3164}',   // Hangul filler
    '\u{feff}'..='\u{feff}',   // byte order mark
    '\u{ffa0}'..='\u{ffa0}',   // half-width Hangul filler
    '\u{fff0}'..='\u{fffb}',   // unassigned ignorables, interlinear annotation
    '\u{fffe}'..='\u{ffff}',   // no characters at all
    '\u{110bd}'..='\u{110bd}', // Kaithi number sign
    '\u{110cd}'..='\u{110cd}', // Kaithi number sign above
    '\u{13430}'..='\u{1343f}', // Egyptian hieroglyph joiners
    '\u{1bca0}'..='\u{1bca3}', // shorthand controls
    '\u{1d173}'..='\u{1d17a}', // musical controls
    '\u{1fffe}'..='\u{1ffff}',
    '\u{2fffe}'..='\u{2ffff}',
    '\u{3fffe}'..='\u{3ffff}',
    '\u{4fffe}'..='\u{4ffff}',
    '\u{5fffe}'..='\u{dffff}', // unassigned planes
    '\u{e0000}'..='\u{e00ff}', // tag characters: whole hidden sentences
    '\u{e01f0}'..='\u{effff}', // unassigned ignorables behind the variation selectors
    '\u{ffffe}'..='\u{fffff}',
    '\u{10fffe}'..='\u{10ffff}',
    '\u{1160}'..='\u{1160}', // Hangul filler, the vowel
];

/// Whether a character may never be in scrubbed text.
pub fn is_forbidden(c: char) -> bool {
    !matches!(c, ' '..='~') && FORBIDDEN.iter().any(|range| range.contains(&c))
}

/// Removes what must not be shown; line breaks and tabs become a space (CR LF one). Text that is
/// clean already comes back as it is.
pub fn clean(text: &str) -> Cow<'_, str> {
    // All bytes are looked at, because that many can be at once.
    if text.bytes().fold(true, |plain, byte| plain & matches!(byte, b' '..=b'~'))
        || text.chars().all(is_letter)
    {
        return Cow::Borrowed(text);
    }
    let mut kept = String::with_capacity(text.len());
    let mut base = None;
    let mut marks = 0;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let c = match c {
            '\r' if chars.peek() == Some(&'\n') => continue,
            '\n' | '\r' | '\t' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => ' ',
            c => c,
        };
        if is_forbidden(c) {
            continue;
        }
        if c.width() == Some(0) {
            // A selector counts as a mark, so that none can follow another.
            let fits = if is_selector(c) { marks == 0 && takes_selector(base, c) } else { base.is_some() };
            if !fits || marks == MARKS {
                continue;
            }
            marks += 1;
        } else {
            base = Some(c);
            marks = 0;
        }
        kept.push(c);
    }
    if kept == text { Cow::Borrowed(text) } else { Cow::Owned(kept) }
}

/// Whether a character stands by itself and is shown as it is, as far as that is quick to see: ASCII, and
/// the letters and marks that most of the world's names are written in. None of them is a blank but that
/// of ASCII.
pub(super) fn is_letter(c: char) -> bool {
    matches!(
        c,
        ' '..='~'
            | '\u{a1}'..='\u{ac}' // Latin
            | '\u{ae}'..='\u{24f}'
            | '\u{391}'..='\u{3a1}' // Greek
            | '\u{3a3}'..='\u{3ff}'
            | '\u{400}'..='\u{482}' // Cyrillic
            | '\u{5d0}'..='\u{5ea}' // Hebrew
            | '\u{620}'..='\u{64a}' // Arabic
            | '\u{660}'..='\u{66f}'
            | '\u{2010}'..='\u{2027}' // dashes, quotation marks, dots
            | '\u{3001}'..='\u{3029}' // marks of Chinese and Japanese
            | '\u{3041}'..='\u{3096}' // kana
            | '\u{30a1}'..='\u{30ff}'
            | '\u{4e00}'..='\u{9fff}' // Chinese characters
            | '\u{ac00}'..='\u{d7a3}' // Hangul
            | '\u{ff01}'..='\u{ff5e}' // full width
    )
}

/// Cuts to at most `most` characters, the last of them `…` where something was cut.
pub fn bound(text: &str, most: usize) -> Cow<'_, str> {
    if text.len() <= most || text.chars().nth(most).is_none() {
        return Cow::Borrowed(text);
    }
    let mut kept: String = text.chars().take(most.saturating_sub(1)).collect();
    kept.push('…');
    Cow::Owned(kept)
}

fn is_selector(c: char) -> bool {
    matches!(c, '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}')
}

/// Variation selectors choose a glyph (☎︎ or ☎️, a variant of a Chinese character in a Japanese
/// name). Behind anything else they show nothing, and 256 of them make an alphabet to smuggle with.
fn takes_selector(base: Option<char>, selector: char) -> bool {
    base.is_some_and(|base| match selector {
        '\u{fe0e}' | '\u{fe0f}' => !base.is_ascii() || matches!(base, '0'..='9' | '#' | '*'),
        '\u{fe00}'..='\u{fe0d}' => !base.is_ascii(),
        _ => matches!(base, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3fffd}'),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_a_terminal_obeys_and_what_hides_is_gone() {
        for (raw, shown) in [
            ("call.wav", "call.wav"),
            ("\u{1b}[31mred\u{1b}[0m", "[31mred[0m"),
            ("\u{1b}]0;title\u{7}x", "]0;titlex"),
            ("\u{9b}2Jx\u{7f}", "2Jx"),
            ("two\r\nlines\tand a tab\u{2028}end\u{85}", "two lines and a tab end "),
            ("evil\u{202e}gpj.exe\u{2066}\u{61c}\u{200f}", "evilgpj.exe"),
            ("zero\u{200b}\u{200c}\u{200d}\u{2060}\u{feff}width\u{ad}", "zerowidth"),
            ("tag\u{e0001}\u{e0041}\u{e007f}ged", "tagged"),
            ("a\u{fe01}\u{e0100}\u{e01ef}b", "ab"),
            ("☎\u{fe0f}\u{fe0f}\u{fe0e}", "☎\u{fe0f}"),
            ("葛\u{e0100}城", "葛\u{e0100}城"),
            ("1\u{fe0f}\u{20e3}", "1\u{fe0f}\u{20e3}"),
            ("Z\u{300}\u{301}\u{302}\u{303}\u{304}\u{305}a", "Z\u{300}\u{301}\u{302}\u{303}a"),
            ("\u{301}naked", "naked"),
            ("\u{1112}\u{1161}\u{11ab}", "\u{1112}\u{1161}\u{11ab}"),
        ] {
            assert_eq!(clean(raw), shown, "{raw:?}");
        }
    }

    #[test]
    fn real_names_are_left_alone() {
        for name in [
            "Größe – Übersicht.mp3",
            "会議の録音 第3回.m4a",
            "مقابلة صحفية.wav",
            "Phỏng vấn – Nguyễn.mp3",
            "สัมภาษณ์.mp3",
            "क्षत्रिय.wav",
            "일정.wav",
            "👍🏽 done ✔.wav",
            "",
        ] {
            assert!(matches!(clean(name), Cow::Borrowed(_)), "{name}");
        }
    }

    #[test]
    fn what_is_taken_for_a_letter_is_shown_as_it_is() {
        for c in (char::MIN..=char::MAX).filter(|c| is_letter(*c)) {
            assert!(!is_forbidden(c) && c.width().is_some_and(|width| width > 0), "{c:?}");
            assert!(c == ' ' || !c.is_whitespace(), "{c:?}");
        }
    }

    #[test]
    fn the_bound_counts_characters_and_shows_the_cut() {
        assert_eq!(bound("äöü", 3), "äöü");
        assert_eq!(bound("äöüß", 3), "äö…");
        assert_eq!(bound("", 3), "");
    }

    /// Any text, with what is to be removed drawn often.
    fn hostile() -> impl Strategy<Value = String> {
        let nasty = prop_oneof![
            any::<char>(),
            prop::sample::select(vec![
                '\u{1b}',
                '\u{9b}',
                '\r',
                '\n',
                '\t',
                '\u{202e}',
                '\u{200d}',
                '\u{fe0f}',
                '\u{e0100}',
                '\u{e0041}',
                '\u{301}',
                '\u{1161}',
                '\u{ad}',
                'a',
                '葛',
                ' ',
            ]),
        ];
        prop::collection::vec(nasty, 0..200).prop_map(|chars| chars.into_iter().collect())
    }

    proptest! {
        #[test]
        fn nothing_forbidden_is_left(text in hostile()) {
            let cleaned = clean(&text);
            prop_assert!(!cleaned.chars().any(|c| c.is_control() || is_forbidden(c)));
            let mut run = 0;
            for c in cleaned.chars() {
                run = if c.width() == Some(0) { run + 1 } else { 0 };
                prop_assert!(run <= MARKS);
            }
        }

        #[test]
        fn it_is_bounded_and_idempotent(text in hostile(), most in 1_usize..300) {
            let once = bound(&clean(&text), most).into_owned();
            prop_assert!(once.chars().count() <= most);
            let cleaned = clean(&once);
            prop_assert_eq!(&*bound(&cleaned, most), &*once);
        }

        #[test]
        fn clean_text_is_unchanged(text in "[ -~äöüßéñ漢字かなкирилл]{0,80}") {
            prop_assert_eq!(&*clean(&text), &*text);
        }
    }
}
