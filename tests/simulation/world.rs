//! The world of a simulation: a fleet, a network that delays, reorders and loses, and the program's
//! own parts, driven as its tasks drive them.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use voxtop::api::Page;
use voxtop::model::{Failure, FailureKind, Job, JobId, PollEvent, Progress, Report, SourceId, Span, Status};
use voxtop::poll::bucket::{Bucket, Class};
use voxtop::poll::plan::{Now, Plan, Purpose, Request, Wish};
use voxtop::sandbox::{Entry, Heard, Offline, Scenario};
use voxtop::store::Store;

use crate::Tally;
use crate::checks::{BudgetWatch, ById, HeadWatch, LateWatch, number};
use crate::setup::{CALM, Network, SOURCES, Setup, fleet};

/// When a simulation begins, by the service's clock.
pub(crate) const START_MS: i64 = 1_790_000_000_000;

/// A request is given up after so long.
const TIMEOUT_MS: u64 = 15_000;

#[derive(Debug)]
enum Event {
    /// A request comes to the service.
    Arrives { source: usize, request: Request, sent_ms: u64 },
    /// An answer comes to the program.
    Answers { source: usize, number: u64, sent_ms: u64, answer: Box<Result<Page, Failure>> },
    /// A plan may want something.
    Wakes(usize),
    /// A budget may allow something.
    Serves(usize),
}

/// One source of the program.
pub(crate) struct Client {
    pub(crate) plan: Plan,
    /// What it waits for the budget for, and since which turn.
    waits: Option<(Class, u64)>,
    /// When it is to be looked at again.
    wakes_ms: Option<u64>,
    pub(crate) finished: u64,
    pub(crate) progress: Progress,
    pub(crate) head: HeadWatch,
    late: LateWatch,
    /// Whose answer came last.
    answering: u64,
}

pub(crate) struct World {
    pub(crate) now_ms: u64,
    pub(crate) offline: Offline,
    pub(crate) store: Store,
    pub(crate) clients: Vec<Client>,
    pub(crate) network: Network,
    pub(crate) random: fastrand::Rng,
    pub(crate) tally: Tally,
    /// Which source each job was ever listed to.
    pub(crate) owners: ById<usize>,
    /// Nothing of the program runs before this.
    pub(crate) asleep_until: u64,
    pub(crate) keys: Vec<String>,
    setup: Setup,
    budgets: Vec<(Bucket, BudgetWatch)>,
    events: BinaryHeap<Reverse<(u64, u64)>>,
    planned: HashMap<u64, Event>,
    turn: u64,
    /// Whether every request and answer is printed.
    told: bool,
}

impl World {
    pub(crate) fn new(scenario: &Scenario, setup: Setup, mut random: fastrand::Rng) -> Self {
        let refresh = Duration::from_secs(setup.refresh_s);
        let offline = Offline::new(scenario, START_MS).unwrap();
        let client = |_| Client {
            plan: Plan::watch(refresh, 0, random.u64(..)),
            waits: None,
            wakes_ms: None,
            finished: 0,
            progress: Progress::default(),
            head: HeadWatch::new(refresh, setup.rate),
            late: LateWatch::default(),
            answering: 0,
        };
        let clients = SOURCES.iter().map(client).collect();
        let rate = NonZeroU32::new(setup.rate).unwrap();
        let mut world = Self {
            now_ms: 0,
            keys: offline.keys(),
            offline,
            store: Store::new(Arc::new(fleet())),
            clients,
            network: CALM,
            random,
            tally: Tally::default(),
            owners: ById::default(),
            asleep_until: 0,
            setup,
            budgets: (0..2).map(|_| (Bucket::new(rate), BudgetWatch::new(setup.rate))).collect(),
            events: BinaryHeap::new(),
            planned: HashMap::new(),
            turn: 0,
            told: std::env::var_os("SIMULATION_TRACE").is_some(),
        };
        (0..SOURCES.len()).for_each(|source| world.plan(0, Event::Wakes(source)));
        world
    }

    pub(crate) fn ticks(&self) -> Duration {
        Duration::from_millis(self.now_ms)
    }

    pub(crate) fn server_ms(&self) -> i64 {
        START_MS + i64::try_from(self.now_ms).unwrap()
    }

    fn now(&self) -> Now {
        let wall = Timestamp::from_millisecond(self.server_ms() + self.setup.skew_ms).unwrap();
        Now { ticks: self.ticks(), wall }
    }

    fn plan(&mut self, at_ms: u64, event: Event) {
        self.turn += 1;
        self.events.push(Reverse((at_ms.max(self.now_ms), self.turn)));
        self.planned.insert(self.turn, event);
    }

