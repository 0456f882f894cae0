//! Saved views, and how the jobs are shown without one, as the file has them. What a query or a column may
//! be is not known here: texts are handed on with their places, so that whoever reads them can say where
//! one is wrong.

use toml::de::DeTable;

use super::document::Reader;
use super::error::{At, Mistake, Place, Problem, Problems, looks_like_a_key, shown};
use super::raw::{RawView, unknown};
use super::tables::VIEWS;

/// Views have the keys 1 to 9.
const MOST: usize = 9;
/// The longest name, in characters: it has a place in a line of the screen.
const LONGEST_NAME: usize = 40;

/// A text of the file, and where it stands.
#[derive(Clone, Debug)]
pub struct Written {
    /// The text.
    pub text: String,
    place: Place,
}

impl Written {
    fn of(text: &At<String>) -> Self {
        Self { text: text.value.clone(), place: text.place.clone() }
    }

    /// Something that is wrong with it.
    pub fn mistake(&self, what: impl Into<String>, remedy: impl Into<String>) -> Mistake {
        Mistake { place: self.place.to_string(), what: what.into(), remedy: remedy.into() }
    }

    /// Whether it may be repeated in a message: not where it may be a key that was put in a wrong place.
    pub fn may_be_shown(&self) -> bool {
        !looks_like_a_key(&self.text)
    }
}

/// How the jobs are shown: texts that are still to be read.
#[derive(Clone, Debug, Default)]
pub struct Shown {
    /// The columns without a view; none leaves them automatic.
    pub columns: Vec<Written>,
    /// The sort without a view.
    pub sort: Option<Written>,
    /// The views in the order of the file.
    pub views: Vec<WrittenView>,
}

/// One `[[views]]`.
#[derive(Clone, Debug)]
pub struct WrittenView {
    /// Its name, one of its own.
    pub name: String,
    /// Its query.
    pub filter: Option<Written>,
    /// Its columns.
    pub columns: Vec<Written>,
    /// Its sort.
    pub sort: Option<Written>,
}

/// Reads one `[[views]]`.
pub(super) fn read(reader: &mut Reader<'_>, place: &Place, table: &DeTable<'_>) -> Option<RawView> {
    let (mut name, mut filter, mut columns, mut sort) = (None, None, None, None);
    for (field, value) in table {
        match field.get_ref().as_ref() {
            "name" => name = reader.text(value, "name", "name = \"rejected in a day\""),
            "filter" => filter = reader.text(value, "filter", "filter = \"status:rejected age<1d\""),
            "columns" => columns = reader.texts(value, "columns", "columns = [\"env\", \"name:30\"]"),
            "sort" => sort = reader.text(value, "sort", "sort = \"status, -age\""),
            _ => unknown(reader, &VIEWS, field),
        }
    }
    let name = super::raw::named(reader, table, name, place, "a view", "name = \"rejected in a day\"")?;
    Some(RawView { name, filter, columns, sort })
}

/// Resolves what can be resolved without knowing queries and columns.
pub(super) fn resolve(
    columns: Option<&At<Vec<At<String>>>>,
    sort: Option<&At<String>>,
    views: &[RawView],
    problems: &mut Problems,
) -> Shown {
    if let Some(view) = views.get(MOST) {
        let what = format!("there are more than {MOST} views");
        problems.add(Problem::new(&view.name.place, what, "Keys 1 to 9 open them: keep those that you use."));
    }
    let mut shown =
        Shown { columns: list(columns, problems), sort: sort.map(Written::of), views: Vec::new() };
    for view in views.iter().take(MOST) {
        let Some(name) = problems.keep(name(view, &shown.views)) else { continue };
        if view.filter.is_none() && view.columns.is_none() && view.sort.is_none() {
            let remedy = "Add filter, columns or sort.";
            problems.add(Problem::new(
                &view.name.place,
                format!("view {} sets nothing", super::error::shown(&name)),
                remedy,
            ));
        }
        shown.views.push(WrittenView {
            name,
            filter: view.filter.as_ref().map(Written::of),
            columns: list(view.columns.as_ref(), problems),
            sort: view.sort.as_ref().map(Written::of),
        });
    }
    shown
}

fn list(columns: Option<&At<Vec<At<String>>>>, problems: &mut Problems) -> Vec<Written> {
    let Some(columns) = columns else { return Vec::new() };
    if columns.value.is_empty() {
        let remedy = "Name at least one, or leave `columns` out.";
        problems.add(Problem::new(&columns.place, "a list of columns is empty", remedy));
    }
    columns.value.iter().map(Written::of).collect()
}

fn name(view: &RawView, before: &[WrittenView]) -> Result<String, Problem> {
    let At { value, place } = &view.name;
    let name = value.trim();
    let refuse = |what: String, remedy: &str| Err(Problem::new(place, what, remedy));
    if name.is_empty() || name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
        return refuse("this cannot be a view's name".to_owned(), "Give it a name of 1 to 40 characters.");
    }
    if name.parse::<u64>().is_ok() {
        let what = format!("the view's name {} is a number", shown(name));
        return refuse(what, "Views have numbers by their order: give it a name in words.");
    }
    if before.iter().any(|other| other.name.to_lowercase() == name.to_lowercase()) {
        let what = format!("the view's name {} is taken already", shown(name));
        return refuse(what, "Give each view a name of its own; case does not count.");
    }
    Ok(name.to_owned())
}
