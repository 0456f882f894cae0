//! Pages that are too large, and pages that are shorter than was asked for.

use proptest::prelude::*;

use super::*;
use crate::model::Failure;

/// A cap on a body, and what a job has of it.
const CAP: usize = 32_000_000;

/// A list whose jobs have sizes, by their number, at a service that gives so many at once at most.
struct Weighed {
    service: Service,
    bytes: Box<dyn Fn(usize) -> usize>,
    most: usize,
}

impl Weighed {
    fn new(count: i128, bytes: impl Fn(usize) -> usize + 'static) -> Self {
        let service = Service::new(Before::Inclusive, (1..=count).rev().map(|n| -n * 1_000 * MS));
        Self { service, bytes: Box::new(bytes), most: PAGE_LIMIT }
    }

    fn give(&self, request: Request) -> Result<Page, Failure> {
        let page = self.service.page(request.created_before, request.limit.min(self.most));
        let number = |job: &Job| job.id.as_str()[1..].parse::<usize>().unwrap();
        let size = page.jobs.iter().map(|job| (self.bytes)(number(job))).sum();
        if size <= CAP {
            return Ok(Page { size, ..page });
        }
        if request.limit > 1 {
            return Err(Failure::new(FailureKind::TooLarge, ""));
        }
        // The client has looked through it.
        Ok(Page { size, jobs: Vec::new(), unreadable: page.listed, ..page })
    }
}

struct Trial {
    plan: Plan,
    list: Weighed,
    reader: Reader,
    now: Duration,
    asked: Vec<usize>,
}

impl Trial {
    fn new(plan: Plan, list: Weighed) -> Self {
        Self { plan, list, reader: Reader::default(), now: Duration::ZERO, asked: Vec::new() }
    }

    fn once(list: Weighed) -> Self {
        let mut trial = Self::new(Plan::once(Bounds::default(), Duration::ZERO, 1), list);
        trial.work();
        assert!(trial.plan.is_over() && trial.reader.failures.is_empty());
        trial
    }

    /// Does what there is to do now; gives the limits that were asked for.
    fn work(&mut self) -> Vec<usize> {
        self.asked.clear();
        while let Some(request) = self.plan.ask(self.time()) {
            self.asked.push(request.limit);
            assert!(self.asked.len() < 5_000, "it never ends");
            let answer = self.list.give(request);
            self.now += RTT;
            let now = self.time();
            self.plan.answered(request.number, answer, RTT, now);
            self.plan.reports().for_each(|(_, event)| self.reader.read(event));
        }
        self.asked.clone()
    }

    fn time(&self) -> Now {
        Now { ticks: self.now, wall: START + self.now }
    }
}

#[test]
fn what_is_too_large_together_is_listed_in_smaller_pages() {
    for (bytes, most) in [(1_000_000, 14), (3_000_000, 14), (12_000_000, 103), (25_000_000, 310)] {
        let trial = Trial::once(Weighed::new(100, move |_| bytes));
        assert_eq!(trial.reader.jobs.len(), 100, "{bytes}");
        assert!(trial.asked.len() <= most, "{bytes}: {:?}", trial.asked);
    }
}

#[test]
fn one_job_that_is_too_large_by_itself_costs_itself() {
    for place in [0, 57, 150, 299] {
        let bytes = move |n| if n == place { 40_000_000 } else { 1_000 };
        let trial = Trial::once(Weighed::new(300, bytes));
        assert_eq!(trial.reader.jobs.len(), 299, "{place}");
        assert!(trial.asked.len() <= 60, "{place}: {:?}", trial.asked);
    }
}

#[test]
fn a_smaller_page_is_remembered_and_given_up_again() {
    let list = Weighed::new(300, |n| if n >= 200 { 1_000_000 } else { 1_000 });
    let mut trial = Trial::new(Plan::watch(REFRESH, 0, 1), list);
    let first = trial.work();
    assert_eq!((first[0], first[1], trial.reader.jobs.len()), (100, 10, 300), "{first:?}");
    for _ in 0..20 {
        trial.now += REFRESH * 2;
        assert_eq!(trial.work(), [10], "a quiet source costs one request, and no vain one");
    }
    trial.now += Duration::from_secs(600);
    assert!(trial.work().contains(&100));
    assert_eq!(trial.reader.jobs.len(), 300);
}

