//! How long to wait before the next round. Pure: chance comes in as a number.

use std::time::Duration;

use crate::model::{Failure, FailureKind};

/// The longest wait after failures, unless the refresh itself is longer.
const LONGEST: Duration = Duration::from_secs(60);

/// The longest wait that a service is granted by `Retry-After`.
const LONGEST_ASKED: Duration = Duration::from_secs(10 * 60);

/// The longest wait that is not told of but kept.
const SHORT: Duration = Duration::from_secs(5);

/// How often a failing endpoint is tried as if nothing were: whether it is an outage or a lost packet
/// is known only after the third failure, and operators should not wait long for that.
const PATIENT_FAILURES: u32 = 2;

/// The failures of one source in a row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Streak {
    failures: u32,
    rejected: bool,
}

impl Streak {
    /// Takes note of a round's end.
    pub fn note(&mut self, failure: Option<&Failure>) {
        match failure.map(|failure| failure.kind) {
            None => *self = Self::default(),
            Some(FailureKind::Rejected | FailureKind::Forbidden) => {
                *self = Self { failures: 0, rejected: true };
            }
            Some(_) => *self = Self { failures: self.failures.saturating_add(1), rejected: false },
        }
    }
}

/// The wait before the next round of a source. `chance` is a random number from 0 to 1.
///
/// After a success: the refresh, ± 10 %, so that sources drift apart. After two failures in a row too,
/// and then anywhere between that and the refresh doubled with each further one, at most a minute: full
/// jitter, so that those who failed together do not come back together, and nobody asks more often for
/// failing. After a 429 it doubles from the first on. A key that is rejected is tried once a minute until
/// it changes or the user asks, because asking more often changes nothing and looks like an attack.
/// `Retry-After` is obeyed where it is longer.
pub fn wait(refresh: Duration, streak: Streak, failure: Option<&Failure>, chance: f64) -> Duration {
    let chance = chance.clamp(0.0, 1.0);
    let steady = refresh.mul_f64(0.9 + 0.2 * chance);
    let most = LONGEST.max(refresh);
    let wait = match failure.map(|failure| failure.kind) {
        Some(FailureKind::Rejected | FailureKind::Forbidden) => most.mul_f64(1.0 + 0.1 * chance),
        None => steady,
        Some(FailureKind::Limited) => backed_off(refresh, streak.failures, most, chance),
        Some(_) if streak.failures <= PATIENT_FAILURES => steady,
        Some(_) => backed_off(refresh, streak.failures - PATIENT_FAILURES, most, chance),
    };
    wait.max(asked(failure))
}

/// The wait before the past is read on after so many failures in a row there, from 1: full jitter up to
/// a second doubled with each, at most a minute.
pub fn setback(failures: u32, failure: &Failure, chance: f64) -> Duration {
    let most = Duration::from_secs(1 << failures.min(6)).min(LONGEST);
    between(Duration::from_millis(200), most, chance.clamp(0.0, 1.0)).max(asked(Some(failure)))
}

/// How long the service asks to be left alone, as far as it is granted; zero where it does not ask.
pub fn asked(failure: Option<&Failure>) -> Duration {
    let asked = failure.and_then(|failure| failure.retry_after);
    asked.map_or(Duration::ZERO, |asked| Duration::try_from(asked).unwrap_or_default()).min(LONGEST_ASKED)
}

/// How long a page that failed is waited for at once, once, because the service says itself that it will
/// be there so soon: to report that would tell of a trouble that is over before it is read. Where a source
/// is only listed `once`, a service that asks for fewer requests without a word on when is given a second.
pub fn short_wait(failure: &Failure, once: bool) -> Option<Duration> {
    let wait = match (failure.kind, failure.retry_after) {
        (FailureKind::Limited | FailureKind::Server, Some(asked)) => Duration::try_from(asked).ok()?,
        (FailureKind::Limited, None) if once => Duration::from_secs(1),
        _ => return None,
    };
    (wait <= SHORT).then_some(wait)
}

fn between(least: Duration, most: Duration, chance: f64) -> Duration {
    least + most.saturating_sub(least).mul_f64(chance)
}

/// Anywhere between the refresh and the refresh doubled so many times.
fn backed_off(refresh: Duration, doublings: u32, most: Duration, chance: f64) -> Duration {
    between(refresh.mul_f64(0.9), refresh.saturating_mul(1 << doublings.min(16)).min(most), chance)
}

/// Whether a page may be asked for again at once, once: whatever breaks off in the middle, is damaged
/// or fails by itself may be chance, and three chances in a row must not look like an outage. The
/// service's 503 invites to it (troubleshooting page of its documentation), and a kept connection may
/// have been closed just when it was used. What the service says of a key, and its wish to be left
/// alone, are no chance; and a whole time-out is too long to wait for twice.
pub fn may_ask_again(failure: &Failure) -> bool {
    use FailureKind::{Interrupted, Server, Unconnected, Unreadable};
    matches!(failure.kind, Server | Interrupted | Unreadable | Unconnected) && failure.retry_after.is_none()
}

