//! The promises of the budget, for any way of asking.

use proptest::prelude::*;

use super::*;

fn bucket(rate: u32) -> Bucket {
    Bucket::new(NonZeroU32::new(rate).unwrap())
}

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// Takes as many as there are; says how many.
fn drain(bucket: &mut Bucket, now: Duration, class: Class) -> usize {
    std::iter::from_fn(|| bucket.take(now, class).ok()).count()
}

#[test]
fn the_opening_stays_under_the_ceiling_and_ends() {
    let mut bucket = bucket(10);
    assert_eq!(drain(&mut bucket, ms(0), Class::Head), 40);
    assert_eq!(drain(&mut bucket, ms(999), Class::Head), 0);
    assert_eq!(drain(&mut bucket, ms(1_000), Class::Head), 40);
    assert_eq!(drain(&mut bucket, ms(2_000), Class::Head), 40, "20 of 100, and 20 more that came since");
    assert_eq!(drain(&mut bucket, ms(3_000), Class::Head), 10);
}

#[test]
fn a_night_asleep_saves_no_more_than_a_second() {
    let mut bucket = bucket(10);
    assert_eq!(drain(&mut bucket, ms(0), Class::Past), 40);
    assert_eq!(drain(&mut bucket, Duration::from_secs(30_000), Class::Head), 10);
}

#[test]
fn the_past_leaves_half() {
    let mut bucket = bucket(10);
    drain(&mut bucket, ms(0), Class::Head);
    let later = Duration::from_secs(60);
    assert_eq!(drain(&mut bucket, later, Class::Past), 5);
    assert_eq!(drain(&mut bucket, later, Class::Round), 3);
    assert_eq!(drain(&mut bucket, later, Class::Head), 2);
}

#[test]
fn the_least_rate_serves_everybody_in_the_end() {
    let mut bucket = bucket(1);
    drain(&mut bucket, ms(0), Class::Head);
    for (second, class) in [(60, Class::Past), (61, Class::Round), (62, Class::Head)] {
        assert_eq!(drain(&mut bucket, Duration::from_secs(second), class), 1, "{class:?}");
    }
}

#[test]
fn who_waits_with_more_right_is_not_passed() {
    let mut bucket = bucket(10);
    bucket.enter(Class::Head);
    assert!(bucket.take(ms(0), Class::Round).is_err() && bucket.take(ms(0), Class::Past).is_err());
    assert_eq!(bucket.take(ms(0), Class::Head), Ok(()));
    bucket.leave(Class::Head);
    assert_eq!(bucket.take(ms(0), Class::Past), Ok(()));
}

#[test]
fn a_refusal_halves_and_the_rate_comes_back_slowly() {
    let mut bucket = bucket(10);
    let rate = |bucket: &Bucket, at: u64| format!("{:.2}", bucket.rate(ms(at)));
    bucket.refused(ms(1_000));
    assert_eq!(rate(&bucket, 1_000), "5.00");
    assert_eq!(drain(&mut bucket, ms(1_000), Class::Head), 1, "the savings are gone");
    bucket.refused(ms(1_900));
    assert_eq!(rate(&bucket, 1_000), "5.00", "the same refusal");
    assert_eq!(rate(&bucket, 11_000), "6.00");
    assert_eq!(rate(&bucket, 51_000), "10.00");
    for second in 60..90 {
        bucket.refused(Duration::from_secs(second));
    }
    assert_eq!(rate(&bucket, 89_000), "1.25", "an eighth is the least");
}

#[test]
fn what_is_shown_is_what_went_out() {
    let mut bucket = bucket(10);
    assert!(bucket.used(ms(0)).abs() < 1e-9);
    for second in 0..60 {
        let now = Duration::from_secs(second);
        assert_eq!((bucket.take(now, Class::Head), bucket.take(now, Class::Head)), (Ok(()), Ok(())));
    }
    assert!(
        (bucket.used(Duration::from_secs(59)) - 2.0).abs() < 0.25,
        "{}",
        bucket.used(Duration::from_secs(59))
    );
    assert!(bucket.used(Duration::from_secs(80)).abs() < 1e-9);
}

/// What somebody does next: how long he waits, with what right he asks, whether he is refused.
fn steps() -> impl Strategy<Value = Vec<(u64, usize, bool)>> {
    let wait = prop_oneof![Just(0_u64), 1..50_u64, 50..3_000_u64, Just(600_000_u64)];
    prop::collection::vec((wait, 0..3_usize, prop::bool::weighted(0.02)), 1..600)
}

proptest! {
    /// No second beyond the ceiling, and over any time no more than the rate and what may be saved.
    #[test]
    fn it_is_never_exceeded(rate in 1..90_u32, steps in steps()) {
        let mut bucket = bucket(rate);
        let mut sent = Vec::new();
        let mut now = ms(0);
        for (wait, class, refused) in steps {
            now += ms(wait);
            let class = [Class::Head, Class::Round, Class::Past][class];
            if bucket.take(now, class).is_ok() {
                sent.push(now);
            }
            if refused {
                bucket.refused(now);
            }
        }
        for (nth, from) in sent.iter().enumerate() {
            let second = sent[nth..].iter().take_while(|at| **at < *from + SECOND).count();
            prop_assert!(second <= usize::try_from(rate.max(CEILING)).unwrap(), "{second} in a second");
            for (more, until) in sent[nth..].iter().enumerate() {
                let opened = *from < sent[0] + OPENING;
                let saved = f64::from(rate) * if opened { f64::from(OPENING_WORTH) } else { 1.0 };
                let most = saved + until.saturating_sub(*from).as_secs_f64() * f64::from(rate);
                let count = f64::from(u32::try_from(more + 1).unwrap());
                prop_assert!(count <= most + 1e-6, "{count} from {from:?} to {until:?}");
            }
        }
    }

    /// Who does as he is told gets his turn at the end of the wait, unless somebody else was quicker.
    #[test]
    fn waits_are_true(rate in 1..60_u32, steps in steps()) {
        let mut bucket = bucket(rate);
        let mut now = ms(0);
        for (wait, class, refused) in steps {
            now += ms(wait);
            let class = [Class::Head, Class::Round, Class::Past][class];
            let mut tries = 0;
            while let Err(wait) = bucket.take(now, class) {
                now += wait;
                tries += 1;
                prop_assert!(tries <= 3, "still waiting for {wait:?}");
            }
            if refused {
                bucket.refused(now);
            }
        }
    }
}
