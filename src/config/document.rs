//! A TOML file as a tree with places: opened within bounds, read value by value.
//!
//! The tree is walked by hand and not through serde, whose messages repeat the values that they
//! refuse; somebody who writes a key where it does not belong must not find it in a log.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::Path;
use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::error::{At, Place, Problem, Problems};

/// The text of a file, and what it is called in errors.
pub(super) struct Document {
    origin: Arc<str>,
    text: String,
    marks: Vec<Mark>,
}

/// A known place in a text. Every value's place is asked for, so that counting from the start each
/// time would make a large file take minutes.
#[derive(Clone, Copy)]
struct Mark {
    offset: usize,
    line: usize,
    column: usize,
}

impl Document {
    /// No configuration that a person wrote is longer, in bytes.
    const LARGEST: usize = 1024 * 1024;

    /// Opens a file; `Ok(None)` where there is none.
    pub(super) fn open(path: &Path) -> Result<Option<Self>, Problem> {
        let origin = path.display().to_string();
        let place = Place::whole(&origin);
        let unreadable = |what: String| Problem::new(&place, what, "Make it a text file that you can read.");
        let bytes = match read_at_most(path, Self::LARGEST) {
            Ok(Some(bytes)) => bytes,
            Ok(None) => {
                return Err(unreadable(
                    "the file is larger than 1 MiB, which no configuration is".to_owned(),
                ));
            }
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(unreadable(format!("the file cannot be read: {}", plain(&error)))),
        };
        match String::from_utf8(bytes) {
            Ok(text) => Ok(Some(Self::of(&origin, text))),
            Err(error) => {
                let valid = error.utf8_error().valid_up_to();
                let place =
                    Self::of(&origin, String::from_utf8_lossy(error.as_bytes()).into_owned()).place(valid);
                Err(Problem::new(&place, "the file is not UTF-8", "Save it as UTF-8 text."))
            }
        }
    }

    fn of(origin: &str, text: String) -> Self {
        const STRIDE: usize = 256;
        let mut marks = Vec::with_capacity(text.len() / STRIDE + 1);
        let (mut line, mut column) = (1, 1);
        for (count, (offset, letter)) in text.char_indices().enumerate() {
            if count % STRIDE == 0 {
                marks.push(Mark { offset, line, column });
            }
            (line, column) = if letter == '\n' { (line + 1, 1) } else { (line, column + 1) };
        }
        Self { origin: Arc::from(origin), text, marks }
    }

    /// The tree; else where it breaks off and why, without anything of the text: the parser's own
    /// rendering would repeat the line, and with it what may be a key.
    pub(super) fn parse(&self) -> Result<Spanned<DeTable<'_>>, (Place, String)> {
        DeTable::parse(&self.text).map_err(|error| {
            let place = self.place(error.span().map_or(0, |span| span.start));
            (place, format!("this is not TOML: {}", error.message()))
        })
    }

    /// Where a value or a name is.
    pub(super) fn place(&self, offset: usize) -> Place {
        let next = self.marks.partition_point(|mark| mark.offset <= offset);
        let first = Mark { offset: 0, line: 1, column: 1 };
        let mark = next.checked_sub(1).and_then(|index| self.marks.get(index)).copied().unwrap_or(first);
        let between = self.text.get(mark.offset..offset).unwrap_or_default();
        match between.rsplit_once('\n') {
            None => Place::at(&self.origin, mark.line, mark.column + between.chars().count()),
            Some((above, rest)) => {
                let line = mark.line + above.matches('\n').count() + 1;
                Place::at(&self.origin, line, rest.chars().count() + 1)
            }
        }
    }
}

/// An error of the operating system without its number.
pub(super) fn plain(error: &std::io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or_default().to_lowercase()
}

/// A file's bytes; `None` where they are more than the bound.
pub(super) fn read_at_most(path: &Path, most: usize) -> std::io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    let bound = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1);
    File::open(path)?.take(bound).read_to_end(&mut bytes)?;
    Ok((bytes.len() <= most).then_some(bytes))
}

/// Reads values of a document, and notes the ones of a wrong type.
pub(super) struct Reader<'d> {
    document: &'d Document,
    pub(super) problems: Problems,
}

type Value<'d> = Spanned<DeValue<'d>>;

impl<'d> Reader<'d> {
    pub(super) fn new(document: &'d Document) -> Self {
        Self { document, problems: Problems::default() }
    }

