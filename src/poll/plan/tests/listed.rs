//! What a single listing lists, and says that it lists.

use proptest::prelude::*;

use super::*;

fn once(service: &Service) -> Bench {
    Bench::once(service.clone(), Bounds::default())
}

#[test]
fn a_short_list_takes_a_request_and_one_to_look_behind_it() {
    for (count, requests) in [(0, 1), (1, 2), (99, 2)] {
        let bench = once(&Service::new(Before::Exclusive, (0..).map(|n| n * MS).take(count)));
        assert_eq!(bench.reader.coverages, [Coverage::Whole]);
        assert_eq!((bench.reader.jobs.len(), bench.asked.len()), (count, requests));
    }
}

#[test]
fn a_long_list_takes_little_more_than_its_pages() {
    for (count, most) in [(100, 2), (431, 6), (1_000, 12), (20_000, 220)] {
        let bench = once(&Service::new(Before::Inclusive, (0..).map(|n| n * 7 * MS).take(count)));
        assert_eq!((&bench.reader.coverages[..], bench.reader.jobs.len()), (&[Coverage::Whole][..], count));
        assert!(bench.asked.len() <= most, "{count}: {}", bench.asked.len());
    }
}

#[test]
fn a_millisecond_that_fills_pages_is_passed_and_told() {
    for before in ALL {
        let moments = (0..50)
            .map(|n| n * MS)
            .chain((0..350).map(|_| 1_000 * MS))
            .chain((0..50).map(|n| 2_000 * MS + n * MS));
        let bench = once(&Service::new(before, moments));
        assert_eq!(bench.reader.coverages, [Coverage::Gaps], "{before:?}");
        // Before and behind the crowd everything is there, and a page of the crowd.
        for id in (0..50).chain(400..450) {
            assert!(bench.ids().contains(&JobId::new(format!("j{id}"))), "{before:?} {id}");
        }
        assert!(bench.reader.jobs.len() >= 200 && bench.asked.len() <= 6, "{before:?} {:?}", bench.asked);
    }
}

#[test]
fn crowds_side_by_side_are_told_apart_by_the_cursor_itself() {
    for before in ALL {
        // Less than a page each, but more than a page together with their neighbours.
        let moments = (0..20).flat_map(|ms| std::iter::repeat_n(ms * MS, 90));
        let bench = once(&Service::new(before, moments));
        assert_eq!(
            (&bench.reader.coverages[..], bench.is_true()),
            (&[Coverage::Whole][..], true),
            "{before:?}"
        );
    }
}

#[test]
fn a_service_that_ignores_the_cursor_is_given_up() {
    let bench = once(&Service::new(Before::Ignored, (0..500).map(|n| n * MS)));
    assert_eq!((bench.reader.jobs.len(), bench.asked.len()), (100, 2));
    let oldest = job(0, 400 * MS, Status::Done).created_at.unwrap();
    assert!(
        matches!(bench.reader.coverages[..], [Coverage::Since(at)] if at >= oldest),
        "{bench:?}",
        bench = bench.reader.coverages
    );
}

#[test]
fn a_full_page_without_any_moment_promises_nothing() {
    let mut plan = Plan::once(Bounds::default(), Duration::ZERO, 1);
    let now = Now { ticks: Duration::ZERO, wall: START };
    let request = plan.ask(now).unwrap();
    let jobs = (0..100).map(|id| Job { created_at: None, ..job(id, 0, Status::Done) }).collect();
    plan.answered(request.number, Ok(Page { jobs, listed: 100, ..Page::default() }), RTT, now);
    let mut reader = Reader::default();
    plan.reports().for_each(|(_, event)| reader.read(event));
    assert_eq!(reader.coverages, [Coverage::Since(Timestamp::MAX)]);
}

