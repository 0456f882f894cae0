//! What a query is about: the columns whose contents say why its jobs are meant.

use super::eval::{Node, Test};
use super::{Query, TextField};
use crate::store::Column;

impl Query {
    /// The columns that it names, each once; and the one of errors where it asks for rejected jobs, whose
    /// reason is the next question.
    pub fn columns(&self) -> Vec<Column> {
        let mut columns = Vec::new();
        if let Some(root) = &self.root {
            root.add_columns(true, &mut columns);
        }
        columns
    }
}

impl Node {
    fn add_columns(&self, meant: bool, columns: &mut Vec<Column>) {
        match self {
            Self::All(nodes) | Self::Any(nodes) => {
                for node in nodes {
                    node.add_columns(meant, columns);
                }
            }
            Self::Not(node) => node.add_columns(!meant, columns),
            Self::Test(test) => {
                for column in test.columns(meant) {
                    if !columns.contains(&column) {
                        columns.push(column);
                    }
                }
            }
        }
    }
}

impl Test {
    fn columns(&self, meant: bool) -> Vec<Column> {
        match self {
            Self::Is(TextField::Status, status) if meant && status.as_str() == "rejected" => {
                vec![Column::Status, Column::Error]
            }
            Self::Is(field, _) | Self::Contains(field, _) => vec![column(*field)],
            Self::Duration(_) => vec![Column::Audio],
            Self::Age(_) => vec![Column::Age],
            Self::Created(_) => vec![Column::Created],
            // Words are sought in four fields, most of which are shown.
            Self::Word(_) | Self::Phrase(_) => Vec::new(),
        }
    }
}

fn column(field: TextField) -> Column {
    match field {
        TextField::Environment | TextField::Region => Column::Env,
        TextField::Key => Column::Key,
        TextField::Status => Column::Status,
        TextField::Id => Column::Id,
        TextField::Name => Column::Name,
        TextField::Language => Column::Lang,
        TextField::Model => Column::Model,
        TextField::Title => Column::Title,
        TextField::Reference => Column::Ref,
        TextField::Tag => Column::Tags,
        TextField::Error => Column::Error,
    }
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;

    #[test]
    fn a_query_is_about_what_it_names_and_about_errors_where_jobs_are_rejected() {
        for (text, columns) in [
            ("", &[][..]),
            ("board", &[]),
            ("lang:en dur>1h lang:de", &[Column::Lang, Column::Audio]),
            ("status:rejected age<1d", &[Column::Status, Column::Error, Column::Age]),
            ("-status:rejected", &[Column::Status]),
            ("-error:\"\"", &[Column::Error]),
            ("key:prod or created:2026-11-20", &[Column::Key, Column::Created]),
        ] {
            let found = Query::parse(text, &TimeZone::UTC).unwrap().columns();
            let all = columns.iter().all(|column| found.contains(column));
            assert!(all && found.len() == columns.len(), "{text}: {found:?}");
        }
    }
}
