//! The request budget of one key, over all its environments.

use std::num::NonZeroU32;

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use tokio::sync::Mutex;

/// How many seconds' worth of requests may go out at once, if they were saved up.
const BURST_SECONDS: u32 = 10;

/// A sustained rate with a burst, shared by all tasks that use one key.
///
/// The burst is ten seconds' worth, so that the lists of five environments (50 pages each of 5,000
/// jobs) are there soon after the start. It does not take a host near the 50 requests a second that
/// the service advises against exceeding: each source asks one page after another, so a host sees no
/// more than one request at a time from each key.
#[derive(Debug)]
pub struct Budget {
    limiter: DefaultDirectRateLimiter,
    clock: DefaultClock,
    /// Whoever holds it is next; the lock is fair, so those who wait are served in their order.
    turn: Mutex<()>,
}

impl Budget {
    /// A budget of so many requests a second.
    pub fn new(requests_per_second: NonZeroU32) -> Self {
        let burst = requests_per_second.saturating_mul(NonZeroU32::MIN.saturating_add(BURST_SECONDS - 1));
        let quota = Quota::per_second(requests_per_second).allow_burst(burst);
        Self { limiter: RateLimiter::direct(quota), clock: DefaultClock::default(), turn: Mutex::new(()) }
    }

    /// Waits until one request may go out. Dropping the future gives the place up.
    pub async fn one_request(&self) {
        let _turn = self.turn.lock().await;
        while let Err(not_yet) = self.limiter.check() {
            tokio::time::sleep(not_yet.wait_time_from(self.clock.now())).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn the_burst_is_free_and_then_the_rate_holds() {
        let budget = Budget::new(NonZeroU32::new(1).unwrap());
        for _ in 0..BURST_SECONDS {
            budget.one_request().await;
        }
        let more = tokio::time::timeout(Duration::from_millis(50), budget.one_request()).await;
        assert!(more.is_err(), "an eleventh request went out at once");
    }
}
