//! A list that is too large to be kept, walked over as it comes and forgotten byte by byte: how many entries
//! it has, and when they were created. That is enough to go on behind them.

use super::instant;
use super::page::Page;

/// The depth of an entry's fields: in the object, in its list, in the entry.
const FIELDS: u32 = 3;

/// No moment is written in more bytes.
const LONGEST: usize = 64;

/// A walk over `{"jobs": [{…}, …]}`, in pieces.
#[derive(Debug, Default)]
pub(super) struct Sift {
    depth: u32,
    within_string: bool,
    escaped: bool,
    /// The beginning of the last string among an entry's fields.
    text: Vec<u8>,
    /// Whether the next value is when the entry was created.
    is_moment: bool,
    page: Page,
}

impl Sift {
    /// Walks on.
    pub(super) fn feed(&mut self, bytes: &[u8]) {
        for byte in bytes {
            if self.within_string {
                self.string(*byte);
            } else {
                self.structure(*byte);
            }
        }
    }

    /// The entries, none of which could be read; `None` where the text was no list that has ended.
    pub(super) fn end(self) -> Option<Page> {
        (self.depth == 0 && !self.within_string && self.page.listed > 0).then_some(self.page)
    }

    fn string(&mut self, byte: u8) {
        match byte {
            _ if self.escaped => self.escaped = false,
            b'\\' => self.escaped = true,
            b'"' => {
                self.within_string = false;
                if self.is_moment && self.depth == FIELDS {
                    let moment = std::str::from_utf8(&self.text).ok().and_then(instant::parse);
                    self.page.see(moment);
                    self.page.odd.extend(moment.map(|at| (at, 0)));
                    self.is_moment = false;
                }
            }
            _ if self.depth == FIELDS && self.text.len() < LONGEST => self.text.push(byte),
            _ => {}
        }
    }

    fn structure(&mut self, byte: u8) {
        match byte {
            b'"' => {
                self.within_string = true;
                if self.depth == FIELDS {
                    self.text.clear();
                }
            }
            b'{' | b'[' => {
                self.depth = self.depth.saturating_add(1);
                if self.depth == FIELDS && byte == b'{' {
                    self.page.listed += 1;
                    self.page.unreadable += 1;
                }
            }
            b'}' | b']' => self.depth = self.depth.saturating_sub(1),
            b':' if self.depth == FIELDS => self.is_moment = self.text == b"created_at",
            b',' if self.depth == FIELDS => self.is_moment = false,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sifted(text: &str, piece: usize) -> Option<Page> {
        let mut sift = Sift::default();
        text.as_bytes().chunks(piece).for_each(|piece| sift.feed(piece));
        sift.end()
    }

    #[test]
    fn entries_and_moments_are_found_wherever_the_text_is_cut() {
        let text = r#"{"jobs": [{"config": {"created_at": "2020-01-01T00:00:00Z", "x": ["\"},{", "created_at"]},
            "data_name": "created_at", "created_at" : "2026-11-29T01:02:03.004Z", "id": "a"},
            {"created_at": null, "id": "2026-11-29T00:00:00Z"}, {"created_at": "2026-11-28T01:02:03Z"}]}"#;
        for piece in [1, 7, 64, text.len()] {
            let page = sifted(text, piece).unwrap();
            assert_eq!((page.listed, page.unreadable, page.jobs.len()), (3, 3, 0));
            assert_eq!(page.newest, instant::parse("2026-11-29T01:02:03.004Z"));
            assert_eq!(page.oldest, instant::parse("2026-11-28T01:02:03Z"));
        }
    }

    #[test]
    fn what_is_no_list_or_has_no_end_is_none() {
        for text in ["", "<html>", r#"{"jobs": []}"#, r#"{"jobs": [{"id": "a"}"#, r#"{"jobs": [{"id": "a}]}"#]
        {
            assert!(sifted(text, 3).is_none(), "{text}");
        }
    }
}
