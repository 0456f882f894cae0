//! Masking a configuration as it is read, without building it up first: for JSON that is written in the
//! plainest way, which is all that the service writes. Whoever is told `None` takes the long way by
//! [`config`], which masks anything; what is written here is what that writes.

use std::borrow::Cow;

use super::scan::Scan;
use super::text::Reader;
use super::{config, mask};

/// What a field's name says of its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Holds {
    Headers,
    Secret,
    Location,
    Other,
    /// What is looked into, where it stands in a configuration.
    Tracking,
    Transcription,
    Alignment,
    Title,
    Reference,
    Tags,
    Details,
    Language,
    Model,
    OperatingPoint,
}

/// What the vendor's clients put into fields of a configuration, in their order.
const INNER: [(&str, Holds); 4] = [
    ("url", Holds::Location),
    ("contents", Holds::Other),
    ("auth_headers", Holds::Headers),
    ("method", Holds::Other),
];

impl Holds {
    /// What a name that may be shown says; `None` where that needs a closer look.
    fn of(name: &str) -> Option<Self> {
        let is_plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        // Whose data are hidden is told by where they stand.
        (is_plain && name != "tracking").then(|| Self::spelled(name))
    }

    fn spelled(name: &str) -> Self {
        if config::is_headers(name) {
            Self::Headers
        } else if mask::is_secret_name(name) {
            Self::Secret
        } else if config::is_location(name) {
            Self::Location
        } else {
            Self::Other
        }
    }
}

/// The most odd names that are remembered of the objects around a place; who has more goes the long way.
const MOST_NAMES: usize = 128;

/// Copies JSON without its secrets. What stays as it is is not looked at twice: it is copied in one go, up to the
/// next place where something else is written.
#[derive(Debug, Default)]
pub(super) struct Pen<'t> {
    /// What has been written so far.
    out: String,
    /// Where the text begins that is copied, and what of it is not written yet.
    start: Scan<'t>,
    rest: Scan<'t>,
    /// The odd names of members of the objects that are being read.
    names: Vec<&'t str>,
}

impl<'t> Pen<'t> {
    /// Begins anew, with what stands here.
    pub(super) fn begin(&mut self, scan: Scan<'t>) {
        self.out.clear();
        self.names.clear();
        (self.start, self.rest) = (scan, scan);
    }

    /// Where the copy stands: it is the same later where nothing else was written meanwhile.
    pub(super) fn place(&self) -> usize {
        self.rest.place()
    }

    /// Writes something else in the place of what has been read since `before`.
    pub(super) fn instead(&mut self, before: Scan<'t>, scan: &Scan<'t>, write: impl FnOnce(&mut String)) {
        self.out.push_str(before.since(self.rest));
        write(&mut self.out);
        self.rest = *scan;
    }

    /// Ends the copy here. Without the blanks between values.
    pub(super) fn end(&mut self, scan: &Scan<'t>) -> &str {
        if !scan.is_spaced() && self.rest.place() == self.start.place() {
            return scan.since(self.start);
        }
        self.out.push_str(scan.since(self.rest));
        self.rest = *scan;
        if scan.is_spaced() {
            self.close_up();
        }
        &self.out
    }

    /// Takes the blanks between values out. Nothing is escaped in what is read here.
    fn close_up(&mut self) {
        let mut quoted = false;
        self.out.retain(|char| {
            quoted ^= char == '"';
            quoted || !matches!(char, ' ' | '\n' | '\r' | '\t')
        });
    }

