//! What a single look at the fleet brings together: the same jobs, sources and causes as in a [`Store`] that
//! merged the same reports, without what only a second look asks for. There are no events, no resubmissions, no
//! counts and no stuck jobs, and nothing is in order before all is there; then it is put in order once.

use std::sync::Arc;

use super::Store;
use super::jobs::Jobs;
use crate::model::{Fleet, Report};

/// Reports being taken in.
#[derive(Debug)]
pub struct Gathering(Store);

impl Gathering {
    /// Nothing asked, nothing known.
    pub fn new(fleet: Arc<Fleet>) -> Self {
        let jobs = Jobs::gathering(&fleet);
        Self(Store { jobs, ..Store::new(fleet) })
    }

    /// Takes one report, by the rules of [`Store::merge`].
    pub fn merge(&mut self, report: Report) {
        self.0.merge(report);
    }

    /// All reports are in.
    pub fn done(self) -> Gathered {
        let Self(mut store) = self;
        while store.is_settling() {
            store.settle(usize::MAX);
        }
        store.jobs.arrange();
        Gathered(store)
    }
}

/// What has been gathered, to be read. More would not fit in, and so it cannot be changed.
#[derive(Debug)]
pub struct Gathered(Store);

impl Gathered {
    /// It as a store. What it says of events, counts, stuck jobs and resubmissions means nothing.
    pub fn store(&self) -> &Store {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;
    use proptest::prelude::*;

    use super::super::fixture::{EU1, EU1_OTHER, EU2, US1, at, failed, finished, fleet, job, page, report};
    use super::super::query::Query;
    use super::super::{Rows, Sort};
    use super::*;
    use crate::model::{Coverage, FailureKind, Job, PollEvent, SourceId, Span};

    const SOURCES: [SourceId; 4] = [EU1, EU1_OTHER, EU2, US1];

    fn jobs() -> impl Strategy<Value = Vec<Job>> {
        let status = prop::sample::select(vec!["running", "done", "rejected", "deleted"]);
        let some = (0..12_u8, -20..20_i64, status, "[a-zé ]{0,3}");
        let made = some.prop_map(|(id, created, status, name)| Job {
            data_name: name.into(),
            created_at: (created != 0).then(|| at(created)),
            ..job(&format!("j{id}"), 0, status)
        });
        prop::collection::vec(made, 0..8)
    }

    fn event() -> impl Strategy<Value = PollEvent> {
        let spans = prop::option::of((-20..20_i64, 0..20_i64));
        let listed = (jobs(), spans).prop_map(|(jobs, span)| {
            let whole = span.map(|(first, wide)| Span { first: at(first), last: at(first + wide) });
            let mut event = page(&jobs);
            if let PollEvent::Page { spans, .. } = &mut event {
                *spans = whole.into_iter().collect();
            }
            event
        });
        prop_oneof![
            6 => listed,
            1 => Just(finished(Coverage::Whole)),
            1 => (-20..20_i64).prop_map(|since| finished(Coverage::Since(at(since)))),
            1 => Just(finished(Coverage::Gaps)),
            1 => Just(failed(FailureKind::Timeout, None)),
        ]
    }

    fn listed(store: &Store, query: &str) -> Vec<(Job, SourceId)> {
        let query = Query::parse(query, &TimeZone::UTC).unwrap();
        let rows = Rows::build(store, &query, Sort::default(), at(0));
        let held = rows.slice(0, rows.len()).into_iter().filter_map(|handle| store.job(handle));
        held.map(|held| (held.to_job(), held.source())).collect()
    }

    proptest! {
        #[test]
        fn it_is_what_a_store_is_that_merged_the_same(
            events in prop::collection::vec((0..4_usize, 1..3_u64, event()), 0..20)
        ) {
            let (mut store, mut gathering) = (Store::new(fleet()), Gathering::new(fleet()));
            for (source, sequence, event) in events {
                let told = report(SOURCES[source], sequence, 0, event);
                store.merge(told.clone());
                gathering.merge(told);
            }
            let gathered = gathering.done();
            let other = gathered.store();
            for query in ["", "a", "j1 or é", "status:done", "name~a"] {
                prop_assert_eq!(listed(other, query), listed(&store, query), "{}", query);
            }
            for id in SOURCES {
                prop_assert_eq!(other.jobs_of(id), store.jobs_of(id));
                prop_assert_eq!(other.oldest_of(id), store.oldest_of(id));
                prop_assert_eq!(other.key_state(id, at(0)), store.key_state(id, at(0)));
                let (here, there) = (other.source(id).unwrap(), store.source(id).unwrap());
                prop_assert_eq!(here.answered_with_jobs(), there.answered_with_jobs());
                prop_assert_eq!(here.complete, there.complete);
            }
        }
    }
}