    /// Where something starts.
    pub(super) fn place<T>(&self, spanned: &Spanned<T>) -> Place {
        self.document.place(spanned.span().start)
    }

    fn at<T>(&self, value: &Value<'_>, inner: T) -> At<T> {
        At { value: inner, place: self.place(value) }
    }

    /// Notes that a value is of a wrong type. Says nothing of the value.
    fn refuse<T>(&mut self, value: &Value<'_>, field: &str, wanted: &str) -> Option<T> {
        let found = match value.get_ref() {
            DeValue::String(_) => "a text",
            DeValue::Integer(_) => "a whole number",
            DeValue::Float(_) => "a number with a fraction",
            DeValue::Boolean(_) => "true or false",
            DeValue::Datetime(_) => "a date",
            DeValue::Array(_) => "a list",
            DeValue::Table(_) => "a table",
        };
        let what = format!("`{field}` is {found}");
        self.problems.add(Problem::new(&self.place(value), what, format!("Write {wanted}.")));
        None
    }

    /// A text.
    pub(super) fn text(&mut self, value: &Value<'_>, field: &str, example: &str) -> Option<At<String>> {
        match value.get_ref() {
            DeValue::String(text) => Some(self.at(value, text.clone().into_owned())),
            _ => self.refuse(value, field, &format!("a text: {example}")),
        }
    }

    /// A list of texts.
    pub(super) fn texts(
        &mut self,
        value: &Value<'_>,
        field: &str,
        example: &str,
    ) -> Option<At<Vec<At<String>>>> {
        let wanted = format!("a list of texts: {example}");
        let DeValue::Array(items) = value.get_ref() else {
            return self.refuse(value, field, &wanted);
        };
        let mut texts = Vec::new();
        for item in items {
            match item.get_ref() {
                DeValue::String(text) => texts.push(self.at(item, text.clone().into_owned())),
                _ => self.refuse(item, field, &wanted)?,
            }
        }
        Some(self.at(value, texts))
    }

    /// True or false.
    pub(super) fn switch(&mut self, value: &Value<'_>, field: &str) -> Option<At<bool>> {
        match value.get_ref() {
            DeValue::Boolean(switch) => Some(self.at(value, *switch)),
            _ => self.refuse(value, field, "true or false, without quotes"),
        }
    }

    /// A whole number; one too large for the type becomes its largest, which no caller allows.
    pub(super) fn number(&mut self, value: &Value<'_>, field: &str) -> Option<At<i64>> {
        match value.get_ref() {
            DeValue::Integer(number) => {
                let read = i64::from_str_radix(number.as_str(), number.radix());
                Some(self.at(value, read.unwrap_or(i64::MAX)))
            }
            _ => self.refuse(value, field, "a whole number, without quotes"),
        }
    }

    /// A table.
    pub(super) fn table<'v>(&mut self, value: &'v Value<'d>, field: &str) -> Option<&'v DeTable<'d>> {
        match value.get_ref() {
            DeValue::Table(table) => Some(table),
            _ => self.refuse(value, field, &format!("a table: [{field}] on a line of its own")),
        }
    }

    /// A list of tables.
    pub(super) fn tables<'v>(&mut self, value: &'v Value<'d>, field: &str) -> Vec<(Place, &'v DeTable<'d>)> {
        let wanted = format!("a list of tables: [[{field}]] on a line of its own before each");
        let DeValue::Array(items) = value.get_ref() else {
            self.refuse::<()>(value, field, &wanted);
            return Vec::new();
        };
        let mut tables = Vec::new();
        for item in items {
            match item.get_ref() {
                DeValue::Table(table) => tables.push((self.place(item), table)),
                _ => drop(self.refuse::<()>(item, field, &wanted)),
            }
        }
        tables
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn a_place_is_what_counting_from_the_start_gives(text in "(\n|a|ü|\t|[a-z]{50}){0,80}") {
            let document = Document::of("f", text.clone());
            for (offset, _) in text.char_indices().chain([(text.len(), ' ')]) {
                let before = &text[..offset];
                let line = before.matches('\n').count() + 1;
                let column = before.rsplit('\n').next().unwrap().chars().count() + 1;
                proptest::prop_assert_eq!(document.place(offset).to_string(), format!("f:{}:{}", line, column));
            }
        }
    }
}