#[test]
fn a_service_that_gives_less_than_it_is_asked_for_is_noticed() {
    for (jobs, most) in [(300_usize, 50), (300, 99), (7, 3), (1_000, 20)] {
        let count = i128::try_from(jobs).unwrap();
        let capped = || Weighed { most, ..Weighed::new(count, |_| 1) };
        let trial = Trial::once(capped());
        assert_eq!(trial.reader.jobs.len(), jobs, "{most}");
        assert_eq!(trial.reader.coverages, [Coverage::Whole]);
        assert!(trial.asked.len() <= jobs.div_ceil(most - 1) + 3, "{most}: {}", trial.asked.len());
        let mut watched = Trial::new(Plan::watch(REFRESH, 0, 1), capped());
        watched.work();
        for _ in 0..20 {
            watched.now += REFRESH * 2;
            assert_eq!(watched.work().len(), 1, "{most}");
        }
        assert_eq!((watched.reader.jobs.len(), watched.reader.progress.complete), (jobs, true));
    }
}

#[test]
fn a_short_list_is_asked_behind_once() {
    for count in [1, 50, 99] {
        let mut watched = Trial::new(Plan::watch(REFRESH, 0, 1), Weighed::new(count, |_| 1));
        assert_eq!(watched.work().len(), 2);
        // A round that fails takes nothing of that back.
        watched.now += REFRESH * 2;
        let request = watched.plan.ask(watched.time()).unwrap();
        let now = watched.time();
        watched.plan.answered(request.number, Err(Failure::new(FailureKind::Limited, "")), RTT, now);
        watched.plan.reports().for_each(|(_, event)| watched.reader.read(event));
        assert!(watched.reader.progress.complete, "{count}");
        watched.now += Duration::from_secs(120);
        watched.work();
        for _ in 0..200 {
            watched.now += REFRESH * 2;
            assert_eq!(watched.work().len(), 1);
        }
        // Its end is no longer where it was: that is looked at, once.
        watched.list.service.jobs.pop_first();
        watched.now += REFRESH * 2;
        assert_eq!(watched.work().len(), if count == 1 { 1 } else { 2 });
        assert_eq!(watched.reader.jobs.len(), watched.list.service.jobs.len());
        watched.now += REFRESH * 2;
        assert_eq!((watched.work().len(), watched.reader.progress.complete), (1, true));
    }
}

#[test]
fn a_short_list_that_outgrows_a_cap_is_noticed() {
    let mut watched = Trial::new(Plan::watch(REFRESH, 0, 1), Weighed { most: 50, ..Weighed::new(40, |_| 1) });
    watched.work();
    for n in 0..60 {
        watched.now += REFRESH * 2;
        let now = i128::try_from(watched.now.as_millis()).unwrap();
        watched.list.service.submit(now * MS, Status::Done);
        assert!(watched.work().len() <= 4);
        assert_eq!(watched.reader.jobs.len(), 41 + n);
    }
    watched.now += REFRESH * 2;
    // Another reading of it may be under way.
    assert!(watched.work().len() <= 2 && watched.reader.progress.complete);
}

#[test]
fn a_crowd_that_fills_a_short_page_is_a_gap_only_where_something_is_behind_it() {
    for (older, coverage) in [(0, Coverage::Whole), (20, Coverage::Gaps)] {
        let moments = (1..=older).map(|n| -n * 1_000 * MS).chain((0..40).map(|_| MS));
        let service = Service::new(Before::Exclusive, moments);
        let trial = Trial::once(Weighed {
            service,
            most: if older > 0 { 30 } else { 100 },
            ..Weighed::new(0, |_| 1)
        });
        assert_eq!(trial.reader.coverages, [coverage]);
        assert!(i128::try_from(trial.reader.jobs.len()).unwrap() >= 30 + older);
    }
}

#[test]
fn a_short_page_ends_the_list_where_the_cursor_is_ignored() {
    let bench = Bench::once(Service::new(Before::Ignored, (0..60).map(|n| n * MS)), Bounds::default());
    assert_eq!((bench.reader.coverages, bench.asked.len()), (vec![Coverage::Whole], 2));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// Jobs of any size, at a service that caps its pages: every one is listed that is not too large alone.
    #[test]
    fn whatever_can_be_listed_is(
        count in 1_i128..260,
        most in 2_usize..=100,
        size in prop::sample::select(vec![
            (|n| n * 7_919 % 20_000_000) as fn(usize) -> usize,
            |n| if n % 37 == 0 { 33_000_000 } else { 500 },
            |n| if n % 10 < 3 { 9_000_000 } else { 100_000 },
            |_| 33_000_000,
        ]),
    ) {
        let listable = (0..usize::try_from(count).unwrap()).filter(|n| size(*n) <= CAP).count();
        let trial = Trial::once(Weighed { most, ..Weighed::new(count, size) });
        prop_assert_eq!(trial.reader.jobs.len(), listable);
    }
}
