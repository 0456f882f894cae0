//! Services that answer anything at all: whatever they say, a listing ends, and a watched source costs what
//! a quiet one costs.

use proptest::prelude::*;

use super::*;

/// An entry of a list: when it was created, if it says so, and whether it is a job.
type Given = (Option<i64>, bool);

/// What a service makes of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answers {
    /// The newest entries before the cursor, as documented.
    Properly,
    /// The newest entries, whatever the cursor.
    Deafly,
    /// The oldest entries before the cursor.
    FromTheEnd,
    /// Any entries, full pages of them.
    Anyhow,
    /// What it gave before.
    Again,
    Nothing,
    /// As documented, but half a page at most.
    Halves,
    /// A page of a single moment, which is just before the cursor.
    Mirages,
    /// As documented, but a day in the future.
    Tomorrow,
    /// As documented, but without a single job, or without a single moment.
    NoJobs,
    NoMoments,
}

const ALL: [Answers; 11] = [
    Answers::Properly,
    Answers::Deafly,
    Answers::FromTheEnd,
    Answers::Anyhow,
    Answers::Again,
    Answers::Nothing,
    Answers::Halves,
    Answers::Mirages,
    Answers::Tomorrow,
    Answers::NoJobs,
    Answers::NoMoments,
];

struct Hostile {
    /// By what is newest.
    entries: Vec<Given>,
    /// What it does by turns.
    answers: Vec<Answers>,
    random: fastrand::Rng,
    before: Vec<Given>,
    asked: usize,
}

impl Hostile {
    fn new(mut entries: Vec<Given>, answers: Vec<Answers>, seed: u64) -> Self {
        entries.sort_by_key(|(ms, _)| std::cmp::Reverse(*ms));
        Self { entries, answers, random: fastrand::Rng::with_seed(seed), before: Vec::new(), asked: 0 }
    }

    fn give(&mut self, request: Request) -> Page {
        self.asked += 1;
        let cursor = request.created_before.map(|at| at.as_millisecond() - START.as_millisecond());
        let answers = self.answers[self.asked % self.answers.len()];
        let older = |(ms, _): &&Given| cursor.is_none_or(|cursor| ms.is_none_or(|ms| ms < cursor));
        let listed = self.entries.iter().filter(older).copied();
        let given: Vec<Given> = match answers {
            Answers::Properly => listed.take(PAGE_LIMIT).collect(),
            Answers::Deafly => self.entries.iter().take(PAGE_LIMIT).copied().collect(),
            Answers::FromTheEnd => listed.rev().take(PAGE_LIMIT).collect(),
            Answers::Anyhow => {
                let any = |_| self.random.choice(&self.entries).copied();
                (0..PAGE_LIMIT).filter_map(any).collect()
            }
            Answers::Again => self.before.clone(),
            Answers::Nothing => Vec::new(),
            Answers::Halves => listed.take(PAGE_LIMIT / 2).collect(),
            Answers::Mirages => vec![(Some(cursor.unwrap_or(0) - 1), false); PAGE_LIMIT],
            Answers::Tomorrow => {
                listed.take(PAGE_LIMIT).map(|(ms, job)| (ms.map(|ms| ms + 86_400_000), job)).collect()
            }
            Answers::NoJobs => listed.take(PAGE_LIMIT).map(|(ms, _)| (ms, false)).collect(),
            Answers::NoMoments => listed.take(PAGE_LIMIT).map(|(_, job)| (None, job)).collect(),
        };
        self.before.clone_from(&given);
        page(&given)
    }
}

fn page(given: &[Given]) -> Page {
    let moment = |ms: i64| Timestamp::from_millisecond(START.as_millisecond() + ms).unwrap();
    let jobs = given.iter().enumerate().filter(|(_, (_, job))| *job).map(|(place, (ms, _))| Job {
        created_at: ms.map(moment),
        ..Job::new(JobId::new(format!("{ms:?}-{place}")), Status::Done)
    });
    let moments = || given.iter().filter_map(|(ms, _)| ms.map(moment));
    let jobs: Vec<Job> = jobs.collect();
    Page {
        listed: given.len(),
        unreadable: given.len() - jobs.len(),
        oldest: moments().min(),
        newest: moments().max(),
        jobs,
        ..Page::default()
    }
}

