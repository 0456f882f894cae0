//! What happens in a simulation: a fleet as the seed draws it, troubles one upon another, a recovery, a
//! calm change, and a long quiet, each with its checks.

use std::collections::HashSet;
use std::fmt::Write as _;

use voxtop::sandbox::Scenario;

use crate::Tally;
use crate::checks::{self, Truth};
use crate::setup::{CALM, ENVIRONMENTS, Network, SOURCES, Setup};
use crate::world::World;

/// How many requests a simulation makes at least.
const REQUESTS: u64 = 1_000;

/// How long after a recovery a source may take for its next rounds: a rejected key is tried once a
/// minute, and no fault here asks for more than half a minute.
const PATIENCE_MS: u64 = 400_000;

/// How often everything is looked at.
const LOOK_EVERY_MS: u64 = 45_000;

pub(crate) struct Script {
    world: World,
    looked_ms: u64,
    random: fastrand::Rng,
    setup: Setup,
    before: Vec<Vec<u64>>,
    crowded: Vec<HashSet<i64>>,
}

impl Script {
    pub(crate) fn new(seed: u64) -> Self {
        let mut random = fastrand::Rng::with_seed(seed);
        let (refresh_s, rates): (u64, &[u32]) =
            *random.choice(&[(2_u64, &[20_u32, 60][..]), (5, &[5, 10, 10, 30]), (10, &[4, 10])]).unwrap();
        let setup = Setup {
            refresh_s,
            rate: *random.choice(rates).unwrap(),
            skew_ms: *random.choice(&[0, 0, 900, -70_000, 400_000, -400_000]).unwrap(),
        };
        let scenario = Scenario::parse("simulation", &scenario(seed, &mut random)).unwrap();
        let mut world = World::new(&scenario, setup, random.fork());
        world.offline.lag(*random.choice(&[0, 0, 1_500]).unwrap());
        if random.bool() {
            world.network.way_ms = (0, 2);
        }
        Self {
            world,
            looked_ms: 0,
            random,
            setup,
            before: vec![Vec::new(); SOURCES.len()],
            crowded: vec![HashSet::new(); SOURCES.len()],
        }
    }

    pub(crate) fn play(mut self) -> Tally {
        if self.random.bool() {
            self.rounds(1);
        }
        // A long quiet takes some hundreds of requests of its own.
        let reviews = self.random.u64(..3) == 0;
        while self.world.tally.requests < if reviews { REQUESTS / 2 } else { REQUESTS } {
            self.trouble();
            self.recover();
            self.change();
        }
        if reviews {
            self.review();
        }
        self.world.tally
    }

    /// Lets time pass and looks at everything now and then.
    fn pass(&mut self, ms: u64) {
        let end = self.world.now_ms + ms;
        while self.world.now_ms < end {
            self.world.run(end.min(self.looked_ms + LOOK_EVERY_MS));
            if self.world.now_ms < self.looked_ms + LOOK_EVERY_MS {
                continue;
            }
            self.looked_ms = self.world.now_ms;
            checks::anytime(&self.world, &mut self.before, &mut self.crowded);
        }
    }

    fn trouble(&mut self) {
        self.world.network = Network {
            way_ms: (1, self.random.u64(2..900)),
            lost: self.random.u64(..120),
            late: self.random.u64(..120),
            widest: *self.random.choice(&[100, 100, 100, 99, 40, 7, 1]).unwrap(),
        };
        for _ in 0..self.random.u64(6..16) {
            match self.random.u64(..12) {
                0..4 => self.fault(),
                4..6 => self.submit(),
                6..8 => self.delete(),
                8 => self.revoke("revoke"),
                9 => self.revoke("restore"),
                10 => {
                    let source = self.random.usize(..SOURCES.len());
                    self.world.hurry(source);
                }
                _ if self.random.u64(..4) == 0 => {
                    let ms = self.random.u64(20_000..1_800_000);
                    self.world.sleep(ms);
                    self.pass(ms);
                }
                _ => {}
            }
            let ms = self.random.u64(500..12_000);
            self.pass(ms);
        }
    }