/// How long a round that already has pages waits for the next one when the service asks for fewer
/// requests, and how often: giving up would throw the pages away and ask for all of them again, which
/// is the opposite of what was asked for. `refused` counts the refusals in a row. `None`: give up.
pub fn patience(failure: &Failure, refused: u32, left: Duration) -> Option<Duration> {
    if failure.kind != FailureKind::Limited || refused >= 3 {
        return None;
    }
    let own = Duration::from_secs(1 << refused);
    let asked = failure.retry_after.map_or(own, |asked| Duration::try_from(asked).unwrap_or(own));
    Some(asked).filter(|wait| *wait <= left)
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use proptest::prelude::*;

    use super::*;

    const REFRESH: Duration = Duration::from_secs(5);

    fn after(kinds: &[FailureKind], chance: f64) -> f64 {
        let mut streak = Streak::default();
        let mut last = None;
        for kind in kinds {
            let failure = Failure::new(*kind, "");
            streak.note(Some(&failure));
            last = Some(failure);
        }
        wait(REFRESH, streak, last.as_ref(), chance).as_secs_f64()
    }

    #[test]
    fn waits_double_up_to_a_minute_and_rejections_settle() {
        use FailureKind::{Forbidden, Limited, Rejected, Server, Timeout};
        for (kinds, least, most) in [
            (&[][..], 4.5, 5.5),
            (&[Server], 4.5, 5.5),
            (&[Server, Timeout], 4.5, 5.5),
            (&[Server; 3], 4.5, 10.0),
            (&[Server; 4], 4.5, 20.0),
            (&[Limited], 4.5, 10.0),
            (&[Server; 400], 4.5, 60.0),
            (&[Rejected], 60.0, 66.0),
            (&[Rejected, Forbidden], 60.0, 66.0),
            (&[Rejected; 9], 60.0, 66.0),
            (&[Rejected, Rejected, Timeout, Rejected], 60.0, 66.0),
        ] {
            assert!((after(kinds, 0.0) - least).abs() < 1e-6, "{kinds:?}: {}", after(kinds, 0.0));
            assert!((after(kinds, 1.0) - most).abs() < 1e-6, "{kinds:?}: {}", after(kinds, 1.0));
        }
    }

    #[test]
    fn a_success_resets() {
        let mut streak = Streak::default();
        streak.note(Some(&Failure::new(FailureKind::Rejected, "")));
        streak.note(Some(&Failure::new(FailureKind::Server, "")));
        assert_ne!(streak, Streak::default());
        streak.note(None);
        assert_eq!(streak, Streak::default());
    }

    #[test]
    fn the_service_may_ask_for_more_but_not_for_ever() {
        for (asked, expected) in [(1, 4), (90, 90), (3_600, 600)] {
            let failure = Failure {
                retry_after: Some(SignedDuration::from_secs(asked)),
                ..Failure::new(FailureKind::Limited, "")
            };
            let mut streak = Streak::default();
            streak.note(Some(&failure));
            assert_eq!(wait(REFRESH, streak, Some(&failure), 0.0).as_secs(), expected);
        }
    }

    #[test]
    fn the_past_is_read_on_soon_and_then_ever_later() {
        let failure = Failure::new(FailureKind::Server, "");
        let asked = Failure { retry_after: Some(SignedDuration::from_secs(90)), ..failure.clone() };
        for (failures, failure, chance, expected) in [
            (1, &failure, 0.0, 200),
            (1, &failure, 1.0, 2_000),
            (4, &failure, 1.0, 16_000),
            (90, &failure, 1.0, 60_000),
            (1, &asked, 1.0, 90_000),
        ] {
            assert_eq!(setback(failures, failure, chance).as_millis(), expected);
        }
    }

    #[test]
    fn patience_is_for_429_alone_and_ends() {
        let limited = |asked: Option<i64>| Failure {
            retry_after: asked.map(SignedDuration::from_secs),
            ..Failure::new(FailureKind::Limited, "")
        };
        for (failure, refused, seconds) in [
            (limited(None), 0, Some(1)),
            (limited(None), 2, Some(4)),
            (limited(None), 3, None),
            (limited(Some(20)), 0, Some(20)),
            (limited(Some(31)), 0, None),
            (Failure::new(FailureKind::Server, ""), 0, None),
        ] {
            assert_eq!(
                patience(&failure, refused, Duration::from_secs(30)).map(|wait| wait.as_secs()),
                seconds,
                "{failure:?}"
            );
        }
    }

    #[test]
    fn only_what_is_over_soon_is_waited_for_without_a_word() {
        use FailureKind::{Limited, Rejected, Server, Timeout};
        for (kind, asked, once, seconds) in [
            (Limited, Some(1), false, Some(1)),
            (Server, Some(5), true, Some(5)),
            (Server, Some(0), false, Some(0)),
            (Limited, Some(6), true, None),
            (Limited, None, true, Some(1)),
            (Limited, None, false, None),
            (Server, None, true, None),
            (Rejected, Some(1), true, None),
            (Timeout, Some(1), true, None),
        ] {
            let failure =
                Failure { retry_after: asked.map(SignedDuration::from_secs), ..Failure::new(kind, "") };
            let wait = short_wait(&failure, once).map(|wait| wait.as_secs());
            assert_eq!(wait, seconds, "{failure:?}");
        }
    }

    proptest! {
        #[test]
        fn no_wait_is_shorter_than_most_of_a_refresh_or_endless(
            seconds in 1_u64..600, failures in 0_u32..40, rejected in any::<bool>(), chance in 0.0..1.0_f64,
        ) {
            let refresh = Duration::from_secs(seconds);
            let kind = if rejected { FailureKind::Rejected } else { FailureKind::Timeout };
            let failure = Failure::new(kind, "");
            let mut streak = Streak::default();
            (0..failures).for_each(|_| streak.note(Some(&failure)));
            let waited = wait(refresh, streak, (failures > 0).then_some(&failure), chance);
            prop_assert!(waited + Duration::from_millis(1) >= refresh.mul_f64(0.9));
            prop_assert!(waited <= Duration::from_secs(60).max(refresh).mul_f64(1.1) + Duration::from_millis(1));
        }
    }
}
