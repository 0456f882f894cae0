//! What is written to a file of the user's choice, or put on the clipboard: the rows that the filter shows,
//! or the screen as it is. Here it is asked for and told of; the rim writes.

use super::{Effect, NotSaved, Prompt, Purpose, State};

/// What is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// All rows that the filter shows, in their order.
    Rows,
    /// The screen as it is.
    Screen,
}

/// The form of what is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Rows, the shown columns, safe in a spreadsheet.
    Csv,
    /// Rows, whole, as `voxtop jobs -o json` prints them.
    Json,
    /// Rows, the shown columns, as a table.
    Markdown,
    /// The screen's text.
    Text,
    /// The screen's text and its colours, for a terminal.
    Ansi,
    /// A picture of the screen.
    Svg,
}

/// Where it goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A file, as the user wrote it; `~/` is the home directory.
    File(String),
    /// The clipboard.
    Clipboard,
}

/// An order to write something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WriteOrder {
    /// What.
    pub what: Written,
    /// In which form.
    pub form: Form,
    /// Where.
    pub target: Target,
    /// Whether a file that is there may be replaced.
    pub replace: bool,
}

/// The word that stands for the clipboard where a file is asked for.
const CLIPBOARD: &str = "clipboard";

impl Written {
    /// The forms that there are, by the endings of names; the first is the one of the clipboard.
    pub const fn forms(self) -> &'static [(&'static str, Form)] {
        match self {
            Self::Rows => &[("md", Form::Markdown), ("csv", Form::Csv), ("json", Form::Json)],
            Self::Screen => &[("txt", Form::Text), ("ans", Form::Ansi), ("svg", Form::Svg)],
        }
    }

    /// What is asked for, before the line.
    pub(super) fn question(self) -> String {
        let endings: Vec<String> = self.forms().iter().map(|(ending, _)| format!(".{ending}")).collect();
        let what = match self {
            Self::Rows => "rows",
            Self::Screen => "screen",
        };
        format!("{what} to a file ({}) or {CLIPBOARD}", endings.join(" "))
    }

    fn order(self, text: &str) -> Option<WriteOrder> {
        let ending = text.rsplit_once('.').map_or("", |(_, ending)| ending).to_lowercase();
        let form = self.forms().iter().find(|(known, _)| *known == ending).map(|(_, form)| *form);
        let stem = text.rsplit_once('.').map_or(text, |(stem, _)| stem);
        let clipboard = text == CLIPBOARD || (stem == CLIPBOARD && form.is_some());
        let form = form.or(self.forms().first().map(|(_, form)| *form).filter(|_| clipboard))?;
        let target = if clipboard { Target::Clipboard } else { Target::File(text.to_owned()) };
        Some(WriteOrder { what: self, form, target, replace: false })
    }
}

impl State {
    /// Asks where to write something.
    pub(super) fn ask_where_to_write(&mut self, what: Written) {
        if what == Written::Rows && self.rows().is_empty() {
            self.remark("there is no row to write".to_owned());
            return;
        }
        let at = self.now.to_zoned(self.settings.zone.clone()).strftime("%Y%m%d-%H%M%S");
        let name = match what {
            Written::Rows => format!("voxtop-jobs-{at}.csv"),
            Written::Screen => format!("voxtop-screen-{at}.txt"),
        };
        self.prompt = Some(Prompt::new(Purpose::Write(what), &name));
    }

    /// Takes the answer.
    pub(super) fn write_to(&mut self, what: Written, text: &str) -> Vec<Effect> {
        if text.is_empty() {
            self.remark("nothing was written".to_owned());
            return Vec::new();
        }
        if what == Written::Rows && self.build.is_some() {
            self.remark("the rows are being sorted still: w again in a moment".to_owned());
            return Vec::new();
        }
        let Some(order) = what.order(text) else {
            let endings: Vec<String> = what.forms().iter().map(|(ending, _)| format!(".{ending}")).collect();
            let endings = endings.join(", ");
            self.remark(format!(
                "nothing was written: the name tells the form, and must end in one of {endings}"
            ));
            return Vec::new();
        };
        self.write(order)
    }

    /// Has something written.
    pub(super) fn write(&mut self, order: WriteOrder) -> Vec<Effect> {
        // A picture of the screen has no remark about itself.
        self.notice = None;
        vec![Effect::Write(order)]
    }

    /// Tells what became of it, and asks where a file is in the way.
    pub(super) fn take_written(&mut self, order: WriteOrder, rows: usize, written: Result<u64, NotSaved>) {
        let Target::File(path) = &order.target else { return };
        match written {
            Ok(bytes) if order.what == Written::Rows => {
                let noun = if rows == 1 { "row" } else { "rows" };
                self.remark(format!("{rows} {noun} written to {path} ({bytes} bytes)"));
            }
            Ok(_) => self.remark(format!("the screen is in {path}")),
            Err(NotSaved::Unwritten(why)) => self.remark(format!("cannot write {path}: {why}")),
            Err(NotSaved::Failed(failure)) => {
                self.remark(format!("cannot write {path}: {}", failure.sentence()));
            }
            // Somebody who types something else meanwhile is not interrupted; nothing was written.
            Err(NotSaved::Exists) if self.prompt.is_some() => {
                self.remark(format!("{path} is there already; nothing was written"));
            }
            Err(NotSaved::Exists) => self.prompt = Some(Prompt::new(Purpose::Overwrite(order), "")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_tells_the_form_and_one_word_the_clipboard() {
        let order = |what: Written, text: &str| what.order(text).map(|order| (order.form, order.target));
        let file = |path: &str| Target::File(path.to_owned());
        for (what, text, expected) in [
            (Written::Rows, "a.csv", Some((Form::Csv, file("a.csv")))),
            (Written::Rows, "~/b.JSON", Some((Form::Json, file("~/b.JSON")))),
            (Written::Rows, "c.d.md", Some((Form::Markdown, file("c.d.md")))),
            (Written::Rows, "clipboard", Some((Form::Markdown, Target::Clipboard))),
            (Written::Rows, "clipboard.csv", Some((Form::Csv, Target::Clipboard))),
            (Written::Rows, "clipboard.pdf", None),
            (Written::Rows, "x/clipboard.md", Some((Form::Markdown, file("x/clipboard.md")))),
            (Written::Rows, "a.txt", None),
            (Written::Rows, "csv", None),
            (Written::Screen, "a.txt", Some((Form::Text, file("a.txt")))),
            (Written::Screen, "a.ans", Some((Form::Ansi, file("a.ans")))),
            (Written::Screen, "a.svg", Some((Form::Svg, file("a.svg")))),
            (Written::Screen, "clipboard", Some((Form::Text, Target::Clipboard))),
            (Written::Screen, "a.csv", None),
        ] {
            assert_eq!(order(what, text), expected, "{text}");
        }
    }
}