#[test]
fn bounds_stop_a_listing_early() {
    let service = Service::new(Before::Exclusive, (0..10_000).map(|n| n * MS));
    let horizon = START + Duration::from_millis(9_750);
    let bench = Bench::once(service.clone(), Bounds { horizon: Some(horizon), most: None });
    assert!(matches!(bench.reader.coverages[..], [Coverage::Since(at)] if at < horizon));
    assert!((250..=310).contains(&bench.reader.jobs.len()) && bench.asked.len() == 3);
    for (most, pages) in [(100, 1), (150, 2), (1_500, 16)] {
        let bench = Bench::once(service.clone(), Bounds { horizon: None, most: Some(most) });
        assert!(matches!(bench.reader.coverages[..], [Coverage::Since(_)]));
        assert!(
            bench.reader.jobs.len() >= most && bench.asked.len() == pages,
            "{most}: {}",
            bench.asked.len()
        );
    }
}

#[test]
fn several_windows_are_read_at_once() {
    let mut plan = Plan::once(Bounds::default(), Duration::ZERO, 1);
    let service = Service::new(Before::Exclusive, (0..20_000).map(|n| n * MS));
    let (mut waiting, mut most) = (std::collections::VecDeque::new(), 0);
    let now = Now { ticks: Duration::ZERO, wall: START };
    let mut reader = Reader::default();
    loop {
        while let Some(request) = plan.ask(now) {
            waiting.push_back(request);
        }
        most = most.max(waiting.len());
        let Some(request) = waiting.pop_front() else { break };
        plan.answered(request.number, Ok(service.list(request.created_before)), RTT, now);
        plan.reports().for_each(|(_, event)| reader.read(event));
    }
    assert_eq!((most, reader.coverages, reader.jobs.len()), (LANES, vec![Coverage::Whole], 20_000));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// Jobs anywhere, some milliseconds crowded but none beyond a page, jobs submitted while the
    /// pages are read: every job that was there at the start is listed, and the listing knows it.
    #[test]
    fn every_job_is_listed(
        moments in prop::collection::vec((0_i128..40, 0_i128..3 * MS), 0..600),
        before in prop::sample::select(&ALL[..]),
        submitted in 0_usize..40,
    ) {
        let mut crowd = BTreeMap::new();
        let moments = moments.into_iter().map(|(ms, ns)| ms * MS + ns).filter(|ns| {
            let jobs: &mut usize = crowd.entry(ns / MS).or_default();
            *jobs += 1;
            *jobs <= 45
        });
        let service = Service::new(before, moments.collect::<Vec<_>>());
        let there = service.ids();
        let mut bench = Bench::new(Plan::once(Bounds::default(), Duration::ZERO, 1), service);
        while bench.step() {
            (0..submitted).for_each(|n| bench.service.submit(100 * MS + n as i128, Status::Running));
        }
        prop_assert_eq!(&bench.reader.coverages, &[Coverage::Whole]);
        prop_assert!(bench.ids().is_superset(&there));
    }

    /// Whatever the moments are, a listing ends, and where it says "whole" nothing is missing.
    #[test]
    fn whole_means_whole(
        moments in prop::collection::vec((0_i128..6, 0_i128..1_000), 0..700),
        before in prop::sample::select(vec![Before::Exclusive, Before::Inclusive, Before::Truncated, Before::Ignored]),
    ) {
        let bench = once(&Service::new(before, moments.iter().map(|(ms, ns)| ms * MS + ns)));
        prop_assert!(bench.asked.len() < 40, "{}", bench.asked.len());
        match bench.reader.coverages[..] {
            [Coverage::Whole] => prop_assert_eq!(bench.ids(), bench.service.ids()),
            [Coverage::Gaps] => {}
            [Coverage::Since(at)] => {
                for job in bench.service.jobs.values().filter(|job| job.created_at > Some(at)) {
                    prop_assert!(bench.ids().contains(&job.id));
                }
            }
            _ => prop_assert!(false, "{:?}", bench.reader.coverages),
        }
    }
}
