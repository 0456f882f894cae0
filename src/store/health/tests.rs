use super::*;
use crate::model::EnvironmentState::{Degraded, Down, Slow, Unknown, Up};
use crate::model::FailureKind;

fn at(second: usize) -> Timestamp {
    Timestamp::from_second(1_780_000_000 + i64::try_from(second).unwrap()).unwrap()
}

/// Plays a story: `.` a quick listing, `s` a slow one, `m` one between the thresholds, `4` a quick
/// refusal, `x` a failure; a capital is of a second source.
fn played(story: &str) -> Health {
    let mut health = Health::default();
    for (second, step) in story.chars().enumerate() {
        let outcome = match step.to_ascii_lowercase() {
            '.' | ':' => Outcome::Listed(Duration::from_millis(40)),
            's' => Outcome::Listed(Duration::from_millis(1_400)),
            'm' => Outcome::Listed(Duration::from_millis(900)),
            '4' => Outcome::Refused(Duration::from_millis(2)),
            _ => Outcome::Failed,
        };
        health.push(SourceId(u16::from(step == ':' || step.is_ascii_uppercase())), at(second), outcome);
    }
    health
}

#[test]
fn states_follow_the_story() {
    for (story, state) in [
        ("", Unknown),
        (".", Up),
        // Also one that never answered is given its three tries.
        ("x", Degraded),
        ("xxx", Down),
        ("x.", Degraded),
        ("x..", Up),
        ("..x", Degraded),
        ("..xx", Degraded),
        ("..xxx", Down),
        ("..xxx.", Degraded),
        ("..xxx.x", Degraded),
        ("..xxx.xxx", Down),
        ("..xxx..", Up),
        ("..x.", Degraded),
        ("..x..", Up),
        ("s", Slow),
        (".....s", Up),
        (".....sss", Slow),
        ("sssmmm", Slow),
        ("mmm", Up),
        ("sss....", Up),
        // Another key's quick refusals do not make a slow environment quick.
        ("s4s4s4s4", Slow),
        ("4", Up),
        ("444x", Degraded),
        // Two keys that fail twice each are no three failures in a row, and an answer to one of them is one.
        (".:xXxX", Degraded),
        (".:xXxXx", Down),
        (".:x:x:x:", Degraded),
        (".:xXxXxX.:", Up),
    ] {
        assert_eq!(played(story).state(), state, "{story:?}");
    }
}

#[test]
fn who_looks_once_is_told_what_failed() {
    for (story, verdict) in [("", Unknown), ("x", Down), (".", Up), (".x", Degraded), ("xX", Down)] {
        assert_eq!(played(story).verdict(), verdict, "{story:?}");
    }
}

#[test]
fn an_environment_that_fails_by_itself_is_given_more_tries() {
    let flaky = format!("{}x{0}x{0}x{0}", ".".repeat(19));
    for (past, failures) in [(".......", 3), (flaky.as_str(), 4), ("..xxx.......xxx......", 3)] {
        let health = played(past);
        assert_eq!(health.failures_down(), failures, "{past}");
        let story = |count: usize| format!("{past}{}", "x".repeat(count));
        assert_eq!(played(&story(failures - 1)).state(), Degraded, "{past}");
        assert_eq!(played(&story(failures)).state(), Down, "{past}");
    }
    // As rare as one in four hundred, what a source asked twice looks like at 5 %: three are three.
    let rare = format!("{0}x{0}x{0}x{0}", ".".repeat(170));
    assert_eq!(played(&rare).failures_down(), 3);
}

#[test]
fn the_window_is_bounded() {
    let health = played(&"x".repeat(2_000));
    assert_eq!(health.outcomes.len(), KEPT);
    assert_eq!((health.latency(), health.usual(), health.percentile(95)), (None, None, None));
}

#[test]
fn figures_are_of_the_last_ten_minutes() {
    let health = played(&format!("{}{}{}", "x".repeat(300), ".".repeat(110), "s".repeat(10)));
    assert_eq!(health.share().map(Share::percent), Some(100));
    assert_eq!(health.percentile(50), Some(Duration::from_millis(40)));
    assert_eq!(health.percentile(95), Some(Duration::from_millis(1_400)));
    assert_eq!(health.since(), Some(at(412)), "slow since the median of five was");
    let health = played("...x");
    assert_eq!(health.share(), Some(Share { answered: 3, asked: 4 }));
    assert_eq!(health.trend().collect::<Vec<_>>().last(), Some(&None));
}

#[test]
fn the_last_failure_is_remembered() {
    let mut health = played("..");
    assert_eq!(health.last_failure(), None);
    health.note_failure(at(9), &Failure::new(FailureKind::Tls, "odd"));
    assert_eq!(
        health.last_failure().map(|(at, failure)| (at, failure.kind)),
        Some((at(9), FailureKind::Tls))
    );
}

/// An hour of polling every five seconds. `asks` is how often a failed request is asked before it counts.
fn hour(seed: u64, chance: f64, asks: u32) -> (Health, bool) {
    let mut random = fastrand::Rng::with_seed(seed);
    let mut health = Health::default();
    let mut called_down = false;
    for second in 0..720 {
        let failed = (0..asks).all(|_| random.f64() < chance);
        let outcome = if failed { Outcome::Failed } else { Outcome::Listed(Duration::from_millis(40)) };
        health.push(SourceId(0), at(second * 5), outcome);
        called_down |= health.state() == Down;
    }
    (health, called_down)
}

/// The poller asks a failed head page a second time before it counts; then three in a row at 5 % come
/// once in ten years.
#[test]
fn nothing_is_called_down_by_a_coin_toss() {
    for seed in 0..400 {
        let (mut health, called_down) = hour(seed, 0.05, 2);
        assert!(!called_down, "seed {seed}");
        for second in 0..3 {
            health.push(SourceId(0), at(4_000 + second), Outcome::Failed);
        }
        assert_eq!(health.state(), Down, "seed {seed}: dead, and called down within three refreshes");
        for second in 0..2 {
            health.push(SourceId(0), at(4_100 + second), Outcome::Listed(Duration::from_millis(40)));
        }
        assert_eq!(health.state(), Up, "seed {seed}");
    }
}

/// Where nobody asks twice (time-outs are not asked again), the environment's own record protects it.
#[test]
fn without_a_second_look_a_coin_toss_seldom_calls_anything_down() {
    let called_down = (0..400).filter(|seed| hour(*seed, 0.05, 1).1).count();
    assert!(called_down < 16, "{called_down} of 400 hours; plain counting gives about 35");
}
