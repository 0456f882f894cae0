//! The plan against a simulated list, in all the ways in which `created_before` may be meant.

use proptest::prelude::*;

use super::*;
use crate::model::{Job, Status};

fn job(id: usize, ns: i128, status: Status) -> Job {
    let created_at = Some(Timestamp::from_nanosecond(ns).unwrap());
    Job { created_at, ..Job::new(JobId::new(format!("j{id}")), status) }
}

/// What the service's list might do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Before {
    Exclusive,
    Inclusive,
    Ignored,
}

/// A service that lists its jobs newest first.
#[derive(Clone, Debug)]
struct Service {
    jobs: Vec<Job>,
    before: Before,
    asked: Vec<Option<Timestamp>>,
}

impl Service {
    fn new(before: Before, moments: impl IntoIterator<Item = i128>) -> Self {
        let jobs = moments.into_iter().enumerate().map(|(id, ns)| job(id, ns, Status::Done));
        Self { jobs: jobs.collect(), before, asked: Vec::new() }
    }

    fn list(&mut self, before: Option<Timestamp>) -> Page {
        self.asked.push(before);
        let mut jobs = self.jobs.clone();
        jobs.sort_by_key(|job| std::cmp::Reverse((job.created_at, job.id.clone())));
        if let Some(before) = before.filter(|_| self.before != Before::Ignored) {
            let before = before.as_millisecond();
            jobs.retain(|job| {
                let at = job.created_at.unwrap().as_millisecond();
                at < before || (at == before && self.before == Before::Inclusive)
            });
        }
        jobs.truncate(PAGE_LIMIT);
        let oldest = jobs.iter().filter_map(|job| job.created_at).min();
        Page { listed: jobs.len(), unreadable: 0, oldest, jobs }
    }

    /// Runs a round; `between` may change the service before each page. Gives what was listed.
    fn run(
        &mut self,
        mut round: Round,
        known: &mut Known,
        mut between: impl FnMut(&mut Self),
    ) -> (Coverage, HashSet<JobId>) {
        let mut ask = None;
        let mut listed = HashSet::new();
        self.asked.clear();
        loop {
            let page = self.list(ask);
            listed.extend(page.jobs.iter().map(|job| job.id.clone()));
            match round.next(&page, known) {
                Step::End(coverage) => return (coverage, listed),
                Step::Ask(next) => ask = next,
            }
            assert!(self.asked.len() <= MOST_PAGES, "the round never ends");
            between(self);
        }
    }

    fn whole(&mut self, known: &mut Known) -> (Coverage, HashSet<JobId>) {
        self.run(Round::whole(Bounds::default()), known, |_| {})
    }

    fn ids(&self) -> HashSet<JobId> {
        self.jobs.iter().map(|job| job.id.clone()).collect()
    }
}

const MS: i128 = 1_000_000;
const BOTH: [Before; 2] = [Before::Exclusive, Before::Inclusive];

#[test]
fn a_short_list_takes_one_request() {
    for count in [0, 1, 99] {
        let mut service = Service::new(Before::Exclusive, (0..).map(|n| n * MS).take(count));
        let (coverage, listed) = service.whole(&mut Known::default());
        assert_eq!((coverage, listed.len(), service.asked.len()), (Coverage::Whole, count, 1));
    }
}

#[test]
fn a_millisecond_that_fills_pages_is_passed_and_told() {
    for before in BOTH {
        let moments = (0..50)
            .map(|n| n * MS)
            .chain((0..350).map(|n| 1_000 * MS + n))
            .chain((0..50).map(|n| 2_000 * MS + n * MS));
        let mut service = Service::new(before, moments);
        let (coverage, listed) = service.whole(&mut Known::default());
        assert_eq!(coverage, Coverage::Gaps, "{before:?}");
        // Before and behind the crowd everything is there, and a page of the crowd.
        for id in (0..50).chain(400..450) {
            assert!(listed.contains(&JobId::new(format!("j{id}"))), "{before:?} {id}");
        }
        assert!(listed.len() >= 200);
    }
}

#[test]
fn a_service_that_ignores_the_cursor_is_given_up() {
    let mut service = Service::new(Before::Ignored, (0..500).map(|n| n * MS));
    let (coverage, listed) = service.whole(&mut Known::default());
    assert_eq!(listed.len(), 100);
    assert_eq!(coverage, Coverage::Since(Timestamp::from_millisecond(400).unwrap()));
    assert_eq!(service.asked.len(), 4);
}

#[test]
fn a_full_page_without_any_moment_promises_nothing() {
    let jobs = (0..100).map(|id| Job { created_at: None, ..job(id, 0, Status::Done) }).collect();
    let page = Page { jobs, unreadable: 0, listed: 100, oldest: None };
    let step = Round::whole(Bounds::default()).next(&page, &mut Known::default());
    assert_eq!(step, Step::End(Coverage::Since(Timestamp::MAX)));
}

#[test]
fn bounds_stop_a_round_early() {
    let mut service = Service::new(Before::Exclusive, (0..1_000).map(|n| n * MS));
    let horizon = Timestamp::from_millisecond(750).unwrap();
    let bounds = Bounds { horizon: Some(horizon), most: None };
    let (coverage, listed) = service.run(Round::whole(bounds), &mut Known::default(), |_| {});
    assert!(matches!(coverage, Coverage::Since(at) if at < horizon), "{coverage:?}");
    assert!((250..=310).contains(&listed.len()));
    let bounds = Bounds { horizon: None, most: Some(150) };
    let (coverage, listed) = service.run(Round::whole(bounds), &mut Known::default(), |_| {});
    assert!(matches!(coverage, Coverage::Since(_)) && (150..=200).contains(&listed.len()));
}