    /// Lets everything happen until then.
    pub(crate) fn run(&mut self, until_ms: u64) {
        while let Some(Reverse((at_ms, turn))) =
            self.events.peek().copied().filter(|Reverse((at, _))| *at <= until_ms)
        {
            self.events.pop();
            self.now_ms = self.now_ms.max(at_ms);
            let event = self.planned.remove(&turn).unwrap();
            if self.now_ms < self.asleep_until && !matches!(event, Event::Arrives { .. }) {
                self.plan(self.asleep_until, event);
                continue;
            }
            match event {
                Event::Arrives { source, request, sent_ms } => self.arrive(source, request, sent_ms),
                Event::Answers { source, number, sent_ms, answer } => {
                    self.answer(source, number, sent_ms, *answer);
                }
                Event::Wakes(source) => self.update(source),
                Event::Serves(key) => self.serve(key),
            }
        }
        self.now_ms = self.now_ms.max(until_ms);
        self.offline.advance(self.server_ms());
    }

    /// The user asks for a refresh.
    pub(crate) fn hurry(&mut self, source: usize) {
        self.clients[source].plan.hurry();
        self.clients[source].head.hurried();
        self.plan(self.now_ms, Event::Wakes(source));
    }

    /// Takes a plan's reports and its wish, and lets its budget serve it.
    fn update(&mut self, source: usize) {
        let now = self.now();
        let key = SOURCES[source].1;
        let client = &mut self.clients[source];
        for (sequence, event) in client.plan.reports() {
            match &event {
                PollEvent::Finished { .. } => client.finished += 1,
                PollEvent::Progress(progress) => client.progress = progress.clone(),
                PollEvent::Page { jobs, spans, .. } => {
                    let held = held_within(&self.store, source, spans);
                    client.late.page(client.answering, jobs, &held);
                }
                _ => {}
            }
            let source = SourceId(u16::try_from(source).unwrap());
            self.store.merge(Report { source, sequence, at: now.wall, event });
        }
        let wish = match client.plan.wish(now) {
            Wish::Ask(class) => Some(class),
            Wish::Wait => None,
        };
        let wakes = client.plan.wakes_at(now.ticks);
        let bucket = &mut self.budgets[key].0;
        if client.waits.map(|(class, _)| class) != wish {
            if let Some((class, _)) = client.waits.take() {
                bucket.leave(class);
            }
            if let Some(class) = wish {
                bucket.enter(class);
                client.waits = Some((class, self.turn));
            }
        }
        let wakes_ms = wakes.map(ceil_ms);
        if client.wakes_ms != wakes_ms {
            client.wakes_ms = wakes_ms;
            if let Some(at_ms) = wakes_ms {
                self.plan(at_ms, Event::Wakes(source));
            }
        }
        if wish.is_some() {
            self.serve(key);
        }
    }

    /// Lets those who wait for a key's budget go, the most urgent first, as long as it allows.
    fn serve(&mut self, key: usize) {
        loop {
            let waiting = (0..SOURCES.len()).filter(|source| SOURCES[*source].1 == key);
            let first = waiting.filter_map(|source| Some((self.clients[source].waits?, source))).min();
            let Some(((class, _), source)) = first else { return };
            let ticks = self.ticks();
            if let Err(wait) = self.budgets[key].0.take(ticks, class) {
                return self.plan(ceil_ms(ticks + wait), Event::Serves(key));
            }
            self.budgets[key].0.leave(class);
            self.clients[source].waits = None;
            self.send(source);
            self.plan(self.now_ms, Event::Wakes(source));
        }
    }

    fn send(&mut self, source: usize) {
        let now = self.now();
        let Some(request) = self.clients[source].plan.ask(now) else { return };
        self.budgets[SOURCES[source].1].1.sent(self.now_ms);
        self.clients[source].head.sent(self.now_ms, request.purpose);
        self.tally.requests += 1;
        if self.told {
            println!("{:>9} {source} asks {request:?}", self.now_ms);
        }
        self.note(
            source as u64
                ^ request.number << 8
                ^ request.created_before.map_or(0, |at| at.as_millisecond().cast_unsigned()),
        );
        if self.random.u64(..1_000) < self.network.lost {
            self.give_up(source, request.number, self.now_ms, self.now_ms + TIMEOUT_MS);
        } else {
            let way = self.way();
            self.plan(self.now_ms + way, Event::Arrives { source, request, sent_ms: self.now_ms });
        }
    }

    fn way(&mut self) -> u64 {
        let (least, most) = self.network.way_ms;
        let late = if self.random.u64(..1_000) < self.network.late { self.random.u64(500..6_000) } else { 0 };
        self.random.u64(least..=most) + late
    }

    fn arrive(&mut self, source: usize, request: Request, sent_ms: u64) {
        let (environment, key) = SOURCES[source];
        self.offline.advance(self.server_ms());
        let limit = request.limit;
        let query = match request.created_before {
            Some(at) => format!("limit={limit}&created_before={at:.3}"),
            None => format!("limit={limit}"),
        };
        let (heard, delay_ms) = self.offline.list(environment, &self.keys[key], &query);
        let Some(answer) = self.read(source, heard) else {
            return self.give_up(source, request.number, sent_ms, sent_ms + TIMEOUT_MS);
        };
        let at_ms = self.now_ms + delay_ms + self.way();
        if at_ms > sent_ms + TIMEOUT_MS {
            return self.give_up(source, request.number, sent_ms, sent_ms + TIMEOUT_MS);
        }
        self.plan(
            at_ms,
            Event::Answers { source, number: request.number, sent_ms, answer: Box::new(answer) },
        );
    }

