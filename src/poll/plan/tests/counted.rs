//! What watching a source costs, and what it sees.

use proptest::prelude::*;

use super::*;

/// A source that has been read to its end, with so many jobs, one every `apart` milliseconds up to now.
fn read(before: Before, count: i128, apart: i128) -> Bench {
    let mut bench = Bench::watch(Service::new(before, (1..=count).rev().map(|n| -n * apart * MS)));
    bench.pass(Duration::from_secs(10));
    assert!(bench.is_true() && bench.reader.progress.complete, "{:?}", bench.reader.progress);
    bench
}

/// The least number of pages that show all of these places, counted from the newest job, without the
/// head; each page shows as many jobs as `page`.
fn fewest(mut running: Vec<usize>, page: usize) -> usize {
    running.sort_unstable();
    let (mut shown, mut pages) = (PAGE_LIMIT, 0);
    for place in running {
        if place >= shown {
            shown = place + page;
            pages += 1;
        }
    }
    pages
}

#[test]
fn a_quiet_source_costs_one_request_a_refresh_however_long_its_list_is() {
    for count in [100, 1_000, 100_000, 1_000_000] {
        let mut bench = read(Before::Exclusive, count, 100);
        for _ in 0..25 {
            bench.now += REFRESH * 2;
            assert_eq!(bench.work(), [Purpose::Head], "{count}");
        }
        // Every five minutes all of it begins to be read again, but never more than a page a refresh.
        for _ in 0..400 {
            bench.now += REFRESH * 2;
            let asked = bench.work();
            assert!(asked == [Purpose::Head] || asked == [Purpose::Head, Purpose::Review], "{asked:?}");
        }
    }
}

#[test]
fn a_crowded_head_costs_one_request_too() {
    for before in ALL {
        let mut bench = read(before, 500, 1_000);
        (0..250).for_each(|_| bench.service.submit(MS, Status::Done));
        bench.pass(REFRESH * 3);
        assert!(bench.reader.progress.gaps && !bench.reader.progress.complete);
        bench.now += REFRESH * 2;
        assert_eq!(bench.work(), [Purpose::Head], "{before:?}");
    }
}

#[test]
fn what_is_new_is_read_until_it_meets_what_is_known_and_no_further() {
    for (more, pages) in [(1, 1), (99, 1), (150, 2), (350, 4), (950, 10)] {
        let mut bench = read(Before::Inclusive, 3_000, 1_000);
        let now = i128::try_from(bench.now.as_millis()).unwrap();
        (0..more).for_each(|n| bench.service.submit((now + n * 40) * MS, Status::Running));
        bench.now += REFRESH * 20;
        let asked = bench.work();
        assert!(bench.is_true(), "{more}");
        let news = asked.iter().filter(|purpose| matches!(purpose, Purpose::Head | Purpose::News)).count();
        assert!((pages..=pages + 1).contains(&news), "{more}: {asked:?}");
        assert!(!asked.contains(&Purpose::History), "{more}: {asked:?}");
    }
}

#[test]
fn too_much_news_becomes_the_past_and_the_head_stays_fresh() {
    let mut bench = read(Before::Exclusive, 1_000, 1_000);
    let now = i128::try_from(bench.now.as_millis()).unwrap();
    (0..5_000).for_each(|n| bench.service.submit((now + n) * MS, Status::Done));
    bench.now += REFRESH * 2;
    let asked = bench.work();
    let count = |wanted| asked.iter().filter(|purpose| **purpose == wanted).count();
    assert_eq!((count(Purpose::Head), count(Purpose::News)), (1, 10));
    assert!((38..50).contains(&count(Purpose::History)), "{}", count(Purpose::History));
    assert!(bench.is_true() && bench.reader.progress.complete);
}

#[test]
fn the_head_is_asked_every_refresh_during_a_long_first_reading() {
    let mut bench = Bench::watch(Service::new(Before::Exclusive, (1..=100_000).rev().map(|n| -n * 100 * MS)));
    let (mut asked, mut last) = (0, Duration::ZERO);
    while !bench.reader.progress.complete {
        assert!(bench.step());
        asked += 1;
        if bench.asked.last() == Some(&Purpose::Head) {
            assert!(bench.now < last + REFRESH.mul_f64(1.1) + RTT * 3, "{:?} after {last:?}", bench.now);
            last = bench.now;
        }
        assert!(bench.reader.progress.known_share > 0.0);
    }
    assert!(asked < 1_080, "{asked}");
    assert!(last > REFRESH * 8, "the head came last at {last:?}");
}

