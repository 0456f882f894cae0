//! Masking a configuration as it is read, without building it up first: for JSON that is written in the
//! plainest way, which is all that the service writes. Whoever is told `None` takes the long way by
//! [`config`], which masks anything; what is written here is what that writes.

use super::scan::Scan;
use super::text::Reader;
use super::{config, mask};

/// What a field's name says of its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Holds {
    Headers,
    Secret,
    Location,
    Other,
}

impl Holds {
    fn of(name: &str) -> Self {
        match name {
            // What nearly all configurations hold is known without looking at the letters.
            "type"
            | "language"
            | "model"
            | "operating_point"
            | "diarization"
            | "enable_entities"
            | "notification_config"
            | "fetch_data"
            | "contents"
            | "method" => Self::Other,
            "url" => Self::Location,
            name => Self::spelled(name),
        }
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

    /// Reads an object and writes it: `member` is to write the value of each of its members.
    pub(super) fn object(
        &mut self,
        scan: &mut Scan<'t>,
        reader: Reader<'_>,
        mut member: impl FnMut(&mut Self, &'t str, &mut Scan<'t>) -> Option<()>,
    ) -> Option<()> {
        let (outer, first) = (self.out.len(), self.members.len());
        self.out.push('{');
        scan.members(|name, scan| {
            let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
            if !name.bytes().all(is_plain) || !reader.shows(name) {
                return None;
            }
            if self.members.len() > first {
                self.out.push(',');
            }
            let from = self.out.len();
            self.quote(name);
            self.out.push(':');
            member(self, name, scan)?;
            self.members.push(Member { name, from, to: self.out.len() });
            Some(())
        })?;
        self.out.push('}');
        self.put_in_order(outer, first)
    }

    /// Puts the members of an object that was written from `outer` on in order; `None` where one of them
    /// is there twice.
    fn put_in_order(&mut self, outer: usize, first: usize) -> Option<()> {
        let members = self.members.get_mut(first..)?;
        if !members.is_sorted_by(|a, b| a.name < b.name) {
            members.sort_unstable_by_key(|member| member.name);
            if !members.is_sorted_by(|a, b| a.name < b.name) {
                return None;
            }
            self.room.clear();
            for (at, member) in members.iter().enumerate() {
                self.room.push(if at == 0 { '{' } else { ',' });
                self.room.push_str(self.out.get(member.from..member.to)?);
            }
            self.room.push('}');
            self.out.truncate(outer);
            self.out.push_str(&self.room);
        }
        self.members.truncate(first);
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
    pub(super) fn field(&mut self, name: &str, scan: &mut Scan<'t>, reader: Reader<'_>) -> Option<()> {
        match Holds::of(name) {
            Holds::Headers => self.headers(scan, reader),
            Holds::Secret => self.hidden(scan),
            Holds::Location if scan.peek() == Some(b'"') => {
                let place = scan.string()?;
                self.quote(&reader.location(place));
                Some(())
            }
            Holds::Location | Holds::Other => self.any(scan, reader),
        }
    }

    fn any(&mut self, scan: &mut Scan<'t>, reader: Reader<'_>) -> Option<()> {
        match scan.peek()? {
            b'"' => {
                let text = scan.string()?;
                self.quote(&reader.message(text));
            }
            b'[' => self.list(scan, |pen, scan| pen.any(scan, reader))?,
            b'{' => self.object(scan, reader, |pen, name, scan| {
                // Whose data are hidden is told by where they stand.
                if name == "tracking" { None } else { pen.field(name, scan, reader) }
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
                let header = mask::header(scan.string()?);
                self.quote(&reader.name(&header));
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
            "language",
            "model",
            "operating_point",
            "diarization",
            "enable_entities",
            "notification_config",
            "fetch_data",
            "contents",
            "method",
            "url",
        ] {
            assert_eq!(Holds::of(name), Holds::spelled(name), "{name}");
        }
        for (name, holds) in [
            ("auth_headers", Holds::Headers),
            ("api_key", Holds::Secret),
            ("callback_uri", Holds::Location),
            ("speakers", Holds::Other),
        ] {
            assert_eq!(Holds::of(name), holds, "{name}");
        }
    }
}