/// A plan and a service that may answer anything.
struct Trial {
    plan: Plan,
    service: Hostile,
    reader: Reader,
    now: Duration,
}

impl Trial {
    fn new(plan: Plan, service: Hostile) -> Self {
        Self { plan, service, reader: Reader::default(), now: Duration::ZERO }
    }

    fn once(service: Hostile) -> Self {
        Self::new(Plan::once(Bounds::default(), Duration::ZERO, 1), service)
    }

    /// Does what there is to do now, up to so many requests; gives how many there were.
    fn work(&mut self, most: usize) -> usize {
        let before = self.service.asked;
        while self.service.asked - before <= most
            && let Some(request) = self.plan.ask(Now { ticks: self.now, wall: START + self.now })
        {
            let page = self.service.give(request);
            self.now += RTT;
            let now = Now { ticks: self.now, wall: START + self.now };
            self.plan.answered(request.number, Ok(page), RTT, now);
            self.plan.reports().for_each(|(_, event)| self.reader.read(event));
        }
        self.service.asked - before
    }
}

/// A hundred entries without an id, the newest, and good jobs behind them.
#[test]
fn a_page_without_a_job_is_passed() {
    for behind in [0_usize, 1, 30, 100, 200] {
        let entries = (0_i64..).take(100 + behind).map(|n| (Some(-n * 3_000), n >= 100)).collect();
        let mut trial = Trial::once(Hostile::new(entries, vec![Answers::Properly], 1));
        assert!(trial.work(20) <= 6, "{behind}");
        assert_eq!((trial.plan.is_over(), trial.reader.jobs.len()), (true, behind));
        let mut watched = Trial::new(Plan::watch(REFRESH, 0, 1), trial.service);
        assert!(watched.work(20) <= 6 && watched.reader.jobs.len() == behind, "{behind}");
        watched.now += REFRESH * 2;
        assert_eq!(watched.work(20), 1, "{behind}");
    }
}

#[test]
fn crowds_without_end_are_forgotten_in_their_order() {
    // More milliseconds side by side than are remembered, each of which fills a page.
    let moments = (0..1_400).flat_map(|ms| std::iter::repeat_n(ms * MS, 100));
    let bench = Bench::once(Service::new(Before::Inclusive, moments), Bounds::default());
    assert!(bench.asked.len() < 2_900, "{}", bench.asked.len());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    /// However a service answers, and however it changes its ways: a listing ends, and asks little more
    /// than there are moments to ask for; a watched source costs no more either, and hardly anything once
    /// it has been read.
    #[test]
    fn nothing_goes_on_for_ever(
        entries in prop::collection::vec(
            (prop::option::weighted(0.95, prop_oneof![-400_i64..0, -600_000_000_i64..90_000_000]), any::<bool>()),
            0..600,
        ),
        answers in prop::collection::vec(prop::sample::select(&ALL[..]), 1..6),
        seed in any::<u64>(),
    ) {
        let moments: std::collections::BTreeSet<_> = entries.iter().filter_map(|(ms, _)| *ms).collect();
        // A moment may be asked for a second time with itself as the cursor, and those of tomorrow are others.
        let most = moments.len() * 4 + 150;
        let service = || Hostile::new(entries.clone(), answers.clone(), seed);
        let mut once = Trial::once(service());
        prop_assert!(once.work(most) <= most, "{} requests for {} moments", once.service.asked, moments.len());
        prop_assert!(once.plan.is_over() && once.reader.coverages.len() == 1);
        let mut watched = Trial::new(Plan::watch(REFRESH, 0, seed), service());
        prop_assert!(watched.work(most) <= most);
        let before = watched.service.asked;
        for _ in 0..200 {
            watched.now += REFRESH * 2;
            prop_assert!(watched.work(most) <= most);
        }
        let asked = watched.service.asked - before;
        // The head, what news may take, and a page of the past each.
        prop_assert!(asked <= most * 2 + 200 * 12, "{asked} requests");
        if let [steady] = answers[..] && steady != Answers::Anyhow {
            prop_assert!(asked <= most + 200 * 2, "{asked} requests of {steady:?}");
        }
    }
}
