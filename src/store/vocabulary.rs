//! The words that the fleet's jobs use, for completion: what they share is held once each, so that no
//! job is looked at. And the question itself: a job with the names of where it was seen.

use super::Store;
use super::query::{Described, Listers, Subject, TextField};
use crate::model::SourceId;

/// So many shared values of a kind are looked at; where every job has tags of its own there are as many as
/// jobs.
const LOOKED_AT: usize = 4_096;

/// Where jobs were seen: what a query asks of it is the same for all jobs of a source.
#[derive(Clone, Copy, Debug)]
pub(super) struct Origin<'a> {
    environment: &'a str,
    region: &'a str,
    key: &'a str,
    others: Option<&'a dyn Listers>,
}

impl<'a> Origin<'a> {
    /// What a query asks about: a job that was seen there.
    pub(super) fn subject(self, job: &'a dyn Described) -> Subject<'a> {
        let Self { environment, region, key, others } = self;
        Subject { job, environment, region, key, others }
    }
}

impl Store {
    /// All sources' origins.
    pub(super) fn origins(&self) -> Vec<Option<Origin<'_>>> {
        self.sources().map(|(source, _)| self.origin(source)).collect()
    }

    fn origin(&self, source: SourceId) -> Option<Origin<'_>> {
        let source = self.fleet.source(source)?;
        let environment = self.fleet.environment(source.environment)?;
        Some(Origin {
            environment: environment.name.as_str(),
            region: environment.region.as_str(),
            key: self.fleet.key_name(source.key),
            others: self.jobs.has_rivals(source.environment).then_some(self as &dyn Listers),
        })
    }

    /// What a query asks about: a job as a source lists it. `None` for a source of another fleet.
    pub fn subject<'a>(&'a self, job: &'a dyn Described, source: SourceId) -> Option<Subject<'a>> {
        self.origin(source).map(|origin| origin.subject(job))
    }

    /// The values of a field that there are, each once and none empty: those of the fleet in its order,
    /// those of the jobs by how many listings use them. Nothing for fields whose values are each job's own.
    pub fn vocabulary(&self, field: TextField) -> Vec<&str> {
        let (fleet, words) = (&self.fleet, self.jobs.shared());
        let mut seen: Vec<(&str, u32)> = match field {
            TextField::Environment => fleet.environments.iter().map(|at| (at.name.as_str(), 0)).collect(),
            TextField::Region => fleet.environments.iter().map(|at| (at.region.as_str(), 0)).collect(),
            TextField::Key => fleet.keys.iter().map(|key| (key.name.as_str(), 0)).collect(),
            TextField::Status => words.statuses().take(LOOKED_AT).collect(),
            TextField::Language => words.languages().take(LOOKED_AT).collect(),
            TextField::Model => words.models().take(LOOKED_AT).collect(),
            TextField::Tag => words.tags().take(LOOKED_AT).collect(),
            TextField::Error => words.messages().take(LOOKED_AT).collect(),
            TextField::Id | TextField::Name | TextField::Title | TextField::Reference => Vec::new(),
        };
        seen.retain(|(value, _)| !value.is_empty());
        if !matches!(field, TextField::Environment | TextField::Region | TextField::Key) {
            // A tag stands in several lists; what is used most comes first, equals by the alphabet.
            seen.sort_unstable();
            seen.dedup_by(|next, first| {
                let same = next.0 == first.0;
                first.1 = first.1.saturating_add(if same { next.1 } else { 0 });
                same
            });
            seen.sort_by_key(|(_, users)| std::cmp::Reverse(*users));
        }
        let mut values: Vec<&str> = Vec::new();
        for (value, _) in seen {
            if field != TextField::Region || !values.contains(&value) {
                values.push(value);
            }
        }
        values
    }
}

impl Listers for Store {
    fn any_key(&self, environment: &str, id: &str, is: &dyn Fn(&str) -> bool) -> bool {
        let place = self.fleet.environments().find(|(_, place)| place.name.as_str() == environment);
        let mut sources = place.into_iter().flat_map(|(place, _)| self.jobs.listers(place, id));
        sources
            .any(|source| self.fleet.source(source).is_some_and(|source| is(self.fleet.key_name(source.key))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Job;
    use crate::store::fixture::{EU1, EU2, fleet, job, page, report};

    #[test]
    fn the_vocabulary_is_what_jobs_use_the_most_used_first() {
        let mut store = Store::new(fleet());
        let with = |id: &str, status: &str, language: &str, model: Option<&str>, tags: &[&str]| Job {
            language: Some(language.into()),
            model: model.map(Into::into),
            tags: tags.iter().map(|tag| Box::from(*tag)).collect(),
            ..job(id, 0, status)
        };
        let jobs = [
            with("a", "done", "de", Some("enhanced"), &["team a", "x"]),
            with("b", "done", "en", None, &["x"]),
            with("c", "running", "en", Some("standard"), &[]),
        ];
        store.merge(report(EU1, 1, 0, page(&jobs)));
        store.merge(report(EU2, 1, 0, page(&jobs[2..])));
        for (field, values) in [
            (TextField::Environment, "eu1 eu2 us1"),
            (TextField::Region, "EU US"),
            (TextField::Key, "prod other"),
            (TextField::Status, "done running"),
            (TextField::Language, "en de"),
            (TextField::Model, "standard enhanced"),
            (TextField::Tag, "x team a"),
            (TextField::Error, ""),
            (TextField::Name, ""),
        ] {
            assert_eq!(store.vocabulary(field).join(" "), values, "{field:?}");
        }
    }

    #[test]
    fn of_very_many_values_some_are_looked_at() {
        let mut store = Store::new(fleet());
        let jobs: Vec<Job> = (0..2 * LOOKED_AT)
            .map(|number| Job {
                tags: vec![format!("tag {number}").into()],
                ..job(&number.to_string(), 0, "done")
            })
            .collect();
        store.merge(report(EU1, 1, 0, page(&jobs)));
        assert_eq!(store.vocabulary(TextField::Tag).len(), LOOKED_AT);
    }
}
