//! Parts of the configurations of one page that many of its jobs have in common: read and masked once.

use std::ops::Range;

use compact_str::CompactString;
use foldhash::fast::RandomState;
use hashbrown::HashMap;

use super::job::name;
use super::plain::Pen;
use super::scan::Scan;
use super::text::Reader;

/// What a transcription is asked for, masked.
pub(super) struct Transcription {
    text: Range<usize>,
    pub(super) language: Option<CompactString>,
    pub(super) model: Option<CompactString>,
}

/// Parts of the configurations of a page that many jobs have in common, by how they are written.
#[derive(Default)]
pub(super) struct Known<'t> {
    parts: Vec<Transcription>,
    places: HashMap<&'t str, usize, RandomState>,
    /// Who is told of the end.
    callbacks: HashMap<&'t str, Range<usize>, RandomState>,
    /// All of them, masked, one behind the other.
    texts: String,
}

/// So many of a kind are remembered.
const REMEMBERED: usize = 256;

/// For so many there is room from the first on: of a page's hundred jobs about half ask for something new.
const EXPECTED: usize = 56;

impl<'t> Known<'t> {
    /// Makes room for one more of each kind.
    fn make_room(&mut self) {
        if self.parts.len() == REMEMBERED || self.callbacks.len() == REMEMBERED {
            *self = Self::default();
        }
        if self.parts.is_empty() {
            self.parts.reserve(EXPECTED);
            self.places.reserve(EXPECTED);
        }
    }

    /// Reads who is told of the end, and writes it: a page's jobs have a few callbacks between them.
    pub(super) fn callback(
        &mut self,
        scan: &mut Scan<'t>,
        reader: Reader<'_>,
        pen: &mut Pen<'t>,
    ) -> Option<()> {
        if scan.peek()? != b'{' {
            return pen.any(scan, reader);
        }
        let raw = scan.up_to(b'}')?;
        // As with transcriptions: what begins like a whole object that is known is that object.
        if let Some(place) = self.callbacks.get(raw) {
            scan.takes_all(raw);
            pen.put(self.texts.get(place.clone())?);
            return Some(());
        }
        let (start, from) = (*scan, pen.text().len());
        pen.any(scan, reader)?;
        self.make_room();
        let text = keep(pen.text().get(from..)?, &mut self.texts);
        self.callbacks.insert(scan.since(start), text);
        Some(())
    }
}

/// Puts a text behind others; says where it is.
fn keep(text: &str, texts: &mut String) -> Range<usize> {
    let from = texts.len();
    texts.push_str(text);
    from..texts.len()
}

impl Transcription {
    /// Reads what a transcription is asked for, and writes it: most jobs of a page ask for one of a few.
    pub(super) fn of<'t, 's>(
        known: &'s mut Known<'t>,
        scan: &mut Scan<'t>,
        reader: Reader<'_>,
        pen: &mut Pen<'t>,
    ) -> Option<&'s Self> {
        scan.peek()?;
        // Most have one brace, at their end. What begins like a whole object that is known is that object.
        let raw = scan.up_to(b'}')?;
        if let Some(place) = known.places.get(raw).copied() {
            let part = known.parts.get(place)?;
            scan.takes_all(raw);
            pen.put(known.texts.get(part.text.clone())?);
            return Some(part);
        }
        let start = *scan;
        known.make_room();
        let part = Self::read(scan, reader, pen, &mut known.texts)?;
        known.places.insert(scan.since(start), known.parts.len());
        known.parts.push(part);
        known.parts.last()
    }

    fn read<'t>(
        scan: &mut Scan<'t>,
        reader: Reader<'_>,
        pen: &mut Pen<'t>,
        texts: &mut String,
    ) -> Option<Self> {
        let from = pen.text().len();
        let (mut language, mut model, mut point) = (None, None, None);
        pen.object(scan, reader, |pen, field, holds, scan| {
            let said = match field {
                "language" => &mut language,
                "model" => &mut model,
                "operating_point" => &mut point,
                _ if pen.is_dry() => return scan.value().map(drop),
                _ => return pen.field(holds, scan, reader),
            };
            // A number would be one too; that is read at length.
            *said = if scan.peek() == Some(b'"') {
                let raw = scan.string()?;
                pen.quote(&reader.message(raw));
                name(raw, reader)
            } else {
                pen.put(scan.value().filter(|raw| *raw == "null")?);
                None
            };
            Some(())
        })?;
        let text = keep(pen.text().get(from..)?, texts);
        Some(Self { text, language, model: model.or(point) })
    }
}