    /// Reads an object that probably has these members: `member` is to read the value of each, and to write what
    /// is not to stay, by what its name says of it.
    pub(super) fn object(
        &mut self,
        scan: &mut Scan<'t>,
        reader: Reader<'_>,
        usual: &[(&'static str, Holds)],
        mut member: impl FnMut(&mut Self, Holds, &mut Scan<'t>) -> Option<()>,
    ) -> Option<()> {
        let first = self.names.len();
        scan.fields(usual, |field, scan| {
            let holds = match field {
                Ok(holds) => holds,
                Err(name) => {
                    // Of members that are there twice the parser knows which counts.
                    let is_new = !self.names.get(first..)?.contains(&name);
                    (is_new && self.names.len() < MOST_NAMES).then(|| self.names.push(name))?;
                    reader.shows(name).then_some(())?;
                    Holds::of(name)?
                }
            };
            member(self, holds, scan)
        })?;
        self.names.truncate(first);
        Some(())
    }

    /// Reads a field's value and writes it without its secrets. Not for tracking data.
    pub(super) fn field(&mut self, holds: Holds, scan: &mut Scan<'t>, reader: Reader<'_>) -> Option<()> {
        match holds {
            Holds::Headers => self.headers(scan, reader),
            Holds::Secret => self.hidden(scan),
            Holds::Location if scan.peek() == Some(b'"') => self.location(scan, reader),
            _ => self.any(scan, reader),
        }
    }

    /// Reads a text and writes it as it is shown, which is what it gives.
    pub(super) fn message(&mut self, scan: &mut Scan<'t>, reader: Reader<'_>) -> Option<Cow<'t, str>> {
        let before = *scan;
        let raw = scan.string()?;
        let shown = reader.message(raw);
        // What is borrowed is a part of it, or all of it.
        if shown.len() != raw.len() || matches!(shown, Cow::Owned(_)) {
            self.instead(before, scan, |out| quote(out, &[&shown]));
        }
        Some(shown)
    }

    fn location(&mut self, scan: &mut Scan<'t>, reader: Reader<'_>) -> Option<()> {
        let before = *scan;
        let place = scan.string()?;
        match mask::plain_url(place) {
            Some((kept, "")) if kept.len() == place.len() && reader.shows(kept) => {}
            Some((kept, mark)) if reader.shows(kept) => {
                self.instead(before, scan, |out| quote(out, &[kept, mark, mask::HIDDEN]));
            }
            _ => self.instead(before, scan, |out| quote(out, &[&reader.location(place)])),
        }
        Some(())
    }

    fn any(&mut self, scan: &mut Scan<'t>, reader: Reader<'_>) -> Option<()> {
        match scan.peek()? {
            b'"' => self.message(scan, reader).map(drop),
            b'[' => scan.items(|scan| {
                scan.peek()?;
                self.any(scan, reader)
            }),
            b'{' => self.object(scan, reader, &INNER, |pen, holds, scan| pen.field(holds, scan, reader)),
            _ => scan.scalar().map(drop),
        }
    }

    /// A secret's place: whether there is one can be seen, and nothing else.
    fn hidden(&mut self, scan: &mut Scan<'t>) -> Option<()> {
        let before = *scan;
        if !matches!(scan.value()?, "null" | "true" | "false") {
            self.instead(before, scan, |out| quote(out, &[mask::HIDDEN]));
        }
        Some(())
    }

    fn headers(&mut self, scan: &mut Scan<'t>, reader: Reader<'_>) -> Option<()> {
        match scan.peek()? {
            b'"' => {
                let before = *scan;
                match mask::header_name(scan.string()?) {
                    Some(name) if reader.shows(name) => {
                        self.instead(before, scan, |out| quote(out, &[name, ": ", mask::HIDDEN]));
                    }
                    Some(_) => return None,
                    None => self.instead(before, scan, |out| quote(out, &[mask::HIDDEN])),
                }
                Some(())
            }
            b'[' => scan.items(|scan| {
                scan.peek()?;
                self.headers(scan, reader)
            }),
            b'{' => None,
            _ => self.hidden(scan),
        }
    }
}

/// Writes a text without anything to escape in quotes, which is given in parts.
pub(super) fn quote(out: &mut String, parts: &[&str]) {
    out.push('"');
    for part in parts {
        out.push_str(part);
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_of_a_name_is_what_its_letters_say() {
        for (name, holds) in INNER {
            assert_eq!(Holds::of(name), Some(holds), "{name}");
        }
        for (name, holds) in [
            ("auth_headers", Some(Holds::Headers)),
            ("api_key", Some(Holds::Secret)),
            ("callback_uri", Some(Holds::Location)),
            ("speakers", Some(Holds::Other)),
            ("a b", None),
            ("tracking", None),
        ] {
            assert_eq!(Holds::of(name), holds, "{name}");
        }
    }

    #[test]
    fn what_stays_is_copied_and_what_does_not_is_replaced() {
        let copied = |written: &str| {
            let (mut scan, mut pen) = (Scan::new(written), Pen::default());
            scan.peek()?;
            pen.begin(scan);
            pen.field(Holds::Other, &mut scan, Reader::keyless())?;
            Some(pen.end(&scan).to_owned())
        };
        for (written, shown) in [
            ("{}", "{}"),
            (r#"{"b":1,"c":[2,null],"a":"x y"}"#, r#"{"b":1,"c":[2,null],"a":"x y"}"#),
            ("\n{ \"b\" : 1,\r\t\"c\": [ ],\"a\": \" x  y\" }", r#"{"b":1,"c":[],"a":"x  y"}"#),
            (
                r#"{"b":1,"token":"s","url":"https://h/p?q=1","a":2}"#,
                r#"{"b":1,"token":"…","url":"https://h/p?…","a":2}"#,
            ),
            (
                r#"{"auth_headers":["A: b","c"],"a":{"pwd": {"x": "\""}}}"#,
                r#"{"auth_headers":["A: …","…"],"a":{"pwd":"…"}}"#,
            ),
        ] {
            assert_eq!(copied(written).as_deref(), Some(shown), "{written}");
        }
        for twice in [r#"{"b":1,"b":2}"#, r#"{"a":1,"b":2,"a":3}"#, r#"{"b":1,"a":2,"b":3}"#] {
            assert_eq!(copied(twice), None, "{twice}");
        }
        assert_eq!(
            copied(r#"{"a":{"b":1},"b":{"a":{"b":2}}}"#).as_deref(),
            Some(r#"{"a":{"b":1},"b":{"a":{"b":2}}}"#)
        );
        let many: Vec<String> = (0..200).map(|at| format!("\"a{at}\":1")).collect();
        assert_eq!(copied(&format!("{{{}}}", many.join(","))), None);
    }
}
