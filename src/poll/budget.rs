//! The [`Bucket`] of one key, shared by the tasks that use it, on the clock of the runtime.

use std::num::NonZeroU32;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::time::Instant;

use super::bucket::{Bucket, Class};

/// A budget of requests, shared by all tasks that use one key. What it allows, [`Bucket`] says.
#[derive(Debug)]
pub struct Budget {
    bucket: Mutex<Bucket>,
    began: Instant,
    /// Whoever holds the one of its class is next there; the locks are fair, so those who wait with
    /// the same right are served in their order.
    turns: [tokio::sync::Mutex<()>; 3],
}

/// Somebody who waits, until dropped.
struct Waiting<'b>(&'b Budget, Class);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.bucket().leave(self.1);
    }
}

impl Budget {
    /// A budget of so many requests a second.
    #[expect(clippy::disallowed_methods, reason = "a budget's time counts from its own beginning")]
    pub fn new(requests_per_second: NonZeroU32) -> Self {
        let bucket = Mutex::new(Bucket::new(requests_per_second));
        Self { bucket, began: Instant::now(), turns: Default::default() }
    }

    /// Waits until one request may go out. Dropping the future gives the place up.
    pub async fn one_request(&self, class: Class) {
        self.bucket().enter(class);
        let _waiting = Waiting(self, class);
        let [head, round, past] = &self.turns;
        let turn = match class {
            Class::Head => head,
            Class::Round => round,
            Class::Past => past,
        };
        let _turn = turn.lock().await;
        loop {
            let taken = self.bucket().take(self.began.elapsed(), class);
            match taken {
                Ok(()) => return,
                Err(wait) => tokio::time::sleep(wait).await,
            }
        }
    }

    /// The service answered 429: all who share the key ask less for a while.
    pub fn refused(&self) {
        self.bucket().refused(self.began.elapsed());
    }

    /// What went out a second lately, and what may.
    pub fn pace(&self) -> (f64, f64) {
        let (bucket, now) = (self.bucket(), self.began.elapsed());
        (bucket.used(now), bucket.rate(now))
    }

    /// The arithmetic cannot be left half done: a panic of another task does not matter here.
    fn bucket(&self) -> MutexGuard<'_, Bucket> {
        self.bucket.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_opening_is_quick_and_then_the_rate_holds() {
        let budget = Budget::new(NonZeroU32::new(1).unwrap());
        for _ in 0..10 {
            budget.one_request(Class::Head).await;
        }
        let opening = budget.began.elapsed();
        assert!(opening < Duration::from_millis(20), "{opening:?}");
        for _ in 0..10 {
            budget.one_request(Class::Head).await;
        }
        let after = budget.began.elapsed();
        assert!((9_900..10_200).contains(&after.as_millis()), "{after:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn who_waits_with_more_right_goes_first() {
        let budget = std::sync::Arc::new(Budget::new(NonZeroU32::new(2).unwrap()));
        for _ in 0..20 {
            budget.one_request(Class::Head).await;
        }
        let (sender, mut order) = tokio::sync::mpsc::unbounded_channel();
        for class in [Class::Past, Class::Round, Class::Head, Class::Round, Class::Head] {
            let (budget, sender) = (std::sync::Arc::clone(&budget), sender.clone());
            tokio::spawn(async move {
                budget.one_request(class).await;
                let _ = sender.send(class);
            });
        }
        drop(sender);
        let mut served = Vec::new();
        while let Some(class) = order.recv().await {
            served.push(class);
        }
        assert_eq!(served, [Class::Head, Class::Head, Class::Round, Class::Round, Class::Past]);
        assert_eq!(
            budget.bucket().clone().take(Duration::from_secs(999), Class::Past),
            Ok(()),
            "nobody waits"
        );
    }
}
