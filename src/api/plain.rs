//! Masking a configuration as it is read, without building it up first: for JSON that is written in the
//! plainest way, which is all that the service writes. Whoever is told `None` takes the long way by
//! [`config`], which masks anything; what is written here is what that writes.

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
}

impl Holds {
    /// What is known of a name without looking at its letters: what nearly all configurations hold.
    fn known(name: &str) -> Option<Self> {
        match name {
            "type"
            | "transcription_config"
            | "language"
            | "model"
            | "operating_point"
            | "diarization"
            | "enable_entities"
            | "language_identification_config"
            | "tracking"
            | "title"
            | "reference"
            | "tags"
            | "details"
            | "notification_config"
            | "fetch_data"
            | "contents"
            | "method" => Some(Self::Other),
            "url" => Some(Self::Location),
            "auth_headers" => Some(Self::Headers),
            _ => None,
        }
    }

    /// What a name that may be shown says; `None` where that needs a closer look.
    fn of(name: &str, reader: Reader<'_>) -> Option<Self> {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        let known = Self::known(name);
        if !reader.shows(name) || known.is_none() && !name.bytes().all(is_plain) {
            return None;
        }
        Some(known.unwrap_or_else(|| Self::spelled(name)))
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

/// A member of an object, and where what was written of it begins and ends.
#[derive(Clone, Copy, Debug)]
struct Member<'t> {
    name: &'t str,
    from: usize,
    to: usize,
}

impl Member<'_> {
    /// Whether this one stands behind another: most names are told apart by their first letters.
    fn follows(&self, other: &Self) -> bool {
        let (first, others) = (self.name.as_bytes().first(), other.name.as_bytes().first());
        if first == others { self.name > other.name } else { first > others }
    }
}

/// Writes masked JSON, the members of objects in the order of their names.
#[derive(Debug, Default)]
pub(super) struct Pen<'t> {
    out: String,
    /// The members of the objects that are being written.
    members: Vec<Member<'t>>,
    /// Room to put members in order in.
    room: String,
}

impl<'t> Pen<'t> {
    /// Begins anew.
    pub(super) fn clear(&mut self) {
        self.out.clear();
        self.members.clear();
    }

    /// What has been written.
    pub(super) fn text(&self) -> &str {
        &self.out
    }

    /// Writes JSON that is as it is to be shown.
    pub(super) fn put(&mut self, json: &str) {
        self.out.push_str(json);
    }

    /// Writes a text without anything to escape in quotes.
    pub(super) fn quote(&mut self, text: &str) {
        self.out.push('"');
        self.out.push_str(text);
        self.out.push('"');
    }

    /// Reads an object and writes it: `member` is to write the value of each of its members, with what the
    /// member's name says of it.
    pub(super) fn object(
        &mut self,
        scan: &mut Scan<'t>,
        reader: Reader<'_>,
        mut member: impl FnMut(&mut Self, &'t str, Holds, &mut Scan<'t>) -> Option<()>,
    ) -> Option<()> {
        let (outer, first) = (self.out.len(), self.members.len());
        let mut in_order = true;
        self.out.push('{');
        scan.members(|name, scan| {
            let holds = Holds::of(name, reader)?;
            if self.members.len() > first {
                self.out.push(',');
            }
            let from = self.out.len();
            self.out.push('"');
            self.out.push_str(name);
            self.out.push_str("\":");
            member(self, name, holds, scan)?;
            let member = Member { name, from, to: self.out.len() };
            let place = self.place(first, &member)?;
            in_order &= place == self.members.len();
            self.members.insert(place, member);
            Some(())
        })?;
        self.out.push('}');
        if !in_order {
            self.put_in_order(outer, first)?;
        }
        self.members.truncate(first);
        Some(())
    }

    /// Where a member belongs among those from `first` on; `None` where it is there already.
    fn place(&self, first: usize, member: &Member<'_>) -> Option<usize> {
        let members = self.members.get(first..)?;
        let before = members.iter().rposition(|earlier| member.follows(earlier)).map_or(0, |at| at + 1);
        let twice = members.get(before).is_some_and(|later| later.name == member.name);
        (!twice).then_some(first + before)
    }

    /// Puts the members of an object that was written from `outer` on in order.
    fn put_in_order(&mut self, outer: usize, first: usize) -> Option<()> {
        self.room.clear();
        for (at, member) in self.members.get(first..)?.iter().enumerate() {
            self.room.push(if at == 0 { '{' } else { ',' });
            self.room.push_str(self.out.get(member.from..member.to)?);
        }
        self.room.push('}');
        if outer == 0 {
            std::mem::swap(&mut self.out, &mut self.room);
        } else {
            self.out.truncate(outer);
            self.out.push_str(&self.room);
        }
        Some(())
    }