#[test]
fn a_quiet_source_costs_one_request_a_round() {
    let mut service = Service::new(Before::Exclusive, (0..1_000).map(|n| n * MS));
    let mut known = Known::default();
    service.whole(&mut known);
    let (coverage, _) = service.run(Round::recent(&known), &mut known, |_| {});
    assert_eq!(service.asked, [None]);
    assert_eq!(coverage, Coverage::Since(Timestamp::from_millisecond(900).unwrap()));
}

#[test]
fn running_jobs_are_seen_wherever_they_are_and_only_their_pages_are_asked() {
    for before in BOTH {
        let mut service = Service::new(before, (0..2_000).map(|n| n * MS));
        for running in [100, 105, 900, 1_990] {
            service.jobs[running].status = Status::Running;
        }
        let mut known = Known::default();
        service.whole(&mut known);
        service.jobs[100].status = Status::Done;
        let (coverage, listed) = service.run(Round::recent(&known), &mut known, |_| {});
        assert_eq!(service.asked.len(), 3, "{before:?}: {:?}", service.asked);
        assert_eq!(coverage, Coverage::Since(Timestamp::from_millisecond(1_900).unwrap()));
        for id in [100, 105, 900, 1_990] {
            assert!(listed.contains(&JobId::new(format!("j{id}"))), "{before:?} {id}");
        }
        assert_eq!(known.active.len(), 3);
        // A running job that is listed no more is looked for once, and then forgotten.
        service.jobs.remove(900);
        service.run(Round::recent(&known), &mut known, |_| {});
        assert_eq!((service.asked.len(), known.active.len()), (3, 2));
        service.run(Round::recent(&known), &mut known, |_| {});
        assert_eq!(service.asked.len(), 2);
    }
}

#[test]
fn many_new_jobs_are_all_found_by_a_recent_round() {
    let mut service = Service::new(Before::Exclusive, (0..500).map(|n| n * MS));
    let mut known = Known::default();
    service.whole(&mut known);
    let more = (500..850).map(|id| job(id, id as i128 * MS, Status::Running));
    service.jobs.extend(more);
    let (_, listed) = service.run(Round::recent(&known), &mut known, |_| {});
    for id in 500..850 {
        assert!(listed.contains(&JobId::new(format!("j{id}"))), "{id}");
    }
}

#[test]
fn a_whole_round_forgets_what_is_gone() {
    let mut service = Service::new(Before::Exclusive, (0..300).map(|n| n * MS));
    let mut known = Known::default();
    service.whole(&mut known);
    assert_eq!(known.ids.len(), 300);
    service.jobs.truncate(120);
    service.whole(&mut known);
    assert_eq!(known.ids, service.ids());
}

#[test]
fn the_whole_list_is_read_at_first_and_every_five_minutes_or_less_often_if_it_takes_long() {
    let due = |since, took| {
        whole_is_due(Some(WholeRound { since: Duration::from_secs(since), took: Duration::from_secs(took) }))
    };
    assert!(whole_is_due(None));
    assert!(!due(299, 1) && due(300, 1));
    assert!(!due(3_999, 1_000) && due(4_000, 1_000));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// Jobs anywhere, some milliseconds crowded but none beyond a page, jobs submitted while the
    /// pages are read: every job that was there at the start is listed, and the round knows it.
    #[test]
    fn every_job_is_listed(
        moments in prop::collection::vec((0_i128..40, 0_i128..3 * MS), 0..600),
        inclusive in any::<bool>(),
        submitted in 0_usize..40,
    ) {
        let mut crowd = HashMap::new();
        let moments = moments.into_iter().map(|(ms, ns)| ms * MS + ns).filter(|ns| {
            let jobs: &mut usize = crowd.entry(ns / MS).or_default();
            *jobs += 1;
            *jobs <= 45
        });
        let before = if inclusive { Before::Inclusive } else { Before::Exclusive };
        let mut service = Service::new(before, moments.collect::<Vec<_>>());
        let there = service.ids();
        let mut fresh = 10_000;
        let (coverage, listed) = service.run(Round::whole(Bounds::default()), &mut Known::default(), |service| {
            for _ in 0..submitted {
                fresh += 1;
                service.jobs.push(job(fresh, 100 * MS + fresh as i128, Status::Running));
            }
        });
        prop_assert_eq!(coverage, Coverage::Whole);
        prop_assert!(listed.is_superset(&there));
    }

    /// Whatever the moments are, a round ends, and where it says "whole" nothing is missing.
    #[test]
    fn whole_means_whole(
        moments in prop::collection::vec((0_i128..6, 0_i128..1_000), 0..700),
        before in prop::sample::select(vec![Before::Exclusive, Before::Inclusive, Before::Ignored]),
    ) {
        let mut service = Service::new(before, moments.iter().map(|(ms, ns)| ms * MS + ns));
        let (coverage, listed) = service.whole(&mut Known::default());
        prop_assert!(service.asked.len() < 40, "{}", service.asked.len());
        match coverage {
            Coverage::Whole => prop_assert_eq!(listed, service.ids()),
            Coverage::Gaps => {}
            Coverage::Since(at) => {
                let newer = service.jobs.iter().filter(|job| job.created_at > Some(at));
                for job in newer {
                    prop_assert!(listed.contains(&job.id));
                }
            }
        }
    }
}