    fn give_up(&mut self, source: usize, number: u64, sent_ms: u64, at_ms: u64) {
        let answer = Box::new(Err(Failure::new(FailureKind::Timeout, "")));
        self.plan(at_ms, Event::Answers { source, number, sent_ms, answer });
    }

    /// What the client would make of what it hears; nothing of silence.
    fn read(&mut self, source: usize, heard: Heard) -> Option<Result<Page, Failure>> {
        Some(match heard {
            Heard::Page(entries) if entries.len() > self.network.widest => {
                Err(Failure { status: Some(200), ..Failure::new(FailureKind::TooLarge, "") })
            }
            Heard::Page(entries) => Ok(self.page(source, entries)),
            Heard::Refused(status, retry_after_s) => {
                let kind = match status {
                    401 => FailureKind::Rejected,
                    403 => FailureKind::Forbidden,
                    429 => FailureKind::Limited,
                    500.. => FailureKind::Server,
                    _ => FailureKind::Unexpected,
                };
                let retry_after =
                    retry_after_s.filter(|s| *s > 0).map(|s| SignedDuration::from_secs(s.into()));
                Err(Failure { status: Some(status), retry_after, ..Failure::new(kind, "") })
            }
            Heard::Garbage => Err(Failure { status: Some(200), ..Failure::new(FailureKind::Unreadable, "") }),
            Heard::Truncated => {
                Err(Failure { status: Some(200), ..Failure::new(FailureKind::Interrupted, "") })
            }
            Heard::Reset => Err(Failure::new(FailureKind::Interrupted, "")),
            Heard::Silence => return None,
        })
    }

    fn page(&mut self, source: usize, entries: Vec<Entry>) -> Page {
        let listed = entries.len();
        let job = |Entry { id, status, created_ms }: Entry| {
            let created_at = Timestamp::from_millisecond(created_ms).ok();
            let job = Job { created_at, ..Job::new(JobId::new(&id), Status::parse(status)) };
            let owner = *self.owners.entry(number(&id)).or_insert(source);
            assert_eq!(owner, source, "the sandbox lists {} to two sources", job.id);
            job
        };
        let jobs: Vec<Job> = entries.into_iter().map(job).collect();
        let moments = || jobs.iter().filter_map(|job| job.created_at);
        let (oldest, newest) = (moments().min(), moments().max());
        Page { jobs, listed, oldest, newest, ..Page::default() }
    }

    fn answer(&mut self, source: usize, number: u64, sent_ms: u64, answer: Result<Page, Failure>) {
        let (now, latency) = (self.now(), Duration::from_millis(self.now_ms - sent_ms));
        if self.told {
            let said = answer.as_ref().map(|page| (page.listed, page.oldest));
            println!("{:>9} {source} hears {number}: {said:?}", self.now_ms);
        }
        self.note(number << 16 ^ answer.as_ref().map_or(u64::MAX, |page| page.listed as u64));
        let key = SOURCES[source].1;
        if let Err(failure) = &answer {
            self.tally.answers_lost += 1;
            if failure.kind == FailureKind::Limited {
                self.budgets[key].0.refused(now.ticks);
                self.budgets[key].1.refused(self.now_ms);
            }
        }
        self.clients[source].head.answered(self.now_ms, number, answer.as_ref().err());
        self.clients[source].plan.answered(number, answer, latency, now);
        self.clients[source].answering = number;
        self.update(source);
    }

    fn note(&mut self, what: u64) {
        let mixed = self.tally.trace.rotate_left(5) ^ what ^ self.now_ms << 32;
        self.tally.trace = mixed.wrapping_mul(0x517c_c1b7_2722_0a95);
    }

    /// Sleeps: nothing of the program runs for a while, and its clocks go on.
    pub(crate) fn sleep(&mut self, ms: u64) {
        self.asleep_until = self.now_ms + ms;
        self.clients.iter_mut().for_each(|client| client.head.slept(self.asleep_until));
    }

    /// All jobs that a source should show, newest first.
    pub(crate) fn truth(&self, source: usize) -> Vec<Entry> {
        let (environment, key) = SOURCES[source];
        self.offline.truth(environment, &self.keys[key])
    }
}

/// The jobs of a source that are shown in these stretches.
fn held_within(store: &Store, source: usize, spans: &[Span]) -> Vec<u64> {
    let own = store.jobs().filter(|(_, held)| held.source().index() == source);
    let within = own.filter(|(_, held)| spans.iter().any(|span| span.contains(held.created_at().unwrap())));
    within.map(|(_, held)| number(held.id())).collect()
}

fn ceil_ms(at: Duration) -> u64 {
    u64::try_from(at.as_nanos().div_ceil(1_000_000)).unwrap()
}

/// Whether a purpose is the head's.
pub(crate) fn is_head(purpose: Purpose) -> bool {
    purpose == Purpose::Head
}