    fn list(
        &mut self,
        scan: &mut Scan<'t>,
        mut item: impl FnMut(&mut Self, &mut Scan<'t>) -> Option<()>,
    ) -> Option<()> {
        let outer = self.out.len();
        self.out.push('[');
        scan.items(|scan| {
            if self.out.len() > outer + 1 {
                self.out.push(',');
            }
            item(self, scan)
        })?;
        self.out.push(']');
        Some(())
    }

    /// Reads a field's value and writes it without its secrets. Not for tracking data.
    pub(super) fn field(&mut self, holds: Holds, scan: &mut Scan<'t>, reader: Reader<'_>) -> Option<()> {
        match holds {
            Holds::Headers => self.headers(scan, reader),
            Holds::Secret => self.hidden(scan),
            Holds::Location if scan.peek() == Some(b'"') => {
                self.location(scan.string()?, reader);
                Some(())
            }
            Holds::Location | Holds::Other => self.any(scan, reader),
        }
    }

    fn location(&mut self, place: &str, reader: Reader<'_>) {
        match mask::plain_url(place) {
            Some((kept, mark)) if reader.shows(kept) => {
                self.out.push('"');
                self.out.push_str(kept);
                if !mark.is_empty() {
                    self.out.push_str(mark);
                    self.out.push_str(mask::HIDDEN);
                }
                self.out.push('"');
            }
            _ => self.quote(&reader.location(place)),
        }
    }

    fn any(&mut self, scan: &mut Scan<'t>, reader: Reader<'_>) -> Option<()> {
        match scan.peek()? {
            b'"' => {
                let text = scan.string()?;
                self.quote(&reader.message(text));
            }
            b'[' => self.list(scan, |pen, scan| pen.any(scan, reader))?,
            b'{' => self.object(scan, reader, |pen, name, holds, scan| {
                // Whose data are hidden is told by where they stand.
                if name == "tracking" { None } else { pen.field(holds, scan, reader) }
            })?,
            _ => self.out.push_str(scan.scalar()?),
        }
        Some(())
    }

    /// A secret's place: whether there is one can be seen, and nothing else.
    fn hidden(&mut self, scan: &mut Scan<'t>) -> Option<()> {
        match scan.value()? {
            raw @ ("null" | "true" | "false") => self.out.push_str(raw),
            _ => self.quote(mask::HIDDEN),
        }
        Some(())
    }

    fn headers(&mut self, scan: &mut Scan<'t>, reader: Reader<'_>) -> Option<()> {
        match scan.peek()? {
            b'"' => {
                match mask::header_name(scan.string()?) {
                    Some(name) if reader.shows(name) => {
                        self.out.push('"');
                        self.out.push_str(name);
                        self.out.push_str(": ");
                        self.out.push_str(mask::HIDDEN);
                        self.out.push('"');
                    }
                    Some(_) => return None,
                    None => self.quote(mask::HIDDEN),
                }
                Some(())
            }
            b'[' => self.list(scan, |pen, scan| pen.headers(scan, reader)),
            b'{' => None,
            _ => self.hidden(scan),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_of_a_name_is_what_its_letters_say() {
        for name in [
            "type",
            "transcription_config",
            "language",
            "model",
            "operating_point",
            "diarization",
            "enable_entities",
            "language_identification_config",
            "tracking",
            "title",
            "reference",
            "tags",
            "details",
            "notification_config",
            "fetch_data",
            "contents",
            "method",
            "url",
            "auth_headers",
        ] {
            assert_eq!(Holds::known(name), Some(Holds::spelled(name)), "{name}");
            assert!(name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'), "{name}");
        }
        for (name, holds) in [
            ("auth_headers", Holds::Headers),
            ("api_key", Holds::Secret),
            ("callback_uri", Holds::Location),
            ("speakers", Holds::Other),
        ] {
            assert_eq!(Holds::of(name, Reader::keyless()), Some(holds), "{name}");
        }
    }

    #[test]
    fn members_stand_in_the_order_of_their_names() {
        let names = ["", "a", "a_", "ab", "abcdefgh", "abcdefghi", "abcdefgz", "b", "tracking", "type"];
        for (a, first) in names.iter().enumerate() {
            for (b, other) in names.iter().enumerate() {
                let member = |name| Member { name, from: 0, to: 0 };
                assert_eq!(member(first).follows(&member(other)), a > b, "{first} {other}");
            }
        }
        for written in [r#"{"b":1,"c":2,"a":3}"#, r#"{"a":3,"b":1,"c":2}"#, r#"{"c":2,"b":1,"a":3}"#] {
            let mut pen = Pen::default();
            pen.field(Holds::Other, &mut Scan::new(written), Reader::keyless()).unwrap();
            assert_eq!(pen.text(), r#"{"a":3,"b":1,"c":2}"#, "{written}");
        }
        for twice in [r#"{"b":1,"b":2}"#, r#"{"a":1,"b":2,"a":3}"#, r#"{"b":1,"a":2,"b":3}"#] {
            let read = Pen::default().field(Holds::Other, &mut Scan::new(twice), Reader::keyless());
            assert_eq!(read, None, "{twice}");
        }
    }
}