#[test]
fn a_deleted_running_job_is_looked_for_once() {
    let mut bench = read(Before::Inclusive, 2_000, 1_000);
    bench.service.set(900, Status::Running);
    bench.pass(Duration::from_secs(1_000));
    bench.now += REFRESH * 2;
    assert_eq!(bench.work(), [Purpose::Head, Purpose::Running]);
    bench.service.delete(900);
    bench.now += REFRESH * 2;
    assert_eq!(bench.work(), [Purpose::Head, Purpose::Running]);
    assert!(bench.is_true());
    bench.now += REFRESH * 2;
    assert_eq!(bench.work(), [Purpose::Head]);
}

#[test]
fn what_was_deleted_long_ago_is_noticed_slowly_and_never_in_a_burst() {
    let mut bench = read(Before::Inclusive, 3_000, 1_000);
    (0..2_900).step_by(7).for_each(|id| bench.service.delete(id));
    let mut rounds = 0;
    while !bench.is_true() {
        bench.now += REFRESH * 2;
        assert!(bench.work().len() <= 2, "{:?}", bench.asked);
        rounds += 1;
        assert!(rounds < 80, "it is never noticed");
    }
    assert!(rounds > 20, "{rounds}");
}

#[test]
fn what_expires_is_noticed_within_minutes_though_the_clocks_are_minutes_apart() {
    let week = i128::from(7 * 24 * 3_600_000_i64);
    for (apart_ms, before) in
        [(0, Before::Exclusive), (300_000, Before::Inclusive), (-300_000, Before::Exclusive)]
    {
        // Ten expire a second, as many come, and the service's clock is off.
        let moments = (0..30_000)
            .map(|n| (apart_ms - week + n * 100) * MS)
            .chain((0..500).map(|n| (apart_ms - 1_000_000 + n * 2_000) * MS));
        let mut bench = Bench::watch(Service::new(before, moments));
        for second in 0..1_200 {
            let cut = (apart_ms - week + second * 1_000) * MS;
            bench.service.jobs = bench.service.jobs.split_off(&(cut, 0));
            bench.pass(Duration::from_secs(1));
        }
        let stale = bench.reader.jobs.len() - bench.service.jobs.len();
        assert!(stale <= 1_400, "{stale} expired jobs are still there at {apart_ms}");
        assert!(bench.service.ids().is_subset(&bench.ids()));
    }
}

#[test]
fn a_pause_is_a_pause_and_a_refresh_goes_through_it() {
    let mut bench = Bench::watch(Service::new(Before::Exclusive, (1..=1_000).rev().map(|n| -n * 1_000 * MS)));
    bench.step();
    bench.plan.pause(true);
    assert_eq!(bench.pass(Duration::from_secs(100)), []);
    bench.plan.hurry();
    assert_eq!(bench.pass(Duration::from_secs(100)), [Purpose::Head]);
    bench.plan.pause(false);
    bench.pass(Duration::from_secs(10));
    assert!(bench.is_true());
}

#[test]
fn a_night_asleep_is_made_up_for_by_one_round() {
    let mut bench = read(Before::Exclusive, 1_000, 1_000);
    bench.now += Duration::from_secs(3_600);
    assert_eq!(bench.work().iter().filter(|purpose| **purpose == Purpose::Head).count(), 1);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// With running jobs anywhere: the head, and no more pages than the fewest that show them.
    #[test]
    fn running_jobs_cost_the_fewest_pages(
        running in prop::collection::btree_set(0_usize..3_000, 0..40),
        before in prop::sample::select(&ALL[..]),
        apart in 1_i128..2_000,
    ) {
        let mut service = Service::new(before, (1..=3_000).rev().map(|n| -n * apart * MS));
        for id in &running {
            service.set(*id, Status::Running);
        }
        let mut bench = Bench::watch(service);
        bench.pass(Duration::from_secs(10));
        prop_assert!(bench.is_true());
        bench.now += REFRESH * 2;
        let asked = bench.work();
        let pages = |page| fewest(running.iter().map(|id| 2_999 - id).collect(), page);
        prop_assert!(asked.len() <= 1 + pages(PAGE_LIMIT) + 1, "{asked:?}");
        // A page that counts the cursor's moment in shows one job less of those that are wanted.
        let shown = if before == Before::Exclusive { PAGE_LIMIT } else { PAGE_LIMIT - 1 };
        prop_assert!(asked.len() <= 1 + pages(shown), "{asked:?}");
        for id in &running {
            bench.service.set(*id, Status::Done);
        }
        bench.now += REFRESH * 2;
        bench.work();
        prop_assert!(bench.is_true());
        bench.now += REFRESH * 2;
        prop_assert_eq!(bench.work(), [Purpose::Head]);
    }
}