    fn fault(&mut self) {
        const KINDS: [&str; 12] = [
            "down",
            "slow",
            "hanging",
            "resetting",
            "truncating",
            "garbage",
            "unauthorized",
            "forbidden",
            "rate-limited",
            "error",
            "unavailable",
            "brown-out",
        ];
        let kind = *self.random.choice(&KINDS).unwrap();
        let mut body = format!(r#"{{"kind":"{kind}","until":"{}s""#, self.random.u64(2..60));
        if self.random.u64(..5) > 0 {
            let _ = write!(body, r#","environment":"{}""#, self.random.choice(&ENVIRONMENTS).unwrap());
        }
        if matches!(kind, "slow" | "brown-out") {
            let _ = write!(body, r#","delay":["100ms","{}s"]"#, self.random.u64(1..20));
        }
        if kind != "down" {
            let _ = write!(body, r#","share":{}"#, self.random.u64(10..=100));
        }
        if matches!(kind, "rate-limited" | "unavailable") && self.random.bool() {
            let _ = write!(body, r#","retry_after":"{}s""#, self.random.u64(1..30));
        }
        body.push('}');
        let said = self.world.offline.control("POST", "/faults", &body);
        assert!(said.contains("faults"), "{body}: {said}");
    }

    fn submit(&mut self) {
        let (environment, key) = SOURCES[self.random.usize(..SOURCES.len())];
        // Now and then as many in one moment as no page holds, or crowds in moments side by side.
        let (times, most, apart_ms) = match self.random.u64(..8) {
            0 => (1, 320, 300),
            1 => (self.random.u64(3..9), 110, 2),
            _ => (self.random.u64(1..4), 40, 300),
        };
        for _ in 0..times {
            let count = self.random.u64(1..most);
            let (environment, key) = (ENVIRONMENTS[environment], ["prod", "lab"][key]);
            let body = format!(r#"{{"environment":"{environment}","key":"{key}","count":{count}}}"#);
            let said = self.world.offline.control("POST", "/jobs", &body);
            assert!(said.contains("ids"), "{said}");
            let ms = self.random.u64(1..apart_ms);
            self.pass(ms);
        }
    }

    fn delete(&mut self) {
        let source = self.random.usize(..SOURCES.len());
        // Of a crowd not all jobs can be listed, not even after it has thinned out.
        self.crowded[source].extend(Truth::of(&self.world, source).crowds);
        let truth = self.world.truth(source);
        let share = *self.random.choice(&[1_u64, 5, 50, 400]).unwrap();
        let newest = if self.random.bool() { truth.len() } else { 150 };
        for entry in truth.iter().take(newest) {
            if self.random.u64(..1_000) < share {
                self.world.offline.delete(SOURCES[source].0, &entry.id);
            }
        }
    }

    fn revoke(&mut self, what: &str) {
        let key = self.random.choice(&["prod", "lab"]).unwrap();
        self.world.offline.control("POST", &format!("/keys/{key}/{what}"), "{}");
    }

    /// Everything is well again: three rounds later everything that has stood still since is shown.
    fn recover(&mut self) {
        self.world.offline.control("DELETE", "/faults", "{}");
        for key in ["prod", "lab"] {
            self.world.offline.control("POST", &format!("/keys/{key}/restore"), "{}");
        }
        if self.world.network.widest < 100 {
            let truths = self.truths();
            self.crowded.iter_mut().zip(truths).for_each(|(crowded, truth)| crowded.extend(truth.shared));
        }
        self.world.network = CALM;
        let truths = self.truths();
        self.rounds(3);
        self.fill();
        checks::fresh(&self.world, &truths, &self.crowded);
    }

    /// Waits for so many more rounds of every source.
    fn rounds(&mut self, count: u64) {
        let goals: Vec<u64> = self.world.clients.iter().map(|client| client.finished + count).collect();
        let end = self.world.now_ms + PATIENCE_MS + self.setup.refresh_s * 2_000 * count;
        while self.world.clients.iter().zip(&goals).any(|(client, goal)| client.finished < *goal) {
            assert!(self.world.now_ms < end, "a source has not come back for {PATIENCE_MS} ms");
            self.pass(500);
        }
    }

    /// What the budget has not allowed to read yet is read as soon as it does.
    fn fill(&mut self) {
        let end = self.world.now_ms + 240_000;
        let read = |client: &crate::world::Client| client.progress.known_share >= 1.0;
        while !self.world.clients.iter().all(read) {
            assert!(self.world.now_ms < end, "the past is not read");
            self.pass(1_000);
        }
    }

    /// Changes without trouble: everything is shown two rounds after the last of them.
    fn change(&mut self) {
        for _ in 0..self.random.u64(1..5) {
            if self.random.bool() {
                self.submit();
            } else {
                self.delete();
            }
            let ms = self.random.u64(100..9_000);
            self.pass(ms);
        }
        let truths = self.truths();
        self.rounds(2);
        checks::fresh(&self.world, &truths, &self.crowded);
    }

    /// A long quiet: what was deleted or has expired anywhere is gone after all has been read again.
    fn review(&mut self) {
        let pages =
            (0..SOURCES.len()).map(|source| self.world.truth(source).len() / 90 + 3).max().unwrap() as u64;
        let refresh = self.setup.refresh_s * 1_000;
        self.pass(360_000 + pages * refresh * 2);
        checks::exact(&self.world);
        let truths = self.truths();
        self.rounds(2);
        checks::fresh(&self.world, &truths, &vec![HashSet::new(); SOURCES.len()]);
    }

    fn truths(&self) -> Vec<Truth> {
        (0..SOURCES.len()).map(|source| Truth::of(&self.world, source)).collect()
    }
}

/// A fleet of the seed's own making.
fn scenario(seed: u64, random: &mut fastrand::Rng) -> String {
    let mut text = format!(
        "title = \"simulation\"\nseed = {}\ncreated_before_is_exclusive = {}\n",
        seed % 1_000_000,
        random.bool()
    );
    for name in ENVIRONMENTS {
        let _ = write!(text, "[[environments]]\nname = \"{name}\"\nregion = \"LAB\"\n");
    }
    text.push_str(
        "[[keys]]\nname = \"prod\"\nproject = \"main\"\naccepted = [\"one\", \"two\", \"three\"]\n",
    );
    text.push_str("[[keys]]\nname = \"lab\"\nproject = \"side\"\naccepted = [\"one\"]\n");
    for (environment, key) in SOURCES {
        let history = *random.choice(&[0, 40, 99, 100, 101, 350, 900, 2_400]).unwrap();
        let running = *random.choice(&[0, 0, 5, 120]).unwrap();
        let run = *random.choice(&["[\"1s\", \"20s\"]", "[\"5s\", \"90s\"]", "[\"1h\", \"9h\"]"]).unwrap();
        let _ = write!(
            text,
            "[[jobs]]\nenvironment = \"{}\"\nproject = \"{}\"\nhistory = {history}\nrunning = {running}\nrun = {run}\n\
             trades = {{ legal = 1 }}\nlanguages = {{ en = 1 }}\nmodels = {{ standard = 1 }}\n",
            ENVIRONMENTS[environment],
            ["main", "side"][key],
        );
    }
    text
}
