//! The sync engine in virtual time: the plans, the budgets and the store of the real program against
//! the sandbox's core, with everything wrong that a network, a service, a user or a clock can do. No
//! sockets, no sleeping, no entropy: a seed is all there is.
//!
//! `cargo test --test simulation` runs a few seeds, and a thousand, more than a million requests, with
//! `CARGO_PROFILE_DEV_OPT_LEVEL=2 SIMULATION_SEEDS=1000 cargo test --test simulation -- --nocapture`.
//! `SIMULATION_SEED=N` replays one, which is what a failure names, and with `SIMULATION_TRACE=1` prints
//! each request and answer. What is checked, throughout and at the calm points of the script, stands in
//! `checks.rs`.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a simulation stops at the first thing that is wrong")]
#![allow(clippy::print_stdout, reason = "a trace is what whoever replays a seed asks for")]
#![allow(clippy::indexing_slicing, reason = "a place that is not there is a mistake of the simulation")]

#[path = "simulation/checks.rs"]
mod checks;
#[path = "simulation/script.rs"]
mod script;
#[path = "simulation/setup.rs"]
mod setup;
#[path = "simulation/world.rs"]
mod world;

use std::collections::BTreeMap;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use script::Script;

/// How many seeds an ordinary test run takes.
const SEEDS: u64 = 12;

/// How many requests a seed takes at least.
const LEAST: u64 = 500;

/// What a run came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Tally {
    requests: u64,
    answers_lost: u64,
    /// A checksum of every request, when it went out, and what came of it.
    trace: u64,
}

fn number(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{variable}={text} is no number")))
}

/// Plays a seed; nothing where something was wrong, which has been printed by then.
fn play(seed: u64) -> Option<Tally> {
    catch_unwind(AssertUnwindSafe(|| Script::new(seed).play())).ok()
}

/// Plays seeds on all cores; gives what each came to.
fn play_all(seeds: Range<u64>) -> BTreeMap<u64, Option<Tally>> {
    let next = AtomicU64::new(seeds.start);
    let played = Mutex::new(BTreeMap::new());
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if !seeds.contains(&seed) {
                        break;
                    }
                    let tally = play(seed);
                    played.lock().unwrap().insert(seed, tally);
                }
            });
        }
    });
    played.into_inner().unwrap()
}

#[test]
#[allow(clippy::disallowed_methods, reason = "how long a thousand seeds take is told, never checked")]
fn whatever_happens_the_engine_keeps_its_promises() {
    let seeds = match (number("SIMULATION_SEED"), number("SIMULATION_SEEDS")) {
        (Some(seed), _) => seed..seed + 1,
        (None, count) => 0..count.unwrap_or(SEEDS),
    };
    let (began, count) = (Instant::now(), seeds.end - seeds.start);
    let played = play_all(seeds);
    let failed: Vec<u64> =
        played.iter().filter(|(_, tally)| tally.is_none()).map(|(seed, _)| *seed).collect();
    let requests: u64 = played.values().flatten().map(|tally| tally.requests).sum();
    let lost: u64 = played.values().flatten().map(|tally| tally.answers_lost).sum();
    println!("{count} seeds, {requests} requests, {lost} of them failed, {:?}", began.elapsed());
    assert!(
        failed.is_empty(),
        "seeds {failed:?} fail; to replay the first: SIMULATION_SEED={} cargo test --test simulation",
        failed[0]
    );
    assert!(requests >= count * LEAST, "{requests} requests are not what {count} seeds should take");
}

#[test]
fn a_seed_is_all_there_is() {
    assert_eq!(Script::new(1).play(), Script::new(1).play());
    assert_ne!(Script::new(1).play().trace, Script::new(2).play().trace);
}
